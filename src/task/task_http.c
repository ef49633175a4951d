/* Tasks over HTTP: of whoever asks, of a place where he works, of all by right. */
#include <stdlib.h>
#include <string.h>

#include "task/task_own.h"

struct task_new {
    const char *body;
    i64 place_id, owner_id, due_at, subject_id;
    const char *subject_kind;
};
struct task_note {
    const char *note;
};
struct task_today_ask {
    i64 until;
};
struct task_owner {
    i64 owner_id;
};

/* clang-format off */
static const struct field task_fields[] = {
    F_ID(task,   id,           MUST, "The task."),
    F_ID(task,   place_id,     0,    "The shop it is about; 0: the chain."),
    F_TEXT(task, code,         MUST, 64, "Which words it has; \"hand\": those of `body`."),
    F_JSON(task, args,         OPT,  8000, "Texts and numbers for those words."),
    F_TEXT(task, body,         OPT,  8000, "What somebody wrote."),
    F_ID(task,   owner_id,     0,    "Whose it is."),
    F_TEXT(task, owner,        OPT,  200, "His name."),
    F_ENUM(task, state,        MUST, task_state_words, "How far it is."),
    F_TEXT(task, subject_kind, OPT,  32, "What it is about: order, variant, till_sale."),
    F_ID(task,   subject_id,   OPT,  "Which."),
    F_TEXT(task, subject,      OPT,  400, "A customer's name, to who may read customers."),
    F_TIME(task, due_at,       OPT,  "To be done by."),
    F_ID(task,   made_by,      OPT,  "Who made it; absent: a rule of the house."),
    F_TIME(task, made_at,      MUST, "When."),
    F_TIME(task, taken_at,     OPT,  "Since when somebody does it."),
    F_TIME(task, ended_at,     OPT,  "When it was done or cancelled."),
    F_ID(task,   ended_by,     OPT,  "By whom."),
    F_TEXT(task, note,         OPT,  4000, "What came of it."),
    F_INT(task,  version,      MUST, 0, 0, "Counts its changes."),
    FIELD_END
};
const struct shape task_shape = SHAPE("Task", task, task_fields);

static const struct field ask_fields[] = {
    PAGE_FIELDS(task_ask),
    F_BOOL(task_ask, mine,     OPT, "Only my own."),
    F_ID(task_ask,   place_id, OPT, "Of this place; absent: of all, by the right \"tasks\"."),
    F_ENUM(task_ask, state,    OPT, task_state_words, "In this state; absent: open and taken."),
    F_BOOL(task_ask, overdue,  OPT, "Only those that were to be done by now."),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("TaskAsk", task_ask, ask_fields);

static const struct field page_fields[] = {
    F_LIST(task_page, items, MUST, &task_shape, LIMIT_PAGE, "Newest first."),
    F_TEXT(task_page, next,  OPT,  512, "Absent: the last page."),
    FIELD_END
};
static const struct shape page_shape = SHAPE("TaskPage", task_page, page_fields);

static const struct field today_ask_fields[] = {
    F_TIME(task_today_ask, until, MUST, "The end of the day where one works."),
    FIELD_END
};
static const struct shape today_ask_shape = SHAPE("TaskTodayAsk", task_today_ask, today_ask_fields);

static const struct field today_fields[] = {
    F_LIST(task_today, items, MUST, &task_shape, LIMIT_PAGE, "What is late, then what is due by then, soonest first."),
    F_INT(task_today,  later, MUST, 0, 0, "So many more are due later or whenever."),
    FIELD_END
};
static const struct shape today_shape = SHAPE("TaskToday", task_today, today_fields);

static const struct field edit_fields[] = {
    F_TEXT(task_edit, body,   OPT, 8000, "What is to be done; absent: as it was. Only of what a person wrote."),
    F_TIME(task_edit, due_at, OPT, "By when; absent: whenever."),
    FIELD_END
};
static const struct shape edit_shape = SHAPE("TaskEdit", task_edit, edit_fields);

static const struct field new_fields[] = {
    F_TEXT(task_new, body,         MUST, 8000, "What is to be done."),
    F_ID(task_new,   place_id,     OPT,  "At which place; absent: in the chain."),
    F_ID(task_new,   owner_id,     OPT,  "By whom; absent: by who keeps the customer, or answers for the place."),
    F_TIME(task_new, due_at,       OPT,  "By when."),
    F_TEXT(task_new, subject_kind, OPT,  32, "What it is about: order, variant, customer."),
    F_ID(task_new,   subject_id,   OPT,  "Which."),
    FIELD_END
};
static const struct shape new_shape = SHAPE("TaskNew", task_new, new_fields);

static const struct field note_fields[] = {
    F_TEXT(task_note, note, OPT, 4000, "What came of it."),
    FIELD_END
};
static const struct shape note_shape = SHAPE("TaskNote", task_note, note_fields);

static const struct field owner_fields[] = {
    F_ID(task_owner, owner_id, MUST, "Whose it is from now on."),
    FIELD_END
};
static const struct shape owner_shape = SHAPE("TaskOwner", task_owner, owner_fields);
/* clang-format on */

static enum err show(struct ctx *c, i64 id, int status, struct reply *r)
{
    struct task *t = NEW(c->mem, struct task);

    TRY(task_read(c, id, t));
    TRY(task_may(c, t));
    r->private_ = true;
    r->etag = arena_printf(c->mem, "%lld", t->version);
    return reply_with(r, status, t);
}

static enum err list_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct task_ask *ask = q->query;
    struct task_page *page = NEW(c->mem, struct task_page);

    if (!ask->mine && ask->place_id == NONE) TRY(staff_may(c, RIGHT_TASKS, 0));
    if (!ask->mine && ask->place_id != NONE && !task_works_at(c, ask->place_id))
        return FAIL(c, DENIED, "you do not work at place %lld", ask->place_id);
    TRY(task_list(c, ask, page));
    r->private_ = true;
    return reply_with(r, 200, page);
}

