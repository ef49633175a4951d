/* The roll-ups: what a dashboard would otherwise count over all orders and levels.
 *
 * Everything is counted anew from what the rooms show (pub_ views) and written only
 * where it differs, so a quiet chain writes nothing.  An hour is that of the
 * order's id, which tells when we heard of it; orders cancelled later leave their
 * hour when its turn comes again: the hour that runs and the one before every time,
 * the last three days hour by hour.  Levels are looked at a few places at a time. */
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "insight/insight_own.h"
#include "job/job.h"
#include "order/order.h"

enum {
    OPEN_NOW,
    OPEN_WAS,
    OPEN_PUT,
    OPEN_DROP,
    HOUR_NOW,
    HOUR_WAS,
    HOUR_PUT,
    HOUR_DROP,
    PLACES,
    SHORT_NOW,
    SHORT_PUT,
    MARK,
    MARK_PUT,
    FORGET
};

/* clang-format off */
const struct query insight_roll_sql[] = {
    /* $1 now, $2 and $3 ids of an hour and a day ago.  States 0..2 wait for the shop,
     * 3 for the customer, 4 for the courier. */
    [OPEN_NOW] = { "insight.count_open",
        "SELECT place_id, state, COUNT(*),"
        "       COUNT(*) FILTER (WHERE CASE WHEN state = 3 THEN deadline_at ELSE promised_at END < $1),"
        "       COUNT(*) FILTER (WHERE order_id >= $2),"
        "       COUNT(*) FILTER (WHERE order_id < $2 AND order_id >= $3), MIN(order_id)"
        "  FROM pub_order_open WHERE state < 5 GROUP BY place_id, state ORDER BY place_id, state",
        .types = "iii", .scan = "open orders are few and have an index of their own" },

    [OPEN_WAS] = { "insight.list_open",
        "SELECT place_id, state, n, overdue, n_hour, n_day, oldest_at FROM insight_open"
        " ORDER BY place_id, state", .scan = "a row for a place and state" },

    [OPEN_PUT] = { "insight.put_open",
        "INSERT INTO insight_open (place_id, state, n, overdue, n_hour, n_day, oldest_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (place_id, state) DO UPDATE SET n = excluded.n, overdue = excluded.overdue,"
        "   n_hour = excluded.n_hour, n_day = excluded.n_day, oldest_at = excluded.oldest_at" },

    [OPEN_DROP] = { "insight.drop_open",
        "DELETE FROM insight_open WHERE place_id = $1 AND state = $2" },

    /* A range of ids is a range of time.  3 is a sale at the till; 5, 6 came to nothing. */
    [HOUR_NOW] = { "insight.count_hour",
        "SELECT o.place_id, COALESCE(p.region_id, 0), COUNT(*), CAST(SUM(o.total_minor) AS BIGINT),"
        "       COUNT(*) FILTER (WHERE o.kind = 3),"
        "       COALESCE(CAST(SUM(CASE WHEN o.kind = 3 THEN o.total_minor ELSE 0 END) AS BIGINT), 0)"
        "  FROM pub_order_order o LEFT JOIN pub_place_place p ON p.id = o.place_id"
        " WHERE o.id >= $1 AND o.id < $2 AND o.state NOT IN (5, 6)"
        " GROUP BY o.place_id, COALESCE(p.region_id, 0)" },

    [HOUR_WAS] = { "insight.list_hour",
        "SELECT scope, scope_id, orders, sum_minor, till_orders, till_minor FROM insight_hour"
        " WHERE hour_at = $1" },

    [HOUR_PUT] = { "insight.put_hour",
        "INSERT INTO insight_hour (scope, scope_id, hour_at, orders, sum_minor, till_orders, till_minor)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (scope, scope_id, hour_at) DO UPDATE SET orders = excluded.orders,"
        "   sum_minor = excluded.sum_minor, till_orders = excluded.till_orders,"
        "   till_minor = excluded.till_minor" },

    [HOUR_DROP] = { "insight.drop_hour",
        "DELETE FROM insight_hour WHERE scope = $1 AND scope_id = $2 AND hour_at = $3" },

    [PLACES] = { "insight.next_places",
        "SELECT id FROM pub_place_place WHERE id > $1 ORDER BY id LIMIT $2" },

    [SHORT_NOW] = { "insight.count_short",
        "SELECT COUNT(*) FILTER (WHERE unheld < 0), COUNT(*) FILTER (WHERE on_hand < 0)"
        "  FROM pub_stock_level WHERE place_id = $1" },

    [SHORT_PUT] = { "insight.put_short",
        "INSERT INTO insight_short (place_id, short, negative, at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (place_id) DO UPDATE SET short = excluded.short, negative = excluded.negative,"
        "   at = excluded.at" },

    [MARK] = { "insight.get_mark", "SELECT at FROM insight_mark WHERE name = $1" },
    [MARK_PUT] = { "insight.put_mark",
        "INSERT INTO insight_mark (name, at) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET at = excluded.at" },

    [FORGET] = { "insight.forget_hours",
        "DELETE FROM insight_hour WHERE hour_at < $1" },
    QUERY_END
};
/* clang-format on */

