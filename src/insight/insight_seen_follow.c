/* What people did on screens, as the room `track` lets us hear it: cut into people,
 * each one's counts written once however much he did. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "insight/insight_own.h"
#include "insight/insight_seen.h"
#include "job/job.h"
#include "track/track.h"

enum { CATEGORY_OF, CATEGORY_IS, FORGET };

/* clang-format off */
const struct query insight_seen_follow_sql[] = {
    [CATEGORY_OF] = { "insight.seen_category", "SELECT category_id FROM insight_goods WHERE product_id = $1" },

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

/* The category of what it is about, each asked once a call. */
static enum err look_up(struct ctx *c, struct map *known, int query, i64 id, i64 *ret)
{
    char *key = arena_printf(c->mem, "%d %lld", query, id);
    i64 *kept = map_get(known, key, strlen(key));

    if (!kept) {
        kept = NEW(c->mem, i64);
        const enum err e = db_one(c, &Q[query], INTO(kept), id);
        if (e && e != ERR_NOT_FOUND) return e;
        if (e) *kept = 0;
        (void)map_add(known, key, strlen(key), kept);
    }
    *ret = *kept;
    return ERR_OK;
}

static enum err category_of(struct ctx *c, struct map *known, const char *data,
                            i64 *ret)
{
    const struct about a = about_of(c, data);

    *ret = 0;
    if (a.category_id) TRY(look_up(c, known, CATEGORY_IS, a.category_id, ret));
    if (!*ret && a.product_id) TRY(look_up(c, known, CATEGORY_OF, a.product_id, ret));
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

static enum err hear(struct ctx *c, const struct track_event *v, size_t n)
{
    struct one *all = NEW_N(c->mem, struct one, n);
    struct seen_event *e = NEW_N(c->mem, struct seen_event, n);
    struct map known = { .mem = c->mem };
    size_t m = 0;

    for (size_t k = 0; k < n; k++) {
        const char *name = name_of(&v[k]);

        if (!counts(&v[k])) continue;
        all[m] = (struct one){ v[k].customer_id,
                               { trait_hash(name, strlen(name)), 0, v[k].at } };
        TRY(category_of(c, &known, v[k].data, &all[m].e.category_id));
        m++;
    }
    qsort(all, m, sizeof(*all), by_person);
    for (size_t from = 0, to; from < m; from = to) {
        for (to = from; to < m && all[to].customer_id == all[from].customer_id; to++)
            e[to - from] = all[to].e;
        TRY(seen_hear(c, all[from].customer_id, e, to - from));
    }
    return ERR_OK;
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
