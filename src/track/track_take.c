/* track_take.c -- a batch into the log: what is new of it, once, in one unit beside.
 *
 * The row of track_log is changed first: on PostgreSQL it makes the writers of the log
 * wait for one another, so that a place is visible only when all before it are; on
 * SQLite there is one writer anyway. */
#include <sodium.h>
#include <string.h>

#include "base/id.h"
#include "base/seal.h"
#include "base/time.h"
#include "track/track_own.h"
#include "track/track_word.h"

enum {
    BEGIN,
    KEY,
    END,
    SEE,
    SEE_MANY,
    SEEN_BY,
    SEEN_BEFORE,
    OLDEST,
    ADD,
    ADD_MANY,
    HOLD,
    UNKNOWN,
    REFUSED
};

/* clang-format off */
#define SEEN "INSERT INTO track_seen (bucket, h1, h2, event_id) VALUES "
#define SEEN4(a, b, c, d) "($" #a ", $" #b ", $" #c ", $" #d ")"
#define EVENT "(id, device_no, user_no, at, received_at, kind, name_no, source_id, message_id, data, context)"
#define EVENT11(a, b, c, d, e, f, g, h, i, j, k) "($" #a ", $" #b ", $" #c ", $" #d ", $" #e ", $" #f \
    ", $" #g ", $" #h ", $" #i ", $" #j ", $" #k ")"
const struct query track_take_sql[] = {
    [BEGIN] = { "track.begin_batch",
        "UPDATE track_log SET next_id = next_id + $1 WHERE one = 1"
        " RETURNING next_id - $1, next_no, hash_key", "i" },

    [KEY] = { "track.put_hash_key",
        "UPDATE track_log SET hash_key = $1 WHERE one = 1" },

    [END] = { "track.end_batch",
        "UPDATE track_log SET next_no = $1 WHERE one = 1" },

    [SEE] = { "track.see", SEEN SEEN4(1, 2, 3, 4) " ON CONFLICT (bucket, h1, h2) DO NOTHING" },

    [SEE_MANY] = { "track.see_many",
        SEEN SEEN4(1, 2, 3, 4) "," SEEN4(5, 6, 7, 8) "," SEEN4(9, 10, 11, 12) ","
        SEEN4(13, 14, 15, 16) "," SEEN4(17, 18, 19, 20) "," SEEN4(21, 22, 23, 24) ","
        SEEN4(25, 26, 27, 28) "," SEEN4(29, 30, 31, 32) "," SEEN4(33, 34, 35, 36) ","
        SEEN4(37, 38, 39, 40) " ON CONFLICT (bucket, h1, h2) DO NOTHING" },

    [SEEN_BY] = { "track.seen_by",
        "SELECT event_id FROM track_seen WHERE bucket = $1 AND h1 = $2 AND h2 = $3" },

    [SEEN_BEFORE] = { "track.seen_before",
        "SELECT event_id FROM track_seen WHERE bucket IN ($1, $2, $3, $4) AND h1 = $5 AND h2 = $6 LIMIT 1" },

    [OLDEST] = { "track.oldest_bucket",
        "SELECT bucket FROM track_seen WHERE bucket >= $1 ORDER BY bucket LIMIT 1" },

    [ADD] = { "track.add_event",
        "INSERT INTO track_event " EVENT " VALUES " EVENT11(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) },

    [ADD_MANY] = { "track.add_events",
        "INSERT INTO track_event " EVENT " VALUES " EVENT11(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) ","
        EVENT11(12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22) "," EVENT11(23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33) ","
        EVENT11(34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44) "," EVENT11(45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55) ","
        EVENT11(56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66) "," EVENT11(67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77) ","
        EVENT11(78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88) "," EVENT11(89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99) ","
        EVENT11(100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110) },

    [HOLD] = { "track.hold_event",
        "INSERT INTO track_held (id, unknown_id, device_no, user_no, at, received_at, kind, name_no, source_id,"
        " message_id, data, context) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)" },

    [UNKNOWN] = { "track.count_unknown",
        "INSERT INTO track_unknown (id, kind, name, member, why, type, n, first_at, last_at, source_id, sample)"
        " VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7, $8, $9)"
        " ON CONFLICT (name, kind, member, why, type) DO UPDATE SET n = track_unknown.n + 1,"
        " last_at = excluded.last_at, source_id = excluded.source_id, sample = excluded.sample"
        " RETURNING id" },

    [REFUSED] = { "track.keep_refused",
        "INSERT INTO track_refused (id, at, source_id, field, why, sample) VALUES ($1, $2, $3, $4, $5, $6)" },
    QUERY_END
};
/* clang-format on */

enum { MANY = 10, SEEN_ARGS = 4, EVENT_ARGS = 11 };

/* ---- Message ids
 * --------------------------------------------------------------------- */

#define BUCKET_MS (8 * DAY_MS)
enum { OLD_BUCKETS = 4 }; /* before this one: 32 days and more */

