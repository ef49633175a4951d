/* The shop's page, filled: see page.h.  Marks in the built file are looked for on
 * every answer: it is two kilobytes. */
#include "http/page.h"

#include <sodium.h>
#include <string.h>

#include "base/json.h"
#include "http/percent.h"
#include "http/turn.h"

enum { PAGE_MAX = 2 << 20 };

/* ---- Where, and for whom -----------------------------------------------------------
 */

static const char *lang_of(const struct request *q, const char *otherwise)
{
    const char *said = q->cookie ? q->cookie(q, "prilavok_lang") : NULL;

    if (said && !strcmp(said, "en")) return "en";
    if (said && !strcmp(said, "ru")) return "ru";
    return otherwise ? otherwise : "ru";
}

/* The name in the request is the client's word: only what can be a name and port. */
static const char *site_of(struct ctx *c, const struct request *q)
{
    const char *host = q->header ? q->header(q, "Host") : NULL;
    const struct turn *t = q->head;

    if (!host || !*host ||
        strspn(host, "abcdefghijklmnopqrstuvwxyz"
                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") != strlen(host))
        return "";
    return arena_printf(c->mem, "%s://%s", t && t->secure ? "https" : "http", host);
}

void page_begin(struct ctx *c, const struct request *q, const char *site,
                struct web_page *p)
{
    c->lang = lang_of(q, c->lang);
    *p = (struct web_page){ .site = site && *site ? site : site_of(c, q),
                            .facts = buf_new(c->mem, 1024, PAGE_MAX),
                            .body = buf_new(c->mem, 4096, PAGE_MAX),
                            .first = buf_new(c->mem, 4096, PAGE_MAX) };
}

const char *page_url(struct ctx *c, const struct web_page *p, const char *path)
{
    return *path == '/' ? arena_printf(c->mem, "%s%s", p->site, path) : path;
}

const char *page_query(struct arena *mem, const struct request *q, const char *name)
{
    const size_t n = strlen(name);

    for (const char *s = q->query_text; s && *s; s += strcspn(s, "&"), s += *s == '&') {
        if (strncmp(s, name, n) != 0 || s[n] != '=') continue;
        char *value = arena_strdup(mem, s + n + 1, strcspn(s + n + 1, "&"));
        return percent_decode(value, true) ? value : NULL;
    }
    return NULL;
}

/* ---- Parts ---------------------------------------------------------------------- */

void html_text(struct buf *to, const char *s)
{
    for (size_t n; *s; s += n) {
        n = strcspn(s, "&<>\"'");
        buf_put(to, s, n);
        if (!s[n]) return;
        buf_printf(to, "&#%d;", s[n]);
        n++;
    }
}

void page_fact(struct web_page *p, const struct buf *json)
{
    buf_text(&p->facts, "<script type=\"application/ld+json\">");
    buf_put(&p->facts, json->at, json->n);
    buf_text(&p->facts, "</script>");
}

void page_first(struct ctx *c, struct web_page *p, const char *path)
{
    if (!http_server.k.rooms) return;
    const struct reply r = route_serve(c, http_server.k.rooms, "GET", path, NULL);

    if (r.status != 200 || r.max_age_s <= 0 || r.private_ || !r.text || r.type) return;
    buf_text(&p->first, p->first.n ? "," : "");
    json_put_text(&p->first, path, strlen(path));
    buf_char(&p->first, ':');
    buf_put(&p->first, r.text, r.text_bytes);
}

static void meta(struct buf *to, const char *kind, const char *name, const char *value)
{
    if (!value || !*value) return;
    buf_printf(to, "<meta %s=\"%s\" content=\"", kind, name);
    html_text(to, value);
    buf_text(to, "\" />");
}

static void head_write(struct ctx *c, const struct web_page *p, struct buf *to)
{
    const bool en = !strcmp(c->lang, "en");
    const char *url = p->path ? page_url(c, p, p->path) : NULL;

    buf_text(to, "<title>");
    html_text(to, p->title);
    buf_text(to, "</title>");
    meta(to, "name", "description", p->description);
    if (p->hidden) meta(to, "name", "robots", "noindex, follow");
    if (url) {
        buf_text(to, "<link rel=\"canonical\" href=\"");
        html_text(to, url);
        buf_text(to, "\" />");
    }
    meta(to, "property", "og:type", p->kind ? p->kind : "website");
    meta(to, "property", "og:site_name", p->site_name);
    meta(to, "property", "og:locale", en ? "en_GB" : "ru_RU");
    meta(to, "property", "og:title", p->title);
    meta(to, "property", "og:description", p->description);
    meta(to, "property", "og:url", url);
    meta(to, "property", "og:image",
         page_url(c, p, p->image ? p->image : "/icon-512.png"));
    buf_printf(to, "<link rel=\"manifest\" href=\"/manifest%s.webmanifest\" />",
               en ? ".en" : "");
    buf_put(to, p->facts.at, p->facts.n);
}

/* ---- The whole ------------------------------------------------------------------ */

/* Copy up to and with the mark; what has no mark stays for later. */
static void copy_to(struct buf *to, const char **from, const char *mark)
{
    const char *at = strstr(*from, mark);

    if (!at) return;
    buf_put(to, *from, (size_t)(at - *from) + strlen(mark));
    *from = at + strlen(mark);
}

static void skip_to(const char **from, const char *mark)
{
    const char *at = strstr(*from, mark);

    if (at) *from = at;
}

static void page_write(struct ctx *c, const struct web_page *p, const char *from,
                       struct buf *to)
{
    copy_to(to, &from, "<html lang=\"");
    if (!strncmp(from, "ru", 2)) {
        buf_text(to, c->lang);
        from += 2;
    }
    copy_to(to, &from, "<!--head-->");
    head_write(c, p, to);
    skip_to(&from, "<!--/head-->");
    copy_to(to, &from, "<!--body-->");
    buf_put(to, p->body.at, p->body.n);
    copy_to(to, &from, "<!--first-->");
    buf_printf(to,
               "<script type=\"application/json\" id=\"first\">{\"lang\":\"%s\","
               "\"answers\":{",
               c->lang);
    buf_put(to, p->first.at, p->first.n);
    buf_text(to, "}}</script>");
    buf_text(to, from);
}

static const char *etag_of(struct ctx *c, const struct buf *text)
{
    unsigned char h[crypto_generichash_BYTES_MIN];
    char *etag = arena_raw(c->mem, sizeof(h) * 2 + 1);

    crypto_generichash(h, sizeof(h), (const unsigned char *)text->at, text->n, NULL, 0);
    return sodium_bin2hex(etag, sizeof(h) * 2 + 1, h, sizeof(h));
}

enum err page_reply(struct ctx *c, const struct web_page *p, struct reply *r)
{
    const char *built = files_page(c->mem);
    struct buf text = buf_new(c->mem, 32768, 3 * (size_t)PAGE_MAX);

    if (!built) return FAIL(c, NOT_FOUND, "no such address");
    if (strstr(built, "<!--head-->"))
        page_write(c, p, built, &text);
    else
        buf_text(&text, built);
    if (text.full) return FAIL(c, TOO_BIG, "the page is over %d bytes", 3 * PAGE_MAX);
    TRY(reply_text(r, "text/html; charset=utf-8", text.at, text.n));
    r->status = p->status ? p->status : 200;
    r->etag = etag_of(c, &text);
    return ERR_OK;
}

enum err page_moved(struct ctx *c, const struct request *q, const char *path,
                    struct reply *r)
{
    const char *query = q->query_text ? q->query_text : "";

    TRY(reply_text(r, "text/html; charset=utf-8", "", 0));
    r->status = 301;
    r->location = arena_printf(c->mem, "%s%s%s", path, *query ? "?" : "", query);
    return ERR_OK;
}
