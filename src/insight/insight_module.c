/* What the insight room is made of. */
#include "insight/insight_own.h"

extern const char insight_schema[];            /* schema.sql */
extern const struct query insight_find_sql[];  /* insight_find.c */
extern const struct query insight_story_sql[]; /* insight_story.c */
extern const struct query insight_roll_sql[];  /* insight_roll.c */
extern const struct query insight_now_sql[];   /* insight_now.c */
extern const struct route insight_routes[];    /* insight_http.c */
extern const struct job_kind insight_jobs[];   /* insight_job.c */

const struct module insight_module = {
    .name = "insight",
    .needs =
        (const char *const[]){ "setting", "staff", "job", "message", "place", "catalog",
                               "stock", "customer", "order", "exchange", "task",
                               "webhook", NULL },
    .schema = insight_schema,
    .queries = (const struct query *const[]){ insight_find_sql, insight_story_sql,
                                              insight_roll_sql, insight_now_sql, NULL },
    .routes = insight_routes,
    .jobs = insight_jobs,
    .settings =
        (const struct setting[]){
            { "insight.finds_per_min", SETTING_INT, 1, 100000, 120, NULL,
              "Сколько раз в минуту сотрудник может искать покупателей и заказы",
              "Searches for people and orders a member of staff may make in a minute" },
            { "insight.utc_offset_min", SETTING_INT, -720, 840, 180, NULL,
              "Часы сети на главной странице офиса: минут от UTC",
              "The chain's clock on the office's first page: minutes from UTC" },
            { 0 } },
};
