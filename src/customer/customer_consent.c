/* Consents: a log of what was said, and what holds now. */
#include "customer/customer_consent.h"

#include <string.h>

#include "base/person.h"
#include "customer/customer_document.h"
#include "customer/customer_own.h"
#include "customer/customer_proof.h"
#include "customer/customer_wait.h"
#include "event/event.h"
#include "setting/setting.h"

enum { LAST, LAST_OWN, ANY };

/* clang-format off */
const struct query customer_consent_sql[] = {
    /* Of one person the newest word.  Of people who have become one the newest that was
     * said since; else the strictest of the last words of each. */
    [LAST] = { "customer.last_consent",
        "SELECT k.at, k.given, k.text_version, k.source"
        "  FROM customer_consent k JOIN customer_person p ON p.id = k.customer_id"
        " WHERE k.customer_id = $1 AND k.purpose = $2 AND k.channel = $3"
        "   AND (p.joined_at IS NULL OR k.at > p.joined_at OR NOT EXISTS"
        "        (SELECT 1 FROM customer_consent n"
        "          WHERE n.customer_id = $1 AND n.purpose = $2 AND n.channel = $3"
        "            AND COALESCE(n.born_id, n.customer_id) = COALESCE(k.born_id, k.customer_id)"
        "            AND (n.at > k.at OR (n.at = k.at AND n.given < k.given))))"
        " ORDER BY CASE WHEN k.at > COALESCE(p.joined_at, -1) THEN k.at ELSE -1 END DESC,"
        "          k.given, k.at DESC LIMIT 1" },
    /* Of one of the people he is made of. */
    [LAST_OWN] = { "customer.last_own_consent",
        "SELECT given FROM customer_consent"
        " WHERE customer_id = $1 AND purpose = $2 AND channel = $3"
        "   AND COALESCE(born_id, customer_id) = $4 ORDER BY at DESC, given LIMIT 1" },
    [ANY] = { "customer.any_analytics",
        "SELECT 1 FROM customer_consent WHERE purpose = 3 LIMIT 1" },
    QUERY_END
};
/* clang-format on */

const char *const consent_purpose_words[] = { "offers", "personal", "survey",
                                              "analytics", NULL };
const char *const consent_channel_words[] = { "sms",  "email", "messenger",
                                              "call", "site",  NULL };
const char *const consent_source_words[] = { "site",      "shop", "phone", "link",
                                             "one_click", "api",  NULL };

const char *const consent_who_words[] = { "nobody", "customer", "staff",
                                          "key",    "system",   NULL };

#define Q customer_consent_sql

static bool is_pair(int purpose, int channel)
{
    return (purpose == CONSENT_ANALYTICS) == (channel == CONSENT_ON_SITE);
}

/* What silence means. */
static bool silence(struct ctx *c, int purpose)
{
    return purpose == CONSENT_ANALYTICS &&
           !setting_bool(c, "customer.analytics_ask", (struct setting_scope){ 0 });
}

static enum err last(struct ctx *c, i64 customer_id, struct consent *k)
{
    i64 source = 0;
    const enum err e =
        db_one(c, &Q[LAST], INTO(&k->at, &k->given, &k->text_version, &source),
               customer_id, k->purpose, k->channel);

    k->source = (int)source;
    k->waits_until = NONE;
    if (e != ERR_NOT_FOUND) return e;
    *k = (struct consent){ k->purpose, k->channel, silence(c, k->purpose), NONE, NULL,
                           -1,         NONE };
    return ERR_OK;
}

enum err customer_consent_last(struct ctx *c, i64 customer_id, int purpose, int channel,
                               struct consent *ret)
{
    *ret = (struct consent){ .purpose = purpose, .channel = channel };
    return last(c, customer_id, ret);
}

enum err customer_may(struct ctx *c, i64 customer_id, int purpose, int channel,
                      bool *ret)
{
    struct consent k = { .purpose = purpose, .channel = channel };

    TRY(last(c, customer_id, &k));
    *ret = k.given;
    return ERR_OK;
}

enum err customer_follow(struct ctx *c, i64 customer_id, bool *ret)
{
    return customer_may(c, customer_id, CONSENT_ANALYTICS, CONSENT_ON_SITE, ret);
}

enum err customer_follow_all(struct ctx *c, bool *ret_all)
{
    i64 one;
    const enum err e = db_one0(c, &Q[ANY], INTO(&one));

