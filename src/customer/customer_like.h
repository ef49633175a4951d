/* customer_like.h -- which records of people are likely one person.
 *
 * Deterministic keys come first (customer_resolve); this is for the rest: a typo, a
 * diminutive, Latin letters, names in the wrong fields, a slip in a birth date.
 * Weights are learned from the base itself, without labels (ml/link.h).
 *
 * What is compared   last, first and middle name (ё as е; "Иванова" as "Иванов",
 *     "Саша" as "Александр", "Yuliya" and "Iuliia" as "Юлия"; last and first in each
 *     other's place), sex as the names tell it, birth date (day and month in each
 *     other's place, one digit, the year), phones, e-mails, address
 * Bands   LIKE_SURE   may be merged by itself: probability of at least LIKE_SURE_P and
 *             nothing against it.  Precision 0.999 or better where measured
 *         LIKE_REVIEW somebody has to look
 * Families  people with one phone, name and address are a kind of their own for the
 *     model, neither the same nor strangers; twins, fathers and sons, spouses stay
 *     LIKE_REVIEW at most
 * Owns  customer_like_model
 *
 * Figures and how to get them again: doc/linking.md. */
#pragma once

#include "base/ctx.h"

enum like_field {
    LIKE_LAST,
    LIKE_FIRST,
    LIKE_MIDDLE,
    LIKE_SEX,
    LIKE_BIRTH,
    LIKE_PHONE,
    LIKE_EMAIL,
    LIKE_STREET,
    LIKE_HOUSE,
    LIKE_MORE, /* a second line of the address */
    LIKE_TOWN,
    LIKE_POST,
    LIKE_REGION,
    LIKE_FIELDS
};
extern const char *const like_field_words[]; /* "last_name", "first_name", ... */

enum like_band { LIKE_APART, LIKE_REVIEW, LIKE_SURE };
#define LIKE_SURE_P   0.999
#define LIKE_REVIEW_P 0.5

/* Two customers and what speaks for and against. */
struct like_pair {
    i64 a_id, b_id;     /* a_id < b_id */
    double weight;      /* log2 of the odds that they are one */
    double probability; /* the same as 0..1 */
    enum like_band band;
    signed char level[LIKE_FIELDS]; /* -1 unknown, 0 differs, more is more alike */
    float bits[LIKE_FIELDS];        /* what each field said: log2, below 0 against */
    const char *against; /* why it is not LIKE_SURE in spite of its weight, or NULL:
                            "sex", "first_name", "birth", "thin", "rival" */
};

struct like_stats {
    i64 people, compared, review, sure;
    i64 took_ms;
};

/* The whole base: every pair of LIKE_REVIEW or more goes to hear(), by a_id, b_id
 * rising, so that who was interrupted can go on; the pair is hear()'s until it returns.
 * step() (or NULL) is told how far it is, about once a second; its error ends the pass.
  "Sure" pairs are also free of rivals: a
 * person who fits two records that contradict each other is nobody's by himself.
 * Call it outside units: people are read in snapshots of LIMIT_BULK_ROWS; hear() may
 * open units.  ERR from hear() ends the pass and is its answer.  Keeps what was
 * learned for customer_like_one.  The comparing threads have nice +10: orders come
 * first.
 * Memory  about 500 bytes a person.  Cost: a million people in about a minute on two
 * cores. */
typedef enum err (*like_hear)(struct ctx *c, const struct like_pair *p, void *arg);
typedef enum err (*like_step)(struct ctx *c, i64 done, i64 total, void *arg);
enum err customer_like_all(struct ctx *c, like_hear hear, like_step step, void *arg,
                           struct like_stats *ret) MUST_USE;

/* Who is likely the same as this one: struct like_pair, best first, at most
 * LIKE_ONE.  Looks up names, birth dates, phones with a digit wrong and e-mails by
 * index, some 150 small reads; inside a unit or snapshot.  By what the last
 * customer_like_all learned, before the first by a model made from test people.
 * NOT_FOUND. */
enum { LIKE_ONE = 20 };
struct list;
enum err customer_like_one(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;
