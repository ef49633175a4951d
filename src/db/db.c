/* db.c -- opening, closing, and the gate every statement passes. */
#include "db/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "db/db_engine.h"

/* ---- Statements ----------------------------------------------------------------- */

/* A failed statement dooms its unit on both engines, because PostgreSQL cannot go
 * on after one and SQLite could: what works here must work there. */
static enum err doom(struct db_conn *n, enum err e)
{
    if (e && e != ERR_NOT_FOUND && (!n->by_hand || n->depth)) n->doomed = e;
    return e;
}

enum err db_twice(struct ctx *c, const struct query *q)
{
    return FAIL(c, BUSY, "%s: somebody was quicker", q->name);
}

static bool fails_now(struct db *db)
{
    int left = atomic_load_explicit(&db->fail_left, memory_order_relaxed);

    while (left > 0)
        if (atomic_compare_exchange_weak(&db->fail_left, &left, left - 1))
            return left == 1;
    return false;
}

static enum err gate(struct ctx *c, const struct query *q)
{
    struct db_conn *n = c->conn;

    if (!n) return FAIL(c, INTERNAL, "%s runs outside of a unit or snapshot", q->name);
    if (n->doomed) {
        if (!c->fault.err)
            return fail_at(c, n->doomed, NULL, __FILE__, __LINE__,
                           "%s: an earlier statement of this unit failed", q->name);
        return n->doomed;
    }
    n->statements++;
    if (fails_now(n->db))
        return doom(n, FAIL(c, DATABASE, "%s: failed on purpose", q->name));
    return ERR_OK;
}

enum err db_exec_(struct ctx *c, const struct query *q, i64 *n, const struct val *v,
                  size_t nv)
{
    TRY(gate(c, q));
    enum err e = c->db->e->exec(c, q, n, v, nv);
    if (e == ERR_EXISTS && q->twice) e = db_twice(c, q);
    return doom(c->conn, e);
}

enum err db_one_(struct ctx *c, const struct query *q, const struct out *o, size_t no,
                 const struct val *v, size_t nv)
{
    TRY(gate(c, q));
    return doom(c->conn, c->db->e->one(c, q, o, no, v, nv));
}

enum err db_rows_(struct ctx *c, struct rows *r, const struct query *q,
                  const struct val *v, size_t nv)
{
    *r = (struct rows){ .c = c, .q = q };
    r->err = gate(c, q);
    if (!r->err) r->err = doom(c->conn, c->db->e->rows(c, r, v, nv));
    return r->err;
}

bool db_next_(struct rows *r, const struct out *o, size_t no)
{
    if (!r->stmt || r->err) return false;
    const bool more = r->c->db->e->next(r, o, no);
    if (r->err) doom(r->c->conn, r->err);
    return more;
}

void db_rows_done(struct rows *r)
{
    if (r->stmt) r->c->db->e->rows_done(r);
}

enum err db_batch(struct ctx *c, struct db_call *calls, size_t n)
{
    for (size_t k = 0; k < n; k++) TRY(gate(c, calls[k].q));
    return n ? doom(c->conn, c->db->e->batch(c, calls, n)) : ERR_OK;
}

bool db_trips(const struct ctx *c)
{
    const struct db_conn *n = c->conn;

    return c->db->e->ahead && n && !n->by_hand && !n->doomed;
}

/* Counted, and stopped by db_fail_at(), where the answer is asked for. */
bool db_ahead_(struct ctx *c, const struct query *q, const struct val *v, size_t nv)
{
    struct db_conn *n = c->conn;

    if (!db_trips(c)) return false;
    return doom(n, c->db->e->ahead(c, q, v, nv)) == ERR_OK;
}

enum err db_bulk(struct ctx *c, const struct db_bulk *b,
                 bool (*row)(void *from, struct val *v), void *from, i64 *ret_changed)
{
    const struct query q = { .name = b->name };

    TRY(gate(c, &q));
    return doom(c->conn, c->db->e->bulk(c, b, row, from, ret_changed));
}

