/* Who is likely whom: sentences about people in a shop's book. */
#include "customer/customer_like.h"

#include <stdlib.h>

#include "base/contact.h"

#include "customer/customer_like_own.h"
#include "customer/customer_own.h"
#include "event/event.h"
#include "job/job.h"
#include "setting/setting.h"
#include "test.h"

/* ---- Names ------------------------------------------------------------------------
 */

static bool alike(const char *a, const char *b)
{
    struct like_name x, y;

    like_name_read(a, &x);
    like_name_read(b, &y);
    return x.sound_n == y.sound_n && !memcmp(x.sound, y.sound, x.sound_n);
}

static void alphabets(struct ctx *c)
{
    (void)c;
    EXPECT(alike("Юлия", "Yuliya"));
    EXPECT(alike("Юлия", "Iuliia"));
    EXPECT(alike("Юлия", "Julija"));
    EXPECT(alike("Щербаков", "Shcherbakov"));
    EXPECT(alike("Щербаков", "Scherbakov"));
    EXPECT(alike("Хохлов", "Khokhlov"));
    EXPECT(alike("Фёдоров", "Федоров"));
    EXPECT(alike("Наталья", "НАТАЛИЯ"));
    EXPECT(alike("Дмитрий", "Dmitry"));
    EXPECT(!alike("Иванов", "Петров"));
}

/* ---- Levels -------------------------------------------------------------------------
 */

static struct like_person person(const char *last, const char *first,
                                 const char *middle, int birth)
{
    return (struct like_person){
        .last = last, .first = first, .middle = middle, .birth = birth
    };
}

/* The levels of two people; a field's level, or -1. */
static int level(const struct like_person *a, const struct like_person *b, int field)
{
    struct like_set *s = like_set_new();
    struct link_look looks[LINK_FIELDS];

    like_set_add(s, a);
    like_set_add(s, b);
    like_set_finish(s);
    like_look(s, 0, 1, looks);
    like_set_free(s);
    return looks[field].level;
}

#define P(...) (&(struct like_person){ __VA_ARGS__ })

static void names(struct ctx *c)
{
    const int same = level(P(.last = "Иванов"), P(.last = "Иванов"), LIKE_LAST);
    const int other = level(P(.last = "Иванов"), P(.last = "Иванова"), LIKE_LAST);

    (void)c;
    EXPECT(same > other);
    EXPECT_INT(level(P(.last = "Иванова"), P(.last = "Ivanov"), LIKE_LAST), other);
    EXPECT_INT(level(P(.last = "Островский"), P(.last = "Островская"), LIKE_LAST),
               other);
    EXPECT_INT(level(P(.first = "Саша"), P(.first = "Александр"), LIKE_FIRST), other);
    EXPECT_INT(level(P(.first = "Саша"), P(.first = "Александра"), LIKE_FIRST), other);
    EXPECT_INT(level(P(.first = "Слава"), P(.first = "Ярослав"), LIKE_FIRST), other);
    EXPECT(level(P(.last = "Смирнов"), P(.last = "Смирнво"), LIKE_LAST) < other);
    EXPECT(level(P(.last = "Смирнов"), P(.last = "Смирнво"), LIKE_LAST) > 0);
    EXPECT_INT(level(P(.last = "Смирнов"), P(.last = "Гагарин"), LIKE_LAST), 0);
    EXPECT_INT(level(P(.last = "Смирнов"), P(.last = ""), LIKE_LAST), -1);
}

/* One letter apart, and two people: both are names of a passport. */
static void other_names(struct ctx *c)
{
    (void)c;
    EXPECT_INT(level(P(.first = "Алина"), P(.first = "Арина"), LIKE_FIRST), 0);
    EXPECT_INT(level(P(.first = "Инна"), P(.first = "Анна"), LIKE_FIRST), 0);
    EXPECT_INT(level(P(.first = "Александр"), P(.first = "Александра"), LIKE_FIRST), 0);
    EXPECT(level(P(.first = "Алина"), P(.first = "Алинка"), LIKE_FIRST) > 0);
}

