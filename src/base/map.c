#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static struct map_slot *slot_of(const struct map *m, const char *key, size_t n,
                                u64 hash)
{
    const size_t mask = m->size - 1;

    for (size_t k = (size_t)hash & mask;; k = (k + 1) & mask) {
        struct map_slot *s = &m->slots[k];

        if (!s->key) return s;
        if (s->hash == hash && s->n == n && !memcmp(s->key, key, n)) return s;
    }
}

static void grow(struct map *m)
{
    struct map old = *m;

    m->size = old.size ? old.size * 2 : 16;
    m->slots = m->mem ? NEW_N(m->mem, struct map_slot, m->size)
                      : calloc(m->size, sizeof(*m->slots));
    if (!m->slots) abort();
    for (size_t k = 0; k < old.size; k++) {
        const struct map_slot *s = &old.slots[k];

        if (s->key) *slot_of(m, s->key, s->n, s->hash) = *s;
    }
    if (!m->mem) free(old.slots);
}

void *map_get(const struct map *m, const char *key, size_t n)
{
    return m->n ? slot_of(m, key, n, hash_bytes(key, n))->value : NULL;
}

void *map_add(struct map *m, const char *key, size_t n, void *value)
{
    const u64 hash = hash_bytes(key, n);

    if (m->n + 1 > m->size / 4 * 3) grow(m);
    struct map_slot *s = slot_of(m, key, n, hash);
    if (s->key) return s->value;
    *s = (struct map_slot){ .key = key, .n = n, .hash = hash, .value = value };
    m->n++;
    return NULL;
}

/* Close the gap: entries behind it that would no longer be found move up. */
static void close_gap(struct map *m, size_t gap)
{
    const size_t mask = m->size - 1;

    for (size_t k = (gap + 1) & mask; m->slots[k].key; k = (k + 1) & mask) {
        const size_t home = (size_t)m->slots[k].hash & mask;

        if (((k - home) & mask) < ((k - gap) & mask)) continue;
        m->slots[gap] = m->slots[k];
        gap = k;
    }
    m->slots[gap] = (struct map_slot){ 0 };
}

void *map_take(struct map *m, const char *key, size_t n)
{
    if (!m->n) return NULL;
    struct map_slot *s = slot_of(m, key, n, hash_bytes(key, n));
    void *value = s->value;

    if (!s->key) return NULL;
    close_gap(m, (size_t)(s - m->slots));
    m->n--;
    return value;
}

void map_free(struct map *m)
{
    if (!m->mem) free(m->slots);
    *m = (struct map){ .mem = m->mem };
}
