/* What people agreed to: documents, proof, waiting for an address, links, advertising.
 */
#include "customer/customer_consent.h"

#include "base/contact.h"
#include "base/person.h"
#include "customer/customer_document.h"
#include "customer/customer_link.h"
#include "customer/customer_merge.h"
#include "customer/customer_own.h"
#include "customer/customer_preference.h"
#include "customer/customer_proof.h"
#include "job/job.h"
#include "message/message.h"
#include "setting/setting.h"
#include "sweep.h"
#include "test.h"

static const struct setting_scope chain = { 0 };

static void set(struct ctx *c, const char *name, const char *value)
{
    EXPECT_OK(setting_set(c, name, chain, value));
}

/* Anna with a phone and an e-mail; nobody has proved them. */
static i64 anna(struct ctx *c)
{
    i64 id = 0;

    EXPECT_OK(customer_ensure(c,
                              &(struct customer_contact){ .name = "Иванова Анна",
                                                          .phone = "+79161234567",
                                                          .email = "anna@mail.ru",
                                                          .region_id = NONE },
                              &id));
    return id;
}

static enum err say_version(struct ctx *c, i64 id, int purpose, int channel, bool given,
                            const char *version)
{
    struct consent said = { .purpose = purpose, .channel = channel, .given = given };
    const struct consent_change to = { .items = { &said, 1 }, .text_version = version };

    c->now += 1000;
    return customer_consent_put(c, id, &to);
}

static enum err say(struct ctx *c, i64 id, int purpose, int channel, bool given)
{
    return say_version(c, id, purpose, channel, given, "1");
}

static bool may(struct ctx *c, i64 id, int purpose, int channel)
{
    bool yes = false;

    EXPECT_OK(customer_may(c, id, purpose, channel, &yes));
    return yes;
}

static void prove_email(struct ctx *c, i64 id)
{
    EXPECT_OK(customer_key_confirm(c, KEY_EMAIL, "anna@mail.ru", id));
}

/* ---- Documents ----------------------------------------------------------------------
 */

static const char *const ru = "Согласие на скидки\n\nПишите мне о скидках каждый день.";
static const char *const en =
    "Consent to discounts\n\nWrite to me about them every day.";

static struct document_edit draft(const char *version)
{
    return (struct document_edit){ CONSENT_OFFERS, version, ru, en };
}

/* What went wrong before is forgotten, as between two requests. */
#define REFUSED(call, name)                                                            \
    do {                                                                               \
        EXPECT_ERR(call, name);                                                        \
        c->fault = (struct fault){ 0 };                                                \
    } while (0)

static void published_for_good(struct ctx *c)
{
    struct document_edit e = draft("2026-12");
    struct document d = { 0 };

    EXPECT_OK(customer_document_add(c, &e));
    REFUSED(customer_document_add(c, &e), EXISTS);
    EXPECT_OK(customer_document_now(c, CONSENT_OFFERS, &d));
    EXPECT_TEXT(d.version, "1");
    REFUSED(customer_document_publish(c, 0, "2026-12", c->now - 1), BAD_ARGUMENT);
    EXPECT_OK(customer_document_publish(c, 0, "2026-12", c->now + DAY_MS));
    EXPECT_OK(customer_document_now(c, CONSENT_OFFERS, &d));
    EXPECT_TEXT(d.version, "1");
    c->now += DAY_MS;
    EXPECT_OK(customer_document_now(c, CONSENT_OFFERS, &d));
    EXPECT_TEXT(d.version, "2026-12");
    EXPECT_TEXT(d.text_ru, ru);
    EXPECT_TEXT(d.hash_en, customer_sha256(c->mem, en));
    e.text_ru = "Согласие на всё\n\nМожно всё, всегда и всем.";
    REFUSED(customer_document_put(c, &e, NONE), WRONG_STATE);
    REFUSED(customer_document_drop(c, 0, "2026-12"), WRONG_STATE);
    REFUSED(customer_document_publish(c, 0, "2026-12", NONE), WRONG_STATE);
    EXPECT_OK(customer_document_get(c, 0, "2026-12", &d));
    EXPECT_TEXT(d.text_ru, ru);
}

