/* What sells: kept by region and category, most first. */
#include <stdlib.h>

#include "catalog/catalog_shelf.h"
#include "catalog/catalog_shopper.h"
#include "db/db.h"

enum { LIST, FORGET };

/* clang-format off */
const struct query catalog_best_sql[] = {
    [LIST] = { "catalog.bestsellers",
        "SELECT product_id FROM catalog_bestseller"
        " WHERE region_id = $1 AND category_id = $2 ORDER BY rank LIMIT $3" },
    [FORGET] = { "catalog.forget_bestsellers",
        "DELETE FROM catalog_bestseller WHERE region_id = $1" },
    QUERY_END
};
/* clang-format on */

#define Q catalog_best_sql

enum { KEPT = 24 }; /* of a region and category */

/* ---- Writing -------------------------------------------------------------------- */

struct best {
    i64 region_id, category_id, rank, product_id, qty;
};

static void best_add(struct ctx *c, struct list *to, i64 category_id, i64 *rank,
                     const struct best *b)
{
    if (*rank == KEPT) return;
    struct best *x = list_add(c->mem, to, sizeof(*x));
    *x = *b;
    x->category_id = category_id;
    x->rank = ++*rank;
}

/* Each product counts for its category, all above it, and everything. */
static enum err best_of(struct ctx *c, i64 region_id, const struct catalog_sold *rows,
                        size_t n, struct list *ret)
{
    SHELF *s = NULL;

    TRY(shelf_look(c, &s));
    i64 *rank = NEW_N(c->mem, i64, s->ncategories + 1);
    for (size_t k = 0; k < n; k++) {
        const struct shelf_doc *d = shelf_doc_of(s, rows[k].product_id);
        const struct best b = { region_id, 0, 0, rows[k].product_id, rows[k].qty };

        if (!d || !d->nvariant || rows[k].qty <= 0) continue;
        best_add(c, ret, 0, &rank[s->ncategories], &b);
        for (int at = d->category; at != SHELF_NONE; at = s->categories[at].parent)
            best_add(c, ret, s->categories[at].id, &rank[at], &b);
    }
    return ERR_OK;
}

static int by_key(const void *x, const void *y)
{
    const struct best *a = x, *b = y;

    if (a->category_id != b->category_id)
        return a->category_id < b->category_id ? -1 : 1;
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static bool next_row(void *from, struct val *v)
{
    struct list *l = from;
    const struct best *b = l->at;

    if (!l->n) return false;
    v[0] = val_i(b->region_id);
    v[1] = val_i(b->category_id);
    v[2] = val_i(b->rank);
    v[3] = val_i(b->product_id);
    v[4] = val_i(b->qty);
    l->at = (void *)(b + 1);
    l->n--;
    return true;
}

static const struct db_bulk rows_bulk = {
    .name = "catalog.bestsellers_bulk",
    .table = "catalog_bestseller",
    .columns = (const char *const[]){ "region_id", "category_id", "rank", "product_id",
                                      "qty", NULL },
    .types = "iiiii",
    .keys = "region_id, category_id, rank",
};

enum err catalog_bestsellers_put(struct ctx *c, i64 region_id,
                                 const struct catalog_sold *rows, size_t n)
{
    struct list best = { 0 };
    i64 written;

    TRY(best_of(c, region_id, rows, n, &best));
    if (best.n) qsort(best.at, best.n, sizeof(struct best), by_key);
    TRY(db_exec(c, &Q[FORGET], NULL, region_id));
    return best.n ? db_bulk(c, &rows_bulk, next_row, &best, &written) : ERR_OK;
}

/* ---- Reading -------------------------------------------------------------------- */

enum err catalog_bestseller_ids(struct ctx *c, i64 region_id, i64 category_id,
                                i64 limit, struct list *ret)
{
    i64 id;
    ROWS r;

    TRY(db_rows(c, &r, &Q[LIST], region_id, category_id, limit));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, ret, sizeof(id)) = id;
    return r.err;
}

static bool told(const struct list *tiles, i64 product_id)
{
    const struct catalog_tile *t = tiles->at;

    for (size_t k = 0; k < tiles->n; k++)
        if (t[k].product_id == product_id) return true;
    return false;
}

/* What can be bought now and was not told yet, until there are enough. */
static bool tiles_join(struct ctx *c, struct list *to, const struct list *more,
                       size_t limit)
{
    const struct catalog_tile *t = more->at;
    const size_t had = to->n;

    for (size_t k = 0; k < more->n && to->n < limit; k++)
        if (t[k].places && t[k].price_minor != NONE && !told(to, t[k].product_id))
            *(struct catalog_tile *)list_add(c->mem, to, sizeof(*t)) = t[k];
    return to->n > had;
}

/* ret->scope is the widest that was needed. */
static enum err scope_join(struct ctx *c, const struct catalog_ask *ask, i64 region_id,
                           int scope, struct catalog_best *ret)
{
    struct list ids = { 0 }, tiles = { 0 };
    struct catalog_found found = { 0 };
    struct catalog_ask popular = *ask;

    if (scope == BEST_POPULAR) {
        popular.sort = SORT_POPULAR;
        popular.in_stock = true;
        popular.place_id = NONE;
        popular.limit = 2 * ask->limit;
        TRY(catalog_list(c, &popular, &found));
        tiles = found.items;
    } else {
        TRY(catalog_bestseller_ids(c, scope == BEST_REGION ? region_id : 0,
                                   ask->category_id == NONE ? 0 : ask->category_id,
                                   KEPT, &ids));
        TRY(catalog_tiles(c, &ids, ask, &tiles));
    }
    if (tiles_join(c, &ret->items, &tiles, (size_t)ask->limit)) ret->scope = scope;
    return ERR_OK;
}

enum err catalog_bestsellers(struct ctx *c, const struct catalog_ask *ask,
                             struct catalog_best *ret)
{
    struct catalog_ask a = *ask;
    i64 region_id;

    *ret = (struct catalog_best){ 0 };
    if (a.limit == NONE) a.limit = 12;
    TRY(catalog_region_of(c, &a, &region_id));
    for (int scope = region_id ? BEST_REGION : BEST_CHAIN;
         scope <= BEST_POPULAR && (i64)ret->items.n < a.limit; scope++)
        TRY(scope_join(c, &a, region_id, scope, ret));
    return ERR_OK;
}
