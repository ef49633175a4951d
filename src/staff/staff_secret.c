#include <pthread.h>
#include <semaphore.h>
#include <sodium.h>
#include <string.h>

#include "setting/setting.h"
#include "staff/staff_own.h"

/* 32 MiB and three passes: about 50 ms on a shop's server, and above the least
 * that OWASP names.  Two at a time: 64 MiB and both cores are the most that
 * strangers at the login page can take (ADR 0010). */
#define PASSES    3
#define MEMORY    ((size_t)32 << 20)
#define AT_A_TIME 2
#define TOKEN_TEXT                                                                     \
    sodium_base64_ENCODED_LEN(HASH_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)

static sem_t turns;
static char nobody[crypto_pwhash_STRBYTES]; /* what a wrong name is compared with */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin(void)
{
    if (sodium_init() < 0) abort();
    sem_init(&turns, 0, AT_A_TIME);
    if (crypto_pwhash_str(nobody, "", 0, PASSES, MEMORY)) abort();
}

const char *secret_token(struct arena *mem)
{
    unsigned char random[HASH_BYTES];
    char *text = arena_raw(mem, TOKEN_TEXT);

    if (sodium_init() < 0) abort();
    randombytes_buf(random, sizeof(random));
    sodium_bin2base64(text, TOKEN_TEXT, random, sizeof(random),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random, sizeof(random));
    return text;
}

static struct bytes hashed(struct arena *mem, const char *purpose, const char *token)
{
    unsigned char *hash = arena_raw(mem, HASH_BYTES);

    if (crypto_generichash(hash, HASH_BYTES, (const unsigned char *)token,
                           strlen(token), (const unsigned char *)purpose,
                           strlen(purpose)))
        abort();
    return (struct bytes){ hash, HASH_BYTES };
}

struct bytes secret_hash(struct arena *mem, const char *token)
{
    return hashed(mem, "prilavok staff token", token);
}

static const char *as_text(struct arena *mem, struct bytes hash)
{
    char *text = arena_raw(mem, TOKEN_TEXT);

    sodium_bin2base64(text, TOKEN_TEXT, hash.at, hash.n,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text;
}

const char *secret_csrf(struct arena *mem, const char *token)
{
    return as_text(mem, hashed(mem, "prilavok csrf token", token));
}

const char *secret_name(struct arena *mem, const char *what)
{
    return as_text(mem, hashed(mem, "prilavok try", what));
}

static void turn_wait(void)
{
    pthread_once(&once, begin);
    while (sem_wait(&turns)) {
    }
}

enum err secret_password(struct ctx *c, const char *password, const char **ret_hash)
{
    char *hash = arena_raw(c->mem, crypto_pwhash_STRBYTES);

    turn_wait();
    const int bad = crypto_pwhash_str(hash, password, strlen(password), PASSES, MEMORY);
    sem_post(&turns);
    if (bad) return FAIL(c, BUSY, "no memory to hash a password");
    *ret_hash = hash;
    return ERR_OK;
}

bool secret_verify(const char *hash, const char *password)
{
    turn_wait();
    const int bad =
        crypto_pwhash_str_verify(hash ? hash : nobody, password, strlen(password));
    sem_post(&turns);
    return hash && !bad;
}

bool secret_is_old(const char *hash)
{
    return crypto_pwhash_str_needs_rehash(hash, PASSES, MEMORY) != 0;
}

enum err secret_may_be(struct ctx *c, const char *login, const char *password)
{
    const i64 least = setting_int(c, "staff.password_min", (struct setting_scope){ 0 });
    i64 letters = 0;

    for (const char *p = password; *p; p++) letters += (*p & 0xC0) != 0x80;
    if (letters < least)
        return FAIL_FIELD(c, BAD_ARGUMENT, "password",
                          "a password has at least %lld characters", least);
    if (strlen(password) > 256)
        return FAIL_FIELD(c, BAD_ARGUMENT, "password",
                          "a password has at most 256 bytes");
    if (login && strcasecmp(login, password) == 0)
        return FAIL_FIELD(c, BAD_ARGUMENT, "password", "the password is the login");
    return ERR_OK;
}
