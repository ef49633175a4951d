/* One word of a name in forms that can be compared: folded, by sound, without the
 * ending of a sex, and which first name it stands for. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "customer/customer_like_set.h"

/* First names with their other forms: full ones first, with their sex.  What Russians
 * call each other; ours, not a copy of any dictionary. */
/* clang-format off */
static const char *const names[] = {
    "m:Александр f:Александра Саша Саня Шура Сашка Алекс Шурик Сашенька",
    "m:Алексей Леша Алеша Лёха Лешка", "f:Алёна Аленка", "f:Елена Лена Ленка Леночка Алена", "f:Алина", "f:Алиса", "f:Алла",
    "f:Алевтина Аля Тина", "m:Анатолий Толя Толик", "m:Андрей Андрюша Андрюха", "f:Анна Аня Нюра Анечка Анюта Нюша",
    "f:Анастасия Настя Ася Настенька Стася", "f:Ангелина Геля Лина", "f:Анжела Анжелика", "f:Антонина Тоня", "m:Антон Тоша Антоха",
    "m:Аркадий Аркаша", "m:Арсений Сеня", "m:Артём m:Артемий Тема Темка", "m:Артур", "f:Арина Ариша", "m:Богдан", "m:Борис Боря", "f:Вера Верочка",
    "m:Вадим Вадик", "m:Валентин f:Валентина Валя", "m:Валерий f:Валерия Валера Лера", "m:Василий f:Василиса Вася", "f:Варвара Варя",
    "f:Вероника Ника", "m:Виктор Витя", "f:Виктория Вика", "m:Виталий Виталик", "m:Владимир Володя Вова Вовка Вован Влад",
    "m:Владислав f:Владислава Влад Владик Слава", "m:Всеволод Сева", "m:Вячеслав Слава Славик", "f:Галина Галя", "m:Геннадий Гена",
    "m:Георгий Жора Гоша Гера", "m:Герман Гера", "m:Глеб", "m:Григорий Гриша", "f:Дарья f:Дария Даша Дашенька", "f:Диана Дина",
    "m:Даниил m:Данила m:Данил Даня Данька", "m:Денис Дениска Дэн", "m:Дмитрий Дима Митя Димон Димка", "f:Ева", "m:Евгений f:Евгения Женя Женька",
    "f:Евдокия Дуся", "f:Екатерина Катя Катерина Катюша Катенька", "f:Елизавета Лиза Лизавета", "m:Егор Егорка", "m:Ефим Фима", "m:Захар", "f:Жанна",
    "f:Зинаида Зина", "f:Зоя", "m:Иван Ваня Ванька Ванюша", "m:Игорь Игорек", "m:Илья Илюша", "f:Инна", "f:Ирина Ира Иришка", "f:Карина",
    "m:Кирилл Кирюша", "m:Константин Костя", "f:Кристина Кристинка", "f:Ксения f:Оксана Ксюша", "f:Лариса Лара", "m:Лев Лёва", "m:Леонид Леня",
    "f:Лидия Лида", "f:Любовь Люба", "f:Людмила Люда Люся Мила", "m:Максим Макс Максимка", "f:Маргарита Рита Марго", "f:Марина Мариша",
    "f:Мария f:Марья Маша Маня Маруся Машенька", "m:Марк", "m:Матвей", "f:Милана Мила", "m:Михаил Миша Мишка", "f:Надежда Надя", "m:Назар",
    "f:Наталья f:Наталия Наташа Ната", "m:Никита", "m:Николай Коля Колян", "f:Нина", "m:Олег", "f:Олеся Леся", "f:Ольга Оля Оленька",
    "m:Павел Паша Павлик", "m:Пётр Петя", "f:Полина f:Апполинария Поля", "f:Раиса Рая", "m:Ринат", "f:Римма", "m:Роман Рома Ромка", "m:Рустам", "m:Руслан Русик", "m:Савелий",
    "f:Светлана Света Светик", "m:Святослав Слава Свят", "m:Семён Сема Сеня", "m:Сергей Сережа Серега Серый", "f:София f:Софья Соня",
    "m:Станислав f:Станислава Стас Слава", "m:Степан Степа", "f:Тамара Тома", "f:Татьяна f:Татиана Таня Танюша", "m:Тимофей Тима", "m:Тимур Тима",
    "f:Ульяна Уля", "m:Фёдор Федя", "m:Филипп Филя", "f:Эвелина Эля", "m:Эдуард Эдик", "f:Эльвира Эля", "f:Элина Эля", "f:Юлия Юля Юленька", "m:Юрий Юра Юрка",
    "f:Яна", "m:Ян", "m:Яков Яша", "m:Ярослав f:Ярослава Ярик Слава", "f:Регина", "m:Рафаэль", "m:Ильдар", "m:Марат", "f:Эмма", "f:Гульнара", "m:Тарас",
    "m:Родион", "m:Ростислав", "m:Вениамин", "m:Тигран", "m:Армен", "m:Эльдар", "f:Альбина", "m:Альберт", "f:Снежана", "f:Майя", "m:Платон", "f:Стефания", NULL,
};
/* clang-format on */

