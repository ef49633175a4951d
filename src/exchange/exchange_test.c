#include "exchange/exchange.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "exchange/exchange_job.h"
#include "exchange/exchange_list.h"
#include "exchange/exchange_out.h"
#include "exchange/exchange_own.h"
#include "exchange/exchange_spool.h"
#include "place/place.h"
#include "setting/setting.h"
#include "stock/stock.h"
#include "test.h"

static const struct setting_scope chain = { 0 };

/* A file of this text in the state folder of this test run. */
static const char *file_of(struct ctx *c, const char *text, size_t n)
{
    static int number;
    const char *dir;

    EXPECT_OK(spool_dir(c, "test", &dir));
    const char *path = arena_printf(c->mem, "%s/%d-%d", dir, (int)getpid(), ++number);
    FILE *f = fopen(path, "wb");
    EXPECT(f != NULL);
    EXPECT_INT(fwrite(text, 1, n, f), n);
    fclose(f);
    return path;
}

static struct exchange_run run_file(struct ctx *c, struct exchange_file f)
{
    struct exchange_run x = { 0 };
    i64 id;

    if (!f.source) f.source = "1c";
    if (!f.kind) f.kind = "commerceml";
    if (!f.name) f.name = "import.xml";
    EXPECT_OK(exchange_run_add(c, &f, &id));
    EXPECT_OK(exchange_run_do(c, id));
    EXPECT_OK(exchange_run_get(c, id, &x));
    return x;
}

static struct exchange_run run_text(struct ctx *c, struct exchange_file f,
                                    const char *text)
{
    f.path = file_of(c, text, strlen(text));
    return run_file(c, f);
}

/* NULL-less: skips the test where the set is absent. */
static const char *data_text(struct ctx *c, const char *path, size_t *n)
{
    const char *full = test_data(c, path);

    if (!full) {
        print_message("skipped: no ../shared/data/%s\n", path);
        skip();
    }
    return test_file(c, full, n);
}

static struct exchange_run run_data(struct ctx *c, struct exchange_file f,
                                    const char *path)
{
    size_t n;
    const char *text = data_text(c, path, &n);

    f.path = file_of(c, text, n);
    return run_file(c, f);
}

static i64 count(const struct exchange_run *x, const char *what, bool taken)
{
    const struct exchange_run_what *w = x->counts.at;

    for (size_t k = 0; k < x->counts.n; k++)
        if (strcmp(w[k].what, what) == 0) return taken ? w[k].taken : w[k].seen;
    return 0;
}

static const char *reasons(struct ctx *c, i64 run_id)
{
    struct list l = { 0 };
    const char *all = "";

    EXPECT_OK(exchange_rejects(c, run_id, 0, 50, &l));
    const struct exchange_reject *x = l.at;
    for (size_t k = 0; k < l.n; k++)
        all = arena_printf(c->mem, "%s%lld %s %s: %s\n", all, x[k].line, x[k].what,
                           x[k].external ? x[k].external : "-", x[k].reason);
    return all;
}

static void expect_done(struct ctx *c, const struct exchange_run *x)
{
    if (strcmp(x->state, "done") != 0) print_error("%s: %s\n", x->state, x->reason);
    EXPECT_TEXT(x->state, "done");
    if (x->rejects) print_message("%s", reasons(c, x->id));
}

#define ALL(x, what, number)                                                           \
    do {                                                                               \
        EXPECT_INT(count(&(x), what, false), number);                                  \
        EXPECT_INT(count(&(x), what, true), number);                                   \
    } while (0)

/* ---- The sets
 * ----------------------------------------------------------------------------- */

#define SHOP "commerceml-open/bitrix-module-6/"

static void load_shop(struct ctx *c, struct exchange_run *prices)
{
    const struct exchange_file f = { 0 };
    struct exchange_run x = run_data(c, f, SHOP "import.xml");

    expect_done(c, &x);
    ALL(x, "stores", 12);
    ALL(x, "price_types", 8);
    ALL(x, "groups", 1);
    x = run_data(c, f, SHOP "properties/1/import.xml");
    ALL(x, "properties", 25);
    x = run_data(c, f, SHOP "properties/1/offers.xml");
    ALL(x, "properties", 12);
    x = run_data(c, f, SHOP "goods/1/import.xml");
    expect_done(c, &x);
    ALL(x, "goods", 21);
    x = run_data(c, f, SHOP "goods/1/offers.xml");
    ALL(x, "offers", 86);
    EXPECT_INT(x.rejects, 0);
    *prices = run_data(c, f, SHOP "goods/1/prices.xml");
    x = run_data(c, f, SHOP "goods/1/rests.xml");
    ALL(x, "rests", 1032);
    EXPECT_INT(x.rejects, 0);
}

