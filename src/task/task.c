/* Tasks: made, taken, given to another, done. */
#include "task/task_own.h"

#include "base/buf.h"
#include <string.h>

#include "base/id.h"
#include "customer/customer_keeper.h"
#include "event/event.h"
#include "setting/setting.h"

enum {
    ADD,
    GET,
    MINE,
    OF_PLACE,
    ALL,
    ABOUT,
    OPEN_ABOUT,
    TODAY,
    LATER,
    TAKE,
    END,
    GIVE,
    CHANGE,
    REOPEN,
    DUE,
    REMINDED,
    CUSTOMER
};

/* clang-format off */
#define COLUMNS                                                                                  \
    "t.id, t.place_id, t.code, t.args, t.body, t.owner_id, t.state, t.subject_kind,"             \
    " t.subject_id, t.due_at, t.made_kind, t.made_by, t.made_at, t.taken_at, t.ended_at,"        \
    " t.ended_by, t.note, t.version FROM task_task t"
#define STATES " AND t.state BETWEEN $2 AND $3 AND t.id < $4 AND ($6 = 0 OR t.due_at < $6)" \
               " ORDER BY t.id DESC LIMIT $5"

const struct query task_sql[] = {
    [ADD] = { "task.add",
        "INSERT INTO task_task (id, place_id, code, args, body, owner_id, state, subject_kind,"
        " subject_id, due_at, made_kind, made_by, made_at, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12, 1)" },

    [GET] = { "task.get", "SELECT " COLUMNS " WHERE t.id = $1" },

    [MINE] = { "task.mine", "SELECT " COLUMNS " WHERE t.owner_id = $1" STATES, .types = "iiiiii" },

    [OF_PLACE] = { "task.of_place", "SELECT " COLUMNS " WHERE t.place_id = $1" STATES, .types = "iiiiii" },

    [ALL] = { "task.all",
        "SELECT " COLUMNS " WHERE t.state BETWEEN $1 AND $2 AND t.id < $3 AND ($5 = 0 OR t.due_at < $5)"
        " ORDER BY t.id DESC LIMIT $4", .types = "iiiii" },

    [ABOUT] = { "task.about",
        "SELECT " COLUMNS " WHERE t.subject_kind = $1 AND t.subject_id = $2 ORDER BY t.id LIMIT 200" },

    [OPEN_ABOUT] = { "task.open_about",
        "SELECT id FROM task_task WHERE subject_kind = $1 AND subject_id = $2 AND code = $3"
        "   AND place_id = $4 AND state < 2 ORDER BY id LIMIT 1" },

    [TODAY] = { "task.today",
        "SELECT " COLUMNS " WHERE t.owner_id = $1 AND t.state < 2 AND t.due_at < $2"
        " ORDER BY t.due_at, t.id LIMIT $3", .types = "iii" },

    [LATER] = { "task.later",
        "SELECT COUNT(*) FROM task_task WHERE owner_id = $1 AND state < 2"
        "   AND (due_at IS NULL OR due_at >= $2)" },

    [TAKE] = { "task.take",
        "UPDATE task_task SET state = 1, owner_id = $2, taken_at = $3, version = version + 1"
        " WHERE id = $1 AND state < 2" },

    [END] = { "task.end",
        "UPDATE task_task SET state = $2, ended_at = $3, ended_by = $4, note = $5,"
        "       version = version + 1 WHERE id = $1 AND state < 2" },

    [GIVE] = { "task.give",
        "UPDATE task_task SET owner_id = $2, state = 0, taken_at = NULL, reminded_at = NULL,"
        "       version = version + 1 WHERE id = $1 AND state < 2" },

    [CHANGE] = { "task.change",
        "UPDATE task_task SET body = $2, due_at = $3, reminded_at = NULL, version = version + 1"
        " WHERE id = $1 AND state < 2 AND ($4 = 0 OR version = $4)", .types = "itii" },

    [REOPEN] = { "task.reopen",
        "UPDATE task_task SET state = CASE WHEN taken_at IS NULL THEN 0 ELSE 1 END, ended_at = NULL,"
        "       ended_by = NULL, note = NULL, version = version + 1"
        " WHERE id = $1 AND state >= 2 AND ended_at > $2" },

    [DUE] = { "task.due",
        "SELECT " COLUMNS " WHERE t.state < 2 AND t.reminded_at IS NULL AND t.due_at < $1"
        " ORDER BY t.due_at LIMIT $2", .types = "ii" },

    [REMINDED] = { "task.reminded",
        "UPDATE task_task SET reminded_at = $2 WHERE id = $1 AND reminded_at IS NULL" },

    [CUSTOMER] = { "task.customer", "SELECT name FROM pub_customer_person WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

const char *const task_state_words[] = { "open", "taken", "done", "cancelled", NULL };

static bool given(i64 x)
{
    return x != NONE && x != 0;
}

/* ---- Make -------------------------------------------------------------------- */

static bool about_customer(const struct task *t)
{
    return t->subject_kind && !strcmp(t->subject_kind, "customer");
}

/* Who keeps the customer, if he still works here. */
static enum err keeper(struct ctx *c, struct task *t)
{
    struct staff_person p = { 0 };
    i64 id;

    TRY(customer_keeper(c, t->subject_id, &id));
    if (!id) return ERR_OK;
    const enum err e = staff_person(c, id, &p);
    if (e && e != ERR_NOT_FOUND) return e;
    if (e || !p.active) return ERR_OK;
    t->owner_id = id;
    t->owner = p.name;
    return ERR_OK;
}

/* The place's own people come before the chain's. */
static enum err responsible(struct ctx *c, struct task *t)
{
    static const enum right order[] = { RIGHT_STOCK_APPROVE, RIGHT_TASKS, RIGHT_SELL };
    struct list people = { 0 };

    if (about_customer(t)) TRY(keeper(c, t));
    if (given(t->owner_id)) return ERR_OK;
    for (size_t k = 0; k < COUNT(order) && !people.n; k++)
        TRY(staff_people(c, order[k], t->place_id, &people));
    const struct staff_person *p = people.at;
    t->owner_id = people.n ? p->id : 0;
    t->owner = people.n ? p->name : NULL;
    return ERR_OK;
}

/* About a customer it may be anybody's who works here. */
static enum err owner(struct ctx *c, i64 id, struct task *t)
{
    struct staff_person p = { 0 };
    bool works = false;

    const enum err e = staff_person(c, id, &p);
    if (e && e != ERR_NOT_FOUND) return e;
    if (!e && about_customer(t)) works = p.active;
    if (!e && !works) TRY(staff_can(c, id, RIGHT_SELL, t->place_id, &works));
    if (!e && !works) TRY(staff_can(c, id, RIGHT_TASKS, t->place_id, &works));
    if (!works)
        return FAIL_FIELD(c, NO_SUCH, "owner_id", "account %lld does not work there",
                          id);
    t->owner_id = id;
    t->owner = p.name;
    return ERR_OK;
}

static enum err tell(struct ctx *c, const char *what, const struct task *t)
{
    const char *json =
        arena_printf(c->mem,
                     "{\"place_id\":\"%lld\",\"owner_id\":\"%lld\",\"code\":\"%s\","
                     "\"subject_kind\":\"%s\",\"subject_id\":\"%lld\"}",
                     t->place_id, t->owner_id, t->code,
                     t->subject_kind ? t->subject_kind : "", t->subject_id);

    TRY(event_emit(c, what, t->id, json));
    if (c->who.kind != WHO_STAFF && c->who.kind != WHO_KEY) return ERR_OK;
    return staff_audit(c, what, t->id, json);
}

enum err task_add(struct ctx *c, struct task *t)
{
    const bool person = c->who.kind == WHO_STAFF;

    if (!given(t->place_id)) t->place_id = 0;
    if (!given(t->subject_id)) t->subject_id = 0;
    if (given(t->owner_id))
        TRY(owner(c, t->owner_id, t));
    else
        TRY(responsible(c, t));
    t->id = id_new(c);
    t->state = TASK_OPEN;
    TRY(db_exec(c, &task_sql[ADD], NULL, t->id, t->place_id, t->code,
                t->args ? t->args : "{}", t->body ? t->body : "", t->owner_id,
                t->subject_kind ? t->subject_kind : "", t->subject_id, t->due_at,
                (int)c->who.kind, person ? c->who.id : 0, c->now));
    return tell(c, "task.added", t);
}

/* ---- Read -------------------------------------------------------------------- */

/* A customer's name, to who may read customers where he works. */
static enum err name_customers(struct ctx *c, const struct list *l)
{
    struct task *t = l->at;
    const bool may = c->who.kind == WHO_STAFF && who_can(&c->who, RIGHT_CUSTOMER_READ);

    for (size_t k = 0; k < l->n && may; k++) {
        if (!about_customer(&t[k])) continue;
        const enum err e =
            db_one(c, &task_sql[CUSTOMER], INTO(&t[k].subject), t[k].subject_id);
        if (e && e != ERR_NOT_FOUND) return e;
    }
    return ERR_OK;
}

static enum err named(struct ctx *c, struct list *l)
{
    struct task *t = l->at;

    for (size_t k = 0; k < l->n; k++) {
        struct staff_person p = { 0 };

        if (!t[k].owner_id) continue;
        if (k && t[k].owner_id == t[k - 1].owner_id) {
            t[k].owner = t[k - 1].owner;
            continue;
        }
        if (!staff_person(c, t[k].owner_id, &p)) t[k].owner = p.name;
    }
    return name_customers(c, l);
}

static enum err rows_of(struct ctx *c, struct rows *r, struct list *ret)
{
    struct task t = { 0 };
    struct list l = { 0 };
    i64 state, made_kind;

    while (db_next(r, INTO(&t.id, &t.place_id, &t.code, &t.args, &t.body, &t.owner_id,
                           &state, &t.subject_kind, &t.subject_id, &t.due_at,
                           &made_kind, &t.made_by, &t.made_at, &t.taken_at, &t.ended_at,
                           &t.ended_by, &t.note, &t.version))) {
        struct task *to = list_add(c->mem, &l, sizeof(t));

        *to = t;
        to->state = (int)state;
        if (made_kind != WHO_STAFF) to->made_by = NONE;
        if (!*t.body) to->body = NULL;
        if (!*t.subject_kind) to->subject_kind = NULL;
        if (!t.subject_id) to->subject_id = NONE;
    }
    TRY(r->err);
    db_rows_done(r);
    *ret = l;
    return named(c, ret);
}

enum err task_read(struct ctx *c, i64 id, struct task *ret)
{
    struct list l = { 0 };
    ROWS r;

    *ret = (struct task){ 0 };
    TRY(db_rows(c, &r, &task_sql[GET], id));
    TRY(rows_of(c, &r, &l));
    if (!l.n) return FAIL(c, NOT_FOUND, "no task %lld", id);
    *ret = *(struct task *)l.at;
    return ERR_OK;
}

enum err task_about(struct ctx *c, const char *subject_kind, i64 subject_id,
                    struct list *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &task_sql[ABOUT], subject_kind, subject_id));
    return rows_of(c, &r, ret);
}

