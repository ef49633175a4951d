#include "staff/staff.h"

#include <sodium.h>
#include <time.h>

#include "base/hash.h"
#include "base/time.h"
#include "setting/setting.h"
#include "staff/staff_own.h"
#include "test.h"

static i64 account(struct ctx *c, const char *login, const char *role, i64 place_id)
{
    const struct staff_new n = { login, "Анна Петрова", "correct horse", role,
                                 place_id };
    const struct who who = c->who;
    i64 id = 0;

    c->who = (struct who){ .kind = WHO_SYSTEM };
    EXPECT_OK(staff_account_add(c, &n, &id));
    c->who = who;
    return id;
}

/* ---- A browser ------------------------------------------------------------------- */

static const char *cookie_value, *authorization;

static const char *cookie_of(const struct request *q, const char *name)
{
    (void)q;
    return strcmp(name, STAFF_COOKIE) == 0 ? cookie_value : NULL;
}

static const char *header_of(const struct request *q, const char *name)
{
    (void)q;
    return strcmp(name, "Authorization") == 0 ? authorization : NULL;
}

static enum err come(struct ctx *c, const char *cookie, const char *header)
{
    const struct request q = { .header = header_of, .cookie = cookie_of };

    cookie_value = cookie;
    authorization = header;
    c->who = (struct who){ .kind = WHO_NOBODY };
    return staff_authenticate(c, &q);
}

static const char *session_of(struct ctx *c, i64 account_id)
{
    const char *token = NULL;

    EXPECT_OK(session_open(c, account_id, "10.0.0.1", "till", &token));
    return token;
}

/* ---- Rights
 * ---------------------------------------------------------------------------- */

static void rights_per_shop(struct ctx *c)
{
    const i64 anna = account(c, "anna", "seller", 5);

    SQL("INSERT INTO staff_account_role (account_id, place_id, role_id)"
        " SELECT id, 6, 5 FROM staff_account WHERE login = 'anna'");
    EXPECT_OK(come(c, session_of(c, anna), NULL));
    EXPECT(c->who.kind == WHO_STAFF && c->who.id == anna);
    EXPECT_INT(c->who.place_id, 5);
    EXPECT(who_can(&c->who, RIGHT_SELL) && who_can(&c->who, RIGHT_STAFF));
    EXPECT(!who_can(&c->who, RIGHT_STOCK_WRITE));
    EXPECT_OK(staff_may(c, RIGHT_SELL, 5));
    EXPECT_OK(staff_may(c, RIGHT_STOCK_WRITE, 6));
    EXPECT_ERR(staff_may(c, RIGHT_STOCK_WRITE, 5), DENIED);
    EXPECT_ERR(staff_may(c, RIGHT_SELL, 7), DENIED);
    EXPECT_ERR(staff_may(c, RIGHT_SELL, 0), DENIED);
}

static void other_shop(struct ctx *c)
{
    const i64 anna = account(c, "anna", "seller", 5);
    const char *token = session_of(c, anna);

    SQL("INSERT INTO staff_account_role (account_id, place_id, role_id)"
        " SELECT id, 6, 5 FROM staff_account WHERE login = 'anna'");
    EXPECT_OK(come(c, token, NULL));
    EXPECT_ERR(session_place(c, token, 7), DENIED);
    EXPECT_OK(session_place(c, token, 6));
    EXPECT_OK(come(c, token, NULL));
    EXPECT_INT(c->who.place_id, 6);
    EXPECT(who_can(&c->who, RIGHT_STOCK_WRITE));
}

static void owner_everywhere(struct ctx *c)
{
    const i64 olga = account(c, "olga", "owner", 0);

    EXPECT_OK(come(c, session_of(c, olga), NULL));
    EXPECT_INT(c->who.place_id, 0);
    for (int r = RIGHT_STAFF; r < RIGHT_COUNT; r++) {
        EXPECT_OK(staff_may(c, (enum right)r, 0));
        EXPECT_OK(staff_may(c, (enum right)r, 12));
    }
    EXPECT(!who_can(&c->who, RIGHT_CUSTOMER));
}

/* ---- Sessions
 * ---------------------------------------------------------------------------- */

static void only_the_hash(struct ctx *c)
{
    const i64 anna = account(c, "anna", "seller", 5);
    const char *token = session_of(c, anna);

    EXPECT_INT(strlen(token), 43);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_session"), 1);
    EXPECT_OK(come(c, "not a token", NULL));
    EXPECT(c->who.kind == WHO_NOBODY);
    EXPECT(strcmp(secret_csrf(c->mem, token), token) != 0);
}

static void idle(struct ctx *c)
{
    const char *token = session_of(c, account(c, "anna", "seller", 5));

    for (int k = 0; k < 3; k++) {
        c->now += 119 * MINUTE_MS;
        EXPECT_OK(come(c, token, NULL));
        EXPECT(c->who.kind == WHO_STAFF);
        EXPECT_OK(session_flush(c));
    }
    c->now += 121 * MINUTE_MS;
    EXPECT_OK(come(c, token, NULL));
    EXPECT(c->who.kind == WHO_NOBODY);
}

