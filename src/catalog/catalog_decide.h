/* catalog_decide.h -- what others tell the catalogue so that it can help a shopper
 * to decide; a part of catalog.h, included by it alone. */
#pragma once

#include "base/ctx.h"
#include "http/shape.h"

/* clang-format off */
/* What sold of late in a region (0: the whole chain), most first: replaces what
 * was known of it.  Called once a day by whoever knows the sales; one unit. */
struct catalog_sold {
    i64 product_id, qty;
};
enum err catalog_bestsellers_put(struct ctx *c, i64 region_id, const struct catalog_sold *rows, size_t n) MUST_USE;

/* What a guided selection asks in a category and below it (0: everywhere). */
struct catalog_guide_answer {
    const char *text, *text_en, *value; /* value as in a filter: "256..", "да" */
};
struct catalog_guide {
    i64 category_id;           /* 0 or NONE: everywhere */
    const char *code;          /* a specification's code, "price", "brand" */
    i64 sort;
    bool asked;                /* false: never ask this here */
    const char *text, *text_en, *hint, *hint_en;
    struct list answers;       /* struct catalog_guide_answer; empty: from the goods there are */
};
enum err catalog_guide_put(struct ctx *c, const struct catalog_guide *g) MUST_USE;
/* clang-format on */
