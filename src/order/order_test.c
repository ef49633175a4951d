#include "order/order_test_steps.h"

#include "base/qr.h"
#include "base/time.h"
#include "job/job.h"

/* ---- Numbers, states --------------------------------------------------------- */

static void numbers(struct ctx *c)
{
    const char *n = order_number_new(c);
    i64 id = 0;

    EXPECT_INT(strlen(n), 9);
    EXPECT(n[3] == '-');
    EXPECT_TEXT(order_number_norm(c->mem, "7k2m9qfx"), "7K2-M9QFX");
    EXPECT_TEXT(order_number_norm(c->mem, " 7K2 M9QFX "), "7K2-M9QFX");
    EXPECT_TEXT(order_number_norm(c->mem, "7KO-MIQLX"), "7K0-M1Q1X");
    EXPECT(!order_number_norm(c->mem, "7K2-M9QF"));
    EXPECT(!order_number_norm(c->mem, "7K2-M9QFXX"));
    EXPECT(!order_number_norm(c->mem, "7K2-M9QFU"));
    EXPECT(!order_number_norm(c->mem, "Заказ 7"));
    EXPECT(order_token_read(
        order_token_shown(c->mem, 1234567890123456789, "0123456789ABCDEF"), &id));
    EXPECT_INT(id, 1234567890123456789);
    EXPECT(!order_token_read("ZZZZZZZZZZZZZ0123456789ABCDEF", &id));
}

static void random_numbers_differ(struct ctx *c)
{
    const char *seen[200];

    for (size_t k = 0; k < COUNT(seen); k++) {
        seen[k] = order_token_new(c);
        for (size_t m = 0; m < k; m++) EXPECT(strcmp(seen[k], seen[m]) != 0);
    }
}

static void a_seed_repeats(struct ctx *c)
{
    struct ids a = { 0 }, b = { 0 };

    c->ids = &a;
    const char *first = order_number_new(c);
    c->ids = &b;
    EXPECT_TEXT(order_number_new(c), first);
    c->ids = NULL;
}

static void states(struct ctx *c)
{
    (void)c;
    for (int to = 0; to < ORDER_STATES; to++) {
        EXPECT(!order_may_move(ORDER_DONE, to));
        EXPECT(!order_may_move(ORDER_CANCELLED, to));
        EXPECT(!order_may_move(ORDER_EXPIRED, to));
        EXPECT(!order_may_move(to, to));
    }
    EXPECT(order_may_move(ORDER_PLACED, ORDER_PICKING));
    EXPECT(order_may_move(ORDER_READY, ORDER_DONE));
    EXPECT(!order_may_move(ORDER_READY, ORDER_PLACED));
    EXPECT(!fulfil_may_move(FULFIL_HANDED_OVER, FULFIL_CANCELLED));
    EXPECT(!fulfil_may_move(FULFIL_READY, FULFIL_PICKING));
}

static int judged(struct ctx *c, int a, int b)
{
    struct order_fulfilment f[] = { { .state = a }, { .state = b } };
    const struct list two = { f, 2 };

    (void)c;
    return order_state_of(&two);
}

static void judging(struct ctx *c)
{
    EXPECT_INT(judged(c, FULFIL_PLANNED, FULFIL_PLANNED), ORDER_PLACED);
    EXPECT_INT(judged(c, FULFIL_PLANNED, FULFIL_PICKING), ORDER_PICKING);
    EXPECT_INT(judged(c, FULFIL_READY, FULFIL_PICKING), ORDER_PICKING);
    EXPECT_INT(judged(c, FULFIL_READY, FULFIL_READY), ORDER_READY);
    EXPECT_INT(judged(c, FULFIL_READY, FULFIL_HANDED_OVER), ORDER_READY);
    EXPECT_INT(judged(c, FULFIL_SHIPPED, FULFIL_HANDED_OVER), ORDER_SHIPPED);
    EXPECT_INT(judged(c, FULFIL_CANCELLED, FULFIL_HANDED_OVER), ORDER_DONE);
    EXPECT_INT(judged(c, FULFIL_CANCELLED, FULFIL_CANCELLED), ORDER_CANCELLED);
}

/* ---- Placing ----------------------------------------------------------------- */

static void pickup(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_PICKUP, t.arbat);

    receive(c, t.arbat, t.phone, 2);
    receive(c, t.arbat, t.cover, 5);
    of(c, &o, t.phone, 1);
    of(c, &o, t.cover, 3);
    const struct order_placed p = placed(c, &o);

    EXPECT_INT(p.total_minor, PHONE_MINOR + 3 * COVER_MINOR);
    EXPECT_INT(p.state, ORDER_PLACED);
    EXPECT(p.deadline_at == NONE);
    EXPECT_INT(free_at(c, t.arbat, t.phone), 1);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 2);
    EXPECT_INT(level(c, t.arbat, t.phone).on_hand, 2);
    const struct order got = the(c, p.id);
    EXPECT_INT(got.lines.n, 2);
    EXPECT_INT(got.history.n, 1);
    EXPECT_TEXT(((struct order_line *)got.lines.at)[0].sku, "X1-BLK");
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'order.placed'"), 1);
    EXPECT_BALANCED();
}

static void short_order(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_PICKUP, t.arbat);
    struct order_placed p;

    receive(c, t.arbat, t.phone, 1);
    of(c, &o, t.cover, 1);
    of(c, &o, t.phone, 2);
    EXPECT_ERR(order_place(c, &o, &p), STOCK_SHORT);
    EXPECT_TEXT(c->fault.field, "lines[0].qty");
    EXPECT_TEXT(c->fault.next->field, "lines[1].qty");
    EXPECT_INT(free_at(c, t.arbat, t.phone), 1);
}