static void a_real_shop(struct ctx *c)
{
    struct exchange_run x;

    EXPECT_OK(setting_set(c, "exchange.rates", chain, "USD=92.50 EUR=100"));
    EXPECT_OK(setting_set(c, "exchange.retail_type", chain, "Отпускная цена"));
    load_shop(c, &x);
    ALL(x, "prices", 86);
    EXPECT_INT(x.rejects, 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product"), 21);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_variant"), 86);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_price"), 86);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_price_list"), 8);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM place_place"), 12);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_level"), 1032);
    EXPECT_INT(test_int(c, "SELECT CAST(SUM(on_hand) AS BIGINT) FROM stock_level"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_spec"), 37);

    i64 id;
    struct catalog_price p;
    EXPECT_OK(exchange_key_get(
        c, "1c", "variant",
        "235ccc6d-ab81-11e4-944a-00155d020201#a5abd77f-93f6-11e5-9468-00155d020201",
        &id));
    EXPECT_OK(catalog_price_of(c, id, NONE, CHANNEL_SITE, &p));
    EXPECT_INT(p.price_minor, 204266);
    EXPECT_OK(
        catalog_find_code(c, "RL 00610", &id)); /* the article is a property here */
}

static void foreign_prices(struct ctx *c)
{
    struct exchange_run x;

    load_shop(c, &x);
    EXPECT_INT(count(&x, "prices", false), 86);
    EXPECT_INT(count(&x, "prices", true), 78);
    EXPECT_INT(x.rejects, 8);
    EXPECT(strstr(reasons(c, x.id), "no rate of USD in the setting exchange.rates"));
}

static void documents(struct ctx *c)
{
    struct exchange_run x, y;

    x = run_data(c, (struct exchange_file){ .name = "documents.xml" },
                 SHOP "documents/1/documents.xml");
    y = run_data(c, (struct exchange_file){ .name = "documents.xml" },
                 SHOP "documents/2/documents.xml");
    expect_done(c, &x);
    EXPECT_INT(count(&x, "documents", true) + count(&y, "documents", true), 24);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM exchange_document"), 24);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM exchange_document_line"), 24);
    EXPECT_INT(
        test_int(c, "SELECT CAST(SUM(sum_minor) AS BIGINT) FROM exchange_document"),
        test_int(c,
                 "SELECT CAST(SUM(sum_minor) AS BIGINT) FROM exchange_document_line"));
    EXPECT_INT(
        test_int(c, "SELECT sum_minor FROM exchange_document WHERE external = '321'"),
        6025956);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM exchange_document WHERE shipped = 1"),
               9);
    EXPECT(
        test_int(
            c, "SELECT COUNT(*) FROM exchange_document WHERE customer_id IS NOT NULL") >
        0);
    /* The same file again changes nothing. */
    x = run_data(c, (struct exchange_file){ .name = "documents.xml" },
                 SHOP "documents/1/documents.xml");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM exchange_document_line"), 24);
}

static void small_sets(struct ctx *c)
{
    static const char *const sets[] = { "off-doc-1c", "off-doc-1c-v2", "ready-script" };
    struct exchange_run x;

    EXPECT_OK(setting_set(c, "exchange.rates", chain, "USD=100"));
    for (size_t k = 0; k < COUNT(sets); k++) {
        const struct exchange_file f = { .source = sets[k] };

        x = run_data(c, f,
                     arena_printf(c->mem, "commerceml-open/%s/import.xml", sets[k]));
        expect_done(c, &x);
        ALL(x, "goods", k < 2 ? 4 : 1);
        x = run_data(c, f,
                     arena_printf(c->mem, "commerceml-open/%s/offers.xml", sets[k]));
        expect_done(c, &x);
        ALL(x, "offers", 2);
        ALL(x, "prices", k < 2 ? 8 : 2);
        ALL(x, "rests", 2);
        EXPECT_INT(x.rejects, 0);
        if (k == 2) continue;
        x = run_data(c, f,
                     arena_printf(c->mem, "commerceml-open/%s/orders.xml", sets[k]));
        ALL(x, "documents", k == 0 ? 1 : 3);
    }
    EXPECT_INT(test_int(c, "SELECT qty FROM (SELECT on_hand AS qty FROM stock_level "
                           "WHERE on_hand <> 0) t"),
               9);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM exchange_document_line WHERE name = "
                           "'Телевизор \"JVC\"'"),
               2);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM catalog_variant WHERE name = '39, Красный'"),
        1);
}

/* ---- Rules
 * ------------------------------------------------------------------------------------
 */

#define ROOT                                                                                     \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<КоммерческаяИнформация " \
    "ВерсияСхемы=\"2.05\" ДатаФормирования=\"%s\">\n%s</КоммерческаяИнформация>"

static const char *cml(struct ctx *c, const char *formed, const char *inside)
{
    return arena_printf(c->mem, ROOT, formed, inside);
}

static const char *goods(struct ctx *c, bool changes, const char *const *ids)
{
    const char *s = "";

    for (; *ids; ids++)
        s = arena_printf(
            c->mem,
            "%s<Товар><Ид>%s</Ид><Артикул>A-%s</Артикул><Наименование>Телефон %s"
            "</Наименование></Товар>\n",
            s, *ids, *ids, *ids);
    return cml(
        c, "2026-09-21T10:00:00",
        arena_printf(
            c->mem,
            "<Каталог СодержитТолькоИзменения=\"%s\"><Товары>%s</Товары></Каталог>",
            changes ? "true" : "false", s));
}

/* ids with ':' and a quantity at the warehouse s1: "a:4". */
static const char *offers(struct ctx *c, bool changes, const char *const *ids)
{
    const char *s = "";

    for (; *ids; ids++) {
        const int n = (int)strcspn(*ids, ":");
        s = arena_printf(
            c->mem,
            "%s<Предложение><Ид>%.*s</Ид><Наименование>Телефон %.*s</Наименование>"
            "<Склад ИдСклада=\"s1\" КоличествоНаСкладе=\"%s\"/></Предложение>\n",
            s, n, *ids, n, *ids, *ids + n + 1);
    }
    return cml(c, "2026-09-21T10:00:00",
               arena_printf(c->mem,
                            "<ПакетПредложений "
                            "СодержитТолькоИзменения=\"%s\"><Предложения>%s</"
                            "Предложения></ПакетПредложений>",
                            changes ? "true" : "false", s));
}
#define IDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const struct exchange_file import_xml = { .name = "import.xml" };
static const struct exchange_file offers_xml = { .name = "offers.xml" };

static i64 on_hand(struct ctx *c, const char *external)
{
    return test_int(c,
                    arena_printf(c->mem,
                                 "SELECT l.on_hand FROM stock_level l JOIN "
                                 "exchange_key k ON k.kind = 'variant'"
                                 " AND k.our_id = l.variant_id WHERE k.external = '%s'",
                                 external));
}

