/* A server with one room made for the tests of the http room: every mode, every
 * kind of reply, things that are slow or large on purpose.
 *
 *     http-test-server LISTEN DB STATIC_DIR SPOOL_DIR
 *
 * Prints its port; ends cleanly at SIGTERM, with status 1 when work was left. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "db/db.h"
#include "http/http.h"
#include "http/live.h"
#include "http/route.h"
#include "http/server.h"
#include "setting/setting.h"

static const char toy_schema[] =
    "CREATE TABLE toy_thing (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
    " qty BIGINT NOT NULL) $WITHOUT_ROWID$;\n";

enum { ADD, GET, SLOW, COUNT_ALL };
static const struct query toy_sql[] = {
    [ADD] = { "toy.add", "INSERT INTO toy_thing (id, name, qty) VALUES ($1, $2, $3)" },
    [GET] = { "toy.get", "SELECT name, qty FROM toy_thing WHERE id = $1" },
    [SLOW] = { "toy.slow", "SELECT CAST(1 AS BIGINT)" },
    [COUNT_ALL] = { "toy.count", "SELECT COUNT(*) FROM toy_thing", NULL,
                    "a test's own" },
    QUERY_END
};

struct toy {
    i64 id;
    const char *name;
    i64 qty;
    struct list lines;
};
struct toy_line {
    i64 qty;
};
/* clang-format off */
static const struct field line_fields[] = {
    F_INT(toy_line, qty, MUST, 1, 100, "Pieces."),
    FIELD_END
};
static const struct shape line_shape = SHAPE("ToyLine", toy_line, line_fields);
static const struct field toy_fields[] = {
    F_ID(toy, id, OPT, "The toy."),
    F_TEXT(toy, name, MUST, 100, "What it is called."),
    F_INT(toy, qty, MUST, 0, 1000000, "Pieces."),
    F_LIST(toy, lines, OPT, &line_shape, 10, "More."),
    FIELD_END
};
static const struct shape toy_shape = SHAPE("Toy", toy, toy_fields);
struct page_query { i64 limit; const char *after; };
static const struct field page_fields[] = { PAGE_FIELDS(page_query), FIELD_END };
static const struct shape page_shape = SHAPE("PageQuery", page_query, page_fields);
struct topics { const char *topic; };
static const struct field topics_fields[] = { F_TEXT(topics, topic, MUST, 200, "Topics."), FIELD_END };
static const struct shape topics_shape = SHAPE("Topics", topics, topics_fields);
/* clang-format on */

