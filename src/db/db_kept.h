/* db_kept.h -- the prepared statements that a connection keeps; inside src/db only.
 *
 * One for each row of the rooms' tables of statements, found by the address of the
 * row: it neither moves nor ends before the program.  One thread a connection. */
#pragma once

#include "db/db_engine.h"

struct kept_slot {
    const struct query *q;
    void *st;
};

struct db_kept {
    struct kept_slot *slots; /* open addressing, a power of two */
    size_t n_slots, n;
};

/* Whether its address stands for it: a row of the program's own tables. */
bool db_may_keep(const void *row);

void *db_kept_find(const struct db_kept *k, const struct query *q); /* NULL: not kept */
void db_kept_add(struct db_kept *k, const struct query *q, void *st);
/* Empty, each statement ended by `end`; it can be filled again. */
void db_kept_clear(struct db_kept *k, void (*end)(void *st));