static void drafts_change(struct ctx *c)
{
    struct document_edit e = draft("2026-12");
    struct document d = { 0 };

    EXPECT_OK(customer_document_add(c, &e));
    e.text_en = "Consent\n\nto something quite different.";
    EXPECT_OK(customer_document_put(c, &e, 1));
    REFUSED(customer_document_put(c, &e, 1), CHANGED);
    EXPECT_OK(customer_document_get(c, 0, "2026-12", &d));
    EXPECT_TEXT(d.text_en, e.text_en);
    EXPECT_TEXT(d.hash_en, "");
    EXPECT_OK(customer_document_drop(c, 0, "2026-12"));
    REFUSED(customer_document_drop(c, 0, "2026-12"), NOT_FOUND);
    e.text_en = "x";
    e.text_ru = "Заголовок\r\n\r\nс чужими концами строк";
    e.version = "Редакция 2";
    EXPECT_ERR(customer_document_add(c, &e), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "version");
    EXPECT_TEXT(c->fault.next->field, "text_ru");
    EXPECT_TEXT(c->fault.next->next->field, "text_en");
}

static void what_was_read(struct ctx *c)
{
    const i64 id = anna(c);
    const struct document_edit e = draft("2026-12");

    prove_email(c, id);
    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, true));
    EXPECT_OK(customer_document_add(c, &e));
    EXPECT_OK(customer_document_publish(c, 0, "2026-12", c->now));
    EXPECT_ERR(say(c, id, CONSENT_OFFERS, CONSENT_CALL, true), CHANGED);
    EXPECT_TEXT(c->fault.field, "text_version");
    c->fault = (struct fault){ 0 };
    EXPECT(may(c, id, CONSENT_OFFERS, CONSENT_EMAIL)); /* what was said stays */
    EXPECT_OK(say_version(c, id, CONSENT_OFFERS, CONSENT_EMAIL, false, NULL));
    EXPECT(!may(c, id, CONSENT_OFFERS, CONSENT_EMAIL));
    EXPECT_ERR(say_version(c, id, CONSENT_OFFERS, CONSENT_EMAIL, true, NULL),
               BAD_ARGUMENT);
    c->fault = (struct fault){ 0 };
    EXPECT_OK(say_version(c, id, CONSENT_OFFERS, CONSENT_EMAIL, true, "2026-12"));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_consent k JOIN "
                           "customer_document d ON d.purpose = k.purpose AND d.version "
                           "= k.text_version AND d.hash_ru = k.text_hash"),
               3);
    EXPECT_ERR(say(c, id, CONSENT_OFFERS, CONSENT_ON_SITE, true), BAD_ARGUMENT);
}

/* ---- Proof --------------------------------------------------------------------------
 */

struct found {
    int n;
    char check[64], row[200];
};

static void note(void *arg, const char *check, const char *row)
{
    struct found *f = arg;

    f->n++;
    snprintf(f->check, sizeof(f->check), "%s", check);
    snprintf(f->row, sizeof(f->row), "%s", row);
}

/* What prilavok check says. */
static struct found look(struct ctx *c)
{
    struct found f = { 0 };
    i64 bad = 0;

    EXPECT_OK(db_check(c, modules, note, &f, &bad));
    EXPECT_INT(bad, f.n);
    return f;
}

static void four_words(struct ctx *c, i64 id)
{
    prove_email(c, id);
    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, true));
    EXPECT_OK(say(c, id, CONSENT_PERSONAL, CONSENT_EMAIL, true));
    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, false));
    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_CALL, true));
}

static void tampering(struct ctx *c, const char *with, const char *check)
{
    const i64 id = anna(c);

    four_words(c, id);
    EXPECT_INT(look(c).n, 0);
    SQL(with);
    const struct found f = look(c);
    EXPECT(f.n > 0);
    EXPECT_TEXT(f.check, check);
}

