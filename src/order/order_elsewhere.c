/* Promised here, sold to somebody else: another place does it, or nobody. */
#include "order/order_elsewhere.h"

#include <stdlib.h>

#include "event/event.h"
#include "staff/staff.h"

enum { UNMET, PLACES, FULFIL, LINE_TO };
enum { MOST = 5 };

/* clang-format off */
const struct query order_elsewhere_sql[] = {
    [UNMET] = { "order.unmet",
        "SELECT h.variant_id, l.on_hand, l.held, n.sku, n.name, f.order_id, n.line_no,"
        "       n.qty - n.done_qty, f.promised_at, o.number, p.name, o.kind, f.state"
        "  FROM pub_stock_hold h"
        "  JOIN pub_stock_level l ON l.place_id = h.place_id AND l.variant_id = h.variant_id"
        "  JOIN order_fulfilment f ON f.place_id = h.place_id AND f.order_id = h.owner_id"
        "  JOIN order_order o ON o.customer_id = f.customer_id AND o.id = f.order_id"
        "  JOIN order_line n ON n.customer_id = f.customer_id AND n.order_id = f.order_id"
        "                   AND n.place_id = h.place_id AND n.variant_id = h.variant_id"
        "  LEFT JOIN pub_customer_person p ON p.id = f.customer_id"
        " WHERE h.place_id = $1 AND h.owner = 1 AND l.on_hand < l.held AND f.state < 4"
        "   AND n.qty > n.done_qty"
        " ORDER BY h.variant_id, h.owner_id DESC, n.line_no LIMIT 500" },

    [PLACES] = { "order.other_places",
        "SELECT id, lat_e6, lon_e6, can_pickup, can_reserve, can_ship FROM pub_place_place"
        " WHERE active = 1 AND id <> $1 ORDER BY id",
        .scan = "one row for each place of the chain" },

    /* One that has begun there already goes on. */
    [FULFIL] = { "order.fulfilment_joins",
        "INSERT INTO order_fulfilment (place_id, order_id, customer_id, kind, state, promised_at)"
        " VALUES ($1, $2, $3, $4, 0, $5)"
        " ON CONFLICT (place_id, order_id) DO UPDATE SET done_at = NULL, ready_at = NULL,"
        "   state = CASE WHEN order_fulfilment.state = 6 THEN 0 ELSE order_fulfilment.state END"
        "   WHERE order_fulfilment.state IN (0, 1, 6)" },

    [LINE_TO] = { "order.line_to",
        "UPDATE order_line SET place_id = $4, picked_qty = 0"
        " WHERE customer_id = $1 AND order_id = $2 AND line_no = $3" },
    QUERY_END
};
/* clang-format on */

#define Q order_elsewhere_sql

/* ---- What is missing --------------------------------------------------------- */

static struct order_unmet *same_or_new(struct ctx *c, struct list *ret,
                                       const struct order_unmet *one)
{
    struct order_unmet *u = ret->at;

    if (ret->n && u[ret->n - 1].variant_id == one->variant_id) return &u[ret->n - 1];
    u = list_add(c->mem, ret, sizeof(*u));
    *u = *one;
    u->lacking = u->held - u->on_hand;
    return u;
}

enum err order_unmet(struct ctx *c, i64 place_id, struct list *ret)
{
    struct order_unmet u = { 0 };
    struct order_waiting w = { 0 };
    i64 kind, state;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[UNMET], place_id));
    while (db_next(&r, INTO(&u.variant_id, &u.on_hand, &u.held, &u.sku, &u.name,
                            &w.order_id, &w.line_no, &w.qty, &w.promised_at, &w.number,
                            &w.customer_name, &kind, &state))) {
        w.kind = (int)kind;
        w.state = (int)state;
        *(struct order_waiting *)list_add(c->mem, &same_or_new(c, ret, &u)->orders,
                                          sizeof(w)) = w;
    }
    return r.err;
}

/* ---- Who has it -------------------------------------------------------------- */

struct wanted { /* an order's line that looks for another place */
    struct order o;
    struct order_line *line;
    struct order_fulfilment *f;
};

static enum err wanted(struct ctx *c, i64 order_id, i64 line_no, struct wanted *w)
{
    TRY(order_take(c, order_id, &w->o));
    w->line = order_line_at(&w->o, line_no);
    if (!w->line)
        return FAIL(c, NOT_FOUND, "order %s has no line %lld", w->o.number, line_no);
    w->f = order_fulfilment_at(&w->o, w->line->place_id);
    if (!w->f || w->f->state > FULFIL_SHORT || w->line->qty <= w->line->done_qty)
        return FAIL(c, WRONG_STATE, "line %lld of order %s is %s", line_no, w->o.number,
                    w->f ? fulfil_state_words[w->f->state] : "gone");
    return ERR_OK;
}

/* Of what is fetched everything goes along: nobody walks to two shops. */
static bool goes_along(const struct wanted *w, const struct order_line *l)
{
    if (l->qty <= l->done_qty) return false;
    return w->o.kind == ORDER_DELIVERY ? l == w->line : true;
}

