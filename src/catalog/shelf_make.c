#include "catalog/shelf_make.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_search.h"
#include "catalog/search_words.h"

/* Texts and small arrays live in an arena that ends with the shelf; what a change
 * leaves behind there is counted, and ends the shelf when it is too much. */
struct own {
    struct arena *mem;
    struct map products, variants, terms, values, specs, lists, categories, brands,
        places;
    const char **category_terms;
    size_t wasted;
    i64 last_change;
    i64 *brand_ids;
    int brands_size, terms_size, values_size;
};

enum { WASTE_MAX = 16 << 20, CATEGORY_WEIGHT = 5 };

static struct own *own_of(const struct shelf *s)
{
    return s->own;
}

/* ---- Numbers by id -------------------------------------------------------------- */

/* Maps keep index + 1, since NULL is "none"; keys are ids that live in the arena. */
static void number_put(struct own *o, struct map *m, i64 id, int at)
{
    i64 *key = arena_raw(o->mem, sizeof(*key));

    *key = id;
    map_take(m, (const char *)key, sizeof(*key));
    map_add(m, (const char *)key, sizeof(*key), (void *)(intptr_t)(at + 1));
}

static int number_of(const struct map *m, i64 id)
{
    return (int)(intptr_t)map_get(m, (const char *)&id, sizeof(id)) - 1;
}

static int text_number(const struct map *m, const char *text)
{
    return (int)(intptr_t)map_get(m, text, strlen(text)) - 1;
}

/* Room for one more in a malloc'ed array. */
static void *room(void *at, int n, int *size, size_t item)
{
    if (n < *size) return at;
    *size = *size ? *size + *size / 2 : 256;
    at = realloc(at, (size_t)*size * item);
    if (!at) abort();
    return at;
}

static const char *keep(struct own *o, const char *text)
{
    return text ? arena_strdup(o->mem, text, strlen(text)) : NULL;
}

/* ---- The frame ------------------------------------------------------------------ */

static enum err categories_read(struct ctx *c, struct shelf *s)
{
    struct own *o = own_of(s);
    struct list rows = { 0 };

    TRY(catalog_categories(c, &rows));
    const struct catalog_category *k = rows.at;
    s->categories = NEW_N(o->mem, struct shelf_category, rows.n);
    for (size_t n = 0; n < rows.n; n++)
        if (k[n].active) {
            number_put(o, &o->categories, k[n].id, s->ncategories);
            s->categories[s->ncategories++] =
                (struct shelf_category){ .id = k[n].id,
                                         .parent = (int)n,
                                         .name = keep(o, k[n].name),
                                         .name_en = keep(o, k[n].name_en),
                                         .slug = keep(o, k[n].slug) };
        }
    for (int n = 0; n < s->ncategories; n++) {
        const i64 parent = k[s->categories[n].parent].parent_id;
        s->categories[n].parent =
            parent == NONE ? SHELF_NONE : number_of(&o->categories, parent);
    }
    return ERR_OK;
}

/* A category's products are found by its name and its parents'. */
static void category_terms(struct ctx *c, struct shelf *s)
{
    struct own *o = own_of(s);

    o->category_terms = NEW_N(o->mem, const char *, s->ncategories);
    for (int n = 0; n < s->ncategories; n++) {
        const char *names = "";
        int depth = 0;

        for (int k = n; k != SHELF_NONE && depth < 32;
             k = s->categories[k].parent, depth++)
            names = arena_printf(c->mem, "%s %s %s", names, s->categories[k].name,
                                 s->categories[k].name_en);
        s->categories[n].depth = depth;
        o->category_terms[n] = keep(o, catalog_search_terms(c, names, CATEGORY_WEIGHT));
    }
}

static enum err specs_read(struct ctx *c, struct shelf *s)
{
    struct own *o = own_of(s);
    struct list rows = { 0 };