static enum err one_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    return show(c, id, 200, r);
}

/* About a customer one may always make a task for oneself. */
static enum err may_make(struct ctx *c, const struct task_new *n)
{
    const bool mine = c->who.kind == WHO_STAFF && n->owner_id == c->who.id;

    if (mine && n->subject_kind && !strcmp(n->subject_kind, "customer"))
        return staff_may(c, RIGHT_CUSTOMER_READ, c->who.place_id);
    return staff_may(c, RIGHT_TASKS, n->place_id == NONE ? 0 : n->place_id);
}

static enum err today_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct task_today *t = NEW(c->mem, struct task_today);

    TRY(task_list_today(c, ((const struct task_today_ask *)q->query)->until, t));
    r->private_ = true;
    return reply_with(r, 200, t);
}

static enum err new_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct task_new *n = q->body;
    struct task t = { .code = "hand",
                      .body = n->body,
                      .place_id = n->place_id,
                      .owner_id = n->owner_id,
                      .due_at = n->due_at,
                      .subject_kind = n->subject_kind,
                      .subject_id = n->subject_id };

    TRY(may_make(c, n));
    TRY(task_add(c, &t));
    r->location = arena_printf(c->mem, "/v1/task/%lld", t.id);
    return show(c, t.id, 201, r);
}

static enum err take_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(task_claim(c, id));
    return show(c, id, 200, r);
}

static enum err ended(struct ctx *c, const struct request *q, int to, struct reply *r)
{
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(task_close(c, id, to, ((const struct task_note *)q->body)->note));
    return show(c, id, 200, r);
}

static enum err done_post(struct ctx *c, const struct request *q, struct reply *r)
{
    return ended(c, q, TASK_DONE, r);
}

static enum err cancel_post(struct ctx *c, const struct request *q, struct reply *r)
{
    return ended(c, q, TASK_CANCELLED, r);
}

static enum err one_put(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(task_change(c, id, q->body,
                    q->if_match ? strtoll(q->if_match, NULL, 10) : NONE));
    return show(c, id, 200, r);
}

static enum err reopen_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(task_reopen(c, id));
    return show(c, id, 200, r);
}

static enum err owner_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(task_give(c, id, ((const struct task_owner *)q->body)->owner_id));
    return show(c, id, 200, r);
}

/* clang-format off */
const struct route task_routes[] = {
    { "GET", "/v1/task", list_get, RIGHT_STAFF, READS,
      .query = &ask_shape, .out = &page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "What is to be done: mine, of my place, of all by right; newest first." },
    { "GET", "/v1/task/today", today_get, RIGHT_STAFF, READS,
      .query = &today_ask_shape, .out = &today_shape,
      .doc = "What I have to do today: what is late first." },
    { "POST", "/v1/task", new_post, RIGHT_STAFF, WRITES,
      .in = &new_shape, .out = &task_shape,
      .doc = "Give somebody something to do: by the right \"tasks\"; about a customer, to oneself.",
      .example = "{\"body\":\"Пересчитать витрину с чехлами\",\"place_id\":\"{place}\"}" },
    { "GET", "/v1/task/{id}", one_get, RIGHT_STAFF, READS,
      .out = &task_shape,
      .doc = "One of them." },
    { "PUT", "/v1/task/{id}", one_put, RIGHT_STAFF, WRITES,
      .in = &edit_shape, .out = &task_shape,
      .doc = "Other words, another time.  With If-Match only what was read.",
      .example = "{\"due_at\":\"2026-11-30T15:00:00Z\"}" },
    { "POST", "/v1/task/{id}/reopen", reopen_post, RIGHT_STAFF, WRITES,
      .out = &task_shape,
      .doc = "It was not done after all, within 30 days." },
    { "POST", "/v1/task/{id}/take", take_post, RIGHT_STAFF, WRITES,
      .out = &task_shape,
      .doc = "I do it: from now on it is mine." },
    { "POST", "/v1/task/{id}/done", done_post, RIGHT_STAFF, WRITES,
      .in = &note_shape, .out = &task_shape,
      .doc = "It is done, and what came of it." },
    { "POST", "/v1/task/{id}/cancel", cancel_post, RIGHT_STAFF, WRITES,
      .in = &note_shape, .out = &task_shape,
      .doc = "It need not be done, and why." },
    { "POST", "/v1/task/{id}/owner", owner_post, RIGHT_STAFF, WRITES,
      .in = &owner_shape, .out = &task_shape,
      .doc = "Give it to somebody else who works there: by the right \"tasks\", or one's own about a customer." },
    ROUTE_END
};
/* clang-format on */
