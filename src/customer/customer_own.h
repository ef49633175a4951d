/* customer_own.h -- what the customer room's files share; nobody else includes it. */
#pragma once

#include "customer/customer.h"
#include "db/db.h"

/* ---- customer_name.c, customer_norm.c: pure functions on text ----------- */

struct name {
    const char *last, *first, *middle; /* "" when there is none */
};
/* "Иванова Анна Петровна", "анна петровна иванова", "Анна Иванова": into parts as
 * well as it goes; who knows the surname says "Иванова, Анна" or "Иванова,"; words in
 * one case are written as names are. */
struct name customer_name_split(struct arena *mem, const char *text);
/* Lower case, ё as е, one blank between words: for search and comparison. */
const char *customer_fold(struct arena *mem, const char *s);
/* "Иванова Анна Петровна", of what is known. */
const char *customer_name_join(struct arena *mem, const char *last, const char *first,
                               const char *middle);

/* ---- customer_key.c ----------------------------------------------------- */

enum key_change { KEY_ADDED, KEY_REMOVED, KEY_CONFIRMED };

/* Bring the rows of a key up to date while keys of the seal change: whoever writes by a
 * key calls it first, and needs one spelling from then on.  Costs nothing otherwise. */
enum err customer_fresh(struct ctx *c, int kind, const char *value) MUST_USE;

/* What a caller gave, read; NULLs where absent. */
struct read_keys {
    const char *value[3]; /* by enum customer_key_kind */
};
/* Read phone, e-mail and card, naming every bad one. */
enum err customer_keys_read(struct ctx *c, const char *phone, const char *email,
                            const char *card, struct read_keys *ret) MUST_USE;
/* Give a key to a customer when it is free; *ret_owner is whose it is then. */
enum err customer_key_claim(struct ctx *c, int kind, const char *value, i64 customer_id,
                            i64 *ret_owner) MUST_USE;
/* Off him, and noted; *ret_n 0: it was not his. */
enum err customer_key_off(struct ctx *c, i64 customer_id, int kind, const char *value,
                          i64 *ret_n) MUST_USE;
/* Before somebody who has proved this key is let in by it: a key that nobody proved
 * till now does not open whom it was hung on later, or who has proved another.  It is
 * taken off him, and whoever has it is somebody of his own. */
enum err customer_key_believe(struct ctx *c, int kind, const char *value) MUST_USE;
/* Its reader opened our link, or said our code to staff: consents that waited for it
 * hold.  It is confirmed only where it would open the account anyhow. */
enum err customer_key_read(struct ctx *c, int kind, const char *value,
                           i64 customer_id) MUST_USE;
/* Whoever is logged in as `id` has proved this key by a code as well.  Nobody's, or
 * hung on somebody: it is his now.  Another's who was let in by it: the two are one, as
 * the rules say of two owners (*ret_id who lives on), or wait for somebody to look, and
 * *ret_his is false.  EXISTS field "to": somebody has said that they are two. */
enum err customer_key_join(struct ctx *c, int kind, const char *value, i64 id,
                           i64 *ret_id, bool *ret_his) MUST_USE;
enum err customer_key_confirm(struct ctx *c, int kind, const char *value,
                              i64 customer_id) MUST_USE;
enum err customer_key_note(struct ctx *c, i64 customer_id, int kind, const char *value,
                           int what) MUST_USE;
