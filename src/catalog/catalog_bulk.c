/* A change of many products or prices: asked for, looked at, done, undone.
 *
 * What each row was and what it becomes is written down before anything changes
 * (catalog_bulk_row), so people see it first and can have it back.  The work itself
 * is a job's (catalog_bulk_job.c). */
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "catalog/catalog_office.h"
#include "db/db.h"
#include "http/route.h"
#include "job/job.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum {
    ADD,
    GET,
    LIST,
    SET_STATE,
    DELETE,
    ROWS_ALL,
    ROWS_WARNED,
    ROWS_REFUSED,
    CATEGORY_NAME,
    BRAND_NAME
};

/* clang-format off */
#define COLUMNS "id, what, state, ask, n_rows, n_same, n_warned, n_done, n_refused, job_id, error," \
                " created_at, applied_at, undone_at, who_id"
#define ROW_COLUMNS "r.subject_id, COALESCE(v.product_id, r.subject_id), COALESCE(v.sku, ''),"      \
                    " CASE WHEN v.id IS NULL OR v.name = '' THEN p.name ELSE p.name || ', ' || v.name END," \
                    " r.was, r.was_old, r.becomes, r.becomes_old, r.warning, r.state"               \
                    " FROM catalog_bulk_row r"                                                      \
                    " LEFT JOIN catalog_variant v ON v.id = r.subject_id"                           \
                    " LEFT JOIN catalog_product p ON p.id = COALESCE(v.product_id, r.subject_id)"   \
                    " WHERE r.bulk_id = $1 AND r.subject_id > $2"
