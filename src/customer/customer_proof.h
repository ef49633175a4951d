/* customer_proof.h -- the chain of what one person said; the room's own. */
#pragma once

#include "customer/customer_consent.h"
#include "db/db.h"

/* Add a row to the chain of who speaks (person_born): fills n, before, proof, born_id.
 * Said twice in the same moment is said once.
 * Errors  BUSY: he says something else at this moment; the unit is run again */
enum err customer_proof_add(struct ctx *c, i64 customer_id,
                            struct consent_proof *p) MUST_USE;

/* Every chain and every text (struct module.prove). */
enum err customer_prove(struct ctx *c, prove_tell tell, void *arg) MUST_USE;
