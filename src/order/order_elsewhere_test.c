#include "order/order_test_steps.h"

#include "base/time.h"
#include "order/order_elsewhere.h"
#include "sweep.h"

/* An offline till sells so many pieces, whatever is kept. */
static void sold_offline(struct ctx *c, i64 place_id, i64 variant_id, i64 qty)
{
    static i64 doc = 880000;
    const struct stock_move m = { .place_id = place_id,
                                  .variant_id = variant_id,
                                  .qty = -qty,
                                  .reason = MOVE_SALE,
                                  .doc_id = ++doc,
                                  .line_no = 1,
                                  .at = NONE };

    EXPECT_OK(stock_move(c, &(struct stock_take){ &m, 1, true, -1, 0 }));
}

static struct list unmet(struct ctx *c, i64 place_id)
{
    struct list l = { 0 };

    EXPECT_OK(order_unmet(c, place_id, &l));
    return l;
}

static i64 events(struct ctx *c, const char *name)
{
    const struct query q = { .name = "test.events",
                             .sql = "SELECT COUNT(*) FROM event_log WHERE name = $1" };
    i64 n = 0;

    EXPECT_OK(db_one(c, &q, INTO(&n), name));
    return n;
}

/* One cover, kept for Anna, sold by a till without a line. */
static struct order_placed anna_goes_without(struct ctx *c, const struct chain *t)
{
    test_as_staff(c);
    receive(c, t->arbat, t->cover, 1);
    receive(c, t->arbat, t->cable, 1);
    struct order_new o = asks(ORDER_PICKUP, t->arbat);
    of(c, &o, t->cover, 1);
    of(c, &o, t->cable, 1);
    const struct order_placed p = placed(c, &o);
    sold_offline(c, t->arbat, t->cover, 1);
    return p;
}

static void who_waits(struct ctx *c)
{
    const struct chain t = a_chain(c);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 2);
    const i64 first = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1).id,
              second = order_of(c, ORDER_RESERVE, t.arbat, t.cover, 1).id;
    EXPECT_INT(unmet(c, t.arbat).n, 0);
    sold_offline(c, t.arbat, t.cover, 1);
    const struct list all = unmet(c, t.arbat);
    EXPECT_INT(all.n, 1);
    const struct order_unmet *u = all.at;
    EXPECT_TEXT(u->sku, "X1-COVER");
    EXPECT_INT(u->on_hand, 1);
    EXPECT_INT(u->lacking, 1);
    EXPECT_INT(u->orders.n, 2);
    const struct order_waiting *w = u->orders.at;
    EXPECT_INT(w[0].order_id, second);
    EXPECT_INT(w[1].order_id, first);
    EXPECT_TEXT(w[1].customer_name, "Иванова Анна");
    EXPECT_INT(unmet(c, t.tver).n, 0);
}

static void all_of_it_elsewhere(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 id = anna_goes_without(c, &t).id;
    struct list places;

    receive(c, t.tver, t.cover, 5);
    EXPECT_OK(order_elsewhere(c, id, 1, &places));
    EXPECT_INT(places.n, 0); /* no cable there: she would walk to two shops */
    receive(c, t.tver, t.cable, 1);
    receive(c, t.depot, t.cover, 5);
    receive(c, t.depot, t.cable, 5);
    EXPECT_OK(order_elsewhere(c, id, 1, &places));
    EXPECT_INT(places.n, 2);
    const struct order_elsewhere *e = places.at;
    EXPECT_INT(e[0].place_id, t.tver);
    EXPECT(e[0].distance_m > 1000 && e[0].distance_m < e[1].distance_m);
    EXPECT(e[0].promised_at > c->now);
}

static void fetched_elsewhere(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 id = anna_goes_without(c, &t).id;

    receive(c, t.tver, t.cover, 1);
    receive(c, t.tver, t.cable, 1);
    EXPECT_OK(order_send_elsewhere(c, id, 1, NONE));
    const struct order o = the(c, id);
    EXPECT_INT(o.place_id, t.tver);
    EXPECT_INT(o.state, ORDER_PLACED);
    EXPECT_INT(level(c, t.arbat, t.cover).held, 0);
    EXPECT_INT(free_at(c, t.arbat, t.cable), 1);
    EXPECT_INT(free_at(c, t.tver, t.cover), 0);
    EXPECT_INT(unmet(c, t.arbat).n, 0);
    EXPECT_INT(events(c, "order.moved"), 1);
    EXPECT_BALANCED();
}

