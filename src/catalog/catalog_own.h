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

/* Addresses that were.  Before a change of its slug: the old one goes on leading there.
 * A slug that somebody has today is looked for first, by the caller. */
enum catalog_slug_kind { SLUG_PRODUCT, SLUG_CATEGORY };
enum err catalog_slug_leave(struct ctx *c, enum catalog_slug_kind kind, i64 id,
                            const char *next) MUST_USE;
/* NOT_FOUND without a message. */
enum err catalog_slug_was(struct ctx *c, enum catalog_slug_kind kind, const char *slug,
                          i64 *ret_id) MUST_USE;

/* The rate of a product's code at c->now, or its fixed one. */
enum err catalog_vat_of(struct ctx *c, const char *code, i64 fixed_bp,
                        i64 *ret_bp) MUST_USE;

struct catalog_brand {
    i64 id;
    const char *name;
};
enum err catalog_brand_get(struct ctx *c, i64 id, struct catalog_brand *ret) MUST_USE;
enum err catalog_brands(struct ctx *c, const char *after, i64 limit,
                        struct list *ret) MUST_USE;
/* Another name for it; the old one stays its own.  NAME_TAKEN: another brand has or
 * had that name.  Search knows it after the job catalog.brand. */
enum err catalog_brand_rename(struct ctx *c, i64 id, const char *name) MUST_USE;
struct job;
enum err catalog_brand_run(struct ctx *c, struct job *j) MUST_USE;
enum err catalog_categories(struct ctx *c, struct list *ret) MUST_USE;
enum err catalog_specs(struct ctx *c, struct list *ret) MUST_USE;
enum err catalog_price_lists(struct ctx *c, struct list *ret) MUST_USE;
extern const char *const catalog_spec_kind_words[], *const catalog_better_words[];

struct catalog_vat {
    const char *code;
    i64 from_at, rate_bp;
};
enum err catalog_vat_list(struct ctx *c, struct list *ret) MUST_USE;
/* Bring products' kept rates up to date, at most `limit` of a code in this unit. */
enum err catalog_vat_apply(struct ctx *c, i64 limit, i64 *ret_n) MUST_USE;

enum err catalog_prices_of(struct ctx *c, i64 variant_id, struct list *ret) MUST_USE;
/* catalog_offers(), always from the tables. */
enum err catalog_offers_asked(struct ctx *c, const i64 *variant_ids, size_t n,
                              i64 region_id, int channel,
                              struct catalog_offer *ret) MUST_USE;
/* Lists in the order of catalog_price_of(): < 0 when a comes before b. */
int catalog_list_order(const struct catalog_price_list *a,
                       const struct catalog_price_list *b);
/* The price type that sells in a region. */
const char *catalog_price_type(struct ctx *c, i64 region_id);

/* Ids of what fits a product (accessories), or of what an accessory fits. */
enum err catalog_compat_of(struct ctx *c, i64 product_id, bool accessories, i64 limit,
                           struct list *ret) MUST_USE;

/* Keep a fault whose texts lie in another context's arena. */
void catalog_fault_keep(struct ctx *to, const struct ctx *from);
