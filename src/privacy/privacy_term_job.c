/* privacy_term_job.c -- every day what is past its time goes, kind by kind, in
 * small slices.
 *
 * The note says which kind is under way, and of people where the walk was; what a slice
 * removed is gone and counted with it, so a run that was cut off goes on where it
 * stopped.  A kind that fails does not keep the others: the first fault is the run's.
 */
#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "event/event.h"
#include "job/job.h"
#include "privacy/privacy_term.h"
#include "staff/staff.h"

struct run {
    const struct job *j;
    size_t at, n; /* which kind, of how many */
    const struct privacy_term *t;
    const struct privacy_age *a;
    i64 before, gone;
    struct privacy_walk walk;
    struct list found;
    struct privacy_figures figures;
    struct arena *mem; /* of a slice */
};

static enum err note(struct ctx *c, const struct run *w)
{
    return job_note(c, w->j,
                    arena_printf(c->mem, "{\"what\":\"%s\",\"from\":\"%lld\"}",
                                 w->t->what, w->walk.from));
}

static enum err noted(struct ctx *c, void *run)
{
    return note(c, run);
}

/* ---- Rows -------------------------------------------------------------------------
 */

static enum err find(struct ctx *c, void *run)
{
    struct run *w = run;

    w->found = (struct list){ 0 };
    return w->a->find(c, w->before, TERM_SLICE, &w->found);
}

static enum err slice(struct ctx *c, void *run)
{
    struct run *w = run;

    return privacy_term_drop(c, w->t, w->a, w->before, &w->found, &w->gone);
}

static enum err rows(struct ctx *c, struct run *w)
{
    do {
        arena_reset(w->mem);
        TRY(job_progress(c, w->j, (i64)w->at, (i64)w->n));
        if (w->a->find) TRY(db_snapshot(c, find, w));
        TRY(db_unit(c, slice, w));
    } while (w->gone);
    return ERR_OK;
}

static enum err ages(struct ctx *c, struct run *w)
{
    for (w->a = w->t->ages; w->a && privacy_age_is(w->a); w->a++)
        if (w->a->drop || w->a->take) TRY(rows(c, w));
    return ERR_OK;
}

/* ---- People -----------------------------------------------------------------------
 */

static enum err page(struct ctx *c, struct run *w)
{
    enum err first = ERR_OK;

    TRY(db_snapshot(c, privacy_walk_on, &w->walk));
    const i64 *ids = w->walk.ids.at;
    for (size_t k = 0; k < w->walk.ids.n; k++) {
        TRY(job_progress(c, w->j, (i64)w->at, (i64)w->n));
        const enum err e = privacy_forget_one(c, w->t, ids[k], w->before, &w->gone);
        if (e) log_error("privacy: customer %lld: %s", ids[k], c->fault.message);
        if (e && !first) first = e;
    }
    TRY(db_unit(c, noted, w));
    return first;
}

static enum err people(struct ctx *c, struct run *w)
{
    enum err first = ERR_OK;

    w->walk.before = w->before;
    do {
        arena_reset(w->mem);
        TRY(job_progress(c, w->j, (i64)w->at, (i64)w->n));
        const enum err e = page(c, w);
        if (e && !first) first = e;
    } while (w->walk.more);
    return first;
}

/* ---- One kind ---------------------------------------------------------------------
 */

static enum err count(struct ctx *c, void *run)
{
    struct run *w = run;
    const struct privacy_term *t = w->t;
    struct privacy_figures *f = &w->figures;
    i64 soon = 0;

    TRY(privacy_term_count(c, t, INT64_MAX, TERM_COUNTED, &f->stand));
    if (w->before == NONE || t->end == PRIVACY_UNNEEDED) return ERR_OK;
    TRY(privacy_term_count(c, t, w->before, TERM_COUNTED, &f->past));
    TRY(privacy_term_count(c, t, w->before + TERM_SOON_DAYS * DAY_MS, TERM_COUNTED,
                           &soon));
    f->soon = soon - f->past;
    return ERR_OK;
}

static enum err count_people(struct ctx *c, struct run *w)
{
    bool about;

    return privacy_unneeded(c, w->before + TERM_SOON_DAYS * DAY_MS, &w->figures.soon,
                            &about);
}

