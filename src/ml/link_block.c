/* Keys, blocks, candidates: which pairs are worth comparing.
 *
 * One array holds the members of all blocks of all rules, each block sorted by record;
 * a record knows its own places there.  Its partners are those behind it in its blocks,
 * so each pair is met by its smaller record, and a stamp per record forgets doubles:
 * no list of pairs is ever made or sorted. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ml/link_own.h"

enum {
    DIGIT_BITS = 11, /* of the radix sort: 4 passes over mixed keys of 44 bits; two */
    DIGITS = 4,      /* different keys of a million fall together once in 20 rules */
    MOST = 1000,     /* records of a block, unless its rule says otherwise */
    SLICE = 4096,
};

void *link_alloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);

    if (p) return p;
    fprintf(stderr, "out of memory: %zu times %zu bytes\n", n, size);
    abort();
}

/* ---- Threads --------------------------------------------------------------- */

struct member {
    const struct link_team *team;
    _Atomic size_t *next;
    int thread;
};

static void *work(void *arg)
{
    const struct member *me = arg;
    const struct link_team *t = me->team;

    for (;;) {
        const size_t from = atomic_fetch_add(me->next, t->slice);
        if (from >= t->n) return NULL;
        const size_t to = from + t->slice;
        t->fn(t->arg, from, to < t->n ? to : t->n, me->thread);
    }
}

void link_team(const struct link_team *t)
{
    _Atomic size_t next = 0;
    struct member own = { t, &next, 0 }, others[LINK_THREADS] = { 0 };
    pthread_t ids[LINK_THREADS];
    bool runs[LINK_THREADS] = { 0 };

    for (int k = 1; k < t->threads; k++) {
        others[k] = (struct member){ t, &next, k };
        runs[k] = pthread_create(&ids[k], NULL, work, &others[k]) == 0;
    }
    work(&own);
    for (int k = 1; k < t->threads; k++)
        if (runs[k]) pthread_join(ids[k], NULL);
}

int link_threads(const struct link *l)
{
    const int n = l->job.threads ? l->job.threads : 2;

    return n < LINK_THREADS ? n : LINK_THREADS;
}

/* ---- One rule's blocks ------------------------------------------------------ */

struct entry {
    u64 key;
    unsigned record;
};
struct rule_blocks {
    unsigned *members;
    size_t n;
    i64 pairs, too_large;
};
struct building {
    struct link *l;
    struct rule_blocks rules[LINK_RULES];
};

static size_t gather(const struct link_job *j, int rule, struct entry *to)
{
    size_t n = 0;

    for (unsigned a = 0; a < j->n; a++) {
        u64 keys[LINK_KEYS];
        const int found = j->keys(j->arg, rule, a, keys);

        for (int k = 0; k < found; k++) {
            bool again = false;
            for (int i = 0; i < k; i++) again |= keys[i] == keys[k];
            if (!again)
                to[n++] =
                    (struct entry){ link_mix(keys[k]) >> (64 - DIGIT_BITS * DIGITS),
                                    a };
        }
    }
    return n;
}

/* By key, then by record: entries come in the order of records, and this is stable. */
static void sort_entries(struct entry *at, struct entry *spare, size_t n)
{
    size_t *count = link_alloc((size_t)1 << DIGIT_BITS, sizeof(*count));

    for (int d = 0; d < DIGITS; d++) {
        const int shift = d * DIGIT_BITS;
        size_t sum = 0;

        memset(count, 0, sizeof(*count) << DIGIT_BITS);
        for (size_t k = 0; k < n; k++)
            count[at[k].key >> shift & ((1 << DIGIT_BITS) - 1)]++;
        for (size_t k = 0; k < (size_t)1 << DIGIT_BITS; k++) {
            const size_t here = count[k];
            count[k] = sum;
            sum += here;
        }
        for (size_t k = 0; k < n; k++)
            spare[count[at[k].key >> shift & ((1 << DIGIT_BITS) - 1)]++] = at[k];
        struct entry *other = at;
        at = spare;
        spare = other;
    }
    free(count);
}

static void keep_blocks(const struct entry *at, size_t n, unsigned most,
                        struct rule_blocks *ret)
{
    unsigned *to = link_alloc(n, sizeof(*to));
    size_t used = 0;

    for (size_t from = 0, end; from < n; from = end) {
        for (end = from + 1; end < n && at[end].key == at[from].key;) end++;
        const size_t size = end - from;
        if (size < 2) continue;
        if (size > most) {
            ret->too_large++;
            continue;
        }
        ret->pairs += (i64)(size * (size - 1) / 2);
        for (size_t k = from; k < end; k++) to[used++] = at[k].record;
        to[used - 1] |= LINK_LAST;
    }
    ret->members = realloc(to, (used ? used : 1) * sizeof(*to));
    if (!ret->members) ret->members = to;
    ret->n = used;
}

