#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

enum { PLAIN = 1, DIGIT = 2, SPACE = 4 };

/* PLAIN: may stand in a string as it is and is ASCII. */
static unsigned char class_of(unsigned char ch)
{
    static const unsigned char classes[256] = {
        ['\t'] = SPACE,
        ['\n'] = SPACE,
        ['\r'] = SPACE,
        [' '] = PLAIN | SPACE,
        ['!'] = PLAIN,
        ['#' ... '/'] = PLAIN,
        ['0' ... '9'] = PLAIN | DIGIT,
        [':' ... '['] = PLAIN,
        [']' ... 0x7f] = PLAIN,
    };

    return classes[ch];
}

static bool is(const struct json *j, const char *p, unsigned char what)
{
    return p < j->end && class_of((unsigned char)*p) & what;
}

static void space(struct json *j)
{
    while (is(j, j->at, SPACE)) j->at++;
}

bool json_fail(struct json *j, const char *why)
{
    if (!j->why) j->why = why;
    return false;
}

static bool fail_where(struct json *j, const char *at, const char *why)
{
    if (!j->why) j->at = at;
    return json_fail(j, why);
}

void json_start(struct json *j, struct arena *mem, const char *text, size_t n)
{
    *j = (struct json){ .mem = mem, .begin = text, .at = text, .end = text + n };
}

void json_where(const struct json *j, int *ret_line, int *ret_column)
{
    int line = 1, column = 1;

    for (const char *p = j->begin; p < j->at; p++) {
        column = *p == '\n' ? 1 : column + ((*p & 0xc0) != 0x80);
        line += *p == '\n';
    }
    *ret_line = line;
    *ret_column = column;
}

enum json_kind json_kind(struct json *j)
{
    if (j->why) return JSON_BAD;
    space(j);
    if (j->at == j->end) return JSON_BAD;
    switch (*j->at) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_TEXT;
    case 't':
        return JSON_TRUE;
    case 'f':
        return JSON_FALSE;
    case 'n':
        return JSON_NULL;
    case '-':
    case '0' ... '9':
        return JSON_NUMBER;
    default:
        return JSON_BAD;
    }
}

static bool expected(struct json *j, const char *why)
{
    return json_fail(j, j->at == j->end ? "the text ends too early" : why);
}

/* ---- Text ---------------------------------------------------------------------- */

size_t utf8_step(const char *at, const char *end)
{
    const unsigned char *p = (const unsigned char *)at;
    const size_t left = (size_t)(end - at);
    const unsigned a = *p;

    if (a < 0x80) return 1;
    if (a < 0xc2 || a > 0xf4 || left < 2 || (p[1] & 0xc0) != 0x80) return 0;
    if (a < 0xe0) return 2;
    if (left < 3 || (p[2] & 0xc0) != 0x80) return 0;
    if (a < 0xf0)
        return (a == 0xe0 && p[1] < 0xa0) || (a == 0xed && p[1] > 0x9f) ? 0 : 3;
    if (left < 4 || (p[3] & 0xc0) != 0x80) return 0;
    return (a == 0xf0 && p[1] < 0x90) || (a == 0xf4 && p[1] > 0x8f) ? 0 : 4;
}

bool utf8_valid(const char *at, size_t n)
{
    for (const char *p = at, *end = at + n; p < end;) {
        const size_t step = utf8_step(p, end);

        if (!step) return false;
        p += step;
    }
    return true;
}

static int hex4(const char *p, const char *end)
{
    int v = 0;

    if (end - p < 4) return -1;
    for (int k = 0; k < 4; k++) {
        const char ch = p[k];
        const int digit = ch >= '0' && ch <= '9'   ? ch - '0'
                          : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
                          : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10
                                                   : -1;
        if (digit < 0) return -1;
        v = v << 4 | digit;
    }
    return v;
}

