/* stock_back.h -- what comes back from buyers; comes with stock.h. */
#pragma once

#include "base/module.h"

/* A piece comes back from a buyer: to the shelf, or `aside`, where nobody is promised
 * it (a move RETURN and at once a move QUARANTINE, and a row of stock_quarantine).
 * Errors as stock_move(). */
struct stock_back {
    i64 place_id, variant_id, qty, doc_id, line_no;
    const char *serial; /* of a unit-tracked piece, then qty is 1 */
    bool aside;
    const char *why; /* what is wrong with it, of an aside one */
};
enum err stock_take_back(struct ctx *c, const struct stock_back *b, size_t n) MUST_USE;
/* The same document never happened: the buyer has the pieces again.  STOCK_SHORT or
 * WRONG_STATE when they are promised, sold or decided about by now. */
enum err stock_give_back(struct ctx *c, const struct stock_back *b, size_t n) MUST_USE;
