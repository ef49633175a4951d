#include "message/message.h"

#include <string.h>

#include "base/buf.h"
#include "base/contact.h"
#include "base/id.h"
#include "base/person.h"
#include "base/time.h"
#include "db/db.h"
#include "http/route.h"
#include "job/job.h"
#include "message/message_own.h"

enum {
    ADD,
    GET,
    LIST,
    LIST_STATE,
    LIST_FAILED,
    LIST_DROPPED,
    SENT,
    NOT_SENT,
    WIPE,
    BEHIND,
    SEAL
};

/* clang-format off */
#define COLUMNS \
    "customer_id, id, channel, address, template, lang, subject, body, secret, state, tries," \
    " error, created_at, sent_at, purpose"
const struct query message_sql[] = {
    [ADD] = { "message.add",
        "INSERT INTO message_outbox (customer_id, id, channel, address, template, lang, subject,"
        " body, secret, state, tries, created_at, born_id, purpose)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, $11, $12)" },

    [GET] = { "message.get",
        "SELECT " COLUMNS " FROM message_outbox WHERE customer_id = $1 AND id = $2" },

    [LIST] = { "message.list",
        "SELECT " COLUMNS " FROM message_outbox WHERE id < $1 ORDER BY id DESC LIMIT $2" },

    [LIST_STATE] = { "message.list_of_state",
        "SELECT " COLUMNS " FROM message_outbox WHERE id < $1 AND state = $3 ORDER BY id DESC LIMIT $2",
        .types = "iii" },

    [LIST_FAILED] = { "message.list_failed",
        "SELECT " COLUMNS " FROM message_outbox WHERE id < $1 AND state = 2 ORDER BY id DESC LIMIT $2" },

    [LIST_DROPPED] = { "message.list_dropped",
        "SELECT " COLUMNS " FROM message_outbox WHERE id < $1 AND state = 3 ORDER BY id DESC LIMIT $2" },

    [SENT] = { "message.sent",
        "UPDATE message_outbox SET state = 1, tries = tries + 1, error = NULL, sent_at = $3,"
        " body = CASE WHEN $4 = 1 THEN '' ELSE body END"
        " WHERE customer_id = $1 AND id = $2", .types = "iiii" },

    [NOT_SENT] = { "message.not_sent",
        "UPDATE message_outbox SET state = $3, tries = tries + 1, error = $4,"
        " body = CASE WHEN $3 = 2 AND secret = 1 THEN '' ELSE body END"
        " WHERE customer_id = $1 AND id = $2", .types = "iiit" },

    [WIPE] = { "message.wipe",
        "UPDATE message_outbox SET body = '', state = CASE WHEN state = 0 THEN 2 ELSE state END"
        " WHERE secret = 1 AND body <> '' AND created_at < $1" },

    [BEHIND] = { "message.behind",
        "SELECT customer_id, id, address FROM message_outbox WHERE (customer_id, id) > ($1, $2)"
        " ORDER BY customer_id, id LIMIT $3" },

    [SEAL] = { "message.seal",
        "UPDATE message_outbox SET address = $3 WHERE customer_id = $1 AND id = $2 AND address = $4" },
    QUERY_END
};
/* clang-format on */

const struct sealed message_sealed[] = {
    { .what = "message.address",
      .rows = &message_sql[BEHIND],
      .put = &message_sql[SEAL],
      .how = "c" },
    { 0 },
};

const char *const message_channel_words[] = { "sms", "email", "push", NULL };
const char *const message_state_words[] = { "waiting", "sent", "failed", "dropped",
                                            NULL };

#define SECRET_MS (15 * MINUTE_MS) /* no code is good for longer */

/* Addresses were read by the room that knows them; here only what would break
 * the envelope is refused. */
static bool may_be_address(const char *to)
{
    if (!to || !*to || strlen(to) > 400) return false;
    for (const char *p = to; *p; p++)
        if ((unsigned char)*p <= ' ' || strchr("<>\"\\,;\x7f", *p)) return false;
    return true;
}

/* ---- Advertising ------------------------------------------------------------------
 */

static const struct message_gate *gate(void)
{
    for (const struct module *const *m = modules; *m; m++)
        if ((*m)->gate) return (*m)->gate;
    return NULL;
}

static struct message_talk talk_of(const struct message_new *m)
{
    return (struct message_talk){ m->customer_id, m->channel, m->purpose, m->to };
}

/* Every advertising message says how to have no more of them. */
static enum err put_link(struct ctx *c, const struct message_new *m, const char *lang,
                         const char **body)
{
    const struct message_talk t = talk_of(m);
    const char *page = NULL, *refuse = NULL;

    if (gate()) TRY(gate()->links(c, &t, &page, &refuse));
    if (!page)
        return FAIL(c, WRONG_STATE,
                    "advertising needs a link to refuse it: set catalog.site_url");
    *body = arena_printf(
        c->mem, "%s\n\n%s: %s", *body,
        strcmp(lang, "en") ? "Настроить или отказаться" : "Choose or refuse", page);
    return strlen(*body) > 4096 ? FAIL(c, TOO_BIG, "the message is over 4096 bytes")
                                : ERR_OK;
}

