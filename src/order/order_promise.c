/* When somebody could have a thing: by the opening hours of each shop, by the
 * courier's next slot. */
#include "base/time.h"
#include "order/order_shopper.h"

static enum err place_promise(struct ctx *c, i64 place_id, struct list *ret)
{
    struct order_promise_place p = { .place_id = place_id };
    struct setting_scope s;

    TRY(place_scope(c, place_id, &s));
    const enum err e = place_open_time(
        c, place_id, c->now, setting_int(c, "order.ready_open_min", s), &p.ready_at);
    if (e == ERR_WRONG_STATE) {
        c->fault = (struct fault){ 0 };
        p.ready_at = NONE;
    } else {
        TRY(e);
    }
    p.reserved_until_at = c->now + setting_int(c, "order.reserve_hours", s) * HOUR_MS;
    *(struct order_promise_place *)list_add(c->mem, ret, sizeof(p)) = p;
    return ERR_OK;
}

static enum err delivery_promise(struct ctx *c, i64 region_id,
                                 struct order_promise *ret)
{
    struct list slots = { 0 };

    TRY(order_slots(c, region_id, &slots));
    const struct order_slot *s = slots.at;
    for (size_t k = 0; k < slots.n; k++)
        if (s[k].left) {
            ret->from_at = s[k].from_at;
            ret->to_at = s[k].to_at;
            ret->fee_minor = s[k].fee_minor;
            return ERR_OK;
        }
    return ERR_OK;
}

enum err order_promise(struct ctx *c, const struct order_promise_ask *ask,
                       struct order_promise *ret)
{
    const i64 *place = ask->place_id.at;

    *ret = (struct order_promise){ .from_at = NONE, .to_at = NONE, .fee_minor = NONE };
    for (size_t k = 0; k < ask->place_id.n; k++)
        TRY(place_promise(c, place[k], &ret->places));
    return ask->region_id == NONE ? ERR_OK : delivery_promise(c, ask->region_id, ret);
}
