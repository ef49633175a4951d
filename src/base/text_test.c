#include "base/text.h"

#include <jansson.h>

#include "base/translit.h"
#include "test.h"

static void broken_utf8(struct ctx *c)
{
    static const struct {
        const char *s;
        size_t n;
        bool ok;
    } rows[] = {
        { "смартфон", 16, true },
        { "", 0, true },
        { "\xF0\x9F\x93\xB1", 4, true },
        { "\xEF\xBF\xBD", 3, true },
        { "\xD1", 1, false },
        { "a\xD1"
          "b",
          3, false },
        { "\xC0\xAF", 2, false },
        { "\xE0\x80\xAF", 3, false },
        { "\xED\xA0\x80", 3, false },
        { "\xF4\x90\x80\x80", 4, false },
        { "a\0b", 3, false },
        { "\xFF", 1, false },
    };

    (void)c;
    for (size_t k = 0; k < COUNT(rows); k++)
        EXPECT(text_utf8_ok(rows[k].s, rows[k].n) == rows[k].ok);
    const char *cut = "\xF0\x9F";
    EXPECT_INT(text_next(&cut), 0xFFFD);
    EXPECT_INT(text_next(&cut), 0xFFFD);
    EXPECT_INT(text_next(&cut), 0);
}

static void folded(struct ctx *c)
{
    EXPECT_TEXT(text_fold(c->mem, "ЁЛКА Щётка"), "елка щетка");
    EXPECT_TEXT(text_fold(c->mem, "Kärcher É"), "karcher e");
    EXPECT_TEXT(text_fold(c->mem, "а\u00A0б—в"), "а б-в");
    EXPECT_TEXT(text_fold(c->mem, "мои\u0306 чаи\u0306"), "мой чай");
    EXPECT_TEXT(text_fold(c->mem, "е\u0308лка"), "елка");
}

static void words(struct ctx *c)
{
    struct text_word w[8];

    EXPECT_INT(text_words(c->mem, "wi-fi 6,7\" s23 (usb)", w, 8), 5);
    EXPECT_TEXT(w[0].at, "wi");
    EXPECT(w[1].joined && !w[0].joined);
    EXPECT_TEXT(w[2].at, "6.7");
    EXPECT(w[2].digits && !w[2].letters);
    EXPECT(w[3].digits && w[3].letters);
    EXPECT_TEXT(w[4].at, "usb");
    EXPECT_INT(text_words(c->mem, "a b c", w, 2), 2);
}

static void look_alikes(struct ctx *c)
{
    EXPECT_TEXT(text_to_latin_looks(c->mem, "аррlе"), "apple");
    EXPECT_TEXT(text_to_cyrillic_looks(c->mem, "cахap"), "сахар");
}

static void the_other_layout(struct ctx *c)
{
    EXPECT_TEXT(text_layout_ru(c->mem, "cvfhnajy"), "смартфон");
    EXPECT_TEXT(text_layout_ru(c->mem, "[jkjlbkmybr"), "холодильник");
    EXPECT_TEXT(text_layout_en(c->mem, "ыфьыгтп"), "samsung");
}

/* Every key of a published keyboard map gives the same letter here. */
static void every_key(struct ctx *c)
{
    const char *path = test_data(c, "ru-translit-keyboard/keyboard_en_ru.json"), *en;
    json_t *file, *keys, *ru;

    if (!path) {
        print_message("skipped: no ru-translit-keyboard\n");
        return;
    }
    file = json_load_file(path, 0, NULL);
    EXPECT(file != NULL);
    keys = json_object_get(file, "en_to_ru");
    EXPECT_INT(json_object_size(keys), 74);
    json_object_foreach(keys, en, ru)
        EXPECT_TEXT(text_layout_ru(c->mem, en), json_string_value(ru));
    json_decref(file);
}

static void translit_ours(struct ctx *c)
{
    EXPECT_TEXT(translit_latin(c->mem, &translit_plain, "Наушники, Щука"),
                "Naushniki, Schuka");
    EXPECT_TEXT(translit_russian(c->mem, "naushniki"), "наушники");
    EXPECT_TEXT(translit_russian(c->mem, "Televizor"), "телевизор");
    EXPECT_TEXT(translit_russian(c->mem, "stiralnaya"), "стиралная");
    EXPECT_TEXT(translit_slug(c->mem, "Смартфон Apple iPhone 15 Pro, 256 ГБ!"),
                "smartfon-apple-iphone-15-pro-256-gb");
    EXPECT_TEXT(translit_slug(c->mem, "!!!"), "x");
    EXPECT_TEXT(translit_slug(c->mem, "1984"), "x-1984");
}

static const struct translit_pair *pairs(struct ctx *c, const json_t *from)
{
    struct translit_pair *to =
        NEW_N(c->mem, struct translit_pair, json_object_size(from) + 1);
    const char *key;
    json_t *value;
    size_t n = 0;

    json_object_foreach((json_t *)from, key, value) to[n++] =
        (struct translit_pair){ key, json_string_value(value) };
    return to;
}

/* 27 published schemes, 163 samples: the engine can say all of them. */
static void published_schemes(struct ctx *c)
{
    const char *path = test_data(c, "ru-translit-keyboard/iuliia_schemas.json"), *name;
    json_t *file, *scheme;
    int schemes = 0, samples = 0;

    if (!path) {
        print_message("skipped: no ru-translit-keyboard\n");
        return;
    }
    file = json_load_file(path, 0, NULL);
    EXPECT(file != NULL);
    json_object_foreach(file, name, scheme)
    {
        const json_t *list = json_object_get(scheme, "samples");
        const struct translit by = { pairs(c, json_object_get(scheme, "mapping")),
                                     pairs(c, json_object_get(scheme, "prev_mapping")),
                                     pairs(c, json_object_get(scheme, "next_mapping")),
                                     pairs(c,
                                           json_object_get(scheme, "ending_mapping")) };
        schemes++;
        for (size_t k = 0; k < json_array_size(list); k++, samples++) {
            const json_t *pair = json_array_get(list, k);
            EXPECT_TEXT(
                translit_latin(c->mem, &by, json_string_value(json_array_get(pair, 0))),
                json_string_value(json_array_get(pair, 1)));
        }
    }
    EXPECT_INT(schemes, 27);
    EXPECT_INT(samples, 163);
    json_decref(file);
}

static void edits(struct ctx *c)
{
    (void)c;
    EXPECT_INT(text_distance("смартфон", "смартфон", 2), 0);
    EXPECT_INT(text_distance("смартфн", "смартфон", 2), 1);
    EXPECT_INT(text_distance("самсугн", "самсунг", 2), 1); /* neighbours swapped */
    EXPECT_INT(text_distance("холадилник", "холодильник", 2), 2);
    EXPECT_INT(text_distance("чайник", "утюг", 2), 3);
    EXPECT_INT(text_distance("", "я", 2), 1);
}

static const struct test tests[] = {
    { "broken bytes are told from letters and never read past", broken_utf8 },
    { "case, ё, accents and odd spaces do not matter", folded },
    { "a text is cut into words, numbers keep their point", words },
    { "letters that look alike change alphabets", look_alikes },
    { "cvfhnajy is смартфон", the_other_layout },
    { "every key of a published layout map gives its letter", every_key },
    { "our translit goes there and back, and makes addresses", translit_ours },
    { "27 published schemes write their 163 samples", published_schemes },
    { "typos are counted in edits", edits },
};

int main(void)
{
    return test_main("text", tests, COUNT(tests));
}
