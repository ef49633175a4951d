#include "customer/customer.h"

#include "base/contact.h"

#include <sodium.h>

#include "test.h"

#include "customer/customer_own.h"

static const char *phone(struct ctx *c, const char *s)
{
    const char *read = customer_phone_norm(c->mem, s);

    return read ? read : "none";
}

static const char *email(struct ctx *c, const char *s)
{
    const char *read = customer_email_norm(c->mem, s);

    return read ? read : "none";
}

static void phones(struct ctx *c)
{
    EXPECT_TEXT(phone(c, "8 (916) 123-45-67"), "+79161234567");
    EXPECT_TEXT(phone(c, "+7 916 123 45 67"), "+79161234567");
    EXPECT_TEXT(phone(c, "7(916)1234567"), "+79161234567");
    EXPECT_TEXT(phone(c, "9161234567"), "+79161234567");
    EXPECT_TEXT(phone(c, " 8‑916‑123‑45‑67 "), "+79161234567");
    EXPECT_TEXT(phone(c, "8 9I6 l23-45-67"), "+79161234567");
    EXPECT_TEXT(phone(c, "+7 9О3 ЗЗ3-45-67"), "+79033334567");
    EXPECT_TEXT(phone(c, "8 (495) 123-45-67 доб. 12"), "+74951234567");
    EXPECT_TEXT(phone(c, "8 495 1234567 ext 12"), "+74951234567");
    EXPECT_TEXT(phone(c, "+375 29 123-45-67"), "+375291234567");
    EXPECT_TEXT(phone(c, "375291234567"), "+375291234567");
    EXPECT_TEXT(phone(c, "00 49 30 1234567"), "+49301234567");
}

static void no_phones(struct ctx *c)
{
    static const char *const bad[] = { "",
                                       "916",
                                       "8 916 123-45-6",
                                       "тел. нет",
                                       "+7 916 123",
                                       "89161234567890123",
                                       "+79999999999",
                                       "12345678901",
                                       "+0 916 123 45 67",
                                       "8 (016) 123-45-67",
                                       "anna@mail.ru",
                                       "++79161234567" };

    for (size_t k = 0; k < COUNT(bad); k++) EXPECT_TEXT(phone(c, bad[k]), "none");
}

static void emails(struct ctx *c)
{
    EXPECT_TEXT(email(c, " Anna.Ivanova@Mail.RU "), "anna.ivanova@mail.ru");
    EXPECT_TEXT(email(c, "anna+shop@gmail.com"), "anna+shop@gmail.com");
    EXPECT_TEXT(email(c, "аnnа@mаil.ru"), "anna@mail.ru"); /* Cyrillic а */
    EXPECT_TEXT(email(c, "сору@mail.ru"), "copy@mail.ru"); /* all of it Cyrillic */
    EXPECT_TEXT(email(c, "Иван@Почта.РФ"), "иван@почта.рф");
    EXPECT_TEXT(email(c, "anna@почта.рф"), "anna@почта.рф");
    EXPECT_TEXT(email(c, "иван@mail.ru"), "иван@mail.ru");
    EXPECT_TEXT(email(c, "<anna@mail.ru>"), "anna@mail.ru");
}

static void no_emails(struct ctx *c)
{
    static const char *const bad[] = { "",           "anna",          "anna@",
                                       "@mail.ru",   "anna@mail",     "a b@mail.ru",
                                       "a@b@c.ru",   ".a@mail.ru",    "a..b@mail.ru",
                                       "a@-mail.ru", "a@mail..ru",    "a@mail.r",
                                       "a@1.2.3.44", "a\x01@mail.ru", "a@ma_il.ru" };

    for (size_t k = 0; k < COUNT(bad); k++) EXPECT_TEXT(email(c, bad[k]), "none");
}

static void cards(struct ctx *c)
{
    EXPECT_TEXT(customer_card_norm(c->mem, "2200 1234-5678"), "220012345678");
    EXPECT(!customer_card_norm(c->mem, "123"));
    EXPECT(!customer_card_norm(c->mem, "12345x"));
    EXPECT(!customer_card_norm(c->mem, "1234567890123456789012345"));
}

