/* Consents, their documents and proof over HTTP; the page that a message's link opens.
 */
#include <string.h>

#include "base/json.h"
#include "customer/customer_document.h"
#include "customer/customer_link.h"
#include "customer/customer_own.h"
#include "customer/customer_preference.h"
#include "setting/setting.h"
#include "staff/staff.h"

/* What is to be read before one agrees, in the asker's language. */
struct words {
    int purpose;
    const char *version, *title, *text, *hash;
    i64 from_at;
};
struct consents {
    struct list items, documents;
    const char *who; /* of a link: "a***@mail.ru" */
    i64 until_at;
};
struct proofs {
    struct list items;
    bool fits;
};
struct preference {
    const char *token;
    struct list items;
    const char *text_version, *lang;
};
struct documents {
    struct list items;
};
struct document_view {
    struct document d;
    i64 agreed;
    bool many;
};
struct agreed_page {
    struct list items;
    const char *next;
};
struct publish {
    i64 from_at;
};
struct token_ask {
    const char *token;
};
struct code_said {
    const char *to, *code;
};

static const char *const offer_purpose_words[] = { "offers", "personal", "survey",
                                                   NULL };
static const char *const offer_channel_words[] = { "sms", "email", NULL };
static const char *const said_source_words[] = { "shop", "phone", NULL };
static const char *const lang_words[] = { "ru", "en", NULL };

/* clang-format off */
static const struct field consent_fields[] = {
    F_ENUM(consent, purpose, MUST, consent_purpose_words, "offers of the shop; personal: chosen by one's purchases; survey: questions about the service; analytics: to be followed on screens."),
    F_ENUM(consent, channel, MUST, consent_channel_words, "By which way."),
    F_BOOL(consent, given, MUST, "Yes; no until it was given (analytics: see the setting customer.analytics_ask)."),
    F_TIME(consent, at, OPT, "Since when; absent: never said."),
    F_TEXT(consent, text_version, OPT, 20, "The words that were read."),
    F_ENUM(consent, source, OPT, consent_source_words, "Where it was said."),
    F_TIME(consent, waits_until, OPT, "Said, and waits until then for its address to be proved by a link or a code."),
    FIELD_END
};
static const struct shape consent_shape = SHAPE("Consent", consent, consent_fields);

static const struct field words_fields[] = {
    F_ENUM(words, purpose, MUST, consent_purpose_words, "For which purpose."),
    F_TEXT(words, version, MUST, 20, "To be said when one agrees."),
    F_TEXT(words, title, MUST, 0, "Its first line."),
    F_TEXT(words, text, MUST, 0, "The rest, in the language asked for."),
    F_TEXT(words, hash, MUST, 64, "SHA-256 of the whole text."),
    F_TIME(words, from_at, MUST, "In force since."),
    FIELD_END
};
static const struct shape words_shape = SHAPE("ConsentWords", words, words_fields);

static const struct field consents_fields[] = {
    F_LIST(consents, items, MUST, &consent_shape, 0, "Every purpose and channel."),
    F_LIST(consents, documents, MUST, &words_shape, 0, "The words to be shown now, one for a purpose."),
    F_TEXT(consents, who, OPT, 0, "Of a link: whose it is, as little of it as he knows it by."),
    F_TIME(consents, until_at, OPT, "Of a link: good until then."),
    FIELD_END
};
const struct shape consents_shape = SHAPE("Consents", consents, consents_fields);

#define SAID "What was said; the rest stays."
static const struct field said_fields[] = {
    F_ENUM(consent, purpose, MUST, consent_purpose_words, "For what."),
    F_ENUM(consent, channel, MUST, consent_channel_words, "By which way."),
    F_BOOL(consent, given, MUST, "Yes, or not any more."),
    F_TEXT(consent, text_version, OPT, 20, "The words that were read; to withdraw one need not read any."),
    FIELD_END
};
static const struct shape said_shape = SHAPE("ConsentSaid", consent, said_fields);
static const struct field change_fields[] = {
    F_LIST(consent_change, items, MUST, &said_shape, 16, SAID),
    F_TEXT(consent_change, text_version, OPT, 20, "Of the items that do not say their own."),
    FIELD_END
};
const struct shape consent_change_shape = SHAPE("ConsentChange", consent_change, change_fields);

