#include "exchange/commerceml.h"

#include <dirent.h>

#include "base/buf.h"
#include "test.h"

#include "exchange/commerceml_fuzz.c"

/* What came out of a file. */
struct seen {
    struct arena *mem;
    i64 kinds[16], prices, rests, values, lines, foreign, last_line;
    const char *log;
    struct ctx *c;
};

static const char *text_or(const char *s)
{
    return s ? s : "-";
}

static void count_good(struct seen *s, const struct cml_good *g)
{
    const struct cml_price *p = g->prices.at;
    const struct cml_rest *r = g->rests.at;

    s->prices += (i64)g->prices.n;
    s->rests += (i64)g->rests.n;
    s->values += (i64)g->values.n;
    for (size_t k = 0; k < g->prices.n; k++)
        s->foreign += p[k].currency && strcmp(p[k].currency, "руб") != 0;
    s->log = arena_printf(s->c->mem, "%.2000s[%s %s %s", s->log, text_or(g->id),
                          text_or(g->name), text_or(g->qty));
    for (size_t k = 0; k < g->rests.n && k < 4; k++)
        s->log = arena_printf(s->c->mem, "%s %s=%s", s->log, text_or(r[k].store_id),
                              r[k].qty);
    s->log = arena_printf(s->c->mem, "%s]", s->log);
}

static enum err look(void *arg, const struct cml_item *i)
{
    struct seen *s = arg;

    s->kinds[i->kind]++;
    s->last_line = i->line;
    if (i->kind == CML_GOOD || i->kind == CML_OFFER) count_good(s, &i->good);
    if (i->kind == CML_DOCUMENT) s->lines += (i64)i->document.lines.n;
    if (i->kind == CML_GROUP)
        s->log =
            arena_printf(s->c->mem, "%.2000s(%s<%s %s)", s->log, text_or(i->group.id),
                         text_or(i->group.parent_id), text_or(i->group.name));
    if (i->kind == CML_DOCUMENT)
        s->log = arena_printf(s->c->mem, "%.2000s{%s %s %zu %zu}", s->log,
                              text_or(i->document.id), text_or(i->document.party_id),
                              i->document.contacts.n, i->document.requisites.n);
    if (i->kind == CML_BROKEN)
        s->log = arena_printf(s->c->mem, "%.2000s!%s", s->log, text_or(i->broken.name));
    arena_reset(s->mem);
    return ERR_OK;
}

static enum err read_text(struct ctx *c, const char *text, size_t n, size_t step,
                          struct seen *s)
{
    *s = (struct seen){ .mem = arena_new((size_t)16 << 20), .log = "", .c = c };
    struct commerceml *p = commerceml_new(c, &(struct cml_sink){ s->mem, look, s });
    enum err e = ERR_OK;

    for (size_t at = 0; at < n && !e; at += step)
        e = commerceml_feed(p, text + at, n - at < step ? n - at : step, false);
    if (!e) e = commerceml_feed(p, "", 0, true);
    commerceml_free(p);
    arena_free(s->mem);
    return e;
}

/* False: the set is not here. */
static bool read_set(struct ctx *c, const char *file, struct seen *s)
{
    const char *path = test_data(c, arena_printf(c->mem, "commerceml-open/%s", file));
    size_t n;

    if (!path) return false;
    const char *text = test_file(c, path, &n);
    EXPECT_OK(read_text(c, text, n, 65536, s));
    return true;
}

static void real_shop(struct ctx *c)
{
    struct seen s, rests, docs;

    if (!read_set(c, "bitrix-module-6/import.xml", &s)) {
        print_message("skipped: no ../shared/data/commerceml-open\n");
        skip();
    }
    EXPECT_INT(s.kinds[CML_PRICE_TYPE], 8);
    EXPECT_INT(s.kinds[CML_STORE], 12);
    EXPECT_INT(s.kinds[CML_GROUP], 1);
    EXPECT(read_set(c, "bitrix-module-6/goods/1/import.xml", &s));
    EXPECT_INT(s.kinds[CML_GOOD], 21);
    EXPECT(read_set(c, "bitrix-module-6/goods/1/offers.xml", &s));
    EXPECT_INT(s.kinds[CML_OFFER], 86);
    EXPECT(read_set(c, "bitrix-module-6/goods/1/prices.xml", &s));
    EXPECT_INT(s.prices, 86);
    EXPECT_INT(s.foreign, 8);
    EXPECT(read_set(c, "bitrix-module-6/goods/1/rests.xml", &rests));
    EXPECT_INT(rests.rests, 1032);
    EXPECT(read_set(c, "bitrix-module-6/properties/1/import.xml", &s));
    EXPECT_INT(s.kinds[CML_PROPERTY], 25);
    EXPECT(read_set(c, "bitrix-module-6/properties/1/offers.xml", &s));
    EXPECT_INT(s.kinds[CML_PROPERTY], 12);
    EXPECT_INT(s.kinds[CML_VALUE], 175);
    EXPECT(read_set(c, "bitrix-module-6/documents/1/documents.xml", &docs));
    EXPECT_INT(docs.kinds[CML_DOCUMENT], 20);
    EXPECT(read_set(c, "bitrix-module-6/documents/2/documents.xml", &s));
    EXPECT_INT(s.kinds[CML_DOCUMENT] + docs.kinds[CML_DOCUMENT], 24);
}

