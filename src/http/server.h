/* server.h -- the server's start and stop: one per process.
 *
 * libmicrohttpd reads and writes HTTP on a few epoll threads; this room checks
 * every head strictly, runs quick reads on those threads, hands writes to the
 * database's queue (the connection is suspended meanwhile) and long work to
 * pools.  Behind nginx in production; by itself it speaks plain HTTP/1.1. */
#pragma once

#include "base/module.h"

struct http_config {
    const char *listen;     /* "127.0.0.1:8080", "[::1]:8080", "fd:3" (systemd), or the
                               path of a unix socket: "/run/prilavok/http.sock" */
    const char *static_dir; /* the built pages, or NULL: API only */
    const char *spool_dir;  /* where uploads are kept while they come; NULL: /tmp */
    const char
        *trusted_proxy; /* whose X-Forwarded-* count: "127.0.0.1, 10.0.0.0/8"; a unix
                           socket's peer is always trusted; NULL: nobody else */
    const struct module *const *rooms;
    struct db *db;
    int threads; /* that read and write sockets; 0: 2 */
    int workers; /* for ALONE routes; 0: 4 */
};

/* Serve until http_stop().  What fails is in the log. */
enum err http_start(const struct http_config *k) MUST_USE;

/* Take no more, answer what was taken, end the event streams, close.  Returns
 * within `limit_ms`; false when some work had not ended by then (it was answered
 * with 503, and still runs: exit soon). */
bool http_stop(i64 limit_ms);

/* The port that is listened on (for "127.0.0.1:0"), 0 for a unix socket. */
int http_port(void);

struct buf;
/* The OpenAPI 3.1 document of all routes of these rooms, JSON. */
void openapi_write(struct buf *to, const struct module *const *rooms);
