/* Requests of people who become one, or are parted again: see base/person.h.  What both
 * wait for stays with each; an erasure of either forgets them both. */
#include "base/person.h"

#include "privacy/privacy_hold.h"

/* clang-format off */
const struct query privacy_person_sql[] = {
    { "privacy.person",
      "UPDATE privacy_request SET customer_id = $2, born_id = NULLIF($3, $2)"
      " WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $3"
      "   AND NOT EXISTS (SELECT 1 FROM privacy_request o WHERE o.customer_id = $2"
      "                      AND o.kind = privacy_request.kind AND o.state = 0"
      "                      AND privacy_request.state = 0)", .types = "iii" },
    QUERY_END
};
/* clang-format on */

static enum err move(struct ctx *c, const struct person_move *m)
{
    i64 n;

    TRY(db_exec(c, &privacy_person_sql[0], &n, m->from, m->to, m->born));
    person_tell(m, "privacy", n, 0);
    return privacy_holds_move(c, m);
}

const struct person_part privacy_person = { .move = move };
