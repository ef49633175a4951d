/* Homes of people who become one, or are parted again: see base/person.h.  One person
 * lives in one home: the other's row stays with him and waits. */
#include "base/person.h"
#include "home/home_own.h"

enum { MEMBER, MEMBER_HOME, ADDRESS, ADDRESS_HOME, INVITE, PARTS };

/* clang-format off */
#define FETCH " SET customer_id = $2, born_id = NULLIF($3, $2)" \
              " WHERE (customer_id = $1 OR customer_id = $3) AND COALESCE(born_id, customer_id) = $3"
#define BACK  " SET customer_id = $3, born_id = NULL WHERE customer_id = $1 AND born_id = $3 AND $2 <> $3"
const struct query home_person_sql[] = {
    [MEMBER] = { "home.person_member",
        "UPDATE home_member" FETCH
        " AND NOT EXISTS (SELECT 1 FROM home_member x WHERE x.customer_id = $2)", .types = "iii" },
    [MEMBER_HOME] = { "home.person_member_home",
        "UPDATE home_member" BACK
        " AND NOT EXISTS (SELECT 1 FROM home_member x WHERE x.customer_id = $3)", .types = "iii" },
    [ADDRESS] = { "home.person_address",
        "UPDATE home_address" FETCH
        " AND hash NOT IN (SELECT x.hash FROM home_address x WHERE x.customer_id = $2)", .types = "iii" },
    [ADDRESS_HOME] = { "home.person_address_home",
        "UPDATE home_address" BACK
        " AND hash NOT IN (SELECT x.hash FROM home_address x WHERE x.customer_id = $3)", .types = "iii" },
    [INVITE] = { "home.person_invite",
        "UPDATE home_invite SET customer_id = $2, born_id = NULLIF($3, $2)"
        " WHERE customer_id = $1 AND customer_id <> 0 AND COALESCE(born_id, customer_id) = $3", .types = "iii" },
    QUERY_END
};
/* clang-format on */

static enum err move(struct ctx *c, const struct person_move *m)
{
    i64 n;

    for (int k = 0; k < PARTS; k++) {
        TRY(db_exec(c, &home_person_sql[k], &n, m->from, m->to, m->born));
        if (k == MEMBER) person_tell(m, "home", n, 0);
    }
    return ERR_OK;
}

const struct person_part home_person = { .move = move };
