/* What is done with everybody, or later: members whose time has come, passes over all
 * customers, counts for the editor, snapshots, the day's number. */
#include <string.h>

#include "base/limits.h"
#include "event/event.h"
#include "insight/insight_own.h"
#include "insight/insight_segment.h"
#include "job/job.h"

enum {
    DUE,
    IN_RANGE,
    FILLING,
    FILLED,
    LOOKED,
    COUNT_GET,
    COUNT_PUT,
    COUNT_OLD,
    SHOT_GET,
    SHOT_COPY,
    SHOT_LAST,
    SHOT_DONE,
    DAY_NOTE,
};

/* clang-format off */
const struct query insight_segment_job_sql[] = {
    [DUE] = { "insight.due",
        "SELECT customer_id FROM insight_in WHERE due_at <= $1 ORDER BY due_at LIMIT $2" },

    [IN_RANGE] = { "insight.in_range",
        "SELECT customer_id, segments, due_at FROM insight_in WHERE customer_id BETWEEN $1 AND $2"
        " ORDER BY customer_id" },

    [FILLING] = { "insight.filling",
        "SELECT id, version FROM insight_segment WHERE state = 0 ORDER BY id" },

    [FILLED] = { "insight.filled",
        "UPDATE insight_segment SET state = 1, filled_at = $3"
        " WHERE id = $1 AND version = $2 AND state = 0 RETURNING n" },

    [LOOKED] = { "insight.looked", "UPDATE insight_segment SET filled_at = $1 WHERE state = 1" },

    [COUNT_GET] = { "insight.count_rule", "SELECT rule FROM insight_count WHERE id = $1" },

    [COUNT_PUT] = { "insight.count_put",
        "UPDATE insight_count SET looked = $2, n = $3, done_at = $4 WHERE id = $1" },

    [COUNT_OLD] = { "insight.count_old", "DELETE FROM insight_count WHERE at < $1" },

    [SHOT_GET] = { "insight.shot_segment", "SELECT segment_id FROM insight_snapshot WHERE id = $1" },

    [SHOT_COPY] = { "insight.shot_copy",
        "INSERT INTO insight_snapshot_row (snapshot_id, customer_id, since_at)"
        " SELECT $1, m.customer_id, m.since_at FROM insight_member m"
        "  WHERE m.segment_id = $2 AND m.customer_id > $3 ORDER BY m.customer_id LIMIT $4"
        " ON CONFLICT (snapshot_id, customer_id) DO NOTHING", .types = "iiii" },

    [SHOT_LAST] = { "insight.shot_last",
        "SELECT customer_id FROM insight_snapshot_row WHERE snapshot_id = $1"
        " ORDER BY customer_id DESC LIMIT 1" },

    [SHOT_DONE] = { "insight.shot_done", "UPDATE insight_snapshot SET state = $2, n = n + $3 WHERE id = $1" },

    [DAY_NOTE] = { "insight.segment_day_note",
        "INSERT INTO insight_segment_day (segment_id, day, n, entered, gone)"
        " SELECT id, $1, n, 0, 0 FROM insight_segment WHERE state = 1"
        " ON CONFLICT (segment_id, day) DO UPDATE SET n = excluded.n", .types = "i" },
    QUERY_END
};
/* clang-format on */

#define Q insight_segment_job_sql

enum { SLICE = 4000, SETTLE = 200, DUE_AT_ONCE = 200, COPY = 5000 };

/* ---- Those whose time has come -----------------------------------------------------
 */

struct some_ids {
    size_t n;
    i64 id[SLICE];
};

static enum err due_read(struct ctx *c, void *arg)
{
    struct some_ids *w = arg;
    ROWS r;

    w->n = 0;
    TRY(db_rows(c, &r, &Q[DUE], c->now, DUE_AT_ONCE));
    while (db_next(&r, INTO(&w->id[w->n]))) w->n++;
    return r.err;
}

static enum err settle_them(struct ctx *c, void *arg)
{
    const struct some_ids *w = arg;

    return segment_settle(c, w->id, w->n);
}

