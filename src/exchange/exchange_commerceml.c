/* A CommerceML file: items gathered into slices, a unit each.
 *
 * Rests do not need the slices' units: their variants and places are looked up in
 * a snapshot and they go their own way (exchange_level.c).  A full file ends with
 * a sweep: what it did not name is taken out of sale, or its stock is nought. */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/time.h"
#include "exchange/exchange_good.h"
#include "stock/stock.h"

#define SLICE_ITEMS  512
#define SLICE_WEIGHT 512 /* about 20 ms of the writer */
#define SLICE_BYTES  ((size_t)4 << 20)
#define SWEEP_ROWS   200
#define SAVE_ITEMS   512

enum { SWEEP, ANY_SEEN, FIRST_RUN, ANY_RESTS, PLACES_OF, LEVELS_LEFT, LEVELS_OLD };

/* clang-format off */
const struct query exchange_commerceml_sql[] = {
    [SWEEP] = { "exchange.list_unseen",
        "SELECT external, our_id, hash FROM exchange_key WHERE source = $1 AND kind = $2"
        " AND external > $3 AND seen_run < $4 AND active = 1 ORDER BY external LIMIT $5" },

    [ANY_SEEN] = { "exchange.find_seen",
        "SELECT external FROM exchange_key WHERE source = $1 AND kind = $2 AND seen_run >= $3"
        " LIMIT 1" },

    [FIRST_RUN] = { "exchange.get_first_run",
        "SELECT CAST(COALESCE(MIN(id), 0) AS BIGINT), CAST(COALESCE(MIN(at), 0) AS BIGINT)"
        "  FROM exchange_run WHERE session_id = $1 AND kind = 'commerceml'" },

    [ANY_RESTS] = { "exchange.count_rests",
        "SELECT CAST(COALESCE(SUM(n.taken), 0) AS BIGINT) FROM exchange_run r"
        "  JOIN exchange_run_count n ON n.run_id = r.id AND n.what = 'rests'"
        " WHERE r.session_id = $1 AND r.kind = 'commerceml' AND r.dry = 0" },

    [PLACES_OF] = { "exchange.list_places",
        "SELECT our_id FROM exchange_key WHERE source = $1 AND kind = 'place' ORDER BY external" },

    [LEVELS_LEFT] = { "exchange.list_levels_left",
        "SELECT l.variant_id, k.external FROM pub_stock_level l"
        "  JOIN exchange_key k ON k.kind = 'variant' AND k.our_id = l.variant_id AND k.source = $1"
        " WHERE l.place_id = $2 AND l.variant_id > $3 AND l.on_hand <> 0"
        " ORDER BY l.variant_id LIMIT $4" },

    [LEVELS_OLD] = { "exchange.list_levels_old",
        "SELECT l.variant_id FROM pub_stock_count l"
        "  JOIN exchange_key k ON k.kind = 'variant' AND k.our_id = l.variant_id AND k.source = $1"
        " WHERE l.place_id = $2 AND l.variant_id > $3 AND l.on_hand <> 0 AND l.base_doc < $4"
        " ORDER BY l.variant_id LIMIT $5" },
    QUERY_END
};
/* clang-format on */

struct item {
    struct cml_item is;
    i64 ordinal;
};

struct loader {
    struct run *r;
    struct arena *mem; /* of the items in the slice */
    struct item *items;
    size_t n, weight;
    i64 ordinal, skip; /* of the last item; done by an earlier process */
    i64 saved;         /* the ordinal when run_checkpoint() was last called */
    i64 formed_at;
    bool root;

    struct cml_part part;
    bool offers, rests; /* the package named offers with content, rests */
    bool whole;         /* one file is all of it: no more parts will come */
    struct levels *levels;
    struct known_set places, variants;
    struct list place_ids; /* i64: all of the source's, for rests not named */
};

/* ---- One item in a unit
 * --------------------------------------------------------------- */

