/* stock_shop.h -- a small shop for the tests of this room: two places, two variants,
 * and the words the sentences are made of. */
#pragma once

#include "stock/stock.h"

#include "test.h"

#include "catalog/catalog.h"
#include "place/place.h"
#include "setting/setting.h"
#include "stock/stock_own.h"

#define IMEI "490154203237518" /* the check digit is right */

enum { ANNA = 1001, BORIS = 1002 };

/* Two shops in Moscow and two telephones. */
struct shop {
    i64 arbat, tver, phone, tablet;
};

static inline i64 a_place(struct ctx *c, i64 region_id, const char *code)
{
    struct place p = { .region_id = region_id,
                       .kind = PLACE_SHOP,
                       .code = code,
                       .name = code,
                       .city = "Москва",
                       .address = "",
                       .phone = "",
                       .lat_e6 = 55750000,
                       .lon_e6 = 37600000,
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

static inline struct shop a_shop(struct ctx *c)
{
    struct place_region r = { .code = "77",
                              .name = "Москва",
                              .utc_offset_min = 180,
                              .digital_level = NONE,
                              .delivery_free_from_minor = NONE };
    struct catalog_category k = { .parent_id = NONE,
                                  .name = "Телефоны",
                                  .name_en = "Phones",
                                  .slug = "phones",
                                  .active = true };
    struct catalog_product p = { .name = "Телефон",
                                 .name_en = "Phone",
                                 .slug = "phone",
                                 .description = "",
                                 .model = "X1",
                                 .brand_id = NONE,
                                 .vat_bp = NONE,
                                 .active = true };

    EXPECT_OK(place_region_put(c, &r));
    EXPECT_OK(catalog_category_put(c, &k));
    p.category_id = k.id;
    EXPECT_OK(catalog_product_put(c, &p));
    return (struct shop){ a_place(c, r.id, "M1"), a_place(c, r.id, "M2"),
                          a_variant(c, p.id, "X1-BLK", true),
                          a_variant(c, p.id, "X1-WHT", false) };
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

static inline i64 free_at(struct ctx *c, i64 place_id, i64 variant_id)
{
    i64 qty = -1;

    EXPECT_OK(stock_free(c, place_id, variant_id, &qty));
    return qty;
}

static inline struct stock_at level(struct ctx *c, i64 place_id, i64 variant_id)
{
    struct stock_at a;

    EXPECT_OK(stock_at_place(c, place_id, &variant_id, 1, &a));
    return a;
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
