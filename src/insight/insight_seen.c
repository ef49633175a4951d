/* Counts of what people did: joined, added to, kept. */
#include "insight/insight_seen.h"

#include <stdlib.h>
#include <string.h>

#include "insight/insight_own.h"
#include "insight/insight_segment.h"

enum { GET, PUT };

/* clang-format off */
const struct query insight_seen_sql[] = {
    [GET] = { "insight.seen_get",
        "SELECT born_id, seen FROM insight_seen WHERE customer_id = $1 ORDER BY born_id" },

    [PUT] = { "insight.seen_put",
        "INSERT INTO insight_seen (customer_id, born_id, seen) VALUES ($1, $1, $2)"
        " ON CONFLICT (customer_id, born_id) DO UPDATE SET seen = excluded.seen", .types = "ib" },
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

/* May it change a segment?  A name that a condition asks for; a first event at all;
 * a new day, where a condition asks for the last visit. */
static bool matters(const struct segment_set *s, struct bytes was, struct bytes now,
                    const struct seen_event *e, size_t n)
{
    const struct seen *a = was.at, *b = now.at;

    for (size_t k = 0; k < n; k++)
        if (segment_set_hears(s, e[k].event)) return true;
    return s->visits && (!was.n || a->day != b->day);
}

/* His own counts into *ret_own, those of people he was merged with into p. */
static enum err counts_read(struct ctx *c, struct person *p, struct bytes *ret_own)
{
    struct bytes b;
    i64 born_id;
    ROWS r;

    *ret_own = (struct bytes){ 0 };
    TRY(db_rows(c, &r, &Q[GET], p->id));
    while (db_next(&r, INTO(&born_id, &b))) {
        if (born_id == p->id)
            *ret_own = b;
        else
            seen_join(c->mem, p, b);
    }
    return r.err;
}

enum err seen_hear(struct ctx *c, i64 customer_id, const struct seen_event *e, size_t n)
{
    SEGMENT_SET s = NULL;
    struct person p = { .id = customer_id };
    struct bytes was;
    bool has;

    TRY(segment_set_get(c, &s));
    TRY(trait_lock(c, customer_id));
    TRY(counts_read(c, &p, &was));
    const struct trait_clock k = trait_clock_of(c);
    const struct bytes now = seen_add(c->mem, was, e, n, &k);
    TRY(db_exec(c, &Q[PUT], NULL, customer_id, now));
    if (!matters(s, was, now, e, n)) return ERR_OK;
    seen_join(c->mem, &p, now);
    TRY(trait_facts(c, &p, &has));
    return has ? segment_live(c, &p, true) : ERR_OK;
}
