/* What the event room is made of. */
#include "event/event.h"

const struct module event_module = {
    .name = "event",
    .needs = (const char *const[]){ NULL },
};
