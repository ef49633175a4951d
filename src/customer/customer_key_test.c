/* Keys that are no contacts: apps, messengers, numbers of other systems; and where each
 * word about a person comes from. */
#include "customer/customer_merge.h"

#include "base/privacy.h"
#include "test.h"

#include "customer/customer_own.h"
#include "customer/customer_resolve.h"
#include "setting/setting.h"

static i64 ensure(struct ctx *c, const char *name, const char *tel)
{
    i64 id = 0;

    EXPECT_OK(customer_ensure(
        c, &(struct customer_contact){ .name = name, .phone = tel, .region_id = NONE },
        &id));
    c->person = (struct person_seen){ 0 };
    return id;
}

static i64 resolves(struct ctx *c, int kind, const char *value, const char *name)
{
    const struct customer_said key = { kind, value, false };
    const struct customer_saying ask = {
        .keys = &key, .n = 1, .name = name, .region_id = NONE
    };
    i64 id = 0;

    EXPECT_OK(customer_resolve_named(c, &ask, &id));
    c->person = (struct person_seen){ 0 };
    return id;
}

static bool brings(struct ctx *c, i64 id, int kind, const char *value)
{
    bool his = false;

    EXPECT_OK(customer_key_bring(c, id, kind, value, &his));
    return his;
}

static void is(struct ctx *c, int kind, const char *said, const char *want)
{
    const char *got = customer_key_norm(c->mem, kind, said);

    if (!want && !got) return;
    if (!want || !got || strcmp(got, want))
        fail_msg("\"%s\": \"%s\", not \"%s\"", said, got ? got : "none",
                 want ? want : "none");
}

static void one_spelling(struct ctx *c)
{
    is(c, KEY_MESSENGER, "TG: @Anna_K", "telegram:anna_k");
    is(c, KEY_MESSENGER, "telegram:104523", "telegram:104523");
    is(c, KEY_MESSENGER, "WhatsApp:8 (916) 123-45-67", "whatsapp:+79161234567");
    is(c, KEY_MESSENGER, "wa:12", NULL);
    is(c, KEY_MESSENGER, "vk:", NULL);
    is(c, KEY_DEVICE, "6D92078A-8246-4BA4-AE5B-76104861E7DC",
       "6d92078a-8246-4ba4-ae5b-76104861e7dc");
    is(c, KEY_DEVICE, "x1", NULL);
    is(c, KEY_USER, " crm-77 ", "crm-77");
    EXPECT(customer_key_is_junk(KEY_DEVICE, "00000000-0000-0000-0000-000000000000"));
    EXPECT(customer_key_is_junk(KEY_DEVICE, "ffffffff-ffff-ffff-ffff-ffffffffffff"));
    EXPECT(customer_key_is_junk(KEY_DEVICE, "9774d56d682e549c"));
    EXPECT(customer_key_is_junk(KEY_USER, "undefined"));
    EXPECT(!customer_key_is_junk(KEY_DEVICE, "6d92078a-8246-4ba4-ae5b-76104861e7dc"));
}

static void other_systems_user(struct ctx *c)
{
    const i64 anna = resolves(c, KEY_USER, "crm-77", "Иванова Анна");

    EXPECT_INT(resolves(c, KEY_USER, "crm-77", NULL), anna);
    /* married: that system says that it is the same person */
    EXPECT_INT(resolves(c, KEY_USER, "crm-77", "Смирнова Мария"), anna);
    EXPECT(resolves(c, KEY_USER, "crm-78", "Иванова Анна") != anna);
}

static void messenger_makes_and_merges(struct ctx *c)
{
    const i64 anna = ensure(c, "Иванова Анна", "89161234567");
    const i64 chat = resolves(c, KEY_MESSENGER, "tg:@anna", NULL);
    const struct customer_said both[] = { { KEY_PHONE, "89161234567", false },
                                          { KEY_MESSENGER, "telegram:ANNA", false } };
    i64 id, lives;

    EXPECT(anna != chat);
    EXPECT_OK(customer_resolve(c, both, 2, &id)); /* they come together: one person */
    EXPECT_OK(customer_living(c, chat, &lives));
    EXPECT_INT(lives, anna);
    EXPECT_OK(customer_key_whose(c, KEY_MESSENGER, "telegram:anna", &id));
    EXPECT_INT(id, anna);
}

