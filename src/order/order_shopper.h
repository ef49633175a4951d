/* order_shopper.h -- what a buyer asks of his orders beyond seeing them: the
 * receipt, what he owns, when he could have a thing; for this room only. */
#pragma once

#include "order/order_http.h"

/* ---- order_receipt.c ------------------------------------------------------------ */

struct order_receipt_line {
    i64 line_no, variant_id, qty, price_minor, sum_minor, vat_bp, vat_minor;
    const char *sku, *name;
    struct list serials; /* const char * */
};
struct order_receipt_vat { /* what of the sum is tax, by rate */
    i64 vat_bp, sum_minor, vat_minor;
};
struct order_receipt {
    i64 order_id, place_id, total_minor, delivery_minor, paid_minor, at;
    const char *number, *seller,
        *seller_inn; /* seller NULL: not told in the settings */
    int kind, channel;
    struct list lines;    /* struct order_receipt_line */
    struct list vat;      /* struct order_receipt_vat, the highest rate first */
    struct list payments; /* struct order_payment */
};
/* The goods that left, with their tax.  WRONG_STATE: nothing was handed over yet. */
enum err order_receipt(struct ctx *c, i64 order_id, struct order_receipt *ret) MUST_USE;
/* Tax inside a sum, half a kopeck up. */
i64 order_vat_of(i64 sum_minor, i64 vat_bp);

/* ---- order_bought.c ------------------------------------------------------------- */

struct order_bought_ask {
    i64 limit;
    const char *after;
    const char *q; /* words of the name, an article, a serial or order number */
};
struct order_bought {
    i64 order_id, line_no, variant_id, product_id;
    const char *number, *sku, *name, *image; /* image NULL: none */
    i64 place_id, qty, price_minor, sold_at;
    i64 warranty_days, warranty_until_at; /* until NONE: no warranty */
    int channel;
    struct list serials; /* const char * */
};
/* What a customer has bought anywhere, newest first. */
enum err order_bought_list(struct ctx *c, i64 customer_id,
                           const struct order_bought_ask *ask, struct list *ret,
                           const char **ret_next) MUST_USE;

/* ---- order_promise.c ------------------------------------------------------------ */

struct order_promise_ask {
    struct list place_id; /* i64 */
    i64 region_id;
};
struct order_promise_place {
    i64 place_id, ready_at, reserved_until_at; /* ready NONE: never opens */
};
struct order_promise {
    struct list places;            /* struct order_promise_place */
    i64 from_at, to_at, fee_minor; /* delivery: the next slot; NONE none */
};
/* If it were ordered now and the place had it. */
enum err order_promise(struct ctx *c, const struct order_promise_ask *ask,
                       struct order_promise *ret) MUST_USE;

/* ---- order_calendar.c ----------------------------------------------------------- */

/* An iCalendar event: fetch it from when it is ready until its deadline, or be at
 * home for the courier.  WRONG_STATE: it is over. */
enum err order_calendar(struct ctx *c, const struct order *o, const char **ret_text,
                        size_t *ret_n) MUST_USE;

/* ---- order_sold.c --------------------------------------------------------------- */

/* Tell the catalogue what sold in the last days, region by region. */
enum err order_tell_bestsellers(struct ctx *c) MUST_USE;

/* ---- order_shopper_http.c ------------------------------------------------------- */

extern const struct shape order_receipt_shape, order_bought_ask_shape,
    order_bought_shape, order_promise_ask_shape, order_promise_shape;
enum err receipt_get(struct ctx *c, const struct request *q, struct reply *r);
enum err bought_get(struct ctx *c, const struct request *q, struct reply *r);
enum err promise_get(struct ctx *c, const struct request *q, struct reply *r);
enum err calendar_get(struct ctx *c, const struct request *q, struct reply *r);
