/* stock.h -- what stands where, how much of it is promised, and how it got there.
 *
 * For every variant at every place
 *     free = on_hand - held - safety,   0 <= held
 * and every change of on_hand is a move in an append-only ledger.
 *
 * A count is a line drawn under the ledger: "at 14:02 there were 5".  The level
 * keeps the last count (base_qty, base_at, base_doc), and always
 *     on_hand = base_qty + sum of the moves with at >= base_at.
 * A move of the very same millisecond counts as later: doubt sells less, never more.
 * So a count from 1C that was taken at 14:02 and arrives at 14:20 does not lose
 * the sale of 14:10, and a sale of 13:55 that arrives late from an offline till
 * is written down but does not count twice.  An older count than the last one
 * changes nothing.  `prilavok check` proves this sum, and held = sum of holds.
 *
 * A count may leave on_hand below held: the goods are promised and missing.
 * That is a shortage to be solved by people (event stock.short), not an error.
 *
 * Owns   stock_level, stock_place, stock_hold, stock_move, stock_unit,
 *        stock_incoming, stock_transfer, stock_count, stock_source, stock_quarantine
 * Views  pub_stock_level
 * Needs  staff, place, catalog
 * Emits  stock.held, stock.freed (not for orders: order.placed and its sisters
 *        say it), stock.moved (not for sales), stock.counted, stock.short,
 *        stock.transferred, stock.stale (a source is late), stock.fresh
 * Live   "stock:<variant_id>" {place_id, variant_id, free (10: 10 or more), at};
 *        "place:<place_id>" for staff: the same exact, with on_hand and held
 * Units  qty whole pieces; *_at ms since 1970 UTC */
#pragma once

#include "base/module.h"
#include "http/shape.h"
#include "stock/stock_back.h"

/* ---- Promise ------------------------------------------------------------ */

/* Who holds goods: a basket in checkout, an order, a transfer, a repair. */
enum stock_owner { OWNER_BASKET, OWNER_ORDER, OWNER_TRANSFER, OWNER_SERVICE };

struct stock_hold {
    i64 place_id, variant_id;
    int owner;    /* enum stock_owner */
    i64 owner_id; /* the order's or basket's id */
    i64 qty;      /* > 0 */
    i64 until_at; /* NONE: until it is closed */
};

/* Promise goods for one owner, all lines or none; at one place or several.
 *
 * The test and the change are one UPDATE a line, sorted by (place, variant), so
 * two callers can never both be promised the last piece (ADR-0007); lines of the
 * same variant and place are added up first.  An owner that already holds some
 * of a variant there gets the difference: the hold becomes `qty` (the same call
 * again changes nothing).  Safety stock (setting stock.safety of the place) is
 * never promised to baskets and orders; transfers and repairs may take it.
 * A refusal leaves no trace even without a rollback: try the next place.
 *
 * Errors  BAD_ARGUMENT  qty <= 0, until_at not in the future; NO_SUCH
 *         STOCK_SHORT   one fault per short line: field "lines[k].qty", message
 *                       says how much is free */
enum err stock_hold_open(struct ctx *c, const struct stock_hold *h, size_t n) MUST_USE;

/* Give back all (or qty of one variant) that an owner holds; safe to repeat. */
enum err stock_hold_free(struct ctx *c, int owner, i64 owner_id) MUST_USE;
enum err stock_hold_reduce(struct ctx *c, int owner, i64 owner_id, i64 place_id,
                           i64 variant_id, i64 qty) MUST_USE;
/* stock_hold_open() of what `from` holds: these pieces change hands, or all go back. */
enum err stock_hold_take_over(struct ctx *c, int from, i64 from_id,
                              const struct stock_hold *h, size_t n) MUST_USE;
/* GONE: nothing is held any more (a basket that slept too long). */
enum err stock_hold_extend(struct ctx *c, int owner, i64 owner_id,
                           i64 until_at) MUST_USE;

/* Free pieces at a place (never below 0).  Not stocked is 0.  One index look-up. */
enum err stock_free(struct ctx *c, i64 place_id, i64 variant_id, i64 *ret_qty) MUST_USE;

struct stock_at { /* one place's answer */
    i64 place_id, variant_id, on_hand, held, free, incoming, base_at;
};
/* All places that have some of a variant or will, struct stock_at, most free
 * first.  Cost: a look-up a place; why no index by variant: ADR-0012. */
enum err stock_of_variant(struct ctx *c, i64 variant_id, struct list *ret) MUST_USE;
/* Levels of n variants at one place, in their order (zeros where none). */
enum err stock_at_place(struct ctx *c, i64 place_id, const i64 *variant_ids, size_t n,
                        struct stock_at *ret) MUST_USE;
/* What can be promised for a day: free now and due by then. */
enum err stock_promise(struct ctx *c, i64 place_id, i64 variant_id, i64 by_at,
                       i64 *ret_qty) MUST_USE;

/* ---- Move --------------------------------------------------------------- */

/* clang-format off */
enum stock_reason {
    MOVE_SALE, MOVE_HANDOVER, MOVE_RETURN, MOVE_RECEIPT, MOVE_TRANSFER_OUT, MOVE_TRANSFER_IN,
    MOVE_ADJUST, MOVE_LOSS, MOVE_SERVICE, MOVE_QUARANTINE
};
enum stock_unit_state {
    UNIT_RECEIVED, UNIT_HELD, UNIT_SOLD, UNIT_RETURNED, UNIT_SERVICE, UNIT_TRANSIT, UNIT_LOST, UNIT_QUARANTINE
};
/* clang-format on */
extern const char *const stock_reason_words[], *const stock_unit_words[];

