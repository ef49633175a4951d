/* Rules of what people do on screens: once, in its place, whose it is. */
#include "test.h"

#include "base/buf.h"
#include "customer/customer_consent.h"
#include "customer/customer_merge.h"
#include "customer/customer_resolve.h"
#include "event/event.h"
#include "job/job.h"
#include "track/track_follow.h"

/* ---- Sending
 * -------------------------------------------------------------------------- */

static struct taken sent(struct ctx *c, const char *body)
{
    struct batch b = { .received_at = c->now, .channel = TRACK_SITE };
    struct config *k;
    struct taken n;

    EXPECT_OK(batch_read(c, body, strlen(body), -1, &b));
    EXPECT_OK(config_hold(c, &k));
    plan_judge(c, k, &b);
    config_drop(k);
    EXPECT_OK(batch_take(c, &b, &n));
    return n;
}

static struct taken one(struct ctx *c, const char *id, const char *device, i64 at,
                        const char *more)
{
    return sent(c, arena_printf(c->mem,
                                "{\"batch\":[{\"type\":\"page\",\"messageId\":\"%s\","
                                "\"anonymousId\":\"%s\",\"timestamp\":\"%s\"%s}]}",
                                id, device, time_iso(c->mem, at), more));
}

/* ---- Once
 * ------------------------------------------------------------------------------- */

static void same_message_once(struct ctx *c)
{
    const char *body =
        "{\"batch\":[{\"type\":\"page\",\"messageId\":\"m1\",\"userId\":\"u\"},"
        "{\"type\":\"page\",\"messageId\":\"m1\",\"userId\":\"u\"},"
        "{\"type\":\"page\",\"messageId\":\"m2\",\"userId\":\"u\"}]}";
    struct taken n = sent(c, body);

    EXPECT_INT(n.accepted, 2);
    EXPECT_INT(n.again, 1);
    n = sent(c, body);
    EXPECT_INT(n.accepted, 0);
    EXPECT_INT(n.again, 3);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_event"), 2);
}

static void a_month_later(struct ctx *c)
{
    EXPECT_INT(one(c, "m1", "d", c->now, "").accepted, 1);
    for (int day = 1; day <= 30; day++) {
        c->now += DAY_MS;
        EXPECT_INT(one(c, "m1", "d", c->now, "").again, 1);
    }
    c->now += 45 * DAY_MS;
    EXPECT_INT(one(c, "m1", "d", c->now, "").accepted, 1);
}

static void every_batch_size(struct ctx *c)
{
    i64 all = 0;

    for (int n = 1; n <= 31; n++) {
        struct buf b = buf_new(c->mem, 4096, 1 << 20);
        buf_text(&b, "{\"batch\":[");
        for (int k = 0; k < n; k++)
            buf_printf(
                &b, "%s{\"type\":\"page\",\"messageId\":\"%d-%d\",\"userId\":\"u%d\"}",
                k ? "," : "", n, k, k);
        buf_text(&b, "]}");
        EXPECT_INT(sent(c, b.at).accepted, n);
        all += n;
    }
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_event"), all);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_word WHERE kind = 1"), 31);
}

/* ---- Time
 * --------------------------------------------------------------------------------- */

static i64 at_of(struct ctx *c, const char *times)
{
    static int n;

    sent(c, arena_printf(c->mem,
                         "{\"batch\":[{\"type\":\"page\",\"userId\":\"u\","
                         "\"messageId\":\"t%d\",%s}]}",
                         ++n, times));
    return test_int(c, "SELECT at FROM track_event ORDER BY id DESC LIMIT 1");
}

static void wrong_clock(struct ctx *c)
{
    /* An hour ahead, said 10 seconds before it was sent. */
    const char *ahead = arena_printf(
        c->mem, "\"originalTimestamp\":\"%s\",\"sentAt\":\"%s\"",
        time_iso(c->mem, c->now + HOUR_MS - 10000), time_iso(c->mem, c->now + HOUR_MS));
    EXPECT_INT(at_of(c, ahead), c->now - 10000);
    /* Of 1971: the clock was never set. */
    EXPECT_INT(at_of(c, "\"timestamp\":\"1971-01-01T00:00:00Z\",\"sentAt\":\"1971-01-"
                        "01T00:00:05Z\""),
               c->now - 5000);
    /* Without sentAt the sender's word is taken, but not for the future. */
    EXPECT_INT(at_of(c, "\"timestamp\":\"2026-01-01T00:00:00Z\""), 1767225600000);
    EXPECT_INT(at_of(c, "\"timestamp\":\"2027-01-01T00:00:00Z\""), c->now);
}

