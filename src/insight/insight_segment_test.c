/* What the chain knows of people, and which segments they are in: rules as sentences.
 */
#include <stdlib.h>

#include "order/order_test_steps.h"

#include "customer/customer_note.h"
#include "event/event.h"
#include "insight/insight_own.h"
#include "insight/insight_seen.h"
#include "insight/insight_segment_desk.h"
#include "job/job.h"
#include "order/order_return.h"
#include "task/task.h"
#include "track/track.h"

/* Everything that was told is heard; members are right up to now. */
static void settle(struct ctx *c)
{
    EXPECT_OK(event_drain(c, modules));
    EXPECT_OK(segment_due(c, NULL));
}

static i64 a_segment(struct ctx *c, const char *name, const char *rule)
{
    struct rule r = { 0 };
    struct segment_edit e = { .name = name, .rule = &r };
    struct segment s = { 0 };

    EXPECT_OK(shape_read(c, &rule_shape, rule, strlen(rule), &r));
    EXPECT_OK(segment_add(c, &e, &s));
    return s.id;
}

static bool is_in(struct ctx *c, i64 segment_id, i64 customer_id)
{
    struct list in;
    const struct member *m;

    EXPECT_OK(segment_members_of(c, customer_id, &in));
    m = in.at;
    for (size_t k = 0; k < in.n; k++)
        if (m[k].segment_id == segment_id) return true;
    return false;
}

static i64 someone(struct ctx *c, int n)
{
    const struct customer_contact k = {
        .name = "Иванова Анна",
        .phone = arena_printf(c->mem, "+7916%07d", 1000000 + n),
        .region_id = NONE,
    };
    i64 id;

    EXPECT_OK(customer_ensure(c, &k, &id));
    return id;
}

/* Bought and carried home. */
static i64 buys(struct ctx *c, const struct chain *t, i64 customer_id, i64 variant_id,
                i64 qty)
{
    struct order_new o = asks(ORDER_SALE, t->arbat);
    const i64 price = variant_id == t->cover ? COVER_MINOR : CABLE_MINOR;

    o.channel = CHANNEL_SHOP;
    o.customer_id = customer_id;
    o.name = o.phone = NULL;
    o.pay = PAY_CASH;
    of(c, &o, variant_id, qty);
    pay(c, &o.payments, PAY_CASH, price * qty);
    return placed(c, &o).id;
}

static void did(struct ctx *c, i64 customer_id, const char *event, i64 category_id,
                i64 at)
{
    const struct seen_event e = { trait_hash(event, strlen(event)), category_id, at };
    const struct seen_person who = { customer_id, &e, 1 };
    SETTLING w = { 0 };

    EXPECT_OK(segment_begin(c, &w));
    EXPECT_OK(seen_hear(&w, &who, 1));
    EXPECT_OK(segment_end(&w));
}

static int by_number(const void *a, const void *b)
{
    const i64 x = *(const i64 *)a, y = *(const i64 *)b;

    return (x > y) - (x < y);
}

/* All of them did it within a moment: one slice of the log. */
static void all_did(struct ctx *c, const i64 *who, size_t n, const char *event, i64 at)
{
    const struct seen_event e = { trait_hash(event, strlen(event)), 0, at };
    struct seen_person *p = NEW_N(c->mem, struct seen_person, n);
    i64 *ids = NEW_N(c->mem, i64, n);
    SETTLING w = { 0 };

    memcpy(ids, who, n * sizeof(*ids));
    qsort(ids, n, sizeof(*ids), by_number);
    for (size_t k = 0; k < n; k++) p[k] = (struct seen_person){ ids[k], &e, 1 };
    EXPECT_OK(segment_begin(c, &w));
    EXPECT_OK(seen_hear(&w, p, n));
    EXPECT_OK(segment_end(&w));
}

