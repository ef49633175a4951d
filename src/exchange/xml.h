/* xml.h -- the elements of a big document one by one, in bounded memory.
 *
 * A push reader over libxml2's SAX: no tree, no entities, no network.  A
 * document type that declares anything ends the work at once, so neither entity
 * bombs nor external entities exist here.  Encodings: what libxml2 knows (UTF-8 with
 * and without a mark, windows-1251, UTF-16).
 *
 * Names are told apart by number: the caller lists the local names it knows;
 * namespaces are ignored, since files with the same names come with three of them.
 *
 * Memory  some 100 KiB, whatever the size of the document
 * Limits  XML_DEPTH levels, XML_TEXT bytes of text in one element (cut there)
 * Cost    about 100 MB/s */
#pragma once

#include "base/ctx.h"

#define XML_DEPTH 64
#define XML_TEXT  ((size_t)128 << 10)

struct xml;

/* An error of open or close ends the reading with it.  `name` is the place in
 * `names` counted from 1; 0 is a name that is not listed. */
struct xml_handler {
    const char *const *names; /* ends with NULL; at most 200 */
    enum err (*open)(void *arg, struct xml *x, int name);
    /* `text`: what stood directly in the element, blanks around it cut, NUL-ended,
     * UTF-8; entities that were escaped twice ("&amp;quot;") are resolved. */
    enum err (*close)(void *arg, struct xml *x, int name, char *text, size_t n);
};

struct xml *xml_new(struct ctx *c, const struct xml_handler *h, void *arg);
void xml_free(struct xml *x); /* NULL is fine */

/* The next piece of the document; `last` after it nothing comes (n may be 0).
 * Errors  BAD_FORMAT with line and reason; what a handler returned */
enum err xml_feed(struct xml *x, const char *at, size_t n, bool last) MUST_USE;

i64 xml_line(const struct xml *x);
int xml_depth(const struct xml *x);     /* 1: in the root */
int xml_up(const struct xml *x, int k); /* name of the k-th element above; 0 none */
bool xml_text_cut(const struct xml *x); /* in close: the text was over XML_TEXT */

/* In open: an attribute by local name, copied to mem; NULL when absent. */
const char *xml_attr(const struct xml *x, struct arena *mem, const char *name);