static void turned(struct ctx *c)
{
    const struct like_person a = person("Иванова", "Анна", NULL, 0),
                             b = person("Анна", "Иванова", NULL, 0),
                             d = person("Anna", "Ivanova", NULL, 0);

    (void)c;
    EXPECT(level(&a, &b, LIKE_LAST) >= 4 && level(&a, &b, LIKE_FIRST) >= 4);
    EXPECT(level(&a, &d, LIKE_LAST) >= 4 && level(&a, &d, LIKE_FIRST) >= 4);
}

static void births(struct ctx *c)
{
    const int same = level(P(.birth = 19900305), P(.birth = 19900305), LIKE_BIRTH);
    const int swap = level(P(.birth = 19900305), P(.birth = 19900503), LIKE_BIRTH);
    const int slip = level(P(.birth = 19900305), P(.birth = 19900306), LIKE_BIRTH);
    const int year = level(P(.birth = 19900305), P(.birth = 19650305), LIKE_BIRTH);

    (void)c;
    EXPECT(same > swap && swap > slip && slip > year && year > 0);
    EXPECT_INT(level(P(.birth = 19900305), P(.birth = 19651224), LIKE_BIRTH), 0);
}

static void contacts(struct ctx *c)
{
    const struct like_person a = { .phones = { "+79161234567", "+74951112233" } },
                             b = { .phones = { "+74951112233" } },
                             d = { .phones = { "+79161234576" } },
                             e = { .phones = { "+79037654321" } };

    (void)c;
    EXPECT_INT(level(&a, &b, LIKE_PHONE), 3);
    EXPECT_INT(level(&a, &d, LIKE_PHONE), 2);
    EXPECT_INT(level(&a, &e, LIKE_PHONE), 0);
    EXPECT_INT(level(P(.emails = { "kotik77@mail.ru" }),
                     P(.emails = { "kotik77@yandex.ru" }), LIKE_EMAIL),
               3);
    /* no more than their names said already */
    EXPECT_INT(level(P(.last = "Лебедева", .emails = { "anna.lebedeva@mail.ru" }),
                     P(.last = "Лебедева", .emails = { "anna.lebedeva@ya.ru" }),
                     LIKE_EMAIL),
               -1);
}

static void sexes(struct ctx *c)
{
    const struct like_person him = person("Ким", "Женя", "Олегович", 0),
                             her = person("Ким", "Женя", "Олеговна", 0);

    (void)c;
    EXPECT_INT(level(&him, &her, LIKE_SEX), 0);
    EXPECT_INT(level(&him, &him, LIKE_SEX), 1);
    EXPECT_INT(level(P(.last = "Ким"), &her, LIKE_SEX), -1);
}

/* ---- The base
 * -------------------------------------------------------------------------- */

static i64 born(struct ctx *c, i64 id, const char *last, const char *first,
                i64 birth_day, const char *phone)
{
    i64 owner;

    EXPECT_OK(customer_new(c, id,
                           &(struct customer){ .last_name = last,
                                               .first_name = first,
                                               .middle_name = "Сергеевна",
                                               .birth_day = birth_day,
                                               .region_id = NONE,
                                               .lang = "ru" }));
    if (phone) EXPECT_OK(customer_key_claim(c, KEY_PHONE, phone, id, &owner));
    return id;
}

static bool finds(struct ctx *c, i64 who, i64 whom, struct like_pair *ret)
{
    struct list found;

    EXPECT_OK(customer_like_one(c, who, &found));
    const struct like_pair *p = found.at;
    for (size_t n = 0; n < found.n; n++) {
        EXPECT(p[n].a_id < p[n].b_id);
        EXPECT(p[n].a_id == who || p[n].b_id == who);
        EXPECT(!n || p[n - 1].weight >= p[n].weight);
        if (p[n].a_id == whom || p[n].b_id == whom) {
            *ret = p[n];
            return true;
        }
    }
    return false;
}

