/* Devices: made, found by their key, changed. */
#include "till/till_own.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/id.h"
#include "base/time.h"
#include "event/event.h"
#include "place/place.h"
#include "setting/setting.h"

enum { NEXT_NUMBER, ADD, GET, OF_PLACE, ALL, ENTER, CHANGE, SEEN };

/* clang-format off */
#define COLUMNS                                                                              \
    "id, place_id, number, name, offline, closed, last_seq, last_at, seen_at, made_at,"      \
    " made_by, version, people_key FROM till_till"

const struct query till_sql[] = {
    [NEXT_NUMBER] = { "till.next_number",
        "SELECT COALESCE(MAX(number), 0) + 1 FROM till_till WHERE place_id = $1" },

    [ADD] = { "till.add",
        "INSERT INTO till_till (id, place_id, number, name, key_hash, people_key, offline, closed,"
        " last_seq, last_at, seen_at, made_at, made_by, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $8, $8, $9, 1)"
        " ON CONFLICT (place_id, number) DO NOTHING" },

    [GET] = { "till.get", "SELECT " COLUMNS " WHERE id = $1" },

    [OF_PLACE] = { "till.of_place",
        "SELECT " COLUMNS " WHERE place_id = $1 ORDER BY number LIMIT 1000" },

    [ALL] = { "till.all", "SELECT " COLUMNS " ORDER BY place_id, number LIMIT 5000",
        .scan = "a chain has some hundreds" },

    [ENTER] = { "till.enter",
        "SELECT place_id, key_hash FROM till_till WHERE id = $1 AND closed = 0" },

    [CHANGE] = { "till.change",
        "UPDATE till_till SET name = COALESCE($2, name), offline = COALESCE($3, offline),"
        "       closed = COALESCE($4, closed), version = version + 1 WHERE id = $1",
        .types = "itii" },

    [SEEN] = { "till.seen",
        "UPDATE till_till SET seen_at = $2 WHERE id = $1 AND seen_at < $3" },
    QUERY_END
};
/* clang-format on */

static struct bytes key_hash(struct arena *mem, const char *key)
{
    static const char purpose[] = "prilavok till key";
    unsigned char *hash = arena_raw(mem, TILL_SECRET_BYTES);

    if (crypto_generichash(hash, TILL_SECRET_BYTES, (const unsigned char *)key,
                           strlen(key), (const unsigned char *)purpose,
                           sizeof(purpose) - 1))
        abort();
    return (struct bytes){ hash, TILL_SECRET_BYTES };
}

static struct bytes random_bytes(struct arena *mem, size_t n)
{
    unsigned char *at = arena_raw(mem, n);

    if (sodium_init() < 0) abort();
    randombytes_buf(at, n);
    return (struct bytes){ at, n };
}

/* ---- Make, read, change ------------------------------------------------------ */

static enum err insert(struct ctx *c, struct till *t, const char *secret)
{
    i64 n = 0;

    for (int k = 0; k < 8 && !n; k++) { /* two at once: the second takes the next */
        TRY(db_one(c, &till_sql[NEXT_NUMBER], INTO(&t->number), t->place_id));
        TRY(db_exec(c, &till_sql[ADD], &n, t->id, t->place_id, t->number, t->name,
                    key_hash(c->mem, secret), t->people_key, t->offline, c->now,
                    c->who.id));
    }
    return n ? ERR_OK : FAIL(c, BUSY, "no free number for a till");
}

enum err till_add(struct ctx *c, struct till *t)
{
    const struct bytes raw = random_bytes(c->mem, TILL_SECRET_BYTES);
    char *secret = arena_raw(c->mem, 2 * TILL_SECRET_BYTES + 1);

    TRY(staff_may(c, RIGHT_SELL, t->place_id));
    sodium_bin2hex(secret, 2 * TILL_SECRET_BYTES + 1, raw.at, raw.n);
    t->id = id_new(c);
    t->people_key = random_bytes(c->mem, TILL_SECRET_BYTES);
    t->offline = t->offline && staff_may(c, RIGHT_TILLS, t->place_id) == ERR_OK;
    TRY(insert(c, t, secret));
    t->key = arena_printf(c->mem, "%lld.%s", t->id, secret);
    t->last_at = t->seen_at = t->made_at = c->now;
    t->made_by = c->who.id;
    t->version = 1;
    TRY(event_emit(c, "till.added", t->id,
                   arena_printf(c->mem, "{\"place_id\":\"%lld\",\"number\":%lld}",
                                t->place_id, t->number)));
    return staff_audit(c, "till.add", t->id,
                       arena_printf(c->mem, "{\"place_id\":\"%lld\",\"offline\":%d}",
                                    t->place_id, t->offline));
}

