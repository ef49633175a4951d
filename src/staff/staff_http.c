/* staff_http.c -- first a member of staff about himself, then the office: accounts,
 * roles, keys, settings, the audit log. */
#include <string.h>
#include <strings.h>

#include "db/db.h"
#include "setting/setting.h"
#include "staff/staff_own.h"
#include "staff/staff_view.h"

struct sessions {
    struct list items;
};
struct place_choice {
    i64 place_id;
};

/* clang-format off */
static const struct field login_in[] = {
    F_TEXT(login, login,    MUST, 64, "The login."),
    F_TEXT(login, password, MUST | SECRET, 256, "The password."),
    FIELD_END
};
static const struct shape login_shape = SHAPE("StaffLogin", login, login_in);

static const struct field role_at[] = {
    F_TEXT(role_at, role,   MUST, 64, "The role's code."),
    F_ID(role_at, place_id, OPT, "Where; absent: in the whole chain."),
    FIELD_END
};
static const struct shape role_at_shape = SHAPE("StaffRoleAt", role_at, role_at);

static const struct field me_out[] = {
    F_ID(me, id,            MUST, "The account."),
    F_TEXT(me, login,       MUST, 64, "The login."),
    F_TEXT(me, name,        MUST, 200, "The name, for people."),
    F_TEXT(me, role,        OPT, 64, "The first of the roles."),
    F_LIST(me, roles,       MUST, &role_at_shape, 1000, "What he is, and where."),
    F_LIST_OF(me, rights,   MUST, FIELD_TEXT, 64, "What he may do at the place he works now."),
    F_ID(me, place_id,      OPT, "Where he works now; absent: for the whole chain."),
    F_TEXT(me, csrf,        OPT, 64, "To be sent as X-CSRF-Token with every write."),
    FIELD_END
};
static const struct shape me_shape = SHAPE("StaffMe", me, me_out);

static const struct field place_in[] = {
    F_ID(place_choice, place_id, OPT, "Where he works from now on; absent: for the whole chain."),
    FIELD_END
};
static const struct shape place_shape = SHAPE("StaffPlace", place_choice, place_in);

static const struct field own_password[] = {
    F_TEXT(passwords, old,      MUST | SECRET, 256, "The password until now."),
    F_TEXT(passwords, password, MUST | SECRET, 256, "The new one."),
    FIELD_END
};
static const struct shape own_password_shape = SHAPE("StaffOwnPassword", passwords, own_password);

static const struct field session_out[] = {
    F_ID(session, id,           MUST, "The session."),
    F_ID(session, place_id,     MUST, "Where he works in it; 0: for the whole chain."),
    F_TIME(session, created_at, MUST, "When he logged in."),
    F_TIME(session, seen_at,    MUST, "When it was last used, to about a minute."),
    F_TIME(session, until_at,   MUST, "When it ends at the latest."),
    F_TEXT(session, ip,         MUST, 64, "From where."),
    F_TEXT(session, agent,      MUST, 400, "With what browser."),
    F_BOOL(session, current,    MUST, "Is it this one?"),
    FIELD_END
};
static const struct shape session_shape = SHAPE("StaffSession", session, session_out);

static const struct field session_list_out[] = {
    F_LIST(sessions, items, MUST, &session_shape, 200, "Newest first."),
    FIELD_END
};
static const struct shape session_list_shape = SHAPE("StaffSessionList", sessions, session_list_out);
/* clang-format on */

/* Secure behind TLS: a cookie so marked is not stored by a browser that came by
 * plain HTTP, as in development and behind a till's own network. */
static const char *cookie(struct ctx *c, const struct request *q, const char *text)
{
    const char *proto = q->header ? q->header(q, "X-Forwarded-Proto") : NULL;

    return proto && strcasecmp(proto, "https") == 0
               ? arena_printf(c->mem, "%s; Secure", text)
               : text;
}

/* Two: one that scripts cannot read, and one that only our own page's can. */
static void cookies_set(struct ctx *c, const struct request *q, const char *token,
                        struct reply *r)
{
    r->cookies[0] = cookie(
        c, q,
        arena_printf(c->mem, STAFF_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict",
                     token));
    r->cookies[1] =
        cookie(c, q,
               arena_printf(c->mem, CSRF_COOKIE "=%s; Path=/; SameSite=Strict",
                            secret_csrf(c->mem, token)));
}

