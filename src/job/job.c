#include "job/job.h"

#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "base/time.h"
#include "db/db.h"
#include "http/route.h"
#include "job/job_own.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum {
    ADD,
    ADD_KEYED,
    WAITING,
    HURRY,
    SCHEDULE,
    TAKE,
    NEXT_AT,
    RENEW,
    DEAD,
    REVIVE,
    DONE,
    AGAIN,
    HOME,
    PARK,
    PROGRESS,
    NOTE,
    RESULT,
    LIST,
    LIST_STATE,
    GET,
    RUN,
    CANCEL,
    OLD,
    FORGET,
};

/* clang-format off */
#define NEW_ROW \
    "INSERT INTO job_task (id, kind, arg, run_at, key, created_at, who_kind, who_id," \
    " state, tries, lease, lease_at, done, total)" \
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 0, 0)"
#define VIEW \
    "SELECT id, kind, arg, key, every_ms, state, run_at, tries, done, total, note, result," \
    " error, created_at, began_at, ended_at, who_kind, who_id FROM job_task"
#define MINE " WHERE id = $1 AND lease = $2 AND state = 1"
/* Of those that wait a key has one: who comes back to find another goes on without. */
#define BACK \
    "UPDATE job_task SET state = 0, key = CASE WHEN EXISTS (SELECT 1 FROM job_task other" \
    "  WHERE other.kind = job_task.kind AND other.key = job_task.key AND other.state = 0" \
    "    AND other.id <> job_task.id) THEN NULL ELSE key END,"

const struct query job_sql[] = {
    [ADD] = { "job.add", NEW_ROW },

    [ADD_KEYED] = { "job.add_keyed", NEW_ROW
        " ON CONFLICT (kind, key) WHERE state = 0 AND key IS NOT NULL DO NOTHING" },

    [WAITING] = { "job.waiting",
        "SELECT id FROM job_task WHERE kind = $1 AND key = $2 AND state = 0 AND key IS NOT NULL" },

    [HURRY] = { "job.hurry",
        "UPDATE job_task SET run_at = $3"
        " WHERE kind = $1 AND key = $2 AND state = 0 AND key IS NOT NULL AND run_at > $3" },

    [SCHEDULE] = { "job.schedule",
        "INSERT INTO job_task (id, kind, arg, run_at, every_ms, created_at, who_kind, who_id,"
        " state, tries, lease, lease_at, done, total)"
        " VALUES ($1, $2, '{}', $3, $4, $3, $5, 0, 0, 0, 0, 0, 0, 0)"
        " ON CONFLICT (kind) WHERE every_ms IS NOT NULL DO UPDATE SET"
        "   every_ms = excluded.every_ms,"
        "   state = CASE WHEN job_task.state = 1 THEN 1 ELSE 0 END" },

    /* The outer state is the guard: two workers may find the same row, one gets it. */
    [TAKE] = { "job.take",
        "UPDATE job_task SET state = 1, tries = tries + 1, lease = $2, lease_at = $3,"
        " began_at = $1, ended_at = NULL"
        " WHERE id IN (SELECT id FROM job_task WHERE state = 0 AND run_at <= $1"
        "              ORDER BY run_at LIMIT 1)"
        "   AND state = 0"
        " RETURNING id, kind, arg, note, tries" },

    [NEXT_AT] = { "job.next_at",
        "SELECT run_at FROM job_task WHERE state = 0 ORDER BY run_at LIMIT 1" },

    [RENEW] = { "job.renew",
        "UPDATE job_task SET lease_at = $3" MINE },

    [DEAD] = { "job.dead",
        "SELECT id FROM job_task WHERE state = 1 AND lease_at <= $1 ORDER BY lease_at LIMIT 1" },

    [REVIVE] = { "job.revive",
        BACK " lease = 0, run_at = $1, error = 'the process that ran it ended'"
        " WHERE id = $2 AND state = 1 AND lease_at <= $1" },

    [DONE] = { "job.done",
        "UPDATE job_task SET state = CASE WHEN every_ms IS NULL THEN 2 ELSE 0 END,"
        " run_at = CASE WHEN every_ms IS NULL THEN run_at ELSE began_at + every_ms END,"
        " tries = CASE WHEN every_ms IS NULL THEN tries ELSE 0 END,"
        " note = CASE WHEN every_ms IS NULL THEN note ELSE NULL END,"
        " error = NULL, lease = 0, ended_at = $3" MINE },

    [AGAIN] = { "job.again",
        BACK " run_at = $4, error = $5, lease = 0, ended_at = $3" MINE },

    [HOME] = { "job.home",
        BACK " run_at = $3, lease = 0, tries = tries - 1" MINE },

    /* A schedule goes on: its error stands until the run that succeeds. */
    [PARK] = { "job.park",
        "UPDATE job_task SET state = CASE WHEN every_ms IS NULL THEN 3 ELSE 0 END,"
        " run_at = CASE WHEN every_ms IS NULL THEN run_at ELSE $3 + every_ms END,"
        " tries = CASE WHEN every_ms IS NULL THEN tries ELSE 0 END,"
        " error = $4, lease = 0, ended_at = $3" MINE },

    [PROGRESS] = { "job.progress",
        "UPDATE job_task SET done = $3, total = $4, lease_at = $5" MINE },

    [NOTE] = { "job.note",
        "UPDATE job_task SET note = $3" MINE },

    [RESULT] = { "job.result",
        "UPDATE job_task SET result = $3" MINE },

    [LIST] = { "job.list",
        VIEW " WHERE id < $1 AND kind >= $2 AND kind < $3 ORDER BY id DESC LIMIT $4" },

    [LIST_STATE] = { "job.list_state",
        VIEW " WHERE state = $5 AND id < $1 AND kind >= $2 AND kind < $3"
        " ORDER BY id DESC LIMIT $4" },

    [GET] = { "job.get", VIEW " WHERE id = $1" },

    [RUN] = { "job.run",
        BACK " tries = 0, run_at = $2 WHERE id = $1 AND state IN (0, 3, 4)" },

    /* A run that is under way learns of it at its next progress or note. */
    [CANCEL] = { "job.cancel",
        "UPDATE job_task SET state = 4, lease = 0, ended_at = $2"
        " WHERE id = $1 AND state IN (0, 1, 3) AND every_ms IS NULL" },

    [OLD] = { "job.old",
        "SELECT id, ended_at FROM job_task WHERE state = $1 ORDER BY id LIMIT $2" },

    [FORGET] = { "job.forget",
        "DELETE FROM job_task WHERE id = $1 AND state = $2" },
    QUERY_END
};
/* clang-format on */

