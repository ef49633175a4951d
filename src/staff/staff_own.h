/* staff_own.h -- what the files of this room tell one another. */
#pragma once

#include "http/route.h"
#include "staff/staff.h"

#define STAFF_COOKIE "prilavok_staff"
#define CSRF_COOKIE  "prilavok_csrf"
/* ---- Secrets (staff_secret.c) ---------------------------------------------- */

#define HASH_BYTES 32

/* 32 random bytes as 43 letters of base64url. */
const char *secret_token(struct arena *mem);
/* What is kept of a token or key. */
struct bytes secret_hash(struct arena *mem, const char *token);
/* The same text for the same thing, which it does not tell. */
const char *secret_name(struct arena *mem, const char *what);
/* The page's CSRF token belongs to its session's token and tells nothing of it. */
const char *secret_csrf(struct arena *mem, const char *token);

/* argon2id: about 50 ms and 32 MiB, at most two at a time.  Never in a unit.
 * verify with `hash` NULL takes as long and says no. */
enum err secret_password(struct ctx *c, const char *password,
                         const char **ret_hash) MUST_USE;
bool secret_verify(const char *hash, const char *password);
bool secret_is_old(const char *hash); /* made at a lower cost than today's */
enum err secret_may_be(struct ctx *c, const char *login, const char *password) MUST_USE;

/* ---- Locks after failures (staff_try.c) ------------------------------------- */

/* One try at a password: counted as a failure until try_good() takes it back.
 * TOO_MANY while locked.  Both inside a unit that commits. */
enum err try_begin(struct ctx *c, const char *login, const char *ip) MUST_USE;
enum err try_good(struct ctx *c, const char *login, const char *ip) MUST_USE;
enum err try_forget(struct ctx *c) MUST_USE;

/* ---- Readers of many (staff_bulk.c) ------------------------------------------- */

enum err bulk_flush(struct ctx *c) MUST_USE; /* counts into the table; alarms */
enum err bulk_forget(struct ctx *c) MUST_USE;

/* ---- Rights (staff_role.c) ---------------------------------------------------- */

u64 rights_of_words(const char *words);                  /* unknown words are nothing */
struct list rights_words(struct arena *mem, u64 rights); /* const char * */
enum err rights_of_list(struct ctx *c, struct list words, u64 *ret) MUST_USE;
u64 rights_at(const struct who *w, i64 place_id);
u64 rights_guarded(u64 rights, bool himself); /* which a giver must have himself */
/* What an account may do where, into w: rights, places; place_id is kept when
 * he may work there, else chosen. */
enum err rights_load(struct ctx *c, i64 account_id, struct who *w) MUST_USE;
enum err role_id_of(struct ctx *c, const char *code, i64 *ret_id) MUST_USE;

struct role_at {
    const char *role; /* code */
    i64 place_id;     /* NONE or 0: chain */
};

struct role {
    i64 id;
    const char *code, *name_ru, *name_en;
    struct list rights; /* const char *: words */
    i64 version;
};
enum err role_list(struct ctx *c, struct list *ret) MUST_USE;
enum err role_get(struct ctx *c, i64 id, struct role *ret) MUST_USE;
enum err role_put(struct ctx *c, struct role *r,
                  const char *if_match) MUST_USE; /* id 0: new */
enum err role_delete(struct ctx *c, i64 id) MUST_USE;

/* ---- Accounts (staff_account.c) ------------------------------------------------ */

struct account {
    i64 id;
    const char *login, *name;
    bool active;
    struct list roles; /* struct role_at */
    i64 created_at, version;
};

/* Who has this login, and his hash; *ret_id 0 and NULL when nobody who may come in. */
enum err account_secret(struct ctx *c, const char *login, i64 *ret_id,
                        const char **ret_hash) MUST_USE;
enum err account_insert(struct ctx *c, const struct account *a, const char *hash,
                        i64 *ret_id) MUST_USE;
enum err account_get(struct ctx *c, i64 id, struct account *ret) MUST_USE;
enum err account_change(struct ctx *c, const struct account *a,
                        const char *if_match) MUST_USE;
