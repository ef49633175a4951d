#include "base/translit.h"

#include <string.h>

#include "base/text.h"

/* clang-format off */
static const struct translit_pair plain_letters[] = {
    { "а", "a" }, { "б", "b" }, { "в", "v" }, { "г", "g" }, { "д", "d" }, { "е", "e" }, { "ё", "e" },
    { "ж", "zh" }, { "з", "z" }, { "и", "i" }, { "й", "y" }, { "к", "k" }, { "л", "l" }, { "м", "m" },
    { "н", "n" }, { "о", "o" }, { "п", "p" }, { "р", "r" }, { "с", "s" }, { "т", "t" }, { "у", "u" },
    { "ф", "f" }, { "х", "h" }, { "ц", "ts" }, { "ч", "ch" }, { "ш", "sh" }, { "щ", "sch" }, { "ъ", "" },
    { "ы", "y" }, { "ь", "" }, { "э", "e" }, { "ю", "yu" }, { "я", "ya" }, { NULL, NULL },
};

/* Longer ones first. */
static const struct translit_pair back[] = {
    { "shch", "щ" }, { "sch", "щ" }, { "zh", "ж" }, { "kh", "х" }, { "ts", "ц" }, { "ch", "ч" }, { "sh", "ш" },
    { "yu", "ю" }, { "ju", "ю" }, { "iu", "ю" }, { "ya", "я" }, { "ja", "я" }, { "yo", "е" }, { "jo", "е" },
    { "ye", "е" }, { "ck", "к" }, { "ph", "ф" }, { "oo", "у" }, { "ee", "и" },
    { "a", "а" }, { "b", "б" }, { "c", "к" }, { "d", "д" }, { "e", "е" }, { "f", "ф" }, { "g", "г" },
    { "h", "х" }, { "i", "и" }, { "j", "й" }, { "k", "к" }, { "l", "л" }, { "m", "м" }, { "n", "н" },
    { "o", "о" }, { "p", "п" }, { "q", "к" }, { "r", "р" }, { "s", "с" }, { "t", "т" }, { "u", "у" },
    { "v", "в" }, { "w", "в" }, { "x", "кс" }, { "z", "з" }, { "'", "ь" }, { NULL, NULL },
};
/* clang-format on */

const struct translit translit_plain = { .letters = plain_letters };

static const char *find(const struct translit_pair *in, const char *key)
{
    for (; in && in->from; in++)
        if (!strcmp(in->from, key)) return in->to;
    return NULL;
}

/* The letters a, b (0: none) as a key in lower case. */
static const char *pair_of(char key[9], unsigned a, unsigned b)
{
    size_t n = a ? text_put(key, text_lower(a)) : 0;

    n += b ? text_put(key + n, text_lower(b)) : 0;
    key[n] = '\0';
    return key;
}

static const char *letter(const struct translit *by, unsigned before, unsigned code,
                          unsigned after)
{
    char key[9];
    const char *to = find(by->after, pair_of(key, before, code));

    if (!to) to = find(by->before, pair_of(key, code, after));
    return to ? to : find(by->letters, pair_of(key, code, 0));
}

/* A copy of `to` that begins with (or is all) capitals, as the source was. */
static char *write_as(char *p, const char *to, bool capital, bool all)
{
    for (bool first = true; *to; first = false) {
        const unsigned code = text_next(&to);
        p += text_put(p, (capital && first) || all ? text_upper(code) : code);
    }
    return p;
}

static bool is_upper(unsigned code)
{
    return text_lower(code) != code;
}

/* One word of n letters. */
static char *word(const struct translit *by, const unsigned *w, size_t n, char *p)
{
    char key[9];
    const char *end = n > 2 ? find(by->ending, pair_of(key, w[n - 2], w[n - 1])) : NULL;
    const size_t stem = end ? n - 2 : n;

    for (size_t k = 0; k < stem; k++) {
        const char *to = letter(by, k ? w[k - 1] : 0, w[k], k + 1 < n ? w[k + 1] : 0);

        p = to ? write_as(p, to, is_upper(w[k]), false) : p + text_put(p, w[k]);
    }
    return end ? write_as(p, end, false, is_upper(w[n - 1])) : p;
}

char *translit_latin(struct arena *mem, const struct translit *by, const char *russian)
{
    const size_t n = strlen(russian);
    char *out = arena_raw(mem, n * 6 + 1),
         *p = out; /* no letter becomes more than 12 bytes */
    unsigned *w = arena_raw(mem, (n + 1) * sizeof(*w)), code;
    size_t k = 0;

    do {
        code = text_next(&russian);
        if (text_is_letter(code)) {
            w[k++] = code;
            continue;
        }
        p = word(by, w, k, p);
        k = 0;
        if (code) p += text_put(p, code);
    } while (code);
    *p = '\0';
    return out;
}

static bool is_vowel(char ch)
{
    return ch && strchr("aeiouy", ch);
}

/* "y" is й after a vowel and before none ("play"), и at a word's end, else ы. */
static const char *y_sound(const char *at, const char *begin)
{
    if (at > begin && is_vowel(at[-1])) return "й";
    return at[1] ? "ы" : "и";
}

char *translit_russian(struct arena *mem, const char *latin)
{
    const char *begin = text_fold(mem, latin);
    char *out = arena_raw(mem, strlen(begin) * 4 + 1), *p = out;

    for (const char *s = begin; *s;) {
        const struct translit_pair *b = back;

        while (b->from && strncmp(s, b->from, strlen(b->from)) != 0) b++;
        const char *to = b->from ? b->to : *s == 'y' ? y_sound(s, begin) : NULL;
        if (to) {
            memcpy(p, to, strlen(to));
            p += strlen(to);
            s += b->from ? strlen(b->from) : 1;
        } else {
            *p++ = *s++;
        }
    }
    *p = '\0';
    return out;
}

char *translit_slug(struct arena *mem, const char *text)
{
    enum { LONGEST = 80 };
    const char *s = translit_latin(mem, &translit_plain, text_fold(mem, text));
    char *out = arena_raw(mem, LONGEST + 1), *p = out;

    for (; *s && p < out + LONGEST; s++) {
        if ((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9'))
            *p++ = *s;
        else if (p > out && p[-1] != '-')
            *p++ = '-';
    }
    while (p > out && p[-1] == '-') p--;
    if (p == out) *p++ = 'x';
    *p = '\0';
    const bool number = strspn(out, "0123456789") == (size_t)(p - out);
    return number ? arena_printf(mem, "x-%.*s", LONGEST - 2, out) : out;
}
