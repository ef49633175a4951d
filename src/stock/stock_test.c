#include "stock/stock.h"

#include "test.h"

#include "catalog/catalog.h"
#include "place/place.h"
#include "setting/setting.h"
#include "stock/stock_own.h"

enum { ANNA = 1001, BORIS = 1002 };

/* Two shops in Moscow and two telephones. */
struct shop {
    i64 arbat, tver, phone, tablet;
};

static i64 a_place(struct ctx *c, i64 region_id, const char *code)
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

static i64 a_variant(struct ctx *c, i64 product_id, const char *sku, bool tracked)
{
    struct catalog_variant v = {
        .product_id = product_id, .sku = sku, .name = "", .unit_tracked = tracked, .active = true
    };

    EXPECT_OK(catalog_variant_put(c, &v));
    return v.id;
}

static struct shop a_shop(struct ctx *c)
{
    struct place_region r = { .code = "77",
                              .name = "Москва",
                              .utc_offset_min = 180,
                              .digital_level = NONE,
                              .delivery_free_from_minor = NONE };
    struct catalog_category k = {
        .parent_id = NONE, .name = "Телефоны", .name_en = "Phones", .slug = "phones", .active = true
    };
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
static void receive(struct ctx *c, i64 place_id, i64 variant_id, i64 qty)
{
    static i64 note;
    const struct stock_move m = { .place_id = place_id,
                                  .variant_id = variant_id,
                                  .qty = qty,
                                  .reason = MOVE_RECEIPT,
                                  .doc_id = 700000 + ++note,
                                  .line_no = 1,
                                  .at = NONE };

    EXPECT_OK(stock_move(c, &(struct stock_take){ .moves = &m, .n = 1, .hold_owner = -1 }));
}

static struct stock_hold ask(i64 place_id, i64 variant_id, i64 order_id, i64 qty)
{
    return (struct stock_hold){ place_id, variant_id, OWNER_ORDER, order_id, qty, NONE };
}

static struct stock_move sold(i64 place_id, i64 variant_id, i64 receipt, i64 qty, i64 at)
{
    return (struct stock_move){ place_id, variant_id, -qty, MOVE_SALE, receipt, 1, at, NULL };
}

static enum err sell(struct ctx *c, struct stock_move m)
{
    return stock_move(c, &(struct stock_take){ .moves = &m, .n = 1, .hold_owner = -1 });
}

static i64 free_at(struct ctx *c, i64 place_id, i64 variant_id)
{
    i64 qty = -1;

    EXPECT_OK(stock_free(c, place_id, variant_id, &qty));
    return qty;
}

static struct stock_at level(struct ctx *c, i64 place_id, i64 variant_id)
{
    struct stock_at a;

    EXPECT_OK(stock_at_place(c, place_id, &variant_id, 1, &a));
    return a;
}

/* Everything that `prilavok check` proves of this room. */
static void balanced(struct ctx *c)
{
    for (const struct query *q = stock_module.checks; q->name; q++) {
        const char *count = arena_printf(c->mem, "SELECT COUNT(*) FROM (%s) violations", q->sql);

        if (test_int(c, count)) fail_msg("%s finds a violation", q->name);
    }
}

/* ---- Promise --------------------------------------------------------------------- */

static void two_buyers(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold anna = ask(s.arbat, s.phone, ANNA, 1),
                            boris = ask(s.arbat, s.phone, BORIS, 1);

    receive(c, s.arbat, s.phone, 1);
    EXPECT_OK(stock_hold_open(c, &anna, 1));
    EXPECT_ERR(stock_hold_open(c, &boris, 1), STOCK_SHORT);
    EXPECT_TEXT(c->fault.message,
                arena_printf(c->mem, "place %lld has 0 free of 1", s.arbat));
    EXPECT_TEXT(c->fault.field, "lines[0].qty");
    balanced(c);
}

static void two_lines_of_one(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold lines[] = { ask(s.arbat, s.phone, ANNA, 2),
                                        ask(s.arbat, s.tablet, ANNA, 1),
                                        ask(s.arbat, s.phone, ANNA, 2) };

    receive(c, s.arbat, s.phone, 3);
    receive(c, s.arbat, s.tablet, 1);
    EXPECT_ERR(stock_hold_open(c, lines, 3), STOCK_SHORT);
    EXPECT_INT(free_at(c, s.arbat, s.phone), 3);
    EXPECT_INT(free_at(c, s.arbat, s.tablet), 1);
    receive(c, s.arbat, s.phone, 1);
    EXPECT_OK(stock_hold_open(c, lines, 3));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 0);
    EXPECT_INT(test_int(c, "SELECT CAST(SUM(qty) AS BIGINT) FROM stock_hold"), 5);
    balanced(c);
}