static void changed_row(struct ctx *c)
{
    tampering(c, "UPDATE customer_consent SET given = 1 WHERE n = 3",
              "customer.check_consent_proof");
    EXPECT(strstr(look(c).row, "number 3, offers email") != NULL);
}

static void moved_in_time(struct ctx *c)
{
    tampering(c, "UPDATE customer_consent SET at = at - 86400000 WHERE n = 2",
              "customer.check_consent_proof");
}

static void other_text(struct ctx *c)
{
    tampering(c,
              "UPDATE customer_document SET text_ru = text_ru || '.' WHERE purpose = 0",
              "customer.check_document_text");
}

static void last_row_gone(struct ctx *c)
{
    tampering(c, "DELETE FROM customer_consent WHERE n = 4",
              "customer.check_consent_rows");
}

static void row_without_proof(struct ctx *c)
{
    tampering(c,
              "INSERT INTO customer_consent (customer_id, purpose, channel, at, given,"
              " text_version, source, who_kind, who_id)"
              " SELECT customer_id, 2, 1, at, 1, '1', 0, 1, 1 FROM customer_consent"
              " WHERE n = 1",
              "customer.check_consent_rows");
}

static void told_to_himself(struct ctx *c)
{
    const i64 id = anna(c);
    struct list all = { 0 };

    four_words(c, id);
    SQL("UPDATE customer_consent SET source = 2 WHERE n = 2");
    EXPECT_OK(customer_proofs(c, id, &all));
    const struct consent_proof *p = all.at;
    EXPECT_INT(all.n, 4);
    EXPECT(p[0].fits && !p[1].fits && p[2].fits && p[3].fits);
    EXPECT_TEXT(p[2].before, p[1].proof);
    EXPECT_TEXT(p[0].before, "");
}

static void chains_of_two(struct ctx *c)
{
    const i64 id = anna(c);
    i64 other = 0, fact;
    struct list all = { 0 };

    set(c, "customer.confirm_sms", "false");
    EXPECT_OK(customer_ensure(c,
                              &(struct customer_contact){ .name = "Петрова Анна",
                                                          .phone = "+79035550101",
                                                          .region_id = NONE },
                              &other));
    four_words(c, id);
    EXPECT_OK(say(c, other, CONSENT_OFFERS, CONSENT_SMS, true));
    EXPECT_OK(customer_merge(
        c, &(struct customer_merge_new){ .into = id, .from = other, .score_ppm = NONE },
        &fact));
    c->person = (struct person_seen){ id, other }; /* she speaks by the other's key */
    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_SMS, false));
    c->person = (struct person_seen){ 0 };
    EXPECT_OK(customer_proofs(c, id, &all));
    const struct consent_proof *p = all.at;
    EXPECT_INT(all.n, 6);
    for (size_t k = 0; k < all.n; k++) EXPECT(p[k].fits);
    EXPECT_INT(look(c).n, 0);
    EXPECT_OK(customer_part(c, fact, ""));
    EXPECT_INT(look(c).n, 0);
    EXPECT_INT(test_int(c, arena_printf(c->mem,
                                        "SELECT COUNT(*) FROM customer_consent WHERE "
                                        "customer_id = %lld AND n IN (1, 2)",
                                        other)),
               2);
}

/* ---- An address that nobody has proved
 * ------------------------------------------------
 */

/* The address is not his any more. */
static void gives_up(struct ctx *c, const char *key)
{
    SQL(arena_printf(c->mem, "DELETE FROM customer_key WHERE value = '%s'",
                     contact_seal(c->mem, key)));
}

