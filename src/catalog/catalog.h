/* catalog.h -- what can be sold: products, variants, specifications, prices,
 * search, compatibility.
 *
 * A product is what people compare; a variant is what lies on the shelf and has
 * barcodes.  Category tree, brands, typed specifications with units.  Prices
 * stand in price lists by region, channel and price type, with validity.
 *
 * Owns   catalog_* (see schema.sql)
 * Views  pub_catalog_variant (id, product_id, sku, name, unit_tracked, vat_bp, weight_g, active)
 * Emits  catalog.product_changed, catalog.price_changed
 * Units  *_minor kopecks, *_bp 1/100 % */
#pragma once

#include "base/module.h"
#include "http/shape.h"

enum catalog_channel { CHANNEL_SITE, CHANNEL_SHOP, CHANNEL_APP, CHANNEL_PHONE, CHANNEL_MESSENGER, CHANNEL_MARKETPLACE };
extern const char *const catalog_channel_words[];

struct catalog_category {
    i64 id, parent_id;         /* parent NONE: a root */
    const char *name, *name_en, *slug;
    i64 sort;
    bool active;
};
enum catalog_spec_kind { SPEC_TEXT, SPEC_NUMBER, SPEC_BOOL, SPEC_WORD };
struct catalog_spec {          /* what a specification is: "Диагональ", number, "дюйм" */
    i64 id;
    const char *code, *name, *name_en, *unit;
    int kind;
    bool facet, compare;
    i64 sort;
};
struct catalog_spec_value {
    i64 spec_id;
    const char *text;          /* as shown */
    double number;             /* of a NUMBER in the spec's unit; BOOL 0/1; NaN otherwise */
};
struct catalog_product {
    i64 id, category_id, brand_id;    /* brand NONE: none */
    const char *name, *name_en, *slug, *description, *model;
    i64 vat_bp;                /* data, never a constant */
    i64 warranty_days;
    bool active, complex_goods; /* technically complex goods of the law (14 days do not apply) */
    i64 popularity;            /* sales of 90 days, for ranking */
    struct list specs;         /* struct catalog_spec_value */
    struct list images;        /* const char * : addresses */
    i64 version;
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
enum err catalog_brand_put(struct ctx *c, const char *name, i64 *ret_id) MUST_USE; /* found by folded name */
enum err catalog_spec_put(struct ctx *c, struct catalog_spec *s) MUST_USE;
enum err catalog_product_put(struct ctx *c, struct catalog_product *p) MUST_USE;
enum err catalog_variant_put(struct ctx *c, struct catalog_variant *v) MUST_USE;
enum err catalog_product_get(struct ctx *c, i64 product_id, struct catalog_product *ret) MUST_USE;

/* What a line of an order must know of a variant: one indexed read. */
struct catalog_item {
    i64 variant_id, product_id;
    const char *sku, *name;    /* product's name with the variant's */
    bool unit_tracked, active;
    i64 vat_bp, weight_g, warranty_days;
};
enum err catalog_item(struct ctx *c, i64 variant_id, struct catalog_item *ret) MUST_USE;
/* By EAN, SKU or (exactly) typed article: what a scanner or a hand gives.  NOT_FOUND. */
enum err catalog_find_code(struct ctx *c, const char *code, i64 *ret_variant_id) MUST_USE;

/* The price of a variant now: the list of (region, channel) first, then of the
 * region, then of the channel, then the base list; within a list the row valid
 * at c->now.  NOT_FOUND: not for sale there.  old_minor NONE: no struck price. */
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

struct catalog_price_list {
    i64 id;
    const char *code, *name;
    i64 region_id;             /* NONE: all */
    int channel;               /* -1: all */
    i64 priority;              /* among equals the higher one */
    const char *price_type;    /* "retail", 1C's price type */
};
enum err catalog_price_list_put(struct ctx *c, struct catalog_price_list *l) MUST_USE;
/* Set a price from a time on (NONE: now) until a time (NONE: open). */
enum err catalog_price_put(struct ctx *c, i64 list_id, i64 variant_id, i64 price_minor, i64 old_minor, i64 from_at, i64 to_at) MUST_USE;

enum err catalog_compat_put(struct ctx *c, i64 product_id, i64 fits_product_id, bool fits) MUST_USE;

/* EAN-8, UPC-A, EAN-13, GTIN-14 with a right check digit. */
bool catalog_barcode_ok(const char *code);

/* For bulk loaders (demo, first import): rebuild the search index of everything. */
enum err catalog_search_rebuild(struct ctx *c) MUST_USE;

extern const struct module catalog_module;
