/* db.h -- SQL on SQLite or PostgreSQL, one text for both.
 *
 * Statements are data: a room lists them in tables, so that a test can prepare
 * each on both engines and read its plan.  Arguments are $1, $2, ...  Text is
 * never pasted into SQL; there is no function here that could.
 *
 * Work on the database is a unit (writes) or a snapshot (reads).  The router,
 * the job runner or the test opens it; domain functions find it in c->conn and
 * never begin or end one (ADR-0004).
 *
 * SQLite      one writer thread runs units in groups with one commit, flushed
 *             beside the next group; snapshots on a pool of readers.
 * PostgreSQL  a pool of connections, a transaction per unit; statements whose
 *             result nobody looks at travel in a pipeline with the next one.
 *
 * Portable SQL: BIGINT, DOUBLE PRECISION, TEXT, BYTEA; `NOT NULL` on every key;
 * no CREATE, ALTER, DROP (the schema's files have them), NOW(), SERIAL, FOR UPDATE,
 * SELECT *, JSON operators, OR REPLACE; flags are BIGINT 0/1; SUM(x) is
 * CAST(SUM(x) AS BIGINT); ORDER BY says NULLS FIRST/LAST where NULLs occur; one $n
 * has one type. */
#pragma once

#include "base/module.h"
#include "db/db_values.h"

/* ---- Statements ---------------------------------------------------------- */

struct query {
    const char *name; /* "stock.take": shown in logs, plans and slow-query counts */
    const char *sql;
    const char *types; /* argument types, one letter each: i bigint, d double, t text,
                          b bytes.  NULL: all are known from their use. */
    const char *scan;  /* NULL, or why this one may read a whole table */
    bool twice;        /* a double means that somebody was quicker: BUSY, not EXISTS */
};
#define QUERY_END                                                                      \
    {                                                                                  \
        NULL, NULL, NULL, NULL                                                         \
    }

/* Run a statement.  *n (or NULL) gets the rows changed.  With n == NULL the
 * answer of PostgreSQL is awaited later, with the next statement that needs one
 * or at the end of the unit: whoever must know at once gives n. */
#define db_exec(c, q, n, ...) db_exec_((c), (q), (n), VALS(__VA_ARGS__))
#define db_exec0(c, q, n)     db_exec_((c), (q), (n), NULL, 0)

/* Run a statement that returns at most one row into variables:
 *     TRY(db_one(c, &Q[FREE], INTO(&free_qty), variant_id, place_id));
 * Also for INSERT/UPDATE/DELETE ... RETURNING.  Text and bytes are copied into
 * c->mem.  No row is ERR_NOT_FOUND without a message: the caller knows what was
 * missing, this layer does not. */
#define db_one(c, q, into, ...) db_one_((c), (q), into, VALS(__VA_ARGS__))
#define db_one0(c, q, into)     db_one_((c), (q), into, NULL, 0)

/* Rows one by one; ROWS finishes by itself when its variable leaves the scope.
 *     ROWS r;
 *     TRY(db_rows(c, &r, &Q[LIST], place_id));
 *     while (db_next(&r, INTO(&id, &name))) ...
 *     TRY(r.err);
 * Text is copied into c->mem, or with r.borrow = true lives until the next
 * db_next().  Declare r where it is opened, or begin it with { 0 }: it is finished as
 * it stands.  Do not run statements that change the rows being read. */
struct rows {
    struct ctx *c;
    const struct query *q;
    void *stmt; /* the engine's own */
    int at, n;  /* the engine's own */
    bool borrow;
    enum err err; /* how it ended */
};
#define ROWS                  __attribute__((cleanup(db_rows_done))) struct rows
#define db_rows(c, r, q, ...) db_rows_((c), (r), (q), VALS(__VA_ARGS__))
#define db_rows0(c, r, q)     db_rows_((c), (r), (q), NULL, 0)
#define db_next(r, into)      db_next_((r), into)

/* Several statements in one round trip.  Each is as db_one (when `no` > 0) or
 * db_exec; .n is the rows changed or returned (0 or 1), which is no error here:
 * the caller looks.  The first statement that breaks ends the batch. */
struct db_call {
    const struct query *q;
    const struct val *v;
    size_t nv;
    const struct out *o;
    size_t no;
    i64 n;
};

enum err db_exec_(struct ctx *c, const struct query *q, i64 *n, const struct val *v,
                  size_t nv) MUST_USE;
enum err db_one_(struct ctx *c, const struct query *q, const struct out *o, size_t no,
                 const struct val *v, size_t nv) MUST_USE;
