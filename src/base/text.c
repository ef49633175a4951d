#include "base/text.h"

#include <string.h>

/* ---- UTF-8 ---------------------------------------------------------------------- */

/* Bytes of the sequence that begins with this one, 0 when none does. */
static size_t sequence(unsigned char lead)
{
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return 2;
    if (lead >= 0xE0 && lead <= 0xEF) return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* The code point of n bytes, or U+FFFD when a byte is no continuation, the form
 * is overlong, or the result is a surrogate or past the last plane. */
static unsigned decode(const unsigned char *p, size_t n)
{
    static const unsigned char mask[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned code = p[0] & mask[n];

    for (size_t k = 1; k < n; k++) {
        if ((p[k] & 0xC0) != 0x80) return 0xFFFD;
        code = code << 6 | (p[k] & 0x3F);
    }
    if (code < least[n] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0xFFFD;
    return code;
}

bool text_utf8_ok(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s, *end = p + n;

    while (p < end) {
        const size_t len = sequence(*p);

        if (!len || !*p || len > (size_t)(end - p)) return false;
        if (len > 1 && decode(p, len) == 0xFFFD && memcmp(p, "\xEF\xBF\xBD", 3) != 0)
            return false;
        p += len;
    }
    return true;
}

unsigned text_next(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    const size_t n = sequence(*p);
    unsigned code;

    if (!*p) return 0;
    if (n <= 1) {
        (*s)++;
        return n ? *p : 0xFFFD;
    }
    code = decode(p, n); /* stops at the NUL, which is no continuation */
    *s += code == 0xFFFD ? 1 : n;
    return code;
}

size_t text_put(char *to, unsigned code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xC0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        to[0] = (char)(0xE0 | code >> 12);
        to[1] = (char)(0x80 | (code >> 6 & 0x3F));
        to[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | code >> 18);
    to[1] = (char)(0x80 | (code >> 12 & 0x3F));
    to[2] = (char)(0x80 | (code >> 6 & 0x3F));
    to[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

size_t text_length(const char *s)
{
    size_t n = 0;

    while (text_next(&s)) n++;
    return n;
}

/* ---- Letters -------------------------------------------------------------------- */

bool text_is_cyrillic(unsigned code)
{
    return code >= 0x400 && code <= 0x52F;
}

bool text_is_letter(unsigned code)
{
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
           (code >= 0xC0 && code <= 0x24F && code != 0xD7 && code != 0xF7) ||
           (code >= 0x370 && code <= 0x3FF && code != 0x37E && code != 0x387) ||
           (text_is_cyrillic(code) && (code < 0x482 || code > 0x489)) ||
           (code > 0x52F && code < 0x2000 && code != 0x1680) ||
           (code >= 0x3040 && code < 0xD800) || code == 0x2126;
}

unsigned text_lower(unsigned code)
{
    if (code >= 'A' && code <= 'Z') return code + 32;
    if (code >= 0xC0 && code <= 0xDE && code != 0xD7) return code + 32;
    if (code >= 0x410 && code <= 0x42F) return code + 32;
    if (code >= 0x400 && code <= 0x40F) return code + 80;
    if (code >= 0x391 && code <= 0x3A9) return code + 32;
    if ((code >= 0x100 && code <= 0x137) || (code >= 0x14A && code <= 0x177))
        return code | 1;
    if ((code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17E))
        return code + (code & 1);
    if (code >= 0x460 && code <= 0x481) return code | 1;
    return code;
}

unsigned text_upper(unsigned code)
{
    if (code >= 'a' && code <= 'z') return code - 32;
    if (code >= 0x430 && code <= 0x44F) return code - 32;
    if (code >= 0x450 && code <= 0x45F) return code - 80;
    if (code >= 0xE0 && code <= 0xFE && code != 0xF7) return code - 32;
    if ((code >= 0x100 && code <= 0x137) || (code >= 0x14A && code <= 0x177))
        return code & ~1u;
    if ((code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17E))
        return code - !(code & 1);
    return code;
}

/* Letters without their accents, from À to ſ; '.' keeps the letter. */
static unsigned bare(unsigned code)
{
    static const char latin1[] = "aaaaaa.ceeeeiiii.nooooo.ouuuuy..";
    static const char extended[] =
        "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jj"
        "kk.llllllllllnnnnnn...oooooo..rrrrrrssssssssttttttuuuuuuuuuuuu"
        "wwyyyzzzzzzs";

    if (code >= 0xE0 && code <= 0xFF)
        return latin1[code - 0xE0] == '.' ? code : (unsigned)latin1[code - 0xE0];
    if (code >= 0x100 && code < 0x100 + sizeof(extended) - 1)
        return extended[code - 0x100] == '.' ? code : (unsigned)extended[code - 0x100];
    return code;
}

static bool is_space(unsigned code)
{
    return code <= ' ' || code == 0xA0 || code == 0x1680 || code == 0x3000 ||
           code == 0x202F || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
           code == 0x2029;
}

/* One code point as text_fold() writes it; 0: nothing. */
static unsigned folded(unsigned code)
{
    if (is_space(code)) return ' ';
    if (code == 0xAD || (code >= 0x200B && code <= 0x200F) || code == 0xFEFF) return 0;
    if (code >= 0x300 && code <= 0x36F) return 0;
    if (code >= 0x2010 && code <= 0x2015) return '-';
    if (code == 0x2212) return '-';
    code = bare(text_lower(code));
    return code == 0x451 ? 0x435 : code;
}

char *text_fold(struct arena *mem, const char *s)
{
    char *to = arena_raw(mem, strlen(s) * 3 + 1), *p = to;
    unsigned code, before = 0;

    while ((code = text_next(&s))) {
        if (code == 0x306 && before == 0x438) { /* и and a breve are й */
            p -= 2;
            p += text_put(p, before = 0x439);
            continue;
        }
        if (!(code = folded(code))) continue;
        p += text_put(p, before = code);
    }
    *p = '\0';
    return to;
}

/* ---- Letters for letters -------------------------------------------------------- */

/* Replace letters of `from` by those at the same place of `to`. */
static char *exchange(struct arena *mem, const char *s, const char *from,
                      const char *to)
{
    char *out = arena_raw(mem, strlen(s) * 4 + 1), *p = out;
    unsigned code;

    while ((code = text_next(&s))) {
        const char *f = from, *t = to;
        unsigned a, b;

        while ((a = text_next(&f)) && (b = text_next(&t)))
            if (a == code) {
                code = b;
                break;
            }
        p += text_put(p, code);
    }
    *p = '\0';
    return out;
}

static const char looks_cyrillic[] = "аеорсухкмтвнАЕОРСУХКМТВНіјѕІЈЅ";
static const char looks_latin[] = "aeopcyxkmtbhAEOPCYXKMTBHijsIJS";

char *text_to_latin_looks(struct arena *mem, const char *s)
{
    return exchange(mem, s, looks_cyrillic, looks_latin);
}

char *text_to_cyrillic_looks(struct arena *mem, const char *s)
{
    return exchange(mem, s, looks_latin, looks_cyrillic);
}

/* Keys of the two layouts, unshifted and shifted. */
static const char keys_en[] = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./"
                              "~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?@#$^&|";
static const char keys_ru[] = "ёйцукенгшщзхъфывапролджэячсмитьбю."
                              "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,\"№;:?/";

char *text_layout_ru(struct arena *mem, const char *s)
{
    return exchange(mem, s, keys_en, keys_ru);
}

char *text_layout_en(struct arena *mem, const char *s)
{
    return exchange(mem, s, keys_ru, keys_en);
}

/* ---- Words ---------------------------------------------------------------------- */

/* A point or comma between digits belongs to the number. */
static bool is_decimal(const char *p, bool after_digit)
{
    return after_digit && (*p == '.' || *p == ',') &&
           text_is_digit((unsigned char)p[1]);
}

/* Does a word go on here?  Moves over one letter, digit or decimal point. */
static bool word_part(const char **p, struct text_word *w, bool *after_digit)
{
    const char *at = *p;

    if (is_decimal(at, *after_digit)) {
        *after_digit = false;
        (*p)++;
        return true;
    }
    const unsigned code = text_next(&at);
    const bool digit = text_is_digit(code), letter = text_is_letter(code);
    if (!digit && !letter) return false;
    w->digits |= digit;
    w->letters |= letter;
    w->cyrillic |= text_is_cyrillic(code);
    *after_digit = digit;
    *p = at;
    return true;
}

size_t text_words(struct arena *mem, const char *text, struct text_word *to, size_t max)
{
    const char *p = text, *end = text;
    size_t n = 0;

    while (*p && n < max) {
        struct text_word w = { 0 };
        const char *begin = p;
        bool after_digit = false;

        while (word_part(&p, &w, &after_digit))
            ;
        if (p == begin) {
            text_next(&p);
            continue;
        }
        w.n = (size_t)(p - begin);
        w.at = arena_strdup(mem, begin, w.n);
        for (char *q = w.at; (q = strchr(q, ',')); q++) *q = '.';
        w.joined = n && begin - end == 1 && *end == '-';
        end = p;
        to[n++] = w;
    }
    return n;
}

/* ---- Typos ---------------------------------------------------------------------- */

enum { LONG_WORD = 40 };

static int letters_of(const char *s, unsigned *to)
{
    unsigned code;
    int n = 0;

    while ((code = text_next(&s))) {
        if (n == LONG_WORD) return -1;
        to[n++] = code;
    }
    return n;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Three rows of the usual table: a swap of neighbours looks two rows back. */
int text_distance(const char *a, const char *b, int most)
{
    unsigned x[LONG_WORD], y[LONG_WORD];
    int rows[3][LONG_WORD + 1];
    const int n = letters_of(a, x), m = letters_of(b, y);

    if (n < 0 || m < 0 || n - m > most || m - n > most) return most + 1;
    for (int j = 0; j <= m; j++) rows[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        int best = now[0] = i;

        for (int j = 1; j <= m; j++) {
            now[j] =
                least(least(up[j], now[j - 1]) + 1, up[j - 1] + (x[i - 1] != y[j - 1]));
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1])
                now[j] = least(now[j], up2[j - 2] + 1);
            best = least(best, now[j]);
        }
        if (best > most) return most + 1;
    }
    return least(rows[n % 3][m], most + 1);
}
