#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench.h"

#define BUFFER (1 << 18)

struct client {
    int fd, k;
    size_t out, out_n, in;
    double began_s;
    char *wants, *got; /* BUFFER each */
    bool busy;
};

struct run {
    const struct load *l;
    struct client *clients;
    double *times;
    size_t n, room;
    struct loaded sum;
    int epoll, open;
    i64 begun;
    double from_s, until_s;
};

static int connect_to(int port)
{
    const struct sockaddr_in a = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    if (fd < 0) return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(fd, (const struct sockaddr *)&a, sizeof(a))) {
        close(fd);
        return -1;
    }
    return fd;
}

static void watch(struct run *r, struct client *c, int how, unsigned events)
{
    struct epoll_event e = { .events = events, .data.ptr = c };

    epoll_ctl(r->epoll, how, c->fd, &e);
}

static void push(struct run *r, struct client *c)
{
    const bool waited = c->out > 0;

    while (c->out < c->out_n) {
        const ssize_t n = write(c->fd, c->wants + c->out, c->out_n - c->out);
        if (n <= 0) break;
        c->out += (size_t)n;
    }
    if (waited || c->out < c->out_n)
        watch(r, c, EPOLL_CTL_MOD, c->out < c->out_n ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void begin(struct run *r, struct client *c)
{
    const struct load *l = r->l;

    if (c->busy || c->fd < 0) return;
    if ((l->at_most && r->begun >= l->at_most) || now_s() >= r->until_s) return;
    c->out = c->in = 0;
    c->out_n = l->make(l->arg, c->k, c->wants, BUFFER);
    if (!c->out_n) return;
    r->begun++;
    r->open++;
    c->busy = true;
    c->began_s = now_s();
    push(r, c);
}

/* Bytes of a whole answer at the front of the buffer, or 0.  Answers with
 * Content-Length, chunked ones and those without a body. */
static size_t whole(const struct client *c, int *ret_status, const char **ret_body,
                    size_t *ret_n)
{
    const char *end = memmem(c->got, c->in, "\r\n\r\n", 4);
    size_t n = 0;

    if (!end) return 0;
    const size_t head = (size_t)(end - c->got) + 4;
    c->got[c->in] = '\0';
    *ret_status = (int)strtol(c->got + 9, NULL, 10);
    const char *length = strcasestr(c->got, "\r\nContent-Length:");
    if (length && length < end) {
        n = strtoul(length + 17, NULL, 10);
    } else if (*ret_status != 204 && *ret_status != 304) {
        const char *last =
            memmem(end, c->in - (size_t)(end - c->got), "\r\n0\r\n\r\n", 7);
        if (!last) return 0;
        n = (size_t)(last + 7 - c->got) - head;
    }
    *ret_body = c->got + head;
    *ret_n = n;
    return c->in >= head + n ? head + n : 0;
}

static void note_time(struct run *r, double s)
{
    if (r->n == r->room) {
        r->room *= 2;
        r->times = realloc(r->times, r->room * sizeof(double));
        if (!r->times) abort();
    }
    r->times[r->n++] = s;
}

static void answered(struct run *r, struct client *c, int status, const char *body,
                     size_t n)
{
    note_time(r, now_s() - c->began_s);
    r->sum.done++;
    r->sum.busy += status == 503;
    r->sum.failed += status >= 500 && status != 503;
    c->busy = false;
    r->open--;
    if (r->l->reply)
        r->l->reply(r->l->arg, c->k, &(struct answered){ status, c->got, body, n });
}

static void lost(struct run *r, struct client *c)
{
    if (c->busy) {
        r->open--;
        r->sum.failed++;
    }
    close(c->fd);
    c->fd = -1;
    c->busy = false;
}

static void readable(struct run *r, struct client *c)
{
    const char *body;
    size_t n;
    int status;
    const ssize_t got = read(c->fd, c->got + c->in, BUFFER - 1 - c->in);

    if (got <= 0) {
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
        lost(r, c);
        return;
    }
    c->in += (size_t)got;
    if (!whole(c, &status, &body, &n)) return;
    answered(r, c, status, body, n);
    c->in = 0;
    if (r->l->per_second == 0) begin(r, c);
}

/* Paced load: as many requests as are due, each on a client that is free. */
static void pace(struct run *r)
{
    const i64 due = (i64)((now_s() - r->from_s) * r->l->per_second);

    for (int k = 0; k < r->l->clients && r->begun < due; k++)
        if (!r->clients[k].busy) begin(r, &r->clients[k]);
}

static void set_up(struct run *r)
{
    const struct load *l = r->l;

    r->clients = calloc((size_t)l->clients, sizeof(struct client));
    r->times = malloc((r->room = 1 << 16) * sizeof(double));
    if (!r->clients || !r->times) abort();
    r->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int k = 0; k < l->clients; k++) {
        struct client *c = &r->clients[k];
        c->k = k;
        c->wants = malloc(BUFFER);
        c->got = malloc(BUFFER);
        c->fd = connect_to(l->port);
        if (c->fd < 0 || !c->wants || !c->got) {
            r->sum.failed++;
            continue;
        }
        fcntl(c->fd, F_SETFL, O_NONBLOCK);
        watch(r, c, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static void tear_down(struct run *r)
{
    for (int k = 0; k < r->l->clients; k++) {
        if (r->clients[k].fd >= 0) close(r->clients[k].fd);
        free(r->clients[k].wants);
        free(r->clients[k].got);
    }
    close(r->epoll);
    free(r->clients);
    free(r->times);
}

static void serve_events(struct run *r, int timeout_ms)
{
    struct epoll_event events[256];
    const int n = epoll_wait(r->epoll, events, COUNT(events), timeout_ms);

    for (int k = 0; k < n; k++) {
        struct client *c = events[k].data.ptr;
        if (events[k].events & EPOLLOUT) push(r, c);
        if (events[k].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(r, c);
    }
}

static void loop(struct run *r)
{
    const bool paced = r->l->per_second > 0;
    const double patience_s = 20;

    if (!paced)
        for (int k = 0; k < r->l->clients; k++) begin(r, &r->clients[k]);
    for (;;) {
        const double now = now_s();
        const bool over = now >= r->until_s ||
                          (r->l->at_most && r->begun >= r->l->at_most) ||
                          (r->l->stop && *r->l->stop);

        if ((over || !paced) && !r->open) break;
        if (now > r->until_s + patience_s) {
            r->sum.failed += r->open;
            break;
        }
        serve_events(r, paced ? 1 : 100);
        if (paced && !over) pace(r);
    }
}

struct loaded load_run(const struct load *l)
{
    struct run r = { .l = l };

    set_up(&r);
    r.from_s = now_s();
    r.until_s = r.from_s + (double)l->duration_ms / 1000;
    loop(&r);
    r.sum.seconds = now_s() - r.from_s;
    qsort(r.times, r.n, sizeof(double), by_double);
    if (r.n) {
        r.sum.p50_ms = r.times[r.n / 2] * 1000;
        r.sum.p99_ms = r.times[r.n * 99 / 100] * 1000;
    }
    tear_down(&r);
    return r.sum;
}

size_t load_request(char *to, size_t room, const struct wish *w)
{
    const char *head = w->head ? w->head : "";
    const int n =
        w->body
            ? snprintf(
                  to, room,
                  "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                  "Content-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s",
                  w->method, w->path, strlen(w->body), head, w->body)
            : snprintf(to, room, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n",
                       w->method, w->path, head);

    return n > 0 && (size_t)n < room ? (size_t)n : 0;
}

/* "a=b; c=d" of the Set-Cookie lines of a head. */
char *cookies_of(const char *head)
{
    char *to = calloc(1, 4096);
    size_t n = 0;

    for (const char *p = head; to && (p = strcasestr(p, "\r\nSet-Cookie: ")); p++) {
        const size_t len = strcspn(p + 14, ";\r");
        if (n + len + 3 < 4096)
            n += (size_t)snprintf(to + n, 4096 - n, "%s%.*s", n ? "; " : "", (int)len,
                                  p + 14);
    }
    return to;
}

static int once(int port, const struct wish *w, char *ret_body, size_t room,
                char **ret_cookies)
{
    struct client c = { .fd = connect_to(port),
                        .wants = malloc(BUFFER),
                        .got = malloc(BUFFER) };
    const char *text = "";
    size_t n = 0;
    int status = 0;
    ssize_t got = 1;

    ret_body[0] = '\0';
    if (c.fd >= 0 && c.wants && c.got) {
        c.out_n = load_request(c.wants, BUFFER, w);
        if (write(c.fd, c.wants, c.out_n) != (ssize_t)c.out_n) got = 0;
        while (got > 0 && !whole(&c, &status, &text, &n)) {
            got = read(c.fd, c.got + c.in, BUFFER - 1 - c.in);
            if (got > 0) c.in += (size_t)got;
        }
        if (status && n < room) {
            memcpy(ret_body, text, n);
            ret_body[n] = '\0';
        }
        if (status && ret_cookies) *ret_cookies = cookies_of(c.got);
    }
    if (c.fd >= 0) close(c.fd);
    free(c.wants);
    free(c.got);
    return status;
}

int load_once(int port, const struct wish *w, char *ret_body, size_t room)
{
    return once(port, w, ret_body, room, NULL);
}

char *load_cookies(int port, const struct wish *w, char *ret_body, size_t room)
{
    char *cookies = NULL;

    once(port, w, ret_body, room, &cookies);
    return cookies;
}

bool member_of(const char *json, const char *name, char *ret, size_t room)
{
    char key[128];

    snprintf(key, sizeof(key), "\"%s\":", name);
    const char *p = strstr(json, key);
    if (!p) return false;
    p += strlen(key);
    const bool quoted = *p == '"';
    if (quoted) p++;
    const size_t n = strcspn(p, quoted ? "\"" : ",}]");
    if (n >= room) return false;
    memcpy(ret, p, n);
    ret[n] = '\0';
    return true;
}
