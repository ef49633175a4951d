/* One request: its head is checked, its body read, its work done here, on the
 * database's threads or on a worker, its answer sent.  The library calls
 * turn_step() again and again; turn.step says where we are. */
#include "http/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/time.h"

enum {
    SPARE = 256,
    ADMIT_BYTES = 1 << 20,
    UPLOAD_RATE = 64 << 10 /* bytes a second */
};

/* ---- Arenas that go round ----------------------------------------------------------
 */

static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;
static struct arena *spares[SPARE];
static int spare;

static struct arena *arena_take(void)
{
    struct arena *a = NULL;

    pthread_mutex_lock(&spare_lock);
    if (spare) a = spares[--spare];
    pthread_mutex_unlock(&spare_lock);
    return a ? a : arena_new(LIMIT_REQUEST_ARENA);
}

static void arena_give(struct arena *a)
{
    arena_reset(a);
    pthread_mutex_lock(&spare_lock);
    const bool kept = spare < SPARE;
    if (kept) spares[spare++] = a;
    pthread_mutex_unlock(&spare_lock);
    if (!kept) arena_free(a);
}

/* ---- Turns at work elsewhere
 * --------------------------------------------------------- */

static pthread_mutex_t work_lock = PTHREAD_MUTEX_INITIALIZER;
static struct turn *at_work;
static _Atomic i64 open_turns;

static void work_add(struct turn *t)
{
    pthread_mutex_lock(&work_lock);
    t->older = at_work;
    t->newer = NULL;
    if (at_work) at_work->newer = t;
    at_work = t;
    pthread_mutex_unlock(&work_lock);
}

static void work_drop(struct turn *t)
{
    if (t->newer) t->newer->older = t->older;
    if (t->older) t->older->newer = t->newer;
    if (at_work == t) at_work = t->older;
}

static void free_turn(struct turn *t)
{
    if (t->upload_fd >= 0) close(t->upload_fd);
    if (t->call.q.upload) unlink(t->call.q.upload);
    arena_give(t->c.mem);
}

/* The work has ended, on whatever thread.  From the resume on the turn belongs
 * to the socket's thread again. */
static void done(struct turn *t, enum err e)
{
    int was = TURN_WORK;

    pthread_mutex_lock(&work_lock);
    work_drop(t);
    t->err = e;
    if (atomic_compare_exchange_strong(&t->step, &was, TURN_DONE))
        MHD_resume_connection(t->con);
    else if (was == TURN_LEFT)
        atomic_store(&t->step, TURN_FREE);
    pthread_mutex_unlock(&work_lock);
    if (was == TURN_OVER) free_turn(t);
}

void turn_leave_all(void)
{
    pthread_mutex_lock(&work_lock);
    for (struct turn *t = at_work; t; t = t->older) {
        int was = TURN_WORK;
        if (atomic_compare_exchange_strong(&t->step, &was, TURN_LEFT))
            MHD_resume_connection(t->con);
    }
    pthread_mutex_unlock(&work_lock);
}

i64 turn_at_work(void)
{
    return atomic_load(&open_turns);
}

static void task_done(struct db_task *task, enum err e)
{
    done((struct turn *)((char *)task - offsetof(struct turn, task)), e);
}

/* ---- Work
 * ------------------------------------------------------------------------------ */

static void suspend(struct turn *t)
{
    atomic_store(&t->step, TURN_WORK);
    work_add(t);
    MHD_suspend_connection(t->con);
}

static enum MHD_Result submit(struct turn *t,
                              enum err (*to)(struct db *db, struct db_task *task))
{
    suspend(t);
    t->task = (struct db_task){
        .c = &t->c, .fn = call_run, .arg = &t->call, .done = task_done
    };
    if (t->call.route->flags & ROUTE_BESIDE) t->c.db = db_beside(t->c.db);
    const enum err e = to(t->c.db, &t->task);
    if (e) done(t, e);
    return MHD_YES;
}

/* A call that is run again begins anew by itself: what it has become need not be
 * undone, hence (void *) here and below. */
static enum err admit(struct turn *t)
{
    if (t->admitted) return ERR_OK;
    t->admitted = true;
    if (!call_has_login(&t->call.q)) return call_admit(&t->c, &t->call);
    return db_glance(&t->c, call_admit, (void *)&t->call);
}

static bool body_missing(const struct turn *t)
{
    return t->call.q.upload_bytes + (i64)t->body.n < t->body_bytes;
}

/* On a worker: who is it, may he; then the handler, once the body is there. */
void turn_alone(struct turn *t)
{
    const bool early = body_missing(t);
    enum err e = admit(t);

    if (!e && !early) e = call_run(&t->c, &t->call);
    done(t, e);
}

static enum MHD_Result to_pool(struct turn *t)
{
    suspend(t);
    const enum err e = pool_add(t);
    if (e) done(t, e);
    return MHD_YES;
}

