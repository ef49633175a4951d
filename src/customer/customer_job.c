/* What the customer room does by itself: forget codes and visits nobody can use, and
 * what `prilavok check` proves. */
#include "base/time.h"
#include "customer/customer_note.h"
#include "customer/customer_own.h"
#include "job/job.h"

/* clang-format off */
const struct query customer_check_sql[] = {
    { "customer.check_key",
      "SELECT k.kind, k.value, k.customer_id FROM customer_key k"
      " WHERE NOT EXISTS (SELECT 1 FROM customer_person p WHERE p.id = k.customer_id)",
      .scan = "every key is proved" },

    { "customer.check_visit",
      "SELECT v.id, v.customer_id FROM customer_visit v WHERE v.customer_id IS NOT NULL"
      "   AND NOT EXISTS (SELECT 1 FROM customer_person p WHERE p.id = v.customer_id)",
      .scan = "every visit is proved" },
    QUERY_END
};
/* clang-format on */

static enum err tidy(struct ctx *c, void *ret_n)
{
    TRY(customer_codes_tidy(c));
    return customer_visits_tidy(c, ret_n);
}

static enum err tidy_all(struct ctx *c, struct job *j)
{
    i64 n;

    (void)j;
    do {
        TRY(db_unit(c, tidy, &n));
    } while (n);
    return customer_notes_tidy(c);
}

const struct job_kind customer_jobs[] = {
    { "customer.tidy", tidy_all, .every_ms = DAY_MS,
      .doc = "Forget one-time codes and visits that nobody can use any more, and notes "
             "taken away a month ago." },
    { 0 }
};
