/* insight_own.h -- what this room's files share; nobody else includes it. */
#pragma once

#include "db/db.h"
#include "http/route.h"
#include "insight/insight.h"

/* May he?  Without a fault when he may not. */
bool insight_may(struct ctx *c, enum right r, i64 place_id);

/* How far something is: 0 when it was never noted. */
enum err insight_mark(struct ctx *c, const char *name, i64 *ret) MUST_USE;
enum err insight_mark_put(struct ctx *c, const char *name, i64 to) MUST_USE;

/* ---- insight_find.c: one field ------------------------------------------------ */

enum hit_kind { HIT_CUSTOMER, HIT_ORDER, HIT_UNIT, HIT_VARIANT };
extern const char *const insight_hit_words[];

struct hit {
    int kind;
    i64 id;             /* customer, order, unit, variant */
    const char *by;     /* what the text was: "phone", "number", "code" ... */
    const char *title;  /* name, order's number, serial, name of goods */
    const char *detail; /* masked phone, sku */
    const char *state;  /* of an order, of a unit */
    i64 customer_id, order_id, place_id, variant_id; /* NONE: none */
    i64 total_minor, at;                             /* of an order */
};
struct find_ask {
    const char *q;
    i64 limit;
};
/* Hits in order of how sure they are.  Each key is one indexed read; a name is a
 * walk over an index.  What the caller may not see is left out.  TOO_MANY over
 * setting insight.finds_per_min. */
enum err insight_find(struct ctx *c, const struct find_ask *a,
                      struct list *ret) MUST_USE;

/* ---- insight_story.c: the timeline -------------------------------------------- */

enum story_kind {
    STORY_ORDER,
    STORY_STATUS,
    STORY_PAYMENT,
    STORY_MESSAGE,
    STORY_VISIT,
    STORY_NOTE,
    STORY_KEY,
    STORY_KINDS
};
extern const char *const insight_story_words[];

struct story_item {
    i64 at, id;
    int kind;
    const char *what, *why, *text; /* what: a word of the kind's own */
    i64 order_id;                  /* NONE none */
    const char *order_number, *order_state;
    i64 place_id, amount_minor; /* NONE none */
    const char *channel, *state;
    int who_kind; /* -1: not told */
    i64 who_id;
    const char *who_name;
};
struct story_open { /* an order that is not over */
    i64 id, place_id, total_minor, paid_minor, placed_at, promised_at;
    const char *number;
    const char *kind, *state;
};
struct story_ask {
    struct list kind; /* const char *: words; empty: all */
    i64 limit;
    const char *after;
};
struct story {
    struct list items; /* struct story_item, newest first */
    struct list open;  /* struct story_open: on the first page */
    const char *next;
};
extern const struct shape story_item_shape;
/* NOT_FOUND no such customer; BAD_ARGUMENT an unknown kind. */
enum err insight_story(struct ctx *c, i64 customer_id, const struct story_ask *a,
                       struct story *ret) MUST_USE;
/* The same of somebody who is known to be there and to live, without `open`.
 * `known`: struct order_row, all orders he has, of a first page; NULL: asked for. */
enum err insight_story_of(struct ctx *c, i64 customer_id, const struct story_ask *a,
                          const struct list *known, struct story *ret) MUST_USE;
/* What it will ask for a first page, sent before (db_ahead.h). */
void insight_story_ahead(struct ctx *c, i64 customer_id);

/* ---- insight_roll.c: the roll-ups --------------------------------------------- */

/* Count what is open, the hour that runs and the one before, one more hour of the
 * last days, some places' levels; the past on the first call.  Opens snapshots and
 * units of its own. */
struct job;
enum err insight_roll(struct ctx *c, struct job *j) MUST_USE;

/* ---- insight_now.c: the dashboard --------------------------------------------- */

struct now_ask {
    i64 place_id, region_id; /* NONE: the chain */
};
struct now_state {
    int state; /* enum fulfil_state */
    i64 n, overdue, n_hour, n_day, n_old, oldest_at;
};
struct now_place {
    i64 place_id, region_id, open, overdue, ready, oldest_at, short_, negative;
};
struct now_hour {
    i64 hour, at; /* 0..23 of the local day; when it begins */
    i64 orders, sum_minor, before_orders, before_minor, usual_minor;
};
struct now_sales {
    i64 orders, sum_minor, till_orders, till_minor;
    i64 before_orders, before_minor; /* the same weekday a week ago, until this time */
    i64 before_day_minor;            /* and its whole day */
    struct list hours;               /* struct now_hour */
};
struct now_source {
    i64 id;
    const char *name, *kind;
    i64 places, late, oldest_at, limit_min;
};
struct now_exchange {
    i64 runs, failed, waiting, rejects, last_at; /* of 24 hours */
};
struct now_jobs {
    i64 parked, failing, waiting; /* waiting: due and not begun */
};
struct now_messages {
    i64 failed; /* of 24 hours */
};
struct now_alert {
    const char *kind;
    i64 severity; /* 3 now, 2 today, 1 when there is time */
    i64 n;
    i64 place_id, subject_id, since_at; /* NONE none */
    const char *text, *link;
};
struct now {
    i64 at, rolled_at, day_at; /* rolled_at: as of when the counts are */
    i64 place_id, region_id, utc_offset_min;
    struct list states, places;
    struct now_sales *sales;
    struct list sources;
    struct now_exchange *exchange;
    struct now_jobs *jobs;
    struct now_messages *messages;
    i64 short_, negative;
    struct list alerts; /* struct now_alert, the most urgent first */
};
/* DENIED: he may see none of it there; NOT_FOUND no such place or region. */
enum err insight_now(struct ctx *c, const struct now_ask *a, struct now *ret) MUST_USE;
