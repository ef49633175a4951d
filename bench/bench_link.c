/* A million people, one in twenty of them written down twice: how long until all likely
 * pairs are known, how many true pairs the blocks hold, how many are found. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "app/demo_crowd.h"
#include "bench.h"

void bench_link(const struct options *o, struct result *r);

struct truth {
    struct like_set *set;
    int *person, *home;
    size_t n;
    double cpu;    /* seconds of it, all threads, without the generator */
    double adding; /* seconds inside like_set_add: the rest is the generator's */
};

static void hear(void *arg, const struct crowd_record *r)
{
    struct truth *t = arg;
    const double from = now_s();

    t->person[t->n] = (int)r->person;
    t->home[t->n++] = (int)r->home;
    like_set_add(t->set, &r->p);
    t->adding += now_s() - from;
}

struct told {
    struct link_pair *at;
    size_t n, room;
};

static bool keep(void *arg, const struct link_pair *p)
{
    struct told *t = arg;

    if (t->n == t->room) {
        t->room = t->room ? t->room * 2 : 65536;
        t->at = realloc(t->at, t->room * sizeof(*t->at));
        if (!t->at) abort();
    }
    t->at[t->n++] = *p;
    return true;
}

/* Records of one person come one after the other from the generator. */
static double true_pairs(const struct truth *t, const struct link *l, double *ret_held)
{
    double all = 0;

    *ret_held = 0;
    for (unsigned a = 0; a < t->n; a++)
        for (unsigned b = a + 1; b < t->n && t->person[b] == t->person[a]; b++) {
            all++;
            *ret_held += link_is_candidate(l, a, b);
        }
    return all;
}

static double cpu_s(void)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void judge(struct result *r, const struct truth *t, struct link *l,
                  const struct told *told, const struct like_verdict *v)
{
    double held, right = 0, sure = 0, sure_right = 0, family = 0;
    const double all = true_pairs(t, l, &held);
    struct rusage use;
    struct link_stats stats;

    for (size_t k = 0; k < told->n; k++) {
        const unsigned a = told->at[k].a, b = told->at[k].b;
        const bool is = t->person[a] == t->person[b];

        right += is;
        sure += v[k].band == LIKE_SURE;
        sure_right += v[k].band == LIKE_SURE && is;
        family += v[k].band == LIKE_SURE && !is && t->home[a] == t->home[b];
    }
    getrusage(RUSAGE_SELF, &use);
    link_stats(l, &stats);
    r->rss_mib = (double)use.ru_maxrss / 1024;
    snprintf(r->note, sizeof(r->note),
             "%.1f s (%.1f s of CPU); blocks hold %.4f of %.0f true pairs, %.1f M "
             "compared; p>=0.5: P "
             "%.4f R %.4f; sure: P %.5f R %.4f, %.0f of a family",
             r->p50_ms / 1000, t->cpu, held / all, all, (double)stats.compared / 1e6,
             right / (double)told->n, right / all, sure_right / (sure > 0 ? sure : 1),
             sure_right / all, family);
    if (held / all < 0.98)
        bench_fail(r, "blocking holds %.4f of the pairs", held / all);
    if (family > 0) bench_fail(r, "%.0f pairs of a family would be merged", family);
}

void bench_link(const struct options *o, struct result *r)
{
    const struct crowd_size size = { .records = o->quick ? 50000 : 1000000,
                                     .seed = 1,
                                     .doubles = 0.05 };
    struct truth t = { .set = like_set_new(),
                       .person = calloc((size_t)size.records, sizeof(int)),
                       .home = calloc((size_t)size.records, sizeof(int)) };
    struct told told = { 0 };
    struct link_model model;

    if (!t.person || !t.home) abort();
    crowd_make(&size, hear, &t);
    const double from = now_s(), cpu = cpu_s();
    like_set_finish(t.set);
    struct link *l = link_open(like_set_job(t.set));
    const double opened = now_s();
    link_learn(l, NULL, &model);
    const double learned = now_s();
    if (!link_pass(l, &model, like_weight_of(LIKE_REVIEW_P), keep, &told)) abort();
    const double passed = now_s();
    struct like_verdict *v = calloc(told.n + 1, sizeof(*v));
    if (!v) abort();
    like_set_bands(t.set, l, &model, told.at, told.n, v);
    t.cpu = t.adding + cpu_s() - cpu;
    const double whole = t.adding + now_s() - from;
    fprintf(stderr, "read %.1f s, index %.1f, learn %.1f, pass %.1f, bands %.1f\n",
            t.adding, opened - from, learned - opened, passed - learned,
            now_s() - passed);
    if (o->tell) {
        struct link_stats stats;
        link_stats(l, &stats);
        for (int k = 0; k < like_set_job(t.set)->n_rules; k++)
            fprintf(stderr, "%12lld pairs, %5lld blocks too large: %s\n",
                    stats.pairs[k], stats.too_large[k],
                    like_set_job(t.set)->rules[k].name);
    }
    r->rate = (double)size.records / whole;
    r->target = 1000000.0 / 60;
    r->p50_ms = whole * 1000;
    judge(r, &t, l, &told, v);
    free(v);
    free(told.at);
    link_close(l);
    like_set_free(t.set);
    free(t.person);
    free(t.home);
}
