/* What each address of the shop shows before its script runs. */
#include "catalog/catalog_page.h"
#include "catalog/catalog_shopper.h"

#include <stdio.h>
#include <string.h>

#include "catalog/catalog_own.h"
#include "catalog/catalog_shelf.h"
#include "place/place.h"
#include "setting/setting.h"

enum { HOME_TILES = 12, LISTING_TILES = 24, DESCRIPTION = 300 };

/* clang-format off */
static const char *const words[WORDS][2] = {
    [WORD_HOME]       = { "Главная", "Home" },
    [WORD_BASKET]     = { "Корзина", "Basket" },
    [WORD_SEARCH]     = { "Поиск по каталогу", "Search the catalogue" },
    [WORD_FIND]       = { "Смартфон, модель, артикул…", "Phone, model, article…" },
    [WORD_HOME_TITLE] = { "Что ищем сегодня?", "What are you looking for?" },
    [WORD_HOME_TEXT]  = { "Видно, в каком магазине товар есть прямо сейчас. Отложите его бесплатно или закажите и заберите по коду.",
                          "See which shop has it right now. Reserve it for free, or order it and collect it with a code." },
    [WORD_POPULAR]    = { "Чаще всего покупают", "Best sellers" },
    [WORD_KINDS]      = { "Разделы каталога", "Categories" },
    [WORD_FOUND]      = { "Найдено по запросу «%s»", "Found for “%s”" },
    [WORD_ALL]        = { "Все товары", "All products" },
    [WORD_NONE]       = { "Ничего не нашлось", "Nothing found" },
    [WORD_LOST]       = { "Такой страницы нет", "There is no such page" },
    [WORD_LOST_TEXT]  = { "Возможно, адрес набран с ошибкой. Найдите товар через поиск или начните с главной.",
                          "The address may be mistyped. Search for the product or start at the home page." },
    [WORD_SKU]        = { "Артикул %s", "Article %s" },
    [WORD_SPECS]      = { "Характеристики", "Specifications" },
    [WORD_ABOUT]      = { "Описание", "Description" },
    [WORD_NO_PRICE]   = { "Цены пока нет", "No price yet" },
    [WORD_SITE]       = { "электроника с наличием в магазинах", "electronics, in stock in shops" },
    [WORD_BUY]        = { "цены и наличие в магазинах", "prices and stock in shops" },
    [WORD_FROM]       = { "Цены от %s.", "From %s." },
    [WORD_IN_SHOPS]   = { "Магазинов, где есть сейчас: %lld.", "Shops that have it now: %lld." },
};
/* clang-format on */

const char *page_say(const struct catalog_page *g, enum page_word w)
{
    return words[w][g->en];
}

const char *page_category_name(const struct catalog_page *g,
                               const struct catalog_category *k)
{
    return g->en && k->name_en && *k->name_en ? k->name_en : k->name;
}

const struct catalog_category *page_category(const struct catalog_page *g, i64 id)
{
    const struct catalog_category *k = g->tree.at;

    for (size_t n = 0; n < g->tree.n; n++)
        if (k[n].id == id) return &k[n];
    return NULL;
}

const char *page_spec_name(const struct catalog_page *g, i64 id)
{
    const struct catalog_spec *s = g->specs.at;

    for (size_t n = 0; n < g->specs.n; n++)
        if (s[n].id == id) return g->en && *s[n].name_en ? s[n].name_en : s[n].name;
    return "";
}

/* By its address of words, or by its id, as the script's links have it. */
static const struct catalog_category *category_at(const struct catalog_page *g,
                                                  const char *key)
{
    const struct catalog_category *k = g->tree.at;

    for (size_t n = 0; n < g->tree.n; n++)
        if (!strcmp(k[n].slug, key) ||
            !strcmp(arena_printf(g->c->mem, "%lld", k[n].id), key))
            return &k[n];
    return NULL;
}

