#include "order/order_test_steps.h"

#include "base/time.h"

enum { VISIT = 7001, ANNA = 9001, NOBODY = 0 };

static struct basket of_owner(struct ctx *c, i64 id, i64 guest_id)
{
    struct basket b = { 0 };

    EXPECT_OK(basket_get(c, &(struct basket_owner){ id, guest_id }, &b));
    return b;
}

static i64 qty_of(const struct basket *b, i64 variant_id)
{
    const struct basket_line *l = b->lines.at;

    for (size_t k = 0; k < b->lines.n; k++)
        if (l[k].variant_id == variant_id) return l[k].qty;
    return 0;
}

static enum err put(struct ctx *c, i64 id, i64 variant_id, i64 qty, bool add)
{
    struct basket_set one = { variant_id, qty };
    const struct basket_change k = { { &one, 1 }, NONE, NONE, -1 };

    return basket_change(c, &(struct basket_owner){ id, 0 }, &k, add,
                         NEW(c->mem, struct basket));
}

static enum err choose(struct ctx *c, i64 id, i64 place_id)
{
    const struct basket_change k = { { NULL, 0 }, place_id, NONE, -1 };

    return basket_change(c, &(struct basket_owner){ id, 0 }, &k, false,
                         NEW(c->mem, struct basket));
}

static enum err checkout(struct ctx *c, i64 id, i64 place_id, struct basket *ret)
{
    const struct basket_change k = { { NULL, 0 }, place_id, NONE, -1 };

    return basket_checkout(c, &(struct basket_owner){ id, 0 }, &k, ret);
}

static struct order_new from_basket(i64 basket_id, i64 place_id)
{
    struct order_new o = asks(ORDER_PICKUP, place_id);

    o.basket_id = basket_id;
    return o;
}

static void adds_up(struct ctx *c)
{
    const struct chain t = a_chain(c);

    EXPECT_OK(put(c, VISIT, t.cover, 2, true));
    EXPECT_OK(put(c, VISIT, t.cover, 1, true));
    EXPECT_OK(put(c, VISIT, t.cable, 4, false));
    struct basket b = of_owner(c, VISIT, 0);
    EXPECT_INT(qty_of(&b, t.cover), 3);
    EXPECT_INT(b.count, 7);
    EXPECT_INT(b.total_minor, 3 * COVER_MINOR + 4 * CABLE_MINOR);
    EXPECT_OK(put(c, VISIT, t.cover, 0, false));
    EXPECT_OK(put(c, VISIT, t.cable, 999, true));
    b = of_owner(c, VISIT, 0);
    EXPECT_INT(qty_of(&b, t.cover), 0);
    EXPECT_INT(qty_of(&b, t.cable), 999);
    EXPECT_ERR(put(c, VISIT, 5, 1, true), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "lines[0].variant_id");
    EXPECT_ERR(put(c, VISIT, t.cover, 1000, true), BAD_ARGUMENT);
    EXPECT_OK(basket_clear(c, &(struct basket_owner){ VISIT, 0 }, NONE,
                           NEW(c->mem, struct basket)));
    EXPECT_INT(of_owner(c, VISIT, 0).lines.n, 0);
}

static void follows(struct ctx *c)
{
    const struct chain t = a_chain(c);

    EXPECT_OK(put(c, VISIT, t.cover, 3, true));
    EXPECT_OK(put(c, VISIT, t.cable, 1, true));
    EXPECT_OK(put(c, ANNA, t.cover, 2, true));
    EXPECT_OK(put(c, ANNA, t.phone, 1, true));
    for (int k = 0; k < 3; k++) {
        /* Before the event came, after it, and after it came again. */
        const struct basket b = of_owner(c, ANNA, VISIT);
        EXPECT_INT(b.lines.n, 3);
        EXPECT_INT(qty_of(&b, t.cover), 3);
        EXPECT_INT(qty_of(&b, t.cable), 1);
        EXPECT_INT(qty_of(&b, t.phone), 1);
        EXPECT_OK(basket_join(c, VISIT, ANNA));
    }
    EXPECT_INT(of_owner(c, VISIT, 0).lines.n, 0);
    EXPECT_INT(of_owner(c, ANNA, 0).lines.n, 3);
}

static void login_event(struct ctx *c)
{
    const struct chain t = a_chain(c);

    EXPECT_OK(put(c, VISIT, t.cover, 3, true));
    EXPECT_OK(event_emit(
        c, "customer.logged_in", ANNA,
        arena_printf(c->mem, "{\"visit_id\":\"%d\",\"guest\":true}", VISIT)));
    EXPECT_OK(event_drain(c, modules));
    const struct basket b = of_owner(c, ANNA, 0);
    EXPECT_INT(qty_of(&b, t.cover), 3);
}

