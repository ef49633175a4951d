/* inside.h -- the product's own rooms in this process: for ids and for recording. */
#pragma once

#include "bench.h"
#include "db/db.h"

struct inside {
    struct ctx *c;
    char ip[48]; /* from where inside_call() calls; empty: this machine */
};
bool inside_open(struct inside *in, const char *db);
bool inside_open_as(struct inside *in, const struct db_config *k);
void inside_close(struct inside *in);
/* A unit (or snapshot) by hand, as a member of staff who may do everything. */
enum err inside_begin(struct inside *in, bool writes) MUST_USE;
void inside_end(struct inside *in, bool keep);
/* The first column of a statement, malloc'ed; how many. */
i64 inside_ids(struct inside *in, const struct query *q, i64 **ret);

/* A request through the router inside the open unit, with its Idempotency-Key as
 * the server would keep it; its status. */
int inside_call(struct inside *in, const char *method, const char *path,
                const char *body, const char *key);

/* Header lines of a logged-in member of staff (cookie and CSRF token). */
bool staff_head(int port, const char *login, char *ret, size_t room);
