/* Documents of the other side name a buyer; a table that was brought in may have named
 * him in a row that was refused. */
#include "base/privacy.h"

#include "exchange/exchange_job.h"
#include "exchange/exchange_own.h"

enum { PARTIES, BLANK, LEFT, DROP_REJECT, LEFT_REJECT };

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
/* clang-format on */

const struct privacy_part exchange_privacy = { .tells = tells,
                                               .forgets = forgets,
                                               .outside = exchange_forget_person };
