/* Opening hours.  Promises and deadlines ask for them on every order, so a
 * place's calendar (region, offset, hours, the next exceptions) is kept in
 * memory for a second: HOLD_MS is how late another node may learn of a change. */
#include "place/place_hours.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/time.h"
#include "db/db.h"

enum { SPANS = 28, DAYS = 64, SLOTS = 4096, HOLD_MS = 1000, LOOK_DAYS = 60 };

enum { CALENDAR, SPAN_LIST, DAY_LIST };

/* clang-format off */
const struct query place_hours_sql[] = {
    [CALENDAR] = { "place.calendar", "SELECT region_id, utc_offset_min FROM place_place WHERE id = $1" },
    [SPAN_LIST] = { "place.spans",
        "SELECT weekday, open_min, close_min FROM place_hours WHERE place_id = $1"
        " ORDER BY weekday, open_min LIMIT $2" },
    [DAY_LIST] = { "place.days",
        "SELECT day, open_min, close_min FROM place_day WHERE place_id = $1 AND day >= $2"
        " ORDER BY day LIMIT $3" },
    QUERY_END
};
/* clang-format on */

struct calendar {
    i64 place_id, region_id, read_ms, from_day;
    int offset_min, nspan, nday;
    struct place_hours span[SPANS];
    struct place_day day[DAYS];
};

/* A slot holds the last place that hashed to it; two that collide read more. */
static struct calendar *slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t slot_of(i64 place_id)
{
    return (size_t)((u64)place_id * 0x9E3779B97F4A7C15ull >> 52);
}

static void forget(void *place_id)
{
    pthread_mutex_lock(&lock);
    struct calendar *k = slots[slot_of(*(i64 *)place_id)];
    if (k && k->place_id == *(i64 *)place_id) k->read_ms = 0;
    pthread_mutex_unlock(&lock);
}

static void forget_last(void *place_id)
{
    forget(place_id);
    free(place_id);
}

enum err place_calendar_forget(struct ctx *c, i64 place_id)
{
    i64 *copy = malloc(sizeof(*copy));

    if (!copy) abort();
    *copy = place_id;
    forget(copy);
    db_after_commit(c, forget, copy, forget_last);
    return ERR_OK;
}

static bool recall(struct calendar *k, i64 place_id, i64 day)
{
    pthread_mutex_lock(&lock);
    const struct calendar *have = slots[slot_of(place_id)];
    const bool fresh = have && have->place_id == place_id &&
                       time_mono_us() / 1000 - have->read_ms < HOLD_MS &&
                       have->from_day <= day;
    if (fresh) *k = *have;
    pthread_mutex_unlock(&lock);
    return fresh;
}

static void keep(const struct calendar *k)
{
    pthread_mutex_lock(&lock);
    struct calendar **slot = &slots[slot_of(k->place_id)];
    if (!*slot) *slot = malloc(sizeof(**slot));
    if (*slot) **slot = *k;
    pthread_mutex_unlock(&lock);
}

enum err place_days(struct ctx *c, i64 place_id, i64 from_day, struct list *ret)
{
    struct place_day d;
    ROWS r;

    TRY(db_rows(c, &r, &place_hours_sql[DAY_LIST], place_id, from_day, (i64)DAYS));
    while (db_next(&r, INTO(&d.day, &d.open_min, &d.close_min)))
        *(struct place_day *)list_add(c->mem, ret, sizeof(d)) = d;
    return r.err;
}

static enum err spans_read(struct ctx *c, struct calendar *k)
{
    struct place_hours h;
    ROWS r;

    TRY(db_rows(c, &r, &place_hours_sql[SPAN_LIST], k->place_id, (i64)SPANS));
    while (db_next(&r, INTO(&h.weekday, &h.open_min, &h.close_min)))
        k->span[k->nspan++] = h;
    return r.err;
}

static enum err calendar_read(struct ctx *c, i64 place_id, i64 day, struct calendar *k)
{
    struct list days = { 0 };
    i64 offset_min;
    enum err e;

