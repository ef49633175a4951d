/* Rows of facts: written when something was heard, made anew for all, read.
 *
 * Two who work at one customer at once (PostgreSQL) take turns: whoever will write
 * locks his row before he reads anything, so the second sees all that the first saw
 * and more.  On SQLite units come one after another anyway. */
#include <string.h>

#include "base/limits.h"
#include "insight/insight_many.h"
#include "insight/insight_own.h"
#include "insight/insight_seen.h"
#include "insight/insight_segment.h"
#include "insight/insight_trait.h"
#include "job/job.h"

enum {
    LOCK,
    LOCK_MANY,
    LOCK_RANGE,
    GET,
    GET_MANY,
    PUT,
    DROP,
    MADE,
    PEOPLE,
    SEEN,
    SEEN_OF,
    SEEN_MANY,
    RANGE_END,
    MARK,
    MARK_PUT,
};

/* clang-format off */
const struct query insight_trait_keep_sql[] = {
    /* `at` says when facts were made: a lock leaves it alone. */
    [LOCK] = { "insight.person_lock",
        "INSERT INTO insight_person (customer_id, facts, at) VALUES ($1, $2, 0)"
        " ON CONFLICT (customer_id) DO UPDATE SET at = insight_person.at", .types = "ib" },

    [LOCK_MANY] = { "insight.person_lock_many", "UPDATE insight_person SET at = at" OF_MANY_PEOPLE },

    [LOCK_RANGE] = { "insight.person_lock_range",
        "UPDATE insight_person SET at = at WHERE customer_id BETWEEN $1 AND $2" },

    [GET] = { "insight.person", "SELECT facts FROM insight_person WHERE customer_id = $1" },

    [GET_MANY] = { "insight.person_many",
        "SELECT customer_id, facts FROM insight_person" OF_MANY_PEOPLE " ORDER BY customer_id" },

    [PUT] = { "insight.person_put",
        "INSERT INTO insight_person (customer_id, facts, at) VALUES ($1, $2, $3)"
        " ON CONFLICT (customer_id) DO UPDATE SET facts = excluded.facts, at = excluded.at", .types = "ibi" },

    [DROP] = { "insight.person_drop", "DELETE FROM insight_person WHERE customer_id = $1" },

    [MADE] = { "insight.person_made", "SELECT at FROM insight_person WHERE customer_id = $1" },

    [PEOPLE] = { "insight.people",
        "SELECT customer_id, facts FROM insight_person WHERE customer_id > $1 ORDER BY customer_id LIMIT $2" },

    [SEEN] = { "insight.seen",
        "SELECT customer_id, seen FROM insight_seen WHERE customer_id BETWEEN $1 AND $2"
        " ORDER BY customer_id, born_id" },

    [SEEN_OF] = { "insight.seen_of",
        "SELECT seen FROM insight_seen WHERE customer_id = $1 ORDER BY born_id" },

    [SEEN_MANY] = { "insight.seen_many",
        "SELECT customer_id, seen FROM insight_seen" OF_MANY_PEOPLE " ORDER BY customer_id, born_id" },

    [RANGE_END] = { "insight.range_end",
        "SELECT id FROM pub_customer_trait WHERE id > $1 ORDER BY id LIMIT $2" },

    [MARK] = { "insight.trait_mark", "SELECT at FROM insight_mark WHERE name = $1" },
    [MARK_PUT] = { "insight.trait_mark_put",
        "INSERT INTO insight_mark (name, at) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET at = excluded.at" },
    QUERY_END
};
/* clang-format on */

#define Q insight_trait_keep_sql

/* ---- Reading -------------------------------------------------------------------- */

enum err trait_seen(struct ctx *c, struct person *p)
{
    struct bytes b;
    ROWS r;

    TRY(db_rows(c, &r, &Q[SEEN_OF], p->id));
    while (db_next(&r, INTO(&b))) seen_join(c->mem, p, b);
    return r.err;
}

enum err trait_facts(struct ctx *c, struct person *p, bool *ret_has)
{
    struct bytes b;
    const enum err e = db_one(c, &Q[GET], INTO(&b), p->id);

    *ret_has = !e && trait_facts_of(b, &p->f);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

void trait_person_ahead(struct ctx *c, i64 customer_id)
{
    (void)db_ahead(c, &Q[GET], customer_id);
    (void)db_ahead(c, &Q[SEEN_OF], customer_id);
}

enum err trait_person(struct ctx *c, i64 customer_id, struct person *ret, bool *ret_has)
{
    *ret = (struct person){ .id = customer_id };
    TRY(trait_facts(c, ret, ret_has));
    return *ret_has ? trait_seen(c, ret) : ERR_OK;
}

enum err trait_facts_many(struct ctx *c, struct person *p, size_t n)
{
    struct val v[PEOPLE_AT_ONCE];
    i64 ids[PEOPLE_AT_ONCE], id;
    struct bytes b;
    size_t at = 0;
    bool has;
    ROWS r = { 0 };

