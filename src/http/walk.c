#include "http/walk.h"

#include <string.h>

#include "http/call.h"
#include "http/router.h"

static const struct field *field_of(const struct shape *s, const char *name,
                                    enum field_kind kind)
{
    for (const struct field *f = s ? s->fields : NULL; f && f->name; f++)
        if (f->kind == kind && !strcmp(f->name, name)) return f;
    return NULL;
}

enum err walk_begin(struct ctx *c, const struct module *const *rooms,
                    const struct request *q, const char *path_and_query,
                    struct walk *ret)
{
    const size_t n = strcspn(path_and_query, "?");
    const char *path = arena_strdup(c->mem, path_and_query, n);
    const struct found f = router_find(router_of(rooms), c->mem, "GET", path);
    struct walk w = { .route = f.route, .request = *q };

    if (!f.route || !(f.route->flags & ROUTE_EXPORT))
        return FAIL_FIELD(c, NO_SUCH, "list", "no list \"%.100s\" is given as a file",
                          path);
    TRY(call_may(c, f.route));
    w.items = field_of(f.route->out, "items", FIELD_LIST);
    if (!w.items || !w.items->shape)
        return FAIL(c, INTERNAL, "the route \"%s\" has no items", f.route->path);
    w.row = w.items->shape;
    w.next = field_of(f.route->out, "next", FIELD_TEXT);
    w.limit = field_of(f.route->query, "limit", FIELD_INT);
    w.after_ = field_of(f.route->query, "after", FIELD_TEXT);
    w.request.method = "GET";
    w.request.path = path;
    w.request.query_text =
        arena_strdup(c->mem, path_and_query + n + (path_and_query[n] == '?'),
                     strlen(path_and_query + n + (path_and_query[n] == '?')));
    memcpy(w.request.args, f.args, sizeof(f.args));
    *ret = w;
    return ERR_OK;
}

static enum err ask(struct ctx *c, struct walk *w)
{
    const struct shape *s = w->route->query;

    if (!s) return ERR_OK;
    char *into = arena_alloc(c->mem, s->size);
    TRY(shape_read_query(c, s, w->request.query_text, into));
    if (w->limit) *(i64 *)(void *)(into + w->limit->at) = w->limit->max;
    if (w->after_)
        *(const char **)(void *)(into + w->after_->at) = *w->after ? w->after : NULL;
    w->request.query = into;
    return ERR_OK;
}

struct page_run {
    struct walk *walk;
    struct reply reply;
};

static enum err run(struct ctx *c, void *arg)
{
    struct page_run *p = arg;

    c->fault = (struct fault){ 0 };
    p->reply = (struct reply){ 0 };
    return p->walk->route->run(c, &p->walk->request, &p->reply);
}

enum err walk_page(struct ctx *c, struct walk *w, struct list *ret_rows)
{
    struct page_run p = { .walk = w };

    TRY(ask(c, w));
    TRY(db_snapshot(c, run, &p));
    const char *body = p.reply.body;
    if (!body)
        return FAIL(c, INTERNAL, "the route \"%s\" gave no page", w->route->path);
    const char *next =
        w->next ? *(const char *const *)(const void *)(body + w->next->at) : NULL;
    w->end = !next || !w->after_ || strlen(next) >= sizeof(w->after);
    if (!w->end) memcpy(w->after, next, strlen(next) + 1);
    *ret_rows = *(const struct list *)(const void *)(body + w->items->at);
    return ERR_OK;
}