struct place_row {
    i64 id, lat_e6, lon_e6;
    bool can_pickup, can_reserve, can_ship;
    bool has; /* all that is wanted */
};

static bool does(const struct wanted *w, const struct place_row *p)
{
    const struct order_fulfilment *f = order_fulfilment_at(&w->o, p->id);

    if (w->o.kind == ORDER_PICKUP) return p->can_pickup;
    if (w->o.kind == ORDER_RESERVE) return p->can_reserve;
    return p->can_ship &&
           (!f || f->state <= FULFIL_PICKING || f->state == FULFIL_CANCELLED);
}

static enum err places(struct ctx *c, const struct wanted *w, struct list *ret)
{
    struct place_row p = { .has = true };
    ROWS r;

    TRY(db_rows(c, &r, &Q[PLACES], w->line->place_id));
    while (db_next(&r, INTO(&p.id, &p.lat_e6, &p.lon_e6, &p.can_pickup, &p.can_reserve,
                            &p.can_ship)))
        if (does(w, &p))
            *(struct place_row *)list_add(c->mem, ret, sizeof(struct place_row)) = p;
    return r.err;
}

static i64 pieces_of(const struct wanted *w, i64 variant_id)
{
    const struct order_line *l = w->o.lines.at;
    i64 sum = 0;

    for (size_t k = 0; k < w->o.lines.n; k++)
        if (l[k].variant_id == variant_id && goes_along(w, &l[k]))
            sum += l[k].qty - l[k].done_qty;
    return sum;
}

static enum err keep_those_with(struct ctx *c, const struct wanted *w, i64 variant_id,
                                struct list *all)
{
    const i64 qty = pieces_of(w, variant_id);
    struct place_row *p = all->at;
    struct list at = { 0 };

    TRY(stock_of_variant(c, variant_id, &at));
    const struct stock_at *a = at.at;
    for (size_t k = 0; k < all->n; k++) {
        size_t m = 0;

        while (m < at.n && a[m].place_id != p[k].id) m++;
        p[k].has &= m < at.n && a[m].free >= qty;
    }
    return ERR_OK;
}

static int nearer(const void *x, const void *y)
{
    const struct order_elsewhere *a = x, *b = y;
    const u64 far_a = (u64)a->distance_m, far_b = (u64)b->distance_m; /* NONE last */

    if (far_a != far_b) return far_a < far_b ? -1 : 1;
    return (a->place_id > b->place_id) - (a->place_id < b->place_id);
}

static i64 distance(const struct place *from, const struct place_row *to)
{
    if (from->lat_e6 == NONE || from->lon_e6 == NONE) return NONE;
    if (to->lat_e6 == NONE || to->lon_e6 == NONE) return NONE;
    return place_distance_m(from->lat_e6, from->lon_e6, to->lat_e6, to->lon_e6);
}

static enum err when_ready(struct ctx *c, const struct wanted *w,
                           struct order_elsewhere *e)
{
    struct setting_scope s;

    e->promised_at = w->f->promised_at;
    if (w->o.kind == ORDER_DELIVERY) return ERR_OK;
    TRY(place_scope(c, e->place_id, &s));
    return place_open_time(c, e->place_id, c->now,
                           setting_int(c, "order.ready_open_min", s), &e->promised_at);
}

static enum err find(struct ctx *c, const struct wanted *w, struct list *ret)
{
    const struct order_line *l = w->o.lines.at;
    struct list all = { 0 };
    struct place here;

    *ret = (struct list){ 0 };
    TRY(place_get(c, w->line->place_id, &here));
    TRY(places(c, w, &all));
    for (size_t k = 0; k < w->o.lines.n; k++)
        if (goes_along(w, &l[k])) TRY(keep_those_with(c, w, l[k].variant_id, &all));
    const struct place_row *p = all.at;
    for (size_t k = 0; k < all.n; k++)
        if (p[k].has)
            *(struct order_elsewhere *)list_add(c->mem, ret,
                                                sizeof(struct order_elsewhere)) =
                (struct order_elsewhere){ p[k].id, distance(&here, &p[k]), NONE };
    if (ret->n) qsort(ret->at, ret->n, sizeof(struct order_elsewhere), nearer);
    if (ret->n > MOST) ret->n = MOST;
    struct order_elsewhere *e = ret->at;
    for (size_t k = 0; k < ret->n; k++) TRY(when_ready(c, w, &e[k]));
    return ERR_OK;
}

enum err order_elsewhere(struct ctx *c, i64 order_id, i64 line_no, struct list *ret)
{
    struct wanted w = { 0 };

    TRY(order_get(c, order_id, &w.o));
    w.line = order_line_at(&w.o, line_no);
    if (!w.line)
        return FAIL(c, NOT_FOUND, "order %s has no line %lld", w.o.number, line_no);
    w.f = order_fulfilment_at(&w.o, w.line->place_id);
    *ret = (struct list){ 0 };
    if (!w.f || w.f->state > FULFIL_SHORT) return ERR_OK;
    return find(c, &w, ret);
}

/* ---- Send it there ----------------------------------------------------------- */

