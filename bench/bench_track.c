/* What people do: a flood of events, and how soon one of them is heard. */
#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "inside.h"
#include "insight/insight_segment.h"
#include "market.h"
#include "town.h"

void bench_event_ingest(const struct options *o, struct result *r);
void bench_event_visible(const struct options *o, struct result *r);

enum {
    BATCH = 100,
    CLIENTS = 16,
    DEVICES = 20000,
    BODY = 64 << 10,
    BARE_ROWS = 300000
};

struct flood {
    struct market m;
    char head[512]; /* of the office */
    char path[256]; /* with the source's key */
    char *body;
    char at[96]; /* of the batch's events */
    u64 n;       /* events made */
    u64 run;     /* makes message ids of this process its own */
    i64 accepted;
};

/* 300 bytes an event, as a site's server sends them; a quarter of them by somebody
 * who is logged in. */
static size_t event(struct flood *f, char *to, size_t room)
{
    const u64 n = f->n++, device = n * 2654435761u % DEVICES;
    char user[64] = "";

    if (n % 4 == 0)
        snprintf(user, sizeof(user), "\"userId\":\"%lld\",",
                 f->m.customers[device % (u64)f->m.n_customers]);
    return (size_t)snprintf(
        to, room,
        "%s{\"type\":\"track\",\"event\":\"Product "
        "Viewed\",\"messageId\":\"node-next-%llx-%012llx\","
        "\"anonymousId\":\"d5f0c2e1-%08llx\",%s\"timestamp\":\"%s\","
        "\"properties\":{\"product_id\":\"%llu\",\"price\":%llu.90,\"currency\":"
        "\"RUB\","
        "\"position\":%llu},\"context\":{\"page\":{\"path\":\"/product/%llu\"}}}",
        n % BATCH ? "," : "", f->run, n, device, user, f->at, n % 20000, n % 90000,
        n % 40, n % 20000);
}

/* As a site's server sends them: at once, in the order of their own times. */
static void clock_of(struct flood *f)
{
    const i64 now = time_now();
    const time_t s = (time_t)(now / 1000);
    struct tm t;

    gmtime_r(&s, &t);
    snprintf(f->at, sizeof(f->at), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
             t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
             (int)(now % 1000));
}

static size_t next_batch(void *arg, int k, char *to, size_t room)
{
    struct flood *f = arg;
    size_t n = (size_t)snprintf(f->body, BODY, "{\"batch\":[");

    (void)k;
    clock_of(f);
    for (int i = 0; i < BATCH; i++) n += event(f, f->body + n, BODY - n);
    snprintf(f->body + n, BODY - n, "]}");
    return load_request(to, room, &(struct wish){ "POST", f->path, NULL, f->body });
}

static void taken(void *arg, int k, const struct answered *a)
{
    struct flood *f = arg;
    char n[32];

    (void)k;
    if (a->status == 200 && member_of(a->body, "accepted", n, sizeof(n)))
        f->accepted += strtoll(n, NULL, 10);
}

/* Fifty segments listen, filled. */
static bool segments_live(struct inside *in)
{
    in->c->who = (struct who){ .kind = WHO_STAFF, .id = 1, .rights = ~0ull };
    arena_reset(in->c->mem);
    in->c->now = time_now();
    return !db_unit(in->c, town_segments, NULL) && !segment_pass(in->c, NULL);
}

static bool flood_open(const struct options *o, struct server *s, struct flood *f)
{
    const struct chain chain = { 5, 500, 2000, 90 };
    const struct wish make = { "POST", "/v1/track/source", f->head,
                               "{\"name\":\"bench\",\"channel\":\"site\"}" };
    static const char *const tails[] = { "", "-wal", "-shm" };
    char path[600], answer[4096], key[128];
    struct inside in;

    for (size_t k = 0; k < COUNT(tails); k++) {
        snprintf(path, sizeof(path), "%s/run-track.db%s", o->dir, tails[k]);
        unlink(path);
    }
    if (!server_start(o, &chain, s) || !inside_open(&in, s->db)) return false;
    market_open(&f->m, &in);
    const bool live = segments_live(&in);
    inside_close(&in);
    if (!live) return false;
    f->body = malloc(BODY);
    f->run = (u64)(now_s() * 1000);
    if (!f->body || !staff_head(s->port, "owner", f->head, sizeof(f->head)) ||
        load_once(s->port, &make, answer, sizeof(answer)) != 201 ||
        !member_of(answer, "key", key, sizeof(key)))
        return false;
    snprintf(f->path, sizeof(f->path), "/v1/batch?writeKey=%s", key);
    return true;
}

