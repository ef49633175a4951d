/* The office's list of goods: all there are, by what is missing of them.
 *
 * A walk over the products by id, newest first.  What the database can judge it
 * judges; words are compared here, folded, as people type them. */
#include "catalog/catalog_office.h"

#include <string.h>

#include "base/text.h"
#include "db/db.h"
#include "http/route.h"

enum { WALK, ROW, PRICES };

/* clang-format off */
#define NO_PRICE(v) "NOT EXISTS (SELECT 1 FROM catalog_price r WHERE r.variant_id = " v ".id"           \
                    " AND ($7 = 0 OR r.list_id = $7) AND r.from_at <= $8 AND (r.to_at IS NULL OR r.to_at > $8))"
const struct query catalog_office_sql[] = {
    [WALK] = { "catalog.office_walk",
        "SELECT p.id, p.name, p.model, p.category_id FROM catalog_product p"
        " WHERE p.id < $1 AND ($2 < 0 OR p.active = $2) AND ($3 = 0 OR p.brand_id = $3)"
        "   AND ($4 = 0 OR NOT EXISTS (SELECT 1 FROM catalog_image i WHERE i.product_id = p.id))"
        "   AND ($5 = 0 OR EXISTS (SELECT 1 FROM catalog_variant v WHERE v.product_id = p.id AND " NO_PRICE("v") "))"
        "   AND ($6 = 0 OR EXISTS (SELECT 1 FROM catalog_variant w WHERE w.product_id = p.id"
        "        AND NOT EXISTS (SELECT 1 FROM catalog_barcode b WHERE b.variant_id = w.id)))"
        " ORDER BY p.id DESC LIMIT $9", .types = "iiiiiiiii" },

    [ROW] = { "catalog.office_row",
        "SELECT p.id, p.category_id, p.brand_id, p.warranty_days, p.version, p.name, p.model, p.slug, p.active,"
        "       k.name, b.name, (SELECT i.url FROM catalog_image i WHERE i.product_id = p.id ORDER BY i.sort LIMIT 1),"
        "       (SELECT COUNT(*) FROM catalog_variant v WHERE v.product_id = p.id),"
        "       (SELECT COUNT(*) FROM catalog_variant v WHERE v.product_id = p.id"
        "           AND NOT EXISTS (SELECT 1 FROM catalog_barcode c WHERE c.variant_id = v.id))"
        "  FROM catalog_product p JOIN catalog_category k ON k.id = p.category_id"
        "  LEFT JOIN catalog_brand b ON b.id = p.brand_id WHERE p.id = $1" },

    /* A variant with several rows in force counts once for each list. */
    [PRICES] = { "catalog.office_prices",
        "SELECT MIN(r.price_minor), MAX(r.price_minor), COUNT(DISTINCT v.id)"
        "  FROM catalog_variant v JOIN catalog_price r ON r.variant_id = v.id"
        " WHERE v.product_id = $1 AND ($2 = 0 OR r.list_id = $2) AND r.from_at <= $3"
        "   AND (r.to_at IS NULL OR r.to_at > $3)", .types = "iii" },
    QUERY_END
};
/* clang-format on */

#define Q catalog_office_sql

enum { ROWS_MAX = 5000 };

/* The category and all below it. */
static enum err below(struct ctx *c, i64 root, struct office_walk *w)
{
    struct list all = { 0 };
    bool more = true;

    TRY(catalog_categories(c, &all));
    const struct catalog_category *k = all.at;
    i64 *ids = NEW_N(c->mem, i64, all.n + 1);
    bool *in = NEW_N(c->mem, bool, all.n + 1);
    ids[w->n_categories++] = root;
    while (more) {
        more = false;
        for (size_t n = 0; n < all.n; n++) {
            if (in[n] || k[n].parent_id == NONE) continue;
            for (size_t m = 0; m < w->n_categories && !in[n]; m++)
                in[n] = ids[m] == k[n].parent_id;
            if (!in[n]) continue;
            ids[w->n_categories++] = k[n].id;
            more = true;
        }
    }
    w->categories = ids;
    return ERR_OK;
}