static void one_person(struct ctx *c)
{
    const i64 day = time_day_of(1990, 3, 5),
              anna = born(c, 100, "Кречетова", "Анна", day, "+79161234567");
    const i64 slip = born(c, 101, "Кречетова", "Аня", day, "+79161234576"),
              latin = born(c, 102, "Krechetova", "Anna", day, NULL),
              swap = born(c, 103, "Анна", "Кречетова", time_day_of(1990, 5, 3), NULL),
              sister =
                  born(c, 104, "Кречетова", "Ольга", time_day_of(1994, 8, 21), NULL),
              stranger = born(c, 105, "Кречетова", "Анна", day - 4000, "+79035554433");
    struct like_pair p;

    EXPECT(finds(c, anna, slip, &p));
    EXPECT_INT(p.band, LIKE_SURE);
    EXPECT(p.level[LIKE_PHONE] == 2 && p.bits[LIKE_PHONE] > 5);
    EXPECT(p.probability > LIKE_SURE_P && p.against == NULL);
    EXPECT(finds(c, slip, anna, &p));
    EXPECT(finds(c, anna, latin, &p));
    EXPECT(finds(c, anna, swap, &p));
    EXPECT(!finds(c, anna, sister, &p));
    EXPECT(!finds(c, anna, stranger, &p) || p.band < LIKE_SURE);
    struct list none;
    EXPECT_ERR(customer_like_one(c, 999, &none), NOT_FOUND);
}

/* Somebody else comes with this key. */
static void brings(struct ctx *c, int kind, const char *value, i64 id)
{
    static const struct query use = {
        .name = "test.use",
        .sql = "INSERT INTO customer_key_use (kind, value, customer_id, first_at, "
               "last_at, times) VALUES ($1, $2, $3, 1, 1, 1)",
        .types = "iti"
    };

    EXPECT_OK(db_exec(c, &use, NULL, kind, contact_seal(c->mem, value), id));
}

/* A key has one owner; who brought it too is known by it all the same. */
static void brought(struct ctx *c)
{
    const i64 anna = born(c, 100, "Кречетова", "Анна", NONE, "+79161234567"),
              again = born(c, 101, "Кречетова", "Аня", NONE, NULL);
    struct like_pair p;

    EXPECT(!finds(c, anna, again, &p) || p.level[LIKE_PHONE] < 0);
    brings(c, KEY_PHONE, "+79161234567", 101);
    EXPECT(finds(c, anna, again, &p));
    EXPECT_INT(p.level[LIKE_PHONE], 3);
    EXPECT(finds(c, again, anna, &p));
    SQL("UPDATE customer_person SET merged_into = 100 WHERE id = 101");
    SQL("DELETE FROM customer_key_use WHERE customer_id = 101");
    EXPECT(!finds(c, anna, again, &p));
}

/* Sisters of one day: all the same but the first name, and that decides. */
static void twins(struct ctx *c)
{
    const i64 day = time_day_of(1990, 3, 5);
    const i64 one = born(c, 100, "Кречетова", "Алина", day, "+79161234567"),
              two = born(c, 101, "Кречетова", "Арина", day, "+79161234568");
    struct like_pair p = { 0 };

    EXPECT(!finds(c, one, two, &p) || p.band < LIKE_SURE);
}

struct heard {
    struct like_pair told[8];
    size_t n;
    i64 sure, review;
};

static enum err hear(struct ctx *c, const struct like_pair *p, void *arg)
{
    struct heard *h = arg;

    (void)c;
    EXPECT(p->a_id < p->b_id && p->probability >= LIKE_REVIEW_P);
    EXPECT(p->band != LIKE_APART);
    h->sure += p->band == LIKE_SURE;
    h->review += p->band == LIKE_REVIEW;
    if (h->n < COUNT(h->told)) h->told[h->n++] = *p;
    return ERR_OK;
}

static enum err refuse(struct ctx *c, const struct like_pair *p, void *arg)
{
    (void)p, (void)arg;
    return FAIL(c, BUSY, "not now");
}

