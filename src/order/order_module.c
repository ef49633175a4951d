/* What the order room is made of. */
#include "order/order.h"

const struct module order_module = {
    .name = "order",
    .needs = (const char *const[]){ "staff", "message", "place", "catalog", "stock", "customer", NULL },
};
