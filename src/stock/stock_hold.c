/* Promises.  The guard of every promise stands in the WHERE of one UPDATE: no row
 * changes when too little is free (ADR-0007). */
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "event/event.h"
#include "place/place.h"
#include "stock/stock_own.h"

enum {
    TAKE,
    GIVE,
    ADD,
    GET,
    SET,
    DROP,
    DROP_ALL,
    OF,
    PASS,
    EXTEND,
    USE_UP,
    USE_SOME,
    EXPIRE
};

/* clang-format off */
const struct query stock_hold_sql[] = {
    [TAKE] = { "stock.take",
        "UPDATE stock_level SET held = held + $3"
        " WHERE place_id = $1 AND variant_id = $2 AND on_hand - held >= $4"
        " RETURNING on_hand, held" },

    [GIVE] = { "stock.give_back",
        "UPDATE stock_level SET held = held - $3 WHERE place_id = $1 AND variant_id = $2"
        " RETURNING on_hand, held" },

    [ADD] = { "stock.add_hold",
        "INSERT INTO stock_hold (place_id, variant_id, owner, owner_id, qty, until_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (place_id, variant_id, owner, owner_id) DO NOTHING" },

    [GET] = { "stock.get_hold",
        "SELECT qty, until_at FROM stock_hold"
        " WHERE place_id = $1 AND variant_id = $2 AND owner = $3 AND owner_id = $4" },

    [SET] = { "stock.set_hold",
        "UPDATE stock_hold SET qty = $5, until_at = $6"
        " WHERE place_id = $1 AND variant_id = $2 AND owner = $3 AND owner_id = $4 AND qty = $7" },

    [DROP] = { "stock.drop_hold",
        "DELETE FROM stock_hold"
        " WHERE place_id = $1 AND variant_id = $2 AND owner = $3 AND owner_id = $4" },

    [DROP_ALL] = { "stock.drop_holds",
        "DELETE FROM stock_hold WHERE owner = $1 AND owner_id = $2"
        " RETURNING place_id, variant_id, qty" },

    [OF] = { "stock.holds_of",
        "SELECT place_id, variant_id, qty FROM stock_hold WHERE owner = $1 AND owner_id = $2" },

    /* Only to an owner who holds nothing yet: then no key can collide. */
    [PASS] = { "stock.pass_holds",
        "UPDATE stock_hold SET owner = $3, owner_id = $4, until_at = $5"
        " WHERE owner = $1 AND owner_id = $2"
        "   AND NOT EXISTS (SELECT 1 FROM stock_hold h WHERE h.owner = $3 AND h.owner_id = $4)" },

    [EXTEND] = { "stock.extend_holds",
        "UPDATE stock_hold SET until_at = $3 WHERE owner = $1 AND owner_id = $2" },

    [USE_UP] = { "stock.use_up_hold",
        "DELETE FROM stock_hold WHERE place_id = $1 AND variant_id = $2"
        "   AND owner = $3 AND owner_id = $4 AND qty <= $5"
        " RETURNING qty" },

    [USE_SOME] = { "stock.use_hold",
        "UPDATE stock_hold SET qty = qty - $5 WHERE place_id = $1 AND variant_id = $2"
        "   AND owner = $3 AND owner_id = $4 AND qty > $5" },

    /* The time is tested again where the row is taken: an owner who came back in
     * the meantime keeps his goods. */
    [EXPIRE] = { "stock.expire_holds",
        "DELETE FROM stock_hold WHERE owner <> 1 AND until_at <= $1"
        "   AND (place_id, variant_id, owner, owner_id) IN"
        "       (SELECT place_id, variant_id, owner, owner_id FROM stock_hold"
        "         WHERE owner <> 1 AND until_at <= $1 ORDER BY until_at LIMIT $2)"
        " RETURNING place_id, variant_id, qty, owner, owner_id" },
    QUERY_END
};
/* clang-format on */

static const char *const owner_words[] = { "basket", "order", "transfer", "service" };