/* ---- Letters ------------------------------------------------------------------------
 */

/* Ours: Latin letters and digits as they are, а..я from 0x80 on, others from 0xC0. */
static unsigned char own_letter(unsigned code)
{
    if (code < 0x80) return (unsigned char)code;
    if (code >= U'а' && code <= U'я') return (unsigned char)(0x80 + code - U'а');
    return (unsigned char)(0xC0 | (code & 0x3F));
}

static int fold(const char *s, unsigned char *to)
{
    int n = 0;

    while (*s && n < LINK_LETTERS) {
        unsigned code = text_lower(text_next(&s));

        if (code == U'ё') code = U'е';
        if (text_is_letter(code) || text_is_digit(code)) to[n++] = own_letter(code);
    }
    return n;
}

/* ---- Sound
 * --------------------------------------------------------------------------- */

/* а..я as most schemes of transliteration agree: й and ы are i, э is e, щ is sh, soft
 * and hard signs are silent. */
static const char *const cyrillic[32] = {
    "a", "b",  "v",  "g",  "d", "e", "zh", "z", "i",  "i",  "k",
    "l", "m",  "n",  "o",  "p", "r", "s",  "t", "u",  "f",  "h",
    "c", "ch", "sh", "sh", "",  "i", "",   "e", "iu", "ia",
};
/* Latin as the schemes write it: longer ones first. */
static const char *const latin[][2] = {
    { "shch", "sh" }, { "sch", "sh" }, { "kh", "h" }, { "tch", "ch" }, { "ts", "c" },
    { "tz", "c" },    { "ph", "f" },   { "ck", "k" }, { "ju", "iu" },  { "yu", "iu" },
    { "ja", "ia" },   { "ya", "ia" },  { "jo", "e" }, { "yo", "e" },   { "je", "e" },
    { "ye", "e" },    { "x", "ks" },   { "w", "v" },  { "j", "i" },    { "y", "i" },
    { "q", "k" },     { NULL, NULL },
};

/* A letter twice is heard once. */
static int put_sound(unsigned char *to, int n, const char *what)
{
    for (; *what && n < LINK_LETTERS; what++)
        if (!n || to[n - 1] != (unsigned char)*what) to[n++] = (unsigned char)*what;
    return n;
}

static int sound_of(const unsigned char *text, int n, unsigned char *to)
{
    char one[2] = { 0 };
    int out = 0;

    for (int k = 0; k < n;) {
        int pair = 0, size = 0;

        if (text[k] >= 0x80 && text[k] < 0xA0) {
            out = put_sound(to, out, cyrillic[text[k++] - 0x80]);
            continue;
        }
        for (; latin[pair][0]; pair++) {
            size = (int)strlen(latin[pair][0]);
            if (k + size <= n && !memcmp(text + k, latin[pair][0], (size_t)size)) break;
        }
        one[0] = (char)text[k];
        out = put_sound(to, out, latin[pair][0] ? latin[pair][1] : one);
        k += latin[pair][0] ? size : 1;
    }
    return out;
}

/* ---- Endings
 * --------------------------------------------------------------------------- */

static bool ends(const struct like_name *w, const char *with)
{
    const int n = (int)strlen(with);

    return w->sound_n > n && !memcmp(w->sound + w->sound_n - n, with, (size_t)n);
}

struct ending {
    const char *is;
    int cut; /* letters of the sound that belong to the sex */
    char sex;
};

static void end_of(const struct like_name *w, const struct ending *e, int stem,
                   unsigned char *ret_n, char *ret_sex)
{
    *ret_n = w->sound_n;
    for (; e->is; e++)
        if (ends(w, e->is) && w->sound_n - e->cut >= stem) {
            *ret_n = (unsigned char)(w->sound_n - e->cut);
            *ret_sex = e->sex;
            return;
        }
}

