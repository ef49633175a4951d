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
 * SQLite      one writer thread runs units in groups: a SAVEPOINT each, one
 *             durable commit for the group; snapshots on a pool of readers.
 * PostgreSQL  a pool of connections, a transaction per unit; statements whose
 *             result nobody looks at travel in a pipeline with the next one.
 *
 * Portable SQL: BIGINT, DOUBLE PRECISION, TEXT, BYTEA; `NOT NULL` on every key;
 * no NOW(), SERIAL, FOR UPDATE, SELECT *, JSON operators, OR REPLACE; flags are
 * BIGINT 0/1; SUM(x) is CAST(SUM(x) AS BIGINT); ORDER BY says NULLS FIRST/LAST
 * where NULLs occur; one $n has one type. */
#pragma once

#include "base/ctx.h"
#include "base/module.h"

/* ---- Statements ---------------------------------------------------------- */

struct query {
    const char *name; /* "stock.take": shown in logs, plans and slow-query counts */
    const char *sql;
    const char *types; /* argument types, one letter each: i bigint, d double, t text,
                          b bytes.  NULL: all are known from their use. */
    const char *scan;  /* NULL, or why this one may read a whole table */
};
#define QUERY_END { NULL, NULL, NULL, NULL }

struct bytes {
    const void *at;
    size_t n;
};

struct val {
    enum { VAL_NULL, VAL_INT, VAL_REAL, VAL_TEXT, VAL_BYTES } kind;
    union {
        i64 i; /* NONE is bound as NULL */
        double d;
        const char *s; /* NULL is bound as NULL */
        struct bytes b;
    };
};

/* Where a column goes.  SQL NULL becomes NONE, NULL, {NULL, 0} or NaN. */
struct out {
    enum { OUT_INT, OUT_REAL, OUT_TEXT, OUT_BYTES, OUT_BOOL } kind;
    void *to;
};

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
 * db_next().  Do not run statements that change the rows being read. */
struct rows {
    struct ctx *c;
    const struct query *q;
    void *stmt;    /* the engine's own */
    int at, n;     /* the engine's own */
    bool borrow;
    enum err err;  /* how it ended */
};
#define ROWS __attribute__((cleanup(db_rows_done))) struct rows
#define db_rows(c, r, q, ...)  db_rows_((c), (r), (q), VALS(__VA_ARGS__))
#define db_rows0(c, r, q)      db_rows_((c), (r), (q), NULL, 0)
#define db_next(r, into)       db_next_((r), into)

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

enum err db_exec_(struct ctx *c, const struct query *q, i64 *n, const struct val *v, size_t nv) MUST_USE;
enum err db_one_(struct ctx *c, const struct query *q, const struct out *o, size_t no, const struct val *v, size_t nv) MUST_USE;
enum err db_rows_(struct ctx *c, struct rows *r, const struct query *q, const struct val *v, size_t nv) MUST_USE;
bool db_next_(struct rows *r, const struct out *o, size_t no);
void db_rows_done(struct rows *r);
enum err db_batch(struct ctx *c, struct db_call *calls, size_t n) MUST_USE;

/* ---- Units and snapshots -------------------------------------------------- */

enum db_engine { DB_SQLITE, DB_POSTGRES };

struct db_config {
    const char *url;   /* a file's path, ":memory:", or postgres://... / a libpq string */
    int readers;       /* reader connections; 0: 3 */
    int writers;       /* PostgreSQL's writer connections; 0: 16 */
    i64 cache_bytes;   /* SQLite's page cache for the writer; 0: 64 MiB */
    bool sync_normal;  /* tests only: SQLite without the fsync of each commit */
    const char *vfs;   /* tests only: SQLite's VFS */
};

/* Open, no migration yet.  Errors go to *ret_why (malloc'ed, for the log). */
struct db *db_open(const struct db_config *k, char **ret_why);
void db_close(struct db *db); /* drains the queue, waits for all, NULL is fine */
enum db_engine db_engine(const struct db *db);

/* A unit of work: fn runs with c->conn set, on the writer.  ERR_OK keeps what it
 * did, anything else undoes all of it.  Errors with err_again() are run again
 * from the start, at most 3 times; fn must not have touched anything else.
 * Returns after the commit is durable.  Called with a unit already open in c
 * (c->conn is set), fn joins it. */
typedef enum err (*db_work)(struct ctx *c, void *arg);
enum err db_unit(struct ctx *c, db_work fn, void *arg) MUST_USE;

/* As db_unit without waiting: `done` is called on a database thread after the
 * commit is durable (or the unit failed) and must be quick: hand over and
 * return.  ERR_BUSY at once when LIMIT_QUEUE units wait. */
