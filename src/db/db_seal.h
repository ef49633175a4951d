/* db_seal.h -- where contacts stand sealed, so that they can be sealed anew.
 *
 * A room lists its tables that hold sealed texts in struct module.sealed; the room
 * `vault` goes over all of them when the key changes, slice by slice while everybody
 * works, and over those of a base that was never sealed. */
#pragma once

#include "base/ctx.h"

struct query;

/* How far a walk over one table is.  All zero: at the beginning. */
struct sealing {
    i64 at[2];
    char text[1400]; /* of a key that is a text */
    i64 limit;       /* rows to look at in this slice */
    i64 changed;     /* rows that were sealed anew, added to */
    bool more;
};

struct sealed {
    const char *what; /* "message.address" */
    /* Rows behind ($1, $2) in that order, at most $3: two integers, then the texts. */
    const struct query *rows;
    /* Row $1, $2: its texts anew, then as they were (it changes nothing otherwise). */
    const struct query *put;
    const char
        *how; /* a letter for each text: c by contact_seal(), w by seal_close() */
    /* Instead of these: a slice of another shape, inside a unit. */
    enum err (*slice)(struct ctx *c, struct sealing *w);
    bool beside; /* the table stands in the database beside */
};

/* One slice, inside a unit. */
enum err db_reseal(struct ctx *c, const struct sealed *s, struct sealing *w) MUST_USE;