    if (n < 4) {
        for (size_t k = 0; k < n; k++) TRY(trait_facts(c, &p[k], &has));
        return ERR_OK;
    }
    for (size_t k = 0; k < n; k++) ids[k] = p[k].id;
    people_args(v, ids, n);
    TRY(db_rows_(c, &r, &Q[GET_MANY], v, PEOPLE_AT_ONCE));
    while (db_next(&r, INTO(&id, &b))) {
        while (at < n && p[at].id < id) at++;
        if (at < n) (void)trait_facts_of(b, &p[at].f);
    }
    return r.err;
}

/* Rows and people are in order of id; a row of nobody here is passed over. */
static enum err seen_rows(struct ctx *c, struct rows *r, struct person *p, size_t n)
{
    struct bytes b;
    size_t at = 0;
    i64 id;

    while (db_next(r, INTO(&id, &b))) {
        while (at < n && p[at].id < id) at++;
        if (at < n && p[at].id == id) seen_join(c->mem, &p[at], b);
    }
    return r->err;
}

enum err trait_seen_many(struct ctx *c, struct person *p, size_t n)
{
    struct val v[PEOPLE_AT_ONCE];
    i64 ids[PEOPLE_AT_ONCE];
    ROWS r = { 0 };

    for (size_t k = 0; k < n && n < 4; k++) TRY(trait_seen(c, &p[k]));
    if (n < 4) return ERR_OK;
    for (size_t k = 0; k < n; k++) ids[k] = p[k].id;
    people_args(v, ids, n);
    TRY(db_rows_(c, &r, &Q[SEEN_MANY], v, PEOPLE_AT_ONCE));
    return seen_rows(c, &r, p, n);
}

static enum err seen_of_all(struct ctx *c, struct list *people)
{
    struct person *p = people->at;
    ROWS r;

    TRY(db_rows(c, &r, &Q[SEEN], p[0].id, p[people->n - 1].id));
    return seen_rows(c, &r, p, people->n);
}

enum err trait_people(struct ctx *c, i64 after, i64 limit, struct list *ret)
{
    struct person p = { 0 };
    struct bytes b;

    {
        ROWS r;
        TRY(db_rows(c, &r, &Q[PEOPLE], after, limit));
        while (db_next(&r, INTO(&p.id, &b)))
            if (trait_facts_of(b, &p.f))
                *(struct person *)list_add(c->mem, ret, sizeof(p)) = p;
        TRY(r.err);
    }
    return ret->n ? seen_of_all(c, ret) : ERR_OK;
}

/* ---- One, because something was heard ----------------------------------------------
 */

enum err trait_lock(struct ctx *c, i64 customer_id)
{
    const struct bytes none = { "", 0 };

    if (db_engine(c->db) != DB_POSTGRES) return ERR_OK;
    return db_exec(c, &Q[LOCK], NULL, customer_id, none);
}

/* Who has no row yet is locked by making one. */
enum err trait_lock_many(struct ctx *c, const i64 *ids, size_t n)
{
    struct val v[PEOPLE_AT_ONCE];
    i64 locked = 0;

    if (db_engine(c->db) != DB_POSTGRES) return ERR_OK;
    people_args(v, ids, n);
    if (n > 1) TRY(db_exec_(c, &Q[LOCK_MANY], &locked, v, PEOPLE_AT_ONCE));
    for (size_t k = 0; locked < (i64)n && k < n; k++) TRY(trait_lock(c, ids[k]));
    return ERR_OK;
}

static enum err gone(struct ctx *c, i64 customer_id)
{
    TRY(segment_forget(c, customer_id));
    return db_exec(c, &Q[DROP], NULL, customer_id);
}

/* A visit that was forgotten since has been one all the same. */
static void keep_login(const struct facts *was, struct bytes now)
{
    struct facts_head *h = (struct facts_head *)now.at;

    if (was->head->login_s > h->login_s) h->login_s = was->head->login_s;
}

/* Write facts that differ from what is there; then they may be in other segments. */
static enum err put(struct settling *w, const struct facts_row *row)
{
    struct ctx *c = w->c;
    struct person p = { .id = row->customer_id };
    struct facts was;
    struct bytes old = { 0 };
    const enum err e = db_one(c, &Q[GET], INTO(&old), p.id);

    if (e && e != ERR_NOT_FOUND) return e;
    if (!e && trait_facts_of(old, &was)) keep_login(&was, row->facts);
    if (!e && old.n == row->facts.n && !memcmp(old.at, row->facts.at, old.n))
        return ERR_OK;
    TRY(db_exec(c, &Q[PUT], NULL, p.id, row->facts, c->now));
    (void)trait_facts_of(row->facts, &p.f);
    return segment_live(w, &p, false);
}

enum err trait_refresh(struct ctx *c, i64 customer_id)
{
    SETTLING w = { 0 };
    struct list rows = { 0 };

