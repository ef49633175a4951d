/* Homes, the people in them, and what a shop wrote down about each. */
#include "app/demo_crowd.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* clang-format off */
static const char surnames[] = "Смирнов|Иванов|Кузнецов|Попов|Соколов|Лебедев|Козлов|Новиков|Морозов|Петров|Волков|Соловьёв|Васильев|Зайцев|"
    "Павлов|Семёнов|Голубев|Виноградов|Богданов|Воробьёв|Фёдоров|Михайлов|Беляев|Тарасов|Белов|Комаров|Орлов|Киселёв|Макаров|Андреев|Ковалёв|"
    "Ильин|Гусев|Титов|Кузьмин|Кудрявцев|Баранов|Куликов|Алексеев|Степанов|Яковлев|Сорокин|Сергеев|Романов|Захаров|Борисов|Королёв|Герасимов|"
    "Пономарёв|Григорьев|Лазарев|Медведев|Ершов|Никитин|Соболев|Рябов|Поляков|Цветков|Данилов|Жуков|Фролов|Журавлёв|Николаев|Крылов|Максимов|"
    "Сидоров|Осипов|Белоусов|Федотов|Дорофеев|Егоров|Матвеев|Бобров|Дмитриев|Калинин|Анисимов|Петухов|Антонов|Тимофеев|Никифоров|Веселов|"
    "Филиппов|Марков|Большаков|Суханов|Миронов|Ширяев|Александров|Коновалов|Шестаков|Казаков|Ефимов|Денисов|Громов|Фомин|Давыдов|Мельников|"
    "Щербаков|Блинов|Колесников|Карпов|Афанасьев|Власов|Маслов|Исаков|Тихонов|Аксёнов|Гаврилов|Родионов|Котов|Горбунов|Кудряшов|Быков|Зуев|"
    "Третьяков|Савельев|Панов|Рыбаков|Суворов|Абрамов|Воронов|Мухин|Архипов|Трофимов|Мартынов|Емельянов|Горшков|Чернов|Овчинников|Селезнёв|"
    "Панфилов|Копылов|Михеев|Галкин|Назаров|Лобанов|Лукин|Беляков|Потапов|Некрасов|Хохлов|Жданов|Наумов|Шилов|Воронцов|Ермаков|Дроздов|"
    "Игнатьев|Савин|Логинов|Сафонов|Капустин|Кириллов|Моисеев|Елисеев|Кошелев|Костин|Горбачёв|Орехов|Ефремов|Исаев|Евдокимов|Калашников|"
    "Кабанов|Носков|Юдин|Кулагин|Лапин|Прохоров|Нестеров|Харитонов|Агафонов|Муравьёв|Ларионов|Шевченко|Бондаренко|Ткаченко|Кравченко|Ковальчук|"
    "Петренко|Мельник|Шевчук|Белый|Толстой|Островский|Высоцкий|Зелинский|Покровский|Вознесенский|Григорян|Саркисян|Хачатрян|Юсупов|Ахметов|Гареев";
static const char men[] = "Александр|Сергей|Дмитрий|Алексей|Андрей|Максим|Евгений|Иван|Михаил|Владимир|Николай|Артём|Денис|Павел|Роман|Илья|Антон|"
    "Игорь|Олег|Виктор|Кирилл|Никита|Константин|Даниил|Юрий|Егор|Владислав|Станислав|Вячеслав|Василий|Руслан|Анатолий|Валерий|Григорий|Тимофей|"
    "Матвей|Борис|Пётр|Георгий|Вадим|Степан|Арсений|Глеб|Фёдор|Тимур|Ярослав|Виталий|Леонид|Геннадий|Марк";
static const char women[] = "Елена|Ольга|Анна|Екатерина|Татьяна|Наталья|Мария|Ирина|Анастасия|Светлана|Юлия|Дарья|Марина|Виктория|Ксения|Александра|"
    "Евгения|Кристина|Галина|Людмила|Валентина|Надежда|Полина|Алина|Вероника|София|Любовь|Вера|Оксана|Яна|Лариса|Алёна|Елизавета|Арина|Диана|"
    "Нина|Тамара|Валерия|Карина|Маргарита|Инна|Жанна|Алла|Варвара|Ульяна|Зоя|Раиса|Лидия|Антонина|Милана";
