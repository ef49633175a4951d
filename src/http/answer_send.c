/* A reply on its way out: headers, compression, cookies, the log line. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/time.h"
#include "http/metrics.h"
#include "http/turn.h"

enum { GZIP_LEAST = 1024, SEND_MS = 30000, SEND_RATE = 16 << 10 /* bytes a second */ };

static void put(struct MHD_Response *m, const char *name, const char *value)
{
    if (value) (void)MHD_add_response_header(m, name, value);
}

/* ---- Compression -------------------------------------------------------------------
 */

static pthread_key_t gzip_key;
static pthread_once_t gzip_once = PTHREAD_ONCE_INIT;

static void gzip_free(void *z)
{
    deflateEnd(z);
    free(z);
}

static void gzip_make_key(void)
{
    if (pthread_key_create(&gzip_key, gzip_free)) abort();
}

/* Each thread keeps its stream: making one costs 256 KiB of zeroing. */
static z_stream *gzip_stream(void)
{
    pthread_once(&gzip_once, gzip_make_key);
    z_stream *z = pthread_getspecific(gzip_key);
    if (z) return deflateReset(z) == Z_OK ? z : NULL;
    if (!(z = calloc(1, sizeof(*z)))) abort();
    if (deflateInit2(z, 4, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
    pthread_setspecific(gzip_key, z);
    return z;
}

static bool compressible(const struct reply *r)
{
    return r->text_bytes >= GZIP_LEAST &&
           (!r->type || !strncmp(r->type, "text/", 5) || strstr(r->type, "json") ||
            strstr(r->type, "xml"));
}

static bool gzip(struct turn *t, struct reply *r)
{
    z_stream *z = gzip_stream();
    const size_t room = r->text_bytes; /* no gain, no gzip */

    if (!z) return false;
    unsigned char *to = arena_raw(t->c.mem, room);
    z->next_in = (unsigned char *)(uintptr_t)r->text;
    z->avail_in = (unsigned)r->text_bytes;
    z->next_out = to;
    z->avail_out = (unsigned)room;
    if (deflate(z, Z_FINISH) != Z_STREAM_END) return false;
    r->text = (const char *)to;
    r->text_bytes = room - z->avail_out;
    return true;
}

/* ---- Headers
 * ---------------------------------------------------------------------------- */

/* The hash is that of ui/kit/first.js, which stands in the head of every page; the
 * build of the pages fails when it is another. */
#define PAGE_POLICY                                                                    \
    "default-src 'self'; script-src 'self' "                                           \
    "'sha256-RGeS9lvlOwBYv/Jg6h01ECwqK8LL+7EC26JwnTDiCMI='; "                          \
    "img-src 'self' data: blob: https:; style-src 'self' "                             \
    "'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; "        \
    "frame-ancestors 'none'"

static void put_csrf(struct turn *t, struct MHD_Response *m)
{
    unsigned char raw[16];
    char text[sizeof(raw) * 2 + 1];

    if (head_cookie(&t->call.q, "prilavok_csrf")) return;
    randombytes_buf(raw, sizeof(raw));
    sodium_bin2hex(text, sizeof(text), raw, sizeof(raw));
    put(m, "Set-Cookie",
        arena_printf(t->c.mem,
                     "prilavok_csrf=%s; Path=/; Max-Age=31536000; SameSite=Lax%s", text,
                     t->secure ? "; Secure" : ""));
}

void answer_guard(struct turn *t, struct MHD_Response *m, bool page)
{
    put(m, "X-Content-Type-Options", "nosniff");
    if (!page) return;
    put(m, "Content-Security-Policy", PAGE_POLICY);
    put(m, "Referrer-Policy", "same-origin");
    put(m, "Permissions-Policy", "camera=(self), microphone=(), geolocation=(self)");
    put_csrf(t, m);
}

static void put_cookies(struct turn *t, struct MHD_Response *m, const struct reply *r)
{
    bool session = false, own = false; /* the room brought a token of its own */

    for (size_t k = 0; k < COUNT(r->cookies) && r->cookies[k]; k++) {
        const char *one = r->cookies[k];
        session |= !strncmp(one, "prilavok_staff=", 15) ||
                   !strncmp(one, "prilavok_visit=", 15);
        own |= !strncmp(one, "prilavok_csrf=", 14);
        if (t->secure && !strstr(one, "; Secure"))
            one = arena_printf(t->c.mem, "%s; Secure", one);
        put(m, "Set-Cookie", one);
    }
    if (session && !own) put_csrf(t, m);
}

static void put_cache(struct turn *t, struct MHD_Response *m, const struct reply *r)
{
    if (r->max_age_s > 0 && !r->private_)
        put(m, "Cache-Control",
            arena_printf(t->c.mem, "public, max-age=%lld", r->max_age_s));
    else
        put(m, "Cache-Control",
            r->etag && !r->private_ ? "private, no-cache" : "no-store");
}

/* A name for the browser's save dialogue, in UTF-8 by RFC 8187. */
static const char *disposition(struct arena *mem, const char *name)
{
    struct buf out = buf_new(mem, 128, 4096);

    buf_text(&out, "attachment; filename*=UTF-8''");
    for (; *name; name++) {
        const unsigned char ch = (unsigned char)*name;

        if (isalnum(ch) || strchr("-_.", ch))
            buf_char(&out, *name);
        else
            buf_printf(&out, "%%%02X", ch);
    }
    return out.at;
}

/* Any site's page may tell events: it shows a key that anybody may see, and no cookie
 * is looked at. */
static void put_cors(struct turn *t, struct MHD_Response *m)
{
    const char *asks = head_value(&t->call.q, "Access-Control-Request-Headers");

    put(m, "Access-Control-Allow-Origin", "*");
    put(m, "Access-Control-Expose-Headers",
        "Retry-After, X-Limit-Exceeded, X-Request-Id");
    if (strcmp(t->call.q.method, "OPTIONS") != 0) return;
    put(m, "Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    put(m, "Access-Control-Allow-Headers", asks ? asks : "Authorization, Content-Type");
    put(m, "Access-Control-Max-Age", "86400");
}

static void put_headers(struct turn *t, struct MHD_Response *m, const struct reply *r)
{
    struct arena *mem = t->c.mem;
    const bool page = r->type && !strncmp(r->type, "text/html", 9);

    if (r->text || r->file)
        put(m, "Content-Type", r->type ? r->type : "application/json");
    put(m, "X-Request-Id", t->c.request_id);
    put_cache(t, m, r);
    answer_guard(t, m, page);
    put_cookies(t, m, r);
    put(m, "Location", r->location);
    put(m, "Allow", t->allow);
    if (r->etag) put(m, "ETag", arena_printf(mem, "\"%s\"", r->etag));
    if (r->file_name) put(m, "Content-Disposition", disposition(mem, r->file_name));
    if (r->retry_after_s)
        put(m, "Retry-After", arena_printf(mem, "%d", r->retry_after_s));
    /* Only where no page asks: a browser would pop up its own window. */
    if (r->status == 401 && t->call.route &&
        strncmp(t->call.route->path, "/v1/", 4) != 0)
        put(m, "WWW-Authenticate", "Basic realm=\"prilavok\", charset=\"UTF-8\"");
    if (t->call.route && t->call.route->flags & ROUTE_CORS) put_cors(t, m);
    if ((r->status == 413 || r->status == 429) && t->c.fault.field)
        put(m, "X-Limit-Exceeded", t->c.fault.field);
    if (t->call.replayed) put(m, "Idempotency-Replayed", "true");
    if (t->close) put(m, "Connection", "close");
}

/* ---- Sending
 * -------------------------------------------------------------------------------- */

static void tell(struct turn *t, int status)
{
    const i64 us = time_mono_us() - t->began_us;
    const struct route *w = t->call.route;
    const struct fault *f = &t->c.fault;
    const char *request_id = t->c.request_id ? t->c.request_id : "-";

    metrics_count(t->at, status, us);
    if (status >= 500 && f->message)
        log_error("request=%s %s (%s:%d)", request_id, f->message, f->file, f->line);
    log_info("request=%s route=\"%s %s\" status=%d ms=%lld.%03lld statements=%lld%s",
             request_id, t->call.q.method ? t->call.q.method : "-", w ? w->path : "-",
             status, us / 1000, us % 1000, t->call.statements,
             t->call.replayed ? " replayed" : "");
}

static bool unchanged(struct turn *t, const struct reply *r)
{
    const char *have = r->etag ? head_value(&t->call.q, "If-None-Match") : NULL;
    const size_t n = have ? strlen(r->etag) : 0;

    if (!have || r->status != 200 ||
        (strcmp(t->call.q.method, "GET") != 0 && !t->head_only))
        return false;
    for (const char *p = have; (p = strstr(p, r->etag)); p += n)
        if (p > have && p[-1] == '"' && p[n] == '"') return true;
    return false;
}

static struct MHD_Response *file_response(struct turn *t, struct reply *r,
                                          i64 *ret_bytes)
{
    struct ctx *c = &t->c;
    struct stat s;
    const int fd = open(r->file, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &s) || !S_ISREG(s.st_mode)) {
        if (fd >= 0) close(fd);
        *r = fault_reply(c, FAIL(c, INTERNAL, "cannot send the file \"%s\": %s",
                                 r->file, strerror(errno)));
        return NULL;
    }
    if (r->file_once) unlink(r->file);
    *ret_bytes = s.st_size;
    return MHD_create_response_from_fd64((u64)s.st_size, fd);
}

static enum MHD_Result queue(struct turn *t, struct MHD_Response *m, int status,
                             i64 bytes)
{
    const i64 pace = bytes * 1000 / SEND_RATE;
    const bool early =
        t->close && t->body_bytes > t->call.q.upload_bytes + (i64)t->body.n;

    if (early) link_linger(t->link);
    link_due(t->link, pace > SEND_MS ? pace : SEND_MS);
    const enum MHD_Result ok = MHD_queue_response(t->con, (unsigned)status, m);
    MHD_destroy_response(m);
    tell(t, status);
    return ok;
}

static enum MHD_Result to_hub(struct turn *t)
{
    const struct reply *r = &t->call.r;
    const int fd = fcntl(t->link->fd, F_DUPFD_CLOEXEC, 0);

    if (fd < 0) return MHD_NO;
    live_take(fd, r->live, head_value(&t->call.q, "Last-Event-ID"),
              arena_printf(t->c.mem,
                           "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                           "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
                           "X-Request-Id: %s\r\nConnection: close\r\n\r\n",
                           t->c.request_id));
    tell(t, 200);
    return MHD_NO; /* the library closes its end, ours stays open */
}

enum MHD_Result turn_answer(struct turn *t)
{
    struct call *k = &t->call;
    struct reply *r = &k->r;
    struct MHD_Response *m = NULL;
    i64 bytes = 0;

    if (!t->err && r->live && !t->head_only) {
        if (live_room()) return to_hub(t);
        t->err = ERR_BUSY;
    }
    call_finish(k, t->err);
    if (unchanged(t, r)) {
        r->status = 304;
        r->text = r->file = NULL;
        r->text_bytes = 0;
    }
    if (r->file) m = file_response(t, r, &bytes);
    const bool may_gzip = !r->file && compressible(r);
    const bool gzipped =
        may_gzip && head_takes_gzip(head_value(&k->q, "Accept-Encoding")) && gzip(t, r);
    if (!m) {
        bytes = (i64)r->text_bytes;
        m = MHD_create_response_from_buffer(r->text_bytes,
                                            (void *)(uintptr_t)(r->text ? r->text : ""),
                                            MHD_RESPMEM_PERSISTENT);
    }
    if (!m) return MHD_NO;
    put_headers(t, m, r);
    if (gzipped) put(m, "Content-Encoding", "gzip");
    if (may_gzip) put(m, "Vary", "Accept-Encoding");
    return queue(t, m, r->status, bytes);
}

enum MHD_Result turn_refuse(struct turn *t, int status, const char *why)
{
    struct ctx *c = &t->c;

    t->err = FAIL(c, BAD_REQUEST, "%s", why);
    t->close = true;
    c->request_id = head_request_id(t);
    t->call.r = fault_reply(c, t->err);
    struct MHD_Response *m = MHD_create_response_from_buffer(
        t->call.r.text_bytes, (void *)(uintptr_t)t->call.r.text,
        MHD_RESPMEM_PERSISTENT);
    if (!m) return MHD_NO;
    put_headers(t, m, &t->call.r);
    t->body_bytes = 1; /* whatever follows is not a request we want to read */
    return queue(t, m, status, (i64)t->call.r.text_bytes);
}

enum MHD_Result turn_left(struct MHD_Connection *con)
{
    static const char text[] =
        "{\"code\":\"unknown\",\"message\":\"the server is stopping; ask "
        "again with the same Idempotency-Key\"}";
    struct MHD_Response *m = MHD_create_response_from_buffer(
        sizeof(text) - 1, (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);

    if (!m) return MHD_NO;
    put(m, "Content-Type", "application/json");
    put(m, "Retry-After", "1");
    put(m, "Connection", "close");
    const enum MHD_Result ok = MHD_queue_response(con, 503, m);
    MHD_destroy_response(m);
    return ok;
}
