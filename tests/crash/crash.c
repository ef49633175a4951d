/* crash.c -- the shop under load, and everything that can happen to its disk.
 *
 *     crash power DIR ROUNDS full|normal   power cuts (a VFS that forgets)
 *     crash kill DIR ROUNDS                kill -9
 *     crash disk DIR                       full, read-only, cut and scribbled files
 *     crash clock DIR                      the clock is set back over a restart
 *     crash load URL NOTES SECONDS         buy on PostgreSQL, write notes to a file
 *     crash books URL NOTES                compare them with the database
 *     crash doubt URL NOTES STANDBY_PID    a commit that stopped waiting for its
 * standby
 *
 * Each says `ok` or `not ok` for a sentence. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "orders.h"
#include "power_vfs.h"

static int failed;

static void expect(bool ok, const char *says)
{
    printf("%s %s\n", ok ? "ok" : "not ok", says);
    fflush(stdout);
    failed += !ok;
}

/* ---- Notes ---------------------------------------------------------------------- */

struct notes {
    struct told *at;
    size_t n, room;
};

static void add_notes(struct notes *all, int fd)
{
    struct told t[256];
    ssize_t got, rest = 0;

    while ((got = read(fd, (char *)t + rest, sizeof(t) - (size_t)rest)) > 0) {
        got += rest;
        const size_t n = (size_t)got / sizeof(*t);
        if (all->n + n > all->room) {
            all->room = (all->n + n) * 2;
            all->at = realloc(all->at, all->room * sizeof(*t));
            if (!all->at) abort();
        }
        memcpy(all->at + all->n, t, n * sizeof(*t));
        all->n += n;
        rest = (ssize_t)((size_t)got - n * sizeof(*t));
        memmove(t, t + n, (size_t)rest);
    }
}

static const char *in_dir(const char *dir, const char *name)
{
    static char path[4][512];
    static int k;
    char *to = path[k++ % 4];

    snprintf(to, sizeof(path[0]), "%s/%s", dir, name);
    return to;
}

static void remove_shop(const char *dir)
{
    unlink(in_dir(dir, "shop.db"));
    unlink(in_dir(dir, "shop.db-wal"));
    unlink(in_dir(dir, "shop.db-shm"));
}

static void tell_books(const char *what, const struct books *b)
{
    printf("# %s: told %lld (refusals %lld), in the database %lld; lost %lld, phantom "
           "%lld,"
           " half %lld, unbalanced %lld, corrupt %lld\n",
           what, b->told, b->refused, b->orders, b->lost, b->phantom, b->half,
           b->unbalanced, b->corrupt);
}

static bool clean(const struct books *b)
{
    return !b->lost && !b->phantom && !b->half && !b->unbalanced && !b->corrupt;
}

/* ---- Rounds of load and crash --------------------------------------------------- */

struct round {
    const char *dir;
    int k;
    bool power, sync_normal;
};

static void *buyers(void *arg)
{
    struct load_sum sum;

    orders_run(arg, &sum);
    return NULL;
}

/* In the child: load until the end of the world. */
static void doomed_shop(const struct round *r, int to_fd)
{
    const struct load l = { .url = in_dir(r->dir, "shop.db"),
                            .vfs = r->power ? POWER_VFS : NULL,
                            .sync_normal = r->sync_normal,
                            .first_id = (i64)(r->k + 1) * 1000000000,
                            .buyers = 24,
                            .lookers = 2,
                            .to_fd = to_fd,
                            .stock = 90 };
    unsigned seed = (unsigned)(r->k * 7919 + r->power * 13 + r->sync_normal);
    pthread_t t;

    if (pthread_create(&t, NULL, buyers, (void *)&l)) abort();
    /* Every eighth shop lives long enough for a checkpoint. */
    usleep(40000 + (unsigned)rand_r(&seed) % 160000 + (r->k % 8 == 7 ? 1200000 : 0));
    if (r->power) power_cut(seed);
    kill(getpid(), SIGKILL);
}

static void one_round(const struct round *r, struct notes *all)
{
    int fds[2];

    if (pipe(fds)) abort();
    const pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        doomed_shop(r, fds[1]);
    }
    close(fds[1]);
    add_notes(all, fds[0]);
    close(fds[0]);
    waitpid(pid, NULL, 0);
    if (r->power) unlink(in_dir(r->dir, "shop.db-shm")); /* it was never on a disk */
}