static bool next(struct rows *r, struct till *t)
{
    return db_next(r, INTO(&t->id, &t->place_id, &t->number, &t->name, &t->offline,
                           &t->closed, &t->last_seq, &t->last_at, &t->seen_at,
                           &t->made_at, &t->made_by, &t->version, &t->people_key));
}

enum err till_get(struct ctx *c, i64 id, struct till *ret)
{
    struct till t = { 0 };
    bool found;
    ROWS r;

    *ret = (struct till){ 0 };
    TRY(db_rows(c, &r, &till_sql[GET], id));
    found = next(&r, &t);
    TRY(r.err);
    if (!found) return FAIL(c, NOT_FOUND, "no till %lld", id);
    *ret = t;
    return ERR_OK;
}

enum err till_list(struct ctx *c, i64 place_id, struct list *ret)
{
    struct till t = { 0 };
    ROWS r;

    if (place_id == NONE)
        TRY(db_rows0(c, &r, &till_sql[ALL]));
    else
        TRY(db_rows(c, &r, &till_sql[OF_PLACE], place_id));
    while (next(&r, &t)) *(struct till *)list_add(c->mem, ret, sizeof(t)) = t;
    return r.err;
}

enum err till_change(struct ctx *c, i64 id, const struct till_change *to)
{
    struct till t;

    TRY(till_get(c, id, &t));
    TRY(staff_may(c, RIGHT_TILLS, t.place_id));
    TRY(db_exec(c, &till_sql[CHANGE], NULL, id, to->name, to->offline, to->closed));
    TRY(event_emit(c, "till.changed", id, NULL));
    return staff_audit(c, "till.change", id,
                       arena_printf(c->mem, "{\"offline\":%lld,\"closed\":%lld}",
                                    to->offline == NONE ? t.offline : to->offline,
                                    to->closed == NONE ? t.closed : to->closed));
}

enum err till_saw(struct ctx *c, const struct till *t)
{
    if (c->now - t->seen_at < MINUTE_MS) return ERR_OK;
    return db_exec(c, &till_sql[SEEN], NULL, t->id, c->now, c->now);
}

enum err till_limits(struct ctx *c, i64 place_id, struct till_limits *ret)
{
    struct setting_scope s = { 0 };

    TRY(place_scope(c, place_id, &s));
    *ret = (struct till_limits){
        .offline_hours = setting_int(c, "till.offline_hours", s),
        .offline_minor = setting_int(c, "till.offline_sum", s) * 100,
        .offline_units = setting_bool(c, "till.offline_units", s),
        .pin_tries = setting_int(c, "till.pin_tries", s),
        .pin_lock_min = setting_int(c, "till.pin_lock_min", s),
        .people_max = setting_int(c, "till.people_max", s),
        .price_tolerance_bp = setting_int(c, "till.price_tolerance_bp", s),
        .clock_tolerance_s = setting_int(c, "till.clock_tolerance_s", s),
    };
    return ERR_OK;
}

/* ---- Who asks ---------------------------------------------------------------- */

struct entering {
    const char *secret;
    i64 id, place_id;
    bool in;
};

static enum err enter(struct ctx *c, void *arg)
{
    struct entering *w = arg;
    struct bytes kept;
    const enum err e = db_one(c, &till_sql[ENTER], INTO(&w->place_id, &kept), w->id);

    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    w->in = kept.n == TILL_SECRET_BYTES &&
            !sodium_memcmp(kept.at, key_hash(c->mem, w->secret).at, kept.n);
    return ERR_OK;
}

/* The key stands above a session's cookie in the same browser: what a till tells is
 * told by the till, whoever has logged in there since. */
enum err till_authenticate(struct ctx *c, const struct request *q)
{
    const char *key = q->header ? q->header(q, "X-Till-Key") : NULL;
    struct entering w = { 0 };
    char *dot;

    if (!key) return ERR_OK;
    w.id = strtoll(key, &dot, 10);
    if (*dot != '.' || strlen(dot + 1) != 2 * TILL_SECRET_BYTES)
        return FAIL(c, WRONG_SECRET, "this is no till's key");
    w.secret = dot + 1;
    TRY(db_snapshot(c, enter, &w));
    if (!w.in)
        return FAIL(c, WRONG_SECRET, "this till is not known here or was closed");
    c->who = (struct who){ .kind = WHO_KEY,
                           .id = w.id,
                           .session_id = w.id,
                           .place_id = w.place_id,
                           .rights = 1ull << RIGHT_ANYONE };
    return ERR_OK;
}

static enum err read_it(struct ctx *c, void *arg)
{
    return till_get(c, c->who.id, arg);
}

enum err till_that_asks(struct ctx *c, struct till *ret)
{
    if (c->who.kind != WHO_KEY || !c->who.session_id)
        return FAIL(c, LOGIN, "a till shows its key in X-Till-Key");
    return db_snapshot(c, read_it, ret);
}
