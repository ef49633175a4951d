/* Made-up people in files that are taken away: whoever writes to one, or rings one up,
 * has the file.  Their addresses and numbers are the chain's own, so that nobody else
 * is troubled; without such there are none. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/translit.h"
#include "exchange/exchange_own.h"
#include "exchange/exchange_taken.h"
#include "setting/setting.h"

enum { DIGITS = 15 };

static const char *const men[] = { "Алексей", "Дмитрий", "Сергей", "Андрей",
                                   "Михаил",  "Иван",    "Павел",  "Роман",
                                   "Антон",   "Денис",   "Максим", "Олег",
                                   "Игорь",   "Никита",  "Илья",   "Кирилл" };
static const char *const women[] = { "Анна",   "Мария",    "Елена",   "Ольга",
                                     "Ирина",  "Наталья",  "Татьяна", "Юлия",
                                     "Полина", "Виктория", "Дарья",   "Екатерина",
                                     "Оксана", "Вера",     "Алина",   "Марина" };
/* A woman's ends in "а". */
static const char *const families[] = {
    "Смирнов",  "Кузнецов", "Попов",   "Васильев",   "Новиков", "Фёдоров",  "Морозов",
    "Волков",   "Алексеев", "Лебедев", "Семёнов",    "Егоров",  "Павлов",   "Козлов",
    "Степанов", "Николаев", "Орлов",   "Андреев",    "Макаров", "Никитин",  "Захаров",
    "Зайцев",   "Соловьёв", "Борисов", "Яковлев",    "Романов", "Воробьёв", "Сергеев",
    "Кузьмин",  "Фролов",   "Королёв", "Александров"
};

#define ANY(list) (list)[randombytes_uniform(COUNT(list))]

/* ---- Numbers of the chain: "+79990001000-+79990001999, +74951234567" ----------------
 */

struct range {
    i64 from, to;
};

static i64 digits(const char **s)
{
    i64 n = 0;
    int k = 0;

    while (**s == ' ' || **s == '+') (*s)++;
    for (; **s >= '0' && **s <= '9' && k < DIGITS; (*s)++, k++)
        n = n * 10 + (**s - '0');
    return k > 9 ? n : 0;
}

/* The next of them; what cannot be read ends the list. */
static bool next_range(const char **s, struct range *ret)
{
    while (**s == ' ' || **s == ',' || **s == ';') (*s)++;
    if (!(ret->from = digits(s))) return false;
    ret->to = ret->from;
    while (**s == ' ') (*s)++;
    if (**s == '-') {
        (*s)++;
        ret->to = digits(s);
    }
    return ret->to >= ret->from;
}

static const char *numbers(struct ctx *c)
{
    return setting_text(c, "exchange.canary_phones", (struct setting_scope){ 0 });
}

static const char *any_number(struct ctx *c)
{
    struct range r;
    i64 all = 0;

    for (const char *s = numbers(c); next_range(&s, &r);) all += r.to - r.from + 1;
    if (!all) return NULL;
    i64 k = randombytes_uniform(all < UINT32_MAX ? (unsigned)all : UINT32_MAX);
    for (const char *s = numbers(c); next_range(&s, &r); k -= r.to - r.from + 1)
        if (k <= r.to - r.from) return arena_printf(c->mem, "+%lld", r.from + k);
    return NULL;
}

static bool is_number(struct ctx *c, const char *phone)
{
    const char *text = taken_text(c->mem, phone, strlen(phone));
    struct range r;

    if (!text) return false;
    for (const char *s = numbers(c); next_range(&s, &r);) {
        const i64 n = strtoll(text, NULL, 10), whole = n + 70000000000;
        if ((n >= r.from && n <= r.to) || (whole >= r.from && whole <= r.to))
            return true;
    }
    return false;
}

/* ---- Addresses: any name at a domain whose mail comes to the chain ------------------
 */

static const char *domain(struct ctx *c)
{
    return setting_text(c, "exchange.canary_domain", (struct setting_scope){ 0 });
}

static const char *address(struct ctx *c, const struct canary *k)
{
    char *name =
        translit_slug(c->mem, arena_printf(c->mem, "%s %s", k->first, k->last));
    char *dash = strchr(name, '-');

    if (!*domain(c)) return NULL;
    if (dash) *dash = '.';
    return arena_printf(c->mem, "%s%u@%s", name, 100 + randombytes_uniform(9900),
                        domain(c));
}

bool taken_canary(struct ctx *c, struct canary *ret)
{
    const bool woman = randombytes_uniform(2);
    const char *last = ANY(families);

    ret->first = woman ? ANY(women) : ANY(men);
    ret->last = woman ? arena_printf(c->mem, "%sа", last) : last;
    ret->phone = any_number(c);
    ret->email = address(c, ret);
    return ret->phone || ret->email;
}

bool taken_is_canary(struct ctx *c, const char *phone, const char *email)
{
    const char *at = email ? strchr(email, '@') : NULL;

    if (at && *domain(c) && !strcasecmp(at + 1, domain(c))) return true;
    return phone && is_number(c, phone);
}
