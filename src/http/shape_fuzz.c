/* shape_read() against a second opinion: jansson parses, a plain walk over its
 * tree checks the same shape.  Both take a text or both refuse it; what was
 * taken and written again reads back as the same text. */
#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/time.h"
#include "http/shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct inner {
    i64 qty;
    const char *note;
};
struct probe {
    i64 number, id, at;
    bool flag;
    double real;
    const char *text, *plain, *any;
    int word;
    struct inner *inner;
    struct list lines, ids, texts;
};

/* clang-format off */
static const char *const words[] = { "card", "cash", "наличные", NULL };
static const struct field inner_fields[] = {
    F_INT(inner, qty, MUST, 1, 99, ""),
    F_TEXT(inner, note, OPT, 16, ""),
    FIELD_END
};
static const struct shape inner_shape = SHAPE("Inner", inner, inner_fields);
static const struct field probe_fields[] = {
    F_INT(probe, number, OPT, 0, 0, ""),
    F_ID(probe, id, OPT, ""),
    F_TIME(probe, at, OPT, ""),
    F_BOOL(probe, flag, OPT, ""),
    F_REAL(probe, real, OPT, ""),
    F_TEXT(probe, text, OPT, 32, ""),
    F_TEXT(probe, plain, 0, 32, ""),
    F_JSON(probe, any, OPT, 64, ""),
    F_ENUM(probe, word, OPT, words, ""),
    F_OBJECT(probe, inner, OPT, &inner_shape, ""),
    F_LIST(probe, lines, OPT, &inner_shape, 3, ""),
    F_LIST_OF(probe, ids, OPT, FIELD_ID, 4, ""),
    F_LIST_OF(probe, texts, OPT, FIELD_TEXT, 4, ""),
    FIELD_END
};
static const struct shape probe_shape = SHAPE("Probe", probe, probe_fields);
/* clang-format on */

static bool fits(const struct shape *s, const json_t *v);

static bool id_fits(const char *s)
{
    const size_t n = strspn(s, "0123456789");

    if (!n || s[n] || n > 19 || (n > 1 && *s == '0')) return false;
    return n < 19 || strcmp(s, "9223372036854775807") <= 0;
}

static bool word_fits(const struct field *f, const char *s)
{
    for (int k = 0; f->words[k]; k++)
        if (!strcmp(f->words[k], s)) return true;
    return false;
}

static bool value_fits(const struct field *f, enum field_kind kind, const json_t *v)
{
    const bool item = f->kind == FIELD_LIST;
    i64 at;

    switch (kind) {
    case FIELD_INT:
        return json_is_integer(v) && json_integer_value(v) != INT64_MIN &&
               (item || !(f->min | f->max) ||
                (json_integer_value(v) >= f->min && json_integer_value(v) <= f->max));
    case FIELD_ID:
        return json_is_string(v) && id_fits(json_string_value(v));
    case FIELD_TIME:
        return json_is_string(v) && time_parse(json_string_value(v), 0, &at);
    case FIELD_BOOL:
        return json_is_boolean(v);
    case FIELD_REAL:
        return json_is_number(v);
    case FIELD_ENUM:
        return json_is_string(v) && word_fits(f, json_string_value(v));
    case FIELD_TEXT:
        return json_is_string(v) &&
               json_string_length(v) <= (item ? LIMIT_TEXT : (size_t)f->max);
    case FIELD_OBJECT:
        return fits(f->shape, v);
    default:
        return true;
    }
}

static bool list_fits(const struct field *f, const json_t *v)
{
    if (!json_is_array(v) || json_array_size(v) > (size_t)f->max) return false;
    for (size_t k = 0; k < json_array_size(v); k++)
        if (!value_fits(f, f->elem, json_array_get(v, k))) return false;
    return true;
}

static bool fits(const struct shape *s, const json_t *v)
{
    size_t known = 0;

    if (!json_is_object(v)) return false;
    for (const struct field *f = s->fields; f->name; f++) {
        const json_t *m = json_object_get(v, f->name);

        if (!m && f->flags & MUST) return false;
        known += m != NULL;
        if (!m || (json_is_null(m) && f->flags & OPT)) continue;
        if (f->kind == FIELD_LIST ? !list_fits(f, m) : !value_fits(f, f->kind, m))
            return false;
    }
    return known == json_object_size(v);
}

static const char *written(struct ctx *c, const struct probe *p)
{
    struct buf to = buf_new(c->mem, 256, 1 << 20);

    shape_write(&to, &probe_shape, p);
    return to.at;
}

static void again(struct ctx *c, const struct probe *p)
{
    const char *first = written(c, p);
    struct probe q = { 0 };

    assert(!shape_read(c, &probe_shape, first, strlen(first), &q));
    assert(!strcmp(first, written(c, &q)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c = { .mem = arena_new((size_t)64 << 20) };
    struct probe p = { 0 };
    json_error_t error = { .text = "" };

    char *text = malloc(size ? size : 1);
    if (size) memcpy(text, data, size);
    const enum err e = shape_read(&c, &probe_shape, text, size, &p);
    json_t *theirs = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    const bool deep = c.fault.message && strstr(c.fault.message, "too deeply");

    assert(e == c.fault.err && (!e || c.fault.message));
    /* `any` keeps the text itself, white space and all: its size is not theirs. */
    const bool any = theirs && json_object_get(theirs, "any");
    const bool nul = size && memchr(text, 0, size); /* jansson passes over those */
    assert(!nul || e);
    if (!deep && !any && !nul && !strstr(error.text, "too big"))
        assert((e == ERR_OK) == (theirs && fits(&probe_shape, theirs)));
    if (!e) again(&c, &p);
    json_decref(theirs);
    free(text);
    arena_free(c.mem);
    return 0;
}
