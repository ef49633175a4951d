/* What the shop does before the customer comes: pick, miss, set ready. */
#include <assert.h>

#include "base/seal.h"
#include "base/time.h"
#include "order/order_list.h"
#include "staff/staff.h"

enum { PICKED, PICK_ALL, LIST };

/* clang-format off */
const struct query order_pick_sql[] = {
    [PICKED] = { "order.picked",
        "UPDATE order_line SET picked_qty = $4"
        " WHERE customer_id = $1 AND order_id = $2 AND line_no = $3 AND qty >= $4" },

    [PICK_ALL] = { "order.pick_all",
        "UPDATE order_line SET picked_qty = qty"
        " WHERE customer_id = $1 AND order_id = $2 AND place_id = $3" },

    /* The first promised comes first; within an order as its picker walks: by aisle and
     * shelf, then by name. */
    [LIST] = { "order.picking",
        "SELECT f.order_id, f.promised_at, f.deadline_at, f.state, o.number, o.kind, o.state,"
        "       o.comment, p.name, l.line_no, l.variant_id, l.place_id, l.sku, l.name,"
        "       l.unit_tracked, l.qty_ordered, l.qty, l.picked_qty, l.done_qty, l.price_minor,"
        "       l.vat_bp, l.qty * l.price_minor, s.aisle, s.shelf"
        "  FROM order_fulfilment f"
        "  JOIN order_order o ON o.customer_id = f.customer_id AND o.id = f.order_id"
        "  JOIN order_line l ON l.customer_id = f.customer_id AND l.order_id = f.order_id"
        "                   AND l.place_id = f.place_id"
        "  LEFT JOIN pub_customer_person p ON p.id = f.customer_id"
        "  LEFT JOIN pub_stock_shelf s ON s.place_id = l.place_id AND s.variant_id = l.variant_id"
        " WHERE f.place_id = $1 AND f.state < 5 AND f.state BETWEEN $2 AND $3 AND l.qty > 0"
        " ORDER BY f.promised_at NULLS LAST, f.order_id, s.aisle NULLS LAST, s.shelf NULLS LAST,"
        "  l.name, l.line_no LIMIT 1000" },
    QUERY_END
};
/* clang-format on */

#define Q order_pick_sql

static enum err place_of(struct ctx *c, const struct order *o, i64 place_id,
                         struct order_fulfilment **ret)
{
    struct order_fulfilment *f = order_fulfilment_at(o, place_id);

    if (!f || f->state == FULFIL_CANCELLED)
        return FAIL(c, NOT_FOUND, "order %s has nothing at place %lld", o->number,
                    place_id);
    TRY(staff_may(c, RIGHT_SELL, place_id));
    *ret = f;
    return ERR_OK;
}

static enum err line_of(struct ctx *c, const struct order *o, i64 line_no,
                        struct order_line **ret)
{
    struct order_line *l = order_line_at(o, line_no);

    if (!l) return FAIL(c, NOT_FOUND, "order %s has no line %lld", o->number, line_no);
    *ret = l;
    return ERR_OK;
}

static enum err start(struct ctx *c, struct order *o, struct order_fulfilment *f)
{
    TRY(order_fulfil_to(c, o, f, FULFIL_PICKING));
    TRY(order_settle_state(c, o));
    return order_tell(c, o,
                      &(struct order_fact){ .event = "order.changed",
                                            .what = "picking",
                                            .place_id = f->place_id });
}

enum err order_pick_start(struct ctx *c, i64 order_id, i64 place_id)
{
    struct order o = { 0 };
    struct order_fulfilment *f = NULL;

    TRY(order_take(c, order_id, &o));
    TRY(place_of(c, &o, place_id, &f));
    assert(f);
    return start(c, &o, f);
}

enum err order_pick_line(struct ctx *c, i64 order_id, i64 line_no, i64 picked_qty)
{
    struct order o = { 0 };
    struct order_fulfilment *f = NULL;
    struct order_line *l = NULL;
    i64 n;

