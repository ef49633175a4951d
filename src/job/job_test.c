#include "job/job.h"

#include <pthread.h>
#include <unistd.h>

#include "base/time.h"
#include "job/job_own.h"
#include "test.h"

/* ---- A room with jobs
 * ---------------------------------------------------------------- */

static _Atomic int runs;
static _Atomic enum err ends_with;
static char heard[256];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of heard */

static enum err work(struct ctx *c, struct job *j)
{
    pthread_mutex_lock(&lock);
    snprintf(heard, sizeof(heard), "%s %s %lld", j->arg, j->note ? j->note : "-",
             j->tries);
    pthread_mutex_unlock(&lock);
    runs++;
    switch (ends_with) {
    case ERR_OK:
        return ERR_OK;
    case ERR_UNAVAILABLE:
        return FAIL(c, UNAVAILABLE, "the gateway sleeps");
    default:
        return FAIL(c, BAD_FORMAT, "line 3 is not a price");
    }
}

static enum err note_down(struct ctx *c, void *arg)
{
    return job_note(c, arg, "{\"line\":7}");
}

/* Notes where it is, then finds out whether anybody still wants it. */
static enum err long_work(struct ctx *c, struct job *j)
{
    runs++;
    snprintf(heard, sizeof(heard), "%s", j->note ? j->note : "-");
    TRY(db_unit(c, note_down, j));
    TRY(job_progress(c, j, 7, 10));
    TRY(job_result(c, j, "{\"rows\":10}"));
    return ends_with ? FAIL(c, UNAVAILABLE, "interrupted") : ERR_OK;
}

static enum err give_up_own(struct ctx *c, struct job *j)
{
    runs++;
    TRY(job_cancel(c, j->id));
    return job_progress(c, j, 1, 10);
}

static const struct job_kind kinds[] = {
    { .name = "demo.work", .run = work, .tries = 3 },
    { .name = "demo.long", .run = long_work },
    { .name = "demo.quit", .run = give_up_own },
    { 0 },
};
static const struct job_kind clock_kinds[] = {
    { .name = "demo.tick", .run = work, .every_ms = 60000, .tries = 2 },
    { 0 },
};
static const struct module demo = { .name = "demo", .jobs = kinds };
static const struct module ticking = { .name = "ticking", .jobs = clock_kinds };
static const struct module *const rooms[] = { &demo, NULL };
static const struct module *const clocks[] = { &ticking, NULL };

static i64 queued(struct ctx *c, const char *kind, i64 run_at, const char *key)
{
    i64 id = 0;

    runs = 0;
    ends_with = ERR_OK;
    heard[0] = '\0';
    EXPECT_OK(job_add(c, kind, "{\"n\":1}", run_at, key, &id));
    return id;
}

static struct job_view seen(struct ctx *c, i64 id)
{
    struct job_view v = { 0 };

    EXPECT_OK(job_get(c, id, &v));
    return v;
}

static void expect_state(struct ctx *c, i64 id, enum job_state s)
{
    EXPECT_TEXT(job_state_words[seen(c, id).state], job_state_words[s]);
}

/* ---- Rules
 * -------------------------------------------------------------------------------- */

static void runs_once(struct ctx *c)
{
    const i64 id = queued(c, "demo.work", c->now, NULL);

    EXPECT_OK(job_drain(c, rooms));
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 1);
    EXPECT_TEXT(heard, "{\"n\":1} - 0");
    expect_state(c, id, JOB_DONE);
}

static void not_before(struct ctx *c)
{
    queued(c, "demo.work", c->now + 1000, NULL);
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 0);
    c->now += 1000;
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 1);
}

static void one_for_a_key(struct ctx *c)
{
    const i64 first = queued(c, "demo.work", c->now, "order 7");

    EXPECT_INT(queued(c, "demo.work", c->now, "order 7"), first);
    EXPECT(queued(c, "demo.work", c->now, "order 8") != first);
    EXPECT(queued(c, "demo.long", c->now, "order 7") != first);
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 3);
    EXPECT(queued(c, "demo.work", c->now, "order 7") != first);
}

static void hurried(struct ctx *c)
{
    runs = 0;
    (void)queued(c, "demo.work", c->now + HOUR_MS, "order 7");
    EXPECT_OK(job_hurry(c, "demo.work", "order 8"));
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 0);
    EXPECT_OK(job_hurry(c, "demo.work", "order 7"));
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 1);
}

