#include "base/buf.h"

#include <stdio.h>

struct buf buf_new(struct arena *mem, size_t first, size_t max)
{
    struct buf b = { .mem = mem, .size = first ? first : 256, .max = max };

    b.at = arena_raw(mem, b.size);
    b.at[0] = '\0';
    return b;
}

char *buf_grow(struct buf *b, size_t n)
{
    size_t size = b->size;

    if (n > b->max - b->n) {
        b->full = true;
        b->max = b->n; /* nor anything shorter */
        return NULL;
    }
    while (size < b->n + n + 1) size *= 2;
    char *to = arena_raw(b->mem, size);
    memcpy(to, b->at, b->n + 1);
    b->at = to;
    b->size = size;
    return buf_room(b, n);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    const char *s = arena_vprintf(b->mem, fmt, ap);
    va_end(ap);
    buf_text(b, s);
}

void buf_int(struct buf *b, i64 v)
{
    char digits[24], *p = digits + sizeof(digits);
    u64 u = v < 0 ? 0 - (u64)v : (u64)v;

    do {
        *--p = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (v < 0) *--p = '-';
    buf_put(b, p, (size_t)(digits + sizeof(digits) - p));
}
