/* job_worker.c -- threads that take jobs and run them.
 *
 * `workers` threads run jobs of the queue.  One more, the keeper, renews the
 * leases of what runs here, puts back what dead processes held, and runs the
 * local jobs (flushes of memory) that have no row. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/time.h"
#include "db/db.h"
#include "job/job_own.h"

#define LOOK_MS   1000 /* how soon at the latest a job of another node is seen */
#define RENEW_MS  (5 * SECOND_MS)
#define REVIVE_MS (2 * SECOND_MS)
#define WORKERS   16
#define LOCALS    32

struct worker {
    pthread_t thread;
    struct job job;
    bool runs; /* job is under way: the keeper renews its lease */
};

struct local {
    const struct job_kind *kind;
    i64 next_us;
};

static struct {
    pthread_mutex_t lock; /* of rung, stop, worker[].job and .runs */
    pthread_cond_t bell;
    u64 rung; /* counts: each worker compares with what it saw */
    bool stop, runs, kept;
    struct db *db;
    const struct module *const *rooms;
    struct worker worker[WORKERS];
    int n;
    pthread_t keeper;
} the = { .lock = PTHREAD_MUTEX_INITIALIZER, .bell = PTHREAD_COND_INITIALIZER };

static const struct job_kind *kind_find(const struct module *const *rooms,
                                        const char *name)
{
    for (; *rooms; rooms++)
        for (const struct job_kind *k = (*rooms)->jobs; k && k->name; k++)
            if (strcmp(k->name, name) == 0 && !k->local) return k;
    return NULL;
}

/* ---- Running one
 * --------------------------------------------------------------------- */

struct ending {
    const struct job *j;
    struct outcome o;
};

static enum err end(struct ctx *c, void *arg)
{
    const struct ending *w = arg;

    return task_end(c, w->j, &w->o);
}

bool job_stopping(void)
{
    pthread_mutex_lock(&the.lock);
    const bool stop = the.runs && the.stop;
    pthread_mutex_unlock(&the.lock);
    return stop;
}

/* A job of a kind this binary does not know waits for one that does. */
static struct outcome outcome_of(struct ctx *c, const struct job_kind *k, enum err e)
{
    if (!k)
        return (struct outcome){ .err = ERR_UNAVAILABLE,
                                 .error = "this version has no such kind of job",
                                 .tries_max = 1000 };
    return (struct outcome){ .err = e,
                             .error =
                                 c->fault.message ? c->fault.message : err_meaning(e),
                             .tries_max = k->tries,
                             .sent_home = err_again(e) && job_stopping() };
}

static enum err run(struct ctx *c, const struct module *const *rooms, struct job *j)
{
    const struct job_kind *k = kind_find(rooms, j->kind);

    c->fault = (struct fault){ 0 };
    const enum err e = k ? k->run(c, j) : ERR_UNAVAILABLE;
    struct ending w = { j, outcome_of(c, k, e) };
    if (e)
        log_warn("job %s %lld (try %lld): %s", j->kind, j->id, j->tries + 1, w.o.error);
    return db_unit(c, end, &w);
}

struct taking {
    struct job j;
    bool found;
};

static enum err take(struct ctx *c, void *arg)
{
    struct taking *w = arg;

    return task_take(c, &w->j, &w->found);
}

static enum err next_at(struct ctx *c, void *arg)
{
    return task_next_at(c, arg);
}

/* ---- Waiting
 * ---------------------------------------------------------------------------- */

void job_wake(void)
{
    pthread_mutex_lock(&the.lock);
    the.rung++;
    pthread_cond_broadcast(&the.bell);
    pthread_mutex_unlock(&the.lock);
}

/* False when it is time to stop. */
static bool bell_wait(i64 ms, u64 *seen)
{
    const struct timespec until = time_deadline(ms);

    pthread_mutex_lock(&the.lock);
    while (!the.stop && the.rung == *seen)
        if (time_wait(&the.bell, &the.lock, &until) == ETIMEDOUT) break;
    *seen = the.rung;
    const bool go = !the.stop;
    pthread_mutex_unlock(&the.lock);
    return go;
}

/* ---- Workers
 * ------------------------------------------------------------------------------ */

