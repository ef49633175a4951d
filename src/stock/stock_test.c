#include "stock/stock_floor.h"
#include "stock/stock_shop.h"

/* ---- Promise ------------------------------------------------------------ */

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

/* What a basket holds becomes the order's where it is the same; else all of it goes
 * back first, and the order is promised what it asks. */
static void basket_taken_over(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold basket[] = {
        { s.arbat, s.tablet, OWNER_BASKET, 5, 1, c->now + HOUR_MS },
        { s.arbat, s.phone, OWNER_BASKET, 5, 2, c->now + HOUR_MS },
    };
    const struct stock_hold same[] = { ask(s.arbat, s.phone, ANNA, 2),
                                       ask(s.arbat, s.tablet, ANNA, 1) };
    const struct stock_hold more[] = { ask(s.arbat, s.phone, BORIS, 3) };

    receive(c, s.arbat, s.phone, 2);
    receive(c, s.arbat, s.tablet, 1);
    EXPECT_OK(stock_hold_open(c, basket, 2));
    EXPECT_ERR(stock_hold_take_over(c, OWNER_BASKET, 6, same, 2), STOCK_SHORT);
    EXPECT_OK(stock_hold_take_over(c, OWNER_BASKET, 5, same, 2));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_hold WHERE owner = 1"), 2);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_hold"), 2);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_hold WHERE until_at > 0"), 0);
    EXPECT_INT(free_at(c, s.arbat, s.phone), 0);
    balanced(c);

    EXPECT_OK(stock_hold_free(c, OWNER_ORDER, ANNA));
    EXPECT_OK(stock_hold_open(c, basket, 2));
    EXPECT_ERR(stock_hold_take_over(c, OWNER_BASKET, 5, more, 1), STOCK_SHORT);
    receive(c, s.arbat, s.phone, 1);
    EXPECT_OK(stock_hold_take_over(c, OWNER_BASKET, 5, more, 1));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 0);
    EXPECT_INT(free_at(c, s.arbat, s.tablet), 1);
    balanced(c);
}

/* An order that holds something already is promised what it asks, not that and the
 * basket's as well. */
static void basket_to_a_held_order(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold basket = { s.arbat, s.phone, OWNER_BASKET,
                                       5,       2,       c->now + HOUR_MS };
    const struct stock_hold has = ask(s.arbat, s.phone, ANNA, 1),
                            asks = ask(s.arbat, s.phone, ANNA, 2);

    receive(c, s.arbat, s.phone, 3);
    EXPECT_OK(stock_hold_open(c, &has, 1));
    EXPECT_OK(stock_hold_open(c, &basket, 1));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 0);
    EXPECT_OK(stock_hold_take_over(c, OWNER_BASKET, 5, &asks, 1));
    EXPECT_INT(test_int(c, "SELECT qty FROM stock_hold"), 2);
    EXPECT_INT(free_at(c, s.arbat, s.phone), 1);
    balanced(c);
}

static void safety_stock(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct stock_hold order = ask(s.arbat, s.phone, ANNA, 2),
                      transfer = ask(s.arbat, s.phone, 77, 2);

    receive(c, s.arbat, s.phone, 2);
    EXPECT_OK(setting_set(c, "stock.safety",
                          (struct setting_scope){ .place_id = s.arbat }, "1"));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 1);
    EXPECT_ERR(stock_hold_open(c, &order, 1), STOCK_SHORT);
    transfer.owner = OWNER_TRANSFER;
    EXPECT_OK(stock_hold_open(c, &transfer, 1));
    EXPECT_OK(setting_set(c, "stock.safety",
                          (struct setting_scope){ .place_id = s.arbat }, NULL));
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

/* ---- Move --------------------------------------------------------------- */

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
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'stock.short'"),
               1);
    EXPECT_OK(stock_move(c, &(struct stock_take){ &unheard, 1, true, -1, 0 }));
    EXPECT_INT(level(c, s.tver, s.phone).on_hand, -1);
    EXPECT_INT(free_at(c, s.tver, s.phone), 0);
    balanced(c);
}

/* ---- Units -------------------------------------------------------------- */

struct unit_at { /* a telephone at a shop */
    i64 place_id, variant_id;
};
static enum err move_unit(struct ctx *c, struct unit_at at, int reason, i64 qty,
                          i64 doc, const char *serial)
{
    const struct stock_move m = { at.place_id, at.variant_id, qty,   reason, doc,
                                  1,           NONE,          serial };

    return stock_move(c, &(struct stock_take){ .moves = &m, .n = 1, .hold_owner = -1 });
}

static void serial_numbers(struct ctx *c)
{
    EXPECT_TEXT(stock_serial_norm(c->mem, " 490154-203237 518 "), IMEI);
    EXPECT_TEXT(stock_serial_norm(c->mem, "sn-12ab"), "SN12AB");
    EXPECT(!stock_serial_norm(c->mem, "490154203237519"));
    EXPECT(!stock_serial_norm(c->mem, "  - "));
    EXPECT(!stock_serial_norm(
        c->mem,
        "1234567890123456789012345678901234567890123456789012345678901234567890"));
}