static enum err due_once(struct ctx *c, void *arg)
{
    struct some_ids *w = arg;

    if (!c->conn) c->now = time_now();
    TRY(db_snapshot(c, due_read, w));
    return w->n ? db_unit(c, settle_them, w) : ERR_OK;
}

/* `step` again and again, each time with empty memory, until it says it is done. */
static enum err in_slices(struct ctx *c, enum err (*step)(struct ctx *c, void *arg),
                          void *arg, const bool *done)
{
    struct arena *keep = c->mem;
    enum err e = ERR_OK;

    c->mem = arena_new(LIMIT_JOB_ARENA);
    while (!e && !*done) {
        arena_reset(c->mem);
        e = step(c, arg);
    }
    if (e && c->fault.message)
        c->fault.message =
            arena_strdup(keep, c->fault.message, strlen(c->fault.message));
    arena_free(c->mem);
    c->mem = keep;
    return e;
}

struct due_work {
    struct some_ids *ids;
    bool done;
};

static enum err due_step(struct ctx *c, void *arg)
{
    struct due_work *w = arg;

    TRY(due_once(c, w->ids));
    w->done = w->ids->n < DUE_AT_ONCE;
    return ERR_OK;
}

enum err segment_due(struct ctx *c, struct job *j)
{
    struct due_work w = { .ids = NEW(c->mem, struct some_ids) };

    (void)j;
    return in_slices(c, due_step, &w, &w.done);
}

/* ---- Everybody
 * ------------------------------------------------------------------------ */

struct filling {
    i64 id, version;
};
struct pass {
    struct job *j;
    struct list filling; /* struct filling, as it was at the start */
    i64 after, n, total;
    struct some_ids *differ;
    bool done;
};

struct looking {
    const struct segment_set *set;
    struct trait_clock k;
    struct member *now; /* room for all */
};

/* As segment_settle() would find it. */
static bool differs(const struct looking *l, const struct person *p, struct bytes in,
                    i64 due_at)
{
    struct member *now = l->now;
    const struct member *was = in.at;
    const i64 stands = due_at == NONE ? INT64_MAX : due_at;
    i64 until;
    const size_t n = segment_find(l->set, p, &l->k, now, &until);

    if (n != in.n / sizeof(*was) || until < stands || stands <= l->k.now) return true;
    for (size_t i = 0; i < n; i++)
        if (now[i].segment_id != was[i].segment_id) return true;
    return false;
}

struct in_row {
    i64 customer_id, due_at;
    struct bytes segments;
};

static enum err in_rows(struct ctx *c, const struct list *people, struct list *ret)
{
    const struct person *p = people->at;
    struct in_row row;
    ROWS r;

    TRY(db_rows(c, &r, &Q[IN_RANGE], p[0].id, p[people->n - 1].id));
    while (db_next(&r, INTO(&row.customer_id, &row.segments, &row.due_at)))
        *(struct in_row *)list_add(c->mem, ret, sizeof(row)) = row;
    return r.err;
}

static enum err compare(struct ctx *c, const struct list *people, struct some_ids *ret)
{
    SEGMENT_SET s = NULL;
    struct list in = { 0 };
    const struct person *p = people->at;
    size_t at = 0;

    TRY(segment_set_get(c, &s));
    TRY(in_rows(c, people, &in));
    const struct in_row *row = in.at;
    const struct looking l = { s, segment_set_clock(c, s),
                               NEW_N(c->mem, struct member, s->n) };
    for (size_t i = 0; i < people->n; i++) {
        while (at < in.n && row[at].customer_id < p[i].id) at++;
        const bool has = at < in.n && row[at].customer_id == p[i].id;
        if (differs(&l, &p[i], has ? row[at].segments : (struct bytes){ 0 },
                    has ? row[at].due_at : NONE))
            ret->id[ret->n++] = p[i].id;
    }
    return ERR_OK;
}

static enum err pass_look(struct ctx *c, void *arg)
{
    struct pass *w = arg;
    struct list people = { 0 };

