/* Who belongs where, as it changes. */
#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "insight/insight_many.h"
#include "insight/insight_own.h"
#include "insight/insight_segment.h"

enum { IN, IN_MANY, IN_PUT, IN_DROP, ENTER, LEAVE, COUNT_N, DAY };

/* clang-format off */
const struct query insight_segment_live_sql[] = {
    [IN] = { "insight.in", "SELECT segments, due_at FROM insight_in WHERE customer_id = $1" },

    [IN_MANY] = { "insight.in_many",
        "SELECT customer_id, segments, due_at FROM insight_in" OF_MANY_PEOPLE " ORDER BY customer_id" },

    [IN_PUT] = { "insight.in_put",
        "INSERT INTO insight_in (customer_id, segments, due_at) VALUES ($1, $2, $3)"
        " ON CONFLICT (customer_id) DO UPDATE SET segments = excluded.segments, due_at = excluded.due_at",
        .types = "ibi" },

    [IN_DROP] = { "insight.in_drop", "DELETE FROM insight_in WHERE customer_id = $1" },

    [ENTER] = { "insight.member_add",
        "INSERT INTO insight_member (segment_id, customer_id, since_at) VALUES ($1, $2, $3)"
        " ON CONFLICT (segment_id, customer_id) DO NOTHING" },

    [LEAVE] = { "insight.member_drop",
        "DELETE FROM insight_member WHERE segment_id = $1 AND customer_id = $2" },

    [COUNT_N] = { "insight.segment_n",
        "UPDATE insight_segment SET n = n + $2 WHERE id = $1 AND n + $2 >= 0" },

    [DAY] = { "insight.segment_day_add",
        "INSERT INTO insight_segment_day (segment_id, day, n, entered, gone)"
        " SELECT s.id, $2, s.n, $3, $4 FROM insight_segment s WHERE s.id = $1"
        " ON CONFLICT (segment_id, day) DO UPDATE SET n = excluded.n,"
        "   entered = insight_segment_day.entered + excluded.entered,"
        "   gone = insight_segment_day.gone + excluded.gone", .types = "iiii" },
    QUERY_END
};
/* clang-format on */

#define Q insight_segment_live_sql

struct segment_change {
    i64 entered, gone;
};

/* ---- One person ------------------------------------------------------------------ */

size_t segment_find(const struct segment_set *s, const struct person *p,
                    const struct trait_clock *k, struct member *ret, i64 *ret_until)
{
    size_t n = 0;
    i64 until;

    *ret_until = INT64_MAX;
    for (size_t i = 0; i < s->n; i++) {
        if (!s->one[i].code) continue;
        if (segment_holds(s->one[i].code, p, k, &until))
            ret[n++] = (struct member){ s->one[i].id, NONE };
        if (until < *ret_until) *ret_until = until;
    }
    return n;
}

static enum err tell(struct settling *w, const char *what, const struct segment_one *s,
                     i64 customer_id)
{
    if (!s->told) return ERR_OK;
    return event_emit(w->c, what, customer_id,
                      arena_printf(w->c->mem,
                                   "{\"segment_id\":\"%lld\",\"customer_id\":\"%lld\","
                                   "\"version\":%lld}",
                                   s->id, customer_id, s->version));
}

static enum err enter(struct settling *w, size_t k, i64 customer_id)
{
    const struct segment_one *s = &w->set->one[k];

    w->change[k].entered++;
    TRY(db_exec(w->c, &Q[ENTER], NULL, s->id, customer_id, w->c->now));
    return tell(w, "insight.segment_entered", s, customer_id);
}

static enum err leave(struct settling *w, size_t k, i64 customer_id)
{
    const struct segment_one *s = &w->set->one[k];

    w->change[k].gone++;
    TRY(db_exec(w->c, &Q[LEAVE], NULL, s->id, customer_id));
    return tell(w, "insight.segment_left", s, customer_id);
}

/* Both lists and the set are in order of segment: one walk.  What is not in the set
 * any more is archived and empty. */
static enum err compare(struct settling *w, i64 customer_id, const struct member *was,
                        size_t n_was, struct member *now, size_t n_now)
{
    size_t a = 0, b = 0;

    for (size_t k = 0; k < w->set->n; k++) {
        const i64 id = w->set->one[k].id;

        while (a < n_was && was[a].segment_id < id) a++;
        const bool in = a < n_was && was[a].segment_id == id,
                   is = b < n_now && now[b].segment_id == id;
        if (is) now[b++].since_at = in ? was[a].since_at : w->c->now;
        if (in && !is) TRY(leave(w, k, customer_id));
        if (is && !in) TRY(enter(w, k, customer_id));
    }
    return ERR_OK;
}

