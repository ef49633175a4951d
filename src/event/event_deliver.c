/* event_deliver.c -- who hears what, when, and what happens when he cannot.
 *
 * One thread goes round: it reads the log once for all subscribers that stand at
 * the same place, and hands to each that wants something of it a unit of its
 * own.  The units of one round travel together, so on SQLite they share a
 * durable commit.  A subscriber that fails goes on alone, one fact at a time,
 * until the bad one is found; that one is tried again with back-off, and only
 * this subscriber waits for it.  One that is far behind (after a replay) reads
 * its own part of the log and does not hold up the others.
 *
 * A subscriber that wants nothing of what was read has nothing to write down: its
 * position moves in memory and follows in the table once a second. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/time.h"
#include "db/db.h"
#include "event/event_own.h"

#define WINDOW    256 /* facts read at a time */
#define TAKE_MAX  64  /* facts heard in one unit; fewer when they are slow */
#define SLOW_US   4000
#define LOOK_MS   1000 /* how long at most until we see what other nodes wrote */
#define RETRY_MS  (1 * SECOND_MS)
#define RETRY_MAX (5 * MINUTE_MS)

struct ear {
    const struct subscriber *s;
    struct cursor at; /* pos as in the table, or before */
    i64 pos;          /* nothing it wants lies between at.pos and this */
    int take;         /* facts in the next unit */
    /* of the unit that is under way */
    struct db_task task;
    struct ctx c;
    const struct list *window;
    i64 target;
    bool busy, moved;
    enum err err;
    i64 began_us;
};

static struct {
    pthread_mutex_t lock; /* of rung, reread, stop, busy */
    pthread_cond_t bell, idle;
    bool rung, reread, stop, runs;
    int busy;
    pthread_t thread;
    struct db *db;
    struct ear *ears;
    size_t n;
    i64 saved_at;
} the = { .lock = PTHREAD_MUTEX_INITIALIZER,
          .bell = PTHREAD_COND_INITIALIZER,
          .idle = PTHREAD_COND_INITIALIZER };

/* ---- Who wants what ------------------------------------------------------------- */

static bool word_fits(const char *word, size_t n, const char *name)
{
    if (n == 1 && *word == '*') return true;
    if (n > 2 && word[n - 1] == '*' && word[n - 2] == '.')
        return strncmp(name, word, n - 1) == 0;
    return strlen(name) == n && memcmp(name, word, n) == 0;
}

bool event_wanted(const struct subscriber *s, const char *name)
{
    for (const char *w = s->events; *w;) {
        const size_t n = strcspn(w, " ");
        if (n && word_fits(w, n, name)) return true;
        w += n + (w[n] == ' ');
    }
    return false;
}

bool event_listens(const char *subscriber)
{
    for (const struct module *const *m = modules; *m; m++)
        for (const struct subscriber *s = (*m)->subscribers; s && s->name; s++)
            if (strcmp(s->name, subscriber) == 0) return true;
    return false;
}

/* ---- The bell ---------------------------------------------------------------------
 */

void event_wake(void)
{
    pthread_mutex_lock(&the.lock);
    the.rung = true;
    pthread_cond_signal(&the.bell);
    pthread_mutex_unlock(&the.lock);
}

void event_reread(void)
{
    pthread_mutex_lock(&the.lock);
    the.reread = the.rung = true;
    pthread_cond_signal(&the.bell);
    pthread_mutex_unlock(&the.lock);
}

/* False when it is time to stop. */
static bool bell_wait(i64 ms)
{
    const struct timespec until = time_deadline(ms);

    pthread_mutex_lock(&the.lock);
    while (!the.rung && !the.stop)
        if (time_wait(&the.bell, &the.lock, &until) == ETIMEDOUT) break;
    the.rung = false;
    const bool go = !the.stop;
    pthread_mutex_unlock(&the.lock);
    return go;
}

/* ---- Cursors ------------------------------------------------------------------------
 */

/* Those of the first start hear everything; one that a new version brings along
 * begins now: nobody wants last month's messages sent again.  A replay gives it
 * the past when that is wanted. */
static enum err begin_where(struct ctx *c, i64 *ret_pos)
{
    struct list known;

