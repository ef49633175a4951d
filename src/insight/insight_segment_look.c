/* Looking into segments: members, what conditions would find, snapshots. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/contact.h"
#include "base/id.h"
#include "customer/customer_consent.h"
#include "insight/insight_own.h"
#include "insight/insight_segment_desk.h"
#include "job/job.h"
#include "staff/staff.h"

enum {
    MEMBERS,
    SHOT_MEMBERS,
    FACTS,
    NAME,
    COUNT_ADD,
    COUNT_GET,
    SHOT_ADD,
    SHOT_GET,
    SHOTS,
};

/* clang-format off */
#define SHOT "id, segment_id, name, version, state, n, at, who_id FROM insight_snapshot"
const struct query insight_segment_look_sql[] = {
    [MEMBERS] = { "insight.members",
        "SELECT m.customer_id, m.since_at, p.name, p.phone FROM insight_member m"
        "  LEFT JOIN pub_customer_person p ON p.id = m.customer_id"
        " WHERE m.segment_id = $1 AND m.customer_id > $2 ORDER BY m.customer_id LIMIT $3" },

    [SHOT_MEMBERS] = { "insight.shot_members",
        "SELECT m.customer_id, m.since_at, p.name, p.phone FROM insight_snapshot_row m"
        "  LEFT JOIN pub_customer_person p ON p.id = m.customer_id"
        " WHERE m.snapshot_id = $1 AND m.customer_id > $2 ORDER BY m.customer_id LIMIT $3" },

    [FACTS] = { "insight.member_facts", "SELECT facts FROM insight_person WHERE customer_id = $1" },

    [NAME] = { "insight.member_name", "SELECT name FROM pub_customer_person WHERE id = $1" },

    [COUNT_ADD] = { "insight.count_add",
        "INSERT INTO insight_count (id, rule, looked, n, at, who_id) VALUES ($1, $2, 0, 0, $3, $4)" },

    [COUNT_GET] = { "insight.count",
        "SELECT id, looked, n, done_at, at FROM insight_count WHERE id = $1" },

    [SHOT_ADD] = { "insight.shot_add",
        "INSERT INTO insight_snapshot (id, segment_id, name, version, state, n, at, who_id)"
        " VALUES ($1, $2, $3, $4, 0, 0, $5, $6)" },

    [SHOT_GET] = { "insight.shot", "SELECT " SHOT " WHERE id = $1" },

    [SHOTS] = { "insight.shots", "SELECT " SHOT " WHERE segment_id = $1 ORDER BY id DESC LIMIT 200" },
    QUERY_END
};
/* clang-format on */

#define Q insight_segment_look_sql

/* ---- Members ------------------------------------------------------------------------
 */

static void member_facts(const struct person *p, const struct trait_clock *k,
                         struct segment_member *m)
{
    m->region_id = trait_value(p, TRAIT_IS_region, k, NULL);
    m->orders = trait_value(p, TRAIT_IS_orders, k, NULL);
    m->spent_minor = trait_value(p, TRAIT_IS_spent, k, NULL);
    m->last_order_at = trait_value(p, TRAIT_IS_last_order, k, NULL);
}

static enum err members_read(struct ctx *c, int query, i64 id, i64 after, i64 limit,
                             struct list *ret)
{
    struct segment_member m = { 0 };
    ROWS r;

    TRY(db_rows(c, &r, &Q[query], id, after, limit));
    while (db_next(&r, INTO(&m.customer_id, &m.since_at, &m.name, &m.phone))) {
        m.phone = contact_open(c->mem, m.phone);
        *(struct segment_member *)list_add(c->mem, ret, sizeof(m)) = m;
    }
    return r.err;
}

/* "offers.email" */
static enum err consent_named(struct ctx *c, const char *name, int *ret_purpose,
                              int *ret_channel)
{
    for (int p = 0; consent_purpose_words[p]; p++)
        for (int k = 0; consent_channel_words[k]; k++)
            if (!strcmp(name, arena_printf(c->mem, "%s.%s", consent_purpose_words[p],
                                           consent_channel_words[k]))) {
                *ret_purpose = p;
                *ret_channel = k;
                return ERR_OK;
            }
    return FAIL_FIELD(c, NO_SUCH, "consent", "no consent is called \"%s\"", name);
}

/* For marketing: whoever has not agreed, or not any more, is not told of. */
static enum err only_who_agreed(struct ctx *c, const char *consent, struct list *l)
{
    struct segment_member *m = l->at;
    int purpose = 0, channel = 0;
    size_t n = 0;
    bool may;

