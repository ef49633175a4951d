#include "customer/customer_merge.h"

#include "base/buf.h"
#include "base/person.h"
#include "test.h"

#include "customer/customer_consent.h"
#include "customer/customer_own.h"
#include "customer/customer_pair.h"
#include "customer/customer_resolve.h"
#include "setting/setting.h"

static i64 ensure(struct ctx *c, const char *name, const char *tel, const char *mail,
                  const char *card)
{
    i64 id = 0;

    EXPECT_OK(
        customer_ensure(c,
                        &(struct customer_contact){
                            .name = name, .phone = tel, .email = mail, .card = card },
                        &id));
    c->person = (struct person_seen){ 0 };
    return id;
}

static i64 merge(struct ctx *c, i64 into, i64 from)
{
    i64 id = 0;

    EXPECT_OK(customer_merge(
        c,
        &(struct customer_merge_new){ .into = into, .from = from, .score_ppm = NONE },
        &id));
    return id;
}

static i64 living(struct ctx *c, i64 id)
{
    i64 lives = 0;

    EXPECT_OK(customer_living(c, id, &lives));
    return lives;
}

static const char *name_of(struct ctx *c, i64 id)
{
    struct customer k;

    EXPECT_OK(customer_get(c, id, &k));
    return customer_name_join(c->mem, k.last_name, k.first_name, k.middle_name);
}

/* ---- Sentences -------------------------------------------------------------- */

static void merged_and_parted(struct ctx *c)
{
    const i64 anna = ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    const i64 anya = ensure(c, "Иванова Аня", NULL, "anna@mail.ru", "22001234");
    const i64 fact = merge(c, anna, anya);
    struct customer k;
    i64 id;

    EXPECT_INT(living(c, anya), anna);
    EXPECT_OK(customer_get(c, anya, &k));
    EXPECT_INT(k.id, anna);
    EXPECT_INT(k.keys.n, 3);
    EXPECT_OK(customer_find(c, "anna@mail.ru", &id));
    EXPECT_INT(id, anna);

    EXPECT_OK(customer_part(c, fact, "это мать"));
    EXPECT_INT(living(c, anya), anya);
    EXPECT_OK(customer_get(c, anya, &k));
    EXPECT_INT(k.keys.n, 2);
    EXPECT_OK(customer_find(c, "anna@mail.ru", &id));
    EXPECT_INT(id, anya);
    EXPECT_ERR(customer_part(c, fact, ""), WRONG_STATE);
}

static void chain(struct ctx *c)
{
    const i64 a = ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    const i64 b = ensure(c, "Иванова Аня", NULL, "anna@mail.ru", NULL);
    const i64 d = ensure(c, "Иванова А", NULL, NULL, "22001234");
    const i64 first = merge(c, a, b), second = merge(c, d, a);
    i64 id;

    EXPECT_INT(living(c, b), d);
    EXPECT_OK(customer_part(c, first, ""));
    EXPECT_INT(living(c, b), b);
    EXPECT_INT(living(c, a), d);
    EXPECT_OK(customer_find(c, "anna@mail.ru", &id));
    EXPECT_INT(id, b);
    EXPECT_OK(customer_find(c, "89161234567", &id));
    EXPECT_INT(id, d);
    EXPECT_OK(customer_part(c, second, ""));
    EXPECT_INT(living(c, a), a);
    EXPECT_TEXT(name_of(c, a), "Иванова Анна");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_own"), 0);
}

static void surviving_fields(struct ctx *c)
{
    const i64 proved = ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    c->now += 1000;
    const i64 later = ensure(c, "Иванова Аня", NULL, "anna@mail.ru", NULL);
    struct customer k;
    struct list facts;

    EXPECT_OK(customer_key_confirm(c, KEY_PHONE, "+79161234567", proved));
    EXPECT_OK(customer_get(c, later, &k));
    k.birth_day = 7000;
    EXPECT_OK(customer_put(c, &k));
    c->now += 1000;
    const i64 fact = merge(c, later, proved);
    EXPECT_OK(customer_get(c, later, &k));
    EXPECT_TEXT(k.first_name, "Анна"); /* who has a proved phone */
    EXPECT_INT(k.birth_day, 7000);     /* the only one who says it */
    EXPECT_OK(customer_facts(c, later, &facts));
    const struct customer_fact *f = facts.at;
    EXPECT_INT(f->from_id, proved);
    EXPECT_INT(f->because, FACT_CONFIRMED);

    c->now += 1000;
    k.first_name = "Анна-Мария";
    EXPECT_OK(
        customer_put(c, &k)); /* said of the one they are: holds, is the survivor's */
    EXPECT_TEXT(name_of(c, later), "Иванова Анна-Мария");
    EXPECT_OK(customer_part(c, fact, ""));
    EXPECT_TEXT(name_of(c, proved), "Иванова Анна");
    EXPECT_TEXT(name_of(c, later), "Иванова Анна-Мария");
}

