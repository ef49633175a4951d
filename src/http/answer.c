/* The first answer under an Idempotency-Key, given again to whoever repeats. */
#include <sodium.h>

#include "base/limits.h"
#include "http/call.h"
#include "http/http.h"

enum { FIND, KEEP, PURGE };

/* clang-format off */
const struct query http_answer_sql[] = {
    [FIND] = { "http.find_answer",
        "SELECT request, status, body, sealed, type, etag, location, cookies FROM http_answer"
        " WHERE who_id = $1 AND who_kind = $2 AND key_hash = $3" },

    [KEEP] = { "http.keep_answer",
        "INSERT INTO http_answer (who_id, who_kind, key_hash, request, status, sealed, type,"
        " etag, location, cookies, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        .twice = true },

    [PURGE] = { "http.purge_answers",
        "DELETE FROM http_answer WHERE (who_id, who_kind, key_hash) IN"
        " (SELECT who_id, who_kind, key_hash FROM http_answer WHERE at < $1 ORDER BY at LIMIT $2)" },
    QUERY_END
};
/* clang-format on */

enum {
    HASH = crypto_generichash_BYTES,
    NONCE = crypto_secretbox_NONCEBYTES,
    SEAL = crypto_secretbox_MACBYTES
};

static struct bytes hash_of(struct ctx *c, const char *purpose, const char *key)
{
    unsigned char *h = arena_raw(c->mem, HASH);

    crypto_generichash(h, HASH, (const unsigned char *)key, strlen(key),
                       (const unsigned char *)purpose, strlen(purpose));
    return (struct bytes){ h, HASH };
}

static void mix(crypto_generichash_state *s, const void *at, size_t n)
{
    const u64 length = n;

    crypto_generichash_update(s, (const unsigned char *)&length, sizeof(length));
    if (n) crypto_generichash_update(s, at, n);
}

static struct bytes hash_of_request(struct ctx *c, const struct call *k)
{
    unsigned char *h = arena_raw(c->mem, HASH);
    const char *query = k->q.query_text ? k->q.query_text : "";
    crypto_generichash_state s;

    crypto_generichash_init(&s, NULL, 0, HASH);
    mix(&s, k->q.method, strlen(k->q.method));
    mix(&s, k->q.path, strlen(k->q.path));
    mix(&s, query, strlen(query));
    mix(&s, k->sent.at, k->sent.n);
    crypto_generichash_final(&s, h, HASH);
    return (struct bytes){ h, HASH };
}

static i64 owner(const struct ctx *c)
{
    return c->who.id ? c->who.id : c->who.session_id;
}

/* A text behind a nonce.  Whoever reads the table cannot open it: the key that does is
 * known to the client alone.  So an answer that tells of a person needs no erasing. */
static struct bytes seal(struct ctx *c, const struct call *k, const char *purpose,
                         const char *text, size_t n)
{
    unsigned char *box = arena_raw(c->mem, NONCE + SEAL + n);

    randombytes_buf(box, NONCE);
    crypto_secretbox_easy(box + NONCE, (const unsigned char *)text, n, box,
                          hash_of(c, purpose, k->key).at);
    return (struct bytes){ box, NONCE + SEAL + n };
}

/* NULL when it is not sealed with this key. */
static char *unseal(struct ctx *c, const struct call *k, const char *purpose,
                    struct bytes b)
{
    const unsigned char *box = b.at;

    if (b.n < NONCE + SEAL) return NULL;
    char *text = arena_alloc(c->mem, b.n - NONCE - SEAL + 1);
    const int bad =
        crypto_secretbox_open_easy((unsigned char *)text, box + NONCE, b.n - NONCE, box,
                                   hash_of(c, purpose, k->key).at);
    return bad ? NULL : text;
}

static struct bytes body_kept(struct ctx *c, const struct call *k)
{
    if (!k->r.text) return (struct bytes){ NULL, 0 };
    return seal(c, k, "prilavok body", k->r.text, strlen(k->r.text));
}

/* The lines joined by '\n'. */
static struct bytes cookies_kept(struct ctx *c, const struct call *k)
{
    struct buf lines = buf_new(c->mem, 512, 16384);

    for (size_t n = 0; n < COUNT(k->r.cookies) && k->r.cookies[n]; n++) {
        if (n) buf_char(&lines, '\n');
        buf_text(&lines, k->r.cookies[n]);
    }
    if (!lines.n) return (struct bytes){ NULL, 0 };
    return seal(c, k, "prilavok cookies", lines.at, lines.n);
}

static void cookies_again(struct ctx *c, struct call *k, struct bytes b)
{
    const char *lines = unseal(c, k, "prilavok cookies", b);

    for (size_t i = 0; lines && *lines && i < COUNT(k->r.cookies); i++) {
        const size_t wide = strcspn(lines, "\n");
        k->r.cookies[i] = arena_strdup(c->mem, lines, wide);
        lines += wide + (lines[wide] == '\n');
    }
}

bool answer_ahead(struct ctx *c, const struct call *k)
{
    return db_ahead(c, &http_answer_sql[FIND], owner(c), (i64)c->who.kind,
                    hash_of(c, "prilavok key", k->key));
}

enum err answer_find(struct ctx *c, struct call *k, bool *ret_found)
{
    const struct bytes mine = hash_of_request(c, k);
    struct bytes theirs = { 0 }, body = { 0 }, cookies = { 0 };
    struct reply r = { 0 };
    i64 status;
    const enum err e = db_one(
        c, &http_answer_sql[FIND],
        INTO(&theirs, &status, &r.text, &body, &r.type, &r.etag, &r.location, &cookies),
        owner(c), (i64)c->who.kind, hash_of(c, "prilavok key", k->key));

    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    if (theirs.n != mine.n || memcmp(theirs.at, mine.at, mine.n) != 0)
        return FAIL(c, KEY_REUSED,
                    "the Idempotency-Key \"%.64s\" was used for another request",
                    k->key);
    if (body.at) r.text = unseal(c, k, "prilavok body", body);
    k->r = r;
    k->r.status = (int)status;
    k->r.text_bytes = r.text ? strlen(r.text) : 0;
    cookies_again(c, k, cookies);
    *ret_found = k->replayed = true;
    return ERR_OK;
}

enum err answer_keep(struct ctx *c, struct call *k)
{
    const i64 status = k->r.status ? k->r.status : 200;

    /* Was somebody with the same key quicker, then this unit runs again, and his answer
     * is there. */
    TRY(db_exec(c, &http_answer_sql[KEEP], NULL, owner(c), (i64)c->who.kind,
                hash_of(c, "prilavok key", k->key), hash_of_request(c, k), status,
                body_kept(c, k), k->r.type, k->r.etag, k->r.location,
                cookies_kept(c, k), c->now));
    k->kept = true;
    return ERR_OK;
}

static enum err purge_some(struct ctx *c, void *arg)
{
    return db_exec(c, &http_answer_sql[PURGE], arg, c->now - LIMIT_IDEMPOTENCY_MS,
                   (i64)LIMIT_BULK_ROWS);
}

enum err http_purge_answers(struct ctx *c, struct job *j)
{
    i64 gone = LIMIT_BULK_ROWS;

    (void)j;
    while (gone == LIMIT_BULK_ROWS) TRY(db_unit(c, purge_some, &gone));
    return ERR_OK;
}
