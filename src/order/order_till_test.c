#include "order/order_test_steps.h"

#include "base/time.h"
#include "order/order_return.h"
#include "order/order_till.h"

/* ---- Receipts put by --------------------------------------------------------- */

static struct parked put_by(struct ctx *c, const struct chain *t)
{
    struct parked_line l[] = { { .variant_id = t->cover, .qty = 2 },
                               { .variant_id = t->phone, .qty = 1, .serial = "SN-1" } };
    struct parked p = { .place_id = t->arbat,
                        .customer_id = NONE,
                        .note = "синяя куртка",
                        .total_minor = 5300000,
                        .lines = { l, 2 } };

    EXPECT_OK(order_park(c, &p));
    return p;
}

static void another_till(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct parked got = { 0 };
    struct list waiting;

    test_as_staff(c);
    const struct parked p = put_by(c, &t);
    EXPECT_OK(order_parked_list(c, t.arbat, &waiting));
    EXPECT_INT(waiting.n, 1);
    EXPECT_TEXT(((struct parked *)waiting.at)->note, "синяя куртка");
    EXPECT_OK(order_parked_take(c, p.id, &got));
    EXPECT_INT(got.lines.n, 2);
    EXPECT_TEXT(((struct parked_line *)got.lines.at)[0].sku, "X1-COVER");
    EXPECT_TEXT(((struct parked_line *)got.lines.at)[1].serial, "SN-1");
    EXPECT_ERR(order_parked_take(c, p.id, &got), GONE);
    c->fault = (struct fault){ 0 };
    EXPECT_OK(order_parked_list(c, t.arbat, &waiting));
    EXPECT_INT(waiting.n, 0);
}

static void evening(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct parked got = { 0 };

    test_as_staff(c);
    const struct parked p = put_by(c, &t);
    EXPECT_OK(order_parked_expire(c));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM order_parked"), 1);
    c->now = p.until_at + 1;
    EXPECT_ERR(order_parked_take(c, p.id, &got), GONE);
    c->fault = (struct fault){ 0 };
    EXPECT_OK(order_parked_expire(c));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM order_parked"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM order_parked_line"), 0);
}

static void nothing_held(struct ctx *c)
{
    const struct chain t = a_chain(c);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 2);
    put_by(c, &t);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 2);
}

static void not_his_shop(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct parked got = { 0 };

    test_as_staff(c);
    const struct parked p = put_by(c, &t);
    c->who = (struct who){
        .kind = WHO_STAFF, .id = 5, .rights = 1ull << RIGHT_SELL, .place_id = t.tver
    };
    EXPECT_ERR(order_parked_take(c, p.id, &got), DENIED);
}

/* ---- One's own day ----------------------------------------------------------- */

static void sells(struct ctx *c, const struct chain *t, i64 who_id, i64 variant_id,
                  i64 qty)
{
    struct order_new o = asks(ORDER_SALE, t->arbat);

    test_as_staff(c);
    c->who.id = who_id;
    o.pay = PAY_CARD;
    of(c, &o, variant_id, qty);
    placed(c, &o);
}

/* Tomorrow noon at the shop, so that no hour of the test falls on another day. */
static void at_noon(struct ctx *c)
{
    c->now = (c->now / DAY_MS + 1) * DAY_MS + 9 * HOUR_MS;
}

static void own_sales(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct my_day d;

    at_noon(c);
    receive(c, t.arbat, t.cover, 9);
    receive(c, t.arbat, t.cable, 9);
    sells(c, &t, 11, t.cover, 2);
    sells(c, &t, 11, t.cable, 1);
    sells(c, &t, 12, t.cable, 5);
    c->who.id = 11;
    EXPECT_OK(order_my_day(c, t.arbat, &d));
    EXPECT_INT(d.now->receipts, 2);
    EXPECT_INT(d.now->pieces, 3);
    EXPECT_INT(d.now->pieces_x100, 150);
    EXPECT_INT(d.now->sales_minor, 2 * COVER_MINOR + CABLE_MINOR);
    EXPECT_INT(d.now->receipt_minor, (2 * COVER_MINOR + CABLE_MINOR) / 2);
    EXPECT_INT(d.now->accessory_bp, 0);
    EXPECT(d.now->pick_s == NONE);
    EXPECT_INT(d.compared, 0);
}