struct taking {
    struct batch *b;
    struct heard *e;
    size_t n;
    i64 id, bucket;
    bool old; /* there are buckets before this one */
    struct words words;
};

static enum err hash_key(struct ctx *c, struct bytes have, unsigned char *to)
{
    enum { N = crypto_shorthash_siphashx24_KEYBYTES };

    if (have.n == N) {
        memcpy(to, have.at, N);
        return ERR_OK;
    }
    randombytes_buf(to, N);
    return db_exec(c, &track_take_sql[KEY], NULL, ((struct bytes){ to, N }));
}

static enum err begin(struct ctx *c, struct taking *t)
{
    unsigned char key[crypto_shorthash_siphashx24_KEYBYTES],
        hash[crypto_shorthash_siphashx24_BYTES];
    struct bytes have = { 0 };
    i64 oldest = 0;

    TRY(db_one(c, &track_take_sql[BEGIN], INTO(&t->id, &t->words.next_no, &have),
               (i64)t->n));
    TRY(hash_key(c, have, key));
    for (size_t k = 0; k < t->n; k++) {
        struct heard *e = &t->e[k];
        e->id = t->id + (i64)k;
        crypto_shorthash_siphashx24(hash, (const unsigned char *)e->message_id,
                                    strlen(e->message_id), key);
        memcpy(&e->h1, hash, sizeof(e->h1));
        memcpy(&e->h2, hash + sizeof(e->h1), sizeof(e->h2));
        if (e->h1 == NONE) e->h1++; /* NONE is bound as NULL */
        if (e->h2 == NONE) e->h2++;
    }
    t->bucket = t->b->received_at / BUCKET_MS;
    const enum err e =
        db_one(c, &track_take_sql[OLDEST], INTO(&oldest), t->bucket - OLD_BUCKETS);
    if (e && e != ERR_NOT_FOUND) return e;
    t->old = !e && oldest < t->bucket;
    return ERR_OK;
}

static void see_args(const struct taking *t, const struct heard *e, struct val *v)
{
    v[0] = val_i(t->bucket);
    v[1] = val_i(e->h1);
    v[2] = val_i(e->h2);
    v[3] = val_i(e->id);
}

/* All in one round trip; who is not in then was there before, or stands twice in the
 * batch. */
static enum err see(struct ctx *c, struct taking *t)
{
    const size_t tens = t->n / MANY, calls = tens + t->n % MANY;
    struct db_call *call = NEW_N(c->mem, struct db_call, calls);
    struct val *v = NEW_N(c->mem, struct val, t->n * SEEN_ARGS);
    i64 new = 0, by;

    for (size_t k = 0; k < t->n; k++) see_args(t, &t->e[k], v + k * SEEN_ARGS);
    for (size_t k = 0; k < calls; k++) {
        const size_t from = k < tens ? k * MANY : tens * MANY + (k - tens);
        call[k] = (struct db_call){ .q = &track_take_sql[k < tens ? SEE_MANY : SEE],
                                    .v = v + from * SEEN_ARGS,
                                    .nv = k < tens ? MANY * SEEN_ARGS : SEEN_ARGS };
    }
    TRY(db_batch(c, call, calls));
    for (size_t k = 0; k < calls; k++) new += call[k].n;
    for (size_t k = 0; new < (i64)t->n &&k < t->n; k++) {
        TRY(db_one(c, &track_take_sql[SEEN_BY], INTO(&by), t->bucket, t->e[k].h1,
                   t->e[k].h2));
        t->e[k].again = by != t->e[k].id;
    }
    return ERR_OK;
}

static enum err see_before(struct ctx *c, struct taking *t)
{
    const i64 b = t->bucket;
    i64 by;

    for (size_t k = 0; t->old && k < t->n; k++) {
        struct heard *h = &t->e[k];
        if (h->again) continue;
        const enum err e = db_one(c, &track_take_sql[SEEN_BEFORE], INTO(&by), b - 1,
                                  b - 2, b - 3, b - 4, h->h1, h->h2);
        if (e && e != ERR_NOT_FOUND) return e;
        h->again = !e;
    }
    return ERR_OK;
}

/* ---- Events
 * -------------------------------------------------------------------------- */

static enum err number(struct ctx *c, struct taking *t, struct heard *e)
{
    TRY(track_text_seal(c, &e->data));
    TRY(track_text_seal(c, &e->context));
    e->user_no = NONE;
    e->name_no = 0;
    if (e->user_id) TRY(word_no(c, &t->words, WORD_USER, e->user_id, &e->user_no));
    e->device_no = e->user_no;
    if (e->anonymous_id)
        TRY(word_no(c, &t->words, WORD_DEVICE, e->anonymous_id, &e->device_no));
    return *e->name ? word_no(c, &t->words, WORD_NAME, e->name, &e->name_no) : ERR_OK;
}

