/* seal.h -- secrets that the database keeps but does not tell.
 *
 * A text is sealed with a key that stands in a file of its own (secret.key in the
 * state folder, mode 0600), so a copy of the database alone gives nothing away.
 * Sealed it is "sealed:<key>:<base64 of nonce and box>" (libsodium's secretbox).
 * The file holds keys line by line, the newest first: with it one seals, with any of
 * them one opens.  It is made at the first start, and read again when it has changed,
 * so that a rotation needs no restart.  Contacts are sealed by contact.h.
 *
 * Parallel  any thread
 * Errors    STORAGE the file cannot be read, made, or has other readers */
#pragma once

#include "base/ctx.h"

/* The folder of the key file; without one (tests) a key of this process alone. */
void seal_dir_set(const char *dir);

bool seal_is(const char *text);
enum err seal_close(struct ctx *c, const char *text, const char **ret) MUST_USE;
/* A text that was never sealed comes back as it is.  STORAGE: its key is not there. */
enum err seal_open(struct ctx *c, const char *sealed, const char **ret) MUST_USE;

/* Read the keys; with `make` a first one is made when there is no file. */
enum err seal_ready(struct ctx *c, bool make) MUST_USE;

/* A change of keys, in steps that may each be the last one before a power cut:
 *   seal_key_coming   the new key stands in the file, nothing is sealed with it
 *   (SEAL_SEEN_MS)    every process has read it
 *   seal_key_turn     it seals; the old one still opens
 *   (SEAL_SEEN_MS)    every process seals with it
 *   ...               whoever keeps sealed texts closes them anew (room vault)
 *   seal_keys_forget  the old one goes */
enum { SEAL_SEEN_MS = 1500 };
enum seal_phase { SEAL_ONE, SEAL_COMING, SEAL_LEAVING };
enum seal_phase seal_phase(void); /* by the file as it is now */
bool seal_settled(void);          /* every process has seen the file as it is */
enum err seal_key_coming(struct ctx *c) MUST_USE;
enum err seal_key_turn(struct ctx *c) MUST_USE;
enum err seal_keys_forget(struct ctx *c) MUST_USE;
bool seal_is_newest(const char *sealed); /* by the key that seals now */
