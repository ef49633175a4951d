/* Levels as the office looks for them: over places, by what is wrong with them.
 *
 * A page walks places in order, each in order of its variants.  Nothing but a place
 * and variant is indexed here (bulk feeds write this table), so a filter that few
 * rows pass is a walk: a call looks at PLACES_AT_ONCE places at most and gives back
 * what it found with a `next`, also when that is less than a page. */
#include <string.h>

#include "base/text.h"
#include "http/route.h"
#include "place/place.h"
#include "staff/staff.h"
#include "stock/stock_own.h"

enum { PLACES_AT_ONCE = 12, ROWS_AT_ONCE = 200 };
enum level_only {
    ONLY_SHORT,
    ONLY_NEGATIVE,
    ONLY_LOW,
    ONLY_OUT,
    ONLY_HELD,
    ONLY_INCOMING
};
static const char *const only_words[] = { "short", "negative", "below_safety",
                                          "out",   "held",     "incoming",
                                          NULL };

enum { PLACES, LEVELS };

/* clang-format off */
const struct query stock_office_sql[] = {
    [PLACES] = { "stock.next_places",
        "SELECT p.id FROM pub_place_place p WHERE p.id >= $1 AND ($2 = 0 OR p.region_id = $2)"
        " ORDER BY p.id LIMIT $3" },

    /* $3 what is wrong, $4 the safety stock, $5 a category with all below it. */
    [LEVELS] = { "stock.office_levels",
        "WITH RECURSIVE tree (id) AS ("
        "  SELECT CAST($5 AS BIGINT) UNION ALL"
        "  SELECT k.id FROM pub_catalog_category k JOIN tree ON k.parent_id = tree.id)"
        " SELECT l.variant_id, v.sku, v.name, l.on_hand, l.held, l.base_at,"
        "        COALESCE((SELECT CAST(SUM(i.qty) AS BIGINT) FROM stock_incoming i"
        "                   WHERE i.place_id = l.place_id AND i.variant_id = l.variant_id), 0)"
        "   FROM stock_level l JOIN pub_catalog_variant v ON v.id = l.variant_id"
        "  WHERE l.place_id = $1 AND l.variant_id > $2"
        "    AND CASE $3 WHEN 0 THEN l.on_hand < l.held WHEN 1 THEN l.on_hand < 0"
        "                WHEN 2 THEN l.on_hand - l.held < $4 WHEN 3 THEN l.on_hand - l.held <= $4"
        "                WHEN 4 THEN l.held > 0"
        "                WHEN 5 THEN EXISTS (SELECT 1 FROM stock_incoming i WHERE i.place_id = l.place_id"
        "                                       AND i.variant_id = l.variant_id)"
        "                ELSE 1 = 1 END"
        "    AND ($5 = 0 OR EXISTS (SELECT 1 FROM pub_catalog_product p JOIN tree t ON t.id = p.category_id"
        "                            WHERE p.id = v.product_id))"
        "    AND ($6 = 0 OR l.variant_id = $6) AND l.base_at < $7"
        "  ORDER BY l.variant_id LIMIT $8", .types = "iiiiiiii" },
    QUERY_END
};

