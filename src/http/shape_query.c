/* A query string into the same structs as JSON.  name=value&name=value, percent
 * and plus decoded; "name=" of an optional member that is no text is absence. */
#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "http/percent.h"
#include "http/shape_value.h"

static const char *int_of(struct ctx *c, const struct field *f, const char *s, i64 *ret)
{
    struct json j;
    struct json_number v;

    json_start(&j, c->mem, s, strlen(s));
    if (!json_number(&j, &v) || !json_end(&j) || !v.whole || *s == ' ')
        return "not a whole number";
    *ret = v.i;
    return shape_check_int(c, f, v.i);
}

static const char *real_of(struct ctx *c, const char *s, double *ret)
{
    struct json j;
    struct json_number v;

    json_start(&j, c->mem, s, strlen(s));
    if (!json_number(&j, &v) || !json_end(&j)) return "not a number";
    *ret = v.d;
    return NULL;
}

static const char *bool_of(const char *s, bool *ret)
{
    *ret = !strcmp(s, "true") || !strcmp(s, "1");
    return *ret || !strcmp(s, "false") || !strcmp(s, "0") ? NULL : "not true or false";
}

static const char *value_of(struct ctx *c, const struct field *f, enum field_kind kind,
                            const char *s, void *to)
{
    static const struct field any = { .kind = FIELD_INT };
    const char *why;

    switch (kind) {
    case FIELD_INT:
        return int_of(c, f->kind == FIELD_LIST ? &any : f, s, to);
    case FIELD_ID:
        return shape_id_of(s, strlen(s), to);
    case FIELD_BOOL:
        return bool_of(s, to);
    case FIELD_REAL:
        return real_of(c, s, to);
    case FIELD_TIME:
        return shape_time_of(s, to);
    case FIELD_ENUM:
        return shape_word_of(c, f, s, strlen(s), to);
    case FIELD_TEXT:
    case FIELD_JSON:
        why = f->kind == FIELD_LIST ? NULL : shape_check_text(c, f, strlen(s));
        if (!why) *(const char **)to = s;
        return why;
    default:
        return "not allowed in a query";
    }
}

static const char *item_of(struct ctx *c, const struct field *f, const char *s,
                           void *to)
{
    struct list *l = to;
    const size_t max = f->max ? (size_t)f->max : LIMIT_LIST;

    if (l->n >= max) return arena_printf(c->mem, "more than %zu items", max);
    return value_of(c, f, f->elem, s, list_add(c->mem, l, shape_item_size(f)));
}

static const struct field *find(const struct shape *s, const char *name, int *ret_at)
{
    for (int k = 0; s->fields[k].name; k++)
        if (!strcmp(s->fields[k].name, name)) {
            *ret_at = k;
            return &s->fields[k];
        }
    return NULL;
}

static void read_pair(struct ctx *c, const struct shape *s, char *pair, void *into,
                      u64 *seen)
{
    char *value = strchr(pair, '=');
    const char *why = NULL;
    int at = 0;

    if (value) *value++ = '\0';
    if (!percent_decode(pair, true) || (value && !percent_decode(value, true))) {
        FAIL_MORE(c, BAD_ARGUMENT, NULL,
                  "the query is not valid UTF-8 in percent encoding");
        return;
    }
    const struct field *f = find(s, pair, &at);
    if (!f)
        why = "unrecognized member";
    else if (*seen >> at & 1 && f->kind != FIELD_LIST)
        why = "stands twice";
    else if ((!value || !*value) && f->flags & OPT && f->kind != FIELD_TEXT)
        return;
    else if (f->kind == FIELD_LIST)
        why = item_of(c, f, value ? value : "", (char *)into + f->at);
    else
        why = value_of(c, f, f->kind, value ? value : "", (char *)into + f->at);
    if (f) *seen |= 1ull << at;
    if (why)
        FAIL_MORE(c, BAD_ARGUMENT, f ? f->name : arena_printf(c->mem, "%.64s", pair),
                  "%s", why);
}

enum err shape_read_query(struct ctx *c, const struct shape *s, const char *query,
                          void *into)
{
    u64 seen = 0;

    c->fault = (struct fault){ 0 };
    shape_clear(s, into);
    for (const char *p = query ? query : ""; *p;) {
        const size_t n = strcspn(p, "&");

        if (n) read_pair(c, s, arena_strdup(c->mem, p, n), into, &seen);
        p += n + (p[n] == '&');
    }
    for (int k = 0; s->fields[k].name; k++)
        if (s->fields[k].flags & MUST && !(seen >> k & 1))
            FAIL_MORE(c, BAD_ARGUMENT, s->fields[k].name, "missing");
    return c->fault.err;
}
