#include "catalog/catalog.h"

#include <math.h>

#include "catalog/catalog_list.h"
#include "catalog/catalog_own.h"
#include "job/job.h"
#include "place/place.h"
#include "setting/setting.h"
#include "test.h"

/* ---- A small shop --------------------------------------------------------------- */

static i64 category(struct ctx *c, const char *name, i64 parent_id)
{
    struct catalog_category k = { .parent_id = parent_id,
                                  .name = name,
                                  .active = true };

    EXPECT_OK(catalog_category_put(c, &k));
    return k.id;
}

static i64 spec(struct ctx *c, const char *code, const char *name, const char *unit,
                int kind)
{
    struct catalog_spec s = {
        .code = code, .name = name, .unit = unit, .kind = kind, .facet = true
    };

    EXPECT_OK(catalog_spec_put(c, &s));
    return s.id;
}

static struct catalog_product product_named(struct ctx *c, i64 category_id,
                                            const char *brand, const char *name)
{
    struct catalog_product p = { .category_id = category_id,
                                 .brand_id = NONE,
                                 .name = name,
                                 .vat_bp = NONE,
                                 .warranty_days = 365,
                                 .active = true };

    if (brand) EXPECT_OK(catalog_brand_put(c, brand, &p.brand_id));
    EXPECT_OK(catalog_product_put(c, &p));
    return p;
}

static void spec_add(struct ctx *c, struct catalog_product *p, i64 spec_id,
                     const char *text, double number)
{
    *(struct catalog_spec_value *)list_add(c->mem, &p->specs,
                                           sizeof(struct catalog_spec_value)) =
        (struct catalog_spec_value){ spec_id, text, number };
    p->version = 0;
    EXPECT_OK(catalog_product_put(c, p));
}

static struct catalog_variant variant(struct ctx *c, i64 product_id, const char *sku,
                                      const char *name)
{
    struct catalog_variant v = { .product_id = product_id,
                                 .sku = sku,
                                 .name = name,
                                 .active = true,
                                 .weight_g = 200 };

    EXPECT_OK(catalog_variant_put(c, &v));
    return v;
}

static i64 phone(struct ctx *c, i64 category_id, const char *sku)
{
    const struct catalog_product p =
        product_named(c, category_id, "Samsung", "Смартфон Samsung Galaxy S23 Ultra");

    return variant(c, p.id, sku, "256 ГБ, чёрный").id;
}

static i64 price_list(struct ctx *c, const char *code, i64 region_id, int channel)
{
    struct catalog_price_list l = { .code = code,
                                    .region_id = region_id,
                                    .channel = channel };

    EXPECT_OK(catalog_price_list_put(c, &l));
    return l.id;
}

static void price(struct ctx *c, i64 list_id, i64 variant_id, i64 price_minor)
{
    EXPECT_OK(catalog_price_put(c, list_id, variant_id, price_minor, NONE, NONE, NONE));
}

static i64 region(struct ctx *c, const char *code)
{
    struct place_region r = { .code = code, .name = code, .utc_offset_min = 180 };

    EXPECT_OK(place_region_put(c, &r));
    return r.id;
}

static i64 shop(struct ctx *c, i64 region_id, const char *code)
{
    struct place p = { .region_id = region_id,
                       .code = code,
                       .name = code,
                       .lat_e6 = NONE,
                       .lon_e6 = NONE,
                       .active = true,
                       .can_pickup = true };

    EXPECT_OK(place_put(c, &p));
    return p.id;
}

static struct catalog_ask everything(void)
{
    return (struct catalog_ask){ .category_id = NONE,
                                 .price_min = NONE,
                                 .price_max = NONE,
                                 .place_id = NONE,
                                 .region_id = NONE,
                                 .channel = -1,
                                 .sort = -1,
                                 .limit = NONE };
}

static struct catalog_found list(struct ctx *c, const struct catalog_ask *ask)
{
    struct catalog_found f;

    EXPECT_OK(catalog_list(c, ask, &f));
    return f;
}

static const struct catalog_tile *tile(const struct catalog_found *f, size_t k)
{
    EXPECT(k < f->items.n);
    return (struct catalog_tile *)f->items.at + k;
}

static const struct catalog_facet *facet(const struct catalog_found *f,
                                         const char *code)
{
    const struct catalog_facet *x = f->facets.at;

    for (size_t k = 0; k < f->facets.n; k++)
        if (!strcmp(x[k].code, code)) return &x[k];
    return NULL;
}

static i64 count_of(const struct catalog_facet *x, const char *value)
{
    for (size_t k = 0; x && k < x->values.n; k++) {
        const struct catalog_facet_value *v =
            (struct catalog_facet_value *)x->values.at + k;
        if (!strcmp(v->value, value)) return v->count;
    }
    return 0;
}

/* ---- Barcodes, codes ------------------------------------------------------------ */

