/* Merges: one of two, and two again.
 *
 * Merges that hold are a forest.  Whoever was merged points to whom he was merged into
 * (customer_merge), and to who lives for all of them now (customer_person.merged_into).
 * To undo a merge is to cut one branch: the loser goes away with everybody who hangs on
 * him, and lives again; whatever was merged later, on either side, stays as it is. */
#include "customer/customer_merge.h"

#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "customer/customer_own.h"
#include "customer/customer_rule.h"
#include "event/event.h"
#include "job/job.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum {
    LIVING,
    KNOWN,
    MEMBERS,
    BRANCHES,
    ADD,
    LOSE,
    WIN,
    POINT,
    LIVE,
    JOINED,
    JOINED_AT,
    TOLD,
    UNDO,
    UNDO_TOLD,
    GET,
    OF,
    LIST
};

/* clang-format off */
#define NAME_OF(id)                                                                        \
    "(SELECT CASE WHEN o.id IS NOT NULL THEN o.last_name || ' ' || o.first_name || ' ' || o.middle_name" \
    "             ELSE p.last_name || ' ' || p.first_name || ' ' || p.middle_name END"     \
    "   FROM customer_person p LEFT JOIN customer_own o ON o.id = p.id WHERE p.id = m." id ")"
#define COLUMNS                                                                            \
    "m.id, m.survivor_id, m.loser_id, m.at, m.how, m.why, m.evidence, m.score_ppm, m.rule, m.told," \
    " m.who_id, m.undone_at, m.undone_why, m.undone_told, m.undone_by, " NAME_OF("survivor_id") ", " \
    NAME_OF("loser_id")
const struct query customer_merge_sql[] = {
    [LIVING] = { "customer.living", "SELECT COALESCE(merged_into, id) FROM customer_person WHERE id = $1" },

    [KNOWN] = { "customer.known",
        "SELECT s.id FROM customer_person p JOIN customer_person s ON s.id = COALESCE(p.merged_into, p.id)"
        " WHERE p.id = $1 AND s.forgotten = 0" },

    [MEMBERS] = { "customer.members", "SELECT id FROM customer_person WHERE merged_into = $1 ORDER BY id" },

    [BRANCHES] = { "customer.branches",
        "SELECT p.id, m.id, m.survivor_id, m.at FROM customer_person p"
        "  JOIN customer_merge m ON m.id = p.merge_id WHERE p.merged_into = $1 ORDER BY p.id" },

    [ADD] = { "customer.add_merge",
        "INSERT INTO customer_merge (survivor_id, id, loser_id, at, how, why, evidence, score_ppm, rule,"
        "                            told, who_kind, who_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '{}', $10, $11)" },

    /* Two merges at once of the same person: one of them finds no row. */
    [LOSE] = { "customer.lose",
        "UPDATE customer_person SET merged_into = $2, merge_id = $3, joined_at = NULL, version = version + 1"
        " WHERE id = $1 AND merged_into IS NULL" },

    [WIN] = { "customer.win",
        "UPDATE customer_person SET joined_at = $2 WHERE id = $1 AND merged_into IS NULL" },

    [POINT] = { "customer.point",
        "UPDATE customer_person SET merged_into = $2 WHERE id = $1 AND merged_into = $3" },

    [LIVE] = { "customer.live_again",
        "UPDATE customer_person SET merged_into = NULL, merge_id = NULL, version = version + 1"
        " WHERE id = $1 AND merged_into = $2" },

    [JOINED] = { "customer.joined", "UPDATE customer_person SET joined_at = $2 WHERE id = $1", .types = "ii" },

    [JOINED_AT] = { "customer.joined_at", "SELECT joined_at FROM customer_person WHERE id = $1" },

    [TOLD] = { "customer.merge_told", "UPDATE customer_merge SET told = $2 WHERE id = $1" },

    [UNDO] = { "customer.undo_merge",
        "UPDATE customer_merge SET undone_at = $2, undone_why = $3, undone_kind = $4, undone_by = $5"
        " WHERE id = $1 AND undone_at IS NULL" },

    [UNDO_TOLD] = { "customer.undo_told", "UPDATE customer_merge SET undone_told = $2 WHERE id = $1" },

    [GET] = { "customer.get_merge", "SELECT " COLUMNS " FROM customer_merge m WHERE m.id = $1" },

    [OF] = { "customer.list_merges_of",
        "SELECT " COLUMNS " FROM customer_merge m WHERE m.id IN"
        " (SELECT a.id FROM customer_merge a WHERE a.survivor_id = $1"
        "  UNION SELECT b.id FROM customer_merge b WHERE b.loser_id = $1"
        "  UNION SELECT a.id FROM customer_person p JOIN customer_merge a ON a.survivor_id = p.id WHERE p.merged_into = $1"
        "  UNION SELECT b.id FROM customer_person p JOIN customer_merge b ON b.loser_id = p.id WHERE p.merged_into = $1)"
        " ORDER BY m.id DESC" },

    [LIST] = { "customer.list_merges",
        "SELECT " COLUMNS " FROM customer_merge m WHERE m.id < $1 ORDER BY m.id DESC LIMIT $2" },
    QUERY_END
};
/* clang-format on */

