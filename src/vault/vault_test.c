#include "vault/vault.h"

#include "base/contact.h"
#include "base/seal.h"
#include "customer/customer.h"
#include "customer/customer_merge.h"
#include "customer/customer_resolve.h"
#include "message/message.h"

#include "test.h"

#define PHONE "+79161234567"
#define EMAIL "anna@mail.ru"
#define CARD  "2200123412341234"

static i64 anna(struct ctx *c)
{
    const struct customer_contact k = { .name = "Иванова Анна",
                                        .phone = PHONE,
                                        .email = EMAIL,
                                        .card = CARD,
                                        .region_id = NONE };
    i64 id = 0;

    EXPECT_OK(customer_ensure(c, &k, &id));
    return id;
}

static i64 stand_open(struct ctx *c)
{
    return test_int(
        c, "SELECT"
           " (SELECT COUNT(*) FROM customer_key WHERE value LIKE '%1234%' OR value "
           "LIKE '%anna%')"
           "+(SELECT COUNT(*) FROM customer_key_log WHERE value LIKE '%1234%' OR value "
           "LIKE '%anna%')"
           "+(SELECT COUNT(*) FROM customer_key_use WHERE value LIKE '%1234%')"
           "+(SELECT COUNT(*) FROM customer_key_block WHERE value LIKE '%1234%')"
           "+(SELECT COUNT(*) FROM customer_code WHERE value LIKE '%1234%' OR value "
           "LIKE '%anna%')"
           "+(SELECT COUNT(*) FROM message_outbox WHERE address LIKE '%1234%' OR "
           "address LIKE '%anna%')");
}

static void the_same_contact_is_sealed_alike(struct ctx *c)
{
    const char *one = contact_seal(c->mem, PHONE), *two = contact_seal(c->mem, PHONE);

    EXPECT_TEXT(one, two);
    EXPECT(strcmp(one, contact_seal(c->mem, "+79161234568")) != 0);
    EXPECT_TEXT(contact_open(c->mem, one), PHONE);
    EXPECT(!strstr(one, "916"));
    EXPECT(!contact_seal(c->mem, NULL) && !contact_open(c->mem, NULL));
    EXPECT_TEXT(contact_open(c->mem, contact_seal(c->mem, "")), "");
}

/* Whoever types a sealed text gets it back as he typed it. */
static void what_looks_sealed_is_sealed_once_more(struct ctx *c)
{
    const char *stolen = contact_seal(c->mem, PHONE);
    const char *kept = contact_seal(c->mem, stolen);

    EXPECT_TEXT(contact_open(c->mem, kept), stolen);
    EXPECT_TEXT(contact_open(c->mem, "~short"), "~short");
    EXPECT_TEXT(contact_open(c->mem, PHONE), PHONE);
}

static void what_was_changed_is_not_opened(struct ctx *c)
{
    const char *kept = contact_seal(c->mem, PHONE);

    for (size_t k = 9; k < strlen(kept) - 1; k++) {
        char *other = arena_strdup(c->mem, kept, strlen(kept));
        other[k] = other[k] == 'A' ? 'B' : 'A';
        EXPECT_TEXT(contact_open(c->mem, other), "");
    }
}

static void she_stands_sealed_and_is_found(struct ctx *c)
{
    const i64 id = anna(c);
    struct customer k;
    i64 found;

    EXPECT_OK(message_send(c, &(struct message_new){ .customer_id = id,
                                                     .channel = MESSAGE_EMAIL,
                                                     .to = EMAIL,
                                                     .template_name = "login_code",
                                                     .args = "{\"code\":\"1\","
                                                             "\"minutes\":\"1\"}" }));
    EXPECT_INT(stand_open(c), 0);
    EXPECT_OK(customer_find(c, "8 (916) 123-45-67", &found));
    EXPECT_INT(found, id);
    EXPECT_OK(customer_find(c, "ANNA@mail.ru", &found));
    EXPECT_INT(found, id);
    EXPECT_OK(customer_get(c, id, &k));
    EXPECT_TEXT(k.phone, PHONE);
    EXPECT_TEXT(k.card, CARD);
    EXPECT_INT(anna(c), id);
}

static void key_comes(void)
{
    struct ctx c = { .mem = arena_new(1 << 16) };

    assert_int_equal(seal_key_coming(&c), ERR_OK);
    assert_int_equal(seal_key_turn(&c), ERR_OK);
    arena_free(c.mem);
}

