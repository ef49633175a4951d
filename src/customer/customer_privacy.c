/* What the customer room tells a person about himself, and how it forgets him.  His
 * number stays, for sales that the law wants kept; the proof of what he agreed to stays
 * with it, and names nobody. */
#include "base/privacy.h"

#include "customer/customer_consent.h"
#include "customer/customer_merge.h"
#include "customer/customer_own.h"
#include "event/event.h"

extern const struct privacy_term customer_terms[]; /* customer_term.c */
extern const struct query customer_term_sql[];

enum {
    PERSON,
    KEYS,
    KEY_LOG,
    VISITS,
    CONSENTS,
    NOTES,
    TAGS,
    KEEPERS,
    BLANK_PERSON,
    LEFT_PERSON,
    DROP_KEYS,
    LEFT_KEYS,
    DROP_KEY_LOG,
    LEFT_KEY_LOG,
    DROP_VISITS,
    LEFT_VISITS,
    DROP_NOTES,
    LEFT_NOTES,
    DROP_TAGS,
    LEFT_TAGS,
    DROP_KEEPERS,
    LEFT_KEEPERS,
    DROP_CODES,
    LEFT_CODES,
    TEXTS,
    WAITS,
    DROP_WAITS,
    LEFT_WAITS,
    BLANK_OWN,
    LEFT_OWN,
    DROP_USES,
    LEFT_USES,
    DROP_PAIRS_A,
    LEFT_PAIRS_A,
    DROP_PAIRS_B,
    LEFT_PAIRS_B,
    BLANK_MERGE,
    LEFT_MERGE,
    FORGOTTEN
};

