/* db_reader.c -- readers, and the snapshots they hold.
 *
 * On SQLite the newest snapshot may show a group whose flush has not ended, and who has
 * read it must wait for the disk.  So when a group has become durable, and the next one
 * has not begun to commit, every idle reader opens a snapshot: it shows all that is on
 * the disk and nothing else.  While later groups are on their way people read there and
 * are answered at once; all that anybody was told of is in it, since nobody was told of
 * anything later.  A reader that was busy at that moment reads the newest and waits.
 *
 * What a newer snapshot has shown may stand in some room's memory, where who reads an
 * older one meets it: from then on he waits for it too (durable.shown).
 *
 * An open snapshot keeps the log from beginning anew.  So there are none where nobody
 * writes or nobody reads, and none once the log is long. */
#include <stdlib.h>

#include "base/limits.h"
#include "db/db_engine.h"

/* Readers for the pool's threads and for callers that read on their own thread. */
#define READERS_MAX(db) ((db)->readers + 8)

/* ---- Borrowing ------------------------------------------------------------------ */

/* Under the lock: one that shows enough, or else any. */
static struct db_conn *take_idle(struct db *db, i64 kept)
{
    struct db_conn **at = &db->idle_readers;

    while (*at && (*at)->holds < kept) at = &(*at)->next;
    if (!*at) at = &db->idle_readers;
    struct db_conn *n = *at;
    if (n) *at = n->next;
    return n;
}

enum err reader_borrow(struct ctx *c, struct db_conn **ret)
{
    struct db *db = c->db;
    const i64 kept = atomic_load(&db->durable.kept);
    struct db_conn *n;
    char *why = NULL;

    pthread_mutex_lock(&db->lock);
    while (!db->idle_readers && db->open_readers >= READERS_MAX(db))
        pthread_cond_wait(&db->freed, &db->lock);
    if (!(n = take_idle(db, kept))) db->open_readers++;
    pthread_mutex_unlock(&db->lock);
    if (!n && !(n = db->e->connect(db, false, &why))) {
        pthread_mutex_lock(&db->lock);
        db->open_readers--;
        pthread_cond_signal(&db->freed);
        pthread_mutex_unlock(&db->lock);
        const enum err e = FAIL(c, UNAVAILABLE, "%s", why ? why : "cannot connect");
        free(why);
        return e;
    }
    *ret = n;
    return ERR_OK;
}

static void give_back(struct db_conn *n)
{
    struct db *db = n->db;

    pthread_mutex_lock(&db->lock);
    n->next = db->idle_readers;
    db->idle_readers = n;
    pthread_cond_signal(&db->freed);
    pthread_mutex_unlock(&db->lock);
}

static void let_go(struct db_conn *n)
{
    if (!n->holds) return;
    n->holds = 0;
    n->db->e->rollback(n);
}

void reader_return(struct db_conn *n)
{
    if (n->holds < atomic_load(&n->db->durable.kept)) let_go(n);
    db_count(n);
    give_back(n);
}

/* ---- Reading -------------------------------------------------------------------- */

static enum err run_now(struct ctx *c, struct db_conn *n, db_work fn, void *arg)
{
    struct db *db = n->db;

    let_go(n);
    TRY(db->e->begin(c, n, false));
    if (db->e->look) {
        if (!db->e->look(n)) {
            db->e->rollback(n);
            return FAIL(c, DATABASE, "the database cannot be read");
        }
        durable_show(&db->durable);
    }
    const enum err e = unit_run(c, n, fn, arg);
    db->e->rollback(n);
    return e;
}

enum err reader_run(struct ctx *c, struct db_conn *n, db_work fn, void *arg)
{
    struct durable *d = &n->db->durable;
    const i64 kept = atomic_load(&d->kept);
    const bool older = atomic_load(&d->begun) > kept && n->holds >= kept && n->holds;
    const enum err e = older ? unit_run(c, n, fn, arg) : run_now(c, n, fn, arg);

    atomic_store(&n->db->glanced, true);
    c->shown = atomic_load(&d->shown);
    hooks_end(hooks_take(n), e == ERR_OK);
    return e;
}

/* ---- Holding -------------------------------------------------------------------- */

static struct db_conn *take_older(struct db *db, i64 no)
{
    pthread_mutex_lock(&db->lock);
    struct db_conn **at = &db->idle_readers, *n;
    while (*at && (*at)->holds >= no) at = &(*at)->next;
    if ((n = *at)) *at = n->next;
    pthread_mutex_unlock(&db->lock);
    return n;
}

static struct db_conn *take_holding(struct db *db)
{
    pthread_mutex_lock(&db->lock);
    struct db_conn **at = &db->idle_readers, *n;
    while (*at && !(*at)->holds) at = &(*at)->next;
    if ((n = *at)) *at = n->next;
    pthread_mutex_unlock(&db->lock);
    return n;
}

void readers_let_go(struct db *db)
{
    for (struct db_conn *n; (n = take_holding(db)); give_back(n)) let_go(n);
}

/* False: the next group is there already. */
static bool hold(struct db_conn *n, i64 no)
{
    struct db *db = n->db;
    struct ctx c = { .mem = NULL, .db = db };

    let_go(n);
    if (db->e->begin(&c, n, false)) return false;
    n->holds = no;
    if (db->e->look(n) && atomic_load(&db->durable.begun) == no) return true;
    let_go(n);
    return false;
}

void readers_hold(struct db *db, i64 no)
{
    const bool wanted = atomic_exchange(&db->glanced, false) &&
                        atomic_load(&db->wal_pages) < LIMIT_WAL_PAGES;

    if (!wanted) readers_let_go(db);
    for (struct db_conn *n; wanted && (n = take_older(db, no));) {
        const bool ok = hold(n, no);
        give_back(n);
        if (!ok) break;
    }
}