/* One variant at one place while it is being promised. */
struct line {
    struct stock_hold h; /* first: see stock_move_order() */
    size_t nth;          /* the caller's first line of it */
    i64 safety;
    i64 was, was_until; /* what the owner held before; was 0: nothing */
    bool taken, added;
    struct stock_after after;
    struct val take[4], add[6];
    struct out out[2];
};

static enum err check_asks(struct ctx *c, const struct stock_hold *h, size_t n)
{
    enum err worst = ERR_OK;

    for (size_t k = 0; k < n; k++) {
        if (h[k].qty <= 0) {
            worst = ERR_BAD_ARGUMENT;
            FAIL_MORE(c, BAD_ARGUMENT, arena_printf(c->mem, "lines[%zu].qty", k),
                      "a hold must be of at least one piece, not %lld", h[k].qty);
        }
        if (h[k].until_at != NONE && h[k].until_at <= c->now) {
            worst = ERR_BAD_ARGUMENT;
            FAIL_MORE(c, BAD_ARGUMENT, arena_printf(c->mem, "lines[%zu].until_at", k),
                      "a hold must end in the future");
        }
    }
    return worst;
}

/* By place and variant: two callers who lock the same rows do it in the same
 * order, and lines of one variant come together. */
static int line_order(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    const int by = stock_move_order(&x->h, &y->h);

    return by ? by : (x->nth > y->nth) - (x->nth < y->nth);
}

static size_t sort_and_add_up(struct ctx *c, const struct stock_hold *h, size_t n,
                              struct line *lines)
{
    size_t m = 0;

    for (size_t k = 0; k < n; k++) lines[k] = (struct line){ .h = h[k], .nth = k };
    if (n > 1) qsort(lines, n, sizeof(*lines), line_order);
    for (size_t k = 0; k < n; k++) {
        struct line *last = m ? &lines[m - 1] : NULL;

        if (last && last->h.place_id == lines[k].h.place_id &&
            last->h.variant_id == lines[k].h.variant_id) {
            last->h.qty += lines[k].h.qty;
            continue;
        }
        lines[m] = lines[k];
        lines[m].safety = 0;
        if (h[0].owner <= OWNER_ORDER)
            lines[m].safety = last && last->h.place_id == lines[m].h.place_id
                                  ? last->safety
                                  : stock_safety(c, lines[m].h.place_id);
        m++;
    }
    return m;
}

/* All guards and all promises in one round trip. */
static enum err take_all(struct ctx *c, struct line *lines, size_t n)
{
    struct db_call *calls = NEW_N(c->mem, struct db_call, 2 * n);

    for (size_t k = 0; k < n; k++) {
        struct line *l = &lines[k];
        const struct stock_hold *h = &l->h;
        const struct val take[] = { val_i(h->place_id), val_i(h->variant_id),
                                    val_i(h->qty), val_i(h->qty + l->safety) };
        const struct val add[] = { val_i(h->place_id), val_i(h->variant_id),
                                   val_i(h->owner),    val_i(h->owner_id),
                                   val_i(h->qty),      val_i(h->until_at) };
        const struct out out[] = { OUT(&l->after.on_hand), OUT(&l->after.held) };

        memcpy(l->take, take, sizeof(take));
        memcpy(l->add, add, sizeof(add));
        memcpy(l->out, out, sizeof(out));
        calls[2 * k] =
            (struct db_call){ &stock_hold_sql[TAKE], l->take, 4, l->out, 2, 0 };
        calls[2 * k + 1] =
            (struct db_call){ &stock_hold_sql[ADD], l->add, 6, NULL, 0, 0 };
    }
    TRY(db_batch(c, calls, 2 * n));
    for (size_t k = 0; k < n; k++) {
        lines[k].taken = calls[2 * k].n == 1;
        lines[k].added = calls[2 * k + 1].n == 1;
    }
    return ERR_OK;
}

