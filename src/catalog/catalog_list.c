#include "catalog/catalog_list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_query.h"
#include "http/route.h"
#include "place/place.h"

const char *const catalog_sort_words[] = { "relevance", "price_asc", "price_desc",
                                           "popular",   "stock",     NULL };

enum {
    FACET_VALUES = 40,
    RANGE_FROM = 12,
    FILTERS = 16,
    RANK_NONE = 1000,
    VALUES_OF_FILTER = 32
};

/* ---- What was asked, made ready ------------------------------------------------- */

/* One specification's wish: some of its values, or a range. */
struct filter {
    int spec;                    /* index; SPEC_BRAND */
    int value[VALUES_OF_FILTER]; /* indexes into values, of a brand its index */
    int nvalue;
    double min, max; /* of a range, else NaN */
};
enum { SPEC_BRAND = -2 };

struct view {
    struct ctx *c;
    const struct shelf *s;
    const struct catalog_ask *ask;
    struct filter filter[FILTERS];
    int nfilter;
    bool *inside; /* by category: belongs to what was asked */
    int *rank;    /* by price list: the smaller the better, RANK_NONE not here */
    int bit;      /* of the chosen shop, SHELF_NONE */
    int sort;
};

static int channel_of(const struct catalog_ask *ask)
{
    return ask->channel < 0 ? CHANNEL_SITE : ask->channel;
}

/* Lists in the order of catalog_price_of(): own region before all, own channel
 * before all, then priority, then age. */
static int list_order(const struct catalog_price_list *a,
                      const struct catalog_price_list *b)
{
    if ((a->region_id == NONE) != (b->region_id == NONE))
        return a->region_id == NONE ? 1 : -1;
    if ((a->channel == -1) != (b->channel == -1)) return a->channel == -1 ? 1 : -1;
    if (a->priority != b->priority) return a->priority > b->priority ? -1 : 1;
    return a->id < b->id ? -1 : 1;
}

static void ranks(struct view *v, i64 region_id)
{
    const struct shelf *s = v->s;
    const char *type = catalog_price_type(v->c, region_id);

    v->rank = NEW_N(v->c->mem, int, s->nlists);
    for (int k = 0; k < s->nlists; k++) {
        const struct catalog_price_list *l = &s->lists[k];
        const bool ours = (l->region_id == NONE || l->region_id == region_id) &&
                          (l->channel == -1 || l->channel == channel_of(v->ask)) &&
                          !strcmp(l->price_type, type);

        v->rank[k] = ours ? 0 : RANK_NONE;
        for (int j = 0; j < s->nlists && ours; j++)
            v->rank[k] += list_order(&s->lists[j], l) < 0;
    }
}

static struct filter *filter_for(struct view *v, int spec)
{
    for (int k = 0; k < v->nfilter; k++)
        if (v->filter[k].spec == spec) return &v->filter[k];
    if (v->nfilter == FILTERS) return NULL;
    v->filter[v->nfilter] = (struct filter){ .spec = spec, .min = NAN, .max = NAN };
    return &v->filter[v->nfilter++];
}

static int spec_of(const struct shelf *s, const char *code, size_t n)
{
    if (n == 5 && !memcmp(code, "brand", n)) return SPEC_BRAND;
    for (int k = 0; k < s->nspecs; k++)
        if (strlen(s->specs[k].code) == n && !memcmp(s->specs[k].code, code, n))
            return k;
    return SHELF_NONE;
}

static int value_of(const struct shelf *s, int spec, const char *text)
{
    const int n = spec == SPEC_BRAND ? s->nbrands : s->nvalues;

    for (int k = 0; k < n; k++)
        if (spec == SPEC_BRAND
                ? !strcmp(s->brands[k], text)
                : s->values[k].spec == spec && !strcmp(s->values[k].text, text))
            return k;
    return SHELF_NONE;
}

/* "50..65", "50..", "..65": false when it is no range. */
static bool range(const char *text, double *min, double *max)
{
    const char *dots = strstr(text, "..");
    char from[32], *end = from;

    if (!dots || (size_t)(dots - text) >= sizeof(from)) return false;
    memcpy(from, text, (size_t)(dots - text)); /* strtod() would take "50." of "50.." */
    from[dots - text] = '\0';
    *min = *from ? strtod(from, &end) : -INFINITY;
    if (*end) return false;
    *max = dots[2] ? strtod(dots + 2, &end) : INFINITY;
    return !dots[2] || !*end;
}

/* A value nobody has is a filter that nothing passes, not an error: links to
 * yesterday's filters go on working. */
static enum err facet_read(struct view *v, const char *text)
{
    const char *colon = strchr(text, ':');
    const int spec = colon ? spec_of(v->s, text, (size_t)(colon - text)) : SHELF_NONE;
    struct filter *f;

