/* What the message room is made of. */
#include "message/message.h"

const struct module message_module = {
    .name = "message",
    .needs = (const char *const[]){ "staff", NULL },
};
