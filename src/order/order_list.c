/* Many orders: a customer's own, a place's, the chain's; and the profile, which
 * is one snapshot of few clustered reads. */
#include "order/order_list.h"
#include "base/contact.h"
#include "base/time.h"
#include "customer/customer.h"
#include "staff/staff.h"

enum {
    OF_CUSTOMER,
    AT_PLACE,
    OPEN_AT_PLACE,
    OF_CHAIN,
    ONE,
    LINES,
    LINES_SEEN, /* with the goods' pictures: three more searches a line */
    EVENTS,
    SUMS,
    SERVED
};

#define ROW                                                                            \
    "o.id, o.customer_id, o.place_id, o.total_minor, o.paid_minor, o.placed_at,"       \
    " o.promised_at, o.deadline_at, o.number, o.returned_minor, o.kind, o.channel,"    \
    " o.state"
#define WHO   " , p.name, p.phone"
#define BUYER " LEFT JOIN pub_customer_person p ON p.id = o.customer_id"

/* clang-format off */
#define LINE(image) \
    "SELECT order_id, line_no, variant_id, place_id, sku, name, unit_tracked, qty_ordered," \
    "       qty, picked_qty, done_qty, price_minor, vat_bp, qty * price_minor, returned_qty, " image \
    "  FROM order_line l WHERE customer_id = $1 AND order_id BETWEEN $2 AND $3" \
    " ORDER BY order_id, line_no"
const struct query order_list_sql[] = {
    [OF_CUSTOMER] = { "order.list_of_customer",
        "SELECT " ROW " FROM order_order o WHERE o.customer_id = $1 AND o.id < $2"
        "   AND ($4 < 0 OR o.state = $4) ORDER BY o.id DESC LIMIT $3" },

    [AT_PLACE] = { "order.list_at_place",
        "SELECT " ROW WHO " FROM order_fulfilment f"
        "  JOIN order_order o ON o.customer_id = f.customer_id AND o.id = f.order_id" BUYER
        " WHERE f.place_id = $1 AND f.order_id < $2 AND f.order_id >= $5"
        "   AND ($4 < 0 OR o.state = $4) ORDER BY f.order_id DESC LIMIT $3" },

    /* Open ones are few and have an index of their own. */
    [OPEN_AT_PLACE] = { "order.list_open_at_place",
        "SELECT " ROW WHO " FROM order_fulfilment f"
        "  JOIN order_order o ON o.customer_id = f.customer_id AND o.id = f.order_id" BUYER
        " WHERE f.place_id = $1 AND f.state < 5 AND f.order_id < $2 AND o.state = $4"
        " ORDER BY f.order_id DESC LIMIT $3" },

    [OF_CHAIN] = { "order.list_of_chain",
        "SELECT " ROW WHO " FROM order_order o" BUYER
        " WHERE o.id < $1 AND o.id >= $4 AND ($3 < 0 OR o.state = $3)"
        " ORDER BY o.id DESC LIMIT $2" },

    [ONE] = { "order.list_one",
        "SELECT " ROW WHO " FROM order_order o" BUYER " WHERE o.id = $1" },

    [LINES] = { "order.list_lines", LINE("NULL") },

    [LINES_SEEN] = { "order.list_lines_seen",
        LINE("(SELECT i.image FROM pub_catalog_picture i WHERE i.variant_id = l.variant_id)") },

    [EVENTS] = { "order.list_steps",
        "SELECT at, what, why, who_kind, who_id, order_id FROM order_history"
        " WHERE customer_id = $1 ORDER BY order_id DESC, id DESC LIMIT $2" },

    [SUMS] = { "order.list_sums",
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE state < 4), COUNT(*) FILTER (WHERE state = 4),"
        "       COALESCE(CAST(SUM(CASE WHEN state = 4 THEN total_minor - returned_minor ELSE 0 END) AS BIGINT), 0),"
        "       MIN(placed_at), MAX(placed_at)"
        "  FROM order_order WHERE customer_id = $1" },

    [SERVED] = { "order.customers_at",
        "SELECT order_id, customer_id FROM order_fulfilment"
        " WHERE place_id = $1 AND order_id < $2 ORDER BY order_id DESC LIMIT $3" },
    QUERY_END
};
/* clang-format on */

#define Q order_list_sql

enum { STATE_DAYS = 90, PROFILE_ORDERS = 20, PROFILE_EVENTS = 30 };

/* ---- Rows -------------------------------------------------------------------- */

