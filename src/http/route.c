#include "http/route.h"

#include <sodium.h>

#include "base/json.h"
#include "db/db_upkeep.h"
#include "http/call.h"
#include "http/router.h"

/* ---- Faults ------------------------------------------------------------------- */

struct said {
    const char *code, *message, *field, *request_id;
    struct list errors;
};

/* clang-format off */
static const struct field said_one[] = {
    F_TEXT(said, code,    MUST, 64,   "Stable: test for this one."),
    F_TEXT(said, message, MUST, 4096, "For people; may change."),
    F_TEXT(said, field,   OPT,  256,  "The member to change: lines[1].qty."),
    FIELD_END
};
static const struct shape said_one_shape = SHAPE("ErrorDetail", said, said_one);

static const struct field said_all[] = {
    F_TEXT(said, code,       MUST, 64,   "Stable: test for this one."),
    F_TEXT(said, message,    MUST, 4096, "For people; may change."),
    F_TEXT(said, field,      OPT,  256,  "The member to change: lines[1].qty."),
    F_TEXT(said, request_id, OPT,  64,   "Tell it to the operator: it is in the log."),
    F_LIST(said, errors,     OPT,  &said_one_shape, 100, "All that is wrong, in the order of the body."),
    FIELD_END
};
const struct shape fault_shape = SHAPE("Error", said, said_all);
/* clang-format on */

/* What broke on our side is for the log, not for the caller. */
static const char *message_of(enum err e, const char *message)
{
    return err_http(e) >= 500 || !message ? err_meaning(e) : message;
}

struct reply fault_reply(struct ctx *c, enum err e)
{
    struct said *s = NEW(c->mem, struct said);
    const bool told = c->fault.err == e;
    struct buf text = buf_new(c->mem, 512, 1 << 20);

    *s = (struct said){ .code = err_code(e),
                        .message = message_of(e, told ? c->fault.message : NULL),
                        .field = told ? c->fault.field : NULL,
                        .request_id = c->request_id };
    for (const struct fault *f = told && c->fault.next ? &c->fault : NULL; f;
         f = f->next) {
        struct said *one = list_add(c->mem, &s->errors, sizeof(*one));
        *one = (struct said){ .code = err_code(f->err),
                              .message = f->message,
                              .field = f->field };
    }
    shape_write(&text, &fault_shape, s);
    return (struct reply){ .status = err_http(e),
                           .text = text.at,
                           .text_bytes = text.n,
                           .retry_after_s = err_again(e) || e == ERR_TOO_MANY ? 1 : 0,
                           .private_ = true };
}

/* ---- A call --------------------------------------------------------------------- */

bool call_has_login(const struct request *q)
{
    return q->header && (q->header(q, "Cookie") || q->header(q, "Authorization") ||
                         q->header(q, "X-Api-Key") || q->header(q, "X-Till-Key"));
}

static enum err read_query(struct call *k)
{
    struct ctx *c = k->c;

    if (!k->route->query) return ERR_OK; /* what nobody asked for is not looked at */
    void *into = arena_alloc(c->mem, k->route->query->size);
    k->q.query = into;
    return shape_read_query(c, k->route->query, k->q.query_text, into);
}

static enum err read_body(struct call *k, const char *body, size_t n)
{
    struct ctx *c = k->c;

    if (k->route->flags & ROUTE_RAW)
        k->q.raw_body = (struct bytes){ body ? body : "", n };
    if (!k->route->in || k->route->flags & (ROUTE_RAW | ROUTE_UPLOAD)) return ERR_OK;
    void *into = arena_alloc(c->mem, k->route->in->size);
    k->q.body = into;
    /* No body at all is an empty object: what is missing is then said by name. */
    return shape_read(c, k->route->in, n ? body : "{}", n ? n : 2, into);
}

void call_read(struct call *k, const char *body, size_t n)
{
    enum err e = read_query(k);

    k->sent = (struct bytes){ body, n };
    if (!e) e = read_body(k, body, n);
    if (!e && k->route->prepare) e = k->route->prepare(k->c, &k->q);
    if (!e) return;
    k->bad = true;
    k->fault = k->c->fault;
}

