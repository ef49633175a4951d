/* On which shelf a thing stands, for whoever fetches it. */
#include "stock/stock_floor.h"

enum { PUT, DROP, LIST, BY_SKU };

/* clang-format off */
const struct query stock_shelf_sql[] = {
    [PUT] = { "stock.put_shelf",
        "INSERT INTO stock_shelf (place_id, variant_id, aisle, shelf, at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (place_id, variant_id) DO UPDATE SET aisle = excluded.aisle,"
        "   shelf = excluded.shelf, at = excluded.at" },

    [DROP] = { "stock.drop_shelf",
        "DELETE FROM stock_shelf WHERE place_id = $1 AND variant_id = $2" },

    [LIST] = { "stock.list_shelf",
        "SELECT s.variant_id, v.sku, v.name, s.aisle, s.shelf FROM stock_shelf s"
        "  JOIN pub_catalog_variant v ON v.id = s.variant_id"
        " WHERE s.place_id = $1 AND s.variant_id > $2 ORDER BY s.variant_id LIMIT $3" },

    [BY_SKU] = { "stock.variant_of_sku", "SELECT id FROM pub_catalog_variant WHERE sku = $1" },
    QUERY_END
};
/* clang-format on */

#define Q stock_shelf_sql

enum err stock_shelf_list(struct ctx *c, i64 place_id, i64 after_id, i64 limit,
                          struct list *ret)
{
    struct stock_spot s = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[LIST], place_id, after_id, limit));
    while (db_next(&r, INTO(&s.variant_id, &s.sku, &s.name, &s.aisle, &s.shelf)))
        *(struct stock_spot *)list_add(c->mem, ret, sizeof(s)) = s;
    return r.err;
}

/* Which thing a row speaks of; a row that names none is told with its number. */
static enum err variant_of(struct ctx *c, const struct stock_spot *s, size_t k,
                           i64 *ret_id)
{
    bool place, variant = false;
    enum err e = ERR_NOT_FOUND;

    if (s->variant_id != NONE) {
        TRY(stock_exists(c, 0, s->variant_id, &place, &variant));
        *ret_id = s->variant_id;
        if (variant) return ERR_OK;
    } else if (s->sku) {
        e = db_one(c, &Q[BY_SKU], INTO(ret_id), s->sku);
        if (e != ERR_NOT_FOUND) return e;
    }
    FAIL_MORE(c, NO_SUCH, arena_printf(c->mem, "lines[%zu].sku", k),
              "no variant \"%s\"", s->sku ? s->sku : "");
    *ret_id = 0;
    return ERR_OK;
}

enum err stock_shelf_put(struct ctx *c, i64 place_id, const struct list *spots,
                         bool dry)
{
    const struct stock_spot *s = spots->at;
    bool place, any;
    i64 id = 0;

    TRY(stock_exists(c, place_id, 0, &place, &any));
    if (!place) return FAIL_FIELD(c, NO_SUCH, "place_id", "no place %lld", place_id);
    for (size_t k = 0; k < spots->n; k++) {
        TRY(variant_of(c, &s[k], k, &id));
        if (!id || dry) continue;
        if (s[k].aisle && *s[k].aisle)
            TRY(db_exec(c, &Q[PUT], NULL, place_id, id, s[k].aisle,
                        s[k].shelf ? s[k].shelf : "", c->now));
        else
            TRY(db_exec(c, &Q[DROP], NULL, place_id, id));
    }
    return c->fault.err;
}