const char *page_money(const struct catalog_page *g, i64 minor)
{
    char whole[32], out[64], *p = out;
    const int n = snprintf(whole, sizeof(whole), "%lld", minor / 100);

    for (int k = 0; k < n; k++) {
        if (k && (n - k) % 3 == 0) p = stpcpy(p, g->en ? "," : "\u00a0");
        *p++ = whole[k];
    }
    *p = '\0';
    if (minor % 100 == 0) return arena_printf(g->c->mem, "%s\u00a0₽", out);
    return arena_printf(g->c->mem, "%s%c%02d\u00a0₽", out, g->en ? '.' : ',',
                        (int)(minor % 100));
}

/* ---- Beginning and end ------------------------------------------------------------
 */

/* The shop that the reader chose, as his browser tells: its prices are shown. */
static void shop_read(struct catalog_page *g)
{
    const char *said = g->q->cookie ? g->q->cookie(g->q, "prilavok_shop") : NULL;
    const struct request as_arg = { .args = { said ? said : "" } };
    struct setting_scope scope;
    i64 id;

    g->place_id = g->region_id = NONE;
    if (!said || request_id_arg(g->c, &as_arg, 0, &id)) return;
    if (place_scope(g->c, id, &scope) || !scope.region_id) return;
    g->place_id = id;
    g->region_id = scope.region_id;
}

static enum err begin(struct ctx *c, const struct request *q, struct catalog_page *g)
{
    const struct catalog_category *k;
    struct list all = { 0 };

    *g = (struct catalog_page){ .c = c, .q = q };
    page_begin(c, q, setting_text(c, "catalog.site_url", (struct setting_scope){ 0 }),
               &g->p);
    g->p.site_name = setting_text(c, "catalog.site_name", (struct setting_scope){ 0 });
    g->en = !strcmp(c->lang, "en");
    TRY(catalog_categories(c, &all));
    k = all.at;
    for (size_t n = 0; n < all.n; n++)
        if (k[n].active)
            *(struct catalog_category *)list_add(c->mem, &g->tree, sizeof(*k)) = k[n];
    shop_read(g);
    c->fault = (struct fault){ 0 };
    page_first(c, &g->p, "/v1/catalog/category");
    page_body_begin(g);
    return ERR_OK;
}

static enum err end(struct catalog_page *g, struct reply *r)
{
    page_body_end(g);
    return page_reply(g->c, &g->p, r);
}

static enum err lost(struct catalog_page *g, struct reply *r)
{
    g->p.status = 404;
    g->p.hidden = true;
    g->p.title =
        arena_printf(g->c->mem, "%s — %s", page_say(g, WORD_LOST), g->p.site_name);
    g->p.description = page_say(g, WORD_LOST_TEXT);
    page_body_lost(g);
    return end(g, r);
}

static const struct catalog_ask everything = { .category_id = NONE,
                                               .price_min = NONE,
                                               .price_max = NONE,
                                               .place_id = NONE,
                                               .region_id = NONE,
                                               .channel = -1,
                                               .sort = -1,
                                               .limit = LISTING_TILES };

/* ---- Home -------------------------------------------------------------------------
 */

/* The address of what the page's script asks for first, but for its order. */
static const char *ask_address(const struct catalog_page *g, const char *rest)
{
    if (g->place_id == NONE)
        return arena_printf(g->c->mem, "/v1/catalog/search?%s", rest);
    return arena_printf(g->c->mem, "/v1/catalog/search?place_id=%lld&%s", g->place_id,
                        rest);
}

static enum err home_show(struct catalog_page *g, struct reply *r)
{
    struct catalog_ask ask = everything;
    struct catalog_found shown = { 0 };
    struct catalog_best best;

    ask.place_id = g->place_id;
    ask.limit = HOME_TILES;
    TRY(catalog_bestsellers(g->c, &ask, &best));
    shown.items = best.items;
    page_body_home(g, &shown);
    page_fact_site(g);
    page_first(g->c, &g->p,
               g->place_id == NONE
                   ? "/v1/catalog/bestseller?limit=12"
                   : arena_printf(g->c->mem,
                                  "/v1/catalog/bestseller?place_id=%lld&limit=12",
                                  g->place_id));
    g->p.path = "/";
    g->p.title =
        arena_printf(g->c->mem, "%s — %s", g->p.site_name, page_say(g, WORD_SITE));
    g->p.description = page_say(g, WORD_HOME_TEXT);
    return end(g, r);
}

static enum err home_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct catalog_page g;

    TRY(begin(c, q, &g));
    return home_show(&g, r);
}

