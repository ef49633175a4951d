/* People who live together: rules as sentences. */
#include "order/order_test_steps.h"

#include <sodium.h>

#include "base/person.h"
#include "base/privacy.h"
#include "base/seal.h"
#include "customer/customer_merge.h"
#include "event/event.h"
#include "home/home_own.h"
#include "owner/owner.h"
#include "vault/vault.h"

static i64 named(struct ctx *c, const char *name, const char *phone)
{
    const struct customer_contact k = { .name = name,
                                        .phone = phone,
                                        .region_id = NONE };
    i64 id;

    EXPECT_OK(customer_ensure(c, &k, &id));
    c->person = (struct person_seen){ 0 };
    return id;
}

static i64 someone(struct ctx *c, int n)
{
    static const char *const names[] = { "Иванова Анна", "Иванов Олег",
                                         "Петрова Вера" };

    return named(c, names[n % 3], arena_printf(c->mem, "+7916%07d", 1000000 + n));
}

static const char *code_from(struct ctx *c, i64 id)
{
    struct home_invite i;

    EXPECT_OK(home_invite(c, id, &i));
    return i.code;
}

/* Anna and Oleg live together. */
static void together(struct ctx *c, i64 anna, i64 oleg)
{
    EXPECT_OK(home_accept(c, oleg, code_from(c, anna)));
}

static struct home seen_by(struct ctx *c, i64 id)
{
    struct home h;

    EXPECT_OK(home_of(c, id, &h));
    return h;
}

static void buys(struct ctx *c, const struct chain *t, i64 id, const char *number)
{
    struct order_new o = asks(ORDER_SALE, t->arbat);

    o.channel = CHANNEL_SHOP;
    o.customer_id = id;
    o.name = o.phone = NULL;
    of(c, &o, t->phone, 1)->serial = number;
    pay(c, &o.payments, PAY_CASH, PHONE_MINOR);
    placed(c, &o);
    EXPECT_OK(event_drain(c, modules));
}

static void proved(struct ctx *c)
{
    for (const struct query *k = home_module.checks; k->name; k++) {
        const char *sql = arena_printf(c->mem, "SELECT COUNT(*) FROM (%s) x", k->sql);
        const struct query q = { .name = k->name, .sql = sql };
        i64 n = -1;

        EXPECT_OK(db_one0(c, &q, INTO(&n)));
        if (n) fail_msg("%s: %lld", k->name, n);
    }
}

/* ---- Coming and going ------------------------------------------------------------ */

static void invited(struct ctx *c)
{
    const i64 anna = someone(c, 0), oleg = someone(c, 1), vera = someone(c, 2);
    const char *code = code_from(c, anna);
    struct home h;

    EXPECT_TEXT(code_from(c, anna), code); /* one waits at a time */
    EXPECT_OK(home_accept(c, oleg, code));
    EXPECT_INT(seen_by(c, anna).members.n, 2);
    EXPECT_ERR(home_accept(c, vera, code), GONE);
    EXPECT_OK(home_of(c, vera, &h));
    EXPECT(h.id == NONE && !h.members.n);
    EXPECT_ERR(home_accept(c, oleg, code_from(c, vera)), WRONG_STATE);
    code = code_from(c, oleg); /* nobody heads it */
    c->now += (HOME_CODE_DAYS + 1) * DAY_MS;
    EXPECT_ERR(home_accept(c, vera, code), GONE);
    EXPECT_ERR(home_accept(c, vera, "00000-00000"), NOT_FOUND);
    proved(c);
}

static void leaves(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 anna = someone(c, 0), oleg = someone(c, 1);
    struct owner_device d;

    test_as_staff(c);
    receive(c, t.arbat, t.phone, 1);
    together(c, anna, oleg);
    buys(c, &t, anna, imei(c, 1));
    EXPECT_OK(owner_use(c, anna, imei(c, 1), oleg));
    EXPECT_OK(home_leave(c, oleg));
    EXPECT_ERR(home_leave(c, oleg), NOT_FOUND);
    EXPECT_INT(seen_by(c, anna).members.n, 1);
    EXPECT_OK(owner_device(c, anna, imei(c, 1), &d));
    EXPECT(d.user_id == NONE);
    EXPECT_OK(home_leave(c, anna));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM home_home"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM home_invite"), 0);
}

/* ---- What they see ----------------------------------------------------------------
 */

