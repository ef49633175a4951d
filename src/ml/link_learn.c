/* Learning without labels.
 *
 * Strangers are easy: random pairs are strangers, all but a few.  The same are rare, so
 * they are looked for where they are frequent: in the blocks of a rule.  There the
 * fields which the rule makes equal say nothing, the others say what they always say,
 * and expectation-maximisation parts the two kinds.  Several rules, so that each field
 * is free in some.  At last all candidates tell how many pairs are the same and how
 * many are kin.  How kin look is not learned: it would become the kind of all pairs
 * that the independence of fields explains badly. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ml/link_own.h"

enum {
    RANDOM_PAIRS = 2000000,    /* to learn u; all pairs when there are fewer */
    SESSION_PAIRS = 400000,    /* of one rule's blocks, about */
    CANDIDATE_PAIRS = 2000000, /* of all candidates, about */
    ROUNDS = 200,              /* of a session at most */
    SHARE_ROUNDS = 60,
    AGAIN = 3, /* times that u is cleared of the same pairs, and all learned anew */
    SLICE = 1024,
};
#define ENOUGH 1e-6 /* a round that changes less than this is the last */
#define LEAST  1e-9 /* of any share */

static double max(double a, double b)
{
    return a > b ? a : b;
}

/* ---- Counting patterns on all threads ------------------------------------------- */

enum source { RANDOM, OF_RULE, CANDIDATES };
struct counting {
    const struct link *l;
    enum source source;
    size_t rule_from, rule_to; /* OF_RULE: places of link.members */
    u64 keep; /* a pair or record is in the sample when its mix is <= */
    struct link_counts counts[LINK_THREADS];
    struct link_near near[LINK_THREADS];
};

static void look(struct counting *k, unsigned a, unsigned b, int thread)
{
    const struct link_job *j = &k->l->job;
    struct link_look looks[LINK_FIELDS] = { 0 };

    j->look(j->arg, a, b, looks);
    link_seen(&k->counts[thread], link_pattern(j, looks), 1);
}

static void random_pair(struct counting *k, size_t at, int thread)
{
    const u64 n = k->l->job.n, x = link_mix(2 * at + 1), y = link_mix(2 * at + 2);
    const unsigned a = (unsigned)(x % n), b = (unsigned)(y % n);

    if (a != b) look(k, a, b, thread);
}

static void rule_pairs(struct counting *k, size_t at, int thread)
{
    const unsigned *m = k->l->members;
    const unsigned a = m[k->rule_from + at] & ~LINK_LAST;

    for (size_t p = k->rule_from + at; !(m[p] & LINK_LAST);) {
        const unsigned b = m[++p] & ~LINK_LAST;
        if (link_mix((u64)a << 32 | b) <= k->keep) look(k, a, b, thread);
    }
}

static void candidate_pairs(struct counting *k, size_t a, int thread)
{
    struct link_near *near = &k->near[thread];

    if (link_mix(a) > k->keep) return;
    if (!near->seen) link_near_open(k->l, near);
    link_candidates(k->l, (unsigned)a, near);
    for (size_t i = 0; i < near->n; i++) look(k, (unsigned)a, near->found[i], thread);
}

static void count_slice(void *arg, size_t from, size_t to, int thread)
{
    struct counting *k = arg;

    for (size_t at = from; at < to; at++)
        if (k->source == RANDOM)
            random_pair(k, at, thread);
        else if (k->source == OF_RULE)
            rule_pairs(k, at, thread);
        else
            candidate_pairs(k, at, thread);
}

static void count(struct counting *k, size_t n, struct link_counts *ret)
{
    const int threads = link_threads(k->l);

    link_team(&(struct link_team){ count_slice, k, n, SLICE, threads });
    link_counts_join(k->counts, threads, ret);
    for (int t = 0; t < threads; t++) link_near_close(&k->near[t]);
}

static u64 share(double wanted, double there)
{
    return wanted >= there ? UINT64_MAX
                           : (u64)(wanted / there * 18446744073709549568.0);
}

/* ---- The rows to learn from ---------------------------------------------------------
 */

struct seen {
    signed char level[LINK_FIELDS];
    double times;
};
struct table {
    struct seen *rows;
    size_t n;
    double pairs, scale; /* in the sample; how many pairs one of it stands for */
};

static void table_of(const struct link_job *j, struct link_counts *k, struct table *ret)
{
    int level[LINK_FIELDS];

    *ret = (struct table){ .rows = link_alloc(k->n, sizeof(*ret->rows)),
                           .n = k->n,
                           .scale = 1 };
    for (size_t i = 0; i < k->n; i++) {
        link_levels(j, k->pattern[i], level);
        for (int f = 0; f < j->n_fields; f++)
            ret->rows[i].level[f] = (signed char)level[f];
        ret->rows[i].times = k->count[i];
        ret->pairs += k->count[i];
    }
    link_counts_free(k);
}

