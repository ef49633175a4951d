/* catalog_page.h -- the shop's pages as search engines, messengers and a browser's
 * first moment see them; for this room only.
 *
 * catalog_page.c says what each address shows, catalog_page_body.c draws it,
 * catalog_page_fact.c says it in schema.org's words. */
#pragma once

#include "catalog/catalog_list.h"
#include "http/page.h"

enum page_word {
    WORD_HOME,
    WORD_BASKET,
    WORD_SEARCH,
    WORD_FIND,
    WORD_HOME_TITLE,
    WORD_HOME_TEXT,
    WORD_POPULAR,
    WORD_KINDS,
    WORD_FOUND,
    WORD_ALL,
    WORD_NONE,
    WORD_LOST,
    WORD_LOST_TEXT,
    WORD_SKU,
    WORD_SPECS,
    WORD_ABOUT,
    WORD_NO_PRICE,
    WORD_SITE,
    WORD_BUY,
    WORD_FROM,
    WORD_IN_SHOPS,
    WORDS
};

/* A page on its way. */
struct catalog_page {
    struct ctx *c;
    const struct request *q;
    struct web_page p;
    bool en;
    i64 place_id, region_id; /* the shop chosen (cookie `prilavok_shop`), else NONE */
    struct list tree;        /* struct catalog_category, active ones */
    struct list specs;       /* struct catalog_spec; of a product's page */
};
const char *page_say(const struct catalog_page *g, enum page_word w);
/* The name in the reader's language. */
const char *page_category_name(const struct catalog_page *g,
                               const struct catalog_category *k);
const struct catalog_category *page_category(const struct catalog_page *g, i64 id);
const char *page_spec_name(const struct catalog_page *g, i64 id);
/* "79 990 ₽" */
const char *page_money(const struct catalog_page *g, i64 minor);

/* A product with all that its page says. */
struct page_variant {
    const struct catalog_variant *v;
    struct catalog_price price; /* price_minor NONE: not for sale here */
    bool in_stock;              /* somewhere */
};
struct page_product {
    struct catalog_product p;
    const char *name, *brand;                /* brand NULL: none */
    const struct catalog_category *category; /* NULL: none that is shown */
    struct page_variant *variant;            /* the active ones */
    size_t n, shown;                         /* shown: which of them, when n > 0 */
    i64 places;                              /* that have some of it */
};

/* The body: begun with the shop's head, ended after the page's own. */
void page_body_begin(struct catalog_page *g);
void page_body_end(struct catalog_page *g);
void page_body_home(struct catalog_page *g, const struct catalog_found *popular);
void page_body_listing(struct catalog_page *g, const struct catalog_category *k,
                       const char *title, const struct catalog_found *found);
void page_body_product(struct catalog_page *g, const struct page_product *x);
void page_body_lost(struct catalog_page *g);

void page_fact_site(struct catalog_page *g);
/* From the shop's door down to category k, with what stands below it (or NULL). */
void page_fact_crumbs(struct catalog_page *g, const struct catalog_category *k,
                      const char *name, const char *path);
void page_fact_list(struct catalog_page *g, const struct catalog_found *found);
void page_fact_product(struct catalog_page *g, const struct page_product *x);
