/* db_postgres_bulk.c -- many rows at once and plans on PostgreSQL. */
#include <ctype.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "db/db_postgres.h"

/* ---- COPY in the binary form ---------------------------------------------------- */

#define COPY_BYTES (64 << 10)

struct copy {
    struct pg_conn *n;
    size_t used;
    bool failed;
    unsigned char at[COPY_BYTES];
};

static void flush(struct copy *k)
{
    if (k->used && PQputCopyData(k->n->h, (const char *)k->at, (int)k->used) != 1)
        k->failed = true;
    k->used = 0;
}

static void put(struct copy *k, const void *p, size_t n)
{
    if (k->used + n > sizeof(k->at)) flush(k);
    if (n > sizeof(k->at)) {
        if (PQputCopyData(k->n->h, p, (int)n) != 1) k->failed = true;
        return;
    }
    memcpy(k->at + k->used, p, n);
    k->used += n;
}

static void put_16(struct copy *k, int v)
{
    const uint16_t be = htobe16((uint16_t)v);

    put(k, &be, sizeof(be));
}

static void put_32(struct copy *k, i64 v)
{
    const uint32_t be = htobe32((uint32_t)v);

    put(k, &be, sizeof(be));
}

static void put_64(struct copy *k, u64 v)
{
    const uint64_t be = htobe64(v);

    put_32(k, 8);
    put(k, &be, sizeof(be));
}

static void put_val(struct copy *k, const struct val *v)
{
    u64 bits;

    switch (v->kind) {
    case VAL_NULL:
        put_32(k, -1);
        break;
    case VAL_INT:
        put_64(k, (u64)v->i);
        break;
    case VAL_REAL:
        memcpy(&bits, &v->d, sizeof(bits));
        put_64(k, bits);
        break;
    case VAL_TEXT:
        put_32(k, (i64)strlen(v->s));
        put(k, v->s, strlen(v->s));
        break;
    case VAL_BYTES:
        put_32(k, (i64)v->b.n);
        put(k, v->b.at, v->b.n);
        break;
    }
}

static void put_rows(struct copy *k, const struct db_bulk *b,
                     bool (*row)(void *, struct val *), void *from, struct val *v)
{
    static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
    const int nc = (int)strlen(b->types);

    put(k, head, 19);
    while (row(from, v)) {
        put_16(k, nc);
        for (int j = 0; j < nc; j++) put_val(k, &v[j]);
    }
    put_16(k, -1);
    flush(k);
}

static enum err copy_end(struct ctx *c, struct pg_conn *n, bool failed,
                         const char *what)
{
    enum err e = ERR_OK;
    PGresult *r;

    if (PQputCopyEnd(n->h, failed ? "not all rows could be sent" : NULL) != 1)
        failed = true;
    while ((r = PQgetResult(n->h))) {
        if (PQresultStatus(r) != PGRES_COMMAND_OK && !e) e = pg_broken(c, n, r, what);
        PQclear(r);
    }
    if (n->h) PQenterPipelineMode(n->h);
    return e || !failed
               ? e
               : FAIL(c, UNAVAILABLE, "%s: the line to the database broke", what);
}

/* ---- Into a temporary table, then one INSERT ------------------------------------ */

static const char *const type_words[128] = {
    ['i'] = "BIGINT", ['d'] = "DOUBLE PRECISION", ['t'] = "TEXT", ['b'] = "BYTEA"
};

static const char *stage_of(struct ctx *c, const struct db_bulk *b)
{
    char *name = arena_printf(c->mem, "bulk_%s", b->name);

    for (char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p)) *p = '_';
    return name;
}

static const char *column_list(struct ctx *c, const struct db_bulk *b, bool typed)
{
    struct buf s = buf_new(c->mem, 256, 1 << 16);

    for (size_t k = 0; b->columns[k]; k++)
        buf_printf(&s, "%s%s%s%s", k ? ", " : "", b->columns[k], typed ? " " : "",
                   typed ? type_words[b->types[k] & 127] : "");
    return s.at;
}

static const char *insert(struct ctx *c, const struct db_bulk *b, const char *stage)
{
    const char *list = column_list(c, b, false);
    struct buf s = buf_new(c->mem, 1024, 1 << 16);

    buf_printf(&s, "INSERT INTO %s (%s) SELECT %s FROM pg_temp.%s ON CONFLICT (%s) DO ",
               b->table, list, list, stage, b->keys);
    if (b->update)
        buf_printf(&s, "UPDATE SET %s", b->update);
    else
        buf_text(&s, "NOTHING");
    if (b->update && b->where) buf_printf(&s, " WHERE %s", b->where);
    return s.at;
}

static enum err stage_rows(struct ctx *c, struct pg_conn *n, const struct db_bulk *b,
                           bool (*row)(void *, struct val *), void *from)
{
    const char *stage = stage_of(c, b);
    struct copy *k = malloc(sizeof(*k));
    struct val *v = NEW_N(c->mem, struct val, strlen(b->types));

    if (!k) abort();
    k->n = n;
    k->used = 0;
    k->failed = false;
    enum err e = pg_plain(c, n, b->name,
                          arena_printf(c->mem,
                                       "CREATE TEMP TABLE IF NOT EXISTS %s (%s)"
                                       " ON COMMIT DELETE ROWS; DELETE FROM pg_temp.%s;"
                                       "COPY pg_temp.%s FROM STDIN (FORMAT binary)",
                                       stage, column_list(c, b, true), stage, stage),
                          NULL);
    if (!e) {
        put_rows(k, b, row, from, v);
        e = copy_end(c, n, k->failed, b->name);
    }
    free(k);
    return e;
}

