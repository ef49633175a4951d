/* The audit log tells a person who looked at him, and forgets what was written of him.
 * That somebody looked stays; what he saw or changed goes. */
#include "base/privacy.h"

#include "db/db.h"
#include "staff/staff_own.h"

enum { LOOKED, BLANK, LEFT };

/* clang-format off */
const struct query staff_privacy_sql[] = {
    [LOOKED] = { "staff.tell_audit",
        "SELECT at, what, who_kind FROM staff_audit WHERE subject_id = $1 ORDER BY id" },
    [BLANK] = { "staff.blank_audit",
        "UPDATE staff_audit SET detail = NULL, sealed = NULL"
        " WHERE subject_id = $1 AND (detail IS NOT NULL OR sealed IS NOT NULL)" },
    [LEFT] = { "staff.left_audit",
        "SELECT COUNT(*) FROM staff_audit WHERE subject_id = $1 AND (detail IS NOT NULL OR sealed IS NOT NULL)" },
    QUERY_END
};

static const char *const who_words[] = { "nobody", "customer", "staff", "key", "system", NULL };
static const struct privacy_column columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "what", PRIVACY_TEXT, NULL },
    { "who_kind", PRIVACY_WORD, who_words }, { 0 },
};
static const struct privacy_tell tells[] = { { "reads", &staff_privacy_sql[LOOKED], columns }, { 0 } };
static const struct privacy_forget forgets[] = {
    { "staff.audit_details", &staff_privacy_sql[BLANK], &staff_privacy_sql[LEFT], false },
    { 0 },
};
static const struct privacy_keep keeps[] = {
    { "staff.audit", "152-ФЗ, ст. 19: кто и когда обращался к данным, без их содержания, 3 года",
      "152-FZ, art. 19: who looked at data and when, not what they were, 3 years" },
    { 0 },
};
/* clang-format on */

const struct privacy_part staff_privacy = { .tells = tells,
                                            .forgets = forgets,
                                            .keeps = keeps };
