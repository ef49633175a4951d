#include "task/task_own.h"

#include "base/time.h"
#include "customer/customer_keeper.h"
#include "event/event.h"
#include "sweep.h"

extern const struct subscriber task_subscribers[];

enum { ARBAT = 501, TVER = 502 };

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

/* Logged in at a shop, with the rights his role gives him there. */
static void as(struct ctx *c, i64 id, u64 rights, i64 place_id)
{
    c->who = (struct who){ .kind = WHO_STAFF,
                           .id = id,
                           .rights = rights | 1ull << RIGHT_STAFF,
                           .place_id = place_id };
}

static const u64 SELLS = 1ull << RIGHT_SELL;
static const u64 MANAGES = 1ull << RIGHT_SELL | 1ull << RIGHT_TASKS;

static struct task made(struct ctx *c, i64 place_id)
{
    struct task t = { .code = "till_oversold",
                      .args = "{\"goods\":\"Чехол\"}",
                      .place_id = place_id,
                      .owner_id = NONE,
                      .subject_kind = "order",
                      .subject_id = 77,
                      .due_at = c->now + HOUR_MS };

    EXPECT_OK(task_add(c, &t));
    return t;
}

/* ---- Whose it is ------------------------------------------------------------- */

static void the_shops_manager(struct ctx *c)
{
    account(c, "olga", "owner", 0);
    const i64 seller = account(c, "ivan", "seller", ARBAT);
    const i64 manager = account(c, "anna", "shop_manager", ARBAT);
    account(c, "pavel", "shop_manager", TVER);

    const struct task t = made(c, ARBAT);
    EXPECT_INT(t.owner_id, manager);
    EXPECT_TEXT(t.owner, "anna");
    EXPECT(t.owner_id != seller);
}

static void nobody_there(struct ctx *c)
{
    const i64 owner = account(c, "olga", "owner", 0);

    account(c, "pavel", "shop_manager", TVER);
    EXPECT_INT(made(c, ARBAT).owner_id, owner);
}

static void nobody_at_all(struct ctx *c)
{
    EXPECT_INT(made(c, ARBAT).owner_id, 0); /* it is there all the same */
}

static void only_who_works_there(struct ctx *c)
{
    const i64 pavel = account(c, "pavel", "seller", TVER);
    struct task t = {
        .code = "hand", .place_id = ARBAT, .owner_id = pavel, .due_at = NONE
    };

    EXPECT_ERR(task_add(c, &t), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "owner_id");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM task_task"), 0);
}

/* ---- Its life ---------------------------------------------------------------- */

static void taken_and_done(struct ctx *c)
{
    const i64 anna = account(c, "anna", "shop_manager", ARBAT),
              ivan = account(c, "ivan", "seller", ARBAT);
    struct task t = made(c, ARBAT);

    as(c, ivan, SELLS, ARBAT);
    EXPECT_OK(task_claim(c, t.id));
    EXPECT_OK(task_read(c, t.id, &t));
    EXPECT_INT(t.state, TASK_TAKEN);
    EXPECT_INT(t.owner_id, ivan);
    EXPECT(t.owner_id != anna);
    EXPECT_OK(task_close(c, t.id, TASK_DONE, "нашёлся под прилавком"));
    EXPECT_OK(task_read(c, t.id, &t));
    EXPECT_INT(t.state, TASK_DONE);
    EXPECT_INT(t.ended_at, c->now);
    EXPECT_INT(t.ended_by, ivan);
    EXPECT_TEXT(t.note, "нашёлся под прилавком");
}

static void ended_once(struct ctx *c)
{
    const i64 anna = account(c, "anna", "shop_manager", ARBAT);
    const struct task t = made(c, ARBAT);

    as(c, anna, MANAGES, ARBAT);
    EXPECT_OK(task_close(c, t.id, TASK_CANCELLED, "ошибка"));
    EXPECT_ERR(task_close(c, t.id, TASK_DONE, NULL), WRONG_STATE);
    EXPECT_ERR(task_claim(c, t.id), WRONG_STATE);
    EXPECT_ERR(task_give(c, t.id, anna), WRONG_STATE);
    EXPECT_INT(test_int(c, "SELECT version FROM task_task"), 2);
}

