/* track_read.c -- a body of the protocol into events: one pass, nothing of the
 * database.  What is no JSON is refused as a whole; an event that is none is set aside
 * with its reason, so that its neighbours come in. */
#include <math.h>
#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/time.h"
#include "track/track_own.h"

const char *const track_kind_words[] = { "track", "identify", "page", "screen",
                                         "group", "alias",    NULL };
const char *const track_channel_words[] = { "site",   "app",   "till", "messenger",
                                            "server", "other", NULL };

/* Before this nothing was sold by us: a clock that was never set says 1970. */
#define EARLIEST 946684800000LL /* 2000-01-01 */

/* An event as its members come; what it needs is known at the end of the body. */
struct parts {
    struct json_text whole, data, traits, context, context_traits;
    const char *type, *message_id, *anonymous_id, *user_id, *event, *name, *category,
        *group_id, *previous_id, *key;
    i64 original_at, timestamp_at, sent_at;
    const char *wrong, *field, *code; /* the first thing that is wrong */
    bool campaign;
};

struct reader {
    struct ctx *c;
    struct json j;
    struct list parts;  /* struct parts, of a batch */
    struct parts outer; /* the body's own members */
    bool too_many;
};

static bool called(struct json_text name, const char *want)
{
    return name.n == strlen(want) && !memcmp(name.at, want, name.n);
}

static void blame(struct parts *p, const char *code, const char *field, const char *why)
{
    if (p->wrong) return;
    p->wrong = why;
    p->field = field;
    p->code = code;
}

/* ---- Members -----------------------------------------------------------------------
 */

/* A text; a number is one too where clients send their database's ids. */
static void take_text(struct reader *r, struct parts *p, const char *field, size_t most,
                      const char **ret)
{
    struct json_text raw;
    size_t n = 0;

    switch (json_kind(&r->j)) {
    case JSON_TEXT:
        if (json_text(&r->j, ret, &n) && n > most)
            blame(p, "bad_argument", field, "is too long");
        if (!n) *ret = NULL;
        return;
    case JSON_NUMBER:
        if (json_skip(&r->j, &raw)) *ret = arena_strdup(r->c->mem, raw.at, raw.n);
        return;
    case JSON_NULL:
        json_skip(&r->j, NULL);
        return;
    default:
        json_skip(&r->j, NULL);
        blame(p, "bad_argument", field, "must be a text");
    }
}

static void take_time(struct reader *r, struct parts *p, const char *field, i64 *ret)
{
    struct json_number number;
    const char *text = NULL;

    switch (json_kind(&r->j)) {
    case JSON_TEXT:
        if (!json_text(&r->j, &text, NULL)) return;
        if (!time_parse(text, 0, ret))
            blame(p, "bad_argument", field, "is no time like 2026-11-21T18:00:00.000Z");
        return;
    case JSON_NUMBER:
        if (!json_number(&r->j, &number)) return;
        if (number.whole && number.i > 0 && number.i < EARLIEST * 10)
            *ret = number.i;
        else
            blame(p, "bad_argument", field, "is no time in milliseconds since 1970");
        return;
    case JSON_NULL:
        json_skip(&r->j, NULL);
        return;
    default:
        json_skip(&r->j, NULL);
        blame(p, "bad_argument", field, "must be a time");
    }
}

static void take_object(struct reader *r, struct parts *p, const char *field,
                        struct json_text *ret)
{
    const enum json_kind kind = json_kind(&r->j);
    struct json_text raw;

    if (!json_skip(&r->j, &raw)) return;
    if (kind == JSON_OBJECT)
        *ret = raw;
    else if (kind != JSON_NULL)
        blame(p, "bad_argument", field, "must be an object");
}