static bool has_content(const struct cml_good *g)
{
    return g->name || g->article || g->barcode || g->deleted || g->features.n ||
           g->values.n;
}

static enum run_what what_of(const struct cml_item *i)
{
    switch (i->kind) {
    case CML_GROUP:
        return RUN_GROUPS;
    case CML_PROPERTY:
        return RUN_PROPERTIES;
    case CML_VALUE:
        return RUN_VALUES;
    case CML_PRICE_TYPE:
        return RUN_PRICE_TYPES;
    case CML_STORE:
        return RUN_STORES;
    case CML_GOOD:
        return RUN_GOODS;
    case CML_DOCUMENT:
        return RUN_DOCUMENTS;
    default:
        return RUN_OFFERS;
    }
}

static enum err apply_offer(struct run *r, struct ctx *c, const struct item *i)
{
    const struct cml_good *g = &i->is.good;

    if (has_content(g)) TRY(good_offer(r, c, g, i->is.line));
    return g->prices.n ? prices_put(r, c, g, i->is.line) : ERR_OK;
}

static enum err apply_kind(struct run *r, struct ctx *c, const struct item *i)
{
    switch (i->is.kind) {
    case CML_GROUP:
        return good_group(r, c, &i->is.group);
    case CML_PROPERTY:
        return good_property(r, c, &i->is.property);
    case CML_VALUE:
        return good_value(r, c, &i->is.value);
    case CML_PRICE_TYPE:
        return price_type_put(r, c, &i->is.price_type);
    case CML_STORE:
        return good_store(r, c, &i->is.store);
    case CML_GOOD:
        return good_good(r, c, &i->is.good, i->is.line);
    case CML_OFFER:
        return apply_offer(r, c, i);
    case CML_DOCUMENT:
        return document_put(r, c, &i->is.document, i->is.line);
    case CML_BROKEN:
        return FAIL(c, TOO_BIG, "%s", i->is.broken.value);
    default:
        return ERR_OK;
    }
}

static enum err apply(struct run *r, struct ctx *c, const void *thing)
{
    const struct item *i = *(const struct item *const *)thing;

    TRY(apply_kind(r, c, i));
    r->now.counts[what_of(&i->is)].taken++;
    return ERR_OK;
}

static const char *id_of(const struct cml_item *i)
{
    switch (i->kind) {
    case CML_GROUP:
        return i->group.id;
    case CML_PROPERTY:
        return i->property.id;
    case CML_VALUE:
        return i->value.id;
    case CML_PRICE_TYPE:
        return i->price_type.id;
    case CML_STORE:
        return i->store.id;
    case CML_GOOD:
    case CML_OFFER:
        return i->good.id;
    case CML_DOCUMENT:
        return i->document.id;
    case CML_BROKEN:
        return i->broken.name;
    default:
        return NULL;
    }
}

static void name_item(const void *thing, struct run_reject *ret)
{
    static const char *const words[] = {
#define W(name, word) word,
        RUN_WHATS(W)
#undef W
    };
    const struct item *i = *(const struct item *const *)thing;

    ret->line = i->is.line;
    ret->what = words[what_of(&i->is)];
    ret->external = id_of(&i->is);
}

/* ---- Rests
 * ------------------------------------------------------------------------------ */

static enum err find_known(struct loader *l, struct ctx *c, struct known_set *set,
                           const char *kind, const char *external, struct known **ret)
{
    const size_t n = strlen(external);
    i64 id = 0;

    *ret = known_find(set, external, n);
    if (*ret) return ERR_OK;
    const enum err e = exchange_key_get(c, l->r->source, kind, external, &id);
    if (e && e != ERR_NOT_FOUND) return e;
    if (set->map->n >= KNOWN_MAX)
        return FAIL(c, TOO_BIG, "more than %zu different ids of %ss", KNOWN_MAX, kind);
    *ret = known_add(set, external, n, id);
    return ERR_OK;
}

