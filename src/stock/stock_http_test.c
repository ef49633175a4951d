#include "stock/stock_shop.h"

/* ---- Over HTTP ---------------------------------------------------------- */

static void over_http(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct reply r;

    test_as_staff(c);
    r = test_call(
        c, "POST", "/v1/stock/receive",
        arena_printf(
            c->mem,
            "{\"place_id\":\"%lld\",\"lines\":[{\"variant_id\":\"%lld\",\"qty\":15,"
            "\"serials\":[\"" IMEI "\"]}]}",
            s.arbat, s.phone));
    EXPECT_INT(r.status, 201);
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/stock/variant/%lld", s.phone),
                  NULL);
    EXPECT(strstr(r.text, "\"free\":15") && strstr(r.text, "\"on_hand\":15"));
    c->who = (struct who){ .kind = WHO_NOBODY };
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/stock/variant/%lld", s.phone),
                  NULL);
    EXPECT(strstr(r.text, "\"free\":10") && !strstr(r.text, "on_hand"));
    r = test_call(
        c, "GET",
        arena_printf(c->mem,
                     "/v1/stock/variant/%lld?lat_e6=55750000&lon_e6=37600000&limit=5",
                     s.phone),
        NULL);
    EXPECT(strstr(r.text, "\"distance_m\":0"));
    EXPECT_INT(
        test_call(c, "GET", arena_printf(c->mem, "/v1/stock/place/%lld", s.arbat), NULL)
            .status,
        401);

    test_as_staff(c);
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/stock/place/%lld", s.arbat),
                  NULL);
    EXPECT(strstr(r.text, "\"sku\":\"X1-BLK\""));
    r = test_call(c, "GET", "/v1/stock/unit/" IMEI, NULL);
    EXPECT(strstr(r.text, "\"state\":\"received\"") &&
           strstr(r.text, "\"reason\":\"receipt\""));
    r = test_call(c, "GET", "/v1/stock/unit/4711", NULL);
    EXPECT_INT(r.status, 404);
    r = test_call(
        c, "POST", "/v1/stock/adjust",
        arena_printf(c->mem,
                     "{\"place_id\":\"%lld\",\"variant_id\":\"%lld\",\"qty\":-99,"
                     "\"reason\":\"loss\",\"comment\":\"a \\\"flood\\\"\"}",
                     s.arbat, s.phone));
    EXPECT_INT(r.status, 409);
}

static void over_http_papers(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct reply r;

    test_as_staff(c);
    receive(c, s.arbat, s.phone, 5);
    r = test_call(
        c, "POST", "/v1/stock/adjust",
        arena_printf(c->mem,
                     "{\"place_id\":\"%lld\",\"variant_id\":\"%lld\",\"qty\":-1,"
                     "\"reason\":\"loss\",\"comment\":\"a \\\"flood\\\"\"}",
                     s.arbat, s.phone));
    EXPECT_INT(r.status, 201);
    r = test_call(c, "POST", "/v1/stock/transfer",
                  arena_printf(c->mem,
                               "{\"place_id\":\"%lld\",\"to_place_id\":\"%lld\","
                               "\"lines\":[{\"variant_id\":\"%lld\",\"qty\":2}]}",
                               s.arbat, s.tver, s.phone));
    EXPECT_INT(r.status, 201);
    const char *one = r.location;
    EXPECT_INT(test_call(c, "POST", arena_printf(c->mem, "%s/send", one),
                         arena_printf(c->mem,
                                      "{\"lines\":[{\"variant_id\":\"%lld\",\"qty\":2,"
                                      "\"serials\":[\"SN-1\",\"SN-2\"]}]}",
                                      s.phone))
                   .status,
               200);
    r = test_call(
        c, "GET",
        arena_printf(c->mem,
                     "/v1/stock/"
                     "promise?place_id=%lld&variant_id=%lld&by_at=2030-01-01T00:00:00Z",
                     s.tver, s.phone),
        NULL);
    EXPECT(strstr(r.text, "\"free\":0,\"by_then\":2"));
    EXPECT_INT(
        test_call(c, "POST", arena_printf(c->mem, "%s/receive", one), "{}").status,
        200);
    EXPECT_INT(
        test_call(c, "POST", arena_printf(c->mem, "%s/cancel", one), NULL).status, 409);
    r = test_call(
        c, "GET",
        arena_printf(c->mem, "/v1/stock/transfer?place_id=%lld&to=true", s.tver), NULL);
    EXPECT(strstr(r.text, "\"state\":\"received\""));

    c->now += MINUTE_MS;
    r = test_call(c, "POST", "/v1/stock/count",
                  arena_printf(c->mem, "{\"place_id\":\"%lld\"}", s.arbat));
    EXPECT_INT(r.status, 201);
    one = r.location;
    r = test_call(c, "PUT", arena_printf(c->mem, "%s/lines", one),
                  arena_printf(c->mem,
                               "{\"lines\":[{\"variant_id\":\"%lld\",\"qty\":1}]}",
                               s.phone));
    EXPECT_INT(r.status, 200);
    EXPECT(!strstr(r.text, "book_qty"));
    r = test_call(c, "POST", arena_printf(c->mem, "%s/submit", one), NULL);
    EXPECT(strstr(r.text, "\"book_qty\":2") && strstr(r.text, "\"differs\":-1"));
    EXPECT(strstr(r.text, "\"may_approve\":false"));
    r = test_call(c, "POST", arena_printf(c->mem, "%s/approve", one), NULL);
    EXPECT_INT(r.status, 409);
    EXPECT(strstr(r.text, "\"same_person\""));
    c->who.id = 2;
    r = test_call(c, "GET", one, NULL);
    EXPECT(strstr(r.text, "\"may_approve\":true"));
    EXPECT_INT(
        test_call(c, "POST", arena_printf(c->mem, "%s/approve", one), NULL).status,
        200);
    EXPECT_INT(level(c, s.arbat, s.phone).on_hand, 1);
    EXPECT_INT(test_call(c, "GET",
                         arena_printf(c->mem, "/v1/stock/count?place_id=%lld", s.arbat),
                         NULL)
                   .status,
               200);
    balanced(c);
}