static void flood_close(struct server *s, struct flood *f)
{
    server_stop(s);
    market_close(&f->m);
    free(f->body);
}

/* ---- The files
 * --------------------------------------------------------------------------- */

static i64 number_lite(const char *file, const char *sql)
{
    sqlite3 *h = NULL;
    sqlite3_stmt *q = NULL;
    i64 n = -1;

    if (!sqlite3_open_v2(file, &h, SQLITE_OPEN_READONLY, NULL)) {
        sqlite3_busy_timeout(h, 2000);
        if (!sqlite3_prepare_v2(h, sql, -1, &q, NULL) && sqlite3_step(q) == SQLITE_ROW)
            n = sqlite3_column_int64(q, 0);
    }
    sqlite3_finalize(q);
    sqlite3_close(h);
    return n;
}

static i64 number_post(const char *url, const char *sql)
{
    static PGconn *h; /* kept: a probe asks every half millisecond */
    static char to[512];

    if (!h || strcmp(to, url) != 0 || PQstatus(h) != CONNECTION_OK) {
        PQfinish(h);
        h = PQconnectdb(url);
        snprintf(to, sizeof(to), "%s", url);
    }
    PGresult *r = PQexec(h, sql);
    const i64 n = PQntuples(r) == 1 ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : -1;
    PQclear(r);
    return n;
}

static bool on_post(const struct options *o)
{
    return strcmp(o->engine, "sqlite") != 0;
}

static void beside(const struct options *o, char *to, size_t size)
{
    snprintf(to, size, "%s/run-track.db", o->dir);
}

/* Of the log, which has a file of its own or stands in the same database. */
static i64 number_beside(const struct options *o, const struct server *s,
                         const char *sql)
{
    char file[600];

    beside(o, file, sizeof(file));
    return on_post(o) ? number_post(s->db, sql) : number_lite(file, sql);
}

static i64 number(const struct options *o, const struct server *s, const char *sql)
{
    return on_post(o) ? number_post(s->db, sql) : number_lite(s->db, sql);
}

static bool heard_all(const struct options *o, const struct server *s, double until)
{
    const i64 last = number_beside(o, s, "SELECT next_id - 1 FROM track_log");

    while (number(o, s, "SELECT MIN(pos) FROM track_cursor") < last) {
        if (now_s() > until) return false;
        usleep(2000);
    }
    return true;
}

/* ---- The bare loop
 * -------------------------------------------------------------------------- */

static bool run(sqlite3 *h, const char *sql)
{
    char *why = NULL;

    if (sqlite3_exec(h, sql, NULL, NULL, &why)) fprintf(stderr, "bare: %s\n", why);
    const bool ok = !why;
    sqlite3_free(why);
    return ok;
}

/* The same tables and indexes in a new file. */
static bool bare_tables(sqlite3 *from, sqlite3 *to)
{
    sqlite3_stmt *q = NULL;
    bool ok = run(to, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA "
                      "cache_size = -65536");

    sqlite3_prepare_v2(from,
                       "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND"
                       " (tbl_name = 'track_event' OR tbl_name = 'track_seen')",
                       -1, &q, NULL);
    while (ok && sqlite3_step(q) == SQLITE_ROW)
        ok = run(to, (const char *)sqlite3_column_text(q, 0));
    sqlite3_finalize(q);
    return ok;
}

static double bare_copy(sqlite3 *from, sqlite3 *to)
{
    static const char *const reads[] = {
        "SELECT * FROM track_event ORDER BY id LIMIT ?1",
        "SELECT * FROM track_seen ORDER BY event_id LIMIT ?1"
    };
    static const char *const writes[] = {
        "INSERT INTO track_event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        "INSERT INTO track_seen VALUES (?1, ?2, ?3, ?4)"
    };
    sqlite3_stmt *r[2], *w[2];
    i64 rows = 0;

    for (int k = 0; k < 2; k++) {
        sqlite3_prepare_v2(from, reads[k], -1, &r[k], NULL);
        sqlite3_bind_int(r[k], 1, BARE_ROWS);
        sqlite3_prepare_v2(to, writes[k], -1, &w[k], NULL);
    }
    double spent = 0;
    run(to, "BEGIN");
    while (sqlite3_step(r[0]) == SQLITE_ROW && sqlite3_step(r[1]) == SQLITE_ROW) {
        const double at = now_s();
        for (int k = 0; k < 2; k++) {
            for (int i = 0; i < sqlite3_column_count(r[k]); i++)
                sqlite3_bind_value(w[k], i + 1, sqlite3_column_value(r[k], i));
            sqlite3_step(w[k]);
            sqlite3_reset(w[k]);
        }
        if (++rows % (CLIENTS * BATCH) == 0) run(to, "COMMIT; BEGIN");
        spent += now_s() - at;
    }
    const double at = now_s();
    run(to, "COMMIT");
    spent += now_s() - at;
    for (int k = 0; k < 2; k++) {
        sqlite3_finalize(r[k]);
        sqlite3_finalize(w[k]);
    }
    return spent > 0 ? (double)rows / spent : 0;
}

