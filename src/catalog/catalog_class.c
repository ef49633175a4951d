/* What products are sorted by: categories, kinds of specification, rates of VAT, what
 * fits what. */
#include <string.h>

#include "base/id.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_shelf.h"
#include "db/db.h"
#include "event/event.h"

enum {
    CATEGORY_ADD,
    CATEGORY_SET,
    CATEGORY_GET,
    CATEGORY_SLUG,
    CATEGORY_LIST,
    CATEGORY_UP,
    SPEC_ADD,
    SPEC_SET,
    SPEC_GET,
    SPEC_FIND,
    SPEC_LIST,
    VAT_SET,
    VAT_RATE,
    VAT_LIST,
    VAT_OLD,
    VAT_APPLY,
    FIT_ADD,
    FIT_DROP,
    RULE_ADD,
    RULE_DROP,
    FITS_LIST,
    FITTED_LIST,
};

/* clang-format off */
const struct query catalog_class_sql[] = {
    [CATEGORY_ADD] = { "catalog.add_category",
        "INSERT INTO catalog_category (id, parent_id, name, name_en, slug, sort, active, change_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)" },
    [CATEGORY_SET] = { "catalog.set_category",
        "UPDATE catalog_category SET parent_id = $2, name = $3, name_en = $4, slug = $5, sort = $6, active = $7,"
        "       change_id = $8 WHERE id = $1" },
    [CATEGORY_GET] = { "catalog.get_category",
        "SELECT id, parent_id, name, name_en, slug, sort, active FROM catalog_category WHERE id = $1" },
    [CATEGORY_SLUG] = { "catalog.find_category_slug", "SELECT id FROM catalog_category WHERE slug = $1" },
    [CATEGORY_LIST] = { "catalog.list_categories",
        "SELECT id, parent_id, name, name_en, slug, sort, active FROM catalog_category ORDER BY sort, id",
        .scan = "the tree is read as a whole; some hundred rows" },
    [CATEGORY_UP] = { "catalog.list_category_parents",
        "WITH RECURSIVE up(id, parent_id, n) AS ("
        "  SELECT id, parent_id, 0 FROM catalog_category WHERE id = $1"
        "  UNION ALL SELECT k.id, k.parent_id, up.n + 1 FROM up JOIN catalog_category k ON k.id = up.parent_id"
        "   WHERE up.n < 32)"
        " SELECT COUNT(*) FROM up WHERE id = $2", .scan = "counts the rows it has just made" },

    [SPEC_ADD] = { "catalog.add_spec",
        "INSERT INTO catalog_spec (id, code, name, name_en, unit, kind, facet, compare, sort,"
        "                          section, section_en, better)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)" },
    [SPEC_SET] = { "catalog.set_spec",
        "UPDATE catalog_spec SET code = $2, name = $3, name_en = $4, unit = $5, kind = $6, facet = $7,"
        "       compare = $8, sort = $9, section = $10, section_en = $11, better = $12 WHERE id = $1" },
    [SPEC_GET] = { "catalog.get_spec",
        "SELECT id, code, name, name_en, unit, kind, facet, compare, sort, section, section_en, better"
        "  FROM catalog_spec WHERE id = $1" },
    [SPEC_FIND] = { "catalog.find_spec", "SELECT id FROM catalog_spec WHERE code = $1" },
    [SPEC_LIST] = { "catalog.list_specs",
        "SELECT id, code, name, name_en, unit, kind, facet, compare, sort, section, section_en, better"
        "  FROM catalog_spec ORDER BY sort, id",
        .scan = "specifications are read as a whole; some hundred rows" },

    [VAT_SET] = { "catalog.set_vat",
        "INSERT INTO catalog_vat (code, from_at, rate_bp) VALUES ($1, $2, $3)"
        " ON CONFLICT (code, from_at) DO UPDATE SET rate_bp = excluded.rate_bp" },
    [VAT_RATE] = { "catalog.vat_rate",
        "SELECT rate_bp FROM catalog_vat WHERE code = $1 AND from_at <= $2 ORDER BY from_at DESC LIMIT 1" },
    [VAT_LIST] = { "catalog.list_vat", "SELECT code, from_at, rate_bp FROM catalog_vat ORDER BY code, from_at",
        .scan = "a table of some ten rows" },
    [VAT_OLD] = { "catalog.list_old_vat",
        "SELECT id FROM catalog_product WHERE vat_code = $1 AND vat_bp < $2"
        " UNION ALL SELECT id FROM catalog_product WHERE vat_code = $1 AND vat_bp > $2 LIMIT $3" },
    [VAT_APPLY] = { "catalog.apply_vat",
        "UPDATE catalog_product SET vat_bp = $2, version = version + 1, change_id = $3 WHERE id = $1" },

    [FIT_ADD] = { "catalog.add_fit",
        "INSERT INTO catalog_compat (product_id, fits_product_id) VALUES ($1, $2)"
        " ON CONFLICT (product_id, fits_product_id) DO NOTHING" },
    [FIT_DROP] = { "catalog.drop_fit", "DELETE FROM catalog_compat WHERE product_id = $1 AND fits_product_id = $2" },
    [RULE_ADD] = { "catalog.add_fit_rule",
        "INSERT INTO catalog_compat_rule (accessory_category_id, category_id, spec_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (accessory_category_id, category_id, spec_id) DO NOTHING" },
    [RULE_DROP] = { "catalog.drop_fit_rule",
        "DELETE FROM catalog_compat_rule WHERE accessory_category_id = $1 AND category_id = $2 AND spec_id = $3" },

    /* By name first, then by rule; a pair known both ways comes once (UNION). */
    [FITS_LIST] = { "catalog.list_fits",
        "SELECT fits_product_id FROM catalog_compat WHERE product_id = $1"
        " UNION"
        " SELECT o.id FROM catalog_product a"
        "   JOIN catalog_compat_rule r ON r.accessory_category_id = a.category_id"
        "   JOIN catalog_product o ON o.category_id = r.category_id"
        "  WHERE a.id = $1 AND o.active = 1 AND (r.spec_id = 0 OR EXISTS ("
        "        SELECT 1 FROM catalog_product_spec x JOIN catalog_product_spec y"
        "            ON y.spec_id = x.spec_id AND y.text = x.text"
        "         WHERE x.product_id = a.id AND x.spec_id = r.spec_id AND y.product_id = o.id))"
        " LIMIT $2" },
    [FITTED_LIST] = { "catalog.list_accessories",
        "SELECT product_id FROM catalog_compat WHERE fits_product_id = $1"
        " UNION"
        " SELECT a.id FROM catalog_product o"
        "   JOIN catalog_compat_rule r ON r.category_id = o.category_id"
        "   JOIN catalog_product a ON a.category_id = r.accessory_category_id"
        "  WHERE o.id = $1 AND a.active = 1 AND (r.spec_id = 0 OR EXISTS ("
        "        SELECT 1 FROM catalog_product_spec x JOIN catalog_product_spec y"
        "            ON y.spec_id = x.spec_id AND y.text = x.text"
        "         WHERE x.product_id = a.id AND x.spec_id = r.spec_id AND y.product_id = o.id))"
        " LIMIT $2" },
    QUERY_END
};
/* clang-format on */

