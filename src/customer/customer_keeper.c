/* Who keeps a customer; and over HTTP. */
#include "customer/customer_keeper.h"

#include "base/id.h"
#include "base/limits.h"
#include "base/person.h"
#include "customer/customer_own.h"
#include "event/event.h"
#include "staff/staff.h"

enum { NOW, HISTORY, ADD, MINE };

/* clang-format off */
const struct query customer_keeper_sql[] = {
    [NOW] = { "customer.keeper",
        "SELECT staff_id FROM customer_keeper WHERE customer_id = $1 ORDER BY id DESC LIMIT 1" },

    [HISTORY] = { "customer.keepers",
        "SELECT k.at,"
        "       k.staff_id, (SELECT n.name FROM pub_staff_name n WHERE n.who_kind = 2 AND n.id = k.staff_id),"
        "       k.who_id, (SELECT w.name FROM pub_staff_name w WHERE w.who_kind = k.who_kind AND w.id = k.who_id)"
        "  FROM customer_keeper k WHERE k.customer_id = $1 ORDER BY k.id DESC LIMIT $2", .types = "ii" },

    [ADD] = { "customer.add_keeper",
        "INSERT INTO customer_keeper (customer_id, id, at, staff_id, who_kind, who_id, born_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)" },

    [MINE] = { "customer.kept_by",
        "SELECT k.customer_id, p.last_name, p.first_name, p.middle_name, k.at"
        "  FROM customer_keeper k JOIN customer_person p ON p.id = k.customer_id"
        " WHERE k.staff_id = $1 AND k.customer_id < $2 AND NOT EXISTS"
        "       (SELECT 1 FROM customer_keeper n WHERE n.customer_id = k.customer_id AND n.id > k.id)"
        " ORDER BY k.customer_id DESC LIMIT $3", .types = "iii" },
    QUERY_END
};
/* clang-format on */

#define Q customer_keeper_sql

/* ---- Rules ------------------------------------------------------------------- */

enum err customer_keeper(struct ctx *c, i64 customer_id, i64 *ret_staff_id)
{
    const enum err e = db_one(c, &Q[NOW], INTO(ret_staff_id), customer_id);

    if (e != ERR_NOT_FOUND) return e;
    *ret_staff_id = 0;
    return ERR_OK;
}

enum err customer_keepers(struct ctx *c, i64 customer_id, struct list *ret)
{
    struct customer_kept k = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[HISTORY], customer_id, (i64)LIMIT_PAGE));
    while (db_next(&r, INTO(&k.at, &k.staff_id, &k.name, &k.by_id, &k.by))) {
        struct customer_kept *to = list_add(c->mem, ret, sizeof(k));

        *to = k;
        if (!k.staff_id) to->staff_id = NONE;
        if (!k.by_id) to->by_id = NONE;
    }
    return r.err;
}

static enum err works(struct ctx *c, i64 staff_id)
{
    struct staff_person p = { 0 };
    const enum err e = staff_person(c, staff_id, &p);

    if (e && e != ERR_NOT_FOUND) return e;
    if (e || !p.active)
        return FAIL_FIELD(c, NO_SUCH, "staff_id", "no active account %lld", staff_id);
    return ERR_OK;
}

enum err customer_keeper_put(struct ctx *c, i64 customer_id, i64 staff_id)
{
    const bool person = c->who.kind == WHO_STAFF || c->who.kind == WHO_KEY;
    const char *json = arena_printf(c->mem, "{\"staff_id\":\"%lld\"}", staff_id);
    i64 now;

    if (staff_id) TRY(works(c, staff_id));
    TRY(customer_keeper(c, customer_id, &now));
    if (now == staff_id) return ERR_OK;
    TRY(db_exec(c, &Q[ADD], NULL, customer_id, id_new(c), c->now, staff_id,
                (int)c->who.kind, person ? c->who.id : 0, person_born(c, customer_id)));
    TRY(event_emit(c, "customer.keeper_changed", customer_id, json));
    return staff_audit(c, "customer.keeper", customer_id, json);
}

/* ---- HTTP -------------------------------------------------------------------- */

struct keeper {
    i64 staff_id, since_at;
    const char *name;
    struct list history; /* struct customer_kept */
};
struct keeper_edit {
    i64 staff_id;
};
struct may_keep {
    i64 id;
    const char *name;
};
struct may_keeps {
    struct list items;
};
struct mine {
    i64 id, since_at;
    const char *name;
};
struct mines {
    struct list items;
    const char *next;
};

