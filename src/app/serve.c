/* prilavok serve: start what runs, wait for the signal, stop it in order. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/time.h"
#include "db/db.h"
#include "event/event.h"
#include "exchange/exchange.h"
#include "http/server.h"
#include "job/job.h"
#include "setting/setting.h"
#include "track/track.h"

#define STOP_MS 20000

/* Every listener and database connection is a file: take what the system gives. */
static void many_files(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r)) return;
    r.rlim_cur = r.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &r);
}

/* Threads inherit the mask: only this one takes the signals. */
static void block_signals(sigset_t *ret)
{
    sigemptyset(ret);
    sigaddset(ret, SIGTERM);
    sigaddset(ret, SIGINT);
    sigaddset(ret, SIGHUP);
    pthread_sigmask(SIG_BLOCK, ret, NULL);
}

static void wait_for_stop(const sigset_t *set)
{
    int sig = 0;

    do sigwait(set, &sig);
    while (sig == SIGHUP);
    log_info("signal %s: stopping", sig == SIGTERM ? "TERM" : "INT");
}

static enum err set_dev(struct ctx *c, void *arg)
{
    return setting_set(c, "message.dev", (struct setting_scope){ 0 }, arg);
}

static void say_addresses(const struct config *k)
{
    struct stat st;

    if (!isatty(STDERR_FILENO) && !k->dev) return;
    if (strchr(k->listen, '/')) return;
    fprintf(stderr,
            "\n  shop     http://%s/         (any phone; the code is in this log and "
            "in the office)\n"
            "  till     http://%s/till     seller, manager / prilavok\n"
            "  desk     http://%s/desk     operator / prilavok\n"
            "  office   http://%s/office   owner / prilavok\n"
            "  1C       http://%s/exchange/1c   1c / prilavok\n"
            "  API      http://%s/openapi.json\n"
            "  (logins of the demo chain; Ctrl+C stops)\n\n",
            k->listen, k->listen, k->listen, k->listen, k->listen, k->listen);
    if (stat(k->pages, &st)) log_warn("no pages in %s: API only", k->pages);
}

static enum err start(struct ctx *c, const struct config *k)
{
    struct stat st;
    const struct http_config h = {
        .listen = k->listen,
        .static_dir = stat(k->pages, &st) ? NULL : k->pages,
        .spool_dir = arena_printf(c->mem, "%s/spool", k->state),
        .trusted_proxy = k->proxy,
        .rooms = modules,
        .db = c->db,
    };

    if (mkdir(h.spool_dir, 0750) && errno != EEXIST)
        return FAIL(c, STORAGE, "cannot make folder %s: %s", h.spool_dir,
                    strerror(errno));
    TRY(db_unit(c, set_dev, k->dev ? "true" : NULL));
    exchange_dir_set(k->state);
    TRY(event_start(c->db, modules));
    TRY(track_start(c->db, modules));
    TRY(job_start(c->db, modules, (int)k->workers));
    if (http_start(&h))
        return FAIL(c, UNAVAILABLE, "cannot listen on %s; the reason is in the log",
                    k->listen);
    return ERR_OK;
}

/* Work that has not ended still uses the database, so it cannot be closed: as after a
 * crash, the next start finds all that was acknowledged. */
static _Noreturn void leave(enum err e)
{
    log_warn("some work had not ended after %d ms", STOP_MS);
    _exit(e ? 1 : 0);
}

enum err command_serve(struct ctx *c, const struct config *k, const struct words *w)
{
    const i64 from_us = time_mono_us();
    sigset_t signals;

    if (w->n) return FAIL(c, BAD_ARGUMENT, "serve knows no \"%s\"", w->at[0]);
    many_files();
    block_signals(&signals);
    TRY(command_open(c, k));
    const enum err e = start(c, k);
    if (!e) {
        log_info("prilavok %s serves %s on %s after %lld ms", PRILAVOK_VERSION, k->db,
                 k->listen, (time_mono_us() - from_us) / 1000);
        say_addresses(k);
        wait_for_stop(&signals);
    }
    const bool quiet = http_stop(STOP_MS);
    job_stop();
    track_stop();
    event_stop();
    if (!quiet) leave(e);
    return e;
}

enum err command_api(struct ctx *c, const struct config *k, const struct words *w)
{
    struct buf b = buf_new(c->mem, (size_t)256 << 10, (size_t)16 << 20);

    (void)k, (void)w;
    openapi_write(&b, modules);
    if (b.full) return FAIL(c, TOO_BIG, "the document is over 16 MiB");
    return fwrite(b.at, 1, b.n, stdout) == b.n ? ERR_OK
                                               : FAIL(c, STORAGE, "cannot write it");
}
