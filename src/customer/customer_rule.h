/* customer_rule.h -- by which rules records of people become one.
 *
 * Rules are data: a version holds for each kind of key how far it may be trusted, and
 * from which probability on records merge by themselves or are shown to somebody.  A
 * version never changes; a new one can be rehearsed over the whole base before it is
 * switched on (customer_rehearse.c).  Which one holds is the setting
 * customer.rule_version; 0 is built in. */
#pragma once

#include "base/ctx.h"
#include "http/shape.h"

/* What a key in common is worth. */
enum rule_merges {
    RULE_NEVER,     /* nothing: somebody has to look */
    RULE_SAME_NAME, /* one person when the whole name is the same too */
    RULE_NO_CLASH,  /* one person unless the names speak against it */
};
extern const char *const rule_merges_words[];

struct key_rule {
    int kind;        /* enum customer_key_kind */
    i64 per_person;  /* of this kind a person has at most so many */
    i64 people;      /* seen on more people than this, it is nobody's */
    i64 window_days; /* in so many days */
    int merges;      /* enum rule_merges */
};

struct customer_rule {
    i64 version;
    struct list keys; /* struct key_rule, the most trusted first, every kind once */
    i64 recycle_days; /* a telephone nobody brought for so long may be another's now */
    i64 sure_ppm;   /* from this probability x 1,000,000 on they merge by themselves */
    i64 review_ppm; /* from this on somebody is asked */
    const char *note;
    i64 at, who_id, tried_at, on_at;
    const char *report;
    bool on;
};
extern const struct shape customer_rule_shape;

/* How two names look beside each other. */
enum names_like { NAMES_CLASH, NAMES_OPEN, NAMES_SAME };
extern const char *const names_like_words[];
enum names_like customer_names_like(struct arena *mem, const char *a_last,
                                    const char *a_first, const char *b_last,
                                    const char *b_first);

/* What speaks for two being one. */
struct rule_case {
    unsigned kinds; /* bits 1 << enum customer_key_kind */
    int names;      /* enum names_like */
    i64 score_ppm;  /* 0: not weighed */
    bool against;   /* something forbids it whatever the score */
};
enum rule_verdict { RULE_NOTHING, RULE_REVIEW, RULE_MERGE };
enum rule_verdict customer_rule_judge(const struct customer_rule *r,
                                      const struct rule_case *k);

i64 customer_rule_version(struct ctx *c);
/* A version, kept in memory for ever.  NOT_FOUND. */
enum err customer_rule_get(struct ctx *c, i64 version,
                           struct customer_rule *ret) MUST_USE;
/* The one that holds. */
enum err customer_rule(struct ctx *c, struct customer_rule *ret) MUST_USE;
const struct key_rule *customer_key_rule(const struct customer_rule *r, int kind);

/* Write a new version down; it does not hold yet.  BAD_ARGUMENT with every bad field.
 */
enum err customer_rule_add(struct ctx *c, const struct customer_rule *r,
                           i64 *ret_version) MUST_USE;
/* Newest first, the built-in last. */
enum err customer_rules(struct ctx *c, struct list *ret) MUST_USE;
/* Let it hold from now on.  NOT_FOUND; WRONG_STATE it was not
 * rehearsed. */
enum err customer_rule_on(struct ctx *c, i64 version) MUST_USE;
