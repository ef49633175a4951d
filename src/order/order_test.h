/* order_test.h -- the little chain that this room's tests sell in. */
#pragma once

#include "goods.h"

#include "base/id.h"
#include "customer/customer.h"
#include "event/event.h"
#include "order/order_http.h"
#include "setting/setting.h"

extern const struct query order_checks[];

/* Moscow with two shops and a depot, all of which send too; a telephone whose
 * pieces have IMEIs, a cover and a cable. */
struct chain {
    i64 region, arbat, tver, depot;
    i64 phone, cover, cable;
};
enum {
    PHONE_MINOR = 5000000,
    COVER_MINOR = 150000,
    CABLE_MINOR = 50000,
    FEE_MINOR = 39900,
    FREE_FROM_MINOR = 10000000,
};

static inline struct chain a_chain(struct ctx *c)
{
    struct catalog_price_list l = {
        .code = "base", .name = "Розница", .region_id = NONE, .channel = -1
    };
    const i64 product_id = a_product(c);
    struct chain t = { .region = a_region(c, FEE_MINOR, FREE_FROM_MINOR) };

    t.arbat = a_place(c, t.region, "M1", 37600000);
    t.tver = a_place(c, t.region, "M2", 37700000);
    t.depot = a_place(c, t.region, "M3", 38500000);
    t.phone = a_variant(c, product_id, "X1-BLK", true);
    t.cover = a_variant(c, product_id, "X1-COVER", false);
    t.cable = a_variant(c, product_id, "X1-CABLE", false);
    EXPECT_OK(catalog_price_list_put(c, &l));
    EXPECT_OK(catalog_price_put(c, l.id, t.phone, PHONE_MINOR, NONE, c->now - 1, NONE));
    EXPECT_OK(catalog_price_put(c, l.id, t.cover, COVER_MINOR, NONE, c->now - 1, NONE));
    EXPECT_OK(catalog_price_put(c, l.id, t.cable, CABLE_MINOR, NONE, c->now - 1, NONE));
    return t;
}

/* Tomorrow the cover costs this. */
static inline void price_cover(struct ctx *c, const struct chain *t, i64 price_minor)
{
    struct catalog_price_list l = {
        .code = "new", .name = "Новая", .region_id = t->region, .channel = -1
    };

    EXPECT_OK(catalog_price_list_put(c, &l));
    EXPECT_OK(
        catalog_price_put(c, l.id, t->cover, price_minor, NONE, c->now - 1, NONE));
}
