/* track_order.c -- orders of all channels as Segment's e-commerce events.
 *
 * The fact and its report are in two databases: a row of the core goes with the fact,
 * the thread that follows carries it beside and then drops it.  Told twice it is one
 * event, by its message id. */
#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "customer/customer_consent.h"
#include "customer/customer_merge.h"
#include "event/event.h"
#include "job/job.h"
#include "order/order.h"
#include "track/track_follow.h"

enum { ORDER, LINES, PUT, WAITING, DROP };

/* clang-format off */
const struct query track_order_sql[] = {
    [ORDER] = { "track.order",
        "SELECT customer_id, number, kind, total_minor, delivery_minor, placed_at FROM pub_order_order WHERE id = $1" },

    [LINES] = { "track.order_lines",
        "SELECT variant_id, sku, name, qty, price_minor FROM pub_order_line"
        " WHERE customer_id = $1 AND order_id = $2 ORDER BY line_no LIMIT 200" },

    [PUT] = { "track.put_report",
        "INSERT INTO track_outbox (id, at, channel, message_id, customer_id, name, data)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)" },

    [WAITING] = { "track.reports",
        "SELECT id, at, channel, message_id, customer_id, name, data FROM track_outbox ORDER BY id LIMIT $1",
        .scan = "the first few of a queue" },

    [DROP] = { "track.drop_reports",
        "DELETE FROM track_outbox WHERE id <= $1" },
    QUERY_END
};
/* clang-format on */

#define REPORTS 200

struct bought {
    i64 customer_id, kind, total, delivery, placed_at;
    const char *number;
};

static void put_money(struct buf *b, const char *name, i64 minor)
{
    buf_printf(b, ",\"%s\":%lld.%02lld", name, minor / 100, minor % 100);
}

static enum err put_lines(struct ctx *c, struct buf *b, i64 customer_id, i64 order_id)
{
    i64 variant_id, qty, price;
    const char *sku, *name, *comma = "";
    ROWS r;

    buf_text(b, ",\"products\":[");
    TRY(db_rows(c, &r, &track_order_sql[LINES], customer_id, order_id));
    while (db_next(&r, INTO(&variant_id, &sku, &name, &qty, &price))) {
        buf_printf(b, "%s{\"product_id\":\"%lld\",\"sku\":", comma, variant_id);
        json_put_text(b, sku, strlen(sku));
        buf_text(b, ",\"name\":");
        json_put_text(b, name, strlen(name));
        buf_printf(b, ",\"quantity\":%lld", qty);
        put_money(b, "price", price);
        buf_char(b, '}');
        comma = ",";
    }
    buf_char(b, ']');
    return r.err;
}

static const char *name_of(const char *event)
{
    if (!strcmp(event, "order.cancelled") || !strcmp(event, "order.expired"))
        return "Order Cancelled";
    return !strcmp(event, "order.returned") ? "Order Refunded" : "Order Completed";
}

/* Of somebody who was erased meanwhile nothing is reported any more. */
static enum err hear(struct ctx *c, const struct event *e)
{
    struct buf b = buf_new(c->mem, 1024, TRACK_EVENT_BYTES);
    struct bought o = { 0 };
    i64 who;
    const enum err none = db_one(
        c, &track_order_sql[ORDER],
        INTO(&o.customer_id, &o.number, &o.kind, &o.total, &o.delivery, &o.placed_at),
        e->subject_id);

    if (none == ERR_NOT_FOUND || (!none && !o.customer_id)) return ERR_OK;
    TRY(none);
    const enum err gone = customer_known(c, o.customer_id, &who);
    if (gone) return gone == ERR_NOT_FOUND ? ERR_OK : gone;
    buf_printf(&b, "{\"order_id\":\"%lld\",\"number\":\"%s\",\"currency\":\"RUB\"",
               e->subject_id, o.number);
    put_money(&b, "total", o.total);
    put_money(&b, "revenue", o.total - o.delivery);
    put_money(&b, "shipping", o.delivery);
    TRY(put_lines(c, &b, o.customer_id, e->subject_id));
    buf_char(&b, '}');
    return db_exec(c, &track_order_sql[PUT], NULL, id_new(c), e->at,
                   o.kind == ORDER_SALE ? TRACK_TILL : TRACK_SITE,
                   arena_printf(c->mem, "%s/%lld", e->name, e->pos), o.customer_id,
                   name_of(e->name), b.at);
}

/* Whoever does not want to be followed any more is forgotten by the log, too. */
static enum err refused(struct ctx *c, const struct event *e)
{
    bool may;

    if (!strstr(e->data, "\"analytics\"")) return ERR_OK;
    TRY(customer_follow(c, e->subject_id, &may));
    if (may) return ERR_OK;
    return job_add(c, "track.forget_person",
                   arena_printf(c->mem, "{\"id\":\"%lld\"}", e->subject_id), c->now,
                   arena_printf(c->mem, "%lld", e->subject_id), NULL);
}

const struct subscriber track_subscribers[] = {
    { "track.on_consent", "customer.consent_changed", refused },
    { "track.order",
      "order.placed order.sold order.cancelled order.expired order.returned", hear },
    { 0 },
};

/* ---- Carried beside
 * --------------------------------------------------------------------- */

struct carrying {
    struct track_own row[REPORTS];
    size_t n;
    i64 last_id;
};

static enum err waiting(struct ctx *c, void *arg)
{
    struct carrying *w = arg;
    struct track_own o = { .kind = TRACK_TRACK };
    i64 channel;
    ROWS r;

    w->n = 0;
    TRY(db_rows(c, &r, &track_order_sql[WAITING], (i64)REPORTS));
    while (db_next(&r, INTO(&w->last_id, &o.at, &channel, &o.message_id, &o.customer_id,
                            &o.name, &o.data))) {
        o.channel = (enum track_channel)channel;
        w->row[w->n++] = o;
    }
    return r.err;
}

static enum err drop(struct ctx *c, void *last_id)
{
    return db_exec(c, &track_order_sql[DROP], NULL, *(i64 *)last_id);
}

enum err reports_carry(struct ctx *c, bool *ret_more)
{
    struct carrying *w = NEW(c->mem, struct carrying);

    TRY(db_snapshot(c, waiting, w));
    *ret_more = w->n > 0;
    if (!w->n) return ERR_OK;
    TRY(track_put(c, w->row, w->n));
    return db_unit(c, drop, &w->last_id);
}
