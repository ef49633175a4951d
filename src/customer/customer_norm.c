/* Phones, e-mails and cards in one spelling. */
#include <string.h>

#include "base/text.h"
#include "customer/customer_own.h"

const char *const customer_key_words[] = { "phone", "email", "card", NULL };
const char *const customer_kind_words[] = { "phone",     "email",  "card",    "device",
                                            "messenger", "cookie", "receipt", "serial",
                                            "user",      NULL };
const char *const said_by_words[] = { "before", "himself", "till",   "desk", "1c",
                                      "file",   "events",  "system", NULL };

/* The Latin letter that looks like this small Cyrillic one, or 0. */
static char look_alike(unsigned letter)
{
    /* clang-format off */
    static const struct { unsigned cyrillic; char latin; } pairs[] = {
        { U'а', 'a' }, { U'в', 'b' }, { U'е', 'e' }, { U'ё', 'e' }, { U'к', 'k' }, { U'м', 'm' },
        { U'н', 'h' }, { U'о', 'o' }, { U'р', 'p' }, { U'с', 'c' }, { U'т', 't' }, { U'у', 'y' },
        { U'х', 'x' }, { U'і', 'i' }, { U'ј', 'j' }, { U'ѕ', 's' },
    };
    /* clang-format on */
    for (size_t k = 0; k < COUNT(pairs); k++)
        if (pairs[k].cyrillic == letter) return pairs[k].latin;
    return 0;
}

/* ---- Phones ------------------------------------------------------------- */

enum { PHONE_MIN = 8, PHONE_MAX = 15 }; /* digits of E.164; the shortest real ones */

/* Does an extension begin here: "доб. 12", "ext 12", "вн. 12", "x12", "#12"? */
static bool extension_at(const char *s)
{
    static const char *const words[] = { "доб", "Доб", "ДОБ", "вн", "Вн", "ext",
                                         "Ext", "EXT", "x",   "X",  "#",  "," };

    for (size_t k = 0; k < COUNT(words); k++)
        if (strncmp(s, words[k], strlen(words[k])) == 0) return true;
    return false;
}

/* The digit this letter is or looks like ("9О3": a letter О), or -1. */
static int phone_digit(unsigned letter)
{
    if (letter >= '0' && letter <= '9') return (int)letter - '0';
    switch (letter) {
    case 'O':
    case 'o':
    case U'О':
    case U'о':
        return 0;
    case 'l':
    case 'I':
    case U'І':
        return 1;
    case U'З':
    case U'з':
        return 3;
    case U'б':
        return 6;
    case U'В':
        return 8;
    default:
        return -1;
    }
}

static bool phone_filler(unsigned letter)
{
    return letter <= ' ' || letter == '-' || letter == '(' || letter == ')' ||
           letter == '.' || letter == '/' || letter == 0xA0 ||
           (letter >= 0x2010 && letter <= 0x2015);
}

/* The digits of s without its extension; 0 of them when something else is there. */
static size_t phone_digits(const char *s, char *to, bool *ret_plus)
{
    size_t n = 0;

    *ret_plus = false;
    while (*s) {
        if (n && extension_at(s)) return n;
        const unsigned letter = text_next(&s);
        const int digit = phone_digit(letter);

        if (digit >= 0) {
            if (n > PHONE_MAX) return 0;
            to[n++] = (char)('0' + digit);
        } else if (letter == '+' && !n && !*ret_plus) {
            *ret_plus = true;
        } else if (!phone_filler(letter)) {
            return 0;
        }
    }
    return n;
}

/* Codes of the neighbours whose numbers are often written without a plus. */
static bool neighbour(const char *digits, size_t n)
{
    static const char *const codes[] = { "375", "380", "373", "374", "992",
                                         "993", "994", "995", "996", "998" };

    for (size_t k = 0; n == 12 && k < COUNT(codes); k++)
        if (strncmp(digits, codes[k], 3) == 0) return true;
    return false;
}

/* A number of +7: ten digits that begin as areas and mobiles do ("89" is a mobile
 * with a digit lost), not all alike ("7 777 777 77 77" is what people type to be
 * left alone). */
static const char *seven(struct arena *mem, const char *ten)
{
    if (!strchr("346789", ten[0]) || (ten[0] == '8' && ten[1] == '9') ||
        strspn(ten, (char[]){ ten[0], '\0' }) == 10)
        return NULL;
    return arena_printf(mem, "+7%.10s", ten);
}

