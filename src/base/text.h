/* text.h -- words as people type them: case, ё, look-alike letters, the wrong
 * keyboard layout.
 *
 * Everything here takes UTF-8 that has been checked (text_utf8_ok at the edge);
 * a broken sequence is read as U+FFFD and never read past.  Results are in the
 * arena given.  Cost: one pass over the text. */
#pragma once

#include "base/arena.h"
#include "base/ctx.h"

/* Is this UTF-8 without NUL, surrogates, overlong forms? */
bool text_utf8_ok(const char *s, size_t n);

/* The code point at *s, which moves on; 0 at the end, U+FFFD for a broken byte. */
unsigned text_next(const char **s);
/* Write a code point (at most 4 bytes), tell how many. */
size_t text_put(char *to, unsigned code);

bool text_is_letter(unsigned code);
static inline bool text_is_digit(unsigned code)
{
    return code >= '0' && code <= '9';
}
bool text_is_cyrillic(unsigned code);
unsigned text_lower(unsigned code); /* Latin with its accents, Cyrillic, Greek */
unsigned text_upper(unsigned code); /* Latin with its accents, Cyrillic */

/* For comparing: lower case, ё as е, accents off Latin letters, a letter and its
 * combining accent as one, every space as ' ', dashes as '-', soft hyphens gone. */
char *text_fold(struct arena *mem, const char *s);

/* Letters of one alphabet that look like another's: "аррlе" (Cyrillic а, р, е)
 * becomes "apple", and back. */
char *text_to_latin_looks(struct arena *mem, const char *s);
char *text_to_cyrillic_looks(struct arena *mem, const char *s);

/* What the same keys give on the other layout: "cvfhnajy" is "смартфон",
 * "ыфьыгтп" is "samsung". */
char *text_layout_ru(struct arena *mem, const char *s);
char *text_layout_en(struct arena *mem, const char *s);

/* Words of a folded text: runs of letters and digits.  "6,7" and "2.1" are one
 * word (with a point); "s23" is one word with both kinds in it. */
struct text_word {
    char *at; /* own copy */
    size_t n; /* bytes */
    bool letters, digits, cyrillic;
    bool joined; /* only a hyphen or nothing stood before it: "wi-fi", "6.7\"" */
};
/* At most `max` words; returns how many. */
size_t text_words(struct arena *mem, const char *folded, struct text_word *to,
                  size_t max);

size_t text_length(const char *s); /* in code points */

/* Edits (insert, drop, change, swap of neighbours) that make a into b, at most
 * `most`; most + 1 when there are more.  Words over 40 letters count as far. */
int text_distance(const char *a, const char *b, int most);
