/* Tasks about a person. */
#include "base/privacy.h"

#include "task/task_own.h"

enum { ABOUT, BLANK, LEFT, OLD, DROP_OLD, NEEDS };

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
    [OLD] = { "task.old",
        "SELECT COUNT(*) FROM (SELECT 1 FROM task_task WHERE state IN (2, 3) AND id < $1 LIMIT $2) counted" },
    [DROP_OLD] = { "task.drop_old",
        "DELETE FROM task_task WHERE id IN"
        " (SELECT id FROM task_task WHERE state IN (2, 3) AND id < $1 ORDER BY state, id LIMIT $2)" },
    [NEEDS] = { "task.needs",
        "SELECT COUNT(*) FROM task_task WHERE subject_kind = 'customer' AND subject_id = $1"
        "   AND (state < 2 OR made_at >= $2)" },
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
static const struct privacy_age old[] = {
    { &task_privacy_sql[OLD], &task_privacy_sql[DROP_OLD], .by_id = true }, { 0 },
};
static const struct privacy_term terms[] = {
    { "task.texts", "task_task", PRIVACY_AGED, "task.keep_days", .ages = old,
      .why_ru = "Помнить, что было обещано и сделано; незаконченные остаются",
      .why_en = "To remember what was promised and done; what is not done stays",
      .law_ru = "152-ФЗ, ст. 5, ч. 7; срок исковой давности 3 года (ГК, ст. 196)",
      .law_en = "152-FZ, art. 5 part 7; claims lapse after 3 years (Civil Code, art. 196)" },
    { 0 },
};
/* clang-format on */

const struct privacy_part task_privacy = { .tells = tells,
                                           .forgets = forgets,
                                           .terms = terms,
                                           .needs = &task_privacy_sql[NEEDS] };
