#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inside.h"
#include "insight/insight_own.h"
#include "insight/insight_trait.h"

/* Run a program with its output in a file; its exit status, or its pid when it
 * is to go on. */
static int spawn(char *const argv[], const char *log, bool wait_for_it)
{
    const pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a server does not outlive its bench */
        const int fd = open(log, O_CREAT | O_WRONLY | O_APPEND, 0600);
        dup2(fd, 1);
        dup2(fd, 2);
        execv(argv[0], argv);
        _exit(127);
    }
    if (!wait_for_it) return pid;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool copy_file(const char *from, const char *to)
{
    char *const argv[] = { "/bin/cp", "--reflink=auto", (char *)from, (char *)to,
                           NULL };
    char side[600];

    snprintf(side, sizeof(side), "%s-wal", to);
    unlink(side);
    snprintf(side, sizeof(side), "%s-shm", to);
    unlink(side);
    return spawn(argv, "/dev/null", true) == 0;
}

static bool make_demo(const struct chain *k, const char *db, const char *log)
{
    char n[4][24];
    const i64 sizes[] = { k->stores, k->variants, k->customers, k->days };

    for (int i = 0; i < 4; i++) snprintf(n[i], sizeof(n[i]), "%lld", sizes[i]);
    char *const argv[] = { "build/prilavok",
                           "demo",
                           "--db",
                           (char *)db,
                           "--state",
                           "build/bench/state",
                           "--stores",
                           n[0],
                           "--variants",
                           n[1],
                           "--customers",
                           n[2],
                           "--days",
                           n[3],
                           "--seed",
                           "1",
                           NULL };
    fprintf(stderr, "making a chain of %s stores, %s variants, %s customers, %s days\n",
            n[0], n[1], n[2], n[3]);
    return spawn(argv, log, true) == 0;
}

static enum err format_of(struct ctx *c, void *ret)
{
    return insight_mark(c, "trait_format", ret);
}

/* A chain that was made by an older version: its schema and the facts of its people
 * are brought up to now once, so that no server has to in the middle of a bench. */
static bool chain_known(const char *path)
{
    struct inside in;
    i64 format = 0;
    bool ok;

    if (!inside_open(&in, path)) return false;
    ok = !db_migrate(in.c, modules) && !db_snapshot(in.c, format_of, &format);
    if (ok && format != FACTS_FORMAT) {
        fprintf(stderr, "making the facts of its people\n");
        ok = !trait_rebuild(in.c, NULL);
    }
    inside_close(&in);
    return ok;
}

static int next_port = 18950;
static bool server_serve(const struct options *o, struct server *s);

/* A new chain's first start does the whole day's housekeeping at once (who is like
 * whom, which shop-window flag is stale): here, and not at the start of every row. */
static bool first_day(const struct options *o, const char *db)
{
    struct server s = { .port = next_port++ };

    snprintf(s.db, sizeof(s.db), "%s", db);
    if (!server_serve(o, &s)) return false;
    server_stop(&s);
    return true;
}

bool chain_file(const struct options *o, const struct chain *k, char *ret_path,
                size_t size)
{
    char part[600], beside[600], log[600];

    snprintf(ret_path, size, "%s/chain-%lld-%lld-%lld-%lld.db", o->dir, k->stores,
             k->variants, k->customers, k->days);
    if (access(ret_path, R_OK) == 0) return chain_known(ret_path);
    snprintf(part, sizeof(part), "%s.part", ret_path);
    snprintf(beside, sizeof(beside), "%s-track.part", ret_path);
    snprintf(log, sizeof(log), "%s/demo.log", o->dir);
    unlink(part);
    if (!make_demo(k, part, log)) {
        fprintf(stderr, "the demo chain could not be made; see %s\n", log);
        return false;
    }
    const bool ok = first_day(o, part);
    unlink(beside); /* its log of events: every row begins its own */
    return ok && rename(part, ret_path) == 0;
}

bool chain_copy(const struct options *o, const struct chain *k, char *ret_path,
                size_t size)
{
    char file[600];

    snprintf(ret_path, size, "%s/copy.db", o->dir);
    return chain_file(o, k, file, sizeof(file)) && copy_file(file, ret_path);
}

static bool pg_command(const struct options *o, const char *sql)
{
    char *const argv[] = { "/usr/bin/psql", "-q", "-d", (char *)o->pg_url, "-c",
                           (char *)sql,     NULL };
    char log[600];

    snprintf(log, sizeof(log), "%s/psql.log", o->dir);
    return spawn(argv, log, true) == 0;
}

static void pg_url_of(const struct options *o, const char *name, char *to, size_t size)
{
    const char *slash = strrchr(o->pg_url, '/');

    snprintf(to, size, "%.*s/%s", (int)(slash - o->pg_url), o->pg_url, name);
}

