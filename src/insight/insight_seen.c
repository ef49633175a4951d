/* Counts of what people did: joined, added to, kept. */
#include "insight/insight_seen.h"

#include <stdlib.h>
#include <string.h>

#include "insight/insight_many.h"
#include "insight/insight_own.h"
#include "insight/insight_segment.h"

enum { GET, GET_MANY, PUT, PUT_MANY };

/* clang-format off */
const struct query insight_seen_sql[] = {
    [GET] = { "insight.seen_get",
        "SELECT born_id, seen FROM insight_seen WHERE customer_id = $1 ORDER BY born_id" },

    [GET_MANY] = { "insight.seen_get_many",
        "SELECT customer_id, born_id, seen FROM insight_seen" OF_MANY_PEOPLE " ORDER BY customer_id, born_id" },

    [PUT] = { "insight.seen_put",
        "INSERT INTO insight_seen (customer_id, born_id, seen) VALUES ($1, $1, $2)"
        " ON CONFLICT (customer_id, born_id) DO UPDATE SET seen = excluded.seen", .types = "ib" },

    [PUT_MANY] = { "insight.seen_put_many",
        "INSERT INTO insight_seen (customer_id, born_id, seen) VALUES ($1, $1, $2), ($3, $3, $4), ($5, $5, $6),"
        " ($7, $7, $8), ($9, $9, $10), ($11, $11, $12), ($13, $13, $14), ($15, $15, $16), ($17, $17, $18), ($19, $19, $20)"
        " ON CONFLICT (customer_id, born_id) DO UPDATE SET seen = excluded.seen", .types = "ibibibibibibibibibib" },
    QUERY_END
};
/* clang-format on */

#define Q insight_seen_sql

/* Newest day first; within it by name and category, so that all have one place. */
static int order(const struct seen *a, const struct seen *b)
{
    if (a->day != b->day) return a->day > b->day ? -1 : 1;
    if (a->event != b->event) return a->event > b->event ? -1 : 1;
    if (a->category_id != b->category_id)
        return a->category_id > b->category_id ? -1 : 1;
    return 0;
}

static void sum(struct seen *to, const struct seen *more)
{
    to->n += more->n;
    if (more->first_s < to->first_s) to->first_s = more->first_s;
    if (more->last_s > to->last_s) to->last_s = more->last_s;
}

static size_t find(const struct seen *s, size_t n, const struct seen *one, bool *ret_is)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        const int d = order(&s[mid], one);
        if (!d) {
            *ret_is = true;
            return mid;
        }
        if (d < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    *ret_is = false;
    return lo;
}

/* `s` has room for one more than SEEN_MOST.  What falls out at the end would fall out
 * again whenever it came: everything before it is newer. */
static size_t put(struct seen *s, size_t n, const struct seen *one)
{
    bool is;
    const size_t at = find(s, n, one, &is);

    if (is) {
        sum(&s[at], one);
        return n;
    }
    memmove(&s[at + 1], &s[at], (n - at) * sizeof(*s));
    s[at] = *one;
    return n < SEEN_MOST ? n + 1 : n;
}

void seen_join(struct arena *mem, struct person *p, struct bytes b)
{
    const size_t more = b.n / sizeof(struct seen);

    if (!p->n_seen) {
        p->seen = b.at;
        p->n_seen = more;
        return;
    }
    struct seen *all = NEW_N(mem, struct seen, SEEN_MOST + 1);
    const struct seen *s = b.at;
    size_t n = p->n_seen;

    memcpy(all, p->seen, n * sizeof(*all));
    for (size_t k = 0; k < more; k++) n = put(all, n, &s[k]);
    p->seen = all;
    p->n_seen = n;
}

struct bytes seen_add(struct arena *mem, struct bytes was, const struct seen_event *e,
                      size_t n, const struct trait_clock *k)
{
    struct seen *all = arena_raw(mem, (SEEN_MOST + 1) * sizeof(*all));
    size_t have = was.n / sizeof(*all);

    if (have) memcpy(all, was.at, have * sizeof(*all));
    for (size_t i = 0; i < n; i++) {
        const unsigned at_s = e[i].at > 0 ? (unsigned)(e[i].at / SECOND_MS) : 0;
        const struct seen one = { .event = e[i].event,
                                  .category_id = e[i].category_id,
                                  .day = (int)trait_day(k, at_s),
                                  .n = 1,
                                  .first_s = at_s,
                                  .last_s = at_s };
        have = put(all, have, &one);
    }
    return (struct bytes){ all, have * sizeof(*all) };
}

/* ---- Hearing -----------------------------------------------------------------------
 */

/* Somebody of a slice, on the way. */
struct hearing {
    const struct seen_person *who;
    struct person p;       /* with counts of people he was merged with */
    struct bytes was, now; /* his own */
};

static void counts_into(struct ctx *c, struct hearing *h, i64 born_id, struct bytes b)
{
    if (born_id == h->p.id)
        h->was = b;
    else
        seen_join(c->mem, &h->p, b);
}

