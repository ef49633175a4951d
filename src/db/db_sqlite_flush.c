/* db_sqlite_flush.c -- the disk's part of a commit.
 *
 * The writer commits without a flush (synchronous=NORMAL); this thread flushes the log
 * and then tells the units of the group how they ended, while the writer is at the
 * next group.  It flushes through a connection of its own: SQLite's file, so that a
 * VFS sees it, and never a second descriptor of the database, whose closing would drop
 * the locks of the process.  The log may begin anew in between: SQLite does that only
 * with all of it flushed and in the database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "db/db_sqlite.h"

#define GROUPS 3 /* being filled, being flushed, being told */

struct flusher {
    struct db *db;
    struct db_conn *conn;
    sqlite3_file *log;
    struct group groups[GROUPS];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct group *empty, *full, **full_end;
    bool stop;
};

/* ---- One group ------------------------------------------------------------------ */

static void settle(struct flusher *f, struct group *g)
{
    struct db *db = f->db;

    atomic_fetch_add(&db->units, g->size);
    atomic_fetch_add(&db->groups, 1);
    for (int k = 0; k < g->size; k++) {
        struct db_task *t = g->task[k];
        enum err e = g->err[k];
        if (!e && g->end)
            e = fail_at(t->c, g->end, NULL, __FILE__, __LINE__, "%s", g->why);
        hooks_end(g->hooks[k], e == ERR_OK);
        t->done(t, e);
    }
}

/* What a disk has once failed to keep it may never keep, though it says so when it is
 * asked again; what is written behind that would be lost with it. */
static void lost(struct flusher *f, struct group *g, int rc)
{
    atomic_store(&f->db->lost_flush, true);
    g->end = ERR_STORAGE;
    snprintf(g->why, sizeof(g->why),
             "the disk failed to keep the log of \"%s\" (code %d): nothing more is "
             "accepted before a new start",
             f->db->url, rc);
    log_error("db: %s", g->why);
}

static int flush_log(struct flusher *f)
{
    if (f->db->sync_normal) return SQLITE_OK;
    return f->log->pMethods->xSync(f->log, SQLITE_SYNC_NORMAL);
}

static void flush(struct flusher *f, struct group *g)
{
    if (!g->end && g->wrote) {
        const int rc = flush_log(f);
        if (rc)
            lost(f, g, rc);
        else
            db_flushed(f->db, time_mono_us() - g->commit_us);
    }
    if (!g->end) readers_hold(f->db, g->no);
    pthread_mutex_lock(&f->lock);
    atomic_store(&f->db->flushing, f->full != NULL);
    pthread_mutex_unlock(&f->lock);
    queue_nudge(&f->db->writes);
    durable_reach(&f->db->durable, g->no);
    settle(f, g);
}

/* ---- The thread ----------------------------------------------------------------- */

static struct group *next_full(struct flusher *f)
{
    pthread_mutex_lock(&f->lock);
    while (!f->full && !f->stop) pthread_cond_wait(&f->moved, &f->lock);
    struct group *g = f->full;
    if (g && !(f->full = g->next)) f->full_end = &f->full;
    pthread_mutex_unlock(&f->lock);
    return g;
}

static void give_back(struct flusher *f, struct group *g)
{
    pthread_mutex_lock(&f->lock);
    g->next = f->empty;
    f->empty = g;
    pthread_cond_broadcast(&f->moved);
    pthread_mutex_unlock(&f->lock);
}

static void *flush_thread(void *arg)
{
    struct flusher *f = arg;

    pthread_setname_np(pthread_self(), "db-flusher");
    unit_thread();
    for (struct group *g; (g = next_full(f));) {
        flush(f, g);
        give_back(f, g);
    }
    return NULL;
}

struct group *flusher_empty(struct flusher *f)
{
    pthread_mutex_lock(&f->lock);
    while (!f->empty) pthread_cond_wait(&f->moved, &f->lock);
    struct group *g = f->empty;
    f->empty = g->next;
    pthread_mutex_unlock(&f->lock);
    g->size = 0;
    g->wrote = false;
    g->end = ERR_OK;
    return g;
}

void flusher_put(struct flusher *f, struct group *g)
{
    g->next = NULL;
    pthread_mutex_lock(&f->lock);
    atomic_store(&f->db->flushing, true);
    *f->full_end = g;
    f->full_end = &g->next;
    pthread_cond_broadcast(&f->moved);
    pthread_mutex_unlock(&f->lock);
}

/* ---- Start and stop ------------------------------------------------------------- */

/* A connection opens its log with its first read. */
static bool open_log(struct flusher *f, char **ret_why)
{
    f->conn = sqlite_connect(f->db, true, ret_why);
    if (!f->conn) return false;
    sqlite3 *h = sqlite_of(f->conn)->h;
    if (!sqlite3_exec(h, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL) &&
        !sqlite3_file_control(h, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f->log) &&
        f->log && f->log->pMethods)
        return true;
    *ret_why = strdup(sqlite3_errmsg(h));
    return false;
}

struct flusher *flusher_start(struct db *db, char **ret_why)
{
    struct flusher *f = calloc(1, sizeof(*f));

    if (!f) abort();
    f->db = db;
    f->full_end = &f->full;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->moved, NULL);
    for (int k = 0; k < GROUPS; k++) {
        f->groups[k].next = f->empty;
        f->empty = &f->groups[k];
    }
    if (open_log(f, ret_why) && pthread_create(&f->thread, NULL, flush_thread, f) == 0)
        return f;
    if (f->conn) sqlite_disconnect(f->conn);
    free(f);
    return NULL;
}

void flusher_stop(struct flusher *f)
{
    pthread_mutex_lock(&f->lock);
    f->stop = true;
    pthread_cond_broadcast(&f->moved);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
    sqlite_disconnect(f->conn);
    free(f);
}