static void absolute_end(struct ctx *c)
{
    const char *token = session_of(c, account(c, "anna", "seller", 5));

    for (int k = 0; k < 14; k++) {
        EXPECT_OK(come(c, token, NULL));
        EXPECT(c->who.kind == WHO_STAFF);
        EXPECT_OK(session_flush(c));
        c->now += HOUR_MS;
    }
    EXPECT_OK(come(c, token, NULL));
    EXPECT(c->who.kind == WHO_NOBODY);
    EXPECT_OK(session_forget(c));
    c->now++;
    EXPECT_OK(session_forget(c));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_session"), 0);
}

static void logout_at_once(struct ctx *c)
{
    const char *token = session_of(c, account(c, "anna", "seller", 5));

    EXPECT_OK(come(c, token, NULL));
    EXPECT(c->who.kind == WHO_STAFF);
    EXPECT_OK(session_end(c, token));
    EXPECT_OK(come(c, token, NULL));
    EXPECT(c->who.kind == WHO_NOBODY);
}

static void remembered(struct ctx *c)
{
    const char *token = session_of(c, account(c, "anna", "seller", 5));

    EXPECT_OK(come(c, token, NULL));
    SQL("DELETE FROM staff_session");
    c->now += 4999;
    EXPECT_OK(come(c, token, NULL));
    EXPECT(c->who.kind == WHO_STAFF);
    c->now += 2;
    EXPECT_OK(come(c, token, NULL));
    EXPECT(c->who.kind == WHO_NOBODY);
}

/* ---- Passwords
 * -------------------------------------------------------------------------------- */

/* What this thread computed: other programs on the machine do not count. */
static i64 cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static i64 cost_of_login(struct ctx *c, const char *login)
{
    const i64 from = cpu_us();
    i64 id;

    EXPECT_ERR(account_check(c, login, "wrong wrong", "10.0.0.1", &id), WRONG_SECRET);
    return cpu_us() - from;
}

static void argon(struct ctx *c)
{
    static const struct query q = { "test.hash", "SELECT password FROM staff_account",
                                    NULL, "t" };
    const char *text;

    account(c, "anna", "seller", 5);
    EXPECT_OK(db_one0(c, &q, INTO(&text)));
    EXPECT(strncmp(text, "$argon2id$", 10) == 0);
    EXPECT(secret_verify(text, "correct horse"));
    EXPECT(!secret_verify(text, "correct hors"));
    EXPECT(!secret_verify(NULL, ""));
    EXPECT(!secret_is_old(text));
    EXPECT(secret_is_old("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
                         "9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ"));

    const i64 nobody_us = cost_of_login(c, "ghost"),
              somebody_us = cost_of_login(c, "anna");
    EXPECT(nobody_us > 10000);
    EXPECT(nobody_us * 3 > somebody_us * 2 && somebody_us * 3 > nobody_us * 2);
    SQL("UPDATE staff_account SET active = 0");
    EXPECT(cost_of_login(c, "anna") * 3 > somebody_us * 2);
}

static void weak_passwords(struct ctx *c)
{
    struct staff_new n = { "anna", "Анна", "1234567", "seller", 0 };
    i64 id;

    EXPECT_ERR(staff_account_add(c, &n, &id), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "password");
    n.password = "семь747"; /* seven letters in eleven bytes */
    EXPECT_ERR(staff_account_add(c, &n, &id), BAD_ARGUMENT);
    n.login = "Anna.Petrova", n.password = "anna.petrova";
    EXPECT_ERR(staff_account_add(c, &n, &id), BAD_ARGUMENT);
    n.login = "a b", n.password = "correct horse";
    EXPECT_ERR(staff_account_add(c, &n, &id), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "login");
}

static void one_login(struct ctx *c)
{
    struct staff_new n = { "ANNA", "Анна", "correct horse", "seller", 0 };
    i64 id;

    account(c, "anna", "seller", 5);
    EXPECT_ERR(staff_account_add(c, &n, &id), EXISTS);
    n = (struct staff_new){ "boris", "Борис", "correct horse", "captain", 0 };
    EXPECT_ERR(staff_account_add(c, &n, &id), NO_SUCH);
}

/* ---- Locks
 * --------------------------------------------------------------------------------------
 */

