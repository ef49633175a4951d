/* order_profile.h -- what this room knows of one customer, for whoever shows him whole;
 * comes with order.h. */
#pragma once

#include "customer/customer.h"
#include "order/order.h"

struct order_row { /* of a list */
    i64 id, customer_id, place_id, total_minor, paid_minor, placed_at, promised_at,
        deadline_at, returned_minor;
    const char *number;
    int kind, channel, state;
    const char *name, *phone; /* the buyer's, in lists for staff */
    struct list lines;        /* struct order_line, in lists of one customer */
};

struct order_hold { /* goods kept for him */
    i64 order_id, place_id, variant_id, qty, until_at;
    const char *sku, *name;
};
struct order_profile {
    struct customer *customer;
    struct list orders; /* struct order_row, the last 20, with lines */
    struct list holds;  /* struct order_hold */
    struct list events; /* struct order_step, newest first */
    i64 orders_all, orders_open, orders_done, spent_minor, first_at, last_at;
};
enum err order_profile(struct ctx *c, i64 customer_id,
                       struct order_profile *ret) MUST_USE;

extern const struct shape order_row_shape, order_hold_shape, order_step_shape;
