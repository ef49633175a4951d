/* What was said to a person: told to him, and forgotten with him. */
#include "base/privacy.h"

#include "db/db.h"
#include "message/message.h"

enum { SAID, DROP, LEFT, DROP_TO, LEFT_TO };

/* clang-format off */
const struct query message_privacy_sql[] = {
    [SAID] = { "message.tell",
        "SELECT created_at, channel, address, subject, body, sent_at FROM message_outbox"
        " WHERE customer_id = $1 ORDER BY id" },
    [DROP] = { "message.drop_of", "DELETE FROM message_outbox WHERE customer_id = $1 AND customer_id <> 0" },
    [LEFT] = { "message.left_of",
        "SELECT COUNT(*) FROM message_outbox WHERE customer_id = $1 AND customer_id <> 0" },
    [DROP_TO] = { "message.drop_to", "DELETE FROM message_outbox WHERE customer_id = 0 AND address = $1" },
    [LEFT_TO] = { "message.left_to",
        "SELECT COUNT(*) FROM message_outbox WHERE customer_id = 0 AND address = $1" },
    QUERY_END
};

static const struct privacy_column columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "channel", PRIVACY_WORD, message_channel_words },
    { "to", PRIVACY_CONTACT, NULL }, { "subject", PRIVACY_TEXT, NULL }, { "text", PRIVACY_TEXT, NULL },
    { "sent_at", PRIVACY_TIME, NULL }, { 0 },
};

#define Q message_privacy_sql
static const struct privacy_tell tells[] = { { "messages", &Q[SAID], columns }, { 0 } };
static const struct privacy_forget forgets[] = {
    { "message.texts", &Q[DROP], &Q[LEFT], false },
    { "message.codes", &Q[DROP_TO], &Q[LEFT_TO], PRIVACY_BY_SEALED },
    { 0 },
};
/* clang-format on */

const struct privacy_part message_privacy = { .tells = tells, .forgets = forgets };
