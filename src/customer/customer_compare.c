/* Who looks like whom.
 *
 * Who came or changed is compared with the rest within minutes (some()), for the review
 * queue; now and then, when so many came that it is less work, or when somebody asks,
 * the whole base is compared with itself (whole()): that learns the weights anew, sees
 * rivals that a look at one person misses, and alone merges what is sure.  Both write
 * what they found in units of a few, so that nobody's order waits behind them, and both
 * go on after a kill where they were: some() by its list, whole() by its note. */
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/time.h"
#include "customer/customer_like.h"
#include "customer/customer_own.h"
#include "customer/customer_pair.h"
#include "event/event.h"
#include "job/job.h"
#include "setting/setting.h"

enum { LATER_PUT, LATER, LATER_COUNT, LATER_DONE, LATER_SEEN, WHOLE_AT, WHOLE_DONE };
enum { UNIT = 20, SOME = 20, SEEN = 1000 };

/* clang-format off */
const struct query customer_compare_sql[] = {
    [LATER_PUT] = { "customer.compare_later",
        "INSERT INTO customer_like_later (id, at) VALUES ($1, $2)"
        " ON CONFLICT (id) DO UPDATE SET at = excluded.at" },

    [LATER] = { "customer.compare_list", "SELECT id, at FROM customer_like_later ORDER BY id LIMIT $1" },

    [LATER_COUNT] = { "customer.compare_count", "SELECT COUNT(*) FROM customer_like_later",
        .scan = "once a job: how much there is to do" },

    [LATER_DONE] = { "customer.compare_done", "DELETE FROM customer_like_later WHERE id = $1 AND at <= $2" },

    [LATER_SEEN] = { "customer.compare_seen",
        "DELETE FROM customer_like_later WHERE id IN"
        " (SELECT id FROM customer_like_later WHERE at <= $1 ORDER BY id LIMIT $2)",
        .scan = "by id from the first on: nearly all are from before the pass" },

    [WHOLE_AT] = { "customer.compare_whole_at",
        "SELECT COALESCE(whole_at, 0), people FROM customer_like_model WHERE id = 1" },

    [WHOLE_DONE] = { "customer.compare_whole_done", "UPDATE customer_like_model SET whole_at = $1 WHERE id = 1" },
    QUERY_END
};
/* clang-format on */

#define Q customer_compare_sql

struct comparing {
    struct job *job;
    struct customer_pair found[UNIT];
    size_t n;
    i64 merged, waits;
    i64 merged_here, waits_here;
    i64 after_a, after_b; /* told before we were interrupted; 0 */
    i64 began_at;
    struct arena *mem; /* of the pairs that wait to be written */
};

/* ---- What was found ----------------------------------------------------------- */

/* What each field said, in bits: above zero for, below against. */
static const char *evidence(struct arena *mem, const struct like_pair *p)
{
    struct buf b = buf_new(mem, 512, 8000);
    bool first = true;

    buf_text(&b, "{\"fields\":[");
    for (int k = 0; k < LIKE_FIELDS; k++) {
        if (p->level[k] < 0) continue;
        buf_printf(&b, "%s{\"field\":\"%s\",\"level\":%d,\"bits\":%.1f}",
                   first ? "" : ",", like_field_words[k], p->level[k],
                   (double)p->bits[k]);
        first = false;
    }
    buf_text(&b, "]}");
    return b.at;
}

static struct customer_pair pair_of(struct arena *mem, const struct like_pair *p)
{
    const i64 ppm = (i64)(p->probability * 1e6);
    const char *against = p->band == LIKE_SURE ? "" : p->against ? p->against : "thin";

    return (struct customer_pair){
        .a_id = p->a_id,
        .b_id = p->b_id,
        .source = PAIR_LIKE,
        .names = p->level[LIKE_FIRST] == 0 ? NAMES_CLASH : NAMES_OPEN,
        .score_ppm = ppm < 1         ? 1
                     : ppm > 1000000 ? 1000000
                                     : ppm,
        .against = arena_strdup(mem, against, strlen(against)),
        .evidence = evidence(mem, p),
    };
}

static enum err write_pairs(struct ctx *c, struct comparing *w)
{
    w->merged_here = w->waits_here = 0;
    for (size_t k = 0; k < w->n; k++) {
        enum rule_verdict verdict;

        TRY(customer_pair_found(c, &w->found[k], &verdict));
        w->merged_here += verdict == RULE_MERGE;
        w->waits_here += verdict == RULE_REVIEW;
    }
    return ERR_OK;
}

static void count(struct comparing *w)
{
    w->merged += w->merged_here;
    w->waits += w->waits_here;
    w->n = 0;
}

static enum err told(struct ctx *c, const struct comparing *w, i64 people, i64 compared)
{
    return job_result(
        c, w->job,
        arena_printf(
            c->mem,
            "{\"people\":%lld,\"compared\":%lld,\"merged\":%lld,\"waits\":%lld}",
            people, compared, w->merged, w->waits));
}