static const char roots[] = "Бар|Бел|Боч|Бур|Вар|Вер|Гал|Гор|Грач|Дуб|Дят|Жар|Жит|Зим|Зуб|Каб|Кал|Кар|Клим|Кол|Кор|Кос|Крас|Крут|Лап|Лоб|Лук|Мал|Мед|Мел|"
    "Мин|Мор|Мух|Нос|Овч|Пан|Пес|Пол|Рыб|Сав|Сад|Сел|Скор|Слеп|Сок|Стар|Сух|Тар|Тит|Топ|Туз|Уш|Фил|Хар|Хром|Цап|Чер|Чиж|Шап|Шил|Щег|Юд|Яр";
static const char stems[] = "ан|ар|ат|аш|ач|ев|ен|ик|ил|ин|ищ|ог|ол|ос|ош|уб|ук|ул|ун|ух|уш|ыш|юк|як";
static const char tails[] = "ов|ов|ов|ин|ев|ский|енко|цев|ников|овский";
static const char streets[] = "Ленина|Мира|Советская|Садовая|Молодёжная|Центральная|Школьная|Лесная|Гагарина|Победы|Пушкина|Кирова|Заречная|Новая|"
    "Набережная|Октябрьская|Комсомольская|Первомайская|Строителей|Чехова|Гоголя|Некрасова|Суворова|Жукова|Солнечная|Полевая|Зелёная|Парковая|"
    "Московская|Северная|Южная|Вокзальная|Рабочая|Спортивная|Университетская|Космонавтов|Фрунзе|Калинина|Дзержинского|Матросова|Лермонтова|"
    "Толстого|Тургенева|Маяковского|Горького|Свердлова|Куйбышева|Чапаева|Щорса|Котовского";
static const char domains[] = "mail.ru|mail.ru|mail.ru|yandex.ru|yandex.ru|gmail.com|gmail.com|bk.ru|inbox.ru|list.ru|rambler.ru|ya.ru";
/* clang-format on */

/* ---- Lists ----------------------------------------------------------------------- */

struct words {
    const char **at;
    i64 n;
};

struct crowd {
    const struct crowd_size *size;
    struct arena *mem, *home_mem; /* lists; one home's people */
    struct words surnames, men, women, streets, domains, rare_men, rare_women;
    struct crowd_letters letters;
    void (*hear)(void *arg, const struct crowd_record *r);
    void *arg;
    i64 records, people;
};

static struct words split(struct arena *mem, const char *list)
{
    struct words w = { NEW_N(mem, const char *, demo_count(list, '|')), 0 };

    for (const char *p = list; *p;) {
        const size_t n = strcspn(p, "|");

        w.at[w.n++] = arena_strdup(mem, p, n);
        p += n + (p[n] == '|');
    }
    return w;
}

enum { RARE_SURNAMES = 12000, RARE_NAMES = 1500 };

/* `most` lines of a file, evenly over it; none when it is not there. */
static struct words lines(struct crowd *k, const char *file, i64 most,
                          bool (*fits)(const char *))
{
    char path[600], line[200];
    struct words w = { NEW_N(k->mem, const char *, most), 0 };

    snprintf(path, sizeof(path), "%s/%s", k->size->names ? k->size->names : "", file);
    FILE *f = k->size->names ? fopen(path, "r") : NULL;
    i64 total = 0;
    struct dice d = dice_for(1, file, 0); /* the lists are no part of the seed */

    /* A sample of `most`: line n replaces one of those kept with a chance of most/n. */
    while (f && fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!fits(line)) continue;
        total++;
        const i64 to = w.n < most ? w.n++ : dice_below(&d, total);
        if (to < most) w.at[to] = arena_strdup(k->mem, line, strlen(line));
    }
    if (f) fclose(f);
    return w;
}

static bool ends(const char *word, const char *with)
{
    const size_t n = strlen(word), m = strlen(with);

    return n > m && !strcmp(word + n - m, with);
}

static bool surname_fits(const char *line)
{
    static const char *const ending[] = { "ов",   "ев",   "ёв", "ин", "ский",
                                          "цкий", "енко", "ук", "юк", "ян" };
    const size_t n = text_length(line);

    for (size_t k = 0; k < COUNT(ending) && n >= 5 && n <= 12; k++)
        if (ends(line, ending[k])) return true;
    return false;
}