/* ---- Listings ---------------------------------------------------------------------
 */

/* Filters of the address are the script's to apply: the server draws the whole. */
static bool filtered(const struct request *q)
{
    static const char *const names[] = { "f", "sort", "price", "here" };

    for (size_t k = 0; k < COUNT(names); k++) {
        const char *s = q->query_text ? strstr(q->query_text, names[k]) : NULL;
        const size_t n = strlen(names[k]);

        for (; s; s = strstr(s + 1, names[k]))
            if ((s == q->query_text || s[-1] == '&') && s[n] == '=') return true;
    }
    return false;
}

static const char *listing_text(struct catalog_page *g, const char *name,
                                const struct catalog_found *found)
{
    const char *from = found->price_min == NONE
                           ? ""
                           : arena_printf(g->c->mem, page_say(g, WORD_FROM),
                                          page_money(g, found->price_min));

    return arena_printf(g->c->mem, "%s: %s. %s", name, page_say(g, WORD_BUY), from);
}

static enum err category_show(struct catalog_page *g, const struct catalog_category *k,
                              struct reply *r)
{
    struct ctx *c = g->c;
    struct catalog_ask ask = everything;
    struct catalog_found found;
    const char *name = page_category_name(g, k);

    ask.category_id = k->id;
    ask.place_id = g->place_id;
    ask.sort = SORT_POPULAR;
    TRY(catalog_list(c, &ask, &found));
    g->p.path = arena_printf(c->mem, "/category/%s", k->slug);
    g->p.title = arena_printf(c->mem, "%s — %s", name, g->p.site_name);
    g->p.description = listing_text(g, name, &found);
    page_body_listing(g, k, name, &found);
    page_fact_crumbs(g, k, NULL, NULL);
    page_fact_list(g, &found);
    if (!filtered(g->q))
        page_first(c, &g->p,
                   ask_address(g, arena_printf(c->mem,
                                               "category_id=%lld&sort=popular&limit=24",
                                               k->id)));
    return end(g, r);
}

static enum err category_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct catalog_page g;

    TRY(begin(c, q, &g));
    const struct catalog_category *k = category_at(&g, q->args[0]);
    i64 id;
    if (!k && !catalog_slug_was(c, SLUG_CATEGORY, q->args[0], &id))
        k = page_category(&g, id);
    if (!k) return lost(&g, r);
    if (strcmp(k->slug, q->args[0]) != 0)
        return page_moved(c, q, arena_printf(c->mem, "/category/%s", k->slug), r);
    return category_show(&g, k, r);
}

