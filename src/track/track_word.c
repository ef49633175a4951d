/* track_word.c -- texts that come again as numbers.
 *
 * Numbers are asked for at every event, so those asked last are kept in memory: a row
 * never changes, only one that was given in a unit that failed must not be believed. */
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "track/track_own.h"
#include "track/track_word.h"

enum { FIND, FIND_MANY, INSERT };

/* clang-format off */
const struct query track_word_sql[] = {
    [FIND] = { "track.find_word",
        "SELECT no FROM track_word WHERE value IN ($1, $3) AND kind = $2", .types = "tit" },

    [FIND_MANY] = { "track.find_words",
        "SELECT no, kind, value FROM track_word WHERE value IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,"
        " $31, $32, $33, $34, $35, $36, $37, $38, $39, $40)" },

    [INSERT] = { "track.insert_word",
        "INSERT INTO track_word (no, kind, value) VALUES ($1, $2, $3)" },
    QUERY_END
};
/* clang-format on */

#define PLACES 65536 /* 1.5 MiB */

static struct {
    pthread_mutex_t lock;
    unsigned char key[crypto_shorthash_siphashx24_KEYBYTES];
    struct word {
        unsigned char hash[crypto_shorthash_siphashx24_BYTES];
        i64 no;
    } * at;
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Under the lock. */
static struct word *place(const unsigned char *hash)
{
    u64 h;

    memcpy(&h, hash, sizeof(h));
    return &kept.at[h % PLACES];
}

static void hash_of(enum word_kind kind, const char *value, unsigned char *hash)
{
    pthread_mutex_lock(&kept.lock);
    if (!kept.at) {
        if (!(kept.at = calloc(PLACES, sizeof(*kept.at)))) abort();
        randombytes_buf(kept.key, sizeof(kept.key));
    }
    pthread_mutex_unlock(&kept.lock);
    crypto_shorthash_siphashx24(hash, (const unsigned char *)value, strlen(value),
                                kept.key);
    hash[sizeof(kept.at->hash) - 1] ^= (unsigned char)kind;
}

static i64 recall(const unsigned char *hash)
{
    pthread_mutex_lock(&kept.lock);
    const struct word *w = place(hash);
    const i64 no = memcmp(w->hash, hash, sizeof(w->hash)) ? 0 : w->no;
    pthread_mutex_unlock(&kept.lock);
    return no;
}

static void remember(const unsigned char *hash, i64 no)
{
    pthread_mutex_lock(&kept.lock);
    struct word *w = place(hash);
    memcpy(w->hash, hash, sizeof(w->hash));
    w->no = no;
    pthread_mutex_unlock(&kept.lock);
}

void words_forget(void)
{
    pthread_mutex_lock(&kept.lock);
    if (kept.at) memset(kept.at, 0, PLACES * sizeof(*kept.at));
    pthread_mutex_unlock(&kept.lock);
}

enum err word_find(struct ctx *c, enum word_kind kind, const char *value, i64 *ret_no)
{
    i64 no = 0;
    const enum err e =
        db_one(c, &track_word_sql[FIND], INTO(&no), track_word_kept(c, kind, value),
               (i64)kind, track_word_before(c, kind, value));

    if (e && e != ERR_NOT_FOUND) return e;
    *ret_no = no;
    return ERR_OK;
}

/* ---- Many at once: those that are not in memory, asked for together -----------------
 */

enum { AT_ONCE = 40 };

static const char *key_of(struct ctx *c, int kind, const char *value, size_t *ret_n)
{
    const size_t n = strlen(value);
    char *key = arena_raw(c->mem, n + 2);

    key[0] = (char)kind;
    memcpy(key + 1, value, n + 1);
    *ret_n = n + 1;
    return key;
}

/* Of this unit: its number, 0 when there is none yet; NULL: nobody has asked. */
static i64 *asked(struct ctx *c, struct words *w, int kind, const char *value)
{
    size_t n;
    const char *key = key_of(c, kind, value, &n);

    return map_get(&w->asked, key, n);
}

static enum err ask_some(struct ctx *c, struct words *w)
{
    const char *value;
    i64 no, kind;
    ROWS r = { 0 };

    if (!w->n) return ERR_OK;
    for (size_t k = w->n; k < AT_ONCE; k++) w->ask[k] = w->ask[w->n - 1];
    w->n = 0;
    TRY(db_rows_(c, &r, &track_word_sql[FIND_MANY], w->ask, AT_ONCE));
    while (db_next(&r, INTO(&no, &kind, &value))) {
        i64 *to = asked(c, w, (int)kind, value);
        if (to) *to = no;
    }
    return r.err;
}

enum err words_ask(struct ctx *c, struct words *w, enum word_kind kind,
                   const char *value)
{
    unsigned char hash[crypto_shorthash_siphashx24_BYTES];
    size_t n;

    if (!value) return w->n ? ask_some(c, w) : ERR_OK;
    hash_of(kind, value, hash);
    if (recall(hash) || asked(c, w, kind, value)) return ERR_OK;
    const char *key = key_of(c, kind, value, &n);
    w->asked.mem = c->mem;
    map_add(&w->asked, key, n, NEW(c->mem, i64));
    w->ask[w->n++] = val_s(value);
    return w->n == AT_ONCE ? ask_some(c, w) : ERR_OK;
}

/* Whoever gives numbers holds the row of track_log, so nobody gives the same. */
enum err word_no(struct ctx *c, struct words *w, enum word_kind kind, const char *value,
                 i64 *ret_no)
{
    unsigned char hash[crypto_shorthash_siphashx24_BYTES];

    hash_of(kind, value, hash);
    if ((*ret_no = recall(hash))) return ERR_OK;
    i64 *own = w->asked.mem ? asked(c, w, kind, value) : NULL, no = own ? *own : 0;
    if (!own) TRY(word_find(c, kind, value, &no));
    if (!no) {
        no = w->next_no++;
        w->changed = true;
        TRY(db_exec(c, &track_word_sql[INSERT], NULL, no, (i64)kind,
                    track_word_kept(c, kind, value)));
    }
    if (own) *own = no;
    remember(hash, no);
    *ret_no = no;
    return ERR_OK;
}

struct watch {
    bool durable;
};

static void lasts(void *arg)
{
    ((struct watch *)arg)->durable = true;
}

static void ended(void *arg)
{
    if (!((struct watch *)arg)->durable) words_forget();
    free(arg);
}

void words_watch(struct ctx *c)
{
    struct watch *w = calloc(1, sizeof(*w));

    if (!w) abort();
    db_after_commit(c, lasts, w, ended);
}
