/* town_track.c -- the log of a town's events, and the sessions in it. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "town.h"
#include "track/track.h"

struct log {
    sqlite3 *h;
    sqlite3_stmt *event, *word, *session;
    i64 n; /* events so far */
    u64 dice;
};

static bool sql(struct log *l, const char *text)
{
    char *why = NULL;

    if (sqlite3_exec(l->h, text, NULL, NULL, &why))
        fprintf(stderr, "the log of a town: %s\n", why);
    const bool ok = !why;
    sqlite3_free(why);
    return ok;
}

static bool prepare(struct log *l, const char *text, sqlite3_stmt **ret)
{
    return sqlite3_prepare_v2(l->h, text, -1, ret, NULL) == SQLITE_OK;
}

static bool put(sqlite3_stmt *s)
{
    const bool ok = sqlite3_step(s) == SQLITE_DONE;

    sqlite3_reset(s);
    return ok;
}

static void text(sqlite3_stmt *s, int at, const char *t)
{
    sqlite3_bind_text(s, at, t, -1, SQLITE_STATIC);
}

static bool word(struct log *l, i64 no, int kind, const char *value)
{
    sqlite3_bind_int64(l->word, 1, no);
    sqlite3_bind_int(l->word, 2, kind);
    text(l->word, 3, value);
    return put(l->word);
}

/* ---- Sessions, device by device
 * ------------------------------------------------------ */

static int pages_of(const struct town_visit *v)
{
    int n = 0;

    for (int k = 0; k < v->n; k++) n += v->act[k].name == TOWN_PAGE;
    return n;
}

static bool session(struct log *l, i64 r, const struct town_visit *v)
{
    static const char *const sources[] = { "direct", "yandex.ru", "google.com",
                                           "vk.com" };
    static const char *const media[] = { "none", "organic", "organic", "referral" };
    const u64 which = town_throw(&l->dice) % 4;
    char landing[64];
    sqlite3_stmt *s = l->session;

    snprintf(landing, sizeof(landing), "/product/%lld", v->act[0].goods);
    sqlite3_bind_int64(s, 1, TOWN_DEVICE + 2 * r);
    sqlite3_bind_int64(s, 2, v->act[0].at);
    sqlite3_bind_int64(s, 3, v->act[v->n - 1].at);
    sqlite3_bind_int64(s, 4, v->n);
    sqlite3_bind_int64(s, 5, pages_of(v));
    text(s, 6, sources[which]);
    text(s, 7, media[which]);
    text(s, 8, landing);
    return put(s);
}

static bool device(const struct town *t, struct log *l, i64 r)
{
    struct town_visit v;
    char value[64];

    if (!town_device(t, r)) return true;
    snprintf(value, sizeof(value), "%08llx-%04llx-4%03llx-a%03llx-%012llx",
             town_throw(&l->dice) >> 32, town_throw(&l->dice) >> 48,
             town_throw(&l->dice) >> 52, town_throw(&l->dice) >> 52,
             town_throw(&l->dice) >> 16);
    if (!word(l, TOWN_DEVICE + 2 * r, 0, value)) return false;
    snprintf(value, sizeof(value), "%lld", t->ids[r]);
    if (r % 4 == 0 && !word(l, TOWN_DEVICE + 2 * r + 1, 1, value)) return false;
    for (int w = 0; w < TOWN_WEEKS; w++)
        if (town_visit(t, r, w, &v) && !session(l, r, &v)) return false;
    return true;
}

static bool devices(struct town *t, struct log *l)
{
    bool ok = true;

    for (int k = 0; ok && k < TOWN_NAMES; k++)
        ok = k == TOWN_PAGE || word(l, k + 1, 2, town_names[k]);
    for (i64 r = 0; ok && r < t->plan.people && !t->bad; r++) ok = device(t, l, r);
    return ok;
}

/* ---- Events, week by week
 * ------------------------------------------------------------ */

