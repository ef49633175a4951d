/* Weights, and the pass over all candidates. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ml/link_own.h"

enum {
    SLICE = 512, /* records of one slice */
    WAVE = 128   /* slices whose pairs wait for each other before they are told */
};

static double at_least(double x, double least)
{
    return x > least ? x : least;
}

void link_scale(const struct link_model *m, const struct link_job *job,
                struct link_scale *ret)
{
    const double same = at_least(m->same, 1e-18), kin = at_least(m->kin, 1e-18);

    memset(ret, 0, sizeof(*ret));
    for (int f = 0; f < job->n_fields; f++)
        for (int v = 0; v < job->fields[f].levels; v++) {
            const double is = log2(at_least(m->m[f][v], 1e-9));

            ret->m[f][v] = is;
            ret->u[f][v] = at_least(m->u[f][v], 1e-9);
            ret->stranger[f][v] = is - log2(at_least(m->u[f][v], 1e-9));
            ret->kin[f][v] = is - log2(at_least(m->k[f][v], 1e-9));
            ret->shared[f][v] = job->fields[f].kin * m->m[f][v];
        }
    ret->odds_stranger = log2(same / at_least(1 - same - kin, 0.5));
    ret->odds_kin = log2(same / kin);
    ret->n = at_least(m->n, 1);
}

/* How often a stranger has this value: of the others, these two left out.  Where nobody
 * else has it, it is rare, but how rare a small base cannot tell: as the average. */
static double rate_of(double u, double common, double n)
{
    const double without = (common - 2) / n, one = at_least(common - 1, 1) / n;

    return at_least(without, u < one ? u : one);
}

/* A common value: strangers agree on it as often as it occurs, kin that often more than
 * those of them do who share it anyway. */
double link_weigh_by(const struct link_scale *s, const struct link_job *job,
                     const struct link_look *looks, double *bits)
{
    double stranger = s->odds_stranger, kin = s->odds_kin;

    for (int f = 0; f < job->n_fields; f++) {
        const int v = looks[f].level;
        double said = v < 0 ? 0 : s->stranger[f][v], close = v < 0 ? 0 : s->kin[f][v];

        if (v >= 0 && looks[f].common) {
            const double rate = rate_of(s->u[f][v], looks[f].common, s->n);

            said = s->m[f][v] - log2(rate);
            close =
                s->m[f][v] - log2((1 - job->fields[f].kin) * rate + s->shared[f][v]);
        }
        if (bits) bits[f] = said;
        stranger += said;
        kin += close;
    }
    const double low = stranger < kin ? stranger : kin;
    return low - log2(1 + exp2(-fabs(stranger - kin)));
}

double link_weigh(const struct link_model *m, const struct link_job *job,
                  const struct link_look *looks, double *bits)
{
    struct link_scale s;

    link_scale(m, job, &s);
    return link_weigh_by(&s, job, looks, bits);
}

double link_probability(double weight)
{
    return 1 / (1 + exp2(-weight));
}

/* ---- The pass ----------------------------------------------------------------------
 */

struct found {
    struct link_pair *at;
    size_t n, room;
};
struct pass {
    const struct link *l;
    struct link_scale scale;
    double least;
    size_t first; /* slice of this wave */
    struct found found[WAVE];
    struct link_near near[LINK_THREADS];
    _Atomic i64 compared;
};

static void keep(struct found *to, unsigned a, unsigned b, double weight)
{
    if (to->n == to->room) {
        to->room = to->room ? to->room * 2 : 256;
        to->at = realloc(to->at, to->room * sizeof(*to->at));
        if (!to->at) abort();
    }
    to->at[to->n++] = (struct link_pair){ a, b, (float)weight };
}

static int by_second(const void *a, const void *b)
{
    const struct link_pair *x = a, *y = b;

    return (x->b > y->b) - (x->b < y->b);
}

static void pass_record(struct pass *p, unsigned a, struct link_near *near,
                        struct found *to)
{
    const struct link_job *j = &p->l->job;
    const size_t before = to->n;

    link_candidates(p->l, a, near);
    for (size_t k = 0; k < near->n; k++) {
        struct link_look looks[LINK_FIELDS] = { 0 };

        j->look(j->arg, a, near->found[k], looks);
        const double w = link_weigh_by(&p->scale, j, looks, NULL);
        if (w >= p->least) keep(to, a, near->found[k], w);
    }
    p->compared += (i64)near->n;
    if (to->n > before + 1)
        qsort(to->at + before, to->n - before, sizeof(*to->at), by_second);
}

static void pass_slices(void *arg, size_t from, size_t to, int thread)
{
    struct pass *p = arg;
    const size_t n = p->l->job.n;

    if (!p->near[thread].seen) link_near_open(p->l, &p->near[thread]);
    for (size_t s = from; s < to; s++) {
        const size_t first = (p->first + s) * SLICE;

        for (size_t a = first; a < first + SLICE && a < n; a++)
            pass_record(p, (unsigned)a, &p->near[thread], &p->found[s]);
    }
}

static bool tell(struct pass *p, size_t slices,
                 bool (*hear)(void *arg, const struct link_pair *pair), void *arg)
{
    for (size_t s = 0; s < slices; s++) {
        for (size_t k = 0; k < p->found[s].n; k++)
            if (!hear(arg, &p->found[s].at[k])) return false;
        p->found[s].n = 0;
    }
    return true;
}

bool link_pass(struct link *l, const struct link_model *m, double least,
               bool (*hear)(void *arg, const struct link_pair *p), void *arg)
{
    struct pass *p = link_alloc(1, sizeof(*p));
    const size_t slices = (l->job.n + SLICE - 1) / SLICE;
    bool on = true;

    p->l = l;
    p->least = least;
    link_scale(m, &l->job, &p->scale);
    for (; p->first < slices && on; p->first += WAVE) {
        const size_t n = slices - p->first < WAVE ? slices - p->first : WAVE;

        link_team(&(struct link_team){ pass_slices, p, n, 1, link_threads(l) });
        on = tell(p, n, hear, arg);
    }
    l->stats.compared = p->compared;
    for (int t = 0; t < LINK_THREADS; t++) link_near_close(&p->near[t]);
    for (int s = 0; s < WAVE; s++) free(p->found[s].at);
    free(p);
    return on;
}