static enum err login_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct me *me = NEW(c->mem, struct me);
    const char *token;

    TRY(staff_enter(c, q->body, q, me, &token));
    cookies_set(c, q, token, r);
    r->private_ = true;
    return reply_with(r, 200, me);
}

/* The CSRF cookie stays: a shopper in the same browser repeats it too. */
static enum err logout_post(struct ctx *c, const struct request *q, struct reply *r)
{
    TRY(staff_leave(c, q));
    r->cookies[0] = STAFF_COOKIE "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
    return reply_empty(r);
}

static enum err me_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct me *me = NEW(c->mem, struct me);

    TRY(staff_me(c, q, me));
    return reply_with(r, 200, me);
}

static enum err place_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct place_choice *in = q->body;
    const char *token = q->cookie(q, STAFF_COOKIE);
    struct me *me = NEW(c->mem, struct me);

    if (!token) return FAIL(c, LOGIN, "only a session works at a place");
    TRY(session_place(c, token, in->place_id == NONE ? 0 : in->place_id));
    TRY(session_enter(c, token));
    TRY(staff_me(c, q, me));
    return reply_with(r, 200, me);
}

static enum err password_put(struct ctx *c, const struct request *q, struct reply *r)
{
    if (c->who.kind != WHO_STAFF)
        return FAIL(c, NOT_FOUND, "this is not a member of staff");
    TRY(staff_own_password(c, q->body, q));
    return reply_empty(r);
}

static enum err sessions_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct sessions *l = NEW(c->mem, struct sessions);

    TRY(session_list(c, c->who.id, q->cookie(q, STAFF_COOKIE), &l->items));
    return reply_with(r, 200, l);
}

static enum err session_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(session_end_id(c, c->who.id, id));
    TRY(staff_audit(c, "staff.session_end", c->who.id, NULL));
    return reply_empty(r);
}

/* ---- The office ----------------------------------------------------------------- */

struct accounts {
    struct list items;
    const char *next;
};
struct roles {
    struct list items;
};
struct keys {
    struct list items;
};
struct audits {
    struct list items;
    const char *next;
};
struct settings {
    struct list items;
};
struct setting_ask {
    i64 place_id, region_id;
};

static const char *const who_words[] = { "nobody", "customer", "staff",
                                         "key",    "system",   NULL };

/* clang-format off */
static const struct field account_out[] = {
    F_ID(account, id,           MUST, "The account."),
    F_TEXT(account, login,      MUST, 64, "The login."),
    F_TEXT(account, name,       MUST, 200, "The name, for people."),
    F_BOOL(account, active,     MUST, "May he log in?"),
    F_LIST(account, roles,      MUST, &role_at_shape, 512, "What he is, and where."),
    F_TIME(account, created_at, MUST, "Since when."),
    F_INT(account, version,     MUST, 0, 0, "The ETag."),
    FIELD_END
};
static const struct shape account_shape = SHAPE("StaffAccount", account, account_out);

static const struct field account_list_out[] = {
    F_LIST(accounts, items, MUST, &account_shape, 0, "In order of login."),
    F_TEXT(accounts, next,  OPT, 512, "Give it as `after` for the next page."),
    FIELD_END
};
static const struct shape account_list_shape = SHAPE("StaffAccountList", accounts, account_list_out);

static const char *const active_words[] = { "false", "true", NULL };
static const struct field accounts_ask_in[] = {
    F_TEXT(account_ask, q,     OPT, 100, "Part of the login or the name."),
    F_ENUM(account_ask, active, OPT, active_words, "Only those who may log in, or only those who may not."),
    F_ID(account_ask, place_id, OPT, "Who has a role there; 0: in the whole chain."),
    F_TEXT(account_ask, role,  OPT, 64, "Who has this role."),
    F_TEXT(account_ask, right, OPT, 64, "Who has this right: at place_id, or anywhere."),
    PAGE_FIELDS(account_ask),
    FIELD_END
};
static const struct shape accounts_ask_shape = SHAPE("StaffAccountAsk", account_ask, accounts_ask_in);