void task_about_ahead(struct ctx *c, const char *subject_kind, i64 subject_id)
{
    (void)db_ahead(c, &task_sql[ABOUT], subject_kind, subject_id);
}

enum err task_open_about(struct ctx *c, const struct task *like, i64 *ret_id)
{
    const enum err e =
        db_one(c, &task_sql[OPEN_ABOUT], INTO(ret_id), like->subject_kind,
               like->subject_id, like->code, like->place_id);

    if (e != ERR_NOT_FOUND) return e;
    *ret_id = 0;
    return ERR_OK;
}

bool task_works_at(struct ctx *c, i64 place_id)
{
    return staff_may(c, RIGHT_SELL, place_id) == ERR_OK ||
           staff_may(c, RIGHT_TASKS, place_id) == ERR_OK;
}

enum err task_may(struct ctx *c, const struct task *t)
{
    if (c->who.kind == WHO_STAFF && t->owner_id == c->who.id) return ERR_OK;
    if (task_works_at(c, t->place_id)) return ERR_OK;
    if (about_customer(t) && who_can(&c->who, RIGHT_CUSTOMER_READ)) return ERR_OK;
    return FAIL(c, NOT_FOUND, "no task %lld", t->id);
}

enum err task_list(struct ctx *c, const struct task_ask *ask, struct task_page *ret)
{
    const i64 limit = ask->limit == NONE ? 50 : ask->limit;
    const int from = ask->state < 0 ? TASK_OPEN : ask->state,
              to = ask->state < 0 ? TASK_TAKEN : ask->state;
    const i64 due = ask->overdue ? c->now : 0;
    i64 before = INT64_MAX;
    ROWS r = { 0 };