static void check_digits(struct ctx *c)
{
    (void)c;
    EXPECT(catalog_barcode_ok("4006381333931"));
    EXPECT(catalog_barcode_ok("96385074"));
    EXPECT(catalog_barcode_ok("036000291452"));
    EXPECT(catalog_barcode_ok("10614141000415"));
    EXPECT(!catalog_barcode_ok("4006381333932"));
    EXPECT(!catalog_barcode_ok("4006381339331")); /* two digits changed places */
    EXPECT(!catalog_barcode_ok("400638133393"));
    EXPECT(!catalog_barcode_ok("40063813339з1"));
    EXPECT(!catalog_barcode_ok(""));
}

static void found_by_code(struct ctx *c)
{
    const char *codes[] = { "4006381333931", "036000291452" };
    struct catalog_variant v = { .sku = "SM-1",
                                 .active = true,
                                 .barcodes = { codes, COUNT(codes) } };
    struct catalog_product p =
        product_named(c, category(c, "Смартфоны", NONE), "Samsung", "S23");
    i64 id;

    p.model = "SM-S918B";
    p.version = 0;
    EXPECT_OK(catalog_product_put(c, &p));
    v.product_id = p.id;
    EXPECT_OK(catalog_variant_put(c, &v));
    const char *ways[] = { "4006381333931", "036000291452", "0036000291452", "SM-1",
                           "SM-S918B" };
    for (size_t k = 0; k < COUNT(ways); k++) {
        EXPECT_OK(catalog_find_code(c, ways[k], &id));
        EXPECT_INT(id, v.id);
    }
    EXPECT_ERR(catalog_find_code(c, "4006381333932", &id), NOT_FOUND);
}

static void barcode_of_another(struct ctx *c)
{
    const char *code[] = { "4006381333931" }, *wrong[] = { "4006381333930" };
    const i64 k = category(c, "Смартфоны", NONE);
    struct catalog_variant a = { .product_id = product_named(c, k, NULL, "A").id,
                                 .sku = "A",
                                 .active = true,
                                 .barcodes = { code, 1 } };
    struct catalog_variant b = a;

    EXPECT_OK(catalog_variant_put(c, &a));
    b.sku = "B";
    EXPECT_ERR(catalog_variant_put(c, &b), EXISTS);
    EXPECT_TEXT(c->fault.field, "barcodes[0]");
    b.barcodes.at = wrong;
    EXPECT_ERR(catalog_variant_put(c, &b), BAD_ARGUMENT);
}

static void one_article(struct ctx *c)
{
    const i64 k = category(c, "Смартфоны", NONE), p = product_named(c, k, NULL, "A").id;
    struct catalog_variant again = { .product_id = p, .sku = "A-1", .active = true };

    variant(c, p, "A-1", "");
    EXPECT_ERR(catalog_variant_put(c, &again), EXISTS);
    EXPECT_TEXT(c->fault.field, "sku");
}

/* ---- Products ------------------------------------------------------------------- */

static void whole_product(struct ctx *c)
{
    const i64 k = category(c, "Смартфоны", NONE);
    const i64 size = spec(c, "diagonal", "Диагональ", "дюйм", SPEC_NUMBER);
    struct catalog_product p = product_named(c, k, "Samsung",
                                             "Смартфон Samsung Galaxy S23"),
                           got;
    const char *images[] = { "/i/1.webp", "/i/2.webp" };

    p.images = (struct list){ images, 2 };
    spec_add(c, &p, size, "6,1 дюйма", 6.1);
    EXPECT_OK(catalog_product_get(c, p.id, &got));
    EXPECT_TEXT(got.slug, "smartfon-samsung-galaxy-s23");
    EXPECT_INT(got.specs.n, 1);
    EXPECT(((struct catalog_spec_value *)got.specs.at)->number == 6.1);
    EXPECT_TEXT(((const char **)got.images.at)[1], "/i/2.webp");
    got.specs.n = 0;
    EXPECT_OK(catalog_product_put(c, &got));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_product_spec"), 0);
}

static void same_name_other_address(struct ctx *c)
{
    const i64 k = category(c, "Смартфоны", NONE);
    const struct catalog_product a = product_named(c, k, NULL, "Чехол");
    const struct catalog_product b = product_named(c, k, NULL, "Чехол");

    EXPECT_TEXT(a.slug, "chehol");
    EXPECT(strcmp(a.slug, b.slug) != 0);
}

static void two_editors(struct ctx *c)
{
    struct catalog_product anna =
                               product_named(c, category(c, "К", NONE), NULL, "Чайник"),
                           boris = anna;

    anna.name = "Чайник красный";
    EXPECT_OK(catalog_product_put(c, &anna));
    boris.name = "Чайник синий";
    EXPECT_ERR(catalog_product_put(c, &boris), CHANGED);
}

