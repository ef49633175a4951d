#include "setting/setting.h"

#include "base/seal.h"

#include "test.h"

static const struct setting_scope chain = { 0 }, region = { .region_id = 77 },
                                  shop = { .place_id = 5, .region_id = 77 },
                                  elsewhere = { .place_id = 6, .region_id = 78 };

static const struct setting ours[] = {
    { "demo.hours", SETTING_INT, 1, 72, 24, NULL, "Часы", "Hours" },
    { "demo.on", SETTING_BOOL, 0, 0, 1, NULL, "Да", "Yes" },
    { "demo.url", SETTING_TEXT, 0, 0, 0, "http://x", "Адрес", "Address" },
    { "demo.gate_secret", SETTING_TEXT, 0, 0, 0, "", "Ключ", "Key" },
    { 0 },
};
static const struct module demo = { .name = "demo", .settings = ours };
static const struct module *const rooms[] = { &demo, NULL };

static i64 hours(struct ctx *c, struct setting_scope s)
{
    return setting_int(c, "demo.hours", s);
}

static void narrowest_wins(struct ctx *c)
{
    setting_declare(rooms);
    EXPECT_INT(hours(c, shop), 24);
    EXPECT_OK(setting_set(c, "demo.hours", chain, "30"));
    EXPECT_INT(hours(c, shop), 30);
    EXPECT_OK(setting_set(c, "demo.hours", region, "40"));
    EXPECT_OK(setting_set(c, "demo.hours", shop, "50"));
    EXPECT_INT(hours(c, chain), 30);
    EXPECT_INT(hours(c, region), 40);
    EXPECT_INT(hours(c, shop), 50);
    EXPECT_INT(hours(c, elsewhere), 30);
}

static void given_back(struct ctx *c)
{
    setting_declare(rooms);
    EXPECT_OK(setting_set(c, "demo.hours", region, "40"));
    EXPECT_OK(setting_set(c, "demo.hours", shop, "50"));
    EXPECT_OK(setting_set(c, "demo.hours", shop, NULL));
    EXPECT_INT(hours(c, shop), 40);
    EXPECT_OK(setting_set(c, "demo.hours", region, NULL));
    EXPECT_INT(hours(c, shop), 24);
}

static void refused(struct ctx *c)
{
    setting_declare(rooms);
    EXPECT_ERR(setting_set(c, "demo.hours", chain, "0"), BAD_ARGUMENT);
    EXPECT_ERR(setting_set(c, "demo.hours", chain, "73"), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "value");
    EXPECT_ERR(setting_set(c, "demo.hours", chain, "12h"), BAD_ARGUMENT);
    EXPECT_ERR(setting_set(c, "demo.hours", chain, ""), BAD_ARGUMENT);
    EXPECT_ERR(setting_set(c, "demo.on", chain, "yes"), BAD_ARGUMENT);
    EXPECT_ERR(setting_set(c, "demo.nothing", chain, "1"), NO_SUCH);
    EXPECT_INT(hours(c, chain), 24);
    EXPECT(setting_bool(c, "demo.on", chain));
}

static enum err change_and_fail(struct ctx *c, void *arg)
{
    i64 *seen = arg;

    TRY(setting_set(c, "demo.hours", chain, "48"));
    *seen = hours(c, chain);
    return FAIL(c, WRONG_STATE, "changed my mind");
}

static void forgotten_with_its_unit(struct ctx *c)
{
    i64 seen = 0;

    setting_declare(rooms);
    EXPECT_ERR(db_unit(c, change_and_fail, &seen), WRONG_STATE);
    EXPECT_INT(seen, 48);
    EXPECT_INT(hours(c, chain), 24);
}

/* Committed for real: what follows is about the memory of this node and of
 * another one, which only sees the table. */
static void after_the_commit(struct ctx *c)
{
    struct ctx *o = test_other(c);

    setting_declare(rooms);
    EXPECT_INT(hours(c, chain), 24);
    EXPECT_OK(setting_set(c, "demo.url", shop, "http://y"));
    EXPECT_OK(db_commit(c));
    EXPECT_TEXT(setting_text(o, "demo.url", shop), "http://y");
    EXPECT_TEXT(setting_text(o, "demo.url", chain), "http://x");

    EXPECT_OK(db_begin(c, true));
    SQL("UPDATE setting_value SET value = 'http://z', version = version + 1");
    EXPECT_OK(db_commit(c));
    EXPECT_TEXT(setting_text(o, "demo.url", shop), "http://y");
    EXPECT_OK(setting_refresh(o));
    EXPECT_TEXT(setting_text(o, "demo.url", shop), "http://z");
}