static enum err add_and_fail(struct ctx *c, void *arg)
{
    (void)arg;
    TRY(job_add(c, "demo.work", NULL, c->now, NULL, NULL));
    return FAIL(c, WRONG_STATE, "changed my mind");
}

static void goes_with_its_unit(struct ctx *c)
{
    runs = 0;
    EXPECT_ERR(db_unit(c, add_and_fail, NULL), WRONG_STATE);
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 0);
}

static void backs_off(struct ctx *c)
{
    static const i64 waits[] = { 1000, 4000 };
    const i64 id = queued(c, "demo.work", c->now, NULL);

    ends_with = ERR_UNAVAILABLE;
    for (size_t k = 0; k < COUNT(waits); k++) {
        EXPECT_OK(job_drain(c, rooms));
        EXPECT_INT(runs, k + 1);
        EXPECT_INT(seen(c, id).run_at, c->now + waits[k]);
        EXPECT_TEXT(seen(c, id).error, "the gateway sleeps");
        c->now += waits[k] - 1;
        EXPECT_OK(job_drain(c, rooms));
        EXPECT_INT(runs, k + 1);
        c->now++;
    }
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 3);
    expect_state(c, id, JOB_PARKED);
    c->now += DAY_MS;
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 3);

    ends_with = ERR_OK;
    EXPECT_OK(job_run_now(c, id));
    EXPECT_OK(job_drain(c, rooms));
    expect_state(c, id, JOB_DONE);
    EXPECT(!seen(c, id).error);
}

static void bad_input_parks(struct ctx *c)
{
    const i64 id = queued(c, "demo.work", c->now, NULL);

    ends_with = ERR_BAD_FORMAT;
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 1);
    expect_state(c, id, JOB_PARKED);
    EXPECT_TEXT(seen(c, id).error, "line 3 is not a price");
}

static void goes_on_from_note(struct ctx *c)
{
    const i64 id = queued(c, "demo.long", c->now, NULL);

    ends_with = ERR_UNAVAILABLE;
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_TEXT(heard, "-");
    EXPECT_INT(seen(c, id).done, 7);
    EXPECT_INT(seen(c, id).total, 10);
    ends_with = ERR_OK;
    c->now += 1000;
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_TEXT(heard, "{\"line\":7}");
    EXPECT_TEXT(seen(c, id).result, "{\"rows\":10}");
    expect_state(c, id, JOB_DONE);
}

static void cancelled(struct ctx *c)
{
    const i64 waiting = queued(c, "demo.work", c->now, NULL);

    EXPECT_OK(job_cancel(c, waiting));
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 0);
    EXPECT_ERR(job_cancel(c, waiting), WRONG_STATE);

    const i64 running = queued(c, "demo.quit", c->now, NULL);
    EXPECT_OK(job_drain(c, rooms));
    EXPECT_INT(runs, 1);
    expect_state(c, running, JOB_CANCELLED);
}

static void dead_worker(struct ctx *c)
{
    const i64 id = queued(c, "demo.work", c->now, NULL);
    struct job first = { 0 }, again = { 0 };
    const struct outcome good = { 0 };
    bool found;

    EXPECT_OK(task_take(c, &first, &found));
    EXPECT(found && first.id == id);
    EXPECT_OK(task_take(c, &again, &found));
    EXPECT(!found);
    c->now += 19 * SECOND_MS;
    EXPECT_OK(task_revive(c, &found));
    EXPECT(!found);
    c->now += 1 * SECOND_MS;
    EXPECT_OK(task_revive(c, &found));
    EXPECT(found);
    EXPECT_OK(task_take(c, &again, &found));
    EXPECT(found && again.id == id && again.tries == 1);
    /* The one that was thought dead comes back: too late. */
    EXPECT_ERR(job_note(c, &first, "{}"), GONE);
    EXPECT_OK(task_end(c, &first, &good));
    expect_state(c, id, JOB_RUNNING);
    EXPECT_OK(task_end(c, &again, &good));
    expect_state(c, id, JOB_DONE);
}