static void locked_growing(struct ctx *c)
{
    i64 id;

    account(c, "anna", "seller", 5);
    for (int k = 0; k < 5; k++)
        EXPECT_ERR(account_check(c, "anna", "wrong wrong", "10.0.0.9", &id),
                   WRONG_SECRET);
    EXPECT_ERR(account_check(c, "anna", "correct horse", "10.0.0.1", &id), TOO_MANY);
    EXPECT_TEXT(c->fault.message, "too many tries; wait 60 s");
    c->now += 60 * SECOND_MS;
    EXPECT_ERR(account_check(c, "Anna", "wrong wrong", "10.0.0.9", &id), WRONG_SECRET);
    EXPECT_ERR(account_check(c, "anna", "correct horse", "10.0.0.1", &id), TOO_MANY);
    EXPECT_TEXT(c->fault.message, "too many tries; wait 120 s");
    c->now += 120 * SECOND_MS;
    EXPECT_OK(account_check(c, "anna", "correct horse", "10.0.0.1", &id));
    for (int k = 0; k < 4; k++)
        EXPECT_ERR(account_check(c, "anna", "wrong wrong", "10.0.0.9", &id),
                   WRONG_SECRET);
    EXPECT_OK(account_check(c, "anna", "correct horse", "10.0.0.1", &id));
}

static void nobody_is_locked_too(struct ctx *c)
{
    i64 id;

    for (int k = 0; k < 5; k++) {
        EXPECT_ERR(account_check(c, "ghost", "wrong wrong", "10.0.0.9", &id),
                   WRONG_SECRET);
        EXPECT_TEXT(c->fault.message, "this name or password is not right");
    }
    EXPECT_ERR(account_check(c, "ghost", "wrong wrong", "10.0.0.1", &id), TOO_MANY);
}

static void walking_through_logins(struct ctx *c)
{
    i64 id;
    int k = 0;

    EXPECT_OK(setting_set(c, "staff.lock_ip_after", (struct setting_scope){ 0 }, "6"));
    account(c, "anna", "seller", 5);
    for (; k < 6; k++)
        EXPECT_ERR(account_check(c, arena_printf(c->mem, "user%d", k), "wrong wrong",
                                 "10.0.0.9", &id),
                   WRONG_SECRET);
    EXPECT_ERR(account_check(c, "anna", "correct horse", "10.0.0.9", &id), TOO_MANY);
    EXPECT_OK(account_check(c, "anna", "correct horse", "10.0.0.1", &id));
}

static void limits(struct ctx *c)
{
    for (int k = 0; k < 3; k++) EXPECT_OK(staff_limit(c, "sms:1", 3, MINUTE_MS));
    EXPECT_OK(staff_limit(c, "sms:2", 3, MINUTE_MS));
    c->now += 20 * SECOND_MS;
    EXPECT_ERR(staff_limit(c, "sms:1", 3, MINUTE_MS), TOO_MANY);
    EXPECT_TEXT(c->fault.message, "too many tries; wait 40 s");
    c->now += 40 * SECOND_MS;
    EXPECT_OK(staff_limit(c, "sms:1", 3, MINUTE_MS));
}

/* ---- Basic and keys
 * ---------------------------------------------------------------------------------- */

static void basic(struct ctx *c)
{
    const i64 id = account(c, "1c", "exchange", 0);
    struct who w = { 0 };

    EXPECT_ERR(staff_check_basic(c, "1c", "wrong wrong", &w), WRONG_SECRET);
    EXPECT_ERR(staff_check_basic(c, "nobody", "correct horse", &w), WRONG_SECRET);
    EXPECT_OK(staff_check_basic(c, "1c", "correct horse", &w));
    EXPECT(w.kind == WHO_STAFF && w.id == id && who_can(&w, RIGHT_EXCHANGE));

    const i64 began = time_mono_us();
    for (int k = 0; k < 100; k++)
        EXPECT_OK(staff_check_basic(c, "1c", "correct horse", &w));
    EXPECT(time_mono_us() - began < 1000000);
    SQL("UPDATE staff_account SET active = 0");
    EXPECT_ERR(staff_check_basic(c, "1c", "correct horse", &w), WRONG_SECRET);
}

/* One shop's 1C with a wrong password is not the other shops' affair. */
static void basic_locks_alone(struct ctx *c)
{
    struct who w = { 0 };

    account(c, "1c-a", "exchange", 0);
    account(c, "1c-b", "exchange", 0);
    for (int k = 0; k < 40; k++) {
        EXPECT(staff_check_basic(c, "1c-a", "wrong wrong", &w) != ERR_OK);
        if (k > 4 && k < 39) c->now += 15 * MINUTE_MS;
    }
    EXPECT_ERR(staff_check_basic(c, "1c-a", "correct horse", &w), TOO_MANY);
    EXPECT_OK(staff_check_basic(c, "1c-b", "correct horse", &w));
}

