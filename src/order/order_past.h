/* order_past.h -- orders of the past, for a first import and the demo chain; comes with
 * order.h. */
#pragma once

#include "base/module.h"

struct order_past {
    i64 id, customer_id, place_id, region_id; /* customer 0: nobody known */
    int kind, channel, state, pay;            /* a closed state */
    i64 placed_at, promised_at, done_at, delivery_minor;
    const struct order_line_past {
        i64 variant_id, qty, price_minor, vat_bp;
        const char *sku, *name;
    } * lines;
    size_t n;
};
/* Written as they are: no stock, no event.  Sorted by (customer_id, id), at most
 * LIMIT_BULK_ROWS lines a call; ids from id_new() at that time. */
enum err order_load(struct ctx *c, const struct order_past *o, size_t n) MUST_USE;