static void every_short_line(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold lines[] = { ask(s.arbat, s.phone, ANNA, 1),
                                        ask(s.arbat, s.tablet, ANNA, 9),
                                        ask(s.tver, s.phone, ANNA, 1),
                                        ask(s.arbat, 424242, ANNA, 1) };

    receive(c, s.arbat, s.phone, 5);
    receive(c, s.arbat, s.tablet, 5);
    EXPECT_ERR(stock_hold_open(c, lines, 4), STOCK_SHORT);
    EXPECT_TEXT(c->fault.field, "lines[1].qty");
    EXPECT_TEXT(c->fault.next->field, "lines[2].qty");
    EXPECT_TEXT(c->fault.next->next->field, "lines[3].variant_id");
    EXPECT(!c->fault.next->next->next);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_hold"), 0);
    EXPECT_INT(test_int(c, "SELECT CAST(SUM(held) AS BIGINT) FROM stock_level"), 0);
}

static void bad_asks(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct stock_hold none = ask(s.arbat, s.phone, ANNA, 0),
                      past = ask(s.arbat, s.phone, ANNA, 1),
                      nowhere = ask(4711, s.phone, ANNA, 1),
                      nothing = ask(s.arbat, 4711, ANNA, 1);

    past.until_at = c->now;
    EXPECT_ERR(stock_hold_open(c, &none, 1), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "lines[0].qty");
    c->fault = (struct fault){ 0 };
    EXPECT_ERR(stock_hold_open(c, &past, 1), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "lines[0].until_at");
    EXPECT_ERR(stock_hold_open(c, &nowhere, 1), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "place_id");
    EXPECT_ERR(stock_hold_open(c, &nothing, 1), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "lines[0].variant_id");
}

static void the_difference(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold three = ask(s.arbat, s.phone, ANNA, 3),
                            four = ask(s.arbat, s.phone, ANNA, 4),
                            five = ask(s.arbat, s.phone, ANNA, 5),
                            one = ask(s.arbat, s.phone, ANNA, 1);

    receive(c, s.arbat, s.phone, 4);
    EXPECT_OK(stock_hold_open(c, &three, 1));
    EXPECT_OK(stock_hold_open(c, &three, 1));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 1);
    EXPECT_OK(stock_hold_open(c, &four, 1));
    EXPECT_OK(stock_hold_open(c, &four, 1));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 0);
    EXPECT_ERR(stock_hold_open(c, &five, 1), STOCK_SHORT);
    EXPECT_INT(level(c, s.arbat, s.phone).held, 4);
    EXPECT_OK(stock_hold_open(c, &one, 1));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 3);
    balanced(c);
}

/* The refused buyer's other line, which he held before, must be as it was. */
static void refused_difference(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold before = ask(s.arbat, s.phone, ANNA, 2);
    const struct stock_hold more[] = { ask(s.arbat, s.phone, ANNA, 3),
                                       ask(s.arbat, s.tablet, ANNA, 1) };

    receive(c, s.arbat, s.phone, 6);
    EXPECT_OK(stock_hold_open(c, &before, 1));
    EXPECT_ERR(stock_hold_open(c, more, 2), STOCK_SHORT);
    EXPECT_INT(level(c, s.arbat, s.phone).held, 2);
    EXPECT_INT(test_int(c, "SELECT qty FROM stock_hold"), 2);
    balanced(c);
}

