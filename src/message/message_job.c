#include "base/time.h"
#include "db/db.h"
#include "event/event.h"
#include "job/job.h"
#include "message/message_own.h"

struct sending {
    i64 customer_id, id;
    struct message m;
    enum err err;
    const char *why;
    const char *unwanted; /* nobody wants it any more: why */
};

/* Whether it is wanted is asked now, not when it was written. */
static enum err read_it(struct ctx *c, void *arg)
{
    struct sending *w = arg;

    TRY(message_get(c, w->customer_id, w->id, &w->m));
    return message_may(c, &w->m, &w->unwanted);
}

/* What may pass is tried again by the job; the rest is written down and over. */
static enum err keep(struct ctx *c, void *arg)
{
    const struct sending *w = arg;

    if (w->unwanted) return message_is_dropped(c, &w->m, w->unwanted);
    if (w->err) return message_is_not_sent(c, &w->m, w->why, !err_again(w->err));
    return message_is_sent(c, &w->m, w->m.secret && !sender_keeps_secrets(c, &w->m));
}

/* The world outside is spoken to between two units.  When we die in between, the
 * message goes out again under the same Idempotency-Key. */
static enum err send_one(struct ctx *c, struct job *j)
{
    const struct event arg = { .data = j->arg };
    struct sending w = { 0 };

    if (!event_id(&arg, "customer_id", &w.customer_id) || !event_id(&arg, "id", &w.id))
        return FAIL(c, BAD_ARGUMENT, "a message is named by customer_id and id");
    TRY(db_snapshot(c, read_it, &w));
    if (w.m.state != MESSAGE_WAITING || !*w.m.body) return ERR_OK;
    if (!w.unwanted) w.err = sender_send(c, &w.m);
    w.why = w.err ? c->fault.message : NULL;
    TRY(db_unit(c, keep, &w));
    return err_again(w.err) ? FAIL(c, UNAVAILABLE, "%s", w.why) : ERR_OK;
}

static enum err wipe_some(struct ctx *c, void *arg)
{
    (void)arg;
    return message_wipe(c);
}

static enum err wipe(struct ctx *c, struct job *j)
{
    (void)j;
    return db_unit(c, wipe_some, NULL);
}

extern const struct job_kind message_jobs[];
const struct job_kind message_jobs[] = {
    { .name = "message.send",
      .run = send_one,
      .doc = "Give one message to its sender." },
    { .name = "message.wipe",
      .run = wipe,
      .every_ms = 5 * MINUTE_MS,
      .doc = "Wipe codes that are too old to be used." },
    { 0 },
};
