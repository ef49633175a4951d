/* People in memory: each different text once, each person a row of numbers. */
#include "customer/customer_like_set.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "customer/customer_like_own.h"

/* An array of n things that had `had`; the new ones are zero. */
static void *grown(void *at, size_t had, size_t n, size_t size)
{
    char *p = realloc(at, n * size);

    if (!p) {
        fprintf(stderr, "out of memory: %zu people's texts\n", n);
        abort();
    }
    memset(p + had * size, 0, (n - had) * size);
    return p;
}

/* ---- Texts, each once -------------------------------------------------------------
 */

static void rehash(struct like_pool *p)
{
    free(p->slots);
    p->size = p->size ? p->size * 2 : 4096;
    p->slots = calloc(p->size, sizeof(*p->slots));
    if (!p->slots) abort();
    for (unsigned k = 1; k <= p->n; k++) {
        assert(p->texts[k]);
        u64 at = hash_bytes(p->texts[k], strlen(p->texts[k]));

        while (p->slots[at & (p->size - 1)]) at++;
        p->slots[at & (p->size - 1)] = k;
    }
}

/* The number of this text; *ret_new when it has just come. */
static unsigned number_of(struct like_pool *p, const char *text, size_t n,
                          bool *ret_new)
{
    if ((p->n + 1) * 2 >= p->size) rehash(p);
    u64 at = hash_bytes(text, n);

    for (;; at++) {
        const unsigned k = p->slots[at & (p->size - 1)];

        *ret_new = !k;
        if (!k) break;
        if (!strncmp(p->texts[k], text, n) && !p->texts[k][n]) return k;
    }
    if (p->n + 2 >= p->room) {
        const unsigned had = p->room;

        p->room = had ? had * 2 : 1024;
        p->texts = grown(p->texts, had, p->room, sizeof(*p->texts));
        if (p->values) p->values = grown(p->values, had, p->room, sizeof(*p->values));
    }
    p->texts[++p->n] = strndup(text, n);
    if (!p->texts[p->n]) abort();
    p->slots[at & (p->size - 1)] = p->n;
    return p->n;
}

static unsigned root_of(struct like_set *s, const unsigned char *sound, size_t n,
                        char kind)
{
    char text[LINK_LETTERS + 2];
    bool new;

    if (!n) return 0;
    text[0] = kind;
    memcpy(text + 1, sound, n);
    return number_of(&s->roots, text, n + 1, &new);
}

static void read_value(struct like_set *s, const char *text, size_t n,
                       struct like_value *v)
{
    char own[256];

    snprintf(own, sizeof(own), "%.*s", (int)(n < 250 ? n : 250), text);
    like_name_read(own, &v->name);
    const struct like_name *w = &v->name;
    const char *at = strchr(own, '@');

    v->root = w->group[0] ? root_of(s, w->group, 1, 'g')
                          : root_of(s, w->sound, w->last_n, 's');
    v->middle_root = root_of(s, w->sound, w->middle_n, 's');
    v->local_n = w->n;
    if (!at) return;
    struct like_name local;
    *(char *)at = '\0';
    like_name_read(own, &local);
    v->local_n = local.n;
    v->local = root_of(s, local.text, local.n, 'l');
}

/* A text without letters or digits says nothing. */
static unsigned value_of(struct like_set *s, const char *text)
{
    const size_t n = text ? strlen(text) : 0;
    bool new;

    if (!n) return 0;
    if (!s->pool.values) {
        s->pool.room = 1024;
        s->pool.values = grown(NULL, 0, s->pool.room, sizeof(*s->pool.values));
        s->pool.texts = grown(NULL, 0, s->pool.room, sizeof(*s->pool.texts));
    }
    const unsigned k = number_of(&s->pool, text, n, &new);
    if (new) {
        s->pool.values[k] = (struct like_value){ 0 };
        read_value(s, text, n, &s->pool.values[k]);
    }
    return s->pool.values[k].name.n ? k : 0;
}

static void pool_free(struct like_pool *p)
{
    for (unsigned k = 1; k <= p->n; k++) free(p->texts[k]);
    free(p->texts);
    free(p->values);
    free(p->slots);
}