static void waits_for_code(struct ctx *c)
{
    const i64 id = anna(c);
    struct consent k;

    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, true));
    EXPECT_OK(say(c, id, CONSENT_PERSONAL, CONSENT_EMAIL, true));
    EXPECT(!may(c, id, CONSENT_OFFERS, CONSENT_EMAIL));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_consent"), 0);
    EXPECT_INT(
        test_int(c, arena_printf(c->mem,
                                 "SELECT COUNT(*) FROM message_outbox WHERE template = "
                                 "'consent_code' AND address = '%s'",
                                 contact_seal(c->mem, "anna@mail.ru"))),
        2);
    c->now += HOUR_MS;
    prove_email(c, id);
    EXPECT(may(c, id, CONSENT_OFFERS, CONSENT_EMAIL));
    EXPECT(may(c, id, CONSENT_PERSONAL, CONSENT_EMAIL));
    EXPECT_OK(customer_consent_last(c, id, CONSENT_OFFERS, CONSENT_EMAIL, &k));
    EXPECT_INT(k.at, c->now);
    EXPECT_INT(test_int(c, "SELECT MAX(at - asked_at) FROM customer_consent"),
               HOUR_MS + 1000);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_consent_wait"), 0);
}

static void expires(struct ctx *c)
{
    const i64 id = anna(c);

    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, true));
    c->now += 49 * HOUR_MS;
    prove_email(c, id);
    EXPECT(!may(c, id, CONSENT_OFFERS, CONSENT_EMAIL));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_consent_wait"), 0);
}

static void other_mind(struct ctx *c)
{
    const i64 id = anna(c);

    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, true));
    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, false));
    prove_email(c, id);
    EXPECT(!may(c, id, CONSENT_OFFERS, CONSENT_EMAIL));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_consent"), 0);
}

static void not_every_channel(struct ctx *c)
{
    const i64 id = anna(c);

    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_MESSENGER, true));
    EXPECT(may(c, id, CONSENT_OFFERS, CONSENT_MESSENGER));
    set(c, "customer.confirm_email", "false");
    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, true));
    EXPECT(may(c, id, CONSENT_OFFERS, CONSENT_EMAIL));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM message_outbox"), 0);
}

static const char *token_in(struct ctx *c, const char *template_name, const char *mark)
{
    static const struct query body = {
        "test.body",
        "SELECT body FROM message_outbox WHERE template = $1 ORDER BY id DESC LIMIT 1"
    };
    const char *text = NULL;

    EXPECT_OK(db_one(c, &body, INTO(&text), template_name));
    const char *at = strstr(text, mark);
    EXPECT(at != NULL);
    at += strlen(mark);
    return arena_strdup(c->mem, at, strcspn(at, " \n"));
}

static void by_the_letter(struct ctx *c)
{
    const i64 id = anna(c);
    i64 who = 0;

    set(c, "catalog.site_url", "https://shop.example.ru/");
    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, true));
    const char *token =
        token_in(c, "consent_confirm", "https://shop.example.ru/preferences#confirm=");
    EXPECT_OK(preference_confirm(c, token, &who));
    EXPECT_INT(who, id);
    EXPECT(may(c, id, CONSENT_OFFERS, CONSENT_EMAIL));
    EXPECT_OK(preference_confirm(c, token, &who)); /* pressed twice */
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_consent"), 1);
    gives_up(c, "anna@mail.ru");
    EXPECT_ERR(preference_confirm(c, token, &who), GONE);
}

/* ---- Links --------------------------------------------------------------------------
 */

static const char *page_token(struct ctx *c, i64 id)
{
    const struct link l = { LINK_PREFERENCES, id, c->now + DAY_MS, { 0 } };
    const char *token;

    EXPECT_OK(link_make(c, &l, &token));
    return token;
}

static void only_ours(struct ctx *c)
{
    const i64 id = anna(c);
    struct link l;

    EXPECT_ERR(link_read(c, LINK_PREFERENCES, "no", &l), NOT_FOUND);
    char *token = arena_strdup(c->mem, page_token(c, id), 55);
    EXPECT_INT(strlen(token), 55);
    EXPECT_OK(link_read(c, LINK_PREFERENCES, token, &l));
    EXPECT_INT(l.customer_id, id);
    EXPECT_ERR(link_read(c, LINK_CONFIRM, token, &l), NOT_FOUND);
    for (size_t k = 0; k < 54; k++) {
        const char was = token[k];
        token[k] = was == 'A' ? 'B' : 'A';
        EXPECT_ERR(link_read(c, LINK_PREFERENCES, token, &l), NOT_FOUND);
        token[k] = was;
    }
    c->now += DAY_MS;
    EXPECT_ERR(link_read(c, LINK_PREFERENCES, token, &l), GONE);
}

