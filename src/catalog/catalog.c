/* Products, variants and what describes them.  Prices: catalog_price.c. */
#include "catalog/catalog.h"

#include <math.h>
#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "base/translit.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_search.h"
#include "catalog/catalog_shelf.h"
#include "db/db.h"
#include "event/event.h"

enum {
    PRODUCT_ADD,
    PRODUCT_SET,
    PRODUCT_GET,
    PRODUCT_SLUG,
    TOUCH,
    TOUCH_VARIANT,
    SPECS_DROP,
    SPEC_ADD,
    SPECS_GET,
    IMAGES_DROP,
    IMAGE_ADD,
    IMAGES_GET,
    VARIANT_ADD,
    VARIANT_SET,
    VARIANT_GET,
    VARIANT_OF,
    BARCODES_DROP,
    BARCODE_ADD,
    BARCODES_GET,
    BARCODE_FIND,
    SKU_FIND,
    MODEL_FIND,
    ITEM,
};

/* clang-format off */
const struct query catalog_sql[] = {
    [PRODUCT_ADD] = { "catalog.add_product",
        "INSERT INTO catalog_product (id, category_id, brand_id, name, name_en, slug, description, model, vat_code,"
        "       vat_bp, warranty_days, active, complex_goods, popularity, version, change_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15)" },
    [PRODUCT_SET] = { "catalog.set_product",
        "UPDATE catalog_product SET category_id = $2, brand_id = $3, name = $4, name_en = $5, slug = $6,"
        "       description = $7, model = $8, vat_code = $9, vat_bp = $10, warranty_days = $11, active = $12,"
        "       complex_goods = $13, popularity = $14, version = version + 1, change_id = $15"
        " WHERE id = $1 AND ($16 = 0 OR version = $16) RETURNING version", "iiittttttiiiiiii" },
    [PRODUCT_GET] = { "catalog.get_product",
        "SELECT id, category_id, brand_id, name, name_en, slug, description, model, vat_code, vat_bp,"
        "       warranty_days, active, complex_goods, popularity, version"
        "  FROM catalog_product WHERE id = $1" },
    [PRODUCT_SLUG] = { "catalog.find_product_slug", "SELECT id FROM catalog_product WHERE slug = $1" },
    [TOUCH] = { "catalog.touch", "UPDATE catalog_product SET change_id = $2 WHERE id = $1" },
    [TOUCH_VARIANT] = { "catalog.touch_variant",
        "UPDATE catalog_product SET change_id = $2"
        " WHERE id = (SELECT product_id FROM catalog_variant WHERE id = $1)" },

    [SPECS_DROP] = { "catalog.drop_specs", "DELETE FROM catalog_product_spec WHERE product_id = $1" },
    [SPEC_ADD] = { "catalog.add_spec_value",
        "INSERT INTO catalog_product_spec (product_id, spec_id, text, number) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (product_id, spec_id) DO UPDATE SET text = excluded.text, number = excluded.number", "iitd" },
    [SPECS_GET] = { "catalog.list_specs_of",
        "SELECT v.spec_id, v.text, v.number FROM catalog_product_spec v JOIN catalog_spec s ON s.id = v.spec_id"
        " WHERE v.product_id = $1 ORDER BY s.sort, s.id" },
    [IMAGES_DROP] = { "catalog.drop_images", "DELETE FROM catalog_image WHERE product_id = $1" },
    [IMAGE_ADD] = { "catalog.add_image", "INSERT INTO catalog_image (product_id, sort, url) VALUES ($1, $2, $3)" },
    [IMAGES_GET] = { "catalog.list_images", "SELECT url FROM catalog_image WHERE product_id = $1 ORDER BY sort" },

    [VARIANT_ADD] = { "catalog.add_variant",
        "INSERT INTO catalog_variant (id, product_id, sku, name, unit_tracked, active, weight_g)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)" },
    [VARIANT_SET] = { "catalog.set_variant",
        "UPDATE catalog_variant SET product_id = $2, sku = $3, name = $4, unit_tracked = $5, active = $6,"
        "       weight_g = $7 WHERE id = $1" },
    [VARIANT_GET] = { "catalog.get_variant",
        "SELECT id, product_id, sku, name, unit_tracked, active, weight_g FROM catalog_variant WHERE id = $1" },
    [VARIANT_OF] = { "catalog.list_variants",
        "SELECT id, product_id, sku, name, unit_tracked, active, weight_g FROM catalog_variant"
        " WHERE product_id = $1 ORDER BY id" },
    [BARCODES_DROP] = { "catalog.drop_barcodes", "DELETE FROM catalog_barcode WHERE variant_id = $1" },
    [BARCODE_ADD] = { "catalog.add_barcode", "INSERT INTO catalog_barcode (code, variant_id) VALUES ($1, $2)" },
    [BARCODES_GET] = { "catalog.list_barcodes", "SELECT code FROM catalog_barcode WHERE variant_id = $1 ORDER BY code" },

    [BARCODE_FIND] = { "catalog.find_barcode", "SELECT variant_id FROM catalog_barcode WHERE code = $1" },
    [SKU_FIND] = { "catalog.find_sku", "SELECT id FROM catalog_variant WHERE sku = $1" },
    [MODEL_FIND] = { "catalog.find_model",
        "SELECT v.id FROM catalog_product p JOIN catalog_variant v ON v.product_id = p.id"
        " WHERE p.model = $1 AND p.active = 1 AND v.active = 1 ORDER BY v.id LIMIT 1" },
    [ITEM] = { "catalog.item",
        "SELECT v.id, v.product_id, v.sku, v.name, p.name, v.unit_tracked, v.active, p.active,"
        "       COALESCE((SELECT r.rate_bp FROM catalog_vat r WHERE r.code = p.vat_code AND r.from_at <= $2"
        "                  ORDER BY r.from_at DESC LIMIT 1), p.vat_bp), v.weight_g, p.warranty_days"
        "  FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id WHERE v.id = $1" },
    QUERY_END
};
/* clang-format on */

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