static void keys(struct ctx *c)
{
    const char *key = NULL;

    EXPECT_OK(staff_key_add(c, "webhook", 1ull << RIGHT_STOCK_READ, &key));
    EXPECT(strncmp(key, "prk_", 4) == 0);
    EXPECT_OK(come(c, NULL, arena_printf(c->mem, "Bearer %s", key)));
    EXPECT(c->who.kind == WHO_KEY && who_can(&c->who, RIGHT_STOCK_READ));
    EXPECT(!who_can(&c->who, RIGHT_STAFF_ADMIN));
    EXPECT_ERR(come(c, NULL, "Bearer prk_wrong"), WRONG_SECRET);
    EXPECT_OK(come(c, NULL, "Bearer somebody-else's"));
    EXPECT(c->who.kind == WHO_NOBODY);
    c->who = (struct who){ .kind = WHO_SYSTEM };
    EXPECT_OK(key_delete(c, test_int(c, "SELECT id FROM staff_key")));
    EXPECT_ERR(come(c, NULL, arena_printf(c->mem, "Bearer %s", key)), WRONG_SECRET);
}

/* ---- Audit
 * -----------------------------------------------------------------------------------------------
 */

static void audited(struct ctx *c)
{
    struct audit_ask ask = {
        .limit = 2, .who_id = NONE, .subject_id = NONE, .since = NONE, .until = NONE
    };
    struct list l;

    c->who = (struct who){ .kind = WHO_STAFF, .id = 7, .place_id = 5 };
    EXPECT_OK(staff_audit(c, "order.cancel", 100, "{\"why\":\"x\"}"));
    c->now += 1000;
    EXPECT_OK(staff_audit(c, "order.ready", 101, NULL));
    c->who.id = 8;
    EXPECT_OK(staff_audit(c, "stock.count", 100, NULL));
    EXPECT_OK(audit_list(c, &ask, &l, &ask.after));
    EXPECT(l.n == 2 && ask.after);
    EXPECT_TEXT(((struct audit *)l.at)[0].what, "stock.count");
    EXPECT_OK(audit_list(c, &ask, &l, &ask.after));
    EXPECT(l.n == 1 && !ask.after);
    EXPECT_TEXT(((struct audit *)l.at)[0].detail, "{\"why\":\"x\"}");

    ask.what = "order.";
    EXPECT_OK(audit_list(c, &ask, &l, &ask.after));
    EXPECT_INT(l.n, 2);
    ask.after = NULL, ask.what = "order.re";
    EXPECT_OK(audit_list(c, &ask, &l, &ask.after));
    EXPECT_INT(l.n, 0);
    ask.what = NULL, ask.subject_id = 100, ask.who_id = 7;
    EXPECT_OK(audit_list(c, &ask, &l, &ask.after));
    EXPECT_INT(l.n, 1);
    ask.subject_id = NONE, ask.since = TEST_NOW + 500;
    EXPECT_OK(audit_list(c, &ask, &l, &ask.after));
    EXPECT_INT(l.n, 1);
    EXPECT_TEXT(((struct audit *)l.at)[0].what, "order.ready");
}

static void reads_are_written(struct ctx *c)
{
    c->who = (struct who){ .kind = WHO_STAFF, .id = 7 };
    EXPECT_OK(staff_audit_flush(c));
    for (int k = 0; k < 1000; k++)
        EXPECT_OK(staff_audit_read(c, "customer.read", 5000 + k));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE subject_id >= 5000"),
               0);
    EXPECT_OK(staff_audit_flush(c));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE what = 'customer.read'"),
        1000);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE who_id = 7"), 1000);
    EXPECT_INT(test_int(c, "SELECT MAX(subject_id) FROM staff_audit"), 5999);
}

static void full_queue(struct ctx *c)
{
    int k = 0;

    EXPECT_OK(staff_audit_flush(c));
    while (k < 20000 && !staff_audit_read(c, "customer.read", k)) k++;
    EXPECT_INT(k, 16384);
    EXPECT_ERR(c->fault.err, BUSY);
    EXPECT_OK(staff_audit_flush(c));
    EXPECT_OK(staff_audit_read(c, "customer.read", 1));
    EXPECT_OK(staff_audit_flush(c));
}

/* ---- By API
 * ----------------------------------------------------------------------------------------------
 */

static bool says(const struct reply *r, const char *text)
{
    return r->text && strstr(r->text, text);
}

static void as(struct ctx *c, i64 account_id)
{
    c->who = (struct who){ .kind = WHO_STAFF, .id = account_id };
    EXPECT_OK(rights_load(c, account_id, &c->who));
}

