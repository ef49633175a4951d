/* Names: which word is which, and in what form they are looked for. */
#include <string.h>

#include "base/text.h"
#include "customer/customer_own.h"

const char *customer_fold(struct arena *mem, const char *s)
{
    char *folded = text_fold(mem, s), *to = folded;

    for (const char *p = folded; *p; p++)
        if (*p != ' ' || (to > folded && to[-1] != ' ')) *to++ = *p;
    while (to > folded && to[-1] == ' ') to--;
    *to = '\0';
    return folded;
}

/* "ИВАНОВА", "иванова" to "Иванова"; a word in mixed case ("МакКинли") stays. */
static const char *as_name(struct arena *mem, const char *word)
{
    char *out = arena_raw(mem, strlen(word) * 2 + 1), *to = out;
    size_t uppers = 0, lowers = 0;
    bool first = true;

    for (const char *p = word; *p;) {
        const unsigned letter = text_next(&p);
        uppers += text_lower(letter) != letter;
        lowers += text_upper(letter) != letter;
    }
    if (uppers && lowers) return word;
    for (const char *p = word; *p;) {
        const unsigned letter = text_next(&p);
        to += text_put(to, first ? text_upper(letter) : text_lower(letter));
        first = letter == '-';
    }
    *to = '\0';
    return out;
}

static bool ends(const char *word, const char *const *endings, size_t n)
{
    const size_t len = strlen(word);

    for (size_t k = 0; k < n; k++) {
        const size_t e = strlen(endings[k]);
        if (len > e && strcmp(word + len - e, endings[k]) == 0) return true;
    }
    return false;
}

static bool patronymic(const char *folded)
{
    static const char *const endings[] = { "ович",   "евич", "овна", "евна", "ична",
                                           "инична", "ьич",  "мич",  "кич" };

    return ends(folded, endings, COUNT(endings));
}

/* First names that end like surnames. */
static bool known_name(const char *folded)
{
    static const char *const names[] = {
        "марина",   "ирина",     "полина",   "алина",      "карина",   "галина",
        "кристина", "екатерина", "арина",    "дарина",     "нина",     "ангелина",
        "регина",   "валентина", "сабина",   "эвелина",    "антонина", "василина",
        "мальвина", "алевтина",  "фаина",    "константин", "валентин", "мартин",
        "августин", "вениамин",  "ян",       "иван",       "степан",   "руслан",
        "роман",    "богдан",    "тимур",    "лина",       "дина",     "зина",
        "инна",     "георгий",   "анатолий", "юрий",       "марк",     "кирилл",
    };

    for (size_t k = 0; k < COUNT(names); k++)
        if (strcmp(folded, names[k]) == 0) return true;
    return false;
}

static bool surname(const char *folded)
{
    static const char *const endings[] = {
        "ов",    "ова",  "ев",   "ева",  "ин", "ина", "ын",  "ына", "ский",
        "ская",  "цкий", "цкая", "енко", "ко", "ук",  "юк",  "ян",  "дзе",
        "швили", "ых",   "их",   "ой",   "ич", "ец",  "чук", "ман", "берг",
    };

    return !known_name(folded) && ends(folded, endings, COUNT(endings));
}

enum { WORDS = 8 };

static size_t words_of(struct arena *mem, const char *text, const char **words)
{
    size_t n = 0;

    for (const char *p = text; n < WORDS;) {
        p += strspn(p, " \t\r\n,");
        const size_t len = strcspn(p, " \t\r\n,");
        if (!len) break;
        words[n++] = as_name(mem, arena_strdup(mem, p, len));
        p += len;
    }
    return n;
}

static const char *join(struct arena *mem, const char *const *words, size_t n)
{
    const char *all = n ? words[0] : "";

    for (size_t k = 1; k < n; k++) all = arena_printf(mem, "%s %s", all, words[k]);
    return all;
}

/* Two words: surname first as in every form, unless the endings say otherwise. */
static struct name of_two(struct arena *mem, const char *const *w)
{
    const char *a = customer_fold(mem, w[0]), *b = customer_fold(mem, w[1]);

    if (patronymic(b) && !surname(a)) return (struct name){ "", w[0], w[1] };
    if (known_name(a) || (surname(b) && !surname(a)))
        return (struct name){ w[1], w[0], "" };
    return (struct name){ w[0], w[1], "" };
}

/* "Иванова, Анна Петровна", "Иванова,": what stands before the comma is the surname,
 * also when nothing follows.  "Анна, код 12" is no such thing. */
static bool before_comma(struct arena *mem, const char *text, struct name *ret)
{
    const char *comma = strchr(text, ',');
    const char *before[WORDS], *after[WORDS];

    if (!comma) return false;
    const size_t n =
        words_of(mem, arena_strdup(mem, text, (size_t)(comma - text)), before);
    if (n != 1 || known_name(customer_fold(mem, before[0]))) return false;
    const size_t m = words_of(mem, comma + 1, after);
    *ret = (struct name){ before[0], m ? after[0] : "",
                          m > 1 ? join(mem, after + 1, m - 1) : "" };
    return true;
}

struct name customer_name_split(struct arena *mem, const char *text)
{
    const char *w[WORDS];
    struct name said;
    const size_t n = words_of(mem, text ? text : "", w);

    if (text && before_comma(mem, text, &said)) return said;
    if (n == 0) return (struct name){ "", "", "" };
    if (n == 1) return (struct name){ "", w[0], "" };
    if (n == 2) return of_two(mem, w);
    if (n == 3 && patronymic(customer_fold(mem, w[1])) &&
        !patronymic(customer_fold(mem, w[2])))
        return (struct name){ w[2], w[0], w[1] };
    return (struct name){ w[0], w[1], join(mem, w + 2, n - 2) };
}

const char *customer_name_join(struct arena *mem, const char *last, const char *first,
                               const char *middle)
{
    const char *w[3];
    size_t n = 0;

    if (last[0]) w[n++] = last;
    if (first[0]) w[n++] = first;
    if (middle[0]) w[n++] = middle;
    return join(mem, w, n);
}
