/* customer_consent.h -- what people agreed to hear from us, and by which way.
 *
 * A consent is for one purpose by one channel.  It holds until it is withdrawn; what
 * was never given is no.  When two things were said at once, the stricter wins.
 * Orders and codes are no marketing: they need none of this. */
#pragma once

#include "customer/customer.h"

enum consent_purpose { CONSENT_OFFERS, CONSENT_PERSONAL, CONSENT_SURVEY };
enum consent_channel { CONSENT_SMS, CONSENT_EMAIL, CONSENT_MESSENGER, CONSENT_CALL };
enum consent_source { CONSENT_SITE, CONSENT_SHOP, CONSENT_PHONE };
extern const char *const consent_purpose_words[]; /* offers, personal, survey */
extern const char *const consent_channel_words[]; /* sms, email, messenger, call */
extern const char *const consent_source_words[];  /* site, shop, phone */

struct consent {
    int purpose, channel;
    bool given;
    i64 at;                   /* NONE: never asked, or never answered */
    const char *text_version; /* NULL with it */
    int source;               /* -1 with it */
};

/* May we write or call for this purpose by this way?  To be asked of every message
 * that is not about the person's own order. */
enum err customer_may(struct ctx *c, i64 customer_id, int purpose, int channel,
                      bool *ret) MUST_USE;

/* Every purpose and channel, struct consent, in order of purpose. */
enum err customer_consents(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;

/* What was said now; nothing is written where it changes nothing.
 * Errors  CHANGED field "text_version": the words are others by now */
struct consent_change {
    struct list items; /* struct consent: purpose, channel, given */
    const char *text_version;
    int source;
};
enum err customer_consent_put(struct ctx *c, i64 customer_id,
                              const struct consent_change *to) MUST_USE;
/* Which words are to be shown: setting customer.consent_version. */
const char *customer_consent_version(struct ctx *c);

extern const struct shape consents_shape, consent_change_shape;
enum err consent_get(struct ctx *c, const struct request *q, struct reply *r);
enum err consent_put(struct ctx *c, const struct request *q, struct reply *r);
enum err consent_of_get(struct ctx *c, const struct request *q, struct reply *r);
