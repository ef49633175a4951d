/* metrics.h -- numbers for Prometheus, GET /metrics.
 *
 * Parallel  any thread; counters are relaxed atomics */
#pragma once

#include "base/ctx.h"

struct buf;

/* A room's own lines: called at every scrape, must be quick and touch no
 * database.  `name` is in the order of calls; at most 32 writers. */
void http_metrics_add(void (*write)(struct buf *to));

/* One line with its TYPE and HELP. */
void metric_line(struct buf *to, const char *name, const char *type, const char *help,
                 i64 value);

/* ---- The server's own --------------------------------------------------------- */

struct router;
void metrics_start(const struct router *t);
/* One request answered: the route's number (-1: none), status, microseconds. */
void metrics_count(int route, int status, i64 us);
void metrics_write(struct buf *to, struct db *db);
