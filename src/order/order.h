/* order.h -- from basket to handover, in any channel.
 *
 * A basket belongs to a visit or a customer and follows the person.  An order is
 * one promise to one customer; its lines are fulfilled by one or more places
 * (fulfilments: picking list, ready, handed over).  States of order and
 * fulfilment are one table each (order_state.def): any other change is WRONG_STATE.
 * Every change is an event and a row of the history with who did it and why.
 *
 * Placing is two idempotent steps with one id (hold at the place, place for the
 * customer), in one unit on one machine (ADR-0013, ADR-0014).
 *
 * Owns   order_basket, order_basket_line, order_order, order_number, order_line,
 *        order_fulfilment, order_history, order_payment, order_serial, order_slot,
 *        order_export, order_return, order_return_line, order_parked, order_work
 * Views  pub_order_order, pub_order_line, pub_order_return, pub_order_return_line
 * Needs  place, catalog, stock, customer
 * Emits  order.placed, .changed {state}, .short, .ready, .shipped, .handed_over,
 *        .cancelled, .expired, .reminded, .refunded, .sold, .returned, .return_undone,
 *        .moved (to another shop), .given_up (sold out); the subject is the order
 * Live   "order:<id>", "orders:<place_id>"
 * Units  *_minor kopecks with VAT inside; qty whole pieces */
#pragma once

#include "base/module.h"
#include "http/shape.h"
#include "order/order_past.h"

enum order_kind { ORDER_PICKUP, ORDER_RESERVE, ORDER_DELIVERY, ORDER_SALE };
extern const char *const order_kind_words[]; /* pickup, reserve, delivery, sale */

enum order_state {
#define ORDER_STATE(name, word, open) ORDER_##name,
#include "order/order_state.def"
#undef ORDER_STATE
    ORDER_STATES
};
extern const char *const order_state_words[];

enum fulfil_state {
#define FULFIL_STATE(name, word, open) FULFIL_##name,
#include "order/order_state.def"
#undef FULFIL_STATE
    FULFIL_STATES
};
extern const char *const fulfil_state_words[];

/* How an order is to be paid, and how a payment was made (never NONE, ON_PICKUP). */
enum order_pay { PAY_NONE, PAY_ON_PICKUP, PAY_CARD, PAY_CASH };
extern const char *const order_pay_words[];

/* ---- Place ------------------------------------------------------------------- */

struct order_line_new {
    i64 variant_id, qty;
    const char *serial; /* at the till, of a unit-tracked variant */
    i64 price_minor;    /* NONE: the price now; else what the customer was shown:
                           CHANGED when the price is another (never at the till) */
    const i64 *vat_bp;  /* on the receipt of a sale that happened; NULL: the rate now */
};

struct order_payment_new {
    int kind;         /* PAY_CARD or PAY_CASH */
    i64 amount_minor; /* > 0 */
    const char *ref;  /* the terminal's number; a repeat of it is no second payment */
};

struct order_new {
    int kind, channel; /* enum order_kind, enum catalog_channel */
    i64 place_id; /* shop of pick-up, reserve or sale; delivery: NONE, chosen by stock
                   */
    i64 customer_id; /* NONE: by contact; a sale may have none at all */
    const char *name, *phone, *email, *card; /* contact */
    int pay;
    const char *address; /* delivery */
    i64 region_id;       /* delivery */
    i64 lat_e6, lon_e6;  /* delivery: where to, for the nearest place; NONE unknown */
    i64 slot_id;         /* delivery: from order_slots */
    i64 basket_id;       /* NONE; its holds end, what is ordered leaves it */
    i64 sold_at;         /* a till's own time (offline sale); NONE: now */
    const char *comment;
    struct list lines; /* struct order_line_new; empty: the basket's */
    struct list
        payments; /* struct order_payment_new; a sale's must add up to its total */
};

struct order_placed {
    i64 id, customer_id, place_id;
    const char *number; /* for people: short, unique */
    const char *token;  /* for the guest's link: unguessable */
    int state;
    i64 total_minor, delivery_minor;
    i64 promised_at; /* ready by */
    i64 deadline_at; /* pick up until; NONE */
};

/* Place an order or write a sale, or nothing.  A sale with sold_at has happened (an
 * offline till): goods leave whatever the book says, with the receipt's prices.
 * Errors  BAD_ARGUMENT; NO_SUCH; STOCK_SHORT each short line; WRONG_STATE; CHANGED */
enum err order_place(struct ctx *c, const struct order_new *o,
                     struct order_placed *ret) MUST_USE;

