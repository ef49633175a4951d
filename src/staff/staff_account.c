#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "db/db.h"
#include "staff/staff_own.h"
#include "staff/staff_view.h"

enum {
    ANY,
    SECRET_OF,
    INSERT,
    GET,
    LIST,
    ROLES,
    UPDATE,
    ROLES_DROP,
    ROLE_ADD,
    PASSWORD,
    ADMINS,
};

/* clang-format off */
const struct query staff_account_sql[] = {
    [ANY] = { "staff.any_account",
        "SELECT id FROM staff_account ORDER BY id LIMIT 1", .scan = "one row" },

    [SECRET_OF] = { "staff.secret_of_account",
        "SELECT id, password FROM staff_account WHERE login = $1 AND active = 1" },

    [INSERT] = { "staff.insert_account",
        "INSERT INTO staff_account (id, login, name, password, active, version, created_at)"
        " VALUES ($1, $2, $3, $4, $5, 1, $6) ON CONFLICT (login) DO NOTHING" },

    [GET] = { "staff.get_account",
        "SELECT id, login, name, active, created_at, version FROM staff_account WHERE id = $1" },

    [LIST] = { "staff.list_accounts",
        "SELECT id, login, name, active, created_at, version FROM staff_account"
        " WHERE login > $1 ORDER BY login LIMIT $2" },

    [ROLES] = { "staff.roles_of_account",
        "SELECT r.code, a.place_id FROM staff_account_role a"
        " JOIN staff_role r ON r.id = a.role_id WHERE a.account_id = $1"
        " ORDER BY a.place_id, r.id" },

    [UPDATE] = { "staff.update_account",
        "UPDATE staff_account SET name = $2, active = $3, version = version + 1"
        " WHERE id = $1 AND version = $4" },

    [ROLES_DROP] = { "staff.drop_roles_of_account",
        "DELETE FROM staff_account_role WHERE account_id = $1" },

    [ROLE_ADD] = { "staff.add_role_to_account",
        "INSERT INTO staff_account_role (account_id, place_id, role_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (account_id, place_id, role_id) DO NOTHING" },

    [PASSWORD] = { "staff.set_password",
        "UPDATE staff_account SET password = $2, version = version + 1 WHERE id = $1" },

    [ADMINS] = { "staff.some_admin",
        "SELECT a.id FROM staff_role_right w"
        " JOIN staff_account_role r ON r.role_id = w.role_id AND r.place_id = 0"
        " JOIN staff_account a ON a.id = r.account_id"
        " WHERE w.word IN ('*', 'staff_admin') AND a.active = 1 LIMIT 1",
        .scan = "the rights of a dozen roles" },
    QUERY_END
};
/* clang-format on */

enum err staff_is_empty(struct ctx *c, bool *ret)
{
    i64 id;
    const enum err e = db_one0(c, &staff_account_sql[ANY], INTO(&id));

    if (e && e != ERR_NOT_FOUND) return e;
    *ret = e == ERR_NOT_FOUND;
    return ERR_OK;
}