/* shop, phone are the second and third word of consent_source_words */
static const struct field of_change_fields[] = {
    F_LIST(consent_change, items, MUST, &said_shape, 16, SAID),
    F_TEXT(consent_change, text_version, OPT, 20, "Of the items that do not say their own."),
    F_ENUM(consent_change, source, MUST, said_source_words, "He stood in the shop, or was on the phone."),
    FIELD_END
};
static const struct shape of_change_shape = SHAPE("ConsentTaken", consent_change, of_change_fields);

static const struct field proof_fields[] = {
    F_INT(consent_proof, n, OPT, 0, 0, "The first, second ... thing this person said; absent: from before proofs were kept."),
    F_ENUM(consent_proof, purpose, 0, consent_purpose_words, "For what."),
    F_ENUM(consent_proof, channel, 0, consent_channel_words, "By which way."),
    F_BOOL(consent_proof, given, 0, "Given, or withdrawn."),
    F_TIME(consent_proof, at, 0, "Since when it holds."),
    F_TIME(consent_proof, asked_at, OPT, "When it was said, when its address was proved later."),
    F_TEXT(consent_proof, text_version, 0, 0, "Version of the document that was shown."),
    F_TEXT(consent_proof, lang, 0, 0, "In which language; empty: not known."),
    F_TEXT(consent_proof, text_hash, 0, 0, "SHA-256 of that text; empty: not known."),
    F_ENUM(consent_proof, source, 0, consent_source_words, "Where it was said."),
    F_ENUM(consent_proof, who_kind, 0, consent_who_words, "Who wrote it down; nobody: by a link, without login."),
    F_ID(consent_proof, who_id, 0, "Which of them; of staff see /v1/staff/name."),
    F_ID(consent_proof, device_id, 0, "The visit or the staff session; 0 none."),
    F_ID(consent_proof, place_id, 0, "Where he worked who wrote it down; 0: in no place."),
    F_ID(consent_proof, born_id, 0, "Who has said it, when two became one."),
    F_TEXT(consent_proof, proof, OPT, 0, "SHA-256 of this and of the proof before it."),
    F_TEXT(consent_proof, before, OPT, 0, "The proof before it."),
    F_BOOL(consent_proof, fits, 0, "Nothing was changed since; false also of what has no proof."),
    FIELD_END
};
static const struct shape proof_shape = SHAPE("ConsentProof", consent_proof, proof_fields);
static const struct field proofs_fields[] = {
    F_LIST(proofs, items, MUST, &proof_shape, 0, "Everything that was said, oldest first."),
    F_BOOL(proofs, fits, 0, "Each row that has a proof fits."),
    FIELD_END
};
static const struct shape proofs_shape = SHAPE("ConsentProofs", proofs, proofs_fields);

static const struct field token_fields[] = { F_TEXT(token_ask, token, MUST | SECRET, 100, "Of the link."), FIELD_END };
static const struct shape token_shape = SHAPE("LinkToken", token_ask, token_fields);
static const struct field preference_fields[] = {
    F_TEXT(preference, token, MUST | SECRET, 100, "Of the link."),
    F_LIST(preference, items, MUST, &said_shape, 16, SAID),
    F_TEXT(preference, text_version, OPT, 20, "Of the items that do not say their own."),
    FIELD_END
};
static const struct shape preference_shape = SHAPE("PreferenceChange", preference, preference_fields);
static const struct field code_fields[] = {
    F_TEXT(code_said, to, MUST, 254, "The phone or e-mail it was sent to."),
    F_TEXT(code_said, code, MUST | SECRET, 12, "The code he says."),
    FIELD_END
};
static const struct shape code_shape = SHAPE("ConsentCode", code_said, code_fields);
static const struct field offer_fields[] = {
    F_ENUM(offer, purpose, MUST, offer_purpose_words, "Which consent it needs."),
    F_ENUM(offer, channel, MUST, offer_channel_words, "By which way."),
    F_TEXT(offer, subject, OPT, 200, "Of a letter."),
    F_TEXT(offer, text, MUST, 1000, "What to say; a link to refuse is added."),
    FIELD_END
};
static const struct shape offer_shape = SHAPE("CustomerOffer", offer, offer_fields);