enum err call_may(struct ctx *c, const struct route *w)
{
    if (w->can == RIGHT_ANYONE || c->who.kind == WHO_SYSTEM || who_can(&c->who, w->can))
        return ERR_OK;
    if (c->who.kind == WHO_NOBODY) return FAIL(c, LOGIN, "log in first");
    return FAIL(c, DENIED, "this needs the right \"%s\"", right_word(w->can));
}

/* A page's own script can read the cookie and repeat it in a header; a page of
 * somebody else can make the browser send the cookie, but not the header.
 * Whoever shows a key or a password is not a browser acting behind one's back. */
static enum err csrf(struct ctx *c, const struct call *k)
{
    const struct request *q = &k->q;

    if (k->trusted || k->route->flags & ROUTE_NO_CSRF || !q->cookie) return ERR_OK;
    if (!strcmp(q->method, "GET") || !strcmp(q->method, "HEAD")) return ERR_OK;
    if (q->header(q, "Authorization") || q->header(q, "X-Api-Key")) return ERR_OK;
    if (!q->cookie(q, "prilavok_staff") && !q->cookie(q, "prilavok_visit"))
        return ERR_OK;

    const char *token = q->cookie(q, "prilavok_csrf"),
               *said = q->header(q, "X-CSRF-Token");
    if (!token || !said || strlen(token) < 16 || strlen(token) != strlen(said) ||
        sodium_memcmp(token, said, strlen(token)) != 0)
        return FAIL(c, CSRF,
                    "the header X-CSRF-Token must repeat the cookie prilavok_csrf");
    return ERR_OK;
}

static enum err admit(struct ctx *c, const struct call *k)
{
    if (!k->trusted) {
        if (k->route->flags & ROUTE_BESIDE) return ERR_OK; /* prepare() has looked */
        c->who = (struct who){ .kind = WHO_NOBODY };
        if (call_has_login(&k->q))
            for (const struct module *const *m = k->rooms; *m; m++)
                if ((*m)->authenticate) TRY((*m)->authenticate(c, &k->q));
    }
    TRY(call_may(c, k->route));
    return csrf(c, k);
}

enum err call_admit(struct ctx *c, void *call)
{
    c->fault = (struct fault){ 0 };
    return admit(c, call);
}

static enum err write_body(struct ctx *c, struct call *k)
{
    struct buf text = buf_new(c->mem, 1024, LIMIT_ANSWER);

    if (!k->r.body || !k->route->out || k->r.text) return ERR_OK;
    shape_write(&text, k->route->out, k->r.body);
    if (text.full)
        return FAIL(c, TOO_BIG, "the answer is over %zu bytes", LIMIT_ANSWER);
    k->r.text = text.at;
    k->r.text_bytes = text.n;
    return ERR_OK;
}

/* Nearly every key is a new one.  So where an answer is a trip the question only goes
 * along, the handler runs, and what it did for a key that was not new is undone: the
 * unit runs again and asks first. */
static enum err run_meanwhile(struct ctx *c, struct call *k)
{
    bool found = false;
    const enum err e = k->route->run(c, &k->q, &k->r);
    const struct fault fault = c->fault;

    if (err_again(e) || err_http(e) >= 500) return e;
    k->asks_first = answer_find(c, k, &found) || found; /* or a statement had failed */
    if (k->asks_first)
        return FAIL(c, BUSY, "the Idempotency-Key \"%.64s\" is not new", k->key);
    c->fault = fault;
    return e;
}

static enum err run(struct ctx *c, struct call *k)
{
    bool found = false;

    if (k->route->mode != ALONE) TRY(admit(c, k));
    if (k->bad) {
        c->fault = k->fault;
        return k->fault.err;
    }
    const bool keyed =
        k->key && k->route->mode == WRITES && !(k->route->flags & ROUTE_BESIDE);
    const bool meanwhile = keyed && !k->asks_first && answer_ahead(c, k);
    if (keyed && !meanwhile) TRY(answer_find(c, k, &found));
    if (found) return ERR_OK;
    TRY(meanwhile ? run_meanwhile(c, k) : k->route->run(c, &k->q, &k->r));
    if (!keyed || k->r.file || k->r.live) return ERR_OK;
    TRY(write_body(c, k));
    return answer_keep(c, k);
}

