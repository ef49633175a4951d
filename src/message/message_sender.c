/* message_sender.c -- how a text leaves the house. */
#include <curl/curl.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "message/message_own.h"
#include "setting/setting.h"

static const struct setting_scope chain = { 0 };

#define CONNECT_MS 5000L
#define WHOLE_MS   15000L

/* ---- libcurl ----------------------------------------------------------------------
 */

static void begin(void)
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

static size_t to_nowhere(char *at, size_t size, size_t n, void *arg)
{
    (void)at, (void)arg;
    return size * n;
}

/* Whatever the other side says, we wait 15 s at most, follow no redirect (it
 * would take the signature elsewhere) and keep none of its answer. */
static CURL *curl_begin(const char *url, const char *protocols)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, begin);
    CURL *h = curl_easy_init();
    if (!h) return NULL;
    curl_easy_setopt(h, CURLOPT_URL, url);
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, WHOLE_MS);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_PROXY, "");
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, to_nowhere);
    return h;
}

/* ---- http: a gateway ----------------------------------------------------------------
 */

static const char *http_body(struct ctx *c, const struct message *m, size_t *ret_n)
{
    const struct {
        const char *name, *value;
    } members[] = {
        { "channel", message_channel_words[m->channel] },
        { "to", m->address },
        { "subject", m->subject },
        { "text", m->body },
        { "lang", m->lang },
        { "template", m->template_name },
        { "purpose", m->purpose },
        { "unsubscribe", m->refuse },
    };
    struct buf b = buf_new(c->mem, 512, 32768);

    buf_printf(&b, "{\"id\":\"%lld\"", m->id);
    for (size_t k = 0; k < COUNT(members); k++) {
        if (!members[k].value) continue; /* of advertising only */
        buf_printf(&b, ",\"%s\":", members[k].name);
        json_put_text(&b, members[k].value, strlen(members[k].value));
    }
    buf_char(&b, '}');
    *ret_n = b.n;
    return b.at;
}

/* HMAC-SHA256 of "<timestamp>.<body>": the gateway refuses what is not ours, was
 * changed on the way, or is sent again much later. */
static const char *signature(struct ctx *c, const char *secret, i64 at_s,
                             const char *body, size_t n)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char *hex = arena_raw(c->mem, 2 * sizeof(mac) + 1);
    const char *head = arena_printf(c->mem, "%lld.", at_s);
    crypto_auth_hmacsha256_state s;

    crypto_auth_hmacsha256_init(&s, (const unsigned char *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)head, strlen(head));
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)body, n);
    crypto_auth_hmacsha256_final(&s, mac);
    return sodium_bin2hex(hex, 2 * sizeof(mac) + 1, mac, sizeof(mac));
}

static struct curl_slist *http_headers(struct ctx *c, const struct message *m,
                                       const char *secret, const char *body, size_t n)
{
    const i64 at_s = time_now() / 1000;
    const char *const lines[] = {
        "Content-Type: application/json",
        "Accept: application/json",
        "Expect:",
        arena_printf(c->mem, "Idempotency-Key: %lld", m->id),
        arena_printf(c->mem, "X-Prilavok-Timestamp: %lld", at_s),
        arena_printf(c->mem, "X-Prilavok-Signature: sha256=%s",
                     signature(c, secret, at_s, body, n)),
    };
    struct curl_slist *l = NULL;

    for (size_t k = 0; k < COUNT(lines); k++) l = curl_slist_append(l, lines[k]);
    return l;
}

/* 2xx is taken; what the gateway will never take is not asked again. */
static enum err http_answer(struct ctx *c, CURL *h)
{
    long status = 0;

    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) return ERR_OK;
    if (status >= 400 && status < 500 && status != 408 && status != 425 &&
        status != 429)
        return FAIL(c, BAD_ARGUMENT, "the gateway refused it with %ld", status);
    return FAIL(c, UNAVAILABLE, "the gateway answered %ld", status);
}

static enum err send_http(struct ctx *c, const struct message *m)
{
    const char *url = setting_text(c, "message.http_url", chain);
    const char *secret = setting_text(c, "message.http_secret", chain);
    size_t n;
    const char *body = http_body(c, m, &n);

    if (!*url || !*secret)
        return FAIL(c, WRONG_STATE,
                    "message.http_url and message.http_secret are not set");
    __attribute__((cleanup(curl_end))) CURL *h = curl_begin(url, "http,https");
    __attribute__((cleanup(list_end))) struct curl_slist *headers =
        http_headers(c, m, secret, body, n);
    if (!h || !headers) return FAIL(c, UNAVAILABLE, "no memory for a request");
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
    const CURLcode e = curl_easy_perform(h);
    if (e) return FAIL(c, UNAVAILABLE, "the gateway: %s", curl_easy_strerror(e));
    return http_answer(c, h);
}

/* ---- smtp
 * ------------------------------------------------------------------------------- */

static void base64_lines(struct ctx *c, struct buf *b, const char *text)
{
    const size_t n = strlen(text);
    const size_t size = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
    char *all = arena_raw(c->mem, size);

    sodium_bin2base64(all, size, (const unsigned char *)text, n,
                      sodium_base64_VARIANT_ORIGINAL);
    for (const char *p = all; *p;) {
        const size_t line = strnlen(p, 76);
        buf_put(b, p, line);
        buf_text(b, "\r\n");
        p += line;
    }
}

/* An encoded word holds at most 75 characters: about 13 Cyrillic letters a word,
 * cut between letters. */
