/* customer_pair.h -- two records that may be one person, and what people said of it.
 *
 * Found by keys that two people brought together (customer_resolve), by likeness
 * (customer_like.h, a job), or by hand.  By the rules that hold a pair merges by
 * itself, waits for somebody, or is nothing.  "Different" is remembered for good and
 * for all who are merged with either. */
#pragma once

#include "customer/customer_rule.h"

enum pair_state { PAIR_OPEN, PAIR_SAME, PAIR_DIFFERENT, PAIR_LATER };
enum pair_source { PAIR_LIKE, PAIR_KEY, PAIR_HAND };
extern const char *const pair_state_words[], *const pair_source_words[];

struct customer_pair {
    i64 a_id, b_id; /* a_id < b_id */
    int state, source;
    i64 kinds;
    int names; /* enum names_like */
    i64 score_ppm;
    const char *against;  /* "" nothing */
    const char *evidence; /* JSON */
    i64 found_at, decided_at, later_at, merge_id;
    const char *note;
    i64 who_id;
    bool ask; /* when found: somebody has to look, whatever the rules say of keys */
};

/* Write down what was found; by the rules that hold it merges, waits or is dropped.
 * What somebody decided stays decided.  Inside a unit. */
enum err customer_pair_found(struct ctx *c, const struct customer_pair *p,
                             enum rule_verdict *ret) MUST_USE;

/* What somebody says of it: PAIR_SAME merges them (into the survivor `into_id`, or by
 * rule when NONE), PAIR_DIFFERENT keeps them apart for good, PAIR_LATER asks again in a
 * day.  NOT_FOUND, and all errors of customer_merge. */
enum err customer_pair_decide(struct ctx *c, i64 a_id, i64 b_id, int state,
                              const char *note, i64 *ret_merge_id) MUST_USE;

/* What waits, the likeliest first. */
enum err customer_pairs(struct ctx *c, i64 limit, struct list *ret) MUST_USE;
enum err customer_pair_get(struct ctx *c, i64 a_id, i64 b_id,
                           struct customer_pair *ret) MUST_USE;
enum err customer_pairs_count(struct ctx *c, i64 *ret_open) MUST_USE;

/* A rule merged them after all. */
enum err customer_pair_merged(struct ctx *c, i64 a_id, i64 b_id, i64 merge_id) MUST_USE;

/* Who of the two lives on: who has a proved contact, else an account, else the older.
 */
enum err customer_survivor(struct ctx *c, i64 a_id, i64 b_id, i64 *ret_into,
                           i64 *ret_from) MUST_USE;
