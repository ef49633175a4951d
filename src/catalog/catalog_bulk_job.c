/* What a change of many rows does, in small units: look, do, undo.
 *
 * Each slice is one unit and marks its rows, so a job that is run again goes on where
 * it was.  A row is changed only while it is what was looked at: whatever somebody
 * changed meanwhile is refused and named. */
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "catalog/catalog_office.h"
#include "catalog/catalog_search.h"
#include "catalog/catalog_shelf.h"
#include "db/db.h"
#include "event/event.h"
#include "job/job.h"
#include "setting/setting.h"

enum {
    VALUES,
    VARIANTS,
    HAS_STOCK,
    ROW_ADD,
    COUNT_UP,
    NEXT,
    MARK,
    PROGRESS,
    END,
    SET_CATEGORY,
    SET_BRAND,
    SET_ACTIVE,
    SET_WARRANTY,
    CLEAR_ROWS,
    CLEAR,
    OLD,
    DROP
};

/* clang-format off */
#define SET(column) "UPDATE catalog_product SET " column " = $3, version = version + 1, change_id = $4" \
                    " WHERE id = $1 AND COALESCE(" column ", 0) = COALESCE($2, 0)"
const struct query catalog_bulk_job_sql[] = {
    [VALUES] = { "catalog.bulk_values",
        "SELECT category_id, brand_id, active, warranty_days FROM catalog_product WHERE id = $1" },

    [VARIANTS] = { "catalog.bulk_variants",
        "SELECT id FROM catalog_variant WHERE product_id = $1 ORDER BY id" },

    [HAS_STOCK] = { "catalog.bulk_has_stock",
        "SELECT COUNT(*) FROM catalog_variant v JOIN catalog_stock_bits s ON s.variant_id = v.id"
        " WHERE v.product_id = $1 AND s.bits <> 0" },

    [ROW_ADD] = { "catalog.add_bulk_row",
        "INSERT INTO catalog_bulk_row (bulk_id, subject_id, state, was, was_old, becomes, becomes_old, warning)"
        " VALUES ($1, $2, 0, $3, $4, $5, $6, $7) ON CONFLICT (bulk_id, subject_id) DO NOTHING" },

    [COUNT_UP] = { "catalog.count_bulk",
        "UPDATE catalog_bulk SET n_rows = n_rows + $2, n_same = n_same + $3, n_warned = n_warned + $4"
        " WHERE id = $1" },

    /* Rows of a state, in order; a slice leaves the state, so the next begins there. */
    [NEXT] = { "catalog.next_bulk_rows",
        "SELECT subject_id, was, was_old, becomes, becomes_old FROM catalog_bulk_row"
        " WHERE bulk_id = $1 AND subject_id > $2 AND state = $3 ORDER BY subject_id LIMIT $4" },

    [MARK] = { "catalog.mark_bulk_row",
        "UPDATE catalog_bulk_row SET state = $3 WHERE bulk_id = $1 AND subject_id = $2" },

    [PROGRESS] = { "catalog.progress_bulk",
        "UPDATE catalog_bulk SET n_done = n_done + $2, n_refused = n_refused + $3 WHERE id = $1" },

    [END] = { "catalog.end_bulk",
        "UPDATE catalog_bulk SET state = $2, error = $3 WHERE id = $1" },

    [SET_CATEGORY] = { "catalog.bulk_set_category", SET("category_id"), .types = "iiii" },
    [SET_BRAND] = { "catalog.bulk_set_brand", SET("brand_id"), .types = "iiii" },
    [SET_ACTIVE] = { "catalog.bulk_set_active", SET("active"), .types = "iiii" },
    [SET_WARRANTY] = { "catalog.bulk_set_warranty", SET("warranty_days"), .types = "iiii" },

    [CLEAR_ROWS] = { "catalog.clear_bulk_rows", "DELETE FROM catalog_bulk_row WHERE bulk_id = $1" },
    [CLEAR] = { "catalog.clear_bulk",
        "UPDATE catalog_bulk SET n_rows = 0, n_same = 0, n_warned = 0 WHERE id = $1" },

    [OLD] = { "catalog.old_bulk",
        "SELECT id FROM catalog_bulk WHERE created_at < $1 ORDER BY created_at LIMIT 1" },
    [DROP] = { "catalog.drop_bulk", "DELETE FROM catalog_bulk WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

#define Q catalog_bulk_job_sql

enum { SLICE = 200, ROWS_MAX = 500000, BIG_CHANGE_BP = 3000, KEEP_DAYS = 180 };

struct work {
    struct job *j;
    struct bulk b;
    struct bulk_ask ask;
    struct office_walk walk;
    i64 cost_list; /* NONE: no purchase prices here */
    i64 before_id; /* of the walk */
    size_t at;     /* of the ids given */
    bool end;
    i64 rows, done; /* of the job's progress */
    i64 after;
    struct list plans; /* struct plan, of this slice */
    i64 same;          /* and how many stay as they are */
};

/* ---- Arithmetic ------------------------------------------------------------------ */

i64 bulk_price_of(const struct bulk_price *p, i64 now_minor)
{
    i64 v = p->price_minor;

    if (v == NONE && now_minor == NONE) return NONE;
    if (p->percent_bp != NONE) {
        const __int128 exact = (__int128)now_minor * (10000 + p->percent_bp);
        v = (i64)((exact + 5000) / 10000);
    }
    if (p->add_minor != NONE) v = now_minor + p->add_minor;
    if (p->round_minor != NONE && p->round_minor > 0) {
        const i64 m = p->round_minor;
        const i64 half = p->round == ROUND_UP     ? m - 1
                         : p->round == ROUND_DOWN ? 0
                                                  : m / 2;

        v = (v + half) / m * m - (p->less_minor == NONE ? 0 : p->less_minor);
    }
    return v < 0 ? NONE : v;
}

/* ---- Looking --------------------------------------------------------------------- */

struct plan {
    i64 id, was, was_old, becomes, becomes_old;
    char warning[64];
    bool same;
};

static void warn(struct plan *p, const char *word)
{
    const size_t n = strlen(p->warning);

    snprintf(p->warning + n, sizeof(p->warning) - n, "%s%s", n ? "," : "", word);
}

/* When the new price begins: as said, or when it is (or was) applied. */
static i64 price_from(const struct work *w, i64 now)
{
    const i64 from = w->ask.price->from_at;

    if (from != NONE) return from;
    return w->b.applied_at == NONE ? now : w->b.applied_at;
}

static enum err price_now(struct ctx *c, const struct work *w, i64 variant_id,
                          struct plan *p)
{
    const i64 from = price_from(w, c->now), at = from > c->now ? from : c->now;
    const enum err e = catalog_price_at(c, w->ask.price->list_id, variant_id, at,
                                        &p->was, &p->was_old);

    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        p->was = p->was_old = NONE;
        return ERR_OK;
    }
    return e;
}

static enum err price_warnings(struct ctx *c, const struct work *w, i64 variant_id,
                               struct plan *p)
{
    i64 cost = NONE, old;

    if (p->becomes == 0) warn(p, "zero");
    if (p->was != NONE && p->was > 0) {
        const i64 by = p->becomes > p->was ? p->becomes - p->was : p->was - p->becomes;
        if (by >
            p->was / 10000 * BIG_CHANGE_BP + p->was % 10000 * BIG_CHANGE_BP / 10000)
            warn(p, "big_change");
    }
    if (w->cost_list == NONE) return ERR_OK;
    const enum err e =
        catalog_price_at(c, w->cost_list, variant_id, c->now, &cost, &old);
    if (e && e != ERR_NOT_FOUND) return e;
    if (e) c->fault = (struct fault){ 0 };
    if (!e && p->becomes < cost) warn(p, "below_cost");
    return ERR_OK;
}

static enum err plan_price(struct ctx *c, const struct work *w, i64 variant_id,
                           struct plan *p)
{
    const struct bulk_price *how = w->ask.price;

    TRY(price_now(c, w, variant_id, p));
    p->becomes = bulk_price_of(how, p->was);
    p->becomes_old =
        how->strike && p->was != NONE && p->was > p->becomes ? p->was : NONE;
    p->same =
        p->becomes == NONE || (p->becomes == p->was && p->becomes_old == p->was_old);
    return p->same ? ERR_OK : price_warnings(c, w, variant_id, p);
}

static enum err values_read(struct ctx *c, i64 product_id, i64 *ret)
{
    return db_one(c, &Q[VALUES],
                  INTO(&ret[BULK_CATEGORY], &ret[BULK_BRAND], &ret[BULK_ACTIVE],
                       &ret[BULK_WARRANTY]),
                  product_id);
}

static i64 wanted(const struct bulk_ask *a)
{
    const i64 of[] = { [BULK_CATEGORY] = a->category_id,
                       [BULK_BRAND] = a->brand_id ? a->brand_id : NONE,
                       [BULK_ACTIVE] = a->active,
                       [BULK_WARRANTY] = a->warranty_days };

    return of[a->what];
}

static enum err plan_product(struct ctx *c, const struct work *w, i64 product_id,
                             struct plan *p)
{
    i64 now[BULK_WARRANTY + 1], n = 0;

    TRY(values_read(c, product_id, now));
    p->was = now[w->b.what];
    p->becomes = wanted(&w->ask);
    p->was_old = p->becomes_old = NONE;
    p->same = p->was == p->becomes;
    if (p->same || w->b.what != BULK_ACTIVE || p->becomes) return ERR_OK;
    TRY(db_one(c, &Q[HAS_STOCK], INTO(&n), product_id));
    if (n) warn(p, "has_stock");
    return ERR_OK;
}

static enum err plan_one(struct ctx *c, struct work *w, i64 subject_id)
{
    struct plan p = { .id = subject_id };
    const bool price = w->b.what == BULK_PRICE;
    const enum err e =
        price ? plan_price(c, w, subject_id, &p) : plan_product(c, w, subject_id, &p);

    if (e == ERR_NOT_FOUND) return ERR_OK; /* of an id that is none */
    TRY(e);
    w->same += p.same;
    if (!p.same) *(struct plan *)list_add(c->mem, &w->plans, sizeof(p)) = p;
    return ERR_OK;
}

static enum err variants_of(struct ctx *c, i64 product_id, struct list *ret)
{
    i64 id;
    ROWS r;

    TRY(db_rows(c, &r, &Q[VARIANTS], product_id));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, ret, sizeof(id)) = id;
    return r.err;
}

