/* Keys: whose a phone, e-mail or card is. */
#include <string.h>

#include "base/contact.h"
#include "base/id.h"
#include "base/person.h"
#include "customer/customer_consent.h"
#include "customer/customer_own.h"
#include "customer/customer_resolve.h"
#include "event/event.h"

enum { OWNER, OPENS, CLAIM, CONFIRM, READ, OF, DROP, LOG };

/* clang-format off */
const struct query customer_key_sql[] = {
    [OWNER] = { "customer.get_key",
        "SELECT customer_id FROM customer_key WHERE kind = $1 AND value IN ($2, $3) AND customer_id <> 0",
        .types = "itt" },

    /* 0 nobody, 1 himself, 4 the house: whoever orders as a guest may say whose telephone
     * he likes and his own address.  2 staff and 3 keys of the chain are believed. */
    [OPENS] = { "customer.key_opens",
        "SELECT k.customer_id, CASE"
        "  WHEN k.confirmed_at IS NOT NULL THEN 1"
        "  WHEN COALESCE((SELECT l.who_kind FROM customer_key_log l WHERE l.customer_id = k.customer_id"
        "    AND l.kind = k.kind AND l.value = k.value AND l.what = 0 ORDER BY l.id DESC LIMIT 1), 0) IN (2, 3) THEN 1"
        "  WHEN EXISTS (SELECT 1 FROM customer_key o WHERE o.customer_id = k.customer_id AND o.kind <= 1"
        "    AND o.confirmed_at IS NOT NULL) THEN 0"
        "  WHEN k.added_at > COALESCE((SELECT p.created_at FROM customer_person p"
        "    WHERE p.id = COALESCE(k.born_id, k.customer_id)), 0) THEN 0"
        "  ELSE 1 END"
        "  FROM customer_key k WHERE k.kind = $1 AND k.value = $2 AND k.customer_id <> 0" },

    [CLAIM] = { "customer.claim_key",
        "INSERT INTO customer_key (kind, value, customer_id, added_at, born_id) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (kind, value) DO NOTHING" },

    [CONFIRM] = { "customer.confirm_key",
        "UPDATE customer_key SET confirmed_at = $4"
        " WHERE kind = $1 AND value = $2 AND customer_id = $3 AND confirmed_at IS NULL" },

    [READ] = { "customer.key_read",
        "UPDATE customer_key SET read_at = $4 WHERE kind = $1 AND value = $2 AND customer_id = $3", .types = "itii" },

    [OF] = { "customer.list_keys",
        "SELECT kind, value, confirmed_at, read_at FROM customer_key WHERE customer_id = $1 AND kind <= 2"
        " ORDER BY kind, added_at, value" },

    [DROP] = { "customer.drop_key",
        "DELETE FROM customer_key WHERE kind = $1 AND value = $2 AND customer_id = $3 AND customer_id <> 0" },

    [LOG] = { "customer.log_key",
        "INSERT INTO customer_key_log (customer_id, id, kind, value, what, at, who_kind, who_id, born_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" },
    QUERY_END
};
/* clang-format on */

enum err customer_key_owner(struct ctx *c, int kind, const char *value, i64 *ret_id)
{
    return db_one(c, &customer_key_sql[OWNER], INTO(ret_id), kind,
                  contact_seal(c->mem, value), contact_before(c->mem, value));
}

enum err customer_key_note(struct ctx *c, i64 customer_id, int kind, const char *value,
                           int what)
{
    return db_exec(c, &customer_key_sql[LOG], NULL, customer_id, id_new(c), kind,
                   contact_seal(c->mem, value), what, c->now, c->who.kind, c->who.id,
                   person_born(c, customer_id));
}