    TRY(catalog_specs(c, &rows));
    const struct catalog_spec *k = rows.at;
    s->specs = NEW_N(o->mem, struct catalog_spec, rows.n);
    for (size_t n = 0; n < rows.n; n++) {
        if (!k[n].facet) continue;
        struct catalog_spec *to = &s->specs[s->nspecs];
        *to = k[n];
        to->code = keep(o, k[n].code);
        to->name = keep(o, k[n].name);
        to->name_en = keep(o, k[n].name_en);
        to->unit = keep(o, k[n].unit);
        to->section = keep(o, k[n].section);
        to->section_en = keep(o, k[n].section_en);
        number_put(o, &o->specs, k[n].id, s->nspecs++);
    }
    return ERR_OK;
}

static enum err lists_read(struct ctx *c, struct shelf *s)
{
    struct own *o = own_of(s);
    struct list rows = { 0 };

    TRY(catalog_price_lists(c, &rows));
    s->lists = NEW_N(o->mem, struct catalog_price_list, rows.n);
    for (size_t n = 0; n < rows.n; n++) {
        s->lists[n] = ((struct catalog_price_list *)rows.at)[n];
        s->lists[n].code = s->lists[n].name = NULL;
        s->lists[n].price_type = keep(o, s->lists[n].price_type);
        number_put(o, &o->lists, s->lists[n].id, (int)n);
    }
    s->nlists = (int)rows.n;
    return ERR_OK;
}

static enum err places_read(struct ctx *c, struct shelf *s)
{
    struct own *o = own_of(s);
    struct list rows = { 0 };

    TRY(shelf_read_places(c, &rows));
    const struct read_place *p = rows.at;
    s->nplaces = rows.n ? (int)p[rows.n - 1].bit + 1 : 0;
    s->nwords = s->nplaces / SHELF_WORD_BITS + 1;
    s->places = NEW_N(o->mem, i64, s->nplaces);
    for (size_t n = 0; n < rows.n; n++) {
        s->places[p[n].bit] = p[n].place_id;
        number_put(o, &o->places, p[n].place_id, (int)p[n].bit);
    }
    return ERR_OK;
}

static int brand_add(struct shelf *s, const struct catalog_brand *b)
{
    struct own *o = own_of(s);

    s->brands = room(s->brands, s->nbrands, &o->brands_size, sizeof(*s->brands));
    s->brands[s->nbrands] = keep(o, b->name);
    number_put(o, &o->brands, b->id, s->nbrands);
    return s->nbrands++;
}

static enum err brands_read(struct ctx *c, struct shelf *s)
{
    i64 after = 0;
    size_t n;

    do {
        struct list rows = { 0 };

        TRY(shelf_read_brands(c, after, 1000, &rows));
        const struct catalog_brand *b = rows.at;
        for (n = 0; n < rows.n; n++) brand_add(s, &b[n]);
        if (n) after = b[n - 1].id;
    } while (n);
    return ERR_OK;
}

/* Synonyms are looked up by stems: "айфоны" is as good as "айфон". */
static const char *stems_of(struct ctx *c, const char *text)
{
    struct search_word w[8];
    const size_t n = search_words(c->mem, text, w, COUNT(w));
    const char *stems = "";

    for (size_t k = 0; k < n; k++)
        stems =
            arena_printf(c->mem, "%s%s%s", stems, k ? " " : "",
                         search_stem(c->mem, w[k].as_typed ? w[k].as_typed : w[k].raw));
    return stems;
}

static int by_word(const void *x, const void *y)
{
    const struct shelf_synonym *a = x, *b = y;
    const int order = strcmp(a->word, b->word);

    return order ? order : strcmp(a->means, b->means);
}

static enum err synonyms_read(struct ctx *c, struct shelf *s)
{
    struct own *o = own_of(s);
    struct list rows = { 0 };

    TRY(shelf_read_synonyms(c, &rows));
    s->synonyms = NEW_N(o->mem, struct shelf_synonym, rows.n);
    s->nsynonyms = (int)rows.n;
    for (size_t n = 0; n < rows.n; n++) {
        const struct shelf_synonym *from = (struct shelf_synonym *)rows.at + n;
        s->synonyms[n] = (struct shelf_synonym){ keep(o, stems_of(c, from->word)),
                                                 keep(o, from->means) };
    }
    qsort(s->synonyms, rows.n, sizeof(*s->synonyms), by_word);
    return ERR_OK;
}

