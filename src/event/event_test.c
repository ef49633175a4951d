#include "event/event.h"

#include <pthread.h>
#include <unistd.h>

#include "base/time.h"
#include "event/event_own.h"
#include "job/job.h"
#include "test.h"

static void members(struct ctx *c)
{
    const struct event e = {
        .data = "{\"order_id\":\"7\",\"qty\":3,\"deep\":{\"qty\":9,\"x\":[\"}\"]},"
                "\"name\":\"a\\\"b \\u0451\",\"none\":null,\"big\":9223372036854775807}"
    };
    i64 v = 0;

    EXPECT(event_id(&e, "order_id", &v) && v == 7);
    EXPECT(event_int(&e, "qty", &v) && v == 3);
    EXPECT(event_int(&e, "big", &v) && v == INT64_MAX);
    EXPECT(!event_int(&e, "order_id", &v));
    EXPECT(!event_int(&e, "x", &v));
    EXPECT(!event_id(&e, "name", &v));
    EXPECT(!event_id(&e, "none", &v));
    EXPECT_TEXT(event_text(c, &e, "name"), "a\"b \xD1\x91");
    EXPECT(event_text(c, &e, "qty") == NULL);
}

/* ---- Rooms that listen
 * ----------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char heard[2][8192]; /* what each was told, in order */
static _Atomic int calls[2];
static _Atomic i64 bad_subject; /* the second cannot hear of it */

static void keep(int k, const struct event *e)
{
    pthread_mutex_lock(&lock);
    const size_t n = strlen(heard[k]);
    snprintf(heard[k] + n, sizeof(heard[k]) - n, "%s%s:%lld", n ? " " : "", e->name,
             e->subject_id);
    pthread_mutex_unlock(&lock);
    calls[k]++;
}

/* Its effect is a row, so that it can be counted how often it was kept. */
static enum err hear_all(struct ctx *c, const struct event *e)
{
    static const struct query q = { "test.effect",
                                    "INSERT INTO staff_try (key, n, since_at, until_at)"
                                    " VALUES ($1, 1, 0, 0) ON CONFLICT (key) DO UPDATE"
                                    " SET n = staff_try.n + 1",
                                    NULL, NULL };

    keep(0, e);
    return db_exec(c, &q, NULL, arena_printf(c->mem, "effect %lld", e->subject_id));
}

static enum err hear_orders(struct ctx *c, const struct event *e)
{
    calls[1]++;
    if (e->subject_id == bad_subject)
        return FAIL(c, WRONG_STATE, "cannot hear of %lld", e->subject_id);
    calls[1]--;
    keep(1, e);
    return ERR_OK;
}

static const struct subscriber listeners[] = {
    { "demo.all", "*", hear_all },
    { "demo.orders", "order.* stock.held", hear_orders },
    { 0 },
};
static const struct module demo = { .name = "demo", .subscribers = listeners };
static const struct module *const rooms[] = { &demo, NULL };

static bool was_told(int k, const char *what)
{
    pthread_mutex_lock(&lock);
    const bool told = strstr(heard[k], what) != NULL;
    pthread_mutex_unlock(&lock);
    return told;
}

static void reset(void)
{
    memset(heard, 0, sizeof(heard));
    calls[0] = calls[1] = 0;
    bad_subject = 0;
}

static void tell(struct ctx *c, const char *name, i64 subject_id)
{
    EXPECT_OK(event_emit(c, name, subject_id, NULL));
}

/* ---- Rules
 * -----------------------------------------------------------------------------------
 */

static void who_hears_what(struct ctx *c)
{
    COUNTS_RUNS();
    reset();
    tell(c, "order.placed", 1);
    tell(c, "stock.held", 2);
    tell(c, "stock.freed", 3);
    tell(c, "orders.odd", 4);
    EXPECT_OK(event_drain(c, rooms));
    EXPECT_OK(event_drain(c, rooms));
    EXPECT_TEXT(heard[0], "order.placed:1 stock.held:2 stock.freed:3 orders.odd:4");
    EXPECT_TEXT(heard[1], "order.placed:1 stock.held:2");
}

static enum err tell_and_fail(struct ctx *c, void *arg)
{
    (void)arg;
    TRY(event_emit(c, "order.placed", 1, NULL));
    return FAIL(c, WRONG_STATE, "changed my mind");
}

static void only_what_happened(struct ctx *c)
{
    COUNTS_RUNS();
    reset();
    EXPECT_ERR(db_unit(c, tell_and_fail, NULL), WRONG_STATE);
    tell(c, "order.placed", 2);
    EXPECT_OK(event_drain(c, rooms));
    EXPECT_TEXT(heard[0], "order.placed:2");
}