static void running_set(struct worker *w, const struct job *j)
{
    pthread_mutex_lock(&the.lock);
    w->runs = j != NULL;
    if (j) w->job = *j;
    pthread_mutex_unlock(&the.lock);
}

static void ctx_fresh(struct ctx *c)
{
    arena_reset(c->mem);
    *c = (struct ctx){
        .mem = c->mem, .db = the.db, .now = time_now(), .who.kind = WHO_SYSTEM
    };
}

/* Looks first by a snapshot: an idle shop writes nothing.  *ret_wait_ms is how
 * long nothing will be due. */
static enum err work_once(struct ctx *c, struct worker *w, i64 *ret_wait_ms)
{
    struct taking t = { .found = false };
    i64 due_at;

    *ret_wait_ms = LOOK_MS;
    TRY(db_snapshot(c, next_at, &due_at));
    if (due_at == NONE) return ERR_OK;
    if (due_at > c->now) {
        if (due_at - c->now < LOOK_MS) *ret_wait_ms = due_at - c->now;
        return ERR_OK;
    }
    *ret_wait_ms = 0;
    TRY(db_unit(c, take, &t));
    if (!t.found) return ERR_OK;
    running_set(w, &t.j);
    const enum err e = run(c, the.rooms, &t.j);
    running_set(w, NULL);
    return e;
}

static void *worker(void *arg)
{
    struct ctx c = { .mem = arena_new(LIMIT_JOB_ARENA) };
    i64 wait_ms = 0;
    u64 seen = 0;

    db_thread_yields();
    while (bell_wait(wait_ms, &seen)) {
        ctx_fresh(&c);
        const enum err e = work_once(&c, arg, &wait_ms);
        if (!e) continue;
        log_warn("jobs cannot be taken now: %s",
                 c.fault.message ? c.fault.message : err_code(e));
        wait_ms = LOOK_MS;
    }
    arena_free(c.mem);
    return NULL;
}

/* ---- The keeper
 * ------------------------------------------------------------------------------ */

static enum err renew_all(struct ctx *c, void *arg)
{
    struct worker copy[WORKERS];

    (void)arg;
    pthread_mutex_lock(&the.lock);
    memcpy(copy, the.worker, sizeof(copy));
    pthread_mutex_unlock(&the.lock);
    for (int k = 0; k < the.n; k++)
        if (copy[k].runs) TRY(task_renew(c, &copy[k].job));
    return ERR_OK;
}

static bool anything_runs(void)
{
    bool any = false;

    pthread_mutex_lock(&the.lock);
    for (int k = 0; k < the.n; k++) any |= the.worker[k].runs;
    pthread_mutex_unlock(&the.lock);
    return any;
}

static enum err dead_back(struct ctx *c, void *arg)
{
    return task_revive(c, arg);
}

static size_t locals_find(struct local *to)
{
    size_t n = 0;

    for (const struct module *const *m = the.rooms; *m; m++)
        for (const struct job_kind *k = (*m)->jobs; k && k->name; k++) {
            if (!k->local) continue;
            assert(n < LOCALS);
            to[n++] = (struct local){ .kind = k };
        }
    return n;
}

static void local_run(struct ctx *c, struct local *l)
{
    struct job j = { .kind = l->kind->name, .arg = "{}" };

    ctx_fresh(c);
    const enum err e = l->kind->run(c, &j);
    if (e)
        log_warn("job %s: %s", j.kind,
                 c->fault.message ? c->fault.message : err_code(e));
    l->next_us = time_mono_us() + l->kind->every_ms * 1000;
}

/* ms until the next local job is due */
static i64 locals_run(struct ctx *c, struct local *l, size_t n)
{
    i64 next_us = time_mono_us() + LOOK_MS * 1000;

    for (size_t k = 0; k < n; k++) {
        if (l[k].next_us <= time_mono_us()) local_run(c, &l[k]);
        if (l[k].next_us < next_us) next_us = l[k].next_us;
    }
    const i64 ms = (next_us - time_mono_us()) / 1000;
    return ms > 1 ? ms : 1;
}