#define Q insight_roll_sql

enum { KEEP_DAYS = 400, PAST_DAYS = 35, AGAIN_HOURS = 72, PLACES_AT_ONCE = 16 };

/* ---- What is open --------------------------------------------------------------- */

struct open_row {
    i64 place_id, state, n, overdue, n_hour, n_day, oldest_at;
};
struct opens {
    struct list now, was; /* struct open_row */
};

static enum err open_read(struct ctx *c, bool now, struct list *ret)
{
    struct open_row o;
    ROWS r = { 0 };

    *ret = (struct list){ 0 };
    if (now)
        TRY(db_rows(c, &r, &Q[OPEN_NOW], c->now, id_of(c->now - HOUR_MS, 0, 0),
                    id_of(c->now - DAY_MS, 0, 0)));
    else
        TRY(db_rows0(c, &r, &Q[OPEN_WAS]));
    while (db_next(&r, INTO(&o.place_id, &o.state, &o.n, &o.overdue, &o.n_hour,
                            &o.n_day, &o.oldest_at))) {
        if (now) o.oldest_at = id_at(o.oldest_at);
        *(struct open_row *)list_add(c->mem, ret, sizeof(o)) = o;
    }
    return r.err;
}

static enum err opens_read(struct ctx *c, void *arg)
{
    struct opens *o = arg;

    TRY(open_read(c, true, &o->now));
    return open_read(c, false, &o->was);
}

static int open_order(const struct open_row *a, const struct open_row *b)
{
    if (a->place_id != b->place_id) return a->place_id < b->place_id ? -1 : 1;
    return a->state < b->state ? -1 : a->state > b->state;
}

/* Both lists are in one order: what is only there goes, what differs is written. */
static enum err opens_write(struct ctx *c, void *arg)
{
    const struct opens *o = arg;
    const struct open_row *n = o->now.at, *n_end = n + o->now.n, *w = o->was.at,
                          *w_end = w + o->was.n;

    while (n < n_end || w < w_end) {
        const int cmp = n == n_end ? 1 : w == w_end ? -1 : open_order(n, w);

        if (cmp > 0)
            TRY(db_exec(c, &Q[OPEN_DROP], NULL, w->place_id, w->state));
        else if (cmp < 0 || memcmp(n, w, sizeof(*n)))
            TRY(db_exec(c, &Q[OPEN_PUT], NULL, n->place_id, n->state, n->n, n->overdue,
                        n->n_hour, n->n_day, n->oldest_at));
        n += cmp <= 0;
        w += cmp >= 0;
    }
    return db_exec(c, &Q[MARK_PUT], NULL, "rolled_at", c->now);
}

