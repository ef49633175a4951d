/* Customers, prices and levels as CSV: ';' and a mark, as spreadsheets here want
 * it.  Written page by page, a snapshot each, so that no reader is kept long.  People
 * stand in an order of the file's own, see exchange_taken.h. */
#include <errno.h>
#include <string.h>

#include "base/contact.h"
#include "base/id.h"
#include "base/money.h"
#include "catalog/catalog.h"
#include "exchange/exchange_out.h"
#include "exchange/exchange_own.h"
#include "exchange/exchange_taken.h"
#include "staff/staff.h"

#define PAGE TAKEN_WINDOW

enum { CUSTOMERS, VARIANTS, LEVELS, PLACES };

/* clang-format off */
const struct query exchange_csv_out_sql[] = {
    [CUSTOMERS] = { "exchange.page_customers",
        "SELECT id, name, phone, email FROM pub_customer_person WHERE id > $1 ORDER BY id LIMIT $2" },

    [VARIANTS] = { "exchange.page_variants",
        "SELECT id, sku, name FROM pub_catalog_variant WHERE id > $1 AND active = 1"
        " ORDER BY id LIMIT $2" },

    [LEVELS] = { "exchange.page_levels",
        "SELECT l.variant_id, v.sku, l.on_hand FROM pub_stock_level l"
        "  JOIN pub_catalog_variant v ON v.id = l.variant_id"
        " WHERE l.place_id = $1 AND l.variant_id > $2 ORDER BY l.variant_id LIMIT $3" },

    [PLACES] = { "exchange.page_places", "SELECT id, code FROM pub_place_place ORDER BY id",
        .scan = "all places, once for each file" },
    QUERY_END
};
/* clang-format on */

struct page {
    FILE *f;
    i64 after, place_id;
    const char *place;
    struct taken *taken; /* of people */
    size_t n;
};

/* What the import reads back: a telephone's plus stays as it is. */
static void cell(FILE *f, const char *s, char end)
{
    csv_cell(f, s, "=@\t", end);
}

/* ---- People ------------------------------------------------------------------------
 */

struct somebody {
    i64 id;
    const char *name, *phone, *email;
};

static void put_person(const struct page *p, const struct somebody *x)
{
    cell(p->f, x->name, ';');
    cell(p->f, x->phone, ';');
    cell(p->f, x->email, ';');
    cell(p->f, taken_code(p->taken), '\n');
}

static void put_people(const struct page *p, struct ctx *c, const struct list *all)
{
    const struct somebody *x = all->at;
    size_t *order = NEW_N(c->mem, size_t, all->n + 1);
    struct canary k;
    const bool one_more = all->n && taken_canary(c, &k);

    taken_mix(order, all->n + one_more);
    for (size_t n = 0; n < all->n + one_more; n++) {
        struct somebody who = { 0 };

        if (order[n] < all->n)
            who = x[order[n]];
        else
            who = (struct somebody){ 0, arena_printf(c->mem, "%s %s", k.last, k.first),
                                     k.phone, k.email };
        const char *const texts[] = { who.phone, who.email };
        put_person(p, &who);
        if (who.id)
            taken_row(p->taken, who.id, texts, COUNT(texts));
        else
            taken_canary_row(p->taken, texts, COUNT(texts));
    }
    taken_window(p->taken);
}

static enum err shown(struct ctx *c, const struct list *all)
{
    const struct somebody *x = all->at;
    i64 *ids = NEW_N(c->mem, i64, all->n + 1);

    for (size_t k = 0; k < all->n; k++) ids[k] = x[k].id;
    return staff_people_shown(c, "exchange.csv_customers", ids, all->n);
}

static enum err customers(struct ctx *c, void *arg)
{
    struct page *p = arg;
    struct list all = { 0 };
    struct somebody x;

    {
        ROWS r;
        TRY(db_rows(c, &r, &exchange_csv_out_sql[CUSTOMERS], p->after, (i64)PAGE));
        while (db_next(&r, INTO(&x.id, &x.name, &x.phone, &x.email))) {
            x.phone = contact_open(c->mem, x.phone);
            x.email = contact_open(c->mem, x.email);
            *(struct somebody *)list_add(c->mem, &all, sizeof(x)) = x;
        }
        TRY(r.err);
    }
    TRY(shown(c, &all));
    put_people(p, c, &all);
    p->n = all.n;
    if (all.n) p->after = ((struct somebody *)all.at)[all.n - 1].id;
    return ERR_OK;
}

struct variant {
    i64 id;
    const char *sku, *name;
};

static enum err prices(struct ctx *c, void *arg)
{
    struct page *p = arg;
    struct list all = { 0 };
    struct variant v;
    ROWS r = { 0 };

