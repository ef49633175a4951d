#include "message/message.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <ftw.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "job/job.h"
#include "message/message_own.h"
#include "setting/setting.h"
#include "test.h"

static const struct setting_scope chain = { 0 };

static enum err ready(struct ctx *c, const char *lang, bool secret)
{
    const struct message_new m = {
        .customer_id = 77,
        .channel = MESSAGE_SMS,
        .to = "+79161234567",
        .template_name = secret ? "login_code" : "order_ready",
        .args =
            secret
                ? "{\"code\":\"4711\"}"
                : "{\"number\":\"A-17\",\"place\":\"Тверская \\\"7\\\"\",\"code\":4711,"
                  "\"deadline\":\"25.09\"}",
        .lang = lang,
        .secret = secret,
    };

    return message_send(c, &m);
}

static struct message the_one(struct ctx *c)
{
    struct message m = { 0 };

    EXPECT_OK(message_get(c, test_int(c, "SELECT customer_id FROM message_outbox"),
                          test_int(c, "SELECT id FROM message_outbox"), &m));
    return m;
}

static void set(struct ctx *c, const char *name, const char *value)
{
    EXPECT_OK(setting_set(c, name, chain, value));
}

/* ---- Texts
 * --------------------------------------------------------------------------- */

static void filled_in(struct ctx *c)
{
    EXPECT_OK(ready(c, NULL, false));
    EXPECT_TEXT(the_one(c).body,
                "Заказ A-17 готов: Тверская \"7\". Код 4711, ждём до 25.09.");
    EXPECT_TEXT(the_one(c).subject, "Заказ A-17 готов");
    SQL("DELETE FROM message_outbox");
    EXPECT_OK(ready(c, "en", false));
    EXPECT_TEXT(the_one(c).body,
                "Order A-17 is ready: Тверская \"7\". Code 4711, until 25.09.");
}

static void what_is_missing(struct ctx *c)
{
    struct message_new m = { .to = "+79161234567",
                             .template_name = "login_code",
                             .args = "{}" };

    EXPECT_ERR(message_send(c, &m), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "code");
    m.template_name = "poem";
    EXPECT_ERR(message_send(c, &m), NO_SUCH);
    m.template_name = "login_code", m.args = "{\"code\":\"1\"}";
    m.to = "a@b.ru>\r\nBcc: <all@b.ru";
    EXPECT_ERR(message_send(c, &m), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "to");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM message_outbox"), 0);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM job_task"), 0);
}

static const char *const texts[][5] = {
#define MESSAGE_TEMPLATE(name, subject_ru, text_ru, subject_en, text_en)               \
    { #name, subject_ru, text_ru, subject_en, text_en },
#include "message/message_template.def"
#undef MESSAGE_TEMPLATE
};

/* {"code":"<fits>"} of every {code} in a text. */
static const char *args_of(struct ctx *c, const char *text)
{
    const char *args = "{\"fits\":1";

    for (const char *p = text; (p = strchr(p, '{')); p++) {
        const int n = (int)strcspn(p, "}") - 1;
        args =
            arena_printf(c->mem, "%s,\"%.*s\":\"Тверская 7, 19:00\"", args, n, p + 1);
    }
    return arena_printf(c->mem, "%s}", args);
}

/* The Russian text names all there is to fill in, in both languages, and fits
 * into three parts of a text message. */
static void templates(struct ctx *c)
{
    const char *subject, *body;

    for (size_t k = 0; k < COUNT(texts); k++)
        for (int en = 0; en < 2; en++) {
            EXPECT_OK(template_fill(
                c, texts[k][0], en ? "en" : "ru",
                args_of(c, arena_printf(c->mem, "%s%s", texts[k][1], texts[k][2])),
                &subject, &body));
            EXPECT(!strchr(body, '{') && !strchr(subject, '{') && *subject);
            EXPECT(strlen(body) < 3 * 67 * 2);
        }
}

/* ---- The log
 * ---------------------------------------------------------------------------- */

static void development(struct ctx *c)
{
    test_as_staff(c);
    EXPECT_OK(ready(c, NULL, true));
    EXPECT_INT(test_call(c, "GET", "/v1/message/outbox", NULL).status, 404);
    set(c, "message.dev", "true");
    EXPECT_OK(job_drain(c, modules));
    EXPECT_TEXT(message_state_words[the_one(c).state], "sent");
    const struct reply r = test_call(c, "GET", "/v1/message/outbox", NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "Код для входа: 4711") != NULL);
    c->who.rights &= ~(1ull << RIGHT_OPERATE);
    EXPECT_INT(test_call(c, "GET", "/v1/message/outbox", NULL).status, 403);
    c->now += 15 * MINUTE_MS + 1;
    EXPECT_OK(job_drain(c, modules));
    EXPECT_TEXT(the_one(c).body, "");
}