static i64 is_active(struct ctx *c, const char *external)
{
    return test_int(c, arena_printf(c->mem,
                                    "SELECT v.active FROM pub_catalog_variant v JOIN "
                                    "exchange_key k ON k.kind = 'variant'"
                                    " AND k.our_id = v.id WHERE k.external = '%s'",
                                    external));
}

static void full_and_delta(struct ctx *c)
{
    run_text(c, import_xml, goods(c, false, IDS("a", "b", "c")));
    run_text(c, offers_xml, offers(c, false, IDS("a:4", "b:5", "c:6")));
    EXPECT_INT(on_hand(c, "b"), 5);

    /* A delta speaks only of what is in it. */
    run_text(c, offers_xml, offers(c, true, IDS("a:1")));
    EXPECT_INT(on_hand(c, "a"), 1);
    EXPECT_INT(on_hand(c, "b"), 5);
    EXPECT_INT(is_active(c, "b"), 1);

    /* A full file means that what it does not name is gone. */
    run_text(c, import_xml, goods(c, false, IDS("a", "c")));
    run_text(c, offers_xml, offers(c, false, IDS("a:2", "c:6")));
    EXPECT_INT(on_hand(c, "a"), 2);
    EXPECT_INT(on_hand(c, "b"), 0);
    EXPECT_INT(is_active(c, "b"), 0);
    EXPECT_INT(is_active(c, "c"), 1);

    /* And what is named again is back. */
    run_text(c, import_xml, goods(c, true, IDS("b")));
    run_text(c, offers_xml, offers(c, true, IDS("b:3")));
    EXPECT_INT(on_hand(c, "b"), 3);
    EXPECT_INT(is_active(c, "b"), 1);
}

/* The first of several parts of a full exchange does not retire the others' goods. */
static void parts_are_not_the_whole(struct ctx *c)
{
    run_text(c, import_xml, goods(c, false, IDS("a", "b")));
    run_text(c, offers_xml, offers(c, false, IDS("a:4", "b:5")));
    run_text(c, (struct exchange_file){ .name = "import0_1.xml" },
             goods(c, false, IDS("a")));
    run_text(c, (struct exchange_file){ .name = "offers0_1.xml" },
             offers(c, false, IDS("a:4")));
    EXPECT_INT(is_active(c, "b"), 1);
    EXPECT_INT(on_hand(c, "b"), 5);
}

static void bad_numbers(struct ctx *c)
{
    struct exchange_run x;

    run_text(c, import_xml, goods(c, true, IDS("a", "b", "d")));
    x = run_text(c, offers_xml,
                 offers(c, true, IDS("a:1.5", "b:-2", "d:3.000", "nobody:1")));
    expect_done(c, &x);
    EXPECT_INT(count(&x, "rests", false), 4);
    EXPECT_INT(count(&x, "rests", true),
               3); /* the unknown one has a name: it becomes a good */
    const char *why = reasons(c, x.id);
    EXPECT(strstr(why, "rests a: 1.5: not a whole number of pieces"));
    EXPECT(strstr(why, "rests b: -2 pieces: less than none, taken as none"));
    EXPECT_INT(on_hand(c, "b"), 0);
    EXPECT_INT(on_hand(c, "d"), 3);

    x = run_text(
        c, offers_xml,
        cml(c, "2026-09-21T10:00:00",
            "<ПакетПредложений "
            "СодержитТолькоИзменения=\"true\"><Предложения><Предложение><Ид>ghost</Ид>"
            "<Остатки><Остаток><Склад><Ид>s1</Ид><Количество>1</Количество></Склад></"
            "Остаток></Остатки>"
            "</Предложение></Предложения></ПакетПредложений>"));
    EXPECT(strstr(reasons(c, x.id), "rests ghost: no offer of this id was told"));
}

/* A broken file: what stands before the break in whole slices is in, the rest is
 * not, and the run says where it broke. */
static void broken_file(struct ctx *c)
{
    const char *whole = goods(c, false, IDS("a", "b"));
    const char *cut =
        arena_strdup(c->mem, whole, (size_t)(strstr(whole, "A-b") - whole));
    struct exchange_run x = run_text(c, import_xml, cut);

    EXPECT_TEXT(x.state, "failed");
    EXPECT(x.reason && strstr(x.reason, "line "));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM exchange_key"), 0);

    x = run_text(c, import_xml, "<html>404</html>");
    EXPECT_TEXT(x.state, "failed");
    EXPECT(strstr(x.reason, "not a CommerceML file"));
}

/* A run that died is run again from where it was: nothing twice. */
static void goes_on(struct ctx *c)
{
    const char *many = "";
    struct exchange_run x = { 0 };
    i64 id;

    for (int k = 0; k < 200; k++)
        many = arena_printf(
            c->mem,
            "%s<Товар><Ид>g%d</Ид><Наименование>Товар %d</Наименование></Товар>", many,
            k, k);
    const char *text = cml(
        c, "2026-09-21T10:00:00",
        arena_printf(
            c->mem,
            "<Каталог СодержитТолькоИзменения=\"true\"><Товары>%s</Товары></Каталог>",
            many));
    const char *path = file_of(c, text, strlen(text));
    EXPECT_OK(exchange_run_add(
        c,
        &(struct exchange_file){
            .source = "1c", .kind = "commerceml", .name = "import.xml", .path = path },
        &id));
    SQL(arena_printf(
        c->mem,
        "UPDATE exchange_run SET position = 120, state = 'running' WHERE id = %lld",
        id));
    SQL(arena_printf(
        c->mem, "INSERT INTO exchange_run_count VALUES (%lld, 'goods', 120, 120)", id));
    EXPECT_OK(exchange_run_do(c, id));
    EXPECT_OK(exchange_run_get(c, id, &x));
    ALL(x, "goods", 200);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product"), 80);
    EXPECT(access(path, F_OK) != 0);   /* a file that was read is gone */
    EXPECT_OK(exchange_run_do(c, id)); /* a run that is done is not done again */
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product"), 80);
}

