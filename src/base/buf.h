/* buf.h -- text that grows: JSON, CSV, XML, SQL plans on their way out.
 *
 * Memory  in the arena given; doubling, so a long text costs at most twice
 * Limit   `max` bytes; past it nothing is added and `full` is set */
#pragma once

#include <string.h>

#include "base/ctx.h"

struct buf {
    struct arena *mem;
    char *at; /* always ends with a NUL that `n` does not count */
    size_t n, size, max;
    bool full;
};

struct buf buf_new(struct arena *mem, size_t first, size_t max);
char *buf_grow(struct buf *b, size_t n); /* buf_room() of what does not fit yet */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_int(struct buf *b, i64 v);

/* n bytes to write into, or NULL when full. */
static inline char *buf_room(struct buf *b, size_t n)
{
    if (n >= b->size - b->n || n > b->max - b->n) return buf_grow(b, n);
    char *to = b->at + b->n;
    b->n += n;
    b->at[b->n] = '\0';
    return to;
}
static inline void buf_put(struct buf *b, const char *s, size_t n)
{
    char *to = buf_room(b, n);

    if (to && n) memcpy(to, s, n);
}
static inline void buf_char(struct buf *b, char ch)
{
    char *to = buf_room(b, 1);

    if (to) *to = ch;
}
static inline void buf_text(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}
