/* ctx.h -- the one thing every domain function is given.
 *
 * A context is one piece of work: a request, a job, a test.  It is always
 * called `c` and always comes first.  It has one clock reading, so that two
 * rows written by one request cannot disagree about when it was. */
#pragma once

#include <stdint.h>

#include "base/arena.h"

struct db;
struct db_conn;

/* Every count, id, time and amount.  Long long, so that %lld prints it anywhere. */
typedef long long i64;
typedef unsigned long long u64;
_Static_assert(sizeof(i64) == 8, "i64");

/* "No value" of an optional i64: what an absent member of a body leaves. */
#define NONE INT64_MIN

enum err {
#define ERR(name, http, again, code, meaning) ERR_##name,
#include "base/err.def"
#undef ERR
};

enum right {
#define RIGHT(name, word, meaning) RIGHT_##name,
#include "base/right.def"
#undef RIGHT
    RIGHT_COUNT
};

/* What went wrong, in the order a reader wants it.  A bad body has several:
 * they hang on `next`, in the order of the body. */
struct fault {
    enum err err;
    const char *message; /* one line, lower case, no full stop, for the caller */
    const char *field;   /* path of the member at fault ("lines[1].qty"), or NULL */
    const char *file;    /* where fail() was called: for the log, not the caller */
    int line;
    struct fault *next;
};

enum who_kind { WHO_NOBODY, WHO_CUSTOMER, WHO_STAFF, WHO_KEY, WHO_SYSTEM };

/* Who acts.  Filled by the rooms that know (staff, customer) before a handler. */
struct who {
    enum who_kind kind;
    i64 id;         /* customer, staff account or API key; 0 is nobody or the system */
    i64 session_id; /* of staff the session, else the visit (guests too); 0 none */
    u64 rights;     /* bit 1 << RIGHT_x */
    i64 place_id;   /* where this member of staff works now, 0 for the whole chain */
    const u64 *places; /* reserved for sets of places; NULL: see place_id */
};

/* By whose key the customer of this work was found: his own, or that of somebody who
 * was merged into him (base/person.h).  Zeroes: by none. */
struct person_seen {
    i64 id, born;
};

/* A maker of ids; see base/id.h. */
struct ids {
    _Atomic i64 last;
    int node; /* 0..1023 */
};

struct ctx {
    struct arena *mem;      /* everything this work allocates */
    struct db *db;          /* the database */
    struct db_conn *conn;   /* our connection with an open unit or snapshot, or NULL */
    struct ids *ids;        /* where ids come from; NULL: the process's own */
    i64 now;                /* ms since 1970 UTC, fixed for the whole work */
    struct who who;         /* who acts */
    const char *lang;       /* "ru" or "en"; NULL is "ru" */
    const char *request_id; /* for log and error body, or NULL */
    struct fault fault;     /* set by fail(), read once at the top */
    struct person_seen person;
    i64 shown; /* db: the group of units that must be durable before its reads are told
                */
};

#define MUST_USE     __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Record a fault and return its code:  return FAIL(c, NOT_FOUND, "no hold %s", key);
 * FAIL_FIELD names the request field the caller has to change. */
#define FAIL(c, name, ...)                                                             \
    fail_at((c), ERR_##name, NULL, __FILE__, __LINE__, __VA_ARGS__)
#define FAIL_FIELD(c, name, field, ...)                                                \
    fail_at((c), ERR_##name, (field), __FILE__, __LINE__, __VA_ARGS__)
enum err fail_at(struct ctx *c, enum err err, const char *field, const char *file,
                 int line, const char *fmt, ...) PRINTF(6, 7) MUST_USE;

/* Add one more bad field to the faults of this work; the first one names the
 * error.  For checks that report everything at once. */
#define FAIL_MORE(c, name, field, ...)                                                 \
    fail_more((c), ERR_##name, (field), __FILE__, __LINE__, __VA_ARGS__)
void fail_more(struct ctx *c, enum err err, const char *field, const char *file,
               int line, const char *fmt, ...) PRINTF(6, 7);

/* Leave the function when a call failed.  The message was set below us. */
#define TRY(call)                                                                      \
    do {                                                                               \
        enum err err_ = (call);                                                        \
        if (err_) return err_;                                                         \
    } while (0)

int err_http(enum err e);
bool err_again(enum err e);
const char *err_code(enum err e);
const char *err_meaning(enum err e);

const char *right_word(enum right r);
static inline bool who_can(const struct who *w, enum right r)
{
    return w->rights >> r & 1;
}
