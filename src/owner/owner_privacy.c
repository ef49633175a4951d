/* What the owner room tells a person, and how it forgets him: pieces and what happened
 * to them stay, his part in it does not. */
#include "base/privacy.h"

#include "owner/owner_own.h"

enum {
    DEVICES,
    FACTS,
    DROP_ROLE,
    LEFT_ROLE,
    BLANK_FACT,
    LEFT_FACT,
    BLANK_CODE,
    LEFT_CODE,
    NEEDS
};

/* clang-format off */
const struct query owner_privacy_sql[] = {
    [DEVICES] = { "owner.tell_devices",
        "SELECT r.serial, v.name, r.role, r.since_at FROM owner_role r"
        "  JOIN owner_unit u ON u.serial = r.serial JOIN pub_catalog_variant v ON v.id = u.variant_id"
        " WHERE r.customer_id = $1 ORDER BY r.since_at, r.serial, r.role" },
    [FACTS] = { "owner.tell_facts",
        "SELECT serial, what, at, source, note FROM owner_fact WHERE customer_id = $1 AND customer_id <> 0"
        " ORDER BY at, id" },
    [DROP_ROLE] = { "owner.drop_roles", "DELETE FROM owner_role WHERE customer_id = $1" },
    [LEFT_ROLE] = { "owner.left_roles", "SELECT COUNT(*) FROM owner_role WHERE customer_id = $1" },
    [BLANK_FACT] = { "owner.blank_facts",
        "UPDATE owner_fact SET customer_id = 0, born_id = NULL, note = '' WHERE customer_id = $1 AND customer_id <> 0" },
    [LEFT_FACT] = { "owner.left_facts",
        "SELECT COUNT(*) FROM owner_fact WHERE customer_id = $1 AND customer_id <> 0" },
    [BLANK_CODE] = { "owner.blank_codes",
        "UPDATE owner_code SET customer_id = 0, born_id = NULL WHERE customer_id = $1 AND customer_id <> 0" },
    [LEFT_CODE] = { "owner.left_codes",
        "SELECT COUNT(*) FROM owner_code WHERE customer_id = $1 AND customer_id <> 0" },
    [NEEDS] = { "owner.needs", "SELECT COUNT(*) FROM owner_role WHERE customer_id = $1 AND since_at >= $2" },
    QUERY_END
};

static const struct privacy_column device_columns[] = {
    { "serial", PRIVACY_TEXT, NULL }, { "name", PRIVACY_TEXT, NULL },
    { "role", PRIVACY_WORD, owner_role_words }, { "since_at", PRIVACY_TIME, NULL }, { 0 },
};
static const struct privacy_column fact_columns[] = {
    { "serial", PRIVACY_TEXT, NULL }, { "what", PRIVACY_WORD, owner_what_words },
    { "at", PRIVACY_TIME, NULL }, { "source", PRIVACY_WORD, owner_source_words },
    { "comment", PRIVACY_TEXT, NULL }, { 0 },
};

#define Q owner_privacy_sql
static const struct privacy_tell tells[] = {
    { "devices", &Q[DEVICES], device_columns },
    { "device_history", &Q[FACTS], fact_columns },
    { 0 },
};
static const struct privacy_forget forgets[] = {
    { "owner.roles", &Q[DROP_ROLE], &Q[LEFT_ROLE], false },
    { "owner.facts", &Q[BLANK_FACT], &Q[LEFT_FACT], false },
    { "owner.codes", &Q[BLANK_CODE], &Q[LEFT_CODE], false },
    { 0 },
};
static const struct privacy_term terms[] = {
    { "owner.devices", "owner_role owner_fact owner_code", PRIVACY_PERSON,
      .why_ru = "Гарантия и обслуживание: чьё это устройство", .why_en = "Warranty and service: whose a device is",
      .law_ru = "ЗоЗПП, ст. 18 и 19", .law_en = "Consumer Protection Act, art. 18 and 19" },
    { 0 },
};
/* clang-format on */

const struct privacy_part owner_privacy = {
    .tells = tells, .forgets = forgets, .terms = terms, .needs = &Q[NEEDS]
};