enum err db_pass(struct ctx *c, const struct db_pass *p, bool *ret_can)
{
    const struct query q = { .name = p->name };

    *ret_can = c->db->e->pass != NULL;
    if (!*ret_can) return ERR_OK;
    TRY(gate(c, &q));
    return doom(c->conn, c->db->e->pass(c, p));
}

/* ---- Opening -------------------------------------------------------------------- */

static bool is_postgres(const char *url)
{
    return strncmp(url, "postgres://", 11) == 0 ||
           strncmp(url, "postgresql://", 13) == 0 || strstr(url, "host=") ||
           strstr(url, "dbname=") || strstr(url, "service=");
}

static void queue_init(struct queue *q)
{
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->filled, NULL);
    for (int k = 0; k < LANES; k++) q->lane[k].tail = &q->lane[k].head;
}

/* Several connections cannot share SQLite's own ":memory:" and still behave as on
 * disk, so it is a file that goes with the handle. */
static bool temporary(struct db *db)
{
    char path[] = "/dev/shm/prilavok-XXXXXX", other[] = "/tmp/prilavok-XXXXXX";
    char *at = path;
    int fd = mkstemp(path);

    if (fd < 0) fd = mkstemp(at = other);
    if (fd < 0) return false;
    close(fd);
    db->url = strdup(at);
    db->temporary = true;
    return true;
}

static struct db *handle(const struct db_config *k)
{
    struct db *db = calloc(1, sizeof(*db));

    if (!db) abort();
    db->kind = is_postgres(k->url) ? DB_POSTGRES : DB_SQLITE;
    db->e = db->kind == DB_POSTGRES ? &postgres_engine : &sqlite_engine;
    if (strcmp(k->url, ":memory:") != 0 || !temporary(db)) db->url = strdup(k->url);
    db->vfs = k->vfs ? strdup(k->vfs) : NULL;
    db->readers = k->readers > 0 ? k->readers : 3;
    db->writers = k->writers > 0 ? k->writers : 16;
    db->cache_bytes = k->cache_bytes > 0 ? k->cache_bytes : (i64)64 << 20;
    db->sync_normal = k->sync_normal || db->temporary;
    queue_init(&db->writes);
    queue_init(&db->reads);
    durable_init(&db->durable);
    pthread_mutex_init(&db->lock, NULL);
    pthread_cond_init(&db->freed, NULL);
    pthread_cond_init(&db->wake_tender, NULL);
    return db;
}

static void start_threads(struct db *db)
{
    const int w = db->e->write_threads ? db->e->write_threads : db->writers;

    db->threads = calloc((size_t)(w + db->readers), sizeof(*db->threads));
    if (!db->threads) abort();
    for (int k = 0; k < w + db->readers; k++)
        if (pthread_create(&db->threads[db->n_threads], NULL,
                           k < w ? db->e->write_thread : db_read_thread, db) == 0)
            db->n_threads++;
    db->tended =
        db->e->tend && pthread_create(&db->tender, NULL, db_tend_thread, db) == 0;
}

/* Half the core's cache: what is written there is mostly appended. */
static bool open_beside(struct db *db, const struct db_config *k, char **ret_why)
{
    struct db_config other = *k;

    if (!k->beside || db->kind != DB_SQLITE || db->temporary) return true;
    struct arena *mem = arena_new(1 << 16);
    other.url = db_beside_path(mem, k->url, k->beside);
    other.beside = NULL;
    other.cache_bytes = db->cache_bytes / 2;
    db->beside_name = k->beside;
    db->beside = db_open(&other, ret_why);
    arena_free(mem);
    return db->beside != NULL;
}

struct db *db_open(const struct db_config *k, char **ret_why)
{
    struct db *db = handle(k);
    char *why = NULL;
    struct db_conn *n = db->e->connect(db, true, &why);

    if (!n) {
        if (ret_why)
            *ret_why = why;
        else
            free(why);
        db_close(db);
        return NULL;
    }
    n->by_hand = true;
    db->idle_by_hand = n;
    start_threads(db);
    if (open_beside(db, k, ret_why)) return db;
    db_close(db);
    return NULL;
}