    TRY(consent_named(c, consent, &purpose, &channel));
    for (size_t k = 0; k < l->n; k++) {
        TRY(customer_may(c, m[k].customer_id, purpose, channel, &may));
        if (may) m[n++] = m[k];
    }
    l->n = n;
    return ERR_OK;
}

enum err segment_members(struct ctx *c, i64 id, bool snapshot,
                         const struct member_ask *a, struct member_page *ret)
{
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    const struct trait_clock k = trait_clock_of(c);
    i64 after = -1;

    if (a->after) TRY(page_after(c, a->after, &after, 1));
    TRY(members_read(c, snapshot ? SHOT_MEMBERS : MEMBERS, id, after, limit,
                     &ret->items));
    struct segment_member *m = ret->items.at;
    if ((i64)ret->items.n == limit)
        ret->next = page_next(c->mem, &m[limit - 1].customer_id, 1);
    if (a->consent) TRY(only_who_agreed(c, a->consent, &ret->items));
    for (size_t i = 0; i < ret->items.n; i++) {
        struct person p = { .id = m[i].customer_id };
        struct bytes b = { 0 };
        const enum err e = db_one(c, &Q[FACTS], INTO(&b), p.id);

        if (e && e != ERR_NOT_FOUND) return e;
        m[i].region_id = m[i].last_order_at = NONE;
        if (!e && trait_facts_of(b, &p.f)) member_facts(&p, &k, &m[i]);
    }
    i64 *ids = arena_raw(c->mem, (ret->items.n + 1) * sizeof(*ids));
    for (size_t i = 0; i < ret->items.n; i++) ids[i] = m[i].customer_id;
    TRY(staff_people_shown(c, "insight.members_read", ids, ret->items.n));
    return staff_audit_read(
        c, snapshot ? "insight.snapshot_read" : "insight.members_read", id);
}

/* ---- What would be found
 * ----------------------------------------------------------------
 *
 * Ids of customers are scattered evenly, so those who follow some points spread over
 * all ids are a fair sample. */

enum { WHOLE = 20000, POINTS = 16, AT_A_POINT = 400, SAMPLE = 8, LONG_US = 150000 };

struct look {
    const struct segment_code *code;
    struct trait_clock k;
    struct segment_preview *to;
    bool people;
};

static void look_at(struct ctx *c, struct look *l, const struct list *people)
{
    const struct person *p = people->at;
    i64 until;

    for (size_t i = 0; i < people->n; i++) {
        l->to->looked++;
        if (!segment_holds(l->code, &p[i], &l->k, &until)) continue;
        l->to->found++;
        if (!l->people || l->to->sample.n >= SAMPLE) continue;
        struct segment_member *m =
            list_add(c->mem, &l->to->sample, sizeof(struct segment_member));
        *m = (struct segment_member){ .customer_id = p[i].id, .since_at = NONE };
        member_facts(&p[i], &l->k, m);
    }
}

static enum err look_whole(struct ctx *c, struct look *l)
{
    enum { AT_ONCE = 2000 };
    struct list people;
    i64 after = -1;

    do {
        people = (struct list){ 0 };
        TRY(trait_people(c, after, AT_ONCE, &people));
        look_at(c, l, &people);
        if (people.n) after = ((struct person *)people.at)[people.n - 1].id;
    } while (people.n == AT_ONCE);
    l->to->people = l->to->looked;
    l->to->exact = true;
    return ERR_OK;
}

static enum err look_sample(struct ctx *c, struct look *l)
{
    const i64 began_us = time_mono_us();

    for (int k = 0; k < POINTS && time_mono_us() - began_us < LONG_US; k++) {
        struct list people = { 0 };
        TRY(trait_people(c, INT64_MAX / POINTS * k, AT_A_POINT, &people));
        look_at(c, l, &people);
    }
    return ERR_OK;
}

/* Wilson's interval: right for few and for none, too. */
static void estimate(struct segment_preview *p)
{
    const double z = 1.96, n = (double)p->looked, f = n > 0 ? (double)p->found / n : 0,
                 all = (double)p->people;
    const double mid = (f + z * z / (2 * n)) / (1 + z * z / n),
                 half =
                     z / (1 + z * z / n) * sqrt(f * (1 - f) / n + z * z / (4 * n * n));

    p->n = p->low = p->high = p->found;
    if (p->exact || !p->looked) return;
    p->n = (i64)(f * all + 0.5);
    p->low = (i64)fmax(0, (mid - half) * all);
    p->high = (i64)fmin(all, (mid + half) * all + 0.5);
}

