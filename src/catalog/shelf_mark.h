/* shelf_mark.h -- how often the catalogue has changed under this process's feet. */
#pragma once

#include "catalog/catalog_shelf.h"

struct shelf_marks {
    i64 changes;  /* something, by this process */
    i64 renewals; /* everything */
};
/* Asked by whoever is about to look: a unit that has changes of its own and
 * looks is remembered. */
struct shelf_marks shelf_marks_now(const struct ctx *c);
