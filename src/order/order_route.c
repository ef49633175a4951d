/* Who sends a delivery.  The nearest place that has all of it; when nobody has
 * all, again and again the one that has most of what is missing. */
#include <stdlib.h>

#include "order/order_own.h"

enum { SENDERS };

/* clang-format off */
const struct query order_route_sql[] = {
    [SENDERS] = { "order.senders",
        "SELECT id, region_id, lat_e6, lon_e6 FROM pub_place_place"
        " WHERE active = 1 AND can_ship = 1 ORDER BY id",
        .scan = "one row for each place of the chain" },
    QUERY_END
};
/* clang-format on */

struct sender {
    i64 place_id, far; /* far: metres, or 0 in the region and 1 outside */
    const struct order_line_new *lines;
    i64 *free_qty; /* of each line; lines of one variant share theirs */
    size_t nline;
};

static i64 far_from(const struct order_where *to, i64 region_id, i64 lat_e6, i64 lon_e6)
{
    if (to->lat_e6 == NONE || to->lon_e6 == NONE) return region_id != to->region_id;
    if (lat_e6 == NONE || lon_e6 == NONE) return INT64_MAX;
    return place_distance_m(to->lat_e6, to->lon_e6, lat_e6, lon_e6);
}

static enum err read_senders(struct ctx *c, const struct order_where *to,
                             const struct sender *like, struct list *ret)
{
    i64 id, region_id, lat_e6, lon_e6;
    ROWS r;

    TRY(db_rows0(c, &r, &order_route_sql[SENDERS]));
    while (db_next(&r, INTO(&id, &region_id, &lat_e6, &lon_e6))) {
        struct sender *s = list_add(c->mem, ret, sizeof(*s));

        *s = *like;
        s->place_id = id;
        s->far = far_from(to, region_id, lat_e6, lon_e6);
        s->free_qty = NEW_N(c->mem, i64, like->nline);
    }
    return r.err;
}

static struct sender *sender_at(const struct list *all, i64 place_id)
{
    struct sender *s = all->at;
    size_t lo = 0, hi = all->n;

    while (lo < hi) {
        const size_t mid = (lo + hi) / 2;
        if (s[mid].place_id == place_id) return &s[mid];
        if (s[mid].place_id < place_id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* What each could give of each variant, noted at the variant's first line. */
static enum err read_free(struct ctx *c, const struct list *all,
                          const struct order_line_new *l, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        struct list at = { 0 };
        size_t first = 0;

        while (l[first].variant_id != l[k].variant_id) first++;
        if (first < k) continue;
        TRY(stock_of_variant(c, l[k].variant_id, &at));
        const struct stock_at *a = at.at;
        for (size_t m = 0; m < at.n; m++) {
            struct sender *s = sender_at(all, a[m].place_id);
            if (s) s->free_qty[k] = a[m].free;
        }
    }
    return ERR_OK;
}

static size_t first_of(const struct sender *s, size_t k)
{
    size_t first = 0;

    while (s->lines[first].variant_id != s->lines[k].variant_id) first++;
    return first;
}

/* How many of the missing pieces this place can give; takes them when `parts`. */
static i64 give(struct ctx *c, struct sender *s, i64 *missing, struct list *parts)
{
    i64 *left = NEW_N(c->mem, i64, s->nline), sum = 0;

    memcpy(left, s->free_qty, s->nline * sizeof(*left));
    for (size_t k = 0; k < s->nline; k++) {
        i64 *have = &left[first_of(s, k)];
        const i64 qty = missing[k] < *have ? missing[k] : *have;

        if (qty <= 0) continue;
        *have -= qty;
        sum += qty;
        if (!parts) continue;
        missing[k] -= qty;
        *(struct order_part *)list_add(c->mem, parts, sizeof(struct order_part)) =
            (struct order_part){ k, s->place_id, qty };
    }
    if (parts) memcpy(s->free_qty, left, s->nline * sizeof(*left));
    return sum;
}

static int nearer(const void *x, const void *y)
{
    const struct sender *a = x, *b = y;

    if (a->far != b->far) return a->far < b->far ? -1 : 1;
    return (a->place_id > b->place_id) - (a->place_id < b->place_id);
}

/* Nearest first, so the first of equals is the nearest. */
static struct sender *best(struct ctx *c, const struct list *all, i64 *missing)
{
    struct sender *s = all->at, *ret = NULL;
    i64 most = 0;

    for (size_t k = 0; k < all->n; k++) {
        const i64 sum = give(c, &s[k], missing, NULL);
        if (sum <= most) continue;
        most = sum;
        ret = &s[k];
    }
    return ret;
}

static enum err short_lines(struct ctx *c, const struct order_line_new *l,
                            const i64 *missing, size_t n)
{
    c->fault = (struct fault){ 0 };
    for (size_t k = 0; k < n; k++)
        if (missing[k] > 0)
            FAIL_MORE(c, STOCK_SHORT, arena_printf(c->mem, "lines[%zu].qty", k),
                      "all places together have %lld free of %lld",
                      l[k].qty - missing[k], l[k].qty);
    return ERR_STOCK_SHORT;
}

enum err order_route(struct ctx *c, const struct order_where *to,
                     const struct order_line_new *lines, size_t n,
                     struct list *ret_parts)
{
    const struct sender like = { .lines = lines, .nline = n };
    i64 *missing = NEW_N(c->mem, i64, n), sum = 0;
    struct list all = { 0 };
    struct sender *s;

    *ret_parts = (struct list){ 0 };
    for (size_t k = 0; k < n; k++) sum += missing[k] = lines[k].qty;
    TRY(read_senders(c, to, &like, &all));
    TRY(read_free(c, &all, lines, n));
    if (all.n) qsort(all.at, all.n, sizeof(struct sender), nearer);
    while (sum > 0 && (s = best(c, &all, missing)) != NULL)
        sum -= give(c, s, missing, ret_parts);
    return sum > 0 ? short_lines(c, lines, missing, n) : ERR_OK;
}

enum err order_fee(struct ctx *c, i64 region_id, i64 goods_minor, i64 *ret_minor)
{
    struct place_region r;
    const enum err e = place_region_get(c, region_id, &r);

    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, NO_SUCH, "region_id", "no region %lld", region_id);
    TRY(e);
    const bool free =
        r.delivery_free_from_minor != NONE && goods_minor >= r.delivery_free_from_minor;
    *ret_minor = free ? 0 : r.delivery_fee_minor;
    return ERR_OK;
}