/* ---- Plan
 * ------------------------------------------------------------------------------------
 */

static void unknown_waits(struct ctx *c)
{
    const char *body =
        "{\"batch\":[{\"type\":\"track\",\"event\":\"Box Opened\",\"messageId\":\"m1\","
        "\"userId\":\"u\",\"properties\":{\"size\":3}}]}";
    struct unknown_ask ask = { .limit = NONE };
    const char *next;
    struct list l;
    i64 job;

    EXPECT_INT(sent(c, body).held, 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_event"), 0);
    EXPECT_OK(unknown_list(c, &ask, &l, &next));
    EXPECT_INT(l.n, 1);
    const struct unknown *u = l.at;
    EXPECT_TEXT(u->name, "Box Opened");
    EXPECT_TEXT(u->sample, "{\"size\":3}");
    EXPECT_INT(u->waiting, 1);
    EXPECT_OK(unknown_accept(c, u->id, &job));
    struct job j = { .arg = arena_printf(c->mem, "{\"id\":\"%lld\"}", u->id) };
    EXPECT_OK(track_release(c, &j));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_event"), 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_held"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_unknown"), 0);
    EXPECT_INT(sent(c, body).again, 1); /* it is known, released or not */
}

static void wrong_type_waits(struct ctx *c)
{
    struct member m[] = { { "price", TYPE_NUMBER, true, "" } };
    struct plan p = { .kind = TRACK_TRACK, .name = "Priced", .members = { m, 1 } }, new;

    EXPECT_OK(plan_put(c, &p, NULL, &new));
#define PRICED(id, data)                                                               \
    "{\"batch\":[{\"type\":\"track\",\"event\":\"Priced\",\"userId\":\"u\","           \
    "\"messageId\":\"" id "\",\"properties\":" data "}]}"
    EXPECT_INT(sent(c, PRICED("a", "{\"price\":1.5}")).accepted, 1);
    EXPECT_INT(sent(c, PRICED("b", "{\"price\":2}")).accepted, 1);
    EXPECT_INT(sent(c, PRICED("c", "{\"price\":\"2\"}")).held, 1);
    EXPECT_INT(sent(c, PRICED("d", "{}")).held, 1);
    EXPECT_INT(sent(c, PRICED("e", "{\"price\":2,\"more\":1}")).held, 1);
    EXPECT_INT(
        test_int(
            c, "SELECT COUNT(*) FROM track_unknown WHERE why = 2 AND member = 'price'"),
        1);
    EXPECT_INT(
        test_int(
            c, "SELECT COUNT(*) FROM track_unknown WHERE why = 3 AND member = 'price'"),
        1);
    EXPECT_INT(
        test_int(
            c, "SELECT COUNT(*) FROM track_unknown WHERE why = 1 AND member = 'more'"),
        1);
}

/* ---- Whose
 * --------------------------------------------------------------------------------- */

static struct list heard; /* struct track_event, of this test */
static enum err break_after;

static enum err hear(struct ctx *c, const struct track_event *v, size_t n)
{
    if (break_after) return FAIL(c, WRONG_STATE, "not today");
    for (size_t k = 0; k < n; k++) {
        struct track_event *e = list_add(c->mem, &heard, sizeof(*e));
        *e = v[k];
    }
    return ERR_OK;
}

static const struct track_follower ears[] = { { "test.ear", hear }, { 0 } };
static const struct module ear_module = { .name = "test", .followers = ears };
static const struct module *const listening[] = { &ear_module, NULL };

static i64 customer(struct ctx *c, const char *phone)
{
    i64 id;

    EXPECT_OK(customer_ensure(
        c,
        &(struct customer_contact){ .name = "Анна", .phone = phone, .region_id = NONE },
        &id));
    return id;
}

static const char *user(struct ctx *c, const char *id, i64 who)
{
    return arena_printf(c->mem, ",\"userId\":\"%s%lld\"", id, who);
}

static void known_at_last(struct ctx *c)
{
    const i64 anna = customer(c, "+79161234567");
    const i64 t = c->now - DAY_MS;

    COUNTS_RUNS();
    heard = (struct list){ 0 };
    one(c, "1", "phone", t, "");
    one(c, "2", "other", t, "");
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(heard.n, 0);
    one(c, "3", "phone", t + 1000, user(c, "", anna));
    one(c, "4", "phone", t + 2000, "");
    EXPECT_OK(track_drain(c, listening));
    const struct track_event *e = heard.at;
    EXPECT_INT(heard.n, 3);
    EXPECT(e[0].late && e[0].at == t && e[0].customer_id == anna);
    EXPECT(!e[1].late && e[1].at == t + 1000);
    EXPECT(!e[2].late && e[2].at == t + 2000 && e[2].customer_id == anna);
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(heard.n, 3);
    /* Sent back, it hears the same in the same order. */
    EXPECT_OK(track_replay(c, "test.ear", 0));
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(heard.n, 6);
    e = heard.at;
    for (int k = 0; k < 3; k++)
        EXPECT(e[k].id == e[k + 3].id && e[k].late == e[k + 3].late);
    struct list l;
    EXPECT_OK(track_of_customer(c, anna, INT64_MAX, 10, &l));
    EXPECT_INT(l.n, 3);
    EXPECT_INT(((const struct track_event *)l.at)->at, t + 2000);
}

static void says_no(struct ctx *c, i64 who)
{
    struct consent said = { .purpose = CONSENT_ANALYTICS, .channel = CONSENT_ON_SITE };
    const struct consent_change to = { .items = { &said, 1 } };

    c->now += 1000;
    EXPECT_OK(customer_consent_put(c, who, &to));
}

static void refuses_to_be_followed(struct ctx *c)
{
    const i64 anna = customer(c, "+79161234567"), boris = customer(c, "+79161234568");

    COUNTS_RUNS();
    heard = (struct list){ 0 };
    one(c, "1", "phone", c->now - 9000, user(c, "", anna));
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(heard.n, 1);
    says_no(c, anna);
    one(c, "2", "phone", c->now - 8000, "");
    one(c, "3", "new phone", c->now - 7000, "");
    one(c, "4", "new phone", c->now - 6000, user(c, "", anna));
    one(c, "5", "laptop", c->now - 5000, user(c, "", boris));
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(heard.n, 2);
    EXPECT_INT(((const struct track_event *)heard.at)[1].customer_id, boris);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_event"), 2);
    EXPECT_OK(event_drain(c, modules));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_event"), 1);
}

static void one_tablet_two_people(struct ctx *c)
{
    const i64 anna = customer(c, "+79161234567"), boris = customer(c, "+79161234568");

    COUNTS_RUNS();
    heard = (struct list){ 0 };
    one(c, "1", "tablet", c->now - 9000, "");
    one(c, "2", "tablet", c->now - 8000, user(c, "", anna));
    one(c, "3", "tablet", c->now - 7000, "");
    one(c, "4", "tablet", c->now - 6000, user(c, "", boris));
    one(c, "5", "tablet", c->now - 5000, "");
    EXPECT_OK(track_drain(c, listening));
    const struct track_event *e = heard.at;
    EXPECT_INT(heard.n, 5);
    for (int k = 0; k < 5; k++) EXPECT_INT(e[k].customer_id, k < 3 ? anna : boris);
    struct list l;
    EXPECT_OK(track_of_customer(c, boris, INT64_MAX, 10, &l));
    EXPECT_INT(l.n, 2);
}

static void a_contact_is_a_person(struct ctx *c)
{
    const i64 anna = customer(c, "+79161234567");

    COUNTS_RUNS();
    heard = (struct list){ 0 };
    one(c, "1", "app", c->now - 9000, "");
    sent(c, "{\"batch\":[{\"type\":\"identify\",\"anonymousId\":\"app\",\"userId\":"
            "\"crm-77\",\"messageId\":\"2\","
            "\"traits\":{\"phone\":\"8 (916) 123-45-67\"}}]}");
    sent(c,
         "{\"batch\":[{\"type\":\"page\",\"userId\":\"crm-77\",\"messageId\":\"3\"}]}");
    EXPECT_OK(track_drain(c, listening));
    const struct track_event *e = heard.at;
    EXPECT_INT(heard.n, 3);
    EXPECT(e[0].late && e[0].customer_id == anna);
    EXPECT_INT(e[2].customer_id, anna);
}

static i64 key(struct ctx *c, int kind, const char *value)
{
    i64 id = 0;
    const enum err e = customer_key_whose(c, kind, value, &id);

    EXPECT(!e || e == ERR_NOT_FOUND);
    c->fault = (struct fault){ 0 };
    return id;
}

static void identify(struct ctx *c, const char *id, const char *device,
                     const char *user, const char *more)
{
    sent(c, arena_printf(c->mem,
                         "{\"batch\":[{\"type\":\"identify\",\"messageId\":\"%s\","
                         "\"anonymousId\":\"%s\",\"userId\":\"%s\"%s}]}",
                         id, device, user, more));
    EXPECT_OK(track_drain(c, listening));
}

#define PEOPLE "SELECT COUNT(*) FROM customer_person WHERE merged_into IS NULL"

static void a_user_without_contacts(struct ctx *c)
{
    COUNTS_RUNS();
    heard = (struct list){ 0 };
    one(c, "1", "site", c->now - 9000, "");
    identify(c, "2", "site", "crm-77", "");
    const i64 anna = key(c, KEY_USER, "crm-77");
    EXPECT(anna);
    EXPECT_INT(heard.n, 2); /* what the site's guest did before is hers too */
    identify(c, "3", "app", "crm-77", ",\"traits\":{\"firstName\":\"Анна\"}");
    EXPECT_INT(key(c, KEY_USER, "crm-77"), anna);
    identify(c, "4", "app", "crm-77", ",\"traits\":{\"phone\":\"89161234567\"}");
    EXPECT_INT(key(c, KEY_PHONE, "+79161234567"), anna);
    identify(c, "5", "kiosk", "crm-78", "");
    EXPECT(key(c, KEY_USER, "crm-78") != anna);
    EXPECT_INT(test_int(c, PEOPLE), 2);
    identify(c, "6", "kiosk", "undefined", ""); /* nobody is called so */
    EXPECT_INT(test_int(c, PEOPLE), 2);
    /* heard again they are the same */
    EXPECT_OK(track_replay(c, "test.ear", 0));
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(test_int(c, PEOPLE), 2);
}

static void a_user_known_before_his_key(struct ctx *c)
{
    const i64 anna = customer(c, "+79161234567");

    heard = (struct list){ 0 };
    identify(c, "1", "app", "crm-77", ",\"traits\":{\"phone\":\"89161234567\"}");
    SQL("DELETE FROM customer_key WHERE kind = 8"); /* as it was before the key */
    identify(c, "2", "laptop", "crm-77", "");
    EXPECT_INT(key(c, KEY_USER, "crm-77"), anna);
    EXPECT_INT(test_int(c, PEOPLE), 1);
}

static void told_by_another_way(struct ctx *c)
{
    const i64 anna = customer(c, "+79161234567");
    bool his;

    COUNTS_RUNS();
    EXPECT_OK(customer_key_bring(c, anna, KEY_USER, "crm-77", &his));
    heard = (struct list){ 0 };
    one(c, "1", "app", c->now - 9000, ",\"userId\":\"crm-77\"");
    one(c, "2", "app", c->now - 8000, ",\"userId\":\"crm-79\"");
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(heard.n, 1);
    EXPECT_INT(((const struct track_event *)heard.at)->customer_id, anna);
}

static void telephone_and_messenger(struct ctx *c)
{
    static const char context[] =
        ",\"context\":{\"device\":{\"id\":\"6D92078A-8246-4BA4-AE5B-76104861E7DC\","
        "\"advertisingId\":\"7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB\"},"
        "\"externalIds\":[{\"type\":\"telegram_id\",\"id\":\"104523\","
        "\"collection\":\"users\",\"encoding\":\"none\"},"
        "{\"type\":\"ios.idfa\",\"id\":\"7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB\"},"
        "{\"type\":\"user_id\",\"id\":\"firm\",\"collection\":\"accounts\"}]}";

    heard = (struct list){ 0 };
    identify(c, "1", "app", "crm-77", context);
    const i64 anna = key(c, KEY_USER, "crm-77");
    EXPECT(anna);
    EXPECT_INT(key(c, KEY_DEVICE, "6d92078a-8246-4ba4-ae5b-76104861e7dc"), anna);
    EXPECT_INT(key(c, KEY_MESSENGER, "tg:104523"), anna);
    EXPECT_INT(key(c, KEY_USER, "firm"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM customer_key WHERE customer_id <> 0"),
               3); /* no number of advertising */
    identify(c, "2", "chat", "",
             ",\"context\":{\"externalId\":[{\"type\":\"telegram\","
             "\"id\":\"104523\"}]},\"traits\":{\"email\":\"anna@mail.ru\"}");
    EXPECT_INT(key(c, KEY_EMAIL, "anna@mail.ru"), anna);
    EXPECT_INT(test_int(c, PEOPLE), 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_event WHERE context LIKE "
                           "'%104523%'"),
               0); /* it stands sealed */
}

static void a_familys_tablet(struct ctx *c)
{
    static const char tablet[] =
        ",\"context\":{\"device\":{\"id\":\"kitchen-tablet\"}}";

    heard = (struct list){ 0 };
    identify(c, "1", "t", "crm-1", tablet);
    const i64 anna = key(c, KEY_USER, "crm-1");
    identify(c, "2", "t", "crm-2", tablet);
    EXPECT(key(c, KEY_USER, "crm-2") != anna);
    EXPECT_INT(key(c, KEY_DEVICE, "kitchen-tablet"), anna);
    for (int k = 3; k < 8; k++)
        identify(c, arena_printf(c->mem, "%d", k), "t",
                 arena_printf(c->mem, "crm-%d", k), tablet);
    EXPECT_INT(key(c, KEY_DEVICE, "kitchen-tablet"), 0); /* of too many people */
    EXPECT_INT(test_int(c, PEOPLE), 7);
}

static void no_telephone_of_who_refuses(struct ctx *c)
{
    const i64 anna = customer(c, "+79161234567");

    heard = (struct list){ 0 };
    says_no(c, anna);
    identify(c, "1", "app", "crm-77",
             ",\"traits\":{\"phone\":\"89161234567\"},"
             "\"context\":{\"device\":{\"id\":\"annas-telephone\"}}");
    EXPECT_INT(key(c, KEY_USER, "crm-77"), anna);
    EXPECT_INT(key(c, KEY_DEVICE, "annas-telephone"), 0);
}

/* Two users of a unit become one by its third event: the fourth is the survivor's. */
static void two_become_one_on_the_way(struct ctx *c)
{
    i64 lives;

    COUNTS_RUNS();
    heard = (struct list){ 0 };
    identify(c, "1", "a", "", ",\"traits\":{\"telegram\":\"anna\"}");
    identify(c, "2", "b", "", ",\"traits\":{\"card\":\"22001234\"}");
    const i64 chat = key(c, KEY_MESSENGER, "telegram:anna");
    heard = (struct list){ 0 };
    sent(c,
         "{\"batch\":[{\"type\":\"page\",\"messageId\":\"3\",\"anonymousId\":\"a\"},"
         "{\"type\":\"identify\",\"messageId\":\"4\",\"anonymousId\":\"b\",\"traits\":"
         "{\"card\":\"22001234\",\"telegram\":\"anna\"}},"
         "{\"type\":\"page\",\"messageId\":\"5\",\"anonymousId\":\"a\"}]}");
    EXPECT_OK(track_drain(c, listening));
    EXPECT_OK(customer_living(c, chat, &lives));
    EXPECT_INT(test_int(c, PEOPLE), 1);
    const struct track_event *e = heard.at;
    EXPECT_INT(heard.n, 3);
    EXPECT_INT(e[2].customer_id, lives);
}

static void a_deaf_follower(struct ctx *c)
{
    const i64 anna = customer(c, "+79161234567");

    COUNTS_RUNS();
    heard = (struct list){ 0 };
    one(c, "1", "d", c->now, user(c, "", anna));
    break_after = ERR_WRONG_STATE;
    EXPECT_OK(track_drain(c, listening));
    break_after = ERR_OK;
    EXPECT_INT(heard.n, 0);
    EXPECT_INT(
        test_int(c, "SELECT tries FROM track_cursor WHERE follower = 'test.ear'"), 1);
    c->now += 2000;
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(heard.n, 1);
}

/* The event may be the one that tells whose a device is. */
static void unheard_stays(struct ctx *c)
{
    const i64 anna = customer(c, "+79161234567"), boris = customer(c, "+79161234568");

    heard = (struct list){ 0 };
    says_no(c, anna);
    one(c, "1", "phone", c->now - 9000, user(c, "", anna));
    one(c, "2", "laptop", c->now - 8000, user(c, "", boris));
    break_after = ERR_WRONG_STATE;
    EXPECT_OK(track_drain(c, listening));
    break_after = ERR_OK;
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_event"), 2);
    c->now += 2000;
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_event"), 1);
}

/* ---- Sessions
 * -------------------------------------------------------------------------------- */

static const struct module *const nobody[] = { NULL };
#define SESSIONS                                                                       \
    "SELECT COALESCE(SUM((from_at % 1000003) * 7 + (to_at % 1000033) * 31 + events * " \
    "101 + pages * 13"                                                                 \
    " + length(campaign) * 17 + length(source) * 19 + length(landing) * 23), 0) FROM " \
    "track_session"

static void thirty_minutes(struct ctx *c)
{
    const i64 t = c->now - DAY_MS;

    one(c, "1", "d", t,
        ",\"context\":{\"page\":{\"path\":\"/a\",\"referrer\":\"https://www.yandex.ru/"
        "search?q=1\",\"url\":\"https://shop.ru/a\"}}");
    one(c, "2", "d", t + 30 * MINUTE_MS, "");
    one(c, "3", "d", t + 61 * MINUTE_MS, "");
    EXPECT_OK(track_drain(c, nobody));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_session"), 2);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_session WHERE medium = "
                           "'organic' AND source = 'yandex.ru'"
                           " AND landing = '/a' AND events = 2"),
               1);
    /* What comes late joins them. */
    one(c, "4", "d", t + 40 * MINUTE_MS, "");
    EXPECT_OK(track_drain(c, nobody));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_session"), 1);
    EXPECT_INT(test_int(c, "SELECT events FROM track_session"), 4);
}

