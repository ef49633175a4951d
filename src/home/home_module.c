/* What the home room is made of. */
#include "base/time.h"
#include "home/home_own.h"
#include "job/job.h"

extern const char home_schema[];
extern const struct query home_sql[], home_hint_sql[], home_person_sql[],
    home_privacy_sql[];
extern const struct person_part home_person;
extern const struct privacy_part home_privacy;
extern const struct route home_routes[];
extern const struct subscriber home_subscribers[];
extern const struct sealed home_sealed[];

/* clang-format off */
static const struct query checks[] = {
    { "home.check_home",
      "SELECT m.customer_id, m.home_id FROM home_member m WHERE NOT EXISTS"
      " (SELECT 1 FROM home_home h WHERE h.id = m.home_id)",
      .scan = "every member is proved" },

    /* Who was merged keeps a row only while his survivor has one as well. */
    { "home.check_living",
      "SELECT m.customer_id FROM home_member m JOIN pub_customer_living p ON p.id = m.customer_id"
      " WHERE p.living_id <> p.id AND NOT EXISTS (SELECT 1 FROM home_member s WHERE s.customer_id = p.living_id)",
      .scan = "every member is proved" },
    QUERY_END
};

static const struct job_kind jobs[] = {
    { "home.seal_addresses", home_seal_addresses, .every_ms = HOUR_MS,
      .doc = "Seals the hashes of addresses that a release before wrote without a key." },
    { 0 },
};

static const struct setting settings[] = {
    { "home.keep_address_days", SETTING_INT, 30, 3650, 1095, NULL,
      "Сколько дней хранятся отпечатки адресов, по которым видно, кто живёт вместе",
      "Days for which hashes of addresses are kept, which tell who lives together" },
    { 0 },
};
/* clang-format on */

const struct module home_module = {
    .name = "home",
    .needs =
        (const char *const[]){ "staff", "event", "customer", "order", "owner", NULL },
    .schema = home_schema,
    .queries = (const struct query *const[]){ home_sql, home_hint_sql, home_person_sql,
                                              home_privacy_sql, NULL },
    .person = &home_person,
    .checks = checks,
    .jobs = jobs,
    .sealed = home_sealed,
    .privacy = &home_privacy,
    .routes = home_routes,
    .settings = settings,
    .subscribers = home_subscribers,
};