static enum err toy_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct toy *t = NEW(c->mem, struct toy);

    *t = *(const struct toy *)q->body;
    t->id = id_new(c);
    TRY(db_exec(c, &toy_sql[ADD], NULL, t->id, t->name, t->qty));
    live_publish_after(c, "toys", "toy",
                       arena_printf(c->mem, "{\"id\":\"%lld\"}", t->id));
    r->cookies[0] =
        strcmp(t->name, "login")
            ? NULL
            : "prilavok_visit=abcdef0123456789; Path=/; HttpOnly; SameSite=Lax";
    r->location = arena_printf(c->mem, "/v1/toy/%lld", t->id);
    return reply_with(r, 201, t);
}
static enum err toy_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct toy *t = NEW(c->mem, struct toy);
    TRY(request_id_arg(c, q, 0, &t->id));
    const enum err e = db_one(c, &toy_sql[GET], INTO(&t->name, &t->qty), t->id);
    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no toy %lld", t->id);
    TRY(e);
    r->etag = arena_printf(c->mem, "%lld", t->qty);
    return reply_with(r, 200, t);
}
static enum err toy_put(struct ctx *c, const struct request *q, struct reply *r)
{
    if (q->if_match && strcmp(q->if_match, "7")) return FAIL(c, CHANGED, "it is not 7");
    return reply_with(r, 200, q->body);
}
static enum err toys_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 n;
    (void)q;
    TRY(db_one0(c, &toy_sql[COUNT_ALL], INTO(&n)));
    const char *text = arena_printf(c->mem, "{\"n\":%lld}", n);
    return reply_text(r, "application/json", text, strlen(text));
}
static enum err big_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct buf text = buf_new(c->mem, 1 << 16, 1 << 22);
    (void)q;
    for (int k = 0; k < 20000; k++) buf_printf(&text, "line %d of a long answer\n", k);
    return reply_text(r, "text/plain", text.at, text.n);
}
/* /v1/huge/N: a toy whose name has N thousand bytes. */
static enum err huge_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct toy *t = NEW(c->mem, struct toy);
    i64 n;

    TRY(request_id_arg(c, q, 0, &n));
    char *name = arena_alloc(c->mem, (size_t)n * 1000 + 1);
    for (i64 k = 0; k < n * 1000; k++) name[k] = (char)('a' + k * k % 26);
    t->name = name;
    return reply_with(r, 200, t);
}
static enum err slow_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)c, (void)q;
    usleep(700000);
    return reply_text(r, "text/plain", "slow", 4);
}
static enum err staff_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q;
    const char *text =
        arena_printf(c->mem, "{\"kind\":%d,\"lang\":\"%s\",\"ip\":\"%s\"}", c->who.kind,
                     c->lang, q->ip);
    return reply_text(r, "application/json", text, strlen(text));
}
/* Which thread answers: on SQLite the one that has the connection. */
static enum err thread_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q;
    const char *text = arena_printf(c->mem, "{\"thread\":%d}", (int)gettid());
    return reply_text(r, "application/json", text, strlen(text));
}
static enum err upload_post(struct ctx *c, const struct request *q, struct reply *r)
{
    unsigned sum = 0;
    FILE *f = fopen(q->upload, "rb");
    if (!f) return FAIL(c, STORAGE, "no upload");
    for (int ch; (ch = fgetc(f)) != EOF;) sum = sum * 31 + (unsigned)ch;
    fclose(f);
    const char *text =
        arena_printf(c->mem, "{\"bytes\":%lld,\"sum\":%u}", q->upload_bytes, sum);
    return reply_text(r, "application/json", text, strlen(text));
}
static enum err raw_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const char *text = arena_strdup(c->mem, q->raw_body.at, q->raw_body.n);
    return reply_text(r, "text/plain", text, q->raw_body.n);
}
static enum err live_get(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)c;
    r->live = ((const struct topics *)q->query)->topic;
    return ERR_OK;
}
static enum err publish_post(struct ctx *c, const struct request *q, struct reply *r)
{
    live_publish(q->args[0], "said",
                 arena_strdup(c->mem, q->raw_body.at, q->raw_body.n));
    return reply_empty(r);
}
static enum err file_get(struct ctx *c, const struct request *q, struct reply *r)
{
    char *path = arena_printf(c->mem, "/tmp/prilavok-file-XXXXXX");
    const int fd = mkstemp(path);
    (void)q;
    if (fd < 0 || write(fd, "a;b\n1;2\n", 8) != 8) return FAIL(c, STORAGE, "no file");
    close(fd);
    r->file = path;
    r->file_once = true;
    r->file_name = "Отчёт 1.csv";
    r->type = "text/csv";
    r->status = 200;
    return ERR_OK;
}

/* Authorization: Basic anything, or the cookie prilavok_staff: a member of staff. */
static enum err authenticate(struct ctx *c, const struct request *q)
{
    const char *a = q->header(q, "Authorization"),
               *cookie = q->cookie(q, "prilavok_staff");
    if ((a && !strcmp(a, "Bearer good")) || (cookie && !strcmp(cookie, "good")))
        c->who =
            (struct who){ .kind = WHO_STAFF, .id = 7, .rights = 1ull << RIGHT_STAFF };
    if (a && !strcmp(a, "Bearer bad")) return FAIL(c, WRONG_SECRET, "no such key");
    return ERR_OK;
}

