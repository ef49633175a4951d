/* What is kept goes when its time is over, and nothing else does. */
#include "test.h"

#include "base/id.h"
#include "customer/customer.h"
#include "customer/customer_consent.h"
#include "customer/customer_merge.h"
#include "event/event.h"
#include "job/job.h"
#include "message/message.h"
#include "privacy/privacy_hold.h"
#include "privacy/privacy_term.h"
#include "staff/staff.h"

static i64 somebody(struct ctx *c, const char *name, const char *phone)
{
    i64 id = 0;

    EXPECT_OK(customer_ensure(
        c,
        &(struct customer_contact){ .name = name, .phone = phone, .region_id = NONE },
        &id));
    return id;
}

/* Ids carry the test's own time: another test's may be years ahead. */
static i64 anna(struct ctx *c)
{
    static struct ids own;

    own = (struct ids){ 0 };
    c->ids = &own;
    return somebody(c, "Иванова Анна", "+79161234567");
}

static void say(struct ctx *c, i64 id, int channel, bool given)
{
    struct consent said = { CONSENT_OFFERS, channel, given };
    const struct consent_change to = { .items = { &said, 1 }, .text_version = "1" };

    c->now += MINUTE_MS;
    EXPECT_OK(customer_consent_put(c, id, &to));
}

static void write_to(struct ctx *c, i64 id)
{
    EXPECT_OK(message_send(c, &(struct message_new){ .customer_id = id,
                                                     .channel = MESSAGE_SMS,
                                                     .to = "+79161234567",
                                                     .template_name = "login_code",
                                                     .args = "{\"code\":\"1234\"}" }));
}

static void run(struct ctx *c)
{
    EXPECT_OK(privacy_let_go(c, &(struct job){ .kind = "privacy.let_go" }));
}

static struct privacy_kept term(struct ctx *c, const char *what)
{
    struct list all = { 0 };

    EXPECT_OK(privacy_terms(c, &all));
    const struct privacy_kept *k = all.at;
    for (size_t n = 0; n < all.n; n++)
        if (!strcmp(k[n].what, what)) return k[n];
    fail_msg("no term %s", what);
    return k[0];
}

static i64 rows(struct ctx *c, const char *table)
{
    return test_int(c, arena_printf(c->mem, "SELECT COUNT(*) FROM %s", table));
}

static void order_of(struct ctx *c, i64 customer_id, int state, i64 at)
{
    test_sql(
        c,
        arena_printf(c->mem,
                     "INSERT INTO order_order (customer_id, id, number, token, kind, "
                     "channel, state, place_id, region_id, pay, total_minor, "
                     "delivery_minor, placed_at, changed_at, address, comment) VALUES "
                     "(%lld, %lld, 'A%lld', 't', 0, 0, %d, 1, 1, 0, 0, 0, %lld, %lld, "
                     "'address', 'comment')",
                     customer_id, at, at, state, at, at),
        __FILE__, __LINE__);
}

/* ---- Rows -------------------------------------------------------------------------
 */

static void what_is_past_its_time_goes(struct ctx *c)
{
    const i64 id = anna(c);

    write_to(c, id);
    c->now += 100 * DAY_MS;
    write_to(c, id);
    c->now += 80 * DAY_MS;
    run(c);
    EXPECT_INT(rows(c, "message_outbox"), 2);
    EXPECT_INT(term(c, "message.texts").soon, 1);
    EXPECT_INT(rows(c, "event_log WHERE name = 'privacy.expired'"), 0);
    c->now += 1;
    run(c);
    EXPECT_INT(rows(c, "message_outbox"), 1);
    const struct privacy_kept k = term(c, "message.texts");
    EXPECT_INT(k.stand, 1);
    EXPECT_INT(k.past, 0);
    EXPECT_INT(k.last_gone, 1);
    EXPECT_INT(k.ran_at, c->now);
    EXPECT_INT(rows(c, "event_log WHERE name = 'privacy.expired' AND data LIKE "
                       "'{\"what\":\"message.texts\",\"rows\":1,%'"),
               1);
    EXPECT_INT(rows(c, "staff_audit WHERE what = 'privacy.expired'"), 1);
    run(c);
    EXPECT_INT(term(c, "message.texts").last_gone, 0);
    EXPECT_INT(term(c, "message.texts").gone, 1);
}

