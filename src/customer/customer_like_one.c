/* One person's likely doubles, found by the indexes that are there anyway. */
#include <stdlib.h>
#include <string.h>

#include "base/contact.h"
#include "base/text.h"
#include "base/time.h"
#include "customer/customer_like_own.h"
#include "customer/customer_own.h"
#include "http/shape.h"

enum { BY_NAME, COUNT_NAME, BY_BIRTH, BY_KEY, USED, MODEL };
enum {
    MOST = 800,      /* candidates */
    OF_NAME = 100,   /* of one beginning of a name */
    OF_BIRTH = 300,  /* of one birth date */
    COUNTED = 20000, /* how common a surname is: not counted further */
    INITIALS = 8
};

/* clang-format off */
const struct query customer_like_one_sql[] = {
    [BY_NAME] = { "customer.like_by_name",
        "SELECT id FROM customer_person WHERE by_last >= $1 AND by_last < $2 AND merged_into IS NULL"
        " ORDER BY by_last, id LIMIT $3" },

    [COUNT_NAME] = { "customer.like_count_name",
        "SELECT CAST(COUNT(*) AS BIGINT) FROM"
        " (SELECT id FROM customer_person WHERE by_last >= $1 AND by_last < $2 LIMIT $3) t" },

    [BY_BIRTH] = { "customer.like_by_birth",
        "SELECT id FROM customer_person WHERE birth_day = $1 AND merged_into IS NULL ORDER BY id LIMIT $2" },

    [BY_KEY] = { "customer.like_by_key",
        "SELECT customer_id FROM customer_key WHERE kind = $1 AND value IN ($2, $3)"
        " UNION ALL SELECT customer_id FROM customer_key_use WHERE kind = $1 AND value IN ($2, $3)",
        .types = "itt" },

    [USED] = { "customer.like_used",
        "SELECT kind, value FROM customer_key_use WHERE customer_id = $1 AND kind < 2 ORDER BY kind, value" },

    [MODEL] = { "customer.like_model",
        "SELECT body FROM customer_like_model WHERE id = 1" },
    QUERY_END
};
/* clang-format on */

struct search {
    struct customer who;
    struct like_set *set;
    i64 ids[MOST];
    size_t n;
};

static void add(struct search *s, i64 id)
{
    if (id <= 0 || s->n == MOST) return; /* 0: a key that is nobody's */
    for (size_t k = 0; k < s->n; k++)
        if (s->ids[k] == id) return;
    s->ids[s->n++] = id;
}

static enum err add_rows(struct search *s, struct rows *r)
{
    i64 id;

    while (db_next(r, INTO(&id))) add(s, id);
    return r->err;
}

/* ---- Names
 * --------------------------------------------------------------------------- */

static const char *past(struct ctx *c, const char *prefix)
{
    return arena_printf(c->mem, "%s\xF4\x8F\xBF\xBF", prefix);
}

static enum err named(struct ctx *c, struct search *s, const char *prefix)
{
    ROWS r;
    TRY(db_rows(c, &r, &customer_like_one_sql[BY_NAME], prefix, past(c, prefix),
                (i64)OF_NAME));
    return add_rows(s, &r);
}

/* "иванова" of "иванов", "островский" of "островская"; NULL when there is none. */
static const char *other_ending(struct ctx *c, const char *last)
{
    static const char *const pairs[][2] = { { "ов", "ова" },    { "ев", "ева" },
                                            { "ин", "ина" },    { "ский", "ская" },
                                            { "цкий", "цкая" }, { "ый", "ая" },
                                            { "ой", "ая" } };
    const size_t n = strlen(last);

    for (size_t k = 0; k < COUNT(pairs); k++)
        for (int side = 0; side < 2; side++) {
            const char *is = pairs[k][side], *to = pairs[k][!side];
            const size_t m = strlen(is);

            if (n > m + 2 && !strcmp(last + n - m, is))
                return arena_printf(c->mem, "%.*s%s", (int)(n - m), last, to);
        }
    return NULL;
}

/* The surname with each initial that the first name may have. */
static enum err by_surname(struct ctx *c, struct search *s, const char *last,
                           const char *first)
{
    struct like_name name;
    unsigned initials[INITIALS];
    const char *begin = first;
    char letter[5] = { 0 };

    if (!*last) return ERR_OK;
    like_name_read(first, &name);
    size_t n = like_name_initials(&name, initials, INITIALS);
    if (!n && *first) initials[n++] = text_next(&begin);
    if (!n) return named(c, s, arena_printf(c->mem, "%s ", last));
    for (size_t k = 0; k < n; k++) {
        letter[text_put(letter, initials[k])] = '\0';
        TRY(named(c, s, arena_printf(c->mem, "%s %s", last, letter)));
    }
    return ERR_OK;
}