/* The context is kept as it is; three of its members say something at once. */
static void take_context(struct reader *r, struct parts *p)
{
    struct json_object o = { 0 };
    struct json_text name, raw;

    if (json_kind(&r->j) != JSON_OBJECT) {
        take_object(r, p, "context", &p->context);
        return;
    }
    const char *from = r->j.at;
    while (json_member(&r->j, &o, &name)) {
        const bool object = json_kind(&r->j) == JSON_OBJECT;
        if (!json_skip(&r->j, &raw)) return;
        if (!object || raw.n <= 2) continue;
        if (called(name, "campaign")) p->campaign = true;
        if (called(name, "traits")) p->context_traits = raw;
    }
    p->context = (struct json_text){ from, (size_t)(r->j.at - from) };
}

static void take_member(struct reader *r, struct parts *p, struct json_text name)
{
    static const struct {
        const char *name;
        size_t at, most;
    } texts[] = {
#define TEXT(json, member, most) { json, offsetof(struct parts, member), most }
        TEXT("type", type, 20),
        TEXT("messageId", message_id, TRACK_MESSAGE_ID),
        TEXT("anonymousId", anonymous_id, TRACK_ID_BYTES),
        TEXT("userId", user_id, TRACK_ID_BYTES),
        TEXT("event", event, TRACK_NAME_BYTES),
        TEXT("name", name, TRACK_NAME_BYTES),
        TEXT("category", category, TRACK_NAME_BYTES),
        TEXT("groupId", group_id, TRACK_NAME_BYTES),
        TEXT("previousId", previous_id, TRACK_ID_BYTES),
        TEXT("writeKey", key, 200),
#undef TEXT
    };

    for (size_t k = 0; k < COUNT(texts); k++)
        if (called(name, texts[k].name)) {
            take_text(r, p, texts[k].name, texts[k].most,
                      (const char **)(void *)((char *)p + texts[k].at));
            return;
        }
    if (called(name, "properties"))
        take_object(r, p, "properties", &p->data);
    else if (called(name, "traits"))
        take_object(r, p, "traits", &p->traits);
    else if (called(name, "context"))
        take_context(r, p);
    else if (called(name, "timestamp"))
        take_time(r, p, "timestamp", &p->timestamp_at);
    else if (called(name, "originalTimestamp"))
        take_time(r, p, "originalTimestamp", &p->original_at);
    else if (called(name, "sentAt"))
        take_time(r, p, "sentAt", &p->sent_at);
    else
        json_skip(&r->j, NULL);
}

static bool take_event(struct reader *r, struct parts *p)
{
    struct json_object o = { 0 };
    struct json_text name;

    *p = (struct parts){ .original_at = NONE, .timestamp_at = NONE, .sent_at = NONE };
    if (json_kind(&r->j) != JSON_OBJECT) {
        if (!json_skip(&r->j, &p->whole)) return false;
        blame(p, "bad_argument", "", "must be an object");
        return true;
    }
    const char *from = r->j.at;
    while (json_member(&r->j, &o, &name)) take_member(r, p, name);
    p->whole = (struct json_text){ from, (size_t)(r->j.at - from) };
    if (p->whole.n > TRACK_EVENT_BYTES) blame(p, "too_big", "", "is over 32 KiB");
    return !r->j.why;
}

static bool take_batch(struct reader *r)
{
    size_t n = 0;

    while (json_item(&r->j, &n)) {
        if ((r->too_many = n > TRACK_BATCH_EVENTS)) return false;
        if (!take_event(r, list_add(r->c->mem, &r->parts, sizeof(struct parts))))
            return false;
    }
    return !r->j.why;
}

static bool take_body(struct reader *r)
{
    struct json_object o = { 0 };
    struct json_text name;

    while (json_member(&r->j, &o, &name))
        if (!called(name, "batch"))
            take_member(r, &r->outer, name);
        else if (!take_batch(r))
            return false;
    return !r->j.why;
}

/* ---- What it means ------------------------------------------------------------------
 */

static const char *text_of(struct ctx *c, struct json_text t)
{
    return t.at ? arena_strdup(c->mem, t.at, t.n) : "{}";
}

