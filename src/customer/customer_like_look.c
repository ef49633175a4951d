/* Two people, field by field: how alike. */
#include <string.h>

#include "customer/customer_like_own.h"

const char *const like_field_words[] = {
    "last_name", "first_name", "middle_name", "sex",  "birth_date", "phone",  "email",
    "street",    "house",      "address",     "town", "post_code",  "region", NULL
};

/* Levels of names: the higher the more alike; 0 is always "differs". */
enum {
    NAME_FAR = 1, /* something in common */
    NAME_BEGIN,   /* one is how the other begins: an initial, "Алекс" */
    NAME_NEAR,    /* two letters, or long and alike */
    NAME_SLIP,    /* one letter */
    NAME_OTHER, /* other ending, alphabet or form: "Иванова", "Yuliya", "Саша" */
    NAME_SAME,
    NAME_LEVELS
};
enum { BIRTH_PART = 1, BIRTH_TWO, BIRTH_PARTS, BIRTH_SLIP, BIRTH_TURNED, BIRTH_SAME };
enum { PHONE_END = 1, PHONE_SLIP, PHONE_SAME };
enum { EMAIL_FAR = 1, EMAIL_NEAR, EMAIL_LOCAL, EMAIL_SAME };
enum { TEXT_FAR = 1, TEXT_NEAR, TEXT_SLIP, TEXT_SAME };
enum { HOUSE_SLIP = 1, HOUSE_BEGIN, HOUSE_SAME };

/* How often two of one household agree: nearly always on what the home gives, in half
 * of the cases on a patronymic (brothers do, spouses do not), seldom on a first name
 * (fathers and sons) or a birth date (twins). */
const struct link_field like_fields[LIKE_FIELDS] = {
    [LIKE_LAST] = { "last_name", NAME_LEVELS, 0.9 },
    [LIKE_FIRST] = { "first_name", NAME_LEVELS, 0.01 },
    [LIKE_MIDDLE] = { "middle_name", NAME_LEVELS, 0.5 },
    [LIKE_SEX] = { "sex", 2, 0 },
    [LIKE_BIRTH] = { "birth_date", BIRTH_SAME + 1, 0.01 },
    [LIKE_PHONE] = { "phone", PHONE_SAME + 1, 1 },
    [LIKE_EMAIL] = { "email", EMAIL_SAME + 1, 0.5 },
    [LIKE_STREET] = { "street", TEXT_SAME + 1, 1 },
    [LIKE_HOUSE] = { "house", HOUSE_SAME + 1, 1 },
    [LIKE_MORE] = { "address", TEXT_SAME + 1, 1 },
    [LIKE_TOWN] = { "town", TEXT_SAME + 1, 1 },
    [LIKE_POST] = { "post_code", 4, 1 },
    [LIKE_REGION] = { "region", 3, 1 },
};

static struct link_look look(int level, unsigned common)
{
    return (struct link_look){ level, common };
}

/* ---- Names
 * --------------------------------------------------------------------------- */

static bool begins(const struct like_name *a, const struct like_name *b)
{
    const int n = a->sound_n < b->sound_n ? a->sound_n : b->sound_n;

    return (n == 1 || n >= 3) && !memcmp(a->sound, b->sound, (size_t)n);
}