#define D(member) .name = #member, .at = offsetof(struct document_view, d.member)
static const struct field document_fields[] = {
    { D(purpose), .kind = FIELD_ENUM, .words = consent_purpose_words, .doc = "For what." },
    { D(version), .kind = FIELD_TEXT, .doc = "Its name: \"2026-11\"." },
    { D(text_ru), .kind = FIELD_TEXT, .doc = "In Russian; the first line is the title." },
    { D(text_en), .kind = FIELD_TEXT, .doc = "In English." },
    { D(hash_ru), .kind = FIELD_TEXT, .doc = "SHA-256 of text_ru; empty: a draft, or not kept." },
    { D(hash_en), .kind = FIELD_TEXT, .doc = "SHA-256 of text_en." },
    { D(kept), .kind = FIELD_BOOL, .doc = "No: people agreed to it before documents were kept; its words are not known." },
    { D(from_at), .kind = FIELD_TIME, .flags = OPT, .doc = "In force from; absent: a draft." },
    { D(published_at), .kind = FIELD_TIME, .flags = OPT, .doc = "Since then it cannot be changed." },
    { D(made_at), .kind = FIELD_TIME, .doc = "When the draft was begun." },
    { D(who_id), .kind = FIELD_ID, .doc = "By whom; see /v1/staff/name; 0: it came with the program." },
    { D(now), .kind = FIELD_BOOL, .doc = "What people are shown now." },
    F_INT(document_view, agreed, 0, 0, 0, "How often it was agreed to."),
    F_BOOL(document_view, many, 0, "There are more than were counted."),
    FIELD_END
};
static const struct shape document_shape = SHAPE("ConsentDocument", document_view, document_fields);
static const struct field documents_fields[] = { F_LIST(documents, items, 0, &document_shape, 0, "By purpose, newest first."), FIELD_END };
static const struct shape documents_shape = SHAPE("ConsentDocuments", documents, documents_fields);
static const struct field texts_fields[] = {
    F_TEXT(document_edit, text_ru, MUST, 20000, "In Russian; the first line is the title."),
    F_TEXT(document_edit, text_en, MUST, 20000, "In English."),
    FIELD_END
};
static const struct shape texts_shape = SHAPE("ConsentDocumentTexts", document_edit, texts_fields);
static const struct field new_fields[] = {
    F_ENUM(document_edit, purpose, MUST, consent_purpose_words, "For what."),
    F_TEXT(document_edit, version, MUST, 20, "A name of a-z, 0-9, point and dash: \"2026-11\"."),
    F_TEXT(document_edit, text_ru, MUST, 20000, "In Russian; the first line is the title."),
    F_TEXT(document_edit, text_en, MUST, 20000, "In English."),
    FIELD_END
};
static const struct shape new_shape = SHAPE("ConsentDocumentNew", document_edit, new_fields);
static const struct field publish_fields[] = { F_TIME(publish, from_at, OPT, "In force from then; absent: now."), FIELD_END };
static const struct shape publish_shape = SHAPE("ConsentDocumentPublish", publish, publish_fields);
static const struct field agreed_fields[] = {
    F_ID(agreed, customer_id, 0, "Who."),
    F_TEXT(agreed, name, 0, 0, "His name."),
    F_ENUM(agreed, channel, 0, consent_channel_words, "By which way."),
    F_TIME(agreed, at, 0, "When."),
    F_BOOL(agreed, holds, 0, "It still holds."),
    F_TEXT(agreed, proof, OPT, 0, "Its proof."),
    FIELD_END
};
static const struct shape agreed_shape = SHAPE("ConsentAgreed", agreed, agreed_fields);
static const struct field agreed_page_fields[] = {
    F_LIST(agreed_page, items, 0, &agreed_shape, 0, "People."),
    F_TEXT(agreed_page, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape agreed_page_shape = SHAPE("ConsentAgreedPage", agreed_page, agreed_page_fields);
static const struct field agreed_ask_fields[] = { PAGE_FIELDS(agreed_ask), FIELD_END };
static const struct shape agreed_ask_shape = SHAPE("ConsentAgreedAsk", agreed_ask, agreed_ask_fields);
/* clang-format on */

/* ---- What one agreed to -------------------------------------------------------------
 */

static enum err words_now(struct ctx *c, struct list *ret)
{
    const bool en = c->lang && !strcmp(c->lang, "en");

    for (int purpose = 0; purpose < CONSENT_PURPOSES; purpose++) {
        struct document d = { 0 };
        const enum err e = customer_document_now(c, purpose, &d);

        if (e == ERR_NOT_FOUND) {
            c->fault = (struct fault){ 0 };
            continue;
        }
        TRY(e);
        const char *text = en ? d.text_en : d.text_ru;
        const size_t first = strcspn(text, "\n");
        *(struct words *)list_add(c->mem, ret, sizeof(struct words)) =
            (struct words){ purpose,
                            d.version,
                            arena_strdup(c->mem, text, first),
                            text + first + strspn(text + first, "\n"),
                            en ? d.hash_en : d.hash_ru,
                            d.from_at };
    }
    return ERR_OK;
}

static enum err show(struct ctx *c, i64 customer_id, struct consents *all,
                     struct reply *r)
{
    TRY(customer_consents(c, customer_id, &all->items));
    TRY(words_now(c, &all->documents));
    r->private_ = true;
    return reply_with(r, 200, all);
}

static struct consents *new_consents(struct ctx *c)
{
    struct consents *all = NEW(c->mem, struct consents);

    all->until_at = NONE;
    return all;
}

static enum err mine_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q;
    return show(c, c->who.id, new_consents(c), r);
}

static enum err mine_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct consent_change to = *(const struct consent_change *)q->body;

    to.source = CONSENT_SITE;
    TRY(customer_consent_put(c, c->who.id, &to));
    return show(c, c->who.id, new_consents(c), r);
}