static enum err take(struct ctx *c, struct line *l, i64 qty)
{
    const enum err e =
        db_one(c, &stock_hold_sql[TAKE], INTO(&l->after.on_hand, &l->after.held),
               l->h.place_id, l->h.variant_id, qty, qty + l->safety);

    l->taken = e == ERR_OK;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err give(struct ctx *c, struct line *l, i64 qty)
{
    return db_one(c, &stock_hold_sql[GIVE], INTO(&l->after.on_hand, &l->after.held),
                  l->h.place_id, l->h.variant_id, qty);
}

static enum err set_hold(struct ctx *c, const struct line *l, i64 from, i64 qty,
                         i64 until_at)
{
    const struct stock_hold *h = &l->h;
    i64 n;

    TRY(db_exec(c, &stock_hold_sql[SET], &n, h->place_id, h->variant_id, h->owner,
                h->owner_id, qty, until_at, from));
    if (!n) return FAIL(c, BUSY, "the hold of %lld changed just now", h->owner_id);
    return ERR_OK;
}

/* The owner held some before: only the difference is asked of the level. */
static enum err take_difference(struct ctx *c, struct line *l)
{
    const struct stock_hold *h = &l->h;

    const enum err e = db_one(c, &stock_hold_sql[GET], INTO(&l->was, &l->was_until),
                              h->place_id, h->variant_id, h->owner, h->owner_id);

    if (e == ERR_NOT_FOUND)
        return FAIL(c, BUSY, "the hold of %lld ended just now", h->owner_id);
    TRY(e);
    if (l->taken)
        TRY(give(c, l, l->was));
    else if (h->qty > l->was)
        TRY(take(c, l, h->qty - l->was));
    else {
        TRY(give(c, l, l->was - h->qty));
        l->taken = true;
    }
    return l->taken ? set_hold(c, l, l->was, h->qty, h->until_at) : ERR_OK;
}

static enum err undo(struct ctx *c, struct line *lines, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        struct line *l = &lines[k];

        if (l->taken) TRY(give(c, l, l->h.qty - l->was));
        if (l->added)
            TRY(db_exec(c, &stock_hold_sql[DROP], NULL, l->h.place_id, l->h.variant_id,
                        l->h.owner, l->h.owner_id));
        else if (l->taken)
            TRY(set_hold(c, l, l->h.qty, l->was, l->was_until));
    }
    return ERR_OK;
}

/* Why a line could not be promised.  What is free may be newer than the refusal. */
static enum err tell_refusal(struct ctx *c, const struct line *l)
{
    bool place, variant;
    i64 free_now;

    TRY(stock_free(c, l->h.place_id, l->h.variant_id, &free_now));
    TRY(stock_exists(c, l->h.place_id, l->h.variant_id, &place, &variant));
    if (!place)
        FAIL_MORE(c, NO_SUCH, "place_id", "no place %lld", l->h.place_id);
    else if (!variant)
        FAIL_MORE(c, NO_SUCH, arena_printf(c->mem, "lines[%zu].variant_id", l->nth),
                  "no variant %lld", l->h.variant_id);
    else
        FAIL_MORE(c, STOCK_SHORT, arena_printf(c->mem, "lines[%zu].qty", l->nth),
                  "place %lld has %lld free of %lld", l->h.place_id, free_now,
                  l->h.qty - l->was);
    return ERR_OK;
}

static int as_asked(const void *a, const void *b)
{
    const struct line *x = a, *y = b;

    return (x->nth > y->nth) - (x->nth < y->nth);
}

static enum err refuse(struct ctx *c, struct line *lines, size_t n)
{
    TRY(undo(c, lines, n));
    qsort(lines, n, sizeof(*lines), as_asked);
    c->fault = (struct fault){ 0 };
    for (size_t k = 0; k < n; k++)
        if (!lines[k].taken) TRY(tell_refusal(c, &lines[k]));
    return c->fault.err;
}

