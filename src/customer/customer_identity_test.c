/* One person through the API: merge, undo, the queue, rules and their rehearsal. */
#include "customer/customer_merge.h"

#include <stdlib.h>

#include "job/job.h"
#include "setting/setting.h"
#include "test.h"

#include "customer/customer_own.h"
#include "customer/customer_pair.h"
#include "customer/customer_resolve.h"

static i64 ensure(struct ctx *c, const char *name, const char *tel, const char *mail)
{
    i64 id = 0;

    EXPECT_OK(customer_ensure(
        c, &(struct customer_contact){ .name = name, .phone = tel, .email = mail },
        &id));
    c->person = (struct person_seen){ 0 };
    return id;
}

static i64 living(struct ctx *c, i64 id)
{
    i64 lives = 0;

    EXPECT_OK(customer_living(c, id, &lives));
    return lives;
}

static struct reply call(struct ctx *c, const char *method, const char *path,
                         const char *body)
{
    const struct reply r = test_call(c, method, path, body);

    if (r.status >= 400)
        print_message("%s %s: %d %s\n", method, path, r.status, r.text);
    return r;
}

static i64 member_id(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at ? strtoll(at + strlen(name) + 2, NULL, 10) : 0;
}

static void merge_by_hand(struct ctx *c)
{
    const i64 a = ensure(c, "Иванова Анна", "89161234567", NULL);
    const i64 b = ensure(c, "Иванова Аня", NULL, "anna@mail.ru");

    test_as_staff(c);
    struct reply r = call(
        c, "POST", arena_printf(c->mem, "/v1/customer/%lld/merge", a),
        arena_printf(c->mem, "{\"with\":\"%lld\",\"why\":\"обе карты у неё\"}", b));
    EXPECT_INT(r.status, 200);
    const i64 merge = member_id(r.text, "\"id\"");
    EXPECT(strstr(r.text, "\"what\":\"key\",\"n\":1"));

    r = call(c, "GET", arena_printf(c->mem, "/v1/customer/%lld", b), NULL);
    EXPECT_INT(r.status, 200);
    EXPECT_INT(member_id(r.text, "\"id\""),
               a); /* the old id answers with the survivor */
    r = call(c, "GET", arena_printf(c->mem, "/v1/customer/%lld/identity", b), NULL);
    EXPECT_INT(r.status, 200);
    EXPECT(strstr(r.text, "обе карты у неё"));
    EXPECT(strstr(r.text, "\"field\":\"name\""));
    r = call(c, "GET", arena_printf(c->mem, "/v1/customer/%lld/note", b), NULL);
    EXPECT_INT(r.status, 200);

    r = call(c, "POST", arena_printf(c->mem, "/v1/customer/merge/%lld/undo", merge),
             "{\"why\":\"мать и дочь\"}");
    EXPECT_INT(r.status, 200);
    EXPECT_INT(living(c, b), b);
    r = test_call(c, "POST",
                  arena_printf(c->mem, "/v1/customer/merge/%lld/undo", merge), "{}");
    EXPECT_INT(r.status, 409);
}

static void queue(struct ctx *c)
{
    const i64 a = ensure(c, "Иванова Анна", "89161234567", NULL);
    const i64 b = ensure(c, "Иванова Аня", NULL, "anya@mail.ru");

    ensure(c, "Аня", "89161234567", "anya@mail.ru");
    test_as_staff(c);
    struct reply r = call(c, "GET", "/v1/customer/pair", NULL);
    EXPECT(strstr(r.text, "\"open\":1"));
    const char *path = arena_printf(c->mem, "/v1/customer/pair/%lld/%lld", a, b);
    EXPECT_INT(call(c, "POST", path, "{\"is\":\"later\"}").status, 200);
    r = call(c, "GET", "/v1/customer/pair", NULL);
    EXPECT(strstr(r.text, "\"open\":0"));
    c->now += 2 * DAY_MS;
    r = call(c, "POST", path, "{\"is\":\"same\"}");
    EXPECT_INT(r.status, 200);
    EXPECT(living(c, a) == living(c, b));
    r = call(c, "POST",
             arena_printf(c->mem, "/v1/customer/merge/%lld/undo",
                          member_id(r.text, "\"merge_id\"")),
             "{}");
    EXPECT_INT(call(c, "POST", path, "{\"is\":\"open\"}").status, 200);
    r = call(c, "GET", "/v1/customer/pair", NULL);
    EXPECT(strstr(r.text, "\"open\":1"));
    EXPECT_INT(call(c, "POST", path, "{\"is\":\"different\"}").status, 200);
    /* the same contacts together again: nobody is asked again */
    ensure(c, "Аня", "89161234567", "anya@mail.ru");
    r = call(c, "GET", "/v1/customer/pair", NULL);
    EXPECT(strstr(r.text, "\"open\":0"));
}

static void nobodys_keys(struct ctx *c)
{
    const i64 a = ensure(c, "Иванова Анна", "89161234567", NULL);
    i64 id;

    test_as_staff(c);
    EXPECT_INT(call(c, "POST", "/v1/customer/key-block",
                    "{\"kind\":\"phone\",\"value\":\"8 916 123 45 67\"}")
                   .status,
               204);
    EXPECT_ERR(customer_find(c, "89161234567", &id), NOT_FOUND);
    struct reply r = call(c, "GET", "/v1/customer/key-block", NULL);
    EXPECT(strstr(r.text, "+79161234567"));
    EXPECT_INT(call(c, "POST", "/v1/customer/key-release",
                    "{\"kind\":\"phone\",\"value\":\"8 916 123 45 67\"}")
                   .status,
               204);
    EXPECT_OK(customer_find(c, "89161234567", &id));
    EXPECT_INT(id, a);
}

