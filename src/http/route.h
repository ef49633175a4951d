/* route.h -- a request's way from its path to a handler and back.
 *
 * A route row says who may call, what query, body and reply look like, and
 * whether the work writes.  The router reads the body by the row's shape, opens
 * the unit or the snapshot, calls the handler, keeps the answer under the
 * Idempotency-Key, commits or rolls back, and turns a fault into the error body.
 * Handlers do none of that: they make one domain call (15 lines at most).
 *
 * Cookies: staff and customer set `prilavok_staff` and `prilavok_visit`
 * (HttpOnly, SameSite=Lax).  The server itself adds `prilavok_csrf` (readable by
 * the page's script) beside them and to every page; a request that changes
 * something and carries a session cookie must repeat it in X-CSRF-Token, unless it
 * shows an API key or a password, or the row says ROUTE_NO_CSRF.  `Secure` is
 * added when the proxy says https.
 *
 * Idempotency-Key: kept for WRITES that succeed, in their own unit; a fault leaves
 * nothing behind, so that a repeat of it is a new try.
 *
 * To add a route: a row in <room>_http.c; OpenAPI and TypeScript follow. */
#pragma once

#include "base/limits.h"
#include "base/module.h"
#include "db/db.h"
#include "http/shape.h"

enum route_mode {
    READS,      /* a snapshot; quick (under a millisecond) */
    READS_LONG, /* a snapshot on the pool: searches, lists with counts, reports */
    WRITES,     /* a unit; accepts Idempotency-Key */
    ALONE, /* no database: the handler opens what it needs (exchange, login hash) on a
              worker thread */
};

enum {
    ROUTE_UPLOAD = 1,  /* the body is spooled to a file: request.upload */
    ROUTE_LIVE = 2,    /* answers with reply_live() */
    ROUTE_NO_CSRF = 4, /* not called by a page (1C, API keys, login itself) */
    ROUTE_HIDDEN = 8,  /* not in the OpenAPI document (pages, protocols of others) */
    ROUTE_RAW = 16,    /* the body as it came: request.raw_body, any content type */
    ROUTE_DIRECT =
        32, /* of ALONE: on the socket's own thread; microseconds, never waits */
    ROUTE_EXPORT = 64,  /* a list that is also given as a file, see walk.h */
    ROUTE_CORS = 128,   /* pages of other sites may call it, without cookies */
    ROUTE_BESIDE = 256, /* of WRITES: a unit of the database beside (db_beside.h); the
                           room itself looks who it is, in prepare() */
    ROUTE_PEOPLE = 512, /* of EXPORT: its rows tell of people; a file of it is counted,
                           registered and known again (ADR 45) */
    ROUTE_ANY_ORDER =
        1024, /* of PEOPLE: by ids, so their order tells a reader nothing */
};

struct request {
    const void *body; /* the struct that the route's `in` shape describes, or NULL */
    const void
        *query; /* the struct that the route's `query` shape describes, or NULL */
    const char *args[4]; /* what stood for the {name}s in the path, in order */
    const char *method, *path, *query_text;
    struct bytes raw_body; /* ROUTE_RAW */
    const char *upload;    /* ROUTE_UPLOAD: the file's path; deleted after the handler
                              unless renamed away */
    i64 upload_bytes;
    const char *ip;       /* of the client, from the proxy's header when trusted */
    const char *if_match; /* the ETag the caller edits, without quotes, or NULL */
    void *head;           /* the server's own: see request_header() */
    const char *(*header)(const struct request *q, const char *name);
    const char *(*cookie)(const struct request *q, const char *name);
};

/* An {id} of the path as a number; NOT_FOUND when it is none. */
enum err request_id_arg(struct ctx *c, const struct request *q, int k,
                        i64 *ret_id) MUST_USE;

struct reply {
    int status;
    const void *body; /* the struct that `out` describes */
    const char *text; /* or a finished text of this type: */
    size_t text_bytes;
    const char *type; /* NULL: application/json */
    const char *file; /* or a file to send, deleted afterwards when file_once */
    bool file_once;
    const char *file_name; /* Content-Disposition */
    const char *etag;      /* of an editable thing, without quotes */
    const char *location;  /* of a 201 or a redirect */
    const char *live; /* ROUTE_LIVE: topics of an event stream, by spaces, 16 at most */
    const char *cookies[4]; /* whole Set-Cookie values */
    int retry_after_s;
    bool private_; /* Cache-Control: no-store; also the default, see max_age_s */
    i64 max_age_s; /* > 0: public, may be cached; 0 with an etag: private, ask again */
};

struct route {
    const char *method, *path; /* "/v1/order/{id}/line/{line}" */
    enum err (*run)(struct ctx *c, const struct request *q, struct reply *r);
    enum right can; /* ANYONE, CUSTOMER, STAFF or a given right */
    enum route_mode mode;
    const struct shape *query, *in, *out;
    size_t body_max; /* 0: LIMIT_BODY (LIMIT_UPLOAD for uploads) */
    unsigned flags;
    const char *doc; /* a sentence for the manual */
    const char
        *example; /* a body that works on the demo chain; executed by the tests; may
                     hold {placeholders} the test fills, see tests/openapi.test.js */
    /* Or NULL: before the unit, on the socket's own thread: what can be read and
     * refused without the writer.  May set q->body.  May open snapshots. */
    enum err (*prepare)(struct ctx *c, struct request *q);
};
#define ROUTE_END                                                                      \
    {                                                                                  \
        .method = NULL                                                                 \
    }

/* The k-th row of a room over all its tables, or NULL past the last. */
const struct route *route_at(const struct module *m, size_t k);

static inline enum err reply_with(struct reply *r, int status, const void *body)
{
    r->status = status;
    r->body = body;
    return ERR_OK;
}
static inline enum err reply_empty(struct reply *r)
{
    r->status = 204;
    return ERR_OK;
}
static inline enum err reply_text(struct reply *r, const char *type, const char *text,
                                  size_t n)
{
    r->status = 200;
    r->type = type;
    r->text = text;
    r->text_bytes = n;
    return ERR_OK;
}

/* A page of a list: every list's query has these two members, every list's
 * reply is {items, next}.  `after` is opaque to clients: the sort key and id of
 * the last row, made and read by the two functions below. */
struct page {
    i64 limit;         /* 1..LIMIT_PAGE, NONE: 50 */
    const char *after; /* what the previous page gave as `next`, or NULL */
};
#define PAGE_FIELDS(T)                                                                 \
    F_INT(T, limit, OPT, 1, LIMIT_PAGE, "Rows of a page; 50 when absent."),            \
        F_TEXT(T, after, OPT, 512, "`next` of the page before.")
const char *page_next(struct arena *mem, const i64 *keys, size_t n);
enum err page_after(struct ctx *c, const char *after, i64 *ret_keys, size_t n) MUST_USE;

/* Serve one request without a socket: for tests in C.  Never fails: a fault is a
 * reply too.  Uses the unit that c has open. */
struct reply route_serve(struct ctx *c, const struct module *const *rooms,
                         const char *method, const char *path_and_query,
                         const char *body);