/* clang-format off */
const struct query customer_privacy_sql[] = {
    [PERSON] = { "customer.tell_person",
        "SELECT last_name, first_name, middle_name, name_by, birth_day, lang, created_at, changed_at"
        "  FROM customer_person WHERE id = $1" },
    [KEYS] = { "customer.tell_keys",
        "SELECT kind, value, added_at, confirmed_at FROM customer_key"
        " WHERE customer_id = $1 ORDER BY kind, added_at, value" },
    [KEY_LOG] = { "customer.tell_key_log",
        "SELECT at, kind, value, what FROM customer_key_log WHERE customer_id = $1 ORDER BY id" },
    [VISITS] = { "customer.tell_visits",
        "SELECT created_at, seen_at, agent FROM customer_visit WHERE customer_id = $1 ORDER BY seen_at" },
    [CONSENTS] = { "customer.tell_consents",
        "SELECT at, purpose, channel, given, text_version, lang, text_hash, source, asked_at, proof, place_id"
        "  FROM customer_consent WHERE customer_id = $1 ORDER BY purpose, channel, at" },
    /* The words themselves, each once, in the language they were read in. */
    [TEXTS] = { "customer.tell_consent_texts",
        "SELECT DISTINCT d.purpose, d.version, k.lang, CASE WHEN k.lang = 'en' THEN d.text_en ELSE d.text_ru END,"
        "       CASE WHEN k.lang = 'en' THEN d.hash_en ELSE d.hash_ru END"
        "  FROM customer_consent k JOIN customer_document d ON d.purpose = k.purpose AND d.version = k.text_version"
        " WHERE k.customer_id = $1 ORDER BY 1, 2, 3" },
    [WAITS] = { "customer.tell_consent_waits",
        "SELECT at, purpose, channel, until_at FROM customer_consent_wait WHERE customer_id = $1 ORDER BY at" },
    [DROP_WAITS] = { "customer.drop_waits", "DELETE FROM customer_consent_wait WHERE customer_id = $1" },
    [LEFT_WAITS] = { "customer.left_waits",
        "SELECT COUNT(*) FROM customer_consent_wait WHERE customer_id = $1" },
    [NOTES] = { "customer.tell_notes",
        "SELECT at, text FROM customer_note WHERE customer_id = $1 AND deleted_at IS NULL ORDER BY id" },
    [TAGS] = { "customer.tell_tags",
        "SELECT at, tag FROM customer_tag WHERE customer_id = $1 ORDER BY order_id, tag" },
    [KEEPERS] = { "customer.tell_keepers",
        "SELECT k.at, (SELECT n.name FROM pub_staff_name n WHERE n.who_kind = 2 AND n.id = k.staff_id)"
        "  FROM customer_keeper k WHERE k.customer_id = $1 ORDER BY k.id" },

    [BLANK_PERSON] = { "customer.blank_person",
        "UPDATE customer_person SET last_name = '', first_name = '', middle_name = '', by_last = '',"
        "       by_first = '', birth_day = NULL, region_id = NULL, forgotten = 1, version = version + 1"
        " WHERE id = $1" },
    [LEFT_PERSON] = { "customer.left_person",
        "SELECT COUNT(*) FROM customer_person WHERE id = $1 AND (last_name <> '' OR first_name <> ''"
        "    OR middle_name <> '' OR by_last <> '' OR by_first <> '' OR birth_day IS NOT NULL"
        "    OR forgotten = 0)" },
    [DROP_KEYS] = { "customer.drop_keys", "DELETE FROM customer_key WHERE customer_id = $1" },
    [LEFT_KEYS] = { "customer.left_keys", "SELECT COUNT(*) FROM customer_key WHERE customer_id = $1" },
    [DROP_KEY_LOG] = { "customer.drop_key_log", "DELETE FROM customer_key_log WHERE customer_id = $1" },
    [LEFT_KEY_LOG] = { "customer.left_key_log",
        "SELECT COUNT(*) FROM customer_key_log WHERE customer_id = $1" },
    [DROP_VISITS] = { "customer.drop_visits", "DELETE FROM customer_visit WHERE customer_id = $1" },
    [LEFT_VISITS] = { "customer.left_visits",
        "SELECT COUNT(*) FROM customer_visit WHERE customer_id = $1" },
    [DROP_NOTES] = { "customer.drop_notes",
        "DELETE FROM customer_note WHERE customer_id = $1 AND customer_id <> 0" },
    [LEFT_NOTES] = { "customer.left_notes",
        "SELECT COUNT(*) FROM customer_note WHERE customer_id = $1 AND customer_id <> 0" },
    [DROP_TAGS] = { "customer.drop_tags",
        "DELETE FROM customer_tag WHERE customer_id = $1 AND customer_id <> 0" },
    [LEFT_TAGS] = { "customer.left_tags",
        "SELECT COUNT(*) FROM customer_tag WHERE customer_id = $1 AND customer_id <> 0" },
    [DROP_KEEPERS] = { "customer.drop_keepers", "DELETE FROM customer_keeper WHERE customer_id = $1" },
    [LEFT_KEEPERS] = { "customer.left_keepers",
        "SELECT COUNT(*) FROM customer_keeper WHERE customer_id = $1" },
    [DROP_CODES] = { "customer.drop_codes",
        "DELETE FROM customer_code WHERE kind IN (0, 1) AND value = $1" },
    [LEFT_CODES] = { "customer.left_codes",
        "SELECT COUNT(*) FROM customer_code WHERE kind IN (0, 1) AND value = $1" },

    /* What a merge keeps: each part's own word, shared keys, likeness, evidence. */
    [BLANK_OWN] = { "customer.blank_own",
        "UPDATE customer_own SET last_name = '', first_name = '', middle_name = '', birth_day = NULL,"
        "       region_id = NULL WHERE id = $1" },
    [LEFT_OWN] = { "customer.left_own",
        "SELECT COUNT(*) FROM customer_own WHERE id = $1 AND (last_name <> '' OR first_name <> ''"
        "    OR middle_name <> '' OR birth_day IS NOT NULL)" },
    [DROP_USES] = { "customer.drop_key_uses", "DELETE FROM customer_key_use WHERE customer_id = $1" },
    [LEFT_USES] = { "customer.left_key_uses",
        "SELECT COUNT(*) FROM customer_key_use WHERE customer_id = $1" },
    [DROP_PAIRS_A] = { "customer.drop_pairs_a", "DELETE FROM customer_pair WHERE a_id = $1" },
    [LEFT_PAIRS_A] = { "customer.left_pairs_a", "SELECT COUNT(*) FROM customer_pair WHERE a_id = $1" },
    [DROP_PAIRS_B] = { "customer.drop_pairs_b", "DELETE FROM customer_pair WHERE b_id = $1" },
    [LEFT_PAIRS_B] = { "customer.left_pairs_b", "SELECT COUNT(*) FROM customer_pair WHERE b_id = $1" },
    [BLANK_MERGE] = { "customer.blank_merge",
        "UPDATE customer_merge SET evidence = '{}', why = '', undone_why = NULL WHERE loser_id = $1" },
    [LEFT_MERGE] = { "customer.left_merge",
        "SELECT COUNT(*) FROM customer_merge WHERE loser_id = $1"
        "   AND (evidence <> '{}' OR why <> '' OR undone_why IS NOT NULL)" },

    /* From then on the time of his proofs runs. */
    [FORGOTTEN] = { "customer.forgotten_since",
        "UPDATE customer_person SET forgotten_at = $2 WHERE forgotten = 1 AND forgotten_at IS NULL"
        "   AND (id = $1 OR merged_into = $1)" },
    QUERY_END
};