/* The next products: of those given, or of the walk. */
static enum err next_products(struct ctx *c, struct work *w, struct list *ret)
{
    const struct list *given = &w->ask.product_id;

    if (!given->n && !w->ask.variant_id.n)
        return office_walk_next(c, &w->walk, &w->before_id, SLICE, ret, &w->end);
    for (; w->at < given->n && ret->n < SLICE; w->at++)
        *(i64 *)list_add(c->mem, ret, sizeof(i64)) = ((const i64 *)given->at)[w->at];
    w->end = w->at == given->n;
    return ERR_OK;
}

/* Reading is a snapshot's: the writer is not held up by a long look. */
static enum err look_slice(struct ctx *c, void *arg)
{
    struct work w = *(struct work *)arg;
    struct list products = { 0 }, subjects = { 0 };

    w.plans = (struct list){ 0 };
    w.same = 0;
    if (!w.done && w.b.what == BULK_PRICE) subjects = w.ask.variant_id;
    for (size_t k = 0; k < subjects.n; k++)
        TRY(plan_one(c, &w, ((const i64 *)subjects.at)[k]));
    TRY(next_products(c, &w, &products));
    const i64 *p = products.at;
    subjects = (struct list){ 0 };
    for (size_t k = 0; k < products.n && w.b.what == BULK_PRICE; k++)
        TRY(variants_of(c, p[k], &subjects));
    if (w.b.what != BULK_PRICE) subjects = products;
    for (size_t k = 0; k < subjects.n; k++)
        TRY(plan_one(c, &w, ((const i64 *)subjects.at)[k]));
    w.done++;
    *(struct work *)arg = w;
    return ERR_OK;
}

