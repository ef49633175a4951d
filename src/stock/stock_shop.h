/* stock_shop.h -- a small shop for the tests of this room: two places, two variants,
 * and the words the sentences are made of. */
#pragma once

#include "stock/stock.h"

#include "goods.h"
#include "setting/setting.h"
#include "stock/stock_own.h"

#define IMEI "490154203237518" /* the check digit is right */

enum { ANNA = 1001, BORIS = 1002 };

/* Two shops in Moscow and two telephones. */
struct shop {
    i64 arbat, tver, phone, tablet;
};

static inline struct shop a_shop(struct ctx *c)
{
    const i64 region_id = a_region(c, 0, NONE), product_id = a_product(c);

    return (struct shop){ a_place(c, region_id, "M1", 37600000),
                          a_place(c, region_id, "M2", 37600000),
                          a_variant(c, product_id, "X1-BLK", true),
                          a_variant(c, product_id, "X1-WHT", false) };
}

static inline struct stock_hold ask(i64 place_id, i64 variant_id, i64 order_id, i64 qty)
{
    return (
        struct stock_hold){ place_id, variant_id, OWNER_ORDER, order_id, qty, NONE };
}

static inline struct stock_move sold(i64 place_id, i64 variant_id, i64 receipt, i64 qty,
                                     i64 at)
{
    return (struct stock_move){ place_id, variant_id, -qty, MOVE_SALE,
                                receipt,  1,          at,   NULL };
}

static inline enum err sell(struct ctx *c, struct stock_move m)
{
    return stock_move(c, &(struct stock_take){ .moves = &m, .n = 1, .hold_owner = -1 });
}

/* Everything that `prilavok check` proves of this room. */
static inline void balanced(struct ctx *c)
{
    for (const struct query *q = stock_module.checks; q->name; q++) {
        const char *count =
            arena_printf(c->mem, "SELECT COUNT(*) FROM (%s) violations", q->sql);

        if (test_int(c, count)) fail_msg("%s finds a violation", q->name);
    }
}
