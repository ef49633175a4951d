/* What somebody wants, wherever he is: a guest's basket has his visit's id, a
 * customer's his own.  Until a guest's lines have moved to the customer who
 * logged in, both are read as one, by the rule that also joins them: of each
 * variant the larger quantity.  So nothing is lost or doubled at any moment, and
 * joining twice is joining once. */
#include "order/order_basket.h"

#include <stdlib.h>

#include "base/time.h"

enum {
    HEAD,
    HEAD_PUT,
    HEAD_HOLD,
    HEAD_JOIN,
    HEAD_DROP,
    LINES,
    ADD,
    SET,
    SHOWN,
    DROP,
    DROP_ALL,
    JOIN
};

/* clang-format off */
const struct query order_basket_sql[] = {
    [HEAD] = { "order.basket",
        "SELECT id, kind, place_id, region_id, hold_until_at, changed_at FROM order_basket"
        " WHERE id = $1" },

    [HEAD_PUT] = { "order.basket_put",
        "INSERT INTO order_basket (id, kind, place_id, region_id, changed_at)"
        " VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, place_id = excluded.place_id,"
        "   region_id = excluded.region_id, changed_at = excluded.changed_at" },

    [HEAD_HOLD] = { "order.basket_hold",
        "UPDATE order_basket SET hold_until_at = $2 WHERE id = $1" },

    [HEAD_JOIN] = { "order.basket_join_head",
        "INSERT INTO order_basket (id, kind, place_id, region_id, changed_at)"
        " SELECT $2, kind, place_id, region_id, changed_at FROM order_basket WHERE id = $1"
        " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind,"
        "   place_id = COALESCE(excluded.place_id, order_basket.place_id),"
        "   region_id = COALESCE(excluded.region_id, order_basket.region_id)", .types = "ii" },

    [HEAD_DROP] = { "order.basket_drop", "DELETE FROM order_basket WHERE id = $1" },

    /* A handful, so sorted here: see read_lines(). */
    [LINES] = { "order.basket_lines",
        "SELECT variant_id, qty, price_minor, added_at,"
        "       (SELECT i.image FROM pub_catalog_picture i WHERE i.variant_id = l.variant_id)"
        "  FROM order_basket_line l WHERE basket_id = $1" },

    [ADD] = { "order.basket_add",
        "INSERT INTO order_basket_line (basket_id, variant_id, qty, price_minor, added_at)"
        " VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (basket_id, variant_id) DO UPDATE SET price_minor = excluded.price_minor,"
        "   qty = CASE WHEN order_basket_line.qty + excluded.qty > 999 THEN 999"
        "              ELSE order_basket_line.qty + excluded.qty END" },

    [SET] = { "order.basket_set",
        "INSERT INTO order_basket_line (basket_id, variant_id, qty, price_minor, added_at)"
        " VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (basket_id, variant_id) DO UPDATE SET price_minor = excluded.price_minor,"
        "   qty = excluded.qty" },

    [SHOWN] = { "order.basket_shown",
        "UPDATE order_basket_line SET price_minor = $3 WHERE basket_id = $1 AND variant_id = $2" },

    [DROP] = { "order.basket_take_out",
        "DELETE FROM order_basket_line WHERE basket_id = $1 AND variant_id = $2" },

    [DROP_ALL] = { "order.basket_empty",
        "DELETE FROM order_basket_line WHERE basket_id = $1" },

    [JOIN] = { "order.basket_join",
        "INSERT INTO order_basket_line (basket_id, variant_id, qty, price_minor, added_at)"
        " SELECT $2, variant_id, qty, price_minor, added_at FROM order_basket_line"
        "  WHERE basket_id = $1"
        " ON CONFLICT (basket_id, variant_id) DO UPDATE SET"
        "   qty = CASE WHEN excluded.qty > order_basket_line.qty THEN excluded.qty"
        "              ELSE order_basket_line.qty END", .types = "ii" },
    QUERY_END
};
/* clang-format on */

#define Q order_basket_sql

enum { LINES_MAX = 100, QTY_MAX = 999 };

/* ---- Read -------------------------------------------------------------------- */

static enum err head_into(struct ctx *c, i64 id, struct basket *ret, bool *ret_there)
{
    i64 kind;
    const enum err e = db_one(c, &Q[HEAD],
                              INTO(&ret->id, &kind, &ret->place_id, &ret->region_id,
                                   &ret->hold_until_at, &ret->changed_at),
                              id);

