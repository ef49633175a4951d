/* Patterns of levels and how often each was seen: millions of pairs become some
 * thousands of rows, and sums over them do not depend on the number of threads. */
#include <stdlib.h>

#include "ml/link_own.h"

u64 link_pattern(const struct link_job *job, const struct link_look *looks)
{
    u64 pattern = 0;

    for (int f = 0; f < job->n_fields; f++)
        pattern =
            pattern * (u64)(job->fields[f].levels + 1) + (u64)(looks[f].level + 1);
    return pattern + 1; /* 0 is an empty slot */
}

void link_levels(const struct link_job *job, u64 pattern, int *ret)
{
    pattern--;
    for (int f = job->n_fields; f-- > 0;) {
        const u64 base = (u64)(job->fields[f].levels + 1);

        ret[f] = (int)(pattern % base) - 1;
        pattern /= base;
    }
}

static void grow(struct link_counts *k)
{
    struct link_counts old = *k;

    k->size = old.size ? old.size * 2 : 1024;
    k->n = 0;
    k->pattern = link_alloc(k->size, sizeof(*k->pattern));
    k->count = link_alloc(k->size, sizeof(*k->count));
    for (size_t i = 0; i < old.size; i++)
        if (old.pattern[i]) link_seen(k, old.pattern[i], old.count[i]);
    free(old.pattern);
    free(old.count);
}

void link_seen(struct link_counts *k, u64 pattern, unsigned times)
{
    if (k->n * 2 >= k->size) grow(k);
    size_t at = link_mix(pattern) & (k->size - 1);

    while (k->pattern[at] && k->pattern[at] != pattern) at = (at + 1) & (k->size - 1);
    k->n += !k->pattern[at];
    k->pattern[at] = pattern;
    k->count[at] += times;
}

struct row {
    u64 pattern;
    unsigned count;
};

static int by_pattern(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

void link_counts_join(struct link_counts *from, int n, struct link_counts *ret)
{
    struct link_counts all = { 0 };
    size_t used = 0;

    for (int t = 0; t < n; t++) {
        for (size_t k = 0; k < from[t].size; k++)
            if (from[t].pattern[k])
                link_seen(&all, from[t].pattern[k], from[t].count[k]);
        link_counts_free(&from[t]);
    }
    struct row *rows = link_alloc(all.n, sizeof(*rows));
    for (size_t k = 0; k < all.size; k++)
        if (all.pattern[k]) rows[used++] = (struct row){ all.pattern[k], all.count[k] };
    if (used) qsort(rows, used, sizeof(*rows), by_pattern);
    for (size_t k = 0; k < used; k++) {
        all.pattern[k] = rows[k].pattern;
        all.count[k] = rows[k].count;
    }
    free(rows);
    all.size = all.n;
    *ret = all;
}

void link_counts_free(struct link_counts *k)
{
    free(k->pattern);
    free(k->count);
    *k = (struct link_counts){ 0 };
}