static void build_rules(void *arg, size_t from, size_t to, int thread)
{
    struct building *b = arg;
    const struct link_job *j = &b->l->job;

    (void)thread;
    for (size_t r = from; r < to; r++) {
        struct entry *at = link_alloc((size_t)j->n * LINK_KEYS, sizeof(*at));
        const size_t n = gather(j, (int)r, at);
        struct entry *spare = link_alloc(n, sizeof(*spare));

        sort_entries(at, spare, n); /* an even number of passes: it ends in `at` */
        keep_blocks(at, n, j->rules[r].most ? j->rules[r].most : MOST, &b->rules[r]);
        free(spare);
        free(at);
    }
}

/* ---- The index --------------------------------------------------------------- */

static void join_rules(struct link *l, struct building *b)
{
    size_t total = 0;

    for (int r = 0; r < l->job.n_rules; r++) {
        l->rule_from[r] = total;
        total += b->rules[r].n;
        l->stats.pairs[r] = b->rules[r].pairs;
        l->stats.too_large[r] = b->rules[r].too_large;
    }
    l->rule_from[l->job.n_rules] = total;
    l->members = link_alloc(total, sizeof(*l->members));
    for (int r = 0; r < l->job.n_rules; r++) {
        if (b->rules[r].n)
            memcpy(l->members + l->rule_from[r], b->rules[r].members,
                   b->rules[r].n * sizeof(*l->members));
        free(b->rules[r].members);
    }
}

static void find_places(struct link *l)
{
    const size_t total = l->rule_from[l->job.n_rules], n = l->job.n;

    l->begin = link_alloc(n + 2, sizeof(*l->begin));
    l->places = link_alloc(total, sizeof(*l->places));
    for (size_t k = 0; k < total; k++) l->begin[(l->members[k] & ~LINK_LAST) + 2]++;
    for (size_t a = 2; a < n + 2; a++) l->begin[a] += l->begin[a - 1];
    for (size_t k = 0; k < total; k++)
        l->places[l->begin[(l->members[k] & ~LINK_LAST) + 1]++] = (unsigned)k;
}

struct link *link_open(const struct link_job *job)
{
    struct link *l = link_alloc(1, sizeof(*l));
    struct building *b = link_alloc(1, sizeof(*b));

    l->job = *job;
    b->l = l;
    link_team(&(struct link_team){ build_rules, b, (size_t)l->job.n_rules, 1,
                                   link_threads(l) });
    join_rules(l, b);
    find_places(l);
    free(b);
    return l;
}

void link_close(struct link *l)
{
    if (!l) return;
    free(l->members);
    free(l->begin);
    free(l->places);
    free(l);
}

void link_stats(const struct link *l, struct link_stats *ret)
{
    *ret = l->stats;
}

/* ---- Candidates ---------------------------------------------------------------- */

void link_near_open(const struct link *l, struct link_near *ret)
{
    *ret = (struct link_near){ .seen = link_alloc(l->job.n, sizeof(*ret->seen)),
                               .found = link_alloc(SLICE, sizeof(*ret->found)),
                               .room = SLICE };
}

void link_near_close(struct link_near *near)
{
    free(near->seen);
    free(near->found);
    *near = (struct link_near){ 0 };
}

static void add(struct link_near *near, unsigned a, unsigned b)
{
    if (near->seen[b] == a + 1) return;
    near->seen[b] = a + 1;
    if (near->n == near->room) {
        near->room = near->room ? near->room * 2 : SLICE;
        near->found = realloc(near->found, near->room * sizeof(*near->found));
        if (!near->found) abort();
    }
    near->found[near->n++] = b;
}

void link_candidates(const struct link *l, unsigned a, struct link_near *ret)
{
    ret->n = 0;
    if (l->job.no_rules)
        for (unsigned b = a + 1; b < l->job.n; b++) add(ret, a, b);
    for (size_t k = l->begin[a]; k < l->begin[a + 1]; k++)
        for (size_t at = l->places[k]; !(l->members[at] & LINK_LAST);)
            add(ret, a, l->members[++at] & ~LINK_LAST);
}

bool link_is_candidate(const struct link *l, unsigned a, unsigned b)
{
    const unsigned low = a < b ? a : b, high = a < b ? b : a;

    if (l->job.no_rules) return true;
    for (size_t k = l->begin[low]; k < l->begin[low + 1]; k++)
        for (size_t at = l->places[k]; !(l->members[at] & LINK_LAST);)
            if ((l->members[++at] & ~LINK_LAST) == high) return true;
    return false;
}