    if (customer_id <= 0) return ERR_OK;
    TRY(trait_lock(c, customer_id));
    TRY(trait_facts_read(c, customer_id, customer_id, &rows));
    if (!rows.n) return gone(c, customer_id);
    TRY(segment_begin(c, &w));
    TRY(put(&w, rows.at));
    return segment_end(&w);
}

enum err trait_hear(struct ctx *c, i64 customer_id, i64 at)
{
    i64 made_at;
    const enum err e = db_one(c, &Q[MADE], INTO(&made_at), customer_id);

    if (e && e != ERR_NOT_FOUND) return e;
    return !e && made_at > at + MINUTE_MS ? ERR_OK : trait_refresh(c, customer_id);
}

/* ---- All anew
 * ------------------------------------------------------------------------ */

enum { SLICE_FIRST = 64, SLICE_MOST = 4000 };

struct rebuild {
    i64 after, limit, n, total;
    bool end;
};

static enum err range_end(struct ctx *c, struct rebuild *w, i64 *ret_to, i64 *ret_n)
{
    i64 id;
    ROWS r;

    *ret_n = 0;
    TRY(db_rows(c, &r, &Q[RANGE_END], w->after, w->limit));
    while (db_next(&r, INTO(&id))) {
        *ret_to = id;
        ++*ret_n;
    }
    return r.err;
}

static enum err slice(struct ctx *c, void *arg)
{
    struct rebuild w = *(struct rebuild *)arg;
    SETTLING all = { 0 };
    struct list rows = { 0 };
    i64 to = w.after, n;

    TRY(range_end(c, &w, &to, &n));
    w.end = n < w.limit;
    if (n) {
        if (db_engine(c->db) == DB_POSTGRES)
            TRY(db_exec(c, &Q[LOCK_RANGE], NULL, w.after + 1, to));
        TRY(trait_facts_read(c, w.after + 1, to, &rows));
    }
    const struct facts_row *row = rows.at;
    TRY(segment_begin(c, &all));
    for (size_t k = 0; k < rows.n; k++) TRY(put(&all, &row[k]));
    TRY(segment_end(&all));
    w.after = to;
    w.n += n;
    *(struct rebuild *)arg = w;
    return ERR_OK;
}

/* As large as the writer may be held now. */
static void slice_fit(struct ctx *c, struct rebuild *w, i64 took_us)
{
    const i64 may_us = db_feed_us(c->db);

    if (took_us > may_us && w->limit > 16) w->limit /= 2;
    if (took_us * 2 < may_us && w->limit < SLICE_MOST) w->limit *= 2;
}

static enum err slices(struct ctx *c, struct job *j, struct rebuild *w)
{
    struct arena *keep = c->mem;
    enum err e = ERR_OK;

    c->mem = arena_new(LIMIT_JOB_ARENA);
    while (!e && !w->end) {
        const i64 began_us = time_mono_us();
        arena_reset(c->mem);
        c->now = c->conn ? c->now : time_now();
        e = db_unit(c, slice, w);
        slice_fit(c, w, time_mono_us() - began_us);
        if (!e && j) e = job_progress(c, j, w->n, w->total);
    }
    if (e && c->fault.message)
        c->fault.message =
            arena_strdup(keep, c->fault.message, strlen(c->fault.message));
    arena_free(c->mem);
    c->mem = keep;
    return e;
}

/* ---- Marks
 * ------------------------------------------------------------------------------ */

enum err insight_mark(struct ctx *c, const char *name, i64 *ret)
{
    const enum err e = db_one(c, &Q[MARK], INTO(ret), name);

    if (e == ERR_NOT_FOUND) *ret = 0;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err insight_mark_put(struct ctx *c, const char *name, i64 to)
{
    return db_exec(c, &Q[MARK_PUT], NULL, name, to);
}

static enum err begin(struct ctx *c, void *arg)
{
    struct rebuild *w = arg;

    TRY(trait_goods_learn(c));
    return insight_mark(c, "people", &w->total);
}

static enum err finish(struct ctx *c, void *arg)
{
    const struct rebuild *w = arg;

    TRY(insight_mark_put(c, "people", w->n));
    return insight_mark_put(c, "trait_format", FACTS_FORMAT);
}

enum err trait_rebuild(struct ctx *c, struct job *j)
{
    struct rebuild w = { .limit = SLICE_FIRST };

    TRY(db_unit(c, begin, &w));
    TRY(slices(c, j, &w));
    return db_unit(c, finish, &w);
}

static enum err ask(struct ctx *c, void *arg)
{
    const i64 at = *(const i64 *)arg;

    TRY(job_add(c, "insight.trait_rebuild", NULL, at, "all", NULL));
    return at <= c->now ? job_hurry(c, "insight.trait_rebuild", "all") : ERR_OK;
}

enum err trait_rebuild_ask(struct ctx *c, i64 at)
{
    return db_unit(c, ask, &at);
}

static enum err format_read(struct ctx *c, void *ret)
{
    return insight_mark(c, "trait_format", ret);
}

enum err trait_watch(struct ctx *c, struct job *j)
{
    i64 format = 0;

    (void)j;
    TRY(db_snapshot(c, format_read, &format));
    return format == FACTS_FORMAT ? ERR_OK : trait_rebuild_ask(c, c->now);
}
