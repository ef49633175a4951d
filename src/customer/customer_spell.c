/* Keys that are no contacts, in one spelling: what is printed on boxes and receipts,
 * what apps, messengers and other systems call somebody. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "customer/customer_own.h"
#include "customer/customer_resolve.h"

enum { VALUE_MAX = 128 };

static const char *plain_norm(struct arena *mem, const char *s)
{
    const size_t n = strlen(s);
    char *out = arena_raw(mem, n + 1), *to = out;

    if (n > VALUE_MAX) return NULL;
    for (const char *p = s; *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 127) return NULL;
        if (*p != ' ') *to++ = *p;
    }
    *to = '\0';
    return *out ? out : NULL;
}

/* What is read off a box or a receipt and typed: capitals, no dashes; a receipt's
 * number has neither O nor I nor L. */
static const char *printed_norm(struct arena *mem, const char *s, bool receipt)
{
    const char *plain = plain_norm(mem, s);
    char *out = plain ? arena_raw(mem, strlen(plain) + 1) : NULL, *to = out;

    for (const char *p = plain; p && *p; p++) {
        char ch = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;

        if (ch == '-') continue;
        if (receipt && ch == 'O') ch = '0';
        if (receipt && (ch == 'I' || ch == 'L')) ch = '1';
        *to++ = ch;
    }
    if (out) *to = '\0';
    return out && *out ? out : NULL;
}

static char *lower(struct arena *mem, const char *s)
{
    char *out = arena_strdup(mem, s, strlen(s));

    for (char *p = out; *p; p++) *p = (char)tolower((unsigned char)*p);
    return out;
}

/* ---- Messengers ---------------------------------------------------------------- */

/* By its number or its name there; where people are called by their telephone, by that.
 */
static const struct network {
    const char *said, *word;
    bool phone;
} networks[] = {
    { "telegram", "telegram", false },
    { "tg", "telegram", false },
    { "whatsapp", "whatsapp", true },
    { "wa", "whatsapp", true },
    { "viber", "viber", true },
    { "vk", "vk", false },
    { "vkontakte", "vk", false },
    { "max", "max", false },
    { "ok", "ok", false },
    { "imessage", "imessage", false },
};

static const struct network *network_of(const char *s, size_t n)
{
    for (size_t k = 0; k < COUNT(networks); k++)
        if (n == strlen(networks[k].said) && !strncasecmp(s, networks[k].said, n))
            return &networks[k];
    return NULL;
}

const char *customer_network(const char *said)
{
    const struct network *of = network_of(said, strlen(said));

    return of ? of->word : NULL;
}

/* "TG: @Anna_K" to "telegram:anna_k"; without a network it stays as it was said. */
static const char *messenger_norm(struct arena *mem, const char *s)
{
    const char *plain = plain_norm(mem, s), *colon = plain ? strchr(plain, ':') : NULL;
    const struct network *of =
        colon ? network_of(plain, (size_t)(colon - plain)) : NULL;

    if (!of) return plain;
    const char *id = colon[1] == '@' ? colon + 2 : colon + 1;
    if (of->phone) id = customer_phone_norm(mem, id);
    if (!id || !*id) return NULL;
    return arena_printf(mem, "%s:%s", of->word, lower(mem, id));
}

/* ---- Devices ------------------------------------------------------------------- */

/* Makers write the same number in large or small letters; a few letters are none. */
static const char *device_norm(struct arena *mem, const char *s)
{
    enum { FEWEST = 8 };
    const char *plain = plain_norm(mem, s);

    return plain && strlen(plain) >= FEWEST ? lower(mem, plain) : NULL;
}

/* ---- All ----------------------------------------------------------------------- */

const char *customer_key_norm(struct arena *mem, int kind, const char *s)
{
    switch (kind) {
    case KEY_PHONE:
        return customer_phone_norm(mem, s);
    case KEY_EMAIL:
        return customer_email_norm(mem, s);
    case KEY_CARD:
        return customer_card_norm(mem, s);
    case KEY_SERIAL:
    case KEY_RECEIPT:
        return printed_norm(mem, s, kind == KEY_RECEIPT);
    case KEY_MESSENGER:
        return messenger_norm(mem, s);
    case KEY_DEVICE:
        return device_norm(mem, s);
    default:
        return plain_norm(mem, s);
    }
}
