/* The segments that are alive, ready to be run, kept in memory.
 *
 * A mark in the database says which generation they are of; whoever works looks at
 * it in his own unit or snapshot, so that on every node each unit uses the rules
 * that hold in it. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "insight/insight_own.h"
#include "insight/insight_segment_code.h"

enum { ALIVE };

/* clang-format off */
const struct query insight_segment_set_sql[] = {
    [ALIVE] = { "insight.segments_alive",
        "SELECT id, rule, state, version FROM insight_segment WHERE state < 2 OR n > 0 ORDER BY id",
        .scan = "segments are read as a whole; some hundred rows" },
    QUERY_END
};
/* clang-format on */

#define Q insight_segment_set_sql

struct held {
    struct segment_set set; /* first: what callers hold */
    i64 generation;
    int users; /* the cache itself is one */
    struct arena *mem;
};

static struct {
    pthread_mutex_t lock;
    struct held *now;
} cache = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const struct segment_set nothing;

/* ---- Making --------------------------------------------------------------------- */

static void event_add(struct ctx *c, struct list *all, const struct code_did *d)
{
    if (d->what == WHAT_EVENT && d->event)
        *(u64 *)list_add(c->mem, all, sizeof(u64)) = d->event;
}

static int by_number(const void *a, const void *b)
{
    const u64 x = *(const u64 *)a, y = *(const u64 *)b;

    return x < y ? -1 : x > y;
}

static void events_of(struct ctx *c, struct held *h)
{
    struct list all = { 0 };

    for (size_t k = 0; k < h->set.n; k++) {
        const struct segment_code *s = h->set.one[k].code;
        if (!s) continue;
        h->set.visits |= s->visits;
        for (size_t i = 0; i < s->n; i++) {
            event_add(c, &all, &s->node[i].did);
            event_add(c, &all, &s->node[i].then);
        }
    }
    u64 *own = NEW_N(h->mem, u64, all.n);
    if (all.n) memcpy(own, all.at, all.n * sizeof(*own));
    qsort(own, all.n, sizeof(*own), by_number);
    h->set.event = own;
    h->set.n_event = all.n;
}

/* An archived one is emptied by finding nobody, until it is.  A rule that names what is
 * gone by now finds nobody. */
static const struct segment_code *code_of(struct ctx *c, i64 id, const char *text,
                                          const struct rule_world *w, struct arena *mem)
{
    const struct segment_code *code = NULL;
    struct rule r = { 0 };

    if (shape_read(c, &rule_shape, text, strlen(text), &r) ||
        segment_compile(c, &r, w, mem, &code)) {
        log_warn("segment %lld finds nobody: %s %s", id,
                 c->fault.field ? c->fault.field : "", c->fault.message);
        c->fault = (struct fault){ 0 };
        return NULL;
    }
    return code;
}

static enum err load(struct ctx *c, struct held *h)
{
    struct list all = { 0 };
    struct rule_world w;
    struct segment_one one = { 0 };
    const char *text;
    i64 state;

    TRY(rule_world_read(c, &w));
    {
        ROWS r;
        TRY(db_rows0(c, &r, &Q[ALIVE]));
        while (db_next(&r, INTO(&one.id, &text, &state, &one.version))) {
            one.told = state == SEGMENT_LIVE;
            one.code =
                state == SEGMENT_ARCHIVED ? NULL : code_of(c, one.id, text, &w, h->mem);
            *(struct segment_one *)list_add(c->mem, &all, sizeof(one)) = one;
        }
        TRY(r.err);
    }
    struct segment_one *own = NEW_N(h->mem, struct segment_one, all.n);
    struct trait_region *region = NEW_N(h->mem, struct trait_region, w.n_region);
    if (all.n) memcpy(own, all.at, all.n * sizeof(*own));
    if (w.n_region) memcpy(region, w.region, w.n_region * sizeof(*region));
    h->set = (struct segment_set){
        .one = own, .n = all.n, .region = region, .n_region = w.n_region
    };
    events_of(c, h);
    return ERR_OK;
}

/* ---- Holding ------------------------------------------------------------------------
 */

static void let_go(struct held *h)
{
    if (!h || --h->users) return;
    arena_free(h->mem);
    free(h);
}

void segment_set_done(const struct segment_set **s)
{
    if (!*s || *s == &nothing) return;
    pthread_mutex_lock(&cache.lock);
    let_go((struct held *)*s);
    pthread_mutex_unlock(&cache.lock);
}

static const struct segment_set *cached(i64 generation)
{
    const struct segment_set *s = NULL;

    pthread_mutex_lock(&cache.lock);
    if (cache.now && cache.now->generation == generation) {
        cache.now->users++;
        s = &cache.now->set;
    }
    pthread_mutex_unlock(&cache.lock);
    return s;
}

static void keep(struct held *h)
{
    pthread_mutex_lock(&cache.lock);
    let_go(cache.now);
    cache.now = h;
    h->users++;
    pthread_mutex_unlock(&cache.lock);
}

enum err segment_set_get(struct ctx *c, const struct segment_set **ret)
{
    i64 generation;

    TRY(insight_mark(c, "segments", &generation));
    *ret = generation ? cached(generation) : &nothing;
    if (*ret) return ERR_OK;
    struct held *h = calloc(1, sizeof(*h));
    *h = (struct held){ .generation = generation,
                        .users = 1,
                        .mem = arena_new(LIMIT_JOB_ARENA) };
    const enum err e = load(c, h);
    if (e) {
        let_go(h);
        return e;
    }
    keep(h);
    *ret = &h->set;
    return ERR_OK;
}

enum err segment_set_stale(struct ctx *c)
{
    return insight_mark_put(c, "segments", id_new(c));
}

struct trait_clock segment_set_clock(struct ctx *c, const struct segment_set *s)
{
    struct trait_clock k = trait_clock_of(c);

    k.region = s->region;
    k.n_region = s->n_region;
    return k;
}

bool segment_set_hears(const struct segment_set *s, u64 event)
{
    return s->n_event &&
           bsearch(&event, s->event, s->n_event, sizeof(event), by_number);
}
