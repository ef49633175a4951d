/* Writes: whole orders, with profile reads beside, and from a guest's basket. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare.h"
#include "base/time.h"
#include "db/db.h"
#include "inside.h"
#include "market.h"

void bench_order_place(const struct options *o, struct result *r);
void bench_checkout(const struct options *o, struct result *r);

#define CLIENTS 128

/* ---- Profile reads beside
 * ------------------------------------------------------------------ */

struct beside {
    struct load l;
    struct loaded got;
    struct market *m;
    const char *head;
    u64 n;
};

static size_t next_profile(void *arg, int k, char *to, size_t room)
{
    struct beside *b = arg;
    char path[128];

    (void)k;
    snprintf(path, sizeof(path), "/v1/customer/%lld/profile",
             b->m->customers[b->n++ * 7919 % (u64)b->m->n_customers]);
    return load_request(to, room, &(struct wish){ "GET", path, b->head, NULL });
}

static void *run_beside(void *arg)
{
    struct beside *b = arg;

    b->got = load_run(&b->l);
    return NULL;
}

/* ---- The bare loop's work
 * -------------------------------------------------------------------- */

static struct recording *record_orders(struct market *m, struct inside *in, i64 n)
{
    struct recording *rec = record_new();
    char body[1024], key[64];

    for (i64 k = 0; k < n; k++) {
        market_order(m, body, sizeof(body));
        snprintf(key, sizeof(key), "bare-%lld", k);
        if (inside_begin(in, true)) break;
        in->c->who = (struct who){ .kind = WHO_NOBODY };
        record_begin(rec);
        const int status = inside_call(in, "POST", "/v1/order", body, key);
        if (status == 201)
            record_end(rec);
        else
            record_drop(rec);
        inside_end(in, status == 201);
    }
    return rec;
}

static struct recording *record_profiles(struct market *m, struct inside *in)
{
    struct recording *rec = record_new();
    char path[128];

    for (i64 k = 0; k < 5000; k++) {
        snprintf(path, sizeof(path), "/v1/customer/%lld/profile",
                 m->customers[k * 7919 % m->n_customers]);
        if (inside_begin(in, false)) break;
        record_begin(rec);
        (void)inside_call(in, "GET", path, "", NULL);
        record_end(rec);
        inside_end(in, false);
    }
    return rec;
}

static void bare_orders(const struct options *o, const struct chain *chain,
                        struct result *r)
{
    struct market m;
    struct inside in;
    struct server s;

    if (!server_start(o, chain, &s)) return;
    server_stop(&s);
    if (!inside_open(&in, s.db)) return;
    market_open(&m, &in);
    struct recording *reads = record_profiles(&m, &in);
    const i64 pieces = o->quick ? 2000 : strcmp(o->engine, "sqlite") ? 8000 : 30000;
    struct recording *work = record_orders(&m, &in, pieces);
    inside_close(&in);
    market_close(&m);
    if (server_start(o, chain, &s)) { /* a fresh copy */
        server_stop(&s);
        r->limit = bare_run(&(struct bare){ .db = s.db,
                                            .work = work,
                                            .group = 64,
                                            .connections = 16,
                                            .reads = reads,
                                            .reads_per_second = 3000,
                                            .tell = o->tell });
    }
    snprintf(r->note, sizeof(r->note), "%.1f statements an order",
             (double)record_statements(work) / (double)record_pieces(work));
    record_free(work);
    record_free(reads);
}

