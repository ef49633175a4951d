/* PINs: what lets a seller in where nobody can be asked.
 *
 * PBKDF2 because every browser has it of its own; six digits are six digits under
 * any function, so what protects them is that they open one till in one shop, that
 * the till counts failures, and that the shop can close it (ADR-0020). */
#include <sodium.h>
#include <stdlib.h>

#include "till/till_own.h"

enum { ROUNDS = 600000, SALT_BYTES = 16, HASH_BYTES = 32 };
enum { PUT, GET };

/* clang-format off */
const struct query till_pin_sql[] = {
    [PUT] = { "till.put_pin",
        "INSERT INTO till_pin (account_id, salt, rounds, hash, changed_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (account_id) DO UPDATE SET salt = excluded.salt, rounds = excluded.rounds,"
        "       hash = excluded.hash, changed_at = excluded.changed_at" },

    [GET] = { "till.get_pin",
        "SELECT salt, rounds, hash FROM till_pin WHERE account_id = $1" },
    QUERY_END
};
/* clang-format on */

/* PBKDF2-HMAC-SHA-256, one block (RFC 8018, 5.2): a round costs two compressions,
 * since the keyed states are made once. */
static void pbkdf2(const char *pin, const unsigned char *salt, unsigned char *to)
{
    static const unsigned char first[4] = { 0, 0, 0, 1 };
    crypto_auth_hmacsha256_state keyed, s;
    unsigned char u[HASH_BYTES];

    crypto_auth_hmacsha256_init(&keyed, (const unsigned char *)pin, strlen(pin));
    s = keyed;
    crypto_auth_hmacsha256_update(&s, salt, SALT_BYTES);
    crypto_auth_hmacsha256_update(&s, first, sizeof(first));
    crypto_auth_hmacsha256_final(&s, u);
    memcpy(to, u, sizeof(u));
    for (int k = 1; k < ROUNDS; k++) {
        s = keyed;
        crypto_auth_hmacsha256_update(&s, u, sizeof(u));
        crypto_auth_hmacsha256_final(&s, u);
        for (size_t n = 0; n < sizeof(u); n++) to[n] ^= u[n];
    }
    sodium_memzero(&keyed, sizeof(keyed));
}

/* What people take when they are told to take something. */
static bool too_easy(const char *pin)
{
    int same = 0, up = 0, down = 0;
    const int n = (int)strlen(pin);

    for (int k = 1; k < n; k++) {
        same += pin[k] == pin[k - 1];
        up += pin[k] == pin[k - 1] + 1;
        down += pin[k] == pin[k - 1] - 1;
    }
    return same == n - 1 || up == n - 1 || down == n - 1;
}

struct setting_pin {
    unsigned char salt[SALT_BYTES], hash[HASH_BYTES];
};

static enum err put(struct ctx *c, void *arg)
{
    struct setting_pin *w = arg;

    TRY(db_exec(c, &till_pin_sql[PUT], NULL, c->who.id,
                ((struct bytes){ w->salt, SALT_BYTES }), ROUNDS,
                ((struct bytes){ w->hash, HASH_BYTES }), c->now));
    return staff_audit(c, "till.pin_set", c->who.id, NULL);
}

enum err till_pin_set(struct ctx *c, const struct request *q, const char *password,
                      const char *pin)
{
    struct setting_pin w;
    const size_t n = strlen(pin);

    if (n < 6 || n > 12 || strspn(pin, "0123456789") != n)
        return FAIL_FIELD(c, BAD_ARGUMENT, "pin", "a PIN is 6 to 12 digits");
    if (too_easy(pin))
        return FAIL_FIELD(c, BAD_ARGUMENT, "pin",
                          "this PIN is the first one to be tried");
    TRY(staff_is_me(c, q, password));
    if (sodium_init() < 0) abort();
    randombytes_buf(w.salt, sizeof(w.salt));
    pbkdf2(pin, w.salt, w.hash);
    return db_unit(c, put, &w);
}

static const char *hex(struct arena *mem, struct bytes b)
{
    char *to = arena_raw(mem, 2 * b.n + 1);

    return sodium_bin2hex(to, 2 * b.n + 1, b.at, b.n);
}

enum err till_pins(struct ctx *c, i64 place_id, struct list *ret)
{
    struct list people = { 0 };
    struct bytes salt, hash;
    i64 rounds;

    TRY(staff_people(c, RIGHT_SELL_OFFLINE, place_id, &people));
    const struct staff_person *p = people.at;
    for (size_t k = 0; k < people.n; k++) {
        const enum err e =
            db_one(c, &till_pin_sql[GET], INTO(&salt, &rounds, &hash), p[k].id);
        if (e == ERR_NOT_FOUND) continue;
        TRY(e);
        *(struct till_pin *)list_add(c->mem, ret, sizeof(struct till_pin)) =
            (struct till_pin){ p[k].id,           p[k].login,        p[k].name,
                               hex(c->mem, salt), hex(c->mem, hash), rounds };
    }
    return ERR_OK;
}