static void nobody_has_it(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 id = anna_goes_without(c, &t).id;

    EXPECT_ERR(order_send_elsewhere(c, id, 1, NONE), STOCK_SHORT);
    c->fault = (struct fault){ 0 };
    EXPECT_ERR(order_send_elsewhere(c, id, 1, t.tver), STOCK_SHORT);
    c->fault = (struct fault){ 0 };
    EXPECT_ERR(order_send_elsewhere(c, id, 1, t.arbat), NO_SUCH);
    c->fault = (struct fault){ 0 };
    EXPECT_ERR(order_send_elsewhere(c, id, 9, NONE), NOT_FOUND);
    c->fault = (struct fault){ 0 };
    EXPECT_INT(level(c, t.arbat, t.cover).held, 1);
}

static void a_line_is_given_up(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = anna_goes_without(c, &t);

    EXPECT_ERR(order_give_up(c, p.id, 1, NONE, NULL), BAD_ARGUMENT);
    c->fault = (struct fault){ 0 };
    EXPECT_OK(order_give_up(c, p.id, 1, NONE, "продан"));
    const struct order o = the(c, p.id);
    EXPECT_INT(o.state, ORDER_PLACED);
    EXPECT_INT(o.total_minor, CABLE_MINOR);
    EXPECT_INT(level(c, t.arbat, t.cover).held, 0);
    EXPECT_INT(unmet(c, t.arbat).n, 0);
    EXPECT_INT(events(c, "order.given_up"), 1);
    EXPECT_INT(events(c, "order.short"), 0); /* the shelf is as the book says */
    EXPECT_OK(order_give_up(c, p.id, 2, NONE, "и кабель"));
    EXPECT_INT(state_of(c, p.id), ORDER_CANCELLED);
    EXPECT_INT(events(c, "order.cancelled"), 1);
    EXPECT_INT(events(c, "order.given_up"), 1);
    EXPECT_BALANCED();
}

/* A delivery of a cover and a cable, both from the nearest shop. */
static struct order_placed brought(struct ctx *c, const struct chain *t)
{
    struct order_new o = asks(ORDER_DELIVERY, NONE);

    test_as_staff(c);
    receive(c, t->arbat, t->cover, 1);
    receive(c, t->arbat, t->cable, 1);
    o.region_id = t->region;
    o.address = "Тверская, 1";
    o.lat_e6 = 55750000;
    o.lon_e6 = 37600000;
    of(c, &o, t->cover, 1);
    of(c, &o, t->cable, 1);
    const struct order_placed p = placed(c, &o);
    sold_offline(c, t->arbat, t->cover, 1);
    return p;
}

static void one_line_of_a_delivery(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 id = brought(c, &t).id;
    struct list places;

    receive(c, t.depot, t.cover, 2);
    EXPECT_OK(order_elsewhere(c, id, 1, &places));
    EXPECT_INT(places.n, 1);
    EXPECT_OK(order_send_elsewhere(c, id, 1, NONE));
    const struct order o = the(c, id);
    const struct order_line *l = o.lines.at;
    EXPECT_INT(l[0].place_id, t.depot);
    EXPECT_INT(l[1].place_id, t.arbat);
    EXPECT_INT(order_fulfilment_at(&o, t.depot)->state, FULFIL_PLANNED);
    EXPECT_INT(order_fulfilment_at(&o, t.arbat)->state, FULFIL_PLANNED);
    EXPECT_INT(free_at(c, t.depot, t.cover), 1);
    EXPECT_INT(level(c, t.arbat, t.cover).held, 0);
    EXPECT_INT(unmet(c, t.arbat).n, 0);
    make_ready(c, id, t.arbat);
    make_ready(c, id, t.depot);
    EXPECT_INT(state_of(c, id), ORDER_READY);
    EXPECT_BALANCED();
}