/* The chain is made once in a database of its own; every server gets a copy. */
static bool pg_chain(const struct options *o, const struct chain *k, char *ret_url,
                     size_t size)
{
    char name[128], url[512], sql[400], log[600];

    snprintf(name, sizeof(name), "chain_%lld_%lld_%lld", k->stores, k->variants,
             k->customers);
    pg_url_of(o, name, url, sizeof(url));
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s", name);
    snprintf(log, sizeof(log), "%s/demo.log", o->dir);
    if (pg_command(o, sql) && (!make_demo(k, url, log) || !first_day(o, url)))
        return false;
    pg_command(o, "DROP DATABASE IF EXISTS bench WITH (FORCE)");
    snprintf(sql, sizeof(sql), "CREATE DATABASE bench TEMPLATE %s STRATEGY file_copy",
             name);
    pg_url_of(o, "bench", ret_url, size);
    return pg_command(o, sql);
}

static bool wait_healthy(const struct server *s)
{
    const struct wish ready = { "GET", "/readyz", NULL, NULL };
    char body[4096];

    for (int k = 0; k < 5000; k++) {
        if (load_once(s->port, &ready, body, sizeof(body)) == 200) return true;
        if (waitpid(s->pid, NULL, WNOHANG) == s->pid) return false;
        usleep(2000);
    }
    return false;
}

static bool prepare_file(const char *db, const char *sql)
{
    sqlite3 *h = NULL;
    char *why = NULL;

    if (sqlite3_open(db, &h) == SQLITE_OK) (void)sqlite3_exec(h, sql, NULL, NULL, &why);
    if (why) fprintf(stderr, "cannot prepare %s: %s\n", db, why);
    const bool ok = h && !why;
    sqlite3_free(why);
    sqlite3_close(h);
    return ok;
}

/* CPU time of a process so far, clock ticks. */
static i64 ticks_of(pid_t pid)
{
    char path[64], line[1024];
    i64 sum = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (f && fgets(line, sizeof(line), f)) {
        char *p = strrchr(line, ')');
        for (int k = 0; p && k < 12; k++) p = strchr(p + 1, ' ');
        if (p) {
            sum = strtoll(p, &p, 10);
            sum += strtoll(p, NULL, 10);
        }
    }
    if (f) fclose(f);
    return sum;
}

/* Wait until the server has nothing to do by itself, a quarter of an hour at most. */
static void settle(pid_t pid)
{
    i64 last = ticks_of(pid);

    for (int k = 0, quiet = 0; k < 1800 && quiet < 3; k++) {
        usleep(500000);
        const i64 now = ticks_of(pid);
        quiet = now - last < 5 ? quiet + 1 : 0;
        last = now;
    }
}

static bool server_serve(const struct options *o, struct server *s)
{
    char listen[64];

    snprintf(s->log, sizeof(s->log), "%s/server.log", o->dir);
    snprintf(listen, sizeof(listen), "127.0.0.1:%d", s->port);
    char *const argv[] = {
        "build/prilavok", "serve", "--db",  s->db,  "--state", "build/bench/state",
        "--listen",       listen,  "--log", "warn", "--dev",   "--proxy",
        "127.0.0.1",      NULL
    };
    const double from = now_s();
    s->pid = spawn(argv, s->log, false);
    if (wait_healthy(s)) {
        s->up_s = now_s() - from;
        settle(s->pid);
        return true;
    }
    fprintf(stderr, "the server did not come up; see %s\n", s->log);
    server_stop(s);
    return false;
}

bool server_start(const struct options *o, const struct chain *k, struct server *s)
{
    return server_start_on(o, k, NULL, s);
}

bool server_start_on(const struct options *o, const struct chain *k,
                     const char *prepare, struct server *s)
{
    char file[600];

    *s = (struct server){ .port = next_port++ };
    if (!strcmp(o->engine, "sqlite")) {
        if (!chain_file(o, k, file, sizeof(file))) return false;
        snprintf(s->db, sizeof(s->db), "%s/run.db", o->dir);
        if (!copy_file(file, s->db)) return false;
        if (prepare && !prepare_file(s->db, prepare)) return false;
    } else if (!pg_chain(o, k, s->db, sizeof(s->db))) {
        return false;
    }
    return server_serve(o, s);
}

bool server_start_at(const struct options *o, const char *db, struct server *s)
{
    *s = (struct server){ .port = next_port++ };
    snprintf(s->db, sizeof(s->db), "%s", db);
    return server_serve(o, s);
}

void server_stop(struct server *s)
{
    if (s->pid <= 0) return;
    kill(s->pid, SIGTERM);
    for (int k = 0; k < 500; k++) {
        if (waitpid(s->pid, NULL, WNOHANG) == s->pid) {
            s->pid = 0;
            return;
        }
        usleep(20000);
    }
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
}

double server_cpu_s(const struct server *s)
{
    return (double)ticks_of(s->pid) / (double)sysconf(_SC_CLK_TCK);
}

double server_rss_mib(const struct server *s)
{
    char path[64], line[256];
    double kib = 0;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)s->pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f))
        if (!strncmp(line, "VmRSS:", 6)) kib = strtod(line + 6, NULL);
    if (f) fclose(f);
    return kib / 1024;
}

bool books_balance(const struct server *s)
{
    char *const argv[] = {
        "build/prilavok",    "check", "--db", (char *)s->db, "--state",
        "build/bench/state", NULL
    };

    return spawn(argv, s->log, true) == 0;
}
