#include "http/percent.h"

#include <string.h>

#include "base/json.h"

static int hex(char ch)
{
    if (ch >= '0' && ch <= '9') return ch - '0';
    if (ch >= 'a' && ch <= 'f') return ch - 'a' + 10;
    return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

bool percent_decode(char *s, bool plus_is_space)
{
    char *to = s;

    for (const char *p = s; *p; to++) {
        if (*p != '%') {
            *to = plus_is_space && *p == '+' ? ' ' : *p;
            p++;
            continue;
        }
        const int high = hex(p[1]), low = high < 0 ? -1 : hex(p[2]);
        if (low < 0 || !(high | low)) return false;
        *to = (char)(high << 4 | low);
        p += 3;
    }
    *to = '\0';
    return utf8_valid(s, (size_t)(to - s));
}
