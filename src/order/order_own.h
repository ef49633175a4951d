/* order_own.h -- what the files of this room share; nobody else includes it. */
#pragma once

#include "base/id.h"
#include "catalog/catalog.h"
#include "customer/customer.h"
#include "db/db.h"
#include "http/route.h"
#include "order/order.h"
#include "place/place.h"
#include "stock/stock.h"

/* ---- States: order_state.c --------------------------------------------------- */

bool order_may_move(int from, int to);
bool fulfil_may_move(int from, int to);
bool order_is_open(int state);
bool fulfil_is_open(int state);
/* What an order is, judged by what its places have done. */
int order_state_of(const struct list *fulfilments);

/* ---- Numbers: order_number.c ------------------------------------------------- */

/* "7K2-M9QFX": three letters of the day, five by chance, without look-alikes. */
const char *order_number_new(struct ctx *c);
/* "7k2m9qfx" or "7K2 M9QFX" to "7K2-M9QFX", O to 0, I and L to 1; NULL: no number. */
const char *order_number_norm(struct arena *mem, const char *s);
const char *order_token_new(struct ctx *c);
/* The link's text: the order's id and its secret; and the id of one. */
const char *order_token_shown(struct arena *mem, i64 id, const char *secret);
bool order_token_read(const char *s, i64 *ret_id);
const char *order_pickup_code(struct ctx *c);

/* ---- One order: order.c ------------------------------------------------------ */

/* The order's row alone.  NOT_FOUND. */
enum err order_head(struct ctx *c, i64 order_id, struct order *ret) MUST_USE;
/* To change it: the row is written first, so that on PostgreSQL everybody else
 * who wants to change this order waits; then its lines and fulfilments are read. */
enum err order_take(struct ctx *c, i64 order_id, struct order *ret) MUST_USE;
enum err order_read_lines(struct ctx *c, struct order *o) MUST_USE;
enum err order_read_fulfilments(struct ctx *c, struct order *o) MUST_USE;
/* Where to and what for, as the tables have them: sealed; NULL stays NULL. */
enum err order_words_open(struct ctx *c, const char **address,
                          const char **comment) MUST_USE;
/* Name and phone of its customer, for staff. */
enum err order_buyer(struct ctx *c, struct order *o) MUST_USE;
/* Something happened: a row of the history, an event, the audit log when staff
 * did it, and the pages that watch. */
struct order_fact {
    const char *event;   /* "order.ready" */
    const char *what;    /* "ready": the history's word */
    const char *why;     /* or NULL */
    i64 place_id;        /* whose list changed; 0: the order's */
    i64 variant_id, qty; /* of a line; NONE */
};
enum err order_tell(struct ctx *c, const struct order *o,
                    const struct order_fact *f) MUST_USE;

/* Tell only the pages that watch one more place. */
void order_live(struct ctx *c, const struct order *o, i64 place_id);

/* Set a fulfilment's state (checked against the table) and its times. */
enum err order_fulfil_to(struct ctx *c, const struct order *o,
                         struct order_fulfilment *f, int to) MUST_USE;
/* Bring the order's own state in line with its fulfilments; nothing when it is. */
enum err order_settle_state(struct ctx *c, struct order *o) MUST_USE;
/* Set the order's state (checked against the table). */
enum err order_state_to(struct ctx *c, struct order *o, int to) MUST_USE;

struct order_fulfilment *order_fulfilment_at(const struct order *o, i64 place_id);
struct order_line *order_line_at(const struct order *o, i64 line_no);

/* ---- Money: order_pay.c ------------------------------------------------------ */

/* Write payments that were made now; their sum may not pass what is owed. */
enum err order_pay_all(struct ctx *c, struct order *o, const struct list *payments,
                       i64 place_id) MUST_USE;
/* Give back what was paid beyond `owed_minor`, newest payment first. */
enum err order_refund_to(struct ctx *c, struct order *o, i64 owed_minor) MUST_USE;
enum err order_read_payments(struct ctx *c, struct order *o) MUST_USE;
enum err order_read_serials(struct ctx *c, struct order *o) MUST_USE;

/* ---- Fulfilment: order_fulfil.c ---------------------------------------------- */

struct order_serial_new {
    i64 line_no, variant_id; /* one of them; NONE or 0: not told */
    const char *serial;
};
struct order_handover {
    const char *code; /* 6 digits, or the text of the QR */
    i64 place_id;
    struct list serials;  /* struct order_serial_new: one per unit-tracked piece */
    struct list payments; /* struct order_payment_new */
};
struct order_found {
    i64 line_no, qty;
};
struct order_at_place {
    i64 place_id;
    struct list lines; /* struct order_found; empty: all is there */
};
struct order_short_pick {
    i64 place_id, line_no, qty; /* pieces that are not there */
    const char *why;
};
enum err order_pick_start(struct ctx *c, i64 order_id, i64 place_id) MUST_USE;
/* How many of a line lie in the parcel now. */
enum err order_pick_line(struct ctx *c, i64 order_id, i64 line_no,
                         i64 picked_qty) MUST_USE;
