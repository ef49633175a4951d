#include "base/contact.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/seal_own.h"

enum { MARK = crypto_stream_xchacha20_NONCEBYTES, HEAD = 1 + SEAL_NAME };

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static _Atomic bool plain_about;

void contact_plain_about(bool about)
{
    plain_about = about;
}

static void mark_of(const struct seal_key *k, const char *text, size_t n,
                    unsigned char *ret)
{
    if (crypto_generichash(ret, MARK, (const unsigned char *)text, n, k->mark,
                           sizeof(k->mark)))
        abort();
}

static void veil(const struct seal_key *k, unsigned char *to, const void *from,
                 size_t n, const unsigned char *mark)
{
    if (crypto_stream_xchacha20_xor(to, from, n, mark, k->veil)) abort();
}

static const char *sealed(struct arena *mem, const struct seal_key *k, const char *text)
{
    const size_t n = strlen(text);
    const size_t wide = sodium_base64_ENCODED_LEN(MARK + n, VARIANT);
    unsigned char *box = arena_raw(mem, MARK + n);
    char *ret = arena_raw(mem, HEAD + wide);

    mark_of(k, text, n, box);
    veil(k, box + MARK, text, n, box);
    ret[0] = '~';
    memcpy(ret + 1, k->name, SEAL_NAME);
    sodium_bin2base64(ret + HEAD, wide, box, MARK + n, VARIANT);
    return ret;
}

const char *contact_seal(struct arena *mem, const char *open)
{
    if (!open) return NULL;
    const struct seal_key k = seal_key_first();
    return sealed(mem, &k, open);
}

const char *contact_before(struct arena *mem, const char *open)
{
    struct seal_key k;

    if (!open) return NULL;
    if (seal_key_other(&k)) return sealed(mem, &k, open);
    return plain_about ? open : NULL;
}

const char *contact_token(struct arena *mem, const char *open)
{
    const struct seal_key k = seal_key_first();
    return arena_strdup(mem, sealed(mem, &k, open), HEAD + MARK * 4 / 3);
}

/* The mark and the veiled text, or NULL: this is no sealed contact. */
static unsigned char *boxed(struct arena *mem, const char *kept, size_t *ret_n)
{
    const size_t n = strlen(kept);
    unsigned char *box;
    const char *end;

    if (kept[0] != '~' || n < HEAD + MARK * 4 / 3) return NULL;
    box = arena_raw(mem, n);
    if (sodium_base642bin(box, n, kept + HEAD, n - HEAD, NULL, ret_n, &end, VARIANT) ||
        *end || *ret_n < MARK)
        return NULL;
    return box;
}

static const char *unveiled(struct arena *mem, const struct seal_key *k,
                            const unsigned char *box, size_t n)
{
    unsigned char mark[MARK];
    char *text = arena_raw(mem, n - MARK + 1);

    veil(k, (unsigned char *)text, box + MARK, n - MARK, box);
    text[n - MARK] = '\0';
    mark_of(k, text, n - MARK, mark);
    return sodium_memcmp(mark, box, MARK) ? NULL : text;
}

const char *contact_open(struct arena *mem, const char *kept)
{
    struct seal_key k;
    size_t n = 0;
    const unsigned char *box = kept ? boxed(mem, kept, &n) : NULL;

    if (!box) return kept;
    const bool known = seal_key_named(kept + 1, &k);
    const char *text = known ? unveiled(mem, &k, box, n) : NULL;
    if (!text)
        log_error("a contact cannot be opened: %s %.8s",
                  known ? "it was tampered with, key" : "there is no key", kept + 1);
    return text ? text : "";
}

bool contact_is_newest(const char *kept)
{
    const struct seal_key k = seal_key_first();

    return kept[0] == '~' && !strncmp(kept + 1, k.name, SEAL_NAME);
}
