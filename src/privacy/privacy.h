/* privacy.h -- to see all that is kept about oneself, and to be forgotten.
 *
 * A person (or staff for him) makes a request.  Access: a file in JSON or HTML with
 * every row of every room, to be had within the law's working days.  Erasure: after a
 * time in which it can be taken back, and as soon as no order is open, one unit blanks
 * or deletes everything in all rooms and proves with a count that nothing is left.
 *
 * What is past its time goes by itself (privacy_term.h, ADR 46).
 *
 * Whom a dispute keeps nobody forgets (privacy_hold.h).
 *
 * Owns   privacy_request, privacy_term, privacy_hold, privacy_alarm
 * Needs  setting, staff, customer, job, event
 * Emits  privacy.asked, privacy.ended {kind, state}, privacy.erased; the subject is the
 *        customer; privacy.held, privacy.hold_lifted {hold_id, kind, until_at};
 *        privacy.expired {what, rows, before}
 * Cost   an erasure is about 45 statements on the writer, however many rows; a file
 * reads one person's rows on a reader */
#pragma once

#include "base/module.h"
#include "http/shape.h"

enum privacy_ask { PRIVACY_ACCESS, PRIVACY_ERASURE };
extern const char *const privacy_ask_words[]; /* access, erasure */
enum privacy_state { PRIVACY_WAITING, PRIVACY_DONE, PRIVACY_CANCELLED };
extern const char *const privacy_state_words[]; /* waiting, done, cancelled */

struct privacy_request {
    i64 id, customer_id;
    int kind, state;
    i64 asked_at;
    i64 due_at;         /* by law */
    i64 run_at;         /* of an erasure: not before; until then it can be taken back */
    i64 ended_at;       /* NONE */
    const char *waits;  /* why an erasure has not begun: "open_order", "hold"; NULL */
    int hold;           /* of "hold": enum privacy_hold_kind; -1 */
    const char *result; /* of an erasure: its certificate, JSON; NULL */
};

/* One waiting request of a kind a person: asking again returns it.
 * Errors  NOT_FOUND customer */
enum err privacy_ask(struct ctx *c, i64 customer_id, int kind,
                     struct privacy_request *ret) MUST_USE;

/* The same by the person himself: access is answered at once.
 * Errors  TOO_MANY a day */
enum err privacy_ask_own(struct ctx *c, i64 customer_id, int kind,
                         struct privacy_request *ret) MUST_USE;

/* Errors  WRONG_STATE: it has ended */
enum err privacy_cancel(struct ctx *c, i64 customer_id, i64 id) MUST_USE;

/* Forget a customer now, in the caller's unit, whatever was asked; *ret_certificate is
 * JSON.  Outside a unit call privacy_outside() before.
 * Errors  WRONG_STATE: an order of his is open, a dispute keeps him; INTERNAL:
 * something is left */
enum err privacy_erase(struct ctx *c, i64 customer_id,
                       const char **ret_certificate) MUST_USE;

/* The last day (as an instant, end of the day) of n working days after `at`. */
i64 privacy_working_days(struct ctx *c, i64 at, i64 n);

extern const struct module privacy_module;
