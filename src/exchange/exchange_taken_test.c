#include "exchange/exchange_taken.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/seal.h"
#include "customer/customer.h"
#include "exchange/exchange_out.h"
#include "setting/setting.h"
#include "test.h"
#include "vault/vault.h"

enum { PEOPLE = 6000, SAID = 1 << 20 };

static const char *phone_of(struct ctx *c, i64 id)
{
    return arena_printf(c->mem, "+7916%07lld", id);
}

static const char *email_of(struct ctx *c, i64 id)
{
    return arena_printf(c->mem, "person%lld@mail.ru", id);
}

/* A file of people 1..n, as it is written; `order` gets who stands where. */
static const char *take(struct ctx *c, i64 n, size_t window, i64 *order)
{
    const struct taken_new what = { "/v1/exchange/csv/customers",
                                    "/v1/exchange/csv/customers", "csv" };
    struct taken *t = taken_begin(c, &what);
    const char *code = arena_printf(c->mem, "%s", taken_code(t));
    size_t *mixed = NEW_N(c->mem, size_t, window);

    for (i64 from = 0; from < n; from += (i64)window) {
        const size_t here = (size_t)(n - from) < window ? (size_t)(n - from) : window;
        taken_mix(mixed, here);
        for (size_t k = 0; k < here; k++) {
            const i64 id = from + (i64)mixed[k] + 1;
            const char *const texts[] = { phone_of(c, id), email_of(c, id) };
            order[from + (i64)k] = id;
            taken_row(t, id, texts, COUNT(texts));
        }
        taken_window(t);
    }
    EXPECT_OK(taken_end(c, t));
    return code;
}

enum show { PHONES, EMAILS };

/* Rows `from` on, `n` of them, each `step` further. */
static const char *rows(struct ctx *c, const i64 *order, i64 from, i64 n, i64 step,
                        enum show show)
{
    struct buf b = buf_new(c->mem, 1024, SAID);

    for (i64 k = 0; k < n; k++) {
        const i64 id = order[from + k * step];
        buf_printf(&b, "Иванова Анна\t%s\t5 000,00\n",
                   show == PHONES ? phone_of(c, id) : email_of(c, id));
    }
    return b.at;
}

static struct whose whose(struct ctx *c, const char *text)
{
    struct whose w;

    EXPECT_OK(taken_whose(c, text, &w));
    return w;
}

static const struct whose_file *first(const struct whose *w)
{
    EXPECT(w->files.n > 0);
    return w->files.at;
}

static void spellings(struct ctx *c)
{
    static const struct {
        const char *said, *text;
    } all[] = {
        { "+7 (916) 123-45-67", "9161234567" },
        { "89161234567", "9161234567" },
        { "9161234567", "9161234567" },
        { "Anna@Mail.RU", "anna@mail.ru" },
        { "Z-0001 23", "z000123" },
        { "1234567890123456789", "1234567890123456789" },
        { "Иванова Анна", NULL },
        { "5 000", NULL },
        { "@home", NULL },
        { "", NULL },
    };

    for (size_t k = 0; k < COUNT(all); k++) {
        const char *text = taken_text(c->mem, all[k].said, strlen(all[k].said));
        if (!all[k].text)
            EXPECT(!text);
        else
            EXPECT_TEXT(text ? text : "nothing", all[k].text);
    }
}

/* The same list taken forty times: how many rows tell whose it is?  The table of ADR 45
 * is this one (PRILAVOK_TELL=1 prints it). */