enum err customer_key_claim(struct ctx *c, int kind, const char *value, i64 customer_id,
                            i64 *ret_owner)
{
    i64 n;

    TRY(customer_fresh(c, kind, value));
    TRY(db_exec(c, &customer_key_sql[CLAIM], &n, kind, contact_seal(c->mem, value),
                customer_id, c->now, person_born(c, customer_id)));
    *ret_owner = customer_id;
    if (n) return customer_key_note(c, customer_id, kind, value, KEY_ADDED);
    const enum err e = customer_key_owner(c, kind, value, ret_owner);
    return e == ERR_NOT_FOUND ? FAIL(c, WRONG_STATE,
                                     "%s is used by many people and is nobody's", value)
                              : e;
}

enum err customer_key_confirm(struct ctx *c, int kind, const char *value,
                              i64 customer_id)
{
    i64 n;

    TRY(customer_fresh(c, kind, value));
    TRY(db_exec(c, &customer_key_sql[CONFIRM], &n, kind, contact_seal(c->mem, value),
                customer_id, c->now));
    if (n) TRY(customer_key_note(c, customer_id, kind, value, KEY_CONFIRMED));
    return customer_confirmed(c, customer_id, kind);
}

enum err customer_key_off(struct ctx *c, i64 customer_id, int kind, const char *value,
                          i64 *ret_n)
{
    TRY(customer_fresh(c, kind, value));
    TRY(db_exec(c, &customer_key_sql[DROP], ret_n, kind, contact_seal(c->mem, value),
                customer_id));
    return *ret_n ? customer_key_note(c, customer_id, kind, value, KEY_REMOVED)
                  : ERR_OK;
}

/* Whose it is, 0 nobody's; would it let its reader in there? */
static enum err who_opens(struct ctx *c, int kind, const char *value, i64 *ret_owner,
                          bool *ret_opens)
{
    *ret_owner = 0;
    *ret_opens = true;
    TRY(customer_fresh(c, kind, value));
    const enum err e = db_one(c, &customer_key_sql[OPENS], INTO(ret_owner, ret_opens),
                              kind, contact_seal(c->mem, value));
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err customer_key_read(struct ctx *c, int kind, const char *value, i64 customer_id)
{
    i64 owner;
    bool opens;

    TRY(who_opens(c, kind, value, &owner, &opens));
    if (opens) return customer_key_confirm(c, kind, value, customer_id);
    TRY(db_exec(c, &customer_key_sql[READ], NULL, kind, contact_seal(c->mem, value),
                customer_id, c->now));
    return customer_confirmed(c, customer_id, kind);
}

enum err customer_key_believe(struct ctx *c, int kind, const char *value)
{
    i64 owner, n;
    bool opens;

    TRY(who_opens(c, kind, value, &owner, &opens));
    if (opens) return ERR_OK;
    TRY(customer_key_off(c, owner, kind, value, &n));
    return event_emit(
        c, "customer.key_disowned", owner,
        arena_printf(c->mem, "{\"kind\":\"%s\"}", customer_kind_words[kind]));
}

void customer_keys_ahead(struct ctx *c, i64 customer_id)
{
    (void)db_ahead(c, &customer_key_sql[OF], customer_id);
}

enum err customer_keys_of(struct ctx *c, i64 customer_id, struct list *ret)
{
    struct customer_key k = { 0 };
    i64 kind;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &customer_key_sql[OF], customer_id));
    while (db_next(&r, INTO(&kind, &k.value, &k.confirmed_at, &k.read_at))) {
        k.kind = (int)kind;
        k.value = contact_open(c->mem, k.value);
        *(struct customer_key *)list_add(c->mem, ret, sizeof(k)) = k;
    }
    return r.err;
}

static void bad_key(struct ctx *c, int kind, const char *field, const char *said)
{
    switch (kind) {
    case KEY_PHONE:
        FAIL_MORE(c, BAD_ARGUMENT, field, "\"%s\" is no phone number", said);
        break;
    case KEY_EMAIL:
        FAIL_MORE(c, BAD_ARGUMENT, field, "\"%s\" is no e-mail address", said);
        break;
    default:
        FAIL_MORE(c, BAD_ARGUMENT, field, "\"%s\" is no card number", said);
    }
}