static void nobody_sends(struct ctx *c)
{
    EXPECT_OK(ready(c, NULL, false));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_TEXT(message_state_words[the_one(c).state], "failed");
    EXPECT_TEXT(the_one(c).error,
                "nobody sends for the channel sms: see message.sms_sender");
}

/* ---- A gateway that believes nothing
 * --------------------------------------------------------- */

static struct {
    pthread_t thread;
    int listener, port;
    int answers[8], n_answers; /* statuses to give; 0 hangs up */
    _Atomic int asked;
    _Atomic bool any_text; /* what it says is not looked at */
    _Atomic bool another;  /* the next one may have an id of its own */
    char id[32], complaint[256];
} gate;

static void complain(const char *what, const char *of)
{
    if (!gate.complaint[0])
        snprintf(gate.complaint, sizeof(gate.complaint), "%s: %.150s", what, of);
}

/* HMAC by its definition, not by the library's function. */
static void hmac(const char *key, const char *text, size_t n, char *hex)
{
    unsigned char pad[64] = { 0 }, in[32], out[32];
    crypto_hash_sha256_state s;

    memcpy(pad, key, strlen(key));
    for (size_t k = 0; k < 64; k++) pad[k] ^= 0x36;
    crypto_hash_sha256_init(&s);
    crypto_hash_sha256_update(&s, pad, 64);
    crypto_hash_sha256_update(&s, (const unsigned char *)text, n);
    crypto_hash_sha256_final(&s, in);
    for (size_t k = 0; k < 64; k++) pad[k] ^= 0x36 ^ 0x5c;
    crypto_hash_sha256_init(&s);
    crypto_hash_sha256_update(&s, pad, 64);
    crypto_hash_sha256_update(&s, in, 32);
    crypto_hash_sha256_final(&s, out);
    sodium_bin2hex(hex, 65, out, 32);
}

static void body_check(const char *body, size_t n, const char *id)
{
    static const char *const expected[][2] = {
        { "channel", "sms" },
        { "to", "+79161234567" },
        { "subject", "Заказ A-17 готов" },
        { "text", "Заказ A-17 готов: Тверская \"7\". Код 4711, ждём до 25.09." },
        { "lang", "ru" },
        { "template", "order_ready" },
    };
    json_t *j = json_loadb(body, n, JSON_REJECT_DUPLICATES, NULL);

    if (!j) return complain("not JSON", body);
    if (json_object_size(j) != COUNT(expected) + 1) complain("members", body);
    const char *said = json_string_value(json_object_get(j, "id"));
    if (!said || strcmp(said, id) != 0) complain("id is not the Idempotency-Key", body);
    for (size_t k = 0; k < COUNT(expected); k++) {
        const char *v = json_string_value(json_object_get(j, expected[k][0]));
        if (!v || strcmp(v, expected[k][1]) != 0) complain(expected[k][0], body);
    }
    json_decref(j);
}

static const char *header_take(char *head, const char *name)
{
    char *at = strcasestr(head, name);

    if (!at) {
        complain("no header", name);
        return "";
    }
    static char value[8][256];
    static int turn;
    char *to = value[turn++ % 8];
    const size_t n = strlen(name), len = strcspn(at + n, "\r");
    snprintf(to, 256, "%.*s", (int)len, at + n);
    memset(at + 2, '-', n + len - 2); /* seen */
    return to;
}

