/* track_held.c -- what does not fit the plan waits, is shown, and is let in or thrown
 * away by somebody with a name. */
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "job/job.h"
#include "staff/staff.h"
#include "track/track_own.h"

enum {
    LIST,
    GET,
    WAITING,
    PLACES,
    MOVE,
    DROP,
    REASON,
    FORGET,
    FORGET_HELD,
    LEFT,
    REFUSED
};

/* clang-format off */
#define COLUMNS "u.id, u.kind, u.name, u.member, u.why, u.type, u.n, u.first_at, u.last_at, u.source_id," \
                " u.sample, (SELECT COUNT(*) FROM track_held h WHERE h.unknown_id = u.id)"
const struct query track_held_sql[] = {
    [LIST] = { "track.list_unknown",
        "SELECT " COLUMNS " FROM track_unknown u WHERE u.id < $1 ORDER BY u.id DESC LIMIT $2" },

    [GET] = { "track.get_unknown",
        "SELECT " COLUMNS " FROM track_unknown u WHERE u.id = $1" },

    [WAITING] = { "track.held_of",
        "SELECT h.id, h.kind, h.data, h.source_id, w.value FROM track_held h"
        " LEFT JOIN track_word w ON w.no = h.name_no"
        " WHERE h.unknown_id = $1 AND h.id > $2 ORDER BY h.id LIMIT $3" },

    [PLACES] = { "track.take_place",
        "UPDATE track_log SET next_id = next_id + 1 WHERE one = 1 RETURNING next_id - 1" },

    [MOVE] = { "track.release_event",
        "INSERT INTO track_event (id, device_no, user_no, at, received_at, kind, name_no, source_id, message_id,"
        " data, context) SELECT $2, device_no, user_no, at, received_at, kind, name_no, source_id, message_id,"
        " data, context FROM track_held WHERE id = $1", "ii" },

    [DROP] = { "track.drop_held",
        "DELETE FROM track_held WHERE id = $1" },

    [REASON] = { "track.held_for",
        "UPDATE track_held SET unknown_id = $2 WHERE id = $1" },

    [FORGET] = { "track.forget_unknown",
        "DELETE FROM track_unknown WHERE id = $1" },

    [FORGET_HELD] = { "track.forget_held",
        "DELETE FROM track_held WHERE id IN (SELECT id FROM track_held WHERE unknown_id = $1 ORDER BY id LIMIT $2)" },

    [LEFT] = { "track.held_left",
        "SELECT id FROM track_held WHERE unknown_id = $1 ORDER BY id LIMIT 1" },

    [REFUSED] = { "track.list_refused",
        "SELECT id, at, source_id, field, why, sample FROM track_refused WHERE id < $1 ORDER BY id DESC LIMIT $2" },
    QUERY_END
};
/* clang-format on */

#define STEP 500 /* events let in in one unit */

/* ---- Shown
 * ------------------------------------------------------------------------------ */

#define UNKNOWN_INTO(u, kind_, why_, type_)                                            \
    INTO(&(u).id, &kind_, &(u).name, &(u).member, &why_, &type_, &(u).n,               \
         &(u).first_at, &(u).last_at, &(u).source_id, &(u).sample, &(u).waiting)

struct asking {
    const struct unknown_ask *a;
    i64 id, last, limit;
    struct list l;
    struct unknown one;
};

static enum err list_rows(struct ctx *c, void *arg)
{
    struct asking *w = arg;
    struct unknown u = { 0 };
    i64 kind, why, type;
    ROWS r;

    w->l = (struct list){ 0 };
    TRY(db_rows(c, &r, &track_held_sql[LIST], w->last, w->limit));
    while (db_next(&r, UNKNOWN_INTO(u, kind, why, type))) {
        TRY(track_text_open(c, &u.sample));
        u.kind = (int)kind;
        u.why = (int)why;
        u.type = (int)type;
        *(struct unknown *)list_add(c->mem, &w->l, sizeof(u)) = u;
    }
    return r.err;
}

static enum err page(struct ctx *c, const struct unknown_ask *a, struct asking *w)
{
    *w = (struct asking){ .a = a, .last = INT64_MAX };
    w->limit = a->limit == NONE ? 50 : a->limit;
    return page_after(c, a->after, &w->last, 1);
}

