/* customer_proof.c -- that nothing of what people said was changed afterwards.
 *
 * What one person said is a chain: each row has the SHA-256 of a text of nine lines
 * that begins with the proof of the row before.  Whoever changes, adds or takes away a
 * row breaks his chain at that place; whoever takes the last one away does not fit
 * customer_consent_chain.  A chain belongs to who has said it (born_id), so a merge and
 * its undo leave it alone.  The last proof also leaves the house: it is in the event
 * customer.consent_changed, for whoever keeps those elsewhere.
 *
 * The text is so plain that `sha256sum` can check it; doc/operate.md shows how. */
#include <stdio.h>
#include <string.h>

#include "base/person.h"
#include "customer/customer_document.h"
#include "customer/customer_own.h"
#include "customer/customer_proof.h"

enum { HEAD, EXTEND, ADD, OF, ALL, DOCUMENTS };

/* clang-format off */
#define PROOF                                                                                       \
    "k.n, k.purpose, k.channel, k.given, k.at, k.asked_at, k.text_version, k.lang, k.text_hash,"    \
    " k.source, k.who_kind, k.who_id, k.device_id, k.place_id, COALESCE(k.born_id, k.customer_id), k.proof"
const struct query customer_proof_sql[] = {
    [HEAD] = { "customer.chain_head", "SELECT n, proof FROM customer_consent_chain WHERE id = $1" },

    /* Of two at once for the same person the second does not find what it read. */
    [EXTEND] = { "customer.extend_chain",
        "INSERT INTO customer_consent_chain (id, n, proof, cut_n, cut, earlier) VALUES ($1, $3, $4, 0, '', 0)"
        " ON CONFLICT (id) DO UPDATE SET n = excluded.n, proof = excluded.proof"
        "   WHERE customer_consent_chain.n = $2", .types = "iiit" },

    /* Said twice in the same moment is said once. */
    [ADD] = { "customer.add_consent",
        "INSERT INTO customer_consent (customer_id, purpose, channel, at, given, text_version, source, who_kind,"
        "                              who_id, born_id, lang, text_hash, device_id, asked_at, n, proof, place_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
        " ON CONFLICT (customer_id, purpose, channel, at, given) DO NOTHING" },

    [OF] = { "customer.list_proofs",
        "SELECT " PROOF ", c.cut_n, c.cut FROM customer_consent k"
        "  LEFT JOIN customer_consent_chain c ON c.id = COALESCE(k.born_id, k.customer_id)"
        " WHERE k.customer_id = $1 ORDER BY COALESCE(k.born_id, k.customer_id), k.n NULLS FIRST, k.at" },

    [ALL] = { "customer.prove_consents",
        "SELECT " PROOF ", c.cut_n, c.cut FROM customer_consent k"
        "  LEFT JOIN customer_consent_chain c ON c.id = COALESCE(k.born_id, k.customer_id)"
        " WHERE k.n IS NOT NULL ORDER BY COALESCE(k.born_id, k.customer_id), k.n, k.at",
        .scan = "every consent is proved" },

    [DOCUMENTS] = { "customer.prove_documents",
        "SELECT purpose, version, text_ru, text_en, hash_ru, hash_en FROM customer_document"
        " WHERE from_at IS NOT NULL AND kept = 1", .scan = "every document is proved" },
    QUERY_END
};
/* clang-format on */

#define Q customer_proof_sql

/* ---- One row ------------------------------------------------------------------------
 */

static const char *proof_of(struct arena *mem, const struct consent_proof *p)
{
    return customer_sha256(
        mem,
        arena_printf(mem,
                     "before %s\nperson %lld\nnumber %lld\n%s %s %s\nat %lld\n"
                     "asked %lld\ntext %s %s %s\nsource %s\nby %s %lld on %lld%s\n",
                     *p->before ? p->before : "-", p->born_id, p->n,
                     consent_purpose_words[p->purpose],
                     consent_channel_words[p->channel], p->given ? "yes" : "no", p->at,
                     p->asked_at == NONE ? p->at : p->asked_at, p->text_version,
                     p->lang, p->text_hash, consent_source_words[p->source],
                     consent_who_words[p->who_kind], p->who_id, p->device_id,
                     p->place_id ? arena_printf(mem, " at %lld", p->place_id) : ""));
}

/* ---- Writing ------------------------------------------------------------------------
 */

static enum err head(struct ctx *c, i64 born, i64 *n, const char **proof)
{
    const enum err e = db_one(c, &Q[HEAD], INTO(n, proof), born);

    if (e != ERR_NOT_FOUND) return e;
    *n = 0;
    *proof = "";
    return ERR_OK;
}

enum err customer_proof_add(struct ctx *c, i64 customer_id, struct consent_proof *p)
{
    const i64 born = person_born(c, customer_id);
    i64 was, n;

