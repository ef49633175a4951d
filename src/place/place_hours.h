/* place_hours.h -- the calendars in memory; for this room only. */
#pragma once

#include "place/place.h"

/* A put of this process is seen at once by the unit that made it, and by all
 * others when it is durable (or undone). */
enum err place_calendar_forget(struct ctx *c, i64 place_id) MUST_USE;

struct place_filter {
    i64 region_id;    /* NONE: all */
    i64 kind;         /* -1: all */
    const char *city; /* NULL: all */
    bool closed;      /* also those that are not active */
    i64 after_id, limit;
};
enum err place_list(struct ctx *c, const struct place_filter *f,
                    struct list *ret) MUST_USE;
enum err place_region_list(struct ctx *c, i64 after_id, i64 limit,
                           struct list *ret) MUST_USE;
enum err place_days(struct ctx *c, i64 place_id, i64 from_day,
                    struct list *ret) MUST_USE;
