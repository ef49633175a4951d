/* What is concluded about a person is forgotten with him: facts, what he did on
 * screens, segments and their frozen lists. */
#include "base/privacy.h"

#include "insight/insight_own.h"

enum {
    SEGMENTS,
    DROP_FACTS,
    LEFT_FACTS,
    DROP_SEEN,
    LEFT_SEEN,
    COUNT_OUT,
    DROP_MEMBER,
    LEFT_MEMBER,
    DROP_IN,
    LEFT_IN,
    DROP_FROZEN,
    LEFT_FROZEN
};

#define HIS                                                                            \
    " FROM insight_member WHERE customer_id = $1"                                      \
    " AND segment_id IN (SELECT id FROM insight_segment)"

/* clang-format off */
const struct query insight_privacy_sql[] = {
    [SEGMENTS] = { "insight.tell_segments",
        "SELECT m.since_at, s.name FROM insight_segment s"
        "  JOIN insight_member m ON m.segment_id = s.id AND m.customer_id = $1 ORDER BY m.since_at",
        .scan = "one row a segment" },
    [DROP_FACTS] = { "insight.drop_facts", "DELETE FROM insight_person WHERE customer_id = $1" },
    [LEFT_FACTS] = { "insight.left_facts", "SELECT COUNT(*) FROM insight_person WHERE customer_id = $1" },
    [DROP_SEEN] = { "insight.drop_seen", "DELETE FROM insight_seen WHERE customer_id = $1" },
    [LEFT_SEEN] = { "insight.left_seen", "SELECT COUNT(*) FROM insight_seen WHERE customer_id = $1" },
    [COUNT_OUT] = { "insight.count_out",
        "UPDATE insight_segment SET n = n - 1 WHERE id IN (SELECT segment_id" HIS ")",
        .scan = "one row a segment" },
    [DROP_MEMBER] = { "insight.drop_member",
        "DELETE" HIS, .scan = "one row a segment" },
    [LEFT_MEMBER] = { "insight.left_member",
        "SELECT COUNT(*)" HIS, .scan = "one row a segment" },
    [DROP_IN] = { "insight.drop_in", "DELETE FROM insight_in WHERE customer_id = $1" },
    [LEFT_IN] = { "insight.left_in", "SELECT COUNT(*) FROM insight_in WHERE customer_id = $1" },
    [DROP_FROZEN] = { "insight.drop_frozen", "DELETE FROM insight_snapshot_row WHERE customer_id = $1" },
    [LEFT_FROZEN] = { "insight.left_frozen",
        "SELECT COUNT(*) FROM insight_snapshot_row WHERE customer_id = $1" },
    QUERY_END
};

static const struct privacy_column columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "name", PRIVACY_TEXT, NULL }, { 0 },
};

#define Q insight_privacy_sql
static const struct privacy_tell tells[] = { { "segments", &Q[SEGMENTS], columns }, { 0 } };
static const struct privacy_forget forgets[] = {
    { "insight.facts", &Q[DROP_FACTS], &Q[LEFT_FACTS], false },
    { "insight.seen", &Q[DROP_SEEN], &Q[LEFT_SEEN], false },
    /* The count goes down while his rows are still there to be counted by. */
    { "insight.segment_counts", &Q[COUNT_OUT], &Q[LEFT_SEEN], false },
    { "insight.segments", &Q[DROP_MEMBER], &Q[LEFT_MEMBER], false },
    { "insight.memberships", &Q[DROP_IN], &Q[LEFT_IN], false },
    { "insight.frozen_lists", &Q[DROP_FROZEN], &Q[LEFT_FROZEN], false },
    { 0 },
};
/* clang-format on */

const struct privacy_part insight_privacy = { .tells = tells, .forgets = forgets };
