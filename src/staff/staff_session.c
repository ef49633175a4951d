#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "db/db.h"
#include "setting/setting.h"
#include "staff/staff_own.h"

enum {
    OPEN,
    FIND,
    END,
    END_ID,
    OTHERS,
    END_OTHERS,
    LIST,
    PLACE,
    SEEN,
    FORGET,
};

/* clang-format off */
const struct query staff_session_sql[] = {
    [OPEN] = { "staff.open_session",
        "INSERT INTO staff_session (token_hash, id, account_id, place_id, created_at,"
        " seen_at, until_at, ip, agent) VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)" },

    [FIND] = { "staff.find_session",
        "SELECT s.account_id, s.id, s.place_id, s.seen_at, s.until_at FROM staff_session s"
        " JOIN staff_account a ON a.id = s.account_id AND a.active = 1"
        " WHERE s.token_hash = $1" },

    [END] = { "staff.end_session",
        "DELETE FROM staff_session WHERE token_hash = $1" },

    [END_ID] = { "staff.end_session_by_id",
        "DELETE FROM staff_session WHERE account_id = $1 AND id = $2" },

    [END_OTHERS] = { "staff.end_other_sessions",
        "DELETE FROM staff_session WHERE account_id = $1 AND token_hash <> $2" },

    [LIST] = { "staff.list_sessions",
        "SELECT token_hash, id, place_id, created_at, seen_at, until_at, ip, agent"
        " FROM staff_session WHERE account_id = $1 AND until_at > $2 AND seen_at > $3"
        " ORDER BY id DESC LIMIT 200" },

    [PLACE] = { "staff.set_session_place",
        "UPDATE staff_session SET place_id = $2 WHERE token_hash = $1" },

    [SEEN] = { "staff.see_session",
        "UPDATE staff_session SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2" },

    [FORGET] = { "staff.forget_sessions",
        "DELETE FROM staff_session WHERE until_at < $1" },
    QUERY_END
};
/* clang-format on */

/* ---- What is remembered ----------------------------------------------------------
 *
 * A look-up by SQL is four reads; a page asks ten times a second.  So who stands
 * behind a token is remembered for five seconds, one slot for a hash, the newer
 * wins.  A change of anybody's rights forgets everything: at once, for the unit
 * that makes it, and after its commit, for whoever read the old rows meanwhile.
 * `age` tells a reader that began before the change that it came too late. */

#define SLOTS       1024
#define REMEMBER_MS (5 * SECOND_MS)
#define SEEN_MS     MINUTE_MS /* seen_at is written at most this often */

struct slot {
    unsigned char hash[HASH_BYTES];
    i64 read_at, until_at, seen_at, idle_ms;
    struct who who;     /* .places is malloc'ed */
    bool taken, unsaid; /* unsaid: seen_at is newer than the row's */
};

static struct {
    pthread_mutex_t lock;
    struct slot slots[SLOTS];
    u64 age;
} memory = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct slot *slot_of(struct bytes hash)
{
    unsigned short k;

    memcpy(&k, hash.at, sizeof(k));
    return &memory.slots[k % SLOTS];
}

static void forget_all(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&memory.lock);
    memory.age++;
    for (size_t k = 0; k < SLOTS; k++) memory.slots[k].read_at = INT64_MIN / 2;
    pthread_mutex_unlock(&memory.lock);
}

void session_changed(struct ctx *c)
{
    forget_all(NULL);
    if (c->conn) db_after_commit(c, forget_all, NULL, NULL);
}

static u64 *places_copy(void *(*get)(struct arena *, size_t), struct arena *mem,
                        const u64 *places)
{
    const size_t n = sizeof(u64) * (1 + 2 * (size_t)places[0]);

    return memcpy(get(mem, n), places, n);
}

static void *from_heap(struct arena *mem, size_t n)
{
    void *p = malloc(n);

    (void)mem;
    if (!p) abort();
    return p;
}

