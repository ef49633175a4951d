/* demo.h -- a believable Russian electronics chain, the same for the same seed.
 *
 * demo_kinds.c    the assortment and the cities as tables
 * demo_goods.c    categories, brands, specifications, prices, what fits what
 * demo_pictures.c drawings of the goods
 * demo_chain.c    regions, cities with their time zones, shops, warehouses
 * demo_stock.c    what stands where
 * demo_people.c   names, phones, where they live
 * demo_orders.c   habits, season, baskets, visits before purchases
 * demo_segments.c what is known of people, some sets of them
 * demo.c          the command: order of work, progress, small slices
 *
 * Everything goes through the rooms' own functions, in bulk where they have it,
 * so that `prilavok check` holds for the result. */
#pragma once

#include "base/ctx.h"
#include "db/db.h"

struct demo_size {
    i64 stores, variants, customers, days, seed;
};

/* A stream of numbers that is the same on every machine (splitmix64). */
struct dice {
    u64 state;
};
u64 dice_next(struct dice *d);
i64 dice_below(struct dice *d, i64 n); /* 0..n-1 */
double dice_unit(struct dice *d);      /* [0, 1) */
bool dice_chance(struct dice *d, double p);
i64 dice_poisson(struct dice *d, double mean); /* small means */
double dice_gamma(struct dice *d, double shape, double scale);
/* A stream of its own for thing number k, so that the order of work is free. */
struct dice dice_for(i64 seed, const char *what, i64 k);

struct demo_place {
    i64 id, region_id;
    int city; /* index of demo_cities */
    bool warehouse;
};
struct demo_city {
    const char *name, *region, *region_code;
    i64 lat_e6, lon_e6, offset_min,
        people; /* people in thousands, weight of everything */
};
extern const struct demo_city demo_cities[];
extern const int demo_city_count;

/* What was made, kept in memory while the rest is made from it. */
struct demo_variant {
    i64 id, product_id, price_minor;
    const char *name; /* product and variant */
    i64 number;       /* its SKU is a million and this */
    int kind;         /* index of demo_kinds */
    bool unit_tracked;
};
struct demo {
    struct demo_size size;
    struct arena *mem;  /* lives as long as the demo */
    i64 from_at, to_at; /* the days that are told */
    struct ids ids;
    struct demo_place *places;
    i64 n_places;
    struct demo_variant *variants;
    i64 n_variants;
    i64 *kind_first, *kind_n; /* variants of each kind stand together */
    i64 *customers;           /* their ids, rising */
    i64 list_id;              /* the base price list */
    void (*tell)(const char *what, i64 done, i64 total); /* progress */
};

/* A kind of goods: a leaf category and how its products look. */
struct demo_kind {
    const char *root_ru, *root_en; /* category above */
    const char *ru, *en;           /* the category */
    const char *noun;              /* "Смартфон" */
    const char *brands;            /* "Samsung|Xiaomi" */
    const char *series;            /* "Galaxy S|Redmi Note", one per brand or shared */
    i64 low_rub, high_rub;
    double share;      /* of the variants */
    double demand;     /* of the purchases */
    const char *specs; /* "screen=6.1,6.5,6.7;ram=6,8,12" codes of demo_specs */
    const char *axis;  /* spec whose values make the variants, or NULL: colours */
    i64 warranty_days;
    bool unit_tracked, complex_goods;
    const char *fits; /* name of the kinds its products fit ("Смартфоны"), or NULL */
};
extern const struct demo_kind demo_kinds[];
extern const int demo_kind_count;

/* A unit whose memory is gone after it: for slices. */
enum err demo_unit(struct ctx *c, db_work fn, void *arg) MUST_USE;

/* The picture of a kind of goods ("Laptops") in a colour, seen in one way, as it is
 * kept with all pictures of goods. */
enum { DEMO_COLOURS = 8, DEMO_VIEWS = 3 };
enum err demo_picture(struct ctx *c, const char *kind, i64 colour, int view,
                      const char **ret_url) MUST_USE;

/* What guided selection asks, in words of use. */
enum err demo_make_guides(struct ctx *c) MUST_USE;
enum err demo_make_goods(struct ctx *c, struct demo *d) MUST_USE;
enum err demo_make_chain(struct ctx *c, struct demo *d) MUST_USE;
enum err demo_make_stock(struct ctx *c, struct demo *d) MUST_USE;
enum err demo_make_people(struct ctx *c, struct demo *d) MUST_USE;
enum err demo_make_orders(struct ctx *c, struct demo *d) MUST_USE;
enum err demo_make_segments(struct ctx *c, struct demo *d) MUST_USE;

/* The k-th of "a|b|c" (k modulo their number) as its own text; how many there are. */
const char *demo_pick(struct ctx *c, const char *list, char sep, i64 k);
i64 demo_count(const char *list, char sep);