static const char *split(struct ctx *c, const char *text)
{
    const struct name n = customer_name_split(c->mem, text);

    return arena_printf(c->mem, "%s|%s|%s", n.last, n.first, n.middle);
}

static void names(struct ctx *c)
{
    EXPECT_TEXT(split(c, "Иванова Анна Петровна"), "Иванова|Анна|Петровна");
    EXPECT_TEXT(split(c, "Анна Петровна Иванова"), "Иванова|Анна|Петровна");
    EXPECT_TEXT(split(c, "ИВАНОВА АННА ПЕТРОВНА"), "Иванова|Анна|Петровна");
    EXPECT_TEXT(split(c, "петров-водкин кузьма"), "Петров-Водкин|Кузьма|");
    EXPECT_TEXT(split(c, "Анна Иванова"), "Иванова|Анна|");
    EXPECT_TEXT(split(c, "Иванова Анна"), "Иванова|Анна|");
    EXPECT_TEXT(split(c, "Марина Иванова"), "Иванова|Марина|");
    EXPECT_TEXT(split(c, "Анна Петровна"), "|Анна|Петровна");
    EXPECT_TEXT(split(c, "Ульянов Владимир Ильич"), "Ульянов|Владимир|Ильич");
    EXPECT_TEXT(split(c, "Алиев Вагиф Гусейн оглы"), "Алиев|Вагиф|Гусейн Оглы");
    EXPECT_TEXT(split(c, "анна"), "|Анна|");
    EXPECT_TEXT(split(c, "Иванова,"), "Иванова||");
    EXPECT_TEXT(split(c, "Ivanova, Anna Petrovna"), "Ivanova|Anna|Petrovna");
    EXPECT_TEXT(split(c, "Марина, Иванова"), "Иванова|Марина|");
    EXPECT_TEXT(split(c, "  "), "||");
    EXPECT_TEXT(split(c, "МакКинли Джон"), "МакКинли|Джон|");
}

/* ---- Finding and making ------------------------------------------------- */

static i64 ensure(struct ctx *c, const char *name, const char *tel, const char *mail,
                  const char *card)
{
    i64 id = 0;

    EXPECT_OK(
        customer_ensure(c,
                        &(struct customer_contact){
                            .name = name, .phone = tel, .email = mail, .card = card },
                        &id));
    return id;
}

static i64 find(struct ctx *c, const char *key)
{
    i64 id = 0;

    EXPECT_OK(customer_find(c, key, &id));
    return id;
}

static void known_again(struct ctx *c)
{
    const i64 anna = ensure(c, "Иванова Анна", "8 916 123-45-67", NULL, NULL);

    EXPECT_INT(ensure(c, NULL, "+79161234567", "Anna@mail.ru", NULL), anna);
    EXPECT_INT(ensure(c, "Аня Иванова", NULL, "anna@mail.ru", "2200 1234"), anna);
    EXPECT_INT(find(c, "9161234567"), anna);
    EXPECT_INT(find(c, "ANNA@MAIL.RU"), anna);
    EXPECT_INT(find(c, "22001234"), anna);

    struct customer k;
    EXPECT_OK(customer_get(c, anna, &k));
    EXPECT_TEXT(k.last_name, "Иванова");
    EXPECT_TEXT(k.phone, "+79161234567");
    EXPECT_TEXT(k.email, "anna@mail.ru");
    EXPECT_TEXT(k.card, "22001234");
    EXPECT_INT(k.keys.n, 3);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_key_log WHERE what = 0"), 3);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'customer.created'"),
        1);
}

static void first_name_later(struct ctx *c)
{
    const i64 nobody = ensure(c, NULL, "89161234567", NULL, NULL);
    struct customer k;

    EXPECT_INT(ensure(c, "Иванова Анна", "89161234567", NULL, NULL), nobody);
    EXPECT_OK(customer_get(c, nobody, &k));
    EXPECT_TEXT(k.first_name, "Анна");
}

