#include "http/shape.h"

#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/time.h"
#include "http/shape_value.h"

/* Where a value stands: a chain from the innermost member outwards, made into
 * text only when something is wrong. */
struct path {
    const struct path *up;
    const char *name; /* of a member, or NULL: an item */
    size_t index;
};

enum { FAULTS_MAX = 100 };

struct reader {
    struct ctx *c;
    struct json j;
    int faults;
};

static const char *path_text(struct ctx *c, const struct path *p)
{
    if (!p) return NULL;
    const char *up = path_text(c, p->up);

    if (!p->name) return arena_printf(c->mem, "%s[%zu]", up ? up : "", p->index);
    return up ? arena_printf(c->mem, "%s.%s", up, p->name) : p->name;
}

static void wrong(struct reader *r, const struct path *p, const char *why)
{
    if (r->faults++ < FAULTS_MAX)
        FAIL_MORE(r->c, BAD_ARGUMENT, path_text(r->c, p), "%s", why);
}

size_t shape_item_size(const struct field *f)
{
    switch (f->elem) {
    case FIELD_OBJECT:
        return f->shape->size;
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_REAL:
        return sizeof(double);
    case FIELD_ENUM:
        return sizeof(int);
    case FIELD_TEXT:
    case FIELD_JSON:
        return sizeof(const char *);
    default:
        return sizeof(i64);
    }
}

static bool filled_when_absent(const struct field *f)
{
    return f->kind == FIELD_TEXT || f->kind == FIELD_LIST || f->kind == FIELD_OBJECT ||
           f->kind == FIELD_JSON || f->kind == FIELD_BOOL;
}

void shape_clear(const struct shape *s, void *into)
{
    for (const struct field *f = s->fields; f->name; f++) {
        void *to = (char *)into + f->at;

        if (f->kind == FIELD_TEXT && !(f->flags & (OPT | MUST)))
            *(const char **)to = "";
        if (!(f->flags & OPT) || filled_when_absent(f)) continue;
        if (f->kind == FIELD_ENUM)
            *(int *)to = -1;
        else if (f->kind == FIELD_REAL)
            *(double *)to = NAN;
        else
            *(i64 *)to = NONE;
    }
}

/* ---- One value: from its text -----------------------------------------------------
 */

const char *shape_check_int(struct ctx *c, const struct field *f, i64 v)
{
    if (!f->min && !f->max) return v == NONE ? "out of range" : NULL;
    if (v >= f->min && v <= f->max) return NULL;
    return arena_printf(c->mem, "%lld is not within %lld and %lld", v, f->min, f->max);
}

const char *shape_check_text(struct ctx *c, const struct field *f, size_t n)
{
    const size_t max = f->max ? (size_t)f->max : LIMIT_TEXT;

    if (n > max) return arena_printf(c->mem, "longer than %zu bytes", max);
    if (f->min && n < (size_t)f->min)
        return arena_printf(c->mem, "shorter than %lld bytes", f->min);
    return NULL;
}

const char *shape_id_of(const char *s, size_t n, i64 *ret)
{
    u64 v = 0;

    if (!n || n > 19 || (s[0] == '0' && n > 1)) return "not an id";
    for (size_t k = 0; k < n; k++) {
        if (s[k] < '0' || s[k] > '9') return "not an id";
        v = v * 10 + (u64)(s[k] - '0');
    }
    if (v > INT64_MAX) return "not an id";
    *ret = (i64)v;
    return NULL;
}

const char *shape_word_of(struct ctx *c, const struct field *f, const char *s, size_t n,
                          int *ret)
{
    struct buf all = buf_new(c->mem, 128, 1024);

    for (int k = 0; f->words[k]; k++) {
        if (strlen(f->words[k]) == n && !memcmp(f->words[k], s, n)) {
            *ret = k;
            return NULL;
        }
        if (k) buf_text(&all, ", ");
        buf_text(&all, f->words[k]);
    }
    return arena_printf(c->mem, "not one of: %s", all.at);
}

const char *shape_time_of(const char *s, i64 *ret)
{
    return time_parse(s, 0, ret) ? NULL : "not a time like 2026-11-21T18:00:00Z";
}

