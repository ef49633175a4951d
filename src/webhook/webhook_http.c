/* Shapes and routes of this room. */
#include "webhook/webhook_own.h"

struct hooks {
    struct list items;
};
struct deliveries {
    struct list items;
    const char *next;
};

/* clang-format off */
static const char *const bool_words[] = { "false", "true", NULL };

static const struct field hook_fields[] = {
    F_ID(hook, id, 0, "The webhook."),
    F_TEXT(hook, name, 0, 0, "Whose it is."),
    F_TEXT(hook, url, 0, 0, "Where facts are sent."),
    F_LIST_OF(hook, events, 0, FIELD_TEXT, 100, "Names of facts: order.placed, order.*, *."),
    F_TEXT(hook, secret, OPT | SECRET, 100, "Signs what is sent: only in the answer that makes it."),
    F_BOOL(hook, active, 0, "Facts are sent."),
    F_INT(hook, waiting, 0, 0, 0, "Facts not yet sent."),
    F_TIME(hook, failing_since, OPT, "It fails since."),
    F_TIME(hook, disabled_at, OPT, "It was switched off for failing."),
    F_INT(hook, version, 0, 0, 0, "The ETag."),
    F_TIME(hook, created_at, 0, "When it was made."),
    F_ID(hook, created_by, 0, "By whom; see /v1/staff/name."),
    FIELD_END
};
static const struct shape hook_shape = SHAPE("Webhook", hook, hook_fields);
static const struct field hooks_fields[] = { F_LIST(hooks, items, 0, &hook_shape, 0, "All there are."), FIELD_END };
static const struct shape hooks_shape = SHAPE("Webhooks", hooks, hooks_fields);
static const struct field edit_fields[] = {
    F_TEXT(hook_edit, name, MUST, 100, "Whose it is."),
    F_TEXT(hook_edit, url, MUST, 2000, "https, without name and password."),
    F_LIST_OF(hook_edit, events, MUST, FIELD_TEXT, 100, "Names of facts: order.placed, order.*, *."),
    F_ENUM(hook_edit, active, OPT, bool_words, "\"true\" or \"false\": send, or do not; as it is when absent."),
    FIELD_END
};
static const struct shape edit_shape = SHAPE("WebhookEdit", hook_edit, edit_fields);

static const struct field delivery_fields[] = {
    F_ID(delivery, id, 0, "The delivery; webhook-id is msg_ and this."),
    F_TEXT(delivery, event, 0, 0, "The fact."),
    F_ID(delivery, subject_id, 0, "Whose story; one story goes in order."),
    F_JSON(delivery, body, 0, 0, "What is sent."),
    F_ENUM(delivery, state, 0, webhook_state_words, "How far it is."),
    F_INT(delivery, tries, 0, 0, 0, "Tries so far."),
    F_TIME(delivery, next_at, 0, "Of a waiting one: when it is tried."),
    F_INT(delivery, status, OPT, 0, 0, "HTTP status of the last answer."),
    F_INT(delivery, took_ms, OPT, 0, 0, "How long the last try took."),
    F_TEXT(delivery, excerpt, OPT, 0, "Beginning of the last answer, or why there was none."),
    F_TIME(delivery, created_at, 0, "When it happened."),
    F_TIME(delivery, delivered_at, OPT, "When it was taken."),
    FIELD_END
};
static const struct shape delivery_shape = SHAPE("WebhookDelivery", delivery, delivery_fields);
static const struct field deliveries_fields[] = {
    F_LIST(deliveries, items, 0, &delivery_shape, 0, "Newest first."),
    F_TEXT(deliveries, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape deliveries_shape = SHAPE("WebhookDeliveries", deliveries, deliveries_fields);
static const struct field ask_fields[] = {
    F_ENUM(delivery_ask, state, OPT, webhook_state_words, "Only such."),
    F_TEXT(delivery_ask, event, OPT, 100, "One name, or a room's with a dot at the end: order."),
    PAGE_FIELDS(delivery_ask),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("WebhookDeliveryAsk", delivery_ask, ask_fields);
/* clang-format on */

static enum err answer(struct ctx *c, struct reply *r, int status, const struct hook *h)
{
    r->etag = arena_printf(c->mem, "%lld", h->version);
    r->private_ = true;
    return reply_with(r, status, h);
}

static enum err hooks_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct hooks *l = NEW(c->mem, struct hooks);

    (void)q;
    TRY(hook_list(c, false, &l->items));
    return reply_with(r, 200, l);
}

static enum err hook_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct hook *h = NEW(c->mem, struct hook);

    TRY(hook_add(c, q->body, h));
    r->location = arena_printf(c->mem, "/v1/webhook/%lld", h->id);
    return answer(c, r, 201, h);
}

static enum err hook_one_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct hook *h = NEW(c->mem, struct hook);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(hook_get(c, id, h));
    return answer(c, r, 200, h);
}

