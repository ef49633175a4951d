/* A YML feed, ours or a rival's.
 *
 * What the feed says is kept as it last stood (exchange_feed_offer): a rival's
 * offers for comparing prices, our own to know what is gone.  Only a feed of our
 * own changes the catalogue: offers with a name become goods as CommerceML's do;
 * those without (marketplaces' update feeds) change price and stock of what is
 * known by their id, article or barcode.  A feed is always whole: what it does not
 * name is gone. */
#include <errno.h>
#include <string.h>

#include "base/time.h"
#include "exchange/charset.h"
#include "exchange/exchange_good.h"
#include "exchange/yml.h"
#include "setting/setting.h"

#define SLICE     50
#define LEVEL_MAX 4000 /* outlets of the offers in one slice */

enum { GET, PUT, SEE, GONE_LIST, GONE, GET_PLACES };

/* clang-format off */
const struct query exchange_yml_sql[] = {
    [GET] = { "exchange.get_feed_offer",
        "SELECT name, category, price_minor, old_minor, qty, variant_id, active"
        " FROM exchange_feed_offer WHERE source = $1 AND external = $2" },

    [PUT] = { "exchange.put_feed_offer",
        "INSERT INTO exchange_feed_offer (source, external, name, category, price_minor,"
        " old_minor, qty, variant_id, active, changed_at, seen_run)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10)"
        " ON CONFLICT (source, external) DO UPDATE SET name = excluded.name,"
        " category = excluded.category, price_minor = excluded.price_minor,"
        " old_minor = excluded.old_minor, qty = excluded.qty, variant_id = excluded.variant_id,"
        " active = 1, changed_at = excluded.changed_at, seen_run = excluded.seen_run",
        .types = "ttttiiiiii" },

    [SEE] = { "exchange.see_feed_offer",
        "UPDATE exchange_feed_offer SET seen_run = $3 WHERE source = $1 AND external = $2" },

    [GONE_LIST] = { "exchange.list_gone_feed_offers",
        "SELECT external, variant_id FROM exchange_feed_offer WHERE source = $1 AND external > $2"
        " AND seen_run <> $3 AND active = 1 ORDER BY external LIMIT $4" },

    [GONE] = { "exchange.end_feed_offer",
        "UPDATE exchange_feed_offer SET active = 0, changed_at = $3"
        " WHERE source = $1 AND external = $2" },

    [GET_PLACES] = { "exchange.list_feed_places",
        "SELECT our_id FROM exchange_key WHERE source = $1 AND kind = 'place' ORDER BY external" },
    QUERY_END
};
/* clang-format on */

struct item {
    struct yml_item is;
    i64 ordinal;
};

struct level {
    i64 place_id, variant_id, qty, line, ordinal;
};

struct loader {
    struct run *r;
    struct arena *mem; /* of the items in the slice */
    struct item items[SLICE];
    size_t n;
    i64 ordinal, skip, at;
    bool root, ended, named;
    struct levels *levels;
    struct level *slice_levels; /* of this slice: found in its unit, added after it */
    size_t level_n;
};

/* ---- What the feed says
 * ------------------------------------------------------------------ */

struct stand {
    const char *name, *category;
    i64 price_minor, old_minor, qty, variant_id;
    bool active;
};

/* Pieces in all outlets; NONE when the feed does not speak of it. */
static enum err qty_of(struct ctx *c, const struct yml_offer *o, i64 *ret)
{
    const struct yml_outlet *x = o->outlets.at;
    const char *why;
    i64 one;

    *ret = NONE;
    if (o->available_said && !o->available) {
        *ret = 0;
        return ERR_OK;
    }
    for (size_t k = 0; k < o->outlets.n; k++) {
        if (!x[k].qty) continue;
        if (!qty_parse(x[k].qty, &one, &why))
            return FAIL(c, BAD_FORMAT, "instock %s: %s", x[k].qty, why);
        *ret = (*ret == NONE ? 0 : *ret) + (one > 0 ? one : 0);
    }
    if (*ret != NONE || !o->qty) return ERR_OK;
    if (!qty_parse(o->qty, ret, &why))
        return FAIL(c, BAD_FORMAT, "count %s: %s", o->qty, why);
    if (*ret < 0) *ret = 0;
    return ERR_OK;
}

static enum err money_of(struct ctx *c, const char *text, const char *currency,
                         i64 *ret)
{
    const char *why;

    *ret = NONE;
    if (!text || price_parse(c, text, currency ? currency : "RUB", ret, &why))
        return ERR_OK;
    return FAIL(c, BAD_FORMAT, "price %s: %s", text, why);
}