static void two_lines(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_PICKUP, t.arbat);
    struct order_placed p;

    receive(c, t.arbat, t.cover, 3);
    of(c, &o, t.cover, 2);
    of(c, &o, t.cover, 2);
    EXPECT_ERR(order_place(c, &o, &p), STOCK_SHORT);
    receive(c, t.arbat, t.cover, 1);
    p = placed(c, &o);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 0);
    EXPECT_OK(order_line_cancel(c, p.id, 1, 1, "передумала"));
    EXPECT_INT(free_at(c, t.arbat, t.cover), 1);
    EXPECT_BALANCED();
}

static void price_changed(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_PICKUP, t.arbat);
    struct order_placed p;

    receive(c, t.arbat, t.cover, 3);
    of(c, &o, t.cover, 1)->price_minor = COVER_MINOR - 1;
    EXPECT_ERR(order_place(c, &o, &p), CHANGED);
    EXPECT_TEXT(c->fault.field, "lines[0].price_minor");
    ((struct order_line_new *)o.lines.at)->price_minor = COVER_MINOR;
    EXPECT_INT(placed(c, &o).total_minor, COVER_MINOR);
}

static void bad_asks(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_PICKUP, t.arbat);
    struct order_placed p;

    EXPECT_ERR(order_place(c, &o, &p), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "lines");
    of(c, &o, 77, 1);
    EXPECT_ERR(order_place(c, &o, &p), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "lines[0].variant_id");
    *(struct order_line_new *)o.lines.at =
        (struct order_line_new){ t.cover, 0, NULL, NONE };
    EXPECT_ERR(order_place(c, &o, &p), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "lines[0].qty");
    ((struct order_line_new *)o.lines.at)->qty = 1;
    o.place_id = 12345;
    EXPECT_ERR(order_place(c, &o, &p), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "place_id");
    o.place_id = t.arbat;
    o.phone = NULL;
    EXPECT_ERR(order_place(c, &o, &p), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "phone");
    o.kind = ORDER_DELIVERY;
    EXPECT_ERR(order_place(c, &o, &p), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "address");
}

static void closed_shop(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_RESERVE, t.arbat);
    struct order_placed p;
    struct place shop;

    receive(c, t.arbat, t.cover, 1);
    of(c, &o, t.cover, 1);
    EXPECT_OK(place_get(c, t.arbat, &shop));
    shop.can_reserve = false;
    EXPECT_OK(place_put(c, &shop));
    EXPECT_ERR(order_place(c, &o, &p), WRONG_STATE);
    EXPECT_TEXT(c->fault.field, "place_id");
    o.kind = ORDER_PICKUP;
    placed(c, &o);
}

static void promised(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct place shop;
    struct place_hours all[7];

    receive(c, t.arbat, t.cover, 2);
    EXPECT_OK(place_get(c, t.arbat, &shop));
    for (int k = 0; k < 7; k++) all[k] = (struct place_hours){ k, 600, 1200 };
    shop.hours = (struct list){ all, 7 };
    EXPECT_OK(place_put(c, &shop));
    const i64 day = time_day(TEST_NOW, 180) + 1;
    c->now = time_from(day, 11 * 60, 180);
    EXPECT_INT(order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1).promised_at,
               time_from(day, 12 * 60, 180));
    c->now = time_from(day, 19 * 60 + 30, 180);
    EXPECT_INT(order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1).promised_at,
               time_from(day + 1, 10 * 60 + 30, 180));
}

/* ---- Picking and handing over ------------------------------------------------ */

static void main_job(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_handover h = { .place_id = t.arbat };
    struct list todo = { 0 };
    i64 id;

    test_as_staff(c);
    receive(c, t.arbat, t.phone, 2);
    const struct order_placed p = order_of(c, ORDER_PICKUP, t.arbat, t.phone, 2);
    EXPECT_OK(order_picking(c, t.arbat, -1, &todo));
    EXPECT_INT(todo.n, 1);
    EXPECT_OK(order_pick_start(c, p.id, t.arbat));
    EXPECT_INT(state_of(c, p.id), ORDER_PICKING);
    EXPECT_OK(order_pick_line(c, p.id, 1, 1));
    EXPECT_ERR(order_ready(c, p.id, &(struct order_at_place){ .place_id = t.arbat }),
               WRONG_STATE);
    EXPECT_OK(order_pick_line(c, p.id, 1, 2));
    make_ready(c, p.id, t.arbat);
    EXPECT_INT(state_of(c, p.id), ORDER_READY);
    EXPECT_INT(strlen(code_of(c, p.id)), 6);
    EXPECT(the(c, p.id).deadline_at > c->now + 2 * DAY_MS);

    h.code = arena_printf(c->mem, "%s/%s", p.number, code_of(c, p.id));
    EXPECT_ERR(order_handover(c, &h, &id), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "serials");
    db_rollback(c);
}

static void handover(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = two_phones(c, &t);
    struct order_handover h = { .place_id = t.arbat, .code = code_of(c, p.id) };
    i64 id = 0;

    serial(c, &h.serials, t.phone, imei(c, 1));
    serial(c, &h.serials, t.phone, imei(c, 2));
    pay(c, &h.payments, PAY_CASH, PHONE_MINOR);
    pay(c, &h.payments, PAY_CARD, PHONE_MINOR);
    EXPECT_OK(order_handover(c, &h, &id));
    EXPECT_INT(id, p.id);
    const struct order o = the(c, id);
    EXPECT_INT(o.state, ORDER_DONE);
    EXPECT_INT(o.paid_minor, 2 * PHONE_MINOR);
    EXPECT_INT(o.payments.n, 2);
    EXPECT_INT(o.serials.n, 2);
    EXPECT_INT(level(c, t.arbat, t.phone).on_hand, 0);
    EXPECT_INT(level(c, t.arbat, t.phone).held, 0);
    EXPECT_ERR(order_handover(c, &h, &id), NOT_FOUND);
    EXPECT_INT(
        test_int(c,
                 "SELECT COUNT(*) FROM staff_audit WHERE what = 'order.handed_over'"),
        1);
    EXPECT_BALANCED();
}

