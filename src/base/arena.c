#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define BLOCK_BYTES ((size_t)16 * 1024)

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *top; /* the block we cut from; older ones follow */
    size_t used;       /* bytes handed out so far */
    size_t cap;
};

static struct block *block_new(struct block *next, size_t need)
{
    const size_t size = need > BLOCK_BYTES ? need : BLOCK_BYTES;
    struct block *b = malloc(sizeof(*b) + size);

    if (!b) abort();
    b->next = next;
    b->used = 0;
    b->size = size;
    ASAN_POISON_MEMORY_REGION(b->data, size);
    return b;
}

static void block_free(struct block *b)
{
    ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
    free(b);
}

struct arena *arena_new(size_t cap)
{
    struct arena *a = malloc(sizeof(*a));

    if (!a) abort();
    *a = (struct arena){ .top = block_new(NULL, 0), .cap = cap };
    return a;
}

void arena_free(struct arena *a)
{
    if (!a) return;
    for (struct block *b = a->top, *next; b; b = next) {
        next = b->next;
        block_free(b);
    }
    free(a);
}

void arena_reset(struct arena *a)
{
    struct block *first = a->top;

    while (first->next) {
        struct block *next = first->next;
        block_free(first);
        first = next;
    }
    first->used = 0;
    ASAN_POISON_MEMORY_REGION(first->data, first->size);
    a->top = first;
    a->used = 0;
}

void *arena_raw(struct arena *a, size_t n)
{
    const size_t align = alignof(max_align_t);

    if (n > SIZE_MAX / 2) abort();
    const size_t need = (n + align - 1) / align * align;
    if (a->used + need > 2 * a->cap && need > BLOCK_BYTES) abort();
    if (a->top->size - a->top->used < need) a->top = block_new(a->top, need);

    void *p = a->top->data + a->top->used;
    a->top->used += need;
    a->used += need;
    ASAN_UNPOISON_MEMORY_REGION(p, n);
    return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
    return memset(arena_raw(a, n), 0, n);
}

char *arena_strdup(struct arena *a, const char *s, size_t n)
{
    char *to = arena_raw(a, n + 1);

    memcpy(to, s, n);
    to[n] = '\0';
    return to;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
    va_list again;
    char small[256];

    va_copy(again, ap);
    const int n = vsnprintf(small, sizeof(small), fmt, again);
    va_end(again);
    if (n < 0) abort();
    if ((size_t)n < sizeof(small)) return arena_strdup(a, small, (size_t)n);

    char *s = arena_raw(a, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, fmt, ap);
    return s;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    char *s = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

bool arena_full(const struct arena *a)
{
    return a->used > a->cap;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
