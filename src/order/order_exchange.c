/* What the exchange with 1C needs: which orders changed, whole, and states from
 * outside.  Which version the other side has is kept beside the orders, written
 * by a subscriber (order_event.c), so that placing an order does not pay for it. */
#include "base/contact.h"
#include "order/order_return.h"

enum { CHANGED, TAKEN, NOTE, BUYER, PLACE };

/* clang-format off */
const struct query order_exchange_sql[] = {
    [CHANGED] = { "order.export_waiting",
        "SELECT order_id, changed_pos FROM order_export"
        " WHERE taken_pos < changed_pos AND changed_pos > $1 ORDER BY changed_pos LIMIT $2" },

    [TAKEN] = { "order.export_taken",
        "UPDATE order_export SET taken_pos = $3"
        " WHERE customer_id = $1 AND order_id = $2 AND taken_pos < $3" },

    [NOTE] = { "order.export_note",
        "INSERT INTO order_export (customer_id, order_id, changed_pos) VALUES ($1, $2, $3)"
        " ON CONFLICT (customer_id, order_id) DO UPDATE SET changed_pos = excluded.changed_pos"
        " WHERE order_export.changed_pos < excluded.changed_pos" },

    [BUYER] = { "order.export_buyer",
        "SELECT name, phone, email FROM pub_customer_person WHERE id = $1" },

    [PLACE] = { "order.export_place",
        "SELECT code, name FROM pub_place_place WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

#define Q order_exchange_sql

static enum err there_or_not(enum err e)
{
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void return_out(struct ctx *c, const struct order_return *r,
                       struct order_return_out *ret)
{
    const struct return_line *l = r->lines.at;

    *ret = (struct order_return_out){ .id = r->id,
                                      .place_id = r->place_id,
                                      .at = r->at,
                                      .goods_minor = r->goods_minor,
                                      .refund_minor = r->refund_minor,
                                      .undone = r->state == RETURN_UNDONE,
                                      .number = r->number,
                                      .why = r->why };
    for (size_t k = 0; k < r->lines.n; k++) {
        struct order_line *out = list_add(c->mem, &ret->lines, sizeof(*out));

        *out = (struct order_line){ .line_no = l[k].line_no,
                                    .variant_id = l[k].variant_id,
                                    .sku = l[k].sku,
                                    .name = l[k].name,
                                    .qty = l[k].qty,
                                    .price_minor = l[k].price_minor,
                                    .vat_bp = l[k].vat_bp };
    }
}

static enum err returns_out(struct ctx *c, struct order_out *ret)
{
    struct list all = { 0 };

    TRY(order_returns_of(c, &ret->order, &all));
    for (size_t k = 0; k < all.n; k++)
        return_out(c, &((struct order_return *)all.at)[k],
                   list_add(c->mem, &ret->returns, sizeof(struct order_return_out)));
    return ERR_OK;
}

static enum err whole(struct ctx *c, i64 order_id, struct order_out *ret)
{
    TRY(order_get(c, order_id, &ret->order));
    if (ret->order.state == ORDER_DONE) TRY(returns_out(c, ret));
    TRY(there_or_not(db_one(c, &Q[BUYER],
                            INTO(&ret->customer_name, &ret->phone, &ret->email),
                            ret->order.customer_id)));
    ret->phone = contact_open(c->mem, ret->phone);
    ret->email = contact_open(c->mem, ret->email);
    return there_or_not(db_one(c, &Q[PLACE], INTO(&ret->place_code, &ret->place_name),
                               ret->order.place_id));
}

enum err order_changed(struct ctx *c, i64 after_pos, i64 limit, struct list *ret)
{
    struct list ids = { 0 };
    struct order_out *o;
    i64 id, pos;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[CHANGED], after_pos, limit));
    while (db_next(&r, INTO(&id, &pos))) {
        *(i64 *)list_add(c->mem, &ids, sizeof(id)) = id;
        o = list_add(c->mem, ret, sizeof(*o));
        *o = (struct order_out){ .pos = pos };
    }
    TRY(r.err);
    const i64 *id_of = ids.at;
    o = ret->at;
    for (size_t k = 0; id_of && k < ret->n; k++) TRY(whole(c, id_of[k], &o[k]));
    return ERR_OK;
}

enum err order_taken(struct ctx *c, i64 order_id, i64 pos)
{
    struct order o = { 0 };

    TRY(order_head(c, order_id, &o));
    return db_exec(c, &Q[TAKEN], NULL, o.customer_id, order_id, pos);
}

enum err order_export_note(struct ctx *c, i64 customer_id, i64 order_id, i64 pos)
{
    return db_exec(c, &Q[NOTE], NULL, customer_id, order_id, pos);
}

/* ---- States from outside ----------------------------------------------------- */

static enum err leave(struct ctx *c, struct order *o, struct order_fulfilment *f,
                      int to)
{
    const bool shipped = f->state == FULFIL_SHIPPED;

    TRY(order_fulfil_to(c, o, f, to));
    return shipped ? ERR_OK : order_goods_leave(c, o, f->place_id, NULL);
}

static enum err all_leave(struct ctx *c, struct order *o, int to, const char *why)
{
    const bool done = to == FULFIL_HANDED_OVER;
    struct order_fulfilment *f = o->fulfilments.at;

    for (size_t k = 0; k < o->fulfilments.n; k++)
        if (fulfil_is_open(f[k].state) && f[k].state != to) TRY(leave(c, o, &f[k], to));
    TRY(order_settle_state(c, o));
    return order_tell(
        c, o,
        &(struct order_fact){ .event = done ? "order.handed_over" : "order.shipped",
                              .what = done ? "handed_over" : "shipped",
                              .why = why });
}

static enum err all_ready(struct ctx *c, struct order *o, const char *why)
{
    struct order_fulfilment *f = o->fulfilments.at;

    for (size_t k = 0; k < o->fulfilments.n; k++)
        if (f[k].state < FULFIL_READY) TRY(order_set_ready(c, o, &f[k], why));
    return ERR_OK;
}

enum err order_state_from_outside(struct ctx *c, i64 order_id, int to, const char *why)
{
    struct order o = { 0 };

    TRY(order_take(c, order_id, &o));
    if (o.state == to) return ERR_OK;
    if (!order_may_move(o.state, to) ||
        (to == ORDER_SHIPPED && o.kind != ORDER_DELIVERY))
        return FAIL(c, WRONG_STATE, "order %s is %s and cannot become %s", o.number,
                    order_state_words[o.state], order_state_words[to]);
    switch (to) {
    case ORDER_READY:
        return all_ready(c, &o, why);
    case ORDER_SHIPPED:
        return all_leave(c, &o, FULFIL_SHIPPED, why);
    case ORDER_DONE:
        return all_leave(c, &o, FULFIL_HANDED_OVER, why);
    case ORDER_CANCELLED:
        return order_close(c, &o, ORDER_CANCELLED, why);
    default:
        return FAIL(c, WRONG_STATE, "%s is not told from outside",
                    order_state_words[to]);
    }
}