static void by_link(struct ctx *c)
{
    struct consent said = { .purpose = CONSENT_OFFERS,
                            .channel = CONSENT_EMAIL,
                            .text_version = "1" };
    const struct consent_change to = { .items = { &said, 1 } };
    const i64 id = anna(c);
    const char *token = page_token(c, id);
    i64 who;

    four_words(c, id);
    said.given = true; /* she had withdrawn it: the page's "back" */
    c->now += 1000;
    EXPECT_OK(preference_put(c, token, &to, &who));
    EXPECT_INT(who, id);
    EXPECT(may(c, id, CONSENT_OFFERS, CONSENT_EMAIL));
    EXPECT_INT(test_int(c, "SELECT source FROM customer_consent WHERE n = 5"),
               CONSENT_LINK);
}

static void of_one_who_was_merged(struct ctx *c)
{
    struct consent said = { .purpose = CONSENT_OFFERS, .channel = CONSENT_EMAIL };
    const struct consent_change to = { .items = { &said, 1 } };
    const i64 id = anna(c);
    i64 into = 0, who, fact;

    EXPECT_OK(customer_ensure(c,
                              &(struct customer_contact){ .name = "Петрова Анна",
                                                          .phone = "+79035550101",
                                                          .region_id = NONE },
                              &into));
    four_words(c, id);
    said.given = false;
    said.purpose = CONSENT_PERSONAL;
    const char *token = page_token(c, id);
    EXPECT_OK(customer_merge(
        c, &(struct customer_merge_new){ .into = into, .from = id, .score_ppm = NONE },
        &fact));
    c->now += 1000;
    EXPECT_OK(preference_put(c, token, &to, &who));
    EXPECT_INT(who, into);
    EXPECT(!may(c, into, CONSENT_PERSONAL, CONSENT_EMAIL));
    EXPECT_OK(customer_part(c, fact, ""));
    EXPECT(!may(c, id, CONSENT_PERSONAL, CONSENT_EMAIL)); /* it was she who said it */
    EXPECT_INT(look(c).n, 0);
}

/* ---- Advertising --------------------------------------------------------------------
 */

static const struct offer sale = { .purpose = CONSENT_OFFERS,
                                   .channel = MESSAGE_EMAIL,
                                   .subject = "Скидки",
                                   .text = "Сегодня всё по 100 ₽" };

static i64 state(struct ctx *c)
{
    return test_int(c, "SELECT state FROM message_outbox WHERE purpose = 'offers'");
}

static void ready(struct ctx *c, i64 id)
{
    set(c, "catalog.site_url", "https://shop.example.ru");
    set(c, "message.dev", "true");
    prove_email(c, id);
    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, true));
}

static void dropped_when_withdrawn(struct ctx *c)
{
    const i64 id = anna(c);

    EXPECT_ERR(customer_offer(c, id, &sale), WRONG_STATE);
    EXPECT_TEXT(c->fault.field, "purpose");
    c->fault = (struct fault){ 0 };
    ready(c, id);
    EXPECT_OK(customer_offer(c, id, &sale));
    EXPECT_OK(say(c, id, CONSENT_OFFERS, CONSENT_EMAIL, false));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(state(c), 3);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM message_outbox WHERE error = 'withdrawn'"),
        1);
}

static void sent_when_wanted(struct ctx *c)
{
    const i64 id = anna(c);

    ready(c, id);
    EXPECT_OK(customer_offer(c, id, &sale));
    const char *token = token_in(
        c, "offer", "Настроить или отказаться: https://shop.example.ru/preferences#");
    EXPECT_INT(strlen(token), 55);
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(state(c), 1);
}

static void his_own_affairs(struct ctx *c)
{
    const i64 id = anna(c);

    set(c, "message.dev", "true");
    EXPECT_OK(message_send(
        c, &(struct message_new){ .customer_id = id,
                                  .channel = MESSAGE_EMAIL,
                                  .to = "anna@mail.ru",
                                  .template_name = "order_cancelled",
                                  .args = "{\"number\":\"A-1\",\"why\":\"Нет.\"}" }));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(test_int(c, "SELECT state FROM message_outbox"), 1);
}