    w->differ->n = 0;
    TRY(trait_people(c, w->after, SLICE, &people));
    w->done = people.n < SLICE;
    if (!people.n) return ERR_OK;
    TRY(compare(c, &people, w->differ));
    w->after = ((const struct person *)people.at)[people.n - 1].id;
    w->n += (i64)people.n;
    return ERR_OK;
}

struct some {
    const i64 *id;
    size_t n;
};

static enum err settle_some(struct ctx *c, void *arg)
{
    const struct some *s = arg;

    return segment_settle(c, s->id, s->n);
}

static enum err pass_step(struct ctx *c, void *arg)
{
    struct pass *w = arg;

    if (!c->conn) c->now = time_now();
    TRY(db_snapshot(c, pass_look, w));
    for (size_t k = 0; k < w->differ->n; k += SETTLE) {
        const size_t left = w->differ->n - k;
        struct some s = { w->differ->id + k, left < SETTLE ? left : SETTLE };
        TRY(db_unit(c, settle_some, &s));
    }
    return w->j ? job_progress(c, w->j, w->n, w->total) : ERR_OK;
}

static enum err pass_begin(struct ctx *c, void *arg)
{
    struct pass *w = arg;
    struct filling f;
    {
        ROWS r;
        TRY(db_rows0(c, &r, &Q[FILLING]));
        while (db_next(&r, INTO(&f.id, &f.version)))
            *(struct filling *)list_add(c->mem, &w->filling, sizeof(f)) = f;
        TRY(r.err);
    }
    return insight_mark(c, "people", &w->total);
}

/* It is whole now: from here on its changes are told one by one. */
static enum err filled(struct ctx *c, const struct filling *f)
{
    i64 n;
    const enum err e = db_one(c, &Q[FILLED], INTO(&n), f->id, f->version, c->now);

    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    return event_emit(
        c, "insight.segment_filled", f->id,
        arena_printf(c->mem, "{\"segment_id\":\"%lld\",\"version\":%lld,\"n\":%lld}",
                     f->id, f->version, n));
}

static enum err pass_end(struct ctx *c, void *arg)
{
    const struct pass *w = arg;
    const struct filling *f = w->filling.at;

    for (size_t k = 0; k < w->filling.n; k++) TRY(filled(c, &f[k]));
    TRY(db_exec(c, &Q[LOOKED], NULL, c->now));
    TRY(insight_mark_put(c, "people", w->n));
    return w->filling.n ? segment_set_stale(c) : ERR_OK;
}

enum err segment_pass(struct ctx *c, struct job *j)
{
    struct pass w = { .j = j, .differ = NEW(c->mem, struct some_ids) };

    TRY(db_snapshot(c, pass_begin, &w));
    TRY(in_slices(c, pass_step, &w, &w.done));
    TRY(db_unit(c, pass_end, &w));
    return segment_day_note(c, j);
}

/* One that waits for later need not wait any more when somebody asks for it now. */
static enum err ask(struct ctx *c, void *arg)
{
    const i64 at = *(const i64 *)arg;

    TRY(job_add(c, "insight.segment_pass", NULL, at, "all", NULL));
    return at <= c->now ? job_hurry(c, "insight.segment_pass", "all") : ERR_OK;
}

enum err segment_pass_ask(struct ctx *c, i64 at)
{
    return db_unit(c, ask, &at);
}

struct one {
    i64 id;
};
static const struct field one_fields[] = { F_ID(one, id, MUST, "Which."), FIELD_END };
static const struct shape one_shape = SHAPE("InsightJobArg", one, one_fields);

/* ---- Counting for the editor
 * ---------------------------------------------------------------- */

struct counting {
    struct job *j;
    i64 id, after, looked, n;
    const struct segment_code *code;
    struct trait_region *region;
    size_t n_region;
    bool done;
};

static enum err count_begin(struct ctx *c, void *arg)
{
    struct counting *w = arg;
    struct rule_world world;
    struct rule r = { 0 };
    const char *text;

