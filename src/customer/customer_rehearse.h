/* customer_rehearse.h -- what would other rules do to the whole base?
 *
 * A rehearsal looks at every pair that was ever found and every merge that a rule made,
 * asks the rules in question, and counts: who would become one, who would be parted,
 * how many orders and consents would change hands.  Merges are really made, in units
 * that are taken back, so that what is counted is what would happen.  Switching rules
 * on does the same and keeps it.  People's own decisions stand in both. */
#pragma once

#include "base/ctx.h"
#include "http/shape.h"

struct job;

struct rehearsal_pair {
    i64 a_id, b_id;
    int does; /* 0 merge, 1 part */
    i64 score_ppm, kinds;
    int names;
};
struct rehearsal {
    i64 looked, merges, parts, refused; /* pairs; refused: too large, said to be two */
    i64 orders, consents, keys, messages; /* would go to another person */
    struct list sample;                   /* struct rehearsal_pair, the first SAMPLE */
};
extern const struct shape rehearsal_shape;

/* Jobs: argument {"version": "3"}; the result is a rehearsal. */
enum err customer_rehearse(struct ctx *c, struct job *j) MUST_USE;
enum err customer_apply(struct ctx *c, struct job *j) MUST_USE;
