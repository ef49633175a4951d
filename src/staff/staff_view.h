/* staff_view.h -- what lists of the office need: accounts by filter, filters that an
 * account keeps, names for ids. */
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

/* struct account in ret. */
struct account_ask {
    const char *q;    /* part of the login or the name, or NULL */
    int active;       /* -1 any, 0 only switched off, 1 only those who may log in */
    i64 place_id;     /* who has a role just there; NONE any, 0 in the whole chain */
    const char *role; /* who has it anywhere, or NULL */
    const char
        *right; /* whose rights have this word (at place_id when given), or NULL */
    i64 limit;
    const char *after;
};
enum err account_list(struct ctx *c, const struct account_ask *a, struct list *ret,
                      const char **ret_next) MUST_USE;

struct named {
    i64 id;
    const char *name;
};
/* Names of accounts and keys; those that are gone are left out. */
enum err staff_names(struct ctx *c, const struct list *ids, struct list *ret) MUST_USE;
