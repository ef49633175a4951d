/* Categories, products, variants and prices of the demo chain. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/demo.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "db/db.h"

struct spec_row {
    const char *code, *name, *name_en, *unit;
    int kind, better;
    const char *section, *section_en;
};

/* clang-format off */
#define IN_SCREEN "Экран", "Display"
#define IN_MEM "Память", "Memory"
#define IN_PWR "Питание и мощность", "Power"
#define IN_CAM "Камера", "Camera"
#define IN_NET "Возможности", "Features"
#define IN_SIZE "Размеры", "Size"
#define IN_LOOK "Внешний вид", "Looks"
#define IN_WORK "В работе", "In use"
static const struct spec_row specs[] = {
    { "screen",   "Диагональ",             "Screen size",     "дюйм",  SPEC_NUMBER, BETTER_NEITHER, IN_SCREEN },
    { "ram",      "Оперативная память",    "RAM",             "ГБ",    SPEC_NUMBER, BETTER_MORE, IN_MEM },
    { "storage",  "Встроенная память",     "Storage",         "ГБ",    SPEC_NUMBER, BETTER_MORE, IN_MEM },
    { "vram",     "Видеопамять",           "Video memory",    "ГБ",    SPEC_NUMBER, BETTER_MORE, IN_MEM },
    { "battery",  "Ёмкость аккумулятора",  "Battery",         "мА·ч",  SPEC_NUMBER, BETTER_MORE, IN_PWR },
    { "camera",   "Камера",                "Camera",          "Мп",    SPEC_NUMBER, BETTER_MORE, IN_CAM },
    { "refresh",  "Частота обновления",    "Refresh rate",    "Гц",    SPEC_NUMBER, BETTER_MORE, IN_SCREEN },
    { "speed",    "Скорость",              "Speed",           "ед./с", SPEC_NUMBER, BETTER_MORE, IN_WORK },
    { "power",    "Мощность",              "Power",           "Вт",    SPEC_NUMBER, BETTER_MORE, IN_PWR },
    { "volume",   "Объём",                 "Volume",          "л",     SPEC_NUMBER, BETTER_NEITHER, IN_SIZE },
    { "load",     "Нагрузка",              "Load",            "кг",    SPEC_NUMBER, BETTER_MORE, IN_SIZE },
    { "noise",    "Уровень шума",          "Noise",           "дБ",    SPEC_NUMBER, BETTER_LESS, IN_WORK },
    { "pressure", "Давление",              "Pressure",        "бар",   SPEC_NUMBER, BETTER_MORE, IN_WORK },
    { "length",   "Длина",                 "Length",          "м",     SPEC_NUMBER, BETTER_NEITHER, IN_SIZE },
    { "flight",   "Время полёта",          "Flight time",     "мин",   SPEC_NUMBER, BETTER_MORE, IN_WORK },
    { "dpi",      "Разрешение сенсора",    "Sensor",          "dpi",   SPEC_NUMBER, BETTER_MORE, IN_WORK },
    { "nfc",      "NFC",                   "NFC",             NULL,    SPEC_BOOL, BETTER_MORE, IN_NET },
    { "smart",    "Smart TV",              "Smart TV",        NULL,    SPEC_BOOL, BETTER_MORE, IN_NET },
    { "wireless", "Беспроводное",          "Wireless",        NULL,    SPEC_BOOL, BETTER_MORE, IN_NET },
    { "anc",      "Активное шумоподавление", "Noise cancelling", NULL, SPEC_BOOL, BETTER_MORE, IN_NET },
    { "color",    "Цветная печать",        "Colour printing", NULL,    SPEC_BOOL, BETTER_MORE, IN_NET },
    { "colour",   "Цвет",                  "Colour",          NULL,    SPEC_WORD, BETTER_NEITHER, IN_LOOK },
};
static const char colours[] = "чёрный|белый|серый|синий|зелёный|красный|золотистый|фиолетовый";
/* clang-format on */

struct goods {
    struct demo *d;
    i64 spec_ids[COUNT(specs)];
    i64 *category_ids;   /* by kind */
    i64 *first_products; /* a few products of each kind, for compatibility */
    const char *(*pictures)[DEMO_COLOURS][DEMO_VIEWS]; /* by kind: their addresses */
    i64 kind, made, want;                              /* where the work is */
    struct dice dice;
};

