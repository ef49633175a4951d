/* Documents of consents: drafts, publication, who agreed to which. */
#include "customer/customer_document.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "customer/customer_own.h"
#include "staff/staff.h"

enum { GET, NOW, ALL, ADD, PUT, DROP, PUBLISH, AGREED, COUNT_AGREED };

/* clang-format off */
#define COLUMNS                                                                                    \
    "purpose, version, text_ru, text_en, hash_ru, hash_en, kept, from_at, published_at, made_at,"  \
    " who_id, row_version FROM customer_document"
const struct query customer_document_sql[] = {
    [GET] = { "customer.get_document", "SELECT " COLUMNS " WHERE purpose = $1 AND version = $2" },

    [NOW] = { "customer.document_now",
        "SELECT " COLUMNS " WHERE purpose = $1 AND from_at IS NOT NULL AND from_at <= $2 AND kept = 1"
        " ORDER BY from_at DESC, version DESC LIMIT 1" },

    [ALL] = { "customer.list_documents",
        "SELECT " COLUMNS " ORDER BY purpose, COALESCE(from_at, made_at) DESC, version DESC",
        .scan = "some versions of four documents" },

    [ADD] = { "customer.add_document",
        "INSERT INTO customer_document (purpose, version, text_ru, text_en, hash_ru, hash_en, kept,"
        "                               made_at, who_kind, who_id, row_version)"
        " VALUES ($1, $2, $3, $4, '', '', 1, $5, $6, $7, 1) ON CONFLICT (purpose, version) DO NOTHING" },

    /* What is published is never changed: these find drafts only. */
    [PUT] = { "customer.put_document",
        "UPDATE customer_document SET text_ru = $3, text_en = $4, row_version = row_version + 1"
        " WHERE purpose = $1 AND version = $2 AND from_at IS NULL AND row_version = COALESCE($5, row_version)",
        .types = "ittti" },
    [DROP] = { "customer.drop_document",
        "DELETE FROM customer_document WHERE purpose = $1 AND version = $2 AND from_at IS NULL" },
    [PUBLISH] = { "customer.publish_document",
        "UPDATE customer_document SET from_at = $3, published_at = $4, hash_ru = $5, hash_en = $6,"
        "       row_version = row_version + 1"
        " WHERE purpose = $1 AND version = $2 AND from_at IS NULL" },

    [AGREED] = { "customer.agreed",
        "SELECT k.customer_id, k.channel, k.at, k.proof FROM customer_consent k"
        " WHERE k.purpose = $1 AND k.text_version = $2 AND k.given = 1"
        "   AND (k.customer_id > $3 OR (k.customer_id = $3 AND (k.channel > $4 OR (k.channel = $4 AND k.at > $5))))"
        " ORDER BY k.customer_id, k.channel, k.at LIMIT $6" },
    [COUNT_AGREED] = { "customer.count_agreed",
        "SELECT COUNT(*) FROM (SELECT 1 FROM customer_consent"
        " WHERE purpose = $1 AND text_version = $2 AND given = 1 LIMIT $3) k",
        .scan = "of an index, at most so many rows" },
    QUERY_END
};
/* clang-format on */

#define Q customer_document_sql
#define INTO_DOCUMENT(d, purpose)                                                      \
    INTO(&(purpose), &(d)->version, &(d)->text_ru, &(d)->text_en, &(d)->hash_ru,       \
         &(d)->hash_en, &(d)->kept, &(d)->from_at, &(d)->published_at, &(d)->made_at,  \
         &(d)->who_id, &(d)->row_version)

const char *customer_sha256(struct arena *mem, const char *text)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char *hex = arena_raw(mem, 2 * sizeof(hash) + 1);

    crypto_hash_sha256(hash, (const unsigned char *)text, strlen(text));
    return sodium_bin2hex(hex, 2 * sizeof(hash) + 1, hash, sizeof(hash));
}

