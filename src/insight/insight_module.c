/* What the insight room is made of. */
#include "insight/insight_own.h"
#include "track/track.h"

extern const char insight_schema[];            /* schema.sql */
extern const struct query insight_find_sql[];  /* insight_find.c */
extern const struct query insight_story_sql[]; /* insight_story.c */
extern const struct query insight_roll_sql[];  /* insight_roll.c */
extern const struct query insight_now_sql[];   /* insight_now.c */
extern const struct query insight_trait_sql[], insight_trait_read_sql[],
    insight_trait_keep_sql[], insight_trait_event_sql[], insight_seen_sql[],
    insight_seen_follow_sql[], insight_person_sql[];
extern const struct query insight_segment_rule_sql[], insight_segment_set_sql[],
    insight_segment_live_sql[], insight_segment_job_sql[], insight_segment_sql[],
    insight_segment_look_sql[], insight_profile_sql[], insight_privacy_sql[];
extern const struct privacy_part insight_privacy;
extern const struct route insight_segment_routes[], insight_profile_routes[];
extern const struct route insight_routes[];             /* insight_http.c */
extern const struct subscriber insight_subscribers[];   /* insight_trait_event.c */
extern const struct track_follower insight_followers[]; /* insight_seen_follow.c */
extern const struct person_part insight_person_part;    /* insight_person.c */
extern const struct job_kind insight_jobs[];            /* insight_job.c */

const struct module insight_module = {
    .name = "insight",
    .needs =
        (const char *const[]){ "setting", "staff", "event", "job", "task", "message",
                               "place", "catalog", "stock", "customer", "order",
                               "owner", "exchange", "webhook", "track", NULL },
    .schema = insight_schema,
    .queries =
        (const struct query *const[]){
            insight_find_sql,         insight_story_sql,
            insight_roll_sql,         insight_now_sql,
            insight_trait_sql,        insight_trait_read_sql,
            insight_trait_keep_sql,   insight_trait_event_sql,
            insight_seen_sql,         insight_seen_follow_sql,
            insight_person_sql,       insight_segment_rule_sql,
            insight_segment_set_sql,  insight_segment_live_sql,
            insight_segment_job_sql,  insight_segment_sql,
            insight_segment_look_sql, insight_profile_sql,
            insight_privacy_sql,      NULL },
    .subscribers = insight_subscribers,
    .followers = insight_followers,
    .person = &insight_person_part,
    .privacy = &insight_privacy,
    .routes = insight_routes,
    .more_routes = (const struct route *const[]){ insight_segment_routes,
                                                  insight_profile_routes, NULL },
    .jobs = insight_jobs,
    .settings =
        (const struct setting[]){
            { "insight.finds_per_min", SETTING_INT, 1, 100000, 120, NULL,
              "Сколько раз в минуту сотрудник может искать покупателей и заказы",
              "Searches for people and orders a member of staff may make in a minute" },
            { "insight.utc_offset_min", SETTING_INT, -720, 840, 180, NULL,
              "Часы сети на главной странице офиса: минут от UTC",
              "The chain's clock on the office's first page: minutes from UTC" },
            { "insight.keep_list_days", SETTING_INT, 1, 3650, 365, NULL,
              "Сколько дней хранятся застывшие списки сегментов",
              "Days for which frozen lists of segments are kept" },
            { 0 } },
};