#define ROW_INTO(o, w)                                                                 \
    &(o).id, &(o).customer_id, &(o).place_id, &(o).total_minor, &(o).paid_minor,       \
        &(o).placed_at, &(o).promised_at, &(o).deadline_at, &(o).number,               \
        &(o).returned_minor, &(w)[0], &(w)[1], &(w)[2]

static void keep(struct ctx *c, struct list *items, struct order_row *o,
                 const i64 *words)
{
    o->kind = (int)words[0];
    o->channel = (int)words[1];
    o->state = (int)words[2];
    *(struct order_row *)list_add(c->mem, items, sizeof(*o)) = *o;
}

static enum err read_rows(struct ctx *c, const struct query *q, const struct val *v,
                          size_t nv, struct list *items)
{
    struct order_row o = { 0 };
    i64 words[3];
    ROWS r;

    TRY(db_rows_(c, &r, q, v, nv));
    while (db_next(&r, INTO(ROW_INTO(o, words), &o.name, &o.phone))) {
        o.phone = contact_open(c->mem, o.phone);
        keep(c, items, &o, words);
    }
    return r.err;
}

static enum err read_own(struct ctx *c, i64 customer_id, i64 before_id, i64 limit,
                         int state, struct list *items)
{
    struct order_row o = { 0 };
    i64 words[3];
    ROWS r;

    TRY(db_rows(c, &r, &Q[OF_CUSTOMER], customer_id, before_id, limit, state));
    while (db_next(&r, INTO(ROW_INTO(o, words)))) keep(c, items, &o, words);
    return r.err;
}

/* The lines of one customer's orders, which lie side by side, in one read; the
 * orders are newest first, the lines oldest first. */
static enum err add_lines(struct ctx *c, i64 customer_id, int lines, struct list *items)
{
    struct order_row *o = items->at;
    size_t k = items->n;
    struct order_line l = { 0 };
    ROWS r = { 0 };

    if (!k) return ERR_OK;
    TRY(db_rows(c, &r, &Q[lines], customer_id, o[k - 1].id, o[0].id));
    while (db_next(&r, INTO(&l.order_id, &l.line_no, &l.variant_id, &l.place_id, &l.sku,
                            &l.name, &l.unit_tracked, &l.qty_ordered, &l.qty,
                            &l.picked_qty, &l.done_qty, &l.price_minor, &l.vat_bp,
                            &l.sum_minor, &l.returned_qty, &l.image))) {
        while (k > 1 && o[k - 1].id < l.order_id) k--;
        if (o[k - 1].id == l.order_id)
            *(struct order_line *)list_add(c->mem, &o[k - 1].lines, sizeof(l)) = l;
    }
    return r.err;
}

/* ---- Lists ------------------------------------------------------------------- */

static enum err one(struct ctx *c, const struct order_filter *f, struct order_page *ret)
{
    i64 id;

    if (order_find(c, f->number, &id)) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    return read_rows(c, &Q[ONE], VALS(id), &ret->items);
}

/* A state that is over is asked of the last months; ids tell the time. */
static i64 oldest(struct ctx *c, int state)
{
    struct ids fresh = { 0 };
    struct ctx then = { .ids = &fresh, .now = c->now - STATE_DAYS * DAY_MS };

    return state < 0 || order_is_open(state) ? 0 : id_new(&then);
}

static enum err page(struct ctx *c, const struct order_filter *f, i64 before_id,
                     i64 limit, struct order_page *ret)
{
    const bool open = f->state >= 0 && order_is_open(f->state);

    if (f->customer_id != NONE) {
        TRY(read_own(c, f->customer_id, before_id, limit, f->state, &ret->items));
        return add_lines(c, f->customer_id, LINES_SEEN, &ret->items);
    }
    if (f->place_id == NONE)
        return read_rows(c, &Q[OF_CHAIN],
                         VALS(before_id, limit, f->state, oldest(c, f->state)),
                         &ret->items);
    if (open)
        return read_rows(c, &Q[OPEN_AT_PLACE],
                         VALS(f->place_id, before_id, limit, f->state), &ret->items);
    return read_rows(c, &Q[AT_PLACE],
                     VALS(f->place_id, before_id, limit, f->state, oldest(c, f->state)),
                     &ret->items);
}

enum err order_list(struct ctx *c, const struct order_filter *f, struct order_page *ret)
{
    const i64 limit = f->limit == NONE ? 50 : f->limit;
    i64 before_id = INT64_MAX;

