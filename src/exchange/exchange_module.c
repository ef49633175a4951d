/* What the exchange room is made of. */
#include "exchange/exchange.h"

const struct module exchange_module = {
    .name = "exchange",
    .needs = (const char *const[]){ "staff", "place", "catalog", "stock", "customer", "order", NULL },
};
