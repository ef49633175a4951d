/* track_session.c -- sessions, a function of the events alone.
 *
 * Of one device, in the order of time (of two at the same moment by message id), a
 * session ends with a pause of over 30 minutes, or before an event that comes from
 * another campaign than the session's own (a person who comes back by another
 * advertisement begins anew, as counters have taught everybody to expect).
 *
 * Events mostly come in their order: then the last session grows, or a new one begins.
 * One that comes late may join two, lengthen one, or cut one in two: then what stands
 * around it without a pause is made anew from the log.  Events never part what was
 * together but for a campaign, so nothing further away can change. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "track/track_follow.h"

enum { MARK, MARK_MOVE, AFTER, LAST, BEFORE, BEHIND, DROP, AGAIN, DETAIL, PUT };

/* clang-format off */
#define POINT "id, device_no, at, kind, source_id, message_id"
#define SESSION "device_no, from_at, to_at, events, pages, first_id, channel, source_id, campaign, source, medium, landing"
const struct query track_session_sql[] = {
    [MARK] = { "track.session_mark",
        "SELECT m.pos, l.next_id - 1 FROM track_mark m, track_log l WHERE m.name = 'session' AND l.one = 1" },

    [MARK_MOVE] = { "track.move_session_mark",
        "UPDATE track_mark SET pos = $2 WHERE name = 'session' AND pos = $1" },

    [AFTER] = { "track.points_after",
        "SELECT " POINT " FROM track_event WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3" },

    [LAST] = { "track.last_session",
        "SELECT " SESSION " FROM track_session WHERE device_no = $1 ORDER BY from_at DESC LIMIT 1" },

    [BEFORE] = { "track.session_before",
        "SELECT from_at, to_at FROM track_session WHERE device_no = $1 AND from_at < $2"
        " ORDER BY from_at DESC LIMIT 1" },

    [BEHIND] = { "track.session_behind",
        "SELECT from_at, to_at FROM track_session WHERE device_no = $1 AND from_at > $2"
        " ORDER BY from_at LIMIT 1" },

    [DROP] = { "track.drop_sessions",
        "DELETE FROM track_session WHERE device_no = $1 AND from_at >= $2 AND from_at <= $3" },

    [AGAIN] = { "track.points_between",
        "SELECT " POINT " FROM track_event WHERE device_no = $1 AND at >= $2 AND at <= $3 AND id <= $4"
        " ORDER BY at, message_id" },

    [DETAIL] = { "track.point_detail",
        "SELECT e.context, e.data, n.value FROM track_event e LEFT JOIN track_word n ON n.no = e.name_no"
        " WHERE e.id = $1" },

    [PUT] = { "track.put_session",
        "INSERT INTO track_session (" SESSION ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " ON CONFLICT (device_no, from_at) DO UPDATE SET to_at = excluded.to_at, events = excluded.events,"
        " pages = excluded.pages, landing = excluded.landing" },
    QUERY_END
};
/* clang-format on */

#define PAUSE_MS (30 * MINUTE_MS)

struct point { /* an event as a session sees it */
    i64 id, device_no, at, kind, source_id;
    const char *message_id;
};
struct session {
    i64 device_no, from_at, to_at, events, pages, first_id, channel, source_id;
    const char *campaign, *source, *medium, *landing;
};

/* ---- Where somebody came from
 * -------------------------------------------------------- */

static struct json_text member(struct ctx *c, struct json_text object, const char *name)
{
    struct json_object o = { .trusted = true };
    struct json_text at, value = { 0 };
    struct json j;

    if (!object.at) return value;
    json_start(&j, c->mem, object.at, object.n);
    if (json_kind(&j) != JSON_OBJECT) return value;
    while (json_member(&j, &o, &at) && json_skip(&j, &value))
        if (at.n == strlen(name) && !memcmp(at.at, name, at.n)) return value;
    return (struct json_text){ 0 };
}

