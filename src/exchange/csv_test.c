#include "exchange/csv.h"

#include <dirent.h>
#include <stdlib.h>

#include "exchange/charset.h"
#include "test.h"

#include "exchange/csv_fuzz.c"

struct source {
    const char *at;
    size_t n, step;
};

static long read_some(void *arg, char *to, size_t n)
{
    struct source *s = arg;
    size_t k = s->n < s->step ? s->n : s->step;

    if (k > n) k = n;
    memcpy(to, s->at, k);
    s->at += k;
    s->n -= k;
    return (long)k;
}

/* All rows as "a|b|c/" for comparing; '!' before a broken one. */
static const char *rows(struct ctx *c, const char *text, size_t n, size_t step)
{
    struct source s = { text, n, step };
    struct csv v;
    const char *all = "";

    csv_open(&v, c->mem, read_some, &s);
    while (csv_next(&v)) {
        if (v.broken) all = arena_printf(c->mem, "%s!", all);
        for (size_t k = 0; k < v.n && !v.broken; k++)
            all = arena_printf(c->mem, "%s%s%s", all, k ? "|" : "", v.fields[k].at);
        all = arena_printf(c->mem, "%s/", all);
    }
    return all;
}
#define ROWS_OF(text) rows(c, (text), strlen(text), 1000)

static void separators(struct ctx *c)
{
    EXPECT_TEXT(ROWS_OF("a;b,c;d\n1;2,5;3\n"), "a|b,c|d/1|2,5|3/");
    EXPECT_TEXT(ROWS_OF("a,b\n1,2\n"), "a|b/1|2/");
    EXPECT_TEXT(ROWS_OF("a\tb c\n1\t2\n"), "a|b c/1|2/");
    EXPECT_TEXT(ROWS_OF("one\ntwo"), "one/two/");
}

static void quotes(struct ctx *c)
{
    EXPECT_TEXT(ROWS_OF("a;b\n\"x;y\";\"say \"\"yes\"\"\"\n"), "a|b/x;y|say \"yes\"/");
    EXPECT_TEXT(ROWS_OF("a;b\n\"two\nlines\";2\n3;4\n"), "a|b/two\nlines|2/3|4/");
    EXPECT_TEXT(ROWS_OF("a;b\n\"12\" шт;2\n"), "a|b/12 шт|2/");
    EXPECT_TEXT(ROWS_OF("a;b\n\"\";\"\"\n;\n"), "a|b/|/|/");
}

static void line_ends(struct ctx *c)
{
    EXPECT_TEXT(ROWS_OF("a;b\r\n1;2\r\n"), "a|b/1|2/");
    EXPECT_TEXT(ROWS_OF("a;b\r1;2\r3;4"), "a|b/1|2/3|4/");
    EXPECT_TEXT(ROWS_OF("a;b\n\n\n1;2\n\n"), "a|b/1|2/");
    EXPECT_TEXT(ROWS_OF("a;b\n1;\n;2\n"), "a|b/1|/|2/");
    EXPECT_TEXT(ROWS_OF(""), "");
}

static void a_quote_left_open_costs_its_row(struct ctx *c)
{
    EXPECT_TEXT(ROWS_OF("a;b\n\"1;2\n3;4\n5;6\n"), "a|b/!/3|4/5|6/");
}

static void encodings(struct ctx *c)
{
    EXPECT_TEXT(ROWS_OF("\xEF\xBB\xBFимя;тел\nАня;1\n"), "имя|тел/Аня|1/");
    EXPECT_TEXT(ROWS_OF("\xe8\xec\xff;\xb9\n\xc0\xed\xff;1\n"), "имя|№/Аня|1/");
}

/* The same rows, whatever the pieces in which the file comes. */
static void pieces(struct ctx *c)
{
    const char *text = "a;b\n\"x\n;y\";Ж\n\"\"\"\";2\r\n3;4";
    const char *whole = ROWS_OF(text);

    for (size_t step = 1; step < 12; step++)
        EXPECT_TEXT(rows(c, text, strlen(text), step), whole);
}