/* The members of `more` that `own` does not have are put behind its. */
static const char *joined(struct ctx *c, struct json_text own, struct json_text more)
{
    struct json_object o = { 0 };
    struct json_text name, raw;
    struct map have = { .mem = c->mem };
    struct json j;

    if (!more.at || more.n <= 2) return text_of(c, own);
    if (!own.at || own.n <= 2) return text_of(c, more);
    struct buf b = buf_new(c->mem, own.n + more.n, TRACK_BATCH_BYTES * 2);
    json_start(&j, c->mem, own.at, own.n);
    while (json_member(&j, &o, &name) && json_skip(&j, &raw))
        map_add(&have, name.at, name.n, b.at);
    buf_put(&b, own.at, own.n - 1);
    o = (struct json_object){ 0 };
    json_start(&j, c->mem, more.at, more.n);
    while (json_member(&j, &o, &name) && json_skip(&j, &raw)) {
        if (map_get(&have, name.at, name.n)) continue;
        buf_char(&b, ',');
        json_put_text(&b, name.at, name.n);
        buf_char(&b, ':');
        buf_put(&b, raw.at, raw.n);
    }
    buf_char(&b, '}');
    return b.at;
}

/* timestamp = receivedAt - (sentAt - originalTimestamp): how long ago it was by the
 * sender's own clock, right or not.  Without sentAt the sender's time is taken as it
 * is, but nothing happens after it has arrived. */
static i64 time_of(const struct parts *p, i64 sent_at, i64 received_at)
{
    const i64 said = p->original_at != NONE ? p->original_at : p->timestamp_at;
    i64 at = said;

    if (said == NONE) return received_at;
    if (p->sent_at != NONE) sent_at = p->sent_at;
    if (sent_at != NONE) at = received_at - (sent_at - said);
    return at > received_at ? received_at : at;
}

static int kind_of(const char *word)
{
    for (int k = 0; word && track_kind_words[k]; k++)
        if (!strcmp(word, track_kind_words[k])) return k;
    return -1;
}

static void must_have(struct parts *p, int kind)
{
    if (!p->anonymous_id && !p->user_id)
        blame(p, "bad_argument", "anonymousId", "is needed, or userId is");
    if (kind == TRACK_TRACK && !p->event)
        blame(p, "bad_argument", "event", "is needed: the event's name");
    if (kind == TRACK_GROUP && !p->group_id)
        blame(p, "bad_argument", "groupId", "is needed");
    if (kind == TRACK_ALIAS && !p->previous_id)
        blame(p, "bad_argument", "previousId", "is needed");
    if (kind == TRACK_ALIAS && !p->user_id)
        blame(p, "bad_argument", "userId", "is needed");
}

static const char *name_of(const struct parts *p, int kind)
{
    switch (kind) {
    case TRACK_TRACK:
        return p->event;
    case TRACK_GROUP:
        return p->group_id;
    case TRACK_ALIAS:
        return p->previous_id;
    case TRACK_PAGE:
    case TRACK_SCREEN:
        return p->name ? p->name : "";
    default:
        return "";
    }
}

static const char *data_of(struct ctx *c, const struct parts *p, int kind)
{
    struct json_text more = { 0 };

    if (kind == TRACK_IDENTIFY)
        return text_of(c, p->traits.at ? p->traits : p->context_traits);
    if (kind == TRACK_GROUP) return text_of(c, p->traits);
    if (p->category) {
        struct buf b = buf_new(c->mem, 64, TRACK_EVENT_BYTES);
        buf_text(&b, "{\"category\":");
        json_put_text(&b, p->category, strlen(p->category));
        buf_char(&b, '}');
        more = (struct json_text){ b.at, b.n };
    }
    return joined(c, p->data, more);
}

static const char *new_message_id(struct ctx *c)
{
    unsigned char raw[16];
    char text[sizeof(raw) * 2 + 1];

    randombytes_buf(raw, sizeof(raw));
    sodium_bin2hex(text, sizeof(text), raw, sizeof(raw));
    return arena_printf(c->mem, "prilavok-%s", text);
}

