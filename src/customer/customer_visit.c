/* Visits: a browser that came back, and who is behind it.
 *
 * The cookie is "<visit>.<secret>"; the table keeps a hash of the secret alone.
 * At login the secret changes, so that a cookie planted before is worth nothing. */
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/person.h"
#include "base/time.h"
#include "customer/customer_own.h"
#include "setting/setting.h"

enum { ADD, GET, TIE, SEEN, END, LIST, NUMBER };

/* clang-format off */
const struct query customer_visit_sql[] = {
    [ADD] = { "customer.add_visit",
        "INSERT INTO customer_visit (id, secret, customer_id, agent, created_at, seen_at, born_id)"
        " VALUES ($1, $2, $3, $4, $5, $5, $6)" },

    [GET] = { "customer.get_visit",
        "SELECT secret, customer_id, born_id, seen_at FROM customer_visit WHERE id = $1 AND ended_at IS NULL" },

    /* Only a guest's: a visit never goes from one person to another. */
    [TIE] = { "customer.tie_visit",
        "UPDATE customer_visit SET secret = $2, customer_id = $3, agent = $4, seen_at = $5, born_id = $6"
        " WHERE id = $1 AND ended_at IS NULL AND (customer_id IS NULL OR customer_id = $3)",
        .types = "ibitii" },

    [SEEN] = { "customer.see_visit",
        "UPDATE customer_visit SET seen_at = $2 WHERE id = $1 AND seen_at < $3" },

    [END] = { "customer.end_visit",
        "UPDATE customer_visit SET ended_at = $3"
        " WHERE id = $1 AND customer_id = $2 AND ended_at IS NULL" },

    [LIST] = { "customer.list_visits",
        "SELECT id, agent, created_at, seen_at FROM customer_visit"
        " WHERE customer_id = $1 AND ended_at IS NULL AND seen_at > $2"
        " ORDER BY seen_at DESC LIMIT 100" },

    [NUMBER] = { "customer.count_visits",
        "SELECT COUNT(*) FROM customer_visit WHERE customer_id = $1" },
    QUERY_END
};
/* clang-format on */

enum { SECRET_BYTES = 16, HASH_BYTES = 16, COOKIE_DAYS = 400, AGENT_MAX = 160 };

/* ---- The cookie --------------------------------------------------------- */

static struct bytes hash_of(struct arena *mem, const char *what, const char *secret)
{
    unsigned char *hash = arena_raw(mem, HASH_BYTES);

    if (crypto_generichash(hash, HASH_BYTES, (const unsigned char *)secret,
                           strlen(secret), (const unsigned char *)what, strlen(what)))
        abort();
    return (struct bytes){ hash, HASH_BYTES };
}

static const char *hex(struct arena *mem, struct bytes b)
{
    char *text = arena_raw(mem, b.n * 2 + 1);

    return sodium_bin2hex(text, b.n * 2 + 1, b.at, b.n);
}

static const char *secret_new(struct arena *mem)
{
    unsigned char random[SECRET_BYTES];

    if (sodium_init() < 0) abort();
    randombytes_buf(random, sizeof(random));
    return hex(mem, (struct bytes){ random, sizeof(random) });
}

static void put_cookie(struct reply *r, const char *cookie)
{
    for (size_t k = 0; k < COUNT(r->cookies); k++)
        if (!r->cookies[k]) {
            r->cookies[k] = cookie;
            return;
        }
}

/* The page repeats the second cookie in the header X-CSRF-Token; it is made of the
 * secret, so it needs no column. */
static void put_cookies(struct ctx *c, struct reply *r, i64 visit_id,
                        const char *secret)
{
    const char *safe =
        setting_bool(c, "customer.cookie_secure", (struct setting_scope){ 0 })
            ? "; Secure"
            : "";
    const i64 age_s = COOKIE_DAYS * DAY_MS / SECOND_MS;

    put_cookie(r, arena_printf(c->mem,
                               "prilavok_visit=%lld.%s; Path=/; HttpOnly; SameSite=Lax;"
                               " Max-Age=%lld%s",
                               visit_id, secret, age_s, safe));
    put_cookie(r, arena_printf(c->mem,
                               "prilavok_csrf=%s; Path=/; SameSite=Lax; Max-Age=%lld%s",
                               hex(c->mem, hash_of(c->mem, "prilavok csrf", secret)),
                               age_s, safe));
}

