#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum { KEYS = 8, NAME = 8, FILE_MAX = 4096 };

#define MARK    "sealed:"
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

struct key {
    char name[NAME + 1];
    unsigned char at[crypto_secretbox_KEYBYTES];
};

static struct {
    pthread_mutex_t lock;
    char path[512]; /* "" keys of this process alone */
    struct timespec read_at;
    struct key keys[KEYS];
    size_t n;
} the = { .lock = PTHREAD_MUTEX_INITIALIZER };

void seal_dir_set(const char *dir)
{
    pthread_mutex_lock(&the.lock);
    snprintf(the.path, sizeof(the.path), "%s/secret.key", dir);
    the.n = 0;
    pthread_mutex_unlock(&the.lock);
}

bool seal_is(const char *text)
{
    return text && !strncmp(text, MARK, strlen(MARK));
}

/* ---- The file ------------------------------------------------------------------ */

static struct key key_made(void)
{
    unsigned char name[NAME / 2];
    struct key k;

    randombytes_buf(name, sizeof(name));
    sodium_bin2hex(k.name, sizeof(k.name), name, sizeof(name));
    randombytes_buf(k.at, sizeof(k.at));
    return k;
}

/* "name key" in a line, the key in base64. */
static bool key_read(const char *line, struct key *k)
{
    size_t got = 0;

    if (strlen(line) < NAME + 2 || line[NAME] != ' ') return false;
    memcpy(k->name, line, NAME);
    k->name[NAME] = '\0';
    return sodium_base642bin(k->at, sizeof(k->at), line + NAME + 1,
                             strlen(line + NAME + 1), " \r", &got, NULL,
                             VARIANT) == 0 &&
           got == sizeof(k->at);
}

static enum err keys_parse(struct ctx *c, char *text)
{
    char *rest = NULL;

    the.n = 0;
    for (char *l = strtok_r(text, "\n", &rest); l && the.n < KEYS;
         l = strtok_r(NULL, "\n", &rest))
        if (!key_read(l, &the.keys[the.n++]))
            return FAIL(c, STORAGE, "%s: line %zu is no key", the.path, the.n);
    return the.n ? ERR_OK : FAIL(c, STORAGE, "%s holds no key", the.path);
}

/* Written beside and renamed over: a power cut leaves the old file or the new one. */
static enum err keys_write(struct ctx *c)
{
    char line[sodium_base64_ENCODED_LEN(crypto_secretbox_KEYBYTES, VARIANT)];
    const char *beside = arena_printf(c->mem, "%s.new", the.path);
    struct buf b = buf_new(c->mem, 512, FILE_MAX);

    for (size_t k = 0; k < the.n; k++) {
        sodium_bin2base64(line, sizeof(line), the.keys[k].at, sizeof(the.keys[k].at),
                          VARIANT);
        buf_printf(&b, "%s %s\n", the.keys[k].name, line);
    }
    const int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, b.at, b.n) == (ssize_t)b.n && fsync(fd) == 0;
    if (fd >= 0 && close(fd)) good = false;
    sodium_memzero(b.at, b.n);
    if (!good || rename(beside, the.path))
        return FAIL(c, STORAGE, "cannot write %s: %s", the.path, strerror(errno));
    return ERR_OK;
}

static enum err keys_load(struct ctx *c, const struct stat *st)
{
    char text[FILE_MAX] = "";

    if (st->st_mode & 077)
        return FAIL(c, STORAGE, "%s can be read by others; chmod 600 it", the.path);
    const int fd = open(the.path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
    if (fd >= 0) close(fd);
    if (n < 0) return FAIL(c, STORAGE, "cannot read %s: %s", the.path, strerror(errno));
    TRY(keys_parse(c, text));
    sodium_memzero(text, sizeof(text));
    the.read_at = st->st_mtim;
    return ERR_OK;
}

/* The keys as they are now; with `make` there is one at least. */
static enum err keys_ready(struct ctx *c, bool make)
{
    struct stat st;

