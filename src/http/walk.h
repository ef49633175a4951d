/* walk.h -- a list of the API from its first page to its last, for files.
 *
 * Not every list may be walked: its row says ROUTE_EXPORT.  Such a row is a GET
 * whose answer has a list of objects `items`; when there may be more than one page,
 * the query has `limit` and `after`, the answer has `next`.
 *
 *     struct walk w;
 *     TRY(walk_begin(c, modules, q, "/v1/order?state=ready", &w));
 *     while (!w.end) { TRY(walk_page(c, &w, &rows)); ... arena_reset(c->mem); }
 *
 * The caller needs the list's own right and sees what he would see on the page.
 *
 * Memory  the walk's own is that of walk_begin's context; rows are in that of
 *         walk_page's, which may be another and emptied in between
 * Repeat  each page is a snapshot of its own: what is changed meanwhile may be
 *         missed, nothing comes twice whose key stands still
 * Errors  NO_SUCH: no such list, or none that may be walked; LOGIN, DENIED */
#pragma once

#include "http/route.h"

struct walk {
    const struct route *route;
    struct request request;     /* the caller's, turned to the list */
    const struct shape *row;    /* of the items */
    const struct field *items;  /* in the answer */
    const struct field *next;   /* in the answer, or NULL */
    const struct field *limit;  /* in the query, or NULL */
    const struct field *after_; /* in the query, or NULL */
    char after[512 + 1];        /* where to go on */
    bool end;
};

enum err walk_begin(struct ctx *c, const struct module *const *rooms,
                    const struct request *q, const char *path_and_query,
                    struct walk *ret) MUST_USE;
enum err walk_page(struct ctx *c, struct walk *w, struct list *ret_rows) MUST_USE;
