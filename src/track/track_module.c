/* What the track room is made of. */
#include "base/time.h"
#include "job/job.h"
#include "track/track_follow.h"

extern const struct sealed track_sealed[];
extern const struct query track_seal_sql[];
extern const char track_schema[], track_beside[]; /* schema.sql, beside.sql */
extern const struct query track_config_sql[], track_source_sql[], track_plan_sql[],
    track_word_sql[], track_take_sql[], track_held_sql[], track_job_sql[],
    track_owner_sql[], track_follow_sql[], track_session_sql[], track_privacy_sql[],
    track_order_sql[];
extern const struct route track_routes[], track_office_routes[];
extern const struct subscriber track_subscribers[];   /* track_order.c */
extern const struct job_kind track_jobs[];            /* track_job.c */
extern const struct track_follower track_followers[]; /* track_follow.c */
extern const struct privacy_part track_privacy;       /* track_privacy.c */
extern const struct person_part track_person;         /* track_owner.c */

/* clang-format off */
static const struct setting settings[] = {
    { "track.hold", SETTING_BOOL, 0, 1, 1, NULL,
      "Задерживать события, которых нет в плане отслеживания, пока их не примут",
      "Hold events that are not in the tracking plan until somebody accepts them" },
    { "track.pages", SETTING_BOOL, 0, 1, 1, NULL,
      "Страницы магазина, приложения и кассы сообщают, что на них делают",
      "The pages of shop, app and till tell what is done on them" },
    { "track.keep_days", SETTING_INT, 31, 3650, 730, NULL,
      "Сколько дней хранятся события с экранов и из каналов",
      "Days for which events of screens and channels are kept" },
    { 0 },
};

static const struct query beside_checks[] = {
    { "track.event_of_no_device",
      "SELECT e.id, e.device_no FROM track_event e LEFT JOIN track_word w ON w.no = e.device_no WHERE w.no IS NULL",
      .scan = "a check reads everything" },
    { "track.session_backwards",
      "SELECT device_no, from_at, to_at FROM track_session WHERE to_at < from_at",
      .scan = "a check reads everything" },
    { "track.sessions_overlap",
      "SELECT s.device_no, s.from_at FROM track_session s JOIN track_session t"
      " ON t.device_no = s.device_no AND t.from_at > s.from_at AND t.from_at < s.to_at",
      .scan = "a check reads everything" },
    { "track.waits_for_nothing",
      "SELECT h.id, h.unknown_id FROM track_held h LEFT JOIN track_unknown u ON u.id = h.unknown_id WHERE u.id IS NULL",
      .scan = "a check reads everything" },
    QUERY_END
};
/* clang-format on */

const struct module track_module = {
    .name = "track",
    .needs = (const char *const[]){ "setting", "staff", "job", "customer", "event",
                                    "order", NULL },
    .schema = track_schema,
    .beside = track_beside,
    .queries =
        (const struct query *const[]){
            track_config_sql, track_source_sql, track_plan_sql, track_word_sql,
            track_take_sql, track_held_sql, track_job_sql, track_owner_sql,
            track_follow_sql, track_session_sql, track_privacy_sql, track_order_sql,
            track_seal_sql, NULL },
    .beside_checks = beside_checks,
    .routes = track_routes,
    .more_routes = (const struct route *const[]){ track_office_routes, NULL },
    .followers = track_followers,
    .subscribers = track_subscribers,
    .jobs = track_jobs,
    .settings = settings,
    .person = &track_person,
    .privacy = &track_privacy,
    .sealed = track_sealed,
};