/* ---- The whole base ---------------------------------------------------------------
 */

/* The note goes with what it tells of. */
static enum err write_noted(struct ctx *c, void *arg)
{
    struct comparing *w = arg;

    TRY(write_pairs(c, w));
    return job_note(
        c, w->job,
        arena_printf(c->mem,
                     "{\"a\":\"%lld\",\"b\":\"%lld\",\"merged\":%lld,\"waits\":%lld}",
                     w->after_a, w->after_b, w->merged + w->merged_here,
                     w->waits + w->waits_here));
}

/* In memory of its own: a million people leave a hundred thousand pairs. */
static enum err flush(struct ctx *c, struct comparing *w)
{
    struct arena *keep = c->mem;
    enum err e = ERR_OK;

    if (!w->n) return ERR_OK;
    c->mem = w->mem;
    e = db_unit(c, write_noted, w);
    if (e && c->fault.message)
        c->fault.message =
            arena_strdup(keep, c->fault.message, strlen(c->fault.message));
    c->mem = keep;
    arena_free(w->mem);
    w->mem = NULL;
    count(w);
    return e;
}

static enum err hear(struct ctx *c, const struct like_pair *p, void *arg)
{
    struct comparing *w = arg;

    if (p->a_id < w->after_a || (p->a_id == w->after_a && p->b_id <= w->after_b))
        return ERR_OK;
    if (!w->mem) w->mem = arena_new(LIMIT_JOB_ARENA);
    w->found[w->n++] = pair_of(w->mem, p);
    w->after_a = p->a_id;
    w->after_b = p->b_id;
    return w->n == UNIT ? flush(c, w) : ERR_OK;
}

static enum err step(struct ctx *c, i64 done, i64 total, void *arg)
{
    const struct comparing *w = arg;

    return job_progress(c, w->job, done, total);
}

static void resume(struct comparing *w)
{
    const struct event e = { .data = w->job->note ? w->job->note : "{}" };

    if (!event_id(&e, "a", &w->after_a)) w->after_a = 0;
    if (!event_id(&e, "b", &w->after_b)) w->after_b = 0;
    if (!event_int(&e, "merged", &w->merged)) w->merged = 0;
    if (!event_int(&e, "waits", &w->waits)) w->waits = 0;
}

struct seen {
    i64 began_at, n;
};

static enum err forget_seen(struct ctx *c, void *arg)
{
    struct seen *s = arg;

    return db_exec(c, &Q[LATER_SEEN], &s->n, s->began_at, (i64)SEEN);
}

static enum err whole_done(struct ctx *c, void *arg)
{
    const struct comparing *w = arg;

    return db_exec(c, &Q[WHOLE_DONE], NULL, w->began_at);
}

/* Who waited to be compared has been. */
static enum err end_whole(struct ctx *c, const struct comparing *w)
{
    struct seen s = { w->began_at, SEEN };

    while (s.n == SEEN) TRY(db_unit(c, forget_seen, &s));
    return db_unit(c, whole_done, (void *)w);
}

enum err customer_compare_whole(struct ctx *c, struct job *j)
{
    struct comparing w = { .job = j, .began_at = c->now };
    struct like_stats stats;

    resume(&w);
    const enum err e = customer_like_all(c, hear, step, &w, &stats);
    if (e) {
        arena_free(w.mem);
        return e;
    }
    TRY(flush(c, &w));
    TRY(end_whole(c, &w));
    return told(c, &w, stats.people, stats.compared);
}

/* ---- Who came or changed -----------------------------------------------------------
 */

struct changed {
    struct comparing w;
    i64 ids[SOME], at[SOME];
    size_t n;
    struct list pairs; /* struct like_pair of these */
};

static enum err read_some(struct ctx *c, void *arg)
{
    struct changed *s = arg;
    i64 id, at;

    s->n = 0;
    ROWS r;
    TRY(db_rows(c, &r, &Q[LATER], (i64)SOME));
    while (db_next(&r, INTO(&id, &at))) {
        s->ids[s->n] = id;
        s->at[s->n++] = at;
    }
    return r.err;
}

/* Who was merged, or erased, meanwhile is nobody's double. */
static enum err look_at_some(struct ctx *c, void *arg)
{
    struct changed *s = arg;

    TRY(read_some(c, s));
    s->pairs = (struct list){ 0 };
    for (size_t k = 0; k < s->n; k++) {
        struct list one;
        const enum err e = customer_like_one(c, s->ids[k], &one);

        if (e && e != ERR_NOT_FOUND) return e;
        if (e) c->fault = (struct fault){ 0 };
        for (size_t i = 0; !e && i < one.n; i++)
            *(struct like_pair *)list_add(c->mem, &s->pairs, sizeof(struct like_pair)) =
                ((const struct like_pair *)one.at)[i];
    }
    return ERR_OK;
}

/* A look at one person does not see all rivals, and how sure it is was not measured
 * (doc/linking.md): what it finds waits for somebody, or for the next whole pass. */
