/* Who of the staff keeps a customer: one at a time, with his history, through merges.
 */
#include "sweep.h"

#include "customer/customer_keeper.h"
#include "customer/customer_merge.h"
#include "staff/staff.h"

static i64 person(struct ctx *c, const char *name, const char *phone)
{
    i64 id = 0;

    EXPECT_OK(customer_ensure(
        c,
        &(struct customer_contact){ .name = name, .phone = phone, .region_id = NONE },
        &id));
    return id;
}

static i64 account(struct ctx *c, const char *login)
{
    const struct staff_new n = { login, login, "correct horse", "seller", 5 };
    i64 id = 0;

    EXPECT_OK(staff_account_add(c, &n, &id));
    return id;
}

static i64 keeper(struct ctx *c, i64 customer_id)
{
    i64 id = -1;

    EXPECT_OK(customer_keeper(c, customer_id, &id));
    return id;
}

static void the_newest_holds_and_the_others_are_remembered(struct ctx *c)
{
    const i64 anna = person(c, "Иванова Анна", "+79161234567"),
              ivan = account(c, "ivan"), olga = account(c, "olga");
    struct list all;

    EXPECT_INT(keeper(c, anna), 0);
    EXPECT_OK(customer_keeper_put(c, anna, ivan));
    EXPECT_OK(customer_keeper_put(c, anna, ivan));
    c->now += 1000;
    EXPECT_OK(customer_keeper_put(c, anna, olga));
    EXPECT_INT(keeper(c, anna), olga);
    EXPECT_OK(customer_keeper_put(c, anna, 0));
    EXPECT_INT(keeper(c, anna), 0);
    EXPECT_OK(customer_keepers(c, anna, &all));
    const struct customer_kept *k = all.at;
    EXPECT_INT((i64)all.n, 3);
    EXPECT(k[0].staff_id == NONE && !k[0].name);
    EXPECT_TEXT(k[1].name, "olga");
    EXPECT_TEXT(k[2].name, "ivan");
    EXPECT_ERR(customer_keeper_put(c, anna, 987654321), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "staff_id");
}

static void of_two_who_become_one_the_last_word_holds_until_they_part(struct ctx *c)
{
    const i64 anna = person(c, "Иванова Анна", "+79161234567"),
              anya = person(c, "Иванова Аня", "+79161234568"),
              ivan = account(c, "ivan"), olga = account(c, "olga");
    i64 merge_id;

    EXPECT_OK(customer_keeper_put(c, anna, ivan));
    c->now += 1000;
    EXPECT_OK(customer_keeper_put(c, anya, olga));
    test_as_staff(c);
    EXPECT_OK(customer_merge(c,
                             &(struct customer_merge_new){ .into = anna,
                                                           .from = anya,
                                                           .how = MERGE_BY_HAND,
                                                           .why = "одна",
                                                           .score_ppm = NONE },
                             &merge_id));
    EXPECT_INT(keeper(c, anna), olga);
    EXPECT_OK(customer_part(c, merge_id, "разные"));
    EXPECT_INT(keeper(c, anna), ivan);
    EXPECT_INT(keeper(c, anya), olga);
}

static void whichever_statement_fails_nothing_is_half_done(struct ctx *c)
{
    const i64 anna = person(c, "Иванова Анна", "+79161234567"),
              ivan = account(c, "ivan");

    test_as_staff(c);
    sweep_route(
        c,
        "SELECT (SELECT COUNT(*) FROM customer_keeper) * 1000"
        " + (SELECT COUNT(*) FROM event_log) + (SELECT COUNT(*) FROM staff_audit)",
        (struct sweep){ "PUT", arena_printf(c->mem, "/v1/customer/%lld/keeper", anna),
                        arena_printf(c->mem, "{\"staff_id\":\"%lld\"}", ivan), 200 });
}

/* clang-format off */
static const struct test tests[] = {
    { "one keeps a customer at a time; who did before is remembered", the_newest_holds_and_the_others_are_remembered },
    { "of two who become one the last word holds, until they part", of_two_who_become_one_the_last_word_holds_until_they_part },
    { "whichever statement fails, nothing is half done", whichever_statement_fails_nothing_is_half_done },
};
/* clang-format on */

int main(void)
{
    return test_main("customer_keeper", tests, COUNT(tests));
}
