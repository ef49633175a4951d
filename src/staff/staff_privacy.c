/* The audit log tells a person who looked at him, and forgets what was written of him.
 * That somebody looked stays; what he saw or changed goes. */
#include "base/privacy.h"

#include "db/db.h"
#include "staff/staff_own.h"

enum { LOOKED, BLANK, LEFT, OLD, DROP_OLD, OLD_ALARMS, DROP_ALARMS };

/* clang-format off */
const struct query staff_privacy_sql[] = {
    [LOOKED] = { "staff.tell_audit",
        "SELECT at, what, who_kind FROM staff_audit WHERE subject_id = $1 ORDER BY id" },
    [BLANK] = { "staff.blank_audit",
        "UPDATE staff_audit SET detail = NULL, sealed = NULL"
        " WHERE subject_id = $1 AND (detail IS NOT NULL OR sealed IS NOT NULL)" },
    [LEFT] = { "staff.left_audit",
        "SELECT COUNT(*) FROM staff_audit WHERE subject_id = $1 AND (detail IS NOT NULL OR sealed IS NOT NULL)" },
    [OLD] = { "staff.old_audit",
        "SELECT COUNT(*) FROM (SELECT 1 FROM staff_audit WHERE id < $1 LIMIT $2) counted" },
    [DROP_OLD] = { "staff.drop_old_audit",
        "DELETE FROM staff_audit WHERE id IN (SELECT id FROM staff_audit WHERE id < $1 ORDER BY id LIMIT $2)" },
    [OLD_ALARMS] = { "staff.old_alarms",
        "SELECT COUNT(*) FROM (SELECT 1 FROM staff_alarm WHERE id < $1 LIMIT $2) counted" },
    [DROP_ALARMS] = { "staff.drop_old_alarms",
        "DELETE FROM staff_alarm WHERE id IN (SELECT id FROM staff_alarm WHERE id < $1 ORDER BY id LIMIT $2)" },
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
static const struct privacy_age old[] = {
    { &staff_privacy_sql[OLD], &staff_privacy_sql[DROP_OLD], .by_id = true },
    { &staff_privacy_sql[OLD_ALARMS], &staff_privacy_sql[DROP_ALARMS], .by_id = true },
    { 0 },
};
static const struct privacy_term terms[] = {
    { "staff.audit", "staff_audit staff_alarm", PRIVACY_AGED, "staff.audit_keep_days", .ages = old,
      .why_ru = "Показать, кто и когда обращался к данным людей",
      .why_en = "To show who looked at people's data and when",
      .law_ru = "152-ФЗ, ст. 19; срок исковой давности 3 года (ГК, ст. 196)",
      .law_en = "152-FZ, art. 19; claims lapse after 3 years (Civil Code, art. 196)" },
    { 0 },
};
/* clang-format on */

const struct privacy_part staff_privacy = {
    .tells = tells, .forgets = forgets, .keeps = keeps, .terms = terms
};