static void login_by_api(struct ctx *c)
{
    const i64 anna = account(c, "anna", "seller", 5);
    const struct reply wrong = test_call(
        c, "POST", "/v1/staff/login", "{\"login\":\"anna\",\"password\":\"no no no\"}");
    const struct reply nobody =
        test_call(c, "POST", "/v1/staff/login",
                  "{\"login\":\"ghost\",\"password\":\"no no no\"}");
    const struct reply r =
        test_call(c, "POST", "/v1/staff/login",
                  "{\"login\":\"Anna\",\"password\":\"correct horse\"}");

    EXPECT_INT(wrong.status, 401);
    EXPECT_TEXT(wrong.text, nobody.text);
    EXPECT(!wrong.cookies[0]);
    EXPECT_INT(r.status, 200);
    EXPECT(says(&r, arena_printf(c->mem, "{\"id\":\"%lld\",\"login\":\"anna\"", anna)));
    EXPECT(says(&r, "\"rights\":[\"sell\",\"sell_offline\",\"stock_read\","
                    "\"customer_read\",\"consent\"],\"place_id\":\"5\""));
    EXPECT(says(&r, "\"roles\":[{\"role\":\"seller\",\"place_id\":\"5\"}]"));
    EXPECT(strstr(r.cookies[0], "prilavok_staff=") == r.cookies[0]);
    EXPECT(strstr(r.cookies[0], "; HttpOnly; SameSite=Strict") != NULL);
    EXPECT(strstr(r.cookies[1], "HttpOnly") == NULL);

    const char *token = r.cookies[0] + strlen("prilavok_staff=");
    token = arena_strdup(c->mem, token, strcspn(token, ";"));
    EXPECT(
        says(&r, arena_printf(c->mem, "\"csrf\":\"%s\"", secret_csrf(c->mem, token))));
    EXPECT(strstr(r.cookies[1], secret_csrf(c->mem, token)) != NULL);
    EXPECT(!says(&r, token));
    EXPECT_OK(come(c, token, NULL));
    const struct reply me = test_call(c, "GET", "/v1/staff/me", NULL);
    EXPECT(says(&me, "\"login\":\"anna\""));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE what = 'staff.login'"), 1);
    EXPECT_INT(
        test_int(c,
                 "SELECT COUNT(*) FROM staff_audit WHERE what = 'staff.login_failed'"),
        2);
}

static void accounts_by_api(struct ctx *c)
{
    as(c, account(c, "olga", "owner", 0));
    struct reply r =
        test_call(c, "POST", "/v1/staff/account",
                  "{\"login\":\"boris\",\"name\":\"Борис\",\"password\":\"tr0ub4dor\","
                  "\"roles\":[{\"role\":\"seller\",\"place_id\":\"5\"}]}");
    EXPECT_INT(r.status, 201);
    EXPECT(!says(&r, "tr0ub4dor") && !says(&r, "argon2"));
    const i64 id = test_int(c, "SELECT id FROM staff_account WHERE login = 'boris'");
    const char *path = arena_printf(c->mem, "/v1/staff/account/%lld", id);
    const char *token = session_of(c, id);

    r = test_call(
        c, "PUT", path,
        "{\"name\":\"Борис Б.\",\"active\":false,\"roles\":[{\"role\":\"analyst\"}]}");
    EXPECT_INT(r.status, 200);
    EXPECT_TEXT(r.etag, "2");
    EXPECT(says(&r, "\"active\":false,\"roles\":[{\"role\":\"analyst\""));
    EXPECT_OK(come(c, token, NULL));
    EXPECT(c->who.kind == WHO_NOBODY);

    as(c, test_int(c, "SELECT id FROM staff_account WHERE login = 'olga'"));
    r = test_call(c, "GET", "/v1/staff/account?limit=1", NULL);
    EXPECT(says(&r, "boris") && !says(&r, "olga") && says(&r, "\"next\":"));
    r = test_call(c, "PUT", arena_printf(c->mem, "%s/password", path),
                  "{\"password\":\"new password\"}");
    EXPECT_INT(r.status, 204);
    r = test_call(c, "GET", "/v1/staff/audit?what=staff.account_change", NULL);
    EXPECT(says(&r, "\"who_name\":\"Анна Петрова\"") &&
           says(&r, "\"before\":{\"login\":\"boris\","
                    "\"active\":true"));
    EXPECT(!says(&r, "password"));
}

static void changed_meanwhile(struct ctx *c)
{
    struct account a = { .name = "Анна", .active = true };

    as(c, account(c, "olga", "owner", 0));
    a.id = account(c, "anna", "seller", 5);
    EXPECT_OK(account_change(c, &a, "1"));
    EXPECT_ERR(account_change(c, &a, "1"), CHANGED);
    EXPECT_OK(account_change(c, &a, "2"));
}