static void address_of_another(struct ctx *c)
{
    const i64 id = anna(c);

    ready(c, id);
    EXPECT_OK(customer_offer(c, id, &sale));
    SQL("UPDATE customer_key SET confirmed_at = NULL");
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM message_outbox WHERE error = 'not_proved'"),
        1);
    SQL("DELETE FROM message_outbox");
    SQL("UPDATE customer_key SET confirmed_at = 1");
    EXPECT_OK(customer_offer(c, id, &sale));
    gives_up(c, "anna@mail.ru");
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM message_outbox WHERE error = 'not_his'"), 1);
}

static void no_link_no_advertising(struct ctx *c)
{
    const i64 id = anna(c);

    ready(c, id);
    set(c, "catalog.site_url", NULL);
    EXPECT_ERR(customer_offer(c, id, &sale), WRONG_STATE);
}

static void one_press(struct ctx *c)
{
    const struct message_talk t = { anna(c), MESSAGE_EMAIL, "offers", "anna@mail.ru" };
    const char *page, *refuse;

    four_words(c, t.customer_id);
    EXPECT_OK(say(c, t.customer_id, CONSENT_SURVEY, CONSENT_EMAIL, true));
    EXPECT_OK(say(c, t.customer_id, CONSENT_OFFERS, CONSENT_EMAIL, true));
    set(c, "catalog.site_url", "https://shop.example.ru");
    EXPECT_OK(customer_module.gate->links(c, &t, &page, &refuse));
    c->now += 1000;
    c->who = (struct who){ 0 };
    const char *path = refuse + strlen("https://shop.example.ru");
    EXPECT_INT(test_call(c, "GET", path, NULL).status, 303);
    EXPECT(may(c, t.customer_id, CONSENT_OFFERS, CONSENT_EMAIL));
    EXPECT_INT(test_call(c, "POST", path, NULL).status, 204);
    EXPECT(!may(c, t.customer_id, CONSENT_OFFERS, CONSENT_EMAIL));
    EXPECT(!may(c, t.customer_id, CONSENT_PERSONAL, CONSENT_EMAIL));
    EXPECT(may(c, t.customer_id, CONSENT_SURVEY, CONSENT_EMAIL));
    EXPECT(may(c, t.customer_id, CONSENT_OFFERS, CONSENT_CALL));
    EXPECT_INT(test_call(c, "POST", path, NULL).status, 204);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_consent WHERE source = 4"),
               2);
}

/* ---- Being followed -----------------------------------------------------------------
 */

static void silence_is_told(struct ctx *c)
{
    const i64 id = anna(c);

    EXPECT(may(c, id, CONSENT_ANALYTICS, CONSENT_ON_SITE));
    set(c, "customer.analytics_ask", "true");
    EXPECT(!may(c, id, CONSENT_ANALYTICS, CONSENT_ON_SITE));
    EXPECT_OK(say(c, id, CONSENT_ANALYTICS, CONSENT_ON_SITE, true));
    EXPECT(may(c, id, CONSENT_ANALYTICS, CONSENT_ON_SITE));
    set(c, "customer.analytics_ask", "false");
    EXPECT_OK(say(c, id, CONSENT_ANALYTICS, CONSENT_ON_SITE, false));
    EXPECT(!may(c, id, CONSENT_ANALYTICS, CONSENT_ON_SITE));
}

/* ---- Whatever breaks ----------------------------------------------------------------
 */

#define EVERYTHING                                                                     \
    "SELECT (SELECT COUNT(*) FROM customer_consent)"                                   \
    " + (SELECT COALESCE(SUM(n), 0) FROM customer_consent_chain)"                      \
    " + (SELECT COUNT(*) FROM customer_consent_wait)"                                  \
    " + (SELECT COUNT(*) FROM message_outbox)"                                         \
    " + (SELECT COUNT(*) + SUM(row_version) FROM customer_document)"                   \
    " + (SELECT COUNT(*) FROM event_log) + (SELECT COUNT(*) FROM staff_audit)"

