/* The same pages in the words of schema.org, as JSON-LD. */
#include "catalog/catalog_page.h"

#include <string.h>

#include "base/json.h"
#include "base/money.h"

static void text_put(struct buf *to, const char *s)
{
    json_put_text(to, s, strlen(s));
}

/* ,"name":"..." */
static void member(struct buf *to, const char *name, const char *value)
{
    if (!value || !*value) return;
    buf_printf(to, ",\"%s\":", name);
    text_put(to, value);
}

static struct buf fact(struct catalog_page *g, const char *type)
{
    struct buf to = buf_new(g->c->mem, 2048, 1 << 20);

    buf_text(&to, "{\"@context\":\"https://schema.org\",\"@type\":");
    text_put(&to, type);
    return to;
}

static void fact_end(struct catalog_page *g, struct buf *to, const char *end)
{
    buf_text(to, end);
    if (!to->full) page_fact(&g->p, to);
}

void page_fact_site(struct catalog_page *g)
{
    const char *home = page_url(g->c, &g->p, "/");
    struct buf who = fact(g, "Organization"), site = fact(g, "WebSite");

    member(&who, "name", g->p.site_name);
    member(&who, "url", home);
    member(&who, "logo", page_url(g->c, &g->p, "/icon-512.png"));
    fact_end(g, &who, "}");
    member(&site, "name", g->p.site_name);
    member(&site, "url", home);
    member(&site, "inLanguage", g->c->lang);
    buf_text(&site, ",\"potentialAction\":{\"@type\":\"SearchAction\"");
    member(&site, "target", page_url(g->c, &g->p, "/search?q={search_term_string}"));
    fact_end(g, &site, ",\"query-input\":\"required name=search_term_string\"}}");
}

static void crumb(struct catalog_page *g, struct buf *to, int at, const char *name,
                  const char *path)
{
    buf_printf(to, "%s{\"@type\":\"ListItem\",\"position\":%d", at > 1 ? "," : "", at);
    member(to, "name", name);
    member(to, "item", page_url(g->c, &g->p, path));
    buf_char(to, '}');
}

void page_fact_crumbs(struct catalog_page *g, const struct catalog_category *k,
                      const char *name, const char *path)
{
    struct buf to = fact(g, "BreadcrumbList");
    const struct catalog_category *up[8];
    int n = 0, at = 1;

    for (; k && n < (int)COUNT(up); k = page_category(g, k->parent_id)) up[n++] = k;
    buf_text(&to, ",\"itemListElement\":[");
    crumb(g, &to, at++, page_say(g, WORD_HOME), "/");
    while (n--)
        crumb(g, &to, at++, page_category_name(g, up[n]),
              arena_printf(g->c->mem, "/category/%s", up[n]->slug));
    if (name) crumb(g, &to, at, name, path);
    fact_end(g, &to, "]}");
}

void page_fact_list(struct catalog_page *g, const struct catalog_found *found)
{
    const struct catalog_tile *t = found->items.at;
    struct buf to = fact(g, "ItemList");

    buf_printf(&to, ",\"numberOfItems\":%lld,\"itemListElement\":[", found->total);
    for (size_t k = 0; k < found->items.n; k++) {
        buf_printf(&to, "%s{\"@type\":\"ListItem\",\"position\":%zu", k ? "," : "",
                   k + 1);
        member(&to, "name", t[k].name);
        member(
            &to, "url",
            page_url(g->c, &g->p, arena_printf(g->c->mem, "/product/%s", t[k].slug)));
        buf_char(&to, '}');
    }
    fact_end(g, &to, "]}");
}

static const char *barcode_of(const struct catalog_variant *v)
{
    const char *const *code = v->barcodes.at;

    return v->barcodes.n ? code[0] : NULL;
}

static void offer(struct catalog_page *g, struct buf *to, const struct page_product *x,
                  const struct page_variant *v)
{
    buf_text(to, "{\"@type\":\"Offer\",\"priceCurrency\":\"RUB\",\"price\":\"");
    buf_printf(to, "%s\",\"availability\":\"https://schema.org/%s\"",
               money_text(g->c->mem, v->price.price_minor),
               !x->p.active  ? "Discontinued"
               : v->in_stock ? "InStock"
                             : "OutOfStock");
    buf_text(to, ",\"itemCondition\":\"https://schema.org/NewCondition\"");
    member(to, "sku", v->v->sku);
    member(to, "gtin", barcode_of(v->v));
    member(to, "url",
           page_url(g->c, &g->p,
                    x->n > 1 ? arena_printf(g->c->mem, "%s?variant=%lld", g->p.path,
                                            v->v->id)
                             : g->p.path));
    buf_text(to, ",\"seller\":{\"@type\":\"Organization\"");
    member(to, "name", g->p.site_name);
    buf_text(to, "}}");
}

static void offers(struct catalog_page *g, struct buf *to, const struct page_product *x)
{
    size_t n = 0;

    for (size_t k = 0; k < x->n; k++) {
        if (x->variant[k].price.price_minor == NONE) continue;
        buf_text(to, n++ ? "," : ",\"offers\":[");
        offer(g, to, x, &x->variant[k]);
    }
    if (n) buf_char(to, ']');
}

void page_fact_product(struct catalog_page *g, const struct page_product *x)
{
    const struct catalog_variant *v = x->n ? x->variant[x->shown].v : NULL;
    const char *const *image = x->p.images.at;
    struct buf to = fact(g, "Product");

    member(&to, "name", x->name);
    member(&to, "url", page_url(g->c, &g->p, g->p.path));
    member(&to, "description", *x->p.description ? x->p.description : g->p.description);
    member(&to, "sku", v ? v->sku : NULL);
    member(&to, "mpn", x->p.model);
    member(&to, "gtin", v ? barcode_of(v) : NULL);
    member(&to, "category", x->category ? page_category_name(g, x->category) : NULL);
    if (x->brand) {
        buf_text(&to, ",\"brand\":{\"@type\":\"Brand\"");
        member(&to, "name", x->brand);
        buf_char(&to, '}');
    }
    buf_text(&to, x->p.images.n ? ",\"image\":[" : "");
    for (size_t k = 0; k < x->p.images.n; k++) {
        if (k) buf_char(&to, ',');
        text_put(&to, page_url(g->c, &g->p, image[k]));
    }
    buf_text(&to, x->p.images.n ? "]" : "");
    offers(g, &to, x);
    fact_end(g, &to, "}");
}
