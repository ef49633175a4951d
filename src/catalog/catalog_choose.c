/* Guided selection: which questions tell a category's goods apart, and which goods
 * answer them best.  Nothing here knows what a phone is: budgets come from the
 * prices there are, questions from the specifications, words from catalog_guide. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog_own.h"
#include "catalog/catalog_shopper.h"

enum {
    SPEC_QUESTIONS = 4, /* besides budget and brand */
    ANSWERS = 6,        /* of a question */
    STEPS = 4,          /* of a number */
    SHORT_LIST = 5,
    POPULAR = 10, /* so many of the best sold are said to be popular */
    NEAR_ROWS = 0
};

/* clang-format off */
const struct query catalog_choose_sql[] = {
    [NEAR_ROWS] = { "catalog.places_of_region",
        "SELECT id FROM pub_place_place WHERE region_id = $1 AND active = 1 AND can_pickup = 1" },
    QUERY_END
};
/* clang-format on */

/* All that must be read before the look at the shelf. */
struct ground {
    i64 region_id;
    struct list near;   /* i64: shops of the region */
    struct list best;   /* i64: products that sell best */
    struct list guides; /* struct catalog_guide */
};

static enum err ground_read(struct ctx *c, const struct catalog_ask *ask,
                            struct ground *g)
{
    i64 id;
    ROWS r = { 0 };

    *g = (struct ground){ 0 };
    TRY(catalog_region_of(c, ask, &g->region_id));
    TRY(catalog_guides_of(c, ask->category_id, &g->guides));
    TRY(catalog_bestseller_ids(c, g->region_id, ask->category_id, POPULAR, &g->best));
    if (!g->best.n)
        TRY(catalog_bestseller_ids(c, 0, ask->category_id, POPULAR, &g->best));
    if (!g->region_id) return ERR_OK;
    TRY(db_rows(c, &r, &catalog_choose_sql[NEAR_ROWS], g->region_id));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, &g->near, sizeof(id)) = id;
    return r.err;
}

static i64 near_count(const struct view *v, const struct ground *g,
                      const struct shelf_doc *d)
{
    const i64 *place = g->near.at;
    i64 n = 0;

    for (size_t k = 0; k < g->near.n; k++) {
        const int bit = shelf_bit(v->s, place[k]);
        bool has = false;

        for (int i = 0; i < d->nvariant && bit != SHELF_NONE && !has; i++)
            has =
                d->variant[i].bits[bit / SHELF_WORD_BITS] >> bit % SHELF_WORD_BITS & 1;
        n += has;
    }
    return n;
}

/* What can be bought now. */
static void docs_read(struct view *v, struct list *ret)
{
    for (int k = 0; k < v->s->ndocs; k++) {
        const struct shelf_doc *d = &v->s->docs[k];
        struct choice_doc x = { .doc = d };

        if (d->dead || !d->nvariant || !v->inside[d->category]) continue;
        x.price = view_cheapest(v, d, &x.variant);
        if (x.price != NONE && view_anywhere(v, d))
            *(struct choice_doc *)list_add(v->c->mem, ret, sizeof(x)) = x;
    }
}

/* ---- Questions ------------------------------------------------------------------ */

struct maker {
    struct view *v;
    const struct choice_doc *doc;
    size_t n;
    const struct ground *g;
};

static const struct catalog_guide *guide_of(const struct ground *g, const char *code)
{
    const struct catalog_guide *x = g->guides.at;

    for (size_t k = 0; k < g->guides.n; k++)
        if (!strcmp(x[k].code, code)) return &x[k];
    return NULL;
}

static bool english(const struct view *v)
{
    return v->c->lang && !strcmp(v->c->lang, "en");
}

/* How many goods this answer leaves. */
static i64 answer_count(const struct maker *m, const char *code, const char *value)
{
    struct view one = *m->v;
    i64 n = 0;

    one.nfilter = 0;
    if (view_filter(&one, arena_printf(one.c->mem, "%s:%s", code, value))) {
        m->v->c->fault = (struct fault){ 0 };
        return 0;
    }
    for (size_t k = 0; k < m->n; k++) n += view_wanted(&one.filter[0], m->doc[k].doc);
    return n;
}

static void answer_add(const struct maker *m, struct list *to, struct catalog_answer a)
{
    if (a.count) *(struct catalog_answer *)list_add(m->v->c->mem, to, sizeof(a)) = a;
}

