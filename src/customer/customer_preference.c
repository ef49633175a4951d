/* customer_preference.c -- advertising asks here before it goes out, and each message
 * carries a way to say no: a page for all purposes and channels, and one press for the
 * list it came by (RFC 8058). */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/person.h"
#include "base/time.h"
#include "customer/customer_document.h"
#include "customer/customer_link.h"
#include "customer/customer_merge.h"
#include "customer/customer_own.h"
#include "customer/customer_preference.h"
#include "customer/customer_wait.h"
#include "message/message.h"
#include "setting/setting.h"

static const struct setting_scope chain = { 0 };

/* By which consent a message's channel goes. */
static const int consent_of[] = { [MESSAGE_SMS] = CONSENT_SMS,
                                  [MESSAGE_EMAIL] = CONSENT_EMAIL,
                                  [MESSAGE_PUSH] = CONSENT_MESSENGER };
static const int key_of[] = {
    [MESSAGE_SMS] = KEY_PHONE, [MESSAGE_EMAIL] = KEY_EMAIL, [MESSAGE_PUSH] = -1
};

static int purpose_of(const char *word)
{
    for (int k = 0; k < CONSENT_ANALYTICS; k++)
        if (!strcmp(consent_purpose_words[k], word)) return k;
    return -1;
}

/* ---- May it go out? -----------------------------------------------------------------
 */

/* Only to an address of his, and where the chain wants it, one he has proved. */
static enum err address_why(struct ctx *c, const struct message_talk *t,
                            const char **ret_why)
{
    const int kind = key_of[t->channel];
    struct list keys;

    if (kind < 0) return ERR_OK;
    TRY(customer_keys_of(c, t->customer_id, &keys));
    const struct customer_key *k = keys.at;
    for (size_t i = 0; i < keys.n; i++) {
        if (k[i].kind != kind || strcmp(k[i].value, t->address) != 0) continue;
        if (k[i].confirmed_at == NONE && k[i].read_at == NONE &&
            customer_confirms(c, consent_of[t->channel]))
            *ret_why = "not_proved";
        return ERR_OK;
    }
    *ret_why = "not_his";
    return ERR_OK;
}

static enum err may(struct ctx *c, const struct message_talk *t, const char **ret_why)
{
    const int purpose = purpose_of(t->purpose), channel = consent_of[t->channel];
    struct message_talk now = *t;
    struct consent k = { 0 };

    *ret_why = "never";
    if (purpose < 0) return ERR_OK;
    TRY(customer_living(c, t->customer_id, &now.customer_id));
    TRY(customer_consent_last(c, now.customer_id, purpose, channel, &k));
    *ret_why = k.given ? NULL : k.at == NONE ? "never" : "withdrawn";
    return *ret_why ? ERR_OK : address_why(c, &now, ret_why);
}

static enum err links(struct ctx *c, const struct message_talk *t,
                      const char **ret_page, const char **ret_refuse)
{
    const i64 days = setting_int(c, "customer.link_days", chain);
    struct link l = { LINK_PREFERENCES, t->customer_id, c->now + days * DAY_MS, { 0 } };

    TRY(link_page(c, &l, "/preferences#", ret_page));
    l.kind = LINK_ONE_CLICK;
    l.more[0] = (unsigned char)purpose_of(t->purpose);
    l.more[1] = (unsigned char)consent_of[t->channel];
    return link_page(c, &l, "/v1/customer/preference/one-click?token=", ret_refuse);
}

const struct message_gate customer_gate = { .may = may, .links = links };

/* ---- Who comes by a link ------------------------------------------------------------
 */

/* He speaks as the one it was written to, whoever he is part of by now. */
enum err preference_open(struct ctx *c, enum link_kind kind, const char *token,
                         struct link *ret)
{
    TRY(link_read(c, kind, token, ret));
    const i64 born = ret->customer_id;
    const enum err e = customer_living(c, born, &ret->customer_id);

    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, GONE, "token", "nobody is known by this link any more");
    TRY(e);
    c->person = (struct person_seen){ ret->customer_id, born };
    return ERR_OK;
}

enum err preference_put(struct ctx *c, const char *token,
                        const struct consent_change *said, i64 *ret_id)
{
    struct consent_change to = *said;
    struct link l;

    TRY(preference_open(c, LINK_PREFERENCES, token, &l));
    to.source = CONSENT_LINK;
    *ret_id = l.customer_id;
    return customer_consent_put(c, l.customer_id, &to);
}

/* Offers and personal offers are one list to who presses. */
enum err preference_refuse(struct ctx *c, const char *token)
{
    struct consent said[2];
    struct consent_change to = { .items = { said, 1 }, .source = CONSENT_ONE_CLICK };
    struct link l;

    TRY(preference_open(c, LINK_ONE_CLICK, token, &l));
    said[0] = (struct consent){ .purpose = l.more[0], .channel = l.more[1] };
    if (said[0].purpose != CONSENT_SURVEY) {
        said[0].purpose = CONSENT_OFFERS;
        said[1] = said[0];
        said[1].purpose = CONSENT_PERSONAL;
        to.items.n = 2;
    }
    return customer_consent_put(c, l.customer_id, &to);
}

/* The link of a letter proves that its address is read by somebody who wants what he
 * asked for.  Not who that is: it may be somebody else's, hung on a customer with a
 * guest's order, so the link does not make it a key to the account. */
enum err preference_confirm(struct ctx *c, const char *token, i64 *ret_id)
{
    struct link l, has = { 0 };
    struct list keys;

    TRY(preference_open(c, LINK_CONFIRM, token, &l));
    TRY(customer_keys_of(c, l.customer_id, &keys));
    const struct customer_key *k = keys.at;
    *ret_id = l.customer_id;
    for (size_t i = 0; i < keys.n; i++) {
        link_address(&has, k[i].value);
        if (!memcmp(has.more, l.more, sizeof(l.more)))
            return customer_key_read(c, k[i].kind, k[i].value, l.customer_id);
    }
    return FAIL_FIELD(c, GONE, "token", "this address is not yours any more");
}

/* ---- An offer by hand ---------------------------------------------------------------
 */

enum err customer_offer(struct ctx *c, i64 customer_id, const struct offer *o)
{
    struct message_talk t = { customer_id, (enum message_channel)o->channel,
                              consent_purpose_words[o->purpose], NULL };
    const char *why = NULL;
    struct customer k;

    TRY(customer_get(c, customer_id, &k));
    t.customer_id = k.id;
    t.address = o->channel == MESSAGE_EMAIL ? k.email : k.phone;
    if (!t.address || o->channel == MESSAGE_PUSH)
        return FAIL_FIELD(c, WRONG_STATE, "channel", "no address for %s is known",
                          message_channel_words[o->channel]);
    TRY(may(c, &t, &why));
    if (why)
        return FAIL_FIELD(c, WRONG_STATE, "purpose", "no consent to %s by %s holds: %s",
                          t.purpose, message_channel_words[o->channel], why);
    struct buf args = buf_new(c->mem, 512, 16384);
    buf_text(&args, "{\"subject\":");
    json_put_text(&args, o->subject ? o->subject : "",
                  o->subject ? strlen(o->subject) : 0);
    buf_text(&args, ",\"text\":");
    json_put_text(&args, o->text, strlen(o->text));
    buf_char(&args, '}');
    return message_send(c, &(struct message_new){ .customer_id = k.id,
                                                  .channel = t.channel,
                                                  .to = t.address,
                                                  .template_name = "offer",
                                                  .args = args.at,
                                                  .lang = k.lang,
                                                  .purpose = t.purpose });
}