static void slices_are_small(struct ctx *c)
{
    const struct privacy_term *t;
    i64 n = 0;

    EXPECT_OK(privacy_term_named(c, "home.addresses", &t));
    SQL("INSERT INTO home_address (hash, customer_id, at) WITH RECURSIVE n(i) AS "
        "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT 'x', i, i FROM "
        "n");
    EXPECT_OK(privacy_term_drop(c, t, &t->ages[0], c->now, NULL, &n));
    EXPECT_INT(n, TERM_SLICE);
    EXPECT_INT(test_int(c, "SELECT run_gone FROM privacy_term"), TERM_SLICE);
    run(c);
    EXPECT_INT(rows(c, "home_address"), 0);
    EXPECT_INT(term(c, "home.addresses").last_gone, 2500);
}

/* All of it goes in one run, and the lines with their basket. */
static void nobody_came_back_to_his_basket(struct ctx *c)
{
    SQL("INSERT INTO order_basket (id, changed_at) WITH RECURSIVE n(i) AS (SELECT 1 "
        "UNION ALL SELECT i + 1 FROM n WHERE i < 1200) SELECT i, i FROM n;"
        "INSERT INTO order_basket_line (basket_id, variant_id, qty, added_at)"
        " SELECT id, 1, 1, 1 FROM order_basket");
    test_sql(c,
             arena_printf(c->mem,
                          "UPDATE order_basket SET changed_at = %lld WHERE id = 7",
                          c->now - 180 * DAY_MS),
             __FILE__, __LINE__);
    run(c);
    EXPECT_INT(rows(c, "order_basket"), 1);
    EXPECT_INT(test_int(c, "SELECT basket_id FROM order_basket_line"), 7);
    EXPECT_INT(term(c, "order.baskets").last_gone, 1199);
}

static void goes_on_where_it_was_cut_off(struct ctx *c)
{
    const i64 id = anna(c);
    struct job j = { .kind = "privacy.let_go",
                     .note = "{\"what\":\"order.baskets\",\"from\":\"0\"}" };

    write_to(c, id);
    SQL("INSERT INTO order_basket (id, changed_at) VALUES (1, 1)");
    c->now += 181 * DAY_MS;
    EXPECT_OK(privacy_let_go(c, &j));
    EXPECT_INT(rows(c, "order_basket"), 0);
    EXPECT_INT(rows(c, "message_outbox"), 1);
    run(c);
    EXPECT_INT(rows(c, "message_outbox"), 0);
}

static void an_address_stays_as_long_as_its_order(struct ctx *c)
{
    const i64 id = anna(c);

    order_of(c, id, 2, c->now - 3000 * DAY_MS); /* still on its way */
    order_of(c, id, 4, c->now - 1094 * DAY_MS);
    order_of(c, id, 4, c->now - 1096 * DAY_MS);
    run(c);
    EXPECT_INT(rows(c, "order_order WHERE address IS NULL AND comment IS NULL"), 1);
    EXPECT_INT(rows(c, "order_order"), 3);
    EXPECT_INT(term(c, "order.words").last_gone, 1);
}

