/* Keys that are nobody's: typed to be left alone, a shop's own, brought by too many. */
#include <string.h>

#include "base/contact.h"
#include "base/text.h"
#include "customer/customer_merge.h"
#include "customer/customer_own.h"
#include "customer/customer_resolve.h"
#include "event/event.h"
#include "staff/staff.h"

enum { TAKE, PUT, GET, GIVE, DROP, RELEASED, LIST, SHOPS, PEOPLE, KEYS, SHARED };

/* clang-format off */
#define COLUMNS "kind, value, why, people, owner_id, note, at, who_id"
const struct query customer_block_sql[] = {
    [TAKE] = { "customer.take_key",
        "INSERT INTO customer_key (kind, value, customer_id, added_at) VALUES ($1, $2, 0, $3)"
        " ON CONFLICT (kind, value) DO UPDATE SET customer_id = 0, born_id = NULL, confirmed_at = NULL, read_at = NULL",
        .types = "iti" },

    [PUT] = { "customer.block_key",
        "INSERT INTO customer_key_block (kind, value, why, people, owner_id, note, at, who_kind, who_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (kind, value) DO UPDATE SET why = excluded.why, people = excluded.people,"
        "   owner_id = CASE WHEN excluded.owner_id <> 0 THEN excluded.owner_id ELSE customer_key_block.owner_id END,"
        "   note = excluded.note, at = excluded.at, who_kind = excluded.who_kind, who_id = excluded.who_id" },

    [GET] = { "customer.get_block",
        "SELECT why, owner_id FROM customer_key_block WHERE kind = $1 AND value = $2" },

    [GIVE] = { "customer.give_key_back",
        "UPDATE customer_key SET customer_id = $3, added_at = $4"
        " WHERE kind = $1 AND value = $2 AND customer_id = 0", .types = "itii" },

    [DROP] = { "customer.free_key",
        "DELETE FROM customer_key WHERE kind = $1 AND value = $2 AND customer_id = 0" },

    [RELEASED] = { "customer.release_key",
        "UPDATE customer_key_block SET why = 3, note = $3, at = $4, who_kind = $5, who_id = $6"
        " WHERE kind = $1 AND value = $2 AND why <> 3" },

    [LIST] = { "customer.list_blocks",
        "SELECT " COLUMNS " FROM customer_key_block ORDER BY at DESC LIMIT 500" },

    [SHOPS] = { "customer.shop_phones",
        "SELECT id, phone FROM pub_place_place WHERE phone <> ''", .scan = "some hundreds of places, once an hour" },

    [PEOPLE] = { "customer.count_users",
        "SELECT COUNT(*) FROM customer_key_use WHERE kind = $1 AND value = $2" },

    [KEYS] = { "customer.held_keys",
        "SELECT kind, value, added_at, confirmed_at, born_id FROM customer_key WHERE customer_id = $1"
        " ORDER BY kind, added_at, value LIMIT 500" },

    [SHARED] = { "customer.shared_keys",
        "SELECT u.kind, u.value, u.first_at, u.born_id, COALESCE(k.customer_id, 0) FROM customer_key_use u"
        "  LEFT JOIN customer_key k ON k.kind = u.kind AND k.value = u.value"
        " WHERE u.customer_id = $1 ORDER BY u.kind, u.first_at LIMIT 500" },
    QUERY_END
};
/* clang-format on */

#define Q customer_block_sql

const char *const block_why_words[] = { "office", "shop", "many", "released", NULL };

/* ---- What is no key at all ------------------------------------------------------ */

static bool all_same(const char *digits)
{
    return *digits && strspn(digits, (char[]){ *digits, '\0' }) == strlen(digits);
}

static bool junk_mail(const char *value)
{
    static const char *const names[] = { "test",    "no",      "net",     "nomail",
                                         "none",    "noemail", "example", "null",
                                         "qwerty",  "asdf",    "123",     "1",
                                         "noreply", "no-reply" };
    const char *at = strchr(value, '@');
    const size_t n = at ? (size_t)(at - value) : 0;

    if (at && !strncmp(at, "@example.", 9)) return true;
    if (n && n < 16) {
        char name[16] = { 0 };

        memcpy(name, value, n);
        for (size_t k = 0; k < COUNT(names); k++)
            if (!strcmp(name, names[k])) return true;
    }
    return false;
}

/* What telephones say who have no number of their own: one letter all over, the number
 * that a million Androids of 2010 share, an emulator's. */
static bool junk_device(const char *value)
{
    static const char *const shared[] = { "9774d56d682e549c", "000000000000000" };
    const char *s = value + strspn(value, "-");

    if (strspn(value, (char[]){ *s, '-', '\0' }) == strlen(value)) return true;
    for (size_t k = 0; k < COUNT(shared); k++)
        if (!strcmp(value, shared[k])) return true;
    return false;
}

bool customer_key_is_junk(int kind, const char *value)
{
    static const char *const words[] = { "null",      "undefined", "none", "-1",
                                         "anonymous", "unknown",   "nan",  "(null)",
                                         "guest",     "test",      "nil" };

    if (kind == KEY_PHONE)
        return strlen(value) > 7 &&
               (all_same(value + 2) || strstr(value, "1234567890"));
    if (kind == KEY_EMAIL) return junk_mail(value);
    if (strspn(value, "0-") == strlen(value)) return true;
    if (kind == KEY_DEVICE) return junk_device(value);
    if (kind == KEY_CARD) return all_same(value);
    for (size_t k = 0; k < COUNT(words); k++)
        if (!strcasecmp(value, words[k])) return true;
    return false;
}

