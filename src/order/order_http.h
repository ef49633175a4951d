/* order_http.h -- shapes and handlers of this room, between its own files. */
#pragma once

#include "base/limits.h"
#include "order/order_basket.h"
#include "order/order_list.h"

struct order_items {
    struct list items;
};
struct order_why {
    const char *why;
    i64 qty;
};
struct order_picked {
    i64 picked_qty;
};
struct order_days {
    i64 days;
};
struct order_place_query {
    i64 place_id;
    const char *code;
    int state;
};
struct order_lookup {
    const char *number, *phone;
};

extern const struct shape order_new_shape, order_placed_shape, order_payment_new_shape,
    order_filter_shape, order_page_shape, order_picking_shape, order_why_shape,
    order_handover_shape, order_at_place_shape, order_short_shape, order_picked_shape,
    order_days_shape, order_place_query_shape, order_lookup_shape, order_slots_shape,
    order_slot_new_shape, order_region_shape, basket_shape, basket_set_shape,
    basket_change_shape, basket_qty_shape, basket_which_shape;

/* The order that the path names first, when the caller may see it (may change it);
 * NOT_FOUND if not: order_http.c. */
enum err order_http_seen(struct ctx *c, const struct request *q, i64 *ret_id) MUST_USE;
enum err order_http_held(struct ctx *c, const struct request *q, i64 *ret_id) MUST_USE;
/* The order whole, as the caller may see it. */
enum err order_http_show(struct ctx *c, i64 id, struct reply *r) MUST_USE;

/* The basket of whoever calls: order_basket_http.c.  With `r` a guest without a
 * visit gets one; without, his basket is empty and has id 0. */
enum err basket_owner(struct ctx *c, struct reply *r,
                      struct basket_owner *ret) MUST_USE;

enum err basket_http_get(struct ctx *c, const struct request *q, struct reply *r);
enum err basket_http_add(struct ctx *c, const struct request *q, struct reply *r);
enum err basket_http_put(struct ctx *c, const struct request *q, struct reply *r);
enum err basket_http_line(struct ctx *c, const struct request *q, struct reply *r);
enum err basket_http_line_drop(struct ctx *c, const struct request *q, struct reply *r);
enum err basket_http_drop(struct ctx *c, const struct request *q, struct reply *r);
enum err basket_http_checkout(struct ctx *c, const struct request *q, struct reply *r);
enum err basket_http_leave(struct ctx *c, const struct request *q, struct reply *r);
enum err basket_http_of(struct ctx *c, const struct request *q, struct reply *r);
