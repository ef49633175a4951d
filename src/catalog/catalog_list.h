/* catalog_list.h -- one page of goods: found, filtered, counted, sorted; for this
 * room only. */
#pragma once

#include "catalog/catalog_shelf.h"

enum catalog_sort {
    SORT_RELEVANCE,
    SORT_PRICE_ASC,
    SORT_PRICE_DESC,
    SORT_POPULAR,
    SORT_STOCK
};
extern const char *const catalog_sort_words[];

struct catalog_ask {
    const char *q;        /* NULL: everything */
    i64 category_id;      /* NONE: all; with what lies below it */
    struct list brand_id; /* i64 */
    struct list
        facet; /* const char *: "color:чёрный", "diagonal:50..65", "brand:Samsung" */
    i64 price_min, price_max; /* kopecks, NONE open */
    i64 place_id;  /* NONE: no shop chosen; else items say whether it has them */
    bool in_stock; /* only what the chosen shop has now, without one: any shop */
    i64 region_id; /* NONE: the place's */
    int channel;   /* -1: site */
    int sort;      /* enum catalog_sort, -1: relevance */
    i64 limit;
    const char *after;
};

struct catalog_tile {
    i64 product_id, variant_id, category_id;
    const char *name, *sku, *slug, *brand, *category, *image;
    i64 price_minor, old_minor; /* NONE: none */
    i64 places;                 /* that have some of it */
    bool here;                  /* the chosen shop has it */
    i64 variants;
};
struct catalog_facet_value {
    const char *value, *text; /* for the filter, for people */
    i64 count;
};
struct catalog_facet {
    const char *code, *name, *unit;
    struct list values; /* struct catalog_facet_value */
    double min, max;    /* of a number with many values; NaN otherwise */
};
struct catalog_found {
    struct list items;  /* struct catalog_tile */
    struct list facets; /* struct catalog_facet */
    i64 total;
    i64 price_min,
        price_max; /* of what the other filters leave; NONE nothing has a price */
    const char *corrected_query;
    const char *next;
};
enum err catalog_list(struct ctx *c, const struct catalog_ask *ask,
                      struct catalog_found *ret) MUST_USE;

struct catalog_suggestion {
    const char *text, *kind; /* "query", "category", "product" */
    i64 id;                  /* NONE of a query */
};
enum err catalog_suggest(struct ctx *c, const char *q, i64 limit,
                         struct list *ret) MUST_USE;

/* Tiles of these products, in their order, those left out that are not for sale. */
enum err catalog_tiles(struct ctx *c, const struct list *product_ids,
                       const struct catalog_ask *ask, struct list *ret) MUST_USE;
