#include "http/router.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "http/percent.h"

struct bucket {
    size_t n, size;
    int *at; /* numbers of rows */
};

/* Bytes of the path's first two segments, as far as they are words. */
static size_t head(const char *path)
{
    size_t n = 0;

    for (int segments = 0; path[n]; n++) {
        if (path[n] == '/' && ++segments == 3) return n;
        if (path[n] == '{') return 0;
    }
    return n;
}

static void bucket_add(struct router *t, int at)
{
    const char *path = t->routes[at]->path;
    const size_t n = head(path);
    struct bucket *b = map_get(t->buckets, path, n);

    if (!b) {
        if (!(b = calloc(1, sizeof(*b)))) abort();
        map_add(t->buckets, path, n, b);
    }
    if (b->n == b->size) {
        b->size = b->size ? b->size * 2 : 8;
        if (!(b->at = realloc(b->at, b->size * sizeof(*b->at)))) abort();
    }
    size_t k = b->n++;
    for (; k && strcmp(t->routes[b->at[k - 1]]->path, path) > 0; k--)
        b->at[k] = b->at[k - 1];
    b->at[k] = at;
}

const struct route *route_at(const struct module *m, size_t k)
{
    const struct route *const *more = m->more_routes;

    for (const struct route *r = m->routes; r; r = more ? *more++ : NULL)
        for (; r->method; r++)
            if (!k--) return r;
    return NULL;
}

static size_t rows_of(const struct module *const *rooms)
{
    size_t n = 0;

    for (; *rooms; rooms++)
        for (size_t k = 0; route_at(*rooms, k); k++) n++;
    return n;
}

static struct router *router_new(const struct module *const *rooms)
{
    struct router *t = calloc(1, sizeof(*t));
    const struct route *r;

    if (!t || !(t->buckets = calloc(1, sizeof(*t->buckets)))) abort();
    if (!(t->routes = calloc(rows_of(rooms) + 1, sizeof(*t->routes)))) abort();
    for (; *rooms; rooms++)
        for (size_t k = 0; (r = route_at(*rooms, k)); k++) {
            t->routes[t->n] = r;
            bucket_add(t, (int)t->n++);
        }
    return t;
}

const struct router *router_of(const struct module *const *rooms)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct {
        const struct module *const *rooms;
        struct router *router;
    } made[8];
    size_t k = 0;

    pthread_mutex_lock(&lock);
    while (k < COUNT(made) && made[k].rooms && made[k].rooms != rooms) k++;
    assert(k < COUNT(made));
    if (!made[k].rooms) {
        made[k].router = router_new(rooms);
        made[k].rooms = rooms;
    }
    const struct router *t = made[k].router;
    pthread_mutex_unlock(&lock);
    return t;
}

/* One segment each: a word must be equal, a {name} takes what is there. */
static bool fits(struct arena *mem, const char *pattern, const char *path,
                 const char **args)
{
    size_t n = 0;

    while (*pattern && *path) {
        if (*pattern != '{') {
            if (*pattern++ != *path++) return false;
            continue;
        }
        const size_t wide = strcspn(path, "/");
        if (!wide || n == ROUTE_ARGS) return false;
        char *arg = arena_strdup(mem, path, wide);
        if (!percent_decode(arg, false)) return false;
        args[n++] = arg;
        pattern += strcspn(pattern, "}") + 1;
        path += wide;
    }
    return !*pattern && !*path;
}

static bool same_method(const char *row, const char *asked)
{
    return !strcmp(row, asked) || (!strcmp(asked, "HEAD") && !strcmp(row, "GET"));
}

static void allow(struct arena *mem, struct found *f, const char *method)
{
    f->allow = f->allow ? arena_printf(mem, "%s, %s", f->allow, method) : method;
}

static void look(const struct router *t, const struct bucket *b, struct arena *mem,
                 const char *method, const char *path, struct found *f)
{
    for (size_t k = 0; b && k < b->n && !f->route; k++) {
        const struct route *r = t->routes[b->at[k]];
        const char *args[ROUTE_ARGS] = { 0 };

        if (!fits(mem, r->path, path, args)) continue;
        if (!same_method(r->method, method)) {
            allow(mem, f, r->method);
            continue;
        }
        f->route = r;
        f->at = b->at[k];
        memcpy(f->args, args, sizeof(args));
    }
}

struct found router_find(const struct router *t, struct arena *mem, const char *method,
                         const char *path)
{
    struct found f = { .at = -1 };

    look(t, map_get(t->buckets, path, head(path)), mem, method, path, &f);
    if (!f.route) look(t, map_get(t->buckets, "", 0), mem, method, path, &f);
    return f;
}