enum err customer_keys_read(struct ctx *c, const char *phone, const char *email,
                            const char *card, struct read_keys *ret)
{
    const char *const said[] = { phone, email, card };
    enum err e = ERR_OK;

    for (int kind = KEY_PHONE; kind <= KEY_CARD; kind++) {
        const bool given = said[kind] && *said[kind];

        ret->value[kind] = given ? customer_key_norm(c->mem, kind, said[kind]) : NULL;
        if (!given || ret->value[kind]) continue;
        bad_key(c, kind, customer_key_words[kind], said[kind]);
        e = ERR_BAD_ARGUMENT;
    }
    return e;
}

enum err customer_address(struct ctx *c, const char *to, int *ret_kind,
                          const char **ret_value)
{
    *ret_kind = strchr(to, '@') ? KEY_EMAIL : KEY_PHONE;
    *ret_value = customer_key_norm(c->mem, *ret_kind, to);
    if (!*ret_value)
        return FAIL_FIELD(c, BAD_ARGUMENT, "to",
                          "\"%s\" is neither a phone nor an e-mail", to);
    return ERR_OK;
}

static bool has(const struct list *keys, const struct customer_key *key)
{
    const struct customer_key *k = keys->at;

    for (size_t n = 0; n < keys->n; n++)
        if (k[n].kind == key->kind && !strcmp(k[n].value, key->value)) return true;
    return false;
}

static enum err read_all(struct ctx *c, const struct list *said, struct list *ret)
{
    const struct customer_key *k = said->at;
    enum err e = ERR_OK;

    *ret = (struct list){ 0 };
    for (size_t n = 0; n < said->n; n++) {
        struct customer_key read = k[n];

        read.value = customer_key_norm(c->mem, k[n].kind, k[n].value);
        if (read.value) {
            if (!has(ret, &read))
                *(struct customer_key *)list_add(c->mem, ret, sizeof(read)) = read;
            continue;
        }
        bad_key(c, k[n].kind, arena_printf(c->mem, "keys[%zu].value", n), k[n].value);
        e = ERR_BAD_ARGUMENT;
    }
    return e;
}

enum err customer_keys_set(struct ctx *c, i64 customer_id, const struct list *keys)
{
    struct list want, have;
    i64 owner, gone;

    TRY(read_all(c, keys, &want));
    TRY(customer_keys_of(c, customer_id, &have));
    const struct customer_key *h = have.at, *w = want.at;
    for (size_t n = 0; n < have.n; n++) {
        if (has(&want, &h[n])) continue;
        TRY(customer_key_off(c, customer_id, h[n].kind, h[n].value, &gone));
    }
    for (size_t n = 0; n < want.n; n++) {
        if (has(&have, &w[n])) continue;
        TRY(customer_key_claim(c, w[n].kind, w[n].value, customer_id, &owner));
        if (owner != customer_id)
            FAIL_MORE(c, EXISTS, arena_printf(c->mem, "keys[%zu].value", n),
                      "%s %s belongs to customer %lld", customer_key_words[w[n].kind],
                      w[n].value, owner);
    }
    return c->fault.err;
}

/* By a card nobody logs in. */
static bool opens(const struct customer_key *k)
{
    return k->kind != KEY_CARD && k->confirmed_at != NONE;
}

enum err customer_key_drop(struct ctx *c, i64 customer_id, const char *key)
{
    const struct customer_key *k;
    struct list all;
    int kind, left = 0;
    const char *value;
    i64 n;

    TRY(customer_address(c, key, &kind, &value));
    TRY(customer_keys_of(c, customer_id, &all));
    k = all.at;
    for (size_t i = 0; i < all.n; i++)
        left += opens(&k[i]) && (k[i].kind != kind || strcmp(k[i].value, value) != 0);
    if (!left)
        return FAIL_FIELD(c, WRONG_STATE, "key", "%s is the last to log in with",
                          value);
    TRY(customer_key_off(c, customer_id, kind, value, &n));
    return n ? ERR_OK : FAIL(c, NOT_FOUND, "%s is not yours", value);
}