/* Under the lock: is he who he was, and neither idle nor at his end? */
static bool fresh(const struct slot *s, struct bytes hash, i64 now)
{
    return s->taken && memcmp(s->hash, hash.at, HASH_BYTES) == 0 && now >= s->read_at &&
           now - s->read_at < REMEMBER_MS && now < s->until_at &&
           now - s->seen_at < s->idle_ms;
}

static bool remembered(struct ctx *c, struct bytes hash)
{
    struct slot *s = slot_of(hash);

    pthread_mutex_lock(&memory.lock);
    const bool known = fresh(s, hash, c->now);
    if (known) {
        c->who = s->who;
        c->who.places = places_copy(arena_raw, c->mem, s->who.places);
        if (c->now - s->seen_at > SEEN_MS) {
            s->seen_at = c->now;
            s->unsaid = true;
        }
    }
    pthread_mutex_unlock(&memory.lock);
    return known;
}

static void remember(struct bytes hash, const struct slot *new, u64 age)
{
    struct slot *s = slot_of(hash);

    pthread_mutex_lock(&memory.lock);
    if (age == memory.age) {
        free((void *)(uintptr_t)s->who.places);
        *s = *new;
        memcpy(s->hash, hash.at, HASH_BYTES);
        s->who.places = places_copy(from_heap, NULL, new->who.places);
        s->taken = true;
    }
    pthread_mutex_unlock(&memory.lock);
}

static u64 age_now(void)
{
    pthread_mutex_lock(&memory.lock);
    const u64 age = memory.age;
    pthread_mutex_unlock(&memory.lock);
    return age;
}

/* ---- Coming and going -------------------------------------------------------------
 */

static i64 idle_ms(struct ctx *c)
{
    return setting_int(c, "staff.session_idle_min", (struct setting_scope){ 0 }) *
           MINUTE_MS;
}

/* Where he works: the only shop he has, or the chain. */
static enum err home(struct ctx *c, i64 account_id, i64 *ret_place_id)
{
    struct who w = { .kind = WHO_STAFF, .id = account_id };

    TRY(rights_load(c, account_id, &w));
    *ret_place_id = w.place_id;
    return ERR_OK;
}

enum err session_open(struct ctx *c, i64 account_id, const char *ip, const char *agent,
                      const char **ret_token)
{
    const char *token = secret_token(c->mem);
    const i64 hours =
        setting_int(c, "staff.session_max_h", (struct setting_scope){ 0 });
    i64 place_id;

    TRY(home(c, account_id, &place_id));
    TRY(db_exec(c, &staff_session_sql[OPEN], NULL, secret_hash(c->mem, token),
                id_new(c), account_id, place_id, c->now, c->now + hours * HOUR_MS,
                ip ? arena_printf(c->mem, "%.64s", ip) : "",
                agent ? arena_printf(c->mem, "%.200s", agent) : ""));
    *ret_token = token;
    return ERR_OK;
}

struct entering {
    struct bytes hash;
    struct slot s;
    bool in;
};

static enum err enter(struct ctx *c, void *arg)
{
    struct entering *w = arg;
    struct slot *s = &w->s;

    s->who = (struct who){ .kind = WHO_STAFF };
    const enum err e = db_one(c, &staff_session_sql[FIND],
                              INTO(&s->who.id, &s->who.session_id, &s->who.place_id,
                                   &s->seen_at, &s->until_at),
                              w->hash);
    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    s->idle_ms = idle_ms(c);
    if (c->now >= s->until_at || c->now - s->seen_at >= s->idle_ms) return ERR_OK;
    TRY(rights_load(c, s->who.id, &s->who));
    w->in = true;
    return ERR_OK;
}

/* A dead cookie is nobody, not an error: the page may be open to all. */
enum err session_enter(struct ctx *c, const char *token)
{
    const u64 age = age_now();
    struct entering w = { .hash = secret_hash(c->mem, token) };

