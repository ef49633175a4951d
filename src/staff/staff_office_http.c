/* What the office's screens of staff need beside the accounts themselves: filters of
 * one's own, names for ids, the rights there are, sessions of others. */
#include "staff/staff_own.h"
#include "staff/staff_view.h"

struct items {
    struct list items;
};
struct view_ask {
    const char *screen;
};
struct names_ask {
    struct list id;
};
struct right_row {
    const char *word, *meaning;
    bool mine;
};

/* clang-format off */
static const struct field view_fields[] = {
    F_ID(view, id, 0, "The filter."),
    F_TEXT(view, screen, 0, 64, "Of which list: office.orders."),
    F_TEXT(view, name, 0, 100, "Its name."),
    F_TEXT(view, query, 0, 2000, "The list's query string."),
    F_TEXT(view, columns, 0, 1000, "Names of columns by commas; empty: the usual ones."),
    F_BOOL(view, is_default, 0, "The screen opens with it."),
    F_TIME(view, at, 0, "When it was kept."),
    FIELD_END
};
static const struct shape view_shape = SHAPE("View", view, view_fields);
static const struct field view_in[] = {
    F_TEXT(view, screen, MUST, 64, "Of which list: office.orders."),
    F_TEXT(view, name, MUST, 100, "Its name."),
    F_TEXT(view, query, OPT, 2000, "The list's query string."),
    F_TEXT(view, columns, OPT, 1000, "Names of columns by commas."),
    F_BOOL(view, is_default, OPT, "The screen opens with it; another of the screen does not any more."),
    FIELD_END
};
static const struct shape view_in_shape = SHAPE("ViewEdit", view, view_in);
static const struct field views_fields[] = { F_LIST(items, items, 0, &view_shape, 0, "By screen and name."), FIELD_END };
static const struct shape views_shape = SHAPE("Views", items, views_fields);
static const struct field view_ask_fields[] = { F_TEXT(view_ask, screen, OPT, 64, "Of this list only."), FIELD_END };
static const struct shape view_ask_shape = SHAPE("ViewAsk", view_ask, view_ask_fields);

static const struct field named_fields[] = {
    F_ID(named, id, 0, "Account or API key."),
    F_TEXT(named, name, 0, 0, "Its name."),
    FIELD_END
};
static const struct shape named_shape = SHAPE("StaffName", named, named_fields);
static const struct field names_fields[] = { F_LIST(items, items, 0, &named_shape, 0, "Those there are."), FIELD_END };
static const struct shape names_shape = SHAPE("StaffNames", items, names_fields);
static const struct field names_ask_fields[] = { F_LIST_OF(names_ask, id, OPT, FIELD_ID, 200, "Whose names."), FIELD_END };
static const struct shape names_ask_shape = SHAPE("StaffNamesAsk", names_ask, names_ask_fields);

static const struct field right_fields[] = {
    F_TEXT(right_row, word, 0, 0, "The right; its words in other languages are the screen's."),
    F_TEXT(right_row, meaning, 0, 0, "What it lets one do."),
    F_BOOL(right_row, mine, 0, "The caller has it here, and may give it."),
    FIELD_END
};
static const struct shape right_shape = SHAPE("StaffRight", right_row, right_fields);
static const struct field rights_fields[] = { F_LIST(items, items, 0, &right_shape, 0, "All that a role can have."), FIELD_END };
static const struct shape rights_shape = SHAPE("StaffRights", items, rights_fields);

static const struct field session_fields[] = {
    F_ID(session, id, 0, "The session."),
    F_ID(session, place_id, 0, "Where he works in it; 0: the chain."),
    F_TIME(session, created_at, 0, "Since when."),
    F_TIME(session, seen_at, 0, "Last request, to about a minute."),
    F_TIME(session, until_at, 0, "Ends then, used or not."),
    F_TEXT(session, ip, 0, 0, "From where."),
    F_TEXT(session, agent, 0, 0, "What the browser calls itself."),
    FIELD_END
};
static const struct shape session_shape = SHAPE("StaffOpenSession", session, session_fields);
static const struct field sessions_fields[] = { F_LIST(items, items, 0, &session_shape, 0, "Newest first."), FIELD_END };
static const struct shape sessions_shape = SHAPE("StaffOpenSessions", items, sessions_fields);
/* clang-format on */