/* A week ago three covers until noon and one after it: the afternoon is not compared
 * with this morning. */
static void same_weekday(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct my_day d;

    at_noon(c);
    receive(c, t.arbat, t.cover, 9);
    sells(c, &t, 11, t.cover, 3);
    c->now += HOUR_MS;
    sells(c, &t, 11, t.cover, 1);
    c->now += 7 * DAY_MS - HOUR_MS + 1;
    EXPECT_OK(order_my_day(c, t.arbat, &d));
    EXPECT_INT(d.now->receipts, 0);
    EXPECT(d.now->receipt_minor == NONE);
    EXPECT_INT(d.compared, 1);
    EXPECT_INT(d.before->sales_minor, 3 * COVER_MINOR);
    EXPECT_INT(d.before->receipts, 1);
    c->now += DAY_MS;
    EXPECT_OK(order_my_day(c, t.arbat, &d));
    EXPECT_INT(d.compared, 0);
}

static void orders_of_his(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct my_day d;
    i64 id;

    at_noon(c);
    test_as_staff(c);
    receive(c, t.arbat, t.cover, 1);
    const struct order_placed p = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1);
    EXPECT_OK(order_pick_start(c, p.id, t.arbat));
    c->now += 5 * MINUTE_MS;
    make_ready(c, p.id, t.arbat);
    struct order_handover h = { .code = code_of(c, p.id), .place_id = t.arbat };
    pay(c, &h.payments, PAY_CASH, COVER_MINOR);
    EXPECT_OK(order_handover(c, &h, &id));
    struct return_line_new l = { 1, 1, BACK_SELLABLE, NULL };
    const struct return_new n = { .place_id = t.arbat,
                                  .reason = RETURN_WRONG,
                                  .lines = { &l, 1 } };
    EXPECT_OK(order_return(c, p.id, &n, &id));
    EXPECT_OK(order_my_day(c, t.arbat, &d));
    EXPECT_INT(d.now->picked, 1);
    EXPECT_INT(d.now->pick_s, 300);
    EXPECT_INT(d.now->handed_over, 1);
    EXPECT_INT(d.now->returns, 1);
    EXPECT_INT(d.now->returned_minor, COVER_MINOR);
    EXPECT_OK(order_return_undo(c, id));
    EXPECT_OK(order_my_day(c, t.arbat, &d));
    EXPECT_INT(d.now->returns, 0);
}

static void accessories(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct catalog_item item;
    struct catalog_product p = { 0 };
    struct my_day d;

    at_noon(c);
    EXPECT_OK(catalog_item(c, t.cover, &item));
    EXPECT_OK(catalog_product_get(c, item.product_id, &p));
    EXPECT_OK(catalog_compat_rule_put(c, p.category_id, p.category_id, NONE, true));
    receive(c, t.arbat, t.cover, 1);
    sells(c, &t, 11, t.cover, 1);
    EXPECT_OK(order_my_day(c, t.arbat, &d));
    EXPECT_INT(d.now->accessory_minor, COVER_MINOR);
    EXPECT_INT(d.now->accessory_bp, 10000);
}

static const struct test tests[] = {
    { "another till goes on with a receipt, and only one", another_till },
    { "in the evening nobody goes on with it", evening },
    { "nothing is held for a receipt put by", nothing_held },
    { "another shop does not go on with it", not_his_shop },
    { "a seller sees his own sales and nobody else's", own_sales },
    { "he is compared with himself until this hour", same_weekday },
    { "orders he picked, handed over and took back are counted", orders_of_his },
    { "accessories have their share", accessories },
};

int main(void)
{
    return test_main("at the till", tests, COUNT(tests));
}