#define FROM(name)                                                                     \
    ",\"context\":{\"campaign\":{\"source\":\"vk\",\"name\":\"" name "\"}}"

static void campaign_begins(struct ctx *c)
{
    const i64 t = c->now - DAY_MS;

    one(c, "1", "d", t, FROM("a"));
    one(c, "2", "d", t + MINUTE_MS, "");
    one(c, "4", "d", t + 3 * MINUTE_MS, "");
    EXPECT_OK(track_drain(c, nobody));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_session"), 1);
    one(c, "3", "d", t + 2 * MINUTE_MS, FROM("b"));
    EXPECT_OK(track_drain(c, nobody));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_session"), 2);
    EXPECT_INT(
        test_int(c, "SELECT events FROM track_session ORDER BY from_at DESC LIMIT 1"),
        2);
}

static unsigned dice(unsigned *seed, unsigned n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % n;
}

/* The same events in twelve orders of arrival, in parts of different length. */
static void any_order(struct ctx *c)
{
    enum { N = 120, ORDERS = 12 };
    static const char *const more[] = { "", "", "", "", "", FROM("a"), FROM("b") };
    i64 at[N], first = 0;
    unsigned seed = 7, kind[N], order[N];

    for (int k = 0; k < N; k++) {
        at[k] = c->now - DAY_MS + dice(&seed, 400) * MINUTE_MS + dice(&seed, 3);
        kind[k] = dice(&seed, COUNT(more));
    }
    for (int turn = 0; turn < ORDERS; turn++) {
        SQL("DELETE FROM track_event; DELETE FROM track_seen; DELETE FROM "
            "track_session");
        for (unsigned k = 0; k < N; k++) order[k] = k;
        for (unsigned k = N - 1; turn && k; k--) {
            const unsigned with = dice(&seed, k + 1), was = order[k];
            order[k] = order[with];
            order[with] = was;
        }
        for (int k = 0; k < N; k++) {
            const unsigned e = order[k];
            one(c, arena_printf(c->mem, "m%u", e), e % 3 ? "d1" : "d2", at[e],
                more[kind[e]]);
            if (!dice(&seed, 9)) EXPECT_OK(track_drain(c, nobody));
        }
        EXPECT_OK(track_drain(c, nobody));
        EXPECT_INT(test_int(c, "SELECT SUM(events) FROM track_session"), N);
        const i64 is = test_int(c, SESSIONS) * 100 +
                       test_int(c, "SELECT COUNT(*) FROM track_session");
        if (!turn) first = is;
        EXPECT_INT(is, first);
    }
    EXPECT(test_int(c, "SELECT COUNT(*) FROM track_session") > 10);
}