    TRY(order_take(c, order_id, &o));
    TRY(line_of(c, &o, line_no, &l));
    assert(l);
    TRY(place_of(c, &o, l->place_id, &f));
    assert(f);
    if (f->state == FULFIL_PLANNED) TRY(start(c, &o, f));
    if (f->state != FULFIL_PICKING && f->state != FULFIL_SHORT)
        return FAIL(c, WRONG_STATE, "order %s is %s at place %lld", o.number,
                    fulfil_state_words[f->state], f->place_id);
    TRY(db_exec(c, &Q[PICKED], &n, o.customer_id, o.id, line_no, picked_qty));
    if (!n)
        return FAIL_FIELD(c, BAD_ARGUMENT, "picked_qty",
                          "line %lld is of %lld, not %lld", line_no, l->qty,
                          picked_qty);
    order_live(c, &o, f->place_id);
    return ERR_OK;
}

/* The pieces leave the book too: free again they would be promised again. */
static enum err write_off(struct ctx *c, const struct order *o,
                          const struct order_line *l, i64 qty)
{
    const struct stock_move m = { .place_id = l->place_id,
                                  .variant_id = l->variant_id,
                                  .qty = -qty,
                                  .reason = MOVE_ADJUST,
                                  .doc_id = o->id,
                                  .line_no = l->line_no * 1000 +
                                             l->qty, /* a second miss is another */
                                  .at = NONE };
    const struct stock_take t = { &m, 1, true, OWNER_ORDER, o->id };

    return stock_move(c, &t);
}

static bool nothing_left(const struct order *o, i64 place_id)
{
    const struct order_line *l = o->lines.at;

    for (size_t k = 0; k < o->lines.n; k++)
        if (l[k].place_id == place_id && l[k].qty > 0) return false;
    return true;
}

static enum err miss(struct ctx *c, struct order *o, struct order_fulfilment *f,
                     const struct order_short_pick *s)
{
    struct order_line *l = order_line_at(o, s->line_no);

    if (s->qty < 1 || s->qty > l->qty)
        return FAIL_FIELD(c, BAD_ARGUMENT, "qty", "line %lld is of %lld, not %lld",
                          s->line_no, l->qty, s->qty);
    if (f->state != FULFIL_SHORT) TRY(order_fulfil_to(c, o, f, FULFIL_SHORT));
    TRY(write_off(c, o, l, s->qty));
    TRY(order_line_reduce(c, o, l, s->qty));
    if (nothing_left(o, f->place_id)) TRY(order_fulfil_to(c, o, f, FULFIL_CANCELLED));
    TRY(order_settle_state(c, o));
    if (o->state == ORDER_CANCELLED) TRY(order_nothing_left(c, o));
    return order_tell(c, o,
                      &(struct order_fact){ .event = "order.short",
                                            .what = "short",
                                            .why = s->why,
                                            .place_id = f->place_id,
                                            .variant_id = l->variant_id,
                                            .qty = s->qty });
}

enum err order_pick_short(struct ctx *c, i64 order_id, const struct order_short_pick *s)
{
    struct order o = { 0 };
    struct order_fulfilment *f = NULL;
    struct order_line *l = NULL;

    TRY(order_take(c, order_id, &o));
    TRY(line_of(c, &o, s->line_no, &l));
    assert(l);
    TRY(place_of(c, &o, l->place_id, &f));
    assert(f);
    return miss(c, &o, f, s);
}

/* Ready at once is fine in a small shop; half a list is not. */
static enum err check_picked(struct ctx *c, const struct order *o, i64 place_id)
{
    const struct order_line *l = o->lines.at, *open = NULL;
    bool begun = false;

    for (size_t k = 0; k < o->lines.n; k++) {
        if (l[k].place_id != place_id) continue;
        if (l[k].picked_qty < l[k].qty && !open) open = &l[k];
        begun |= l[k].picked_qty > 0;
    }
    if (!begun || !open) return ERR_OK;
    return FAIL(c, WRONG_STATE, "line %lld has %lld of %lld picked", open->line_no,
                open->picked_qty, open->qty);
}

static enum err set_deadline(struct ctx *c, const struct order *o,
                             struct order_fulfilment *f)
{
    struct setting_scope s;
    i64 until_at;

