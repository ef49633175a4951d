#include "order/order_test_steps.h"

#include "base/time.h"
#include "sweep.h"

/* ---- Over HTTP --------------------------------------------------------------- */

static const char *pickup_body(struct ctx *c, const struct chain *t, i64 qty)
{
    return arena_printf(
        c->mem,
        "{\"kind\":\"pickup\",\"place_id\":\"%lld\",\"name\":\"Анна Иванова\","
        "\"phone\":\"+79161234567\",\"lines\":[{\"variant_id\":\"%lld\",\"qty\":%lld},"
        "{\"variant_id\":\"%lld\",\"qty\":1}]}",
        t->arbat, t->cover, qty, t->cable);
}

static void guest(struct ctx *c)
{
    const struct chain t = a_chain(c);

    receive(c, t.arbat, t.cover, 5);
    receive(c, t.arbat, t.cable, 5);
    c->who = (struct who){ .kind = WHO_NOBODY };
    struct reply r = test_call(c, "POST", "/v1/order", pickup_body(c, &t, 2));
    EXPECT_INT(r.status, 201);
    const struct order_placed p = *(const struct order_placed *)r.body;
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/order/%lld", p.id), NULL);
    EXPECT_INT(r.status, 404);
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/order/%s", p.number), NULL);
    EXPECT_INT(r.status, 404);
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/order/%s", p.token), NULL);
    EXPECT_INT(r.status, 200);
    r = test_call(c, "POST",
                  arena_printf(c->mem, "/v1/order/%s/line/1/cancel", p.token),
                  "{\"qty\":1}");
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"qty\":1"));
    c->who = (struct who){ .kind = WHO_CUSTOMER, .id = p.customer_id + 1 };
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/order/%lld", p.id), NULL);
    EXPECT_INT(r.status, 404);
    c->who.id = p.customer_id;
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/order/%lld", p.id), NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"token\""));
    r = test_call(c, "GET", "/v1/order", NULL);
    EXPECT(strstr(r.text, p.number));
}

static void staff_never_see_codes(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const struct order_placed p = two_phones(c, &t);
    const char *code = arena_printf(c->mem, "\"code\":\"%s\"", code_of(c, p.id));

    struct reply r =
        test_call(c, "GET", arena_printf(c->mem, "/v1/order/%lld", p.id), NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(!strstr(r.text, code));
    EXPECT(!strstr(r.text, "\"token\""));
    EXPECT(strstr(r.text, "+79161234567"));
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/order/%lld/qr.svg", p.id), NULL);
    EXPECT_INT(r.status, 403);
    c->who = (struct who){ .kind = WHO_CUSTOMER, .id = p.customer_id };
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/order/%lld", p.id), NULL);
    EXPECT(strstr(r.text, code));
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/order/%lld/qr.svg", p.id), NULL);
    EXPECT_INT(r.status, 200);
    EXPECT_TEXT(r.type, "image/svg+xml");
}

static void lookup(struct ctx *c)
{
    const struct chain t = a_chain(c);

    receive(c, t.arbat, t.cover, 1);
    const struct order_placed p = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1);
    c->who = (struct who){ .kind = WHO_NOBODY };
    struct reply r =
        test_call(c, "POST", "/v1/order/lookup",
                  arena_printf(c->mem, "{\"number\":\"%s\",\"phone\":\"89161234567\"}",
                               p.number));
    EXPECT_INT(r.status, 200);
    r = test_call(c, "POST", "/v1/order/lookup",
                  arena_printf(c->mem, "{\"number\":\"%s\",\"phone\":\"89161234568\"}",
                               p.number));
    EXPECT_INT(r.status, 404);
}

