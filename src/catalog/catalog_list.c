#include "catalog/catalog_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_query.h"
#include "catalog/catalog_view.h"
#include "http/route.h"

const char *const catalog_sort_words[] = { "relevance", "price_asc", "price_desc",
                                           "popular",   "stock",     NULL };

enum { FACET_VALUES = 40, RANGE_FROM = 12 };

static bool price_fits(const struct catalog_ask *ask, i64 price)
{
    if (ask->price_min == NONE && ask->price_max == NONE) return true;
    return price != NONE && (ask->price_min == NONE || price >= ask->price_min) &&
           (ask->price_max == NONE || price <= ask->price_max);
}

/* ---- Counting and choosing ------------------------------------------------------ */

struct row {
    i64 key, product_id;
    int doc, variant;
    i64 price;
};

/* The page's rows as a heap whose top is the worst of them. */
struct page_rows {
    struct row *row;
    size_t n, max;
    bool follows; /* the page after this key and id */
    i64 keys[2];
};

static bool before(const struct row *a, const struct row *b)
{
    return a->key != b->key ? a->key < b->key : a->product_id < b->product_id;
}

static void sift(struct row *h, size_t n, size_t at)
{
    for (size_t kid; (kid = 2 * at + 1) < n; at = kid) {
        if (kid + 1 < n && before(&h[kid], &h[kid + 1])) kid++;
        if (!before(&h[at], &h[kid])) return;
        const struct row x = h[at];
        h[at] = h[kid];
        h[kid] = x;
    }
}

static void row_offer(struct page_rows *p, const struct row *r)
{
    const struct row last = { .key = p->keys[0], .product_id = p->keys[1] };

    if (p->follows && !before(&last, r)) return;
    if (p->n < p->max) {
        p->row[p->n++] = *r;
        if (p->n == p->max)
            for (size_t k = p->max / 2; k-- > 0;) sift(p->row, p->max, k);
    } else if (before(r, &p->row[0])) {
        p->row[0] = *r;
        sift(p->row, p->max, 0);
    }
}

static int in_order(const void *x, const void *y)
{
    return before(x, y) ? -1 : before(y, x);
}

struct counts {
    int *value, *brand; /* documents by value and brand index */
    i64 total, price_min, price_max;
};

/* What the page is sorted by, small first; things without a price come last. */
static i64 sort_key(const struct view *v, const struct shelf_doc *d, i64 price,
                    float score)
{
    const bool in_stock = view_anywhere(v, d);

    switch (v->sort) {
    case SORT_PRICE_ASC:
        return price == NONE ? INT64_MAX : price;
    case SORT_PRICE_DESC:
        return price == NONE ? INT64_MAX : -price;
    case SORT_STOCK:
        return -view_places(v, d);
    case SORT_POPULAR:
        return -d->popularity;
    }
    if (v->ask->q) return -(i64)(score * (in_stock ? 1.15f : 1) * 1000);
    return -d->popularity - (in_stock ? 1000000000 : 0);
}

/* A facet counts what all the other filters let through: documents that pass
 * everything count for all, those that fail one count for that one alone. */
static void facets_count(const struct view *v, struct counts *n,
                         const struct shelf_doc *d, const struct filter *only)
{
    for (int k = 0; k < d->nvalue; k++)
        if (!only || only->spec == d->value[k].spec) n->value[d->value[k].value]++;
    if (d->brand != SHELF_NONE && (!only || only->spec == SPEC_BRAND))
        n->brand[d->brand]++;
    (void)v;
}

static void price_count(struct counts *n, i64 price)
{
    if (price == NONE) return;
    if (n->price_min == NONE || price < n->price_min) n->price_min = price;
    if (n->price_max == NONE || price > n->price_max) n->price_max = price;
}

static void doc_count(const struct view *v, int doc, float score, struct counts *n,
                      struct page_rows *page)
{
    const struct shelf_doc *d = &v->s->docs[doc];
    const struct filter *failed = NULL;
    int fails = 0, variant;

    if (d->dead || !v->inside[d->category] || !d->nvariant) return;
    if (v->ask->in_stock &&
        !(v->ask->place_id == NONE ? view_anywhere(v, d) : view_here(v, d)))
        return;
    for (int k = 0; k < v->nfilter && fails < 2; k++)
        if (!view_wanted(&v->filter[k], d)) {
            failed = &v->filter[k];
            fails++;
        }
    const i64 price = view_cheapest(v, d, &variant);
    const bool fits = price_fits(v->ask, price);
    if (!fails) price_count(n, price);
    if (fails + !fits > 1 || !fits) return;
    facets_count(v, n, d, fails ? failed : NULL);
    if (fails) return;
    n->total++;
    const struct row r = { sort_key(v, d, price, score), d->product_id, doc, variant,
                           price };
    row_offer(page, &r);
}

/* ---- What is answered ----------------------------------------------------------- */