#define Q customer_merge_sql

const char *const merge_how_words[] = { "hand", "rule", "review", "score", NULL };

/* ---- Who is who ---------------------------------------------------------- */

enum err customer_living(struct ctx *c, i64 id, i64 *ret_id)
{
    const enum err e = db_one(c, &Q[LIVING], INTO(ret_id), id);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no customer %lld", id) : e;
}

enum err customer_known(struct ctx *c, i64 id, i64 *ret_id)
{
    return db_one(c, &Q[KNOWN], INTO(ret_id), id);
}

enum err customer_members(struct ctx *c, i64 id, struct list *ret)
{
    ROWS r;

    *ret = (struct list){ 0 };
    i64 *one = list_add(c->mem, ret, sizeof(*one)), other;
    *one = id;
    TRY(db_rows(c, &r, &Q[MEMBERS], id));
    while (db_next(&r, INTO(&other)))
        *(i64 *)list_add(c->mem, ret, sizeof(i64)) = other;
    return r.err;
}

enum err customer_joined_at(struct ctx *c, i64 id, i64 *ret_at)
{
    const enum err e = db_one(c, &Q[JOINED_AT], INTO(ret_at), id);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no customer %lld", id) : e;
}

/* A merge that holds, as seen from him whom it took away. */
struct branch {
    i64 id, merge_id, into, at;
    bool goes; /* with the branch that is cut */
};

static enum err branches(struct ctx *c, i64 survivor, struct list *ret)
{
    struct branch b = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[BRANCHES], survivor));
    while (db_next(&r, INTO(&b.id, &b.merge_id, &b.into, &b.at)))
        *(struct branch *)list_add(c->mem, ret, sizeof(b)) = b;
    return r.err;
}

/* ---- Moving what is theirs ------------------------------------------------ */

static enum err move_rows(struct ctx *c, const struct person_move *m)
{
    for (size_t k = 0; modules[k]; k++)
        if (modules[k]->person && modules[k]->person->move)
            TRY(modules[k]->person->move(c, m));
    return ERR_OK;
}

static const char *told_json(struct ctx *c, const struct person_told *t)
{
    const char *all = "";

    for (size_t k = 0; k < t->n; k++)
        all =
            arena_printf(c->mem, "%s%s{\"what\":\"%s\",\"n\":%lld,\"later\":%lld}", all,
                         k ? "," : "", t->of[k].what, t->of[k].n, t->of[k].later);
    return arena_printf(c->mem, "[%s]", all);
}

/* ---- Merge ---------------------------------------------------------------- */

i64 customer_merge_max(struct ctx *c)
{
    return setting_int(c, "customer.merge_max", (struct setting_scope){ 0 });
}

/* A merge on its way. */
struct merging {
    const struct customer_merge_new *ask;
    i64 id, into, from;
    struct list leave; /* i64, whom `from` is made of */
    struct person_told told;
};

static enum err check(struct ctx *c, struct merging *m)
{
    struct list stay;
    bool apart;

    TRY(customer_living(c, m->ask->into, &m->into));
    TRY(customer_living(c, m->ask->from, &m->from));
    if (m->into == m->from)
        return FAIL(c, WRONG_STATE, "%lld and %lld are one already", m->ask->into,
                    m->ask->from);
    if (m->ask->how != MERGE_BY_HAND) {
        TRY(customer_apart(c, m->into, m->from, &apart));
        if (apart)
            return FAIL(c, WRONG_STATE, "somebody said that %lld and %lld are two",
                        m->ask->into, m->ask->from);
    }
    TRY(customer_members(c, m->into, &stay));
    TRY(customer_members(c, m->from, &m->leave));
    const i64 most = customer_merge_max(c);
    if ((i64)(stay.n + m->leave.n) > most)
        return FAIL(c, TOO_BIG, "together they would be %zu records, at most %lld",
                    stay.n + m->leave.n, most);
    return ERR_OK;
}

