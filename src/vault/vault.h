/* vault.h -- what is sealed in the tables: is its key here, and how it gets a new one.
 *
 * Rooms seal their contacts and secrets themselves (base/contact.h, base/seal.h) and
 * list the tables in struct module.sealed (db/db_seal.h).  This room goes over all of
 * them when the key changes, or when a base comes from before there was a seal; slice
 * by slice, so that everybody works on, and from the beginning again after a crash:
 * what is sealed by the newest key is left alone.
 *
 * Owns  vault_proof */
#pragma once

#include "base/module.h"

/* Is the key here that this database is sealed with?  A new database gets its first
 * key.  Every process that opens the database asks, before anything else.
 * Errors  STORAGE the key file is missing, cannot be read, or is another's */
enum err vault_open(struct ctx *c) MUST_USE;

/* One more key and all of it sealed anew, or a change that was broken off brought to
 * its end; the old keys are forgotten.  Takes its time; outside any unit. */
enum vault_step { VAULT_ALL, VAULT_PREPARE, VAULT_TURN };
enum err vault_rekey(struct ctx *c, enum vault_step step, i64 *ret_n) MUST_USE;

/* Seal what is not sealed by the newest key: one walk over everything.  For tests, and
 * the parts above. */
enum err vault_walk(struct ctx *c, i64 *ret_n) MUST_USE;

extern const struct module vault_module;