static bool name_fits(const char *line)
{
    const size_t n = text_length(line);

    return n >= 4 && n <= 10;
}

/* Rare surnames of our own: a root, a stem, an ending. */
static void compose(struct crowd *k, struct words *to)
{
    const struct words r = split(k->mem, roots), s = split(k->mem, stems),
                       t = split(k->mem, tails);

    for (i64 n = 0; to->n < RARE_SURNAMES; n++)
        to->at[to->n++] =
            arena_printf(k->mem, "%s%s%s", r.at[n % r.n], s.at[n / r.n % s.n],
                         t.at[(n / r.n / s.n + n) % t.n]);
}

static void read_lists(struct crowd *k)
{
    const struct words common = split(k->mem, surnames);
    struct words rare = lines(k, "surnames_male.txt", RARE_SURNAMES, surname_fits);

    if (!rare.n) compose(k, &rare);
    k->surnames.at = NEW_N(k->mem, const char *, common.n + rare.n);
    for (i64 n = 0; n < common.n; n++) k->surnames.at[k->surnames.n++] = common.at[n];
    for (i64 n = 0; n < rare.n; n++) k->surnames.at[k->surnames.n++] = rare.at[n];
    k->men = split(k->mem, men);
    k->women = split(k->mem, women);
    k->streets = split(k->mem, streets);
    k->domains = split(k->mem, domains);
    k->rare_men = lines(k, "names_male.txt", RARE_NAMES, name_fits);
    k->rare_women = lines(k, "names_female.txt", RARE_NAMES, name_fits);
    crowd_letters_read(&k->letters, k->size->letters);
}

/* Number r of n with a share like 1/(r + knee): as names are spread. */
static i64 by_rank(struct dice *d, i64 n, double knee)
{
    const double x = knee * (pow((double)n / knee + 1, dice_unit(d)) - 1);
    const i64 r = (i64)x;

    return r < n ? r : n - 1;
}

/* ---- People
 * ----------------------------------------------------------------------------- */

struct human {
    i64 number, home;
    bool woman;
    const char *last, *maiden, *first, *middle; /* maiden: before a wedding, or NULL */
    int birth;
    char phone[16], old_phone[16];
    const char *email, *other_email;
    const char *street, *house, *town;
};

static const char *of_woman(struct arena *mem, const char *last)
{
    const size_t n = strlen(last);

    if (ends(last, "ов") || ends(last, "ев") || ends(last, "ёв") || ends(last, "ин"))
        return arena_printf(mem, "%sа", last);
    if (ends(last, "кий") || ends(last, "ый") || ends(last, "ой"))
        return arena_printf(mem, "%.*sая", (int)n - 4, last);
    return last;
}

/* "Сергеевич" of "Сергей". */
static const char *patronymic(struct arena *mem, const char *father, bool woman)
{
    static const char *const odd[][2] = {
        { "Павел", "Павлов" },       { "Пётр", "Петров" },
        { "Юрий", "Юрьев" },         { "Лев", "Львов" },
        { "Анатолий", "Анатольев" }, { "Валерий", "Валерьев" },
        { "Василий", "Васильев" },   { "Геннадий", "Геннадьев" },
        { "Григорий", "Григорьев" }, { "Виталий", "Витальев" }
    };
    const size_t n = strlen(father);
    const char *stem = NULL;

    for (size_t k = 0; k < COUNT(odd); k++)
        if (!strcmp(father, odd[k][0])) stem = odd[k][1];
    if (ends(father, "а") || ends(father, "я"))
        return arena_printf(mem, "%.*s%s", (int)n - 2, father, woman ? "ична" : "ич");
    if (!stem && (ends(father, "й") || ends(father, "ь")))
        stem = arena_printf(mem, "%.*sев", (int)n - 2, father);
    if (!stem) stem = arena_printf(mem, "%sов", father);
    return arena_printf(mem, "%s%s", stem, woman ? "на" : "ич");
}