    *ret_pos = 0;
    TRY(cursor_list(c, &known));
    return known.n ? log_end(c, ret_pos) : ERR_OK;
}

static enum err cursors_add(struct ctx *c, void *arg)
{
    struct cursor at;
    i64 pos;

    (void)arg;
    TRY(begin_where(c, &pos));
    for (size_t k = 0; k < the.n; k++) {
        const enum err e = cursor_get(c, the.ears[k].s->name, &at);
        if (e && e != ERR_NOT_FOUND) return e;
        if (e) TRY(cursor_add(c, the.ears[k].s->name, pos));
    }
    return ERR_OK;
}

static enum err cursors_read(struct ctx *c, void *arg)
{
    (void)arg;
    for (size_t k = 0; k < the.n; k++) {
        struct ear *h = &the.ears[k];
        const struct cursor was = h->at;
        TRY(cursor_get(c, h->s->name, &h->at));
        h->at.error = NULL; /* it is in the arena of this round */
        if (h->at.epoch != was.epoch || h->at.pos > h->pos || !h->take)
            h->pos = h->at.pos;
        if (!h->take) h->take = TAKE_MAX;
    }
    return ERR_OK;
}

static enum err cursors_write(struct ctx *c, void *arg)
{
    bool moved;

    (void)arg;
    for (size_t k = 0; k < the.n; k++)
        if (the.ears[k].pos > the.ears[k].at.pos && !the.ears[k].at.retry_at)
            TRY(cursor_move(c, &the.ears[k].at, the.ears[k].pos, &moved));
    return ERR_OK;
}

static bool cursors_moved(void)
{
    for (size_t k = 0; k < the.n; k++)
        if (the.ears[k].pos > the.ears[k].at.pos && !the.ears[k].at.retry_at)
            return true;
    return false;
}

/* ---- Hearing
 * --------------------------------------------------------------------------- */

static enum err hear(struct ctx *c, void *arg)
{
    struct ear *h = arg;
    const struct event *e = h->window->at;

    h->began_us = time_mono_us();
    TRY(cursor_move(c, &h->at, h->target, &h->moved));
    for (size_t k = 0; h->moved && k < h->window->n && e[k].pos <= h->target; k++)
        if (e[k].pos > h->pos && event_wanted(h->s, e[k].name))
            TRY(h->s->hear(c, &e[k]));
    return ERR_OK;
}

static void heard(struct db_task *t, enum err e)
{
    struct ear *h = t->arg;

    h->err = e;
    pthread_mutex_lock(&the.lock);
    if (--the.busy == 0) pthread_cond_signal(&the.idle);
    pthread_mutex_unlock(&the.lock);
}

/* How far the next unit goes: past `take` wanted facts, or the window's end.
 * False when nothing is wanted. */
static bool target_find(struct ear *h, const struct list *window)
{
    const struct event *e = window->at;
    int wanted = 0;

    h->target = e[window->n - 1].pos;
    for (size_t k = 0; k < window->n; k++) {
        if (e[k].pos <= h->pos || !event_wanted(h->s, e[k].name)) continue;
        if (++wanted < h->take) continue;
        h->target = e[k].pos;
        break;
    }
    return wanted > 0;
}

static void hand_out(struct ear *h, const struct list *window)
{
    if (!target_find(h, window)) {
        h->pos = h->target;
        return;
    }
    arena_reset(h->c.mem);
    h->c.db = the.db;
    h->c.now = time_now();
    h->c.who = (struct who){ .kind = WHO_SYSTEM };
    h->window = window;
    h->moved = false;
    h->busy = true;
    h->task = (struct db_task){ .c = &h->c, .fn = hear, .arg = h, .done = heard };
    pthread_mutex_lock(&the.lock);
    the.busy++;
    pthread_mutex_unlock(&the.lock);
    const enum err e = db_submit(the.db, &h->task);
    if (e) heard(&h->task, e);
}

static void all_done(void)
{
    pthread_mutex_lock(&the.lock);
    while (the.busy) pthread_cond_wait(&the.idle, &the.lock);
    pthread_mutex_unlock(&the.lock);
}

struct failing {
    struct ear *h;
    i64 retry_at;
    const char *error;
};

static enum err write_failure(struct ctx *c, void *arg)
{
    const struct failing *w = arg;

