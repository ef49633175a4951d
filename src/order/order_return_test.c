#include "order/order_test_steps.h"

#include "base/time.h"
#include "order/order_return.h"

/* ---- What the sentences are made of ------------------------------------------ */

enum { CARD_MINOR = 2000000 };

/* At the till: a telephone with this number and three covers, partly by card. */
static struct order_placed a_sale(struct ctx *c, const struct chain *t,
                                  const char *number)
{
    struct order_new o = asks(ORDER_SALE, t->arbat);

    test_as_staff(c);
    receive(c, t->arbat, t->phone, 1);
    receive(c, t->arbat, t->cover, 3);
    o.channel = CHANNEL_SHOP;
    of(c, &o, t->phone, 1)->serial = number;
    of(c, &o, t->cover, 3);
    pay(c, &o.payments, PAY_CARD, CARD_MINOR);
    pay(c, &o.payments, PAY_CASH, PHONE_MINOR + 3 * COVER_MINOR - CARD_MINOR);
    return placed(c, &o);
}

static struct return_new returning(const struct chain *t, int reason)
{
    return (
        struct return_new){ .place_id = t->arbat, .reason = reason, .why = "скрипит" };
}

static struct return_line_new *back(struct ctx *c, struct return_new *n, i64 line_no,
                                    i64 qty, const char *number)
{
    struct return_line_new *l = list_add(c->mem, &n->lines, sizeof(*l));

    *l = (struct return_line_new){ line_no, qty, BACK_SELLABLE, number };
    return l;
}

static struct order_return done(struct ctx *c, i64 order_id, const struct return_new *n)
{
    struct order_return r = { 0 };
    i64 id = 0;

    EXPECT_OK(order_return(c, order_id, n, &id));
    EXPECT_OK(order_return_get(c, id, &r));
    return r;
}

static enum err tried(struct ctx *c, i64 order_id, const struct return_new *n)
{
    i64 id;

    return order_return(c, order_id, n, &id);
}

static i64 refunded(const struct order_return *r, int kind)
{
    const struct order_payment *p = r->refunds.at;
    i64 sum = 0;

    for (size_t k = 0; k < r->refunds.n; k++)
        if (p[k].kind == kind) sum += p[k].amount_minor;
    return sum;
}

static int unit_state(struct ctx *c, const char *number)
{
    struct stock_unit u = { 0 };

    EXPECT_OK(stock_unit_find(c, number, &u));
    return u.state;
}

/* Technically complex goods of the law. */
static void make_complex(struct ctx *c, const struct chain *t)
{
    struct catalog_item item;
    struct catalog_product p = { 0 };

    EXPECT_OK(catalog_item(c, t->phone, &item));
    EXPECT_OK(catalog_product_get(c, item.product_id, &p));
    p.complex_goods = true;
    EXPECT_OK(catalog_product_put(c, &p));
}

static void seller_only(struct ctx *c, const struct chain *t)
{
    c->who = (struct who){ .kind = WHO_STAFF,
                           .id = 7,
                           .rights = 1ull << RIGHT_SELL | 1ull << RIGHT_STAFF,
                           .place_id = t->arbat };
}

/* ---- Stock, money, life ------------------------------------------------------ */

static void comes_back(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_WRONG);

    back(c, &n, 2, 2, NULL);
    const struct order_return r = done(c, p.id, &n);
    EXPECT_INT(r.refund_minor, 2 * COVER_MINOR);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 2);
    const struct order o = the(c, p.id);
    EXPECT_INT(o.state, ORDER_DONE);
    EXPECT_INT(o.returned_minor, 2 * COVER_MINOR);
    EXPECT_INT(o.paid_minor, o.total_minor - 2 * COVER_MINOR);
    EXPECT_INT(((struct order_line *)o.lines.at)[1].returned_qty, 2);
    EXPECT_TEXT(r.number, arena_printf(c->mem, "%s/R1", p.number));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'order.returned'"), 1);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE what = 'order.returned'"),
        1);
    EXPECT_BALANCED();
}