static bool event(const struct town *t, struct log *l, i64 r,
                  const struct town_visit *v, int k)
{
    const struct town_act *a = &v->act[k];
    const struct town_goods *g = &t->goods[a->goods];
    const bool page = a->name == TOWN_PAGE;
    char id[40], data[160], context[96];
    sqlite3_stmt *s = l->event;

    l->n++;
    snprintf(id, sizeof(id), "ajs-next-%llx-%llx", (u64)a->at,
             town_throw(&l->dice) >> 32);
    snprintf(
        data, sizeof(data),
        "{\"product_id\":\"%lld\",\"price\":%lld,\"currency\":\"RUB\",\"position\":"
        "%lld}",
        g->product_id, g->price_minor / 100, a->at % 40);
    snprintf(context, sizeof(context), "{\"page\":{\"path\":\"/product/%lld\"}}",
             a->goods);
    sqlite3_bind_int64(s, 1, l->n);
    sqlite3_bind_int64(s, 2, TOWN_DEVICE + 2 * r);
    if (v->known && r % 4 == 0)
        sqlite3_bind_int64(s, 3, TOWN_DEVICE + 2 * r + 1);
    else
        sqlite3_bind_null(s, 3);
    sqlite3_bind_int64(s, 4, a->at);
    sqlite3_bind_int64(s, 5, a->at + 2000);
    sqlite3_bind_int64(s, 6, page ? TRACK_PAGE | 512 : TRACK_TRACK);
    sqlite3_bind_int64(s, 7, page ? 0 : a->name + 1);
    text(s, 8, id);
    text(s, 9, data);
    text(s, 10, context);
    return put(s);
}

/* A week of a device is one stretch of the log: they come one by one, but the log of a
 * week is what lies between two looks at him all the same. */
static bool weeks(struct town *t, struct log *l)
{
    struct town_visit v;

    for (int w = 0; w < TOWN_WEEKS; w++) {
        for (i64 r = 0; r < t->plan.people && !t->bad; r++) {
            if (!town_visit(t, r, w, &v)) continue;
            for (int k = 0; k < v.n && l->n < t->plan.events; k++)
                if (!event(t, l, r, &v, k)) return false;
        }
        if (w % 13 == 12) fprintf(stderr, "  events: %lld\n", l->n);
    }
    return !t->bad;
}

/* ---- All together
 * -------------------------------------------------------------------- */

static bool begin(struct town *t, struct log *l)
{
    return sqlite3_open(t->track, &l->h) == SQLITE_OK &&
           sql(l,
               "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
               "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -3000000;"
               "DROP INDEX track_word_value; DROP INDEX track_session_from; BEGIN") &&
           prepare(l, "INSERT INTO track_word (no, kind, value) VALUES (?1, ?2, ?3)",
                   &l->word) &&
           prepare(
               l,
               "INSERT INTO track_session (device_no, from_at, to_at, events, pages,"
               " first_id, channel, source_id, campaign, source, medium, landing)"
               " VALUES (?1, ?2, ?3, ?4, ?5, 1, 0, 1, '', ?6, ?7, ?8)",
               &l->session) &&
           prepare(l,
                   "INSERT INTO track_event (id, device_no, user_no, at, received_at,"
                   " kind, name_no, source_id, message_id, data, context)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9, ?10)",
                   &l->event);
}

static bool end(const struct town *t, struct log *l)
{
    char numbers[300];

    sqlite3_finalize(l->event);
    sqlite3_finalize(l->word);
    sqlite3_finalize(l->session);
    snprintf(numbers, sizeof(numbers),
             "UPDATE track_log SET next_id = %lld, next_no = %lld;"
             "UPDATE track_mark SET pos = %lld; COMMIT",
             l->n + 1, TOWN_DEVICE + 2 * t->plan.people + 2, l->n);
    return sql(l, numbers) &&
           sql(l, "PRAGMA cache_size = -500000;"
                  "CREATE UNIQUE INDEX track_word_value ON track_word (value, kind);"
                  "CREATE INDEX track_session_from ON track_session (from_at);"
                  "PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL");
}

void *town_track(void *arg)
{
    struct town *t = arg;
    struct log l = { .dice = 7 };
    const double from = now_s();

    if (!begin(t, &l) || !devices(t, &l) || !weeks(t, &l) || !end(t, &l)) t->bad = true;
    if (t->bad) fprintf(stderr, "the log of a town: %s\n", sqlite3_errmsg(l.h));
    fprintf(stderr, "  the log: %lld events, %.0f s\n", l.n, now_s() - from);
    sqlite3_close(l.h);
    return NULL;
}
