/* Brands: found by any spelling they ever had, renamed, never two of one name.
 *
 * Feeds say brands by name.  A renamed brand keeps the names it had, so that the
 * next exchange brings no second one; a name that another brand has or had is
 * refused: two brands become one by moving the goods (a change of many products),
 * which can be undone, not by a name. */
#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_search.h"
#include "catalog/catalog_shelf.h"
#include "db/db.h"
#include "event/event.h"
#include "job/job.h"

enum { ADD, FIND, GET, LIST, RENAME, KEEP, FORGET, GOODS };

/* clang-format off */
const struct query catalog_brand_sql[] = {
    [ADD] = { "catalog.add_brand",
        "INSERT INTO catalog_brand (id, name, fold) VALUES ($1, $2, $3) ON CONFLICT (fold) DO NOTHING" },
    [FIND] = { "catalog.find_brand",
        "SELECT id FROM catalog_brand WHERE fold = $1"
        " UNION ALL SELECT brand_id FROM catalog_brand_name WHERE fold = $1" },
    [GET] = { "catalog.get_brand", "SELECT id, name, fold FROM catalog_brand WHERE id = $1" },
    [LIST] = { "catalog.list_brands", "SELECT id, name FROM catalog_brand WHERE fold > $1 ORDER BY fold LIMIT $2" },
    [RENAME] = { "catalog.rename_brand", "UPDATE catalog_brand SET name = $2, fold = $3 WHERE id = $1" },
    [KEEP] = { "catalog.keep_brand_name",
        "INSERT INTO catalog_brand_name (fold, brand_id) VALUES ($1, $2) ON CONFLICT (fold) DO NOTHING" },
    [FORGET] = { "catalog.forget_brand_name", "DELETE FROM catalog_brand_name WHERE fold = $1 AND brand_id = $2" },
    [GOODS] = { "catalog.list_brand_goods",
        "SELECT id FROM catalog_product WHERE brand_id = $1 AND id > $2 ORDER BY id LIMIT $3" },
    QUERY_END
};
/* clang-format on */

#define Q catalog_brand_sql

static enum err find(struct ctx *c, const char *fold, i64 *ret_id)
{
    *ret_id = 0;
    const enum err e = db_one(c, &Q[FIND], INTO(ret_id), fold);

    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err fold_of(struct ctx *c, const char *name, const char **ret)
{
    *ret = text_fold(c->mem, name);
    return (*ret)[strspn(*ret, " ")]
               ? ERR_OK
               : FAIL_FIELD(c, BAD_ARGUMENT, "name", "a brand has a name");
}

enum err catalog_brand_put(struct ctx *c, const char *name, i64 *ret_id)
{
    const char *fold;

    TRY(fold_of(c, name, &fold));
    TRY(find(c, fold, ret_id));
    if (*ret_id) return ERR_OK;
    TRY(db_exec(c, &Q[ADD], NULL, id_new(c), name, fold));
    return find(c, fold, ret_id);
}

static enum err get(struct ctx *c, i64 id, struct catalog_brand *ret,
                    const char **ret_fold)
{
    const enum err e = db_one(c, &Q[GET], INTO(&ret->id, &ret->name, ret_fold), id);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no brand %lld", id) : e;
}

enum err catalog_brand_get(struct ctx *c, i64 id, struct catalog_brand *ret)
{
    const char *fold;

    return get(c, id, ret, &fold);
}

enum err catalog_brands(struct ctx *c, const char *after, i64 limit, struct list *ret)
{
    struct catalog_brand b;
    ROWS r;

    TRY(db_rows(c, &r, &Q[LIST], after ? text_fold(c->mem, after) : "", limit));
    while (db_next(&r, INTO(&b.id, &b.name)))
        *(struct catalog_brand *)list_add(c->mem, ret, sizeof(b)) = b;
    return r.err;
}

/* ---- Another name --------------------------------------------------------------- */

enum err catalog_brand_rename(struct ctx *c, i64 id, const char *name)
{
    struct catalog_brand old;
    const char *fold, *old_fold;
    i64 other;

    TRY(fold_of(c, name, &fold));
    TRY(get(c, id, &old, &old_fold));
    if (!strcmp(old.name, name)) return ERR_OK;
    TRY(find(c, fold, &other));
    if (other && other != id)
        return FAIL_FIELD(c, NAME_TAKEN, "name",
                          "\"%s\" is or was the name of brand %lld", name, other);
    TRY(db_exec(c, &Q[FORGET], NULL, fold, id));
    TRY(db_exec(c, &Q[RENAME], NULL, id, name, fold));
    if (strcmp(fold, old_fold)) TRY(db_exec(c, &Q[KEEP], NULL, old_fold, id));
    catalog_shelf_renew(c);
    TRY(event_emit(c, "catalog.brand_renamed", id, NULL));
    return job_add(c, "catalog.brand", arena_printf(c->mem, "{\"id\":\"%lld\"}", id),
                   c->now, NULL, NULL);
}

/* ---- Its goods are found by the new name ---------------------------------------- */

enum { SLICE = 200 };

struct slice {
    i64 brand_id, after_id, n;
};

static enum err slice_put(struct ctx *c, void *arg)
{
    struct slice *s = arg;
    i64 ids[SLICE], n = 0;
    ROWS r;

    TRY(db_rows(c, &r, &Q[GOODS], s->brand_id, s->after_id, (i64)SLICE));
    while (n < SLICE && db_next(&r, INTO(&ids[n]))) n++;
    TRY(r.err);
    for (i64 k = 0; k < n; k++) {
        TRY(catalog_search_put(c, ids[k]));
        TRY(catalog_touch(c, ids[k]));
    }
    s->n = n;
    if (n) s->after_id = ids[n - 1];
    return ERR_OK;
}

enum err catalog_brand_run(struct ctx *c, struct job *j)
{
    struct {
        i64 id;
    } arg = { 0 };
    static const struct field fields[] = {
        { .name = "id", .kind = FIELD_ID, .flags = MUST }, FIELD_END
    };
    static const struct shape shape = { "BrandJob", sizeof(arg), fields };

    TRY(shape_read(c, &shape, j->arg, strlen(j->arg), &arg));
    struct slice s = { .brand_id = arg.id };
    do TRY(db_unit(c, slice_put, &s));
    while (s.n == SLICE);
    return ERR_OK;
}
