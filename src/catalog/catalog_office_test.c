/* The office's catalogue: lists by what is missing, changes of many with their undo. */
#include "test.h"

#include "catalog/catalog_office.h"
#include "job/job.h"

struct goods {
    i64 phones, covers, brand, list, cost;
    i64 phone, cover, old;       /* products */
    i64 phone_v, cover_v, old_v; /* their variants */
};

static i64 category(struct ctx *c, const char *name, i64 parent_id)
{
    struct catalog_category k = {
        .parent_id = parent_id, .name = name, .name_en = "", .active = true
    };

    EXPECT_OK(catalog_category_put(c, &k));
    return k.id;
}

static i64 product(struct ctx *c, i64 category_id, const char *name, i64 *ret_variant)
{
    struct catalog_product p = { .category_id = category_id,
                                 .brand_id = NONE,
                                 .name = name,
                                 .name_en = "",
                                 .description = "",
                                 .model = "",
                                 .vat_bp = NONE,
                                 .warranty_days = 365,
                                 .active = true };
    struct catalog_variant v = { .sku = name, .name = "", .active = true };

    EXPECT_OK(catalog_product_put(c, &p));
    v.product_id = p.id;
    EXPECT_OK(catalog_variant_put(c, &v));
    *ret_variant = v.id;
    c->now += 5;
    return p.id;
}

static i64 price_list(struct ctx *c, const char *code)
{
    struct catalog_price_list l = {
        .code = code, .name = code, .region_id = NONE, .channel = -1
    };

    EXPECT_OK(catalog_price_list_put(c, &l));
    return l.id;
}

static struct goods goods(struct ctx *c)
{
    struct goods g = { 0 };

    test_as_staff(c);
    g.phones = category(c, "Смартфоны", NONE);
    g.covers = category(c, "Чехлы", g.phones);
    EXPECT_OK(catalog_brand_put(c, "Samsung", &g.brand));
    g.list = price_list(c, "base");
    g.cost = price_list(c, "cost");
    g.phone = product(c, g.phones, "Смартфон S23", &g.phone_v);
    g.cover = product(c, g.covers, "Чехол S23", &g.cover_v);
    g.old = product(c, g.phones, "Смартфон A10", &g.old_v);
    EXPECT_OK(catalog_price_put(c, g.list, g.phone_v, 7999000, NONE, c->now, NONE));
    EXPECT_OK(catalog_price_put(c, g.list, g.cover_v, 99900, NONE, c->now, NONE));
    EXPECT_OK(catalog_price_put(c, g.cost, g.phone_v, 7500000, NONE, c->now, NONE));
    c->now += 1000;
    return g;
}

static struct bulk asked(struct ctx *c, const char *body)
{
    const struct reply r = test_call(c, "POST", "/v1/catalog/bulk", body);

    if (r.status != 201) fail_msg("%s", r.text);
    struct bulk b = *(const struct bulk *)r.body;
    EXPECT_OK(job_drain(c, modules));
    EXPECT_OK(bulk_get(c, b.id, &b));
    return b;
}

static void done(struct ctx *c, struct bulk *b, const char *what)
{
    const char *path = arena_printf(c->mem, "/v1/catalog/bulk/%lld/%s", b->id, what);
    const struct reply r = test_call(c, "POST", path, NULL);

    if (r.status != 200) fail_msg("%s", r.text);
    c->now += 1000;
    EXPECT_OK(job_drain(c, modules));
    EXPECT_OK(bulk_get(c, b->id, b));
}

static i64 price_of(struct ctx *c, i64 list_id, i64 variant_id)
{
    i64 price = NONE, old;

    if (catalog_price_at(c, list_id, variant_id, c->now, &price, &old))
        c->fault = (struct fault){ 0 };
    return price;
}

static void lists_by_what_is_missing(struct ctx *c)
{
    const struct goods g = goods(c);
    struct reply r;

    r = test_call(c, "GET", "/v1/catalog/product?no_price=true", NULL);
    EXPECT(strstr(r.text, "A10") && !strstr(r.text, "S23"));
    r = test_call(
        c, "GET",
        arena_printf(c->mem, "/v1/catalog/product?category_id=%lld", g.covers), NULL);
    EXPECT(strstr(r.text, "Чехол") && !strstr(r.text, "Смартфон S"));
    r = test_call(
        c, "GET",
        arena_printf(c->mem, "/v1/catalog/product?category_id=%lld&limit=2", g.phones),
        NULL);
    EXPECT(strstr(r.text, "\"next\""));
    r = test_call(c, "GET", "/v1/catalog/product?q=s23+%D1%87%D0%B5%D1%85%D0%BE%D0%BB",
                  NULL);
    EXPECT(strstr(r.text, "Чехол") && !strstr(r.text, "A10"));
    SQL("UPDATE catalog_product SET active = 0 WHERE name LIKE '%A10'");
    r = test_call(c, "GET", "/v1/catalog/product?active=false", NULL);
    EXPECT(strstr(r.text, "A10") && !strstr(r.text, "S23"));
}