static enum err whose(struct ctx *c, const struct request *q, i64 *ret_id)
{
    struct customer k;

    TRY(request_id_arg(c, q, 0, ret_id));
    TRY(customer_get(c, *ret_id, &k));
    *ret_id = k.id; /* the survivor of a merged one */
    return ERR_OK;
}

static enum err of_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(whose(c, q, &id));
    TRY(staff_audit_read(c, "customer.consent", id));
    return show(c, id, new_consents(c), r);
}

/* A key's words are the API's, wherever that stands. */
static enum err of_put(struct ctx *c, const struct request *q, struct reply *r)
{
    struct consent_change to = *(const struct consent_change *)q->body;
    i64 id;

    TRY(whose(c, q, &id));
    to.source = c->who.kind == WHO_KEY ? CONSENT_API : CONSENT_SHOP + to.source;
    TRY(customer_consent_put(c, id, &to));
    TRY(staff_audit(c, "customer.consent_put", id, NULL));
    return show(c, id, new_consents(c), r);
}

/* In a thread of its own, as login: a wrong try stays counted. */
struct confirming {
    int kind;
    const char *value;
    i64 id;
    struct reply *r;
};

static enum err confirm_said(struct ctx *c, void *arg)
{
    struct confirming *w = arg;
    struct customer k;
    i64 owner = 0;

    TRY(customer_get(c, w->id, &k));
    const enum err e = customer_key_owner(c, w->kind, w->value, &owner);
    if (e && e != ERR_NOT_FOUND) return e;
    if (owner != k.id) return FAIL_FIELD(c, NO_SUCH, "to", "%s is not his", w->value);
    TRY(customer_key_read(c, w->kind, w->value, k.id));
    TRY(staff_audit(c, "customer.consent_code", k.id, NULL));
    return show(c, k.id, new_consents(c), w->r);
}

static enum err of_code(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct code_said *said = q->body;
    struct confirming w = { .r = r };

    TRY(request_id_arg(c, q, 0, &w.id));
    TRY(customer_address(c, said->to, &w.kind, &w.value));
    TRY(customer_code_check(c, w.kind, w.value, said->code));
    return db_unit(c, confirm_said, &w);
}

static enum err prove(struct ctx *c, i64 id, struct reply *r)
{
    struct proofs *all = NEW(c->mem, struct proofs);

    TRY(customer_proofs(c, id, &all->items));
    const struct consent_proof *p = all->items.at;
    all->fits = true;
    for (size_t k = 0; k < all->items.n; k++) all->fits &= p[k].fits || p[k].n == NONE;
    r->private_ = true;
    return reply_with(r, 200, all);
}

