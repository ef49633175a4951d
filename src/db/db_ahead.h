/* db_ahead.h -- a question sent before its answer is needed.
 *
 * On PostgreSQL each answer that is waited for is a trip to the server and back, and
 * most questions of a request do not hang on one another.  Who knows what will be
 * asked says so: the question goes off with the next one that is waited for, and
 * db_one(), db_rows(), db_batch() or db_exec() that wants the count finds its answer
 * there, by the same row and the same values.
 *
 * A hint, no more.  One that nobody comes back to costs its work; without it, on
 * SQLite and in units opened by hand all is asked in its place.  The answer is of the
 * moment when it was sent, so nothing may be changed in between that it tells of.  It
 * may write, when it is certain that its answer will be asked for.
 * True: it is on its way. */
#pragma once

#define db_ahead(c, q, ...) db_ahead_((c), (q), VALS(__VA_ARGS__))
bool db_ahead_(struct ctx *c, const struct query *q, const struct val *v, size_t nv);

/* Is there any use in reckoning what to hint? */
bool db_trips(const struct ctx *c);
