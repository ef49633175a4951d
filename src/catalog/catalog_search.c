/* What a product is found by.  What a query means: catalog_query.c. */
#include "catalog/catalog_search.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/text.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_shelf.h"
#include "catalog/search_words.h"
#include "db/db.h"

enum { PUT, SOURCE, SPECS, VARIANTS, ALL };
enum { WORDS = 256, DESCRIPTION_BYTES = 600, POSTING_BYTES = 16 << 10 };

/* clang-format off */
const struct query catalog_search_sql[] = {
    [PUT] = { "catalog.put_posting",
        "INSERT INTO catalog_posting (product_id, terms) VALUES ($1, $2)"
        " ON CONFLICT (product_id) DO UPDATE SET terms = excluded.terms" },
    [SOURCE] = { "catalog.get_search_source",
        "SELECT p.name, p.name_en, p.model, p.description, b.name FROM catalog_product p"
        "  LEFT JOIN catalog_brand b ON b.id = p.brand_id WHERE p.id = $1" },
    [SPECS] = { "catalog.list_search_specs",
        "SELECT s.name, s.kind, v.text, v.number FROM catalog_product_spec v"
        "  JOIN catalog_spec s ON s.id = v.spec_id WHERE v.product_id = $1" },
    [VARIANTS] = { "catalog.list_search_variants",
        "SELECT sku, name FROM catalog_variant WHERE product_id = $1 AND active = 1 ORDER BY id" },
    [ALL] = { "catalog.list_product_ids",
        "SELECT id FROM catalog_product WHERE id > $1 ORDER BY id LIMIT $2" },
    QUERY_END
};
/* clang-format on */

struct term {
    const char *stem, *surface;
    int weight;
};

struct terms {
    struct ctx *c;
    struct map by_stem;
    struct list list; /* struct term *: in order of first sight */
};

static void term_add(struct terms *t, const char *stem, const char *surface, int weight)
{
    struct term *have = map_get(&t->by_stem, stem, strlen(stem));

    if (!*stem) return;
    if (!have) {
        have = NEW(t->c->mem, struct term);
        *have = (struct term){ stem, surface, weight };
        map_add(&t->by_stem, stem, strlen(stem), have);
        *(struct term **)list_add(t->c->mem, &t->list, sizeof(have)) = have;
    }
    if (have->weight < weight) have->weight = weight;
}

static void word_add(struct terms *t, const struct search_word *w, int weight)
{
    struct arena *mem = t->c->mem;

    if (w->unit) {
        const char *both = arena_printf(mem, "%s%s", w->raw, w->unit);
        term_add(t, both, both, weight);
        if (w->as_typed) term_add(t, w->as_typed, w->as_typed, weight);
    }
    term_add(t, search_stem(mem, w->raw), w->raw, weight);
    for (int k = 0; w->mixed && k < w->nparts; k++)
        term_add(t, search_stem(mem, w->part[k]), w->part[k],
                 weight > 1 ? weight - 1 : 1);
}

/* Everything of one field.  In a name, what comes after "для" is what the thing
 * serves, not what it is: a case for a phone is no phone. */
static void text_add(struct terms *t, const char *text, int weight)
{
    struct search_word w[WORDS];
    const size_t n = text ? search_words(t->c->mem, text, w, WORDS) : 0;

    for (size_t k = 0; k < n; k++) {
        if (weight == SEARCH_NAME &&
            (!strcmp(w[k].raw, "для") || !strcmp(w[k].raw, "for")))
            weight = SEARCH_FOR;
        if (search_is_stop(w[k].raw)) continue;
        word_add(t, &w[k], weight);
        if (w[k].joined) {
            const char *both = arena_printf(t->c->mem, "%s%s", w[k - 1].raw, w[k].raw);
            term_add(t, search_stem(t->c->mem, both), both, weight);
        }
    }
}