static void wrong_code(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = two_phones(c, &t);
    struct order_handover h = { .place_id = t.tver, .code = code_of(c, p.id) };
    i64 id;

    EXPECT_ERR(order_handover(c, &h, &id), NOT_FOUND);
    h.place_id = t.arbat;
    h.code = "x";
    EXPECT_ERR(order_handover(c, &h, &id), NOT_FOUND);
    h.code = NULL;
    EXPECT_ERR(order_handover(c, &h, &id), NOT_FOUND);
}

static void unpaid(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_handover h = { .place_id = t.arbat };
    i64 id;

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 1);
    const struct order_placed p = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1);
    make_ready(c, p.id, t.arbat);
    h.code = code_of(c, p.id);
    EXPECT_ERR(order_handover(c, &h, &id), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "payments");
}

static void overpaid(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_payment_new p = { PAY_CARD, COVER_MINOR + 1, "slip 1" };

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 1);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1).id;
    EXPECT_ERR(order_pay(c, id, &p), BAD_ARGUMENT);
}

static void one_slip(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_payment_new p = { PAY_CARD, COVER_MINOR, "slip 1" };

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 2);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 2).id;
    EXPECT_OK(order_pay(c, id, &p));
    EXPECT_OK(order_pay(c, id, &p));
    EXPECT_INT(the(c, id).paid_minor, COVER_MINOR);
    EXPECT_INT(the(c, id).payments.n, 1);
    p.ref = "slip 2";
    EXPECT_OK(order_pay(c, id, &p));
    EXPECT_INT(the(c, id).paid_minor, 2 * COVER_MINOR);
    EXPECT_BALANCED();
}

static void short_pick(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_found found[] = { { 1, 2 } };
    const struct order_at_place at = { t.arbat, { found, 1 } };

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 3);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 3).id;
    EXPECT_OK(order_pay(
        c, id, &(struct order_payment_new){ PAY_CARD, 3 * COVER_MINOR, NULL }));
    EXPECT_OK(order_pick_start(c, id, t.arbat));
    EXPECT_OK(order_ready(c, id, &at));
    const struct order o = the(c, id);
    EXPECT_INT(o.state, ORDER_READY);
    EXPECT_INT(o.total_minor, 2 * COVER_MINOR);
    EXPECT_INT(o.paid_minor, 2 * COVER_MINOR);
    EXPECT_INT(o.payments.n, 2);
    EXPECT_INT(level(c, t.arbat, t.cover).on_hand, 2);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'order.short'"),
               1);
    EXPECT_BALANCED();
}

static void nothing_found(struct ctx *c)
{
    const struct chain t = a_chain(c);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 2);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 2).id;
    EXPECT_OK(order_pick_short(c, id,
                               &(struct order_short_pick){ t.arbat, 1, 1, "витрина" }));
    EXPECT_INT(state_of(c, id), ORDER_PICKING);
    EXPECT_OK(
        order_pick_short(c, id, &(struct order_short_pick){ t.arbat, 1, 1, NULL }));
    EXPECT_INT(state_of(c, id), ORDER_CANCELLED);
    EXPECT_INT(level(c, t.arbat, t.cover).on_hand, 0);
    EXPECT_BALANCED();
}

/* ---- Till -------------------------------------------------------------------- */

static void sale(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_SALE, t.arbat);

    test_as_staff(c);
    receive(c, t.arbat, t.phone, 1);
    receive(c, t.arbat, t.cable, 2);
    o.phone = o.name = NULL;
    of(c, &o, t.phone, 1)->serial = imei(c, 7);
    of(c, &o, t.cable, 2);
    pay(c, &o.payments, PAY_CASH, PHONE_MINOR);
    pay(c, &o.payments, PAY_CARD, 2 * CABLE_MINOR);
    const struct order_placed p = placed(c, &o);
    EXPECT_INT(p.state, ORDER_DONE);
    EXPECT_INT(p.customer_id, 0);
    EXPECT_INT(level(c, t.arbat, t.phone).on_hand, 0);
    EXPECT_INT(level(c, t.arbat, t.cable).on_hand, 0);
    EXPECT_INT(the(c, p.id).paid_minor, p.total_minor);
    EXPECT_INT(the(c, p.id).serials.n, 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'order.sold'"),
               1);
    EXPECT_BALANCED();
}

static void sale_money(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_SALE, t.arbat);
    struct order_placed p;

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 1);
    of(c, &o, t.cover, 1);
    o.pay = PAY_NONE;
    EXPECT_ERR(order_place(c, &o, &p), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "payments");
    pay(c, &o.payments, PAY_CASH, COVER_MINOR - 1);
    EXPECT_ERR(order_place(c, &o, &p), BAD_ARGUMENT);
    o.payments = (struct list){ 0 };
    o.pay = PAY_CASH;
    EXPECT_INT(placed(c, &o).total_minor, COVER_MINOR);
}

static void sale_serial(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_SALE, t.arbat);
    struct order_placed p;

    test_as_staff(c);
    o.pay = PAY_CARD;
    receive(c, t.arbat, t.phone, 1);
    of(c, &o, t.phone, 1);
    EXPECT_ERR(order_place(c, &o, &p), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "lines[0].serial");
}

static void sale_of_held(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_SALE, t.arbat);
    struct order_placed p;

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 1);
    order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1);
    o.pay = PAY_CASH;
    of(c, &o, t.cover, 1);
    EXPECT_ERR(order_place(c, &o, &p), STOCK_SHORT);
    EXPECT_TEXT(c->fault.field, "lines[0].qty");
}

static void offline_sale(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_SALE, t.arbat);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 1);
    c->now += HOUR_MS;
    order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1);
    o.pay = PAY_CASH;
    o.sold_at = c->now - MINUTE_MS;
    of(c, &o, t.cover, 1)->price_minor = COVER_MINOR - 5000;
    const struct order_placed p = placed(c, &o);
    EXPECT_INT(the(c, p.id).placed_at, o.sold_at);
    EXPECT_INT(p.total_minor, COVER_MINOR - 5000);
    EXPECT_TEXT(((struct order_step *)the(c, p.id).history.at)[1].why,
                "X1-COVER: 1450.00, not 1500.00");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_audit"
                           " WHERE what = 'order.price_overruled'"),
               1);
    EXPECT_INT(level(c, t.arbat, t.cover).on_hand, 0);
    EXPECT_INT(level(c, t.arbat, t.cover).held, 1);
    EXPECT_BALANCED();
}

