/* What follows an order's facts, after them: the customer is told, and 1C's list
 * of changed orders is kept.  When a guest logs in, his basket moves to him. */
#include "event/event.h"

#include "base/buf.h"
#include "base/time.h"
#include "message/message.h"
#include "order/order_own.h"

/* clang-format off */
static const struct tell {
    const char *event, *template_name;
    int only;              /* enum order_state it must still be in; -1: any */
} tells[] = {
    { "order.placed",      "order_placed",    -1 },
    { "order.short",       "order_short",     -1 },
    { "order.ready",       "order_ready",     ORDER_READY },
    { "order.reminded",    "order_reminded",  ORDER_READY },
    { "order.expired",     "order_expired",   -1 },
    { "order.cancelled",   "order_cancelled", -1 },
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

static enum err message_args(struct ctx *c, const struct order *o, const char **ret)
{
    const struct order_fulfilment *f = order_fulfilment_at(o, o->place_id);
    struct buf b = buf_new(c->mem, 512, 8192);
    struct place p = { 0 };

    TRY(place_get(c, o->place_id, &p));
    const int offset_min = (int)p.utc_offset_min;
    buf_char(&b, '{');
    put_text(&b, "number", o->number);
    put_text(&b, "code", f && f->code ? f->code : "");
    put_text(&b, "place", p.name);
    put_text(&b, "address", o->kind == ORDER_DELIVERY && o->address ? o->address
                            : p.address                             ? p.address
                                                                    : "");
    put_text(&b, "ready_by", day_and_time(c, o->promised_at, offset_min));
    put_text(&b, "until", day_and_time(c, o->deadline_at, offset_min));
    put_text(&b, "total", arena_printf(c->mem, "%lld", o->total_minor / 100));
    put_text(&b, "link", arena_printf(c->mem, "/order/%s", o->token));
    buf_char(&b, '}');
    *ret = b.at;
    return ERR_OK;
}

static enum err tell(struct ctx *c, const struct tell *t, i64 order_id)
{
    struct message_new m = { .template_name = t->template_name };
    struct customer who = { 0 };
    struct order o = { 0 };

    TRY(order_head(c, order_id, &o));
    if (!o.customer_id || (t->only >= 0 && o.state != t->only)) return ERR_OK;
    if (o.kind == ORDER_DELIVERY && t->only == ORDER_READY) return ERR_OK;
    TRY(order_read_fulfilments(c, &o));
    const enum err e = customer_get(c, o.customer_id, &who);
    if (e == ERR_NOT_FOUND) return ERR_OK; /* erased in the meantime */
    TRY(e);
    m.customer_id = o.customer_id;
    m.channel = who.phone ? MESSAGE_SMS : MESSAGE_EMAIL;
    m.to = who.phone ? who.phone : who.email;
    m.lang = who.lang;
    if (!m.to) return ERR_OK;
    TRY(message_args(c, &o, &m.args));
    return message_send(c, &m);
}

static enum err on_order(struct ctx *c, const struct event *e)
{
    const struct tell *t = tell_of(e->name);
    i64 customer_id;

    if (!event_id(e, "customer_id", &customer_id)) return ERR_OK;
    TRY(order_export_note(c, customer_id, e->subject_id, e->pos));
    return t ? tell(c, t, e->subject_id) : ERR_OK;
}

static enum err on_login(struct ctx *c, const struct event *e)
{
    i64 visit_id;

    if (!event_id(e, "visit_id", &visit_id)) return ERR_OK;
    return basket_join(c, visit_id, e->subject_id);
}

const struct subscriber order_subscribers[] = {
    { "order.on_order", "order.*", on_order },
    { "order.on_login", "customer.logged_in", on_login },
    { 0 },
};
