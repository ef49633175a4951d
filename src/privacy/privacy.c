/* Requests: asked, taken back, ended; when the law wants them answered. */
#include "privacy/privacy_hold.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "customer/customer.h"
#include "event/event.h"
#include "setting/setting.h"
#include "staff/staff.h"

enum { ADD, WAITING, GET, OF, ALL, DUE, END, PUT_OFF };

/* clang-format off */
/* A hold says why it keeps whom it keeps; of several the longest. */
#define COLUMNS                                                                               \
    "id, customer_id, kind, state, asked_at, due_at, run_at, ended_at, waits, result,"        \
    " CASE waits WHEN 'hold' THEN (SELECT h.kind FROM privacy_hold h"                         \
    "   WHERE h.customer_id = privacy_request.customer_id AND h.lifted_at IS NULL"            \
    "   ORDER BY h.until_at DESC, h.id LIMIT 1) END"                                          \
    " FROM privacy_request"

const struct query privacy_sql[] = {
    [ADD] = { "privacy.add",
        "INSERT INTO privacy_request (customer_id, id, kind, state, asked_at, due_at, run_at, who_kind, who_id)"
        " VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8)"
        " ON CONFLICT (customer_id, kind) WHERE state = 0 DO NOTHING" },

    [WAITING] = { "privacy.waiting", "SELECT " COLUMNS " WHERE customer_id = $1 AND kind = $2 AND state = 0" },

    [GET] = { "privacy.get", "SELECT " COLUMNS " WHERE customer_id = $1 AND id = $2" },

    [OF] = { "privacy.of", "SELECT " COLUMNS " WHERE customer_id = $1 ORDER BY id DESC LIMIT 100" },

    [ALL] = { "privacy.all",
        "SELECT " COLUMNS " WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3" },

    [DUE] = { "privacy.due",
        "SELECT " COLUMNS " WHERE kind = 1 AND state = 0 AND run_at <= $1 ORDER BY run_at LIMIT 50" },

    [END] = { "privacy.end",
        "UPDATE privacy_request SET state = $3, ended_at = $4, result = $5, waits = NULL"
        " WHERE customer_id = $1 AND id = $2 AND state = 0" },

    [PUT_OFF] = { "privacy.put_off",
        "UPDATE privacy_request SET waits = $3, run_at = $4"
        " WHERE customer_id = $1 AND id = $2 AND state = 0" },
    QUERY_END
};
/* clang-format on */

#define Q privacy_sql
#define EACH(q)                                                                        \
    INTO(&(q)->id, &(q)->customer_id, &kind, &state, &(q)->asked_at, &(q)->due_at,     \
         &(q)->run_at, &(q)->ended_at, &(q)->waits, &(q)->result, &hold)

const char *const privacy_ask_words[] = { "access", "erasure", NULL };
const char *const privacy_state_words[] = { "waiting", "done", "cancelled", NULL };

/* ---- Days ------------------------------------------------------------------------ */

/* "MM-DD MM-DD ...": is this day among them? */
static bool is_holiday(const char *holidays, i64 day)
{
    int year, month, mday;
    char text[16];

    time_civil(day, &year, &month, &mday);
    snprintf(text, sizeof(text), "%02d-%02d", month, mday);
    return strstr(holidays, text) != NULL;
}

i64 privacy_working_days(struct ctx *c, i64 at, i64 n)
{
    const struct setting_scope chain = { 0 };
    const char *holidays = setting_text(c, "privacy.holidays", chain);
    const int offset = (int)setting_int(c, "privacy.utc_offset_min", chain);
    i64 day = time_day(at, offset);

    while (n > 0) {
        day++;
        if (time_weekday(day) < 5 && !is_holiday(holidays, day)) n--;
    }
    return time_from(day + 1, 0, offset) - 1;
}

#define ASKS_A_DAY 20

/* ---- Asking ---------------------------------------------------------------------- */

static enum err one(struct ctx *c, const struct query *q, i64 customer_id, i64 arg,
                    struct privacy_request *ret)
{
    i64 kind, state, hold = NONE;

    TRY(db_one(c, q, EACH(ret), customer_id, arg));
    ret->kind = (int)kind;
    ret->state = (int)state;
    ret->hold = hold == NONE ? -1 : (int)hold;
    return ERR_OK;
}

enum err privacy_get(struct ctx *c, i64 customer_id, i64 id,
                     struct privacy_request *ret)
{
    const enum err e = one(c, &Q[GET], customer_id, id, ret);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no request %lld", id) : e;
}