/* ---- People
 * --------------------------------------------------------------------------- */

struct like_set *like_set_new(void)
{
    struct like_set *s = calloc(1, sizeof(*s));

    if (!s) abort();
    return s;
}

void like_set_free(struct like_set *s)
{
    if (!s) return;
    pool_free(&s->pool);
    pool_free(&s->roots);
    for (int k = 0; k < COLUMNS; k++) free(s->common[k]);
    for (int k = 0; k < 3; k++) free(s->roots_common[k]);
    free(s->rows);
    free(s->births);
    free(s->hot);
    free(s->phones);
    free(s);
}

static u64 phone_number(const char *s)
{
    u64 n = 0;

    for (; s && *s; s++)
        if (*s >= '0' && *s <= '9') n = n * 10 + (u64)(*s - '0');
    return n;
}

/* What the names tell: a patronymic first, then a first name we know, then the
 * surname's ending. */
static char sex_of(const struct like_set *s, const struct like_row *r)
{
    const struct like_value *last = like_at(s, r, COL_LAST),
                            *first = like_at(s, r, COL_FIRST),
                            *middle = like_at(s, r, COL_MIDDLE);

    if (middle && middle->name.sex_middle) return middle->name.sex_middle;
    if (first && first->name.sex_first) return first->name.sex_first;
    return last ? last->name.sex_last : 0;
}

void like_set_add(struct like_set *s, const struct like_person *p)
{
    const char *texts[COLUMNS] = { p->last,      p->first,  p->middle, p->emails[0],
                                   p->emails[1], p->street, p->house,  p->more,
                                   p->town,      p->post,   p->region };

    if (s->n == s->room) {
        const unsigned had = s->room;

        s->room = had ? had * 2 : 1024;
        s->rows = grown(s->rows, had, s->room, sizeof(*s->rows));
    }
    struct like_row *r = &s->rows[s->n++];
    *r = (struct like_row){ .id = p->id, .birth = p->birth };
    for (int k = 0; k < COLUMNS; k++) r->value[k] = value_of(s, texts[k]);
    for (int k = 0; k < LIKE_PHONES; k++) r->phone[k] = phone_number(p->phones[k]);
    r->sex = sex_of(s, r);
}

/* ---- How common each value is
 * ----------------------------------------------------------- */

/* Open addressing over days: (day, times) pairs, 65,536 slots are more than there are
 * days in a life. */
enum { DAYS = 1 << 17 };

static unsigned *birth_slot(const struct like_set *s, int birth)
{
    u64 at = (unsigned)birth * 2654435761u;

    for (int k = 0; k < 64; k++, at++) {
        unsigned *slot = &s->births[(at & (DAYS - 1)) * 2];
        if (!slot[0] || slot[0] == (unsigned)birth) return slot;
    }
    return NULL;
}

unsigned like_births(const struct like_set *s, int birth)
{
    const unsigned *slot = birth_slot(s, birth);

    return slot && slot[0] ? slot[1] : 1;
}

