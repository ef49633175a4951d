/* db_sqlite_writer.c -- the one thread that writes, and what keeps its log short.
 *
 * Units that wait are committed together: one flush for all of them.  There is no
 * timer that waits for company; while one group is flushed the next one gathers. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/time.h"
#include "db/db_sqlite.h"

struct writer {
    struct db *db;
    struct sqlite_conn *n;
    struct flusher *f;
    struct group *g; /* the one that is being filled */
    struct ctx c;    /* for what concerns the whole group */
    bool lost;       /* the engine has undone everything by itself: disk full, I/O */
    bool plain;      /* units of this group run without a savepoint */
    bool spoilt;     /* one of them failed after it had written */
    int mark_next;   /* so many groups go with savepoints yet; -> trust() */
    int mark_after;  /* as many will, when a group has to be done over */
    int went_well;   /* plain groups in a row */
};

/* ---- One unit ------------------------------------------------------------------- */

static void undo_unit(struct sqlite_conn *n)
{
    if (!n->marked || sqlite3_get_autocommit(n->h)) return;
    sqlite_run(n->undo);
    sqlite_run(n->release);
}

static enum err run_once(struct writer *w, struct db_task *t)
{
    struct sqlite_conn *n = w->n;
    const i64 before = sqlite3_total_changes64(n->h);

    n->lazy_mark = !w->plain;
    n->marked = false;
    enum err e = unit_run(t->c, &n->base, t->fn, t->arg);
    n->lazy_mark = false;
    if (e) {
        w->spoilt |= sqlite3_total_changes64(n->h) != before;
        undo_unit(n);
    } else if (n->marked && sqlite_run(n->release) != SQLITE_DONE) {
        e = sqlite_broken(t->c, n->h, "release");
    }
    w->lost = sqlite3_get_autocommit(n->h);
    return e;
}

static void run_unit(struct writer *w, struct db_task *t, int at);

/* A unit without a savepoint left something behind: all of the group is undone, and
 * those before it run again, each with a savepoint now.  Nobody has been told. */
static void start_over(struct writer *w, int upto)
{
    struct db *db = w->db;

    w->plain = false;
    db->e->rollback(&w->n->base);
    if (db->e->begin(&w->c, &w->n->base, true)) w->lost = true;
    for (int k = 0; k < upto; k++) {
        hooks_end(w->g->hooks[k], false);
        w->g->hooks[k] = NULL;
        if (!w->lost) run_unit(w, w->g->task[k], k);
    }
}

static void run_unit(struct writer *w, struct db_task *t, int at)
{
    struct group *g = w->g;
    enum err e = ERR_OK;

    for (int k = 0; k <= RETRIES; k++) {
        if (k) unit_again(w->db, e, k);
        e = run_once(w, t);
        g->hooks[at] = hooks_take(&w->n->base);
        if (e && w->plain && w->spoilt && !w->lost) start_over(w, at);
        if (w->lost || !unit_may_again(w->db, e, t->queued_us)) break;
        hooks_end(g->hooks[at], false);
        g->hooks[at] = NULL;
    }
    g->task[at] = t;
    g->err[at] = e;
}

/* ---- A group -------------------------------------------------------------------- */

/* A savepoint costs a unit about a tenth, a group done over half of itself.  So after
 * one that had to be, the next ones have savepoints: more and more of them as long as
 * it goes on, and few again once it has gone well for a while. */
static void trust(struct writer *w, bool was_plain)
{
    enum { FEWEST = 8, MOST = 512, WELL = 64 };

    if (was_plain && w->spoilt) {
        w->mark_next = w->mark_after;
        if (w->mark_after < MOST) w->mark_after *= 2;
        w->went_well = 0;
    } else if (was_plain) {
        if (++w->went_well >= WELL) w->mark_after = FEWEST;
    } else if (w->mark_next > 0) {
        w->mark_next--;
    }
    if (w->mark_after < FEWEST) w->mark_after = FEWEST;
}