static char *put_utf8(char *to, unsigned ch)
{
    if (ch < 0x80) {
        *to++ = (char)ch;
    } else if (ch < 0x800) {
        *to++ = (char)(0xc0 | ch >> 6);
        *to++ = (char)(0x80 | (ch & 0x3f));
    } else if (ch < 0x10000) {
        *to++ = (char)(0xe0 | ch >> 12);
        *to++ = (char)(0x80 | (ch >> 6 & 0x3f));
        *to++ = (char)(0x80 | (ch & 0x3f));
    } else {
        *to++ = (char)(0xf0 | ch >> 18);
        *to++ = (char)(0x80 | (ch >> 12 & 0x3f));
        *to++ = (char)(0x80 | (ch >> 6 & 0x3f));
        *to++ = (char)(0x80 | (ch & 0x3f));
    }
    return to;
}

/* p stands behind "\u"; a high surrogate needs its low one. */
static const char *unescape_u(struct json *j, const char *p, char **to)
{
    int ch = hex4(p, j->end);

    if (ch < 0) return fail_where(j, p, "four hexadecimal digits were expected"), NULL;
    if (!ch) return fail_where(j, p, "\\u0000 is not allowed"), NULL;
    if (ch >= 0xdc00 && ch <= 0xdfff) return fail_where(j, p, "a lone surrogate"), NULL;
    p += 4;
    if (ch >= 0xd800 && ch <= 0xdbff) {
        const int low =
            j->end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, j->end) : -1;

        if (low < 0xdc00 || low > 0xdfff)
            return fail_where(j, p, "a lone surrogate"), NULL;
        ch = 0x10000 + ((ch - 0xd800) << 10) + (low - 0xdc00);
        p += 6;
    }
    *to = put_utf8(*to, (unsigned)ch);
    return p;
}

/* p stands behind the backslash. */
static const char *unescape(struct json *j, const char *p, char **to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";

    if (p == j->end) return fail_where(j, p, "the text ends too early"), NULL;
    if (*p == 'u') return unescape_u(j, p + 1, to);
    const char *at = *p ? strchr(from, *p) : NULL;
    if (!at) return fail_where(j, p, "an unknown escape"), NULL;
    *(*to)++ = into[at - from];
    return p + 1;
}

/* The end of the run of valid characters that need no unescaping. */
static const char *plain_run(struct json *j, const char *p)
{
    while (p < j->end) {
        if (class_of((unsigned char)*p) & PLAIN) {
            p++;
            continue;
        }
        if (!(*p & 0x80)) return p;
        const size_t step = utf8_step(p, j->end);
        if (!step) return fail_where(j, p, "the text is not valid UTF-8"), NULL;
        p += step;
    }
    return p;
}

/* A string with escapes: into the arena. */
static const char *escaped(struct json *j, const char *from, const char *p,
                           struct json_text *ret)
{
    const char *stop = p; /* an upper bound of the length: the closing quote */

    while (stop < j->end && *stop != '"') stop += *stop == '\\' ? 2 : 1;
    if (stop >= j->end) return fail_where(j, j->end, "the text ends too early"), NULL;
    char *copy = arena_raw(j->mem, (size_t)(stop - from) + 1), *to = copy;
    for (;;) {
        memcpy(to, from, (size_t)(p - from));
        to += p - from;
        if (p == j->end || (unsigned char)*p < ' ')
            return fail_where(j, p, "a control character or the end inside a string"),
                   NULL;
        if (*p == '"') break;
        if (!(from = unescape(j, p + 1, &to)) || !(p = plain_run(j, from))) return NULL;
    }
    *to = '\0';
    *ret = (struct json_text){ copy, (size_t)(to - copy) };
    return p + 1;
}

/* Reads a string; `ret` points into the input when nothing was escaped. */
static bool string(struct json *j, struct json_text *ret)
{
    if (j->why) return false;
    if (j->at == j->end || *j->at != '"') return expected(j, "a string was expected");
    const char *from = j->at + 1, *p = plain_run(j, from);
    if (!p) return false;
    if (p < j->end && *p == '"') {
        *ret = (struct json_text){ from, (size_t)(p - from) };
        p++;
    } else if (p == j->end) {
        return fail_where(j, p, "the text ends too early");
    } else if (!(p = escaped(j, from, p, ret))) {
        return false;
    }
    j->at = p;
    return true;
}

