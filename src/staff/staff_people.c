/* Colleagues: who they are, who of them may do something at a place. */
#include "db/db.h"
#include "staff/staff_own.h"

enum { GET, WHO_MAY };

/* clang-format off */
const struct query staff_people_sql[] = {
    [GET] = { "staff.person",
        "SELECT id, login, name, active FROM staff_account WHERE id = $1" },

    [WHO_MAY] = { "staff.who_may",
        "SELECT a.id, MAX(r.place_id), a.login, a.name FROM staff_account_role r"
        "  JOIN staff_role_right w ON w.role_id = r.role_id AND w.word IN ($2, '*')"
        "  JOIN staff_account a ON a.id = r.account_id AND a.active = 1"
        " WHERE r.place_id IN ($1, 0) GROUP BY a.id, a.login, a.name"
        " ORDER BY MAX(r.place_id) DESC, a.login LIMIT 500" },
    QUERY_END
};
/* clang-format on */

enum err staff_person(struct ctx *c, i64 id, struct staff_person *ret)
{
    struct staff_person p = { 0 };
    const enum err e = db_one(c, &staff_people_sql[GET],
                              INTO(&p.id, &p.login, &p.name, &p.active), id);

    *ret = p;
    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no account %lld", id);
    return e;
}

enum err staff_people(struct ctx *c, enum right r, i64 place_id, struct list *ret)
{
    struct staff_person p = { .active = true };
    struct list l = { 0 };
    ROWS rows;

    TRY(db_rows(c, &rows, &staff_people_sql[WHO_MAY], place_id, right_word(r)));
    while (db_next(&rows, INTO(&p.id, &p.place_id, &p.login, &p.name)))
        *(struct staff_person *)list_add(c->mem, &l, sizeof(p)) = p;
    *ret = l;
    return rows.err;
}

enum err staff_can(struct ctx *c, i64 id, enum right r, i64 place_id, bool *ret)
{
    struct who w = { .kind = WHO_STAFF, .id = id };
    struct staff_person p;
    const enum err e = staff_person(c, id, &p);

    *ret = false;
    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    TRY(rights_load(c, id, &w));
    *ret = p.active && rights_at(&w, place_id) >> r & 1;
    return ERR_OK;
}

struct asking {
    struct staff_person p;
};

static enum err who_acts(struct ctx *c, void *arg)
{
    struct asking *w = arg;

    return staff_person(c, c->who.id, &w->p);
}

enum err staff_is_me(struct ctx *c, const struct request *q, const char *password)
{
    struct asking w = { 0 };
    i64 id;

    if (c->who.kind != WHO_STAFF) return FAIL(c, DENIED, "this is no member of staff");
    TRY(db_snapshot(c, who_acts, &w));
    return account_check(c, w.p.login, password, q->ip, &id);
}
