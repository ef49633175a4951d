/* Customers, prices and products from a spreadsheet.  Counts of stock, of which
 * there are millions, go by exchange_csv_level.c.
 *
 * The first row names the columns, in Russian or English and any order.  A row
 * that cannot be taken is told by its line, the column and the reason; the others
 * go in.  A dry run does everything but write. */
#include "exchange/exchange_csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "customer/customer.h"
#include "exchange/charset.h"
#include "exchange/exchange_good.h"
#include "exchange/exchange_taken.h"

#define SLICE 250

/* ---- Columns
 * -------------------------------------------------------------------------------- */

/* clang-format off */
#define PRICE_COLUMNS(C)                                                                           \
    C(SKU, "sku", "sku|article|code|артикул|код|код товара|штрихкод|barcode", true)                \
    C(PRICE, "price", "price|цена|цена руб", true)                                                 \
    C(OLD, "old_price", "old price|старая цена|зачеркнутая цена|цена до скидки", false)            \
    C(LIST, "list", "list|price list|прайс|прайс лист|вид цены|тип цены", false)                   \
    C(FROM, "from", "from|с|действует с|начало", false)                                            \
    C(TO, "to", "to|по|действует по|окончание", false)

#define CUSTOMER_COLUMNS(C)                                                                        \
    C(NAME, "name", "name|full name|фио|имя полностью|клиент|покупатель", false)                   \
    C(LAST, "last_name", "last name|surname|фамилия", false)                                       \
    C(FIRST, "first_name", "first name|имя", false)                                                \
    C(MIDDLE, "middle_name", "middle name|patronymic|отчество", false)                             \
    C(PHONE, "phone", "phone|телефон|мобильный|мобильный телефон|тел", false)                      \
    C(EMAIL, "email", "email|e mail|mail|почта|эл почта|электронная почта", false)                 \
    C(CARD, "card", "card|карта|номер карты|карта лояльности", false)                              \
    C(FILE_CODE, "file", "file|выгрузка", false) /* of our own file: not looked at */

#define PRODUCT_COLUMNS(C)                                                                         \
    C(P_SKU, "sku", "sku|article|артикул|код|код товара", true)                                    \
    C(P_NAME, "name", "name|наименование|название|товар", true)                                    \
    C(P_CATEGORY, "category", "category|категория|группа|раздел", false)                           \
    C(P_BRAND, "brand", "brand|vendor|бренд|производитель|торговая марка", false)                  \
    C(P_MODEL, "model", "model|модель", false)                                                     \
    C(P_VAT, "vat", "vat|ндс|ставка ндс", false)                                                   \
    C(P_BARCODE, "barcode", "barcode|ean|штрихкод|штрих код", false)                               \
    C(P_TEXT, "description", "description|описание", false)                                        \
    C(P_VARIANT, "variant", "variant|вариант|характеристика", false)                               \
    C(P_PRODUCT, "product", "product|модельный ряд|код модели|родитель", false)                    \
    C(P_PRICE, "price", "price|цена|розничная цена", false)
/* clang-format on */

#define ENUM(id, name, words, must) id,
#define ROW(id, name, words, must)  { name, words, must },
enum { PRICE_COLUMNS(ENUM) PRICE_N };
enum { CUSTOMER_COLUMNS(ENUM) CUSTOMER_N };
enum { PRODUCT_COLUMNS(ENUM) PRODUCT_N };
static const struct csv_column price_columns[] = { PRICE_COLUMNS(ROW){ 0 } };
static const struct csv_column customer_columns[] = { CUSTOMER_COLUMNS(ROW){ 0 } };
static const struct csv_column product_columns[] = { PRODUCT_COLUMNS(ROW){ 0 } };

static bool named(const char *words, const char *fold)
{
    const size_t n = strlen(fold);

    for (const char *p = words; n && (p = strstr(p, fold)); p += n)
        if ((p == words || p[-1] == '|') && (p[n] == '|' || !p[n])) return true;
    return false;
}

enum err csv_header(struct run *r, struct csv *v, const struct csv_column *columns,
                    int *ret_at)
{
    const char *missing = NULL;

    if (!csv_next(v)) return FAIL(r->c, BAD_FORMAT, "the file is empty");
    if (v->broken) return FAIL(r->c, BAD_FORMAT, "line %lld: %s", v->line, v->broken);
    for (int k = 0; columns[k].name; k++) ret_at[k] = -1;
    for (size_t f = 0; f < v->n; f++) {
        const char *fold = charset_fold(r->c->mem, v->fields[f].at);
        bool known = false;

        for (int k = 0; columns[k].name && !known; k++) {
            known = ret_at[k] < 0 && (named(columns[k].words, fold) ||
                                      strcmp(columns[k].name, v->fields[f].at) == 0);
            if (known) ret_at[k] = (int)f;
        }
        if (!known && v->fields[f].n)
            run_reject(r, v->line, v->fields[f].at, NULL,
                       "no such column here; it is left out");
    }
    for (int k = 0; columns[k].name && !missing; k++)
        if (columns[k].must && ret_at[k] < 0) missing = columns[k].name;
    if (!missing) return ERR_OK;
    return FAIL(r->c, BAD_FORMAT, "line %lld: no column \"%s\" (%s)", v->line, missing,
                columns[0].words);
}

