/* record.h -- what a recording holds; only record.c, bare.c and warm.c look inside. */
#pragma once

#include "bare.h"
#include "db/db.h"

struct recorded {
    const struct query *q;
    const struct val *v;
    size_t nv;
};

struct recording {
    struct arena *mem;
    struct recorded *calls;
    size_t *firsts; /* of each piece, and one behind the last */
    size_t n_calls, room_calls, n_pieces, room_pieces;
};

/* SQLite's own numbers, malloc'ed: "$1" becomes "?1", since it would number "$n" by
 * first appearance. */
char *record_numbered(const char *sql);
