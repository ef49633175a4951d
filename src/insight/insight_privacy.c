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
    LEFT_FROZEN,
    OLD_ROWS,
    DROP_ROWS,
    OLD_LISTS,
    DROP_LISTS
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
    [OLD_ROWS] = { "insight.old_frozen_rows",
        "SELECT COUNT(*) FROM (SELECT 1 FROM insight_snapshot_row WHERE snapshot_id < $1 LIMIT $2) counted" },
    [DROP_ROWS] = { "insight.drop_old_frozen_rows",
        "DELETE FROM insight_snapshot_row WHERE (snapshot_id, customer_id) IN"
        " (SELECT snapshot_id, customer_id FROM insight_snapshot_row WHERE snapshot_id < $1"
        "   ORDER BY snapshot_id, customer_id LIMIT $2)" },
    [OLD_LISTS] = { "insight.old_frozen_lists",
        "SELECT COUNT(*) FROM (SELECT 1 FROM insight_snapshot WHERE id < $1 LIMIT $2) counted" },
    [DROP_LISTS] = { "insight.drop_old_frozen_lists",
        "DELETE FROM insight_snapshot WHERE id IN (SELECT id FROM insight_snapshot WHERE id < $1 ORDER BY id LIMIT $2)" },
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
static const struct privacy_age old_lists[] = {
    { &Q[OLD_ROWS], &Q[DROP_ROWS], .by_id = true }, { &Q[OLD_LISTS], &Q[DROP_LISTS], .by_id = true }, { 0 },
};
static const struct privacy_term terms[] = {
    { "insight.facts", "insight_person insight_seen insight_in insight_member", PRIVACY_PERSON,
      .why_ru = "Выводы из покупок и действий: делаются заново, исчезают вместе с тем, из чего сделаны",
      .why_en = "What follows from purchases and visits: made anew, goes with what it is made of",
      .law_ru = "152-ФЗ, ст. 5, ч. 7", .law_en = "152-FZ, art. 5 part 7" },
    { "insight.lists", "insight_snapshot_row", PRIVACY_AGED, "insight.keep_list_days", .ages = old_lists,
      .why_ru = "Проверить, кому что было предложено: застывшие списки сегментов",
      .why_en = "To see who was offered what: frozen lists of segments",
      .law_ru = "38-ФЗ, ст. 12: рекламу хранят год", .law_en = "38-FZ, art. 12: advertising is kept for a year" },
    { 0 },
};
/* clang-format on */

const struct privacy_part insight_privacy = { .tells = tells,
                                              .forgets = forgets,
                                              .terms = terms };