static enum err frame_read(struct ctx *c, struct shelf *s)
{
    TRY(categories_read(c, s));
    category_terms(c, s);
    TRY(specs_read(c, s));
    TRY(lists_read(c, s));
    TRY(places_read(c, s));
    TRY(brands_read(c, s));
    return synonyms_read(c, s);
}

enum err shelf_new(struct ctx *c, struct shelf **ret)
{
    struct shelf *s = calloc(1, sizeof(*s));
    struct own *o = calloc(1, sizeof(*o));
    enum err e;

    if (!s || !o) abort();
    o->mem = arena_new((size_t)1 << 30);
    s->own = o;
    s->next_at = INT64_MAX;
    e = frame_read(c, s);
    if (e)
        shelf_free(s);
    else
        *ret = s;
    return e;
}

static void all_free(struct shelf *s, struct own *o)
{
    struct map *maps[] = { &o->products,   &o->variants, &o->terms,
                           &o->values,     &o->specs,    &o->lists,
                           &o->categories, &o->brands,   &o->places };

    for (int k = 0; k < s->nterms; k++) free(s->terms[k].post);
    for (size_t k = 0; k < COUNT(maps); k++) map_free(maps[k]);
    free(s->docs);
    free(s->terms);
    free(s->values);
    free(s->brands);
    free(s->by_stem);
    arena_free(o->mem);
    free(o);
    free(s);
}

void shelf_free(struct shelf *s)
{
    if (s) all_free(s, own_of(s));
}

/* ---- Terms ---------------------------------------------------------------------- */

/* Two words that are one edit apart differ in two bits at most. */
static struct shelf_letters letters_of(const char *word)
{
    struct shelf_letters l = { 0 };
    unsigned code;

    for (; (code = text_next(&word)); l.n++) l.set |= 1u << code % 32;
    return l;
}

static int term_get(struct shelf *s, const char *stem, const char *surface)
{
    struct own *o = own_of(s);
    const int at = text_number(&o->terms, stem);

    if (at >= 0) return at;
    s->terms = room(s->terms, s->nterms, &o->terms_size, sizeof(*s->terms));
    struct shelf_term *t = &s->terms[s->nterms];
    *t = (struct shelf_term){ .stem = keep(o, stem) };
    t->surface = strcmp(surface, "-") ? keep(o, surface) : t->stem;
    t->stem_letters = letters_of(t->stem);
    t->surface_letters = letters_of(t->surface);
    t->typo_ok = !strpbrk(stem, "0123456789") && t->stem_letters.n >= 3;
    map_add(&o->terms, t->stem, strlen(t->stem), (void *)(intptr_t)(s->nterms + 1));
    return s->nterms++;
}

/* A term may come from the product and from its category: the better weight. */
static void post(struct shelf_term *t, int doc, int weight)
{
    unsigned *last = t->npost ? &t->post[t->npost - 1] : NULL;

    if (last && (int)(*last >> 4) == doc) {
        if ((int)(*last & 15) < weight) *last = (unsigned)doc << 4 | (unsigned)weight;
        return;
    }
    if (t->npost == t->size) {
        t->size = t->size ? t->size + t->size / 2 + 1 : 2;
        t->post = realloc(t->post, t->size * sizeof(*t->post));
        if (!t->post) abort();
    }
    assert(t->post);
    t->post[t->npost++] = (unsigned)doc << 4 | (unsigned)weight;
}

/* The next word of a posting, copied; false at its end. */
static bool next_word(const char **p, char word[64])
{
    size_t n;

    while (**p == ' ') (*p)++;
    n = strcspn(*p, " ");
    if (!n || n > 63) return false;
    memcpy(word, *p, n);
    word[n] = '\0';
    *p += n;
    return true;
}

static void terms_post(struct shelf *s, const char *terms, int doc)
{
    char stem[64], surface[64], weight[64];

    for (const char *p = terms;
         next_word(&p, stem) && next_word(&p, surface) && next_word(&p, weight);) {
        const int term = term_get(s, stem, surface); /* may move s->terms */

        post(&s->terms[term], doc, (weight[0] - '0') & 15);
    }
}