static void the_same_list(struct ctx *c)
{
    enum { FILES = 40, TRIES = 40 };
    static const i64 lengths[] = { 5, 8, 10, 12, 15, 20 };
    i64(*order)[PEOPLE] = malloc(FILES * sizeof(*order));
    const char *code[FILES];

    assert_non_null(order);
    test_as_staff(c);
    for (int k = 0; k < FILES; k++) {
        code[k] = take(c, PEOPLE, TAKEN_WINDOW, order[k]);
        EXPECT(taken_text(c->mem, code[k], strlen(code[k])) != NULL);
    }
    for (size_t l = 0; l < COUNT(lengths); l++) {
        int right = 0, wrong = 0;
        for (int k = 0; k < TRIES; k++) {
            const i64 from = randombytes_uniform((unsigned)(PEOPLE - lengths[l]));
            const struct whose w =
                whose(c, rows(c, order[k % FILES], from, lengths[l], 1, PHONES));
            EXPECT_INT(w.known, lengths[l]);
            if (!w.sure) continue;
            *(strcmp(first(&w)->file.code, code[k % FILES]) ? &wrong : &right) += 1;
        }
        if (getenv("PRILAVOK_TELL"))
            print_message("%lld rows: sure and right %d of %d, sure and wrong %d\n",
                          lengths[l], right, TRIES, wrong);
        EXPECT_INT(wrong, 0);
        if (lengths[l] >= 15) EXPECT(right >= TRIES - 1);
        if (lengths[l] <= 5) EXPECT_INT(right, 0); /* nobody is accused by five rows */
    }
    free(order);
}

/* Picked from all over the file, as by a filter on another column. */
static void picked_rows(struct ctx *c)
{
    i64 *a = NEW_N(c->mem, i64, PEOPLE), *b = NEW_N(c->mem, i64, PEOPLE);
    int right = 0;

    test_as_staff(c);
    const char *code = take(c, PEOPLE, TAKEN_WINDOW, a);
    (void)take(c, PEOPLE, TAKEN_WINDOW, b);
    for (int k = 0; k < 20; k++) {
        const struct whose w = whose(c, rows(c, a, k, 30, 190, EMAILS));
        right += w.sure && !strcmp(first(&w)->file.code, code);
    }
    EXPECT_INT(right, 20);
}

static int by_id(const void *x, const void *y)
{
    return *(const i64 *)x < *(const i64 *)y ? -1 : 1;
}

static void sorted_rows(struct ctx *c)
{
    i64 *a = NEW_N(c->mem, i64, PEOPLE), *b = NEW_N(c->mem, i64, PEOPLE);

    test_as_staff(c);
    (void)take(c, 200, TAKEN_WINDOW, a);
    const char *more = take(c, 260, TAKEN_WINDOW, b);
    qsort(a, 200, sizeof(*a), by_id);
    struct whose w = whose(c, rows(c, a, 0, 100, 1, PHONES));
    EXPECT(!w.sure); /* order is gone, both have them */
    EXPECT_INT(w.files.n, 2);
    EXPECT_INT(first(&w)->by, WHOSE_AMONG);
    EXPECT_INT(first(&w)->found, 100);
    for (int k = 0; k < 60; k++) a[k] = 201 + k;
    w = whose(c, rows(c, a, 0, 60, 1, PHONES)); /* these only one has */
    EXPECT_INT(first(&w)->by, WHOSE_ONLY);
    EXPECT_TEXT(first(&w)->file.code, more);
    w = whose(c, "Петров Пётр;+79990000001\nСидоров;+79990000002");
    EXPECT_INT(w.files.n, 0);
    EXPECT_INT(w.rows, 2);
}

/* Orders are mixed among eight neighbours only: it takes more rows. */
static void small_blocks(struct ctx *c)
{
    i64 *a = NEW_N(c->mem, i64, PEOPLE), *b = NEW_N(c->mem, i64, PEOPLE);

    test_as_staff(c);
    const char *code = take(c, 400, TAKEN_BLOCK, a);
    (void)take(c, 400, TAKEN_BLOCK, b);
    for (i64 k = 0; k < 300; k += 13) {
        const struct whose w = whose(c, rows(c, a, k, 32, 1, PHONES));
        EXPECT(w.sure);
        EXPECT_TEXT(first(&w)->file.code, code);
    }
}

static void after_a_new_key(struct ctx *c)
{
    i64 *a = NEW_N(c->mem, i64, PEOPLE), n;

    test_as_staff(c);
    (void)take(c, 300, TAKEN_WINDOW, a);
    EXPECT_OK(seal_key_coming(c));
    EXPECT_OK(seal_key_turn(c));
    EXPECT_OK(vault_walk(c, &n));
    EXPECT(n >= 1);
    EXPECT_OK(seal_keys_forget(c));
    const struct whose w = whose(c, rows(c, a, 10, 20, 1, PHONES));
    EXPECT(w.sure);
    EXPECT_TEXT(first(&w)->file.list, "/v1/exchange/csv/customers");
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM exchange_taken"
                    " WHERE secret NOT LIKE 'sealed:%' OR list NOT LIKE 'sealed:%'"),
        0);
}

