/* order_test.h -- the little chain that this room's tests sell in. */
#pragma once

#include "test.h"

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

static inline i64 a_place(struct ctx *c, i64 region_id, const char *code, i64 lon_e6)
{
    struct place p = { .region_id = region_id,
                       .kind = PLACE_SHOP,
                       .code = code,
                       .name = code,
                       .city = "Москва",
                       .address = "Арбат, 1",
                       .phone = "",
                       .lat_e6 = 55750000,
                       .lon_e6 = lon_e6,
                       .utc_offset_min = 180,
                       .active = true,
                       .can_pickup = true,
                       .can_reserve = true,
                       .can_ship = true };

    EXPECT_OK(place_put(c, &p));
    return p.id;
}

static inline i64 a_variant(struct ctx *c, i64 product_id, const char *sku,
                            bool tracked)
{
    struct catalog_variant v = { .product_id = product_id,
                                 .sku = sku,
                                 .name = "",
                                 .unit_tracked = tracked,
                                 .active = true };

    EXPECT_OK(catalog_variant_put(c, &v));
    return v.id;
}

static inline void receive(struct ctx *c, i64 place_id, i64 variant_id, i64 qty)
{
    static i64 note;
    const struct stock_move m = { .place_id = place_id,
                                  .variant_id = variant_id,
                                  .qty = qty,
                                  .reason = MOVE_RECEIPT,
                                  .doc_id = 700000 + ++note,
                                  .line_no = 1,
                                  .at = NONE };

    EXPECT_OK(
        stock_move(c, &(struct stock_take){ .moves = &m, .n = 1, .hold_owner = -1 }));
}

static inline struct chain a_chain(struct ctx *c)
{
    struct place_region r = { .code = "77",
                              .name = "Москва",
                              .utc_offset_min = 180,
                              .digital_level = NONE,
                              .delivery_fee_minor = FEE_MINOR,
                              .delivery_free_from_minor = FREE_FROM_MINOR };
    struct catalog_category k = { .parent_id = NONE,
                                  .name = "Телефоны",
                                  .name_en = "Phones",
                                  .slug = "phones",
                                  .active = true };
    struct catalog_product p = { .name = "Телефон X1",
                                 .name_en = "Phone X1",
                                 .slug = "phone",
                                 .description = "",
                                 .model = "X1",
                                 .brand_id = NONE,
                                 .vat_bp = NONE,
                                 .active = true };
    struct catalog_price_list l = {
        .code = "base", .name = "Розница", .region_id = NONE, .channel = -1
    };
    struct chain t = { 0 };

    EXPECT_OK(place_region_put(c, &r));
    t.region = r.id;
    t.arbat = a_place(c, r.id, "M1", 37600000);
    t.tver = a_place(c, r.id, "M2", 37700000);
    t.depot = a_place(c, r.id, "M3", 38500000);
    EXPECT_OK(catalog_category_put(c, &k));
    p.category_id = k.id;
    EXPECT_OK(catalog_product_put(c, &p));
    t.phone = a_variant(c, p.id, "X1-BLK", true);
    t.cover = a_variant(c, p.id, "X1-COVER", false);
    t.cable = a_variant(c, p.id, "X1-CABLE", false);
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

static inline struct stock_at level(struct ctx *c, i64 place_id, i64 variant_id)
{
    struct stock_at a = { 0 };

    EXPECT_OK(stock_at_place(c, place_id, &variant_id, 1, &a));
    return a;
}

static inline i64 free_at(struct ctx *c, i64 place_id, i64 variant_id)
{
    return level(c, place_id, variant_id).free;
}
