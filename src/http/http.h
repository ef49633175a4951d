/* http.h -- the room that speaks HTTP, as the list of rooms sees it.
 *
 * Handlers include http/route.h (and http/live.h); the program's start includes
 * http/server.h.
 *
 * Owns  http_answer */
#pragma once

#include "base/module.h"

/* Job: forget answers older than LIMIT_IDEMPOTENCY_MS. */
enum err http_purge_answers(struct ctx *c, struct job *j) MUST_USE;

extern const struct module http_module;