    return cursor_failed(c, &w->h->at, w->retry_at, w->error);
}

static i64 back_off(i64 tries)
{
    const i64 ms = RETRY_MS << (tries < 20 ? tries : 20);

    return ms < RETRY_MAX ? ms : RETRY_MAX;
}

/* The bad fact is known only when it is alone. */
static void failed(struct ctx *c, struct ear *h)
{
    const char *why = h->c.fault.message ? h->c.fault.message : err_meaning(h->err);

    if (h->take > 1) {
        h->take = 1;
        return;
    }
    struct failing w = { h, c->now + back_off(h->at.tries), why };
    log_warn("subscriber %s cannot hear fact %lld (try %lld): %s", h->s->name,
             h->target, h->at.tries + 1, why);
    h->at.retry_at = w.retry_at;
    h->at.tries++;
    if (db_unit(c, write_failure, &w))
        log_warn("subscriber %s: its failure cannot be kept", h->s->name);
}

static void went_well(struct ear *h)
{
    const bool slow = time_mono_us() - h->began_us > SLOW_US;

    h->pos = h->at.pos = h->target;
    h->at.tries = h->at.retry_at = 0;
    if (slow && h->take > 1) h->take /= 2;
    if (!slow && h->take < TAKE_MAX) h->take *= 2;
}

/* ---- Going round
 * --------------------------------------------------------------------------- */

static bool ready(const struct ear *h, i64 now)
{
    return h->at.retry_at <= now;
}

/* Is it the first of those that stand at its place? */
static bool first_there(const struct ear *h, i64 now)
{
    for (const struct ear *o = the.ears; o < h; o++)
        if (o->pos == h->pos && ready(o, now)) return false;
    return true;
}

struct reading {
    i64 pos;
    struct list window;
};

static enum err read_window(struct ctx *c, void *arg)
{
    struct reading *w = arg;

    return log_after(c, w->pos, WINDOW, &w->window);
}

/* One look at the log for each place where somebody stands.  *ret_more: there
 * was something, so look again. */
static enum err hand_out_all(struct ctx *c, bool *ret_more)
{
    struct reading *w = NEW_N(c->mem, struct reading, the.n);
    size_t n = 0;

    for (size_t k = 0; k < the.n; k++)
        if (ready(&the.ears[k], c->now) && first_there(&the.ears[k], c->now))
            w[n++].pos = the.ears[k].pos;
    for (size_t i = 0; i < n; i++) TRY(db_snapshot(c, read_window, &w[i]));
    for (size_t i = 0; i < n; i++) {
        *ret_more |= w[i].window.n > 0;
        for (size_t k = 0; w[i].window.n && k < the.n; k++) {
            struct ear *h = &the.ears[k];
            if (!h->busy && h->pos == w[i].pos && ready(h, c->now))
                hand_out(h, &w[i].window);
        }
    }
    return ERR_OK;
}

static void see_results(struct ctx *c)
{
    for (size_t k = 0; k < the.n; k++) {
        struct ear *h = &the.ears[k];
        if (!h->busy) continue;
        h->busy = false;
        if (h->err)
            failed(c, h);
        else if (h->moved)
            went_well(h);
        else
            event_reread();
    }
}

static bool reread_asked(void)
{
    pthread_mutex_lock(&the.lock);
    const bool asked = the.reread;
    the.reread = false;
    pthread_mutex_unlock(&the.lock);
    return asked;
}

static enum err go_round(struct ctx *c, bool *ret_more)
{
    *ret_more = false;
    TRY(log_sequence(c));
    if (c->now - the.saved_at >= LOOK_MS || c->now < the.saved_at) {
        if (cursors_moved()) TRY(db_unit(c, cursors_write, NULL));
        the.saved_at = c->now;
        TRY(db_snapshot(c, cursors_read, NULL));
    } else if (reread_asked()) {
        TRY(db_snapshot(c, cursors_read, NULL));
    }
    const enum err e = hand_out_all(c, ret_more);
    all_done();
    see_results(c);
    return e;
}