static void read_random(const struct link *l, struct table *ret)
{
    const double all = (double)l->job.n * (l->job.n - 1.0) / 2;
    struct counting *k = link_alloc(1, sizeof(*k));
    struct link_counts counts;
    struct link each = *l;

    *k = (struct counting){ .l = l, .source = RANDOM };
    if (all <= RANDOM_PAIRS) {
        each.job.no_rules = true;
        k->l = &each;
        k->source = CANDIDATES;
        k->keep = UINT64_MAX;
    }
    count(k, k->source == RANDOM ? RANDOM_PAIRS : l->job.n, &counts);
    table_of(&l->job, &counts, ret);
    free(k);
}

static void read_rule(const struct link *l, int rule, struct table *ret)
{
    struct counting *k = link_alloc(1, sizeof(*k));
    struct link_counts counts;

    *k =
        (struct counting){ .l = l,
                           .source = OF_RULE,
                           .rule_from = l->rule_from[rule],
                           .rule_to = l->rule_from[rule + 1],
                           .keep = share(SESSION_PAIRS, (double)l->stats.pairs[rule]) };
    count(k, k->rule_to - k->rule_from, &counts);
    table_of(&l->job, &counts, ret);
    free(k);
}

static void read_candidates(const struct link *l, struct table *ret)
{
    struct counting *k = link_alloc(1, sizeof(*k));
    struct link_counts counts;
    double there = 0, records = 0;

    for (int r = 0; r < l->job.n_rules; r++) there += (double)l->stats.pairs[r];
    *k = (struct counting){ .l = l,
                            .source = CANDIDATES,
                            .keep = share(CANDIDATE_PAIRS, there) };
    for (size_t a = 0; a < l->job.n; a++) records += link_mix(a) <= k->keep;
    count(k, l->job.n, &counts);
    table_of(&l->job, &counts, ret);
    ret->scale = records > 0 ? l->job.n / records : 1;
    free(k);
}

/* ---- Shares from sums
 * ---------------------------------------------------------------- */

typedef double sums[LINK_FIELDS][LINK_LEVELS];

static void add_row(sums s, const struct seen *row, double weight, int n_fields)
{
    for (int f = 0; f < n_fields; f++)
        if (row->level[f] >= 0) s[f][row->level[f]] += weight;
}

/* What was seen, with `prior` sightings as `belief` says. */
static double to_shares(const sums seen, const sums belief, double prior,
                        const struct link_job *j, sums ret)
{
    double change = 0;

    for (int f = 0; f < j->n_fields; f++) {
        double all = prior;

        for (int v = 0; v < j->fields[f].levels; v++) all += seen[f][v];
        for (int v = 0; v < j->fields[f].levels; v++) {
            const double is =
                max((seen[f][v] + prior * belief[f][v]) / max(all, LEAST), LEAST);
            change = max(change, fabs(is - ret[f][v]));
            ret[f][v] = is;
        }
    }
    return change;
}

/* How the same look before anything is known: alike, nine times of ten. */
static void first_guess(const struct link_job *j, sums ret)
{
    for (int f = 0; f < j->n_fields; f++) {
        const int top = j->fields[f].levels - 1;

        for (int v = 0; v <= top; v++) ret[f][v] = v == top ? 0.9 : 0.1 / top;
    }
}

static double product(const sums p, const struct seen *row, int n_fields,
                      unsigned leave)
{
    double all = 1;

    for (int f = 0; f < n_fields; f++)
        if (row->level[f] >= 0 && !(leave >> f & 1)) all *= p[f][row->level[f]];
    return all;
}

/* u: random pairs, less those that are the same (prob is 0 at first). */
static void learn_strangers(const struct link_job *j, const struct table *t,
                            struct link_model *m, bool again)
{
    sums seen = { 0 }, even;
    const double odds = m->same / (1 - m->same);

    for (int f = 0; f < j->n_fields; f++)
        for (int v = 0; v < j->fields[f].levels; v++)
            even[f][v] = 1.0 / j->fields[f].levels;
    for (size_t k = 0; k < t->n; k++) {
        const struct seen *row = &t->rows[k];
        const double s = again ? odds * product(m->m, row, j->n_fields, 0) : 0;
        const double u = again ? product(m->u, row, j->n_fields, 0) : 1;

        add_row(seen, row, row->times * u / (s + u), j->n_fields);
    }
    to_shares(seen, even, 1, j, m->u);
}

/* ---- Sessions: m
 * ------------------------------------------------------------------------ */

