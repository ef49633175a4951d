/* Refusals in people's words: rules as sentences. */
#include "exchange/exchange_reason.h"

#include <ctype.h>

#include "test.h"

static const struct {
    const char *is, *ru, *en, *after;
} rows[] = {
#define REASON(is, ru, en)       { is, ru, en, "" },
#define REASON_ABOUT(is, ru, en) { is, ru, en, ": " },
#include "exchange/exchange_reason.def"
#undef REASON
#undef REASON_ABOUT
};

static void say(struct ctx *c, const char *lang, const char *reason, const char *said)
{
    c->lang = lang;
    EXPECT_TEXT(exchange_reason(c, reason), said);
}

static void in_words(struct ctx *c)
{
    say(c, "ru", "not a number", "не число");
    say(c, NULL, "price: \"abc\": not an amount of money",
        "price: \"abc\": не сумма денег");
    say(c, "en", "price: \"abc\": not an amount of money",
        "price: \"abc\": not an amount of money");
    say(c, "ru", "line 3: 1,5: not a whole number of pieces",
        "строка 3: 1,5: не целое число штук");
    say(c, "ru", "sku: nothing has the code \"A: 7\"",
        "sku: товара с кодом «A: 7» нет");
    say(c, "ru", "\"4600\" belongs to variant 17", "«4600» уже у другого товара (17)");
    say(c, "en", "\"4600\" belongs to variant 17", "another product has “4600” (17)");
    say(c, "ru", "line 7: no column \"sku\" (name;price)",
        "строка 7: нет столбца «sku» (name;price)");
}

/* What no row knows, and what is hostile, stays as it is. */
static void as_it_stands(struct ctx *c)
{
    char *long_one = arena_alloc(c->mem, 5000);

    memset(long_one, ':', 4999);
    for (size_t k = 1; k < 4999; k += 2) long_one[k] = ' ';
    say(c, "ru", "ошибка разбора", "ошибка разбора");
    say(c, "ru", long_one, long_one);
    long_one[REASON_BYTES] = '\0';
    say(c, "ru", long_one, long_one);
    say(c, "ru", "", "");
    EXPECT(!exchange_reason(c, NULL));
}

static int holes(const char *s, bool numbered)
{
    int n = 0;

    for (; *s; s++)
        n +=
            s[0] == '%' && (numbered ? isdigit((unsigned char)s[1]) != 0 : s[1] == 's');
    return n;
}

static void every_row(struct ctx *c)
{
    for (size_t k = 0; k < COUNT(rows); k++) {
        int latin = 0;

        EXPECT(holes(rows[k].ru, true) <= holes(rows[k].is, false));
        EXPECT_INT(holes(rows[k].ru, true), holes(rows[k].en, true));
        for (const char *p = rows[k].ru; *p; p++) {
            latin = isalpha((unsigned char)*p) ? latin + 1 : 0;
            if (latin > 3) fail_msg("an English word: %s", rows[k].ru);
        }
        /* No row before it takes its place. */
        const char *text = rows[k].is;
        for (const char *at; (at = strstr(text, "%s"));)
            text = arena_printf(c->mem, "%.*s7%s", (int)(at - text), text, at + 2);
        const char *want = rows[k].ru;
        for (const char *at; (at = strchr(want, '%'));)
            want = arena_printf(c->mem, "%.*s7%s", (int)(at - want), want, at + 2);
        const char *empty = *rows[k].after ? "empty" : "",
                   *none = *empty ? "пусто" : "";
        say(c, "ru", arena_printf(c->mem, "%s%s%s", text, rows[k].after, empty),
            arena_printf(c->mem, "%s%s%s", want, rows[k].after, none));
    }
}

static const struct test tests[] = {
    { "a refusal is read in the reader's language, with what it named", in_words },
    { "what is not known is told as it stands", as_it_stands },
    { "every refusal has Russian words of its own, and names what it named",
      every_row },
};

int main(void)
{
    return test_main("exchange", tests, COUNT(tests));
}