static const char *const key_change_words[] = { "added", "removed", "confirmed", NULL };

static const struct privacy_column person_columns[] = {
    { "last_name", PRIVACY_TEXT, NULL }, { "first_name", PRIVACY_TEXT, NULL },
    { "middle_name", PRIVACY_TEXT, NULL }, { "source", PRIVACY_WORD, said_by_words },
    { "birth_date", PRIVACY_DAY, NULL },
    { "lang", PRIVACY_TEXT, NULL }, { "created_at", PRIVACY_TIME, NULL },
    { "changed_at", PRIVACY_TIME, NULL }, { 0 },
};
static const struct privacy_column key_columns[] = {
    { "kind", PRIVACY_WORD, customer_kind_words }, { "value", PRIVACY_CONTACT, NULL },
    { "at", PRIVACY_TIME, NULL }, { "confirmed_at", PRIVACY_TIME, NULL }, { 0 },
};
static const struct privacy_column key_log_columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "kind", PRIVACY_WORD, customer_kind_words },
    { "value", PRIVACY_CONTACT, NULL }, { "what", PRIVACY_WORD, key_change_words }, { 0 },
};
static const struct privacy_column visit_columns[] = {
    { "created_at", PRIVACY_TIME, NULL }, { "seen_at", PRIVACY_TIME, NULL },
    { "agent", PRIVACY_TEXT, NULL }, { 0 },
};
static const struct privacy_column consent_columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "purpose", PRIVACY_WORD, consent_purpose_words },
    { "channel", PRIVACY_WORD, consent_channel_words }, { "given", PRIVACY_FLAG, NULL },
    { "text_version", PRIVACY_TEXT, NULL }, { "lang", PRIVACY_TEXT, NULL }, { "text_hash", PRIVACY_TEXT, NULL },
    { "source", PRIVACY_WORD, consent_source_words }, { "asked_at", PRIVACY_TIME, NULL },
    { "proof", PRIVACY_TEXT, NULL }, { "place_id", PRIVACY_ID, NULL }, { 0 },
};
static const struct privacy_column text_columns[] = {
    { "purpose", PRIVACY_WORD, consent_purpose_words }, { "text_version", PRIVACY_TEXT, NULL },
    { "lang", PRIVACY_TEXT, NULL }, { "text", PRIVACY_TEXT, NULL }, { "text_hash", PRIVACY_TEXT, NULL }, { 0 },
};
static const struct privacy_column wait_columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "purpose", PRIVACY_WORD, consent_purpose_words },
    { "channel", PRIVACY_WORD, consent_channel_words }, { "until_at", PRIVACY_TIME, NULL }, { 0 },
};
static const struct privacy_column note_columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "text", PRIVACY_TEXT, NULL }, { 0 },
};
static const struct privacy_column tag_columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "tag", PRIVACY_TEXT, NULL }, { 0 },
};
static const struct privacy_column keeper_columns[] = {
    { "at", PRIVACY_TIME, NULL }, { "keeper", PRIVACY_TEXT, NULL }, { 0 },
};

