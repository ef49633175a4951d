/* The review queue. */
#include "customer/customer_pair.h"

#include "base/time.h"
#include "customer/customer_merge.h"
#include "customer/customer_own.h"
#include "event/event.h"

enum { PUT, GET, DECIDE, OPEN, COUNT_OPEN, APART, RANK, SAY_APART };

/* clang-format off */
#define COLUMNS "q.a_id, q.b_id, q.state, q.source, q.kinds, q.names, q.score_ppm, q.against, q.evidence," \
                " q.found_at, q.decided_at, q.later_at, q.merge_id, q.note, q.who_id"
/* Both live, and are two: what was found about people who have become one since, or
 * about somebody who was merged, needs nobody. */
#define STILL   "  JOIN customer_person a ON a.id = q.a_id AND a.merged_into IS NULL" \
                "  JOIN customer_person b ON b.id = q.b_id AND b.merged_into IS NULL"
const struct query customer_pair_sql[] = {
    [PUT] = { "customer.put_pair",
        "INSERT INTO customer_pair (a_id, b_id, state, source, kinds, names, score_ppm, against, evidence, found_at)"
        " VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (a_id, b_id) DO UPDATE SET"
        "   kinds = customer_pair.kinds | excluded.kinds, names = excluded.names,"
        "   score_ppm = CASE WHEN excluded.source = 0 OR excluded.score_ppm > customer_pair.score_ppm"
        "               THEN excluded.score_ppm ELSE customer_pair.score_ppm END,"
        "   against = CASE WHEN excluded.source = 0 THEN excluded.against ELSE customer_pair.against END,"
        "   evidence = CASE WHEN excluded.source = 1 THEN customer_pair.evidence ELSE excluded.evidence END"
        " WHERE customer_pair.state IN (0, 3)" },

    [GET] = { "customer.get_pair",
        "SELECT " COLUMNS " FROM customer_pair q WHERE q.a_id = $1 AND q.b_id = $2" },

    [DECIDE] = { "customer.decide_pair",
        "UPDATE customer_pair SET state = $3, note = $4, decided_at = $5, later_at = $6, merge_id = $7,"
        "       who_kind = $8, who_id = $9"
        " WHERE a_id = $1 AND b_id = $2", .types = "iiitiiiii" },

    [OPEN] = { "customer.list_pairs",
        "SELECT " COLUMNS " FROM customer_pair q" STILL
        " WHERE q.state IN (0, 3) AND q.later_at <= $1"
        " ORDER BY q.score_ppm DESC, q.a_id, q.b_id LIMIT $2" },

    [COUNT_OPEN] = { "customer.count_pairs",
        "SELECT COUNT(*) FROM customer_pair q" STILL " WHERE q.state IN (0, 3) AND q.later_at <= $1" },

    [APART] = { "customer.apart",
        "SELECT COUNT(*) FROM customer_person a JOIN customer_pair q ON q.a_id = a.id"
        "  JOIN customer_person b ON b.id = q.b_id"
        " WHERE q.state = 2 AND (a.id = $1 OR a.merged_into = $1) AND (b.id = $2 OR b.merged_into = $2)" },

    [RANK] = { "customer.rank",
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM customer_key k WHERE k.customer_id = p.id"
        "              AND k.confirmed_at IS NOT NULL) THEN 2"
        "            WHEN EXISTS (SELECT 1 FROM customer_visit v WHERE v.customer_id = p.id) THEN 1"
        "            ELSE 0 END, p.created_at FROM customer_person p WHERE p.id = $1" },

    [SAY_APART] = { "customer.say_apart",
        "INSERT INTO customer_pair (a_id, b_id, state, source, kinds, names, score_ppm, against, evidence,"
        "                           found_at, decided_at, note, who_kind, who_id)"
        " VALUES ($1, $2, 2, 2, 0, 1, 0, '', '{}', $3, $3, $4, $5, $6)"
        " ON CONFLICT (a_id, b_id) DO UPDATE SET state = 2, decided_at = excluded.decided_at,"
        "   note = excluded.note, who_kind = excluded.who_kind, who_id = excluded.who_id" },
    QUERY_END
};
/* clang-format on */

#define Q customer_pair_sql

const char *const pair_state_words[] = { "open", "same", "different", "later", NULL };
const char *const pair_source_words[] = { "like", "key", "hand", NULL };

static void in_order(i64 *a, i64 *b)
{
    const i64 low = *a < *b ? *a : *b, high = *a < *b ? *b : *a;

    *a = low;
    *b = high;
}

enum err customer_apart(struct ctx *c, i64 a, i64 b, bool *ret)
{
    i64 one, two;

    TRY(db_one(c, &Q[APART], INTO(&one), a, b));
    TRY(db_one(c, &Q[APART], INTO(&two), b, a));
    *ret = one || two;
    return ERR_OK;
}

enum err customer_say_apart(struct ctx *c, i64 a, i64 b, const char *note)
{
    in_order(&a, &b);
    return db_exec(c, &Q[SAY_APART], NULL, a, b, c->now, note, c->who.kind, c->who.id);
}

enum err customer_survivor(struct ctx *c, i64 a_id, i64 b_id, i64 *ret_into,
                           i64 *ret_from)
{
    i64 rank[2], made[2];

    TRY(db_one(c, &Q[RANK], INTO(&rank[0], &made[0]), a_id));
    TRY(db_one(c, &Q[RANK], INTO(&rank[1], &made[1]), b_id));
    const bool a = rank[0] != rank[1]   ? rank[0] > rank[1]
                   : made[0] != made[1] ? made[0] < made[1]
                                        : a_id < b_id;
    *ret_into = a ? a_id : b_id;
    *ret_from = a ? b_id : a_id;
    return ERR_OK;
}

