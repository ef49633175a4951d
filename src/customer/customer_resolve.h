/* customer_resolve.h -- who is it?  One call for every channel: order, login, till,
 * site, exchange.
 *
 * A key is one person's, but people share telephones and computers and give numbers up.
 * So a name that speaks against the owner of a key is another person: he is looked for
 * among those who brought that key before, and made when there is none; the key stays
 * its owner's (or passes on, when nobody had brought it for long).  A key that too many
 * people bring becomes nobody's until somebody releases it.  Two owners of keys that
 * come together are one person when the rules say so, else somebody is asked
 * (customer_pair.h).  Keys of places, not of people (cookie, device, receipt, serial
 * number), find somebody and never make one. */
#pragma once

#include "customer/customer.h"
#include "customer/customer_rule.h"

struct customer_said {
    int kind;          /* enum customer_key_kind */
    const char *value; /* any spelling */
    bool proved; /* by a code or a signed token: its owner it is, whatever the name */
};

/* Find, make or merge by these, the surest first; c->person tells by whose key.
 * NOT_FOUND nobody has them and none of them can make a person; BAD_ARGUMENT a phone,
 * e-mail or card that cannot be read; WRONG_STATE a proved key that is nobody's. */
enum err customer_resolve(struct ctx *c, const struct customer_said *keys, size_t n,
                          i64 *ret_id) MUST_USE;
/* The same with a name, which may speak against a key. */
struct customer_saying {
    const struct customer_said *keys;
    size_t n;
    const char *name; /* or NULL */
    i64 region_id;    /* of one who is made; NONE or 0 unknown */
    bool make;        /* even without a key of his own */
    int said_by;      /* as in struct customer */
    bool *ret_merged; /* set when two people became one; NULL: nobody asks */
};
enum err customer_resolve_named(struct ctx *c, const struct customer_saying *s,
                                i64 *ret_id) MUST_USE;

/* He brings this key too: it becomes his when it is nobody's, else it is counted that
 * two bring it, and who has too many people becomes nobody's.  Nobody is found, made or
 * merged by it.  *ret_his: it is his now.  BAD_ARGUMENT cannot be read. */
enum err customer_key_bring(struct ctx *c, i64 id, int kind, const char *value,
                            bool *ret_his) MUST_USE;
/* Whose a key is, in any spelling.  NOT_FOUND. */
enum err customer_key_whose(struct ctx *c, int kind, const char *value,
                            i64 *ret_id) MUST_USE;
/* Take a key away that he brought, his own or another's.  NOT_FOUND. */
enum err customer_key_leave(struct ctx *c, i64 id, int kind,
                            const char *value) MUST_USE;

/* "tg" to "telegram": a messenger by any of its names; NULL it is none. */
const char *customer_network(const char *said);

/* One spelling of a key; NULL when it cannot be one. */
const char *customer_key_norm(struct arena *mem, int kind, const char *s);

/* ---- Keys that are nobody's ------------------------------------------------- */

enum block_why { BLOCK_OFFICE, BLOCK_SHOP, BLOCK_MANY, BLOCK_RELEASED };
extern const char *const block_why_words[];
struct customer_block {
    int kind;
    const char *value;
    int why;
    i64 people, owner_id;
    const char *note;
    i64 at, who_id;
};
/* "+79999999999", "test@...", "null": what people type to be left alone. */
bool customer_key_is_junk(int kind, const char *value);
/* Nobody's from now on.  Norms the value. */
enum err customer_block_add(struct ctx *c, int kind, const char *value, int why,
                            const char *note) MUST_USE;
/* Give it back to who had it; it is counted from now on anew.  NOT_FOUND. */
enum err customer_block_release(struct ctx *c, int kind, const char *value,
                                const char *note) MUST_USE;
enum err customer_blocks(struct ctx *c, struct list *ret) MUST_USE; /* newest first */
/* The shops' own telephones are nobody's. */
enum err customer_block_shops(struct ctx *c, void *unused) MUST_USE;

/* Every key of a person with how it is held, for the page of his identity. */
struct customer_held {
    int kind;
    const char *value;
    i64 since, confirmed_at, born_id; /* born_id NONE: his own */
    bool shared;                      /* he brings it, its owner is another */
    i64 owner_id;                     /* of a shared one; 0 nobody */
};
enum err customer_held_keys(struct ctx *c, i64 id, struct list *ret) MUST_USE;