    if (spec == SHELF_NONE)
        return FAIL_FIELD(v->c, BAD_ARGUMENT, "facet", "no facet \"%s\"", text);
    f = filter_for(v, spec);
    if (!f || f->nvalue == VALUES_OF_FILTER)
        return FAIL_FIELD(v->c, TOO_BIG, "facet", "too many filters");
    if (spec != SPEC_BRAND && range(colon + 1, &f->min, &f->max)) return ERR_OK;
    f->value[f->nvalue++] = value_of(v->s, spec, colon + 1);
    return ERR_OK;
}

static void brands_read(struct view *v)
{
    const i64 *id = v->ask->brand_id.at;
    struct filter *f = v->ask->brand_id.n ? filter_for(v, SPEC_BRAND) : NULL;

    for (size_t k = 0; k < v->ask->brand_id.n && f && f->nvalue < VALUES_OF_FILTER;
         k++) {
        f->value[f->nvalue] = SHELF_NONE;
        for (int d = 0; d < v->s->ndocs; d++)
            if (v->s->docs[d].brand_id == id[k])
                f->value[f->nvalue] = v->s->docs[d].brand;
        f->nvalue++;
    }
}

static enum err category_read(struct view *v)
{
    const bool all = v->ask->category_id == NONE || !v->ask->category_id;
    const int branch = all ? SHELF_NONE : shelf_category_of(v->s, v->ask->category_id);

    if (!all && branch == SHELF_NONE)
        return FAIL(v->c, NOT_FOUND, "no category %lld", v->ask->category_id);
    v->inside = NEW_N(v->c->mem, bool, v->s->ncategories);
    for (int k = 0; k < v->s->ncategories; k++)
        v->inside[k] = all || shelf_inside(v->s, k, branch);
    return ERR_OK;
}

/* Needs the database for the place's region, so it runs before the look. */
static enum err region_of(struct ctx *c, const struct catalog_ask *ask, i64 *ret)
{
    struct setting_scope scope;

    *ret = ask->region_id == NONE ? 0 : ask->region_id;
    if (*ret || ask->place_id == NONE || !ask->place_id) return ERR_OK;
    TRY(place_scope(c, ask->place_id, &scope));
    *ret = scope.region_id;
    return ERR_OK;
}

static enum err view_make(struct ctx *c, const struct shelf *s,
                          const struct catalog_ask *ask, i64 region_id, struct view *v)
{
    const char *const *facet = ask->facet.at;

    *v = (struct view){ .c = c, .s = s, .ask = ask, .bit = SHELF_NONE };
    v->sort = ask->sort < 0 ? SORT_RELEVANCE : ask->sort;
    if (ask->place_id != NONE && ask->place_id) v->bit = shelf_bit(s, ask->place_id);
    ranks(v, region_id);
    TRY(category_read(v));
    brands_read(v);
    for (size_t k = 0; facet && k < ask->facet.n; k++) TRY(facet_read(v, facet[k]));
    return ERR_OK;
}

/* ---- A document in the view ----------------------------------------------------- */

static const struct shelf_price *price_of(const struct view *v,
                                          const struct shelf_variant *x)
{
    const struct shelf_price *best = NULL;

    for (int k = 0; k < x->nprice; k++)
        if (v->rank[x->price[k].list] < (best ? v->rank[best->list] : RANK_NONE))
            best = &x->price[k];
    return best;
}

static bool has(const struct shelf_variant *x, int bit)
{
    return bit != SHELF_NONE &&
           (x->bits[bit / SHELF_WORD_BITS] >> bit % SHELF_WORD_BITS & 1);
}

static i64 places_of(const struct view *v, const struct shelf_doc *d)
{
    i64 n = 0;

    for (int w = 0; w < v->s->nwords; w++) {
        u64 any = 0;

        for (int k = 0; k < d->nvariant; k++) any |= d->variant[k].bits[w];
        n += __builtin_popcountll(any);
    }
    return n;
}

static bool anywhere(const struct view *v, const struct shelf_doc *d)
{
    for (int k = 0; k < d->nvariant; k++)
        for (int w = 0; w < v->s->nwords; w++)
            if (d->variant[k].bits[w]) return true;
    return false;
}

static bool here(const struct view *v, const struct shelf_doc *d)
{
    for (int k = 0; k < d->nvariant; k++)
        if (has(&d->variant[k], v->bit)) return true;
    return false;
}

/* The cheapest variant's price; with a shop chosen, of those it has. */
static i64 cheapest(const struct view *v, const struct shelf_doc *d, int *ret_variant)
{
    const bool local = v->bit != SHELF_NONE && here(v, d);
    i64 least = NONE;

    *ret_variant = 0;
    for (int k = 0; k < d->nvariant; k++) {
        const struct shelf_price *p = price_of(v, &d->variant[k]);

        if (!p || (local && !has(&d->variant[k], v->bit))) continue;
        if (least != NONE && p->price_minor >= least) continue;
        least = p->price_minor;
        *ret_variant = k;
    }
    return least;
}