static void brand_in_any_case(struct ctx *c)
{
    i64 a, b;

    EXPECT_OK(catalog_brand_put(c, "Xiaomi", &a));
    EXPECT_OK(catalog_brand_put(c, "XIAOMI", &b));
    EXPECT_INT(a, b);
}

/* How many goods a shopper finds by a word. */
static size_t found(struct ctx *c, const char *word)
{
    struct catalog_ask ask = everything();

    ask.q = word;
    return list(c, &ask).items.n;
}

static void brand_renamed(struct ctx *c)
{
    i64 miele, bosch, again;
    struct catalog_product p;

    p = product_named(c, category(c, "Плиты", NONE), "Милле", "Плита 45");
    variant(c, p.id, "P-45", "");
    EXPECT_OK(catalog_brand_put(c, "Bosch", &bosch));
    EXPECT_OK(catalog_brand_put(c, "милле", &miele));
    EXPECT_INT((i64)found(c, "милле"), 1);
    EXPECT_OK(catalog_brand_rename(c, miele, "Miele"));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM job_task WHERE kind = 'catalog.brand'"), 1);
    EXPECT_OK(catalog_brand_run(
        c, &(struct job){ .arg = arena_printf(c->mem, "{\"id\":\"%lld\"}", miele) }));
    EXPECT_INT((i64)found(c, "miele"), 1);

    /* A feed goes on saying the old name: it is still this brand. */
    EXPECT_OK(catalog_brand_put(c, "МИЛЛЕ", &again));
    EXPECT_INT(again, miele);
    EXPECT_ERR(catalog_brand_rename(c, bosch, "miele"), NAME_TAKEN);
    EXPECT_TEXT(c->fault.field, "name");
    EXPECT_ERR(catalog_brand_rename(c, bosch, "Милле"), NAME_TAKEN);
    EXPECT_ERR(catalog_brand_rename(c, bosch, " "), BAD_ARGUMENT);
    EXPECT_ERR(catalog_brand_rename(c, 77, "Gorenje"), NOT_FOUND);

    /* Its own names it may take again, in any case. */
    EXPECT_OK(catalog_brand_rename(c, miele, "MIELE"));
    EXPECT_OK(catalog_brand_rename(c, miele, "Милле"));
    EXPECT_OK(catalog_brand_put(c, "miele", &again));
    EXPECT_INT(again, miele);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_brand_name"), 1);
}

static void no_twig_is_its_own_branch(struct ctx *c)
{
    const i64 root = category(c, "Техника", NONE), leaf = category(c, "Чайники", root);
    struct catalog_category k = { .id = root, .parent_id = leaf, .name = "Техника" };

    EXPECT_ERR(catalog_category_put(c, &k), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "parent_id");
}

static void units_of_price_files(struct ctx *c)
{
    static const struct {
        const char *text, *unit;
        double number;
    } rows[] = {
        { "6,7\"", "дюйм", 6.7 },
        { "256 ГБ", "ГБ", 256 },
        { "256GB", "ГБ", 256 },
        { "1 ТБ", "ТБ", 1 },
        { "5000 мАч", "мА·ч", 5000 },
        { "5 000 мА·ч", "мА·ч", 5000 },
        { "65 дюймов", "дюйм", 65 },
        { "1,5 кВт", "кВт", 1.5 },
        { "120 Гц", "Гц", 120 },
        { "-18 °C", "°C", -18 },
        { "1400 об/мин", "об/мин", 1400 },
        { "42", "", 42 },
        { "200 Мп", "Мп", 200 },
        { "7 кг.", "кг", 7 },
        { "3.5 мм", "мм", 3.5 },
    };
    const char *unit;
    double n;

    (void)c;
    for (size_t k = 0; k < COUNT(rows); k++) {
        EXPECT(catalog_unit_parse(rows[k].text, &n, &unit));
        EXPECT(fabs(n - rows[k].number) < 1e-9);
        EXPECT_TEXT(unit, rows[k].unit);
    }
    EXPECT(!catalog_unit_parse("чёрный", &n, &unit));
    EXPECT(!catalog_unit_parse("5 попугаев", &n, &unit));
    EXPECT(!catalog_unit_parse("", &n, &unit));
}

/* ---- VAT ------------------------------------------------------------------------ */

static i64 vat_of(struct ctx *c, i64 variant_id, const char *when)
{
    struct catalog_item i;
    const i64 now = c->now;

    EXPECT(time_parse(when, 180, &c->now));
    EXPECT_OK(catalog_item(c, variant_id, &i));
    c->now = now;
    return i.vat_bp;
}