/* clang-format off */
static const struct route toy_routes[] = {
    { "GET",  "/v1/ping", staff_get, RIGHT_ANYONE, ALONE, .flags = ROUTE_DIRECT },
    { "POST", "/v1/toy", toy_post, RIGHT_ANYONE, WRITES, .in = &toy_shape, .out = &toy_shape },
    { "GET",  "/v1/toy", toys_get, RIGHT_ANYONE, READS_LONG, .query = &page_shape },
    { "GET",  "/v1/toy/{id}", toy_get, RIGHT_ANYONE, READS, .out = &toy_shape },
    { "PUT",  "/v1/toy/{id}", toy_put, RIGHT_ANYONE, WRITES, .in = &toy_shape, .out = &toy_shape },
    { "GET",  "/v1/toy/new", staff_get, RIGHT_ANYONE, READS },
    { "GET",  "/v1/thread", thread_get, RIGHT_ANYONE, READS },
    { "GET",  "/v1/big", big_get, RIGHT_ANYONE, READS },
    { "GET",  "/v1/huge/{n}", huge_get, RIGHT_ANYONE, READS, .out = &toy_shape },
    { "GET",  "/v1/slow", slow_get, RIGHT_ANYONE, ALONE },
    { "GET",  "/v1/staff", staff_get, RIGHT_STAFF, READS },
    { "GET",  "/v1/admin", staff_get, RIGHT_STAFF_ADMIN, READS },
    { "POST", "/v1/staff", toy_post, RIGHT_STAFF, WRITES, .in = &toy_shape, .out = &toy_shape },
    { "POST", "/v1/upload", upload_post, RIGHT_ANYONE, ALONE, .body_max = 8 << 20, .flags = ROUTE_UPLOAD | ROUTE_NO_CSRF },
    { "POST", "/v1/staff/upload", upload_post, RIGHT_STAFF, ALONE, .flags = ROUTE_UPLOAD | ROUTE_NO_CSRF },
    { "POST", "/v1/raw", raw_post, RIGHT_ANYONE, READS, .flags = ROUTE_RAW },
    { "GET",  "/v1/live", live_get, RIGHT_ANYONE, READS, .query = &topics_shape, .flags = ROUTE_LIVE },
    { "POST", "/v1/say/{topic}", publish_post, RIGHT_ANYONE, ALONE, .flags = ROUTE_RAW | ROUTE_DIRECT },
    { "GET",  "/v1/file", file_get, RIGHT_ANYONE, ALONE },
    ROUTE_END
};
/* clang-format on */

static const struct module toy_module = {
    .name = "toy",
    .schema = toy_schema,
    .queries = (const struct query *const[]){ toy_sql, NULL },
    .routes = toy_routes,
    .authenticate = authenticate
};
static const struct module *const rooms[] = { &http_module, &toy_module, NULL };

int main(int argc, char **argv)
{
    sigset_t set;
    int signal_no;
    char *why = NULL;

    if (argc < 5) return 2;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    log_level_set(getenv("QUIET") ? LOG_WARN : LOG_INFO);
    struct db *db = db_open(&(struct db_config){ .url = argv[2] }, &why);
    if (!db) {
        fprintf(stderr, "%s\n", why);
        return 2;
    }
    struct ctx c = { .mem = arena_new(1 << 20), .db = db, .now = time_now() };
    if (db_migrate(&c, rooms)) {
        fprintf(stderr, "%s\n", c.fault.message);
        return 2;
    }
    const struct http_config k = { .listen = argv[1],
                                   .static_dir = argv[3],
                                   .spool_dir = argv[4],
                                   .rooms = rooms,
                                   .db = db,
                                   .trusted_proxy = getenv("TRUSTED") };
    if (http_start(&k)) return 2;
    printf("%d\n", http_port());
    fflush(stdout);
    sigwait(&set, &signal_no);
    const char *limit_ms = getenv("STOP_MS");
    const bool clean = http_stop(limit_ms ? strtoll(limit_ms, NULL, 10) : 3000);
    if (clean) db_close(db);
    arena_free(c.mem);
    return clean ? 0 : 1;
}