static void one_unit_sold_once(struct ctx *c)
{
    const struct shop s = a_shop(c);

    EXPECT_OK(
        move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_RECEIPT, 1, 1, IMEI));
    receive(c, s.arbat, s.phone, 5);
    EXPECT_OK(
        move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_SALE, -1, 2, IMEI));
    EXPECT_OK(move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_SALE, -1, 2,
                        IMEI)); /* told twice */
    EXPECT_ERR(
        move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_SALE, -1, 3, IMEI),
        WRONG_STATE);
    EXPECT_TEXT(c->fault.field, "serial");
}

static void wrong_imei(struct ctx *c)
{
    const struct shop s = a_shop(c);

    receive(c, s.arbat, s.phone, 5);
    EXPECT_ERR(move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_SALE, -1, 3,
                         "490154203237519"),
               BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "serial");
    EXPECT_ERR(
        move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_SALE, -2, 3, IMEI),
        BAD_ARGUMENT);
}

static void a_units_life(struct ctx *c)
{
    const struct shop s = a_shop(c);

    EXPECT_OK(
        move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_RECEIPT, 1, 1, IMEI));
    EXPECT_ERR(
        move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_RECEIPT, 1, 2, IMEI),
        WRONG_STATE);
}

static void a_unit_comes_back(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct stock_unit u;

    EXPECT_OK(
        move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_RECEIPT, 1, 1, IMEI));
    EXPECT_OK(
        move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_SALE, -1, 2, IMEI));
    EXPECT_OK(stock_unit_find(c, IMEI, &u));
    EXPECT_INT(u.state, UNIT_SOLD);
    EXPECT_INT(u.place_id, 0);
    EXPECT_OK(
        move_unit(c, (struct unit_at){ s.tver, s.phone }, MOVE_RETURN, 1, 3, IMEI));
    EXPECT_OK(stock_unit_find(c, IMEI, &u));
    EXPECT_INT(u.state, UNIT_RETURNED);
    EXPECT_INT(u.place_id, s.tver);
    EXPECT_OK(
        move_unit(c, (struct unit_at){ s.tver, s.phone }, MOVE_SERVICE, -1, 4, IMEI));
    EXPECT_OK(
        move_unit(c, (struct unit_at){ s.tver, s.phone }, MOVE_SERVICE, 1, 5, IMEI));
    EXPECT_OK(
        move_unit(c, (struct unit_at){ s.tver, s.phone }, MOVE_SALE, -1, 6, IMEI));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_move WHERE unit_id <> 0"), 6);
    balanced(c);
}

static void picked_unit(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold anna = ask(s.arbat, s.phone, ANNA, 1);
    struct stock_unit u;

    receive(c, s.arbat, s.phone, 5);
    EXPECT_OK(stock_hold_open(c, &anna, 1));
    EXPECT_OK(stock_unit_hold(c, IMEI, s.phone, s.arbat, OWNER_ORDER, ANNA));
    EXPECT_OK(stock_unit_hold(c, IMEI, s.phone, s.arbat, OWNER_ORDER, ANNA));
    EXPECT_ERR(stock_unit_hold(c, IMEI, s.phone, s.arbat, OWNER_ORDER, BORIS),
               WRONG_STATE);
    EXPECT_ERR(stock_unit_hold(c, IMEI, s.tablet, s.arbat, OWNER_ORDER, ANNA),
               WRONG_STATE);
    EXPECT_OK(stock_hold_free(c, OWNER_ORDER, ANNA));
    EXPECT_OK(stock_unit_find(c, IMEI, &u));
    EXPECT_INT(u.state, UNIT_RECEIVED);
    EXPECT_OK(stock_unit_hold(c, IMEI, s.phone, s.arbat, OWNER_ORDER, BORIS));
    balanced(c);
}

static void kept_for_another(struct ctx *c)
{
    const struct shop s = a_shop(c);

    receive(c, s.arbat, s.phone, 5);
    EXPECT_OK(stock_unit_hold(c, IMEI, s.phone, s.arbat, OWNER_ORDER, ANNA));
    EXPECT_ERR(
        move_unit(c, (struct unit_at){ s.arbat, s.phone }, MOVE_SALE, -1, 2, IMEI),
        WRONG_STATE);
}

/* ---- Counts from outside ------------------------------------------------ */

enum { SOURCE = 1 };

static struct stock_count_sum count(struct ctx *c, i64 doc, i64 at, i64 place_id,
                                    i64 variant_id, i64 qty)
{
    const struct stock_counted row = { place_id, variant_id, qty };
    struct stock_count_sum sum;

    EXPECT_OK(stock_set_counts(c, SOURCE, doc, at, &row, 1, &sum));
    return sum;
}

static void count_before_a_sale(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const i64 counted_at = c->now;
    struct stock_count_sum sum;

    receive(c, s.arbat, s.phone, 9);
    c->now += 10 * MINUTE_MS;
    EXPECT_OK(sell(c, sold(s.arbat, s.phone, 51, 1, NONE)));
    c->now += 10 * MINUTE_MS;
    sum = count(c, 61, counted_at + MINUTE_MS, s.arbat, s.phone, 5);
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 4);
    EXPECT_INT(sum.changed, 1);
    EXPECT_INT(sum.off_by, 4);
    balanced(c);
}

