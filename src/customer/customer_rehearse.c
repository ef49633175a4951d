/* Rules tried over the whole base, and put into force.  See customer_rehearse.h. */
#include "customer/customer_rehearse.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "customer/customer_merge.h"
#include "customer/customer_own.h"
#include "customer/customer_pair.h"
#include "event/event.h"
#include "job/job.h"

enum { NEXT, ALL, REPORT };

/* clang-format off */
const struct query customer_rehearse_sql[] = {
    [NEXT] = { "customer.next_pairs",
        "SELECT q.a_id, q.b_id, q.state, q.source, q.kinds, q.names, q.score_ppm, q.against, q.merge_id,"
        "       m.how, m.undone_at FROM customer_pair q LEFT JOIN customer_merge m ON m.id = q.merge_id"
        " WHERE (q.a_id, q.b_id) > ($1, $2) ORDER BY q.a_id, q.b_id LIMIT $3" },

    [ALL] = { "customer.count_all_pairs", "SELECT COUNT(*) FROM customer_pair",
        .scan = "once a rehearsal, for its progress" },

    [REPORT] = { "customer.rule_report",
        "UPDATE customer_rule SET report = $2, tried_at = $3 WHERE version = $1" },
    QUERY_END
};

static const char *const does_words[] = { "merge", "part", NULL };
static const struct field pair_fields[] = {
    F_ID(rehearsal_pair, a_id, 0, "One."),
    F_ID(rehearsal_pair, b_id, 0, "The other."),
    F_ENUM(rehearsal_pair, does, 0, does_words, "What would be done."),
    F_INT(rehearsal_pair, score_ppm, 0, 0, 0, "Probability, 1/1,000,000; 0 not weighed."),
    F_INT(rehearsal_pair, kinds, 0, 0, 0, "Keys they shared, a bit for each kind."),
    F_ENUM(rehearsal_pair, names, 0, names_like_words, "Their names beside each other."),
    FIELD_END
};
static const struct shape pair_shape = SHAPE("RehearsalPair", rehearsal_pair, pair_fields);
static const struct field rehearsal_fields[] = {
    F_INT(rehearsal, looked, 0, 0, 0, "Pairs looked at."),
    F_INT(rehearsal, merges, 0, 0, 0, "Would become one."),
    F_INT(rehearsal, parts, 0, 0, 0, "Would be parted."),
    F_INT(rehearsal, refused, 0, 0, 0, "Would become one, but are too many records or were said to be two."),
    F_INT(rehearsal, orders, 0, 0, 0, "Orders that would go to another person."),
    F_INT(rehearsal, consents, 0, 0, 0, "Consents that would."),
    F_INT(rehearsal, keys, 0, 0, 0, "Keys that would."),
    F_INT(rehearsal, messages, 0, 0, 0, "Messages that would."),
    F_LIST(rehearsal, sample, 0, &pair_shape, 0, "The first of them."),
    FIELD_END
};
const struct shape rehearsal_shape = SHAPE("Rehearsal", rehearsal, rehearsal_fields);
/* clang-format on */

#define Q customer_rehearse_sql

enum { SLICE = 50, SAMPLE = 40 };

struct look {
    struct customer_rule rule;
    bool keep;
    i64 after[2];
    size_t n; /* pairs of this slice */
    struct rehearsal all, slice;
};

struct seen_pair {
    struct customer_pair p;
    i64 how, undone_at;
};

/* ---- One pair ------------------------------------------------------------------ */

static i64 count_of(struct ctx *c, const char *told, const char *what)
{
    const char *at = strstr(told, arena_printf(c->mem, "\"what\":\"%s\",\"n\":", what));

    return at ? strtoll(strchr(strchr(at, ',') + 1, ':') + 1, NULL, 10) : 0;
}

static enum err add_up(struct ctx *c, struct rehearsal *to, i64 merge_id, bool undone)
{
    struct customer_merge m;

    TRY(customer_merge_get(c, merge_id, &m));
    const char *told = undone ? m.undone_told : m.told;
    to->orders += count_of(c, told, "order");
    to->consents += count_of(c, told, "consent");
    to->keys += count_of(c, told, "key");
    to->messages += count_of(c, told, "message");
    return ERR_OK;
}

static void keep_sample(struct ctx *c, struct look *l, const struct customer_pair *p,
                        int does)
{
    if (l->all.sample.n + l->slice.sample.n >= SAMPLE) return;
    *(struct rehearsal_pair *)list_add(c->mem, &l->slice.sample,
                                       sizeof(struct rehearsal_pair)) =
        (struct rehearsal_pair){ p->a_id,      p->b_id,  does,
                                 p->score_ppm, p->kinds, p->names };
}

static enum err would_part(struct ctx *c, struct look *l, const struct seen_pair *s)
{
    l->slice.parts++;
    keep_sample(c, l, &s->p, 1);
    TRY(customer_part(c, s->p.merge_id,
                      arena_printf(c->mem, "rules of version %lld", l->rule.version)));
    return add_up(c, &l->slice, s->p.merge_id, true);
}

static enum err would_merge(struct ctx *c, struct look *l, const struct seen_pair *s)
{
    struct customer_merge_new m = {
        .how = s->p.source == PAIR_LIKE ? MERGE_BY_SCORE : MERGE_BY_RULE,
        .score_ppm = s->p.score_ppm ? s->p.score_ppm : NONE
    };
    struct list x, y;
    i64 a, b, merge_id;
    bool apart;