static enum err my_proof_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q;
    return prove(c, c->who.id, r);
}

static enum err proof_of_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(whose(c, q, &id));
    TRY(staff_audit_read(c, "customer.consent_proof", id));
    return prove(c, id, r);
}

static enum err offer_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(whose(c, q, &id));
    TRY(customer_offer(c, id, q->body));
    TRY(staff_audit(c, "customer.offer", id, NULL));
    return reply_empty(r);
}

/* ---- By a link ----------------------------------------------------------------------
 */

/* "anna@mail.ru" as "a•••@mail.ru", "+79161234567" as "+7 ••• 45-67": enough for her
 * to know that it is she, not enough for somebody else. */
static const char *masked(struct ctx *c, i64 customer_id, const char **ret)
{
    struct customer k;

    *ret = NULL;
    if (customer_get(c, customer_id, &k)) return NULL;
    if (k.email) {
        const char *host = strchr(k.email, '@');
        const size_t first = strlen(k.email) ? utf8_step(k.email, host) : 0;
        *ret = arena_printf(c->mem, "%.*s•••%s", (int)first, k.email, host);
    } else if (k.phone && strlen(k.phone) > 4) {
        const char *end = k.phone + strlen(k.phone);
        *ret = arena_printf(c->mem, "%.2s ••• %.2s-%.2s", k.phone, end - 4, end - 2);
    }
    return *ret;
}

static enum err show_link(struct ctx *c, i64 customer_id, i64 until_at, struct reply *r)
{
    struct consents *all = new_consents(c);

    masked(c, customer_id, &all->who);
    all->until_at = until_at;
    return show(c, customer_id, all, r);
}

static enum err preference_read(struct ctx *c, const struct request *q, struct reply *r)
{
    struct link l;

    TRY(preference_open(c, LINK_PREFERENCES, ((const struct token_ask *)q->body)->token,
                        &l));
    return show_link(c, l.customer_id, l.until_at, r);
}

static enum err preference_change(struct ctx *c, const struct request *q,
                                  struct reply *r)
{
    const struct preference *p = q->body;
    const struct consent_change to = { .items = p->items,
                                       .text_version = p->text_version };
    i64 id;

    TRY(preference_put(c, p->token, &to, &id));
    return show_link(c, id, NONE, r);
}

static enum err confirm_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(preference_confirm(c, ((const struct token_ask *)q->body)->token, &id));
    return show_link(c, id, NONE, r);
}

/* The mail program's button (RFC 8058): a POST without cookies. */
static enum err one_click_post(struct ctx *c, const struct request *q, struct reply *r)
{
    TRY(preference_refuse(c, ((const struct token_ask *)q->query)->token));
    return reply_empty(r);
}

/* Whoever opens that address himself is shown the page; scanners of letters open it
 * too, so it changes nothing. */
static enum err one_click_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct link l;
    const char *token;

    TRY(preference_open(c, LINK_ONE_CLICK, ((const struct token_ask *)q->query)->token,
                        &l));
    l.kind = LINK_PREFERENCES;
    memset(l.more, 0, sizeof(l.more));
    TRY(link_make(c, &l, &token));
    r->status = 303;
    r->location = arena_printf(c->mem, "/preferences#%s", token);
    return ERR_OK;
}

/* ---- Documents ----------------------------------------------------------------------
 */

static enum err document_args(struct ctx *c, const struct request *q, int *ret_purpose)
{
    for (int k = 0; k < CONSENT_PURPOSES; k++)
        if (!strcmp(consent_purpose_words[k], q->args[0])) {
            *ret_purpose = k;
            return ERR_OK;
        }
    return FAIL(c, NOT_FOUND, "nobody is asked to agree to \"%.40s\"", q->args[0]);
}

static enum err seen(struct ctx *c, struct document_view *v)
{
    TRY(customer_document_agreed_count(c, v->d.purpose, v->d.version, &v->agreed));
    v->many = v->agreed == AGREED_MOST;
    return ERR_OK;
}

