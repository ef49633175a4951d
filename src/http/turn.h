/* turn.h -- the server's inside: a connection, and one request on it.
 *
 * A link is a connection with its deadline; a turn is one request and its
 * answer.  A turn lives from the request line to the last byte of the answer,
 * in an arena of its own.  While its work runs elsewhere the connection is
 * suspended and nobody but that work touches the turn. */
#pragma once

#include <microhttpd.h>
#include <stdatomic.h>

#include "db/db.h"
#include "http/call.h"
#include "http/router.h"
#include "http/server.h"

/* ---- Connections (link.c) -------------------------------------------------------- */

struct link {
    struct link *prev, *next;
    int fd;
    bool local;    /* came over the unix socket */
    int linger_fd; /* >= 0: a double to read out before closing, see link_linger() */
    _Atomic i64 deadline_ms;   /* by the monotonic clock; 0: none */
    _Atomic i64 idle_since_ms; /* between requests; 0: within one */
    _Atomic u64 idle_bytes;    /* received when idleness was first seen; 0: not yet */
};

void link_notify(void *cls, struct MHD_Connection *con, void **socket_context,
                 enum MHD_ConnectionNotificationCode code);
struct link *link_of(struct MHD_Connection *con);
void link_due(struct link *l, i64 in_ms); /* close it unless said otherwise by then */
void link_rest(struct link *l);           /* no deadline: we are at work */
void link_idle(struct link *l);           /* answered; the next request may come */
/* Answering without having read the body: keep the socket open a moment after the
 * answer, so that the client reads it before the reset. */
void link_linger(struct link *l);
void link_sweep(void); /* every second, by the hub's thread */
void link_linger_end(void);
i64 link_count(void);

/* ---- A request (turn.c) ------------------------------------------------------------
 */

enum turn_step {
    TURN_HEAD,  /* nothing known yet */
    TURN_READY, /* the head is good and there is no body */
    TURN_BODY,  /* the body is coming */
    TURN_WORK,  /* suspended */
    TURN_DONE,  /* the work has ended: answer */
    TURN_LEFT,  /* the server stops: answered with 503, the work goes on */
    TURN_OVER,  /* left, and the connection has ended: the work frees the turn */
    TURN_FREE,  /* left, and the work has ended: the connection's end frees it */
};

struct header {
    const char *name, *value;
};

struct turn {
    struct ctx c;
    struct call call;
    struct MHD_Connection *con;
    struct link *link;
    _Atomic int step;  /* enum turn_step */
    enum err err;      /* what the work ended with */
    bool admitted;     /* rights were checked before the body */
    bool close;        /* after this answer */
    bool live;         /* the socket went to the hub */
    bool head_only;    /* HEAD */
    bool secure;       /* came over https, says the proxy */
    const char *allow; /* of a 405 */
    int at;            /* the route's number, -1 none */
    const char *uri;   /* as it came */
    const char *version;
    struct header *headers;
    size_t n_headers;
    struct db_task task;
    struct turn *next; /* in the workers' queue */
    struct buf body;
    size_t body_max;
    i64 body_bytes; /* said by Content-Length */
    int upload_fd;  /* -1: none */
    i64 began_us;
    struct turn *newer, *older; /* all turns at work, for the stop */
};

void *turn_begin(void *cls, const char *uri, struct MHD_Connection *con);
enum MHD_Result turn_step(void *cls, struct MHD_Connection *con, const char *url,
                          const char *method, const char *version, const char *data,
                          size_t *size, void **turn);
void turn_end(void *cls, struct MHD_Connection *con, void **turn,
              enum MHD_RequestTerminationCode how);
void turn_alone(struct turn *t); /* what the pool runs */
i64 turn_at_work(void);          /* how many are not answered yet */
void turn_leave_all(void);       /* answer all that wait with 503; their work goes on */

/* ---- The head (head.c)
 * ---------------------------------------------------------------- */

/* NULL, or what is wrong with the request line or a header.  Everything that two
 * readers might understand differently is wrong. */
const char *head_wrong(struct turn *t, const char *method, int *ret_status);
const char *head_value(const struct request *q, const char *name);
const char *head_cookie(const struct request *q, const char *name);
const char *head_request_id(struct turn *t);
const char *head_lang(struct turn *t);
const char *head_ip(struct turn *t, const char *trusted, bool *ret_trusted);
bool head_takes_gzip(const char *accept);

/* ---- The answer (answer_send.c)
 * ----------------------------------------------------------- */

enum MHD_Result turn_answer(struct turn *t);
/* The head is wrong: say so, hang up. */
enum MHD_Result turn_refuse(struct turn *t, int status, const char *why);
/* The server stops and the work has not ended: 503, without touching the turn. */
enum MHD_Result turn_left(struct MHD_Connection *con);
/* What every page and every answer carries; `page`: HTML. */
void answer_guard(struct turn *t, struct MHD_Response *m, bool page);

/* ---- Pages (files.c)
 * -------------------------------------------------------------------- */

void files_start(const char *dir);
void files_stop(void);
/* True when there is such a file (or the page of its app): answered. */
bool files_answer(struct turn *t, enum MHD_Result *ret);
/* The text of the page at the top, which page.c fills; NULL: there is none. */
const char *files_page(struct arena *mem);

/* ---- Workers (pool.c)
 * ---------------------------------------------------------------------- */

enum err pool_start(int workers, void (*run)(struct turn *t));
enum err pool_add(struct turn *t); /* BUSY when too many wait */
bool pool_stop(i64 until_ms);      /* false: somebody is still at work */

/* ---- Event streams (live.c)
 * ------------------------------------------------------------------ */

enum err live_start(void (*each_second)(void));
void live_stop(void);
bool live_room(void); /* is there room for one more? */
/* Take over a socket: `head` is the reply's head and is sent first. */
void live_take(int fd, const char *topics, const char *last_id, const char *head);
i64 live_clients(void);

/* ---- The server
 * -----------------------------------------------------------------------------------
 */

struct server {
    struct http_config k;
    const struct router *router;
    struct MHD_Daemon *daemon;
    int listen_fd, port;
    bool unix_socket;
    bool reads_inline;     /* quick reads run on the socket's thread */
    _Atomic bool stopping; /* take no new connections, close after each answer */
    _Atomic bool closing;  /* begin no work: nothing may be suspended any more */
};
extern struct server http_server;