static void sale_before_the_count(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const i64 sold_at = c->now;

    c->now += HOUR_MS;
    count(c, 61, c->now, s.arbat, s.phone, 5);
    c->now += MINUTE_MS;
    EXPECT_OK(stock_move(
        c, &(struct stock_take){ &(struct stock_move){ s.arbat, s.phone, -1, MOVE_SALE,
                                                       51, 1, sold_at, NULL },
                                 1, true, -1, 0 }));
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 5);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_move"), 1);
    EXPECT_OK(sell(c, sold(s.arbat, s.phone, 52, 1, NONE)));
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 4);
    balanced(c);
}

static void older_count(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct stock_count_sum sum;

    count(c, 61, c->now - MINUTE_MS, s.arbat, s.phone, 5);
    sum = count(c, 62, c->now - HOUR_MS, s.arbat, s.phone, 50);
    EXPECT_INT(sum.stale, 1);
    EXPECT_INT(sum.changed, 0);
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 5);
    count(c, 63, c->now + DAY_MS, s.arbat, s.phone, 7); /* a clock that runs ahead */
    EXPECT_OK(sell(c, sold(s.arbat, s.phone, 52, 1, NONE)));
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 6);
    balanced(c);
}

static void count_under_promises(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold anna = ask(s.arbat, s.phone, ANNA, 3);

    receive(c, s.arbat, s.phone, 3);
    EXPECT_OK(stock_hold_open(c, &anna, 1));
    count(c, 61, c->now + 1, s.arbat, s.phone, 0);
    c->now += HOUR_MS;
    count(c, 62, c->now, s.arbat, s.phone, 2);
    EXPECT_INT(free_at(c, s.arbat, s.phone), 0);
    EXPECT_INT(level(c, s.arbat, s.phone).held, 3);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'stock.short'"),
               1);
    balanced(c);
}

/* Many rows of two places, some with later sales, through the range read. */
static void whole_shelf(struct ctx *c)
{
    enum { MANY = 400 };
    const struct shop s = a_shop(c);
    const i64 low = s.arbat < s.tver ? s.arbat : s.tver, high = s.arbat + s.tver - low;
    struct stock_counted *rows = NEW_N(c->mem, struct stock_counted, 2 * MANY);
    struct stock_count_sum sum;
    const i64 at = c->now;

    c->now += HOUR_MS;
    receive(c, high, 1000007, 9); /* after the count: two of nine were sold since */
    EXPECT_OK(sell(c, sold(high, 1000007, 51, 2, NONE)));
    for (int k = 0; k < 2 * MANY; k++)
        rows[k] =
            (struct stock_counted){ k < MANY ? low : high, 1000000 + k % MANY, 3 };
    EXPECT_OK(stock_set_counts(c, SOURCE, 61, at, rows, 2 * MANY, &sum));
    EXPECT_INT(sum.rows, 2 * MANY);
    EXPECT_INT(sum.changed, 2 * MANY);
    EXPECT_INT(level(c, high, 1000007).on_hand, 3 + 9 - 2);
    EXPECT_INT(level(c, low, 1000007).on_hand, 3);
    EXPECT_OK(stock_set_counts(c, SOURCE, 62, at, rows, 2 * MANY, &sum));
    EXPECT_INT(sum.changed, 0);
}

static void not_named(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct stock_count_sum sum;
    bool more;

    count(c, 61, c->now - HOUR_MS, s.arbat, s.phone, 5);
    count(c, 61, c->now - HOUR_MS, s.arbat, s.tablet, 5);
    count(c, 61, c->now - HOUR_MS, s.tver, s.tablet, 5);
    count(c, 62, c->now, s.arbat, s.phone, 4);
    const struct stock_said by = { SOURCE, 62, c->now };
    EXPECT_OK(stock_zero_missing(c, &by, s.arbat, &sum, &more));
    EXPECT(!more);
    EXPECT_INT(sum.rows, 1);
    EXPECT_INT(level(c, s.arbat, s.tablet).on_hand, 0);
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 4);
    EXPECT_INT(level(c, s.tver, s.tablet).on_hand, 5);
    EXPECT_OK(stock_zero_missing(c, &by, s.arbat, &sum, &more));
    EXPECT_INT(sum.rows, 0);
    balanced(c);
}

static void shop_window(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold anna = ask(s.arbat, s.phone, ANNA, 1);
    const char *shown = "SELECT COUNT(*) FROM pub_catalog_stock_flag";
    i64 mended;

    receive(c, s.arbat, s.phone, 1);
    EXPECT_INT(test_int(c, shown), 1);
    EXPECT_OK(stock_hold_open(c, &anna, 1));
    EXPECT_INT(test_int(c, shown), 0);
    EXPECT_OK(stock_hold_free(c, OWNER_ORDER, ANNA));
    EXPECT_INT(test_int(c, shown), 1);
    EXPECT_OK(setting_set(c, "stock.safety", (struct setting_scope){ 0 }, "1"));
    EXPECT_OK(stock_flags_mend(c, false, &mended));
    EXPECT_INT(test_int(c, shown), 0);
    balanced(c);
    EXPECT_OK(setting_set(c, "stock.safety", (struct setting_scope){ 0 }, NULL));
    EXPECT_OK(stock_flags_mend(c, false, &mended));
    EXPECT_INT(test_int(c, shown), 1);
    EXPECT_OK(catalog_stock_flag_set(c, s.arbat, s.phone, false));
    EXPECT_OK(stock_flags_mend(c, true, &mended));
    EXPECT_INT(mended, 1);
    balanced(c);
}