/* ---- Documents ------------------------------------------------------------------ */

static int value_get(struct shelf *s, int spec, const struct read_value *v)
{
    struct own *o = own_of(s);
    char start[256];
    const int n = snprintf(start, sizeof(start), "%d ", spec);

    snprintf(start + n, sizeof(start) - (size_t)n, "%s", v->text);
    const int at = text_number(&o->values, start);
    if (at >= 0) return at;
    const char *key = keep(o, start);
    s->values = room(s->values, s->nvalues, &o->values_size, sizeof(*s->values));
    s->values[s->nvalues] = (struct shelf_word){ keep(o, v->text), v->number, spec };
    map_add(&o->values, key, strlen(key), (void *)(intptr_t)(s->nvalues + 1));
    return s->nvalues++;
}

/* Where the rows of the slice stand that belong to the product being made. */
struct cursor {
    const struct read_variant *variant, *variant_end;
    const struct read_value *value, *value_end;
    const struct read_price *price, *price_end;
};

static void values_take(struct shelf *s, struct shelf_doc *d, struct cursor *at)
{
    struct own *o = own_of(s);
    const struct read_value *v = at->value, *end;

    while (v < at->value_end && v->product_id < d->product_id) v++;
    for (end = v; end < at->value_end && end->product_id == d->product_id;) end++;
    d->value = NEW_N(o->mem, struct shelf_value, end - v);
    d->nvalue = 0;
    for (; v < end; v++) {
        const int spec = number_of(&o->specs, v->spec_id);
        if (spec >= 0)
            d->value[d->nvalue++] =
                (struct shelf_value){ spec, value_get(s, spec, v), v->number };
    }
    at->value = end;
}

/* Prices stand in the order of (product, variant), as variants do. */
static void prices_take(struct shelf *s, struct shelf_variant *v, struct cursor *at)
{
    struct own *o = own_of(s);
    const struct read_price *end = at->price;

    while (end < at->price_end && end->variant_id == v->id) end++;
    v->price = NEW_N(o->mem, struct shelf_price, end - at->price);
    for (; at->price < end; at->price++)
        v->price[v->nprice++] =
            (struct shelf_price){ number_of(&o->lists, at->price->list_id),
                                  at->price->price_minor, at->price->old_minor };
}

/* A variant that was there keeps its bits. */
static void variants_take(struct shelf *s, struct shelf_doc *d, struct cursor *at)
{
    struct own *o = own_of(s);
    const struct read_variant *v = at->variant, *end;

    while (v < at->variant_end && v->product_id < d->product_id) v++;
    for (end = v; end < at->variant_end && end->product_id == d->product_id;) end++;
    d->variant = NEW_N(o->mem, struct shelf_variant, end - v);
    d->nvariant = 0;
    for (; v < end; v++) {
        struct shelf_variant *to = &d->variant[d->nvariant++];
        const struct shelf_variant *old =
            map_take(&o->variants, (const char *)&v->id, sizeof(v->id));

        *to = (struct shelf_variant){ .id = v->id,
                                      .name = keep(o, v->name),
                                      .sku = keep(o, v->sku) };
        to->bits = old ? old->bits : NEW_N(o->mem, u64, s->nwords);
        map_add(&o->variants, (const char *)&to->id, sizeof(to->id), to);
        prices_take(s, to, at);
    }
    at->variant = end;
}

static size_t bytes_of(const struct shelf_doc *d)
{
    size_t n = strlen(d->name) + strlen(d->slug) + (d->image ? strlen(d->image) : 0) +
               24 + (size_t)d->nvalue * sizeof(*d->value);

    for (int k = 0; k < d->nvariant; k++)
        n += sizeof(*d->variant) +
             (size_t)d->variant[k].nprice * sizeof(struct shelf_price);
    return n;
}

/* The document to write: the product's own when its words are the same, else a
 * new one at the end, and the old one is dead. */