static void never_more(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new two = returning(&t, RETURN_WRONG);

    back(c, &two, 2, 2, NULL);
    done(c, p.id, &two);
    EXPECT_ERR(tried(c, p.id, &two), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "lines[0].qty");
}

static void twice_in_one(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_WRONG);

    back(c, &n, 2, 2, NULL);
    back(c, &n, 2, 2, NULL);
    EXPECT_ERR(tried(c, p.id, &n), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "lines[1].qty");
}

static void as_it_was_paid(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_WRONG);

    back(c, &n, 1, 1, imei(c, 1));
    back(c, &n, 2, 3, NULL);
    const struct order_return r = done(c, p.id, &n);
    EXPECT_INT(refunded(&r, PAY_CARD), CARD_MINOR);
    EXPECT_INT(refunded(&r, PAY_CASH), p.total_minor - CARD_MINOR);
    EXPECT_INT(the(c, p.id).paid_minor, 0);
    EXPECT_BALANCED();
}

static void chosen_money(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_WRONG);

    seller_only(c, &t);
    back(c, &n, 2, 1, NULL);
    pay(c, &n.refunds, PAY_CARD, COVER_MINOR);
    const struct order_return r = done(c, p.id, &n);
    EXPECT_INT(refunded(&r, PAY_CARD), COVER_MINOR);
    n.refunds = (struct list){ 0 };
    pay(c, &n.refunds, PAY_CARD, COVER_MINOR - 1);
    EXPECT_ERR(tried(c, p.id, &n), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "refunds");
}

/* All by card: the seller gives no cash, his manager may. */
static void cash_for_card(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_SALE, t.arbat);
    struct return_new n = returning(&t, RETURN_WRONG);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 2);
    of(c, &o, t.cover, 2);
    o.pay = PAY_CARD;
    const struct order_placed p = placed(c, &o);
    back(c, &n, 1, 1, NULL);
    pay(c, &n.refunds, PAY_CASH, COVER_MINOR);
    const struct order_return r = done(c, p.id, &n); /* test_as_staff may everything */
    EXPECT_INT(refunded(&r, PAY_CASH), COVER_MINOR);
    EXPECT_BALANCED();
    seller_only(c, &t);
    EXPECT_ERR(tried(c, p.id, &n), DENIED);
    EXPECT_TEXT(c->fault.field, "refunds");
}

static void aside(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_DEFECT);

    back(c, &n, 1, 1, imei(c, 1))->condition = BACK_DEFECTIVE;
    done(c, p.id, &n);
    EXPECT_INT(free_at(c, t.arbat, t.phone), 0);
    EXPECT_INT(level(c, t.arbat, t.phone).on_hand, 0);
    EXPECT_INT(unit_state(c, imei(c, 1)), UNIT_QUARANTINE);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM stock_quarantine WHERE ended_at IS NULL"), 1);
    n.lines = (struct list){ 0 };
    n.why = NULL;
    back(c, &n, 2, 1, NULL)->condition = BACK_DEFECTIVE;
    EXPECT_ERR(tried(c, p.id, &n), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "why");
}

static void life_goes_on(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const char *number = imei(c, 1);
    const struct order_placed p = a_sale(c, &t, number);
    struct return_new n = returning(&t, RETURN_WRONG);
    struct order_new again = asks(ORDER_SALE, t.arbat);

    back(c, &n, 1, 1, number);
    done(c, p.id, &n);
    EXPECT_INT(unit_state(c, number), UNIT_RETURNED);
    EXPECT_INT(free_at(c, t.arbat, t.phone), 1);
    of(c, &again, t.phone, 1)->serial = number;
    again.pay = PAY_CARD;
    c->now += 1000;
    const struct order_placed second = placed(c, &again);
    i64 id = 0;
    EXPECT_OK(return_find(c, number, &id));
    EXPECT_INT(id, second.id);
    EXPECT_INT(unit_state(c, number), UNIT_SOLD);
    EXPECT_BALANCED();
    EXPECT_ERR(tried(c, p.id, &n), WRONG_STATE);
    EXPECT_TEXT(c->fault.field, "lines[0].serial");
}