static void long_rows(struct ctx *c)
{
    const size_t n = CSV_ROW * 5;
    char *text = arena_alloc(c->mem, n + 64);

    memcpy(text, "a;b\n", 4);
    memset(text + 4, 'x', n);
    memcpy(text + 4 + n, "\n1;2\n", 6);
    EXPECT_TEXT(rows(c, text, strlen(text), 100000), "a|b/!/1|2/");

    const char *wide = ""; /* 70 columns are more than there may be */
    for (int k = 0; k < 70; k++) wide = arena_printf(c->mem, "%s%d;", wide, k);
    wide = arena_printf(c->mem, "%s\nx;y\n", wide);
    EXPECT_TEXT(ROWS_OF(wide), "!/x|y/");
}

static void lines_are_counted(struct ctx *c)
{
    const char *text = "a;b\n\"two\nlines\";2\n\n3;4\n";
    struct source s = { text, strlen(text), 7 };
    struct csv v;

    csv_open(&v, c->mem, read_some, &s);
    EXPECT(csv_next(&v));
    EXPECT_INT(v.line, 1);
    EXPECT(csv_next(&v));
    EXPECT_INT(v.line, 2);
    EXPECT(csv_next(&v));
    EXPECT_INT(v.line, 5);
    EXPECT(!csv_next(&v));
    EXPECT_INT(v.bytes, (i64)strlen(text));
}

static void there_and_back(struct ctx *c)
{
    const char *text = "Ёлка №5 — «ёж», price 100";
    size_t n;
    const char *cp = charset_to_1251(c->mem, text, strlen(text), false, &n);
    char *back = arena_alloc(c->mem, n * 3 + 1);

    EXPECT_INT(n, 25);
    back[charset_from_1251(back, cp, n)] = '\0';
    EXPECT_TEXT(back, text);
    EXPECT_TEXT(charset_to_1251(c->mem, "100 ₽", strlen("100 ₽"), true, &n),
                "100 &#x20BD;");
    EXPECT_TEXT(charset_to_1251(c->mem, "100 ₽", strlen("100 ₽"), false, &n),
                "100 ?");
    EXPECT_TEXT(charset_fold(c->mem, "  Кол_во  Всё-таки "), "кол во все таки");
    EXPECT(!charset_is_utf8("\xC0\xAF", 2, false));
    EXPECT(!charset_is_utf8("\xED\xA0\x80", 3, false));
    EXPECT(charset_is_utf8("аб\xD0", 5, true));
    EXPECT(!charset_is_utf8("аб\xD0", 5, false));
    EXPECT_INT(charset_cut("абв", 6, 3), 2);
}

static void corpus(struct ctx *c)
{
    DIR *d = opendir("tests/exchange/corpus/csv");
    size_t n, files = 0;

    EXPECT(d != NULL);
    for (struct dirent *e; (e = readdir(d));) {
        if (*e->d_name == '.') continue;
        const char *text = test_file(
            c, arena_printf(c->mem, "tests/exchange/corpus/csv/%s", e->d_name), &n);
        LLVMFuzzerTestOneInput((const uint8_t *)text, n);
        files++;
    }
    closedir(d);
    EXPECT(files >= 6);
}

int main(void)
{
    static const struct test tests[] = {
        { "the separator is the one the first row has most of", separators },
        { "quoted cells may hold separators, quotes and line ends", quotes },
        { "rows end with LF, CRLF or CR, empty ones are passed over", line_ends },
        { "a quote left open costs its row, not the rest of the file",
          a_quote_left_open_costs_its_row },
        { "UTF-8 with a mark and windows-1251 are told apart", encodings },
        { "the pieces in which a file comes make no difference", pieces },
        { "a row that is too long or too wide is told and left out", long_rows },
        { "lines are counted as an editor does", lines_are_counted },
        { "windows-1251 goes there and back", there_and_back },
        { "whatever once broke the reader does not again", corpus },
    };
    return test_main("exchange.csv", tests, COUNT(tests));
}
