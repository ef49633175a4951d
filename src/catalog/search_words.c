#include "catalog/search_words.h"

#include <libstemmer.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "catalog/catalog_unit.h"

/* ---- Stems ---------------------------------------------------------------------- */

/* A stemmer keeps its work in itself, so one thread uses it at a time; half a
 * microsecond a word makes nobody wait. */
static struct sb_stemmer *russian, *english;
static pthread_mutex_t stemming = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void make(void)
{
    russian = sb_stemmer_new("russian", NULL);
    english = sb_stemmer_new("english", NULL);
    if (!russian || !english) abort();
}

static bool has_digit(const char *s)
{
    return strpbrk(s, "0123456789") != NULL;
}

const char *search_stem(struct arena *mem, const char *word)
{
    const size_t n = strlen(word);
    const char *p = word, *stem;

    if (n < 3 || n > SEARCH_WORD_BYTES || has_digit(word)) return word;
    pthread_once(&made, make);
    pthread_mutex_lock(&stemming);
    struct sb_stemmer *by = text_is_cyrillic(text_next(&p)) ? russian : english;
    stem = (const char *)sb_stemmer_stem(by, (const sb_symbol *)word, (int)n);
    stem = stem ? arena_strdup(mem, stem, (size_t)sb_stemmer_length(by)) : word;
    pthread_mutex_unlock(&stemming);
    return stem;
}

bool search_is_stop(const char *word)
{
    static const char *const stop[] = {
        "и",   "в",    "на",     "с",    "со",       "к",   "по",  "от",
        "из",  "за",   "для",    "под",  "или",      "а",   "не",  "до",
        "без", "при",  "купить", "цена", "недорого", "the", "a",   "for",
        "and", "with", "of",     "in",   "to",       "by",  "buy", "price"
    };

    for (size_t k = 0; k < COUNT(stop); k++)
        if (!strcmp(word, stop[k])) return true;
    return false;
}

/* ---- Words ---------------------------------------------------------------------- */

/* Inch marks after a digit become a word, a plus after a letter too ("S23+"). */
static const char *marks_to_words(struct arena *mem, const char *folded)
{
    static const char *const inch[] = { "\"", "''", "″", "”" };
    char *out = arena_raw(mem, strlen(folded) * 8 + 1), *p = out;

    for (const char *s = folded; *s;) {
        const bool after_digit = s > folded && text_is_digit((unsigned char)s[-1]);
        size_t mark = 0;

        for (size_t k = 0; after_digit && k < COUNT(inch) && !mark; k++)
            if (!strncmp(s, inch[k], strlen(inch[k]))) mark = strlen(inch[k]);
        const bool plus = *s == '+' && s > folded && s[-1] != ' ' && s[-1] != '+';
        if (mark || plus) {
            p = stpcpy(p, mark ? " дюйм " : " plus ");
            s += mark ? mark : 1;
        } else {
            *p++ = *s++;
        }
    }
    *p = '\0';
    return out;
}

static bool all_latin(const char *s)
{
    unsigned code;

    while ((code = text_next(&s)))
        if (code >= 0x80) return false;
    return true;
}

static bool has_latin(const char *s)
{
    for (; *s; s++)
        if (*s >= 'a' && *s <= 'z') return true;
    return false;
}

/* A word of both alphabets has letters that only look right: "аррlе", "С23FE". */
static const char *one_alphabet(struct arena *mem, const struct text_word *w)
{
    const char *latin;

    if (!w->cyrillic || !has_latin(w->at)) return w->at;
    latin = text_to_latin_looks(mem, w->at);
    return all_latin(latin) ? latin : text_to_cyrillic_looks(mem, w->at);
}

/* Where digits meet letters the word has a seam. */
static void split(struct arena *mem, struct search_word *w)
{
    const char *s = w->raw;

    while (*s && w->nparts < SEARCH_PARTS) {
        const bool digits = text_is_digit((unsigned char)*s);
        const char *begin = s;

        while (*s &&
               (text_is_digit((unsigned char)*s) || (*s == '.' && digits)) == digits)
            s++;
        w->part[w->nparts++] = arena_strdup(mem, begin, (size_t)(s - begin));
    }
}

/* "256гб" is a number with a unit; it stays one word too, since "5g" may be a
 * name as well as five grammes. */
static void unit_inside(struct search_word *w)
{
    const char *unit = w->nparts == 2 && text_is_digit((unsigned char)*w->part[0])
                           ? catalog_unit_term(w->part[1])
                           : NULL;

    if (!unit) return;
    w->unit = unit;
    w->as_typed = w->raw;
    w->raw = w->part[0];
    w->number = true;
    w->mixed = false;
}

size_t search_words(struct arena *mem, const char *text, struct search_word *to,
                    size_t max)
{
    struct text_word *words = NEW_N(mem, struct text_word, max);
    const size_t found =
        text_words(mem, marks_to_words(mem, text_fold(mem, text)), words, max);
    size_t n = 0;

    for (size_t k = 0; k < found; k++) {
        const struct text_word *w = &words[k];
        const char *unit = n && to[n - 1].number && !to[n - 1].unit && !w->digits
                               ? catalog_unit_term(w->at)
                               : NULL;

        if (w->n > SEARCH_WORD_BYTES) continue;
        if (unit) {
            to[n - 1].unit = unit;
            continue;
        }
        struct search_word *t = &to[n++];
        *t = (struct search_word){ .raw = one_alphabet(mem, w),
                                   .number = w->digits && !w->letters,
                                   .mixed = w->digits && w->letters,
                                   .cyrillic = w->cyrillic,
                                   .joined = w->joined && n > 1 };
        if (!t->mixed) continue;
        split(mem, t);
        unit_inside(t);
    }
    return n;
}