/* ---- One value: from JSON -----------------------------------------------------------
 */

/* A value of the wrong kind is stepped over, so that the members after it are
 * looked at too. */
static bool not_a(struct reader *r, const struct path *p, const char *what)
{
    if (json_kind(&r->j) == JSON_BAD) return json_skip(&r->j, NULL);
    wrong(r, p, arena_printf(r->c->mem, "not %s", what));
    return json_skip(&r->j, NULL);
}

static bool read_whole(struct reader *r, const struct field *f, const struct path *p,
                       i64 *to)
{
    struct json_number v;

    if (json_kind(&r->j) != JSON_NUMBER) return not_a(r, p, "a whole number");
    if (!json_number(&r->j, &v)) return false;
    const char *why = v.whole ? shape_check_int(r->c, f, v.i) : "not a whole number";
    if (why)
        wrong(r, p, why);
    else
        *to = v.i;
    return true;
}

static bool read_real(struct reader *r, const struct path *p, double *to)
{
    struct json_number v;

    if (json_kind(&r->j) != JSON_NUMBER) return not_a(r, p, "a number");
    if (!json_number(&r->j, &v)) return false;
    *to = v.d;
    return true;
}

static bool read_flag(struct reader *r, const struct path *p, bool *to)
{
    const enum json_kind k = json_kind(&r->j);

    if (k != JSON_TRUE && k != JSON_FALSE) return not_a(r, p, "true or false");
    return json_bool(&r->j, to);
}

/* What is written as a string: texts, ids, times, words. */
static bool read_text(struct reader *r, const struct field *f, enum field_kind kind,
                      const struct path *p, void *to)
{
    const char *s, *why;
    size_t n;

    if (json_kind(&r->j) != JSON_TEXT) return not_a(r, p, "a string");
    if (!json_text(&r->j, &s, &n)) return false;
    switch (kind) {
    case FIELD_ID:
        why = shape_id_of(s, n, to);
        break;
    case FIELD_TIME:
        why = shape_time_of(s, to);
        break;
    case FIELD_ENUM:
        why = shape_word_of(r->c, f, s, n, to);
        break;
    default:
        why = f->kind == FIELD_LIST ? NULL : shape_check_text(r->c, f, n);
        if (f->kind == FIELD_LIST && n > LIMIT_TEXT) why = "too long";
        if (!why) *(const char **)to = s;
    }
    if (why) wrong(r, p, why);
    return true;
}

static bool read_any(struct reader *r, const struct field *f, const struct path *p,
                     const char **to)
{
    struct json_text t;

    if (!json_skip(&r->j, &t)) return false;
    const char *why = shape_check_text(r->c, f, t.n);
    if (why)
        wrong(r, p, why);
    else
        *to = arena_strdup(r->c->mem, t.at, t.n);
    return true;
}

static bool read_object(struct reader *r, const struct shape *s, const struct path *p,
                        void *into);

static bool read_list(struct reader *r, const struct field *f, const struct path *p,
                      struct list *to);

static bool read_value(struct reader *r, const struct field *f, enum field_kind kind,
                       const struct path *p, void *to)
{
    static const struct field any_whole = { .kind = FIELD_INT };

    switch (kind) {
    case FIELD_INT:
        return read_whole(r, f->kind == FIELD_LIST ? &any_whole : f, p, to);
    case FIELD_REAL:
        return read_real(r, p, to);
    case FIELD_BOOL:
        return read_flag(r, p, to);
    case FIELD_JSON:
        return read_any(r, f, p, to);
    case FIELD_LIST:
        return read_list(r, f, p, to);
    case FIELD_OBJECT:
        if (f->kind == FIELD_OBJECT)
            to = *(void **)to = arena_alloc(r->c->mem, f->shape->size);
        return read_object(r, f->shape, p, to);
    default:
        return read_text(r, f, kind, p, to);
    }
}

static bool read_list(struct reader *r, const struct field *f, const struct path *p,
                      struct list *to)
{
    const size_t size = shape_item_size(f), max = f->max ? (size_t)f->max : LIMIT_LIST;
    size_t n = 0;

