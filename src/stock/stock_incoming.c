/* What is on its way here. */
#include "stock/stock_own.h"

enum { PUT, DROP, CAME_ALL, CAME_SOME, DOC, LIST };

/* clang-format off */
const struct query stock_incoming_sql[] = {
    [PUT] = { "stock.put_incoming",
        "INSERT INTO stock_incoming (place_id, variant_id, doc_id, qty, due_at)"
        " VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (place_id, variant_id, doc_id)"
        " DO UPDATE SET qty = excluded.qty, due_at = excluded.due_at" },

    [DROP] = { "stock.drop_incoming",
        "DELETE FROM stock_incoming WHERE place_id = $1 AND variant_id = $2 AND doc_id = $3" },

    [CAME_ALL] = { "stock.end_incoming",
        "DELETE FROM stock_incoming"
        " WHERE place_id = $1 AND variant_id = $2 AND doc_id = $3 AND qty <= $4" },

    [CAME_SOME] = { "stock.use_incoming",
        "UPDATE stock_incoming SET qty = qty - $4"
        " WHERE place_id = $1 AND variant_id = $2 AND doc_id = $3 AND qty > $4" },

    [DOC] = { "stock.drop_incoming_doc",
        "DELETE FROM stock_incoming WHERE place_id = $1 AND doc_id = $2" },

    [LIST] = { "stock.list_incoming",
        "SELECT variant_id, doc_id, qty, due_at FROM stock_incoming"
        " WHERE place_id = $1 AND variant_id = $2 ORDER BY due_at, doc_id" },
    QUERY_END
};
/* clang-format on */

enum err stock_incoming_put(struct ctx *c, i64 place_id, i64 variant_id, i64 doc_id,
                            i64 qty, i64 due_at)
{
    bool place, variant;

    if (qty < 0)
        return FAIL_FIELD(c, BAD_ARGUMENT, "qty", "%lld pieces cannot come", qty);
    if (!qty)
        return db_exec(c, &stock_incoming_sql[DROP], NULL, place_id, variant_id,
                       doc_id);
    TRY(stock_exists(c, place_id, variant_id, &place, &variant));
    if (!place) return FAIL_FIELD(c, NO_SUCH, "place_id", "no place %lld", place_id);
    if (!variant)
        return FAIL_FIELD(c, NO_SUCH, "variant_id", "no variant %lld", variant_id);
    TRY(stock_gate(c, place_id, 0, NULL)); /* a place that never had any is shown too */
    return db_exec(c, &stock_incoming_sql[PUT], NULL, place_id, variant_id, doc_id, qty,
                   due_at);
}

enum err stock_incoming_came(struct ctx *c, const struct stock_move *m)
{
    i64 all;

    TRY(db_exec(c, &stock_incoming_sql[CAME_ALL], &all, m->place_id, m->variant_id,
                m->doc_id, m->qty));
    if (all) return ERR_OK;
    return db_exec(c, &stock_incoming_sql[CAME_SOME], NULL, m->place_id, m->variant_id,
                   m->doc_id, m->qty);
}

enum err stock_incoming_drop_doc(struct ctx *c, i64 place_id, i64 doc_id)
{
    return db_exec(c, &stock_incoming_sql[DOC], NULL, place_id, doc_id);
}

enum err stock_incoming_list(struct ctx *c, i64 place_id, i64 variant_id,
                             struct list *ret)
{
    struct stock_due d = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &stock_incoming_sql[LIST], place_id, variant_id));
    while (db_next(&r, INTO(&d.variant_id, &d.doc_id, &d.qty, &d.due_at)))
        *(struct stock_due *)list_add(c->mem, ret, sizeof(d)) = d;
    return r.err;
}
