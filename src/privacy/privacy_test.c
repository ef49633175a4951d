/* What people ask about themselves: days, second thoughts, and that nobody is left out.
 */
#include "test.h"

#include "customer/customer.h"
#include "customer/customer_merge.h"
#include "privacy/privacy_term.h"

static i64 anna(struct ctx *c)
{
    i64 id = 0;

    EXPECT_OK(customer_ensure(c,
                              &(struct customer_contact){ .name = "Иванова Анна",
                                                          .phone = "+79161234567",
                                                          .email = "anna@example.ru",
                                                          .region_id = NONE },
                              &id));
    return id;
}

static i64 at(const char *text)
{
    i64 when = 0;

    EXPECT(time_parse(text, 180, &when));
    return when;
}

static void ten_working_days_step_over_weekends_and_holidays(struct ctx *c)
{
    /* Wednesday the 30th; 31 is 1, then New Year until the 8th, Friday; 11..15 are
     * 2..6, 18..21 are 7..10. */
    EXPECT_INT(privacy_working_days(c, at("2026-12-30T12:00"), 10) + 1,
               at("2027-01-22T00:00"));
    EXPECT_INT(privacy_working_days(c, at("2026-09-21T12:00"), 1) + 1,
               at("2026-09-23T00:00"));
}

static void asked_twice_is_asked_once(struct ctx *c)
{
    struct privacy_request a = { 0 }, b = { 0 }, other = { 0 };
    const i64 id = anna(c);

    EXPECT_OK(privacy_ask(c, id, PRIVACY_ERASURE, &a));
    c->now += HOUR_MS;
    EXPECT_OK(privacy_ask(c, id, PRIVACY_ERASURE, &b));
    EXPECT_INT(a.id, b.id);
    EXPECT_INT(b.run_at, a.asked_at + 3 * DAY_MS);
    EXPECT_INT(b.due_at, a.asked_at + 30 * DAY_MS);
    EXPECT_OK(privacy_ask(c, id, PRIVACY_ACCESS, &other));
    EXPECT(other.id != a.id);
    EXPECT_ERR(privacy_ask(c, 4711, PRIVACY_ACCESS, &other), NOT_FOUND);
}

static void the_wish_to_be_forgotten_can_be_taken_back(struct ctx *c)
{
    struct privacy_request q = { 0 };
    struct list due;
    const i64 id = anna(c);

    EXPECT_OK(privacy_ask(c, id, PRIVACY_ERASURE, &q));
    c->now = q.run_at - 1;
    EXPECT_OK(privacy_due(c, &due));
    EXPECT_INT(due.n, 0);
    c->now = q.run_at;
    EXPECT_OK(privacy_due(c, &due));
    EXPECT_INT(due.n, 1);
    EXPECT_OK(privacy_cancel(c, id, q.id));
    EXPECT_OK(privacy_due(c, &due));
    EXPECT_INT(due.n, 0);
    EXPECT_ERR(privacy_cancel(c, id, q.id), WRONG_STATE);
    c->fault = (struct fault){ 0 };
    EXPECT_ERR(privacy_cancel(c, id + 1, q.id), NOT_FOUND);
}

static void nobody_is_forgotten_while_his_order_is_open(struct ctx *c)
{
    const char *certificate = NULL;
    const i64 id = anna(c);

    test_sql(c,
             arena_printf(c->mem,
                          "INSERT INTO order_order (customer_id, id, number, token, "
                          "kind, channel, state, place_id, region_id, pay, total_minor,"
                          " delivery_minor, placed_at, changed_at, address) VALUES "
                          "(%lld, 1, 'A', 't', 0, 0, 2, 1, 1, 0, 0, 0, 0, 0, 'x')",
                          id),
             __FILE__, __LINE__);
    EXPECT_ERR(privacy_erase(c, id, &certificate), WRONG_STATE);
    c->fault = (struct fault){ 0 };
    SQL("UPDATE order_order SET state = 4");
    EXPECT_OK(privacy_erase(c, id, &certificate));
    EXPECT(strstr(certificate, "{\"what\":\"order.addresses\",\"rows\":1,\"left\":0}"));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM order_order WHERE address IS NULL"),
               1);
}

static void the_forgotten_number_is_free_for_somebody_new(struct ctx *c)
{
    const char *certificate = NULL;
    struct customer k;
    const i64 id = anna(c);

    EXPECT_OK(privacy_erase(c, id, &certificate));
    EXPECT_OK(customer_get(c, id, &k));
    EXPECT_TEXT(k.last_name, "");
    EXPECT_INT(k.keys.n, 0);
    EXPECT(anna(c) != id);
    /* A second time there is nothing to forget, and nothing breaks. */
    EXPECT_OK(privacy_erase(c, id, &certificate));
}

static void of_two_who_became_one_both_are_forgotten(struct ctx *c)
{
    const char *certificate = NULL;
    const i64 into = anna(c);
    i64 from = 0, merge_id;

    EXPECT_OK(customer_ensure(c,
                              &(struct customer_contact){ .name = "Петрова Анна",
                                                          .phone = "+79035550101",
                                                          .region_id = NONE },
                              &from));
    EXPECT_OK(customer_merge(
        c,
        &(struct customer_merge_new){
            .into = into, .from = from, .why = "вышла замуж", .score_ppm = NONE },
        &merge_id));
    EXPECT_OK(privacy_erase(c, into, &certificate));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM customer_person WHERE last_name <> ''"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_own WHERE last_name <> ''"),
               0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_merge WHERE why <> ''"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_key"), 0);
}

/* ---- Nothing is left out -----------------------------------------------------------
 */

/* Tables that name a customer and keep nothing else of him, or whose room says above
 * why they stay. */
