/* db_postgres.h -- a PostgreSQL connection; inside src/db only.
 *
 * The connection stays in libpq's pipeline mode: what is sent is answered later,
 * in order.  `sent` remembers what the answers will be about. */
#pragma once

#include <libpq-fe.h>

#include "db/db_kept.h"

#define SENT_MAX 128
#define ARGS_MAX 128

enum { SENT_STATEMENT, SENT_SYNC };

struct sent {
    const char *what;          /* for the message when it breaks */
    struct db_call *call;      /* where its answer goes, or NULL */
    PGresult **keep;           /* or who wants it whole, or NULL */
    const struct query *twice; /* whose double means BUSY, or NULL */
    int kind;
    bool ignore; /* of a unit that was undone: its errors are nobody's */
};

#define AHEAD_MAX 48

struct pg_ahead {          /* see db_ahead.h */
    const struct query *q; /* NULL: its answer was taken */
    const struct val *v;
    size_t nv;
    PGresult *answer; /* NULL: not here yet */
};

struct pg_stmt {
    const struct query *q;
    char name[24];
    int args;
};

struct pg_conn {
    struct db_conn base;
    PGconn *h; /* NULL: not connected yet */
    struct sent sent[SENT_MAX];
    int n_sent;
    struct pg_ahead ahead[AHEAD_MAX]; /* of this unit or snapshot */
    int n_ahead;
    struct db_kept kept; /* of struct pg_stmt */
    i64 n_names;
    bool begun, committing, warned;
    bool wrote;  /* this unit, as far as the answers tell */
    bool traces; /* the server has what PG_TRACE needs */
};

static inline struct pg_conn *pg_of(struct db_conn *n)
{
    return (struct pg_conn *)n;
}

struct db_conn *pg_connect(struct db *db, bool writes, char **ret_why);
void pg_disconnect(struct db_conn *n);
enum err pg_alive(struct ctx *c, struct pg_conn *n); /* connects when needed */

/* Send a statement that nobody waits for yet, with arguments or without. */
enum err pg_send(struct ctx *c, struct pg_conn *n, const char *sql, struct sent s);
/* One of the statements every connection has. */
#define PG_BEGIN_UNIT     "begin_unit"
#define PG_BEGIN_SNAPSHOT "begin_snapshot"
#define PG_COMMIT         "commit"
#define PG_ROLLBACK       "rollback"
#define PG_TRACE          "trace"
enum err pg_send_own(struct ctx *c, struct pg_conn *n, const char *name, struct sent s);
/* Wait for all answers; the first error is the result. */
enum err pg_settle(struct ctx *c, struct pg_conn *n);
/* As libpq's PQexec, outside of the pipeline, which is settled first. */
enum err pg_plain(struct ctx *c, struct pg_conn *n, const char *what, const char *sql,
                  PGresult **ret);
/* Open the unit if this is its first statement. */
enum err pg_begun(struct ctx *c, struct pg_conn *n);
enum err pg_lost(struct ctx *c, struct pg_conn *n, const char *what);
void pg_forget(struct pg_conn *n); /* its prepared statements */

/* db_postgres_ahead.c: a question whose answer will be asked for later, by the same
 * row and values; NULL: there are many already; *ret NULL: nobody sent it. */
struct pg_ahead *pg_ahead_add(struct ctx *c, struct pg_conn *n, const struct query *q,
                              const struct val *v, size_t nv);
enum err pg_ahead_take(struct ctx *c, struct pg_conn *n, const struct db_call *call,
                       PGresult **ret);
void pg_ahead_end(struct pg_conn *n);
struct into { /* where a row goes */
    const struct out *o;
    size_t no;
    bool borrow;
};
enum err pg_answered(struct ctx *c, struct db_call *k, const PGresult *r,
                     const char *what);
enum err pg_columns(struct ctx *c, const char *what, const PGresult *r, int row,
                    struct into to);
enum err pg_broken(struct ctx *c, struct pg_conn *n, const PGresult *r,
                   const char *what);

void *pg_write_thread(void *db);
enum err pg_bulk(struct ctx *c, const struct db_bulk *b,
                 bool (*row)(void *from, struct val *v), void *from, i64 *ret_changed);
const char *pg_plan(struct ctx *c, const struct query *q);
bool pg_plan_scans(struct ctx *c, const char *plan, const struct query *q);