static void request_check(char *head, const char *body, size_t n)
{
    char signed_text[16384], hex[65];

    if (strncmp(head, "POST /send HTTP/1.1\r\n", 21) != 0)
        complain("request line", head);
    header_take(head, "\r\nHost: ");
    header_take(head, "\r\nContent-Length: ");
    if (strcmp(header_take(head, "\r\nAccept: "), "application/json") != 0)
        complain("Accept", head);
    if (strcmp(header_take(head, "\r\nContent-Type: "), "application/json") != 0)
        complain("Content-Type", head);
    const char *id = header_take(head, "\r\nIdempotency-Key: ");
    if (gate.id[0] && !gate.another && strcmp(gate.id, id) != 0)
        complain("another Idempotency-Key", id);
    snprintf(gate.id, sizeof(gate.id), "%s", id);
    const char *at = header_take(head, "\r\nX-Prilavok-Timestamp: ");
    const i64 age = time_now() / 1000 - strtoll(at, NULL, 10);
    if (age < 0 || age > 2) complain("timestamp", at);
    const char *mac = header_take(head, "\r\nX-Prilavok-Signature: sha256=");
    const int m =
        snprintf(signed_text, sizeof(signed_text), "%s.%.*s", at, (int)n, body);
    hmac("gate key", signed_text, (size_t)m, hex);
    if (strcmp(mac, hex) != 0) complain("signature", mac);
    const char *rest = strstr(head, "\r\n") + 2;
    if (rest[strspn(rest, "-\r\n")]) complain("one header too many", rest);
    if (!gate.any_text) body_check(body, n, id);
}

static void serve(int s)
{
    char text[16384];
    size_t n = 0, body = 0, length = 0;

    while (!body || n < body + length) {
        const ssize_t got = read(s, text + n, sizeof(text) - 1 - n);
        if (got <= 0) return complain("the line broke", "");
        n += (size_t)got;
        text[n] = '\0';
        char *end = strstr(text, "\r\n\r\n");
        if (!end || body) continue;
        body = (size_t)(end + 4 - text);
        const char *l = strcasestr(text, "\r\nContent-Length: ");
        length = l ? strtoul(l + 18, NULL, 10) : 0;
    }
    text[body - 2] = '\0';
    const int status = gate.answers[gate.asked % gate.n_answers];
    gate.asked++;
    request_check(text, text + body, length);
    char reply[256];
    const int m =
        snprintf(reply, sizeof(reply),
                 "HTTP/1.1 %d X\r\nLocation: http://127.0.0.1:%d/elsewhere\r\n"
                 "Content-Length: 0\r\nConnection: close\r\n\r\n",
                 status, gate.port);
    if (status && write(s, reply, (size_t)m) != m) complain("the line broke", "");
}

static void *gate_run(void *arg)
{
    (void)arg;
    for (int s; (s = accept(gate.listener, NULL, NULL)) >= 0;) {
        serve(s);
        close(s);
    }
    return NULL;
}

static int listen_somewhere(int *ret_port)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof(a);
    const int s = socket(AF_INET, SOCK_STREAM, 0);

    EXPECT(s >= 0 && bind(s, (struct sockaddr *)&a, n) == 0 && listen(s, 16) == 0);
    EXPECT(getsockname(s, (struct sockaddr *)&a, &n) == 0);
    *ret_port = ntohs(a.sin_port);
    return s;
}

static void gate_open(struct ctx *c, const int *answers, int n)
{
    gate.asked = 0;
    gate.another = gate.any_text = false;
    gate.id[0] = gate.complaint[0] = '\0';
    memcpy(gate.answers, answers, sizeof(*answers) * (size_t)n);
    gate.n_answers = n;
    gate.listener = listen_somewhere(&gate.port);
    EXPECT(pthread_create(&gate.thread, NULL, gate_run, NULL) == 0);
    set(c, "message.sms_sender", "http");
    set(c, "message.http_url",
        arena_printf(c->mem, "http://127.0.0.1:%d/send", gate.port));
    set(c, "message.http_secret", "gate key");
}

