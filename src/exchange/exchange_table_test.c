#include "exchange/exchange_table.h"

#include <stdlib.h>
#include <unistd.h>

#include "http/walk.h"
#include "setting/setting.h"
#include "test.h"

static const struct field *field_of(const struct shape *s, const char *name)
{
    for (const struct field *f = s ? s->fields : NULL; f && f->name; f++)
        if (!strcmp(f->name, name)) return f;
    return NULL;
}

static void export_routes(struct ctx *c)
{
    size_t n = 0;

    (void)c;
    for (const struct module *const *m = modules; *m; m++)
        for (size_t k = 0; route_at(*m, k); k++) {
            const struct route *w = route_at(*m, k);
            if (!(w->flags & ROUTE_EXPORT)) continue;
            n++;
            EXPECT_TEXT(w->method, "GET");
            EXPECT(w->mode == READS || w->mode == READS_LONG);
            const struct field *items = field_of(w->out, "items");
            EXPECT(items && items->kind == FIELD_LIST && items->elem == FIELD_OBJECT);
            if (!field_of(w->out, "next")) continue;
            EXPECT(field_of(w->query, "after") && field_of(w->query, "limit"));
        }
    EXPECT(n >= 15);
}

/* Every column of every list has a word, and no word waits for a column. */
static void headings(struct ctx *c)
{
    static const struct row {
        const char *shape, *member;
    } rows[] = {
#define HEADING(shape, member, ru, en) { shape, member },
#include "exchange/exchange_heading.def"
#undef HEADING
    };
    bool used[COUNT(rows)] = { 0 };

    for (const struct module *const *m = modules; *m; m++)
        for (size_t k = 0; route_at(*m, k); k++) {
            const struct route *w = route_at(*m, k);
            if (!(w->flags & ROUTE_EXPORT)) continue;
            const struct shape *s = field_of(w->out, "items")->shape;
            for (const struct field *f = s->fields; f->name; f++) {
                const bool object = f->kind == FIELD_OBJECT || f->elem == FIELD_OBJECT;
                if (object || f->flags & SECRET) continue;
                if (!exchange_heading(s->name, f->name, false))
                    fail_msg("exchange_heading.def has no words for %s.%s", s->name,
                             f->name);
                for (size_t r = 0; r < COUNT(rows); r++)
                    used[r] |= !strcmp(rows[r].member, f->name) &&
                               (!rows[r].shape || !strcmp(rows[r].shape, s->name));
            }
        }
    for (size_t r = 0; r < COUNT(rows); r++)
        if (!used[r]) fail_msg("no list has a column \"%s\"", rows[r].member);
    EXPECT(!exchange_heading("OrderRow", "nothing", false));
    EXPECT_TEXT(exchange_heading("OrderRow", "name", true), "Customer");
    EXPECT_TEXT(exchange_heading("Other", "name", true), "Name");
    (void)c;
}

static const char *written(struct ctx *c, bool people, const struct cell *cells,
                           size_t n)
{
    const struct sheet_head h = {
        .title = "x", .who = "x", .said = "x", .at = c->now, .people = people
    };
    char path[] = "/tmp/prilavok-cells-XXXXXX";
    struct sheet *s;

    EXPECT(mkdtemp(path) != NULL);
    const char *file = arena_printf(c->mem, "%s/x.csv", path);
    EXPECT_OK(sheet_new(c, file, TABLE_CSV, &h, &s));
    sheet_row(s, cells, n);
    EXPECT_OK(sheet_end(c, s));
    const char *text = test_file(c, file, NULL);
    unlink(file);
    rmdir(path);
    return text;
}