enum err account_password_set(struct ctx *c, i64 id, const char *hash) MUST_USE;
const char *login_norm(struct arena *mem, const char *login); /* NULL: cannot be one */

/* Name and password, with locks and in constant time, each step in a unit of its
 * own.  *ret_id on success.  WRONG_SECRET, TOO_MANY. */
enum err account_check(struct ctx *c, const char *login, const char *password,
                       const char *ip, i64 *ret_id) MUST_USE;

enum err staff_authenticate(struct ctx *c, const struct request *q) MUST_USE;

/* May c->who change this account: does he have every right it has? */
enum err account_may_touch(struct ctx *c, const struct account *a) MUST_USE;

/* ---- Sessions and keys (staff_session.c, staff_key.c) ---------------------- */

struct session {
    i64 id, place_id, created_at, seen_at, until_at;
    const char *ip, *agent;
    bool current;
};
enum err session_open(struct ctx *c, i64 account_id, const char *ip, const char *agent,
                      const char **ret_token) MUST_USE;
enum err session_enter(struct ctx *c, const char *token) MUST_USE;
enum err session_end(struct ctx *c, const char *token) MUST_USE;
enum err session_end_id(struct ctx *c, i64 account_id, i64 id) MUST_USE;
enum err session_end_others(struct ctx *c, i64 account_id,
                            const char *but_token) MUST_USE;
enum err session_list(struct ctx *c, i64 account_id, const char *token,
                      struct list *ret) MUST_USE;
enum err session_place(struct ctx *c, const char *token, i64 place_id) MUST_USE;
enum err session_flush(struct ctx *c) MUST_USE; /* when sessions were last seen */
enum err session_forget(struct ctx *c) MUST_USE;
void session_changed(struct ctx *c); /* forget everybody, now and after the commit */

struct key {
    i64 id, place_id, created_at, created_by, until_at;
    const char *name, *prefix, *key; /* key: only in the answer that makes it */
    struct list rights;              /* const char *: words */
};
enum err key_enter(struct ctx *c, const char *key) MUST_USE;
/* A unit of its own: the answer has the key, so it is not kept for a repeat. */
enum err key_make(struct ctx *c, struct key *k, u64 rights) MUST_USE;
enum err key_list(struct ctx *c, struct list *ret) MUST_USE;
enum err key_delete(struct ctx *c, i64 id) MUST_USE;

/* ---- Coming in (staff_login.c) --------------------------------------------- */

struct login {
    const char *login, *password;
};
struct me {
    i64 id;
    const char *login, *name, *role; /* role: the first he has, or NULL */
    i64 place_id;                    /* where he works now; NONE the chain */
    struct list roles;               /* struct role_at */
    struct list rights;              /* const char *: words, at that place */
    const char *csrf;
};
enum err staff_enter(struct ctx *c, const struct login *l, const struct request *q,
                     struct me *ret, const char **ret_token) MUST_USE;
enum err staff_me(struct ctx *c, const struct request *q, struct me *ret) MUST_USE;
enum err staff_leave(struct ctx *c, const struct request *q) MUST_USE;

struct passwords {
    const char *old, *password; /* old: of who asks, when it is his own */
};
enum err staff_own_password(struct ctx *c, const struct passwords *p,
                            const struct request *q) MUST_USE;
enum err staff_reset_password(struct ctx *c, i64 id,
                              const struct passwords *p) MUST_USE;

struct account_new {
    const char *login, *name, *password;
    struct list roles; /* struct role_at */
};
enum err staff_account_make(struct ctx *c, const struct account_new *n,
                            struct account *ret) MUST_USE;

/* ---- Settings (staff_setting.c) -------------------------------------------- */

struct setting_change {
    const char *value;
    i64 place_id, region_id; /* NONE: not of one */
};
struct setting_view;
/* value NULL: back to the wider scope. */
enum err staff_setting_change(struct ctx *c, const char *name,
                              const struct setting_change *s, const char *if_match,
                              struct setting_view *ret) MUST_USE;

#include "staff/staff_audit.h" /* who looked and who changed */