static void not_more_than_oneself(struct ctx *c)
{
    const i64 olga = account(c, "olga", "owner", 0),
              ivan = account(c, "ivan", "administrator", 0);
    struct reply r;

    as(c, ivan);
    r = test_call(c, "POST", "/v1/staff/account",
                  "{\"login\":\"me2\",\"name\":\"x\",\"password\":\"correct horse\","
                  "\"roles\":[{\"role\":\"owner\"}]}");
    EXPECT_INT(r.status, 403);
    r = test_call(c, "PUT",
                  arena_printf(c->mem, "/v1/staff/account/%lld/password", olga),
                  "{\"password\":\"mine now!\"}");
    EXPECT_INT(r.status, 403);
    r = test_call(c, "PUT", arena_printf(c->mem, "/v1/staff/account/%lld", olga),
                  "{\"name\":\"x\",\"active\":false,\"roles\":[]}");
    EXPECT_INT(r.status, 403);
    r = test_call(
        c, "POST", "/v1/staff/role",
        "{\"code\":\"god\",\"name_ru\":\"x\",\"name_en\":\"x\",\"rights\":[\"*\"]}");
    EXPECT_INT(r.status, 403);
    r = test_call(c, "POST", "/v1/staff/key", "{\"name\":\"x\",\"rights\":[\"sell\"]}");
    EXPECT_INT(r.status, 403);
    r = test_call(c, "POST", "/v1/staff/key",
                  "{\"name\":\"x\",\"rights\":[\"operate\"]}");
    EXPECT_INT(r.status, 201);
    EXPECT(says(&r, "\"key\":\"prk_"));
    r = test_call(c, "GET", "/v1/staff/key", NULL);
    EXPECT(says(&r, "\"prefix\":\"prk_") && !says(&r, "\"key\":"));
}

/* An administrator lets sellers in without being one, but not himself. */
static void not_to_oneself(struct ctx *c)
{
    const i64 ivan = account(c, "ivan", "administrator", 0);
    struct reply r;

    as(c, ivan);
    r = test_call(c, "POST", "/v1/staff/account",
                  "{\"login\":\"anna\",\"name\":\"x\",\"password\":\"correct horse\","
                  "\"roles\":[{\"role\":\"seller\",\"place_id\":\"5\"}]}");
    EXPECT_INT(r.status, 201);
    r = test_call(
        c, "PUT", arena_printf(c->mem, "/v1/staff/account/%lld", ivan),
        "{\"name\":\"x\",\"active\":true,\"roles\":[{\"role\":\"administrator\"},"
        "{\"role\":\"seller\"}]}");
    EXPECT_INT(r.status, 403);
    r = test_call(
        c, "PUT", "/v1/staff/role/2",
        "{\"name_ru\":\"x\",\"name_en\":\"x\",\"rights\":[\"staff_admin\",\"sell\"]}");
    EXPECT_INT(r.status, 403);
    r = test_call(
        c, "PUT", "/v1/staff/role/4",
        "{\"name_ru\":\"x\",\"name_en\":\"x\",\"rights\":[\"sell\",\"order_read\"]}");
    EXPECT_INT(r.status, 200);
}

static void somebody_stays(struct ctx *c)
{
    struct account a = { .name = "Ольга", .active = false };

    a.id = account(c, "olga", "owner", 0);
    EXPECT_ERR(account_change(c, &a, NULL), WRONG_STATE);
    account(c, "ivan", "administrator", 0);
    EXPECT_OK(account_change(c, &a, NULL));
}

static void roles_by_api(struct ctx *c)
{
    const i64 anna = account(c, "anna", "seller", 5);
    const char *token = session_of(c, anna);

    EXPECT_OK(come(c, token, NULL));
    EXPECT(!who_can(&c->who, RIGHT_STOCK_WRITE));
    as(c, account(c, "olga", "owner", 0));
    struct reply r = test_call(c, "PUT", "/v1/staff/role/4",
                               "{\"name_ru\":\"Продавец\",\"name_en\":\"Seller\","
                               "\"rights\":[\"sell\",\"stock_write\"]}");
    EXPECT_INT(r.status, 200);
    EXPECT_OK(come(c, token, NULL));
    EXPECT(who_can(&c->who, RIGHT_STOCK_WRITE));

    as(c, test_int(c, "SELECT id FROM staff_account WHERE login = 'olga'"));
    r = test_call(c, "PUT", "/v1/staff/role/4",
                  "{\"name_ru\":\"x\",\"name_en\":\"x\",\"rights\":[\"fly\"]}");
    EXPECT_INT(r.status, 422);
    EXPECT_INT(test_call(c, "DELETE", "/v1/staff/role/4", NULL).status, 409);
    EXPECT_INT(test_call(c, "DELETE", "/v1/staff/role/1", NULL).status, 409);
    EXPECT_INT(test_call(c, "DELETE", "/v1/staff/role/8", NULL).status, 204);
    r = test_call(c, "GET", "/v1/staff/role", NULL);
    EXPECT(says(&r, "\"code\":\"owner\"") && !says(&r, "analyst"));
}

