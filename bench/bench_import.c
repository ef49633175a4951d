/* Levels of 200 shops x 20,000 variants from a file, while orders go on. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/db.h"
#include "inside.h"
#include "market.h"

void bench_import_fresh(const struct options *o, struct result *r);
void bench_import_changed(const struct options *o, struct result *r);
void bench_import_rests(const struct options *o, struct result *r);

/* Codes of shops and articles, as rows of one column each. */
struct names {
    char (*at)[40];
    i64 *ids;
    i64 n;
};

static struct names names_of(struct inside *in, const struct query *q)
{
    struct names all = { 0 };
    const char *name;
    i64 id, room = 0;

    if (inside_begin(in, false)) return all;
    {
        ROWS rows;
        if (db_rows0(in->c, &rows, q)) return all;
        rows.borrow = true;
        while (db_next(&rows, INTO(&id, &name))) {
            if (all.n == room) {
                room = room ? room * 2 : 1024;
                all.at = realloc(all.at, (size_t)room * sizeof(*all.at));
                all.ids = realloc(all.ids, (size_t)room * sizeof(i64));
                if (!all.at || !all.ids) abort();
            }
            all.ids[all.n] = id;
            snprintf(all.at[all.n++], sizeof(*all.at), "%s", name);
        }
    }
    inside_end(in, false);
    return all;
}

static void names_free(struct names *n)
{
    free(n->at);
    free(n->ids);
}

static i64 quantity(i64 place, i64 variant, i64 add)
{
    return (place * 7 + variant * 13) % 9 + add;
}

static i64 write_csv(const char *path, const struct names *places,
                     const struct names *skus, i64 add)
{
    FILE *f = fopen(path, "w");

    if (!f) return 0;
    fputs("place;sku;qty\n", f);
    for (i64 p = 0; p < places->n; p++)
        for (i64 v = 0; v < skus->n; v++)
            fprintf(f, "%s;%s;%lld\n", places->at[p], skus->at[v], quantity(p, v, add));
    return fclose(f) ? 0 : places->n * skus->n;
}

/* As 1C sends it: an offer with the rest of each store. */
static i64 write_rests(const char *path, const struct names *places,
                       const struct names *skus, i64 add)
{
    FILE *f = fopen(path, "w");

    if (!f) return 0;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<КоммерческаяИнформация "
          "xmlns=\"urn:1C.ru:commerceml_3\" "
          "ВерсияСхемы=\"3.1\" "
          "ДатаФормирования=\"2026-11-21T12:00:00\">\n<ПакетПредложений "
          "СодержитТолькоИзменения=\"true\">\n<Ид>bench#</Ид><Предложения>\n",
          f);
    for (i64 v = 0; v < skus->n; v++) {
        fprintf(f, "<Предложение><Ид>%s</Ид><Остатки>\n", skus->at[v]);
        for (i64 p = 0; p < places->n; p++)
            fprintf(f,
                    "<Остаток><Склад><Ид>%s</Ид><Количество>%lld</Количество></Склад></"
                    "Остаток>\n",
                    places->at[p], quantity(p, v, add));
        fputs("</Остатки></Предложение>\n", f);
    }
    fputs("</Предложения></ПакетПредложений></КоммерческаяИнформация>\n", f);
    return fclose(f) ? 0 : places->n * skus->n;
}

/* POST a file; the run's id. */
static bool upload(int port, const char *path, const char *file, const char *head,
                   char *ret_run, size_t room)
{
    const struct sockaddr_in a = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const int from = open(file, O_RDONLY | O_CLOEXEC),
              to = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct stat st;
    char text[8192];
    size_t got = 0;
    ssize_t n = 1;

    if (from < 0 || fstat(from, &st) ||
        connect(to, (const struct sockaddr *)&a, sizeof(a)))
        return false;
    n = snprintf(text, sizeof(text),
                 "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: "
                 "close\r\n%sContent-Length: %lld\r\n\r\n",
                 path, head, (i64)st.st_size);
    if (write(to, text, (size_t)n) != n) return false;
    for (off_t at = 0; at < st.st_size && n > 0;) n = sendfile(to, from, &at, 1 << 20);
    while ((n = read(to, text + got, sizeof(text) - 1 - got)) > 0) got += (size_t)n;
    text[got] = '\0';
    close(from);
    close(to);
    const bool ok =
        !strncmp(text + 9, "202", 3) && member_of(text, "id", ret_run, room);
    if (!ok) fprintf(stderr, "upload: %.300s\n", text);
    return ok;
}

/* Wait until a run is over; seconds from its start, 0 when it failed. */
static double wait_run(int port, const char *run, const char *head, char *ret_body,
                       size_t room)
{
    char path[128], state[32] = "";
    double from = 0;

    snprintf(path, sizeof(path), "/v1/exchange/run/%s", run);
    const struct wish w = { "GET", path, head, NULL };
    for (int k = 0; k < 30000; k++) {
        if (load_once(port, &w, ret_body, room) == 200 &&
            member_of(ret_body, "state", state, sizeof(state))) {
            if (!from && strcmp(state, "waiting")) from = now_s();
            if (!strcmp(state, "done")) return now_s() - from;
            if (!strcmp(state, "failed")) return 0;
        }
        usleep(10000);
    }
    return 0;
}

struct importing {
    const char *prepare; /* SQL on the copy before */
    i64 (*write)(const char *path, const struct names *places, const struct names *skus,
                 i64 add);
    const char *path; /* of the API */
    i64 add;
    double target;
};

