/* Which pairs of people are worth comparing: keys that survive one or two mistakes.
 *
 * Each rule asks for things that are rarely wrong together; what one misses another
 * finds.  A key says about one in 10,000 or less of the people, so that a million of
 * them make some tens of candidates each. */
#include <string.h>

#include "base/text.h"
#include "customer/customer_like_own.h"
#include "ml/link.h"

#define BIT(f) (1u << LIKE_##f)
#define NAMED  (BIT(LAST) | BIT(FIRST) | BIT(SEX))

enum rule {
    BY_PHONE,
    BY_EMAIL,
    BY_BIRTH,
    BY_BIRTH_FIRST,
    BY_BIRTH_LAST,
    BY_NAME,
    BY_WHOLE_NAME,
    BY_FIRST_MIDDLE,
    BY_LAST_MIDDLE,
    BY_PHONE_PART,
    BY_MONTH,
    BY_SLIP,
    BY_DAY,
    BY_CONSONANTS,
    BY_ADDRESS,
    BY_POST,
    RULES
};

const struct link_rule like_rules[] = {
    [BY_PHONE] = { "phone", BIT(PHONE), 0, 100 },
    [BY_EMAIL] = { "e-mail before the @", BIT(EMAIL), 0, 100 },
    [BY_BIRTH] = { "birth date", 0, 0, 24 },
    [BY_BIRTH_FIRST] = { "birth date, initial", BIT(BIRTH) | BIT(FIRST) | BIT(SEX),
                         LINK_LEARNS, 300 },
    [BY_BIRTH_LAST] = { "birth date, surname's initial", BIT(BIRTH) | BIT(LAST),
                        LINK_LEARNS, 300 },
    [BY_NAME] = { "surname and name in any order", NAMED, LINK_LEARNS, 500 },
    [BY_WHOLE_NAME] = { "surname, name, and patronymic or year of birth", NAMED, 0,
                        300 },
    [BY_FIRST_MIDDLE] = { "name, patronymic, year of birth or town", 0, 0, 300 },
    [BY_LAST_MIDDLE] = { "surname, patronymic", 0, 0, 100 },
    [BY_PHONE_PART] = { "half of a phone, an initial", 0, 0, 100 },
    [BY_MONTH] = { "surname's beginning, year and month of birth", 0, 0, 300 },
    [BY_SLIP] = { "name, surname's beginning, day or year of birth", 0, 0, 300 },
    [BY_DAY] = { "name, surname's end, day and month of birth", 0, 0, 300 },
    [BY_CONSONANTS] = { "surname's consonants, name", 0, 0, 80 },
    [BY_ADDRESS] = { "street and house", 0, 0, 100 },
    [BY_POST] = { "post code or town, initials", 0, 0, 40 },
};
const int like_rule_count = RULES;

/* ---- Parts of keys
 * -------------------------------------------------------------------- */

