/* town.c -- people, orders, facts, segments; what a person does in a week. */
#include "town.h"

#include <math.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "customer/customer.h"
#include "db/db.h"
#include "http/router.h"
#include "insight/insight_seen.h"
#include "insight/insight_segment_desk.h"
#include "order/order.h"
#include "setting/setting.h"
#include "track/track.h"

enum {
    SLICE = 1000,     /* people of a slice */
    KEEP = 500000,    /* people of a commit */
    ORDERS = 8,       /* at most of one person */
    EVENTS_VISIT = 5, /* of an average visit */
};
#define YEAR_MS (365 * DAY_MS)

const char *const town_names[TOWN_NAMES] = { "Product Viewed", "", "Product Added",
                                             "Cart Viewed", "Products Searched" };

/* clang-format off */
static const char *const last_names[] = { "Иванов", "Смирнов", "Кузнецов", "Попов", "Васильев", "Петров", "Соколов",
    "Михайлов", "Новиков", "Фёдоров", "Морозов", "Волков", "Алексеев", "Лебедев", "Семёнов", "Егоров", "Павлов", "Козлов",
    "Степанов", "Николаев", "Орлов", "Андреев", "Макаров", "Никитин", "Захаров", "Зайцев", "Соловьёв", "Борисов" };
static const char *const first_names[2][12] = {
    { "Александр", "Дмитрий", "Максим", "Сергей", "Андрей", "Алексей", "Артём", "Илья", "Кирилл", "Михаил", "Никита", "Роман" },
    { "Анна", "Мария", "Елена", "Дарья", "Алина", "Ирина", "Екатерина", "Арина", "Полина", "Ольга", "Юлия", "Татьяна" } };
static const char *const fathers[] = { "Александров", "Дмитриев", "Сергеев", "Андреев", "Алексеев", "Иванов", "Михайлов",
    "Николаев", "Владимиров", "Павлов", "Викторов", "Олегов" };
/* clang-format on */

/* ---- Chance ------------------------------------------------------------------------
 */

