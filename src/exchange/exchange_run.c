#include "exchange/exchange_own.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/contact.h"
#include "base/id.h"
#include "base/seal.h"
#include "base/time.h"
#include "exchange/charset.h"
#include "exchange/exchange_spool.h"
#include "exchange/exchange_taken.h"
#include "setting/setting.h"

enum { ADD, GET, COUNTS, BEGIN, SAVE, SAVE_COUNT, REJECT, END, BEHIND, SEAL };

/* clang-format off */
const struct query exchange_run_sql[] = {
    [ADD] = { "exchange.add_run",
        "INSERT INTO exchange_run (id, source, kind, file, path, session_id, dry, own, state,"
        " at, bytes, read_bytes, position, rejects, who_kind, who_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $10, 0, 0, 0, $11, $12)" },

    [GET] = { "exchange.get_run_work",
        "SELECT source, kind, file, path, session_id, dry, own, state, at, bytes, read_bytes,"
        " position, rejects FROM exchange_run WHERE id = $1" },

    [COUNTS] = { "exchange.list_run_work_counts",
        "SELECT what, seen, taken FROM exchange_run_count WHERE run_id = $1" },

    [BEGIN] = { "exchange.begin_run",
        "UPDATE exchange_run SET state = 'running', started_at = COALESCE(started_at, $2),"
        " reason = NULL, ended_at = NULL WHERE id = $1" },

    [SAVE] = { "exchange.save_run",
        "UPDATE exchange_run SET read_bytes = $2, position = $3, rejects = $4 WHERE id = $1" },

    [SAVE_COUNT] = { "exchange.save_run_count",
        "INSERT INTO exchange_run_count (run_id, what, seen, taken) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (run_id, what) DO UPDATE SET seen = excluded.seen, taken = excluded.taken" },

    [REJECT] = { "exchange.add_reject",
        "INSERT INTO exchange_reject (run_id, n, line, what, external, reason)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (run_id, n) DO NOTHING" },

    [END] = { "exchange.end_run",
        "UPDATE exchange_run SET state = $2, reason = $3, ended_at = $4, path = $5 WHERE id = $1" },

    [BEHIND] = { "exchange.behind",
        "SELECT run_id, n, external, reason FROM exchange_reject WHERE (run_id, n) > ($1, $2)"
        " ORDER BY run_id, n LIMIT $3" },

    [SEAL] = { "exchange.seal_reject",
        "UPDATE exchange_reject SET external = $3, reason = $4 WHERE run_id = $1 AND n = $2"
        "   AND external IS NOT DISTINCT FROM $5 AND reason = $6", .types = "iitttt" },
    QUERY_END
};

static const char *const whats[] = {
#define W(name, word) word,
    RUN_WHATS(W)
#undef W
};
/* clang-format on */

/* ---- Making one ------------------------------------------------------------------ */

enum err exchange_run_add(struct ctx *c, const struct exchange_file *f, i64 *ret_run_id)
{
    enum err (*loader)(struct run * r);
    struct stat st;

    TRY(run_loader_of(f->kind, &loader));
    if (!loader)
        return FAIL_FIELD(c, BAD_ARGUMENT, "kind", "no kind of file is called \"%s\"",
                          f->kind);
    st.st_size = 0;
    if (f->path && stat(f->path, &st))
        return FAIL(c, STORAGE, "cannot read %s: %s", f->name, strerror(errno));
    const i64 id = id_new(c);
    TRY(db_exec(c, &exchange_run_sql[ADD], NULL, id, f->source, f->kind, f->name,
                f->path ? f->path : "", f->session_id, (i64)f->dry, (i64)!f->rival,
                c->now, (i64)st.st_size, (i64)c->who.kind, c->who.id));
    TRY(job_add(c, "exchange.import", arena_printf(c->mem, "{\"run_id\":\"%lld\"}", id),
                c->now, arena_printf(c->mem, "%lld", id), NULL));
    *ret_run_id = id;
    return ERR_OK;
}