static void other_place(struct ctx *c)
{
    const struct chain t = a_chain(c);

    receive(c, t.arbat, t.cover, 1);
    const struct order_placed p = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1);
    c->who = (struct who){
        .kind = WHO_STAFF, .id = 5, .rights = 1ull << RIGHT_SELL, .place_id = t.tver
    };
    EXPECT_INT(
        test_call(c, "GET", arena_printf(c->mem, "/v1/order/%lld", p.id), NULL).status,
        404);
    EXPECT_INT(test_call(c, "POST", arena_printf(c->mem, "/v1/order/%lld/cancel", p.id),
                         "{\"why\":\"x\"}")
                   .status,
               404);
    EXPECT_INT(
        test_call(c, "GET",
                  arena_printf(c->mem, "/v1/order/picking?place_id=%lld", t.arbat),
                  NULL)
            .status,
        403);
    EXPECT_INT(test_call(c, "GET", "/v1/order/picking", NULL).status, 200);
    /* The whole thread is read by whoever reads profiles, and changed at its place. */
    c->who.rights |= 1ull << RIGHT_CUSTOMER_READ;
    EXPECT_INT(
        test_call(c, "GET", arena_printf(c->mem, "/v1/order/%lld", p.id), NULL).status,
        200);
    EXPECT_INT(test_call(c, "POST", arena_printf(c->mem, "/v1/order/%lld/cancel", p.id),
                         "{\"why\":\"x\"}")
                   .status,
               403);
}

static int list_status(struct ctx *c, const char *query)
{
    return test_call(c, "GET", arena_printf(c->mem, "/v1/order%s", query), NULL).status;
}

static void who_may_list(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const char *here = arena_printf(c->mem, "?place_id=%lld", t.tver);
    const char *there = arena_printf(c->mem, "?place_id=%lld", t.arbat);
    const char *person =
        arena_printf(c->mem, "?place_id=%lld&customer_id=%d", t.tver, 5);

    c->who = (struct who){ .kind = WHO_NOBODY };
    EXPECT_INT(list_status(c, ""), 401);
    c->who = (struct who){
        .kind = WHO_STAFF, .id = 5, .rights = 1ull << RIGHT_SELL, .place_id = t.tver
    };
    EXPECT_INT(list_status(c, here), 200);
    EXPECT_INT(list_status(c, there), 403);
    EXPECT_INT(list_status(c, ""), 403);
    EXPECT_INT(list_status(c, person), 403);
    EXPECT_INT(list_status(c, "?number=7K2-M9QFX"), 403);
    c->who.rights |= 1ull << RIGHT_CUSTOMER_READ;
    EXPECT_INT(list_status(c, person), 200);
    EXPECT_INT(list_status(c, "?number=7K2-M9QFX"), 200);
    EXPECT_INT(list_status(c, there), 403);
    c->who =
        (struct who){ .kind = WHO_STAFF, .id = 6, .rights = 1ull << RIGHT_ORDER_READ };
    EXPECT_INT(list_status(c, ""), 200);
}

/* ---- Who may change ---------------------------------------------------------- */

static int cancelled_by(struct ctx *c, i64 id, u64 rights, i64 place_id)
{
    c->who = (struct who){
        .kind = WHO_STAFF, .id = 9, .rights = rights, .place_id = place_id
    };
    return test_call(c, "POST", arena_printf(c->mem, "/v1/order/%lld/cancel", id),
                     "{\"why\":\"x\"}")
        .status;
}

static void seeing_is_not_changing(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const u64 read = 1ull << RIGHT_ORDER_READ, write = 1ull << RIGHT_ORDER_WRITE,
              sell = 1ull << RIGHT_SELL, profile = 1ull << RIGHT_CUSTOMER_READ;

    receive(c, t.arbat, t.cover, 3);
    const struct order_placed p = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1),
                              q = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1),
                              r = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1);
    EXPECT_INT(cancelled_by(c, p.id, read, 0), 403);
    EXPECT_INT(cancelled_by(c, p.id, read, t.arbat), 403);
    EXPECT_INT(cancelled_by(c, p.id, sell | profile, t.tver), 403);
    EXPECT_INT(cancelled_by(c, p.id, sell, t.tver), 404);
    EXPECT_INT(cancelled_by(c, p.id, write, t.tver), 404);
    EXPECT_INT(state_of(c, p.id), ORDER_PLACED);
    EXPECT_INT(cancelled_by(c, p.id, write, 0), 200);
    EXPECT_INT(cancelled_by(c, q.id, sell, t.arbat), 200);
    EXPECT_INT(cancelled_by(c, r.id, read | write, t.arbat), 200);
}