enum err office_walk_begin(struct ctx *c, const struct office_filter *f,
                           struct office_walk *ret)
{
    struct catalog_item item;
    i64 variant_id;

    *ret = (struct office_walk){ .f = *f };
    if (f->category_id != NONE) TRY(below(c, f->category_id, ret));
    if (!f->q || !*f->q) return ERR_OK;
    ret->words = text_fold(c->mem, f->q);
    const enum err e = catalog_find_code(c, f->q, &variant_id);
    if (e && e != ERR_NOT_FOUND) return e;
    if (e) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(catalog_item(c, variant_id, &item));
    ret->code_product_id = item.product_id;
    return ERR_OK;
}

static bool in_category(const struct office_walk *w, i64 category_id)
{
    for (size_t k = 0; k < w->n_categories; k++)
        if (w->categories[k] == category_id) return true;
    return !w->categories;
}

static bool has_words(struct ctx *c, const struct office_walk *w, const char *name,
                      const char *model)
{
    struct text_word words[8];

    if (!w->words) return true;
    const size_t n = text_words(c->mem, w->words, words, COUNT(words));
    const char *text = text_fold(c->mem, arena_printf(c->mem, "%s %s", name, model));
    for (size_t k = 0; k < n; k++)
        if (!strstr(text, words[k].at)) return false;
    return n > 0;
}

enum err office_walk_next(struct ctx *c, const struct office_walk *w, i64 *before_id,
                          i64 limit, struct list *ret, bool *ret_end)
{
    const struct office_filter *f = &w->f;
    i64 id, category_id, seen = 0;
    const char *name, *model;
    ROWS r;

    TRY(db_rows(c, &r, &Q[WALK], *before_id, f->active,
                f->brand_id == NONE ? 0 : f->brand_id, f->no_picture, f->no_price,
                f->no_barcode, f->list_id == NONE ? 0 : f->list_id, c->now, ROWS_MAX));
    r.borrow = true;
    while ((i64)ret->n < limit && db_next(&r, INTO(&id, &name, &model, &category_id))) {
        seen++;
        *before_id = id;
        if (!in_category(w, category_id)) continue;
        if (w->code_product_id ? id == w->code_product_id
                               : has_words(c, w, name, model))
            *(i64 *)list_add(c->mem, ret, sizeof(id)) = id;
    }
    *ret_end = seen < ROWS_MAX && (i64)ret->n < limit;
    return (i64)ret->n == limit ? ERR_OK : r.err;
}

static enum err row_read(struct ctx *c, i64 id, i64 list_id, struct office_row *o)
{
    i64 priced;

    TRY(db_one(c, &Q[ROW],
               INTO(&o->id, &o->category_id, &o->brand_id, &o->warranty_days,
                    &o->version, &o->name, &o->model, &o->slug, &o->active,
                    &o->category, &o->brand, &o->image, &o->variants,
                    &o->without_barcode),
               id));
    TRY(db_one(c, &Q[PRICES], INTO(&o->price_min, &o->price_max, &priced), id,
               list_id == NONE ? 0 : list_id, c->now));
    o->without_price = o->variants - priced;
    return ERR_OK;
}

enum err office_list(struct ctx *c, const struct office_ask *a, struct office_page *ret)
{
    const struct office_filter f = { a->q,          a->category_id, a->brand_id,
                                     a->active,     a->no_picture,  a->no_price,
                                     a->no_barcode, a->list_id };
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    i64 before_id = INT64_MAX;
    struct office_walk w;
    struct list ids = { 0 };
    bool end;

    if (a->after) TRY(page_after(c, a->after, &before_id, 1));
    TRY(office_walk_begin(c, &f, &w));
    do {
        TRY(office_walk_next(c, &w, &before_id, limit, &ids, &end));
    } while (!end && (i64)ids.n < limit);
    for (size_t k = 0; k < ids.n; k++)
        TRY(row_read(c, ((const i64 *)ids.at)[k], a->list_id,
                     list_add(c->mem, &ret->items, sizeof(struct office_row))));
    ret->next = end ? NULL : page_next(c->mem, &before_id, 1);
    return ERR_OK;
}
