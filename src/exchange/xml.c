#include "exchange/xml.h"

#include <assert.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/charset.h"

#define SLOTS 512

struct xml {
    struct ctx *c;
    const struct xml_handler *h;
    void *arg;
    xmlParserCtxtPtr parser;
    xmlSAXHandler sax;
    enum err err;
    bool started;

    /* libxml2 interns names, so a name is its pointer. */
    struct {
        const xmlChar *at;
        int name;
    } slots[SLOTS];

    short stack[XML_DEPTH];
    int depth;
    const xmlChar **attrs; /* name, value, name ... NULL of the element being opened */

    size_t n;
    bool cut;
    char text[XML_TEXT + 1];
};

static unsigned slot_of(const xmlChar *at)
{
    return (unsigned)((uintptr_t)at * 0x9E3779B97F4A7C15ull >> 55) % SLOTS;
}

static int look(const struct xml *x, const xmlChar *at)
{
    for (unsigned k = slot_of(at);; k = (k + 1) % SLOTS) {
        if (x->slots[k].at == at) return x->slots[k].name;
        if (!x->slots[k].at) return 0;
    }
}

/* "cml:Товар" is "Товар". */
static int name_of(const struct xml *x, const xmlChar *at)
{
    const int name = look(x, at);
    const char *colon = name ? NULL : strchr((const char *)at, ':');

    return colon
               ? look(x, xmlDictLookup(x->parser->dict, (const xmlChar *)colon + 1, -1))
               : name;
}

static void learn(struct xml *x, const char *word, int name)
{
    const xmlChar *at = xmlDictLookup(x->parser->dict, (const xmlChar *)word, -1);
    unsigned k = slot_of(at);

    while (x->slots[k].at) k = (k + 1) % SLOTS;
    x->slots[k].at = at;
    x->slots[k].name = name;
}

static void stop(struct xml *x, enum err e)
{
    if (!x->err) x->err = e;
    xmlStopParser(x->parser);
}

static void on_open(void *arg, const xmlChar *local, const xmlChar **attrs)
{
    struct xml *x = arg;
    const int name = name_of(x, local);

    if (x->err) return;
    if (x->depth == XML_DEPTH) {
        stop(x, FAIL(x->c, BAD_FORMAT, "line %lld: more than %d levels of elements",
                     xml_line(x), XML_DEPTH));
        return;
    }
    x->stack[x->depth++] = (short)name;
    x->n = 0;
    x->cut = false;
    x->attrs = attrs;
    const enum err e = x->h->open(x->arg, x, name);
    x->attrs = NULL;
    if (e) stop(x, e);
}

/* "&quot;" that is still there after the parser was escaped twice. */
static size_t unescape(char *s, size_t n)
{
    static const struct {
        const char *from;
        size_t n;
        char to;
    } list[] = { { "&quot;", 6, '"' }, { "&amp;", 5, '&' },   { "&lt;", 4, '<' },
                 { "&gt;", 4, '>' },   { "&apos;", 6, '\'' }, { "&#39;", 5, '\'' } };
    char *to = memchr(s, '&', n), *p = to, *end = s + n;

    if (!to) return n;
    while (p < end) {
        size_t k = 0;

        while (k < COUNT(list) && ((size_t)(end - p) < list[k].n ||
                                   memcmp(p, list[k].from, list[k].n) != 0))
            k++;
        *to++ = k < COUNT(list) ? list[k].to : *p;
        p += k < COUNT(list) ? list[k].n : 1;
    }
    return (size_t)(to - s);
}

static bool blank(char ch)
{
    return ch == ' ' || ch == '\n' || ch == '\t' || ch == '\r';
}

static void on_close(void *arg, const xmlChar *local)
{
    struct xml *x = arg;
    char *s = x->text;

    (void)local;
    if (x->err || !x->depth) return;
    if (x->cut) x->n = charset_cut(s, x->n, XML_TEXT - 1);
    while (x->n && blank(s[x->n - 1])) x->n--;
    while (x->n && blank(*s)) s++, x->n--;
    x->n = unescape(s, x->n);
    s[x->n] = '\0';
    const enum err e = x->h->close(x->arg, x, x->stack[x->depth - 1], s, x->n);
    x->depth--;
    x->n = 0;
    x->cut = false;
    if (e) stop(x, e);
}