static enum err note(struct ctx *c, const struct privacy_request *q, const char *what)
{
    const char *json =
        arena_printf(c->mem, "{\"kind\":\"%s\",\"state\":\"%s\"}",
                     privacy_ask_words[q->kind], privacy_state_words[q->state]);

    TRY(event_emit(c, what, q->customer_id, json));
    return staff_audit(c, what, q->customer_id, json);
}

enum err privacy_ask(struct ctx *c, i64 customer_id, int kind,
                     struct privacy_request *ret)
{
    const struct setting_scope chain = { 0 };
    const i64 wait = setting_int(c, "privacy.erase_wait_days", chain) * DAY_MS;
    struct customer k;
    i64 n;

    TRY(customer_get(c, customer_id, &k));
    customer_id = k.id; /* the survivor of a merged one */
    const i64 due = kind == PRIVACY_ACCESS
                        ? privacy_working_days(
                              c, c->now, setting_int(c, "privacy.access_days", chain))
                        : c->now + setting_int(c, "privacy.erase_days", chain) * DAY_MS;
    TRY(db_exec(c, &Q[ADD], &n, customer_id, id_new(c), (i64)kind, c->now, due,
                kind == PRIVACY_ERASURE ? c->now + wait : c->now, (i64)c->who.kind,
                c->who.id));
    if (n && kind == PRIVACY_ERASURE) TRY(privacy_erasures_wait(c, customer_id));
    TRY(one(c, &Q[WAITING], customer_id, kind, ret));
    return n ? note(c, ret, "privacy.asked") : ERR_OK;
}

/* His file is there as soon as he asks for it himself: so that is its answer. */
enum err privacy_ask_own(struct ctx *c, i64 customer_id, int kind,
                         struct privacy_request *ret)
{
    TRY(staff_limit(c, arena_printf(c->mem, "privacy:%lld", customer_id), ASKS_A_DAY,
                    DAY_MS));
    TRY(privacy_ask(c, customer_id, kind, ret));
    if (kind != PRIVACY_ACCESS) return ERR_OK;
    TRY(privacy_end(c, ret, PRIVACY_DONE, NULL));
    return privacy_get(c, customer_id, ret->id, ret);
}

enum err privacy_end(struct ctx *c, const struct privacy_request *q, int state,
                     const char *result)
{
    struct privacy_request now = *q;
    i64 n;

    TRY(db_exec(c, &Q[END], &n, q->customer_id, q->id, (i64)state, c->now, result));
    if (!n) return FAIL(c, WRONG_STATE, "request %lld has ended", q->id);
    now.state = state;
    return note(c, &now, "privacy.ended");
}

enum err privacy_cancel(struct ctx *c, i64 customer_id, i64 id)
{
    struct privacy_request q;

    TRY(privacy_get(c, customer_id, id, &q));
    return privacy_end(c, &q, PRIVACY_CANCELLED, NULL);
}

enum err privacy_answered(struct ctx *c, i64 customer_id, i64 id)
{
    struct privacy_request q;

    TRY(privacy_get(c, customer_id, id, &q));
    if (q.kind != PRIVACY_ACCESS)
        return FAIL(c, WRONG_STATE, "an erasure ends when it is done");
    return privacy_end(c, &q, PRIVACY_DONE, NULL);
}

enum err privacy_put_off(struct ctx *c, const struct privacy_request *q,
                         const char *why, i64 run_at)
{
    return db_exec(c, &Q[PUT_OFF], NULL, q->customer_id, q->id, why, run_at);
}

/* ---- Lists ------------------------------------------------------------------------
 */

static enum err gather(struct ctx *c, struct rows *r, struct list *ret)
{
    struct privacy_request q = { 0 };
    i64 kind, state, hold;

    *ret = (struct list){ 0 };
    while (db_next(r, EACH(&q))) {
        q.kind = (int)kind;
        q.state = (int)state;
        q.hold = hold == NONE ? -1 : (int)hold;
        *(struct privacy_request *)list_add(c->mem, ret, sizeof(q)) = q;
    }
    return r->err;
}

enum err privacy_list_of(struct ctx *c, i64 customer_id, struct list *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &Q[OF], customer_id));
    return gather(c, &r, ret);
}

enum err privacy_list(struct ctx *c, int state, i64 before_id, i64 limit,
                      struct list *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &Q[ALL], (i64)state, before_id == NONE ? INT64_MAX : before_id,
                limit));
    return gather(c, &r, ret);
}

enum err privacy_due(struct ctx *c, struct list *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &Q[DUE], c->now));
    return gather(c, &r, ret);
}