static double bare_inserts(const struct options *o)
{
    sqlite3 *from = NULL, *to = NULL;
    char file[600], bare[600];
    double rate = 0;

    beside(o, file, sizeof(file));
    snprintf(bare, sizeof(bare), "%s/bare-track.db", o->dir);
    unlink(bare);
    if (!sqlite3_open(file, &from) && !sqlite3_open(bare, &to) && bare_tables(from, to))
        rate = bare_copy(from, to);
    sqlite3_close(from);
    sqlite3_close(to);
    unlink(bare);
    return rate;
}

/* ---- The same on PostgreSQL: each row a statement, all of a group in one pipeline
 * ----- */

static const struct {
    const char *name, *insert, *read;
    int columns;
} post_tables[] = {
    { "track_event",
      "INSERT INTO bare.track_event VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
      "$11)",
      "SELECT * FROM track_event WHERE id > $1 ORDER BY id LIMIT 1600", 11 },
    { "track_seen", "INSERT INTO bare.track_seen VALUES ($1, $2, $3, $4)",
      "SELECT * FROM track_seen WHERE event_id > $1 AND event_id <= $1::bigint + 1600 "
      "ORDER BY event_id",
      4 },
};

static void post_do(PGconn *h, const char *sql)
{
    PQclear(PQexec(h, sql));
}

static PGresult *post_read(PGconn *h, int table, i64 after)
{
    char text[32];
    const char *v[] = { text };

    snprintf(text, sizeof(text), "%lld", after);
    return PQexecParams(h, post_tables[table].read, 1, NULL, v, NULL, NULL, 0);
}

static void post_send(PGconn *h, int table, const PGresult *rows)
{
    const char *v[16];

    for (int k = 0; k < PQntuples(rows); k++) {
        for (int i = 0; i < post_tables[table].columns; i++)
            v[i] = PQgetisnull(rows, k, i) ? NULL : PQgetvalue(rows, k, i);
        PQsendQueryPrepared(h, post_tables[table].name, post_tables[table].columns, v,
                            NULL, NULL, 0);
    }
}

/* Take every answer up to the sync; whether none was an error. */
static bool post_end(PGconn *h)
{
    bool ok = true;
    int nothing = 0;

    PQpipelineSync(h);
    for (PGresult *r; nothing < 2;) {
        r = PQgetResult(h);
        nothing = r ? 0 : nothing + 1;
        const ExecStatusType s = r ? PQresultStatus(r) : PGRES_EMPTY_QUERY;
        ok &= s != PGRES_FATAL_ERROR;
        PQclear(r);
        if (s == PGRES_PIPELINE_SYNC) break;
    }
    return ok;
}

/* One group: read outside of the time, written in one transaction. */
static double post_group(PGconn *h, i64 after, i64 *ret_rows)
{
    PGresult *rows[] = { post_read(h, 0, after), post_read(h, 1, after) };
    const double from = now_s();

    PQenterPipelineMode(h);
    PQsendQueryParams(h, "BEGIN", 0, NULL, NULL, NULL, NULL, 0);
    for (int t = 0; t < 2; t++) post_send(h, t, rows[t]);
    PQsendQueryParams(h, "COMMIT", 0, NULL, NULL, NULL, NULL, 0);
    const bool ok = post_end(h);
    PQexitPipelineMode(h);
    const double took = now_s() - from;
    *ret_rows = ok ? PQntuples(rows[0]) : 0;
    for (int t = 0; t < 2; t++) PQclear(rows[t]);
    return took;
}

static double post_inserts(const char *url)
{
    PGconn *h = PQconnectdb(url);
    double spent = 0;
    i64 rows = 0, n;

    post_do(h, "CREATE SCHEMA bare");
    post_do(h, "CREATE TABLE bare.track_event (LIKE track_event INCLUDING ALL)");
    post_do(h, "CREATE TABLE bare.track_seen (LIKE track_seen INCLUDING ALL)");
    for (int t = 0; t < 2; t++)
        PQclear(PQprepare(h, post_tables[t].name, post_tables[t].insert, 0, NULL));
    do {
        spent += post_group(h, rows, &n);
        rows += n;
    } while (n && rows < BARE_ROWS);
    PQfinish(h);
    return spent > 0 ? (double)rows / spent : 0;
}

