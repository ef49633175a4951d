/* How long the customer room keeps what, and how old proofs of consents go.
 *
 * A word that was replaced by a later one of the same person, or whose person was
 * forgotten, is over.  What is over long enough is cut from the beginning of its chain
 * (customer_proof.c): the chain remembers where, so the rest stays proved.  A word that
 * an earlier one still holds back waits for it.  The word that holds is never over
 * while its person is known, a refusal included: without it nobody would know. */
#include <string.h>

#include "base/privacy.h"

#include "customer/customer_consent.h"
#include "customer/customer_own.h"

enum {
    NEEDS,
    PEOPLE,
    NOTES,
    DROP_NOTES,
    VISITS,
    DROP_VISITS,
    CONSENTS,
    ALL_CONSENTS,
    CHAINS,
    CHAIN,
    DROP_WORD,
    CUT,
    EARLIER
};

/* clang-format off */
#define BORN(k) "COALESCE(" #k ".born_id, " #k ".customer_id)"
#define OVER(k)                                                                                     \
    "(EXISTS (SELECT 1 FROM customer_consent x WHERE x.customer_id = " #k ".customer_id"            \
    "    AND x.purpose = " #k ".purpose AND x.channel = " #k ".channel AND " BORN(x) " = " BORN(k)  \
    "    AND (x.at > " #k ".at OR (x.at = " #k ".at AND x.given < " #k ".given)) AND x.at < $1)"    \
    " OR EXISTS (SELECT 1 FROM customer_person f WHERE f.id = " BORN(k) " AND f.forgotten_at < $1))"

