/* Documents of the other side name a buyer; a table that was brought in may have named
 * him in a row that was refused. */
#include "base/privacy.h"

#include "exchange/exchange_job.h"
#include "exchange/exchange_own.h"

enum {
    PARTIES,
    BLANK,
    LEFT,
    DROP_REJECT,
    LEFT_REJECT,
    OLD,
    BLANK_OLD,
    OLD_REJECTS,
    DROP_REJECTS,
    OLD_MARKS,
    DROP_MARKS,
    OLD_TAKEN,
    DROP_TAKEN,
    NEEDS
};

/* clang-format off */
const struct query exchange_privacy_sql[] = {
    [PARTIES] = { "exchange.tell_documents",
        "SELECT at, number, operation, party, sum_minor FROM exchange_document"
        " WHERE customer_id = $1 ORDER BY at" },
    [BLANK] = { "exchange.blank_party",
        "UPDATE exchange_document SET party = NULL WHERE customer_id = $1 AND party IS NOT NULL" },
    [LEFT] = { "exchange.left_party",
        "SELECT COUNT(*) FROM exchange_document WHERE customer_id = $1 AND party IS NOT NULL" },
    [DROP_REJECT] = { "exchange.forget_rejects",
        "DELETE FROM exchange_reject WHERE external = $1" },
    [LEFT_REJECT] = { "exchange.rejects_left",
        "SELECT COUNT(*) FROM exchange_reject WHERE external = $1" },
    [OLD] = { "exchange.old_parties",
        "SELECT COUNT(*) FROM (SELECT 1 FROM exchange_document WHERE party IS NOT NULL AND at < $1 LIMIT $2) counted" },
    [BLANK_OLD] = { "exchange.blank_old_parties",
        "UPDATE exchange_document SET party = NULL WHERE (source, external) IN"
        " (SELECT source, external FROM exchange_document WHERE party IS NOT NULL AND at < $1 ORDER BY at LIMIT $2)" },
    [OLD_REJECTS] = { "exchange.old_rejects",
        "SELECT COUNT(*) FROM (SELECT 1 FROM exchange_reject WHERE run_id < $1 LIMIT $2) counted" },
    [DROP_REJECTS] = { "exchange.drop_old_rejects",
        "DELETE FROM exchange_reject WHERE (run_id, n) IN"
        " (SELECT run_id, n FROM exchange_reject WHERE run_id < $1 ORDER BY run_id, n LIMIT $2)" },
    [OLD_MARKS] = { "exchange.old_marks",
        "SELECT COUNT(*) FROM (SELECT 1 FROM exchange_taken_mark WHERE taken_id < $1 LIMIT $2) counted" },
    [DROP_MARKS] = { "exchange.drop_old_marks",
        "DELETE FROM exchange_taken_mark WHERE (taken_id, part) IN"
        " (SELECT taken_id, part FROM exchange_taken_mark WHERE taken_id < $1 ORDER BY taken_id, part LIMIT $2)" },
    [OLD_TAKEN] = { "exchange.old_taken",
        "SELECT COUNT(*) FROM (SELECT 1 FROM exchange_taken WHERE id < $1 LIMIT $2) counted" },
    [DROP_TAKEN] = { "exchange.drop_old_taken",
        "DELETE FROM exchange_taken WHERE id IN (SELECT id FROM exchange_taken WHERE id < $1 ORDER BY id LIMIT $2)" },
    [NEEDS] = { "exchange.needs",
        "SELECT COUNT(*) FROM exchange_document WHERE customer_id = $1 AND at >= $2" },
    QUERY_END
};

static const struct privacy_column columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "number", PRIVACY_TEXT, NULL }, { "kind", PRIVACY_TEXT, NULL },
    { "party", PRIVACY_TEXT, NULL }, { "sum", PRIVACY_MONEY, NULL }, { 0 },
};
static const struct privacy_tell tells[] = { { "documents", &exchange_privacy_sql[PARTIES], columns }, { 0 } };
static const struct privacy_forget forgets[] = {
    { "exchange.parties", &exchange_privacy_sql[BLANK], &exchange_privacy_sql[LEFT], false },
    { "exchange.rejects", &exchange_privacy_sql[DROP_REJECT], &exchange_privacy_sql[LEFT_REJECT],
      PRIVACY_BY_SEALED },
    { 0 },
};
#define Q exchange_privacy_sql
static const struct privacy_age old_parties[] = { { &Q[OLD], &Q[BLANK_OLD] }, { 0 } };
static const struct privacy_age old_rejects[] = { { &Q[OLD_REJECTS], &Q[DROP_REJECTS], .by_id = true }, { 0 } };
static const struct privacy_age old_taken[] = {
    { &Q[OLD_MARKS], &Q[DROP_MARKS], .by_id = true }, { &Q[OLD_TAKEN], &Q[DROP_TAKEN], .by_id = true }, { 0 },
};
static const struct privacy_term terms[] = {
    { "exchange.parties", "exchange_document", PRIVACY_AGED, "exchange.keep_party_days", .ages = old_parties,
      .why_ru = "Имя покупателя в документах учётной системы: сверять с ней",
      .why_en = "The buyer's name in documents of the accounting system: to compare with it",
      .law_ru = "402-ФЗ, ст. 29: сами документы 5 лет хранит учётная система, здесь их копия",
      .law_en = "402-FZ, art. 29: the accounting system keeps the documents for 5 years, these are copies" },
    { "exchange.rejects", "exchange_reject", PRIVACY_AGED, "exchange.keep_reject_days", .ages = old_rejects,
      .why_ru = "Исправить строки загрузки, которые не удалось принять",
      .why_en = "To put right rows of an upload that were not taken",
      .law_ru = "152-ФЗ, ст. 5, ч. 7", .law_en = "152-FZ, art. 5 part 7" },
    { "exchange.taken", "exchange_taken exchange_taken_mark", PRIVACY_AGED, "exchange.keep_taken_days", .ages = old_taken,
      .why_ru = "Узнать утёкший файл: кто и когда унёс список людей; отпечатки строк, не сами строки",
      .why_en = "To know a leaked file again: who took a list of people away and when; marks of rows, not the rows",
      .law_ru = "152-ФЗ, ст. 19 и 21; срок исковой давности 3 года (ГК, ст. 196)",
      .law_en = "152-FZ, art. 19 and 21; claims lapse after 3 years (Civil Code, art. 196)" },
    { "exchange.files", "", PRIVACY_BY_ROOM, "exchange.keep_files_days", .job = "exchange.forget_files",
      .why_ru = "Разобраться, почему файл не загрузился",
      .why_en = "To find out why a file was not taken",
      .law_ru = "152-ФЗ, ст. 5, ч. 7", .law_en = "152-FZ, art. 5 part 7" },
    { 0 },
};
/* clang-format on */

const struct privacy_part exchange_privacy = { .tells = tells,
                                               .forgets = forgets,
                                               .terms = terms,
                                               .needs = &Q[NEEDS],
                                               .outside = exchange_forget_person };
