/* What the job room is made of. */
#include "base/privacy.h"
#include "db/db.h"
#include "http/route.h"
#include "job/job_own.h"

extern const char job_schema[];
extern const struct query job_sql[];
extern const struct route job_routes[];

static enum err forget(struct ctx *c, struct job *j)
{
    (void)j;
    return job_forget(c);
}

static const struct job_kind jobs[] = {
    { .name = "job.forget",
      .run = forget,
      .every_ms = 3600000,
      .doc = "Delete jobs that ended long ago." },
    { 0 },
};

/* clang-format off */
static const struct setting settings[] = {
    { "job.keep_days", SETTING_INT, 1, 365, 14, NULL,
      "Сколько дней видны законченные задания",
      "Days for which jobs that ended can be seen" },
    { 0 },
};
/* clang-format on */

/* clang-format off */
static const struct query old_sql[] = {
    { "job.old_tasks", "SELECT COUNT(*) FROM (SELECT 1 FROM job_task WHERE state IN (2, 4) AND id < $1 LIMIT $2) counted" },
    QUERY_END
};
static const struct privacy_age old[] = { { .count = &old_sql[0], .by_id = true }, { 0 } };
static const struct privacy_term terms[] = {
    { "job.tasks", "job_task", PRIVACY_BY_ROOM, "job.keep_days", .job = "job.forget", .ages = old,
      .why_ru = "Посмотреть, чем кончилась работа; номера вместо имён",
      .why_en = "To see how work ended; numbers, no names",
      .law_ru = "152-ФЗ, ст. 5, ч. 7", .law_en = "152-FZ, art. 5 part 7" },
    { 0 },
};
/* clang-format on */
static const struct privacy_part privacy = { .terms = terms };

const struct module job_module = {
    .name = "job",
    .privacy = &privacy,
    .needs = (const char *const[]){ "setting", "staff", NULL },
    .schema = job_schema,
    .queries = (const struct query *const[]){ job_sql, old_sql, NULL },
    .routes = job_routes,
    .jobs = jobs,
    .settings = settings,
};
