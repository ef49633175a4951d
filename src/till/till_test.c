#include "till/till_own.h"

#include <sodium.h>

#include "base/id.h"
#include "base/time.h"
#include "goods.h"
#include "setting/setting.h"
#include "sweep.h"
#include "task/task.h"

enum { COVER_MINOR = 150000, PHONE_MINOR = 5000000 };

/* Two shops, a cover and a telephone with numbers, people, a till in the first. */
struct shop {
    i64 arbat, tver, cover, phone;
    i64 seller, manager;
    struct till till;
};

static i64 account(struct ctx *c, const char *login, const char *role, i64 place_id)
{
    const struct staff_new n = { login, login, "correct horse", role, place_id };
    const struct who who = c->who;
    i64 id = 0;

    c->who = (struct who){ .kind = WHO_SYSTEM };
    EXPECT_OK(staff_account_add(c, &n, &id));
    c->who = who;
    return id;
}

static void as(struct ctx *c, i64 id, u64 rights, i64 place_id)
{
    c->who = (struct who){ .kind = WHO_STAFF,
                           .id = id,
                           .rights = rights | 1ull << RIGHT_STAFF,
                           .place_id = place_id };
}

/* The device speaks: its key was shown. */
static void as_till(struct ctx *c, const struct till *t)
{
    c->who = (struct who){ .kind = WHO_KEY,
                           .id = t->id,
                           .session_id = t->id,
                           .place_id = t->place_id,
                           .rights = 1ull << RIGHT_ANYONE };
}

static void prices(struct ctx *c, const struct shop *s)
{
    struct catalog_price_list l = {
        .code = "base", .name = "Розница", .region_id = NONE, .channel = -1
    };

    EXPECT_OK(catalog_price_list_put(c, &l));
    EXPECT_OK(
        catalog_price_put(c, l.id, s->cover, COVER_MINOR, NONE, c->now - 1, NONE));
    EXPECT_OK(
        catalog_price_put(c, l.id, s->phone, PHONE_MINOR, NONE, c->now - 1, NONE));
}

static struct shop a_shop(struct ctx *c)
{
    const i64 region = a_region(c, 0, NONE), product = a_product(c);
    struct shop s = { .arbat = a_place(c, region, "M1", 37600000),
                      .tver = a_place(c, region, "M2", 37700000),
                      .cover = a_variant(c, product, "X1-COVER", false),
                      .phone = a_variant(c, product, "X1-BLK", true) };

    prices(c, &s);
    s.manager = account(c, "anna", "shop_manager", s.arbat);
    s.seller = account(c, "ivan", "seller", s.arbat);
    as(c, s.manager, ~0ull, s.arbat);
    s.till = (struct till){ .place_id = s.arbat, .name = "Касса", .offline = true };
    EXPECT_OK(till_add(c, &s.till));
    return s;
}

/* ---- A sale as a till tells it ------------------------------------------------ */

static struct till_told tells(struct ctx *c, const struct shop *s, i64 seq, i64 qty)
{
    struct till_told t = { .seq = seq,
                           .at = c->now,
                           .sent_at = c->now,
                           .staff_id = s->seller,
                           .customer_id = NONE,
                           .offline_ms = HOUR_MS,
                           .happened = true,
                           .key =
                               arena_printf(c->mem, "key-%lld-%lld", s->till.id, seq),
                           .receipt = arena_printf(c->mem, "1-%06lld", seq),
                           .body = { "{}", 2 } };
    struct till_line *l = list_add(c->mem, &t.lines, sizeof(*l));
    struct order_payment_new *p = list_add(c->mem, &t.payments, sizeof(*p));

    *l = (struct till_line){ .variant_id = s->cover,
                             .qty = qty,
                             .price_minor = COVER_MINOR,
                             .vat_bp = 2000,
                             .name = "Чехол" };
    *p = (struct order_payment_new){ .kind = PAY_CASH,
                                     .amount_minor = qty * COVER_MINOR };
    return t;
}

static const char *sold(struct ctx *c, const struct shop *s, const struct till_told *t)
{
    const char *json = NULL;

    as_till(c, &s->till);
    EXPECT_OK(till_sell(c, t, &json));
    return json;
}

static enum err refused(struct ctx *c, const struct shop *s, const struct till_told *t)
{
    const char *json = NULL;

    as_till(c, &s->till);
    const enum err e = till_sell(c, t, &json);
    c->fault = (struct fault){ 0 };
    return e;
}