enum err pg_bulk(struct ctx *c, const struct db_bulk *b,
                 bool (*row)(void *, struct val *), void *from, i64 *ret_changed)
{
    struct pg_conn *n = pg_of(c->conn);
    PGresult *r = NULL;

    TRY(pg_begun(c, n));
    TRY(stage_rows(c, n, b, row, from));
    TRY(pg_plain(c, n, b->name, insert(c, b, stage_of(c, b)), &r));
    *ret_changed = strtoll(PQcmdTuples(r), NULL, 10);
    PQclear(r);
    return ERR_OK;
}

/* ---- Plans ---------------------------------------------------------------------- */

static int arguments(const char *sql)
{
    int most = 0;

    for (const char *p = sql; (p = strchr(p, '$')); p++)
        if (isdigit((unsigned char)p[1])) {
            const int n = (int)strtol(p + 1, NULL, 10);
            if (n > most) most = n;
        }
    return most;
}

static const char *declared(struct ctx *c, const struct query *q)
{
    struct buf s = buf_new(c->mem, 64, 1 << 12);

    for (size_t k = 0; q->types && q->types[k]; k++)
        buf_printf(&s, "%s%s", k ? ", " : "(",
                   type_words[q->types[k] & 127] ? type_words[q->types[k] & 127]
                                                 : "unknown");
    if (s.n) buf_char(&s, ')');
    return s.at;
}

static const char *nulls(struct ctx *c, int n)
{
    struct buf s = buf_new(c->mem, 64, 1 << 12);

    for (int k = 0; k < n; k++) buf_text(&s, k ? ", NULL" : "(NULL");
    if (n) buf_char(&s, ')');
    return s.at;
}

static const char *explain(struct ctx *c, struct pg_conn *n, const struct query *q)
{
    struct buf plan = buf_new(c->mem, 512, 1 << 16);
    PGresult *r = NULL;

    if (pg_plain(c, n, q->name,
                 arena_printf(c->mem, "EXPLAIN (COSTS off) EXECUTE plan_of%s",
                              nulls(c, arguments(q->sql))),
                 &r))
        return NULL;
    for (int k = 0; k < PQntuples(r); k++)
        buf_printf(&plan, "%s\n", PQgetvalue(r, k, 0));
    PQclear(r);
    return plan.at;
}

/* Empty tables make every plan cheap: with these only what has no index walks a
 * table. */
static const char no_walks[] =
    "SAVEPOINT plan_of; SET LOCAL enable_seqscan = off;"
    "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;"
    "SET LOCAL cpu_index_tuple_cost = 100;"
    "SET LOCAL plan_cache_mode = force_generic_plan";

const char *pg_plan(struct ctx *c, const struct query *q)
{
    struct pg_conn *n = pg_of(c->conn);
    struct ctx quiet = { .mem = c->mem };
    const char *prepare =
        arena_printf(c->mem, "PREPARE plan_of%s AS %s", declared(c, q), q->sql);
    const char *plan = NULL;

    if (pg_begun(c, n) || pg_plain(c, n, q->name, no_walks, NULL)) return NULL;
    const bool prepared = pg_plain(c, n, q->name, prepare, NULL) == ERR_OK;
    if (prepared) plan = explain(c, n, q);
    (void)!pg_plain(&quiet, n, q->name, "ROLLBACK TO plan_of; RELEASE plan_of", NULL);
    if (prepared) (void)!pg_plain(&quiet, n, q->name, "DEALLOCATE plan_of", NULL);
    return plan;
}

/* The lines that belong to the node at p: they stand deeper and start no node. */
static bool node_says(const char *p, const char *words)
{
    while ((p = strchr(p, '\n'))) {
        p++;
        const char *word = p + strspn(p, " ");
        if (strncmp(word, "->", 2) == 0 || !*word) return false;
        if (strncmp(word, words, strlen(words)) == 0) return true;
    }
    return false;
}

/* An index of a few rows (its WHERE says which) is no table. */
static bool is_partial(struct ctx *c, const char *p)
{
    const char *using = strstr(p, " using ");
    const size_t n = using ? strcspn(using + 7, " \n") : 0;
    PGresult *r = NULL;

    if (!using || using > p + strcspn(p, "\n")) return false;
    const char *sql =
        arena_printf(c->mem,
                     "SELECT 1 FROM pg_index WHERE indexrelid = '%.*s'::regclass"
                     " AND indpred IS NOT NULL",
                     (int)n, using + 7);
    if (pg_plain(c, pg_of(c->conn), "plan", sql, &r)) return false;
    const bool partial = PQntuples(r) > 0;
    PQclear(r);
    return partial;
}

static bool starts(const char *p, const char *words)
{
    return strncmp(p, words, strlen(words)) == 0;
}

static bool node_walks(struct ctx *c, const char *p, bool limited)
{
    const char *node = p + strspn(p, " ");

    if (starts(node, "->")) node += 2 + strspn(node + 2, " ");
    if (starts(node, "Parallel ")) node += 9;
    if (starts(node, "Seq Scan on ")) return true;
    if (!starts(node, "Index Scan ") && !starts(node, "Index Only Scan ") &&
        !starts(node, "Bitmap Index Scan "))
        return false;
    if (node_says(p, "Index Cond:") || is_partial(c, node)) return false;
    return !limited || node_says(p, "Filter:");
}

bool pg_plan_scans(struct ctx *c, const char *plan, const struct query *q)
{
    bool limited = false; /* the line above is a LIMIT: the first rows of an index */

    (void)q;
    for (const char *p = plan; p && *p;
         p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        if (node_walks(c, p, limited)) return true;
        const char *node = p + strspn(p, " ->");
        limited = starts(node, "Limit") || (limited && starts(node, "Result"));
    }
    return false;
}