static i64 trait_of(struct ctx *c, i64 customer_id, int trait)
{
    const struct trait_clock k = trait_clock_of(c);
    struct person p;
    bool has;

    EXPECT_OK(trait_person(c, customer_id, &p, &has));
    EXPECT(has);
    return trait_value(&p, trait, &k, NULL);
}

/* ---- Traits -----------------------------------------------------------------------
 */

static void bought(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 anna = someone(c, 1);

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 9);
    buys(c, &t, anna, t.cover, 2);
    c->now += DAY_MS;
    buys(c, &t, anna, t.cover, 1);
    settle(c);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_orders), 2);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_spent), 3 * COVER_MINOR);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_average_order), 3 * COVER_MINOR / 2);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_shop), t.arbat);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_main_channel), CHANNEL_SHOP);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_last_shop), c->now / SECOND_MS * SECOND_MS);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_last_online), NONE);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_has_phone), 1);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_open_orders), 0);
    c->now += 29 * DAY_MS;
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_orders_30d), 1);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_orders_90d), 2);
}

static void open_things(struct ctx *c)
{
    const struct chain t = a_chain(c);
    struct task call = { .code = "hand",
                         .body = "Перезвонить",
                         .owner_id = NONE,
                         .place_id = NONE,
                         .subject_kind = "customer",
                         .due_at = NONE };
    i64 anna;

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 9);
    const struct order_placed o = order_of(c, ORDER_PICKUP, t.arbat, t.cover, 1);
    anna = o.customer_id;
    call.subject_id = anna;
    EXPECT_OK(task_add(c, &call));
    settle(c);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_open_orders), 1);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_ready_orders), 0);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_open_tasks), 1);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_online_share), 100);
    make_ready(c, o.id, t.arbat);
    settle(c);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_ready_orders), 1);
    EXPECT_OK(order_cancel(c, o.id, "передумал"));
    settle(c);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_open_orders), 0);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_orders), 0);
    EXPECT_INT(trait_of(c, anna, TRAIT_IS_cancelled), 1);
}

static void birthday(struct ctx *c)
{
    struct facts_head h = { .format = FACTS_FORMAT,
                            .birth_day = (int)time_day_of(1996, 2, 29) };
    const struct person p = { .id = 1, .f = { .head = &h } };
    struct trait_clock k = { .now = time_from(time_day_of(2027, 2, 27), 600, 180),
                             .offset_min = 180,
                             .today = time_day_of(2027, 2, 27) };
    i64 until;

    (void)c;
    EXPECT_INT(trait_value(&p, TRAIT_IS_birthday_in, &k, &until), 2);
    EXPECT_INT(until, time_from(k.today + 1, 0, 180));
    EXPECT_INT(trait_value(&p, TRAIT_IS_age, &k, &until), 30);
    EXPECT_INT(until, time_from(time_day_of(2027, 3, 1), 0, 180));
    k.today = time_day_of(2027, 3, 1);
    EXPECT_INT(trait_value(&p, TRAIT_IS_birthday_in, &k, &until), 0);
    EXPECT_INT(trait_value(&p, TRAIT_IS_age, &k, &until), 31);
    k.today = time_day_of(2028, 2, 29);
    EXPECT_INT(trait_value(&p, TRAIT_IS_birthday_in, &k, &until), 0);
}

/* ---- Segments
 * ------------------------------------------------------------------------ */

