/* customer_preference.h -- what a person says by the links of messages; the room's own.
 */
#pragma once

#include "customer/customer_consent.h"

/* Errors of all three: those of link_read() and of customer_consent_put() */
enum err preference_put(struct ctx *c, const char *token,
                        const struct consent_change *said, i64 *ret_id) MUST_USE;
enum err preference_refuse(struct ctx *c, const char *token) MUST_USE;
enum err preference_confirm(struct ctx *c, const char *token, i64 *ret_id) MUST_USE;

/* An offer that a member of staff writes himself.
 * Errors  WRONG_STATE field "purpose": he did not agree, "channel": no address */
struct offer {
    int purpose, channel; /* of these only OFFERS to SURVEY; enum message_channel */
    const char *subject, *text;
};
enum err customer_offer(struct ctx *c, i64 customer_id, const struct offer *o) MUST_USE;
