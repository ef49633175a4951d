/* How the chain, a region or a shop is now, and what somebody should look at.
 *
 * Orders and levels come from the roll-ups; the rest is read from indexes that hold
 * only what is wrong.  A part that the caller may not see is absent. */
#include "insight/insight_own.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "exchange/exchange.h"
#include "job/job.h"
#include "message/message.h"
#include "order/order.h"
#include "place/place.h"
#include "setting/setting.h"
#include "staff/staff.h"
#include "stock/stock_source.h"

enum {
    OPEN,
    HOURS,
    SHORT,
    MARK,
    RUNS,
    PARKED,
    FAILING,
    WAITING,
    UNSENT,
    TASKS,
    HOOKS,
    ALARMS
};

/* clang-format off */
#define HERE " LEFT JOIN pub_place_place p ON p.id = x.place_id" \
             " WHERE ($1 = 0 OR x.place_id = $1) AND ($2 = 0 OR p.region_id = $2)"
const struct query insight_now_sql[] = {
    [OPEN] = { "insight.now_open",
        "SELECT x.place_id, COALESCE(p.region_id, 0), x.state, x.n, x.overdue, x.n_hour, x.n_day, x.oldest_at"
        "  FROM insight_open x" HERE " ORDER BY x.place_id, x.state",
        .types = "ii", .scan = "a row for a place and state" },

    [HOURS] = { "insight.now_hours",
        "SELECT hour_at, orders, sum_minor, till_orders, till_minor FROM insight_hour"
        " WHERE scope = $1 AND scope_id = $2 AND hour_at >= $3 AND hour_at < $4 ORDER BY hour_at" },

    [SHORT] = { "insight.now_short",
        "SELECT x.place_id, x.short, x.negative FROM insight_short x" HERE
        " AND (x.short > 0 OR x.negative > 0) ORDER BY x.place_id",
        .types = "ii", .scan = "a row for a place" },

    [MARK] = { "insight.now_mark", "SELECT at FROM insight_mark WHERE name = 'rolled_at'" },

    [RUNS] = { "insight.now_runs",
        "SELECT id, source, kind, file, state, COALESCE(reason, ''), rejects, at FROM pub_exchange_run"
        " WHERE id >= $1 AND dry = 0 ORDER BY id DESC LIMIT 1000" },

    [PARKED] = { "insight.now_parked",
        "SELECT id, kind, COALESCE(error, ''), COALESCE(ended_at, created_at) FROM pub_job_task"
        " WHERE state = 3 ORDER BY id DESC LIMIT 1000" },

    [FAILING] = { "insight.now_failing",
        "SELECT id, kind, error, COALESCE(ended_at, created_at) FROM pub_job_task"
        " WHERE every_ms IS NOT NULL AND error IS NOT NULL ORDER BY kind",
        .scan = "schedules are some dozens and have an index of their own" },

    [WAITING] = { "insight.now_waiting",
        "SELECT COUNT(*) FROM pub_job_task WHERE state = 0 AND run_at < $1" },

    [UNSENT] = { "insight.now_unsent",
        "SELECT COUNT(*), MIN(created_at) FROM pub_message_outbox WHERE state = 2 AND id >= $1" },

    [TASKS] = { "insight.now_tasks",
        "SELECT x.place_id, COUNT(*), MIN(x.due_at) FROM pub_task_open x" HERE
        " AND x.due_at < $3 GROUP BY x.place_id ORDER BY 2 DESC, x.place_id",
        .types = "iii" },

    [HOOKS] = { "insight.now_hooks",
        "SELECT id, name, active, COALESCE(failing_since, disabled_at) FROM pub_webhook_hook"
        " WHERE (active = 1 AND failing_since IS NOT NULL) OR (active = 0 AND disabled_at IS NOT NULL)"
        " ORDER BY id" },

    /* While somebody still has to look into it. */
    [ALARMS] = { "insight.now_alarms",
        "SELECT a.id, a.at, a.n, COALESCE((SELECT s.name FROM pub_staff_name s"
        "         WHERE s.who_kind = a.who_kind AND s.id = a.who_id), '') FROM pub_staff_alarm a"
        " WHERE a.id >= $1 ORDER BY a.id DESC LIMIT 20" },
    QUERY_END
};
/* clang-format on */

#define Q insight_now_sql

enum {
    PLACES_MAX = 100, /* shown of the dashboard's places, the worst first */
    OVERDUE_ALERTS = 10,
    TASK_ALERTS = 10,
    RUN_ALERTS = 10,
    HOURS_OF_DAY = 24,
    WEEKS = 4,
    JOB_LATE_MS = 60000,
};

