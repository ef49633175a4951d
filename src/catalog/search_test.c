/* Search against a believable catalogue: tests/search/catalogue.tsv, and what
 * people type: tests/search/queries.tsv. */
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "catalog/catalog_list.h"
#include "catalog/catalog_own.h"
#include "catalog/search_words.h"
#include "test.h"

enum { COLUMNS = 8, TOP = 5 };

struct loading {
    struct ctx *c;
    struct map categories, specs;
    i64 sku;
};

/* Cut a copy at a separator; the piece before it, or NULL at the end. */
static char *piece(char **rest, const char *separator)
{
    char *at = *rest, *cut = at ? strstr(at, separator) : NULL;

    if (!at) return NULL;
    *rest = cut ? cut + strlen(separator) : NULL;
    if (cut) *cut = '\0';
    return at;
}

static i64 *id_in(struct loading *l, struct map *m, const char *key)
{
    i64 *id = map_get(m, key, strlen(key));

    if (id) return id;
    id = NEW(l->c->mem, i64);
    map_add(m, arena_strdup(l->c->mem, key, strlen(key)), strlen(key), id);
    return id;
}

/* "Смартфоны и связь > Смартфоны": each step a category. */
static i64 category(struct loading *l, char *path)
{
    struct ctx *c = l->c;
    i64 parent = NONE;

    for (char *name; (name = piece(&path, " > "));) {
        i64 *id =
            id_in(l, &l->categories, arena_printf(l->c->mem, "%lld %s", parent, name));

        if (!*id) {
            struct catalog_category k = { .parent_id = parent,
                                          .name = name,
                                          .active = true };
            EXPECT_OK(catalog_category_put(c, &k));
            *id = k.id;
        }
        parent = *id;
    }
    return parent;
}

static void spec_add(struct loading *l, struct list *to, char *text)
{
    struct ctx *c = l->c;
    const char *code = piece(&text, "=");
    i64 *id = id_in(l, &l->specs, code);
    const char *unit = "";
    double number = NAN;
    const bool is_number = catalog_unit_parse(text, &number, &unit);

    if (!*id) {
        struct catalog_spec s = { .code = code,
                                  .name = code,
                                  .unit = unit,
                                  .facet = true,
                                  .kind = is_number ? SPEC_NUMBER : SPEC_WORD };
        EXPECT_OK(catalog_spec_put(c, &s));
        *id = s.id;
    }
    *(struct catalog_spec_value *)list_add(c->mem, to,
                                           sizeof(struct catalog_spec_value)) =
        (struct catalog_spec_value){ *id, text, number };
}

static void product_load(struct loading *l, char *column[COLUMNS])
{
    struct ctx *c = l->c;
    struct catalog_product p = { .category_id = category(l, column[0]),
                                 .name = column[2],
                                 .model = column[3],
                                 .description = column[7],
                                 .vat_bp = NONE,
                                 .active = true,
                                 .popularity = strtol(column[6], NULL, 10) };

    EXPECT_OK(catalog_brand_put(c, column[1], &p.brand_id));
    for (char *s; (s = piece(&column[5], "; "));)
        if (*s) spec_add(l, &p.specs, s);
    EXPECT_OK(catalog_product_put(c, &p));
    for (char *v; (v = piece(&column[4], "; "));) {
        struct catalog_variant x = { .product_id = p.id,
                                     .name = v,
                                     .active = true,
                                     .sku =
                                         arena_printf(c->mem, "PR%06lld", ++l->sku) };
        EXPECT_OK(catalog_variant_put(c, &x));
    }
}

static int catalogue_load(struct ctx *c)
{
    struct loading l = { .c = c, .categories.mem = c->mem, .specs.mem = c->mem };
    char *text = test_file(c, "tests/search/catalogue.tsv", NULL);
    int n = 0;

    EXPECT(text != NULL);
    for (char *line; (line = piece(&text, "\n"));) {
        char *column[COLUMNS] = { 0 };

        if (*line == '#' || !*line) continue;
        for (int k = 0; k < COLUMNS; k++) column[k] = piece(&line, "\t");
        product_load(&l, column);
        n++;
    }
    return n;
}

static struct catalog_found search(struct ctx *c, const char *q)
{
    struct catalog_ask ask = { .q = q,
                               .category_id = NONE,
                               .price_min = NONE,
                               .price_max = NONE,
                               .place_id = NONE,
                               .region_id = NONE,
                               .channel = -1,
                               .sort = -1,
                               .limit = TOP };
    struct catalog_found f;

    EXPECT_OK(catalog_list(c, &ask, &f));
    return f;
}

static bool name_fits(const char *name, const char *wanted)
{
    const size_t n = strlen(wanted), m = strlen(name);

    if (wanted[n - 1] != '$') return strstr(name, wanted) != NULL;
    return m >= n - 1 && !strncmp(name + m - (n - 1), wanted, n - 1);
}

/* The name without the variant that a tile of a single variant shows. */
static const char *product_name(struct ctx *c, i64 id)
{
    struct catalog_product p;

    EXPECT_OK(catalog_product_get(c, id, &p));
    return p.name;
}

static bool fits(struct ctx *c, const struct catalog_found *f, char *wanted)
{
    const struct catalog_tile *t = f->items.at;

    if (!f->items.n) return false;
    for (char *w; (w = piece(&wanted, "\t"));) {
        if (*w == '@') {
            bool all = true;
            for (size_t k = 0; k < f->items.n; k++)
                all = all && !strcmp(t[k].category, w + 1);
            if (all) return true;
        } else if (name_fits(product_name(c, t[0].product_id), w)) {
            return true;
        }
    }
    return false;
}