const char *const catalog_channel_words[] = { "site",  "shop",      "app",
                                              "phone", "messenger", "marketplace",
                                              NULL };
const char *const catalog_better_words[] = { "neither", "more", "less", NULL };
const char *const catalog_spec_kind_words[] = { "text", "number", "bool", "word",
                                                NULL };

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

/* ---- Categories ----------------------------------------------------------------- */

static i64 no_parent(i64 id)
{
    return id ? id : NONE;
}

/* A branch cannot hang on one of its own twigs. */
static enum err parent_check(struct ctx *c, const struct catalog_category *k)
{
    i64 above;

    if (no_parent(k->parent_id) == NONE || !k->id) return ERR_OK;
    TRY(db_one(c, &catalog_class_sql[CATEGORY_UP], INTO(&above), k->parent_id, k->id));
    if (above)
        return FAIL_FIELD(c, BAD_ARGUMENT, "parent_id",
                          "category %lld lies inside %lld", k->parent_id, k->id);
    return ERR_OK;
}

enum err catalog_category_put(struct ctx *c, struct catalog_category *k)
{
    const bool is_new = !k->id;
    i64 n = 1;

    if (!k->name || !*k->name)
        return FAIL_FIELD(c, BAD_ARGUMENT, "name", "a category has a name");
    TRY(parent_check(c, k));
    if (is_new) k->id = id_new(c);
    TRY(catalog_slug(c, &catalog_class_sql[CATEGORY_SLUG], k->slug, k->name, k->id,
                     &k->slug));
    if (!is_new) TRY(catalog_slug_leave(c, SLUG_CATEGORY, k->id, k->slug));
    TRY(db_exec(c, &catalog_class_sql[is_new ? CATEGORY_ADD : CATEGORY_SET],
                is_new ? NULL : &n, k->id, no_parent(k->parent_id), k->name,
                or_empty(k->name_en), k->slug, k->sort, k->active,
                catalog_change_id()));
    if (!n) return FAIL(c, NOT_FOUND, "no category %lld", k->id);
    catalog_shelf_renew(c);
    return event_emit(c, "catalog.category_changed", k->id, NULL);
}

