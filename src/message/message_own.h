/* message_own.h -- what the files of this room tell one another. */
#pragma once

#include "http/shape.h"
#include "message/message.h"

enum message_state { MESSAGE_WAITING, MESSAGE_SENT, MESSAGE_FAILED, MESSAGE_DROPPED };

struct message {
    i64 customer_id, id;
    int channel, state;
    const char *address, *template_name, *lang, *subject, *body;
    bool secret;
    i64 tries;
    const char *error;
    i64 created_at, sent_at;
    const char *purpose; /* NULL: his own affairs */
    const char *refuse;  /* of advertising that is being sent: what refuses it */
};
struct message_ask {
    i64 limit;
    const char *after;
    int state; /* -1 any */
};
enum err message_get(struct ctx *c, i64 customer_id, i64 id,
                     struct message *ret) MUST_USE;
enum err message_list(struct ctx *c, const struct message_ask *a, struct list *ret,
                      const char **ret_next) MUST_USE;
enum err message_is_sent(struct ctx *c, const struct message *m, bool wipe) MUST_USE;
/* `done`: nothing more will be tried. */
enum err message_is_not_sent(struct ctx *c, const struct message *m, const char *why,
                             bool done) MUST_USE;
/* Nobody wants it any more; `why` is a word. */
enum err message_is_dropped(struct ctx *c, const struct message *m,
                            const char *why) MUST_USE;
/* May it go out now?  Fills m->refuse.  *ret_why NULL: yes. */
enum err message_may(struct ctx *c, struct message *m, const char **ret_why) MUST_USE;
enum err
message_wipe(struct ctx *c) MUST_USE; /* secrets that are older than they can be used */

/* The texts of a template with its names filled in (message_template.c). */
enum err template_fill(struct ctx *c, const char *name, const char *lang,
                       const char *args, const char **ret_subject,
                       const char **ret_body) MUST_USE;

/* Senders (message_sender.c).  UNAVAILABLE: later perhaps.  BAD_ARGUMENT: never;
 * WRONG_STATE: nobody has said how. */
enum err sender_send(struct ctx *c, const struct message *m) MUST_USE;
bool sender_keeps_secrets(struct ctx *c,
                          const struct message *m); /* for the outbox page */
