/* Sending what waits; once more what failed; forgetting what is long told. */
#include <string.h>

#include "base/time.h"
#include "event/event.h"
#include "job/job.h"
#include "setting/setting.h"
#include "webhook/webhook_own.h"

enum { AT_ONCE = 20 };

#define LEASE_MS (5 * MINUTE_MS) /* longer than AT_ONCE tries take */

struct work {
    i64 hook_id;
    bool mine;
    struct hook hook;
    const char *secret;
    struct list due;
    const struct delivery *one;
    struct outcome outcome;
    i64 n;
};
static const struct field arg_fields[] = { F_ID(work, hook_id, MUST, "Which webhook."),
                                           FIELD_END };
static const struct shape arg_shape = SHAPE("WebhookArg", work, arg_fields);

static enum err claim(struct ctx *c, void *arg)
{
    struct work *w = arg;

    TRY(hook_claim(c, w->hook_id, c->now + LEASE_MS, &w->mine));
    if (!w->mine) return ERR_OK; /* gone, switched off, or somebody sends already */
    TRY(hook_get(c, w->hook_id, &w->hook));
    TRY(hook_secret(c, w->hook_id, &w->secret));
    return webhook_due(c, w->hook_id, AT_ONCE, &w->due);
}

static enum err ended(struct ctx *c, void *arg)
{
    const struct work *w = arg;

    return webhook_ended(c, w->one, &w->outcome);
}

static enum err release(struct ctx *c, void *arg)
{
    return hook_release(c, ((const struct work *)arg)->hook_id);
}

static enum err send_all(struct ctx *c, struct job *j, struct work *w)
{
    const struct delivery *d = w->due.at;

    for (size_t k = 0; k < w->due.n; k++) {
        w->one = &d[k];
        TRY(job_progress(c, j, (i64)k, (i64)w->due.n));
        TRY(webhook_send(c, &w->hook, w->secret, w->one, &w->outcome));
        c->now = c->conn ? c->now : time_now();
        TRY(db_unit(c, ended, w));
    }
    return ERR_OK;
}

/* Until nothing is due: what came while we sent goes too. */
static enum err deliver(struct ctx *c, struct job *j)
{
    struct work w = { 0 };
    bool more = true;

    TRY(shape_read(c, &arg_shape, j->arg, strlen(j->arg), &w));
    while (more) {
        c->now = c->conn ? c->now : time_now();
        TRY(db_unit(c, claim, &w));
        if (!w.mine) return ERR_OK;
        const enum err e = send_all(c, j, &w);
        const struct fault why = c->fault;
        TRY(db_unit(c, release, &w));
        c->fault = why;
        TRY(e);
        more = w.due.n > 0 && !arena_full(c->mem);
    }
    return ERR_OK;
}

struct sweep {
    struct list hooks; /* i64 */
};

static enum err due_hooks(struct ctx *c, void *arg)
{
    return webhook_due_hooks(c, &((struct sweep *)arg)->hooks);
}

static enum err queue(struct ctx *c, void *arg)
{
    const struct sweep *s = arg;
    const i64 *id = s->hooks.at;

    for (size_t k = 0; k < s->hooks.n; k++)
        TRY(job_add(c, "webhook.deliver",
                    arena_printf(c->mem, "{\"hook_id\":\"%lld\"}", id[k]), c->now,
                    arena_printf(c->mem, "%lld", id[k]), NULL));
    return ERR_OK;
}

static enum err again(struct ctx *c, struct job *j)
{
    struct sweep s = { 0 };

    (void)j;
    TRY(db_snapshot(c, due_hooks, &s));
    return s.hooks.n ? db_unit(c, queue, &s) : ERR_OK;
}

static enum err forget_some(struct ctx *c, void *ret_n)
{
    const i64 days = setting_int(c, "webhook.keep_days", (struct setting_scope){ 0 });

    return webhook_forget(c, c->now - days * DAY_MS, ret_n);
}

static enum err forget(struct ctx *c, struct job *j)
{
    i64 n = 1;

    (void)j;
    while (n) TRY(db_unit(c, forget_some, &n));
    return ERR_OK;
}

extern const struct job_kind webhook_jobs[];
const struct job_kind webhook_jobs[] = {
    { "webhook.deliver", deliver, .doc = "Tell an address what it wants to hear." },
    { "webhook.again", again, .every_ms = 5 * SECOND_MS,
      .doc = "Try again what could not be told." },
    { "webhook.forget", forget, .every_ms = HOUR_MS,
      .doc = "Forget what was told webhook.keep_days ago." },
    { 0 },
};

extern const struct subscriber webhook_subscribers[];
const struct subscriber webhook_subscribers[] = {
    { "webhook.queue", "*", webhook_hear },
    { 0 },
};