/* By the room's own job; the register counts by places of the log. */
static void what_was_done_on_screens_goes(struct ctx *c)
{
    struct privacy_term_trial t = { .days = 730 };

    for (int k = 0; k < 5; k++) {
        const i64 at = c->now - (900 - 60 * k) * DAY_MS;
        test_sql(c,
                 arena_printf(
                     c->mem,
                     "INSERT INTO track_event (id, device_no, at, received_at, kind, "
                     "name_no, source_id, message_id, data, context) VALUES (%d, 1, "
                     "%lld, %lld, 0, 0, 0, 'm', '{}', '{}');"
                     "INSERT INTO track_session (device_no, from_at, to_at, events, "
                     "pages, first_id, channel, source_id, campaign, source, medium, "
                     "landing) VALUES (1, %lld, %lld, 1, 1, %d, 0, 0, '', '', '', '')",
                     k + 1, at, at, at, at, k + 1),
                 __FILE__, __LINE__);
    }
    SQL("UPDATE track_log SET next_id = 6; UPDATE track_mark SET pos = 5");
    EXPECT_OK(privacy_term_try(c, "track.events", &t));
    EXPECT_INT(t.n, 3);
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(rows(c, "track_event WHERE message_id = 'm'"), 2);
    EXPECT_INT(rows(c, "track_session"), 2);
    EXPECT_INT(term(c, "track.events").gone, NONE);
}

static void an_audit_row_stays_for_its_days(struct ctx *c)
{
    anna(c);
    EXPECT_OK(staff_audit(c, "order.cancel", 1, NULL));
    c->now += 1095 * DAY_MS;
    EXPECT_OK(staff_audit(c, "order.cancel", 2, NULL));
    run(c);
    EXPECT_INT(rows(c, "staff_audit WHERE what = 'order.cancel'"), 2);
    c->now++;
    run(c);
    EXPECT_INT(test_int(c, "SELECT subject_id FROM staff_audit"
                           " WHERE what = 'order.cancel'"),
               2);
}

/* The marks of its rows go first: they hang on it. */
static void who_took_a_file_is_remembered_for_three_years(struct ctx *c)
{
    anna(c);
    for (int k = 0; k < 2; k++) {
        const i64 id = id_new(c);

        test_sql(
            c,
            arena_printf(
                c->mem,
                "INSERT INTO exchange_taken (id, code, at, who_kind, who_id, "
                "place_id, what, list, format, rows, people, canaries, secret) "
                "VALUES (%lld, 'K%d', %lld, 2, 1, 0, '/v1/order', '', 'csv', 1, 1, "
                "0, ''); INSERT INTO exchange_taken_mark (taken_id, part, marks) "
                "SELECT id, 1, who_key.k FROM exchange_taken, (SELECT CAST('' AS "
                "BYTEA) AS k) who_key WHERE id = %lld",
                id, k, c->now, id),
            __FILE__, __LINE__);
        c->now += 1000 * DAY_MS;
    }
    run(c);
    EXPECT_INT(rows(c, "exchange_taken"), 1);
    EXPECT_INT(rows(c, "exchange_taken_mark"), 1);
    EXPECT_INT(term(c, "exchange.taken").last_gone, 2);
}

/* ---- Another period ---------------------------------------------------------------
 */

static void nobody_shortens_a_period_blindly(struct ctx *c)
{
    struct privacy_term_trial t = { .days = 30 };
    struct privacy_term_change to = { 30, NONE };
    struct privacy_kept k;
    const i64 id = anna(c);

    write_to(c, id);
    c->now += 31 * DAY_MS;
    write_to(c, id);
    EXPECT_OK(privacy_term_try(c, "message.texts", &t));
    EXPECT_INT(t.n, 1);
    EXPECT_INT(rows(c, "message_outbox"), 2);
    EXPECT_ERR(privacy_term_change(c, "message.texts", &to, &k), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "counted");
    to.counted = 0;
    EXPECT_ERR(privacy_term_change(c, "message.texts", &to, &k), CHANGED);
    to.counted = t.n;
    EXPECT_OK(privacy_term_change(c, "message.texts", &to, &k));
    EXPECT_INT(k.days, 30);
    EXPECT_INT(rows(c, "message_outbox"), 2);
    run(c);
    EXPECT_INT(rows(c, "message_outbox"), 1);
    to = (struct privacy_term_change){ 60, NONE }; /* longer costs nothing */
    EXPECT_OK(privacy_term_change(c, "message.texts", &to, &k));
    EXPECT_ERR(privacy_setting_may(c, "message.keep_days", "59"), WRONG_STATE);
    EXPECT_OK(privacy_setting_may(c, "message.keep_days", "61"));
    EXPECT_OK(privacy_setting_may(c, "message.keep_days", NULL)); /* 180 */
    EXPECT_OK(privacy_setting_may(c, "privacy.erase_days", "1"));
}

