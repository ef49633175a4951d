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

/* Who waits in this group waits for all of it.  So people may join the house's units
 * and end their group, but nothing of the house comes behind people except in its
 * turn; and while people are about, the house's share of a group is short: its pages
 * are flushed with theirs. */
static void fill(struct db *db, struct group *g, struct db_task *first)
{
    const i64 began = time_mono_us(), until = began + LIMIT_GROUP_MS * 1000;
    enum house house = HOUSE_ANY;
    i64 at = began, house_us = 0;

    for (struct db_task *t = first; t; t = queue_take_more(&db->writes, house)) {
        const bool people = t->c->who.kind != WHO_SYSTEM;
        run_unit(g, t);
        const i64 now = time_mono_us();
        if (people && house == HOUSE_ANY) house = HOUSE_IN_TURN;
        if (!people) house_us += now - at;
        if (house_us > db_feed_us(db)) house = HOUSE_NOT;
        at = now;
        if (g->size == LIMIT_UNITS || g->lost || now > until) break;
    }
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
    fill(db, g, first);
    commit(db, g, c);
}

/* ---- The log's length ----------------------------------------------------------- */

#define WAKE_PAGES 4000
#define FEW_PAGES  256                   /* a checkpoint of so many is no pause */
#define TRY_PAGES  1024                  /* between two tries to begin the log anew */
#define FAR_PAGES  (8 * LIMIT_WAL_PAGES) /* the tender does not keep up */

static i64 pages_left(struct db *db, i64 pages)
{
    const i64 done = atomic_load(&db->wal_done);

    return done > pages ? pages : pages - done;
}

/* Only the writer can start the log anew, when all of it is in the file.  The tender
 * brings it there; the writer adds the last few pages itself, since its next units
 * would otherwise always be ahead. */
static void begin_anew(struct db *db, sqlite3 *h, i64 pages, i64 before)
{
    const bool often = pages / TRY_PAGES == before / TRY_PAGES;
    const bool far = pages >= FAR_PAGES && !often;

    if (atomic_load(&db->copying) && !far) return;
    if (!far && (pages_left(db, pages) > FEW_PAGES || pages < db->wal_try)) return;
    db->wal_try = pages + TRY_PAGES;
    sqlite3_wal_checkpoint_v2(h, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static int on_commit(void *arg, sqlite3 *h, const char *name, int pages)
{
    struct db *db = arg;
    const i64 before = atomic_exchange(&db->wal_pages, pages);

    (void)name;
    if (pages < before) {
        atomic_store(&db->wal_done, 0);
        db->wal_try = 0;
    }
    if (pages_left(db, pages) >= WAKE_PAGES && !atomic_load(&db->copying))
        pthread_cond_signal(&db->wake_tender);
    if (pages >= LIMIT_WAL_PAGES) begin_anew(db, h, pages, before);
    return SQLITE_OK;
}

/* Checkpoints off the writer's path.  Each pass is shorter than the one before: it
 * has to move what came meanwhile. */
void sqlite_tend(struct db *db)
{
    enum { PASSES = 5 };
    struct db_conn *n = db->tending;
    char *why = NULL;
    int done = 0;

    if (atomic_load(&db->wal_pages) < WAKE_PAGES / 4) return;
    if (!n) n = db->tending = sqlite_connect(db, true, &why);
    free(why);
    for (int k = 0; n && k < PASSES; k++) {
        if (pages_left(db, atomic_load(&db->wal_pages)) < FEW_PAGES / 2) break;
        atomic_store(&db->copying, true);
        const int rc = sqlite3_wal_checkpoint_v2(
            sqlite_of(n)->h, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &done);
        if (!rc && done >= 0) atomic_store(&db->wal_done, done);
        atomic_store(&db->copying, false);
        if (rc) break;
    }
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
