#include "base/ctx.h"

static const struct {
    int http, again;
    const char *code, *meaning;
} errs[] = {
#define ERR(name, http, again, code, meaning) { http, again, code, meaning },
#include "base/err.def"
#undef ERR
};

static const char *const rights[] = {
#define RIGHT(name, word, meaning) word,
#include "base/right.def"
#undef RIGHT
};

enum err fail_at(struct ctx *c, enum err err, const char *field, const char *file,
                 int line, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    c->fault = (struct fault){ .err = err,
                               .field = field,
                               .file = file,
                               .line = line,
                               .message = arena_vprintf(c->mem, fmt, ap) };
    va_end(ap);
    return err;
}

void fail_more(struct ctx *c, enum err err, const char *field, const char *file,
               int line, const char *fmt, ...)
{
    struct fault *f = c->fault.err ? NEW(c->mem, struct fault) : &c->fault;
    struct fault *last = &c->fault;
    va_list ap;

    va_start(ap, fmt);
    *f = (struct fault){ .err = err,
                         .field = field,
                         .file = file,
                         .line = line,
                         .message = arena_vprintf(c->mem, fmt, ap) };
    va_end(ap);
    if (f == last) return;
    while (last->next) last = last->next;
    last->next = f;
}

int err_http(enum err e)
{
    return errs[e].http;
}

bool err_again(enum err e)
{
    return errs[e].again;
}

const char *err_code(enum err e)
{
    return errs[e].code;
}

const char *err_meaning(enum err e)
{
    return errs[e].meaning;
}

const char *right_word(enum right r)
{
    return rights[r];
}