static void stranger_at_till(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_SALE, t.arbat);
    struct order_placed p;

    receive(c, t.arbat, t.cover, 1);
    c->who = (struct who){ .kind = WHO_NOBODY };
    o.pay = PAY_CASH;
    of(c, &o, t.cover, 1);
    EXPECT_ERR(order_place(c, &o, &p), LOGIN);
    c->who = (struct who){
        .kind = WHO_STAFF, .id = 5, .rights = 1ull << RIGHT_SELL, .place_id = t.tver
    };
    EXPECT_ERR(order_place(c, &o, &p), DENIED);
}

/* ---- Cancel, deadlines, other shops ------------------------------------------ */

static void cancel(struct ctx *c)
{
    const struct chain t = a_chain(c);

    receive(c, t.arbat, t.cover, 3);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 2).id;
    EXPECT_INT(free_at(c, t.arbat, t.cover), 1);
    EXPECT_OK(order_cancel(c, id, NULL));
    EXPECT_INT(free_at(c, t.arbat, t.cover), 3);
    EXPECT_INT(state_of(c, id), ORDER_CANCELLED);
    EXPECT_ERR(order_cancel(c, id, NULL), WRONG_STATE);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'order.cancelled'"),
        1);
    EXPECT_BALANCED();
}

static void staff_say_why(struct ctx *c)
{
    const struct chain t = a_chain(c);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 2);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 2).id;
    EXPECT_ERR(order_cancel(c, id, ""), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "why");
    EXPECT_OK(order_cancel(c, id, "брак"));
    const struct order_step *s = the(c, id).history.at;
    EXPECT_TEXT(s[the(c, id).history.n - 1].why, "брак");
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE what = 'order.cancelled'"),
        1);
}

static void cancel_line(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_PICKUP, t.arbat);

    receive(c, t.arbat, t.cover, 3);
    receive(c, t.arbat, t.cable, 1);
    of(c, &o, t.cover, 3);
    of(c, &o, t.cable, 1);
    const i64 id = placed(c, &o).id;
    EXPECT_OK(order_pay(
        c, id,
        &(struct order_payment_new){ PAY_CARD, 3 * COVER_MINOR + CABLE_MINOR, NULL }));
    EXPECT_OK(order_line_cancel(c, id, 1, 2, NULL));
    EXPECT_INT(the(c, id).total_minor, COVER_MINOR + CABLE_MINOR);
    EXPECT_INT(the(c, id).paid_minor, COVER_MINOR + CABLE_MINOR);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 2);
    EXPECT_ERR(order_line_cancel(c, id, 1, 2, NULL), BAD_ARGUMENT);
    EXPECT_ERR(order_line_cancel(c, id, 9, 1, NULL), NOT_FOUND);
    EXPECT_OK(order_line_cancel(c, id, 1, NONE, NULL));
    EXPECT_INT(state_of(c, id), ORDER_PLACED);
    EXPECT_OK(order_line_cancel(c, id, 2, NONE, NULL));
    EXPECT_INT(state_of(c, id), ORDER_CANCELLED);
    EXPECT_INT(the(c, id).paid_minor, 0);
    EXPECT_INT(free_at(c, t.arbat, t.cable), 1);
    EXPECT_BALANCED();
}

static void mixed_refund(struct ctx *c)
{
    const struct chain t = a_chain(c);
    i64 cash = 0, card = 0;

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 2);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 2).id;
    EXPECT_OK(order_pay(
        c, id, &(struct order_payment_new){ PAY_CASH, COVER_MINOR / 2, NULL }));
    EXPECT_OK(order_pay(
        c, id, &(struct order_payment_new){ PAY_CARD, 3 * COVER_MINOR / 2, NULL }));
    EXPECT_OK(order_line_cancel(c, id, 1, 1, "передумала"));
    EXPECT_OK(order_cancel(c, id, "совсем передумала"));
    const struct order o = the(c, id);
    const struct order_payment *p = o.payments.at;
    for (size_t k = 0; k < o.payments.n; k++)
        *(p[k].kind == PAY_CASH ? &cash : &card) += p[k].amount_minor;
    EXPECT_INT(cash, 0);
    EXPECT_INT(card, 0);
    EXPECT_BALANCED();
}

static void nothing_comes_back_twice(struct ctx *c)
{
    const struct chain t = a_chain(c);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 1);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1).id;
    make_ready(c, id, t.arbat);
    EXPECT_OK(order_handover(
        c,
        &(struct order_handover){
            .place_id = t.arbat,
            .code = code_of(c, id),
            .payments = { &(struct order_payment_new){ PAY_CASH, COVER_MINOR, NULL },
                          1 } },
        &(i64){ 0 }));
    EXPECT_ERR(order_cancel(c, id, "поздно"), WRONG_STATE);
    EXPECT_ERR(order_line_cancel(c, id, 1, 1, "поздно"), WRONG_STATE);
}

static void overdue(struct ctx *c)
{
    const struct chain t = a_chain(c);

    receive(c, t.arbat, t.cover, 2);
    const struct order_placed p = order_of(c, ORDER_RESERVE, t.arbat, t.cover, 2);
    EXPECT_INT(p.deadline_at, TEST_NOW + 24 * HOUR_MS);
    c->now = p.deadline_at - 1;
    EXPECT_OK(order_look_at(c, p.id, t.arbat));
    EXPECT_INT(state_of(c, p.id), ORDER_PLACED);
    c->now = p.deadline_at;
    EXPECT_OK(order_look_at(c, p.id, t.arbat));
    EXPECT_INT(state_of(c, p.id), ORDER_EXPIRED);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 2);
    EXPECT_OK(order_look_at(c, p.id, t.arbat));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'order.expired'"), 1);
    EXPECT_BALANCED();
}

