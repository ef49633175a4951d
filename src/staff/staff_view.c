/* Lists as people like to see them: filter and columns under a name. */
#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "db/db.h"
#include "staff/staff_own.h"
#include "staff/staff_view.h"

enum { ADD, LIST, COUNT_ALL, GET, SET, DELETE, NO_DEFAULT, NAMED, NAME_OF };

/* clang-format off */
#define COLUMNS "id, screen, name, query, columns, is_default, at"
const struct query staff_view_sql[] = {
    [ADD] = { "staff.add_view",
        "INSERT INTO staff_view (account_id, " COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)" },

    [LIST] = { "staff.list_views",
        "SELECT " COLUMNS " FROM staff_view WHERE account_id = $1 AND ($2 = '' OR screen = $2)"
        " ORDER BY screen, name", .types = "it" },

    [COUNT_ALL] = { "staff.count_views", "SELECT COUNT(*) FROM staff_view WHERE account_id = $1" },

    [GET] = { "staff.get_view",
        "SELECT " COLUMNS " FROM staff_view WHERE account_id = $1 AND id = $2" },

    [SET] = { "staff.set_view",
        "UPDATE staff_view SET screen = $3, name = $4, query = $5, columns = $6, is_default = $7, at = $8"
        " WHERE account_id = $1 AND id = $2" },

    [DELETE] = { "staff.delete_view", "DELETE FROM staff_view WHERE account_id = $1 AND id = $2" },

    [NO_DEFAULT] = { "staff.no_default_view",
        "UPDATE staff_view SET is_default = 0"
        " WHERE account_id = $1 AND screen = $2 AND is_default = 1 AND id <> $3" },

    [NAMED] = { "staff.find_view",
        "SELECT id FROM staff_view WHERE account_id = $1 AND screen = $2 AND name = $3" },

    [NAME_OF] = { "staff.name_of", "SELECT name FROM pub_staff_name WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

#define Q staff_view_sql

#define VIEW_INTO(v)                                                                   \
    INTO(&(v).id, &(v).screen, &(v).name, &(v).query, &(v).columns, &(v).is_default,   \
         &(v).at)

static enum err account_only(struct ctx *c)
{
    return c->who.kind == WHO_STAFF
               ? ERR_OK
               : FAIL(c, NOT_FOUND, "only an account keeps filters");
}

enum err view_list(struct ctx *c, const char *screen, struct list *ret)
{
    struct view v = { 0 };
    ROWS r = { 0 };

    *ret = (struct list){ 0 };
    TRY(account_only(c));
    TRY(db_rows(c, &r, &Q[LIST], c->who.id, screen ? screen : ""));
    while (db_next(&r, VIEW_INTO(v)))
        *(struct view *)list_add(c->mem, ret, sizeof(v)) = v;
    return r.err;
}

static enum err name_is_free(struct ctx *c, const struct view *v)
{
    i64 id;
    const enum err e = db_one(c, &Q[NAMED], INTO(&id), c->who.id, v->screen, v->name);

    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    return id == v->id
               ? ERR_OK
               : FAIL_FIELD(c, EXISTS, "name", "\"%s\" is there already", v->name);
}

static enum err all_words(struct ctx *c, struct view *v)
{
    if (!*v->screen) FAIL_MORE(c, BAD_ARGUMENT, "screen", "a filter is of a screen");
    if (!*v->name) FAIL_MORE(c, BAD_ARGUMENT, "name", "a filter has a name");
    if (!v->query) v->query = "";
    if (!v->columns) v->columns = "";
    v->at = c->now;
    return c->fault.err;
}

enum err view_add(struct ctx *c, struct view *v)
{
    i64 n;

    v->id = id_new(c);
    TRY(account_only(c));
    TRY(all_words(c, v));
    TRY(name_is_free(c, v));
    TRY(db_one(c, &Q[COUNT_ALL], INTO(&n), c->who.id));
    if (n >= VIEWS_MAX)
        return FAIL(c, TOO_BIG, "an account keeps %d filters at most", VIEWS_MAX);
    if (v->is_default)
        TRY(db_exec(c, &Q[NO_DEFAULT], NULL, c->who.id, v->screen, v->id));
    return db_exec(c, &Q[ADD], NULL, c->who.id, v->id, v->screen, v->name, v->query,
                   v->columns, v->is_default, v->at);
}

enum err view_put(struct ctx *c, struct view *v)
{
    i64 n;

    TRY(account_only(c));
    TRY(all_words(c, v));
    TRY(name_is_free(c, v));
    if (v->is_default)
        TRY(db_exec(c, &Q[NO_DEFAULT], NULL, c->who.id, v->screen, v->id));
    TRY(db_exec(c, &Q[SET], &n, c->who.id, v->id, v->screen, v->name, v->query,
                v->columns, v->is_default, v->at));
    return n ? ERR_OK : FAIL(c, NOT_FOUND, "no filter %lld", v->id);
}

enum err view_delete(struct ctx *c, i64 id)
{
    i64 n;

    TRY(account_only(c));
    TRY(db_exec(c, &Q[DELETE], &n, c->who.id, id));
    return n ? ERR_OK : FAIL(c, NOT_FOUND, "no filter %lld", id);
}

enum err staff_names(struct ctx *c, const struct list *ids, struct list *ret)
{
    const i64 *id = ids->at;

    *ret = (struct list){ 0 };
    for (size_t k = 0; k < ids->n; k++) {
        struct named one = { .id = id[k] };
        const enum err e = db_one(c, &Q[NAME_OF], INTO(&one.name), one.id);

        if (e == ERR_NOT_FOUND) continue;
        TRY(e);
        *(struct named *)list_add(c->mem, ret, sizeof(one)) = one;
    }
    return ERR_OK;
}