static void often(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 anna = someone(c, 1);
    i64 s;

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 9);
    s = a_segment(
        c, "Покупают часто",
        "{\"kind\":\"did\",\"did\":{\"what\":\"order\",\"days\":90},\"from\":2}");
    EXPECT_OK(segment_pass(c, NULL));
    buys(c, &t, anna, t.cover, 1);
    settle(c);
    EXPECT(!is_in(c, s, anna));
    c->now += 10 * DAY_MS;
    buys(c, &t, anna, t.cover, 1);
    settle(c);
    EXPECT(is_in(c, s, anna));
    EXPECT_INT(test_int(c, "SELECT n FROM insight_segment"), 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = "
                           "'insight.segment_entered'"),
               1);
    /* The first purchase is in today and the 89 days before it for the last time. */
    c->now += 79 * DAY_MS;
    settle(c);
    EXPECT(is_in(c, s, anna));
    c->now += DAY_MS;
    settle(c);
    EXPECT(!is_in(c, s, anna));
    EXPECT_INT(test_int(c, "SELECT n FROM insight_segment"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log WHERE name = "
                           "'insight.segment_left'"),
               1);
}

#define LOOKED                                                                         \
    "{\"kind\":\"sequence\",\"did\":{\"what\":\"event\",\"event\":\"Product "          \
    "Viewed\"},"                                                                       \
    "\"then\":{\"what\":\"order\"},\"within_days\":7}"

static void looked_and_did_not_buy(struct ctx *c)
{
    const struct chain t = a_chain(c);
    const i64 anna = someone(c, 1), boris = someone(c, 2);
    i64 s;

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 9);
    s = a_segment(c, "Смотрели и не купили", LOOKED);
    EXPECT_OK(segment_pass(c, NULL));
    settle(c);
    did(c, anna, "Product Viewed", 0, c->now);
    did(c, boris, "Product Viewed", 0, c->now);
    c->now += 3 * DAY_MS;
    buys(c, &t, boris, t.cover, 1);
    settle(c);
    c->now += 4 * DAY_MS - SECOND_MS;
    settle(c);
    EXPECT(!is_in(c, s, anna));
    c->now += SECOND_MS;
    settle(c);
    EXPECT(is_in(c, s, anna));
    EXPECT(!is_in(c, s, boris));
    /* Another look begins another week. */
    did(c, anna, "Product Viewed", 0, c->now);
    EXPECT(!is_in(c, s, anna));
}

static void three_looks(struct ctx *c)
{
    const i64 phones = 77, anna = someone(c, 1);
    i64 s;

    SQL("INSERT INTO catalog_category (id, parent_id, name, name_en, slug, sort, "
        "active,"
        " change_id) VALUES (70, NULL, 'Техника', 'Devices', 'd', 0, 1, 1),"
        " (77, 70, 'Телефоны', 'Phones', 'p', 0, 1, 1)");
    test_as_staff(c);
    s = a_segment(c, "Присматриваются",
                  "{\"kind\":\"did\",\"did\":{\"what\":\"event\",\"event\":\"Product "
                  "Viewed\",\"category_ids\":[\"70\"],\"days\":14},\"from\":3}");
    EXPECT_OK(segment_pass(c, NULL));
    settle(c);
    did(c, anna, "Product Viewed", phones, c->now);
    did(c, anna, "Product Viewed", 0, c->now);
    did(c, anna, "Cart Viewed", phones, c->now);
    c->now += DAY_MS;
    did(c, anna, "Product Viewed", phones, c->now);
    EXPECT(!is_in(c, s, anna));
    did(c, anna, "Product Viewed", phones, c->now);
    EXPECT(is_in(c, s, anna));
    c->now += 13 * DAY_MS;
    settle(c);
    EXPECT(!is_in(c, s, anna));
}

static void late_events(struct ctx *c)
{
    const i64 anna = someone(c, 1);
    i64 s;

    test_as_staff(c);
    s = a_segment(c, "Смотрели и не купили", LOOKED);
    EXPECT_OK(segment_pass(c, NULL));
    settle(c);
    did(c, anna, "Product Viewed", 0, c->now - 8 * DAY_MS);
    EXPECT(is_in(c, s, anna));
}

