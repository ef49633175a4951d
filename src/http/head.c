/* The head of a request, read strictly.  Whatever a proxy in front might read
 * differently than we do is refused: that difference is how requests are
 * smuggled past it. */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/hash.h"
#include "base/limits.h"
#include "http/turn.h"

/* From our own copies: the library's are gone once the connection is, and work
 * that the server had to leave at its stop may still ask. */
const char *head_value(const struct request *q, const char *name)
{
    const struct turn *t = q->head;

    for (size_t k = 0; k < t->n_headers; k++)
        if (!strcasecmp(t->headers[k].name, name)) return t->headers[k].value;
    return NULL;
}

/* ---- Strictness ---------------------------------------------------------------- */

struct look {
    struct turn *turn;
    const char *wrong;
    size_t n, bytes; /* headers; of the head as we understand it */
    int hosts, lengths, transfer;
    const char *length, *encoding;
};

static bool token(const char *s, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!isalnum((unsigned char)s[k]) && !memchr("!#$%&'*+-.^_`|~", s[k], 15))
            return false;
    return n > 0;
}

static bool field_value(const char *s, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (((unsigned char)s[k] < ' ' && s[k] != '\t') || s[k] == 0x7f) return false;
    return true;
}

static bool named(const char *name, size_t n, const char *want)
{
    return n == strlen(want) && !strncasecmp(name, want, n);
}

/* How far the value stands behind the name: a colon and white space.  Folded
 * lines are copied elsewhere by the library, so their distance is absurd. */
static size_t gap(const char *name, size_t name_n, const char *value)
{
    const intptr_t d = (intptr_t)value - (intptr_t)(name + name_n);

    return d >= 1 && d <= 64 ? (size_t)d : SIZE_MAX / 4;
}

static void keep(struct turn *t, const char *name, size_t name_n, const char *value,
                 size_t value_n)
{
    struct arena *mem = t->c.mem;

    if (!t->headers) t->headers = arena_raw(mem, LIMIT_HEADERS * sizeof(*t->headers));
    t->headers[t->n_headers].name = arena_strdup(mem, name, name_n);
    t->headers[t->n_headers++].value = arena_strdup(mem, value, value_n);
}

static enum MHD_Result look_at(void *cls, enum MHD_ValueKind kind, const char *name,
                               size_t name_n, const char *value, size_t value_n)
{
    struct look *l = cls;

    (void)kind;
    if (l->n++ >= LIMIT_HEADERS) return MHD_NO;
    if (!token(name, name_n)) l->wrong = "a header's name is malformed";
    if (!value || !field_value(value, value_n))
        l->wrong = "a header's value has control characters";
    if (l->wrong) return MHD_NO;
    l->bytes += name_n + gap(name, name_n, value) + value_n + 2;
    keep(l->turn, name, name_n, value, value_n);
    l->hosts += named(name, name_n, "Host");
    if (named(name, name_n, "Content-Length")) {
        l->lengths++;
        l->length = value;
    }
    if (named(name, name_n, "Transfer-Encoding")) {
        l->transfer++;
        l->encoding = value;
    }
    return MHD_YES;
}

static bool decimal(const char *s, i64 *ret)
{
    i64 v = 0;

    for (const char *p = s; *p; p++)
        if (!isdigit((unsigned char)*p) || p - s > 17)
            return false;
        else
            v = v * 10 + (*p - '0');
    *ret = v;
    return *s != '\0';
}

static bool target(const char *uri)
{
    if (*uri != '/') return false;
    for (; *uri; uri++)
        if ((unsigned char)*uri <= ' ' || (unsigned char)*uri >= 0x7f || *uri == '#')
            return false;
    return true;
}

/* Does the head have exactly the bytes that we saw?  A NUL that cuts a value
 * short, a folded line, a bare line feed: each hides or lacks some. */
static bool all_seen(const struct turn *t, const char *method, const struct look *l)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(t->con, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    const size_t line =
        strlen(method) + 1 + strlen(t->uri) + 1 + strlen(t->version) + 2;

    return info && info->header_size == line + l->bytes + 2;
}

static const char *body_wrong(struct turn *t, const struct look *l, int *ret_status)
{
    if (l->lengths > 1) return "Content-Length stands twice";
    if (l->lengths && l->transfer) return "both Content-Length and Transfer-Encoding";
    if (l->lengths && !decimal(l->length, &t->body_bytes))
        return "Content-Length is no number";
    if (!l->transfer) return NULL;
    *ret_status = l->transfer == 1 && !strcasecmp(l->encoding, "chunked") ? 411 : 501;
    return "this server wants a Content-Length, not a Transfer-Encoding";
}

const char *head_wrong(struct turn *t, const char *method, int *ret_status)
{
    struct look l = { .turn = t };

    *ret_status = 400;
    if (!token(method, strlen(method))) return "the method is malformed";
    if (!target(t->uri)) return "the address must begin with / and hold no spaces";
    if (strcmp(t->version, "HTTP/1.1") != 0 && strcmp(t->version, "HTTP/1.0") != 0) {
        *ret_status = 505;
        return "this server speaks HTTP/1.1";
    }
    MHD_get_connection_values_n(t->con, MHD_HEADER_KIND, look_at, &l);
    if (l.wrong) return l.wrong;
    if (l.n > LIMIT_HEADERS) {
        *ret_status = 431;
        return "too many headers";
    }
    if (!all_seen(t, method, &l))
        return "a header is folded, or holds NUL or a bare line feed";
    if (l.hosts > 1) return "Host stands twice";
    if (!l.hosts && !strcmp(t->version, "HTTP/1.1")) return "Host is missing";
    return body_wrong(t, &l, ret_status);
}