static void *deliver(void *arg)
{
    struct ctx c = { .mem = arena_new(LIMIT_JOB_ARENA), .db = the.db };
    bool more = true;

    (void)arg;
    db_thread_yields();
    while (bell_wait(more ? 0 : LOOK_MS)) {
        arena_reset(c.mem);
        c.now = time_now();
        c.who = (struct who){ .kind = WHO_SYSTEM };
        c.fault = (struct fault){ 0 };
        const enum err e = go_round(&c, &more);
        if (!e) continue;
        log_warn("events are not delivered now: %s",
                 c.fault.message ? c.fault.message : err_code(e));
        more = false;
    }
    arena_free(c.mem);
    return NULL;
}

/* ---- Start and stop
 * ---------------------------------------------------------------------------- */

static void ears_make(const struct module *const *rooms)
{
    the.n = 0;
    the.ears = NULL;
    for (; *rooms; rooms++)
        for (const struct subscriber *s = (*rooms)->subscribers; s && s->name; s++) {
            the.ears = reallocarray(the.ears, the.n + 1, sizeof(*the.ears));
            if (!the.ears) abort();
            the.ears[the.n++] = (struct ear){ .s = s,
                                              .at.epoch = -1,
                                              .c.mem = arena_new(LIMIT_JOB_ARENA) };
        }
}

static void ears_free(void)
{
    for (size_t k = 0; k < the.n; k++) arena_free(the.ears[k].c.mem);
    free(the.ears);
    the.ears = NULL;
    the.n = 0;
}

static enum err prepare(struct db *db)
{
    struct ctx c = { .mem = arena_new(LIMIT_JOB_ARENA), .db = db, .now = time_now() };
    enum err e = db_unit(&c, cursors_add, NULL);

    if (!e) e = db_snapshot(&c, cursors_read, NULL);
    if (e)
        log_error("the positions of subscribers: %s",
                  c.fault.message ? c.fault.message : err_code(e));
    arena_free(c.mem);
    return e;
}

enum err event_start(struct db *db, const struct module *const *rooms)
{
    assert(!the.runs);
    ears_make(rooms);
    the.db = db;
    the.stop = false;
    the.rung = true;
    the.saved_at = time_now();
    enum err e = prepare(db);
    if (!e && pthread_create(&the.thread, NULL, deliver, NULL)) e = ERR_INTERNAL;
    the.runs = !e;
    if (e) ears_free();
    return e;
}

void event_stop(void)
{
    if (!the.runs) return;
    pthread_mutex_lock(&the.lock);
    the.stop = true;
    pthread_cond_signal(&the.bell);
    pthread_mutex_unlock(&the.lock);
    pthread_join(the.thread, NULL);
    the.runs = false;
    ears_free();
}

/* ---- In this thread
 * ------------------------------------------------------------------------------ */

struct draining {
    const struct subscriber *s;
    bool more;
};

static enum err drain_some(struct ctx *c, void *arg)
{
    struct draining *w = arg;
    struct cursor at;
    struct list window;
    bool moved;

    enum err e = cursor_get(c, w->s->name, &at);
    if (e == ERR_NOT_FOUND) e = cursor_add(c, w->s->name, 0);
    TRY(e);
    TRY(log_after(c, at.pos, WINDOW, &window));
    const struct event *v = window.at;
    w->more = window.n > 0;
    if (!w->more) return ERR_OK;
    TRY(cursor_move(c, &at, v[window.n - 1].pos, &moved));
    for (size_t k = 0; moved && k < window.n; k++)
        if (event_wanted(w->s, v[k].name)) TRY(w->s->hear(c, &v[k]));
    return ERR_OK;
}

static enum err drain_all(struct ctx *c, const struct module *const *rooms,
                          bool *ret_more)
{
    *ret_more = false;
    TRY(log_sequence(c));
    for (; *rooms; rooms++)
        for (const struct subscriber *s = (*rooms)->subscribers; s && s->name; s++) {
            struct draining w = { .s = s };
            TRY(db_unit(c, drain_some, &w));
            *ret_more |= w.more;
        }
    return ERR_OK;
}

enum err event_drain(struct ctx *c, const struct module *const *rooms)
{
    const struct who who = c->who;
    bool more = true;
    enum err e = ERR_OK;

    c->who = (struct who){ .kind = WHO_SYSTEM };
    while (!e && more) e = drain_all(c, rooms, &more);
    c->who = who;
    return e;
}
