/* What was said to a person: told to him, and forgotten with him. */
#include "base/privacy.h"

#include "db/db.h"
#include "message/message.h"

enum { SAID, DROP, LEFT, DROP_TO, LEFT_TO, OLD, DROP_OLD };

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
    [OLD] = { "message.old",
        "SELECT COUNT(*) FROM (SELECT 1 FROM message_outbox WHERE id < $1 LIMIT $2) counted" },
    [DROP_OLD] = { "message.drop_old",
        "DELETE FROM message_outbox WHERE id IN (SELECT id FROM message_outbox WHERE id < $1 ORDER BY id LIMIT $2)" },
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
static const struct privacy_age old_texts[] = { { &Q[OLD], &Q[DROP_OLD], .by_id = true }, { 0 } };
static const struct privacy_term terms[] = {
    { "message.texts", "message_outbox", PRIVACY_AGED, "message.keep_days", .ages = old_texts,
      .why_ru = "Отправить сообщение и ответить, что и когда было сказано",
      .why_en = "To send a message, and to answer what was said and when",
      .law_ru = "152-ФЗ, ст. 5, ч. 7: не дольше, чем нужно для цели",
      .law_en = "152-FZ, art. 5 part 7: no longer than the purpose needs" },
    { 0 },
};
/* clang-format on */

const struct privacy_part message_privacy = { .tells = tells,
                                              .forgets = forgets,
                                              .terms = terms };
