#include "exchange/charset.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
/* What 0x80..0xBF mean; 0xC0..0xFF are U+0410..U+044F in order. */
static const unsigned short high[64] = {
    0x0402, 0x0403, 0x201A, 0x0453, 0x201E, 0x2026, 0x2020, 0x2021,
    0x20AC, 0x2030, 0x0409, 0x2039, 0x040A, 0x040C, 0x040B, 0x040F,
    0x0452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0xFFFD, 0x2122, 0x0459, 0x203A, 0x045A, 0x045C, 0x045B, 0x045F,
    0x00A0, 0x040E, 0x045E, 0x0408, 0x00A4, 0x0490, 0x00A6, 0x00A7,
    0x0401, 0x00A9, 0x0404, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x0407,
    0x00B0, 0x00B1, 0x0406, 0x0456, 0x0491, 0x00B5, 0x00B6, 0x00B7,
    0x0451, 0x2116, 0x0454, 0x00BB, 0x0458, 0x0405, 0x0455, 0x0457,
};
/* clang-format on */

/* One character of valid or broken UTF-8; 0 bytes when it is broken. */
static size_t char_at(const unsigned char *s, size_t n, unsigned *ret)
{
    const unsigned b = n ? s[0] : 0;
    const size_t len = b < 0x80 ? 1 : b < 0xC2 ? 0 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
    static const unsigned least[5] = { 0, 0, 0x80, 0x800, 0x10000 };

    if (!len || len > n || b > 0xF4) return 0;
    if (len == 1) {
        *ret = b;
        return 1;
    }
    unsigned u = b & (0xFFu >> (len + 1));
    for (size_t k = 1; k < len; k++) {
        if ((s[k] & 0xC0) != 0x80) return 0;
        u = u << 6 | (s[k] & 0x3Fu);
    }
    if (u < least[len] || u > 0x10FFFF || (u >= 0xD800 && u < 0xE000)) return 0;
    *ret = u;
    return len;
}

static size_t put(char *to, unsigned u)
{
    if (u < 0x80) {
        to[0] = (char)u;
        return 1;
    }
    if (u < 0x800) {
        to[0] = (char)(0xC0 | u >> 6);
        to[1] = (char)(0x80 | (u & 0x3F));
        return 2;
    }
    to[0] = (char)(0xE0 | u >> 12);
    to[1] = (char)(0x80 | (u >> 6 & 0x3F));
    to[2] = (char)(0x80 | (u & 0x3F));
    return 3;
}

bool charset_is_utf8(const char *s, size_t n, bool open)
{
    const unsigned char *u = (const unsigned char *)s;
    unsigned ignored;

    for (size_t k = 0; k < n;) {
        const size_t len = char_at(u + k, n - k, &ignored);

        if (!len) return open && n - k < 4 && u[k] >= 0xC2;
        k += len;
    }
    return true;
}

size_t charset_from_1251(char *to, const char *from, size_t n)
{
    size_t out = 0;

    for (size_t k = 0; k < n; k++) {
        const unsigned char b = (unsigned char)from[k];

        out += put(to + out, b < 0x80   ? b
                             : b < 0xC0 ? high[b - 0x80]
                                        : 0x410u + b - 0xC0);
    }
    return out;
}

/* 0: windows-1251 does not have it. */
static unsigned char byte_of(unsigned u)
{
    if (u < 0x80) return (unsigned char)u;
    if (u >= 0x410 && u <= 0x44F) return (unsigned char)(u - 0x410 + 0xC0);
    for (unsigned k = 0; k < 64; k++)
        if (high[k] == u && u != 0xFFFD) return (unsigned char)(0x80 + k);
    return 0;
}

const char *charset_to_1251(struct arena *mem, const char *s, size_t n, bool xml,
                            size_t *ret_n)
{
    const unsigned char *in = (const unsigned char *)s;
    char *to = arena_raw(mem, n * 5 + 1); /* 2 bytes can become "&#x7FF;" */
    size_t out = 0;

    for (size_t k = 0; k < n;) {
        unsigned u = 0xFFFD;
        const size_t len = char_at(in + k, n - k, &u);
        const unsigned char b = byte_of(u);

        if (b || u == 0)
            to[out++] = (char)b;
        else if (xml)
            out += (size_t)snprintf(to + out, 12, "&#x%X;", u);
        else
            to[out++] = '?';
        k += len ? len : 1;
    }
    to[out] = '\0';
    *ret_n = out;
    return to;
}

static unsigned lower(unsigned u)
{
    if (u >= 'A' && u <= 'Z') return u + 32;
    if (u >= 0x410 && u <= 0x42F) return u + 32;
    if (u == 0x401 || u == 0x451) return 0x435;
    return u;
}

const char *charset_fold(struct arena *mem, const char *s)
{
    const size_t n = strlen(s);
    char *to = arena_raw(mem, n + 1);
    size_t out = 0;
    bool gap = false;

    for (size_t k = 0; k < n;) {
        unsigned u = 0;
        const size_t len = char_at((const unsigned char *)s + k, n - k, &u);

        k += len ? len : 1;
        if (!len) continue;
        if (u <= ' ' || u == '_' || u == '-' || u == 0xA0) {
            gap = out > 0;
            continue;
        }
        if (gap) to[out++] = ' ';
        gap = false;
        if (u < 0x10000)
            out += put(to + out, lower(u));
        else
            out += (memcpy(to + out, s + k - len, len), len);
    }
    to[out] = '\0';
    return to;
}

size_t charset_cut(const char *s, size_t n, size_t max)
{
    if (n <= max) return n;
    while (max && ((unsigned char)s[max] & 0xC0) == 0x80) max--;
    return max;
}
