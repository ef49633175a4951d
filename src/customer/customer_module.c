/* What the customer room is made of. */
#include "customer/customer.h"

const struct module customer_module = {
    .name = "customer",
    .needs = (const char *const[]){ "staff", "message", "place", NULL },
};
