/* exchange_job.h -- the work of this room that waits; inside this room. */
#pragma once

#include "job/job.h"

/* Read a run's file, from where it was left. */
enum err exchange_import(struct ctx *c, struct job *j) MUST_USE;

/* Remove uploads that failed or were only tried, some days after. */
enum err exchange_forget_files(struct ctx *c, struct job *j) MUST_USE;
/* struct privacy_part.outside: uploads that no run needs, of whatever age. */
enum err exchange_forget_person(struct ctx *c, i64 customer_id, const char *const *keys,
                                i64 *ret_changed) MUST_USE;