bool json_text(struct json *j, const char **ret, size_t *ret_n)
{
    struct json_text t;

    space(j);
    if (!string(j, &t)) return false;
    const bool inside = t.at >= j->begin && t.at <= j->end;
    *ret = inside ? arena_strdup(j->mem, t.at, t.n) : t.at;
    if (ret_n) *ret_n = t.n;
    return true;
}

/* ---- Numbers and words ----------------------------------------------------------- */

static const char *digits(const struct json *j, const char *p)
{
    while (is(j, p, DIGIT)) p++;
    return p;
}

static double real(struct json *j, const char *from, size_t n)
{
    char small[64], *text = n < sizeof(small) ? small : arena_raw(j->mem, n + 1);

    memcpy(text, from, n);
    text[n] = '\0';
    return strtod(text, NULL);
}

/* Up to 19 digits into an exact integer. */
static bool whole(const char *p, const char *end, bool minus, i64 *ret)
{
    u64 v = 0;

    if (end - p > 19) return false;
    for (; p < end; p++) v = v * 10 + (u64)(*p - '0');
    if (v > (u64)INT64_MAX + minus) return false;
    *ret = minus ? (i64)(0 - v) : (i64)v;
    return true;
}

bool json_number(struct json *j, struct json_number *ret)
{
    space(j);
    const char *from = j->at, *p = from;
    const bool minus = p < j->end && *p == '-';

    if (j->why) return false;
    p += minus;
    const char *first = p;
    p = digits(j, p);
    if (p == first) return fail_where(j, p, "a digit was expected");
    if (*first == '0' && p > first + 1)
        return fail_where(j, first, "a number must not begin with 0");

    const bool plain = p == j->end || (*p != '.' && *p != 'e' && *p != 'E');
    if (plain && whole(first, p, minus, &ret->i)) {
        *ret = (struct json_number){ .whole = true, .i = ret->i, .d = (double)ret->i };
        j->at = p;
        return true;
    }
    if (p < j->end && *p == '.') {
        const char *fraction = p + 1;
        if ((p = digits(j, fraction)) == fraction)
            return fail_where(j, p, "a digit was expected");
    }
    if (p < j->end && (*p == 'e' || *p == 'E')) {
        const char *power = p + 1;
        if (power < j->end && (*power == '+' || *power == '-')) power++;
        if ((p = digits(j, power)) == power)
            return fail_where(j, p, "a digit was expected");
    }
    *ret = (struct json_number){ .d = real(j, from, (size_t)(p - from)) };
    if (!isfinite(ret->d)) return fail_where(j, from, "the number is too large");
    j->at = p;
    return true;
}

static bool word(struct json *j, const char *w, size_t n)
{
    if (j->why) return false;
    if ((size_t)(j->end - j->at) < n || memcmp(j->at, w, n) != 0)
        return json_fail(j, "a value was expected");
    j->at += n;
    return true;
}

bool json_bool(struct json *j, bool *ret)
{
    const bool yes = json_kind(j) == JSON_TRUE;

    if (!(yes ? word(j, "true", 4) : word(j, "false", 5))) return false;
    *ret = yes;
    return true;
}

bool json_nothing(struct json *j)
{
    space(j);
    return word(j, "null", 4);
}

/* ---- Objects and arrays -----------------------------------------------------------
 */

static bool enter(struct json *j, char bracket, const char *why)
{
    space(j);
    if (j->why) return false;
    if (j->at == j->end || *j->at != bracket) return expected(j, why);
    if (++j->depth > LIMIT_JSON_DEPTH) return json_fail(j, "nested too deeply");
    j->at++;
    return true;
}

/* After an element: a comma goes on, the bracket ends. */
static bool more(struct json *j, bool first, char bracket, const char *why)
{
    space(j);
    if (j->why) return false;
    if (j->at < j->end && *j->at == bracket) {
        j->at++;
        j->depth--;
        return false;
    }
    if (first) return true;
    if (j->at == j->end || *j->at != ',') return expected(j, why);
    j->at++;
    space(j);
    return true;
}