static void refuse(struct reader *r, struct batch *b, const struct parts *p, i64 index,
                   bool many)
{
    struct ctx *c = r->c;
    struct wrong *w = list_add(c->mem, &b->wrongs, sizeof(*w));
    const size_t n = p->whole.n < TRACK_SAMPLE ? p->whole.n : TRACK_SAMPLE;
    size_t cut = 0;

    for (size_t step;
         cut < n && (step = utf8_step(p->whole.at + cut, p->whole.at + n));)
        cut += step;
    *w = (struct wrong){ .index = index, .code = p->code };
    w->field = !many       ? p->field
               : *p->field ? arena_printf(c->mem, "batch[%lld].%s", index, p->field)
                           : arena_printf(c->mem, "batch[%lld]", index);
    w->message =
        arena_printf(c->mem, "%s %s", *p->field ? p->field : "the event", p->wrong);
    w->sample = arena_strdup(c->mem, p->whole.at, cut);
}

static void keep(struct reader *r, struct batch *b, struct parts *p, int kind,
                 i64 index)
{
    struct ctx *c = r->c;
    const bool many = kind < 0;

    if (many && !p->wrong && (kind = kind_of(p->type)) < 0)
        blame(p, "bad_argument", "type",
              "must be track, identify, page, screen, group or alias");
    if (!p->wrong) must_have(p, kind);
    const i64 at = time_of(p, r->outer.sent_at, b->received_at);
    if (at < EARLIEST) blame(p, "bad_argument", "timestamp", "is before the year 2000");
    if (p->wrong) {
        refuse(r, b, p, index, many);
        return;
    }
    struct heard *e = list_add(c->mem, &b->events, sizeof(*e));
    *e = (struct heard){ .kind = kind, .at = at, .index = index, .why = WHY_FITS };
    e->message_id = p->message_id ? p->message_id : new_message_id(c);
    e->anonymous_id = p->anonymous_id;
    e->user_id = p->user_id;
    e->name = name_of(p, kind);
    e->data = data_of(c, p, kind);
    e->context =
        joined(c, p->context, many ? r->outer.context : (struct json_text){ 0 });
    if (p->campaign || (many && r->outer.campaign)) e->marks |= MARK_CAMPAIGN;
    if (kind == TRACK_PAGE || kind == TRACK_SCREEN) e->marks |= MARK_VIEW;
}

static enum err no_json(struct ctx *c, const struct json *j)
{
    int line, column;

    json_where(j, &line, &column);
    return FAIL(c, BAD_JSON, "line %d, column %d: %s", line, column, j->why);
}

static enum err read_one(struct reader *r, struct batch *b, int kind)
{
    struct parts p;
    struct ctx *c = r->c;

    if (!take_event(r, &p) || !json_end(&r->j)) return no_json(c, &r->j);
    if (p.whole.n > TRACK_EVENT_BYTES)
        return FAIL_FIELD(c, TOO_BIG, "event", "one event has at most %d bytes",
                          TRACK_EVENT_BYTES);
    b->key = p.key;
    keep(r, b, &p, kind, 0);
    return ERR_OK;
}

enum err batch_read(struct ctx *c, const char *text, size_t n, int kind,
                    struct batch *b)
{
    struct reader r = { .c = c };

    r.outer =
        (struct parts){ .original_at = NONE, .timestamp_at = NONE, .sent_at = NONE };
    json_start(&r.j, c->mem, text, n);
    if (kind >= 0) return read_one(&r, b, kind);
    const bool whole = take_body(&r) && json_end(&r.j);
    if (r.too_many)
        return FAIL_FIELD(c, TOO_BIG, "batch", "a batch has at most %d events",
                          TRACK_BATCH_EVENTS);
    if (!whole) return no_json(c, &r.j);
    if (r.outer.wrong)
        return FAIL_FIELD(c, BAD_REQUEST, r.outer.field, "%s %s", r.outer.field,
                          r.outer.wrong);
    b->key = r.outer.key;
    for (size_t k = 0; k < r.parts.n; k++)
        keep(&r, b, &((struct parts *)r.parts.at)[k], -1, (i64)k);
    return ERR_OK;
}
