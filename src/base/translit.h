/* translit.h -- Russian in Latin letters and back.
 *
 * A scheme is a table of letters, with exceptions after a letter, before one,
 * and at a word's end; so any of the published standards can be written down.
 * Ours (translit_plain) is what people type: "наушники" is "naushniki". */
#pragma once

#include "base/arena.h"

struct translit_pair {
    const char *from, *to; /* lower case; the list ends with NULL */
};
struct translit {
    const struct translit_pair *letters;
    const struct translit_pair
        *after; /* "ье": е after ь; "е": е that begins a word; or NULL */
    const struct translit_pair *before; /* "ъе": ъ before е; or NULL */
    const struct translit_pair
        *ending; /* the last two letters of a word of three or more; or NULL */
};
extern const struct translit translit_plain;

/* Case is kept letter by letter: "Щука" is "Schuka".  What is no Russian letter
 * passes.  Memory: arena. */
char *translit_latin(struct arena *mem, const struct translit *by, const char *russian);

/* The likeliest Russian behind a word typed in Latin, lower case: "telefon" is
 * "телефон", "stiralka" "стиралка". */
char *translit_russian(struct arena *mem, const char *latin);

/* "Смартфон Apple iPhone 15 Pro, 256 ГБ" is "smartfon-apple-iphone-15-pro-256-gb":
 * letters a to z, digits, single hyphens, at most 80 bytes; never empty ("x"), never
 * digits alone
 * ("x-1984"), so that an address tells a slug from an id. */
char *translit_slug(struct arena *mem, const char *text);
