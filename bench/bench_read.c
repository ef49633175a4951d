/* Reads: start, profile, browse, search. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare.h"
#include "base/time.h"
#include "db/db.h"
#include "http/route.h"
#include "inside.h"
#include "setting/setting.h"

void bench_start(const struct options *o, struct result *r);
void bench_profile(const struct options *o, struct result *r);
void bench_browse(const struct options *o, struct result *r);
void bench_search(const struct options *o, struct result *r);

/* Paths that are asked for in turn, each client from another place. */
struct paths {
    char **at;
    size_t n;
    const char *head;
    _Atomic size_t next;
    i64 answers, bytes; /* their bodies */
};

static size_t next_path(void *arg, int k, char *to, size_t room)
{
    struct paths *p = arg;
    const size_t at = p->next++;

    (void)k;
    return load_request(to, room,
                        &(struct wish){ "GET", p->at[at % p->n], p->head, NULL });
}

static void count_bytes(void *arg, int k, const struct answered *a)
{
    struct paths *p = arg;

    (void)k;
    p->answers++;
    p->bytes += (i64)a->n;
}

static void add_path(struct paths *p, const char *path)
{
    p->at = realloc(p->at, (p->n + 1) * sizeof(*p->at));
    if (!p->at) abort();
    p->at[p->n++] = strdup(path);
}

static void free_paths(struct paths *p)
{
    for (size_t k = 0; k < p->n; k++) free(p->at[k]);
    free(p->at);
}

/* The same requests through the router in this process: their SQL, kept. */
static struct recording *record_paths(struct inside *in, const struct paths *p,
                                      size_t n)
{
    struct recording *rec = record_new();

    for (size_t k = 0; k < n && k < p->n; k++) {
        if (inside_begin(in, false)) break;
        record_begin(rec);
        const struct reply a = route_serve(in->c, modules, "GET", p->at[k], "");
        record_end(rec);
        inside_end(in, false);
        if (a.status == 503 && k > 0) break; /* so many reads wait to be audited */
        if (a.status != 200) {
            fprintf(stderr, "%s answers %d\n", p->at[k], a.status);
            break;
        }
    }
    return rec;
}

struct reading {
    const struct chain *chain;
    void (*fill)(struct inside *in, struct paths *p);
    int clients;
    size_t recorded; /* pieces of the bare loop; 0: none */
    double target;
};

static void measure(const struct reading *k, const struct options *o, struct result *r)
{
    struct server s;
    struct inside in;
    struct paths p = { 0 };
    struct recording *rec = NULL;
    char head[512] = "";

    if (!server_start(o, k->chain, &s) || !inside_open(&in, s.db)) {
        bench_fail(r, "no server");
        return;
    }
    k->fill(&in, &p);
    if (!p.n) {
        bench_fail(r, "nothing to ask for");
        server_stop(&s);
        return;
    }
    if (!staff_head(s.port, "operator", head, sizeof(head))) bench_fail(r, "no login");
    p.head = head;
    if (k->recorded) rec = record_paths(&in, &p, k->recorded);
    inside_close(&in);

    struct load l = { .port = s.port,
                      .clients = k->clients,
                      .duration_ms = 1000,
                      .make = next_path,
                      .reply = count_bytes,
                      .arg = &p };
    load_run(&l); /* warm */
    l.duration_ms = o->seconds * 1000;
    const double before = server_cpu_s(&s);
    const struct loaded got = load_run(&l);
    const double cpu = server_cpu_s(&s) - before;
    r->rate = (double)got.done / got.seconds;
    r->p50_ms = got.p50_ms;
    r->p99_ms = got.p99_ms;
    r->rss_mib = server_rss_mib(&s);
    r->target = k->target;
    if (got.failed || got.busy || !got.done)
        bench_fail(r, "%lld failed, %lld refused", got.failed, got.busy);
    server_stop(&s);
    if (rec && record_pieces(rec)) {
        r->limit = bare_run(&(struct bare){ .db = s.db,
                                            .work = rec,
                                            .read_only = true,
                                            .connections = 4,
                                            .tell = o->tell });
        const i64 bytes = p.bytes / (p.answers ? p.answers : 1);
        const double http = bare_http_run(&l, (size_t)bytes),
                     both = http > 0 ? 1 / (1 / http + 1 / r->limit) : 0;
        if (r->ok)
            snprintf(r->note, sizeof(r->note),
                     "%.1f statements and %.0f us of the server's CPU each; HTTP alone "
                     "with %lld bytes %.0f/s, with the SQL %.0f/s: ratio %.2f",
                     (double)record_statements(rec) / (double)record_pieces(rec),
                     cpu * 1e6 / (double)got.done, bytes, http, both,
                     both > 0 ? r->rate / both : 0);
    }
    if (rec) record_free(rec);
    free_paths(&p);
}