    TRY(page_after(c, ask->after, &before, 1));
    if (ask->mine)
        TRY(db_rows(c, &r, &task_sql[MINE], c->who.id, from, to, before, limit, due));
    else if (ask->place_id != NONE)
        TRY(db_rows(c, &r, &task_sql[OF_PLACE], ask->place_id, from, to, before, limit,
                    due));
    else
        TRY(db_rows(c, &r, &task_sql[ALL], from, to, before, limit, due));
    TRY(rows_of(c, &r, &ret->items));
    if ((i64)ret->items.n == limit)
        ret->next =
            page_next(c->mem, &((struct task *)ret->items.at)[ret->items.n - 1].id, 1);
    return ERR_OK;
}

enum err task_list_today(struct ctx *c, i64 until, struct task_today *ret)
{
    ROWS r;

    TRY(db_rows(c, &r, &task_sql[TODAY], c->who.id, until, (i64)LIMIT_PAGE));
    TRY(rows_of(c, &r, &ret->items));
    return db_one(c, &task_sql[LATER], INTO(&ret->later), c->who.id, until);
}

/* ---- Go on ------------------------------------------------------------------- */

static enum err ended(struct ctx *c, const struct task *t)
{
    return FAIL(c, WRONG_STATE, "task %lld is %s", t->id, task_state_words[t->state]);
}

