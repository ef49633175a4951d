#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/seal_own.h"
#include "base/time.h"

enum { KEYS = 8, NAME = SEAL_NAME, FILE_MAX = 4096, LOOK_US = 250000 };

#define MARK    "sealed:"
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static struct {
    pthread_mutex_t lock;
    char path[512]; /* "" keys of this process alone */
    struct timespec read_at;
    ino_t read_ino;
    i64 looked_us; /* when the file was last looked at */
    struct seal_key keys[KEYS];
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

/* What contacts are sealed with hangs on the key, and does not betray it. */
static void derive(struct seal_key *k)
{
    static const char mark[] = "prilavok contact mark",
                      veil[] = "prilavok contact veil";

    if (crypto_generichash(k->mark, sizeof(k->mark), (const unsigned char *)mark,
                           sizeof(mark) - 1, k->at, sizeof(k->at)) ||
        crypto_generichash(k->veil, sizeof(k->veil), (const unsigned char *)veil,
                           sizeof(veil) - 1, k->at, sizeof(k->at)))
        abort();
}

static struct seal_key key_made(void)
{
    unsigned char name[NAME / 2];
    struct seal_key k = { .coming = false };

    randombytes_buf(name, sizeof(name));
    sodium_bin2hex(k.name, sizeof(k.name), name, sizeof(name));
    randombytes_buf(k.at, sizeof(k.at));
    derive(&k);
    return k;
}

/* "name key" in a line, the key in base64; "coming" behind one that does not seal. */
static bool key_read(const char *line, struct seal_key *k)
{
    const char *end;
    size_t got = 0;

    *k = (struct seal_key){ .coming = false };
    if (strlen(line) < NAME + 2 || line[NAME] != ' ') return false;
    memcpy(k->name, line, NAME);
    if (sodium_base642bin(k->at, sizeof(k->at), line + NAME + 1,
                          strlen(line + NAME + 1), NULL, &got, &end, VARIANT) ||
        got != sizeof(k->at))
        return false;
    end += strspn(end, " \r");
    k->coming = !strncmp(end, "coming", 6);
    derive(k);
    return true;
}

static enum err keys_parse(struct ctx *c, char *text)
{
    struct seal_key keys[KEYS];
    char *rest = NULL;
    size_t n = 0;

    for (char *l = strtok_r(text, "\n", &rest); l && n < KEYS;
         l = strtok_r(NULL, "\n", &rest))
        if (!key_read(l, &keys[n++]))
            return FAIL(c, STORAGE, "%s: line %zu is no key", the.path, n);
    if (!n || keys[0].coming) return FAIL(c, STORAGE, "%s holds no key", the.path);
    memcpy(the.keys, keys, n * sizeof(*keys));
    the.n = n;
    return ERR_OK;
}

static struct buf keys_text(struct arena *mem)
{
    char line[sodium_base64_ENCODED_LEN(crypto_secretbox_KEYBYTES, VARIANT)];
    struct buf b = buf_new(mem, 512, FILE_MAX);

    for (size_t k = 0; k < the.n; k++) {
        sodium_bin2base64(line, sizeof(line), the.keys[k].at, sizeof(the.keys[k].at),
                          VARIANT);
        buf_printf(&b, "%s %s%s\n", the.keys[k].name, line,
                   the.keys[k].coming ? " coming" : "");
    }
    return b;
}

static bool written(const char *path, const struct buf *b)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, b->at, b->n) == (ssize_t)b->n && fsync(fd) == 0;

    if (fd >= 0 && close(fd)) good = false;
    return good;
}

/* Written beside and moved into its place: a power cut leaves the old file or the new
 * one.  The first one does not push another process' first one away. */
static enum err keys_write(struct ctx *c, bool first)
{
    const char *beside = arena_printf(c->mem, "%s.new%d", the.path, (int)getpid());
    struct buf b = keys_text(c->mem);

    bool good = written(beside, &b);
    sodium_memzero(b.at, b.n);
    if (good && first)
        good = !link(beside, the.path) || errno == EEXIST;
    else if (good)
        good = !rename(beside, the.path);
    const int why = errno;
    if (!good || first) unlink(beside);
    return good ? ERR_OK
                : FAIL(c, STORAGE, "cannot write %s: %s", the.path, strerror(why));
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
    const enum err e = keys_parse(c, text);
    sodium_memzero(text, sizeof(text));
    if (e) return e;
    the.read_at = st->st_mtim;
    the.read_ino = st->st_ino;
    return ERR_OK;
}

static bool read_already(const struct stat *st)
{
    return the.n && st->st_ino == the.read_ino &&
           st->st_mtim.tv_sec == the.read_at.tv_sec &&
           st->st_mtim.tv_nsec == the.read_at.tv_nsec;
}

/* The keys as they are now; with `make` there is one at least. */
static enum err keys_ready(struct ctx *c, bool make)
{
    struct stat st;

    if (!the.path[0]) {
        if (!the.n) the.keys[the.n++] = key_made();
        return ERR_OK;
    }
    the.looked_us = time_mono_us();
    if (!stat(the.path, &st)) return read_already(&st) ? ERR_OK : keys_load(c, &st);
    if (!make) return FAIL(c, STORAGE, "there is no %s", the.path);
    the.keys[0] = key_made();
    the.n = 1;
    TRY(keys_write(c, true));
    return stat(the.path, &st)
               ? FAIL(c, STORAGE, "cannot see %s: %s", the.path, strerror(errno))
               : keys_load(c, &st);
}