static enum err keep_slice(struct ctx *c, void *arg)
{
    const struct work *w = arg;
    const struct plan *p = w->plans.at;
    i64 n, added = 0, warned = 0;

    for (size_t k = 0; k < w->plans.n; k++) {
        TRY(db_exec(c, &Q[ROW_ADD], &n, w->b.id, p[k].id, p[k].was, p[k].was_old,
                    p[k].becomes, p[k].becomes_old,
                    p[k].warning[0] ? p[k].warning : NULL));
        added += n;
        warned += n && p[k].warning[0];
    }
    return db_exec(c, &Q[COUNT_UP], NULL, w->b.id, added, w->same, warned);
}

static enum err look_on(struct ctx *c, struct work *w)
{
    TRY(db_snapshot(c, look_slice, w));
    w->rows += (i64)w->plans.n;
    if (w->rows > ROWS_MAX)
        return FAIL(c, TOO_BIG, "more than %d rows at once", ROWS_MAX);
    return db_unit(c, keep_slice, w);
}

/* ---- Doing and undoing -------------------------------------------------------------
 */

struct row {
    i64 id, was, was_old, becomes, becomes_old;
};

static enum err product_set(struct ctx *c, int what, i64 id, i64 from, i64 to,
                            bool *ret)
{
    static const int of[] = { [BULK_CATEGORY] = SET_CATEGORY,
                              [BULK_BRAND] = SET_BRAND,
                              [BULK_ACTIVE] = SET_ACTIVE,
                              [BULK_WARRANTY] = SET_WARRANTY };
    i64 n;

    TRY(db_exec(c, &Q[of[what]], &n, id, from, to, id_new(c)));
    *ret = n > 0;
    if (!n) return ERR_OK;
    TRY(catalog_search_put(c, id));
    catalog_shelf_stale(c);
    return event_emit(c, "catalog.product_changed", id, NULL);
}