static const char *first_name(struct crowd *k, struct dice *d, bool woman)
{
    const struct words *often = woman ? &k->women : &k->men,
                       *rare = woman ? &k->rare_women : &k->rare_men;

    if (rare->n && dice_chance(d, 0.04)) return rare->at[dice_below(d, rare->n)];
    return often->at[by_rank(d, often->n, 12)];
}

/* A number belongs to a person by his number, so that it can be sold again. */
static void phone_of(i64 person, int which, char *to)
{
    struct dice d = dice_for(77, which ? "old" : "phone", person);

    snprintf(to, 16, "+79%09lld", dice_below(&d, 1000000000));
}

static const char *email_of(struct crowd *k, struct dice *d, const struct human *h)
{
    struct arena *mem = k->home_mem;
    const char *last = crowd_latin(mem, (int)dice_below(d, 3), h->last),
               *first = crowd_latin(mem, (int)dice_below(d, 3), h->first),
               *domain = k->domains.at[dice_below(d, k->domains.n)];
    const i64 year = h->birth / 10000, some = dice_below(d, 1000);
    char *text;

    switch (dice_below(d, 6)) {
    case 0:
        text = arena_printf(mem, "%s.%s@%s", first, last, domain);
        break;
    case 1:
        text = arena_printf(mem, "%s%lld@%s", last, year, domain);
        break;
    case 2:
        text = arena_printf(mem, "%c.%s%lld@%s", first[0], last, some, domain);
        break;
    case 3:
        text = arena_printf(mem, "%s_%s%lld@%s", last, first, year % 100, domain);
        break;
    case 4:
        text = arena_printf(mem, "%s-%lld%lld@%s", first, some, dice_below(d, 100),
                            domain);
        break;
    default:
        text = arena_printf(mem, "%s%c%lld@%s", last, first[0], some, domain);
    }
    for (char *p = text; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 32);
    return text;
}

static int birth_between(struct dice *d, int from_year, int years)
{
    const int year = from_year + (int)dice_below(d, years);

    return year * 10000 + (1 + (int)dice_below(d, 12)) * 100 + 1 +
           (int)dice_below(d, 28);
}

static void settle(struct crowd *k, struct dice *d, struct human *h)
{
    h->number = k->people++;
    phone_of(h->number, 0, h->phone);
    phone_of(h->number, 1, h->old_phone);
    if (h->number && dice_chance(d, 0.02)) /* somebody's before */
        phone_of(dice_below(d, h->number), 1, h->phone);
    h->email = email_of(k, d, h);
    h->other_email = email_of(k, d, h);
}

/* The first two of a home of n; parents are old enough for children of fourteen. */
static void adults(struct crowd *k, struct dice *d, struct human *h, int home)
{
    const int n = home < 2 ? home : 2;
    const char *last = k->surnames.at[by_rank(d, k->surnames.n, 25)];
    const bool one_is_woman = dice_chance(d, 0.5);
    const int year = 1945 + (int)dice_below(d, home > 2 ? 35 : 55);

    for (int i = 0; i < n; i++) {
        h[i].woman = i ? !h[0].woman : one_is_woman;
        h[i].first = first_name(k, d, h[i].woman);
        h[i].middle = patronymic(k->home_mem, first_name(k, d, false), h[i].woman);
        h[i].birth = birth_between(d, year - 3, 6);
        if (i && dice_chance(d, 0.15)) /* kept his own */
            last = k->surnames.at[by_rank(d, k->surnames.n, 25)];
        h[i].last = h[i].woman ? of_woman(k->home_mem, last) : last;
        if (h[i].woman)
            h[i].maiden =
                of_woman(k->home_mem, k->surnames.at[by_rank(d, k->surnames.n, 25)]);
    }
}

/* Is this name somebody's already, among those of this sex from `from` on? */
static bool taken(const struct human *h, int from, int at)
{
    for (int i = from; i < at; i++)
        if (h[i].woman == h[at].woman && !strcmp(h[i].first, h[at].first)) return true;
    return false;
}

/* Children of the man: his surname and name as patronymic; twins, and sons who are
 * called as he is. */