static void another_shop_sees_nothing(struct ctx *c)
{
    const i64 pavel = account(c, "pavel", "seller", TVER);
    const struct task t = made(c, ARBAT);

    as(c, pavel, SELLS, TVER);
    EXPECT_ERR(task_claim(c, t.id), NOT_FOUND);
    EXPECT_ERR(task_close(c, t.id, TASK_DONE, NULL), NOT_FOUND);
    EXPECT_INT(
        test_call(c, "GET", arena_printf(c->mem, "/v1/task/%lld", t.id), NULL).status,
        404);
    EXPECT_INT(
        test_call(c, "GET", arena_printf(c->mem, "/v1/task?place_id=%d", ARBAT), NULL)
            .status,
        403);
    EXPECT_INT(test_call(c, "GET", "/v1/task", NULL).status, 403);
    const struct reply mine = test_call(c, "GET", "/v1/task?mine=true", NULL);
    EXPECT_INT(mine.status, 200);
    EXPECT(!strstr(mine.text, "till_oversold"));
}

static void given_to_another(struct ctx *c)
{
    const i64 anna = account(c, "anna", "shop_manager", ARBAT),
              ivan = account(c, "ivan", "seller", ARBAT),
              pavel = account(c, "pavel", "seller", TVER);
    struct task t = made(c, ARBAT);

    as(c, ivan, SELLS, ARBAT);
    EXPECT_ERR(task_give(c, t.id, ivan), DENIED); /* that is a manager's */
    as(c, anna, MANAGES, ARBAT);
    EXPECT_OK(task_claim(c, t.id));
    EXPECT_ERR(task_give(c, t.id, pavel), NO_SUCH);
    EXPECT_OK(task_give(c, t.id, ivan));
    EXPECT_OK(task_read(c, t.id, &t));
    EXPECT_INT(t.owner_id, ivan);
    EXPECT_INT(t.state, TASK_OPEN); /* he has not said that he does it */
    EXPECT_INT(t.taken_at, NONE);
}

/* ---- Lists ------------------------------------------------------------------- */

static void pages(struct ctx *c)
{
    const i64 anna = account(c, "anna", "shop_manager", ARBAT);
    struct task_ask ask = { .limit = 2, .place_id = ARBAT, .state = -1 };
    struct task_page first = { 0 }, second = { 0 }, done = { 0 };
    i64 ids[3];

    for (int k = 0; k < 3; k++) ids[k] = made(c, ARBAT).id;
    made(c, TVER);
    as(c, anna, MANAGES, ARBAT);
    EXPECT_OK(task_list(c, &ask, &first));
    EXPECT_INT(first.items.n, 2);
    EXPECT_INT(((struct task *)first.items.at)[0].id, ids[2]);
    ask.after = first.next;
    EXPECT_OK(task_list(c, &ask, &second));
    EXPECT_INT(second.items.n, 1);
    EXPECT_INT(((struct task *)second.items.at)[0].id, ids[0]);
    EXPECT(!second.next);
    EXPECT_OK(task_close(c, ids[0], TASK_DONE, NULL));
    ask = (struct task_ask){ .limit = NONE, .place_id = ARBAT, .state = TASK_DONE };
    EXPECT_OK(task_list(c, &ask, &done));
    EXPECT_INT(done.items.n, 1);
    EXPECT_TEXT(((struct task *)done.items.at)->owner, "anna");
}

/* ---- Short picks ------------------------------------------------------------- */

static void short_of(struct ctx *c, i64 variant_id)
{
    const char *data = arena_printf(c->mem,
                                    "{\"place_id\":\"%d\",\"variant_id\":\"%lld\","
                                    "\"qty\":1,\"number\":\"7K2-M9QFX\"}",
                                    ARBAT, variant_id);
    const struct event e = { .name = "order.short", .subject_id = 9, .data = data };

    EXPECT_OK(task_subscribers[0].hear(c, &e));
}

