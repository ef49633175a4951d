/* json.h -- JSON read by pulling: ask for what you expect, get it or a reason.
 *
 * Strict RFC 8259 over UTF-8 with four bans of ours: doubled member names,
 * \u0000, nesting past LIMIT_JSON_DEPTH, anything after the value.  Integers
 * are exact over all of int64 and never pass through a double.
 *
 *     struct json j;
 *     json_start(&j, mem, text, n);
 *     struct json_object o = { 0 };
 *     while (json_member(&j, &o, &name)) ... read or json_skip(&j) ...
 *     if (!json_end(&j)) -> j.why, at json_where()
 *
 * After an error every call says no; only the first is kept.
 *
 * Memory    texts are copied once into the arena, unescaped, NUL-terminated
 * Cost      one pass; the name of a member costs no allocation without escapes */
#pragma once

#include "base/ctx.h"
#include "base/map.h"

enum json_kind {
    JSON_BAD,
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_TEXT,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
};

struct json {
    struct arena *mem;
    const char *begin, *at, *end;
    const char *why; /* what is wrong, or NULL; `at` stands there */
    int depth;
};

struct json_text {
    const char *at; /* not NUL-terminated when it points into the input */
    size_t n;
};

/* Where we are in one object: the names seen, to refuse doubles. */
struct json_object {
    bool open, trusted; /* trusted: the caller refuses doubled names himself */
    size_t n;
    struct json_text *few; /* the first 8 names; after them the map */
    struct map many;
};

struct json_number {
    bool whole; /* an integer that fits: `i` is exact; else only `d` */
    i64 i;
    double d;
};

void json_start(struct json *j, struct arena *mem, const char *text, size_t n);

/* The kind of the value that comes next; nothing is consumed. */
enum json_kind json_kind(struct json *j);

/* Step to the next member's value; false at the end of the object or an error. */
bool json_member(struct json *j, struct json_object *o, struct json_text *ret_name);
/* Step to the next item; `*n` counts them from 0 and must begin so. */
bool json_item(struct json *j, size_t *n);

bool json_text(struct json *j, const char **ret, size_t *ret_n);
bool json_number(struct json *j, struct json_number *ret);
bool json_bool(struct json *j, bool *ret);
bool json_nothing(struct json *j);

/* Step over a value, checking all of it; its own text comes back. */
bool json_skip(struct json *j, struct json_text *ret);

/* Is all read, with nothing but white space left, and no error? */
bool json_end(struct json *j);

bool json_fail(struct json *j, const char *why); /* false */
void json_where(const struct json *j, int *ret_line, int *ret_column);

/* Bytes of the character that begins here, 0 when it is no valid UTF-8. */
size_t utf8_step(const char *at, const char *end);
bool utf8_valid(const char *at, size_t n);

/* ---- Writing ------------------------------------------------------------------ */

struct buf;
/* A string with its quotes, escaped; valid inside HTML's script element too. */
void json_put_text(struct buf *to, const char *s, size_t n);
/* The shortest decimal that reads back as the same double; null when not finite. */
void json_put_real(struct buf *to, double d);
