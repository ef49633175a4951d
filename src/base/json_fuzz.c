/* The JSON reader against jansson: the same texts are taken, with the same
 * values.  Where we differ on purpose (depth, integers beyond 64 bits) only our
 * not crashing is asked. */
#include <assert.h>
/* Both call their kinds JSON_OBJECT and so on. */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY  JANSSON_ARRAY
#define JSON_TRUE   JANSSON_TRUE
#define JSON_FALSE  JANSSON_FALSE
#define JSON_NULL   JANSSON_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *build(struct json *j);

static json_t *build_object(struct json *j)
{
    json_t *o = json_object();
    struct json_object at = { 0 };
    struct json_text name;

    while (json_member(j, &at, &name)) {
        char *key = arena_strdup(j->mem, name.at, name.n);
        json_t *value = build(j);

        if (!value) break;
        assert(!json_object_get(o, key));
        json_object_set_new_nocheck(o, key, value);
    }
    return o;
}

static json_t *build_array(struct json *j)
{
    json_t *a = json_array();
    size_t n = 0;

    while (json_item(j, &n)) {
        json_t *value = build(j);

        if (!value) break;
        json_array_append_new(a, value);
        assert(json_array_size(a) == n);
    }
    return a;
}

static json_t *build(struct json *j)
{
    struct json_number number;
    const char *s;
    size_t n;
    bool b;

    switch (json_kind(j)) {
    case JSON_OBJECT:
        return build_object(j);
    case JSON_ARRAY:
        return build_array(j);
    case JSON_TEXT:
        return json_text(j, &s, &n) ? json_stringn_nocheck(s, n) : NULL;
    case JSON_NUMBER:
        if (!json_number(j, &number)) return NULL;
        return number.whole ? json_integer(number.i) : json_real(number.d);
    case JSON_TRUE:
    case JSON_FALSE:
        return json_bool(j, &b) ? json_boolean(b) : NULL;
    case JSON_NULL:
        return json_nothing(j) ? json_null() : NULL;
    default:
        json_skip(j, NULL);
        return NULL;
    }
}

static bool ours_differs(const struct json *j, const json_error_t *theirs)
{
    return (j->why && !strcmp(j->why, "nested too deeply")) ||
           strstr(theirs->text, "too big");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *mem = arena_new((size_t)64 << 20);
    struct json j, skip;
    json_error_t error = { .text = "" };
    int line, column;

    /* Copied, so that a byte read behind the end is seen. */
    char *text = malloc(size ? size : 1);
    if (size) memcpy(text, data, size);
    json_start(&j, mem, text, size);
    json_t *ours = build(&j);
    const bool taken = json_end(&j) && ours;
    json_start(&skip, mem, text, size);
    const bool skipped = json_skip(&skip, NULL) && json_end(&skip);
    assert(taken == skipped);
    json_where(&j, &line, &column);
    assert(line > 0 && column > 0);

    json_t *theirs =
        json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (size && memchr(text, 0, size)) {
        assert(!taken); /* jansson passes over NUL bytes between values */
    } else if (!ours_differs(&j, &error)) {
        assert(taken == (theirs != NULL));
        assert(!taken || json_equal(ours, theirs));
    }
    json_decref(ours);
    json_decref(theirs);
    free(text);
    arena_free(mem);
    return 0;
}
