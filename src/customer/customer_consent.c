/* Consents: a log of what was said, and what holds now. */
#include "customer/customer_consent.h"

#include "base/person.h"
#include "customer/customer_own.h"
#include "event/event.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum { ADD, LAST, LAST_OWN };

/* clang-format off */
const struct query customer_consent_sql[] = {
    /* Said twice in the same moment is said once. */
    [ADD] = { "customer.add_consent",
        "INSERT INTO customer_consent (customer_id, purpose, channel, at, given, text_version, source, who_kind, who_id,"
        "                              born_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT (customer_id, purpose, channel, at, given) DO NOTHING" },

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
    QUERY_END
};

const char *const consent_purpose_words[] = { "offers", "personal", "survey", NULL };
const char *const consent_channel_words[] = { "sms", "email", "messenger", "call", NULL };
const char *const consent_source_words[] = { "site", "shop", "phone", NULL };

static const struct field consent_fields[] = {
    F_ENUM(consent, purpose, MUST, consent_purpose_words, "offers of the shop; personal: chosen by one's purchases; survey: questions about the service."),
    F_ENUM(consent, channel, MUST, consent_channel_words, "By which way."),
    F_BOOL(consent, given, MUST, "Yes; no until it was given."),
    F_TIME(consent, at, OPT, "Since when; absent: never said."),
    F_TEXT(consent, text_version, OPT, 20, "The words that were read."),
    F_ENUM(consent, source, OPT, consent_source_words, "Where it was said."),
    FIELD_END
};
static const struct shape consent_shape = SHAPE("Consent", consent, consent_fields);

struct consents {
    struct list items;
    const char *text_version;
};
static const struct field consents_fields[] = {
    F_LIST(consents, items, MUST, &consent_shape, 0, "Every purpose and channel."),
    F_TEXT(consents, text_version, MUST, 20, "The words to be shown now."),
    FIELD_END
};
const struct shape consents_shape = SHAPE("Consents", consents, consents_fields);

static const struct field said_fields[] = {
    F_ENUM(consent, purpose, MUST, consent_purpose_words, "For what."),
    F_ENUM(consent, channel, MUST, consent_channel_words, "By which way."),
    F_BOOL(consent, given, MUST, "Yes, or not any more."),
    FIELD_END
};
static const struct shape said_shape = SHAPE("ConsentSaid", consent, said_fields);
static const struct field change_fields[] = {
    F_LIST(consent_change, items, MUST, &said_shape, 12, "What was said; the rest stays."),
    F_TEXT(consent_change, text_version, MUST, 20, "The words that were read."),
    FIELD_END
};
const struct shape consent_change_shape = SHAPE("ConsentChange", consent_change, change_fields);
/* clang-format on */

#define Q customer_consent_sql

static enum err last(struct ctx *c, i64 customer_id, struct consent *k)
{
    i64 source = 0;
    const enum err e =
        db_one(c, &Q[LAST], INTO(&k->at, &k->given, &k->text_version, &source),
               customer_id, k->purpose, k->channel);

    k->source = (int)source;
    if (e != ERR_NOT_FOUND) return e;
    *k = (struct consent){ k->purpose, k->channel, false, NONE, NULL, -1 };
    return ERR_OK;
}

enum err customer_may(struct ctx *c, i64 customer_id, int purpose, int channel,
                      bool *ret)
{
    struct consent k = { .purpose = purpose, .channel = channel };

    TRY(last(c, customer_id, &k));
    *ret = k.given;
    return ERR_OK;
}

/* Is that what he said last, he of the people he is made of who speaks now?  Then
 * nothing new is said; but his word may be new for the others. */
static enum err says_nothing_new(struct ctx *c, i64 customer_id,
                                 const struct consent *said, bool *ret)
{
    const i64 born = person_born(c, customer_id);
    struct consent was = *said;
    bool own = false;

    TRY(last(c, customer_id, &was));
    const enum err e = db_one(c, &Q[LAST_OWN], INTO(&own), customer_id, said->purpose,
                              said->channel, born == NONE ? customer_id : born);
    if (e && e != ERR_NOT_FOUND) return e;
    *ret = was.given == said->given && own == said->given;
    return ERR_OK;
}

enum err customer_consents(struct ctx *c, i64 customer_id, struct list *ret)
{
    for (int purpose = 0; consent_purpose_words[purpose]; purpose++)
        for (int channel = 0; consent_channel_words[channel]; channel++) {
            struct consent k = { .purpose = purpose, .channel = channel };

            TRY(last(c, customer_id, &k));
            *(struct consent *)list_add(c->mem, ret, sizeof(k)) = k;
        }
    return ERR_OK;
}

const char *customer_consent_version(struct ctx *c)
{
    return setting_text(c, "customer.consent_version", (struct setting_scope){ 0 });
}

enum err customer_consent_put(struct ctx *c, i64 customer_id,
                              const struct consent_change *to)
{
    const struct consent *said = to->items.at;
    bool changed = false;

    if (strcmp(to->text_version, customer_consent_version(c)) != 0)
        return FAIL_FIELD(c, CHANGED, "text_version", "the words are those of %s now",
                          customer_consent_version(c));
    for (size_t k = 0; k < to->items.n; k++) {
        bool nothing;

        TRY(says_nothing_new(c, customer_id, &said[k], &nothing));
        if (nothing) continue;
        changed = true;
        TRY(db_exec(c, &Q[ADD], NULL, customer_id, said[k].purpose, said[k].channel,
                    c->now, said[k].given, to->text_version, to->source, c->who.kind,
                    c->who.id, person_born(c, customer_id)));
    }
    return changed ? event_emit(c, "customer.consent_changed", customer_id, NULL)
                   : ERR_OK;
}

/* ---- Handlers ----------------------------------------------------------- */

static enum err show(struct ctx *c, i64 customer_id, struct reply *r)
{
    struct consents *all = NEW(c->mem, struct consents);

    TRY(customer_consents(c, customer_id, &all->items));
    all->text_version = customer_consent_version(c);
    r->private_ = true;
    return reply_with(r, 200, all);
}

enum err consent_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q;
    return show(c, c->who.id, r);
}

enum err consent_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct consent_change to = *(const struct consent_change *)q->body;

    to.source = CONSENT_SITE;
    TRY(customer_consent_put(c, c->who.id, &to));
    return show(c, c->who.id, r);
}

enum err consent_of_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct customer k;
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(customer_get(c, id, &k));
    id = k.id; /* the survivor of a merged one */
    TRY(staff_audit_read(c, "customer.consent", id));
    return show(c, id, r);
}