/* Both rows are taken first, so that of two merges at once the second sees the first.
 */
static enum err take(struct ctx *c, struct merging *m)
{
    i64 lost, won;

    TRY(db_exec(c, &Q[WIN], &won, m->into, c->now));
    TRY(customer_own_remember(c, m->into));
    TRY(customer_own_remember(c, m->from));
    TRY(db_exec(c, &Q[LOSE], &lost, m->from, m->into, m->id));
    if (won && lost) return ERR_OK;
    return FAIL(c, BUSY, "%lld or %lld was merged just now", m->into, m->from);
}

static enum err move_all(struct ctx *c, struct merging *m)
{
    const i64 *leave = m->leave.at;

    for (size_t k = 0; k < m->leave.n; k++) {
        if (leave[k] != m->from)
            TRY(db_exec(c, &Q[POINT], NULL, leave[k], m->into, m->from));
        TRY(move_rows(c, &(struct person_move){ .from = m->from,
                                                .to = m->into,
                                                .born = leave[k],
                                                .merge_id = m->id,
                                                .since = c->now,
                                                .told = &m->told }));
    }
    return ERR_OK;
}

static enum err write_down(struct ctx *c, struct merging *m)
{
    const struct customer_merge_new *a = m->ask;

    TRY(db_exec(c, &Q[ADD], NULL, m->into, m->id, m->from, c->now, a->how,
                a->why ? a->why : "", a->evidence ? a->evidence : "{}", a->score_ppm,
                customer_rule_version(c), c->who.kind, c->who.id));
    return staff_audit(c, "customer.merge", m->into,
                       arena_printf(c->mem, "{\"from\":\"%lld\",\"merge_id\":\"%lld\"}",
                                    m->from, m->id));
}

static enum err tell(struct ctx *c, const char *event, i64 id, i64 from, i64 merge_id)
{
    return event_emit(c, event, id,
                      arena_printf(c->mem, "{\"from\":\"%lld\",\"merge_id\":\"%lld\"}",
                                   from, merge_id));
}

enum err customer_merge(struct ctx *c, const struct customer_merge_new *ask,
                        i64 *ret_merge_id)
{
    struct merging m = { .ask = ask, .id = id_new(c) };

    TRY(check(c, &m));
    TRY(write_down(c, &m));
    TRY(take(c, &m));
    TRY(move_all(c, &m));
    TRY(customer_own_show(c, m.into, c->now));
    TRY(db_exec(c, &Q[TOLD], NULL, m.id, told_json(c, &m.told)));
    customer_visits_forget(c);
    if (c->person.id == m.from) c->person.id = m.into;
    TRY(job_add(c, "customer.settle", arena_printf(c->mem, "{\"id\":\"%lld\"}", m.from),
                c->now + 10000, arena_printf(c->mem, "%lld", m.from), NULL));
    if (ret_merge_id) *ret_merge_id = m.id;
    return tell(c, "customer.merged", m.into, m.from, m.id);
}

/* ---- Undo ----------------------------------------------------------------- */

/* Who hangs on `root`, himself too. */
static void mark(struct list *all, i64 root)
{
    struct branch *b = all->at;
    bool more = true;

    for (size_t k = 0; k < all->n; k++) b[k].goes = b[k].id == root;
    while (more) {
        more = false;
        for (size_t k = 0; k < all->n; k++)
            for (size_t i = 0; i < all->n && !b[k].goes; i++)
                if (b[i].goes && b[i].id == b[k].into) more = b[k].goes = true;
    }
}

/* When the last of those who go, or stay, came; NONE: there is nobody but one. */
static i64 joined(const struct list *all, bool goes, i64 root)
{
    const struct branch *b = all->at;
    i64 at = NONE;

    for (size_t k = 0; k < all->n; k++)
        if (b[k].goes == goes && b[k].id != root && b[k].at > at) at = b[k].at;
    return at;
}

struct parting {
    const struct customer_merge *m;
    i64 survivor;
    struct person_told told;
};

static enum err part_one(struct ctx *c, struct parting *p, i64 born)
{
    if (born != p->m->loser_id)
        TRY(db_exec(c, &Q[POINT], NULL, born, p->m->loser_id, p->survivor));
    return move_rows(c, &(struct person_move){ .from = p->survivor,
                                               .to = p->m->loser_id,
                                               .born = born,
                                               .merge_id = p->m->id,
                                               .since = p->m->at,
                                               .undo = true,
                                               .told = &p->told });
}