long csv_read_file(void *from, char *to, size_t n)
{
    FILE *f = from;
    const size_t got = fread(to, 1, n, f);

    return got || !ferror(f) ? (long)got : -1;
}

/* ---- Rows
 * ------------------------------------------------------------------------------------
 */

struct row {
    i64 line;
    const char *cells[16]; /* NULL: empty or absent */
};

struct loader {
    struct run *r;
    enum err (*apply)(struct run *r, struct ctx *c, const void *row);
    struct row rows[SLICE];
    size_t n;
    i64 ordinal, skip;
    struct arena *mem; /* of the rows */
};

/* A cell is wrong: the fault carries the column as its field. */
#define BAD_CELL(c, name, column, ...) FAIL_FIELD(c, name, column, __VA_ARGS__)

static void name_row(const void *thing, struct run_reject *ret)
{
    ret->line = ((const struct row *)thing)->line;
    ret->what = "rows";
    ret->external = ((const struct row *)thing)->cells[0];
}

/* ---- Prices
 * ------------------------------------------------------------------------------------
 */

static enum err when(struct run *r, struct ctx *c, const char *column, const char *cell,
                     i64 *ret)
{
    *ret = NONE;
    if (!cell) return ERR_OK;
    if (strlen(cell) == 10 && cell[2] == '.' && cell[5] == '.') /* 31.12.2026 */
        cell = arena_printf(c->mem, "%.4s-%.2s-%.2s", cell + 6, cell + 3, cell);
    if (!time_parse(cell, (int)r->utc_offset_min, ret))
        return BAD_CELL(c, BAD_ARGUMENT, column, "%s: \"%s\" is no date", column, cell);
    return ERR_OK;
}

/* The list a row names by its code; without a name the chain's base list. */
static enum err price_list(struct ctx *c, const char *code, bool dry, i64 *ret_id)
{
    struct catalog_price_list l = { .code = code ? code : "retail",
                                    .name = "Розничные цены",
                                    .region_id = NONE,
                                    .channel = -1,
                                    .price_type = "retail" };
    const enum err e = catalog_price_list_find(c, l.code, ret_id);

    if (e != ERR_NOT_FOUND) return e;
    if (code)
        return BAD_CELL(c, NO_SUCH, "list", "list: there is no price list \"%s\"",
                        code);
    c->fault = (struct fault){ 0 };
    *ret_id = 0;
    if (dry) return ERR_OK;
    TRY(catalog_price_list_put(c, &l));
    *ret_id = l.id;
    return ERR_OK;
}

static enum err money_cell(struct ctx *c, const char *column, const char *cell,
                           i64 *ret_minor)
{
    const char *why = "empty";

    if (cell && price_parse(c, cell, "", ret_minor, &why)) return ERR_OK;
    return BAD_CELL(c, BAD_ARGUMENT, column, "%s: \"%s\": %s", column, cell ? cell : "",
                    why);
}

static enum err find_sku(struct ctx *c, const char *cell, i64 *ret_id)
{
    if (!cell) return BAD_CELL(c, BAD_ARGUMENT, "sku", "sku: empty");
    const enum err e = catalog_find_code(c, cell, ret_id);
    if (e != ERR_NOT_FOUND) return e;
    return BAD_CELL(c, NO_SUCH, "sku", "sku: nothing has the code \"%s\"", cell);
}

static enum err apply_price(struct run *r, struct ctx *c, const void *thing)
{
    const struct row *row = thing;
    i64 variant_id, list_id, minor, old = NONE, from_at, to_at;

    TRY(find_sku(c, row->cells[SKU], &variant_id));
    TRY(money_cell(c, "price", row->cells[PRICE], &minor));
    if (row->cells[OLD]) TRY(money_cell(c, "old_price", row->cells[OLD], &old));
    TRY(price_list(c, row->cells[LIST], r->dry, &list_id));
    TRY(when(r, c, "from", row->cells[FROM], &from_at));
    TRY(when(r, c, "to", row->cells[TO], &to_at));
    r->now.counts[RUN_ROWS].taken++;
    if (r->dry) return ERR_OK;
    return catalog_price_put(c, list_id, variant_id, minor, old, from_at, to_at);
}

/* ---- Customers
 * ------------------------------------------------------------------------------------
 */

