/* shelf_make.h -- building and changing a shelf; for this room only. */
#pragma once

#include "catalog/shelf_read.h"

/* A shelf without products, its frame (categories, specifications, lists, places,
 * brands, synonyms) read from the tables. */
enum err shelf_new(struct ctx *c, struct shelf **ret) MUST_USE;
void shelf_free(struct shelf *s);

/* Put what a slice holds in the place of what the shelf had of these products;
 * false: it is better made anew (something unknown, too much dead). */
bool shelf_apply(struct shelf *s, struct ctx *c, const struct read_slice *rows);
bool shelf_apply_bits(struct shelf *s, const struct list *bits);
/* Sort the terms for prefixes, count what categories hold. */
void shelf_settle(struct shelf *s);

i64 shelf_last_change(const struct shelf *s);
size_t shelf_bytes(const struct shelf *s);