static struct shelf_doc *doc_for(struct shelf *s, i64 product_id, u64 words,
                                 bool *ret_new)
{
    struct own *o = own_of(s);
    const int at = number_of(&o->products, product_id);

    *ret_new = at < 0 || s->docs[at].words != words || s->docs[at].dead;
    if (at >= 0) o->wasted += bytes_of(&s->docs[at]);
    if (!*ret_new) return &s->docs[at];
    if (at >= 0 && !s->docs[at].dead) {
        s->docs[at].dead = true;
        s->ndead++;
    }
    s->docs = room(s->docs, s->ndocs, &s->size, sizeof(*s->docs));
    number_put(o, &o->products, product_id, s->ndocs);
    s->docs[s->ndocs] = (struct shelf_doc){ 0 };
    return &s->docs[s->ndocs++];
}

/* `again`: the product has changed; its brand may have been renamed, by this process
 * or another. */
static int brand_of(struct shelf *s, struct ctx *c, i64 id, bool again)
{
    struct own *o = own_of(s);
    const int at = id == NONE ? SHELF_NONE : number_of(&o->brands, id);
    struct catalog_brand b;

    if (id == NONE || (at >= 0 && !again)) return at;
    if (catalog_brand_get(c, id, &b)) return at >= 0 ? at : SHELF_NONE;
    if (at < 0) return brand_add(s, &b);
    if (strcmp(s->brands[at], b.name)) s->brands[at] = keep(o, b.name);
    return at;
}

static void doc_kill(struct shelf *s, const struct read_product *p)
{
    const int at = number_of(&own_of(s)->products, p->id);

    if (at < 0 || s->docs[at].change_id > p->change_id) return;
    s->docs[at].change_id = p->change_id;
    s->ndead += !s->docs[at].dead;
    s->docs[at].dead = true;
}

/* How many different words the name has, for ranking: the fewer a query leaves
 * unsaid, the better it fits. */
static int name_words(const char *terms)
{
    char word[64];
    int n = 0, k = 0;

    for (const char *p = terms; next_word(&p, word); k++)
        n += k % 3 == 2 && word[0] - '0' == SEARCH_NAME;
    return n;
}

static void doc_make(struct shelf *s, const struct read_product *p, int category,
                     int brand, struct cursor *at)
{
    struct own *o = own_of(s);
    const u64 words = hash_bytes(p->terms, strlen(p->terms)) + (u64)category;
    bool fresh;
    struct shelf_doc *d = doc_for(s, p->id, words, &fresh);

    *d = (struct shelf_doc){ .product_id = p->id,
                             .change_id = p->change_id,
                             .brand_id = p->brand_id,
                             .popularity = p->popularity,
                             .next_at = p->next_at,
                             .category = category,
                             .brand = brand,
                             .name = keep(o, p->name),
                             .slug = keep(o, p->slug),
                             .image = keep(o, p->image),
                             .words = words,
                             .name_words = name_words(p->terms) };
    values_take(s, d, at);
    variants_take(s, d, at);
    if (p->next_at < s->next_at) s->next_at = p->next_at;
    if (!fresh) return;
    terms_post(s, p->terms, (int)(d - s->docs));
    terms_post(s, o->category_terms[category], (int)(d - s->docs));
}

/* Prices of what is passed over (inactive, older than ours) are passed over too. */
static void skip(struct cursor *at, i64 product_id)
{
    for (; at->variant < at->variant_end && at->variant->product_id <= product_id;
         at->variant++)
        while (at->price < at->price_end && at->price->variant_id == at->variant->id)
            at->price++;
}

/* An empty list has no first, and nothing may be added to a null pointer. */
#define END_OF(first, list) ((list).n ? (first) + (list).n : (first))

bool shelf_apply(struct shelf *s, struct ctx *c, const struct read_slice *rows)
{
    struct own *o = own_of(s);
    struct cursor at = { .variant = rows->variant.at,
                         .value = rows->value.at,
                         .price = rows->price.at };
    const struct read_product *p = rows->product.at;

    at.variant_end = END_OF(at.variant, rows->variant);
    at.value_end = END_OF(at.value, rows->value);
    at.price_end = END_OF(at.price, rows->price);
    for (size_t k = 0; k < rows->product.n; k++, p++) {
        const int category = number_of(&o->categories, p->category_id);
        const int have = number_of(&o->products, p->id);

        if (p->change_id > o->last_change) o->last_change = p->change_id;
        if (!p->active || category < 0 || !p->terms)
            doc_kill(s, p);
        else if (have < 0 || s->docs[have].change_id <= p->change_id)
            doc_make(s, p, category, brand_of(s, c, p->brand_id, have >= 0), &at);
        skip(&at, p->id);
    }
    return s->ndead <= s->ndocs / 4 + 1000 && o->wasted < WASTE_MAX;
}

