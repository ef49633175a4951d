/* bench.h -- what the product does in a second, beside what the machine could.
 *
 * Each bench is a file with one function and a row in main.c.  It runs a real
 * server process on a copy of a demo chain, loads it over HTTP from this
 * process, runs its bare limit (the same SQL without the product) in the same
 * call, and checks its own books: a bench whose assertions fail has no figure.
 * Nothing here is a test of time: a slow machine gives a low figure, not an error. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/ctx.h"

struct result {
    const char *name, *engine;
    double rate;  /* per second, of what the name says */
    double limit; /* the bare loop's rate; 0: none */
    double p50_ms, p99_ms;
    double rss_mib; /* of the server */
    double target;  /* what is asked, as rate; 0: none */
    bool ok;        /* its assertions held */
    char note[256];
};

struct options {
    const char *engine; /* "sqlite" or "postgres" */
    const char *pg_url; /* of a throw-away cluster */
    const char *dir;    /* build/bench: demo chains are kept there */
    i64 seconds;        /* of each measurement */
    bool quick;         /* small chains: to see that the benches work */
    bool pg_alone;      /* --no-sqlite: with --pg, the rows on PostgreSQL only */
    i64 people, events; /* --people, --events: of profile_360 */
    i64 minutes;        /* --minutes: that its town may take to be made, about */
    bool tell;          /* --statements: what the bare loop's time goes into */
};

struct bench {
    const char *name, *doc;
    void (*run)(const struct options *o, struct result *r);
    bool postgres; /* also worth running there */
};

/* Say that an assertion failed; the result is then no figure. */
void bench_fail(struct result *r, const char *fmt, ...) PRINTF(2, 3);

/* ---- chain.c: demo chains and servers ------------------------------------------- */

struct chain {
    i64 stores, variants, customers, days;
};
struct server {
    pid_t pid;
    int port;
    double up_s;  /* process start to first answer */
    char db[512]; /* file or URL */
    char log[512];
};
/* A server on a fresh copy of this chain; false when it did not come up. */
bool server_start(const struct options *o, const struct chain *k, struct server *s);
/* The same; `prepare` is SQL that is run on the copy before (SQLite only). */
bool server_start_on(const struct options *o, const struct chain *k,
                     const char *prepare, struct server *s);
/* On this very file, which stays. */
bool server_start_at(const struct options *o, const char *db, struct server *s);
void server_stop(struct server *s);
double server_rss_mib(const struct server *s);
double server_cpu_s(const struct server *s); /* so far, all its threads */
/* The demo chain as a database file, made when it is not there yet. */
bool chain_file(const struct options *o, const struct chain *k, char *ret_path,
                size_t size);
/* A copy of it to write into. */
bool chain_copy(const struct options *o, const struct chain *k, char *ret_path,
                size_t size);
bool copy_file(const char *from, const char *to);
/* `prilavok check` of the server's database, after it has stopped. */
bool books_balance(const struct server *s);

/* ---- load.c: many HTTP clients in one thread ------------------------------------- */

struct answered {
    int status;
    const char *head, *body; /* head: as it came, ends where the body begins */
    size_t n;                /* of the body */
};
struct load {
    int port, clients;
    double per_second; /* 0: as fast as answers come */
    i64 duration_ms;
    i64 at_most;              /* requests; 0: no limit */
    const _Atomic bool *stop; /* becomes true: begin no more; NULL: never */
    /* Write client k's next request (head and body) into `to`; 0 ends this client. */
    size_t (*make)(void *arg, int k, char *to, size_t room);
    void (*reply)(void *arg, int k, const struct answered *a); /* or NULL */
    void *arg;
};
struct loaded {
    i64 done, failed; /* failed: no answer or a 5xx other than 503 */
    i64 busy;         /* 503 */
    double seconds, p50_ms, p99_ms;
};
struct loaded load_run(const struct load *l);

/* Format a request with a JSON body (or none when body is NULL). */
struct wish {
    const char *method, *path, *head, *body; /* head: whole lines, each with CRLF */
};
size_t load_request(char *to, size_t room, const struct wish *w);
/* One request on a connection of its own, for set-up: status and body. */
int load_once(int port, const struct wish *w, char *ret_body, size_t room);
/* "a=b; c=d" of the Set-Cookie lines of a head, malloc'ed. */
char *cookies_of(const char *head);
/* As load_once, with the cookies it set as "a=b; c=d", malloc'ed; NULL: no answer. */
char *load_cookies(int port, const struct wish *w, char *ret_body, size_t room);
/* A member's value of a flat JSON text, as text without quotes. */
bool member_of(const char *json, const char *name, char *ret, size_t room);

/* ---- machine.c --------------------------------------------------------------------
 */

double machine_flush_us(const char *dir,
                        double *ret_p99); /* append + fdatasync of 4 KiB */
double
machine_other_cpu(void); /* share of one core that others took since the last call */
double now_s(void);
int by_double(const void *a, const void *b);

extern const struct bench benches[];