static void children(struct crowd *k, struct dice *d, struct human *h, int from, int n)
{
    const struct human *father = h[0].woman ? &h[1] : &h[0];
    const int year = father->birth / 10000 + 18;

    for (int i = from; i < n; i++) {
        h[i].woman = dice_chance(d, 0.5);
        h[i].birth = i > from && dice_chance(d, 0.06) ? h[i - 1].birth
                                                      : birth_between(d, year, 12);
        if (!h[i].woman && dice_chance(d, 0.03)) h[i].first = father->first;
        while (!h[i].first || taken(h, from, i)) {
            h[i].first = first_name(k, d, h[i].woman);
            if (taken(h, 0, i)) h[i].first = NULL;
        }
        h[i].middle = patronymic(k->home_mem, father->first, h[i].woman);
        h[i].last = h[i].woman ? of_woman(k->home_mem, father->last) : father->last;
        if (h[i].woman)
            h[i].maiden =
                of_woman(k->home_mem, k->surnames.at[by_rank(d, k->surnames.n, 25)]);
    }
}

static int make_home(struct crowd *k, struct dice *d, i64 number, struct human *h)
{
    static const int sizes[] = { 1, 1, 1, 1, 2, 2, 2, 3, 3, 4 };
    const int n = sizes[dice_below(d, COUNT(sizes))];
    const char *street = k->streets.at[dice_below(d, k->streets.n)];
    const char *house = arena_printf(k->home_mem, "%lld-%lld", 1 + dice_below(d, 120),
                                     1 + dice_below(d, 200));
    const char *town = demo_cities[dice_below(d, demo_city_count)].name;

    memset(h, 0, 4 * sizeof(*h));
    adults(k, d, h, n);
    if (n > 2) children(k, d, h, 2, n);
    for (int i = 0; i < n; i++) {
        h[i].home = number;
        h[i].street = street;
        h[i].house = house;
        h[i].town = town;
        settle(k, d, &h[i]);
        if (i && dice_chance(d, i < 2 ? 0.1 : 0.3))
            memcpy(h[i].phone, h[0].phone, sizeof(h[i].phone));
        if (i && dice_chance(d, 0.05)) h[i].email = h[0].email;
    }
    return n;
}

/* ---- What was written down
 * --------------------------------------------------------------- */

struct paper {
    struct like_person p;
    char phone[16];
};

static void write_down(struct crowd *k, struct dice *d, const struct human *h,
                       struct paper *r)
{
    *r = (struct paper){ .p = { .id = k->records } };
    if (dice_chance(d, 0.97)) r->p.last = h->last;
    if (dice_chance(d, 0.99)) r->p.first = h->first;
    if (dice_chance(d, 0.7)) r->p.middle = h->middle;
    if (dice_chance(d, 0.88)) r->p.birth = h->birth;
    if (dice_chance(d, 0.01) && r->p.birth)
        r->p.birth = r->p.birth / 10000 * 10000 + 101;
    memcpy(r->phone, h->phone, sizeof(r->phone));
    if (dice_chance(d, 0.003)) snprintf(r->phone, sizeof(r->phone), "+78001000000");
    r->p.phones[0] = dice_chance(d, 0.95) ? r->phone : NULL;
    if (dice_chance(d, 0.6)) r->p.emails[0] = h->email;
    if (dice_chance(d, 0.005)) r->p.emails[0] = "shop@prilavok.example";
    if (dice_chance(d, 0.5)) {
        r->p.street = h->street;
        r->p.house = h->house;
    }
    r->p.town = dice_chance(d, 0.9) ? h->town : NULL;
}

static const char *initial(struct arena *mem, const char *word)
{
    const char *p = word;

    text_next(&p);
    return arena_printf(mem, "%.*s.", (int)(p - word), word);
}

static void change_names(struct crowd *k, struct dice *d, const struct human *h,
                         struct like_person *p)
{
    struct arena *mem = k->home_mem;

