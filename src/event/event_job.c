#include "base/limits.h"
#include "base/time.h"
#include "db/db.h"
#include "event/event_own.h"
#include "setting/setting.h"

struct forgetting {
    i64 heard_pos, n;
};

/* Only what everybody has heard goes; a subscriber that hangs holds the log, and
 * its lag says so. */
static enum err heard_by_all(struct ctx *c, i64 *ret_pos)
{
    struct list l;

    TRY(cursor_list(c, &l));
    TRY(log_end(c, ret_pos));
    for (size_t k = 0; k < l.n; k++) {
        const struct cursor *at = &((const struct cursor *)l.at)[k];
        if (event_listens(at->subscriber) && at->pos < *ret_pos) *ret_pos = at->pos;
    }
    return ERR_OK;
}

static enum err forget_some(struct ctx *c, void *arg)
{
    struct forgetting *w = arg;
    const i64 days = setting_int(c, "event.keep_days", (struct setting_scope){ 0 });

    TRY(heard_by_all(c, &w->heard_pos));
    return log_forget(c, c->now - days * DAY_MS, w->heard_pos, &w->n);
}

static enum err forget(struct ctx *c, struct job *j)
{
    struct forgetting w = { .n = LIMIT_BULK_ROWS };

    (void)j;
    while (w.n == LIMIT_BULK_ROWS) TRY(db_unit(c, forget_some, &w));
    return ERR_OK;
}

extern const struct job_kind event_jobs[];
const struct job_kind event_jobs[] = {
    { .name = "event.forget",
      .run = forget,
      .every_ms = HOUR_MS,
      .doc =
          "Delete facts that all have heard and that are older than event.keep_days." },
    { 0 },
};
