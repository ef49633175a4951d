/* db_postgres_line.c -- the line to PostgreSQL: connecting, sending, answers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "db/db_postgres.h"

#define RETRY_CONNECT_US 500000 /* a server that is away is asked this often */

/* ---- Errors --------------------------------------------------------------------- */

enum err pg_lost(struct ctx *c, struct pg_conn *n, const char *what)
{
    const char *m = n->h ? PQerrorMessage(n->h) : "";
    const enum err e = FAIL(c, UNAVAILABLE, "%s: the line to the database broke (%.*s)",
                            what, (int)strcspn(m, "\n"), m);

    PQfinish(n->h);
    n->h = NULL;
    n->n_sent = 0;
    n->begun = false;
    return e;
}

/* SQLSTATEs by their class or in full, the first that fits. */
/* clang-format off */
static const struct {
    const char *state;
    enum err err;
    const char *says;
} states[] = {
    { "23505", ERR_EXISTS,      "there is one already" },
    { "23503", ERR_NO_SUCH,     "it names something that does not exist, or is still named" },
    { "40001", ERR_BUSY,        "somebody else changed the same rows" },
    { "40P01", ERR_BUSY,        "two units waited for each other" },
    { "55P03", ERR_BUSY,        "the rows are locked" },
    { "57014", ERR_BUSY,        "the statement was cancelled" },
    { "25P02", ERR_DATABASE,    "an earlier statement of this unit failed" },
    { "53100", ERR_STORAGE,     "the disk of the database server is full" },
    { "53300", ERR_UNAVAILABLE, "the database server has no connection left" },
    { "58",    ERR_STORAGE,     "the disk of the database server cannot be read or written" },
    { "XX001", ERR_STORAGE,     "the database server's data is damaged" },
    { "XX002", ERR_STORAGE,     "an index of the database server is damaged" },
    { NULL, ERR_DATABASE, NULL },
};
/* clang-format on */

enum err pg_broken(struct ctx *c, struct pg_conn *n, const PGresult *r,
                   const char *what)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *m = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    const char *rule = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
    size_t k = 0;

    /* 25006 in a unit: this server is a standby now. */
    if (!state || PQstatus(n->h) == CONNECTION_BAD || strncmp(state, "57P", 3) == 0 ||
        strncmp(state, "08", 2) == 0 || (strcmp(state, "25006") == 0 && n->base.writes))
        return pg_lost(c, n, what);
    while (states[k].state &&
           strncmp(state, states[k].state, strlen(states[k].state)) != 0)
        k++;
    return fail_at(c, states[k].err, NULL, __FILE__, __LINE__, "%s: %s%s%s%s", what,
                   states[k].says ? states[k].says
                   : m            ? m
                                  : state,
                   rule ? " (" : "", rule ? rule : "", rule ? ")" : "");
}

/* A COMMIT that stopped waiting for the standby still says COMMIT, and warns. */
static void on_notice(void *arg, const PGresult *r)
{
    struct pg_conn *n = arg;
    const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (n->committing && severity && strcmp(severity, "WARNING") == 0) n->warned = true;
}

/* ---- Connecting ----------------------------------------------------------------- */

/* What the string does not say; what it says comes later and wins. */
static PGconn *dial(const char *url)
{
    static const char *const defaults[][2] = {
        { "connect_timeout", "3" },    { "tcp_user_timeout", "5000" },
        { "keepalives_idle", "10" },   { "keepalives_interval", "3" },
        { "keepalives_count", "3" },   { "target_session_attrs", "read-write" },
        { "client_encoding", "UTF8" }, { "fallback_application_name", "prilavok" },
    };
    const char *words[COUNT(defaults) + 2] = { 0 },
                                        *values[COUNT(defaults) + 2] = { 0 };

    for (size_t k = 0; k < COUNT(defaults); k++) {
        words[k] = defaults[k][0];
        values[k] = defaults[k][1];
    }
    words[COUNT(defaults)] = "dbname";
    values[COUNT(defaults)] = url;
    return PQconnectdbParams(words, values, 1);
}

void pg_forget(struct pg_conn *n)
{
    db_kept_clear(&n->kept, free);
}

/* What every unit says is parsed once. */
static bool own_statement(struct pg_conn *n, const char *name, const char *sql)
{
    PGresult *r = PQprepare(n->h, name, sql, 0, NULL);
    const bool ok = PQresultStatus(r) == PGRES_COMMAND_OK;

    PQclear(r);
    return ok;
}

/* After a commit of unknown outcome the caller asks again with the same key, and
 * may find its work done here, but not yet at the standby.  A unit that writes
 * nothing would not wait for the standby, and say yes; so it leaves a trace in the
 * log, and its commit waits for all before it. */
