/* link_own.h -- what the files of the linking kernel share. */
#pragma once

#include "ml/link.h"

#define LINK_LAST 0x80000000u /* of link.members: the last of its block */

struct link {
    struct link_job job;
    struct link_stats stats;
    unsigned *members; /* records, block after block, rule after rule */
    size_t rule_from[LINK_RULES + 1];
    unsigned *begin; /* [n + 1]: where a record's own places begin in `places` */
    unsigned *places;
};

void *link_alloc(size_t n, size_t size); /* zeroed; never NULL */

/* fn(arg, from, to, thread) for slices of 0..n on the job's threads; waits. */
struct link_team {
    void (*fn)(void *arg, size_t from, size_t to, int thread);
    void *arg;
    size_t n, slice;
    int threads;
};
void link_team(const struct link_team *t);
enum { LINK_THREADS = 16 };
int link_threads(const struct link *l);

static inline u64 link_mix(u64 x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

/* Every different b > a that has a key in common with a, once; `seen` is the thread's
 * own [n], zero before its first use. */
struct link_near {
    unsigned *seen, *found;
    size_t n, room;
};
void link_candidates(const struct link *l, unsigned a, struct link_near *ret);
void link_near_open(const struct link *l, struct link_near *ret);
void link_near_close(struct link_near *near);

/* A model made ready for many pairs: logarithms instead of shares. */
struct link_scale {
    double stranger[LINK_FIELDS][LINK_LEVELS]; /* log2 m/u */
    double kin[LINK_FIELDS][LINK_LEVELS];      /* log2 m/k */
    double m[LINK_FIELDS][LINK_LEVELS];        /* log2 m */
    double u[LINK_FIELDS][LINK_LEVELS];        /* u */
    double shared[LINK_FIELDS][LINK_LEVELS];   /* of kin, because they share it */
    double odds_stranger, odds_kin;            /* log2 */
    double n;
};
void link_scale(const struct link_model *m, const struct link_job *job,
                struct link_scale *ret);
double link_weigh_by(const struct link_scale *s, const struct link_job *job,
                     const struct link_look *looks, double *bits);

/* ---- link_count.c: how often each pattern of levels was seen --------------------- */

struct link_counts {
    u64 *pattern;
    unsigned *count;
    size_t n, size; /* patterns; slots, a power of two */
};
u64 link_pattern(const struct link_job *job, const struct link_look *looks);
void link_levels(const struct link_job *job, u64 pattern, int *ret);
void link_seen(struct link_counts *k, u64 pattern, unsigned times);
/* All of `from` (n tables, emptied) in one table without holes, by pattern. */
void link_counts_join(struct link_counts *from, int n, struct link_counts *ret);
void link_counts_free(struct link_counts *k);