/* He took it out after he logged in: the guest's line must not bring it back. */
static void taken_out_stays_out(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct basket_owner me = { ANNA, VISIT };

    EXPECT_OK(put(c, VISIT, t.cover, 3, true));
    EXPECT_OK(basket_clear(c, &me, t.cover, NEW(c->mem, struct basket)));
    EXPECT_OK(basket_join(c, VISIT, ANNA));
    EXPECT_INT(of_owner(c, ANNA, VISIT).lines.n, 0);
}

static void dearer(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = from_basket(VISIT, t.arbat);
    struct order_placed p;
    struct basket b;

    receive(c, t.arbat, t.cover, 9);
    EXPECT_OK(put(c, VISIT, t.cover, 1, true));
    EXPECT_OK(choose(c, VISIT, t.arbat));
    price_cover(c, &t, COVER_MINOR + 100);
    b = of_owner(c, VISIT, 0);
    const struct basket_line *l = b.lines.at;
    EXPECT(b.prices_changed);
    EXPECT_INT(l->price_minor, COVER_MINOR + 100);
    EXPECT_INT(l->was_minor, COVER_MINOR);
    EXPECT_ERR(order_place(c, &o, &p), CHANGED);
    EXPECT_OK(checkout(c, VISIT, t.arbat, &b));
    EXPECT(b.prices_changed);
    EXPECT_INT(placed(c, &o).total_minor, COVER_MINOR + 100);
}

static void availability(struct ctx *c)
{
    const struct chain t = a_chain(c);

    receive(c, t.arbat, t.cover, 2);
    EXPECT_OK(put(c, VISIT, t.cover, 3, true));
    EXPECT_OK(choose(c, VISIT, t.arbat));
    struct basket b = of_owner(c, VISIT, 0);
    EXPECT_INT(((struct basket_line *)b.lines.at)->free_qty, 2);
    EXPECT(!((struct basket_line *)b.lines.at)->enough);
    EXPECT(!b.all_available);
    EXPECT(b.ready_at == NONE);
    EXPECT_OK(put(c, VISIT, t.cover, 2, false));
    b = of_owner(c, VISIT, 0);
    EXPECT(b.all_available);
    EXPECT(b.ready_at > c->now);
    EXPECT_ERR(choose(c, VISIT, 12345), NO_SUCH);
}

static void quarter_of_an_hour(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct basket b;

    receive(c, t.arbat, t.cover, 3);
    EXPECT_OK(put(c, VISIT, t.cover, 2, true));
    EXPECT_INT(free_at(c, t.arbat, t.cover), 3);
    EXPECT_OK(checkout(c, VISIT, t.arbat, &b));
    EXPECT_INT(b.hold_until_at, c->now + 15 * MINUTE_MS);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 1);
    EXPECT_INT(((struct basket_line *)b.lines.at)->free_qty, 3);
    c->now += 10 * MINUTE_MS;
    EXPECT_OK(put(c, VISIT, t.cover, 3, false));
    EXPECT_INT(free_at(c, t.arbat, t.cover), 0);
    b = of_owner(c, VISIT, 0);
    EXPECT_INT(b.hold_until_at, c->now + 15 * MINUTE_MS);
    EXPECT_ERR(put(c, VISIT, t.cover, 4, false), STOCK_SHORT);
}

static void leaving(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct basket b;

    receive(c, t.arbat, t.cover, 3);
    EXPECT_OK(put(c, VISIT, t.cover, 2, true));
    EXPECT_OK(checkout(c, VISIT, t.arbat, &b));
    EXPECT_OK(basket_leave(c, &(struct basket_owner){ VISIT, 0 }));
    EXPECT_INT(free_at(c, t.arbat, t.cover), 3);
    EXPECT(of_owner(c, VISIT, 0).hold_until_at == NONE);
    EXPECT_OK(checkout(c, VISIT, t.arbat, &b));
    EXPECT_OK(basket_clear(c, &(struct basket_owner){ VISIT, 0 }, NONE,
                           NEW(c->mem, struct basket)));
    EXPECT_INT(free_at(c, t.arbat, t.cover), 3);
    EXPECT_ERR(checkout(c, VISIT, t.arbat, &b), WRONG_STATE);
}

