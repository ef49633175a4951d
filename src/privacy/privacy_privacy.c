/* A person's own requests belong to what is told to him, and so does how long all the
 * rest is kept (152-FZ, art. 14 part 7). */
#include <string.h>

#include "privacy/privacy_hold.h"
#include "privacy/privacy_term.h"

enum { ASKED, OLD, DROP_OLD, NEEDS, HOLDS, BLANK, LEFT, OLD_HOLDS, DROP_HOLDS };

/* clang-format off */
const struct query privacy_own_sql[] = {
    [ASKED] = { "privacy.tell",
        "SELECT asked_at, kind, state, due_at, ended_at FROM privacy_request"
        " WHERE customer_id = $1 ORDER BY id" },
    [OLD] = { "privacy.old_requests",
        "SELECT COUNT(*) FROM (SELECT 1 FROM privacy_request WHERE state <> 0 AND ended_at < $1 LIMIT $2) counted" },
    [DROP_OLD] = { "privacy.drop_old_requests",
        "DELETE FROM privacy_request WHERE id IN"
        " (SELECT id FROM privacy_request WHERE state <> 0 AND ended_at < $1 ORDER BY ended_at LIMIT $2)" },
    [NEEDS] = { "privacy.needs",
        "SELECT COUNT(*) FROM privacy_request WHERE customer_id = $1 AND (state = 0 OR asked_at >= $2)" },
    [HOLDS] = { "privacy.tell_holds",
        "SELECT at, kind, why, until_at, lifted_at FROM privacy_hold WHERE customer_id = $1 ORDER BY id" },
    [BLANK] = { "privacy.blank_holds", "UPDATE privacy_hold SET why = '' WHERE customer_id = $1 AND why <> ''" },
    [LEFT] = { "privacy.left_holds", "SELECT COUNT(*) FROM privacy_hold WHERE customer_id = $1 AND why <> ''" },
    [OLD_HOLDS] = { "privacy.old_holds",
        "SELECT COUNT(*) FROM (SELECT 1 FROM privacy_hold WHERE until_at < $1 LIMIT $2) counted" },
    [DROP_HOLDS] = { "privacy.drop_old_holds",
        "DELETE FROM privacy_hold WHERE (customer_id, id) IN"
        " (SELECT customer_id, id FROM privacy_hold WHERE until_at < $1 ORDER BY until_at LIMIT $2)" },
    QUERY_END
};

static const struct privacy_column columns[] = {
    { "asked_at", PRIVACY_TIME, NULL }, { "kind", PRIVACY_WORD, privacy_ask_words },
    { "state", PRIVACY_WORD, privacy_state_words }, { "due_at", PRIVACY_TIME, NULL },
    { "ended_at", PRIVACY_TIME, NULL }, { 0 },
};
static const struct privacy_column hold_columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "kind", PRIVACY_WORD, privacy_hold_words }, { "why", PRIVACY_SEALED, NULL },
    { "until_at", PRIVACY_TIME, NULL }, { "lifted_at", PRIVACY_TIME, NULL }, { 0 },
};
static const struct privacy_column term_columns[] = {
    { "what", PRIVACY_TEXT, NULL }, { "purpose", PRIVACY_TEXT, NULL }, { "law", PRIVACY_TEXT, NULL },
    { "days", PRIVACY_INT, NULL }, { 0 },
};

static enum err tell_terms(struct ctx *c, i64 customer_id, struct privacy_sheet *to)
{
    const bool en = c->lang && !strcmp(c->lang, "en");
    const struct privacy_term *t;

    (void)customer_id;
    for (size_t n = 0; (t = privacy_term_at(n)); n++)
        to->put(to, (const union privacy_cell[]){ { .s = privacy_word(c, t->what) },
                                                  { .s = en ? t->why_en : t->why_ru },
                                                  { .s = en ? t->law_en : t->law_ru },
                                                  { .i = privacy_term_days(c, t) } });
    return ERR_OK;
}

static const struct privacy_tell tells[] = {
    { "requests", &privacy_own_sql[ASKED], columns },
    { "holds", &privacy_own_sql[HOLDS], hold_columns },
    { "terms", NULL, term_columns, tell_terms },
    { 0 },
};
static const struct privacy_forget forgets[] = {
    { "privacy.holds", &privacy_own_sql[BLANK], &privacy_own_sql[LEFT], PRIVACY_BY_PERSON },
    { 0 },
};
static const struct privacy_keep keeps[] = {
    { "privacy.requests", "152-ФЗ, ст. 21: доказательство, что просьба исполнена, без имени и контактов, 3 года",
      "152-FZ, art. 21: proof that the wish was fulfilled, without name and contacts, 3 years" },
    { 0 },
};
static const struct privacy_age old[] = {
    { &privacy_own_sql[OLD], &privacy_own_sql[DROP_OLD] },
    { &privacy_own_sql[OLD_HOLDS], &privacy_own_sql[DROP_HOLDS] },
    { 0 },
};
static const struct privacy_term terms[] = {
    { "privacy.requests", "privacy_request privacy_hold", PRIVACY_AGED, "privacy.keep_request_days", .ages = old,
      .why_ru = "Доказать, что просьба исполнена: кто просил, когда, справка без имени",
      .why_en = "To prove that a wish was fulfilled: who asked, when, a certificate without a name",
      .law_ru = "152-ФЗ, ст. 21; срок исковой давности от 3 до 10 лет (ГК, ст. 196)",
      .law_en = "152-FZ, art. 21; claims lapse after 3 to 10 years (Civil Code, art. 196)" },
    { 0 },
};
/* clang-format on */

const struct privacy_part privacy_privacy = { .tells = tells,
                                              .forgets = forgets,
                                              .keeps = keeps,
                                              .terms = terms,
                                              .needs = &privacy_own_sql[NEEDS] };
