/* router.h -- from method and path to a route row.
 *
 * Rows stand in buckets by the first two segments of their path, in a bucket
 * those with words before those with {names}.  Made once for a list of rooms and
 * kept for the life of the process.
 *
 * Parallel  any thread
 * Cost      one hash look-up and a few comparisons */
#pragma once

#include "http/route.h"

enum { ROUTE_ARGS = 4 };

struct router {
    size_t n;
    const struct route **routes; /* all rows, in the order of the rooms */
    struct map *buckets;
};

struct found {
    const struct route *route; /* NULL: see allow */
    int at;                    /* its number in router.routes */
    const char *args[ROUTE_ARGS];
    const char *allow; /* "GET, POST" when the path is known, else NULL */
};

const struct router *router_of(const struct module *const *rooms);

/* `path` is raw: percent signs are decoded in the arguments, after the split. */
struct found router_find(const struct router *t, struct arena *mem, const char *method,
                         const char *path);