void bench_order_place(const struct options *o, struct result *r)
{
    const struct chain chain = o->quick ? (struct chain){ 5, 500, 2000, 90 }
                                        : (struct chain){ 200, 20000, 100000, 730 };
    struct market m;
    struct inside in;
    struct server s;
    char head[512];
    pthread_t thread;

    if (!server_start(o, &chain, &s) || !inside_open(&in, s.db)) {
        bench_fail(r, "no server");
        return;
    }
    market_open(&m, &in);
    inside_close(&in);
    if (!staff_head(s.port, "operator", head, sizeof(head))) bench_fail(r, "no login");
    struct beside b = { .m = &m, .head = head };
    b.l = (struct load){ .port = s.port,
                         .clients = 32,
                         .per_second = 3000,
                         .duration_ms = o->seconds * 1000,
                         .make = next_profile,
                         .arg = &b };
    const struct load l = { .port = s.port,
                            .clients = CLIENTS,
                            .duration_ms = o->seconds * 1000,
                            .make = market_next,
                            .reply = market_answer,
                            .arg = &m };
    pthread_create(&thread, NULL, run_beside, &b);
    const struct loaded got = load_run(&l);
    pthread_join(thread, NULL);

    r->rate = (double)m.placed / got.seconds;
    r->p50_ms = got.p50_ms;
    r->p99_ms = got.p99_ms;
    r->rss_mib = server_rss_mib(&s);
    server_stop(&s);
    if (got.failed || m.other || b.got.failed)
        bench_fail(r, "%lld failed, %lld odd answers, %lld reads failed", got.failed,
                   m.other, b.got.failed);
    else if (!m.refused)
        bench_fail(r, "nobody was refused: the shelves are too full to prove anything");
    else if (!books_balance(&s))
        bench_fail(r, "the books do not balance; see %s", s.log);
    if (r->ok) bare_orders(o, &chain, r);
    const size_t at = strlen(r->note);
    if (r->ok)
        snprintf(r->note + at, sizeof(r->note) - at,
                 ", %lld refused, %.0f reads/s p99 %.1f ms", m.refused,
                 (double)b.got.done / b.got.seconds, b.got.p99_ms);
    market_close(&m);
}

/* ---- checkout: a guest from the first click to the order
 * ----------------------------------------- */

struct guest {
    int step; /* 0, 1: lines; 2: checkout at a shop; 3: order */
    i64 shop;
    char cookies[512], csrf[128];
    double began_s;
};

struct shopping {
    struct market m;
    struct guest guests[CLIENTS];
    double *times;
    i64 n_times;
};

static const char *const click_paths[] = { "/v1/basket", "/v1/basket",
                                           "/v1/basket/checkout", "/v1/order" };

static void click_body(struct market *m, const struct guest *g, char *to, size_t room)
{
    if (g->step < 2)
        snprintf(to, room, "{\"variant_id\":\"%lld\",\"qty\":1}",
                 market_wish(m, g->shop));
    else if (g->step == 2)
        snprintf(to, room, "{\"place_id\":\"%lld\"}", m->places[g->shop]);
    else
        snprintf(to, room,
                 "{\"kind\":\"pickup\",\"place_id\":\"%lld\",\"name\":\"Гость\","
                 "\"phone\":\"+7999%07lld\"}",
                 m->places[g->shop], (i64)(market_throw(m) % 10000000));
}

static size_t next_click(void *arg, int k, char *to, size_t room)
{
    struct shopping *s = arg;
    struct guest *g = &s->guests[k];
    const i64 serial = s->m.serial++;
    char body[512], head[1024] = "";

    if (g->step == 0) {
        g->shop = (i64)(market_throw(&s->m) % (u64)s->m.n_places);
        g->cookies[0] = '\0';
        g->began_s = now_s();
    }
    if (g->cookies[0])
        snprintf(head, sizeof(head),
                 "Cookie: %s\r\nX-CSRF-Token: %s\r\nIdempotency-Key: c%lld\r\n"
                 "X-Forwarded-For: 10.%d.%lld.%lld\r\n",
                 g->cookies, g->csrf, serial, k, serial >> 8 & 255, serial & 255);
    click_body(&s->m, g, body, sizeof(body));
    return load_request(to, room,
                        &(struct wish){ "POST", click_paths[g->step], head, body });
}

static void keep_cookies(struct guest *g, const char *head)
{
    char *all = cookies_of(head);

    if (all && strstr(all, "prilavok_visit=")) {
        snprintf(g->cookies, sizeof(g->cookies), "%s", all);
        const char *csrf = strstr(all, "prilavok_csrf=");
        if (csrf)
            snprintf(g->csrf, sizeof(g->csrf), "%.*s", (int)strcspn(csrf + 14, ";"),
                     csrf + 14);
    }
    free(all);
}

static void click_answer(void *arg, int k, const struct answered *a)
{
    struct shopping *s = arg;
    struct guest *g = &s->guests[k];

    if (g->step == 0) keep_cookies(g, a->head);
    if (a->status == 409) {
        s->m.refused++;
        g->step = 0;
        return;
    }
    if (a->status >= 300) {
        if (s->m.other++ < 3)
            fprintf(stderr, "step %d: %d %.*s\n", g->step, a->status, (int)a->n,
                    a->body);
        g->step = 0;
        return;
    }
    if (g->step < 3) {
        g->step++;
        return;
    }
    s->m.placed++;
    if (s->n_times < 1000000) s->times[s->n_times++] = now_s() - g->began_s;
    g->step = 0;
}

