/* What the staff room is made of. */
#include "staff/staff.h"

const struct module staff_module = {
    .name = "staff",
    .needs = (const char *const[]){ NULL },
};
