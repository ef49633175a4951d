/* What this room does when two records of one person become one, or are parted.
 *
 * Counts of actions move as rows; facts are made anew of what each of the two has by
 * then, once the other rooms have moved theirs: this room comes after them all. */
#include "base/person.h"
#include "insight/insight_own.h"
#include "insight/insight_segment.h"
#include "insight/insight_trait.h"

enum { MOVE_SEEN };

/* clang-format off */
const struct query insight_person_sql[] = {
    [MOVE_SEEN] = { "insight.seen_move",
        "UPDATE insight_seen SET customer_id = $2 WHERE customer_id = $1 AND born_id = $3" },
    QUERY_END
};
/* clang-format on */

static enum err move(struct ctx *c, const struct person_move *m)
{
    TRY(trait_lock(c, m->from < m->to ? m->from : m->to));
    TRY(trait_lock(c, m->from < m->to ? m->to : m->from));
    TRY(db_exec(c, &insight_person_sql[MOVE_SEEN], NULL, m->from, m->to, m->born));
    TRY(trait_refresh(c, m->from));
    TRY(trait_refresh(c, m->to));
    return segment_settle(c, (const i64[]){ m->from, m->to }, 2);
}

extern const struct person_part insight_person_part;
const struct person_part insight_person_part = { .move = move };