static struct books crash_rounds(const char *dir, int rounds, bool power,
                                 bool sync_normal)
{
    struct notes all = { 0 };
    struct books b = { 0 }, sum = { 0 };

    remove_shop(dir);
    for (int k = 0; k < rounds; k++) {
        const struct round r = { dir, k, power, sync_normal };
        one_round(&r, &all);
        if (!orders_check(in_dir(dir, "shop.db"), all.at, all.n, &b)) {
            b.corrupt++;
            sum = b;
            break;
        }
        sum = b; /* the notes of all rounds are compared each time */
        if (sync_normal && b.lost) break;
    }
    free(all.at);
    return sum;
}

static void power(const char *dir, int rounds, bool sync_normal)
{
    power_register();
    const struct books b = crash_rounds(dir, rounds, true, sync_normal);
    tell_books(sync_normal ? "power cuts, synchronous=NORMAL"
                           : "power cuts, synchronous=FULL",
               &b);
    if (sync_normal) {
        expect(b.lost > 0, "the power cuts can be seen: without the flush acknowledged "
                           "orders are lost");
        expect(!b.corrupt && !b.half && !b.unbalanced, "even then the books balance");
        return;
    }
    expect(b.told > 1000 && b.refused > 0, "the shop was busy and refused some");
    expect(clean(&b), "no order that somebody was told of, or saw, is lost to a power "
                      "cut, none is half, the books balance");
}

static void kills(const char *dir, int rounds)
{
    const struct books b = crash_rounds(dir, rounds, false, false);

    tell_books("kill -9", &b);
    expect(b.told > 1000 && b.refused > 0, "the shop was busy and refused some");
    expect(clean(&b),
           "no acknowledged order is lost to kill -9, none is half, the books balance");
}

/* ---- The disk ------------------------------------------------------------------- */

static enum err order_row(struct ctx *c, void *arg)
{
    static const struct query put = {
        "crash.put",
        "INSERT INTO crash_order (customer_id, order_id, note) VALUES ($1, $2, $3)"
    };
    const i64 id = *(i64 *)arg;
    char *text = arena_alloc(c->mem, 4001);

    memset(text, 'x', 4000);
    return db_exec(c, &put, NULL, id % 997 + 1, id, text);
}

static enum err count_rows(struct ctx *c, void *arg)
{
    static const struct query count = { "crash.count",
                                        "SELECT COUNT(*) FROM crash_order" };

    return db_one0(c, &count, INTO((i64 *)arg));
}

/* Orders until the disk is full; the number that was acknowledged. */
static i64 until_full(struct ctx *c, i64 id, enum err *ret)
{
    i64 n = 0;

    while ((*ret = db_unit(c, order_row, &id)) == ERR_OK && n < 100000) {
        n++;
        id++;
        arena_reset(c->mem);
    }
    return n;
}

static struct db *new_shop(struct ctx *c, const char *dir, const char *vfs)
{
    const struct db_config k = { .url = in_dir(dir, "shop.db"), .vfs = vfs };

    remove_shop(dir);
    *c = (struct ctx){ .mem = arena_new(1 << 22),
                       .db = db_open(&k, NULL),
                       .now = time_now() };
    if (!c->db || db_migrate(c, crash_rooms)) abort();
    return c->db;
}

static void full_disk(const char *dir, const char *vfs, void (*limit)(long long),
                      const char *says)
{
    struct ctx c;
    struct db *db = new_shop(&c, dir, vfs);
    enum err e;
    i64 there = 0, all = 0, first;

    limit(8 << 20);
    first = until_full(&c, 1, &e);
    printf("# %s: %lld orders, then: %s\n", says, first, c.fault.message);
    const bool named = e == ERR_STORAGE && strstr(c.fault.message, "shop.db");
    const bool reads = db_snapshot(&c, count_rows, &there) == ERR_OK;
    const bool still = db_unit(&c, order_row, &(i64){ 5000000 }) == ERR_STORAGE;
    limit(0);
    i64 id = 9000000;
    const bool again = db_unit(&c, order_row, &id) == ERR_OK;
    db_close(db);
    db =
        db_open(&(struct db_config){ .url = in_dir(dir, "shop.db"), .vfs = vfs }, NULL);
    c.db = db;
    const bool kept =
        db && db_snapshot(&c, count_rows, &all) == ERR_OK && all == first + 1;
    db_close(db);
    arena_free(c.mem);
    expect(first > 100 && named, says);
    expect(reads && there == first && still,
           "while it is full, reads go on and every order is refused");
    expect(again && kept,
           "with room again orders go on, and none that was acknowledged is missing");
}