#define IN_ORDER    " ORDER BY r.subject_id LIMIT $3"
const struct query catalog_bulk_sql[] = {
    [ADD] = { "catalog.add_bulk",
        "INSERT INTO catalog_bulk (id, ask, what, state, job_id, created_at, who_kind, who_id)"
        " VALUES ($1, $2, $3, 0, $4, $5, $6, $7)" },

    [GET] = { "catalog.get_bulk", "SELECT " COLUMNS " FROM catalog_bulk WHERE id = $1" },

    [LIST] = { "catalog.list_bulks",
        "SELECT " COLUMNS " FROM catalog_bulk WHERE id < $1 ORDER BY id DESC LIMIT $2" },

    [SET_STATE] = { "catalog.set_bulk_state",
        "UPDATE catalog_bulk SET state = $3, job_id = $4, n_done = 0,"
        "       applied_at = CASE WHEN $3 = 2 THEN $5 ELSE applied_at END,"
        "       undone_at = CASE WHEN $3 = 4 THEN $5 ELSE undone_at END"
        " WHERE id = $1 AND state = $2", .types = "iiiii" },

    [DELETE] = { "catalog.delete_bulk", "DELETE FROM catalog_bulk WHERE id = $1 AND state IN (1, 6)" },

    [ROWS_ALL] = { "catalog.list_bulk_rows", "SELECT " ROW_COLUMNS IN_ORDER },
    [ROWS_WARNED] = { "catalog.list_bulk_warned", "SELECT " ROW_COLUMNS " AND r.warning IS NOT NULL" IN_ORDER },
    [ROWS_REFUSED] = { "catalog.list_bulk_refused", "SELECT " ROW_COLUMNS " AND r.state = 3" IN_ORDER },

    [CATEGORY_NAME] = { "catalog.name_of_category", "SELECT name FROM catalog_category WHERE id = $1" },
    [BRAND_NAME] = { "catalog.name_of_brand", "SELECT name FROM catalog_brand WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

#define Q catalog_bulk_sql

const char *const bulk_what_words[] = { "price",  "category", "brand",
                                        "active", "warranty", NULL };
const char *const bulk_state_words[] = { "previewing", "ready",  "applying", "applied",
                                         "undoing",    "undone", "failed",   NULL };
const char *const bulk_row_words[] = { "planned", "done", "undone", "refused", NULL };
const char *const bulk_round_words[] = { "nearest", "up", "down", NULL };

/* ---- Asking ------------------------------------------------------------------------
 */

static void check_price(struct ctx *c, const struct bulk_price *p)
{
    if (!p) {
        FAIL_MORE(c, BAD_ARGUMENT, "price", "missing");
        return;
    }
    const int ways =
        (p->percent_bp != NONE) + (p->add_minor != NONE) + (p->price_minor != NONE);
    if (ways != 1)
        FAIL_MORE(c, BAD_ARGUMENT, "price",
                  "one of percent_bp, add_minor and price_minor says how");
    if (p->to_at != NONE && p->to_at <= (p->from_at == NONE ? c->now : p->from_at))
        FAIL_MORE(c, BAD_ARGUMENT, "price.to_at", "ends before it begins");
    if (p->less_minor != NONE && p->round_minor == NONE)
        FAIL_MORE(c, BAD_ARGUMENT, "price.less_minor", "goes with round_minor");
}

static enum err must_name(struct ctx *c, const struct query *q, i64 id,
                          const char *field)
{
    const char *name;
    const enum err e = db_one(c, q, INTO(&name), id);

    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, NO_SUCH, field, "no %s %lld", field, id);
    return e;
}

static enum err list_is_there(struct ctx *c, i64 list_id)
{
    struct list all = { 0 };

    TRY(catalog_price_lists(c, &all));
    const struct catalog_price_list *l = all.at;
    for (size_t k = 0; k < all.n; k++)
        if (l[k].id == list_id) return ERR_OK;
    return FAIL_FIELD(c, NO_SUCH, "price.list_id", "no price list %lld", list_id);
}

static enum err check(struct ctx *c, const struct bulk_ask *a)
{
    if (!a->filter && !a->product_id.n && !a->variant_id.n)
        FAIL_MORE(c, BAD_ARGUMENT, "filter",
                  "a filter, product_id or variant_id says which");
    if (a->variant_id.n && a->what != BULK_PRICE)
        FAIL_MORE(c, BAD_ARGUMENT, "variant_id", "only prices are of variants");
    if (a->what == BULK_PRICE) check_price(c, a->price);
    if (a->what == BULK_CATEGORY && a->category_id == NONE)
        FAIL_MORE(c, BAD_ARGUMENT, "category_id", "missing");
    if (a->what == BULK_BRAND && a->brand_id == NONE)
        FAIL_MORE(c, BAD_ARGUMENT, "brand_id", "missing");
    if (a->what == BULK_ACTIVE && a->active < 0)
        FAIL_MORE(c, BAD_ARGUMENT, "active", "missing");
    if (a->what == BULK_WARRANTY && a->warranty_days == NONE)
        FAIL_MORE(c, BAD_ARGUMENT, "warranty_days", "missing");
    if (c->fault.err) return c->fault.err;
    if (a->what == BULK_PRICE) return list_is_there(c, a->price->list_id);
    if (a->what == BULK_CATEGORY)
        return must_name(c, &Q[CATEGORY_NAME], a->category_id, "category_id");
    if (a->what == BULK_BRAND && a->brand_id)
        return must_name(c, &Q[BRAND_NAME], a->brand_id, "brand_id");
    return ERR_OK;
}

static enum err queue(struct ctx *c, i64 id, i64 *ret_job_id)
{
    return job_add(c, "catalog.bulk",
                   arena_printf(c->mem, "{\"bulk_id\":\"%lld\"}", id), c->now, NULL,
                   ret_job_id);
}

enum err bulk_add(struct ctx *c, const struct bulk_ask *a, const char *body,
                  struct bulk *ret)
{
    const i64 id = id_new(c);
    i64 job_id;

    TRY(check(c, a));
    TRY(queue(c, id, &job_id));
    TRY(db_exec(c, &Q[ADD], NULL, id, body, a->what, job_id, c->now, (i64)c->who.kind,
                c->who.id));
    TRY(staff_audit(c, "catalog.bulk", id, body));
    return bulk_get(c, id, ret);
}

/* ---- Reading -----------------------------------------------------------------------
 */

#define BULK_INTO(b, what, state)                                                      \
    INTO(&(b)->id, &(what), &(state), &(b)->ask, &(b)->n_rows, &(b)->n_same,           \
         &(b)->n_warned, &(b)->n_done, &(b)->n_refused, &(b)->job_id, &(b)->error,     \
         &(b)->created_at, &(b)->applied_at, &(b)->undone_at, &(b)->who_id)

static void settle(struct ctx *c, struct bulk *b, i64 what, i64 state)
{
    const i64 days =
        setting_int(c, "catalog.bulk_undo_days", (struct setting_scope){ 0 });

    b->what = (int)what;
    b->state = (int)state;
    b->undo_until_at = state == BULK_APPLIED ? b->applied_at + days * DAY_MS : NONE;
}

enum err bulk_get(struct ctx *c, i64 id, struct bulk *ret)
{
    i64 what, state;
    const enum err e = db_one(c, &Q[GET], BULK_INTO(ret, what, state), id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no change %lld", id);
    TRY(e);
    settle(c, ret, what, state);
    return ERR_OK;
}

enum err bulk_list(struct ctx *c, const struct page *p, struct bulk_page *ret)
{
    const i64 limit = p->limit == NONE ? 50 : p->limit;
    i64 before_id = INT64_MAX, what, state;
    struct bulk b = { 0 };

    if (p->after) TRY(page_after(c, p->after, &before_id, 1));
    ROWS r;
    TRY(db_rows(c, &r, &Q[LIST], before_id, limit));
    while (db_next(&r, BULK_INTO(&b, what, state))) {
        settle(c, &b, what, state);
        *(struct bulk *)list_add(c->mem, &ret->items, sizeof(b)) = b;
    }
    TRY(r.err);
    if ((i64)ret->items.n == limit) ret->next = page_next(c->mem, &b.id, 1);
    return ERR_OK;
}

/* Categories and brands by name: few of either in a page, each asked again is cheap. */
static enum err name_of(struct ctx *c, int what, i64 id, const char **ret)
{
    *ret = NULL;
    if ((what != BULK_CATEGORY && what != BULK_BRAND) || id == NONE || !id)
        return ERR_OK;
    const enum err e = db_one(c, &Q[what == BULK_CATEGORY ? CATEGORY_NAME : BRAND_NAME],
                              INTO(ret), id);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err bulk_rows(struct ctx *c, i64 id, const struct bulk_rows_ask *a,
                   struct bulk_page *ret)
{
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    const int which = a->only < 0 ? ROWS_ALL : a->only ? ROWS_REFUSED : ROWS_WARNED;
    struct bulk_row o = { 0 };
    struct bulk b = { 0 };
    i64 after = -1, state;

    TRY(bulk_get(c, id, &b));
    if (a->after) TRY(page_after(c, a->after, &after, 1));
    ROWS r;
    TRY(db_rows(c, &r, &Q[which], id, after, limit));
    while (
        db_next(&r, INTO(&o.subject_id, &o.product_id, &o.sku, &o.name, &o.was,
                         &o.was_old, &o.becomes, &o.becomes_old, &o.warning, &state))) {
        o.state = (int)state;
        *(struct bulk_row *)list_add(c->mem, &ret->items, sizeof(o)) = o;
    }
    TRY(r.err);
    struct bulk_row *rows = ret->items.at;
    for (size_t k = 0; k < ret->items.n; k++) {
        TRY(name_of(c, b.what, rows[k].was, &rows[k].was_name));
        TRY(name_of(c, b.what, rows[k].becomes, &rows[k].becomes_name));
    }
    if ((i64)ret->items.n == limit) ret->next = page_next(c->mem, &o.subject_id, 1);
    return ERR_OK;
}

/* ---- Doing and undoing
 * --------------------------------------------------------------- */

static enum err go(struct ctx *c, i64 id, int from, int to)
{
    struct bulk b = { 0 };
    i64 job_id, n;

    TRY(bulk_get(c, id, &b));
    TRY(queue(c, id, &job_id));
    TRY(db_exec(c, &Q[SET_STATE], &n, id, from, to, job_id, c->now));
    if (!n)
        return FAIL(c, WRONG_STATE, "change %lld is %s", id, bulk_state_words[b.state]);
    return ERR_OK;
}

enum err bulk_apply(struct ctx *c, i64 id)
{
    TRY(go(c, id, BULK_READY, BULK_APPLYING));
    return staff_audit(c, "catalog.bulk_apply", id, NULL);
}

enum err bulk_undo(struct ctx *c, i64 id)
{
    struct bulk b = { 0 };

    TRY(bulk_get(c, id, &b));
    if (b.undo_until_at != NONE && b.undo_until_at < c->now)
        return FAIL(c, GONE, "change %lld can be undone no longer", id);
    TRY(go(c, id, BULK_APPLIED, BULK_UNDOING));
    return staff_audit(c, "catalog.bulk_undo", id, NULL);
}

enum err bulk_delete(struct ctx *c, i64 id)
{
    struct bulk b = { 0 };
    i64 n;

    TRY(bulk_get(c, id, &b));
    TRY(db_exec(c, &Q[DELETE], &n, id));
    if (!n)
        return FAIL(c, WRONG_STATE, "change %lld is %s", id, bulk_state_words[b.state]);
    return staff_audit(c, "catalog.bulk_delete", id, NULL);
}