/* clang-format off */
static const struct field kept_fields[] = {
    F_TIME(customer_kept, at,       0,   "Since when."),
    F_ID(customer_kept,   staff_id, OPT, "Who; absent: nobody."),
    F_TEXT(customer_kept, name,     OPT, 0, "His name."),
    F_ID(customer_kept,   by_id,    OPT, "Who said so; absent: the program."),
    F_TEXT(customer_kept, by,       OPT, 0, "His name."),
    FIELD_END
};
static const struct shape kept_shape = SHAPE("Kept", customer_kept, kept_fields);
static const struct field keeper_fields[] = {
    F_ID(keeper,   staff_id, OPT, "Who keeps him; absent: nobody."),
    F_TEXT(keeper, name,     OPT, 0, "His name."),
    F_TIME(keeper, since_at, OPT, "Since when."),
    F_LIST(keeper, history,  0, &kept_shape, 0, "Newest first."),
    FIELD_END
};
static const struct shape keeper_shape = SHAPE("Keeper", keeper, keeper_fields);
static const struct field edit_fields[] = {
    F_ID(keeper_edit, staff_id, OPT, "Who is to keep him; absent: nobody."),
    FIELD_END
};
static const struct shape edit_shape = SHAPE("KeeperEdit", keeper_edit, edit_fields);
static const struct field may_keep_fields[] = {
    F_ID(may_keep,   id,   0, "The account."),
    F_TEXT(may_keep, name, 0, 0, "His name."),
    FIELD_END
};
static const struct shape may_keep_shape = SHAPE("MayKeep", may_keep, may_keep_fields);
static const struct field may_keeps_fields[] = {
    F_LIST(may_keeps, items, 0, &may_keep_shape, 0, "Those of one's own place first."),
    FIELD_END
};
static const struct shape may_keeps_shape = SHAPE("MayKeeps", may_keeps, may_keeps_fields);
static const struct field mine_fields[] = {
    F_ID(mine,   id,       0, "The customer."),
    F_TEXT(mine, name,     0, 0, "His name."),
    F_TIME(mine, since_at, 0, "Since when I keep him."),
    FIELD_END
};
static const struct shape mine_shape = SHAPE("KeptCustomer", mine, mine_fields);
static const struct field mines_fields[] = {
    F_LIST(mines, items, 0, &mine_shape, 0, "Those we heard of last come first."),
    F_TEXT(mines, next,  OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape mines_shape = SHAPE("KeptCustomers", mines, mines_fields);
static const struct field ask_fields[] = { PAGE_FIELDS(page), FIELD_END };
static const struct shape ask_shape = SHAPE("KeptCustomersAsk", page, ask_fields);
/* clang-format on */

static enum err living(struct ctx *c, const struct request *q, i64 *ret_id)
{
    struct customer k;

    TRY(request_id_arg(c, q, 0, ret_id));
    TRY(customer_get(c, *ret_id, &k));
    *ret_id = k.id;
    return ERR_OK;
}

static enum err show(struct ctx *c, i64 id, struct reply *r)
{
    struct keeper *k = NEW(c->mem, struct keeper);

    TRY(customer_keepers(c, id, &k->history));
    const struct customer_kept *now = k->history.at;
    k->staff_id = k->history.n ? now->staff_id : NONE;
    k->name = k->history.n ? now->name : NULL;
    k->since_at = k->staff_id == NONE ? NONE : now->at;
    r->private_ = true;
    return reply_with(r, 200, k);
}

static enum err keeper_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(living(c, q, &id));
    TRY(staff_audit_read(c, "customer.keepers", id));
    return show(c, id, r);
}

static enum err keeper_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const i64 to = ((const struct keeper_edit *)q->body)->staff_id;
    i64 id;

    TRY(living(c, q, &id));
    TRY(customer_keeper_put(c, id, to == NONE ? 0 : to));
    return show(c, id, r);
}

static enum err may_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct may_keeps *all = NEW(c->mem, struct may_keeps);
    struct list people = { 0 };

    (void)q;
    TRY(staff_people(c, RIGHT_CUSTOMER_READ, c->who.place_id, &people));
    const struct staff_person *p = people.at;
    for (size_t k = 0; k < people.n; k++)
        *(struct may_keep *)list_add(c->mem, &all->items, sizeof(struct may_keep)) =
            (struct may_keep){ p[k].id, p[k].name };
    return reply_with(r, 200, all);
}

static enum err mine_read(struct ctx *c, const struct page *ask, struct mines *ret)
{
    const i64 limit = ask->limit == NONE ? 50 : ask->limit;
    i64 before = INT64_MAX;
    struct customer k = { 0 };
    struct mine m = { 0 };
    ROWS r = { 0 };

    if (ask->after) TRY(page_after(c, ask->after, &before, 1));
    TRY(db_rows(c, &r, &Q[MINE], c->who.id, before, limit));
    while (db_next(
        &r, INTO(&m.id, &k.last_name, &k.first_name, &k.middle_name, &m.since_at))) {
        m.name = customer_name_join(c->mem, k.last_name, k.first_name, k.middle_name);
        *(struct mine *)list_add(c->mem, &ret->items, sizeof(m)) = m;
    }
    TRY(r.err);
    if ((i64)ret->items.n == limit) ret->next = page_next(c->mem, &m.id, 1);
    return ERR_OK;
}

static enum err mine_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct mines *l = NEW(c->mem, struct mines);

    TRY(mine_read(c, q->query, l));
    TRY(staff_audit_read(c, "customer.kept", 0));
    r->private_ = true;
    return reply_with(r, 200, l);
}

/* clang-format off */
extern const struct route customer_keeper_routes[];
const struct route customer_keeper_routes[] = {
    { "GET", "/v1/customer/keeper", may_get, RIGHT_CUSTOMER_READ, READS, .out = &may_keeps_shape,
      .doc = "Who of the staff may keep customers: of one's own place and of the chain." },
    { "GET", "/v1/customer/kept", mine_get, RIGHT_CUSTOMER_READ, READS, .query = &ask_shape, .out = &mines_shape,
      .doc = "Customers whom I keep.  Audited." },
    { "GET", "/v1/customer/{id}/keeper", keeper_get, RIGHT_CUSTOMER_READ, READS, .out = &keeper_shape,
      .doc = "Who of the staff keeps this customer, and who did.  Audited." },
    { "PUT", "/v1/customer/{id}/keeper", keeper_put, RIGHT_CUSTOMER_WRITE, WRITES, .in = &edit_shape,
      .out = &keeper_shape, .doc = "Let somebody else keep him: new tasks about him are his.",
      .example = "{}" },
    ROUTE_END
};
/* clang-format on */
