/* What operators and tools ask: is it alive, is it ready, numbers, the API's
 * description. */
#include "base/limits.h"
#include "db/db.h"
#include "http/metrics.h"
#include "http/turn.h"

enum { READY };

/* clang-format off */
const struct query http_operate_sql[] = {
    [READY] = { "http.ready", "SELECT CAST(1 AS BIGINT)" },
    QUERY_END
};
/* clang-format on */

static enum err healthz_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)c, (void)q;
    return reply_text(r, "text/plain; charset=utf-8", "ok\n", 3);
}

static enum err readyz_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 one;

    (void)q;
    if (atomic_load(&http_server.stopping)) return FAIL(c, BUSY, "stopping");
    TRY(db_one0(c, &http_operate_sql[READY], INTO(&one)));
    return reply_text(r, "text/plain; charset=utf-8", "ready\n", 6);
}

static enum err metrics_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct buf text = buf_new(c->mem, 65536, LIMIT_ANSWER);

    (void)q;
    metrics_write(&text, c->db);
    return reply_text(r, "text/plain; version=0.0.4; charset=utf-8", text.at, text.n);
}

static enum err openapi_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct buf text = buf_new(c->mem, 1 << 18, LIMIT_ANSWER);

    (void)q;
    openapi_write(&text, http_server.k.rooms ? http_server.k.rooms : modules);
    return reply_text(r, "application/json", text.at, text.n);
}

/* clang-format off */
const struct route http_routes[] = {
    { "GET", "/healthz", healthz_get, RIGHT_ANYONE, ALONE, .flags = ROUTE_DIRECT | ROUTE_HIDDEN,
      .doc = "The process is alive." },
    { "GET", "/readyz", readyz_get, RIGHT_ANYONE, READS, .flags = ROUTE_HIDDEN,
      .doc = "The database answers and the server is not stopping." },
    { "GET", "/metrics", metrics_get, RIGHT_ANYONE, ALONE, .flags = ROUTE_DIRECT | ROUTE_HIDDEN,
      .doc = "Counters and histograms for Prometheus; keep it from the world in nginx." },
    { "GET", "/openapi.json", openapi_get, RIGHT_ANYONE, ALONE, .flags = ROUTE_HIDDEN,
      .doc = "This API as OpenAPI 3.1." },
    ROUTE_END
};
/* clang-format on */
