/* One-time codes: six digits to a phone or e-mail, five tries, ten minutes. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/contact.h"
#include "base/time.h"
#include "customer/customer_own.h"
#include "message/message.h"
#include "staff/staff.h"

enum { PUT, TRY_ONE, DROP, TIDY };

/* clang-format off */
const struct query customer_code_sql[] = {
    [PUT] = { "customer.put_code",
        "INSERT INTO customer_code (kind, value, hash, salt, until_at, tries)"
        " VALUES ($1, $2, $3, $4, $5, 0)"
        " ON CONFLICT (kind, value) DO UPDATE SET hash = excluded.hash, salt = excluded.salt,"
        "   until_at = excluded.until_at, tries = 0" },

    /* Counted before it is compared: many tries at once are many tries. */
    [TRY_ONE] = { "customer.try_code",
        "UPDATE customer_code SET tries = tries + 1"
        " WHERE kind = $1 AND value = $2 AND tries < $3 AND until_at > $4"
        " RETURNING hash, salt" },

    [DROP] = { "customer.drop_code", "DELETE FROM customer_code WHERE kind = $1 AND value = $2" },

    [TIDY] = { "customer.tidy_codes", "DELETE FROM customer_code WHERE until_at <= $1" },
    QUERY_END
};
/* clang-format on */

enum { HASH_BYTES = 16, SALT_BYTES = 16 };

static struct bytes hash_of(struct arena *mem, struct bytes salt, const char *code)
{
    unsigned char *hash = arena_raw(mem, HASH_BYTES);

    if (crypto_generichash(hash, HASH_BYTES, (const unsigned char *)code, strlen(code),
                           salt.at, salt.n))
        abort();
    return (struct bytes){ hash, HASH_BYTES };
}

static enum err send(struct ctx *c, int kind, const char *value, const char *code,
                     const char *template_name)
{
    i64 customer_id = 0;
    const enum err e = customer_key_owner(c, kind, value, &customer_id);

    if (e && e != ERR_NOT_FOUND) return e;
    return message_send(
        c, &(struct message_new){
               .customer_id = customer_id,
               .channel = kind == KEY_EMAIL ? MESSAGE_EMAIL : MESSAGE_SMS,
               .to = value,
               .template_name = template_name,
               .args = arena_printf(c->mem, "{\"code\":\"%s\",\"minutes\":\"%d\"}",
                                    code, CODE_MINUTES),
               .lang = c->lang ? c->lang : "ru",
               .secret = true });
}

/* The same work whether somebody has this address or not: who logs in with a new
 * one becomes a customer. */
enum err customer_code_send(struct ctx *c, const char *to, const char *ip)
{
    const char *value;
    int kind;

    TRY(customer_address(c, to, &kind, &value));
    TRY(staff_limit(c, arena_printf(c->mem, "code:%s", contact_token(c->mem, value)), 3,
                    CODE_MINUTES * MINUTE_MS));
    TRY(staff_limit(c, arena_printf(c->mem, "code-ip:%s", ip ? ip : "?"), 30, HOUR_MS));
    return customer_code_ask(c, kind, value, "login_code");
}

enum err customer_code_ask(struct ctx *c, int kind, const char *value,
                           const char *template_name)
{
    unsigned char random[SALT_BYTES];
    const struct bytes salt = { random, SALT_BYTES };

    if (sodium_init() < 0) abort();
    randombytes_buf(random, sizeof(random));
    const char *code = arena_printf(c->mem, "%06u", randombytes_uniform(1000000));
    TRY(customer_fresh(c, kind, value));
    TRY(db_exec(c, &customer_code_sql[PUT], NULL, kind, contact_seal(c->mem, value),
                hash_of(c->mem, salt, code), salt, c->now + CODE_MINUTES * MINUTE_MS));
    return send(c, kind, value, code, template_name);
}

struct attempt {
    int kind;
    const char *value, *code;
    bool right;
};

static enum err attempt(struct ctx *c, void *arg)
{
    struct attempt *a = arg;
    const char *kept = contact_seal(c->mem, a->value);
    struct bytes hash, salt;

    a->right = false;
    TRY(customer_fresh(c, a->kind, a->value));
    const enum err e = db_one(c, &customer_code_sql[TRY_ONE], INTO(&hash, &salt),
                              a->kind, kept, CODE_TRIES, c->now);
    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    const struct bytes said = hash_of(c->mem, salt, a->code);
    a->right = hash.n == said.n && !sodium_memcmp(hash.at, said.at, said.n);
    if (!a->right) return ERR_OK;
    return db_exec(c, &customer_code_sql[DROP], NULL, a->kind, kept);
}

enum err customer_code_check(struct ctx *c, int kind, const char *value,
                             const char *code)
{
    struct attempt a = { kind, value, code, false };

    TRY(db_unit(c, attempt, &a));
    if (!a.right)
        return FAIL_FIELD(c, WRONG_SECRET, "code",
                          "this code is wrong, used up or too old");
    return ERR_OK;
}

enum err customer_codes_tidy(struct ctx *c)
{
    return db_exec(c, &customer_code_sql[TIDY], NULL, c->now);
}
