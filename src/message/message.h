/* message.h -- what we say to a customer first: codes, order status.
 *
 * A message is a row written in the caller's unit and sent by a job through the
 * channel's sender: `log` (development: the text is in the log and on the outbox
 * page), `smtp` (libcurl), `http` (an SMS gateway or bot: signed POST, retried).
 * Which sender serves a channel is a setting.  Templates are Russian and English
 * texts with {names}.
 *
 * Owns  message_outbox */
#pragma once

#include "base/module.h"

enum message_channel { MESSAGE_SMS, MESSAGE_EMAIL, MESSAGE_PUSH };

struct message_new {
    i64 customer_id;
    enum message_channel channel;
    const char *to;           /* normalised phone or e-mail */
    const char *template_name; /* "login_code", "order_ready": see message_template.def */
    const char *args;         /* JSON object of the names in the template */
    const char *lang;
    bool secret;              /* body is wiped after sending (codes) */
};
enum err message_send(struct ctx *c, const struct message_new *m) MUST_USE;

extern const struct module message_module;