static void expected_top_hits(struct ctx *c)
{
    char *text;
    int queries = 0, wrong = 0;

    EXPECT(catalogue_load(c) >= 400);
    text = test_file(c, "tests/search/queries.tsv", NULL);
    EXPECT(text != NULL);
    for (char *line; (line = piece(&text, "\n"));) {
        if (*line == '#' || !*line) continue;
        const char *q = piece(&line, "\t");
        const char *wanted = arena_strdup(c->mem, line, strlen(line));
        const struct catalog_found f = search(c, q);

        queries++;
        if (fits(c, &f, line)) continue;
        wrong++;
        print_error("\"%s\" wants %s and has %lld:\n", q, wanted, f.total);
        for (size_t k = 0; k < f.items.n; k++) {
            const struct catalog_tile *t = (struct catalog_tile *)f.items.at + k;
            print_error("    %s [%s]\n", t->name, t->category);
        }
    }
    EXPECT(queries >= 150);
    EXPECT_INT(wrong, 0);
}

static void correction_is_shown(struct ctx *c)
{
    catalogue_load(c);
    EXPECT_TEXT(search(c, "cvfhnajy").corrected_query, "смартфон");
    EXPECT_TEXT(search(c, "холадильник bosch").corrected_query, "холодильник bosch");
    EXPECT(search(c, "iphone 15").corrected_query == NULL);
    EXPECT(search(c, "самсунг").corrected_query == NULL);
}

static void all_words_before_some(struct ctx *c)
{
    catalogue_load(c);
    const struct catalog_found both = search(c, "samsung холодильник");
    EXPECT_INT(both.total, 1);
    const struct catalog_found some = search(c, "samsung холодильник абракадабрный");
    EXPECT_INT(some.total, 1);
}

static void digits_are_never_guessed(struct ctx *c)
{
    catalogue_load(c);
    EXPECT_INT(search(c, "99999").total, 0);
    EXPECT_INT(search(c, "rtx9999").total, 0);
}

static void suggestions_while_typing(struct ctx *c)
{
    struct list s = { 0 };
    bool phone = false;

    catalogue_load(c);
    EXPECT_OK(catalog_suggest(c, "sams", 6, &s));
    EXPECT(s.n > 3);
    for (size_t k = 0; k < s.n; k++)
        phone |= strstr(((struct catalog_suggestion *)s.at)[k].text, "Samsung") != NULL;
    EXPECT(phone);
    s = (struct list){ 0 };
    EXPECT_OK(catalog_suggest(c, "iphone 15 p", 6, &s));
    EXPECT(strstr(((struct catalog_suggestion *)s.at)[s.n - 1].text, "iPhone 15") !=
           NULL);
}

/* Whatever comes in answers in bounded time and does not fall over. */
static void hostile_queries(struct ctx *c)
{
    static const char *const nasty[] = { "",
                                         " ",
                                         "\"\"\"\"",
                                         "%%%",
                                         "a",
                                         "я",
                                         "(((((",
                                         "'; --",
                                         "\xF0\x9F\x93\xB1 \xF0\x9F\x93\xB1",
                                         "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
                                         "а1б2в3г4д5е6ж7з8и9к0",
                                         "....,,,,----",
                                         "+++++" };
    char longest[201];

    catalogue_load(c);
    for (size_t k = 0; k < COUNT(nasty); k++) search(c, nasty[k]);
    memset(longest, 'x', 200);
    longest[200] = '\0';
    search(c, longest);
    for (int k = 0; k < 200; k += 2) longest[k] = ' ';
    search(c, longest);
    for (int k = 0; k < 200; k++)
        longest[k] = (char)(k % 2 ? 'a' + k % 26 : '0' + k % 10);
    search(c, longest);
}

static void rebuilt_index_answers_the_same(struct ctx *c)
{
    catalogue_load(c);
    const i64 before = search(c, "смартфон 256 гб").total;
    SQL("DELETE FROM catalog_posting");
    EXPECT_OK(catalog_search_rebuild(c));
    EXPECT_INT(search(c, "смартфон 256 гб").total, before);
    EXPECT(before > 20);
}

static void variant_that_was_said(struct ctx *c)
{
    catalogue_load(c);
    const struct catalog_found f = search(c, "iphone 15 pro max 512");
    const struct catalog_tile *t = f.items.at;
    struct catalog_variant v;

    EXPECT_OK(catalog_variant_get(c, t->variant_id, &v));
    EXPECT(strstr(v.name, "512 ГБ") != NULL);
}

static const struct test tests[] = {
    { "what people type finds what they mean, 150 ways and more", expected_top_hits },
    { "a corrected query is shown, a right one is not touched", correction_is_shown },
    { "goods with all the words hide those with some", all_words_before_some },
    { "a model number is never guessed", digits_are_never_guessed },
    { "suggestions come while the word is still growing", suggestions_while_typing },
    { "nonsense is answered, not served", hostile_queries },
    { "an index made anew answers as the old one", rebuilt_index_answers_the_same },
    { "the variant that was named is the one that is shown", variant_that_was_said },
};

int main(void)
{
    return test_main("search", tests, COUNT(tests));
}