static void one_count_for_many(struct ctx *c)
{
    i64 open = 0;

    short_of(c, 11);
    short_of(c, 11);
    short_of(c, 12);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM task_task WHERE code = 'count'"), 2);
    const struct task like = {
        .code = "count", .place_id = ARBAT, .subject_kind = "variant", .subject_id = 11
    };
    EXPECT_OK(task_open_about(c, &like, &open));
    EXPECT(open > 0);
    test_as_staff(c);
    EXPECT_OK(task_close(c, open, TASK_DONE, NULL));
    short_of(c, 11); /* it is missing again: somebody counts again */
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM task_task WHERE code = 'count'"), 3);
}

/* ---- About a customer -------------------------------------------------------- */

static i64 person(struct ctx *c)
{
    i64 id = 0;

    EXPECT_OK(customer_ensure(c,
                              &(struct customer_contact){ .name = "Иванова Анна",
                                                          .phone = "+79161234567",
                                                          .region_id = NONE },
                              &id));
    return id;
}

static struct task about(struct ctx *c, i64 customer_id, i64 due_at)
{
    struct task t = { .code = "hand",
                      .body = "Перезвонить",
                      .place_id = NONE,
                      .owner_id = NONE,
                      .subject_kind = "customer",
                      .subject_id = customer_id,
                      .due_at = due_at };

    EXPECT_OK(task_add(c, &t));
    return t;
}

static void whoever_keeps_him(struct ctx *c)
{
    const i64 anna = person(c), olga = account(c, "olga", "owner", 0),
              ivan = account(c, "ivan", "seller", ARBAT);

    EXPECT_INT(about(c, anna, NONE).owner_id, olga);
    EXPECT_OK(customer_keeper_put(c, anna, ivan));
    EXPECT_INT(about(c, anna, NONE).owner_id, ivan);
    EXPECT_OK(customer_keeper_put(c, anna, 0));
    EXPECT_INT(about(c, anna, NONE).owner_id, olga);
}

static void for_oneself(struct ctx *c)
{
    const i64 anna = person(c), ivan = account(c, "ivan", "seller", ARBAT),
              pavel = account(c, "pavel", "seller", TVER);
    const char *body = "{\"body\":\"Перезвонить\",\"subject_kind\":\"customer\","
                       "\"subject_id\":\"%lld\",\"owner_id\":\"%lld\"}";

    as(c, ivan, SELLS | 1ull << RIGHT_CUSTOMER_READ, ARBAT);
    EXPECT_INT(
        test_call(c, "POST", "/v1/task", arena_printf(c->mem, body, anna, ivan)).status,
        201);
    EXPECT_INT(test_call(c, "POST", "/v1/task", arena_printf(c->mem, body, anna, pavel))
                   .status,
               403);
}

static void today(struct ctx *c)
{
    const i64 anna = person(c), ivan = account(c, "ivan", "seller", ARBAT);
    struct task_today t = { 0 };

    EXPECT_OK(customer_keeper_put(c, anna, ivan));
    about(c, anna, NONE);
    const i64 evening = about(c, anna, c->now + 3 * HOUR_MS).id,
              late = about(c, anna, c->now - HOUR_MS).id;
    about(c, anna, c->now + 30 * HOUR_MS);
    as(c, ivan, SELLS | 1ull << RIGHT_CUSTOMER_READ, ARBAT);
    EXPECT_OK(task_list_today(c, c->now + 10 * HOUR_MS, &t));
    const struct task *items = t.items.at;
    EXPECT_INT((i64)t.items.n, 2);
    EXPECT_INT(items[0].id, late);
    EXPECT_INT(items[1].id, evening);
    EXPECT_TEXT(items[1].subject, "Иванова Анна");
    EXPECT_INT(t.later, 2);
    as(c, ivan, SELLS, ARBAT);
    EXPECT_OK(task_list_today(c, c->now + 10 * HOUR_MS, &t));
    EXPECT(!((struct task *)t.items.at)->subject); /* who may not read customers */
}

