/* A till's sale and the thousand pages that watch the shelf. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/time.h"
#include "inside.h"

void bench_stock_live(const struct options *o, struct result *r);

#define LISTENERS 1000
#define SALES     20

struct watch {
    int fds[LISTENERS], epoll;
    double *times;
    _Atomic double sold_s; /* when the sale was sent */
    _Atomic i64 seen;      /* listeners that saw this sale */
    i64 n;
    _Atomic bool stop;
};

static int listen_to(int port, i64 variant)
{
    const struct sockaddr_in a = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char text[256];

    if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a))) return -1;
    const int n = snprintf(
        text, sizeof(text),
        "GET /v1/stock/live?variant_id=%lld HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        variant);
    if (write(fd, text, (size_t)n) != n) return -1;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* One thread reads all streams; a "data:" line that tells of a change is a sight
 * of the sale that was sent last. */
static void *watch_loop(void *arg)
{
    struct watch *w = arg;
    struct epoll_event events[256];
    char text[8192];

    while (!w->stop) {
        const int n = epoll_wait(w->epoll, events, 256, 50);
        for (int k = 0; k < n; k++) {
            const ssize_t got = read(events[k].data.fd, text, sizeof(text) - 1);
            if (got <= 0) continue;
            text[got] = '\0';
            if (!strstr(text, "\"free\"") || w->sold_s == 0) continue;
            w->times[w->n++] = now_s() - w->sold_s;
            w->seen++;
        }
    }
    return NULL;
}

static i64 watch_open(struct watch *w, int port, i64 variant)
{
    i64 open = 0;

    w->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int k = 0; k < LISTENERS; k++) {
        struct epoll_event e = { .events = EPOLLIN };
        e.data.fd = w->fds[k] = listen_to(port, variant);
        if (w->fds[k] < 0) continue;
        epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->fds[k], &e);
        open++;
    }
    return open;
}

/* Goods with many pieces, not unit-tracked, at a shop: place, variant, price. */
static bool goods_of(struct inside *in, i64 *place, i64 *variant)
{
    static const struct query best = {
        .name = "bench.best",
        .sql = "SELECT l.place_id, l.variant_id FROM pub_stock_level l"
               " JOIN pub_catalog_variant v ON v.id = l.variant_id"
               " JOIN pub_place_place p ON p.id = l.place_id"
               " WHERE v.unit_tracked = 0 AND p.kind = 0 ORDER BY l.on_hand - l.held "
               "DESC LIMIT 1",
        .scan = "a bench"
    };
    bool ok = false;

    if (inside_begin(in, false)) return false;
    ok = db_one0(in->c, &best, INTO(place, variant)) == ERR_OK;
    inside_end(in, false);
    return ok;
}

static i64 price_of(int port, i64 variant)
{
    char path[128], body[1 << 16], price[32];

    snprintf(path, sizeof(path), "/v1/catalog/variant/%lld", variant);
    const struct wish w = { "GET", path, NULL, NULL };
    if (load_once(port, &w, body, sizeof(body)) != 200 ||
        !member_of(body, "price_minor", price, sizeof(price)))
        return 0;
    return strtoll(price, NULL, 10);
}

static i64 sell(struct watch *w, int port, const char *head, const char *body)
{
    char answer[8192];
    const struct wish sale = { "POST", "/v1/order", head, body };

    w->seen = 0;
    w->sold_s = now_s();
    const int status = load_once(port, &sale, answer, sizeof(answer));
    if (status != 201) fprintf(stderr, "sale: %d %s\n", status, answer);
    for (int k = 0; k < 100 && w->seen < LISTENERS; k++) usleep(10000);
    return status == 201 ? w->seen : -1;
}

void bench_stock_live(const struct options *o, struct result *r)
{
    const struct chain chain = o->quick ? (struct chain){ 5, 500, 2000, 90 }
                                        : (struct chain){ 200, 20000, 100000, 730 };
    struct watch w = { .times = calloc((size_t)LISTENERS * SALES * 2, sizeof(double)) };
    struct server s;
    struct inside in;
    char head[512], body[512];
    i64 place = 0, variant = 0, all = 0;
    pthread_t thread;

    if (!w.times || !server_start(o, &chain, &s) || !inside_open(&in, s.db)) {
        bench_fail(r, "no server");
        return;
    }
    if (!goods_of(&in, &place, &variant) ||
        !staff_head(s.port, "owner", head, sizeof(head)))
        bench_fail(r, "no goods");
    inside_close(&in);
    snprintf(body, sizeof(body),
             "{\"kind\":\"sale\",\"place_id\":\"%lld\",\"lines\":[{\"variant_id\":\"%"
             "lld\",\"qty\":1}],"
             "\"payments\":[{\"kind\":\"cash\",\"amount_minor\":%lld}]}",
             place, variant, price_of(s.port, variant));
    const i64 open = watch_open(&w, s.port, variant);
    pthread_create(&thread, NULL, watch_loop, &w);
    sleep(1);
    for (int k = 0; k < SALES && r->ok; k++) {
        const i64 seen = sell(&w, s.port, head, body);
        if (seen < open)
            bench_fail(r, "sale %d was seen by %lld of %lld listeners", k, seen, open);
        all += seen;
    }
    w.stop = true;
    pthread_join(thread, NULL);
    qsort(w.times, (size_t)w.n, sizeof(double), by_double);
    if (w.n) {
        r->p50_ms = w.times[w.n / 2] * 1000;
        r->p99_ms = w.times[w.n * 99 / 100] * 1000;
        r->rate = 1000 / r->p99_ms;
    }
    r->target = 50;
    r->rss_mib = server_rss_mib(&s);
    if (r->ok)
        snprintf(r->note, sizeof(r->note),
                 "%d sales, %lld sights; from sending the sale", SALES, all);
    for (int k = 0; k < LISTENERS; k++)
        if (w.fds[k] >= 0) close(w.fds[k]);
    server_stop(&s);
    free(w.times);
}