    *ret_all = e == ERR_NOT_FOUND && silence(c, CONSENT_ANALYTICS);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err customer_consents(struct ctx *c, i64 customer_id, struct list *ret)
{
    for (int purpose = 0; purpose < CONSENT_PURPOSES; purpose++)
        for (int channel = 0; channel < CONSENT_CHANNELS; channel++) {
            struct consent k = { .purpose = purpose, .channel = channel };

            if (!is_pair(purpose, channel)) continue;
            TRY(last(c, customer_id, &k));
            TRY(consent_waits(c, customer_id, purpose, channel, &k.waits_until));
            *(struct consent *)list_add(c->mem, ret, sizeof(k)) = k;
        }
    return ERR_OK;
}

/* ---- Saying -------------------------------------------------------------------------
 */

/* Is that what he said last, he of the people he is made of who speaks now?  Then
 * nothing new is said; but his word may be new for the others. */
static enum err says_nothing_new(struct ctx *c, i64 customer_id,
                                 const struct consent *said, bool *ret)
{
    const i64 born = person_born(c, customer_id);
    struct consent was = *said;
    bool own = silence(c, said->purpose);

    TRY(last(c, customer_id, &was));
    const enum err e = db_one(c, &Q[LAST_OWN], INTO(&own), customer_id, said->purpose,
                              said->channel, born == NONE ? customer_id : born);
    if (e && e != ERR_NOT_FOUND) return e;
    *ret = was.given == said->given && own == said->given;
    return ERR_OK;
}

/* What all the items of one put have in common. */
struct saying {
    const struct consent_change *to;
    i64 customer_id;
    struct consent_proof p;
    const char *told; /* JSON of what changed */
    bool changed;
};

/* Who agrees must have read what is in force; who withdraws need not have. */
static enum err read_words(struct ctx *c, struct saying *s, const struct consent *k)
{
    const char *version = k->text_version ? k->text_version : s->to->text_version;
    struct document d = { 0 };
    const enum err e = customer_document_now(c, k->purpose, &d);

    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, WRONG_STATE, "purpose",
                          "no document for %s is in force: nobody can agree to it",
                          consent_purpose_words[k->purpose]);
    TRY(e);
    if (k->given && !version)
        return FAIL_FIELD(c, BAD_ARGUMENT, "text_version",
                          "say which words were read: they are %s now", d.version);
    if (k->given && strcmp(version, d.version) != 0)
        return FAIL_FIELD(c, CHANGED, "text_version", "the words are those of %s now",
                          d.version);
    s->p.text_version = d.version;
    s->p.text_hash = strcmp(s->p.lang, "en") ? d.hash_ru : d.hash_en;
    return ERR_OK;
}

/* Without his address proved a yes waits; a no never does. */
static enum err write_down(struct ctx *c, struct saying *s, bool *ret_waits)
{
    struct address to;

    *ret_waits = false;
    if (s->p.given) {
        TRY(consent_address(c, s->customer_id, s->p.channel, &to));
        *ret_waits = !to.proved;
        if (!to.proved) return consent_wait(c, s->customer_id, &s->p, &to);
    }
    return customer_proof_add(c, s->customer_id, &s->p);
}

static void tell(struct ctx *c, struct saying *s)
{
    const struct consent_proof *p = &s->p;

    s->told = arena_printf(
        c->mem,
        "%s%s{\"purpose\":\"%s\",\"channel\":\"%s\",\"given\":%s,\"n\":%lld,"
        "\"proof\":\"%s\"}",
        s->told, *s->told ? "," : "", consent_purpose_words[p->purpose],
        consent_channel_words[p->channel], p->given ? "true" : "false", p->n, p->proof);
    s->changed = true;
}

static enum err say_one(struct ctx *c, struct saying *s, const struct consent *k)
{
    bool nothing, waits;
    i64 waited = 0;

    if (!is_pair(k->purpose, k->channel))
        return FAIL_FIELD(c, BAD_ARGUMENT, "channel", "%s is not asked for %s",
                          consent_purpose_words[k->purpose],
                          consent_channel_words[k->channel]);
    s->p.purpose = k->purpose;
    s->p.channel = k->channel;
    s->p.given = k->given;
    s->p.asked_at = NONE;
    if (!k->given)
        TRY(consent_wait_drop(c, s->customer_id, k->purpose, k->channel, &waited));
    TRY(says_nothing_new(c, s->customer_id, k, &nothing));
    if (nothing) return ERR_OK;
    TRY(read_words(c, s, k));
    TRY(write_down(c, s, &waits));
    if (!waits) tell(c, s);
    return ERR_OK;
}

static enum err emit(struct ctx *c, const struct saying *s)
{
    if (!s->changed) return ERR_OK;
    return event_emit(c, "customer.consent_changed", s->customer_id,
                      arena_printf(c->mem, "{\"said\":[%s]}", s->told));
}

enum err customer_consent_put(struct ctx *c, i64 customer_id,
                              const struct consent_change *to)
{
    const struct consent *said = to->items.at;
    const char *lang = to->lang ? to->lang : c->lang;
    struct saying s = { .to = to, .customer_id = customer_id, .told = "" };

    s.p = (struct consent_proof){
        .at = c->now,
        .lang = lang && !strcmp(lang, "en") ? "en" : "ru",
        .source = to->source,
        .who_kind = c->who.kind,
        .who_id = c->who.id,
        .device_id = c->who.session_id,
        .place_id = c->who.place_id,
    };
    for (size_t k = 0; k < to->items.n; k++) TRY(say_one(c, &s, &said[k]));
    return emit(c, &s);
}

/* ---- What waited --------------------------------------------------------------------
 */

enum err customer_consent_given(struct ctx *c, i64 customer_id, const struct list *all)
{
    const struct consent_proof *waited = all->at;
    struct saying s = { .customer_id = customer_id, .told = "" };
    struct document d = { 0 };

    for (size_t k = 0; k < all->n; k++) {
        s.p = waited[k];
        TRY(customer_document_get(c, s.p.purpose, s.p.text_version, &d));
        s.p.text_hash = strcmp(s.p.lang, "en") ? d.hash_ru : d.hash_en;
        s.p.given = true;
        s.p.asked_at = s.p.at;
        s.p.at = c->now;
        TRY(customer_proof_add(c, customer_id, &s.p));
        tell(c, &s);
    }
    return emit(c, &s);
}
