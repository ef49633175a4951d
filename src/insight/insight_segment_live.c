/* Who belongs where, as it changes. */
#include <string.h>

#include "event/event.h"
#include "insight/insight_own.h"
#include "insight/insight_segment.h"

enum { IN, IN_PUT, IN_DROP, ENTER, LEAVE, COUNT_N, DAY };

/* clang-format off */
const struct query insight_segment_live_sql[] = {
    [IN] = { "insight.in", "SELECT segments, due_at FROM insight_in WHERE customer_id = $1" },

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

struct change {
    i64 entered, gone;
};
struct settling {
    struct ctx *c;
    const struct segment_set *set;
    struct trait_clock k;
    struct change *change; /* one for each of the set */
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

static enum err settle(struct settling *w, const struct person *p)
{
    struct member *now = NEW_N(w->c->mem, struct member, w->set->n);
    struct bytes b = { 0 };
    i64 due_at = NONE, until;
    const enum err e = db_one(w->c, &Q[IN], INTO(&b, &due_at), p->id);
    const size_t n_was = b.n / sizeof(*now);

    if (e && e != ERR_NOT_FOUND) return e;
    const size_t n = segment_find(w->set, p, &w->k, now, &until);
    if (!n && e && until == INT64_MAX) return ERR_OK;
    TRY(compare(w, p->id, b.at, n_was, now, n));
    const i64 stands = due_at == NONE ? INT64_MAX : due_at;
    const bool same = n == n_was && !memcmp(now, n ? b.at : now, n * sizeof(*now));
    if (same && until >= stands && stands > w->c->now) return ERR_OK;
    b = (struct bytes){ now, n * sizeof(*now) };
    return db_exec(w->c, &Q[IN_PUT], NULL, p->id, b, until == INT64_MAX ? NONE : until);
}

/* ---- Counts of segments ------------------------------------------------------------
 */

static enum err begin(struct settling *w, struct ctx *c, const struct segment_set *s)
{
    *w = (struct settling){ .c = c,
                            .set = s,
                            .k = segment_set_clock(c, s),
                            .change = NEW_N(c->mem, struct change, s->n) };
    return ERR_OK;
}

static enum err counts(struct settling *w)
{
    for (size_t k = 0; k < w->set->n; k++) {
        const struct change *d = &w->change[k];
        const i64 id = w->set->one[k].id;

        if (!d->entered && !d->gone) continue;
        TRY(db_exec(w->c, &Q[COUNT_N], NULL, id, d->entered - d->gone));
        TRY(db_exec(w->c, &Q[DAY], NULL, id, w->k.today, d->entered, d->gone));
    }
    return ERR_OK;
}

enum err segment_live(struct ctx *c, struct person *p, bool seen_read)
{
    SEGMENT_SET s = NULL;
    struct settling w;

    TRY(segment_set_get(c, &s));
    if (!s->n) return ERR_OK;
    if (!seen_read) TRY(trait_seen(c, p));
    TRY(begin(&w, c, s));
    TRY(settle(&w, p));
    return counts(&w);
}

enum err segment_settle(struct ctx *c, const i64 *ids, size_t n)
{
    SEGMENT_SET s = NULL;
    struct settling w;
    struct person p;
    bool has;

    TRY(segment_set_get(c, &s));
    TRY(begin(&w, c, s));
    for (size_t k = 0; k < n; k++) {
        TRY(trait_lock(c, ids[k]));
        TRY(trait_person(c, ids[k], &p, &has));
        if (has) TRY(settle(&w, &p));
    }
    return counts(&w);
}

/* ---- Read, forget
 * ----------------------------------------------------------------------- */

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
    SEGMENT_SET s = NULL;
    struct settling w;
    struct list was;

    TRY(segment_set_get(c, &s));
    TRY(segment_members_of(c, customer_id, &was));
    TRY(begin(&w, c, s));
    TRY(compare(&w, customer_id, was.at, was.n, NULL, 0));
    TRY(db_exec(c, &Q[IN_DROP], NULL, customer_id));
    return counts(&w);
}
