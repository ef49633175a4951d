/* Receipts put by and one's own day, over HTTP. */
#include "order/order_till.h"

#include "base/limits.h"
#include "staff/staff.h"

struct parked_items {
    struct list items;
};

/* clang-format off */
static const struct field line_new[] = {
    F_ID(parked_line,   variant_id, MUST, "What."),
    F_INT(parked_line,  qty,        MUST, 1, 999, "Pieces."),
    F_TEXT(parked_line, serial,     OPT,  64, "As far as it was scanned."),
    FIELD_END
};
static const struct shape line_new_shape = SHAPE("ParkedLineNew", parked_line, line_new);
static const struct field parked_new[] = {
    F_ID(parked,   place_id,    MUST, "The shop."),
    F_ID(parked,   customer_id, OPT,  "The buyer, when he is known."),
    F_TEXT(parked, note,        OPT,  200, "How to know it again."),
    F_INT(parked,  total_minor, MUST, 0, 1000000000000000, "Kopecks, as the till shows it."),
    F_LIST(parked, lines,       MUST, &line_new_shape, 200, "What."),
    FIELD_END
};
const struct shape parked_new_shape = SHAPE("ParkedNew", parked, parked_new);

static const struct field line[] = {
    F_ID(parked_line,   variant_id, MUST, "What."),
    F_TEXT(parked_line, sku,        MUST, 100, "What."),
    F_TEXT(parked_line, name,       MUST, 500, "What."),
    F_INT(parked_line,  qty,        MUST, 0, 0, "Pieces."),
    F_TEXT(parked_line, serial,     OPT,  64, "As far as it was scanned."),
    FIELD_END
};
static const struct shape line_shape = SHAPE("ParkedLine", parked_line, line);
static const struct field parked_fields[] = {
    F_ID(parked,   id,            MUST, "To go on with it."),
    F_ID(parked,   place_id,      MUST, "The shop."),
    F_ID(parked,   customer_id,   MUST, "The buyer; 0: nobody known."),
    F_TEXT(parked, customer_name, OPT,  400, "The buyer."),
    F_TEXT(parked, note,          MUST, 200, "How to know it again."),
    F_INT(parked,  total_minor,   MUST, 0, 0, "Kopecks, as the till showed it."),
    F_INT(parked,  pieces,        MUST, 0, 0, "Pieces."),
    F_ID(parked,   who_id,        MUST, "Who put it by."),
    F_TEXT(parked, who_name,      OPT,  200, "Who put it by."),
    F_TIME(parked, at,            MUST, "When."),
    F_TIME(parked, until_at,      MUST, "It waits until."),
    F_LIST(parked, lines,         OPT,  &line_shape, 0, "What; when it is taken."),
    FIELD_END
};
const struct shape parked_shape = SHAPE("Parked", parked, parked_fields);
static const struct field page[] = {
    F_LIST(parked_items, items, MUST, &parked_shape, 0, "Oldest first."),
    FIELD_END
};
const struct shape parked_page_shape = SHAPE("ParkedPage", parked_items, page);

static const struct field place[] = {
    F_ID(till_place, place_id, OPT, "The shop; one's own when absent, asked of who has none."),
    FIELD_END
};
const struct shape till_place_shape = SHAPE("TillPlace", till_place, place);

static const struct field figure_fields[] = {
    F_INT(day_figures, sales_minor,     MUST, 0, 0, "Kopecks of sales at the till."),
    F_INT(day_figures, receipts,        MUST, 0, 0, "Sales."),
    F_INT(day_figures, receipt_minor,   OPT,  0, 0, "Average receipt, kopecks."),
    F_INT(day_figures, pieces,          MUST, 0, 0, "Pieces sold."),
    F_INT(day_figures, pieces_x100,     OPT,  0, 0, "Pieces a receipt, times 100."),
    F_INT(day_figures, accessory_minor, MUST, 0, 0, "Kopecks of accessories among the sales."),
    F_INT(day_figures, accessory_bp,    OPT,  0, 0, "Their share, 1/100 %."),
    F_INT(day_figures, handed_over,     MUST, 0, 0, "Orders handed over."),
    F_INT(day_figures, picked,          MUST, 0, 0, "Orders set ready."),
    F_INT(day_figures, pick_s,          OPT,  0, 0, "Median from taking the list to ready, seconds."),
    F_INT(day_figures, returns,         MUST, 0, 0, "Returns taken."),
    F_INT(day_figures, returned_minor,  MUST, 0, 0, "Kopecks of those."),
    FIELD_END
};
static const struct shape figures_shape = SHAPE("DayFigures", day_figures, figure_fields);
static const struct field day_fields[] = {
    F_ID(my_day,     place_id, MUST, "By whose clock."),
    F_TEXT(my_day,   date,     MUST, 10, "Today there."),
    F_OBJECT(my_day, now,      MUST, &figures_shape, "Today so far."),
    F_OBJECT(my_day, before,   MUST, &figures_shape, "An average one of the days compared, until this hour."),
    F_INT(my_day,    compared, MUST, 0, 0, "How many of the last four same weekdays he worked."),
    FIELD_END
};
const struct shape my_day_shape = SHAPE("MyDay", my_day, day_fields);
/* clang-format on */

static i64 asked(const struct ctx *c, const struct request *q)
{
    const struct till_place *p = q->query;

    return p->place_id == NONE ? c->who.place_id : p->place_id;
}

enum err parked_http_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct parked *p = NEW(c->mem, struct parked);

    *p = *(const struct parked *)q->body;
    TRY(order_park(c, p));
    if (p->customer_id == NONE) p->customer_id = 0;
    if (!p->note) p->note = "";
    p->lines = (struct list){ 0 };
    p->who_id = c->who.id;
    p->at = c->now;
    return reply_with(r, 201, p);
}

enum err parked_http_list(struct ctx *c, const struct request *q, struct reply *r)
{
    struct parked_items *all = NEW(c->mem, struct parked_items);

    TRY(order_parked_list(c, asked(c, q), &all->items));
    r->private_ = true;
    return reply_with(r, 200, all);
}

enum err parked_http_take(struct ctx *c, const struct request *q, struct reply *r)
{
    struct parked *p = NEW(c->mem, struct parked);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(order_parked_take(c, id, p));
    r->private_ = true;
    return reply_with(r, 200, p);
}

enum err my_day_http(struct ctx *c, const struct request *q, struct reply *r)
{
    struct my_day *d = NEW(c->mem, struct my_day);
    const i64 place_id = asked(c, q);

    if (!place_id) return FAIL_FIELD(c, BAD_ARGUMENT, "place_id", "by which clock?");
    TRY(order_my_day(c, place_id, d));
    r->private_ = true;
    return reply_with(r, 200, d);
}