static enum err counts_one(struct ctx *c, struct hearing *h)
{
    struct bytes b;
    i64 born_id;
    ROWS r;

    TRY(db_rows(c, &r, &Q[GET], h->p.id));
    while (db_next(&r, INTO(&born_id, &b))) counts_into(c, h, born_id, b);
    return r.err;
}

/* Rows come in order of people, as these do. */
static enum err counts_many(struct ctx *c, struct hearing *h, size_t n, const i64 *ids)
{
    struct val v[PEOPLE_AT_ONCE];
    struct bytes b;
    i64 id, born_id;
    size_t at = 0;
    ROWS r;

    people_args(v, ids, n);
    TRY(db_rows_(c, &r, &Q[GET_MANY], v, PEOPLE_AT_ONCE));
    while (db_next(&r, INTO(&id, &born_id, &b))) {
        while (at < n && h[at].p.id < id) at++;
        if (at < n) counts_into(c, &h[at], born_id, b);
    }
    return r.err;
}

static enum err put_all(struct ctx *c, const struct hearing *h, size_t n)
{
    enum { MANY = 10 };
    struct val v[2 * MANY];
    size_t m = 0;

    for (size_t k = 0; k < n; k++) {
        v[m++] = val_i(h[k].p.id);
        v[m++] = val_b(h[k].now);
        if (m < COUNT(v)) continue;
        TRY(db_exec_(c, &Q[PUT_MANY], NULL, v, m));
        m = 0;
    }
    for (size_t k = 0; k < m; k += 2) TRY(db_exec_(c, &Q[PUT], NULL, v + k, 2));
    return ERR_OK;
}

/* ---- Where it leads -----------------------------------------------------------------
 */

/* Asks those whose answer it may change: who ask for its name; where it is the first of
 * a day, or at all, who ask for the last visit; where it drives something older out of
 * what is kept, all who ask for any name.  False: nobody's. */
static bool matters(struct settling *w, const struct hearing *h)
{
    const struct segment_set *s = w->set;
    const struct seen *a = h->was.at, *b = h->now.at;
    const bool full = h->p.n_seen + h->now.n / sizeof(*b) >= SEEN_MOST;

    for (size_t k = 0; full && k < s->n_event; k++) segment_ask(w, &s->event[k]);
    for (size_t k = 0; !full && k < h->who->n; k++) {
        const struct segment_event *of = segment_set_event(s, h->who->e[k].event);
        if (of) segment_ask(w, of);
    }
    if (s->visits && (!h->was.n || a->day != b->day)) segment_ask_visits(w);
    return w->n_look;
}

/* Those whom it may lead elsewhere: what is known of them is read together. */
static enum err settle(struct settling *w, struct hearing *all, size_t n)
{
    struct ctx *c = w->c;
    struct hearing *h[PEOPLE_AT_ONCE];
    struct person p[PEOPLE_AT_ONCE];
    struct segment_known k[PEOPLE_AT_ONCE];
    size_t m = 0;

    for (size_t i = 0; i < n; i++) {
        if (matters(w, &all[i])) {
            p[m] = all[i].p;
            h[m++] = &all[i];
        }
        segment_ask_nothing(w);
    }
    TRY(trait_facts_many(c, p, m));
    TRY(segment_known_read(w, p, m, k));
    for (size_t i = 0; i < m; i++) {
        if (!p[i].f.head) continue;
        (void)matters(w, h[i]);
        seen_join(c->mem, &p[i], h[i]->now);
        TRY(segment_live_asked(w, &p[i], &k[i]));
    }
    return ERR_OK;
}

static enum err hear_some(struct settling *w, const struct seen_person *who, size_t n)
{
    struct ctx *c = w->c;
    struct hearing *h = NEW_N(c->mem, struct hearing, n);
    i64 ids[PEOPLE_AT_ONCE];

    for (size_t k = 0; k < n; k++) {
        h[k] = (struct hearing){ .who = &who[k], .p = { .id = who[k].customer_id } };
        ids[k] = who[k].customer_id;
    }
    TRY(trait_lock_many(c, ids, n));
    if (n < 4)
        for (size_t k = 0; k < n; k++) TRY(counts_one(c, &h[k]));
    else
        TRY(counts_many(c, h, n, ids));
    for (size_t k = 0; k < n; k++)
        h[k].now = seen_add(c->mem, h[k].was, who[k].e, who[k].n, &w->k);
    TRY(put_all(c, h, n));
    return w->set->n ? settle(w, h, n) : ERR_OK;
}

enum err seen_hear(struct settling *w, const struct seen_person *who, size_t n)
{
    for (size_t k = 0; k < n; k += PEOPLE_AT_ONCE)
        TRY(hear_some(w, who + k, n - k < PEOPLE_AT_ONCE ? n - k : PEOPLE_AT_ONCE));
    return ERR_OK;
}
