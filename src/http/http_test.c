#include "http/http.h"

#include <arpa/inet.h>
#include <math.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/limits.h"
#include "http/call.h"
#include "http/router.h"
#include "http/server.h"
#include "test.h"

/* ---- A room of its own ------------------------------------------------------------
 */

struct line {
    i64 variant_id, qty;
};
struct order {
    const char *name;
    i64 ready_at;
    int pay;
    bool gift;
    double weight;
    const char *extra;
    struct line *first;
    struct list lines, tags;
};
/* clang-format off */
static const char *const pays[] = { "card", "cash", NULL };
static const struct field line_fields[] = {
    F_ID(line, variant_id, MUST, "What."),
    F_INT(line, qty, MUST, 1, 99, "Pieces."),
    FIELD_END
};
static const struct shape line_shape = SHAPE("TestLine", line, line_fields);
static const struct field order_fields[] = {
    F_TEXT(order, name,     MUST, 20, "Whose."),
    F_TIME(order, ready_at, OPT, "When."),
    F_ENUM(order, pay,      OPT, pays, "How."),
    F_BOOL(order, gift,     OPT, "Wrapped."),
    F_REAL(order, weight,   OPT, "Kilograms."),
    F_JSON(order, extra,    OPT, 100, "Anything."),
    F_OBJECT(order, first,  OPT, &line_shape, "One line."),
    F_LIST(order, lines,    OPT, &line_shape, 3, "More lines."),
    F_LIST_OF(order, tags,  OPT, FIELD_TEXT, 3, "Words."),
    FIELD_END
};
static const struct shape order_shape = SHAPE("TestOrder", order, order_fields);
/* clang-format on */

static int ran;

static enum err echo(struct ctx *c, const struct request *q, struct reply *r)
{
    ran++;
    (void)c;
    r->cookies[0] = "prilavok_visit=secret; Path=/";
    r->etag = "3";
    return reply_with(r, 201, q->body);
}

static enum err refuse(struct ctx *c, const struct request *q, struct reply *r)
{
    ran++;
    (void)q, (void)r;
    return FAIL(c, STOCK_SHORT, "place 7 has 1 free of 2");
}

static enum err broken(struct ctx *c, const struct request *q, struct reply *r)
{
    (void)q, (void)r;
    return FAIL(c, DATABASE, "disk I/O error in table customer");
}

static enum err args(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    const char *text =
        arena_printf(c->mem, "%lld %s", id, q->args[1] ? q->args[1] : "-");
    return reply_text(r, "text/plain", text, strlen(text));
}

/* clang-format off */
static const struct route toy_routes[] = {
    { "POST", "/v1/toy", echo, RIGHT_ANYONE, WRITES, .in = &order_shape, .out = &order_shape },
    { "GET",  "/v1/toy", echo, RIGHT_ANYONE, READS },
    { "POST", "/v1/toy/refused", refuse, RIGHT_ANYONE, WRITES },
    { "GET",  "/v1/toy/broken", broken, RIGHT_ANYONE, READS },
    { "GET",  "/v1/toy/{id}/line/{line}", args, RIGHT_ANYONE, READS },
    { "GET",  "/v1/toy/{id}", args, RIGHT_ANYONE, READS },
    { "GET",  "/v1/secret", args, RIGHT_SELL, READS },
    { "POST", "/v1/secret", echo, RIGHT_SELL, WRITES, .in = &order_shape },
    ROUTE_END
};
/* clang-format on */
static const struct module toy_module = { .name = "toy", .routes = toy_routes };
static const struct module *const rooms[] = { &http_module, &toy_module, NULL };

static struct reply call(struct ctx *c, const char *method, const char *path,
                         const char *body)
{
    return route_serve(c, rooms, method, path, body);
}

#define HAS(r, part)                                                                   \
    do {                                                                               \
        if (!strstr((r).text ? (r).text : "", part))                                   \
            fail_msg("no %s in %s", part, (r).text);                                   \
    } while (0)

/* ---- Shapes ------------------------------------------------------------------------
 */

