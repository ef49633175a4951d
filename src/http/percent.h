/* percent.h -- %41 to A, in place. */
#pragma once

#include <stdbool.h>

/* False when a percent sign is not followed by two hexadecimal digits, or what
 * comes out is not UTF-8 or has a NUL in it. */
bool percent_decode(char *s, bool plus_is_space);
