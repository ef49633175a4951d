/* Messages of people who become one, or are parted again: see base/person.h. */
#include "base/person.h"
#include "db/db.h"
#include "message/message_own.h"

/* clang-format off */
const struct query message_person_sql[] = {
    { "message.person",
      "UPDATE message_outbox SET customer_id = $2, born_id = NULLIF($3, $2)"
      " WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $3", .types = "iii" },
    QUERY_END
};
/* clang-format on */

static enum err move(struct ctx *c, const struct person_move *m)
{
    i64 n;

    TRY(db_exec(c, &message_person_sql[0], &n, m->from, m->to, m->born));
    person_tell(m, "message", n, 0);
    return ERR_OK;
}

const struct person_part message_person = { .move = move };
