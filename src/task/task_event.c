/* What others say that somebody must look into. */
#include "base/time.h"
#include "event/event.h"
#include "task/task_own.h"

enum { COUNT_WITHIN_H = 24 };

/* The shelf had less than the book: one count settles however many short picks. */
static enum err on_short(struct ctx *c, const struct event *e)
{
    i64 place_id, variant_id, open_id, qty = 0;

    if (!event_id(e, "place_id", &place_id) || !event_id(e, "variant_id", &variant_id))
        return ERR_OK;
    (void)event_int(e, "qty", &qty);
    const char *number = event_text(c, e, "number");
    struct task t = { .code = "count",
                      .args = arena_printf(c->mem, "{\"qty\":%lld,\"number\":\"%s\"}",
                                           qty, number ? number : ""),
                      .place_id = place_id,
                      .owner_id = NONE,
                      .subject_kind = "variant",
                      .subject_id = variant_id,
                      .due_at = c->now + COUNT_WITHIN_H * HOUR_MS };
    TRY(task_open_about(c, &t, &open_id));
    return open_id ? ERR_OK : task_add(c, &t);
}

const struct subscriber task_subscribers[] = {
    { "task.on_short", "order.short", on_short },
    { 0 },
};