/* All texts of the batch that are not in memory, before each is asked for. */
static enum err words_learn(struct ctx *c, struct taking *t)
{
    for (size_t k = 0; k < t->n; k++) {
        const struct heard *e = &t->e[k];

        if (e->again) continue;
        if (e->user_id) TRY(words_ask(c, &t->words, WORD_USER, e->user_id));
        if (e->anonymous_id) TRY(words_ask(c, &t->words, WORD_DEVICE, e->anonymous_id));
        if (*e->name) TRY(words_ask(c, &t->words, WORD_NAME, e->name));
    }
    return words_ask(c, &t->words, WORD_NAME, NULL);
}

static void event_args(const struct taking *t, const struct heard *e, struct val *v)
{
    v[0] = val_i(e->id);
    v[1] = val_i(e->device_no);
    v[2] = val_i(e->user_no);
    v[3] = val_i(e->at);
    v[4] = val_i(t->b->received_at);
    v[5] = val_i(e->kind | (i64)t->b->channel << MARK_CHANNEL |
                 (i64)(e->marks & (MARK_CAMPAIGN | MARK_VIEW)));
    v[6] = val_i(e->name_no);
    v[7] = val_i(t->b->source_id);
    v[8] = val_s(e->message_id);
    v[9] = val_s(e->data);
    v[10] = val_s(e->context);
}

static enum err add(struct ctx *c, struct taking *t, struct taken *ret)
{
    struct val v[EVENT_ARGS * MANY];
    size_t m = 0;

    for (size_t k = 0; k < t->n; k++) {
        struct heard *e = &t->e[k];
        if (e->again || e->why != WHY_FITS) continue;
        event_args(t, e, v + m++ * EVENT_ARGS);
        ret->accepted++;
        if (m < MANY) continue;
        TRY(db_exec_(c, &track_take_sql[ADD_MANY], NULL, v, COUNT(v)));
        m = 0;
    }
    for (size_t k = 0; k < m; k++)
        TRY(db_exec_(c, &track_take_sql[ADD], NULL, v + k * EVENT_ARGS, EVENT_ARGS));
    return ERR_OK;
}

static const char *sample(struct ctx *c, const char *text)
{
    const size_t n = strlen(text);
    size_t cut = n < TRACK_SAMPLE ? n : TRACK_SAMPLE;

    for (; cut && cut < n; cut--)
        if ((text[cut] & 0xc0) != 0x80) break;
    return arena_strdup(c->mem, text, cut);
}

enum err unknown_count(struct ctx *c, const struct heard *e, i64 source_id, i64 *ret_id)
{
    const char *data = e->data, *kept;

    TRY(track_text_open(c, &data));
    TRY(seal_close(c, sample(c, data), &kept));
    return db_one(c, &track_take_sql[UNKNOWN], INTO(ret_id), id_new(c), e->kind,
                  e->kind == TRACK_TRACK ? e->name : "", e->member ? e->member : "",
                  e->why, e->type, c->now, source_id, kept);
}

static enum err hold(struct ctx *c, struct taking *t, struct heard *e)
{
    struct val v[EVENT_ARGS + 1];
    i64 unknown_id;

    TRY(unknown_count(c, e, t->b->source_id, &unknown_id));
    event_args(t, e, v + 1);
    v[0] = v[1];
    v[1] = val_i(unknown_id);
    return db_exec_(c, &track_take_sql[HOLD], NULL, v, COUNT(v));
}

static enum err refused(struct ctx *c, const struct batch *b)
{
    for (size_t k = 0; k < b->wrongs.n; k++) {
        const struct wrong *w = &((const struct wrong *)b->wrongs.at)[k];
        const char *why, *sample;

        TRY(seal_close(c, w->message, &why));
        TRY(seal_close(c, w->sample, &sample));
        TRY(db_exec(c, &track_take_sql[REFUSED], NULL, id_new(c), b->received_at,
                    b->source_id, w->field, why, sample));
    }
    return ERR_OK;
}

static void wake(void *arg)
{
    (void)arg;
    follow_wake();
}

enum err batch_take(struct ctx *c, struct batch *b, struct taken *ret)
{
    struct taking t = { .b = b, .e = b->events.at, .n = b->events.n };

    *ret = (struct taken){ 0 };
    TRY(refused(c, b));
    if (!t.n) return ERR_OK;
    for (size_t k = 0; k < t.n; k++) t.e[k].again = false;
    words_watch(c);
    TRY(begin(c, &t));
    TRY(see(c, &t));
    TRY(see_before(c, &t));
    TRY(words_learn(c, &t));
    for (size_t k = 0; k < t.n; k++) {
        if (!t.e[k].again) TRY(number(c, &t, &t.e[k]));
        ret->again += t.e[k].again;
    }
    TRY(add(c, &t, ret));
    for (size_t k = 0; k < t.n; k++)
        if (!t.e[k].again && t.e[k].why != WHY_FITS) {
            TRY(hold(c, &t, &t.e[k]));
            ret->held++;
        }
    if (t.words.changed) TRY(db_exec(c, &track_take_sql[END], NULL, t.words.next_no));
    db_after_commit(c, wake, NULL, NULL);
    return ERR_OK;
}
