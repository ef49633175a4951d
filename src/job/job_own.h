/* job_own.h -- what the files of this room tell one another. */
#pragma once

#include "http/shape.h"
#include "job/job.h"

/* A job as people see it. */
struct job_view {
    i64 id;
    const char *kind, *arg, *key;
    i64 every_ms;
    int state; /* enum job_state */
    i64 run_at, tries, done, total;
    const char *note, *result, *error;
    i64 created_at, began_at, ended_at;
    i64 who_kind, who_id;
};
struct job_ask {
    i64 limit;
    const char *after;
    int state;        /* -1: any */
    const char *kind; /* "order." for a room, NULL: any */
};
enum err job_list(struct ctx *c, const struct job_ask *a, struct list *ret,
                  const char **ret_next) MUST_USE;
enum err job_get(struct ctx *c, i64 id, struct job_view *ret) MUST_USE;
enum err job_run_now(struct ctx *c, i64 id) MUST_USE;
enum err job_cancel(struct ctx *c, i64 id) MUST_USE;
enum err job_forget(struct ctx *c) MUST_USE;

/* ---- A worker's steps (job.c), each inside a unit or snapshot ------------------- */

/* A schedule's row is there and has this period. */
enum err task_schedule(struct ctx *c, const char *kind, i64 every_ms) MUST_USE;
/* Take the job that is due longest; *ret_found false when none is. */
enum err task_take(struct ctx *c, struct job *ret, bool *ret_found) MUST_USE;
/* When the next one is due; NONE when nothing waits. */
enum err task_next_at(struct ctx *c, i64 *ret_at) MUST_USE;
enum err task_renew(struct ctx *c, const struct job *j) MUST_USE;
/* Put back what dead workers held; within a unit. */
enum err task_revive(struct ctx *c, bool *ret_any) MUST_USE;
struct outcome {
    enum err err;
    const char *error;
    int tries_max;  /* 0: 8 */
    bool sent_home; /* because the process stops: no failure of the job */
};
enum err task_end(struct ctx *c, const struct job *j, const struct outcome *o) MUST_USE;

/* The process stops: whatever runs should come to an end. */
bool job_stopping(void);
/* Somebody queued something: look sooner. */
void job_wake(void);
