#include "customer/customer.h"

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
    static const char *const bad[] = { "",          "916",         "8 916 123-45-6",
                                       "тел. нет",  "+7 916 123",  "89161234567890123",
                                       "+79999999999", "12345678901", "+0 916 123 45 67",
                                       "8 (016) 123-45-67", "anna@mail.ru", "++79161234567" };

    for (size_t k = 0; k < COUNT(bad); k++) EXPECT_TEXT(phone(c, bad[k]), "none");
}

static void emails(struct ctx *c)
{
    EXPECT_TEXT(email(c, " Anna.Ivanova@Mail.RU "), "anna.ivanova@mail.ru");
    EXPECT_TEXT(email(c, "anna+shop@gmail.com"), "anna+shop@gmail.com");
    EXPECT_TEXT(email(c, "аnnа@mаil.ru"), "anna@mail.ru");  /* Cyrillic а */
    EXPECT_TEXT(email(c, "сору@mail.ru"), "copy@mail.ru");  /* all of it Cyrillic */
    EXPECT_TEXT(email(c, "Иван@Почта.РФ"), "иван@почта.рф");
    EXPECT_TEXT(email(c, "anna@почта.рф"), "anna@почта.рф");
    EXPECT_TEXT(email(c, "иван@mail.ru"), "иван@mail.ru");
    EXPECT_TEXT(email(c, "<anna@mail.ru>"), "anna@mail.ru");
}

static void no_emails(struct ctx *c)
{
    static const char *const bad[] = { "",           "anna",          "anna@",      "@mail.ru",
                                       "anna@mail",  "a b@mail.ru",   "a@b@c.ru",   ".a@mail.ru",
                                       "a..b@mail.ru", "a@-mail.ru",  "a@mail..ru", "a@mail.r",
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
    EXPECT_TEXT(split(c, "  "), "||");
    EXPECT_TEXT(split(c, "МакКинли Джон"), "МакКинли|Джон|");
}

/* ---- Finding and making ------------------------------------------------------------- */

static i64 ensure(struct ctx *c, const char *name, const char *tel, const char *mail,
                  const char *card)
{
    i64 id = 0;

    EXPECT_OK(customer_ensure(
        c, &(struct customer_contact){ .name = name, .phone = tel, .email = mail, .card = card },
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
    EXPECT_INT(ensure(c, "Другое Имя", NULL, "anna@mail.ru", "2200 1234"), anna);
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
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = 'customer.created'"), 1);
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
    const struct customer_contact bad = { .phone = "12", .email = "no" }, none = { .name = "А" };

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
    EXPECT_OK(customer_search(c, &(struct customer_search){ NONE, NULL, "иванова ан" }, &found, &next));
    EXPECT_INT(found.n, 1);
    EXPECT_INT(((struct customer *)found.at)->id, anna);
    EXPECT_OK(customer_search(c, &(struct customer_search){ NONE, NULL, "АННА" }, &found, &next));
    EXPECT_INT(found.n, 2);
    EXPECT_OK(customer_search(c, &(struct customer_search){ NONE, NULL, "пЕтр" }, &found, &next));
    EXPECT_INT(found.n, 1);
    EXPECT_OK(customer_search(c, &(struct customer_search){ NONE, NULL, "8 916 1234567" }, &found, &next));
    EXPECT_INT(found.n, 1);
    EXPECT_TEXT(((struct customer *)found.at)->phone, "+79161234567");

    /* Page by page nobody is shown twice or left out. */
    for (int k = 0; k < 7; k++)
        ensure(c, k % 2 ? "Анна Анина" : "Анина Анна", arena_printf(c->mem, "8926000000%d", k), NULL, NULL);
    next = NULL;
    do {
        const struct customer_search page = { 2, next, "ан" };
        EXPECT_OK(customer_search(c, &page, &found, &next));
        EXPECT(found.n >= 1 && found.n <= 2);
        seen += (i64)found.n;
    } while (next);
    EXPECT_INT(seen, 9);
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
};
/* clang-format on */

int main(void)
{
    return test_main("customer", tests, COUNT(tests));
}
