/* The customer is told: the facts that concern him, as messages in his language,
 * to his phone or else his e-mail. */
#include "base/buf.h"
#include "base/money.h"
#include "base/time.h"
#include "event/event.h"
#include "message/message.h"
#include "order/order_own.h"
#include "staff/staff.h"

/* clang-format off */
static const struct tell {
    const char *event, *template_name;
    int only;              /* enum order_state it must still be in; -1: any */
    bool alone;            /* the order's own row says it all: it is read for each order */
} tells[] = {
    { "order.placed",      "order_placed",        -1,            true  },
    { "order.short",       "order_short",         -1,            false },
    { "order.ready",       "order_ready",         ORDER_READY,   false },
    { "order.shipped",     "order_shipped",       ORDER_SHIPPED, false },
    { "order.reminded",    "order_deadline_near", ORDER_READY,   false },
    { "order.expired",     "order_expired",       -1,            false },
    { "order.cancelled",   "order_cancelled",     -1,            false },
    { "order.moved",       "order_moved",         -1,            false },
    { "order.given_up",    "order_short",         -1,            false },
};
/* clang-format on */

static const struct tell *tell_of(const char *event)
{
    for (size_t k = 0; k < COUNT(tells); k++)
        if (!strcmp(tells[k].event, event)) return &tells[k];
    return NULL;
}

/* "24.11 21:00", by the shop's clock. */
static const char *day_and_time(struct ctx *c, i64 at, int offset_min)
{
    int y, m, d;

    if (at == NONE) return "";
    const int minute = time_minute(at, offset_min);
    time_civil(time_day(at, offset_min), &y, &m, &d);
    return arena_printf(c->mem, "%02d.%02d %02d:%02d", d, m, minute / 60, minute % 60);
}

static void put_text(struct buf *b, const char *name, const char *s)
{
    buf_printf(b, "%s\"%s\":\"", b->n > 1 ? "," : "", name);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') buf_char(b, '\\');
        buf_char(b, (unsigned char)*s < ' ' ? ' ' : *s);
    }
    buf_char(b, '"');
}

static const char *last_why(const struct order *o)
{
    const struct order_step *s = o->history.at;

    return o->history.n && s[o->history.n - 1].why ? s[o->history.n - 1].why : "";
}

static enum err message_args(struct ctx *c, const struct order *o, const char **ret)
{
    const struct order_fulfilment *f = order_fulfilment_at(o, o->place_id);
    struct buf b = buf_new(c->mem, 512, 8192);
    struct place p = { 0 };

    TRY(place_get(c, o->place_id, &p));
    const int offset_min = (int)p.utc_offset_min;
    buf_char(&b, '{');
    put_text(&b, "number", o->number);
    put_text(&b, "place", arena_printf(c->mem, "%s, %s", p.name, p.address));
    put_text(&b, "code", f && f->code ? f->code : "");
    put_text(&b, "promised", day_and_time(c, o->promised_at, offset_min));
    put_text(&b, "deadline", day_and_time(c, o->deadline_at, offset_min));
    put_text(&b, "total", money_text(c->mem, o->total_minor));
    put_text(&b, "why", last_why(o));
    buf_char(&b, '}');
    *ret = b.at;
    return ERR_OK;
}

/* Where this customer is told; `to` stays NULL when he is erased or has nothing. */
static enum err address(struct ctx *c, const struct order *o, struct message_new *m)
{
    struct customer who = { 0 };
    const enum err e = customer_get(c, o->customer_id, &who);

    if (e == ERR_NOT_FOUND) {
        c->fault = (struct fault){ 0 };
        return ERR_OK;
    }
    TRY(e);
    m->customer_id = o->customer_id;
    m->channel = who.phone ? MESSAGE_SMS : MESSAGE_EMAIL;
    m->to = who.phone ? who.phone : who.email;
    m->lang = who.lang;
    return ERR_OK;
}

static enum err tell(struct ctx *c, const struct tell *t, i64 order_id)
{
    struct message_new m = { .template_name = t->template_name };
    struct order o = { 0 };

    TRY(t->alone ? order_head(c, order_id, &o) : order_get(c, order_id, &o));
    if (!o.customer_id || (t->only >= 0 && o.state != t->only)) return ERR_OK;
    if (o.kind == ORDER_DELIVERY && t->only == ORDER_READY) return ERR_OK;
    TRY(address(c, &o, &m));
    if (!m.to) return ERR_OK;
    TRY(message_args(c, &o, &m.args));
    return message_send(c, &m);
}

enum err order_tell_customer(struct ctx *c, const struct event *e)
{
    const struct tell *t = tell_of(e->name);

    return t ? tell(c, t, e->subject_id) : ERR_OK;
}

enum { CODE_SENDS = 3 };

enum err order_code_resend(struct ctx *c, i64 order_id)
{
    struct message_new m = { .template_name = "order_ready" };
    struct order o = { 0 };

    TRY(order_get(c, order_id, &o));
    const struct order_fulfilment *f = order_fulfilment_at(&o, o.place_id);
    if (!f || !f->code)
        return FAIL(c, WRONG_STATE, "order %s is not ready to be fetched", o.number);
    TRY(staff_limit(c, arena_printf(c->mem, "order.code:%lld", order_id), CODE_SENDS,
                    HOUR_MS));
    if (o.customer_id) TRY(address(c, &o, &m));
    if (!m.to) return FAIL(c, NO_SUCH, "order %s has no phone and no e-mail", o.number);
    TRY(message_args(c, &o, &m.args));
    TRY(message_send(c, &m));
    return order_tell(c, &o, &(struct order_fact){ .what = "code_sent" });
}
