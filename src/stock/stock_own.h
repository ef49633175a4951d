/* stock_own.h -- what the stock room's files share; nobody else includes it. */
#pragma once

#include "db/db.h"
#include "stock/stock.h"
#include "stock/stock_source.h"

/* A level that has just changed, as its UPDATE returned it. */
struct stock_after {
    i64 place_id, variant_id;
    i64 on_hand, held;
    i64 was_unheld; /* on_hand - held before */
};

/* Tell those who must know: the shop window's flag when free goods appear or
 * run out, the pages that watch, the people when more is promised than there is.
 * In the unit that changed the level; publishing waits for its commit. */
enum err stock_changed(struct ctx *c, const struct stock_after *a) MUST_USE;

/* The same for rows of a feed: only the pages.  Does anybody watch the place? */
void stock_publish(struct ctx *c, const struct stock_after *a, bool place_watched);
bool stock_place_watched(i64 place_id);
enum err stock_tell_short(struct ctx *c, const struct stock_after *a) MUST_USE;

/* Pieces of this place that nobody is promised; 0 where the place is unknown. */
i64 stock_safety(struct ctx *c, i64 place_id);

/* ---- stock_flags.c: "in this shop now" ---------------------------------- */

struct catalog_flag;
/* One flag in our unit; many of a feed, now or within a second of the commit. */
enum err stock_flag(struct ctx *c, i64 place_id, i64 variant_id,
                    bool in_stock) MUST_USE;
enum err stock_flags_tell(struct ctx *c, const struct catalog_flag *rows,
                          size_t n) MUST_USE;
/* Compare flags with levels and mend them: of all places, or of those whose safety
 * stock was changed.  Opens units and snapshots of its own. */
enum err stock_flags_mend(struct ctx *c, bool all, i64 *ret_mended) MUST_USE;

/* ---- stock_transfer.c --------------------------------------------------- */

enum transfer_state {
    TRANSFER_DRAFT,
    TRANSFER_SENT,
    TRANSFER_RECEIVED,
    TRANSFER_CANCELLED
};
extern const char *const stock_transfer_words[];

struct transfer_line {
    i64 variant_id, qty;
    i64 got_qty, differs; /* NONE until received */
    struct list serials,
        lost; /* const char *: of numbered pieces; what did not arrive */
};
struct transfer {
    i64 id, place_id, to_place_id;
    int state; /* enum transfer_state */
    const char *comment;
    i64 created_at, sent_at, due_at, received_at, version;
    struct list lines; /* struct transfer_line */
};
/* A draft, its goods held.  Sets id.  Errors of stock_hold_open(). */
enum err stock_transfer_add(struct ctx *c, struct transfer *t) MUST_USE;
enum err stock_transfer_get(struct ctx *c, i64 id, struct transfer *ret) MUST_USE;
/* due_at NONE: tomorrow.  named: struct transfer_line with the serials of all numbered
 * pieces, BAD_ARGUMENT when they are not that many.  WRONG_STATE, as the next two. */
enum err stock_transfer_send(struct ctx *c, i64 id, i64 due_at,
                             const struct list *named) MUST_USE;
/* got: struct transfer_line with qty, and serials as above; none: all as sent. */
enum err stock_transfer_receive(struct ctx *c, i64 id, const struct list *got) MUST_USE;
enum err stock_transfer_cancel(struct ctx *c, i64 id) MUST_USE;
/* struct transfer, newest first, before this id (0: all). */
struct stock_paper_ask { /* transfers or counts */
    i64 place_id;        /* NONE: of the chain */
    bool to;             /* of transfers: those on the way to the place */
    int state;           /* -1: any */
    i64 limit;
    const char *after;
};
enum err stock_transfer_list(struct ctx *c, const struct stock_paper_ask *a,
                             i64 before_id, struct list *ret) MUST_USE;

/* ---- stock_count.c ------------------------------------------------------ */

enum count_state { COUNT_COUNTING, COUNT_SUBMITTED, COUNT_APPROVED };
extern const char *const stock_count_words[];