static void gate_close(void)
{
    shutdown(gate.listener, SHUT_RDWR);
    close(gate.listener);
    pthread_join(gate.thread, NULL);
    EXPECT_TEXT(gate.complaint, "");
}

static void signed_and_checked(struct ctx *c)
{
    gate_open(c, (const int[]){ 202 }, 1);
    EXPECT_OK(ready(c, NULL, false));
    EXPECT_INT(gate.asked, 0);
    EXPECT_OK(job_drain(c, modules));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(gate.asked, 1);
    EXPECT_TEXT(message_state_words[the_one(c).state], "sent");
    EXPECT_INT(the_one(c).sent_at, c->now);
    gate_close();
}

static void gate_sleeps(struct ctx *c)
{
    gate_open(c, (const int[]){ 503, 0, 429, 200 }, 4);
    EXPECT_OK(ready(c, NULL, false));
    for (int k = 0; k < 4; k++) {
        EXPECT_OK(job_drain(c, modules));
        EXPECT_INT(gate.asked, k + 1);
        EXPECT(the_one(c).state == (k < 3 ? MESSAGE_WAITING : MESSAGE_SENT));
        c->now += HOUR_MS;
    }
    EXPECT_INT(the_one(c).tries, 4);
    EXPECT(!the_one(c).error);
    gate_close();
}

static void gate_refuses(struct ctx *c)
{
    gate_open(c, (const int[]){ 400, 302, 302 }, 3);
    EXPECT_OK(ready(c, NULL, false));
    EXPECT_OK(job_drain(c, modules));
    c->now += HOUR_MS;
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(gate.asked, 1);
    EXPECT_TEXT(the_one(c).error, "the gateway refused it with 400");
    EXPECT_TEXT(message_state_words[the_one(c).state], "failed");

    SQL("DELETE FROM message_outbox");
    gate.another = true;
    EXPECT_OK(ready(c, NULL, false));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(gate.asked, 2); /* not to "elsewhere" */
    EXPECT_TEXT(the_one(c).error, "the gateway answered 302");
    gate_close();
}

/* Nobody listens there: a port that was just given back. */
static void gate_gone(struct ctx *c)
{
    int port;

    close(listen_somewhere(&port));
    set(c, "message.sms_sender", "http");
    set(c, "message.http_url", arena_printf(c->mem, "http://127.0.0.1:%d/send", port));
    set(c, "message.http_secret", "gate key");
    EXPECT_OK(ready(c, NULL, true));
    for (int k = 0; k < 8; k++) {
        EXPECT_OK(job_drain(c, modules));
        c->now += MINUTE_MS;
    }
    EXPECT_TEXT(message_state_words[the_one(c).state], "waiting");
    c->now += DAY_MS;
    EXPECT_OK(job_drain(c, modules));
    EXPECT_TEXT(message_state_words[the_one(c).state], "failed");
    EXPECT_TEXT(the_one(c).body, "");
}

static void wiped(struct ctx *c)
{
    gate_open(c, (const int[]){ 503, 200 }, 2);
    gate.any_text = true;
    EXPECT_OK(ready(c, NULL, true));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_TEXT(the_one(c).body, "Код для входа: 4711. Никому его не сообщайте.");
    c->now += SECOND_MS;
    EXPECT_OK(job_drain(c, modules));
    EXPECT_TEXT(message_state_words[the_one(c).state], "sent");
    EXPECT_TEXT(the_one(c).body, "");
    gate_close();
}

static void wiped_when_refused(struct ctx *c)
{
    gate_open(c, (const int[]){ 404 }, 1);
    gate.any_text = true;
    EXPECT_OK(ready(c, NULL, true));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_TEXT(message_state_words[the_one(c).state], "failed");
    EXPECT_TEXT(the_one(c).body, "");
    gate_close();
}

/* ---- A mail server
 * ---------------------------------------------------------------------------- */

#define MAIL_SERVER "/usr/bin/aiosmtpd"

static bool answers(int port)
{
    const struct sockaddr_in a = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int s = socket(AF_INET, SOCK_STREAM, 0);
    const bool yes = connect(s, (const struct sockaddr *)&a, sizeof(a)) == 0;

    close(s);
    return yes;
}

