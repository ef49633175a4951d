/* privacy_term.h -- how long what is kept; the room's own.
 *
 * Each room says it of its data in its privacy_part (base/privacy.h).  Here they are
 * one list for people, counted and let go every day (privacy_term_job.c), and a period
 * is changed by whoever has seen what that costs. */
#pragma once

#include "privacy/privacy_own.h"

enum {
    TERM_SLICE = 1000,     /* rows of one unit */
    TERM_COUNTED = 100000, /* counted at most: more is "so many and more" */
    TERM_LOOKED = 100000,  /* people looked at, before the rest is guessed */
    TERM_SOON_DAYS = 30,
};

static inline bool privacy_age_is(const struct privacy_age *a)
{
    return a->count || a->look || a->all;
}

/* The nth of all rooms; NULL past the last. */
const struct privacy_term *privacy_term_at(size_t n);
size_t privacy_terms_n(void);
enum err privacy_term_named(struct ctx *c, const char *what,
                            const struct privacy_term **ret) MUST_USE; /* NOT_FOUND */

/* Days of its period; NONE: it has none of its own. */
i64 privacy_term_days(struct ctx *c, const struct privacy_term *t);

/* Rows that are older than `before` (INT64_MAX: all), at most `most`.  Of people, who
 * are no rows, see privacy_unneeded(). */
enum err privacy_term_count(struct ctx *c, const struct privacy_term *t, i64 before,
                            i64 most, i64 *ret_n) MUST_USE;

struct privacy_figures {
    i64 stand, past, soon;
};
enum err privacy_term_counted(struct ctx *c, const struct privacy_term *t,
                              const struct privacy_figures *f) MUST_USE;

/* A slice of what is older, and that it went.  Inside a unit. */
enum err privacy_term_drop(struct ctx *c, const struct privacy_term *t,
                           const struct privacy_age *a, i64 before,
                           const struct list *found, i64 *ret_n) MUST_USE;
enum err privacy_term_gone(struct ctx *c, const struct privacy_term *t, i64 n) MUST_USE;
/* All slices are done: *ret_gone in this run. */
enum err privacy_term_ended(struct ctx *c, const struct privacy_term *t,
                            i64 *ret_gone) MUST_USE;

/* ---- People whom nobody needs (privacy_unneeded.c) --------------------------------
 */

/* A walk over people from `from` (0: the first) on; `ids` those whom no room needs
 * since `before`. */
struct privacy_walk {
    i64 before, from, looked;
    struct list ids; /* i64 */
    bool more;
};
/* The next page of it.  In a snapshot. */
enum err privacy_walk_on(struct ctx *c, void *walk) MUST_USE;
/* How many would be forgotten; of a big base what the first TERM_LOOKED people let
 * guess (*ret_about).  Outside any unit. */
enum err privacy_unneeded(struct ctx *c, i64 before, i64 *ret_n,
                          bool *ret_about) MUST_USE;
/* Forget one of them, unless somebody needs him by now (*ret_n 0).  Outside any unit.
 */
enum err privacy_forget_one(struct ctx *c, const struct privacy_term *t, i64 id,
                            i64 before, i64 *ret_n) MUST_USE;

/* ---- For people -------------------------------------------------------------------
 */

struct privacy_kept {
    const char *what, *title, *why, *law, *setting, *job;
    int end;               /* enum privacy_end */
    i64 days, least, most; /* NONE: no period of its own */
    i64 stand, past, soon; /* rows, counted daily; TERM_COUNTED: and more; NONE */
    i64 counted_at, gone, last_gone, ran_at;
};
extern const char *const privacy_end_words[];
enum err privacy_terms(struct ctx *c, struct list *ret) MUST_USE;

/* Errors  NOT_FOUND; WRONG_STATE: it has no period; BAD_ARGUMENT: the law wants more
 * or less days, or it gets shorter and nobody was shown what goes; CHANGED: by now it
 * is more than was shown */
struct privacy_term_change {
    i64 days;
    i64 counted; /* what privacy_term_try() told; NONE */
};
enum err privacy_term_change(struct ctx *c, const char *what,
                             const struct privacy_term_change *to,
                             struct privacy_kept *ret) MUST_USE;

/* A period by the name of its setting: made longer like any other; made shorter by
 * privacy_term_change() alone.  WRONG_STATE field "value". */
enum err privacy_setting_may(struct ctx *c, const char *name,
                             const char *value) MUST_USE;

/* What would go if it were kept so many days.  Outside any unit. */
struct privacy_term_trial {
    i64 days, n;
    bool about; /* guessed from a part */
};
enum err privacy_term_try(struct ctx *c, const char *what,
                          struct privacy_term_trial *t) MUST_USE;

/* The daily run (a job). */
struct job;
enum err privacy_let_go(struct ctx *c, struct job *j) MUST_USE;