/* The words that people wrote for a question, and their answers. */
static void question_words(const struct maker *m, struct catalog_question *q)
{
    const struct catalog_guide *g = guide_of(m->g, q->code);

    if (!g) return;
    const struct catalog_guide_answer *a = g->answers.at;
    q->text = english(m->v) && *g->text_en ? g->text_en : g->text;
    q->hint = english(m->v) && *g->hint_en ? g->hint_en : g->hint;
    if (!*q->text) q->text = NULL;
    if (!*q->hint) q->hint = NULL;
    if (!strcmp(q->code, "price")) return; /* its bands follow the prices there are */
    for (size_t k = 0; k < g->answers.n; k++)
        answer_add(m, &q->answers,
                   (struct catalog_answer){
                       a[k].value,
                       english(m->v) && *a[k].text_en ? a[k].text_en : a[k].text, NAN,
                       NAN, answer_count(m, q->code, a[k].value) });
    if (q->answers.n < 2) q->answers = (struct list){ 0 };
}

/* ---- The budget ---- */

static int by_price(const void *x, const void *y)
{
    const i64 a = *(const i64 *)x, b = *(const i64 *)y;

    return a < b ? -1 : a > b;
}

/* 37 490 is 35 000: a budget is a round sum. */
static i64 round_sum(i64 minor)
{
    i64 step = 10000;

    while (step * 20 <= minor) step *= 10;
    if (step * 10 > minor && step > 10000) step /= 2;
    return (minor + step / 2) / step * step;
}

static void price_answer(const struct maker *m, struct list *to, i64 from, i64 below)
{
    i64 n = 0;

    for (size_t k = 0; k < m->n; k++)
        n += m->doc[k].price >= from && (below == NONE || m->doc[k].price <= below);
    const char *value = below == NONE ? arena_printf(m->v->c->mem, "%lld..", from)
                        : from ? arena_printf(m->v->c->mem, "%lld..%lld", from, below)
                               : arena_printf(m->v->c->mem, "..%lld", below);
    answer_add(m, to,
               (struct catalog_answer){ value, NULL, from ? (double)from : NAN,
                                        below == NONE ? NAN : (double)below, n });
}

static void price_question(const struct maker *m, struct list *to)
{
    i64 *price = NEW_N(m->v->c->mem, i64, m->n), from = 0;
    struct catalog_question q = { .code = "price" };

    for (size_t k = 0; k < m->n; k++) price[k] = m->doc[k].price;
    qsort(price, m->n, sizeof(*price), by_price);
    q.name = english(m->v) ? "Price" : "Цена";
    question_words(m, &q);
    for (size_t k = 1; k < STEPS; k++) {
        const i64 cut = round_sum(price[m->n * k / STEPS]);

        if (cut <= from || cut <= price[0] || cut >= price[m->n - 1]) continue;
        price_answer(m, &q.answers, from, cut);
        from = cut;
    }
    if (from) price_answer(m, &q.answers, from, NONE);
    if (q.answers.n > 1)
        *(struct catalog_question *)list_add(m->v->c->mem, to, sizeof(q)) = q;
}

/* ---- A specification ---- */

struct spread { /* how its values are spread over the goods */
    int spec, distinct, with;
    double score;
    i64 sort;
};
struct spread_value {
    int index, count;
    double number;
};

static int *values_count(const struct maker *m)
{
    int *count = NEW_N(m->v->c->mem, int, m->v->s->nvalues);

    for (size_t k = 0; k < m->n; k++)
        for (int i = 0; i < m->doc[k].doc->nvalue; i++)
            count[m->doc[k].doc->value[i].value]++;
    return count;
}

/* Entropy: the more evenly its values part the goods, the more an answer tells. */
static struct spread spread_of(const struct maker *m, int spec, const int *count)
{
    const struct shelf *s = m->v->s;
    const struct catalog_guide *g = guide_of(m->g, s->specs[spec].code);
    struct spread x = { .spec = spec, .sort = g ? g->sort : INT64_MAX };

    for (int k = 0; k < s->nvalues; k++)
        if (s->values[k].spec == spec && count[k]) {
            x.distinct++;
            x.with += count[k];
        }
    for (int k = 0; k < s->nvalues; k++)
        if (s->values[k].spec == spec && count[k]) {
            const double p = (double)count[k] / x.with;
            x.score -= p * log(p);
        }
    x.score = fmin(x.score, log(ANSWERS)) * x.with / (double)m->n;
    if (g) x.score = g->asked ? x.score + ANSWERS : 0;
    return x;
}

static int by_score(const void *x, const void *y)
{
    const struct spread *a = x, *b = y;

    return a->score != b->score ? (a->score > b->score ? -1 : 1) : a->spec - b->spec;
}

static int by_sort(const void *x, const void *y)
{
    const struct spread *a = x, *b = y;

    return a->sort != b->sort ? (a->sort < b->sort ? -1 : 1) : by_score(x, y);
}

