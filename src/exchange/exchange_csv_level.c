/* Counts of stock by CSV: place, article, pieces; millions of rows.
 *
 * Places and articles are turned into ids by tables in memory, read once at the
 * start (at most KNOWN_MAX articles; others are looked up when they come), so a
 * row costs no statement until it is written with 5,000 others. */
#include <errno.h>
#include <string.h>

#include "base/map.h"
#include "catalog/catalog.h"
#include "exchange/charset.h"
#include "exchange/exchange_csv.h"

#define SAVE_ROWS 100000 /* between two words on how far it is */

enum { PLACES, VARIANTS };

/* clang-format off */
const struct query exchange_level_sql[] = {
    [PLACES] = { "exchange.list_place_codes", "SELECT id, code, name FROM pub_place_place",
        .scan = "all places, once for each file of counts" },

    [VARIANTS] = { "exchange.list_skus",
        "SELECT id, sku FROM pub_catalog_variant WHERE id > $1 ORDER BY id LIMIT $2" },
    QUERY_END
};

static const struct csv_column columns[] = {
    { "place", "place|store|shop|warehouse|место|магазин|склад|код магазина|код склада|точка", true },
    { "sku", "sku|article|code|variant|артикул|код|код товара|товар|штрихкод|barcode", true },
    { "qty", "qty|quantity|count|stock|количество|кол во|остаток|остатки|штук", true },
    { 0 }
};
enum { PLACE, SKU, QTY };
/* clang-format on */

struct loader {
    struct run *r;
    struct csv v;
    int at[COUNT(columns)];
    struct known_set places, skus;
    struct levels *levels;
    i64 ordinal, skip, saved;
};

static enum err load_places(struct ctx *c, void *arg)
{
    struct loader *l = arg;
    const char *code, *name;
    i64 id;
    ROWS rows = { 0 };

    TRY(db_rows0(c, &rows, &exchange_level_sql[PLACES]));
    while (db_next(&rows, INTO(&id, &code, &name))) {
        known_add(&l->places, code, strlen(code), id);
        known_add(&l->places, name, strlen(name), id);
    }
    return rows.err;
}

static enum err load_skus(struct ctx *c, void *arg)
{
    struct loader *l = arg;
    const char *sku;
    i64 id;
    ROWS rows = { 0 };

    TRY(db_rows(c, &rows, &exchange_level_sql[VARIANTS], 0LL, (i64)KNOWN_MAX / 2));
    rows.borrow = true;
    while (db_next(&rows, INTO(&id, &sku))) known_add(&l->skus, sku, strlen(sku), id);
    return rows.err;
}

struct asking {
    const char *code;
    i64 id;
};

static enum err find_code(struct ctx *c, void *arg)
{
    struct asking *a = arg;
    const enum err e = catalog_find_code(c, a->code, &a->id);

    if (e != ERR_NOT_FOUND) return e;
    c->fault = (struct fault){ 0 };
    a->id = 0;
    return ERR_OK;
}

/* Barcodes, and what the table had no room for. */
static enum err sku_slowly(struct loader *l, const struct csv_field *f, i64 *ret_id)
{
    struct asking a = { .code = f->at };

    if (charset_is_utf8(f->at, f->n, false)) TRY(db_snapshot(l->r->c, find_code, &a));
    arena_reset(l->r->c->mem);
    if (l->skus.map->n < KNOWN_MAX) known_add(&l->skus, f->at, f->n, a.id);
    *ret_id = a.id;
    return ERR_OK;
}

static void refuse(struct loader *l, int column, const char *why)
{
    const struct csv *v = &l->v;
    const size_t k = (size_t)l->at[column];
    const char *cell = k < v->n ? v->fields[k].at : NULL;

    run_reject(l->r, v->line, columns[column].name, cell, "%s", why);
}