static void small_sets(struct ctx *c)
{
    struct seen s;

    if (!read_set(c, "off-doc-1c/offers.xml", &s)) {
        print_message("skipped: no ../shared/data/commerceml-open\n");
        skip();
    }
    EXPECT_INT(s.kinds[CML_PRICE_TYPE], 4);
    EXPECT_INT(s.prices, 8);
    EXPECT(read_set(c, "off-doc-1c/orders.xml", &s));
    EXPECT_INT(s.lines, 2);
    EXPECT(read_set(c, "off-doc-1c-v2/orders.xml", &s));
    EXPECT_INT(s.kinds[CML_DOCUMENT], 3);
    EXPECT(read_set(c, "ready-script/import.xml", &s));
    EXPECT_INT(s.kinds[CML_GROUP], 4);
    EXPECT_INT(s.kinds[CML_PROPERTY], 7);
    EXPECT(strstr(s.log, "(643e063e-1812-4ce6-a73c-812255cfc8d8<1e131e6a-c737-4518-"
                         "8dd5-f6c80c183016 Группа 3)"));
}

#define OPEN                                                                           \
    "<?xml version=\"1.0\"?><КоммерческаяИнформация><ПакетПредложений><Предложения>"
#define CLOSE "</Предложения></ПакетПредложений></КоммерческаяИнформация>"

static void expect_offers(struct ctx *c, const char *inside, const char *log)
{
    const char *text = arena_printf(c->mem, OPEN "%s" CLOSE, inside);
    struct seen s;

    EXPECT_OK(read_text(c, text, strlen(text), 13, &s));
    EXPECT_TEXT(s.log, log);
}

static void rests_in_all_spellings(struct ctx *c)
{
    expect_offers(
        c,
        "<Предложение><Ид>a</Ид><Склад ИдСклада=\"s\" КоличествоНаСкладе=\"4\"/>"
        "<Склад ИдСклада=\"t\" КоличествоНаСкладе=\"5\"/></Предложение>",
        "[a - - s=4 t=5]");
    expect_offers(c,
                  "<Предложение><Ид>a</Ид><Склады ИдСклада=\"s\" "
                  "КоличествоНаСкладе=\"4\"/></Предложение>",
                  "[a - - s=4]");
    expect_offers(
        c,
        "<Предложение><Ид>a</Ид><Остатки><Остаток><Склад><Ид>s</Ид><Количество>4"
        "</Количество></Склад></Остаток></Остатки></Предложение>",
        "[a - - s=4]");
    expect_offers(
        c,
        "<Предложение><Ид>a</Ид><Остатки><Остаток><Количество>4</Количество></Остаток>"
        "</Остатки></Предложение>",
        "[a - - -=4]");
    expect_offers(
        c,
        "<Предложение><Ид>a</Ид><КоличествоНаСкладах><КоличествоНаСкладе><ИдСклада>s"
        "</ИдСклада><Количество>4</Количество></КоличествоНаСкладе></"
        "КоличествоНаСкладах>"
        "</Предложение>",
        "[a - - s=4]");
    expect_offers(c, "<Предложение><Ид>a</Ид><Количество>7</Количество></Предложение>",
                  "[a - 7]");
}

static void escaped_twice(struct ctx *c)
{
    expect_offers(c,
                  "<Предложение><Ид>a</Ид><Наименование>  Телевизор "
                  "&amp;quot;JVC&amp;quot; &amp; К "
                  "</Наименование></Предложение>",
                  "[a Телевизор \"JVC\" & К -]");
}