static int sweep_post(struct ctx *c, const char *method, const char *path,
                      const char *body, int status)
{
    return sweep_route(c, EVERYTHING,
                       (struct sweep){ method, path, body, status, false });
}

static void whatever_breaks(struct ctx *c)
{
    const i64 id = anna(c);
    const char *of = arena_printf(c->mem, "/v1/customer/%lld", id);
    const char *token = page_token(c, id);

    ready(c, id);
    test_as_staff(c);
    c->now += 1000;
    EXPECT(sweep_post(
               c, "PUT", arena_printf(c->mem, "%s/consent", of),
               "{\"source\":\"shop\",\"text_version\":\"1\",\"items\":[{\"purpose\":"
               "\"personal\",\"channel\":\"email\",\"given\":true},{\"purpose\":"
               "\"offers\",\"channel\":\"sms\",\"given\":true}]}",
               200) > 8);
    EXPECT(sweep_post(c, "POST", arena_printf(c->mem, "%s/offer", of),
                      "{\"purpose\":\"offers\",\"channel\":\"email\",\"text\":\"x\"}",
                      204) > 3);
    EXPECT(
        sweep_post(
            c, "POST", "/v1/customer/document",
            "{\"purpose\":\"survey\",\"version\":\"2\",\"text_ru\":"
            "\"Согласие\\n\\nСпрашивайте"
            " меня обо всём.\",\"text_en\":\"Consent\\n\\nAsk me about everything.\"}",
            201) > 1);
    EXPECT(sweep_post(c, "POST", "/v1/customer/document/survey/2/publish", "{}", 200) >
           1);
    c->now += 1000;
    EXPECT(
        sweep_post(c, "PUT", "/v1/customer/preference",
                   arena_printf(c->mem,
                                "{\"token\":\"%s\",\"items\":[{\"purpose\":\"offers\","
                                "\"channel\":\"email\",\"given\":false}]}",
                                token),
                   200) > 3);
    EXPECT_INT(look(c).n, 0);
}

/* clang-format off */
static const struct test tests[] = {
    { "a document is in force from its time, and never changes again", published_for_good },
    { "a draft may be changed, by one at a time, and thrown away", drafts_change },
    { "who agrees must have read the words in force; who withdraws need not", what_was_read },
    { "a no that was made a yes is found and named", changed_row },
    { "a consent that was moved in time is found", moved_in_time },
    { "a text that was changed after it was agreed to is found", other_text },
    { "a withdrawal that was taken away is found", last_row_gone },
    { "a consent that was slipped in is found", row_without_proof },
    { "a person's proofs say which of them fit", told_to_himself },
    { "a merge and its undo leave the proofs of both whole", chains_of_two },
    { "a consent waits until a code has proved its address", waits_for_code },
    { "a consent that nobody confirms was never said", expires },
    { "whoever changes his mind while it waits has not agreed", other_mind },
    { "a channel without proof does not wait", not_every_channel },
    { "the link of a letter proves the address, and no other", by_the_letter },
    { "a link that we did not write, or an old one, opens nothing", only_ours },
    { "by a message's link one says what one wants", by_link },
    { "the link of one who was merged is still his", of_one_who_was_merged },
    { "an offer is not sent to whom it is not wanted by at that moment", dropped_when_withdrawn },
    { "an offer carries the link to refuse it", sent_when_wanted },
    { "news of an order need no consent", his_own_affairs },
    { "an offer goes to an address of his that he has proved", address_of_another },
    { "without a link to refuse there is no advertising", no_link_no_advertising },
    { "one press in the mail program ends the list and nothing else", one_press },
    { "being followed is as the chain has set it until somebody says so", silence_is_told },
    { "whichever statement fails, no consent is half said", whatever_breaks },
};
/* clang-format on */

int main(void)
{
    return test_main("customer", tests, COUNT(tests));
}
