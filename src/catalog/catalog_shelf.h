/* catalog_shelf.h -- what listings and search read: the active catalogue in this
 * process's memory; for this room only.
 *
 * A document is a product with what lists show, filter and sort by.  Documents
 * are never moved: one that changes is written over, or, when its words changed,
 * left behind dead and written anew at the end, so that postings stay sorted.
 * When a quarter is dead the shelf is made anew.
 *
 * The tables are the truth.  What this process changes is seen by the next look
 * (by the unit that changes it, too); what other nodes change within half a
 * second; a price that begins or ends by itself, at the next look.
 *
 * Memory    about 600 bytes a product, malloc'ed
 * Parallel  any number of threads look at once; one of them refreshes */
#pragma once

#include "catalog/catalog.h"

enum { SHELF_WORD_BITS = 62, SHELF_NONE = -1 };

struct shelf_price {
    int list; /* index into shelf.lists */
    i64 price_minor, old_minor;
};
struct shelf_variant {
    i64 id;
    const char *name, *sku;
    const u64 *bits; /* places that have it: shelf.nwords words of 62 */
    struct shelf_price *price;
    int nprice;
};
struct shelf_value {
    int spec;  /* index into shelf.specs */
    int value; /* index into shelf.values */
    double number;
};
struct shelf_doc {
    i64 product_id, change_id, brand_id, popularity;
    i64 next_at;                     /* when a price begins or ends by itself */
    int category, brand;             /* indexes, SHELF_NONE */
    const char *name, *slug, *image; /* image NULL: none */
    struct shelf_variant *variant;
    struct shelf_value *value;
    int nvariant, nvalue;
    u64 words; /* a hash of its terms: the same, the postings stay */
    int name_words;
    bool dead;
};
struct shelf_word {
    const char *text;
    double number; /* NaN: words */
    int spec;
};
struct shelf_letters {
    unsigned set; /* which letters there are, one bit each, folded into 32 */
    int n;        /* how many */
};
struct shelf_term {
    const char *stem, *surface;
    unsigned *post; /* document << 4 | weight, rising */
    unsigned npost, size;
    struct shelf_letters stem_letters, surface_letters;
    bool typo_ok; /* no digits, three letters or more */
};
struct shelf_category {
    i64 id;
    int parent, depth;
    const char *name, *name_en, *slug;
    int ndocs; /* own and below */
};
struct shelf_synonym {
    const char *word, *means;
};

struct shelf {
    struct shelf_doc *docs;
    int ndocs, size, ndead;
    struct shelf_term *terms;
    int nterms;
    struct shelf_category *categories;
    int ncategories;
    struct catalog_spec *specs;
    int nspecs;
    struct shelf_word *values; /* what facets' values are, each once */
    int nvalues;
    const char **brands; /* by brand index */
    int nbrands;
    struct catalog_price_list *lists;
    int nlists;
    i64 *places; /* by bit: the place's id */
    int nplaces, nwords;
    struct shelf_synonym *synonyms; /* sorted by word */
    int nsynonyms;
    int *by_stem; /* terms in order of stem, for prefixes */
    int nsorted;  /* how many of them are sorted in */
    i64 next_at;  /* the first price that begins or ends */
    void *own;    /* the maker's own maps */
};

/* Look: refreshed as said above, locked against change until shelf_done(). */
enum err shelf_look(struct ctx *c, const struct shelf **ret) MUST_USE;
void shelf_done(const struct shelf *const *s);
#define SHELF __attribute__((cleanup(shelf_done))) const struct shelf

/* Indexes; SHELF_NONE when unknown. */
int shelf_term(const struct shelf *s, const char *stem);
int shelf_category_of(const struct shelf *s, i64 category_id);
int shelf_bit(const struct shelf *s, i64 place_id);
/* The live document of a product, or NULL. */
const struct shelf_doc *shelf_doc_of(const struct shelf *s, i64 product_id);
/* Is it this category or inside it? */
bool shelf_inside(const struct shelf *s, int category, int branch);
/* Synonyms of a word or words: the first of n rows, or NULL. */
const struct shelf_synonym *shelf_synonyms(const struct shelf *s, const char *word,
                                           int *ret_n);

/* Something that listings show changes in the unit open in c. */
void catalog_shelf_stale(struct ctx *c);
/* Only "in this shop" flags change. */
void catalog_shelf_flagged(struct ctx *c);
/* So much changes that the shelf is better made anew. */
void catalog_shelf_renew(struct ctx *c);

/* For change_id columns: rises with the real clock, whatever c->now plays. */
i64 catalog_change_id(void);

/* Bytes the shelf has, for the meters. */
size_t catalog_shelf_bytes(void);
