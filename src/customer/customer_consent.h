/* customer_consent.h -- what people agreed to, by which way, and how that is proved.
 *
 * A consent is for one purpose by one channel.  It holds until it is withdrawn; what
 * was never given is no.  When two things were said at once, the stricter wins.
 * Orders and codes are no marketing: they need none of this.
 *
 * Each word said is a row that carries which text was read (its SHA-256), where, on
 * which device, who wrote it down, and the hash of the row that the same person said
 * before (customer_proof.c).  A consent for an address that nobody has proved waits
 * until it is (customer_wait.c). */
#pragma once

#include "customer/customer.h"

/* ANALYTICS is to be followed on screens; it has the one channel SITE, and until
 * somebody says no it is what the setting customer.analytics_ask says. */
enum consent_purpose {
    CONSENT_OFFERS,
    CONSENT_PERSONAL,
    CONSENT_SURVEY,
    CONSENT_ANALYTICS,
    CONSENT_PURPOSES
};
enum consent_channel {
    CONSENT_SMS,
    CONSENT_EMAIL,
    CONSENT_MESSENGER,
    CONSENT_CALL,
    CONSENT_ON_SITE,
    CONSENT_CHANNELS
};
enum consent_source {
    CONSENT_SITE,
    CONSENT_SHOP,
    CONSENT_PHONE,
    CONSENT_LINK,
    CONSENT_ONE_CLICK,
    CONSENT_API
};
extern const char
    *const consent_purpose_words[]; /* offers, personal, survey, analytics */
extern const char
    *const consent_channel_words[]; /* sms, email, messenger, call, site */
extern const char
    *const consent_source_words[]; /* site, shop, phone, link, one_click, api */

extern const char *const consent_who_words[]; /* of enum who_kind */

struct consent {
    int purpose, channel;
    bool given;
    i64 at;                   /* NONE: never asked, or never answered */
    const char *text_version; /* what was read; NULL with it */
    int source;               /* -1 with it */
    i64 waits_until;          /* said, its address not proved yet; NONE */
};

/* May we write or call for this purpose by this way?  To be asked of every message
 * that is not about the person's own order. */
enum err customer_may(struct ctx *c, i64 customer_id, int purpose, int channel,
                      bool *ret) MUST_USE;

/* May what he does on screens be tied to him?  *ret_all true: nobody has refused and
 * the chain does not ask, so all may be followed. */
enum err customer_follow(struct ctx *c, i64 customer_id, bool *ret) MUST_USE;
enum err customer_follow_all(struct ctx *c, bool *ret_all) MUST_USE;

/* What holds for one of them. */
enum err customer_consent_last(struct ctx *c, i64 customer_id, int purpose, int channel,
                               struct consent *ret) MUST_USE;

/* Every purpose and channel, struct consent, in order of purpose. */
enum err customer_consents(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;

/* What was said now; nothing is written where it changes nothing.  Whoever agrees must
 * have seen the words that are in force; to withdraw he need not.
 * Errors  CHANGED field "text_version": the words are others by now;
 *         WRONG_STATE field "purpose": no document for it is in force */
struct consent_change {
    struct list items; /* struct consent: purpose, channel, given, text_version */
    const char *text_version; /* of the items that do not say their own; or NULL */
    int source;
    const char *lang; /* of the words that were read; NULL: c->lang */
};
enum err customer_consent_put(struct ctx *c, i64 customer_id,
                              const struct consent_change *to) MUST_USE;

/* ---- Proof (customer_proof.c)
 * --------------------------------------------------------
 */

struct consent_proof {
    i64 n; /* NONE: from before proofs were kept */
    int purpose, channel;
    bool given;
    i64 at, asked_at;
    const char *text_version, *lang, *text_hash;
    int source;
    int who_kind;
    i64 who_id, device_id, born_id;
    i64 place_id; /* where he worked who wrote it down; 0: in no place */
    const char *proof, *before;
    bool fits; /* its hash is what it says, and the one before it is its neighbour's */
};

/* All that somebody said, oldest first, struct consent_proof. */
enum err customer_proofs(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;

/* ---- Waiting (customer_wait.c)
 * -------------------------------------------------------
 */

/* Does a consent by this channel hold only when its address is proved? */
bool customer_confirms(struct ctx *c, int channel);
/* An address of his was proved: what waited for it is given. */
enum err customer_confirmed(struct ctx *c, i64 customer_id, int key_kind) MUST_USE;

extern const struct shape consents_shape, consent_change_shape;