static void incoming(struct ctx *c)
{
    const struct shop s = a_shop(c);
    i64 qty;

    receive(c, s.arbat, s.phone, 1);
    EXPECT_OK(stock_incoming_put(c, s.arbat, s.phone, 900, 5, c->now + DAY_MS));
    EXPECT_OK(stock_promise(c, s.arbat, s.phone, c->now, &qty));
    EXPECT_INT(qty, 1);
    EXPECT_OK(stock_promise(c, s.arbat, s.phone, c->now + DAY_MS, &qty));
    EXPECT_INT(qty, 6);
    EXPECT_INT(level(c, s.arbat, s.phone).incoming, 5);
    EXPECT_OK(stock_move(c, &(struct stock_take){
                                &(struct stock_move){ s.arbat, s.phone, 2, MOVE_RECEIPT,
                                                      900, 1, NONE, NULL },
                                1, false, -1, 0 }));
    EXPECT_INT(level(c, s.arbat, s.phone).incoming, 3);
    EXPECT_OK(stock_incoming_put(c, s.arbat, s.phone, 900, 0, 0));
    EXPECT_INT(level(c, s.arbat, s.phone).incoming, 0);
    EXPECT_ERR(stock_incoming_put(c, s.arbat, 4711, 900, 1, c->now), NO_SUCH);
}

/* ---- Transfers and counts ----------------------------------------------- */

static i64 a_transfer(struct ctx *c, const struct shop *s, i64 phones, i64 tablets)
{
    struct transfer_line lines[] = { { .variant_id = s->phone, .qty = phones },
                                     { .variant_id = s->tablet, .qty = tablets } };
    struct transfer t = { .place_id = s->arbat,
                          .to_place_id = s->tver,
                          .lines = { lines, tablets ? 2 : 1 } };

    EXPECT_OK(stock_transfer_add(c, &t));
    return t.id;
}

/* So many pieces of a variant with numbers of their own, from the nth. */
static struct transfer_line named(struct ctx *c, i64 variant_id, int from, int n)
{
    struct transfer_line l = { .variant_id = variant_id, .qty = n };

    for (int k = from; k < from + n; k++)
        *(const char **)list_add(c->mem, &l.serials, sizeof(char *)) =
            arena_printf(c->mem, "SN-%d", k);
    return l;
}

static enum err sent(struct ctx *c, const struct shop *s, i64 id, int phones)
{
    struct transfer_line l = named(c, s->phone, 1, phones);

    return stock_transfer_send(c, id, NONE, &(struct list){ &l, 1 });
}

static int unit_state(struct ctx *c, const char *serial)
{
    struct stock_unit u = { 0 };

    EXPECT_OK(stock_unit_find(c, serial, &u));
    return u.state;
}

static void transfer_names_pieces(struct ctx *c)
{
    const struct shop s = a_shop(c);

    receive(c, s.arbat, s.phone, 3);
    const i64 id = a_transfer(c, &s, 3, 0);
    EXPECT_ERR(sent(c, &s, id, 2), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "lines[0].serials");
}

static void transfer_loses_a_piece(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct transfer t;

    receive(c, s.arbat, s.phone, 3);
    const i64 id = a_transfer(c, &s, 3, 0);
    EXPECT_OK(sent(c, &s, id, 3));
    EXPECT_INT(unit_state(c, "SN1"), UNIT_TRANSIT);
    struct transfer_line got = named(c, s.phone, 2, 2);
    EXPECT_OK(stock_transfer_receive(c, id, &(struct list){ &got, 1 }));
    EXPECT_INT(unit_state(c, "SN1"), UNIT_TRANSIT);
    EXPECT_INT(unit_state(c, "SN2"), UNIT_RECEIVED);
    EXPECT_INT(level(c, s.tver, s.phone).on_hand, 2);
    EXPECT_OK(stock_transfer_get(c, id, &t));
    const struct transfer_line *l = t.lines.at;
    EXPECT_INT(l->serials.n, 3);
    EXPECT_INT(l->lost.n, 1);
    EXPECT_TEXT(((const char **)l->lost.at)[0], "SN1");
    balanced(c);
}

static void transfer_brings_a_stranger(struct ctx *c)
{
    const struct shop s = a_shop(c);

    receive(c, s.arbat, s.phone, 2);
    const i64 id = a_transfer(c, &s, 2, 0);
    EXPECT_OK(sent(c, &s, id, 2));
    struct transfer_line got = named(c, s.phone, 2, 2);
    EXPECT_ERR(stock_transfer_receive(c, id, &(struct list){ &got, 1 }), NO_SUCH);
}