    p->born_id = born == NONE ? customer_id : born;
    TRY(head(c, p->born_id, &was, &p->before));
    p->n = was + 1;
    p->proof = proof_of(c->mem, p);
    TRY(db_exec(c, &Q[ADD], &n, customer_id, p->purpose, p->channel, p->at, p->given,
                p->text_version, p->source, p->who_kind, p->who_id, born, p->lang,
                p->text_hash, p->device_id, p->asked_at, p->n, p->proof, p->place_id));
    if (!n) return ERR_OK;
    TRY(db_exec(c, &Q[EXTEND], &n, p->born_id, was, p->n, p->proof));
    return n ? ERR_OK
             : FAIL(c, BUSY, "customer %lld says something else just now", customer_id);
}

/* ---- Reading ------------------------------------------------------------------------
 */

/* Where we are in a chain. */
struct along {
    i64 born, n;
    const char *proof;
};

/* The next row; a chain begins where it was cut, if it was. */
static bool next(struct rows *r, struct along *at, struct consent_proof *p)
{
    i64 purpose, channel, source, who_kind, cut_n;
    const char *cut;

    if (!db_next(r, INTO(&p->n, &purpose, &channel, &p->given, &p->at, &p->asked_at,
                         &p->text_version, &p->lang, &p->text_hash, &source, &who_kind,
                         &p->who_id, &p->device_id, &p->place_id, &p->born_id,
                         &p->proof, &cut_n, &cut)))
        return false;
    p->purpose = (int)purpose;
    p->channel = (int)channel;
    p->source = (int)source;
    p->who_kind = (int)who_kind;
    if (at->born != p->born_id || !at->proof)
        *at = (struct along){ p->born_id, cut_n == NONE ? 0 : cut_n, cut ? cut : "" };
    p->before = at->proof;
    return true;
}

/* Goes on from p, whatever is wrong with it: the next is judged by its own. */
static void judge(struct arena *mem, struct along *at, struct consent_proof *p)
{
    if (p->n == NONE) return;
    p->fits = p->proof && p->n == at->n + 1 && !strcmp(p->proof, proof_of(mem, p));
    *at = (struct along){ p->born_id, p->n, p->proof ? p->proof : "" };
}

enum err customer_proofs(struct ctx *c, i64 customer_id, struct list *ret)
{
    struct consent_proof p = { 0 };
    struct along at = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[OF], customer_id));
    while (next(&r, &at, &p)) {
        p.fits = false;
        judge(c->mem, &at, &p);
        *(struct consent_proof *)list_add(c->mem, ret, sizeof(p)) = p;
    }
    return r.err;
}

/* ---- prilavok check -----------------------------------------------------------------
 */

#define ROWS_AN_ARENA 1000

/* Memory is given back now and then: there may be millions. */
static enum err prove_rows(struct ctx *c, struct arena *mem, prove_tell tell, void *arg)
{
    struct along at = { 0 };
    struct consent_proof p = { 0 };
    char last[65] = "";
    ROWS r;

    TRY(db_rows0(c, &r, &Q[ALL]));
    r.borrow = true;
    for (i64 k = 0; next(&r, &at, &p); k++) {
        p.fits = false;
        judge(mem, &at, &p);
        if (!p.fits)
            tell(arg, "customer.check_consent_proof",
                 arena_printf(mem, "person %lld, number %lld, %s %s at %lld", p.born_id,
                              p.n, consent_purpose_words[p.purpose],
                              consent_channel_words[p.channel], p.at));
        snprintf(last, sizeof(last), "%s", at.proof);
        at.proof = last;
        if (k % ROWS_AN_ARENA == 0) arena_reset(mem);
    }
    return r.err;
}

static enum err prove_documents(struct ctx *c, prove_tell tell, void *arg)
{
    const char *version, *ru, *en, *hash_ru, *hash_en;
    i64 purpose;
    ROWS r;

    TRY(db_rows0(c, &r, &Q[DOCUMENTS]));
    while (db_next(&r, INTO(&purpose, &version, &ru, &en, &hash_ru, &hash_en)))
        if (strcmp(hash_ru, customer_sha256(c->mem, ru)) ||
            strcmp(hash_en, customer_sha256(c->mem, en)))
            tell(arg, "customer.check_document_text",
                 arena_printf(c->mem, "%s, version %s", consent_purpose_words[purpose],
                              version));
    return r.err;
}

enum err customer_prove(struct ctx *c, prove_tell tell, void *arg)
{
    struct arena *mem = arena_new((size_t)8 << 20);
    const enum err e = prove_rows(c, mem, tell, arg);

    arena_free(mem);
    return e ? e : prove_documents(c, tell, arg);
}