/* As the site tells it: a product by its id, the category is found by us. */
static void told_by_the_site(struct ctx *c)
{
    extern const struct track_follower insight_followers[];
    const i64 product_id = a_product(c), anna = someone(c, 1), boris = someone(c, 2);
    const char *about = arena_printf(
        c->mem, "{\"x\":[1,{\"product_id\":7}],\"product_id\":\"%lld\"}", product_id);
    const i64 phones = test_int(c, "SELECT id FROM catalog_category");
    struct track_event v[5];
    i64 s;

    test_as_staff(c);
    settle(c);
    s = a_segment(
        c, "Телефоны",
        arena_printf(c->mem,
                     "{\"kind\":\"did\",\"did\":{\"what\":\"event\",\"event\":"
                     "\"Product Viewed\",\"category_ids\":[\"%lld\"]},\"from\":2}",
                     phones));
    EXPECT_OK(segment_pass(c, NULL));
    for (int k = 0; k < 5; k++)
        v[k] = (struct track_event){ .id = k + 1,
                                     .customer_id = k % 2 ? boris : anna,
                                     .at = c->now - k,
                                     .kind = k == 3 ? TRACK_IDENTIFY : TRACK_TRACK,
                                     .name = "Product Viewed",
                                     .data = about,
                                     .context = "{}" };
    EXPECT_OK(insight_followers[0].hear(c, v, COUNT(v)));
    EXPECT(is_in(c, s, anna));
    EXPECT(!is_in(c, s, boris));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM insight_seen"), 2);
    EXPECT_INT(trait_of(c, boris, TRAIT_IS_last_visit),
               (c->now - 1) / SECOND_MS * SECOND_MS);
}

static void tags_and_consents(struct ctx *c)
{
    const char *opt = "опт";
    const i64 anna = someone(c, 1);
    const struct customer_about about = { .customer_id = anna };
    struct list tags = { &opt, 1 };
    i64 s;

    test_as_staff(c);
    s = a_segment(
        c, "Опт без согласия",
        "{\"kind\":\"all\",\"of\":[{\"kind\":\"tag\",\"words\":[\"опт\"]},"
        "{\"kind\":\"none\",\"of\":[{\"kind\":\"consent\",\"words\":[\"offers."
        "sms\"]}]}]}");
    EXPECT_OK(segment_pass(c, NULL));
    settle(c);
    EXPECT(!is_in(c, s, anna));
    EXPECT_OK(customer_tags_put(c, &about, &tags));
    settle(c);
    EXPECT(is_in(c, s, anna));
    SQL("INSERT INTO customer_consent (customer_id, purpose, channel, at, given,"
        " text_version, source, who_kind, who_id)"
        " SELECT id, 0, 0, 1, 1, '1', 0, 1, 1 FROM customer_person");
    EXPECT_OK(event_emit(c, "customer.consent_changed", anna, NULL));
    settle(c);
    EXPECT(!is_in(c, s, anna));
}

static void refused(struct ctx *c)
{
    static const struct {
        const char *rule, *field;
    } bad[] = {
        { "{\"kind\":\"all\"}", "rule.of" },
        { "{\"kind\":\"trait\",\"trait\":\"nose\",\"from\":1}", "rule.trait" },
        { "{\"kind\":\"trait\",\"trait\":\"orders\"}", "rule.from" },
        { "{\"kind\":\"any\",\"of\":[{\"kind\":\"tag\"}]}", "rule.of[0].words" },
        { "{\"kind\":\"trait\",\"trait\":\"digital\",\"words\":[\"x\"]}",
          "rule.words[0]" },
        { "{\"kind\":\"did\",\"did\":{\"what\":\"event\"}}", "rule.did.event" },
        { "{\"kind\":\"did\",\"did\":{\"what\":\"event\",\"event\":\"a\",\"days\":200}"
          "}",
          "rule.did.days" },
        { "{\"kind\":\"did\",\"did\":{\"what\":\"order\",\"category_ids\":[\"5\"]}}",
          "rule.did.category_ids[0]" },
        { "{\"kind\":\"sequence\",\"did\":{\"what\":\"order\"},\"within_days\":1}",
          "rule.then" },
    };

    for (size_t k = 0; k < COUNT(bad); k++) {
        struct rule r = { 0 };
        struct segment_edit e = { .name = "x", .rule = &r };
        struct segment s;

        EXPECT_OK(shape_read(c, &rule_shape, bad[k].rule, strlen(bad[k].rule), &r));
        EXPECT(segment_add(c, &e, &s) != ERR_OK);
        EXPECT_TEXT(c->fault.field, bad[k].field);
        c->fault = (struct fault){ 0 };
    }
}

