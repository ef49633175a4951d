/* What the customer room does by itself: forget codes and visits nobody can use, and
 * what `prilavok check` proves. */
#include "base/time.h"
#include "customer/customer_note.h"
#include "customer/customer_own.h"
#include "customer/customer_rehearse.h"
#include "customer/customer_resolve.h"
#include "customer/customer_wait.h"
#include "event/event.h"
#include "job/job.h"

/* clang-format off */
const struct query customer_check_sql[] = {
    { "customer.check_key",
      "SELECT k.kind, k.value, k.customer_id FROM customer_key k"
      " WHERE k.customer_id <> 0"
      "   AND NOT EXISTS (SELECT 1 FROM customer_person p WHERE p.id = k.customer_id AND p.merged_into IS NULL)",
      .scan = "every key is proved" },

    { "customer.check_visit",
      "SELECT v.id, v.customer_id FROM customer_visit v WHERE v.customer_id IS NOT NULL"
      "   AND NOT EXISTS (SELECT 1 FROM customer_person p WHERE p.id = v.customer_id AND p.merged_into IS NULL)",
      .scan = "every visit is proved" },

    { "customer.check_merged",
      "SELECT p.id, p.merged_into, p.merge_id FROM customer_person p"
      "  LEFT JOIN customer_person s ON s.id = p.merged_into AND s.merged_into IS NULL"
      "  LEFT JOIN customer_merge m ON m.id = p.merge_id AND m.loser_id = p.id AND m.undone_at IS NULL"
      " WHERE p.merged_into IS NOT NULL AND (s.id IS NULL OR m.id IS NULL)",
      .scan = "every merged person is proved" },

    { "customer.check_own",
      "SELECT p.id FROM customer_person p WHERE (p.merged_into IS NOT NULL OR EXISTS"
      "       (SELECT 1 FROM customer_person m WHERE m.merged_into = p.id))"
      "   AND NOT EXISTS (SELECT 1 FROM customer_own o WHERE o.id = p.id)",
      .scan = "every part of a merge is proved" },

    { "customer.check_blocked",
      "SELECT k.kind, k.value FROM customer_key k WHERE k.customer_id = 0 AND NOT EXISTS"
      " (SELECT 1 FROM customer_key_block b WHERE b.kind = k.kind AND b.value = k.value AND b.why <> 3)",
      .scan = "every key of nobody is proved" },

    /* Somebody's rows are as many as he has said, no more and no fewer. */
    { "customer.check_consent_rows",
      "SELECT h.id, h.n, h.earlier FROM customer_consent_chain h LEFT JOIN"
      " (SELECT COALESCE(born_id, customer_id) AS born, COUNT(n) AS n, MAX(n) AS top, COUNT(*) - COUNT(n) AS earlier"
      "    FROM customer_consent GROUP BY COALESCE(born_id, customer_id)) k ON k.born = h.id"
      " WHERE COALESCE(k.n, 0) <> h.n - h.cut_n OR COALESCE(k.earlier, 0) <> h.earlier"
      "    OR COALESCE(k.top, h.cut_n) <> h.n",
      .scan = "every chain of consents is proved" },
    { "customer.check_consent_chain",
      "SELECT k.customer_id, k.purpose, k.channel, k.at FROM customer_consent k"
      "  LEFT JOIN customer_consent_chain h ON h.id = COALESCE(k.born_id, k.customer_id)"
      " WHERE h.id IS NULL OR (k.n = h.n AND k.proof <> h.proof)",
      .scan = "every consent is proved" },
    QUERY_END
};
/* clang-format on */

static enum err tidy(struct ctx *c, void *unused)
{
    (void)unused;
    TRY(customer_codes_tidy(c));
    return consent_waits_tidy(c);
}

static enum err tidy_all(struct ctx *c, struct job *j)
{
    (void)j;
    TRY(db_unit(c, tidy, NULL));
    return customer_notes_tidy(c);
}

static enum err settle(struct ctx *c, struct job *j)
{
    struct event e = { .data = j->arg };
    i64 id;

    if (!event_id(&e, "id", &id)) return FAIL(c, BAD_ARGUMENT, "no id in %s", j->arg);
    return db_unit(c, customer_settle, &id);
}

static enum err shops(struct ctx *c, struct job *j)
{
    (void)j;
    return db_unit(c, customer_block_shops, NULL);
}

const struct job_kind customer_jobs[] = {
    { "customer.settle", settle,
      .doc = "Bring along what was written for somebody while he was being merged." },
    { "customer.compare", customer_compare, .every_ms = 10 * MINUTE_MS,
      .doc = "Look for doubles of people who came or changed: the sure ones merge, the "
             "rest waits for somebody." },
    { "customer.compare_whole", customer_compare_whole, .tries = 3,
      .doc = "Compare the whole base with itself, and learn from it how much each "
             "likeness weighs." },
    { "customer.rehearse", customer_rehearse, .tries = 3,
      .doc = "Try rules of identity over the whole base and take it back." },
    { "customer.apply", customer_apply, .tries = 3,
      .doc = "Part and merge by the rules that were switched on." },
    { "customer.block_shops", shops, .every_ms = HOUR_MS,
      .doc = "Let the shops' own telephones be nobody's." },
    { "customer.tidy", tidy_all, .every_ms = DAY_MS,
      .doc = "Forget one-time codes that nobody can use any more, and notes taken away "
             "a month ago." },
    { 0 }
};