static void an_unchanged_catalogue_changes_nothing(struct ctx *c)
{
    const char *text = goods(c, true, IDS("a", "b"));

    run_text(c, import_xml, text);
    SQL("UPDATE catalog_product SET name = 'Как назвали мы'");
    run_text(c, import_xml, text);
    EXPECT_INT(
        test_int(c,
                 "SELECT COUNT(*) FROM catalog_product WHERE name = 'Как назвали мы'"),
        2);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product"), 2);
}

static void a_warehouse_tied_to_a_shop(struct ctx *c)
{
    struct place_region r = { .code = "77",
                              .name = "Москва",
                              .utc_offset_min = 180,
                              .digital_level = NONE,
                              .delivery_free_from_minor = NONE };
    struct place p = { .kind = PLACE_SHOP,
                       .code = "M1",
                       .name = "Магазин на Арбате",
                       .city = "Москва",
                       .address = "",
                       .phone = "",
                       .utc_offset_min = 180,
                       .active = true,
                       .lat_e6 = NONE,
                       .lon_e6 = NONE };

    EXPECT_OK(place_region_put(c, &r));
    p.region_id = r.id;
    EXPECT_OK(place_put(c, &p));
    EXPECT_OK(exchange_key_put(c, "1c", "place", "s1", p.id));
    run_text(c, import_xml, goods(c, true, IDS("a")));
    run_text(c, offers_xml, offers(c, true, IDS("a:4")));
    EXPECT_INT(test_int(c, "SELECT place_id FROM stock_level"), p.id);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM place_place"), 1);
    EXPECT_ERR(exchange_key_put(c, "1c", "planet", "s1", p.id), BAD_ARGUMENT);
}

static void dry_run(struct ctx *c)
{
    struct exchange_run x =
        run_text(c, (struct exchange_file){ .name = "offers.xml", .dry = true },
                 offers(c, true, IDS("a:4", "b:x")));

    expect_done(c, &x);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_level"), 0);
    EXPECT(strstr(reasons(c, x.id), "rests b: x: not a number"));
    EXPECT_OK(exchange_run_again(c, x.id, false));
    EXPECT_OK(exchange_run_do(c, x.id));
    EXPECT_INT(on_hand(c, "a"), 4);
    EXPECT_ERR(exchange_run_again(c, x.id, false), WRONG_STATE);
}

/* ---- Numbers
 * -------------------------------------------------------------------------------------
 */

static void numbers(struct ctx *c)
{
    i64 v;
    const char *why;

    EXPECT(qty_parse("1 200", &v, &why));
    EXPECT_INT(v, 1200);
    EXPECT(qty_parse("5,000", &v, &why));
    EXPECT_INT(v, 5);
    EXPECT(qty_parse("-3", &v, &why));
    EXPECT_INT(v, -3);
    EXPECT(!qty_parse("0.5", &v, &why));
    EXPECT(!qty_parse("", &v, &why));
    EXPECT(!qty_parse("5 шт", &v, &why));
    EXPECT(!qty_parse("99999999999999999999", &v, &why));
    EXPECT(vat_parse("Без налога", &v));
    EXPECT_INT(v, 0);
    EXPECT(vat_parse("НДС20", &v));
    EXPECT_INT(v, 2000);
    EXPECT(vat_parse("22", &v));
    EXPECT_INT(v, 2200);
    EXPECT(!vat_parse("20/120", &v));
    EXPECT(price_parse(c, "1 234,565", "руб.", &v, &why));
    EXPECT_INT(v, 123457);
    EXPECT(!price_parse(c, "10", "USD", &v, &why));
    EXPECT(!price_parse(c, "-1", "руб", &v, &why));
    EXPECT(!price_parse(c, "ten", "руб", &v, &why));
    EXPECT_OK(setting_set(c, "exchange.rates", chain, "EUR=100; USD=92,5"));
    EXPECT(!price_parse(c, "10", "UAH", &v, &why));
    EXPECT_OK(setting_set(c, "exchange.rates", chain, "EUR=100; USD=92.5"));
    EXPECT(price_parse(c, "10", "USD", &v, &why));
    EXPECT_INT(v, 92500);
}

static void names_of_files(struct ctx *c)
{
    static const char *const bad[] = {
        "../etc/passwd", "/etc/passwd", "a/../b", "",    "a\\..\\b",      ".hidden",
        "a//b",          "a/",          "a\nb",   "c:x", "a/b/c/d/e/f/g", "\xFF"
    };

    for (size_t k = 0; k < COUNT(bad); k++) EXPECT(spool_name(c->mem, bad[k]) == NULL);
    EXPECT(spool_name(c->mem, NULL) == NULL);
    EXPECT_TEXT(spool_name(c->mem, "import_files\\ab\\Фото 1.jpg"),
                "import_files/ab/Фото 1.jpg");
    EXPECT_TEXT(spool_name(c->mem, "import0_1.xml"), "import0_1.xml");
}

/* ---- Tables
 * ------------------------------------------------------------------------------------------
 */

static void a_shop(struct ctx *c)
{
    struct place_region r = { .code = "77",
                              .name = "Москва",
                              .utc_offset_min = 180,
                              .digital_level = NONE,
                              .delivery_free_from_minor = NONE };
    struct place p = { .kind = PLACE_SHOP,
                       .code = "M1",
                       .name = "Арбат",
                       .city = "",
                       .address = "",
                       .phone = "",
                       .utc_offset_min = 180,
                       .active = true,
                       .lat_e6 = NONE,
                       .lon_e6 = NONE };

    EXPECT_OK(place_region_put(c, &r));
    p.region_id = r.id;
    EXPECT_OK(place_put(c, &p));
    run_text(
        c, (struct exchange_file){ .source = "csv", .kind = "products" },
        "артикул;наименование;категория;бренд;штрихкод;ндс;цена;код модели;вариант\n"
        "A-1;Телефон Заря;Телефоны / Смартфоны;Заря;4006381333931;22;9 990,00;Z;128 "
        "ГБ\n"
        "A-2;Телефон Заря;Телефоны / Смартфоны;Заря;;22;11990;Z;256 ГБ\n"
        "A-3;Чехол;Чехлы;;;;500;;\n");
}