static struct segment_known known_of(struct bytes in, i64 due_at)
{
    return (struct segment_known){ in, due_at == NONE ? INT64_MAX : due_at, true };
}

static enum err known_one(struct settling *w, i64 customer_id,
                          struct segment_known *ret)
{
    struct bytes in = { 0 };
    i64 due_at = NONE;
    const enum err e = db_one(w->c, &Q[IN], INTO(&in, &due_at), customer_id);

    if (e && e != ERR_NOT_FOUND) return e;
    *ret = known_of(in, due_at);
    ret->row = !e;
    return ERR_OK;
}

enum err segment_known_read(struct settling *w, const struct person *p, size_t n,
                            struct segment_known *ret)
{
    struct val v[PEOPLE_AT_ONCE];
    i64 ids[PEOPLE_AT_ONCE], id, due_at;
    struct bytes in;
    size_t at = 0;
    ROWS r = { 0 };

    for (size_t k = 0; k < n && n < 4; k++) TRY(known_one(w, p[k].id, &ret[k]));
    if (n < 4) return ERR_OK;
    for (size_t k = 0; k < n; k++) {
        ids[k] = p[k].id;
        ret[k] = (struct segment_known){ .stands = INT64_MAX };
    }
    people_args(v, ids, n);
    TRY(db_rows_(w->c, &r, &Q[IN_MANY], v, PEOPLE_AT_ONCE));
    while (db_next(&r, INTO(&id, &in, &due_at))) {
        while (at < n && ids[at] < id) at++;
        if (at < n) ret[at] = known_of(in, due_at);
    }
    return r.err;
}

static enum err keep(struct settling *w, i64 customer_id, const struct segment_known *k,
                     size_t n, i64 until)
{
    struct member *now = w->now;
    const size_t n_was = k->in.n / sizeof(*now);

    if (!n && !k->row && until == INT64_MAX) return ERR_OK;
    TRY(compare(w, customer_id, k->in.at, n_was, now, n));
    const bool same = n == n_was && !memcmp(now, n ? k->in.at : now, n * sizeof(*now));
    if (same && until >= k->stands && k->stands > w->c->now) return ERR_OK;
    const struct bytes b = { now, n * sizeof(*now) };
    return db_exec(w->c, &Q[IN_PUT], NULL, customer_id, b,
                   until == INT64_MAX ? NONE : until);
}

static enum err settle_known(struct settling *w, const struct person *p,
                             const struct segment_known *k)
{
    i64 until;
    const size_t n = segment_find(w->set, p, &w->k, w->now, &until);

    return keep(w, p->id, k, n, until);
}

static enum err settle(struct settling *w, const struct person *p)
{
    struct segment_known k;

    TRY(known_one(w, p->id, &k));
    return settle_known(w, p, &k);
}

/* ---- Only some segments
 * --------------------------------------------------------------
 *
 * An answer that does not depend on what is new is what it was, as long as time has not
 * made it another: until the earliest moment that was found for all of them. */

static void ask(struct settling *w, size_t k)
{
    w->n_look += !w->look[k];
    w->look[k] = true;
}

void segment_ask(struct settling *w, const struct segment_event *of)
{
    for (size_t k = 0; k < of->n; k++) ask(w, of->of[k]);
}

void segment_ask_visits(struct settling *w)
{
    for (size_t k = 0; k < w->set->n; k++)
        if (w->set->one[k].visits) ask(w, k);
}

void segment_ask_nothing(struct settling *w)
{
    if (w->n_look) memset(w->look, 0, w->set->n * sizeof(*w->look));
    w->n_look = 0;
}

/* Where he is by those that were asked, and was by the others. */
static size_t find_asked(struct settling *w, const struct person *p,
                         const struct segment_known *k, i64 *ret_until)
{
    const struct member *m = k->in.at;
    const size_t n_was = k->in.n / sizeof(*m);
    size_t n = 0, was = 0;
    i64 until;

    *ret_until = k->stands;
    for (size_t i = 0; i < w->set->n; i++) {
        const struct segment_one *s = &w->set->one[i];
        bool in;

        while (was < n_was && m[was].segment_id < s->id) was++;
        in = was < n_was && m[was].segment_id == s->id;
        if (w->look[i] && s->code) {
            in = segment_holds(s->code, p, &w->k, &until);
            if (until < *ret_until) *ret_until = until;
        }
        if (in) w->now[n++] = (struct member){ s->id, NONE };
    }
    return n;
}

