#include "http/metrics.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/db.h"
#include "http/turn.h"

/* Upper bounds in microseconds; the last bucket has none. */
static const i64 bounds[] = {
    250,   500,    1000,   2500,   5000,    10000,   25000,
    50000, 100000, 250000, 500000, 1000000, 2500000, 10000000
};
static const int statuses[] = { 200, 201, 202, 204, 301, 302, 303, 304,
                                400, 401, 403, 404, 405, 409, 410, 412,
                                413, 422, 429, 500, 503, 507, 0 };

struct counts {
    _Atomic i64 status[COUNT(statuses)];
    _Atomic i64 bucket[COUNT(bounds) + 1];
    _Atomic i64 us;
};

static const struct router *router;
static struct counts *counts; /* one a route, and one for what has none */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*writers[32])(struct buf *to);
static size_t n_writers;

void http_metrics_add(void (*write)(struct buf *to))
{
    pthread_mutex_lock(&lock);
    assert(n_writers < COUNT(writers));
    writers[n_writers++] = write;
    pthread_mutex_unlock(&lock);
}

void metrics_start(const struct router *t)
{
    free(counts);
    router = t;
    if (!(counts = calloc(t->n + 1, sizeof(*counts)))) abort();
}

static void add(_Atomic i64 *to, i64 n)
{
    atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

static i64 get(_Atomic i64 *from)
{
    return atomic_load_explicit(from, memory_order_relaxed);
}

void metrics_count(int route, int status, i64 us)
{
    struct counts *n = &counts[route < 0 ? router->n : (size_t)route];
    size_t s = 0, b = 0;

    while (statuses[s] && statuses[s] != status) s++;
    while (b < COUNT(bounds) && us > bounds[b]) b++;
    add(&n->status[s], 1);
    add(&n->bucket[b], 1);
    add(&n->us, us);
}

/* ---- As text ----------------------------------------------------------------------
 */

static void head(struct buf *to, const char *name, const char *type, const char *help)
{
    buf_printf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metric_line(struct buf *to, const char *name, const char *type, const char *help,
                 i64 value)
{
    head(to, name, type, help);
    buf_printf(to, "%s %lld\n", name, value);
}

static const char *label(size_t k, const char **ret_method)
{
    *ret_method = k < router->n ? router->routes[k]->method : "";
    return k < router->n ? router->routes[k]->path : "other";
}

static void write_requests(struct buf *to)
{
    const char *method;

    head(to, "prilavok_http_requests_total", "counter", "Requests answered.");
    for (size_t k = 0; k <= router->n; k++)
        for (size_t s = 0; s < COUNT(statuses); s++) {
            const i64 n = get(&counts[k].status[s]);
            const char *path = label(k, &method);

            if (n)
                buf_printf(to,
                           "prilavok_http_requests_total{method=\"%s\",route=\"%s\","
                           "status=\"%d\"} %lld\n",
                           method, path, statuses[s], n);
        }
}

static void write_times_of(struct buf *to, size_t k)
{
    struct counts *c = &counts[k];
    const char *method, *path = label(k, &method);
    i64 sum = 0;

    for (size_t b = 0; b <= COUNT(bounds); b++) sum += get(&c->bucket[b]);
    if (!sum) return;
    sum = 0;
    for (size_t b = 0; b <= COUNT(bounds); b++) {
        char le[32] = "+Inf";
        sum += get(&c->bucket[b]);
        if (b < COUNT(bounds)) snprintf(le, sizeof(le), "%g", (double)bounds[b] / 1e6);
        buf_printf(
            to,
            "prilavok_http_seconds_bucket{method=\"%s\",route=\"%s\",le=\"%s\"} %lld\n",
            method, path, le, sum);
    }
    buf_printf(to, "prilavok_http_seconds_sum{method=\"%s\",route=\"%s\"} %.6f\n",
               method, path, (double)get(&c->us) / 1e6);
    buf_printf(to, "prilavok_http_seconds_count{method=\"%s\",route=\"%s\"} %lld\n",
               method, path, sum);
}

static void write_db(struct buf *to, struct db *db)
{
    struct db_stats s = { 0 };

    db_stats(db, &s);
    metric_line(to, "prilavok_db_units_total", "counter", "Units committed.", s.units);
    metric_line(to, "prilavok_db_groups_total", "counter",
                "Durable commits of groups of units.", s.groups);
    metric_line(to, "prilavok_db_statements_total", "counter", "Statements run.",
                s.statements);
    metric_line(to, "prilavok_db_retries_total", "counter", "Units run again.",
                s.retries);
    metric_line(to, "prilavok_db_refused_total", "counter",
                "Units refused for a full queue.", s.refused);
    metric_line(to, "prilavok_db_queue", "gauge", "Units waiting.", s.queue);
    metric_line(to, "prilavok_db_queue_max", "gauge", "Units that waited at most.",
                s.queue_max);
    metric_line(to, "prilavok_db_wal_pages", "gauge", "Pages in SQLite's log.",
                s.wal_pages);
    metric_line(to, "prilavok_db_flush_p50_us", "gauge",
                "Median time of the last commits.", s.flush_us_p50);
    metric_line(to, "prilavok_db_flush_p99_us", "gauge", "99th percentile of it.",
                s.flush_us_p99);
}

static void write_process(struct buf *to)
{
    long size = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    struct rusage u;

    if (f) {
        if (fscanf(f, "%ld %ld", &size, &resident) != 2) resident = 0;
        fclose(f);
    }
    getrusage(RUSAGE_SELF, &u);
    metric_line(to, "process_resident_memory_bytes", "gauge", "Memory in use.",
                resident * sysconf(_SC_PAGESIZE));
    head(to, "process_cpu_seconds_total", "counter", "Processor time.");
    buf_printf(to, "process_cpu_seconds_total %.3f\n",
               (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                   (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
}

void metrics_write(struct buf *to, struct db *db)
{
    if (counts) {
        write_requests(to);
        head(to, "prilavok_http_seconds", "histogram",
             "Time from the request line to the answer.");
        for (size_t k = 0; k <= router->n; k++) write_times_of(to, k);
    }
    metric_line(to, "prilavok_http_connections", "gauge", "Open connections.",
                link_count());
    metric_line(to, "prilavok_http_at_work", "gauge", "Requests not answered yet.",
                turn_at_work());
    metric_line(to, "prilavok_live_clients", "gauge", "Open event streams.",
                live_clients());
    if (db) write_db(to, db);
    write_process(to);
    pthread_mutex_lock(&lock);
    for (size_t k = 0; k < n_writers; k++) writers[k](to);
    pthread_mutex_unlock(&lock);
}