static void somebody(struct ctx *c, const char *name, const char *phone)
{
    const struct customer_contact k = { .name = name,
                                        .phone = phone,
                                        .region_id = NONE };
    i64 id;

    EXPECT_OK(customer_ensure(c, &k, &id));
}

/* The whole table, its canary, and what becomes of it when it is read back. */
static void canary(struct ctx *c)
{
    struct canary k;
    const char *path, *code;

    test_as_staff(c);
    EXPECT(!taken_canary(c, &k)); /* without addresses of its own a chain has none */
    EXPECT_OK(setting_set(c, "exchange.canary_domain", (struct setting_scope){ 0 },
                          "list.example.org"));
    EXPECT_OK(setting_set(c, "exchange.canary_phones", (struct setting_scope){ 0 },
                          "+79990001000-+79990001009, +74951234567"));
    somebody(c, "Иванова Анна", "+79161234567");
    somebody(c, "Петров Олег", "+79161234568");
    EXPECT_OK(exchange_csv_write(c, "customers", &path, &code));
    const char *text = test_file(c, path, NULL);
    unlink(path);
    EXPECT_INT(
        test_int(c, "SELECT rows * 100 + people * 10 + canaries FROM exchange_taken"),
        221);
    const char *at = strstr(text, "@list.example.org");
    EXPECT(at != NULL);
    const char *line = at;
    while (line[-1] != '\n') line--;
    const char *letter = strchr(strchr(line, ';') + 1, ';') + 1;
    const char *to = arena_strdup(c->mem, letter, strcspn(letter, ";"));
    const struct whose w =
        whose(c, arena_printf(c->mem, "Кому: <%s>\nЗдравствуйте!", to));
    EXPECT(w.sure);
    EXPECT_INT(first(&w)->by, WHOSE_CANARY);
    EXPECT_TEXT(first(&w)->file.code, code);
    EXPECT(taken_is_canary(c, NULL, to));
    EXPECT(taken_is_canary(c, "+74951234567", NULL));
    EXPECT(!taken_is_canary(c, "+79161234567", "anna@mail.ru"));
    const struct whose named =
        whose(c, arena_printf(c->mem, "телефон;выгрузка\n+79161234567;%s", code));
    EXPECT(first(&named)->named);
}

static const struct field *field_of(const struct shape *s, const char *name)
{
    for (const struct field *f = s ? s->fields : NULL; f && f->name; f++)
        if (!strcmp(f->name, name)) return f;
    return NULL;
}

/* A list of tomorrow is not forgotten. */
static void every_list_of_people(struct ctx *c)
{
    size_t n = 0;

    (void)c;
    for (const struct module *const *m = modules; *m; m++)
        for (size_t k = 0; route_at(*m, k); k++) {
            const struct route *w = route_at(*m, k);
            if (!(w->flags & ROUTE_EXPORT)) continue;
            const struct shape *s = field_of(w->out, "items")->shape;
            const bool people = field_of(s, "customer_id") || field_of(s, "last_name");
            if (people != !!(w->flags & ROUTE_PEOPLE))
                fail_msg("%s: has it people? say ROUTE_PEOPLE", w->path);
            n += people;
        }
    EXPECT(n >= 6);
}

int main(void)
{
    static const struct test tests[] = {
        { "a phone, an e-mail and a number are known again in any spelling",
          spellings },
        { "fifteen rows of a list that forty people took tell which of them it was",
          the_same_list },
        { "rows picked from all over a file tell it, too", picked_rows },
        { "of sorted rows only who is in them is left, and nobody is accused",
          sorted_rows },
        { "a list in order of time is mixed by eights, and told by four of them",
          small_blocks },
        { "rows are known again after the keys changed", after_a_new_key },
        { "one made-up person is enough, and he never becomes a customer", canary },
        { "every list with people that is given as a file is registered",
          every_list_of_people },
    };
    return test_main("exchange_taken", tests, COUNT(tests));
}
