/* customer_merge.h -- two records of one person become one, and are parted again.
 *
 * A merge is a fact that can be undone: rows of every room go to the survivor and
 * remember by whom they were born (base/person.h), the loser keeps his row and his id,
 * and whoever asks for it gets the survivor.  An undo takes the loser away with all who
 * had come to him before, also after later merges and changes.  What came in between
 * belongs to whom its key belonged (an order placed by his telephone, a consent said in
 * his browser), else to the survivor.
 *
 * Always true  a merged person's survivor lives; a field of a survivor is a field of
 *      one of those he is made of; parted, everybody says again what he said himself
 * Consents  of what the parts said before they became one the strictest holds, until
 *      the person says something new
 * Emits  customer.merged {from, merge_id}, customer.parted {from, merge_id}; the
 * subject is the survivor, of customer.parted who lives again */
#pragma once

#include "base/ctx.h"
#include "base/person.h"
#include "http/shape.h"

enum merge_how { MERGE_BY_HAND, MERGE_BY_RULE, MERGE_BY_REVIEW, MERGE_BY_SCORE };
extern const char *const merge_how_words[];

struct customer_merge_new {
    i64 into, from;       /* any ids of the two; their survivors become one */
    int how;              /* enum merge_how */
    const char *why;      /* somebody's words, or NULL */
    const char *evidence; /* JSON object, or NULL */
    i64 score_ppm;        /* NONE: not weighed */
};

/* Make one of two.  Inside a unit.
 * Errors  NOT_FOUND no such person; WRONG_STATE they are one already, or somebody said
 *         that they are not (unless how is MERGE_BY_HAND); TOO_BIG the survivor would
 * be made of more than `customer.merge_max` */
enum err customer_merge(struct ctx *c, const struct customer_merge_new *m,
                        i64 *ret_merge_id) MUST_USE;

/* Part them again.  NOT_FOUND; WRONG_STATE undone already. */
enum err customer_part(struct ctx *c, i64 merge_id, const char *why) MUST_USE;

/* The survivor of a merged id, the id itself of a living person.  NOT_FOUND. */
enum err customer_living(struct ctx *c, i64 id, i64 *ret_id) MUST_USE;
/* The same of somebody who was not erased; NOT_FOUND without words, or he was. */
enum err customer_known(struct ctx *c, i64 id, i64 *ret_id) MUST_USE;

/* Whom a living person is made of: i64 in ret, himself first. */
enum err customer_members(struct ctx *c, i64 id, struct list *ret) MUST_USE;

/* One merge, as people see it. */
struct customer_merge {
    i64 id, survivor_id, loser_id, at;
    int how;
    const char *why, *evidence;
    i64 score_ppm, rule;
    const char *told;
    i64 who_id, undone_at;
    const char *undone_why, *undone_told;
    i64 undone_by;
    const char *survivor_name, *loser_name; /* as they call themselves */
};
extern const struct shape customer_merge_shape;
enum err customer_merge_get(struct ctx *c, i64 merge_id,
                            struct customer_merge *ret) MUST_USE;
/* All merges that anybody of this person took part in, newest first. */
enum err customer_merges_of(struct ctx *c, i64 id, struct list *ret) MUST_USE;
/* The newest of all, before this id (NONE: from the end). */
enum err customer_merges(struct ctx *c, i64 before_id, i64 limit,
                         struct list *ret) MUST_USE;

/* A field of a survivor and whose word it is. */
struct customer_fact {
    int field;         /* enum fact_field */
    i64 from_id;       /* who says so */
    int because;       /* enum fact_because */
    const char *value; /* as text; "" unknown */
    i64 at;            /* when it was said */
    int by;            /* enum said_by: where */
};
enum fact_field { FACT_NAME, FACT_BIRTH, FACT_REGION, FACT_LANG, FACTS };
enum fact_because { FACT_SINCE, FACT_CONFIRMED, FACT_ACCOUNT, FACT_LATEST };
extern const char *const fact_field_words[], *const fact_because_words[];
/* struct customer_fact in ret, of every part and field, also of one who is alone; the
 * chosen of each first. */
enum err customer_facts(struct ctx *c, i64 id, struct list *ret) MUST_USE;
