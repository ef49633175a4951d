#include "orders.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"

static const char schema[] =
    "CREATE TABLE crash_stock (place_id BIGINT NOT NULL, variant_id BIGINT NOT NULL,"
    " on_hand BIGINT NOT NULL, held BIGINT NOT NULL,"
    " PRIMARY KEY (place_id, variant_id), CHECK (held <= on_hand)) $WITHOUT_ROWID$;"
    "CREATE TABLE crash_order (customer_id BIGINT NOT NULL, order_id BIGINT NOT NULL,"
    " note TEXT NOT NULL, PRIMARY KEY (customer_id, order_id)) $WITHOUT_ROWID$;"
    "CREATE TABLE crash_line (customer_id BIGINT NOT NULL, order_id BIGINT NOT NULL,"
    " line_no BIGINT NOT NULL, place_id BIGINT NOT NULL, variant_id BIGINT NOT NULL,"
    " PRIMARY KEY (customer_id, order_id, line_no)) $WITHOUT_ROWID$;"
    "CREATE INDEX crash_line_good ON crash_line (place_id, variant_id);";

/* clang-format off */
enum { PUT_GOOD, PUT_ORDER, TAKE, PUT_LINE, ORDER_LINES, NEWEST, COUNT_ORDERS };
static const struct query crash_sql[] = {
    [PUT_GOOD] = { "crash.put_good",
        "INSERT INTO crash_stock (place_id, variant_id, on_hand, held) VALUES ($1, $2, $3, 0)"
        " ON CONFLICT (place_id, variant_id) DO NOTHING" },
    [PUT_ORDER] = { "crash.put_order",
        "INSERT INTO crash_order (customer_id, order_id, note) VALUES ($1, $2, $3)"
        " ON CONFLICT (customer_id, order_id) DO NOTHING" },
    [TAKE] = { "crash.take",
        "UPDATE crash_stock SET held = held + 1"
        " WHERE place_id = $1 AND variant_id = $2 AND on_hand - held >= 1" },
    [PUT_LINE] = { "crash.put_line",
        "INSERT INTO crash_line (customer_id, order_id, line_no, place_id, variant_id)"
        " VALUES ($1, $2, $3, $4, $5)" },
    [ORDER_LINES] = { "crash.order_lines",
        "SELECT o.order_id, COUNT(l.line_no) FROM crash_order o LEFT JOIN crash_line l"
        " ON l.customer_id = o.customer_id AND l.order_id = o.order_id"
        " WHERE o.customer_id = $1 AND o.order_id = $2 GROUP BY o.order_id" },
    [NEWEST] = { "crash.newest",
        "SELECT order_id FROM crash_order WHERE customer_id = $1 ORDER BY order_id DESC LIMIT 1" },
    [COUNT_ORDERS] = { "crash.count_orders", "SELECT COUNT(*) FROM crash_order", .scan = "a proof" },
    QUERY_END,
};
static const struct query crash_checks[] = {
    { "crash.held_is_the_sum_of_lines",
        "SELECT s.place_id, s.variant_id, s.held FROM crash_stock s WHERE s.held <> ("
        " SELECT COUNT(*) FROM crash_line l WHERE l.place_id = s.place_id AND l.variant_id = s.variant_id)" },
    { "crash.held_is_there",
        "SELECT place_id, variant_id, held FROM crash_stock WHERE held > on_hand" },
    { "crash.orders_have_three_lines",
        "SELECT o.order_id FROM crash_order o LEFT JOIN crash_line l"
        " ON l.customer_id = o.customer_id AND l.order_id = o.order_id"
        " GROUP BY o.customer_id, o.order_id HAVING COUNT(l.line_no) <> 3" },
    QUERY_END,
};
/* clang-format on */

static const struct module crash_module = { .name = "crash",
                                            .schema = schema,
                                            .checks = crash_checks };
const struct module *const crash_rooms[] = { &crash_module, NULL };

#define CUSTOMER(order_id) ((order_id) % 997 + 1)

/* ---- Buying --------------------------------------------------------------------- */

struct order {
    i64 id, place_id, goods[3];
    bool found;
    int tries;
};

/* The same id is the same order: who was not answered asks again with it. */
static struct order order_of(i64 id)
{
    unsigned seed = (unsigned)(id * 2654435761u);
    struct order o = { .id = id, .place_id = 1 + rand_r(&seed) % SHOPS };