enum err call_run(struct ctx *c, void *call)
{
    struct call *k = call;
    const i64 before = db_statements(c);

    c->fault = (struct fault){ 0 };
    k->r = (struct reply){ 0 };
    k->replayed = k->kept = false;
    const enum err e = run(c, k);
    k->statements = db_statements(c) - before;
    return e;
}

void call_finish(struct call *k, enum err e)
{
    if (!e) e = write_body(k->c, k);
    if (e) {
        const char *const *cookies = k->r.cookies;
        struct reply r = fault_reply(k->c, e);

        /* A refused login may still set a cookie (to end a dead session). */
        memcpy(r.cookies, cookies, sizeof(r.cookies));
        if (k->r.retry_after_s) r.retry_after_s = k->r.retry_after_s;
        k->r = r;
    }
    if (!k->r.status) k->r.status = 200;
}

/* ---- For handlers ------------------------------------------------------------------
 */

enum err request_id_arg(struct ctx *c, const struct request *q, int k, i64 *ret_id)
{
    const char *s = q->args[k] ? q->args[k] : "";
    i64 v = 0;

    for (const char *p = s; *p; p++) {
        if (*p < '0' || *p > '9' || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, *p - '0', &v))
            return FAIL(c, NOT_FOUND, "no such thing \"%.40s\"", s);
    }
    if (!*s) return FAIL(c, NOT_FOUND, "no such thing \"\"");
    *ret_id = v;
    return ERR_OK;
}

const char *page_next(struct arena *mem, const i64 *keys, size_t n)
{
    const size_t size = sodium_base64_ENCODED_LEN(
        n * sizeof(*keys), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_raw(mem, size);

    return sodium_bin2base64(text, size, (const unsigned char *)keys, n * sizeof(*keys),
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

enum err page_after(struct ctx *c, const char *after, i64 *ret_keys, size_t n)
{
    i64 keys[16];
    size_t got = 0;

    if (!after || !*after) return ERR_OK;
    /* Only what we would have written ourselves: the decoder is laxer than that. */
    if (sodium_base642bin((unsigned char *)keys, sizeof(keys), after, strlen(after),
                          NULL, &got, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        got != n * sizeof(*keys) || strcmp(page_next(c->mem, keys, n), after) != 0)
        return FAIL_FIELD(c, BAD_ARGUMENT, "after",
                          "not the \"next\" of a page of this list");
    memcpy(ret_keys, keys, got);
    return ERR_OK;
}

/* ---- Without a socket
 * ----------------------------------------------------------------- */

static const char *no_header(const struct request *q, const char *name)
{
    (void)q, (void)name;
    return NULL;
}

struct reply route_serve(struct ctx *c, const struct module *const *rooms,
                         const char *method, const char *path_and_query,
                         const char *body)
{
    const size_t n = strcspn(path_and_query, "?");
    const char *path = arena_strdup(c->mem, path_and_query, n);
    const struct found f = router_find(router_of(rooms), c->mem, method, path);
    struct call *k = NEW(c->mem, struct call);

    c->fault = (struct fault){ 0 };
    *k = (struct call){ .c = c, .rooms = rooms, .route = f.route, .trusted = true };
    k->q =
        (struct request){ .method = method,
                          .path = path,
                          .ip = "127.0.0.1",
                          .query_text = path_and_query + n + (path_and_query[n] == '?'),
                          .header = no_header,
                          .cookie = no_header };
    if (!f.route && f.allow)
        return fault_reply(c,
                           FAIL(c, NO_METHOD, "%s is not one of %s", method, f.allow));
    if (!f.route) return fault_reply(c, FAIL(c, NOT_FOUND, "no such address"));
    memcpy(k->q.args, f.args, sizeof(f.args));
    call_read(k, body, body ? strlen(body) : 0);
    enum err e = f.route->mode == ALONE ? call_may(c, f.route) : ERR_OK;
    if (!e) e = call_run(c, k);
    call_finish(k, e);
    return k->r;
}
