/* customer_like_set.h -- people (or anybody's records of people) in memory, made ready
 * for comparison: what customer_like_all fills from the tables, tests and benches from
 * files and generators.
 *
 *     struct like_set *s = like_set_new();
 *     like_set_add(s, &person);           in any order; ids are the caller's
 *     like_set_finish(s);                 counts how common each value is
 *     const struct link_job *job = like_set_job(s);   then ml/link.h
 *     like_set_free(s);
 *
 * Memory    its own: about 500 bytes a person, freed by like_set_free
 * Parallel  one thread fills; after like_set_finish many may look */
#pragma once

#include "customer/customer_like.h"
#include "ml/link.h"

enum { LIKE_PHONES = 3, LIKE_EMAILS = 2 }; /* of a person; more are left out */

/* One record, as it was written down; NULL or 0 where nothing is known. */
struct like_person {
    i64 id;
    const char *last, *first, *middle;
    int birth; /* 19900501, not necessarily a real day */
    const char *phones[LIKE_PHONES], *emails[LIKE_EMAILS];
    const char *street, *house, *more, *town, *post, *region;
};

struct like_set;
struct like_set *like_set_new(void);
void like_set_free(struct like_set *s); /* NULL is fine */
void like_set_add(struct like_set *s, const struct like_person *p);
void like_set_finish(struct like_set *s);
/* The set is one person and his candidates: how common a value is cannot be counted
 * here.  Surnames are weighed as `last_common` people having it, the rest as average.
 */
void like_set_finish_one(struct like_set *s, unsigned last_common);
unsigned like_set_count(const struct like_set *s);
i64 like_set_id(const struct like_set *s, unsigned record);
const struct link_job *like_set_job(const struct like_set *s);

/* What is to be done with each pair that link_pass gave, all of LIKE_REVIEW_P or more:
 * ret[n].  `against` is why a pair of LIKE_SURE_P is not LIKE_SURE: another sex,
 * another known first name, another patronymic, a birth date further off than a slip;
 * "thin": neither birth date nor phone nor e-mail in common; "rival": one of the two
 * fits a third record as well that contradicts the other. */
struct like_verdict {
    enum like_band band;
    const char *against;
};
void like_set_bands(const struct like_set *s, struct link *l,
                    const struct link_model *m, const struct link_pair *pairs, size_t n,
                    struct like_verdict *ret);
const char *like_against(const struct link_look *looks);
double like_weight_of(double probability); /* log2 of the odds */

/* ---- customer_like_name.c: one word of a name ---------------------------------------
 */

enum { LIKE_GROUPS = 5 }; /* "Слава" is short for five names */

/* A word in forms that can be compared; letters are bytes of our own. */
struct like_name {
    unsigned char text[LINK_LETTERS];  /* folded: ё as е, letters and digits alone */
    unsigned char sound[LINK_LETTERS]; /* in Latin letters, one for all spellings */
    u64 letters, sounds; /* which there are at all: a bit each, some share one */
    unsigned char n, sound_n;
    unsigned char last_n, middle_n; /* of sound: without the ending of a sex */
    unsigned char
        group[LIKE_GROUPS]; /* of first names: "Саша" and "Александр"; 0 none */
    char sex_first, sex_last, sex_middle; /* 'm', 'f', 0 when it does not tell */
    bool full; /* a first name as in a passport: two different ones are two people */
};
void like_name_read(const char *word, struct like_name *ret);
/* The first letters, small, of all forms of this first name; none when unknown. */
size_t like_name_initials(const struct like_name *name, unsigned *ret, size_t most);