const struct query customer_term_sql[] = {
    /* Signs of life, and consents that hold. */
    [NEEDS] = { "customer.needs",
        "SELECT (SELECT COUNT(*) FROM customer_person WHERE id = $1 AND changed_at >= $2)"
        "  + (SELECT COUNT(*) FROM customer_visit WHERE customer_id = $1 AND seen_at >= $2)"
        "  + (SELECT COUNT(*) FROM customer_key WHERE customer_id = $1 AND (added_at >= $2 OR used_at >= $2))"
        "  + (SELECT COUNT(*) FROM customer_note WHERE customer_id = $1 AND at >= $2)"
        "  + (SELECT COUNT(*) FROM customer_consent WHERE customer_id = $1 AND at >= $2)"
        "  + (SELECT COUNT(*) FROM customer_consent k WHERE k.customer_id = $1 AND k.given = 1 AND k.purpose < 3"
        "        AND NOT EXISTS (SELECT 1 FROM customer_consent n WHERE n.customer_id = k.customer_id"
        "              AND n.purpose = k.purpose AND n.channel = k.channel"
        "              AND (n.at > k.at OR (n.at = k.at AND n.given < k.given))))" },
    [PEOPLE] = { "customer.all_people",
        "SELECT COUNT(*) FROM (SELECT 1 FROM customer_person WHERE merged_into IS NULL AND forgotten = 0 LIMIT $1) counted",
        .scan = "no more than its ceiling, once a day" },

    [NOTES] = { "customer.old_notes",
        "SELECT COUNT(*) FROM (SELECT 1 FROM customer_note WHERE id < $1 LIMIT $2) counted" },
    [DROP_NOTES] = { "customer.drop_old_notes",
        "DELETE FROM customer_note WHERE id IN (SELECT id FROM customer_note WHERE id < $1 ORDER BY id LIMIT $2)" },

    [VISITS] = { "customer.old_visits",
        "SELECT COUNT(*) FROM (SELECT 1 FROM customer_visit WHERE seen_at < $1 LIMIT $2) counted" },
    [DROP_VISITS] = { "customer.drop_old_visits",
        "DELETE FROM customer_visit WHERE seen_at < $1 AND id IN"
        " (SELECT id FROM customer_visit WHERE seen_at < $1 ORDER BY seen_at LIMIT $2)" },

    [CONSENTS] = { "customer.old_consents",
        "SELECT COUNT(*) FROM (SELECT 1 FROM customer_consent k WHERE k.at < $1 AND " OVER(k)
        "   AND NOT EXISTS (SELECT 1 FROM customer_consent y WHERE y.customer_id = k.customer_id"
        "                      AND " BORN(y) " = " BORN(k) " AND y.n < k.n AND NOT " OVER(y) ") LIMIT $2) counted" },
    [ALL_CONSENTS] = { "customer.all_consents",
        "SELECT COUNT(*) FROM (SELECT 1 FROM customer_consent LIMIT $1) counted",
        .scan = "no more than its ceiling, once a day" },

    /* Chains of which something can be cut: their first row is over. */
    [CHAINS] = { "customer.old_chains",
        "SELECT k.customer_id, " BORN(k) " FROM customer_consent k"
        "  JOIN customer_consent_chain h ON h.id = " BORN(k)
        " WHERE k.at < $1 AND (k.n IS NULL OR k.n = h.cut_n + 1) AND " OVER(k)
        " ORDER BY k.at LIMIT $2" },
    [CHAIN] = { "customer.chain_rows",
        "SELECT k.customer_id, k.purpose, k.channel, k.at, k.given, k.n, k.proof, CASE WHEN " OVER(k) " THEN 1 ELSE 0 END"
        "  FROM customer_consent k WHERE k.customer_id IN ($2, $3) AND " BORN(k) " = $3"
        " ORDER BY k.n NULLS FIRST, k.at, k.given", .types = "iii" },
    [DROP_WORD] = { "customer.drop_old_consent",
        "DELETE FROM customer_consent WHERE customer_id = $1 AND purpose = $2 AND channel = $3 AND at = $4 AND given = $5" },
    [CUT] = { "customer.cut_chain",
        "UPDATE customer_consent_chain SET cut_n = $2, cut = $3 WHERE id = $1" },
    [EARLIER] = { "customer.cut_earlier",
        "UPDATE customer_consent_chain SET earlier = earlier - $2 WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

#define Q customer_term_sql

/* ---- Old words ----------------------------------------------------------------------
 */

struct chain {
    i64 customer_id, born_id;
};
struct word {
    i64 customer_id, purpose, channel, at, given, n, over;
    const char *proof;
};

static enum err find_chains(struct ctx *c, i64 before, i64 most, struct list *ret)
{
    struct chain h;
    ROWS r;

    TRY(db_rows(c, &r, &Q[CHAINS], before, most));
    while (db_next(&r, INTO(&h.customer_id, &h.born_id)))
        *(struct chain *)list_add(c->mem, ret, sizeof(h)) = h;
    return r.err;
}

static enum err words_of(struct ctx *c, const struct chain *h, i64 before,
                         struct list *ret)
{
    struct word w = { 0 };
    ROWS r;

    TRY(db_rows(c, &r, &Q[CHAIN], before, h->customer_id, h->born_id));
    while (db_next(&r, INTO(&w.customer_id, &w.purpose, &w.channel, &w.at, &w.given,
                            &w.n, &w.proof, &w.over)))
        *(struct word *)list_add(c->mem, ret, sizeof(w)) = w;
    return r.err;
}

/* Those from before proofs go one by one, the others from the chain's beginning. */
static enum err cut(struct ctx *c, const struct chain *h, i64 before, i64 *n)
{
    struct list words = { 0 };
    const struct word *last = NULL;
    i64 earlier = 0;
    bool held = false;

    TRY(words_of(c, h, before, &words));
    const struct word *w = words.at;
    for (size_t k = 0; k < words.n; k++) {
        held |= w[k].n != NONE && !w[k].over;
        if (held || !w[k].over) continue;
        TRY(db_exec(c, &Q[DROP_WORD], NULL, w[k].customer_id, w[k].purpose,
                    w[k].channel, w[k].at, w[k].given));
        if (w[k].n == NONE)
            earlier++;
        else
            last = &w[k];
        ++*n;
    }
    if (earlier) TRY(db_exec(c, &Q[EARLIER], NULL, h->born_id, earlier));
    return last ? db_exec(c, &Q[CUT], NULL, h->born_id, last->n, last->proof) : ERR_OK;
}

static enum err cut_chains(struct ctx *c, i64 before, const struct list *found,
                           i64 *ret_n)
{
    const struct chain *h = found->at;

    *ret_n = 0;
    for (size_t k = 0; k < found->n; k++) TRY(cut(c, &h[k], before, ret_n));
    return ERR_OK;
}

/* ---- The kinds ----------------------------------------------------------------------
 */

/* clang-format off */
static const struct privacy_age people[] = { { .all = &Q[PEOPLE] }, { 0 } };
static const struct privacy_age old_notes[] = { { &Q[NOTES], &Q[DROP_NOTES], .by_id = true }, { 0 } };
static const struct privacy_age old_visits[] = { { &Q[VISITS], &Q[DROP_VISITS] }, { 0 } };
static const struct privacy_age old_consents[] = {
    { &Q[CONSENTS], .all = &Q[ALL_CONSENTS], .find = find_chains, .take = cut_chains }, { 0 },
};

const struct privacy_term customer_terms[] = {
    { "customer.people", "customer_person customer_key customer_key_log customer_own customer_key_use customer_pair"
      " customer_merge customer_tag customer_keeper customer_like_later", PRIVACY_UNNEEDED, "customer.keep_days",
      .ages = people,
      .why_ru = "Продажа, гарантия и то, на что человек согласился. Дни идут с последнего признака жизни: заказа,"
                " входа, нового контакта; согласие, которое действует, их останавливает",
      .why_en = "Sale, warranty and what the person agreed to. The days run from the last sign of life: an order,"
                " a log-in, a new contact; a consent that holds stops them",
      .law_ru = "152-ФЗ, ст. 5, ч. 7 и ст. 21, ч. 4; не раньше срока исковой давности, 3 года (ГК, ст. 196)",
      .law_en = "152-FZ, art. 5 part 7 and art. 21 part 4; not before claims lapse, 3 years (Civil Code, art. 196)" },
    { "customer.notes", "customer_note", PRIVACY_AGED, "customer.keep_note_days", .ages = old_notes,
      .why_ru = "Помнить, о чём говорили с человеком", .why_en = "To remember what was talked about",
      .law_ru = "152-ФЗ, ст. 5, ч. 7: не дольше, чем нужно для цели",
      .law_en = "152-FZ, art. 5 part 7: no longer than the purpose needs" },
    { "customer.visits", "customer_visit", PRIVACY_AGED, "customer.keep_visit_days", .ages = old_visits,
      .why_ru = "Узнать браузер, в котором человек вошёл; дни идут с последнего захода",
      .why_en = "To know the browser somebody logged in with; the days run from when it was last seen",
      .law_ru = "152-ФЗ, ст. 5, ч. 7; дольше 400 дней не живёт и cookie",
      .law_en = "152-FZ, art. 5 part 7; a cookie does not live longer than 400 days either" },
    { "customer.consents", "customer_consent", PRIVACY_AGED, "customer.keep_consent_days", .ages = old_consents,
      .why_ru = "Доказать согласие. Дни идут с отзыва, замены или с того, как человек забыт; слово, которое"
                " действует, остаётся",
      .why_en = "To prove a consent. The days run from its withdrawal or replacement, or from when the person was"
                " forgotten; the word that holds stays",
      .law_ru = "152-ФЗ, ст. 9, ч. 3; срок исковой давности от 3 до 10 лет (ГК, ст. 196)",
      .law_en = "152-FZ, art. 9 part 3; claims lapse after 3 to 10 years (Civil Code, art. 196)" },
    { "customer.codes", "customer_code customer_consent_wait", PRIVACY_BY_ROOM, NULL, .job = "customer.tidy",
      .why_ru = "Доказать, что адрес свой: код и согласие, которое его ждёт; часы, как говорит customer.confirm_hours",
      .why_en = "To prove that an address is one's own: a code, and a consent that waits for it; hours, as"
                " customer.confirm_hours says",
      .law_ru = "152-ФЗ, ст. 5, ч. 7", .law_en = "152-FZ, art. 5 part 7" },
    { 0 },
};
/* clang-format on */
