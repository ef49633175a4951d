/* order.h -- from basket to handover, in any channel.
 *
 * A basket belongs to a visit or a customer and follows the person.  An order is
 * one promise to one customer; its lines are fulfilled by one or more places
 * (fulfilments: picking list, ready, handed over).  States of order and
 * fulfilment are one transition table each (order_state.def): a change that is
 * not in it is WRONG_STATE.  Every change is an event and a row of the order's
 * history with who did it and why.
 *
 * Placing is two idempotent steps with one id (hold at the place, place for the
 * customer), in one unit on one machine.
 *
 * Owns   order_basket, order_basket_line, order_order, order_line,
 *        order_fulfilment, order_history, order_payment, order_slot
 * Views  pub_order_order, pub_order_line
 * Needs  place, catalog, stock, customer
 * Emits  order.placed, order.changed {state}, order.ready, order.handed_over,
 *        order.cancelled, order.expired, order.sold (till)
 * Live   "order:<id>", "orders:<place_id>"
 * Units  *_minor kopecks with VAT inside; qty whole pieces */
#pragma once

#include "base/module.h"
#include "http/shape.h"

enum order_kind { ORDER_PICKUP, ORDER_RESERVE, ORDER_DELIVERY, ORDER_SALE };
extern const char *const order_kind_words[]; /* pickup, reserve, delivery, sale */

enum order_state {
#define ORDER_STATE(name, word, open) ORDER_##name,
#include "order/order_state.def"
#undef ORDER_STATE
};
extern const char *const order_state_words[];

enum order_pay { PAY_NONE, PAY_ON_PICKUP, PAY_CARD, PAY_CASH };
extern const char *const order_pay_words[];

struct order_line_new {
    i64 variant_id, qty;
    const char *serial;     /* at the till, of a unit-tracked variant */
    i64 price_minor;        /* NONE: the price now; else what the customer was shown:
                               CHANGED when the price is another (never at the till) */
};

struct order_new {
    int kind, channel;      /* enum order_kind, enum catalog_channel */
    i64 place_id;           /* shop of pick-up, reserve or sale; delivery: NONE, chosen by stock */
    i64 customer_id;        /* NONE: by contact; a sale may have none at all */
    const char *name, *phone, *email, *card; /* contact */
    int pay;
    const char *address;    /* delivery */
    i64 region_id;          /* delivery */
    i64 slot_id;            /* delivery: from order_slots */
    i64 basket_id;          /* NONE; its holds are passed to the order, it is emptied */
    i64 sold_at;            /* a till's own time (offline sale); NONE: now */
    const char *comment;
    struct list lines;      /* struct order_line_new; empty: the basket's */
};

struct order_placed {
    i64 id, customer_id, place_id;
    const char *number;     /* for people: short, unique, unguessable is `code` */
    int state;
    i64 total_minor, delivery_minor;
    i64 promised_at;        /* ready by */
    i64 deadline_at;        /* pick up until; NONE */
};

/* Place an order or write a sale.  All or nothing.
 * Errors  BAD_ARGUMENT with the field; NO_SUCH; STOCK_SHORT with each short line;
 *         WRONG_STATE the place does not do that; CHANGED a price is another */
enum err order_place(struct ctx *c, const struct order_new *o, struct order_placed *ret) MUST_USE;

enum err order_find(struct ctx *c, const char *number_or_code, i64 *ret_order_id) MUST_USE;

/* What 1C's exchange must know: orders changed after a cursor, whole, and the
 * states it sends back.  Declared in order_exchange.h-free form: views pub_order_*
 * for reading, these for writing. */
enum err order_state_from_outside(struct ctx *c, i64 order_id, int to, const char *why) MUST_USE;
enum err order_cancel(struct ctx *c, i64 order_id, const char *why) MUST_USE;

extern const struct module order_module;