    *ret_there = e == ERR_OK;
    if (e == ERR_OK) ret->kind = (int)kind;
    ret->holds = e == ERR_OK && ret->hold_until_at != NONE;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err read_head(struct ctx *c, const struct basket_owner *w,
                          struct basket *ret)
{
    bool there = false;

    *ret = (struct basket){
        .place_id = NONE, .region_id = NONE, .hold_until_at = NONE, .changed_at = NONE
    };
    TRY(head_into(c, w->id, ret, &there));
    if (!there && w->guest_id) {
        TRY(head_into(c, w->guest_id, ret, &there));
        ret->hold_until_at = NONE;
        ret->holds = false;
    }
    ret->id = w->id;
    if (ret->hold_until_at != NONE && ret->hold_until_at <= c->now)
        ret->hold_until_at = NONE;
    return ERR_OK;
}

static int older_first(const void *a, const void *b)
{
    const struct basket_line *x = a, *y = b;

    if (x->added_at != y->added_at) return x->added_at < y->added_at ? -1 : 1;
    return (x->variant_id > y->variant_id) - (x->variant_id < y->variant_id);
}

static enum err read_lines_of(struct ctx *c, i64 basket_id, struct list *ret)
{
    struct basket_line l = { 0 };
    ROWS r;

    TRY(db_rows(c, &r, &Q[LINES], basket_id));
    while (
        db_next(&r, INTO(&l.variant_id, &l.qty, &l.shown_minor, &l.added_at, &l.image)))
        *(struct basket_line *)list_add(c->mem, ret, sizeof(l)) = l;
    return r.err;
}

/* Of each variant the larger quantity, at the place and price of the older line. */
static void merge_lines(struct list *lines)
{
    struct basket_line *l = lines->at;
    size_t n = 0, k;

    for (size_t i = 0; i < lines->n; i++) {
        for (k = 0; k < n && l[k].variant_id != l[i].variant_id; k++) continue;
        if (k == n)
            l[n++] = l[i];
        else if (l[i].qty > l[k].qty)
            l[k].qty = l[i].qty;
    }
    lines->n = n;
}

static enum err read_lines(struct ctx *c, const struct basket_owner *w,
                           struct list *ret)
{
    *ret = (struct list){ 0 };
    TRY(read_lines_of(c, w->id, ret));
    if (w->guest_id && w->guest_id != w->id) TRY(read_lines_of(c, w->guest_id, ret));
    if (ret->n > 1) qsort(ret->at, ret->n, sizeof(struct basket_line), older_first);
    merge_lines(ret);
    return ERR_OK;
}

static i64 *variants_of(struct ctx *c, const struct list *lines)
{
    const struct basket_line *l = lines->at;
    i64 *ids = NEW_N(c->mem, i64, lines->n);

    for (size_t k = 0; k < lines->n; k++) ids[k] = l[k].variant_id;
    return ids;
}

static enum err region_of(struct ctx *c, const struct basket *b, i64 *ret)
{
    struct setting_scope s;

    *ret = b->region_id;
    if (b->kind == ORDER_DELIVERY || b->place_id == NONE) return ERR_OK;
    TRY(place_scope(c, b->place_id, &s));
    *ret = s.region_id;
    return ERR_OK;
}

static enum err read_prices(struct ctx *c, struct basket *b)
{
    struct catalog_offer *f = NEW_N(c->mem, struct catalog_offer, b->lines.n);
    struct basket_line *l = b->lines.at;
    i64 region_id;

    TRY(region_of(c, b, &region_id));
    TRY(catalog_offers(c, variants_of(c, &b->lines), b->lines.n, region_id,
                       CHANNEL_SITE, f));
    for (size_t k = 0; k < b->lines.n; k++) {
        const bool there = f[k].item.variant_id && f[k].item.active;

        l[k].sku = f[k].item.sku;
        l[k].name = f[k].item.name;
        l[k].product_id = f[k].item.product_id;
        l[k].unit_tracked = f[k].item.unit_tracked;
        l[k].price_minor = there ? f[k].price.price_minor : NONE;
        l[k].old_minor = there ? f[k].price.old_minor : NONE;
        l[k].was_minor = l[k].shown_minor != l[k].price_minor ? l[k].shown_minor : NONE;
        l[k].sum_minor = l[k].price_minor == NONE ? 0 : l[k].qty * l[k].price_minor;
        b->count += l[k].qty;
        b->goods_minor += l[k].sum_minor;
        b->prices_changed |= l[k].was_minor != NONE || l[k].price_minor == NONE;
    }
    return ERR_OK;
}

/* At the chosen shop.  What this basket holds itself is free for it. */
static enum err read_free(struct ctx *c, struct basket *b)
{
    struct stock_at *at = NEW_N(c->mem, struct stock_at, b->lines.n);
    struct basket_line *l = b->lines.at;
    const bool shop = b->kind != ORDER_DELIVERY && b->place_id != NONE;