enum err segment_live_asked(struct settling *w, struct person *p,
                            const struct segment_known *k)
{
    enum err e;

    if (k->stands > w->c->now) {
        i64 until;
        const size_t n = find_asked(w, p, k, &until);
        e = keep(w, p->id, k, n, until);
    } else {
        e = settle_known(w, p, k);
    }
    segment_ask_nothing(w);
    return e;
}

/* ---- A unit's people ------------------------------------------------------------
 */

enum err segment_begin(struct ctx *c, struct settling *ret)
{
    *ret = (struct settling){ .c = c };
    TRY(segment_set_get(c, &ret->set));
    const size_t n = ret->set->n;
    ret->k = segment_set_clock(c, ret->set);
    ret->change = NEW_N(c->mem, struct segment_change, n);
    ret->now = NEW_N(c->mem, struct member, n);
    ret->look = NEW_N(c->mem, bool, n);
    return ERR_OK;
}

void segment_let_go(struct settling *w)
{
    segment_set_done(&w->set);
}

enum err segment_end(struct settling *w)
{
    for (size_t k = 0; k < w->set->n; k++) {
        const struct segment_change *d = &w->change[k];
        const i64 id = w->set->one[k].id;

        if (!d->entered && !d->gone) continue;
        TRY(db_exec(w->c, &Q[COUNT_N], NULL, id, d->entered - d->gone));
        TRY(db_exec(w->c, &Q[DAY], NULL, id, w->k.today, d->entered, d->gone));
    }
    return ERR_OK;
}

enum err segment_live(struct settling *w, struct person *p, bool seen_read)
{
    if (!w->set->n) return ERR_OK;
    if (!seen_read) TRY(trait_seen(w->c, p));
    return settle(w, p);
}

static int by_id(const void *a, const void *b)
{
    const i64 x = *(const i64 *)a, y = *(const i64 *)b;

    return (x > y) - (x < y);
}

/* Up to PEOPLE_AT_ONCE, in order: what is known of them is read together. */
static enum err settle_some(struct settling *w, const i64 *ids, size_t n)
{
    struct person p[PEOPLE_AT_ONCE];
    struct segment_known known[PEOPLE_AT_ONCE];

    for (size_t k = 0; k < n; k++) p[k] = (struct person){ .id = ids[k] };
    TRY(trait_lock_many(w->c, ids, n));
    TRY(trait_facts_many(w->c, p, n));
    TRY(trait_seen_many(w->c, p, n));
    TRY(segment_known_read(w, p, n, known));
    for (size_t k = 0; k < n; k++)
        if (p[k].f.head) TRY(settle_known(w, &p[k], &known[k]));
    return ERR_OK;
}

enum err segment_settle(struct ctx *c, const i64 *ids, size_t n)
{
    i64 *in_order = NEW_N(c->mem, i64, n);
    SETTLING w = { 0 };

    memcpy(in_order, ids, n * sizeof(*ids));
    qsort(in_order, n, sizeof(*in_order), by_id);
    TRY(segment_begin(c, &w));
    for (size_t k = 0; k < n; k += PEOPLE_AT_ONCE)
        TRY(settle_some(&w, in_order + k,
                        n - k < PEOPLE_AT_ONCE ? n - k : PEOPLE_AT_ONCE));
    return segment_end(&w);
}

/* ---- Read, forget
 * ----------------------------------------------------------------------- */

void segment_members_ahead(struct ctx *c, i64 customer_id)
{
    (void)db_ahead(c, &Q[IN], customer_id);
}

enum err segment_members_of(struct ctx *c, i64 customer_id, struct list *ret)
{
    struct bytes b = { 0 };
    i64 due_at;
    const enum err e = db_one(c, &Q[IN], INTO(&b, &due_at), customer_id);

    *ret = (struct list){ (void *)b.at, b.n / sizeof(struct member) };
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err segment_forget(struct ctx *c, i64 customer_id)
{
    SETTLING w = { 0 };
    struct list was;

    TRY(segment_begin(c, &w));
    TRY(segment_members_of(c, customer_id, &was));
    TRY(compare(&w, customer_id, was.at, was.n, NULL, 0));
    TRY(db_exec(c, &Q[IN_DROP], NULL, customer_id));
    return segment_end(&w);
}