static u64 both(u64 a, u64 b)
{
    a = (a ^ b * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    return a ^ a >> 32;
}

static u64 letters(const unsigned char *s, int n)
{
    u64 sum = 14695981039346656037u;

    for (int k = 0; k < n; k++) sum = (sum ^ s[k]) * 1099511628211u;
    return sum;
}

/* What a person's key is made from; 0 and NULL where unknown. */
struct parts {
    const struct like_row *r;
    const struct like_value *last, *first, *middle;
    u64 year, month, day, initial, last_initial;
};

static u64 beginning(const struct like_value *v, int n)
{
    return v ? letters(v->name.sound, v->name.sound_n < n ? v->name.sound_n : n) : 0;
}

static u64 ending(const struct like_value *v, int n)
{
    const int all = v->name.last_n, from = all > n ? all - n : 0;

    return letters(v->name.sound + from, all - from);
}

/* A first name's initial is its group's: "Саша" and "Александр" have the same. */
static u64 initial_of(const struct like_value *v)
{
    if (!v) return 0;
    return v->name.group[0] ? v->name.group[0] : 0x100 + beginning(v, 1);
}

static void read_parts(const struct like_set *s, unsigned a, struct parts *p)
{
    const struct like_row *r = &s->rows[a];

    *p = (struct parts){ .r = r,
                         .last = like_at(s, r, COL_LAST),
                         .first = like_at(s, r, COL_FIRST),
                         .middle = like_at(s, r, COL_MIDDLE),
                         .year = (u64)(r->birth / 10000),
                         .month = (u64)(r->birth / 100 % 100),
                         .day = (u64)(r->birth % 100) };
    p->initial = initial_of(p->first);
    p->last_initial = beginning(p->last, 1);
}

/* The same whichever field each of the two names stands in. */
static u64 names_of(const struct parts *p)
{
    const u64 x = p->last->root, y = p->first->root;

    return both(x < y ? x : y, x < y ? y : x);
}

static u64 consonants(const struct like_value *v)
{
    unsigned char kept[LINK_LETTERS];
    int n = 0;

    for (int k = 0; k < v->name.last_n; k++)
        if (!memchr("aeiou", v->name.sound[k], 5)) kept[n++] = v->name.sound[k];
    return n >= 2 ? letters(kept, n) : 0;
}

/* ---- One function a rule
 * ------------------------------------------------------------------ */

static int by_phone(const struct parts *p, u64 *ret)
{
    int n = 0;

    while (n < LIKE_PHONES && p->r->phone[n]) {
        ret[n] = p->r->phone[n];
        n++;
    }
    return n;
}

static int by_email(const struct like_set *s, const struct parts *p, u64 *ret)
{
    int n = 0;

    for (int k = COL_EMAIL; k <= COL_EMAIL2; k++) {
        const struct like_value *v = like_at(s, p->r, k);
        if (v && v->local && v->local_n >= 4) ret[n++] = v->local;
    }
    return n;
}

/* The date with the first name's initial, or with the surname's; a name of several
 * groups has them all. */
static int by_birth(const struct parts *p, const struct like_value *v, u64 initial,
                    u64 *ret)
{
    int n = 0;

    if (!p->r->birth || !v) return 0;
    ret[n++] = both((u64)p->r->birth, initial);
    for (int k = 1; v == p->first && k < LIKE_GROUPS && v->name.group[k]; k++)
        ret[n++] = both((u64)p->r->birth, v->name.group[k]);
    return n;
}

static int by_whole_name(const struct parts *p, u64 *ret)
{
    const u64 names = names_of(p);
    int n = 0;

    if (p->middle) ret[n++] = both(names, p->middle->middle_root);
    if (p->year) ret[n++] = both(names, p->year + ((u64)1 << 40));
    return n;
}

static int by_first_middle(const struct like_set *s, const struct parts *p, u64 *ret)
{
    const struct like_value *town = like_at(s, p->r, COL_TOWN);
    const u64 names = both(p->first->root, p->middle->middle_root);
    int n = 0;

    if (p->year) ret[n++] = both(names, p->year);
    if (town) ret[n++] = both(names, town->root + 10000);
    return n;
}

/* Either half of a number with either initial: one slip spoils one of them. */
static int by_phone_part(const struct parts *p, u64 *ret)
{
    int n = 0;

    for (int k = 0; k < LIKE_PHONES && p->r->phone[k] && n + 4 <= LINK_KEYS; k++) {
        const u64 low = p->r->phone[k] % 100000 + 1,
                  high = p->r->phone[k] / 100000 + 1000000;

        if (p->first) ret[n++] = both(low, p->initial);
        if (p->first) ret[n++] = both(high, p->initial);
        if (p->last) ret[n++] = both(low, p->last_initial + 3);
        if (p->last) ret[n++] = both(high, p->last_initial + 3);
    }
    return n;
}

static int by_slip(const struct parts *p, u64 *ret)
{
    const u64 who = both(p->first->root, beginning(p->last, 3));

    ret[0] = both(who, p->day + 100);
    ret[1] = both(who, p->year);
    return 2;
}

/* Dates in which day and month have changed places have one key. */
static int by_day(const struct parts *p, u64 *ret)
{
    const u64 x = p->day < p->month ? p->day : p->month;
    const u64 y = p->day < p->month ? p->month : p->day;
    const u64 date = x * 100 + y;

    ret[0] = both(both(p->first->root, ending(p->last, 3)), date);
    ret[1] = both(both(p->initial, date), both(p->year, 7));
    return 2;
}

static int by_address(const struct like_set *s, const struct parts *p, u64 *ret)
{
    const struct like_value *street = like_at(s, p->r, COL_STREET),
                            *house = like_at(s, p->r, COL_HOUSE),
                            *more = like_at(s, p->r, COL_MORE),
                            *town = like_at(s, p->r, COL_TOWN);
    int n = 0;

    if (street && house) ret[n++] = both(street->root, house->root);
    if (street && town) ret[n++] = both(both(street->root, town->root), 3);
    if (more && town) ret[n++] = both(both(more->root, town->root), 3);
    if (more && house) ret[n++] = both(more->root, house->root);
    return n;
}

static int by_post(const struct like_set *s, const struct parts *p, u64 *ret)
{
    const struct like_value *post = like_at(s, p->r, COL_POST),
                            *town = like_at(s, p->r, COL_TOWN);
    int n = 0;

    if (post && p->first) ret[n++] = both(post->root, p->initial);
    if (post && p->last) ret[n++] = both(post->root, both(p->last_initial, 5));
    if (town && p->first && p->last)
        ret[n++] = both(town->root, both(p->initial, p->last_initial));
    return n;
}

static int by_names(const struct parts *p, int rule, u64 *ret)
{
    switch (rule) {
    case BY_NAME:
        ret[0] = names_of(p);
        return 1;
    case BY_WHOLE_NAME:
        return by_whole_name(p, ret);
    case BY_SLIP:
        return p->r->birth ? by_slip(p, ret) : 0;
    case BY_DAY:
        return p->r->birth ? by_day(p, ret) : 0;
    default:
        ret[0] = both(consonants(p->last), p->first->root);
        return consonants(p->last) != 0;
    }
}

static int of_rule(const struct like_set *s, const struct parts *p, int rule, u64 *ret)
{
    switch (rule) {
    case BY_PHONE:
        return by_phone(p, ret);
    case BY_EMAIL:
        return by_email(s, p, ret);
    case BY_BIRTH:
        ret[0] = (u64)p->r->birth;
        return p->r->birth != 0;
    case BY_BIRTH_FIRST:
        return by_birth(p, p->first, p->initial, ret);
    case BY_BIRTH_LAST:
        return by_birth(p, p->last, p->last_initial, ret);
    case BY_FIRST_MIDDLE:
        return p->first && p->middle ? by_first_middle(s, p, ret) : 0;
    case BY_LAST_MIDDLE:
        ret[0] = p->last && p->middle ? both(p->last->root, p->middle->middle_root) : 0;
        return p->last && p->middle;
    case BY_MONTH:
        ret[0] = both(both(beginning(p->last, 3), p->year), p->month);
        return p->last && p->r->birth;
    case BY_PHONE_PART:
        return by_phone_part(p, ret);
    case BY_ADDRESS:
        return by_address(s, p, ret);
    case BY_POST:
        return by_post(s, p, ret);
    default:
        return p->last && p->first ? by_names(p, rule, ret) : 0;
    }
}

int like_keys(const void *set, int rule, unsigned a, u64 *ret)
{
    struct parts p;

    read_parts(set, a, &p);
    return of_rule(set, &p, rule, ret);
}