enum err run_loader_of(const char *kind, enum err (**ret)(struct run *r))
{
    static const struct {
        const char *kind;
        enum err (*load)(struct run *r);
    } loaders[] = {
        { "commerceml", load_commerceml },
        { "yml", load_yml },
        { "levels", load_levels },
        { "prices", load_csv },
        { "customers", load_csv },
        { "products", load_csv },
        { "zip", load_zip },
        { "sweep", load_sweep },
    };

    *ret = NULL;
    for (size_t k = 0; k < COUNT(loaders); k++)
        if (strcmp(loaders[k].kind, kind) == 0) *ret = loaders[k].load;
    return ERR_OK;
}

/* ---- What it knows of itself -------------------------------------------------------
 */

void run_reject(struct run *r, i64 line, const char *what, const char *external,
                const char *fmt, ...)
{
    va_list ap;

    r->now.rejects++;
    if (r->now.rejects > RUN_REJECTS_KEPT || arena_full(r->told_mem)) return;
    struct run_reject *t = list_add(r->told_mem, &r->told, sizeof(*t));
    va_start(ap, fmt);
    *t = (struct run_reject){
        .line = line,
        .what = arena_strdup(r->told_mem, what, strlen(what)),
        .external = external
                        ? arena_strdup(r->told_mem, external,
                                       charset_cut(external, strlen(external), 200))
                        : NULL,
        .reason = arena_vprintf(r->told_mem, fmt, ap),
    };
    va_end(ap);
}

static enum err save_rejects(struct ctx *c, struct run *r)
{
    const struct run_reject *t = r->told.at;
    const i64 last =
        r->now.rejects < RUN_REJECTS_KEPT ? r->now.rejects : RUN_REJECTS_KEPT;
    const i64 first = last - (i64)r->told.n;

    for (size_t k = 0; k < r->told.n; k++) {
        /* What came from a broken file may be no UTF-8. */
        const char *ext = t[k].external, *reason;
        if (ext && !charset_is_utf8(ext, strlen(ext), false)) ext = NULL;
        TRY(seal_close(c, t[k].reason, &reason)); /* both may name somebody */
        TRY(db_exec(c, &exchange_run_sql[REJECT], NULL, r->id, first + (i64)k + 1,
                    t[k].line, t[k].what, contact_seal(c->mem, ext), reason));
    }
    return ERR_OK;
}

enum err run_save(struct ctx *c, struct run *r)
{
    const struct run_point *p = r->behind ? r->behind : &r->now;

    TRY(db_exec(c, &exchange_run_sql[SAVE], NULL, r->id, r->read_bytes, p->position,
                p->rejects));
    for (size_t k = 0; k < RUN_WHAT_COUNT; k++)
        if (p->counts[k].seen)
            TRY(db_exec(c, &exchange_run_sql[SAVE_COUNT], NULL, r->id, whats[k],
                        p->counts[k].seen, p->counts[k].taken));
    return save_rejects(c, r);
}

void run_saved(struct run *r)
{
    r->told = (struct list){ 0 };
    arena_reset(r->told_mem);
}

static enum err checkpoint(struct ctx *c, void *arg)
{
    return run_save(c, arg);
}

enum err run_checkpoint(struct run *r)
{
    TRY(db_unit(r->c, checkpoint, r));
    run_saved(r);
    if (!r->job) return ERR_OK;
    return job_progress(r->c, r->job, r->read_bytes, r->bytes);
}

bool run_is_refusal(enum err e)
{
    switch (e) {
    case ERR_BAD_ARGUMENT:
    case ERR_BAD_FORMAT:
    case ERR_NOT_FOUND:
    case ERR_NO_SUCH:
    case ERR_EXISTS:
    case ERR_WRONG_STATE:
    case ERR_STOCK_SHORT:
    case ERR_CHANGED:
    case ERR_GONE:
    case ERR_DENIED:
    case ERR_TOO_BIG:
        return true;
    default:
        return false;
    }
}

/* ---- A slice ------------------------------------------------------------------------
 */

