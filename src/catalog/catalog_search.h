/* catalog_search.h -- the posting table; for this room only.
 *
 * A product's posting is a text of triples
 *
 *     stem surface weight stem surface weight ...
 *
 * stem     what is looked up: "смартфон", "s23", "256гб"
 * surface  one way the stem was written, to show a corrected query with; "-":
 *          the stem itself
 * weight   of the best field it stood in, 1..9
 *
 * Written in the unit that changes the product, for both engines alike; every
 * process turns the postings over in memory (catalog_shelf.h). */
#pragma once

#include "catalog/catalog.h"

enum {
    SEARCH_NAME = 8,  /* product's name */
    SEARCH_MODEL = 7, /* maker's model, article */
    SEARCH_BRAND = 6,
    SEARCH_VARIANT = 4, /* names of its variants */
    SEARCH_SPEC = 3,    /* values of specifications */
    SEARCH_FOR = 2,     /* what it is for: after "для" in the name */
    SEARCH_TEXT = 1,    /* description */
};

/* Make the posting of a product anew, in the unit that changed it. */
enum err catalog_search_put(struct ctx *c, i64 product_id) MUST_USE;

/* Terms of any text in the form above, weight as given. */
const char *catalog_search_terms(struct ctx *c, const char *text, int weight);