/* The phone decides; a mail that is another's stays his. */
static void keys_of_two(struct ctx *c)
{
    const i64 anna = ensure(c, "Анна", "89161234567", NULL, NULL);
    const i64 boris = ensure(c, "Борис", NULL, "boris@mail.ru", NULL);

    EXPECT(anna != boris);
    EXPECT_INT(ensure(c, NULL, "89161234567", "boris@mail.ru", NULL), anna);
    EXPECT_INT(find(c, "boris@mail.ru"), boris);
}

static void bad_contacts(struct ctx *c)
{
    i64 id;
    const struct customer_contact bad = { .phone = "12", .email = "no" },
                                  none = { .name = "А" };

    EXPECT_ERR(customer_ensure(c, &bad, &id), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "phone");
    EXPECT_TEXT(c->fault.next->field, "email");
    EXPECT_ERR(customer_ensure(c, &none, &id), BAD_ARGUMENT);
    EXPECT_ERR(customer_find(c, "nobody@mail.ru", &id), NOT_FOUND);
}

static void search(struct ctx *c)
{
    struct list found;
    const char *next;
    const i64 anna = ensure(c, "Иванова Анна Петровна", "89161234567", NULL, NULL);
    i64 seen = 0;

    ensure(c, "Иванов Пётр", "89161234568", NULL, NULL);
    ensure(c, "Сидорова Анна", "89161234569", NULL, NULL);
    EXPECT_OK(customer_search(c, &(struct customer_search){ NONE, NULL, "иванова ан" },
                              &found, &next));
    EXPECT_INT(found.n, 1);
    EXPECT_INT(((struct customer *)found.at)->id, anna);
    EXPECT_OK(customer_search(c, &(struct customer_search){ NONE, NULL, "АННА" },
                              &found, &next));
    EXPECT_INT(found.n, 2);
    EXPECT_OK(customer_search(c, &(struct customer_search){ NONE, NULL, "пЕтр" },
                              &found, &next));
    EXPECT_INT(found.n, 1);
    EXPECT_OK(customer_search(
        c, &(struct customer_search){ NONE, NULL, "8 916 1234567" }, &found, &next));
    EXPECT_INT(found.n, 1);
    EXPECT_TEXT(((struct customer *)found.at)->phone, "+79161234567");

    /* Page by page nobody is shown twice or left out. */
    for (int k = 0; k < 7; k++)
        ensure(c, k % 2 ? "Анна Анина" : "Анина Анна",
               arena_printf(c->mem, "8926000000%d", k), NULL, NULL);
    next = NULL;
    do {
        const struct customer_search page = { 2, next, "ан" };
        EXPECT_OK(customer_search(c, &page, &found, &next));
        EXPECT(found.n >= 1 && found.n <= 2);
        seen += (i64)found.n;
    } while (next);
    EXPECT_INT(seen, 9);
}

/* ---- Logging in --------------------------------------------------------- */

static const char *sent_cookie; /* what the browser of the test sends */

static const char *cookie_of(const struct request *q, const char *name)
{
    (void)q;
    return sent_cookie && !strcmp(name, "prilavok_visit") ? sent_cookie : NULL;
}

/* Who c is with this cookie. */
static void come_with(struct ctx *c, const char *cookie)
{
    const struct request q = { .method = "GET", .path = "/", .cookie = cookie_of };

    sent_cookie = cookie;
    c->who = (struct who){ .kind = WHO_NOBODY };
    EXPECT_OK(customer_authenticate(c, &q));
}

/* The value of the visit's cookie in a Set-Cookie of this reply. */
static const char *visit_cookie(struct ctx *c, const struct reply *r)
{
    static const char name[] = "prilavok_visit=";

    for (size_t k = 0; k < COUNT(r->cookies); k++)
        if (r->cookies[k] && !strncmp(r->cookies[k], name, strlen(name))) {
            const char *value = r->cookies[k] + strlen(name);
            EXPECT(strstr(value, "; HttpOnly") && strstr(value, "; SameSite=Lax"));
            return arena_strdup(c->mem, value, strcspn(value, ";"));
        }
    fail_msg("no visit cookie");
    return NULL;
}