/* ---- Read -------------------------------------------------------------------- */

struct order_line {
    i64 line_no, variant_id, place_id;
    const char *sku, *name, *image; /* as then; the picture as it is now, or NULL */
    bool unit_tracked;
    i64 qty_ordered, qty; /* asked for; left of it after cancels and short picks */
    i64 picked_qty, done_qty;
    i64 price_minor, vat_bp, sum_minor; /* sum = qty x price */
    i64 order_id;
    i64 returned_qty;          /* of done_qty */
    const char *aisle, *shelf; /* on a picking list: where it stands; NULL */
};
struct order_fulfilment {
    i64 place_id;
    int state;                                       /* enum fulfil_state */
    i64 promised_at, ready_at, done_at, deadline_at; /* NONE: not yet, none */
    const char *code; /* of pick-up, while ready; NULL otherwise */
};
struct order_payment {
    i64 id;
    int kind;
    i64 amount_minor; /* < 0: given back */
    i64 at, place_id;
    const char *ref;
};
struct order_step { /* a row of the history */
    i64 at;
    const char *what, *why; /* "placed", "ready", "line_cancelled" ... */
    int who_kind;
    i64 who_id, order_id;
};
struct order {
    i64 id, customer_id, place_id, region_id; /* customer 0: a sale to nobody known */
    const char *number, *token;
    int kind, channel, state, pay;
    i64 total_minor, delivery_minor, paid_minor;
    i64 returned_minor; /* of the total: what came back had cost */
    i64 placed_at, changed_at, promised_at, deadline_at;
    i64 slot_id, extended; /* times the buyer has put the deadline off */
    i64 extend_days;       /* so many days he still may; NONE: not any more */
    const char *address, *comment;
    const char *customer_name, *customer_phone; /* only where staff look; NULL */
    struct list lines, fulfilments, payments, history;
    struct list serials; /* const char * */
};
/* NOT_FOUND.  Six reads by key.  Does not ask who may see it. */
enum err order_get(struct ctx *c, i64 order_id, struct order *ret) MUST_USE;
/* By number ("7K2-M9QFX", any spelling) or token.  NOT_FOUND. */
enum err order_find(struct ctx *c, const char *number_or_code,
                    i64 *ret_order_id) MUST_USE;

/* Who was served at a place (i64), from before this order (0: newest first); then on.
 */
enum err order_customers_at(struct ctx *c, i64 place_id, i64 before_order_id,
                            i64 *ret_before, struct list *ret) MUST_USE;
/* ---- Change ------------------------------------------------------------------ */

/* Cancel what is not handed over: goods are free again, payments go back. */
enum err order_cancel(struct ctx *c, i64 order_id, const char *why) MUST_USE;
enum err order_line_cancel(struct ctx *c, i64 order_id, i64 line_no, i64 qty,
                           const char *why) MUST_USE;
/* Money that came: GONE when the order is closed, BAD_ARGUMENT when it is more
 * than is owed; the same ref again changes nothing. */
enum err order_pay(struct ctx *c, i64 order_id,
                   const struct order_payment_new *p) MUST_USE;

/* ---- For the exchange with 1C ------------------------------------------------ */

/* An order as CommerceML wants it: whole, with its customer's contact. */
struct order_out {
    struct order order;
    i64 pos; /* version: give it back to order_taken() */
    const char *customer_name, *phone, *email; /* NULL unknown */
    const char *place_code, *place_name;
    struct list returns; /* struct order_return_out, oldest first */
};
/* Goods of it that came back: a document of its own. */
struct order_return_out {
    i64 id, place_id, at, goods_minor, refund_minor;
    bool undone;
    const char *number, *why;
    struct list lines; /* struct order_line: line_no, variant_id, sku, name, qty,
                          price_minor, vat_bp */
};
/* Orders that changed since they were last taken, the longest waiting first, with
 * pos > after_pos (0: from the start), at most `limit`; struct order_out in ret.
 * Follows the event log, so a change is seen within moments. */
enum err order_changed(struct ctx *c, i64 after_pos, i64 limit,
                       struct list *ret) MUST_USE;
/* The other side has this version.  A change made meanwhile stays to be taken. */
enum err order_taken(struct ctx *c, i64 order_id, i64 pos) MUST_USE;
/* The state another system says: READY, SHIPPED, DONE (goods leave the book),
 * CANCELLED.  The state it has already is no error; WRONG_STATE else. */
enum err order_state_from_outside(struct ctx *c, i64 order_id, int to,
                                  const char *why) MUST_USE;

extern const struct shape order_shape;
extern const struct module order_module;