/* ---- Nobody's, and somebody's again ------------------------------------------- */

enum err customer_block_add(struct ctx *c, int kind, const char *value, int why,
                            const char *note)
{
    const char *norm = customer_key_norm(c->mem, kind, value);
    i64 owner = 0, people;

    if (!norm)
        return FAIL_FIELD(c, BAD_ARGUMENT, "value", "\"%s\" is no %s", value,
                          customer_kind_words[kind]);
    const char *kept = contact_seal(c->mem, norm);
    TRY(customer_fresh(c, kind, norm));
    const enum err e = customer_key_owner(c, kind, norm, &owner);
    if (e && e != ERR_NOT_FOUND) return e;
    TRY(db_one(c, &Q[PEOPLE], INTO(&people), kind, kept));
    TRY(db_exec(c, &Q[TAKE], NULL, kind, kept, c->now));
    TRY(db_exec(c, &Q[PUT], NULL, kind, kept, why, people + (owner != 0), owner, note,
                c->now, c->who.kind, c->who.id));
    if (owner) TRY(customer_key_note(c, owner, kind, norm, KEY_REMOVED));
    return event_emit(c, "customer.key_blocked", owner,
                      arena_printf(c->mem, "{\"kind\":\"%s\",\"why\":\"%s\"}",
                                   customer_kind_words[kind], block_why_words[why]));
}

enum err customer_block_release(struct ctx *c, int kind, const char *value,
                                const char *note)
{
    const char *norm = customer_key_norm(c->mem, kind, value);
    const char *kept = contact_seal(c->mem, norm);
    i64 why, owner, n;

    if (norm) TRY(customer_fresh(c, kind, norm));
    const enum err e =
        norm ? db_one(c, &Q[GET], INTO(&why, &owner), kind, kept) : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND || (!e && why == BLOCK_RELEASED))
        return FAIL(c, NOT_FOUND, "%s is not blocked", value);
    TRY(e);
    TRY(db_exec(c, &Q[RELEASED], &n, kind, kept, note, c->now, c->who.kind, c->who.id));
    if (!owner) return db_exec(c, &Q[DROP], NULL, kind, kept);
    TRY(customer_living(c, owner, &owner));
    TRY(db_exec(c, &Q[GIVE], NULL, kind, kept, owner, c->now));
    return customer_key_note(c, owner, kind, norm, KEY_ADDED);
}

enum err customer_blocks(struct ctx *c, struct list *ret)
{
    struct customer_block b = { 0 };
    i64 kind, why;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows0(c, &r, &Q[LIST]));
    while (db_next(&r, INTO(&kind, &b.value, &why, &b.people, &b.owner_id, &b.note,
                            &b.at, &b.who_id))) {
        b.kind = (int)kind;
        b.value = contact_open(c->mem, b.value);
        b.why = (int)why;
        *(struct customer_block *)list_add(c->mem, ret, sizeof(b)) = b;
    }
    return r.err;
}

enum err customer_block_shops(struct ctx *c, void *unused)
{
    struct list phones = { 0 };
    const char *phone;
    i64 id, why, owner;
    ROWS r;

    (void)unused;
    TRY(db_rows0(c, &r, &Q[SHOPS]));
    while (db_next(&r, INTO(&id, &phone)))
        *(const char **)list_add(c->mem, &phones, sizeof(phone)) = phone;
    TRY(r.err);
    for (size_t k = 0; k < phones.n; k++) {
        const char *norm = customer_phone_norm(c->mem, ((const char **)phones.at)[k]);

        if (!norm) continue;
        const enum err e = db_one(c, &Q[GET], INTO(&why, &owner), KEY_PHONE, norm);
        if (e == ERR_NOT_FOUND)
            TRY(customer_block_add(c, KEY_PHONE, norm, BLOCK_SHOP, ""));
        else
            TRY(e);
    }
    return ERR_OK;
}

/* ---- As people see it ------------------------------------------------------------ */

enum err customer_held_keys(struct ctx *c, i64 id, struct list *ret)
{
    struct customer_held h = { 0 };
    i64 kind;

    *ret = (struct list){ 0 };
    {
        ROWS r;
        TRY(db_rows(c, &r, &Q[KEYS], id));
        while (
            db_next(&r, INTO(&kind, &h.value, &h.since, &h.confirmed_at, &h.born_id))) {
            h.kind = (int)kind;
            h.value = contact_open(c->mem, h.value);
            *(struct customer_held *)list_add(c->mem, ret, sizeof(h)) = h;
        }
        TRY(r.err);
    }
    h = (struct customer_held){ .shared = true, .confirmed_at = NONE };
    ROWS r;
    TRY(db_rows(c, &r, &Q[SHARED], id));
    while (db_next(&r, INTO(&kind, &h.value, &h.since, &h.born_id, &h.owner_id))) {
        h.kind = (int)kind;
        h.value = contact_open(c->mem, h.value);
        *(struct customer_held *)list_add(c->mem, ret, sizeof(h)) = h;
    }
    return r.err;
}