/* ---- Changes seen by listings --------------------------------------------------- */

enum err catalog_touch(struct ctx *c, i64 product_id)
{
    catalog_shelf_stale(c);
    return db_exec(c, &catalog_sql[TOUCH], NULL, product_id, catalog_change_id());
}

enum err catalog_touch_variant(struct ctx *c, i64 variant_id)
{
    catalog_shelf_stale(c);
    return db_exec(c, &catalog_sql[TOUCH_VARIANT], NULL, variant_id,
                   catalog_change_id());
}

/* ---- Products ------------------------------------------------------------------- */

static enum err specs_put(struct ctx *c, const struct catalog_product *p)
{
    const struct catalog_spec_value *v = p->specs.at;

    TRY(db_exec(c, &catalog_sql[SPECS_DROP], NULL, p->id));
    for (size_t k = 0; k < p->specs.n; k++)
        TRY(db_exec(c, &catalog_sql[SPEC_ADD], NULL, p->id, v[k].spec_id,
                    or_empty(v[k].text),
                    isnan(v[k].number) ? val_i(NONE) : val_d(v[k].number)));
    return ERR_OK;
}

static enum err images_put(struct ctx *c, const struct catalog_product *p)
{
    const char *const *url = p->images.at;

    TRY(db_exec(c, &catalog_sql[IMAGES_DROP], NULL, p->id));
    for (size_t k = 0; k < p->images.n; k++)
        TRY(db_exec(c, &catalog_sql[IMAGE_ADD], NULL, p->id, (i64)k, url[k]));
    return ERR_OK;
}

enum err catalog_slug(struct ctx *c, const struct query *find, const char *wanted,
                      const char *name, i64 id, const char **ret)
{
    const char *slug = translit_slug(c->mem, wanted && *wanted ? wanted : name);
    i64 other;
    const enum err e = db_one(c, find, INTO(&other), slug);

    if (e && e != ERR_NOT_FOUND) return e;
    *ret = e || other == id ? slug : arena_printf(c->mem, "%s-%llx", slug, (u64)id);
    return ERR_OK;
}

/* A product without a code keeps the rate it was given; one without either pays
 * the standard rate, whatever that is by then. */