static pid_t mail_server(struct ctx *c, const char *dir, int port)
{
    const char *at = arena_printf(c->mem, "127.0.0.1:%d", port);
    const pid_t p = fork();

    if (p == 0) {
        execl(MAIL_SERVER, MAIL_SERVER, "-n", "-l", at, "-c",
              "aiosmtpd.handlers.Mailbox", dir, (char *)NULL);
        _exit(127);
    }
    for (int k = 0; k < 100 && !answers(port); k++) usleep(100000);
    EXPECT(answers(port));
    return p;
}

static const char *mail_in(struct ctx *c, const char *dir)
{
    const char *path = arena_printf(c->mem, "%s/new", dir), *text = "";
    DIR *d = opendir(path);

    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.')
            text = test_file(c, arena_printf(c->mem, "%s/%s", path, e->d_name), NULL);
    if (d) closedir(d);
    return text;
}

static int removed(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static void letter(struct ctx *c)
{
    char top[] = "/tmp/prilavok-mail-XXXXXX";
    const struct message_new m = {
        .customer_id = 77,
        .channel = MESSAGE_EMAIL,
        .to = "anna@example.ru",
        .template_name = "order_cancelled",
        .args = "{\"number\":\"A-17\",\"why\":\"Нет в наличии\"}"
    };
    int port;

    if (access(MAIL_SERVER, X_OK) != 0) {
        print_message("no " MAIL_SERVER " (python3-aiosmtpd): skipped\n");
        skip();
    }
    EXPECT(mkdtemp(top) != NULL);
    const char *dir = arena_printf(c->mem, "%s/box", top);
    close(listen_somewhere(&port));
    set(c, "message.email_sender", "smtp");
    set(c, "message.smtp_url", arena_printf(c->mem, "smtp://127.0.0.1:%d", port));
    set(c, "message.smtp_from", "shop@example.ru");
    set(c, "message.smtp_tls", "false");
    EXPECT_OK(message_send(c, &m));
    EXPECT_OK(job_drain(c, modules));
    EXPECT(the_one(c).state == MESSAGE_WAITING && the_one(c).error);

    const pid_t p = mail_server(c, dir, port);
    c->now += MINUTE_MS;
    EXPECT_OK(job_drain(c, modules));
    kill(p, SIGTERM);
    waitpid(p, NULL, 0);
    const char *text = mail_in(c, dir);
    EXPECT(the_one(c).state == MESSAGE_SENT);
    EXPECT(strstr(text, "From: <shop@example.ru>") &&
           strstr(text, "To: <anna@example.ru>"));
    EXPECT(strstr(text, "X-MailFrom: shop@example.ru") &&
           strstr(text, "X-RcptTo: anna@example.ru"));
    EXPECT(strstr(text, "=?UTF-8?B?"));
    /* "Заказ A-17 отменён. Нет в наличии" */
    EXPECT(
        strstr(text, "0JfQsNC60LDQtyBBLTE3INC+0YLQvNC10L3RkdC9LiDQndC10YIg0LIg0L3Q"));
    EXPECT(nftw(top, removed, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

static const struct test tests[] = {
    { "a text is filled in, in the customer's language", filled_in },
    { "a text that lacks a part, or an address that is none, is not sent at all",
      what_is_missing },
    { "every template says the same in both languages and fits a phone", templates },
    { "in development the code is on the outbox page, for a quarter of an hour",
      development },
    { "without a sender a message fails and says which setting is missing",
      nobody_sends },
    { "a gateway gets each field once, signed, and only after the commit",
      signed_and_checked },
    { "a gateway that sleeps is asked again under the same key", gate_sleeps },
    { "a refusal is final, and a redirect is not followed", gate_refuses },
    { "a code nobody could send is wiped when it is too old", gate_gone },
    { "a code that went out leaves nothing behind", wiped },
    { "a code that was refused leaves nothing behind", wiped_when_refused },
    { "a letter reaches a real mail server, once it is up", letter },
};

int main(void)
{
    return test_main("message", tests, COUNT(tests));
}