static enum err apply_customer(struct run *r, struct ctx *c, const void *thing)
{
    const struct row *row = thing;
    const char *const *cell = row->cells;
    i64 id;
    struct customer_contact k = { .name = cell[NAME],
                                  .region_id = NONE,
                                  .said_by = SAID_FILE };

    if (cell[LAST] || cell[FIRST])
        k.name = arena_printf(c->mem, "%s %s %s", cell[LAST] ? cell[LAST] : "",
                              cell[FIRST] ? cell[FIRST] : "",
                              cell[MIDDLE] ? cell[MIDDLE] : "");
    if (cell[PHONE] && !(k.phone = customer_phone_norm(c->mem, cell[PHONE])))
        return BAD_CELL(c, BAD_ARGUMENT, "phone",
                        "phone: \"%s\" is no telephone number", cell[PHONE]);
    if (cell[EMAIL] && !(k.email = customer_email_norm(c->mem, cell[EMAIL])))
        return BAD_CELL(c, BAD_ARGUMENT, "email", "email: \"%s\" is no address",
                        cell[EMAIL]);
    if (taken_is_canary(c, k.phone, k.email))
        return BAD_CELL(c, BAD_ARGUMENT, "phone",
                        "a made-up person of one of our own files");
    if (cell[CARD] && !(k.card = customer_card_norm(c->mem, cell[CARD])))
        return BAD_CELL(c, BAD_ARGUMENT, "card", "card: \"%s\" is no card number",
                        cell[CARD]);
    if (!k.phone && !k.email && !k.card)
        return BAD_CELL(c, BAD_ARGUMENT, "phone",
                        "phone: a customer is found by a phone, an e-mail or a card; "
                        "this row has none");
    r->now.counts[RUN_ROWS].taken++;
    return r->dry ? ERR_OK : customer_ensure(c, &k, &id);
}

/* ---- Products
 * ----------------------------------------------------------------------------------------
 */

/* "Смартфоны / Apple": each step a category under the one before. */
static enum err category_path(struct run *r, struct ctx *c, const char *path,
                              const char **ret_external)
{
    i64 parent_id = NONE;
    char *text = arena_strdup(c->mem, path, strlen(path)), *save = NULL;
    const char *so_far = "csv";

    for (char *s = strtok_r(text, "/>", &save); s; s = strtok_r(NULL, "/>", &save)) {
        while (*s == ' ') s++;
        size_t n = strlen(s);
        while (n && s[n - 1] == ' ') s[--n] = '\0';
        if (!n) continue;
        so_far = arena_printf(c->mem, "%s/%s", so_far, charset_fold(c->mem, s));
        TRY(good_category(r, c, &(struct good_category){ so_far, s, parent_id, false },
                          &parent_id));
    }
    *ret_external = so_far;
    return ERR_OK;
}

static void push(struct ctx *c, struct cml_list *l, size_t size, const void *item)
{
    l->at = arena_alloc(c->mem, size);
    memcpy(l->at, item, size);
    l->n = l->room = 1;
}

/* A row is a good and its offer in one. */
static enum err apply_product(struct run *r, struct ctx *c, const void *thing)
{
    const struct row *row = thing;
    const char *const *cell = row->cells;
    const char *group;
    i64 bp, minor;

    if (!cell[P_SKU]) return BAD_CELL(c, BAD_ARGUMENT, "sku", "sku: empty");
    if (!cell[P_NAME]) return BAD_CELL(c, BAD_ARGUMENT, "name", "name: empty");
    if (cell[P_BARCODE] && !catalog_barcode_ok(cell[P_BARCODE]))
        return BAD_CELL(c, BAD_ARGUMENT, "barcode",
                        "barcode: \"%s\" has no right check digit", cell[P_BARCODE]);
    if (cell[P_VAT] && !vat_parse(cell[P_VAT], &bp))
        return BAD_CELL(c, BAD_ARGUMENT, "vat", "vat: \"%s\" is no rate", cell[P_VAT]);
    if (cell[P_PRICE]) TRY(money_cell(c, "price", cell[P_PRICE], &minor));
    r->now.counts[RUN_ROWS].taken++;
    if (r->dry) return ERR_OK;

