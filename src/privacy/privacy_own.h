/* privacy_own.h -- what the room's files share; nobody else includes it. */
#pragma once

#include <stdio.h>

#include "base/privacy.h"
#include "db/db.h"
#include "http/route.h"
#include "privacy/privacy.h"

/* ---- privacy.c ---- */
enum err privacy_get(struct ctx *c, i64 customer_id, i64 id,
                     struct privacy_request *ret) MUST_USE; /* NOT_FOUND */
/* struct privacy_request, newest first; before_id: of the last seen, or NONE */
enum err privacy_list_of(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;
enum err privacy_list(struct ctx *c, int state, i64 before_id, i64 limit,
                      struct list *ret) MUST_USE;
enum err privacy_end(struct ctx *c, const struct privacy_request *q, int state,
                     const char *result) MUST_USE;
/* Access: he has got his file.  WRONG_STATE */
enum err privacy_answered(struct ctx *c, i64 customer_id, i64 id) MUST_USE;
enum err privacy_put_off(struct ctx *c, const struct privacy_request *q,
                         const char *why, i64 run_at) MUST_USE;
/* Erasures whose time has come; struct privacy_request. */
enum err privacy_due(struct ctx *c, struct list *ret) MUST_USE;

/* ---- privacy_file.c ---- */
enum privacy_format { PRIVACY_HTML, PRIVACY_JSON, PRIVACY_PDF };
extern const char *const privacy_format_words[];
/* Everything about a person into a new file, which the caller deletes.  Outside any
 * unit. */
enum err privacy_file(struct ctx *c, const struct privacy_request *q, int format,
                      const char **ret_path) MUST_USE;

/* ---- privacy_word.c ---- */
/* "placed_at" in the caller's language; the name itself when nobody worded it. */
const char *privacy_word(const struct ctx *c, const char *name);

/* ---- privacy_alarm.c ---- */
/* Tell of alarms that nobody was told of.  Inside a unit. */
enum err privacy_alarms(struct ctx *c, void *unused) MUST_USE;

/* ---- privacy_erase.c ---- */
/* Files and databases beside the core one.  Outside any unit. */
enum err privacy_outside(struct ctx *c, i64 customer_id) MUST_USE;
