/* db_beside.h -- a second file for what comes in bursts; part of db.h.
 *
 * On SQLite the tables that a room lists under `beside` stand in a file of their own
 * with its own writer, so that a flood of customers' events and an order never wait
 * for one another.  On PostgreSQL, and in tests, they stand in the same database:
 * then the calls below are db_unit() and db_snapshot(), which join what is open.
 *
 * A unit beside is not part of the unit of the core: what must be true in both is
 * written beside first and followed from there with a cursor in the core. */
#pragma once

#include "base/ctx.h"

struct query;

/* The handle of the database beside, or `db` itself. */
struct db *db_beside(struct db *db);

/* Its file's path for the core's: "x/prilavok.db" gives "x/prilavok-track.db". */
const char *db_beside_path(struct arena *mem, const char *core, const char *name);

/* A unit and a snapshot of the database beside, for work that has neither open, or has
 * this very one.  Never called from a unit of the core where there are two files: such
 * a thread must not wait. */
#define db_unit_beside(c, fn, ...)                                                     \
    db_unit_beside_((c), (fn), (__VA_ARGS__), DB_SIZE((__VA_ARGS__)))
#define db_snapshot_beside(c, fn, ...)                                                 \
    db_snapshot_beside_((c), (fn), (__VA_ARGS__), DB_SIZE((__VA_ARGS__)))
enum err db_unit_beside_(struct ctx *c, enum err (*fn)(struct ctx *c, void *arg),
                         void *arg, size_t size) MUST_USE;
enum err db_snapshot_beside_(struct ctx *c, enum err (*fn)(struct ctx *c, void *arg),
                             void *arg, size_t size) MUST_USE;
/* As db_snapshot_beside on a thread that cannot wait, with db_glance() there: also
 * within a snapshot of the core.  What fn sees may still be lost with the power, so
 * only of what is made anew from what is kept. */
#define db_glance_beside(c, fn, ...)                                                   \
    db_glance_beside_((c), (fn), (__VA_ARGS__), DB_SIZE((__VA_ARGS__)))
enum err db_glance_beside_(struct ctx *c, enum err (*fn)(struct ctx *c, void *arg),
                           void *arg, size_t size) MUST_USE;
