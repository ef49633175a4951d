/* privacy_hold.c -- whom a dispute keeps: nobody forgets him while it lasts.
 *
 * A hold says why and until when.  While one holds, an erasure of the person waits and
 * says so (152-FZ, art. 14 part 8 and art. 21: what is needed to defend a right is
 * kept), and the daily run passes him over.  The day it ends or is lifted, both go on
 * by themselves.  A lifted hold can be put back until its day. */
#include <string.h>

#include "base/id.h"
#include "base/person.h"
#include "base/seal.h"
#include "base/time.h"
#include "customer/customer.h"
#include "db/db_seal.h"
#include "event/event.h"
#include "privacy/privacy_hold.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum { ADD, OF, NOW, HELD, GET, LIFT, BACK, WAIT, GO_ON, MOVE, BEHIND, SEAL };

/* clang-format off */
#define COLUMNS "id, customer_id, kind, why, at, until_at, lifted_at, who_id, lifted_by FROM privacy_hold"
const struct query privacy_hold_sql[] = {
    [ADD] = { "privacy.hold",
        "INSERT INTO privacy_hold (customer_id, id, born_id, kind, why, at, until_at, who_kind, who_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" },

    [OF] = { "privacy.holds_of",
        "SELECT " COLUMNS " WHERE customer_id = $1 ORDER BY id DESC LIMIT 100" },

    [NOW] = { "privacy.holds_now",
        "SELECT " COLUMNS " WHERE lifted_at IS NULL AND until_at > $1 AND id < $2 ORDER BY id DESC LIMIT $3" },

    /* The longest says until when. */
    [HELD] = { "privacy.held",
        "SELECT kind, until_at FROM privacy_hold"
        " WHERE customer_id = $1 AND lifted_at IS NULL AND until_at > $2"
        " ORDER BY until_at DESC, id LIMIT 1" },

    [GET] = { "privacy.get_hold", "SELECT " COLUMNS " WHERE customer_id = $1 AND id = $2" },

    [LIFT] = { "privacy.lift_hold",
        "UPDATE privacy_hold SET lifted_at = $3, lifted_by = $4"
        " WHERE customer_id = $1 AND id = $2 AND lifted_at IS NULL AND until_at > $3", .types = "iiii" },

    [BACK] = { "privacy.put_hold_back",
        "UPDATE privacy_hold SET lifted_at = NULL, lifted_by = NULL"
        " WHERE customer_id = $1 AND id = $2 AND lifted_at IS NOT NULL AND until_at > $3", .types = "iii" },

    /* An erasure that waits: for the end of the dispute, or no longer. */
    [WAIT] = { "privacy.wait_for_hold",
        "UPDATE privacy_request SET waits = 'hold', run_at = CASE WHEN run_at > $2 THEN run_at ELSE $2 END"
        " WHERE customer_id = $1 AND kind = 1 AND state = 0", .types = "ii" },
    [GO_ON] = { "privacy.go_on_after_hold",
        "UPDATE privacy_request SET waits = NULL, run_at = CASE WHEN asked_at + $3 > $2 THEN asked_at + $3 ELSE $2 END"
        " WHERE customer_id = $1 AND kind = 1 AND state = 0 AND waits = 'hold'", .types = "iii" },

    [MOVE] = { "privacy.move_holds",
        "UPDATE privacy_hold SET customer_id = $2, born_id = NULLIF($3, $2)"
        " WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $3", .types = "iii" },

    [BEHIND] = { "privacy.behind_holds",
        "SELECT customer_id, id, why FROM privacy_hold WHERE (customer_id, id) > ($1, $2)"
        " ORDER BY customer_id, id LIMIT $3", .types = "iii" },
    [SEAL] = { "privacy.seal_hold",
        "UPDATE privacy_hold SET why = $3 WHERE customer_id = $1 AND id = $2 AND why = $4", .types = "iitt" },
    QUERY_END
};
/* clang-format on */

#define Q         privacy_hold_sql
#define MOST_DAYS 3660

const char *const privacy_hold_words[] = { "claim", "court", "regulator", NULL };

const struct sealed privacy_sealed[] = {
    { .what = "privacy.hold", .rows = &Q[BEHIND], .put = &Q[SEAL], .how = "w" },
    { 0 },
};

/* ---- Does anything hold him? ------------------------------------------------------
 */

enum err privacy_held(struct ctx *c, i64 customer_id, int *ret_kind, i64 *ret_until)
{
    i64 kind = 0;
    const enum err e = db_one(c, &Q[HELD], INTO(&kind, ret_until), customer_id, c->now);

    *ret_kind = (int)kind;
    if (e != ERR_NOT_FOUND) return e;
    *ret_until = NONE;
    return ERR_OK;
}

/* The time for second thoughts runs as if there had been no dispute. */
enum err privacy_erasures_wait(struct ctx *c, i64 customer_id)
{
    const i64 days =
        setting_int(c, "privacy.erase_wait_days", (struct setting_scope){ 0 });
    i64 until;
    int kind;

