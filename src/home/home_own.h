/* home_own.h -- what the home room's files share; nobody else includes it. */
#pragma once

#include "db/db.h"
#include "home/home.h"
#include "http/route.h"

enum home_shows { HOME_SHOWS_DEVICES = 1, HOME_SHOWS_PURCHASES = 2 };
enum { HOME_CODE_DAYS = 7, HOME_MEMBERS = 12, HOME_SHARERS = 5 };

/* ---- home.c -------------------------------------------------------------- */

struct home_member {
    i64 customer_id, joined_at;
    const char *name; /* the first name, else the surname */
    bool me, devices, purchases;
};
struct home {
    i64 id;
    struct list members; /* struct home_member, by when they came */
    const char *code;    /* of an invitation that waits, or NULL */
    i64 code_until_at;
    struct list things; /* struct home_thing, of those who show them */
    struct list bought; /* struct home_bought, likewise */
};
/* His home; id NONE and nothing in it: he lives with nobody yet. */
enum err home_of(struct ctx *c, i64 customer_id, struct home *ret) MUST_USE;

struct home_invite {
    const char *code;
    i64 until_at;
    i64 members; /* who would be met there */
};
/* A code for one more; his home is made when he has none.  One waits at a time.
 * TOO_BIG the home is full. */
enum err home_invite(struct ctx *c, i64 customer_id, struct home_invite *ret) MUST_USE;
/* A code of the shop's, for two who have no home yet, or for one more. */
enum err home_invite_two(struct ctx *c, i64 home_id, struct home_invite *ret) MUST_USE;
/* What a code leads to.  NOT_FOUND; GONE used up or too old. */
enum err home_look(struct ctx *c, const char *code, struct home_invite *ret) MUST_USE;
/* He lives there from now on.  WRONG_STATE he has a home. */
enum err home_accept(struct ctx *c, i64 customer_id, const char *code) MUST_USE;
enum err home_leave(struct ctx *c, i64 customer_id) MUST_USE; /* NOT_FOUND */

struct home_shown {
    bool devices, purchases;
};
enum err home_show(struct ctx *c, i64 customer_id, const struct home_shown *s) MUST_USE;
/* Do these two live together now? */
enum err home_together(struct ctx *c, i64 a, i64 b, bool *ret) MUST_USE;
/* In which home he lives; 0: none. */
enum err home_id_of(struct ctx *c, i64 customer_id, i64 *ret_id) MUST_USE;

/* ---- home_show.c ----------------------------------------------------------- */

struct home_thing { /* a device of a member */
    i64 customer_id, product_id, variant_id, bought_at, user_id;
    const char *serial, *name, *slug, *user;
};
struct home_bought { /* what a member bought; no price */
    i64 customer_id, product_id, variant_id, sold_at, qty;
    const char *name;
};
/* What the others of his home let him see. */
enum err home_things(struct ctx *c, i64 me, struct home *h) MUST_USE;

/* ---- home_hint.c ------------------------------------------------------------ */

enum home_why { HOME_BY_PHONE = 1, HOME_BY_ADDRESS = 2 };
enum home_hint_state { HINT_OPEN, HINT_ASKED, HINT_NO };
extern const char *const home_verdict_words[]; /* by enum home_hint_state */

struct home_side {
    i64 customer_id, home_id; /* home NONE: none */
    const char *name, *phone;
};
struct home_hint {
    struct home_side *a, *b;
    bool phone, address; /* what they share */
    i64 found_at;
};
/* Those that wait, oldest first. */
enum err home_hints(struct ctx *c, i64 limit, struct list *ret) MUST_USE;
/* HINT_ASKED gives a code for them; HINT_NO: not asked again.  NOT_FOUND. */
enum err home_hint_decide(struct ctx *c, i64 a, i64 b, int state,
                          struct home_invite *ret) MUST_USE;

/* Job: hashes of addresses of a release before, which had no key. */
struct job;
enum err home_seal_addresses(struct ctx *c, struct job *j) MUST_USE;
