/* catalog_query.h -- what a typed query means, and which documents answer it; for
 * this room only.
 *
 * A query becomes slots, one for each thing that was said.  A slot has ways to
 * say it (the word's stem, a synonym, its other alphabet, a corrected typo),
 * a way is terms that must all be there.  A document is scored by the slots it
 * fills; those that fill most are the answer. */
#pragma once

#include "catalog/catalog_shelf.h"

enum { QUERY_BYTES = 200, QUERY_WORDS = 12, QUERY_WAYS = 16, QUERY_TERMS = 6 };

struct query_way {
    int term[QUERY_TERMS];
    int nterm;
    float weight;
};
struct query_slot {
    struct query_way way[QUERY_WAYS];
    int nway;
    const char *said; /* how the slot stands in the corrected query */
};
struct query_plan {
    struct query_slot slot[QUERY_WORDS];
    int nslot;
    const char *corrected; /* what was searched instead; NULL: what was typed */
};

/* `growing`: the last word may go on (suggestions while typing). */
void query_read(struct arena *mem, const struct shelf *s, const char *q, bool growing,
                struct query_plan *ret);

struct query_hit {
    int doc;
    float score;
};
/* Documents that fill as many slots as any does, in order of document. */
struct list query_hits(struct arena *mem, const struct shelf *s,
                       const struct query_plan *p);