static i64 sales(struct ctx *c)
{
    return test_int(c, "SELECT COUNT(*) FROM till_sale");
}

static i64 tasks(struct ctx *c, const char *code)
{
    const struct query q = { .name = "test.tasks",
                             .sql = "SELECT COUNT(*) FROM task_task WHERE code = $1" };
    i64 n = -1;

    EXPECT_OK(db_one(c, &q, INTO(&n), code));
    return n;
}

static void once(struct ctx *c)
{
    const struct shop s = a_shop(c);

    receive(c, s.arbat, s.cover, 5);
    const struct till_told t = tells(c, &s, 1, 2);
    const char *first = sold(c, &s, &t);
    c->now += HOUR_MS;
    EXPECT_TEXT(sold(c, &s, &t), first);
    EXPECT_INT(sales(c), 1);
    EXPECT_INT(level(c, s.arbat, s.cover).on_hand, 3);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM order_order"), 1);
}

static void in_order(struct ctx *c)
{
    const struct shop s = a_shop(c);

    receive(c, s.arbat, s.cover, 5);
    const struct till_told first = tells(c, &s, 1, 1), second = tells(c, &s, 2, 1);
    EXPECT_ERR(refused(c, &s, &second), GAP);
    EXPECT_INT(sales(c), 0);
    (void)sold(c, &s, &first);
    (void)sold(c, &s, &second);
    struct till_told other = tells(c, &s, 2, 1);
    other.key = "another sale";
    EXPECT_ERR(refused(c, &s, &other), KEY_REUSED);
    EXPECT_INT(sales(c), 2);
}

static void the_last_piece_twice(struct ctx *c)
{
    const struct shop s = a_shop(c);

    receive(c, s.arbat, s.cover, 1);
    const struct till_told t = tells(c, &s, 1, 2);
    const char *answer = sold(c, &s, &t);
    EXPECT(strstr(answer, "\"recorded\"") && strstr(answer, "\"till_oversold\""));
    EXPECT(strstr(answer, "\"owner\":\"anna\""));
    EXPECT_INT(level(c, s.arbat, s.cover).on_hand, -1);
    EXPECT_INT(tasks(c, "till_oversold"), 1);
}

static void kept_for_another(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct stock_hold h = { s.arbat, s.cover, OWNER_SERVICE, 77, 1, NONE };

    receive(c, s.arbat, s.cover, 1);
    EXPECT_OK(stock_hold_open(c, &h, 1));
    struct till_told t = tells(c, &s, 1, 1);
    t.happened = false;
    EXPECT(strstr(sold(c, &s, &t), "\"refused\"")); /* may I?  no */
    EXPECT_INT(level(c, s.arbat, s.cover).on_hand, 1);
    t.happened = true; /* he did not hear that */
    EXPECT(strstr(sold(c, &s, &t), "\"till_held\""));
    EXPECT_INT(level(c, s.arbat, s.cover).on_hand, 0);
    EXPECT_INT(sales(c), 1);
    EXPECT_INT(test_int(c, "SELECT last_seq FROM till_till"), 1);
}

static void what_cannot_be_written(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct till_told t = tells(c, &s, 1, 1);

    ((struct till_line *)t.lines.at)->variant_id = 424242;
    const char *answer = sold(c, &s, &t);
    EXPECT(strstr(answer, "\"parked\"") && strstr(answer, "\"till_parked\""));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM till_sale WHERE body IS NOT NULL"), 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM order_order"), 0);
    receive(c, s.arbat, s.cover, 1);
    const struct till_told next = tells(c, &s, 2, 1);
    EXPECT(strstr(sold(c, &s, &next), "\"recorded\"")); /* the queue goes on */
}

static void a_clock_goes_wrong(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const i64 begun = c->now;

    receive(c, s.arbat, s.cover, 9);
    c->now += 2 * HOUR_MS;
    struct till_told t = tells(c, &s, 1, 1);
    t.at = c->now - 3 * DAY_MS - HOUR_MS; /* the battery was empty: three days behind */
    t.sent_at = c->now - 3 * DAY_MS;
    (void)sold(c, &s, &t);
    EXPECT_INT(test_int(c, "SELECT at FROM till_sale WHERE seq = 1"), c->now - HOUR_MS);
    t = tells(c, &s, 2, 1);
    t.at = begun - DAY_MS; /* before the sale before */
    (void)sold(c, &s, &t);
    EXPECT_INT(test_int(c, "SELECT at FROM till_sale WHERE seq = 2"), c->now - HOUR_MS);
    t = tells(c, &s, 3, 1);
    t.at = c->now + DAY_MS;
    (void)sold(c, &s, &t);
    EXPECT_INT(test_int(c, "SELECT at FROM till_sale WHERE seq = 3"), c->now);
}