/* Orders tell their own story: a second fact a line would only cost. */
static enum err emit(struct ctx *c, const char *name, int owner, i64 owner_id)
{
    if (owner == OWNER_ORDER) return ERR_OK;
    return event_emit(c, name, owner_id,
                      arena_printf(c->mem, "{\"owner\":\"%s\",\"owner_id\":\"%lld\"}",
                                   owner_words[owner], owner_id));
}

enum err stock_hold_open(struct ctx *c, const struct stock_hold *h, size_t n)
{
    struct line *lines = NEW_N(c->mem, struct line, n);
    bool all = true;

    if (!n) return ERR_OK;
    TRY(check_asks(c, h, n));
    n = sort_and_add_up(c, h, n, lines);
    TRY(take_all(c, lines, n));
    for (size_t k = 0; k < n; k++) {
        if (!lines[k].added) TRY(take_difference(c, &lines[k]));
        all &= lines[k].taken;
    }
    if (!all) return refuse(c, lines, n);

    for (size_t k = 0; k < n; k++) {
        struct stock_after *a = &lines[k].after;

        a->place_id = lines[k].h.place_id;
        a->variant_id = lines[k].h.variant_id;
        a->was_unheld = a->on_hand - a->held + lines[k].h.qty - lines[k].was;
        TRY(stock_changed(c, a));
    }
    return emit(c, "stock.held", h[0].owner, h[0].owner_id);
}

static enum err give_back(struct ctx *c, i64 place_id, i64 variant_id, i64 qty)
{
    struct stock_after a = { .place_id = place_id, .variant_id = variant_id };

    TRY(db_one(c, &stock_hold_sql[GIVE], INTO(&a.on_hand, &a.held), place_id,
               variant_id, qty));
    a.was_unheld = a.on_hand - a.held - qty;
    return stock_changed(c, &a);
}

/* Delete, and learn what it was, in one statement: of two who give the same hold
 * back, one finds nothing. */
static enum err drop_all(struct ctx *c, int owner, i64 owner_id, struct list *ret)
{
    struct stock_hold h = { .owner = owner, .owner_id = owner_id };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &stock_hold_sql[DROP_ALL], owner, owner_id));
    while (db_next(&r, INTO(&h.place_id, &h.variant_id, &h.qty)))
        *(struct stock_hold *)list_add(c->mem, ret, sizeof(h)) = h;
    TRY(r.err);
    if (ret->n > 1) qsort(ret->at, ret->n, sizeof(h), stock_move_order);
    return ERR_OK;
}

enum err stock_hold_free(struct ctx *c, int owner, i64 owner_id)
{
    struct list held;

    TRY(drop_all(c, owner, owner_id, &held));
    if (!held.n) return ERR_OK;
    const struct stock_hold *h = held.at;
    for (size_t k = 0; k < held.n; k++)
        TRY(give_back(c, h[k].place_id, h[k].variant_id, h[k].qty));
    TRY(stock_unit_let_go(c, owner, owner_id));
    return emit(c, "stock.freed", owner, owner_id);
}

enum err stock_hold_use(struct ctx *c, const struct stock_hold *h, i64 *ret_qty)
{
    i64 all, some;
    const enum err e = db_one(c, &stock_hold_sql[USE_UP], INTO(&all), h->place_id,
                              h->variant_id, h->owner, h->owner_id, h->qty);

    if (e != ERR_NOT_FOUND) {
        TRY(e);
        *ret_qty = all;
        return ERR_OK;
    }
    TRY(db_exec(c, &stock_hold_sql[USE_SOME], &some, h->place_id, h->variant_id,
                h->owner, h->owner_id, h->qty));
    *ret_qty = some ? h->qty : 0;
    return ERR_OK;
}