static void limit_file_size(long long bytes)
{
    const struct rlimit r = { bytes ? (rlim_t)bytes : RLIM_INFINITY, RLIM_INFINITY };

    if (setrlimit(RLIMIT_FSIZE, &r)) abort();
}

static bool refused(const char *dir, const char *word)
{
    const struct db_config k = { .url = in_dir(dir, "shop.db") };
    char *why = NULL;
    struct db *db = db_open(&k, &why);
    const bool named = !db && why && strstr(why, word) && strstr(why, "shop.db");

    printf("# %s\n", db ? "it opened" : why);
    db_close(db);
    free(why);
    return named;
}

static bool in_child(bool (*check)(const char *dir, const char *word), const char *dir,
                     const char *word)
{
    int status = 1;
    fflush(stdout);
    const pid_t pid = fork();

    if (pid == 0) {
        const bool nobody =
            geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
        const bool ok = nobody && check(dir, word);
        fflush(stdout);
        _exit(!ok);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static i64 some_orders(const char *dir)
{
    struct ctx c;
    struct db *db = new_shop(&c, dir, NULL);

    for (i64 id = 1; id <= 300; id++) {
        if (db_unit(&c, order_row, &id)) abort();
        arena_reset(c.mem);
    }
    db_close(db);
    arena_free(c.mem);
    return 300;
}

static void broken_files(const char *dir)
{
    struct stat st;

    some_orders(dir);
    if (chmod(in_dir(dir, "shop.db"), 0444) || chmod(dir, 0555)) abort();
    expect(in_child(refused, dir, "cannot be written"), "a read-only file is named");
    if (chmod(dir, 0700) || chmod(in_dir(dir, "shop.db"), 0600)) abort();

    if (stat(in_dir(dir, "shop.db"), &st) ||
        truncate(in_dir(dir, "shop.db"), st.st_size * 6 / 10))
        abort();
    expect(refused(dir, "cut short"), "a file that lost its end is named");

    some_orders(dir);
    const int fd = open(in_dir(dir, "shop.db"), O_WRONLY | O_CLOEXEC);
    if (fd < 0 || pwrite(fd, "a letter to the editor", 22, 0) != 22) abort();
    close(fd);
    expect(refused(dir, "damaged"), "a file that is no database is named");
    remove_shop(dir);
}

/* A disk that fails to flush may say yes when it is asked again, and still have
 * lost what came before. */
static void failed_flush(const char *dir)
{
    struct ctx c;
    struct db *db = new_shop(&c, dir, POWER_VFS);
    i64 first = 70000001, second = 70000002, third = 70000003, there = 0, after = 0;

    const bool sold = db_unit(&c, order_row, &first) == ERR_OK;
    power_flush_fails(true);
    const bool told = db_unit(&c, order_row, &second) == ERR_STORAGE &&
                      strstr(c.fault.message, "shop.db");
    power_flush_fails(false);
    const bool stays = db_unit(&c, order_row, &third) == ERR_STORAGE &&
                       strstr(c.fault.message, "new start");
    printf("# a flush that fails: %s\n", c.fault.message);
    const bool reads = db_snapshot(&c, count_rows, &there) == ERR_OK && there >= 1;
    db_close(db);
    db = db_open(&(struct db_config){ .url = in_dir(dir, "shop.db"), .vfs = POWER_VFS },
                 NULL);
    c.db = db;
    const bool again = db && db_unit(&c, order_row, &third) == ERR_OK &&
                       db_snapshot(&c, count_rows, &after) == ERR_OK && after >= 2;
    db_close(db);
    arena_free(c.mem);
    expect(sold && told && stays && reads,
           "a flush that fails is told, and nothing more is accepted behind it");
    expect(again, "after a new start orders go on");
}

static void disk(const char *dir)
{
    power_register();
    signal(SIGXFSZ, SIG_IGN);
    full_disk(dir, POWER_VFS, power_disk_bytes,
              "a full disk is a refusal that names the file");
    full_disk(dir, NULL, limit_file_size,
              "a file that may not grow is a refusal that names it");
    failed_flush(dir);
    broken_files(dir);
}

/* ---- The clock ------------------------------------------------------------------ */

static enum err order_of_now(struct ctx *c, void *arg)
{
    i64 id = id_new(c);

    *(i64 *)arg = id;
    return order_row(c, &id);
}

/* A process that sells for a while at 12:00 and dies. */
static void sells(const char *dir, i64 noon, bool keeps_clock, int to_fd)
{
    struct ctx c = { .mem = arena_new(1 << 22) };
    i64 id = 0;

    c.db = db_open(
        &(struct db_config){ .url = in_dir(dir, "shop.db"), .sync_normal = true },
        NULL);
    if (!c.db || (keeps_clock && db_clock_start(&c, NULL))) abort();
    const i64 from = time_now();
    while (time_now() - from < 1500) {
        c.now = noon + (time_now() - from) / 100 * 100;
        const enum err e = db_unit(&c, order_of_now, &id);
        const struct told t = { id, e == ERR_OK };
        if (write(to_fd, &t, sizeof(t)) != sizeof(t)) abort();
        arena_reset(c.mem);
        usleep(1000);
    }
    kill(getpid(), SIGKILL);
}

/* Twice the same hour: how many ids of the second were taken already? */
static i64 same_hour_twice(const char *dir, bool keeps_clock, i64 *ret_sold)
{
    const i64 noon = time_now();
    struct notes all = { 0 };
    i64 doubles = 0;
    struct ctx c;

    db_close(new_shop(&c, dir, NULL));
    arena_free(c.mem);
    for (int k = 0; k < 2; k++) {
        int fds[2];
        if (pipe(fds)) abort();
        const pid_t pid = fork();
        if (pid == 0) sells(dir, noon, keeps_clock, fds[1]);
        close(fds[1]);
        add_notes(&all, fds[0]);
        close(fds[0]);
        waitpid(pid, NULL, 0);
    }
    for (size_t k = 0; k < all.n; k++) doubles += !all.at[k].accepted;
    *ret_sold = (i64)all.n;
    free(all.at);
    return doubles;
}

static void clock_back(const char *dir)
{
    i64 sold = 0;

    const i64 without = same_hour_twice(dir, false, &sold);
    printf("# clock set back, ids not kept: %lld of %lld collide\n", without, sold);
    expect(without > 0, "a clock set back can be seen: ids would come twice");
    const i64 with = same_hour_twice(dir, true, &sold);
    printf("# clock set back, ids kept: %lld of %lld collide\n", with, sold);
    expect(with == 0 && sold > 100,
           "after a restart with the clock set back no id comes twice");
    remove_shop(dir);
}

/* ---- PostgreSQL ----------------------------------------------------------------- */

static void load(const char *url, const char *notes, int seconds)
{
    struct load_sum sum = { 0 };
    const struct load l = { .url = url,
                            .first_id = 1000000000,
                            .buyers = 8,
                            .to_fd = open(
                                notes, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600),
                            .until_us = time_mono_us() + seconds * 1000000LL,
                            .stock = 60 };

    if (l.to_fd < 0) abort();
    expect(orders_run(&l, &sum), "the shop opened");
    printf("# accepted %lld, refused %lld, asked again %lld, found done already %lld,"
           " longest gap %lld ms\n",
           sum.accepted, sum.refused, sum.retried, sum.found,
           sum.longest_gap_us / 1000);
    expect(sum.accepted > 200 && sum.longest_gap_us > 100000,
           "the shop was busy and met the fail-over");
}

static void books(const char *url, const char *path)
{
    struct notes all = { 0 };
    struct books b = { 0 };
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    add_notes(&all, fd);
    close(fd);
    const bool ok = orders_check(url, all.at, all.n, &b);
    i64 accepted = b.told - b.refused;
    tell_books("fail-over", &b);
    expect(ok && clean(&b),
           "no acknowledged order is lost to the fail-over, the books balance");
    expect(b.orders == accepted,
           "none is there that nobody was told of, so none is doubled");
    free(all.at);
}

/* A buyer whose commit waits for a standby that does not answer. */
struct asking {
    struct ctx c;
    i64 id;
    struct placed placed;
    _Atomic bool over;
    enum err err;
    pthread_t thread;
};

static void *asks(void *arg)
{
    struct asking *a = arg;

    a->err = order_place(&a->c, a->id, &a->placed);
    a->over = true;
    return NULL;
}

static void ask(struct asking *a, struct db *db, i64 id)
{
    *a = (struct asking){ .c = { .mem = arena_new(1 << 20), .db = db }, .id = id };
    if (pthread_create(&a->thread, NULL, asks, a)) abort();
}

static void answered(struct asking *a)
{
    pthread_join(a->thread, NULL);
    arena_free(a->c.mem);
}

/* Cancel whoever waits for the standby; false when nobody does. */
static bool cancel_the_wait(struct db *db)
{
    static const struct query cancel = {
        "crash.cancel",
        "SELECT COUNT(*) FROM pg_stat_activity WHERE CASE"
        " WHEN wait_event = 'SyncRep' THEN pg_cancel_backend(pid) ELSE false END"
    };
    struct ctx c = { .mem = arena_new(1 << 20), .db = db };
    i64 n = 0;

    for (int k = 0; k < 50 && !n; k++) {
        usleep(100000);
        if (db_begin(&c, false) || db_one0(&c, &cancel, INTO(&n))) break;
        db_rollback(&c);
    }
    db_rollback(&c);
    arena_free(c.mem);
    return n == 1;
}

static void doubt(const char *url, const char *notes, pid_t standby)
{
    const struct load l = { .url = url, .sync_normal = true, .stock = 60 };
    const int fd = open(notes, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
    struct db *db = orders_open(&l);
    struct asking first, again;
    const i64 id = 77000000007;

    if (!db || fd < 0 || kill(standby, SIGSTOP)) abort();
    ask(&first, db, id);
    const bool waited = cancel_the_wait(db);
    if (!waited && kill(standby, SIGCONT)) abort();
    pthread_join(first.thread, NULL);
    const char *said = first.c.fault.message ? first.c.fault.message : "-";
    printf("# the first buyer hears \"%s\" after %d runs: %s\n", err_code(first.err),
           first.placed.tries, said);
    expect(
        waited && first.err == ERR_UNKNOWN && first.placed.tries == 1,
        "a commit that stopped waiting for its standby is unknown, and not run again");
    ask(&again, db, id);
    usleep(700000);
    const bool waits = !again.over;
    if (kill(standby, SIGCONT)) abort();
    answered(&again);
    expect(
        waits && !again.err && again.placed.found,
        "who asks again finds the order, and hears of it when the standby has it too");
    arena_free(first.c.mem);
    const struct told t = { id, again.err == ERR_OK };
    if (write(fd, &t, sizeof(t)) != sizeof(t)) abort();
    close(fd);
    db_close(db);
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";

    log_level_set(LOG_OFF);
    if (strcmp(what, "power") == 0 && argc == 5)
        power(argv[2], (int)strtol(argv[3], NULL, 10), strcmp(argv[4], "normal") == 0);
    else if (strcmp(what, "kill") == 0 && argc == 4)
        kills(argv[2], (int)strtol(argv[3], NULL, 10));
    else if (strcmp(what, "disk") == 0)
        disk(argv[2]);
    else if (strcmp(what, "clock") == 0)
        clock_back(argv[2]);
    else if (strcmp(what, "load") == 0 && argc == 5)
        load(argv[2], argv[3], (int)strtol(argv[4], NULL, 10));
    else if (strcmp(what, "books") == 0 && argc == 4)
        books(argv[2], argv[3]);
    else if (strcmp(what, "doubt") == 0 && argc == 5)
        doubt(argv[2], argv[3], (pid_t)strtol(argv[4], NULL, 10));
    else
        return 2;
    return failed != 0;
}
