/* Receipts and numbered pieces as keys. */
#include "customer/customer_thing.h"

#include "base/contact.h"
#include "customer/customer_own.h"
#include "customer/customer_resolve.h"

enum { PUT, TAKE, HAS, OLDEST };

/* clang-format off */
const struct query customer_thing_sql[] = {
    [PUT] = { "customer.put_thing",
        "INSERT INTO customer_key (kind, value, customer_id, added_at, born_id) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (kind, value) DO UPDATE SET customer_id = excluded.customer_id, born_id = excluded.born_id,"
        "   added_at = excluded.added_at, confirmed_at = NULL, used_at = NULL"
        " WHERE customer_key.customer_id <> excluded.customer_id AND customer_key.customer_id <> 0",
        .types = "itiii" },

    [TAKE] = { "customer.take_thing",
        "DELETE FROM customer_key WHERE kind = $1 AND value = $2 AND customer_id <> 0" },

    [HAS] = { "customer.count_things",
        "SELECT COUNT(*) FROM customer_key WHERE customer_id = $1 AND kind = $2" },

    [OLDEST] = { "customer.oldest_thing",
        "DELETE FROM customer_key WHERE customer_id = $1 AND kind = $2 AND value ="
        " (SELECT k.value FROM customer_key k WHERE k.customer_id = $1 AND k.kind = $2"
        "   ORDER BY k.added_at, k.value LIMIT 1)" },
    QUERY_END
};
/* clang-format on */

#define Q customer_thing_sql

/* Who buys for a firm has more receipts than anybody asks for: the oldest gives way. */
static enum err make_room(struct ctx *c, int kind, i64 customer_id)
{
    struct customer_rule rule;
    i64 has;

    TRY(customer_rule(c, &rule));
    TRY(db_one(c, &Q[HAS], INTO(&has), customer_id, kind));
    if (has <= customer_key_rule(&rule, kind)->per_person) return ERR_OK;
    return db_exec(c, &Q[OLDEST], NULL, customer_id, kind);
}

enum err customer_thing_give(struct ctx *c, int kind, const char *said, i64 customer_id,
                             i64 born_id)
{
    const char *value = customer_key_norm(c->mem, kind, said);
    i64 n;

    if (!value) return ERR_OK;
    const char *kept = contact_seal(c->mem, value);
    TRY(customer_fresh(c, kind, value));
    if (!customer_id) return db_exec(c, &Q[TAKE], NULL, kind, kept);
    TRY(db_exec(c, &Q[PUT], &n, kind, kept, customer_id, c->now, born_id));
    return n ? make_room(c, kind, customer_id) : ERR_OK;
}