/* Look up what the rests of this slice name, all in one snapshot. */
static enum err resolve(struct ctx *c, void *arg)
{
    struct loader *l = arg;
    struct known *k;

    for (size_t j = 0; j < l->n; j++) {
        const struct cml_good *g = &l->items[j].is.good;
        const struct cml_rest *rest = g->rests.at;

        if (l->items[j].is.kind != CML_OFFER || !g->id) continue;
        if (!g->has_rests && !g->qty) continue;
        TRY(find_known(l, c, &l->variants, "variant", g->id, &k));
        for (size_t m = 0; m < g->rests.n; m++)
            if (rest[m].store_id)
                TRY(find_known(l, c, &l->places, "place", rest[m].store_id, &k));
    }
    return ERR_OK;
}

struct new_place {
    struct loader *l;
    const char *external;
    i64 id;
};

static enum err make_place(struct ctx *c, void *arg)
{
    struct new_place *p = arg;

    return good_place(p->l->r, c, p->external, NULL, NULL, &p->id);
}

/* A warehouse that no list named is a place all the same. */
static enum err place_of(struct loader *l, const char *external, i64 *ret_id)
{
    struct known *k = known_find(&l->places, external, strlen(external));
    struct new_place p = { .l = l, .external = external };

    if (k && k->id) {
        k->seen = true;
        *ret_id = k->id;
        return ERR_OK;
    }
    TRY(db_unit(l->r->c, make_place, &p));
    if (k)
        k->id = p.id;
    else
        (void)known_add(&l->places, external, strlen(external), p.id);
    *ret_id = p.id;
    return ERR_OK;
}

static enum err add_rest(struct loader *l, const struct item *i, i64 variant_id,
                         const char *store_id, const char *text)
{
    struct run *r = l->r;
    const char *why;
    i64 qty, place_id;

    r->now.counts[RUN_RESTS].seen++;
    if (!qty_parse(text, &qty, &why)) {
        run_reject(r, i->is.line, "rests", i->is.good.id, "%s: %s", text, why);
        return ERR_OK;
    }
    if (qty < 0) {
        run_reject(r, i->is.line, "rests", i->is.good.id,
                   "%s pieces: less than none, taken as none", text);
        qty = 0;
    }
    r->now.counts[RUN_RESTS].taken++;
    if (r->dry) return ERR_OK;
    TRY(place_of(l, store_id ? store_id : "", &place_id));
    return levels_add(l->levels, place_id, variant_id, qty, i->is.line);
}

/* In a full package a warehouse that an offer does not name has none of it. */
static enum err add_unnamed(struct loader *l, const struct item *i, i64 variant_id)
{
    const struct cml_rest *rest = i->is.good.rests.at;
    const i64 *ids = l->place_ids.at;

    if (l->part.changes_only || !l->levels || !i->is.good.rests.n) return ERR_OK;
    for (size_t k = 0; k < l->place_ids.n; k++) {
        bool named = false;

        for (size_t m = 0; m < i->is.good.rests.n && !named; m++) {
            const char *id = rest[m].store_id ? rest[m].store_id : "";
            const struct known *p = known_find(&l->places, id, strlen(id));

            named = p && p->id == ids[k];
        }
        if (!named) TRY(levels_add(l->levels, ids[k], variant_id, 0, i->is.line));
    }
    return ERR_OK;
}

static enum err add_rests(struct loader *l, const struct item *i)
{
    const struct cml_good *g = &i->is.good;
    const struct cml_rest *rest = g->rests.at;
    struct known *v = g->id ? known_find(&l->variants, g->id, strlen(g->id)) : NULL;

