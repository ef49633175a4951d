/* Who has something to do is reminded before it is late. */
#include "job/job.h"
#include "task/task_own.h"

static enum err remind(struct ctx *c, struct job *j)
{
    i64 n;

    (void)j;
    do {
        TRY(db_unit(c, task_remind, &n));
    } while (n == LIMIT_PAGE);
    return ERR_OK;
}

extern const struct job_kind task_jobs[];
const struct job_kind task_jobs[] = {
    { "task.remind", remind, .every_ms = MINUTE_MS,
      .doc = "Tell of tasks whose time comes: the event task.due." },
    { 0 }
};
