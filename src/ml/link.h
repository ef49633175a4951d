/* link.h -- which records speak of the same thing: Fellegi and Sunter's weights,
 * learned without labels.
 *
 * Records are numbers 0..n-1; what is in them only the caller knows.  He says for
 * two records how alike they are in each field (a level: 0 differs, the highest is
 * the same; LINK_UNKNOWN when one of them says nothing), and gives each record
 * integer keys: only records with a key in common are compared.
 *
 *     struct link *l = link_open(&job);       index of the keys
 *     link_learn(l, NULL, &model);            or a model kept from another day
 *     link_pass(l, &model, least, hear, x);   every pair at or above `least`, in order
 *     link_cluster(l, &model, pairs, n, &cut, ret);  groups without a contradiction
 *     link_close(l);
 *
 * Three kinds of pairs   the same; strangers; and kin: not the same, yet close, who
 *     share what a household shares and differ like strangers in the rest (how much of
 *     each the caller says: link_field.kin).  Two kinds alone call brothers with one
 *     telephone the same person.
 * Weight    log2 of the odds that two records are the same, everything counted in:
 *     log2(P(same) m / (P(stranger) u + P(kin) k)); m, u, k are products over the
 *     fields of how often such a level is seen among each kind
 * Common values  agreement on a rare value says more: where link_look.common is given,
 *     u (of strangers) is that value's own share instead of the average
 * Learning  u from random pairs (all of them when there are few); m by expectation and
 *     maximisation inside the blocks of each LINK_LEARNS rule, leaving out the fields
 *     which that rule makes equal; then the shares of the three kinds over all
 *     candidates
 * Same answer   on any number of threads and every run; seeds are constants
 * Memory    4 bytes a key for the index and 8 a record and rule, 4 n for each thread;
 *     pairs are handed over, not kept.  1 million records, 16 rules: about 200 MB
 * Parallel  look() and keys() are called from several threads at once and must only
 *     read; hear() from the calling thread alone
 * Out of memory ends the process, as everywhere here. */
#pragma once

#include "base/ctx.h"

enum {
    LINK_FIELDS = 16,
    LINK_LEVELS = 8,
    LINK_RULES = 24,
    LINK_KEYS = 6, /* of one record under one rule */
    LINK_UNKNOWN = -1,
};

struct link_field {
    const char *name;
    int levels; /* 2..LINK_LEVELS */
    double kin; /* share of kin who agree here as the same do; the others differ as
                   strangers do: 1 an address, 0 a sex */
};

struct link_rule {
    const char *name;
    unsigned equal; /* bits 1 << field: (nearly) equal inside a block */
    int flags;
    unsigned most; /* records of a block; a larger one is left out of this rule */
};
enum { LINK_LEARNS = 1 };

/* How two records look in one field. */
struct link_look {
    int level;
    unsigned common; /* records that have the value both have; 0: do not weigh it */
};

struct link_job {
    unsigned n;
    const struct link_field *fields; /* n_fields of them */
    const struct link_rule *rules;   /* n_rules of them */
    int n_fields, n_rules;
    void (*look)(const void *arg, unsigned a, unsigned b, struct link_look *ret);
    /* The keys of a record under a rule, at most LINK_KEYS; how many. */
    int (*keys)(const void *arg, int rule, unsigned a, u64 *ret);
    const void *arg;
    int threads;   /* 0: 2 */
    bool no_rules; /* few records: compare each with each */
};

/* What was learned; plain numbers, so it can be kept and read again. */
struct link_model {
    double m[LINK_FIELDS][LINK_LEVELS]; /* among the same */
    double u[LINK_FIELDS][LINK_LEVELS]; /* among strangers */
    double k[LINK_FIELDS][LINK_LEVELS]; /* among kin */
    double same, kin;                   /* their shares of all pairs of records */
    double n;                           /* records it was learned from */
};

struct link_pair {
    unsigned a, b; /* a < b */
    float weight;
};

/* What the index found: for the log and for whoever sets the rules. */
struct link_stats {
    i64 pairs[LINK_RULES];     /* inside the blocks of each rule, doubles among them */
    i64 too_large[LINK_RULES]; /* blocks that were left out */
    i64 compared;              /* different pairs, all rules together; after a pass */
};

struct link;
struct link *link_open(const struct link_job *job);
void link_close(struct link *l); /* NULL is fine */
void link_stats(const struct link *l, struct link_stats *ret);

/* `belief` (or NULL) is what the same look like where few pairs are seen: worth
 * LINK_BELIEF pairs. */
enum { LINK_BELIEF = 50 };
void link_learn(struct link *l, const struct link_model *belief,
                struct link_model *ret);

/* bits[field] (or NULL) gets what each field said, log2; their sum and the prior are
 * not quite the weight, since kin are another kind. */
double link_weigh(const struct link_model *m, const struct link_job *job,
                  const struct link_look *looks, double *bits);
double link_probability(double weight);

/* Every candidate pair of at least this weight, by a, then b.  False from hear() ends
 * the pass, and it answers false. */
bool link_pass(struct link *l, const struct link_model *m, double least,
               bool (*hear)(void *arg, const struct link_pair *p), void *arg);
/* Every candidate pair, weighed or not: is blocking good?  In no order. */
bool link_is_candidate(const struct link *l, unsigned a, unsigned b);

/* When two records stand against each other, and when one stands between two. */
struct link_cut {
    double join;  /* pairs of at least this connect */
    double apart; /* a pair of this weight or less contradicts */
    double asked; /* rivals are looked for of pairs of at least this */
    double clear; /* so much better one of two contradicting partners has to be */
};
/* Which pairs have a rival: one of the two also connects with a third who contradicts
 * the other, and not clearly less, or with a crowd (64).  ret[k] for pairs[k] (as
 * link_pass gave them).  Cost: for each pair its ends' ties, 128 at most. */
void link_rivals(struct link *l, const struct link_model *m,
                 const struct link_pair *pairs, size_t n_pairs,
                 const struct link_cut *cut, bool *ret);

/* Groups: strongest pair first, two groups become one when all pairs between them say
 * so on the average and none of them contradicts, whether it was a candidate or not.
 * So no chain ties two records that contradict each other.  ret[n] gets the smallest
 * record of each one's group. */
void link_cluster(struct link *l, const struct link_model *m,
                  const struct link_pair *pairs, size_t n_pairs,
                  const struct link_cut *cut, unsigned *ret);

/* ---- link_text.c: how near two short texts are ------------------------------------
 */

/* Texts of one byte a letter, at most LINK_LETTERS of them. */
enum { LINK_LETTERS = 40 };
/* Inserted, lost, changed letters and swapped neighbours; most + 1 when more. */
int link_edits(const unsigned char *a, int n, const unsigned char *b, int m, int most);
/* Jaro and Winkler, 0..1000. */
int link_jaro(const unsigned char *a, int n, const unsigned char *b, int m);