static bool wanted(const struct filter *f, const struct shelf_doc *d)
{
    if (f->spec == SPEC_BRAND) {
        for (int k = 0; k < f->nvalue; k++)
            if (f->value[k] == d->brand && d->brand != SHELF_NONE) return true;
        return false;
    }
    for (int n = 0; n < d->nvalue; n++) {
        const struct shelf_value *x = &d->value[n];

        if (x->spec != f->spec) continue;
        if (!isnan(f->min) && x->number >= f->min && x->number <= f->max) return true;
        for (int k = 0; k < f->nvalue; k++)
            if (f->value[k] == x->value) return true;
    }
    return false;
}

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
    const bool in_stock = anywhere(v, d);

    switch (v->sort) {
    case SORT_PRICE_ASC:
        return price == NONE ? INT64_MAX : price;
    case SORT_PRICE_DESC:
        return price == NONE ? INT64_MAX : -price;
    case SORT_STOCK:
        return -places_of(v, d);
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
    if (v->ask->in_stock && !(v->ask->place_id == NONE ? anywhere(v, d) : here(v, d)))
        return;
    for (int k = 0; k < v->nfilter && fails < 2; k++)
        if (!wanted(&v->filter[k], d)) {
            failed = &v->filter[k];
            fails++;
        }
    const i64 price = cheapest(v, d, &variant);
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

static const char *copy(struct view *v, const char *text)
{
    return text ? arena_strdup(v->c->mem, text, strlen(text)) : NULL;
}

/* Of a product found by words, the variant whose name has most of them:
 * "iphone 15 256" is about 256 ГБ. */
static int variant_said(const struct view *v, const struct shelf_doc *d, int otherwise)
{
    const char *q = v->ask->q ? text_fold(v->c->mem, v->ask->q) : "";
    int best = otherwise, most = 0;
    struct text_word w[16], own[24];
    const size_t n = text_words(v->c->mem, q, w, COUNT(w));

    for (int k = 0; k < d->nvariant && d->nvariant > 1 && n; k++) {
        const size_t m = text_words(v->c->mem, text_fold(v->c->mem, d->variant[k].name),
                                    own, COUNT(own));
        int score = 0;

        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < m; b++)
                score += !strncmp(w[a].at, own[b].at, own[b].n);
        if (score > most) {
            most = score;
            best = k;
        }
    }
    return best;
}

static void tile_make(struct view *v, const struct shelf_doc *d, int cheap,
                      struct catalog_tile *t)
{
    const struct shelf_variant *x = &d->variant[variant_said(v, d, cheap)];
    const struct shelf_price *p = price_of(v, x);
    const bool one = d->nvariant == 1 && *x->name;

    *t = (struct catalog_tile){ .product_id = d->product_id,
                                .variant_id = x->id,
                                .sku = copy(v, x->sku),
                                .slug = copy(v, d->slug),
                                .image = copy(v, d->image),
                                .category = copy(v, v->s->categories[d->category].name),
                                .price_minor = p ? p->price_minor : NONE,
                                .old_minor = p ? p->old_minor : NONE,
                                .places = places_of(v, d),
                                .here = here(v, d),
                                .variants = d->nvariant };
    t->name =
        one ? arena_printf(v->c->mem, "%s, %s", d->name, x->name) : copy(v, d->name);
    if (d->brand != SHELF_NONE) t->brand = copy(v, v->s->brands[d->brand]);
}

static void page_make(struct view *v, struct page_rows *page, struct catalog_found *ret)
{
    const size_t limit = page->max - 1, n = page->n < limit ? page->n : limit;

    qsort(page->row, page->n, sizeof(*page->row), in_order);
    for (size_t k = 0; k < n; k++)
        tile_make(v, &v->s->docs[page->row[k].doc], page->row[k].variant,
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

    x->text = x->value = copy(v, text);
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
    struct catalog_facet f = { copy(v, k->code),
                               copy(v, english ? k->name_en : k->name),
                               *k->unit ? copy(v, k->unit) : NULL,
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
    TRY(region_of(c, ask, &region_id));
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

    TRY(region_of(c, ask, &region_id));
    TRY(shelf_look(c, &s));
    TRY(view_make(c, s, ask, region_id, &v));
    for (size_t k = 0; k < product_ids->n; k++) {
        const struct shelf_doc *d = shelf_doc_of(s, id[k]);

        if (!d || !d->nvariant) continue;
        cheapest(&v, d, &cheap);
        tile_make(&v, d, cheap, list_add(c->mem, ret, sizeof(struct catalog_tile)));
    }
    return ERR_OK;
}

/* ---- Suggestions ---------------------------------------------------------------- */

static void suggestion_add(struct view *v, struct list *to, const char *kind,
                           const char *text, i64 id)
{
    *(struct catalog_suggestion *)list_add(v->c->mem, to,
                                           sizeof(struct catalog_suggestion)) =
        (struct catalog_suggestion){ copy(v, text), kind, id };
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