static void transfer_road(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct transfer t;
    i64 id;

    receive(c, s.arbat, s.phone, 5);
    receive(c, s.arbat, s.tablet, 1);
    id = a_transfer(c, &s, 3, 1);
    EXPECT_INT(free_at(c, s.arbat, s.phone), 2); /* held while it is planned */
    EXPECT_OK(sent(c, &s, id, 3));
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 2);
    EXPECT_INT(level(c, s.arbat, s.phone).held, 0);
    struct list all;
    EXPECT_OK(stock_of_variant(c, s.phone, &all));
    EXPECT_INT(all.n, 2); /* the other shop will have some */

    struct transfer_line got = named(c, s.phone, 1, 2);
    EXPECT_OK(stock_transfer_receive(c, id, &(struct list){ &got, 1 }));
    EXPECT_INT(level(c, s.tver, s.phone).on_hand, 2);
    EXPECT_INT(level(c, s.tver, s.phone).incoming, 0);
    EXPECT_INT(free_at(c, s.tver, s.tablet), 0);
    EXPECT_OK(stock_transfer_get(c, id, &t));
    EXPECT_INT(t.state, TRANSFER_RECEIVED);
    for (size_t k = 0; k < t.lines.n; k++)
        EXPECT_INT(((struct transfer_line *)t.lines.at)[k].differs, -1);
    EXPECT_ERR(stock_transfer_receive(c, id, &(struct list){ 0 }), WRONG_STATE);
    balanced(c);
}

static void transfer_given_up(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct transfer same = { .place_id = s.arbat, .to_place_id = s.arbat };

    receive(c, s.arbat, s.phone, 3);
    const i64 id = a_transfer(c, &s, 3, 0);
    EXPECT_OK(stock_transfer_cancel(c, id));
    EXPECT_INT(free_at(c, s.arbat, s.phone), 3);
    EXPECT_ERR(sent(c, &s, id, 3), WRONG_STATE);
    c->fault = (struct fault){ 0 };
    EXPECT_ERR(stock_transfer_add(c, &same), BAD_ARGUMENT);
    balanced(c);
}

static void not_sent(struct ctx *c)
{
    const struct shop s = a_shop(c);

    receive(c, s.arbat, s.phone, 3);
    const i64 id = a_transfer(c, &s, 3, 0);
    EXPECT_ERR(stock_transfer_receive(c, id, &(struct list){ 0 }), WRONG_STATE);
    c->fault = (struct fault){ 0 };
    struct transfer_line three = named(c, s.phone, 1, 3);
    EXPECT_OK(
        stock_transfer_send(c, id, c->now + HOUR_MS, &(struct list){ &three, 1 }));
    struct transfer_line other = { .variant_id = s.tablet, .qty = 1 };
    EXPECT_ERR(stock_transfer_receive(c, id, &(struct list){ &other, 1 }), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "lines[0].variant_id");
}

static void seen(struct ctx *c, i64 count_id, i64 variant_id, i64 qty, i64 at)
{
    struct count_line l = { .variant_id = variant_id, .qty = qty, .at = at };

    EXPECT_OK(stock_count_put(c, count_id, &(struct list){ &l, 1 }));
}

/* Five by the book, four seen at noon; one more is sold after noon, and an offline
 * till tells of a sale before noon only after the count was submitted. */
static void blind_count(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct count t = { .place_id = s.arbat };
    const i64 morning = c->now, noon = morning + HOUR_MS;

    receive(c, s.arbat, s.phone, 5);
    receive(c, s.arbat, s.tablet, 2);
    c->now = noon;
    EXPECT_OK(stock_count_add(c, &t));
    seen(c, t.id, s.phone, 9, NONE);
    seen(c, t.id, s.phone, 3, NONE); /* the last word counts */
    seen(c, t.id, s.tablet, 2, NONE);
    EXPECT_OK(stock_count_get(c, t.id, &t));
    EXPECT_INT(((struct count_line *)t.lines.at)[0].book_qty, NONE);
    c->now = noon + HOUR_MS;
    EXPECT_OK(sell(c, sold(s.arbat, s.phone, 51, 1, NONE)));
    EXPECT_ERR(stock_count_approve(c, t.id), WRONG_STATE);
    EXPECT_OK(stock_count_submit(c, t.id));
    EXPECT_OK(stock_count_get(c, t.id, &t));
    EXPECT_INT(t.differs, 1);
    const struct count_line *l = t.lines.at;
    const struct count_line *phone = l[0].variant_id == s.phone ? &l[0] : &l[1];
    EXPECT_INT(phone->book_qty, 5);
    EXPECT_INT(phone->differs, -2);

    EXPECT_OK(stock_move(
        c, &(struct stock_take){ &(struct stock_move){ s.arbat, s.phone, -1, MOVE_SALE,
                                                       52, 1, morning + 1, NULL },
                                 1, true, -1, 0 }));
    EXPECT_OK(stock_count_approve(c, t.id));
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 3 - 1);
    EXPECT_INT(level(c, s.arbat, s.tablet).on_hand, 2);
    EXPECT_INT(test_int(c, "SELECT qty FROM stock_move WHERE reason = 6"), -1);
    EXPECT_ERR(stock_count_approve(c, t.id), WRONG_STATE);
    balanced(c);
}