static const char *text(struct ctx *c, struct json_text object, const char *name)
{
    const struct json_text at = member(c, object, name);
    const char *s = NULL;
    struct json j;

    if (!at.at || *at.at != '"') return "";
    json_start(&j, c->mem, at.at, at.n);
    return json_text(&j, &s, NULL) ? s : "";
}

static const char *host_of(struct ctx *c, const char *url)
{
    const char *at = strstr(url, "://");

    if (!at) return "";
    at += 3;
    if (!strncmp(at, "www.", 4)) at += 4;
    return arena_strdup(c->mem, at, strcspn(at, "/:?#"));
}

static bool is_search(const char *host)
{
    static const char *const names[] = { "yandex.",   "ya.ru",      "google.",
                                         "bing.com",  "go.mail.ru", "duckduckgo.com",
                                         "rambler.ru" };

    for (size_t k = 0; k < COUNT(names); k++)
        if (strstr(host, names[k])) return true;
    return false;
}

static const char *cut(struct ctx *c, const char *s, size_t most)
{
    size_t n = strlen(s);

    if (n > most)
        for (n = most; n && (s[n] & 0xc0) == 0x80;) n--;
    return arena_strdup(c->mem, s, n);
}

struct detail {
    struct json_text context, data;
    const char *name;
};

/* The texts of an event that was asked for before it is needed; id 0: none was. */
struct texts {
    struct val id;
    const char *context, *data, *name;
    struct out o[3];
};

static enum err detail_of(struct ctx *c, i64 id, const struct texts *early,
                          struct detail *ret)
{
    const char *context, *data, *name;

    if (early && early->context && early->id.i == id) {
        context = early->context;
        data = early->data;
        name = early->name;
    } else {
        TRY(db_one(c, &track_session_sql[DETAIL], INTO(&context, &data, &name), id));
    }
    TRY(track_text_open(c, &context));
    TRY(track_text_open(c, &data));
    ret->context = (struct json_text){ context, strlen(context) };
    ret->data = (struct json_text){ data, strlen(data) };
    ret->name = name ? name : "";
    return ERR_OK;
}

static const char *campaign_of(struct ctx *c, const struct detail *d)
{
    const struct json_text k = member(c, d->context, "campaign");

    if (!k.at) return "";
    return cut(c,
               arena_printf(c->mem, "%s/%s/%s", text(c, k, "source"),
                            text(c, k, "medium"), text(c, k, "name")),
               300);
}

static void came_from(struct ctx *c, const struct detail *d, struct session *s)
{
    const struct json_text k = member(c, d->context, "campaign"),
                           page = member(c, d->context, "page");
    const char *referrer = text(c, page, "referrer");
    if (!*referrer) referrer = text(c, d->data, "referrer");
    const char *host = host_of(c, referrer), *own = host_of(c, text(c, page, "url"));
    const bool outside = *host && strcmp(host, own) != 0;

    s->source = outside ? cut(c, host, 200) : "direct";
    s->medium = !outside ? "none" : is_search(host) ? "organic" : "referral";
    if (!*s->campaign) return;
    s->source = cut(c, text(c, k, "source"), 200);
    s->medium = cut(c, text(c, k, "medium"), 200);
}

static const char *landing_of(struct ctx *c, const struct detail *d)
{
    const char *path = text(c, member(c, d->context, "page"), "path");

    if (!*path) path = text(c, d->data, "path");
    return cut(c, *path ? path : *d->name ? d->name : "/", 300);
}

/* ---- Making
 * ------------------------------------------------------------------------------ */

static enum err put(struct ctx *c, const struct session *s)
{
    const struct val v[] = {
        val_i(s->device_no), val_i(s->from_at),  val_i(s->to_at),   val_i(s->events),
        val_i(s->pages),     val_i(s->first_id), val_i(s->channel), val_i(s->source_id),
        val_s(s->campaign),  val_s(s->source),   val_s(s->medium),  val_s(s->landing)
    };