struct attempt {
    struct run *r;
    const struct run_work *w;
    struct run_reject *refused; /* by thing; what == NULL: not refused */
    size_t at;                  /* the thing being applied; w->n: past them */
    struct run_point before;
    size_t told;
};

static enum err attempt(struct ctx *c, void *arg)
{
    struct attempt *a = arg;
    struct run *r = a->r;

    r->now = a->before; /* this may be the second time */
    r->told.n = a->told;
    for (a->at = 0; a->at < a->w->n; a->at++) {
        const struct run_reject *no = &a->refused[a->at];

        if (no->what)
            run_reject(r, no->line, no->what, no->external, "%s", no->reason);
        else
            TRY(a->w->apply(r, c, (const char *)a->w->things + a->at * a->w->size));
    }
    return run_save(c, r);
}

static void refuse(struct attempt *a, struct ctx *c)
{
    struct run_reject *no = &a->refused[a->at];
    const struct fault *f = &c->fault;

    a->w->name((const char *)a->w->things + a->at * a->w->size, no);
    no->reason =
        f->message ? arena_strdup(c->mem, f->message, strlen(f->message)) : "refused";
    c->fault = (struct fault){ 0 };
}

enum err run_slice(struct run *r, const struct run_work *w)
{
    struct attempt a = { .r = r, .w = w, .before = r->now, .told = r->told.n };
    enum err e;

    a.refused = NEW_N(r->c->mem, struct run_reject, w->n + 1);
    while ((e = db_unit(r->c, attempt, &a)) != ERR_OK) {
        if (!run_is_refusal(e) || a.at >= w->n) return e;
        refuse(&a, r->c);
    }
    run_saved(r);
    if (!r->job) return ERR_OK;
    return job_progress(r->c, r->job, r->read_bytes, r->bytes);
}

/* ---- Reading the file
 * ----------------------------------------------------------------- */

static void close_file(FILE **f)
{
    if (*f) fclose(*f);
}

enum err run_feed(struct run *r,
                  enum err (*feed)(void *to, const char *at, size_t n, bool last),
                  void *to)
{
    __attribute__((cleanup(close_file))) FILE *f = fopen(r->path, "rb");
    char *piece = arena_raw(r->mem, RUN_PIECE);
    size_t n;

    if (!f) return FAIL(r->c, STORAGE, "cannot read %s: %s", r->file, strerror(errno));
    r->read_bytes = 0;
    while ((n = fread(piece, 1, RUN_PIECE, f)) > 0) {
        r->read_bytes += (i64)n;
        TRY(feed(to, piece, n, false));
    }
    if (ferror(f))
        return FAIL(r->c, STORAGE, "cannot read %s: %s", r->file, strerror(errno));
    return feed(to, "", 0, true);
}

/* ---- From its row to its end
 * ------------------------------------------------------------ */

struct start {
    struct run *r;
    i64 id;
    const char *state;
};

static enum err start(struct ctx *c, void *arg)
{
    struct start *s = arg;
    struct run *r = s->r;
    const char *what;
    struct run_count n;

    TRY(db_one(c, &exchange_run_sql[GET],
               INTO(&r->source, &r->kind, &r->file, &r->path, &r->session_id, &r->dry,
                    &r->own, &s->state, &r->at, &r->bytes, &r->read_bytes,
                    &r->now.position, &r->now.rejects),
               s->id));
    r->id = s->id;
    ROWS rows = { 0 };
    TRY(db_rows(c, &rows, &exchange_run_sql[COUNTS], s->id));
    while (db_next(&rows, INTO(&what, &n.seen, &n.taken)))
        for (size_t k = 0; k < RUN_WHAT_COUNT; k++)
            if (strcmp(whats[k], what) == 0) r->now.counts[k] = n;
    TRY(rows.err);
    r->utc_offset_min =
        setting_int(c, "exchange.utc_offset_min", (struct setting_scope){ 0 });
    return db_exec(c, &exchange_run_sql[BEGIN], NULL, s->id, c->now);
}

struct ending {
    struct run *r;
    enum err e;
    const char *reason;
};