static void whole_count(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct count t = { .place_id = s.arbat, .whole = true };

    receive(c, s.arbat, s.phone, 5);
    receive(c, s.arbat, s.tablet, 2);
    EXPECT_OK(stock_count_add(c, &t));
    c->now += HOUR_MS;
    seen(c, t.id, s.phone, 5, NONE);
    EXPECT_OK(stock_count_submit(c, t.id));
    EXPECT_OK(stock_count_reject(c, t.id)); /* count again */
    seen(c, t.id, s.phone, 5, NONE);
    EXPECT_OK(stock_count_submit(c, t.id));
    EXPECT_OK(stock_count_approve(c, t.id));
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 5);
    EXPECT_INT(level(c, s.arbat, s.tablet).on_hand, 0);
    balanced(c);
}

static void by_account(struct ctx *c, i64 id)
{
    c->who = (struct who){ .kind = WHO_STAFF, .id = id, .rights = ~0ull };
}

static void four_eyes(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct count t = { .place_id = s.arbat };

    receive(c, s.arbat, s.phone, 5);
    c->now += HOUR_MS;
    by_account(c, 11);
    EXPECT_OK(stock_count_add(c, &t));
    seen(c, t.id, s.phone, 4, NONE);
    by_account(c, 12);
    seen(c, t.id, s.tablet, 0, NONE);
    by_account(c, 13);
    EXPECT_OK(stock_count_submit(c, t.id));
    for (i64 id = 11; id <= 13; id++) {
        by_account(c, id);
        EXPECT_ERR(stock_count_approve(c, t.id), SAME_PERSON);
        c->fault = (struct fault){ 0 };
    }
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 5);
    by_account(c, 14);
    EXPECT_OK(stock_count_approve(c, t.id));
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 4);
}

static void alone_in_the_shop(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct count t = { .place_id = s.arbat };

    EXPECT_OK(setting_set(c, "stock.count_same_person",
                          (struct setting_scope){ .place_id = s.arbat }, "true"));
    by_account(c, 11);
    EXPECT_OK(stock_count_add(c, &t));
    seen(c, t.id, s.phone, 4, NONE);
    EXPECT_OK(stock_count_submit(c, t.id));
    EXPECT_OK(stock_count_approve(c, t.id));
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 4);
}

/* ---- Sources ------------------------------------------------------------ */

static void silent_source(struct ctx *c)
{
    const struct shop s = a_shop(c);
    i64 one_c, till, alarms;

    EXPECT_OK(stock_source_put(c, "УТ 11", "1c", &one_c));
    EXPECT_OK(stock_source_put(c, "Касса 1", "till", &till));
    EXPECT_OK(stock_source_heard(c, one_c, s.arbat, c->now));
    EXPECT_OK(stock_source_heard(c, one_c, s.tver, c->now));
    EXPECT_OK(stock_source_heard(c, till, s.arbat, c->now));
    c->now += 16 * MINUTE_MS;
    EXPECT_OK(stock_source_watch(c, &alarms));
    EXPECT_INT(alarms, 1); /* the till */
    EXPECT_OK(stock_source_watch(c, &alarms));
    EXPECT_INT(alarms, 0); /* given once */
    c->now += 50 * MINUTE_MS;
    EXPECT_OK(stock_source_watch(c, &alarms));
    EXPECT_INT(alarms, 2);
    EXPECT_OK(stock_source_heard(c, one_c, 0, c->now));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'stock.fresh'"),
               2);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'stock.stale'"),
               3);
    EXPECT_ERR(stock_source_put(c, "x", "fax", &till), BAD_ARGUMENT);
}

/* ---- Whatever happens --------------------------------------------------- */

static u64 dice_state;
static i64 dice(i64 sides)
{
    dice_state ^= dice_state << 13;
    dice_state ^= dice_state >> 7;
    dice_state ^= dice_state << 17;
    return (i64)(dice_state % (u64)sides);
}

struct step {
    const struct shop *s;
    i64 nth;
};

/* One thing that happens in a chain, by chance. */
static enum err any_step(struct ctx *c, void *arg)
{
    const struct step *t = arg;
    const i64 place = dice(2) ? t->s->arbat : t->s->tver,
              variant = dice(2) ? t->s->phone : t->s->tablet, who = 1 + dice(12),
              buyer = 1 + dice(12), qty = 1 + dice(3), at = c->now - dice(2 * HOUR_MS);
    const int owner = dice(3) ? OWNER_ORDER : OWNER_BASKET;
    const struct stock_hold hold[] = {
        { place, variant, owner, who, qty,
          owner == OWNER_BASKET ? c->now + dice(HOUR_MS) + 1 : NONE },
        { place, t->s->phone + t->s->tablet - variant, owner, who, 1, NONE },
    };
    const struct stock_hold order[] = {
        { place, variant, OWNER_ORDER, buyer, qty, NONE },
        { place, hold[1].variant_id, OWNER_ORDER, buyer, 1, NONE },
    };
    const struct stock_move m = { place,          variant, -qty, MOVE_SALE,
                                  10000 + t->nth, 1,       at,   NULL },
                            in = { place,          variant, qty + 2, MOVE_RECEIPT,
                                   10000 + t->nth, 2,       at,      NULL };
    struct stock_count_sum sum;
    i64 n;

