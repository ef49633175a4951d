/* What the track room is made of. */
#include "base/time.h"
#include "job/job.h"
#include "track/track_own.h"

extern const char track_schema[], track_beside[]; /* schema.sql, beside.sql */
extern const struct query track_config_sql[], track_source_sql[], track_plan_sql[],
    track_word_sql[], track_take_sql[], track_held_sql[], track_job_sql[];
extern const struct route track_routes[], track_office_routes[];
extern const struct job_kind track_jobs[]; /* track_job.c */

/* clang-format off */
static const struct setting settings[] = {
    { "track.hold", SETTING_BOOL, 0, 1, 1, NULL,
      "Задерживать события, которых нет в плане отслеживания, пока их не примут",
      "Hold events that are not in the tracking plan until somebody accepts them" },
    { "track.keep_days", SETTING_INT, 31, 3650, 730, NULL,
      "Сколько дней хранятся события с экранов и из каналов",
      "Days for which events of screens and channels are kept" },
    { 0 },
};
/* clang-format on */

const struct module track_module = {
    .name = "track",
    .needs = (const char *const[]){ "setting", "staff", "job", NULL },
    .schema = track_schema,
    .beside = track_beside,
    .queries =
        (const struct query *const[]){ track_config_sql, track_source_sql,
                                       track_plan_sql, track_word_sql, track_take_sql,
                                       track_held_sql, track_job_sql, NULL },
    .routes = track_routes,
    .more_routes = (const struct route *const[]){ track_office_routes, NULL },
    .jobs = track_jobs,
    .settings = settings,
};