static void disconnect_all(struct db *db, struct db_conn *n)
{
    for (struct db_conn *next; n; n = next) {
        next = n->next;
        db->e->disconnect(n);
    }
}

static void remove_temporary(const struct db *db)
{
    static const char *const tails[] = { "", "-wal", "-shm" };
    char path[64];

    for (size_t k = 0; k < COUNT(tails); k++) {
        snprintf(path, sizeof(path), "%s%s", db->url, tails[k]);
        unlink(path);
    }
}

void db_close(struct db *db)
{
    if (!db) return;
    db_close(db->beside);
    pthread_mutex_lock(&db->lock);
    db->stop = true;
    pthread_cond_signal(&db->wake_tender);
    pthread_mutex_unlock(&db->lock);
    if (db->tended) pthread_join(db->tender, NULL); /* it writes: it goes first */
    queue_stop(&db->writes);
    queue_stop(&db->reads);
    for (int k = 0; k < db->n_threads; k++) pthread_join(db->threads[k], NULL);
    disconnect_all(db, db->idle_readers);
    disconnect_all(db, db->idle_by_hand);
    disconnect_all(db, db->tending);
    if (db->temporary) remove_temporary(db);
    free(db->threads);
    free(db->url);
    free(db->vfs);
    free(db);
}

enum db_engine db_engine(const struct db *db)
{
    return db->kind;
}

/* ---- For tests and meters ------------------------------------------------------- */

void db_fail_at(struct db *db, int nth)
{
    atomic_store(&db->fail_left, nth);
}

int db_fail_left(struct db *db)
{
    return atomic_load(&db->fail_left);
}

const char *db_plan(struct ctx *c, const struct query *q)
{
    return c->db->e->plan(c, q);
}

i64 db_feed_us(struct db *db)
{
    const bool alone = db->kind == DB_POSTGRES || !queue_has_people(&db->writes);

    return alone ? LIMIT_FEED_ALONE_US : LIMIT_FEED_BUSY_US;
}

bool db_plan_scans(struct ctx *c, const char *plan, const struct query *q)
{
    return c->db->e->plan_scans(c, plan, q);
}

void db_flushed(struct db *db, i64 us)
{
    pthread_mutex_lock(&db->lock);
    db->flush_us[db->flushes++ % FLUSHES] = us;
    pthread_mutex_unlock(&db->lock);
}

void db_count(struct db_conn *n)
{
    atomic_fetch_add_explicit(&n->db->statements, n->statements, memory_order_relaxed);
    n->statements = 0;
}

i64 db_statements(const struct ctx *c)
{
    return c->conn ? c->conn->statements : 0;
}

static int by_size(const void *a, const void *b)
{
    const i64 x = *(const i64 *)a, y = *(const i64 *)b;

    return (x > y) - (x < y);
}

static int queued(struct queue *q, int *ret_max)
{
    pthread_mutex_lock(&q->lock);
    const int n = q->n;
    *ret_max = q->n_max;
    pthread_mutex_unlock(&q->lock);
    return n;
}

void db_stats(struct db *db, struct db_stats *ret)
{
    i64 us[FLUSHES];
    int max;

    pthread_mutex_lock(&db->lock);
    const int n = db->flushes < FLUSHES ? db->flushes : FLUSHES;
    memcpy(us, db->flush_us, sizeof(us));
    pthread_mutex_unlock(&db->lock);
    qsort(us, (size_t)n, sizeof(*us), by_size);
    *ret = (struct db_stats){
        .units = atomic_load(&db->units),
        .groups = atomic_load(&db->groups),
        .statements = atomic_load(&db->statements),
        .retries = atomic_load(&db->retries),
        .refused = atomic_load(&db->refused),
        .wal_pages = atomic_load(&db->wal_pages),
        .flush_us_p50 = n ? us[n / 2] : 0,
        .flush_us_p99 = n ? us[n * 99 / 100] : 0,
    };
    ret->queue = queued(&db->writes, &max);
    ret->queue_max = max;
}
