/* What the http room is made of. */
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

const struct module http_module = {
    .name = "http",
    .needs = (const char *const[]){ NULL },
    .schema = http_schema,
    .queries = (const struct query *const[]){ http_answer_sql, http_operate_sql, NULL },
    .routes = http_routes,
    .jobs = jobs,
};