static void law_changes_rows(struct ctx *c)
{
    const i64 v = phone(c, category(c, "Смартфоны", NONE), "S-1");

    EXPECT_INT(vat_of(c, v, "2025-12-31T23:59:59"), 2000);
    EXPECT_INT(vat_of(c, v, "2026-01-01T00:00:00"), 2200);
    EXPECT_OK(catalog_vat_put(c, "standard", time_day_of(2027, 7, 1) * DAY_MS, 2500));
    EXPECT_INT(vat_of(c, v, "2027-07-02T00:00:00"), 2500);
    EXPECT_INT(vat_of(c, v, "2027-06-30T00:00:00"), 2200);
}

static void shown_rate_follows(struct ctx *c)
{
    i64 n;

    phone(c, category(c, "Смартфоны", NONE), "S-1");
    EXPECT_INT(test_int(c, "SELECT vat_bp FROM pub_catalog_variant"), 2200);
    EXPECT_OK(catalog_vat_put(c, "standard", c->now - 1, 2500));
    EXPECT_OK(catalog_vat_apply(c, 100, &n));
    EXPECT_INT(n, 1);
    EXPECT_INT(test_int(c, "SELECT vat_bp FROM pub_catalog_variant"), 2500);
    EXPECT_OK(catalog_vat_apply(c, 100, &n));
    EXPECT_INT(n, 0);
}

static void unknown_rate(struct ctx *c)
{
    struct catalog_product p = { .category_id = category(c, "К", NONE),
                                 .brand_id = NONE,
                                 .name = "Книга",
                                 .vat_code = "luxury",
                                 .vat_bp = NONE };

    EXPECT_ERR(catalog_product_put(c, &p), NO_SUCH);
    EXPECT_TEXT(c->fault.field, "vat_code");
}

/* ---- Prices --------------------------------------------------------------------- */

static i64 price_now(struct ctx *c, i64 v, i64 region_id, int channel)
{
    struct catalog_price p;

    EXPECT_OK(catalog_price_of(c, v, region_id, channel, &p));
    return p.price_minor;
}

static void nearest_list_wins(struct ctx *c)
{
    const i64 v = phone(c, category(c, "Смартфоны", NONE), "S-1"), r = region(c, "54");
    const i64 other = region(c, "55");

    price(c, price_list(c, "base", NONE, -1), v, 1000);
    EXPECT_INT(price_now(c, v, r, CHANNEL_SITE), 1000);
    price(c, price_list(c, "site", NONE, CHANNEL_SITE), v, 900);
    EXPECT_INT(price_now(c, v, r, CHANNEL_SITE), 900);
    EXPECT_INT(price_now(c, v, r, CHANNEL_SHOP), 1000);
    price(c, price_list(c, "r54", r, -1), v, 1100);
    EXPECT_INT(price_now(c, v, r, CHANNEL_SITE), 1100);
    EXPECT_INT(price_now(c, v, other, CHANNEL_SITE), 900);
    price(c, price_list(c, "r54site", r, CHANNEL_SITE), v, 1050);
    EXPECT_INT(price_now(c, v, r, CHANNEL_SITE), 1050);
    EXPECT_INT(price_now(c, v, r, CHANNEL_SHOP), 1100);
}

static void prices_have_their_time(struct ctx *c)
{
    const i64 v = phone(c, category(c, "Смартфоны", NONE), "S-1"),
              l = price_list(c, "b", NONE, -1);
    struct catalog_price p;

    EXPECT_ERR(catalog_price_of(c, v, NONE, CHANNEL_SITE, &p), NOT_FOUND);
    price(c, l, v, 1000);
    EXPECT_OK(
        catalog_price_put(c, l, v, 700, 1000, c->now + HOUR_MS, c->now + 2 * HOUR_MS));
    EXPECT_OK(catalog_price_put(c, l, v, 1200, NONE, c->now + 3 * HOUR_MS, NONE));
    EXPECT_INT(price_now(c, v, NONE, CHANNEL_SITE), 1000);
    c->now += HOUR_MS;
    EXPECT_OK(catalog_price_of(c, v, NONE, CHANNEL_SITE, &p));
    EXPECT_INT(p.price_minor, 700);
    EXPECT_INT(p.old_minor, 1000);
    c->now += HOUR_MS;
    EXPECT_INT(price_now(c, v, NONE, CHANNEL_SITE), 1000);
    c->now += HOUR_MS;
    EXPECT_INT(price_now(c, v, NONE, CHANNEL_SITE), 1200);
}

static void price_type_of_region(struct ctx *c)
{
    const i64 v = phone(c, category(c, "Смартфоны", NONE), "S-1"), r = region(c, "54");
    struct catalog_price_list l = {
        .code = "opt", .region_id = NONE, .channel = -1, .price_type = "Оптовая"
    };

    EXPECT_OK(catalog_price_list_put(c, &l));
    price(c, price_list(c, "base", NONE, -1), v, 1000);
    price(c, l.id, v, 600);
    EXPECT_INT(price_now(c, v, r, CHANNEL_SITE), 1000);
    EXPECT_OK(setting_set(c, "catalog.price_type",
                          (struct setting_scope){ .region_id = r }, "Оптовая"));
    EXPECT_INT(price_now(c, v, r, CHANNEL_SITE), 600);
    EXPECT_INT(price_now(c, v, NONE, CHANNEL_SITE), 1000);
}

