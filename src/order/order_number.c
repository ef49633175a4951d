/* Numbers, links and codes that people see. */
#include <sodium.h>

#include "base/time.h"
#include "order/order_own.h"

/* Crockford's 32: no I, L, O, U. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

enum {
    DAY_LETTERS = 3,
    CHANCE_LETTERS = 5,
    NUMBER_LETTERS = 9,
    ID_LETTERS = 13,
    TOKEN_LETTERS = 16
};

/* Chance.  Who brings his own maker of ids (a test, the demo chain) wants the
 * same again from the same seed. */
static u64 chance(struct ctx *c)
{
    static const unsigned char key[crypto_shorthash_KEYBYTES] = "prilavok numbers";
    u64 x;

    if (c->ids) {
        const i64 id = id_new(c);
        crypto_shorthash((unsigned char *)&x, (const unsigned char *)&id, sizeof(id),
                         key);
    } else {
        randombytes_buf(&x, sizeof(x));
    }
    return x;
}

static void spell(char *to, size_t n, u64 x)
{
    while (n-- > 0) {
        to[n] = letters[x & 31];
        x >>= 5;
    }
}

/* The day first, so that the numbers of a day lie side by side in their index. */
const char *order_number_new(struct ctx *c)
{
    char *s = arena_alloc(c->mem, NUMBER_LETTERS + 1);

    spell(s, DAY_LETTERS, (u64)time_day(c->now, 0));
    s[DAY_LETTERS] = '-';
    spell(s + DAY_LETTERS + 1, CHANCE_LETTERS, chance(c));
    return s;
}

static char letter_of(char ch)
{
    if (ch >= 'a' && ch <= 'z') ch = (char)(ch - 'a' + 'A');
    if (ch == 'O') return '0';
    if (ch == 'I' || ch == 'L') return '1';
    return ch && strchr(letters, ch) ? ch : '\0';
}

const char *order_number_norm(struct arena *mem, const char *s)
{
    char *to = arena_alloc(mem, NUMBER_LETTERS + 1);
    size_t n = 0;

    for (; *s; s++) {
        if (*s == '-' || *s == ' ') continue;
        const char ch = letter_of(*s);
        if (!ch || n == NUMBER_LETTERS) return NULL;
        if (n == DAY_LETTERS) to[n++] = '-';
        to[n++] = ch;
    }
    return n == NUMBER_LETTERS ? to : NULL;
}

const char *order_token_new(struct ctx *c)
{
    char *s = arena_alloc(c->mem, TOKEN_LETTERS + 1);

    spell(s, TOKEN_LETTERS / 2, chance(c));
    spell(s + TOKEN_LETTERS / 2, TOKEN_LETTERS / 2, chance(c));
    return s;
}

/* Its id in 13 letters, then the secret: found by id, then compared. */
const char *order_token_shown(struct arena *mem, i64 id, const char *secret)
{
    char *s = arena_alloc(mem, ID_LETTERS + TOKEN_LETTERS + 1);

    spell(s, ID_LETTERS, (u64)id);
    memcpy(s + ID_LETTERS, secret, TOKEN_LETTERS);
    return s;
}

bool order_token_read(const char *s, i64 *ret_id)
{
    u64 id = 0;

    if (strlen(s) != ID_LETTERS + TOKEN_LETTERS) return false;
    for (size_t k = 0; k < ID_LETTERS; k++) {
        const char *at = strchr(letters, s[k]);
        if (!at || id >> 58) return false;
        id = id << 5 | (u64)(at - letters);
    }
    *ret_id = (i64)id;
    return true;
}

const char *order_pickup_code(struct ctx *c)
{
    return arena_printf(c->mem, "%06llu", chance(c) % 1000000);
}
