/* The shop's floor over HTTP. */
#include "stock/stock_floor.h"

#include "staff/staff.h"

struct floor_items {
    struct list items;
    const char *next;
};
struct floor_ask {
    i64 place_id, limit;
    const char *after;
};

/* clang-format off */
static const struct field aside_fields[] = {
    F_ID(stock_aside,   id,         0, "To decide about it."),
    F_ID(stock_aside,   place_id,   0, "Where it stands."),
    F_ID(stock_aside,   variant_id, 0, "What."),
    F_TEXT(stock_aside, sku,        OPT, 100, "What."),
    F_TEXT(stock_aside, name,       OPT, 500, "What."),
    F_INT(stock_aside,  qty,        0, 0, 0, "Pieces."),
    F_TEXT(stock_aside, serial,     OPT, 64, "IMEI or serial number."),
    F_ID(stock_aside,   doc_id,     0, "The return it came by."),
    F_TEXT(stock_aside, why,        0, 1000, "What is wrong with it."),
    F_TIME(stock_aside, at,         0, "Since when."),
    FIELD_END
};
static const struct shape aside_shape = SHAPE("StockAside", stock_aside, aside_fields);
static const struct field aside_page_fields[] = {
    F_LIST(floor_items, items, 0, &aside_shape, 0, "Newest first."),
    F_TEXT(floor_items, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
const struct shape stock_aside_page_shape = SHAPE("StockAsidePage", floor_items, aside_page_fields);
static const struct field aside_ask_fields[] = {
    F_ID(floor_ask, place_id, OPT, "The place; one's own when absent."),
    PAGE_FIELDS(floor_ask),
    FIELD_END
};
const struct shape stock_aside_ask_shape = SHAPE("StockAsideAsk", floor_ask, aside_ask_fields);

struct aside_said {
    int how;
    const char *why;
};
static const char *const said_words[] = { "shelf", "written_off", "service", NULL };
static const struct field aside_end_fields[] = {
    F_ENUM(aside_said, how, MUST, said_words, "Back to the shelf, written off, or to the workshop."),
    F_TEXT(aside_said, why, OPT, 300, "For the audit."),
    FIELD_END
};
const struct shape stock_aside_end_shape = SHAPE("StockAsideEnd", aside_said, aside_end_fields);

static const struct field spot_fields[] = {
    F_ID(stock_spot,   variant_id, OPT, "What, or"),
    F_TEXT(stock_spot, sku,        OPT, 100, "its article."),
    F_TEXT(stock_spot, name,       OPT, 500, "What; read only."),
    F_TEXT(stock_spot, aisle,      MUST, 20, "The aisle; \"\" nowhere in particular."),
    F_TEXT(stock_spot, shelf,      OPT, 20, "The shelf in it."),
    FIELD_END
};
static const struct shape spot_shape = SHAPE("StockSpot", stock_spot, spot_fields);
static const struct field shelf_page_fields[] = {
    F_LIST(floor_items, items, 0, &spot_shape, 0, "Where things stand."),
    F_TEXT(floor_items, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
const struct shape stock_shelf_page_shape = SHAPE("StockShelfPage", floor_items, shelf_page_fields);

struct shelf_said {
    i64 place_id;
    bool dry;
    struct list lines;
};
static const struct field shelf_put_fields[] = {
    F_ID(shelf_said,   place_id, MUST, "The place."),
    F_BOOL(shelf_said, dry,      OPT, "Only say which rows would be refused."),
    F_LIST(shelf_said, lines,    MUST, &spot_shape, 1000, "Where things stand."),
    FIELD_END
};
const struct shape stock_shelf_put_shape = SHAPE("StockShelfPut", shelf_said, shelf_put_fields);
/* clang-format on */

/* A list of a place, and where in its rows the id stands that the next page begins
 * after. */
struct floor_list {
    enum err (*read)(struct ctx *c, i64 place_id, i64 after, i64 limit,
                     struct list *ret);
    size_t size, key_at;
};

static const char *floor_next(struct ctx *c, const struct floor_list *l,
                              const struct list *rows)
{
    const char *last = (const char *)rows->at + (rows->n - 1) * l->size;

    return page_next(c->mem, (const i64 *)(const void *)(last + l->key_at), 1);
}

static enum err floor_page(struct ctx *c, const struct request *q, struct reply *r,
                           const struct floor_list *l)
{
    const struct floor_ask *ask = q->query;
    struct floor_items *page = NEW(c->mem, struct floor_items);
    const i64 limit = ask->limit == NONE ? 50 : ask->limit,
              place_id = ask->place_id == NONE ? c->who.place_id : ask->place_id;
    i64 after = 0;

    TRY(staff_may(c, RIGHT_SELL, place_id));
    if (ask->after) TRY(page_after(c, ask->after, &after, 1));
    TRY(l->read(c, place_id, after, limit, &page->items));
    if ((i64)page->items.n == limit) page->next = floor_next(c, l, &page->items);
    return reply_with(r, 200, page);
}

enum err aside_http_list(struct ctx *c, const struct request *q, struct reply *r)
{
    static const struct floor_list aside = { stock_aside_list,
                                             sizeof(struct stock_aside),
                                             offsetof(struct stock_aside, id) };

    return floor_page(c, q, r, &aside);
}

enum err aside_http_end(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct aside_said *said = q->body;
    struct stock_aside a;
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(stock_aside_get(c, id, &a));
    TRY(staff_may(c, RIGHT_STOCK_APPROVE, a.place_id));
    TRY(stock_aside_end(c, id, said->how, said->why));
    return reply_empty(r);
}

enum err shelf_http_list(struct ctx *c, const struct request *q, struct reply *r)
{
    static const struct floor_list shelves = {
        stock_shelf_list, sizeof(struct stock_spot),
        offsetof(struct stock_spot, variant_id)
    };

    return floor_page(c, q, r, &shelves);
}

enum err shelf_http_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct shelf_said *said = q->body;

    TRY(staff_may(c, RIGHT_SELL, said->place_id));
    TRY(stock_shelf_put(c, said->place_id, &said->lines, said->dry));
    if (!said->dry) TRY(staff_audit(c, "stock.shelf", said->place_id, NULL));
    return reply_empty(r);
}