struct orders {
    struct load l;
    struct loaded got;
};

static void *run_orders(void *arg)
{
    struct orders *x = arg;

    x->got = load_run(&x->l);
    return NULL;
}

static double peak_rss_mib(const struct server *s)
{
    char path[64], line[256];
    double kib = 0;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)s->pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f))
        if (!strncmp(line, "VmHWM:", 6)) kib = strtod(line + 6, NULL);
    if (f) fclose(f);
    return kib / 1024;
}

static void import_file(const struct importing *k, const struct server *s,
                        const char *file, i64 rows, struct market *m, struct result *r)
{
    char head[512], run[64], body[16384], rejects[32] = "";
    struct orders x = { .l = { .port = s->port,
                               .clients = 16,
                               .per_second = 200,
                               .duration_ms = 3000,
                               .make = market_next,
                               .reply = market_answer,
                               .arg = m } };
    _Atomic bool stop = false;
    pthread_t thread;

    if (!staff_head(s->port, "owner", head, sizeof(head))) bench_fail(r, "no login");
    x.got = load_run(&x.l);
    const double idle_p99 = x.got.p99_ms, idle_rss = server_rss_mib(s);
    x.l.duration_ms = 600000;
    x.l.stop = &stop;
    pthread_create(&thread, NULL, run_orders, &x);
    double took = 0;
    if (upload(s->port, k->path, file, head, run, sizeof(run)))
        took = wait_run(s->port, run, head, body, sizeof(body));
    stop = true;
    pthread_join(thread, NULL);
    if (took <= 0) {
        bench_fail(r, "the run did not end: %.150s", body);
        return;
    }
    (void)member_of(body, "rejects", rejects, sizeof(rejects));
    r->rate = (double)rows / took;
    r->target = k->target;
    r->p50_ms = x.got.p50_ms;
    r->p99_ms = x.got.p99_ms;
    r->rss_mib = peak_rss_mib(s);
    if (strcmp(rejects, "0"))
        bench_fail(r, "%s rejects", rejects);
    else if (x.got.failed)
        bench_fail(r, "%lld orders failed", x.got.failed);
    else
        snprintf(r->note, sizeof(r->note),
                 "%lld rows; 200 orders/s: p99 %.1f ms idle, %.1f during; %.0f MiB "
                 "over idle",
                 rows, idle_p99, x.got.p99_ms, r->rss_mib - idle_rss);
}

static void import_bench(const struct importing *k, const struct options *o,
                         struct result *r)
{
    static const struct query shops = {
        .name = "bench.codes",
        .scan = "a bench",
        .sql = "SELECT id, code FROM pub_place_place WHERE kind = 0 ORDER BY id"
    };
    static const struct query goods = {
        .name = "bench.skus",
        .scan = "a bench",
        .sql = "SELECT id, sku FROM pub_catalog_variant ORDER BY id"
    };
    const struct chain chain = o->quick ? (struct chain){ 5, 500, 2000, 90 }
                                        : (struct chain){ 200, 20000, 100000, 730 };
    struct server s;
    struct inside in;
    struct market m;
    char file[600];

    if (!server_start_on(o, &chain, k->prepare, &s) || !inside_open(&in, s.db)) {
        bench_fail(r, "no server");
        return;
    }
    market_open(&m, &in);
    struct names places = names_of(&in, &shops), skus = names_of(&in, &goods);
    inside_close(&in);
    snprintf(file, sizeof(file), "%s/feed.tmp", o->dir);
    const i64 rows = k->write(file, &places, &skus, k->add);
    import_file(k, &s, file, rows, &m, r);
    unlink(file);
    names_free(&places);
    names_free(&skus);
    market_close(&m);
    server_stop(&s);
    if (r->ok && !books_balance(&s))
        bench_fail(r, "the books do not balance; see %s", s.log);
}

/* Empty shelves but for the ten first shops, which go on selling; their flags are set
 * again before the row begins. */
#define EMPTY_SHELVES                                                                  \
    "DELETE FROM stock_level WHERE place_id NOT IN (SELECT id FROM place_place WHERE " \
    "kind = 0 ORDER BY id LIMIT 10);"                                                  \
    "DELETE FROM catalog_stock_bits;"                                                  \
    "UPDATE job_task SET run_at = 0 WHERE kind = 'stock.flags' AND state = 0; VACUUM;"
#define KEYS_OF_1C                                                                     \
    "INSERT INTO exchange_key SELECT '1c', 'place', code, id, 0, 0, 1 FROM "           \
    "place_place;"                                                                     \
    "INSERT INTO exchange_key SELECT '1c', 'variant', sku, id, 0, 0, 1 FROM "          \
    "catalog_variant;"

void bench_import_fresh(const struct options *o, struct result *r)
{
    import_bench(&(struct importing){ EMPTY_SHELVES, write_csv,
                                      "/v1/exchange/csv/levels", 1, 1000000 },
                 o, r);
}

void bench_import_changed(const struct options *o, struct result *r)
{
    import_bench(
        &(struct importing){ NULL, write_csv, "/v1/exchange/csv/levels", 100, 400000 },
        o, r);
}

void bench_import_rests(const struct options *o, struct result *r)
{
    import_bench(&(struct importing){ KEYS_OF_1C, write_rests,
                                      "/v1/exchange/commerceml?name=rests.xml", 100,
                                      0 },
                 o, r);
}