static enum err finish(struct ctx *c, void *arg)
{
    const struct ending *x = arg;

    TRY(run_save(c, x->r));
    return db_exec(c, &exchange_run_sql[END], NULL, x->r->id, x->e ? "failed" : "done",
                   x->e ? x->reason : NULL, time_now(), x->r->path);
}

/* Who waits for a run to end (1C's next call) is woken. */
static pthread_mutex_t ended_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;

void run_wait_any(i64 ms)
{
    const struct timespec until = time_deadline(ms);

    pthread_mutex_lock(&ended_lock);
    time_wait(&ended, &ended_lock, &until);
    pthread_mutex_unlock(&ended_lock);
}

/* A file that did not go in is kept a while, so that it can be looked at and run
 * again; aside, since 1C may send another of this name. */
static void put_aside(struct run *r)
{
    const char *to = arena_printf(r->mem, "%s.%lld.failed", r->path, r->id);

    if (r->session_id && *r->path && !strstr(r->path, ".failed") &&
        !rename(r->path, to))
        r->path = to;
}

/* One that went in is of no use any more. */
static void tidy_up(const struct run *r, enum err e)
{
    if (!e && !r->dry && *r->path) unlink(r->path);
    pthread_mutex_lock(&ended_lock);
    pthread_cond_broadcast(&ended);
    pthread_mutex_unlock(&ended_lock);
}

/* Errors that another try may not have: the job is run again, the run goes on. */
static bool passing(enum err e)
{
    return err_again(e) || e == ERR_GONE;
}

static enum err work(struct run *r, i64 run_id)
{
    struct start s = { .r = r, .id = run_id };
    struct ctx own = *r->c; /* what `start` reads must outlive the slices */
    enum err (*loader)(struct run * r) = NULL;

    own.mem = r->mem;
    const enum err e = db_unit(&own, start, &s);
    if (e) {
        r->c->fault = own.fault;
        if (e == ERR_NOT_FOUND)
            return FAIL(r->c, NO_SUCH, "there is no run %lld", run_id);
        return e;
    }
    if (strcmp(s.state, "done") == 0) return ERR_OK;
    TRY(run_loader_of(r->kind, &loader));
    if (!loader)
        return FAIL(r->c, INTERNAL, "no loader for a file of kind %s", r->kind);
    struct ending x = { .r = r, .e = loader(r) };
    x.reason =
        x.e ? arena_printf(r->mem, "%s",
                           r->c->fault.message ? r->c->fault.message : err_meaning(x.e))
            : NULL;
    if (passing(x.e)) return x.e;
    r->c->fault = (struct fault){ 0 };
    if (x.e) put_aside(r);
    if (!x.e) r->read_bytes = r->bytes;
    TRY(db_unit(r->c, finish, &x));
    tidy_up(r, x.e);
    return ERR_OK;
}

enum err exchange_run_do(struct ctx *c, i64 run_id)
{
    return exchange_run_work(c, run_id, NULL);
}

enum err exchange_run_work(struct ctx *c, i64 run_id, const struct job *job)
{
    struct ctx own = *c;
    struct run r = { .c = &own, .job = job, .joined = c->conn != NULL };

    own.mem = arena_new((size_t)32 << 20);
    r.mem = arena_new((size_t)64 << 20);
    r.told_mem = arena_new((size_t)4 << 20);
    const enum err e = work(&r, run_id);
    if (e) {
        c->fault = own.fault;
        if (own.fault.message)
            c->fault.message =
                arena_strdup(c->mem, own.fault.message, strlen(own.fault.message));
        c->fault.field = NULL;
        c->fault.next = NULL;
    }
    arena_free(own.mem);
    arena_free(r.mem);
    arena_free(r.told_mem);
    return e;
}

const struct sealed exchange_sealed[] = {
    { .what = "exchange.rejects",
      .rows = &exchange_run_sql[BEHIND],
      .put = &exchange_run_sql[SEAL],
      .how = "cw" },
    { .what = "exchange.taken", .slice = taken_reseal },
    { 0 },
};