static enum err price_do(struct ctx *c, const struct work *w, const struct row *r,
                         bool *ret)
{
    const struct bulk_price *how = w->ask.price;
    struct plan now = { 0 };

    TRY(price_now(c, w, r->id, &now));
    *ret = now.was == r->was && now.was_old == r->was_old;
    if (!*ret) return ERR_OK;
    return catalog_price_put(c, how->list_id, r->id, r->becomes, r->becomes_old,
                             price_from(w, c->now), how->to_at);
}

/* An open price goes back by a new one, so that what was paid when stays true; one
 * that has not begun, or lay over another for a while, goes as if it had not been. */
static enum err price_undo(struct ctx *c, const struct work *w, const struct row *r,
                           bool *ret)
{
    const struct bulk_price *how = w->ask.price;
    const i64 from = price_from(w, c->now);
    struct plan now = { 0 };

    *ret = true;
    if (how->to_at != NONE && how->to_at <= c->now) return ERR_OK; /* over by itself */
    TRY(price_now(c, w, r->id, &now));
    *ret = now.was == r->becomes && now.was_old == r->becomes_old;
    if (!*ret) return ERR_OK;
    if (how->to_at == NONE && from <= c->now && r->was != NONE)
        return catalog_price_put(c, how->list_id, r->id, r->was, r->was_old, c->now,
                                 NONE);
    return catalog_price_end(c, &(struct catalog_price_row){ .list_id = how->list_id,
                                                             .variant_id = r->id,
                                                             .from_at = from,
                                                             .to_at = how->to_at });
}

static enum err row_do(struct ctx *c, const struct work *w, const struct row *r,
                       bool *ret)
{
    const bool undo = w->b.state == BULK_UNDOING;

    if (w->b.what == BULK_PRICE)
        return undo ? price_undo(c, w, r, ret) : price_do(c, w, r, ret);
    return product_set(c, w->b.what, r->id, undo ? r->becomes : r->was,
                       undo ? r->was : r->becomes, ret);
}

static enum err next_rows(struct ctx *c, const struct work *w, struct list *ret)
{
    const int from = w->b.state == BULK_UNDOING ? BULK_DONE : BULK_PLANNED;
    struct row o;
    ROWS r;

    TRY(db_rows(c, &r, &Q[NEXT], w->b.id, w->after, from, SLICE));
    while (db_next(&r, INTO(&o.id, &o.was, &o.was_old, &o.becomes, &o.becomes_old)))
        *(struct row *)list_add(c->mem, ret, sizeof(o)) = o;
    return r.err;
}

static enum err do_slice(struct ctx *c, void *arg)
{
    struct work w = *(struct work *)arg;
    const int to = w.b.state == BULK_UNDOING ? BULK_BACK : BULK_DONE;
    struct list rows = { 0 };
    i64 done = 0;
    bool yes;

    TRY(next_rows(c, &w, &rows));
    const struct row *r = rows.at;
    for (size_t k = 0; k < rows.n; k++) {
        TRY(row_do(c, &w, &r[k], &yes));
        TRY(db_exec(c, &Q[MARK], NULL, w.b.id, r[k].id, yes ? to : BULK_REFUSED));
        done += yes;
        w.after = r[k].id;
    }
    TRY(db_exec(c, &Q[PROGRESS], NULL, w.b.id, done, (i64)rows.n - done));
    w.end = rows.n < SLICE;
    w.done += (i64)rows.n;
    *(struct work *)arg = w;
    return ERR_OK;
}

/* ---- The job
 * ------------------------------------------------------------------------- */