static void reserves_elsewhere(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const char *body = "{\"kind\":\"%s\",\"place_id\":\"%lld\",\"name\":\"Анна\","
                       "\"phone\":\"+79161234567\",\"pay\":\"%s\",\"lines\":"
                       "[{\"variant_id\":\"%lld\",\"qty\":1}]}";
    char sale[400], reserve[400];

    snprintf(sale, sizeof(sale), body, "sale", t.arbat, "cash", t.cover);
    snprintf(reserve, sizeof(reserve), body, "reserve", t.arbat, "on_pickup", t.cover);
    receive(c, t.arbat, t.cover, 2);
    c->who = (struct who){ .kind = WHO_STAFF,
                           .id = 5,
                           .rights = 1ull << RIGHT_SELL | 1ull << RIGHT_STAFF,
                           .place_id = t.tver };
    EXPECT_INT(test_call(c, "POST", "/v1/order", sale).status, 403);
    EXPECT_INT(test_call(c, "POST", "/v1/order", reserve).status, 201);
    EXPECT_INT(free_at(c, t.arbat, t.cover), 1);
    c->who.rights = 1ull << RIGHT_STOCK_READ | 1ull << RIGHT_STAFF;
    EXPECT_INT(test_call(c, "POST", "/v1/order", reserve).status, 403);
}

static void checkouts_have_a_pace(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const char *body = arena_printf(c->mem, "{\"place_id\":\"%lld\"}", t.arbat);

    receive(c, t.arbat, t.cover, 5);
    EXPECT_OK(
        setting_set(c, "order.checkout_visit_max", (struct setting_scope){ 0 }, "3"));
    c->who = (struct who){ .kind = WHO_NOBODY, .session_id = 77 };
    EXPECT_INT(
        test_call(c, "POST", "/v1/basket",
                  arena_printf(c->mem, "{\"variant_id\":\"%lld\",\"qty\":1}", t.cover))
            .status,
        200);
    for (int k = 0; k < 3; k++)
        EXPECT_INT(test_call(c, "POST", "/v1/basket/checkout", body).status, 200);
    const struct reply r = test_call(c, "POST", "/v1/basket/checkout", body);
    EXPECT_INT(r.status, 429);
    EXPECT(strstr(r.text, "too_many"));
    c->now += 16 * MINUTE_MS;
    EXPECT_INT(test_call(c, "POST", "/v1/basket/checkout", body).status, 200);
}

/* ---- Whatever happens -------------------------------------------------------- */

static const char rows[] =
    "SELECT (SELECT COUNT(*) FROM order_order) + (SELECT COUNT(*) FROM order_line)"
    " + (SELECT COUNT(*) FROM order_history) + (SELECT COUNT(*) FROM order_number)"
    " + (SELECT COUNT(*) FROM order_payment) + (SELECT COUNT(*) FROM order_basket_line)"
    " + (SELECT COUNT(*) FROM event_log)"
    " + (SELECT COALESCE(CAST(SUM(held) AS BIGINT), 0) FROM stock_level)"
    " + (SELECT COALESCE(CAST(SUM(on_hand) AS BIGINT), 0) FROM stock_level)";

static int sweep(struct ctx *c, struct sweep s)
{
    const int n = sweep_route(c, rows, s);

    EXPECT_BALANCED();
    return n;
}

static void any_statement_may_fail(struct ctx *c)
{
    const struct chain t = a_chain(c);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 20);
    receive(c, t.tver, t.cover, 20);
    receive(c, t.arbat, t.cable, 20);
    receive(c, t.tver, t.cable, 20);
    sweep(c, (struct sweep){ "POST", "/v1/order", pickup_body(c, &t, 2), 201 });
    const i64 id = test_int(c, "SELECT MAX(id) FROM order_order");
    const char *at = arena_printf(c->mem, "{\"place_id\":\"%lld\"}", t.tver);
    const char *one = arena_printf(c->mem, "/v1/order/%lld", id);
