/* Orders of people who become one, or are parted again: see base/person.h.
 *
 * An order says whose it was born; all that hangs on it goes along, found by the
 * order, never by a search of its own. */
#include "base/person.h"

#include "order/order_own.h"
#include "stock/stock.h"

enum {
    LATER,
    FIRST_OF_ORDER,
    NUMBER = FIRST_OF_ORDER,
    FULFILMENT,
    WORK,
    LINE,
    HISTORY,
    PAYMENT,
    SERIAL,
    EXPORT,
    RETURN,
    RETURN_LINE,
    ORDER, /* last: the others look for theirs by it */
    LAST_OF_ORDER = ORDER,
    PARKED,
    HEAD,
    BASKET,
    BASKET_HOME,
    UNHOLD
};

/* clang-format off */
#define THEIRS "(SELECT id FROM order_order WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $3)"
#define GO     " SET customer_id = $2 WHERE customer_id = $1 AND order_id IN " THEIRS
const struct query order_person_sql[] = {
    [LATER] = { "order.person_later",
        "SELECT COUNT(*) FROM order_order"
        " WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $2 AND placed_at > $3" },

    [NUMBER] = { "order.person_number",
        "UPDATE order_number SET customer_id = $2 WHERE number IN"
        " (SELECT number FROM order_order WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $3)",
        .types = "iii" },

    [FULFILMENT] = { "order.person_fulfilment",
        "UPDATE order_fulfilment SET customer_id = $2 WHERE (place_id, order_id) IN"
        " (SELECT place_id, order_id FROM order_line WHERE customer_id = $1 AND order_id IN " THEIRS ")",
        .types = "iii" },

    [WORK] = { "order.person_work",
        "UPDATE order_work SET customer_id = $2 WHERE customer_id = $1 AND (who_id, at) IN"
        " (SELECT who_id, at FROM order_history WHERE customer_id = $1 AND order_id IN " THEIRS ")"
        " AND order_id IN " THEIRS, .types = "iii" },

    [LINE] = { "order.person_line", "UPDATE order_line" GO, .types = "iii" },
    [HISTORY] = { "order.person_history", "UPDATE order_history" GO, .types = "iii" },
    [PAYMENT] = { "order.person_payment", "UPDATE order_payment" GO, .types = "iii" },
    [SERIAL] = { "order.person_serial", "UPDATE order_serial" GO, .types = "iii" },
    [EXPORT] = { "order.person_export", "UPDATE order_export" GO, .types = "iii" },
    [RETURN] = { "order.person_return", "UPDATE order_return" GO, .types = "iii" },
    [RETURN_LINE] = { "order.person_return_line", "UPDATE order_return_line" GO, .types = "iii" },

    [ORDER] = { "order.person_order",
        "UPDATE order_order SET customer_id = $2, born_id = NULLIF($3, $2)"
        " WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $3", .types = "iii" },

    [PARKED] = { "order.person_parked",
        "UPDATE order_parked SET customer_id = $2, born_id = NULLIF($3, $2)"
        " WHERE customer_id = $1 AND customer_id <> 0 AND COALESCE(born_id, customer_id) = $3",
        .types = "iii" },

    [HEAD] = { "order.person_basket",
        "INSERT INTO order_basket (id, kind, place_id, region_id, changed_at)"
        " SELECT $2, kind, place_id, region_id, changed_at FROM order_basket WHERE id = $1"
        "    AND EXISTS (SELECT 1 FROM order_basket_line l WHERE l.basket_id = $1)"
        " ON CONFLICT (id) DO NOTHING", .types = "ii" },

    /* What both have in their baskets stays in both: at home, until the other goes. */
    [BASKET] = { "order.person_basket_line",
        "UPDATE order_basket_line SET basket_id = $2, born_id = NULLIF($3, $2)"
        " WHERE (basket_id = $1 OR basket_id = $3) AND COALESCE(born_id, basket_id) = $3"
        "   AND variant_id NOT IN (SELECT x.variant_id FROM order_basket_line x WHERE x.basket_id = $2)",
        .types = "iii" },

    [BASKET_HOME] = { "order.person_basket_home",
        "UPDATE order_basket_line SET basket_id = $3, born_id = NULL"
        " WHERE basket_id = $1 AND born_id = $3 AND $2 <> $3"
        "   AND variant_id NOT IN (SELECT x.variant_id FROM order_basket_line x WHERE x.basket_id = $3)",
        .types = "iii" },

    [UNHOLD] = { "order.person_unhold",
        "UPDATE order_basket SET hold_until_at = NULL"
        " WHERE (id = $1 OR id = $2) AND hold_until_at IS NOT NULL" },
    QUERY_END
};
/* clang-format on */

#define Q order_person_sql

static enum err move_orders(struct ctx *c, const struct person_move *m)
{
    i64 later = 0, n = 0;

    if (m->undo) TRY(db_one(c, &Q[LATER], INTO(&later), m->from, m->born, m->since));
    for (int k = FIRST_OF_ORDER; k < LAST_OF_ORDER; k++)
        TRY(db_exec(c, &Q[k], NULL, m->from, m->to, m->born));
    TRY(db_exec(c, &Q[ORDER], &n, m->from, m->to, m->born));
    person_tell(m, "order", n, later);
    return ERR_OK;
}

/* Goods held for a checkout are held again when it goes on. */
static enum err move_basket(struct ctx *c, const struct person_move *m)
{
    i64 held, n;

    TRY(db_exec(c, &Q[UNHOLD], &held, m->from, m->to));
    if (held) {
        TRY(stock_hold_free(c, OWNER_BASKET, m->from));
        TRY(stock_hold_free(c, OWNER_BASKET, m->to));
    }
    TRY(db_exec(c, &Q[HEAD], NULL, m->from, m->to));
    TRY(db_exec(c, &Q[BASKET], &n, m->from, m->to, m->born));
    TRY(db_exec(c, &Q[BASKET_HOME], NULL, m->from, m->to, m->born));
    person_tell(m, "basket", n, 0);
    return ERR_OK;
}

static enum err move(struct ctx *c, const struct person_move *m)
{
    TRY(move_orders(c, m));
    TRY(db_exec(c, &Q[PARKED], NULL, m->from, m->to, m->born));
    return move_basket(c, m);
}

const struct person_part order_person = { .move = move };