static void changed_and_archived(struct ctx *c)
{
    const i64 anna = someone(c, 1);
    struct segment s = { 0 };
    struct rule r = { 0 };
    const struct segment_edit e = { .name = "Без заказов", .rule = &r };
    const char *bought_once = "{\"kind\":\"trait\",\"trait\":\"orders\",\"from\":1}";
    i64 id;

    test_as_staff(c);
    settle(c);
    id = a_segment(c, "Все", "{\"kind\":\"trait\",\"trait\":\"has_phone\"}");
    EXPECT_OK(job_drain(c, modules));
    EXPECT_OK(segment_get(c, id, &s));
    EXPECT_INT(s.state, SEGMENT_LIVE);
    EXPECT_INT(s.n, 1);
    EXPECT_OK(shape_read(c, &rule_shape, bought_once, strlen(bought_once), &r));
    EXPECT_ERR(segment_put(c, id, 7, &e, &s), CHANGED);
    c->fault = (struct fault){ 0 };
    EXPECT_OK(segment_put(c, id, 1, &e, &s));
    EXPECT_INT(s.version, 2);
    EXPECT_INT(s.state, SEGMENT_FILLING);
    EXPECT_OK(job_drain(c, modules));
    EXPECT(!is_in(c, id, anna));
    r.from = 0;
    EXPECT_OK(segment_put(c, id, 2, &e, &s));
    EXPECT_OK(job_drain(c, modules));
    EXPECT(is_in(c, id, anna));
    EXPECT_OK(segment_archive(c, id, false, &s));
    EXPECT_OK(job_drain(c, modules));
    EXPECT(!is_in(c, id, anna));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM insight_member"), 0);
    EXPECT_OK(segment_archive(c, id, true, &s));
    EXPECT_OK(job_drain(c, modules));
    EXPECT(is_in(c, id, anna));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM insight_segment_version"), 5);
}

static void not_later(struct ctx *c)
{
    const i64 anna = someone(c, 1);
    i64 id;

    test_as_staff(c);
    settle(c);
    (void)a_segment(c, "Первый", "{\"kind\":\"trait\",\"trait\":\"has_card\"}");
    EXPECT_OK(job_drain(c, modules));
    EXPECT_OK(
        event_emit(c, "catalog.category_changed", 1, NULL)); /* a pass in a minute */
    EXPECT_OK(event_drain(c, modules));
    id = a_segment(c, "Второй", "{\"kind\":\"trait\",\"trait\":\"has_phone\"}");
    EXPECT_OK(job_drain(c, modules));
    EXPECT(is_in(c, id, anna));
}

static void previewed(struct ctx *c)
{
    struct rule r = {
        .kind = RULE_TRAIT, .trait = "has_phone", .from = NONE, .to = NONE
    };
    struct segment_preview p;

    for (int n = 0; n < 12; n++) (void)someone(c, n);
    test_as_staff(c);
    settle(c);
    EXPECT_OK(segment_preview(c, &r, true, &p));
    EXPECT(p.exact);
    EXPECT_INT(p.n, 12);
    EXPECT_INT(p.people, 12);
    EXPECT_INT(p.sample.n, 8);
}

/* ---- Live is what a full recomputation finds
 * ----------------------------------------- */

