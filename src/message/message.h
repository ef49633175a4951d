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

struct message_new {
    i64 customer_id; /* 0: not a customer yet */
    enum message_channel channel;
    const char *to;            /* normalised phone or e-mail */
    const char *template_name; /* "login_code", "order_ready": message_template.def */
    const char *args;          /* JSON object of the names in the template */
    const char *lang;          /* "ru", "en"; NULL: ru */
    bool secret;               /* body is wiped after sending (codes) */
};
/* Errors  NO_SUCH template; BAD_ARGUMENT: an arg is missing (field: its name),
 *         or `to` cannot be an address */
enum err message_send(struct ctx *c, const struct message_new *m) MUST_USE;

extern const struct module message_module;