static void given_up(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold anna = ask(s.arbat, s.phone, ANNA, 3);

    receive(c, s.arbat, s.phone, 3);
    EXPECT_OK(stock_hold_open(c, &anna, 1));
    EXPECT_OK(stock_hold_reduce(c, OWNER_ORDER, ANNA, s.arbat, s.phone, 1));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 1);
    EXPECT_OK(stock_hold_reduce(c, OWNER_ORDER, ANNA, s.arbat, s.phone, 7));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 3);
    EXPECT_OK(stock_hold_open(c, &anna, 1));
    EXPECT_OK(stock_hold_free(c, OWNER_ORDER, ANNA));
    EXPECT_OK(stock_hold_free(c, OWNER_ORDER, ANNA));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 3);
    balanced(c);
}

static void basket_to_order(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct stock_hold basket = { s.arbat, s.phone, OWNER_BASKET, 5, 2, c->now + HOUR_MS };
    const struct stock_hold order = ask(s.arbat, s.phone, ANNA, 1);

    receive(c, s.arbat, s.phone, 3);
    EXPECT_OK(stock_hold_open(c, &basket, 1));
    EXPECT_OK(stock_hold_pass(c, OWNER_BASKET, 5, OWNER_ORDER, BORIS, NONE));
    EXPECT_INT(test_int(c, "SELECT owner_id FROM stock_hold WHERE owner = 1"), BORIS);
    EXPECT_OK(stock_hold_free(c, OWNER_ORDER, BORIS));

    EXPECT_OK(stock_hold_open(c, &order, 1));
    EXPECT_OK(stock_hold_open(c, &basket, 1));
    EXPECT_OK(stock_hold_pass(c, OWNER_BASKET, 5, OWNER_ORDER, ANNA, NONE));
    EXPECT_INT(test_int(c, "SELECT qty FROM stock_hold"), 3);
    EXPECT_INT(free_at(c, s.arbat, s.phone), 0);
    balanced(c);
}

static void safety_stock(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct stock_hold order = ask(s.arbat, s.phone, ANNA, 2),
                      transfer = ask(s.arbat, s.phone, 77, 2);

    receive(c, s.arbat, s.phone, 2);
    EXPECT_OK(setting_set(c, "stock.safety", (struct setting_scope){ .place_id = s.arbat }, "1"));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 1);
    EXPECT_ERR(stock_hold_open(c, &order, 1), STOCK_SHORT);
    transfer.owner = OWNER_TRANSFER;
    EXPECT_OK(stock_hold_open(c, &transfer, 1));
    EXPECT_OK(setting_set(c, "stock.safety", (struct setting_scope){ .place_id = s.arbat }, NULL));
}

static void overslept(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct stock_hold slept = { s.arbat, s.phone, OWNER_BASKET, 5, 1, c->now + 1000 },
                      awake = { s.arbat, s.phone, OWNER_BASKET, 6, 1, c->now + 1000 },
                      order = ask(s.arbat, s.phone, ANNA, 1);
    i64 n;

    order.until_at = c->now + 1000;
    receive(c, s.arbat, s.phone, 3);
    EXPECT_OK(stock_hold_open(c, &slept, 1));
    EXPECT_OK(stock_hold_open(c, &awake, 1));
    EXPECT_OK(stock_hold_open(c, &order, 1));
    c->now += 2000;
    EXPECT_OK(stock_hold_extend(c, OWNER_BASKET, 6, c->now + 1000));
    EXPECT_OK(stock_hold_expire(c, 100, &n));
    EXPECT_INT(n, 1);
    EXPECT_INT(free_at(c, s.arbat, s.phone), 1);
    EXPECT_ERR(stock_hold_extend(c, OWNER_BASKET, 5, c->now + 1000), GONE);
    balanced(c);
}