/* How kin look when the same look so. */
static void kin_of(const struct link_job *j, const sums m, const sums u, sums ret)
{
    for (int f = 0; f < j->n_fields; f++)
        for (int v = 0; v < j->fields[f].levels; v++)
            ret[f][v] = j->fields[f].kin * m[f][v] + (1 - j->fields[f].kin) * u[f][v];
}

/* EM in one rule's blocks; what it found is added to `found`, weighed by how many.
 * The three kinds here too: in the block of an e-mail are spouses. */
static void session(const struct link_job *j, const struct table *t, unsigned equal,
                    const struct link_model *m, sums found)
{
    sums guess, now, kin, seen;
    double share_same = 0.2, share_kin = 0.1;

    first_guess(j, guess);
    memcpy(now, guess, sizeof(now));
    for (int round = 0; round < ROUNDS; round++) {
        double same = 0, close = 0;

        memset(seen, 0, sizeof(seen));
        kin_of(j, now, m->u, kin);
        for (size_t i = 0; i < t->n; i++) {
            const struct seen *row = &t->rows[i];
            const double s = share_same * product(now, row, j->n_fields, equal);
            const double k = share_kin * product(kin, row, j->n_fields, equal);
            const double u =
                (1 - share_same - share_kin) * product(m->u, row, j->n_fields, equal);
            const double one = row->times / max(s + k + u, 1e-300);

            same += one * s;
            close += one * k;
            add_row(seen, row, one * s, j->n_fields);
        }
        share_same = max(same / max(t->pairs, 1) - 1e-6, 1e-9);
        share_kin = max(close / max(t->pairs, 1) - 1e-6, 1e-9);
        if (to_shares(seen, guess, 2, j, now) < ENOUGH) break;
    }
    for (int f = 0; f < j->n_fields; f++)
        for (int v = 0; v < j->fields[f].levels && !(equal >> f & 1); v++)
            found[f][v] += seen[f][v];
}

static void learn_same(const struct link_job *j, const struct table *tables,
                       const struct link_model *belief, struct link_model *m)
{
    sums found = { 0 }, guess;

    for (int r = 0; r < j->n_rules; r++)
        if (j->rules[r].flags & LINK_LEARNS)
            session(j, &tables[r], j->rules[r].equal, m, found);
    first_guess(j, guess);
    to_shares(found, belief ? belief->m : guess, belief ? LINK_BELIEF : 2, j, m->m);
}

/* ---- All candidates: shares of the three kinds, and how kin look
 * --------------------- */

/* EM for the shares alone; pairs that are no candidates are strangers. */
static void learn_shares(const struct link_job *j, const struct table *t,
                         struct link_model *m)
{
    const double all = (double)j->n * (j->n - 1.0) / 2;

    kin_of(j, m->m, m->u, m->k);
    m->same = m->kin = max(0.1 / j->n, LEAST);
    for (int round = 0; round < SHARE_ROUNDS; round++) {
        double same = 0, kin = 0;

        for (size_t i = 0; i < t->n; i++) {
            const struct seen *row = &t->rows[i];
            const double s = m->same * product(m->m, row, j->n_fields, 0);
            const double k = m->kin * product(m->k, row, j->n_fields, 0);
            const double u =
                (1 - m->same - m->kin) * product(m->u, row, j->n_fields, 0);
            const double one = row->times / max(s + k + u, 1e-300);

            same += one * s;
            kin += one * k;
        }
        m->same = max(same * t->scale / all, 0.01 / all);
        m->kin = max(kin * t->scale / all, 0.01 / all);
    }
}

void link_learn(struct link *l, const struct link_model *belief, struct link_model *ret)
{
    const struct link_job *j = &l->job;
    struct link_job learning = *j; /* with the rules, also when no_rules compares all */
    struct table random, all, sessions[LINK_RULES] = { 0 };
    struct link *blocks = l;

    *ret = (struct link_model){ .n = j->n, .same = 1e-9 };
    if (j->n < 2) {
        if (belief) *ret = *belief;
        return;
    }
    if (j->no_rules) {
        learning.no_rules = false;
        blocks = link_open(&learning);
    }
    const struct link_job *b = &blocks->job;
    read_random(l, &random);
    read_candidates(l, &all);
    for (int r = 0; r < b->n_rules; r++)
        if (b->rules[r].flags & LINK_LEARNS) read_rule(blocks, r, &sessions[r]);
    for (int k = 0; k < AGAIN; k++) {
        learn_strangers(j, &random, ret, k > 0);
        learn_same(b, sessions, belief, ret);
        learn_shares(j, &all, ret);
    }
    free(random.rows);
    free(all.rows);
    for (int r = 0; r < b->n_rules; r++) free(sessions[r].rows);
    if (blocks != l) link_close(blocks);
}