enum err message_may(struct ctx *c, struct message *m, const char **ret_why)
{
    const struct message_talk t = { m->customer_id, (enum message_channel)m->channel,
                                    m->purpose, m->address };
    const char *page;

    *ret_why = NULL;
    if (!m->purpose) return ERR_OK;
    *ret_why = "nobody_knows";
    if (!gate()) return ERR_OK;
    TRY(gate()->may(c, &t, ret_why));
    return *ret_why ? ERR_OK : gate()->links(c, &t, &page, &m->refuse);
}

enum err message_send(struct ctx *c, const struct message_new *m)
{
    const char *lang = m->lang && strcmp(m->lang, "en") == 0 ? "en" : "ru", *subject,
               *body;
    const i64 id = id_new(c);

    if (!may_be_address(m->to))
        return FAIL_FIELD(c, BAD_ARGUMENT, "to", "this cannot be written to");
    TRY(template_fill(c, m->template_name, lang, m->args, &subject, &body));
    if (m->purpose) TRY(put_link(c, m, lang, &body));
    TRY(db_exec(c, &message_sql[ADD], NULL, m->customer_id, id, (i64)m->channel,
                contact_seal(c->mem, m->to), m->template_name, lang, subject, body,
                m->secret, c->now, person_born(c, m->customer_id), m->purpose));
    const char *arg = arena_printf(c->mem, "{\"customer_id\":\"%lld\",\"id\":\"%lld\"}",
                                   m->customer_id, id);
    return job_add(c, "message.send", arg, c->now, NULL, NULL);
}

/* ---- What became of it ------------------------------------------------------------
 */

#define INTO_MESSAGE(m, channel, state)                                                \
    INTO(&(m)->customer_id, &(m)->id, &(channel), &(m)->address, &(m)->template_name,  \
         &(m)->lang, &(m)->subject, &(m)->body, &(m)->secret, &(state), &(m)->tries,   \
         &(m)->error, &(m)->created_at, &(m)->sent_at, &(m)->purpose)

enum err message_get(struct ctx *c, i64 customer_id, i64 id, struct message *ret)
{
    i64 channel, state;
    const enum err e = db_one(c, &message_sql[GET], INTO_MESSAGE(ret, channel, state),
                              customer_id, id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no message %lld", id);
    TRY(e);
    ret->address = contact_open(c->mem, ret->address);
    ret->channel = (int)channel;
    ret->state = (int)state;
    return ERR_OK;
}

enum err message_list(struct ctx *c, const struct message_ask *a, struct list *ret,
                      const char **ret_next)
{
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    i64 last = INT64_MAX, channel, state;
    struct message m = { 0 };
    struct list l = { 0 };
    ROWS r = { 0 };

    if (a->after) TRY(page_after(c, a->after, &last, 1));
    if (a->state == MESSAGE_FAILED)
        TRY(db_rows(c, &r, &message_sql[LIST_FAILED], last, limit));
    else if (a->state == MESSAGE_DROPPED)
        TRY(db_rows(c, &r, &message_sql[LIST_DROPPED], last, limit));
    else if (a->state >= 0)
        TRY(db_rows(c, &r, &message_sql[LIST_STATE], last, limit, a->state));
    else
        TRY(db_rows(c, &r, &message_sql[LIST], last, limit));
    while (db_next(&r, INTO_MESSAGE(&m, channel, state))) {
        m.address = contact_open(c->mem, m.address);
        m.channel = (int)channel;
        m.state = (int)state;
        *(struct message *)list_add(c->mem, &l, sizeof(m)) = m;
    }
    TRY(r.err);
    *ret_next = (i64)l.n == limit ? page_next(c->mem, &m.id, 1) : NULL;
    *ret = l;
    return ERR_OK;
}

enum err message_is_sent(struct ctx *c, const struct message *m, bool wipe)
{
    return db_exec(c, &message_sql[SENT], NULL, m->customer_id, m->id, c->now,
                   (i64)wipe);
}

/* Gateways like to repeat whom they could not reach. */
static const char *without(struct ctx *c, const char *why, const char *address)
{
    struct buf b = buf_new(c->mem, 256, 2000);

    for (const char *at; why && (at = strstr(why, address)); why = at + strlen(address))
        buf_printf(&b, "%.*s...", (int)(at - why), why);
    buf_text(&b, why ? why : "");
    return b.at;
}

enum err message_is_not_sent(struct ctx *c, const struct message *m, const char *why,
                             bool done)
{
    return db_exec(c, &message_sql[NOT_SENT], NULL, m->customer_id, m->id,
                   (i64)(done ? MESSAGE_FAILED : MESSAGE_WAITING),
                   without(c, why, m->address));
}

enum err message_is_dropped(struct ctx *c, const struct message *m, const char *why)
{
    return db_exec(c, &message_sql[NOT_SENT], NULL, m->customer_id, m->id,
                   (i64)MESSAGE_DROPPED, why);
}

enum err message_wipe(struct ctx *c)
{
    return db_exec(c, &message_sql[WIPE], NULL, c->now - SECRET_MS);
}