const char *login_norm(struct arena *mem, const char *login)
{
    char *norm = arena_strdup(mem, login, strlen(login));
    const size_t n = strlen(norm);

    for (char *p = norm; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p += 'a' - 'A';
    if (n < 2 || n > 64 ||
        strspn(norm, "abcdefghijklmnopqrstuvwxyz0123456789._@-") != n)
        return NULL;
    return norm;
}

/* ---- Reading ------------------------------------------------------------------ */

static enum err roles_read(struct ctx *c, struct account *a)
{
    struct list roles = { 0 };
    struct role_at one = { 0 };
    ROWS r;

    TRY(db_rows(c, &r, &staff_account_sql[ROLES], a->id));
    while (db_next(&r, INTO(&one.role, &one.place_id)))
        *(struct role_at *)list_add(c->mem, &roles, sizeof(one)) = one;
    a->roles = roles;
    return r.err;
}

enum err account_get(struct ctx *c, i64 id, struct account *ret)
{
    const enum err e = db_one(c, &staff_account_sql[GET],
                              INTO(&ret->id, &ret->login, &ret->name, &ret->active,
                                   &ret->created_at, &ret->version),
                              id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no account %lld", id);
    TRY(e);
    return roles_read(c, ret);
}

/* Pages go by login; the token is the id of the last account. */
static enum err login_of_page(struct ctx *c, const char *token, const char **ret)
{
    struct account last = { 0 };
    i64 id;

    *ret = "";
    if (!token) return ERR_OK;
    TRY(page_after(c, token, &id, 1));
    TRY(account_get(c, id, &last));
    *ret = last.login;
    return ERR_OK;
}

static bool has_role(const struct account *a, const struct account_ask *ask)
{
    const struct role_at *r = a->roles.at;

    for (size_t k = 0; k < a->roles.n; k++)
        if ((!ask->role || !strcmp(r[k].role, ask->role)) &&
            (ask->place_id == NONE || r[k].place_id == ask->place_id))
            return true;
    return !ask->role && ask->place_id == NONE;
}

/* By what his roles give: at the place asked about (the chain's rights hold there
 * too), or anywhere. */
static enum err has_right(struct ctx *c, const struct account *a,
                          const struct account_ask *ask, bool *ret)
{
    const u64 wanted = rights_of_words(ask->right);
    struct who w = { .kind = WHO_STAFF, .id = a->id };
    const struct role_at *r = a->roles.at;

    TRY(rights_load(c, a->id, &w));
    *ret =
        wanted && (rights_at(&w, ask->place_id == NONE ? 0 : ask->place_id) & wanted);
    for (size_t k = 0; ask->place_id == NONE && !*ret && k < a->roles.n; k++)
        *ret = rights_at(&w, r[k].place_id == NONE ? 0 : r[k].place_id) & wanted;
    return ERR_OK;
}

static enum err fits(struct ctx *c, struct account *a, const struct account_ask *ask,
                     bool *ret)
{
    const char *q = ask->q && *ask->q ? text_fold(c->mem, ask->q) : NULL;

    *ret = (ask->active < 0 || a->active == (ask->active == 1)) &&
           (!q || strstr(a->login, q) || strstr(text_fold(c->mem, a->name), q));
    if (!*ret) return ERR_OK;
    TRY(roles_read(c, a));
    if (ask->right) return has_right(c, a, ask, ret);
    *ret = has_role(a, ask);
    return ERR_OK;
}

static enum err accounts_after(struct ctx *c, const char *login, struct list *ret)
{
    struct account one = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &staff_account_sql[LIST], login, LIMIT_PAGE));
    while (db_next(&r, INTO(&one.id, &one.login, &one.name, &one.active,
                            &one.created_at, &one.version)))
        *(struct account *)list_add(c->mem, ret, sizeof(one)) = one;
    return r.err;
}

enum err account_list(struct ctx *c, const struct account_ask *a, struct list *ret,
                      const char **ret_next)
{
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    const char *login;
    struct list some;
    bool yes;

    *ret = (struct list){ 0 };
    *ret_next = NULL;
    TRY(login_of_page(c, a->after, &login));
    do {
        TRY(accounts_after(c, login, &some));
        struct account *one = some.at;
        for (size_t k = 0; k < some.n; k++) {
            login = one[k].login;
            TRY(fits(c, &one[k], a, &yes));
            if (!yes) continue;
            *(struct account *)list_add(c->mem, ret, sizeof(*one)) = one[k];
            if ((i64)ret->n < limit) continue;
            *ret_next = page_next(c->mem, &one[k].id, 1);
            return ERR_OK;
        }
    } while (some.n == LIMIT_PAGE);
    return ERR_OK;
}

/* ---- Writing ------------------------------------------------------------------- */

/* Who lets people in gives them what their work needs, though he does other work
 * himself; but the rights over this house only as far as he has them, and to
 * himself nothing at all that he has not. */
