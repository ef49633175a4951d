#include "bare.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record.h"

/* ---- SQLite
 * -------------------------------------------------------------------------- */

struct prepared {
    const struct query *q;
    sqlite3_stmt *s;
    i64 n; /* --statements: how often, how long */
    double seconds;
};

struct lite {
    sqlite3 *h;
    struct prepared *all;
    size_t n;
    bool timed;
};

static void must(sqlite3 *h, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE) return;
    fprintf(stderr, "bare loop: %s\n", sqlite3_errmsg(h));
    exit(1);
}

static void lite_beside(struct lite *l, const char *file)
{
    char sql[700];

    snprintf(sql, sizeof(sql), "ATTACH '%s' AS beside", file);
    must(l->h, sqlite3_exec(l->h, sql, NULL, NULL, NULL));
}

static void lite_open(struct lite *l, const char *db)
{
    *l = (struct lite){ 0 };
    must(l->h, sqlite3_open(db, &l->h));
    sqlite3_busy_timeout(l->h, 10000);
    sqlite3_db_config(l->h, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL); /* as the product */
    must(l->h, sqlite3_exec(l->h,
                            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                            "PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536;"
                            "PRAGMA temp_store=MEMORY",
                            NULL, NULL, NULL));
}

static void lite_close(struct lite *l)
{
    for (size_t k = 0; k < l->n; k++) sqlite3_finalize(l->all[k].s);
    free(l->all);
    sqlite3_close(l->h);
}

static struct prepared *lite_statement(struct lite *l, const struct query *q)
{
    for (size_t k = 0; k < l->n; k++)
        if (l->all[k].q == q) return &l->all[k];
    l->all = realloc(l->all, (l->n + 1) * sizeof(*l->all));
    if (!l->all) abort();
    char *sql = record_numbered(q->sql);
    sqlite3_stmt *s = NULL;
    must(l->h, sqlite3_prepare_v3(l->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL));
    free(sql);
    l->all[l->n] = (struct prepared){ .q = q, .s = s };
    return &l->all[l->n++];
}

static void lite_bind(sqlite3_stmt *s, const struct val *v, size_t nv)
{
    for (size_t k = 0; k < nv; k++) {
        const int at = (int)k + 1;
        switch (v[k].kind) {
        case VAL_NULL:
            sqlite3_bind_null(s, at);
            break;
        case VAL_INT:
            sqlite3_bind_int64(s, at, v[k].i);
            break;
        case VAL_REAL:
            sqlite3_bind_double(s, at, v[k].d);
            break;
        case VAL_TEXT:
            sqlite3_bind_text(s, at, v[k].s, -1, SQLITE_STATIC);
            break;
        case VAL_BYTES:
            sqlite3_bind_blob(s, at, v[k].b.at, (int)v[k].b.n, SQLITE_STATIC);
            break;
        }
    }
}

static void lite_piece(struct lite *l, const struct recording *r, size_t piece)
{
    for (size_t k = r->firsts[piece]; k < r->firsts[piece + 1]; k++) {
        const struct recorded *c = &r->calls[k];
        struct prepared *p = lite_statement(l, c->q);
        sqlite3_stmt *s = p->s;
        const double from = l->timed ? now_s() : 0;
        int rc;

        lite_bind(s, c->v, c->nv);
        while ((rc = sqlite3_step(s)) == SQLITE_ROW)
            for (int i = 0, n = sqlite3_column_count(s); i < n; i++)
                (void)sqlite3_column_bytes(s, i);
        must(l->h, rc);
        sqlite3_reset(s);
        p->n++;
        if (l->timed) p->seconds += now_s() - from;
    }
}

static int by_seconds(const void *a, const void *b)
{
    const double x = ((const struct prepared *)a)->seconds,
                 y = ((const struct prepared *)b)->seconds;

    return (x < y) - (x > y);
}

/* What a piece of work consists of: the dearest statement first. */
static void lite_tell(struct lite *l, size_t pieces)
{
    double sum = 0;

    qsort(l->all, l->n, sizeof(*l->all), by_seconds);
    for (size_t k = 0; k < l->n; k++) {
        const struct prepared *p = &l->all[k];
        fprintf(stderr, "  %-32s %6.2f a piece %8.2f us each\n", p->q->name,
                (double)p->n / (double)pieces, p->seconds * 1e6 / (double)p->n);
        sum += p->seconds;
    }
    fprintf(stderr, "  %-32s %24.2f us a piece\n", "together",
            sum * 1e6 / (double)pieces);
}

static void lite_sql(struct lite *l, const char *sql)
{
    must(l->h, sqlite3_exec(l->h, sql, NULL, NULL, NULL));
}

struct reader {
    pthread_t thread;
    const char *db, *beside;
    const struct recording *work;
    double per_second;
    bool tell;
    _Atomic bool stop;
    _Atomic i64 done;
};