static int by_value_number(const void *x, const void *y)
{
    const struct spread_value *a = x, *b = y;

    return a->number < b->number ? -1 : a->number > b->number;
}

static int by_value_count(const void *x, const void *y)
{
    const struct spread_value *a = x, *b = y;

    return a->count != b->count ? b->count - a->count : a->index - b->index;
}

static void range_add(const struct maker *m, struct catalog_question *q, double from,
                      double to)
{
    const char *text = isnan(from) ? arena_printf(m->v->c->mem, "..%.10g", to)
                       : isnan(to)
                           ? arena_printf(m->v->c->mem, "%.10g..", from)
                           : arena_printf(m->v->c->mem, "%.10g..%.10g", from, to);

    answer_add(m, &q->answers,
               (struct catalog_answer){ text, NULL, from, to,
                                        answer_count(m, q->code, text) });
}

/* At least this much, or at most, whichever is the better side of `n` numbers. */
static void step_answers(const struct maker *m, struct catalog_question *q, bool more,
                         const struct spread_value *x, int n)
{
    const int steps = n - 1 < STEPS ? n - 1 : STEPS;

    for (int k = 0; k < steps; k++) {
        const int at = k * (n - 1) / steps;

        if (more)
            range_add(m, q, x[at + 1].number, NAN);
        else
            range_add(m, q, NAN, x[at].number);
    }
}

static void band_answers(const struct maker *m, struct catalog_question *q,
                         const struct spread_value *x, int n)
{
    for (int k = 0; k < STEPS; k++)
        range_add(m, q, x[k * n / STEPS].number, x[(k + 1) * n / STEPS - 1].number);
}

static void word_answers(const struct maker *m, struct catalog_question *q,
                         const struct spread_value *x, int n)
{
    for (int k = 0; k < n && k < ANSWERS; k++) {
        const char *text = view_copy(m->v, m->v->s->values[x[k].index].text);
        answer_add(m, &q->answers,
                   (struct catalog_answer){ text, text, NAN, NAN, x[k].count });
    }
    q->many = true;
}

static int spec_values(const struct maker *m, int spec, const int *count,
                       struct spread_value *to)
{
    int n = 0;

    for (int k = 0; k < m->v->s->nvalues; k++)
        if (m->v->s->values[k].spec == spec && count[k])
            to[n++] = (struct spread_value){ k, count[k], m->v->s->values[k].number };
    return n;
}

static void spec_answers(const struct maker *m, struct catalog_question *q, int spec,
                         const int *count)
{
    const struct catalog_spec *k = &m->v->s->specs[spec];
    struct spread_value *x = NEW_N(m->v->c->mem, struct spread_value, m->v->s->nvalues);
    const int n = spec_values(m, spec, count, x);
    const bool number = k->kind == SPEC_NUMBER;

    qsort(x, (size_t)n, sizeof(*x), number ? by_value_number : by_value_count);
    if (k->kind == SPEC_BOOL) {
        for (int i = 0; i < n; i++)
            if (x[i].number == 1) word_answers(m, q, &x[i], 1);
        q->many = false;
    } else if (number && k->better != BETTER_NEITHER) {
        step_answers(m, q, k->better == BETTER_MORE, x, n);
    } else if (number && n > ANSWERS) {
        band_answers(m, q, x, n);
    } else {
        word_answers(m, q, x, n);
    }
}

static void spec_question(const struct maker *m, int spec, const int *count,
                          struct list *to)
{
    const struct catalog_spec *k = &m->v->s->specs[spec];
    struct catalog_question q = { .code = view_copy(m->v, k->code) };

    q.name = view_copy(m->v, english(m->v) && *k->name_en ? k->name_en : k->name);
    q.unit = *k->unit ? view_copy(m->v, k->unit) : NULL;
    question_words(m, &q);
    if (!q.answers.n) spec_answers(m, &q, spec, count);
    if (q.answers.n)
        *(struct catalog_question *)list_add(m->v->c->mem, to, sizeof(q)) = q;
}

/* What half of the goods do not tell, or all tell alike, is not asked. */
static void spec_questions(const struct maker *m, struct list *to)
{
    const int *count = values_count(m);
    struct spread *x = NEW_N(m->v->c->mem, struct spread, m->v->s->nspecs);
    size_t n = 0;

    for (int k = 0; k < m->v->s->nspecs; k++) {
        x[n] = spread_of(m, k, count);
        if (x[n].distinct > 1 && x[n].score > 0 && x[n].with * 2 >= (int)m->n) n++;
    }
    if (n) qsort(x, n, sizeof(*x), by_score);
    if (n > SPEC_QUESTIONS) n = SPEC_QUESTIONS;
    if (n) qsort(x, n, sizeof(*x), by_sort);
    for (size_t k = 0; k < n; k++) spec_question(m, x[k].spec, count, to);
}