static void beyond_what_is_allowed(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct till_told t = tells(c, &s, 1, 1);

    receive(c, s.arbat, s.cover, 9);
    t.offline_ms = 100 * HOUR_MS;
    (void)sold(c, &s, &t);
    EXPECT_INT(tasks(c, "till_limits"), 1);
    t = tells(c, &s, 2, 1);
    ((struct till_line *)t.lines.at)->price_minor = COVER_MINOR / 2;
    ((struct order_payment_new *)t.payments.at)->amount_minor = COVER_MINOR / 2;
    (void)sold(c, &s, &t);
    EXPECT_INT(tasks(c, "till_price"), 1);
    t = tells(c, &s, 3, 1);
    t.staff_id = account(c, "pavel", "seller", s.tver);
    (void)sold(c, &s, &t);
    EXPECT_INT(tasks(c, "till_staff"), 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM order_order"), 3);
}

static void a_number_that_fits_nothing(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct till_told t = tells(c, &s, 1, 1);
    struct till_line *l = t.lines.at;

    receive(c, s.arbat, s.phone, 2);
    *l = (struct till_line){ .variant_id = s.phone,
                             .qty = 1,
                             .price_minor = PHONE_MINOR,
                             .vat_bp = 2000,
                             .name = "Телефон",
                             .serial = "866846040001238" };
    ((struct order_payment_new *)t.payments.at)->amount_minor = PHONE_MINOR;
    const char *first = sold(c, &s, &t);
    t.seq = 2;
    t.key = "the same telephone";
    const char *second = sold(c, &s, &t);
    EXPECT(!strstr(first, "till_serial_twice"));
    EXPECT(strstr(second, "till_serial_twice") || strstr(second, "till_serial"));
}

/* ---- Devices ----------------------------------------------------------------- */

static void numbers_of_a_shop(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct till second = { .place_id = s.arbat, .name = "У входа", .offline = true };

    as(c, s.seller, 1ull << RIGHT_SELL, s.arbat);
    EXPECT_OK(till_add(c, &second));
    EXPECT_INT(second.number, 2);
    EXPECT(!second.offline); /* a seller does not allow that */
    struct till there = { .place_id = s.tver, .name = "Чужая" };
    EXPECT_ERR(till_add(c, &there), DENIED);
}

static void only_the_hash_of_its_key(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const char *secret = strchr(s.till.key, '.') + 1;
    unsigned char raw[TILL_SECRET_BYTES];

    EXPECT_INT(strlen(secret), 2 * TILL_SECRET_BYTES);
    sodium_hex2bin(raw, sizeof(raw), secret, strlen(secret), NULL, NULL, NULL);
    const struct query q = { .name = "test.key",
                             .sql =
                                 "SELECT COUNT(*) FROM till_till WHERE key_hash = $1" };
    i64 n = -1;
    EXPECT_OK(db_one(c, &q, INTO(&n), ((struct bytes){ raw, sizeof(raw) })));
    EXPECT_INT(n, 0);
}

static void a_closed_till_tells_nothing(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct till_told t = tells(c, &s, 1, 1);

    as(c, s.seller, 1ull << RIGHT_SELL, s.arbat);
    EXPECT_ERR(till_change(c, s.till.id, &(struct till_change){ NULL, NONE, 1 }),
               DENIED);
    c->fault = (struct fault){ 0 };
    as(c, s.manager, ~0ull, s.arbat);
    EXPECT_OK(till_change(c, s.till.id, &(struct till_change){ NULL, NONE, 1 }));
    EXPECT_ERR(refused(c, &s, &t), GONE);
    EXPECT_INT(sales(c), 0);
}

/* ---- PINs -------------------------------------------------------------------- */

/* As till_pin_set() leaves it, without its half second. */
static void has_pin(struct ctx *c, i64 account_id)
{
    const struct query q = { .name = "test.pin",
                             .sql =
                                 "INSERT INTO till_pin (account_id, salt, rounds, hash,"
                                 " changed_at) VALUES ($1, $2, 600000, $3, $4)" };

    EXPECT_OK(
        db_exec(c, &q, NULL, account_id, ((struct bytes){ "saltsaltsaltsalt", 16 }),
                ((struct bytes){ "hashhashhashhashhashhashhashhash", 32 }), c->now));
}

static void whose_pins_go_along(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const i64 keeper = account(c, "oleg", "storekeeper", s.arbat);
    struct list pins = { 0 };

    account(c, "petr", "seller", s.arbat); /* has none */
    has_pin(c, s.seller);
    has_pin(c, keeper); /* may not sell without a line */
    has_pin(c, account(c, "pavel", "seller", s.tver));
    EXPECT_OK(till_pins(c, s.arbat, &pins));
    EXPECT_INT(pins.n, 1);
    EXPECT_TEXT(((struct till_pin *)pins.at)->login, "ivan");
    as_till(c, &s.till);
    const struct reply r = test_call(c, "POST", "/v1/till/hello", NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"ivan\"") && !strstr(r.text, "\"oleg\""));
    as(c, s.manager, ~0ull, s.arbat);
    EXPECT_OK(till_change(c, s.till.id, &(struct till_change){ NULL, 0, NONE }));
    as_till(c, &s.till);
    EXPECT(!strstr(test_call(c, "POST", "/v1/till/hello", NULL).text, "\"ivan\""));
}

