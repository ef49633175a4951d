/* How well records of people are linked, end to end: a true pair that blocking missed
 * is missed.  The table it prints is that of doc/linking.md. */
#include <stdlib.h>

#include "app/demo_crowd.h"
#include "customer/customer_like_set.h"
#include "test.h"

/* ---- Pairs against the truth
 * ---------------------------------------------------------- */

struct judged {
    struct link_pair *pairs;
    size_t n, room;
    const int *truth; /* whose record each is */
    const int *home;  /* and from which home, or NULL */
};

struct score {
    double precision, recall, f1;
};
struct figures {
    double blocking;                 /* true pairs among the candidates */
    struct score best, half, groups; /* best threshold by labels; p >= 0.5; groups */
    double best_at, recall_999;
    struct score sure; /* LIKE_SURE alone */
    int family;        /* pairs of one home but two people that are LIKE_SURE */
    struct link_model model;
    struct link_stats stats;
};

static bool keep(void *arg, const struct link_pair *p)
{
    struct judged *j = arg;

    if (j->n == j->room) {
        j->room = j->room ? 2 * j->room : 4096;
        j->pairs = realloc(j->pairs, j->room * sizeof(*j->pairs));
        if (!j->pairs) abort();
    }
    j->pairs[j->n++] = *p;
    return true;
}

static int strongest(const void *a, const void *b)
{
    const struct link_pair *x = a, *y = b;

    return (x->weight < y->weight) - (x->weight > y->weight);
}

static struct score score(double right, double told, double all)
{
    struct score s = { .precision = told > 0 ? right / told : 1,
                       .recall = right / all };

    if (right > 0) s.f1 = 2 * s.precision * s.recall / (s.precision + s.recall);
    return s;
}

static double pairs_of(const int *who, unsigned n)
{
    double *count = calloc((size_t)n + 1, sizeof(*count)), all = 0;

    if (!count) abort();
    for (unsigned a = 0; a < n; a++) all += count[who[a]]++;
    free(count);
    return all;
}

/* Pairs whose two records stand in one group, and those of them that are true. */
static struct score groups_score(const unsigned *group, const int *truth, unsigned n,
                                 double all)
{
    double told = 0, right = 0;

    for (unsigned a = 0; a < n; a++) {
        if (group[a] != a) continue;
        /* the members of group a: heads are the smallest, so they follow */
        for (unsigned b = a; b < n; b++) {
            if (group[b] != a) continue;
            for (unsigned k = b + 1; k < n; k++)
                if (group[k] == a) {
                    told++;
                    right += truth[b] == truth[k];
                }
        }
    }
    return score(right, told, all);
}

static void judge_pairs(struct judged *j, double all, struct figures *ret)
{
    double right = 0;

    qsort(j->pairs, j->n, sizeof(*j->pairs), strongest);
    for (size_t k = 0; k < j->n; k++) {
        right += j->truth[j->pairs[k].a] == j->truth[j->pairs[k].b];
        if (k + 1 < j->n && j->pairs[k + 1].weight == j->pairs[k].weight) continue;
        const struct score s = score(right, (double)k + 1, all);
        if (s.f1 > ret->best.f1) {
            ret->best = s;
            ret->best_at = j->pairs[k].weight;
        }
        if (j->pairs[k].weight >= 0) ret->half = s;
        if (s.precision >= 0.999) ret->recall_999 = s.recall;
    }
}

/* What would be merged without anybody looking. */
static void judge_sure(struct like_set *set, struct link *l, struct judged *j,
                       double all, struct figures *ret)
{
    struct like_verdict *v = calloc(j->n + 1, sizeof(*v));
    double told = 0, right = 0;

    if (!v) abort();
    like_set_bands(set, l, &ret->model, j->pairs, j->n, v);
    for (size_t k = 0; k < j->n; k++) {
        const unsigned a = j->pairs[k].a, b = j->pairs[k].b;

        if (v[k].band != LIKE_SURE) continue;
        told++;
        right += j->truth[a] == j->truth[b];
        ret->family +=
            j->home && j->truth[a] != j->truth[b] && j->home[a] == j->home[b];
    }
    ret->sure = score(right, told, all);
    free(v);
}

static void judge(struct like_set *set, const int *truth, const int *home,
                  struct figures *ret)
{
    const struct link_job *job = like_set_job(set);
    struct judged j = { .truth = truth, .home = home };
    struct link *l = link_open(job);
    const double all = pairs_of(truth, job->n);
    unsigned *group = calloc(job->n, sizeof(*group));
    double found = 0;

    memset(ret, 0, sizeof(*ret));
    link_learn(l, NULL, &ret->model);
    EXPECT(link_pass(l, &ret->model, -30, keep, &j));
    link_stats(l, &ret->stats);
    link_cluster(l, &ret->model, j.pairs, j.n,
                 &(struct link_cut){ .join = 0, .apart = -20 }, group);
    ret->groups = groups_score(group, truth, job->n, all);
    judge_sure(set, l, &j, all, ret);
    judge_pairs(&j, all, ret);
    for (unsigned a = 0; a < job->n && job->n <= 20000; a++)
        for (unsigned b = a + 1; b < job->n; b++)
            found += truth[a] == truth[b] && link_is_candidate(l, a, b);
    ret->blocking = found / all;
    free(group);
    free(j.pairs);
    link_close(l);
}

static void print(const char *name, const struct figures *f)
{
    static bool head;

    if (!head)
        printf("| data | blocking | best F1 (P, R), threshold by labels | p >= 0.5 | "
               "groups | R at P >= 0.999 | sure: P, R | of a family |\n");
    head = true;
    printf("| %s | %.4f | %.4f (%.4f, %.4f) | %.4f (%.4f, %.4f) | %.4f (%.4f, %.4f) | "
           "%.4f | %.4f, %.4f | %d |\n",
           name, f->blocking, f->best.f1, f->best.precision, f->best.recall, f->half.f1,
           f->half.precision, f->half.recall, f->groups.f1, f->groups.precision,
           f->groups.recall, f->recall_999, f->sure.precision, f->sure.recall,
           f->family);
}

