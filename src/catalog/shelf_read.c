#include "catalog/shelf_read.h"

#include "catalog/catalog_own.h"
#include "db/db.h"

enum {
    PRODUCTS,
    VARIANTS,
    VALUES,
    PRICES,
    BITS,
    BITS_OF,
    CHANGES,
    NEXT,
    PLACES,
    BRANDS,
    SYNONYMS
};

/* clang-format off */
const struct query catalog_shelf_sql[] = {
    [PRODUCTS] = { "catalog.shelf_products",
        "SELECT p.id, p.change_id, p.category_id, p.brand_id, p.popularity, p.name, p.slug, i.url, t.terms, p.active"
        "  FROM catalog_product p"
        "  LEFT JOIN catalog_image i ON i.product_id = p.id AND i.sort = 0"
        "  LEFT JOIN catalog_posting t ON t.product_id = p.id"
        " WHERE p.id BETWEEN $1 AND $2 ORDER BY p.id" },
    [VARIANTS] = { "catalog.shelf_variants",
        "SELECT id, product_id, name, sku FROM catalog_variant"
        " WHERE product_id BETWEEN $1 AND $2 AND active = 1 ORDER BY product_id, id" },
    [VALUES] = { "catalog.shelf_values",
        "SELECT v.product_id, v.spec_id, v.text, v.number FROM catalog_product_spec v"
        "  JOIN catalog_spec s ON s.id = v.spec_id AND s.facet = 1"
        " WHERE v.product_id BETWEEN $1 AND $2 ORDER BY v.product_id, v.spec_id" },
    [PRICES] = { "catalog.shelf_prices",
        "SELECT v.product_id, p.variant_id, p.list_id, p.from_at, p.to_at, p.price_minor, p.old_minor"
        "  FROM catalog_variant v JOIN catalog_price p ON p.variant_id = v.id"
        " WHERE v.product_id BETWEEN $1 AND $2 AND v.active = 1 AND (p.to_at IS NULL OR p.to_at > $3)"
        " ORDER BY v.product_id, v.id, p.list_id, p.from_at" },
    [BITS] = { "catalog.shelf_bits",
        "SELECT variant_id, word, bits, change_id FROM catalog_stock_bits"
        " WHERE change_id > $1 ORDER BY change_id LIMIT $2" },
    [BITS_OF] = { "catalog.shelf_bits_of",
        "SELECT variant_id, word, bits, change_id FROM catalog_stock_bits WHERE variant_id = $1" },
    [CHANGES] = { "catalog.shelf_changes",
        "SELECT id, change_id FROM catalog_product WHERE change_id > $1 ORDER BY change_id LIMIT $2" },
    [NEXT] = { "catalog.shelf_next",
        "SELECT MAX(id) FROM (SELECT id FROM catalog_product WHERE id > $1 ORDER BY id LIMIT $2) slice",
        .scan = "the slice just cut off is looked through once" },
    [PLACES] = { "catalog.shelf_places", "SELECT place_id, bit FROM catalog_place_bit ORDER BY bit",
        .scan = "one row a place" },
    [BRANDS] = { "catalog.shelf_brands", "SELECT id, name FROM catalog_brand WHERE id > $1 ORDER BY id LIMIT $2" },
    [SYNONYMS] = { "catalog.shelf_synonyms", "SELECT word, means FROM catalog_synonym ORDER BY word, means",
        .scan = "a word list of some hundred rows" },
    QUERY_END
};
/* clang-format on */

static enum err products(struct ctx *c, i64 lo, i64 hi, struct list *ret)
{
    struct read_product p = { .next_at = INT64_MAX };
    ROWS r;

    TRY(db_rows(c, &r, &catalog_shelf_sql[PRODUCTS], lo, hi));
    while (db_next(&r,
                   INTO(&p.id, &p.change_id, &p.category_id, &p.brand_id, &p.popularity,
                        &p.name, &p.slug, &p.image, &p.terms, &p.active)))
        *(struct read_product *)list_add(c->mem, ret, sizeof(p)) = p;
    return r.err;
}

static enum err variants(struct ctx *c, i64 lo, i64 hi, struct list *ret)
{
    struct read_variant v;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_shelf_sql[VARIANTS], lo, hi));
    while (db_next(&r, INTO(&v.id, &v.product_id, &v.name, &v.sku)))
        *(struct read_variant *)list_add(c->mem, ret, sizeof(v)) = v;
    return r.err;
}