#define CATEGORY_INTO(k)                                                               \
    INTO(&(k)->id, &(k)->parent_id, &(k)->name, &(k)->name_en, &(k)->slug, &(k)->sort, \
         &(k)->active)

enum err catalog_category_get(struct ctx *c, i64 id, struct catalog_category *ret)
{
    const enum err e =
        db_one(c, &catalog_class_sql[CATEGORY_GET], CATEGORY_INTO(ret), id);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no category %lld", id) : e;
}

enum err catalog_categories(struct ctx *c, struct list *ret)
{
    struct catalog_category k;
    ROWS r;

    TRY(db_rows0(c, &r, &catalog_class_sql[CATEGORY_LIST]));
    while (db_next(&r, CATEGORY_INTO(&k)))
        *(struct catalog_category *)list_add(c->mem, ret, sizeof(k)) = k;
    return r.err;
}

/* ---- Specifications ------------------------------------------------------------- */

enum err catalog_spec_put(struct ctx *c, struct catalog_spec *s)
{
    const bool is_new = !s->id;
    i64 other, n = 1;
    enum err e;

    if (!s->code || !*s->code)
        return FAIL_FIELD(c, BAD_ARGUMENT, "code", "a specification has a code");
    e = db_one(c, &catalog_class_sql[SPEC_FIND], INTO(&other), s->code);
    if (e != ERR_NOT_FOUND) {
        TRY(e);
        if (other != s->id)
            return FAIL_FIELD(c, EXISTS, "code", "\"%s\" is specification %lld",
                              s->code, other);
    }
    if (is_new) s->id = id_new(c);
    TRY(db_exec(c, &catalog_class_sql[is_new ? SPEC_ADD : SPEC_SET], is_new ? NULL : &n,
                s->id, s->code, or_empty(s->name), or_empty(s->name_en),
                or_empty(s->unit), s->kind, s->facet, s->compare, s->sort,
                or_empty(s->section), or_empty(s->section_en),
                s->better < 0 ? BETTER_NEITHER : s->better));
    if (!n) return FAIL(c, NOT_FOUND, "no specification %lld", s->id);
    catalog_shelf_renew(c);
    return ERR_OK;
}

enum err catalog_spec_find(struct ctx *c, const char *code, i64 *ret_id)
{
    const enum err e = db_one(c, &catalog_class_sql[SPEC_FIND], INTO(ret_id), code);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no specification \"%s\"", code) : e;
}

enum err catalog_specs(struct ctx *c, struct list *ret)
{
    struct catalog_spec s;
    i64 kind, better;
    ROWS r;

    TRY(db_rows0(c, &r, &catalog_class_sql[SPEC_LIST]));
    while (
        db_next(&r, INTO(&s.id, &s.code, &s.name, &s.name_en, &s.unit, &kind, &s.facet,
                         &s.compare, &s.sort, &s.section, &s.section_en, &better))) {
        s.kind = (int)kind;
        s.better = (int)better;
        *(struct catalog_spec *)list_add(c->mem, ret, sizeof(s)) = s;
    }
    return r.err;
}