enum err customer_keys_of(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;
void customer_keys_ahead(struct ctx *c, i64 customer_id); /* sent before its time */
/* Let these be the customer's keys, no more and no fewer.  EXISTS names those of
 * others. */
enum err customer_keys_set(struct ctx *c, i64 customer_id,
                           const struct list *keys) MUST_USE;
/* Take a key of his away.  NOT_FOUND; WRONG_STATE it is the last by which he can log
 * in. */
enum err customer_key_drop(struct ctx *c, i64 customer_id, const char *key) MUST_USE;
enum err customer_key_owner(struct ctx *c, int kind, const char *value,
                            i64 *ret_id) MUST_USE;
/* "+7..." or "a@b": what kind of address and its normal form.  BAD_ARGUMENT field "to".
 */
enum err customer_address(struct ctx *c, const char *to, int *ret_kind,
                          const char **ret_value) MUST_USE;

/* The version that the caller read; NONE whatever it is (customer_http.c). */
i64 customer_if_match(const struct request *q);

/* ---- customer.c --------------------------------------------------------- */

enum err customer_new(struct ctx *c, i64 id, const struct customer *k) MUST_USE;
/* Change names and the rest (not keys); `version` NONE or what the caller read.
 * CHANGED. */
enum err customer_put(struct ctx *c, const struct customer *k) MUST_USE;
/* A customer made by a phone alone gets the name of his first order. */
enum err customer_fill_name(struct ctx *c, i64 id, const struct name *name,
                            int said_by) MUST_USE;
/* Whose word it is that is being written: `said`, or who acts (SAID_BEFORE: 0). */
int customer_said_by(const struct ctx *c, int said);

/* What is looked for by its beginning. */
void customer_search_names(struct ctx *c, const struct customer *k,
                           const char **by_last, const char **by_first);

/* ---- customer_fact.c, customer_merge.c ----------------------------------- */

/* Keep what somebody says himself, before he becomes part of another. */
enum err customer_own_remember(struct ctx *c, i64 id) MUST_USE;
/* Choose anew what is shown of a survivor; `since`: when they became one. */
enum err customer_own_show(struct ctx *c, i64 id, i64 since) MUST_USE;
/* Somebody changed what is shown: write down who said what. */
enum err customer_own_say(struct ctx *c, const struct customer *was,
                          const struct customer *is) MUST_USE;
/* When the last merge that holds was; NONE: he is himself alone. */
enum err customer_joined_at(struct ctx *c, i64 id, i64 *ret_at) MUST_USE;
/* db_work; arg: i64, who was merged. */
enum err customer_settle(struct ctx *c, void *id) MUST_USE;
/* Did somebody say that these two are not the same? */
enum err customer_apart(struct ctx *c, i64 a, i64 b, bool *ret) MUST_USE;
enum err customer_say_apart(struct ctx *c, i64 a, i64 b, const char *note) MUST_USE;
/* Of so many records one person may be made. */
i64 customer_merge_max(struct ctx *c);

/* ---- customer_compare.c -------------------------------------------------- */

struct event;
struct job;
/* Jobs: who came or changed, and the whole base, compared with all others. */
enum err customer_compare(struct ctx *c, struct job *j) MUST_USE;
enum err customer_compare_whole(struct ctx *c, struct job *j) MUST_USE;
/* Queue the second, once. */
enum err customer_compare_ask(struct ctx *c, i64 *ret_job_id) MUST_USE;
/* He is to be compared anew: something by which people are alike changed. */
enum err customer_compare_later(struct ctx *c, i64 id) MUST_USE;
enum err customer_hear_changed(struct ctx *c, const struct event *e) MUST_USE;

/* ---- customer_visit.c --------------------------------------------------- */

enum err customer_authenticate(struct ctx *c, const struct request *q) MUST_USE;
/* Tie the visit of this request (or a new one) to a customer; new secret, cookies. */
enum err customer_visit_tie(struct ctx *c, struct reply *r, i64 customer_id,
                            const char *agent, i64 *ret_visit_id) MUST_USE;
/* End one visit of the customer.  NOT_FOUND. */
enum err customer_visit_end(struct ctx *c, i64 visit_id, i64 customer_id) MUST_USE;
void customer_cookies_clear(struct reply *r);
/* Nobody is remembered by his cookie once the unit is durable. */
void customer_visits_forget(struct ctx *c);

struct visit {
    i64 id;
    const char *agent;
    i64 created_at, seen_at;
    bool current;
};
enum err customer_visits(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;
/* Delete some visits whose cookies have run out; *ret_n of them. */
/* Look everybody up again: somebody's visits are gone.  Other nodes: within 5 s. */
void customer_visits_unknown(void);
enum err customer_visits_count(struct ctx *c, i64 customer_id, i64 *ret_n) MUST_USE;

/* ---- customer_code.c ---------------------------------------------------- */

enum { CODE_TRIES = 5, CODE_MINUTES = 10 };
/* Send a code to this address: the same whether somebody has it or not. */
enum err customer_code_send(struct ctx *c, const char *to, const char *ip) MUST_USE;
/* The same for an address that is read already and limited by the caller. */
enum err customer_code_ask(struct ctx *c, int kind, const char *value,
                           const char *template_name) MUST_USE;
/* Is this the code?  Counts the try in a unit of its own, which stays when the
 * answer is WRONG_SECRET. */
enum err customer_code_check(struct ctx *c, int kind, const char *value,
                             const char *code) MUST_USE;
/* Forget codes that nobody can use any more. */
enum err customer_codes_tidy(struct ctx *c) MUST_USE;