/* The code cannot be read back from the table; so the test writes one. */
static void known_code(struct ctx *c, const char *to, const char *code)
{
    const char *all = "ABCDEFGHIJKLMNOP";
    unsigned char hash[16];
    const struct query put = {
        .name = "test.code",
        .sql = "UPDATE customer_code SET hash = $2, salt = $3 WHERE value = $1",
        .types = "tbb"
    };
    i64 n;

    EXPECT(!crypto_generichash(hash, sizeof(hash), (const unsigned char *)code,
                               strlen(code), (const unsigned char *)all, 16));
    EXPECT_OK(db_exec(c, &put, &n, contact_seal(c->mem, to),
                      ((struct bytes){ hash, 16 }), ((struct bytes){ all, 16 })));
    EXPECT_INT(n, 1);
}

static struct reply ask_code(struct ctx *c, const char *to)
{
    return test_call(c, "POST", "/v1/customer/code",
                     arena_printf(c->mem, "{\"to\":\"%s\"}", to));
}

static struct reply enter(struct ctx *c, const char *to, const char *code)
{
    return test_call(c, "POST", "/v1/customer/login",
                     arena_printf(c->mem, "{\"to\":\"%s\",\"code\":\"%s\"}", to, code));
}

static void login(struct ctx *c)
{
    const i64 anna = ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    struct reply r = ask_code(c, "8 916 123 45 67");

    EXPECT_INT(r.status, 204);
    known_code(c, "+79161234567", "042042");
    r = enter(c, "+79161234567", "042042");
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"last_name\":\"Иванова\""));
    const char *cookie = visit_cookie(c, &r);
    EXPECT_INT(enter(c, "+79161234567", "042042").status,
               401); /* a code is good once */

    come_with(c, cookie);
    EXPECT_INT(c->who.kind, WHO_CUSTOMER);
    EXPECT_INT(c->who.id, anna);
    EXPECT(who_can(&c->who, RIGHT_CUSTOMER) && !who_can(&c->who, RIGHT_STAFF));
    come_with(c, arena_printf(c->mem, "%.*s0", (int)strlen(cookie) - 1, cookie));
    EXPECT_INT(c->who.kind,
               cookie[strlen(cookie) - 1] == '0' ? WHO_CUSTOMER : WHO_NOBODY);
    come_with(c, "17.abc");
    EXPECT_INT(c->who.kind, WHO_NOBODY);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM customer_key WHERE confirmed_at IS NOT NULL"),
        1);
}

static void five_tries(struct ctx *c)
{
    ask_code(c, "89161234567");
    known_code(c, "+79161234567", "042042");
    for (int k = 0; k < CODE_TRIES; k++)
        EXPECT_INT(enter(c, "89161234567", "000000").status, 401);
    EXPECT_INT(enter(c, "89161234567", "042042").status, 401);
}

static void old_code(struct ctx *c)
{
    ask_code(c, "89161234567");
    known_code(c, "+79161234567", "042042");
    c->now += CODE_MINUTES * MINUTE_MS;
    EXPECT_INT(enter(c, "89161234567", "042042").status, 401);
}

static void same_answer(struct ctx *c)
{
    ensure(c, "Иванова Анна", "89161234567", NULL, NULL);
    const struct reply known = ask_code(c, "89161234567"),
                       unknown = ask_code(c, "89260000000");

    EXPECT_INT(known.status, unknown.status);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_code"), 2);
    known_code(c, "+79260000000", "042042");
    EXPECT_INT(enter(c, "89260000000", "042042").status, 200);
    EXPECT_INT(find(c, "89260000000") > 0, 1);
    EXPECT_INT(ask_code(c, "nobody").status, 422);
}

static void too_many_codes(struct ctx *c)
{
    for (int k = 0; k < 3; k++) EXPECT_INT(ask_code(c, "89161234567").status, 204);
    EXPECT_INT(ask_code(c, "89161234567").status, 429);
    EXPECT_INT(ask_code(c, "89161234568").status, 204);
}