static void foreign_piece(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_WRONG);

    back(c, &n, 1, 1, imei(c, 2));
    EXPECT_ERR(tried(c, p.id, &n), WRONG_STATE);
    EXPECT_TEXT(c->fault.field, "lines[0].serial");
}

static void without_number(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_WRONG);

    back(c, &n, 1, 1, NULL);
    EXPECT_ERR(tried(c, p.id, &n), BAD_ARGUMENT);
}

static void not_sold(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct return_new n = returning(&t, RETURN_WRONG);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 1);
    const struct order_placed p = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1);
    back(c, &n, 1, 1, NULL);
    EXPECT_ERR(tried(c, p.id, &n), WRONG_STATE);
}

static void another_shop(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_WRONG);

    n.place_id = t.tver;
    back(c, &n, 2, 1, NULL);
    done(c, p.id, &n);
    EXPECT_INT(free_at(c, t.tver, t.cover), 1);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 0);
    seller_only(c, &t);
    EXPECT_ERR(tried(c, p.id, &n), DENIED);
}

/* ---- Rules ------------------------------------------------------------------- */

static void late(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_NOT_LIKED);

    back(c, &n, 2, 1, NULL);
    c->now += 14 * DAY_MS;
    EXPECT(!done(c, p.id, &n).warned);
    c->now += DAY_MS;
    n.allow = true;
    EXPECT_TEXT(done(c, p.id, &n).warned, "late");
    n.allow = false;
    EXPECT_ERR(tried(c, p.id, &n), RETURN_RULE);
}

static void not_his_to_allow(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_NOT_LIKED);

    back(c, &n, 2, 1, NULL);
    n.allow = true;
    seller_only(c, &t);
    EXPECT_ERR(tried(c, p.id, &n), DENIED);
}

static void complex_goods(struct ctx *c)
{
    const struct chain t = a_chain(c);

    make_complex(c, &t);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_DEFECT);
    struct return_look k = { 0 };

    c->now += 15 * DAY_MS;
    EXPECT_OK(return_look(c, p.id, t.arbat, &k));
    const struct return_candidate *l = k.lines.at;
    EXPECT_INT(k.days, 15);
    EXPECT_INT(l[0].against[RETURN_NOT_LIKED].n, 2); /* late, and complex */
    EXPECT_INT(l[0].against[RETURN_DEFECT].n, 0);
    EXPECT_INT(l[0].serials.n, 1);
    c->now += DAY_MS;
    back(c, &n, 1, 1, imei(c, 1));
    EXPECT_ERR(tried(c, p.id, &n), RETURN_RULE);
    EXPECT_TEXT(c->fault.field, "lines[0].line_no");
}

/* A chain may be kinder than the law: the days are a setting. */
static void days_are_a_setting(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_NOT_LIKED);

    EXPECT_OK(setting_set(c, "order.return_days", (struct setting_scope){ 0 }, "30"));
    c->now += 30 * DAY_MS;
    back(c, &n, 2, 1, NULL);
    EXPECT(!done(c, p.id, &n).warned);
}

static void distance(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = two_phones(c, &t);
    struct order_handover h = { .code = code_of(c, p.id), .place_id = t.arbat };
    struct return_look k = { 0 };
    i64 id;

    make_complex(c, &t);
    serial(c, &h.serials, t.phone, imei(c, 1));
    serial(c, &h.serials, t.phone, imei(c, 2));
    pay(c, &h.payments, PAY_CARD, 2 * PHONE_MINOR);
    EXPECT_OK(order_handover(c, &h, &id));
    c->now += 7 * DAY_MS;
    EXPECT_OK(return_look(c, p.id, t.arbat, &k));
    EXPECT_INT(((struct return_candidate *)k.lines.at)->against[RETURN_NOT_LIKED].n, 0);
    EXPECT_INT(k.card_left_minor, 2 * PHONE_MINOR);
    c->now += DAY_MS;
    EXPECT_OK(return_look(c, p.id, t.arbat, &k));
    EXPECT_INT(((struct return_candidate *)k.lines.at)->against[RETURN_NOT_LIKED].n, 1);
}