static const char *const rules[] = {
    "{\"kind\":\"did\",\"did\":{\"what\":\"order\",\"days\":20},\"from\":2}",
    "{\"kind\":\"did\",\"did\":{\"what\":\"order\",\"days\":30},\"to\":1}",
    "{\"kind\":\"did\",\"did\":{\"what\":\"order\",\"days\":60},\"sum_from\":400000}",
    "{\"kind\":\"did\",\"did\":{\"what\":\"event\",\"event\":\"Product "
    "Viewed\",\"days\":14},\"from\":3}",
    LOOKED,
    "{\"kind\":\"sequence\",\"did\":{\"what\":\"event\",\"event\":\"Cart "
    "Viewed\",\"days\":30},\"then\":{\"what\":\"order\"},\"within_days\":5,"
    "\"happened\":true}",
    "{\"kind\":\"trait\",\"trait\":\"last_order\",\"from\":15,\"to\":40}",
    "{\"kind\":\"trait\",\"trait\":\"last_visit\",\"to\":10}",
    "{\"kind\":\"all\",\"of\":[{\"kind\":\"trait\",\"trait\":\"spent\",\"from\":200000}"
    ","
    "{\"kind\":\"none\",\"of\":[{\"kind\":\"did\",\"did\":{\"what\":\"event\","
    "\"event\":"
    "\"Cart Viewed\",\"days\":7}}]}]}",
    "{\"kind\":\"any\",\"of\":[{\"kind\":\"tag\",\"words\":[\"опт\"]},{\"kind\":"
    "\"trait\","
    "\"trait\":\"digital\",\"words\":[\"mixed\",\"aware\"]},{\"kind\":\"trait\","
    "\"trait\":"
    "\"open_orders\",\"from\":1}]}",
    "{\"kind\":\"trait\",\"trait\":\"returns\",\"from\":1}",
    "{\"kind\":\"trait\",\"trait\":\"spent_90d\",\"from\":300000}",
};

enum { PEOPLE = 12, STEPS = 220 };

static unsigned dice(u64 *seed)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(*seed >> 33);
}

static i64 an_order(struct ctx *c, const struct chain *t, i64 customer_id, i64 qty)
{
    struct order_new o = asks(ORDER_PICKUP, t->arbat);

    o.customer_id = customer_id;
    o.name = o.phone = NULL;
    of(c, &o, t->cover, qty);
    return placed(c, &o).id;
}

static void brings_back(struct ctx *c, const struct chain *t, i64 order_id)
{
    struct return_line_new *l;
    struct return_new n = { .place_id = t->arbat, .reason = 2, .allow = true };
    i64 id;

    l = list_add(c->mem, &n.lines, sizeof(*l));
    *l = (struct return_line_new){ .line_no = 1, .qty = 1 };
    if (order_return(c, order_id, &n, &id)) c->fault = (struct fault){ 0 };
}

struct life {
    i64 who[PEOPLE], sold[STEPS], open[STEPS];
    size_t n_sold, n_open;
    u64 seed;
};

static void step(struct ctx *c, const struct chain *t, struct life *l)
{
    static const char *const events[] = { "Product Viewed", "Cart Viewed", "Searched" };
    const char *opt = "опт";
    const i64 who = l->who[dice(&l->seed) % PEOPLE];
    const struct customer_about about = { .customer_id = who };
    const struct list tags = { &opt, dice(&l->seed) % 2 };

    switch (dice(&l->seed) % 9) {
    case 8:
        all_did(c, l->who, PEOPLE, events[dice(&l->seed) % 3], c->now);
        break;
    case 0:
        l->sold[l->n_sold++] = buys(c, t, who, t->cover, 1 + dice(&l->seed) % 3);
        break;
    case 1:
        l->open[l->n_open++] = an_order(c, t, who, 1 + dice(&l->seed) % 2);
        break;
    case 2:
        if (l->n_open) EXPECT_OK(order_cancel(c, l->open[--l->n_open], "нет"));
        break;
    case 3:
        if (l->n_sold) brings_back(c, t, l->sold[dice(&l->seed) % l->n_sold]);
        break;
    case 4:
        EXPECT_OK(customer_tags_put(c, &about, &tags));
        break;
    default:
        did(c, who, events[dice(&l->seed) % 3], 0,
            c->now - (i64)(dice(&l->seed) % 4) * DAY_MS);
    }
}

