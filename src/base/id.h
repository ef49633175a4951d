/* id.h -- ids that need no database to make.
 *
 * 63 bits: 41 of milliseconds since 2024-01-01 UTC, 12 of a counter, 10 of the
 * node.  Ids of one maker rise; ids of two nodes differ as long as their node
 * numbers do (setting `node`).  In JSON an id is a string: JavaScript's numbers
 * end at 2^53.
 *
 * Parallel  any number of threads
 * Source    c->ids, or the process's own maker when that is NULL (demo data and
 *           tests bring their own, so that a seed gives the same ids again) */
#pragma once

#include "base/ctx.h"

i64 id_new(struct ctx *c);

/* As id_new, with the bits turned so that neighbours in time lie far apart: for
 * customers, whose ids are the shard key of almost everything. */
i64 id_new_scattered(struct ctx *c);

/* The id that number `seq` (0..4095) of a node would have at a moment of the past:
 * for loaders, which see to it themselves that no two are alike. */
i64 id_of(i64 at, int seq, int node);

/* When an id_new() was made, ms since 1970 UTC, to about the counter's drift. */
i64 id_at(i64 id);

/* No id of this process will be older than `at` (ms since 1970 UTC): after a start
 * on a machine whose clock was set back.  See db_clock_start(). */
void id_not_before(i64 at);

/* The time in the newest id this process has made, 0 before the first. */
i64 id_newest_at(void);

/* This process's node number, 0..1023.  Called once at start. */
void id_node_set(int node);
int id_node(void);