static void guest_becomes_customer(struct ctx *c)
{
    struct reply r = { 0 };
    i64 guest, again;

    come_with(c, NULL);
    EXPECT_OK(customer_visit(c, &r, &guest));
    const char *cookie = visit_cookie(c, &r);
    EXPECT_OK(customer_visit(c, &r, &again));
    EXPECT_INT(guest, again);
    come_with(c, cookie);
    EXPECT_INT(c->who.kind, WHO_NOBODY);
    EXPECT_INT(c->who.session_id, guest);

    const i64 anna = ensure(c, "Анна", "89161234567", NULL, NULL);
    ask_code(c, "89161234567");
    known_code(c, "+79161234567", "042042");
    c->who.kind = WHO_SYSTEM; /* the visit stays */
    r = enter(c, "89161234567", "042042");
    EXPECT_INT(r.status, 200);
    come_with(c, cookie);
    EXPECT_INT(c->who.session_id, 0); /* the old secret is worth nothing */
    come_with(c, visit_cookie(c, &r));
    EXPECT_INT(c->who.session_id, guest); /* the visit, and its basket, is the same */
    EXPECT_INT(c->who.id, anna);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'customer.logged_in'"),
        1);
}

/* Boris logs in at Anna's computer: her visit must not become his. */
static void another_person(struct ctx *c)
{
    struct reply r = { 0 };
    i64 hers, his;
    const i64 anna = ensure(c, "Анна", "89161234567", NULL, NULL),
              boris = ensure(c, "Борис", "89161234568", NULL, NULL);

    come_with(c, NULL);
    EXPECT_OK(customer_visit_tie(c, &r, anna, "Firefox", &hers));
    come_with(c, visit_cookie(c, &r));
    EXPECT_OK(customer_visit_tie(c, &(struct reply){ 0 }, boris, "Firefox", &his));
    EXPECT(hers != his);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_visit"), 2);
}

static void visits(struct ctx *c)
{
    struct reply here = { 0 }, there = { 0 };
    struct list all;
    i64 home, phone_visit;
    const i64 anna = ensure(c, "Анна", "89161234567", NULL, NULL);

    come_with(c, NULL);
    EXPECT_OK(customer_visit_tie(c, &here, anna, "Firefox", &home));
    come_with(c, NULL);
    EXPECT_OK(customer_visit_tie(c, &there, anna, "Phone \x01\xff", &phone_visit));
    come_with(c, visit_cookie(c, &here));
    EXPECT_OK(customer_visits(c, anna, &all));
    EXPECT_INT(all.n, 2);
    struct reply r = test_call(
        c, "DELETE", arena_printf(c->mem, "/v1/customer/me/visit/%lld", phone_visit),
        NULL);
    EXPECT_INT(r.status, 204);
    come_with(c, visit_cookie(c, &there));
    EXPECT_INT(c->who.kind, WHO_NOBODY);
    come_with(c, visit_cookie(c, &here));
    EXPECT_INT(c->who.kind, WHO_CUSTOMER);
    EXPECT_INT(test_call(c, "POST", "/v1/customer/logout", "").status, 204);
    come_with(c, visit_cookie(c, &here));
    EXPECT_INT(c->who.kind, WHO_NOBODY);
}

static void staff_stays_staff(struct ctx *c)
{
    struct reply r = { 0 };
    i64 visit_id;
    const struct request q = { .method = "GET", .path = "/", .cookie = cookie_of };

    come_with(c, NULL);
    EXPECT_OK(customer_visit_tie(c, &r, ensure(c, "Анна", "89161234567", NULL, NULL),
                                 "", &visit_id));
    sent_cookie = visit_cookie(c, &r);
    test_as_staff(c);
    c->who.id = 77;
    EXPECT_OK(customer_authenticate(c, &q));
    EXPECT_INT(c->who.kind, WHO_STAFF);
    EXPECT_INT(c->who.id, 77);
    EXPECT_INT(c->who.session_id, visit_id);
}

/* ---- What staff and people change --------------------------------------- */

