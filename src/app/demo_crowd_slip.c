/* How people write things down wrongly. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/demo_crowd.h"
#include "base/text.h"
#include "base/translit.h"

enum { LETTERS = 33 };

static int letter_at(unsigned code)
{
    code = text_lower(code);
    if (code == U'ё') return 6;
    if (code < U'а' || code > U'я') return -1;
    const int k = (int)(code - U'а');
    return k < 6 ? k : k + 1;
}

static unsigned letter_code(int at)
{
    return at == 6 ? U'ё' : (unsigned)(U'а' + at - (at > 6));
}

/* ---- Letters
 * ------------------------------------------------------------------------- */

/* Without a file: vowels and consonants that sound alike. */
static void own_letters(struct crowd_letters *l)
{
    static const char *const alike[] = {
        "ао", "еи", "бп", "вф", "гк", "дт", "жш", "зс",
        "ыи", "йи", "щш", "эе", "ъь", "ёе", "мн", "лр"
    };

    for (size_t k = 0; k < COUNT(alike); k++) {
        const char *s = alike[k];
        const int a = letter_at(text_next(&s)), b = letter_at(text_next(&s));

        l->share[a][b] = l->share[b][a] = 1;
    }
}

static bool read_line(const char *line, double *row)
{
    const char *p = strchr(line, ';');

    for (int k = 0; k < LETTERS; k++) {
        if (!p) return false;
        char *end;
        row[k] = strtod(p + 1, &end);
        if (end == p + 1) return false;
        p = strchr(end, ';');
    }
    return true;
}

void crowd_letters_read(struct crowd_letters *ret, const char *path)
{
    FILE *f = path ? fopen(path, "r") : NULL;
    char line[4096];
    int rows = 0;

    *ret = (struct crowd_letters){ 0 };
    if (f && fgets(line, sizeof(line), f)) /* the head */
        while (rows < LETTERS && fgets(line, sizeof(line), f) &&
               read_line(line, ret->share[rows]))
            rows++;
    if (f) fclose(f);
    if (rows < LETTERS) {
        *ret = (struct crowd_letters){ 0 };
        own_letters(ret);
    }
    for (int a = 0; a < LETTERS; a++) {
        double sum = 0;

        for (int b = 0; b < LETTERS; b++) sum += ret->share[a][b];
        for (int b = 0; b < LETTERS && sum > 0; b++) ret->share[a][b] /= sum;
    }
}

static unsigned mistaken(struct dice *d, const struct crowd_letters *l, unsigned code)
{
    const int a = letter_at(code);
    double at = dice_unit(d);

    for (int b = 0; a >= 0 && b < LETTERS; b++) {
        at -= l->share[a][b];
        if (at < 0) return letter_code(b);
    }
    return code;
}

/* The key beside it on the Russian layout. */
static unsigned beside(struct dice *d, unsigned code)
{
    static const char *const rows[] = { "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю" };

    for (size_t k = 0; k < COUNT(rows); k++) {
        unsigned row[16] = { 0 }, n = 0, at = 99;

        for (const char *p = rows[k]; *p; n++) {
            row[n] = text_next(&p);
            if (row[n] == text_lower(code)) at = n;
        }
        if (at == 99) continue;
        if (at == 0) return row[1];
        return at + 1 == n || dice_chance(d, 0.5) ? row[at - 1] : row[at + 1];
    }
    return code;
}

/* Half of the mistakes are a letter for another, as the letters tell; the rest slips of
 * the finger. */
const char *crowd_typo(struct arena *mem, struct dice *d, const struct crowd_letters *l,
                       const char *word)
{
    unsigned w[64];
    size_t n = 0, out = 0;

    for (const char *p = word; *p && n < COUNT(w) - 2;) w[n++] = text_next(&p);
    if (n < 3) return word;
    const size_t at = (size_t)dice_below(d, (i64)n);
    const double how = dice_unit(d);

    if (how < 0.5) {
        w[at] = mistaken(d, l, w[at]);
    } else if (how < 0.65) {
        w[at] = beside(d, w[at]);
    } else if (how < 0.8) {
        memmove(w + at, w + at + 1, (n-- - at - 1) * sizeof(*w));
    } else if (how < 0.9) {
        memmove(w + at + 1, w + at, (n++ - at) * sizeof(*w));
    } else if (at + 1 < n) {
        const unsigned kept = w[at];
        w[at] = w[at + 1];
        w[at + 1] = kept;
    }
    char *text = arena_raw(mem, n * 4 + 1);
    for (size_t k = 0; k < n; k++) out += text_put(text + out, w[k]);
    text[out] = '\0';
    return text;
}

/* ---- Latin letters
 * ----------------------------------------------------------------------- */