static void who_did_it(struct ctx *c)
{
    struct list l;

    c->who = (struct who){ .kind = WHO_STAFF, .id = 7 };
    EXPECT_OK(event_emit(c, "order.placed", 1, "{\"total_minor\":100}"));
    EXPECT_OK(log_sequence(c));
    EXPECT_OK(log_after(c, 0, 10, &l));
    const struct event *e = l.at;
    EXPECT(l.n == 1 && e->who_kind == WHO_STAFF && e->who_id == 7 && e->at == c->now);
    EXPECT_TEXT(e->data, "{\"total_minor\":100}");
}

static void again(struct ctx *c)
{
    COUNTS_RUNS();
    reset();
    for (int k = 1; k <= 5; k++) tell(c, "order.placed", k);
    EXPECT_OK(event_drain(c, rooms));
    reset();
    EXPECT_ERR(event_replay(c, "demo.nobody", 0), NOT_FOUND);
    EXPECT_ERR(event_replay(c, "demo.orders", 6), BAD_ARGUMENT);
    EXPECT_OK(event_replay(c, "demo.orders", 3));
    EXPECT_OK(event_drain(c, rooms));
    EXPECT_TEXT(heard[0], "");
    EXPECT_TEXT(heard[1], "order.placed:4 order.placed:5");
}

/* On PostgreSQL a row may become visible after one that was made later. */
static void late_committer(struct ctx *c)
{
    if (db_engine(c->db) == DB_SQLITE) {
        print_message("SQLite has one writer: nobody is late\n");
        skip();
    }
    struct ctx *o = test_other(c);

    reset();
    EXPECT_OK(db_begin(o, true));
    tell(c, "order.early", 1);
    EXPECT_OK(event_emit(o, "order.late", 2, NULL));
    EXPECT_OK(event_emit(o, "order.late", 3, NULL));
    EXPECT_OK(db_commit(o));
    EXPECT_OK(db_begin(o, true));
    EXPECT_OK(event_drain(o, rooms));
    EXPECT_TEXT(heard[0], "order.late:2 order.late:3");
    EXPECT_OK(db_commit(o));
    EXPECT_OK(db_commit(c)); /* made first, seen last */
    EXPECT_OK(db_begin(c, true));
    EXPECT_OK(event_drain(c, rooms));
    EXPECT_TEXT(heard[0], "order.late:2 order.late:3 order.early:1");
}

static void let_go(struct ctx *c)
{
    i64 n, end;

    for (int k = 1; k <= 5; k++) tell(c, "order.placed", k);
    c->now += 30 * DAY_MS;
    tell(c, "order.placed", 6);
    EXPECT_OK(log_sequence(c));
    EXPECT_OK(log_end(c, &end));
    EXPECT_INT(end, 6);
    EXPECT_OK(log_forget(c, c->now, 3, &n)); /* one has heard no more than three */
    EXPECT_INT(n, 3);
    EXPECT_OK(log_forget(c, c->now, 6, &n));
    EXPECT_INT(n, 2);
    EXPECT_OK(log_forget(c, c->now + 1, 6, &n)); /* the last one stays */
    EXPECT_INT(n, 0);
    tell(c, "order.placed", 7);
    EXPECT_OK(log_sequence(c));
    EXPECT_OK(log_end(c, &end));
    EXPECT_INT(end, 7);
}

static void let_go_by_job(struct ctx *c)
{
    tell(c, "demo.old", 1);
    tell(c, "demo.old", 2);
    EXPECT_OK(event_drain(c, modules));
    c->now += 30 * DAY_MS + 1;
    tell(c, "demo.new", 3);
    EXPECT_OK(event_drain(c, modules));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(
        test_int(c, "SELECT MIN(subject_id) FROM event_log WHERE name LIKE 'demo.%'"),
        3);
}