static void device_is_of_a_place(struct ctx *c)
{
    const i64 anna = ensure(c, "Иванова Анна", "89161234567");
    const i64 oleg = ensure(c, "Петров Олег", "89161234568");
    const struct customer_said key = { KEY_DEVICE, "tablet-in-the-kitchen", false };
    struct list held;
    i64 id;

    EXPECT_ERR(customer_resolve(c, &key, 1, &id), NOT_FOUND); /* makes nobody */
    EXPECT(brings(c, anna, KEY_DEVICE, "Tablet-In-The-Kitchen"));
    EXPECT(!brings(c, oleg, KEY_DEVICE, "tablet-in-the-kitchen"));
    EXPECT_OK(customer_held_keys(c, oleg, &held));
    const struct customer_held *h = held.at;
    EXPECT_INT(held.n, 2);
    EXPECT(h[1].shared && h[1].kind == KEY_DEVICE && h[1].owner_id == anna);
    EXPECT_OK(customer_key_leave(c, oleg, KEY_DEVICE, "tablet-in-the-kitchen"));
    EXPECT_ERR(customer_key_leave(c, oleg, KEY_DEVICE, "tablet-in-the-kitchen"),
               NOT_FOUND);
    EXPECT_OK(customer_key_whose(c, KEY_DEVICE, "tablet-in-the-kitchen", &id));
    EXPECT_INT(id, anna);
}

static void device_of_everybody(struct ctx *c)
{
    static const char *const names[] = {
        "Анна", "Пётр", "Олег", "Вера", "Глеб", "Зоя"
    };
    i64 id[COUNT(names)], owner;
    struct list blocks;

    for (size_t k = 0; k < COUNT(names); k++) {
        id[k] = ensure(c, names[k], arena_printf(c->mem, "8916123450%zu", k));
        brings(c, id[k], KEY_DEVICE, "the shop window's tablet");
    }
    EXPECT_ERR(customer_key_whose(c, KEY_DEVICE, "the shop window's tablet", &owner),
               NOT_FOUND);
    EXPECT_OK(customer_blocks(c, &blocks));
    EXPECT_INT(blocks.n, 1);
    EXPECT_INT(((struct customer_block *)blocks.at)->people, 6);
    EXPECT(!brings(c, id[0], KEY_DEVICE, "the shop window's tablet"));
}

static void so_many_and_no_more(struct ctx *c)
{
    const i64 anna = ensure(c, "Иванова Анна", "89161234567");

    for (int k = 0; k < 25; k++)
        brings(c, anna, KEY_DEVICE, arena_printf(c->mem, "telephone-%d", k));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_key WHERE kind = 3"), 20);
}

static void rules_of_yesterday(struct ctx *c)
{
    struct customer_rule rule;

    SQL("INSERT INTO customer_rule (version, body, note, at, who_id) VALUES (1, "
        "'{\"keys\":[{\"kind\":\"phone\",\"per_person\":7,\"people\":4,"
        "\"window_days\":365,\"merges\":\"never\"}],\"recycle_days\":365,"
        "\"sure_ppm\":999000,\"review_ppm\":500000}', '', 1, 0)");
    EXPECT_OK(customer_rule_get(c, 1, &rule));
    EXPECT_INT(rule.keys.n, KEY_KINDS);
    EXPECT_INT(customer_key_rule(&rule, KEY_PHONE)->per_person, 7);
    EXPECT_INT(customer_key_rule(&rule, KEY_USER)->per_person, 20);
}

static struct reply call(struct ctx *c, const char *path, const char *body)
{
    return test_call(c, "POST", path, body);
}

static void over_http(struct ctx *c)
{
    const i64 anna = ensure(c, "Иванова Анна", "89161234567");
    const char *add = arena_printf(c->mem, "/v1/customer/%lld/key", anna);
    const char *drop = arena_printf(c->mem, "/v1/customer/%lld/key-drop", anna);

    test_as_staff(c);
    struct reply r =
        call(c, add, "{\"kind\":\"messenger\",\"value\":\"Telegram: @Anna\"}");
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"telegram:anna\""));
    r = test_call(c, "GET", "/v1/customer/find?key=tg:@anna", NULL);
    EXPECT_INT(r.status, 200);
    r = call(c, add, "{\"kind\":\"phone\",\"value\":\"89161234567\"}");
    EXPECT_INT(r.status, 422);
    EXPECT(strstr(r.text, "\"kind\""));
    r = call(c, add, "{\"kind\":\"device\",\"value\":\"x\"}");
    EXPECT_INT(r.status, 422);
    EXPECT(strstr(r.text, "\"value\""));
    r = call(c, drop, "{\"kind\":\"messenger\",\"value\":\"telegram:anna\"}");
    EXPECT_INT(r.status, 200);
    EXPECT(!strstr(r.text, "telegram"));
    r = call(c, drop, "{\"kind\":\"messenger\",\"value\":\"telegram:anna\"}");
    EXPECT_INT(r.status, 404);
}

