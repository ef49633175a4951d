#include "event/event_own.h"
#include "http/route.h"
#include "staff/staff.h"

struct cursors {
    struct list items;
};
struct events {
    struct list items;
    const char *next;
};
struct replay {
    i64 after;
};

static const char *const who_words[] = { "nobody", "customer", "staff",
                                         "key",    "system",   NULL };

/* As struct event, with the kind of who as an int for the shape. */
struct event_view {
    i64 pos, at, subject_id, who_id;
    const char *name, *data;
    int who_kind;
};

/* clang-format off */
static const struct field cursor_out[] = {
    F_TEXT(cursor, subscriber, MUST, 100, "Who listens."),
    F_INT(cursor, pos,         MUST, 0, 0, "The last fact it has heard."),
    F_INT(cursor, behind,      MUST, 0, 0, "How many facts it has not looked at yet."),
    F_TIME(cursor, waiting_at, OPT, "When the first of them was written: its lag."),
    F_TIME(cursor, heard_at,   MUST, "When it last heard something."),
    F_INT(cursor, tries,       MUST, 0, 0, "Failures in a row at the next fact."),
    F_TEXT(cursor, error,      OPT, 4096, "What the last failure said."),
    F_TIME(cursor, retry_at,   MUST, "When it tries again; long ago: it does not wait."),
    FIELD_END
};
static const struct shape cursor_shape = SHAPE("EventSubscriber", cursor, cursor_out);

static const struct field cursor_list_out[] = {
    F_LIST(cursors, items, MUST, &cursor_shape, 1000, "All subscribers."),
    FIELD_END
};
static const struct shape cursor_list_shape = SHAPE("EventSubscriberList", cursors, cursor_list_out);

static const struct field replay_in[] = {
    F_INT(replay, after, MUST, 0, INT64_MAX, "It hears again everything after this position; a later one skips."),
    FIELD_END
};
static const struct shape replay_shape = SHAPE("EventReplay", replay, replay_in);

static const struct field event_out[] = {
    F_INT(event_view, pos,       MUST, 0, 0, "Its place in the order of delivery."),
    F_TIME(event_view, at,       MUST, "When."),
    F_TEXT(event_view, name,     MUST, 100, "What: order.placed."),
    F_ID(event_view, subject_id, MUST, "Of what."),
    F_JSON(event_view, data,     MUST, 65536, "The rest."),
    F_ENUM(event_view, who_kind, MUST, who_words, "What kind of one did it."),
    F_ID(event_view, who_id,     MUST, "Who did it."),
    FIELD_END
};
static const struct shape event_shape = SHAPE("Event", event_view, event_out);

static const struct field event_list_out[] = {
    F_LIST(events, items, MUST, &event_shape, 0, "Newest first."),
    F_TEXT(events, next,  OPT, 512, "Give it as `after` for the next page."),
    FIELD_END
};
static const struct shape event_list_shape = SHAPE("EventList", events, event_list_out);

static const struct field ask_in[] = {
    PAGE_FIELDS(log_ask),
    F_ID(log_ask, subject_id, OPT, "The story of this thing."),
    F_TEXT(log_ask, name,     OPT, 100, "One name, or a room's with a dot at the end: order."),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("EventAsk", log_ask, ask_in);
/* clang-format on */

static enum err subscribers_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct cursors *l = NEW(c->mem, struct cursors);

    (void)q;
    TRY(cursor_list(c, &l->items));
    return reply_with(r, 200, l);
}

static enum err replay_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct replay *in = q->body;
    const char *detail = arena_printf(c->mem, "{\"after\":%lld}", in->after);

    TRY(event_replay(c, q->args[0], in->after));
    TRY(staff_audit(c, "event.replay", 0, detail));
    return reply_empty(r);
}

static struct list viewed(struct ctx *c, struct list events)
{
    struct list l = { NEW_N(c->mem, struct event_view, events.n), events.n };

    for (size_t k = 0; k < l.n; k++) {
        const struct event *e = &((const struct event *)events.at)[k];
        ((struct event_view *)l.at)[k] =
            (struct event_view){ e->pos,  e->at,   e->subject_id,   e->who_id,
                                 e->name, e->data, (int)e->who_kind };
    }
    return l;
}

static enum err events_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct events *l = NEW(c->mem, struct events);

    TRY(log_list(c, q->query, &l->items, &l->next));
    l->items = viewed(c, l->items);
    return reply_with(r, 200, l);
}

/* clang-format off */
extern const struct route event_routes[];
const struct route event_routes[] = {
    { "GET", "/v1/event", events_get, RIGHT_OPERATE, READS_LONG, .query = &ask_shape, .out = &event_list_shape,
      .flags = ROUTE_EXPORT,
      .doc = "What happened, newest first: all of it, or the story of one thing." },

    { "GET", "/v1/event/subscriber", subscribers_get, RIGHT_OPERATE, READS, .out = &cursor_list_shape,
      .doc = "Who listens, how far each is behind, and why." },

    { "POST", "/v1/event/subscriber/{name}/replay", replay_post, RIGHT_OPERATE, WRITES, .in = &replay_shape,
      .doc = "Send a subscriber back (or past a fact it cannot hear)." },
    ROUTE_END
};
/* clang-format on */