const char *customer_phone_norm(struct arena *mem, const char *s)
{
    char digits[PHONE_MAX + 2];
    bool plus;
    size_t n = phone_digits(s, digits, &plus);
    const char *d = digits;

    if (!plus && n > 2 && d[0] == '0' && d[1] == '0') {
        d += 2;
        n -= 2;
        plus = true;
    }
    if (n == 11 && (d[0] == '7' || (d[0] == '8' && !plus))) return seven(mem, d + 1);
    if (n == 10 && !plus) return seven(mem, d);
    if ((plus || neighbour(d, n)) && n >= PHONE_MIN && n <= PHONE_MAX && d[0] != '0' &&
        d[0] != '7')
        return arena_printf(mem, "+%.*s", (int)n, d);
    return NULL;
}

/* ---- E-mails ------------------------------------------------------------ */

/* Trimmed, lower case; 0 bytes when there is white space or a control inside. */
static size_t lower_trimmed(const char *s, char *to, size_t size)
{
    static const char banned[] = " \"(),:;<>[]\\\x7F";
    size_t n = 0;

    while (*s && strchr(" \t\r\n<", *s)) s++;
    while (s[strspn(s, " \t\r\n>")]) {
        const unsigned letter = text_next(&s);

        if (letter < ' ' || (letter < 128 && strchr(banned, (int)letter))) return 0;
        if (n + 5 > size) return 0;
        n += text_put(to + n, text_lower(letter));
    }
    to[n] = '\0';
    return n;
}

/* Are there letters of this half that are Cyrillic and look like no Latin one? */
static bool truly_cyrillic(const char *s, size_t n)
{
    for (const char *p = s; p < s + n;) {
        const unsigned letter = text_next(&p);
        if (text_is_cyrillic(letter) && !look_alike(letter)) return true;
    }
    return false;
}

static bool has_latin(const char *s, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (s[k] >= 'a' && s[k] <= 'z') return true;
    return false;
}

/* Turn look-alikes into Latin, unless the text is honestly Cyrillic. */
static size_t turn(char *s, size_t n)
{
    size_t out = 0;

    if (truly_cyrillic(s, n)) return n;
    for (const char *p = s; p < s + n;) {
        const unsigned letter = text_next(&p);
        const char latin = look_alike(letter);

        out += text_put(s + out, latin ? (unsigned)latin : letter);
    }
    return out;
}

static bool local_ok(const char *s, size_t n)
{
    return n >= 1 && n <= 64 && s[0] != '.' && s[n - 1] != '.' &&
           !memmem(s, n, "..", 2);
}

static bool domain_ok(const char *s)
{
    const char *dot = strrchr(s, '.');

    if (!dot || strlen(dot) < 3 || strlen(s) > 189) return false;
    for (const char *label = s;; label++) {
        const size_t n = strcspn(label, ".");

        if (!n || n > 63 || label[0] == '-' || label[n - 1] == '-') return false;
        for (size_t k = 0; k < n; k++)
            if ((unsigned char)label[k] < 128 &&
                !strchr("-0123456789abcdefghijklmnopqrstuvwxyz", label[k]))
                return false;
        label += n;
        if (!*label) break;
    }
    return !(dot[1] >= '0' && dot[1] <= '9');
}

const char *customer_email_norm(struct arena *mem, const char *s)
{
    enum { MAX = 254 };
    char text[MAX + 8];
    const size_t n = lower_trimmed(s, text, sizeof(text));
    char *at = n ? strchr(text, '@') : NULL;

    if (!at || n > MAX || strchr(at + 1, '@')) return NULL;
    char *dot = strrchr(at, '.');
    if (!dot) return NULL;

    /* A Latin end (".ru", or ".rи" typed with one Cyrillic look-alike) makes the
     * whole address Latin; "почта.рф" is meant as it stands. */
    const bool latin = has_latin(dot, strlen(dot)) && !truly_cyrillic(dot, strlen(dot));
    size_t local = (size_t)(at - text);
    size_t domain = strlen(at + 1);
    if (latin || has_latin(text, local)) local = turn(text, local);
    memmove(text + local + 1, at + 1, domain + 1);
    text[local] = '@';
    if (latin) domain = turn(text + local + 1, domain);
    text[local + 1 + domain] = '\0';
    if (!local_ok(text, local) || !domain_ok(text + local + 1)) return NULL;
    return arena_strdup(mem, text, local + 1 + domain);
}

/* ---- Cards -------------------------------------------------------------- */

const char *customer_card_norm(struct arena *mem, const char *s)
{
    enum { MIN = 4, MAX = 24 };
    char digits[MAX + 1];
    size_t n = 0;

    for (; *s; s++) {
        if (*s == ' ' || *s == '-') continue;
        if (*s < '0' || *s > '9' || n == MAX) return NULL;
        digits[n++] = *s;
    }
    return n >= MIN ? arena_strdup(mem, digits, n) : NULL;
}