    l->rests = true;
    if (!v || (!v->id && !l->r->dry)) {
        l->r->now.counts[RUN_RESTS].seen += (i64)(g->rests.n ? g->rests.n : 1);
        run_reject(l->r, i->is.line, "rests", g->id, "no offer of this id was told");
        return ERR_OK;
    }
    v->seen = true;
    for (size_t k = 0; k < g->rests.n; k++)
        TRY(add_rest(l, i, v->id, rest[k].store_id, rest[k].qty));
    if (!g->rests.n && g->qty) TRY(add_rest(l, i, v->id, NULL, g->qty));
    return add_unnamed(l, i, v->id);
}

/* ---- A slice
 * -------------------------------------------------------------------------------- */

static bool needs_unit(const struct item *i)
{
    return i->is.kind != CML_OFFER || !i->is.good.id || has_content(&i->is.good) ||
           i->is.good.prices.n;
}

static enum err apply_slice(struct loader *l)
{
    const struct item **list = NEW_N(l->mem, const struct item *, l->n + 1);
    struct run_work w = {
        .things = list, .size = sizeof(*list), .apply = apply, .name = name_item
    };

    for (size_t k = 0; k < l->n; k++)
        if (needs_unit(&l->items[k]))
            list[w.n++] = &l->items[k];
        else
            l->r->now.counts[RUN_OFFERS].taken++;
    return w.n && !l->r->dry ? run_slice(l->r, &w) : ERR_OK;
}

static bool speaks_of_stock(const struct item *i)
{
    return i->is.kind == CML_OFFER && (i->is.good.has_rests || i->is.good.qty);
}

/* Slices with a unit save themselves; files of rests have none. */
static enum err save(struct loader *l)
{
    l->saved = l->ordinal;
    return run_checkpoint(l->r);
}

/* From the first offer that speaks of stock on, what is durable lags behind what
 * is applied: levels know how far. */
static bool any_stock(struct loader *l)
{
    bool any = false;

    for (size_t k = 0; k < l->n; k++) any |= speaks_of_stock(&l->items[k]);
    if (any && !l->levels && !l->r->dry)
        l->levels = levels_new(l->r, l->r->source, "1c", l->formed_at);
    return any;
}

static enum err apply_rests(struct loader *l)
{
    /* What it finds must outlive the slice, and is copied into the sets. */
    TRY(db_snapshot(l->r->c, resolve, l));
    for (size_t k = 0; k < l->n; k++)
        if (speaks_of_stock(&l->items[k])) TRY(add_rests(l, &l->items[k]));
    return ERR_OK;
}

static enum err flush(struct loader *l)
{
    if (!l->n) return ERR_OK;
    const bool stock = any_stock(l);

    l->r->now.position = l->ordinal;
    TRY(apply_slice(l));
    if (stock) TRY(apply_rests(l));
    if (l->levels) levels_mark(l->levels);
    l->n = l->weight = 0;
    if (l->ordinal - l->saved >= SAVE_ITEMS) TRY(save(l));
    arena_reset(l->mem);
    arena_reset(l->r->c->mem);
    return ERR_OK;
}

static size_t weight_of(const struct cml_item *i)
{
    switch (i->kind) {
    case CML_GOOD:
        return 16;
    case CML_OFFER:
        return (has_content(&i->good) ? 12 : 1) + i->good.prices.n;
    case CML_DOCUMENT:
        return 8 + i->document.lines.n;
    case CML_VALUE:
        return 1;
    default:
        return 4;
    }
}

/* ---- The end of a full part
 * --------------------------------------------------------------------- */

/* Things are "not named" when no run since this one named them. */
struct sweep {
    struct run *r;
    const char *kind;
    const char *after;
    i64 since;
    bool more;
};

static enum err retire(struct run *r, struct ctx *c, struct key *k)
{
    if (strcmp(k->kind, "variant") == 0) {
        struct catalog_variant v;

        TRY(catalog_variant_get(c, k->our_id, &v));
        v.active = false;
        TRY(catalog_variant_put(c, &v));
    } else {
        struct catalog_product p;

        TRY(catalog_product_get(c, k->our_id, &p));
        p.active = false;
        TRY(catalog_product_put(c, &p));
    }
    k->active = false;
    k->hash = 0; /* when it is named again it is put again */
    (void)r;
    return key_put(c, k);
}

