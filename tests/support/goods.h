/* goods.h -- a shop, a thing on its shelf: what the tests of several rooms arrange. */
#pragma once

#include "test.h"

#include "catalog/catalog.h"
#include "place/place.h"
#include "stock/stock.h"

static inline i64 a_region(struct ctx *c, i64 fee_minor, i64 free_from_minor)
{
    struct place_region r = { .code = "77",
                              .name = "Москва",
                              .utc_offset_min = 180,
                              .digital_level = NONE,
                              .delivery_fee_minor = fee_minor,
                              .delivery_free_from_minor = free_from_minor };

    EXPECT_OK(place_region_put(c, &r));
    return r.id;
}

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

/* A telephone that nobody has a variant of yet. */
static inline i64 a_product(struct ctx *c)
{
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

    EXPECT_OK(catalog_category_put(c, &k));
    p.category_id = k.id;
    EXPECT_OK(catalog_product_put(c, &p));
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

/* `qty` pieces come with a delivery note. */
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