static const struct field account_new_in[] = {
    F_TEXT(account_new, login,    MUST, 64, "Letters, digits, dots, dashes, @; not told from capitals."),
    F_TEXT(account_new, name,     MUST, 200, "The name, for people."),
    F_TEXT(account_new, password, MUST | SECRET, 256, "The first password."),
    F_LIST(account_new, roles,    MUST, &role_at_shape, 512, "What he is, and where."),
    FIELD_END
};
static const struct shape account_new_shape = SHAPE("StaffAccountNew", account_new, account_new_in);

static const struct field account_in[] = {
    F_TEXT(account, name,   MUST, 200, "The name, for people."),
    F_BOOL(account, active, MUST, "May he log in?  No ends his sessions."),
    F_LIST(account, roles,  MUST, &role_at_shape, 512, "All his roles: what is absent is taken."),
    FIELD_END
};
static const struct shape account_in_shape = SHAPE("StaffAccountChange", account, account_in);

static const struct field password_in[] = {
    F_TEXT(passwords, password, MUST | SECRET, 256, "The new password."),
    FIELD_END
};
static const struct shape password_shape = SHAPE("StaffPassword", passwords, password_in);

static const struct field role_out[] = {
    F_ID(role, id,          MUST, "The role."),
    F_TEXT(role, code,      MUST, 64, "Its short name."),
    F_TEXT(role, name_ru,   MUST, 200, "Its name in Russian."),
    F_TEXT(role, name_en,   MUST, 200, "Its name in English."),
    F_LIST_OF(role, rights, MUST, FIELD_TEXT, 64, "Words of rights; \"*\" is all there are."),
    F_INT(role, version,    MUST, 0, 0, "The ETag."),
    FIELD_END
};
static const struct shape role_shape = SHAPE("StaffRole", role, role_out);

static const struct field role_list_out[] = {
    F_LIST(roles, items, MUST, &role_shape, 1000, "All roles."),
    FIELD_END
};
static const struct shape role_list_shape = SHAPE("StaffRoleList", roles, role_list_out);

static const struct field role_new_in[] = {
    F_TEXT(role, code,      MUST, 64, "Its short name."),
    F_TEXT(role, name_ru,   MUST, 200, "Its name in Russian."),
    F_TEXT(role, name_en,   MUST, 200, "Its name in English."),
    F_LIST_OF(role, rights, MUST, FIELD_TEXT, 64, "Words of rights; only such as one has."),
    FIELD_END
};
static const struct shape role_new_shape = SHAPE("StaffRoleNew", role, role_new_in);

static const struct field role_in[] = {
    F_TEXT(role, name_ru,   MUST, 200, "Its name in Russian."),
    F_TEXT(role, name_en,   MUST, 200, "Its name in English."),
    F_LIST_OF(role, rights, MUST, FIELD_TEXT, 64, "Words of rights; only such as one has."),
    FIELD_END
};
static const struct shape role_in_shape = SHAPE("StaffRoleChange", role, role_in);

static const struct field key_out[] = {
    F_ID(key, id,          MUST, "The key's number."),
    F_TEXT(key, name,      MUST, 200, "Whose it is."),
    F_TEXT(key, prefix,    MUST, 16, "Its first letters."),
    F_TEXT(key, key,       OPT | SECRET, 64, "The key: only in the answer that makes it."),
    F_LIST_OF(key, rights, MUST, FIELD_TEXT, 64, "What it may do."),
    F_ID(key, place_id,    MUST, "Where; 0: in the whole chain."),
    F_TIME(key, created_at, MUST, "Since when."),
    F_ID(key, created_by,  MUST, "The account that made it; 0 the system."),
    F_TIME(key, until_at,  OPT, "When it ends; absent: when it is deleted."),
    FIELD_END
};
static const struct shape key_shape = SHAPE("StaffKey", key, key_out);

static const struct field key_list_out[] = {
    F_LIST(keys, items, MUST, &key_shape, 1000, "Newest first."),
    FIELD_END
};
static const struct shape key_list_shape = SHAPE("StaffKeyList", keys, key_list_out);

static const struct field key_in[] = {
    F_TEXT(key, name,      MUST, 200, "Whose it is."),
    F_LIST_OF(key, rights, MUST, FIELD_TEXT, 64, "What it may do; only what one may oneself."),
    F_ID(key, place_id,    OPT, "Where; absent: in the whole chain."),
    F_TIME(key, until_at,  OPT, "When it ends."),
    FIELD_END
};
static const struct shape key_in_shape = SHAPE("StaffKeyNew", key, key_in);