static void alert(struct ctx *c, struct now *now, struct now_alert a)
{
    if (!a.place_id) a.place_id = NONE;
    if (!a.subject_id) a.subject_id = NONE;
    if (!a.since_at) a.since_at = NONE;
    *(struct now_alert *)list_add(c->mem, &now->alerts, sizeof(a)) = a;
}

/* ---- Orders ------------------------------------------------------------------------
 */

static struct now_place *place_of(struct ctx *c, struct now *now, i64 place_id)
{
    struct now_place *p = now->places.at;

    for (size_t k = now->places.n; k--;)
        if (p[k].place_id == place_id) return &p[k];
    p = list_add(c->mem, &now->places, sizeof(*p));
    *p = (struct now_place){ .place_id = place_id,
                             .region_id = NONE,
                             .oldest_at = NONE };
    return p;
}

static i64 earlier(i64 a, i64 b)
{
    return a == NONE || (b != NONE && b < a) ? b : a;
}

static enum err read_open(struct ctx *c, const struct now_ask *a, struct now *now)
{
    struct now_state *s = NEW_N(c->mem, struct now_state, FULFIL_STATES), o;
    i64 place_id, region_id, state;
    ROWS r;

    for (int k = 0; k < FULFIL_STATES; k++)
        s[k] = (struct now_state){ .state = k, .oldest_at = NONE };
    TRY(db_rows(c, &r, &Q[OPEN], a->place_id, a->region_id));
    while (db_next(&r, INTO(&place_id, &region_id, &state, &o.n, &o.overdue, &o.n_hour,
                            &o.n_day, &o.oldest_at))) {
        struct now_place *p = place_of(c, now, place_id);

        p->region_id = region_id;
        p->open += o.n;
        p->overdue += o.overdue;
        p->ready += state == FULFIL_READY ? o.n : 0;
        p->oldest_at = earlier(p->oldest_at, o.oldest_at);
        s[state].n += o.n;
        s[state].overdue += o.overdue;
        s[state].n_hour += o.n_hour;
        s[state].n_day += o.n_day;
        s[state].n_old += o.n - o.n_hour - o.n_day;
        s[state].oldest_at = earlier(s[state].oldest_at, o.oldest_at);
    }
    now->states = (struct list){ s, FULFIL_HANDED_OVER }; /* the open ones come first */
    return r.err;
}

static enum err read_short(struct ctx *c, const struct now_ask *a, struct now *now)
{
    i64 place_id, lacking, negative;
    ROWS r;

    TRY(db_rows(c, &r, &Q[SHORT], a->place_id, a->region_id));
    while (db_next(&r, INTO(&place_id, &lacking, &negative))) {
        struct now_place *p = place_of(c, now, place_id);

        p->short_ = lacking;
        p->negative = negative;
        now->short_ += lacking;
        now->negative += negative;
    }
    return r.err;
}

static int worst_first(const void *a, const void *b)
{
    const struct now_place *x = a, *y = b;

    if (x->overdue != y->overdue) return x->overdue < y->overdue ? 1 : -1;
    if (x->open != y->open) return x->open < y->open ? 1 : -1;
    return x->place_id < y->place_id ? -1 : x->place_id > y->place_id;
}

static void place_alerts(struct ctx *c, struct now *now)
{
    struct now_place *p = now->places.at;

    if (now->places.n) qsort(p, now->places.n, sizeof(*p), worst_first);
    for (size_t k = 0; k < now->places.n; k++) {
        if (p[k].overdue && k < OVERDUE_ALERTS)
            alert(c, now,
                  (struct now_alert){
                      "orders_overdue", 3, p[k].overdue, p[k].place_id, 0,
                      p[k].oldest_at, NULL,
                      arena_printf(c->mem, "/v1/order?place_id=%lld", p[k].place_id) });
        if (p[k].short_)
            alert(c, now,
                  (struct now_alert){
                      "stock_short", 3, p[k].short_, p[k].place_id, 0, 0, NULL,
                      arena_printf(c->mem, "/v1/stock/level?place_id=%lld&only=short",
                                   p[k].place_id) });
        if (p[k].negative)
            alert(
                c, now,
                (struct now_alert){
                    "stock_negative", 2, p[k].negative, p[k].place_id, 0, 0, NULL,
                    arena_printf(c->mem, "/v1/stock/level?place_id=%lld&only=negative",
                                 p[k].place_id) });
    }
    if (now->places.n > PLACES_MAX) now->places.n = PLACES_MAX;
}

