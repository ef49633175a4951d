/* catalog_shelf.h -- what listings and search read: the active catalogue in this
 * process's memory; for this room only.
 *
 * About 600 bytes a product.  The tables are the truth; a shelf is made from
 * them at the first look and follows them: what this process changes is seen by
 * the next look (in the unit that changes it, too), what other nodes change
 * within half a second.
 *
 * Parallel  any number of threads look at once; one of them refreshes */
#pragma once

#include "catalog/catalog.h"

/* Something that listings show changes in the unit open in c. */
void catalog_shelf_stale(struct ctx *c);
/* So much changes that the shelf is better made anew. */
void catalog_shelf_renew(struct ctx *c);

/* For change_id columns: rises with the real clock, whatever c->now plays. */
i64 catalog_change_id(void);