static i64 dues(struct ctx *c)
{
    struct list due = { 0 };

    EXPECT_OK(order_dues(c, &due));
    return (i64)due.n;
}

static void reminded_once(struct ctx *c)
{
    const struct chain t = a_chain(c);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 1);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1).id;
    EXPECT_INT(dues(c), 0);
    make_ready(c, id, t.arbat);
    const i64 until_at = the(c, id).deadline_at;
    c->now = until_at - 24 * HOUR_MS - 1;
    EXPECT_INT(dues(c), 0);
    c->now++;
    EXPECT_INT(dues(c), 1);
    EXPECT_OK(order_look_at(c, id, t.arbat));
    EXPECT_INT(dues(c), 0);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'order.reminded'"), 1);
    c->now = until_at;
    EXPECT_INT(dues(c), 1);
    EXPECT_OK(order_look_at(c, id, t.arbat));
    EXPECT_INT(dues(c), 0);
    EXPECT_INT(state_of(c, id), ORDER_EXPIRED);
    EXPECT_TEXT(code_of(c, id), "");
}

static void extend(struct ctx *c)
{
    const struct chain t = a_chain(c);

    receive(c, t.arbat, t.cover, 1);
    const struct order_placed p = order_of(c, ORDER_RESERVE, t.arbat, t.cover, 1);
    c->who = (struct who){ .kind = WHO_CUSTOMER, .id = p.customer_id };
    EXPECT_ERR(order_extend(c, p.id, 9), BAD_ARGUMENT);
    EXPECT_OK(order_extend(c, p.id, 2));
    EXPECT(the(c, p.id).deadline_at > p.deadline_at + DAY_MS);
    EXPECT_ERR(order_extend(c, p.id, 1), WRONG_STATE);
    test_as_staff(c);
    EXPECT_OK(order_extend(c, p.id, 9));
    c->now = p.deadline_at;
    EXPECT_OK(order_look_at(c, p.id, t.arbat));
    EXPECT_INT(state_of(c, p.id), ORDER_PLACED);
}

static void other_shop(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct list todo = { 0 };

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 2);
    const i64 id = order_of(c, ORDER_RESERVE, t.arbat, t.cover, 2).id;
    EXPECT_ERR(order_change_place(c, id, t.tver), STOCK_SHORT);
    receive(c, t.tver, t.cover, 2);
    EXPECT_OK(order_pick_start(c, id, t.arbat));
    EXPECT_OK(order_change_place(c, id, t.tver));
    EXPECT_INT(state_of(c, id), ORDER_PLACED);
    EXPECT_INT(the(c, id).place_id, t.tver);
    EXPECT(the(c, id).deadline_at != NONE);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 2);
    EXPECT_INT(free_at(c, t.tver, t.cover), 0);
    EXPECT_OK(order_picking(c, t.arbat, -1, &todo));
    EXPECT_INT(todo.n, 0);
    EXPECT_OK(order_picking(c, t.tver, -1, &todo));
    EXPECT_INT(todo.n, 1);
    EXPECT_OK(order_change_place(c, id, t.arbat));
    EXPECT_INT(free_at(c, t.tver, t.cover), 2);
    make_ready(c, id, t.arbat);
    EXPECT_ERR(order_change_place(c, id, t.tver), WRONG_STATE);
    EXPECT_BALANCED();
}

/* ---- Delivery ---------------------------------------------------------------- */

static struct order_new to_door(struct ctx *c, const struct chain *t)
{
    struct order_new o = asks(ORDER_DELIVERY, NONE);

    (void)c;
    o.region_id = t->region;
    o.address = "Тверская, 7, кв. 12";
    o.lat_e6 = 55750000;
    o.lon_e6 = 37690000;
    return o;
}

static void nearest(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = to_door(c, &t);

    receive(c, t.arbat, t.cover, 5);
    receive(c, t.tver, t.cover, 5);
    of(c, &o, t.cover, 2);
    const struct order_placed p = placed(c, &o);
    EXPECT_INT(p.place_id, t.tver);
    EXPECT_INT(p.delivery_minor, FEE_MINOR);
    EXPECT_INT(p.total_minor, 2 * COVER_MINOR + FEE_MINOR);
    EXPECT_BALANCED();
}

static void all_from_one(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = to_door(c, &t);

    receive(c, t.tver, t.cover, 1);
    receive(c, t.depot, t.cover, 5);
    receive(c, t.depot, t.phone, 2);
    of(c, &o, t.cover, 2);
    of(c, &o, t.phone, 2);
    const struct order_placed p = placed(c, &o);
    EXPECT_INT(p.place_id, t.depot);
    EXPECT_INT(p.delivery_minor, 0);
    EXPECT_INT(the(c, p.id).fulfilments.n, 1);
}

static i64 parted_order(struct ctx *c, const struct chain *t)
{
    struct order_new o = to_door(c, t);

    receive(c, t->arbat, t->cover, 2);
    receive(c, t->tver, t->cover, 1);
    of(c, &o, t->cover, 3);
    return placed(c, &o).id;
}

static void parted(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 id = parted_order(c, &t);
    const struct order o = the(c, id);

    EXPECT_INT(o.fulfilments.n, 2);
    EXPECT_INT(o.lines.n, 2);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 0);
    EXPECT_INT(free_at(c, t.tver, t.cover), 0);
    EXPECT_BALANCED();
}

static void too_much_for_all(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = to_door(c, &t);
    struct order_placed p;

    receive(c, t.arbat, t.cover, 2);
    receive(c, t.tver, t.cover, 1);
    of(c, &o, t.cover, 4);
    EXPECT_ERR(order_place(c, &o, &p), STOCK_SHORT);
    EXPECT_TEXT(c->fault.message, "all places together have 3 free of 4");
}