static void every_kind(struct ctx *c)
{
    const char *text = "{\"name\":\"Аня\",\"ready_at\":\"2026-11-21T18:00:00.000Z\","
                       "\"pay\":\"cash\",\"gift\":true,"
                       "\"weight\":0.25,\"extra\":{\"a\":[1,2]},\"first\":{\"variant_"
                       "id\":\"9223372036854775807\","
                       "\"qty\":1},\"lines\":[{\"variant_id\":\"2\",\"qty\":99}],"
                       "\"tags\":[\"a\",\"b\"]}";
    struct order o = { 0 };
    struct buf b = buf_new(c->mem, 64, 4096);

    EXPECT_OK(shape_read(c, &order_shape, text, strlen(text), &o));
    EXPECT_TEXT(o.name, "Аня");
    EXPECT(o.pay == 1 && o.gift && o.weight == 0.25 &&
           o.first->variant_id == INT64_MAX);
    EXPECT(o.lines.n == 1 && ((struct line *)o.lines.at)[0].qty == 99);
    EXPECT_TEXT(((const char **)o.tags.at)[1], "b");
    shape_write(&b, &order_shape, &o);
    EXPECT_TEXT(b.at, text);
}

static void absence(struct ctx *c)
{
    struct order o = { 0 };
    struct buf b = buf_new(c->mem, 64, 4096);

    EXPECT_OK(shape_read(c, &order_shape, "{\"name\":\"a\",\"pay\":null}", 23, &o));
    EXPECT(o.ready_at == NONE && o.pay == -1 && !o.gift && isnan(o.weight) &&
           !o.extra && !o.first);
    EXPECT(!o.lines.n && !o.tags.n);
    shape_write(&b, &order_shape, &o);
    EXPECT_TEXT(b.at, "{\"name\":\"a\"}");
}

static void all_faults_at_once(struct ctx *c)
{
    const char *text =
        "{\"naem\":\"x\",\"pay\":\"gold\",\"lines\":[{\"variant_id\":5,\"qty\":1},"
        "{\"variant_id\":\"6\",\"qty\":0}],\"first\":{\"qty\":1.5}}";
    static const char *const fields[] = {
        "naem",         "pay",       "lines[0].variant_id",
        "lines[1].qty", "first.qty", "first.variant_id",
        "name"
    };
    struct order o = { 0 };
    size_t k = 0;

    EXPECT_ERR(shape_read(c, &order_shape, text, strlen(text), &o), BAD_ARGUMENT);
    for (const struct fault *f = &c->fault; f; f = f->next, k++) {
        EXPECT(k < COUNT(fields));
        EXPECT_TEXT(f->field, fields[k]);
    }
    EXPECT_INT(k, COUNT(fields));
}

static void faults_are_bounded(struct ctx *c)
{
    struct buf b = buf_new(c->mem, 1024, 1 << 20);
    struct order o = { 0 };
    int n = 0;

    buf_char(&b, '{');
    for (int k = 0; k < 3000; k++) buf_printf(&b, "\"u%d\":1,", k);
    buf_text(&b, "\"name\":\"a\"}");
    EXPECT_ERR(shape_read(c, &order_shape, b.at, b.n, &o), BAD_ARGUMENT);
    for (const struct fault *f = &c->fault; f; f = f->next) n++;
    EXPECT_INT(n, 100);
}

static void too_many_items(struct ctx *c)
{
    const char *text = "{\"name\":\"a\",\"tags\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}";
    struct order o = { 0 };

    EXPECT_ERR(shape_read(c, &order_shape, text, strlen(text), &o), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "tags");
    EXPECT(!c->fault.next && o.tags.n == 3);
}

static void bad_json_has_a_place(struct ctx *c)
{
    struct order o = { 0 };

    EXPECT_ERR(shape_read(c, &order_shape, "{\n \"name\": }", 13, &o), BAD_JSON);
    EXPECT(strstr(c->fault.message, "line 2, column 10"));
}

struct query_probe {
    i64 limit;
    const char *after;
    i64 place_id;
    const char *q;
    struct list brand;
};
/* clang-format off */
static const struct field query_fields[] = {
    PAGE_FIELDS(query_probe),
    F_ID(query_probe, place_id, OPT, "Where."),
    F_TEXT(query_probe, q, OPT, 50, "What."),
    F_LIST_OF(query_probe, brand, OPT, FIELD_TEXT, 2, "Brands."),
    FIELD_END
};
/* clang-format on */
static const struct shape query_shape = SHAPE("TestQuery", query_probe, query_fields);