/* ---- Reading ------------------------------------------------------------------------
 */

static enum err in_force(struct ctx *c, int purpose, struct document *ret)
{
    i64 its;

    TRY(db_one(c, &Q[NOW], INTO_DOCUMENT(ret, its), purpose, c->now));
    ret->purpose = (int)its;
    ret->now = true;
    return ERR_OK;
}

enum err customer_document_now(struct ctx *c, int purpose, struct document *ret)
{
    const enum err e = in_force(c, purpose, ret);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no document for %s is in force",
                                     consent_purpose_words[purpose])
                              : e;
}

enum err customer_document_get(struct ctx *c, int purpose, const char *version,
                               struct document *ret)
{
    struct document now = { 0 };
    i64 its;
    const enum err e = db_one(c, &Q[GET], INTO_DOCUMENT(ret, its), purpose, version);

    if (e == ERR_NOT_FOUND)
        return FAIL(c, NOT_FOUND, "no version \"%s\" of the consent to %s", version,
                    consent_purpose_words[purpose]);
    TRY(e);
    ret->purpose = (int)its;
    const enum err none = in_force(c, purpose, &now);
    if (none && none != ERR_NOT_FOUND) return none;
    ret->now = !none && !strcmp(now.version, ret->version);
    return ERR_OK;
}

enum err customer_document_list(struct ctx *c, struct list *ret)
{
    struct document d;
    int seen = -1; /* the purpose whose version in force was met */
    i64 its;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows0(c, &r, &Q[ALL]));
    while (db_next(&r, INTO_DOCUMENT(&d, its))) {
        d.purpose = (int)its;
        d.now = d.kept && d.from_at != NONE && d.from_at <= c->now && seen != d.purpose;
        if (d.now) seen = d.purpose;
        *(struct document *)list_add(c->mem, ret, sizeof(d)) = d;
    }
    return r.err;
}

/* ---- Drafts -------------------------------------------------------------------------
 */

/* The proof is over the exact bytes, so they are kept as they come; only what would
 * look alike and differ is refused. */
static void check_text(struct ctx *c, const char *field, const char *text)
{
    const size_t first = strcspn(text, "\n");

    if (strchr(text, '\r'))
        FAIL_MORE(c, BAD_ARGUMENT, field, "lines end with one character, not with CR");
    else if (first < 3 || first > 200)
        FAIL_MORE(c, BAD_ARGUMENT, field,
                  "the first line is the title, 3 to 200 bytes");
    else if (strlen(text) < first + 20)
        FAIL_MORE(c, BAD_ARGUMENT, field, "there is a title and no text");
}

static enum err check(struct ctx *c, const struct document_edit *e)
{
    for (const char *p = e->version; *p; p++)
        if (!text_is_digit((unsigned char)*p) && !(*p >= 'a' && *p <= 'z') &&
            !strchr(".-", *p)) {
            FAIL_MORE(c, BAD_ARGUMENT, "version",
                      "\"%s\": a version is of a-z, 0-9, point and dash", e->version);
            break;
        }
    check_text(c, "text_ru", e->text_ru);
    check_text(c, "text_en", e->text_en);
    return c->fault.err;
}

static enum err note(struct ctx *c, const char *what, int purpose, const char *version)
{
    return staff_audit(c, what, purpose,
                       arena_printf(c->mem, "{\"purpose\":\"%s\",\"version\":\"%s\"}",
                                    consent_purpose_words[purpose], version));
}

enum err customer_document_add(struct ctx *c, const struct document_edit *e)
{
    i64 n;

    TRY(check(c, e));
    TRY(db_exec(c, &Q[ADD], &n, e->purpose, e->version, e->text_ru, e->text_en, c->now,
                c->who.kind, c->who.id));
    if (!n)
        return FAIL_FIELD(c, EXISTS, "version",
                          "there is a version \"%s\" of %s already", e->version,
                          consent_purpose_words[e->purpose]);
    return note(c, "customer.document_add", e->purpose, e->version);
}