static enum err values(struct ctx *c, i64 lo, i64 hi, struct list *ret)
{
    struct read_value v;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_shelf_sql[VALUES], lo, hi));
    while (db_next(&r, INTO(&v.product_id, &v.spec_id, &v.text, &v.number)))
        *(struct read_value *)list_add(c->mem, ret, sizeof(v)) = v;
    return r.err;
}

static void sooner(struct read_product *p, i64 at)
{
    if (at < p->next_at) p->next_at = at;
}

/* Of each list the row that holds now: rows come in order of from_at, a later one
 * that has begun replaces the one before it. */
static enum err prices(struct ctx *c, i64 lo, i64 hi, struct read_slice *s)
{
    struct read_product *owner = s->product.at, *end = owner + s->product.n;
    i64 product_id, from_at, to_at;
    struct read_price p, *last = NULL;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_shelf_sql[PRICES], lo, hi, c->now));
    while (db_next(&r, INTO(&product_id, &p.variant_id, &p.list_id, &from_at, &to_at,
                            &p.price_minor, &p.old_minor))) {
        while (owner < end && owner->id < product_id) owner++;
        if (owner == end) break;
        if (from_at > c->now) {
            sooner(owner, from_at);
            continue;
        }
        if (to_at != NONE) sooner(owner, to_at);
        if (!last || last->variant_id != p.variant_id || last->list_id != p.list_id)
            last = list_add(c->mem, &s->price, sizeof(p));
        *last = p;
    }
    return r.err;
}

enum err shelf_read_slice(struct ctx *c, i64 lo, i64 hi, struct read_slice *ret)
{
    *ret = (struct read_slice){ 0 };
    TRY(products(c, lo, hi, &ret->product));
    TRY(variants(c, lo, hi, &ret->variant));
    TRY(values(c, lo, hi, &ret->value));
    return prices(c, lo, hi, ret);
}

#define BITS_INTO(b) INTO(&(b)->variant_id, &(b)->word, &(b)->bits, &(b)->change_id)

enum err shelf_read_bits(struct ctx *c, i64 after_change, i64 limit, struct list *ret)
{
    struct read_bits b;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_shelf_sql[BITS], after_change, limit));
    while (db_next(&r, BITS_INTO(&b)))
        *(struct read_bits *)list_add(c->mem, ret, sizeof(b)) = b;
    return r.err;
}

enum err shelf_read_bits_of(struct ctx *c, i64 variant_id, struct list *ret)
{
    struct read_bits b;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_shelf_sql[BITS_OF], variant_id));
    while (db_next(&r, BITS_INTO(&b)))
        *(struct read_bits *)list_add(c->mem, ret, sizeof(b)) = b;
    return r.err;
}

enum err shelf_read_changes(struct ctx *c, i64 after_change, i64 limit,
                            struct list *ret)
{
    struct read_change x;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_shelf_sql[CHANGES], after_change, limit));
    while (db_next(&r, INTO(&x.product_id, &x.change_id)))
        *(struct read_change *)list_add(c->mem, ret, sizeof(x)) = x;
    return r.err;
}

enum err shelf_read_next(struct ctx *c, i64 after_id, i64 limit, i64 *ret_hi)
{
    TRY(db_one(c, &catalog_shelf_sql[NEXT], INTO(ret_hi), after_id, limit));
    return *ret_hi == NONE ? ERR_NOT_FOUND : ERR_OK;
}

enum err shelf_read_places(struct ctx *c, struct list *ret)
{
    struct read_place p;
    ROWS r;

    TRY(db_rows0(c, &r, &catalog_shelf_sql[PLACES]));
    while (db_next(&r, INTO(&p.place_id, &p.bit)))
        *(struct read_place *)list_add(c->mem, ret, sizeof(p)) = p;
    return r.err;
}

enum err shelf_read_brands(struct ctx *c, i64 after_id, i64 limit, struct list *ret)
{
    struct catalog_brand b;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_shelf_sql[BRANDS], after_id, limit));
    while (db_next(&r, INTO(&b.id, &b.name)))
        *(struct catalog_brand *)list_add(c->mem, ret, sizeof(b)) = b;
    return r.err;
}

enum err shelf_read_synonyms(struct ctx *c, struct list *ret)
{
    struct shelf_synonym s;
    ROWS r;

    TRY(db_rows0(c, &r, &catalog_shelf_sql[SYNONYMS]));
    while (db_next(&r, INTO(&s.word, &s.means)))
        *(struct shelf_synonym *)list_add(c->mem, ret, sizeof(s)) = s;
    return r.err;
}