static void settings_by_api(struct ctx *c)
{
    as(c, account(c, "ivan", "administrator", 0));
    struct reply r = test_call(c, "PUT", "/v1/setting/staff.lock_after",
                               "{\"value\":\"7\",\"place_id\":\"5\"}");
    EXPECT_INT(r.status, 200);
    EXPECT_TEXT(r.etag, "1");
    EXPECT(says(
        &r,
        "\"value\":\"7\",\"default\":\"5\",\"from\":\"place\",\"min\":3,\"max\":100"));
    r = test_call(c, "GET", "/v1/setting?place_id=5", NULL);
    EXPECT(says(&r, "\"name\":\"staff.lock_after\",\"kind\":\"int\",\"value\":\"7\""));
    r = test_call(c, "PUT", "/v1/setting/staff.lock_after", "{\"place_id\":\"5\"}");
    EXPECT(says(&r, "\"value\":\"5\",\"default\":\"5\",\"from\":\"default\""));
    EXPECT_INT(test_call(c, "PUT", "/v1/setting/no.such", "{\"value\":\"7\"}").status,
               404);
    r = test_call(c, "PUT", "/v1/setting/staff.lock_after", "{\"value\":\"1000\"}");
    EXPECT(r.status == 422 && says(&r, "\"field\":\"value\""));
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE what = 'setting.change'"),
        2);
    struct setting_view v;
    const struct setting_change s = { "8", NONE, NONE };
    EXPECT_OK(staff_setting_change(c, "staff.lock_after", &s, "0", &v));
    EXPECT_ERR(staff_setting_change(c, "staff.lock_after", &s, "0", &v), CHANGED);

    as(c, account(c, "anna", "seller", 5));
    EXPECT_INT(
        test_call(c, "PUT", "/v1/setting/staff.lock_after", "{\"value\":\"7\"}").status,
        403);
}

static void own_password(struct ctx *c)
{
    i64 id;

    const i64 anna = account(c, "anna", "seller", 5);
    const char *here = session_of(c, anna), *there = session_of(c, anna);
    const struct request q = { .cookie = cookie_of,
                               .header = header_of,
                               .ip = "10.0.0.1" };
    struct passwords p = { "wrong wrong", "new password" };

    EXPECT_OK(come(c, here, NULL));
    EXPECT_ERR(staff_own_password(c, &p, &q), WRONG_SECRET);
    p.old = "correct horse";
    EXPECT_OK(staff_own_password(c, &p, &q));
    EXPECT_ERR(account_check(c, "anna", "correct horse", "10.0.0.1", &id),
               WRONG_SECRET);
    EXPECT_OK(account_check(c, "anna", "new password", "10.0.0.1", &id));
    EXPECT_OK(come(c, there, NULL));
    EXPECT(c->who.kind == WHO_NOBODY);
    EXPECT_OK(come(c, here, NULL));
    EXPECT(c->who.kind == WHO_STAFF);
}

static void own_sessions(struct ctx *c)
{
    const i64 anna = account(c, "anna", "seller", 5),
              boris = account(c, "boris", "seller", 5);
    const char *here = session_of(c, anna), *there = session_of(c, anna);
    struct list l;

    EXPECT_OK(come(c, here, NULL));
    EXPECT_OK(session_list(c, anna, here, &l));
    EXPECT_INT(l.n, 2);
    const struct session *s = l.at;
    EXPECT(!s[0].current && s[1].current);
    EXPECT_ERR(session_end_id(c, boris, s[0].id), NOT_FOUND);
    EXPECT_OK(session_end_id(c, anna, s[0].id));
    EXPECT_OK(come(c, there, NULL));
    EXPECT(c->who.kind == WHO_NOBODY);
}

/* However far a change of rights got when a statement failed, nothing of it may
 * remain. */
static enum err to_analyst(struct ctx *c, void *arg)
{
    struct role_at role = { "analyst", NONE };
    const struct account a = {
        .id = *(const i64 *)arg, .name = "A", .active = true, .roles = { &role, 1 }
    };

    return account_change(c, &a, NULL);
}

static void any_statement_may_fail(struct ctx *c)
{
    i64 anna = account(c, "anna", "seller", 5);
    int nth = 1;

    as(c, account(c, "olga", "owner", 0));
    for (; nth < 60; nth++) {
        db_fail_at(c->db, nth);
        const enum err e = db_unit(c, to_analyst, &anna);
        db_fail_at(c->db, 0);
        if (!e) break;
        EXPECT_INT(
            test_int(c, "SELECT COUNT(*) FROM staff_account_role a JOIN staff_role r"
                        " ON r.id = a.role_id WHERE r.code = 'seller'"),
            1);
        EXPECT_INT(
            test_int(c, "SELECT version FROM staff_account WHERE login = 'anna'"), 1);
    }
    EXPECT(nth > 5 && nth < 60);
}

static void shown(struct ctx *c, i64 from, i64 n)
{
    for (i64 k = 0; k < n; k++)
        EXPECT_OK(staff_audit_read(c, "customer.read", from + k));
    EXPECT_OK(staff_audit_flush(c));
    EXPECT_OK(bulk_flush(c));
}

/* So many bits of the field they have: the hash is another in each process, and two may
 * meet (staff_bulk.c). */
static i64 bits_of(i64 from, i64 n)
{
    static bool met[1 << 16];
    i64 bits = 0;

    memset(met, 0, sizeof(met));
    for (i64 id = from; id < from + n; id++) {
        bool *bit = &met[hash_bytes(&id, sizeof(id)) % COUNT(met)];
        bits += !*bit;
        *bit = true;
    }
    return bits;
}

