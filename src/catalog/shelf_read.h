/* shelf_read.h -- rows of the tables on their way to the shelf; for this room only. */
#pragma once

#include "catalog/catalog_shelf.h"

struct read_value {
    i64 product_id, spec_id;
    const char *text;
    double number;
};
struct read_price {
    i64 variant_id, list_id, price_minor, old_minor;
};
struct read_variant {
    i64 id, product_id;
    const char *name, *sku;
};
struct read_product {
    i64 id, change_id, category_id, brand_id, popularity;
    i64 next_at; /* when one of its prices begins or ends; INT64_MAX never */
    const char *name, *slug, *image, *terms;
    bool active;
};
/* All of the products with lo <= id <= hi, each list in order of product (prices:
 * of variant). */
struct read_slice {
    struct list product, variant, value, price;
};
enum err shelf_read_slice(struct ctx *c, i64 lo, i64 hi,
                          struct read_slice *ret) MUST_USE;

struct read_bits {
    i64 variant_id, word, bits, change_id;
};
enum err shelf_read_bits(struct ctx *c, i64 after_change, i64 limit,
                         struct list *ret) MUST_USE;
enum err shelf_read_bits_of(struct ctx *c, i64 variant_id, struct list *ret) MUST_USE;

struct read_change {
    i64 product_id, change_id;
};
enum err shelf_read_changes(struct ctx *c, i64 after_change, i64 limit,
                            struct list *ret) MUST_USE;
/* The id that ends a slice of `limit` products after after_id; NOT_FOUND: none left. */
enum err shelf_read_next(struct ctx *c, i64 after_id, i64 limit, i64 *ret_hi) MUST_USE;

struct read_place {
    i64 place_id, bit;
};
enum err shelf_read_places(struct ctx *c, struct list *ret) MUST_USE;
enum err shelf_read_brands(struct ctx *c, i64 after_id, i64 limit,
                           struct list *ret) MUST_USE; /* struct catalog_brand */
enum err shelf_read_synonyms(struct ctx *c,
                             struct list *ret) MUST_USE; /* struct shelf_synonym */