struct arg {
    i64 bulk_id;
};
static const struct field arg_fields[] = { F_ID(arg, bulk_id, MUST, "Which change."),
                                           FIELD_END };
static const struct shape arg_shape = SHAPE("BulkArg", arg, arg_fields);

static enum err cost_list(struct ctx *c, i64 *ret)
{
    const char *code =
        setting_text(c, "catalog.cost_list", (struct setting_scope){ 0 });
    const enum err e = *code ? catalog_price_list_find(c, code, ret) : ERR_NOT_FOUND;

    if (e != ERR_NOT_FOUND) return e;
    c->fault = (struct fault){ 0 };
    *ret = NONE;
    return ERR_OK;
}

static enum err begin(struct ctx *c, void *arg)
{
    struct work *w = arg;
    struct arg a = { 0 };

    TRY(shape_read(c, &arg_shape, w->j->arg, strlen(w->j->arg), &a));
    TRY(bulk_get(c, a.bulk_id, &w->b));
    TRY(shape_read(c, &bulk_ask_shape, w->b.ask, strlen(w->b.ask), &w->ask));
    TRY(cost_list(c, &w->cost_list));
    w->before_id = INT64_MAX;
    w->after = -1;
    return w->ask.filter ? office_walk_begin(c, w->ask.filter, &w->walk) : ERR_OK;
}

struct ending {
    i64 id;
    int state;
    const char *error;
};

static enum err end(struct ctx *c, void *arg)
{
    const struct ending *e = arg;

    return db_exec(c, &Q[END], NULL, e->id, e->state, e->error);
}

/* Looking again from the start would count twice: what was noted before a crash goes.
 */
static enum err fresh(struct ctx *c, void *arg)
{
    const struct work *w = arg;

    TRY(db_exec(c, &Q[CLEAR_ROWS], NULL, w->b.id));
    return db_exec(c, &Q[CLEAR], NULL, w->b.id);
}

/* Each slice has memory of its own: a big catalogue is many slices. */
static enum err slice(struct ctx *c, struct work *w)
{
    struct arena *keep = c->mem;
    enum err e;

    c->mem = arena_new(LIMIT_JOB_ARENA);
    c->now = c->conn ? c->now : time_now();
    e = w->b.state == BULK_PREVIEWING ? look_on(c, w) : db_unit(c, do_slice, w);
    if (e && c->fault.message)
        c->fault.message =
            arena_strdup(keep, c->fault.message, strlen(c->fault.message));
    arena_free(c->mem);
    c->mem = keep;
    return e;
}

static enum err slices(struct ctx *c, struct work *w)
{
    const bool looks = w->b.state == BULK_PREVIEWING;

    if (looks) TRY(db_unit(c, fresh, w));
    while (!w->end) {
        TRY(slice(c, w));
        TRY(job_progress(c, w->j, looks ? w->rows : w->done, looks ? 0 : w->b.n_rows));
    }
    return ERR_OK;
}

enum err bulk_run(struct ctx *c, struct job *j)
{
    static const int next[] = { [BULK_PREVIEWING] = BULK_READY,
                                [BULK_APPLYING] = BULK_APPLIED,
                                [BULK_UNDOING] = BULK_UNDONE };
    struct work w = { .j = j };

    TRY(db_snapshot(c, begin, &w));
    if (w.b.state != BULK_PREVIEWING && w.b.state != BULK_APPLYING &&
        w.b.state != BULK_UNDOING)
        return ERR_OK; /* it was all done before the last crash */
    const enum err e = slices(c, &w);
    struct ending to = { w.b.id, next[w.b.state], NULL };
    if (e && !err_again(e)) {
        const struct fault why = c->fault;

        to = (struct ending){ w.b.id, BULK_FAILED, why.message };
        TRY(db_unit(c, end, &to));
        c->fault = why;
    }
    return e ? e : db_unit(c, end, &to);
}

/* ---- Letting go
 * ------------------------------------------------------------------------ */

static enum err drop_one(struct ctx *c, void *ret_more)
{
    i64 id;
    const enum err e = db_one(c, &Q[OLD], INTO(&id), c->now - KEEP_DAYS * DAY_MS);

    *(bool *)ret_more = !e;
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    return db_exec(c, &Q[DROP], NULL, id);
}

enum err bulk_tidy(struct ctx *c, struct job *j)
{
    bool more = true;

    (void)j;
    while (more) TRY(db_unit(c, drop_one, &more));
    return ERR_OK;
}