    switch (dice(12)) {
    case 0:
    case 1:
        return stock_hold_open(c, hold, 1 + (size_t)dice(2));
    case 2:
        return stock_hold_free(c, owner, who);
    case 3:
        return stock_hold_reduce(c, owner, who, place, variant, qty);
    case 4:
        return stock_hold_take_over(c, OWNER_BASKET, who, order, 1 + (size_t)dice(2));
    case 5:
        return stock_move(c, &(struct stock_take){ &m, 1, dice(2) != 0, -1, 0 });
    case 6:
        return stock_move(c, &(struct stock_take){ &m, 1, false, owner, who });
    case 7:
    case 8:
        return stock_move(c, &(struct stock_take){ &in, 1, false, -1, 0 });
    case 9:
        return stock_set_counts(c, SOURCE, 90000 + t->nth, at,
                                &(struct stock_counted){ place, variant, dice(9) }, 1,
                                &sum);
    case 10:
        return stock_hold_expire(c, 10, &n);
    default:
        return stock_hold_extend(c, owner, who, c->now + HOUR_MS);
    }
}

static void any_history(struct ctx *c)
{
    enum { STEPS = 10000 };
    const struct shop s = a_shop(c);
    i64 refused = 0, done = 0;

    dice_state = 20261121;
    for (i64 k = 1; k <= STEPS; k++) {
        struct step t = { &s, k };
        const enum err e = db_unit(c, any_step, &t);

        EXPECT(e == ERR_OK || e == ERR_STOCK_SHORT || e == ERR_GONE);
        refused += e == ERR_STOCK_SHORT;
        done += e == ERR_OK;
        c->now += dice(5 * MINUTE_MS);
        if (k % 500 == 0) balanced(c);
        if (k % 100) continue;
        /* PostgreSQL wades through all versions of a row until their unit ends. */
        EXPECT_OK(db_commit(c));
        EXPECT_OK(db_begin(c, true));
    }
    balanced(c);
    EXPECT(refused > STEPS / 50);
    EXPECT(done > STEPS / 2);
    EXPECT(test_int(c, "SELECT COUNT(*) FROM stock_level WHERE base_at > 0") == 4);
}

/* Let the 1st, 2nd ... statement fail until none is left to fail; nothing may remain.
 */
struct swept {
    const struct shop *s;
};

static enum err a_busy_minute(struct ctx *c, void *arg)
{
    const struct shop *s = ((struct swept *)arg)->s;
    const struct stock_hold anna[] = { ask(s->arbat, s->phone, ANNA, 2),
                                       ask(s->arbat, s->tablet, ANNA, 1) };
    struct stock_move m[] = { sold(s->arbat, s->phone, 900, 1, NONE),
                              sold(s->arbat, s->tablet, 900, 1, NONE) };
    struct stock_count_sum sum;

    m[0].serial = IMEI;
    m[1].line_no = 2;
    TRY(stock_hold_open(c, anna, 2));
    TRY(stock_move(c, &(struct stock_take){ m, 2, false, OWNER_ORDER, ANNA }));
    TRY(stock_hold_free(c, OWNER_ORDER, ANNA));
    return stock_set_counts(c, SOURCE, 61, c->now,
                            &(struct stock_counted){ s->arbat, s->phone, 7 }, 1, &sum);
}

static void any_statement_may_fail(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct swept w = { &s };
    int nth = 1;

    receive(c, s.arbat, s.phone, 2);
    receive(c, s.arbat, s.tablet, 1);
    for (; nth < 100; nth++) {
        db_fail_at(c->db, nth);
        const enum err e = db_unit(c, a_busy_minute, &w);
        const bool failed = db_fail_left(c->db) == 0;
        db_fail_at(c->db, 0);
        if (!failed) {
            EXPECT_OK(e);
            break;
        }
        EXPECT(e != ERR_OK);
        EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 2);
        EXPECT_INT(level(c, s.arbat, s.phone).held, 0);
        EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_hold"), 0);
        EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_unit"), 0);
        EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_move"), 2);
    }
    EXPECT(nth > 15 && nth < 100);
    balanced(c);
}

/* ---- What stands aside --------------------------------------------------- */

static i64 brought_back(struct ctx *c, const struct shop *s, const char *serial)
{
    const struct stock_move came = { s->arbat, s->phone, 1,    MOVE_RECEIPT,
                                     900,      1,        NONE, serial };
    const struct stock_move sold = { s->arbat, s->phone, -1,   MOVE_SALE,
                                     901,      1,        NONE, serial };
    const struct stock_back b = {
        s->arbat, s->phone, 1, 902, 1, serial, true, "треснул"
    };
    struct list aside;

    EXPECT_OK(stock_move(c, &(struct stock_take){ &came, 1, false, -1, 0 }));
    EXPECT_OK(stock_move(c, &(struct stock_take){ &sold, 1, false, -1, 0 }));
    EXPECT_OK(stock_take_back(c, &b, 1));
    EXPECT_OK(stock_take_back(c, &b, 1)); /* said twice it came once */
    EXPECT_OK(stock_aside_list(c, s->arbat, 0, 10, &aside));
    EXPECT_INT(aside.n, 1);
    return ((struct stock_aside *)aside.at)[0].id;
}