static enum err sweep_some(struct ctx *c, void *arg)
{
    struct sweep *s = arg;
    struct key keys[SWEEP_ROWS];
    size_t n = 0;
    ROWS rows = { 0 };

    TRY(db_rows(c, &rows, &exchange_commerceml_sql[SWEEP], s->r->source, s->kind,
                s->after, s->since, (i64)SWEEP_ROWS));
    for (; n < SWEEP_ROWS; n++) {
        struct key *k = &keys[n];

        *k = (struct key){ .source = s->r->source, .kind = s->kind, .active = true };
        if (!db_next(&rows, INTO(&k->external, &k->our_id, &k->hash))) break;
    }
    TRY(rows.err);
    for (size_t k = 0; k < n; k++) TRY(retire(s->r, c, &keys[k]));
    s->more = n == SWEEP_ROWS;
    if (n)
        s->after =
            arena_strdup(s->r->mem, keys[n - 1].external, strlen(keys[n - 1].external));
    return ERR_OK;
}

enum err commerceml_sweep(struct run *r, const char *kind, i64 since)
{
    struct sweep s = {
        .r = r, .kind = kind, .after = "", .since = since, .more = true
    };

    while (s.more) {
        TRY(db_unit(r->c, sweep_some, &s));
        arena_reset(r->c->mem);
    }
    return ERR_OK;
}

struct first {
    struct run *r;
    i64 run_id, at, rests;   /* of the session: its first run; rests it named */
    bool products, variants; /* some were named since */
};

static enum err look_back(struct ctx *c, void *arg)
{
    struct first *f = arg;
    const char *any;

    TRY(db_one(c, &exchange_commerceml_sql[FIRST_RUN], INTO(&f->run_id, &f->at),
               f->r->session_id));
    TRY(db_one(c, &exchange_commerceml_sql[ANY_RESTS], INTO(&f->rests),
               f->r->session_id));
    enum err e = db_one(c, &exchange_commerceml_sql[ANY_SEEN], INTO(&any), f->r->source,
                        "product", f->run_id);
    f->products = !e;
    if (e && e != ERR_NOT_FOUND) return e;
    e = db_one(c, &exchange_commerceml_sql[ANY_SEEN], INTO(&any), f->r->source,
               "variant", f->run_id);
    f->variants = !e;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Stock of offers that a full package of rests did not name; or, by its run, a full
 * exchange in several files. */
struct left {
    struct loader *l;
    i64 place_id, after, since;
    i64 ids[LIMIT_BULK_ROWS];
    size_t n;
    bool more;
};

static enum err list_left(struct ctx *c, void *arg)
{
    struct left *f = arg;
    const char *external;
    i64 id;
    size_t rows_n = 0;
    ROWS rows = { 0 };

    f->n = 0;
    TRY(db_rows(c, &rows, &exchange_commerceml_sql[LEVELS_LEFT], f->l->r->source,
                f->place_id, f->after, (i64)LIMIT_BULK_ROWS));
    rows.borrow = true;
    for (; db_next(&rows, INTO(&id, &external)); rows_n++) {
        const struct known *k = known_find(&f->l->variants, external, strlen(external));

        f->after = id;
        if (!k || !k->seen) f->ids[f->n++] = id;
    }
    f->more = rows_n == LIMIT_BULK_ROWS;
    return rows.err;
}

static enum err zero_unnamed(struct loader *l)
{
    struct left *f = arena_alloc(l->r->mem, sizeof(*f));
    const i64 *ids = l->place_ids.at;

