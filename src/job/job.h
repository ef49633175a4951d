/* job.h -- work that can wait: queue in the database, schedules, retries, parking.
 *
 * A job is a row written in the caller's unit, so it exists if and only if the
 * change that needs it does.  A worker takes it under a lease and runs it
 * outside any unit; when the process dies, the lease ends and another worker
 * runs it again from its last note.  After `tries` failures it is parked and
 * shown in the office until somebody runs it again.
 *
 * Owns  job_task
 * Back-off  1 s, 4 s, 16 s ... at most 1 h */
#pragma once

#include "base/module.h"

struct job {
    i64 id;
    const char *kind;
    const char *arg;   /* JSON text the adder gave, or "{}" */
    const char *note;  /* what job_note() last kept, or NULL */
    i64 tries;         /* before this one */
};

/* Queue a job for run_at (or as soon as possible when that is in the past).
 * With a key, a second job of this kind and key that has not begun is not added;
 * *ret_id (or NULL) is then the first one's. */
enum err job_add(struct ctx *c, const char *kind, const char *arg, i64 run_at, const char *key, i64 *ret_id) MUST_USE;

/* How far it is, for people: `done` of `total` (0: unknown).  Opens its own
 * unit; calls within 500 ms of the last are dropped.  Also renews the lease.
 * GONE when somebody cancelled the job: stop and return it. */
enum err job_progress(struct ctx *c, const struct job *j, i64 done, i64 total) MUST_USE;

/* Where to go on after a crash.  Inside a unit of yours: together with its
 * effects.  `note` is JSON text. */
enum err job_note(struct ctx *c, const struct job *j, const char *note) MUST_USE;

/* What came out, JSON text for the API (a report, a file's name). */
enum err job_result(struct ctx *c, const struct job *j, const char *result) MUST_USE;

/* Start and stop the workers. */
enum err job_start(struct db *db, const struct module *const *rooms, int workers) MUST_USE;
void job_stop(void);

/* Run everything that is due, now, in this thread: for tests. */
enum err job_drain(struct ctx *c, const struct module *const *rooms) MUST_USE;

extern const struct module job_module;
