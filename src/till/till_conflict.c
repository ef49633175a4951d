/* What an offline till sold and should not have: nobody can undo it, somebody has to
 * settle it.  One task for each kind of trouble of a sale, with everything in it. */
#include "till/till_own.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/money.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "place/place.h"
#include "stock/stock.h"
#include "task/task.h"

enum { WITHIN_H = 4 };
enum { HELD_FOR };

/* clang-format off */
const struct query till_conflict_sql[] = {
    [HELD_FOR] = { "till.held_for",
        "SELECT owner_id FROM pub_stock_hold WHERE place_id = $1 AND variant_id = $2 AND owner = 1"
        " ORDER BY owner_id DESC LIMIT 20" },
    QUERY_END
};
/* clang-format on */

struct till_conflict *till_conflict(struct ctx *c, struct till_sale *s,
                                    const char *code)
{
    struct till_conflict *k = s->out.conflicts.at;

    for (size_t n = 0; n < s->out.conflicts.n; n++)
        if (!strcmp(k[n].code, code)) return &k[n];
    k = list_add(c->mem, &s->out.conflicts, sizeof(*k));
    *k = (struct till_conflict){ .code = code };
    return k;
}

static void add_word(struct ctx *c, const char **to, const char *word)
{
    if (*to && strlen(*to) > 1000) return;
    *to = *to ? arena_printf(c->mem, "%s, %s", *to, word) : word;
}

static void of_line(struct ctx *c, struct till_sale *s, const char *code,
                    const char *what)
{
    add_word(c, &till_conflict(c, s, code)->goods, what);
}

/* ---- Before ------------------------------------------------------------------ */

static enum err look_at_price(struct ctx *c, struct till_sale *s,
                              const struct till_line *l, i64 region_id)
{
    struct catalog_price p;
    const enum err e = catalog_price_of(c, l->variant_id, region_id, CHANNEL_SHOP, &p);

    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    const i64 differs = l->price_minor > p.price_minor ? l->price_minor - p.price_minor
                                                       : p.price_minor - l->price_minor;
    if (differs * 10000 <= p.price_minor * s->limits.price_tolerance_bp) return ERR_OK;
    of_line(c, s, "till_price",
            arena_printf(c->mem, "%s: %s, %s", l->name,
                         money_text(c->mem, l->price_minor),
                         money_text(c->mem, p.price_minor)));
    return ERR_OK;
}

static enum err look_at_serial(struct ctx *c, struct till_sale *s,
                               const struct till_line *l, bool tracked)
{
    const char *what =
        arena_printf(c->mem, "%s (%s)", l->name, l->serial ? l->serial : "–");
    struct stock_unit u;

    if (!l->serial && !tracked) return ERR_OK;
    if (!l->serial || !stock_serial_norm(c->mem, l->serial)) {
        of_line(c, s, "till_serial", what);
        return ERR_OK;
    }
    const enum err e = stock_unit_find(c, l->serial, &u);
    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    if (u.variant_id != l->variant_id)
        of_line(c, s, "till_serial", what);
    else if (u.state == UNIT_HELD)
        of_line(c, s, "till_serial_held", what);
    else if (u.state != UNIT_RECEIVED && u.state != UNIT_RETURNED)
        of_line(c, s, "till_serial_twice", what);
    return ERR_OK;
}

static enum err look_at_rights(struct ctx *c, struct till_sale *s)
{
    const struct till_told *t = s->told;
    bool may = false;
    i64 sum_minor = 0;
    const struct till_line *l = t->lines.at;

    if (s->seller_known)
        TRY(staff_can(c, s->seller.id, RIGHT_SELL_OFFLINE, s->till.place_id, &may));
    if (!may) (void)till_conflict(c, s, "till_staff");
    for (size_t k = 0; k < t->lines.n; k++) sum_minor += l[k].qty * l[k].price_minor;
    const bool long_away =
        t->offline_ms != NONE && t->offline_ms > s->limits.offline_hours * HOUR_MS;
    const bool dear = s->limits.offline_minor && sum_minor > s->limits.offline_minor;
    if (!s->till.offline || long_away || dear) (void)till_conflict(c, s, "till_limits");
    return ERR_OK;
}

enum err till_look_before(struct ctx *c, struct till_sale *s)
{
    const struct till_line *l = s->told->lines.at;
    struct setting_scope scope = { 0 };

