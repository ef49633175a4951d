/* db_unit.c -- units and snapshots: who runs them, what follows a commit. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/time.h"
#include "db/db_engine.h"

/* Waiting for a unit on a thread that runs units would wait for itself. */
static _Thread_local bool runs_units;

#define PATIENCE_US 3000000

void unit_thread(void)
{
    runs_units = true;
}

/* ---- What follows a commit ------------------------------------------------------ */

void db_after_commit(struct ctx *c, void (*fn)(void *arg), void *arg,
                     void (*drop)(void *arg))
{
    struct db_conn *n = c->conn;
    struct hook *h = malloc(sizeof(*h));

    assert(n);
    if (!h) abort();
    *h = (struct hook){ .fn = fn, .arg = arg, .drop = drop };
    if (!n->hooks) n->hooks_end = &n->hooks;
    *n->hooks_end = h;
    n->hooks_end = &h->next;
}

struct hook *hooks_take(struct db_conn *n)
{
    struct hook *h = n->hooks;

    n->hooks = NULL;
    return h;
}

void hooks_end(struct hook *h, bool durable)
{
    for (struct hook *next; h; h = next) {
        next = h->next;
        if (durable) h->fn(h->arg);
        if (h->drop) h->drop(h->arg);
        free(h);
    }
}

/* ---- Running -------------------------------------------------------------------- */

/* fn looked away: the first failed statement decides all the same. */
static enum err still_doomed(struct ctx *c, const struct db_conn *n)
{
    if (c->fault.err) return n->doomed;
    return fail_at(c, n->doomed, NULL, __FILE__, __LINE__,
                   "a statement of this unit failed and was ignored");
}

/* As if somebody had been quicker: what fn has changed beside the database shows when
 * it runs again. */
static enum err once_more(struct ctx *c, struct db_conn *n, enum err e)
{
    n->over = DB_TWICE && !e && !n->over;
    return n->over ? FAIL(c, BUSY, "each unit is done over in this build") : e;
}

enum err unit_run(struct ctx *c, struct db_conn *n, db_work fn, void *arg)
{
    c->conn = n;
    c->fault = (struct fault){ 0 };
    n->doomed = ERR_OK;
    enum err e = fn(c, arg);
    if (!e && n->doomed) e = still_doomed(c, n);
    if (n->writes) e = once_more(c, n, e);
    c->conn = NULL;
    return e;
}

/* A commit of unknown outcome is never run again here: only the caller's
 * idempotency key can tell whether it was done.  And when the server has been
 * away for long, those who wait in line are told at once. */
bool unit_may_again(struct db *db, enum err e, i64 queued_us)
{
    if (!err_again(e) || e == ERR_UNKNOWN) return false;
    return e != ERR_UNAVAILABLE || !atomic_load(&db->ask_again_us) ||
           time_mono_us() - queued_us < PATIENCE_US;
}

void unit_again(struct db *db, enum err e, int tries)
{
    atomic_fetch_add(&db->retries, 1);
    if (db->e->wait_before) db->e->wait_before(e, tries);
}

/* What a try has made of its argument, the next one does not find. */
struct before {
    void *arg, *copy;
    size_t size;
};

static struct before before(void *arg, size_t size)
{
    struct before b = { .arg = arg, .size = arg ? size : 0 };

    if (!b.size) return b;
    if (!(b.copy = malloc(b.size))) abort();
    memcpy(b.copy, arg, b.size);
    return b;
}

/* Constants are arguments too: what is as it was is not written. */
static void as_before(const struct before *b)
{
    if (b->size && memcmp(b->arg, b->copy, b->size) != 0)
        memcpy(b->arg, b->copy, b->size);
}

/* A unit inside one opened by hand has its own savepoint, so that a test may go
 * on after a refusal as the shop does. */
static enum err join_once(struct ctx *c, db_work fn, void *arg, bool over)
{
    struct db_conn *n = c->conn;
    struct hook **end = n->hooks ? n->hooks_end : &n->hooks;
    const enum err before = n->doomed;

    TRY(n->db->e->mark(c, n, n->depth));
    n->depth++;
    enum err e = fn(c, arg);
    if (!e && n->doomed) e = still_doomed(c, n);
    n->depth--;
    n->db->e->unmark(c, n, n->depth, e == ERR_OK && !over);
    n->doomed = before;
    if ((e || over) && *end) {
        hooks_end(*end, false);
        *end = NULL;
        n->hooks_end = end;
    }
    return e;
}

static enum err join_by_hand(struct ctx *c, db_work fn, void *arg, size_t size)
{
    struct before b = before(arg, size);
    enum err e = ERR_OK;

    if (DB_TWICE) e = join_once(c, fn, arg, true);
    if (DB_TWICE && !e) as_before(&b);
    if (!e) e = join_once(c, fn, arg, false);
    free(b.copy);
    return e;
}

struct waiter {
    struct db_task task;
    db_work fn;
    struct before before;
    bool tried;
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool is_over;
    enum err err;
};

static void wake(struct db_task *t, enum err e)
{
    struct waiter *w = (struct waiter *)t;

    pthread_mutex_lock(&w->lock);
    w->err = e;
    w->is_over = true;
    pthread_cond_signal(&w->over);
    pthread_mutex_unlock(&w->lock);
}

