/* The receipt of goods that left, with the tax inside their sums. */
#include <stdlib.h>

#include "order/order_shopper.h"

enum { SERIALS };

/* clang-format off */
const struct query order_receipt_sql[] = {
    [SERIALS] = { "order.receipt_serials",
        "SELECT line_no, serial FROM order_serial"
        " WHERE customer_id = $1 AND order_id = $2 ORDER BY line_no, serial" },
    QUERY_END
};
/* clang-format on */

enum { STANDARD_BP = 10000 };

i64 order_vat_of(i64 sum_minor, i64 vat_bp)
{
    const i64 whole = STANDARD_BP + vat_bp;

    return (2 * sum_minor * vat_bp + whole) / (2 * whole);
}

static void vat_add(struct ctx *c, struct order_receipt *r, i64 vat_bp, i64 sum_minor)
{
    struct order_receipt_vat *v = r->vat.at;
    size_t k = 0;

    while (k < r->vat.n && v[k].vat_bp != vat_bp) k++;
    if (k == r->vat.n) {
        v = list_add(c->mem, &r->vat, sizeof(*v));
        *v = (struct order_receipt_vat){ .vat_bp = vat_bp };
    } else {
        v += k;
    }
    v->sum_minor += sum_minor;
    v->vat_minor = order_vat_of(v->sum_minor, vat_bp);
}

static void line_add(struct ctx *c, struct order_receipt *r, const struct order_line *l)
{
    const i64 sum = l->done_qty * l->price_minor;

    if (!l->done_qty) return;
    *(struct order_receipt_line *)list_add(c->mem, &r->lines,
                                           sizeof(struct order_receipt_line)) =
        (struct order_receipt_line){ .line_no = l->line_no,
                                     .variant_id = l->variant_id,
                                     .qty = l->done_qty,
                                     .price_minor = l->price_minor,
                                     .sum_minor = sum,
                                     .vat_bp = l->vat_bp,
                                     .vat_minor = order_vat_of(sum, l->vat_bp),
                                     .sku = l->sku,
                                     .name = l->name };
    r->total_minor += sum;
    vat_add(c, r, l->vat_bp, sum);
}

static enum err serials_add(struct ctx *c, const struct order *o,
                            struct order_receipt *ret)
{
    struct order_receipt_line *l = ret->lines.at;
    const char *serial;
    i64 line_no;
    ROWS r;

    TRY(db_rows(c, &r, &order_receipt_sql[SERIALS], o->customer_id, o->id));
    while (db_next(&r, INTO(&line_no, &serial)))
        for (size_t k = 0; k < ret->lines.n; k++)
            if (l[k].line_no == line_no)
                *(const char **)list_add(c->mem, &l[k].serials, sizeof(serial)) =
                    serial;
    return r.err;
}

static int by_rate(const void *x, const void *y)
{
    const struct order_receipt_vat *a = x, *b = y;

    return a->vat_bp < b->vat_bp ? 1 : -1;
}

/* The delivery is a service of the seller's: taxed like the dearest of the goods. */
static void delivery_add(struct ctx *c, const struct order *o, struct order_receipt *r)
{
    const struct order_receipt_vat *v = r->vat.at;

    r->delivery_minor = o->delivery_minor;
    r->total_minor += o->delivery_minor;
    if (o->delivery_minor) vat_add(c, r, v[0].vat_bp, o->delivery_minor);
}

static i64 left_at(const struct order *o)
{
    const struct order_fulfilment *f = o->fulfilments.at;
    i64 at = NONE;

    for (size_t k = 0; k < o->fulfilments.n; k++)
        if (f[k].done_at != NONE && f[k].done_at > at) at = f[k].done_at;
    return at == NONE ? o->placed_at : at;
}

static const char *told(const char *setting)
{
    return setting && *setting ? setting : NULL;
}

enum err order_receipt(struct ctx *c, i64 order_id, struct order_receipt *ret)
{
    const struct order_line *l;
    struct order o = { 0 };

    TRY(order_get(c, order_id, &o));
    const struct setting_scope s = { .region_id = o.region_id };
    *ret = (struct order_receipt){ .order_id = o.id,
                                   .place_id = o.place_id,
                                   .number = o.number,
                                   .kind = o.kind,
                                   .channel = o.channel,
                                   .paid_minor = o.paid_minor,
                                   .at = left_at(&o),
                                   .seller = told(setting_text(c, "order.seller", s)),
                                   .seller_inn =
                                       told(setting_text(c, "order.seller_inn", s)),
                                   .payments = o.payments };
    l = o.lines.at;
    for (size_t k = 0; k < o.lines.n; k++) line_add(c, ret, &l[k]);
    if (!ret->lines.n)
        return FAIL(c, WRONG_STATE, "nothing of order %s was handed over yet",
                    o.number);
    qsort(ret->vat.at, ret->vat.n, sizeof(struct order_receipt_vat), by_rate);
    delivery_add(c, &o, ret);
    return serials_add(c, &o, ret);
}