static void commit(struct writer *w, struct group *g)
{
    struct db *db = w->db;
    struct ctx *c = &w->c;

    g->no = durable_begin(&db->durable);
    g->commit_us = time_mono_us();
    if (w->lost)
        g->end = FAIL(c, STORAGE, "the disk did not take this group of units");
    else
        g->end = db->e->commit(c, &w->n->base);
    if (g->end) snprintf(g->why, sizeof(g->why), "%s", c->fault.message);
    db_count(&w->n->base);
    flusher_put(w->f, g);
}

/* Who waits in this group waits for all of it.  So people may join the house's units
 * and end their group, but nothing of the house comes behind people except in its
 * turn; and while people are about, the house's share of a group is short: its pages
 * are flushed with theirs.  As long as the group before is on its way to the disk this
 * one could not follow, so it takes whoever comes. */
static void fill(struct writer *w, struct db_task *first)
{
    const i64 began = time_mono_us(), until = began + LIMIT_GROUP_MS * 1000;
    struct db *db = w->db;
    enum house house = HOUSE_ANY;
    i64 at = began, house_us = 0;

    for (struct db_task *t = first; t;
         t = queue_take_while(&db->writes, house, &db->flushing)) {
        const bool people = t->c->who.kind != WHO_SYSTEM;
        run_unit(w, t, w->g->size);
        w->g->size++;
        const i64 now = time_mono_us();
        if (people && house == HOUSE_ANY) house = HOUSE_IN_TURN;
        if (!people) house_us += now - at;
        if (house_us > db_feed_us(db)) house = HOUSE_NOT;
        at = now;
        if (w->g->size == LIMIT_UNITS || w->lost || now > until) break;
    }
}

static enum err begin(struct writer *w)
{
    struct ctx *c = &w->c;

    if (!w->n || !w->f)
        return FAIL(c, STORAGE, "the database could not be opened for writing");
    if (atomic_load(&w->db->lost_flush))
        return FAIL(c, STORAGE,
                    "the disk failed to keep the log of \"%s\": nothing more is "
                    "accepted before a new start",
                    w->db->url);
    return w->db->e->begin(c, &w->n->base, true);
}

static void run_group(struct writer *w, struct db_task *first)
{
    const enum err e = begin(w);
    if (e) {
        first->done(first, fail_at(first->c, e, NULL, __FILE__, __LINE__, "%s",
                                   w->c.fault.message));
        return;
    }
    w->g = flusher_empty(w->f);
    w->lost = w->spoilt = false;
    w->plain = w->mark_next == 0;
    const bool was_plain = w->plain;
    fill(w, first);
    trust(w, was_plain);
    commit(w, w->g);
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
    struct writer *w = arg;
    struct db *db = w->db;
    const i64 before = atomic_exchange(&db->wal_pages, pages);

    (void)name;
    w->g->wrote = true;
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

    if (db->tended_no == atomic_load(&db->durable.begun)) readers_let_go(db);
    db->tended_no = atomic_load(&db->durable.begun);
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

/* The flush is another thread's: this connection only writes. */
static void open_all(struct writer *w)
{
    char *why = NULL;
    struct db_conn *n = sqlite_connect(w->db, true, &why);

    w->n = n ? sqlite_of(n) : NULL;
    if (n && sqlite3_exec(w->n->h, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL) ==
                 SQLITE_OK)
        w->f = flusher_start(w->db, &why);
    if (!w->f) log_error("db: the writer cannot open: %s", why ? why : "?");
    free(why);
    if (w->f) sqlite3_wal_hook(w->n->h, on_commit, w);
}

void *sqlite_write_thread(void *arg)
{
    struct db *db = arg;
    struct writer w = { .db = db, .c = { .mem = arena_new(1 << 20), .db = db } };

    pthread_setname_np(pthread_self(), "db-writer");
    unit_thread();
    open_all(&w);
    for (struct db_task *t; (t = queue_take(&db->writes));) {
        arena_reset(w.c.mem);
        w.c.fault = (struct fault){ 0 };
        run_group(&w, t);
    }
    if (w.f) flusher_stop(w.f);
    if (w.n) sqlite_disconnect(&w.n->base);
    arena_free(w.c.mem);
    return NULL;
}
