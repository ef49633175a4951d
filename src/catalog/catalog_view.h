/* catalog_view.h -- the shelf as one question sees it: whose prices, which shop,
 * which filters; for this room only. */
#pragma once

#include "catalog/catalog_list.h"

enum { VIEW_FILTERS = 16, VIEW_VALUES = 32, VIEW_NO_RANK = 1000 };
enum { SPEC_BRAND = -2 };

/* One specification's wish: some of its values, or a range. */
struct filter {
    int spec;               /* index; SPEC_BRAND */
    int value[VIEW_VALUES]; /* indexes into values, of a brand its index */
    int nvalue;
    double min, max; /* of a range, else NaN */
};
struct view {
    struct ctx *c;
    const struct shelf *s;
    const struct catalog_ask *ask;
    struct filter filter[VIEW_FILTERS];
    int nfilter;
    bool *inside; /* by category: belongs to what was asked */
    int *rank;    /* by price list: the smaller the better, VIEW_NO_RANK not here */
    int bit;      /* of the chosen shop, SHELF_NONE */
    int sort;
};

/* The region of the question: its own, else the shop's; 0: none.  Needs the
 * database, so it runs before the look. */
enum err catalog_region_of(struct ctx *c, const struct catalog_ask *ask,
                           i64 *ret) MUST_USE;
/* NOT_FOUND: no such category; BAD_ARGUMENT, TOO_BIG field "facet". */
enum err view_make(struct ctx *c, const struct shelf *s, const struct catalog_ask *ask,
                   i64 region_id, struct view *v) MUST_USE;
/* Make one more filter of "code:value" or "code:from..to". */
enum err view_filter(struct view *v, const char *text) MUST_USE;

/* The variant's price here, or NULL. */
const struct shelf_price *view_price(const struct view *v,
                                     const struct shelf_variant *x);
/* Of the cheapest variant; with a shop chosen, of those it has.  NONE. */
i64 view_cheapest(const struct view *v, const struct shelf_doc *d, int *ret_variant);
i64 view_places(const struct view *v, const struct shelf_doc *d);
bool view_anywhere(const struct view *v, const struct shelf_doc *d);
bool view_here(const struct view *v, const struct shelf_doc *d);
bool view_wanted(const struct filter *f, const struct shelf_doc *d);

/* Texts outlive the look. */
const char *view_copy(struct view *v, const char *text);
/* `cheap`: the variant to show unless the query names another. */
void view_tile(struct view *v, const struct shelf_doc *d, int cheap,
               struct catalog_tile *t);
