/* Links that say who comes, and that nobody else can write. */
#include "customer/customer_link.h"

#include <sodium.h>
#include <string.h>

#include "base/time.h"
#include "setting/setting.h"

#define SECRET "customer.link_secret"

enum { BODY_BYTES = 25, MAC_BYTES = 16, LINK_BYTES = BODY_BYTES + MAC_BYTES };
enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

static const struct setting_scope chain = { 0 };

/* What another connection wrote a moment ago is asked for once; "" there is none. */
static enum err known_secret(struct ctx *c, const char **ret)
{
    *ret = setting_text(c, SECRET, chain);
    if (**ret) return ERR_OK;
    TRY(setting_refresh(c));
    *ret = setting_text(c, SECRET, chain);
    return ERR_OK;
}

static enum err secret(struct ctx *c, const char **ret)
{
    unsigned char random[32];
    char *hex = arena_raw(c->mem, 2 * sizeof(random) + 1);

    TRY(known_secret(c, ret));
    if (**ret) return ERR_OK;
    if (sodium_init() < 0) abort();
    randombytes_buf(random, sizeof(random));
    *ret = sodium_bin2hex(hex, 2 * sizeof(random) + 1, random, sizeof(random));
    return setting_set(c, SECRET, chain, *ret);
}

static void mac(const char *key, const unsigned char *body, unsigned char *ret)
{
    if (crypto_generichash(ret, MAC_BYTES, body, BODY_BYTES, (const unsigned char *)key,
                           strlen(key)))
        abort();
}

static void put8(unsigned char *to, u64 v)
{
    for (int k = 0; k < 8; k++) to[k] = (unsigned char)(v >> (56 - 8 * k));
}

static u64 get8(const unsigned char *from)
{
    u64 v = 0;

    for (int k = 0; k < 8; k++) v = v << 8 | from[k];
    return v;
}

enum err link_make(struct ctx *c, const struct link *l, const char **ret)
{
    const size_t size = sodium_base64_ENCODED_LEN(LINK_BYTES, VARIANT);
    unsigned char all[LINK_BYTES];
    char *text = arena_raw(c->mem, size);
    const char *key;

    TRY(secret(c, &key));
    all[0] = (unsigned char)l->kind;
    put8(all + 1, (u64)l->customer_id);
    put8(all + 9, (u64)(l->until_at / SECOND_MS));
    memcpy(all + 17, l->more, sizeof(l->more));
    mac(key, all, all + BODY_BYTES);
    *ret = sodium_bin2base64(text, size, all, LINK_BYTES, VARIANT);
    return ERR_OK;
}

enum err link_read(struct ctx *c, enum link_kind kind, const char *token,
                   struct link *ret)
{
    unsigned char all[LINK_BYTES], right[MAC_BYTES];
    const char *key;
    size_t n = 0;

    TRY(known_secret(c, &key));
    if (!*key ||
        sodium_base642bin(all, sizeof(all), token, strlen(token), NULL, &n, NULL,
                          VARIANT) ||
        n != LINK_BYTES)
        return FAIL_FIELD(c, NOT_FOUND, "token", "this link is not whole");
    mac(key, all, right);
    if (sodium_memcmp(right, all + BODY_BYTES, MAC_BYTES) || all[0] != kind)
        return FAIL_FIELD(c, NOT_FOUND, "token", "this link is not one of ours");
    ret->kind = kind;
    ret->customer_id = (i64)get8(all + 1);
    ret->until_at = (i64)get8(all + 9) * SECOND_MS;
    memcpy(ret->more, all + 17, sizeof(ret->more));
    return ret->until_at > c->now
               ? ERR_OK
               : FAIL_FIELD(c, GONE, "token", "this link is too old");
}

/* A setting of the catalogue, whose the site is; known by name alone. */
enum err link_page(struct ctx *c, const struct link *l, const char *page,
                   const char **ret)
{
    const char *site = setting_text(c, "catalog.site_url", chain), *token;
    size_t n = strlen(site);

    *ret = NULL;
    if (!n) return ERR_OK;
    while (n && site[n - 1] == '/') n--;
    TRY(link_make(c, l, &token));
    *ret = arena_printf(c->mem, "%.*s%s%s", (int)n, site, page, token);
    return ERR_OK;
}

void link_address(struct link *l, const char *value)
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, (const unsigned char *)value, strlen(value));
    memcpy(l->more, hash, sizeof(l->more));
}