/* Between the new key and the end of the walk, and after it. */
static void a_new_key(struct ctx *c)
{
    const i64 id = anna(c);
    i64 found, n;

    EXPECT_OK(customer_block_add(c, KEY_PHONE, "+78005553535", BLOCK_OFFICE, ""));
    const char *before = contact_seal(c->mem, PHONE);
    key_comes();
    EXPECT(strcmp(before, contact_seal(c->mem, PHONE)) != 0);
    EXPECT_TEXT(contact_before(c->mem, PHONE), before);
    EXPECT_OK(customer_find(c, PHONE, &found));
    EXPECT_INT(found, id);
    EXPECT_INT(anna(c), id); /* her phone is hers under any key */
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_key WHERE kind = 0"), 2);
    EXPECT_OK(vault_walk(c, &n));
    EXPECT(n > 3);
    EXPECT_OK(vault_walk(c, &n));
    EXPECT_INT(n, 0);
    EXPECT_OK(seal_keys_forget(c));
    EXPECT(!contact_before(c->mem, PHONE));
    EXPECT_TEXT(contact_open(c->mem, before), "");
    EXPECT_OK(customer_find(c, EMAIL, &found));
    EXPECT_INT(found, id);
    EXPECT_OK(customer_block_release(c, KEY_PHONE, "+78005553535", ""));
}

/* A new key that nobody seals with yet, and a walk in its midst. */
static void who_seals_with_another_key_is_understood(struct ctx *c)
{
    const i64 id = anna(c);
    i64 n;

    EXPECT_OK(seal_key_coming(c));
    EXPECT_INT(anna(c), id);
    EXPECT_OK(vault_walk(c, &n));
    EXPECT_INT(n, 0);
    EXPECT_ERR(seal_key_coming(c), WRONG_STATE); /* never three spellings */
    c->fault = (struct fault){ 0 };
    EXPECT_OK(seal_key_turn(c));
    EXPECT_OK(vault_walk(c, &n));
    EXPECT_OK(seal_keys_forget(c));
    EXPECT_INT(anna(c), id);
}

/* Rows of a release that knew no seal. */
static void a_base_of_yesterday(struct ctx *c)
{
    i64 found, n;

    SQL("INSERT INTO customer_person (id, last_name, first_name, middle_name, by_last, "
        "by_first, lang, created_at, changed_at, version) VALUES (7, 'Иванова', "
        "'Анна', "
        "'', 'иванова анна', 'анна иванова', 'ru', 1, 1, 1)");
    SQL("INSERT INTO customer_key (kind, value, customer_id, added_at) VALUES"
        " (0, '" PHONE "', 7, 1), (1, '" EMAIL "', 7, 1), (0, '+78005553535', 0, 1)");
    SQL("INSERT INTO customer_key_use (kind, value, customer_id, first_at, last_at, "
        "times) VALUES (0, '+78005553535', 7, 1, 1, 1)");
    SQL("INSERT INTO customer_key_block (kind, value, why, people, owner_id, note, at, "
        "who_kind, who_id) VALUES (0, '+78005553535', 0, 1, 0, '', 1, 0, 0)");
    SQL("INSERT INTO customer_key_log (customer_id, id, kind, value, what, at, "
        "who_kind,"
        " who_id) VALUES (7, 1, 0, '" PHONE "', 0, 1, 0, 0)");
    contact_plain_about(true);
    EXPECT_OK(customer_find(c, PHONE, &found));
    EXPECT_INT(found, 7);
    EXPECT_INT(anna(c), 7); /* writes make nobody new */
    EXPECT_OK(vault_walk(c, &n));
    EXPECT(n > 3);
    EXPECT_INT(stand_open(c), 0);
    contact_plain_about(false);
    EXPECT_OK(customer_find(c, EMAIL, &found));
    EXPECT_INT(found, 7);
    struct list held;
    EXPECT_OK(customer_held_keys(c, 7, &held));
    const struct customer_held *h = held.at;
    bool shared = false;
    for (size_t k = 0; k < held.n; k++)
        shared |= h[k].shared && !strcmp(h[k].value, "+78005553535");
    EXPECT(shared);
}

static const struct test tests[] = {
    { "the same contact is sealed alike, another one otherwise",
      the_same_contact_is_sealed_alike },
    { "a text that looks sealed is sealed like any other",
      what_looks_sealed_is_sealed_once_more },
    { "a contact whose sealed text was changed is not opened",
      what_was_changed_is_not_opened },
    { "no phone, e-mail or card of hers stands open, and she is found by each",
      she_stands_sealed_and_is_found },
    { "while keys change everybody is found, and nobody becomes two", a_new_key },
    { "a key that is coming opens before it seals",
      who_seals_with_another_key_is_understood },
    { "a base of yesterday is sealed while people are found in it",
      a_base_of_yesterday },
};

int main(void)
{
    return test_main("vault", tests, COUNT(tests));
}