    TRY(customer_living(c, s->p.a_id, &a));
    TRY(customer_living(c, s->p.b_id, &b));
    if (a == b) return ERR_OK;
    TRY(customer_apart(c, a, b, &apart));
    TRY(customer_members(c, a, &x));
    TRY(customer_members(c, b, &y));
    if (apart || (i64)(x.n + y.n) > customer_merge_max(c)) {
        l->slice.refused++;
        return ERR_OK;
    }
    TRY(customer_survivor(c, a, b, &m.into, &m.from));
    TRY(customer_merge(c, &m, &merge_id));
    TRY(customer_pair_merged(c, s->p.a_id, s->p.b_id, merge_id));
    l->slice.merges++;
    keep_sample(c, l, &s->p, 0);
    return add_up(c, &l->slice, merge_id, false);
}

static enum err look_at(struct ctx *c, struct look *l, const struct seen_pair *s)
{
    const struct rule_case k = { (unsigned)s->p.kinds, s->p.names, s->p.score_ppm,
                                 s->p.against[0] != '\0' };
    const bool merge = customer_rule_judge(&l->rule, &k) == RULE_MERGE;
    const bool by_itself = s->how == MERGE_BY_RULE || s->how == MERGE_BY_SCORE;

    if (s->p.state == PAIR_SAME && by_itself && s->undone_at == NONE && !merge)
        return would_part(c, l, s);
    /* what a rule had parted before may come together again */
    const bool waits = s->p.state == PAIR_OPEN || s->p.state == PAIR_LATER ||
                       (s->p.state == PAIR_SAME && s->undone_at != NONE);
    return waits && merge ? would_merge(c, l, s) : ERR_OK;
}

/* ---- Slices ---------------------------------------------------------------------- */

static enum err read_slice(struct ctx *c, struct look *l, struct list *ret)
{
    struct seen_pair s = { 0 };
    i64 state, source, names;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[NEXT], l->after[0], l->after[1], SLICE));
    while (db_next(&r, INTO(&s.p.a_id, &s.p.b_id, &state, &source, &s.p.kinds, &names,
                            &s.p.score_ppm, &s.p.against, &s.p.merge_id, &s.how,
                            &s.undone_at))) {
        s.p.state = (int)state;
        s.p.source = (int)source;
        s.p.names = (int)names;
        *(struct seen_pair *)list_add(c->mem, ret, sizeof(s)) = s;
    }
    return r.err;
}

static enum err slice(struct ctx *c, void *arg)
{
    struct look *l = arg;
    struct list pairs;

    l->slice = (struct rehearsal){ 0 };
    TRY(read_slice(c, l, &pairs));
    const struct seen_pair *s = pairs.at;
    for (size_t k = 0; k < pairs.n; k++) TRY(look_at(c, l, &s[k]));
    l->n = pairs.n;
    l->slice.looked = (i64)pairs.n;
    if (pairs.n) {
        l->after[0] = s[pairs.n - 1].p.a_id;
        l->after[1] = s[pairs.n - 1].p.b_id;
    }
    /* a rehearsal is taken back: an error nobody hears of */
    return l->keep ? ERR_OK : ERR_GONE;
}

static void add_slice(struct ctx *c, struct look *l)
{
    const struct rehearsal *s = &l->slice;
    const struct rehearsal_pair *p = s->sample.at;

    l->all.looked += s->looked;
    l->all.merges += s->merges;
    l->all.parts += s->parts;
    l->all.refused += s->refused;
    l->all.orders += s->orders;
    l->all.consents += s->consents;
    l->all.keys += s->keys;
    l->all.messages += s->messages;
    for (size_t k = 0; k < s->sample.n; k++)
        *(struct rehearsal_pair *)list_add(c->mem, &l->all.sample, sizeof(*p)) = p[k];
}

static enum err go_through(struct ctx *c, struct job *j, struct look *l, i64 total)
{
    do {
        const enum err e = db_unit(c, slice, l);

        if (e != (l->keep ? ERR_OK : ERR_GONE)) return e;
        if (!l->keep) c->fault = (struct fault){ 0 };
        add_slice(c, l);
        TRY(job_progress(c, j, l->all.looked, total));
    } while (l->n == SLICE);
    return ERR_OK;
}

struct beginning {
    const struct job *j;
    struct look *l;
    i64 total;
};

static enum err begin(struct ctx *c, void *arg)
{
    struct beginning *b = arg;
    const struct event e = { .data = b->j->arg };
    i64 version;

    if (!event_id(&e, "version", &version))
        return FAIL(c, BAD_ARGUMENT, "no version in %s", b->j->arg);
    TRY(customer_rule_get(c, version, &b->l->rule));
    return db_one0(c, &Q[ALL], INTO(&b->total));
}

struct ending {
    const struct look *l;
    const char *report;
};

static enum err end(struct ctx *c, void *arg)
{
    const struct ending *e = arg;

    return db_exec(c, &Q[REPORT], NULL, e->l->rule.version, e->report, c->now);
}

static enum err run(struct ctx *c, struct job *j, bool keep)
{
    struct look l = { .keep = keep };
    struct beginning b = { j, &l, 0 };
    struct buf report = buf_new(c->mem, 4096, 60000);

    TRY(db_snapshot(c, begin, &b));
    TRY(go_through(c, j, &l, b.total));
    shape_write(&report, &rehearsal_shape, &l.all);
    struct ending e = { &l, report.at };
    TRY(db_unit(c, end, &e));
    return job_result(c, j, report.at);
}

enum err customer_rehearse(struct ctx *c, struct job *j)
{
    return run(c, j, false);
}

enum err customer_apply(struct ctx *c, struct job *j)
{
    return run(c, j, true);
}