static void the_law_has_the_last_word(struct ctx *c)
{
    struct privacy_kept k;

    EXPECT_ERR(privacy_term_change(c, "customer.consents",
                                   &(struct privacy_term_change){ 1094, 1000 }, &k),
               BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "days");
    EXPECT_ERR(privacy_term_change(c, "customer.visits",
                                   &(struct privacy_term_change){ 401, NONE }, &k),
               BAD_ARGUMENT);
    EXPECT_ERR(privacy_term_change(c, "order.sales",
                                   &(struct privacy_term_change){ 401, 1 }, &k),
               WRONG_STATE);
    EXPECT_ERR(privacy_term_change(c, "nothing.at_all",
                                   &(struct privacy_term_change){ 401, 1 }, &k),
               NOT_FOUND);
}

/* ---- People -----------------------------------------------------------------------
 */

static i64 forgotten(struct ctx *c)
{
    return rows(c, "customer_person WHERE forgotten = 1 AND last_name = ''");
}

static void whom_nothing_needs_is_forgotten(struct ctx *c)
{
    struct privacy_term_trial t = { .days = 1826 };
    const i64 gone = anna(c), buys = somebody(c, "Петрова Вера", "+79031112201"),
              agrees = somebody(c, "Сидорова Нина", "+79031112202"),
              open = somebody(c, "Ким Олег", "+79031112203");

    say(c, agrees, CONSENT_CALL, true);
    order_of(c, open, 2, c->now);
    order_of(c, gone, 4, c->now + 1);
    c->now += 1827 * DAY_MS;
    order_of(c, buys, 4, c->now - 100 * DAY_MS);
    EXPECT_OK(privacy_term_try(c, "customer.people", &t));
    EXPECT_INT(t.n, 1);
    EXPECT(!t.about);
    run(c);
    EXPECT_INT(forgotten(c), 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_person WHERE forgotten = 1 "
                           "AND forgotten_at IS NULL"),
               1); /* until the event is heard */
    EXPECT_INT(rows(c, "customer_key"), 3);
    EXPECT_INT(rows(c, "order_order"), 3); /* the sale stays, and names nobody */
    EXPECT_INT(term(c, "customer.people").last_gone, 1);
    EXPECT_INT(term(c, "customer.people").stand, 3);
    say(c, agrees, CONSENT_CALL, false);
    c->now += 1800 * DAY_MS;
    run(c);
    EXPECT_INT(forgotten(c), 2); /* the buyer's time is over, hers not yet */
    EXPECT_INT(term(c, "customer.people").soon, 1);
}

static void of_two_who_became_one_the_living_counts(struct ctx *c)
{
    const i64 into = anna(c), from = somebody(c, "Петрова Анна", "+79035550101");
    i64 merge_id;

    EXPECT_OK(customer_merge(
        c,
        &(struct customer_merge_new){
            .into = into, .from = from, .why = "вышла замуж", .score_ppm = NONE },
        &merge_id));
    order_of(c, into, 4, c->now + 1000 * DAY_MS);
    c->now += 1827 * DAY_MS;
    run(c);
    EXPECT_INT(forgotten(c), 0);
    c->now += 1000 * DAY_MS;
    run(c);
    EXPECT_INT(forgotten(c), 2);
    EXPECT_INT(term(c, "customer.people").last_gone, 1);
}