static const struct field audit_out[] = {
    F_ID(audit, id,           MUST, "The row."),
    F_TIME(audit, at,         MUST, "When."),
    F_ENUM(audit, who_kind,   MUST, who_words, "What kind of one did it."),
    F_ID(audit, who_id,       MUST, "Who did it."),
    F_TEXT(audit, who_name,   OPT, 200, "His name, of staff and keys."),
    F_ID(audit, place_id,     MUST, "Where he worked; 0: for the whole chain."),
    F_TEXT(audit, what,       MUST, 64, "What: order.cancel, customer.read."),
    F_ID(audit, subject_id,   MUST, "To what, or whose profile."),
    F_JSON(audit, detail,     OPT, 16384, "Before and after."),
    F_TEXT(audit, request_id, OPT, 64, "Finds the line of the log."),
    FIELD_END
};
static const struct shape audit_shape = SHAPE("StaffAudit", audit, audit_out);

static const struct field audit_list_out[] = {
    F_LIST(audits, items, MUST, &audit_shape, 0, "Newest first."),
    F_TEXT(audits, next,  OPT, 512, "Give it as `after` for the next page."),
    FIELD_END
};
static const struct shape audit_list_shape = SHAPE("StaffAuditList", audits, audit_list_out);

static const struct field audit_ask_in[] = {
    PAGE_FIELDS(audit_ask),
    F_ID(audit_ask, who_id,     OPT, "What this account or key did."),
    F_ID(audit_ask, subject_id, OPT, "What was done to this."),
    F_TIME(audit_ask, since,    OPT, "Not before."),
    F_TIME(audit_ask, until,    OPT, "Before."),
    F_TEXT(audit_ask, what,     OPT, 64, "One kind, or a room's with a dot at the end: order."),
    FIELD_END
};
static const struct shape audit_ask_shape = SHAPE("StaffAuditAsk", audit_ask, audit_ask_in);

static const struct field setting_out[] = {
    F_TEXT(setting_view, name,    MUST, 100, "The setting."),
    F_ENUM(setting_view, kind,    MUST, setting_kind_words, "A whole number, a text, or true and false."),
    F_TEXT(setting_view, value,   OPT, 4096, "What holds here; absent of a secret."),
    { .name = "default", .at = offsetof(struct setting_view, def), .kind = FIELD_TEXT, .flags = MUST, .max = 4096, .doc = "The default." },
    F_ENUM(setting_view, from,    MUST, setting_scope_words, "Whose value it is."),
    F_INT(setting_view, min,      OPT, 0, 0, "The least."),
    F_INT(setting_view, max,      OPT, 0, 0, "The most."),
    F_TEXT(setting_view, doc_ru,  MUST, 1000, "What it is, in Russian."),
    F_TEXT(setting_view, doc_en,  MUST, 1000, "What it is, in English."),
    F_INT(setting_view, version,  MUST, 0, 0, "The ETag in this scope; 0: never changed here."),
    F_TIME(setting_view, changed_at, OPT, "When it was changed in this scope."),
    F_BOOL(setting_view, secret,  MUST, "Written but never shown."),
    FIELD_END
};
static const struct shape setting_shape = SHAPE("Setting", setting_view, setting_out);

static const struct field setting_list_out[] = {
    F_LIST(settings, items, MUST, &setting_shape, 1000, "In order of name."),
    FIELD_END
};
static const struct shape setting_list_shape = SHAPE("SettingList", settings, setting_list_out);

static const struct field setting_ask_in[] = {
    F_ID(setting_ask, place_id,  OPT, "As this place sees them."),
    F_ID(setting_ask, region_id, OPT, "As this region sees them; with a place, its region."),
    FIELD_END
};
static const struct shape setting_ask_shape = SHAPE("SettingAsk", setting_ask, setting_ask_in);

static const struct field setting_in[] = {
    F_TEXT(setting_change, value,   OPT, 4096, "The new value as text; absent: as the wider scope says."),
    F_ID(setting_change, place_id,  OPT, "For this place only."),
    F_ID(setting_change, region_id, OPT, "For this region only."),
    FIELD_END
};
static const struct shape setting_in_shape = SHAPE("SettingChange", setting_change, setting_in);
/* clang-format on */

