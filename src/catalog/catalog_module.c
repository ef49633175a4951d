/* What the catalog room is made of. */
#include "catalog/catalog.h"

const struct module catalog_module = {
    .name = "catalog",
    .needs = (const char *const[]){ "staff", "place", NULL },
};
