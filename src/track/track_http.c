/* Where events come in: Segment's paths and answers that its clients understand.
 *
 * A batch is read, judged and counted on the socket's thread; its unit beside holds
 * statements only.  An event that is none does not keep its neighbours out: the answer
 * names it, and it is kept to be shown.  With X-Strict-Mode: 1 nothing of such a batch
 * is taken.  Segment's clients give up on 400 and 413, and come again after
 * Retry-After on 429 and 503. */
#include <sodium.h>
#include <string.h>
#include <zlib.h>

#include "base/time.h"
#include "http/call.h"
#include "setting/setting.h"
#include "track/track_own.h"

struct answer {
    bool success;
    bool off;
    i64 accepted, duplicates, held;
    struct list rejected; /* struct wrong */
};

/* clang-format off */
static const struct field wrong_fields[] = {
    F_INT(wrong, index, 0, 0, 0, "Its place in the batch, from 0."),
    F_TEXT(wrong, code, 0, 0, "bad_argument or too_big."),
    F_TEXT(wrong, field, 0, 0, "The member to change: batch[3].event."),
    F_TEXT(wrong, message, 0, 0, "What is wrong with it."),
    FIELD_END
};
static const struct shape wrong_shape = SHAPE("TrackRejected", wrong, wrong_fields);
static const struct field answer_fields[] = {
    F_BOOL(answer, success, 0, "What was accepted is on disk."),
    F_BOOL(answer, off, OPT, "Nothing was taken: our own pages are not to tell (setting track.pages)."),
    F_INT(answer, accepted, 0, 0, 0, "Events that are new."),
    F_INT(answer, duplicates, 0, 0, 0, "Events whose messageId came within 30 days."),
    F_INT(answer, held, 0, 0, 0, "Events that do not fit the tracking plan and wait."),
    F_LIST(answer, rejected, 0, &wrong_shape, 0, "Events that are none, and why."),
    FIELD_END
};
static const struct shape answer_shape = SHAPE("TrackAnswer", answer, answer_fields);
/* clang-format on */

/* ---- Before the unit
 * -------------------------------------------------------------------- */

/* zlib's own window of a gzip or zlib stream; what it unpacks to has a ceiling. */
static enum err unpack(struct ctx *c, struct bytes in, size_t most, struct bytes *ret)
{
    z_stream z = { .next_in = (unsigned char *)(uintptr_t)in.at,
                   .avail_in = (unsigned)in.n };
    struct buf out = buf_new(c->mem, in.n * 6 + 1024, most + 1);
    int rc = Z_OK;

    if (inflateInit2(&z, 15 + 32) != Z_OK)
        return FAIL(c, INTERNAL, "no room to unpack");
    while (rc == Z_OK && !out.full) {
        char part[16384];
        z.next_out = (unsigned char *)part;
        z.avail_out = sizeof(part);
        rc = inflate(&z, Z_NO_FLUSH);
        buf_put(&out, part, sizeof(part) - z.avail_out);
        if (rc == Z_OK && !z.avail_in && z.avail_out) rc = Z_BUF_ERROR;
    }
    inflateEnd(&z);
    if (out.full || out.n > most)
        return FAIL_FIELD(c, TOO_BIG, "batch_bytes",
                          "the body unpacks to more than %zu bytes", most);
    if (rc != Z_STREAM_END)
        return FAIL(c, BAD_REQUEST, "the body is not the gzip that its head says");
    *ret = (struct bytes){ out.at, out.n };
    return ERR_OK;
}

static const char *header(const struct request *q, const char *name)
{
    return q->header ? q->header(q, name) : NULL;
}

static enum err body_of(struct ctx *c, const struct request *q, struct bytes *ret)
{
    const char *how = header(q, "Content-Encoding");

    *ret = q->raw_body;
    if (!how || !strcmp(how, "identity")) return ERR_OK;
    if (strcmp(how, "gzip") != 0)
        return FAIL(c, BAD_REQUEST, "the body's encoding must be gzip, not \"%.40s\"",
                    how);
    return unpack(c, q->raw_body, TRACK_BATCH_BYTES, ret);
}

