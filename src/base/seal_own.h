/* seal_own.h -- the keys of secret.key, for seal.c and contact.c alone.
 *
 * A line is "name key" or, of a key that is on its way, "name key coming".  The newest
 * stands first.  A key is known to every process before anything is sealed with it, and
 * until nothing is sealed with it any more: so whoever looks for a value by what it is
 * sealed as asks with two keys while they change, and never misses it. */
#pragma once

#include <sodium.h>

#include "base/ctx.h"

enum { SEAL_NAME = 8 };

struct seal_key {
    char name[SEAL_NAME + 1];
    bool coming; /* opens, but does not seal yet */
    unsigned char at[crypto_secretbox_KEYBYTES];
    unsigned char mark[crypto_generichash_KEYBYTES],
        veil[crypto_stream_xchacha20_KEYBYTES];
};

/* The one to seal with; there is one since seal_ready(). */
struct seal_key seal_key_first(void);
/* The other one while keys change. */
bool seal_key_other(struct seal_key *ret);
bool seal_key_named(const char *name, struct seal_key *ret);