    b->all_available = b->lines.n > 0;
    if (shop)
        TRY(stock_at_place(c, b->place_id, variants_of(c, &b->lines), b->lines.n, at));
    for (size_t k = 0; k < b->lines.n; k++) {
        const i64 own = b->hold_until_at != NONE ? l[k].qty : 0;

        l[k].free_qty = shop ? at[k].free + own : NONE;
        l[k].enough = l[k].price_minor != NONE && (!shop || l[k].free_qty >= l[k].qty);
        b->all_available &= l[k].enough;
    }
    return ERR_OK;
}

static enum err read_sums(struct ctx *c, struct basket *b)
{
    struct setting_scope s;

    b->ready_at = NONE;
    if (b->kind == ORDER_DELIVERY && b->region_id != NONE && b->lines.n)
        TRY(order_fee(c, b->region_id, b->goods_minor, &b->delivery_minor));
    b->total_minor = b->goods_minor + b->delivery_minor;
    if (b->kind == ORDER_DELIVERY || b->place_id == NONE || !b->all_available)
        return ERR_OK;
    TRY(place_scope(c, b->place_id, &s));
    return place_open_time(c, b->place_id, c->now,
                           setting_int(c, "order.ready_open_min", s), &b->ready_at);
}

/* What follows from head and lines. */
static enum err fill(struct ctx *c, struct basket *b)
{
    TRY(read_prices(c, b));
    TRY(read_free(c, b));
    return read_sums(c, b);
}

enum err basket_get(struct ctx *c, const struct basket_owner *w, struct basket *ret)
{
    TRY(read_head(c, w, ret));
    TRY(read_lines(c, w, &ret->lines));
    return fill(c, ret);
}

/* ---- Hold -------------------------------------------------------------------- */

static enum err hold_parts(struct ctx *c, const struct basket *b, struct list *ret)
{
    const struct basket_line *l = b->lines.at;
    struct order_line_new *in = NEW_N(c->mem, struct order_line_new, b->lines.n);
    const struct order_where to = { b->region_id, NONE, NONE };

    if (b->kind == ORDER_DELIVERY) {
        for (size_t k = 0; k < b->lines.n; k++)
            in[k] = (struct order_line_new){ .variant_id = l[k].variant_id,
                                             .qty = l[k].qty };
        return order_route(c, &to, in, b->lines.n, ret);
    }
    for (size_t k = 0; k < b->lines.n; k++)
        *(struct order_part *)list_add(c->mem, ret, sizeof(struct order_part)) =
            (struct order_part){ k, b->place_id, l[k].qty };
    return ERR_OK;
}

/* Hold exactly what is in the basket now, from now for the usual time.  Free and
 * held again within one unit: nobody can come between. */
static enum err hold(struct ctx *c, struct basket *b)
{
    struct setting_scope s = { 0 };
    struct list parts = { 0 };

    if (b->place_id != NONE) TRY(place_scope(c, b->place_id, &s));
    b->hold_until_at =
        c->now + setting_int(c, "order.checkout_hold_min", s) * MINUTE_MS;
    if (b->holds) TRY(stock_hold_free(c, OWNER_BASKET, b->id));
    TRY(hold_parts(c, b, &parts));
    const struct order_part *part = parts.at;
    const struct basket_line *l = b->lines.at;
    struct stock_hold *h = NEW_N(c->mem, struct stock_hold, parts.n);
    for (size_t k = 0; k < parts.n; k++)
        h[k] = (struct stock_hold){ part[k].place_id, l[part[k].line].variant_id,
                                    OWNER_BASKET,     b->id,
                                    part[k].qty,      b->hold_until_at };
    TRY(stock_hold_open(c, h, parts.n));
    return db_exec(c, &Q[HEAD_HOLD], NULL, b->id, b->hold_until_at);
}

static enum err unhold(struct ctx *c, i64 basket_id)
{
    TRY(stock_hold_free(c, OWNER_BASKET, basket_id));
    return db_exec(c, &Q[HEAD_HOLD], NULL, basket_id, NONE);
}

/* In checkout the hold follows every change, and lives on with it. */
static enum err hold_again(struct ctx *c, struct basket *b)
{
    if (b->hold_until_at == NONE) return ERR_OK;
    if (b->lines.n) return hold(c, b);
    b->hold_until_at = NONE;
    return unhold(c, b->id);
}

enum err basket_leave(struct ctx *c, const struct basket_owner *w)
{
    return unhold(c, w->id);
}

/* ---- Change ------------------------------------------------------------------ */

static bool may_hold(const struct basket *b)
{
    return b->kind == ORDER_DELIVERY ? b->region_id != NONE : b->place_id != NONE;
}

enum err basket_join(struct ctx *c, i64 visit_id, i64 customer_id)
{
    const struct basket_owner guest = { visit_id, 0 }, owner = { customer_id, 0 };
    struct basket was, had, b;

