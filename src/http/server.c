#include "http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/time.h"
#include "http/accept.h"
#include "http/metrics.h"
#include "http/turn.h"

enum { CONNECTIONS = 8192, TIMEOUT_S = 120, BACKLOG = 1024 };
/* A connection's memory at the library: the head, and what it notes about it. */
#define POOL_BYTES (LIMIT_HEADER_BYTES + ((size_t)4 << 10))

struct server http_server = { .listen_fd = -1 };

/* ---- Listening ---------------------------------------------------------------------
 */

static int listen_unix(const char *path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    struct stat s;

    if (strlen(path) >= sizeof(a.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(a.sun_path, path, strlen(path) + 1);
    if (!lstat(path, &s) && S_ISSOCK(s.st_mode)) unlink(path); /* of a run before us */
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    if (!bind(fd, (struct sockaddr *)&a, sizeof(a)) && !chmod(path, 0666) &&
        !listen(fd, BACKLOG))
        return fd;
    close(fd);
    return -1;
}

static int listen_at(const struct addrinfo *a)
{
    const int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
              one = 1;

    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (!bind(fd, a->ai_addr, a->ai_addrlen) && !listen(fd, BACKLOG)) return fd;
    const int why = errno;
    close(fd);
    errno = why;
    return -1;
}

/* "127.0.0.1:8080", "[::1]:8080", ":8080". */
static int listen_tcp(const char *where)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                                    .ai_flags =
                                        AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV };
    const char *colon = strrchr(where, ':');
    struct addrinfo *list = NULL;
    char host[128];
    int fd = -1;

    errno = EINVAL;
    if (!colon || colon - where >= (long)sizeof(host)) return -1;
    const bool bracket = *where == '[' && colon > where + 1 && colon[-1] == ']';
    snprintf(host, sizeof(host), "%.*s", (int)(colon - where) - 2 * bracket,
             where + bracket);
    if (getaddrinfo(*host ? host : NULL, colon + 1, &hints, &list)) return -1;
    for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
        fd = listen_at(a);
    freeaddrinfo(list);
    return fd;
}

/* "fd:3": of whoever started us, who may have left it blocking. */
static int listen_given(const char *number)
{
    const int fd = (int)strtol(number, NULL, 10);
    int listens = 0;
    socklen_t n = sizeof(listens);

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n)) return -1;
    if (!listens) {
        errno = EINVAL;
        return -1;
    }
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) ||
        fcntl(fd, F_SETFD, FD_CLOEXEC))
        return -1;
    return fd;
}

static int listen_on(const char *where)
{
    http_server.unix_socket = strchr(where, '/') != NULL;
    if (http_server.unix_socket) return listen_unix(where);
    if (!strncmp(where, "fd:", 3)) return listen_given(where + 3);
    return listen_tcp(where);
}

static int port_of(int fd)
{
    struct sockaddr_storage a = { 0 };
    socklen_t n = sizeof(a);

    if (getsockname(fd, (struct sockaddr *)&a, &n)) return 0;
    if (a.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&a)->sin_port);
    return a.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&a)->sin6_port) : 0;
}

int http_port(void)
{
    return http_server.port;
}

/* ---- Start and stop
 * ------------------------------------------------------------------- */

/* The library complains of broken clients; the operator need not hear it. */
static void library_says(void *cls, const char *fmt, va_list ap)
{
    char line[512];

    (void)cls;
    if (!log_wants(LOG_DEBUG)) return;
    const int n = vsnprintf(line, sizeof(line), fmt, ap);
    if (n > 0) log_debug("http library: %s", line);
}

/* An event stream and a connection are a descriptor each. */
static void raise_files(void)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur >= r.rlim_max) return;
    r.rlim_cur = r.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &r))
        log_warn("cannot raise the number of open files: %s", strerror(errno));
}

/* TURBO keeps the library from shutting a socket down when it closes its end of
 * one that the hub has taken over; see doc/adr/0005. */
static struct MHD_Daemon *daemon_new(int threads)
{
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                           MHD_USE_TURBO | MHD_USE_ITC | MHD_USE_ERROR_LOG |
                           MHD_USE_NO_LISTEN_SOCKET;
    const struct MHD_OptionItem pool[] = {
        { threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };

    return MHD_start_daemon(
        flags, 0, NULL, NULL, turn_step, NULL, MHD_OPTION_EXTERNAL_LOGGER, library_says,
        NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, POOL_BYTES, MHD_OPTION_URI_LOG_CALLBACK,
        turn_begin, NULL, MHD_OPTION_NOTIFY_COMPLETED, turn_end, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, link_notify, NULL, MHD_OPTION_ARRAY, pool,
        MHD_OPTION_END);
}

enum err http_start(const struct http_config *k)
{
    struct server *s = &http_server;

    atomic_store(&s->stopping, false);
    atomic_store(&s->closing, false);
    *s = (struct server){ .k = *k, .router = router_of(k->rooms) };
    s->reads_inline = db_engine(k->db) == DB_SQLITE;
    signal(SIGPIPE, SIG_IGN);
    raise_files();
    s->listen_fd = listen_on(k->listen);
    if (s->listen_fd < 0) {
        log_error("cannot listen on \"%s\": %s", k->listen, strerror(errno));
        return ERR_UNAVAILABLE;
    }
    s->port = port_of(s->listen_fd);
    metrics_start(s->router);
    files_start(k->static_dir);
    TRY(live_start(link_sweep));
    TRY(pool_start(k->workers ? k->workers : 4, turn_alone));
    s->daemon = daemon_new(k->threads ? k->threads : 2);
    if (s->daemon) return accept_start(s->listen_fd, s->daemon);
    log_error("cannot start the HTTP library: %s", strerror(errno));
    return ERR_UNAVAILABLE;
}

static bool wait_quiet(i64 until_ms)
{
    const struct timespec nap = { .tv_nsec = 5000000 };

    while (turn_at_work() && time_mono_us() / 1000 < until_ms) nanosleep(&nap, NULL);
    return !turn_at_work();
}

bool http_stop(i64 limit_ms)
{
    struct server *s = &http_server;
    const i64 until = time_mono_us() / 1000 + limit_ms;

    if (!s->daemon) return true;
    atomic_store(&s->stopping, true);
    accept_stop();
    live_stop();
    wait_quiet(until);
    /* The library aborts on a connection that is suspended when it stops.  Kept
     * connections may bring requests until the end: who was counted before this
     * flag is waited for, who comes after it begins nothing. */
    atomic_store(&s->closing, true);
    const bool answered = wait_quiet(until);
    turn_leave_all();
    const bool ended = pool_stop(until) && answered;
    if (!answered) wait_quiet(until + 500);
    MHD_stop_daemon(s->daemon);
    s->daemon = NULL;
    link_linger_end();
    close(s->listen_fd);
    if (s->unix_socket) unlink(s->k.listen);
    files_stop();
    return ended;
}