enum err stock_hold_reduce(struct ctx *c, int owner, i64 owner_id, i64 place_id,
                           i64 variant_id, i64 qty)
{
    const struct stock_hold h = { place_id, variant_id, owner, owner_id, qty, NONE };
    i64 used;

    if (qty <= 0)
        return FAIL_FIELD(c, BAD_ARGUMENT, "qty", "cannot give back %lld pieces", qty);
    TRY(stock_hold_use(c, &h, &used));
    if (!used) return ERR_OK;
    TRY(give_back(c, place_id, variant_id, used));
    return emit(c, "stock.freed", owner, owner_id);
}

/* Does `from` hold exactly these pieces?  *ret_n: in how many rows, or 0. */
static enum err holds_just(struct ctx *c, int from, i64 from_id,
                           const struct stock_hold *h, size_t n, i64 *ret_n)
{
    struct line *want = NEW_N(c->mem, struct line, n);
    struct stock_hold has = { .owner = from, .owner_id = from_id };
    struct list held = { 0 };
    ROWS r;

    *ret_n = 0;
    TRY(db_rows(c, &r, &stock_hold_sql[OF], from, from_id));
    while (db_next(&r, INTO(&has.place_id, &has.variant_id, &has.qty)))
        *(struct stock_hold *)list_add(c->mem, &held, sizeof(has)) = has;
    TRY(r.err);
    n = sort_and_add_up(c, h, n, want);
    if (held.n != n) return ERR_OK;
    if (n > 1) qsort(held.at, n, sizeof(has), stock_move_order);
    const struct stock_hold *at = held.at;
    for (size_t k = 0; k < n; k++)
        if (stock_move_order(&at[k], &want[k].h) || at[k].qty != want[k].h.qty)
            return ERR_OK;
    *ret_n = (i64)n;
    return ERR_OK;
}

enum err stock_hold_take_over(struct ctx *c, int from, i64 from_id,
                              const struct stock_hold *h, size_t n)
{
    i64 just, passed = 0;

    if (!n) return ERR_OK;
    TRY(check_asks(c, h, n));
    TRY(holds_just(c, from, from_id, h, n, &just));
    if (just)
        TRY(db_exec(c, &stock_hold_sql[PASS], &passed, from, from_id, h[0].owner,
                    h[0].owner_id, h[0].until_at));
    if (just && passed == just) return ERR_OK;
    TRY(stock_hold_free(c, from, from_id));
    return stock_hold_open(c, h, n); /* the difference, if some ran out just now */
}

enum err stock_hold_extend(struct ctx *c, int owner, i64 owner_id, i64 until_at)
{
    i64 n;

    if (until_at != NONE && until_at <= c->now)
        return FAIL_FIELD(c, BAD_ARGUMENT, "until_at", "a hold must end in the future");
    TRY(db_exec(c, &stock_hold_sql[EXTEND], &n, owner, owner_id, until_at));
    if (!n)
        return FAIL(c, GONE, "%s %lld holds nothing any more", owner_words[owner],
                    owner_id);
    return ERR_OK;
}

/* Give back what is past its time, oldest first, at most `limit` rows. */
enum err stock_hold_expire(struct ctx *c, i64 limit, i64 *ret_n)
{
    struct list gone = { 0 };
    struct stock_hold h = { 0 };
    i64 owner;
    ROWS r;

    TRY(db_rows(c, &r, &stock_hold_sql[EXPIRE], c->now, limit));
    while (db_next(&r, INTO(&h.place_id, &h.variant_id, &h.qty, &owner, &h.owner_id))) {
        h.owner = (int)owner;
        *(struct stock_hold *)list_add(c->mem, &gone, sizeof(h)) = h;
    }
    TRY(r.err);
    struct stock_hold *g = gone.at;
    if (gone.n > 1) qsort(g, gone.n, sizeof(h), stock_move_order);
    for (size_t k = 0; k < gone.n; k++) {
        TRY(give_back(c, g[k].place_id, g[k].variant_id, g[k].qty));
        TRY(stock_unit_let_go(c, g[k].owner, g[k].owner_id));
        TRY(emit(c, "stock.freed", g[k].owner, g[k].owner_id));
    }
    *ret_n = (i64)gone.n;
    return ERR_OK;
}