static enum err views_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct items *l = NEW(c->mem, struct items);

    TRY(view_list(c, ((const struct view_ask *)q->query)->screen, &l->items));
    return reply_with(r, 200, l);
}

static enum err view_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct view *v = NEW(c->mem, struct view);

    *v = *(const struct view *)q->body;
    TRY(view_add(c, v));
    return reply_with(r, 201, v);
}

static enum err view_one_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct view *v = NEW(c->mem, struct view);

    *v = *(const struct view *)q->body;
    TRY(request_id_arg(c, q, 0, &v->id));
    TRY(view_put(c, v));
    return reply_with(r, 200, v);
}

static enum err view_one_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(view_delete(c, id));
    return reply_empty(r);
}

static enum err names_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct items *l = NEW(c->mem, struct items);

    TRY(staff_names(c, &((const struct names_ask *)q->query)->id, &l->items));
    return reply_with(r, 200, l);
}

/* base/right.def as a list; being there (anyone, customer, staff) is not given. */
static enum err rights_get(struct ctx *c, const struct request *q, struct reply *r)
{
    static const char *const meanings[] = {
#define RIGHT(name, word, meaning) meaning,
#include "base/right.def"
#undef RIGHT
    };
    struct items *l = NEW(c->mem, struct items);

    (void)q;
    for (int k = RIGHT_STAFF + 1; k < RIGHT_COUNT; k++)
        *(struct right_row *)list_add(c->mem, &l->items, sizeof(struct right_row)) =
            (struct right_row){ right_word((enum right)k), meanings[k],
                                who_can(&c->who, (enum right)k) };
    return reply_with(r, 200, l);
}

static enum err sessions_of_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct items *l = NEW(c->mem, struct items);
    struct account a = { 0 };
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(account_get(c, id, &a));
    TRY(session_list(c, id, NULL, &l->items));
    return reply_with(r, 200, l);
}

static enum err session_of_delete(struct ctx *c, const struct request *q,
                                  struct reply *r)
{
    struct account a = { 0 };
    i64 id, session_id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(request_id_arg(c, q, 1, &session_id));
    TRY(account_get(c, id, &a));
    TRY(account_may_touch(c, &a));
    TRY(session_end_id(c, id, session_id));
    TRY(staff_audit(c, "staff.session_end", id, NULL));
    return reply_empty(r);
}

/* clang-format off */
extern const struct route staff_office_routes[];
const struct route staff_office_routes[] = {
    { "GET", "/v1/staff/me/view", views_get, RIGHT_STAFF, READS, .query = &view_ask_shape, .out = &views_shape,
      .doc = "One's own kept filters of lists." },
    { "POST", "/v1/staff/me/view", view_post, RIGHT_STAFF, WRITES, .in = &view_in_shape, .out = &view_shape,
      .doc = "Keep a filter under a name; 200 an account at most.",
      .example = "{\"screen\":\"office.orders\",\"name\":\"Готовы давно\",\"query\":\"state=ready\",\"columns\":\"number,placed_at,total_minor\"}" },
    { "PUT", "/v1/staff/me/view/{id}", view_one_put, RIGHT_STAFF, WRITES, .in = &view_in_shape, .out = &view_shape,
      .doc = "Change a kept filter." },
    { "DELETE", "/v1/staff/me/view/{id}", view_one_delete, RIGHT_STAFF, WRITES,
      .doc = "Forget a kept filter." },
    { "GET", "/v1/staff/name", names_get, RIGHT_STAFF, READS, .query = &names_ask_shape, .out = &names_shape,
      .doc = "Names of accounts and keys, for ids in lists." },
    { "GET", "/v1/staff/right", rights_get, RIGHT_STAFF, READS, .out = &rights_shape,
      .doc = "The rights that a role or key can have." },
    { "GET", "/v1/staff/account/{id}/session", sessions_of_get, RIGHT_STAFF_ADMIN, READS, .out = &sessions_shape,
      .doc = "Where an account is logged in." },
    { "DELETE", "/v1/staff/account/{id}/session/{session}", session_of_delete, RIGHT_STAFF_ADMIN, WRITES,
      .doc = "End a session of somebody." },
    ROUTE_END
};
/* clang-format on */
