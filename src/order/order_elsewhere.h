/* order_elsewhere.h -- what was promised here and is not here any more; between the
 * files of this room.
 *
 * An offline till, or a count, may leave a place with less than it keeps for orders.
 * The hold stays: which buyer goes without is for a person to say.  He sends the
 * promise to another place, or gives it up, and the buyer is told. */
#pragma once

#include "order/order_own.h"

struct order_waiting { /* a line that some of these goods were promised to */
    i64 order_id, line_no, qty, promised_at;
    const char *number, *customer_name;
    int kind, state; /* enum order_kind, enum fulfil_state of this place */
};
struct order_unmet {
    i64 variant_id, on_hand, held, lacking; /* lacking = held - on_hand > 0 */
    const char *sku, *name;
    struct list orders; /* struct order_waiting, the latest promise first */
};
/* struct order_unmet of a place: all goods of which it has less than it keeps. */
enum err order_unmet(struct ctx *c, i64 place_id, struct list *ret) MUST_USE;

struct order_elsewhere {
    i64 place_id, distance_m, promised_at; /* distance_m NONE: unknown */
};
/* Who could do it instead, the nearest first, at most five: of what is fetched all
 * that is left of the order, of a delivery this line.
 * Errors  WRONG_STATE it is packed, on its way or ended */
enum err order_elsewhere(struct ctx *c, i64 order_id, i64 line_no,
                         struct list *ret) MUST_USE;
/* Send it there (NONE: to the nearest).  The hold moves with it; who has to go to
 * another shop is told where (order.moved).
 * Errors  STOCK_SHORT nobody has it, or not that place; WRONG_STATE; NO_SUCH */
enum err order_send_elsewhere(struct ctx *c, i64 order_id, i64 line_no,
                              i64 place_id) MUST_USE;
/* Nobody has it: cancel the line or some of it, and tell the buyer (order.given_up, or
 * order.cancelled when nothing is left).  qty NONE: what is left of it. */
enum err order_give_up(struct ctx *c, i64 order_id, i64 line_no, i64 qty,
                       const char *why) MUST_USE;
