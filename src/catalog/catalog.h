/* catalog.h -- what can be sold: products, variants, specifications, prices,
 * search, compatibility.
 *
 * A product is what people compare; a variant is what lies on the shelf and has
 * barcodes.  Category tree, brands, typed specifications with units.  Prices
 * stand in price lists by region, channel and price type, with validity.
 *
 * Owns   catalog_* (see schema.sql)
 * Views  pub_catalog_variant (id, product_id, sku, name, unit_tracked, vat_bp,
 *        weight_g, active; vat_bp as of the last change of rate, to the hour:
 *        money uses catalog_item()), pub_catalog_product, pub_catalog_category,
 *        pub_catalog_brand (id, name), pub_catalog_stock_flag (place_id, variant_id)
 * Emits  catalog.product_changed, catalog.price_changed, catalog.brand_renamed,
 *        catalog.category_changed
 * Units  *_minor kopecks, *_bp 1/100 % */
#pragma once

#include "base/module.h"
#include "http/shape.h"

/* clang-format off */

enum catalog_channel { CHANNEL_SITE, CHANNEL_SHOP, CHANNEL_APP, CHANNEL_PHONE, CHANNEL_MESSENGER, CHANNEL_MARKETPLACE };
extern const char *const catalog_channel_words[];

struct catalog_category {
    i64 id, parent_id;         /* parent NONE: a root */
    const char *name, *name_en, *slug;
    i64 sort;
    bool active;
};
enum catalog_spec_kind { SPEC_TEXT, SPEC_NUMBER, SPEC_BOOL, SPEC_WORD };
enum catalog_better { BETTER_NEITHER, BETTER_MORE, BETTER_LESS };
struct catalog_spec {          /* what a specification is: "Диагональ", number, "дюйм" */
    i64 id;
    const char *code, *name, *name_en, *unit;
    int kind;
    bool facet, compare;
    i64 sort;
    const char *section, *section_en; /* "Экран": its heading; NULL or "": the general one */
    int better;                /* enum catalog_better: of two numbers the larger, the smaller */
};
struct catalog_spec_value {
    i64 spec_id;
    const char *text;          /* as shown */
    double number;             /* of a NUMBER in the spec's unit; BOOL 0/1; NaN otherwise */
};
struct catalog_product {
    i64 id, category_id, brand_id;    /* brand NONE: none */
    const char *name, *name_en, *slug, *description, *model;
    const char *vat_code;      /* a row of the rate table ("standard", "reduced", "none"); NULL:
                                  vat_bp is fixed, or "standard" when that is NONE too */
    i64 vat_bp;                /* the rate at c->now when read */
    i64 warranty_days;
    bool active, complex_goods; /* technically complex goods of the law (14 days do not apply) */
    i64 popularity;            /* sales of 90 days, for ranking */
    struct list specs;         /* struct catalog_spec_value */
    struct list images;        /* const char * : addresses */
    i64 version;               /* ETag; in a put: 0 or NONE whatever it is, else it must be this */
};
struct catalog_variant {
    i64 id, product_id;
    const char *sku, *name;    /* name of the variant alone ("256 ГБ, чёрный") or "" */
    bool unit_tracked;         /* each piece has an IMEI or serial number */
    bool active;
    i64 weight_g;
    struct list barcodes;      /* const char * : EAN-8/13, UPC, checked */
};

/* Written by id: 0 makes a new one and sets it.  A whole product with its
 * specifications and images is replaced at once; search is updated in the unit. */
enum err catalog_category_put(struct ctx *c, struct catalog_category *k) MUST_USE;
enum err catalog_brand_put(struct ctx *c, const char *name, i64 *ret_id) MUST_USE; /* found by any name it has or had, in any case */
enum err catalog_spec_put(struct ctx *c, struct catalog_spec *s) MUST_USE;
enum err catalog_product_put(struct ctx *c, struct catalog_product *p) MUST_USE;
enum err catalog_variant_put(struct ctx *c, struct catalog_variant *v) MUST_USE;
enum err catalog_product_get(struct ctx *c, i64 product_id, struct catalog_product *ret) MUST_USE;
enum err catalog_product_find(struct ctx *c, const char *slug, i64 *ret_id) MUST_USE;
enum err catalog_variant_get(struct ctx *c, i64 variant_id, struct catalog_variant *ret) MUST_USE;
/* struct catalog_variant, in order of id. */
enum err catalog_variants_of(struct ctx *c, i64 product_id, struct list *ret) MUST_USE;
enum err catalog_category_get(struct ctx *c, i64 id, struct catalog_category *ret) MUST_USE;
enum err catalog_spec_find(struct ctx *c, const char *code, i64 *ret_id) MUST_USE;

