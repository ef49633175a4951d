/* What a buyer asks of his orders beyond seeing them, over HTTP. */
#include "order/order_shopper.h"

#include "staff/staff.h"

enum { PROMISE_PLACES = 40, CACHE_S = 30 };

/* clang-format off */
static const struct field receipt_line_fields[] = {
    F_INT(order_receipt_line,  line_no,     MUST, 0, 0, "1, 2, ..."),
    F_ID(order_receipt_line,   variant_id,  MUST, "What."),
    F_TEXT(order_receipt_line, sku,         MUST, 100, "As it was then."),
    F_TEXT(order_receipt_line, name,        MUST, 500, "As it was then."),
    F_INT(order_receipt_line,  qty,         MUST, 0, 0, "Pieces that were handed over."),
    F_INT(order_receipt_line,  price_minor, MUST, 0, 0, "Kopecks a piece, VAT inside."),
    F_INT(order_receipt_line,  sum_minor,   MUST, 0, 0, "Kopecks."),
    F_INT(order_receipt_line,  vat_bp,      MUST, 0, 0, "Rate, 1/100 %."),
    F_INT(order_receipt_line,  vat_minor,   MUST, 0, 0, "Kopecks of the sum."),
    F_LIST_OF(order_receipt_line, serials,  MUST, FIELD_TEXT, 0, "IMEIs and serial numbers."),
    FIELD_END
};
static const struct shape receipt_line_shape = SHAPE("ReceiptLine", order_receipt_line, receipt_line_fields);
static const struct field receipt_vat_fields[] = {
    F_INT(order_receipt_vat, vat_bp,    MUST, 0, 0, "Rate, 1/100 %."),
    F_INT(order_receipt_vat, sum_minor, MUST, 0, 0, "Kopecks taxed at it."),
    F_INT(order_receipt_vat, vat_minor, MUST, 0, 0, "Kopecks of tax in them."),
    FIELD_END
};
static const struct shape receipt_vat_shape = SHAPE("ReceiptVat", order_receipt_vat, receipt_vat_fields);
static const struct field receipt_payment_fields[] = {
    F_ENUM(order_payment, kind,         MUST, order_pay_words, "card or cash."),
    F_INT(order_payment,  amount_minor, MUST, 0, 0, "Kopecks; below 0: given back."),
    F_TIME(order_payment, at,           MUST, "When."),
    FIELD_END
};
static const struct shape receipt_payment_shape = SHAPE("ReceiptPayment", order_payment, receipt_payment_fields);
static const struct field receipt_fields[] = {
    F_ID(order_receipt,   order_id,       MUST, "Of which order."),
    F_TEXT(order_receipt, number,         MUST, 16, "Its number."),
    F_TIME(order_receipt, at,             MUST, "When the goods were handed over."),
    F_ID(order_receipt,   place_id,       MUST, "Where."),
    F_ENUM(order_receipt, kind,           MUST, order_kind_words, "How."),
    F_ENUM(order_receipt, channel,        MUST, catalog_channel_words, "Where it was ordered."),
    F_TEXT(order_receipt, seller,         OPT,  300, "Who sold it: setting order.seller."),
    F_TEXT(order_receipt, seller_inn,     OPT,  12, "His tax number: setting order.seller_inn."),
    F_LIST(order_receipt, lines,          MUST, &receipt_line_shape, 200, "Goods that left."),
    F_INT(order_receipt,  delivery_minor, MUST, 0, 0, "Kopecks of the total."),
    F_INT(order_receipt,  total_minor,    MUST, 0, 0, "Kopecks."),
    F_INT(order_receipt,  paid_minor,     MUST, 0, 0, "Kopecks."),
    F_LIST(order_receipt, vat,            MUST, &receipt_vat_shape, 0, "Tax inside the total, by rate."),
    F_LIST(order_receipt, payments,       MUST, &receipt_payment_shape, 0, "Money in and back."),
    FIELD_END
};
const struct shape order_receipt_shape = SHAPE("Receipt", order_receipt, receipt_fields);

static const struct field bought_ask_fields[] = {
    F_TEXT(order_bought_ask, q, OPT, 200, "Words of the name, an article, an IMEI or serial number, an order's number."),
    PAGE_FIELDS(order_bought_ask),
    FIELD_END
};
const struct shape order_bought_ask_shape = SHAPE("BoughtAsk", order_bought_ask, bought_ask_fields);

