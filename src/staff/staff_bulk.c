/* Who is shown more people than his work explains.
 *
 * Each reader (an account, an API key) has a field of bits in memory: whoever was shown
 * to him in this window is there, so opening one person ten times is one.  New ones are
 * added to his row in the table within a quarter of a second, for all nodes together;
 * when that passes the limit, an alarm is written, once a window. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/id.h"
#include "base/time.h"
#include "db/db.h"
#include "setting/setting.h"
#include "staff/staff_own.h"

enum { ADD, ALARM, STOP, STOPPED, FORGET };

/* clang-format off */
const struct query staff_bulk_sql[] = {
    [ADD] = { "staff.add_looks",
        "INSERT INTO staff_look (who_kind, who_id, since_at, n, stopped_at) VALUES ($1, $2, $3, $4, 0)"
        " ON CONFLICT (who_kind, who_id) DO UPDATE SET"
        "   n = CASE WHEN staff_look.since_at > $5 THEN staff_look.n + excluded.n ELSE excluded.n END,"
        "   since_at = CASE WHEN staff_look.since_at > $5 THEN staff_look.since_at ELSE excluded.since_at END"
        " RETURNING n, since_at", .types = "iiiii" },

    [ALARM] = { "staff.add_alarm",
        "INSERT INTO staff_alarm (id, at, who_kind, who_id, n, since_at, what, stopped_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)" },

    [STOP] = { "staff.stop_looks",
        "UPDATE staff_look SET stopped_at = $3 WHERE who_kind = $1 AND who_id = $2" },

    [STOPPED] = { "staff.stopped_looks",
        "SELECT who_kind, who_id, stopped_at FROM staff_look WHERE stopped_at > 0 AND stopped_at > $1" },

    [FORGET] = { "staff.forget_looks",
        "DELETE FROM staff_look WHERE since_at < $1 AND stopped_at < $2",
        .scan = "a row a member of staff, once an hour" },
    QUERY_END
};
/* clang-format on */

#define Q staff_bulk_sql

enum { READERS = 256, BITS = 1 << 16 };

struct reader {
    int who_kind;
    i64 who_id, since_at, used_at;
    i64 n; /* shown, not yet in the table */
    i64 stopped_at;
    char what[64];
    unsigned char *seen; /* BITS of them */
};

static struct {
    pthread_mutex_t lock;
    struct reader of[READERS];
    size_t n;
} the = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool counts(const struct ctx *c)
{
    return c->who.kind == WHO_STAFF || c->who.kind == WHO_KEY;
}

static i64 window_ms(struct ctx *c)
{
    return setting_int(c, "staff.bulk_window_min", (struct setting_scope){ 0 }) *
           MINUTE_MS;
}

static i64 limit_of(struct ctx *c, int who_kind)
{
    return setting_int(
        c, who_kind == WHO_KEY ? "staff.bulk_people_key" : "staff.bulk_people",
        (struct setting_scope){ 0 });
}

/* ---- In memory, under the lock
 * -------------------------------------------------------
 */

/* The reader's place, or that of whom nothing was heard for longest. */
static struct reader *reader_of(int who_kind, i64 who_id)
{
    struct reader *oldest = &the.of[0];

    for (size_t k = 0; k < the.n; k++) {
        struct reader *r = &the.of[k];
        if (r->who_kind == who_kind && r->who_id == who_id) return r;
        if (r->used_at < oldest->used_at && !r->n) oldest = r;
    }
    struct reader *r = the.n < READERS ? &the.of[the.n++] : oldest;
    unsigned char *seen = r->seen ? r->seen : calloc(1, BITS / 8);
    if (!seen) abort();
    memset(seen, 0, BITS / 8);
    *r = (struct reader){ .who_kind = who_kind, .who_id = who_id, .seen = seen };
    return r;
}

static bool first_time(struct reader *r, i64 id)
{
    const u64 at = hash_bytes(&id, sizeof(id)) % BITS;
    const unsigned char bit = (unsigned char)(1 << at % 8);
    const bool first = !(r->seen[at / 8] & bit);

    r->seen[at / 8] |= bit;
    return first;
}

static void window_turns(struct reader *r, i64 now, i64 window)
{
    if (r->since_at > now - window) return;
    memset(r->seen, 0, BITS / 8);
    r->since_at = now;
}

enum err staff_people_shown(struct ctx *c, const char *what, const i64 *ids, size_t n)
{
    if (!counts(c)) return ERR_OK;
    const i64 window = window_ms(c);

