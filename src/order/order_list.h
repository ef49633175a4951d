/* order_list.h -- many orders at once, between the files of this room. */
#pragma once

#include "order/order_own.h"

struct order_filter {
    i64 limit; /* of a page, see http/route.h */
    const char *after;
    i64 place_id, customer_id; /* NONE: any */
    int state;                 /* -1: any */
    const char *number, *phone;
};
struct order_row { /* of a list */
    i64 id, customer_id, place_id, total_minor, paid_minor, placed_at, promised_at,
        deadline_at, returned_minor;
    const char *number;
    int kind, channel, state;
    const char *name, *phone; /* the buyer's, in lists for staff */
    struct list lines;        /* struct order_line, in lists of one customer */
};
struct order_page {
    struct list items; /* struct order_row */
    const char *next;
};
enum err order_list(struct ctx *c, const struct order_filter *f,
                    struct order_page *ret) MUST_USE;

struct order_to_pick { /* an order on a place's picking list */
    i64 id, place_id, promised_at, deadline_at;
    const char *number, *customer_name, *comment;
    int kind, state, fulfil_state;
    struct list lines; /* struct order_line: this place's, by name */
};
/* state -1: all that is to be picked. */
enum err order_picking(struct ctx *c, i64 place_id, int state,
                       struct list *ret) MUST_USE;

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
