/* Linking as sentences about things: numbers with a few respects each. */
#include "ml/link.h"

#include <math.h>
#include <stdlib.h>

#include "test.h"

enum { THINGS = 4000, RESPECTS = 4, VALUES = 200 };

/* Things with four respects; every fifth is written down twice, with mistakes. */
struct things {
    unsigned n, value[THINGS][RESPECTS], truth[THINGS];
};

static u64 next(u64 *state)
{
    u64 z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    return z ^ z >> 31;
}

static void make(struct things *t)
{
    u64 dice = 5;

    *t = (struct things){ 0 };
    for (unsigned who = 0; t->n + 1 < THINGS; who++) {
        unsigned *v = t->value[t->n];

        for (int f = 0; f < RESPECTS; f++) v[f] = 1 + (unsigned)(next(&dice) % VALUES);
        t->truth[t->n++] = who;
        if (who % 5) continue;
        unsigned *w = t->value[t->n];
        for (int f = 0; f < RESPECTS; f++)
            w[f] = next(&dice) % 10 ? v[f] : 1 + (unsigned)(next(&dice) % VALUES);
        t->truth[t->n++] = who;
    }
}

static void look(const void *arg, unsigned a, unsigned b, struct link_look *ret)
{
    const struct things *t = arg;

    for (int f = 0; f < RESPECTS; f++)
        ret[f] = (struct link_look){ t->value[a][f] == t->value[b][f], 0 };
}

/* Rule r: the respects r and r + 1. */
static int keys(const void *arg, int rule, unsigned a, u64 *ret)
{
    const struct things *t = arg;

    ret[0] = t->value[a][rule] * 1000 + t->value[a][(rule + 1) % RESPECTS];
    return 1;
}

static const struct link_field fields[RESPECTS] = {
    { "one", 2, 0 }, { "two", 2, 0 }, { "three", 2, 0 }, { "four", 2, 0 }
};
static const struct link_rule rules[RESPECTS] = {
    { "one two", 3, LINK_LEARNS, 0 },
    { "two three", 6, LINK_LEARNS, 0 },
    { "three four", 12, LINK_LEARNS, 0 },
    { "four one", 9, LINK_LEARNS, 0 },
};

static struct link_job job_of(const struct things *t, int threads)
{
    return (struct link_job){ .n = t->n,
                              .fields = fields,
                              .rules = rules,
                              .n_fields = RESPECTS,
                              .n_rules = RESPECTS,
                              .look = look,
                              .keys = keys,
                              .arg = t,
                              .threads = threads };
}

struct found {
    struct link_pair at[THINGS * 4];
    size_t n;
};

static bool keep(void *arg, const struct link_pair *p)
{
    struct found *f = arg;

    if (f->n < COUNT(f->at)) f->at[f->n++] = *p;
    return true;
}

static struct found *pass(struct ctx *c, const struct things *t, int threads,
                          struct link_model *m)
{
    struct found *f = NEW(c->mem, struct found);
    const struct link_job job = job_of(t, threads);
    struct link *l = link_open(&job);

    link_learn(l, NULL, m);
    EXPECT(link_pass(l, m, -4, keep, f));
    link_close(l);
    return f;
}

static void learned(struct ctx *c)
{
    struct things *t = NEW(c->mem, struct things);
    struct link_model m;
    double right = 0, told = 0, all = 0;

    make(t);
    const struct found *f = pass(c, t, 2, &m);
    for (int k = 0; k < RESPECTS; k++) {
        EXPECT(fabs(m.m[k][1] - 0.9) < 0.05);
        EXPECT(fabs(m.u[k][1] - 1.0 / VALUES) < 0.002);
    }
    for (unsigned a = 0; a + 1 < t->n; a++) all += t->truth[a] == t->truth[a + 1];
    EXPECT(fabs(m.same * t->n * (t->n - 1.0) / 2 - all) < 0.1 * all);
    for (size_t k = 0; k < f->n; k++)
        if (f->at[k].weight >= 0) {
            told++;
            right += t->truth[f->at[k].a] == t->truth[f->at[k].b];
        }
    EXPECT(right / told > 0.95);
    EXPECT(right / all > 0.9);
}

static void any_threads(struct ctx *c)
{
    struct things *t = NEW(c->mem, struct things);
    struct link_model one, three;

    make(t);
    const struct found *f = pass(c, t, 1, &one), *g = pass(c, t, 3, &three);
    EXPECT_INT(memcmp(&one, &three, sizeof(one)), 0);
    EXPECT(f->n > 100);
    EXPECT_INT(f->n, g->n);
    EXPECT_INT(memcmp(f->at, g->at, f->n * sizeof(f->at[0])), 0);
    for (size_t k = 1; k < f->n; k++)
        EXPECT(f->at[k - 1].a < f->at[k].a ||
               (f->at[k - 1].a == f->at[k].a && f->at[k - 1].b < f->at[k].b));
}

/* ---- Three records on a line --------------------------------------------------------
 */

/* Weights are given: level 1 is +10, level 0 -10. */
static const struct link_model by_hand = { .m = { { 1.0 / 32, 31.0 / 32 } },
                                           .u = { { 0.5, 0.5 } },
                                           .k = { { 0.5, 0.5 } },
                                           .same = 0.5,
                                           .kin = 1e-12,
                                           .n = 4 };
static const struct link_field one_field = { "alike", 2, 0 };

/* 0-1 and 1-2 are alike, 0-2 is not. */
static void look_line(const void *arg, unsigned a, unsigned b, struct link_look *ret)
{
    (void)arg;
    ret[0] = (struct link_look){ b - a == 1 ? 1 : 0, 0 };
}

static int no_keys(const void *arg, int rule, unsigned a, u64 *ret)
{
    (void)arg, (void)rule, (void)a, (void)ret;
    return 0;
}

