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
        "SELECT id, name, rule, state, version FROM insight_segment WHERE state < 2 OR n > 0 ORDER BY id",
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

struct asked {
    u64 event;
    unsigned by;
};

static void event_add(struct ctx *c, struct list *all, const struct code_did *d,
                      size_t by)
{
    if (d->what == WHAT_EVENT && d->event)
        *(struct asked *)list_add(c->mem, all, sizeof(struct asked)) =
            (struct asked){ d->event, (unsigned)by };
}

static int by_event(const void *a, const void *b)
{
    const struct asked *x = a, *y = b;

    if (x->event != y->event) return x->event < y->event ? -1 : 1;
    return (x->by > y->by) - (x->by < y->by);
}

/* Who asks for each name, from pairs in order. */
static void events_keep(struct held *h, const struct asked *all, size_t n)
{
    struct segment_event *own = NEW_N(h->mem, struct segment_event, n);
    size_t events = 0;

    for (size_t from = 0, to; from < n; from = to) {
        unsigned *of = NEW_N(h->mem, unsigned, n);
        size_t m = 0;
        for (to = from; to < n && all[to].event == all[from].event; to++)
            if (!m || of[m - 1] != all[to].by) of[m++] = all[to].by;
        own[events++] = (struct segment_event){ all[from].event, of, m };
    }
    h->set.event = own;
    h->set.n_event = events;
}

static void events_of(struct ctx *c, struct held *h)
{
    struct list all = { 0 };

    for (size_t k = 0; k < h->set.n; k++) {
        const struct segment_code *s = h->set.one[k].code;
        if (!s) continue;
        h->set.visits |= s->visits;
        for (size_t i = 0; i < s->n; i++) {
            event_add(c, &all, &s->node[i].did, k);
            event_add(c, &all, &s->node[i].then, k);
        }
    }
    if (all.n) qsort(all.at, all.n, sizeof(struct asked), by_event);
    events_keep(h, all.at, all.n);
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
    const char *name, *text;
    i64 state;

    TRY(rule_world_read(c, &w));
    {
        ROWS r;
        TRY(db_rows0(c, &r, &Q[ALIVE]));
        while (db_next(&r, INTO(&one.id, &name, &text, &state, &one.version))) {
            one.name = arena_strdup(h->mem, name, strlen(name));
            one.told = state == SEGMENT_LIVE;
            one.code =
                state == SEGMENT_ARCHIVED ? NULL : code_of(c, one.id, text, &w, h->mem);
            one.visits = one.code && one.code->visits;
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

const struct segment_event *segment_set_event(const struct segment_set *s, u64 event)
{
    size_t lo = 0, hi = s->n_event;

    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        if (s->event[mid].event == event) return &s->event[mid];
        if (s->event[mid].event < event)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}
