/* What the job room is made of. */
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

const struct module job_module = {
    .name = "job",
    .needs = (const char *const[]){ "setting", "staff", NULL },
    .schema = job_schema,
    .queries = (const struct query *const[]){ job_sql, NULL },
    .routes = job_routes,
    .jobs = jobs,
    .settings = settings,
};
