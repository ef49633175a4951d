#include "http/route.h"
#include "message/message_own.h"
#include "setting/setting.h"

struct messages {
    struct list items;
    const char *next;
};

/* clang-format off */
static const struct field message_out[] = {
    F_ID(message, id,           MUST, "The message."),
    F_ID(message, customer_id,  MUST, "To whom; 0: not a customer yet."),
    F_ENUM(message, channel,    MUST, message_channel_words, "By what."),
    F_TEXT(message, address,    MUST, 400, "Where to."),
    { .name = "template", .at = offsetof(struct message, template_name), .kind = FIELD_TEXT,
      .flags = MUST, .max = 64, .doc = "Which text." },
    F_TEXT(message, lang,       MUST, 2, "In which language."),
    F_TEXT(message, subject,    MUST, 400, "Of a letter."),
    F_TEXT(message, body,       MUST, 4096, "The text; empty when it was a secret and is wiped."),
    F_ENUM(message, state,      MUST, message_state_words, "What became of it."),
    F_INT(message, tries,       MUST, 0, 0, "Tries to send it."),
    F_TEXT(message, error,      OPT, 1000, "Why the last try failed; why it was dropped: never, withdrawn, not_proved, not_his."),
    F_TEXT(message, purpose,    OPT, 20, "Which consent it needs; absent: his own affairs, none."),
    F_TIME(message, created_at, MUST, "When it was written."),
    F_TIME(message, sent_at,    OPT, "When it was sent."),
    FIELD_END
};
static const struct shape message_shape = SHAPE("Message", message, message_out);

static const struct field list_out[] = {
    F_LIST(messages, items, MUST, &message_shape, 0, "Newest first."),
    F_TEXT(messages, next,  OPT, 512, "Give it as `after` for the next page."),
    FIELD_END
};
static const struct shape list_shape = SHAPE("MessageList", messages, list_out);

static const struct field ask_in[] = {
    F_ENUM(message_ask, state, OPT, message_state_words, "Only such."),
    PAGE_FIELDS(message_ask),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("MessageAsk", message_ask, ask_in);
/* clang-format on */

/* What was said, for those who look after it: not the words, which may be a code. */
static enum err messages_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct messages *l = NEW(c->mem, struct messages);

    TRY(message_list(c, q->query, &l->items, &l->next));
    struct message *m = l->items.at;
    for (size_t k = 0; k < l->items.n; k++) m[k].body = m[k].subject = "";
    r->private_ = true;
    return reply_with(r, 200, l);
}

static enum err outbox_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct messages *l = NEW(c->mem, struct messages);

    if (!setting_bool(c, "message.dev", (struct setting_scope){ 0 }))
        return FAIL(c, NOT_FOUND,
                    "the outbox is shown in development only (message.dev)");
    TRY(message_list(c, q->query, &l->items, &l->next));
    return reply_with(r, 200, l);
}

/* clang-format off */
extern const struct route message_routes[];
const struct route message_routes[] = {
    { "GET", "/v1/message", messages_get, RIGHT_OPERATE, READS_LONG, .query = &ask_shape,
      .out = &list_shape,
      .flags = ROUTE_EXPORT | ROUTE_PEOPLE,
      .doc = "Messages to customers by state, without their words: which were sent, which failed and why." },
    { "GET", "/v1/message/outbox", outbox_get, RIGHT_OPERATE, READS_LONG, .query = &ask_shape,
      .out = &list_shape,
      .doc = "What was said to customers, with codes; only while the setting message.dev is on." },
    ROUTE_END
};
/* clang-format on */