static void offers_in_one_trip(struct ctx *c)
{
    const i64 k = category(c, "Смартфоны", NONE), a = phone(c, k, "S-1"),
              b = phone(c, k, "S-2");
    const i64 ids[] = { b, 42, a };
    struct catalog_offer o[3];

    price(c, price_list(c, "base", NONE, -1), a, 1000);
    EXPECT_OK(catalog_offers(c, ids, 3, NONE, CHANNEL_SITE, o));
    EXPECT_TEXT(o[0].item.sku, "S-2");
    EXPECT(o[0].price.price_minor == NONE);
    EXPECT_INT(o[1].item.variant_id, 0);
    EXPECT_INT(o[2].price.price_minor, 1000);
    EXPECT_TEXT(o[2].item.name, "Смартфон Samsung Galaxy S23 Ultra, 256 ГБ, чёрный");
    EXPECT_INT(o[2].item.vat_bp, 2200);
}

/* ---- Accessories ---------------------------------------------------------------- */

static void fits_both_ways(struct ctx *c)
{
    const i64 k = category(c, "Смартфоны", NONE), cases = category(c, "Чехлы", NONE);
    const i64 s23 = product_named(c, k, "Samsung", "Galaxy S23").id;
    const i64 shell = product_named(c, cases, NULL, "Чехол для S23").id;
    struct list ids = { 0 }, back = { 0 }, none = { 0 };

    EXPECT_OK(catalog_compat_put(c, shell, s23, true));
    EXPECT_OK(catalog_compat_put(c, shell, s23, true));
    EXPECT_OK(catalog_compat_of(c, s23, true, 10, &ids));
    EXPECT_INT(ids.n, 1);
    EXPECT_INT(*(i64 *)ids.at, shell);
    EXPECT_OK(catalog_compat_of(c, shell, false, 10, &back));
    EXPECT_INT(*(i64 *)back.at, s23);
    EXPECT_OK(catalog_compat_put(c, shell, s23, false));
    EXPECT_OK(catalog_compat_of(c, s23, true, 10, &none));
    EXPECT_INT(none.n, 0);
    EXPECT_ERR(catalog_compat_put(c, shell, shell, true), BAD_ARGUMENT);
}

static void fits_by_rule(struct ctx *c)
{
    const i64 phones = category(c, "Смартфоны", NONE),
              cables = category(c, "Кабели", NONE);
    const i64 plug = spec(c, "plug", "Разъём", "", SPEC_WORD);
    struct catalog_product s23 = product_named(c, phones, "Samsung", "Galaxy S23");
    struct catalog_product old = product_named(c, phones, "Apple", "iPhone 14");
    struct catalog_product cable = product_named(c, cables, NULL, "Кабель USB-C");
    struct list ids = { 0 }, none = { 0 };

    spec_add(c, &s23, plug, "USB-C", NAN);
    spec_add(c, &old, plug, "Lightning", NAN);
    spec_add(c, &cable, plug, "USB-C", NAN);
    EXPECT_OK(catalog_compat_rule_put(c, cables, phones, plug, true));
    EXPECT_OK(catalog_compat_of(c, cable.id, false, 10, &ids));
    EXPECT_INT(ids.n, 1);
    EXPECT_INT(*(i64 *)ids.at, s23.id);
    EXPECT_OK(catalog_compat_of(c, old.id, true, 10, &none));
    EXPECT_INT(none.n, 0);
}

/* ---- In this shop now ----------------------------------------------------------- */

static i64 flags(struct ctx *c)
{
    return test_int(c, "SELECT COUNT(*) FROM pub_catalog_stock_flag");
}

static void flag_is_a_bit(struct ctx *c)
{
    const i64 v = phone(c, category(c, "Смартфоны", NONE), "S-1"), r = region(c, "54");
    i64 place[70];

    for (int k = 0; k < 70; k++) place[k] = shop(c, r, arena_printf(c->mem, "P%d", k));
    for (int k = 0; k < 70; k++)
        EXPECT_OK(catalog_stock_flag_set(c, place[k], v, true));
    EXPECT_OK(catalog_stock_flag_set(c, place[3], v, true));
    EXPECT_INT(flags(c), 70);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM catalog_stock_bits"), 2);
    EXPECT_OK(catalog_stock_flag_set(c, place[65], v, false));
    EXPECT_INT(flags(c), 69);
    EXPECT_INT(test_int(c, arena_printf(c->mem,
                                        "SELECT COUNT(*) FROM pub_catalog_stock_flag"
                                        " WHERE place_id = %lld",
                                        place[65])),
               0);
}

