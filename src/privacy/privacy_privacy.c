/* A person's own requests belong to what is told to him. */
#include "privacy/privacy_own.h"

enum { ASKED };

/* clang-format off */
const struct query privacy_own_sql[] = {
    [ASKED] = { "privacy.tell",
        "SELECT asked_at, kind, state, due_at, ended_at FROM privacy_request"
        " WHERE customer_id = $1 ORDER BY id" },
    QUERY_END
};

static const struct privacy_column columns[] = {
    { "asked_at", PRIVACY_TIME, NULL }, { "kind", PRIVACY_WORD, privacy_ask_words },
    { "state", PRIVACY_WORD, privacy_state_words }, { "due_at", PRIVACY_TIME, NULL },
    { "ended_at", PRIVACY_TIME, NULL }, { 0 },
};
static const struct privacy_tell tells[] = { { "requests", &privacy_own_sql[ASKED], columns }, { 0 } };
static const struct privacy_keep keeps[] = {
    { "privacy.requests", "152-ФЗ, ст. 21: доказательство, что просьба исполнена, без имени и контактов, 3 года",
      "152-FZ, art. 21: proof that the wish was fulfilled, without name and contacts, 3 years" },
    { 0 },
};
/* clang-format on */

const struct privacy_part privacy_privacy = { .tells = tells, .keeps = keeps };