static void *read_loop(void *arg)
{
    struct reader *r = arg;
    struct lite l;
    const double from = now_s();

    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
    lite_open(&l, r->db);
    l.timed = r->tell;
    if (r->beside) lite_beside(&l, r->beside);
    for (size_t k = 0; !r->stop; k++) {
        while (r->per_second > 0 &&
               (double)r->done > (now_s() - from) * r->per_second && !r->stop)
            usleep(500);
        lite_sql(&l, "BEGIN");
        lite_piece(&l, r->work, k % r->work->n_pieces);
        lite_sql(&l, "COMMIT");
        r->done++;
    }
    if (r->tell) lite_tell(&l, (size_t)r->done);
    lite_close(&l);
    return NULL;
}

static void reader_start(struct reader *r, const char *db, const struct recording *work,
                         double rate)
{
    r->db = db;
    r->work = work;
    r->per_second = rate;
    pthread_create(&r->thread, NULL, read_loop, r);
}

static void reader_stop(struct reader *r)
{
    r->stop = true;
    pthread_join(r->thread, NULL);
}

static double lite_reads(const struct bare *b)
{
    struct reader two[2] = { 0 };
    const double from = now_s();

    for (int k = 0; k < 2; k++) {
        two[k].beside = b->beside;
        two[k].tell = b->tell && !k;
        reader_start(&two[k], b->db, b->work, 0);
    }
    sleep(4);
    const double s = now_s() - from;
    const i64 done = two[0].done + two[1].done;
    for (int k = 0; k < 2; k++) reader_stop(&two[k]);
    return (double)done / s;
}

static double lite_writes(const struct bare *b)
{
    struct reader beside = { 0 };
    struct lite l;

    lite_open(&l, b->db);
    l.timed = b->tell;
    sqlite3_wal_autocheckpoint(l.h, 0);
    if (b->reads) reader_start(&beside, b->db, b->reads, b->reads_per_second);
    const double from = now_s();
    for (size_t k = 0; k < b->work->n_pieces;) {
        lite_sql(&l, "BEGIN IMMEDIATE");
        for (int g = 0; g < b->group && k < b->work->n_pieces; g++, k++) {
            lite_sql(&l, "SAVEPOINT u");
            lite_piece(&l, b->work, k);
            lite_sql(&l, "RELEASE u");
        }
        lite_sql(&l, "COMMIT");
        int pages = 0, done = 0;
        if (k % 2048 < (size_t)b->group)
            sqlite3_wal_checkpoint_v2(l.h, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages,
                                      &done);
    }
    const double s = now_s() - from;
    if (b->reads) reader_stop(&beside);
    if (b->tell) {
        lite_tell(&l, b->work->n_pieces);
        fprintf(stderr, "  %-32s %24.2f us a piece\n", "with savepoints and commits",
                s * 1e6 / (double)b->work->n_pieces);
    }
    lite_close(&l);
    return (double)b->work->n_pieces / s;
}

/* ---- PostgreSQL
 * ------------------------------------------------------------------------ */

enum { POST_READERS = 3 };

struct post {
    pthread_t thread;
    const struct bare *b;
    const struct recording *work;
    PGconn *h;
    const struct query **known;
    size_t n_known;
    int index;
    double per_second; /* readers only */
    _Atomic bool stop;
    _Atomic i64 done;
};

/* Numbers are as wide as the product's: PostgreSQL would take some for an INTEGER. */
static void post_prepare(struct post *p, const struct recorded *c, const char *name)
{
    enum { INT8 = 20 };
    Oid types[64] = { 0 };

    for (size_t k = 0; k < c->nv && k < COUNT(types); k++)
        if (c->v[k].kind == VAL_INT) types[k] = INT8;
    PQsendPrepare(p->h, name, c->q->sql, (int)c->nv, types);
}

static void post_name(struct post *p, const struct recorded *c, char *to, size_t room)
{
    const struct query *q = c->q;
    size_t k = 0;

    while (k < p->n_known && p->known[k] != q) k++;
    snprintf(to, room, "s%zu", k);
    if (k < p->n_known) return;
    p->known = realloc(p->known, (k + 1) * sizeof(*p->known));
    if (!p->known) abort();
    p->known[p->n_known++] = q;
    post_prepare(p, c, to);
}