static int spec_index(const char *code, size_t n)
{
    for (size_t k = 0; k < COUNT(specs); k++)
        if (strlen(specs[k].code) == n && !strncmp(specs[k].code, code, n))
            return (int)k;
    abort(); /* a word in demo_kinds.c that is not in specs[] */
}

static enum err make_specs(struct ctx *c, struct goods *g)
{
    for (size_t k = 0; k < COUNT(specs); k++) {
        struct catalog_spec s = { .code = specs[k].code,
                                  .name = specs[k].name,
                                  .name_en = specs[k].name_en,
                                  .unit = specs[k].unit,
                                  .kind = specs[k].kind,
                                  .facet = true,
                                  .compare = true,
                                  .section = specs[k].section,
                                  .section_en = specs[k].section_en,
                                  .better = specs[k].better,
                                  .sort = (i64)k };
        TRY(catalog_spec_put(c, &s));
        g->spec_ids[k] = s.id;
    }
    return ERR_OK;
}

/* "telefony-17": an address part that needs no letters beyond ASCII. */
static const char *slug(struct ctx *c, const char *en, i64 number)
{
    char *s = arena_printf(c->mem, "%s-%lld", en, number);

    for (char *p = s; *p; p++) {
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 32);
        if (*p == ' ' || *p == '\'') *p = '-';
    }
    return s;
}

static enum err make_category(struct ctx *c, const char *ru, const char *en, i64 parent,
                              i64 sort, i64 *ret_id)
{
    struct catalog_category k = { .parent_id = parent,
                                  .name = ru,
                                  .name_en = en,
                                  .slug = slug(c, en, sort),
                                  .sort = sort,
                                  .active = true };

    TRY(catalog_category_put(c, &k));
    *ret_id = k.id;
    return ERR_OK;
}

static enum err make_categories(struct ctx *c, struct goods *g)
{
    i64 root = NONE;

    for (int k = 0; k < demo_kind_count; k++) {
        const struct demo_kind *kind = &demo_kinds[k];

        if (!k || strcmp(kind->root_ru, demo_kinds[k - 1].root_ru))
            TRY(make_category(c, kind->root_ru, kind->root_en, NONE, 100 + k, &root));
        TRY(make_category(c, kind->ru, kind->en, root, 1000 + k, &g->category_ids[k]));
    }
    return ERR_OK;
}

static enum err begin(struct ctx *c, void *arg)
{
    struct goods *g = arg;
    struct catalog_price_list base = { .code = "retail",
                                       .name = "Розничные цены",
                                       .region_id = NONE,
                                       .channel = -1,
                                       .price_type = "retail" };

    TRY(make_specs(c, g));
    TRY(make_categories(c, g));
    TRY(demo_make_guides(c));
    TRY(catalog_price_list_put(c, &base));
    g->d->list_id = base.id;
    return ERR_OK;
}

/* A number as it is written in Russian: "6,36". */
static const char *as_written(struct arena *mem, const char *number)
{
    char *text = arena_strdup(mem, number, strlen(number)), *dot = strchr(text, '.');

    if (dot) *dot = ',';
    return text;
}

static void add_spec(struct ctx *c, struct goods *g, struct catalog_product *p,
                     const char *code, size_t n, const char *value)
{
    const int k = spec_index(code, n);
    struct catalog_spec_value *v = list_add(c->mem, &p->specs, sizeof(*v));

    v->spec_id = g->spec_ids[k];
    v->number = specs[k].kind == SPEC_WORD ? NAN : strtod(value, NULL);
    v->text = specs[k].kind == SPEC_BOOL ? (*value == '1' ? "да" : "нет")
              : specs[k].unit ? arena_printf(c->mem, "%s %s", as_written(c->mem, value),
                                             specs[k].unit)
                              : value;
}

/* The specifications of a kind with one value each, but for the axis: its values are
 * the variants' and stand in their names. */
static void add_specs(struct ctx *c, struct goods *g, const struct demo_kind *kind,
                      struct catalog_product *p)
{
    const i64 n = kind->specs ? demo_count(kind->specs, ';') : 0;

    for (i64 k = 0; k < n; k++) {
        const char *one = demo_pick(c, kind->specs, ';', k),
                   *values = strchr(one, '=') + 1;
        const size_t len = (size_t)(values - 1 - one);
        const i64 which = dice_below(&g->dice, demo_count(values, ','));

        if (kind->axis && !strncmp(one, kind->axis, len)) continue;
        add_spec(c, g, p, one, len, demo_pick(c, values, ',', which));
    }
}

