#include "http/route.h"
#include "job/job_own.h"

struct jobs {
    struct list items;
    const char *next;
};

/* clang-format off */
static const struct field view[] = {
    F_ID(job_view, id,           MUST, "The job."),
    F_TEXT(job_view, kind,       MUST, 64, "What it does: order.release_overdue."),
    F_JSON(job_view, arg,        OPT, 65536, "What it was given."),
    F_TEXT(job_view, key,        OPT, 200, "Only one waiting job has this kind and key."),
    F_INT(job_view, every_ms,    OPT, 0, 0, "Of a schedule: its period."),
    F_ENUM(job_view, state,      MUST, job_state_words, "A parked job failed and waits for somebody."),
    F_TIME(job_view, run_at,     MUST, "Not before this."),
    F_INT(job_view, tries,       MUST, 0, 0, "Runs begun."),
    F_INT(job_view, done,        MUST, 0, 0, "How far it is."),
    F_INT(job_view, total,       MUST, 0, 0, "Of how much; 0 is unknown."),
    F_JSON(job_view, result,     OPT, 1048576, "What came out."),
    F_TEXT(job_view, error,      OPT, 4096, "Why the last run failed."),
    F_TIME(job_view, created_at, MUST, "When it was queued."),
    F_TIME(job_view, began_at,   OPT, "When the last run began."),
    F_TIME(job_view, ended_at,   OPT, "When the last run ended."),
    FIELD_END
};
static const struct shape view_shape = SHAPE("Job", job_view, view);

static const struct field list_of[] = {
    F_LIST(jobs, items, MUST, &view_shape, 0, "Newest first."),
    F_TEXT(jobs, next,  OPT, 512, "Give it as `after` for the next page."),
    FIELD_END
};
static const struct shape list_shape = SHAPE("JobList", jobs, list_of);

static const struct field ask[] = {
    PAGE_FIELDS(job_ask),
    F_ENUM(job_ask, state, OPT, job_state_words, "Only those in this state."),
    F_TEXT(job_ask, kind,  OPT, 64, "One kind, or a room's with a dot at the end: order."),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("JobAsk", job_ask, ask);
/* clang-format on */

static enum err jobs_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct jobs *l = NEW(c->mem, struct jobs);

    TRY(job_list(c, q->query, &l->items, &l->next));
    return reply_with(r, 200, l);
}

static enum err one_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct job_view *v = NEW(c->mem, struct job_view);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(job_get(c, id, v));
    return reply_with(r, 200, v);
}

static enum err run_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(job_run_now(c, id));
    return one_get(c, q, r);
}

static enum err cancel_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(job_cancel(c, id));
    return one_get(c, q, r);
}

/* clang-format off */
extern const struct route job_routes[];
const struct route job_routes[] = {
    { "GET", "/v1/job", jobs_get, RIGHT_OPERATE, READS_LONG, .query = &ask_shape, .out = &list_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Background jobs and schedules, newest first." },

    { "GET", "/v1/job/{id}", one_get, RIGHT_STAFF, READS, .out = &view_shape,
      .doc = "One job: its progress, result or error. Your own, or any for an operator." },

    { "POST", "/v1/job/{id}/run", run_post, RIGHT_OPERATE, WRITES, .out = &view_shape,
      .doc = "Run a parked, cancelled or waiting job now, with all its tries again." },

    { "POST", "/v1/job/{id}/cancel", cancel_post, RIGHT_OPERATE, WRITES, .out = &view_shape,
      .doc = "Give up a job; one that runs stops at its next step." },
    ROUTE_END
};
/* clang-format on */
