/* Tasks about a person. */
#include "base/privacy.h"

#include "task/task_own.h"

enum { ABOUT, BLANK, LEFT };

/* clang-format off */
const struct query task_privacy_sql[] = {
    [ABOUT] = { "task.tell",
        "SELECT made_at, body, note, ended_at FROM task_task"
        " WHERE subject_kind = 'customer' AND subject_id = $1 ORDER BY id" },
    [BLANK] = { "task.blank",
        "UPDATE task_task SET body = '', args = '{}', note = NULL"
        " WHERE subject_kind = 'customer' AND subject_id = $1" },
    [LEFT] = { "task.left",
        "SELECT COUNT(*) FROM task_task WHERE subject_kind = 'customer' AND subject_id = $1"
        "   AND (body <> '' OR args <> '{}' OR note IS NOT NULL)" },
    QUERY_END
};

static const struct privacy_column columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "text", PRIVACY_TEXT, NULL },
    { "comment", PRIVACY_TEXT, NULL }, { "ended_at", PRIVACY_TIME, NULL }, { 0 },
};
static const struct privacy_tell tells[] = { { "tasks", &task_privacy_sql[ABOUT], columns }, { 0 } };
static const struct privacy_forget forgets[] = {
    { "task.texts", &task_privacy_sql[BLANK], &task_privacy_sql[LEFT], false },
    { 0 },
};
/* clang-format on */

const struct privacy_part task_privacy = { .tells = tells, .forgets = forgets };
