/* What people did on screens, as the room `track` lets us hear it: cut into people,
 * each one's counts written once however much he did. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "insight/insight_many.h"
#include "insight/insight_own.h"
#include "insight/insight_seen.h"
#include "insight/insight_segment.h"
#include "job/job.h"
#include "track/track.h"

enum { CATEGORIES_OF, CATEGORY_IS, FORGET };

/* clang-format off */
const struct query insight_seen_follow_sql[] = {
    [CATEGORIES_OF] = { "insight.seen_categories",
        "SELECT product_id, category_id FROM insight_goods WHERE product_id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,"
        " $31, $32, $33, $34, $35, $36, $37, $38, $39, $40)" },

    [CATEGORY_IS] = { "insight.seen_category_is", "SELECT id FROM pub_catalog_category WHERE id = $1" },

    [FORGET] = { "insight.seen_forget", "DELETE FROM insight_seen",
        .scan = "all that was counted is counted anew" },
    QUERY_END
};
/* clang-format on */

#define Q insight_seen_follow_sql

/* ---- Of which category
 * --------------------------------------------------------------- */

struct about {
    i64 product_id, category_id; /* 0 not told */
};

static i64 id_of(struct json *j)
{
    struct json_number n;
    const char *s;
    size_t bytes;

    if (json_kind(j) == JSON_NUMBER) return json_number(j, &n) && n.whole ? n.i : 0;
    if (json_kind(j) != JSON_TEXT) {
        (void)json_skip(j, NULL);
        return 0;
    }
    if (!json_text(j, &s, &bytes) || !bytes || strspn(s, "0123456789") != bytes)
        return 0;
    return bytes > 19 ? 0 : strtoll(s, NULL, 10);
}

static bool named(struct json_text n, const char *what)
{
    return n.n == strlen(what) && !memcmp(n.at, what, n.n);
}

static struct about about_of(struct ctx *c, const char *data)
{
    struct json_object o = { .trusted = true };
    struct json_text name;
    struct about a = { 0 };
    struct json j;

    json_start(&j, c->mem, data, strlen(data));
    if (json_kind(&j) != JSON_OBJECT) return a;
    while (json_member(&j, &o, &name)) {
        if (named(name, "product_id"))
            a.product_id = id_of(&j);
        else if (named(name, "category_id"))
            a.category_id = id_of(&j);
        else
            (void)json_skip(&j, NULL);
    }
    return a;
}

/* Is there this category?  Each is asked for once a call. */
static enum err category_is(struct ctx *c, struct map *known, i64 id, i64 *ret)
{
    const char *key = arena_strdup(c->mem, (const char *)&id, sizeof(id));
    i64 *kept = map_get(known, key, sizeof(id));

    if (!kept) {
        kept = NEW(c->mem, i64);
        const enum err e = db_one(c, &Q[CATEGORY_IS], INTO(kept), id);
        if (e && e != ERR_NOT_FOUND) return e;
        if (e) *kept = 0;
        (void)map_add(known, key, sizeof(id), kept);
    }
    *ret = *kept;
    return ERR_OK;
}

/* Products of a slice in order, and of which category each is: 0 unknown. */
struct goods {
    i64 product_id, category_id;
};

static int by_product(const void *a, const void *b)
{
    const struct goods *x = a, *y = b;

    return (x->product_id > y->product_id) - (x->product_id < y->product_id);
}

static enum err goods_some(struct ctx *c, struct goods *g, size_t n)
{
    struct val v[PEOPLE_AT_ONCE];
    i64 ids[PEOPLE_AT_ONCE];
    struct goods one;
    ROWS r;

    for (size_t k = 0; k < n; k++) ids[k] = g[k].product_id;
    people_args(v, ids, n);
    TRY(db_rows_(c, &r, &Q[CATEGORIES_OF], v, PEOPLE_AT_ONCE));
    while (db_next(&r, INTO(&one.product_id, &one.category_id))) {
        struct goods *to = bsearch(&one, g, n, sizeof(*g), by_product);
        if (to) to->category_id = one.category_id;
    }
    return r.err;
}

static enum err goods_learn(struct ctx *c, const struct about *a, size_t n,
                            struct list *ret)
{
    struct goods *g = NEW_N(c->mem, struct goods, n);
    size_t m = 0, own = 0;