    return s->events ? db_exec_(c, &track_session_sql[PUT], NULL, v, COUNT(v)) : ERR_OK;
}

/* The next event of the device; `s` is the session before it, empty at first. */
static enum err go_on(struct ctx *c, struct session *s, const struct point *p,
                      const struct texts *early)
{
    const bool view = p->kind & MARK_VIEW;
    struct detail d = { 0 };
    const char *campaign = "";

    if (p->kind & MARK_CAMPAIGN) {
        TRY(detail_of(c, p->id, early, &d));
        campaign = campaign_of(c, &d);
    }
    const bool new = !s->events || p->at - s->to_at > PAUSE_MS ||
                     (*campaign && strcmp(campaign, s->campaign) != 0);
    if ((new || (view && !*s->landing)) && !d.name) TRY(detail_of(c, p->id, early, &d));
    if (new) {
        TRY(put(c, s));
        *s = (struct session){ .device_no = p->device_no,
                               .from_at = p->at,
                               .first_id = p->id,
                               .source_id = p->source_id,
                               .channel = p->kind >> MARK_CHANNEL & 15,
                               .campaign = campaign,
                               .landing = "" };
        came_from(c, &d, s);
    }
    if (view && !*s->landing) s->landing = landing_of(c, &d);
    s->to_at = p->at;
    s->events++;
    s->pages += view;
    return ERR_OK;
}

/* How far what stands around [*from, *to] reaches without a pause. */
static enum err around(struct ctx *c, i64 device_no, i64 *from, i64 *to)
{
    const struct query *before = &track_session_sql[BEFORE],
                       *behind = &track_session_sql[BEHIND];
    i64 at = *from + 1, begin = *from, a, b;
    enum err e;

