/* Tasks about people who become one, or are parted again: see base/person.h. */
#include "base/person.h"
#include "task/task_own.h"

/* clang-format off */
const struct query task_person_sql[] = {
    { "task.person",
      "UPDATE task_task SET subject_id = $2, born_id = NULLIF($3, $2), version = version + 1"
      " WHERE subject_kind = 'customer' AND subject_id = $1 AND COALESCE(born_id, subject_id) = $3",
      .types = "iii" },
    QUERY_END
};
/* clang-format on */

static enum err move(struct ctx *c, const struct person_move *m)
{
    i64 n;

    TRY(db_exec(c, &task_person_sql[0], &n, m->from, m->to, m->born));
    person_tell(m, "task", n, 0);
    return ERR_OK;
}

const struct person_part task_person = { .move = move };