static size_t first_at_least(const struct like_set *s, u64 phone)
{
    size_t low = 0, high = s->n_phones;

    while (low < high) {
        const size_t mid = (low + high) / 2;
        if (s->phones[mid] < phone)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

unsigned like_phones(const struct like_set *s, u64 phone)
{
    return (unsigned)(first_at_least(s, phone + 1) - first_at_least(s, phone));
}

static int by_number(const void *a, const void *b)
{
    const u64 x = *(const u64 *)a, y = *(const u64 *)b;

    return (x > y) - (x < y);
}

static void count_row(struct like_set *s, const struct like_row *r)
{
    for (int k = 0; k < COLUMNS; k++) s->common[k][r->value[k]]++;
    for (int k = COL_LAST; k <= COL_MIDDLE; k++) {
        const struct like_value *v = like_at(s, r, k);
        if (v) s->roots_common[k][k == COL_MIDDLE ? v->middle_root : v->root]++;
    }
    unsigned *slot = r->birth ? birth_slot(s, r->birth) : NULL;
    if (slot) {
        slot[0] = (unsigned)r->birth;
        slot[1]++;
    }
    for (int k = 0; k < LIKE_PHONES; k++)
        if (r->phone[k]) s->phones[s->n_phones++] = r->phone[k];
}

static unsigned *zeros(size_t n)
{
    unsigned *p = calloc(n, sizeof(*p));

    if (!p) abort();
    return p;
}

static struct like_hot hot_of(const struct like_value *v)
{
    const struct like_name *w = &v->name;
    struct like_hot h = { .letters = w->letters,
                          .sounds = w->sounds,
                          .root = v->root,
                          .middle_root = v->middle_root,
                          .n = (unsigned char)v->local_n,
                          .sound_n = w->sound_n,
                          .groups = (unsigned char)strnlen((const char *)w->group,
                                                           LIKE_GROUPS) };

    memcpy(h.head, w->text, sizeof(h.head));
    memcpy(h.sound_head, w->sound, sizeof(h.sound_head));
    if (v->local_n != w->n) {
        h.letters = 0;
        for (unsigned k = 0; k < v->local_n; k++)
            h.letters |= 1ull << (w->text[k] & 63);
    }
    return h;
}

void like_set_finish(struct like_set *s)
{
    if (!s->pool.values) value_of(s, "x"); /* so that there is a pool */
    s->hot = grown(NULL, 0, (size_t)s->pool.n + 1, sizeof(*s->hot));
    for (unsigned k = 1; k <= s->pool.n; k++) s->hot[k] = hot_of(&s->pool.values[k]);
    for (int k = 0; k < COLUMNS; k++) s->common[k] = zeros(s->pool.n + 1);
    for (int k = 0; k < 3; k++) s->roots_common[k] = zeros(s->roots.n + 1);
    s->births = zeros((size_t)DAYS * 2);
    s->phones = grown(NULL, 0, (size_t)s->n * LIKE_PHONES + 1, sizeof(*s->phones));
    for (unsigned a = 0; a < s->n; a++) count_row(s, &s->rows[a]);
    qsort(s->phones, s->n_phones, sizeof(*s->phones), by_number);
    s->job = (struct link_job){ .n = s->n,
                                .fields = like_fields,
                                .rules = like_rules,
                                .n_fields = LIKE_FIELDS,
                                .n_rules = like_rule_count,
                                .look = like_look,
                                .keys = like_keys,
                                .arg = s,
                                .no_rules = s->n <= 1500 };
}

void like_set_finish_one(struct like_set *s, unsigned last_common)
{
    like_set_finish(s);
    s->one = s->job.no_rules = true;
    s->last_common = last_common;
}

unsigned like_set_count(const struct like_set *s)
{
    return s->n;
}

i64 like_set_id(const struct like_set *s, unsigned record)
{
    return s->rows[record].id;
}

const struct link_job *like_set_job(const struct like_set *s)
{
    return &s->job;
}

/* ---- Bands
 * -------------------------------------------------------------------------------- */

double like_weight_of(double probability)
{
    return log2(probability / (1 - probability));
}

void like_set_bands(const struct like_set *s, struct link *l,
                    const struct link_model *m, const struct link_pair *pairs, size_t n,
                    struct like_verdict *ret)
{
    /* Who contradicts: odds of 30 to 1 against.  A rival counts unless the pair is
     * 100 times likelier. */
    const double sure = like_weight_of(LIKE_SURE_P);
    const struct link_cut cut = {
        .join = like_weight_of(LIKE_REVIEW_P), .apart = -5, .asked = sure, .clear = 7
    };
    bool *rival = calloc(n + 1, sizeof(*rival));

    if (!rival) abort();
    link_rivals(l, m, pairs, n, &cut, rival);
    for (size_t k = 0; k < n; k++) {
        struct link_look looks[LINK_FIELDS] = { 0 };
        const double weight = (double)pairs[k].weight;

        ret[k] =
            (struct like_verdict){ weight < cut.join ? LIKE_APART : LIKE_REVIEW, NULL };
        if (weight < sure) continue;
        like_look(s, pairs[k].a, pairs[k].b, looks);
        ret[k].against = rival[k] ? "rival" : like_against(looks);
        if (!ret[k].against) ret[k].band = LIKE_SURE;
    }
    free(rival);
}
