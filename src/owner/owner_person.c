/* Pieces of people who become one, or are parted again: see base/person.h. */
#include "base/person.h"
#include "owner/owner_own.h"

enum { FACT, ROLE, CODE, LATER };

/* clang-format off */
#define GO " SET customer_id = $2, born_id = NULLIF($3, $2)" \
           " WHERE customer_id = $1 AND customer_id <> 0 AND COALESCE(born_id, customer_id) = $3"
const struct query owner_person_sql[] = {
    [FACT] = { "owner.person_fact", "UPDATE owner_fact" GO, .types = "iii" },
    [ROLE] = { "owner.person_role", "UPDATE owner_role" GO, .types = "iii" },
    [CODE] = { "owner.person_code", "UPDATE owner_code" GO, .types = "iii" },
    [LATER] = { "owner.person_later",
        "SELECT COUNT(*) FROM owner_role WHERE customer_id = $1 AND role = 1"
        "   AND COALESCE(born_id, customer_id) = $2 AND since_at > $3" },
    QUERY_END
};
/* clang-format on */

#define Q owner_person_sql

static enum err move(struct ctx *c, const struct person_move *m)
{
    i64 later = 0, n;

    if (m->undo) TRY(db_one(c, &Q[LATER], INTO(&later), m->from, m->born, m->since));
    TRY(db_exec(c, &Q[FACT], NULL, m->from, m->to, m->born));
    TRY(db_exec(c, &Q[ROLE], &n, m->from, m->to, m->born));
    person_tell(m, "device", n, later);
    return db_exec(c, &Q[CODE], NULL, m->from, m->to, m->born);
}

const struct person_part owner_person = { .move = move };
