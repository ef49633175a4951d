/* What the event room is made of. */
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

const struct module event_module = {
    .name = "event",
    .needs = (const char *const[]){ "setting", "staff", NULL },
    .schema = event_schema,
    .queries = (const struct query *const[]){ event_sql, event_cursor_sql, NULL },
    .checks = checks,
    .routes = event_routes,
    .jobs = event_jobs,
    .settings = settings,
};