struct db_task {
    struct ctx *c;
    db_work fn;
    void *arg;
    void (*done)(struct db_task *t, enum err e);
    struct db_task *next; /* the queue's own */
    i64 queued_us;        /* the queue's own */
};
enum err db_submit(struct db *db, struct db_task *t) MUST_USE;

/* Reads that agree with one another: fn runs on a reader with one snapshot.
 * Waits for a free reader; joins when c->conn is already set. */
enum err db_snapshot(struct ctx *c, db_work fn, void *arg) MUST_USE;

/* As db_submit, for reads: runs on the pool's threads (nice +10). */
enum err db_submit_read(struct db *db, struct db_task *t) MUST_USE;

/* Call fn(arg) on a database thread once the unit open in c has become durable;
 * forgotten when the unit fails.  drop(arg) (or NULL) comes last in both cases
 * and frees it: after fn, or instead of it.  Quick work only: wake somebody,
 * publish; never wait for a unit there.  arg must not live in c->mem. */
void db_after_commit(struct ctx *c, void (*fn)(void *arg), void *arg, void (*drop)(void *arg));

/* ---- Bulk ------------------------------------------------------------------ */

/* Insert or update many rows inside the current unit (SQLite: VALUES of 50 rows,
 * PostgreSQL: COPY into a temporary table and one INSERT ... SELECT).  A unit
 * takes about LIMIT_BULK_ROWS rows: the caller slices, sorts by key (unsorted
 * feeds are ten times slower) and removes doubles.
 * `update` is the SET list of ON CONFLICT, for instance
 *     "on_hand = excluded.on_hand"
 * or NULL for DO NOTHING; `where` (or NULL) is its WHERE.
 * `row` fills v[ncol] for the next row and returns false at the end. */
struct db_bulk {
    const char *name;              /* "stock.level_bulk" for logs */
    const char *table;
    const char *const *columns;    /* ends with NULL */
    const char *types;             /* one letter a column, as query.types */
    const char *keys;              /* "place_id, variant_id" */
    const char *update, *where;
};
enum err db_bulk(struct ctx *c, const struct db_bulk *b, bool (*row)(void *from, struct val *v), void *from, i64 *ret_changed) MUST_USE;

/* ---- Schema, backup, proofs -------------------------------------------------- */

/* Bring every room's tables to this binary's version, under a lock.  A schema
 * text is its migrations in order, each headed by a line "-- migration N: what";
 * one without such a line is migration 1.  DDL may say
 *     WITHOUT ROWID    as  ") $WITHOUT_ROWID$;"   (nothing on PostgreSQL)
 * A database newer than the binary is refused (WRONG_STATE). */
enum err db_migrate(struct ctx *c, const struct module *const *rooms) MUST_USE;

/* A consistent copy while serving, to a file that must not exist (SQLite; on
 * PostgreSQL WRONG_STATE that names pg_basebackup). */
enum err db_backup(struct ctx *c, const char *to) MUST_USE;

/* Run every room's `checks` plus the engine's own integrity check; tell() gets
 * one line for each violation.  *ret_bad counts them. */
enum err db_check(struct ctx *c, const struct module *const *rooms, void (*tell)(void *arg, const char *check, const char *row), void *arg, i64 *ret_bad) MUST_USE;

/* Ids rise with the clock, also over a restart on a machine whose clock was set
 * back: once a second the time of the newest id is written down for this node,
 * and ids start above it.  Call once after db_migrate().  *ret_behind_ms (or
 * NULL): how far the clock is behind what was written, 0 when it is not. */
enum err db_clock_start(struct ctx *c, i64 *ret_behind_ms) MUST_USE;

/* ---- For tests and meters --------------------------------------------------- */

/* Open a unit (or snapshot) by hand on a connection of its own and keep it open
 * in c->conn: for tests and the demo loader, never for rooms. */
enum err db_begin(struct ctx *c, bool writes) MUST_USE;
enum err db_commit(struct ctx *c) MUST_USE;
void db_rollback(struct ctx *c); /* nothing open is fine */

void db_fail_at(struct db *db, int nth); /* the nth statement from now fails; 0: none */
int db_fail_left(struct db *db);         /* > 0: it has not come to that yet */

/* The plan of a statement as text, or NULL when the engine cannot prepare it
 * (the reason is then in c->fault). */
const char *db_plan(struct ctx *c, const struct query *q);
/* Does this plan walk a whole table? */
bool db_plan_scans(struct ctx *c, const char *plan, const struct query *q);

struct db_stats {
    i64 units, groups, statements, retries, refused; /* counts since start */
    i64 queue, queue_max, wal_pages;                 /* now */
    i64 flush_us_p50, flush_us_p99;                  /* of the last 1,000 commits */
};
void db_stats(struct db *db, struct db_stats *ret);