    if (!visit_id || visit_id == customer_id) return ERR_OK;
    TRY(read_head(c, &guest, &was));
    TRY(read_lines(c, &guest, &was.lines));
    if (was.changed_at == NONE && !was.lines.n) return ERR_OK;
    TRY(read_head(c, &owner, &had));
    TRY(stock_hold_free(c, OWNER_BASKET, visit_id));
    TRY(db_exec(c, &Q[HEAD_JOIN], NULL, visit_id, customer_id));
    TRY(db_exec(c, &Q[JOIN], NULL, visit_id, customer_id));
    TRY(db_exec(c, &Q[DROP_ALL], NULL, visit_id));
    TRY(db_exec(c, &Q[HEAD_DROP], NULL, visit_id));
    if (was.hold_until_at == NONE && had.hold_until_at == NONE) return ERR_OK;
    TRY(read_head(c, &owner, &b));
    TRY(read_lines(c, &owner, &b.lines));
    const enum err e = may_hold(&b) && b.lines.n ? hold(c, &b) : ERR_OK;
    if (e != ERR_STOCK_SHORT) return e;
    c->fault = (struct fault){ 0 }; /* together it is too much: joined, not held */
    return unhold(c, customer_id);
}

static enum err own(struct ctx *c, const struct basket_owner *w,
                    struct basket_owner *ret)
{
    *ret = (struct basket_owner){ w->id, 0 };
    return w->guest_id ? basket_join(c, w->guest_id, w->id) : ERR_OK;
}

static enum err check_sets(struct ctx *c, const struct basket_change *k, bool add,
                           const struct catalog_offer *f)
{
    const struct basket_set *s = k->lines.at;

    for (size_t i = 0; i < k->lines.n; i++) {
        if (s[i].qty < (add ? 1 : 0) || s[i].qty > QTY_MAX)
            return FAIL_FIELD(c, BAD_ARGUMENT,
                              arena_printf(c->mem, "lines[%zu].qty", i),
                              "%lld pieces, at most %d", s[i].qty, QTY_MAX);
        if (s[i].qty && (!f[i].item.variant_id || !f[i].item.active))
            return FAIL_FIELD(c, NO_SUCH,
                              arena_printf(c->mem, "lines[%zu].variant_id", i),
                              "no variant %lld", s[i].variant_id);
        if (s[i].qty && f[i].price.price_minor == NONE)
            return FAIL_FIELD(c, NO_SUCH,
                              arena_printf(c->mem, "lines[%zu].variant_id", i),
                              "variant %lld is not for sale here", s[i].variant_id);
    }
    return ERR_OK;
}

static enum err put_lines(struct ctx *c, const struct basket *b,
                          const struct basket_change *k, bool add)
{
    const struct basket_set *s = k->lines.at;
    struct catalog_offer *f = NEW_N(c->mem, struct catalog_offer, k->lines.n);
    i64 *ids = NEW_N(c->mem, i64, k->lines.n), region_id;

    for (size_t i = 0; i < k->lines.n; i++) ids[i] = s[i].variant_id;
    TRY(region_of(c, b, &region_id));
    TRY(catalog_offers(c, ids, k->lines.n, region_id, CHANNEL_SITE, f));
    TRY(check_sets(c, k, add, f));
    for (size_t i = 0; i < k->lines.n; i++) {
        if (s[i].qty == 0)
            TRY(db_exec(c, &Q[DROP], NULL, b->id, s[i].variant_id));
        else
            TRY(db_exec(c, &Q[add ? ADD : SET], NULL, b->id, s[i].variant_id, s[i].qty,
                        f[i].price.price_minor, c->now));
    }
    return ERR_OK;
}

static enum err put_head(struct ctx *c, struct basket *b, const struct basket_change *k)
{
    struct setting_scope s;