/* ---- Where a word comes from ------------------------------------------------------
 */

static const struct customer_fact *fact(const struct list *all, int field, i64 from_id)
{
    const struct customer_fact *f = all->at;

    for (size_t k = 0; k < all->n; k++)
        if (f[k].field == field && f[k].from_id == from_id) return &f[k];
    fail_msg("no fact %d of %lld", field, from_id);
    return NULL;
}

static void change(struct ctx *c, i64 id, const char *first, i64 birth_day)
{
    struct customer k;

    EXPECT_OK(customer_get(c, id, &k));
    k.first_name = first;
    k.birth_day = birth_day;
    EXPECT_OK(customer_put(c, &k));
}

static void each_field_has_its_source(struct ctx *c)
{
    const struct customer_contact from_1c = { .name = "Иванова Аня",
                                              .phone = "89161234567",
                                              .region_id = NONE,
                                              .said_by = SAID_1C };
    struct list all;
    i64 id;

    EXPECT_OK(customer_ensure(c, &from_1c, &id));
    c->who = (struct who){ .kind = WHO_STAFF, .id = 7, .place_id = 3 };
    change(c, id, "Аня", 7000); /* the till asks for her birthday, and nothing else */
    EXPECT_OK(customer_facts(c, id, &all));
    EXPECT_INT(fact(&all, FACT_NAME, id)->by, SAID_1C);
    EXPECT_INT(fact(&all, FACT_BIRTH, id)->by, SAID_TILL);
    c->who = (struct who){ .kind = WHO_CUSTOMER, .id = id };
    change(c, id, "Анна", 7000);
    EXPECT_OK(customer_facts(c, id, &all));
    EXPECT_INT(fact(&all, FACT_NAME, id)->by, SAID_HIMSELF);
    EXPECT_INT(fact(&all, FACT_BIRTH, id)->by, SAID_TILL);
}

static void sources_go_through_a_merge(struct ctx *c)
{
    const struct customer_contact from_1c = { .name = "Иванова Аня",
                                              .phone = "89161234567",
                                              .region_id = NONE,
                                              .said_by = SAID_1C };
    struct list all;
    i64 old, merge;

    EXPECT_OK(customer_ensure(c, &from_1c, &old));
    c->now += 1000;
    c->who = (struct who){ .kind = WHO_STAFF, .id = 7 };
    const i64 new = ensure(c, "Иванова Анна", "89161234568");
    EXPECT_OK(customer_merge(
        c, &(struct customer_merge_new){ .into = old, .from = new, .score_ppm = NONE },
        &merge));
    EXPECT_OK(customer_facts(c, old, &all));
    const struct customer_fact *shown = all.at;
    EXPECT_INT(shown->from_id, new); /* the latest; the other lost */
    EXPECT_INT(shown->by, SAID_DESK);
    EXPECT_INT(fact(&all, FACT_NAME, old)->by, SAID_1C);
    c->now += 1000;
    c->who = (struct who){ .kind = WHO_CUSTOMER, .id = old };
    change(c, old, "Анна-Мария", NONE);
    EXPECT_OK(customer_facts(c, old, &all));
    EXPECT_INT(fact(&all, FACT_NAME, old)->by, SAID_HIMSELF);
    EXPECT_INT(fact(&all, FACT_NAME, new)->by, SAID_DESK);
    EXPECT_INT(
        test_int(c, arena_printf(c->mem,
                                 "SELECT name_by FROM customer_person WHERE id = %lld",
                                 old)),
        SAID_HIMSELF);
    EXPECT_OK(customer_part(c, merge, ""));
    EXPECT_OK(customer_facts(c, new, &all));
    EXPECT_INT(fact(&all, FACT_NAME, new)->by, SAID_DESK);
}

static const struct test tests[] = {
    { "a messenger, a device, another system's number have one spelling each",
      one_spelling },
    { "who comes with another system's number is the same person, renamed too",
      other_systems_user },
    { "a messenger makes a person, and with his telephone it is one person",
      messenger_makes_and_merges },
    { "a device makes nobody; a family's tablet stays whose it was",
      device_is_of_a_place },
    { "a device of six people is nobody's", device_of_everybody },
    { "a person has so many devices and no more", so_many_and_no_more },
    { "rules of before other systems' numbers were known hold on", rules_of_yesterday },
    { "the shop gives and takes such a key; a wrong one is named", over_http },
    { "each field knows where it was said", each_field_has_its_source },
    { "sources go through a merge, what is said since, and its undo",
      sources_go_through_a_merge },
};

int main(void)
{
    return test_main("customer", tests, COUNT(tests));
}
