/* The first picture of each page: real content in the places where the script will
 * draw it (ui/shop/first.css), readable and usable without any script. */
#include "catalog/catalog_page.h"

enum { EAGER = 4 /* pictures that are in sight at once */ };

static void element(struct buf *to, const char *open, const char *text,
                    const char *close)
{
    buf_text(to, open);
    html_text(to, text);
    buf_text(to, close);
}

static void link_write(struct buf *to, const char *kind, const char *slug,
                       const char *text)
{
    buf_printf(to, "<a href=\"/%s/", kind);
    html_text(to, slug);
    element(to, "\">", text, "</a>");
}

void page_body_begin(struct catalog_page *g)
{
    struct buf *to = &g->p.body;

    element(to, "<div class=\"first\"><header><div><a class=\"mark\" href=\"/\">",
            g->p.site_name, "</a><form action=\"/search\" role=\"search\">");
    element(to, "<input class=\"input\" type=\"search\" name=\"q\" aria-label=\"",
            page_say(g, WORD_SEARCH), "\" placeholder=\"");
    element(to, "", page_say(g, WORD_FIND), "\" /></form><nav><a href=\"/basket\">");
    element(to, "", page_say(g, WORD_BASKET), "</a></nav></div></header><main>");
}

void page_body_end(struct catalog_page *g)
{
    buf_text(&g->p.body, "</main></div>");
}

static void picture(struct buf *to, const char *image, bool soon)
{
    buf_text(to, "<span class=\"pic\">");
    if (image) {
        element(to, "<img alt=\"\" src=\"", image, "\"");
        buf_text(to, soon ? " fetchpriority=\"high\" />" : " loading=\"lazy\" />");
    }
    buf_text(to, "</span>");
}

static void price_write(struct catalog_page *g, i64 price_minor, i64 old_minor)
{
    struct buf *to = &g->p.body;

    if (price_minor == NONE) {
        element(to, "<span class=\"price\">", page_say(g, WORD_NO_PRICE), "</span>");
        return;
    }
    element(to, "<span class=\"price\"><b>", page_money(g, price_minor), "</b>");
    if (old_minor != NONE && old_minor > price_minor)
        element(to, "<s>", page_money(g, old_minor), "</s>");
    buf_text(to, "</span>");
}

static void tiles_write(struct catalog_page *g, const struct catalog_found *found)
{
    const struct catalog_tile *t = found->items.at;
    struct buf *to = &g->p.body;

    buf_text(to, "<ul class=\"tiles\">");
    for (size_t k = 0; k < found->items.n; k++) {
        element(to, "<li><a href=\"/product/", t[k].slug, "\">");
        picture(to, t[k].image, k < EAGER);
        price_write(g, t[k].price_minor, t[k].old_minor);
        element(to, "<span class=\"name\">", t[k].name, "</span></a></li>");
    }
    buf_text(to, "</ul>");
}

static void crumbs_write(struct catalog_page *g, const struct catalog_category *k)
{
    const struct catalog_category *path[8];
    struct buf *to = &g->p.body;
    size_t n = 0;

    for (; k && n < COUNT(path); k = page_category(g, k->parent_id)) path[n++] = k;
    element(to, "<nav class=\"crumbs\"><a href=\"/\">", page_say(g, WORD_HOME), "</a>");
    while (n--)
        link_write(to, "category", path[n]->slug, page_category_name(g, path[n]));
    buf_text(to, "</nav>");
}

void page_body_home(struct catalog_page *g, const struct catalog_found *popular)
{
    const struct catalog_category *k = g->tree.at;
    struct buf *to = &g->p.body;

    element(to, "<section><h1>", page_say(g, WORD_HOME_TITLE), "</h1>");
    element(to, "<p class=\"lead\">", page_say(g, WORD_HOME_TEXT), "</p></section>");
    element(to, "<section><h2 class=\"sr\">", page_say(g, WORD_KINDS),
            "</h2><ul class=\"kinds\">");
    for (size_t n = 0; n < g->tree.n; n++) {
        if (k[n].parent_id != NONE) continue;
        element(to, "<li><a href=\"/category/", k[n].slug,
                "\"><span class=\"pic\"></span>");
        element(to, "<b>", page_category_name(g, &k[n]), "</b></a></li>");
    }
    element(to, "</ul></section><section><h2>", page_say(g, WORD_POPULAR), "</h2>");
    tiles_write(g, popular);
    buf_text(to, "</section>");
}

void page_body_listing(struct catalog_page *g, const struct catalog_category *k,
                       const char *title, const struct catalog_found *found)
{
    const struct catalog_category *below = g->tree.at;
    struct buf *to = &g->p.body;

    if (k) crumbs_write(g, page_category(g, k->parent_id));
    element(to, "<h1>", title, "</h1><ul class=\"below\">");
    for (size_t n = 0; k && n < g->tree.n; n++) {
        if (below[n].parent_id != k->id) continue;
        element(to, "<li><a class=\"btn\" href=\"/category/", below[n].slug, "\">");
        element(to, "", page_category_name(g, &below[n]), "</a></li>");
    }
    buf_text(to, "</ul><div class=\"bar\"></div><div class=\"page\"><aside></aside>");
    if (found->items.n)
        tiles_write(g, found);
    else
        element(to, "<p>", page_say(g, WORD_NONE), "</p>");
    buf_text(to, "</div>");
}

static void specs_write(struct catalog_page *g, const struct page_product *x)
{
    const struct catalog_spec_value *v = x->p.specs.at;
    struct buf *to = &g->p.body;

    if (!x->p.specs.n) return;
    element(to, "<h2>", page_say(g, WORD_SPECS), "</h2><dl>");
    for (size_t k = 0; k < x->p.specs.n; k++) {
        element(to, "<div><dt>", page_spec_name(g, v[k].spec_id), "</dt>");
        element(to, "<dd>", v[k].text, "</dd></div>");
    }
    buf_text(to, "</dl>");
}

void page_body_product(struct catalog_page *g, const struct page_product *x)
{
    const struct page_variant *v = x->n ? &x->variant[x->shown] : NULL;
    const char *const *image = x->p.images.at;
    struct buf *to = &g->p.body;

    crumbs_write(g, x->category);
    buf_text(to, "<article>");
    picture(to, x->p.images.n ? image[0] : NULL, true);
    element(to, "<div class=\"head\"><h1>", x->name, "</h1><p class=\"dim small\">");
    if (x->brand) element(to, "", x->brand, "\u00a0· ");
    if (v)
        element(to, "", arena_printf(g->c->mem, page_say(g, WORD_SKU), v->v->sku), "");
    buf_text(to, "</p>");
    if (v) price_write(g, v->price.price_minor, v->price.old_minor);
    buf_text(to, "</div><div class=\"about\">");
    specs_write(g, x);
    if (*x->p.description) {
        element(to, "<h2>", page_say(g, WORD_ABOUT), "</h2>");
        element(to, "<p class=\"prose\">", x->p.description, "</p>");
    }
    buf_text(to, "</div></article>");
}

void page_body_lost(struct catalog_page *g)
{
    element(&g->p.body, "<h1>", page_say(g, WORD_LOST), "</h1>");
    element(&g->p.body, "<p>", page_say(g, WORD_LOST_TEXT), "</p>");
    element(&g->p.body, "<p><a class=\"btn\" href=\"/\">", page_say(g, WORD_HOME),
            "</a></p>");
}