static enum err document_answer(struct ctx *c, int purpose, const char *version,
                                int status, struct reply *r)
{
    struct document_view *v = NEW(c->mem, struct document_view);

    TRY(customer_document_get(c, purpose, version, &v->d));
    TRY(seen(c, v));
    r->etag = arena_printf(c->mem, "%lld", v->d.row_version);
    r->private_ = true;
    return reply_with(r, status, v);
}

static enum err documents_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct documents *all = NEW(c->mem, struct documents);
    struct list l;

    (void)q;
    TRY(customer_document_list(c, &l));
    for (size_t k = 0; k < l.n; k++) {
        struct document_view *v = list_add(c->mem, &all->items, sizeof(*v));
        *v = (struct document_view){ .d = ((const struct document *)l.at)[k] };
        TRY(seen(c, v));
    }
    r->private_ = true;
    return reply_with(r, 200, all);
}

static enum err document_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct document_edit *e = q->body;

    TRY(customer_document_add(c, e));
    return document_answer(c, e->purpose, e->version, 201, r);
}

static enum err document_one(struct ctx *c, const struct request *q, struct reply *r)
{
    int purpose;

    TRY(document_args(c, q, &purpose));
    return document_answer(c, purpose, q->args[1], 200, r);
}

static enum err document_change(struct ctx *c, const struct request *q, struct reply *r)
{
    struct document_edit e = *(const struct document_edit *)q->body;

    TRY(document_args(c, q, &e.purpose));
    e.version = q->args[1];
    TRY(customer_document_put(c, &e, customer_if_match(q)));
    return document_answer(c, e.purpose, e.version, 200, r);
}

static enum err document_delete(struct ctx *c, const struct request *q, struct reply *r)
{
    int purpose;

    TRY(document_args(c, q, &purpose));
    TRY(customer_document_drop(c, purpose, q->args[1]));
    return reply_empty(r);
}

static enum err document_begin(struct ctx *c, const struct request *q, struct reply *r)
{
    int purpose;

    TRY(document_args(c, q, &purpose));
    TRY(customer_document_publish(c, purpose, q->args[1],
                                  ((const struct publish *)q->body)->from_at));
    return document_answer(c, purpose, q->args[1], 200, r);
}

static enum err agreed_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct agreed_page *page = NEW(c->mem, struct agreed_page);
    int purpose;

    TRY(document_args(c, q, &purpose));
    TRY(customer_document_agreed(c, purpose, q->args[1], q->query, &page->items,
                                 &page->next));
    r->private_ = true;
    return reply_with(r, 200, page);
}

/* The very bytes whose hash stands in the proofs. */
static enum err text_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct document d;
    int purpose;

    TRY(document_args(c, q, &purpose));
    TRY(customer_document_get(c, purpose, q->args[1], &d));
    const bool en = !strcmp(q->args[2], lang_words[1]);
    if (d.from_at == NONE || !d.kept || (!en && strcmp(q->args[2], lang_words[0])))
        return FAIL(c, NOT_FOUND, "no such text is published");
    const char *text = en ? d.text_en : d.text_ru;
    return reply_text(r, "text/plain; charset=utf-8", text, strlen(text));
}