    TRY(db_rows(c, &r, &exchange_csv_out_sql[VARIANTS], p->after, (i64)PAGE));
    while (db_next(&r, INTO(&v.id, &v.sku, &v.name)))
        *(struct variant *)list_add(c->mem, &all, sizeof(v)) = v;
    TRY(r.err);
    const struct variant *x = all.at;
    i64 *ids = NEW_N(c->mem, i64, all.n + 1);
    struct catalog_offer *o = NEW_N(c->mem, struct catalog_offer, all.n + 1);
    for (size_t k = 0; k < all.n; k++) ids[k] = x[k].id;
    if (all.n) TRY(catalog_offers(c, ids, all.n, NONE, CHANNEL_SITE, o));
    for (size_t k = 0; k < all.n; k++) {
        if (o[k].price.price_minor == NONE) continue;
        cell(p->f, x[k].sku, ';');
        cell(p->f, x[k].name, ';');
        cell(p->f, money_text(c->mem, o[k].price.price_minor), ';');
        cell(p->f,
             o[k].price.old_minor == NONE ? ""
                                          : money_text(c->mem, o[k].price.old_minor),
             '\n');
    }
    p->n = all.n;
    if (all.n) p->after = x[all.n - 1].id;
    return ERR_OK;
}

static enum err levels(struct ctx *c, void *arg)
{
    struct page *p = arg;
    const char *sku;
    i64 qty;
    ROWS r = { 0 };

    TRY(db_rows(c, &r, &exchange_csv_out_sql[LEVELS], p->place_id, p->after,
                (i64)PAGE));
    r.borrow = true;
    for (p->n = 0; db_next(&r, INTO(&p->after, &sku, &qty)); p->n++) {
        cell(p->f, p->place, ';');
        cell(p->f, sku, ';');
        fprintf(p->f, "%lld\n", qty);
    }
    return r.err;
}

static enum err pages(struct ctx *c, struct page *p, db_work write)
{
    struct ctx own = *c;
    enum err e = ERR_OK;

    own.mem = arena_new((size_t)16 << 20);
    p->n = PAGE;
    while (!e && p->n == PAGE) {
        e = db_snapshot(&own, write, p);
        if (!e) arena_reset(own.mem);
    }
    if (e) {
        c->fault = (struct fault){ 0 };
        e = fail_at(c, e, NULL, __FILE__, __LINE__, "%s",
                    own.fault.message ? own.fault.message : err_meaning(e));
    }
    arena_free(own.mem);
    return e;
}

struct place_row {
    i64 id;
    const char *code;
};

static enum err places(struct ctx *c, void *arg)
{
    struct list *all = arg;
    struct place_row p;
    ROWS r = { 0 };

    TRY(db_rows0(c, &r, &exchange_csv_out_sql[PLACES]));
    while (db_next(&r, INTO(&p.id, &p.code)))
        *(struct place_row *)list_add(c->mem, all, sizeof(p)) = p;
    return r.err;
}

static enum err write_levels(struct ctx *c, FILE *f)
{
    struct list all = { 0 };

    fputs("магазин;артикул;количество\n", f);
    TRY(db_snapshot(c, places, &all));
    for (size_t k = 0; k < all.n; k++) {
        const struct place_row *x = (const struct place_row *)all.at + k;
        struct page p = { .f = f, .place_id = x->id, .place = x->code };

        TRY(pages(c, &p, levels));
    }
    return ERR_OK;
}

static enum err write_prices(struct ctx *c, FILE *f)
{
    struct page p = { .f = f };

    fputs("артикул;наименование;цена;старая цена\n", f);
    return pages(c, &p, prices);
}

/* The name and the code are what a person sees of where it came from; a table that is
 * read back has no place for a line of words. */
static enum err write_customers(struct ctx *c, FILE *f, const char **ret_code)
{
    const struct taken_new n = { "/v1/exchange/csv/customers",
                                 "/v1/exchange/csv/customers", "csv" };
    struct page p = { .f = f, .taken = taken_begin(c, &n) };

    fputs("фио;телефон;почта;выгрузка\n", f);
    const enum err e = pages(c, &p, customers);
    if (e) {
        taken_drop(p.taken);
        return e;
    }
    *ret_code = arena_printf(c->mem, "%s", taken_code(p.taken));
    return taken_end(c, p.taken);
}

static enum err write_kind(struct ctx *c, const char *kind, FILE *f,
                           const char **ret_code)
{
    fputs("\xEF\xBB\xBF", f);
    if (strcmp(kind, "levels") == 0) return write_levels(c, f);
    if (strcmp(kind, "prices") == 0) return write_prices(c, f);
    return write_customers(c, f, ret_code);
}

enum err exchange_csv_write(struct ctx *c, const char *kind, const char **ret_path,
                            const char **ret_code)
{
    static const char *const kinds[] = { "customers", "prices", "levels" };
    const char *dir;
    size_t k = 0;

    *ret_code = NULL;
    while (k < COUNT(kinds) && strcmp(kinds[k], kind) != 0) k++;
    if (k == COUNT(kinds)) return FAIL(c, NOT_FOUND, "no table is called \"%s\"", kind);
    TRY(spool_dir(c, "out", &dir));
    *ret_path = arena_printf(c->mem, "%s/%s-%lld.csv", dir, kind, id_new(c));
    FILE *f = fopen(*ret_path, "wb");
    if (!f) return FAIL(c, STORAGE, "cannot write the table: %s", strerror(errno));
    enum err e = write_kind(c, kind, f, ret_code);
    if ((ferror(f) | fclose(f)) && !e)
        e = FAIL(c, STORAGE, "cannot write the table: %s", strerror(errno));
    if (e) remove(*ret_path);
    return e;
}
