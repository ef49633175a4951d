#include "base/hash.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static unsigned char seed[crypto_shorthash_KEYBYTES];
static pthread_once_t drawn = PTHREAD_ONCE_INIT;

static void draw(void)
{
    if (sodium_init() < 0) abort();
    randombytes_buf(seed, sizeof(seed));
}

u64 hash_bytes(const void *at, size_t n)
{
    unsigned char out[crypto_shorthash_BYTES];
    u64 h;

    pthread_once(&drawn, draw);
    crypto_shorthash(out, at, n, seed);
    memcpy(&h, out, sizeof(h));
    return h;
}