/* All memberships as one number, and how many there are. */
static i64 members_sum(struct ctx *c, i64 *ret_n)
{
    i64 sum = 0, segment_id, customer_id;
    static const struct query all = {
        "test.members", "SELECT segment_id, customer_id FROM insight_member",
        .scan = "all"
    };
    ROWS r;

    *ret_n = 0;
    EXPECT_OK(db_rows0(c, &r, &all));
    while (db_next(&r, INTO(&segment_id, &customer_id))) {
        ++*ret_n;
        sum += (i64)((u64)segment_id * 31 ^ (u64)customer_id * 0x9E3779B97F4A7C15ULL) &
               0xFFFFFFFFFF;
    }
    EXPECT_OK(r.err);
    return sum;
}

static i64 facts_sum(struct ctx *c)
{
    i64 sum = 0;
    struct bytes b;
    static const struct query all = { "test.facts", "SELECT facts FROM insight_person",
                                      .scan = "all" };
    ROWS r;

    EXPECT_OK(db_rows0(c, &r, &all));
    while (db_next(&r, INTO(&b))) sum += (i64)(trait_hash(b.at, b.n) >> 8);
    EXPECT_OK(r.err);
    return sum;
}

/* From nothing: facts, then everybody's segments. */
static void from_scratch(struct ctx *c)
{
    SQL("DELETE FROM insight_person; DELETE FROM insight_in; DELETE FROM "
        "insight_member;"
        "UPDATE insight_segment SET n = 0");
    EXPECT_OK(trait_rebuild(c, NULL));
    SQL("DELETE FROM insight_in; DELETE FROM insight_member;"
        "UPDATE insight_segment SET n = 0");
    EXPECT_OK(segment_pass(c, NULL));
}

static void a_history(struct ctx *c, u64 seed)
{
    const struct chain t = a_chain(c);
    struct life l = { .seed = seed };
    i64 n, again_n, all = 0;

    test_as_staff(c);
    receive(c, t.arbat, t.cover, 900);
    for (int k = 0; k < PEOPLE; k++) l.who[k] = someone(c, k);
    for (size_t k = 0; k < COUNT(rules); k++)
        (void)a_segment(c, arena_printf(c->mem, "%zu", k), rules[k]);
    settle(c);
    EXPECT_OK(segment_pass(c, NULL));
    for (int k = 0; k < STEPS; k++) {
        step(c, &t, &l);
        c->now += (i64)(dice(&l.seed) % (16 * 3600)) * SECOND_MS;
        if (k % 55 != 54) continue;
        settle(c);
        const i64 live = members_sum(c, &n), facts = facts_sum(c);
        EXPECT_INT(test_int(c, "SELECT CAST(SUM(n) AS BIGINT) FROM insight_segment"),
                   n);
        from_scratch(c);
        EXPECT_INT(members_sum(c, &again_n), live);
        EXPECT_INT(again_n, n);
        EXPECT_INT(facts_sum(c), facts);
        all += n;
    }
    EXPECT(all > 20);
}