/* While the first ran, a second of its key was queued; then the process died. */
static void dead_with_heir(struct ctx *c)
{
    const i64 other = queued(c, "demo.other", c->now, NULL);
    const i64 first = queued(c, "demo.work", c->now, "k");
    struct job taken = { 0 };
    bool found;

    EXPECT_OK(task_take(c, &taken, &found));
    EXPECT_OK(task_take(c, &taken, &found));
    const i64 second = queued(c, "demo.work", c->now, "k");
    EXPECT_OK(task_take(c, &taken, &found));
    const i64 third = queued(c, "demo.work", c->now + DAY_MS, "k");
    EXPECT(first != second && second != third);
    c->now += MINUTE_MS;
    EXPECT_OK(task_revive(c, &found));
    EXPECT(found);
    expect_state(c, other, JOB_WAITING);
    expect_state(c, first, JOB_WAITING);
    expect_state(c, second, JOB_WAITING);
    EXPECT_INT(queued(c, "demo.work", c->now, "k"), third); /* it has the key */
}

/* The first fails while a second of its key waits: it is tried again all the same. */
static void again_with_heir(struct ctx *c)
{
    const i64 first = queued(c, "demo.work", c->now, "k");
    const struct outcome busy = { .err = ERR_BUSY, .error = "busy" };
    const struct outcome bad = { .err = ERR_BAD_ARGUMENT, .error = "bad" };
    struct job taken = { 0 };
    bool found;

    EXPECT_OK(task_take(c, &taken, &found));
    const i64 second = queued(c, "demo.work", c->now + DAY_MS, "k");
    EXPECT_OK(task_end(c, &taken, &busy));
    expect_state(c, first, JOB_WAITING);
    EXPECT_INT(queued(c, "demo.work", c->now, "k"), second);

    c->now += MINUTE_MS;
    EXPECT_OK(task_take(c, &taken, &found));
    EXPECT(found && taken.id == first && taken.tries == 1);
    EXPECT_OK(task_end(c, &taken, &bad));
    expect_state(c, first, JOB_PARKED);
    EXPECT_OK(job_run_now(c, first)); /* by hand */
    expect_state(c, first, JOB_WAITING);
    EXPECT_OK(job_run_now(c, second)); /* which waits, and keeps its key */
    EXPECT_INT(queued(c, "demo.work", c->now, "k"), second);
}

static void schedule(struct ctx *c)
{
    runs = 0;
    ends_with = ERR_OK;
    EXPECT_OK(job_drain(c, clocks));
    EXPECT_OK(job_drain(c, clocks));
    EXPECT_INT(runs, 1);
    c->now += 59999;
    EXPECT_OK(job_drain(c, clocks));
    EXPECT_INT(runs, 1);
    c->now += 1;
    ends_with = ERR_BAD_FORMAT;
    EXPECT_OK(job_drain(c, clocks));
    EXPECT_INT(runs, 2);
    c->now += 60000;
    ends_with = ERR_OK;
    EXPECT_OK(job_drain(c, clocks));
    EXPECT_INT(runs, 3);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM job_task WHERE kind = 'demo.tick'"),
               1);
    EXPECT_ERR(
        job_cancel(c, test_int(c, "SELECT id FROM job_task WHERE kind = 'demo.tick'")),
        WRONG_STATE);
}

static void unknown_kind(struct ctx *c)
{
    const i64 id = queued(c, "demo.of_next_version", c->now, NULL);

    EXPECT_OK(job_drain(c, rooms));
    expect_state(c, id, JOB_WAITING);
    EXPECT_TEXT(seen(c, id).error, "this version has no such kind of job");
}

static void own_job(struct ctx *c)
{
    struct job_view v = { 0 };

    c->who = (struct who){ .kind = WHO_STAFF, .id = 7, .rights = 1ull << RIGHT_STAFF };
    const i64 id = queued(c, "demo.work", c->now, NULL);
    EXPECT_OK(job_get(c, id, &v));
    c->who.id = 8;
    EXPECT_ERR(job_get(c, id, &v), NOT_FOUND);
    c->who.rights |= 1ull << RIGHT_OPERATE;
    EXPECT_OK(job_get(c, id, &v));
}