static void products(struct ctx *c)
{
    struct exchange_run x;
    struct catalog_price p;
    i64 id;

    a_shop(c);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product"), 2);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_variant"), 3);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_category WHERE name = "
                           "'Смартфоны' AND parent_id IS NOT NULL"),
               1);
    EXPECT_OK(catalog_find_code(c, "4006381333931", &id));
    EXPECT_OK(catalog_price_of(c, id, NONE, CHANNEL_SITE, &p));
    EXPECT_INT(p.price_minor, 999000);
    x = run_text(c, (struct exchange_file){ .source = "csv", .kind = "products" },
                 "sku;name;barcode;vat;price\n;no "
                 "article;;;\nA-9;;;;\nA-8;x;123;;\nA-7;x;;20/"
                 "120;\nA-6;x;;;dear\nA-5;fine;;;1\n");
    EXPECT_INT(count(&x, "rows", true), 1);
    const char *why = reasons(c, x.id);
    EXPECT(strstr(why, "2 rows -: sku: empty"));
    EXPECT(strstr(why, "3 rows A-9: name: empty"));
    EXPECT(strstr(why, "4 rows A-8: barcode: \"123\" has no right check digit"));
    EXPECT(strstr(why, "5 rows A-7: vat: \"20/120\" is no rate"));
    EXPECT(strstr(why, "6 rows A-6: price: \"dear\": not an amount of money"));
}

static void prices(struct ctx *c)
{
    struct exchange_run x;
    struct catalog_price p;
    i64 id;
    const char *text = "Артикул,Цена,Старая "
                       "цена,Комментарий\nA-1,8990,9990,да\nA-404,1,,\nA-2,-5,,"
                       "\n4006381333931,8800,,\n";

    a_shop(c);
    x = run_text(
        c, (struct exchange_file){ .source = "csv", .kind = "prices", .dry = true },
        text);
    EXPECT_INT(count(&x, "rows", true), 2);
    const char *why = reasons(c, x.id);
    EXPECT(strstr(why, "1 Комментарий -: no such column here"));
    EXPECT(strstr(why, "3 rows A-404: sku: nothing has the code \"A-404\""));
    EXPECT(strstr(why, "4 rows A-2: price: \"-5\": a price below zero"));
    EXPECT_OK(catalog_find_code(c, "A-1", &id));
    EXPECT_OK(catalog_price_of(c, id, NONE, CHANNEL_SITE, &p));
    EXPECT_INT(p.price_minor, 999000); /* dry */

    c->now += 1000;
    x = run_text(c, (struct exchange_file){ .source = "csv", .kind = "prices" }, text);
    EXPECT_INT(x.rejects, 3);
    EXPECT_OK(catalog_price_of(c, id, NONE, CHANNEL_SITE, &p));
    EXPECT_INT(p.price_minor, 880000); /* the later row wins */
    x = run_text(c, (struct exchange_file){ .source = "csv", .kind = "prices" },
                 "sku;price;list\nA-1;5;gold\n");
    EXPECT(strstr(reasons(c, x.id), "list: there is no price list \"gold\""));
    x = run_text(c, (struct exchange_file){ .source = "csv", .kind = "prices" },
                 "артикул;количество\nA-1;5\n");
    EXPECT_TEXT(x.state, "failed");
    EXPECT(strstr(x.reason, "no column \"price\""));
}

static void customers(struct ctx *c)
{
    struct exchange_run x =
        run_text(c, (struct exchange_file){ .source = "csv", .kind = "customers" },
                 "Фамилия;Имя;Отчество;Телефон;Почта\nИванова;Анна;Петровна;8 (916) "
                 "123-45-67;anna@example.test\n"
                 "Петров;Пётр;;12;\nСидоров;;;;\nИванова;Анна;;+7 916 123 45 67;\n");

    EXPECT_INT(count(&x, "rows", true), 2);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_person"), 1);
    const char *why = reasons(c, x.id);
    EXPECT(strstr(why, "phone: \"12\" is no telephone number"));
    EXPECT(strstr(why, "this row has none"));
}

static void levels(struct ctx *c)
{
    struct exchange_run x;

    a_shop(c);
    x = run_text(c, (struct exchange_file){ .source = "csv", .kind = "levels" },
                 "магазин;артикул;количество\nM1;A-1;5\nАрбат;A-2;7\nM1;4006381333931;"
                 "6\nM2;A-1;1\n"
                 "M1;A-404;1\nM1;A-3;1,5\nM1;A-3;-1\nM1\nM1;A-3;2,00\n");
    expect_done(c, &x);
    EXPECT_INT(count(&x, "rows", false), 9);
    EXPECT_INT(count(&x, "rows", true), 4);
    EXPECT_INT(test_int(c, "SELECT CAST(SUM(on_hand) AS BIGINT) FROM stock_level"),
               6 + 7 + 2);
    const char *why = reasons(c, x.id);
    EXPECT(strstr(why, "5 place M2: no place has this code or name"));
    EXPECT(strstr(why, "6 sku A-404: nothing has this code"));
    EXPECT(strstr(why, "7 qty 1,5: not a whole number of pieces"));
    EXPECT(strstr(why, "8 qty -1: less than no pieces"));
    EXPECT(strstr(why, "9 sku -: the row is too short"));
    EXPECT(strstr(why, "2 rests -: said again on line 4"));
}

