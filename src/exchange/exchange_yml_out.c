/* The feed that marketplaces read: every variant that is for sale in a region,
 * with its price and pieces there.  Made by a job into a file beside the old one,
 * which it then replaces; readers get the file and its ETag, never a statement. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/money.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "exchange/exchange_out.h"
#include "exchange/exchange_own.h"
#include "setting/setting.h"

#define PAGE 500

enum { REGIONS, CATEGORIES, VARIANTS, STOCK, PROPERTY, VENDOR };

/* clang-format off */
const struct query exchange_yml_out_sql[] = {
    [REGIONS] = { "exchange.list_feed_regions",
        "SELECT DISTINCT region_id FROM pub_place_place WHERE active = 1",
        .scan = "all places, once for a making of the feeds" },

    [CATEGORIES] = { "exchange.list_feed_categories",
        "SELECT id, parent_id, name FROM pub_catalog_category WHERE active = 1 ORDER BY id",
        .scan = "all categories, once for a feed" },

    [VARIANTS] = { "exchange.page_feed_variants",
        "SELECT id, product_id FROM pub_catalog_variant WHERE id > $1 AND active = 1"
        " ORDER BY id LIMIT $2" },

    [STOCK] = { "exchange.sum_feed_stock",
        "SELECT l.variant_id,"
        "       CAST(SUM(CASE WHEN l.unheld > 0 THEN l.unheld ELSE 0 END) AS BIGINT)"
        "  FROM pub_place_place p JOIN pub_stock_level l ON l.place_id = p.id"
        " WHERE p.active = 1 AND ($1 = 0 OR p.region_id = $1)"
        "   AND l.variant_id >= $2 AND l.variant_id <= $3"
        " GROUP BY l.variant_id ORDER BY l.variant_id",
        .types = "iii", .scan = "all places, and of each the variants of one page by key" },

    [PROPERTY] = { "exchange.find_property_of_spec",
        "SELECT name FROM exchange_property WHERE spec_id = $1 ORDER BY source, external LIMIT 1" },

    [VENDOR] = { "exchange.name_feed_vendor", "SELECT name FROM pub_catalog_brand WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

struct feed {
    FILE *f;
    i64 region_id; /* 0: everything */
    i64 after;
    size_t n;
    const char *url;
};

/* ---- XML
 * ---------------------------------------------------------------------------------- */

static void text(FILE *f, const char *s)
{
    for (; *s; s++) {
        const unsigned char ch = (unsigned char)*s;

        if (ch == '&')
            fputs("&amp;", f);
        else if (ch == '<')
            fputs("&lt;", f);
        else if (ch == '>')
            fputs("&gt;", f);
        else if (ch == '"')
            fputs("&quot;", f);
        else if (ch == '\'')
            fputs("&apos;", f);
        else if (ch >= ' ' || ch == '\n' || ch == '\t')
            fputc(ch, f);
    }
}

static void put(FILE *f, const char *name, const char *s)
{
    if (!s || !*s) return;
    fprintf(f, "<%s>", name);
    text(f, s);
    fprintf(f, "</%s>\n", name);
}

/* ---- An offer
 * --------------------------------------------------------------------------------- */

static enum err params(struct ctx *c, FILE *f, const struct catalog_product *p)
{
    const struct catalog_spec_value *v = p->specs.at;
    const char *name;

    for (size_t k = 0; k < p->specs.n; k++) {
        const enum err e =
            db_one(c, &exchange_yml_out_sql[PROPERTY], INTO(&name), v[k].spec_id);

        if (e == ERR_NOT_FOUND) continue;
        TRY(e);
        fputs("<param name=\"", f);
        text(f, name);
        fputs("\">", f);
        text(f, v[k].text);
        fputs("</param>\n", f);
    }
    return ERR_OK;
}

static enum err vendor(struct ctx *c, FILE *f, i64 brand_id)
{
    const char *name = NULL;

    if (brand_id == NONE) return ERR_OK;
    TRY(db_one(c, &exchange_yml_out_sql[VENDOR], INTO(&name), brand_id));
    put(f, "vendor", name);
    return ERR_OK;
}

static void prices(struct ctx *c, FILE *f, const struct catalog_offer *o)
{
    put(f, "price", money_text(c->mem, o->price.price_minor));
    if (o->price.old_minor != NONE)
        put(f, "oldprice", money_text(c->mem, o->price.old_minor));
    fputs("<currencyId>RUB</currencyId>\n", f);
    put(f, "vat",
        o->item.vat_bp ? arena_printf(c->mem, "VAT_%lld", o->item.vat_bp / 100)
                       : "NO_VAT");
}

static enum err offer(struct ctx *c, struct feed *d, const struct catalog_offer *o,
                      i64 qty)
{
    struct catalog_product p;
    struct catalog_variant v;
    FILE *f = d->f;

    TRY(catalog_product_get(c, o->item.product_id, &p));
    TRY(catalog_variant_get(c, o->item.variant_id, &v));
    fprintf(f, "<offer id=\"%lld\" available=\"%s\"", o->item.variant_id,
            qty > 0 ? "true" : "false");
    fprintf(f, " group_id=\"%lld\">\n", p.id);
    put(f, "name", o->item.name);
    TRY(vendor(c, f, p.brand_id));
    put(f, "vendorCode", o->item.sku);
    put(f, "model", p.model);
    put(f, "url", arena_printf(c->mem, "%s/product/%s", d->url, p.slug));
    prices(c, f, o);
    put(f, "categoryId", arena_printf(c->mem, "%lld", p.category_id));
    const char *const *image = p.images.at;
    for (size_t k = 0; k < p.images.n && k < 10; k++)
        put(f, "picture",
            *image[k] == '/' ? arena_printf(c->mem, "%s%s", d->url, image[k])
                             : image[k]);
    put(f, "description", p.description);
    const char *const *code = v.barcodes.at;
    for (size_t k = 0; k < v.barcodes.n; k++) put(f, "barcode", code[k]);
    TRY(params(c, f, &p));
    if (v.weight_g)
        put(f, "weight", arena_printf(c->mem, "%.3f", (double)v.weight_g / 1000));
    fprintf(f, "<count>%lld</count>\n</offer>\n", qty < 0 ? 0 : qty);
    return ERR_OK;
}

/* ---- The file
 * ------------------------------------------------------------------------------------
 */

static enum err stock_of(struct ctx *c, const struct feed *d, const i64 *ids, size_t n,
                         i64 *ret_qty)
{
    i64 id, qty;
    size_t k = 0;
    ROWS r = { 0 };

    TRY(db_rows(c, &r, &exchange_yml_out_sql[STOCK], d->region_id, ids[0], ids[n - 1]));
    while (db_next(&r, INTO(&id, &qty))) {
        while (k < n && ids[k] < id) k++;
        if (k < n && ids[k] == id) ret_qty[k] = qty;
    }
    return r.err;
}

static enum err page(struct ctx *c, void *arg)
{
    struct feed *d = arg;
    i64 ids[PAGE], qty[PAGE] = { 0 }, product_id;
    struct catalog_offer *o = NEW_N(c->mem, struct catalog_offer, PAGE);
    ROWS r = { 0 };

    d->n = 0;
    TRY(db_rows(c, &r, &exchange_yml_out_sql[VARIANTS], d->after, (i64)PAGE));
    while (d->n < PAGE && db_next(&r, INTO(&ids[d->n], &product_id))) d->n++;
    TRY(r.err);
    if (!d->n) return ERR_OK;
    d->after = ids[d->n - 1];
    TRY(stock_of(c, d, ids, d->n, qty));
    TRY(catalog_offers(c, ids, d->n, d->region_id ? d->region_id : NONE,
                       CHANNEL_MARKETPLACE, o));
    for (size_t k = 0; k < d->n; k++)
        if (o[k].item.variant_id && o[k].price.price_minor != NONE &&
            o[k].price.price_minor > 0)
            TRY(offer(c, d, &o[k], qty[k]));
    return ERR_OK;
}

static const char *shop_text(struct ctx *c, const char *name, i64 region_id)
{
    const char *s =
        setting_text(c, name, (struct setting_scope){ .region_id = region_id });

    return s ? s : "";
}

static enum err head(struct ctx *c, void *arg)
{
    struct feed *d = arg;
    const char *name;
    i64 id, parent_id;
    ROWS r = { 0 };

    fprintf(d->f,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<yml_catalog "
            "date=\"%.19s+00:00\">\n<shop>\n",
            time_iso(c->mem, c->now));
    put(d->f, "name", shop_text(c, "exchange.shop_name", d->region_id));
    put(d->f, "company", shop_text(c, "exchange.shop_company", d->region_id));
    put(d->f, "url", d->url);
    fputs("<currencies>\n<currency id=\"RUB\" "
          "rate=\"1\"/>\n</currencies>\n<categories>\n",
          d->f);
    TRY(db_rows0(c, &r, &exchange_yml_out_sql[CATEGORIES]));
    while (db_next(&r, INTO(&id, &parent_id, &name))) {
        fprintf(d->f, "<category id=\"%lld\"", id);
        if (parent_id != NONE) fprintf(d->f, " parentId=\"%lld\"", parent_id);
        fputc('>', d->f);
        text(d->f, name);
        fputs("</category>\n", d->f);
    }
    fputs("</categories>\n<offers>\n", d->f);
    return r.err;
}

static enum err write_feed(struct ctx *c, struct feed *d)
{
    TRY(db_snapshot(c, head, d));
    do {
        TRY(db_snapshot(c, page, d));
        arena_reset(c->mem);
    } while (d->n == PAGE);
    fputs("</offers>\n</shop>\n</yml_catalog>\n", d->f);
    return ERR_OK;
}

/* Into a file beside, then in one step into its place. */
static enum err make_feed(struct ctx *c, const char *path, i64 region_id)
{
    struct ctx own = *c;
    const char *beside = arena_printf(c->mem, "%s.%lld.new", path, id_new(c));
    struct feed d = { .f = fopen(beside, "wb"), .region_id = region_id };

    d.url = arena_strdup(c->mem, shop_text(c, "exchange.shop_url", region_id),
                         strlen(shop_text(c, "exchange.shop_url", region_id)));
    if (!d.f) return FAIL(c, STORAGE, "cannot write %s: %s", beside, strerror(errno));
    own.mem = arena_new((size_t)32 << 20);
    enum err e = write_feed(&own, &d);
    if (e)
        e = fail_at(c, e, NULL, __FILE__, __LINE__, "%s",
                    own.fault.message ? own.fault.message : err_meaning(e));
    arena_free(own.mem);
    if ((ferror(d.f) | fclose(d.f)) && !e)
        e = FAIL(c, STORAGE, "cannot write %s: %s", beside, strerror(errno));
    if (!e && rename(beside, path))
        e = FAIL(c, STORAGE, "cannot write %s: %s", path, strerror(errno));
    if (e) remove(beside);
    return e;
}

static enum err list_regions(struct ctx *c, void *arg)
{
    struct list *ids = arg;
    i64 id;
    ROWS r = { 0 };

    TRY(db_rows0(c, &r, &exchange_yml_out_sql[REGIONS]));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, ids, sizeof(id)) = id;
    return r.err;
}

/* "all.xml" is of everything, "123.xml" of a region; false: nothing like it. */
static bool region_of(const char *file, i64 *ret_region_id)
{
    const size_t n = strspn(file, "0123456789");

    *ret_region_id = 0;
    if (strcmp(file, "all.xml") == 0) return true;
    if (!n || n > 19 || strcmp(file + n, ".xml") != 0) return false;
    *ret_region_id = strtoll(file, NULL, 10);
    return true;
}

static const char *path_of(struct ctx *c, const char *dir, i64 region_id)
{
    return region_id ? arena_printf(c->mem, "%s/%lld.xml", dir, region_id)
                     : arena_printf(c->mem, "%s/all.xml", dir);
}

/* A feed is made when somebody first asks for it, and kept fresh from then on:
 * one that nobody reads costs nothing. */
enum err exchange_make_feeds(struct ctx *c, struct job *j)
{
    const bool asked = j && strstr(j->arg, "\"region_id\"");
    struct list ids = { 0 };
    const char *dir;

    TRY(spool_dir(c, "yml", &dir));
    TRY(db_snapshot(c, list_regions, &ids));
    *(i64 *)list_add(c->mem, &ids, sizeof(i64)) = 0;
    for (size_t k = 0; k < ids.n; k++) {
        const i64 id = ((i64 *)ids.at)[k];
        const char *wish = arena_printf(c->mem, "\"%lld\"", id);

        if (asked ? !strstr(j->arg, wish) : access(path_of(c, dir, id), F_OK) != 0)
            continue;
        TRY(make_feed(c, path_of(c, dir, id), id));
        if (j) TRY(job_progress(c, j, (i64)k + 1, (i64)ids.n));
    }
    return ERR_OK;
}

/* ---- Reading
 * ---------------------------------------------------------------------------------------
 */

static enum err ask(struct ctx *c, void *arg)
{
    const i64 id = *(const i64 *)arg;
    struct list ids = { 0 };
    bool known = id == 0;

    TRY(list_regions(c, &ids));
    for (size_t k = 0; k < ids.n; k++) known |= ((i64 *)ids.at)[k] == id;
    if (!known) return FAIL(c, NOT_FOUND, "no region %lld has a shop", id);
    return job_add(c, "exchange.make_feeds",
                   arena_printf(c->mem, "{\"region_id\":\"%lld\"}", id), c->now,
                   arena_printf(c->mem, "%lld", id), NULL);
}

enum err exchange_feed_file(struct ctx *c, const char *file, const char **ret_path,
                            const char **ret_etag)
{
    const char *dir;
    struct stat st;
    i64 region_id;

    if (!region_of(file, &region_id))
        return FAIL(c, NOT_FOUND, "no feed is called \"%s\"", file);
    TRY(spool_dir(c, "yml", &dir));
    *ret_path = path_of(c, dir, region_id);
    if (stat(*ret_path, &st)) {
        TRY(db_unit(c, ask, &region_id));
        return FAIL(c, BUSY, "the feed is being made");
    }
    *ret_etag =
        arena_printf(c->mem, "%llx-%llx",
                     (u64)st.st_mtim.tv_sec * 1000 + (u64)st.st_mtim.tv_nsec / 1000000,
                     (u64)st.st_size);
    return ERR_OK;
}