struct level_ask {
    i64 place_id, region_id, category_id, variant_id, counted_before;
    int only;
    const char *q;
    i64 limit;
    const char *after;
};
static const struct field ask_fields[] = {
    F_ID(level_ask, place_id, OPT, "Of this place; absent: of all, or of a region."),
    F_ID(level_ask, region_id, OPT, "Of this region's places."),
    F_ID(level_ask, category_id, OPT, "Of this category and all below it."),
    F_ID(level_ask, variant_id, OPT, "Of this variant."),
    F_TEXT(level_ask, q, OPT, 100, "Words of the name, or the beginning of the article."),
    F_ENUM(level_ask, only, OPT, only_words, "short: promised beyond what there is; negative: sold though the book had none; below_safety, out: nothing to promise; held: promised; incoming: on its way."),
    F_TIME(level_ask, counted_before, OPT, "Not counted by a source since."),
    PAGE_FIELDS(level_ask),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("StockLevelAsk", level_ask, ask_fields);

struct level {
    i64 place_id, variant_id;
    const char *sku, *name;
    i64 on_hand, held, free, safety, incoming, counted_at;
};
static const struct field level_fields[] = {
    F_ID(level, place_id, 0, "Where."),
    F_ID(level, variant_id, 0, "What."),
    F_TEXT(level, sku, 0, 0, "Its article."),
    F_TEXT(level, name, 0, 0, "Its name."),
    F_INT(level, on_hand, 0, 0, 0, "Pieces by the book."),
    F_INT(level, held, 0, 0, 0, "Of them promised."),
    F_INT(level, free, 0, 0, 0, "Pieces that can be promised."),
    F_INT(level, safety, 0, 0, 0, "Pieces never promised there."),
    F_INT(level, incoming, 0, 0, 0, "Pieces on their way."),
    F_TIME(level, counted_at, OPT, "As of when a source last counted."),
    FIELD_END
};
static const struct shape level_shape = SHAPE("StockLevel", level, level_fields);
struct levels {
    struct list items;
    const char *next;
};
static const struct field levels_fields[] = {
    F_LIST(levels, items, 0, &level_shape, 0, "By place and variant; may be fewer than asked for though more follow."),
    F_TEXT(levels, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape levels_shape = SHAPE("StockLevelPage", levels, levels_fields);
/* clang-format on */

struct walk {
    const struct level_ask *a;
    i64 place_id, variant_id, limit; /* after this one */
    struct text_word words[8];
    size_t n_words;
    const char *folded;
};

/* Every word somewhere in the name, or the article begins so. */
static bool named(struct ctx *c, const struct walk *w, const struct level *l)
{
    const char *name;

    if (!w->folded) return true;
    if (!strncmp(text_fold(c->mem, l->sku), w->folded, strlen(w->folded))) return true;
    name = text_fold(c->mem, l->name);
    for (size_t k = 0; k < w->n_words; k++)
        if (!strstr(name, w->words[k].at)) return false;
    return true;
}

/* What is left of the page from one place; *ret_end when the place has no more. */
static enum err walk_place(struct ctx *c, struct walk *w, struct list *ret,
                           bool *ret_end)
{
    const struct level_ask *a = w->a;
    const i64 safety = stock_safety(c, w->place_id);
    struct level l = { .place_id = w->place_id, .safety = safety };
    i64 seen = 0, base_at;
    ROWS r;

    TRY(db_rows(
        c, &r, &stock_office_sql[LEVELS], w->place_id, w->variant_id,
        a->only < 0 ? 99 : a->only, safety, a->category_id == NONE ? 0 : a->category_id,
        a->variant_id == NONE ? 0 : a->variant_id,
        a->counted_before == NONE ? INT64_MAX : a->counted_before, ROWS_AT_ONCE));
    while ((i64)ret->n < w->limit &&
           db_next(&r, INTO(&l.variant_id, &l.sku, &l.name, &l.on_hand, &l.held,
                            &base_at, &l.incoming))) {
        seen++;
        w->variant_id = l.variant_id;
        l.free = l.on_hand - l.held > safety ? l.on_hand - l.held - safety : 0;
        l.counted_at = base_at ? base_at : NONE;
        if (named(c, w, &l)) *(struct level *)list_add(c->mem, ret, sizeof(l)) = l;
    }
    *ret_end = seen < ROWS_AT_ONCE && (i64)ret->n < w->limit;
    return (i64)ret->n == w->limit ? ERR_OK : r.err;
}

static enum err places_from(struct ctx *c, const struct walk *w, struct list *ret)
{
    i64 id;
    ROWS r = { 0 };

    if (w->a->place_id != NONE) {
        *(i64 *)list_add(c->mem, ret, sizeof(id)) = w->a->place_id;
        return ERR_OK;
    }
    TRY(db_rows(c, &r, &stock_office_sql[PLACES], w->place_id,
                w->a->region_id == NONE ? 0 : w->a->region_id, PLACES_AT_ONCE + 1));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, ret, sizeof(id)) = id;
    return r.err;
}

static enum err walk(struct ctx *c, struct walk *w, struct levels *ret)
{
    struct list places = { 0 };
    bool end;

    TRY(places_from(c, w, &places));
    const i64 *p = places.at;
    for (size_t k = 0; k < places.n && k < PLACES_AT_ONCE; k++) {
        if (p[k] != w->place_id) w->variant_id = -1;
        w->place_id = p[k];
        do {
            TRY(walk_place(c, w, &ret->items, &end));
        } while (!end && (i64)ret->items.n < w->limit);
        if (!end) {
            ret->next = page_next(c->mem, (i64[]){ w->place_id, w->variant_id }, 2);
            return ERR_OK;
        }
    }
    if (places.n > PLACES_AT_ONCE)
        ret->next = page_next(c->mem, (i64[]){ p[PLACES_AT_ONCE], -1 }, 2);
    return ERR_OK;
}

static enum err levels_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct level_ask *a = q->query;
    struct levels *page = NEW(c->mem, struct levels);
    struct walk w = { .a = a, .limit = a->limit == NONE ? 50 : a->limit };
    i64 at[2] = { -1, -1 };

    TRY(staff_may(c, RIGHT_STOCK_READ, a->place_id == NONE ? 0 : a->place_id));
    if (a->after) TRY(page_after(c, a->after, at, 2));
    w.place_id = at[0];
    w.variant_id = at[1];
    w.folded = a->q && *a->q ? text_fold(c->mem, a->q) : NULL;
    if (w.folded) w.n_words = text_words(c->mem, w.folded, w.words, COUNT(w.words));
    TRY(walk(c, &w, page));
    return reply_with(r, 200, page);
}

/* clang-format off */
extern const struct route stock_office_routes[];
const struct route stock_office_routes[] = {
    { "GET", "/v1/stock/level", levels_get, RIGHT_STOCK_READ, READS_LONG, .query = &ask_shape, .out = &levels_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Levels of the chain, a region or a place, by category, name and what is wrong with them." },
    ROUTE_END
};
/* clang-format on */
