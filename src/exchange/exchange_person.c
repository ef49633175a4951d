/* Documents of people who become one, or are parted again: see base/person.h. */
#include "base/person.h"
#include "exchange/exchange_own.h"

/* clang-format off */
const struct query exchange_person_sql[] = {
    { "exchange.person",
      "UPDATE exchange_document SET customer_id = $2, born_id = NULLIF($3, $2)"
      " WHERE customer_id = $1 AND customer_id IS NOT NULL AND COALESCE(born_id, customer_id) = $3",
      .types = "iii" },
    QUERY_END
};
/* clang-format on */

static enum err move(struct ctx *c, const struct person_move *m)
{
    i64 n;

    TRY(db_exec(c, &exchange_person_sql[0], &n, m->from, m->to, m->born));
    person_tell(m, "document", n, 0);
    return ERR_OK;
}

const struct person_part exchange_person = { .move = move };