static void page_make(struct view *v, struct page_rows *page, struct catalog_found *ret)
{
    const size_t limit = page->max - 1, n = page->n < limit ? page->n : limit;

    qsort(page->row, page->n, sizeof(*page->row), in_order);
    for (size_t k = 0; k < n; k++)
        view_tile(v, &v->s->docs[page->row[k].doc], page->row[k].variant,
                  list_add(v->c->mem, &ret->items, sizeof(struct catalog_tile)));
    if (page->n == page->max)
        ret->next = page_next(
            v->c->mem, (i64[]){ page->row[n - 1].key, page->row[n - 1].product_id }, 2);
}

static int by_count(const void *x, const void *y)
{
    const struct catalog_facet_value *a = x, *b = y;

    return a->count != b->count ? (a->count > b->count ? -1 : 1)
                                : strcmp(a->text, b->text);
}

static const struct filter *filter_on(const struct view *v, int spec)
{
    for (int k = 0; k < v->nfilter; k++)
        if (v->filter[k].spec == spec) return &v->filter[k];
    return NULL;
}

static void value_add(struct view *v, struct list *to, const char *text, i64 count)
{
    struct catalog_facet_value *x = list_add(v->c->mem, to, sizeof(*x));

    x->text = x->value = view_copy(v, text);
    x->count = count;
}

static void brand_facet(struct view *v, const struct counts *n, struct list *to)
{
    struct list values = { 0 };

    for (int k = 0; k < v->s->nbrands; k++)
        if (n->brand[k]) value_add(v, &values, v->s->brands[k], n->brand[k]);
    if (values.n < 2 && !filter_on(v, SPEC_BRAND)) return;
    if (values.n)
        qsort(values.at, values.n, sizeof(struct catalog_facet_value), by_count);
    if (values.n > FACET_VALUES) values.n = FACET_VALUES;
    const bool english = v->c->lang && !strcmp(v->c->lang, "en");
    *(struct catalog_facet *)list_add(v->c->mem, to, sizeof(struct catalog_facet)) =
        (struct catalog_facet){ "brand", english ? "Brand" : "Бренд", NULL, values, NAN,
                                NAN };
}

/* A value with its number, while a facet is being sorted. */
struct counted {
    struct catalog_facet_value v;
    double number;
};

static int by_number(const void *x, const void *y)
{
    const struct counted *a = x, *b = y;

    if (a->number != b->number && !isnan(a->number) && !isnan(b->number))
        return a->number < b->number ? -1 : 1;
    return by_count(&a->v, &b->v);
}

static void facet_make(struct view *v, int spec, struct list *found, struct list *to)
{
    const struct catalog_spec *k = &v->s->specs[spec];
    const struct counted *x = found->at;
    const bool english = v->c->lang && !strcmp(v->c->lang, "en") && *k->name_en;
    struct catalog_facet f = { view_copy(v, k->code),
                               view_copy(v, english ? k->name_en : k->name),
                               *k->unit ? view_copy(v, k->unit) : NULL,
                               { 0 },
                               NAN,
                               NAN };

    if (found->n < 2 && !filter_on(v, spec)) return;
    if (found->n) qsort(found->at, found->n, sizeof(struct counted), by_number);
    if (k->kind == SPEC_NUMBER && found->n > RANGE_FROM) {
        f.min = x[0].number;
        for (size_t n = 0; n < found->n; n++)
            if (!(x[n].number <= f.max)) f.max = x[n].number;
    }
    for (size_t n = 0; n < found->n && n < FACET_VALUES; n++)
        value_add(v, &f.values, x[n].v.text, x[n].v.count);
    *(struct catalog_facet *)list_add(v->c->mem, to, sizeof(f)) = f;
}

/* Values that occur, by specification, in one walk over all values. */
static void facets_make(struct view *v, const struct counts *n, struct list *to)
{
    struct list *found = NEW_N(v->c->mem, struct list, v->s->nspecs);

    brand_facet(v, n, to);
    for (int k = 0; k < v->s->nvalues; k++) {
        const struct shelf_word *w = &v->s->values[k];

        if (n->value[k])
            *(struct counted *)list_add(v->c->mem, &found[w->spec],
                                        sizeof(struct counted)) =
                (struct counted){ { w->text, w->text, n->value[k] }, w->number };
    }
    for (int k = 0; k < v->s->nspecs; k++) facet_make(v, k, &found[k], to);
}

/* ---- The listing ---------------------------------------------------------------- */

static void candidates(struct view *v, struct counts *n, struct page_rows *page,
                       struct catalog_found *ret)
{
    struct query_plan *plan = NEW(v->c->mem, struct query_plan);
    struct list hits;

    if (!v->ask->q || !*v->ask->q) {
        for (int d = 0; d < v->s->ndocs; d++) doc_count(v, d, 0, n, page);
        return;
    }
    query_read(v->c->mem, v->s, v->ask->q, false, plan);
    hits = query_hits(v->c->mem, v->s, plan);
    ret->corrected_query = plan->corrected;
    const struct query_hit *h = hits.at;
    for (size_t k = 0; k < hits.n; k++) doc_count(v, h[k].doc, h[k].score, n, page);
}

static enum err page_read(struct ctx *c, const struct catalog_ask *ask,
                          struct page_rows *page)
{
    page->max = (size_t)(ask->limit == NONE ? 24 : ask->limit) + 1;
    page->row = NEW_N(c->mem, struct row, page->max);
    if (!ask->after) return ERR_OK;
    page->follows = true;
    return page_after(c, ask->after, page->keys, 2);
}

