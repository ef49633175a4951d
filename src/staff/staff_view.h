/* staff_view.h -- filters that an account keeps, and names for ids. */
#pragma once

#include "http/shape.h"

enum { VIEWS_MAX = 200 };

struct view {
    i64 id;
    const char *screen, *name;   /* "office.orders", "Просроченные" */
    const char *query, *columns; /* of the list's address; names by commas */
    bool is_default;             /* one at most of a screen */
    i64 at;
};
/* All are the caller's own.  NOT_FOUND for a caller without an account; EXISTS the
 * name; TOO_BIG over VIEWS_MAX. */
enum err view_list(struct ctx *c, const char *screen, struct list *ret) MUST_USE;
enum err view_add(struct ctx *c, struct view *v) MUST_USE;
enum err view_put(struct ctx *c, struct view *v) MUST_USE;
enum err view_delete(struct ctx *c, i64 id) MUST_USE;

struct named {
    i64 id;
    const char *name;
};
/* Names of accounts and keys; those that are gone are left out. */
enum err staff_names(struct ctx *c, const struct list *ids, struct list *ret) MUST_USE;
