/* The whole catalogue for somebody who goes on without us: a till. */
#include <string.h>

#include "base/buf.h"
#include "catalog/catalog.h"
#include "db/db.h"

enum { IDS, CODES };

/* clang-format off */
const struct query catalog_feed_sql[] = {
    [IDS] = { "catalog.feed_ids",
        "SELECT id FROM catalog_variant WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3" },

    [CODES] = { "catalog.feed_codes",
        "SELECT variant_id, code FROM catalog_barcode WHERE variant_id BETWEEN $1 AND $2"
        " ORDER BY variant_id, code" },
    QUERY_END
};
/* clang-format on */

static enum err read_ids(struct ctx *c, const struct catalog_feed_ask *ask, i64 *ids,
                         size_t *ret_n)
{
    size_t n = 0;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_feed_sql[IDS], ask->after_id, ask->upto_id,
                ask->limit));
    while (db_next(&r, INTO(&ids[n]))) n++;
    *ret_n = n;
    return r.err;
}

static enum err read_codes(struct ctx *c, struct catalog_fed *rows, size_t n)
{
    const char *code;
    size_t k = 0;
    i64 id;
    ROWS r;

    TRY(db_rows(c, &r, &catalog_feed_sql[CODES], rows[0].offer.item.variant_id,
                rows[n - 1].offer.item.variant_id));
    while (db_next(&r, INTO(&id, &code))) {
        while (k < n && rows[k].offer.item.variant_id < id) k++;
        if (k < n && rows[k].offer.item.variant_id == id)
            *(const char **)list_add(c->mem, &rows[k].barcodes, sizeof(code)) = code;
    }
    return r.err;
}

enum err catalog_feed(struct ctx *c, const struct catalog_feed_ask *ask,
                      struct list *ret)
{
    i64 *ids = NEW_N(c->mem, i64, (size_t)ask->limit);
    struct catalog_offer *offers;
    struct catalog_fed *rows;
    size_t n = 0;

    TRY(read_ids(c, ask, ids, &n));
    *ret = (struct list){ 0 };
    if (!n) return ERR_OK;
    offers = NEW_N(c->mem, struct catalog_offer, n);
    rows = NEW_N(c->mem, struct catalog_fed, n);
    TRY(catalog_offers(c, ids, n, ask->region_id, ask->channel, offers));
    for (size_t k = 0; k < n; k++) rows[k].offer = offers[k];
    TRY(read_codes(c, rows, n));
    *ret = (struct list){ rows, n };
    return ERR_OK;
}