/* What differs from translit_plain. */
/* clang-format off */
static const char *const schemes[CROWD_SCHEMES][12] = {
    { NULL },
    { "х=kh", "щ=shch", "ъ=ie", "й=i", "ю=iu", "я=ia", NULL },          /* a passport's (ICAO 9303) */
    { "х=kh", "щ=shch", "ё=yo", "й=y", "ю=yu", "я=ya", NULL },          /* an encyclopaedia's */
    { "ж=zh", "ё=jo", "й=j", "ц=c", "ю=ju", "я=ja", NULL },             /* an old bank's */
};
/* clang-format on */

static const char *in_scheme(int scheme, const char *letter, size_t n)
{
    for (const char *const *s = schemes[scheme]; *s; s++)
        if (!strncmp(*s, letter, n) && (*s)[n] == '=') return *s + n + 1;
    return NULL;
}

const char *crowd_latin(struct arena *mem, int scheme, const char *word)
{
    char *out = arena_raw(mem, strlen(word) * 6 + 8);
    size_t n = 0;

    for (const char *p = word; *p;) {
        const char *from = p;
        char low[8] = { 0 };
        const unsigned code = text_next(&p), small = text_lower(code);
        const size_t size = text_put(low, small);
        const char *to = in_scheme(scheme, low, size);

        if (!to) to = translit_latin(mem, &translit_plain, low);
        (void)from;
        for (bool first = small != code; *to; to++, first = false)
            out[n++] = (char)(first && *to >= 'a' && *to <= 'z' ? *to - 32 : *to);
    }
    out[n] = '\0';
    return out;
}

/* ---- Names, dates, numbers
 * ------------------------------------------------------------------ */

const char *crowd_diminutive(struct dice *d, const char *first)
{
    /* clang-format off */
    static const char *const pairs[] = {
        "Александр=Саша|Саня|Алекс", "Александра=Саша|Шура", "Алексей=Лёша|Алёша", "Анастасия=Настя", "Анна=Аня", "Антон=Тоша",
        "Валентина=Валя", "Валерий=Валера", "Виктор=Витя", "Виктория=Вика", "Владимир=Вова|Володя", "Владислав=Влад", "Вячеслав=Слава",
        "Галина=Галя", "Дарья=Даша", "Дмитрий=Дима", "Евгений=Женя", "Евгения=Женя", "Екатерина=Катя", "Елена=Лена", "Елизавета=Лиза",
        "Иван=Ваня", "Ирина=Ира", "Константин=Костя", "Ксения=Ксюша", "Любовь=Люба", "Людмила=Люда", "Максим=Макс", "Мария=Маша",
        "Михаил=Миша", "Надежда=Надя", "Наталья=Наташа|Наталия", "Николай=Коля", "Ольга=Оля", "Павел=Паша", "Роман=Рома", "Светлана=Света",
        "Сергей=Серёжа", "София=Соня", "Станислав=Стас", "Татьяна=Таня", "Юлия=Юля", "Юрий=Юра", "Даниил=Даня|Данил", "Анатолий=Толя",
        "Борис=Боря", "Георгий=Гоша|Жора", "Григорий=Гриша", "Пётр=Петя", "Фёдор=Федя", "Тимофей=Тима", "Полина=Поля", "Вероника=Ника",
    };
    /* clang-format on */
    static char to[64];
    const size_t n = strlen(first);

    for (size_t k = 0; k < COUNT(pairs); k++) {
        if (strncmp(pairs[k], first, n) != 0 || pairs[k][n] != '=') continue;
        const char *list = pairs[k] + n + 1;
        i64 which = dice_below(d, demo_count(list, '|'));

        while (which--) list = strchr(list, '|') + 1;
        snprintf(to, sizeof(to), "%.*s", (int)strcspn(list, "|"), list);
        return to;
    }
    return first;
}

int crowd_birth_slip(struct dice *d, int birth)
{
    const int year = birth / 10000, month = birth / 100 % 100, day = birth % 100;
    const double how = dice_unit(d);

    if (how < 0.25 && day <= 12) return year * 10000 + day * 100 + month;
    if (how < 0.5) return birth + (dice_chance(d, 0.5) ? 10000 : -10000);
    if (how < 0.75) return year * 10000 + month * 100 + 1 + (int)dice_below(d, 28);
    return year * 10000 + (1 + (int)dice_below(d, 12)) * 100 + day;
}

void crowd_phone_slip(struct dice *d, char *phone)
{
    const size_t n = strlen(phone), at = n - 1 - (size_t)dice_below(d, 8);

    if (dice_chance(d, 0.3) && phone[at] != phone[at - 1]) {
        const char kept = phone[at];
        phone[at] = phone[at - 1];
        phone[at - 1] = kept;
    } else {
        phone[at] = (char)('0' + (phone[at] - '0' + 1 + dice_below(d, 9)) % 10);
    }
}
