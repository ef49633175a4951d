/* search_words.h -- a text taken apart as search sees it: the same way for a
 * product's name and for what a person types.  For this room only. */
#pragma once

#include "catalog/catalog.h"

enum { SEARCH_PARTS = 6, SEARCH_WORD_BYTES = 48 };

struct search_word {
    const char
        *raw; /* folded, look-alike letters of one alphabet: "s23", "256", "смартфон" */
    const char *unit; /* of a number: the term of its unit ("гб"); NULL none */
    bool number;      /* digits and a point alone */
    bool mixed;       /* letters and digits: also in parts */
    bool cyrillic;    /* has Cyrillic letters */
    bool joined;      /* a hyphen ties it to the word before: "wi-fi" */
    const char *part[SEARCH_PARTS]; /* of a mixed word: "s", "23" */
    int nparts;
    const char *as_typed; /* "256гб" as one word, when unit came out of it; else NULL */
};

/* At most max words; longer ones than SEARCH_WORD_BYTES are left out. */
size_t search_words(struct arena *mem, const char *text, struct search_word *to,
                    size_t max);

/* The stem of a folded word: Snowball for Russian or English by its letters; a
 * word with digits is its own stem.  Parallel: any thread. */
const char *search_stem(struct arena *mem, const char *word);

/* Words that carry no meaning of their own ("для", "и", "with"). */
bool search_is_stop(const char *word);
