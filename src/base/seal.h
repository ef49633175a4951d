/* seal.h -- secrets that the database keeps but does not tell.
 *
 * A text is sealed with a key that stands in a file of its own (secret.key in the
 * state folder, mode 0600), so a copy of the database alone gives nothing away.
 * Sealed it is "sealed:<key>:<base64 of nonce and box>" (libsodium's secretbox).
 * The file holds keys line by line, the newest first: with it one seals, with any of
 * them one opens.  It is made at the first seal, and read again when it has changed,
 * so that a rotation needs no restart.
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

/* Put a new key first.  Whoever keeps sealed texts closes them anew, then forgets
 * the old keys. */
enum err seal_key_new(struct ctx *c) MUST_USE;
enum err seal_keys_forget(struct ctx *c) MUST_USE;