static enum err vat_fill(struct ctx *c, struct catalog_product *p)
{
    if (!p->vat_code && p->vat_bp == NONE) p->vat_code = "standard";
    if (!p->vat_code) return ERR_OK;
    if (catalog_vat_rate(c, p->vat_code, c->now, &p->vat_bp) == ERR_NOT_FOUND)
        return FAIL_FIELD(c, NO_SUCH, "vat_code", "no rate \"%s\" now", p->vat_code);
    return ERR_OK;
}

static enum err product_add(struct ctx *c, struct catalog_product *p)
{
    p->version = 1;
    return db_exec(c, &catalog_sql[PRODUCT_ADD], NULL, p->id, p->category_id,
                   p->brand_id, p->name, or_empty(p->name_en), p->slug,
                   or_empty(p->description), or_empty(p->model), p->vat_code, p->vat_bp,
                   p->warranty_days, p->active, p->complex_goods, p->popularity,
                   catalog_change_id());
}

static enum err product_set(struct ctx *c, struct catalog_product *p)
{
    const i64 asked = p->version == NONE ? 0 : p->version;
    const enum err e = db_one(
        c, &catalog_sql[PRODUCT_SET], INTO(&p->version), p->id, p->category_id,
        p->brand_id, p->name, or_empty(p->name_en), p->slug, or_empty(p->description),
        or_empty(p->model), p->vat_code, p->vat_bp, p->warranty_days, p->active,
        p->complex_goods, p->popularity, catalog_change_id(), asked);
    struct catalog_product now;

    if (e != ERR_NOT_FOUND) return e;
    TRY(catalog_product_get(c, p->id, &now));
    return FAIL(c, CHANGED, "product %lld is at version %lld, not %lld", p->id,
                now.version, asked);
}

enum err catalog_product_put(struct ctx *c, struct catalog_product *p)
{
    const bool is_new = !p->id;

    if (!p->name || !*p->name)
        return FAIL_FIELD(c, BAD_ARGUMENT, "name", "a product has a name");
    TRY(vat_fill(c, p));
    if (is_new) p->id = id_new(c);
    TRY(catalog_slug(c, &catalog_sql[PRODUCT_SLUG], p->slug, p->name, p->id, &p->slug));
    if (!is_new) TRY(catalog_slug_leave(c, SLUG_PRODUCT, p->id, p->slug));
    TRY(is_new ? product_add(c, p) : product_set(c, p));
    TRY(specs_put(c, p));
    TRY(images_put(c, p));
    TRY(catalog_search_put(c, p->id));
    catalog_shelf_stale(c);
    return event_emit(c, "catalog.product_changed", p->id, NULL);
}

static enum err specs_get(struct ctx *c, struct catalog_product *p)
{
    struct catalog_spec_value v;
    ROWS r;

    p->specs = (struct list){ 0 };
    TRY(db_rows(c, &r, &catalog_sql[SPECS_GET], p->id));
    while (db_next(&r, INTO(&v.spec_id, &v.text, &v.number)))
        *(struct catalog_spec_value *)list_add(c->mem, &p->specs, sizeof(v)) = v;
    return r.err;
}

static enum err texts_get(struct ctx *c, const struct query *q, i64 id,
                          struct list *ret)
{
    const char *text;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, q, id));
    while (db_next(&r, INTO(&text)))
        *(const char **)list_add(c->mem, ret, sizeof(text)) = text;
    return r.err;
}

enum err catalog_product_get(struct ctx *c, i64 product_id, struct catalog_product *ret)
{
    const enum err e =
        db_one(c, &catalog_sql[PRODUCT_GET],
               INTO(&ret->id, &ret->category_id, &ret->brand_id, &ret->name,
                    &ret->name_en, &ret->slug, &ret->description, &ret->model,
                    &ret->vat_code, &ret->vat_bp, &ret->warranty_days, &ret->active,
                    &ret->complex_goods, &ret->popularity, &ret->version),
               product_id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no product %lld", product_id);
    TRY(e);
    TRY(catalog_vat_of(c, ret->vat_code, ret->vat_bp, &ret->vat_bp));
    TRY(specs_get(c, ret));
    return texts_get(c, &catalog_sql[IMAGES_GET], product_id, &ret->images);
}

enum err catalog_product_find(struct ctx *c, const char *slug, i64 *ret_id)
{
    enum err e = db_one(c, &catalog_sql[PRODUCT_SLUG], INTO(ret_id), slug);