#define PATH(end) arena_printf(c->mem, "%s%s", one, end)
    sweep(c, (struct sweep){ "POST", PATH("/place"), at, 200 });
    sweep(c, (struct sweep){
                 "POST", PATH("/payment"),
                 "{\"kind\":\"card\",\"amount_minor\":150000,\"ref\":\"1\"}", 200 });
    sweep(c, (struct sweep){ "POST", PATH("/pick"), at, 200 });
    sweep(c,
          (struct sweep){ "PUT", PATH("/line/1/picked"), "{\"picked_qty\":1}", 200 });
    sweep(c, (struct sweep){ "POST", PATH("/line/1/short"), "{\"qty\":1}", 200 });
    sweep(c,
          (struct sweep){ "POST", PATH("/line/2/cancel"), "{\"why\":\"нет\"}", 200 });
    sweep(c, (struct sweep){ "POST", PATH("/ready"), at, 200 });
    sweep(c, (struct sweep){ "POST", PATH("/extend"), "{\"days\":2}", 200 });
    sweep(c, (struct sweep){ "POST", "/v1/order/handover",
                             arena_printf(c->mem,
                                          "{\"place_id\":\"%lld\",\"code\":\"%s\"}",
                                          t.tver, code_of(c, id)),
                             200 });
    EXPECT_INT(state_of(c, id), ORDER_DONE);
    sweep(c,
          (struct sweep){
              "POST", "/v1/order",
              arena_printf(
                  c->mem,
                  "{\"kind\":\"sale\",\"place_id\":\"%lld\",\"pay\":\"cash\",\"lines\":"
                  "[{\"variant_id\":\"%lld\",\"qty\":2}]}",
                  t.arbat, t.cable),
              201 });
    const i64 sold = test_int(c, "SELECT MAX(id) FROM order_order");
    one = arena_printf(c->mem, "/v1/order/%lld", sold);
    sweep(c, (struct sweep){
                 "POST", PATH("/return"),
                 arena_printf(c->mem,
                              "{\"place_id\":\"%lld\",\"reason\":\"wrong\",\"lines\":"
                              "[{\"line_no\":1,\"qty\":1,\"condition\":\"defective\"}"
                              ",{\"line_no\":1,\"qty\":1,\"condition\":\"sellable\"}]}",
                              t.arbat),
                 201 });
    one = arena_printf(c->mem, "/v1/order/return/%lld",
                       test_int(c, "SELECT MAX(id) FROM order_return"));
    sweep(c, (struct sweep){ "POST", PATH("/undo"), NULL, 200 });
    sweep(c,
          (struct sweep){
              "POST", "/v1/order",
              arena_printf(c->mem,
                           "{\"kind\":\"delivery\",\"region_id\":\"%lld\",\"address\":"
                           "\"Арбат\",\"phone\":\"+79161234567\",\"lines\":"
                           "[{\"variant_id\":\"%lld\",\"qty\":25}]}",
                           t.region, t.cable),
              201 });
    const i64 home = test_int(c, "SELECT MAX(id) FROM order_order");
    one = arena_printf(c->mem, "/v1/order/%lld", home);
    at = arena_printf(c->mem, "{\"place_id\":\"%lld\"}", the(c, home).place_id);
    sweep(c, (struct sweep){ "POST", PATH("/ready"), at, 200 });
    sweep(c, (struct sweep){ "POST", PATH("/ship"), at, 200 });
    sweep(c, (struct sweep){ "POST", PATH("/delivered"), at, 200 });
    sweep(c, (struct sweep){ "POST", PATH("/cancel"), "{\"why\":\"нет\"}", 200 });
#undef PATH
}

/* What the hot path asks of the database; README.md tells the same. */
static void statements(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct order_new o = asks(ORDER_PICKUP, t.arbat);
    enum { MANY = 1000 };

    receive(c, t.arbat, t.phone, 9);
    receive(c, t.arbat, t.cover, 9);
    receive(c, t.arbat, t.cable, 9);
    of(c, &o, t.phone, 1);
    of(c, &o, t.cover, 1);
    of(c, &o, t.cable, 1);
    placed(c, &o);
    db_fail_at(c->db, MANY);
    placed(c, &o);
    EXPECT_INT(MANY - db_fail_left(c->db), 22);
    db_fail_at(c->db, 0);
}