static enum err hook_one_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct hook *h = NEW(c->mem, struct hook);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(hook_put(c, id, q->body, q->if_match, h));
    return answer(c, r, 200, h);
}

static enum err hook_one_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(hook_delete(c, id));
    return reply_empty(r);
}

static enum err secret_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct hook *h = NEW(c->mem, struct hook);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(hook_secret_new(c, id, h));
    return answer(c, r, 200, h);
}

static enum err ping_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct delivery *d = NEW(c->mem, struct delivery);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(webhook_ping(c, id, d));
    return reply_with(r, 202, d);
}

static enum err deliveries_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct deliveries *l = NEW(c->mem, struct deliveries);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(webhook_deliveries(c, id, q->query, &l->items, &l->next));
    return reply_with(r, 200, l);
}

static enum err again_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct delivery *d = NEW(c->mem, struct delivery);
    i64 id, delivery_id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(request_id_arg(c, q, 1, &delivery_id));
    TRY(webhook_again(c, id, delivery_id, d));
    return reply_with(r, 202, d);
}

/* clang-format off */
extern const struct route webhook_routes[];
const struct route webhook_routes[] = {
    { "GET", "/v1/webhook", hooks_get, RIGHT_OPERATE, READS, .out = &hooks_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Other systems that are told facts, and how they are doing." },
    { "POST", "/v1/webhook", hook_post, RIGHT_OPERATE, WRITES, .in = &edit_shape, .out = &hook_shape,
      .doc = "Tell another system facts; the secret is shown this once.",
      .example = "{\"name\":\"CRM\",\"url\":\"https://example.com/hook\",\"events\":[\"order.*\"],\"active\":\"false\"}" },
    { "GET", "/v1/webhook/{id}", hook_one_get, RIGHT_OPERATE, READS, .out = &hook_shape,
      .doc = "One webhook." },
    { "PUT", "/v1/webhook/{id}", hook_one_put, RIGHT_OPERATE, WRITES, .in = &edit_shape, .out = &hook_shape,
      .doc = "Change a webhook, switch it on or off; If-Match is its version." },
    { "DELETE", "/v1/webhook/{id}", hook_one_delete, RIGHT_OPERATE, WRITES,
      .doc = "Tell it nothing any more; what waits is forgotten." },
    { "POST", "/v1/webhook/{id}/secret", secret_post, RIGHT_OPERATE, WRITES, .out = &hook_shape,
      .doc = "Make a new secret; it is shown this once, the old one signs nothing any more." },
    { "POST", "/v1/webhook/{id}/ping", ping_post, RIGHT_OPERATE, WRITES, .out = &delivery_shape,
      .doc = "Send the fact webhook.ping, to see whether it arrives." },
    { "GET", "/v1/webhook/{id}/delivery", deliveries_get, RIGHT_OPERATE, READS, .query = &ask_shape, .out = &deliveries_shape,
      .flags = ROUTE_EXPORT,
      .doc = "What it was told, newest first: status, duration, the beginning of the answer." },
    { "POST", "/v1/webhook/{id}/delivery/{delivery}/again", again_post, RIGHT_OPERATE, WRITES, .out = &delivery_shape,
      .doc = "Send one once more, now." },
    ROUTE_END
};
/* clang-format on */
