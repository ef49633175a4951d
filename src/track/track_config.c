/* track_config.c -- sources and plan in memory, for whoever reads requests.
 *
 * A change counts up track_change in its own unit.  This process forgets what it has
 * at once; others see the count within a moment. */
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "setting/setting.h"
#include "track/track_own.h"

enum { CHANGES, CHANGED };

/* clang-format off */
const struct query track_config_sql[] = {
    [CHANGES] = { "track.changes",
        "SELECT n FROM track_change WHERE one = 1" },

    [CHANGED] = { "track.changed",
        "UPDATE track_change SET n = n + 1 WHERE one = 1" },
    QUERY_END
};
/* clang-format on */

#define LOOK_US 1000000 /* after so long we ask whether another process changed it */

static struct {
    pthread_mutex_t lock;
    struct config *now;
    i64 looked_us;
    const struct db *of; /* tests open one database after another */
} the = { .lock = PTHREAD_MUTEX_INITIALIZER };

void config_drop(struct config *k)
{
    if (k && atomic_fetch_sub(&k->held, 1) == 1) arena_free(k->mem);
}

static void put(struct config *k, const struct db *db)
{
    pthread_mutex_lock(&the.lock);
    struct config *was = the.now;
    the.now = k;
    the.of = db;
    the.looked_us = time_mono_us();
    pthread_mutex_unlock(&the.lock);
    config_drop(was);
}

static void forget(void *arg)
{
    (void)arg;
    put(NULL, NULL);
}

enum err config_changed(struct ctx *c)
{
    TRY(db_exec0(c, &track_config_sql[CHANGED], NULL));
    forget(NULL); /* of a test's unit, which may never be committed */
    db_after_commit(c, forget, NULL, NULL);
    return ERR_OK;
}

/* The texts a config keeps are in its own arena. */
static const char *keep(struct config *k, const char *s)
{
    return arena_strdup(k->mem, s, strlen(s));
}

static void keep_source(struct config *k, const struct source *from)
{
    struct source *s = NEW(k->mem, struct source);

    s->id = from->id;
    s->name = keep(k, from->name);
    s->channel = from->channel;
    s->per_second = from->per_second;
    s->active = from->active;
    s->own = !from->created_by;
    s->hash.at = arena_strdup(k->mem, from->hash.at, from->hash.n);
    s->hash.n = from->hash.n;
    map_add(&k->by_key, s->hash.at, s->hash.n, s);
}

static void keep_plan(struct config *k, const struct plan *from)
{
    struct plan *p = NEW(k->mem, struct plan);
    const struct member *m = from->members.at;
    const size_t n = strlen(from->name);
    char *key = arena_alloc(k->mem, n + 2);

    p->kind = from->kind;
    p->name = keep(k, from->name);
    p->open = from->open;
    for (size_t i = 0; i < from->members.n; i++) {
        struct member *to = list_add(k->mem, &p->members, sizeof(*to));
        *to = (struct member){ .name = keep(k, m[i].name),
                               .type = m[i].type,
                               .must = m[i].must };
    }
    *key = (char)('0' + p->kind);
    memcpy(key + 1, p->name, n);
    map_add(&k->by_name, key, n + 1, p);
}

struct loading {
    struct config *k;
};

static enum err load(struct ctx *c, void *arg)
{
    struct config *k = ((struct loading *)arg)->k;
    struct list sources = { 0 }, plans = { 0 };

    TRY(db_one0(c, &track_config_sql[CHANGES], INTO(&k->n)));
    TRY(source_list(c, &sources));
    TRY(plan_list(c, &plans));
    k->holds = setting_bool(c, "track.hold", (struct setting_scope){ 0 });
    for (size_t i = 0; i < sources.n; i++)
        keep_source(k, &((const struct source *)sources.at)[i]);
    for (size_t i = 0; i < plans.n; i++)
        keep_plan(k, &((const struct plan *)plans.at)[i]);
    return ERR_OK;
}

static enum err changes(struct ctx *c, void *ret_n)
{
    return db_one0(c, &track_config_sql[CHANGES], INTO((i64 *)ret_n));
}

/* One caller a second looks whether another process has changed something. */
static struct config *current(struct ctx *c, bool *ret_look)
{
    const i64 now = time_mono_us();

    pthread_mutex_lock(&the.lock);
    struct config *k = the.of == c->db ? the.now : NULL;
    if (k) atomic_fetch_add(&k->held, 1);
    *ret_look = k && now - the.looked_us > LOOK_US;
    if (*ret_look) the.looked_us = now;
    pthread_mutex_unlock(&the.lock);
    return k;
}

enum err config_hold(struct ctx *c, struct config **ret)
{
    bool look;
    i64 n = 0;
    struct config *k = current(c, &look);

    if (k && look) {
        const enum err e = db_snapshot(c, changes, &n);
        if (e || n != k->n) {
            config_drop(k);
            k = NULL;
            TRY(e);
        }
    }
    if (!k) {
        struct arena *mem = arena_new(LIMIT_JOB_ARENA);
        k = NEW(mem, struct config);
        k->mem = k->by_key.mem = k->by_name.mem = mem;
        struct loading l = { k };
        const enum err e = db_snapshot(c, load, &l);
        if (e) {
            arena_free(mem);
            return e;
        }
        atomic_store(&k->held, 2);
        put(k, c->db);
    }
    *ret = k;
    return ERR_OK;
}

struct source *config_source(struct config *k, const char *key, size_t n)
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, (const unsigned char *)key, n);
    struct source *s = map_get(&k->by_key, (const char *)hash, sizeof(hash));
    return s && s->active ? s : NULL;
}