enum err unknown_list(struct ctx *c, const struct unknown_ask *a, struct list *ret,
                      const char **ret_next)
{
    struct asking w;

    TRY(page(c, a, &w));
    TRY(db_snapshot_beside(c, list_rows, &w));
    *ret = w.l;
    *ret_next = NULL;
    if ((i64)w.l.n == w.limit)
        *ret_next = page_next(c->mem, &((struct unknown *)w.l.at)[w.l.n - 1].id, 1);
    return ERR_OK;
}

static enum err get_row(struct ctx *c, void *arg)
{
    struct asking *w = arg;
    i64 kind, why, type;
    const enum err e =
        db_one(c, &track_held_sql[GET], UNKNOWN_INTO(w->one, kind, why, type), w->id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "nothing unknown is %lld", w->id);
    TRY(e);
    TRY(track_text_open(c, &w->one.sample));
    w->one.kind = (int)kind;
    w->one.why = (int)why;
    w->one.type = (int)type;
    return ERR_OK;
}

enum err unknown_get(struct ctx *c, i64 id, struct unknown *ret)
{
    struct asking w = { .id = id };

    TRY(db_snapshot_beside(c, get_row, &w));
    *ret = w.one;
    return ERR_OK;
}

static enum err refused_rows(struct ctx *c, void *arg)
{
    struct asking *w = arg;
    struct refused f = { 0 };
    ROWS r;

    w->l = (struct list){ 0 };
    TRY(db_rows(c, &r, &track_held_sql[REFUSED], w->last, w->limit));
    while (db_next(&r, INTO(&f.id, &f.at, &f.source_id, &f.field, &f.why, &f.sample))) {
        TRY(track_text_open(c, &f.why));
        TRY(track_text_open(c, &f.sample));
        *(struct refused *)list_add(c->mem, &w->l, sizeof(f)) = f;
    }
    return r.err;
}

enum err refused_list(struct ctx *c, const struct unknown_ask *a, struct list *ret,
                      const char **ret_next)
{
    struct asking w;

    TRY(page(c, a, &w));
    TRY(db_snapshot_beside(c, refused_rows, &w));
    *ret = w.l;
    *ret_next = NULL;
    if ((i64)w.l.n == w.limit)
        *ret_next = page_next(c->mem, &((struct refused *)w.l.at)[w.l.n - 1].id, 1);
    return ERR_OK;
}

/* ---- Decided
 * -------------------------------------------------------------------------------- */

static enum err declared(struct ctx *c, const struct unknown *u, struct plan *p)
{
    struct list all;

    TRY(plan_list(c, &all));
    for (size_t k = 0; k < all.n; k++) {
        const struct plan *have = &((const struct plan *)all.at)[k];
        if (have->kind == u->kind && !strcmp(have->name, u->name)) *p = *have;
    }
    return ERR_OK;
}

static struct member *member_named(struct ctx *c, struct plan *p, const char *name)
{
    struct member *m = p->members.at;

    for (size_t k = 0; k < p->members.n; k++)
        if (!strcmp(m[k].name, name)) return &m[k];
    m = list_add(c->mem, &p->members, sizeof(*m));
    *m = (struct member){ .name = name, .doc = "" };
    return m;
}

/* What came is declared as it came; of another type than declared, any type will do. */
static enum err declare(struct ctx *c, const struct unknown *u)
{
    struct plan p = { .kind = u->kind, .name = u->name, .doc = "", .open = true }, new;

    TRY(declared(c, u, &p));
    switch (u->why) {
    case WHY_MEMBER:
        member_named(c, &p, u->member)->type = u->type;
        break;
    case WHY_TYPE:
        member_named(c, &p, u->member)->type = TYPE_ANY;
        break;
    case WHY_MISSING:
        member_named(c, &p, u->member)->must = false;
        break;
    default:
        break;
    }
    return plan_put(c, &p, NULL, &new);
}

struct accepting {
    struct unknown u;
    i64 job_id;
};

static enum err accept(struct ctx *c, void *arg)
{
    struct accepting *w = arg;
    const char *job = arena_printf(c->mem, "{\"id\":\"%lld\"}", w->u.id);

    TRY(declare(c, &w->u));
    TRY(staff_audit(c, "track.accept", w->u.id, NULL));
    return job_add(c, "track.release", job, c->now, job, &w->job_id);
}

enum err unknown_accept(struct ctx *c, i64 id, i64 *ret_job_id)
{
    struct accepting w = { 0 };