/* ---- Plumbing of the macros --------------------------------------------------- */

static inline struct val val_i(i64 i)
{
    return (struct val){ .kind = i == NONE ? VAL_NULL : VAL_INT, { .i = i } };
}
static inline struct val val_d(double d)
{
    return (struct val){ .kind = VAL_REAL, { .d = d } };
}
static inline struct val val_s(const char *s)
{
    return (struct val){ .kind = s ? VAL_TEXT : VAL_NULL, { .s = s } };
}
static inline struct val val_b(struct bytes b)
{
    return (struct val){ .kind = b.at ? VAL_BYTES : VAL_NULL, { .b = b } };
}
static inline struct val val_same(struct val v)
{
    return v;
}

/* clang-format off */
#define VAL(x) _Generic((x), _Bool: val_i, int: val_i, unsigned: val_i, long: val_i, long long: val_i, \
                        unsigned long: val_i, unsigned long long: val_i, double: val_d,   \
                        char *: val_s, const char *: val_s, struct bytes: val_b, struct val: val_same)(x)
#define OUT(p) { _Generic((p), i64 *: OUT_INT, double *: OUT_REAL, const char **: OUT_TEXT,            \
                        struct bytes *: OUT_BYTES, _Bool *: OUT_BOOL), (p) }
#define LIST_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19,    \
              _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, NAME, ...) NAME
#define M1(f, a)       f(a)
#define M2(f, a, ...) f(a), M1(f, __VA_ARGS__)
#define M3(f, a, ...) f(a), M2(f, __VA_ARGS__)
#define M4(f, a, ...) f(a), M3(f, __VA_ARGS__)
#define M5(f, a, ...) f(a), M4(f, __VA_ARGS__)
#define M6(f, a, ...) f(a), M5(f, __VA_ARGS__)
#define M7(f, a, ...) f(a), M6(f, __VA_ARGS__)
#define M8(f, a, ...) f(a), M7(f, __VA_ARGS__)
#define M9(f, a, ...) f(a), M8(f, __VA_ARGS__)
#define M10(f, a, ...) f(a), M9(f, __VA_ARGS__)
#define M11(f, a, ...) f(a), M10(f, __VA_ARGS__)
#define M12(f, a, ...) f(a), M11(f, __VA_ARGS__)
#define M13(f, a, ...) f(a), M12(f, __VA_ARGS__)
#define M14(f, a, ...) f(a), M13(f, __VA_ARGS__)
#define M15(f, a, ...) f(a), M14(f, __VA_ARGS__)
#define M16(f, a, ...) f(a), M15(f, __VA_ARGS__)
#define M17(f, a, ...) f(a), M16(f, __VA_ARGS__)
#define M18(f, a, ...) f(a), M17(f, __VA_ARGS__)
#define M19(f, a, ...) f(a), M18(f, __VA_ARGS__)
#define M20(f, a, ...) f(a), M19(f, __VA_ARGS__)
#define M21(f, a, ...) f(a), M20(f, __VA_ARGS__)
#define M22(f, a, ...) f(a), M21(f, __VA_ARGS__)
#define M23(f, a, ...) f(a), M22(f, __VA_ARGS__)
#define M24(f, a, ...) f(a), M23(f, __VA_ARGS__)
#define M25(f, a, ...) f(a), M24(f, __VA_ARGS__)
#define M26(f, a, ...) f(a), M25(f, __VA_ARGS__)
#define M27(f, a, ...) f(a), M26(f, __VA_ARGS__)
#define M28(f, a, ...) f(a), M27(f, __VA_ARGS__)
#define M29(f, a, ...) f(a), M28(f, __VA_ARGS__)
#define M30(f, a, ...) f(a), M29(f, __VA_ARGS__)
#define M31(f, a, ...) f(a), M30(f, __VA_ARGS__)
#define M32(f, a, ...) f(a), M31(f, __VA_ARGS__)
#define MAP(f, ...) LIST_(__VA_ARGS__, M32, M31, M30, M29, M28, M27, M26, M25, M24, M23, M22, M21, M20, M19, M18, M17, \
    M16, M15, M14, M13, M12, M11, M10, M9, M8, M7, M6, M5, M4, M3, M2, M1, 0)(f, __VA_ARGS__)
#define VALS(...) (const struct val[]){ MAP(VAL, __VA_ARGS__) },                                       \
                  sizeof((const struct val[]){ MAP(VAL, __VA_ARGS__) }) / sizeof(struct val)
#define INTO(...) (const struct out[]){ MAP(OUT, __VA_ARGS__) },                                       \
                  sizeof((const struct out[]){ MAP(OUT, __VA_ARGS__) }) / sizeof(struct out)
/* clang-format on */