static void a_dispute_keeps_whom_nothing_needs(struct ctx *c)
{
    struct privacy_term_trial t = { .days = 1826 };
    const i64 id = anna(c), from = somebody(c, "Петрова Анна", "+79035550101");
    struct privacy_hold_new new = { HOLD_COURT, "2-1517/2026", c->now + 2000 * DAY_MS };
    struct privacy_hold h;
    const char *certificate;
    i64 merge_id;

    EXPECT_OK(privacy_hold_put(c, from, &new, &h));
    EXPECT_OK(customer_merge(
        c, &(struct customer_merge_new){ .into = id, .from = from, .score_ppm = NONE },
        &merge_id));
    EXPECT_ERR(privacy_erase(c, id, &certificate), WRONG_STATE);
    c->now += 1827 * DAY_MS;
    EXPECT_OK(privacy_term_try(c, "customer.people", &t));
    EXPECT_INT(t.n, 0);
    run(c);
    EXPECT_INT(forgotten(c), 0);
    c->now += 174 * DAY_MS; /* the day of the hold is over */
    run(c);
    EXPECT_INT(forgotten(c), 2);
    EXPECT_INT(rows(c, "privacy_hold WHERE why = ''"), 1);
    c->now += 1096 * DAY_MS;
    run(c);
    EXPECT_INT(rows(c, "privacy_hold"), 0);
}

static void an_undo_gives_the_dispute_back_to_whose_it_was(struct ctx *c)
{
    const i64 id = anna(c), from = somebody(c, "Петрова Анна", "+79035550101");
    struct privacy_hold_new new = { HOLD_CLAIM, "претензия 14", c->now + DAY_MS };
    struct privacy_hold h;
    i64 merge_id, until;
    int kind;

    EXPECT_OK(privacy_hold_put(c, from, &new, &h));
    EXPECT_OK(customer_merge(
        c, &(struct customer_merge_new){ .into = id, .from = from, .score_ppm = NONE },
        &merge_id));
    EXPECT_OK(privacy_held(c, id, &kind, &until));
    EXPECT_INT(until, new.until_at);
    EXPECT_OK(customer_part(c, merge_id, NULL));
    EXPECT_OK(privacy_held(c, id, &kind, &until));
    EXPECT_INT(until, NONE);
    EXPECT_OK(privacy_held(c, from, &kind, &until));
    EXPECT_INT(until, new.until_at);
    EXPECT_INT(kind, HOLD_CLAIM);
}

/* ---- Proofs -----------------------------------------------------------------------
 */

static void all_fit(struct ctx *c, i64 id, size_t n)
{
    struct list all = { 0 };

    EXPECT_OK(customer_proofs(c, id, &all));
    EXPECT_INT(all.n, n);
    const struct consent_proof *p = all.at;
    for (size_t k = 0; k < all.n; k++) EXPECT(p[k].fits);
    EXPECT_OK(customer_module.prove(c, NULL, NULL));
}

static void a_proof_stays_three_years_after_its_word_was_replaced(struct ctx *c)
{
    const i64 id = anna(c);

    say(c, id, CONSENT_CALL, true);
    c->now += 2000 * DAY_MS; /* it holds all the time */
    say(c, id, CONSENT_CALL, false);
    say(c, id, CONSENT_MESSENGER, true);
    run(c);
    all_fit(c, id, 3);
    c->now += 1095 * DAY_MS;
    run(c);
    all_fit(c, id, 2);
    EXPECT_INT(term(c, "customer.consents").last_gone, 1);
    EXPECT_INT(test_int(c, "SELECT cut_n FROM customer_consent_chain"), 1);
    c->now += 5000 * DAY_MS;
    run(c);
    all_fit(c, id, 2); /* a refusal and a consent that hold: else nobody would know */
    say(c, id, CONSENT_CALL, true);
    all_fit(c, id, 3);
}