const char *const job_state_words[] = { "waiting", "running",   "done",
                                        "parked",  "cancelled", NULL };

#define LEASE_MS    (20 * SECOND_MS)
#define TELL_US     500000
#define RETRY_MS    (1 * SECOND_MS)
#define RETRY_MAX   HOUR_MS
#define TRIES_USUAL 8
#define REVIVED     1000 /* at a time; the rest when it is looked again */

/* ---- Queue ---------------------------------------------------------------------- */

static void wake(void *arg)
{
    (void)arg;
    job_wake();
}

static enum err add(struct ctx *c, const struct job *j, i64 run_at, const char *key,
                    i64 *n)
{
    return db_exec(c, &job_sql[key ? ADD_KEYED : ADD], key ? n : NULL, j->id, j->kind,
                   j->arg, run_at, key, c->now, (i64)c->who.kind, c->who.id);
}

enum err job_add(struct ctx *c, const char *kind, const char *arg, i64 run_at,
                 const char *key, i64 *ret_id)
{
    struct job j = { .id = id_new(c), .kind = kind, .arg = arg ? arg : "{}" };
    i64 n = 1;

    TRY(add(c, &j, run_at, key, &n));
    if (!n) {
        const enum err e = db_one(c, &job_sql[WAITING], INTO(&j.id), kind, key);
        if (e == ERR_NOT_FOUND)
            return FAIL(c, BUSY, "job %s \"%s\" began just now", kind, key);
        TRY(e);
    } else if (c->conn) {
        db_after_commit(c, wake, NULL, NULL);
    }
    if (ret_id) *ret_id = j.id;
    return ERR_OK;
}

enum err job_hurry(struct ctx *c, const char *kind, const char *key)
{
    i64 n;

    TRY(db_exec(c, &job_sql[HURRY], &n, kind, key, c->now));
    if (n && c->conn) db_after_commit(c, wake, NULL, NULL);
    return ERR_OK;
}

enum err task_schedule(struct ctx *c, const char *kind, i64 every_ms)
{
    return db_exec(c, &job_sql[SCHEDULE], NULL, id_new(c), kind, c->now, every_ms,
                   (i64)WHO_SYSTEM);
}

/* ---- A run ------------------------------------------------------------------------
 */

enum err task_take(struct ctx *c, struct job *ret, bool *ret_found)
{
    const i64 lease = id_new(c);
    const enum err e =
        db_one(c, &job_sql[TAKE],
               INTO(&ret->id, &ret->kind, &ret->arg, &ret->note, &ret->tries), c->now,
               lease, c->now + LEASE_MS);