    *ret = (struct order_page){ 0 };
    if (f->number) return one(c, f, ret);
    if (f->after) TRY(page_after(c, f->after, &before_id, 1));
    TRY(page(c, f, before_id, limit, ret));
    const struct order_row *o = ret->items.at;
    if ((i64)ret->items.n == limit)
        ret->next = page_next(c->mem, &o[ret->items.n - 1].id, 1);
    return ERR_OK;
}

/* ---- Profile ----------------------------------------------------------------- */

static void add_holds(struct ctx *c, struct order_profile *p)
{
    const struct order_row *o = p->orders.at;

    for (size_t k = 0; k < p->orders.n; k++) {
        const struct order_line *l = o[k].lines.at;

        if (!order_is_open(o[k].state)) continue;
        for (size_t m = 0; m < o[k].lines.n; m++)
            if (l[m].qty > l[m].done_qty)
                *(struct order_hold *)list_add(c->mem, &p->holds,
                                               sizeof(struct order_hold)) =
                    (struct order_hold){ o[k].id,          l[m].place_id,
                                         l[m].variant_id,  l[m].qty - l[m].done_qty,
                                         o[k].deadline_at, l[m].sku,
                                         l[m].name };
    }
}

static enum err read_steps(struct ctx *c, i64 customer_id, struct list *ret)
{
    struct order_step s;
    i64 kind;
    ROWS r;

    TRY(db_rows(c, &r, &Q[EVENTS], customer_id, PROFILE_EVENTS));
    while (db_next(&r, INTO(&s.at, &s.what, &s.why, &kind, &s.who_id, &s.order_id))) {
        s.who_kind = (int)kind;
        *(struct order_step *)list_add(c->mem, ret, sizeof(s)) = s;
    }
    return r.err;
}

/* Whose orders are all in the list is counted there. */
static void sum_up(struct order_profile *p)
{
    const struct order_row *o = p->orders.at;

    p->first_at = p->last_at = p->orders.n ? o[0].placed_at : NONE;
    for (size_t k = 0; k < p->orders.n; k++) {
        p->orders_all++;
        p->orders_open += order_is_open(o[k].state);
        p->orders_done += o[k].state == ORDER_DONE;
        if (o[k].state == ORDER_DONE)
            p->spent_minor += o[k].total_minor - o[k].returned_minor;
        if (o[k].placed_at < p->first_at) p->first_at = o[k].placed_at;
        if (o[k].placed_at > p->last_at) p->last_at = o[k].placed_at;
    }
}

/* Nearly everybody is himself: nobody's survivor. */
static void profile_ahead(struct ctx *c, i64 customer_id)
{
    (void)db_ahead(c, &Q[OF_CUSTOMER], customer_id, INT64_MAX, PROFILE_ORDERS, -1);
    (void)db_ahead(c, &Q[EVENTS], customer_id, PROFILE_EVENTS);
}

enum err order_profile(struct ctx *c, i64 customer_id, struct order_profile *ret)
{
    *ret = (struct order_profile){ .customer = NEW(c->mem, struct customer) };
    profile_ahead(c, customer_id);
    TRY(customer_get(c, customer_id, ret->customer));
    customer_id = ret->customer->id; /* the survivor of a merged one */
    TRY(read_own(c, customer_id, INT64_MAX, PROFILE_ORDERS, -1, &ret->orders));
    TRY(add_lines(c, customer_id, LINES, &ret->orders));
    add_holds(c, ret);
    TRY(read_steps(c, customer_id, &ret->events));
    if (ret->orders.n < PROFILE_ORDERS) {
        sum_up(ret);
        return ERR_OK;
    }
    return db_one(c, &Q[SUMS],
                  INTO(&ret->orders_all, &ret->orders_open, &ret->orders_done,
                       &ret->spent_minor, &ret->first_at, &ret->last_at),
                  customer_id);
}

enum err order_customers_at(struct ctx *c, i64 place_id, i64 before_order_id,
                            i64 *ret_before, struct list *ret)
{
    enum { SOME = 500 };
    i64 order_id = 0, customer_id, n = 0;
    ROWS r;

    TRY(db_rows(c, &r, &Q[SERVED], place_id,
                before_order_id ? before_order_id : INT64_MAX, SOME));
    for (; db_next(&r, INTO(&order_id, &customer_id)); n++)
        if (customer_id) *(i64 *)list_add(c->mem, ret, sizeof(i64)) = customer_id;
    *ret_before = n == SOME ? order_id : 0;
    return r.err;
}
