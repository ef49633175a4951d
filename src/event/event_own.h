/* event_own.h -- what the files of this room tell one another. */
#pragma once

#include "event/event.h"
#include "http/shape.h"

/* ---- Cursors and reading (event_cursor.c) ------------------------------------ */

struct cursor {
    const char *subscriber;
    i64 pos, epoch, tries, retry_at, heard_at;
    const char *error;
    i64 behind;     /* facts it has not heard of yet */
    i64 waiting_at; /* when the first of them was written; NONE: all heard */
};
enum err cursor_list(struct ctx *c, struct list *ret) MUST_USE; /* with behind */

/* NOT_FOUND without a message when it never listened. */
enum err cursor_get(struct ctx *c, const char *subscriber, struct cursor *ret) MUST_USE;
enum err cursor_add(struct ctx *c, const char *subscriber, i64 pos) MUST_USE;
/* From `was` (or before) to `pos`; *ret_moved false: somebody else moved it. */
enum err cursor_move(struct ctx *c, const struct cursor *was, i64 pos,
                     bool *ret_moved) MUST_USE;
enum err cursor_failed(struct ctx *c, const struct cursor *was, i64 retry_at,
                       const char *error) MUST_USE;

/* The next `limit` facts after a position, struct event in ret. */
enum err log_after(struct ctx *c, i64 pos, i64 limit, struct list *ret) MUST_USE;
enum err log_end(struct ctx *c, i64 *ret_pos) MUST_USE;
/* Give positions to what has none yet (PostgreSQL; nothing to do on SQLite). */
enum err log_sequence(struct ctx *c) MUST_USE;
enum err log_forget(struct ctx *c, i64 before_at, i64 heard_pos, i64 *ret_n) MUST_USE;

struct log_ask {
    i64 limit;
    const char *after;
    i64 subject_id;   /* NONE: any */
    const char *name; /* "order.placed", or "order." for a room; NULL any */
};
/* Newest first, for operators: struct event in ret. */
enum err log_list(struct ctx *c, const struct log_ask *a, struct list *ret,
                  const char **ret_next) MUST_USE;

/* ---- Delivery (event_deliver.c) ------------------------------------------------- */

bool event_wanted(const struct subscriber *s, const char *name);
/* Is there a subscriber of this name in this binary?  One that is gone holds
 * nothing back. */
bool event_listens(const char *subscriber);
/* The cursors were changed by hand: read them again. */
void event_reread(void);