    *k = (struct calendar){ .place_id = place_id,
                            .read_ms = time_mono_us() / 1000,
                            .from_day = day };
    e = db_one(c, &place_hours_sql[CALENDAR], INTO(&k->region_id, &offset_min),
               place_id);
    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no place %lld", place_id);
    TRY(e);
    k->offset_min = (int)offset_min;
    TRY(spans_read(c, k));
    TRY(place_days(c, place_id, day, &days));
    for (size_t n = 0; n < days.n; n++)
        k->day[k->nday++] = ((struct place_day *)days.at)[n];
    return ERR_OK;
}

/* `from` is the earliest instant that will be asked about. */
static enum err calendar(struct ctx *c, i64 place_id, i64 from, struct calendar *k)
{
    const i64 day = time_day(from, 0) - 1; /* wherever the place is */

    if (recall(k, place_id, day)) return ERR_OK;
    TRY(calendar_read(c, place_id, day, k));
    keep(k);
    return ERR_OK;
}

enum err place_scope(struct ctx *c, i64 place_id, struct setting_scope *ret)
{
    struct calendar k;

    TRY(calendar(c, place_id, c->now, &k));
    *ret = (struct setting_scope){ place_id, k.region_id };
    return ERR_OK;
}

/* The nth opening of a local day, in minutes; false when there is none. */
static bool span_of(const struct calendar *k, i64 day, int nth, i64 *open, i64 *close)
{
    for (int d = 0; d < k->nday; d++)
        if (k->day[d].day == day) {
            *open = k->day[d].open_min;
            *close = k->day[d].close_min;
            return nth == 0 && *open < *close;
        }
    if (!k->nspan) {
        *open = 0;
        *close = 1440;
        return nth == 0;
    }
    for (int s = 0; s < k->nspan; s++)
        if (k->span[s].weekday == time_weekday(day) && nth-- == 0) {
            *open = k->span[s].open_min;
            *close = k->span[s].close_min;
            return true;
        }
    return false;
}

static i64 at_minute(const struct calendar *k, i64 day, i64 minute)
{
    return day * DAY_MS + (minute - k->offset_min) * MINUTE_MS;
}

enum err place_is_open(struct ctx *c, i64 place_id, i64 at, bool *ret)
{
    struct calendar k;
    i64 open, close;

    TRY(calendar(c, place_id, at, &k));
    const i64 day = time_day(at, k.offset_min);
    bool is = false;
    for (int n = 0; span_of(&k, day, n, &open, &close); n++)
        is = is || (at >= at_minute(&k, day, open) && at < at_minute(&k, day, close));
    *ret = is;
    return ERR_OK;
}

enum err place_open_time(struct ctx *c, i64 place_id, i64 from_at, i64 open_min,
                         i64 *ret_at)
{
    struct calendar k;
    i64 left_ms = open_min * MINUTE_MS, open, close;

    TRY(calendar(c, place_id, from_at, &k));
    const i64 first = time_day(from_at, k.offset_min);
    for (i64 day = first; day < first + LOOK_DAYS; day++)
        for (int n = 0; span_of(&k, day, n, &open, &close); n++) {
            const i64 opens = at_minute(&k, day, open),
                      closes = at_minute(&k, day, close);
            const i64 begin = from_at > opens ? from_at : opens;

            if (begin >= closes) continue;
            if (closes - begin >= left_ms) {
                *ret_at = begin + left_ms;
                return ERR_OK;
            }
            left_ms -= closes - begin;
        }
    return FAIL(c, WRONG_STATE, "place %lld is not open for %lld minutes in %d days",
                place_id, open_min, LOOK_DAYS);
}

enum err place_day_end(struct ctx *c, i64 place_id, i64 from_at, i64 days, i64 *ret_at)
{
    struct calendar k;
    i64 open, close;

    TRY(calendar(c, place_id, from_at, &k));
    const i64 first = time_day(from_at, k.offset_min) + days;
    for (i64 day = first; day < first + LOOK_DAYS; day++) {
        i64 last = -1;

        for (int n = 0; span_of(&k, day, n, &open, &close); n++) last = close;
        if (last < 0 || at_minute(&k, day, last) <= from_at) continue;
        *ret_at = at_minute(&k, day, last);
        return ERR_OK;
    }
    return FAIL(c, WRONG_STATE, "place %lld does not open within %d days", place_id,
                LOOK_DAYS);
}
