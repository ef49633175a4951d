/* What the owner room is made of. */
#include "owner/owner_own.h"

extern const char owner_schema[];
extern const struct query owner_sql[], owner_device_sql[], owner_follow_sql[],
    owner_hand_sql[], owner_code_sql[], owner_life_sql[], owner_person_sql[],
    owner_privacy_sql[];
extern const struct person_part owner_person;
extern const struct privacy_part owner_privacy;
extern const struct route owner_routes[];
extern const struct subscriber owner_subscribers[];

/* clang-format off */
static const struct query checks[] = {
    { "owner.check_unit",
      "SELECT u.serial, u.variant_id FROM owner_unit u WHERE NOT EXISTS"
      " (SELECT 1 FROM pub_stock_unit s WHERE s.serial = u.serial)",
      .scan = "every piece is proved" },

    { "owner.check_role",
      "SELECT r.serial, r.role, r.customer_id FROM owner_role r WHERE NOT EXISTS"
      " (SELECT 1 FROM owner_fact f WHERE f.serial = r.serial AND f.id = r.fact_id"
      "     AND f.customer_id = r.customer_id AND COALESCE(f.born_id, 0) = COALESCE(r.born_id, 0))",
      .scan = "every role is proved" },

    /* The newest word on whose it is: an owner after it, or none. */
    { "owner.check_owner",
      "SELECT f.serial, f.id, f.customer_id FROM owner_fact f"
      "  LEFT JOIN owner_role r ON r.serial = f.serial AND r.role = 1"
      " WHERE f.what <> 6 AND NOT EXISTS (SELECT 1 FROM owner_fact n WHERE n.serial = f.serial AND n.what <> 6"
      "          AND (n.at > f.at OR (n.at = f.at AND n.id > f.id)))"
      "   AND ((f.what IN (1, 5) AND r.serial IS NOT NULL)"
      "     OR (f.what IN (0, 3, 4) AND COALESCE(r.customer_id, 0) <> f.customer_id))",
      .scan = "every piece is proved" },

    { "owner.check_person",
      "SELECT r.serial, r.customer_id FROM owner_role r JOIN pub_customer_living p ON p.id = r.customer_id"
      " WHERE p.living_id <> p.id",
      .scan = "every role is proved" },
    QUERY_END
};
/* clang-format on */

const struct module owner_module = {
    .name = "owner",
    .needs = (const char *const[]){ "staff", "event", "place", "catalog", "stock",
                                    "customer", "order", NULL },
    .schema = owner_schema,
    .queries =
        (const struct query *const[]){ owner_sql, owner_device_sql, owner_follow_sql,
                                       owner_hand_sql, owner_code_sql, owner_life_sql,
                                       owner_person_sql, owner_privacy_sql, NULL },
    .person = &owner_person,
    .checks = checks,
    .privacy = &owner_privacy,
    .routes = owner_routes,
    .subscribers = owner_subscribers,
};