static void own_hold(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = from_basket(VISIT, t.arbat);
    struct basket b;

    receive(c, t.arbat, t.cover, 2);
    EXPECT_OK(put(c, VISIT, t.cover, 2, true));
    EXPECT_OK(checkout(c, VISIT, t.arbat, &b));
    const struct order_placed p = placed(c, &o);
    EXPECT_INT(the(c, p.id).lines.n, 1);
    EXPECT_INT(level(c, t.arbat, t.cover).held, 2);
    EXPECT_INT(of_owner(c, VISIT, 0).lines.n, 0);
    EXPECT_BALANCED();
}

static void slept_too_long(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = from_basket(VISIT, t.arbat);
    struct basket b;

    receive(c, t.arbat, t.cover, 2);
    EXPECT_OK(put(c, VISIT, t.cover, 2, true));
    EXPECT_OK(checkout(c, VISIT, t.arbat, &b));
    c->now += 16 * MINUTE_MS;
    EXPECT_OK(stock_hold_free(c, OWNER_BASKET, VISIT)); /* as stock's own job does */
    EXPECT(of_owner(c, VISIT, 0).hold_until_at == NONE);
    placed(c, &o);
    EXPECT_INT(level(c, t.arbat, t.cover).held, 2);
    EXPECT_BALANCED();
}

static void other_shop_after_all(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = from_basket(VISIT, t.tver);
    struct basket b;

    receive(c, t.arbat, t.cover, 2);
    receive(c, t.tver, t.cover, 2);
    EXPECT_OK(put(c, VISIT, t.cover, 2, true));
    EXPECT_OK(checkout(c, VISIT, t.arbat, &b));
    placed(c, &o);
    EXPECT_INT(level(c, t.arbat, t.cover).held, 0);
    EXPECT_INT(level(c, t.tver, t.cover).held, 2);
    EXPECT_BALANCED();
}

static void part_of_it(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = from_basket(VISIT, t.arbat);

    receive(c, t.arbat, t.cover, 2);
    EXPECT_OK(put(c, VISIT, t.cover, 2, true));
    EXPECT_OK(put(c, VISIT, t.cable, 1, true));
    of(c, &o, t.cover, 2);
    placed(c, &o);
    const struct basket b = of_owner(c, VISIT, 0);
    EXPECT_INT(b.lines.n, 1);
    EXPECT_INT(qty_of(&b, t.cable), 1);
}

static void joined_in_checkout(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct basket b;

    receive(c, t.arbat, t.cover, 3);
    EXPECT_OK(put(c, VISIT, t.cover, 2, true));
    EXPECT_OK(put(c, ANNA, t.cover, 1, true));
    EXPECT_OK(checkout(c, VISIT, t.arbat, &b));
    EXPECT_OK(basket_join(c, VISIT, ANNA));
    EXPECT_INT(level(c, t.arbat, t.cover).held, 2);
    EXPECT(of_owner(c, ANNA, 0).hold_until_at != NONE);
    EXPECT_OK(stock_hold_free(c, OWNER_BASKET, ANNA));
    EXPECT_INT(level(c, t.arbat, t.cover).held, 0);
}

/* Together it is more than there is: joined all the same, held no longer. */
static void joined_too_much(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct basket b;

    receive(c, t.arbat, t.cover, 2);
    EXPECT_OK(put(c, VISIT, t.cover, 2, true));
    EXPECT_OK(put(c, ANNA, t.cover, 5, true));
    EXPECT_OK(checkout(c, VISIT, t.arbat, &b));
    EXPECT_OK(basket_join(c, VISIT, ANNA));
    b = of_owner(c, ANNA, 0);
    EXPECT_INT(qty_of(&b, t.cover), 5);
    EXPECT_INT(level(c, t.arbat, t.cover).held, 0);
    EXPECT(b.hold_until_at == NONE);
}

static void fee(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct basket_change k = { { NULL, 0 }, NONE, t.region, ORDER_DELIVERY };
    const struct basket_owner me = { VISIT, 0 };
    struct basket b;

    receive(c, t.arbat, t.phone, 2);
    EXPECT_OK(put(c, VISIT, t.phone, 1, true));
    EXPECT_OK(basket_change(c, &me, &k, false, &b));
    b = of_owner(c, VISIT, 0);
    EXPECT_INT(b.delivery_minor, FEE_MINOR);
    EXPECT_INT(b.total_minor, PHONE_MINOR + FEE_MINOR);
    EXPECT_OK(put(c, VISIT, t.phone, 2, false));
    EXPECT_INT(of_owner(c, VISIT, 0).delivery_minor, 0);
    EXPECT_OK(basket_checkout(c, &me, &k, &b));
    EXPECT_INT(level(c, t.arbat, t.phone).held, 2);
}