static void levels_out(struct ctx *c)
{
    const char *path, *code;
    size_t n;

    a_shop(c);
    run_text(c, (struct exchange_file){ .source = "csv", .kind = "levels" },
             "place,sku,qty\nM1,A-1,5\nM1,A-2,7\n");
    EXPECT_OK(exchange_csv_write(c, "levels", &path, &code));
    EXPECT_TEXT(test_file(c, path, &n),
                "\xEF\xBB\xBFмагазин;артикул;количество\nM1;A-1;5\nM1;A-2;7\n");
    EXPECT_OK(exchange_csv_write(c, "prices", &path, &code));
    const char *text = test_file(c, path, &n);
    EXPECT(strstr(text, "A-1;Телефон Заря, 128 ГБ;9990.00;\n"));
    EXPECT(strstr(text, "A-3;Чехол;500.00;\n"));
    run_text(c, (struct exchange_file){ .source = "csv", .kind = "customers" },
             "фио;телефон\n\"Иванова; Анна\";89161234567\n");
    EXPECT_OK(exchange_csv_write(c, "customers", &path, &code));
    EXPECT(strstr(test_file(c, path, &n), "+79161234567"));
    EXPECT_ERR(exchange_csv_write(c, "secrets", &path, &code), NOT_FOUND);
}

/* ---- Feeds
 * ---------------------------------------------------------------------------------------------
 */

static void own_feed(struct ctx *c)
{
    size_t n;
    const char *text = test_file(c, "tests/exchange/corpus/yml/shop.xml", &n) + 1;
    struct exchange_run x =
        run_text(c, (struct exchange_file){ .source = "yml:own", .kind = "yml" }, text);
    struct catalog_price p;
    i64 id, qty;

    expect_done(c, &x);
    EXPECT_INT(x.rejects, 1); /* o2 has no name and nobody knows it */
    EXPECT(strstr(reasons(c, x.id),
                  "offers o2: nothing here has this id, article or barcode"));
    EXPECT_OK(catalog_find_code(c, "Z-1", &id));
    EXPECT_OK(catalog_price_of(c, id, NONE, CHANNEL_SITE, &p));
    EXPECT_INT(p.price_minor, 10050);
    EXPECT_INT(p.old_minor, 12000);
    EXPECT_INT(
        test_int(c,
                 "SELECT COUNT(*) FROM catalog_product_spec WHERE text = '6.1 дюйм'"),
        1);
    EXPECT_OK(stock_free(c, test_int(c, "SELECT id FROM place_place"), id, &qty));
    EXPECT_INT(qty, 3);

    /* A feed without it: it is gone. */
    x = run_text(c, (struct exchange_file){ .source = "yml:own", .kind = "yml" },
                 "<yml_catalog date=\"2026-09-21 12:00\"><shop><offers><offer "
                 "id=\"z\"><name>Ещё</name><price>1</price>"
                 "</offer></offers></shop></yml_catalog>");
    EXPECT_INT(
        test_int(c, "SELECT active FROM exchange_feed_offer WHERE external = 'o1'"), 0);
    EXPECT_INT(
        test_int(c, arena_printf(c->mem,
                                 "SELECT active FROM catalog_variant WHERE id = %lld",
                                 id)),
        0);
}

static void rivals_feed(struct ctx *c)
{
    size_t n;
    const char *text = test_file(c, "tests/exchange/corpus/yml/shop.xml", &n) + 1;
    struct exchange_run x;

    a_shop(c);
    x = run_text(
        c,
        (struct exchange_file){ .source = "yml:rival", .kind = "yml", .rival = true },
        text);
    expect_done(c, &x);
    ALL(x, "offers", 2);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product"),
               2); /* ours as they were */
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM stock_level"), 0);
    EXPECT_INT(
        test_int(
            c, "SELECT COUNT(*) FROM exchange_feed_offer WHERE variant_id IS NOT NULL"),
        1); /* by barcode */
    EXPECT_INT(test_int(c, "SELECT qty FROM exchange_feed_offer WHERE external = 'o2'"),
               3);
}

/* Deltas of a real feed: each commit's state as a feed of its own. */
struct offer {
    char key[120], id[32], place[64], price[16], old[16], qty[16];
};

static size_t replay_line(struct offer *o, size_t n, char **f)
{
    char key[120];
    size_t k = 0;

    snprintf(key, sizeof(key), "%s/%s", f[4], f[5]);
    while (k < n && strcmp(o[k].key, key) != 0) k++;
    if (f[3][0] == 'D') {
        if (k < n) o[k] = o[n - 1];
        return k < n ? n - 1 : n;
    }
    snprintf(o[k].key, sizeof(o[k].key), "%s", key);
    snprintf(o[k].id, sizeof(o[k].id), "%s", f[4]);
    snprintf(o[k].place, sizeof(o[k].place), "%s", f[5]);
    snprintf(o[k].price, sizeof(o[k].price), "%s", f[6]);
    snprintf(o[k].old, sizeof(o[k].old), "%s", f[7]);
    snprintf(o[k].qty, sizeof(o[k].qty), "%s", f[8]);
    return k == n ? n + 1 : n;
}

static void replay_feed(struct ctx *c, const char *source, const char *date,
                        const struct offer *o, size_t n)
{
    struct buf b = buf_new(c->mem, 65536, (size_t)1 << 20);

    buf_printf(&b, "<yml_catalog date=\"%s\"><shop><offers>", date);
    for (size_t k = 0; k < n; k++)
        buf_printf(&b,
                   "<offer id=\"%s\"><price>%s</price><oldprice>%s</oldprice><outlets>"
                   "<outlet instock=\"%s\" warehouse_name=\"%s\"/></outlets></offer>",
                   o[k].id, o[k].price, o[k].old, o[k].qty, o[k].place);
    buf_text(&b, "</offers></shop></yml_catalog>");
    const char *text = b.at;
    struct exchange_run x = run_text(
        c, (struct exchange_file){ .source = source, .kind = "yml", .rival = true },
        text);
    EXPECT_TEXT(x.state, "done");
    EXPECT_INT(x.rejects, 0);
    EXPECT_INT(count(&x, "offers", true), (i64)n);
}

