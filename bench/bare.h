/* bare.h -- the same SQL with the same values, without the product.
 *
 * The linker leads the rooms' calls of db_exec(), db_one(), db_rows() and
 * db_batch() past a recorder.  A piece of work is done once in this process, its
 * statements and values are kept; then a bare loop runs them on a fresh copy of
 * the database: prepared statements, a SAVEPOINT a piece, one durable commit for
 * `group` pieces; on PostgreSQL a transaction a piece, all its statements in one
 * pipeline.  Nothing is left out: the answers under the Idempotency-Key, events,
 * history and log-in look-ups are in it too. */
#pragma once

#include "bench.h"

struct recording;

struct recording *record_new(void);
void record_free(struct recording *r);
void record_begin(
    struct recording *r); /* what this thread does from now on is one piece */
void record_end(struct recording *r);
void record_drop(struct recording *r); /* instead of record_end: it failed, forget it */
i64 record_pieces(const struct recording *r);
i64 record_statements(const struct recording *r);

struct bare {
    const char *db;     /* a fresh copy: file or URL */
    const char *beside; /* the file beside it, or NULL (SQLite, read_only) */
    const struct recording *work;
    int group;                     /* pieces a commit (SQLite) */
    int connections;               /* PostgreSQL */
    const struct recording *reads; /* run beside, or NULL */
    double reads_per_second;       /* 0: as fast as it goes */
    bool read_only; /* `work` only reads: a snapshot a piece, 2 threads */
    bool tell;      /* each statement's share on stderr (SQLite, writes) */
};
/* Pieces a second. */
double bare_run(const struct bare *b);
/* Reads every table and index that `work` opens once, from end to end, so that the
 * system keeps their pages as it would after a day of such work, as far as memory goes
 * (SQLite).  What takes over a second is told on stderr. */
void bare_warm(const struct bare *b);
/* Requests a second of this load against the HTTP library alone, which answers each
 * with so many bytes. */
double bare_http_run(const struct load *l, size_t bytes);
