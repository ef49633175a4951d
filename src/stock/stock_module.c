/* What the stock room is made of. */
#include "stock/stock.h"

const struct module stock_module = {
    .name = "stock",
    .needs = (const char *const[]){ "staff", "place", "catalog", NULL },
};