static void road(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 id = parted_order(c, &t);
    struct order_handover a = { .place_id = t.arbat }, b = { .place_id = t.tver };

    test_as_staff(c);
    EXPECT_ERR(order_ship(c, id, &a), WRONG_STATE);
    make_ready(c, id, t.arbat);
    EXPECT_OK(order_ship(c, id, &a));
    EXPECT_INT(state_of(c, id), ORDER_PICKING);
    make_ready(c, id, t.tver);
    EXPECT_OK(order_ship(c, id, &b));
    EXPECT_INT(state_of(c, id), ORDER_SHIPPED);
    EXPECT_INT(level(c, t.arbat, t.cover).on_hand, 0);
    EXPECT_OK(order_delivered(c, id, &a));
    EXPECT_INT(state_of(c, id), ORDER_SHIPPED);
    pay(c, &b.payments, PAY_CARD, the(c, id).total_minor);
    EXPECT_OK(order_delivered(c, id, &b));
    EXPECT_INT(state_of(c, id), ORDER_DONE);
    EXPECT_BALANCED();
}

static void half_refused(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 id = parted_order(c, &t);
    struct order_handover a = { .place_id = t.arbat }, b = { .place_id = t.tver };

    test_as_staff(c);
    make_ready(c, id, t.arbat);
    make_ready(c, id, t.tver);
    EXPECT_OK(order_ship(c, id, &a));
    EXPECT_OK(order_ship(c, id, &b));
    pay(c, &a.payments, PAY_CARD, 2 * COVER_MINOR + FEE_MINOR);
    EXPECT_OK(order_delivered(c, id, &a));
    EXPECT_OK(order_cancel(c, id, "второй посылке не рады"));
    const struct order o = the(c, id);
    EXPECT_INT(o.state, ORDER_DONE);
    EXPECT_INT(o.total_minor, 2 * COVER_MINOR + FEE_MINOR);
    EXPECT_INT(o.paid_minor, o.total_minor);
    EXPECT_INT(level(c, t.tver, t.cover).on_hand, 1);
    EXPECT_INT(level(c, t.tver, t.cover).held, 0);
    EXPECT_BALANCED();
}

static void slots(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = to_door(c, &t);
    struct order_placed p;
    struct list all = { 0 };

    receive(c, t.tver, t.cover, 9);
    of(c, &o, t.cover, 1);
    EXPECT_OK(order_slots_open(c));
    EXPECT_OK(order_slots_open(c));
    EXPECT_OK(order_slots(c, t.region, &all));
    EXPECT(all.n > 15);
    struct order_slot s = *(struct order_slot *)all.at;
    EXPECT(s.from_at >= c->now + 2 * HOUR_MS);
    s.capacity = 1;
    EXPECT_OK(order_slot_put(c, &s));
    o.slot_id = s.id;
    p = placed(c, &o);
    EXPECT_INT(p.promised_at, s.to_at);
    EXPECT_ERR(order_place(c, &o, &(struct order_placed){ 0 }), WRONG_STATE);
    EXPECT_TEXT(c->fault.field, "slot_id");
    EXPECT_OK(order_cancel(c, p.id, NULL));
    p = placed(c, &o);
    EXPECT_BALANCED();
    o.slot_id = 5;
    EXPECT_ERR(order_place(c, &o, &p), NO_SUCH);
}

/* ---- Lists, links, exchange -------------------------------------------------- */

static void links(struct ctx *c)
{
    const struct chain t = a_chain(c);
    i64 id = 0;

    receive(c, t.arbat, t.cover, 1);
    const struct order_placed p = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1);
    EXPECT_OK(order_find(c, p.number, &id));
    EXPECT_INT(id, p.id);
    EXPECT_OK(order_find(c, p.token, &id));
    EXPECT_INT(id, p.id);
    char *wrong = arena_strdup(c->mem, p.token, strlen(p.token));
    wrong[28] = wrong[28] == '0' ? '1' : '0';
    EXPECT_ERR(order_find(c, wrong, &id), NOT_FOUND);
    EXPECT_ERR(order_find(c, "AAA-AAAAA", &id), NOT_FOUND);
}

static void pages(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_filter f = { 2, NULL, NONE, NONE, -1, NULL, NULL };
    struct order_page page;
    i64 ids[3];

    receive(c, t.arbat, t.cover, 9);
    for (int k = 0; k < 3; k++)
        ids[k] = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1).id;
    EXPECT_OK(order_cancel(c, ids[1], NULL));
    for (int way = 0; way < 3; way++) {
        f.place_id = way == 1 ? t.arbat : NONE;
        f.customer_id = way == 2 ? the(c, ids[0]).customer_id : NONE;
        f.after = NULL;
        f.state = -1;
        EXPECT_OK(order_list(c, &f, &page));
        EXPECT_INT(page.items.n, 2);
        EXPECT_INT(((struct order_row *)page.items.at)[0].id, ids[2]);
        if (way == 2) EXPECT_INT(((struct order_row *)page.items.at)[1].lines.n, 1);
        f.after = page.next;
        EXPECT_OK(order_list(c, &f, &page));
        EXPECT_INT(page.items.n, 1);
        EXPECT_INT(((struct order_row *)page.items.at)[0].id, ids[0]);
        EXPECT(!page.next);
        f.after = NULL;
        f.state = ORDER_CANCELLED;
        EXPECT_OK(order_list(c, &f, &page));
        EXPECT_INT(page.items.n, 1);
        f.state = ORDER_PLACED;
        EXPECT_OK(order_list(c, &f, &page));
        EXPECT_INT(page.items.n, 2);
    }
    f = (struct order_filter){ 2, NULL, NONE, NONE, -1, the(c, ids[1]).number, NULL };
    EXPECT_OK(order_list(c, &f, &page));
    EXPECT_INT(page.items.n, 1);
}