static void not_done_after_all(struct ctx *c)
{
    const i64 ivan = account(c, "ivan", "seller", ARBAT), anna = person(c);
    struct task t;

    EXPECT_OK(customer_keeper_put(c, anna, ivan));
    const i64 id = about(c, anna, NONE).id;
    as(c, ivan, SELLS, ARBAT);
    EXPECT_ERR(task_reopen(c, id), WRONG_STATE);
    EXPECT_OK(task_close(c, id, TASK_DONE, "дозвонился"));
    EXPECT_OK(task_reopen(c, id));
    EXPECT_OK(task_read(c, id, &t));
    EXPECT_INT(t.state, TASK_OPEN);
    EXPECT(t.ended_at == NONE && !t.note);
    EXPECT_OK(task_claim(c, id));
    EXPECT_OK(task_close(c, id, TASK_DONE, NULL));
    EXPECT_OK(task_reopen(c, id));
    EXPECT_OK(task_read(c, id, &t));
    EXPECT_INT(t.state, TASK_TAKEN);
    EXPECT_OK(task_close(c, id, TASK_CANCELLED, NULL));
    c->now += TASK_REOPEN_MS;
    EXPECT_ERR(task_reopen(c, id), WRONG_STATE);
}

static void no_second_count(struct ctx *c)
{
    struct task t = { .code = "count",
                      .place_id = ARBAT,
                      .owner_id = NONE,
                      .subject_kind = "variant",
                      .subject_id = 9,
                      .due_at = NONE };
    struct task again = t;

    EXPECT_OK(task_add(c, &t));
    test_as_staff(c);
    EXPECT_OK(task_close(c, t.id, TASK_DONE, NULL));
    EXPECT_OK(task_add(c, &again));
    EXPECT_ERR(task_reopen(c, t.id), EXISTS);
}

static void another_time(struct ctx *c)
{
    const i64 anna = person(c), ivan = account(c, "ivan", "seller", ARBAT);
    struct task t;

    EXPECT_OK(customer_keeper_put(c, anna, ivan));
    const i64 id = about(c, anna, c->now + HOUR_MS).id;
    as(c, ivan, SELLS, ARBAT);
    EXPECT_OK(
        task_change(c, id, &(struct task_edit){ "Написать", c->now + 9 * HOUR_MS }, 1));
    EXPECT_ERR(task_change(c, id, &(struct task_edit){ NULL, NONE }, 1), CHANGED);
    EXPECT_OK(task_change(c, id, &(struct task_edit){ NULL, NONE }, NONE));
    EXPECT_OK(task_read(c, id, &t));
    EXPECT_TEXT(t.body, "Написать");
    EXPECT_INT(t.due_at, NONE);
    test_as_staff(c);
    const i64 rule = made(c, ARBAT).id;
    EXPECT_ERR(task_change(c, rule, &(struct task_edit){ "Иначе", NONE }, NONE),
               BAD_ARGUMENT);
}

static i64 reminders(struct ctx *c)
{
    return test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'task.due'");
}

static void reminded_once(struct ctx *c)
{
    const i64 anna = person(c), ivan = account(c, "ivan", "seller", ARBAT);
    i64 n;

    EXPECT_OK(customer_keeper_put(c, anna, ivan));
    const i64 id = about(c, anna, c->now + HOUR_MS).id;
    about(c, anna, NONE);
    EXPECT_OK(task_remind(c, &n));
    EXPECT_INT(reminders(c), 0);
    c->now += 50 * MINUTE_MS;
    EXPECT_OK(task_remind(c, &n));
    EXPECT_OK(task_remind(c, &n));
    EXPECT_INT(reminders(c), 1);
    as(c, ivan, SELLS, ARBAT); /* put off: reminded again */
    EXPECT_OK(task_change(c, id, &(struct task_edit){ NULL, c->now + HOUR_MS }, NONE));
    c->now += HOUR_MS;
    EXPECT_OK(task_remind(c, &n));
    EXPECT_INT(reminders(c), 2);
    EXPECT_OK(task_close(c, id, TASK_DONE, NULL));
    c->now += HOUR_MS;
    EXPECT_OK(task_remind(c, &n));
    EXPECT_INT(reminders(c), 2);
}

