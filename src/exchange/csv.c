#include "exchange/csv.h"

#include <assert.h>
#include <string.h>

#include "exchange/charset.h"

#define BUF ((size_t)256 << 10)

/* Read until n bytes are there or the source ends. */
static size_t read_full(struct csv *v, char *to, size_t n)
{
    size_t got = 0;

    while (got < n && !v->eof) {
        const long r = v->read(v->from, to + got, n - got);

        if (r <= 0) {
            v->eof = true;
            v->failed = r < 0;
            break;
        }
        got += (size_t)r;
    }
    v->bytes += (i64)got;
    return got;
}

/* Make the buffer hold what is unread plus as much more as fits. */
static void fill(struct csv *v)
{
    memmove(v->buf, v->buf + v->begin, v->end - v->begin);
    v->end -= v->begin;
    v->begin = 0;
    const size_t room = v->size - 1 - v->end;

    if (v->is_1251) {
        const size_t want = room / 3 < v->raw_size ? room / 3 : v->raw_size;
        const size_t got = read_full(v, v->raw, want);

        v->end += charset_from_1251(v->buf + v->end, v->raw, got);
    } else {
        v->end += read_full(v, v->buf + v->end, room);
    }
    v->buf[v->end] = '\0';
}

static char guess_separator(const char *s, size_t n)
{
    static const char seps[] = { ';', ',', '\t' };
    size_t count[3] = { 0, 0, 0 }, best = 0;
    bool quoted = false;

    for (size_t k = 0; k < n && (quoted || (s[k] != '\n' && s[k] != '\r')); k++) {
        if (s[k] == '"') quoted = !quoted;
        for (size_t j = 0; j < 3 && !quoted; j++) count[j] += s[k] == seps[j];
    }
    for (size_t j = 1; j < 3; j++)
        if (count[j] > count[best]) best = j;
    return seps[best];
}

/* Old spreadsheets end lines with CR alone. */
static void cr_to_lf(struct csv *v)
{
    char *s = v->buf + v->begin;
    const size_t n = v->end - v->begin;

    if (memchr(s, '\n', n)) return;
    for (char *p = s; (p = memchr(p, '\r', n - (size_t)(p - s)));) *p = '\n';
}

void csv_open(struct csv *v, struct arena *mem,
              long (*read)(void *from, char *to, size_t n), void *from)
{
    *v = (struct csv){ .read = read, .from = from, .next_line = 1, .size = BUF };
    v->buf = arena_raw(mem, BUF);
    v->end = read_full(v, v->buf, (size_t)64 << 10);
    v->buf[v->end] = '\0';
    if (v->end >= 3 && memcmp(v->buf, "\xEF\xBB\xBF", 3) == 0) {
        v->begin = 3;
    } else if (!charset_is_utf8(v->buf, v->end, !v->eof)) {
        v->is_1251 = true;
        v->raw_size = (size_t)64 << 10;
        v->raw = v->buf;
        v->size = BUF + 3 * v->raw_size;
        v->buf = arena_raw(mem, v->size);
        v->end = charset_from_1251(v->buf, v->raw, v->end);
        v->buf[v->end] = '\0';
    }
    cr_to_lf(v);
    v->sep = guess_separator(v->buf + v->begin, v->end - v->begin);
}

static void add(struct csv *v, char *at, char *end)
{
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t')) end--;
    *end = '\0';
    if (v->n == CSV_FIELDS) {
        v->broken = "too many columns";
        return;
    }
    v->fields[v->n++] = (struct csv_field){ at, (size_t)(end - at) };
}

/* A row without quotes: [s, end) stands in the buffer, *end may be written. */
static void split_plain(struct csv *v, char *s, char *end)
{
    const char sep = v->sep;

    for (char *p = s;; p++) {
        if (p < end && *p != sep) continue;
        add(v, s, p);
        if (p >= end) break;
        s = p + 1;
    }
}