static const char *const excused[] = {
    "order_number",      /* a number of a sale */
    "order_line",        /* goods of a sale */
    "order_fulfilment",  /* places and times of a sale */
    "order_payment",     /* money of a sale */
    "order_serial",      /* kept: serial numbers of sold units */
    "order_export",      /* positions in the log */
    "order_return_line", /* goods */
    "order_work",        /* what staff did */
    "till_sale",         /* numbers of a sale; its answer names nobody */
    "customer_consent",  /* kept: proof */
    "privacy_request",   /* kept: proof */
};

static bool is_excused(const char *table)
{
    for (size_t k = 0; k < COUNT(excused); k++)
        if (!strcmp(excused[k], table)) return true;
    return false;
}

static bool job_is(const char *name)
{
    for (const struct module *const *m = modules; *m; m++)
        for (const struct job_kind *j = (*m)->jobs; j && j->name; j++)
            if (!strcmp(j->name, name)) return true;
    return false;
}

static bool forgets(const struct module *m, const char *table)
{
    const struct privacy_part *p = m->privacy;

    for (const struct privacy_forget *f = p ? p->forgets : NULL; f && f->what; f++) {
        const char *found = strstr(f->run->sql, table);
        if (found && strchr(" \n", found[strlen(table)])) return true;
    }
    return false;
}

/* Is it in `tables`, between blanks? */
static bool is_listed(const char *tables, const char *table)
{
    const size_t n = strlen(table);

    for (const char *p = tables; p && (p = strstr(p, table)); p += n)
        if ((p == tables || p[-1] == ' ') && (!p[n] || p[n] == ' ')) return true;
    return false;
}

static bool has_a_term(const char *table)
{
    const struct privacy_term *t;

    for (size_t k = 0; (t = privacy_term_at(k)); k++)
        if (is_listed(t->tables, table)) return true;
    return false;
}

static void every_table_that_names_a_customer_forgets_him_or_says_why_not(struct ctx *c)
{
    int seen = 0;

    for (const struct module *const *m = modules; *m; m++)
        for (const char *t = (*m)->schema; t && (t = strstr(t, "CREATE TABLE "));) {
            t += strlen("CREATE TABLE ");
            const size_t n = strcspn(t, " (");
            const bool renamed = n > 4 && !strncmp(t + n - 4, "_new", 4);
            const char *name = arena_strdup(c->mem, t, renamed ? n - 4 : n),
                       *end = strstr(t, ";\n");
            const char *whose = strstr(t, " customer_id ");
            if (!whose || (end && whose > end)) continue;
            seen++;
            if (!forgets(*m, name) && !is_excused(name))
                fail_msg("%s names a customer: add it to %s_privacy.c", name,
                         (*m)->name);
            if (!has_a_term(name))
                fail_msg("how long is %s kept? say it in %s_privacy.c", name,
                         (*m)->name);
        }
    EXPECT(seen > 15);
}

/* A setting, a job and tables that there are; a period has its rows; words for all. */
static void is_whole(struct ctx *c, const struct privacy_term *t)
{
    const bool counts = t->ages && privacy_age_is(t->ages);

    if (privacy_word(c, t->what) == t->what)
        fail_msg("privacy_word.def: no words for %s", t->what);
    EXPECT(t->why_ru && t->why_en && t->law_ru && t->law_en && t->tables);
    if (t->days) EXPECT(privacy_term_days(c, t) > 0);
    EXPECT(t->end != PRIVACY_BY_ROOM || job_is(t->job));
    EXPECT((t->end == PRIVACY_BY_ROOM) == (t->job != NULL));
    EXPECT((t->end != PRIVACY_AGED && t->end != PRIVACY_UNNEEDED) ||
           (t->days && counts));
    for (const struct privacy_age *a = t->ages; a && privacy_age_is(a); a++)
        EXPECT(t->end != PRIVACY_AGED || a->drop || (a->find && a->take));
}

static void every_kind_of_data_has_its_time_its_law_and_its_words(struct ctx *c)
{
    const struct privacy_term *t;
    size_t k = 0;

    for (; (t = privacy_term_at(k)); k++) is_whole(c, t);
    EXPECT(k > 20);
}

static void every_section_and_column_is_worded(struct ctx *c)
{
    for (const struct module *const *m = modules; *m; m++) {
        const struct privacy_part *p = (*m)->privacy;
        for (const struct privacy_tell *t = p ? p->tells : NULL; t && t->section; t++) {
            if (privacy_word(c, t->section) == t->section)
                fail_msg("privacy_word.def: no words for section %s", t->section);
            for (const struct privacy_column *k = t->columns; k->name; k++)
                if (privacy_word(c, k->name) == k->name)
                    fail_msg("privacy_word.def: no words for column %s", k->name);
        }
    }
}

static const struct test tests[] = {
    { "ten working days step over weekends and holidays",
      ten_working_days_step_over_weekends_and_holidays },
    { "asked twice is asked once", asked_twice_is_asked_once },
    { "the wish to be forgotten can be taken back",
      the_wish_to_be_forgotten_can_be_taken_back },
    { "nobody is forgotten while his order is open",
      nobody_is_forgotten_while_his_order_is_open },
    { "the forgotten number is free for somebody new",
      the_forgotten_number_is_free_for_somebody_new },
    { "of two who became one both are forgotten",
      of_two_who_became_one_both_are_forgotten },
    { "every table that names a customer forgets him or says why not",
      every_table_that_names_a_customer_forgets_him_or_says_why_not },
    { "every kind of data has its time, its law and its words",
      every_kind_of_data_has_its_time_its_law_and_its_words },
    { "every section and column is worded", every_section_and_column_is_worded },
};

int main(void)
{
    return test_main("privacy", tests, COUNT(tests));
}
