/* What the task room is made of. */
#include "task/task_own.h"

extern const char task_schema[];
extern const struct query task_sql[], task_person_sql[], task_privacy_sql[];
extern const struct person_part task_person;
extern const struct privacy_part task_privacy;
extern const struct route task_routes[];
extern const struct subscriber task_subscribers[];
extern const struct job_kind task_jobs[];

/* clang-format off */
static const struct query checks[] = {
    { "task.check_ended",
      "SELECT id FROM task_task WHERE (state >= 2) <> (ended_at IS NOT NULL)",
      .scan = "every task is proved" },
    QUERY_END
};
/* clang-format on */

const struct module task_module = {
    .name = "task",
    .needs =
        (const char *const[]){ "setting", "staff", "event", "job", "customer", NULL },
    .schema = task_schema,
    .queries = (const struct query *const[]){ task_sql, task_person_sql,
                                              task_privacy_sql, NULL },
    .person = &task_person,
    .checks = checks,
    .privacy = &task_privacy,
    .routes = task_routes,
    .subscribers = task_subscribers,
    .jobs = task_jobs,
    .settings =
        (const struct setting[]){
            { "task.remind_min", SETTING_INT, 0, 1440, 15, NULL,
              "За сколько минут до срока напомнить о задаче",
              "Minutes before its time at which a task is reminded of" },
            { "task.keep_days", SETTING_INT, 30, 3650, 1095, NULL,
              "Сколько дней хранятся законченные задачи",
              "Days for which tasks that ended are kept" },
            { 0 } },
};
