/* What the home room tells a person, and how it forgets him. */
#include "base/privacy.h"

#include "home/home_own.h"

enum {
    TELL,
    DROP_MEMBER,
    LEFT_MEMBER,
    DROP_INVITE,
    LEFT_INVITE,
    DROP_ADDRESS,
    LEFT_ADDRESS,
    DROP_HINT_A,
    LEFT_HINT_A,
    DROP_HINT_B,
    LEFT_HINT_B,
    ADDRESSES,
    OLD,
    DROP_OLD
};

/* clang-format off */
const struct query home_privacy_sql[] = {
    [TELL] = { "home.tell",
        "SELECT joined_at, CASE WHEN shows IN (1, 3) THEN 1 ELSE 0 END, CASE WHEN shows IN (2, 3) THEN 1 ELSE 0 END"
        "  FROM home_member WHERE customer_id = $1" },
    [DROP_MEMBER] = { "home.drop_member", "DELETE FROM home_member WHERE customer_id = $1" },
    [LEFT_MEMBER] = { "home.left_member", "SELECT COUNT(*) FROM home_member WHERE customer_id = $1" },
    [DROP_INVITE] = { "home.drop_invite", "DELETE FROM home_invite WHERE customer_id = $1 AND customer_id <> 0" },
    [LEFT_INVITE] = { "home.left_invite",
        "SELECT COUNT(*) FROM home_invite WHERE customer_id = $1 AND customer_id <> 0" },
    [DROP_ADDRESS] = { "home.drop_address", "DELETE FROM home_address WHERE customer_id = $1" },
    [LEFT_ADDRESS] = { "home.left_address", "SELECT COUNT(*) FROM home_address WHERE customer_id = $1" },
    [DROP_HINT_A] = { "home.drop_hint_a", "DELETE FROM home_hint WHERE a_id = $1" },
    [LEFT_HINT_A] = { "home.left_hint_a", "SELECT COUNT(*) FROM home_hint WHERE a_id = $1" },
    [DROP_HINT_B] = { "home.drop_hint_b", "DELETE FROM home_hint WHERE b_id = $1" },
    [LEFT_HINT_B] = { "home.left_hint_b", "SELECT COUNT(*) FROM home_hint WHERE b_id = $1" },
    [ADDRESSES] = { "home.all_addresses",
        "SELECT COUNT(*) FROM (SELECT 1 FROM home_address LIMIT $1) counted", .scan = "no more than its ceiling" },
    [OLD] = { "home.old_addresses",
        "SELECT COUNT(*) FROM (SELECT 1 FROM home_address WHERE at < $1 LIMIT $2) counted" },
    [DROP_OLD] = { "home.drop_old_addresses",
        "DELETE FROM home_address WHERE (hash, customer_id) IN"
        " (SELECT hash, customer_id FROM home_address WHERE at < $1 ORDER BY at LIMIT $2)" },
    QUERY_END
};

static const struct privacy_column columns[] = {
    { "since_at", PRIVACY_TIME, NULL }, { "shows_devices", PRIVACY_FLAG, NULL },
    { "shows_purchases", PRIVACY_FLAG, NULL }, { 0 },
};

#define Q home_privacy_sql
static const struct privacy_tell tells[] = { { "home", &Q[TELL], columns }, { 0 } };
static const struct privacy_forget forgets[] = {
    { "home.members", &Q[DROP_MEMBER], &Q[LEFT_MEMBER], false },
    { "home.invites", &Q[DROP_INVITE], &Q[LEFT_INVITE], false },
    { "home.addresses", &Q[DROP_ADDRESS], &Q[LEFT_ADDRESS], false },
    { "home.hints", &Q[DROP_HINT_A], &Q[LEFT_HINT_A], false },
    { "home.hints_of_others", &Q[DROP_HINT_B], &Q[LEFT_HINT_B], false },
    { 0 },
};
static const struct privacy_age old[] = {
    { &Q[OLD], &Q[DROP_OLD], .all = &Q[ADDRESSES] },
    { 0 },
};
static const struct privacy_term terms[] = {
    { "home.home", "home_member home_invite home_hint", PRIVACY_PERSON,
      .why_ru = "Показывать семье общие устройства и покупки: только тем, кто так решил",
      .why_en = "To show a family what it shares: only to those who chose so",
      .law_ru = "152-ФЗ, ст. 5, ч. 7", .law_en = "152-FZ, art. 5 part 7" },
    { "home.addresses", "home_address", PRIVACY_AGED, "home.keep_address_days", .ages = old,
      .why_ru = "Догадаться, кто живёт вместе: отпечаток адреса доставки, не сам адрес",
      .why_en = "To guess who lives together: a hash of where goods went, not the address",
      .law_ru = "152-ФЗ, ст. 5, ч. 7: не дольше, чем нужно для цели",
      .law_en = "152-FZ, art. 5 part 7: no longer than the purpose needs" },
    { 0 },
};
/* clang-format on */

const struct privacy_part home_privacy = { .tells = tells,
                                           .forgets = forgets,
                                           .terms = terms };
