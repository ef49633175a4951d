/* Two to four products side by side, what differs first. */
#include <math.h>
#include <string.h>

#include "catalog/catalog_own.h"
#include "catalog/catalog_shopper.h"

static const struct catalog_spec_value *value_in(const struct catalog_product *p,
                                                 i64 spec_id)
{
    const struct catalog_spec_value *v = p->specs.at;

    for (size_t k = 0; k < p->specs.n; k++)
        if (v[k].spec_id == spec_id) return &v[k];
    return NULL;
}

static bool better(int how, double a, double b)
{
    return how == BETTER_MORE ? a > b : a < b;
}

/* The columns whose number nobody beats; none when all are alike. */
static void best_columns(struct ctx *c, const struct catalog_spec *k,
                         const struct catalog_product *col, size_t n, struct list *ret)
{
    double best = NAN;

    for (size_t i = 0; i < n; i++) {
        const struct catalog_spec_value *v = value_in(&col[i], k->id);
        if (v && !isnan(v->number) &&
            (isnan(best) || better(k->better, v->number, best)))
            best = v->number;
    }
    for (size_t i = 0; i < n; i++) {
        const struct catalog_spec_value *v = value_in(&col[i], k->id);
        if (v && v->number == best) *(i64 *)list_add(c->mem, ret, sizeof(i64)) = (i64)i;
    }
    if (ret->n == n) ret->n = 0;
}

/* false: none of them has it. */
static bool row_make(struct ctx *c, const struct catalog_spec *k,
                     const struct catalog_product *col, size_t n,
                     struct catalog_compare_row *ret)
{
    const bool english = c->lang && !strcmp(c->lang, "en");
    const char *first = NULL;
    bool any = false;

    *ret = (struct catalog_compare_row){ .code = k->code, .name = k->name };
    if (english && *k->name_en) ret->name = k->name_en;
    ret->section = english && *k->section_en ? k->section_en : k->section;
    ret->unit = *k->unit ? k->unit : NULL;
    for (size_t i = 0; i < n; i++) {
        const struct catalog_spec_value *v = value_in(&col[i], k->id);
        const char *text = v ? v->text : "";

        any |= v != NULL;
        if (!first) first = text;
        ret->differs |= strcmp(first, text) != 0;
        *(const char **)list_add(c->mem, &ret->values, sizeof(text)) = text;
    }
    if (any && ret->differs && k->better != BETTER_NEITHER)
        best_columns(c, k, col, n, &ret->best);
    return any;
}

static enum err columns_read(struct ctx *c, const struct list *tiles,
                             struct catalog_product *col)
{
    const struct catalog_tile *t = tiles->at;

    for (size_t k = 0; k < tiles->n; k++) {
        TRY(catalog_product_get(c, t[k].product_id, &col[k]));
        if (col[k].category_id != col[0].category_id)
            return FAIL_FIELD(c, BAD_ARGUMENT, "product_id",
                              "product %lld is of another category than %lld",
                              t[k].product_id, t[0].product_id);
    }
    return ERR_OK;
}

enum err catalog_compare(struct ctx *c, const struct list *product_ids,
                         const struct catalog_ask *ask, struct catalog_compare *ret)
{
    struct catalog_category category;
    struct catalog_compare_row row;
    struct list kinds = { 0 };

    *ret = (struct catalog_compare){ 0 };
    TRY(catalog_tiles(c, product_ids, ask, &ret->items));
    const size_t n = ret->items.n;
    if (!n) return FAIL(c, NOT_FOUND, "none of these products is for sale");
    struct catalog_product *col = NEW_N(c->mem, struct catalog_product, n);
    TRY(columns_read(c, &ret->items, col));
    TRY(catalog_category_get(c, col[0].category_id, &category));
    ret->category_id = category.id;
    ret->category = c->lang && !strcmp(c->lang, "en") && *category.name_en
                        ? category.name_en
                        : category.name;
    TRY(catalog_specs(c, &kinds));
    const struct catalog_spec *k = kinds.at;
    for (int differing = 1; differing >= 0; differing--)
        for (size_t i = 0; i < kinds.n; i++)
            if (k[i].compare && row_make(c, &k[i], col, n, &row) &&
                row.differs == differing)
                *(struct catalog_compare_row *)list_add(c->mem, &ret->rows,
                                                        sizeof(row)) = row;
    return ERR_OK;
}
