/* Anything at all as a query: it is cut into words, stemmed, guessed at and
 * answered from a small catalogue; no byte outside it is read.  make fuzz */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "base/translit.h"
#include "catalog/catalog_list.h"
#include "catalog/catalog_query.h"
#include "catalog/search_words.h"
#include "db/db.h"
#include "setting/setting.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static struct db *the_db;

static enum err goods(struct ctx *c, void *unused)
{
    static const char *const names[] = { "Смартфон Samsung Galaxy S23 Ultra",
                                         "Наушники беспроводные Sony WH-1000XM5",
                                         "Видеокарта Palit GeForce RTX 4060 Ti Dual",
                                         "Чехол Deppa Gel для iPhone 15",
                                         "Телевизор LG OLED55C3" };
    struct catalog_category k = { .parent_id = NONE,
                                  .name = "Электроника",
                                  .active = true };

    (void)unused;
    TRY(catalog_category_put(c, &k));
    for (size_t n = 0; n < COUNT(names); n++) {
        struct catalog_product p = { .category_id = k.id,
                                     .brand_id = NONE,
                                     .name = names[n],
                                     .vat_bp = NONE,
                                     .active = true };
        struct catalog_variant v = { .sku = names[n],
                                     .name = "256 ГБ, чёрный",
                                     .active = true };

        TRY(catalog_product_put(c, &p));
        v.product_id = p.id;
        TRY(catalog_variant_put(c, &v));
    }
    return ERR_OK;
}

static struct ctx fresh(struct arena *mem)
{
    return (struct ctx){ .mem = mem, .db = the_db, .now = time_now() };
}

static void open_shop(void)
{
    const struct db_config k = { .url = ":memory:", .readers = 1 };
    struct ctx c;
    char *why;

    if (the_db) return;
    the_db = db_open(&k, &why);
    if (!the_db) abort();
    c = fresh(arena_new((size_t)64 << 20));
    if (db_migrate(&c, modules)) abort();
    setting_declare(modules);
    if (db_unit(&c, goods, NULL)) abort();
    arena_free(c.mem);
}

static enum err ask(struct ctx *c, void *q)
{
    const struct catalog_ask a = { .q = q,
                                   .category_id = NONE,
                                   .price_min = NONE,
                                   .price_max = NONE,
                                   .place_id = NONE,
                                   .region_id = NONE,
                                   .channel = -1,
                                   .sort = -1,
                                   .limit = NONE };
    struct catalog_found f;
    struct list s = { 0 };

    TRY(catalog_list(c, &a, &f));
    return catalog_suggest(c, q, 5, &s);
}

static void taken_apart(struct arena *mem, const char *text)
{
    struct search_word w[QUERY_WORDS];
    const size_t found = search_words(mem, text, w, COUNT(w));

    for (size_t k = 0; k < found; k++) {
        if (!text_utf8_ok(w[k].raw, strlen(w[k].raw))) abort();
        for (int p = 0; p < w[k].nparts; p++)
            if (!*w[k].part[p]) abort();
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    struct arena *mem = arena_new((size_t)16 << 20);
    struct ctx c;
    char *text =
        arena_strdup(mem, (const char *)data, n < QUERY_BYTES ? n : QUERY_BYTES);
    double number;
    const char *unit;

    open_shop();
    text_fold(mem, text);
    if (strlen(translit_slug(mem, text)) > 80) abort();
    catalog_unit_parse(text, &number, &unit);
    c = fresh(mem);
    if (text_utf8_ok(text, strlen(text))) {
        taken_apart(mem, text);
        if (db_snapshot(&c, ask, text)) abort();
    }
    arena_free(mem);
    return 0;
}