/* Digits alone are by far the commonest. */
static bool plain_qty(const struct csv_field *f, i64 *ret)
{
    i64 q = 0;

    if (!f->n || f->n > 9) return false;
    for (size_t k = 0; k < f->n; k++) {
        if (f->at[k] < '0' || f->at[k] > '9') return false;
        q = q * 10 + (f->at[k] - '0');
    }
    *ret = q;
    return true;
}

static enum err take_row(struct loader *l)
{
    const struct csv *v = &l->v;
    const struct csv_field *f[3];
    const char *why = "not a number";
    i64 variant_id, qty;

    if (v->broken) {
        run_reject(l->r, v->line, "rows", NULL, "%s", v->broken);
        return ERR_OK;
    }
    for (int k = 0; k < 3; k++) {
        if ((size_t)l->at[k] >= v->n) {
            refuse(l, k, "the row is too short");
            return ERR_OK;
        }
        f[k] = &v->fields[l->at[k]];
    }
    const struct known *place = known_find(&l->places, f[PLACE]->at, f[PLACE]->n);
    if (!place) {
        refuse(l, PLACE, "no place has this code or name");
        return ERR_OK;
    }
    const struct known *sku = known_find(&l->skus, f[SKU]->at, f[SKU]->n);
    variant_id = sku ? sku->id : 0;
    if (!sku) TRY(sku_slowly(l, f[SKU], &variant_id));
    if (!variant_id) {
        refuse(l, SKU, "nothing has this code");
        return ERR_OK;
    }
    if (!plain_qty(f[QTY], &qty) && !qty_parse(f[QTY]->at, &qty, &why)) {
        refuse(l, QTY, why);
        return ERR_OK;
    }
    if (qty < 0) {
        refuse(l, QTY, "less than no pieces");
        return ERR_OK;
    }
    l->r->now.counts[RUN_ROWS].taken++;
    return l->r->dry ? ERR_OK
                     : levels_add(l->levels, place->id, variant_id, qty, v->line);
}

static enum err save(struct loader *l)
{
    l->saved = l->ordinal;
    l->r->now.position = l->ordinal;
    l->r->read_bytes = l->v.bytes;
    if (l->levels) levels_mark(l->levels);
    TRY(run_checkpoint(l->r));
    arena_reset(l->r->c->mem);
    return ERR_OK;
}

static enum err read_rows(struct loader *l)
{
    struct run *r = l->r;

    const struct run_point before = r->now;
    TRY(csv_header(r, &l->v, columns, l->at));
    if (l->skip) { /* told by the process before us */
        run_saved(r);
        r->now = before;
    }
    TRY(db_snapshot(r->c, load_places, l));
    TRY(db_snapshot(r->c, load_skus, l));
    while (csv_next(&l->v)) {
        if (++l->ordinal <= l->skip) continue;
        r->now.counts[RUN_ROWS].seen++;
        TRY(take_row(l));
        if (l->ordinal - l->saved >= SAVE_ROWS) TRY(save(l));
    }
    if (l->v.failed)
        return FAIL(r->c, STORAGE, "cannot read %s: %s", r->file, strerror(errno));
    if (l->levels) TRY(levels_flush(l->levels));
    r->now.position = l->ordinal;
    return ERR_OK;
}

enum err load_levels(struct run *r)
{
    struct loader *l = arena_alloc(r->mem, sizeof(*l));
    FILE *f = fopen(r->path, "rb");

    if (!f) return FAIL(r->c, STORAGE, "cannot read %s: %s", r->file, strerror(errno));
    *l = (struct loader){ .r = r, .skip = r->now.position };
    known_init(&l->places, r->mem);
    known_init(&l->skus, r->mem);
    csv_open(&l->v, r->mem, csv_read_file, f);
    if (!r->dry) l->levels = levels_new(r, r->source, "csv", r->at);
    const enum err e = read_rows(l);
    levels_free(l->levels);
    known_end(&l->places);
    known_end(&l->skus);
    fclose(f);
    return e;
}
