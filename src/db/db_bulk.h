/* db_bulk.h -- many rows at once: written by the hundred, or gone over in one pass.
 *
 * Included by db.h. */
#pragma once

/* Insert or update many rows inside the current unit (SQLite: VALUES of 50 rows,
 * PostgreSQL: COPY into a temporary table and one INSERT ... SELECT).  A unit
 * takes about LIMIT_BULK_ROWS rows: the caller slices, sorts by key (unsorted
 * feeds are ten times slower) and removes doubles.
 * `update` is the SET list of ON CONFLICT, for instance
 *     "on_hand = excluded.on_hand"
 * or NULL for DO NOTHING; `where` (or NULL) is its WHERE.
 * `row` fills v[ncol] for the next row and returns false at the end. */
struct db_bulk {
    const char *name; /* "stock.level_bulk" for logs */
    const char *table;
    const char *const *columns; /* ends with NULL */
    const char *types;          /* one letter a column, as query.types */
    const char *keys;           /* "place_id, variant_id" */
    const char *update, *where;
};
enum err db_bulk(struct ctx *c, const struct db_bulk *b,
                 bool (*row)(void *from, struct val *v), void *from,
                 i64 *ret_changed) MUST_USE;

/* Go over the rows $key = at with from <= $order <= to, in that order, once: `row` is
 * shown each (its order, then what `sees` names, all integers) and answers whether to
 * write it, and what: new[] for the columns of `sets`.  A pass costs a third of
 * reading the rows and writing them again.  Only SQLite can; elsewhere *ret_can is
 * false and nothing was done. */
#define DB_PASS_COLUMNS 4
struct db_pass {
    const char *name, *table, *key, *order;
    const char *const *sees, *const *sets; /* end with NULL; at most DB_PASS_COLUMNS */
    i64 at, from, to;
    size_t most; /* so many rows are written, not more */
    bool (*row)(void *arg, i64 order, const i64 *seen, i64 *ret_new);
    void *arg;
};
enum err db_pass(struct ctx *c, const struct db_pass *p, bool *ret_can) MUST_USE;