/* ---- What is no event
 * ---------------------------------------------------------------------------- */

static void neighbours_come_in(struct ctx *c)
{
    struct taken n = sent(
        c,
        "{\"batch\":[{\"type\":\"page\",\"userId\":\"u\"},{\"type\":\"page\"},"
        "{\"type\":\"jump\",\"userId\":\"u\"},{\"type\":\"track\",\"userId\":\"u\"},7,"
        "{\"type\":\"page\",\"userId\":{}},{\"type\":\"page\",\"userId\":\"u\","
        "\"timestamp\":\"now\"}]}");

    EXPECT_INT(n.accepted, 1);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_refused"), 6);
}

static void own_context_wins(struct ctx *c)
{
    sent(c, "{\"context\":{\"locale\":\"ru\",\"ip\":\"1\"},\"batch\":[{\"type\":"
            "\"page\",\"userId\":\"u\","
            "\"context\":{\"ip\":\"2\"}}]}");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_event WHERE context = "
                           "'{\"ip\":\"2\",\"locale\":\"ru\"}'"),
               1);
}

static void reported_by_us(struct ctx *c)
{
    const i64 anna = customer(c, "+79161234567");
    const struct track_own v = { .kind = TRACK_TRACK,
                                 .channel = TRACK_TILL,
                                 .message_id = "order/1",
                                 .customer_id = anna,
                                 .name = "Order Completed",
                                 .at = c->now,
                                 .data = "{\"order_id\":\"1\"}" };

    COUNTS_RUNS();
    heard = (struct list){ 0 };
    EXPECT_OK(track_put(c, &v, 1));
    EXPECT_OK(track_put(c, &v, 1));
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(heard.n, 1);
    const struct track_event *e = heard.at;
    EXPECT(e->channel == TRACK_TILL && e->customer_id == anna);
    EXPECT_TEXT(e->name, "Order Completed");
}

