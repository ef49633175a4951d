/* db_postgres.c -- statements and units of PostgreSQL.
 *
 * BEGIN and statements whose result nobody looks at wait in the pipeline for the
 * next one that is looked at, so a unit of n statements is about as many round
 * trips as it has questions (ADR-0003). */
#include "db/db_postgres.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/time.h"

#define LAZY_MAX (SENT_MAX - 16)

/* ---- Arguments ------------------------------------------------------------------ */

struct args {
    const char *at[ARGS_MAX];
    int bytes[ARGS_MAX], binary[ARGS_MAX];
    char digits[ARGS_MAX][32];
};

static const char *real(char *to, size_t size, double d)
{
    if (isnan(d)) return "NaN";
    if (isinf(d)) return d > 0 ? "Infinity" : "-Infinity";
    snprintf(to, size, "%.17g", d);
    return to;
}

static const char *integer(char *to, size_t size, i64 i)
{
    char *p = to + size;
    u64 u = i < 0 ? 0 - (u64)i : (u64)i;

    *--p = '\0';
    do {
        *--p = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (i < 0) *--p = '-';
    return p;
}

static void fill(struct args *a, const struct val *v, size_t nv)
{
    for (size_t k = 0; k < nv; k++) {
        a->binary[k] = v[k].kind == VAL_BYTES;
        a->bytes[k] = a->binary[k] ? (int)v[k].b.n : 0;
        switch (v[k].kind) {
        case VAL_NULL:
            a->at[k] = NULL;
            break;
        case VAL_INT:
            a->at[k] = integer(a->digits[k], sizeof(a->digits[k]), v[k].i);
            break;
        case VAL_REAL:
            a->at[k] = real(a->digits[k], sizeof(a->digits[k]), v[k].d);
            break;
        case VAL_TEXT:
            a->at[k] = v[k].s;
            break;
        case VAL_BYTES:
            a->at[k] = v[k].b.n ? v[k].b.at : "";
            break;
        }
    }
}

/* ---- Prepared statements -------------------------------------------------------- */

#define OID_INT2  21
#define OID_INT4  23
#define OID_INT8  20
#define OID_REAL8 701
#define OID_TEXT  25
#define OID_BYTEA 17

static Oid oid_of(char type)
{
    switch (type) {
    case 'i':
        return OID_INT8;
    case 'd':
        return OID_REAL8;
    case 't':
        return OID_TEXT;
    case 'b':
        return OID_BYTEA;
    }
    return 0; /* known from its use */
}

static int oids(const struct query *q, Oid *to)
{
    const int n = q->types ? (int)strlen(q->types) : 0;

    for (int k = 0; k < n && k < ARGS_MAX; k++) to[k] = oid_of(q->types[k]);
    return n < ARGS_MAX ? n : ARGS_MAX;
}

static enum err parse(struct ctx *c, struct pg_conn *n, struct pg_stmt *st,
                      const Oid *types, int n_types, PGresult **ret)
{
    snprintf(st->name, sizeof(st->name), "s%lld", ++n->n_names);
    if (!PQsendPrepare(n->h, st->name, st->q->sql, n_types, types) ||
        pg_send(c, n, NULL, (struct sent){ .what = st->q->name }) ||
        !PQsendDescribePrepared(n->h, st->name))
        return pg_lost(c, n, st->q->name);
    TRY(pg_send(c, n, NULL, (struct sent){ .what = st->q->name, .keep = ret }));
    return pg_settle(c, n);
}

/* "$1 + 86400000" makes PostgreSQL think of 32 bits; every number of ours has 64. */
static enum err parse_wide(struct ctx *c, struct pg_conn *n, struct pg_stmt *st)
{
    Oid types[ARGS_MAX] = { 0 };
    int n_types = oids(st->q, types);
    PGresult *r = NULL;
    bool narrow = false;

    enum err e = parse(c, n, st, types, n_types, &r);
    st->args = e ? 0 : PQnparams(r);
    for (int k = 0; k < st->args && k < ARGS_MAX; k++) {
        types[k] = PQparamtype(r, k);
        if (types[k] != OID_INT4 && types[k] != OID_INT2) continue;
        types[k] = OID_INT8;
        narrow = true;
    }
    PQclear(r);
    if (e || !narrow) return e;
    r = NULL;
    e = parse(c, n, st, types, st->args, &r);
    PQclear(r);
    return e;
}

static enum err find(struct ctx *c, struct pg_conn *n, const struct query *q,
                     struct pg_stmt **ret)
{
    struct pg_stmt *st = db_kept_find(&n->kept, q);

    if (!st) {
        st = calloc(1, sizeof(*st));
        if (!st) abort();
        st->q = q;
        const enum err e = parse_wide(c, n, st);
        if (e) {
            free(st);
            return e;
        }
        db_kept_add(&n->kept, q, st);
    }
    *ret = st;
    return ERR_OK;
}

/* ---- Sending statements --------------------------------------------------------- */

enum err pg_begun(struct ctx *c, struct pg_conn *n)
{
    if (n->begun) return ERR_OK;
    n->begun = true;
    n->wrote = false;
    return pg_send_own(c, n, n->base.writes ? PG_BEGIN_UNIT : PG_BEGIN_SNAPSHOT,
                       (struct sent){ 0 });
}

static enum err send_prepared(struct ctx *c, struct pg_conn *n, const struct query *q,
                              const struct args *a, size_t nv)
{
    struct pg_stmt *st = NULL;

    TRY(find(c, n, q, &st));
    if ((size_t)st->args != nv)
        return FAIL(c, DATABASE, "%s takes %d arguments, not %zu", q->name, st->args,
                    nv);
    if (PQsendQueryPrepared(n->h, st->name, (int)nv, a->at, a->bytes, a->binary, 0))
        return ERR_OK;
    return pg_lost(c, n, q->name);
}

static enum err send_once(struct ctx *c, struct pg_conn *n, const struct query *q,
                          const struct args *a, size_t nv)
{
    Oid types[ARGS_MAX] = { 0 };

    oids(q, types);
    if (PQsendQueryParams(n->h, q->sql, (int)nv, types, a->at, a->bytes, a->binary, 0))
        return ERR_OK;
    return pg_lost(c, n, q->name);
}

static enum err send(struct ctx *c, const struct query *q, const struct val *v,
                     size_t nv, struct sent s)
{
    struct pg_conn *n = pg_of(c->conn);
    struct args a;

    if (nv > ARGS_MAX)
        return FAIL(c, DATABASE, "%s: more than %d arguments", q->name, ARGS_MAX);
    if (n->n_sent >= LAZY_MAX) TRY(pg_settle(c, n));
    TRY(pg_begun(c, n));
    fill(&a, v, nv);
    TRY(db_may_keep(q) ? send_prepared(c, n, q, &a, nv) : send_once(c, n, q, &a, nv));
    s.what = q->name;
    return pg_send(c, n, NULL, s);
}

/* In a unit opened by hand every statement has a savepoint, so that a test may go
 * on after one that failed. */
static bool guarded(const struct db_conn *n)
{
    return n->by_hand && !n->depth;
}

static enum err guard(struct ctx *c, struct pg_conn *n)
{
    if (!guarded(&n->base)) return ERR_OK;
    TRY(pg_begun(c, n));
    return pg_send(c, n, "SAVEPOINT hand", (struct sent){ .what = "savepoint" });
}

static void guard_end(struct pg_conn *n, enum err e)
{
    struct ctx own = { .mem = NULL };

    if (!guarded(&n->base) || !n->h || PQstatus(n->h) != CONNECTION_OK || !n->begun)
        return;
    own.mem = arena_new(1 << 12);
    if (e) (void)!pg_settle(&own, n);
    if (e &&
        pg_send(&own, n, "ROLLBACK TO hand", (struct sent){ .what = "undo" }) == ERR_OK)
        (void)!pg_settle(&own, n);
    (void)!pg_send(&own, n, "RELEASE hand", (struct sent){ .what = "release" });
    arena_free(own.mem);
}

/* Send one statement and wait for it and all before it. */
static enum err ask(struct ctx *c, const struct query *q, const struct val *v,
                    size_t nv, struct sent s)
{
    struct pg_conn *n = pg_of(c->conn);

    enum err e = guard(c, n);
    if (!e) e = send(c, q, v, nv, s);
    if (!e) e = pg_settle(c, n);
    guard_end(n, e);
    return e;
}

static enum err ahead(struct ctx *c, const struct query *q, const struct val *v,
                      size_t nv)
{
    struct pg_conn *n = pg_of(c->conn);

    struct pg_ahead *a = pg_ahead_add(c, n, q, v, nv);
    if (!a) return ERR_NOT_FOUND;
    return send(c, q, v, nv, (struct sent){ .keep = &a->answer });
}

/* The answer that was sent for ahead, into the call. */
static enum err taken(struct ctx *c, struct db_call *call, bool *ret)
{
    PGresult *r;

    TRY(pg_ahead_take(c, pg_of(c->conn), call, &r));
    *ret = r != NULL;
    const enum err e = r ? pg_answered(c, call, r, call->q->name) : ERR_OK;
    PQclear(r);
    return e;
}

static enum err exec(struct ctx *c, const struct query *q, i64 *ret_n,
                     const struct val *v, size_t nv)
{
    struct db_call call = { .q = q, .v = v, .nv = nv };
    bool there;

    if (!ret_n && !guarded(c->conn))
        return send(c, q, v, nv, (struct sent){ .twice = q->twice ? q : NULL });
    TRY(taken(c, &call, &there));
    if (!there) TRY(ask(c, q, v, nv, (struct sent){ .call = &call }));
    if (ret_n) *ret_n = call.n;
    return ERR_OK;
}

static enum err one(struct ctx *c, const struct query *q, const struct out *o,
                    size_t no, const struct val *v, size_t nv)
{
    struct db_call call = { q, v, nv, o, no, 0 };
    bool there;

    TRY(taken(c, &call, &there));
    if (!there) TRY(ask(c, q, v, nv, (struct sent){ .call = &call }));
    return call.n ? ERR_OK : ERR_NOT_FOUND;
}

static enum err batch(struct ctx *c, struct db_call *calls, size_t count)
{
    struct pg_conn *n = pg_of(c->conn);

    enum err e = guard(c, n);
    for (size_t k = 0; k < count && !e; k++) {
        bool there = false;
        e = taken(c, &calls[k], &there);
        if (!e && !there)
            e = send(c, calls[k].q, calls[k].v, calls[k].nv,
                     (struct sent){ .call = &calls[k] });
    }
    if (!e) e = pg_settle(c, n);
    guard_end(n, e);
    return e;
}

/* ---- Rows ----------------------------------------------------------------------- */

static enum err rows(struct ctx *c, struct rows *r, const struct val *v, size_t nv)
{
    const struct db_call call = { .q = r->q, .v = v, .nv = nv };
    PGresult *all = NULL;

    TRY(pg_ahead_take(c, pg_of(c->conn), &call, &all));
    const enum err e =
        all ? ERR_OK : ask(c, r->q, v, nv, (struct sent){ .keep = &all });
    r->stmt = all;
    if (!e && !all) return FAIL(c, DATABASE, "%s: no answer", r->q->name);
    return e;
}

static void rows_done(struct rows *r)
{
    PQclear(r->stmt);
    r->stmt = NULL;
}

static bool next(struct rows *r, const struct out *o, size_t no)
{
    if (r->at < PQntuples(r->stmt)) {
        r->err = pg_columns(r->c, r->q->name, r->stmt, r->at++,
                            (struct into){ o, no, r->borrow });
        if (!r->err) return true;
    }
    rows_done(r);
    return false;
}

static const char *line(struct rows *r)
{
    struct buf row = buf_new(r->c->mem, 128, 1 << 16);

    if (!r->stmt || r->at >= PQntuples(r->stmt)) return NULL;
    for (int k = 0; k < PQnfields(r->stmt); k++)
        buf_printf(&row, "%s%s=%s", k ? " " : "", PQfname(r->stmt, k),
                   PQgetisnull(r->stmt, r->at, k) ? "-"
                                                  : PQgetvalue(r->stmt, r->at, k));
    r->at++;
    return row.at;
}

/* ---- Units ---------------------------------------------------------------------- */

static enum err begin(struct ctx *c, struct db_conn *base, bool writes)
{
    base->writes = writes;
    pg_ahead_end(pg_of(base));
    return pg_alive(c, pg_of(base));
}

/* Nobody waits for the end of a snapshot or of a unit that is undone: it is sent
 * off, and its answer read with the next unit's. */
static void rollback(struct db_conn *base)
{
    struct pg_conn *n = pg_of(base);

    if (!n->begun || PQstatus(n->h) != CONNECTION_OK) return;
    n->begun = false;
    for (int k = 0; k < n->n_sent; k++)
        n->sent[k] =
            (struct sent){ .what = "undone", .kind = n->sent[k].kind, .ignore = true };
    if (n->n_sent && PQpipelineSync(n->h))
        n->sent[n->n_sent++] = (struct sent){ .what = "sync", .kind = SENT_SYNC };
    if (!PQsendQueryPrepared(n->h, PG_ROLLBACK, 0, NULL, NULL, NULL, 0)) return;
    n->sent[n->n_sent++] = (struct sent){ .what = "rollback", .ignore = true };
    if (PQpipelineSync(n->h))
        n->sent[n->n_sent++] = (struct sent){ .what = "sync", .kind = SENT_SYNC };
}

static enum err commit(struct ctx *c, struct db_conn *base)
{
    struct pg_conn *n = pg_of(base);
    PGresult *r = NULL;

    if (!n->begun) return pg_settle(c, n);
    if (base->writes && !n->wrote && n->traces)
        TRY(pg_send_own(c, n, PG_TRACE, (struct sent){ 0 }));
    TRY(pg_send_own(c, n, PG_COMMIT, (struct sent){ .keep = &r }));
    n->committing = true;
    n->warned = false;
    enum err e = pg_settle(c, n);
    n->committing = false;
    if (!n->h || e == ERR_UNAVAILABLE)
        e = FAIL(c, UNKNOWN, "the line to the database broke during commit");
    else if (!e && n->warned)
        e = FAIL(c, UNKNOWN,
                 "the database stopped waiting for its standby during commit");
    else if (!e && strcmp(PQcmdStatus(r), "COMMIT") != 0)
        e = FAIL(c, DATABASE, "commit: the database rolled back");
    if (e && e != ERR_UNKNOWN) rollback(base);
    n->begun = false;
    PQclear(r);
    return e;
}

static enum err mark(struct ctx *c, struct db_conn *base, int depth)
{
    struct pg_conn *n = pg_of(base);

    TRY(pg_begun(c, n));
    TRY(pg_send(c, n, arena_printf(c->mem, "SAVEPOINT m%d", depth),
                (struct sent){ .what = "mark" }));
    return pg_settle(c, n);
}

static void unmark(struct ctx *c, struct db_conn *base, int depth, bool kept)
{
    struct pg_conn *n = pg_of(base);
    const struct fault fault = c->fault;

    if (PQstatus(n->h) != CONNECTION_OK) return;
    if (!kept) {
        (void)!pg_settle(c, n);
        (void)!pg_send(c, n, arena_printf(c->mem, "ROLLBACK TO m%d", depth),
                       (struct sent){ .what = "undo" });
    }
    (void)!pg_send(c, n, arena_printf(c->mem, "RELEASE m%d", depth),
                   (struct sent){ .what = "release" });
    (void)!pg_settle(c, n);
    c->fault = fault;
}

static enum err script(struct ctx *c, const char *sql)
{
    struct pg_conn *n = pg_of(c->conn);

    TRY(pg_begun(c, n));
    return pg_plain(c, n, "schema", sql, NULL);
}

static enum err lock_schema(struct ctx *c)
{
    return script(c, "SELECT pg_advisory_xact_lock(7236837521)");
}

static enum err backup(struct ctx *c, const char *to)
{
    return FAIL(c, WRONG_STATE,
                "\"%s\": a PostgreSQL database is copied with pg_basebackup or pg_dump",
                to);
}

static enum err integrity(struct ctx *c, void (*tell)(void *arg, const char *line),
                          void *arg)
{
    (void)c;
    (void)tell;
    (void)arg;
    return ERR_OK;
}

/* What a retry waits for: the other unit to get out of the way, the server to
 * come back. */
static void wait_before(enum err e, int tries)
{
    const unsigned us = e == ERR_UNAVAILABLE ? 100000u << tries : 1000u << tries;
    const struct timespec t = { .tv_nsec = (long)(us + (unsigned)random() % us) };

    nanosleep(&t, NULL);
}

/* ---- Workers -------------------------------------------------------------------- */

static enum err run_once(struct pg_conn *n, struct db_task *t)
{
    struct db *db = n->base.db;

    TRY(db->e->begin(t->c, &n->base, true));
    enum err e = unit_run(t->c, &n->base, t->fn, t->arg);
    const i64 from = time_mono_us();
    if (e)
        db->e->rollback(&n->base);
    else
        e = db->e->commit(t->c, &n->base);
    if (!e) db_flushed(db, time_mono_us() - from);
    return e;
}

void *pg_write_thread(void *arg)
{
    struct db *db = arg;
    struct pg_conn *n = calloc(1, sizeof(*n));

    if (!n) abort();
    n->base.db = db;
    unit_thread();
    for (struct db_task *t; (t = queue_take(&db->writes));) {
        enum err e = ERR_OK;
        struct hook *h = NULL;
        for (int k = 0; k <= RETRIES; k++) {
            if (k) unit_again(db, e, k);
            e = run_once(n, t);
            h = hooks_take(&n->base);
            if (!unit_may_again(db, e, t->queued_us)) break;
            hooks_end(h, false);
            h = NULL;
        }
        db_count(&n->base);
        atomic_fetch_add(&db->units, 1);
        atomic_fetch_add(&db->groups, 1);
        hooks_end(h, e == ERR_OK);
        t->done(t, e);
    }
    pg_disconnect(&n->base);
    return NULL;
}

const struct engine postgres_engine = {
    .connect = pg_connect,
    .disconnect = pg_disconnect,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .mark = mark,
    .unmark = unmark,
    .exec = exec,
    .one = one,
    .rows = rows,
    .next = next,
    .rows_done = rows_done,
    .line = line,
    .batch = batch,
    .ahead = ahead,
    .bulk = pg_bulk,
    .script = script,
    .lock_schema = lock_schema,
    .backup = backup,
    .integrity = integrity,
    .plan = pg_plan,
    .plan_scans = pg_plan_scans,
    .wait_before = wait_before,
    .write_thread = pg_write_thread,
};