    pthread_mutex_lock(&the.lock);
    struct reader *r = reader_of((int)c->who.kind, c->who.id);
    const i64 stopped_at = r->stopped_at;
    r->used_at = c->now;
    window_turns(r, c->now, window);
    for (size_t k = 0; k < n && stopped_at <= c->now; k++)
        r->n += ids[k] > 0 && first_time(r, ids[k]);
    if (*what) snprintf(r->what, sizeof(r->what), "%s", what);
    pthread_mutex_unlock(&the.lock);
    return stopped_at > c->now
               ? FAIL(c, TOO_MANY,
                      "more people were read than usual: reading is stopped for %lld "
                      "min, the privacy officer knows",
                      (stopped_at - c->now + MINUTE_MS - 1) / MINUTE_MS)
               : ERR_OK;
}

/* ---- In the table
 * ---------------------------------------------------------------------
 */

/* What one reader was shown since the last time, taken out of his place. */
static bool take(struct reader *ret)
{
    bool any = false;

    pthread_mutex_lock(&the.lock);
    for (size_t k = 0; k < the.n && !any; k++)
        if (the.of[k].n) {
            *ret = the.of[k];
            the.of[k].n = 0;
            any = true;
        }
    pthread_mutex_unlock(&the.lock);
    return any;
}

static void give_back(const struct reader *r)
{
    pthread_mutex_lock(&the.lock);
    reader_of(r->who_kind, r->who_id)->n += r->n;
    pthread_mutex_unlock(&the.lock);
}

static void stop(int who_kind, i64 who_id, i64 until_at)
{
    pthread_mutex_lock(&the.lock);
    reader_of(who_kind, who_id)->stopped_at = until_at;
    pthread_mutex_unlock(&the.lock);
}

static enum err alarm(struct ctx *c, const struct reader *r, i64 n, i64 since_at)
{
    const bool stops = setting_bool(c, "staff.bulk_stop", (struct setting_scope){ 0 });
    const i64 until_at = stops ? since_at + window_ms(c) : 0;
    struct ctx as = *c;

    TRY(db_exec(c, &Q[ALARM], NULL, id_new(c), c->now, r->who_kind, r->who_id, n,
                since_at, r->what, until_at));
    if (stops) TRY(db_exec(c, &Q[STOP], NULL, r->who_kind, r->who_id, until_at));
    as.who = (struct who){ .kind = (enum who_kind)r->who_kind, .id = r->who_id };
    TRY(staff_audit(&as, "staff.bulk_read", r->who_id,
                    arena_printf(c->mem,
                                 "{\"people\":%lld,\"minutes\":%lld,"
                                 "\"what\":\"%s\",\"stopped\":%s}",
                                 n, (c->now - since_at + MINUTE_MS - 1) / MINUTE_MS,
                                 r->what, stops ? "true" : "false")));
    if (stops) stop(r->who_kind, r->who_id, until_at);
    return ERR_OK;
}

static enum err count_one(struct ctx *c, void *arg)
{
    const struct reader *r = arg;
    const i64 limit = limit_of(c, r->who_kind);
    i64 n, since_at;

    TRY(db_one(c, &Q[ADD], INTO(&n, &since_at), r->who_kind, r->who_id, c->now, r->n,
               c->now - window_ms(c)));
    return limit && n > limit && n - r->n <= limit ? alarm(c, r, n, since_at) : ERR_OK;
}

static enum err stopped_elsewhere(struct ctx *c, void *arg)
{
    i64 kind, id, until_at;
    ROWS r;

    (void)arg;
    TRY(db_rows(c, &r, &Q[STOPPED], c->now));
    while (db_next(&r, INTO(&kind, &id, &until_at))) stop((int)kind, id, until_at);
    return r.err;
}

enum err bulk_flush(struct ctx *c)
{
    struct reader r;

    while (take(&r)) {
        const enum err e = db_unit(c, count_one, &r);
        if (e) give_back(&r);
        TRY(e);
    }
    return db_snapshot(c, stopped_elsewhere, NULL);
}

enum err staff_people_counted(struct ctx *c)
{
    if (!counts(c)) return ERR_OK;
    TRY(bulk_flush(c));
    return staff_people_shown(c, "", NULL, 0);
}

enum err bulk_forget(struct ctx *c)
{
    return db_exec(c, &Q[FORGET], NULL, c->now - DAY_MS, c->now);
}
