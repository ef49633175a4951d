#include <string.h>

#include "base/time.h"
#include "db/db.h"
#include "setting/setting.h"
#include "staff/staff_own.h"

enum { COUNT_TRY, TRY_ONE, LOCK, LOCKED, TAKE_BACK, FORGET_ONE, FORGET_OLD };

/* clang-format off */
const struct query staff_try_sql[] = {
    [COUNT_TRY] = { "staff.count_try",
        "INSERT INTO staff_try (key, n, since_at, until_at) VALUES ($1, 1, $2, 0)"
        " ON CONFLICT (key) DO UPDATE SET"
        "   n = CASE WHEN staff_try.since_at > $3 THEN staff_try.n + 1 ELSE 1 END,"
        "   since_at = CASE WHEN staff_try.since_at > $3 THEN staff_try.since_at"
        "                   ELSE excluded.since_at END"
        " RETURNING n, since_at", .types = "tii" },

    /* No row comes back while the key is locked: the guard is in the WHERE. */
    [TRY_ONE] = { "staff.try_one",
        "INSERT INTO staff_try (key, n, since_at, until_at) VALUES ($1, 1, $2, 0)"
        " ON CONFLICT (key) DO UPDATE SET"
        "   n = CASE WHEN staff_try.since_at > $3 THEN staff_try.n + 1 ELSE 1 END,"
        "   since_at = excluded.since_at"
        " WHERE staff_try.until_at <= $2"
        " RETURNING n", .types = "tii" },

    [LOCK] = { "staff.lock_try",
        "UPDATE staff_try SET until_at = $2 WHERE key = $1" },

    [LOCKED] = { "staff.locked_until",
        "SELECT until_at FROM staff_try WHERE key = $1" },

    [TAKE_BACK] = { "staff.take_back_try",
        "UPDATE staff_try SET n = n - 1, until_at = 0 WHERE key = $1 AND n > 0" },

    [FORGET_ONE] = { "staff.forget_try",
        "DELETE FROM staff_try WHERE key = $1" },

    [FORGET_OLD] = { "staff.forget_tries",
        "DELETE FROM staff_try WHERE since_at < $1 AND until_at < $2" },
    QUERY_END
};
/* clang-format on */

#define REMEMBER_MS DAY_MS           /* failures in a row are forgotten after this */
#define LOCK_MS     (60 * SECOND_MS) /* the first lock; each next is twice as long */
#define LOCK_MAX_MS (15 * MINUTE_MS)

struct limit {
    const char *key;
    i64 max, window_ms;
};

static enum err too_many(struct ctx *c, i64 wait_ms)
{
    return FAIL(c, TOO_MANY, "too many tries; wait %lld s",
                (wait_ms + SECOND_MS - 1) / SECOND_MS);
}

static enum err count(struct ctx *c, void *arg)
{
    const struct limit *l = arg;
    i64 n, since_at;

    TRY(db_one(c, &staff_try_sql[COUNT_TRY], INTO(&n, &since_at), l->key, c->now,
               c->now - l->window_ms));
    return n > l->max ? too_many(c, since_at + l->window_ms - c->now) : ERR_OK;
}

enum err staff_limit(struct ctx *c, const char *key, i64 max, i64 window_ms)
{
    struct limit l = { secret_name(c->mem, key), max, window_ms };

    return db_unit(c, count, &l);
}

/* ---- Failures in a row ------------------------------------------------------ */

static const char *login_key(struct ctx *c, const char *login)
{
    return arena_printf(c->mem, "login:%.64s", login);
}

/* HTTP Basic does not tell where it came from: all of it shares one account, ten
 * times as large. */
static const char *ip_key(struct ctx *c, const char *ip)
{
    return ip ? arena_printf(c->mem, "login-ip:%.64s", ip) : "login-basic";
}

static enum err try_one(struct ctx *c, const char *key, i64 free)
{
    i64 n, until_at = 0;
    enum err e =
        db_one(c, &staff_try_sql[TRY_ONE], INTO(&n), key, c->now, c->now - REMEMBER_MS);

    if (e == ERR_NOT_FOUND) {
        TRY(db_one(c, &staff_try_sql[LOCKED], INTO(&until_at), key));
        return too_many(c, until_at - c->now);
    }
    TRY(e);
    if (n < free) return ERR_OK;
    const i64 times = n - free < 10 ? n - free : 10, ms = LOCK_MS << times;
    return db_exec(c, &staff_try_sql[LOCK], NULL, key,
                   c->now + (ms < LOCK_MAX_MS ? ms : LOCK_MAX_MS));
}

/* Many members of staff share a shop's address, so it has more to spend; what
 * it guards against is one stranger walking through all logins. */
enum err try_begin(struct ctx *c, const char *login, const char *ip)
{
    const struct setting_scope chain = { 0 };

    const i64 times = ip ? 1 : 10;

    TRY(try_one(c, ip_key(c, ip),
                times * setting_int(c, "staff.lock_ip_after", chain)));
    return try_one(c, login_key(c, login), setting_int(c, "staff.lock_after", chain));
}

/* The address keeps its other failures: otherwise one known password would let
 * a stranger try all the others. */
enum err try_good(struct ctx *c, const char *login, const char *ip)
{
    TRY(db_exec(c, &staff_try_sql[FORGET_ONE], NULL, login_key(c, login)));
    return db_exec(c, &staff_try_sql[TAKE_BACK], NULL, ip_key(c, ip));
}

enum err try_forget(struct ctx *c)
{
    return db_exec(c, &staff_try_sql[FORGET_OLD], NULL, c->now - REMEMBER_MS, c->now);
}
