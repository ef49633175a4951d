/* Double opt-in: a yes for an address that nobody has proved waits until its owner
 * opens the link of a letter or types a code; nobody is reminded, and what is not
 * confirmed in time was never said. */
#include "customer/customer_wait.h"

#include <string.h>

#include "base/person.h"
#include "base/time.h"
#include "customer/customer_link.h"
#include "customer/customer_own.h"
#include "customer/customer_proof.h"
#include "message/message.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum { PUT, DROP, UNTIL, WAITED, TIDY };

/* clang-format off */
const struct query customer_wait_sql[] = {
    [PUT] = { "customer.put_wait",
        "INSERT INTO customer_consent_wait (customer_id, purpose, channel, at, until_at, text_version, source,"
        "                                   who_kind, who_id, lang, device_id, born_id, place_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " ON CONFLICT (customer_id, purpose, channel) DO UPDATE SET at = excluded.at, until_at = excluded.until_at,"
        "   text_version = excluded.text_version, source = excluded.source, who_kind = excluded.who_kind,"
        "   who_id = excluded.who_id, lang = excluded.lang, device_id = excluded.device_id, born_id = excluded.born_id,"
        "   place_id = excluded.place_id" },

    [DROP] = { "customer.drop_wait",
        "DELETE FROM customer_consent_wait WHERE customer_id = $1 AND purpose = $2 AND channel = $3" },

    [UNTIL] = { "customer.wait_until",
        "SELECT until_at FROM customer_consent_wait"
        " WHERE customer_id = $1 AND purpose = $2 AND channel = $3 AND until_at > $4" },

    [WAITED] = { "customer.list_waits",
        "SELECT purpose, channel, at, text_version, source, who_kind, who_id, lang, device_id, place_id"
        "  FROM customer_consent_wait WHERE customer_id = $1 AND until_at > $2 ORDER BY purpose, channel" },

    [TIDY] = { "customer.tidy_waits", "DELETE FROM customer_consent_wait WHERE until_at <= $1" },
    QUERY_END
};
/* clang-format on */

#define Q customer_wait_sql

#define ASKS_A_DAY 3

static const struct setting_scope chain = { 0 };

/* Which key a channel goes by; -1: none that can be proved. */
static int key_of(int channel)
{
    switch (channel) {
    case CONSENT_EMAIL:
        return KEY_EMAIL;
    case CONSENT_SMS:
    case CONSENT_CALL:
        return KEY_PHONE;
    default:
        return -1;
    }
}

bool customer_confirms(struct ctx *c, int channel)
{
    switch (channel) {
    case CONSENT_EMAIL:
        return setting_bool(c, "customer.confirm_email", chain);
    case CONSENT_SMS:
        return setting_bool(c, "customer.confirm_sms", chain);
    case CONSENT_CALL:
        return setting_bool(c, "customer.confirm_call", chain);
    default:
        return false;
    }
}

enum err consent_address(struct ctx *c, i64 customer_id, int channel,
                         struct address *ret)
{
    struct list keys;

    *ret = (struct address){ .kind = key_of(channel), .proved = true };
    if (!customer_confirms(c, channel)) return ERR_OK;
    TRY(customer_keys_of(c, customer_id, &keys));
    const struct customer_key *k = keys.at;
    ret->proved = false;
    for (size_t i = 0; i < keys.n; i++) {
        if (k[i].kind != ret->kind) continue;
        ret->proved |= k[i].confirmed_at != NONE || k[i].read_at != NONE;
        if (!ret->value) ret->value = k[i].value;
    }
    return ERR_OK;
}

/* ---- Asking -------------------------------------------------------------------------
 */

static enum err ask_by_letter(struct ctx *c, i64 customer_id, const char *lang,
                              const char *value, const char *link)
{
    return message_send(c, &(struct message_new){
                               .customer_id = customer_id,
                               .channel = MESSAGE_EMAIL,
                               .to = value,
                               .template_name = "consent_confirm",
                               .args = arena_printf(c->mem, "{\"link\":\"%s\"}", link),
                               .lang = lang });
}

