/* track_put.c -- what the server itself reports, without HTTP. */
#include <string.h>

#include "track/track_own.h"

struct putting {
    struct batch batch;
    struct taken taken;
};

static enum err take(struct ctx *c, void *arg)
{
    struct putting *w = arg;

    return batch_take(c, &w->batch, &w->taken);
}

static void heard_of(struct ctx *c, const struct track_own *v, struct heard *e)
{
    *e = (struct heard){ .kind = v->kind,
                         .at = v->at < c->now ? v->at : c->now,
                         .message_id = v->message_id,
                         .anonymous_id = v->anonymous_id,
                         .name = v->name ? v->name : "",
                         .data = v->data ? v->data : "{}",
                         .context = "{}",
                         .why = WHY_FITS };
    if (v->customer_id) e->user_id = arena_printf(c->mem, "%lld", v->customer_id);
    if (v->kind == TRACK_PAGE || v->kind == TRACK_SCREEN) e->marks = MARK_VIEW;
}

/* A batch has one channel: the rows are put run by run. */
enum err track_put(struct ctx *c, const struct track_own *v, size_t n)
{
    for (size_t k = 0, run; k < n; k += run) {
        struct putting w = { .batch = { .received_at = c->now,
                                        .channel = v[k].channel } };
        for (run = 0; k + run < n && v[k + run].channel == v[k].channel; run++)
            heard_of(c, &v[k + run],
                     list_add(c->mem, &w.batch.events, sizeof(struct heard)));
        TRY(db_unit_beside(c, take, &w));
    }
    return ERR_OK;
}
