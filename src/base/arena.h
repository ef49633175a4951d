/* arena.h -- memory that lives as long as one piece of work.
 *
 * A request, a job, a unit of a batch and a test each own one arena.  What they
 * allocate comes from it and goes with it, so nothing in a domain room frees
 * memory and nothing leaks on an error path.
 *
 * Memory   blocks of 16 KiB, larger ones for larger wishes; a reset keeps the
 *          first block and poisons it under AddressSanitizer
 * Parallel one thread at a time
 * Cost     a few instructions an allocation; zeroing is part of it */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* `cap` is the number of bytes after which arena_full() says yes; allocation
 * itself still succeeds up to twice that, then the process aborts: whoever
 * loops over input asks arena_full() and answers TOO_BIG. */
struct arena *arena_new(size_t cap);
void arena_free(struct arena *a); /* NULL is fine */

/* Forget everything at once; pointers into the arena are dead afterwards. */
void arena_reset(struct arena *a);

/* Zeroed, aligned for any type, never NULL, n may be 0. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull, malloc));
/* As arena_alloc, but not zeroed: for buffers that are filled at once. */
void *arena_raw(struct arena *a, size_t n) __attribute__((returns_nonnull, malloc));
char *arena_strdup(struct arena *a, const char *s, size_t n)
    __attribute__((returns_nonnull));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));
bool arena_full(const struct arena *a);
size_t arena_used(const struct arena *a); /* bytes handed out since the last reset */

/* One zeroed T, n zeroed T.  The common cases. */
#define NEW(a, T)      ((T *)arena_alloc((a), sizeof(T)))
#define NEW_N(a, T, n) ((T *)arena_alloc((a), sizeof(T) * (size_t)(n)))