static void flags_in_bulk(struct ctx *c)
{
    const i64 k = category(c, "Смартфоны", NONE), r = region(c, "54");
    const i64 a = phone(c, k, "S-1"), b = phone(c, k, "S-2");
    struct catalog_flag rows[300];
    size_t n = 0;

    for (int p = 0; p < 100; p++) {
        const i64 place = shop(c, r, arena_printf(c->mem, "P%d", p));
        rows[n++] = (struct catalog_flag){ place, a, p % 2 == 0 };
        rows[n++] = (struct catalog_flag){ place, b, true };
        rows[n++] =
            (struct catalog_flag){ place, b, p % 4 == 0 }; /* the later word counts */
    }
    EXPECT_OK(catalog_stock_flags_bulk(c, rows, n));
    EXPECT_INT(flags(c), 50 + 25);
    EXPECT_OK(catalog_stock_flag_set(c, rows[0].place_id, a, false));
    EXPECT_INT(flags(c), 74);
    EXPECT_OK(catalog_stock_flags_bulk(c, rows, n));
    EXPECT_INT(flags(c), 75);
}

/* ---- Listings ------------------------------------------------------------------- */

/* Three phones: names, prices, memory. */
static void three_phones(struct ctx *c, i64 k, i64 v[3])
{
    static const char *const names[] = { "Смартфон Samsung Galaxy S23",
                                         "Смартфон Samsung Galaxy A54",
                                         "Смартфон Xiaomi Redmi Note 12" };
    static const char *const memory[] = { "256 ГБ", "128 ГБ", "128 ГБ" };
    const i64 l = price_list(c, "base", NONE, -1),
              gb = spec(c, "memory", "Память", "ГБ", SPEC_NUMBER);

    for (int n = 0; n < 3; n++) {
        struct catalog_product p =
            product_named(c, k, n < 2 ? "Samsung" : "Xiaomi", names[n]);

        spec_add(c, &p, gb, memory[n], n ? 128 : 256);
        v[n] = variant(c, p.id, arena_printf(c->mem, "V-%d", n), "").id;
        price(c, l, v[n], 3000 - n * 1000);
    }
}

static void filters_and_counts(struct ctx *c)
{
    const i64 k = category(c, "Смартфоны", category(c, "Электроника", NONE));
    struct catalog_ask ask = everything();
    const char *samsung[] = { "brand:Samsung" };
    const char *memory[] = { "memory:128 ГБ" }, *range[] = { "memory:200..300" };
    i64 v[3];

    three_phones(c, k, v);
    product_named(c, category(c, "Чайники", NONE), NULL, "Чайник без вариантов");
    struct catalog_found all = list(c, &ask);
    EXPECT_INT(all.total, 3);
    EXPECT_INT(count_of(facet(&all, "brand"), "Samsung"), 2);
    EXPECT_INT(count_of(facet(&all, "memory"), "128 ГБ"), 2);
    EXPECT_INT(all.price_min, 1000);
    EXPECT_INT(all.price_max, 3000);
    ask.facet = (struct list){ samsung, 1 };
    struct catalog_found two = list(c, &ask);
    EXPECT_INT(two.total, 2);
    EXPECT_INT(count_of(facet(&two, "brand"), "Xiaomi"), 1); /* still offered */
    EXPECT_INT(count_of(facet(&two, "memory"), "128 ГБ"), 1);
    ask.facet = (struct list){ memory, 1 };
    EXPECT_INT(list(c, &ask).total, 2);
    ask.facet = (struct list){ range, 1 };
    struct catalog_found big = list(c, &ask);
    EXPECT_INT(big.total, 1);
    EXPECT_INT(tile(&big, 0)->variant_id, v[0]);
    ask = everything();
    ask.price_max = 2000;
    EXPECT_INT(list(c, &ask).total, 2);
}

static void category_with_all_below(struct ctx *c)
{
    const i64 root = category(c, "Электроника", NONE),
              k = category(c, "Смартфоны", root);
    const i64 other = category(c, "Чайники", NONE);
    struct catalog_ask ask = everything();
    struct catalog_found f;
    i64 v[3];

    three_phones(c, k, v);
    ask.category_id = root;
    EXPECT_INT(list(c, &ask).total, 3);
    ask.category_id = other;
    EXPECT_INT(list(c, &ask).total, 0);
    ask.category_id = 42;
    EXPECT_ERR(catalog_list(c, &ask, &f), NOT_FOUND);
}

