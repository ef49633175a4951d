#include "base/money.h"

#define MAX_MINOR 1000000000000000LL

static bool blank(const unsigned char *p, size_t *ret_len)
{
    *ret_len = p[0] == ' ' || p[0] == '\'' ? 1 : p[0] == 0xC2 && p[1] == 0xA0 ? 2 : 0;
    return *ret_len > 0;
}

/* Digits with thousands' blanks between them. */
static bool whole(const unsigned char **p, i64 *ret)
{
    size_t skip;
    bool any = false;

    for (*ret = 0; **p; (*p)++) {
        if (any && blank(*p, &skip)) {
            *p += skip - 1;
            continue;
        }
        if (**p < '0' || **p > '9') break;
        *ret = *ret * 10 + (**p - '0');
        any = true;
        if (*ret > MAX_MINOR / 100) return false;
    }
    return any;
}

static bool kopecks(const unsigned char **p, i64 *ret)
{
    i64 scale = 10;

    for (*ret = 0; **p >= '0' && **p <= '9'; (*p)++, scale /= 10) {
        if (scale == 0 && **p != '0') return false;
        *ret += (**p - '0') * scale;
    }
    return true;
}

bool money_parse(const char *s, i64 *ret_minor)
{
    const unsigned char *p = (const unsigned char *)s;
    i64 rub, kop = 0;
    bool minus;

    while (*p == ' ') p++;
    minus = *p == '-';
    if (minus) p++;
    if (!whole(&p, &rub)) return false;
    if (*p == ',' || *p == '.') {
        p++;
        if (!kopecks(&p, &kop)) return false;
    }
    while (*p == ' ') p++;
    if (*p) return false;
    *ret_minor = minus ? -(rub * 100 + kop) : rub * 100 + kop;
    return true;
}

const char *money_text(struct arena *mem, i64 minor)
{
    const u64 u = minor < 0 ? 0 - (u64)minor : (u64)minor;

    return arena_printf(mem, "%s%llu.%02llu", minor < 0 ? "-" : "", u / 100, u % 100);
}
