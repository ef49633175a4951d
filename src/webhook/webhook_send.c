/* The wire: signed, to an address that was judged, and nowhere else.
 *
 * A name is looked up here, once; every address it has must be of the open internet
 * (unless the chain allows others), and the connection is pinned to the first.  So
 * neither a name that points inside nor one that changes between the look and the
 * connection reaches a machine of ours. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "setting/setting.h"
#include "webhook/webhook_own.h"

enum { CONNECT_MS = 5000, WHOLE_MS = 10000, EXCERPT = 500, PORT_MAX = 65535 };

/* ---- Signature --------------------------------------------------------------------
 */

const char *webhook_sign(struct arena *mem, const char *secret, const char *id,
                         i64 at_s, const char *body)
{
    const char *text = strncmp(secret, "whsec_", 6) ? secret : secret + 6;
    unsigned char key[128], mac[crypto_auth_hmacsha256_BYTES];
    char shown[sodium_base64_ENCODED_LEN(sizeof(mac), sodium_base64_VARIANT_ORIGINAL)];
    crypto_auth_hmacsha256_state st;
    size_t n = 0;

    if (sodium_base642bin(key, sizeof(key), text, strlen(text), NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL))
        n = 0;
    const char *head = arena_printf(mem, "%s.%lld.", id, at_s);
    crypto_auth_hmacsha256_init(&st, key, n);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)head, strlen(head));
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)body, strlen(body));
    crypto_auth_hmacsha256_final(&st, mac);
    sodium_memzero(key, sizeof(key));
    sodium_bin2base64(shown, sizeof(shown), mac, sizeof(mac),
                      sodium_base64_VARIANT_ORIGINAL);
    return arena_printf(mem, "v1,%s", shown);
}

/* ---- Whom we may speak to
 * ------------------------------------------------------------ */

static bool public4(const unsigned char *a)
{
    if (a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224) return false;
    if (a[0] == 100 && (a[1] & 0xC0) == 64) return false; /* carriers' own */
    if (a[0] == 169 && a[1] == 254) return false;
    if (a[0] == 172 && (a[1] & 0xF0) == 16) return false;
    if (a[0] == 192 && a[1] == 168) return false;
    if (a[0] == 192 && a[1] == 0 && (a[2] == 0 || a[2] == 2)) return false;
    if (a[0] == 198 && (a[1] & 0xFE) == 18) return false;
    if (a[0] == 198 && a[1] == 51 && a[2] == 100) return false;
    return !(a[0] == 203 && a[1] == 0 && a[2] == 113);
}

/* Of IPv6 only what is given out (2000::/3), and there nothing that hides an IPv4
 * address in it (6to4, Teredo) or is an example. */
static bool public6(const unsigned char *a)
{
    static const unsigned char mapped[12] = { [10] = 0xFF, [11] = 0xFF };

    if (!memcmp(a, mapped, sizeof(mapped))) return public4(a + 12);
    if ((a[0] & 0xE0) != 0x20) return false;
    if (a[0] == 0x20 && a[1] == 0x02) return false;
    return !(a[0] == 0x20 && a[1] == 0x01 &&
             ((a[2] == 0 && a[3] == 0) || (a[2] == 0x0D && a[3] == 0xB8)));
}

bool webhook_public(const char *address)
{
    unsigned char a[16];

    if (inet_pton(AF_INET, address, a) == 1) return public4(a);
    return inet_pton(AF_INET6, address, a) == 1 && public6(a);
}

struct address {
    char host[256], ip[INET6_ADDRSTRLEN];
    long port;
};

static void url_end(CURLU **u)
{
    curl_url_cleanup(*u);
}

static bool private_too(struct ctx *c)
{
    return setting_bool(c, "webhook.allow_private", (struct setting_scope){ 0 });
}

static enum err bad_url(struct ctx *c, const char *why)
{
    return FAIL_FIELD(c, BAD_ARGUMENT, "url", "%s", why);
}

static enum err url_read(struct ctx *c, const char *url, struct address *ret)
{
    __attribute__((cleanup(url_end))) CURLU *u = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
    enum err e = ERR_OK;