static void pages_without_gaps(struct ctx *c)
{
    const i64 k = category(c, "Кабели", NONE), l = price_list(c, "base", NONE, -1);
    struct catalog_ask ask = everything();
    i64 seen[25] = { 0 }, last = 0;
    size_t n = 0;

    for (int p = 0; p < 25; p++)
        price(c, l,
              variant(
                  c, product_named(c, k, NULL, arena_printf(c->mem, "Кабель %d", p)).id,
                  arena_printf(c->mem, "K-%d", p), "")
                  .id,
              100 + p / 3);
    ask.sort = SORT_PRICE_ASC;
    ask.limit = 7;
    do {
        const struct catalog_found f = list(c, &ask);

        EXPECT_INT(f.total, 25);
        for (size_t j = 0; j < f.items.n; j++) {
            EXPECT(tile(&f, j)->price_minor >= last);
            last = tile(&f, j)->price_minor;
            for (size_t m = 0; m < n; m++) EXPECT(seen[m] != tile(&f, j)->product_id);
            seen[n++] = tile(&f, j)->product_id;
        }
        ask.after = f.next;
    } while (ask.after);
    EXPECT_INT(n, 25);
}

static void sorted_by_price(struct ctx *c)
{
    struct catalog_ask ask = everything();
    i64 v[3];

    three_phones(c, category(c, "Смартфоны", NONE), v);
    ask.sort = SORT_PRICE_ASC;
    struct catalog_found f = list(c, &ask);
    EXPECT_INT(tile(&f, 0)->variant_id, v[2]);
    ask.sort = SORT_PRICE_DESC;
    f = list(c, &ask);
    EXPECT_INT(tile(&f, 0)->variant_id, v[0]);
}

static void in_this_shop_now(struct ctx *c)
{
    const i64 r = region(c, "77"), khimki = shop(c, r, "KHM"), tver = shop(c, r, "TVR");
    struct catalog_ask ask = everything();
    struct catalog_found f;
    i64 v[3];

    three_phones(c, category(c, "Смартфоны", NONE), v);
    EXPECT_OK(catalog_stock_flag_set(c, khimki, v[1], true));
    EXPECT_OK(catalog_stock_flag_set(c, tver, v[1], true));
    EXPECT_OK(catalog_stock_flag_set(c, tver, v[2], true));
    ask.place_id = khimki;
    f = list(c, &ask);
    EXPECT_INT(f.total, 3);
    EXPECT_INT(tile(&f, 0)->variant_id, v[1]);
    EXPECT(tile(&f, 0)->here || tile(&f, 1)->here);
    ask.in_stock = true;
    f = list(c, &ask);
    EXPECT_INT(f.total, 1);
    EXPECT_INT(tile(&f, 0)->variant_id, v[1]);
    EXPECT_INT(tile(&f, 0)->places, 2);
    EXPECT_OK(catalog_stock_flag_set(c, khimki, v[1], false));
    EXPECT_INT(list(c, &ask).total, 0);
    ask.place_id = NONE;
    ask.sort = SORT_STOCK;
    f = list(c, &ask);
    EXPECT_INT(f.total, 2);
}

static void change_is_seen_at_once(struct ctx *c)
{
    struct catalog_ask ask = everything();
    struct catalog_product p;
    i64 v[3];

    three_phones(c, category(c, "Смартфоны", NONE), v);
    ask.q = "redmi";
    struct catalog_found f = list(c, &ask);
    EXPECT_INT(f.total, 1);
    EXPECT_OK(catalog_product_get(c, tile(&f, 0)->product_id, &p));
    p.name = "Смартфон Xiaomi Poco X5";
    EXPECT_OK(catalog_product_put(c, &p));
    EXPECT_INT(list(c, &ask).total, 0);
    ask.q = "poco x5";
    EXPECT_INT(list(c, &ask).total, 1);
    p.active = false;
    EXPECT_OK(catalog_product_put(c, &p));
    EXPECT_INT(list(c, &ask).total, 0);
    ask.q = NULL;
    EXPECT_INT(list(c, &ask).total, 2);
}

static void price_begins_by_itself(struct ctx *c)
{
    struct catalog_ask ask = everything();
    struct catalog_found f;
    i64 v[3], l;

    three_phones(c, category(c, "Смартфоны", NONE), v);
    EXPECT_OK(catalog_price_list_find(c, "base", &l));
    EXPECT_OK(catalog_price_put(c, l, v[0], 500, 3000, c->now + HOUR_MS,
                                c->now + 2 * HOUR_MS));
    ask.sort = SORT_PRICE_ASC;
    f = list(c, &ask);
    EXPECT_INT(tile(&f, 0)->variant_id, v[2]);
    c->now += HOUR_MS;
    f = list(c, &ask);
    EXPECT_INT(tile(&f, 0)->variant_id, v[0]);
    EXPECT_INT(tile(&f, 0)->old_minor, 3000);
    c->now += HOUR_MS;
    f = list(c, &ask);
    EXPECT_INT(tile(&f, 0)->variant_id, v[2]);
}

