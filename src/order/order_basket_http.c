/* The basket over HTTP: whose it is, and one domain call each. */
#include "order/order_http.h"

#include "base/time.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum err basket_owner(struct ctx *c, struct reply *r, struct basket_owner *ret)
{
    *ret = (struct basket_owner){ 0 };
    if (c->who.kind == WHO_CUSTOMER) {
        *ret = (struct basket_owner){ c->who.id, c->who.session_id };
        return ERR_OK;
    }
    if (c->who.kind == WHO_STAFF || c->who.kind == WHO_KEY)
        return FAIL(c, DENIED,
                    "a basket is a customer's: see /v1/customer/{id}/basket");
    ret->id = c->who.session_id;
    if (ret->id || !r) return ERR_OK;
    return customer_visit(c, r, &ret->id);
}

static enum err shown(struct reply *r, const struct basket *b)
{
    r->private_ = true;
    return reply_with(r, 200, b);
}

/* What the caller's basket looks like after all that. */
static enum err answer(struct ctx *c, const struct basket_owner *w, struct reply *r)
{
    struct basket *b = NEW(c->mem, struct basket);

    TRY(basket_get(c, w, b));
    return shown(r, b);
}

enum err basket_http_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct basket_owner w;

    (void)q;
    TRY(basket_owner(c, NULL, &w));
    return answer(c, &w, r);
}

enum err basket_http_add(struct ctx *c, const struct request *q, struct reply *r)
{
    struct basket_set one = *(const struct basket_set *)q->body;
    const struct basket_change k = { { &one, 1 }, NONE, NONE, -1 };
    struct basket *b = NEW(c->mem, struct basket);
    struct basket_owner w;

    TRY(basket_owner(c, r, &w));
    TRY(basket_change(c, &w, &k, true, b));
    return shown(r, b);
}

enum err basket_http_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct basket *b = NEW(c->mem, struct basket);
    struct basket_owner w;

    TRY(basket_owner(c, r, &w));
    TRY(basket_change(c, &w, q->body, false, b));
    return shown(r, b);
}

enum err basket_http_line(struct ctx *c, const struct request *q, struct reply *r)
{
    struct basket_set one = *(const struct basket_set *)q->body;
    const struct basket_change k = { { &one, 1 }, NONE, NONE, -1 };
    struct basket *b = NEW(c->mem, struct basket);
    struct basket_owner w;

    TRY(request_id_arg(c, q, 0, &one.variant_id));
    TRY(basket_owner(c, r, &w));
    TRY(basket_change(c, &w, &k, false, b));
    return shown(r, b);
}

enum err basket_http_line_drop(struct ctx *c, const struct request *q, struct reply *r)
{
    struct basket *b = NEW(c->mem, struct basket);
    struct basket_owner w;
    i64 variant_id;

    TRY(request_id_arg(c, q, 0, &variant_id));
    TRY(basket_owner(c, r, &w));
    TRY(basket_clear(c, &w, variant_id, b));
    return shown(r, b);
}

enum err basket_http_drop(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct basket_set *which = q->query;
    struct basket *b = NEW(c->mem, struct basket);
    struct basket_owner w;

    TRY(basket_owner(c, r, &w));
    TRY(basket_clear(c, &w, which->variant_id, b));
    return shown(r, b);
}

/* Anybody may begin a checkout without a login, so a stranger could hold a shop's
 * shelves empty; a person does not begin thirty in a quarter of an hour. */
static enum err check_pace(struct ctx *c, const struct request *q,
                           const struct basket_owner *w)
{
    const struct setting_scope chain = { 0 };
    const i64 window_ms = setting_int(c, "order.checkout_hold_min", chain) * MINUTE_MS,
              visit = setting_int(c, "order.checkout_visit_max", chain),
              address = setting_int(c, "order.checkout_address_max", chain);

    if (c->who.kind == WHO_CUSTOMER) return ERR_OK;
    if (visit)
        TRY(staff_limit(c, arena_printf(c->mem, "checkout:%lld", w->id), visit,
                        window_ms));
    if (!address || !q->ip) return ERR_OK;
    return staff_limit(c, arena_printf(c->mem, "checkout-ip:%.64s", q->ip), address,
                       window_ms);
}

enum err basket_http_checkout(struct ctx *c, const struct request *q, struct reply *r)
{
    struct basket *b = NEW(c->mem, struct basket);
    struct basket_owner w;

    TRY(basket_owner(c, r, &w));
    TRY(check_pace(c, q, &w));
    TRY(basket_checkout(c, &w, q->body, b));
    return shown(r, b);
}

enum err basket_http_leave(struct ctx *c, const struct request *q, struct reply *r)
{
    struct basket_owner w;

    (void)q;
    TRY(basket_owner(c, r, &w));
    TRY(basket_leave(c, &w));
    return answer(c, &w, r);
}

/* Begun on the site, gone on with at the till. */
enum err basket_http_of(struct ctx *c, const struct request *q, struct reply *r)
{
    struct basket_owner w = { 0 };

    TRY(request_id_arg(c, q, 0, &w.id));
    TRY(staff_audit_read(c, "customer.basket", w.id));
    return answer(c, &w, r);
}