static void others_do_not_see_it(struct ctx *c)
{
    struct ctx *o = test_other(c);

    setting_declare(rooms);
    EXPECT_INT(hours(c, chain), 24);
    EXPECT_OK(setting_set(c, "demo.hours", chain, "48"));
    EXPECT_INT(hours(c, chain), 48);
    EXPECT_INT(hours(o, chain), 24);
}

static void for_people(struct ctx *c)
{
    struct list all;
    struct setting_view v = { 0 };

    setting_declare(rooms);
    EXPECT_OK(setting_set(c, "demo.hours", region, "40"));
    EXPECT_OK(setting_set(c, "demo.gate_secret", chain, "hush"));
    EXPECT_OK(setting_list(c, shop, &all));
    EXPECT_INT(all.n, 4);
    EXPECT_OK(setting_get(c, "demo.hours", shop, &v));
    EXPECT_TEXT(v.value, "40");
    EXPECT_TEXT(v.def, "24");
    EXPECT_TEXT(setting_scope_words[v.from], "region");
    EXPECT_INT(v.version, 0);
    EXPECT_OK(setting_get(c, "demo.hours", region, &v));
    EXPECT_INT(v.version, 1);
    EXPECT_OK(setting_get(c, "demo.gate_secret", chain, &v));
    EXPECT(v.secret && !v.value);
    EXPECT_TEXT(setting_text(c, "demo.gate_secret", chain), "hush");
    EXPECT_ERR(setting_get(c, "demo.nothing", chain, &v), NOT_FOUND);
}

static void all_described(struct ctx *c)
{
    struct list all;

    setting_declare(modules);
    EXPECT_OK(setting_list(c, chain, &all));
    for (size_t k = 0; k < all.n; k++) {
        const struct setting_view *v = &((const struct setting_view *)all.at)[k];
        EXPECT(v->doc_ru && *v->doc_ru && v->doc_en && *v->doc_en);
        EXPECT_OK(v->secret ? ERR_OK : setting_set(c, v->name, chain, v->def));
    }
}

static void secrets_are_sealed_in_the_table(struct ctx *c)
{
    struct sealing w = { .limit = 100 };

    setting_declare(rooms);
    EXPECT_OK(setting_set(c, "demo.gate_secret", chain, "hush"));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM setting_value WHERE value LIKE '%hush%'"), 0);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM setting_value WHERE value LIKE 'sealed:%'"),
        1);
    EXPECT_OK(seal_key_coming(c));
    EXPECT_OK(seal_key_turn(c));
    EXPECT_OK(setting_reseal(c, &w));
    EXPECT_INT(w.changed, 1);
    EXPECT_OK(seal_keys_forget(c));
    EXPECT_TEXT(setting_text(c, "demo.gate_secret", chain), "hush");
}

static void what_was_tampered_with_is_not_opened(struct ctx *c)
{
    const char *sealed, *plain;

    EXPECT_OK(seal_close(c, "пароль", &sealed));
    EXPECT_OK(seal_open(c, sealed, &plain));
    EXPECT_TEXT(plain, "пароль");
    char *other = arena_strdup(c->mem, sealed, strlen(sealed));
    other[strlen(other) - 4] ^= 1;
    EXPECT_ERR(seal_open(c, other, &plain), STORAGE);
    c->fault = (struct fault){ 0 };
    EXPECT_OK(seal_open(c, "written before there were keys", &plain));
    EXPECT_TEXT(plain, "written before there were keys");
    EXPECT_OK(seal_key_coming(c));
    EXPECT_ERR(seal_keys_forget(c), WRONG_STATE); /* nothing is sealed with it yet */
    c->fault = (struct fault){ 0 };
    EXPECT_OK(seal_key_turn(c));
    EXPECT_OK(seal_open(c, sealed, &plain));
    EXPECT_OK(seal_keys_forget(c));
    EXPECT_ERR(seal_open(c, sealed, &plain), STORAGE);
}

static const struct test tests[] = {
    { "a shop's value goes before its region's, that before the chain's",
      narrowest_wins },
    { "a value given back leaves the wider one", given_back },
    { "out of range, of the wrong kind or unknown is refused and changes nothing",
      refused },
    { "a change is forgotten with the unit that made it", forgotten_with_its_unit },
    { "nobody else sees a change before it is committed", others_do_not_see_it },
    { "this node knows at once, another one with its next look", after_the_commit },
    { "people see value, default, scope and version; secrets are not given back",
      for_people },
    { "every room describes its settings, and each default is in its own range",
      all_described },
    { "a secret is sealed in the table, and anew under a new key",
      secrets_are_sealed_in_the_table },
    { "what was tampered with, or whose key is gone, is not opened",
      what_was_tampered_with_is_not_opened },
};

int main(void)
{
    return test_main("setting", tests, COUNT(tests));
}
