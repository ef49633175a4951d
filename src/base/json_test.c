#include "base/json.h"

#include "base/buf.h"
#include "base/hash.h"
#include "test.h"

static bool taken(struct ctx *c, const char *text)
{
    struct json j;

    json_start(&j, c->mem, text, strlen(text));
    return json_skip(&j, NULL) && json_end(&j);
}

static void what_is_json(struct ctx *c)
{
    static const char *const good[] = { "{}",
                                        "[]",
                                        " null ",
                                        "-0",
                                        "1e5",
                                        "0.5E-3",
                                        "\"\\ud83d\\ude00\"",
                                        "{\"a\":{\"a\":1},\"b\":[{},{}]}",
                                        "\"чай\"" };

    for (size_t k = 0; k < COUNT(good); k++) EXPECT(taken(c, good[k]));
}

static void what_is_not(struct ctx *c)
{
    static const char *const bad[] = {
        "",
        "{",
        "{\"a\"}",
        "{\"a\":1,}",
        "[1,]",
        "[1 2]",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "-",
        "NaN",
        "{'a':1}",
        "\"\t\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u0000\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\xff\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "{\"a\":1}x",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "tru",
        "1e999",
        "\xef\xbb\xbf{}",
    };

    for (size_t k = 0; k < COUNT(bad); k++)
        if (taken(c, bad[k])) fail_msg("taken: %s", bad[k]);
}

static void depth_ends_at_32(struct ctx *c)
{
    char text[80] = "";

    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    EXPECT(taken(c, text));
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    EXPECT(!taken(c, text));
}

static i64 number(struct ctx *c, const char *text, bool *ret_whole)
{
    struct json j;
    struct json_number n = { 0 };

    json_start(&j, c->mem, text, strlen(text));
    EXPECT(json_number(&j, &n) && json_end(&j));
    *ret_whole = n.whole;
    return n.i;
}

static void integers_are_exact(struct ctx *c)
{
    bool whole;

    EXPECT(number(c, "9223372036854775807", &whole) == INT64_MAX && whole);
    EXPECT(number(c, "-9223372036854775808", &whole) == INT64_MIN && whole);
    EXPECT(number(c, "9007199254740993", &whole) == 9007199254740993 && whole);
    number(c, "9223372036854775808", &whole);
    EXPECT(!whole);
    number(c, "5.0", &whole);
    EXPECT(!whole);
}

static void errors_have_a_place(struct ctx *c)
{
    struct json j;
    const char *text = "{\n  \"чай\": 1,\n  \"чай\" 2 }";
    int line, column;

    json_start(&j, c->mem, text, strlen(text));
    EXPECT(!json_skip(&j, NULL));
    json_where(&j, &line, &column);
    EXPECT_INT(line, 3);
    EXPECT_INT(column, 3);
    EXPECT_TEXT(j.why, "a member stands twice");
}

static void many_members_each_once(struct ctx *c)
{
    struct buf b = buf_new(c->mem, 1024, 1 << 20);

    buf_char(&b, '{');
    for (int k = 0; k < 5000; k++) buf_printf(&b, "\"m%d\":%d,", k, k);
    buf_text(&b, "\"last\":1}");
    EXPECT(taken(c, b.at));
    b.n -= 1;
    buf_text(&b, ",\"m4321\":1}");
    EXPECT(!taken(c, b.at));
}

static void texts_survive_writing(struct ctx *c)
{
    const char *all = "кавычка \" обратная \\ строка\n\t\x01 </script> 😀";
    struct buf b = buf_new(c->mem, 64, 4096);
    struct json j;
    const char *back;
    size_t n;

    json_put_text(&b, all, strlen(all));
    EXPECT(!strstr(b.at, "</script"));
    json_start(&j, c->mem, b.at, b.n);
    EXPECT(json_text(&j, &back, &n) && json_end(&j));
    EXPECT_TEXT(back, all);
}

static void reals_survive_writing(struct ctx *c)
{
    static const double all[] = { 0.1,    1.0 / 3, 1e300, -5e-324, 123456789.123456789,
                                  55.7558 };

    for (size_t k = 0; k < COUNT(all); k++) {
        struct buf b = buf_new(c->mem, 64, 4096);
        struct json j;
        struct json_number n;

        json_put_real(&b, all[k]);
        json_start(&j, c->mem, b.at, b.n);
        EXPECT(json_number(&j, &n) && n.d == all[k]);
    }
}

static void a_map_keeps_what_stays(struct ctx *c)
{
    struct map m = { 0 };
    const char *keys[3000];
    static int marks[COUNT(keys)];

    for (size_t k = 0; k < COUNT(keys); k++) {
        keys[k] = arena_printf(c->mem, "key %zu", k);
        EXPECT(!map_add(&m, keys[k], strlen(keys[k]), &marks[k]));
    }
    EXPECT(map_add(&m, keys[5], strlen(keys[5]), &marks[6]) == &marks[5]);
    for (size_t k = 0; k < COUNT(keys); k += 3)
        EXPECT(map_take(&m, keys[k], strlen(keys[k])) == &marks[k]);
    for (size_t k = 0; k < COUNT(keys); k++)
        EXPECT(map_get(&m, keys[k], strlen(keys[k])) == (k % 3 ? &marks[k] : NULL));
    EXPECT_INT(m.n, COUNT(keys) / 3 * 2);
    map_free(&m);
    EXPECT(!map_get(&m, keys[1], strlen(keys[1])));
}

int main(void)
{
    static const struct test tests[] = {
        { "json: what RFC 8259 allows is taken", what_is_json },
        { "json: what two readers might read differently is refused", what_is_not },
        { "json: arrays nest 32 deep, not 33", depth_ends_at_32 },
        { "json: integers are exact up to the ends of int64", integers_are_exact },
        { "json: an error tells line and column, counted in characters",
          errors_have_a_place },
        { "json: the 5,001st member's name is still checked against the others",
          many_members_each_once },
        { "json: texts written read back the same, and end no script element",
          texts_survive_writing },
        { "json: reals written read back the same", reals_survive_writing },
        { "map: what was not taken out is still found", a_map_keeps_what_stays },
    };
    return test_main("base json", tests, COUNT(tests));
}