    o.goods[0] = 1 + rand_r(&seed) % (GOODS - 20);
    o.goods[1] = o.goods[0] + 1 + rand_r(&seed) % 10;
    o.goods[2] = o.goods[1] + 1 + rand_r(&seed) % 10;
    return o;
}

static enum err place(struct ctx *c, void *arg)
{
    struct order *o = arg;
    const i64 customer_id = CUSTOMER(o->id);
    i64 n;

    TRY(db_exec(
        c, &crash_sql[PUT_ORDER], &n, customer_id, o->id,
        "a note as long as an order's event is, so that the log has bytes to lose: "
        "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789"));
    o->tries++;
    o->found = n == 0;
    if (o->found) return ERR_OK;
    for (int k = 0; k < 3; k++) {
        TRY(db_exec(c, &crash_sql[TAKE], &n, o->place_id, o->goods[k]));
        if (!n) return FAIL(c, STOCK_SHORT, "good %lld is sold out", o->goods[k]);
        TRY(db_exec(c, &crash_sql[PUT_LINE], NULL, customer_id, o->id, k + 1,
                    o->place_id, o->goods[k]));
    }
    return ERR_OK;
}

enum err order_place(struct ctx *c, i64 id, struct placed *ret)
{
    struct order o = order_of(id);

    const enum err e = db_unit(c, place, &o);
    *ret = (struct placed){ o.found, o.tries };
    return e;
}

struct shop {
    const struct load *l;
    struct db *db;
    _Atomic i64 accepted, refused, retried, found, last_us, gap_us;
};

struct buyer {
    pthread_t thread;
    struct shop *shop;
    i64 id;
};

static void note(struct shop *s, i64 order_id, bool accepted)
{
    const struct told t = { order_id, accepted };
    const i64 now = time_mono_us();

    if (write(s->l->to_fd, &t, sizeof(t)) != sizeof(t)) abort();
    if (!accepted) {
        s->refused++;
        return;
    }
    s->accepted++;
    const i64 gap = now - atomic_exchange(&s->last_us, now);
    if (gap > s->gap_us) s->gap_us = gap;
}

/* Ask until there is an answer. */
static void buy(struct shop *s, struct ctx *c, i64 id)
{
    struct order o = order_of(id);
    enum err e;

    while (err_again(e = db_unit(c, place, &o))) {
        s->retried++;
        arena_reset(c->mem);
        usleep(20000);
        if (s->l->until_us && time_mono_us() > s->l->until_us + 20000000) return;
    }
    if (e && e != ERR_STOCK_SHORT) {
        fprintf(stderr, "order %lld: %s\n", id, c->fault.message);
        return;
    }
    if (!e && o.found) s->found++;
    note(s, id, e == ERR_OK);
}

static void *buyer(void *arg)
{
    struct buyer *b = arg;
    struct ctx c = { .mem = arena_new(1 << 20), .db = b->shop->db };
    const i64 until = b->shop->l->until_us;

    while (!until || time_mono_us() < until) {
        c.now = time_now();
        buy(b->shop, &c, b->id++);
        arena_reset(c.mem);
    }
    arena_free(c.mem);
    return NULL;
}

/* Who has only looked has been told as well. */
struct looker {
    pthread_t thread;
    struct shop *shop;
    i64 customer_id, order_id;
};

static enum err look(struct ctx *c, void *arg)
{
    struct looker *k = arg;
    const enum err e =
        db_one(c, &crash_sql[NEWEST], INTO(&k->order_id), k->customer_id);

    if (e == ERR_NOT_FOUND) k->order_id = 0;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void *looker(void *arg)
{
    struct looker *k = arg;
    struct ctx c = { .mem = arena_new(1 << 20), .db = k->shop->db };
    const i64 until = k->shop->l->until_us;

    while (!until || time_mono_us() < until) {
        k->customer_id = k->customer_id % 997 + 1;
        if (!db_snapshot(&c, look, k) && k->order_id > k->shop->l->first_id) {
            const struct told t = { k->order_id, true };
            if (write(k->shop->l->to_fd, &t, sizeof(t)) != sizeof(t)) abort();
        }
        arena_reset(c.mem);
    }
    arena_free(c.mem);
    return NULL;
}

static enum err fill_shelves(struct ctx *c, void *arg)
{
    for (i64 p = 1; p <= SHOPS; p++)
        for (i64 v = 1; v <= GOODS; v++)
            TRY(db_exec(c, &crash_sql[PUT_GOOD], NULL, p, v,
                        v % 7 ? 1000000 : *(const i64 *)arg));
    return ERR_OK;
}

struct db *orders_open(const struct load *l)
{
    const struct db_config k = {
        .url = l->url, .vfs = l->vfs, .sync_normal = l->sync_normal, .writers = 8
    };
    char *why = NULL;
    struct db *db = db_open(&k, &why);
    struct ctx c = { .mem = arena_new(1 << 20), .db = db };
    i64 stock = l->stock;