/* Page by page every move once, whichever share their moment. */
static void ledger_pages(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct stock_move_ask ask = { s.arbat, NONE, NONE, NONE, NONE, -1, 2, NULL };
    struct list page;
    i64 n = 0;

    for (int k = 0; k < 7; k++) {
        receive(c, s.arbat, k % 2 ? s.phone : s.tablet, 1);
        c->now += k % 3;
    }
    do {
        EXPECT_OK(stock_move_list(c, &ask, &page, &ask.after));
        n += (i64)page.n;
    } while (ask.after && n < 100);
    EXPECT_INT(n, 7);
    ask = (struct stock_move_ask){ s.arbat, s.phone, NONE, NONE, NONE, -1, 50, NULL };
    EXPECT_OK(stock_move_list(c, &ask, &page, &ask.after));
    EXPECT_INT(page.n, 3);
    ask.place_id = NONE;
    EXPECT_OK(stock_move_list(c, &ask, &page, &ask.after));
    EXPECT_INT(page.n, 3);
    ask.until = c->now - 100;
    EXPECT_OK(stock_move_list(c, &ask, &page, &ask.after));
    EXPECT_INT(page.n, 0);
    ask.variant_id = NONE;
    EXPECT_ERR(stock_move_list(c, &ask, &page, &ask.after), BAD_ARGUMENT);
}

/* The office's list: what is wrong, wherever it is, page by page. */
static void levels_of_the_chain(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct reply r;

    receive(c, s.arbat, s.phone, 3);
    receive(c, s.tver, s.phone, 1);
    receive(c, s.tver, s.tablet, 1);
    SQL("UPDATE stock_level SET held = 2 WHERE on_hand = 3;"
        "UPDATE stock_level SET on_hand = -1 WHERE on_hand = 1 AND held = 0"
        " AND variant_id IN (SELECT MAX(variant_id) FROM stock_level)");
    r = test_call(c, "GET", "/v1/stock/level?limit=1", NULL);
    EXPECT(strstr(r.text, "\"next\""));
    r = test_call(c, "GET", "/v1/stock/level?only=held", NULL);
    EXPECT(strstr(r.text, "\"held\":2") && !strstr(r.text, "\"on_hand\":1"));
    r = test_call(c, "GET", "/v1/stock/level?only=negative", NULL);
    EXPECT(strstr(r.text, "\"on_hand\":-1") && !strstr(r.text, "\"on_hand\":3"));
    r = test_call(c, "GET", "/v1/stock/level?q=%20%20nothing%20like%20it", NULL);
    EXPECT(strstr(r.text, "\"items\":[]"));
    r = test_call(c, "GET", "/v1/stock/level?category_id=12345678901234", NULL);
    EXPECT(strstr(r.text, "\"items\":[]"));
}

static void who_may(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const char *body =
        arena_printf(c->mem, "{\"place_id\":\"%lld\",\"lines\":[]}", s.arbat);

    c->who = (struct who){ .kind = WHO_STAFF,
                           .id = 2,
                           .place_id = s.tver,
                           .rights = 1ull << RIGHT_STOCK_WRITE };
    EXPECT_INT(test_call(c, "POST", "/v1/stock/receive", body).status, 403);
    c->who.place_id = s.arbat;
    EXPECT_INT(test_call(c, "POST", "/v1/stock/receive", body).status, 201);
    EXPECT_INT(test_call(c, "POST", "/v1/stock/count/1/approve", NULL).status, 403);
}

/* clang-format off */
static const struct test tests[] = {
    { "shoppers see that there is enough, staff see how much", over_http },
    { "transfers and counts go their way over HTTP", over_http_papers },
    { "the ledger is paged without loss or repeat", ledger_pages },
        { "the office lists levels of the chain by what is wrong with them",
          levels_of_the_chain },
    { "staff of one shop do not receive goods in another", who_may },
};
/* clang-format on */

int main(void)
{
    return test_main("stock_http", tests, COUNT(tests));
}