static void a_word_that_holds_keeps_those_after_it(struct ctx *c)
{
    const i64 id = anna(c);

    say(c, id, CONSENT_MESSENGER, true);
    say(c, id, CONSENT_CALL, true);
    say(c, id, CONSENT_CALL, false);
    c->now += 1200 * DAY_MS;
    run(c);
    all_fit(c, id, 3);
    EXPECT_INT(term(c, "customer.consents").past, 0);
    say(c, id, CONSENT_MESSENGER, false);
    c->now += 1096 * DAY_MS;
    run(c);
    all_fit(c, id, 2);
    EXPECT_INT(test_int(c, "SELECT cut_n FROM customer_consent_chain"), 2);
}

static void of_a_forgotten_person_the_proofs_go_last(struct ctx *c)
{
    const char *certificate;
    const i64 id = anna(c);

    say(c, id, CONSENT_CALL, true);
    say(c, id, CONSENT_MESSENGER, true);
    c->now += 100 * DAY_MS;
    EXPECT_OK(privacy_erase(c, id, &certificate));
    EXPECT_OK(event_drain(c, modules));
    c->now += 1095 * DAY_MS;
    run(c);
    EXPECT_INT(rows(c, "customer_consent"), 2);
    c->now += DAY_MS;
    run(c);
    EXPECT_INT(rows(c, "customer_consent"), 0);
    EXPECT_INT(test_int(c, "SELECT n - cut_n FROM customer_consent_chain"), 0);
}

/* Two spoke before they became one: the stricter holds, and keeps holding. */
static void the_stricter_word_outlives_its_time(struct ctx *c)
{
    const i64 into = anna(c), from = somebody(c, "Петрова Анна", "+79035550101");
    i64 merge_id;
    bool may = true;

    say(c, from, CONSENT_CALL, true);
    say(c, from, CONSENT_CALL, false);
    say(c, into, CONSENT_CALL, true);
    EXPECT_OK(customer_merge(
        c,
        &(struct customer_merge_new){
            .into = into, .from = from, .why = "вышла замуж", .score_ppm = NONE },
        &merge_id));
    c->now += 1096 * DAY_MS;
    run(c);
    EXPECT_INT(term(c, "customer.consents").last_gone, 1);
    EXPECT_INT(rows(c, "customer_consent"), 2);
    EXPECT_OK(customer_may(c, into, CONSENT_OFFERS, CONSENT_CALL, &may));
    EXPECT(!may);
    all_fit(c, into, 2);
}

static const struct test tests[] = {
    { "what is past its time goes, and is told by number", what_is_past_its_time_goes },
    { "it goes in small slices", slices_are_small },
    { "a basket nobody came back to goes with its lines",
      nobody_came_back_to_his_basket },
    { "a run that was cut off goes on where it was", goes_on_where_it_was_cut_off },
    { "an address stays as long as its order, and the time of claims",
      an_address_stays_as_long_as_its_order },
    { "what was done on screens goes after its days, with its sessions",
      what_was_done_on_screens_goes },
    { "an audit row stays for its days and not longer",
      an_audit_row_stays_for_its_days },
    { "who took a file with people away is remembered for three years",
      who_took_a_file_is_remembered_for_three_years },
    { "nobody shortens a period blindly", nobody_shortens_a_period_blindly },
    { "the law has the last word", the_law_has_the_last_word },
    { "whom nothing needs is forgotten; who buys, agrees or waits is not",
      whom_nothing_needs_is_forgotten },
    { "of two who became one the living counts",
      of_two_who_became_one_the_living_counts },
    { "a dispute keeps whom nothing needs, until its day",
      a_dispute_keeps_whom_nothing_needs },
    { "an undo gives the dispute back to whose it was",
      an_undo_gives_the_dispute_back_to_whose_it_was },
    { "a proof stays three years after its word was replaced",
      a_proof_stays_three_years_after_its_word_was_replaced },
    { "a word that holds keeps those after it in the chain",
      a_word_that_holds_keeps_those_after_it },
    { "of a forgotten person the proofs go last",
      of_a_forgotten_person_the_proofs_go_last },
    { "the stricter word of two who became one outlives its time",
      the_stricter_word_outlives_its_time },
};

int main(void)
{
    return test_main("privacy_term", tests, COUNT(tests));
}
