/* exchange_good.h -- goods of others become goods of ours; inside this room. */
#pragma once

#include "catalog/catalog.h"
#include "exchange/commerceml.h"
#include "exchange/exchange_own.h"
#include "exchange/exchange_spool.h"
#include "place/place.h"

enum err good_store(struct run *r, struct ctx *c, const struct cml_store *s) MUST_USE;
enum err good_group(struct run *r, struct ctx *c, const struct cml_group *g) MUST_USE;
enum err good_property(struct run *r, struct ctx *c,
                       const struct cml_property *p) MUST_USE;
enum err good_value(struct run *r, struct ctx *c, const struct cml_value *v) MUST_USE;
enum err good_good(struct run *r, struct ctx *c, const struct cml_good *g,
                   i64 line) MUST_USE;
/* Name, characteristics and barcode of an offer: a variant. */
enum err good_offer(struct run *r, struct ctx *c, const struct cml_good *g,
                    i64 line) MUST_USE;

/* A category of this name under that parent. */
struct good_category {
    const char *external, *name;
    i64 parent_id; /* NONE: a root */
    bool deleted;
};
enum err good_category(struct run *r, struct ctx *c, const struct good_category *g,
                       i64 *ret_id) MUST_USE;
enum err good_region(struct run *r, struct ctx *c, i64 *ret_region_id) MUST_USE;
enum err good_place(struct run *r, struct ctx *c, const char *external,
                    const char *name, const char *address, i64 *ret_place_id) MUST_USE;

enum err price_type_put(struct run *r, struct ctx *c,
                        const struct cml_price_type *t) MUST_USE;
/* The prices of an offer; each that cannot be taken is told by itself. */
enum err prices_put(struct run *r, struct ctx *c, const struct cml_good *g,
                    i64 line) MUST_USE;
/* The list of a price type, made when new. */
enum err price_list_of(struct run *r, struct ctx *c, const struct cml_price_type *t,
                       i64 *ret_list_id) MUST_USE;

enum err document_put(struct run *r, struct ctx *c, const struct cml_document *d,
                      i64 line) MUST_USE;

/* Take out of sale what no run since this one named; kind "product" or "variant". */
enum err commerceml_sweep(struct run *r, const char *kind, i64 since) MUST_USE;