/* A rule's whole text, with what a phone in common is worth. */
static const char *rule(struct ctx *c, const char *worth)
{
    const char *all = "";

    for (int kind = 0; kind < KEY_KINDS; kind++)
        all = arena_printf(c->mem,
                           "%s%s{\"kind\":\"%s\",\"per_person\":50,\"people\":4,"
                           "\"window_days\":365,\"merges\":\"%s\"}",
                           all, kind ? "," : "", customer_kind_words[kind],
                           kind == KEY_PHONE ? worth : "never");
    return arena_printf(c->mem,
                        "{\"keys\":[%s],\"recycle_days\":365,\"sure_ppm\":999000,"
                        "\"review_ppm\":500000,\"note\":\"проба\"}",
                        all);
}

static void bad_rule(struct ctx *c)
{
    test_as_staff(c);
    const struct reply r = test_call(c, "POST", "/v1/customer/rule",
                                     "{\"keys\":[],\"recycle_days\":365,\"sure_ppm\":"
                                     "999000,\"review_ppm\":1000000}");
    EXPECT_INT(r.status, 422);
    EXPECT(strstr(r.text, "every kind"));
    EXPECT_INT(test_call(c, "POST", "/v1/customer/rule/7/on", "{}").status, 404);
}

/* Jobs open units of their own, so this one commits. */
static enum err arrange(struct ctx *c, void *ids)
{
    i64 *id = ids;

    id[0] = ensure(c, "Иванова Анна", "89161234567", NULL);
    id[1] = ensure(c, "Иванова Аня", NULL, "anya@mail.ru");
    id[2] = ensure(c, "Петров Иван", "89167654321", NULL);
    id[3] = ensure(c, "Петров Иван", NULL, "ivan@mail.ru");
    ensure(c, "Аня", "89161234567", "anya@mail.ru");         /* waits */
    ensure(c, "Петров Иван", "89167654321", "ivan@mail.ru"); /* merges by itself */
    return ERR_OK;
}

struct asked {
    const char *path, *body;
    int status;
    const char *text;
};
static enum err ask(struct ctx *c, void *arg)
{
    struct asked *a = arg;

    test_as_staff(c);
    const struct reply r = test_call(c, a->body ? "POST" : "GET", a->path, a->body);
    a->status = r.status;
    a->text = r.text;
    return ERR_OK;
}

static const char *asks(struct ctx *c, const char *path, const char *body)
{
    struct asked a = { path, body, 0, NULL };

    EXPECT_OK(db_unit(c, ask, &a));
    if (a.status >= 400) print_message("%s: %d %s\n", path, a.status, a.text);
    EXPECT(a.status < 300);
    return a.text;
}

static enum err read_living(struct ctx *c, void *arg)
{
    i64 *id = arg;

    return customer_living(c, *id, id);
}

static i64 lives(struct ctx *c, i64 id)
{
    EXPECT_OK(db_unit(c, read_living, &id));
    return id;
}

static void rehearsed(struct ctx *of_test)
{
    struct ctx *c = test_other(of_test);
    i64 id[4];

    db_rollback(of_test);
    EXPECT_OK(db_unit(c, arrange, id));
    EXPECT(lives(c, id[2]) == lives(c, id[3]));
    EXPECT(lives(c, id[0]) != lives(c, id[1]));
    asks(c, "/v1/customer/rule", rule(c, "no_clash"));
    asks(c, "/v1/customer/rule", rule(c, "never"));

    /* phones count for more: Anna's records would become one */
    asks(c, "/v1/customer/rule/1/rehearse", "{}");
    EXPECT_OK(job_drain(c, modules));
    const char *all = asks(c, "/v1/customer/rule", NULL);
    EXPECT(strstr(all, "\"merges\":1,\"parts\":0"));
    EXPECT(lives(c, id[0]) != lives(c, id[1])); /* and nothing has changed */

    /* phones count for nothing: Ivan's would be parted */
    asks(c, "/v1/customer/rule/2/rehearse", "{}");
    EXPECT_OK(job_drain(c, modules));
    EXPECT(strstr(asks(c, "/v1/customer/rule", NULL), "\"merges\":0,\"parts\":1"));
    EXPECT(lives(c, id[2]) == lives(c, id[3]));

    asks(c, "/v1/customer/rule/2/on", "{}");
    EXPECT_OK(job_drain(c, modules));
    EXPECT(lives(c, id[2]) != lives(c, id[3]));
    asks(c, "/v1/customer/rule/1/on", "{}");
    EXPECT_OK(job_drain(c, modules));
    EXPECT(lives(c, id[0]) == lives(c, id[1]));
    EXPECT(lives(c, id[2]) == lives(c, id[3]));
}

static const struct test tests[] = {
    { "an operator merges two records and parts them again; the old id still answers",
      merge_by_hand },
    { "the queue: later, same, taken back, different for good", queue },
    { "a telephone is made nobody's and given back", nobodys_keys },
    { "rules that leave out a kind of key are refused", bad_rule },
    { "a rehearsal tells what would happen and changes nothing; switched on, it "
      "happens",
      rehearsed },
};

int main(void)
{
    return test_main("customer", tests, COUNT(tests));
}