/* ---- Files
 * ------------------------------------------------------------------------------ */

enum { CELLS = 12 };

/* The cells of a line "a, b, c" in place; how many. */
static int cut(char *line, char **cells)
{
    int n = 0;

    for (char *p = line; n < CELLS; p++) {
        while (*p == ' ') p++;
        cells[n++] = p;
        p += strcspn(p, ",\r\n");
        if (*p != ',') {
            *p = '\0';
            return n;
        }
        *p = '\0';
    }
    return n;
}

static int digits(const char *s)
{
    int n = 0;

    for (; *s; s++)
        if (*s >= '0' && *s <= '9') n = n * 10 + *s - '0';
    return n;
}

static char *next_line(char **text)
{
    char *line = *text, *end = strchr(line, '\n');

    if (!*line) return NULL;
    if (end) *end = '\0';
    *text = end ? end + 1 : line + strlen(line);
    return line;
}

static void read_febrl(struct ctx *c, const char *path, struct like_set *set,
                       int *truth)
{
    char *text = test_file(c, path, NULL), *line, *cell[CELLS];

    next_line(&text);
    for (int n = 0; (line = next_line(&text)); n++) {
        if (cut(line, cell) < 10) break;
        truth[n] = digits(cell[0]);
        if (strstr(cell[0], "dup")) truth[n] = (int)strtol(cell[0] + 4, NULL, 10);
        like_set_add(set, &(struct like_person){ .id = n,
                                                 .first = cell[1],
                                                 .last = cell[2],
                                                 .house = cell[3],
                                                 .street = cell[4],
                                                 .more = cell[5],
                                                 .town = cell[6],
                                                 .post = cell[7],
                                                 .region = cell[8],
                                                 .birth = digits(cell[9]) });
    }
    like_set_finish(set);
}

static void read_fake(struct ctx *c, const char *path, struct like_set *set, int *truth)
{
    char *text = test_file(c, path, NULL), *line, *cell[CELLS];

    next_line(&text);
    for (int n = 0; (line = next_line(&text)); n++) {
        if (cut(line, cell) < 7) break;
        truth[n] = digits(cell[6]);
        like_set_add(set, &(struct like_person){ .id = n,
                                                 .first = cell[1],
                                                 .last = cell[2],
                                                 .birth = digits(cell[3]),
                                                 .town = cell[4],
                                                 .emails = { cell[5] } });
    }
    like_set_finish(set);
}

static void febrl3(struct ctx *c)
{
    const char *path = test_data(c, "id-febrl123/dataset3.csv");
    struct like_set *set = like_set_new();
    struct figures f;
    static int truth[5001];

    if (!path) {
        print_message("skipped: no ../shared/data/id-febrl123\n");
        skip();
    }
    read_febrl(c, path, set, truth);
    judge(set, truth, NULL, &f);
    print("FEBRL 3, without the id", &f);
    EXPECT(f.best.f1 >= 0.985);
    EXPECT(f.half.f1 >= 0.985);
    EXPECT(f.sure.precision >= 0.999 && f.sure.recall >= 0.5);
    like_set_free(set);
}

static void fake1000(struct ctx *c)
{
    struct like_set *set = like_set_new();
    struct figures f;
    static int truth[1001];

    read_fake(c, "tests/data/fake_1000.csv", set, truth);
    judge(set, truth, NULL, &f);
    print("fake_1000", &f);
    EXPECT(f.best.f1 >= 0.88);
    EXPECT(f.half.f1 >= 0.88);
    EXPECT(f.sure.precision >= 0.999 && f.sure.recall >= 0.15);
    like_set_free(set);
}

/* ---- The Russian generator
 * ---------------------------------------------------------------- */

enum { CROWD = 20000 };
struct crowd_truth {
    struct like_set *set;
    int n, truth[CROWD], home[CROWD];
};

static void hear(void *arg, const struct crowd_record *r)
{
    struct crowd_truth *t = arg;

    t->truth[t->n] = (int)r->person;
    t->home[t->n++] = (int)r->home;
    like_set_add(t->set, &r->p);
}

static void russians(struct ctx *c)
{
    for (int seed = 1; seed <= 5; seed++) {
        struct crowd_truth *t = calloc(1, sizeof(*t));
        struct crowd_size k = { .records = CROWD,
                                .seed = seed,
                                .doubles = 0.05,
                                .names = test_data(c, "ru-names"),
                                .letters = test_data(
                                    c, "ru-typos-kartaslov/letter.matrix.csv") };
        struct figures f;

        if (!t) abort();
        t->set = like_set_new();
        crowd_make(&k, hear, t);
        like_set_finish(t->set);
        judge(t->set, t->truth, t->home, &f);
        print(arena_printf(c->mem, "Russians, seed %d", seed), &f);
        EXPECT(f.best.f1 >= 0.97);
        EXPECT(f.blocking >= 0.98);
        EXPECT_INT(f.family, 0);
        EXPECT(f.sure.precision >= 0.999 && f.sure.recall >= 0.4);
        like_set_free(t->set);
        free(t);
    }
}

static const struct test tests[] = {
    { "twenty thousand Russians are linked, and no family is made one", russians },
    { "FEBRL's third set is linked without the national id", febrl3 },
    { "Splink's thousand people are linked", fake1000 },
};

int main(void)
{
    return test_main("linking", tests, COUNT(tests));
}