/* Three hundred different people, two of them written down twice. */
static void fill(struct ctx *c)
{
    static const char *const lasts[] = { "Кречетова", "Смирнова", "Гагарина", "Белова",
                                         "Чайкина",   "Зимина",   "Орлова" };
    static const char *const firsts[] = { "Анна", "Ольга", "Вера", "Дарья", "Нина" };

    for (i64 n = 0; n < 300; n++)
        born(c, 1000 + n, lasts[n * 3 % 7], firsts[n % 5], 3000 + n * 37,
             arena_printf(c->mem, "+7916%07lld", n * 31337 % 9999999));
    born(c, 5000, "Kretchetova", "Anna", 3000, NULL); /* 1000 */
    born(c, 5001, lasts[3], "Оля", 3000 + 37, NULL);  /* 1001 */
}

static void whole_base(struct ctx *c)
{
    struct like_stats s;
    struct heard h = { 0 };

    fill(c);
    EXPECT_OK(customer_like_all(c, hear, NULL, &h, &s));
    EXPECT_INT(s.people, 302);
    EXPECT(s.compared > 0);
    EXPECT_INT(s.sure, h.sure);
    EXPECT_INT(s.review, h.review);
    EXPECT_INT(h.n, 2);
    EXPECT_INT(h.told[0].a_id, 1000);
    EXPECT_INT(h.told[0].b_id, 5000);
    EXPECT_INT(h.told[1].a_id, 1001);
    EXPECT_INT(h.told[1].b_id, 5001);
    EXPECT_INT(test_int(c, "SELECT people FROM customer_like_model"), 302);
    EXPECT_ERR(customer_like_all(c, refuse, NULL, NULL, &s), BUSY);
}

/* ---- What was learned
 * --------------------------------------------------------------------- */

static void nobody(struct ctx *c)
{
    struct like_stats s;
    struct heard h = { 0 };
    struct like_pair p;

    EXPECT_OK(customer_like_all(c, hear, NULL, &h, &s));
    EXPECT_INT(s.people, 0);
    const i64 day = time_day_of(1990, 3, 5);
    born(c, 100, "Кречетова", "Анна", day, "+79161234567");
    born(c, 101, "Кречетова", "Аня", day, "+79161234576");
    EXPECT(finds(c, 100, 101, &p));
}

static void kept(struct ctx *c)
{
    struct link_model m;
    const char *text = like_model_text(c->mem, &like_model_built_in);

    EXPECT(like_model_read(text, &m));
    EXPECT_INT(memcmp(&m, &like_model_built_in, sizeof(m)), 0);
    EXPECT(!like_model_read("", &m));
    EXPECT(!like_model_read("last_name:3 = 1 2 3", &m));
    text = arena_printf(c->mem, "%.200s", text);
    EXPECT(!like_model_read(text, &m));
}

/* ---- The jobs ----------------------------------------------------------------------
 */

static i64 number(struct ctx *c, const char *select)
{
    return test_int(c, select);
}

/* Two cards of one woman, and a stranger: what the job makes of them. */
static void a_double(struct ctx *c)
{
    static const char *const rows[] = { "Кречетова", "Кречетова", "Гагарина" };

    for (int k = 0; k < 3; k++) {
        const struct customer p = { .last_name = rows[k],
                                    .first_name = "Анна",
                                    .middle_name = "Петровна",
                                    .birth_day = k < 2 ? 8000 : 9000,
                                    .region_id = NONE,
                                    .lang = "ru" };
        i64 owner;

        EXPECT_OK(customer_new(c, 100 + k, &p));
        EXPECT_OK(customer_key_claim(
            c, KEY_PHONE, arena_printf(c->mem, "+7916000000%d", k), 100 + k, &owner));
    }
    EXPECT_OK(customer_key_claim(c, KEY_EMAIL, "krechet@mail.ru", 100, &(i64){ 0 }));
    brings(c, KEY_EMAIL, "krechet@mail.ru", 101);
}

static void who_came(struct ctx *c)
{
    a_double(c);
    EXPECT_OK(event_drain(c, modules));
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_like_later"), 3);
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_like_later"), 0);
    EXPECT_INT(number(c,
                      "SELECT COUNT(*) FROM customer_pair WHERE state = 0 AND a_id = "
                      "100 AND b_id = 101"),
               1);
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_pair"), 1);
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_merge"), 0);
}