static enum MHD_Result here(struct turn *t)
{
    t->err = admit(t);
    if (!t->err) t->err = call_run(&t->c, &t->call);
    return turn_answer(t);
}

/* On the socket's thread, which does not wait for a disk. */
static enum MHD_Result read_here(struct turn *t)
{
    const enum err e = db_glance(&t->c, call_run, (void *)&t->call);

    if (db_all_kept(&t->c)) {
        t->err = e;
        return turn_answer(t);
    }
    suspend(t);
    t->task = (struct db_task){ .c = &t->c, .done = task_done };
    if (!db_tell_later(http_server.k.db, &t->task, e)) done(t, e);
    return MHD_YES;
}

static enum MHD_Result work(struct turn *t)
{
    const struct route *w = t->call.route;

    link_rest(t->link);
    if (atomic_load(&http_server.closing)) {
        struct ctx *c = &t->c;
        t->err = FAIL(c, BUSY, "the server is stopping");
        return turn_answer(t);
    }
    call_read(&t->call, t->body.at, t->body.n);
    if (w->flags & ROUTE_DIRECT || (t->call.bad && w->flags & ROUTE_BESIDE))
        return here(t);
    if (w->mode == ALONE) return to_pool(t);
    if (w->mode == READS_LONG) return submit(t, db_submit_read);
    /* A body that will be refused need not queue for the writer. */
    if (w->mode == WRITES && !t->call.bad) return submit(t, db_submit);
    return http_server.reads_inline ? read_here(t) : submit(t, db_submit_read);
}

/* ---- The body
 * ------------------------------------------------------------------------------ */

static enum err spool_open(struct turn *t)
{
    struct ctx *c = &t->c;
    const char *dir = http_server.k.spool_dir ? http_server.k.spool_dir : "/tmp";
    char *path = arena_printf(c->mem, "%s/prilavok-XXXXXX", dir);

    t->upload_fd = mkostemp(path, O_CLOEXEC);
    if (t->upload_fd < 0)
        return FAIL(c, STORAGE, "cannot make a file in \"%s\": %m", dir);
    t->call.q.upload = path;
    return ERR_OK;
}

static enum err spool(struct turn *t, const char *data, size_t n)
{
    struct ctx *c = &t->c;

    while (n) {
        const ssize_t put = write(t->upload_fd, data, n);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return FAIL(c, STORAGE, "cannot keep the upload: %m");
        data += put;
        n -= (size_t)put;
        t->call.q.upload_bytes += put;
    }
    return ERR_OK;
}

static enum MHD_Result take_body(struct turn *t, const char *data, size_t *size)
{
    enum err e = ERR_OK;

    if (t->err) {
        *size = 0; /* read on and throw away; the answer comes at the end */
        return MHD_YES;
    }
    if (t->upload_fd >= 0)
        e = spool(t, data, *size);
    else
        buf_put(&t->body, data, *size);
    *size = 0;
    t->err = e;
    return MHD_YES;
}

static enum MHD_Result start_body(struct turn *t)
{
    const bool upload = t->call.route->flags & ROUTE_UPLOAD;
    const i64 pace = t->body_bytes * 1000 / UPLOAD_RATE;

    if (upload) {
        const enum err e = spool_open(t);
        if (e) {
            t->err = e;
            t->close = true;
            return turn_answer(t);
        }
    } else {
        t->body = buf_new(t->c.mem, (size_t)t->body_bytes + 1, t->body_max);
    }
    atomic_store(&t->step, TURN_BODY);
    if (!t->body_bytes) return work(t);
    link_due(t->link, pace > LIMIT_BODY_MS ? pace : LIMIT_BODY_MS);
    return MHD_YES;
}

/* ---- The head
 * ------------------------------------------------------------------------------- */

static size_t body_max(const struct route *w)
{
    if (w->body_max) return w->body_max;
    return w->flags & ROUTE_UPLOAD ? LIMIT_UPLOAD : LIMIT_BODY;
}

static const char *unquoted(struct arena *mem, const char *etag)
{
    if (!etag || !strcmp(etag, "*")) return NULL;
    if (!strncmp(etag, "W/", 2)) etag += 2;
    const size_t n = strlen(etag);
    if (n >= 2 && etag[0] == '"' && etag[n - 1] == '"')
        return arena_strdup(mem, etag + 1, n - 2);
    return arena_strdup(mem, etag, n);
}

static void fill_request(struct turn *t, const char *method)
{
    struct request *q = &t->call.q;
    const size_t n = strcspn(t->uri, "?");
    bool trusted;

    q->head = t;
    q->header = head_value;
    q->cookie = head_cookie;
    q->method = arena_strdup(t->c.mem, method, strlen(method));
    q->path = arena_strdup(t->c.mem, t->uri, n);
    q->query_text = t->uri + n + (t->uri[n] == '?');
    q->ip = head_ip(t, http_server.k.trusted_proxy, &trusted);
    q->if_match = unquoted(t->c.mem, head_value(q, "If-Match"));
    const char *proto = trusted ? head_value(q, "X-Forwarded-Proto") : NULL;
    t->secure = proto && !strcmp(proto, "https");
    t->c.request_id = head_request_id(t);
    t->c.lang = head_lang(t);
    t->head_only = !strcmp(method, "HEAD");
    t->call.key = head_value(q, "Idempotency-Key");
}

