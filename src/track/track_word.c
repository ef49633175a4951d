/* track_word.c -- texts that come again as numbers.
 *
 * Numbers are asked for at every event, so those asked last are kept in memory: a row
 * never changes, only one that was given in a unit that failed must not be believed. */
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "track/track_own.h"

enum { FIND, INSERT };

/* clang-format off */
const struct query track_word_sql[] = {
    [FIND] = { "track.find_word",
        "SELECT no FROM track_word WHERE value = $1 AND kind = $2" },

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
    const enum err e = db_one(c, &track_word_sql[FIND], INTO(&no), value, (i64)kind);

    if (e && e != ERR_NOT_FOUND) return e;
    *ret_no = no;
    return ERR_OK;
}

/* Whoever gives numbers holds the row of track_log, so nobody gives the same. */
enum err word_no(struct ctx *c, struct words *w, enum word_kind kind, const char *value,
                 i64 *ret_no)
{
    unsigned char hash[crypto_shorthash_siphashx24_BYTES];
    i64 no = 0;

    hash_of(kind, value, hash);
    if ((*ret_no = recall(hash))) return ERR_OK;
    TRY(word_find(c, kind, value, &no));
    if (!no) {
        no = w->next_no++;
        w->changed = true;
        TRY(db_exec(c, &track_word_sql[INSERT], NULL, no, (i64)kind, value));
    }
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