static void pins_people_choose(struct ctx *c)
{
    const struct shop s = a_shop(c);
    const struct request q = { .ip = "127.0.0.1" };
    static const char *const bad[] = { "12345",  "1234567890123", "12a456", "111111",
                                       "123456", "987654",        "" };

    as(c, s.seller, 1ull << RIGHT_SELL_OFFLINE, s.arbat);
    for (size_t k = 0; k < COUNT(bad); k++) {
        EXPECT_ERR(till_pin_set(c, &q, "correct horse", bad[k]), BAD_ARGUMENT);
        EXPECT_TEXT(c->fault.field, "pin");
        c->fault = (struct fault){ 0 };
    }
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM till_pin"), 0);
}

/* ---- The copy ---------------------------------------------------------------- */

static void only_what_changed(struct ctx *c)
{
    const struct shop s = a_shop(c);
    struct till_goods_ask ask = { .after_id = NONE };
    struct till_goods all = { 0 }, again = { 0 };

    EXPECT_OK(till_goods(c, s.arbat, &ask, &all));
    EXPECT_INT(all.pages.n, 1);
    const struct till_page *p = all.pages.at;
    EXPECT_INT(p->items.n, 2);
    *(struct till_have *)list_add(c->mem, &ask.have, sizeof(struct till_have)) =
        (struct till_have){ p->upto_id, p->digest };
    EXPECT_OK(till_goods(c, s.arbat, &ask, &again));
    EXPECT_INT(again.pages.n, 0);
    EXPECT_INT(again.same, 1);
    struct catalog_price_list l = { .code = "sale",
                                    .name = "Скидки",
                                    .region_id = NONE,
                                    .channel = -1,
                                    .priority = 9 };
    EXPECT_OK(catalog_price_list_put(c, &l));
    EXPECT_OK(catalog_price_put(c, l.id, s.cover, 99900, NONE, c->now - 1, NONE));
    EXPECT_OK(till_goods(c, s.arbat, &ask, &again));
    EXPECT_INT(again.pages.n, 1);
}

/* ---- Whatever happens -------------------------------------------------------- */

static const char counts[] =
    "SELECT (SELECT COUNT(*) FROM till_till) * 100 + (SELECT COUNT(*) FROM till_sale) "
    "* 100"
    " + (SELECT COALESCE(CAST(SUM(version + last_seq) AS BIGINT), 0) FROM till_till)"
    " + (SELECT COUNT(*) FROM till_pin) + (SELECT COUNT(*) FROM order_order)"
    " + (SELECT COUNT(*) FROM order_line) + (SELECT COUNT(*) FROM order_payment)"
    " + (SELECT COUNT(*) FROM stock_move) + (SELECT COUNT(*) FROM task_task)"
    " + (SELECT COUNT(*) FROM event_log)"
    " + (SELECT COALESCE(CAST(SUM(on_hand) AS BIGINT), 0) FROM stock_level)";