/* ---- Sales -------------------------------------------------------------------------
 */

struct hours {
    i64 at, orders[HOURS_OF_DAY], sum[HOURS_OF_DAY], till_orders, till_minor;
};

static enum err read_hours(struct ctx *c, const struct now_ask *a, i64 day_at,
                           struct hours *ret)
{
    const int scope = a->place_id ? 2 : a->region_id ? 1 : 0;
    i64 at, orders, sum, till_orders, till_minor;
    ROWS r;

    *ret = (struct hours){ .at = day_at };
    TRY(db_rows(c, &r, &Q[HOURS], scope, a->place_id ? a->place_id : a->region_id,
                day_at, day_at + DAY_MS));
    while (db_next(&r, INTO(&at, &orders, &sum, &till_orders, &till_minor))) {
        const i64 hour = (at - day_at) / HOUR_MS;

        ret->orders[hour] = orders;
        ret->sum[hour] = sum;
        ret->till_orders += till_orders;
        ret->till_minor += till_minor;
    }
    return r.err;
}

/* Of the hour that runs only as much of last week's counts as has passed of it. */
static i64 part(const struct now *now, const struct now_hour *h, i64 n)
{
    if (h->at + HOUR_MS <= now->at) return n;
    return h->at > now->at ? 0 : n * ((now->at - h->at) / MINUTE_MS) / 60;
}

static enum err read_sales(struct ctx *c, const struct now_ask *a, struct now *now)
{
    struct now_sales *s = NEW(c->mem, struct now_sales);
    struct hours day, week[WEEKS];

    TRY(read_hours(c, a, now->day_at, &day));
    for (int w = 0; w < WEEKS; w++)
        TRY(read_hours(c, a, now->day_at - (w + 1) * 7 * DAY_MS, &week[w]));
    for (int k = 0; k < HOURS_OF_DAY; k++) {
        struct now_hour *h = list_add(c->mem, &s->hours, sizeof(*h));

        *h = (struct now_hour){ .hour = k,
                                .at = now->day_at + k * HOUR_MS,
                                .orders = day.orders[k],
                                .sum_minor = day.sum[k],
                                .before_orders = week[0].orders[k],
                                .before_minor = week[0].sum[k] };
        for (int w = 0; w < WEEKS; w++) h->usual_minor += week[w].sum[k];
        h->usual_minor /= WEEKS;
        s->orders += h->orders;
        s->sum_minor += h->sum_minor;
        s->before_orders += part(now, h, h->before_orders);
        s->before_minor += part(now, h, h->before_minor);
        s->before_day_minor += h->before_minor;
    }
    s->till_orders = day.till_orders;
    s->till_minor = day.till_minor;
    now->sales = s;
    return ERR_OK;
}

/* ---- Sources -----------------------------------------------------------------------
 */

static struct now_source *source_of(struct ctx *c, struct now *now,
                                    const struct stock_source *s)
{
    struct now_source *n = now->sources.at;

    for (size_t k = 0; k < now->sources.n; k++)
        if (n[k].id == s->id) return &n[k];
    n = list_add(c->mem, &now->sources, sizeof(*n));
    *n = (struct now_source){ .id = s->id,
                              .name = s->name,
                              .kind = s->kind,
                              .limit_min = s->limit_min,
                              .oldest_at = NONE };
    return n;
}

static enum err in_scope(struct ctx *c, const struct now_ask *a, i64 place_id,
                         bool *ret)
{
    struct setting_scope scope = { 0 };

    *ret = !a->place_id && !a->region_id;
    if (a->place_id) *ret = a->place_id == place_id;
    if (!a->region_id || a->place_id || !place_id) return ERR_OK;
    TRY(place_scope(c, place_id, &scope));
    *ret = scope.region_id == a->region_id;
    return ERR_OK;
}

static enum err read_sources(struct ctx *c, const struct now_ask *a, struct now *now)
{
    i64 source = -1, place = -1;
    struct list all;
    bool here;

    do {
        TRY(stock_source_list(c, source, place, LIMIT_PAGE, &all));
        const struct stock_source *s = all.at;
        for (size_t k = 0; k < all.n; k++) {
            source = s[k].id;
            place = s[k].place_id;
            TRY(in_scope(c, a, place, &here));
            if (!here) continue;
            struct now_source *n = source_of(c, now, &s[k]);
            n->places += place != 0;
            n->late += s[k].late;
            n->oldest_at = earlier(n->oldest_at, s[k].heard_at);
        }
    } while (all.n == LIMIT_PAGE);
    const struct now_source *n = now->sources.at;
    for (size_t k = 0; k < now->sources.n; k++)
        if (n[k].late)
            alert(c, now,
                  (struct now_alert){ "source_late", 3, n[k].late, 0, n[k].id,
                                      n[k].oldest_at, n[k].name, "/v1/stock/source" });
    return ERR_OK;
}

