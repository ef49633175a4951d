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

/* ---- How long ----------------------------------------------------------------------
 */

/* How a kind of data ends. */
enum privacy_end {
    PRIVACY_AGED,     /* the room privacy removes what is older than its period */
    PRIVACY_BY_ROOM,  /* the room itself does, in its job */
    PRIVACY_UNNEEDED, /* people: forgotten when no room needed them that long */
    PRIVACY_PERSON,   /* goes when the person goes */
    PRIVACY_NAMELESS  /* stays, and names nobody any more: a law wants it */
};

struct list; /* http/shape.h */

/* Rows that grow old.  $1 is a moment, ms since 1970, or with by_id the id (base/id.h)
 * that was made then; $2 a ceiling.  Rows that no statement can take are found by a
 * function inside a snapshot and taken inside a unit.  All is called until nothing is
 * left to take. */
struct privacy_age {
    const struct query *count; /* counts what is older than $1, at most $2 */
    const struct query *drop;  /* deletes or blanks at most $2 of it, the oldest */
    bool by_id;
    const struct query *all; /* counts all, at most $1; NULL: `count` does */
    /* Instead of `count`. */
    enum err (*look)(struct ctx *c, i64 before, i64 most, i64 *ret_n);
    /* Instead of `drop`: things of the room's own, at most `most` of them; and what
     * became of them, in rows. */
    enum err (*find)(struct ctx *c, i64 before, i64 most, struct list *ret);
    enum err (*take)(struct ctx *c, i64 before, const struct list *found, i64 *ret_n);
};

/* A kind of data: what it is for, how long it is kept and by which law, how it ends.
 * Every table that names a customer stands in one of them (privacy_test.c). */
struct privacy_term {
    const char *what;   /* "message.texts"; its wording stands in privacy_word.def */
    const char *tables; /* with blanks between */
    enum privacy_end end;
    const char *days; /* the setting with the period; its least and most are what the
                         law allows.  NULL: of what goes otherwise */
    const char *job;  /* of PRIVACY_BY_ROOM: which */
    const struct privacy_age *ages; /* ends with { 0 }; NULL: nothing is counted */
    const char *why_ru, *why_en;    /* the purpose */
    const char *law_ru, *law_en;
};

struct privacy_part {
    const struct privacy_tell *tells;     /* ends with { NULL } */
    const struct privacy_forget *forgets; /* ends with { NULL } */
    const struct privacy_keep *keeps;     /* ends with { NULL } */
    const struct privacy_term *terms;     /* ends with { NULL } */
    const struct query *open; /* counts what is still to be done for customer $1 */
    /* Counts what needs customer $1 since $2 (ms), or needs him still: while any room
     * counts something, his time does not run. */
    const struct query *needs;
    /* What stands outside the core database (files, files of bursts).  Called before
     * the forgets, outside any unit; may be called again. */
    enum err (*outside)(struct ctx *c, i64 customer_id, const char *const *keys,
                        i64 *ret_changed);
};
