/* Names, phones and homes of the demo chain's customers. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/demo.h"
#include "base/translit.h"
#include "customer/customer.h"

/* clang-format off */
static const char surnames[] = "Иванов|Смирнов|Кузнецов|Попов|Васильев|Петров|Соколов|Михайлов|Новиков|Фёдоров|Морозов|"
    "Волков|Алексеев|Лебедев|Семёнов|Егоров|Павлов|Козлов|Степанов|Николаев|Орлов|Андреев|Макаров|Никитин|Захаров|"
    "Зайцев|Соловьёв|Борисов|Яковлев|Григорьев|Романов|Воробьёв|Сергеев|Кузьмин|Фролов|Александров|Дмитриев|Королёв|"
    "Гусев|Киселёв|Ильин|Максимов|Поляков|Сорокин|Виноградов|Ковалёв|Белов|Медведев|Антонов|Тарасов";
static const char men[] = "Александр|Дмитрий|Максим|Сергей|Андрей|Алексей|Артём|Илья|Кирилл|Михаил|Никита|Матвей|Роман|"
    "Егор|Арсений|Иван|Денис|Евгений|Даниил|Тимофей|Владислав|Игорь|Владимир|Павел|Руслан|Марк|Константин|Николай|Олег|Виктор";
static const char women[] = "Анна|Мария|Елена|Дарья|Алина|Ирина|Екатерина|Арина|Полина|Ольга|Юлия|Татьяна|Наталья|Виктория|"
    "Елизавета|Ксения|Милана|Вероника|Алёна|Светлана|Людмила|Галина|Марина|Валентина|Надежда|Яна|Кристина|Софья|Вера|Любовь";
static const char fathers[] = "Александров|Дмитриев|Сергеев|Андреев|Алексеев|Иванов|Михайлов|Николаев|Владимиров|Павлов|"
    "Викторов|Олегов|Юрьев|Анатольев|Валентинов|Петров|Борисов|Евгеньев|Константинов|Романов";
/* clang-format on */

struct people {
    struct demo *d;
    i64 at;
};

static const char *one_of(struct ctx *c, struct dice *d, const char *list)
{
    return demo_pick(c, list, '|', dice_below(d, demo_count(list, '|')));
}

static const char *full_name(struct ctx *c, struct dice *d)
{
    const bool woman = dice_chance(d, 0.52);

    return arena_printf(c->mem, "%s%s %s %s%s", one_of(c, d, surnames),
                        woman ? "а" : "", one_of(c, d, woman ? women : men),
                        one_of(c, d, fathers), woman ? "на" : "ич");
}

/* Codes of mobile operators; a prime number of them. */
static const int codes[] = { 903, 905, 906, 909, 910, 915, 916, 917, 919, 920, 921, 922,
                             925, 926, 937, 950, 960, 962, 964, 965, 977, 985, 999 };

/* Different for different k, so that nobody is merged by chance, and far from each
 * other, so that neighbours do not look like a slip of the hand: steps of a number that
 * has no factor in common with 10,000,000 visit each of them once. */
enum { NUMBERS = 10000000, STEP = 6180339 };

static i64 number(const struct demo *d, i64 k)
{
    return (k % NUMBERS * STEP + (i64)(d->size.seed % 99991) * 97) % NUMBERS;
}

static const char *phone(struct ctx *c, const struct demo *d, i64 k)
{
    return arena_printf(c->mem, "+7%d%07lld",
                        codes[(k * 11 + k / NUMBERS) % (i64)COUNT(codes)],
                        number(d, k));
}

static const char *card(struct ctx *c, const struct demo *d, i64 k)
{
    return arena_printf(c->mem, "22%04lld%07lld", k / NUMBERS, number(d, k));
}

/* "Иванова Анна Петровна" is ivanova.anna.8125113@: the number tells namesakes apart.
 */
static const char *email(struct ctx *c, const struct demo *d, i64 k, const char *name)
{
    char *latin = translit_latin(c->mem, &translit_plain, name);
    char *first = strchr(latin, ' '), *end = first ? strchr(first + 1, ' ') : NULL;

    if (first) *first = '.';
    if (end) *end = '\0';
    for (char *p = latin; *p; p++) *p = (char)tolower((unsigned char)*p);
    return arena_printf(c->mem, "%s.%lld@example.ru", latin,
                        number(d, k) + k / NUMBERS * NUMBERS);
}

static enum err make_one(struct ctx *c, struct people *p, i64 k)
{
    struct dice dice = dice_for(p->d->size.seed, "person", k);
    const struct demo_place *home = &p->d->places[dice_below(&dice, p->d->size.stores)];
    struct customer_contact one = { .name = full_name(c, &dice),
                                    .phone = phone(c, p->d, k),
                                    .region_id = home->region_id };

    if (dice_chance(&dice, 0.6)) one.email = email(c, p->d, k, one.name);
    if (dice_chance(&dice, 0.5)) one.card = card(c, p->d, k);
    return customer_ensure(c, &one, &p->d->customers[k]);
}

static enum err slice(struct ctx *c, void *arg)
{
    struct people *p = arg;

    for (int n = 0; n < 1000 && p->at < p->d->size.customers; n++, p->at++)
        TRY(make_one(c, p, p->at));
    return ERR_OK;
}

static int rising(const void *a, const void *b)
{
    const i64 x = *(const i64 *)a, y = *(const i64 *)b;

    return (x > y) - (x < y);
}

enum err demo_make_people(struct ctx *c, struct demo *d)
{
    struct people p = { .d = d };

    d->customers = NEW_N(c->mem, i64, d->size.customers);
    while (p.at < d->size.customers) {
        TRY(demo_unit(c, slice, &p));
        d->tell("покупатели", p.at, d->size.customers);
    }
    qsort(d->customers, (size_t)d->size.customers, sizeof(i64), rising);
    return ERR_OK;
}