enum err seal_ready(struct ctx *c, bool make)
{
    pthread_mutex_lock(&the.lock);
    const enum err e = sodium_init() < 0 ? FAIL(c, INTERNAL, "libsodium does not begin")
                                         : keys_ready(c, make);
    pthread_mutex_unlock(&the.lock);
    return e;
}

/* Under the lock: the file need not be looked at again. */
static bool lately(void)
{
    return the.n && time_mono_us() - the.looked_us < LOOK_US;
}

/* Under the lock: look at the file now and then.  What was read once holds when the
 * file cannot be read now. */
static void keep_up(bool now)
{
    if (!now && lately()) return;
    struct ctx c = { .mem = arena_new(1 << 14) };
    const enum err e = keys_ready(&c, !the.n);
    if (e && the.n) log_warn("%s", c.fault.message);
    if (!the.n) log_error("no key to seal with: %s", c.fault.message);
    if (!the.n) abort();
    arena_free(c.mem);
}

struct seal_key seal_key_first(void)
{
    pthread_mutex_lock(&the.lock);
    keep_up(false);
    const struct seal_key k = the.keys[0];
    pthread_mutex_unlock(&the.lock);
    return k;
}

bool seal_key_other(struct seal_key *ret)
{
    pthread_mutex_lock(&the.lock);
    keep_up(false);
    const bool is = the.n > 1;
    if (is) *ret = the.keys[1];
    pthread_mutex_unlock(&the.lock);
    return is;
}

/* ---- Texts --------------------------------------------------------------------- */

static enum err close_with(struct ctx *c, const char *text, const char **ret)
{
    const size_t n = strlen(text), boxed = n + crypto_secretbox_MACBYTES;
    unsigned char *box = arena_alloc(c->mem, crypto_secretbox_NONCEBYTES + boxed);
    const size_t wide =
        sodium_base64_ENCODED_LEN(crypto_secretbox_NONCEBYTES + boxed, VARIANT);
    char *shown = arena_alloc(c->mem, wide);

    if (!lately()) TRY(keys_ready(c, true));
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

static const struct seal_key *key_named(const char *name)
{
    for (size_t k = 0; k < the.n; k++)
        if (!strncmp(the.keys[k].name, name, NAME)) return &the.keys[k];
    return NULL;
}

bool seal_key_named(const char *name, struct seal_key *ret)
{
    pthread_mutex_lock(&the.lock);
    keep_up(false);
    const struct seal_key *k = key_named(name);
    if (!k) keep_up(true);
    if (!k) k = key_named(name);
    if (k) *ret = *k;
    pthread_mutex_unlock(&the.lock);
    return k != NULL;
}

static enum err open_with(struct ctx *c, const char *sealed, const char **ret)
{
    const char *name = sealed + strlen(MARK), *shown = name + NAME + 1;
    unsigned char *box = arena_alloc(c->mem, strlen(sealed));
    size_t n = 0;

    if (!lately()) TRY(keys_ready(c, false));
    const bool whole = strlen(name) > NAME + 1;
    const struct seal_key *k = whole ? key_named(name) : NULL;
    if (whole && !k) TRY(keys_ready(c, false));
    if (whole && !k) k = key_named(name);
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

enum err seal_key_coming(struct ctx *c)
{
    pthread_mutex_lock(&the.lock);
    enum err e = keys_ready(c, true);
    if (!e && the.n > 1) e = FAIL(c, WRONG_STATE, "%s has two keys already", the.path);
    if (!e) {
        the.keys[the.n] = key_made();
        the.keys[the.n++].coming = true;
        if (the.path[0]) e = keys_write(c, false);
    }
    pthread_mutex_unlock(&the.lock);
    return e;
}

enum err seal_key_turn(struct ctx *c)
{
    pthread_mutex_lock(&the.lock);
    enum err e = keys_ready(c, true);
    if (!e && the.n > 1 && the.keys[1].coming) {
        const struct seal_key new = the.keys[1];
        the.keys[1] = the.keys[0];
        the.keys[0] = new;
        the.keys[0].coming = false;
        if (the.path[0]) e = keys_write(c, false);
    }
    pthread_mutex_unlock(&the.lock);
    return e;
}

enum err seal_keys_forget(struct ctx *c)
{
    pthread_mutex_lock(&the.lock);
    enum err e = keys_ready(c, true);
    if (!e && the.n > 1 && the.keys[1].coming)
        e = FAIL(c, WRONG_STATE, "the new key of %s is not used yet", the.path);
    if (!e) {
        the.n = 1;
        if (the.path[0]) e = keys_write(c, false);
    }
    pthread_mutex_unlock(&the.lock);
    return e;
}

enum seal_phase seal_phase(void)
{
    pthread_mutex_lock(&the.lock);
    keep_up(true);
    const enum seal_phase p = the.n < 2            ? SEAL_ONE
                              : the.keys[1].coming ? SEAL_COMING
                                                   : SEAL_LEAVING;
    pthread_mutex_unlock(&the.lock);
    return p;
}

bool seal_settled(void)
{
    pthread_mutex_lock(&the.lock);
    keep_up(true);
    const i64 at = the.read_at.tv_sec * SECOND_MS + the.read_at.tv_nsec / 1000000;
    pthread_mutex_unlock(&the.lock);
    return time_now() - at > SEAL_SEEN_MS;
}

bool seal_is_newest(const char *sealed)
{
    const struct seal_key k = seal_key_first();

    return seal_is(sealed) && !strncmp(sealed + strlen(MARK), k.name, NAME);
}