struct count_line {
    i64 variant_id, qty;
    i64 book_qty, differs; /* NONE while it is counted: nobody may copy the book */
    i64 at;                /* when the pieces were seen */
};
struct count {
    i64 id, place_id;
    int state;  /* enum count_state */
    bool whole; /* what nobody counted is not there */
    const char *comment;
    i64 created_at, submitted_at, submitted_by, approved_at, approved_by, version;
    bool may_approve;  /* the caller; filled for answers */
    i64 differs;       /* lines that do */
    struct list lines; /* struct count_line */
};
enum err stock_count_add(struct ctx *c, struct count *t) MUST_USE;
enum err stock_count_get(struct ctx *c, i64 id, struct count *ret) MUST_USE;
/* struct count_line with variant_id, qty, at (NONE: now); the last word counts. */
enum err stock_count_put(struct ctx *c, i64 id, const struct list *lines) MUST_USE;
/* WRONG_STATE, as the next two; approve: SAME_PERSON (stock.count_same_person). */
enum err stock_count_submit(struct ctx *c, i64 id) MUST_USE;
enum err stock_count_reject(struct ctx *c, i64 id) MUST_USE;
enum err stock_count_approve(struct ctx *c, i64 id) MUST_USE;
/* Sets may_approve. */
enum err stock_count_judge(struct ctx *c, struct count *t) MUST_USE;
enum err stock_count_list(struct ctx *c, const struct stock_paper_ask *a, i64 before_id,
                          struct list *ret) MUST_USE;

/* ---- stock_list.c: for people ------------------------------------------- */

struct stock_level_ask {
    bool only_short;
    i64 limit;
    const char *after;
};
struct stock_level_row {
    struct stock_at at;
    const char *sku, *name;
};
enum err stock_level_list(struct ctx *c, i64 place_id,
                          const struct stock_level_ask *ask, struct list *ret) MUST_USE;

struct stock_move_ask {
    i64 place_id, variant_id; /* NONE: any; one of them is given */
    i64 doc_id, since, until; /* NONE: any */
    int reason;               /* -1: any */
    i64 limit;
    const char *after;
};
struct stock_moved {
    i64 place_id, variant_id, qty;
    int reason;
    i64 doc_id, line_no, unit_id, at, said_at;
    const char *sku, *name; /* NULL in a unit's life */
    int who_kind;
    i64 who_id;
};
enum err stock_move_list(struct ctx *c, const struct stock_move_ask *ask,
                         struct list *ret, const char **ret_next) MUST_USE;
enum err stock_move_list_of_unit(struct ctx *c, i64 unit_id, struct list *ret) MUST_USE;
enum err stock_audit_why(struct ctx *c, const char *what, i64 subject_id,
                         const char *why) MUST_USE;

/* ---- The rest ----------------------------------------------------------- */

/* Do they exist?  For refusals: the hot path does not ask. */
enum err stock_exists(struct ctx *c, i64 place_id, i64 variant_id, bool *ret_place,
                      bool *ret_variant) MUST_USE;

/* Pass the place's gate: later calls of others wait (PostgreSQL) until our unit
 * ends.  moved_at: the latest move's time to remember, 0 none; *ret (or NULL) is
 * what is remembered. */
enum err stock_gate(struct ctx *c, i64 place_id, i64 moved_at,
                    i64 *ret_moved_at) MUST_USE;

/* Take up to qty out of an owner's hold; *ret_qty is what it held of them.  The
 * level's `held` is the caller's affair, in the same unit. */
enum err stock_hold_use(struct ctx *c, const struct stock_hold *h,
                        i64 *ret_qty) MUST_USE;

/* Let the unit of this move go on with its life (stock_unit.c). */
struct stock_unit_step {
    const struct stock_move *move;
    i64 unit_id;
    bool is_new;
    int hold_owner;
    i64 hold_owner_id;
    bool happened; /* it left whatever the book thinks of it */
};
/* Fills unit_id and is_new of a step whose move it knows. */
enum err stock_unit_of(struct ctx *c, struct stock_unit_step *s) MUST_USE;
enum err stock_unit_step(struct ctx *c, const struct stock_unit_step *s) MUST_USE;
enum err stock_unit_let_go(struct ctx *c, int owner, i64 owner_id) MUST_USE;

/* What is expected of a document arrives. */
enum err stock_incoming_came(struct ctx *c, const struct stock_move *m) MUST_USE;
enum err stock_incoming_drop_doc(struct ctx *c, i64 place_id, i64 doc_id) MUST_USE;

struct stock_due {
    i64 variant_id, doc_id, qty, due_at;
};
/* struct stock_due, soonest first. */
enum err stock_incoming_list(struct ctx *c, i64 place_id, i64 variant_id,
                             struct list *ret) MUST_USE;

/* Order by (place, variant), with which struct stock_hold, stock_move and
 * stock_counted begin. */
int stock_move_order(const void *a, const void *b);

/* Give back what is past its time, at most `limit` holds. */
enum err stock_hold_expire(struct ctx *c, i64 limit, i64 *ret_n) MUST_USE;
