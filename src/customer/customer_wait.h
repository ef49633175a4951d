/* customer_wait.h -- consents that wait for their address; the room's own. */
#pragma once

#include "customer/customer_consent.h"
#include "db/db.h"

/* How his address for a channel stands. */
struct address {
    const char *value; /* one to prove, or NULL: he has none that could be */
    int kind;          /* enum customer_key_kind */
    bool proved;       /* one is */
};
/* Of a channel that needs no proof: proved. */
enum err consent_address(struct ctx *c, i64 customer_id, int channel,
                         struct address *ret) MUST_USE;

/* Keep what was said until its address is proved; ask for that once a day at most. */
enum err consent_wait(struct ctx *c, i64 customer_id, const struct consent_proof *p,
                      const struct address *to) MUST_USE;
/* He does not want it any more; *ret_n: it waited. */
enum err consent_wait_drop(struct ctx *c, i64 customer_id, int purpose, int channel,
                           i64 *ret_n) MUST_USE;
/* Until when it waits; NONE: it does not. */
enum err consent_waits(struct ctx *c, i64 customer_id, int purpose, int channel,
                       i64 *ret_until) MUST_USE;
/* What waited is said now; struct consent_proof as they waited. */
enum err customer_consent_given(struct ctx *c, i64 customer_id,
                                const struct list *all) MUST_USE;
/* Forget what nobody confirmed. */
enum err consent_waits_tidy(struct ctx *c) MUST_USE;