static void by_api(struct ctx *c)
{
    reset();
    test_as_staff(c);
    for (int k = 1; k <= 3; k++)
        tell(c, k == 2 ? "stock.held" : "order.placed", 100 + k % 2);
    EXPECT_OK(event_drain(c, rooms));
    tell(c, "order.ready", 101);
    EXPECT_OK(log_sequence(c));

    struct reply r = test_call(c, "GET", "/v1/event?limit=1", NULL);
    EXPECT(strstr(r.text, "\"pos\":4,") && strstr(r.text, "\"next\":\""));
    EXPECT(strstr(r.text, "\"name\":\"order.ready\",\"subject_id\":\"101\",\"data\":{},"
                          "\"who_kind\":\"staff\""));
    r = test_call(c, "GET", "/v1/event?subject_id=100", NULL);
    EXPECT(strstr(r.text, "stock.held") && !strstr(r.text, "order."));
    r = test_call(c, "GET", "/v1/event?name=order.&subject_id=101", NULL);
    EXPECT(strstr(r.text, "order.ready") && strstr(r.text, "order.placed"));

    r = test_call(c, "GET", "/v1/event/subscriber", NULL);
    EXPECT(strstr(
        r.text, "{\"subscriber\":\"demo.all\",\"pos\":3,\"behind\":1,\"waiting_at\":"));
    EXPECT_INT(
        test_call(c, "POST", "/v1/event/subscriber/demo.all/replay", "{\"after\":9}")
            .status,
        422);
    EXPECT_INT(
        test_call(c, "POST", "/v1/event/subscriber/demo.no/replay", "{\"after\":0}")
            .status,
        404);
    EXPECT_INT(
        test_call(c, "POST", "/v1/event/subscriber/demo.all/replay", "{\"after\":0}")
            .status,
        204);
    EXPECT_INT(
        test_int(c, "SELECT pos FROM event_cursor WHERE subscriber = 'demo.all'"), 0);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE what = 'event.replay'"), 1);
    c->who.rights = 1ull << RIGHT_STAFF;
    EXPECT_INT(test_call(c, "GET", "/v1/event/subscriber", NULL).status, 403);
}

/* ---- The thread that delivers
 * ------------------------------------------------------------------ */

static bool soon(_Atomic int *what, int n)
{
    for (int k = 0; k < 500 && *what < n; k++) usleep(10000);
    return *what >= n;
}

static void delivered(struct ctx *c)
{
    char want[8192] = "";

    COUNTS_RUNS();
    reset();
    EXPECT_OK(db_commit(c));
    EXPECT_OK(event_start(c->db, rooms));
    EXPECT_OK(db_begin(c, true));
    for (int k = 1; k <= 300; k++) {
        const size_t n = strlen(want);
        tell(c, "order.placed", k);
        snprintf(want + n, sizeof(want) - n, "%sorder.placed:%d", k > 1 ? " " : "", k);
    }
    EXPECT_OK(db_commit(c));
    EXPECT(soon(&calls[1], 300) && soon(&calls[0], 300));
    event_stop();
    EXPECT_TEXT(heard[0], want);
    EXPECT_TEXT(heard[1], want);
    EXPECT_OK(db_begin(c, true));
    EXPECT_INT(
        test_int(c,
                 "SELECT COUNT(*) FROM staff_try WHERE key LIKE 'effect%' AND n = 1"),
        300);
    EXPECT_INT(
        test_int(c, "SELECT pos FROM event_cursor WHERE subscriber = 'demo.all'"), 300);
}

/* It looks by itself once a second.  A machine that is busy with other things may
 * be slow once, not thrice. */
static void woken(struct ctx *c)
{
    bool at_once = false;

    reset();
    EXPECT_OK(db_commit(c));
    EXPECT_OK(event_start(c->db, rooms));
    for (int k = 1; k <= 3; k++) {
        usleep(100000); /* now it sleeps */
        EXPECT_OK(db_begin(c, true));
        tell(c, "order.placed", k);
        const i64 began = time_mono_us();
        EXPECT_OK(db_commit(c));
        EXPECT(soon(&calls[0], k));
        at_once |= time_mono_us() - began < 500000;
    }
    event_stop();
    EXPECT(at_once);
    EXPECT_OK(db_begin(c, true));
}

static void one_fails(struct ctx *c)
{
    COUNTS_RUNS();
    reset();
    bad_subject = 150;
    for (int k = 1; k <= 200; k++) tell(c, "order.placed", k);
    EXPECT_OK(db_commit(c));
    EXPECT_OK(event_start(c->db, rooms));
    EXPECT(soon(&calls[0], 200)); /* nobody else waits */
    usleep(300000);
    EXPECT_OK(db_begin(c, false));
    EXPECT_INT(
        test_int(c, "SELECT pos FROM event_cursor WHERE subscriber = 'demo.orders'"),
        149);
    EXPECT_INT(
        test_int(c, "SELECT tries FROM event_cursor WHERE subscriber = 'demo.orders'"),
        1);
    EXPECT_INT(
        test_int(
            c, "SELECT COUNT(*) FROM event_cursor WHERE error = 'cannot hear of 150'"),
        1);
    db_rollback(c);
    bad_subject = 0;
    for (int k = 0; k < 300 && !was_told(1, "order.placed:200"); k++) usleep(10000);
    event_stop();
    EXPECT(strstr(heard[1], "order.placed:149 order.placed:150 order.placed:151"));
    EXPECT_OK(db_begin(c, true));
    EXPECT_INT(
        test_int(c, "SELECT pos FROM event_cursor WHERE subscriber = 'demo.orders'"),
        200);
    EXPECT_INT(
        test_int(c, "SELECT tries FROM event_cursor WHERE subscriber = 'demo.orders'"),
        0);
    EXPECT_INT(
        test_int(c,
                 "SELECT COUNT(*) FROM staff_try WHERE key LIKE 'effect%' AND n = 1"),
        200);
}

