/* Shapes and routes of the office's catalogue. */
#include <string.h>

#include "catalog/catalog_office.h"

/* clang-format off */
static const char *const active_words[] = { "false", "true", NULL };

static const struct field row_fields[] = {
    F_ID(office_row, id, 0, "The product."),
    F_TEXT(office_row, name, 0, 0, "Its name."),
    F_TEXT(office_row, model, 0, 0, "The maker's own name."),
    F_TEXT(office_row, slug, 0, 0, "Its address."),
    F_ID(office_row, category_id, 0, "Its category."),
    F_TEXT(office_row, category, 0, 0, "That one's name."),
    F_ID(office_row, brand_id, OPT, "Its brand."),
    F_TEXT(office_row, brand, OPT, 0, "That one's name."),
    F_TEXT(office_row, image, OPT, 0, "The first picture."),
    F_BOOL(office_row, active, 0, "It is for sale; otherwise hidden."),
    F_INT(office_row, warranty_days, 0, 0, 0, "Warranty, days."),
    F_INT(office_row, variants, 0, 0, 0, "Its variants."),
    F_INT(office_row, without_barcode, 0, 0, 0, "Of them without a barcode."),
    F_INT(office_row, without_price, 0, 0, 0, "Of them without a price (on the list asked about, or on any)."),
    F_INT(office_row, price_min, OPT, 0, 0, "Kopecks: the lowest of its prices in force."),
    F_INT(office_row, price_max, OPT, 0, 0, "Kopecks: the highest."),
    F_INT(office_row, version, 0, 0, 0, "The ETag of a change."),
    FIELD_END
};
static const struct shape row_shape = SHAPE("OfficeProduct", office_row, row_fields);
static const struct field page_fields[] = {
    F_LIST(office_page, items, 0, &row_shape, 0, "Newest first."),
    F_TEXT(office_page, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape page_shape = SHAPE("OfficeProductPage", office_page, page_fields);

#define FILTER_FIELDS(T)                                                                          \
    F_TEXT(T, q, OPT, 100, "Words of the name, or a whole article, barcode or model."),           \
    F_ID(T, category_id, OPT, "Of this category and all below it."),                              \
    F_ID(T, brand_id, OPT, "Of this brand."),                                                     \
    F_ENUM(T, active, OPT, active_words, "\"true\": for sale; \"false\": hidden; both when absent."), \
    F_BOOL(T, no_picture, OPT, "Without a picture."),                                             \
    F_BOOL(T, no_price, OPT, "With a variant that has no price."),                                \
    F_BOOL(T, no_barcode, OPT, "With a variant that has no barcode."),                            \
    F_ID(T, list_id, OPT, "Prices of this list; of any when absent.")
static const struct field ask_fields[] = { FILTER_FIELDS(office_ask), PAGE_FIELDS(office_ask), FIELD_END };
static const struct shape ask_shape = SHAPE("OfficeProductAsk", office_ask, ask_fields);
static const struct field filter_fields[] = { FILTER_FIELDS(office_filter), FIELD_END };
const struct shape office_filter_shape = SHAPE("OfficeFilter", office_filter, filter_fields);

static const struct field price_fields[] = {
    F_ID(bulk_price, list_id, MUST, "On which price list."),
    F_INT(bulk_price, percent_bp, OPT, -9999, 100000, "By 1/100 %: -500 is five percent less."),
    F_INT(bulk_price, add_minor, OPT, -100000000000, 100000000000, "By so many kopecks."),
    F_INT(bulk_price, price_minor, OPT, 0, 100000000000, "To so many kopecks; also for what has no price yet."),
    F_INT(bulk_price, round_minor, OPT, 1, 10000000, "To a multiple of so many kopecks: 1000 is ten roubles."),
    F_INT(bulk_price, less_minor, OPT, 0, 10000000, "And so many less: 100 after 1000 gives prices like 1 999."),
    F_ENUM(bulk_price, round, OPT, bulk_round_words, "nearest when absent."),
    F_BOOL(bulk_price, strike, OPT, "Show the price before as struck, when it was higher."),
    F_TIME(bulk_price, from_at, OPT, "From when; when it is applied, if absent."),
    F_TIME(bulk_price, to_at, OPT, "Until when, then the price before is there again; for good if absent."),
    FIELD_END
};
static const struct shape price_shape = SHAPE("BulkPrice", bulk_price, price_fields);
static const struct field bulk_ask_fields[] = {
    F_ENUM(bulk_ask, what, MUST, bulk_what_words, "What changes."),
    F_OBJECT(bulk_ask, filter, OPT, &office_filter_shape, "All that the list shows with it."),
    F_LIST_OF(bulk_ask, product_id, OPT, FIELD_ID, 1000, "Or these products."),
    F_LIST_OF(bulk_ask, variant_id, OPT, FIELD_ID, 1000, "Of prices: or these variants."),
    F_OBJECT(bulk_ask, price, OPT, &price_shape, "Of price: how."),
    F_ID(bulk_ask, category_id, OPT, "Of category: which."),
    F_ID(bulk_ask, brand_id, OPT, "Of brand: which; 0: none."),
    F_ENUM(bulk_ask, active, OPT, active_words, "Of active: \"true\" for sale, \"false\" hidden."),
    F_INT(bulk_ask, warranty_days, OPT, 0, 36500, "Of warranty: days."),
    FIELD_END
};
const struct shape bulk_ask_shape = SHAPE("BulkAsk", bulk_ask, bulk_ask_fields);

static const struct field bulk_fields[] = {
    F_ID(bulk, id, 0, "The change."),
    F_ENUM(bulk, what, 0, bulk_what_words, "What changes."),
    F_ENUM(bulk, state, 0, bulk_state_words, "How far it is: ready can be applied, applied undone."),
    F_JSON(bulk, ask, 0, 0, "What was asked for."),
    F_INT(bulk, n_rows, 0, 0, 0, "Rows that change."),
    F_INT(bulk, n_same, 0, 0, 0, "Rows that are so already."),
    F_INT(bulk, n_warned, 0, 0, 0, "Rows with a warning."),
    F_INT(bulk, n_done, 0, 0, 0, "Rows done (or undone) so far."),
    F_INT(bulk, n_refused, 0, 0, 0, "Rows left alone: somebody changed them meanwhile."),
    F_ID(bulk, job_id, 0, "The job that works on it: /v1/job/{id} tells how far."),
    F_TEXT(bulk, error, OPT, 0, "Why it failed."),
    F_TIME(bulk, created_at, 0, "When it was asked for."),
    F_TIME(bulk, applied_at, OPT, "When it was applied."),
    F_TIME(bulk, undone_at, OPT, "When it was undone."),
    F_TIME(bulk, undo_until_at, OPT, "Of an applied one: it can be undone until."),
    F_ID(bulk, who_id, 0, "Who asked; see /v1/staff/name."),
    FIELD_END
};
static const struct shape bulk_shape = SHAPE("Bulk", bulk, bulk_fields);
static const struct field bulks_fields[] = {
    F_LIST(bulk_page, items, 0, &bulk_shape, 0, "Newest first."),
    F_TEXT(bulk_page, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape bulks_shape = SHAPE("BulkPage", bulk_page, bulks_fields);
static const struct field list_ask_fields[] = { PAGE_FIELDS(page), FIELD_END };
static const struct shape list_ask_shape = SHAPE("BulkListAsk", page, list_ask_fields);

static const struct field bulk_row_fields[] = {
    F_ID(bulk_row, subject_id, 0, "The product; of prices the variant."),
    F_ID(bulk_row, product_id, 0, "Its product."),
    F_TEXT(bulk_row, sku, 0, 0, "Of a variant."),
    F_TEXT(bulk_row, name, OPT, 0, "Its name."),
    F_INT(bulk_row, was, OPT, 0, 0, "Before: kopecks, days, 0 or 1; of category and brand see was_name."),
    F_INT(bulk_row, was_old, OPT, 0, 0, "The struck price before."),
    F_TEXT(bulk_row, was_name, OPT, 0, "The category or brand before."),
    F_INT(bulk_row, becomes, OPT, 0, 0, "After."),
    F_INT(bulk_row, becomes_old, OPT, 0, 0, "The struck price after."),
    F_TEXT(bulk_row, becomes_name, OPT, 0, "The category or brand after."),
    F_TEXT(bulk_row, warning, OPT, 0, "By commas: below_cost, big_change, zero, has_stock."),
    F_ENUM(bulk_row, state, 0, bulk_row_words, "What became of it."),
    FIELD_END
};
static const struct shape bulk_row_shape = SHAPE("BulkRow", bulk_row, bulk_row_fields);
static const struct field rows_fields[] = {
    F_LIST(bulk_page, items, 0, &bulk_row_shape, 0, "By id."),
    F_TEXT(bulk_page, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape rows_shape = SHAPE("BulkRowPage", bulk_page, rows_fields);
static const char *const only_words[] = { "warned", "refused", NULL };
static const struct field rows_ask_fields[] = {
    F_ENUM(bulk_rows_ask, only, OPT, only_words, "Only those with a warning, or those left alone."),
    PAGE_FIELDS(bulk_rows_ask),
    FIELD_END
};
static const struct shape rows_ask_shape = SHAPE("BulkRowsAsk", bulk_rows_ask, rows_ask_fields);
/* clang-format on */

static enum err products_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct office_page *page = NEW(c->mem, struct office_page);

    TRY(office_list(c, q->query, page));
    return reply_with(r, 200, page);
}

static enum err bulks_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct bulk_page *page = NEW(c->mem, struct bulk_page);

    TRY(bulk_list(c, q->query, page));
    return reply_with(r, 200, page);
}

static enum err bulk_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct bulk *b = NEW(c->mem, struct bulk);
    struct buf body = buf_new(c->mem, 512, LIMIT_BODY);

    shape_write(&body, &bulk_ask_shape, q->body);
    TRY(bulk_add(c, q->body, body.at, b));
    r->location = arena_printf(c->mem, "/v1/catalog/bulk/%lld", b->id);
    return reply_with(r, 201, b);
}

static enum err answer(struct ctx *c, i64 id, struct reply *r)
{
    struct bulk *b = NEW(c->mem, struct bulk);

    TRY(bulk_get(c, id, b));
    return reply_with(r, 200, b);
}

static enum err bulk_one_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    return answer(c, id, r);
}

static enum err rows_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct bulk_page *page = NEW(c->mem, struct bulk_page);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(bulk_rows(c, id, q->query, page));
    return reply_with(r, 200, page);
}

static enum err apply_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(bulk_apply(c, id));
    return answer(c, id, r);
}

