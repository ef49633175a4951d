/* event.h -- facts: written with the change, delivered after it.
 *
 * The outbox: event_emit() inserts a row in the caller's unit, so the fact is
 * there if and only if what it tells of is.  Delivery runs after the commit, at
 * least once, in order per subject; a subscriber's effects and its cursor share
 * a unit, so its effects happen exactly once.  A subscriber can be sent back to
 * any point and hear everything again (replay), as far as facts are kept
 * (setting event.keep_days).
 *
 * Owns  event_log, event_cursor
 * Cost  one INSERT per fact */
#pragma once

#include "base/module.h"

struct event {
    i64 pos;          /* place in the order of delivery */
    i64 at;           /* ms since 1970 UTC */
    const char *name; /* "order.placed": room.past_participle */
    i64 subject_id;   /* whose story it belongs to: order within it is kept */
    const char *data; /* JSON object of small, stable members; ids as strings */
    enum who_kind who_kind;
    i64 who_id;
};

/* `data` is a JSON object or NULL for "{}". */
enum err event_emit(struct ctx *c, const char *name, i64 subject_id,
                    const char *data) MUST_USE;

/* Members of `data`, for subscribers: false when absent. */
bool event_id(const struct event *e, const char *member, i64 *ret);
bool event_int(const struct event *e, const char *member, i64 *ret);
const char *event_text(struct ctx *c, const struct event *e, const char *member);

/* Start and stop the threads that deliver.  `rooms` lists the subscribers. */
enum err event_start(struct db *db, const struct module *const *rooms) MUST_USE;
void event_stop(void);

/* Deliver everything there is, now, in this thread: for tests and the demo. */
enum err event_drain(struct ctx *c, const struct module *const *rooms) MUST_USE;

/* Something was committed: look sooner.  Called by the router after a unit. */
void event_wake(void);

/* Send a subscriber back: it hears again everything after this pos. */
enum err event_replay(struct ctx *c, const char *subscriber, i64 after_pos) MUST_USE;

extern const struct module event_module;