/* ---- Move -------------------------------------------------------------------------- */

static void moves_once(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_move one = sold(s.arbat, s.phone, 51, 1, NONE),
                            two = sold(s.arbat, s.phone, 51, 2, NONE);

    receive(c, s.arbat, s.phone, 3);
    EXPECT_OK(sell(c, one));
    EXPECT_OK(sell(c, one));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 2);
    EXPECT_ERR(sell(c, two), EXISTS);
    balanced(c);
}

static void promised_is_not_sold(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold anna = ask(s.arbat, s.phone, ANNA, 1);

    receive(c, s.arbat, s.phone, 1);
    EXPECT_OK(stock_hold_open(c, &anna, 1));
    EXPECT_ERR(sell(c, sold(s.arbat, s.phone, 51, 1, NONE)), STOCK_SHORT);
}

static void handover(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold anna = ask(s.arbat, s.phone, ANNA, 2),
                            boris = ask(s.arbat, s.phone, BORIS, 1);
    struct stock_move m = sold(s.arbat, s.phone, 900, 2, NONE);

    m.reason = MOVE_HANDOVER;
    receive(c, s.arbat, s.phone, 3);
    EXPECT_OK(stock_hold_open(c, &anna, 1));
    EXPECT_OK(stock_hold_open(c, &boris, 1));
    EXPECT_OK(stock_move(c, &(struct stock_take){ &m, 1, false, OWNER_ORDER, ANNA }));
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 1);
    EXPECT_INT(level(c, s.arbat, s.phone).held, 1);
    EXPECT_OK(stock_move(c, &(struct stock_take){ &m, 1, false, OWNER_ORDER, ANNA }));
    EXPECT_INT(level(c, s.arbat, s.phone).held, 1);
    balanced(c);
}

static void offline_till(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold anna = ask(s.arbat, s.phone, ANNA, 1);
    const struct stock_move m = sold(s.arbat, s.phone, 51, 1, c->now - HOUR_MS),
                            unheard = sold(s.tver, s.phone, 52, 1, c->now - HOUR_MS);

    receive(c, s.arbat, s.phone, 1);
    EXPECT_OK(stock_hold_open(c, &anna, 1));
    EXPECT_OK(stock_move(c, &(struct stock_take){ &m, 1, true, -1, 0 }));
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'stock.short'"), 1);
    EXPECT_OK(stock_move(c, &(struct stock_take){ &unheard, 1, true, -1, 0 }));
    EXPECT_INT(level(c, s.tver, s.phone).on_hand, -1);
    EXPECT_INT(free_at(c, s.tver, s.phone), 0);
    balanced(c);
}

/* clang-format off */
static const struct test tests[] = {
    { "two buyers, one piece: the second is told what is left", two_buyers },
    { "two lines of one order draw on the same pieces together", two_lines_of_one },
    { "every short line is named and nothing is kept of the others", every_short_line },
    { "a hold of nothing, until yesterday or of the unknown names its field", bad_asks },
    { "asking again changes the promise by the difference", the_difference },
    { "a refused change leaves the earlier promise as it was", refused_difference },
    { "goods that were given up are for sale again, once", given_up },
    { "a basket's goods become the order's without a gap", basket_to_order },
    { "the safety stock is not promised to buyers", safety_stock },
    { "a basket that sleeps too long loses its goods, one that woke keeps them", overslept },
    { "a move that is told twice happens once", moves_once },
    { "what is promised to one is not sold to another", promised_is_not_sold },
    { "a handover comes out of the buyer's own hold", handover },
    { "an offline till's sale is written as it was, and the shortage told", offline_till },
};
/* clang-format on */

int main(void)
{
    return test_main("stock", tests, COUNT(tests));
}
