/* Orders and returns, as facts about pieces.
 *
 * A receipt becomes a key of its customer here too: who brings only the receipt, or
 * only the telephone, is found by it.  All of it after the fact: the order's own unit
 * has nothing to do with it. */
#include "customer/customer_thing.h"
#include "event/event.h"
#include "owner/owner_own.h"

enum { OUT, BACK, RECEIPT };

/* clang-format off */
const struct query owner_follow_sql[] = {
    /* A serial of another good is a slip of the hand: stock did not take it either. */
    [OUT] = { "owner.order_out",
        "SELECT o.customer_id, o.born_id, o.serial, o.variant_id, o.place_id, o.at"
        "  FROM pub_order_serial o"
        "  JOIN pub_stock_unit u ON u.serial = o.serial AND u.variant_id = o.variant_id"
        " WHERE o.order_id = $1 ORDER BY o.serial" },

    [BACK] = { "owner.order_back",
        "SELECT b.return_id, b.serial, b.variant_id, b.place_id, b.at, b.undone"
        "  FROM pub_order_serial_back b"
        "  JOIN pub_stock_unit u ON u.serial = b.serial AND u.variant_id = b.variant_id"
        " WHERE b.order_id = $1 ORDER BY b.return_id, b.serial" },

    [RECEIPT] = { "owner.order_receipt",
        "SELECT customer_id, born_id, number FROM pub_order_receipt WHERE order_id = $1" },
    QUERY_END
};
/* clang-format on */

#define Q owner_follow_sql

static enum err read_out(struct ctx *c, i64 order_id, struct list *ret)
{
    struct owner_fact f = { .what = OWNED_BOUGHT,
                            .source = OWNER_BY_ORDER,
                            .doc_id = order_id };
    ROWS r;

    TRY(db_rows(c, &r, &Q[OUT], order_id));
    while (db_next(&r, INTO(&f.customer_id, &f.born_id, &f.serial, &f.variant_id,
                            &f.place_id, &f.at)))
        *(struct owner_fact *)list_add(c->mem, ret, sizeof(f)) = f;
    return r.err;
}

static enum err read_back(struct ctx *c, i64 order_id, i64 at, struct list *ret)
{
    struct owner_fact f = { .source = OWNER_BY_ORDER, .born_id = NONE };
    i64 back_at, undone;
    ROWS r;

    TRY(db_rows(c, &r, &Q[BACK], order_id));
    while (db_next(&r, INTO(&f.doc_id, &f.serial, &f.variant_id, &f.place_id, &back_at,
                            &undone))) {
        f.at = back_at;
        f.what = OWNED_RETURNED;
        *(struct owner_fact *)list_add(c->mem, ret, sizeof(f)) = f;
        if (!undone) continue;
        f.at = at > back_at ? at : back_at;
        f.what = OWNED_RETURN_UNDONE;
        *(struct owner_fact *)list_add(c->mem, ret, sizeof(f)) = f;
    }
    return r.err;
}

static enum err receipt(struct ctx *c, i64 order_id)
{
    i64 customer_id, born_id;
    const char *number;
    const enum err e =
        db_one(c, &Q[RECEIPT], INTO(&customer_id, &born_id, &number), order_id);

    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    if (!customer_id) return ERR_OK;
    return customer_thing_give(c, KEY_RECEIPT, number, customer_id, born_id);
}

enum err owner_follow(struct ctx *c, i64 order_id, i64 at)
{
    struct list facts = { 0 };

    TRY(read_out(c, order_id, &facts));
    TRY(read_back(c, order_id, at, &facts));
    const struct owner_fact *f = facts.at;
    for (size_t k = 0; k < facts.n; k++) TRY(owner_add(c, &f[k]));
    return receipt(c, order_id);
}

static enum err on_order(struct ctx *c, const struct event *e)
{
    return owner_follow(c, e->subject_id, e->at);
}

extern const struct subscriber owner_subscribers[];
const struct subscriber owner_subscribers[] = {
    { "owner.on_order",
      "order.sold order.handed_over order.returned order.return_undone", on_order },
    { 0 },
};