static void prices_go_down_and_come_back(struct ctx *c)
{
    const struct goods g = goods(c);
    struct bulk b =
        asked(c, arena_printf(c->mem,
                              "{\"what\":\"price\",\"filter\":{\"category_id\":\"%"
                              "lld\"},\"price\":{\"list_id\":\"%lld\","
                              "\"percent_bp\":-1000,\"round_minor\":10000,\"less_"
                              "minor\":1000,\"strike\":true}}",
                              g.phones, g.list));

    EXPECT_INT(b.state, BULK_READY);
    EXPECT_INT(b.n_rows, 2);
    EXPECT_INT(b.n_warned, 1);
    EXPECT_INT(price_of(c, g.list, g.phone_v), 7999000);
    const struct reply r = test_call(
        c, "GET", arena_printf(c->mem, "/v1/catalog/bulk/%lld/row?only=warned", b.id),
        NULL);
    EXPECT(strstr(r.text, "below_cost") && strstr(r.text, "\"becomes\":7199000"));
    done(c, &b, "apply");
    EXPECT_INT(b.state, BULK_APPLIED);
    EXPECT_INT(price_of(c, g.list, g.phone_v), 7199000);
    EXPECT_INT(price_of(c, g.list, g.cover_v), 89000);
    EXPECT_OK(catalog_price_put(c, g.list, g.cover_v, 50000, NONE, c->now, NONE));
    c->now += 1000;
    done(c, &b, "undo");
    EXPECT_INT(b.state, BULK_UNDONE);
    EXPECT_INT(b.n_refused, 1);
    EXPECT_INT(price_of(c, g.list, g.phone_v), 7999000);
    EXPECT_INT(price_of(c, g.list, g.cover_v), 50000);
}

static void what_changed_since_the_look_is_refused(struct ctx *c)
{
    const struct goods g = goods(c);
    struct bulk b =
        asked(c, arena_printf(c->mem,
                              "{\"what\":\"price\",\"variant_id\":[\"%lld\",\"%lld\"],"
                              "\"price\":{\"list_id\":\"%lld\","
                              "\"add_minor\":100}}",
                              g.phone_v, g.cover_v, g.list));

    EXPECT_OK(catalog_price_put(c, g.list, g.phone_v, 1000, NONE, c->now, NONE));
    done(c, &b, "apply");
    EXPECT_INT(b.n_done, 1);
    EXPECT_INT(b.n_refused, 1);
    EXPECT_INT(price_of(c, g.list, g.phone_v), 1000);
    EXPECT_INT(price_of(c, g.list, g.cover_v), 100000);
    const struct reply r = test_call(
        c, "GET", arena_printf(c->mem, "/v1/catalog/bulk/%lld/row?only=refused", b.id),
        NULL);
    EXPECT(strstr(r.text, "Смартфон S23") && !strstr(r.text, "Чехол"));
}

static void a_price_for_a_while_goes_as_if_it_had_not_been(struct ctx *c)
{
    const struct goods g = goods(c);
    struct bulk b =
        asked(c, arena_printf(c->mem,
                              "{\"what\":\"price\",\"variant_id\":[\"%lld\"],\"price\":"
                              "{\"list_id\":\"%lld\","
                              "\"price_minor\":5000000,\"to_at\":\"%s\"}}",
                              g.phone_v, g.list, time_iso(c->mem, c->now + DAY_MS)));

    EXPECT(b.n_warned == 1);
    done(c, &b, "apply");
    EXPECT_INT(price_of(c, g.list, g.phone_v), 5000000);
    done(c, &b, "undo");
    EXPECT_INT(price_of(c, g.list, g.phone_v), 7999000);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM catalog_price WHERE price_minor = 5000000"),
        0);
}

