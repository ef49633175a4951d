/* db_durable.h -- reads on a thread that cannot wait for the disk; part of db.h.
 *
 * On SQLite a group of units can be seen by readers a moment before it is durable.
 * While one is on its way readers look at what is there without it (ADR-0002); one who
 * has seen it all the same waits with db_snapshot().  The socket's thread does not: it
 * glances, and keeps its answer back until what it shows can no longer be lost.  On
 * PostgreSQL what can be seen is durable. */
#pragma once

#include "base/ctx.h"

struct db_task;

/* As db_snapshot, but returns at once: nobody may be told of what fn has seen before
 * db_all_kept() is true, or db_tell_later() calls back. */
#define db_glance(c, fn, ...)                                                          \
    db_glance_((c), (fn), (__VA_ARGS__), DB_SIZE((__VA_ARGS__)))
enum err db_glance_(struct ctx *c, enum err (*fn)(struct ctx *c, void *arg), void *arg,
                    size_t size) MUST_USE;

/* Is everything durable that the last glance of c may have shown? */
bool db_all_kept(const struct ctx *c);

/* t->done(t, e) will be called on a database thread when it is.  False: it is already,
 * and nobody will be called. */
bool db_tell_later(struct db *db, struct db_task *t, enum err e) MUST_USE;