static void brand_question(const struct maker *m, struct list *to)
{
    struct catalog_question q = { .code = "brand", .many = true };
    const struct catalog_guide *g = guide_of(m->g, "brand");
    struct spread_value *x = NEW_N(m->v->c->mem, struct spread_value, m->v->s->nbrands);

    if (g && !g->asked) return;
    q.name = english(m->v) ? "Brand" : "Бренд";
    question_words(m, &q);
    q.answers = (struct list){ 0 };
    for (int k = 0; k < m->v->s->nbrands; k++) x[k].index = k;
    for (size_t k = 0; k < m->n; k++)
        if (m->doc[k].doc->brand != SHELF_NONE) x[m->doc[k].doc->brand].count++;
    qsort(x, (size_t)m->v->s->nbrands, sizeof(*x), by_value_count);
    for (int k = 0; k < m->v->s->nbrands && k < ANSWERS; k++) {
        const char *name = view_copy(m->v, m->v->s->brands[x[k].index]);
        answer_add(m, &q.answers,
                   (struct catalog_answer){ name, name, NAN, NAN, x[k].count });
    }
    if (q.answers.n > 1)
        *(struct catalog_question *)list_add(m->v->c->mem, to, sizeof(q)) = q;
}

enum err catalog_questions(struct ctx *c, const struct catalog_ask *ask,
                           struct list *ret)
{
    struct list docs = { 0 };
    struct ground g;
    struct view v;
    SHELF *s = NULL;

    TRY(ground_read(c, ask, &g));
    TRY(shelf_look(c, &s));
    TRY(view_make(c, s, ask, g.region_id, &v));
    docs_read(&v, &docs);
    const struct maker m = { &v, docs.at, docs.n, &g };
    if (docs.n < 3) return ERR_OK; /* a list to look at, not to choose from */
    price_question(&m, ret);
    spec_questions(&m, ret);
    brand_question(&m, ret);
    return ERR_OK;
}

/* ---- The short list ------------------------------------------------------------- */

/* The wishes as a question of the catalogue: price apart from the rest. */
static enum err wishes_read(struct ctx *c, const struct catalog_ask *ask,
                            struct catalog_ask *ret)
{
    const char *const *a = ask->facet.at;

    *ret = *ask;
    ret->facet = (struct list){ 0 };
    for (size_t k = 0; k < ask->facet.n; k++) {
        char *end;

        if (strncmp(a[k], "price:", 6) != 0) {
            *(const char **)list_add(c->mem, &ret->facet, sizeof(*a)) = a[k];
            continue;
        }
        const char *from = a[k] + 6, *dots = strstr(from, "..");
        if (!dots)
            return FAIL_FIELD(c, BAD_ARGUMENT, "answer", "\"%s\": no range", a[k]);
        if (dots > from) ret->price_min = strtoll(from, &end, 10);
        if (dots[2]) ret->price_max = strtoll(dots + 2, &end, 10);
    }
    return ERR_OK;
}

static bool has_budget(const struct catalog_ask *a)
{
    return a->price_min != NONE || a->price_max != NONE;
}

static bool in_budget(const struct catalog_ask *a, i64 price)
{
    return (a->price_min == NONE || price >= a->price_min) &&
           (a->price_max == NONE || price <= a->price_max);
}

static i64 wishes(const struct view *v)
{
    return v->nfilter + has_budget(v->ask);
}

/* All wishes, or all but one; money is over by a seventh at most. */
static bool worth_it(const struct view *v, struct choice_doc *x)
{
    const i64 all = wishes(v);

    if (v->ask->price_max != NONE && x->price > v->ask->price_max / 7 * 8) return false;
    x->meets = has_budget(v->ask) && in_budget(v->ask, x->price);
    for (int k = 0; k < v->nfilter; k++) x->meets += view_wanted(&v->filter[k], x->doc);
    return x->meets >= all - 1 && (all < 2 ? x->meets == all : true);
}

/* Where x stands between the least and the most, 0..1. */
static double level(double x, double least, double most)
{
    return isnan(x) || most <= least ? 0 : (x - least) / (most - least);
}

/* What its specifications are worth among these goods: the mean over those that
 * have a better side. */