    for (size_t k = 0; k < l->place_ids.n; k++) {
        *f = (struct left){ .l = l, .place_id = ids[k], .more = true };
        while (f->more) {
            TRY(db_snapshot(l->r->c, list_left, f));
            for (size_t j = 0; j < f->n; j++)
                TRY(levels_add(l->levels, ids[k], f->ids[j], 0, 0));
            arena_reset(l->r->c->mem);
        }
    }
    return ERR_OK;
}

static enum err list_places(struct ctx *c, void *arg)
{
    struct loader *l = arg;
    i64 id;
    ROWS rows = { 0 };

    l->place_ids = (struct list){ 0 };
    TRY(db_rows(c, &rows, &exchange_commerceml_sql[PLACES_OF], l->r->source));
    while (db_next(&rows, INTO(&id)))
        *(i64 *)list_add(l->r->mem, &l->place_ids, sizeof(id)) = id;
    return rows.err;
}

static enum err list_old(struct ctx *c, void *arg)
{
    struct left *f = arg;
    ROWS rows = { 0 };

    f->n = 0;
    TRY(db_rows(c, &rows, &exchange_commerceml_sql[LEVELS_OLD], f->l->r->source,
                f->place_id, f->after, f->since, (i64)LIMIT_BULK_ROWS));
    while (db_next(&rows, INTO(&f->after))) f->ids[f->n++] = f->after;
    f->more = f->n == LIMIT_BULK_ROWS;
    return rows.err;
}

/* Runs and counts get their ids in order of time: a level whose last count is of
 * before the session was named in none of its files. */
static enum err zero_old(struct loader *l, i64 since)
{
    struct left *f = arena_alloc(l->r->mem, sizeof(*f));
    const i64 *ids = l->place_ids.at;

    for (size_t k = 0; k < l->place_ids.n; k++) {
        *f = (struct left){ .l = l, .place_id = ids[k], .since = since, .more = true };
        while (f->more) {
            TRY(db_snapshot(l->r->c, list_old, f));
            for (size_t j = 0; j < f->n; j++)
                TRY(levels_add(l->levels, ids[k], f->ids[j], 0, 0));
            arena_reset(l->r->c->mem);
        }
    }
    return levels_flush(l->levels);
}

/* As of when the session began: what came in since is not touched. */
static enum err sweep_levels(struct run *r, const struct first *f)
{
    struct loader l = { .r = r };

    TRY(db_snapshot(r->c, list_places, &l));
    l.levels = levels_new(r, r->source, "1c", f->at);
    const enum err e = zero_old(&l, f->run_id);
    levels_free(l.levels);
    return e;
}

/* 1C says that everything it has was in this session's files.  A session that
 * brought no goods at all is no reason to retire all goods, nor one without rests
 * to empty the shelves. */
enum err load_sweep(struct run *r)
{
    struct first f = { .r = r };

    TRY(db_snapshot(r->c, look_back, &f));
    if (!f.run_id) return ERR_OK;
    if (f.products) TRY(commerceml_sweep(r, "product", f.run_id));
    if (f.variants) TRY(commerceml_sweep(r, "variant", f.run_id));
    return f.rests ? sweep_levels(r, &f) : ERR_OK;
}

static enum err part_begin(struct loader *l, const struct cml_part *part)
{
    TRY(flush(l));
    l->part = *part;
    l->offers = l->rests = false;
    if (part->kind != CML_PACKAGE || part->changes_only) return ERR_OK;
    return db_snapshot(l->r->c, list_places, l);
}

/* Files that come in several parts ("import0_1.xml") are swept when 1C says that
 * all are here (mode=deactivate); a single one at its end. */
static enum err part_end(struct loader *l, const struct cml_part *part)
{
    struct run *r = l->r;