static int life(struct ctx *c, const char *serial)
{
    struct stock_unit u = { 0 };

    EXPECT_OK(stock_unit_find(c, serial, &u));
    return u.state;
}

static void aside_to_shelf(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const i64 id = brought_back(c, &s, IMEI);
    i64 before, after;

    EXPECT_INT(life(c, IMEI), UNIT_QUARANTINE);
    EXPECT_OK(stock_free(c, s.arbat, s.phone, &before));
    EXPECT_OK(stock_aside_end(c, id, ASIDE_SHELF, "проверен"));
    EXPECT_INT(life(c, IMEI), UNIT_RETURNED);
    EXPECT_OK(stock_free(c, s.arbat, s.phone, &after));
    EXPECT_INT(after, before + 1);
    EXPECT_ERR(stock_aside_end(c, id, ASIDE_WRITTEN_OFF, "поздно"), GONE);
}

static void aside_written_off(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const i64 id = brought_back(c, &s, IMEI);

    EXPECT_OK(stock_aside_end(c, id, ASIDE_WRITTEN_OFF, "не чинится"));
    EXPECT_INT(life(c, IMEI), UNIT_LOST);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_quarantine WHERE ended_how = 1"),
               1);
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 0);
}

static void shelves(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct stock_spot rows[] = { { .variant_id = NONE, .sku = "X1-BLK", .aisle = "A" },
                                 { .variant_id = NONE, .sku = "X9", .aisle = "B" } };
    struct list page;

    EXPECT_ERR(stock_shelf_put(c, s.arbat, &(struct list){ rows, 2 }, true), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "lines[1].sku");
    c->fault = (struct fault){ 0 };
    EXPECT_OK(stock_shelf_list(c, s.arbat, 0, 10, &page));
    EXPECT_INT(page.n, 0);
    rows[0].shelf = "12";
    EXPECT_OK(stock_shelf_put(c, s.arbat, &(struct list){ rows, 1 }, false));
    EXPECT_OK(stock_shelf_list(c, s.arbat, 0, 10, &page));
    EXPECT_TEXT(((struct stock_spot *)page.at)->shelf, "12");
    rows[0].aisle = "";
    EXPECT_OK(stock_shelf_put(c, s.arbat, &(struct list){ rows, 1 }, false));
    EXPECT_OK(stock_shelf_list(c, s.arbat, 0, 10, &page));
    EXPECT_INT(page.n, 0);
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
    { "a basket that becomes an order keeps its goods in hand", basket_taken_over },
    { "an order that holds something already does not keep a basket's goods as well",
      basket_to_a_held_order },
    { "the safety stock is not promised to buyers", safety_stock },
    { "a basket that sleeps too long loses its goods, one that woke keeps them", overslept },
    { "a move that is told twice happens once", moves_once },
    { "what is promised to one is not sold to another", promised_is_not_sold },
    { "a handover comes out of the buyer's own hold", handover },
    { "an offline till's sale is written as it was, and the shortage told", offline_till },
    { "a serial number is read in any spelling, an IMEI by its check digit", serial_numbers },
    { "the same unit cannot be sold twice", one_unit_sold_once },
    { "an IMEI with a wrong check digit and two pieces of one serial are refused", wrong_imei },
    { "what stands in the shop is not received again", a_units_life },
    { "a unit comes back, goes to repair and is sold again", a_unit_comes_back },
    { "a picked unit is kept for its order until the order lets go", picked_unit },
    { "a unit kept for one is not sold to another", kept_for_another },
    { "a sale after the count is not lost when the count arrives late", count_before_a_sale },
    { "a sale before the count that arrives late does not count twice", sale_before_the_count },
    { "an older count changes nothing, one from the future counts as now", older_count },
    { "a count below the promises is a shortage that is told once", count_under_promises },
    { "a whole shelf is counted at once, later sales kept", whole_shelf },
    { "what a full feed does not name is not there", not_named },
    { "the shop window shows what is there, and only that", shop_window },
    { "what is on its way can be promised for the day it comes", incoming },
    { "a transfer is held, sent, on its way, and received with what differs", transfer_road },
    { "a transfer names each of its numbered pieces", transfer_names_pieces },
    { "a telephone lost on the road is named", transfer_loses_a_piece },
    { "a piece that was not sent does not arrive", transfer_brings_a_stranger },
    { "a picker is told the shelf, and a wrong row names itself", shelves },
    { "a transfer that is given up frees its goods", transfer_given_up },
    { "what was not sent cannot be received", not_sent },
    { "a blind count becomes moves when approved, sales around it kept", blind_count },
    { "in a whole count what nobody saw is not there", whole_count },
    { "nobody approves what he counted or called counted himself", four_eyes },
    { "a shop of one may be allowed to approve its own counts", alone_in_the_shop },
    { "a source that is silent too long raises one alarm, and is forgiven", silent_source },
    { "what stood aside goes back to the shelf once it is decided", aside_to_shelf },
    { "or is written off, and its number says so", aside_written_off },
    { "whichever statement fails, nothing is half done", any_statement_may_fail },
    { "whatever happens in ten thousand steps, the books balance", any_history },
};
/* clang-format on */

int main(void)
{
    return test_main("stock", tests, COUNT(tests));
}