static int ones(u64 x)
{
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    return (int)(((x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Fu) * 0x0101010101010101u >> 56);
}

/* Letters of one that the other has not at all: so many edits at least. */
static int missing(u64 a, u64 b)
{
    const int x = ones(a & ~b), y = ones(b & ~a);

    return x > y ? x : y;
}

/* What Jaro and Winkler can say at most, 0..1000, of texts of n and m letters that lack
 * so many of each other's and begin alike with `begin` of them. */
static int at_most(int n, int m, u64 a, u64 b, int begin)
{
    const int x = n - ones(a & ~b), y = m - ones(b & ~a), s = x < y ? x : y;

    if (s <= 0) return 0;
    const int jaro = (1000 * s / n + 1000 * s / m + 1000) / 3 + 1;
    return jaro + begin * (1000 - jaro) / 10 + 1;
}

static int alike_heads(const unsigned char *a, const unsigned char *b)
{
    int n = 0;

    while (n < 4 && a[n] && a[n] == b[n]) n++;
    return n;
}

/* Certainly more than two edits, not alike, and none how the other begins: by sound. */
static bool far_apart(const struct like_hot *a, const struct like_hot *b)
{
    const int begin = alike_heads(a->sound_head, b->sound_head);
    const int least = a->sound_n < b->sound_n ? a->sound_n : b->sound_n;

    if (begin && (begin == 4 || begin == least)) return false;
    return missing(a->sounds, b->sounds) > 2 &&
           at_most(a->sound_n, b->sound_n, a->sounds, b->sounds, begin) < 800;
}

/* The same of an e-mail's or an address's letters, where alike begins at `least`. */
static bool letters_apart(const struct like_hot *a, const struct like_hot *b, int least)
{
    return missing(a->letters, b->letters) > 2 && (a->letters & ~b->letters) &&
           (b->letters & ~a->letters) &&
           at_most(a->n, b->n, a->letters, b->letters, alike_heads(a->head, b->head)) <
               least;
}

static int text_edits(const struct like_name *a, const struct like_name *b, int most)
{
    return missing(a->letters, b->letters) > most
               ? most + 1
               : link_edits(a->text, a->n, b->text, b->n, most);
}

/* By sound, so that both alphabets are one. */
static int near(const struct like_name *a, const struct like_name *b)
{
    const int n = a->sound_n < b->sound_n ? a->sound_n : b->sound_n;
    const int edits =
        n < 3 ? 9 : link_edits(a->sound, a->sound_n, b->sound, b->sound_n, 2);

    if (edits <= 1) return NAME_SLIP;
    if (begins(a, b)) return NAME_BEGIN;
    const int alike = link_jaro(a->sound, a->sound_n, b->sound, b->sound_n);
    if ((edits == 2 && n >= 6) || alike >= 920) return NAME_NEAR;
    return alike >= 800 ? NAME_FAR : 0;
}

static bool one_group(const struct like_name *a, const struct like_name *b)
{
    for (int k = 0; k < LIKE_GROUPS && a->group[k]; k++)
        if (memchr(b->group, a->group[k], LIKE_GROUPS)) return true;
    return false;
}

/* "Александр" and "Александра" are of one group, and two people. */
static bool other_sex(char a, char b)
{
    return a && b && a != b;
}

static int last_level(const struct like_value *a, const struct like_value *b)
{
    if (a == b) return NAME_SAME;
    if (a->name.last_n == b->name.last_n &&
        !memcmp(a->name.sound, b->name.sound, a->name.last_n))
        return a->name.n == b->name.n && !memcmp(a->name.text, b->name.text, a->name.n)
                   ? NAME_SAME
                   : NAME_OTHER;
    return near(&a->name, &b->name);
}

static int first_level(const struct like_value *v, const struct like_value *w)
{
    const struct like_name *a = &v->name, *b = &w->name;

    if (v == w || (a->n == b->n && !memcmp(a->text, b->text, a->n))) return NAME_SAME;
    if (a->sound_n == b->sound_n && !memcmp(a->sound, b->sound, a->sound_n))
        return NAME_OTHER;
    if (other_sex(a->sex_first, b->sex_first)) return 0;
    if (one_group(a, b)) return NAME_OTHER;
    if (a->group[0] && b->group[0]) return 0;
    return near(a, b);
}

static int middle_level(const struct like_value *a, const struct like_value *b)
{
    if (a == b) return NAME_SAME;
    if (a->middle_root == b->middle_root)
        return other_sex(a->name.sex_middle, b->name.sex_middle) ? NAME_OTHER
                                                                 : NAME_SAME;
    return near(&a->name, &b->name);
}

static unsigned count_root(const struct like_set *s, int column, int level,
                           const struct like_value *v)
{
    if (level < NAME_OTHER) return 0;
    return s->roots_common[column][column == COL_MIDDLE ? v->middle_root : v->root];
}

/* Levels of two values of names, from what is at hand when that is enough. */
static int last_of(const struct like_set *s, unsigned a, unsigned b)
{
    if (!a || !b) return LINK_UNKNOWN;
    if (a == b) return NAME_SAME;
    if (s->hot[a].root != s->hot[b].root && far_apart(&s->hot[a], &s->hot[b])) return 0;
    return last_level(&s->pool.values[a], &s->pool.values[b]);
}

static int first_of(const struct like_set *s, unsigned a, unsigned b)
{
    if (!a || !b) return LINK_UNKNOWN;
    if (a == b) return NAME_SAME;
    const struct like_hot *x = &s->hot[a], *y = &s->hot[b];

    if (x->root != y->root && ((x->groups == 1 && y->groups == 1) ||
                               (x->groups + y->groups < 2 && far_apart(x, y))))
        return 0;
    return first_level(&s->pool.values[a], &s->pool.values[b]);
}

static int middle_of(const struct like_set *s, unsigned a, unsigned b)
{
    if (!a || !b) return LINK_UNKNOWN;
    if (a == b) return NAME_SAME;
    if (s->hot[a].middle_root != s->hot[b].middle_root &&
        far_apart(&s->hot[a], &s->hot[b]))
        return 0;
    return middle_level(&s->pool.values[a], &s->pool.values[b]);
}

/* The surname of one and the first name of the other: one word, but for one letter? */
static int crossed(const struct like_set *s, unsigned a, unsigned b)
{
    const struct like_hot *x = &s->hot[a], *y = &s->hot[b];

    if (x->root == y->root) return NAME_OTHER;
    if (missing(x->sounds, y->sounds) > 1) return 0;
    const int level = last_level(&s->pool.values[a], &s->pool.values[b]);
    return level > NAME_OTHER ? NAME_OTHER : level;
}

/* Last and first name, each in the other's place when that fits and this does not. */
static void look_names(const struct like_set *s, const struct like_row *a,
                       const struct like_row *b, struct link_look *ret)
{
    const unsigned al = a->value[COL_LAST], bl = b->value[COL_LAST],
                   af = a->value[COL_FIRST], bf = b->value[COL_FIRST];
    int last = last_of(s, al, bl), first = first_of(s, af, bf);

    if (al && bl && af && bf && last <= NAME_FAR && first <= NAME_FAR) {
        const int x = crossed(s, al, bf);
        const int y = x >= NAME_SLIP ? crossed(s, af, bl) : 0;

        if (y >= NAME_SLIP) {
            last = x;
            first = y;
        }
    }
    ret[LIKE_LAST] = look(
        last, last < 0 ? 0 : count_root(s, COL_LAST, last, like_at(s, a, COL_LAST)));
    ret[LIKE_FIRST] =
        look(first,
             first < 0 ? 0 : count_root(s, COL_FIRST, first, like_at(s, a, COL_FIRST)));
}

static void look_middle(const struct like_set *s, const struct like_row *a,
                        const struct like_row *b, struct link_look *ret)
{
    const int level = middle_of(s, a->value[COL_MIDDLE], b->value[COL_MIDDLE]);

    *ret = look(
        level,
        level < 0 ? 0 : count_root(s, COL_MIDDLE, level, like_at(s, a, COL_MIDDLE)));
}

/* ---- Dates and numbers
 * ------------------------------------------------------------------ */

static int digits_of(u64 number, unsigned char *to)
{
    int n = 0;
    unsigned char turned[20];

    for (; number; number /= 10) turned[n++] = (unsigned char)('0' + number % 10);
    for (int k = 0; k < n; k++) to[k] = turned[n - 1 - k];
    return n;
}

static int number_edits(u64 a, u64 b, int most)
{
    unsigned char x[20], y[20];
    const int n = digits_of(a, x), m = digits_of(b, y);

    return link_edits(x, n, y, m, most);
}

static int birth_level(int a, int b)
{
    if (a == b) return BIRTH_SAME;
    const int ay = a / 10000, am = a / 100 % 100, ad = a % 100;
    const int by = b / 10000, bm = b / 100 % 100, bd = b % 100;
    const int parts = (ay == by) + (am == bm) + (ad == bd);

    if (ay == by && am == bd && ad == bm) return BIRTH_TURNED;
    if (!parts) return 0;
    const int edits = number_edits((u64)a, (u64)b, 2);

    if (edits == 1) return BIRTH_SLIP;
    if (parts == 2) return BIRTH_PARTS;
    if (edits == 2) return BIRTH_TWO;
    return ay == by ? BIRTH_PART : 0;
}

/* One slip leaves the upper or the lower digits as they are, or all but two. */
static bool may_slip(u64 a, u64 b)
{
    return a / 100000 == b / 100000 || a % 100000 == b % 100000 ||
           (a / 1000000 == b / 1000000 && a % 10000 == b % 10000) || a / 10 == b ||
           b / 10 == a;
}

static int phone_level(u64 a, u64 b)
{
    if (a == b) return PHONE_SAME;
    if (!may_slip(a, b)) return 0;
    if (number_edits(a, b, 1) == 1) return PHONE_SLIP;
    return a % 10000000 == b % 10000000 ? PHONE_END : 0;
}

static struct link_look look_phones(const struct like_set *s, const struct like_row *a,
                                    const struct like_row *b)
{
    struct link_look best = { LINK_UNKNOWN, 0 };

    for (int i = 0; i < LIKE_PHONES && a->phone[i]; i++)
        for (int j = 0; j < LIKE_PHONES && b->phone[j]; j++) {
            const int level = phone_level(a->phone[i], b->phone[j]);

            if (level <= best.level) continue;
            best.level = level;
            best.common = level == PHONE_SAME ? like_phones(s, a->phone[i]) : 0;
        }
    return best;
}

/* ---- E-mails and addresses
 * ------------------------------------------------------------- */

static int email_level(const struct like_value *v, const struct like_value *w)
{
    const struct like_name *a = &v->name, *b = &w->name;
    const int n = v->local_n < w->local_n ? (int)v->local_n : (int)w->local_n;

    if (v == w || (a->n == b->n && !memcmp(a->text, b->text, a->n))) return EMAIL_SAME;
    if (v->local && v->local == w->local && n >= 4) return EMAIL_LOCAL;
    if (n >= 5 &&
        link_edits(a->text, (int)v->local_n, b->text, (int)w->local_n, 1) <= 1)
        return EMAIL_NEAR;
    return link_jaro(a->text, (int)v->local_n, b->text, (int)w->local_n) >= 880
               ? EMAIL_FAR
               : 0;
}

static int digits_in(const struct like_value *v)
{
    int n = 0;

    for (unsigned k = 0; k < v->local_n; k++)
        n += v->name.text[k] >= '0' && v->name.text[k] <= '9';
    return n;
}

static bool has_surname(const struct like_value *email, const struct like_value *last)
{
    return last && last->name.last_n >= 4 &&
           memmem(email->name.sound, email->name.sound_n, last->name.sound,
                  last->name.last_n);
}

/* "viktoriia.lebedeva" of two Viktoriias Lebedeva is what their names said before:
 * alike but not the same it says nothing more, and nothing against. */
static bool says_the_name(const struct like_set *s, const struct like_row *const *ab,
                          const struct like_value *x, const struct like_value *y,
                          int level)
{
    return level < EMAIL_SAME && level > 0 &&
           (level < EMAIL_LOCAL || digits_in(x) < 2) &&
           has_surname(x, like_at(s, ab[0], COL_LAST)) &&
           has_surname(y, like_at(s, ab[1], COL_LAST));
}

static int email_of(const struct like_set *s, const struct like_row *const *ab, int i,
                    int j)
{
    const unsigned x = ab[0]->value[i], y = ab[1]->value[j];

    if (!x || !y) return LINK_UNKNOWN;
    if (x == y) return EMAIL_SAME;
    if (letters_apart(&s->hot[x], &s->hot[y], 880)) return 0;
    const struct like_value *v = &s->pool.values[x], *w = &s->pool.values[y];
    const int level = email_level(v, w);
    return says_the_name(s, ab, v, w, level) ? LINK_UNKNOWN : level;
}

static struct link_look look_emails(const struct like_set *s,
                                    const struct like_row *const *ab)
{
    struct link_look best = { LINK_UNKNOWN, 0 };

    for (int i = COL_EMAIL; i <= COL_EMAIL2 && ab[0]->value[i]; i++)
        for (int j = COL_EMAIL; j <= COL_EMAIL2 && ab[1]->value[j]; j++) {
            const int level = email_of(s, ab, i, j);

            if (level <= best.level) continue;
            best = look(level, 0);
            if (level == EMAIL_SAME)
                for (int k = COL_EMAIL; k <= COL_EMAIL2; k++)
                    best.common += s->common[k][ab[0]->value[i]];
        }
    return best;
}

static bool within(const struct like_name *a, const struct like_name *b)
{
    const struct like_name *small = a->n < b->n ? a : b, *large = a->n < b->n ? b : a;

    return small->n >= 5 && memmem(large->text, large->n, small->text, small->n);
}

static int text_level(const struct like_value *v, const struct like_value *w)
{
    const struct like_name *a = &v->name, *b = &w->name;
    const int least = a->n < b->n ? a->n : b->n;

    if (v == w || (a->n == b->n && !memcmp(a->text, b->text, a->n))) return TEXT_SAME;
    if (least >= 4 && text_edits(a, b, 2) <= (least >= 8 ? 2 : 1)) return TEXT_SLIP;
    const int alike = link_jaro(a->text, a->n, b->text, b->n);
    return alike >= 900 || within(a, b) ? TEXT_NEAR : alike >= 800 ? TEXT_FAR : 0;
}

static int text_of(const struct like_set *s, unsigned a, unsigned b)
{
    if (!a || !b) return LINK_UNKNOWN;
    if (a == b) return TEXT_SAME;
    if (letters_apart(&s->hot[a], &s->hot[b], 800)) return 0;
    return text_level(&s->pool.values[a], &s->pool.values[b]);
}

static struct link_look look_text(const struct like_set *s, const struct like_row *a,
                                  const struct like_row *b, int column)
{
    const int level = text_of(s, a->value[column], b->value[column]);

    return look(level, level == TEXT_SAME ? s->common[column][a->value[column]] : 0);
}

/* Street and second line, each in the other's place when only that fits. */
static void look_address(const struct like_set *s, const struct like_row *a,
                         const struct like_row *b, struct link_look *ret)
{
    ret[LIKE_STREET] = look_text(s, a, b, COL_STREET);
    ret[LIKE_MORE] = look_text(s, a, b, COL_MORE);
    if (ret[LIKE_STREET].level > TEXT_FAR || ret[LIKE_MORE].level > TEXT_FAR) return;
    const int one = text_of(s, a->value[COL_STREET], b->value[COL_MORE]),
              two = text_of(s, a->value[COL_MORE], b->value[COL_STREET]);

    if (one > TEXT_NEAR) ret[LIKE_STREET] = look(one, 0);
    if (two > TEXT_NEAR) ret[one > TEXT_NEAR ? LIKE_MORE : LIKE_STREET] = look(two, 0);
}

static int house_level(const struct like_value *v, const struct like_value *w)
{
    const struct like_name *a = &v->name, *b = &w->name;
    const int least = a->n < b->n ? a->n : b->n;

    if (v == w || (a->n == b->n && !memcmp(a->text, b->text, a->n))) return HOUSE_SAME;
    if (!memcmp(a->text, b->text, (size_t)least)) return HOUSE_BEGIN;
    return least >= 2 && text_edits(a, b, 1) <= 1 ? HOUSE_SLIP : 0;
}

static int post_level(const struct like_value *v, const struct like_value *w)
{
    const struct like_name *a = &v->name, *b = &w->name;

    if (v == w || (a->n == b->n && !memcmp(a->text, b->text, a->n))) return 3;
    if (text_edits(a, b, 1) <= 1) return 2;
    return a->n >= 3 && b->n >= 3 && !memcmp(a->text, b->text, 3);
}

static int region_level(const struct like_value *v, const struct like_value *w)
{
    const struct like_name *a = &v->name, *b = &w->name;

    if (v == w || (a->n == b->n && !memcmp(a->text, b->text, a->n))) return 2;
    return text_edits(a, b, 1) <= 1;
}

static struct link_look
look_by(const struct like_set *s, const struct like_row *const *ab, int column, int top,
        int (*level_of)(const struct like_value *, const struct like_value *))
{
    const unsigned a = ab[0]->value[column], b = ab[1]->value[column];
    const int level = !a || !b ? LINK_UNKNOWN
                      : a == b ? top
                               : level_of(&s->pool.values[a], &s->pool.values[b]);

    return look(level, level == top ? s->common[column][ab[0]->value[column]] : 0);
}

void like_look(const void *set, unsigned one, unsigned other, struct link_look *ret)
{
    const struct like_set *s = set;
    const struct like_row *a = &s->rows[one], *b = &s->rows[other];
    const struct like_row *const ab[] = { a, b };

    look_names(s, a, b, ret);
    look_middle(s, a, b, &ret[LIKE_MIDDLE]);
    ret[LIKE_SEX] = look(a->sex && b->sex ? a->sex == b->sex : LINK_UNKNOWN, 0);
    ret[LIKE_BIRTH] =
        look(a->birth && b->birth ? birth_level(a->birth, b->birth) : LINK_UNKNOWN, 0);
    if (ret[LIKE_BIRTH].level == BIRTH_SAME)
        ret[LIKE_BIRTH].common = like_births(s, a->birth);
    ret[LIKE_PHONE] = look_phones(s, a, b);
    ret[LIKE_EMAIL] = look_emails(s, ab);
    look_address(s, a, b, ret);
    ret[LIKE_HOUSE] = look_by(s, ab, COL_HOUSE, HOUSE_SAME, house_level);
    ret[LIKE_TOWN] = look_text(s, a, b, COL_TOWN);
    ret[LIKE_POST] = look_by(s, ab, COL_POST, 3, post_level);
    ret[LIKE_REGION] = look_by(s, ab, COL_REGION, 2, region_level);
    if (!s->one) return;
    for (int f = 0; f < LIKE_FIELDS; f++) ret[f].common = 0;
    if (ret[LIKE_LAST].level >= NAME_OTHER) ret[LIKE_LAST].common = s->last_common;
}

const char *like_against(const struct link_look *l)
{
    const int first = l[LIKE_FIRST].level, birth = l[LIKE_BIRTH].level;

    if (l[LIKE_SEX].level == 0) return "sex";
    if (first >= 0 && first <= NAME_BEGIN) return "first_name"; /* twins: "А." */
    if (l[LIKE_MIDDLE].level >= 0 && l[LIKE_MIDDLE].level <= NAME_FAR)
        return "middle_name";
    if (birth >= 0 && birth <= BIRTH_TWO) return "birth";
    if (first < 0) return "thin";
    if (birth < BIRTH_SLIP && l[LIKE_PHONE].level < PHONE_SAME &&
        l[LIKE_EMAIL].level < EMAIL_LOCAL)
        return "thin";
    return NULL;
}