static void read_endings(struct like_name *w)
{
    static const struct ending last[] = {
        { "skaia", 3, 'f' }, { "ckaia", 3, 'f' }, { "ski", 1, 'm' }, { "cki", 1, 'm' },
        { "aia", 3, 'f' },   { "oi", 2, 'm' },    { "ova", 1, 'f' }, { "eva", 1, 'f' },
        { "ina", 1, 'f' },   { "ov", 0, 'm' },    { "ev", 0, 'm' },  { "in", 0, 'm' },
        { NULL, 0, 0 },
    };
    static const struct ending middle[] = {
        { "inichna", 7, 'f' }, { "ichna", 5, 'f' }, { "ovna", 2, 'f' },
        { "evna", 2, 'f' },    { "ovich", 3, 'm' }, { "evich", 3, 'm' },
        { "ich", 3, 'm' },     { NULL, 0, 0 },
    };

    end_of(w, last, 3, &w->last_n, &w->sex_last);
    end_of(w, middle, 2, &w->middle_n, &w->sex_middle);
}

/* ---- First names
 * ------------------------------------------------------------------------ */

enum { FORMS = 700 };
struct form {
    unsigned initial; /* how it is written: "с" of "Саша" */
    unsigned char sound[LINK_LETTERS];
    unsigned char n, group;
    char sex; /* of a full name, or of all full names of its group */
    bool full;
};
static struct form forms[FORMS];
static int n_forms;
static pthread_once_t names_once = PTHREAD_ONCE_INIT;

static int by_sound(const void *a, const void *b)
{
    const struct form *x = a, *y = b;
    const int least = x->n < y->n ? x->n : y->n, c = memcmp(x->sound, y->sound, least);

    return c ? c : x->n != y->n ? x->n - y->n : x->group - y->group;
}

static void add_form(const char *word, size_t n, unsigned char group, char sex)
{
    char own[64];
    unsigned char text[LINK_LETTERS];
    struct form *f = &forms[n_forms++];

    memcpy(own, word, n);
    own[n] = '\0';
    f->full = own[1] == ':';
    const char *begin = f->full ? own + 2 : own;
    f->initial = text_lower(text_next(&begin));
    f->sex = f->full ? own[0] : sex;
    f->group = group;
    f->n = (unsigned char)sound_of(text, fold(f->full ? own + 2 : own, text), f->sound);
}

/* The sex of a group's diminutives: that of its full names when they have one. */
static char group_sex(const char *line)
{
    const bool m = strstr(line, "m:") != NULL, f = strstr(line, "f:") != NULL;

    return m == f ? 0 : m ? 'm' : 'f';
}

static void read_names(void)
{
    for (int g = 0; names[g]; g++)
        for (const char *p = names[g]; *p;) {
            const size_t n = strcspn(p, " ");

            add_form(p, n, (unsigned char)(g + 1), group_sex(names[g]));
            p += n + (p[n] == ' ');
        }
    qsort(forms, (size_t)n_forms, sizeof(*forms), by_sound);
}

static void read_first(struct like_name *w)
{
    struct form key = { .n = w->sound_n };
    int low = 0, high = n_forms, found = 0;

    memcpy(key.sound, w->sound, w->sound_n);
    while (low < high) {
        const int mid = (low + high) / 2;
        if (by_sound(&forms[mid], &key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < n_forms && forms[low].n == w->sound_n &&
           !memcmp(forms[low].sound, w->sound, w->sound_n);
         low++) {
        if (found < LIKE_GROUPS) w->group[found] = forms[low].group;
        w->sex_first = found ? (w->sex_first == forms[low].sex ? w->sex_first : 0)
                             : forms[low].sex;
        w->full |= forms[low].full;
        found++;
    }
}

static u64 which(const unsigned char *text, int n)
{
    u64 bits = 0;

    for (int k = 0; k < n; k++) bits |= 1ull << (text[k] & 63);
    return bits;
}

void like_name_read(const char *word, struct like_name *ret)
{
    pthread_once(&names_once, read_names);
    memset(ret, 0, sizeof(*ret));
    ret->n = (unsigned char)fold(word, ret->text);
    ret->sound_n = (unsigned char)sound_of(ret->text, ret->n, ret->sound);
    ret->letters = which(ret->text, ret->n);
    ret->sounds = which(ret->sound, ret->sound_n);
    read_endings(ret);
    read_first(ret);
}

size_t like_name_initials(const struct like_name *name, unsigned *ret, size_t most)
{
    size_t n = 0;

    for (int k = 0; k < n_forms; k++) {
        size_t i = 0;

        if (!forms[k].group ||
            (forms[k].group != name->group[0] && forms[k].group != name->group[1]))
            continue;
        while (i < n && ret[i] != forms[k].initial) i++;
        if (i == n && n < most) ret[n++] = forms[k].initial;
    }
    return n;
}