/* ---- Whatever happens -------------------------------------------------------- */

static void any_statement_may_fail(struct ctx *c)
{
    const char *counts =
        "SELECT (SELECT COUNT(*) FROM task_task) * 1000000"
        " + (SELECT COALESCE(CAST(SUM(version) AS BIGINT), 0) FROM task_task) * 1000"
        " + (SELECT COUNT(*) FROM event_log) + (SELECT COUNT(*) FROM staff_audit)";
    const i64 ivan = account(c, "ivan", "seller", ARBAT);

    as(c, account(c, "anna", "shop_manager", ARBAT), ~0ull, ARBAT);
    sweep_route(
        c, counts,
        (struct sweep){
            "POST", "/v1/task",
            arena_printf(c->mem, "{\"body\":\"Витрина\",\"place_id\":\"%d\"}", ARBAT),
            201 });
    const i64 id = test_int(c, "SELECT MAX(id) FROM task_task");
    const char *one = arena_printf(c->mem, "/v1/task/%lld", id);
#define PATH(end) arena_printf(c->mem, "%s%s", one, end)
    sweep_route(c, counts, (struct sweep){ "POST", PATH("/take"), NULL, 200 });
    sweep_route(c, counts,
                (struct sweep){ "POST", PATH("/owner"),
                                arena_printf(c->mem, "{\"owner_id\":\"%lld\"}", ivan),
                                200 });
    sweep_route(c, counts, (struct sweep){ "PUT", one, "{\"body\":\"Полки\"}", 200 });
    sweep_route(c, counts, (struct sweep){ "POST", PATH("/cancel"), "{}", 200 });
    sweep_route(c, counts, (struct sweep){ "POST", PATH("/reopen"), NULL, 200 });
    sweep_route(c, counts,
                (struct sweep){ "POST", PATH("/done"), "{\"note\":\"чисто\"}", 200 });
    const i64 other = made(c, ARBAT).id;
    one = arena_printf(c->mem, "/v1/task/%lld", other);
    sweep_route(c, counts, (struct sweep){ "POST", PATH("/cancel"), "{}", 200 });
#undef PATH
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM task_task WHERE state >= 2"), 2);
}

/* clang-format off */
static const struct test tests[] = {
    { "a shop's trouble is its manager's, not the seller's and not the next shop's", the_shops_manager },
    { "a shop without a manager leaves it to the chain's owner", nobody_there },
    { "a task stands although nobody is there to have it", nobody_at_all },
    { "nobody gets a task of a shop where he does not work", only_who_works_there },
    { "who takes a task has it, and says what came of it", taken_and_done },
    { "what has ended is not taken, given or ended again", ended_once },
    { "another shop's people do not see it", another_shop_sees_nothing },
    { "a manager gives it to somebody who works there; it is open until he takes it", given_to_another },
    { "the newest stand first, page by page, ended ones when asked for", pages },
    { "however often a shelf is short, one count is asked for until it is done", one_count_for_many },
    { "a task about a customer is whoever's keeps him, else the chain's", whoever_keeps_him },
    { "a seller makes himself a task about a customer, and nobody else", for_oneself },
    { "my day is what is late and what is due by its end, with the customers' names", today },
    { "what was done by mistake is open again, for a month", not_done_after_all },
    { "a count that was done is not opened beside another", no_second_count },
    { "a task gets other words and another time, as it was read", another_time },
    { "who has something to do is reminded once a date", reminded_once },
    { "whichever statement fails, nothing is half done", any_statement_may_fail },
};
/* clang-format on */

int main(void)
{
    return test_main("task", tests, COUNT(tests));
}
