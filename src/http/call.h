/* call.h -- one request on its way through the rules, whatever brought it: the
 * server, or a test without a socket.
 *
 *     call_read     query and body into structs; what is wrong is kept
 *     call_run      inside the unit or snapshot: who, may he, have we answered
 *                   this key before, the handler, keep the answer
 *     call_finish   the reply's body or the fault as text
 *
 * call_run may be called again from the start (the unit broke and is retried). */
#pragma once

#include "base/buf.h"
#include "http/route.h"

struct call {
    struct ctx *c;
    const struct module *const *rooms;
    const struct route *route;
    struct request q;
    struct reply r;
    bool bad;           /* the query or the body is not what the row says: */
    struct fault fault; /* told after the rights are checked */
    bool trusted;       /* c->who is known already (tests, the system itself) */
    const char *key;    /* Idempotency-Key, or NULL */
    struct bytes sent;  /* the body as it came, for the key's sake */
    bool asks_first;    /* the key is no new one: do nothing before it is known */
    bool replayed;      /* the answer is an old one */
    bool kept;          /* the answer went into http_answer */
    i64 statements;     /* it took, in its last run */
};

void call_read(struct call *k, const char *body, size_t n);
enum err call_run(struct ctx *c, void *call);
void call_finish(struct call *k, enum err e);

/* Only the question who it is and whether he may: before a large body is let in.
 * A db_work. */
enum err call_admit(struct ctx *c, void *call);

/* May c->who call this route?  LOGIN, DENIED. */
enum err call_may(struct ctx *c, const struct route *w) MUST_USE;

/* Does the request bring anything that authenticate() could read? */
bool call_has_login(const struct request *q);

/* The reply of a fault. */
struct reply fault_reply(struct ctx *c, enum err e);
extern const struct shape fault_shape; /* "Error" */

/* answer.c: the first answer under a key. */
enum err answer_find(struct ctx *c, struct call *k, bool *ret_found) MUST_USE;
bool answer_ahead(struct ctx *c, const struct call *k); /* ask, and look later */
enum err answer_keep(struct ctx *c, struct call *k) MUST_USE;
