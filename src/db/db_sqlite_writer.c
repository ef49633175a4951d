/* db_sqlite_writer.c -- the one thread that writes, and what keeps its log short.
 *
 * Units that wait are committed together: one fsync for all of them.  There is no
 * timer that waits for company; while one group is flushed the next one gathers. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/time.h"
#include "db/db_sqlite.h"

struct group {
    struct sqlite_conn *n;
    int size;
    bool lost; /* the engine has undone everything by itself: disk full, I/O error */
    struct db_task *task[LIMIT_UNITS];
    enum err err[LIMIT_UNITS];
    struct hook *hooks[LIMIT_UNITS];
};

static void undo_unit(struct sqlite_conn *n)
{
    if (!n->marked || sqlite3_get_autocommit(n->h)) return;
    sqlite_run(n->undo);
    sqlite_run(n->release);
}

static enum err run_once(struct group *g, struct db_task *t)
{
    struct sqlite_conn *n = g->n;

    n->lazy_mark = true;
    n->marked = false;
    enum err e = unit_run(t->c, &n->base, t->fn, t->arg);
    n->lazy_mark = false;
    if (e)
        undo_unit(n);
    else if (n->marked && sqlite_run(n->release) != SQLITE_DONE)
        e = sqlite_broken(t->c, n->h, "release");
    g->lost = sqlite3_get_autocommit(n->h);
    return e;
}

static void run_unit(struct group *g, struct db_task *t)
{
    const int at = g->size++;
    enum err e = ERR_OK;

    for (int k = 0; k <= RETRIES; k++) {
        if (k) unit_again(g->n->base.db, e, k);
        e = run_once(g, t);
        g->hooks[at] = hooks_take(&g->n->base);
        if (g->lost || !unit_may_again(g->n->base.db, e, t->queued_us)) break;
        hooks_end(g->hooks[at], false);
        g->hooks[at] = NULL;
    }
    g->task[at] = t;
    g->err[at] = e;
}

/* Tell everybody how it ended; nobody hears of success before it is durable. */
static void settle(struct group *g, enum err commit, const char *why)
{
    atomic_fetch_add(&g->n->base.db->units, g->size);
    atomic_fetch_add(&g->n->base.db->groups, 1);
    for (int k = 0; k < g->size; k++) {
        struct db_task *t = g->task[k];
        enum err e = g->err[k];
        if (!e && commit)
            e = fail_at(t->c, commit, NULL, __FILE__, __LINE__, "%s", why);
        hooks_end(g->hooks[k], e == ERR_OK);
        t->done(t, e);
    }
}

static void commit(struct db *db, struct group *g, struct ctx *c)
{
    const i64 from = time_mono_us();
    enum err e = ERR_OK;

    if (g->lost)
        e = FAIL(c, STORAGE, "the disk did not take this group of units");
    else
        e = db->e->commit(c, &g->n->base);
    if (!e) db_flushed(db, time_mono_us() - from);
    db_count(&g->n->base);
    settle(g, e, e ? c->fault.message : "");
}

static void run_group(struct db *db, struct group *g, struct db_task *first,
                      struct ctx *c)
{
    g->size = 0;
    g->lost = false;
    const enum err e = db->e->begin(c, &g->n->base, true);
    if (e) {
        g->task[0] = first;
        g->err[0] =
            fail_at(first->c, e, NULL, __FILE__, __LINE__, "%s", c->fault.message);
        g->hooks[0] = NULL;
        g->size = 1;
        settle(g, ERR_OK, "");
        return;
    }
    const i64 until = time_mono_us() + LIMIT_GROUP_MS * 1000;
    for (struct db_task *t = first; t; t = queue_take_more(&db->writes)) {
        run_unit(g, t);
        if (g->size == LIMIT_UNITS || g->lost || time_mono_us() > until) break;
    }
    commit(db, g, c);
}

/* ---- The log's length ----------------------------------------------------------- */

#define WAKE_PAGES 4000

static int on_commit(void *arg, sqlite3 *h, const char *name, int pages)
{
    struct db *db = arg;
    const i64 before = atomic_exchange(&db->wal_pages, pages);

    (void)name;
    if (pages >= LIMIT_WAL_PAGES && pages % (LIMIT_WAL_PAGES / 4) < pages - before)
        sqlite3_wal_checkpoint_v2(h, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    else if (before < WAKE_PAGES && pages >= WAKE_PAGES)
        pthread_cond_signal(&db->wake_tender);
    return SQLITE_OK;
}

/* Checkpoints off the writer's path.  Only the writer can start the log anew, and
 * only when nobody reads the old one, so it also does one itself past a limit. */
void sqlite_tend(struct db *db)
{
    struct db_conn *n = db->tending;
    char *why = NULL;

    if (atomic_load(&db->wal_pages) < WAKE_PAGES / 4) return;
    if (!n) n = db->tending = sqlite_connect(db, true, &why);
    if (n)
        sqlite3_wal_checkpoint_v2(sqlite_of(n)->h, NULL, SQLITE_CHECKPOINT_PASSIVE,
                                  NULL, NULL);
    free(why);
}

void *sqlite_write_thread(void *arg)
{
    struct db *db = arg;
    struct group *g = calloc(1, sizeof(*g));
    struct ctx c = { .mem = arena_new(1 << 20), .db = db };
    char *why = NULL;

    unit_thread();
    if (!g) abort();
    struct db_conn *n = sqlite_connect(db, true, &why);
    if (!n) log_error("db: the writer cannot open: %s", why ? why : "?");
    free(why);
    if (n) sqlite3_wal_hook(sqlite_of(n)->h, on_commit, db);
    for (struct db_task *t; (t = queue_take(&db->writes));) {
        arena_reset(c.mem);
        c.fault = (struct fault){ 0 };
        if (!n) {
            t->done(
                t, FAIL(t->c, STORAGE, "the database could not be opened for writing"));
            continue;
        }
        g->n = sqlite_of(n);
        run_group(db, g, t, &c);
    }
    if (n) sqlite_disconnect(n);
    arena_free(c.mem);
    free(g);
    return NULL;
}