/* Pieces that the book has and the shelf has not: taken off the order and the
 * book (ADJUST), the customer is told, money goes back. */
enum err order_pick_short(struct ctx *c, i64 order_id,
                          const struct order_short_pick *s) MUST_USE;
/* The parcel is packed.  A line found with fewer pieces than it has is a short
 * pick of the rest; when nothing at all was found the order ends. */
enum err order_ready(struct ctx *c, i64 order_id,
                     const struct order_at_place *p) MUST_USE;
/* Which order a code at this place is for.  NOT_FOUND. */
enum err order_by_code(struct ctx *c, i64 place_id, const char *code,
                       i64 *ret_order_id) MUST_USE;
enum err order_set_ready(struct ctx *c, struct order *o, struct order_fulfilment *f,
                         const char *why) MUST_USE;
enum err order_handover(struct ctx *c, const struct order_handover *h,
                        i64 *ret_order_id) MUST_USE;
enum err order_ship(struct ctx *c, i64 order_id,
                    const struct order_handover *h) MUST_USE;
enum err order_delivered(struct ctx *c, i64 order_id,
                         const struct order_handover *h) MUST_USE;
/* Goods of a fulfilment leave the place: moves, serials, done_qty.
 * serials NULL: another system has them. */
enum err order_goods_leave(struct ctx *c, struct order *o, i64 place_id,
                           const struct list *serials) MUST_USE;

/* ---- Ends and deadlines: order_cancel.c -------------------------------------- */

/* Take qty off a line; total and money follow. */
enum err order_line_reduce(struct ctx *c, struct order *o, struct order_line *l,
                           i64 qty) MUST_USE;
/* It ended without a handover: money and slot go back. */
enum err order_nothing_left(struct ctx *c, struct order *o) MUST_USE;
enum err order_extend(struct ctx *c, i64 order_id, i64 days) MUST_USE;
/* So many days the buyer may still put the deadline off himself; NONE: none. */
enum err order_may_extend(struct ctx *c, const struct order *o, i64 *ret_days) MUST_USE;
enum err order_change_place(struct ctx *c, i64 order_id, i64 place_id) MUST_USE;
/* The next fulfilments that somebody must be reminded of or that are overdue. */
struct order_due {
    i64 order_id, place_id;
};
enum err order_dues(struct ctx *c, struct list *ret) MUST_USE;
/* Remind once; release when the deadline is over; nothing when neither is due (any
 * more). */
enum err order_look_at(struct ctx *c, i64 order_id, i64 place_id) MUST_USE;
/* Close an order that nobody will fetch or wants: every open fulfilment ends. */
enum err order_close(struct ctx *c, struct order *o, int to, const char *why) MUST_USE;
/* When the job must look at it again: the reminder, then the deadline. */
i64 order_due_at(struct ctx *c, const struct order_fulfilment *f);

/* ---- Delivery: order_route.c ------------------------------------------------- */

struct order_part { /* so many of line k from this place */
    size_t line;
    i64 place_id, qty;
};
struct order_where {
    i64 region_id, lat_e6, lon_e6;
};
/* Who can send these lines: the nearest place that has all, else the fewest
 * places.  STOCK_SHORT with each line that nobody has enough of. */
enum err order_route(struct ctx *c, const struct order_where *to,
                     const struct order_line_new *lines, size_t n,
                     struct list *ret_parts) MUST_USE;
enum err order_fee(struct ctx *c, i64 region_id, i64 goods_minor,
                   i64 *ret_minor) MUST_USE;

struct order_slot {
    i64 region_id, id, day, from_min, to_min, capacity, taken, left;
    i64 from_at, to_at, fee_minor;
};
enum err order_slots(struct ctx *c, i64 region_id, struct list *ret) MUST_USE;
enum err order_slot_put(struct ctx *c, const struct order_slot *s) MUST_USE;
enum err order_slot_book(struct ctx *c, i64 region_id, i64 slot_id,
                         i64 *ret_promised_at) MUST_USE;
/* The usual slots of the days to come, for every region that sends; those that are
 * there stay as they are. */
enum err order_slots_open(struct ctx *c) MUST_USE;
enum err order_slot_free(struct ctx *c, i64 region_id, i64 slot_id) MUST_USE;

/* Say it to the customer, if it is one of the facts he wants to know. */
struct event;
enum err order_tell_customer(struct ctx *c, const struct event *e) MUST_USE;

/* Send the code of a ready order again.  WRONG_STATE; NO_SUCH nowhere; TOO_MANY. */
enum err order_code_resend(struct ctx *c, i64 order_id) MUST_USE;

/* Note that the other side has an older version: order_exchange.c. */
enum err order_export_note(struct ctx *c, i64 customer_id, i64 order_id,
                           i64 pos) MUST_USE;