static void shown(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 anna = someone(c, 0), oleg = someone(c, 1);

    test_as_staff(c);
    receive(c, t.arbat, t.phone, 1);
    together(c, anna, oleg);
    buys(c, &t, anna, imei(c, 1));
    struct home h = seen_by(c, oleg);
    EXPECT_INT(h.things.n, 0);
    EXPECT_INT(h.bought.n, 0);
    EXPECT_OK(home_show(c, anna, &(struct home_shown){ .devices = true }));
    h = seen_by(c, oleg);
    EXPECT_INT(h.things.n, 1);
    EXPECT(!((struct home_thing *)h.things.at)->serial);
    EXPECT_INT(h.bought.n, 0);
    EXPECT_OK(home_show(c, anna, &(struct home_shown){ .purchases = true }));
    h = seen_by(c, oleg);
    EXPECT_INT(h.things.n, 0);
    EXPECT_INT(h.bought.n, 1);
    EXPECT_INT(seen_by(c, anna).bought.n, 0); /* her own stand on her own page */
    EXPECT_OK(home_leave(c, anna));
    EXPECT_INT(seen_by(c, oleg).bought.n, 0);
}

/* ---- One person of two --------------------------------------------------------------
 */

static i64 merged(struct ctx *c, i64 into, i64 from)
{
    i64 id;

    EXPECT_OK(customer_merge(
        c,
        &(struct customer_merge_new){ .into = into, .from = from, .score_ppm = NONE },
        &id));
    return id;
}

static void of_one(struct ctx *c)
{
    const i64 anna = someone(c, 0), oleg = someone(c, 1), again = someone(c, 3),
              vera = someone(c, 2);

    together(c, anna, oleg);
    together(c, vera, again); /* Anna's other record lives with Vera */
    const i64 id = merged(c, anna, again);
    EXPECT_INT(seen_by(c, anna).members.n, 2);
    EXPECT_INT(seen_by(c, vera).members.n, 1);
    proved(c);
    EXPECT_OK(customer_part(c, id, ""));
    EXPECT_INT(seen_by(c, again).members.n, 2);
    EXPECT_INT(seen_by(c, anna).members.n, 2);
    proved(c);
}

static void goes_along(struct ctx *c)
{
    const i64 anna = someone(c, 0), oleg = someone(c, 1), again = someone(c, 3);
    struct home h;

    together(c, again, oleg);
    const i64 id = merged(c, anna, again);
    EXPECT_INT(seen_by(c, anna).members.n, 2);
    proved(c);
    EXPECT_OK(customer_part(c, id, ""));
    EXPECT_OK(home_of(c, anna, &h));
    EXPECT(h.id == NONE && !h.members.n);
    EXPECT_INT(seen_by(c, again).members.n, 2);
    proved(c);
}

/* ---- Hints
 * ---------------------------------------------------------------------------
 */

static void orders(struct ctx *c, const struct chain *t, i64 id, const char *address)
{
    struct order_new o = asks(ORDER_DELIVERY, NONE);

    receive(c, t->arbat, t->cover, 1);
    o.customer_id = id;
    o.name = o.phone = NULL;
    o.address = address;
    o.region_id = t->region;
    of(c, &o, t->cover, 1);
    placed(c, &o);
    EXPECT_OK(event_drain(c, modules));
}

static void one_address(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 anna = someone(c, 0), oleg = someone(c, 1), vera = someone(c, 2);
    struct home_invite i;
    struct list all;

    test_as_staff(c);
    orders(c, &t, anna, "Москва, ул. Арбат, 10, кв. 5");
    orders(c, &t, oleg, "москва ул арбат 10 кв 5");
    orders(c, &t, vera, "Москва, ул. Арбат, 10, кв. 7");
    EXPECT_OK(home_hints(c, 10, &all));
    EXPECT_INT(all.n, 1);
    const struct home_hint *h = all.at;
    EXPECT(h->address && !h->phone);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM home_member"), 0); /* a hint alone */
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_merge"), 0);
    EXPECT_OK(home_hint_decide(c, oleg, anna, HINT_ASKED, &i));
    EXPECT_OK(home_accept(c, anna, i.code));
    EXPECT_OK(home_accept(c, oleg, i.code));
    EXPECT_INT(seen_by(c, anna).members.n, 2);
    EXPECT_ERR(home_accept(c, vera, i.code), GONE);
    EXPECT_ERR(home_hint_decide(c, oleg, anna, HINT_NO, &i), NOT_FOUND);
}

/* Whoever has a copy of the tables tries addresses against them: without the key in
 * vain. */
