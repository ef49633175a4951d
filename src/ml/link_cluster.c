/* From pairs to groups, and who stands between two that contradict each other. */
#include <stdlib.h>
#include <string.h>

#include "ml/link_own.h"

enum {
    LARGE = 4096, /* pairs between two groups: more are not looked at, nor joined */
    CROWD = 64    /* ties: who has more has a rival among them, looked at or not */
};
#define CLIP 20.0 /* one pair's say in an average, log2 */

struct state {
    struct link *l;
    struct link_scale scale;
    const struct link_cut *cut;
};

static double weigh(const struct state *s, unsigned a, unsigned b)
{
    const struct link_job *j = &s->l->job;
    struct link_look looks[LINK_FIELDS] = { 0 };

    j->look(j->arg, a < b ? a : b, a < b ? b : a, looks);
    return link_weigh_by(&s->scale, j, looks, NULL);
}

static void begin_state(struct state *s, struct link *l, const struct link_model *m,
                        const struct link_cut *cut)
{
    *s = (struct state){ .l = l, .cut = cut };
    link_scale(m, &l->job, &s->scale);
}

/* ---- Rivals -----------------------------------------------------------------------
 */

/* Each record's pairs that connect: begin[n + 1] into list[]. */
struct ties {
    size_t *begin;
    unsigned *list; /* numbers of pairs */
};

static struct ties tie(const struct state *s, const struct link_pair *pairs, size_t n)
{
    const size_t records = s->l->job.n;
    struct ties t = { link_alloc(records + 2, sizeof(*t.begin)),
                      link_alloc(2 * n, sizeof(*t.list)) };

    for (size_t k = 0; k < n; k++)
        if (pairs[k].weight >= s->cut->join) {
            t.begin[pairs[k].a + 2]++;
            t.begin[pairs[k].b + 2]++;
        }
    for (size_t a = 2; a < records + 2; a++) t.begin[a] += t.begin[a - 1];
    for (size_t k = 0; k < n; k++)
        if (pairs[k].weight >= s->cut->join) {
            t.list[t.begin[pairs[k].a + 1]++] = (unsigned)k;
            t.list[t.begin[pairs[k].b + 1]++] = (unsigned)k;
        }
    return t;
}

/* Does `at`, one end of `pair`, fit somebody else nearly as well, whom the other end
 * contradicts? */
static bool torn(const struct state *s, const struct link_pair *pairs,
                 const struct ties *t, const struct link_pair *pair, unsigned at)
{
    const unsigned other = pair->a == at ? pair->b : pair->a;

    if (t->begin[at + 1] - t->begin[at] > CROWD) return true;
    for (size_t k = t->begin[at]; k < t->begin[at + 1]; k++) {
        const struct link_pair *q = &pairs[t->list[k]];
        const unsigned third = q->a == at ? q->b : q->a;

        if (third != other &&
            (double)q->weight > (double)pair->weight - s->cut->clear &&
            weigh(s, other, third) <= s->cut->apart)
            return true;
    }
    return false;
}

void link_rivals(struct link *l, const struct link_model *m,
                 const struct link_pair *pairs, size_t n_pairs,
                 const struct link_cut *cut, bool *ret)
{
    struct state s;

    begin_state(&s, l, m, cut);
    struct ties t = tie(&s, pairs, n_pairs);
    for (size_t k = 0; k < n_pairs; k++)
        ret[k] = (double)pairs[k].weight >= cut->asked &&
                 (torn(&s, pairs, &t, &pairs[k], pairs[k].a) ||
                  torn(&s, pairs, &t, &pairs[k], pairs[k].b));
    free(t.begin);
    free(t.list);
}

/* ---- Groups ------------------------------------------------------------------------
 */

/* Rings: next[a] is the next of a's group; head[a] its smallest, size of the head. */
struct groups {
    unsigned *next, *head, *size;
};

static bool may_join(const struct state *s, const struct groups *g, unsigned x,
                     unsigned y)
{
    double sum = 0;
    unsigned a = x;

    if ((u64)g->size[x] * g->size[y] > LARGE) return false;
    do {
        unsigned b = y;
        do {
            const double w = weigh(s, a, b);
            if (w <= s->cut->apart) return false;
            sum += w > CLIP ? CLIP : w < -CLIP ? -CLIP : w;
            b = g->next[b];
        } while (b != y);
        a = g->next[a];
    } while (a != x);
    return sum / ((double)g->size[x] * g->size[y]) >= s->cut->join;
}

static void join(struct groups *g, unsigned x, unsigned y)
{
    const unsigned low = x < y ? x : y, high = x < y ? y : x;
    unsigned b = high;

    do {
        g->head[b] = low;
        b = g->next[b];
    } while (b != high);
    const unsigned after = g->next[low];
    g->next[low] = g->next[high];
    g->next[high] = after;
    g->size[low] += g->size[high];
}

static int strongest(const void *a, const void *b)
{
    const struct link_pair *x = a, *y = b;

    if (x->weight != y->weight) return x->weight < y->weight ? 1 : -1;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

void link_cluster(struct link *l, const struct link_model *m,
                  const struct link_pair *pairs, size_t n_pairs,
                  const struct link_cut *cut, unsigned *ret)
{
    const unsigned n = l->job.n;
    struct groups g = { link_alloc(n, sizeof(unsigned)), ret,
                        link_alloc(n, sizeof(unsigned)) };
    struct link_pair *by = link_alloc(n_pairs, sizeof(*by));
    struct state s;

    begin_state(&s, l, m, cut);
    for (unsigned a = 0; a < n; a++) {
        g.next[a] = g.head[a] = a;
        g.size[a] = 1;
    }
    if (n_pairs) memcpy(by, pairs, n_pairs * sizeof(*by));
    if (n_pairs) qsort(by, n_pairs, sizeof(*by), strongest);
    for (size_t k = 0; k < n_pairs && (double)by[k].weight >= cut->join; k++) {
        const unsigned x = g.head[by[k].a], y = g.head[by[k].b];

        if (x != y && may_join(&s, &g, x, y)) join(&g, x, y);
    }
    free(by);
    free(g.next);
    free(g.size);
}