enum err catalog_list(struct ctx *c, const struct catalog_ask *ask,
                      struct catalog_found *ret)
{
    struct page_rows page = { 0 };
    struct view v;
    i64 region_id;
    SHELF *s = NULL;

    if (ask->q && strlen(ask->q) > QUERY_BYTES)
        return FAIL_FIELD(c, TOO_BIG, "q", "a query of %zu bytes", strlen(ask->q));
    *ret = (struct catalog_found){ 0 };
    TRY(page_read(c, ask, &page));
    TRY(catalog_region_of(c, ask, &region_id));
    TRY(shelf_look(c, &s));
    TRY(view_make(c, s, ask, region_id, &v));
    struct counts n = { NEW_N(c->mem, int, s->nvalues), NEW_N(c->mem, int, s->nbrands),
                        0, NONE, NONE };
    candidates(&v, &n, &page, ret);
    page_make(&v, &page, ret);
    if (!ask->after) facets_make(&v, &n, &ret->facets);
    ret->total = n.total;
    ret->price_min = n.price_min;
    ret->price_max = n.price_max;
    return ERR_OK;
}

enum err catalog_tiles(struct ctx *c, const struct list *product_ids,
                       const struct catalog_ask *ask, struct list *ret)
{
    const i64 *id = product_ids->at;
    struct view v;
    i64 region_id;
    int cheap;
    SHELF *s = NULL;

    TRY(catalog_region_of(c, ask, &region_id));
    TRY(shelf_look(c, &s));
    TRY(view_make(c, s, ask, region_id, &v));
    for (size_t k = 0; k < product_ids->n; k++) {
        const struct shelf_doc *d = shelf_doc_of(s, id[k]);

        if (!d || !d->nvariant) continue;
        view_cheapest(&v, d, &cheap);
        view_tile(&v, d, cheap, list_add(c->mem, ret, sizeof(struct catalog_tile)));
    }
    return ERR_OK;
}

/* ---- Suggestions ---------------------------------------------------------------- */

static void suggestion_add(struct view *v, struct list *to, const char *kind,
                           const char *text, i64 id)
{
    *(struct catalog_suggestion *)list_add(v->c->mem, to,
                                           sizeof(struct catalog_suggestion)) =
        (struct catalog_suggestion){ view_copy(v, text), kind, id };
}

/* The categories that most of the best answers belong to. */
static void categories_suggest(struct view *v, const struct list *hits,
                               struct list *ret)
{
    float *weight = NEW_N(v->c->mem, float, v->s->ncategories);
    const struct query_hit *h = hits->at;

    for (size_t k = 0; k < hits->n; k++)
        weight[v->s->docs[h[k].doc].category] += h[k].score;
    for (int n = 0; n < 2; n++) {
        int best = SHELF_NONE;

        for (int k = 0; k < v->s->ncategories; k++)
            if (weight[k] > (best == SHELF_NONE ? 0 : weight[best])) best = k;
        if (best == SHELF_NONE) return;
        suggestion_add(v, ret, "category", v->s->categories[best].name,
                       v->s->categories[best].id);
        weight[best] = 0;
    }
}

static void products_suggest(struct view *v, const struct list *hits, i64 limit,
                             struct list *ret)
{
    struct page_rows page = { .max = (size_t)limit };
    const struct query_hit *h = hits->at;

    page.row = NEW_N(v->c->mem, struct row, page.max);
    for (size_t k = 0; k < hits->n; k++) {
        const struct shelf_doc *d = &v->s->docs[h[k].doc];
        const struct row r = { sort_key(v, d, NONE, h[k].score), d->product_id,
                               h[k].doc, 0, NONE };

        if (d->nvariant) row_offer(&page, &r);
    }
    qsort(page.row, page.n, sizeof(*page.row), in_order);
    for (size_t k = 0; k < page.n; k++)
        suggestion_add(v, ret, "product", v->s->docs[page.row[k].doc].name,
                       page.row[k].product_id);
}

enum err catalog_suggest(struct ctx *c, const char *q, i64 limit, struct list *ret)
{
    const struct catalog_ask ask = { .q = q,
                                     .category_id = NONE,
                                     .place_id = NONE,
                                     .region_id = NONE,
                                     .channel = -1,
                                     .sort = -1 };
    struct query_plan *plan = NEW(c->mem, struct query_plan);
    struct view v;
    SHELF *s = NULL;

    if (strlen(q) > QUERY_BYTES)
        return FAIL_FIELD(c, TOO_BIG, "q", "a query of %zu bytes", strlen(q));
    TRY(shelf_look(c, &s));
    TRY(view_make(c, s, &ask, 0, &v));
    query_read(c->mem, s, q, true, plan);
    const struct list hits = query_hits(c->mem, s, plan);
    if (plan->corrected) suggestion_add(&v, ret, "query", plan->corrected, NONE);
    categories_suggest(&v, &hits, ret);
    products_suggest(&v, &hits, limit, ret);
    return ERR_OK;
}