bool shelf_apply_bits(struct shelf *s, const struct list *bits)
{
    const struct read_bits *b = bits->at;

    for (size_t k = 0; k < bits->n; k++) {
        struct shelf_variant *v =
            map_get(&own_of(s)->variants, (const char *)&b[k].variant_id, sizeof(i64));

        if (b[k].word >= s->nwords) return false;
        if (v) ((u64 *)v->bits)[b[k].word] = (u64)b[k].bits;
    }
    return true;
}

/* ---- After a change ------------------------------------------------------------- */

static const struct shelf_term *sorting;

static int by_stem(const void *x, const void *y)
{
    return strcmp(sorting[*(const int *)x].stem, sorting[*(const int *)y].stem);
}

static void docs_count(struct shelf *s)
{
    for (int k = 0; k < s->ncategories; k++) s->categories[k].ndocs = 0;
    for (int d = 0; d < s->ndocs; d++)
        for (int k = s->docs[d].dead ? SHELF_NONE : s->docs[d].category, n = 0;
             k != SHELF_NONE && n < 32; k = s->categories[k].parent, n++)
            s->categories[k].ndocs++;
}

/* Called by the one refresher, so that the static for qsort() is its own. */
void shelf_settle(struct shelf *s)
{
    docs_count(s);
    if (s->nsorted == s->nterms) return;
    free(s->by_stem);
    s->by_stem = malloc((size_t)s->nterms * sizeof(int));
    if (!s->by_stem) abort();
    for (int k = 0; k < s->nterms; k++) s->by_stem[k] = k;
    sorting = s->terms;
    qsort(s->by_stem, (size_t)s->nterms, sizeof(int), by_stem);
    s->nsorted = s->nterms;
}

i64 shelf_last_change(const struct shelf *s)
{
    return own_of(s)->last_change;
}

size_t shelf_bytes(const struct shelf *s)
{
    size_t n = arena_used(own_of(s)->mem) + (size_t)s->size * sizeof(*s->docs) +
               (size_t)own_of(s)->terms_size * sizeof(*s->terms);

    for (int k = 0; k < s->nterms; k++) n += s->terms[k].size * sizeof(unsigned);
    return n;
}

/* ---- Look-ups ------------------------------------------------------------------- */

int shelf_term(const struct shelf *s, const char *stem)
{
    return text_number(&own_of(s)->terms, stem);
}

int shelf_category_of(const struct shelf *s, i64 category_id)
{
    return number_of(&own_of(s)->categories, category_id);
}

int shelf_bit(const struct shelf *s, i64 place_id)
{
    return number_of(&own_of(s)->places, place_id);
}

const struct shelf_doc *shelf_doc_of(const struct shelf *s, i64 product_id)
{
    const int at = number_of(&own_of(s)->products, product_id);

    return at < 0 || s->docs[at].dead ? NULL : &s->docs[at];
}

bool shelf_inside(const struct shelf *s, int category, int branch)
{
    for (int n = 0; category != SHELF_NONE && n < 32; n++) {
        if (category == branch) return true;
        category = s->categories[category].parent;
    }
    return false;
}

const struct shelf_synonym *shelf_synonyms(const struct shelf *s, const char *word,
                                           int *ret_n)
{
    int lo = 0, hi = s->nsynonyms, n = 0;

    while (lo < hi) {
        const int mid = lo + (hi - lo) / 2;

        if (strcmp(s->synonyms[mid].word, word) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    while (lo + n < s->nsynonyms && !strcmp(s->synonyms[lo + n].word, word)) n++;
    *ret_n = n;
    return n ? &s->synonyms[lo] : NULL;
}