    if (e == ERR_NOT_FOUND) e = catalog_slug_was(c, SLUG_PRODUCT, slug, ret_id);
    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no product \"%s\"", slug) : e;
}

/* ---- Variants ------------------------------------------------------------------- */

/* The check digit makes the sum of digits, every second from the right tripled,
 * a multiple of ten. */
bool catalog_barcode_ok(const char *code)
{
    const size_t n = strlen(code);
    int sum = 0;

    if (n != 8 && n != 12 && n != 13 && n != 14) return false;
    for (size_t k = 0; k < n; k++) {
        if (code[k] < '0' || code[k] > '9') return false;
        sum += (code[k] - '0') * ((n - 1 - k) % 2 ? 3 : 1);
    }
    return sum % 10 == 0;
}

/* UPC-A is EAN-13 without its leading zero: one spelling in the table. */
static const char *barcode_norm(struct ctx *c, const char *code)
{
    return strlen(code) == 12 ? arena_printf(c->mem, "0%s", code) : code;
}

static enum err barcodes_put(struct ctx *c, const struct catalog_variant *v)
{
    const char *const *code = v->barcodes.at;
    i64 other;

    TRY(db_exec(c, &catalog_sql[BARCODES_DROP], NULL, v->id));
    for (size_t k = 0; k < v->barcodes.n; k++) {
        const char *field = arena_printf(c->mem, "barcodes[%zu]", k), *norm;

        if (!catalog_barcode_ok(code[k]))
            return FAIL_FIELD(c, BAD_ARGUMENT, field, "\"%s\" is no barcode", code[k]);
        norm = barcode_norm(c, code[k]);
        const enum err e = db_one(c, &catalog_sql[BARCODE_FIND], INTO(&other), norm);
        if (e == ERR_OK && other == v->id) continue; /* said twice */
        if (e == ERR_OK)
            return FAIL_FIELD(c, EXISTS, field, "\"%s\" belongs to variant %lld", norm,
                              other);
        if (e != ERR_NOT_FOUND) return e;
        TRY(db_exec(c, &catalog_sql[BARCODE_ADD], NULL, norm, v->id));
    }
    return ERR_OK;
}

static enum err sku_is_free(struct ctx *c, const struct catalog_variant *v)
{
    i64 other;
    const enum err e = db_one(c, &catalog_sql[SKU_FIND], INTO(&other), v->sku);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && other == v->id)) return ERR_OK;
    TRY(e);
    return FAIL_FIELD(c, EXISTS, "sku", "\"%s\" is variant %lld", v->sku, other);
}

/* A variant that moves to another product leaves both changed. */
static enum err variant_set(struct ctx *c, const struct catalog_variant *v)
{
    i64 n;

    TRY(catalog_touch_variant(c, v->id));
    TRY(db_exec(c, &catalog_sql[VARIANT_SET], &n, v->id, v->product_id, v->sku,
                or_empty(v->name), v->unit_tracked, v->active, v->weight_g));
    return n ? ERR_OK : FAIL(c, NOT_FOUND, "no variant %lld", v->id);
}

static enum err variant_add(struct ctx *c, struct catalog_variant *v)
{
    v->id = id_new(c);
    return db_exec(c, &catalog_sql[VARIANT_ADD], NULL, v->id, v->product_id, v->sku,
                   or_empty(v->name), v->unit_tracked, v->active, v->weight_g);
}

enum err catalog_variant_put(struct ctx *c, struct catalog_variant *v)
{
    if (!v->sku || !*v->sku)
        return FAIL_FIELD(c, BAD_ARGUMENT, "sku", "a variant has an article");
    TRY(sku_is_free(c, v));
    TRY(v->id ? variant_set(c, v) : variant_add(c, v));
    TRY(barcodes_put(c, v));
    TRY(catalog_touch(c, v->product_id));
    TRY(catalog_search_put(c, v->product_id));
    return event_emit(c, "catalog.product_changed", v->product_id, NULL);
}

#define VARIANT_INTO(v)                                                                \
    INTO(&(v)->id, &(v)->product_id, &(v)->sku, &(v)->name, &(v)->unit_tracked,        \
         &(v)->active, &(v)->weight_g)