/* Why a draft was not found: never was, published, or changed by somebody else. */
static enum err no_draft(struct ctx *c, int purpose, const char *version)
{
    struct document d;

    TRY(customer_document_get(c, purpose, version, &d));
    if (d.from_at != NONE)
        return FAIL(c, WRONG_STATE, "version \"%s\" is published and never changes",
                    version);
    return FAIL(c, CHANGED, "version \"%s\" was changed since you read it", version);
}

enum err customer_document_put(struct ctx *c, const struct document_edit *e,
                               i64 row_version)
{
    i64 n;

    TRY(check(c, e));
    TRY(db_exec(c, &Q[PUT], &n, e->purpose, e->version, e->text_ru, e->text_en,
                row_version));
    if (!n) return no_draft(c, e->purpose, e->version);
    return note(c, "customer.document_put", e->purpose, e->version);
}

enum err customer_document_drop(struct ctx *c, int purpose, const char *version)
{
    i64 n;

    TRY(db_exec(c, &Q[DROP], &n, purpose, version));
    if (!n) return no_draft(c, purpose, version);
    return note(c, "customer.document_drop", purpose, version);
}

enum err customer_document_publish(struct ctx *c, int purpose, const char *version,
                                   i64 from_at)
{
    struct document d;
    i64 n;

    if (from_at == NONE) from_at = c->now;
    if (from_at < c->now)
        return FAIL_FIELD(c, BAD_ARGUMENT, "from_at",
                          "nobody can have agreed to it in the past");
    TRY(customer_document_get(c, purpose, version, &d));
    TRY(db_exec(c, &Q[PUBLISH], &n, purpose, version, from_at, c->now,
                customer_sha256(c->mem, d.text_ru),
                customer_sha256(c->mem, d.text_en)));
    if (!n) return no_draft(c, purpose, version);
    return note(c, "customer.document_publish", purpose, version);
}

/* ---- Who agreed ---------------------------------------------------------------------
 */

static enum err see(struct ctx *c, int purpose, struct list *all)
{
    struct agreed *a = all->at;
    struct customer k;

    for (size_t i = 0; i < all->n; i++) {
        TRY(customer_may(c, a[i].customer_id, purpose, a[i].channel, &a[i].holds));
        TRY(customer_get(c, a[i].customer_id, &k));
        a[i].name = customer_name_join(c->mem, k.last_name, k.first_name, "");
        TRY(staff_audit_read(c, "customer.agreed", k.id));
    }
    return ERR_OK;
}

enum err customer_document_agreed(struct ctx *c, int purpose, const char *version,
                                  const struct agreed_ask *a, struct list *ret,
                                  const char **ret_next)
{
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    i64 at[3] = { INT64_MIN + 1, -1, -1 }, channel;
    struct agreed one = { 0 };
    ROWS r = { 0 };

    *ret = (struct list){ 0 };
    if (a->after) TRY(page_after(c, a->after, at, 3));
    TRY(db_rows(c, &r, &Q[AGREED], purpose, version, at[0], at[1], at[2], limit));
    while (db_next(&r, INTO(&one.customer_id, &channel, &one.at, &one.proof))) {
        one.channel = (int)channel;
        *(struct agreed *)list_add(c->mem, ret, sizeof(one)) = one;
    }
    TRY(r.err);
    const i64 last[] = { one.customer_id, one.channel, one.at };
    *ret_next = (i64)ret->n == limit ? page_next(c->mem, last, 3) : NULL;
    return see(c, purpose, ret);
}

enum err customer_document_agreed_count(struct ctx *c, int purpose, const char *version,
                                        i64 *ret)
{
    return db_one(c, &Q[COUNT_AGREED], INTO(ret), purpose, version, (i64)AGREED_MOST);
}