static enum MHD_Result no_route(struct turn *t, const struct found *f)
{
    struct ctx *c = &t->c;
    enum MHD_Result result;

    if (!f->allow && !t->body_bytes && files_answer(t, &result)) return result;
    t->allow = f->allow;
    if (t->body_bytes) t->close = true;
    if (f->allow)
        t->err = FAIL(c, NO_METHOD, "%s is not one of %s", t->call.q.method, f->allow);
    else
        t->err = FAIL(c, NOT_FOUND, "no such address");
    return turn_answer(t);
}

static enum MHD_Result find_route(struct turn *t)
{
    struct ctx *c = &t->c;
    const struct request *q = &t->call.q;
    const struct found f = router_find(http_server.router, c->mem, q->method, q->path);

    if (!f.route) return no_route(t, &f);
    t->call.route = f.route;
    t->at = f.at;
    memcpy(t->call.q.args, f.args, sizeof(f.args));
    t->body_max = body_max(f.route);
    if ((u64)t->body_bytes > t->body_max) {
        t->close = true;
        t->err = FAIL(c, TOO_BIG, "a body of %lld bytes; at most %zu go here",
                      t->body_bytes, t->body_max);
        return turn_answer(t);
    }
    /* Nobody fills our disk or memory before we know that he may. */
    if (t->body_bytes > ADMIT_BYTES) return to_pool(t);
    return start_body(t);
}

/* An answer before the library has seen the request's end makes it hang up; so
 * without a body everything waits for the next call. */
static enum MHD_Result take_head(struct turn *t, const char *method)
{
    int status;
    const char *wrong = head_wrong(t, method, &status);

    t->call.q.head = t;
    if (wrong) return turn_refuse(t, status, wrong);
    fill_request(t, method);
    if (t->call.key && (strlen(t->call.key) > 255 || !*t->call.key))
        return turn_refuse(t, 400, "the Idempotency-Key must have 1 to 255 bytes");
    if (atomic_load(&http_server.stopping)) t->close = true;
    if (t->body_bytes) return find_route(t);
    atomic_store(&t->step, TURN_READY);
    return MHD_YES;
}

/* ---- The library's calls
 * ----------------------------------------------------------------------- */

void *turn_begin(void *cls, const char *uri, struct MHD_Connection *con)
{
    struct arena *mem = arena_take();
    struct turn *t = NEW(mem, struct turn);

    (void)cls;
    t->c = (struct ctx){
        .mem = mem, .db = http_server.k.db, .now = time_now(), .lang = "ru"
    };
    t->call = (struct call){ .c = &t->c, .rooms = http_server.k.rooms };
    t->con = con;
    t->link = link_of(con);
    t->upload_fd = t->at = -1;
    t->uri = arena_strdup(mem, uri, strlen(uri));
    t->began_us = time_mono_us();
    link_due(t->link, LIMIT_HEADER_MS);
    atomic_fetch_add(&open_turns, 1);
    return t;
}

/* long: the library's signature */
enum MHD_Result turn_step(void *cls, struct MHD_Connection *con, const char *url,
                          const char *method, const char *version, const char *data,
                          size_t *size, void **turn)
{
    struct turn *t = *turn;

    (void)cls, (void)url;
    switch (atomic_load(&t->step)) {
    case TURN_HEAD:
        t->version = version;
        return take_head(t, method);
    case TURN_READY:
        return find_route(t);
    case TURN_BODY:
        if (*size) return take_body(t, data, size);
        if (t->err) return turn_answer(t);
        return body_missing(t) ? MHD_YES : work(t);
    case TURN_DONE:
        if (!t->err && body_missing(t)) return start_body(t);
        if (body_missing(t)) t->close = true;
        return turn_answer(t);
    default:
        return turn_left(con);
    }
}

void turn_end(void *cls, struct MHD_Connection *con, void **turn,
              enum MHD_RequestTerminationCode how)
{
    struct turn *t = *turn;

    (void)cls, (void)how;
    if (!t) return;
    *turn = NULL;
    atomic_fetch_sub(&open_turns, 1);
    link_idle(link_of(con));
    if (atomic_load(&t->step) != TURN_LEFT) {
        free_turn(t);
        return;
    }
    /* The work may still use it: whoever comes second frees. */
    pthread_mutex_lock(&work_lock);
    const bool free_now = atomic_load(&t->step) == TURN_FREE;
    if (!free_now) atomic_store(&t->step, TURN_OVER);
    pthread_mutex_unlock(&work_lock);
    if (free_now) free_turn(t);
}
