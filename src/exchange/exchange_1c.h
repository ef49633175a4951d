/* exchange_1c.h -- 1C's conversation; inside this room. */
#pragma once

#include "http/route.h"
#include "job/job.h"

enum err exchange_1c(struct ctx *c, const struct request *q, struct reply *r) MUST_USE;

/* For the router: a session's cookie is the right to exchange. */
enum err exchange_authenticate(struct ctx *c, const struct request *q) MUST_USE;

/* Job: sessions that nobody used for a day, and their files. */
enum err exchange_forget_sessions(struct ctx *c, struct job *j) MUST_USE;