static void reading_many_is_told(struct ctx *c)
{
    const i64 people[] = { 9001, 9002, 0, 9003 };
    i64 n = 0;

    test_as_staff(c);
    c->who.id = 4711;
    EXPECT_OK(setting_set(c, "staff.bulk_people", (struct setting_scope){ 0 }, "100"));
    for (int k = 0; k < 5; k++)
        shown(c, 8000, 90); /* the same people again and again */
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_alarm"), 0);
    EXPECT_INT(test_int(c, "SELECT n FROM staff_look"), bits_of(8000, 90));
    shown(c, 8500, 30);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_alarm WHERE who_id = 4711"), 1);
    EXPECT_INT(
        test_int(c, "SELECT COUNT(*) FROM staff_audit WHERE what = 'staff.bulk_read'"),
        1);
    shown(c, 8600, 50); /* once a window */
    EXPECT_OK(staff_people_shown(c, "order.list", people, 4));
    EXPECT_OK(bulk_flush(c));
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_alarm"), 1);
    n = test_int(c, "SELECT n FROM staff_look");
    EXPECT(n >= 171 && n <= 173); /* of 65,536 bits two may meet */
    c->now += 61 * MINUTE_MS;     /* a new window */
    shown(c, 8000, 90);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM staff_alarm"), 1);
}

static void who_read_many_is_stopped(struct ctx *c)
{
    test_as_staff(c);
    c->who.id = 4712;
    EXPECT_OK(setting_set(c, "staff.bulk_people", (struct setting_scope){ 0 }, "20"));
    EXPECT_OK(setting_set(c, "staff.bulk_stop", (struct setting_scope){ 0 }, "true"));
    shown(c, 7000, 21);
    EXPECT_ERR(staff_audit_read(c, "customer.read", 7500), TOO_MANY);
    c->fault = (struct fault){ 0 };
    c->who.id = 4713; /* others read on */
    EXPECT_OK(staff_audit_read(c, "customer.read", 7500));
    c->who.id = 4712;
    c->now += 61 * MINUTE_MS;
    EXPECT_OK(staff_audit_read(c, "customer.read", 7500));
    EXPECT_OK(staff_audit_flush(c));
}

static const struct test tests[] = {
    { "who is shown more people than his work explains sets off an alarm, once a "
      "window",
      reading_many_is_told },
    { "after the alarm he reads nobody more, if the chain wants it so",
      who_read_many_is_stopped },
    { "a seller of one shop who is storekeeper of another may do each only there",
      rights_per_shop },
    { "who works in two shops says in which, and not in a third", other_shop },
    { "the owner may do everything everywhere, but is no customer", owner_everywhere },
    { "a stolen database holds no way into a session", only_the_hash },
    { "a session nobody used for two hours is over", idle },
    { "a session ends after a shift however busy it is", absolute_end },
    { "logged out is logged out, at once", logout_at_once },
    { "who stands behind a cookie is remembered for five seconds, not longer",
      remembered },
    { "a wrong name costs as much time as a wrong password", argon },
    { "short passwords and the login itself are refused with their field",
      weak_passwords },
    { "a login exists once, in whatever letters, and with a role there is", one_login },
    { "five wrong passwords lock for a minute, the next for two", locked_growing },
    { "a login that does not exist is locked like one that does",
      nobody_is_locked_too },
    { "one address walking through the logins is stopped, the shop is not",
      walking_through_logins },
    { "a limit counts within its window and says how long to wait", limits },
    { "1C's name and password cost one hash a minute, and stop with the account",
      basic },
    { "one 1C with a wrong password does not shut out another", basic_locks_alone },
    { "an API key may what it was given until it is deleted", keys },
    { "the audit log is found by subject, person, kind and time, page by page",
      audited },
    { "a thousand profile reads are a thousand rows", reads_are_written },
    { "a read that cannot be written down is refused", full_queue },
    { "login answers the same to a wrong name and a wrong password, and sets two "
      "cookies",
      login_by_api },
    { "the office makes, changes and stops accounts, and each change is written down",
      accounts_by_api },
    { "of two who edit one account the second is told", changed_meanwhile },
    { "nobody gives, takes or resets what is above himself", not_more_than_oneself },
    { "an administrator makes sellers, but gives himself nothing", not_to_oneself },
    { "the last who can let others in cannot be shut out", somebody_stays },
    { "a changed role holds at once for who is logged in", roles_by_api },
    { "a setting is changed for one shop, shown with its default, and given back",
      settings_by_api },
    { "a new password needs the old one and ends the other sessions", own_password },
    { "one sees and ends one's own sessions, not another's", own_sessions },
    { "whichever statement fails, rights are not half changed",
      any_statement_may_fail },
};

int main(void)
{
    return test_main("staff", tests, COUNT(tests));
}