static void profile(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new till = asks(ORDER_SALE, t.tver);
    struct order_profile p;

    receive(c, t.arbat, t.cover, 5);
    receive(c, t.tver, t.cable, 5);
    const struct order_placed site = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 2);
    till.pay = PAY_CASH;
    of(c, &till, t.cable, 1);
    placed(c, &till);
    EXPECT_OK(order_profile(c, site.customer_id, &p));
    EXPECT_INT(p.orders.n, 2);
    EXPECT_INT(((struct order_row *)p.orders.at)[0].kind, ORDER_SALE);
    EXPECT_INT(((struct order_row *)p.orders.at)[1].lines.n, 1);
    EXPECT_INT(p.holds.n, 1);
    EXPECT_INT(((struct order_hold *)p.holds.at)[0].qty, 2);
    EXPECT_INT(p.orders_all, 2);
    EXPECT_INT(p.orders_open, 1);
    EXPECT_INT(p.orders_done, 1);
    EXPECT_INT(p.spent_minor, CABLE_MINOR);
    EXPECT_INT(p.events.n, 2);
    EXPECT_TEXT(p.customer->phone, "+79161234567");
}

static void exchange(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct list out;

    receive(c, t.arbat, t.cover, 5);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 2).id;
    EXPECT_OK(event_drain(c, modules));
    EXPECT_OK(order_changed(c, 0, 10, &out));
    EXPECT_INT(out.n, 1);
    const struct order_out first = *(struct order_out *)out.at;
    EXPECT_INT(first.order.id, id);
    EXPECT_INT(first.order.lines.n, 1);
    EXPECT_TEXT(first.phone, "+79161234567");
    EXPECT_TEXT(first.place_code, "M1");
    EXPECT_OK(order_line_cancel(c, id, 1, 1, NULL));
    EXPECT_OK(event_drain(c, modules));
    EXPECT_OK(order_taken(c, id, first.pos));
    EXPECT_OK(order_changed(c, 0, 10, &out));
    EXPECT_INT(out.n, 1); /* changed meanwhile: still to be taken */
    EXPECT_OK(order_taken(c, id, ((struct order_out *)out.at)->pos));
    EXPECT_OK(order_changed(c, 0, 10, &out));
    EXPECT_INT(out.n, 0);
}

static i64 told(struct ctx *c, const char *what)
{
    return test_int(
        c, arena_printf(c->mem, "SELECT COUNT(*) FROM message_outbox WHERE %s", what));
}

static void messages(struct ctx *c)
{
    const struct chain t = a_chain(c);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 5);
    const struct order_placed p = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 2);
    EXPECT_OK(event_drain(c, modules));
    EXPECT_INT(told(c, arena_printf(c->mem, "body LIKE '%%%s%%'", p.number)), 1);
    EXPECT_OK(
        order_pick_short(c, p.id, &(struct order_short_pick){ t.arbat, 1, 1, NULL }));
    make_ready(c, p.id, t.arbat);
    EXPECT_OK(event_drain(c, modules));
    EXPECT_INT(told(c, arena_printf(c->mem, "body LIKE '%%%s%%'", code_of(c, p.id))),
               1);
    EXPECT_INT(told(c, "body LIKE '%1500.00%'"), 1);
    c->now = the(c, p.id).deadline_at;
    EXPECT_OK(order_look_at(c, p.id, t.arbat));
    EXPECT_OK(event_drain(c, modules));
    EXPECT_INT(told(c, "1 = 1"), 4);
}

static void outside(struct ctx *c)
{
    const struct chain t = a_chain(c);

    receive(c, t.arbat, t.cover, 5);
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 2).id;
    EXPECT_OK(order_state_from_outside(c, id, ORDER_READY, "1C"));
    EXPECT_OK(order_state_from_outside(c, id, ORDER_READY, "1C"));
    EXPECT_INT(strlen(code_of(c, id)), 6);
    EXPECT_ERR(order_state_from_outside(c, id, ORDER_SHIPPED, "1C"), WRONG_STATE);
    EXPECT_OK(order_state_from_outside(c, id, ORDER_DONE, "1C"));
    EXPECT_INT(level(c, t.arbat, t.cover).on_hand, 3);
    EXPECT_INT(level(c, t.arbat, t.cover).held, 0);
    EXPECT_ERR(order_state_from_outside(c, id, ORDER_CANCELLED, "1C"), WRONG_STATE);
    const i64 other = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 2).id;
    EXPECT_OK(order_state_from_outside(c, other, ORDER_CANCELLED, "1C"));
    EXPECT_INT(free_at(c, t.arbat, t.cover), 3);
    EXPECT_BALANCED();
}

static void tracked(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = to_door(c, &t);
    struct order_handover h = { .place_id = t.arbat };

    test_as_staff(c);
    receive(c, t.arbat, t.phone, 4);
    /* One is not on the shelf; the other is handed over by 1C, which has its IMEI. */
    const i64 id = order_of(c, ORDER_PICKUP, t.arbat, t.phone, 2).id;
    EXPECT_OK(
        order_pick_short(c, id, &(struct order_short_pick){ t.arbat, 1, 1, NULL }));
    EXPECT_OK(order_state_from_outside(c, id, ORDER_DONE, "1C"));
    EXPECT_INT(level(c, t.arbat, t.phone).on_hand, 2);
    /* Another goes to the door and back, and is sold again by its IMEI. */
    of(c, &o, t.phone, 1);
    const i64 home = placed(c, &o).id;
    make_ready(c, home, t.arbat);
    EXPECT_ERR(order_ship(c, home, &h), BAD_ARGUMENT);
    db_rollback(c);
}

