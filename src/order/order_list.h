/* order_list.h -- many orders at once, between the files of this room. */
#pragma once

#include "order/order_own.h"
#include "order/order_profile.h"

struct order_filter {
    i64 limit; /* of a page, see http/route.h */
    const char *after;
    i64 place_id, customer_id; /* NONE: any */
    int state;                 /* -1: any */
    const char *number, *phone;
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