static void over_http(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const char *body =
        arena_printf(c->mem, "{\"variant_id\":\"%lld\",\"qty\":2}", t.cover);

    receive(c, t.arbat, t.cover, 2);
    c->who = (struct who){ .kind = WHO_NOBODY };
    struct reply r = test_call(c, "GET", "/v1/basket", NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"id\":\"0\""));
    EXPECT(!r.cookies[0]);
    r = test_call(c, "POST", "/v1/basket", body);
    EXPECT_INT(r.status, 200);
    EXPECT(r.cookies[0] && strstr(r.cookies[0], "prilavok_visit="));
    c->who.session_id = VISIT;
    EXPECT_INT(test_call(c, "POST", "/v1/basket", body).status, 200);
    r = test_call(c, "PUT", arena_printf(c->mem, "/v1/basket/line/%lld", t.cover),
                  "{\"qty\":1}");
    EXPECT(strstr(r.text, "\"count\":1"));
    r = test_call(c, "POST", "/v1/basket/checkout",
                  arena_printf(c->mem, "{\"place_id\":\"%lld\"}", t.arbat));
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"hold_until_at\""));
    r = test_call(
        c, "POST", "/v1/order",
        arena_printf(
            c->mem,
            "{\"kind\":\"pickup\",\"place_id\":\"%lld\",\"phone\":\"+79161234567\"}",
            t.arbat));
    EXPECT_INT(r.status, 201);
    r = test_call(
        c, "POST", "/v1/order",
        arena_printf(
            c->mem,
            "{\"kind\":\"pickup\",\"place_id\":\"%lld\",\"phone\":\"+79161234567\"}",
            t.arbat));
    EXPECT_INT(r.status, 422);
    test_as_staff(c);
    EXPECT_INT(test_call(c, "GET", "/v1/basket", NULL).status, 403);
    EXPECT_BALANCED();
}

/* What was begun on the site is sold at the till. */
static void till_goes_on(struct ctx *c)
{
    const struct chain t = a_chain(c);

    receive(c, t.arbat, t.cover, 2);
    i64 anna = 0;
    EXPECT_OK(customer_ensure(c,
                              &(struct customer_contact){ .name = "Анна",
                                                          .phone = "+79161234567",
                                                          .region_id = NONE },
                              &anna));
    EXPECT_OK(put(c, anna, t.cover, 2, true));
    test_as_staff(c);
    struct reply r = test_call(
        c, "GET", arena_printf(c->mem, "/v1/customer/%lld/basket", anna), NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"count\":2"));
    r = test_call(c, "POST", "/v1/order",
                  arena_printf(c->mem,
                               "{\"kind\":\"sale\",\"place_id\":\"%lld\",\"customer_"
                               "id\":\"%lld\",\"pay\":\"card\"}",
                               t.arbat, anna));
    EXPECT_INT(r.status, 201);
    EXPECT_INT(of_owner(c, anna, 0).lines.n, 0);
    EXPECT_INT(level(c, t.arbat, t.cover).on_hand, 0);
    EXPECT_BALANCED();
}

static const struct test tests[] = {
    { "putting in adds up, setting sets, nothing takes out", adds_up },
    { "a guest's basket joins at login: nothing lost, nothing doubled", follows },
    { "logging in is enough to join", login_event },
    { "what was taken out after login stays out", taken_out_stays_out },
    { "a price that changed is shown with the old one, and confirmed before it is paid",
      dearer },
    { "each line tells whether the chosen shop has it", availability },
    { "checkout holds for a quarter of an hour and every change prolongs it",
      quarter_of_an_hour },
    { "who leaves checkout frees the goods at once", leaving },
    { "one's own hold is no obstacle to one's own order", own_hold },
    { "who slept too long may still order what is there", slept_too_long },
    { "another shop than the one in checkout is fine", other_shop_after_all },
    { "what is ordered leaves the basket, the rest stays", part_of_it },
    { "login in the middle of checkout keeps the goods", joined_in_checkout },
    { "a join that is more than there is joins without a hold", joined_too_much },
    { "delivery costs its fee until the basket is large", fee },
    { "a guest's whole way from first piece to order", over_http },
    { "the till goes on with what was begun on the site", till_goes_on },
};

int main(void)
{
    return test_main("order basket", tests, COUNT(tests));
}