/* Thirteen digits, the last of them the check digit; 2 is the range for inside use. */
static const char *ean(struct ctx *c, i64 number)
{
    char *s = arena_printf(c->mem, "2%011lld0", number);
    int sum = 0;

    for (int k = 0; k < 12; k++) sum += (s[k] - '0') * (k % 2 ? 3 : 1);
    s[12] = (char)('0' + (10 - sum % 10) % 10);
    return s;
}

/* Prices lie evenly on a logarithmic scale and end as prices do. */
static i64 price_of(const struct demo_kind *kind, double level)
{
    const double low = log((double)kind->low_rub), high = log((double)kind->high_rub);
    const double rub = exp(low + (high - low) * level);
    const i64 step = rub > 20000 ? 1000 : rub > 2000 ? 100 : 10;

    return ((i64)(rub / (double)step) * step + step - 1) * 100;
}

static enum err make_variant(struct ctx *c, struct goods *g,
                             const struct catalog_product *p, const char *name,
                             i64 price)
{
    struct demo *d = g->d;
    const struct demo_kind *kind = &demo_kinds[g->kind];
    struct catalog_variant v = { .product_id = p->id,
                                 .sku = arena_printf(c->mem, "%07lld",
                                                     1000000 + d->n_variants),
                                 .name = name,
                                 .unit_tracked = kind->unit_tracked,
                                 .active = true,
                                 .weight_g = 100 + dice_below(&g->dice, 3000) };
    const char **code = list_add(c->mem, &v.barcodes, sizeof(*code));

    *code = ean(c, d->n_variants + 1);
    TRY(catalog_variant_put(c, &v));
    const i64 old =
        dice_chance(&g->dice, 0.2) ? price + price / 8 / 1000 * 1000 + 10000 : NONE;
    TRY(catalog_price_put(c, d->list_id, v.id, price, old, d->from_at, NONE));
    const char *whole = arena_printf(d->mem, "%s, %s", p->name, name);
    d->variants[d->n_variants] =
        (struct demo_variant){ .id = v.id,
                               .product_id = p->id,
                               .name = whole,
                               .number = d->n_variants,
                               .price_minor = price,
                               .kind = (int)g->kind,
                               .unit_tracked = kind->unit_tracked };
    d->n_variants++;
    g->made++;
    return ERR_OK;
}

/* Drawn when the first product of its kind and colour wants it. */
static enum err add_pictures(struct ctx *c, struct goods *g, struct catalog_product *p,
                             i64 colour)
{
    const char **known = g->pictures[g->kind][colour];

    for (int view = 0; view < DEMO_VIEWS; view++) {
        if (!known[view]) {
            const char *url;
            TRY(demo_picture(c, demo_kinds[g->kind].en, colour, view, &url));
            known[view] = arena_strdup(g->d->mem, url, strlen(url));
        }
        *(const char **)list_add(c->mem, &p->images, sizeof(char *)) = known[view];
    }
    return ERR_OK;
}

/* Variants differ by the axis (memory) or by colour; memory costs more.  `first`: the
 * colour of the first. */
static enum err make_variants(struct ctx *c, struct goods *g,
                              const struct catalog_product *p, double level, i64 many,
                              i64 first)
{
    const struct demo_kind *kind = &demo_kinds[g->kind];
    const char *found = kind->axis ? strstr(kind->specs, kind->axis) : NULL;
    const char *axis = found ? demo_pick(c, strchr(found, '=') + 1, ';', 0) : NULL;

    for (i64 k = 0;
         k < many && g->made < g->want && g->d->n_variants < g->d->size.variants; k++) {
        const char *colour = demo_pick(c, colours, '|', first + k);
        const char *name = colour;

        if (axis) {
            const char *gb = demo_pick(c, axis, ',', first + k);
            name = strcmp(gb, "1024") ? arena_printf(c->mem, "%s ГБ, %s", gb, colour)
                                      : arena_printf(c->mem, "1 ТБ, %s", colour);
        }
        TRY(make_variant(c, g, p, name,
                         price_of(kind, level + (axis ? 0.04 * (double)k : 0))));
    }
    return ERR_OK;
}

static enum err make_fit(struct ctx *c, struct goods *g, i64 product_id)
{
    const char *fits = demo_kinds[g->kind].fits;