static bool seen_before(struct json *j, struct json_object *o, struct json_text name)
{
    static char mark;

    if (o->n < 8) {
        if (!o->few) o->few = arena_raw(j->mem, 8 * sizeof(*o->few));
        for (size_t k = 0; k < o->n; k++)
            if (o->few[k].n == name.n && !memcmp(o->few[k].at, name.at, name.n))
                return true;
        o->few[o->n++] = name;
        return false;
    }
    if (!o->many.n) {
        o->many.mem = j->mem;
        for (size_t k = 0; k < 8; k++)
            map_add(&o->many, o->few[k].at, o->few[k].n, &mark);
    }
    o->n++;
    return map_add(&o->many, name.at, name.n, &mark) != NULL;
}

bool json_member(struct json *j, struct json_object *o, struct json_text *ret_name)
{
    const bool first = !o->open;

    if (first && !enter(j, '{', "an object was expected")) return false;
    o->open = true;
    if (!more(j, first, '}', "a comma or a closing brace was expected")) return false;
    const char *at = j->at;
    if (!string(j, ret_name)) return false;
    if (!o->trusted && seen_before(j, o, *ret_name))
        return fail_where(j, at, "a member stands twice");
    space(j);
    if (j->at == j->end || *j->at != ':') return expected(j, "a colon was expected");
    j->at++;
    space(j);
    return true;
}

/* The count is kept one ahead while we are inside, so that 0 means "not yet". */
bool json_item(struct json *j, size_t *n)
{
    if (!*n && !enter(j, '[', "an array was expected")) return false;
    if (!more(j, !*n, ']', "a comma or a closing bracket was expected")) return false;
    ++*n;
    return true;
}

static bool skip(struct json *j)
{
    struct json_object o = { 0 };
    struct json_number number;
    struct json_text t;
    size_t n = 0;
    bool b;

    switch (json_kind(j)) {
    case JSON_OBJECT:
        while (json_member(j, &o, &t))
            if (!skip(j)) return false;
        return !j->why;
    case JSON_ARRAY:
        while (json_item(j, &n))
            if (!skip(j)) return false;
        return !j->why;
    case JSON_TEXT:
        return string(j, &t);
    case JSON_NUMBER:
        return json_number(j, &number);
    case JSON_TRUE:
    case JSON_FALSE:
        return json_bool(j, &b);
    case JSON_NULL:
        return json_nothing(j);
    default:
        return expected(j, "a value was expected");
    }
}

bool json_skip(struct json *j, struct json_text *ret)
{
    space(j);
    const char *from = j->at;

    if (!skip(j)) return false;
    if (ret) *ret = (struct json_text){ from, (size_t)(j->at - from) };
    return true;
}

bool json_end(struct json *j)
{
    space(j);
    if (!j->why && j->at != j->end) json_fail(j, "something stands after the value");
    return !j->why;
}

/* ---- Writing ------------------------------------------------------------------------
 */

static void put_escape(struct buf *to, unsigned char ch)
{
    static const char hex[] = "0123456789abcdef";
    const char *two = ch == '"'    ? "\\\""
                      : ch == '\\' ? "\\\\"
                      : ch == '\n' ? "\\n"
                      : ch == '\r' ? "\\r"
                      : ch == '\t' ? "\\t"
                                   : NULL;

    if (two) {
        buf_put(to, two, 2);
        return;
    }
    const char six[6] = { '\\', 'u', '0', '0', hex[ch >> 4], hex[ch & 15] };
    buf_put(to, six, 6);
}

void json_put_text(struct buf *to, const char *s, size_t n)
{
    size_t from = 0;

    buf_char(to, '"');
    for (size_t k = 0; k < n; k++) {
        const unsigned char ch = (unsigned char)s[k];

        if (ch >= ' ' && ch != '"' && ch != '\\' && ch != '<') continue;
        buf_put(to, s + from, k - from);
        put_escape(to, ch);
        from = k + 1;
    }
    buf_put(to, s + from, n - from);
    buf_char(to, '"');
}

void json_put_real(struct buf *to, double d)
{
    char text[32];

    if (!isfinite(d)) {
        buf_put(to, "null", 4);
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        const int n = snprintf(text, sizeof(text), "%.*g", precision, d);

        if (precision < 17 && strtod(text, NULL) != d) continue;
        buf_put(to, text, (size_t)n);
        return;
    }
}
