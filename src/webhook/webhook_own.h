/* webhook_own.h -- what this room's files share; nobody else includes it. */
#pragma once

#include "db/db.h"
#include "http/route.h"
#include "webhook/webhook.h"

struct hook {
    i64 id;
    const char *name, *url;
    struct list events; /* const char *: "order.placed", "order.*", "*" */
    const char *secret; /* only where it is made */
    bool active;
    i64 failing_since, disabled_at, version, created_at, created_by;
    i64 waiting;             /* deliveries not yet made */
    const char *events_text; /* the same with blanks between */
};
struct hook_edit {
    const char *name, *url;
    struct list events;
    int active; /* -1 as it is; a new one is active */
};

enum delivery_state { DELIVERY_WAITING, DELIVERY_DONE, DELIVERY_FAILED };
extern const char *const webhook_state_words[];

struct delivery {
    i64 hook_id, id, subject_id, tries, next_at, status, took_ms, created_at,
        delivered_at;
    const char *event, *body, *excerpt;
    int state;
};

/* ---- webhook.c: hooks ----------------------------------------------------------- */

enum err hook_add(struct ctx *c, const struct hook_edit *e, struct hook *ret) MUST_USE;
enum err hook_put(struct ctx *c, i64 id, const struct hook_edit *e,
                  const char *if_match, struct hook *ret) MUST_USE;
enum err hook_delete(struct ctx *c, i64 id) MUST_USE;
enum err hook_get(struct ctx *c, i64 id, struct hook *ret) MUST_USE;
enum err hook_list(struct ctx *c, bool only_active, struct list *ret) MUST_USE;
/* A new secret; the old one signs nothing any more. */
enum err hook_secret_new(struct ctx *c, i64 id, struct hook *ret) MUST_USE;
enum err hook_secret(struct ctx *c, i64 id, const char **ret) MUST_USE;
/* Nobody else sends to it until then; *ret false: somebody does. */
enum err hook_claim(struct ctx *c, i64 id, i64 until_at, bool *ret) MUST_USE;
enum err hook_release(struct ctx *c, i64 id) MUST_USE;
/* How a try went: failing_since, and switched off after days of it. */
enum err hook_went(struct ctx *c, i64 id, bool well) MUST_USE;
bool hook_wants(const char *events, const char *name);

/* ---- webhook_queue.c: deliveries ------------------------------------------------ */

struct event;
enum err webhook_hear(struct ctx *c, const struct event *e) MUST_USE;
/* A fact of our own, for the owner to see whether it arrives. */
enum err webhook_ping(struct ctx *c, i64 hook_id, struct delivery *ret) MUST_USE;
enum err webhook_again(struct ctx *c, i64 hook_id, i64 id,
                       struct delivery *ret) MUST_USE;
struct delivery_ask {
    int state;         /* -1 any */
    const char *event; /* a name or "order."; NULL any */
    i64 limit;
    const char *after;
};
enum err webhook_deliveries(struct ctx *c, i64 hook_id, const struct delivery_ask *a,
                            struct list *ret, const char **ret_next) MUST_USE;
/* Those that may go now: the first waiting one of each subject. */
enum err webhook_due(struct ctx *c, i64 hook_id, i64 limit, struct list *ret) MUST_USE;
struct outcome {
    i64 status, took_ms; /* status NONE: no answer */
    const char *excerpt;
    bool well;
};
enum err webhook_ended(struct ctx *c, const struct delivery *d,
                       const struct outcome *o) MUST_USE;
/* Hooks with something due. */
enum err webhook_due_hooks(struct ctx *c, struct list *ret) MUST_USE;
enum err webhook_forget(struct ctx *c, i64 before_at, i64 *ret_n) MUST_USE;
void webhook_look_again(void); /* hooks have changed */

/* ---- webhook_send.c: the wire ---------------------------------------------------- */

/* "v1,<base64>" of HMAC-SHA256 over "id.timestamp.body"; secret is "whsec_<base64>". */
const char *webhook_sign(struct arena *mem, const char *secret, const char *id,
                         i64 at_s, const char *body);
/* May we speak to this address?  BAD_ARGUMENT field "url". */
enum err webhook_url_ok(struct ctx *c, const char *url) MUST_USE;
/* Is it of the open internet?  text: "10.0.0.1", "fe80::1". */
bool webhook_public(const char *address);
/* Send it and tell how it went; no error of ours but UNAVAILABLE (the server stops). */
enum err webhook_send(struct ctx *c, const struct hook *h, const char *secret,
                      const struct delivery *d, struct outcome *ret) MUST_USE;