/* ---- Find, undo --------------------------------------------------------------- */

static void found(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    const char *keys[] = {
        p.number, arena_printf(c->mem, "%s/R1", p.number), p.token,
        arena_printf(c->mem, "https://shop.example/order/%s?x=1", p.token), imei(c, 1)
    };
    i64 id;

    for (size_t k = 0; k < COUNT(keys); k++) {
        id = 0;
        EXPECT_OK(return_find(c, keys[k], &id));
        EXPECT_INT(id, p.id);
    }
    EXPECT_ERR(return_find(c, "чек", &id), NOT_FOUND);
}

static void undone(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_DEFECT);

    back(c, &n, 1, 1, imei(c, 1))->condition = BACK_DEFECTIVE;
    back(c, &n, 2, 1, NULL);
    const struct order_return r = done(c, p.id, &n);
    EXPECT_OK(order_return_undo(c, r.id));
    const struct order o = the(c, p.id);
    EXPECT_INT(o.paid_minor, o.total_minor);
    EXPECT_INT(o.returned_minor, 0);
    EXPECT_INT(unit_state(c, imei(c, 1)), UNIT_SOLD);
    EXPECT_INT(level(c, t.arbat, t.cover).on_hand, 0);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM stock_quarantine WHERE ended_at IS NULL"), 0);
    EXPECT_BALANCED();
    const struct order_return again = done(c, p.id, &n);
    EXPECT_INT(refunded(&again, PAY_CARD) + refunded(&again, PAY_CASH),
               PHONE_MINOR + COVER_MINOR);
    EXPECT_BALANCED();
    EXPECT_ERR(order_return_undo(c, r.id), GONE);
}

static void undo_too_late(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_WRONG);

    back(c, &n, 2, 1, NULL);
    const struct order_return r = done(c, p.id, &n);
    c->now += 16 * MINUTE_MS;
    EXPECT_ERR(order_return_undo(c, r.id), GONE);
}

static void promised_meanwhile(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = a_sale(c, &t, imei(c, 1));
    struct return_new n = returning(&t, RETURN_WRONG);

    back(c, &n, 2, 1, NULL);
    const struct order_return r = done(c, p.id, &n);
    order_of(c, ORDER_RESERVE, t.arbat, t.cover, 1);
    EXPECT_ERR(order_return_undo(c, r.id), STOCK_SHORT);
}

static const struct test tests[] = {
    { "covers that come back lie on the shelf, and their price goes back", comes_back },
    { "no more comes back than was sold", never_more },
    { "nor by naming a line twice", twice_in_one },
    { "money goes back as it was paid", as_it_was_paid },
    { "the seller chooses among what was paid, to the kopeck", chosen_money },
    { "cash for what was paid by card needs a right", cash_for_card },
    { "a defective piece stands aside and is promised to nobody", aside },
    { "a telephone that came back is sold again, and then it is the second buyer's",
      life_goes_on },
    { "a telephone that we did not sell does not come back", foreign_piece },
    { "a telephone comes back with its number", without_number },
    { "what was not sold does not come back", not_sold },
    { "it comes back to any shop, by who sells there", another_shop },
    { "after fourteen days a rule speaks against it, and a right may allow it", late },
    { "a seller may not allow what the rules forbid", not_his_to_allow },
    { "complex goods come back for a defect within fifteen days", complex_goods },
    { "the days are a setting", days_are_a_setting },
    { "what was bought at a distance comes back within seven days", distance },
    { "number, slip, link and serial number find the sale", found },
    { "a mistaken return is taken back: goods and money as before", undone },
    { "but not after a quarter of an hour", undo_too_late },
    { "nor when the piece is promised to somebody meanwhile", promised_meanwhile },
};

int main(void)
{
    return test_main("goods come back", tests, COUNT(tests));
}