u64 town_throw(u64 *dice)
{
    u64 z = *dice += 0x9E3779B97F4A7C15ull;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

double town_unit(u64 *dice)
{
    return ((double)(town_throw(dice) >> 11) + 0.5) * 0x1p-53;
}

static i64 below(u64 *dice, i64 n)
{
    return (i64)((unsigned __int128)town_throw(dice) * (u64)n >> 64);
}

/* Chance of its own for each thing that is asked of person number r. */
static u64 dice_of(i64 r, u64 what)
{
    return (u64)r * 0xD6E8FEB86659FD93ull ^ what * 0xA24BAED4963EE407ull;
}

/* ---- What somebody does in a week
 * --------------------------------------------------- */

enum { OF_PERSON = 1, OF_ORDERS, OF_DEVICE, OF_WEEK };

bool town_device(const struct town *t, i64 r)
{
    u64 d = dice_of(r, OF_DEVICE);

    (void)t;
    return town_unit(&d) < 0.7;
}

/* Few come often, most rarely. */
static double chance_of(const struct town *t, i64 r)
{
    u64 d = dice_of(r, OF_DEVICE);

    if (town_unit(&d) >= 0.7) return 0;
    const double x = -log(town_unit(&d)) * t->per_week / 0.7;
    return x < 0.95 ? x : 0.95;
}

bool town_visit(const struct town *t, i64 r, int week, struct town_visit *ret)
{
    u64 d = dice_of(r * TOWN_WEEKS + week, OF_WEEK);

    if (town_unit(&d) >= chance_of(t, r)) return false;
    const i64 more = (i64)(-log(town_unit(&d)) * (EVENTS_VISIT - 0.4));
    i64 at = t->until_at - (TOWN_WEEKS - week) * 7 * DAY_MS + below(&d, 7 * DAY_MS) -
             HOUR_MS;

    ret->n = more < TOWN_ACTS ? 1 + (int)more : TOWN_ACTS;
    if (ret->n > TOWN_ACTS) ret->n = TOWN_ACTS;
    ret->known = below(&d, 4) == 0;
    for (int k = 0; k < ret->n; k++) {
        const i64 x = below(&d, 100);
        ret->act[k] = (struct town_act){ at,
                                         x < 55   ? 0
                                         : x < 80 ? TOWN_PAGE
                                         : x < 88 ? 2
                                         : x < 95 ? 3
                                                  : 4,
                                         below(&d, t->n_goods) };
        at += 5000 + below(&d, 90000);
    }
    return true;
}

/* ---- One person -------------------------------------------------------------------
 */

static i64 made_at(const struct town *t, i64 r)
{
    u64 d = dice_of(r, OF_PERSON);

    return t->until_at - YEAR_MS - below(&d, 2 * YEAR_MS);
}

static void person(struct ctx *c, const struct town *t, i64 r, struct customer_past *to)
{
    u64 d = dice_of(r, OF_PERSON + 100);
    const bool woman = below(&d, 2);
    const char *last = last_names[below(&d, COUNT(last_names))],
               *father = fathers[below(&d, COUNT(fathers))];

    *to = (struct customer_past){
        .id = t->ids[r],
        .region_id = t->regions[below(&d, t->n_places)],
        .birth_day = below(&d, 10) < 3 ? below(&d, 20000) - 7000 : NONE,
        .created_at = made_at(t, r),
        .last_name = arena_printf(c->mem, "%s%s", last, woman ? "а" : ""),
        .first_name = first_names[woman][below(&d, 12)],
        .middle_name = arena_printf(c->mem, "%s%s", father, woman ? "на" : "ич"),
    };
    to->key[KEY_PHONE] = arena_printf(c->mem, "+79%09lld", 300000000 + r);
    if (below(&d, 10) < 6)
        to->key[KEY_EMAIL] = arena_printf(c->mem, "k%09lld@example.ru", r);
    if (below(&d, 10) < 5) to->key[KEY_CARD] = arena_printf(c->mem, "2300%09lld", r);
}

static void one_order(struct ctx *c, const struct town *t, i64 r, u64 *d,
                      struct order_past *o)
{
    const i64 place = below(d, t->n_places);
    const int lines = 1 + (below(d, 10) < 4) + (below(d, 10) < 2);
    struct order_line_past *l = NEW_N(c->mem, struct order_line_past, (size_t)lines);
    const bool online = below(d, 10) < 4;

    *o = (struct order_past){
        .customer_id = t->ids[r],
        .place_id = t->places[place],
        .region_id = t->regions[place],
        .kind = online ? ORDER_PICKUP : ORDER_SALE,
        .channel = online ? CHANNEL_SITE : CHANNEL_SHOP,
        .state = online && below(d, 20) == 0 ? ORDER_CANCELLED : ORDER_DONE,
        .pay = below(d, 4) ? PAY_CARD : PAY_CASH,
        .placed_at = t->until_at - HOUR_MS - below(d, 2 * YEAR_MS),
        .lines = l,
        .n = (size_t)lines,
    };
    o->id = id_of(o->placed_at, (int)(r % 4096), (int)(r / 4096 % 1024));
    o->promised_at = o->done_at = o->placed_at + (online ? 3 * HOUR_MS : 0);
    for (int k = 0; k < lines; k++) {
        const struct town_goods *g = &t->goods[below(d, t->n_goods)];
        l[k] = (struct order_line_past){ g->variant_id, 1,      g->price_minor,
                                         2200,          g->sku, g->name };
    }
}

static int by_id(const void *a, const void *b)
{
    const i64 x = *(const i64 *)a, y = *(const i64 *)b;

    return (x > y) - (x < y);
}

/* Four in ten never bought; the others some times. */
static size_t orders_of(struct ctx *c, const struct town *t, i64 r,
                        struct order_past *to)
{
    u64 d = dice_of(r, OF_ORDERS);
    const double x = town_unit(&d);
    i64 n = x < 0.4 ? 0 : 1 + (i64)(-log(town_unit(&d)) * 0.75);

    if (n > ORDERS) n = ORDERS;
    for (i64 k = 0; k < n; k++) one_order(c, t, r, &d, &to[k]);
    qsort(to, (size_t)n, sizeof(*to), by_id);
    return (size_t)n;
}

/* An order of the site has its log-in an hour before. */
static size_t login_of(const struct order_past *o, struct customer_visit_past *to)
{
    if (o->channel == CHANNEL_SHOP) return 0;
    *to = (struct customer_visit_past){ .id = o->id - (HOUR_MS << 22),
                                        .customer_id = o->customer_id,
                                        .from_at = o->placed_at - HOUR_MS,
                                        .to_at = o->placed_at,
                                        .agent = "Chrome, Android" };
    return 1;
}

enum { OWNER, MESSAGE, TAG, CURSOR, FILLING };

/* clang-format off */
static const struct query town_sql[] = {
    [OWNER] = { "bench.town_owner", "INSERT INTO track_owner (no, known_id, customer_id) VALUES ($1, 1, $2)" },
    [MESSAGE] = { "bench.town_message",
        "INSERT INTO message_outbox (customer_id, id, channel, address, template, lang, subject, body, secret, state,"
        " tries, created_at, sent_at) VALUES ($1, $2, 0, $3, 'order_ready', 'ru', '',"
        " 'Заказ готов: его можно забрать до конца недели', 0, 1, 1, $4, $4)" },
    [TAG] = { "bench.town_tag", "INSERT INTO customer_tag (customer_id, order_id, tag, at) VALUES ($1, 0, 'опт', $2)" },
    [FILLING] = { "bench.town_filling", "UPDATE insight_segment SET state = 0 WHERE state = 1", .scan = "a bench" },
    [CURSOR] = { "bench.town_cursor",
        "INSERT INTO track_cursor (follower, pos, epoch, tries, retry_at, heard_at) VALUES ($1, $2, 0, 0, 0, $3)"
        " ON CONFLICT (follower) DO UPDATE SET pos = excluded.pos, epoch = 0, heard_at = excluded.heard_at" },
};
/* clang-format on */

/* All he did on screens, as the follower of the log would have counted it. */
static struct seen_person actions(struct ctx *c, const struct town *t, i64 r)
{
    static u64 hashes[TOWN_NAMES];
    struct seen_event e[TOWN_WEEKS * TOWN_ACTS];
    struct town_visit v;
    size_t n = 0;

    for (int k = 0; k < TOWN_NAMES && !hashes[TOWN_NAMES - 1]; k++) {
        const char *name = k == TOWN_PAGE ? "page" : town_names[k];
        hashes[k] = trait_hash(name, strlen(name));
    }
    for (int w = 0; w < TOWN_WEEKS; w++) {
        if (!town_visit(t, r, w, &v)) continue;
        for (int k = 0; k < v.n; k++)
            e[n++] = (struct seen_event){ hashes[v.act[k].name],
                                          t->goods[v.act[k].goods].category_id,
                                          v.act[k].at };
    }
    struct seen_event *own = arena_raw(c->mem, (n + 1) * sizeof(*own));
    memcpy(own, e, n * sizeof(*own));
    return (struct seen_person){ t->ids[r], own, n };
}

/* ---- Everybody ---------------------------------------------------------------------
 */

static enum err beside_orders(struct ctx *c, const struct order_past *o, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (o[k].channel != CHANNEL_SHOP)
            TRY(db_exec(c, &town_sql[MESSAGE], NULL, o[k].customer_id, o[k].id + 1,
                        "+79990000000", o[k].done_at));
    return ERR_OK;
}

static enum err some_people(struct ctx *c, const struct town *t, i64 from, i64 n)
{
    struct customer_past *p = NEW_N(c->mem, struct customer_past, (size_t)n);
    struct order_past *o = NEW_N(c->mem, struct order_past, (size_t)n * ORDERS);
    struct customer_visit_past *v =
        NEW_N(c->mem, struct customer_visit_past, (size_t)n * ORDERS);
    struct seen_person *who = NEW_N(c->mem, struct seen_person, (size_t)n);
    size_t orders = 0, logins = 0, seen = 0;
    SETTLING w = { 0 };

    TRY(segment_begin(c, &w));
    for (i64 k = 0; k < n; k++) {
        person(c, t, from + k, &p[k]);
        orders += orders_of(c, t, from + k, o + orders);
    }
    for (size_t k = 0; k < orders; k++) logins += (size_t)login_of(&o[k], v + logins);
    qsort(v, logins, sizeof(*v), by_id);
    TRY(customer_people_load(c, p, (size_t)n));
    TRY(order_load(c, o, orders));
    TRY(customer_visits_load(c, v, logins));
    TRY(beside_orders(c, o, orders));
    for (i64 r = from; r < from + n; r++) {
        if (r % 20 == 0) TRY(db_exec(c, &town_sql[TAG], NULL, t->ids[r], t->until_at));
        if (!town_device(t, r)) continue;
        TRY(db_exec(c, &town_sql[OWNER], NULL, TOWN_DEVICE + 2 * r, t->ids[r]));
        who[seen] = actions(c, t, r);
        seen += who[seen].n > 0;
    }
    TRY(seen_hear(&w, who, seen));
    return segment_end(&w);
}

static bool town_run(const char *file, const char *sql)
{
    sqlite3 *h = NULL;
    char *why = NULL;

    if (sqlite3_open(file, &h) == SQLITE_OK) {
        sqlite3_busy_timeout(h, 60000);
        (void)sqlite3_exec(h, sql, NULL, NULL, &why);
    }
    if (why) fprintf(stderr, "%s: %s\n", file, why);
    const bool ok = h && !why;
    sqlite3_free(why);
    sqlite3_close(h);
    return ok;
}

static void told(const struct town *t, const char *what, i64 n, double from)
{
    fprintf(stderr, "  %s: %lld of %lld, %.0f s\n", what, n, t->plan.people,
            now_s() - from);
}

/* The log of a commit by hand is nobody's to shorten. */
static bool commit(struct inside *in, const char *file)
{
    return !db_commit(in->c) && town_run(file, "PRAGMA wal_checkpoint(TRUNCATE)");
}

static bool people(struct inside *in, struct town *t, const char *file)
{
    struct ids ids = { 0 };
    const double from = now_s();

    in->c->ids = &ids;
    for (i64 at = 0; at < t->plan.people && !t->bad;) {
        const i64 end = at + KEEP < t->plan.people ? at + KEEP : t->plan.people;
        if (inside_begin(in, true)) return false;
        for (i64 n; at < end; at += n) {
            n = end - at < SLICE ? end - at : SLICE;
            arena_reset(in->c->mem);
            in->c->now = t->until_at;
            if (some_people(in->c, t, at, n)) {
                fprintf(stderr, "a town: %s\n", in->c->fault.message);
                inside_end(in, false);
                return false;
            }
        }
        if (!commit(in, file)) return false;
        told(t, "people", at, from);
    }
    in->c->ids = NULL;
    return !t->bad;
}

/* ---- Before and after
 * --------------------------------------------------------------- */

/* Of these the rows come in another order than the index has: made at the end. */
static const char drop_sql[] =
    "DROP INDEX customer_person_last; DROP INDEX customer_person_first;"
    "DROP INDEX customer_visit_seen; DROP INDEX order_order_id";

struct definition {
    char sql[8][400];
    int n;
};

static int keep_sql(void *arg, int n, char **v, char **names)
{
    struct definition *d = arg;

    (void)n, (void)names;
    if (d->n < 8) snprintf(d->sql[d->n++], sizeof(d->sql[0]), "%s", v[0]);
    return 0;
}

static void definitions(const char *file, struct definition *d)
{
    sqlite3 *h = NULL;

    if (sqlite3_open(file, &h) == SQLITE_OK)
        sqlite3_exec(h,
                     "SELECT sql FROM sqlite_master WHERE name IN"
                     " ('customer_person_last', 'customer_person_first',"
                     "  'customer_visit_seen', 'order_order_id')",
                     keep_sql, d, NULL);
    sqlite3_close(h);
}

static bool indexes(const char *file, const struct definition *d)
{
    char sql[4096] = "PRAGMA cache_size = -500000; PRAGMA synchronous = OFF;";

    for (int k = 0; k < d->n; k++) {
        strncat(sql, d->sql[k], sizeof(sql) - strlen(sql) - 1);
        strncat(sql, ";", sizeof(sql) - strlen(sql) - 1);
    }
    strncat(sql, "PRAGMA wal_checkpoint(TRUNCATE)", sizeof(sql) - strlen(sql) - 1);
    return town_run(file, sql);
}

/* Followers have heard it all; what the chain had of segments is filled with the
 * others: nobody is told of each person. */
static enum err cursors(struct ctx *c, void *arg)
{
    const i64 last = *(i64 *)arg;

    TRY(db_exec0(c, &town_sql[FILLING], NULL));
    TRY(segment_set_stale(c));
    for (const struct module *const *m = modules; *m; m++)
        for (const struct track_follower *f = (*m)->followers; f && f->name; f++)
            TRY(db_exec(c, &town_sql[CURSOR], NULL, f->name, last, c->now));
    return ERR_OK;
}

static bool facts(struct inside *in, const struct town *t)
{
    struct ctx *c = in->c;
    const double from = now_s();
    i64 last = t->plan.events;
    enum err e;

    c->who = (struct who){ .kind = WHO_STAFF, .id = 1, .rights = ~0ull };
    c->now = time_now();
    arena_reset(c->mem);
    e = db_unit(c, cursors, &last);
    if (!e) e = trait_rebuild(c, NULL);
    if (!e) told(t, "facts", t->plan.people, from);
    if (!e) e = db_unit(c, town_segments, NULL);
    if (!e) e = segment_pass(c, NULL);
    if (!e) told(t, "segments", t->plan.people, from);
    if (e) fprintf(stderr, "a town: %s\n", c->fault.message ? c->fault.message : "?");
    return !e;
}

/* ---- What is there already
 * ---------------------------------------------------------- */

static bool goods_read(struct inside *in, struct town *t)
{
    static const struct query all = {
        .name = "bench.town_goods",
        .sql = "SELECT v.id, v.product_id, p.category_id, r.price_minor, v.sku, v.name"
               "  FROM pub_catalog_variant v JOIN pub_catalog_product p ON p.id = "
               "v.product_id"
               "  JOIN catalog_price r ON r.variant_id = v.id AND r.to_at IS NULL"
               " GROUP BY v.id ORDER BY v.id",
        .scan = "a bench"
    };
    struct town_goods g;
    const char *sku, *name;
    i64 room = 0;
    ROWS r;

    if (inside_begin(in, false) || db_rows0(in->c, &r, &all)) return false;
    while (db_next(&r, INTO(&g.variant_id, &g.product_id, &g.category_id,
                            &g.price_minor, &sku, &name))) {
        if (t->n_goods == room) {
            room = room ? room * 2 : 1024;
            t->goods = realloc(t->goods, (size_t)room * sizeof(g));
            if (!t->goods) abort();
        }
        snprintf(g.sku, sizeof(g.sku), "%s", sku);
        snprintf(g.name, sizeof(g.name), "%s", name);
        t->goods[t->n_goods++] = g;
    }
    db_rows_done(&r);
    inside_end(in, false);
    return t->n_goods > 0;
}

i64 *town_ids(const struct town_plan *k)
{
    const i64 own = k->people < TOWN_MOST ? k->people : TOWN_MOST;
    i64 *ids = malloc((size_t)k->people * sizeof(i64));
    u64 dice = 20260101;

    if (!ids) abort();
    for (i64 n = 0; n < own; n++)
        ids[n] = (i64)(town_throw(&dice) & ((1ull << 56) - 1));
    qsort(ids, (size_t)own, sizeof(i64), by_id);
    for (i64 n = own; n < k->people; n++) ids[n] = ids[n % own] + (n / own << 56);
    return ids;
}

static bool known(struct inside *in, struct town *t)
{
    static const struct query places = {
        .name = "bench.town_places",
        .sql = "SELECT id FROM pub_place_place WHERE kind = 0 ORDER BY id",
        .scan = "a bench"
    };
    static const struct query regions = {
        .name = "bench.town_regions",
        .sql = "SELECT region_id FROM pub_place_place WHERE kind = 0 ORDER BY id",
        .scan = "a bench"
    };

    t->n_places = inside_ids(in, &places, &t->places);
    inside_ids(in, &regions, &t->regions);
    t->ids = town_ids(&t->plan);
    t->per_week =
        (double)t->plan.events / (double)t->plan.people / EVENTS_VISIT / TOWN_WEEKS;
    t->until_at = time_now() / DAY_MS * DAY_MS;
    return goods_read(in, t) && t->n_places > 0;
}

static bool open_town(struct inside *in, const char *file, const char *beside)
{
    return inside_open_as(in, &(struct db_config){ .url = file,
                                                   .beside = beside,
                                                   .readers = 1,
                                                   .writers = 1,
                                                   .cache_bytes = (i64)1 << 30,
                                                   .sync_normal = true });
}

static bool fill(struct town *t, const char *file)
{
    struct definition d = { 0 };
    struct inside in;
    pthread_t beside;

    if (!open_town(&in, file, "track")) return false;
    bool ok = !db_migrate(in.c, modules) && known(&in, t);
    inside_close(&in);
    definitions(file, &d);
    if (!ok || !town_run(file, drop_sql)) return false;
    pthread_create(&beside, NULL, town_track, t);
    if (!open_town(&in, file, NULL)) t->bad = true; /* the log is the thread's alone */
    if (!t->bad && !people(&in, t, file)) t->bad = true;
    if (!t->bad && !facts(&in, t)) t->bad = true;
    inside_close(&in);
    if (!t->bad && !indexes(file, &d)) t->bad = true;
    pthread_join(beside, NULL);
    return !t->bad;
}

static void names(const struct options *o, const struct town_plan *k,
                  struct town_files *ret)
{
    snprintf(ret->core, sizeof(ret->core), "%s/town-%lld-%lld.db", o->dir, k->people,
             k->events);
    snprintf(ret->track, sizeof(ret->track), "%s/town-%lld-%lld-track.db", o->dir,
             k->people, k->events);
}

static bool moved(const struct town_files *from, const struct town_files *to)
{
    return !rename(from->track, to->track) && !rename(from->core, to->core);
}

static bool one_town(const struct options *o, const struct town_plan *k,
                     const struct town_files *to)
{
    const struct chain small = { 40, 4000, 0, 90 };
    struct town t = { .o = o, .plan = *k };
    char chain[600];

    if (!chain_copy(o, &small, chain, sizeof(chain)) || rename(chain, to->core))
        return false;
    snprintf(t.track, sizeof(t.track), "%s", to->track);
    const bool ok = fill(&t, to->core);
    free(t.ids);
    free(t.goods);
    free(t.places);
    free(t.regions);
    return ok;
}

static bool towns(const struct options *o, const struct town_plan *k,
                  const struct town_files *to)
{
    const i64 n = k->people / TOWN_MOST;
    const struct town_plan first = { TOWN_MOST, k->events / n };
    struct town_files one;

    return town_file(o, &first, &one) && copy_file(one.core, to->core) &&
           copy_file(one.track, to->track) && town_many(o, &one, to, n);
}

bool town_file(const struct options *o, const struct town_plan *k,
               struct town_files *ret)
{
    const struct town_plan making = { -1, k->people };
    struct town_files part;
    const double from = now_s();

    names(o, k, ret);
    if (access(ret->core, R_OK) == 0) return true;
    names(o, &making, &part);
    unlink(part.core);
    unlink(part.track);
    fprintf(stderr, "making a town of %lld people and %lld events\n", k->people,
            k->events);
    if (!(k->people > TOWN_MOST ? towns : one_town)(o, k, &part)) return false;
    fprintf(stderr, "made in %.0f s\n", now_s() - from);
    if (!moved(&part, ret)) return false;
    struct server s; /* its first start does a whole day's housekeeping */
    const bool up = server_start_at(o, ret->core, &s);
    server_stop(&s);
    return up;
}