/* clang-format off */
extern const struct route customer_consent_routes[];
const struct route customer_consent_routes[] = {
    { "GET", "/v1/customer/me/consent", mine_get, RIGHT_CUSTOMER, READS, .out = &consents_shape,
      .doc = "What I agreed to, by which way, and the words in force." },
    { "PUT", "/v1/customer/me/consent", mine_put, RIGHT_CUSTOMER, WRITES, .in = &consent_change_shape, .out = &consents_shape,
      .doc = "Agree, or do not any more. For an address nobody has proved it waits for a link or a code." },
    { "GET", "/v1/customer/me/consent/proof", my_proof_get, RIGHT_CUSTOMER, READS, .out = &proofs_shape,
      .doc = "Everything I said, with its proof." },
    { "GET", "/v1/customer/{id}/consent", of_get, RIGHT_CUSTOMER_READ, READS, .out = &consents_shape,
      .doc = "What a customer agreed to.  Audited." },
    { "PUT", "/v1/customer/{id}/consent", of_put, RIGHT_CONSENT, WRITES, .in = &of_change_shape, .out = &consents_shape,
      .doc = "Write down what a customer says in the shop or on the phone, after he has read or heard the words." },
    { "POST", "/v1/customer/{id}/consent/code", of_code, RIGHT_CONSENT, ALONE, .in = &code_shape, .out = &consents_shape,
      .doc = "The code he was sent proves his address; what waited for it is given.  It opens no account that the address would not open without." },
    { "GET", "/v1/customer/{id}/consent/proof", proof_of_get, RIGHT_CUSTOMER_READ, READS, .out = &proofs_shape,
      .doc = "Everything a customer said, with its proof: time, place, device, who wrote it down, hash of the text.  Audited." },
    { "POST", "/v1/customer/{id}/offer", offer_post, RIGHT_CUSTOMER_WRITE, WRITES, .in = &offer_shape,
      .doc = "Write an offer to a customer who agreed to it; dropped when he does not any more at the moment of sending." },

    { "POST", "/v1/customer/preference", preference_read, RIGHT_ANYONE, READS, .in = &token_shape, .out = &consents_shape,
      .doc = "What the owner of a message's link agreed to; no login." },
    { "PUT", "/v1/customer/preference", preference_change, RIGHT_ANYONE, WRITES, .in = &preference_shape, .out = &consents_shape,
      .doc = "Agree, or do not any more, by a message's link." },
    { "POST", "/v1/customer/preference/confirm", confirm_post, RIGHT_ANYONE, WRITES, .in = &token_shape, .out = &consents_shape,
      .doc = "The link of a letter proves its address; what waited for it is given." },
    { "POST", "/v1/customer/preference/one-click", one_click_post, RIGHT_ANYONE, WRITES, .query = &token_shape,
      .flags = ROUTE_NO_CSRF | ROUTE_RAW,
      .doc = "List-Unsubscribe-Post (RFC 8058): no more messages of this list by this channel." },
    { "GET", "/v1/customer/preference/one-click", one_click_get, RIGHT_ANYONE, READS, .query = &token_shape,
      .flags = ROUTE_NO_CSRF,
      .doc = "Opened by hand: goes on to the page of preferences and changes nothing." },

    { "GET", "/v1/customer/document", documents_get, RIGHT_PRIVACY, READS_LONG, .out = &documents_shape,
      .doc = "All versions of the documents that people agree to, drafts too." },
    { "POST", "/v1/customer/document", document_post, RIGHT_PRIVACY, WRITES, .in = &new_shape, .out = &document_shape,
      .doc = "Begin a new version: a draft.",
      .example = "{\"purpose\":\"survey\",\"version\":\"2027-01\",\"text_ru\":\"Согласие на вопросы\\n\\nМожно спрашивать меня о качестве.\","
                 "\"text_en\":\"Consent to questions\\n\\nI may be asked about quality.\"}" },
    { "GET", "/v1/customer/document/{purpose}/{version}", document_one, RIGHT_PRIVACY, READS_LONG, .out = &document_shape,
      .doc = "One version." },
    { "PUT", "/v1/customer/document/{purpose}/{version}", document_change, RIGHT_PRIVACY, WRITES, .in = &texts_shape, .out = &document_shape,
      .doc = "Change a draft.  With If-Match only what I read.  What is published never changes." },
    { "DELETE", "/v1/customer/document/{purpose}/{version}", document_delete, RIGHT_PRIVACY, WRITES,
      .doc = "Throw a draft away." },
    { "POST", "/v1/customer/document/{purpose}/{version}/publish", document_begin, RIGHT_PRIVACY, WRITES, .in = &publish_shape,
      .out = &document_shape,
      .doc = "In force from now or a later time, for good: its text gets its hash." },
    { "GET", "/v1/customer/document/{purpose}/{version}/agreed", agreed_get, RIGHT_PRIVACY, READS_LONG, .query = &agreed_ask_shape,
      .out = &agreed_page_shape, .flags = ROUTE_EXPORT | ROUTE_PEOPLE,
      .doc = "Who agreed to a version.  Audited." },
    { "GET", "/v1/customer/document/{purpose}/{version}/text/{lang}", text_get, RIGHT_ANYONE, READS,
      .doc = "A published text, byte by byte as its hash was taken: sha256sum finds it." },
    ROUTE_END
};
/* clang-format on */