/* First he himself: what is his own stands before the others' like of it. */
static enum err part_rows(struct ctx *c, struct parting *p, const struct list *all)
{
    const struct branch *b = all->at;

    TRY(part_one(c, p, p->m->loser_id));
    for (size_t k = 0; k < all->n; k++)
        if (b[k].goes && b[k].id != p->m->loser_id) TRY(part_one(c, p, b[k].id));
    return ERR_OK;
}

static enum err live_again(struct ctx *c, i64 id, i64 since)
{
    TRY(db_exec(c, &Q[JOINED], NULL, id, since));
    return customer_own_show(c, id, since == NONE ? c->now : since);
}

enum err customer_part(struct ctx *c, i64 merge_id, const char *why)
{
    struct customer_merge m;
    struct parting p = { .m = &m };
    struct list all;
    i64 survivor, n;

    TRY(customer_merge_get(c, merge_id, &m));
    TRY(db_exec(c, &Q[UNDO], &n, merge_id, c->now, why ? why : "", c->who.kind,
                c->who.id));
    if (!n) return FAIL(c, WRONG_STATE, "merge %lld is undone already", merge_id);
    TRY(customer_living(c, m.loser_id, &survivor));
    TRY(branches(c, survivor, &all));
    mark(&all, m.loser_id);
    p.survivor = survivor;
    TRY(part_rows(c, &p, &all));
    TRY(db_exec(c, &Q[LIVE], &n, m.loser_id, survivor));
    if (!n) return FAIL(c, INTERNAL, "%lld was not merged", m.loser_id);
    TRY(live_again(c, m.loser_id, joined(&all, true, m.loser_id)));
    TRY(live_again(c, survivor, joined(&all, false, survivor)));
    TRY(db_exec(c, &Q[UNDO_TOLD], NULL, merge_id, told_json(c, &p.told)));
    customer_visits_forget(c);
    c->person = (struct person_seen){ 0 };
    if (c->who.kind != WHO_SYSTEM)
        TRY(customer_say_apart(c, m.survivor_id, m.loser_id, why ? why : ""));
    TRY(staff_audit(c, "customer.part", m.loser_id,
                    arena_printf(c->mem, "{\"merge_id\":\"%lld\"}", merge_id)));
    return tell(c, "customer.parted", m.loser_id, survivor, merge_id);
}

/* ---- Latecomers ------------------------------------------------------------ */

/* What was written for the loser by work that had begun before the merge and did not
 * see it (PostgreSQL): after a while all such work has ended. */
enum err customer_settle(struct ctx *c, void *id)
{
    const i64 loser = *(const i64 *)id;
    i64 living;

    TRY(customer_living(c, loser, &living));
    if (living == loser) return ERR_OK;
    for (size_t k = 0; modules[k]; k++)
        if (modules[k]->person && modules[k]->person->move &&
            modules[k] != &customer_module)
            TRY(modules[k]->person->move(
                c,
                &(struct person_move){ .from = loser, .to = living, .born = loser }));
    return ERR_OK;
}

/* ---- Reading --------------------------------------------------------------- */

#define INTO_MERGE(m, how)                                                             \
    INTO(&(m)->id, &(m)->survivor_id, &(m)->loser_id, &(m)->at, how, &(m)->why,        \
         &(m)->evidence, &(m)->score_ppm, &(m)->rule, &(m)->told, &(m)->who_id,        \
         &(m)->undone_at, &(m)->undone_why, &(m)->undone_told, &(m)->undone_by,        \
         &(m)->survivor_name, &(m)->loser_name)

enum err customer_merge_get(struct ctx *c, i64 merge_id, struct customer_merge *ret)
{
    i64 how = 0;
    const enum err e = db_one(c, &Q[GET], INTO_MERGE(ret, &how), merge_id);

    ret->how = (int)how;
    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no merge %lld", merge_id) : e;
}

static enum err read_merges(struct ctx *c, struct rows *r, struct list *ret)
{
    struct customer_merge m;
    i64 how;

    *ret = (struct list){ 0 };
    while (db_next(r, INTO_MERGE(&m, &how))) {
        m.how = (int)how;
        *(struct customer_merge *)list_add(c->mem, ret, sizeof(m)) = m;
    }
    return r->err;
}

enum err customer_merges_of(struct ctx *c, i64 id, struct list *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &Q[OF], id));
    return read_merges(c, &r, ret);
}

enum err customer_merges(struct ctx *c, i64 before_id, i64 limit, struct list *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &Q[LIST], before_id == NONE ? INT64_MAX : before_id, limit));
    return read_merges(c, &r, ret);
}