    struct cml_good g = {
        .id = cell[P_PRODUCT] && strcmp(cell[P_PRODUCT], cell[P_SKU]) != 0
                  ? arena_printf(c->mem, "%s#%s", cell[P_PRODUCT], cell[P_SKU])
                  : cell[P_SKU],
        .article = cell[P_SKU],
        .name = cell[P_NAME],
        .brand = cell[P_BRAND],
        .barcode = cell[P_BARCODE],
        .description = cell[P_TEXT],
        .tax = cell[P_VAT],
    };
    if (cell[P_CATEGORY]) {
        TRY(category_path(r, c, cell[P_CATEGORY], &group));
        push(c, &g.groups, sizeof(group), &group);
    }
    if (cell[P_VARIANT])
        push(c, &g.features, sizeof(struct cml_pair),
             &(struct cml_pair){ "variant", cell[P_VARIANT] });
    TRY(good_good(r, c, &g, row->line));
    TRY(good_offer(r, c, &g, row->line));
    if (!cell[P_PRICE]) return ERR_OK;
    i64 list_id, variant_id;
    TRY(price_list(c, NULL, false, &list_id));
    TRY(exchange_key_get(c, r->source, "variant", g.id, &variant_id));
    return catalog_price_put(c, list_id, variant_id, minor, NONE, NONE, NONE);
}

/* ---- The file
 * -------------------------------------------------------------------------------------------
 */

/* In a dry run a row that is refused is told, nothing is written either way. */
static enum err try_row(struct loader *l, struct ctx *c, const struct row *row)
{
    struct run_reject no = { 0 };
    const enum err e = l->apply(l->r, c, row);

    if (!e || !run_is_refusal(e)) return e;
    name_row(row, &no);
    run_reject(l->r, no.line, no.what, no.external, "%s", c->fault.message);
    c->fault = (struct fault){ 0 };
    return ERR_OK;
}

static enum err try_all(struct ctx *c, void *arg)
{
    struct loader *l = arg;

    for (size_t k = 0; k < l->n; k++) TRY(try_row(l, c, &l->rows[k]));
    return ERR_OK;
}

static enum err flush(struct loader *l)
{
    const struct run_work w = { l->rows, l->n, sizeof(*l->rows), l->apply, name_row };

    if (!l->n) return ERR_OK;
    l->r->now.position = l->ordinal;
    if (l->r->dry) {
        TRY(db_snapshot(l->r->c, try_all, l));
        TRY(run_checkpoint(l->r));
    } else {
        TRY(run_slice(l->r, &w));
    }
    l->n = 0;
    arena_reset(l->mem);
    arena_reset(l->r->c->mem);
    return ERR_OK;
}

static enum err take_row(struct loader *l, const struct csv *v, const int *at,
                         int columns)
{
    struct row *row = &l->rows[l->n];

    if (++l->ordinal <= l->skip) return ERR_OK;
    l->r->now.counts[RUN_ROWS].seen++;
    if (v->broken) {
        run_reject(l->r, v->line, "rows", NULL, "%s", v->broken);
        return ERR_OK;
    }
    *row = (struct row){ .line = v->line };
    for (int k = 0; k < columns; k++) {
        const struct csv_field *f =
            at[k] >= 0 && (size_t)at[k] < v->n ? &v->fields[at[k]] : NULL;

        if (!f || !f->n) continue;
        if (!charset_is_utf8(f->at, f->n, false)) {
            run_reject(l->r, v->line, "rows", NULL, "column %d is no UTF-8", at[k] + 1);
            return ERR_OK;
        }
        row->cells[k] = arena_strdup(l->mem, f->at, f->n);
    }
    l->r->read_bytes = v->bytes;
    return ++l->n == SLICE ? flush(l) : ERR_OK;
}

static const struct kind {
    const char *name;
    const struct csv_column *columns;
    int n;
    enum err (*apply)(struct run *r, struct ctx *c, const void *row);
} kinds[] = {
    { "prices", price_columns, PRICE_N, apply_price },
    { "customers", customer_columns, CUSTOMER_N, apply_customer },
    { "products", product_columns, PRODUCT_N, apply_product },
};

static enum err read_rows(struct loader *l, const struct kind *k, FILE *f)
{
    struct csv v;
    int at[16] = { 0 };

    csv_open(&v, l->r->mem, csv_read_file, f);
    const struct run_point before = l->r->now;
    TRY(csv_header(l->r, &v, k->columns, at));
    if (l->skip) { /* told by the process before us */
        run_saved(l->r);
        l->r->now = before;
    }
    while (csv_next(&v)) TRY(take_row(l, &v, at, k->n));
    if (v.failed)
        return FAIL(l->r->c, STORAGE, "cannot read %s: %s", l->r->file,
                    strerror(errno));
    return flush(l);
}

enum err load_csv(struct run *r)
{
    const struct kind *k = kinds;
    struct loader *l = arena_alloc(r->mem, sizeof(*l));
    FILE *f = fopen(r->path, "rb");

    while (strcmp(k->name, r->kind) != 0) k++;
    if (!f) return FAIL(r->c, STORAGE, "cannot read %s: %s", r->file, strerror(errno));
    *l = (struct loader){ .r = r, .apply = k->apply, .skip = r->now.position };
    l->mem = arena_new((size_t)48 << 20);
    const enum err e = read_rows(l, k, f);
    arena_free(l->mem);
    fclose(f);
    return e;
}