enum err customer_pair_merged(struct ctx *c, i64 a_id, i64 b_id, i64 merge_id)
{
    return db_exec(c, &Q[DECIDE], NULL, a_id, b_id, PAIR_SAME, "", c->now, 0, merge_id,
                   c->who.kind, c->who.id);
}

/* ---- Found ------------------------------------------------------------------ */

static enum err merge_found(struct ctx *c, const struct customer_pair *p)
{
    struct customer_merge_new m = { .how = p->source == PAIR_LIKE ? MERGE_BY_SCORE
                                                                  : MERGE_BY_RULE,
                                    .evidence = p->evidence,
                                    .score_ppm = p->score_ppm ? p->score_ppm : NONE };
    i64 merge_id;

    TRY(customer_survivor(c, p->a_id, p->b_id, &m.into, &m.from));
    TRY(customer_merge(c, &m, &merge_id));
    return customer_pair_merged(c, p->a_id, p->b_id, merge_id);
}

/* Too many records in one: that is for people to look at, not for a rule to force. */
static enum err too_many(struct ctx *c, i64 a, i64 b, bool *ret)
{
    struct list x, y;

    TRY(customer_members(c, a, &x));
    TRY(customer_members(c, b, &y));
    *ret = (i64)(x.n + y.n) > customer_merge_max(c);
    return ERR_OK;
}

enum err customer_pair_found(struct ctx *c, const struct customer_pair *found,
                             enum rule_verdict *ret)
{
    struct customer_pair p = *found;
    struct customer_rule r;
    bool apart, many;

    *ret = RULE_NOTHING;
    TRY(customer_living(c, p.a_id, &p.a_id));
    TRY(customer_living(c, p.b_id, &p.b_id));
    in_order(&p.a_id, &p.b_id);
    if (p.a_id == p.b_id) return ERR_OK;
    TRY(customer_apart(c, p.a_id, p.b_id, &apart));
    if (apart) return ERR_OK;
    TRY(customer_rule(c, &r));
    const struct rule_case k = { (unsigned)p.kinds, p.names, p.score_ppm,
                                 p.against && *p.against };
    *ret = customer_rule_judge(&r, &k);
    if (*ret == RULE_NOTHING) return ERR_OK;
    TRY(too_many(c, p.a_id, p.b_id, &many));
    if (many || p.ask) *ret = RULE_REVIEW;
    TRY(db_exec(c, &Q[PUT], NULL, p.a_id, p.b_id, p.source, p.kinds, p.names,
                p.score_ppm, p.against ? p.against : "", p.evidence ? p.evidence : "{}",
                c->now));
    return *ret == RULE_MERGE ? merge_found(c, &p) : ERR_OK;
}

/* ---- Decided ---------------------------------------------------------------- */

enum err customer_pair_decide(struct ctx *c, i64 a_id, i64 b_id, int state,
                              const char *note, i64 *ret_merge_id)
{
    struct customer_merge_new m = { .how = MERGE_BY_REVIEW, .why = note };
    struct customer_pair p;
    i64 merge_id = NONE;

    in_order(&a_id, &b_id);
    TRY(customer_pair_get(c, a_id, b_id, &p));
    if (state == PAIR_SAME) {
        m.how = MERGE_BY_HAND; /* he may also take back what he said before */
        TRY(customer_living(c, a_id, &a_id));
        TRY(customer_living(c, b_id, &b_id));
        TRY(customer_survivor(c, a_id, b_id, &m.into, &m.from));
        m.how = p.state == PAIR_DIFFERENT ? MERGE_BY_HAND : MERGE_BY_REVIEW;
        m.evidence = p.evidence;
        m.score_ppm = p.score_ppm ? p.score_ppm : NONE;
        TRY(customer_merge(c, &m, &merge_id));
    }
    *ret_merge_id = merge_id;
    return db_exec(c, &Q[DECIDE], NULL, p.a_id, p.b_id, state, note ? note : "", c->now,
                   state == PAIR_LATER ? c->now + DAY_MS : 0, merge_id, c->who.kind,
                   c->who.id);
}

/* ---- Reading ---------------------------------------------------------------- */

#define INTO_PAIR(p, state, source, names)                                             \
    INTO(&(p)->a_id, &(p)->b_id, state, source, &(p)->kinds, names, &(p)->score_ppm,   \
         &(p)->against, &(p)->evidence, &(p)->found_at, &(p)->decided_at,              \
         &(p)->later_at, &(p)->merge_id, &(p)->note, &(p)->who_id)

enum err customer_pair_get(struct ctx *c, i64 a_id, i64 b_id, struct customer_pair *ret)
{
    i64 state = 0, source = 0, names = 0;

    in_order(&a_id, &b_id);
    const enum err e =
        db_one(c, &Q[GET], INTO_PAIR(ret, &state, &source, &names), a_id, b_id);
    if (e == ERR_NOT_FOUND)
        return FAIL(c, NOT_FOUND, "nobody compared %lld and %lld", a_id, b_id);
    ret->state = (int)state;
    ret->source = (int)source;
    ret->names = (int)names;
    return e;
}

enum err customer_pairs(struct ctx *c, i64 limit, struct list *ret)
{
    struct customer_pair p = { 0 };
    i64 state, source, names;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[OPEN], c->now, limit));
    while (db_next(&r, INTO_PAIR(&p, &state, &source, &names))) {
        p.state = (int)state;
        p.source = (int)source;
        p.names = (int)names;
        *(struct customer_pair *)list_add(c->mem, ret, sizeof(p)) = p;
    }
    return r.err;
}

enum err customer_pairs_count(struct ctx *c, i64 *ret_open)
{
    return db_one(c, &Q[COUNT_OPEN], INTO(ret_open), c->now);
}