    if (remembered(c, w.hash)) return ERR_OK;
    TRY(db_snapshot(c, enter, &w));
    if (!w.in) return ERR_OK;
    c->who = w.s.who;
    w.s.read_at = c->now;
    w.s.unsaid = c->now - w.s.seen_at > SEEN_MS;
    if (w.s.unsaid) w.s.seen_at = c->now;
    remember(w.hash, &w.s, age);
    return ERR_OK;
}

enum err session_end(struct ctx *c, const char *token)
{
    TRY(db_exec(c, &staff_session_sql[END], NULL, secret_hash(c->mem, token)));
    session_changed(c);
    return ERR_OK;
}

enum err session_end_id(struct ctx *c, i64 account_id, i64 id)
{
    i64 n;

    TRY(db_exec(c, &staff_session_sql[END_ID], &n, account_id, id));
    if (!n) return FAIL(c, NOT_FOUND, "no session %lld", id);
    session_changed(c);
    return ERR_OK;
}

enum err session_end_others(struct ctx *c, i64 account_id, const char *but_token)
{
    TRY(db_exec(c, &staff_session_sql[END_OTHERS], NULL, account_id,
                secret_hash(c->mem, but_token ? but_token : "")));
    session_changed(c);
    return ERR_OK;
}

enum err session_list(struct ctx *c, i64 account_id, const char *token,
                      struct list *ret)
{
    const struct bytes mine = secret_hash(c->mem, token ? token : "");
    struct bytes hash;
    struct session s = { 0 };
    struct list l = { 0 };
    ROWS r;

    TRY(db_rows(c, &r, &staff_session_sql[LIST], account_id, c->now,
                c->now - idle_ms(c)));
    while (db_next(&r, INTO(&hash, &s.id, &s.place_id, &s.created_at, &s.seen_at,
                            &s.until_at, &s.ip, &s.agent))) {
        s.current = hash.n == mine.n && memcmp(hash.at, mine.at, mine.n) == 0;
        *(struct session *)list_add(c->mem, &l, sizeof(s)) = s;
    }
    *ret = l;
    return r.err;
}

enum err session_place(struct ctx *c, const char *token, i64 place_id)
{
    i64 n;

    if (!rights_at(&c->who, place_id))
        return FAIL_FIELD(c, DENIED, "place_id", "you do not work at place %lld",
                          place_id);
    TRY(db_exec(c, &staff_session_sql[PLACE], &n, secret_hash(c->mem, token),
                place_id));
    if (!n) return FAIL(c, GONE, "this session has ended");
    session_changed(c);
    return ERR_OK;
}

/* ---- Housekeeping -------------------------------------------------------------------
 */

struct seen {
    unsigned char hash[HASH_BYTES];
    i64 at;
};

static size_t seen_take(struct seen *to)
{
    size_t n = 0;

    pthread_mutex_lock(&memory.lock);
    for (size_t k = 0; k < SLOTS; k++) {
        struct slot *s = &memory.slots[k];
        if (!s->unsaid) continue;
        s->unsaid = false;
        memcpy(to[n].hash, s->hash, HASH_BYTES);
        to[n++].at = s->seen_at;
    }
    pthread_mutex_unlock(&memory.lock);
    return n;
}

struct seen_all {
    const struct seen *at;
    size_t n;
};

static enum err seen_write(struct ctx *c, void *arg)
{
    const struct seen_all *w = arg;

    for (size_t k = 0; k < w->n; k++)
        TRY(db_exec(c, &staff_session_sql[SEEN], NULL,
                    ((struct bytes){ w->at[k].hash, HASH_BYTES }), w->at[k].at));
    return ERR_OK;
}

enum err session_flush(struct ctx *c)
{
    struct seen *at = NEW_N(c->mem, struct seen, SLOTS);
    struct seen_all w = { at, seen_take(at) };

    return w.n ? db_unit(c, seen_write, &w) : ERR_OK;
}

enum err session_forget(struct ctx *c)
{
    return db_exec(c, &staff_session_sql[FORGET], NULL, c->now);
}