/* What went is written down by number, never what it was. */
static enum err end(struct ctx *c, void *run)
{
    struct run *w = run;
    i64 gone = 0;

    TRY(privacy_term_counted(c, w->t, &w->figures));
    if (w->t->end == PRIVACY_BY_ROOM) return ERR_OK;
    TRY(privacy_term_ended(c, w->t, &gone));
    if (!gone) return ERR_OK;
    const char *told =
        arena_printf(c->mem, "{\"what\":\"%s\",\"rows\":%lld,\"before\":\"%s\"}",
                     w->t->what, gone, time_iso(c->mem, w->before));
    TRY(event_emit(c, "privacy.expired", 0, told));
    return staff_audit(c, "privacy.expired", 0, told);
}

static enum err kind(struct ctx *c, struct run *w)
{
    enum err first = ERR_OK;

    const i64 days = privacy_term_days(c, w->t);
    w->before = days == NONE ? NONE : c->now - days * DAY_MS;
    w->figures = (struct privacy_figures){ 0 };
    TRY(db_unit(c, noted, w));
    if (w->t->end == PRIVACY_AGED) first = ages(c, w);
    if (w->t->end == PRIVACY_UNNEEDED) first = people(c, w);
    w->walk.from = 0;
    if (first) return first;
    TRY(db_snapshot(c, count, w));
    if (w->t->end == PRIVACY_UNNEEDED) TRY(count_people(c, w));
    return db_unit(c, end, w);
}

/* ---- The run ----------------------------------------------------------------------
 */

/* Where the run before was cut off: its kind, and of people its place. */
static void go_on(struct ctx *c, struct run *w)
{
    const struct event e = { .data = w->j->note };
    const char *what = w->j->note ? event_text(c, &e, "what") : NULL;

    if (!what) return;
    for (size_t k = 0; k < w->n; k++)
        if (!strcmp(privacy_term_at(k)->what, what)) w->at = k;
    if (!event_id(&e, "from", &w->walk.from)) w->walk.from = 0;
}

static enum err begin_anew(struct ctx *c, void *job)
{
    return job_note(c, job, "{}");
}

static enum err all(struct ctx *c, struct run *w)
{
    enum err first = ERR_OK;

    w->n = privacy_terms_n();
    for (go_on(c, w); w->at < w->n; w->at++) {
        w->t = privacy_term_at(w->at);
        if (w->t->end > PRIVACY_UNNEEDED || !w->t->ages) continue;
        const enum err e = kind(c, w);
        if (e == ERR_GONE || e == ERR_UNAVAILABLE) return e;
        if (e) log_error("privacy: %s: %s", w->t->what, c->fault.message);
        if (e && !first) first = e;
    }
    const enum err e = db_unit(c, begin_anew, (void *)(uintptr_t)w->j);
    return first ? first : e;
}

enum err privacy_let_go(struct ctx *c, struct job *j)
{
    struct run w = { .j = j, .mem = arena_new(LIMIT_JOB_ARENA) };
    struct ctx own = *c;

    own.mem = w.mem;
    const enum err e = all(&own, &w);
    arena_free(w.mem);
    return e;
}

/* ---- Before it is shortened -------------------------------------------------------
 */

struct trial {
    const struct privacy_term *t;
    i64 before, n;
};

static enum err try_rows(struct ctx *c, void *arg)
{
    struct trial *w = arg;

    return privacy_term_count(c, w->t, w->before, TERM_COUNTED, &w->n);
}

enum err privacy_term_try(struct ctx *c, const char *what, struct privacy_term_trial *t)
{
    struct trial w = { 0 };

    TRY(privacy_term_named(c, what, &w.t));
    if (!w.t->days) return FAIL(c, WRONG_STATE, "%s has no period of its own", what);
    w.before = c->now - t->days * DAY_MS;
    if (w.t->end == PRIVACY_UNNEEDED)
        return privacy_unneeded(c, w.before, &t->n, &t->about);
    TRY(db_snapshot(c, try_rows, &w));
    t->n = w.n;
    t->about = w.n == TERM_COUNTED;
    return ERR_OK;
}
