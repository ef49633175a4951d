#include "http/accept.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"

enum { AT_ONCE = 256 };

static struct {
    pthread_t thread;
    struct MHD_Daemon *daemon;
    int fd, end; /* listens; told at the stop */
    i64 say_us;  /* not before this is it said again that none can be taken */
    bool runs;
} the = { .end = -1 };

/* Out of descriptors or of memory: those who wait, wait on. */
static void breathe(int why)
{
    const struct timespec nap = { .tv_nsec = 10000000 };
    const i64 now = time_mono_us();

    if (now >= the.say_us) {
        log_warn("cannot accept a connection: %s", strerror(why));
        the.say_us = now + SECOND_MS * 1000;
    }
    nanosleep(&nap, NULL);
}

/* Those that wait, so many at most before the stop is looked at again.  The library
 * closes what it cannot take. */
static void take(void)
{
    for (int k = 0; k < AT_ONCE; k++) {
        struct sockaddr_storage from;
        socklen_t n = sizeof(from);
        const int fd =
            accept4(the.fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0)
            (void)MHD_add_connection(the.daemon, fd, (struct sockaddr *)&from, n);
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return;
        else if (errno != EINTR && errno != ECONNABORTED) {
            breathe(errno);
            return;
        }
    }
}

static void *run(void *arg)
{
    struct pollfd on[] = { { .fd = the.fd, .events = POLLIN },
                           { .fd = the.end, .events = POLLIN } };

    (void)arg;
    while (poll(on, 2, -1) >= 0 || errno == EINTR) {
        if (on[1].revents) break;
        if (on[0].revents) take();
    }
    return NULL;
}

enum err accept_start(int fd, struct MHD_Daemon *daemon)
{
    the.fd = fd;
    the.daemon = daemon;
    the.end = eventfd(0, EFD_CLOEXEC);
    the.runs = the.end >= 0 && !pthread_create(&the.thread, NULL, run, NULL);
    if (the.runs) return ERR_OK;
    if (the.end >= 0) close(the.end);
    return ERR_INTERNAL;
}

void accept_stop(void)
{
    const uint64_t one = 1;

    if (!the.runs) return;
    while (write(the.end, &one, sizeof(one)) < 0 && errno == EINTR) continue;
    pthread_join(the.thread, NULL);
    close(the.end);
    the.runs = false;
}
