/* job.h -- work that can wait: queue in the database, schedules, retries, parking.
 *
 * A job is a row written in the caller's unit, so it exists if and only if the
 * change that needs it does.  A worker takes it under a lease and runs it
 * outside any unit; when the process dies, the lease ends and another worker
 * runs it again from its last note.  A failure that may pass (err_again) is tried
 * again with back-off; any other, and the last of `tries`, parks the job: it is
 * shown in the office until somebody runs it again.  A schedule is never parked:
 * it shows its error and is tried again at its next time.
 *
 * Owns  job_task
 * Needs staff (who ran or cancelled one is in the audit log), setting
 * Back-off  1 s, 4 s, 16 s ... at most 1 h */
#pragma once

#include "base/module.h"

struct job {
    i64 id;
    const char *kind;
    const char *arg;  /* JSON text the adder gave, or "{}" */
    const char *note; /* what job_note() last kept, or NULL */
    i64 tries;        /* before this one */
    i64 lease;        /* the room's own: this run's */
    i64 told_us;      /* the room's own: of the last job_progress() */
};

/* Queue a job for run_at (or as soon as possible when that is in the past).
 * With a key, a second job of this kind and key that has not begun is not added;
 * *ret_id (or NULL) is then the first one's. */
enum err job_add(struct ctx *c, const char *kind, const char *arg, i64 run_at,
                 const char *key, i64 *ret_id) MUST_USE;

/* The job of this kind and key that waits for its time need not wait any more; none
 * waiting is no error. */
enum err job_hurry(struct ctx *c, const char *kind, const char *key) MUST_USE;

/* How far it is, for people: `done` of `total` (0: unknown).  Opens its own
 * unit; calls within 500 ms of the last are dropped.  Also renews the lease.
 * GONE when somebody cancelled the job, UNAVAILABLE when the server stops: return
 * it; what was noted stays, and the job goes on from there. */
enum err job_progress(struct ctx *c, const struct job *j, i64 done, i64 total) MUST_USE;

/* Where to go on after a crash.  Inside a unit of yours: together with its
 * effects.  `note` is JSON text.  GONE as job_progress(). */
enum err job_note(struct ctx *c, const struct job *j, const char *note) MUST_USE;

/* What came out, JSON text for the API (a report, a file's name). */
enum err job_result(struct ctx *c, const struct job *j, const char *result) MUST_USE;

/* Start and stop the workers. */
enum err job_start(struct db *db, const struct module *const *rooms,
                   int workers) MUST_USE;
void job_stop(void);

/* Run everything that is due at c->now, in this thread: for tests.  Schedules
 * run once each.  A failing job is no error here: look at its row. */
enum err job_drain(struct ctx *c, const struct module *const *rooms) MUST_USE;

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_PARKED, JOB_CANCELLED };
extern const char *const job_state_words[];

extern const struct module job_module;
