/* task.h -- what somebody has to do, with that somebody's name on it.
 *
 * Rooms make tasks where a rule ends and a person's judgement begins: a piece sold
 * twice, a shelf without what the book says.  People make them for one another.
 * A task always has an owner who may act at its place: the one named, else the
 * first of the place's own people who approve counts, else of the chain's.
 *
 * A task about a customer belongs at first to whoever keeps him, may be anybody's who
 * works here, and whoever may read customers may make one for himself.
 *
 * Owns   task_task
 * Views  pub_task_open (place_id, due_at): what is not ended and has a date
 * Needs  setting, staff, event, job, customer
 * Emits  task.added, task.changed, task.taken, task.reassigned, task.done,
 *        task.cancelled, task.reopened, task.due (task.remind_min before its time)
 *        {place_id, owner_id, code, subject_kind, subject_id}; the subject is the task
 * Hears  order.short: the shelf is to be counted */
#pragma once

#include "base/module.h"
#include "http/shape.h"

enum task_state { TASK_OPEN, TASK_TAKEN, TASK_DONE, TASK_CANCELLED };
extern const char *const task_state_words[];

struct task {
    i64 id, place_id;  /* place NONE or 0: the chain */
    const char *code;  /* which words it has: "till_oversold"; "hand": its body's */
    const char *args;  /* JSON object for those words, or NULL */
    const char *body;  /* what somebody wrote, or NULL */
    i64 owner_id;      /* NONE or 0: whoever is responsible for the place */
    const char *owner; /* his name; filled when read */
    int state;         /* enum task_state */
    const char *subject_kind; /* "order", "variant", "till_sale"; NULL none */
    i64 subject_id, due_at;   /* NONE: none */
    const char *subject;  /* a customer's name, to who may read him; filled when read */
    i64 made_by, made_at; /* made_by NONE: the system */
    i64 taken_at, ended_at, ended_by;
    const char *note;
    i64 version;
};

/* Make one.  Reads code, args, body, place_id, owner_id, subject_*, due_at; sets
 * id, owner_id and owner.  In the caller's unit.
 * Errors  NO_SUCH owner_id: he does not work there */
enum err task_add(struct ctx *c, struct task *t) MUST_USE;

/* Is there an open one of the same code, place and subject?  Its id, or 0. */
enum err task_open_about(struct ctx *c, const struct task *like, i64 *ret_id) MUST_USE;

/* struct task about a subject, oldest first. */
enum err task_about(struct ctx *c, const char *subject_kind, i64 subject_id,
                    struct list *ret) MUST_USE;
void task_about_ahead(struct ctx *c, const char *subject_kind, i64 subject_id);

extern const struct shape task_shape;
extern const struct module task_module;
