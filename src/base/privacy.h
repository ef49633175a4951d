/* privacy.h -- what a room tells a person about himself, and how it forgets him.
 *
 * A room whose tables know something of people fills one of these and puts its address
 * into struct module.privacy.  All of it is data: statements with $1, and names for
 * what they return.  The room `privacy` runs them: the tells when a person asks what is
 * kept about him, the forgets when he is to be erased, all rooms in one unit. */
#pragma once

#include "base/ctx.h"

struct query;

/* How a column is shown. */
enum privacy_kind {
    PRIVACY_ID,  /* a number without meaning to people; in JSON only, as a string */
    PRIVACY_INT, /* pieces, versions */
    PRIVACY_TEXT,
    PRIVACY_CONTACT, /* a text that is kept sealed by base/contact.h */
    PRIVACY_SEALED,  /* a text that is kept sealed by base/seal.h */
    PRIVACY_TIME,    /* ms since 1970 UTC */
    PRIVACY_DAY,     /* days since 1970 */
    PRIVACY_MONEY,   /* kopecks */
    PRIVACY_FLAG,    /* 0, 1 */
    PRIVACY_WORD,    /* one of `words` by its number */
};

struct privacy_column {
    const char *name; /* "placed_at"; its wording stands in privacy_words.def */
    enum privacy_kind kind;
    const char *const *words; /* of a PRIVACY_WORD, ends with NULL */
};

/* What stands in a column; i NONE and s NULL: nothing. */
union privacy_cell {
    i64 i;
    const char *s; /* of a text */
};

/* Where a room puts its rows, cell by cell in the order of the columns. */
struct privacy_sheet {
    void (*put)(struct privacy_sheet *s, const union privacy_cell *cells);
};

/* Rows about a customer, oldest first: of a statement with $1, or, where they stand
 * outside the core database, from a function that is called outside any unit. */
struct privacy_tell {
    const char *section; /* "orders"; its wording stands in privacy_words.def */
    const struct query *rows;
    const struct privacy_column *columns; /* ends with { NULL } */
    enum err (*read)(struct ctx *c, i64 customer_id, struct privacy_sheet *to);
};

/* What $1 is: the customer; or a phone, e-mail or card of his, each once, as he says it
 * or as contacts are kept. */
enum privacy_by { PRIVACY_BY_PERSON, PRIVACY_BY_KEY, PRIVACY_BY_SEALED };

/* One way of forgetting.  `left` counts afterwards what `run` should have changed: 0,
 * or the erasure is undone as a whole. */
struct privacy_forget {
    const char *what; /* "message.texts": a line of the certificate */
    const struct query *run, *left;
    enum privacy_by by;
};

/* What stays because a law says so, without a name on it. */
struct privacy_keep {
    const char *what; /* "order.sales" */
    const char *law_ru, *law_en;
};

struct privacy_part {
    const struct privacy_tell *tells;     /* ends with { NULL } */
    const struct privacy_forget *forgets; /* ends with { NULL } */
    const struct privacy_keep *keeps;     /* ends with { NULL } */
    const struct query *open; /* counts what is still to be done for customer $1 */
    /* What stands outside the core database (files, files of bursts).  Called before
     * the forgets, outside any unit; may be called again. */
    enum err (*outside)(struct ctx *c, i64 customer_id, const char *const *keys,
                        i64 *ret_changed);
};