struct stock_move {
    i64 place_id, variant_id;
    i64 qty; /* signed: -1 left the place */
    int reason;
    i64 doc_id; /* order, transfer, count ... */
    i64 line_no;
    i64 at;             /* when it happened; NONE: c->now */
    const char *serial; /* of a unit-tracked variant: qty is -1 or 1; NULL otherwise */
};

/* Write moves and change levels.  Repeating a (doc, line, reason, place, serial)
 * changes nothing; with another variant or quantity it is EXISTS.  What leaves
 * (SALE, HANDOVER, TRANSFER_OUT, SERVICE) may not take what others hold, and
 * nothing may take more than there is: STOCK_SHORT with field "lines[k].qty",
 * unless `oversell` (an offline till's sale that has happened: written as it was,
 * event stock.short; its serial is with the buyer whatever the book thought of it).  A
 * move that is older than the last count is written down and changes no level.  A time
 * after c->now is taken as c->now. hold_owner: the pieces come out of this owner's
 * hold, which shrinks with them. serial: the unit's life goes on with the move;
 * WRONG_STATE when it cannot (sold twice, kept for another order), BAD_ARGUMENT when 15
 * digits are no IMEI.  Where the book thinks it stands is not asked: whoever scans it
 * has it.  A serial never seen is taken in by a sale or return: sources count pieces,
 * not serials. After an error the unit must be rolled back. */
struct stock_take {
    const struct stock_move *moves;
    size_t n;
    bool oversell;
    int hold_owner; /* -1: none */
    i64 hold_owner_id;
};
enum err stock_move(struct ctx *c, const struct stock_take *t) MUST_USE;

/* Absolute numbers from a source (1C, WMS, EDI, a person's count), as of their
 * own time.  Sorted by (place, variant), without doubles; at most LIMIT_BULK_ROWS a
 * call.  More than 50 changes of the shop window's flags in a call follow within a
 * second.  The caller adds the sums up and tells them at the end: stock.counted. */
struct stock_counted {
    i64 place_id, variant_id, qty;
};
struct stock_count_sum { /* off_by: of |difference to book|; stale: older than it */
    i64 rows, changed, stale, off_by;
};
struct stock_said { /* who says so, in which document, as of when */
    i64 source_id, doc_id, at;
};
enum err stock_counts_put(struct ctx *c, const struct stock_said *by,
                          const struct stock_counted *rows, size_t n,
                          struct stock_count_sum *ret) MUST_USE;
enum err stock_counts_tell(struct ctx *c, const struct stock_said *by,
                           const struct stock_count_sum *sum) MUST_USE;
#define stock_set_counts(c, source_id, doc_id, at, ...)                                \
    stock_counts_put((c), &(struct stock_said){ (source_id), (doc_id), (at) },         \
                     __VA_ARGS__)

/* A loader's end: write the shop window's flags that feeds told.  Opens units. */
enum err stock_flags_write(struct ctx *c) MUST_USE;

/* After a FULL feed of a place: every level there that by->doc_id did not name and
 * that is not newer is counted as 0.  Call again in a new unit while *ret_more. */
enum err stock_zero_missing(struct ctx *c, const struct stock_said *by, i64 place_id,
                            struct stock_count_sum *ret, bool *ret_more) MUST_USE;

/* ---- Units: pieces with a serial number or IMEI ------------------------- */

struct stock_unit {
    i64 id, variant_id, place_id; /* place 0: with the customer, on the road, gone */
    const char *serial;
    int state;           /* enum stock_unit_state */
    i64 owner, owner_id; /* of a HELD one: enum stock_owner; -1, 0 */
    i64 doc_id, at;      /* what happened last */
};
/* Trimmed, upper case, without blanks and dashes; NULL when it is empty, over 64
 * bytes, or 15 digits whose check digit (Luhn) is wrong. */
const char *stock_serial_norm(struct arena *mem, const char *serial);
enum err stock_unit_find(struct ctx *c, const char *serial,
                         struct stock_unit *ret) MUST_USE;
/* Keep this very piece for an owner (picking).  WRONG_STATE when it is sold or
 * kept for another.  Ends with the owner's hold or by a sale. */
enum err stock_unit_hold(struct ctx *c, const char *serial, i64 variant_id,
                         i64 place_id, int owner, i64 owner_id) MUST_USE;

/* "qty pieces come to this place by due_at" (a purchase, an EDI notice); the same
 * doc again replaces, qty 0 removes.  A receipt under this doc_id takes them off. */
enum err stock_incoming_put(struct ctx *c, i64 place_id, i64 variant_id, i64 doc_id,
                            i64 qty, i64 due_at) MUST_USE;

/* ---- Sources and their freshness ---------------------------------------- */

/* The source of this name, made when new.  kind: 1c, wms, edi, till, csv, yml. */
enum err stock_source_put(struct ctx *c, const char *name, const char *kind,
                          i64 *ret_id) MUST_USE;
/* "This source has spoken of this place as of `at`" (place 0: of all it ever spoke
 * of).  stock_set_counts() says it by itself for the places of its rows; this is
 * for a source that had nothing new to tell. */
enum err stock_source_heard(struct ctx *c, i64 source_id, i64 place_id,
                            i64 at) MUST_USE;

extern const struct module stock_module;