enum err db_rows_(struct ctx *c, struct rows *r, const struct query *q,
                  const struct val *v, size_t nv) MUST_USE;
bool db_next_(struct rows *r, const struct out *o, size_t no);
void db_rows_done(struct rows *r);
enum err db_batch(struct ctx *c, struct db_call *calls, size_t n) MUST_USE;

/* ---- Units and snapshots -------------------------------------------------- */

enum db_engine { DB_SQLITE, DB_POSTGRES };

struct db_config {
    const char *url; /* a file's path, ":memory:", or postgres://... / a libpq string */
    const char *beside; /* the file of the database beside, see db_beside.h; NULL: the
                           tables that want one stand in this */
    int readers;        /* reader connections; 0: 3 */
    int writers;        /* PostgreSQL's writer connections; 0: 16 */
    i64 cache_bytes;    /* SQLite's page cache for the writer; 0: 64 MiB */
    bool sync_normal;   /* tests only: SQLite without the fsync of each commit */
    const char *vfs;    /* tests only: SQLite's VFS */
};

/* Open, no migration yet.  Errors go to *ret_why (malloc'ed, for the log). */
struct db *db_open(const struct db_config *k, char **ret_why);
void db_close(struct db *db); /* drains the queue, waits for all, NULL is fine */
enum db_engine db_engine(const struct db *db);

/* A unit of work: fn runs with c->conn set, on the writer.  ERR_OK keeps what it
 * did, anything else undoes all of it.  A statement that failed dooms the unit, on
 * both engines, whatever fn returns: what may happen (a double, nothing left) is
 * ON CONFLICT or zero rows, not an error.  Errors with err_again() but UNKNOWN are
 * run again from the start, at most 3 times, and so is a unit that went well beside one
 * that did not: each try finds *arg as it was at first (a copy of *arg itself; of a
 * void * none), and fn must not have touched anything else (make twice looks).  What
 * other threads change meanwhile is no *arg.
 * Returns after the commit is durable.  Called with a unit already open in c
 * (c->conn is set), fn joins it. */
typedef enum err (*db_work)(struct ctx *c, void *arg);
#define db_unit(c, fn, ...) db_unit_((c), (fn), (__VA_ARGS__), DB_SIZE((__VA_ARGS__)))
enum err db_unit_(struct ctx *c, db_work fn, void *arg, size_t size) MUST_USE;

/* As db_unit without waiting: `done` is called on a database thread after the
 * commit is durable (or the unit failed) and must be quick: hand over and
 * return.  ERR_BUSY at once when LIMIT_QUEUE units wait. */
struct db_task {
    struct ctx *c;
    db_work fn;
    void *arg;
    void (*done)(struct db_task *t, enum err e);
    struct db_task *next; /* this and the rest: the queues' own */
    i64 queued_us, group, err;
};
enum err db_submit(struct db *db, struct db_task *t) MUST_USE;

/* How long a unit of a feed may hold the writer now, microseconds: a moment
 * while people use it, more when nobody is there or there are many writers
 * (PostgreSQL).  Feeds cut their slices by it. */
i64 db_feed_us(struct db *db);

/* Reads that agree with one another: fn runs on a reader with one snapshot.  Waits for
 * a reader, and until all that fn may have seen is durable; joins, and tries again, as
 * db_unit does. */
#define db_snapshot(c, fn, ...)                                                        \
    db_snapshot_((c), (fn), (__VA_ARGS__), DB_SIZE((__VA_ARGS__)))
enum err db_snapshot_(struct ctx *c, db_work fn, void *arg, size_t size) MUST_USE;

/* As db_submit, for reads: runs on the pool's threads (nice +10). */
enum err db_submit_read(struct db *db, struct db_task *t) MUST_USE;

/* Call fn(arg) on a database thread once the unit open in c has become durable;
 * forgotten when the unit fails.  drop(arg) (or NULL) comes last in both cases
 * and frees it: after fn, or instead of it.  Quick work only: wake somebody,
 * publish; never wait for a unit there.  arg must not live in c->mem. */
void db_after_commit(struct ctx *c, void (*fn)(void *arg), void *arg,
                     void (*drop)(void *arg));

#include "db/db_ahead.h"   /* fewer trips */
#include "db/db_beside.h"  /* a second file */
#include "db/db_bulk.h"    /* many rows at once */
#include "db/db_durable.h" /* reads that nobody waits for */
#include "db/db_seal.h"    /* sealed texts under a new key */
#include "db/db_upkeep.h"  /* schema, backup, proofs, meters */
