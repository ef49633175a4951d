/* charset.h -- the two encodings in which our neighbours write Russian.
 *
 * Everything inside the program is UTF-8; windows-1251 lives at the edge only. */
#pragma once

#include "base/ctx.h"

/* Is this UTF-8?  With `open`, a character cut off at the very end is forgiven:
 * for the first piece of a longer text. */
bool charset_is_utf8(const char *s, size_t n, bool open);

/* windows-1251 to UTF-8.  `to` has room for 3 * n bytes; returns the bytes used.
 * A byte without a meaning becomes U+FFFD. */
size_t charset_from_1251(char *to, const char *from, size_t n);

/* UTF-8 to windows-1251 in arena memory.  A character that 1251 does not have
 * becomes an XML reference ("&#x20BD;") when `xml`, else '?'. */
const char *charset_to_1251(struct arena *mem, const char *s, size_t n, bool xml,
                            size_t *ret_n);

/* Lower case of Latin and Cyrillic letters, ё as е, blanks, '_' and '-' folded to
 * one blank, outer blanks gone: names of columns and price types are compared so. */
const char *charset_fold(struct arena *mem, const char *s);

/* At most `max` bytes of s, never half a character. */
size_t charset_cut(const char *s, size_t n, size_t max);