static enum err by_names(struct ctx *c, struct search *s)
{
    const char *last = customer_fold(c->mem, s->who.last_name),
               *first = customer_fold(c->mem, s->who.first_name),
               *other = other_ending(c, last);

    TRY(by_surname(c, s, last, first));
    if (other) TRY(by_surname(c, s, other, first));
    if (*first && *last) TRY(named(c, s, arena_printf(c->mem, "%s %s", first, last)));
    return ERR_OK;
}

/* ---- Dates, phones, e-mails
 * ------------------------------------------------------------- */

static enum err born(struct ctx *c, struct search *s, i64 day)
{
    ROWS r;
    TRY(db_rows(c, &r, &customer_like_one_sql[BY_BIRTH], day, (i64)OF_BIRTH));
    return add_rows(s, &r);
}

static enum err by_birth(struct ctx *c, struct search *s)
{
    int year, month, mday;

    if (s->who.birth_day == NONE) return ERR_OK;
    time_civil(s->who.birth_day, &year, &month, &mday);
    TRY(born(c, s, s->who.birth_day));
    return mday <= 12 && mday != month ? born(c, s, time_day_of(year, mday, month))
                                       : ERR_OK;
}

/* Whose it is, and who else brought it. */
static enum err has_key(struct ctx *c, struct search *s, int kind, const char *value)
{
    ROWS r;
    TRY(db_rows(c, &r, &customer_like_one_sql[BY_KEY], kind,
                contact_seal(c->mem, value), contact_before(c->mem, value)));
    return add_rows(s, &r);
}

/* The number itself, with each of its last eight digits wrong, and with each two
 * neighbours in each other's place. */
static enum err by_phone(struct ctx *c, struct search *s, const char *phone)
{
    char *v = arena_strdup(c->mem, phone, strlen(phone));
    const size_t n = strlen(v);

    TRY(has_key(c, s, KEY_PHONE, v));
    for (size_t at = n > 10 ? n - 8 : n; at < n; at++) {
        const char is = v[at];

        for (v[at] = '0'; v[at] <= '9'; v[at]++)
            if (v[at] != is) TRY(has_key(c, s, KEY_PHONE, v));
        v[at] = v[at - 1];
        v[at - 1] = is;
        if (v[at] != is) TRY(has_key(c, s, KEY_PHONE, v));
        v[at - 1] = v[at];
        v[at] = is;
    }
    return ERR_OK;
}

/* The same before the @ at the places where people have their mail: sealed addresses
 * are found whole or not at all. */
static enum err by_email(struct ctx *c, struct search *s, const char *email)
{
    static const char *const places[] = {
        "mail.ru",       "yandex.ru", "gmail.com",   "bk.ru",      "list.ru",
        "inbox.ru",      "ya.ru",     "rambler.ru",  "icloud.com", "internet.ru",
        "vk.com",        "me.com",    "hotmail.com", "yahoo.com",  "outlook.com",
        "yandex.com",    "mail.com",  "proton.me",   "lenta.ru",   "autorambler.ru",
        "protonmail.com"
    };
    const int n = (int)strcspn(email, "@");

    TRY(has_key(c, s, KEY_EMAIL, email));
    for (size_t k = 0; n >= 4 && k < COUNT(places); k++)
        TRY(has_key(c, s, KEY_EMAIL,
                    arena_printf(c->mem, "%.*s@%s", n, email, places[k])));
    return ERR_OK;
}

static enum err by_keys(struct ctx *c, struct search *s)
{
    const struct customer_key *k = s->who.keys.at;

    for (size_t n = 0; n < s->who.keys.n; n++) {
        if (k[n].kind == KEY_PHONE) TRY(by_phone(c, s, k[n].value));
        if (k[n].kind == KEY_EMAIL) TRY(by_email(c, s, k[n].value));
    }
    return ERR_OK;
}

/* ---- Weighing
 * ----------------------------------------------------------------------------- */

/* A person with his own keys, and those he brought that are somebody else's. */
static enum err person_of(struct ctx *c, i64 id, struct customer *ret)
{
    struct customer_key k = { .confirmed_at = NONE, .read_at = NONE };
    i64 kind;