static enum err may_give(struct ctx *c, const struct role_at *at, i64 role_id,
                         bool himself)
{
    const i64 place_id = at->place_id == NONE ? 0 : at->place_id;
    struct role r = { 0 };
    u64 rights = 0;

    if (c->who.kind == WHO_SYSTEM) return ERR_OK;
    TRY(role_get(c, role_id, &r));
    for (size_t k = 0; k < r.rights.n; k++)
        rights |= rights_of_words(((const char *const *)r.rights.at)[k]);
    if (rights_guarded(rights, himself) & ~rights_at(&c->who, place_id))
        return FAIL_FIELD(c, DENIED, "roles", "the role %s is not yours to give",
                          at->role);
    return ERR_OK;
}

static enum err roles_put(struct ctx *c, const struct account *a)
{
    const struct role_at *r = a->roles.at;
    i64 role_id;

    TRY(db_exec(c, &staff_account_sql[ROLES_DROP], NULL, a->id));
    for (size_t k = 0; k < a->roles.n; k++) {
        const i64 place_id = r[k].place_id == NONE ? 0 : r[k].place_id;
        TRY(role_id_of(c, r[k].role, &role_id));
        TRY(may_give(c, &r[k], role_id, a->id == c->who.id));
        TRY(db_exec(c, &staff_account_sql[ROLE_ADD], NULL, a->id, place_id, role_id));
    }
    return ERR_OK;
}

static const char *roles_json(struct ctx *c, const struct account *a)
{
    const struct role_at *r = a->roles.at;
    struct buf b = buf_new(c->mem, 256, 16384);

    buf_printf(&b, "{\"login\":\"%s\",\"active\":%s,\"roles\":[", a->login,
               a->active ? "true" : "false");
    for (size_t k = 0; k < a->roles.n; k++)
        buf_printf(&b, "%s{\"role\":\"%s\",\"place_id\":\"%lld\"}", k ? "," : "",
                   r[k].role, r[k].place_id == NONE ? 0 : r[k].place_id);
    buf_text(&b, "]}");
    return b.full ? NULL : b.at;
}

enum err account_insert(struct ctx *c, const struct account *a, const char *hash,
                        i64 *ret_id)
{
    struct account new = *a;
    i64 added;

    new.id = id_new(c);
    TRY(db_exec(c, &staff_account_sql[INSERT], &added, new.id, new.login, new.name,
                hash, new.active, c->now));
    if (!added)
        return FAIL_FIELD(c, EXISTS, "login", "there is an account \"%s\"", new.login);
    TRY(roles_put(c, &new));
    *ret_id = new.id;
    return staff_audit(c, "staff.account_add", new.id, roles_json(c, &new));
}

/* Somebody must be left who can let others in. */
static enum err an_admin_stays(struct ctx *c)
{
    i64 id;
    const enum err e = db_one0(c, &staff_account_sql[ADMINS], INTO(&id));

    return e == ERR_NOT_FOUND
               ? FAIL(c, WRONG_STATE, "nobody would be left who can let others in")
               : e;
}

/* Who may not give the roles an account has may not touch it either. */
enum err account_may_touch(struct ctx *c, const struct account *a)
{
    i64 role_id;

    for (size_t k = 0; k < a->roles.n; k++) {
        const struct role_at *r = &((const struct role_at *)a->roles.at)[k];
        TRY(role_id_of(c, r->role, &role_id));
        TRY(may_give(c, r, role_id, false));
    }
    return ERR_OK;
}

enum err account_change(struct ctx *c, const struct account *a, const char *if_match)
{
    struct account was = { 0 }, now = *a;
    i64 n;

    TRY(account_get(c, a->id, &was));
    const char *etag = arena_printf(c->mem, "%lld", was.version);
    if (if_match && strcmp(if_match, etag))
        return FAIL(c, CHANGED, "account %s is at version %s", was.login, etag);
    TRY(account_may_touch(c, &was));
    now.login = was.login;
    TRY(db_exec(c, &staff_account_sql[UPDATE], &n, a->id, a->name, a->active,
                was.version));
    if (!n) return FAIL(c, CHANGED, "account %s has just been changed", was.login);
    TRY(roles_put(c, &now));
    TRY(an_admin_stays(c));
    if (!a->active) TRY(session_end_others(c, a->id, NULL));
    session_changed(c);
    return staff_audit(c, "staff.account_change", a->id,
                       arena_printf(c->mem, "{\"before\":%s,\"after\":%s}",
                                    roles_json(c, &was), roles_json(c, &now)));
}