struct bought_page {
    struct list items;
    const char *next;
};
static const struct field bought_fields[] = {
    F_ID(order_bought,   order_id,          MUST, "Bought with this order."),
    F_TEXT(order_bought, number,            MUST, 16, "Its number."),
    F_INT(order_bought,  line_no,           MUST, 0, 0, "Its line."),
    F_ID(order_bought,   variant_id,        MUST, "What."),
    F_ID(order_bought,   product_id,        MUST, "Its page."),
    F_TEXT(order_bought, sku,               MUST, 100, "As it was then."),
    F_TEXT(order_bought, name,              MUST, 500, "As it was then."),
    F_TEXT(order_bought, image,             OPT,  0, "Address of its picture."),
    F_ID(order_bought,   place_id,          MUST, "Where it was handed over."),
    F_ENUM(order_bought, channel,           MUST, catalog_channel_words, "Where it was ordered."),
    F_INT(order_bought,  qty,               MUST, 0, 0, "Pieces."),
    F_INT(order_bought,  price_minor,       MUST, 0, 0, "Kopecks a piece."),
    F_TIME(order_bought, sold_at,           MUST, "When it was handed over."),
    F_INT(order_bought,  warranty_days,     MUST, 0, 0, "The warranty of this product, days."),
    F_TIME(order_bought, warranty_until_at, OPT,  "Its end; absent: no warranty."),
    F_LIST_OF(order_bought, serials,        MUST, FIELD_TEXT, 0, "IMEIs and serial numbers."),
    FIELD_END
};
static const struct shape bought_shape = SHAPE("Bought", order_bought, bought_fields);
static const struct field bought_page_fields[] = {
    F_LIST(bought_page, items, MUST, &bought_shape, 0, "Newest first."),
    F_TEXT(bought_page, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
const struct shape order_bought_shape = SHAPE("BoughtPage", bought_page, bought_page_fields);

static const struct field promise_ask_fields[] = {
    F_LIST_OF(order_promise_ask, place_id, OPT, FIELD_ID, PROMISE_PLACES, "Shops to fetch it at; may repeat."),
    F_ID(order_promise_ask, region_id, OPT, "Where a courier would bring it."),
    FIELD_END
};
const struct shape order_promise_ask_shape = SHAPE("PromiseAsk", order_promise_ask, promise_ask_fields);
static const struct field promise_place_fields[] = {
    F_ID(order_promise_place,   place_id,          MUST, "The shop."),
    F_TIME(order_promise_place, ready_at,          OPT,  "What it has is ready by; absent: it never opens."),
    F_TIME(order_promise_place, reserved_until_at, MUST, "A reservation would be kept until."),
    FIELD_END
};
static const struct shape promise_place_shape = SHAPE("PromisePlace", order_promise_place, promise_place_fields);
static const struct field promise_fields[] = {
    F_LIST(order_promise, places,    MUST, &promise_place_shape, 0, "In the order asked."),
    F_TIME(order_promise, from_at,   OPT,  "A courier can come from"),
    F_TIME(order_promise, to_at,     OPT,  "to; absent: no slot is free."),
    F_INT(order_promise,  fee_minor, OPT,  0, 0, "Kopecks; less for a large basket."),
    FIELD_END
};
const struct shape order_promise_shape = SHAPE("Promise", order_promise, promise_fields);
/* clang-format on */

/* ---- Handlers ---------------------------------------------------------------- */

enum err receipt_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct order_receipt *receipt = NEW(c->mem, struct order_receipt);
    i64 id = 0;

    TRY(order_http_seen(c, q, &id));
    TRY(order_receipt(c, id, receipt));
    r->private_ = true;
    return reply_with(r, 200, receipt);
}

enum err bought_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct bought_page *page = NEW(c->mem, struct bought_page);

    TRY(order_bought_list(c, c->who.id, q->query, &page->items, &page->next));
    r->private_ = true;
    return reply_with(r, 200, page);
}

enum err promise_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct order_promise *p = NEW(c->mem, struct order_promise);

    TRY(order_promise(c, q->query, p));
    r->max_age_s = CACHE_S;
    return reply_with(r, 200, p);
}

enum err calendar_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct order o = { 0 };
    const char *text;
    size_t n;
    i64 id = 0;

    TRY(order_http_seen(c, q, &id));
    TRY(order_get(c, id, &o));
    TRY(order_calendar(c, &o, &text, &n));
    r->private_ = true;
    r->file_name = arena_printf(c->mem, "%s.ics", o.number);
    return reply_text(r, "text/calendar; charset=utf-8", text, n);
}
