/* page.h -- what the server itself writes into the shop's page before it goes out:
 * a head for search engines and messengers, a first picture of the body, and the
 * answers that the page's script would ask for first.
 *
 * The page is the built index.html, which has four marks for it:
 *
 *     <!--head--> ... <!--/head-->   what stands between is replaced
 *     <!--body-->                    the first picture, until the script draws its own
 *     <!--first-->                   the first answers, as JSON
 *
 * A room has a row in its routes for the address ("/product/{slug}", ROUTE_HIDDEN)
 * whose handler fills a page and ends with page_reply().  Nothing is kept: a page
 * carries an ETag of its whole text and is asked for again each time.
 *
 *     struct web_page p;
 *     page_begin(c, q, site, &p);
 *     p.title = "..."; html_text(&p.body, name); page_first(c, &p, "/v1/...");
 *     return page_reply(c, &p, r);
 *
 * Units   texts are plain: escaped here, or by html_text() in the body
 * Memory  c->mem */
#pragma once

#include "base/buf.h"
#include "http/route.h"

struct web_page {
    int status;            /* 0: 200 */
    bool hidden;           /* search engines are to leave it out */
    const char *site;      /* "https://shop.example.ru" */
    const char *site_name; /* "Прилавок" */
    const char *title, *description;
    const char *path;  /* its one right address on the site; NULL: has none */
    const char *image; /* an address, whole or on the site; NULL: none */
    const char *kind;  /* og:type; NULL: "website" */
    struct buf facts;  /* script elements with JSON-LD, by page_fact() */
    struct buf body;   /* HTML */
    struct buf first;  /* by page_first() */
};

/* Settles the language (a cookie `prilavok_lang` that the reader's choice has set,
 * before what his browser prefers; c->lang from here on) and the site's address
 * (`site`, or as this request names it when that is empty). */
void page_begin(struct ctx *c, const struct request *q, const char *site,
                struct web_page *p);

/* Text for an element or a quoted attribute. */
void html_text(struct buf *to, const char *s);
/* An address on the site as a whole one; one that is whole stays. */
const char *page_url(struct ctx *c, const struct web_page *p, const char *path);
/* One document of schema.org; `json` is written with json_put_text(). */
void page_fact(struct web_page *p, const struct buf *json);
/* A member of the address's query, decoded; NULL: absent. */
const char *page_query(struct arena *mem, const struct request *q, const char *name);

/* What the API answers at `path`, as for anybody, travels with the page.  An answer
 * that is not for everybody is left out, and so is a fault. */
void page_first(struct ctx *c, struct web_page *p, const char *path);

/* NOT_FOUND when no pages are served. */
enum err page_reply(struct ctx *c, const struct web_page *p, struct reply *r) MUST_USE;
/* For good: this page is at `path` now; the query goes with it. */
enum err page_moved(struct ctx *c, const struct request *q, const char *path,
                    struct reply *r) MUST_USE;