static void keep(struct ctx *c, i64 *renewed_at, i64 *revived_at)
{
    enum err e = ERR_OK;
    bool any;

    ctx_fresh(c);
    if (c->now - *renewed_at >= RENEW_MS && anything_runs())
        e = db_unit(c, renew_all, NULL);
    if (c->now - *renewed_at >= RENEW_MS) *renewed_at = c->now;
    if (!e && c->now - *revived_at >= REVIVE_MS) {
        *revived_at = c->now;
        e = db_unit(c, dead_back, &any);
        if (!e && any) job_wake();
    }
    if (e)
        log_warn("leases of jobs: %s",
                 c->fault.message ? c->fault.message : err_code(e));
}

static void *keeper(void *arg)
{
    struct ctx c = { .mem = arena_new(LIMIT_JOB_ARENA) };
    struct local locals[LOCALS];
    const size_t n = locals_find(locals);
    i64 renewed_at = time_now(), revived_at = 0, wait_ms = 0;
    struct timespec nap;
    bool go = true;

    (void)arg;
    while (go) {
        nap = (struct timespec){ wait_ms / 1000, wait_ms % 1000 * 1000000 };
        nanosleep(&nap, NULL);
        pthread_mutex_lock(&the.lock);
        go = !the.stop;
        pthread_mutex_unlock(&the.lock);
        wait_ms = locals_run(&c, locals, n);
        if (wait_ms > 100) wait_ms = 100;
        keep(&c, &renewed_at, &revived_at);
    }
    for (size_t k = 0; k < n; k++) local_run(&c, &locals[k]);
    arena_free(c.mem);
    return NULL;
}

/* ---- Start and stop
 * ---------------------------------------------------------------------------- */

static enum err schedule_all(struct ctx *c, void *arg)
{
    for (const struct module *const *m = arg; *m; m++)
        for (const struct job_kind *k = (*m)->jobs; k && k->name; k++)
            if (k->every_ms && !k->local) TRY(task_schedule(c, k->name, k->every_ms));
    return ERR_OK;
}

static enum err prepare(void)
{
    struct ctx c = { .mem = arena_new(LIMIT_JOB_ARENA) };

    ctx_fresh(&c);
    const enum err e = db_unit(&c, schedule_all, (void *)(uintptr_t)the.rooms);
    if (e) log_error("schedules: %s", c.fault.message ? c.fault.message : err_code(e));
    arena_free(c.mem);
    return e;
}

enum err job_start(struct db *db, const struct module *const *rooms, int workers)
{
    assert(!the.runs);
    the.db = db;
    the.rooms = rooms;
    the.stop = false;
    the.n = 0;
    TRY(prepare());
    the.runs = true;
    the.kept = false;
    while (the.n < workers && the.n < WORKERS) {
        struct worker *w = &the.worker[the.n];
        if (pthread_create(&w->thread, NULL, worker, w)) break;
        the.n++;
    }
    the.kept = pthread_create(&the.keeper, NULL, keeper, NULL) == 0;
    if (the.kept && the.n > 0) return ERR_OK;
    job_stop();
    return ERR_INTERNAL;
}

/* Waits for the jobs that are under way: their next job_progress() sends them
 * home, and they go on from their note after the next start. */
void job_stop(void)
{
    if (!the.runs) return;
    pthread_mutex_lock(&the.lock);
    the.stop = true;
    pthread_cond_broadcast(&the.bell);
    pthread_mutex_unlock(&the.lock);
    for (int k = 0; k < the.n; k++) pthread_join(the.worker[k].thread, NULL);
    if (the.kept) pthread_join(the.keeper, NULL);
    the.runs = false;
}

/* ---- In this thread
 * -------------------------------------------------------------------------------- */

static enum err run_locals(struct ctx *c, const struct module *const *rooms)
{
    for (; *rooms; rooms++)
        for (const struct job_kind *k = (*rooms)->jobs; k && k->name; k++) {
            struct job j = { .kind = k->name, .arg = "{}" };
            if (k->local) TRY(k->run(c, &j));
        }
    return ERR_OK;
}

enum err job_drain(struct ctx *c, const struct module *const *rooms)
{
    const struct who who = c->who;
    struct taking t = { .found = true };
    enum err e;

    c->who = (struct who){ .kind = WHO_SYSTEM };
    e = db_unit(c, schedule_all, (void *)(uintptr_t)rooms);
    if (!e) e = run_locals(c, rooms);
    while (!e && t.found) {
        e = db_unit(c, take, &t);
        if (!e && t.found) e = run(c, rooms, &t.j);
    }
    c->who = who;
    return e;
}