    TRY(db_one(c, &Q[COUNT_GET], INTO(&text), w->id));
    TRY(rule_world_read(c, &world));
    TRY(shape_read(c, &rule_shape, text, strlen(text), &r));
    w->region = (struct trait_region *)world.region;
    w->n_region = world.n_region;
    return segment_compile(c, &r, &world, c->mem, &w->code);
}

static enum err count_look(struct ctx *c, void *arg)
{
    struct counting *w = arg;
    struct trait_clock k = trait_clock_of(c);
    struct list people = { 0 };
    i64 until;

    k.region = w->region;
    k.n_region = w->n_region;
    TRY(trait_people(c, w->after, SLICE, &people));
    const struct person *p = people.at;
    for (size_t i = 0; i < people.n; i++)
        w->n += segment_holds(w->code, &p[i], &k, &until);
    w->looked += (i64)people.n;
    w->done = people.n < SLICE;
    if (people.n) w->after = p[people.n - 1].id;
    return ERR_OK;
}

static enum err count_note(struct ctx *c, void *arg)
{
    const struct counting *w = arg;

    return db_exec(c, &Q[COUNT_PUT], NULL, w->id, w->looked, w->n,
                   w->done ? c->now : NONE);
}

enum { COUNT_NOTE_EVERY = 25 };

static enum err count_step(struct ctx *c, void *arg)
{
    struct counting *w = arg;

    TRY(db_snapshot(c, count_look, w));
    if (w->done || w->looked / SLICE % COUNT_NOTE_EVERY == 0)
        TRY(db_unit(c, count_note, w));
    return job_progress(c, w->j, w->looked, 0);
}

enum err segment_count_run(struct ctx *c, struct job *j)
{
    struct one a = { 0 };

    TRY(shape_read(c, &one_shape, j->arg, strlen(j->arg), &a));
    struct counting w = { .j = j, .id = a.id };
    TRY(db_snapshot(c, count_begin, &w));
    return in_slices(c, count_step, &w, &w.done);
}

/* ---- Snapshots
 * ---------------------------------------------------------------------------------- */

struct shooting {
    struct job *j;
    i64 id, segment_id, n;
    bool done;
};

static enum err shot_begin(struct ctx *c, void *arg)
{
    struct shooting *w = arg;

    return db_one(c, &Q[SHOT_GET], INTO(&w->segment_id), w->id);
}

static enum err shot_slice(struct ctx *c, void *arg)
{
    struct shooting w = *(struct shooting *)arg;
    i64 after = -1, n;
    const enum err e = db_one(c, &Q[SHOT_LAST], INTO(&after), w.id);

    if (e && e != ERR_NOT_FOUND) return e;
    TRY(db_exec(c, &Q[SHOT_COPY], &n, w.id, w.segment_id, e ? -1 : after, COPY));
    w.done = n < COPY;
    w.n += n;
    TRY(db_exec(c, &Q[SHOT_DONE], NULL, w.id, w.done, n));
    *(struct shooting *)arg = w;
    return ERR_OK;
}

static enum err shot_step(struct ctx *c, void *arg)
{
    struct shooting *w = arg;

    TRY(db_unit(c, shot_slice, w));
    return job_progress(c, w->j, w->n, 0);
}

enum err segment_snapshot_run(struct ctx *c, struct job *j)
{
    struct one a = { 0 };

    TRY(shape_read(c, &one_shape, j->arg, strlen(j->arg), &a));
    struct shooting w = { .j = j, .id = a.id };
    TRY(db_snapshot(c, shot_begin, &w));
    return in_slices(c, shot_step, &w, &w.done);
}

/* ---- The day's number
 * ----------------------------------------------------------------------------- */

static enum err day_note(struct ctx *c, void *arg)
{
    const struct trait_clock k = trait_clock_of(c);

    (void)arg;
    TRY(db_exec(c, &Q[COUNT_OLD], NULL, c->now - DAY_MS));
    return db_exec(c, &Q[DAY_NOTE], NULL, k.today);
}

enum err segment_day_note(struct ctx *c, struct job *j)
{
    (void)j;
    return db_unit(c, day_note, NULL);
}