    *ret_found = !e;
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    ret->tries--; /* before this one */
    ret->lease = lease;
    ret->told_us = 0;
    return ERR_OK;
}

enum err task_next_at(struct ctx *c, i64 *ret_at)
{
    const enum err e = db_one0(c, &job_sql[NEXT_AT], INTO(ret_at));

    if (e == ERR_NOT_FOUND) *ret_at = NONE;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err task_renew(struct ctx *c, const struct job *j)
{
    return db_exec(c, &job_sql[RENEW], NULL, j->id, j->lease, c->now + LEASE_MS);
}

/* One by one: two of one key do not both keep it. */
enum err task_revive(struct ctx *c, bool *ret_any)
{
    enum err e = ERR_OK;
    i64 id;

    *ret_any = false;
    for (int k = 0; k < REVIVED && !e; k++) {
        e = db_one(c, &job_sql[DEAD], INTO(&id), c->now);
        if (e) break;
        *ret_any = true;
        e = db_exec(c, &job_sql[REVIVE], NULL, c->now, id);
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static i64 back_off(i64 tries)
{
    i64 ms = RETRY_MS;

    for (i64 k = 0; k < tries && ms < RETRY_MAX; k++) ms *= 4;
    return ms < RETRY_MAX ? ms : RETRY_MAX;
}

enum err task_end(struct ctx *c, const struct job *j, const struct outcome *o)
{
    const i64 max = o->tries_max ? o->tries_max : TRIES_USUAL;

    if (!o->err) return db_exec(c, &job_sql[DONE], NULL, j->id, j->lease, c->now);
    if (o->sent_home) return db_exec(c, &job_sql[HOME], NULL, j->id, j->lease, c->now);
    if (err_again(o->err) && j->tries + 1 < max)
        return db_exec(c, &job_sql[AGAIN], NULL, j->id, j->lease, c->now,
                       c->now + back_off(j->tries), o->error);
    return db_exec(c, &job_sql[PARK], NULL, j->id, j->lease, c->now, o->error);
}

/* ---- What a run tells
 * ---------------------------------------------------------------- */

static enum err mine(struct ctx *c, const struct job *j, i64 n)
{
    return n ? ERR_OK : FAIL(c, GONE, "job %lld was cancelled", j->id);
}

struct progress {
    const struct job *j;
    i64 done, total;
};

static enum err progress(struct ctx *c, void *arg)
{
    const struct progress *p = arg;
    i64 n;

    TRY(db_exec(c, &job_sql[PROGRESS], &n, p->j->id, p->j->lease, p->done, p->total,
                c->now + LEASE_MS));
    return mine(c, p->j, n);
}

/* A job that nobody took (a test calls its function) has nobody to tell. */
enum err job_progress(struct ctx *c, const struct job *j, i64 done, i64 total)
{
    struct progress p = { j, done, total };
    const i64 us = time_mono_us();

    if (job_stopping()) return FAIL(c, UNAVAILABLE, "the server stops");
    if (!j->id || (j->told_us && us - j->told_us < TELL_US)) return ERR_OK;
    ((struct job *)(uintptr_t)j)->told_us = us;
    c->now = c->conn ? c->now : time_now();
    return db_unit(c, progress, &p);
}

enum err job_note(struct ctx *c, const struct job *j, const char *note)
{
    i64 n;

    if (!j->id) return ERR_OK;
    TRY(db_exec(c, &job_sql[NOTE], &n, j->id, j->lease, note));
    return mine(c, j, n);
}

struct resulting {
    const struct job *j;
    const char *result;
};

static enum err result(struct ctx *c, void *arg)
{
    const struct resulting *w = arg;
    i64 n;

    TRY(db_exec(c, &job_sql[RESULT], &n, w->j->id, w->j->lease, w->result));
    return mine(c, w->j, n);
}

enum err job_result(struct ctx *c, const struct job *j, const char *text)
{
    struct resulting w = { j, text };

    return j->id ? db_unit(c, result, &w) : ERR_OK;
}

/* ---- For people
 * -------------------------------------------------------------------------- */

#define INTO_VIEW(v, state)                                                            \
    INTO(&(v)->id, &(v)->kind, &(v)->arg, &(v)->key, &(v)->every_ms, &(state),         \
         &(v)->run_at, &(v)->tries, &(v)->done, &(v)->total, &(v)->note, &(v)->result, \
         &(v)->error, &(v)->created_at, &(v)->began_at, &(v)->ended_at,                \
         &(v)->who_kind, &(v)->who_id)

/* "order." is a whole room, "order.release" one kind: a range of texts. */
static const char *range_end(struct ctx *c, const char *kind)
{
    if (!kind || !*kind) return "\x7f";
    if (kind[strlen(kind) - 1] != '.') return arena_printf(c->mem, "%s\x01", kind);
    char *end = arena_strdup(c->mem, kind, strlen(kind));
    end[strlen(end) - 1]++;
    return end;
}

enum err job_list(struct ctx *c, const struct job_ask *a, struct list *ret,
                  const char **ret_next)
{
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    const char *from = a->kind ? a->kind : "", *to = range_end(c, a->kind);
    struct job_view v = { 0 };
    struct list l = { 0 };
    i64 last = INT64_MAX, state;
    ROWS r = { 0 };

    if (a->after) TRY(page_after(c, a->after, &last, 1));
    if (a->state >= 0)
        TRY(db_rows(c, &r, &job_sql[LIST_STATE], last, from, to, limit, a->state));
    else
        TRY(db_rows(c, &r, &job_sql[LIST], last, from, to, limit));
    while (db_next(&r, INTO_VIEW(&v, state))) {
        v.state = (int)state;
        *(struct job_view *)list_add(c->mem, &l, sizeof(v)) = v;
    }
    TRY(r.err);
    *ret_next = NULL;
    if ((i64)l.n == limit) *ret_next = page_next(c->mem, &v.id, 1);
    *ret = l;
    return ERR_OK;
}

/* Whoever queued a job may see how it goes; all jobs are the operator's. */
enum err job_get(struct ctx *c, i64 id, struct job_view *ret)
{
    i64 state;
    const enum err e = db_one(c, &job_sql[GET], INTO_VIEW(ret, state), id);

    if (e && e != ERR_NOT_FOUND) return e;
    const bool his =
        !e && ret->who_kind == (i64)c->who.kind && ret->who_id == c->who.id;
    if (e || !(his || who_can(&c->who, RIGHT_OPERATE) || c->who.kind == WHO_SYSTEM))
        return FAIL(c, NOT_FOUND, "no job %lld", id);
    ret->state = (int)state;
    return ERR_OK;
}

enum err job_run_now(struct ctx *c, i64 id)
{
    struct job_view v = { 0 };
    i64 n;

    TRY(job_get(c, id, &v));
    TRY(db_exec(c, &job_sql[RUN], &n, id, c->now));
    if (!n) return FAIL(c, WRONG_STATE, "job %lld is %s", id, job_state_words[v.state]);
    db_after_commit(c, wake, NULL, NULL);
    return staff_audit(c, "job.run", id, NULL);
}

enum err job_cancel(struct ctx *c, i64 id)
{
    struct job_view v = { 0 };
    i64 n;

    TRY(job_get(c, id, &v));
    TRY(db_exec(c, &job_sql[CANCEL], &n, id, c->now));
    if (!n && v.every_ms != NONE)
        return FAIL(c, WRONG_STATE, "job %lld is a schedule", id);
    if (!n) return FAIL(c, WRONG_STATE, "job %lld is %s", id, job_state_words[v.state]);
    return staff_audit(c, "job.cancel", id, NULL);
}

/* ---- Letting go
 * ----------------------------------------------------------------------------- */

struct forgetting {
    int state;
    bool more;
};

static enum err forget_some(struct ctx *c, void *arg)
{
    struct forgetting *w = arg;
    const i64 days = setting_int(c, "job.keep_days", (struct setting_scope){ 0 });
    i64 *ids = NEW_N(c->mem, i64, LIMIT_BULK_ROWS), id, ended_at, n = 0, seen = 0;
    ROWS r;

    TRY(db_rows(c, &r, &job_sql[OLD], w->state, LIMIT_BULK_ROWS));
    for (; db_next(&r, INTO(&id, &ended_at)); seen++)
        if (ended_at < c->now - days * DAY_MS) ids[n++] = id;
    TRY(r.err);
    for (i64 k = 0; k < n; k++)
        TRY(db_exec(c, &job_sql[FORGET], NULL, ids[k], w->state));
    w->more = seen == LIMIT_BULK_ROWS && n == seen;
    return ERR_OK;
}

enum err job_forget(struct ctx *c)
{
    struct forgetting w[] = { { JOB_DONE, true }, { JOB_CANCELLED, true } };

    for (size_t k = 0; k < COUNT(w); k++)
        while (w[k].more) TRY(db_unit(c, forget_some, &w[k]));
    return ERR_OK;
}
