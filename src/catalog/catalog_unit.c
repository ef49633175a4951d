/* Units as people and price files write them, and one spelling of each. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "catalog/catalog_unit.h"

/* clang-format off */
/* One spelling, the word that stands for it in search, how others write it.
 * Words are compared folded; the longest that fits wins. */
static const struct unit {
    const char *shown, *term;
    const char *ways[8];
} units[] = {
    { "ГБ",    "гб",    { "гб", "gb", "гигабайт", "гиг", "гигов" } },
    { "ТБ",    "тб",    { "тб", "tb", "терабайт" } },
    { "МБ",    "мб",    { "мб", "mb", "мегабайт" } },
    { "дюйм",  "дюйм",  { "\"", "''", "″", "”", "дюйм", "inch", "in" } },
    { "см",    "см",    { "см", "cm", "сантиметр" } },
    { "мм",    "мм",    { "мм", "mm", "миллиметр" } },
    { "м",     "м",     { "м", "m", "метр" } },
    { "кг",    "кг",    { "кг", "kg", "килограмм" } },
    { "г",     "г",     { "г", "гр", "g", "грамм" } },
    { "л",     "л",     { "л", "l", "литр" } },
    { "Вт",    "вт",    { "вт", "w", "ватт" } },
    { "кВт",   "квт",   { "квт", "kw", "киловатт" } },
    { "В",     "в",     { "в", "v", "вольт" } },
    { "А",     "а",     { "а", "a", "ампер" } },
    { "Гц",    "гц",    { "гц", "hz", "герц" } },
    { "кГц",   "кгц",   { "кгц", "khz" } },
    { "МГц",   "мгц",   { "мгц", "mhz" } },
    { "ГГц",   "ггц",   { "ггц", "ghz" } },
    { "мА·ч",  "мач",   { "мач", "ма·ч", "ма*ч", "ма ч", "mah" } },
    { "Вт·ч",  "втч",   { "вт·ч", "втч", "вт*ч", "wh" } },
    { "Мп",    "мп",    { "мп", "мпикс", "мпкс", "mp", "мегапиксел" } },
    { "дБ",    "дб",    { "дб", "db", "децибел" } },
    { "об/мин", "обмин", { "об/мин", "об./мин", "rpm", "оборот" } },
    { "Мбит/с", "мбитс", { "мбит/с", "mbps", "мбит" } },
    { "Гбит/с", "гбитс", { "гбит/с", "gbps", "гбит" } },
    { "ч",     "ч",     { "ч", "час", "h" } },
    { "мин",   "мин",   { "мин", "минут", "min" } },
    { "шт",    "шт",    { "шт", "штук", "pcs" } },
    { "°C",    "градус", { "°c", "°с", "градус" } },
    { "%",     "процент", { "%", "процент" } },
    { "комплектов", "комплект", { "комплект" } },
};
/* clang-format on */

/* Words of four letters and more may have an ending: "дюймов", "гигабайта". */
static bool is_way(const char *text, size_t n, const char *way)
{
    const size_t m = strlen(way);

    if (n < m || memcmp(text, way, m) != 0) return false;
    return n == m || (m >= 6 && n - m <= 6);
}

static const struct unit *unit_of(const char *folded, size_t n)
{
    for (size_t k = 0; k < COUNT(units); k++)
        for (const char *const *w = units[k].ways; w < units[k].ways + 8 && *w; w++)
            if (is_way(folded, n, *w)) return &units[k];
    return NULL;
}

const char *catalog_unit_term(const char *word)
{
    const struct unit *u = unit_of(word, strlen(word));

    return u ? u->term : NULL;
}

/* "6,7", "1 024", "-18": the number and where it ends. */
static bool number(const char *s, double *ret, const char **ret_end)
{
    char digits[32];
    size_t n = 0;

    if (*s == '-' || *s == '+') digits[n++] = *s++;
    for (; n < sizeof(digits) - 1; s++) {
        const bool thousands = *s == ' ' && n && text_is_digit((unsigned char)s[1]) &&
                               text_is_digit((unsigned char)s[2]) &&
                               text_is_digit((unsigned char)s[3]) &&
                               !text_is_digit((unsigned char)s[4]);

        if (thousands) continue;
        if (text_is_digit((unsigned char)*s))
            digits[n++] = *s;
        else if ((*s == ',' || *s == '.') && text_is_digit((unsigned char)s[1]))
            digits[n++] = '.';
        else
            break;
    }
    digits[n] = '\0';
    char *end;
    *ret = strtod(digits, &end);
    *ret_end = s;
    return n && !*end && end != digits;
}

bool catalog_unit_parse(const char *text, double *ret_number, const char **ret_unit)
{
    struct arena *mem = arena_new(4096);
    const char *s = strlen(text) <= 64 ? text_fold(mem, text) : "";
    const char *unit = NULL, *end;
    double n = NAN;
    bool ok;

    while (*s == ' ') s++;
    ok = number(s, &n, &end);
    while (ok && *end == ' ') end++;
    size_t left = ok ? strlen(end) : 0;
    while (left && (end[left - 1] == ' ' || end[left - 1] == '.')) left--;
    if (ok && left) {
        const struct unit *u = unit_of(end, left);
        unit = u ? u->shown : NULL;
        ok = u != NULL;
    }
    arena_free(mem);
    if (!ok) return false;
    *ret_number = n;
    *ret_unit = unit ? unit : "";
    return true;
}