static void digits(struct ctx *c)
{
    static const struct cell row[] = {
        { CELL_TEXT, "1234567890123456789", 0 },
        { CELL_TEXT, "+79160000000", 0 },
        { CELL_TEXT, "00123", 0 },
        { CELL_TEXT, "123456789012345", 0 },
        { CELL_TEXT, "0", 0 },
        { CELL_TEXT, "+7=1", 0 },
    };

    EXPECT_TEXT(written(c, true, row, COUNT(row)),
                "\xEF\xBB\xBF\"=\"\"1234567890123456789\"\"\";"
                "\"=\"\"+79160000000\"\"\";\"=\"\"00123\"\"\";123456789012345;0;'+7=1\n"
                "# x\n");
    EXPECT_TEXT(
        written(c, false, row, COUNT(row)),
        "\xEF\xBB\xBF"
        "1234567890123456789;'+79160000000;00123;123456789012345;0;'+7=1\n# x\n");
}

static void cells(struct ctx *c)
{
    const struct sheet_head h = { .title = "x",
                                  .who = "Анна",
                                  .said = "=said; by Анна",
                                  .at = c->now,
                                  .comma = true };
    static const char *const names[] = { "name", "sum_minor", "qty" };
    const struct cell rows[][3] = {
        { { CELL_TEXT, "=1+1", 0 },
          { CELL_MONEY, NULL, -5 },
          { CELL_COUNT, NULL, -7 } },
        { { CELL_TEXT, "-a;\"b\"", 0 }, { CELL_MONEY, NULL, INT64_MIN + 1 }, { 0 } },
        { { CELL_TEXT, "\tx\ny", 0 }, { CELL_MONEY, NULL, 123450 }, { 0 } },
    };
    char path[] = "/tmp/prilavok-cells-XXXXXX";
    struct sheet *s;

    EXPECT(mkdtemp(path) != NULL);
    const char *file = arena_printf(c->mem, "%s/x.csv", path);
    EXPECT_OK(sheet_new(c, file, TABLE_CSV, &h, &s));
    sheet_top(s, names, 3);
    for (size_t k = 0; k < COUNT(rows); k++) sheet_row(s, rows[k], 3);
    EXPECT_OK(sheet_end(c, s));
    EXPECT_TEXT(test_file(c, file, NULL), "\xEF\xBB\xBFname;sum_minor;qty\n"
                                          "'=1+1;-0,05;-7\n"
                                          "\"'-a;\"\"b\"\"\";-92233720368547758,07;\n"
                                          "\"'\tx\ny\";1234,50;\n"
                                          "\"# =said; by Анна\"\n");
    unlink(file);
    rmdir(path);
}

static struct reply taken(struct ctx *c, const char *list)
{
    return test_call(c, "GET",
                     arena_printf(c->mem, "/v1/export?format=csv&list=%s", list), NULL);
}

static void rights(struct ctx *c)
{
    test_as_staff(c);
    struct reply r = taken(c, "/v1/job");
    EXPECT_INT(r.status, 200);
    EXPECT(r.file && r.file_once);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_audit"
                           " WHERE what = 'exchange.export'"),
               1);
    unlink(r.file);

    c->who.rights = ~(1ull << RIGHT_OPERATE);
    EXPECT_INT(taken(c, "/v1/job").status, 403);
    c->who.rights = ~(1ull << RIGHT_EXPORT);
    EXPECT_INT(taken(c, "/v1/job").status, 403);
    test_as_staff(c);
    EXPECT_INT(taken(c, "/v1/staff/me").status, 422);
    EXPECT_INT(taken(c, "/v1/job%3Fstate=odd").status, 422);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_audit"
                           " WHERE what = 'exchange.export'"),
               1);
}

int main(void)
{
    static const struct test tests[] = {
        { "every list that is given as a file has rows and goes on page by page",
          export_routes },
        { "every column has a heading in Russian and English, and no heading is idle",
          headings },
        { "a spreadsheet keeps ids, phones and articles whole; a program gets digits",
          digits },
        { "a cell is no formula, a sum has two decimals, a quote is doubled", cells },
        { "a list is taken by whoever may export and see it, and that is written down",
          rights },
    };
    return test_main("exchange_table", tests, COUNT(tests));
}
