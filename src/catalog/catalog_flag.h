/* catalog_flag.h -- what stock tells the catalogue: in this shop now; a part of
 * catalog.h, included by it alone.
 *
 * Listings show and filter by "in this shop now", and stock depends on catalog,
 * not the other way round.  So catalog keeps one bit for a variant and a place
 * (catalog_stock_bits, 62 places a row), and stock tells when free goes from 0 to
 * more or back, in the unit that changes it:
 *
 *     old_free > 0 != new_free > 0  ->  catalog_stock_flag_set(c, place, variant,
 * new_free > 0)
 *
 * One guarded UPDATE; repeating it changes nothing.  pub_catalog_stock_flag
 * (place_id, variant_id) shows the bits that are set, for stock's check that
 * they agree with its levels. */
#pragma once

#include "base/ctx.h"

/* clang-format off */
enum err catalog_stock_flag_set(struct ctx *c, i64 place_id, i64 variant_id, bool in_stock) MUST_USE;

/* For imports: rows in any order, a later one of the same pair wins; one
 * statement for 62 places of a variant.  A feed of millions of levels collects
 * its changes in a set (about 40 bytes for each variant and 62 places) and
 * writes it at the end in slices of about LIMIT_BULK_ROWS, each in a unit of
 * the caller's. */
struct catalog_flag {
    i64 place_id, variant_id;
    bool in_stock;
};
enum err catalog_stock_flags_bulk(struct ctx *c, const struct catalog_flag *rows, size_t n) MUST_USE;
struct catalog_flags;
/* Lives until catalog_flags_free(); not in an arena, since it outlives units. */
struct catalog_flags *catalog_flags_new(void);
void catalog_flags_free(struct catalog_flags *f);
void catalog_flags_add(struct catalog_flags *f, i64 place_id, i64 variant_id, bool in_stock);
/* Write the next slice, as long as db_feed_us() says, inside the unit open in c; *at begins at 0 and is moved on;
 * *ret_done when nothing is left.  After a unit that failed call again with the old *at. */
enum err catalog_flags_write(struct ctx *c, struct catalog_flags *f, size_t *at, bool *ret_done) MUST_USE;
/* clang-format on */