static const char trace[] = "SELECT pg_logical_emit_message(true, 'prilavok', '')"
                            " WHERE current_setting('synchronous_standby_names') <> ''";

static bool session(struct pg_conn *n)
{
    PGresult *r = PQexec(n->h, "SET jit = off; SET client_min_messages = warning;"
                               "SET standard_conforming_strings = on");
    const bool ok = PQresultStatus(r) == PGRES_COMMAND_OK;

    PQclear(r);
    PQsetNoticeReceiver(n->h, on_notice, n);
    n->traces = own_statement(n, PG_TRACE, trace);
    return ok &&
           own_statement(n, PG_BEGIN_UNIT,
                         "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE") &&
           own_statement(n, PG_BEGIN_SNAPSHOT,
                         "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") &&
           own_statement(n, PG_COMMIT, "COMMIT") &&
           own_statement(n, PG_ROLLBACK, "ROLLBACK") && PQenterPipelineMode(n->h);
}

static bool connect_now(struct pg_conn *n)
{
    pg_forget(n);
    n->n_sent = 0;
    n->begun = false;
    PQfinish(n->h);
    n->h = dial(n->base.db->url);
    return PQstatus(n->h) == CONNECTION_OK && session(n);
}

/* One caller in half a second may ask a server that was away the last time; the
 * others are told at once, so that a long line does not wait for nothing. */
enum err pg_alive(struct ctx *c, struct pg_conn *n)
{
    struct db *db = n->base.db;
    i64 next = atomic_load(&db->ask_again_us);
    const i64 now = time_mono_us();

    if (n->h && PQstatus(n->h) == CONNECTION_OK) return ERR_OK;
    if (next && (now < next || !atomic_compare_exchange_strong(&db->ask_again_us, &next,
                                                               now + RETRY_CONNECT_US)))
        return FAIL(c, UNAVAILABLE, "the database does not answer");
    if (connect_now(n)) {
        atomic_store(&db->ask_again_us, 0);
        return ERR_OK;
    }
    atomic_store(&db->ask_again_us, time_mono_us() + RETRY_CONNECT_US);
    const char *m = PQerrorMessage(n->h);
    return FAIL(c, UNAVAILABLE, "cannot connect to the database: %.*s",
                (int)strcspn(m, "\n"), m);
}

struct db_conn *pg_connect(struct db *db, bool writes, char **ret_why)
{
    struct pg_conn *n = calloc(1, sizeof(*n));
    struct ctx c = { .mem = arena_new(1 << 16) };

    if (!n) abort();
    n->base.db = db;
    n->base.writes = writes;
    const enum err e = pg_alive(&c, n);
    if (e) {
        *ret_why = strdup(c.fault.message);
        pg_disconnect(&n->base);
    }
    arena_free(c.mem);
    return e ? NULL : &n->base;
}

void pg_disconnect(struct db_conn *base)
{
    struct pg_conn *n = pg_of(base);

    PQfinish(n->h);
    pg_ahead_end(n);
    pg_forget(n);
    free(n);
}

/* ---- Sending and answers -------------------------------------------------------- */

enum err pg_send(struct ctx *c, struct pg_conn *n, const char *sql, struct sent s)
{
    if (sql && !PQsendQueryParams(n->h, sql, 0, NULL, NULL, NULL, NULL, 0))
        return pg_lost(c, n, s.what);
    n->sent[n->n_sent++] = s;
    return ERR_OK;
}

enum err pg_send_own(struct ctx *c, struct pg_conn *n, const char *name, struct sent s)
{
    if (!PQsendQueryPrepared(n->h, name, 0, NULL, NULL, NULL, 0))
        return pg_lost(c, n, name);
    s.what = name;
    return pg_send(c, n, NULL, s);
}

static i64 number(const char *s)
{
    return *s == 't' ? 1 : *s == 'f' ? 0 : strtoll(s, NULL, 10);
}

static struct bytes unhex(struct ctx *c, const char *s, size_t n)
{
    static const signed char digit[256] = {
        ['0'] = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ['a'] = 10, 11, 12, 13, 14, 15,
    };
    const unsigned char *p = (const unsigned char *)s + 2;
    unsigned char *to = arena_raw(c->mem, n / 2 + 1);

    if (n < 2) return (struct bytes){ to, 0 };
    for (size_t k = 0; k < n / 2 - 1; k++, p += 2)
        to[k] = (unsigned char)(digit[p[0]] << 4 | digit[p[1]]);
    return (struct bytes){ to, n / 2 - 1 };
}