static void edits(struct ctx *c)
{
    test_as_staff(c);
    struct reply r =
        test_call(c, "POST", "/v1/customer",
                  "{\"last_name\":\"Иванова\",\"birth_date\":\"1990-05-01\","
                  "\"keys\":[{\"kind\":\"phone\",\"value\":\"8 916 1234567\"},"
                  "{\"kind\":\"email\",\"value\":\"a@mail.ru\"}]}");
    EXPECT_INT(r.status, 201);
    EXPECT_TEXT(r.etag, "1");
    EXPECT(strstr(r.text, "\"birth_date\":\"1990-05-01\""));
    const char *one = r.location;
    const i64 anna = find(c, "a@mail.ru");

    r = test_call(c, "PUT", one,
                  "{\"first_name\":\"Анна\",\"keys\":[{\"kind\":\"phone\",\"value\":\"+"
                  "79161234567\"}]}");
    EXPECT_INT(r.status, 200);
    EXPECT_TEXT(r.etag, "2");
    EXPECT(!strstr(r.text, "a@mail.ru"));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_key_log WHERE what = 1"), 1);

    r = test_call(c, "POST", "/v1/customer",
                  "{\"lang\":\"fr\",\"birth_date\":\"never\",\"keys\":[]}");
    EXPECT_INT(r.status, 422);
    EXPECT(strstr(r.text, "lang") && strstr(r.text, "birth_date"));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE what = 'customer.post'"),
        1);
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/customer/%lld", anna), NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"visits\":0"));
    EXPECT_INT(test_call(c, "GET", "/v1/customer/4711", NULL).status, 404);
    r = test_call(c, "GET", "/v1/customer/find?key=8(916)123-45-67", NULL);
    EXPECT_INT(r.status, 200);
    r = test_call(c, "GET", "/v1/customer?q=%D0%B0%D0%BD%D0%BD%D0%B0", NULL); /* анна */
    EXPECT_INT(r.status, 200);

    ensure(c, "Борис", NULL, "boris@mail.ru", NULL);
    r = test_call(c, "PUT", one,
                  "{\"keys\":[{\"kind\":\"email\",\"value\":\"boris@mail.ru\"}]}");
    EXPECT_INT(r.status, 409);
    EXPECT(strstr(r.text, "keys[0].value"));
}

static void two_editors(struct ctx *c)
{
    const i64 anna = ensure(c, "Анна", "89161234567", NULL, NULL);
    struct customer k;

    EXPECT_OK(customer_get(c, anna, &k));
    k.last_name = "Иванова";
    EXPECT_OK(customer_put(c, &k));
    k.last_name = "Петрова";
    EXPECT_ERR(customer_put(c, &k), CHANGED);
    k.version = NONE;
    EXPECT_OK(customer_put(c, &k));
    k.id = 4711;
    EXPECT_ERR(customer_put(c, &k), NOT_FOUND);
}

static void my_own(struct ctx *c)
{
    struct reply r = { 0 };
    i64 visit_id;
    const i64 anna = ensure(c, "Анна", "89161234567", NULL, NULL);

    come_with(c, NULL);
    EXPECT_OK(customer_visit_tie(c, &r, anna, "", &visit_id));
    come_with(c, visit_cookie(c, &r));
    r = test_call(c, "PUT", "/v1/customer/me",
                  "{\"first_name\":\"Анна\",\"last_name\":\"Иванова\"}");
    EXPECT_INT(r.status, 200);
    EXPECT_INT(test_call(c, "PUT", "/v1/customer/me", "{\"keys\":[]}").status, 422);
    r = test_call(c, "GET", "/v1/customer/me", NULL);
    EXPECT(strstr(r.text, "\"last_name\":\"Иванова\"") &&
           strstr(r.text, "+79161234567"));
    EXPECT_INT(test_call(c, "GET", "/v1/customer?q=a", NULL).status, 403);

    ask_code(c, "anna@mail.ru");
    known_code(c, "anna@mail.ru", "042042");
    EXPECT_INT(test_call(c, "POST", "/v1/customer/me/key",
                         "{\"to\":\"anna@mail.ru\",\"code\":\"042042\"}")
                   .status,
               200);
    EXPECT_INT(find(c, "anna@mail.ru"), anna);
}