/* As URLSearchParams would write it. */
static const char *query_escape(struct arena *mem, const char *s)
{
    struct buf to = buf_new(mem, 128, 4096);

    for (; *s; s++)
        if (strchr("-._~", *s) || (*s >= '0' && *s <= '9') ||
            (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z'))
            buf_char(&to, *s);
        else
            buf_printf(&to, "%%%02X", (unsigned char)*s);
    return to.at;
}

/* `text`: what is looked for; NULL: everything. */
static enum err search_show(struct catalog_page *g, const char *text, struct reply *r)
{
    struct arena *mem = g->c->mem;
    struct catalog_ask ask = everything;
    struct catalog_found found;
    const char *title =
        text ? arena_printf(mem, page_say(g, WORD_FOUND), text) : page_say(g, WORD_ALL);

    ask.q = text;
    ask.place_id = g->place_id;
    ask.sort = text ? SORT_RELEVANCE : SORT_POPULAR;
    TRY(catalog_list(g->c, &ask, &found));
    g->p.hidden = true;
    g->p.title = arena_printf(mem, "%s — %s", title, g->p.site_name);
    g->p.description = listing_text(g, title, &found);
    page_body_listing(g, NULL, title, &found);
    if (text && !filtered(g->q))
        page_first(g->c, &g->p,
                   ask_address(g, arena_printf(mem, "q=%s&sort=relevance&limit=24",
                                               query_escape(mem, text))));
    return end(g, r);
}

static enum err search_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const char *text = page_query(c->mem, q, "q");
    struct catalog_page g;

    TRY(begin(c, q, &g));
    return search_show(&g, text && *text && strlen(text) <= 200 ? text : NULL, r);
}

/* ---- A product --------------------------------------------------------------------
 */

static bool any_place(const struct shelf *s, const u64 *bits)
{
    for (int k = 0; k < s->nwords; k++)
        if (bits[k]) return true;
    return false;
}

/* What the shelf knows: whether anybody has it. */
static enum err stock_read(struct catalog_page *g, struct page_product *x)
{
    const struct catalog_ask ask = everything;
    struct list ids = { 0 }, tiles = { 0 };

    *(i64 *)list_add(g->c->mem, &ids, sizeof(i64)) = x->p.id;
    TRY(catalog_tiles(g->c, &ids, &ask, &tiles));
    x->places = tiles.n ? ((const struct catalog_tile *)tiles.at)->places : 0;
    SHELF *s = NULL;
    TRY(shelf_look(g->c, &s));
    const struct shelf_doc *d = shelf_doc_of(s, x->p.id);
    for (size_t k = 0; d && k < x->n; k++)
        for (int n = 0; n < d->nvariant; n++)
            if (d->variant[n].id == x->variant[k].v->id)
                x->variant[k].in_stock = any_place(s, d->variant[n].bits);
    return ERR_OK;
}

static enum err variants_read(struct catalog_page *g, struct page_product *x)
{
    const char *wanted = page_query(g->c->mem, g->q, "variant");
    const i64 region = g->region_id;
    struct list rows = { 0 };

    TRY(catalog_variants_of(g->c, x->p.id, &rows));
    const struct catalog_variant *v = rows.at;
    x->variant = NEW_N(g->c->mem, struct page_variant, rows.n + 1);
    for (size_t k = 0; k < rows.n; k++) {
        struct page_variant *to = &x->variant[x->n];

        if (!v[k].active) continue;
        to->v = &v[k];
        const enum err e =
            catalog_price_of(g->c, v[k].id, region, CHANNEL_SITE, &to->price);
        if (e && e != ERR_NOT_FOUND) return e;
        if (e) to->price = (struct catalog_price){ NONE, NONE, NONE };
        if (wanted && !strcmp(wanted, arena_printf(g->c->mem, "%lld", v[k].id)))
            x->shown = x->n;
        x->n++;
    }
    return stock_read(g, x);
}

static enum err product_read(struct catalog_page *g, i64 id, struct page_product *x)
{
    struct catalog_brand brand;

    *x = (struct page_product){ 0 };
    TRY(catalog_product_get(g->c, id, &x->p));
    if (x->p.brand_id != NONE) {
        TRY(catalog_brand_get(g->c, x->p.brand_id, &brand));
        x->brand = brand.name;
    }
    TRY(catalog_specs(g->c, &g->specs));
    TRY(variants_read(g, x));
    x->category = page_category(g, x->p.category_id);
    const char *name = g->en && *x->p.name_en ? x->p.name_en : x->p.name;
    const char *own = x->n ? x->variant[x->shown].v->name : "";
    x->name = *own ? arena_printf(g->c->mem, "%s, %s", name, own) : name;
    return ERR_OK;
}

/* What it is and costs, then its own words, cut between two of them. */
static const char *product_text(const struct catalog_page *g,
                                const struct page_product *x)
{
    struct buf to = buf_new(g->c->mem, DESCRIPTION, 4096);
    const char *about = x->p.description;

    buf_text(&to, x->name);
    if (x->n && x->variant[x->shown].price.price_minor != NONE)
        buf_printf(&to, " — %s", page_money(g, x->variant[x->shown].price.price_minor));
    buf_text(&to, ". ");
    if (x->places) buf_printf(&to, page_say(g, WORD_IN_SHOPS), x->places);
    size_t n = strlen(about);
    if (n > DESCRIPTION) {
        for (n = DESCRIPTION; n && about[n] != ' '; n--) continue;
    }
    if (n) buf_printf(&to, " %.*s", (int)n, about);
    return to.at;
}

static enum err product_show(struct catalog_page *g, const struct page_product *x,
                             struct reply *r)
{
    struct ctx *c = g->c;
    const char *const *image = x->p.images.at;

    g->p.path = arena_printf(c->mem, "/product/%s", x->p.slug);
    g->p.kind = "product";
    g->p.hidden = !x->p.active;
    g->p.image = x->p.images.n ? image[0] : NULL;
    g->p.title = arena_printf(c->mem, "%s — %s", x->name, g->p.site_name);
    g->p.description = product_text(g, x);
    page_body_product(g, x);
    page_fact_crumbs(g, x->category, x->name, g->p.path);
    page_fact_product(g, x);
    page_first(c, &g->p,
               g->region_id == NONE
                   ? arena_printf(c->mem, "/v1/catalog/slug/%s", x->p.slug)
                   : arena_printf(c->mem, "/v1/catalog/slug/%s?region_id=%lld",
                                  x->p.slug, g->region_id));
    return end(g, r);
}

/* By its address of words; an id leads there. */
static enum err product_find(struct ctx *c, const struct request *q, i64 *ret_id)
{
    const enum err e = catalog_product_find(c, q->args[0], ret_id);

    return e == ERR_NOT_FOUND ? request_id_arg(c, q, 0, ret_id) : e;
}

static enum err product_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct page_product x;
    struct catalog_page g;
    i64 id;

    TRY(begin(c, q, &g));
    enum err e = product_find(c, q, &id);
    if (!e) e = product_read(&g, id, &x);
    if (e == ERR_NOT_FOUND) return lost(&g, r);
    TRY(e);
    if (strcmp(x.p.slug, q->args[0]) != 0)
        return page_moved(c, q, arena_printf(c->mem, "/product/%s", x.p.slug), r);
    return product_show(&g, &x, r);
}