/* ---- VAT ------------------------------------------------------------------------ */

enum err catalog_vat_put(struct ctx *c, const char *code, i64 from_at, i64 rate_bp)
{
    if (rate_bp < 0 || rate_bp > 10000)
        return FAIL_FIELD(c, BAD_ARGUMENT, "rate_bp", "a rate of %lld", rate_bp);
    TRY(db_exec(c, &catalog_class_sql[VAT_SET], NULL, code, from_at, rate_bp));
    catalog_shelf_stale(c);
    return ERR_OK;
}

enum err catalog_vat_rate(struct ctx *c, const char *code, i64 at, i64 *ret_bp)
{
    const enum err e = db_one(c, &catalog_class_sql[VAT_RATE], INTO(ret_bp), code, at);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no rate of VAT \"%s\"", code) : e;
}

enum err catalog_vat_of(struct ctx *c, const char *code, i64 fixed_bp, i64 *ret_bp)
{
    const enum err e = code ? catalog_vat_rate(c, code, c->now, ret_bp) : ERR_NOT_FOUND;

    if (e != ERR_NOT_FOUND) return e;
    *ret_bp = fixed_bp;
    return ERR_OK;
}

enum err catalog_vat_list(struct ctx *c, struct list *ret)
{
    struct catalog_vat v;
    ROWS r;

    TRY(db_rows0(c, &r, &catalog_class_sql[VAT_LIST]));
    while (db_next(&r, INTO(&v.code, &v.from_at, &v.rate_bp)))
        *(struct catalog_vat *)list_add(c->mem, ret, sizeof(v)) = v;
    return r.err;
}

/* Products of one code that still show an older rate, a slice of them. */
static enum err vat_apply_code(struct ctx *c, const char *code, i64 limit, i64 *ret_n)
{
    struct list ids = { 0 };
    i64 rate_bp, id;
    ROWS r = { 0 };

    if (catalog_vat_rate(c, code, c->now, &rate_bp) == ERR_NOT_FOUND) return ERR_OK;
    TRY(db_rows(c, &r, &catalog_class_sql[VAT_OLD], code, rate_bp, limit));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, &ids, sizeof(id)) = id;
    TRY(r.err);
    for (size_t k = 0; k < ids.n; k++)
        TRY(db_exec(c, &catalog_class_sql[VAT_APPLY], NULL, ((i64 *)ids.at)[k], rate_bp,
                    catalog_change_id()));
    *ret_n += (i64)ids.n;
    return ERR_OK;
}

enum err catalog_vat_apply(struct ctx *c, i64 limit, i64 *ret_n)
{
    struct list rates = { 0 };
    const struct catalog_vat *v;

    *ret_n = 0;
    TRY(catalog_vat_list(c, &rates));
    v = rates.at;
    for (size_t k = 0; k < rates.n; k++)
        if (k == 0 || strcmp(v[k].code, v[k - 1].code) != 0)
            TRY(vat_apply_code(c, v[k].code, limit, ret_n));
    return ERR_OK;
}

/* ---- What fits what ------------------------------------------------------------- */

enum err catalog_compat_put(struct ctx *c, i64 product_id, i64 fits_product_id,
                            bool fits)
{
    if (product_id == fits_product_id)
        return FAIL_FIELD(c, BAD_ARGUMENT, "fits_product_id",
                          "nothing is its own accessory");
    return db_exec(c, &catalog_class_sql[fits ? FIT_ADD : FIT_DROP], NULL, product_id,
                   fits_product_id);
}

enum err catalog_compat_rule_put(struct ctx *c, i64 accessory_category_id,
                                 i64 category_id, i64 spec_id, bool fits)
{
    return db_exec(c, &catalog_class_sql[fits ? RULE_ADD : RULE_DROP], NULL,
                   accessory_category_id, category_id, spec_id == NONE ? 0 : spec_id);
}

enum err catalog_compat_of(struct ctx *c, i64 product_id, bool accessories, i64 limit,
                           struct list *ret)
{
    i64 id;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_class_sql[accessories ? FITTED_LIST : FITS_LIST],
                product_id, limit));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, ret, sizeof(id)) = id;
    return r.err;
}