static int replay(struct ctx *c, const char *set, const char *source)
{
    const char *path = test_data(c, set);
    struct arena *all = c->mem;
    struct offer *o = calloc(1000, sizeof(*o));
    char line[512], commit[40] = "", date[40] = "";
    size_t n = 0;
    int feeds = 0;
    gzFile f = gzopen(path, "rb");

    EXPECT(f && o);
    EXPECT(gzgets(f, line, sizeof(line)) != NULL); /* header */
    for (bool more = true; more;) {
        char *cells[9] = { 0 }, *at = line;

        more = gzgets(f, line, sizeof(line)) != NULL;
        line[strcspn(line, "\n")] = '\0';
        for (int k = 0; more && k < 9; k++) cells[k] = strsep(&at, ",");
        if (*commit && (!more || strcmp(commit, cells[1]) != 0)) {
            c->mem = arena_new((size_t)16 << 20);
            replay_feed(c, source, date, o, n);
            arena_free(c->mem);
            c->mem = all;
            feeds++;
        }
        if (!more) break;
        snprintf(commit, sizeof(commit), "%s", cells[1]);
        snprintf(date, sizeof(date), "%s", cells[2]);
        n = replay_line(o, n, cells);
    }
    gzclose(f);
    free(o);
    return feeds;
}

static void thirty_days_of_a_feed(struct ctx *c)
{
    size_t n;

    data_text(c, "yml-stock-feed-open/feed.xml", &n);
    EXPECT(replay(c, "yml-stock-feed-open/feed_deltas.csv.gz", "yml:feed") > 100);
    EXPECT(replay(c, "yml-stock-feed-open/feed3_deltas.csv.gz", "yml:feed3") > 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM exchange_feed_offer WHERE source = "
                           "'yml:feed' AND active = 1"),
               227);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM exchange_feed_offer WHERE source = "
                           "'yml:feed3' AND active = 1"),
               27);
    /* And the end is the last snapshot, to the piece and the rouble. */
    const char *sum = "SELECT CAST(SUM(price_minor * 7 + old_minor * 3 + qty) AS "
                      "BIGINT) FROM exchange_feed_offer"
                      " WHERE source = 'yml:feed' AND active = 1";
    const i64 was = test_int(c, sum);
    run_data(
        c, (struct exchange_file){ .source = "yml:feed", .kind = "yml", .rival = true },
        "yml-stock-feed-open/feed.xml");
    EXPECT_INT(test_int(c, sum), was);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM exchange_feed_offer WHERE source = "
                           "'yml:feed' AND active = 1"),
               227);
}

static void feed_out(struct ctx *c)
{
    const char *path, *etag;
    struct catalog_product p;
    i64 product_id;
    size_t n;

    a_shop(c);
    product_id =
        test_int(c, "SELECT product_id FROM catalog_variant WHERE sku = 'A-1'");
    EXPECT_OK(catalog_product_get(c, product_id, &p));
    EXPECT_OK(catalog_brand_put(c, "Заря & сыновья", &p.brand_id));
    EXPECT_OK(catalog_product_put(c, &p));
    run_text(c, (struct exchange_file){ .source = "csv", .kind = "levels" },
             "place,sku,qty\nM1,A-1,5\n");
    EXPECT_OK(setting_set(c, "exchange.shop_name", chain, "Прилавок & Ко"));
    EXPECT_ERR(exchange_feed_file(c, "all.xml", &path, &etag),
               BUSY); /* now somebody wants it */
    EXPECT_OK(exchange_make_feeds(c, &(struct job){ .arg = "{\"region_id\":\"0\"}" }));
    EXPECT_OK(exchange_feed_file(c, "all.xml", &path, &etag));
    const char *text = test_file(c, path, &n);
    EXPECT(strstr(text, "<name>Прилавок &amp; Ко</name>"));
    EXPECT(strstr(text, "<currency id=\"RUB\" rate=\"1\"/>"));
    EXPECT(strstr(text, "<name>Телефон Заря, 128 ГБ</name>"));
    EXPECT(strstr(text, "<price>9990.00</price>"));
    EXPECT(strstr(text, "<barcode>4006381333931</barcode>"));
    EXPECT(strstr(text, "<count>5</count>"));
    EXPECT(strstr(text, "<vat>VAT_22</vat>"));
    EXPECT(strstr(text, "<vendor>Заря &amp; сыновья</vendor>\n<vendorCode>A-1<"));
    EXPECT(strstr(text, arena_printf(c->mem, "/product/%s</url>", p.slug)));
    EXPECT_ERR(exchange_feed_file(c, "../x.xml", &path, &etag), NOT_FOUND);
    EXPECT_ERR(exchange_feed_file(c, "404.xml", &path, &etag), NOT_FOUND);
    /* What we write we can read. */
    struct exchange_run x = run_text(
        c, (struct exchange_file){ .source = "yml:back", .kind = "yml", .rival = true },
        text);
    ALL(x, "offers", 3);
}

/* ---- The API
 * ------------------------------------------------------------------------------------------------
 */