/* ---- A reader's own ---------------------------------------------------------------
 */

/* clang-format off */
static const struct { const char *begins, *title[2]; bool secret; } own_pages[] = {
    { "/basket",        { "Корзина", "Basket" } },
    { "/checkout",      { "Оформление", "Checkout" } },
    { "/compare",       { "Сравнение", "Comparison" } },
    { "/guide/",        { "Поможем выбрать", "Let us help" } },
    { "/orders",        { "Заказы", "Orders" }, true },
    { "/order/",        { "Заказ", "Order" }, true },
    { "/mine/things",   { "Покупки", "Purchases" }, true },
    { "/mine/messages", { "Согласия", "Consents" }, true },
    { "/mine",          { "Обо мне", "About me" }, true },
};
/* clang-format on */

/* The head in his language; what is his the script asks for and draws. */
static enum err own_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct catalog_page g;
    size_t k = 0;

    TRY(begin(c, q, &g));
    while (k + 1 < COUNT(own_pages) &&
           strncmp(q->path, own_pages[k].begins, strlen(own_pages[k].begins)) != 0)
        k++;
    g.p.hidden = own_pages[k].secret;
    g.p.title =
        arena_printf(c->mem, "%s — %s", own_pages[k].title[g.en], g.p.site_name);
    g.p.description = page_say(&g, WORD_HOME_TEXT);
    g.p.body.n = 0;
    return page_reply(c, &g.p, r);
}

/* clang-format off */
#define PAGE(address, handler, what) \
    { "GET", address, handler, RIGHT_ANYONE, READS_LONG, .flags = ROUTE_HIDDEN, .doc = what }
const struct route catalog_page_routes[] = {
    PAGE("/", home_get, "The shop's door."),
    PAGE("/category/{slug}", category_get, "A category's page."),
    PAGE("/product/{slug}", product_get, "A product's page."),
    PAGE("/search", search_get, "What was searched for."),
    PAGE("/basket", own_get, "What one is about to buy."),
    PAGE("/checkout", own_get, "How one gets it."),
    PAGE("/compare", own_get, "Products side by side."),
    PAGE("/guide/{slug}", own_get, "Questions that lead to a product."),
    PAGE("/orders", own_get, "One's own orders."),
    PAGE("/order/{key}", own_get, "An order."),
    PAGE("/order/{key}/receipt", own_get, "Its receipt."),
    PAGE("/mine", own_get, "Oneself."),
    PAGE("/mine/things", own_get, "What one has bought."),
    PAGE("/mine/messages", own_get, "What one agreed to hear."),
    ROUTE_END
};
/* clang-format on */