static void packed_stays(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 id = brought(c, &t).id;
    struct list places;

    receive(c, t.depot, t.cover, 2);
    make_ready(c, id, t.arbat);
    EXPECT_OK(order_elsewhere(c, id, 1, &places));
    EXPECT_INT(places.n, 0);
    EXPECT_ERR(order_send_elsewhere(c, id, 1, t.depot), WRONG_STATE);
    c->fault = (struct fault){ 0 };
    EXPECT_INT(unmet(c, t.arbat).n, 1); /* it is seen all the same */
    EXPECT_OK(order_give_up(c, id, 1, NONE, "продан без связи"));
    EXPECT_INT(unmet(c, t.arbat).n, 0);
    EXPECT_BALANCED();
}

static void only_who_works_there(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 id = anna_goes_without(c, &t).id;
    const char *there =
        arena_printf(c->mem, "/v1/order/%lld/line/1/elsewhere", (long long)id);

    receive(c, t.tver, t.cover, 1);
    receive(c, t.tver, t.cable, 1);
    c->who = (struct who){ .kind = WHO_STAFF,
                           .id = 5,
                           .rights = 1ull << RIGHT_SELL | 1ull << RIGHT_STAFF,
                           .place_id = t.depot };
    EXPECT_INT(test_call(c, "POST", there, "{}").status, 404); /* not his to see */
    EXPECT_INT(test_call(c, "GET",
                         arena_printf(c->mem, "/v1/order/unmet?place_id=%lld", t.arbat),
                         NULL)
                   .status,
               403);
    c->who.place_id = t.arbat;
    const struct reply seen = test_call(c, "GET", "/v1/order/unmet", NULL);
    EXPECT_INT(seen.status, 200);
    EXPECT(strstr(seen.text, "\"lacking\":1"));
    const struct reply who = test_call(c, "GET", there, NULL);
    EXPECT_INT(who.status, 200);
    EXPECT(strstr(who.text, arena_printf(c->mem, "%lld", t.tver)));
    EXPECT_INT(test_call(c, "POST", there, "{}").status, 200);
    EXPECT_INT(the(c, id).place_id, t.tver);
}

static void any_statement_may_fail(struct ctx *c)
{
    static const char rows[] =
        "SELECT (SELECT COUNT(*) FROM order_history) + (SELECT COUNT(*) FROM event_log)"
        " + (SELECT COUNT(*) FROM order_fulfilment)"
        " + (SELECT CAST(SUM(qty * (line_no + 1)) AS BIGINT) FROM order_line)"
        " + (SELECT CAST(SUM(total_minor) AS BIGINT) FROM order_order)"
        " + (SELECT CAST(SUM(held) AS BIGINT) FROM stock_level)"
        " + (SELECT COUNT(*) FROM stock_hold) * 1000";
    const struct chain t = a_chain(c);
    const i64 fetched = anna_goes_without(c, &t).id;

    receive(c, t.tver, t.cover, 1);
    receive(c, t.tver, t.cable, 1);
    sweep_route(c, rows,
                (struct sweep){
                    "POST",
                    arena_printf(c->mem, "/v1/order/%lld/line/1/elsewhere", fetched),
                    "{}", 200, false });
    const i64 home = brought(c, &t).id;
    receive(c, t.depot, t.cover, 1);
    sweep_route(
        c, rows,
        (struct sweep){ "POST",
                        arena_printf(c->mem, "/v1/order/%lld/line/1/elsewhere", home),
                        "{}", 200, false });
    sweep_route(c, rows,
                (struct sweep){
                    "POST", arena_printf(c->mem, "/v1/order/%lld/line/2/give-up", home),
                    "{\"why\":\"нет\"}", 200, false });
    EXPECT_BALANCED();
}

/* clang-format off */
static const struct test tests[] = {
    { "of two who were promised what an offline till sold, both are named, the last one first", who_waits },
    { "nobody is sent to two shops for one order", all_of_it_elsewhere },
    { "an order whose piece was sold goes to the nearest shop that has all of it", fetched_elsewhere },
    { "where nobody has it the hold stays until somebody decides", nobody_has_it },
    { "what nobody has is given up by the line, the bill gets smaller, the buyer is told", a_line_is_given_up },
    { "of a delivery another place sends the missing line alone", one_line_of_a_delivery },
    { "what is packed is not sent elsewhere, but can be given up", packed_stays },
    { "who works in another shop does not decide about this one's promises", only_who_works_there },
    { "whichever statement fails, nothing is half done", any_statement_may_fail },
};
/* clang-format on */

int main(void)
{
    return test_main("order_elsewhere", tests, COUNT(tests));
}