static void say(struct ctx *c, i64 id, bool given)
{
    struct consent said = { .purpose = 0, .channel = 0, .given = given };
    const struct consent_change to = { .items = { &said, 1 }, .text_version = "1" };

    EXPECT_OK(customer_consent_put(c, id, &to));
    c->now += 1000;
}

static bool may(struct ctx *c, i64 id)
{
    bool yes = false;

    EXPECT_OK(customer_may(c, id, 0, 0, &yes));
    return yes;
}

static void strictest_consent(struct ctx *c)
{
    const struct setting_scope chain = { 0 };

    EXPECT_OK(setting_set(c, "customer.confirm_sms", chain, "false"));
    const i64 yes = ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    const i64 no = ensure(c, "Иванова Аня", NULL, "anna@mail.ru", NULL);

    say(c, no, true);
    say(c, no, false);
    say(c, yes, true);
    const i64 fact = merge(c, yes, no);
    EXPECT(!may(c, yes));
    EXPECT_OK(customer_part(c, fact, ""));
    EXPECT(may(c, yes));
    EXPECT(!may(c, no));
    const i64 again = merge(c, yes, no);
    c->now += 1000;
    say(c, yes, true); /* the one they are now says so himself */
    EXPECT(may(c, yes));
    EXPECT_OK(customer_part(c, again, ""));
    EXPECT(may(c, yes));
    EXPECT(!may(c, no));
}

static void apart_for_good(struct ctx *c)
{
    const i64 a = ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    const i64 b = ensure(c, "Иванова Анна", NULL, "anna@mail.ru", NULL);

    test_as_staff(c);
    EXPECT_OK(customer_part(c, merge(c, a, b), "мать и дочь"));
    /* both keys and the same name: by the rules they would be one */
    EXPECT_INT(ensure(c, "Иванова Анна", "89161234567", "anna@mail.ru", NULL), a);
    EXPECT_INT(living(c, b), b);
}

static void too_many_records(struct ctx *c)
{
    const i64 a = ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    i64 fact;

    for (int k = 0; k < 99; k++)
        merge(c, a,
              ensure(c, "Иванова Анна", NULL, arena_printf(c->mem, "anna%d@mail.ru", k),
                     NULL));
    const i64 one = ensure(c, "Иванова Анна", NULL, NULL, "22001234");
    EXPECT_ERR(customer_merge(c, &(struct customer_merge_new){ .into = a, .from = one },
                              &fact),
               TOO_BIG);
}

/* ---- Keys ------------------------------------------------------------------------ */

static void family_phone(struct ctx *c)
{
    const i64 anna = ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    const i64 pyotr = ensure(c, "Иванов Пётр", "89161234567", NULL, NULL);

    EXPECT(anna != pyotr);
    EXPECT_INT(ensure(c, "Петр Иванов", "89161234567", NULL, NULL), pyotr);
    EXPECT_INT(ensure(c, "Аня Иванова", "89161234567", NULL, NULL), anna);
    EXPECT_INT(ensure(c, NULL, "89161234567", NULL, NULL), anna);
}

static void recycled_number(struct ctx *c)
{
    const i64 anna = ensure(c, "Иванова Анна", "89161234567", "anna@mail.ru", NULL);
    i64 id;

    c->now += 400 * DAY_MS;
    const i64 oleg = ensure(c, "Сидоров Олег", "89161234567", NULL, NULL);
    EXPECT(oleg != anna);
    EXPECT_OK(customer_find(c, "89161234567", &id));
    EXPECT_INT(id, oleg);
    EXPECT_OK(customer_find(c, "anna@mail.ru", &id));
    EXPECT_INT(id, anna);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_key_log WHERE what = 1"), 1);
}

static void shared_by_too_many(struct ctx *c)
{
    static const char *const names[] = { "Иванова Анна", "Петров Иван", "Сидоров Олег",
                                         "Кузнецова Инна", "Орлов Борис" };
    struct list blocks;
    i64 ids[5], id;

    for (size_t k = 0; k < COUNT(names); k++)
        ids[k] = ensure(c, names[k], "89161234567", NULL, NULL);
    EXPECT_ERR(customer_find(c, "89161234567", &id), NOT_FOUND);
    EXPECT_OK(customer_blocks(c, &blocks));
    EXPECT_INT(blocks.n, 1);
    EXPECT_INT(((struct customer_block *)blocks.at)->people, 5);
    /* each is still known by his name, a stranger is new */
    EXPECT_INT(ensure(c, "Петров Иван", "89161234567", NULL, NULL), ids[1]);
    EXPECT(ensure(c, "Волков Пётр", "89161234567", NULL, NULL) != ids[0]);
    EXPECT_OK(customer_block_release(c, KEY_PHONE, "89161234567", "прежний владелец"));
    EXPECT_OK(customer_find(c, "89161234567", &id));
    EXPECT_INT(id, ids[0]);
}