/* ---- Hours ------------------------------------------------------------------------
 */

struct hour_row {
    i64 scope, scope_id, orders, sum_minor, till_orders, till_minor;
};
struct hour {
    i64 at;
    struct list now, was; /* struct hour_row */
};

static struct hour_row *hour_find(const struct list *l, i64 scope, i64 scope_id)
{
    struct hour_row *r = l->at;

    for (size_t k = 0; k < l->n; k++)
        if (r[k].scope == scope && r[k].scope_id == scope_id) return &r[k];
    return NULL;
}

static void hour_count(struct ctx *c, struct hour *h, i64 scope, i64 scope_id,
                       const struct hour_row *one)
{
    struct hour_row *r = hour_find(&h->now, scope, scope_id);

    if (!r) {
        r = list_add(c->mem, &h->now, sizeof(*r));
        *r = (struct hour_row){ .scope = scope, .scope_id = scope_id };
    }
    r->orders += one->orders;
    r->sum_minor += one->sum_minor;
    r->till_orders += one->till_orders;
    r->till_minor += one->till_minor;
}

static enum err hour_was(struct ctx *c, struct hour *h)
{
    struct hour_row one;
    ROWS r;

    TRY(db_rows(c, &r, &Q[HOUR_WAS], h->at));
    while (db_next(&r, INTO(&one.scope, &one.scope_id, &one.orders, &one.sum_minor,
                            &one.till_orders, &one.till_minor)))
        *(struct hour_row *)list_add(c->mem, &h->was, sizeof(one)) = one;
    return r.err;
}

static enum err hour_read(struct ctx *c, void *arg)
{
    struct hour *h = arg;
    struct hour_row one = { 0 };
    i64 place_id, region_id;

    h->now = h->was = (struct list){ 0 };
    ROWS r;
    TRY(db_rows(c, &r, &Q[HOUR_NOW], id_of(h->at, 0, 0), id_of(h->at + HOUR_MS, 0, 0)));
    while (db_next(&r, INTO(&place_id, &region_id, &one.orders, &one.sum_minor,
                            &one.till_orders, &one.till_minor))) {
        hour_count(c, h, 0, 0, &one);
        hour_count(c, h, 1, region_id, &one);
        hour_count(c, h, 2, place_id, &one);
    }
    TRY(r.err);
    return hour_was(c, h);
}

/* Leave in both lists what differs. */
static void hour_differences(struct hour *h)
{
    struct hour_row *n = h->now.at, *w = h->was.at;
    size_t left = 0, gone = 0;

    for (size_t k = 0; k < h->was.n; k++)
        if (!hour_find(&h->now, w[k].scope, w[k].scope_id)) {
            const struct hour_row drop = w[k];
            w[k] = w[gone];
            w[gone++] = drop;
        }
    for (size_t k = 0; k < h->now.n; k++) {
        const struct hour_row *old = hour_find(&h->was, n[k].scope, n[k].scope_id);
        if (!old || memcmp(old, &n[k], sizeof(*old))) n[left++] = n[k];
    }
    h->was.n = gone;
    h->now.n = left;
}

static enum err hour_write(struct ctx *c, void *arg)
{
    const struct hour *h = arg;
    const struct hour_row *n = h->now.at, *w = h->was.at;

    for (size_t k = 0; k < h->was.n; k++)
        TRY(db_exec(c, &Q[HOUR_DROP], NULL, w[k].scope, w[k].scope_id, h->at));
    for (size_t k = 0; k < h->now.n; k++)
        TRY(db_exec(c, &Q[HOUR_PUT], NULL, n[k].scope, n[k].scope_id, h->at,
                    n[k].orders, n[k].sum_minor, n[k].till_orders, n[k].till_minor));
    return ERR_OK;
}

static enum err hour_roll(struct ctx *c, i64 hour_at)
{
    struct hour h = { .at = hour_at };

