/* catalog_shopper.h -- what helps a shopper to decide: what sells, two to four
 * products side by side, a few questions and a short list; for this room only. */
#pragma once

#include "catalog/catalog_view.h"
#include "http/route.h"

/* ---- catalog_best.c ------------------------------------------------------------- */

enum { BEST_REGION, BEST_CHAIN, BEST_POPULAR };
struct catalog_best {
    struct list items; /* struct catalog_tile: in stock somewhere, for sale here */
    int scope;         /* how far we had to look for enough of them */
};
/* Of the asker's region; the chain's and then the popular ones fill up what is
 * missing. */
enum err catalog_bestsellers(struct ctx *c, const struct catalog_ask *ask,
                             struct catalog_best *ret) MUST_USE;
/* i64, best first; region and category 0: all. */
enum err catalog_bestseller_ids(struct ctx *c, i64 region_id, i64 category_id,
                                i64 limit, struct list *ret) MUST_USE;

/* ---- catalog_compare.c ---------------------------------------------------------- */

enum { COMPARED = 4 };
struct catalog_compare_row {
    const char *code, *name, *unit, *section;
    struct list values; /* const char *, "" unknown; in the order of the products */
    struct list best;   /* i64: columns whose number is the best, when they differ */
    bool differs;
};
struct catalog_compare {
    i64 category_id;
    const char *category;
    struct list items; /* struct catalog_tile */
    struct list rows;  /* struct catalog_compare_row: those that differ first */
};
/* Two to four products of one category, side by side.
 * Errors  NOT_FOUND a product; BAD_ARGUMENT field "product_id": another category */
enum err catalog_compare(struct ctx *c, const struct list *product_ids,
                         const struct catalog_ask *ask,
                         struct catalog_compare *ret) MUST_USE;

/* ---- catalog_guide.c ------------------------------------------------------------ */

/* What is written down for a category: its own before those above it, 0 last. */
enum err catalog_guides_of(struct ctx *c, i64 category_id, struct list *ret) MUST_USE;
/* All of them, for the office. */
enum err catalog_guides(struct ctx *c, struct list *ret) MUST_USE;
enum err catalog_guide_drop(struct ctx *c, i64 category_id, const char *code) MUST_USE;

/* ---- catalog_choose.c, catalog_reason.c ----------------------------------------- */

struct catalog_answer {
    const char *value, *text; /* for the filter; for people, NULL: from and to */
    double from, to;          /* in the unit, kopecks of a price; NaN open */
    i64 count;                /* products */
};
struct catalog_question {
    const char *code, *name, *unit, *text, *hint;
    bool many;           /* several answers may be chosen */
    struct list answers; /* struct catalog_answer */
};
/* The questions that tell this category's goods apart best. */
enum err catalog_questions(struct ctx *c, const struct catalog_ask *ask,
                           struct list *ret) MUST_USE;

enum catalog_reason_kind {
    REASON_MORE,    /* `by` units more of `name` than `than` */
    REASON_LESS,    /* `by` units less, which is better */
    REASON_HAS,     /* has `name`, which `than` has not */
    REASON_CHEAPER, /* by `by` kopecks than `than` */
    REASON_HERE,    /* the chosen shop has it */
    REASON_NEAR,    /* `by` shops of the region have it */
    REASON_STOCK,   /* `by` places have it */
    REASON_POPULAR  /* among the best sold */
};
extern const char *const catalog_reason_words[];
struct catalog_reason {
    int kind;
    const char *name, *unit, *than;
    double by;
};
struct catalog_choice {
    struct catalog_tile *tile;
    i64 meets, of;       /* wishes */
    struct list misses;  /* const char *: names of wishes that it does not meet */
    struct list reasons; /* struct catalog_reason, the strongest first */
};
/* A short list for these answers ("code:value", as facets; "price:..3000000" in
 * kopecks), best first: what meets all wishes, then what misses one. */
enum err catalog_choose(struct ctx *c, const struct catalog_ask *ask,
                        struct list *ret) MUST_USE;

/* ---- Between the two ---- */
struct choice_doc {
    const struct shelf_doc *doc;
    i64 price;
    int variant;
    i64 meets, near;
    double merit;
    bool best; /* sells best */
};
void catalog_reasons(struct view *v, const struct choice_doc *list, size_t n, size_t at,
                     struct catalog_choice *ret);
/* The document's number of a specification; NaN when it has none. */
double catalog_number_of(const struct shelf_doc *d, int spec);

/* ---- catalog_shopper_http.c ----------------------------------------------------- */

extern const struct shape catalog_tile_shape, catalog_ids_shape, catalog_tiles_shape,
    catalog_best_ask_shape, catalog_best_shape, catalog_compare_shape,
    catalog_questions_shape, catalog_choose_ask_shape, catalog_choices_shape,
    catalog_guide_shape, catalog_guides_shape, catalog_guide_key_shape;
enum err tile_list_get(struct ctx *c, const struct request *q, struct reply *r);
enum err bestseller_get(struct ctx *c, const struct request *q, struct reply *r);
enum err compare_get(struct ctx *c, const struct request *q, struct reply *r);
enum err question_get(struct ctx *c, const struct request *q, struct reply *r);
enum err choice_get(struct ctx *c, const struct request *q, struct reply *r);
enum err guide_get(struct ctx *c, const struct request *q, struct reply *r);
enum err guide_put(struct ctx *c, const struct request *q, struct reply *r);
enum err guide_delete(struct ctx *c, const struct request *q, struct reply *r);