enum err catalog_variant_get(struct ctx *c, i64 variant_id, struct catalog_variant *ret)
{
    const enum err e =
        db_one(c, &catalog_sql[VARIANT_GET], VARIANT_INTO(ret), variant_id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no variant %lld", variant_id);
    TRY(e);
    return texts_get(c, &catalog_sql[BARCODES_GET], variant_id, &ret->barcodes);
}

enum err catalog_variants_of(struct ctx *c, i64 product_id, struct list *ret)
{
    struct catalog_variant v = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &catalog_sql[VARIANT_OF], product_id));
    while (db_next(&r, VARIANT_INTO(&v)))
        *(struct catalog_variant *)list_add(c->mem, ret, sizeof(v)) = v;
    TRY(r.err);
    for (size_t k = 0; k < ret->n; k++) {
        struct catalog_variant *at = (struct catalog_variant *)ret->at + k;
        TRY(texts_get(c, &catalog_sql[BARCODES_GET], at->id, &at->barcodes));
    }
    return ERR_OK;
}

/* ---- What others ask ------------------------------------------------------------ */

static const char *whole_name(struct ctx *c, const char *product, const char *variant)
{
    return *variant ? arena_printf(c->mem, "%s, %s", product, variant) : product;
}

enum err catalog_item(struct ctx *c, i64 variant_id, struct catalog_item *ret)
{
    const char *name, *product;
    bool active, product_active;
    const enum err e =
        db_one(c, &catalog_sql[ITEM],
               INTO(&ret->variant_id, &ret->product_id, &ret->sku, &name, &product,
                    &ret->unit_tracked, &active, &product_active, &ret->vat_bp,
                    &ret->weight_g, &ret->warranty_days),
               variant_id, c->now);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no variant %lld", variant_id);
    TRY(e);
    ret->active = active && product_active;
    ret->name = whole_name(c, product, name);
    return ERR_OK;
}

/* Items of n variants in one round trip. */
enum err catalog_items(struct ctx *c, const i64 *variant_ids, size_t n,
                       struct catalog_item *ret)
{
    struct got {
        const char *name, *product;
        bool active, product_active;
        struct val v[2];
        struct out o[11];
    } *g = NEW_N(c->mem, struct got, n);
    struct db_call *call = NEW_N(c->mem, struct db_call, n);

    for (size_t k = 0; k < n; k++) {
        struct catalog_item *i = &ret[k];
        const struct out o[] = { OUT(&i->variant_id),   OUT(&i->product_id),
                                 OUT(&i->sku),          OUT(&g[k].name),
                                 OUT(&g[k].product),    OUT(&i->unit_tracked),
                                 OUT(&g[k].active),     OUT(&g[k].product_active),
                                 OUT(&i->vat_bp),       OUT(&i->weight_g),
                                 OUT(&i->warranty_days) };

        *i = (struct catalog_item){ 0 };
        memcpy(g[k].o, o, sizeof(o));
        g[k].v[0] = val_i(variant_ids[k]);
        g[k].v[1] = val_i(c->now);
        call[k] = (struct db_call){
            .q = &catalog_sql[ITEM], .v = g[k].v, .nv = 2, .o = g[k].o, .no = COUNT(o)
        };
    }
    TRY(db_batch(c, call, n));
    for (size_t k = 0; k < n; k++) {
        if (!call[k].n) continue;
        ret[k].active = g[k].active && g[k].product_active;
        ret[k].name = whole_name(c, g[k].product, g[k].name);
    }
    return ERR_OK;
}

enum err catalog_find_code(struct ctx *c, const char *code, i64 *ret_variant_id)
{
    const struct query *ways[] = { &catalog_sql[BARCODE_FIND], &catalog_sql[SKU_FIND],
                                   &catalog_sql[MODEL_FIND] };

    for (size_t k = 0; k < COUNT(ways); k++) {
        const bool barcode = k == 0 && catalog_barcode_ok(code);
        const enum err e = db_one(c, ways[k], INTO(ret_variant_id),
                                  barcode ? barcode_norm(c, code) : code);
        if (e != ERR_NOT_FOUND) return e;
    }
    return FAIL(c, NOT_FOUND, "no goods with code \"%s\"", code);
}