    for (size_t k = 0; k < n; k++)
        if (a[k].product_id) g[m++].product_id = a[k].product_id;
    qsort(g, m, sizeof(*g), by_product);
    for (size_t k = 0; k < m; k++)
        if (!own || g[own - 1].product_id != g[k].product_id) g[own++] = g[k];
    *ret = (struct list){ g, own };
    for (size_t k = 0; k < own; k += PEOPLE_AT_ONCE)
        TRY(goods_some(c, g + k, own - k < PEOPLE_AT_ONCE ? own - k : PEOPLE_AT_ONCE));
    return ERR_OK;
}

static enum err category_of(struct ctx *c, struct map *known, const struct list *goods,
                            const struct about *a, i64 *ret)
{
    const struct goods one = { .product_id = a->product_id };
    const struct goods *is;

    *ret = 0;
    if (a->category_id) TRY(category_is(c, known, a->category_id, ret));
    if (*ret || !a->product_id) return ERR_OK;
    is = bsearch(&one, goods->at, goods->n, sizeof(one), by_product);
    *ret = is ? is->category_id : 0;
    return ERR_OK;
}

/* ---- Hearing
 * --------------------------------------------------------------------------- */

struct one {
    i64 customer_id;
    struct seen_event e;
};

static int by_person(const void *a, const void *b)
{
    const struct one *x = a, *y = b;

    if (x->customer_id != y->customer_id)
        return x->customer_id < y->customer_id ? -1 : 1;
    return 0;
}

/* A page or screen without a name is known by its kind. */
static const char *name_of(const struct track_event *v)
{
    if (*v->name || v->kind == TRACK_TRACK) return v->name;
    return track_kind_words[v->kind];
}

static bool counts(const struct track_event *v)
{
    return v->kind == TRACK_TRACK || v->kind == TRACK_PAGE || v->kind == TRACK_SCREEN;
}

/* Those events that count, each with the category of what it is about. */
static enum err counted(struct ctx *c, const struct track_event *v, size_t n,
                        struct one *all, size_t *ret_n)
{
    struct about *about = NEW_N(c->mem, struct about, n);
    struct map known = { .mem = c->mem };
    struct list goods;
    size_t m = 0;

    for (size_t k = 0; k < n; k++) {
        const char *name = name_of(&v[k]);

        if (!counts(&v[k])) continue;
        all[m] = (struct one){ v[k].customer_id,
                               { trait_hash(name, strlen(name)), 0, v[k].at } };
        about[m++] = about_of(c, v[k].data);
    }
    TRY(goods_learn(c, about, m, &goods));
    for (size_t k = 0; k < m; k++)
        TRY(category_of(c, &known, &goods, &about[k], &all[k].e.category_id));
    *ret_n = m;
    return ERR_OK;
}

static enum err hear(struct ctx *c, const struct track_event *v, size_t n)
{
    SETTLING w = { 0 };
    struct one *all = NEW_N(c->mem, struct one, n);
    struct seen_event *e = NEW_N(c->mem, struct seen_event, n);
    struct seen_person *who = NEW_N(c->mem, struct seen_person, n);
    size_t m, people = 0;

    TRY(counted(c, v, n, all, &m));
    qsort(all, m, sizeof(*all), by_person);
    for (size_t from = 0, to; from < m; from = to) {
        for (to = from; to < m && all[to].customer_id == all[from].customer_id; to++)
            e[to] = all[to].e;
        who[people++] =
            (struct seen_person){ all[from].customer_id, &e[from], to - from };
    }
    TRY(segment_begin(c, &w));
    TRY(seen_hear(&w, who, people));
    return segment_end(&w);
}

extern const struct track_follower insight_followers[];
const struct track_follower insight_followers[] = {
    { "insight.seen", hear },
    { 0 },
};

/* ---- All anew
 * ---------------------------------------------------------------------------- */

static enum err forget(struct ctx *c, void *arg)
{
    (void)arg;
    TRY(db_exec0(c, &Q[FORGET], NULL));
    return track_replay(c, "insight.seen", 0);
}

enum err seen_rebuild(struct ctx *c, struct job *j)
{
    (void)j;
    return db_unit(c, forget, NULL);
}
