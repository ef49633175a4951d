/* Running a rule over one person.
 *
 * Each answer comes with `until`: the moment before which time alone cannot change
 * it.  A group needs only one of its conditions to know its answer as long as that
 * one stands; so it says that one's, and nothing is waited for that does not matter. */
#include "insight/insight_segment_code.h"

#define NEVER INT64_MAX

static bool among(const struct code_ids *ids, i64 id)
{
    size_t lo = 0, hi = ids->n;

    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        if (ids->at[mid] == id) return true;
        if (ids->at[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

static i64 earlier(i64 a, i64 b)
{
    return a < b ? a : b;
}

/* ---- Traits -------------------------------------------------------------------------
 */

static bool within(const struct code_node *n, i64 v)
{
    return (n->from == NONE || v >= n->from) && (n->to == NONE || v <= n->to);
}

/* Days grow by one each midnight: it becomes true on one day and false on another. */
static bool days_ago(const struct code_node *n, i64 at, const struct trait_clock *k,
                     i64 *ret_until)
{
    const i64 day = time_day(at, k->offset_min), ago = k->today - day;

    if (n->from != NONE && ago < n->from) {
        *ret_until = trait_day_at(k, day + n->from);
        return false;
    }
    if (n->to == NONE) return true;
    if (ago <= n->to) *ret_until = trait_day_at(k, day + n->to + 1);
    return ago <= n->to;
}

static bool trait_holds(const struct code_node *n, const struct person *p,
                        const struct trait_clock *k, i64 *ret_until)
{
    enum { SOME = 64 };
    i64 many[SOME];

    *ret_until = NEVER;
    if (n->kind == TRAIT_CATEGORY || n->kind == TRAIT_PRODUCT) {
        const size_t have = trait_values(p, n->trait, k, many, SOME);
        for (size_t i = 0; i < have; i++)
            if (among(&n->ids, many[i])) return true;
        return false;
    }
    const i64 v = trait_value(p, n->trait, k, ret_until);
    if (v == NONE) return false;
    if (n->kind == TRAIT_DATE) return days_ago(n, v, k, ret_until);
    if (n->kind == TRAIT_REGION || n->kind == TRAIT_PLACE) return among(&n->ids, v);
    if (n->kind == TRAIT_WORD) return n->mask >> v & 1;
    if (n->kind == TRAIT_FLAG) return v && within(n, v);
    return within(n, v);
}

/* ---- What was done
 * ---------------------------------------------------------------------- */

static bool bought_fits(const struct code_did *d, const struct bought *b)
{
    if (b->flags & BOUGHT_OWNED) return false;
    if ((d->what == WHAT_RETURN) != !!(b->flags & BOUGHT_RETURN)) return false;
    if (d->channel >= 0 && b->channel != d->channel) return false;
    if (d->category.n && !among(&d->category, b->category_id)) return false;
    return !d->place.n || among(&d->place, b->place_id);
}

static bool seen_fits(const struct code_did *d, const struct seen *s)
{
    return s->event == d->event &&
           (!d->category.n || among(&d->category, s->category_id));
}

static i64 first_day(const struct code_did *d, const struct trait_clock *k)
{
    return d->days ? k->today - d->days + 1 : INT64_MIN;
}

struct tally {
    i64 n, minor;
    i64 day_from, day_to; /* of what made it reach `from`, pass `to` */
    i64 day_oldest;
};

static void tally_add(struct tally *t, const struct code_node *n, i64 more, i64 day)
{
    const i64 was = t->n;

    t->n += more;
    t->day_oldest = day;
    if (was < n->from && t->n >= n->from) t->day_from = day;
    if (was <= n->to && t->n > n->to) t->day_to = day;
}

/* Newest first, so that what makes the count reach a number is what it loses last. */
static void tally_bought(struct tally *t, const struct code_node *n,
                         const struct person *p, const struct trait_clock *k)
{
    const i64 from = first_day(&n->did, k);
    bool counted = false;

    for (size_t i = p->f.head->n_bought; i-- > 0;) {
        const struct bought *b = &p->f.bought[i];
        const i64 day = trait_day(k, b->at_s);
        const bool back = b->flags & BOUGHT_RETURN;

        if (day < from) break;
        if (bought_fits(&n->did, b)) {
            t->minor += b->sum_minor;
            tally_add(t, n, back || !counted, day);
            counted |= !back;
        }
        if (b->flags & BOUGHT_FIRST) counted = false;
    }
}

static void tally_seen(struct tally *t, const struct code_node *n,
                       const struct person *p, const struct trait_clock *k)
{
    const i64 from = first_day(&n->did, k);

    for (size_t i = 0; i < p->n_seen && p->seen[i].day >= from; i++)
        if (seen_fits(&n->did, &p->seen[i]))
            tally_add(t, n, p->seen[i].n, p->seen[i].day);
}

/* Counts only fall as days pass. */
static i64 tally_until(const struct tally *t, const struct code_node *n,
                       const struct trait_clock *k)
{
    if (!n->did.days || !t->n) return NEVER;
    if (n->sum_from != NONE || n->sum_to != NONE)
        return trait_day_at(k, t->day_oldest + n->did.days);
    if (t->n < n->from) return NEVER;
    if (t->n > n->to) return trait_day_at(k, t->day_to + n->did.days);
    return n->from ? trait_day_at(k, t->day_from + n->did.days) : NEVER;
}

static bool did_holds(const struct code_node *n, const struct person *p,
                      const struct trait_clock *k, i64 *ret_until)
{
    struct tally t = { 0 };

    if (n->did.what == WHAT_EVENT)
        tally_seen(&t, n, p, k);
    else
        tally_bought(&t, n, p, k);
    *ret_until = tally_until(&t, n, k);
    return t.n >= n->from && t.n <= n->to &&
           (n->sum_from == NONE || t.minor >= n->sum_from) &&
           (n->sum_to == NONE || t.minor <= n->sum_to);
}

/* ---- One thing after another
 * ---------------------------------------------------------------
 *
 * Of a day's events of one kind the first and the last moment are known.  That is
 * enough for spans of a day and more: what lies between two moments of one day that
 * are both outside of such a span is outside too, and where one of them is inside it
 * is found by itself. */

struct moments {
    size_t n;
    unsigned s[2 * FACTS_BOUGHT]; /* seconds; newest day first */
};
_Static_assert((int)SEEN_MOST <= (int)FACTS_BOUGHT, "room for two of each");

static void moments_of(struct moments *m, const struct code_did *d,
                       const struct person *p, const struct trait_clock *k)
{
    const i64 from = first_day(d, k);

    m->n = 0;
    if (d->what != WHAT_EVENT) {
        for (size_t i = p->f.head->n_bought; i-- > 0;) {
            if (trait_day(k, p->f.bought[i].at_s) < from) return;
            if (bought_fits(d, &p->f.bought[i])) m->s[m->n++] = p->f.bought[i].at_s;
        }
        return;
    }
    for (size_t i = 0; i < p->n_seen && p->seen[i].day >= from; i++) {
        if (!seen_fits(d, &p->seen[i])) continue;
        m->s[m->n++] = p->seen[i].last_s;
        if (p->seen[i].first_s != p->seen[i].last_s) m->s[m->n++] = p->seen[i].first_s;
    }
}

static bool follows(const struct moments *b, i64 after_s, i64 until_s)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->s[i] > after_s && b->s[i] <= until_s) return true;
    return false;
}

/* When the day of this moment leaves the window of `did`. */
static i64 leaves(const struct code_node *n, unsigned at_s, const struct trait_clock *k)
{
    return n->did.days ? trait_day_at(k, trait_day(k, at_s) + n->did.days) : NEVER;
}

static bool sequence_holds(const struct code_node *n, const struct person *p,
                           const struct trait_clock *k, i64 *ret_until)
{
    struct moments a, b;

    *ret_until = NEVER;
    moments_of(&a, &n->did, p, k);
    if (!a.n) return false;
    moments_of(&b, &n->then, p, k);
    if (n->happened) {
        for (size_t i = 0; i < a.n; i++) {
            if (!follows(&b, a.s[i], a.s[i] + n->within_s)) continue;
            *ret_until = leaves(n, a.s[i], k);
            return true;
        }
        return false;
    }
    unsigned last = 0;
    for (size_t i = 0; i < a.n; i++)
        if (a.s[i] > last) last = a.s[i];
    const i64 over_s = last + n->within_s;
    if (follows(&b, last, over_s)) return false;
    const bool over = k->now >= over_s * SECOND_MS;
    *ret_until = over ? leaves(n, last, k) : over_s * SECOND_MS;
    return over;
}

/* ---- All together
 * ------------------------------------------------------------------------------ */

static bool tag_holds(const struct code_node *n, const struct person *p)
{
    for (size_t i = 0; i < p->f.head->n_tags; i++)
        for (size_t j = 0; j < n->n_tags; j++)
            if (p->f.tags[i] == n->tags[j]) return true;
    return false;
}

static bool holds(const struct segment_code *s, size_t at, const struct person *p,
                  const struct trait_clock *k, i64 *ret_until);

/* The first condition that says `stop` settles the group. */
static bool group(const struct segment_code *s, size_t at, bool stop,
                  const struct person *p, const struct trait_clock *k, i64 *ret_until)
{
    i64 until;

    *ret_until = NEVER;
    for (size_t i = at + 1; i < s->node[at].next; i = s->node[i].next) {
        if (holds(s, i, p, k, &until) == stop) {
            *ret_until = until;
            return stop;
        }
        *ret_until = earlier(*ret_until, until);
    }
    return !stop;
}

static bool holds(const struct segment_code *s, size_t at, const struct person *p,
                  const struct trait_clock *k, i64 *ret_until)
{
    const struct code_node *n = &s->node[at];

    *ret_until = NEVER;
    switch (n->op) {
    case RULE_ALL:
        return group(s, at, false, p, k, ret_until);
    case RULE_ANY:
        return group(s, at, true, p, k, ret_until);
    case RULE_NONE:
        return !group(s, at, true, p, k, ret_until);
    case RULE_TRAIT:
        return trait_holds(n, p, k, ret_until);
    case RULE_DID:
        return did_holds(n, p, k, ret_until);
    case RULE_SEQUENCE:
        return sequence_holds(n, p, k, ret_until);
    case RULE_TAG:
        return tag_holds(n, p);
    default:
        return (p->f.head->consents & n->mask) != 0;
    }
}

bool segment_holds(const struct segment_code *s, const struct person *p,
                   const struct trait_clock *k, i64 *ret_until)
{
    return holds(s, 0, p, k, ret_until);
}
