/* What this room keeps about people goes along when they become one, or are parted
 * again: see base/person.h. */
#include "base/person.h"
#include "customer/customer_own.h"

/* What two people may both have goes by two statements: whatever the other has not is
 * fetched, also from home where it had stayed; the rest goes home and waits there. */
enum {
    KEY,
    KEY_LOG,
    VISIT,
    NOTE,
    KEEPER,
    USE,
    USE_HOME,
    TAG,
    TAG_HOME,
    CONSENT,
    CONSENT_HOME,
    WAIT,
    WAIT_HOME,
    PARTS,
    LATER_CONSENT = PARTS
};

/* clang-format off */
#define THEIRS " WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $3"
#define GO     " SET customer_id = $2, born_id = NULLIF($3, $2)" THEIRS
#define FETCH  " SET customer_id = $2, born_id = NULLIF($3, $2)" \
               " WHERE (customer_id = $1 OR customer_id = $3) AND COALESCE(born_id, customer_id) = $3"
#define HOME   " SET customer_id = $3, born_id = NULL WHERE customer_id = $1 AND born_id = $3 AND $2 <> $3"
const struct query customer_part_sql[] = {
    [KEY] = { "customer.part_key", "UPDATE customer_key" GO, .types = "iii" },
    [KEY_LOG] = { "customer.part_key_log", "UPDATE customer_key_log" GO, .types = "iii" },
    [VISIT] = { "customer.part_visit", "UPDATE customer_visit" GO, .types = "iii" },
    [NOTE] = { "customer.part_note", "UPDATE customer_note" GO, .types = "iii" },
    [KEEPER] = { "customer.part_keeper", "UPDATE customer_keeper" GO, .types = "iii" },

    [USE] = { "customer.part_key_use",
        "UPDATE customer_key_use" FETCH " AND (kind, value) NOT IN"
        " (SELECT x.kind, x.value FROM customer_key_use x WHERE x.customer_id = $2)", .types = "iii" },
    [USE_HOME] = { "customer.part_key_use_home",
        "UPDATE customer_key_use" HOME " AND (kind, value) NOT IN"
        " (SELECT x.kind, x.value FROM customer_key_use x WHERE x.customer_id = $3)", .types = "iii" },

    [TAG] = { "customer.part_tag",
        "UPDATE customer_tag" FETCH " AND (order_id, tag) NOT IN"
        " (SELECT x.order_id, x.tag FROM customer_tag x WHERE x.customer_id = $2)", .types = "iii" },
    [TAG_HOME] = { "customer.part_tag_home",
        "UPDATE customer_tag" HOME " AND (order_id, tag) NOT IN"
        " (SELECT x.order_id, x.tag FROM customer_tag x WHERE x.customer_id = $3)", .types = "iii" },

    [CONSENT] = { "customer.part_consent",
        "UPDATE customer_consent" FETCH " AND (purpose, channel, at, given) NOT IN"
        " (SELECT x.purpose, x.channel, x.at, x.given FROM customer_consent x"
        "   WHERE x.customer_id = $2)", .types = "iii" },
    [CONSENT_HOME] = { "customer.part_consent_home",
        "UPDATE customer_consent" HOME " AND (purpose, channel, at, given) NOT IN"
        " (SELECT x.purpose, x.channel, x.at, x.given FROM customer_consent x"
        "   WHERE x.customer_id = $3)", .types = "iii" },

    [WAIT] = { "customer.part_wait",
        "UPDATE customer_consent_wait" FETCH " AND (purpose, channel) NOT IN"
        " (SELECT x.purpose, x.channel FROM customer_consent_wait x WHERE x.customer_id = $2)", .types = "iii" },
    [WAIT_HOME] = { "customer.part_wait_home",
        "UPDATE customer_consent_wait" HOME " AND (purpose, channel) NOT IN"
        " (SELECT x.purpose, x.channel FROM customer_consent_wait x WHERE x.customer_id = $3)", .types = "iii" },

    [LATER_CONSENT] = { "customer.part_later_consent",
        "SELECT COUNT(*) FROM customer_consent"
        " WHERE customer_id = $1 AND COALESCE(born_id, customer_id) = $2 AND at > $3" },
    QUERY_END
};
/* clang-format on */

#define Q customer_part_sql

static const char *const told[PARTS] = { [KEY] = "key",
                                         [VISIT] = "visit",
                                         [NOTE] = "note",
                                         [TAG] = "tag",
                                         [CONSENT] = "consent" };

static enum err move(struct ctx *c, const struct person_move *m)
{
    i64 later = 0, n;

    if (m->undo)
        TRY(db_one(c, &Q[LATER_CONSENT], INTO(&later), m->from, m->born, m->since));
    for (int k = 0; k < PARTS; k++) {
        TRY(db_exec(c, &Q[k], &n, m->from, m->to, m->born));
        if (told[k]) person_tell(m, told[k], n, k == CONSENT ? later : 0);
    }
    return ERR_OK;
}

const struct person_part customer_person = { .move = move };
