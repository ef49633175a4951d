/* Erasures whose time has come; requests whose day comes near. */
#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "job/job.h"
#include "privacy/privacy_hold.h"
#include "privacy/privacy_term.h"

static enum err due(struct ctx *c, void *ret)
{
    return privacy_due(c, ret);
}

/* One person, one unit: all rooms, the certificate, the request's end. */
static enum err erase(struct ctx *c, void *arg)
{
    const char *certificate = NULL;
    const struct privacy_request *q = arg;

    TRY(privacy_erase(c, q->customer_id, &certificate));
    return privacy_end(c, q, PRIVACY_DONE, certificate);
}

static enum err put_off(struct ctx *c, void *arg)
{
    const struct privacy_request *q = arg;
    i64 until;
    int kind;

    TRY(privacy_held(c, q->customer_id, &kind, &until));
    if (until != NONE) return privacy_put_off(c, q, "hold", until);
    return privacy_put_off(c, q, "open_order", c->now + 6 * HOUR_MS);
}

static enum err one(struct ctx *c, struct privacy_request *q)
{
    enum err e = privacy_outside(c, q->customer_id);

    if (!e) e = db_unit(c, erase, q);
    if (e != ERR_WRONG_STATE) return e;
    c->fault = (struct fault){ 0 };
    return db_unit(c, put_off, q);
}

/* One that fails does not stop the others; the first fault is the job's. */
static enum err erase_due(struct ctx *c, struct job *j)
{
    struct list all = { 0 };
    enum err first = ERR_OK;

    TRY(db_snapshot(c, due, &all));
    struct privacy_request *q = all.at;
    for (size_t k = 0; k < all.n; k++) {
        const enum err e = one(c, &q[k]);
        if (e) log_error("privacy: request %lld: %s", q[k].id, c->fault.message);
        if (e && !first) first = e;
        TRY(job_progress(c, j, (i64)k + 1, (i64)all.n));
    }
    return first;
}

static enum err alarms(struct ctx *c, struct job *j)
{
    (void)j;
    return db_unit(c, privacy_alarms, NULL);
}

const struct job_kind privacy_jobs[] = {
    { "privacy.alarms", alarms, .every_ms = 5 * SECOND_MS,
      .doc = "Tell whoever answers for people's data who was shown too many of them." },
    { "privacy.erase_due", erase_due, .every_ms = MINUTE_MS,
      .doc = "Forget the people who asked for it, when the time for second thoughts is "
             "over and no order of theirs is open." },
    { "privacy.let_go", privacy_let_go, .every_ms = DAY_MS,
      .doc = "Let go what is past its time, and forget the people whom nothing needs "
             "any more." },
    { 0 }
};
