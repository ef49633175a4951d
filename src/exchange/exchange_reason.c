/* Refusals in people's words: what a report keeps for logs is read back by pattern, so
 * that reports of years ago speak too. */
#include <string.h>

#include "base/buf.h"
#include "exchange/exchange_reason.h"

enum { HOLES = 4, PARTS = 8 };

static const struct reason {
    const char *is, *ru, *en;
    bool about;
} reasons[] = {
#define REASON(is, ru, en)       { is, ru, en, false },
#define REASON_ABOUT(is, ru, en) { is, ru, en, true },
#include "exchange/exchange_reason.def"
#undef REASON
#undef REASON_ABOUT
};

struct piece {
    const char *at;
    size_t n;
};

/* `text` of n bytes against a pattern; holes are at least a byte, as short as may be.
 */
static bool fits(const char *is, const char *text, size_t n, struct piece *hole)
{
    for (;; is++, text++, n--) {
        if (is[0] == '%' && is[1] == 's') break;
        if (!*is) return n == 0;
        if (!n || *is != *text) return false;
    }
    for (size_t k = 1; k <= n; k++) {
        *hole = (struct piece){ text, k };
        if (fits(is + 2, text + k, n - k, hole + 1)) return true;
    }
    return false;
}

static const char *filled(struct arena *mem, const char *words,
                          const struct piece *hole)
{
    struct buf to = buf_new(mem, 256, 4 * REASON_BYTES);

    for (const char *p = words; *p; p++) {
        const bool is_hole = p[0] == '%' && p[1] >= '1' && p[1] <= '0' + HOLES;

        if (!is_hole) {
            buf_char(&to, *p);
            continue;
        }
        p++;
        buf_put(&to, hole[*p - '1'].at, hole[*p - '1'].n);
    }
    return to.full ? NULL : to.at;
}

/* NULL: no row fits. */
static const char *one(struct arena *mem, bool en, bool about, const char *text,
                       size_t n)
{
    struct piece hole[HOLES + 1] = { 0 };

    for (size_t k = 0; k < COUNT(reasons); k++)
        if (reasons[k].about == about && fits(reasons[k].is, text, n, hole))
            return filled(mem, en ? reasons[k].en : reasons[k].ru, hole);
    return NULL;
}

/* What it is about, part by part: a name of ours in words, theirs as it stands. */
static const char *about(struct arena *mem, bool en, const char *text, size_t n)
{
    const char *cut = memmem(text, n, ": ", 2);
    const size_t part = cut ? (size_t)(cut - text) : n;
    const char *words = one(mem, en, true, text, part);

    if (!words) words = arena_strdup(mem, text, part);
    if (!cut) return words;
    return arena_printf(mem, "%s: %s", words, about(mem, en, cut + 2, n - part - 2));
}

static const char *said(struct arena *mem, bool en, const char *text)
{
    const char *whole = one(mem, en, false, text, strlen(text));
    int parts = 0; /* a cell of somebody's file may be nothing but colons */

    for (const char *cut = strstr(text, ": "); cut && !whole && parts < PARTS;
         cut = strstr(cut + 1, ": "), parts++) {
        const char *why = one(mem, en, false, cut + 2, strlen(cut + 2));
        if (why)
            whole = arena_printf(mem, "%s: %s",
                                 about(mem, en, text, (size_t)(cut - text)), why);
    }
    return whole;
}

const char *exchange_reason(struct ctx *c, const char *reason)
{
    const bool en = c->lang && !strcmp(c->lang, "en");
    const char *words =
        reason && strlen(reason) <= REASON_BYTES ? said(c->mem, en, reason) : NULL;

    return words ? words : reason;
}
