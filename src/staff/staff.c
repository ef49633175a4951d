#include "staff/staff.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/time.h"
#include "db/db.h"
#include "staff/staff_own.h"

enum err staff_may(struct ctx *c, enum right r, i64 place_id)
{
    if (c->who.kind == WHO_SYSTEM || rights_at(&c->who, place_id) >> r & 1)
        return ERR_OK;
    if (c->who.kind == WHO_NOBODY) return FAIL(c, LOGIN, "log in first");
    if (place_id)
        return FAIL(c, DENIED, "this needs the right \"%s\" at place %lld",
                    right_word(r), place_id);
    return FAIL(c, DENIED, "this needs the right \"%s\" for the whole chain",
                right_word(r));
}

/* ---- Who is asking -------------------------------------------------------------- */

enum err staff_authenticate(struct ctx *c, const struct request *q)
{
    static const char bearer[] = "Bearer ";
    const char *said = q->header ? q->header(q, "Authorization") : NULL;
    const size_t n = sizeof(bearer) - 1;

    if (said && strncasecmp(said, bearer, n) == 0 && strncmp(said + n, "prk_", 4) == 0)
        return key_enter(c, said + n);
    const char *app = q->header ? q->header(q, "X-Prilavok-App") : NULL;
    if (app && !strcmp(app, "shop"))
        return ERR_OK; /* a seller in the shop is a shopper */
    const char *token = q->cookie ? q->cookie(q, STAFF_COOKIE) : NULL;
    return token && *token ? session_enter(c, token) : ERR_OK;
}

/* ---- HTTP Basic -------------------------------------------------------------------
 *
 * 1C sends name and password with every request and has no time for argon2id at
 * each.  A pair that was right is remembered for a minute as a hash under a key
 * of this process; so a memory dump gives no password and a change of password
 * takes a minute to reach a running exchange. */

#define KNOWN       64
#define REMEMBER_MS MINUTE_MS

struct basic {
    unsigned char hash[HASH_BYTES];
    i64 account_id, until_at;
};

static struct {
    pthread_mutex_t lock;
    unsigned char key[HASH_BYTES];
    bool keyed;
    struct basic known[KNOWN];
} basics = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* The lengths go in too: ("ab", "c") is not ("a", "bc"). */
static void pair_hash(const char *login, const char *password, unsigned char *to)
{
    const u64 n = strlen(login);
    crypto_generichash_state s;

    if (!basics.keyed) randombytes_buf(basics.key, sizeof(basics.key));
    basics.keyed = true;
    crypto_generichash_init(&s, basics.key, sizeof(basics.key), HASH_BYTES);
    crypto_generichash_update(&s, (const unsigned char *)&n, sizeof(n));
    crypto_generichash_update(&s, (const unsigned char *)login, n);
    crypto_generichash_update(&s, (const unsigned char *)password, strlen(password));
    crypto_generichash_final(&s, to, HASH_BYTES);
}

static struct basic *known_at(const unsigned char *hash)
{
    return &basics.known[hash[0] % KNOWN];
}

/* The account, or 0. */
static i64 known_pair(const char *login, const char *password, i64 now)
{
    unsigned char hash[HASH_BYTES];

    pthread_mutex_lock(&basics.lock);
    pair_hash(login, password, hash);
    const struct basic *b = known_at(hash);
    const bool same = sodium_memcmp(b->hash, hash, sizeof(hash)) == 0 &&
                      now < b->until_at && b->until_at - now <= REMEMBER_MS;
    const i64 id = same ? b->account_id : 0;
    pthread_mutex_unlock(&basics.lock);
    return id;
}

static void pair_keep(const char *login, const char *password, i64 account_id, i64 now)
{
    unsigned char hash[HASH_BYTES];

    pthread_mutex_lock(&basics.lock);
    pair_hash(login, password, hash);
    struct basic *b = known_at(hash);
    memcpy(b->hash, hash, sizeof(hash));
    b->account_id = account_id;
    b->until_at = now + REMEMBER_MS;
    pthread_mutex_unlock(&basics.lock);
}

struct asking {
    i64 account_id;
    struct who who;
};

/* Rights are read each time, and an account that was switched off is nobody. */
static enum err rights_of_basic(struct ctx *c, void *arg)
{
    struct asking *w = arg;
    struct account a = { 0 };

    TRY(account_get(c, w->account_id, &a));
    if (!a.active) return FAIL(c, WRONG_SECRET, "this name or password is not right");
    w->who = (struct who){ .kind = WHO_STAFF, .id = w->account_id };
    return rights_load(c, w->account_id, &w->who);
}

enum err staff_check_basic(struct ctx *c, const char *login, const char *password,
                           struct who *ret)
{
    struct asking w = { .account_id = known_pair(login, password, c->now) };

    if (!w.account_id) {
        TRY(account_check(c, login, password, NULL, &w.account_id));
        pair_keep(login, password, w.account_id, c->now);
    }
    TRY(db_snapshot(c, rights_of_basic, &w));
    *ret = w.who;
    return ERR_OK;
}