static void column(struct ctx *c, const PGresult *r, int row, int k,
                   const struct out *o, bool borrow)
{
    const bool null = PQgetisnull(r, row, k);
    const char *s = PQgetvalue(r, row, k);
    const size_t n = (size_t)PQgetlength(r, row, k);

    switch (o->kind) {
    case OUT_INT:
        *(i64 *)o->to = null ? NONE : number(s);
        break;
    case OUT_REAL:
        *(double *)o->to = null ? (double)NAN : strtod(s, NULL);
        break;
    case OUT_BOOL:
        *(bool *)o->to = !null && number(s) != 0;
        break;
    case OUT_TEXT:
        *(const char **)o->to = null ? NULL : borrow ? s : arena_strdup(c->mem, s, n);
        break;
    case OUT_BYTES:
        *(struct bytes *)o->to = null ? (struct bytes){ NULL, 0 } : unhex(c, s, n);
        break;
    }
}

enum err pg_columns(struct ctx *c, const char *what, const PGresult *r, int row,
                    struct into to)
{
    if ((size_t)PQnfields(r) != to.no)
        return FAIL(c, DATABASE, "%s has %d columns, not %zu", what, PQnfields(r),
                    to.no);
    for (size_t k = 0; k < to.no; k++) column(c, r, row, (int)k, &to.o[k], to.borrow);
    return ERR_OK;
}

enum err pg_answered(struct ctx *c, struct db_call *k, const PGresult *r,
                     const char *what)
{
    k->n = k->no ? PQntuples(r) > 0 : strtoll(PQcmdTuples((PGresult *)r), NULL, 10);
    if (!k->no && PQresultStatus(r) == PGRES_TUPLES_OK &&
        strncmp(PQcmdStatus((PGresult *)r), "SELECT", 6) == 0)
        k->n = 0;
    return k->no && k->n
               ? pg_columns(c, what, r, 0, (struct into){ k->o, k->no, false })
               : ERR_OK;
}

static bool changes_rows(const PGresult *r)
{
    const char *status = PQcmdStatus((PGresult *)r), *n = PQcmdTuples((PGresult *)r);

    return strncmp(status, "SELECT", 6) != 0 && *n && strcmp(n, "0") != 0;
}

/* The answer to the oldest thing sent, without the NULL that follows it. */
static PGresult *answer(struct pg_conn *n, const struct sent *s)
{
    PGresult *r = PQgetResult(n->h), *more;

    if (r && s->kind == SENT_STATEMENT)
        while ((more = PQgetResult(n->h))) PQclear(more);
    return r;
}

static enum err take_answer(struct ctx *c, struct pg_conn *n, const struct sent *s)
{
    PGresult *r = answer(n, s);
    enum err e = ERR_OK;

    if (!r) return pg_lost(c, n, s->what);
    switch (PQresultStatus(r)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        if (s->call) e = pg_answered(c, s->call, r, s->what);
        n->wrote |= !s->ignore && changes_rows(r);
        if (s->keep) {
            *s->keep = r;
            r = NULL;
        }
        break;
    case PGRES_PIPELINE_SYNC:
    case PGRES_PIPELINE_ABORTED:
        break;
    default:
        if (!s->ignore || PQstatus(n->h) == CONNECTION_BAD)
            e = pg_broken(c, n, r, s->what);
        if (e == ERR_EXISTS && s->twice) e = db_twice(c, s->twice);
    }
    PQclear(r);
    return e;
}

enum err pg_settle(struct ctx *c, struct pg_conn *n)
{
    enum err first = ERR_OK;

    if (!n->n_sent) return ERR_OK;
    if (!PQpipelineSync(n->h)) return pg_lost(c, n, n->sent[n->n_sent - 1].what);
    n->sent[n->n_sent++] = (struct sent){ .what = "sync", .kind = SENT_SYNC };
    for (int k = 0; k < n->n_sent && n->h; k++) {
        const enum err e = take_answer(c, n, &n->sent[k]);
        if (!first || !n->h) first = e;
    }
    n->n_sent = 0;
    return first;
}

enum err pg_plain(struct ctx *c, struct pg_conn *n, const char *what, const char *sql,
                  PGresult **ret)
{
    TRY(pg_settle(c, n));
    PQexitPipelineMode(n->h);
    PGresult *r = PQexec(n->h, sql);
    const ExecStatusType st = PQresultStatus(r);
    const enum err e =
        st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK || st == PGRES_COPY_IN
            ? ERR_OK
            : pg_broken(c, n, r, what);
    if (st != PGRES_COPY_IN && n->h) PQenterPipelineMode(n->h);
    if (ret && !e)
        *ret = r;
    else
        PQclear(r);
    return e;
}