static struct customer_pair to_look_at(struct ctx *c, const struct like_pair *p)
{
    struct customer_pair found = pair_of(c->mem, p);

    if (!*found.against) found.against = "thin";
    return found;
}

static enum err write_some(struct ctx *c, void *arg)
{
    struct changed *s = arg;
    const struct like_pair *p = s->pairs.at;
    i64 merged = 0, waits = 0;

    for (size_t k = 0; k < s->pairs.n; k += UNIT) {
        s->w.n = 0;
        for (size_t i = k; i < s->pairs.n && s->w.n < UNIT; i++)
            s->w.found[s->w.n++] = to_look_at(c, &p[i]);
        TRY(write_pairs(c, &s->w));
        merged += s->w.merged_here;
        waits += s->w.waits_here;
    }
    s->w.merged_here = merged;
    s->w.waits_here = waits;
    for (size_t k = 0; k < s->n; k++)
        TRY(db_exec(c, &Q[LATER_DONE], NULL, s->ids[k], s->at[k]));
    return ERR_OK;
}

static enum err slice(struct ctx *c, struct changed *s)
{
    TRY(db_snapshot(c, look_at_some, s));
    if (!s->n) return ERR_OK;
    TRY(db_unit(c, write_some, s));
    count(&s->w);
    return ERR_OK;
}

struct plan {
    i64 later, whole_at, people; /* people: of the last whole pass */
};

/* To look at one costs as much as a thousand do in a whole pass (doc/bench.md). */
static i64 most(const struct plan *p)
{
    enum { FEW = 1000, AS_MUCH = 1000 };
    const i64 share = p->people / AS_MUCH;

    return share > FEW ? share : FEW;
}

/* A slice in an arena of its own.  Of those who still come meanwhile the next run
 * decides. */
static enum err some(struct ctx *c, struct changed *s, const struct plan *p)
{
    struct arena *keep = c->mem;
    const i64 total = p->later;
    i64 done = 0;
    enum err e;

    do {
        c->mem = arena_new(LIMIT_JOB_ARENA);
        e = slice(c, s);
        if (e && c->fault.message)
            c->fault.message =
                arena_strdup(keep, c->fault.message, strlen(c->fault.message));
        arena_free(c->mem);
        c->mem = keep;
        done += (i64)s->n;
        if (!e && s->n)
            e = job_progress(c, s->w.job, done, done > total ? done : total);
    } while (!e && s->n && done < most(p));
    return e ? e : told(c, &s->w, done, done);
}

static enum err read_plan(struct ctx *c, void *arg)
{
    struct plan *p = arg;
    const enum err e = db_one0(c, &Q[WHOLE_AT], INTO(&p->whole_at, &p->people));

    if (e == ERR_NOT_FOUND) p->whole_at = p->people = 0;
    if (e && e != ERR_NOT_FOUND) return e;
    return db_one0(c, &Q[LATER_COUNT], INTO(&p->later));
}

/* The whole base once in so many days, in the hour that the chain has for it. */
static bool hour_has_come(struct ctx *c, const struct plan *p, i64 days)
{
    const i64 hour =
        setting_int(c, "customer.compare_hour", (struct setting_scope){ 0 });

    return days && c->now - p->whole_at >= days * DAY_MS - HOUR_MS &&
           c->now % DAY_MS / HOUR_MS == hour;
}

enum err customer_compare_ask(struct ctx *c, i64 *ret_job_id)
{
    return job_add(c, "customer.compare_whole", NULL, c->now, "whole", ret_job_id);
}

static enum err ask_for_whole(struct ctx *c, void *ret_id)
{
    return customer_compare_ask(c, ret_id);
}

enum err customer_compare(struct ctx *c, struct job *j)
{
    struct changed *s = NEW(c->mem, struct changed);
    const struct setting_scope all = { 0 };
    struct plan plan = { 0 };
    i64 id;

    if (!setting_bool(c, "customer.compare", all)) return ERR_OK;
    TRY(db_snapshot(c, read_plan, &plan));
    const i64 days = setting_int(c, "customer.compare_days", all);
    const bool many = days && plan.later > most(&plan); /* with a first import, say */
    if (many || hour_has_come(c, &plan, days)) TRY(db_unit(c, ask_for_whole, &id));
    if (many) return ERR_OK; /* it looks at them all */
    s->w = (struct comparing){ .job = j, .began_at = c->now };
    return plan.later ? some(c, s, &plan) : ERR_OK;
}

/* ---- Who is to be looked at
 * ---------------------------------------------------------- */

enum err customer_compare_later(struct ctx *c, i64 id)
{
    if (id <= 0 || !setting_bool(c, "customer.compare", (struct setting_scope){ 0 }))
        return ERR_OK;
    return db_exec(c, &Q[LATER_PUT], NULL, id, c->now);
}

enum err customer_hear_changed(struct ctx *c, const struct event *e)
{
    return customer_compare_later(c, e->subject_id);
}