static void erased_meanwhile(struct ctx *c)
{
    const i64 anna = customer(c, "+79161230077");
    const struct track_own v = { .kind = TRACK_TRACK,
                                 .channel = TRACK_SITE,
                                 .message_id = "order/2",
                                 .customer_id = anna,
                                 .name = "Order Cancelled",
                                 .at = c->now,
                                 .data = "{\"order_id\":\"2\"}" };

    heard = (struct list){ 0 };
    EXPECT_OK(track_put(c, &v, 1));
    SQL("UPDATE customer_person SET forgotten = 1");
    EXPECT_OK(track_drain(c, listening));
    EXPECT_INT(heard.n, 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM track_owner"), 0);
}

static const struct test tests[] = {
    { "the same message is one event, in one batch and in two", same_message_once },
    { "a message that comes again within 30 days is still known", a_month_later },
    { "a batch of any size comes in whole", every_batch_size },
    { "a visitor's clock may be wrong, his past is not", wrong_clock },
    { "an event that nobody declared waits until it is accepted", unknown_waits },
    { "a price that is a text waits, so does an event without one", wrong_type_waits },
    { "what a device did before is heard when it becomes somebody's", known_at_last },
    { "whoever refuses to be followed is not, and his past is forgotten",
      refuses_to_be_followed },
    { "on a family's tablet everybody has his own", one_tablet_two_people },
    { "a telephone told by an app finds the customer", a_contact_is_a_person },
    { "another system's user is a person without any contact, and the same again",
      a_user_without_contacts },
    { "a user who was known before gets his number as a key",
      a_user_known_before_his_key },
    { "a user who was told by the API is known by his events", told_by_another_way },
    { "an app's telephone and a messenger are keys, numbers of advertising are not",
      telephone_and_messenger },
    { "a family's tablet merges nobody, and is nobody's when too many have it",
      a_familys_tablet },
    { "the telephone of who refuses to be followed is not written down",
      no_telephone_of_who_refuses },
    { "who becomes another by an event is the other from the next one on",
      two_become_one_on_the_way },
    { "a follower that fails is tried again and misses nothing", a_deaf_follower },
    { "an event of who refuses goes when it was heard, not when hearing failed",
      unheard_stays },
    { "a pause of over 30 minutes ends a session; late events join two",
      thirty_minutes },
    { "another campaign begins a session, also when told late", campaign_begins },
    { "in whatever order events arrive, the sessions are the same", any_order },
    { "an event that is none does not keep its neighbours out", neighbours_come_in },
    { "an event's own context wins over the batch's", own_context_wins },
    { "what the server reports comes once too", reported_by_us },
    { "what is heard of somebody after his erasure is nobody's", erased_meanwhile },
};

int main(void)
{
    return test_main("track", tests, COUNT(tests));
}
