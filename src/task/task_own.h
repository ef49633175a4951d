/* task_own.h -- what the files of this room share; nobody else includes it. */
#pragma once

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

/* Only who works at its place, or has it, or has all; NOT_FOUND else. */
enum err task_may(struct ctx *c, const struct task *t) MUST_USE;
bool task_works_at(struct ctx *c, i64 place_id);

/* "I do it": whoever takes it has it. */
enum err task_claim(struct ctx *c, i64 id) MUST_USE;
/* to: TASK_DONE or TASK_CANCELLED. */
enum err task_close(struct ctx *c, i64 id, int to, const char *note) MUST_USE;
/* WRONG_STATE when it has ended; NO_SUCH owner. */
enum err task_give(struct ctx *c, i64 id, i64 owner_id) MUST_USE;