    if (o->kind == ORDER_DELIVERY) return ERR_OK;
    f->code = order_pickup_code(c);
    if (o->kind == ORDER_RESERVE && f->deadline_at != NONE) return ERR_OK;
    TRY(place_scope(c, f->place_id, &s));
    TRY(place_day_end(c, f->place_id, c->now, setting_int(c, "order.pickup_days", s),
                      &until_at));
    if (f->deadline_at == NONE || f->deadline_at < until_at) f->deadline_at = until_at;
    return ERR_OK;
}

enum err order_set_ready(struct ctx *c, struct order *o, struct order_fulfilment *f,
                         const char *why)
{
    TRY(set_deadline(c, o, f));
    TRY(db_exec(c, &Q[PICK_ALL], NULL, o->customer_id, o->id, f->place_id));
    TRY(order_fulfil_to(c, o, f, FULFIL_READY));
    TRY(order_settle_state(c, o));
    return order_tell(c, o,
                      &(struct order_fact){ .event = "order.ready",
                                            .what = "ready",
                                            .why = why,
                                            .place_id = f->place_id });
}

static enum err found_lines(struct ctx *c, struct order *o, struct order_fulfilment *f,
                            const struct list *found)
{
    const struct order_found *in = found->at;

    for (size_t k = 0; k < found->n; k++) {
        struct order_line *l = NULL;

        TRY(line_of(c, o, in[k].line_no, &l));
        assert(l);
        if (l->place_id != f->place_id || in[k].qty > l->qty)
            return FAIL_FIELD(
                c, BAD_ARGUMENT, arena_printf(c->mem, "lines[%zu].qty", k),
                "line %lld is of %lld, not %lld", l->line_no, l->qty, in[k].qty);
        if (in[k].qty < l->qty)
            TRY(miss(c, o, f,
                     &(struct order_short_pick){ f->place_id, l->line_no,
                                                 l->qty - in[k].qty, NULL }));
    }
    return ERR_OK;
}

enum err order_ready(struct ctx *c, i64 order_id, const struct order_at_place *p)
{
    struct order o = { 0 };
    struct order_fulfilment *f = NULL;

    TRY(order_take(c, order_id, &o));
    TRY(place_of(c, &o, p->place_id, &f));
    assert(f);
    if (f->state >= FULFIL_READY)
        return FAIL(c, WRONG_STATE, "order %s is %s already", o.number,
                    fulfil_state_words[f->state]);
    if (p->lines.n)
        TRY(found_lines(c, &o, f, &p->lines));
    else
        TRY(check_picked(c, &o, p->place_id));
    return f->state == FULFIL_CANCELLED ? ERR_OK : order_set_ready(c, &o, f, NULL);
}

static struct order_to_pick *same_or_new(struct ctx *c, struct list *ret,
                                         const struct order_to_pick *one)
{
    struct order_to_pick *o = ret->at;

    if (ret->n && o[ret->n - 1].id == one->id) return &o[ret->n - 1];
    o = list_add(c->mem, ret, sizeof(*o));
    *o = *one;
    return o;
}

enum err order_picking(struct ctx *c, i64 place_id, int state, struct list *ret)
{
    const int from = state < 0 ? FULFIL_PLANNED : state,
              to = state < 0 ? FULFIL_SHORT : state;
    struct order_to_pick o = { .place_id = place_id };
    struct order_line l = { 0 };
    i64 w[3];
    ROWS r = { 0 };

    TRY(staff_may(c, RIGHT_SELL, place_id));
    TRY(db_rows(c, &r, &Q[LIST], place_id, from, to));
    while (
        db_next(&r, INTO(&o.id, &o.promised_at, &o.deadline_at, &w[0], &o.number, &w[1],
                         &w[2], &o.comment, &o.customer_name, &l.line_no, &l.variant_id,
                         &l.place_id, &l.sku, &l.name, &l.unit_tracked, &l.qty_ordered,
                         &l.qty, &l.picked_qty, &l.done_qty, &l.price_minor, &l.vat_bp,
                         &l.sum_minor, &l.aisle, &l.shelf))) {
        if (o.comment) TRY(seal_open(c, o.comment, &o.comment));
        o.fulfil_state = (int)w[0];
        o.kind = (int)w[1];
        o.state = (int)w[2];
        l.order_id = o.id;
        *(struct order_line *)list_add(c->mem, &same_or_new(c, ret, &o)->lines,
                                       sizeof(l)) = l;
    }
    return r.err;
}