static void spec_merit(const struct view *v, struct choice_doc *x, size_t n, int spec,
                       int of)
{
    const bool more = v->s->specs[spec].better == BETTER_MORE;
    double least = NAN, most = NAN;

    for (size_t k = 0; k < n; k++) {
        const double is = catalog_number_of(x[k].doc, spec);
        if (!(is >= least)) least = isnan(is) ? least : is;
        if (!(is <= most)) most = isnan(is) ? most : is;
    }
    for (size_t k = 0; k < n; k++) {
        const double is = catalog_number_of(x[k].doc, spec);
        const double at = level(is, least, most);

        if (!isnan(is) && most > least) x[k].merit += (more ? at : 1 - at) / of;
    }
}

static bool is_best(const struct ground *g, const struct shelf_doc *d)
{
    const i64 *id = g->best.at;

    for (size_t k = 0; k < g->best.n; k++)
        if (id[k] == d->product_id) return true;
    return false;
}

static void merits(const struct view *v, const struct ground *g, struct choice_doc *x,
                   size_t n)
{
    double least = INFINITY, most = 0;
    int of = 0;

    for (int k = 0; k < v->s->nspecs; k++)
        of += v->s->specs[k].better != BETTER_NEITHER;
    for (int k = 0; k < v->s->nspecs; k++)
        if (v->s->specs[k].better != BETTER_NEITHER)
            spec_merit(v, x, n, k, of < 4 ? of : 4);
    for (size_t k = 0; k < n; k++) {
        least = fmin(least, (double)x[k].price);
        most = fmax(most, (double)x[k].price);
    }
    for (size_t k = 0; k < n; k++) {
        x[k].near = near_count(v, g, x[k].doc);
        x[k].best = is_best(g, x[k].doc);
        x[k].merit += 0.5 * (1 - level((double)x[k].price, least, most));
        x[k].merit +=
            0.25 * x[k].best + 0.25 * (x[k].near > 0) + 0.25 * view_here(v, x[k].doc);
    }
}

static int by_merit(const void *a, const void *b)
{
    const struct choice_doc *x = a, *y = b;

    if (x->meets != y->meets) return x->meets > y->meets ? -1 : 1;
    if (x->merit != y->merit) return x->merit > y->merit ? -1 : 1;
    return x->doc->product_id < y->doc->product_id ? -1 : 1;
}

static void misses(struct view *v, const struct choice_doc *x, struct list *ret)
{
    const bool en = english(v);

    if (has_budget(v->ask) && !in_budget(v->ask, x->price))
        *(const char **)list_add(v->c->mem, ret, sizeof(char *)) =
            en ? "Price" : "Цена";
    for (int k = 0; k < v->nfilter; k++) {
        const struct filter *f = &v->filter[k];
        const struct catalog_spec *spec =
            f->spec == SPEC_BRAND ? NULL : &v->s->specs[f->spec];
        const char *name = !spec                  ? (en ? "Brand" : "Бренд")
                           : en && *spec->name_en ? spec->name_en
                                                  : spec->name;

        if (!view_wanted(f, x->doc))
            *(const char **)list_add(v->c->mem, ret, sizeof(name)) = view_copy(v, name);
    }
}

static void choices_make(struct view *v, const struct choice_doc *x, size_t n,
                         struct list *ret)
{
    for (size_t k = 0; k < n; k++) {
        struct catalog_choice *to = list_add(v->c->mem, ret, sizeof(*to));

        *to = (struct catalog_choice){ .tile = NEW(v->c->mem, struct catalog_tile),
                                       .meets = x[k].meets,
                                       .of = wishes(v) };
        view_tile(v, x[k].doc, x[k].variant, to->tile);
        misses(v, &x[k], &to->misses);
        catalog_reasons(v, x, n, k, to);
    }
}

enum err catalog_choose(struct ctx *c, const struct catalog_ask *ask, struct list *ret)
{
    const size_t limit = (size_t)(ask->limit == NONE ? SHORT_LIST : ask->limit);
    struct list docs = { 0 };
    struct catalog_ask a;
    struct ground g;
    struct view v;
    size_t n = 0;
    SHELF *s = NULL;

    TRY(wishes_read(c, ask, &a));
    TRY(ground_read(c, ask, &g));
    TRY(shelf_look(c, &s));
    TRY(view_make(c, s, &a, g.region_id, &v));
    docs_read(&v, &docs);
    struct choice_doc *x = docs.at;
    for (size_t k = 0; k < docs.n; k++)
        if (worth_it(&v, &x[k])) x[n++] = x[k];
    merits(&v, &g, x, n);
    if (n) qsort(x, n, sizeof(*x), by_merit);
    choices_make(&v, x, n < limit ? n : limit, ret);
    return ERR_OK;
}