static void a_hundred_at_once(struct ctx *c)
{
    enum { N = 100 };
    i64 who[N], s;

    test_as_staff(c);
    for (int k = 0; k < N; k++) who[k] = someone(c, k);
    settle(c);
    s = a_segment(c, "Смотрели трижды",
                  "{\"kind\":\"did\",\"did\":{\"what\":\"event\",\"event\":\"Product "
                  "Viewed\",\"days\":14},\"from\":3}");
    EXPECT_OK(segment_pass(c, NULL));
    all_did(c, who, N, "Product Viewed", c->now);
    all_did(c, who, N - 1, "Product Viewed", c->now);
    EXPECT_INT(test_int(c, "SELECT n FROM insight_segment"), 0);
    all_did(c, who, N, "Product Viewed", c->now);
    EXPECT_INT(test_int(c, "SELECT n FROM insight_segment"), N - 1);
    EXPECT(!is_in(c, s, who[N - 1]));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM event_log"
                           " WHERE name = 'insight.segment_entered'"),
               N - 1);
}

/* Of an action on screens the newest counts are kept; who was in by an older one is out
 * as soon as it is driven out. */
static void driven_out(struct ctx *c)
{
    const i64 anna = someone(c, 1);
    i64 n, s;

    test_as_staff(c);
    settle(c);
    s = a_segment(c, "Смотрели",
                  "{\"kind\":\"did\",\"did\":{\"what\":\"event\",\"event\":\"Product "
                  "Viewed\"}}");
    EXPECT_OK(segment_pass(c, NULL));
    did(c, anna, "Product Viewed", 0, c->now - DAY_MS);
    EXPECT(is_in(c, s, anna));
    for (int k = 1; k <= SEEN_MOST; k++) did(c, anna, "Searched", k, c->now);
    EXPECT(!is_in(c, s, anna));
    const i64 live = members_sum(c, &n);
    from_scratch(c);
    EXPECT_INT(members_sum(c, &n), live);
}

static void histories(struct ctx *c)
{
    a_history(c, 20261122);
}

static void another_history(struct ctx *c)
{
    a_history(c, 7);
}

static void any_order(struct ctx *c)
{
    enum { N = 400 };
    struct seen_event e[N];
    const struct trait_clock k = trait_clock_of(c);
    struct bytes one = { 0 }, two = { 0 };
    u64 seed = 5;

    for (int i = 0; i < N; i++)
        e[i] = (struct seen_event){ 1 + dice(&seed) % 9, dice(&seed) % 7,
                                    c->now - (i64)(dice(&seed) % 60) * DAY_MS };
    one = seen_add(c->mem, one, e, N, &k);
    for (int i = N; i > 0; i -= 8) two = seen_add(c->mem, two, &e[i - 8], 8, &k);
    EXPECT_INT(one.n, SEEN_MOST * sizeof(struct seen));
    EXPECT_INT(one.n, two.n);
    EXPECT(!memcmp(one.at, two.at, one.n));
}

static const struct test tests[] = {
    { "what somebody bought is known at once, and leaves the last 30 days by itself",
      bought },
    { "orders that wait and tasks about somebody are open until they end",
      open_things },
    { "who was born on 29 February is a year older on 1 March", birthday },
    { "two purchases in 90 days: in with the second, out when the first is too old",
      often },
    { "looked and did not buy for a week: in by the clock alone",
      looked_and_did_not_buy },
    { "three looks at a category and those below it in two weeks", three_looks },
    { "what happened last week and is heard today counts from last week", late_events },
    { "what the site tells of a product counts for its category", told_by_the_site },
    { "tags and consents move people between segments at once", tags_and_consents },
    { "a rule that makes no sense is told which member to change", refused },
    { "a changed segment is filled anew, an archived one is empty",
      changed_and_archived },
    { "a new segment does not wait for a look at everybody that is due later",
      not_later },
    { "the editor shows how many and some of them", previewed },
    { "after any history the members are those that a full recomputation finds",
      histories },
    { "and after another one", another_history },
    { "a hundred people's actions heard together are a hundred people's",
      a_hundred_at_once },
    { "what is driven out of memory is out of the segments", driven_out },
    { "events in any order and in any portions are the same counts", any_order },
};

int main(void)
{
    return test_main("insight segments", tests, COUNT(tests));
}