    TRY(unknown_get(c, id, &w.u));
    TRY(db_unit(c, accept, &w));
    *ret_job_id = w.job_id;
    return ERR_OK;
}

static enum err audit_forget(struct ctx *c, void *id)
{
    return staff_audit(c, "track.forget", *(i64 *)id, NULL);
}

struct forgetting {
    i64 id, n;
};

static enum err forget_some(struct ctx *c, void *arg)
{
    struct forgetting *w = arg;

    TRY(db_exec(c, &track_held_sql[FORGET_HELD], &w->n, w->id, (i64)LIMIT_BULK_ROWS));
    return w->n < LIMIT_BULK_ROWS ? db_exec(c, &track_held_sql[FORGET], NULL, w->id)
                                  : ERR_OK;
}

enum err unknown_forget(struct ctx *c, i64 id)
{
    struct forgetting w = { .id = id, .n = LIMIT_BULK_ROWS };
    struct unknown u;

    TRY(unknown_get(c, id, &u));
    TRY(db_unit(c, audit_forget, &id));
    while (w.n == LIMIT_BULK_ROWS) TRY(db_unit_beside(c, forget_some, &w));
    return ERR_OK;
}

/* ---- Let in
 * -----------------------------------------------------------------------------------
 */

struct releasing {
    i64 id; /* the unknown */
    const struct config *k;
    i64 after, n, moved;
};
static const struct field arg_fields[] = {
    F_ID(releasing, id, MUST, "What was unknown."), FIELD_END
};
static const struct shape arg_shape = SHAPE("TrackRelease", releasing, arg_fields);

static void wake(void *arg)
{
    (void)arg;
    follow_wake();
}

/* Against the plan as it is now: what still does not fit waits for that reason. */
static enum err release_one(struct ctx *c, struct releasing *w, struct heard *e)
{
    struct batch b = { .received_at = c->now, .events = { e, 1 } };
    i64 place, unknown_id;

    plan_judge(c, w->k, &b);
    if (e->why != WHY_FITS) {
        TRY(unknown_count(c, e, e->h1, &unknown_id));
        return db_exec(c, &track_held_sql[REASON], NULL, e->id, unknown_id);
    }
    TRY(db_one0(c, &track_held_sql[PLACES], INTO(&place)));
    TRY(db_exec(c, &track_held_sql[MOVE], NULL, e->id, place));
    w->moved++;
    return db_exec(c, &track_held_sql[DROP], NULL, e->id);
}

static enum err waiting(struct ctx *c, const struct releasing *w, struct list *ret)
{
    struct heard e = { .why = WHY_FITS };
    i64 kind;
    ROWS r;

    TRY(db_rows(c, &r, &track_held_sql[WAITING], w->id, w->after, (i64)STEP));
    while (db_next(&r, INTO(&e.id, &kind, &e.data, &e.h1, &e.name))) {
        e.kind = (int)(kind & MARK_KIND);
        if (!e.name) e.name = "";
        TRY(track_text_open(c, &e.data));
        *(struct heard *)list_add(c->mem, ret, sizeof(e)) = e;
    }
    return r.err;
}

static enum err release_some(struct ctx *c, void *arg)
{
    struct releasing *w = arg;
    struct list l = { 0 };
    i64 left;

    TRY(waiting(c, w, &l));
    struct heard *e = l.at;
    const i64 n = (i64)l.n;
    for (i64 k = 0; k < n; k++) TRY(release_one(c, w, &e[k]));
    if (n) w->after = e[n - 1].id;
    w->n = n;
    const enum err none = db_one(c, &track_held_sql[LEFT], INTO(&left), w->id);
    if (none && none != ERR_NOT_FOUND) return none;
    if (none) TRY(db_exec(c, &track_held_sql[FORGET], NULL, w->id));
    if (n) db_after_commit(c, wake, NULL, NULL);
    return ERR_OK;
}

enum err track_release(struct ctx *c, struct job *j)
{
    struct releasing w = { 0 };
    struct config *k;
    enum err e = ERR_OK;

    TRY(shape_read(c, &arg_shape, j->arg, strlen(j->arg), &w));
    TRY(config_hold(c, &k));
    w.k = k;
    w.n = STEP;
    while (!e && w.n == STEP) e = db_unit_beside(c, release_some, &w);
    config_drop(k);
    return e;
}
