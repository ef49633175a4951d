/* customer.h -- people: who they are, how they are found, how they log in.
 *
 * A customer has a name, and keys by which he is found: phones, e-mails, cards,
 * normalised (E.164; Cyrillic look-alikes in e-mails; digits of a card).  A key
 * belongs to one customer at a time; history of keys is kept, so that records
 * can later be merged and parted again.
 *
 * A visit is a browser's or app's session: guests have one too (a cookie), and
 * at login it is tied to the customer (event customer.logged_in), so that the
 * basket follows.
 *
 * Owns   customer_consent, customer_person, customer_key, customer_key_log,
 *        customer_visit, customer_code; customer_own, customer_merge
 *        (customer_merge.h); customer_pair, customer_rule (customer_pair.h);
 *        customer_key_use, customer_key_block (customer_resolve.h); customer_keeper
 *        (customer_keeper.h)
 * Views  pub_customer_person (id, last_name, first_name, middle_name, name, phone,
 *        email, region_id, lang, created_at)
 * Emits  customer.created, customer.changed, customer.tagged, customer.logged_in
 * {visit_id, guest: this visit was a guest's until now}, customer.consent_changed,
 * customer.keeper_changed {staff_id}; the
 * subject is the customer Every read of a profile by staff is audited. */
#pragma once

#include "base/module.h"
#include "http/route.h"

enum customer_key_kind {
    KEY_PHONE,
    KEY_EMAIL,
    KEY_CARD,      /* so far: what a person shows and edits, customer_key_words */
    KEY_DEVICE,    /* of an app: what its maker calls this telephone */
    KEY_MESSENGER, /* "telegram:104523", "whatsapp:+79161234567" */
    KEY_COOKIE,
    KEY_RECEIPT,
    KEY_SERIAL,
    KEY_USER, /* what another system of the chain calls him */
    KEY_KINDS
};
extern const char *const customer_key_words[];  /* "phone", "email", "card" */
extern const char *const customer_kind_words[]; /* all of them */

struct customer {
    i64 id;
    const char *last_name, *first_name, *middle_name; /* "" when unknown */
    const char *phone, *email, *card;                 /* first of each, or NULL */
    i64 birth_day;                                    /* day number, NONE unknown */
    const char *birth_date; /* the same as "1990-05-01", or NULL */
    i64 region_id;          /* NONE unknown */
    const char *lang;
    i64 created_at, version;
    i64 joined_at;    /* of one who is made of several: their last merge; else NONE */
    struct list keys; /* struct customer_key, all of them */
    int said_by;      /* enum said_by of what is written; 0: by who acts */
};

/* Where a word about a person comes from. */
enum said_by {
    SAID_BEFORE, /* written before sources were, or in the first import */
    SAID_HIMSELF,
    SAID_TILL, /* somebody in a shop */
    SAID_DESK, /* somebody of the chain */
    SAID_1C,
    SAID_FILE,
    SAID_EVENTS, /* identify of an app or site */
    SAID_SYSTEM, /* another program, by its key */
    SAID_BYS
};
extern const char *const said_by_words[];
struct customer_key {
    int kind;
    const char *value;
    i64 confirmed_at; /* proved by a code; NONE not */
    i64 read_at; /* its reader agreed to be written to there; it opens nothing; NONE */
};

/* "8 (916) 123-45-67" to "+79161234567"; NULL when it cannot be a phone. */
const char *customer_phone_norm(struct arena *mem, const char *s);
/* Trimmed, lower case, Cyrillic look-alikes in the Latin part turned; NULL when
 * it cannot be an address. */
const char *customer_email_norm(struct arena *mem, const char *s);
const char *customer_card_norm(struct arena *mem, const char *s);

/* The customer with this phone, e-mail or card (any spelling).  NOT_FOUND. */
enum err customer_find(struct ctx *c, const char *key, i64 *ret_id) MUST_USE;
/* Of somebody who was merged: the survivor, with his own id. */
enum err customer_get(struct ctx *c, i64 id, struct customer *ret) MUST_USE;

/* By a whole phone, e-mail or card, or how the name begins (surname or first name
 * first), struct customer in ret.  The audit is the caller's affair. */
struct customer_search {
    i64 limit;
    const char *after;
    const char *q;
};
enum err customer_search(struct ctx *c, const struct customer_search *s,
                         struct list *ret, const char **ret_next) MUST_USE;

/* The customer for an order: found by phone, else by e-mail or card, else made; see
 * customer_resolve.h.  Does not overwrite a known name; adds keys that are new and
 * free. BAD_ARGUMENT field "phone" / "email" when one cannot be read. */
struct customer_contact {
    const char *name; /* "Иванова Анна Петровна", split as well as it goes */
    const char *phone, *email, *card;
    i64 region_id;
    int said_by; /* as in struct customer */
};
enum err customer_ensure(struct ctx *c, const struct customer_contact *k,
                         i64 *ret_id) MUST_USE;
/* What that will ask first is on its way (db_ahead). */
void customer_ask_ahead(struct ctx *c, const struct customer_contact *k);

/* The visit of this request (cookie), or a new one whose Set-Cookie is put into
 * r.  Fills c->who.session_id; c->who.id when logged in. */
enum err customer_visit(struct ctx *c, struct reply *r, i64 *ret_visit_id) MUST_USE;

/* Visits of the past, ended: at most LIMIT_BULK_ROWS a call, sorted by id. */
struct customer_visit_past {
    i64 id, customer_id, from_at, to_at;
    const char *agent;
};
enum err customer_visits_load(struct ctx *c, const struct customer_visit_past *rows,
                              size_t n) MUST_USE;

/* People of the past, written as they are, with no event: at most LIMIT_BULK_ROWS a
 * call, sorted by id (id_new_scattered()).  EXISTS when somebody, or a key, is known
 * already. */
struct customer_past {
    i64 id, region_id, birth_day, created_at; /* NONE unknown */
    const char *last_name, *first_name, *middle_name;
    const char *key[3]; /* by enum customer_key_kind, normalised; NULL none */
};
enum err customer_people_load(struct ctx *c, const struct customer_past *rows,
                              size_t n) MUST_USE;

extern const struct shape customer_shape;
extern const struct module customer_module;