    TRY(privacy_held(c, customer_id, &kind, &until));
    if (until != NONE) return db_exec(c, &Q[WAIT], NULL, customer_id, until);
    return db_exec(c, &Q[GO_ON], NULL, customer_id, c->now, days * DAY_MS);
}

/* ---- Reading ----------------------------------------------------------------------
 */

static bool next(struct ctx *c, struct rows *r, struct privacy_hold *h)
{
    i64 kind = 0;

    if (!db_next(r, INTO(&h->id, &h->customer_id, &kind, &h->why, &h->at, &h->until_at,
                         &h->lifted_at, &h->who_id, &h->lifted_by)))
        return false;
    h->kind = (int)kind;
    h->holds = h->lifted_at == NONE && h->until_at > c->now;
    return true;
}

static enum err gather(struct ctx *c, struct rows *r, struct list *ret)
{
    struct privacy_hold h = { 0 };

    *ret = (struct list){ 0 };
    while (next(c, r, &h)) {
        TRY(seal_open(c, h.why, &h.why));
        *(struct privacy_hold *)list_add(c->mem, ret, sizeof(h)) = h;
    }
    return r->err;
}

enum err privacy_holds_of(struct ctx *c, i64 customer_id, struct list *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &Q[OF], customer_id));
    return gather(c, &r, ret);
}

enum err privacy_holds(struct ctx *c, i64 before_id, i64 limit, struct list *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &Q[NOW], c->now, before_id == NONE ? INT64_MAX : before_id,
                limit));
    return gather(c, &r, ret);
}

static enum err get(struct ctx *c, i64 customer_id, i64 id, struct privacy_hold *ret)
{
    struct list all = { 0 };
    ROWS r;

    TRY(db_rows(c, &r, &Q[GET], customer_id, id));
    TRY(gather(c, &r, &all));
    if (!all.n) return FAIL(c, NOT_FOUND, "no hold %lld", id);
    *ret = *(const struct privacy_hold *)all.at;
    return ERR_OK;
}

/* ---- Put, lifted, put back --------------------------------------------------------
 */

/* The words of a dispute stay where they are sealed. */
static enum err changed(struct ctx *c, const char *what, i64 customer_id, i64 id,
                        struct privacy_hold *ret)
{
    TRY(get(c, customer_id, id, ret));
    TRY(privacy_erasures_wait(c, customer_id));
    const char *told = arena_printf(
        c->mem, "{\"hold_id\":\"%lld\",\"kind\":\"%s\",\"until_at\":\"%s\"}", id,
        privacy_hold_words[ret->kind], time_iso(c->mem, ret->until_at));
    TRY(event_emit(c, what, customer_id, told));
    return staff_audit(c, what, customer_id, told);
}

enum err privacy_hold_put(struct ctx *c, i64 customer_id,
                          const struct privacy_hold_new *new, struct privacy_hold *ret)
{
    const i64 id = id_new(c);
    struct customer k;
    const char *why;

    TRY(customer_get(c, customer_id, &k));
    if (new->until_at <= c->now || new->until_at > c->now + MOST_DAYS * DAY_MS)
        return FAIL_FIELD(c, BAD_ARGUMENT, "until_at",
                          "a hold ends after now and within %d days", MOST_DAYS);
    if (!*new->why)
        return FAIL_FIELD(c, BAD_ARGUMENT, "why", "say what the dispute is about");
    TRY(seal_close(c, new->why, &why));
    TRY(db_exec(c, &Q[ADD], NULL, k.id, id, person_born(c, k.id), (i64) new->kind, why,
                c->now, new->until_at, (i64)c->who.kind, c->who.id));
    return changed(c, "privacy.held", k.id, id, ret);
}

enum err privacy_hold_lift(struct ctx *c, i64 customer_id, i64 id,
                           struct privacy_hold *ret)
{
    i64 n;

    TRY(get(c, customer_id, id, ret));
    TRY(db_exec(c, &Q[LIFT], &n, customer_id, id, c->now, c->who.id));
    if (!n) return FAIL(c, WRONG_STATE, "hold %lld has ended", id);
    return changed(c, "privacy.hold_lifted", customer_id, id, ret);
}

enum err privacy_hold_back(struct ctx *c, i64 customer_id, i64 id,
                           struct privacy_hold *ret)
{
    i64 n;

    TRY(get(c, customer_id, id, ret));
    TRY(db_exec(c, &Q[BACK], &n, customer_id, id, c->now));
    if (!n) return FAIL(c, WRONG_STATE, "hold %lld is not lifted, or is over", id);
    return changed(c, "privacy.held", customer_id, id, ret);
}

/* ---- People who become one --------------------------------------------------------
 */

enum err privacy_holds_move(struct ctx *c, const struct person_move *m)
{
    i64 n;

    TRY(db_exec(c, &Q[MOVE], &n, m->from, m->to, m->born));
    person_tell(m, "privacy_hold", n, 0);
    if (!n) return ERR_OK;
    TRY(privacy_erasures_wait(c, m->from));
    return privacy_erasures_wait(c, m->to);
}