static enum err try_once(struct ctx *c, void *arg)
{
    struct waiter *w = arg;

    if (w->tried) as_before(&w->before);
    w->tried = true;
    return w->fn(c, w->before.arg);
}

enum err db_unit_(struct ctx *c, db_work fn, void *arg, size_t size)
{
    struct waiter w = { .task = { .c = c, .fn = try_once, .done = wake }, .fn = fn };

    if (c->conn) return c->conn->by_hand ? join_by_hand(c, fn, arg, size) : fn(c, arg);
    assert(!runs_units);
    w.task.arg = &w;
    w.before = before(arg, size);
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.over, NULL);
    const enum err refused = db_submit(c->db, &w.task);
    pthread_mutex_lock(&w.lock);
    while (!refused && !w.is_over) pthread_cond_wait(&w.over, &w.lock);
    pthread_mutex_unlock(&w.lock);
    pthread_cond_destroy(&w.over);
    pthread_mutex_destroy(&w.lock);
    free(w.before.copy);
    return refused ? refused : w.err;
}

static enum err submit(struct db *db, struct queue *q, struct db_task *t)
{
    if (queue_put(q, t)) return ERR_OK;
    atomic_fetch_add(&db->refused, 1);
    return FAIL(t->c, BUSY, "%d units wait for the database already", LIMIT_QUEUE);
}

enum err db_submit(struct db *db, struct db_task *t)
{
    return submit(db, &db->writes, t);
}

enum err db_submit_read(struct db *db, struct db_task *t)
{
    return submit(db, &db->reads, t);
}

/* ---- Snapshots ------------------------------------------------------------------ */

enum err db_glance_(struct ctx *c, db_work fn, void *arg, size_t size)
{
    const i64 from_us = time_mono_us();
    struct db_conn *n = NULL;
    enum err e = ERR_OK;

    if (c->conn) return fn(c, arg);
    struct before b = before(arg, size);
    for (int k = 0; k <= RETRIES; k++) {
        if (k) unit_again(c->db, e, k);
        if (k) as_before(&b);
        e = reader_borrow(c, &n);
        if (e || !n) break;
        e = reader_run(c, n, fn, arg);
        reader_return(n);
        if (!unit_may_again(c->db, e, from_us)) break;
    }
    free(b.copy);
    return e;
}

enum err db_snapshot_(struct ctx *c, db_work fn, void *arg, size_t size)
{
    if (c->conn) return fn(c, arg);
    const enum err e = db_glance_(c, fn, arg, size);
    durable_wait(&c->db->durable, c->shown);
    return e;
}

/* Readers step back for the writer: on two cores that doubles its rate. */
void db_thread_yields(void)
{
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
}

void *db_read_thread(void *arg)
{
    struct db *db = arg;

    runs_units = true;
    db_thread_yields();
    for (struct db_task *t; (t = queue_take(&db->reads));) {
        const enum err e = db_glance_(t->c, t->fn, t->arg, 0);
        if (!db_tell_later(db, t, e)) t->done(t, e);
    }
    return NULL;
}

void *db_tend_thread(void *arg)
{
    struct db *db = arg;

    pthread_mutex_lock(&db->lock);
    while (!db->stop) {
        const struct timespec until = time_deadline(SECOND_MS);
        time_wait(&db->wake_tender, &db->lock, &until);
        pthread_mutex_unlock(&db->lock);
        if (db->e->tend) db->e->tend(db);
        db_clock_tick(db);
        pthread_mutex_lock(&db->lock);
    }
    pthread_mutex_unlock(&db->lock);
    return NULL;
}

/* ---- By hand -------------------------------------------------------------------- */

static void give_back(struct ctx *c)
{
    struct db_conn *n = c->conn;
    struct db *db = n->db;

    db_count(n);
    c->conn = NULL;
    pthread_mutex_lock(&db->lock);
    n->next = db->idle_by_hand;
    db->idle_by_hand = n;
    pthread_mutex_unlock(&db->lock);
}

enum err db_begin(struct ctx *c, bool writes)
{
    struct db *db = c->db;
    char *why = NULL;

    assert(!c->conn);
    pthread_mutex_lock(&db->lock);
    struct db_conn *n = db->idle_by_hand;
    if (n) db->idle_by_hand = n->next;
    pthread_mutex_unlock(&db->lock);
    if (!n && !(n = db->e->connect(db, true, &why))) {
        const enum err e = FAIL(c, UNAVAILABLE, "%s", why ? why : "cannot connect");
        free(why);
        return e;
    }
    n->by_hand = true;
    n->depth = 0;
    n->doomed = ERR_OK;
    c->conn = n;
    const enum err e = db->e->begin(c, n, writes);
    if (e) give_back(c);
    return e;
}

enum err db_commit(struct ctx *c)
{
    struct db_conn *n = c->conn;

    assert(n && n->by_hand && !n->depth);
    const enum err e = n->db->e->commit(c, n);
    struct hook *h = hooks_take(n);
    if (!e) atomic_fetch_add(&n->db->units, 1);
    give_back(c);
    hooks_end(h, e == ERR_OK);
    return e;
}

void db_rollback(struct ctx *c)
{
    struct db_conn *n = c->conn;

    if (!n) return;
    n->db->e->rollback(n);
    hooks_end(hooks_take(n), false);
    give_back(c);
}