/* The user name of HTTP Basic; the password is empty. */
static const char *basic_user(struct ctx *c, const struct request *q)
{
    const char *said = header(q, "Authorization");
    size_t n = 0;

    if (!said || strncasecmp(said, "Basic ", 6) != 0) return NULL;
    const size_t size = strlen(said);
    char *text = arena_alloc(c->mem, size + 1);
    if (sodium_base642bin((unsigned char *)text, size, said + 6, strlen(said + 6), " ",
                          &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return NULL;
    text[strcspn(text, ":")] = '\0';
    return *text ? text : NULL;
}

/* writeKey=... of the query; a key has no letters that need escaping. */
static const char *asked_key(struct ctx *c, const char *query)
{
    static const char name[] = "writeKey=";
    const char *at = query ? strstr(query, name) : NULL;

    if (!at) return NULL;
    at += sizeof(name) - 1;
    return arena_strdup(c->mem, at, strcspn(at, "&"));
}

/* So many events a second; a burst of a second is let through. */
static bool too_many(struct source *s, i64 now, i64 n)
{
    const i64 second = now / SECOND_MS;

    if (!s->per_second) return false;
    if (atomic_exchange(&s->second, second) != second) atomic_store(&s->used, 0);
    return atomic_fetch_add(&s->used, n) >= s->per_second;
}

static enum err admit(struct ctx *c, struct config *k, const struct request *q,
                      struct batch *b)
{
    const char *key = basic_user(c, q);
    struct source *s;

    if (!key) key = b->key;
    if (!key) key = asked_key(c, q->query_text);
    if (!key)
        return FAIL(
            c, LOGIN,
            "show a write key: as the user of HTTP Basic, or as writeKey in the body");
    if (!(s = config_source(k, key, strlen(key))))
        return FAIL(c, WRONG_SECRET,
                    "no source has the write key \"%.8s...\", or it is switched off",
                    key);
    b->source_id = s->id;
    b->channel = s->channel;
    b->off = s->own && !setting_bool(c, "track.pages", (struct setting_scope){ 0 });
    if (too_many(s, b->received_at, (i64)b->events.n))
        return FAIL_FIELD(c, TOO_MANY, "events_per_second",
                          "this source may send %lld events a second", s->per_second);
    plan_judge(c, k, b);
    return ERR_OK;
}

/* "/v1/track" is one track, "/v1/batch" many of any kind.  Segment's browser client
 * says "/v1/t". */
static int kind_of(const char *path)
{
    const char *word = strrchr(path, '/') + 1;

    for (int k = 0; track_kind_words[k]; k++)
        if (!strcmp(word, track_kind_words[k]) ||
            (!word[1] && *word == *track_kind_words[k]))
            return k;
    return -1;
}

static enum err prepare(struct ctx *c, struct request *q)
{
    const char *strict = header(q, "X-Strict-Mode");
    struct batch *b = NEW(c->mem, struct batch);
    struct config *k;
    struct bytes body;

    b->received_at = c->now;
    b->strict = strict && !strcmp(strict, "1");
    TRY(body_of(c, q, &body));
    TRY(batch_read(c, body.at, body.n, kind_of(q->path), b));
    TRY(config_hold(c, &k));
    const enum err e = admit(c, k, q, b);
    config_drop(k);
    q->body = b;
    return e;
}

/* ---- The unit
 * ------------------------------------------------------------------------------ */

/* All that is wrong, as an error's body; 400, which Segment's clients do not repeat. */
static enum err all_wrong(struct ctx *c, const struct batch *b, struct reply *r)
{
    const struct wrong *w = b->wrongs.at;

    for (size_t k = 0; k < b->wrongs.n; k++)
        fail_more(c, !strcmp(w[k].code, "too_big") ? ERR_TOO_BIG : ERR_BAD_ARGUMENT,
                  w[k].field, __FILE__, __LINE__, "%s", w[k].message);
    *r = fault_reply(c, c->fault.err);
    r->status = 400;
    c->fault = (struct fault){ 0 };
    return ERR_OK;
}

static enum err take(struct ctx *c, const struct request *q, struct reply *r)
{
    struct batch b = *(const struct batch *)q->body;
    struct answer *a = NEW(c->mem, struct answer);
    struct taken n;
    const bool none = b.wrongs.n && (b.strict || !b.events.n);

    if (none || b.off) b.events.n = 0;
    TRY(batch_take(c, &b, &n));
    if (none) return all_wrong(c, &b, r);
    *a = (struct answer){ .success = true,
                          .off = b.off,
                          .accepted = n.accepted,
                          .duplicates = n.again,
                          .held = n.held,
                          .rejected = b.wrongs };
    return reply_with(r, 200, a);
}

/* ---- What clients ask before
 * ------------------------------------------------------------------ */

static enum err preflight(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)c, (void)q;
    return reply_empty(r);
}

/* Where this server is, as the client sees it. */
static const char *host(struct ctx *c, const struct request *q,
                        const char **ret_protocol)
{
    const char *proto = header(q, "X-Forwarded-Proto"), *at = header(q, "Host");

    *ret_protocol = proto && !strcmp(proto, "https") ? "https" : "http";
    return at && strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789.-:[]") == strlen(at)
               ? at
               : arena_printf(c->mem, "localhost");
}

static enum err known(struct ctx *c, const char *key, struct source *ret)
{
    struct config *k;

    TRY(config_hold(c, &k));
    const struct source *s = config_source(k, key, strlen(key));
    if (s) {
        ret->id = s->id;
        ret->name = arena_strdup(c->mem, s->name, strlen(s->name));
    }
    config_drop(k);
    return s ? ERR_OK
             : FAIL(c, NOT_FOUND, "no source has the write key \"%.8s...\"", key);
}

/* What Segment's browser client reads from its CDN: there is one destination, us. */
static enum err segment_settings(struct ctx *c, const struct request *q,
                                 struct reply *r)
{
    struct buf b = buf_new(c->mem, 512, 8192);
    const char *protocol, *at = host(c, q, &protocol), *key = q->args[0];
    struct source s = { 0 };

    if (!key) return FAIL(c, NOT_FOUND, "no write key");
    TRY(known(c, key, &s));
    buf_text(&b, "{\"integrations\":{\"Segment.io\":{\"apiKey\":");
    json_put_text(&b, key, strlen(key));
    buf_printf(&b,
               ",\"apiHost\":\"%s/v1\",\"protocol\":\"%s\",\"versionSettings\":"
               "{\"version\":\"4.4.7\",\"componentTypes\":[\"browser\"]}}},"
               "\"metrics\":{\"sampleRate\":0},\"remotePlugins\":[]}",
               at, protocol);
    return reply_text(r, "application/json", b.at, b.n);
}

static void put_source(struct buf *b, const struct source *s, const char *key)
{
    buf_printf(b, "{\"source\":{\"id\":\"%lld\",\"name\":", s->id);
    json_put_text(b, s->name ? s->name : "", s->name ? strlen(s->name) : 0);
    buf_text(b, ",\"writeKey\":");
    json_put_text(b, key, strlen(key));
    buf_text(b, ",\"enabled\":true,\"workspaceId\":\"prilavok\",\"destinations\":[],"
                "\"connections\":[],\"config\":{\"statsCollection\":{\"errors\":"
                "{\"enabled\":false},\"metrics\":{\"enabled\":false}}},");
}

/* What RudderStack's clients read from its control plane. */
static enum err rudder_config(struct ctx *c, const struct request *q, struct reply *r)
{
    struct buf b = buf_new(c->mem, 512, 8192);
    const char *protocol, *at = host(c, q, &protocol), *key = basic_user(c, q);
    struct source s = { 0 };

    if (!key) key = asked_key(c, q->query_text);
    if (!key) return FAIL(c, LOGIN, "show a write key");
    TRY(known(c, key, &s));
    put_source(&b, &s, key);
    buf_printf(&b,
               "\"dataplanes\":{\"EU\":[{\"url\":\"%s://%s\",\"default\":true}]}},"
               "\"updatedAt\":\"2026-01-01T00:00:00.000Z\"}",
               protocol, at);
    return reply_text(r, "application/json", b.at, b.n);
}

/* clang-format off */
#define IN_AT(path_, more_, doc_, example_)                                                           \
    { "POST", path_, take, RIGHT_ANYONE, WRITES, .out = &answer_shape, .body_max = TRACK_BATCH_BYTES, \
      .flags = ROUTE_RAW | ROUTE_NO_CSRF | ROUTE_CORS | ROUTE_BESIDE | (more_),                       \
      .prepare = prepare, .doc = doc_, .example = example_ },                                         \
    { "OPTIONS", path_, preflight, RIGHT_ANYONE, ALONE,                                               \
      .flags = ROUTE_DIRECT | ROUTE_HIDDEN | ROUTE_CORS | ROUTE_NO_CSRF, .doc = "Pages of other sites ask first." }
#define IN(path_, doc_)       IN_AT("/v1/" path_, 0, doc_, NULL)
#define IN_SHORT(path_, doc_) IN_AT(path_, ROUTE_HIDDEN, doc_, NULL)
#define ASKED(path_, run_, doc_)                                                                      \
    { "GET", path_, run_, RIGHT_ANYONE, ALONE,                                                        \
      .flags = ROUTE_DIRECT | ROUTE_CORS | ROUTE_HIDDEN | ROUTE_NO_CSRF, .doc = doc_ },               \
    { "OPTIONS", path_, preflight, RIGHT_ANYONE, ALONE,                                               \
      .flags = ROUTE_DIRECT | ROUTE_HIDDEN | ROUTE_CORS | ROUTE_NO_CSRF, .doc = "Pages of other sites ask first." }
const struct route track_routes[] = {
    IN("track", "Something somebody did: event and properties."),
    IN("identify", "Who somebody is: traits."),
    IN("page", "A page that was looked at."),
    IN("screen", "A screen of an app that was looked at."),
    IN("group", "The company or group that somebody belongs to."),
    IN("alias", "Two ids are one person: previousId and userId."),
    IN("batch", "Many of the above, each with its type; up to 500 KB and 2,500 events, also gzipped."),
    IN("import", "As batch: events of the past, without sentAt."),
    IN_SHORT("/v1/t", "As track."),
    IN_SHORT("/v1/i", "As identify."),
    IN_SHORT("/v1/p", "As page."),
    IN_SHORT("/v1/s", "As screen."),
    IN_SHORT("/v1/g", "As group."),
    IN_SHORT("/v1/a", "As alias."),
    IN_SHORT("/v1/b", "As batch."),
    IN_SHORT("/beacon/v1/batch", "As batch, with the key in the address."),
    ASKED("/v1/projects/{key}/settings", segment_settings, "What Segment's browser client reads first."),
    ASKED("/sourceConfig", rudder_config, "What RudderStack's clients read first."),
    ASKED("/sourceConfig/", rudder_config, "What RudderStack's clients read first."),
    ROUTE_END
};
/* clang-format on */
