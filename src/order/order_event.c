/* What follows an order's facts, after them: the customer is told, and 1C's list
 * of changed orders is kept.  When a guest logs in, his basket moves to him. */
#include "event/event.h"

#include "base/buf.h"
#include "base/time.h"
#include "message/message.h"
#include "order/order_basket.h"

static enum err on_order(struct ctx *c, const struct event *e)
{
    i64 customer_id;

    if (!event_id(e, "customer_id", &customer_id)) return ERR_OK;
    TRY(order_export_note(c, customer_id, e->subject_id, e->pos));
    return order_tell_customer(c, e);
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
