/* town.h -- very many people and what they did: a chain's database made in bulk.
 *
 * People, their keys, orders and log-ins go through the rooms' own loading functions,
 * facts, counts of actions and segments through the room that keeps them.  The log of
 * events, for which no room has such a function, and sessions are written as the
 * ingest would have written them: week by week, so that a person's events lie all over
 * the log.  The same plan gives the same database. */
#pragma once

#include "inside.h"

struct town_plan {
    i64 people, events;
};
struct town_files {
    char core[600], track[600];
};
/* The database of this plan, made when it is not there yet.  Of more people than
 * TOWN_MOST it is made by writing a first town again: then their number and that of the
 * events are multiples. */
enum { TOWN_MOST = 100000 };
bool town_file(const struct options *o, const struct town_plan *k,
               struct town_files *ret);
/* `to` is a copy of `one`: add towns until there are so many, or --minutes are over.
 * town_many.c. */
bool town_many(const struct options *o, const struct town_files *one,
               const struct town_files *to, i64 towns);
/* How many people it came to, of more than TOWN_MOST. */
i64 town_people(const struct town_files *f);

/* The ids of its people, rising; malloc'ed. */
i64 *town_ids(const struct town_plan *k);

/* Fifty rules of the kinds people make, as segments: bench_segment.c. */
enum err town_segments(struct ctx *c, void *unused) MUST_USE;

/* ---- Between town.c and town_track.c ------------------------------------------------
 */

enum { TOWN_WEEKS = 52, TOWN_ACTS = 30, TOWN_NAMES = 5, TOWN_PAGE = 1 };
#define TOWN_DEVICE 1000                         /* the number of the first device */
extern const char *const town_names[TOWN_NAMES]; /* TOWN_PAGE: the pages' */

struct town_goods {
    i64 variant_id, product_id, category_id, price_minor;
    char sku[24], name[160];
};
struct town {
    const struct options *o;
    struct town_plan plan;
    i64 *ids; /* of customers, rising */
    struct town_goods *goods;
    i64 n_goods, *places, n_places, *regions;
    i64 until_at;     /* the story ends here */
    double per_week;  /* visits of an average device in a week */
    char track[600];  /* file of the log */
    _Atomic bool bad; /* something went wrong in either half */
};
struct town_act {
    i64 at;
    int name;
    i64 goods; /* which */
};
struct town_visit {
    int n;
    bool known; /* he was logged in */
    struct town_act act[TOWN_ACTS];
};
/* Did person number r come that week, and what did he do? */
bool town_visit(const struct town *t, i64 r, int week, struct town_visit *ret);
/* Has he a device at all? */
bool town_device(const struct town *t, i64 r);
u64 town_throw(u64 *dice);
double town_unit(u64 *dice);

/* A thread: the log and the sessions of t. */
void *town_track(void *t);
