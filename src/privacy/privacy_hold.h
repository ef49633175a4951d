/* privacy_hold.h -- whom a dispute keeps; the room's own.
 *
 * While a hold holds nobody forgets the person: an erasure waits and says why, the
 * daily run passes him over.  Of people who became one a hold of either holds them
 * both. */
#pragma once

#include "privacy/privacy_own.h"

enum privacy_hold_kind { HOLD_CLAIM, HOLD_COURT, HOLD_REGULATOR };
extern const char *const privacy_hold_words[]; /* claim, court, regulator */

struct privacy_hold {
    i64 id, customer_id;
    int kind;
    const char *why;             /* staff's words; "" when the person is forgotten */
    i64 at, until_at, lifted_at; /* NONE: nobody lifted it */
    i64 who_id, lifted_by;       /* of staff; NONE */
    bool holds;
};
struct privacy_hold_new {
    int kind;
    const char *why;
    i64 until_at;
};

/* *ret_until: until when somebody has to be kept, *ret_kind why; NONE: nothing holds
 * him.  Of a living person's id. */
enum err privacy_held(struct ctx *c, i64 customer_id, int *ret_kind,
                      i64 *ret_until) MUST_USE;
/* His waiting erasures wait for the end of the longest hold, or go on. */
enum err privacy_erasures_wait(struct ctx *c, i64 customer_id) MUST_USE;

/* Errors  NOT_FOUND; BAD_ARGUMENT field "until_at" */
enum err privacy_hold_put(struct ctx *c, i64 customer_id,
                          const struct privacy_hold_new *new,
                          struct privacy_hold *ret) MUST_USE;
/* Errors  NOT_FOUND; WRONG_STATE: it has ended, is not lifted */
enum err privacy_hold_lift(struct ctx *c, i64 customer_id, i64 id,
                           struct privacy_hold *ret) MUST_USE;
enum err privacy_hold_back(struct ctx *c, i64 customer_id, i64 id,
                           struct privacy_hold *ret) MUST_USE;
/* struct privacy_hold, newest first: all of somebody; those that hold. */
enum err privacy_holds_of(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;
enum err privacy_holds(struct ctx *c, i64 before_id, i64 limit,
                       struct list *ret) MUST_USE;
struct person_move;
enum err privacy_holds_move(struct ctx *c, const struct person_move *m) MUST_USE;