static const struct link_job line = { .n = 3,
                                      .fields = &one_field,
                                      .n_fields = 1,
                                      .look = look_line,
                                      .keys = no_keys,
                                      .no_rules = true };

static void no_chain(struct ctx *c)
{
    struct link *l = link_open(&line);
    const struct link_pair pairs[] = { { 0, 1, 5 }, { 1, 2, 4 } };
    const struct link_cut strict = { .join = 0, .apart = -3, .clear = 2 };
    unsigned group[3];
    bool rival[2];

    (void)c;
    link_cluster(l, &by_hand, pairs, 2, &strict, group);
    EXPECT_INT(group[1], 0);
    EXPECT_INT(group[2], 2);
    link_rivals(l, &by_hand, pairs, 2, &strict, rival);
    EXPECT(rival[0] && rival[1]);
    const struct link_cut few = { .join = 0, .apart = -3, .asked = 4.5, .clear = 2 };
    link_rivals(l, &by_hand, pairs, 2, &few, rival);
    EXPECT(rival[0] && !rival[1]);
    const struct link_pair clear[] = { { 0, 1, 9 }, { 1, 2, 4 } };
    link_rivals(l, &by_hand, clear, 2, &strict, rival);
    EXPECT(!rival[0] && rival[1]);
    link_close(l);
}

static void kin_are_no_same(struct ctx *c)
{
    static const struct link_field two[] = { { "home", 2, 1 }, { "person", 2, 0 } };
    const struct link_model m = { .m = { { 0.1, 0.9 }, { 0.1, 0.9 } },
                                  .u = { { 0.999, 0.001 }, { 0.9, 0.1 } },
                                  .k = { { 0.1, 0.9 }, { 0.9, 0.1 } },
                                  .same = 0.01,
                                  .kin = 0.05,
                                  .n = 100 };
    const struct link_job job = { .n = 100, .fields = two, .n_fields = 2 };
    struct link_model no_kin = m;

    (void)c;
    no_kin.kin = 1e-12;
    const struct link_look home_alone[] = { { 1, 0 }, { 0, 0 } },
                           both[] = { { 1, 0 }, { 1, 0 } };
    EXPECT(link_weigh(&m, &job, home_alone, NULL) < -4);
    EXPECT(link_weigh(&no_kin, &job, home_alone, NULL) > -1);
    EXPECT(link_weigh(&m, &job, both, NULL) > 0);
}

static void rare_says_more(struct ctx *c)
{
    const struct link_job job = { .n = 100, .fields = &one_field, .n_fields = 1 };
    struct link_model m = by_hand;
    const struct link_look rare = { 1, 2 }, often = { 1, 60 };

    (void)c;
    m.n = 100;
    EXPECT(link_weigh(&m, &job, &rare, NULL) > link_weigh(&m, &job, &often, NULL) + 3);
}

/* ---- Blocks and texts
 * ------------------------------------------------------------------ */

static int one_key(const void *arg, int rule, unsigned a, u64 *ret)
{
    (void)arg, (void)rule;
    ret[0] = a < 50 ? 1 : 2 + a / 2;
    return 1;
}

static void large_blocks(struct ctx *c)
{
    const struct link_rule rule = { "few", 0, 0, 40 };
    const struct link_job job = { .n = 100,
                                  .fields = &one_field,
                                  .rules = &rule,
                                  .n_fields = 1,
                                  .n_rules = 1,
                                  .look = look_line,
                                  .keys = one_key };
    struct link *l = link_open(&job);
    struct link_stats s;

    (void)c;
    link_stats(l, &s);
    EXPECT_INT(s.too_large[0], 1);
    EXPECT_INT(s.pairs[0], 25);
    EXPECT(!link_is_candidate(l, 0, 1));
    EXPECT(link_is_candidate(l, 51, 50));
    EXPECT(!link_is_candidate(l, 51, 52));
    link_close(l);
}

static int edits(const char *a, const char *b, int most)
{
    return link_edits((const unsigned char *)a, (int)strlen(a),
                      (const unsigned char *)b, (int)strlen(b), most);
}

static int jaro(const char *a, const char *b)
{
    return link_jaro((const unsigned char *)a, (int)strlen(a), (const unsigned char *)b,
                     (int)strlen(b));
}

static void texts(struct ctx *c)
{
    (void)c;
    EXPECT_INT(edits("ivanov", "ivanov", 2), 0);
    EXPECT_INT(edits("ivanov", "ivnaov", 2), 1);
    EXPECT_INT(edits("ivanov", "ivnov", 2), 1);
    EXPECT_INT(edits("ivanov", "petrov", 2), 3);
    EXPECT_INT(edits("", "ab", 2), 2);
    EXPECT_INT(jaro("martha", "marhta"), 961); /* the textbook's 0.961 */
    EXPECT_INT(jaro("dwayne", "duane"), 840);
    EXPECT_INT(jaro("dixon", "dicksonx"), 813);
    EXPECT_INT(jaro("abc", "xyz"), 0);
    EXPECT_INT(jaro("", ""), 1000);
    EXPECT_INT(jaro("a", "a"), 1000);
}

static const struct test tests[] = {
    { "m, u and the share of doubles are found without being told", learned },
    { "one thread and three give the same bits, in order", any_threads },
    { "a chain does not tie two that contradict each other; a clear partner is kept",
      no_chain },
    { "who shares a home and nothing of his own is kin, not the same",
      kin_are_no_same },
    { "a rare value in common says more than an everyday one", rare_says_more },
    { "a block over its ceiling is left out and told", large_blocks },
    { "edits and likeness are the textbook's", texts },
};

int main(void)
{
    return test_main("ml", tests, COUNT(tests));
}