void customer_cookies_clear(struct reply *r)
{
    put_cookie(r, "prilavok_visit=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    put_cookie(r, "prilavok_csrf=; Path=/; SameSite=Lax; Max-Age=0");
}

static bool read_cookie(const char *cookie, i64 *ret_id, const char **ret_secret)
{
    char *end;

    if (!cookie || *cookie < '0' || *cookie > '9') return false;
    *ret_id = strtoll(cookie, &end, 10);
    *ret_secret = end + 1;
    return *end == '.' && *ret_id > 0 && strlen(end + 1) == SECRET_BYTES * 2;
}

/* ---- Memory of who is who, for five seconds ----------------------------- */

/* A page asks several things at once.  Direct-mapped: a collision costs a look-up
 * in the database, nothing else.  An ended visit is forgotten here at once, on
 * other nodes within KEEP_MS. */
enum { SLOTS = 8192, KEEP_MS = 5000 };

struct known {
    i64 visit_id;
    struct person_seen person; /* id 0: a guest */
    i64 until_us;
    const struct db *db;
    unsigned char hash[HASH_BYTES];
};
static struct known memory[SLOTS];
static pthread_mutex_t memory_lock = PTHREAD_MUTEX_INITIALIZER;

static struct known *slot_of(i64 visit_id)
{
    return &memory[(u64)visit_id * 0x9E3779B97F4A7C15ull >> 51];
}
_Static_assert(SLOTS == 1 << (64 - 51), "slot_of");

static bool recall(const struct ctx *c, i64 visit_id, const void *hash,
                   struct person_seen *ret)
{
    const struct known *k = slot_of(visit_id);

    pthread_mutex_lock(&memory_lock);
    const bool hit = k->visit_id == visit_id && k->db == c->db &&
                     k->until_us > time_mono_us() &&
                     !sodium_memcmp(k->hash, hash, HASH_BYTES);
    *ret = k->person;
    pthread_mutex_unlock(&memory_lock);
    return hit;
}

static void remember(const struct ctx *c, i64 visit_id, const void *hash,
                     struct person_seen person)
{
    struct known k = { .visit_id = visit_id,
                       .person = person,
                       .until_us = time_mono_us() + KEEP_MS * 1000,
                       .db = c->db };

    memcpy(k.hash, hash, HASH_BYTES);
    pthread_mutex_lock(&memory_lock);
    *slot_of(visit_id) = k;
    pthread_mutex_unlock(&memory_lock);
}

static void forget(void *visit_id)
{
    struct known *k = slot_of(*(const i64 *)visit_id);

    pthread_mutex_lock(&memory_lock);
    if (k->visit_id == *(const i64 *)visit_id) *k = (struct known){ 0 };
    pthread_mutex_unlock(&memory_lock);
}

void customer_visits_unknown(void)
{
    pthread_mutex_lock(&memory_lock);
    memset(memory, 0, sizeof(memory));
    pthread_mutex_unlock(&memory_lock);
}

/* Now, for this unit; and once more when it has become true, for those who read
 * the old row in between. */
static void forget_after(struct ctx *c, i64 visit_id)
{
    i64 *id = malloc(sizeof(*id));

    if (!id) abort();
    *id = visit_id;
    forget(id);
    db_after_commit(c, forget, id, free);
}

static void forget_all(void *db)
{
    pthread_mutex_lock(&memory_lock);
    for (size_t k = 0; k < SLOTS; k++)
        if (memory[k].db == db) memory[k] = (struct known){ 0 };
    pthread_mutex_unlock(&memory_lock);
}

void customer_visits_forget(struct ctx *c)
{
    db_after_commit(c, forget_all, c->db, NULL);
}

/* ---- Who is it? --------------------------------------------------------- */

static enum err look_up(struct ctx *c, i64 visit_id, struct bytes hash,
                        struct person_seen *ret)
{
    struct bytes kept;
    i64 customer_id, born_id, seen_at;

    if (recall(c, visit_id, hash.at, ret)) return ERR_OK;
    TRY(db_one(c, &customer_visit_sql[GET],
               INTO(&kept, &customer_id, &born_id, &seen_at), visit_id));
    if (kept.n != hash.n || sodium_memcmp(kept.at, hash.at, hash.n))
        return ERR_NOT_FOUND;
    if (seen_at + COOKIE_DAYS * DAY_MS < c->now) return ERR_NOT_FOUND;
    *ret = (struct person_seen){ 0 };
    if (customer_id != NONE)
        *ret = (struct person_seen){ customer_id,
                                     born_id == NONE ? customer_id : born_id };
    remember(c, visit_id, hash.at, *ret);
    return ERR_OK;
}

enum err customer_authenticate(struct ctx *c, const struct request *q)
{
    const char *secret;
    struct person_seen person;
    i64 visit_id;

    if (!q->cookie || !read_cookie(q->cookie(q, "prilavok_visit"), &visit_id, &secret))
        return ERR_OK;
    const enum err e =
        look_up(c, visit_id, hash_of(c->mem, "prilavok visit", secret), &person);
    if (e == ERR_NOT_FOUND) return ERR_OK; /* an old cookie is no cookie */
    TRY(e);
    if (!c->who.session_id) c->who.session_id = visit_id;
    if (c->who.kind != WHO_NOBODY || !person.id) return ERR_OK;
    c->person = person;
    c->who.kind = WHO_CUSTOMER;
    c->who.id = person.id;
    c->who.rights |= 1ull << RIGHT_CUSTOMER;
    return ERR_OK;
}

/* ---- Making, tying, ending ---------------------------------------------- */

/* What a browser calls itself, as far as it is fit for a table. */
static const char *fit(struct arena *mem, const char *agent)
{
    char *text = arena_strdup(mem, agent, strnlen(agent, AGENT_MAX));

    for (char *p = text; *p; p++)
        if (*p < ' ' || *p > '~') *p = '?';
    return text;
}

static enum err visit_new(struct ctx *c, struct reply *r, i64 customer_id,
                          const char *agent, i64 *ret_visit_id)
{
    const char *secret = secret_new(c->mem);
    const i64 id = id_new(c);

    TRY(db_exec(c, &customer_visit_sql[ADD], NULL, id,
                hash_of(c->mem, "prilavok visit", secret), customer_id,
                fit(c->mem, agent), c->now, person_born(c, customer_id)));
    put_cookies(c, r, id, secret);
    *ret_visit_id = id;
    return ERR_OK;
}

enum err customer_visit(struct ctx *c, struct reply *r, i64 *ret_visit_id)
{
    if (!c->who.session_id) {
        TRY(visit_new(c, r, NONE, "", &c->who.session_id));
    } else {
        TRY(db_exec(c, &customer_visit_sql[SEEN], NULL, c->who.session_id, c->now,
                    c->now - HOUR_MS));
    }
    *ret_visit_id = c->who.session_id;
    return ERR_OK;
}

enum err customer_visit_tie(struct ctx *c, struct reply *r, i64 customer_id,
                            const char *agent, i64 *ret_visit_id)
{
    const char *secret = secret_new(c->mem);
    i64 n = 0;

    if (c->who.session_id)
        TRY(db_exec(c, &customer_visit_sql[TIE], &n, c->who.session_id,
                    hash_of(c->mem, "prilavok visit", secret), customer_id,
                    fit(c->mem, agent), c->now, person_born(c, customer_id)));
    if (!n) return visit_new(c, r, customer_id, agent, ret_visit_id);
    forget_after(c, c->who.session_id);
    put_cookies(c, r, c->who.session_id, secret);
    *ret_visit_id = c->who.session_id;
    return ERR_OK;
}

enum err customer_visit_end(struct ctx *c, i64 visit_id, i64 customer_id)
{
    i64 n;

    TRY(db_exec(c, &customer_visit_sql[END], &n, visit_id, customer_id, c->now));
    if (!n) return FAIL(c, NOT_FOUND, "no visit %lld", visit_id);
    forget_after(c, visit_id);
    return ERR_OK;
}

enum err customer_visits(struct ctx *c, i64 customer_id, struct list *ret)
{
    struct visit v = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &customer_visit_sql[LIST], customer_id,
                c->now - COOKIE_DAYS * DAY_MS));
    while (db_next(&r, INTO(&v.id, &v.agent, &v.created_at, &v.seen_at))) {
        v.current = v.id == c->who.session_id;
        *(struct visit *)list_add(c->mem, ret, sizeof(v)) = v;
    }
    return r.err;
}

enum err customer_visits_count(struct ctx *c, i64 customer_id, i64 *ret_n)
{
    return db_one(c, &customer_visit_sql[NUMBER], INTO(ret_n), customer_id);
}
