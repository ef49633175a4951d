/* Connections and their deadlines.  The library knows inactivity only, and one
 * byte a second is activity; so every phase gets a moment by which it must be
 * over, and a sweep each second shuts down what is late. */
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/time.h"
#include "http/turn.h"

enum { IDLE_MS = 75000, LINGER_MS = 2000, LINGER_MAX = 256 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct link *links;
static _Atomic i64 count;

static struct {
    int fd;
    i64 until_ms;
} lingering[LINGER_MAX];

static i64 mono_ms(void)
{
    return time_mono_us() / 1000;
}

/* Bytes that ever came in; 0 when the socket does not tell (unix). */
static u64 received(int fd)
{
    struct tcp_info info = { 0 };
    socklen_t n = sizeof(info);

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) ? 0
                                                            : info.tcpi_bytes_received;
}

static void started(struct MHD_Connection *con, void **socket_context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(con, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct link *l = calloc(1, sizeof(*l));
    struct sockaddr_storage peer = { 0 };
    socklen_t n = sizeof(peer);
    const int one = 1;

    if (!l) abort();
    l->fd = info->connect_fd;
    l->linger_fd = -1;
    getpeername(l->fd, (struct sockaddr *)&peer, &n);
    l->local = peer.ss_family == AF_UNIX;
    if (!l->local) setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    link_due(l, LIMIT_HEADER_MS);
    pthread_mutex_lock(&lock);
    l->next = links;
    if (links) links->prev = l;
    links = l;
    pthread_mutex_unlock(&lock);
    atomic_fetch_add(&count, 1);
    *socket_context = l;
}

static void linger_add(int fd)
{
    shutdown(fd, SHUT_WR);
    for (size_t k = 0; k < LINGER_MAX; k++) {
        if (lingering[k].until_ms) continue;
        lingering[k].fd = fd;
        lingering[k].until_ms = mono_ms() + LINGER_MS;
        return;
    }
    close(fd);
}

static void closed(void **socket_context)
{
    struct link *l = *socket_context;

    if (!l) return;
    pthread_mutex_lock(&lock);
    if (l->prev) l->prev->next = l->next;
    if (l->next) l->next->prev = l->prev;
    if (links == l) links = l->next;
    if (l->linger_fd >= 0) linger_add(l->linger_fd);
    pthread_mutex_unlock(&lock);
    atomic_fetch_sub(&count, 1);
    free(l);
    *socket_context = NULL;
}

void link_notify(void *cls, struct MHD_Connection *con, void **socket_context,
                 enum MHD_ConnectionNotificationCode code)
{
    (void)cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        started(con, socket_context);
    else
        closed(socket_context);
}

struct link *link_of(struct MHD_Connection *con)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(con, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

void link_due(struct link *l, i64 in_ms)
{
    atomic_store_explicit(&l->idle_since_ms, 0, memory_order_relaxed);
    atomic_store_explicit(&l->deadline_ms, mono_ms() + in_ms, memory_order_relaxed);
}

void link_rest(struct link *l)
{
    atomic_store_explicit(&l->idle_since_ms, 0, memory_order_relaxed);
    atomic_store_explicit(&l->deadline_ms, 0, memory_order_relaxed);
}

void link_idle(struct link *l)
{
    const i64 now = mono_ms();

    atomic_store_explicit(&l->idle_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&l->deadline_ms, now + IDLE_MS, memory_order_relaxed);
    atomic_store_explicit(&l->idle_since_ms, now, memory_order_relaxed);
}

void link_linger(struct link *l)
{
    if (l->linger_fd < 0) l->linger_fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 0);
}

/* Idle since over a second: has a first byte of a head come meanwhile?  Then the
 * head's own time runs.  (Bytes that came before the first look are taken for
 * idleness; that grants a slow head one second more.) */
static void look_for_first_byte(struct link *l, i64 now)
{
    i64 since = atomic_load(&l->idle_since_ms), due = atomic_load(&l->deadline_ms);

    if (!since || now - since < 1000) return;
    const u64 bytes = received(l->fd), before = atomic_load(&l->idle_bytes);
    if (!before) atomic_store(&l->idle_bytes, bytes);
    if (!before || bytes == before) return;
    /* A turn that begins meanwhile has set a deadline of its own: leave it. */
    if (atomic_compare_exchange_strong(&l->deadline_ms, &due, now + LIMIT_HEADER_MS))
        atomic_compare_exchange_strong(&l->idle_since_ms, &since, 0);
}

static void sweep_lingering(i64 now)
{
    char waste[16384];

    for (size_t k = 0; k < LINGER_MAX; k++) {
        if (!lingering[k].until_ms) continue;
        ssize_t n = 1;
        for (int turns = 0; turns < 64 && n > 0; turns++)
            n = recv(lingering[k].fd, waste, sizeof(waste), MSG_DONTWAIT);
        if (n != 0 && now < lingering[k].until_ms && (n > 0 || errno == EAGAIN))
            continue;
        close(lingering[k].fd);
        lingering[k].until_ms = 0;
    }
}

void link_sweep(void)
{
    const i64 now = mono_ms();

    pthread_mutex_lock(&lock);
    for (struct link *l = links; l; l = l->next) {
        const i64 due = atomic_load_explicit(&l->deadline_ms, memory_order_relaxed);

        if (due && now >= due)
            shutdown(l->fd, SHUT_RDWR);
        else
            look_for_first_byte(l, now);
    }
    sweep_lingering(now);
    pthread_mutex_unlock(&lock);
}

void link_linger_end(void)
{
    pthread_mutex_lock(&lock);
    for (size_t k = 0; k < LINGER_MAX; k++) {
        if (lingering[k].until_ms) close(lingering[k].fd);
        lingering[k].until_ms = 0;
    }
    pthread_mutex_unlock(&lock);
}

i64 link_count(void)
{
    return atomic_load(&count);
}