    TRY(flush(l));
    if (l->part.changes_only || r->dry || !l->whole) return ERR_OK;
    if (part->kind == CML_CATALOG) TRY(commerceml_sweep(r, "product", r->id));
    if (part->kind != CML_PACKAGE) return ERR_OK;
    if (l->offers) TRY(commerceml_sweep(r, "variant", r->id));
    return l->rests && l->levels ? zero_unnamed(l) : ERR_OK;
}

/* ---- The stream
 * --------------------------------------------------------------------------------- */

static void head(struct loader *l, const struct cml_head *h)
{
    l->root = true;
    if (!h->formed ||
        !time_parse(h->formed, (int)l->r->utc_offset_min, &l->formed_at) ||
        l->formed_at > l->r->at)
        l->formed_at = l->r->at; /* their clock goes ahead, or says nothing */
}

/* In a resumed full package what was done before is still "named". */
static enum err skip_item(struct loader *l, const struct cml_item *i)
{
    if (i->kind == CML_OFFER && i->good.id && (i->good.has_rests || i->good.qty)) {
        struct known *k;

        l->items[0].is = *i;
        l->n = 1;
        TRY(db_snapshot(l->r->c, resolve, l));
        l->n = 0;
        k = known_find(&l->variants, i->good.id, strlen(i->good.id));
        if (k) k->seen = true;
        l->rests = true;
    }
    if (i->kind == CML_OFFER) l->offers |= has_content(&i->good);
    arena_reset(l->mem);
    arena_reset(l->r->c->mem);
    return ERR_OK;
}

static enum err add_item(struct loader *l, const struct cml_item *i)
{
    if (++l->ordinal <= l->skip) return skip_item(l, i);
    l->r->now.counts[what_of(i)].seen++;
    if (i->kind == CML_OFFER) {
        l->r->now.counts[RUN_PRICES].seen += (i64)i->good.prices.n;
        l->offers |= has_content(&i->good);
    }
    l->items[l->n++] = (struct item){ .is = *i, .ordinal = l->ordinal };
    l->weight += weight_of(i);
    if (l->n < SLICE_ITEMS && l->weight < SLICE_WEIGHT &&
        arena_used(l->mem) < SLICE_BYTES)
        return ERR_OK;
    return flush(l);
}

static enum err take(void *arg, const struct cml_item *i)
{
    struct loader *l = arg;

    switch (i->kind) {
    case CML_HEAD:
        head(l, &i->head);
        return ERR_OK;
    case CML_PART:
        return part_begin(l, &i->part);
    case CML_PART_END:
        return part_end(l, &i->part);
    default:
        return add_item(l, i);
    }
}

static enum err feed(void *to, const char *at, size_t n, bool last)
{
    return commerceml_feed(to, at, n, last);
}

/* "import.xml" is all there is; "import0_1.xml", "import___a1b2.xml" are parts. */
static bool is_whole(const char *file)
{
    const char *name = strrchr(file, '/');

    name = name ? name + 1 : file;
    return strpbrk(name, "_0123456789") == NULL;
}

static enum err read_file(struct loader *l, struct commerceml *p)
{
    TRY(run_feed(l->r, feed, p));
    if (!l->root)
        return FAIL(l->r->c, BAD_FORMAT,
                    "not a CommerceML file: no КоммерческаяИнформация");
    TRY(flush(l));
    if (!l->levels) return ERR_OK;
    return levels_flush(l->levels);
}

enum err load_commerceml(struct run *r)
{
    struct loader l = {
        .r = r, .skip = r->now.position, .formed_at = r->at, .whole = is_whole(r->file)
    };

    l.mem = arena_new((size_t)32 << 20);
    l.items = NEW_N(r->mem, struct item, SLICE_ITEMS);
    known_init(&l.places, r->mem);
    known_init(&l.variants, r->mem);
    struct commerceml *p = commerceml_new(
        r->c, &(struct cml_sink){ .mem = l.mem, .take = take, .arg = &l });
    const enum err e = read_file(&l, p);

    commerceml_free(p);
    levels_free(l.levels);
    known_end(&l.places);
    known_end(&l.variants);
    arena_free(l.mem);
    return e;
}
