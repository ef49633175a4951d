/* The shelf as one question sees it. */
#include "catalog/catalog_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "catalog/catalog_own.h"
#include "place/place.h"

/* ---- What was asked, made ready ------------------------------------------------- */

static int channel_of(const struct catalog_ask *ask)
{
    return ask->channel < 0 ? CHANNEL_SITE : ask->channel;
}

/* Own region before all, own channel before all, then priority, then age. */
int catalog_list_order(const struct catalog_price_list *a,
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

        v->rank[k] = ours ? 0 : VIEW_NO_RANK;
        for (int j = 0; j < s->nlists && ours; j++)
            v->rank[k] += catalog_list_order(&s->lists[j], l) < 0;
    }
}

static struct filter *filter_for(struct view *v, int spec)
{
    for (int k = 0; k < v->nfilter; k++)
        if (v->filter[k].spec == spec) return &v->filter[k];
    if (v->nfilter == VIEW_FILTERS) return NULL;
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
enum err view_filter(struct view *v, const char *text)
{
    const char *colon = strchr(text, ':');
    const int spec = colon ? spec_of(v->s, text, (size_t)(colon - text)) : SHELF_NONE;
    struct filter *f;

    if (spec == SHELF_NONE)
        return FAIL_FIELD(v->c, BAD_ARGUMENT, "facet", "no facet \"%s\"", text);
    f = filter_for(v, spec);
    if (!f || f->nvalue == VIEW_VALUES)
        return FAIL_FIELD(v->c, TOO_BIG, "facet", "too many filters");
    if (spec != SPEC_BRAND && range(colon + 1, &f->min, &f->max)) return ERR_OK;
    f->value[f->nvalue++] = value_of(v->s, spec, colon + 1);
    return ERR_OK;
}

static void brands_read(struct view *v)
{
    const i64 *id = v->ask->brand_id.at;
    struct filter *f = v->ask->brand_id.n ? filter_for(v, SPEC_BRAND) : NULL;

    for (size_t k = 0; k < v->ask->brand_id.n && f && f->nvalue < VIEW_VALUES; k++) {
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

enum err catalog_region_of(struct ctx *c, const struct catalog_ask *ask, i64 *ret)
{
    struct setting_scope scope;

    *ret = ask->region_id == NONE ? 0 : ask->region_id;
    if (*ret || ask->place_id == NONE || !ask->place_id) return ERR_OK;
    TRY(place_scope(c, ask->place_id, &scope));
    *ret = scope.region_id;
    return ERR_OK;
}

enum err view_make(struct ctx *c, const struct shelf *s, const struct catalog_ask *ask,
                   i64 region_id, struct view *v)
{
    const char *const *facet = ask->facet.at;

    *v = (struct view){ .c = c, .s = s, .ask = ask, .bit = SHELF_NONE };
    v->sort = ask->sort < 0 ? SORT_RELEVANCE : ask->sort;
    if (ask->place_id != NONE && ask->place_id) v->bit = shelf_bit(s, ask->place_id);
    ranks(v, region_id);
    TRY(category_read(v));
    brands_read(v);
    for (size_t k = 0; facet && k < ask->facet.n; k++) TRY(view_filter(v, facet[k]));
    return ERR_OK;
}

/* ---- A document in the view ----------------------------------------------------- */

const struct shelf_price *view_price(const struct view *v,
                                     const struct shelf_variant *x)
{
    const struct shelf_price *best = NULL;

    for (int k = 0; k < x->nprice; k++)
        if (v->rank[x->price[k].list] < (best ? v->rank[best->list] : VIEW_NO_RANK))
            best = &x->price[k];
    return best;
}

static bool has(const struct shelf_variant *x, int bit)
{
    return bit != SHELF_NONE &&
           (x->bits[bit / SHELF_WORD_BITS] >> bit % SHELF_WORD_BITS & 1);
}

i64 view_places(const struct view *v, const struct shelf_doc *d)
{
    i64 n = 0;

    for (int w = 0; w < v->s->nwords; w++) {
        u64 any = 0;

        for (int k = 0; k < d->nvariant; k++) any |= d->variant[k].bits[w];
        n += __builtin_popcountll(any);
    }
    return n;
}

bool view_anywhere(const struct view *v, const struct shelf_doc *d)
{
    for (int k = 0; k < d->nvariant; k++)
        for (int w = 0; w < v->s->nwords; w++)
            if (d->variant[k].bits[w]) return true;
    return false;
}

bool view_here(const struct view *v, const struct shelf_doc *d)
{
    for (int k = 0; k < d->nvariant; k++)
        if (has(&d->variant[k], v->bit)) return true;
    return false;
}

/* The cheapest variant's price; with a shop chosen, of those it has. */
i64 view_cheapest(const struct view *v, const struct shelf_doc *d, int *ret_variant)
{
    const bool local = v->bit != SHELF_NONE && view_here(v, d);
    i64 least = NONE;

    *ret_variant = 0;
    for (int k = 0; k < d->nvariant; k++) {
        const struct shelf_price *p = view_price(v, &d->variant[k]);

        if (!p || (local && !has(&d->variant[k], v->bit))) continue;
        if (least != NONE && p->price_minor >= least) continue;
        least = p->price_minor;
        *ret_variant = k;
    }
    return least;
}

bool view_wanted(const struct filter *f, const struct shelf_doc *d)
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

/* ---- A tile -------------------------------------------------------------------- */

const char *view_copy(struct view *v, const char *text)
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

void view_tile(struct view *v, const struct shelf_doc *d, int cheap,
               struct catalog_tile *t)
{
    const struct shelf_variant *x = &d->variant[variant_said(v, d, cheap)];
    const struct shelf_price *p = view_price(v, x);
    const bool one = d->nvariant == 1 && *x->name;

    *t = (struct catalog_tile){ .product_id = d->product_id,
                                .variant_id = x->id,
                                .category_id = v->s->categories[d->category].id,
                                .sku = view_copy(v, x->sku),
                                .slug = view_copy(v, d->slug),
                                .image = view_copy(v, d->image),
                                .category =
                                    view_copy(v, v->s->categories[d->category].name),
                                .price_minor = p ? p->price_minor : NONE,
                                .old_minor = p ? p->old_minor : NONE,
                                .places = view_places(v, d),
                                .here = view_here(v, d),
                                .variants = d->nvariant };
    t->name = one ? arena_printf(v->c->mem, "%s, %s", d->name, x->name)
                  : view_copy(v, d->name);
    if (d->brand != SHELF_NONE) t->brand = view_copy(v, v->s->brands[d->brand]);
}