    TRY(customer_get(c, id, ret));
    ROWS r;
    TRY(db_rows(c, &r, &customer_like_one_sql[USED], id));
    while (db_next(&r, INTO(&kind, &k.value))) {
        k.kind = (int)kind;
        k.value = contact_open(c->mem, k.value);
        *(struct customer_key *)list_add(c->mem, &ret->keys, sizeof(k)) = k;
    }
    return r.err;
}

static void put(struct ctx *c, struct like_set *set, const struct customer *k)
{
    struct like_person p = { .id = k->id,
                             .last = k->last_name,
                             .first = k->first_name,
                             .middle = k->middle_name,
                             .birth = customer_like_birth(k->birth_day),
                             .region =
                                 k->region_id == NONE
                                     ? NULL
                                     : arena_printf(c->mem, "%lld", k->region_id) };
    const struct customer_key *key = k->keys.at;
    int phones = 0, emails = 0;

    for (size_t n = 0; n < k->keys.n; n++) {
        if (key[n].kind == KEY_PHONE && phones < LIKE_PHONES)
            p.phones[phones++] = key[n].value;
        if (key[n].kind == KEY_EMAIL && emails < LIKE_EMAILS)
            p.emails[emails++] = key[n].value;
    }
    like_set_add(set, &p);
}

static enum err model_now(struct ctx *c, struct link_model *ret)
{
    const char *body;
    const enum err e = db_one0(c, &customer_like_one_sql[MODEL], INTO(&body));

    if (e && e != ERR_NOT_FOUND) return e;
    if (e || !like_model_read(body, ret)) *ret = like_model_built_in;
    return ERR_OK;
}

/* In the base of the model's size: how many have the surname. */
static enum err surname_common(struct ctx *c, const struct search *s, i64 *ret)
{
    const char *last = customer_fold(c->mem, s->who.last_name);

    *ret = 0;
    if (!*last) return ERR_OK;
    return db_one(c, &customer_like_one_sql[COUNT_NAME], INTO(ret), last, past(c, last),
                  (i64)COUNTED);
}

static int best_first(const void *a, const void *b)
{
    const struct link_pair *x = a, *y = b;

    return (x->weight < y->weight) - (x->weight > y->weight);
}

static bool keep_his(void *arg, const struct link_pair *p)
{
    struct link_pair **to = arg;

    if (p->a == 0) *(*to)++ = *p;
    return p->a == 0; /* pairs come by their first record: his are the first */
}

/* His pairs among all of the set, weighed; the set's first person is he. */
static void weigh(struct ctx *c, struct search *s, const struct link_model *m,
                  struct list *ret)
{
    struct link_pair *pairs = NEW_N(c->mem, struct link_pair, s->n + 1), *end = pairs;
    struct like_verdict *v = NEW_N(c->mem, struct like_verdict, s->n + 1);
    struct link *l = link_open(like_set_job(s->set));

    link_pass(l, m, like_weight_of(LIKE_REVIEW_P), keep_his, &end);
    const size_t n = (size_t)(end - pairs);
    if (n) qsort(pairs, n, sizeof(*pairs), best_first);
    like_set_bands(s->set, l, m, pairs, n, v);
    for (size_t k = 0; k < n && k < LIKE_ONE; k++)
        customer_like_tell(s->set, m, &pairs[k], &v[k],
                           list_add(c->mem, ret, sizeof(struct like_pair)));
    link_close(l);
}

static enum err find_all(struct ctx *c, struct search *s)
{
    TRY(by_names(c, s));
    TRY(by_birth(c, s));
    return by_keys(c, s);
}

static enum err weigh_all(struct ctx *c, struct search *s, struct list *ret)
{
    struct link_model m;
    struct customer other;
    i64 common;

    TRY(model_now(c, &m));
    TRY(surname_common(c, s, &common));
    put(c, s->set, &s->who);
    for (size_t k = 0; k < s->n; k++) {
        if (s->ids[k] == s->who.id) continue;
        TRY(person_of(c, s->ids[k], &other));
        put(c, s->set, &other);
    }
    like_set_finish_one(s->set, (unsigned)common);
    weigh(c, s, &m, ret);
    return ERR_OK;
}

enum err customer_like_one(struct ctx *c, i64 customer_id, struct list *ret)
{
    struct search *s = NEW(c->mem, struct search);

    *ret = (struct list){ 0 };
    TRY(person_of(c, customer_id, &s->who));
    s->set = like_set_new();
    enum err e = find_all(c, s);
    if (!e) e = weigh_all(c, s, ret);
    like_set_free(s->set);
    return e;
}
