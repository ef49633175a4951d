/* order_basket.h -- what somebody wants, between the files of this room. */
#pragma once

#include "order/order_own.h"

struct basket_line {
    i64 variant_id, qty;
    i64 price_minor; /* now; NONE: not for sale any more */
    i64 was_minor;   /* what was shown when it was put in, if that was another; NONE */
    i64 old_minor;   /* struck price; NONE */
    i64 sum_minor, free_qty; /* free at the chosen shop; NONE: no shop chosen */
    bool enough;             /* free_qty >= qty, its own hold counted in */
    bool unit_tracked;
    const char *sku, *name, *image; /* image NULL: none */
    i64 product_id, shown_minor, added_at;
};
struct basket {
    i64 id, place_id, region_id, hold_until_at, changed_at;
    int kind;
    struct list lines; /* struct basket_line */
    i64 count, goods_minor, delivery_minor, total_minor;
    i64 ready_at; /* if ordered now at the chosen shop; NONE */
    bool prices_changed, all_available;
    bool holds; /* goods are held for it, perhaps past their time */
};
struct basket_change {
    struct list lines;       /* struct basket_set */
    i64 place_id, region_id; /* NONE: as it was */
    int kind;                /* -1: as it was */
};
struct basket_set {
    i64 variant_id, qty; /* 0 takes the line out */
};
/* Whose basket this is.  0: nobody's (a guest who never put anything in). */
struct basket_owner {
    i64 id, guest_id; /* guest_id: a visit whose lines belong to id too; 0 */
};
enum err basket_get(struct ctx *c, const struct basket_owner *w,
                    struct basket *ret) MUST_USE;
/* What it looks like afterwards, as basket_get() would say. */
enum err basket_change(struct ctx *c, const struct basket_owner *w,
                       const struct basket_change *k, bool add,
                       struct basket *ret) MUST_USE;
enum err basket_clear(struct ctx *c, const struct basket_owner *w, i64 variant_id,
                      struct basket *ret) MUST_USE;
/* Hold what is in it for the usual time at the chosen place. */
enum err basket_checkout(struct ctx *c, const struct basket_owner *w,
                         const struct basket_change *k, struct basket *ret) MUST_USE;
/* A guest's lines move to the customer: the larger quantity of each variant. */
enum err basket_join(struct ctx *c, i64 visit_id, i64 customer_id) MUST_USE;
/* Its lines for an order; its holds go, in the same unit, before the order's come. */
enum err basket_lines(struct ctx *c, i64 basket_id,
                      struct list *ret_new_lines) MUST_USE;
/* What was ordered is out of it, and nothing is held for it any more. */
enum err basket_ordered(struct ctx *c, i64 basket_id, const struct order_line_new *l,
                        size_t n) MUST_USE;
/* The customer left checkout: goods are free at once. */
enum err basket_leave(struct ctx *c, const struct basket_owner *w) MUST_USE;
