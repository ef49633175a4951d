/* What the place room is made of. */
#include "place/place.h"

const struct module place_module = {
    .name = "place",
    .needs = (const char *const[]){ "staff", NULL },
};
