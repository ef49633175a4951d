/* track_follow.c -- one thread that reads the log and lets the rooms hear it.
 *
 * Followers that stand at the same place hear in one unit of the core, together with
 * their positions.  When that unit fails, each goes on alone, and whoever fails alone
 * is tried again with back-off. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/time.h"
#include "customer/customer_consent.h"
#include "track/track_follow.h"

enum { CURSORS, ADD, MOVE, FAILED, SET, AFTER, END, NOT_BELOW, UNSEE };

/* clang-format off */
const struct query track_follow_sql[] = {
    [CURSORS] = { "track.list_cursors",
        "SELECT follower, pos, epoch, tries, retry_at, error, heard_at FROM track_cursor ORDER BY follower",
        .scan = "a handful of followers" },

    [ADD] = { "track.add_cursor",
        "INSERT INTO track_cursor (follower, pos, epoch, tries, retry_at, heard_at) VALUES ($1, 0, 0, 0, 0, $2)"
        " ON CONFLICT (follower) DO NOTHING" },

    [MOVE] = { "track.move_cursor",
        "UPDATE track_cursor SET pos = $2, tries = 0, retry_at = 0, error = NULL, heard_at = $3"
        " WHERE follower = $1 AND epoch = $4 AND pos = $5" },

    [FAILED] = { "track.cursor_failed",
        "UPDATE track_cursor SET tries = tries + 1, retry_at = $2, error = $3"
        " WHERE follower = $1 AND epoch = $4 AND pos = $5" },

    [SET] = { "track.set_cursor",
        "UPDATE track_cursor SET pos = $2, epoch = epoch + 1, tries = 0, retry_at = 0, error = NULL"
        " WHERE follower = $1" },

    [AFTER] = { "track.events_after",
        "SELECT " TRACK_ROW " FROM track_event e LEFT JOIN track_word n ON n.no = e.name_no"
        " LEFT JOIN track_word u ON u.no = e.user_no"
        " WHERE e.id > $1 AND e.id <= $2 ORDER BY e.id LIMIT $3" },

    [END] = { "track.log_end",
        "SELECT next_id - 1 FROM track_log WHERE one = 1" },

    [NOT_BELOW] = { "track.log_not_below",
        "UPDATE track_log SET next_id = $1 WHERE one = 1 AND next_id < $1" },

    [UNSEE] = { "track.unsee", "DELETE FROM track_event WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

#define LOOK_MS   1000
#define RETRY_MAX (5 * MINUTE_MS)

/* The room's own: it hears nothing, but what it follows finds its owners. */
static enum err listen(struct ctx *c, const struct track_event *v, size_t n)
{
    (void)c, (void)v, (void)n;
    return ERR_OK;
}
const struct track_follower track_followers[] = { { "track.owner", listen }, { 0 } };

static struct {
    pthread_mutex_t lock; /* of rung, stop */
    pthread_cond_t bell;
    bool rung, stop, runs;
    pthread_t thread;
    struct db *db;
    const struct module *const *rooms;
} the = { .lock = PTHREAD_MUTEX_INITIALIZER, .bell = PTHREAD_COND_INITIALIZER };

void follow_wake(void)
{
    pthread_mutex_lock(&the.lock);
    the.rung = true;
    pthread_cond_signal(&the.bell);
    pthread_mutex_unlock(&the.lock);
}

/* ---- Positions
 * --------------------------------------------------------------------------- */

static const struct track_follower *follower_named(const struct module *const *rooms,
                                                   const char *name)
{
    for (; *rooms; rooms++)
        for (const struct track_follower *f = (*rooms)->followers; f && f->name; f++)
            if (!strcmp(f->name, name)) return f;
    return NULL;
}

static enum err cursors_add(struct ctx *c, void *rooms)
{
    for (const struct module *const *m = rooms; *m; m++)
        for (const struct track_follower *f = (*m)->followers; f && f->name; f++)
            TRY(db_exec(c, &track_follow_sql[ADD], NULL, f->name, c->now));
    return ERR_OK;
}

enum err cursors_read(struct ctx *c, void *ret_list)
{
    struct list *l = ret_list;
    struct follower_at k = { 0 };
    ROWS r;

    *l = (struct list){ 0 };
    TRY(db_rows0(c, &r, &track_follow_sql[CURSORS]));
    while (db_next(&r, INTO(&k.name, &k.pos, &k.epoch, &k.tries, &k.retry_at, &k.error,
                            &k.heard_at)))
        *(struct follower_at *)list_add(c->mem, l, sizeof(k)) = k;
    return r.err;
}

enum err log_end_read(struct ctx *c, void *ret_id)
{
    return db_one0(c, &track_follow_sql[END], INTO((i64 *)ret_id));
}

static void woken(void *arg)
{
    (void)arg;
    follow_wake();
}

enum err track_replay(struct ctx *c, const char *follower, i64 after_id)
{
    i64 n;

    if (after_id < 0)
        return FAIL_FIELD(c, BAD_ARGUMENT, "after", "places begin with 0");
    TRY(db_exec(c, &track_follow_sql[SET], &n, follower, after_id));
    if (!n) return FAIL(c, NOT_FOUND, "no follower \"%.100s\"", follower);
    db_after_commit(c, woken, NULL, NULL);
    return ERR_OK;
}

/* ---- Hearing
 * ------------------------------------------------------------------------------- */

struct round {
    const struct module *const *rooms;
    struct follower_at *at[32]; /* those who hear together */
    size_t n;
    i64 pos, to;        /* after this, up to this */
    struct list window; /* struct arrived */
    /* of the unit */
    struct owners owners;
    struct list out; /* struct track_event */
    bool moved[32];
    bool all;           /* nobody has refused to be followed */
    struct map asked;   /* customer: struct asked */
    struct list unseen; /* i64: events of those who have */
};

/* Whether somebody lets himself be followed, as far as this unit has asked. */
struct asked {
    i64 who;
    bool may;
};

static enum err may_follow(struct ctx *c, struct round *w, i64 who, bool *ret)
{
    *ret = true;
    if (w->all) return ERR_OK;
    const struct asked *was = map_get(&w->asked, (const char *)&who, sizeof(who));
    if (!was) {
        struct asked *now = NEW(c->mem, struct asked);
        now->who = who;
        TRY(customer_follow(c, who, &now->may));
        map_add(&w->asked, (const char *)&now->who, sizeof(who), now);
        was = now;
    }
    *ret = was->may;
    return ERR_OK;
}

static enum err hear_out(struct ctx *c, struct round *w)
{
    for (size_t k = 0; w->out.n && k < w->n; k++) {
        const struct track_follower *f = follower_named(w->rooms, w->at[k]->name);
        if (w->moved[k] && f) TRY(f->hear(c, w->out.at, w->out.n));
    }
    w->out.n = 0;
    return ERR_OK;
}

/* What somebody does who does not want to be followed is told to nobody, and goes. */
static enum err put(struct ctx *c, struct round *w, const struct arrived *e, i64 who,
                    bool late)
{
    bool may;

    TRY(may_follow(c, w, who, &may));
    if (!may) {
        *(i64 *)list_add(c->mem, &w->unseen, sizeof(i64)) = e->id;
        return ERR_OK;
    }
    *(struct track_event *)list_add(c->mem, &w->out, sizeof(struct track_event)) =
        event_of(e, who, late);
    return w->out.n == TRACK_SLICE ? hear_out(c, w) : ERR_OK;
}

static enum err put_late(struct ctx *c, struct round *w, struct late of, i64 before,
                         i64 who)
{
    struct list l;

    TRY(owner_late(c, of, before, &l));
    for (size_t k = 0; k < l.n; k++)
        TRY(put(c, w, &((const struct arrived *)l.at)[k], who, true));
    return ERR_OK;
}

static enum err hear_all(struct ctx *c, struct round *w)
{
    const struct arrived *e = w->window.at;
    i64 who;

    TRY(owners_learn(c, &w->owners, &w->window));
    for (size_t k = 0; k < w->window.n; k++) {
        TRY(owner_of(c, &w->owners, &e[k], &who));
        if (!who) continue;
        for (int i = 0; i < w->owners.n_late; i++)
            TRY(put_late(c, w, w->owners.late[i], e[k].id, who));
        TRY(put(c, w, &e[k], who, false));
    }
    return hear_out(c, w);
}

static enum err hear(struct ctx *c, void *arg)
{
    struct round *w = arg;
    bool any = false;
    i64 n;

    w->owners = (struct owners){ 0 };
    w->out = (struct list){ 0 };
    w->unseen = (struct list){ 0 };
    w->asked = (struct map){ .mem = c->mem };
    TRY(customer_follow_all(c, &w->all));
    for (size_t k = 0; k < w->n; k++) {
        TRY(db_exec(c, &track_follow_sql[MOVE], &n, w->at[k]->name, w->to, c->now,
                    w->at[k]->epoch, w->at[k]->pos));
        any |= w->moved[k] = n == 1;
    }
    return any ? hear_all(c, w) : ERR_OK;
}

struct failing {
    const struct follower_at *k;
    const char *why;
};

static enum err note_failure(struct ctx *c, void *arg)
{
    const struct failing *w = arg;
    i64 wait = SECOND_MS << (w->k->tries < 9 ? w->k->tries : 9);

    if (wait > RETRY_MAX) wait = RETRY_MAX;
    return db_exec(c, &track_follow_sql[FAILED], NULL, w->k->name, c->now + wait,
                   w->why, w->k->epoch, w->k->pos);
}

static enum err failed(struct ctx *c, struct follower_at *k)
{
    struct failing w = { k, c->fault.message ? c->fault.message : "no reason" };

    log_warn("track: %s did not hear what follows %lld: %s", k->name, k->pos, w.why);
    return db_unit(c, note_failure, &w);
}

/* Who is unseen is known by a unit that was kept; alone each meets the same ones. */
static enum err hear_together(struct ctx *c, struct round *w)
{
    struct round one = *w;
    const enum err e = db_unit(c, hear, w);

    if (!e || e == ERR_BUSY || e == ERR_UNAVAILABLE) return e;
    w->unseen = (struct list){ 0 };
    one.n = 1;
    for (size_t k = 0; k < w->n; k++) {
        one.at[0] = w->at[k];
        if (w->n == 1 || db_unit(c, hear, &one))
            TRY(failed(c, w->at[k]));
        else if (one.unseen.n)
            w->unseen = one.unseen;
    }
    return ERR_OK;
}

/* ---- Rounds
 * ---------------------------------------------------------------------------------- */

static enum err read_window(struct ctx *c, void *arg)
{
    struct round *w = arg;
    i64 end;
    ROWS r = { 0 };

    w->window = (struct list){ 0 };
    TRY(log_end_read(c, &end));
    if (end < w->to) w->to = end;
    TRY(db_rows(c, &r, &track_follow_sql[AFTER], w->pos, w->to, (i64)TRACK_SLICE));
    TRY(arrived_rows(&r, &w->window));
    if (w->window.n == TRACK_SLICE)
        w->to = ((const struct arrived *)w->window.at)[w->window.n - 1].id;
    return ERR_OK;
}

static enum err unsee(struct ctx *c, void *arg)
{
    const struct round *w = arg;
    const i64 *id = w->unseen.at;

    for (size_t k = 0; k < w->unseen.n; k++)
        TRY(db_exec(c, &track_follow_sql[UNSEE], NULL, id[k]));
    return ERR_OK;
}

/* Those furthest behind, up to where the next ones stand. */
static void together(struct round *w, struct list all, i64 now)
{
    struct follower_at *k = all.at;

    w->pos = w->to = INT64_MAX;
    for (size_t i = 0; i < all.n; i++)
        if (k[i].retry_at <= now && follower_named(w->rooms, k[i].name) &&
            k[i].pos < w->pos)
            w->pos = k[i].pos;
    for (size_t i = 0; i < all.n; i++) {
        if (k[i].retry_at > now || !follower_named(w->rooms, k[i].name)) continue;
        if (k[i].pos == w->pos && w->n < COUNT(w->at)) w->at[w->n++] = &k[i];
        if (k[i].pos > w->pos && k[i].pos < w->to) w->to = k[i].pos;
    }
}

static enum err one_round(struct ctx *c, const struct module *const *rooms,
                          bool *ret_more)
{
    struct round w = { .rooms = rooms };
    struct list all;

    *ret_more = false;
    TRY(db_snapshot(c, cursors_read, &all));
    together(&w, all, c->now);
    if (!w.n) return ERR_OK;
    TRY(db_snapshot_beside(c, read_window, &w));
    if (w.to <= w.pos) return ERR_OK;
    TRY(hear_together(c, &w));
    if (w.unseen.n) TRY(db_unit_beside(c, unsee, &w));
    *ret_more = true;
    return ERR_OK;
}

enum err track_drain(struct ctx *c, const struct module *const *rooms)
{
    const struct who who = c->who;
    bool more = true;

    c->who = (struct who){ .kind = WHO_SYSTEM };
    enum err e = db_unit(c, cursors_add, (void *)(uintptr_t)rooms);
    while (!e && more) e = reports_carry(c, &more);
    for (more = true; !e && more;) e = one_round(c, rooms, &more);
    for (more = true; !e && more;) e = sessions_make(c, &more);
    c->who = who;
    return e;
}

/* ---- The thread
 * ------------------------------------------------------------------------------- */

static bool bell_wait(void)
{
    const struct timespec until = time_deadline(LOOK_MS);

    pthread_mutex_lock(&the.lock);
    while (!the.rung && !the.stop)
        if (time_wait(&the.bell, &the.lock, &until) == ETIMEDOUT) break;
    the.rung = false;
    const bool go = !the.stop;
    pthread_mutex_unlock(&the.lock);
    return go;
}

static bool stopping(void)
{
    pthread_mutex_lock(&the.lock);
    const bool stop = the.stop;
    pthread_mutex_unlock(&the.lock);
    return stop;
}

static enum err step(struct ctx *c, bool *ret_more)
{
    bool heard = false, made = false, carried = false;

    arena_reset(c->mem);
    c->fault = (struct fault){ 0 };
    c->now = time_now();
    TRY(reports_carry(c, &carried));
    TRY(one_round(c, the.rooms, &heard));
    TRY(sessions_make(c, &made));
    *ret_more = heard || made || carried;
    return ERR_OK;
}

static void *follow(void *unused)
{
    struct ctx c = { .mem = arena_new(LIMIT_JOB_ARENA),
                     .db = the.db,
                     .who = { .kind = WHO_SYSTEM } };

    db_thread_yields();
    while (bell_wait())
        for (bool more = true; more && !stopping();) {
            const enum err e = step(&c, &more);
            if (e)
                log_warn("track: %s", c.fault.message ? c.fault.message : err_code(e));
            if (e) break;
        }
    arena_free(c.mem);
    return unused;
}

static enum err not_below(struct ctx *c, void *pos)
{
    return db_exec(c, &track_follow_sql[NOT_BELOW], NULL, *(i64 *)pos + 1);
}

/* An old copy of the log beside a newer core: its next places must not be those that
 * followers think they have heard. */
static enum err prepare(struct ctx *c, const struct module *const *rooms)
{
    struct list all;
    i64 last = 0;

    TRY(db_unit(c, source_own, NULL));
    TRY(db_unit(c, cursors_add, (void *)(uintptr_t)rooms));
    TRY(db_snapshot(c, cursors_read, &all));
    for (size_t k = 0; k < all.n; k++)
        if (((const struct follower_at *)all.at)[k].pos > last)
            last = ((const struct follower_at *)all.at)[k].pos;
    return db_unit_beside(c, not_below, &last);
}

enum err track_start(struct db *db, const struct module *const *rooms)
{
    struct ctx c = { .mem = arena_new(LIMIT_JOB_ARENA),
                     .db = db,
                     .now = time_now(),
                     .who = { .kind = WHO_SYSTEM } };

    assert(!the.runs);
    the.db = db;
    the.rooms = rooms;
    the.stop = false;
    the.rung = true;
    enum err e = prepare(&c, rooms);
    if (e) log_error("track: %s", c.fault.message ? c.fault.message : err_code(e));
    if (!e && pthread_create(&the.thread, NULL, follow, NULL)) e = ERR_INTERNAL;
    the.runs = !e;
    arena_free(c.mem);
    return e;
}

void track_stop(void)
{
    if (!the.runs) return;
    pthread_mutex_lock(&the.lock);
    the.stop = true;
    pthread_cond_signal(&the.bell);
    pthread_mutex_unlock(&the.lock);
    pthread_join(the.thread, NULL);
    the.runs = false;
}
