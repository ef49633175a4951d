/* db_sqlite.h -- a SQLite connection; inside src/db only. */
#pragma once

#include <sqlite3.h>

#include "base/limits.h"
#include "db/db_kept.h"

/* A prepared statement.  The ones of static tables are kept for the life of the
 * connection and found by the address of their row; others go when they end. */
struct sqlite_stmt {
    const struct query *q;
    sqlite3_stmt *s;
    bool busy, writes, kept;
    int args;
};

struct sqlite_conn {
    struct db_conn base;
    sqlite3 *h;
    struct db_kept kept; /* of struct sqlite_stmt */
    sqlite3_stmt *begin_write, *begin_read, *look, *commit, *rollback, *mark, *release,
        *undo;
    const struct db_bulk *bulk_of; /* of the program's own tables: the last one used */
    sqlite3_stmt *bulk;
    bool lazy_mark; /* in a group: SAVEPOINT before the unit's first write */
    bool marked;
    bool gathers; /* its log is that of db_sqlite_log.h */
};

/* Units that were committed together and wait for the disk. */
struct group {
    struct group *next;
    i64 no;
    int size;
    bool wrote;
    i64 commit_us; /* when its commit began */
    enum err end;  /* of the commit, and of the flush */
    char why[240]; /* of `end` */
    struct db_task *task[LIMIT_UNITS];
    enum err err[LIMIT_UNITS];
    struct hook *hooks[LIMIT_UNITS];
};

/* The thread that flushes the log and tells everybody how it ended. */
struct flusher;
struct flusher *flusher_start(struct db *db, char **ret_why);
void flusher_stop(struct flusher *f);           /* after the last group */
struct group *flusher_empty(struct flusher *f); /* one to fill; waits for it */
void flusher_put(struct flusher *f, struct group *g);

static inline struct sqlite_conn *sqlite_of(struct db_conn *n)
{
    return (struct sqlite_conn *)n;
}

struct db_conn *sqlite_connect(struct db *db, bool writes, char **ret_why);
void sqlite_disconnect(struct db_conn *n);
int sqlite_run(sqlite3_stmt *s); /* step and reset; the result code */
/* Say what went wrong, by the extended result code. */
enum err sqlite_broken(struct ctx *c, sqlite3 *h, const char *what);
/* Call it before a statement that writes. */
enum err sqlite_before_write(struct ctx *c, struct sqlite_conn *n,
                             const struct query *q);
const char *sqlite_portable(struct arena *mem, const char *sql); /* $n as ?n */

void *sqlite_write_thread(void *db);
void sqlite_tend(struct db *db);

enum err sqlite_bulk(struct ctx *c, const struct db_bulk *b,
                     bool (*row)(void *from, struct val *v), void *from,
                     i64 *ret_changed);
enum err sqlite_pass(struct ctx *c, const struct db_pass *p) MUST_USE;
bool sqlite_pass_words(sqlite3 *h); /* the SQL functions that a pass calls */
enum err sqlite_backup(struct ctx *c, const char *to);
enum err sqlite_integrity(struct ctx *c, void (*tell)(void *arg, const char *line),
                          void *arg);
const char *sqlite_plan(struct ctx *c, const struct query *q);
bool sqlite_plan_scans(struct ctx *c, const char *plan, const struct query *q);