    if (curl_url_set(u, CURLUPART_URL, url, 0) ||
        curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(u, CURLUPART_HOST, &host, 0) ||
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
        e = bad_url(c, "this is no address: https://example.ru/hook");
    else if (!curl_url_get(u, CURLUPART_USER, &user, 0))
        e = bad_url(c, "names and passwords have no place in the address");
    else if (strcmp(scheme, "https") && !(private_too(c) && !strcmp(scheme, "http")))
        e = bad_url(c, "only https is spoken");
    else {
        const bool six = host[0] == '[';
        snprintf(ret->host, sizeof(ret->host), "%.*s",
                 (int)(strlen(host) - (six ? 2 : 0)), host + six);
        ret->port = strtol(port, NULL, 10);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(user);
    return e;
}

enum err webhook_url_ok(struct ctx *c, const char *url)
{
    struct address a;

    TRY(url_read(c, url, &a));
    unsigned char raw[16];
    const bool number =
        inet_pton(AF_INET, a.host, raw) == 1 || inet_pton(AF_INET6, a.host, raw) == 1;
    if (number && !private_too(c) && !webhook_public(a.host))
        return bad_url(c, "this address is not of the open internet");
    return ERR_OK;
}

/* NULL, or why not. */
static const char *look_up(struct ctx *c, struct address *a)
{
    const struct addrinfo want = { .ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_ADDRCONFIG };
    const bool any = private_too(c);
    struct addrinfo *all = NULL;
    const char *why = NULL;

    if (getaddrinfo(a->host, NULL, &want, &all) || !all) return "no such host";
    for (const struct addrinfo *i = all; i && !why; i = i->ai_next) {
        char ip[INET6_ADDRSTRLEN] = "";
        const void *at =
            i->ai_family == AF_INET
                ? (const void *)&((struct sockaddr_in *)(void *)i->ai_addr)->sin_addr
                : (const void *)&((struct sockaddr_in6 *)(void *)i->ai_addr)->sin6_addr;

        inet_ntop(i->ai_family, at, ip, sizeof(ip));
        if (!any && !webhook_public(ip))
            why = "the host has an address inside a network";
        if (!a->ip[0]) memcpy(a->ip, ip, sizeof(ip));
    }
    freeaddrinfo(all);
    return why;
}

/* ---- Sending
 * --------------------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void curl_ready(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void curl_end(CURL **h)
{
    curl_easy_cleanup(*h);
}

static void list_end(struct curl_slist **l)
{
    curl_slist_free_all(*l);
}

struct heard {
    char at[EXCERPT + 1];
    size_t n;
};

/* Only the beginning is kept; the rest is read and dropped, up to a limit. */
static size_t hear(char *at, size_t one, size_t n, void *arg)
{
    struct heard *h = arg;
    const size_t all = one * n, take = all < EXCERPT - h->n ? all : EXCERPT - h->n;

    memcpy(h->at + h->n, at, take);
    h->n += take;
    return all;
}

static struct curl_slist *headers_of(struct ctx *c, const char *secret,
                                     const struct delivery *d)
{
    const char *id = arena_printf(c->mem, "msg_%lld", d->id);
    const i64 at_s = time_now() / SECOND_MS;
    const char *lines[] = {
        "Content-Type: application/json",
        ("User-Agent: Prilavok/" PRILAVOK_VERSION),
        arena_printf(c->mem, "webhook-id: %s", id),
        arena_printf(c->mem, "webhook-timestamp: %lld", at_s),
        arena_printf(c->mem, "webhook-signature: %s",
                     webhook_sign(c->mem, secret, id, at_s, d->body)),
        "Expect:",
    };
    struct curl_slist *l = NULL;

    for (size_t k = 0; k < COUNT(lines); k++) l = curl_slist_append(l, lines[k]);
    return l;
}

static void options(CURL *h, const struct hook *k, const struct delivery *d,
                    struct heard *heard)
{
    curl_easy_setopt(h, CURLOPT_URL, k->url);
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h, CURLOPT_PROXY, "");
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
    curl_easy_setopt(h, CURLOPT_MAXFILESIZE, 1L << 20);
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, d->body);
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE, (long)strlen(d->body));
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, hear);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, heard);
}

/* Valid UTF-8 without control characters, for a screen. */
static const char *excerpt_of(struct ctx *c, const struct heard *h)
{
    char *to = arena_strdup(c->mem, h->at, h->n);

    for (char *p = to; *p; p++)
        if ((unsigned char)*p < ' ' || (unsigned char)*p > 126) *p = ' ';
    return to;
}

static enum err not_sent(struct ctx *c, struct outcome *ret, const char *why)
{
    (void)c;
    *ret = (struct outcome){ NONE, 0, why, false };
    return ERR_OK;
}

enum err webhook_send(struct ctx *c, const struct hook *k, const char *secret,
                      const struct delivery *d, struct outcome *ret)
{
    struct address a = { 0 };
    struct heard heard = { 0 };
    long status = 0;

    pthread_once(&once, curl_ready);
    if (url_read(c, k->url, &a)) {
        const char *why = c->fault.message;
        c->fault = (struct fault){ 0 };
        return not_sent(c, ret, why);
    }
    const char *why = look_up(c, &a);
    if (why) return not_sent(c, ret, why);

    __attribute__((cleanup(curl_end))) CURL *h = curl_easy_init();
    __attribute__((cleanup(list_end))) struct curl_slist *headers =
        headers_of(c, secret, d);
    __attribute__((cleanup(list_end))) struct curl_slist *pin = curl_slist_append(
        NULL, arena_printf(c->mem, "%s:%ld:%s", a.host, a.port, a.ip));
    if (!h) return not_sent(c, ret, "out of memory");
    options(h, k, d, &heard);
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(h, CURLOPT_RESOLVE, pin);
    const i64 began_us = time_mono_us();
    const CURLcode e = curl_easy_perform(h);
    const i64 took_ms = (time_mono_us() - began_us) / 1000;
    if (e) {
        *ret = (struct outcome){ NONE, took_ms,
                                 arena_printf(c->mem, "%s", curl_easy_strerror(e)),
                                 false };
        return ERR_OK;
    }
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    *ret = (struct outcome){ status, took_ms, excerpt_of(c, &heard),
                             status >= 200 && status < 300 };
    return ERR_OK;
}