static const char *terms_text(struct terms *t)
{
    struct buf b = buf_new(t->c->mem, 1024, POSTING_BYTES);
    struct term *const *term = t->list.at;

    for (size_t k = 0; k < t->list.n; k++) {
        const char *surface =
            strcmp(term[k]->stem, term[k]->surface) ? term[k]->surface : "-";
        const size_t room = strlen(term[k]->stem) + strlen(surface) + 8;

        if (b.n + room > POSTING_BYTES) break;
        buf_printf(&b, "%s%s %s %d", k ? " " : "", term[k]->stem, surface,
                   term[k]->weight);
    }
    return b.at;
}

const char *catalog_search_terms(struct ctx *c, const char *text, int weight)
{
    struct terms t = { .c = c, .by_stem.mem = c->mem };

    text_add(&t, text, weight);
    return terms_text(&t);
}

/* A yes is found by its specification's name ("NFC"), a no by nothing; other
 * values by themselves. */
static enum err specs_add(struct terms *t, i64 product_id)
{
    const char *name, *text;
    double number;
    i64 kind;
    ROWS r;

    TRY(db_rows(t->c, &r, &catalog_search_sql[SPECS], product_id));
    while (db_next(&r, INTO(&name, &kind, &text, &number))) {
        if (kind == SPEC_BOOL)
            text_add(t, number == 1 ? name : NULL, SEARCH_SPEC);
        else
            text_add(t, text, SEARCH_SPEC);
    }
    return r.err;
}

static enum err variants_add(struct terms *t, i64 product_id)
{
    const char *sku, *name;
    ROWS r;

    TRY(db_rows(t->c, &r, &catalog_search_sql[VARIANTS], product_id));
    while (db_next(&r, INTO(&sku, &name))) {
        text_add(t, name, SEARCH_VARIANT);
        text_add(t, sku, SEARCH_MODEL);
    }
    return r.err;
}

enum err catalog_search_put(struct ctx *c, i64 product_id)
{
    struct terms t = { .c = c, .by_stem.mem = c->mem };
    const char *name, *name_en, *model, *description, *brand;

    TRY(db_one(c, &catalog_search_sql[SOURCE],
               INTO(&name, &name_en, &model, &description, &brand), product_id));
    text_add(&t, name, SEARCH_NAME);
    text_add(&t, name_en, SEARCH_BRAND);
    text_add(&t, model, SEARCH_MODEL);
    text_add(&t, brand, SEARCH_BRAND);
    TRY(variants_add(&t, product_id));
    TRY(specs_add(&t, product_id));
    text_add(&t,
             arena_strdup(c->mem, description, strnlen(description, DESCRIPTION_BYTES)),
             SEARCH_TEXT);
    return db_exec(c, &catalog_search_sql[PUT], NULL, product_id, terms_text(&t));
}

/* The whole index again, each slice in an arena that ends with it. */
static enum err slice_put(struct ctx *c, i64 *after_id, i64 *ret_n)
{
    enum { SLICE = 200 };
    i64 ids[SLICE], n = 0;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_search_sql[ALL], *after_id, (i64)SLICE));
    while (n < SLICE && db_next(&r, INTO(&ids[n]))) n++;
    TRY(r.err);
    for (i64 k = 0; k < n; k++) {
        TRY(catalog_search_put(c, ids[k]));
        TRY(catalog_touch(c, ids[k]));
    }
    *ret_n = n;
    if (n) *after_id = ids[n - 1];
    return ERR_OK;
}

void catalog_fault_keep(struct ctx *to, const struct ctx *from)
{
    to->fault = from->fault;
    to->fault.next = NULL;
    if (from->fault.message)
        to->fault.message =
            arena_strdup(to->mem, from->fault.message, strlen(from->fault.message));
    to->fault.field = NULL;
}

enum err catalog_search_rebuild(struct ctx *c)
{
    i64 after_id = 0, n = 1;
    enum err e = ERR_OK;

    while (n && !e) {
        struct ctx slice = *c;

        slice.mem = arena_new((size_t)64 << 20);
        e = slice_put(&slice, &after_id, &n);
        if (e) catalog_fault_keep(c, &slice);
        arena_free(slice.mem);
    }
    catalog_shelf_renew(c);
    return e;
}