static void subject_put(struct ctx *c, struct buf *b, const char *text)
{
    for (const char *p = text; *p;) {
        size_t n = strnlen(p, 42);
        char word[64];
        while (p[n] && (p[n] & 0xC0) == 0x80) n--;
        sodium_bin2base64(word, sizeof(word), (const unsigned char *)p, n,
                          sodium_base64_VARIANT_ORIGINAL);
        buf_printf(b, "%s=?UTF-8?B?%s?=", p == text ? "" : "\r\n ", word);
        p += n;
    }
    (void)c;
}

static const char *letter(struct ctx *c, const struct message *m, const char *from,
                          size_t *ret_n)
{
    struct buf b = buf_new(c->mem, 2048, 32768);
    const time_t now = (time_t)(time_now() / 1000);
    const char *host = strchr(from, '@');
    struct tm tm;
    char date[64];

    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", gmtime_r(&now, &tm));
    buf_printf(&b, "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nSubject: ", date, from,
               m->address);
    subject_put(c, &b, m->subject);
    buf_printf(
        &b,
        "\r\nMessage-ID: <%lld%s>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n",
        m->id, host ? host : "@localhost");
    if (m->refuse)
        buf_printf(&b,
                   "List-Unsubscribe: <%s>\r\n"
                   "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
                   m->refuse);
    buf_text(&b, "\r\n");
    base64_lines(c, &b, m->body);
    *ret_n = b.n;
    return b.at;
}

struct upload {
    const char *at;
    size_t left;
};

static size_t upload_read(char *to, size_t size, size_t n, void *arg)
{
    struct upload *u = arg;
    const size_t take = u->left < size * n ? u->left : size * n;

    memcpy(to, u->at, take);
    u->at += take;
    u->left -= take;
    return take;
}

static void smtp_login(struct ctx *c, CURL *h)
{
    const char *user = setting_text(c, "message.smtp_user", chain);
    const bool tls = setting_bool(c, "message.smtp_tls", chain);

    curl_easy_setopt(h, CURLOPT_USE_SSL,
                     (long)(tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (!*user) return;
    curl_easy_setopt(h, CURLOPT_USERNAME, user);
    curl_easy_setopt(h, CURLOPT_PASSWORD,
                     setting_text(c, "message.smtp_secret", chain));
}

/* 5xx of a mail server is for good: no such mailbox. */
static enum err smtp_answer(struct ctx *c, CURL *h, CURLcode e)
{
    long said = 0;

    if (!e) return ERR_OK;
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &said);
    if (e != CURLE_LOGIN_DENIED && said >= 500 && said < 600)
        return FAIL(c, BAD_ARGUMENT, "the mail server refused it with %ld", said);
    return FAIL(c, UNAVAILABLE, "the mail server: %s", curl_easy_strerror(e));
}

static enum err send_smtp(struct ctx *c, const struct message *m)
{
    const char *url = setting_text(c, "message.smtp_url", chain);
    const char *from = setting_text(c, "message.smtp_from", chain);
    struct upload u;

    if (!*url || !*from)
        return FAIL(c, WRONG_STATE,
                    "message.smtp_url and message.smtp_from are not set");
    u.at = letter(c, m, from, &u.left);
    __attribute__((cleanup(curl_end))) CURL *h = curl_begin(url, "smtp,smtps");
    __attribute__((cleanup(list_end))) struct curl_slist *to =
        curl_slist_append(NULL, arena_printf(c->mem, "<%s>", m->address));
    if (!h || !to) return FAIL(c, UNAVAILABLE, "no memory for a letter");
    smtp_login(c, h);
    curl_easy_setopt(h, CURLOPT_MAIL_FROM, arena_printf(c->mem, "<%s>", from));
    curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(h, CURLOPT_READFUNCTION, upload_read);
    curl_easy_setopt(h, CURLOPT_READDATA, &u);
    curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
    return smtp_answer(c, h, curl_easy_perform(h));
}

/* ---- log
 * ------------------------------------------------------------------------------------
 */

/* The only place where a text gets into the log: in development, where the
 * person who asked for a code and the one who reads the log are the same. */
static enum err send_log(struct ctx *c, const struct message *m)
{
    if (!setting_bool(c, "message.dev", chain))
        return FAIL(
            c, WRONG_STATE, "nobody sends for the channel %s: see message.%s_sender",
            message_channel_words[m->channel], message_channel_words[m->channel]);
    log_info("message %lld by %s to %s: %s", m->id, message_channel_words[m->channel],
             m->address, m->body);
    return ERR_OK;
}

static const char *sender_of(struct ctx *c, const struct message *m)
{
    return setting_text(
        c, arena_printf(c->mem, "message.%s_sender", message_channel_words[m->channel]),
        chain);
}

bool sender_keeps_secrets(struct ctx *c, const struct message *m)
{
    return strcmp(sender_of(c, m), "log") == 0;
}

enum err sender_send(struct ctx *c, const struct message *m)
{
    const char *name = sender_of(c, m);

    if (strcmp(name, "log") == 0) return send_log(c, m);
    if (strcmp(name, "http") == 0) return send_http(c, m);
    if (strcmp(name, "smtp") == 0 && m->channel == MESSAGE_EMAIL)
        return send_smtp(c, m);
    return FAIL(c, WRONG_STATE, "there is no sender \"%s\" for the channel %s", name,
                message_channel_words[m->channel]);
}