/* ---- Rows
 * -----------------------------------------------------------------------------------
 */

void bench_event_ingest(const struct options *o, struct result *r)
{
    struct flood f = { 0 };
    struct server s;

    if (!flood_open(o, &s, &f)) {
        bench_fail(r, "no server");
        return;
    }
    const double from = now_s(), cpu = server_cpu_s(&s);
    const struct loaded got = load_run(&(struct load){ .port = s.port,
                                                       .clients = CLIENTS,
                                                       .duration_ms = o->seconds * 1000,
                                                       .make = next_batch,
                                                       .reply = taken,
                                                       .arg = &f });
    const bool all = heard_all(o, &s, now_s() + 120);
    r->rate = (double)f.accepted / (now_s() - from);
    r->p50_ms = got.p50_ms;
    r->p99_ms = got.p99_ms;
    r->rss_mib = server_rss_mib(&s);
    r->target = 30000;
    const i64 rows = number_beside(o, &s, "SELECT COUNT(*) FROM track_event");
    snprintf(r->note, sizeof(r->note),
             "answered %.0f/s; rate is until all have heard, 50 segments among them; "
             "%.1f us of the server's CPU an event",
             (double)f.accepted / got.seconds,
             (server_cpu_s(&s) - cpu) * 1e6 / (double)f.accepted);
    flood_close(&s, &f);
    if (got.failed || got.busy)
        bench_fail(r, "%lld failed, %lld busy", got.failed, got.busy);
    if (!all) bench_fail(r, "followers did not hear it all");
    if (rows != f.accepted) bench_fail(r, "%lld rows of %lld", rows, f.accepted);
    if (!books_balance(&s)) bench_fail(r, "the books do not balance");
    r->limit = on_post(o) ? post_inserts(s.db) : bare_inserts(o);
}

struct probing {
    struct load l;
    struct loaded got;
    _Atomic bool stop;
};

static void *run_load(void *arg)
{
    struct probing *p = arg;

    p->got = load_run(&p->l);
    return NULL;
}

/* From before a batch is sent until every follower has written what it makes of it. */
static double seen_after(const struct options *o, const struct server *s,
                         struct flood *mine)
{
    static char answer[4096];
    const double from = now_s();
    size_t n = (size_t)snprintf(mine->body, BODY, "{\"batch\":[");

    mine->n -= mine->n % BATCH;
    clock_of(mine);
    n += event(mine, mine->body + n, BODY - n);
    snprintf(mine->body + n, BODY - n, "]}");
    if (load_once(s->port, &(struct wish){ "POST", mine->path, NULL, mine->body },
                  answer, sizeof(answer)) != 200)
        return -1;
    const i64 id = number_beside(o, s, "SELECT next_id - 1 FROM track_log");
    while (number(o, s, "SELECT MIN(pos) FROM track_cursor") < id)
        if (now_s() - from > 5)
            return -1;
        else
            usleep(500);
    return (now_s() - from) * 1000;
}

void bench_event_visible(const struct options *o, struct result *r)
{
    struct flood f = { 0 }, mine;
    double ms[2000];
    int n = 0;
    struct server s;
    pthread_t thread;

    if (!flood_open(o, &s, &f)) {
        bench_fail(r, "no server");
        return;
    }
    mine = f;
    mine.run = f.run + 1;
    mine.body = malloc(BODY);
    struct probing p = { .l = { .port = s.port,
                                .clients = 8,
                                .per_second = 10000 / BATCH,
                                .make = next_batch,
                                .reply = taken,
                                .arg = &f } };
    p.l.stop = &p.stop;
    p.l.duration_ms = (o->seconds + 5) * 1000;
    pthread_create(&thread, NULL, run_load, &p);
    sleep(1);
    for (const double until = now_s() + (double)o->seconds;
         now_s() < until && n < 2000;) {
        const double one = seen_after(o, &s, &mine);
        if (one < 0) bench_fail(r, "an event was not heard within 5 s");
        if (one < 0) break;
        ms[n++] = one;
        usleep(10000);
    }
    p.stop = true;
    pthread_join(thread, NULL);
    qsort(ms, (size_t)n, sizeof(*ms), by_double);
    r->rate = (double)f.accepted / p.got.seconds;
    r->p50_ms = n ? ms[n / 2] : 0;
    r->p99_ms = n ? ms[n * 99 / 100] : 0;
    r->rss_mib = server_rss_mib(&s);
    if (r->ok)
        snprintf(r->note, sizeof(r->note),
                 "%d probes: sent until every follower has written", n);
    free(mine.body);
    flood_close(&s, &f);
}