/* The history has it already: this is for who hears facts, and so for the buyer. */
static enum err tell_buyer(struct ctx *c, const struct order *o, const char *event,
                           i64 place_id)
{
    return event_emit(c, event, o->id,
                      arena_printf(c->mem,
                                   "{\"order_id\":\"%lld\",\"customer_id\":\"%lld\","
                                   "\"number\":\"%s\",\"place_id\":\"%lld\"}",
                                   o->id, o->customer_id, o->number, place_id));
}

static enum err nearest(struct ctx *c, const struct wanted *w, i64 *ret_place_id)
{
    struct list all = { 0 };

    TRY(find(c, w, &all));
    if (!all.n)
        return FAIL_FIELD(c, STOCK_SHORT, "place_id", "no other place has it free");
    *ret_place_id = ((struct order_elsewhere *)all.at)->place_id;
    return ERR_OK;
}

/* A hold is of a variant and place: lines that share one add up. */
static enum err hold_there(struct ctx *c, const struct wanted *w, i64 place_id)
{
    const struct order_line *l = w->o.lines.at;
    struct stock_hold h = { .place_id = place_id,
                            .variant_id = w->line->variant_id,
                            .owner = OWNER_ORDER,
                            .owner_id = w->o.id,
                            .qty = w->line->qty - w->line->done_qty,
                            .until_at = NONE };

    for (size_t k = 0; k < w->o.lines.n; k++)
        if (l[k].place_id == place_id && l[k].variant_id == h.variant_id)
            h.qty += l[k].qty - l[k].done_qty;
    return stock_hold_open(c, &h, 1);
}

static bool nothing_left(const struct order *o, i64 place_id)
{
    const struct order_line *l = o->lines.at;

    for (size_t k = 0; k < o->lines.n; k++)
        if (l[k].place_id == place_id && l[k].qty > 0) return false;
    return true;
}

static enum err check_sender(struct ctx *c, const struct wanted *w, i64 place_id)
{
    struct list all = { 0 };
    const struct place_row *p;

    TRY(places(c, w, &all));
    p = all.at;
    for (size_t k = 0; k < all.n; k++)
        if (p[k].id == place_id) return ERR_OK;
    return FAIL_FIELD(c, NO_SUCH, "place_id", "place %lld cannot send it", place_id);
}

/* Another place sends this line of a delivery. */
static enum err send_line(struct ctx *c, struct wanted *w, i64 place_id)
{
    struct order *o = &w->o;
    const i64 from_id = w->line->place_id, qty = w->line->qty - w->line->done_qty;
    i64 n;

    TRY(check_sender(c, w, place_id));
    TRY(hold_there(c, w, place_id));
    TRY(stock_hold_reduce(c, OWNER_ORDER, o->id, from_id, w->line->variant_id, qty));
    TRY(db_exec(c, &Q[FULFIL], &n, place_id, o->id, o->customer_id, o->kind,
                w->f->promised_at));
    if (!n) return FAIL(c, CHANGED, "place %lld has packed its part", place_id);
    TRY(db_exec(c, &Q[LINE_TO], NULL, o->customer_id, o->id, w->line->line_no,
                place_id));
    w->line->place_id = place_id;
    if (nothing_left(o, from_id)) TRY(order_fulfil_to(c, o, w->f, FULFIL_CANCELLED));
    o->fulfilments = (struct list){ 0 };
    TRY(order_read_fulfilments(c, o));
    TRY(order_settle_state(c, o));
    order_live(c, o, from_id);
    return order_tell(c, o,
                      &(struct order_fact){ .event = "order.changed",
                                            .what = "line_moved",
                                            .place_id = place_id,
                                            .variant_id = w->line->variant_id,
                                            .qty = qty });
}

enum err order_send_elsewhere(struct ctx *c, i64 order_id, i64 line_no, i64 place_id)
{
    struct wanted w = { 0 };

    TRY(wanted(c, order_id, line_no, &w));
    TRY(staff_may(c, RIGHT_SELL, w.line->place_id));
    if (place_id == NONE) TRY(nearest(c, &w, &place_id));
    if (place_id == w.line->place_id)
        return FAIL_FIELD(c, NO_SUCH, "place_id", "that is where it is missing");
    if (w.o.kind == ORDER_DELIVERY) return send_line(c, &w, place_id);
    TRY(order_change_place(c, order_id, place_id));
    return tell_buyer(c, &w.o, "order.moved", place_id);
}

/* ---- Give it up -------------------------------------------------------------- */

enum err order_give_up(struct ctx *c, i64 order_id, i64 line_no, i64 qty,
                       const char *why)
{
    struct order o = { 0 };

    TRY(order_take(c, order_id, &o));
    const struct order_line *l = order_line_at(&o, line_no);
    if (!l) return FAIL(c, NOT_FOUND, "order %s has no line %lld", o.number, line_no);
    TRY(staff_may(c, RIGHT_SELL, l->place_id));
    const i64 place_id = l->place_id;
    TRY(order_line_cancel(c, order_id, line_no, qty, why));
    TRY(order_head(c, order_id, &o));
    if (o.state == ORDER_CANCELLED) return ERR_OK; /* he is told of that */
    return tell_buyer(c, &o, "order.given_up", place_id);
}