static void windows_1251(struct ctx *c)
{
    const char text[] =
        "<?xml version=\"1.0\" encoding=\"windows-1251\"?>"
        "<\xca\xee\xec\xec\xe5\xf0\xf7\xe5\xf1\xea\xe0\xff\xc8\xed\xf4\xee\xf0\xec\xe0"
        "\xf6\xe8\xff>"
        "<\xca\xe0\xf2\xe0\xeb\xee\xe3><\xd2\xee\xe2\xe0\xf0\xfb><\xd2\xee\xe2\xe0\xf0>"
        "<\xc8\xe4>1</"
        "\xc8\xe4><\xcd\xe0\xe8\xec\xe5\xed\xee\xe2\xe0\xed\xe8\xe5>\xb8\xe6"
        "</\xcd\xe0\xe8\xec\xe5\xed\xee\xe2\xe0\xed\xe8\xe5></\xd2\xee\xe2\xe0\xf0>"
        "</\xd2\xee\xe2\xe0\xf0\xfb></\xca\xe0\xf2\xe0\xeb\xee\xe3>"
        "</"
        "\xca\xee\xec\xec\xe5\xf0\xf7\xe5\xf1\xea\xe0\xff\xc8\xed\xf4\xee\xf0\xec\xe0"
        "\xf6\xe8\xff>";
    struct seen s;

    EXPECT_OK(read_text(c, text, sizeof(text) - 1, 5, &s));
    EXPECT_TEXT(s.log, "[1 ёж -]");
}

static void refused(struct ctx *c)
{
    static const char *const bad[] = {
        "<!DOCTYPE k [<!ENTITY a "
        "\"x\">]><КоммерческаяИнформация>&a;</КоммерческаяИнформация>",
        "<!DOCTYPE k [<!ENTITY a SYSTEM "
        "\"file:///etc/passwd\">]><КоммерческаяИнформация>&a;</КоммерческаяИнформация>",
        "<!DOCTYPE k [<!ATTLIST k a CDATA \"x\">]><КоммерческаяИнформация/>",
        "<КоммерческаяИнформация><Каталог></КоммерческаяИнформация>",
        "<КоммерческаяИнформация><Каталог>",
        "<КоммерческаяИнформация>\xFF</КоммерческаяИнформация>",
        "no xml at all",
        "",
    };
    struct seen s;

    for (size_t k = 0; k < COUNT(bad); k++) {
        EXPECT_ERR(read_text(c, bad[k], strlen(bad[k]), 7, &s), BAD_FORMAT);
        EXPECT(c->fault.message && *c->fault.message);
        c->fault = (struct fault){ 0 };
    }
    const char *deep = "";
    for (int k = 0; k < 80; k++) deep = arena_printf(c->mem, "%s<a>", deep);
    EXPECT_ERR(read_text(c, deep, strlen(deep), 100, &s), BAD_FORMAT);
}

/* A good of 3 MB is one reject, and what follows it is read. */
static void one_good_too_big(struct ctx *c)
{
    struct buf b = buf_new(c->mem, 4096, (size_t)8 << 20);
    struct seen s;

    buf_printf(&b, "%s<Предложение><Ид>big</Ид>", OPEN);
    while (b.n < (size_t)3 << 20)
        buf_printf(&b, "<Картинка>import_files/picture-%zu.jpg</Картинка>", b.n);
    buf_printf(&b, "</Предложение><Предложение><Ид>b</Ид></Предложение>%s", CLOSE);
    EXPECT_OK(read_text(c, b.at, b.n, 65536, &s));
    EXPECT_TEXT(s.log, "!big[b - -]");
}

static void pieces(struct ctx *c)
{
    size_t n;
    const char *text = test_file(c, "tests/exchange/corpus/commerceml/offers.xml", &n);
    struct seen whole, s;

    EXPECT_OK(read_text(c, text + 1, n - 1, n, &whole));
    EXPECT(strstr(whole.log, "[t1#x Телефон 4 s1=4][t2 - - s1=1.5 -=3]"));
    for (size_t step = 1; step < 40; step += 3) {
        EXPECT_OK(read_text(c, text + 1, n - 1, step, &s));
        EXPECT_TEXT(s.log, whole.log);
    }
}

static void corpus(struct ctx *c)
{
    DIR *d = opendir("tests/exchange/corpus/commerceml");
    size_t n, files = 0;

    EXPECT(d != NULL);
    for (struct dirent *e; (e = readdir(d));) {
        if (*e->d_name == '.') continue;
        const char *text = test_file(
            c, arena_printf(c->mem, "tests/exchange/corpus/commerceml/%s", e->d_name),
            &n);
        LLVMFuzzerTestOneInput((const uint8_t *)text, n);
        files++;
    }
    closedir(d);
    EXPECT(files >= 5);
}

int main(void)
{
    static const struct test tests[] = {
        { "a real shop's exchange is read to the last element", real_shop },
        { "1C's own samples of 2.03 to 2.05 are read", small_sets },
        { "a rest is a rest in all five spellings", rests_in_all_spellings },
        { "quotes that were escaped twice are quotes", escaped_twice },
        { "windows-1251 is read", windows_1251 },
        { "entities, endless depth and broken files are refused with a reason",
          refused },
        { "a good that is too big is one reject", one_good_too_big },
        { "the pieces in which a file comes make no difference", pieces },
        { "whatever once broke the reader does not again", corpus },
    };
    return test_main("exchange.commerceml", tests, COUNT(tests));
}