/* Who changed while the pass went on waits for the next look. */
static void many_came(struct ctx *c)
{
    fill(c);
    SQL("WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 2400)"
        " INSERT INTO customer_like_later (id, at) SELECT 7000 + k, 1 FROM n;"
        "INSERT INTO customer_like_later (id, at) VALUES (1002, 99999999999999)");
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM job_task WHERE kind ="
                         " 'customer.compare_whole' AND state = 2"),
               1);
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_pair"), 2);
    EXPECT_INT(number(c, "SELECT MIN(id) FROM customer_like_later"), 1002);
}

static void a_run_ends(struct ctx *c)
{
    EXPECT_OK(
        setting_set(c, "customer.compare_days", (struct setting_scope){ 0 }, "0"));
    SQL("WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 1500)"
        " INSERT INTO customer_like_later (id, at) SELECT 7000 + k, 1 FROM n");
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_like_later"), 500);
}

static void switched_off(struct ctx *c)
{
    EXPECT_OK(setting_set(c, "customer.compare", (struct setting_scope){ 0 }, "false"));
    a_double(c);
    EXPECT_OK(event_drain(c, modules));
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_like_later"), 0);
}

/* The job's row, as a worker that was killed leaves it. */
static struct job a_job(struct ctx *c, i64 *ret_id)
{
    EXPECT_OK(customer_compare_ask(c, ret_id));
    return (struct job){ .id = *ret_id, .kind = "customer.compare_whole", .arg = "{}" };
}

static void goes_on(struct ctx *c)
{
    i64 id, again;

    fill(c);
    struct job j = a_job(c, &id);
    EXPECT_OK(customer_compare_ask(c, &again));
    EXPECT_INT(id, again);
    /* the first pair was told before: it is not written twice */
    j.note = "{\"a\":\"1000\",\"b\":\"5000\",\"merged\":3,\"waits\":4}";
    SQL(arena_printf(c->mem, "UPDATE job_task SET note = '%s' WHERE id = %lld", j.note,
                     id));
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_pair"), 1);
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_pair WHERE a_id = 1001"), 1);
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM job_task WHERE result LIKE '%\"people\":"
                         "302,%' AND (result LIKE '%\"merged\":4,\"waits\":4%' OR "
                         "result LIKE '%\"merged\":3,\"waits\":5%')"),
               1);
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_like_model WHERE whole_at > 0"),
               1);
    EXPECT_OK(customer_compare_ask(c, &id)); /* and from its start */
    EXPECT_OK(job_drain(c, modules));
    EXPECT_INT(number(c, "SELECT COUNT(*) FROM customer_pair"), 2);
}

static const struct test tests[] = {
    { "a name sounds the same in both alphabets, by any scheme", alphabets },
    { "endings, diminutives and slips are less than the same, and more than nothing",
      names },
    { "two names of a passport are two people, however near", other_names },
    { "surname and first name may stand in each other's place", turned },
    { "a birth date: turned, a slip, another year, another day", births },
    { "phones and e-mails: any of several, a slip, what the name says already",
      contacts },
    { "a patronymic tells a sex where the first name does not", sexes },
    { "one person's doubles are found, her sister and namesakes are not", one_person },
    { "who brought somebody's phone is found by it; who was merged is not", brought },
    { "twins are never merged by themselves", twins },
    { "the whole base: doubles are told, and who hears may stop it", whole_base },
    { "an empty base teaches nothing, and what is believed holds", nobody },
    { "who came is compared with all others, and only his double is found", who_came },
    { "when very many came, the whole base is compared instead", many_came },
    { "a run looks at a thousand, the others wait for the next one", a_run_ends },
    { "where nobody wants it nothing is compared", switched_off },
    { "a comparison that was killed goes on where it was", goes_on },
    { "what was learned is kept as text and read again, or not at all", kept },
};

int main(void)
{
    return test_main("customer_like", tests, COUNT(tests));
}
