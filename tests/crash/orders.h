/* orders.h -- a small shop under load, and the books afterwards.
 *
 * An order takes three goods at one shop, all or none.  Every answer a buyer got
 * is written down outside of the database; after the crash the books are compared
 * with what the buyers were told. */
#pragma once

#include "db/db.h"

#define SHOPS 4
#define GOODS 60

struct told { /* one line of the notes of buyers, and of lookers who saw an order */
    i64 order_id;
    i64 accepted; /* 1, or 0: not enough goods */
};

struct load {
    const char *url, *vfs;
    bool sync_normal;
    i64 first_id; /* every buyer takes ids of his own above it */
    int buyers, lookers;
    int to_fd;    /* the notes: struct told, whole records */
    i64 until_us; /* time_mono_us(); 0: for ever */
    i64 stock;    /* pieces of every seventh good; of the others there is plenty */
};

struct books {
    i64 told, refused; /* answers, refusals among them */
    i64 lost;          /* accepted, and not there */
    i64 phantom;       /* refused, and there */
    i64 half;          /* without its three lines */
    i64 unbalanced;    /* goods whose held is not the sum of lines, or over on_hand */
    i64 corrupt;       /* what the engine's own check says */
    i64 orders;        /* in the database */
};

struct load_sum {
    i64 accepted, refused, retried,
        found;          /* found: a retry that had been done already */
    i64 longest_gap_us; /* between two acceptances */
};

/* The shop with its shelves filled, or NULL and a word on standard error. */
struct db *orders_open(const struct load *l);
/* Buy until the time is over (or for ever); false when the database does not open. */
bool orders_run(const struct load *l, struct load_sum *ret);
/* Compare.  n notes; the engine is whatever the url says. */
bool orders_check(const char *url, const struct told *notes, size_t n,
                  struct books *ret);

/* One order through one unit; the same id is the same order. */
struct placed {
    bool found; /* it was there already */
    int tries;  /* how often the unit ran */
};
enum err order_place(struct ctx *c, i64 id, struct placed *ret) MUST_USE;

extern const struct module *const crash_rooms[];