static void post_send(struct post *p, const struct recorded *c)
{
    const char *values[64] = { 0 };
    char texts[64][32], name[32], bytes[4096];

    for (size_t k = 0; k < c->nv && k < 64; k++) {
        const struct val *v = &c->v[k];
        values[k] = texts[k];
        if (v->kind == VAL_NULL) values[k] = NULL;
        if (v->kind == VAL_INT) snprintf(texts[k], 32, "%lld", v->i);
        if (v->kind == VAL_REAL) snprintf(texts[k], 32, "%.17g", v->d);
        if (v->kind == VAL_TEXT) values[k] = v->s;
        if (v->kind == VAL_BYTES) {
            size_t n = 2;
            memcpy(bytes, "\\x", 3);
            for (size_t i = 0; i < v->b.n && n + 3 < sizeof(bytes); i++, n += 2)
                snprintf(bytes + n, 3, "%02x", ((const unsigned char *)v->b.at)[i]);
            values[k] = bytes;
        }
    }
    post_name(p, c, name, sizeof(name));
    PQsendQueryPrepared(p->h, name, (int)c->nv, values, NULL, NULL, 0);
}

/* Take all answers up to the sync; true when none was an error.  The first of all is
 * told: in a flood some fail as they did when they were recorded. */
static bool post_take(struct post *p)
{
    static _Atomic bool told;
    bool ok = true;

    for (int empty = 0; empty < 2;) {
        PGresult *r = PQgetResult(p->h);
        if (!r) {
            empty++;
            continue;
        }
        empty = 0;
        const ExecStatusType s = PQresultStatus(r);
        if (s == PGRES_FATAL_ERROR) {
            if (ok && !told) fprintf(stderr, "bare loop: %s", PQresultErrorMessage(r));
            told = true;
            ok = false;
        }
        PQclear(r);
        if (s == PGRES_PIPELINE_SYNC) break;
    }
    return ok;
}

static void post_piece(struct post *p, size_t piece)
{
    const struct recording *r = p->work;

    PQsendQueryParams(p->h, "BEGIN", 0, NULL, NULL, NULL, NULL, 0);
    for (size_t k = r->firsts[piece]; k < r->firsts[piece + 1]; k++)
        post_send(p, &r->calls[k]);
    PQsendQueryParams(p->h, "COMMIT", 0, NULL, NULL, NULL, NULL, 0);
    PQpipelineSync(p->h);
    if (post_take(p)) {
        p->done++;
        return;
    }
    PQsendQueryParams(p->h, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 0);
    PQpipelineSync(p->h);
    (void)post_take(p);
}

static void post_open(struct post *p)
{
    p->h = PQconnectdb(p->b->db);
    if (PQstatus(p->h) != CONNECTION_OK) {
        fprintf(stderr, "bare loop: %s", PQerrorMessage(p->h));
        exit(1);
    }
    PQenterPipelineMode(p->h);
}

static void *post_loop(void *arg)
{
    struct post *p = arg;

    post_open(p);
    for (size_t k = (size_t)p->index; k < p->work->n_pieces;
         k += (size_t)p->b->connections)
        post_piece(p, k);
    PQfinish(p->h);
    free(p->known);
    return NULL;
}

static void *post_read_loop(void *arg)
{
    struct post *p = arg;
    const double from = now_s();

    post_open(p);
    for (size_t k = (size_t)p->index; !p->stop; k += POST_READERS) {
        while ((double)p->done > (now_s() - from) * p->per_second && !p->stop)
            usleep(500);
        post_piece(p, k % p->work->n_pieces);
    }
    PQfinish(p->h);
    free(p->known);
    return NULL;
}

static i64 post_reads_end(struct post *readers)
{
    i64 done = 0;

    for (int k = 0; k < POST_READERS; k++) readers[k].stop = true;
    for (int k = 0; k < POST_READERS; k++) {
        pthread_join(readers[k].thread, NULL);
        done += readers[k].done;
    }
    return done;
}

static double post_run(const struct bare *b)
{
    struct post all[64] = { 0 }, readers[POST_READERS] = { 0 };
    const double from = now_s();
    i64 done = 0, reads = 0;

    for (int k = 0; k < POST_READERS && b->reads; k++) {
        readers[k] = (struct post){ .b = b,
                                    .work = b->reads,
                                    .index = k,
                                    .per_second = b->reads_per_second / POST_READERS };
        pthread_create(&readers[k].thread, NULL, post_read_loop, &readers[k]);
    }
    for (int k = 0; k < b->connections; k++) {
        all[k] = (struct post){ .b = b, .work = b->work, .index = k };
        pthread_create(&all[k].thread, NULL, post_loop, &all[k]);
    }
    for (int k = 0; k < b->connections; k++) {
        pthread_join(all[k].thread, NULL);
        done += all[k].done;
    }
    const double seconds = now_s() - from;
    if (b->reads) reads = post_reads_end(readers);
    if (b->reads)
        fprintf(stderr, "bare loop: %.0f reads/s beside\n", (double)reads / seconds);
    return (double)done / seconds;
}

double bare_run(const struct bare *b)
{
    if (strstr(b->db, "://")) return post_run(b);
    return b->read_only ? lite_reads(b) : lite_writes(b);
}