static const char *sale_body(struct ctx *c, const struct shop *s, i64 seq, i64 qty,
                             i64 variant_id)
{
    return arena_printf(
        c->mem,
        "{\"seq\":%lld,\"key\":\"sweep-%lld\",\"happened\":true,\"at\":\"%s\","
        "\"sent_at\":\"%s\",\"staff_id\":\"%lld\",\"receipt\":\"1-%lld\",\"lines\":"
        "[{\"variant_id\":\"%lld\",\"name\":\"Чехол\",\"qty\":%lld,\"price_minor\":%d,"
        "\"vat_bp\":2000}],\"payments\":[{\"kind\":\"cash\",\"amount_minor\":%lld}]}",
        seq, seq, time_iso(c->mem, c->now), time_iso(c->mem, c->now), s->seller, seq,
        variant_id, qty, COVER_MINOR, qty * COVER_MINOR);
}

static void any_statement_may_fail(struct ctx *c)
{
    const struct shop s = a_shop(c);

    COUNTS_RUNS();
    receive(c, s.arbat, s.cover, 3);
    as(c, s.manager, ~0ull, s.arbat);
    sweep_route(c, counts,
                (struct sweep){
                    "POST", "/v1/till",
                    arena_printf(c->mem, "{\"place_id\":\"%lld\",\"name\":\"Вторая\"}",
                                 s.arbat),
                    201, false });
    sweep_route(c, counts,
                (struct sweep){ "POST",
                                arena_printf(c->mem, "/v1/till/%lld", s.till.id),
                                "{\"name\":\"Первая\",\"offline\":1}", 200, false });
    sweep_route(c, counts,
                (struct sweep){ "PUT", "/v1/till/pin",
                                "{\"password\":\"correct horse\",\"pin\":\"482915\"}",
                                204, true });
    as_till(c, &s.till);
    c->now += HOUR_MS;
    sweep_route(c,
                "SELECT (SELECT MAX(seen_at) FROM till_till) + (SELECT COUNT(*) FROM "
                "till_till)",
                (struct sweep){ "POST", "/v1/till/hello", NULL, 200, false });
    const int one =
        sweep_route(c, counts,
                    (struct sweep){ "POST", "/v1/till/sale",
                                    sale_body(c, &s, 1, 2, s.cover), 200, true });
    const int conflict =
        sweep_route(c, counts,
                    (struct sweep){ "POST", "/v1/till/sale",
                                    sale_body(c, &s, 2, 5, s.cover), 200, true });
    sweep_route(c, counts,
                (struct sweep){ "POST", "/v1/till/sale", sale_body(c, &s, 3, 1, 4242),
                                200, true });
    EXPECT(one > 15 && conflict > one);
    EXPECT_INT(sales(c), 3);
    EXPECT_INT(tasks(c, "till_oversold"), 1);
    EXPECT_INT(tasks(c, "till_parked"), 1);
    EXPECT_INT(test_int(c, "SELECT last_seq FROM till_till WHERE number = 1"), 3);
    EXPECT_INT(level(c, s.arbat, s.cover).on_hand, 3 - 2 - 5);
}

/* clang-format off */
static const struct test tests[] = {
    { "a sale that is told twice is one sale with one answer", once },
    { "sales are written down in their order, and a number is one sale's", in_order },
    { "the last piece sold twice stands, and the shop's manager has a task", the_last_piece_twice },
    { "what is kept for another is refused while the buyer waits, and written down once he is gone", kept_for_another },
    { "a sale that cannot be written down is kept whole, and the next one is told", what_cannot_be_written },
    { "a till's clock may be days wrong: its sales keep their order and lie in the past", a_clock_goes_wrong },
    { "a sale beyond what is allowed without a line stands, and somebody looks at it", beyond_what_is_allowed },
    { "the same telephone sold twice without a line is noticed", a_number_that_fits_nothing },
    { "a shop's tills are numbered, a seller does not let them sell without a line", numbers_of_a_shop },
    { "the database does not hold a till's key", only_the_hash_of_its_key },
    { "a closed till tells nothing, and a seller does not close one", a_closed_till_tells_nothing },
    { "only PINs of who may sell here without a line go along", whose_pins_go_along },
    { "a PIN that everybody tries first is not taken", pins_people_choose },
    { "goods that did not change are not sent again", only_what_changed },
    { "whichever statement fails, nothing is half done", any_statement_may_fail },
};
/* clang-format on */

int main(void)
{
    return test_main("till", tests, COUNT(tests));
}
