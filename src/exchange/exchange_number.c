/* Numbers as others write them. */
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "exchange/charset.h"
#include "exchange/exchange_own.h"
#include "setting/setting.h"

bool qty_parse(const char *s, i64 *ret_qty, const char **ret_why)
{
    const char *p = s;
    bool minus = false, digits = false;
    i64 v = 0;

    while (*p == ' ') p++;
    if (*p == '-' || *p == '+') minus = *p++ == '-';
    for (; (*p >= '0' && *p <= '9') || *p == ' ' || (p[0] == '\xC2' && p[1] == '\xA0');
         p++) {
        if (*p < '0' || *p > '9') continue; /* "1 200" */
        digits = true;
        v = v * 10 + (*p - '0');
        if (v > 1000000000) {
            *ret_why = "the quantity is over 1,000,000,000";
            return false;
        }
    }
    bool part = false;
    if ((*p == '.' || *p == ',') && digits)
        for (p++; *p >= '0' && *p <= '9'; p++) part |= *p != '0';
    while (*p == ' ') p++;
    if (!digits || *p) {
        *ret_why = "not a number";
        return false;
    }
    if (part) {
        *ret_why = "not a whole number of pieces";
        return false;
    }
    *ret_qty = minus ? -v : v;
    return true;
}

bool vat_parse(const char *s, i64 *ret_bp)
{
    i64 v = 0;
    int digits = 0;

    while (*s && (*s < '0' || *s > '9')) s++; /* "НДС20", "VAT_20" */
    for (; *s >= '0' && *s <= '9' && digits < 4; s++, digits++) v = v * 10 + (*s - '0');
    if (digits && (*s == '.' || *s == ',')) /* "20.00" */
        for (s++; *s == '0'; s++) {
        }
    if (digits && (*s == '/' || v > 100)) return false;
    *ret_bp = v * 100; /* "Без налога", "NO_VAT": no digits, no tax */
    return true;
}

static bool is_rouble(const char *fold)
{
    static const char *const words[] = { "",    "руб", "руб.", "рубль", "р",  "р.",
                                         "rub", "rur", "643",  "810",   "₽" };

    for (size_t k = 0; k < COUNT(words); k++)
        if (strcmp(words[k], fold) == 0) return true;
    return false;
}

bool rate_of(struct ctx *c, const char *currency, i64 *ret_rate_e4)
{
    const char *fold = charset_fold(c->mem, currency ? currency : "");

    if (is_rouble(fold)) {
        *ret_rate_e4 = 10000;
        return true;
    }
    const char *list = setting_text(c, "exchange.rates", (struct setting_scope){ 0 });
    const char *rates = charset_fold(c->mem, list ? list : "");
    const size_t n = strlen(fold);
    for (const char *p = rates; (p = strstr(p, fold)); p += n) {
        if ((p > rates && p[-1] != ' ' && p[-1] != ';' && p[-1] != ',') || p[n] != '=')
            continue;
        char *end;
        const double rate = strtod(p + n + 1, &end);
        if (end == p + n + 1 || !(rate > 0 && rate < 1e6)) return false;
        *ret_rate_e4 = (i64)(rate * 10000 + 0.5);
        return true;
    }
    return false;
}

/* More than two decimals are rounded: 1C counts prices per unit so. */
static bool amount_parse(struct ctx *c, const char *s, i64 *ret_minor)
{
    const size_t n = strcspn(s, ".,");
    char *end;

    if (money_parse(s, ret_minor)) return true;
    if (!s[n] || strlen(s + n) < 4 ||
        strspn(s + n + 1, "0123456789") != strlen(s + n + 1))
        return false;
    if (!money_parse(arena_printf(c->mem, "%.*s", (int)(n + 3), s), ret_minor))
        return false;
    const long next = strtol(arena_printf(c->mem, "%c", s[n + 3]), &end, 10);
    *ret_minor += next >= 5 ? (*s == '-' ? -1 : 1) : 0;
    return true;
}

bool price_parse(struct ctx *c, const char *amount, const char *currency,
                 i64 *ret_minor, const char **ret_why)
{
    i64 rate_e4, minor;

    if (!amount || !*amount || !amount_parse(c, amount, &minor)) {
        *ret_why = "not an amount of money";
        return false;
    }
    if (minor < 0) {
        *ret_why = "a price below zero";
        return false;
    }
    if (!rate_of(c, currency, &rate_e4)) {
        *ret_why = arena_printf(c->mem, "no rate of %s in the setting exchange.rates",
                                currency);
        return false;
    }
    if (minor > 1000000000000LL) {
        *ret_why = "a price over 10,000,000,000";
        return false;
    }
    *ret_minor = (minor * rate_e4 + 5000) / 10000;
    return true;
}

u64 mark_text(u64 hash, const char *s)
{
    for (; s && *s; s++) hash = (hash ^ (unsigned char)*s) * 0x100000001B3ull;
    return (hash ^ 0xFF) *
           0x100000001B3ull; /* where one text ends and the next begins */
}

u64 mark_int(u64 hash, i64 v)
{
    for (int k = 0; k < 64; k += 8)
        hash = (hash ^ ((u64)v >> k & 0xFF)) * 0x100000001B3ull;
    return hash;
}