    TRY(db_snapshot(c, hour_read, &h));
    hour_differences(&h);
    return h.now.n || h.was.n ? db_unit(c, hour_write, &h) : ERR_OK;
}

/* ---- Marks --------------------------------------------------------------------------
 */

struct mark {
    const char *name;
    i64 at;
};

static enum err mark_read(struct ctx *c, void *arg)
{
    struct mark *m = arg;
    const enum err e = db_one(c, &Q[MARK], INTO(&m->at), m->name);

    if (e == ERR_NOT_FOUND) m->at = NONE;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err mark_write(struct ctx *c, void *arg)
{
    const struct mark *m = arg;

    return db_exec(c, &Q[MARK_PUT], NULL, m->name, m->at);
}

static enum err forget(struct ctx *c, void *arg)
{
    (void)arg;
    return db_exec(c, &Q[FORGET], NULL, c->now - KEEP_DAYS * DAY_MS);
}

/* The past once, oldest hour first; then one hour of the last days in each turn. */
static enum err hours_roll(struct ctx *c, struct job *j)
{
    const i64 this = c->now / HOUR_MS * HOUR_MS;
    struct mark next = { .name = "next_hour" };

    TRY(db_snapshot(c, mark_read, &next));
    const i64 until = next.at == NONE ? this : this - AGAIN_HOURS * HOUR_MS;
    if (next.at == NONE || next.at < this - PAST_DAYS * DAY_MS)
        next.at = this - PAST_DAYS * DAY_MS;
    for (const i64 from = next.at; next.at < until; next.at += HOUR_MS) {
        TRY(hour_roll(c, next.at));
        TRY(job_progress(c, j, (next.at - from) / HOUR_MS, (this - from) / HOUR_MS));
    }
    TRY(hour_roll(c, this - HOUR_MS));
    TRY(hour_roll(c, this));
    TRY(hour_roll(c, next.at));
    next.at += HOUR_MS;
    if (next.at >= this) {
        next.at = this - AGAIN_HOURS * HOUR_MS;
        TRY(db_unit(c, forget, NULL));
    }
    return db_unit(c, mark_write, &next);
}

/* ---- Levels that cannot be right
 * ------------------------------------------------------ */

struct shorts {
    i64 after, n;
    struct {
        i64 place_id, short_, negative;
    } at[PLACES_AT_ONCE];
};

static enum err shorts_read(struct ctx *c, void *arg)
{
    struct mark from = { .name = "short_place" };
    struct shorts *s = arg;

    s->n = 0;
    TRY(mark_read(c, &from));
    ROWS r;
    TRY(db_rows(c, &r, &Q[PLACES], from.at == NONE ? -1 : from.at, PLACES_AT_ONCE));
    while (db_next(&r, INTO(&s->at[s->n].place_id))) s->n++;
    TRY(r.err);
    s->after = s->n == PLACES_AT_ONCE ? s->at[s->n - 1].place_id : NONE;
    for (i64 k = 0; k < s->n; k++)
        TRY(db_one(c, &Q[SHORT_NOW], INTO(&s->at[k].short_, &s->at[k].negative),
                   s->at[k].place_id));
    return ERR_OK;
}

static enum err shorts_write(struct ctx *c, void *arg)
{
    const struct shorts *s = arg;
    struct mark to = { "short_place", s->after == NONE ? -1 : s->after };

    for (i64 k = 0; k < s->n; k++)
        TRY(db_exec(c, &Q[SHORT_PUT], NULL, s->at[k].place_id, s->at[k].short_,
                    s->at[k].negative, c->now));
    return mark_write(c, &to);
}

enum err insight_roll(struct ctx *c, struct job *j)
{
    struct opens o = { 0 };
    struct shorts s;

    TRY(db_snapshot(c, opens_read, &o));
    TRY(db_unit(c, opens_write, &o));
    TRY(hours_roll(c, j));
    TRY(db_snapshot(c, shorts_read, &s));
    return db_unit(c, shorts_write, &s);
}