static enum err account_reply(struct ctx *c, struct reply *r, int status,
                              const struct account *a)
{
    r->etag = arena_printf(c->mem, "%lld", a->version);
    return reply_with(r, status, a);
}

static enum err accounts_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct accounts *l = NEW(c->mem, struct accounts);

    TRY(account_list(c, q->query, &l->items, &l->next));
    return reply_with(r, 200, l);
}

static enum err account_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct account *a = NEW(c->mem, struct account);

    TRY(staff_account_make(c, q->body, a));
    return account_reply(c, r, 201, a);
}

static enum err account_one(struct ctx *c, const struct request *q, struct reply *r)
{
    struct account *a = NEW(c->mem, struct account);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(account_get(c, id, a));
    return account_reply(c, r, 200, a);
}

static enum err account_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct account a = *(const struct account *)q->body;

    TRY(request_id_arg(c, q, 0, &a.id));
    TRY(account_change(c, &a, q->if_match));
    return account_one(c, q, r);
}

static enum err account_password(struct ctx *c, const struct request *q,
                                 struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(staff_reset_password(c, id, q->body));
    return reply_empty(r);
}

static enum err roles_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct roles *l = NEW(c->mem, struct roles);

    (void)q;
    TRY(role_list(c, &l->items));
    return reply_with(r, 200, l);
}

static enum err role_reply(struct ctx *c, struct reply *r, int status,
                           const struct role *a)
{
    r->etag = arena_printf(c->mem, "%lld", a->version);
    return reply_with(r, status, a);
}

static enum err role_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct role *a = NEW(c->mem, struct role);

    *a = *(const struct role *)q->body;
    a->id = 0;
    TRY(role_put(c, a, NULL));
    return role_reply(c, r, 201, a);
}

static enum err role_one_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct role *a = NEW(c->mem, struct role);

    *a = *(const struct role *)q->body;
    TRY(request_id_arg(c, q, 0, &a->id));
    TRY(role_put(c, a, q->if_match));
    return role_reply(c, r, 200, a);
}

static enum err role_one_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(role_delete(c, id));
    return reply_empty(r);
}

static enum err keys_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct keys *l = NEW(c->mem, struct keys);

    (void)q;
    TRY(key_list(c, &l->items));
    return reply_with(r, 200, l);
}

static enum err key_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct key *k = NEW(c->mem, struct key);
    u64 rights;

    *k = *(const struct key *)q->body;
    if (k->place_id == NONE) k->place_id = 0;
    TRY(rights_of_list(c, k->rights, &rights));
    TRY(key_make(c, k, rights));
    return reply_with(r, 201, k);
}

static enum err key_one_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(key_delete(c, id));
    return reply_empty(r);
}

static enum err audit_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct audits *l = NEW(c->mem, struct audits);

    TRY(audit_list(c, q->query, &l->items, &l->next));
    return reply_with(r, 200, l);
}

static enum err settings_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct setting_ask *ask = q->query;
    const struct setting_scope at = { ask->place_id == NONE ? 0 : ask->place_id,
                                      ask->region_id == NONE ? 0 : ask->region_id };
    struct settings *l = NEW(c->mem, struct settings);

    TRY(setting_list(c, at, &l->items));
    return reply_with(r, 200, l);
}

static enum err setting_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct setting_view *v = NEW(c->mem, struct setting_view);

    TRY(staff_setting_change(c, q->args[0], q->body, q->if_match, v));
    r->etag = arena_printf(c->mem, "%lld", v->version);
    return reply_with(r, 200, v);
}

