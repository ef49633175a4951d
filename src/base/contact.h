/* contact.h -- phones, e-mails, cards: how they stand in the tables.
 *
 * A contact is kept sealed, and the same contact is always sealed alike: so the sealed
 * text is a primary key and an equality like any other, and equality is all that a copy
 * of the database tells.  It is "~", the name of the key, and base64 of a 24-byte mark
 * and the veiled text: the mark is BLAKE2b of the text under one key, the veil is
 * XChaCha20 under another with the mark as its nonce (a synthetic nonce, so the mark
 * also proves the text).  Both hang on the key of base/seal.h.  ADR-0042.
 *
 * What one writes, and what one compares with:  contact_seal(c->mem, phone)
 * What one has read:                            contact_open(c->mem, value)
 *
 * While keys change, or a base of before is being sealed, a row may still stand under
 * its former spelling, contact_before():
 *   who reads    WHERE value IN ($1, $2), $2 the former spelling; NULL finds nothing
 *   who writes   first brings the rows of this value up to date, see customer_fresh()
 * Texts that nobody searches (addresses, remarks) are sealed by seal_close(): nothing
 * of them shows, not even that two are alike.
 *
 * Memory   the arena that is given
 * Parallel any thread
 * Errors   none: the keys are there since seal_ready(), and stay in memory
 * Cost     a microsecond each way: bench `contact_seal`, `contact_open` */
#pragma once

#include "base/ctx.h"

/* NULL stays NULL.  Never look whether something is sealed already: what came from
 * outside is sealed, whatever it looks like. */
const char *contact_seal(struct arena *mem, const char *open);
/* How the same contact was sealed until now; NULL: no other spelling is about. */
const char *contact_before(struct arena *mem, const char *open);
/* A short name of a contact for keys of limits and the like; nothing leads back. */
const char *contact_token(struct arena *mem, const char *open);
/* What was never sealed comes back as it is; "" and a line in the log: its key is gone,
 * or somebody has changed it. */
const char *contact_open(struct arena *mem, const char *kept);

/* Is it sealed by the key that seals now? */
bool contact_is_newest(const char *kept);

/* Rows of before may stand unsealed (the room vault says so until it has been through).
 */
void contact_plain_about(bool about);