static void there_and_back(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = to_door(c, &t), sale = asks(ORDER_SALE, t.arbat);
    struct order_handover h = { .place_id = t.arbat };

    test_as_staff(c);
    receive(c, t.arbat, t.phone, 1);
    of(c, &o, t.phone, 1);
    const i64 id = placed(c, &o).id;
    make_ready(c, id, t.arbat);
    serial(c, &h.serials, t.phone, imei(c, 3));
    EXPECT_OK(order_ship(c, id, &h));
    EXPECT_INT(level(c, t.arbat, t.phone).on_hand, 0);
    EXPECT_OK(order_cancel(c, id, "не открыли дверь"));
    EXPECT_INT(level(c, t.arbat, t.phone).on_hand, 1);
    EXPECT_INT(the(c, id).serials.n, 0);
    sale.pay = PAY_CARD;
    of(c, &sale, t.phone, 1)->serial = imei(c, 3);
    placed(c, &sale);
    EXPECT_INT(level(c, t.arbat, t.phone).on_hand, 0);
    EXPECT_BALANCED();
}

static void load(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_line_past l[] = {
        { t.cover, 2, COVER_MINOR, 2200, "X1-COVER", "Чехол" },
        { t.cable, 1, CABLE_MINOR, 2200, "X1-CABLE", "Кабель" }
    };
    struct order_past o[50];
    struct ids ids = { 0 };

    c->ids = &ids;
    for (size_t k = 0; k < COUNT(o); k++)
        o[k] = (struct order_past){ .id = id_new(c),
                                    .customer_id = 100 + (i64)k / 10,
                                    .place_id = k % 2 ? t.arbat : t.tver,
                                    .region_id = t.region,
                                    .kind = ORDER_SALE,
                                    .channel = CHANNEL_SHOP,
                                    .state = ORDER_DONE,
                                    .pay = PAY_CASH,
                                    .placed_at = c->now - DAY_MS,
                                    .promised_at = c->now,
                                    .done_at = c->now,
                                    .lines = l,
                                    .n = 2 };
    EXPECT_OK(order_load(c, o, COUNT(o)));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM order_line"), 100);
    EXPECT_INT(the(c, o[7].id).paid_minor, 2 * COVER_MINOR + CABLE_MINOR);
    /* A slice that draws the same numbers gets others. */
    ids = (struct ids){ 0 };
    for (size_t k = 0; k < COUNT(o); k++) o[k].id = id_new(c) + 5;
    EXPECT_OK(order_load(c, o, COUNT(o)));
    EXPECT_INT(test_int(c, "SELECT COUNT(DISTINCT number) FROM order_order"), 100);
    c->ids = NULL;
    EXPECT_BALANCED();
}

static void qr(struct ctx *c)
{
    const char *svg;
    size_t n;

    EXPECT_OK(qr_svg(c, "7K2-M9QFX/123456", &svg, &n));
    EXPECT(strstr(svg, "viewBox=\"-4 -4 33 33\""));
    EXPECT(strstr(svg, "M0 0h7v1h-7z"));
    EXPECT_INT(strlen(svg), n);
}

static const struct test tests[] = {
    { "a number is read in any spelling and a link gives its order's id", numbers },
    { "secrets of links are never alike", random_numbers_differ },
    { "the same seed gives the same numbers", a_seed_repeats },
    { "what is over stays over", states },
    { "an order is what its places have done", judging },
    { "an order for pick-up holds the goods and tells its price", pickup },
    { "an order names every line that is short, and holds nothing", short_order },
    { "two lines of one variant draw on one stock", two_lines },
    { "a price other than the one shown is said, not charged", price_changed },
    { "an order without goods, shop, buyer or address names the member", bad_asks },
    { "a shop that does not reserve says so", closed_shop },
    { "ready-by counts opening hours", promised },
    { "a half-picked list is not ready, and a telephone needs its IMEI", main_job },
    { "with code, IMEIs and money the goods are handed over, once", handover },
    { "a code of another shop, or none, opens nothing", wrong_code },
    { "who has not paid gets nothing", unpaid },
    { "nobody pays more than he owes", overpaid },
    { "the same slip twice is one payment", one_slip },
    { "a short pick leaves the bill, the book and gives money back", short_pick },
    { "an order of which nothing is found ends", nothing_found },
    { "a till sells to nobody known, for cash and card together", sale },
    { "a till's money adds up", sale_money },
    { "a telephone is not sold without its IMEI", sale_serial },
    { "a till does not sell what is promised to others", sale_of_held },
    { "what an offline till has sold is gone, at its time and price", offline_sale },
    { "strangers and other shops do not sell here", stranger_at_till },
    { "cancelled goods are free again, once", cancel },
    { "staff who cancel say why, and it is written down", staff_say_why },
    { "a cancelled line frees its goods and gives its money back", cancel_line },
    { "money goes back the way it came", mixed_refund },
    { "what was handed over is not cancelled", nothing_comes_back_twice },
    { "a reservation nobody came for is released at its hour", overdue },
    { "a ready order is reminded of once and released at its deadline", reminded_once },
    { "a customer puts the deadline off once, staff as often as needed", extend },
    { "an order moves to another shop with its goods", other_shop },
    { "a delivery comes from the nearest place that has all", nearest },
    { "one place that has all is better than a nearer one that has some",
      all_from_one },
    { "what no place has alone comes from two", parted },
    { "what all together have not is refused with a number", too_much_for_all },
    { "two parcels go their ways and the order follows", road },
    { "a refused parcel comes back to its shelf and leaves the bill", half_refused },
    { "a full slot is full, and a cancelled order gives its place back", slots },
    { "number and link lead to the order, a wrong secret nowhere", links },
    { "lists by customer, place and chain go on where they stopped", pages },
    { "the profile shows site and till together", profile },
    { "1C takes each change once, and none is lost meanwhile", exchange },
    { "the customer hears what happens to his order, by the shop's clock", messages },
    { "states from 1C move goods as our own do", outside },
    { "a telephone may be missing, or be 1C's to number, but is not sent without its "
      "IMEI",
      tracked },
    { "a telephone that comes back is sold again by the same IMEI", there_and_back },
    { "orders of the past come in bulk and balance", load },
    { "the code is a QR picture", qr },
};

int main(void)
{
    return test_main("order", tests, COUNT(tests));
}