static struct chain large(const struct options *o, i64 customers)
{
    if (o->quick) return (struct chain){ 5, 500, 2000, 90 };
    if (strcmp(o->engine, "sqlite")) customers = 100000; /* one chain */
    return (struct chain){ 200, 20000, customers, 730 };
}

/* ---- profile
 * ---------------------------------------------------------------------------- */

static void profile_paths(struct inside *in, struct paths *p)
{
    static const struct query some = {
        .name = "bench.customers",
        .sql = "SELECT id FROM pub_customer_person ORDER BY id LIMIT 20000",
        .scan = "a bench"
    };
    i64 *ids, n = inside_ids(in, &some, &ids);
    char path[128];

    for (i64 k = 0; k < n; k++) {
        snprintf(path, sizeof(path), "/v1/customer/%lld/profile", ids[k * 7919 % n]);
        add_path(p, path);
    }
    free(ids);
}

void bench_profile(const struct options *o, struct result *r)
{
    const struct chain k = large(o, o->people ? o->people : 1000000);

    measure(&(struct reading){ &k, profile_paths, 32, 20000, 13000 }, o, r);
}

/* ---- browse
 * ------------------------------------------------------------------------------- */

static void browse_paths(struct inside *in, struct paths *p)
{
    static const struct query leaves = {
        .name = "bench.categories",
        .sql = "SELECT DISTINCT category_id FROM catalog_product",
        .scan = "a bench"
    };
    static const struct query shops = { .name = "bench.places",
                                        .sql = "SELECT id FROM pub_place_place",
                                        .scan = "a bench" };
    i64 *categories, *places;
    const i64 n = inside_ids(in, &leaves, &categories),
              m = inside_ids(in, &shops, &places);
    char path[256];

    for (i64 k = 0; k < n * 20; k++) {
        snprintf(path, sizeof(path),
                 "/v1/catalog/category/%lld/product?place_id=%lld&limit=24",
                 categories[k % n], places[k * 31 % m]);
        add_path(p, path);
    }
    free(categories);
    free(places);
}

void bench_browse(const struct options *o, struct result *r)
{
    const struct chain k = large(o, 10000);

    measure(&(struct reading){ &k, browse_paths, 32, 500, 3000 }, o, r);
}

/* ---- search
 * -------------------------------------------------------------------------------- */

static void add_query(struct paths *p, const char *text, size_t n)
{
    char path[2048] = "/v1/catalog/search?limit=24&q=";
    size_t at = strlen(path);

    for (size_t k = 0; k < n && at + 4 < sizeof(path); k++)
        at += (size_t)snprintf(path + at, sizeof(path) - at, "%%%02X",
                               (unsigned char)text[k]);
    add_path(p, path);
}

static void search_paths(struct inside *in, struct paths *p)
{
    FILE *f = fopen("tests/search/queries.tsv", "r");
    char line[4096];

    (void)in;
    while (f && fgets(line, sizeof(line), f))
        if (*line != '#' && *line != '\n') add_query(p, line, strcspn(line, "\t\n"));
    if (f) fclose(f);
}

void bench_search(const struct options *o, struct result *r)
{
    const struct chain k = large(o, 10000);

    measure(&(struct reading){ &k, search_paths, 32, 0, 1500 }, o, r);
}

/* ---- start
 * -----------------------------------------------------------------------------------
 */

void bench_start(const struct options *o, struct result *r)
{
    const struct chain k = large(o, 10000);
    double times[9];
    struct server s;

    for (size_t n = 0; n < COUNT(times); n++) {
        if (!server_start(o, &k, &s)) {
            bench_fail(r, "no server");
            return;
        }
        times[n] = s.up_s * 1000;
        r->rss_mib = server_rss_mib(&s);
        server_stop(&s);
    }
    qsort(times, COUNT(times), sizeof(double), by_double);
    r->p50_ms = times[COUNT(times) / 2];
    r->p99_ms = times[COUNT(times) - 1];
    r->rate = 1000 / r->p50_ms;
    r->target = 2;
    snprintf(r->note, sizeof(r->note), "p50 and worst of %zu starts", COUNT(times));
}
