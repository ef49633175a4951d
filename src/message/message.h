/* message.h -- what we say to a customer first: codes, order status.
 *
 * A message is a row written in the caller's unit and sent by a job through the
 * channel's sender: `log` (development: the text is in the log and on the outbox
 * page), `smtp` (libcurl), `http` (an SMS gateway or bot: signed POST, retried).
 * Which sender serves a channel is a setting.  Templates are Russian and English
 * texts with {names}.
 *
 * Owns   message_outbox
 * Needs  setting, event, job */
#pragma once

#include "base/module.h"

enum message_channel { MESSAGE_SMS, MESSAGE_EMAIL, MESSAGE_PUSH };
extern const char *const message_channel_words[];
extern const char *const message_state_words[]; /* what became of it */

struct message_new {
    i64 customer_id; /* 0: not a customer yet */
    enum message_channel channel;
    const char *to;            /* normalised phone or e-mail */
    const char *template_name; /* "login_code", "order_ready": message_template.def */
    const char *args;          /* JSON object of the names in the template */
    const char *lang;          /* "ru", "en"; NULL: ru */
    bool secret;               /* body is wiped after sending (codes) */
    /* Which consent it needs, a word of the room that keeps them ("offers"); NULL: it
     * is about the person's own affairs and needs none.  Advertising ends with a link
     * to refuse it, and is dropped at the moment of sending when it is not wanted then.
     */
    const char *purpose;
};
/* Errors  NO_SUCH template; BAD_ARGUMENT: an arg is missing (field: its name),
 *         or `to` cannot be an address; WRONG_STATE: advertising without a link */
enum err message_send(struct ctx *c, const struct message_new *m) MUST_USE;

/* Who knows what people want to hear (struct module.gate). */
struct message_talk {
    i64 customer_id;
    enum message_channel channel;
    const char *purpose, *address;
};
struct message_gate {
    /* *ret_why NULL: it may go out; else a word for why not: "withdrawn". */
    enum err (*may)(struct ctx *c, const struct message_talk *t, const char **ret_why);
    /* Where he says what he wants, and what refuses at one press (RFC 8058); in a unit.
     * NULL: nobody can say. */
    enum err (*links)(struct ctx *c, const struct message_talk *t,
                      const char **ret_page, const char **ret_refuse);
};

extern const struct module message_module;
