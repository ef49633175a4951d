/* What the http room is made of. */
#include "base/privacy.h"
#include "http/http.h"

#include "base/time.h"
#include "db/db.h"
#include "http/route.h"

extern const char http_schema[];              /* schema.sql */
extern const struct query http_answer_sql[];  /* answer.c */
extern const struct query http_operate_sql[]; /* operate_http.c */
extern const struct route http_routes[];

/* clang-format off */
static const struct job_kind jobs[] = {
    { "http.purge_answers", http_purge_answers, .every_ms = HOUR_MS,
      .doc = "Forgets first answers kept under an Idempotency-Key after 72 hours." },
    { 0 }
};
/* clang-format on */

/* clang-format off */
static const struct privacy_term terms[] = {
    { "http.answers", "http_answer", PRIVACY_BY_ROOM, NULL, .job = "http.purge_answers",
      .why_ru = "Повторить первый ответ тому же клиенту; запечатано его ключом, 72 часа",
      .why_en = "To repeat the first answer to its client; sealed with his key, 72 hours",
      .law_ru = "152-ФЗ, ст. 5, ч. 7", .law_en = "152-FZ, art. 5 part 7" },
    { 0 },
};
/* clang-format on */
static const struct privacy_part privacy = { .terms = terms };

const struct module http_module = {
    .name = "http",
    .privacy = &privacy,
    .needs = (const char *const[]){ NULL },
    .schema = http_schema,
    .queries = (const struct query *const[]){ http_answer_sql, http_operate_sql, NULL },
    .routes = http_routes,
    .jobs = jobs,
};
