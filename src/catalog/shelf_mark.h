/* shelf_mark.h -- how often the catalogue has changed under this process's feet. */
#pragma once

#include "catalog/catalog_shelf.h"

struct shelf_marks {
    i64 changes;  /* something, by this process */
    i64 renewals; /* everything */
    i64 goods;    /* something but the flags of shops */
};
/* Asked by whoever is about to look: a unit that has changes of its own and
 * looks is remembered. */
struct shelf_marks shelf_marks_now(const struct ctx *c);
/* For memories of what goods are called and cost: false when the unit open in c has
 * changed some itself, or anybody did within the last second (a snapshot may be
 * older than that change); else `goods`, with which what is read now may be kept. */
bool shelf_goods_known(const struct ctx *c, i64 *ret_goods);