    if (!the.path[0]) {
        if (!the.n) the.keys[the.n++] = key_made();
        return ERR_OK;
    }
    if (!stat(the.path, &st)) {
        if (the.n && st.st_mtim.tv_sec == the.read_at.tv_sec &&
            st.st_mtim.tv_nsec == the.read_at.tv_nsec)
            return ERR_OK;
        return keys_load(c, &st);
    }
    if (!make) return FAIL(c, STORAGE, "there is no %s", the.path);
    the.keys[0] = key_made();
    the.n = 1;
    TRY(keys_write(c));
    return stat(the.path, &st)
               ? FAIL(c, STORAGE, "cannot see %s: %s", the.path, strerror(errno))
               : keys_load(c, &st);
}

/* ---- Texts --------------------------------------------------------------------- */

static enum err close_with(struct ctx *c, const char *text, const char **ret)
{
    const size_t n = strlen(text), boxed = n + crypto_secretbox_MACBYTES;
    unsigned char *box = arena_alloc(c->mem, crypto_secretbox_NONCEBYTES + boxed);
    const size_t wide =
        sodium_base64_ENCODED_LEN(crypto_secretbox_NONCEBYTES + boxed, VARIANT);
    char *shown = arena_alloc(c->mem, wide);

    TRY(keys_ready(c, true));
    randombytes_buf(box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES,
                          (const unsigned char *)text, n, box, the.keys[0].at);
    sodium_bin2base64(shown, wide, box, crypto_secretbox_NONCEBYTES + boxed, VARIANT);
    *ret = arena_printf(c->mem, MARK "%s:%s", the.keys[0].name, shown);
    return ERR_OK;
}

enum err seal_close(struct ctx *c, const char *text, const char **ret)
{
    pthread_mutex_lock(&the.lock);
    const enum err e = close_with(c, text, ret);
    pthread_mutex_unlock(&the.lock);
    return e;
}

static const struct key *key_named(const char *name)
{
    for (size_t k = 0; k < the.n; k++)
        if (!strncmp(the.keys[k].name, name, NAME)) return &the.keys[k];
    return NULL;
}

static enum err open_with(struct ctx *c, const char *sealed, const char **ret)
{
    const char *name = sealed + strlen(MARK), *shown = name + NAME + 1;
    unsigned char *box = arena_alloc(c->mem, strlen(sealed));
    size_t n = 0;

    TRY(keys_ready(c, false));
    const struct key *k = strlen(name) > NAME + 1 ? key_named(name) : NULL;
    if (!k)
        return FAIL(c, STORAGE, "the key %.8s of a secret is not in %s", name,
                    the.path[0] ? the.path : "this process");
    if (sodium_base642bin(box, strlen(sealed), shown, strlen(shown), NULL, &n, NULL,
                          VARIANT) ||
        n < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
        return FAIL(c, STORAGE, "a sealed secret is cut short");
    char *text = arena_alloc(c->mem, n - crypto_secretbox_NONCEBYTES -
                                         crypto_secretbox_MACBYTES + 1);
    if (crypto_secretbox_open_easy((unsigned char *)text,
                                   box + crypto_secretbox_NONCEBYTES,
                                   n - crypto_secretbox_NONCEBYTES, box, k->at))
        return FAIL(c, STORAGE, "a sealed secret was tampered with");
    *ret = text;
    return ERR_OK;
}

enum err seal_open(struct ctx *c, const char *sealed, const char **ret)
{
    *ret = sealed;
    if (!seal_is(sealed)) return ERR_OK;
    pthread_mutex_lock(&the.lock);
    const enum err e = open_with(c, sealed, ret);
    pthread_mutex_unlock(&the.lock);
    return e;
}

/* ---- Rotation ------------------------------------------------------------------ */

static enum err key_new(struct ctx *c)
{
    TRY(keys_ready(c, true));
    if (the.n == KEYS) the.n--;
    memmove(&the.keys[1], &the.keys[0], the.n * sizeof(the.keys[0]));
    the.keys[0] = key_made();
    the.n++;
    return the.path[0] ? keys_write(c) : ERR_OK;
}

enum err seal_key_new(struct ctx *c)
{
    pthread_mutex_lock(&the.lock);
    const enum err e = key_new(c);
    pthread_mutex_unlock(&the.lock);
    return e;
}

enum err seal_keys_forget(struct ctx *c)
{
    enum err e;

    pthread_mutex_lock(&the.lock);
    e = keys_ready(c, true);
    if (!e) the.n = 1;
    if (!e && the.path[0]) e = keys_write(c);
    pthread_mutex_unlock(&the.lock);
    return e;
}
