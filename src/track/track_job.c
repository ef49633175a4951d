/* What is let in, and what is old. */
#include "base/limits.h"
#include "base/time.h"
#include "customer/customer_consent.h"
#include "customer/customer_merge.h"
#include "event/event.h"
#include "job/job.h"
#include "setting/setting.h"
#include "track/track_own.h"

enum { OLD_SEEN, OLD_EVENTS, OLD_HELD, OLD_REFUSED, OLD_SESSIONS };

/* clang-format off */
const struct query track_job_sql[] = {
    [OLD_SEEN] = { "track.purge_seen",
        "DELETE FROM track_seen WHERE (bucket, h1, h2) IN"
        " (SELECT bucket, h1, h2 FROM track_seen WHERE bucket < $1 ORDER BY bucket, h1, h2 LIMIT $2)" },

    /* Arrival is the order of the log, so what is old is at its beginning. */
    [OLD_EVENTS] = { "track.purge_events",
        "DELETE FROM track_event WHERE id IN"
        " (SELECT id FROM (SELECT id, received_at FROM track_event ORDER BY id LIMIT $2) old"
        "   WHERE received_at < $1)", .scan = "the oldest few thousand, from the beginning of the log" },

    [OLD_HELD] = { "track.purge_held",
        "DELETE FROM track_held WHERE id IN"
        " (SELECT id FROM track_held WHERE received_at < $1 ORDER BY received_at LIMIT $2)" },

    [OLD_REFUSED] = { "track.purge_refused",
        "DELETE FROM track_refused WHERE id IN"
        " (SELECT id FROM track_refused WHERE at < $1 ORDER BY at LIMIT $2)" },

    [OLD_SESSIONS] = { "track.purge_sessions",
        "DELETE FROM track_session WHERE (device_no, from_at) IN"
        " (SELECT device_no, from_at FROM track_session WHERE from_at < $1 ORDER BY from_at LIMIT $2)" },
    QUERY_END
};
/* clang-format on */

#define REFUSED_DAYS 14
#define BUCKET_DAYS  8

struct purging {
    int what;
    i64 before, n; /* of a person: who; 1: he has refused */
};

static enum err purge_some(struct ctx *c, void *arg)
{
    struct purging *w = arg;

    return db_exec(c, &track_job_sql[w->what], &w->n, w->before, (i64)LIMIT_BULK_ROWS);
}

/* A message id is forgotten with the eight days it came in, 30 days after the last of
 * them. */
static enum err purge(struct ctx *c, struct job *j)
{
    const i64 keep =
        setting_int(c, "track.keep_days", (struct setting_scope){ 0 }) * DAY_MS;
    struct purging w[] = {
        { OLD_SEEN, (c->now - 30 * DAY_MS) / (BUCKET_DAYS * DAY_MS), 0 },
        { OLD_EVENTS, c->now - keep, 0 },
        { OLD_HELD, c->now - keep, 0 },
        { OLD_REFUSED, c->now - REFUSED_DAYS * DAY_MS, 0 },
        { OLD_SESSIONS, c->now - keep, 0 },
    };

    for (size_t k = 0; k < COUNT(w); k++) {
        w[k].n = LIMIT_BULK_ROWS;
        while (w[k].n == LIMIT_BULK_ROWS) {
            TRY(job_progress(c, j, (i64)k, COUNT(w)));
            TRY(db_unit_beside(c, purge_some, &w[k]));
        }
    }
    return ERR_OK;
}

/* He may have changed his mind again before we came to it. */
static enum err still_refused(struct ctx *c, void *arg)
{
    struct purging *w = arg;
    bool may;

    TRY(customer_living(c, w->before, &w->before));
    TRY(customer_follow(c, w->before, &may));
    w->n = !may;
    return ERR_OK;
}

static enum err forget_person(struct ctx *c, struct job *j)
{
    const struct event e = { .data = j->arg };
    struct purging w = { 0 };
    i64 n = 0;

    if (!event_id(&e, "id", &w.before))
        return FAIL(c, BAD_ARGUMENT, "no id in %s", j->arg);
    TRY(db_snapshot(c, still_refused, &w));
    return w.n ? track_forget_person(c, w.before, NULL, &n) : ERR_OK;
}

const struct job_kind track_jobs[] = {
    { "track.forget_person", forget_person,
      .doc = "Forgets what somebody did who does not want to be followed any more." },
    { "track.release", track_release,
      .doc = "Lets in events that waited for the plan." },
    { "track.purge", purge, .every_ms = HOUR_MS,
      .doc = "Forgets message ids after 30 days, events and sessions after "
             "track.keep_days." },
    { 0 },
};