/* The same guests in this process, a piece a request; how many came to an order. */
static i64 record_guests(struct market *m, struct inside *in, struct recording *rec,
                         i64 n)
{
    i64 orders = 0, serial = 0;

    for (i64 k = 0; k < n; k++) {
        struct guest g = { .shop = (i64)(market_throw(m) % (u64)m->n_places) };
        i64 visit = 0;
        int status = 200;

        for (; g.step < 4 && status < 300; g.step++) {
            char body[512], key[64];
            click_body(m, &g, body, sizeof(body));
            snprintf(key, sizeof(key), "guest-%lld", serial++);
            if (inside_begin(in, true)) return orders;
            in->c->who = (struct who){ .kind = WHO_NOBODY, .session_id = visit };
            snprintf(in->ip, sizeof(in->ip), "10.%lld.%lld.%lld", k & 127, k >> 7 & 255,
                     k >> 15 & 255);
            record_begin(rec);
            status =
                inside_call(in, "POST", click_paths[g.step], body, g.step ? key : NULL);
            visit = in->c->who.session_id;
            if (status < 300)
                record_end(rec);
            else
                record_drop(rec);
            inside_end(in, status < 300);
        }
        orders += status < 300;
    }
    return orders;
}

/* Whole orders a second of the bare loop. */
static void bare_guests(const struct options *o, const struct chain *chain,
                        struct result *r)
{
    struct recording *rec = record_new();
    struct market m;
    struct inside in;
    struct server s;
    double orders;

    if (!server_start(o, chain, &s)) return;
    server_stop(&s);
    if (!inside_open(&in, s.db)) return;
    market_open(&m, &in);
    orders = (double)record_guests(&m, &in, rec, o->quick ? 500 : 6000);
    inside_close(&in);
    market_close(&m);
    if (orders > 0 && server_start(o, chain, &s)) { /* a fresh copy */
        server_stop(&s);
        r->limit = bare_run(&(struct bare){ .db = s.db,
                                            .work = rec,
                                            .group = 64,
                                            .connections = 16,
                                            .tell = o->tell }) *
                   orders / (double)record_pieces(rec);
    }
    snprintf(r->note, sizeof(r->note), "4 requests and %.1f statements an order",
             (double)record_statements(rec) / orders);
    record_free(rec);
}

void bench_checkout(const struct options *o, struct result *r)
{
    const struct chain chain = o->quick ? (struct chain){ 5, 500, 2000, 90 }
                                        : (struct chain){ 200, 20000, 100000, 730 };
    struct shopping *sh = calloc(1, sizeof(*sh));
    struct inside in;
    struct server s;

    if (!sh || !server_start(o, &chain, &s) || !inside_open(&in, s.db)) {
        bench_fail(r, "no server");
        free(sh);
        return;
    }
    market_open(&sh->m, &in);
    inside_close(&in);
    sh->times = calloc(1000000, sizeof(double));
    const struct load l = { .port = s.port,
                            .clients = CLIENTS,
                            .duration_ms = o->seconds * 1000,
                            .make = next_click,
                            .reply = click_answer,
                            .arg = sh };
    const struct loaded got = load_run(&l);
    r->rate = (double)sh->m.placed / got.seconds;
    r->target = 2000;
    qsort(sh->times, (size_t)sh->n_times, sizeof(double), by_double);
    if (sh->n_times) {
        r->p50_ms = sh->times[sh->n_times / 2] * 1000;
        r->p99_ms = sh->times[sh->n_times * 99 / 100] * 1000;
    }
    r->rss_mib = server_rss_mib(&s);
    server_stop(&s);
    if (got.failed || sh->m.other || !sh->m.placed)
        bench_fail(r, "%lld failed, %lld odd answers", got.failed, sh->m.other);
    else if (!books_balance(&s))
        bench_fail(r, "the books do not balance; see %s", s.log);
    if (r->ok) bare_guests(o, &chain, r);
    const size_t at = strlen(r->note);
    if (r->ok)
        snprintf(r->note + at, sizeof(r->note) - at,
                 ", p50/p99 of the whole; %lld refused", sh->m.refused);
    market_close(&sh->m);
    free(sh->times);
    free(sh);
}