    if (!db) fprintf(stderr, "cannot open %s: %s\n", l->url, why);
    free(why);
    if (db && (db_migrate(&c, crash_rooms) || db_unit(&c, fill_shelves, &stock))) {
        fprintf(stderr, "cannot prepare %s: %s\n", l->url, c.fault.message);
        db_close(db);
        db = NULL;
    }
    arena_free(c.mem);
    return db;
}

bool orders_run(const struct load *l, struct load_sum *ret)
{
    struct shop s = { .l = l, .db = orders_open(l), .last_us = time_mono_us() };
    struct buyer *b = calloc((size_t)l->buyers, sizeof(*b));
    struct looker *lk = calloc((size_t)l->lookers + 1, sizeof(*lk));

    if (!b || !lk) abort();
    for (int k = 0; s.db && k < l->lookers; k++) {
        lk[k].shop = &s;
        lk[k].customer_id = k * 500;
        if (pthread_create(&lk[k].thread, NULL, looker, &lk[k])) abort();
    }
    for (int k = 0; s.db && k < l->buyers; k++) {
        b[k].shop = &s;
        b[k].id = l->first_id + (i64)k * 1000000;
        if (pthread_create(&b[k].thread, NULL, buyer, &b[k])) abort();
    }
    for (int k = 0; s.db && k < l->buyers; k++) pthread_join(b[k].thread, NULL);
    for (int k = 0; s.db && k < l->lookers; k++) pthread_join(lk[k].thread, NULL);
    free(b);
    free(lk);
    db_close(s.db);
    *ret = (struct load_sum){ s.accepted, s.refused, s.retried, s.found, s.gap_us };
    return s.db != NULL;
}

/* ---- The books ------------------------------------------------------------------ */

struct audit {
    const struct told *notes;
    size_t n;
    struct books *b;
};

static enum err compare(struct ctx *c, void *arg)
{
    struct audit *a = arg;

    for (size_t k = 0; k < a->n; k++) {
        const struct told *t = &a->notes[k];
        i64 id, lines = 0;
        const enum err e = db_one(c, &crash_sql[ORDER_LINES], INTO(&id, &lines),
                                  CUSTOMER(t->order_id), t->order_id);
        if (e && e != ERR_NOT_FOUND) return e;
        a->b->refused += !t->accepted;
        if (t->accepted && e) a->b->lost++;
        if (!t->accepted && !e) a->b->phantom++;
    }
    a->b->told = (i64)a->n;
    return db_one0(c, &crash_sql[COUNT_ORDERS], INTO(&a->b->orders));
}

static void violation(void *arg, const char *check, const char *row)
{
    struct books *b = arg;

    if (strncmp(check, "db.", 3) == 0)
        b->corrupt++;
    else if (strstr(check, "three_lines"))
        b->half++;
    else
        b->unbalanced++;
    if (b->corrupt + b->half + b->unbalanced < 5)
        fprintf(stderr, "%s: %s\n", check, row);
}

bool orders_check(const char *url, const struct told *notes, size_t n,
                  struct books *ret)
{
    const struct db_config k = { .url = url };
    struct audit a = { notes, n, ret };
    char *why = NULL;
    struct db *db = db_open(&k, &why);
    struct ctx c = { .mem = arena_new((size_t)64 << 20), .db = db };
    i64 bad;

    *ret = (struct books){ 0 };
    if (!db) fprintf(stderr, "cannot open %s: %s\n", url, why);
    free(why);
    const bool ok = db && db_migrate(&c, crash_rooms) == ERR_OK &&
                    db_check(&c, crash_rooms, violation, ret, &bad) == ERR_OK &&
                    db_snapshot(&c, compare, &a) == ERR_OK;
    if (db && !ok) fprintf(stderr, "cannot check %s: %s\n", url, c.fault.message);
    db_close(db);
    arena_free(c.mem);
    return ok;
}