/* A letter has room for a link; a text message gets a code, and so does a letter where
 * the site's address is not known. */
static enum err ask(struct ctx *c, i64 customer_id, const char *lang,
                    const struct address *to, i64 until_at)
{
    struct link l = { LINK_CONFIRM, customer_id, until_at, { 0 } };
    const char *url = NULL;

    link_address(&l, to->value);
    if (to->kind == KEY_EMAIL) TRY(link_page(c, &l, "/preferences#confirm=", &url));
    if (url) return ask_by_letter(c, customer_id, lang, to->value, url);
    return customer_code_ask(c, to->kind, to->value, "consent_code");
}

/* Several purposes at once are one letter; whoever says it again and again is not
 * written to again and again. */
static enum err ask_once(struct ctx *c, i64 customer_id, const char *lang,
                         const struct address *to, i64 until_at)
{
    const char *key = arena_printf(c->mem, "consent:%s:%lld", to->value, c->now);
    enum err e = staff_limit(c, key, 1, MINUTE_MS);

    if (!e)
        e = staff_limit(c, arena_printf(c->mem, "consent:%s", to->value), ASKS_A_DAY,
                        DAY_MS);
    if (e == ERR_TOO_MANY) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    return ask(c, customer_id, lang, to, until_at);
}

enum err consent_wait(struct ctx *c, i64 customer_id, const struct consent_proof *p,
                      const struct address *to)
{
    const i64 hours = setting_int(c, "customer.confirm_hours", chain);
    const i64 until_at = c->now + hours * HOUR_MS;

    TRY(db_exec(c, &Q[PUT], NULL, customer_id, p->purpose, p->channel, p->at, until_at,
                p->text_version, p->source, p->who_kind, p->who_id, p->lang,
                p->device_id, person_born(c, customer_id), p->place_id));
    return to->value ? ask_once(c, customer_id, p->lang, to, until_at) : ERR_OK;
}

/* ---- What comes of it ---------------------------------------------------------------
 */

enum err consent_wait_drop(struct ctx *c, i64 customer_id, int purpose, int channel,
                           i64 *ret_n)
{
    return db_exec(c, &Q[DROP], ret_n, customer_id, purpose, channel);
}

enum err consent_waits(struct ctx *c, i64 customer_id, int purpose, int channel,
                       i64 *ret_until)
{
    const enum err e =
        db_one(c, &Q[UNTIL], INTO(ret_until), customer_id, purpose, channel, c->now);

    if (e != ERR_NOT_FOUND) return e;
    *ret_until = NONE;
    return ERR_OK;
}

static enum err waited(struct ctx *c, i64 customer_id, int key_kind, struct list *ret)
{
    i64 purpose, channel, source, who_kind;
    struct consent_proof p = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[WAITED], customer_id, c->now));
    while (
        db_next(&r, INTO(&purpose, &channel, &p.at, &p.text_version, &source, &who_kind,
                         &p.who_id, &p.lang, &p.device_id, &p.place_id))) {
        if (key_of((int)channel) != key_kind) continue;
        p.purpose = (int)purpose;
        p.channel = (int)channel;
        p.source = (int)source;
        p.who_kind = (int)who_kind;
        *(struct consent_proof *)list_add(c->mem, ret, sizeof(p)) = p;
    }
    return r.err;
}

enum err customer_confirmed(struct ctx *c, i64 customer_id, int key_kind)
{
    struct list all;

    TRY(waited(c, customer_id, key_kind, &all));
    const struct consent_proof *p = all.at;
    for (size_t k = 0; k < all.n; k++)
        TRY(db_exec(c, &Q[DROP], NULL, customer_id, p[k].purpose, p[k].channel));
    return all.n ? customer_consent_given(c, customer_id, &all) : ERR_OK;
}

enum err consent_waits_tidy(struct ctx *c)
{
    return db_exec(c, &Q[TIDY], NULL, c->now);
}