enum err task_claim(struct ctx *c, i64 id)
{
    struct task t;
    i64 n;

    TRY(task_read(c, id, &t));
    TRY(task_may(c, &t));
    if (c->who.kind != WHO_STAFF) return FAIL(c, DENIED, "a task is taken by a person");
    TRY(db_exec(c, &task_sql[TAKE], &n, id, c->who.id, c->now));
    if (!n) return ended(c, &t);
    t.owner_id = c->who.id;
    return tell(c, "task.taken", &t);
}

enum err task_close(struct ctx *c, i64 id, int to, const char *note)
{
    struct task t;
    i64 n;

    TRY(task_read(c, id, &t));
    TRY(task_may(c, &t));
    TRY(db_exec(c, &task_sql[END], &n, id, to, c->now, c->who.id, note));
    if (!n) return ended(c, &t);
    return tell(c, to == TASK_DONE ? "task.done" : "task.cancelled", &t);
}

enum err task_give(struct ctx *c, i64 id, i64 owner_id)
{
    struct task t;
    i64 n;

    TRY(task_read(c, id, &t));
    if (!about_customer(&t) || t.owner_id != c->who.id)
        TRY(staff_may(c, RIGHT_TASKS, t.place_id));
    TRY(owner(c, owner_id, &t));
    TRY(db_exec(c, &task_sql[GIVE], &n, id, owner_id));
    if (!n) return ended(c, &t);
    return tell(c, "task.reassigned", &t);
}

/* Somebody wrote it; the rest are the house's. */
static bool by_hand(const struct task *t)
{
    return t->code && strcmp(t->code, "hand") == 0;
}

enum err task_change(struct ctx *c, i64 id, const struct task_edit *to, i64 version)
{
    struct task t;
    i64 n;

    TRY(task_read(c, id, &t));
    TRY(task_may(c, &t));
    if (to->body && !by_hand(&t))
        return FAIL_FIELD(c, BAD_ARGUMENT, "body", "task %lld has the house's words",
                          id);
    TRY(db_exec(c, &task_sql[CHANGE], &n, id,
                to->body ? to->body
                : t.body ? t.body
                         : "",
                to->due_at, given(version) ? version : 0));
    if (!n && t.state >= TASK_DONE) return ended(c, &t);
    if (!n) return FAIL(c, CHANGED, "task %lld was changed since you read it", id);
    return tell(c, "task.changed", &t);
}

enum err task_reopen(struct ctx *c, i64 id)
{
    struct task t;
    i64 n, other = 0;

    TRY(task_read(c, id, &t));
    TRY(task_may(c, &t));
    if (!by_hand(&t) && t.subject_kind) TRY(task_open_about(c, &t, &other));
    if (other) return FAIL(c, EXISTS, "task %lld is about the same", other);
    TRY(db_exec(c, &task_sql[REOPEN], &n, id, c->now - TASK_REOPEN_MS));
    if (!n) return ended(c, &t);
    return tell(c, "task.reopened", &t);
}

/* ---- Reminders --------------------------------------------------------------- */

enum err task_remind(struct ctx *c, void *ret_n)
{
    const i64 ahead =
        setting_int(c, "task.remind_min", (struct setting_scope){ 0 }) * MINUTE_MS;
    struct list due = { 0 };
    i64 *n = ret_n, changed;
    ROWS r;

    TRY(db_rows(c, &r, &task_sql[DUE], c->now + ahead, (i64)LIMIT_PAGE));
    TRY(rows_of(c, &r, &due));
    const struct task *t = due.at;
    for (size_t k = 0; k < due.n; k++) {
        TRY(db_exec(c, &task_sql[REMINDED], &changed, t[k].id, c->now));
        if (changed) TRY(tell(c, "task.due", &t[k]));
    }
    *n = (i64)due.n;
    return ERR_OK;
}
