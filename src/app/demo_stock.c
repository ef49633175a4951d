/* What stands where in the demo chain, as 1C would have told it. */
#include <stdlib.h>

#include "app/demo.h"
#include "base/limits.h"
#include "base/time.h"
#include "stock/stock.h"

struct shelves {
    struct demo *d;
    i64 at; /* row of the work: place by place, variant by variant */
    i64 source_id;
    struct dice dice;
};

/* Shops carry what fits their size; cheap things in numbers, dear ones singly. */
static i64 pieces(struct dice *d, const struct demo_place *p,
                  const struct demo_variant *v)
{
    const double price = (double)v->price_minor / 100;
    const double mean = price > 50000 ? 1.5 : price > 10000 ? 3 : price > 2000 ? 6 : 14;

    if (p->warehouse) return dice_chance(d, 0.9) ? 5 + dice_poisson(d, mean * 4) : 0;
    return dice_chance(d, 0.45) ? dice_poisson(d, mean) : 0;
}

static int by_variant(const void *a, const void *b)
{
    const i64 x = ((const struct stock_counted *)a)->variant_id;
    const i64 y = ((const struct stock_counted *)b)->variant_id;

    return (x > y) - (x < y);
}

static enum err stock_slice(struct ctx *c, void *arg)
{
    struct shelves *h = arg;
    struct demo *d = h->d;
    const struct demo_place *p = &d->places[h->at / d->n_variants];
    const i64 first = h->at % d->n_variants;
    const i64 left = d->n_variants - first;
    const i64 n = left < LIMIT_BULK_ROWS ? left : LIMIT_BULK_ROWS;
    struct stock_counted *rows = NEW_N(c->mem, struct stock_counted, n);
    struct stock_count_sum sum;

    for (i64 k = 0; k < n; k++) {
        const struct demo_variant *v = &d->variants[first + k];
        rows[k] = (struct stock_counted){ p->id, v->id, pieces(&h->dice, p, v) };
    }
    qsort(rows, (size_t)n, sizeof(*rows), by_variant);
    h->at += n;
    return stock_set_counts(c, h->source_id, 0, d->to_at - HOUR_MS, rows, (size_t)n,
                            &sum);
}

static enum err open_source(struct ctx *c, void *arg)
{
    struct shelves *h = arg;

    TRY(stock_source_put(c, "1С: Управление торговлей", "1c", &h->source_id));
    return stock_source_heard(c, h->source_id, 0, h->d->to_at - MINUTE_MS);
}

enum err demo_make_stock(struct ctx *c, struct demo *d)
{
    struct shelves h = { .d = d, .dice = dice_for(d->size.seed, "stock", 0) };

    TRY(demo_unit(c, open_source, &h));
    while (h.at < d->n_places * d->n_variants) {
        TRY(demo_unit(c, stock_slice, &h));
        d->tell("остатки", h.at, d->n_places * d->n_variants);
    }
    return stock_flags_write(c);
}
