/* What sold of late, told to the catalogue: a region at a time, a unit each. */
#include "base/time.h"
#include "order/order_shopper.h"

enum { SOLD };

/* clang-format off */
const struct query order_sold_sql[] = {
    /* The chain is region 0; a region's rows lie side by side, most first. */
    [SOLD] = { "order.sold",
        "WITH done AS ("
        "  SELECT o.region_id, v.product_id, l.done_qty - l.returned_qty AS qty FROM order_order o"
        "    JOIN order_line l ON l.customer_id = o.customer_id AND l.order_id = o.id"
        "    JOIN pub_catalog_variant v ON v.id = l.variant_id"
        "   WHERE o.id >= $1 AND o.state = 4 AND l.done_qty > l.returned_qty)"
        " SELECT region_id, product_id, CAST(SUM(qty) AS BIGINT) AS qty FROM done"
        "  GROUP BY region_id, product_id"
        " UNION ALL"
        " SELECT 0, product_id, CAST(SUM(qty) AS BIGINT) FROM done GROUP BY product_id"
        " ORDER BY 1, 3 DESC, 2",
        .types = "i", .scan = "a month of orders, once a day" },
    QUERY_END
};
/* clang-format on */

enum { DAYS = 30 };

struct region_sold {
    i64 region_id;
    struct list rows; /* struct catalog_sold */
};

static enum err sold_read(struct ctx *c, void *arg)
{
    struct ids fresh = { 0 };
    struct ctx then = { .ids = &fresh, .now = c->now - DAYS * DAY_MS };
    struct list *regions = arg;
    struct region_sold *at = NULL;
    struct catalog_sold s;
    i64 region_id;
    ROWS r;

    *regions = (struct list){ 0 };
    TRY(db_rows(c, &r, &order_sold_sql[SOLD], id_new(&then)));
    while (db_next(&r, INTO(&region_id, &s.product_id, &s.qty))) {
        if (!at || at->region_id != region_id) {
            at = list_add(c->mem, regions, sizeof(*at));
            *at = (struct region_sold){ .region_id = region_id };
        }
        *(struct catalog_sold *)list_add(c->mem, &at->rows, sizeof(s)) = s;
    }
    return r.err;
}

static enum err region_tell(struct ctx *c, void *arg)
{
    const struct region_sold *s = arg;

    return catalog_bestsellers_put(c, s->region_id, s->rows.at, s->rows.n);
}

enum err order_tell_bestsellers(struct ctx *c)
{
    struct list regions;

    TRY(db_snapshot(c, sold_read, &regions));
    for (size_t k = 0; k < regions.n; k++)
        TRY(db_unit(c, region_tell, &((struct region_sold *)regions.at)[k]));
    return ERR_OK;
}