/* What a line of an order must know of a variant: one indexed read. */
struct catalog_item {
    i64 variant_id, product_id;
    const char *sku, *name;    /* product's name with the variant's */
    bool unit_tracked, active;
    i64 vat_bp, weight_g, warranty_days;
};
enum err catalog_item(struct ctx *c, i64 variant_id, struct catalog_item *ret) MUST_USE;
/* n items in one round trip, in the order of ids; variant_id 0 where there is none. */
enum err catalog_items(struct ctx *c, const i64 *variant_ids, size_t n, struct catalog_item *ret) MUST_USE;
/* By EAN, SKU or (exactly) typed article: what a scanner or a hand gives.  NOT_FOUND. */
enum err catalog_find_code(struct ctx *c, const char *code, i64 *ret_variant_id) MUST_USE;

/* The price of a variant now: the list of (region, channel) first, then of the
 * region, then of the channel, then the base list (among equals the higher
 * priority); within a list the row valid at c->now that began last.  Only lists
 * of the region's price type count (setting catalog.price_type, "retail").
 * NOT_FOUND: not for sale there.  old_minor NONE: no struck price.
 * region_id 0 or NONE: no region, base lists only. */
struct catalog_price {
    i64 price_minor, old_minor, list_id;
};
enum err catalog_price_of(struct ctx *c, i64 variant_id, i64 region_id, int channel, struct catalog_price *ret) MUST_USE;
/* Item and price in one round trip: what placing an order needs, for n variants
 * (items in the order of ids; variant_id 0 where there is none). */
struct catalog_offer {
    struct catalog_item item;
    struct catalog_price price; /* price_minor NONE: not for sale there */
};
enum err catalog_offers(struct ctx *c, const i64 *variant_ids, size_t n, i64 region_id, int channel, struct catalog_offer *ret) MUST_USE;

/* A slice of everything there is, in order of id, for who goes on without us: at
 * most `limit` variants with after_id < id <= upto_id; struct catalog_fed. */
struct catalog_feed_ask {
    i64 after_id, upto_id, region_id;
    int channel;
    i64 limit;
};
struct catalog_fed { struct catalog_offer offer; struct list barcodes; /* const char * */ };
enum err catalog_feed(struct ctx *c, const struct catalog_feed_ask *ask, struct list *ret) MUST_USE;
struct catalog_price_list {
    i64 id;
    const char *code, *name;
    i64 region_id;             /* NONE: all */
    int channel;               /* -1: all */
    i64 priority;              /* among equals the higher one */
    const char *price_type;    /* "retail", 1C's price type; NULL: "retail" */
};
enum err catalog_price_list_put(struct ctx *c, struct catalog_price_list *l) MUST_USE;
enum err catalog_price_list_find(struct ctx *c, const char *code, i64 *ret_id) MUST_USE;
/* Set a price from a time on (NONE: now) until a time.  An open one (to NONE)
 * ends the open one before it; one with an end lies over it. */
struct catalog_price_row {
    i64 list_id, variant_id, from_at, to_at, price_minor, old_minor;
};
enum err catalog_price_set(struct ctx *c, const struct catalog_price_row *p) MUST_USE;
#define catalog_price_put(c, list_id, variant_id, price_minor, old_minor, from_at, to_at)      \
    catalog_price_set((c), &(const struct catalog_price_row){ (list_id), (variant_id),         \
                                                              (from_at), (to_at),              \
                                                              (price_minor), (old_minor) })

/* Accessory `product_id` fits `fits_product_id`, or does not any more. */
enum err catalog_compat_put(struct ctx *c, i64 product_id, i64 fits_product_id, bool fits) MUST_USE;
/* Everything in accessory_category fits everything in category whose value of
 * spec_id equals the accessory's own (spec_id NONE: no condition). */
enum err catalog_compat_rule_put(struct ctx *c, i64 accessory_category_id, i64 category_id, i64 spec_id, bool fits) MUST_USE;

/* A rate of VAT from a time on: data that a bookkeeper changes. */
enum err catalog_vat_put(struct ctx *c, const char *code, i64 from_at, i64 rate_bp) MUST_USE;
/* NOT_FOUND: no such code at that time. */
enum err catalog_vat_rate(struct ctx *c, const char *code, i64 at, i64 *ret_bp) MUST_USE;

/* "6,7\"", "256 ГБ", "1 ТБ", "5000 мАч": the number and its unit in one spelling
 * ("дюйм", "ГБ", "мА·ч").  False: it is words.  Memory: constant text. */
bool catalog_unit_parse(const char *text, double *ret_number, const char **ret_unit);

/* EAN-8, UPC-A, EAN-13, GTIN-14 with a right check digit. */
bool catalog_barcode_ok(const char *code);

/* For bulk loaders (demo, first import): rebuild the search index of everything. */
enum err catalog_search_rebuild(struct ctx *c) MUST_USE;
#include "catalog/catalog_decide.h"
#include "catalog/catalog_flag.h"
extern const struct module catalog_module;
/* clang-format on */
