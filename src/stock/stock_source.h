/* stock_source.h -- who tells us of stock, how long ago, and how long he may be
 * silent. */
#pragma once

#include "stock/stock.h"

struct stock_source {
    i64 id, place_id; /* place 0: it has not spoken of any */
    const char *name, *kind;
    i64 sla_min;         /* its own; NONE as its kind */
    i64 limit_min;       /* what holds; 0: no alarm */
    i64 heard_at, age_s; /* NONE never */
    bool late;           /* silent for longer than it may */
    bool alarm;          /* and the alarm was given */
};
enum err stock_source_list(struct ctx *c, i64 after_source, i64 after_place, i64 limit,
                           struct list *ret) MUST_USE;
enum err stock_source_sla_set(struct ctx *c, i64 source_id, i64 sla_min) MUST_USE;
/* Give the alarm for every source that is late and has not had it. */
enum err stock_source_watch(struct ctx *c, i64 *ret_alarms) MUST_USE;