    if (json_kind(&r->j) != JSON_ARRAY) return not_a(r, p, "an array");
    *to = (struct list){ 0 };
    while (json_item(&r->j, &n)) {
        const struct path item = { .up = p, .index = n - 1 };

        if (n == max + 1)
            wrong(r, p, arena_printf(r->c->mem, "more than %zu items", max));
        if (n > max || arena_full(r->c->mem)) {
            if (!json_skip(&r->j, NULL)) return false;
            continue;
        }
        if (!read_value(r, f, f->elem, &item, list_add(r->c->mem, to, size)))
            return false;
    }
    if (f->min && n < (size_t)f->min && !r->j.why)
        wrong(r, p, arena_printf(r->c->mem, "fewer than %lld items", f->min));
    return !r->j.why;
}

static const struct field *find(const struct shape *s, struct json_text name,
                                int *ret_at)
{
    for (int k = 0; s->fields[k].name; k++) {
        const char *have = s->fields[k].name;

        if (!strncmp(have, name.at, name.n) && !have[name.n]) {
            *ret_at = k;
            return &s->fields[k];
        }
    }
    return NULL;
}

static bool unknown(struct reader *r, const struct path *up, struct json_text name)
{
    const size_t n = name.n < 64 ? name.n : 64;
    size_t whole = 0; /* not half a character */

    for (size_t step; whole < n; whole += step) {
        step = utf8_step(name.at + whole, name.at + name.n);
        if (!step || whole + step > n) break;
    }
    const struct path p = { .up = up, .name = arena_strdup(r->c->mem, name.at, whole) };
    wrong(r, &p, "unrecognized member");
    return json_skip(&r->j, NULL);
}

static void report_absent(struct reader *r, const struct shape *s,
                          const struct path *up, u64 seen)
{
    for (int k = 0; s->fields[k].name; k++) {
        const struct path p = { .up = up, .name = s->fields[k].name };

        if (s->fields[k].flags & MUST && !(seen >> k & 1)) wrong(r, &p, "missing");
    }
}

static bool read_member(struct reader *r, const struct field *f, const struct path *p,
                        void *into)
{
    if (f->flags & OPT && json_kind(&r->j) == JSON_NULL) return json_nothing(&r->j);
    return read_value(r, f, f->kind, p, (char *)into + f->at);
}

static bool read_object(struct reader *r, const struct shape *s, const struct path *p,
                        void *into)
{
    struct json_object o = { .trusted = true };
    struct json_text name;
    u64 seen = 0;
    int at = 0;

    if (json_kind(&r->j) != JSON_OBJECT) return not_a(r, p, "an object");
    shape_clear(s, into);
    while (json_member(&r->j, &o, &name)) {
        const struct field *f = find(s, name, &at);
        const struct path here = { .up = p, .name = f ? f->name : NULL };

        if (f && seen >> at & 1) return json_fail(&r->j, "a member stands twice");
        if (f) seen |= 1ull << at;
        if (!(f ? read_member(r, f, &here, into) : unknown(r, p, name))) return false;
    }
    if (!r->j.why) report_absent(r, s, p, seen);
    return !r->j.why;
}

enum err shape_read(struct ctx *c, const struct shape *s, const char *json, size_t n,
                    void *into)
{
    struct reader r = { .c = c };
    int line, column;

    c->fault = (struct fault){ 0 };
    json_start(&r.j, c->mem, json, n);
    if (!read_object(&r, s, NULL, into) || !json_end(&r.j)) {
        json_where(&r.j, &line, &column);
        return FAIL(c, BAD_JSON, "line %d, column %d: %s", line, column, r.j.why);
    }
    if (arena_full(c->mem)) return FAIL(c, TOO_BIG, "the body needs too much memory");
    return c->fault.err;
}

void *list_add(struct arena *mem, struct list *l, size_t item)
{
    /* The room is the next power of two from 8 up, so its size need not be kept. */
    if (!l->n || (l->n >= 8 && !(l->n & (l->n - 1)))) {
        void *to = arena_raw(mem, (l->n ? l->n * 2 : 8) * item);

        if (l->n) memcpy(to, l->at, l->n * item);
        l->at = to;
    }
    return memset((char *)l->at + l->n++ * item, 0, item);
}