/* Let the 1st, 2nd ... statement of a first order's customer fail. */
static enum err first_order(struct ctx *c, void *arg)
{
    const struct customer_contact k = { .name = "Иванова Анна",
                                        .phone = "89161234567",
                                        .email = "anna@mail.ru",
                                        .card = "22001234" };

    return customer_ensure(c, &k, arg);
}

static void people_of_the_past(struct ctx *c)
{
    const struct customer_past two[] = {
        { .id = 1001,
          .region_id = NONE,
          .birth_day = NONE,
          .created_at = c->now - 1000,
          .last_name = "Иванова",
          .first_name = "Анна",
          .middle_name = "",
          .key = { "+79161234567", "anna@example.ru", NULL } },
        { .id = 1002,
          .region_id = NONE,
          .birth_day = 9000,
          .created_at = c->now - 500,
          .last_name = "Петров",
          .first_name = "Пётр",
          .middle_name = "Ильич",
          .key = { NULL, NULL, "2200000000017" } },
    };
    struct customer_past again = two[0];
    struct customer k;
    i64 id;

    EXPECT_OK(customer_people_load(c, two, COUNT(two)));
    EXPECT_OK(customer_find(c, "8 916 123-45-67", &id));
    EXPECT_INT(id, 1001);
    EXPECT_OK(customer_find(c, "anna@example.ru", &id));
    EXPECT_INT(id, 1001);
    EXPECT_OK(customer_find(c, "2200000000017", &id));
    EXPECT_INT(id, 1002);
    EXPECT_OK(customer_get(c, 1002, &k));
    EXPECT_TEXT(k.first_name, "Пётр");
    EXPECT_INT(k.created_at, c->now - 500);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_key_log"), 3);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log"), 0);
    again.id = 1003;
    EXPECT_ERR(customer_people_load(c, &again, 1), EXISTS);
}

static void any_statement_may_fail(struct ctx *c)
{
    int nth = 1;
    i64 id;

    for (; nth < 40; nth++) {
        db_fail_at(c->db, nth);
        const enum err e = db_unit(c, first_order, &id);
        const bool failed = db_fail_left(c->db) == 0;
        db_fail_at(c->db, 0);
        if (!failed) {
            EXPECT_OK(e);
            break;
        }
        EXPECT(e != ERR_OK);
        EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_key"), 0);
        EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_person"), 0);
    }
    EXPECT(nth > 5 && nth < 40);
}

/* clang-format off */
static const struct test tests[] = {
    { "one phone in many spellings is one phone", phones },
    { "what cannot be a phone is none", no_phones },
    { "an e-mail is lower case, look-alike letters turned, a Cyrillic one kept", emails },
    { "what cannot be an e-mail is none", no_emails },
    { "a card is its digits", cards },
    { "a name is split whichever way round it is said", names },
    { "a customer is known again by phone, e-mail or card, in any spelling", known_again },
    { "a customer made by a phone gets the name of the first order", first_name_later },
    { "a key of another stays his", keys_of_two },
    { "every contact that cannot be read is named", bad_contacts },
    { "staff find people by the beginning of a name or a whole key", search },
    { "a customer logs in with the code that was sent, once", login },
    { "after five wrong codes the right one is wrong too", five_tries },
    { "a code is good for ten minutes", old_code },
    { "whether an address is known cannot be seen from outside", same_answer },
    { "three codes in ten minutes are enough for an address", too_many_codes },
    { "a guest's visit becomes the customer's, under a new secret", guest_becomes_customer },
    { "a visit never goes from one person to another", another_person },
    { "a customer sees where he is logged in and ends it", visits },
    { "a member of staff with a shopper's cookie stays staff", staff_stays_staff },
    { "staff write customers down and change them, and it is audited", edits },
    { "of two who edit at once the second is told", two_editors },
    { "a customer changes what is his own and proves new addresses", my_own },
    { "people of the past come in as they are, but nobody takes another's phone",
      people_of_the_past },
    { "whichever statement fails, nobody is half known", any_statement_may_fail },
};
/* clang-format on */

int main(void)
{
    return test_main("customer", tests, COUNT(tests));
}
