/* stock.h -- what stands where, how much of it is promised, and how it got there.
 *
 * For every variant at every place
 *     free = on_hand - held - safety,   0 <= held
 * and every change of on_hand is a move in an append-only ledger.
 *
 * A count is a line drawn under the ledger: "at 14:02 there were 5".  The level
 * keeps the last count (base_qty, base_at, base_doc), and always
 *     on_hand = base_qty + sum of the moves with at > base_at.
 * So a count from 1C that was taken at 14:02 and arrives at 14:20 does not lose
 * the sale of 14:10, and a sale of 13:55 that arrives late from an offline till
 * is written down but does not count twice.  An older count than the last one
 * changes nothing.  `prilavok check` proves this sum, and held = sum of holds.
 *
 * A count may leave on_hand below held: the goods are promised and missing.
 * That is a shortage to be solved by people (event stock.short), not an error.
 *
 * Owns   stock_level, stock_hold, stock_move, stock_unit, stock_transfer,
 *        stock_count, stock_source (and their lines)
 * Views  pub_stock_level
 * Needs  place, catalog
 * Emits  stock.held, stock.freed, stock.moved, stock.counted, stock.short,
 *        stock.stale (a source is late), stock.fresh
 * Live   "stock:<variant_id>" {place_id, free, on_hand, at}; "place:<place_id>"
 * Units  qty whole pieces; *_at ms since 1970 UTC */
#pragma once

#include "base/module.h"
#include "http/shape.h"

/* ---- Promise -------------------------------------------------------------------- */

/* Who holds goods: a basket in checkout, an order, a transfer, a repair. */
enum stock_owner { OWNER_BASKET, OWNER_ORDER, OWNER_TRANSFER, OWNER_SERVICE };

struct stock_hold {
    i64 place_id, variant_id;
    int owner;             /* enum stock_owner */
    i64 owner_id;          /* the order's or basket's id */
    i64 qty;               /* > 0 */
    i64 until_at;          /* NONE: until it is closed */
};

/* Promise goods for one owner, all lines or none; at one place or several.
 *
 * The test and the change are one UPDATE a line, sorted by (place, variant), so
 * two callers can never both be promised the last piece (ADR-0007); lines of the
 * same variant and place are added up first.  An owner that already holds some
 * of a variant there gets the difference: the hold becomes `qty` (the same call
 * again changes nothing).
 *
 * Errors  BAD_ARGUMENT  qty <= 0, until_at not in the future
 *         NO_SUCH       variant or place does not exist
 *         STOCK_SHORT   one fault per short line: field "lines[k].qty", message
 *                       says how much is free */
enum err stock_hold_open(struct ctx *c, const struct stock_hold *h, size_t n) MUST_USE;

/* Give back everything (or qty of one variant) that an owner holds.  What is not
 * held is no error: giving up is safe to repeat. */
enum err stock_hold_free(struct ctx *c, int owner, i64 owner_id) MUST_USE;
enum err stock_hold_reduce(struct ctx *c, int owner, i64 owner_id, i64 place_id, i64 variant_id, i64 qty) MUST_USE;
/* Hand a hold over: a basket's goods become the order's, without a gap. */
enum err stock_hold_pass(struct ctx *c, int from, i64 from_id, int to, i64 to_id, i64 until_at) MUST_USE;
enum err stock_hold_extend(struct ctx *c, int owner, i64 owner_id, i64 until_at) MUST_USE;

/* Free pieces at a place (never below 0).  Not stocked is 0.  One index look-up. */
enum err stock_free(struct ctx *c, i64 place_id, i64 variant_id, i64 *ret_qty) MUST_USE;

struct stock_at {          /* one place's answer */
    i64 place_id, variant_id, on_hand, held, free, incoming, base_at;
};
/* All places that have some of a variant, struct stock_at, most first. */
enum err stock_of_variant(struct ctx *c, i64 variant_id, struct list *ret) MUST_USE;
/* Levels of n variants at one place, in their order (zeros where none). */
enum err stock_at_place(struct ctx *c, i64 place_id, const i64 *variant_ids, size_t n, struct stock_at *ret) MUST_USE;

/* ---- Move ----------------------------------------------------------------------- */

enum stock_reason { MOVE_SALE, MOVE_HANDOVER, MOVE_RETURN, MOVE_RECEIPT, MOVE_TRANSFER_OUT, MOVE_TRANSFER_IN, MOVE_ADJUST, MOVE_LOSS, MOVE_SERVICE };
extern const char *const stock_reason_words[];

struct stock_move {
    i64 place_id, variant_id;
    i64 qty;               /* signed: -1 left the place */
    int reason;
    i64 doc_id;            /* order, transfer, count ... */
    i64 line_no;
    i64 at;                /* when it happened; NONE: c->now */
    const char *serial;    /* of a unit-tracked variant: qty is -1 or 1; NULL otherwise */
};

/* Write moves and change levels.  Repeating a (doc, line, reason, place) changes
 * nothing.  A sale (SALE, HANDOVER) may not take what others hold: STOCK_SHORT,
 * unless `oversell` (an offline till's sale that has happened: written as it was,
 * event stock.short).
 * take_hold: the pieces come out of this owner's hold, which shrinks with them. */
struct stock_take {
    const struct stock_move *moves;
    size_t n;
    bool oversell;
    int hold_owner;        /* -1: none */
    i64 hold_owner_id;
};
enum err stock_move(struct ctx *c, const struct stock_take *t) MUST_USE;

/* Absolute numbers from a source (1C, WMS, EDI, a person's count), as of their
 * own time.  Sorted by (place, variant), without doubles; bulk: about
 * LIMIT_BULK_ROWS a call.  Tells how many rows came, changed, were older than
 * what we know, and the sum of |difference to book|. */
struct stock_counted {
    i64 place_id, variant_id, qty;
};
struct stock_count_sum {
    i64 rows, changed, stale, off_by;
};
enum err stock_set_counts(struct ctx *c, i64 source_id, i64 doc_id, i64 at, const struct stock_counted *rows, size_t n, struct stock_count_sum *ret) MUST_USE;

/* ---- Sources and their freshness -------------------------------------------------- */

/* The source of this name, made when new.  kind: "1c", "wms", "edi", "till", "csv", "yml". */
enum err stock_source_put(struct ctx *c, const char *name, const char *kind, i64 *ret_id) MUST_USE;
/* "This source has spoken of this place as of `at`" (place 0: of all it knows). */
enum err stock_source_heard(struct ctx *c, i64 source_id, i64 place_id, i64 at) MUST_USE;

extern const struct module stock_module;