static void sealed_address(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 anna = someone(c, 0), oleg = someone(c, 1), vera = someone(c, 2);
    unsigned char raw[16];
    char hex[33];
    struct list all;
    i64 n;

    test_as_staff(c);
    orders(c, &t, anna, "Москва, ул. Арбат, 10, кв. 5");
    const char *folded = " москва ул арбат 10 кв 5";
    crypto_generichash(raw, 16, (const unsigned char *)folded, strlen(folded), NULL, 0);
    sodium_bin2hex(hex, sizeof(hex), raw, sizeof(raw));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM home_address WHERE hash LIKE '~%'"),
               1);
    EXPECT_INT(test_int(c, arena_printf(c->mem,
                                        "SELECT COUNT(*) FROM home_address"
                                        " WHERE hash = '%s'",
                                        hex)),
               0);

    /* A row of a release before, and one under a key that goes. */
    SQL(arena_printf(c->mem,
                     "INSERT INTO home_address (hash, customer_id, at)"
                     " VALUES ('%s', %lld, 1)",
                     hex, vera));
    EXPECT_OK(seal_key_coming(c));
    EXPECT_OK(seal_key_turn(c));
    orders(c, &t, oleg, "москва ул арбат 10 кв 5");
    EXPECT_OK(home_hints(c, 10, &all));
    EXPECT_INT(all.n, 2); /* Oleg with Anna, and with Vera */
    EXPECT_INT(test_int(c, "SELECT COUNT(DISTINCT hash) FROM home_address"), 1);

    SQL(arena_printf(c->mem,
                     "INSERT INTO home_address (hash, customer_id, at)"
                     " VALUES ('%s', %lld, 1)",
                     hex, anna));
    EXPECT_OK(home_seal_addresses(c, NULL)); /* she has it already */
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM home_address"), 3);
    EXPECT_OK(vault_walk(c, &n));
    EXPECT_OK(seal_keys_forget(c));
    EXPECT_OK(seal_key_coming(c));
    EXPECT_OK(seal_key_turn(c));
    EXPECT_OK(vault_walk(c, &n));
    EXPECT_OK(seal_keys_forget(c));
    orders(c, &t, someone(c, 3), "Москва ул. Арбат, 10, кв 5");
    EXPECT_INT(test_int(c, "SELECT COUNT(DISTINCT hash) FROM home_address"), 1);
}

static void one_phone(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 anna = named(c, "Иванова Анна", "+79161112233"),
              oleg = named(c, "Сидоров Глеб", "+79161112233");
    struct home_invite i;
    struct list all;

    EXPECT(anna != oleg);
    test_as_staff(c);
    orders(c, &t, oleg, "Москва, Тверская, 1");
    EXPECT_OK(home_hints(c, 10, &all));
    EXPECT_INT(all.n, 1);
    EXPECT(((const struct home_hint *)all.at)->phone);
    EXPECT_OK(home_hint_decide(c, anna, oleg, HINT_NO, &i));
    orders(c, &t, oleg, "Москва, Тверская, 1");
    EXPECT_OK(home_hints(c, 10, &all));
    EXPECT_INT(all.n, 0); /* not asked again */
}

static void hostel(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct list all;

    test_as_staff(c);
    for (int k = 0; k < HOME_SHARERS + 2; k++)
        orders(c, &t, someone(c, 10 + k), "Москва, общежитие 3");
    EXPECT_OK(home_hints(c, 100, &all));
    /* as long as they were few, somebody might have been a family */
    EXPECT_INT(all.n, HOME_SHARERS * (HOME_SHARERS - 1) / 2);
}

static void forgotten(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 anna = someone(c, 0), oleg = someone(c, 1);

    test_as_staff(c);
    orders(c, &t, anna, "Москва, Арбат, 1");
    orders(c, &t, oleg, "Москва, Арбат, 1");
    together(c, anna, oleg);
    for (const struct privacy_forget *f = home_module.privacy->forgets; f->what; f++) {
        i64 left = -1;
        EXPECT_OK(db_exec(c, f->run, NULL, oleg));
        EXPECT_OK(db_one(c, f->left, INTO(&left), oleg));
        EXPECT_INT(left, 0);
    }
    EXPECT_INT(seen_by(c, anna).members.n, 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM home_hint"), 0);
    proved(c);
}

static const struct test tests[] = {
    { "who accepts an invitation lives there, once, for a week", invited },
    { "who leaves takes what is his, and the last one turns off the light", leaves },
    { "nobody sees another's things before he switches it on", shown },
    { "one person lives in one home: the other waits for the undo", of_one },
    { "a home goes along when two records become one, and part again", goes_along },
    { "one address is a hint, and a hint joins nobody", one_address },
    { "an address is known again by nobody without the key, and under a new key too",
      sealed_address },
    { "one telephone is a hint; what was said no to is not asked again", one_phone },
    { "a hostel is no family", hostel },
    { "who is erased lives nowhere", forgotten },
};

int main(void)
{
    return test_main("home", tests, COUNT(tests));
}
