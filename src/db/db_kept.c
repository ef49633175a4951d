/* db_kept.c -- statements by the address of their row. */
#include "db/db_kept.h"

#include <stdlib.h>

/* Rows of the program's own tables live as long as it does; a query on a stack
 * may be another one tomorrow at the same address. */
bool db_may_keep(const void *row)
{
    extern const char __executable_start[], _end[];

    return (const char *)row >= __executable_start && (const char *)row < _end;
}

/* Where it stands, or the empty slot where it would. */
static struct kept_slot *slot_of(const struct db_kept *k, const struct query *q)
{
    const size_t mask = k->n_slots - 1;
    size_t at = ((size_t)(uintptr_t)q >> 5) * 0x9E3779B97F4A7C15ull >> 20 & mask;

    while (k->slots[at].q && k->slots[at].q != q) at = (at + 1) & mask;
    return &k->slots[at];
}

void *db_kept_find(const struct db_kept *k, const struct query *q)
{
    return k->n_slots ? slot_of(k, q)->st : NULL;
}

static void grow(struct db_kept *k)
{
    const struct db_kept old = *k;

    k->n_slots = old.n_slots ? old.n_slots * 2 : 256;
    k->slots = calloc(k->n_slots, sizeof(*k->slots));
    if (!k->slots) abort();
    for (size_t at = 0; at < old.n_slots; at++)
        if (old.slots[at].q) *slot_of(k, old.slots[at].q) = old.slots[at];
    free(old.slots);
}

void db_kept_add(struct db_kept *k, const struct query *q, void *st)
{
    if (2 * ++k->n > k->n_slots) grow(k);
    *slot_of(k, q) = (struct kept_slot){ q, st };
}

void db_kept_clear(struct db_kept *k, void (*end)(void *st))
{
    for (size_t at = 0; at < k->n_slots; at++)
        if (k->slots[at].q) end(k->slots[at].st);
    free(k->slots);
    *k = (struct db_kept){ 0 };
}