static void on_text(void *arg, const xmlChar *s, int len)
{
    struct xml *x = arg;
    size_t n = (size_t)len;

    if (n > XML_TEXT - x->n) {
        n = XML_TEXT - x->n;
        x->cut = true;
    }
    memcpy(x->text + x->n, s, n);
    x->n += n;
}

/* YML files begin with <!DOCTYPE yml_catalog SYSTEM "shops.dtd">: harmless as long
 * as nothing is declared or loaded.  What stands next tells whether something is. */
static void on_doctype(void *arg, const xmlChar *name, const xmlChar *id,
                       const xmlChar *uri)
{
    struct xml *x = arg;

    (void)name, (void)id, (void)uri;
    if (*x->parser->input->cur != '[') return;
    stop(x,
         FAIL(x->c, BAD_FORMAT,
              "line %lld: declarations of a document type are refused", xml_line(x)));
}

static xmlEntityPtr no_entity(void *arg, const xmlChar *name)
{
    (void)arg;
    return xmlGetPredefinedEntity(name);
}

static void quiet(void *arg, const char *format, ...)
{
    (void)arg, (void)format;
}

static void sax_init(xmlSAXHandler *s)
{
    *s = (xmlSAXHandler){
        .initialized = 1,
        .internalSubset = on_doctype,
        .startElement = on_open,
        .endElement = on_close,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
        .getEntity = no_entity,
        .getParameterEntity = no_entity,
        .warning = quiet,
        .error = quiet,
        .fatalError = quiet,
    };
}

struct xml *xml_new(struct ctx *c, const struct xml_handler *h, void *arg)
{
    struct xml *x = calloc(1, sizeof(*x));

    if (!x) abort();
    x->c = c;
    x->h = h;
    x->arg = arg;
    sax_init(&x->sax);
    x->parser = xmlCreatePushParserCtxt(&x->sax, x, NULL, 0, NULL);
    if (!x->parser) abort();
    xmlCtxtUseOptions(x->parser, XML_PARSE_NONET | XML_PARSE_NOERROR |
                                     XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
    for (int k = 0; h->names[k]; k++) {
        assert(k < 200);
        learn(x, h->names[k], k + 1);
    }
    return x;
}

void xml_free(struct xml *x)
{
    if (!x) return;
    if (x->parser->myDoc) xmlFreeDoc(x->parser->myDoc);
    xmlFreeParserCtxt(x->parser);
    free(x);
}

/* libxml2's words, on one line. */
static enum err bad(struct xml *x)
{
    const xmlError *e = xmlCtxtGetLastError(x->parser);
    const char *m = e && e->message ? e->message : "not well formed";
    const size_t n = strcspn(m, "\n");

    return FAIL(x->c, BAD_FORMAT, "line %d: %.*s",
                e && e->line ? e->line : (int)xml_line(x), (int)charset_cut(m, n, 160),
                m);
}

enum err xml_feed(struct xml *x, const char *at, size_t n, bool last)
{
    if (x->err) return x->err;
    /* The encoding is guessed from the first four bytes given. */
    const int bad_code = xmlParseChunk(x->parser, at, (int)n, last);

    if (x->err) return x->err;
    if (bad_code && !x->parser->wellFormed) return x->err = bad(x);
    if (last && x->depth)
        return x->err = FAIL(x->c, BAD_FORMAT, "the file ends within an element");
    return ERR_OK;
}

i64 xml_line(const struct xml *x)
{
    return x->parser->input ? x->parser->input->line : 0;
}

int xml_depth(const struct xml *x)
{
    return x->depth;
}

int xml_up(const struct xml *x, int k)
{
    return x->depth - 1 - k >= 0 ? x->stack[x->depth - 1 - k] : 0;
}

bool xml_text_cut(const struct xml *x)
{
    return x->cut;
}

const char *xml_attr(const struct xml *x, struct arena *mem, const char *name)
{
    for (const xmlChar **a = x->attrs; a && *a; a += 2)
        if (strcmp((const char *)a[0], name) == 0)
            return arena_strdup(mem, (const char *)a[1], strlen((const char *)a[1]));
    return NULL;
}
