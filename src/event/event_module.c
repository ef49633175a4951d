/* What the event room is made of. */
#include "base/privacy.h"
#include "db/db.h"
#include "event/event_own.h"
#include "http/route.h"

extern const char event_schema[];
extern const struct query event_sql[], event_cursor_sql[];
extern const struct route event_routes[];
extern const struct job_kind event_jobs[];

/* clang-format off */
static const struct setting settings[] = {
    { "event.keep_days", SETTING_INT, 1, 3650, 30, NULL,
      "Сколько дней хранятся события; столько времени назад подписчик может услышать всё заново",
      "Days for which facts are kept: how far back a subscriber can be sent" },
    { 0 },
};

static const struct query checks[] = {
    { "event.cursor_beyond_the_log",
      "SELECT subscriber, pos FROM event_cursor WHERE subscriber > ''"
      " AND pos > COALESCE((SELECT pos FROM event_log WHERE pos > 0 ORDER BY pos DESC LIMIT 1), 0)",
      .scan = "a check reads everything" },
    QUERY_END
};
/* clang-format on */

/* clang-format off */
static const struct query old_sql[] = {
    { "event.old", "SELECT COUNT(*) FROM (SELECT 1 FROM event_log WHERE id < $1 LIMIT $2) counted" },
    QUERY_END
};
static const struct privacy_age old[] = { { .count = &old_sql[0], .by_id = true }, { 0 } };
static const struct privacy_term terms[] = {
    { "event.log", "event_log", PRIVACY_BY_ROOM, "event.keep_days", .job = "event.forget", .ages = old,
      .why_ru = "Рассказать подписчику заново, что было; номера вместо имён",
      .why_en = "To tell a subscriber again what happened; numbers, no names",
      .law_ru = "152-ФЗ, ст. 5, ч. 7", .law_en = "152-FZ, art. 5 part 7" },
    { 0 },
};
/* clang-format on */
static const struct privacy_part privacy = { .terms = terms };

const struct module event_module = {
    .name = "event",
    .privacy = &privacy,
    .needs = (const char *const[]){ "setting", "staff", NULL },
    .schema = event_schema,
    .queries =
        (const struct query *const[]){ event_sql, event_cursor_sql, old_sql, NULL },
    .checks = checks,
    .routes = event_routes,
    .jobs = event_jobs,
    .settings = settings,
};