static void sent_back_while_it_runs(struct ctx *c)
{
    COUNTS_RUNS();
    reset();
    for (int k = 1; k <= 20; k++) tell(c, "order.placed", k);
    EXPECT_OK(db_commit(c));
    EXPECT_OK(event_start(c->db, rooms));
    EXPECT(soon(&calls[0], 20));
    EXPECT(soon(&calls[1], 20));
    usleep(100000);
    EXPECT_OK(db_begin(c, true));
    EXPECT_OK(event_replay(c, "demo.orders", 15));
    EXPECT_OK(db_commit(c));
    for (int k = 0; k < 300 && calls[1] < 25; k++) usleep(10000);
    event_stop();
    EXPECT_INT(calls[1], 25);
    EXPECT_INT(calls[0], 20);
    EXPECT_OK(db_begin(c, true));
}

/* As two nodes on one database: the thread, and this one. */
static void two_deliver(struct ctx *c)
{
    struct ctx *o = test_other(c);

    reset();
    for (int k = 1; k <= 2000; k++) tell(c, "order.placed", k);
    EXPECT_OK(db_commit(c));
    EXPECT_OK(event_start(c->db, rooms));
    for (int k = 0; k < 200 && calls[0] < 2000; k++) EXPECT_OK(event_drain(o, rooms));
    EXPECT(soon(&calls[0], 2000));
    usleep(100000);
    event_stop();
    EXPECT_OK(db_begin(c, true));
    EXPECT_INT(
        test_int(c,
                 "SELECT COUNT(*) FROM staff_try WHERE key LIKE 'effect%' AND n = 1"),
        2000);
    EXPECT_INT(
        test_int(c, "SELECT pos FROM event_cursor WHERE subscriber = 'demo.all'"),
        2000);
}

/* A subscriber of a new version does not hear of last year. */
static void newcomer(struct ctx *c)
{
    static const struct subscriber more[] = { { "demo.new", "*", hear_orders }, { 0 } };
    static const struct module late = { .name = "late", .subscribers = more };
    static const struct module *const both[] = { &demo, &late, NULL };

    COUNTS_RUNS();
    reset();
    tell(c, "order.placed", 1);
    EXPECT_OK(db_commit(c));
    EXPECT_OK(event_start(c->db, rooms));
    EXPECT(soon(&calls[0], 1) && soon(&calls[1], 1));
    event_stop();
    EXPECT_OK(event_start(c->db, both));
    EXPECT_OK(db_begin(c, true));
    tell(c, "order.placed", 2);
    EXPECT_OK(db_commit(c));
    EXPECT(soon(&calls[0], 2) && soon(&calls[1], 3));
    event_stop();
    EXPECT_TEXT(heard[1], "order.placed:1 order.placed:2 order.placed:2");
    EXPECT_OK(db_begin(c, true));
}

static const struct test tests[] = {
    { "a subscriber reads what it needs of a fact, and only from its top", members },
    { "each hears what it asked for, once, in order", who_hears_what },
    { "what was undone was never told", only_what_happened },
    { "a fact says when it was, who did it, and what it must", who_did_it },
    { "a subscriber that is sent back hears again, others do not", again },
    { "who commits late is heard late, but is heard", late_committer },
    { "facts go when all have heard them, and the order of delivery goes on", let_go },
    { "a job lets facts go after thirty days", let_go_by_job },
    { "operators see facts, stories and lags, and send subscribers back", by_api },
    { "three hundred facts have three hundred effects, in order", delivered },
    { "the commit wakes delivery", woken },
    { "one that fails is tried again alone, nobody waits for it, nothing is lost",
      one_fails },
    { "a replay is heard at once by a running server", sent_back_while_it_runs },
    { "two nodes deliver at once: every fact has one effect", two_deliver },
    { "a subscriber that is new begins now", newcomer },
};

int main(void)
{
    return test_main("event", tests, COUNT(tests));
}