static void goods_are_hidden_and_shown_again(struct ctx *c)
{
    const struct goods g = goods(c);
    struct bulk b = asked(c, arena_printf(c->mem,
                                          "{\"what\":\"active\",\"active\":\"false\","
                                          "\"product_id\":[\"%lld\",\"%lld\"]}",
                                          g.phone, g.old));

    EXPECT_INT(b.n_rows, 2);
    done(c, &b, "apply");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product WHERE active = 0"), 2);
    done(c, &b, "undo");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product WHERE active = 0"), 0);
    b = asked(c, arena_printf(
                     c->mem, "{\"what\":\"brand\",\"brand_id\":\"%lld\",\"filter\":{}}",
                     g.brand));
    EXPECT_INT(b.n_rows, 3);
    done(c, &b, "apply");
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM catalog_product WHERE brand_id IS NOT NULL"),
        3);
    done(c, &b, "undo");
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM catalog_product WHERE brand_id IS NULL"), 3);
}

static void undone_no_longer_than_promised(struct ctx *c)
{
    const struct goods g = goods(c);
    struct bulk b = asked(
        c,
        arena_printf(
            c->mem,
            "{\"what\":\"warranty\",\"warranty_days\":730,\"product_id\":[\"%lld\"]}",
            g.phone));
    const char *path = arena_printf(c->mem, "/v1/catalog/bulk/%lld/undo", b.id);

    EXPECT_INT(test_call(c, "POST", path, NULL).status, 409);
    done(c, &b, "apply");
    c->now = b.undo_until_at + 1;
    EXPECT_INT(test_call(c, "POST", path, NULL).status, 410);
}

static void asks_that_make_no_sense(struct ctx *c)
{
    const struct goods g = goods(c);
    struct reply r;

    r = test_call(c, "POST", "/v1/catalog/bulk", "{\"what\":\"price\"}");
    EXPECT_INT(r.status, 422);
    EXPECT(strstr(r.text, "\"filter\"") && strstr(r.text, "\"price\""));
    r = test_call(c, "POST", "/v1/catalog/bulk",
                  arena_printf(c->mem,
                               "{\"what\":\"price\",\"filter\":{},\"price\":{\"list_"
                               "id\":\"%lld\",\"percent_bp\":1,\"add_minor\":1}}",
                               g.list));
    EXPECT_INT(r.status, 422);
    r = test_call(c, "POST", "/v1/catalog/bulk",
                  "{\"what\":\"category\",\"filter\":{},\"category_id\":\"1\"}");
    EXPECT(strstr(r.text, "no_such"));
}

static void prices_are_rounded_as_shops_do(struct ctx *c)
{
    struct bulk_price p = { 0,   -500,          NONE,  NONE, 10000,
                            100, ROUND_NEAREST, false, NONE, NONE };

    (void)c;
    EXPECT_INT(bulk_price_of(&p, 199900), 189900);
    p.round = ROUND_UP;
    EXPECT_INT(bulk_price_of(&p, 200000), 189900);
    EXPECT_INT(bulk_price_of(&p, 200200), 199900);
    p.round = ROUND_DOWN;
    EXPECT_INT(bulk_price_of(&p, 200200), 189900);
    p = (struct bulk_price){ 0, -500, NONE, NONE, NONE, NONE, -1, false, NONE, NONE };
    EXPECT_INT(bulk_price_of(&p, 90), 86);
    EXPECT_INT(bulk_price_of(&p, 9007199254740993), 8556839292003943);
    p = (struct bulk_price){ 0, NONE, -100, NONE, NONE, NONE, -1, false, NONE, NONE };
    EXPECT(bulk_price_of(&p, 99) == NONE);
    EXPECT(bulk_price_of(&p, NONE) == NONE);
}

int main(void)
{
    static const struct test tests[] = {
        { "the office lists goods by what is missing of them",
          lists_by_what_is_missing },
        { "prices of a category go down and come back, but for the one changed since",
          prices_go_down_and_come_back },
        { "what somebody changed since the look is refused and named",
          what_changed_since_the_look_is_refused },
        { "a price for a while goes as if it had not been",
          a_price_for_a_while_goes_as_if_it_had_not_been },
        { "goods are hidden and shown again, branded and not",
          goods_are_hidden_and_shown_again },
        { "a change is undone no longer than promised",
          undone_no_longer_than_promised },
        { "asks that make no sense are named as such", asks_that_make_no_sense },
        { "prices are rounded as shops do", prices_are_rounded_as_shops_do },
    };

    return test_main("catalog office", tests, COUNT(tests));
}