/* ---- What else the head says ------------------------------------------------------
 */

const char *head_cookie(const struct request *q, const char *name)
{
    struct turn *t = q->head;
    const char *p = head_value(q, "Cookie");
    const size_t n = strlen(name);

    while (p && *p) {
        p += strspn(p, "; ");
        const size_t wide = strcspn(p, ";");
        if (wide > n && p[n] == '=' && !memcmp(p, name, n))
            return arena_strdup(t->c.mem, p + n + 1, wide - n - 1);
        p += wide;
    }
    return NULL;
}

static const char *new_id(struct arena *mem)
{
    static _Atomic u64 count;
    const u64 n = atomic_fetch_add(&count, 1);

    return arena_printf(mem, "%016llx", hash_bytes(&n, sizeof(n)));
}

const char *head_request_id(struct turn *t)
{
    const char *given = head_value(&t->call.q, "X-Request-Id");

    if (given && token(given, strlen(given)) && strlen(given) <= 64)
        return arena_strdup(t->c.mem, given, strlen(given));
    return new_id(t->c.mem);
}

/* The quality of one member of a list: "gzip;q=0.5" is 500. */
static int quality(const char *p, size_t n)
{
    for (const char *q = p; q + 3 < p + n; q++)
        if (*q == ';' && (q[1] == 'q' || (q[1] == ' ' && q[2] == 'q'))) {
            const char *v = memchr(q, '=', (size_t)(p + n - q));
            if (!v || v + 1 >= p + n) return 0;
            int out = (v[1] - '0') * 1000;
            if (v + 3 < p + n && v[2] == '.') out += (v[3] - '0') * 100;
            return out;
        }
    return 1000;
}

bool head_takes_gzip(const char *p)
{
    while (p && *p) {
        p += strspn(p, ", ");
        const size_t n = strcspn(p, ",");
        if (n >= 4 && !strncasecmp(p, "gzip", 4)) return quality(p, n) > 0;
        p += n;
    }
    return false;
}

const char *head_lang(struct turn *t)
{
    const char *p = head_value(&t->call.q, "Accept-Language");
    int ru = 0, en = 0;

    while (p && *p) {
        p += strspn(p, ", ");
        const size_t n = strcspn(p, ",");
        const int is = quality(p, n);
        if (n >= 2 && !strncasecmp(p, "ru", 2) && is > ru) ru = is;
        if (n >= 2 && !strncasecmp(p, "en", 2) && is > en) en = is;
        p += n;
    }
    return en > ru ? "en" : "ru";
}

/* Is the address within one of "127.0.0.1, 10.0.0.0/8"? */
static bool within(const char *list, int family, const unsigned char *at)
{
    char one[INET6_ADDRSTRLEN + 5];
    unsigned char net[16];

    while (list && *list) {
        list += strspn(list, ", ");
        const size_t n = strcspn(list, ", "), bytes = family == AF_INET ? 4 : 16;
        if (n && n < sizeof(one)) {
            snprintf(one, sizeof(one), "%.*s", (int)n, list);
            char *slash = strchr(one, '/');
            i64 bits = (i64)bytes * 8;
            if (slash) *slash++ = '\0';
            if ((!slash || decimal(slash, &bits)) && bits <= (i64)bytes * 8 &&
                inet_pton(family, one, net) == 1 &&
                !memcmp(net, at, (size_t)bits / 8) &&
                (bits % 8 == 0 ||
                 (net[bits / 8] ^ at[bits / 8]) >> (8 - bits % 8) == 0))
                return true;
        }
        list += n;
    }
    return false;
}

/* The last address of X-Forwarded-For: the one our own proxy added. */
static const char *forwarded(struct turn *t, const char *peer)
{
    const char *list = head_value(&t->call.q, "X-Forwarded-For");
    const char *comma = list ? strrchr(list, ',') : NULL;
    const char *last = comma ? comma + 1 + strspn(comma + 1, " ") : list;
    unsigned char any[16];

    if (!last ||
        (inet_pton(AF_INET, last, any) != 1 && inet_pton(AF_INET6, last, any) != 1))
        return peer;
    return arena_strdup(t->c.mem, last, strlen(last));
}

const char *head_ip(struct turn *t, const char *trusted, bool *ret_trusted)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(t->con, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *a = info ? info->client_addr : NULL;
    char text[INET6_ADDRSTRLEN] = "";

    *ret_trusted = t->link && t->link->local;
    if (*ret_trusted || !a) return forwarded(t, "local");
    const void *at = a->sa_family == AF_INET6
                         ? (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr
                         : (const void *)&((const struct sockaddr_in *)a)->sin_addr;
    inet_ntop(a->sa_family, at, text, sizeof(text));
    const char *peer = arena_strdup(t->c.mem, text, strlen(text));
    *ret_trusted = within(trusted, a->sa_family, at);
    return *ret_trusted ? forwarded(t, peer) : peer;
}
