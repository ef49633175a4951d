/* What the webhook room is made of. */
#include "base/privacy.h"
#include "webhook/webhook_own.h"

extern const char webhook_schema[];                   /* schema.sql */
extern const struct query webhook_sql[];              /* webhook.c */
extern const struct query webhook_queue_sql[];        /* webhook_queue.c */
extern const struct route webhook_routes[];           /* webhook_http.c */
extern const struct job_kind webhook_jobs[];          /* webhook_job.c */
extern const struct subscriber webhook_subscribers[]; /* webhook_job.c */

/* clang-format off */
static const struct setting settings[] = {
    { "webhook.allow_private", SETTING_BOOL, 0, 1, 0, NULL,
      "Разрешить вебхуки на http и на адреса внутри сети (для разработки)",
      "Allow webhooks by http and to addresses inside a network (for development)" },
    { "webhook.disable_days", SETTING_INT, 1, 30, 3, NULL,
      "Через сколько дней непрерывных ошибок вебхук выключается",
      "Days of nothing but failures after which a webhook is switched off" },
    { "webhook.keep_days", SETTING_INT, 1, 365, 30, NULL,
      "Сколько дней хранится журнал доставок вебхуков",
      "Days for which deliveries of webhooks are kept" },
    { 0 },
};
/* clang-format on */

static const struct sealed sealed[] = {
    { .what = "webhook.secrets", .slice = webhook_reseal },
    { 0 },
};

/* clang-format off */
static const struct query old_sql[] = {
    { "webhook.old", "SELECT COUNT(*) FROM (SELECT 1 FROM webhook_delivery WHERE created_at < $1 LIMIT $2) counted" },
    QUERY_END
};
static const struct privacy_age old[] = { { .count = &old_sql[0] }, { 0 } };
static const struct privacy_term terms[] = {
    { "webhook.deliveries", "webhook_delivery", PRIVACY_BY_ROOM, "webhook.keep_days", .job = "webhook.forget", .ages = old,
      .why_ru = "Доказать, что другая система узнала; номера вместо имён",
      .why_en = "To show that another system was told; numbers, no names",
      .law_ru = "152-ФЗ, ст. 5, ч. 7", .law_en = "152-FZ, art. 5 part 7" },
    { 0 },
};
/* clang-format on */
static const struct privacy_part privacy = { .terms = terms };

const struct module webhook_module = {
    .name = "webhook",
    .privacy = &privacy,
    .needs = (const char *const[]){ "setting", "staff", "event", "job", NULL },
    .schema = webhook_schema,
    .queries =
        (const struct query *const[]){ webhook_sql, webhook_queue_sql, old_sql, NULL },
    .routes = webhook_routes,
    .subscribers = webhook_subscribers,
    .jobs = webhook_jobs,
    .settings = settings,
    .sealed = sealed,
};