static void queries(struct ctx *c)
{
    struct query_probe p = { 0 };

    EXPECT_OK(shape_read_query(
        c, &query_shape, "q=%D1%87%D0%B0%D0%B9+%26&place_id=&brand=a&brand=b", &p));
    EXPECT_TEXT(p.q, "чай &");
    EXPECT(p.limit == NONE && p.place_id == NONE && p.brand.n == 2);
    p = (struct query_probe){ 0 };
    EXPECT_ERR(
        shape_read_query(c, &query_shape,
                         "limit=0&q=a&q=b&x=1&place_id=7a&brand=1&brand=2&brand=3", &p),
        BAD_ARGUMENT);
    static const char *const fields[] = { "limit", "q", "x", "place_id", "brand" };
    size_t k = 0;
    for (const struct fault *f = &c->fault; f && k < COUNT(fields); f = f->next, k++)
        EXPECT_TEXT(f->field, fields[k]);
    EXPECT_INT(k, COUNT(fields));
    EXPECT_ERR(shape_read_query(c, &query_shape, "q=%00", &p), BAD_ARGUMENT);
    EXPECT_ERR(shape_read_query(c, &query_shape, "q=%ff", &p), BAD_ARGUMENT);
}

static void cursors(struct ctx *c)
{
    const i64 keys[2] = { -5, INT64_MAX };
    i64 back[2] = { 1, 2 };
    const char *next = page_next(c->mem, keys, 2);

    EXPECT_OK(page_after(c, NULL, back, 2));
    EXPECT(back[0] == 1 && back[1] == 2);
    EXPECT_OK(page_after(c, next, back, 2));
    EXPECT(back[0] == -5 && back[1] == INT64_MAX);
    EXPECT_ERR(page_after(c, next, back, 1), BAD_ARGUMENT);
    EXPECT_ERR(page_after(c, "not/base64", back, 2), BAD_ARGUMENT);
    EXPECT_ERR(page_after(c, "AQAAAAAAAAAG\xd6YAAAAAAAAAA", back, 2), BAD_ARGUMENT);
    EXPECT(strspn(next,
                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
           strlen(next));
}

/* ---- Routes
 * -------------------------------------------------------------------------- */

static void finding(struct ctx *c)
{
    struct reply r = call(c, "GET", "/v1/toy/12/line/%D1%8F", NULL);

    EXPECT_INT(r.status, 200);
    EXPECT_TEXT(r.text, "12 я");
    EXPECT_INT(call(c, "GET", "/v1/toy/12", NULL).status, 200);
    EXPECT_INT(call(c, "GET", "/v1/toy/x", NULL).status, 404);
    EXPECT_INT(call(c, "GET", "/v1/toy/99999999999999999999", NULL).status, 404);
    EXPECT_INT(call(c, "GET", "/v1/toy/", NULL).status, 404);
    EXPECT_INT(call(c, "GET", "/v1/toy/1/line/", NULL).status, 404);
    EXPECT_INT(call(c, "GET", "/v1/toy/1/line/2/3", NULL).status, 404);
    EXPECT_INT(call(c, "GET", "/v1/toy/broken", NULL).status, 500);
    EXPECT_INT(call(c, "GET", "/v1/nothing", NULL).status, 404);
    EXPECT_INT(call(c, "DELETE", "/v1/toy", NULL).status, 405);
}

static void faults(struct ctx *c)
{
    struct reply r = call(c, "POST", "/v1/toy", "{\"name\":1,\"gift\":2}");

    EXPECT_INT(r.status, 422);
    HAS(r, "\"code\":\"bad_argument\",\"message\":\"not a string\",\"field\":\"name\"");
    HAS(r, "\"errors\":[{");
    HAS(r, "\"field\":\"gift\"");
    r = call(c, "POST", "/v1/toy", NULL);
    EXPECT_INT(r.status, 422);
    HAS(r, "\"field\":\"name\"");
    r = call(c, "POST", "/v1/toy/refused", NULL);
    EXPECT_INT(r.status, 409);
    HAS(r, "place 7 has 1 free of 2");
    r = call(c, "GET", "/v1/toy/broken", NULL);
    EXPECT(!strstr(r.text, "customer"));
    HAS(r, "\"code\":\"internal\"");
}

static void rights_come_first(struct ctx *c)
{
    c->who = (struct who){ .kind = WHO_NOBODY };
    EXPECT_INT(call(c, "GET", "/v1/secret", NULL).status, 401);
    EXPECT_INT(call(c, "POST", "/v1/secret", "{\"nonsense\":1}").status, 401);
    c->who = (struct who){ .kind = WHO_STAFF, .rights = 1ull << RIGHT_STAFF };
    EXPECT_INT(call(c, "GET", "/v1/secret", NULL).status, 403);
    EXPECT_INT(call(c, "POST", "/v1/secret", "{\"nonsense\":1}").status, 403);
    c->who.rights |= 1ull << RIGHT_SELL;
    EXPECT_INT(call(c, "POST", "/v1/secret", "{\"nonsense\":1}").status, 422);
}

/* ---- First answers
 * --------------------------------------------------------------------- */

static struct call *keyed(struct ctx *c, const char *key, const char *body)
{
    struct call *k = NEW(c->mem, struct call);
    const struct found f = router_find(router_of(rooms), c->mem, "POST", "/v1/toy");

    *k = (struct call){
        .c = c, .rooms = rooms, .route = f.route, .trusted = true, .key = key
    };
    k->q = (struct request){ .method = "POST", .path = "/v1/toy", .query_text = "" };
    call_read(k, body, strlen(body));
    call_finish(k, call_run(c, k));
    return k;
}

static void a_repeat_gets_the_first_answer(struct ctx *c)
{
    ran = 0;
    const struct call *first = keyed(c, "key-1", "{\"name\":\"a\"}"),
                      *again = keyed(c, "key-1", "{\"name\":\"a\"}");

    EXPECT_INT(ran, 1);
    EXPECT(!first->replayed && again->replayed);
    EXPECT_INT(again->r.status, 201);
    EXPECT_TEXT(again->r.text, first->r.text);
    EXPECT_TEXT(again->r.etag, "3");
    EXPECT_TEXT(again->r.cookies[0], "prilavok_visit=secret; Path=/");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM http_answer"), 1);
}

static void another_request_is_refused(struct ctx *c)
{
    ran = 0;
    keyed(c, "key-1", "{\"name\":\"a\"}");
    const struct call *other = keyed(c, "key-1", "{\"name\":\"b\"}");

    EXPECT_INT(ran, 1);
    EXPECT_INT(other->r.status, 409);
    HAS(other->r, "key_reused");
}

static void keys_are_ones_own(struct ctx *c)
{
    ran = 0;
    c->who = (struct who){ .kind = WHO_CUSTOMER, .id = 5 };
    keyed(c, "key-1", "{\"name\":\"a\"}");
    c->who.id = 6;
    EXPECT(!keyed(c, "key-1", "{\"name\":\"a\"}")->replayed);
    c->who = (struct who){ .kind = WHO_STAFF, .id = 5 };
    EXPECT(!keyed(c, "key-1", "{\"name\":\"a\"}")->replayed);
    EXPECT_INT(ran, 3);
}

static void the_table_tells_no_cookie(struct ctx *c)
{
    const char *dump;
    const struct query q = { .name = "test.dump",
                             .sql = "SELECT cookies FROM http_answer" };
    struct bytes b;

    keyed(c, "key-1", "{\"name\":\"a\"}");
    EXPECT_OK(db_one0(c, &q, INTO(&b)));
    EXPECT(b.n > 0);
    dump = b.at;
    EXPECT(!memmem(dump, b.n, "secret", 6));
}

static void old_answers_go(struct ctx *c)
{
    keyed(c, "key-1", "{\"name\":\"a\"}");
    c->now += LIMIT_IDEMPOTENCY_MS + 1;
    keyed(c, "key-2", "{\"name\":\"a\"}");
    EXPECT_OK(http_purge_answers(c, NULL));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM http_answer"), 1);
    EXPECT(keyed(c, "key-2", "{\"name\":\"a\"}")->replayed);
}

/* ---- All rooms
 * ---------------------------------------------------------------------------- */

/* The readers keep one bit a member. */
static void check_shape(const struct shape *s, int depth)
{
    size_t n = 0;

    for (const struct field *f = s->fields; f->name; f++, n++)
        if (f->shape && depth < LIMIT_JSON_DEPTH) check_shape(f->shape, depth + 1);
    if (n > 64) fail_msg("%s has more than 64 members", s->name);
}

static void shapes_of_all_rooms(struct ctx *c)
{
    const struct route *r;

    (void)c;
    for (const struct module *const *m = modules; *m; m++)
        for (size_t k = 0; (r = route_at(*m, k)); k++) {
            if (r->in) check_shape(r->in, 0);
            if (r->out) check_shape(r->out, 0);
            if (r->query) check_shape(r->query, 0);
            if (!(r->flags & ROUTE_HIDDEN) && (!r->doc || !*r->doc))
                fail_msg("%s %s says nothing", r->method, r->path);
        }
}

/* Two rooms that call different things by one name. */
static void names_that_collide(struct ctx *c)
{
    static const struct shape other = SHAPE("TestOrder", line, line_fields);
    static const struct route routes[] = { { "GET", "/v1/till", args, RIGHT_ANYONE,
                                             READS, .out = &other, .doc = "A till." },
                                           ROUTE_END };
    static const struct module till = { .name = "till", .routes = routes };
    static const struct module *const both[] = { &toy_module, &till, NULL };
    struct buf b = buf_new(c->mem, 1 << 16, 16 << 20);

    openapi_write(&b, both);
    EXPECT(strstr(b.at, "\"TestOrder\":{"));
    EXPECT(strstr(b.at, "\"TestOrderInput\":{"));
    EXPECT(strstr(b.at, "\"TillTestOrder\":{"));
    EXPECT(strstr(b.at, "\"$ref\":\"#/components/schemas/TillTestOrder\""));
}

static void openapi_is_json(struct ctx *c)
{
    struct buf b = buf_new(c->mem, 1 << 16, 16 << 20);
    struct json j;

    openapi_write(&b, modules);
    json_start(&j, c->mem, b.at, b.n);
    EXPECT(json_skip(&j, NULL));
    EXPECT(json_end(&j));
    EXPECT(strstr(b.at, "\"openapi\":\"3.1.0\""));
}

/* ---- A socket of whoever started us -----------------------------------------------
 */

static int listening(void)
{
    const struct sockaddr_in here = { .sin_family = AF_INET,
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    EXPECT(fd >= 0);
    EXPECT_INT(bind(fd, (const struct sockaddr *)&here, sizeof(here)), 0);
    EXPECT_INT(listen(fd, 8), 0);
    return fd;
}

static void asks(struct ctx *c, int port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                              .sin_port = htons((uint16_t)port) };
    static const char ask[] = "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n";
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char *said = arena_alloc(c->mem, 16);

    EXPECT_INT(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    EXPECT_INT(write(fd, ask, sizeof(ask) - 1), sizeof(ask) - 1);
    EXPECT_INT(recv(fd, said, 12, MSG_WAITALL), 12);
    EXPECT(!memcmp(said, "HTTP/1.1 404", 12));
    close(fd);
}

static void given_socket(struct ctx *c)
{
    struct http_config k = { .rooms = rooms, .db = c->db };

    k.listen = arena_printf(c->mem, "fd:%d", listening());
    EXPECT_OK(http_start(&k));
    asks(c, http_port());
    asks(c, http_port());
    EXPECT(http_stop(5000));
    k.listen = "fd:0"; /* is none */
    EXPECT_ERR(http_start(&k), UNAVAILABLE);
}

int main(void)
{
    static const struct test tests[] = {
        { "shape: every kind of member comes in and goes out the same", every_kind },
        { "shape: what is absent or null is none, and is left out again", absence },
        { "shape: all bad members of a body are named at once, in its order",
          all_faults_at_once },
        { "shape: a body of 3,000 mistakes is answered with the first hundred",
          faults_are_bounded },
        { "shape: items past the limit are refused, not kept", too_many_items },
        { "shape: broken JSON is told with line and column", bad_json_has_a_place },
        { "query: decoded, repeated, bounded; every bad name told", queries },
        { "page: a cursor comes back as it went, and none of another list", cursors },
        { "route: words before {names}, arguments decoded, 404 and 405 told apart",
          finding },
        { "route: a fault is told in full, one of ours without our insides", faults },
        { "route: who may not is told so before his body is looked at",
          rights_come_first },
        { "key: a repeat gets the first answer with status, tag and cookies",
          a_repeat_gets_the_first_answer },
        { "key: the same key for another order is refused",
          another_request_is_refused },
        { "key: the same key of two people are two keys", keys_are_ones_own },
        { "key: whoever reads the table learns no session", the_table_tells_no_cookie },
        { "key: after 72 hours the answer is forgotten, and only then",
          old_answers_go },
        { "all rooms: every shape can be read, every public route says a sentence",
          shapes_of_all_rooms },
        { "server: serves and stops on a socket that was given to it, blocking or not",
          given_socket },
        { "openapi: two rooms may use one name for different things",
          names_that_collide },
        { "all rooms: the OpenAPI document is JSON", openapi_is_json },
    };
    return test_main("http", tests, COUNT(tests));
}