enum err account_password_set(struct ctx *c, i64 id, const char *hash)
{
    i64 n;

    TRY(db_exec(c, &staff_account_sql[PASSWORD], &n, id, hash));
    if (!n) return FAIL(c, NOT_FOUND, "no account %lld", id);
    session_changed(c);
    return ERR_OK;
}

struct adding {
    struct account a;
    const char *hash;
    i64 id;
};

static enum err add(struct ctx *c, void *arg)
{
    struct adding *w = arg;

    return account_insert(c, &w->a, w->hash, &w->id);
}

enum err staff_account_add(struct ctx *c, const struct staff_new *n, i64 *ret_id)
{
    struct role_at role = { n->role, n->place_id };
    struct adding w = { .a = { .login = login_norm(c->mem, n->login),
                               .name = n->name,
                               .active = true,
                               .roles = { &role, n->role ? 1 : 0 } } };

    if (!w.a.login)
        return FAIL_FIELD(c, BAD_ARGUMENT, "login",
                          "a login is 2 to 64 letters, digits, dots, dashes or @");
    TRY(secret_may_be(c, w.a.login, n->password));
    TRY(secret_password(c, n->password, &w.hash));
    TRY(db_unit(c, add, &w));
    *ret_id = w.id;
    return ERR_OK;
}

/* ---- Coming in -------------------------------------------------------------------
 *
 * Three steps, so that nothing slow happens inside a unit: count the try, hash
 * outside, take the try back when the password is right.  Each way out does the
 * same work, whether the name exists or not. */

struct coming {
    const char *login, *ip, *hash;
    i64 id;
};

/* It comes from a header of the proxy and goes into JSON. */
static const char *clean_ip(struct arena *mem, const char *ip)
{
    const size_t n = ip ? strspn(ip, "0123456789abcdefABCDEF.:") : 0;

    return ip ? arena_strdup(mem, ip, n < 64 ? n : 64) : NULL;
}

static enum err knock(struct ctx *c, void *arg)
{
    struct coming *w = arg;

    TRY(try_begin(c, w->login, w->ip));
    return account_secret(c, w->login, &w->id, &w->hash);
}

static enum err come_in(struct ctx *c, void *arg)
{
    struct coming *w = arg;

    TRY(try_good(c, w->login, w->ip));
    return w->hash ? account_password_set(c, w->id, w->hash) : ERR_OK;
}

static enum err turned_away(struct ctx *c, void *arg)
{
    const struct coming *w = arg;

    return staff_audit(c, "staff.login_failed", w->id,
                       arena_printf(c->mem, "{\"ip\":\"%.64s\"}", w->ip ? w->ip : ""));
}

enum err account_secret(struct ctx *c, const char *login, i64 *ret_id,
                        const char **ret_hash)
{
    const enum err e =
        db_one(c, &staff_account_sql[SECRET_OF], INTO(ret_id, ret_hash), login);

    if (e != ERR_NOT_FOUND) return e;
    *ret_id = 0;
    *ret_hash = NULL;
    return ERR_OK;
}

enum err account_check(struct ctx *c, const char *login, const char *password,
                       const char *ip, i64 *ret_id)
{
    const char *norm = login_norm(c->mem, login);
    struct coming w = { .login = norm ? norm : "?", .ip = clean_ip(c->mem, ip) };

    TRY(db_unit(c, knock, &w));
    if (!secret_verify(w.hash, password)) {
        TRY(db_unit(c, turned_away, &w));
        return FAIL(c, WRONG_SECRET, "this name or password is not right");
    }
    const bool old = secret_is_old(w.hash);
    w.hash = NULL;
    if (old) TRY(secret_password(c, password, &w.hash));
    TRY(db_unit(c, come_in, &w));
    *ret_id = w.id;
    return ERR_OK;
}