    for (int k = 0; fits && k < demo_kind_count; k++) {
        if (strcmp(demo_kinds[k].ru, fits) || !g->d->kind_n[k]) continue;
        for (int n = 0; n < 3; n++) {
            const i64 at = g->d->kind_first[k] + dice_below(&g->dice, g->d->kind_n[k]);
            TRY(catalog_compat_put(c, product_id, g->d->variants[at].product_id, true));
        }
    }
    return ERR_OK;
}

static enum err make_product(struct ctx *c, struct goods *g)
{
    const struct demo_kind *kind = &demo_kinds[g->kind];
    const i64 which = dice_below(&g->dice, demo_count(kind->brands, '|'));
    const char *brand = demo_pick(c, kind->brands, '|', which);
    const char *model = arena_printf(
        c->mem, "%s %c%lld", demo_pick(c, kind->series, '|', which),
        (char)('A' + dice_below(&g->dice, 20)), 10 + dice_below(&g->dice, 990));
    const double level = dice_unit(&g->dice);
    struct catalog_product p = {
        .category_id = g->category_ids[g->kind],
        .brand_id = NONE,
        .name = arena_printf(c->mem, "%s %s %s", kind->noun, brand, model),
        .name_en = arena_printf(c->mem, "%s %s", brand, model),
        .slug = slug(c, kind->en, g->d->n_variants + 1),
        .model = model,
        .vat_bp = 2200,
        .warranty_days = kind->warranty_days,
        .active = true,
        .complex_goods = kind->complex_goods,
        .popularity = (i64)(1000 * pow(dice_unit(&g->dice), 4))
    };

    p.description =
        arena_printf(c->mem,
                     "%s %s %s. Официальная гарантия %lld дней, можно забрать "
                     "сегодня в магазине или получить с доставкой.",
                     kind->noun, brand, model, kind->warranty_days);
    TRY(catalog_brand_put(c, brand, &p.brand_id));
    add_specs(c, g, kind, &p);
    const i64 many = 1 + dice_below(&g->dice, 3),
              first = dice_below(&g->dice, DEMO_COLOURS);
    TRY(add_pictures(c, g, &p, first));
    TRY(catalog_product_put(c, &p));
    TRY(make_variants(c, g, &p, level, many, first));
    return make_fit(c, g, p.id);
}

/* About 50 products a unit, so that nothing waits long behind the loader. */
static enum err slice(struct ctx *c, void *arg)
{
    struct goods *g = arg;

    for (int n = 0;
         n < 50 && g->made < g->want && g->d->n_variants < g->d->size.variants; n++)
        TRY(make_product(c, g));
    return ERR_OK;
}

static enum err make_kind(struct ctx *c, struct goods *g)
{
    struct demo *d = g->d;
    const struct demo_kind *kind = &demo_kinds[g->kind];
    const bool last = g->kind == demo_kind_count - 1;
    double all = 0;

    for (int k = 0; k < demo_kind_count; k++) all += demo_kinds[k].share;
    g->made = 0;
    g->want = last ? d->size.variants
                   : (i64)ceil(kind->share / all * (double)d->size.variants);
    if (g->want < 2) g->want = 2;
    d->kind_first[g->kind] = d->n_variants;
    g->dice = dice_for(d->size.seed, "goods", g->kind);
    while (g->made < g->want && d->n_variants < d->size.variants) {
        TRY(demo_unit(c, slice, g));
        d->tell("товары", d->n_variants, d->size.variants);
    }
    d->kind_n[g->kind] = d->n_variants - d->kind_first[g->kind];
    return ERR_OK;
}

enum err demo_make_goods(struct ctx *c, struct demo *d)
{
    struct goods g = { .d = d };

    g.category_ids = NEW_N(c->mem, i64, demo_kind_count);
    g.pictures = arena_alloc(c->mem, sizeof(*g.pictures) * (size_t)demo_kind_count);
    d->variants = NEW_N(c->mem, struct demo_variant, d->size.variants);
    d->kind_first = NEW_N(c->mem, i64, demo_kind_count);
    d->kind_n = NEW_N(c->mem, i64, demo_kind_count);
    TRY(db_unit(c, begin, &g));
    for (g.kind = 0; g.kind < demo_kind_count; g.kind++) TRY(make_kind(c, &g));
    return ERR_OK;
}