    for (; !(e = db_one(c, before, INTO(&a, &b), device_no, at)); at = a) {
        if (b < *from - PAUSE_MS) break;
        if (b > *to) *to = b;
        if (a < *from) *from = a;
    }
    if (e && e != ERR_NOT_FOUND) return e;
    for (at = begin; !(e = db_one(c, behind, INTO(&a, &b), device_no, at)); at = a) {
        if (a > *to + PAUSE_MS) break;
        if (b > *to) *to = b;
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err anew(struct ctx *c, const struct point *p, size_t n, i64 last_id)
{
    i64 from = p->at, to = p[n - 1].at;
    struct session s = { 0 };
    struct list all = { 0 };
    struct point q;
    ROWS r = { 0 };

    TRY(around(c, p->device_no, &from, &to));
    TRY(db_exec(c, &track_session_sql[DROP], NULL, p->device_no, from, to));
    TRY(db_rows(c, &r, &track_session_sql[AGAIN], p->device_no, from, to, last_id));
    while (db_next(
        &r, INTO(&q.id, &q.device_no, &q.at, &q.kind, &q.source_id, &q.message_id)))
        *(struct point *)list_add(c->mem, &all, sizeof(q)) = q;
    TRY(r.err);
    for (size_t k = 0; k < all.n; k++)
        TRY(go_on(c, &s, &((const struct point *)all.at)[k], NULL));
    return put(c, &s);
}

/* What is new of one device, in the order of time. */
struct run {
    const struct point *p;
    size_t n;
    struct session s; /* the last that is known; no events: there is none */
    struct val no;
    struct out o[12];
    struct texts first; /* of p[0], when it is likely to begin a session */
};

static struct db_call ask_last(struct run *r)
{
    struct session *s = &r->s;
    const struct out o[] = { OUT(&s->device_no), OUT(&s->from_at),   OUT(&s->to_at),
                             OUT(&s->events),    OUT(&s->pages),     OUT(&s->first_id),
                             OUT(&s->channel),   OUT(&s->source_id), OUT(&s->campaign),
                             OUT(&s->source),    OUT(&s->medium),    OUT(&s->landing) };

    memcpy(r->o, o, sizeof(o));
    r->no = val_i(r->p->device_no);
    return (struct db_call){
        .q = &track_session_sql[LAST], .v = &r->no, .nv = 1, .o = r->o, .no = COUNT(o)
    };
}

static enum err device(struct ctx *c, struct run *r, i64 last_id)
{
    if (r->s.events && r->p->at <= r->s.to_at) return anew(c, r->p, r->n, last_id);
    for (size_t k = 0; k < r->n; k++) TRY(go_on(c, &r->s, &r->p[k], &r->first));
    return put(c, &r->s);
}

static struct db_call ask_first(struct run *r)
{
    struct texts *t = &r->first;
    const struct out o[] = { OUT(&t->context), OUT(&t->data), OUT(&t->name) };

    memcpy(t->o, o, sizeof(o));
    t->id = val_i(r->p->id);
    return (struct db_call){
        .q = &track_session_sql[DETAIL], .v = &t->id, .nv = 1, .o = t->o, .no = COUNT(o)
    };
}

static bool begins(const struct run *r)
{
    return !r->s.events || r->p->at > r->s.to_at + PAUSE_MS;
}

/* The last sessions of many devices are asked for in one round trip, and so are the
 * texts of those events that begin one. */
static enum err devices(struct ctx *c, struct run *r, size_t n, i64 last_id)
{
    enum { AT_ONCE = 40 };
    struct db_call ask[AT_ONCE];

    for (size_t from = 0; from < n; from += AT_ONCE) {
        const size_t some = n - from < AT_ONCE ? n - from : AT_ONCE;
        size_t m = 0;
        for (size_t k = 0; k < some; k++) ask[k] = ask_last(&r[from + k]);
        TRY(db_batch(c, ask, some));
        for (size_t k = 0; k < some; k++)
            if (begins(&r[from + k])) ask[m++] = ask_first(&r[from + k]);
        TRY(db_batch(c, ask, m));
        for (size_t k = 0; k < some; k++) TRY(device(c, &r[from + k], last_id));
    }
    return ERR_OK;
}

static int by_device(const void *a, const void *b)
{
    const struct point *x = a, *y = b;

    if (x->device_no != y->device_no) return x->device_no < y->device_no ? -1 : 1;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return strcmp(x->message_id, y->message_id);
}

static enum err read_points(struct ctx *c, i64 pos, i64 end, struct list *ret)
{
    struct point p;
    ROWS r;

    TRY(db_rows(c, &r, &track_session_sql[AFTER], pos, end, (i64)TRACK_SLICE));
    while (db_next(
        &r, INTO(&p.id, &p.device_no, &p.at, &p.kind, &p.source_id, &p.message_id)))
        *(struct point *)list_add(c->mem, ret, sizeof(p)) = p;
    return r.err;
}

static enum err make_some(struct ctx *c, void *ret_more)
{
    struct list l = { 0 };
    i64 pos, end, moved;

    *(bool *)ret_more = false;
    TRY(db_one0(c, &track_session_sql[MARK], INTO(&pos, &end)));
    if (end <= pos) return ERR_OK;
    TRY(read_points(c, pos, end, &l));
    struct point *p = l.at;
    if (l.n == TRACK_SLICE) end = p[l.n - 1].id;
    TRY(db_exec(c, &track_session_sql[MARK_MOVE], &moved, pos, end));
    if (!moved) return ERR_OK; /* another process was quicker */
    if (l.n) qsort(p, l.n, sizeof(*p), by_device);
    struct run *r = NEW_N(c->mem, struct run, l.n);
    size_t runs = 0;
    for (size_t k = 0; k < l.n; k += r[runs++].n) {
        r[runs].p = p + k;
        while (k + r[runs].n < l.n && p[k + r[runs].n].device_no == p[k].device_no)
            r[runs].n++;
    }
    TRY(devices(c, r, runs, end));
    *(bool *)ret_more = true;
    return ERR_OK;
}

enum err sessions_make(struct ctx *c, bool *ret_more)
{
    *ret_more = false;
    return db_unit_beside(c, make_some, ret_more);
}
