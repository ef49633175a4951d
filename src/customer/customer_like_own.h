/* customer_like_own.h -- what the files of comparing people share. */
#pragma once

#include "customer/customer_like_set.h"

/* A different text of a field, kept once. */
struct like_value {
    struct like_name name; /* addresses and e-mails use text and sound alone */
    unsigned root;         /* the name without its sex's ending, or the first name's
                              group: equal for all spellings; 0 none */
    unsigned middle_root;
    unsigned local_n; /* of an e-mail's text: before the @ */
    unsigned local;   /* root of the part before the @ */
};

/* What tells most pairs of texts apart without looking at them: small, side by side. */
struct like_hot {
    u64 letters, sounds; /* of an e-mail: before the @ */
    unsigned root, middle_root;
    unsigned char head[4], sound_head[4]; /* how it begins */
    unsigned char n, sound_n, groups;
};

/* Different texts, numbered from 1. */
struct like_pool {
    struct like_value *values;
    char **texts;
    unsigned n, room;
    unsigned *slots, size; /* open addressing by hash_bytes */
};

enum like_column {
    COL_LAST,
    COL_FIRST,
    COL_MIDDLE,
    COL_EMAIL,
    COL_EMAIL2,
    COL_STREET,
    COL_HOUSE,
    COL_MORE,
    COL_TOWN,
    COL_POST,
    COL_REGION,
    COLUMNS
};

struct like_row {
    i64 id;
    unsigned value[COLUMNS]; /* in the pool; 0 unknown */
    int birth;
    u64 phone[LIKE_PHONES]; /* digits as a number; 0 none */
    char sex;
};

struct like_set {
    struct like_pool pool, roots;
    struct like_row *rows;
    unsigned n, room;
    struct like_hot *hot;      /* [pool.n + 1] */
    unsigned *common[COLUMNS]; /* [pool.n + 1]: how many have the value there */
    unsigned *roots_common[3]; /* [roots.n + 1]: of last, first, middle */
    unsigned *births;          /* how many were born on each day we have seen */
    u64 *phones;               /* all phones, sorted: equal ones are counted */
    size_t n_phones;
    bool one;             /* like_set_finish_one */
    unsigned last_common; /* then */
    struct link_job job;
};

/* customer_like_look.c: one pair, field by field. */
void like_look(const void *set, unsigned a, unsigned b, struct link_look *ret);
/* customer_like_key.c: what pairs are worth it. */
int like_keys(const void *set, int rule, unsigned a, u64 *ret);
extern const struct link_field like_fields[LIKE_FIELDS];
extern const struct link_rule like_rules[];
extern const int like_rule_count;

unsigned like_births(const struct like_set *s, int birth);
unsigned like_phones(const struct like_set *s, u64 phone);
static inline const struct like_value *like_at(const struct like_set *s,
                                               const struct like_row *r, int column)
{
    return r->value[column] ? &s->pool.values[r->value[column]] : NULL;
}

/* ---- customer_like_model.c --------------------------------------------------------
 */

extern const struct link_model like_model_built_in;
const char *like_model_text(struct arena *mem, const struct link_model *m);
/* False when it is not of these fields and levels. */
bool like_model_read(const char *text, struct link_model *ret);

/* ---- customer_like.c, for customer_like_one.c -------------------------------------
 */

int customer_like_birth(i64 birth_day); /* 19900501; 0 unknown */
/* Weigh a pair and say why: its ids, bits and levels. */
void customer_like_tell(const struct like_set *set, const struct link_model *m,
                        const struct link_pair *pair, const struct like_verdict *v,
                        struct like_pair *ret);
