/* task_own.h -- what the files of this room share; nobody else includes it. */
#pragma once

#include "base/time.h"
#include "db/db.h"
#include "http/route.h"
#include "staff/staff.h"
#include "task/task.h"

enum err task_read(struct ctx *c, i64 id, struct task *ret) MUST_USE;

struct task_ask {
    i64 limit;
    const char *after;
    bool mine;
    i64 place_id; /* NONE: of all places, by right */
    int state;    /* enum task_state, -1: what is not ended */
    bool overdue; /* only what was to be done by now */
};
struct task_page {
    struct list items; /* struct task, newest first */
    const char *next;
};
enum err task_list(struct ctx *c, const struct task_ask *ask,
                   struct task_page *ret) MUST_USE;

/* Only who works at its place, or has it, or has all; about a customer who may read
 * customers; NOT_FOUND else. */
enum err task_may(struct ctx *c, const struct task *t) MUST_USE;
bool task_works_at(struct ctx *c, i64 place_id);

/* What whoever asks has to do before `until`, soonest first; how much is later, or
 * has no date. */
struct task_today {
    struct list items; /* struct task */
    i64 later;
};
enum err task_list_today(struct ctx *c, i64 until, struct task_today *ret) MUST_USE;

/* Other words (of code "hand") and another time.  CHANGED unless `version` is NONE or
 * the task's; WRONG_STATE when it has ended. */
struct task_edit {
    const char *body;
    i64 due_at;
};
enum err task_change(struct ctx *c, i64 id, const struct task_edit *to,
                     i64 version) MUST_USE;

/* "I do it": whoever takes it has it. */
enum err task_claim(struct ctx *c, i64 id) MUST_USE;
/* to: TASK_DONE or TASK_CANCELLED. */
enum err task_close(struct ctx *c, i64 id, int to, const char *note) MUST_USE;
/* It was not ended after all.  WRONG_STATE: it is open, or ended TASK_REOPEN_MS ago;
 * EXISTS: there is another like it by now. */
#define TASK_REOPEN_MS (30 * DAY_MS)
enum err task_reopen(struct ctx *c, i64 id) MUST_USE;
/* Tell of what is due soon; *ret_n of them, at most LIMIT_PAGE.  In a unit. */
enum err task_remind(struct ctx *c, void *ret_n) MUST_USE;
/* WRONG_STATE when it has ended; NO_SUCH owner. */
enum err task_give(struct ctx *c, i64 id, i64 owner_id) MUST_USE;