    if (k->kind >= 0) b->kind = k->kind;
    if (k->region_id != NONE) b->region_id = k->region_id;
    if (k->place_id != NONE) b->place_id = k->place_id;
    if (b->kind == ORDER_SALE)
        return FAIL_FIELD(c, BAD_ARGUMENT, "kind", "a sale has no basket");
    if (k->place_id != NONE && place_scope(c, k->place_id, &s))
        return FAIL_FIELD(c, NO_SUCH, "place_id", "no place %lld", k->place_id);
    b->changed_at = c->now;
    return db_exec(c, &Q[HEAD_PUT], NULL, b->id, b->kind, b->place_id, b->region_id,
                   c->now);
}

enum err basket_change(struct ctx *c, const struct basket_owner *w,
                       const struct basket_change *k, bool add, struct basket *ret)
{
    struct basket_owner me;
    struct basket b;

    TRY(own(c, w, &me));
    TRY(read_head(c, &me, &b));
    TRY(put_head(c, &b, k));
    TRY(put_lines(c, &b, k, add));
    TRY(read_lines(c, &me, &b.lines));
    if (k->lines.n && b.lines.n > LINES_MAX)
        return FAIL_FIELD(c, TOO_BIG, "lines", "a basket has at most %d lines",
                          LINES_MAX);
    TRY(hold_again(c, &b));
    *ret = b;
    return fill(c, ret);
}

enum err basket_clear(struct ctx *c, const struct basket_owner *w, i64 variant_id,
                      struct basket *ret)
{
    struct basket_owner me;
    struct basket b;

    TRY(own(c, w, &me));
    TRY(read_head(c, &me, &b));
    if (variant_id != NONE)
        TRY(db_exec(c, &Q[DROP], NULL, me.id, variant_id));
    else
        TRY(db_exec(c, &Q[DROP_ALL], NULL, me.id));
    TRY(read_lines(c, &me, &b.lines));
    TRY(hold_again(c, &b));
    *ret = b;
    return fill(c, ret);
}

/* The answer shows today's prices, so from now on they are what was shown. */
static enum err note_shown(struct ctx *c, const struct basket *b)
{
    const struct basket_line *l = b->lines.at;

    for (size_t k = 0; k < b->lines.n; k++)
        if (l[k].was_minor != NONE || l[k].shown_minor == NONE)
            TRY(db_exec(c, &Q[SHOWN], NULL, b->id, l[k].variant_id, l[k].price_minor));
    return ERR_OK;
}

enum err basket_checkout(struct ctx *c, const struct basket_owner *w,
                         const struct basket_change *k, struct basket *ret)
{
    struct basket_owner me;
    struct basket b;

    TRY(own(c, w, &me));
    TRY(read_head(c, &me, &b));
    TRY(put_head(c, &b, k));
    TRY(put_lines(c, &b, k, false));
    TRY(read_lines(c, &me, &b.lines));
    if (!b.lines.n) return FAIL(c, WRONG_STATE, "the basket is empty");
    if (!may_hold(&b))
        return FAIL_FIELD(c, BAD_ARGUMENT,
                          b.kind == ORDER_DELIVERY ? "region_id" : "place_id",
                          "where to?");
    TRY(hold(c, &b));
    TRY(fill(c, &b));
    *ret = b;
    return note_shown(c, ret);
}

/* ---- For the order ----------------------------------------------------------- */

enum err basket_lines(struct ctx *c, i64 basket_id, struct list *ret_new_lines)
{
    struct list lines = { 0 };

    TRY(read_lines(c, &(struct basket_owner){ basket_id, 0 }, &lines));
    const struct basket_line *l = lines.at;
    for (size_t k = 0; k < lines.n; k++)
        *(struct order_line_new *)list_add(c->mem, ret_new_lines,
                                           sizeof(struct order_line_new)) =
            (struct order_line_new){ .variant_id = l[k].variant_id,
                                     .qty = l[k].qty,
                                     .price_minor = l[k].shown_minor };
    return ERR_OK;
}

enum err basket_ordered(struct ctx *c, i64 basket_id, const struct order_line_new *l,
                        size_t n)
{
    for (size_t k = 0; k < n; k++)
        TRY(db_exec(c, &Q[DROP], NULL, basket_id, l[k].variant_id));
    return db_exec(c, &Q[HEAD_HOLD], NULL, basket_id, NONE);
}