/* A quoted field from its opening quote: unquoted in place.  Returns where it
 * ends (a separator or the end of the row). */
static char *split_quoted(struct csv *v, char *s, char *end)
{
    char *to = s, *p = s + 1;

    while (p < end) {
        if (*p == '"' && p + 1 < end && p[1] == '"')
            p++;
        else if (*p == '"')
            break;
        *to++ = *p++;
    }
    p += p < end;
    while (p < end && *p != v->sep) *to++ = *p++; /* "12" шт: keep what follows */
    add(v, s, to);
    return p;
}

static void split_row(struct csv *v, char *s, char *end)
{
    for (;;) {
        while (s < end && *s == ' ') s++;
        char *p = s;

        if (s < end && *s == '"') {
            p = split_quoted(v, s, end);
        } else {
            while (p < end && *p != v->sep) p++;
            if (p < end) {
                add(v, s, p); /* writes the NUL over the separator */
                s = p + 1;
                if (s >= end) add(v, end, end);
                if (s >= end) return;
                continue;
            }
            add(v, s, p);
        }
        if (p >= end) return;
        s = p + 1;
        if (s >= end) {
            add(v, end, end);
            return;
        }
    }
}

/* The end of the row that begins at s: its line end, or NULL when the buffer does
 * not have it.  Tells whether quotes are in it and counts lines within them. */
static char *row_end(char *s, char *end, bool *ret_quotes, i64 *ret_lines)
{
    char *nl = memchr(s, '\n', (size_t)(end - s));
    bool quoted = false;

    *ret_lines = 1;
    *ret_quotes = memchr(s, '"', (size_t)((nl ? nl : end) - s)) != NULL;
    if (!*ret_quotes) return nl;
    for (char *p = s; p < end; p++) {
        if (*p == '"') quoted = !quoted;
        if (*p != '\n') continue;
        if (!quoted) return p;
        ++*ret_lines;
        if (p - s > (long)CSV_ROW) return NULL;
    }
    return NULL;
}

/* A row over the limit: forget it up to the next line end. */
static bool skip_row(struct csv *v)
{
    v->broken = "the row is too long, or a quote is not closed";
    v->line = v->next_line++;
    for (;;) {
        char *nl = memchr(v->buf + v->begin, '\n', v->end - v->begin);

        if (nl) {
            v->begin = (size_t)(nl + 1 - v->buf);
            return true;
        }
        v->begin = v->end;
        fill(v);
        if (v->begin == v->end) return true;
    }
}

static bool open_quote(const char *s, const char *end)
{
    bool quoted = false;

    for (; s < end; s++) quoted ^= *s == '"';
    return quoted;
}

static bool row(struct csv *v)
{
    bool quotes = false;
    i64 lines = 1;
    char *nl = row_end(v->buf + v->begin, v->buf + v->end, &quotes, &lines);

    if (!nl && !v->eof) {
        fill(v);
        cr_to_lf(v);
        nl = row_end(v->buf + v->begin, v->buf + v->end, &quotes, &lines);
    }
    if (v->begin == v->end) return false;
    char *s = v->buf + v->begin, *end = nl ? nl : v->buf + v->end;
    if (!nl && v->eof && quotes && open_quote(s, end)) return skip_row(v);
    if ((!nl && !v->eof) || (size_t)(end - s) > CSV_ROW) return skip_row(v);

    v->line = v->next_line;
    v->next_line += lines;
    v->begin = (size_t)(end - v->buf) + (nl != NULL);
    if (end > s && end[-1] == '\r') end--;
    if (quotes)
        split_row(v, s, end);
    else
        split_plain(v, s, end);
    return true;
}

static bool empty(const struct csv *v)
{
    return !v->broken && (v->n == 0 || (v->n == 1 && v->fields[0].n == 0));
}

bool csv_next(struct csv *v)
{
    do {
        v->n = 0;
        v->broken = NULL;
        if (!row(v)) return false;
    } while (empty(v));
    return true;
}
