#include "exchange/yml.h"

#include <dirent.h>

#include "test.h"

#include "exchange/yml_fuzz.c"

struct seen {
    struct arena *mem;
    struct ctx *c;
    const char *log;
    i64 offers;
};

static enum err look(void *arg, const struct yml_item *i)
{
    struct seen *s = arg;
    const struct yml_offer *o = &i->offer;
    const struct yml_outlet *x = o->outlets.at;
    const struct yml_param *p = o->params.at;

    if (i->kind == YML_HEAD) s->log = arena_printf(s->c->mem, "%s@%s", s->log, i->date);
    if (i->kind == YML_CURRENCY)
        s->log = arena_printf(s->c->mem, "%s$%s", s->log, i->currency.id);
    if (i->kind == YML_CATEGORY)
        s->log = arena_printf(s->c->mem, "%s(%s<%s %s)", s->log, i->category.id,
                              i->category.parent_id ? i->category.parent_id : "-",
                              i->category.name);
    if (i->kind == YML_ITEM && ++s->offers < 4) {
        s->log = arena_printf(s->c->mem, "%s[%s %s %s %s", s->log, o->id,
                              o->name ? o->name : "-", o->price, o->qty ? o->qty : "-");
        for (size_t k = 0; k < o->outlets.n; k++)
            s->log = arena_printf(s->c->mem, "%s %s=%s", s->log, x[k].place, x[k].qty);
        for (size_t k = 0; k < o->params.n; k++)
            s->log = arena_printf(s->c->mem, "%s %s=%s %s", s->log, p[k].name,
                                  p[k].value, p[k].unit);
        s->log = arena_printf(s->c->mem, "%s]", s->log);
    }
    arena_reset(s->mem);
    return ERR_OK;
}

static enum err read_text(struct ctx *c, const char *text, size_t n, size_t step,
                          struct seen *s)
{
    *s = (struct seen){ .mem = arena_new((size_t)16 << 20), .log = "", .c = c };
    struct yml *p = yml_new(c, &(struct yml_sink){ s->mem, look, s });
    enum err e = ERR_OK;

    for (size_t at = 0; at < n && !e; at += step)
        e = yml_feed(p, text + at, n - at < step ? n - at : step, false);
    if (!e) e = yml_feed(p, "", 0, true);
    yml_free(p);
    arena_free(s->mem);
    return e;
}

static void a_shop(struct ctx *c)
{
    size_t n;
    const char *text = test_file(c, "tests/exchange/corpus/yml/shop.xml", &n);
    struct seen s;

    for (size_t step = 1; step < 60; step += 7) {
        EXPECT_OK(read_text(c, text + 1, n - 1, step, &s));
        EXPECT_TEXT(s.log, "@2026-11-21 12:00$RUB(1<- Телефоны)(2<1 Смартфоны)"
                           "[o1 Телефон \"Заря\" 100.50 3 Экран=6.1 дюйм]"
                           "[o2 - 5 - Центр=2 w2=1]");
    }
}

static void real_feeds(struct ctx *c)
{
    const char *path = test_data(c, "yml-stock-feed-open/feed.xml");
    struct seen s;
    size_t n;

    if (!path) {
        print_message("skipped: no ../shared/data/yml-stock-feed-open\n");
        skip();
    }
    const char *text = test_file(c, path, &n);
    EXPECT_OK(read_text(c, text, n, 4096, &s));
    EXPECT_INT(s.offers, 227);
    text = test_file(c, test_data(c, "yml-stock-feed-open/feed3.xml"), &n);
    EXPECT_OK(read_text(c, text, n, 4096, &s));
    EXPECT_INT(s.offers, 27);
}

static void refused(struct ctx *c)
{
    const char *bomb =
        "<!DOCTYPE y [<!ENTITY a \"aa\">]><yml_catalog>&a;</yml_catalog>";
    const char *cut = "<yml_catalog><shop><offers><offer id=\"1\">";
    struct seen s;

    EXPECT_ERR(read_text(c, bomb, strlen(bomb), 10, &s), BAD_FORMAT);
    EXPECT_ERR(read_text(c, cut, strlen(cut), 10, &s), BAD_FORMAT);
}

static void corpus(struct ctx *c)
{
    DIR *d = opendir("tests/exchange/corpus/yml");
    size_t n, files = 0;

    EXPECT(d != NULL);
    for (struct dirent *e; (e = readdir(d));) {
        if (*e->d_name == '.') continue;
        const char *text = test_file(
            c, arena_printf(c->mem, "tests/exchange/corpus/yml/%s", e->d_name), &n);
        LLVMFuzzerTestOneInput((const uint8_t *)text, n);
        files++;
    }
    closedir(d);
    EXPECT(files >= 2);
}

int main(void)
{
    static const struct test tests[] = {
        { "a shop's feed is read: categories, offers, parameters, outlets", a_shop },
        { "real update feeds without names are read", real_feeds },
        { "entities and cut files are refused", refused },
        { "whatever once broke the reader does not again", corpus },
    };
    return test_main("exchange.yml", tests, COUNT(tests));
}