/* ---- The machine room --------------------------------------------------------------
 */

static enum err read_runs(struct ctx *c, struct now *now)
{
    struct now_exchange *x = NEW(c->mem, struct now_exchange);
    const char *source, *kind, *file, *state, *reason;
    i64 id, rejects, at;
    ROWS r;

    x->last_at = NONE;
    TRY(db_rows(c, &r, &Q[RUNS], id_of(c->now - DAY_MS, 0, 0)));
    while (
        db_next(&r, INTO(&id, &source, &kind, &file, &state, &reason, &rejects, &at))) {
        const bool failed = !strcmp(state, "failed");

        x->runs++;
        x->failed += failed;
        x->waiting += !strcmp(state, "waiting") || !strcmp(state, "running");
        x->rejects += rejects;
        if (x->last_at == NONE) x->last_at = at;
        if ((failed || rejects) && now->alerts.n < 100 &&
            x->failed + (rejects > 0) <= RUN_ALERTS)
            alert(c, now,
                  (struct now_alert){ failed ? "exchange_failed" : "exchange_rejects",
                                      failed ? 3 : 2, failed ? 1 : rejects, 0, id, at,
                                      arena_printf(c->mem, "%s: %s", source, file),
                                      arena_printf(c->mem, "/v1/exchange/run/%lld%s",
                                                   id, failed ? "" : "/reject") });
    }
    now->exchange = x;
    return r.err;
}

static enum err read_bad_jobs(struct ctx *c, struct now *now, int which,
                              const char *kind, i64 *ret_n)
{
    const char *name, *error, *first = NULL;
    i64 id, at, since = NONE, one = 0;
    ROWS r;

    *ret_n = 0;
    TRY(db_rows0(c, &r, &Q[which]));
    while (db_next(&r, INTO(&id, &name, &error, &at))) {
        if (!first) first = name;
        since = earlier(since, at);
        one = id;
        ++*ret_n;
    }
    TRY(r.err);
    if (*ret_n)
        alert(c, now,
              (struct now_alert){
                  kind, which == PARKED ? 3 : 2, *ret_n, 0, *ret_n == 1 ? one : 0,
                  since, first, which == PARKED ? "/v1/job?state=parked" : "/v1/job" });
    return ERR_OK;
}

/* A system that does not answer for an hour misses what it was to know; one that was
 * switched off for it misses everything. */
static enum err read_hooks(struct ctx *c, struct now *now)
{
    const char *name;
    i64 id, since;
    bool active;
    ROWS r;

    TRY(db_rows0(c, &r, &Q[HOOKS]));
    while (db_next(&r, INTO(&id, &name, &active, &since)))
        alert(c, now,
              (struct now_alert){
                  "webhook_failing",
                  !active                     ? 3
                  : since <= c->now - HOUR_MS ? 2
                                              : 1,
                  1, 0, id, since, name,
                  arena_printf(c->mem, "/v1/webhook/%lld/delivery", id) });
    return r.err;
}

/* ---- People ------------------------------------------------------------------------
 */

static enum err read_tasks(struct ctx *c, const struct now_ask *a, struct now *now)
{
    i64 place_id, n, since;
    int shown = 0;
    ROWS r;

    TRY(db_rows(c, &r, &Q[TASKS], a->place_id, a->region_id, c->now));
    while (shown++ < TASK_ALERTS && db_next(&r, INTO(&place_id, &n, &since)))
        alert(c, now,
              (struct now_alert){
                  "task_overdue", 2, n, place_id, 0, since, NULL,
                  place_id ? arena_printf(c->mem, "/v1/task?overdue=true&place_id=%lld",
                                          place_id)
                           : "/v1/task?overdue=true" });
    return r.err;
}

/* Who was shown too many people today. */
static enum err read_alarms(struct ctx *c, struct now *now)
{
    const char *name;
    i64 id, at, n;
    ROWS r;