static enum err undo_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(bulk_undo(c, id));
    return answer(c, id, r);
}

static enum err bulk_one_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(bulk_delete(c, id));
    return reply_empty(r);
}

/* clang-format off */
extern const struct route catalog_office_routes[];
const struct route catalog_office_routes[] = {
    { "GET", "/v1/catalog/product", products_get, RIGHT_CATALOG_WRITE, READS_LONG, .query = &ask_shape, .out = &page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "All products, hidden ones too, by category, brand, words, and by what is missing of them." },
    { "GET", "/v1/catalog/bulk", bulks_get, RIGHT_CATALOG_WRITE, READS, .query = &list_ask_shape, .out = &bulks_shape,
      .doc = "Changes of many products or prices, newest first." },
    { "POST", "/v1/catalog/bulk", bulk_post, RIGHT_CATALOG_WRITE, WRITES, .in = &bulk_ask_shape, .out = &bulk_shape,
      .doc = "Ask for a change of many products or prices: a job looks what it would do; nothing changes yet.",
      .example = "{\"what\":\"price\",\"filter\":{\"category_id\":\"{category_id}\"},\"price\":{\"list_id\":\"{price_list_id}\",\"percent_bp\":-500,\"round_minor\":1000,\"less_minor\":100}}" },
    { "GET", "/v1/catalog/bulk/{id}", bulk_one_get, RIGHT_CATALOG_WRITE, READS, .out = &bulk_shape,
      .doc = "One change: how far it is, how many rows, how many warnings." },
    { "DELETE", "/v1/catalog/bulk/{id}", bulk_one_delete, RIGHT_CATALOG_WRITE, WRITES,
      .doc = "Throw away a change that was only looked at." },
    { "GET", "/v1/catalog/bulk/{id}/row", rows_get, RIGHT_CATALOG_WRITE, READS, .query = &rows_ask_shape, .out = &rows_shape,
      .doc = "Its rows before and after." },
    { "POST", "/v1/catalog/bulk/{id}/apply", apply_post, RIGHT_CATALOG_WRITE, WRITES, .out = &bulk_shape,
      .doc = "Do it; rows that somebody changed since the look are refused." },
    { "POST", "/v1/catalog/bulk/{id}/undo", undo_post, RIGHT_CATALOG_WRITE, WRITES, .out = &bulk_shape,
      .doc = "Put back what was before; rows that somebody changed since are refused." },
    ROUTE_END
};
/* clang-format on */
