/* catalog_own.h -- what the files of this room share; for this room only. */
#pragma once

#include "catalog/catalog.h"

/* Something that listings show of this product has changed in the unit open in
 * c: give it a new change_id and let this process's shelf look at once (other
 * nodes look twice a second). */
enum err catalog_touch(struct ctx *c, i64 product_id) MUST_USE;
enum err catalog_touch_variant(struct ctx *c, i64 variant_id) MUST_USE;

/* A slug nobody else has: `wanted`, or one made of `name`. */
enum err catalog_slug(struct ctx *c, const struct query *find, const char *wanted,
                      const char *name, i64 id, const char **ret) MUST_USE;

/* The rate of a product's code at c->now, or its fixed one. */
enum err catalog_vat_of(struct ctx *c, const char *code, i64 fixed_bp, i64 *ret_bp) MUST_USE;

struct catalog_brand {
    i64 id;
    const char *name;
};
enum err catalog_brand_get(struct ctx *c, i64 id, struct catalog_brand *ret) MUST_USE;
