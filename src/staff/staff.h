/* staff.h -- who works here, what each may do, and what they did.
 *
 * Accounts with argon2id passwords, roles with rights for the chain or one
 * place, sessions (HttpOnly cookie and CSRF token), API keys with scopes,
 * lock-out and rate limits, the audit log of every change and of every profile
 * read.
 *
 * c->who of a member of staff: `place_id` is where he works now (0: the chain),
 * `rights` what he may do there.  What he may do elsewhere is in `places`:
 * pairs of place and rights, after their number; staff_may() reads it.
 *
 * Owns   staff_account, staff_role, staff_role_right, staff_account_role,
 *        staff_session, staff_key, staff_audit, staff_try, staff_look, staff_alarm
 * Views  pub_staff_name, pub_staff_alarm
 * Needs  setting */
#pragma once

#include "base/module.h"
#include "http/shape.h"

/* Write what c->who does into the audit log, in the caller's unit.
 * what     "order.cancel", "customer.read": room.verb
 * subject  id of the thing; for profile reads the customer
 * detail   JSON of what changed (before, after), or NULL; never secrets */
enum err staff_audit(struct ctx *c, const char *what, i64 subject_id,
                     const char *detail) MUST_USE;

/* The same for a handler that reads (READS has no unit): queued, written by a
 * unit of its own within a second; order and count are kept, a crash may lose
 * the last second's. The read is refused (BUSY) when the queue is full. */
enum err staff_audit_read(struct ctx *c, const char *what, i64 subject_id) MUST_USE;

/* People (customers; others in the list are passed over) whose name or contact this
 * answer shows to a member of staff or a program: counted, not written down.  Who is
 * shown more than staff.bulk_people different ones within staff.bulk_window_min sets
 * off an alarm (staff_alarm).  staff_audit_read("customer. ...") counts by itself.
 * Errors  TOO_MANY while he is stopped (staff.bulk_stop) */
enum err staff_people_shown(struct ctx *c, const char *what, const i64 *ids,
                            size_t n) MUST_USE;

/* What was shown is counted within a quarter of a second; who gives away a file counts
 * it first.  Outside of a unit.
 * Errors  TOO_MANY: he is stopped by this, or was before */
enum err staff_people_counted(struct ctx *c) MUST_USE;

/* Write what is queued, now.  A job does it; tests do it. */
enum err staff_audit_flush(struct ctx *c) MUST_USE;

/* Fails with DENIED unless c->who may do this at that place (0: chain-wide).
 * The system itself (jobs, tests) may do everything. */
enum err staff_may(struct ctx *c, enum right r, i64 place_id) MUST_USE;

/* Count a try against a limit: TOO_MANY when `key` had more than `max` within
 * `window_ms`.  For logins, codes, expensive routes.  The count is part of the
 * open unit (without one it gets its own): who answers a try with an error must
 * do so after the commit, or the try is forgotten with the unit.  The `key` may
 * be personal (a phone, an address): only a hash of it is kept. */
enum err staff_limit(struct ctx *c, const char *key, i64 max, i64 window_ms) MUST_USE;

struct staff_new {
    const char *login, *name, *password, *role; /* role: its code, or NULL for none */
    i64 place_id;                               /* 0: all places */
};
/* For the first start and the demo chain.  About 50 ms (argon2id).
 * Errors  EXISTS login; NO_SUCH role; BAD_ARGUMENT with the field */
enum err staff_account_add(struct ctx *c, const struct staff_new *a,
                           i64 *ret_id) MUST_USE;
/* The key itself is returned once and never again. */
enum err staff_key_add(struct ctx *c, const char *name, u64 rights,
                       const char **ret_key) MUST_USE;
/* No account yet: the first start makes one. */
enum err staff_is_empty(struct ctx *c, bool *ret) MUST_USE;

/* Name and password to account, for HTTP Basic (1C).  Rate-limited, constant
 * time; a success is remembered for a minute in memory, so that 1C's hundred
 * requests cost one argon2id.  Call it outside a unit.
 * Errors  WRONG_SECRET; TOO_MANY while locked */
enum err staff_check_basic(struct ctx *c, const char *login, const char *password,
                           struct who *ret) MUST_USE;

/* A member of staff as colleagues see him. */
struct staff_person {
    i64 id, place_id; /* where the right asked for was given; 0: in the chain */
    const char *login, *name;
    bool active;
};
/* NOT_FOUND */
enum err staff_person(struct ctx *c, i64 id, struct staff_person *ret) MUST_USE;
/* Active accounts that may do this at a place, those of the place itself first;
 * struct staff_person.  Two indexed reads a role of the place. */
enum err staff_people(struct ctx *c, enum right r, i64 place_id,
                      struct list *ret) MUST_USE;
/* May this account do it there, whoever asks?  False for one that is shut. */
enum err staff_can(struct ctx *c, i64 id, enum right r, i64 place_id,
                   bool *ret) MUST_USE;
/* Is this the password of whoever acts?  About 50 ms (argon2id), never in a unit.
 * Errors  WRONG_SECRET; TOO_MANY while locked */
struct request;
enum err staff_is_me(struct ctx *c, const struct request *q,
                     const char *password) MUST_USE;

extern const struct module staff_module;
