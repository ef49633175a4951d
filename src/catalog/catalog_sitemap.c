/* /robots.txt and /sitemap.xml: what search engines ask for first.
 *
 * The map is an index and its parts: one of categories, and of products as many as
 * there are ten thousands (the format allows 50,000 addresses a file).  A part is
 * named by the id it begins with, so that new products, whose ids rise, change the
 * last part alone, and a part needs one walk along the primary key. */
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "catalog/catalog_page.h"
#include "db/db.h"
#include "setting/setting.h"

enum { PART = 10000, CACHE_S = 600 };
enum { PARTS, PRODUCTS, CATEGORIES };

/* clang-format off */
const struct query catalog_sitemap_sql[] = {
    [PARTS] = { "catalog.list_sitemap_parts",
        "SELECT MIN(id), MAX(change_id) FROM ("
        "  SELECT id, change_id, (ROW_NUMBER() OVER (ORDER BY id) - 1) / $1 AS part"
        "    FROM catalog_product WHERE active = 1) AS numbered"
        " GROUP BY part ORDER BY part", "i",
        .scan = "asked for by robots some times a day, kept for ten minutes" },
    [PRODUCTS] = { "catalog.list_sitemap_products",
        "SELECT slug, change_id FROM catalog_product WHERE id >= $1 AND active = 1 ORDER BY id LIMIT $2" },
    [CATEGORIES] = { "catalog.list_sitemap_categories",
        "SELECT slug, change_id FROM catalog_category WHERE active = 1 ORDER BY sort, id",
        .scan = "the tree is read as a whole; some hundred rows" },
    QUERY_END
};
/* clang-format on */

/* The site's address as page.h settles it. */
static void site_begin(struct ctx *c, const struct request *q, struct web_page *p)
{
    page_begin(c, q, setting_text(c, "catalog.site_url", (struct setting_scope){ 0 }),
               p);
}

static struct buf xml_begin(struct ctx *c, const char *root)
{
    struct buf to = buf_new(c->mem, 65536, (size_t)8 << 20);

    buf_printf(&to,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<%s xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
               root);
    return to;
}

static enum err xml_end(struct ctx *c, struct buf *to, const char *root,
                        struct reply *r)
{
    buf_printf(to, "</%s>\n", root);
    if (to->full) return FAIL(c, TOO_BIG, "a sitemap over 8 MiB");
    r->max_age_s = CACHE_S;
    return reply_text(r, "application/xml; charset=utf-8", to->at, to->n);
}

static void entry(struct ctx *c, struct buf *to, const char *element, const char *url,
                  i64 change_id)
{
    buf_printf(to, "<%s><loc>", element);
    html_text(to, url);
    buf_printf(to, "</loc><lastmod>%s</lastmod></%s>\n",
               time_iso(c->mem, id_at(change_id)), element);
}

static enum err index_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct buf to = xml_begin(c, "sitemapindex");
    i64 id, change_id;
    struct web_page p;
    ROWS rows;

    site_begin(c, q, &p);
    buf_printf(&to, "<sitemap><loc>%s/sitemap/categories.xml</loc></sitemap>\n",
               p.site);
    TRY(db_rows(c, &rows, &catalog_sitemap_sql[PARTS], (i64)PART));
    while (db_next(&rows, INTO(&id, &change_id)))
        entry(c, &to, "sitemap",
              arena_printf(c->mem, "%s/sitemap/%lld.xml", p.site, id), change_id);
    TRY(rows.err);
    return xml_end(c, &to, "sitemapindex", r);
}

static enum err entries(struct ctx *c, struct buf *to, struct rows *rows,
                        const struct web_page *p, const char *kind)
{
    const size_t most = strlen(p->site) + 128;
    char *url = arena_raw(c->mem, most);
    const char *slug;
    i64 change_id;

    rows->borrow = true;
    while (db_next(rows, INTO(&slug, &change_id))) {
        snprintf(url, most, "%s/%s/%s", p->site, kind, slug);
        entry(c, to, "url", url, change_id);
    }
    return rows->err;
}

static enum err categories_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct buf to = xml_begin(c, "urlset");
    struct web_page p;
    ROWS rows;

    site_begin(c, q, &p);
    buf_printf(&to, "<url><loc>%s/</loc></url>\n", p.site);
    TRY(db_rows0(c, &rows, &catalog_sitemap_sql[CATEGORIES]));
    TRY(entries(c, &to, &rows, &p, "category"));
    return xml_end(c, &to, "urlset", r);
}

static enum err part_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct buf to = xml_begin(c, "urlset");
    struct request from = *q;
    struct web_page p;
    i64 id;
    ROWS rows = { 0 };

    from.args[0] = arena_strdup(c->mem, q->args[0], strcspn(q->args[0], "."));
    TRY(request_id_arg(c, &from, 0, &id));
    site_begin(c, q, &p);
    TRY(db_rows(c, &rows, &catalog_sitemap_sql[PRODUCTS], id, (i64)PART));
    TRY(entries(c, &to, &rows, &p, "product"));
    return xml_end(c, &to, "urlset", r);
}

/* Screens of staff and programs' addresses are no reading for anybody else; the
 * same list under another filter or order is the same page (Yandex' Clean-param). */
static enum err robots_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct web_page p;

    site_begin(c, q, &p);
    const char *text = arena_printf(
        c->mem,
        "User-agent: *\nDisallow: /till\nDisallow: /desk\nDisallow: /office\nDisallow: "
        "/kit\n"
        "Disallow: /exchange/\nDisallow: /metrics\n"
        "Clean-param: variant /product/\nClean-param: f&sort&price&here /category/\n\n"
        "Sitemap: %s/sitemap.xml\n",
        p.site);
    r->max_age_s = CACHE_S;
    return reply_text(r, "text/plain; charset=utf-8", text, strlen(text));
}

/* clang-format off */
#define FOR_ROBOTS(address, handler, what) \
    { "GET", address, handler, RIGHT_ANYONE, READS_LONG, .flags = ROUTE_HIDDEN, .doc = what }
const struct route catalog_sitemap_routes[] = {
    FOR_ROBOTS("/robots.txt", robots_get, "What search engines may read."),
    FOR_ROBOTS("/sitemap.xml", index_get, "The list of sitemaps."),
    FOR_ROBOTS("/sitemap/categories.xml", categories_get, "The door and the categories."),
    FOR_ROBOTS("/sitemap/{part}", part_get, "Ten thousand products from an id on."),
    ROUTE_END
};
/* clang-format on */