static void shop_computer(struct ctx *c)
{
    const i64 anna = ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    const i64 oleg = ensure(c, "Сидоров Олег", "89167654321", NULL, NULL);
    const struct customer_said first[] = { { KEY_PHONE, "89161234567", true },
                                           { KEY_COOKIE, "shop-pc", false } };
    const struct customer_said second[] = { { KEY_PHONE, "89167654321", true },
                                            { KEY_COOKIE, "shop-pc", false } };
    i64 id;

    EXPECT_OK(customer_resolve(c, first, 2, &id));
    EXPECT_INT(id, anna);
    EXPECT_OK(customer_resolve(c, second, 2, &id));
    EXPECT_INT(id, oleg);
    EXPECT_INT(living(c, oleg), oleg);
    EXPECT_OK(customer_resolve(c, first + 1, 1, &id));
    EXPECT_INT(id, anna);
    const struct customer_said nobody = { KEY_COOKIE, "somewhere", false };
    EXPECT_ERR(customer_resolve(c, &nobody, 1, &id), NOT_FOUND);
}

static void by_rule(struct ctx *c)
{
    const i64 a = ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    const i64 b = ensure(c, "Иванова Анна", NULL, "anna@mail.ru", NULL);
    const i64 d = ensure(c, "Иванова Аня", NULL, "anya@mail.ru", NULL);
    struct list waits;

    EXPECT_INT(ensure(c, "Иванова Анна", "89161234567", "anna@mail.ru", NULL), a);
    EXPECT_INT(living(c, b), a);
    ensure(c, "Аня", "89161234567", "anya@mail.ru", NULL);
    EXPECT_INT(living(c, d), d); /* likely, not sure: somebody looks */
    EXPECT_OK(customer_pairs(c, 10, &waits));
    EXPECT_INT(waits.n, 1);
}

static void junk(struct ctx *c)
{
    const i64 a = ensure(c, "Иванова Анна", NULL, "test@mail.ru", "22001234");
    const i64 b = ensure(c, "Петров Иван", NULL, "test@mail.ru", "22005678");
    i64 id;

    EXPECT(a != b);
    EXPECT_ERR(customer_find(c, "test@mail.ru", &id), NOT_FOUND);
    EXPECT_INT(ensure(c, "Петров Иван", NULL, "test@mail.ru", NULL), b);
}

static void names_beside(struct ctx *c)
{
    static const struct {
        const char *al, *af, *bl, *bf;
        enum names_like like;
    } t[] = {
        { "Иванова", "Анна", "ИВАНОВА", "анна", NAMES_SAME },
        { "Семёнов", "Пётр", "Семенов", "Петр", NAMES_SAME },
        { "Анна", "Иванова", "Иванова", "Анна", NAMES_SAME },
        { "Иванова", "Анна", "Иванов", "Пётр", NAMES_CLASH },
        { "Иванова", "Аня", "Иванова", "Анна", NAMES_OPEN },
        { "Иванов", "А.", "Иванов", "Александр", NAMES_OPEN },
        { "Петров", "Саша", "Петров", "Александр", NAMES_OPEN },
        { "", "", "Петров", "Александр", NAMES_OPEN },
        { "Иванов", "Иван", "Иванов", "Илья", NAMES_CLASH },
    };

    for (size_t k = 0; k < COUNT(t); k++)
        EXPECT_INT(customer_names_like(c->mem, t[k].al, t[k].af, t[k].bl, t[k].bf),
                   t[k].like);
}

static const struct test tests[] = {
    { "two records become one and are parted again, keys and all", merged_and_parted },
    { "of a chain of merges the first can be undone", chain },
    { "a field's survivor: proved contact, then the only one, then what was said since",
      surviving_fields },
    { "the strictest consent holds, until he says something new", strictest_consent },
    { "who was parted by hand is not merged by a rule again", apart_for_good },
    { "a hundred records are one person, not more", too_many_records },
    { "spouses with one telephone stay two people", family_phone },
    { "a number given up passes on to who has it now", recycled_number },
    { "a telephone of five people is nobody's until it is released",
      shared_by_too_many },
    { "on the shop's computer the next one to log in is another person",
      shop_computer },
    { "keys that come together make one of two when the whole name agrees", by_rule },
    { "test@mail.ru is nobody's", junk },
    { "names beside each other: same, open, clash", names_beside },
};

int main(void)
{
    return test_main("customer", tests, COUNT(tests));
}