static void by_api(struct ctx *c)
{
    const i64 id = queued(c, "demo.work", c->now, NULL);

    test_as_staff(c);
    ends_with = ERR_BAD_FORMAT;
    EXPECT_OK(job_drain(c, rooms));
    struct reply r = test_call(c, "GET", "/v1/job?state=parked&kind=demo.", NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "\"error\":\"line 3 is not a price\"") != NULL);
    r = test_call(c, "GET", "/v1/job?state=done", NULL);
    EXPECT_TEXT(r.text, "{\"items\":[]}");
    r = test_call(c, "POST", arena_printf(c->mem, "/v1/job/%lld/run", id), NULL);
    EXPECT(strstr(r.text, "\"state\":\"waiting\"") != NULL);
    r = test_call(c, "POST", arena_printf(c->mem, "/v1/job/%lld/cancel", id), NULL);
    EXPECT(strstr(r.text, "\"state\":\"cancelled\"") != NULL);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE what IN"
                           " ('job.run', 'job.cancel')"),
               2);
    r = test_call(c, "GET", "/v1/job/12", NULL);
    EXPECT_INT(r.status, 404);
    c->who.rights = 1ull << RIGHT_STAFF;
    EXPECT_INT(test_call(c, "GET", "/v1/job", NULL).status, 403);
}

static void let_go(struct ctx *c)
{
    const i64 done = queued(c, "demo.work", c->now, NULL);
    EXPECT_OK(job_drain(c, rooms));
    const i64 parked = queued(c, "demo.work", c->now, NULL);
    ends_with = ERR_BAD_FORMAT;
    EXPECT_OK(job_drain(c, rooms));
    c->now += 14 * DAY_MS + 1;
    EXPECT_OK(job_forget(c));
    expect_state(c, parked, JOB_PARKED);
    EXPECT_ERR(job_get(c, done, &(struct job_view){ 0 }), NOT_FOUND);
}

/* ---- Threads
 * ---------------------------------------------------------------------------------- */

static bool soon(_Atomic int *what, int n)
{
    for (int k = 0; k < 500 && *what < n; k++) usleep(10000);
    return *what >= n;
}

static void workers(struct ctx *c)
{
    queued(c, "demo.work", c->now, NULL);
    for (int k = 0; k < 39; k++)
        EXPECT_OK(job_add(c, "demo.work", NULL, c->now, NULL, NULL));
    EXPECT_OK(db_commit(c));
    EXPECT_OK(job_start(c->db, rooms, 3));
    EXPECT(soon(&runs, 40));
    job_stop();
    EXPECT_OK(db_begin(c, true));
    EXPECT_INT(runs, 40);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM job_task WHERE state = 2 AND tries = 1"), 40);
}

/* They look by themselves once a second.  A machine that is busy with other
 * things may be slow once, not thrice. */
static void woken(struct ctx *c)
{
    bool at_once = false;

    runs = 0;
    ends_with = ERR_OK;
    EXPECT_OK(db_commit(c));
    EXPECT_OK(job_start(c->db, rooms, 1));
    for (int k = 1; k <= 3; k++) {
        usleep(100000); /* now they sleep */
        EXPECT_OK(db_begin(c, true));
        EXPECT_OK(job_add(c, "demo.work", NULL, c->now, NULL, NULL));
        const i64 began = time_mono_us();
        EXPECT_OK(db_commit(c));
        EXPECT(soon(&runs, k));
        at_once |= time_mono_us() - began < 500000;
    }
    job_stop();
    EXPECT(at_once);
    EXPECT_OK(db_begin(c, true));
}

static const struct test tests[] = {
    { "a job runs once and is done", runs_once },
    { "a job does not run before its time", not_before },
    { "of two jobs with one key that wait, there is one", one_for_a_key },
    { "what waits for its time can be told not to", hurried },
    { "a job is not there when the change that wanted it is undone",
      goes_with_its_unit },
    { "what may pass is tried again, later each time, then parked until somebody runs "
      "it",
      backs_off },
    { "a file that is wrong stays wrong: parked at once, with the reason",
      bad_input_parks },
    { "a job goes on from its last note", goes_on_from_note },
    { "a cancelled job does not begin, and stops when it has", cancelled },
    { "when a worker dies another takes its job, and the dead one is not believed",
      dead_worker },
    { "a dead process's jobs all go on, though a second of a key waits",
      dead_with_heir },
    { "a job that is tried again goes on, though a second of its key waits",
      again_with_heir },
    { "a schedule runs once a period and goes on after a failure", schedule },
    { "a job of a newer version waits for one", unknown_kind },
    { "who queued a job sees it, others do not, the operator sees all", own_job },
    { "operators list, run and cancel jobs, and it is in the audit log", by_api },
    { "jobs that are done go after two weeks, parked ones stay", let_go },
    { "three workers, forty jobs: each runs once", workers },
    { "a worker that sleeps is woken by the commit", woken },
};

int main(void)
{
    return test_main("job", tests, COUNT(tests));
}