    TRY(place_scope(c, s->till.place_id, &scope));
    TRY(look_at_rights(c, s));
    for (size_t k = 0; k < s->told->lines.n; k++) {
        struct catalog_item item;
        const enum err e = catalog_item(c, l[k].variant_id, &item);

        if (e == ERR_NOT_FOUND) continue;
        TRY(e);
        TRY(look_at_price(c, s, &l[k], scope.region_id));
        TRY(look_at_serial(c, s, &l[k], item.unit_tracked));
    }
    return ERR_OK;
}

/* ---- After ------------------------------------------------------------------- */

static enum err name_orders(struct ctx *c, struct till_sale *s, i64 variant_id,
                            struct till_conflict *k)
{
    struct list ids = { 0 };
    i64 id;
    ROWS r;

    TRY(db_rows(c, &r, &till_conflict_sql[HELD_FOR], s->till.place_id, variant_id));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, &ids, sizeof(id)) = id;
    TRY(r.err);
    db_rows_done(&r);
    for (size_t n = 0; n < ids.n; n++) {
        struct order o;

        TRY(order_get(c, ((i64 *)ids.at)[n], &o));
        if (!k->orders || !strstr(k->orders, o.number))
            add_word(c, &k->orders, o.number);
    }
    return ERR_OK;
}

/* The book has less than nothing: two were sold of one.  Or it has less than what it
 * keeps: somebody's order cannot be met. */
enum err till_look_after(struct ctx *c, struct till_sale *s)
{
    const struct till_line *l = s->told->lines.at;
    const size_t n = s->told->lines.n;
    i64 *ids = NEW_N(c->mem, i64, n);
    struct stock_at *at = NEW_N(c->mem, struct stock_at, n);

    if (s->customer_gone) (void)till_conflict(c, s, "till_customer");
    for (size_t k = 0; k < n; k++) ids[k] = l[k].variant_id;
    TRY(stock_at_place(c, s->till.place_id, ids, n, at));
    for (size_t k = 0; k < n; k++) {
        const char *what = arena_printf(c->mem, "%s ×%lld", l[k].name, l[k].qty);

        if (at[k].base_at > s->out.at) continue; /* a later count knows it */
        if (at[k].on_hand < 0) of_line(c, s, "till_oversold", what);
        if (at[k].held <= 0 || at[k].on_hand >= at[k].held) continue;
        of_line(c, s, "till_held", what);
        TRY(name_orders(c, s, l[k].variant_id, till_conflict(c, s, "till_held")));
    }
    return ERR_OK;
}

/* ---- Tasks ------------------------------------------------------------------- */

static void put(struct buf *b, const char *name, const char *text)
{
    if (!text) return;
    buf_printf(b, "%s\"%s\":", b->n > 1 ? "," : "", name);
    json_put_text(b, text, strlen(text));
}

static const char *args_of(struct ctx *c, const struct till_sale *s,
                           const struct till_conflict *k)
{
    const struct till_fault *f = s->out.faults.at;
    struct buf b = buf_new(c->mem, 512, 8000);

    buf_char(&b, '{');
    put(&b, "receipt", s->told->receipt ? s->told->receipt : "");
    put(&b, "number", s->out.number ? s->out.number : "");
    put(&b, "till", s->till.name);
    put(&b, "seller", s->seller_known ? s->seller.name : "?");
    put(&b, "at", time_iso(c->mem, s->out.at));
    put(&b, "goods", k->goods ? k->goods : "");
    put(&b, "orders", k->orders ? k->orders : "");
    if (s->out.faults.n) put(&b, "why", f->message ? f->message : f->code);
    buf_char(&b, '}');
    return b.at;
}

static enum err make_task(struct ctx *c, const struct till_sale *s,
                          struct till_conflict *k)
{
    const bool parked = !s->out.order_id;
    struct task t = { .code = k->code,
                      .args = args_of(c, s, k),
                      .place_id = s->till.place_id,
                      .owner_id = NONE,
                      .subject_kind = parked ? "till" : "order",
                      .subject_id = parked ? s->till.id : s->out.order_id,
                      .due_at = c->now + WITHIN_H * HOUR_MS };

    TRY(task_add(c, &t));
    k->task_id = t.id;
    k->owner = t.owner;
    return ERR_OK;
}

/* The house makes them, not the seller: it is no shame to have sold. */
enum err till_make_tasks(struct ctx *c, struct till_sale *s)
{
    struct till_conflict *k = s->out.conflicts.at;
    const struct who till = c->who;
    enum err e = ERR_OK;

    c->who = (struct who){ .kind = WHO_SYSTEM };
    for (size_t n = 0; n < s->out.conflicts.n && !e; n++) e = make_task(c, s, &k[n]);
    c->who = till;
    return e;
}