static u64 dice(u64 *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return *seed >> 33;
}

struct history {
    const struct chain *t;
    u64 seed;
    i64 orders[400];
    size_t n;
};

static enum err something(struct ctx *c, void *arg)
{
    struct history *h = arg;
    const struct chain *t = h->t;
    const i64 places[] = { t->arbat, t->tver, t->depot };
    const i64 goods[] = { t->cover, t->cable };
    const i64 place = places[dice(&h->seed) % 3], variant = goods[dice(&h->seed) % 2];
    const i64 qty = (i64)(dice(&h->seed) % 3) + 1;
    const i64 id = h->n ? h->orders[dice(&h->seed) % h->n] : 0;
    struct order_placed p = { 0 };
    struct order_new o = asks((int)(dice(&h->seed) % 4), place);

    switch (id ? dice(&h->seed) % 12 : 0) {
    case 0:
    case 1:
    case 2:
        o.pay = o.kind == ORDER_SALE ? PAY_CASH : PAY_ON_PICKUP;
        o.region_id = t->region;
        o.address = "Арбат";
        of(c, &o, variant, qty);
        of(c, &o, goods[0], 1);
        TRY(order_place(c, &o, &p));
        h->orders[h->n++ % COUNT(h->orders)] = p.id;
        if (h->n > COUNT(h->orders)) h->n = COUNT(h->orders);
        return ERR_OK;
    case 3:
        return order_cancel(c, id, "случай");
    case 4:
        return order_line_cancel(c, id, 1, qty, "случай");
    case 5:
        return order_pick_short(c, id, &(struct order_short_pick){ place, 1, 1, NULL });
    case 6:
        return order_ready(c, id, &(struct order_at_place){ .place_id = place });
    case 7:
        return order_change_place(c, id, place);
    case 8:
        return order_state_from_outside(c, id, ORDER_DONE, "случай");
    case 9:
        return order_ship(c, id, &(struct order_handover){ .place_id = place });
    case 10:
        return order_pay(
            c, id, &(struct order_payment_new){ PAY_CARD, qty * CABLE_MINOR, NULL });
    default:
        return order_look_at(c, id, place);
    }
}

static void random_histories(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct history h = { .t = &t, .seed = 42 };
    struct ctx *other = test_other(c);
    int ok = 0, refused = 0;

    test_as_staff(c);
    for (int k = 0; k < 3; k++) {
        receive(c, (i64[]){ t.arbat, t.tver, t.depot }[k], t.cover, 60);
        receive(c, (i64[]){ t.arbat, t.tver, t.depot }[k], t.cable, 60);
    }
    EXPECT_OK(db_commit(c));
    other->who = c->who;
    for (int k = 0; k < 600; k++) {
        other->now += (i64)(dice(&h.seed) % (20 * MINUTE_MS));
        const enum err e = db_unit(other, something, &h);
        EXPECT(err_http(e) < 500);
        *(e ? &refused : &ok) += 1;
        if (k % 50 == 49) {
            EXPECT_OK(db_begin(c, false));
            EXPECT_BALANCED();
            db_rollback(c);
        }
    }
    print_message("           %d done, %d refused\n", ok, refused);
    EXPECT(ok > 100 && refused > 50);
}

static const struct test tests[] = {
    { "a guest sees his order by its link and nobody else's", guest },
    { "staff are told the code, they do not read it", staff_never_see_codes },
    { "number and phone together find an order", lookup },
    { "a shop sees its own orders only", other_place },
    { "a list is a place's for who sells there, a person's for who reads profiles",
      who_may_list },
    { "who sees an order does not change it without the right to",
      seeing_is_not_changing },
    { "a seller reserves in another shop and does not sell there", reserves_elsewhere },
    { "a guest does not begin checkout after checkout", checkouts_have_a_pace },
    { "whichever statement fails, nothing is half done", any_statement_may_fail },
    { "placing an order asks little of the database", statements },
    { "six hundred things happen and the books balance", random_histories },
};

int main(void)
{
    return test_main("order over HTTP", tests, COUNT(tests));
}