/* Ours, by what identifies a thing everywhere; by its own id only in our own feed. */
static enum err variant_of(struct run *r, struct ctx *c, const struct yml_offer *o,
                           i64 *ret_id)
{
    const char *const *codes = o->barcodes.at;
    struct key k = { .source = r->source, .kind = "variant", .external = o->id };
    enum err e = key_get(c, &k);

    *ret_id = e ? NONE : k.our_id;
    if (!e || e != ERR_NOT_FOUND) return e;
    for (size_t j = 0; j < o->barcodes.n && e == ERR_NOT_FOUND; j++)
        e = catalog_find_code(c, codes[j], ret_id);
    if (e == ERR_NOT_FOUND && r->own && o->vendor_code)
        e = catalog_find_code(c, o->vendor_code, ret_id);
    if (e == ERR_NOT_FOUND && r->own) e = catalog_find_code(c, o->id, ret_id);
    c->fault = (struct fault){ 0 };
    if (e == ERR_NOT_FOUND) *ret_id = NONE;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static enum err keep_offer(struct run *r, struct ctx *c, const struct yml_offer *o,
                           i64 at, i64 *ret_variant_id)
{
    struct stand s = { .name = o->name ? o->name : o->model,
                       .category = o->category_id },
                 was;

    TRY(money_of(c, o->price, o->currency, &s.price_minor));
    TRY(money_of(c, o->old_price, o->currency, &s.old_minor));
    TRY(qty_of(c, o, &s.qty));
    const enum err e =
        db_one(c, &exchange_yml_sql[GET],
               INTO(&was.name, &was.category, &was.price_minor, &was.old_minor,
                    &was.qty, &was.variant_id, &was.active),
               r->source, o->id);
    if (e && e != ERR_NOT_FOUND) return e;
    s.variant_id = e ? NONE : was.variant_id;
    if (s.variant_id == NONE && (e || r->own)) TRY(variant_of(r, c, o, &s.variant_id));
    *ret_variant_id = s.variant_id;
    if (!e && was.active && was.price_minor == s.price_minor &&
        was.old_minor == s.old_minor && was.qty == s.qty &&
        was.variant_id == s.variant_id && equal(was.name, s.name) &&
        equal(was.category, s.category))
        return db_exec(c, &exchange_yml_sql[SEE], NULL, r->source, o->id, r->id);
    return db_exec(c, &exchange_yml_sql[PUT], NULL, r->source, o->id, s.name,
                   s.category, s.price_minor, s.old_minor, s.qty, s.variant_id, at,
                   r->id);
}

/* ---- Our own feed
 * ------------------------------------------------------------------------- */

static void push(struct ctx *c, struct cml_list *l, size_t size, const void *item)
{
    char *at = arena_raw(c->mem, (l->n + 1) * size);

    if (l->n) memcpy(at, l->at, l->n * size);
    memcpy(at + l->n * size, item, size);
    l->at = at;
    l->room = ++l->n;
}

/* "Смартфон" + "Apple" + "iPhone 15" where a feed gives a name in parts. */
static const char *full_name(struct ctx *c, const struct yml_offer *o)
{
    if (o->name) return o->name;
    if (!o->model) return NULL;
    return arena_printf(c->mem, "%s%s%s%s%s", o->type_prefix ? o->type_prefix : "",
                        o->type_prefix ? " " : "", o->vendor ? o->vendor : "",
                        o->vendor ? " " : "", o->model);
}

static enum err params_of(struct run *r, struct ctx *c, const struct yml_offer *o,
                          struct cml_good *g)
{
    const struct yml_param *p = o->params.at;

    for (size_t k = 0; k < o->params.n; k++) {
        const char *value = p[k].unit
                                ? arena_printf(c->mem, "%s %s", p[k].value, p[k].unit)
                                : p[k].value;

        TRY(good_property(
            r, c, &(struct cml_property){ .id = p[k].name, .name = p[k].name }));
        push(c, &g->values, sizeof(struct cml_pair),
             &(struct cml_pair){ p[k].name, value });
    }
    return ERR_OK;
}

static enum err price_list(struct run *r, struct ctx *c)
{
    const char *name =
        setting_text(c, "exchange.retail_type", (struct setting_scope){ 0 });
    i64 ignored;

    return price_list_of(
        r, c,
        &(struct cml_price_type){ .id = "feed",
                                  .name = name && *name ? name : "Розничная",
                                  .currency = "RUB",
                                  .tax_inside = true },
        &ignored);
}

/* The offer as a good of CommerceML, whose rules it then follows. */
static enum err good_of(struct run *r, struct ctx *c, const struct yml_offer *o,
                        const char *name, struct cml_good *g)
{
    const char *const *pictures = o->pictures.at, *const *codes = o->barcodes.at;

    *g = (struct cml_good){
        .id = o->group_id ? arena_printf(c->mem, "%s#%s", o->group_id, o->id) : o->id,
        .article = o->vendor_code,
        .code = o->id,
        .name = name,
        .description = o->description,
        .brand = o->vendor,
        .tax = o->vat,
        .weight = o->weight,
        .barcode = o->barcodes.n ? codes[0] : NULL,
    };
    if (o->category_id) push(c, &g->groups, sizeof(char *), &o->category_id);
    for (size_t k = 0; k < o->pictures.n; k++)
        push(c, &g->images, sizeof(char *), &pictures[k]);
    return params_of(r, c, o, g);
}

static enum err price_offer(struct run *r, struct ctx *c, const struct yml_offer *o,
                            const char *id, i64 line)
{
    struct cml_good g = { .id = id };

    if (!o->price) return ERR_OK;
    push(c, &g.prices, sizeof(struct cml_price),
         &(struct cml_price){ .type_id = "feed",
                              .amount = o->price,
                              .old_amount = o->old_price,
                              .currency = o->currency ? o->currency : "RUB" });
    TRY(price_list(r, c));
    r->now.counts[RUN_PRICES].seen++;
    return prices_put(r, c, &g, line);
}

static enum err name_variant(struct run *r, struct ctx *c, const struct yml_offer *o,
                             i64 *variant_id, const char **ret_key)
{
    struct key k = { .source = r->source,
                     .kind = "variant",
                     .external = o->id,
                     .active = true,
                     .seen_run = r->id };

    *ret_key = o->id;
    if (key_get(c, &k) == ERR_OK) {
        *variant_id = k.our_id;
        return ERR_OK;
    }
    c->fault = (struct fault){ 0 };
    if (*variant_id == NONE)
        return FAIL(c, NO_SUCH, "nothing here has this id, article or barcode");
    k.our_id = *variant_id;
    return key_put(c, &k);
}

static enum err own_offer(struct loader *l, struct ctx *c, const struct yml_offer *o,
                          i64 line, i64 *variant_id)
{
    struct run *r = l->r;
    const char *name = full_name(c, o), *key;
    struct cml_good g;
    struct key k = { .source = r->source, .kind = "variant" };

    if (!name) {
        TRY(name_variant(r, c, o, variant_id, &key));
        return price_offer(r, c, o, key, line);
    }
    TRY(good_of(r, c, o, name, &g));
    TRY(good_good(r, c, &g, line));
    TRY(good_offer(r, c, &g, line));
    TRY(price_offer(r, c, o, g.id, line));
    k.external = g.id;
    TRY(key_get(c, &k));
    *variant_id = k.our_id;
    return ERR_OK;
}

static void add_level(struct loader *l, i64 place_id, i64 variant_id, i64 qty,
                      const struct item *i)
{
    if (l->level_n < LEVEL_MAX)
        l->slice_levels[l->level_n++] =
            (struct level){ place_id, variant_id, qty < 0 ? 0 : qty, i->is.line,
                            i->ordinal };
}

static enum err own_levels(struct loader *l, struct ctx *c, const struct item *i,
                           i64 variant_id)
{
    const struct yml_offer *o = &i->is.offer;
    const struct yml_outlet *x = o->outlets.at;
    const char *why;
    i64 place_id, qty;

    for (size_t k = 0; k < o->outlets.n; k++) {
        if (!x[k].qty || !qty_parse(x[k].qty, &qty, &why)) continue;
        TRY(good_place(l->r, c, x[k].place ? x[k].place : "", x[k].place, NULL,
                       &place_id));
        add_level(l, place_id, variant_id, qty, i);
    }
    if (o->outlets.n) return ERR_OK;
    TRY(qty_of(c, o, &qty));
    if (qty == NONE) return ERR_OK;
    TRY(good_place(l->r, c, "", NULL, NULL, &place_id));
    add_level(l, place_id, variant_id, qty, i);
    return ERR_OK;
}

/* ---- A slice
 * -------------------------------------------------------------------------------------
 */

struct thing {
    struct loader *l;
    const struct item *i;
};

static enum err apply_category(struct run *r, struct ctx *c, const struct item *i)
{
    if (!r->own || !i->is.category.id) return ERR_OK;
    return good_group(r, c,
                      &(struct cml_group){ .id = i->is.category.id,
                                           .parent_id = i->is.category.parent_id,
                                           .name = i->is.category.name });
}

static enum err apply_offer(struct loader *l, struct ctx *c, const struct item *i)
{
    const struct yml_offer *o = &i->is.offer;
    i64 variant_id;

    if (!o->id || !*o->id) return FAIL(c, BAD_FORMAT, "an offer without an id");
    TRY(keep_offer(l->r, c, o, l->at, &variant_id));
    if (l->r->own) {
        TRY(own_offer(l, c, o, i->is.line, &variant_id));
        TRY(own_levels(l, c, i, variant_id));
    }
    l->r->now.counts[RUN_OFFERS].taken++;
    return ERR_OK;
}

static enum err apply(struct run *r, struct ctx *c, const void *arg)
{
    const struct thing *t = arg;

    struct loader *l = t->l;

    /* The unit may have begun again: what is added from here on is added anew. */
    while (l->level_n && l->slice_levels[l->level_n - 1].ordinal >= t->i->ordinal)
        l->level_n--;
    switch (t->i->is.kind) {
    case YML_CATEGORY:
        r->now.counts[RUN_GROUPS].taken++;
        return apply_category(r, c, t->i);
    case YML_ITEM:
        return apply_offer(t->l, c, t->i);
    case YML_BROKEN:
        return FAIL(c, TOO_BIG, "%s", t->i->is.broken.why);
    default:
        return ERR_OK;
    }
}

static void name_thing(const void *arg, struct run_reject *ret)
{
    const struct item *i = ((const struct thing *)arg)->i;

    ret->line = i->is.line;
    ret->what = i->is.kind == YML_CATEGORY ? "groups" : "offers";
    ret->external = i->is.kind == YML_CATEGORY ? i->is.category.id
                    : i->is.kind == YML_ITEM   ? i->is.offer.id
                                               : i->is.broken.id;
}

static enum err send_levels(struct loader *l)
{
    struct run *r = l->r;

    r->now.counts[RUN_RESTS].seen += (i64)l->level_n;
    r->now.counts[RUN_RESTS].taken += (i64)l->level_n;
    for (size_t k = 0; k < l->level_n; k++) {
        const struct level *x = &l->slice_levels[k];

        TRY(levels_add(l->levels, x->place_id, x->variant_id, x->qty, x->line));
    }
    levels_mark(l->levels);
    l->level_n = 0;
    return ERR_OK;
}

/* In a dry run an offer is looked at as far as that needs no writing. */
static enum err dry_look(struct ctx *c, void *arg)
{
    struct loader *l = arg;
    i64 ignored;

    for (size_t k = 0; k < l->n; k++) {
        const struct yml_offer *o = &l->items[k].is.offer;
        struct run_reject no = { 0 };

        if (l->items[k].is.kind != YML_ITEM) continue;
        enum err e = o->id ? money_of(c, o->price, o->currency, &ignored)
                           : FAIL(c, BAD_FORMAT, "an offer without an id");
        if (!e) e = qty_of(c, o, &ignored);
        if (!e) {
            l->r->now.counts[RUN_OFFERS].taken++;
            continue;
        }
        if (!run_is_refusal(e)) return e;
        name_thing(&(struct thing){ l, &l->items[k] }, &no);
        run_reject(l->r, no.line, no.what, no.external, "%s", c->fault.message);
        c->fault = (struct fault){ 0 };
    }
    return ERR_OK;
}

static enum err flush(struct loader *l)
{
    struct run *r = l->r;
    struct thing *things = NEW_N(l->mem, struct thing, l->n + 1);

    if (!l->n) return ERR_OK;
    for (size_t k = 0; k < l->n; k++) things[k] = (struct thing){ l, &l->items[k] };
    if (r->own && !r->dry && !l->levels)
        l->levels = levels_new(r, r->source, "yml", l->at);
    r->now.position = l->ordinal;
    if (r->dry)
        TRY(db_snapshot(r->c, dry_look, l));
    else
        TRY(run_slice(
            r, &(struct run_work){ things, l->n, sizeof(*things), apply, name_thing }));
    if (l->levels) TRY(send_levels(l));
    l->n = 0;
    arena_reset(l->mem);
    arena_reset(r->c->mem);
    return ERR_OK;
}

/* ---- What is gone
 * ---------------------------------------------------------------------------------- */

struct gone {
    struct loader *l;
    const char *after;
    bool more;
    i64 variants[SLICE], places[64];
    size_t n, place_n;
};

static enum err end_some(struct ctx *c, void *arg)
{
    struct gone *g = arg;
    struct run *r = g->l->r;
    const char *externals[SLICE];
    i64 id;
    ROWS rows = { 0 }, places = { 0 };

    g->n = g->place_n = 0;
    TRY(db_rows(c, &rows, &exchange_yml_sql[GONE_LIST], r->source, g->after, r->id,
                (i64)SLICE));
    while (g->n < SLICE && db_next(&rows, INTO(&externals[g->n], &g->variants[g->n])))
        g->n++;
    TRY(rows.err);
    for (size_t k = 0; k < g->n; k++)
        TRY(db_exec(c, &exchange_yml_sql[GONE], NULL, r->source, externals[k],
                    g->l->at));
    g->more = g->n == SLICE;
    if (g->n)
        g->after =
            arena_strdup(r->mem, externals[g->n - 1], strlen(externals[g->n - 1]));
    TRY(db_rows(c, &places, &exchange_yml_sql[GET_PLACES], r->source));
    while (g->place_n < COUNT(g->places) && db_next(&places, INTO(&id)))
        g->places[g->place_n++] = id;
    return places.err;
}

static enum err end_gone(struct loader *l)
{
    struct gone g = { .l = l, .after = "", .more = true };

    while (g.more) {
        TRY(db_unit(l->r->c, end_some, &g));
        for (size_t k = 0; k < g.n && l->levels; k++)
            for (size_t j = 0; j < g.place_n && g.variants[k] != NONE; j++)
                TRY(levels_add(l->levels, g.places[j], g.variants[k], 0, 0));
        arena_reset(l->r->c->mem);
    }
    return l->r->own && l->named ? commerceml_sweep(l->r, "variant", l->r->id) : ERR_OK;
}

/* ---- The stream
 * ----------------------------------------------------------------------------------------
 */

/* "2026-03-15 12:01" of a feed; ISO dates too. */
static void head(struct loader *l, const char *date)
{
    char text[40];

    l->root = true;
    l->at = l->r->at;
    if (!date || strlen(date) > 30) return;
    snprintf(text, sizeof(text), "%s%s", date, strlen(date) == 16 ? ":00" : "");
    if (text[10] == ' ') text[10] = 'T';
    if (!time_parse(text, (int)l->r->utc_offset_min, &l->at) || l->at > l->r->at)
        l->at = l->r->at;
}

static enum err take(void *arg, const struct yml_item *i)
{
    struct loader *l = arg;

    if (i->kind == YML_HEAD) head(l, i->date);
    if (i->kind == YML_END) l->ended = true;
    if (i->kind != YML_CATEGORY && i->kind != YML_ITEM && i->kind != YML_BROKEN)
        return ERR_OK;
    if (i->kind == YML_ITEM && (i->offer.name || i->offer.model)) l->named = true;
    if (++l->ordinal <= l->skip) {
        arena_reset(l->mem);
        return ERR_OK;
    }
    l->r->now.counts[i->kind == YML_CATEGORY ? RUN_GROUPS : RUN_OFFERS].seen++;
    l->items[l->n++] = (struct item){ *i, l->ordinal };
    return l->n == SLICE || arena_used(l->mem) > ((size_t)4 << 20) ? flush(l) : ERR_OK;
}

static enum err feed(void *to, const char *at, size_t n, bool last)
{
    return yml_feed(to, at, n, last);
}

static enum err read_file(struct loader *l, struct yml *p)
{
    TRY(run_feed(l->r, feed, p));
    if (!l->root) return FAIL(l->r->c, BAD_FORMAT, "not a YML feed: no yml_catalog");
    TRY(flush(l));
    if (!l->r->dry) TRY(end_gone(l));
    return l->levels ? levels_flush(l->levels) : ERR_OK;
}

enum err load_yml(struct run *r)
{
    struct loader *l = arena_alloc(r->mem, sizeof(*l));

    *l = (struct loader){ .r = r, .skip = r->now.position, .at = r->at };
    l->mem = arena_new((size_t)32 << 20);
    l->slice_levels = NEW_N(r->mem, struct level, LEVEL_MAX);
    struct yml *p =
        yml_new(r->c, &(struct yml_sink){ .mem = l->mem, .take = take, .arg = l });
    const enum err e = read_file(l, p);

    yml_free(p);
    levels_free(l->levels);
    arena_free(l->mem);
    return e;
}
