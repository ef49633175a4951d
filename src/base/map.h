/* map.h -- texts to pointers: open addressing with a seeded hash.
 *
 * Keys are not copied: whoever puts one keeps it alive as long as the map.
 *
 * Memory    of the arena, or malloc when that is NULL (then map_free)
 * Parallel  one thread at a time, or many that only look
 * Cost      a hash and about one probe; doubles at 3/4 full */
#pragma once

#include "base/ctx.h"

struct map_slot {
    const char *key; /* NULL: empty */
    size_t n;
    u64 hash;
    void *value;
};

struct map {
    struct arena *mem;
    struct map_slot *slots;
    size_t n, size; /* entries; slots, a power of two or 0 */
};

/* The value, or NULL. */
void *map_get(const struct map *m, const char *key, size_t n);

/* Put a value (not NULL) where none is.  Returns the one that was there already
 * and leaves it, or NULL when the new one went in. */
void *map_add(struct map *m, const char *key, size_t n, void *value);

/* Take out; returns the value or NULL. */
void *map_take(struct map *m, const char *key, size_t n);

void map_free(struct map *m); /* of a map without an arena; empty it is usable again */