#define Q customer_privacy_sql
static const struct privacy_tell tells[] = {
    { "person", &Q[PERSON], person_columns },
    { "keys", &Q[KEYS], key_columns },
    { "key_log", &Q[KEY_LOG], key_log_columns },
    { "visits", &Q[VISITS], visit_columns },
    { "consents", &Q[CONSENTS], consent_columns },
    { "consent_texts", &Q[TEXTS], text_columns },
    { "consent_waits", &Q[WAITS], wait_columns },
    { "notes", &Q[NOTES], note_columns },
    { "tags", &Q[TAGS], tag_columns },
    { "keepers", &Q[KEEPERS], keeper_columns },
    { 0 },
};
static const struct privacy_forget forgets[] = {
    { "customer.codes", &Q[DROP_CODES], &Q[LEFT_CODES], PRIVACY_BY_SEALED },
    { "customer.keys", &Q[DROP_KEYS], &Q[LEFT_KEYS], false },
    { "customer.key_log", &Q[DROP_KEY_LOG], &Q[LEFT_KEY_LOG], false },
    { "customer.visits", &Q[DROP_VISITS], &Q[LEFT_VISITS], false },
    { "customer.consent_waits", &Q[DROP_WAITS], &Q[LEFT_WAITS], false },
    { "customer.notes", &Q[DROP_NOTES], &Q[LEFT_NOTES], false },
    { "customer.tags", &Q[DROP_TAGS], &Q[LEFT_TAGS], false },
    { "customer.keepers", &Q[DROP_KEEPERS], &Q[LEFT_KEEPERS], false },
    { "customer.key_uses", &Q[DROP_USES], &Q[LEFT_USES], false },
    { "customer.pairs", &Q[DROP_PAIRS_A], &Q[LEFT_PAIRS_A], false },
    { "customer.pairs_of_others", &Q[DROP_PAIRS_B], &Q[LEFT_PAIRS_B], false },
    { "customer.merge_evidence", &Q[BLANK_MERGE], &Q[LEFT_MERGE], false },
    { "customer.own_words", &Q[BLANK_OWN], &Q[LEFT_OWN], false },
    { "customer.name", &Q[BLANK_PERSON], &Q[LEFT_PERSON], false },
    { 0 },
};
static const struct privacy_keep keeps[] = {
    { "customer.consents", "152-ФЗ, ст. 9, ч. 3: доказательство согласия и его отзыва, без имени и контактов, 3 года",
      "152-FZ, art. 9 part 3: proof of consent and of its withdrawal, without name and contacts, 3 years" },
    { 0 },
};
/* clang-format on */

/* His cookie is worth nothing from now on, and the proofs of what he said grow old. */
static enum err erased(struct ctx *c, const struct event *e)
{
    i64 id;

    customer_visits_unknown();
    TRY(customer_living(c, e->subject_id, &id));
    return db_exec(c, &Q[FORGOTTEN], NULL, id, e->at);
}

const struct subscriber customer_subscribers[] = {
    { "customer.on_erased", "privacy.erased", erased },
    { "customer.on_changed",
      "customer.created customer.changed customer.merged customer.parted",
      customer_hear_changed },
    { 0 },
};

const struct privacy_part customer_privacy = { .tells = tells,
                                               .forgets = forgets,
                                               .keeps = keeps,
                                               .terms = customer_terms,
                                               .needs = &customer_term_sql[0] };