    if (p->last && h->maiden && dice_chance(d, 0.04)) p->last = h->maiden;
    if (p->first && dice_chance(d, 0.12)) {
        const char *small = crowd_diminutive(d, p->first);
        p->first = arena_strdup(mem, small, strlen(small));
    }
    if (p->last && dice_chance(d, 0.08))
        p->last = crowd_typo(mem, d, &k->letters, p->last);
    if (p->first && dice_chance(d, 0.05))
        p->first = crowd_typo(mem, d, &k->letters, p->first);
    if (p->middle && dice_chance(d, 0.05))
        p->middle = crowd_typo(mem, d, &k->letters, p->middle);
    if (p->middle && dice_chance(d, 0.05)) p->middle = initial(mem, p->middle);
    if (p->first && dice_chance(d, 0.02)) p->first = initial(mem, p->first);
    if (dice_chance(d, 0.08)) {
        const int scheme = (int)dice_below(d, CROWD_SCHEMES);
        if (p->last) p->last = crowd_latin(mem, scheme, p->last);
        if (p->first) p->first = crowd_latin(mem, scheme, p->first);
        if (p->middle) p->middle = crowd_latin(mem, scheme, p->middle);
    }
    if (p->last && p->first && dice_chance(d, 0.03)) {
        const char *kept = p->last;
        p->last = p->first;
        p->first = kept;
    }
}

static void change_contacts(struct crowd *k, struct dice *d, const struct human *h,
                            struct paper *r)
{
    const double phone = dice_unit(d), email = dice_unit(d);
    char *at = NULL;

    if (phone < 0.2) memcpy(r->phone, h->old_phone, sizeof(r->phone));
    if (phone >= 0.2 && phone < 0.28) crowd_phone_slip(d, r->phone);
    if (!r->p.emails[0]) return;
    if (email < 0.2) r->p.emails[0] = h->other_email;
    if (email >= 0.2 && email < 0.26) {
        char *own = arena_strdup(k->home_mem, h->email, strlen(h->email));
        at = strchr(own, '@');
        r->p.emails[0] = arena_printf(k->home_mem, "%.*s@%s", (int)(at - own), own,
                                      k->domains.at[dice_below(d, k->domains.n)]);
    }
    if (email >= 0.26 && email < 0.32)
        r->p.emails[0] = crowd_typo(k->home_mem, d, &k->letters, r->p.emails[0]);
}

static void write_again(struct crowd *k, struct dice *d, const struct human *h,
                        struct paper *r)
{
    write_down(k, d, h, r);
    change_names(k, d, h, &r->p);
    if (r->p.birth && dice_chance(d, 0.05))
        r->p.birth = crowd_birth_slip(d, r->p.birth);
    change_contacts(k, d, h, r);
    if (dice_chance(d, 0.15)) { /* moved */
        if (r->p.street) r->p.street = k->streets.at[dice_below(d, k->streets.n)];
        if (r->p.house)
            r->p.house = arena_printf(k->home_mem, "%lld-%lld", 1 + dice_below(d, 120),
                                      1 + dice_below(d, 200));
    } else if (r->p.street && dice_chance(d, 0.1)) {
        r->p.street = crowd_typo(k->home_mem, d, &k->letters, r->p.street);
    }
}

static void tell(struct crowd *k, const struct paper *r, const struct human *h)
{
    if (k->records++ < k->size->records)
        k->hear(k->arg, &(struct crowd_record){
                            .p = r->p, .person = h->number, .home = h->home });
}

void crowd_make(const struct crowd_size *size,
                void (*hear)(void *arg, const struct crowd_record *r), void *arg)
{
    struct crowd *k = calloc(1, sizeof(*k));
    const double again = size->doubles / (1 - size->doubles) / 1.1;
    struct human h[4];
    struct paper paper;

    if (!k) abort();
    *k = (struct crowd){ .size = size,
                         .mem = arena_new((size_t)64 << 20),
                         .home_mem = arena_new((size_t)1 << 20),
                         .hear = hear,
                         .arg = arg };
    read_lists(k);
    for (i64 home = 0; k->records < size->records; home++) {
        struct dice d = dice_for(size->seed, "home", home);
        const int n = make_home(k, &d, home, h);

        for (int i = 0; i < n; i++) {
            write_down(k, &d, &h[i], &paper);
            tell(k, &paper, &h[i]);
            if (!dice_chance(&d, again)) continue;
            write_again(k, &d, &h[i], &paper);
            tell(k, &paper, &h[i]);
            if (!dice_chance(&d, 0.1)) continue;
            write_again(k, &d, &h[i], &paper);
            tell(k, &paper, &h[i]);
        }
        arena_reset(k->home_mem);
    }
    arena_free(k->home_mem);
    arena_free(k->mem);
    free(k);
}