static void bad_filters(struct ctx *c)
{
    struct catalog_ask ask = everything();
    const char *wrong[] = { "colour:red" };
    char longest[202];
    struct catalog_found f;

    ask.facet = (struct list){ wrong, 1 };
    EXPECT_ERR(catalog_list(c, &ask, &f), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "facet");
    memset(longest, 'a', 201);
    longest[201] = '\0';
    ask = everything();
    ask.q = longest;
    EXPECT_ERR(catalog_list(c, &ask, &f), TOO_BIG);
}

/* ---- Over HTTP ------------------------------------------------------------------ */

static void over_http(struct ctx *c)
{
    i64 v[3];
    struct reply r;

    three_phones(c, category(c, "Смартфоны", NONE), v);
    c->who = (struct who){ 0 };
    r = test_call(c, "GET",
                  "/v1/catalog/"
                  "search?q=%D1%81%D0%B0%D0%BC%D1%81%D1%83%D0%BD%D0%B3&sort=price_asc",
                  NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"total\":2"));
    EXPECT(strstr(r.text, "\"price_minor\":2000"));
    r = test_call(c, "GET", "/v1/catalog/category", NULL);
    EXPECT(strstr(r.text, "Смартфоны"));
    r = test_call(c, "GET", "/v1/catalog/code/V-1", NULL);
    EXPECT(strstr(r.text, "Galaxy A54"));
    r = test_call(c, "GET", "/v1/catalog/slug/smartfon-samsung-galaxy-s23", NULL);
    EXPECT(strstr(r.text, "\"price_minor\":3000"));
    r = test_call(c, "GET", "/v1/catalog/suggest?q=gal", NULL);
    EXPECT(strstr(r.text, "Galaxy S23"));
    r = test_call(c, "POST", "/v1/catalog/brand", "{\"name\":\"Canon\"}");
    EXPECT(r.status == 401 || r.status == 403);
    test_as_staff(c);
    r = test_call(c, "POST", "/v1/catalog/brand", "{\"name\":\"Canon\"}");
    EXPECT_INT(r.status, 201);
    r = test_call(
        c, "PUT", "/v1/catalog/price",
        arena_printf(c->mem,
                     "{\"items\":[{\"list_id\":\"%lld\",\"variant_id\":\"%lld\","
                     "\"price_minor\":150}]}",
                     test_int(c, "SELECT id FROM catalog_price_list"), v[2]));
    EXPECT_INT(r.status, 204);
    r = test_call(c, "GET", "/v1/catalog/search?sort=price_asc&limit=1", NULL);
    EXPECT(strstr(r.text, "\"price_minor\":150,"));
}

static const struct test tests[] = {
    { "a barcode with a wrong digit is no barcode", check_digits },
    { "a variant is found by barcode, article and maker's model", found_by_code },
    { "a barcode belongs to one variant", barcode_of_another },
    { "an article belongs to one variant", one_article },
    { "a product is kept and replaced as a whole", whole_product },
    { "two products of one name have two addresses", same_name_other_address },
    { "of two editors the second is told that the first was quicker", two_editors },
    { "a brand is the same brand in any case", brand_in_any_case },
    { "a renamed brand is found by its new name, feeds mean it by the old one, and no "
      "other brand's name is taken",
      brand_renamed },
    { "a category cannot hang on its own twig", no_twig_is_its_own_branch },
    { "numbers and units of price files are understood", units_of_price_files },
    { "a new rate of VAT is a row, and holds from its minute on", law_changes_rows },
    { "the rate that products show follows", shown_rate_follows },
    { "a rate that no law knows is refused", unknown_rate },
    { "the nearest price list wins: region and channel, region, channel, base",
      nearest_list_wins },
    { "a price has its time; after a sale the usual price is back",
      prices_have_their_time },
    { "a region sells by its own price type", price_type_of_region },
    { "an order's goods and prices come in one trip, in its order",
      offers_in_one_trip },
    { "an accessory is found from the phone, and the phone from it", fits_both_ways },
    { "what fits by a rule fits by the same plug only", fits_by_rule },
    { "goods in 70 shops are two rows, and each shop has its own bit", flag_is_a_bit },
    { "a feed sets flags in bulk, its later word counts", flags_in_bulk },
    { "filters count what the others leave", filters_and_counts },
    { "a category shows what lies below it", category_with_all_below },
    { "pages follow each other without gaps or doubles", pages_without_gaps },
    { "goods are sorted by price both ways", sorted_by_price },
    { "in this shop now: shown, filtered, gone with the last piece", in_this_shop_now },
    { "what is changed is found by its new name at once", change_is_seen_at_once },
    { "a sale price begins and ends by itself in listings", price_begins_by_itself },
    { "a filter nobody knows is named, a query has its limit", bad_filters },
    { "the catalogue over HTTP: anybody reads, staff write", over_http },
};

int main(void)
{
    return test_main("catalog", tests, COUNT(tests));
}