/* clang-format off */
extern const struct route staff_routes[];
const struct route staff_routes[] = {
    { "POST", "/v1/staff/login", login_post, RIGHT_ANYONE, ALONE, .in = &login_shape, .out = &me_shape,
      .flags = ROUTE_NO_CSRF, .body_max = 4096,
      .doc = "Log in: sets the session's cookie and the CSRF token's." },

    { "POST", "/v1/staff/logout", logout_post, RIGHT_STAFF, WRITES,
      .doc = "Log out: the session ends at once." },

    { "GET", "/v1/staff/me", me_get, RIGHT_STAFF, READS, .out = &me_shape,
      .doc = "Who is logged in, where he works, what he may do there." },

    { "PUT", "/v1/staff/me/place", place_put, RIGHT_STAFF, WRITES, .in = &place_shape, .out = &me_shape,
      .doc = "Work at another place in this session." },

    { "PUT", "/v1/staff/me/password", password_put, RIGHT_STAFF, ALONE, .in = &own_password_shape,
      .body_max = 4096, .doc = "Change one's own password; all other sessions end." },

    { "GET", "/v1/staff/session", sessions_get, RIGHT_STAFF, READS, .out = &session_list_shape,
      .doc = "One's own open sessions." },

    { "DELETE", "/v1/staff/session/{id}", session_delete, RIGHT_STAFF, WRITES,
      .doc = "End one of one's own sessions." },
    { "GET", "/v1/staff/account", accounts_get, RIGHT_STAFF_ADMIN, READS_LONG, .query = &accounts_ask_shape,
      .out = &account_list_shape, .flags = ROUTE_EXPORT,
      .doc = "The accounts, also by role, or by a right at a place." },

    { "POST", "/v1/staff/account", account_post, RIGHT_STAFF_ADMIN, ALONE, .in = &account_new_shape,
      .out = &account_shape, .doc = "Make an account; nobody gives rights he does not have." },

    { "GET", "/v1/staff/account/{id}", account_one, RIGHT_STAFF_ADMIN, READS, .out = &account_shape,
      .doc = "One account." },

    { "PUT", "/v1/staff/account/{id}", account_put, RIGHT_STAFF_ADMIN, WRITES, .in = &account_in_shape,
      .out = &account_shape, .doc = "Change an account; If-Match is its version." },

    { "PUT", "/v1/staff/account/{id}/password", account_password, RIGHT_STAFF_ADMIN, ALONE,
      .in = &password_shape, .doc = "Give an account a new password; its sessions end." },

    { "GET", "/v1/staff/role", roles_get, RIGHT_STAFF_ADMIN, READS, .out = &role_list_shape,
      .flags = ROUTE_EXPORT,
      .doc = "The roles and what they may do." },

    { "POST", "/v1/staff/role", role_post, RIGHT_STAFF_ADMIN, WRITES, .in = &role_new_shape,
      .out = &role_shape, .doc = "Make a role." },

    { "PUT", "/v1/staff/role/{id}", role_one_put, RIGHT_STAFF_ADMIN, WRITES, .in = &role_in_shape,
      .out = &role_shape, .doc = "Change a role; If-Match is its version." },

    { "DELETE", "/v1/staff/role/{id}", role_one_delete, RIGHT_STAFF_ADMIN, WRITES,
      .doc = "Delete a role that nobody has." },

    { "GET", "/v1/staff/key", keys_get, RIGHT_STAFF_ADMIN, READS, .out = &key_list_shape,
      .flags = ROUTE_EXPORT,
      .doc = "The API keys, by their first letters." },

    { "POST", "/v1/staff/key", key_post, RIGHT_STAFF_ADMIN, ALONE, .in = &key_in_shape,
      .out = &key_shape, .doc = "Make an API key; it is shown this once." },

    { "DELETE", "/v1/staff/key/{id}", key_one_delete, RIGHT_STAFF_ADMIN, WRITES,
      .doc = "Delete an API key; it is refused from now on." },

    { "GET", "/v1/staff/audit", audit_get, RIGHT_AUDIT_READ, READS_LONG, .query = &audit_ask_shape,
      .out = &audit_list_shape, .flags = ROUTE_EXPORT,
      .doc = "Who did what, and who read whose profile; newest first." },

    { "GET", "/v1/setting", settings_get, RIGHT_SETTINGS, READS_LONG, .query = &setting_ask_shape,
      .out = &setting_list_shape, .doc = "Settings as a place, a region or the chain sees them." },

    { "PUT", "/v1/setting/{name}", setting_put, RIGHT_SETTINGS, WRITES, .in = &setting_in_shape,
      .out = &setting_shape, .doc = "Change a setting for the chain, a region or a place; If-Match is its version there." },
    ROUTE_END
};
/* clang-format on */
