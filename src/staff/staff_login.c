/* staff_login.c -- coming in, who am I, going out, passwords. */
#include <string.h>

#include "db/db.h"
#include "staff/staff_own.h"

static enum err me_fill(struct ctx *c, const char *token, struct me *ret)
{
    struct account a = { 0 };

    TRY(account_get(c, c->who.id, &a));
    const struct role_at *first = a.roles.n ? a.roles.at : NULL;
    *ret = (struct me){ .id = a.id,
                        .login = a.login,
                        .name = a.name,
                        .role = first ? first->role : NULL,
                        .place_id = c->who.place_id ? c->who.place_id : NONE,
                        .roles = a.roles,
                        .rights = rights_words(c->mem, c->who.rights),
                        .csrf = token ? secret_csrf(c->mem, token) : NULL };
    return ERR_OK;
}

enum err staff_me(struct ctx *c, const struct request *q, struct me *ret)
{
    if (c->who.kind != WHO_STAFF)
        return FAIL(c, NOT_FOUND, "this is not a member of staff");
    return me_fill(c, q->cookie ? q->cookie(q, STAFF_COOKIE) : NULL, ret);
}

struct entering {
    const struct request *q;
    const char *token;
    struct me *me;
};

static enum err enter(struct ctx *c, void *arg)
{
    struct entering *w = arg;
    const struct request *q = w->q;
    const char *agent = q->header ? q->header(q, "User-Agent") : NULL;

    TRY(session_open(c, c->who.id, q->ip, agent, &w->token));
    TRY(rights_load(c, c->who.id, &c->who));
    TRY(me_fill(c, w->token, w->me));
    return staff_audit(c, "staff.login", c->who.id, NULL);
}

enum err staff_enter(struct ctx *c, const struct login *l, const struct request *q,
                     struct me *ret, const char **ret_token)
{
    struct entering w = { .q = q, .me = ret };
    const struct who was = c->who;
    i64 id;

    TRY(account_check(c, l->login, l->password, q->ip, &id));
    c->who = (struct who){ .kind = WHO_STAFF, .id = id };
    const enum err e = db_unit(c, enter, &w);
    c->who = was;
    *ret_token = w.token;
    return e;
}

enum err staff_leave(struct ctx *c, const struct request *q)
{
    const char *token = q->cookie ? q->cookie(q, STAFF_COOKIE) : NULL;

    if (token) TRY(session_end(c, token));
    return staff_audit(c, "staff.logout", c->who.id, NULL);
}

/* ---- Passwords
 * ------------------------------------------------------------------------ */

struct changing {
    i64 id;
    const char *hash, *keep_token, *what;
    struct account a;
};

/* Other browsers are logged out: a new password is often a suspicion. */
static enum err change(struct ctx *c, void *arg)
{
    const struct changing *w = arg;

    TRY(account_password_set(c, w->id, w->hash));
    TRY(session_end_others(c, w->id, w->keep_token));
    return staff_audit(c, w->what, w->id, NULL);
}

static enum err account_read(struct ctx *c, void *arg)
{
    struct changing *w = arg;

    return account_get(c, w->id, &w->a);
}

enum err staff_own_password(struct ctx *c, const struct passwords *p,
                            const struct request *q)
{
    struct changing w = { .id = c->who.id,
                          .what = "staff.password_change",
                          .keep_token = q->cookie ? q->cookie(q, STAFF_COOKIE) : NULL };
    i64 id;

    TRY(db_snapshot(c, account_read, &w));
    TRY(account_check(c, w.a.login, p->old, q->ip, &id));
    TRY(secret_may_be(c, w.a.login, p->password));
    TRY(secret_password(c, p->password, &w.hash));
    return db_unit(c, change, &w);
}

static enum err account_read_to_change(struct ctx *c, void *arg)
{
    struct changing *w = arg;

    TRY(account_read(c, arg));
    return account_may_touch(c, &w->a);
}

enum err staff_reset_password(struct ctx *c, i64 id, const struct passwords *p)
{
    struct changing w = { .id = id, .what = "staff.password_reset" };

    TRY(db_snapshot(c, account_read_to_change, &w));
    TRY(secret_may_be(c, w.a.login, p->password));
    TRY(secret_password(c, p->password, &w.hash));
    return db_unit(c, change, &w);
}

/* ---- A new account
 * ----------------------------------------------------------------------- */

struct making {
    struct account a, *ret;
    const char *hash;
};

static enum err make(struct ctx *c, void *arg)
{
    struct making *w = arg;

    TRY(account_insert(c, &w->a, w->hash, &w->a.id));
    return account_get(c, w->a.id, w->ret);
}

enum err staff_account_make(struct ctx *c, const struct account_new *n,
                            struct account *ret)
{
    struct making w = { .a = { .login = login_norm(c->mem, n->login),
                               .name = n->name,
                               .active = true,
                               .roles = n->roles },
                        .ret = ret };

    if (!w.a.login)
        return FAIL_FIELD(c, BAD_ARGUMENT, "login",
                          "a login is 2 to 64 letters, digits, dots, dashes or @");
    TRY(secret_may_be(c, w.a.login, n->password));
    TRY(secret_password(c, n->password, &w.hash));
    return db_unit(c, make, &w);
}