    TRY(db_rows(c, &r, &Q[ALARMS], id_of(c->now - DAY_MS, 0, 0)));
    while (db_next(&r, INTO(&id, &at, &n, &name)))
        alert(c, now,
              (struct now_alert){ "bulk_read", 3, n, 0, id, at, name,
                                  "/v1/staff/audit?what=staff.bulk_read" });
    return r.err;
}

/* ---- The machine room, as a whole --------------------------------------------------
 */

static enum err read_jobs(struct ctx *c, struct now *now)
{
    struct now_messages *m = NEW(c->mem, struct now_messages);
    struct now_jobs *j = NEW(c->mem, struct now_jobs);
    i64 since;

    TRY(read_bad_jobs(c, now, PARKED, "job_parked", &j->parked));
    TRY(read_bad_jobs(c, now, FAILING, "schedule_failing", &j->failing));
    TRY(db_one(c, &Q[WAITING], INTO(&j->waiting), c->now - JOB_LATE_MS));
    TRY(db_one(c, &Q[UNSENT], INTO(&m->failed, &since), id_of(c->now - DAY_MS, 0, 0)));
    if (m->failed)
        alert(c, now,
              (struct now_alert){ "message_failed", 2, m->failed, 0, 0, since, NULL,
                                  "/v1/message?state=failed" });
    now->jobs = j;
    now->messages = m;
    return read_hooks(c, now);
}

/* ---- All of it ---------------------------------------------------------------------
 */

static int urgent_first(const void *a, const void *b)
{
    const struct now_alert *x = a, *y = b;

    if (x->severity != y->severity) return x->severity < y->severity ? 1 : -1;
    if (x->n != y->n) return x->n < y->n ? 1 : -1;
    return strcmp(x->kind, y->kind);
}

/* Where we are and when its day began, by its own clock. */
static enum err scope_read(struct ctx *c, const struct now_ask *a, struct now *now)
{
    struct place_region region = { 0 };
    struct place place = { 0 };

    now->utc_offset_min =
        setting_int(c, "insight.utc_offset_min", (struct setting_scope){ 0 });
    if (a->place_id) {
        TRY(place_get(c, a->place_id, &place));
        now->utc_offset_min = place.utc_offset_min;
    } else if (a->region_id) {
        TRY(place_region_get(c, a->region_id, &region));
        now->utc_offset_min = region.utc_offset_min;
    }
    const int offset = (int)now->utc_offset_min;
    now->at = c->now;
    now->day_at = time_from(time_day(c->now, offset), 0, offset);
    /* Hours are those of UTC: a clock that differs by half an hour is rounded. */
    now->day_at = (now->day_at + HOUR_MS / 2) / HOUR_MS * HOUR_MS;
    now->place_id = a->place_id ? a->place_id : NONE;
    now->region_id = a->region_id ? a->region_id : NONE;
    const enum err e = db_one0(c, &Q[MARK], INTO(&now->rolled_at));
    if (e == ERR_NOT_FOUND) now->rolled_at = NONE;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err insight_now(struct ctx *c, const struct now_ask *said, struct now *ret)
{
    const struct now_ask a = { said->place_id == NONE ? 0 : said->place_id,
                               said->region_id == NONE ? 0 : said->region_id };
    const bool orders = insight_may(c, RIGHT_ORDER_READ, a.place_id);
    const bool stock = insight_may(c, RIGHT_STOCK_READ, a.place_id);
    const bool exchange = insight_may(c, RIGHT_EXCHANGE, 0);
    const bool jobs = insight_may(c, RIGHT_OPERATE, 0);
    const bool tasks = insight_may(c, RIGHT_TASKS, a.place_id);
    const bool audit = insight_may(c, RIGHT_AUDIT_READ, 0);

    *ret = (struct now){ 0 };
    if (!orders && !stock && !exchange && !jobs && !tasks && !audit)
        return FAIL(c, DENIED, "this needs the right \"%s\" there",
                    right_word(RIGHT_ORDER_READ));
    TRY(scope_read(c, &a, ret));
    if (orders) TRY(read_open(c, &a, ret));
    if (stock) TRY(read_short(c, &a, ret));
    place_alerts(c, ret);
    if (orders) TRY(read_sales(c, &a, ret));
    if (stock) TRY(read_sources(c, &a, ret));
    if (exchange) TRY(read_runs(c, ret));
    if (jobs) TRY(read_jobs(c, ret));
    if (tasks) TRY(read_tasks(c, &a, ret));
    if (audit) TRY(read_alarms(c, ret));
    if (ret->alerts.n)
        qsort(ret->alerts.at, ret->alerts.n, sizeof(struct now_alert), urgent_first);
    return ERR_OK;
}
