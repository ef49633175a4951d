#include "base/buf.h"

#include <stdio.h>

struct buf buf_new(struct arena *mem, size_t first, size_t max)
{
    struct buf b = { .mem = mem, .size = first ? first : 256, .max = max };

    b.at = arena_raw(mem, b.size);
    b.at[0] = '\0';
    return b;
}

char *buf_room(struct buf *b, size_t n)
{
    if (b->full || n > b->max || b->n > b->max - n) {
        b->full = true;
        return NULL;
    }
    if (b->n + n + 1 > b->size) {
        size_t size = b->size * 2;
        while (size < b->n + n + 1) size *= 2;
        char *to = arena_raw(b->mem, size);
        memcpy(to, b->at, b->n + 1);
        b->at = to;
        b->size = size;
    }
    char *to = b->at + b->n;
    b->n += n;
    b->at[b->n] = '\0';
    return to;
}

void buf_put(struct buf *b, const char *s, size_t n)
{
    char *to = buf_room(b, n);

    if (to) memcpy(to, s, n);
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