static void api(struct ctx *c)
{
    struct exchange_run x;
    struct reply r;

    a_shop(c);
    x = run_text(c, (struct exchange_file){ .source = "csv", .kind = "prices" },
                 "sku;price\nA-404;1\nA-405;1\n");
    test_as_staff(c);
    r = test_call(c, "GET", "/v1/exchange/run?limit=1", NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"next\""));
    r = test_call(c, "GET", arena_printf(c->mem, "/v1/exchange/run/%lld", x.id), NULL);
    EXPECT(strstr(r.text, "\"rejects\":2"));
    EXPECT(strstr(r.text, "{\"what\":\"rows\",\"seen\":2,\"taken\":0}"));
    r = test_call(c, "GET",
                  arena_printf(c->mem, "/v1/exchange/run/%lld/reject?limit=1", x.id),
                  NULL);
    EXPECT(strstr(r.text, "A-404") && !strstr(r.text, "A-405"));
    r = test_call(c, "GET", "/v1/exchange/run/1", NULL);
    EXPECT_INT(r.status, 404);
    r = test_call(c, "POST", arena_printf(c->mem, "/v1/exchange/run/%lld/again", x.id),
                  "{}");
    EXPECT_INT(r.status, 409);
    r = test_call(
        c, "PUT", "/v1/exchange/key",
        "{\"source\":\"1c\",\"kind\":\"place\",\"external\":\"s9\",\"our_id\":\"5\"}");
    EXPECT_INT(r.status, 204);
    r = test_call(c, "GET", "/v1/exchange/key?source=1c&kind=place", NULL);
    EXPECT(strstr(r.text, "\"external\":\"s9\""));
    r = test_call(c, "GET", "/v1/exchange/document?source=1c", NULL);
    EXPECT_INT(r.status, 200);
    r = test_call(c, "GET", "/v1/exchange/offer?source=yml:x", NULL);
    EXPECT_INT(r.status, 200);

    c->who.rights = 0;
    r = test_call(c, "GET", "/v1/exchange/run", NULL);
    EXPECT_INT(r.status, 403);
}

static void strangers(struct ctx *c)
{
    struct reply r;

    c->who = (struct who){ .kind = WHO_NOBODY };
    r = test_call(c, "GET", "/exchange/1c?type=catalog&mode=checkauth", NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strncmp(r.text, "failure\n", 8) == 0);
    r = test_call(c, "GET", "/exchange/1c?type=catalog&mode=init", NULL);
    EXPECT(strncmp(r.text, "failure\n", 8) == 0);
    r = test_call(c, "GET", "/exchange/1c?type=weather&mode=init", NULL);
    EXPECT(strstr(r.text, "неизвестный тип обмена: weather"));
    r = test_call(c, "GET", "/exchange/1c", NULL);
    EXPECT(strncmp(r.text, "failure\n", 8) == 0);
}

/* An upload of so many days ago. */
static const char *upload(struct ctx *c, const char *name, i64 days)
{
    const struct timespec at = { .tv_sec = (c->now - days * DAY_MS) / 1000 };
    const char *dir, *text = "place;sku;qty\nnowhere;none;1\n";

    EXPECT_OK(spool_dir(c, "api", &dir));
    const char *path = arena_printf(c->mem, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    EXPECT(f != NULL);
    EXPECT_INT(fwrite(text, 1, strlen(text), f), strlen(text));
    fclose(f);
    EXPECT_INT(utimensat(AT_FDCWD, path, (const struct timespec[]){ at, at }, 0), 0);
    return path;
}

static void old_uploads_go(struct ctx *c)
{
    const char *old = upload(c, "old", 8), *young = upload(c, "young", 6);
    const char *waits = upload(c, "waits", 30);
    i64 id;

    EXPECT_OK(exchange_run_add(
        c,
        &(struct exchange_file){
            .source = "csv", .kind = "levels", .name = "a.csv", .path = waits },
        &id));
    EXPECT_OK(exchange_forget_files(c, NULL));
    EXPECT(!spool_has(old));
    EXPECT(spool_has(young));
    EXPECT(spool_has(waits));
    SQL("UPDATE exchange_run SET state = 'failed', ended_at = 1");
    EXPECT_OK(setting_set(c, "exchange.keep_files_days", chain, "5"));
    EXPECT_OK(exchange_forget_files(c, NULL));
    EXPECT(!spool_has(young));
    EXPECT(!spool_has(waits));
}

int main(void)
{
    static const struct test tests[] = {
        { "a real shop's exchange goes in: 21 goods, 86 offers, 86 prices, 1,032 rests",
          a_real_shop },
        { "a price in a currency without a rate is refused, the others go in",
          foreign_prices },
        { "24 orders of 1C are kept with their lines, twice told is once kept",
          documents },
        { "1C's own samples go in", small_sets },
        { "a full file retires what it does not name, a delta does not",
          full_and_delta },
        { "one part of a full exchange does not retire the goods of the others",
          parts_are_not_the_whole },
        { "half a piece and less than none are told", bad_numbers },
        { "a broken file leaves nothing half-applied and says where it broke",
          broken_file },
        { "a run that died goes on where it was", goes_on },
        { "an unchanged catalogue does not undo what people changed",
          an_unchanged_catalogue_changes_nothing },
        { "a warehouse that a person tied to a shop is that shop",
          a_warehouse_tied_to_a_shop },
        { "a dry run changes nothing and can then be run for good", dry_run },
        { "numbers are read as others write them", numbers },
        { "file names that lead elsewhere are refused", names_of_files },
        { "products by table, each bad row told by column", products },
        { "prices by table, dry and for good", prices },
        { "customers by table: found by phone, never doubled", customers },
        { "counts by table, each bad row told by column", levels },
        { "tables go out as spreadsheets read them", levels_out },
        { "a feed of our own becomes goods, prices and stock", own_feed },
        { "a rival's feed touches nothing of ours", rivals_feed },
        { "thirty days of a real feed end with 227 and 27 offers",
          thirty_days_of_a_feed },
        { "the feed for marketplaces can be read back", feed_out },
        { "the office sees runs, rejects and keys by the API", api },
        { "a stranger gets nothing from 1C's door", strangers },
        { "uploads that did not go in are kept a week, those that wait longer",
          old_uploads_go },
    };
    char dir[] = "/tmp/prilavok-exchange-XXXXXX";

    if (!mkdtemp(dir)) return 1;
    exchange_dir_set(dir);
    const int failed = test_main("exchange", tests, COUNT(tests));
    spool_clear(dir);
    rmdir(dir);
    return failed;
}