static enum err names(struct ctx *c, struct list *sample)
{
    struct segment_member *m = sample->at;

    for (size_t k = 0; k < sample->n; k++) {
        const enum err e = db_one(c, &Q[NAME], INTO(&m[k].name), m[k].customer_id);
        if (e && e != ERR_NOT_FOUND) return e;
    }
    return sample->n ? staff_audit_read(c, "insight.segment_preview", m->customer_id)
                     : ERR_OK;
}

enum err segment_preview(struct ctx *c, const struct rule *r, bool people,
                         struct segment_preview *ret)
{
    struct look l = { .to = ret, .people = people };
    struct rule_world w;

    *ret = (struct segment_preview){ 0 };
    TRY(rule_world_read(c, &w));
    TRY(segment_compile(c, r, &w, c->mem, &l.code));
    TRY(insight_mark(c, "people", &ret->people));
    l.k = trait_clock_of(c);
    l.k.region = w.region;
    l.k.n_region = w.n_region;
    TRY(ret->people > WHOLE ? look_sample(c, &l) : look_whole(c, &l));
    estimate(ret);
    return names(c, &ret->sample);
}

/* ---- Counted by a job
 * ---------------------------------------------------------------------- */

static i64 asker(const struct ctx *c)
{
    return c->who.kind == WHO_STAFF ? c->who.id : 0;
}

enum err segment_count_add(struct ctx *c, const struct rule *r,
                           struct segment_count *ret)
{
    const i64 id = id_new(c);
    const struct segment_code *code;
    struct rule_world w;
    struct buf b = buf_new(c->mem, 1024, LIMIT_BODY);

    TRY(rule_world_read(c, &w));
    TRY(segment_compile(c, r, &w, c->mem, &code));
    shape_write(&b, &rule_shape, r);
    TRY(db_exec(c, &Q[COUNT_ADD], NULL, id, b.at, c->now, asker(c)));
    TRY(job_add(c, "insight.segment_count",
                arena_printf(c->mem, "{\"id\":\"%lld\"}", id), c->now, NULL, NULL));
    return segment_count_get(c, id, ret);
}

enum err segment_count_get(struct ctx *c, i64 id, struct segment_count *ret)
{
    const enum err e =
        db_one(c, &Q[COUNT_GET],
               INTO(&ret->id, &ret->looked, &ret->n, &ret->done_at, &ret->at), id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no count %lld", id);
    TRY(e);
    return insight_mark(c, "people", &ret->people);
}

/* ---- Snapshots
 * --------------------------------------------------------------------------------- */

static bool next_shot(struct rows *r, struct segment_snapshot *s)
{
    return db_next(r, INTO(&s->id, &s->segment_id, &s->name, &s->version, &s->done,
                           &s->n, &s->at, &s->who_id));
}

enum err segment_snapshot_get(struct ctx *c, i64 id, struct segment_snapshot *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &Q[SHOT_GET], id));
    if (next_shot(&r, ret)) return ERR_OK;
    TRY(r.err);
    return FAIL(c, NOT_FOUND, "no snapshot %lld", id);
}

enum err segment_snapshots(struct ctx *c, i64 segment_id, struct list *ret)
{
    struct segment_snapshot s;
    ROWS r;

    TRY(db_rows(c, &r, &Q[SHOTS], segment_id));
    while (next_shot(&r, &s))
        *(struct segment_snapshot *)list_add(c->mem, ret, sizeof(s)) = s;
    return r.err;
}

enum err segment_snapshot_add(struct ctx *c, i64 segment_id, const char *name,
                              struct segment_snapshot *ret)
{
    const i64 id = id_new(c);
    struct segment s;

    TRY(segment_get(c, segment_id, &s));
    if (s.state != SEGMENT_LIVE)
        return FAIL(c, WRONG_STATE, "segment %lld is %s", segment_id,
                    segment_state_words[s.state]);
    if (!*name) return FAIL_FIELD(c, BAD_ARGUMENT, "name", "a snapshot has a name");
    TRY(db_exec(c, &Q[SHOT_ADD], NULL, id, segment_id, name, s.version, c->now,
                asker(c)));
    TRY(job_add(c, "insight.segment_snapshot",
                arena_printf(c->mem, "{\"id\":\"%lld\"}", id), c->now, NULL, NULL));
    TRY(staff_audit(c, "insight.snapshot_add", segment_id, NULL));
    return segment_snapshot_get(c, id, ret);
}
