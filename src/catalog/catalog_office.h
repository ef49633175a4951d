/* catalog_office.h -- the catalogue as those see it who keep it: everything, hidden
 * or not, by what is missing of it; and changes of many things at once. */
#pragma once

#include "catalog/catalog.h"
#include "catalog/catalog_own.h"
#include "http/route.h"

/* ---- catalog_office.c --------------------------------------------------------- */

struct office_filter {
    const char *q;             /* words of name and model, or a whole code; NULL any */
    i64 category_id, brand_id; /* NONE any; a category with all below it */
    int active;                /* -1 any */
    bool no_picture, no_price, no_barcode;
    i64 list_id; /* prices of this list; NONE: of any */
};

struct office_walk {
    struct office_filter f;
    const char *words; /* the rest is the walk's own */
    i64 code_product_id;
    const i64 *categories;
    size_t n_categories;
};
/* Make ready to walk: what the filter names is looked up once. */
enum err office_walk_begin(struct ctx *c, const struct office_filter *f,
                           struct office_walk *ret) MUST_USE;
/* The next products (i64 ids) with an id under *before_id, newest first, at most
 * `limit`; *before_id moves on.  *ret_end: there are no more.  Reads at most some
 * thousand rows: fewer than `limit` does not mean the end. */
enum err office_walk_next(struct ctx *c, const struct office_walk *w, i64 *before_id,
                          i64 limit, struct list *ret, bool *ret_end) MUST_USE;

struct office_ask {
    const char *q;
    i64 category_id, brand_id, list_id;
    int active;
    bool no_picture, no_price, no_barcode;
    i64 limit;
    const char *after;
};
struct office_row {
    i64 id, category_id, brand_id, warranty_days, version;
    const char *name, *model, *slug, *category, *brand, *image;
    bool active;
    i64 variants, without_barcode, without_price, price_min, price_max;
};
struct office_page {
    struct list items; /* struct office_row */
    const char *next;
};
enum err office_list(struct ctx *c, const struct office_ask *a,
                     struct office_page *ret) MUST_USE;

/* ---- catalog_bulk.c ----------------------------------------------------------- */

enum bulk_what { BULK_PRICE, BULK_CATEGORY, BULK_BRAND, BULK_ACTIVE, BULK_WARRANTY };
enum bulk_state {
    BULK_PREVIEWING,
    BULK_READY,
    BULK_APPLYING,
    BULK_APPLIED,
    BULK_UNDOING,
    BULK_UNDONE,
    BULK_FAILED,
};
enum bulk_row_state { BULK_PLANNED, BULK_DONE, BULK_BACK, BULK_REFUSED };
enum bulk_round { ROUND_NEAREST, ROUND_UP, ROUND_DOWN };
extern const char *const bulk_what_words[],
    *const bulk_state_words[], *const bulk_row_words[], *const bulk_round_words[];

struct bulk_price {
    i64 list_id;
    i64 percent_bp, add_minor, price_minor; /* one of them; NONE the others */
    i64 round_minor, less_minor; /* to a multiple of it, less this; NONE: not */
    int round;                   /* enum bulk_round; -1 nearest */
    bool strike;                 /* the price before is shown struck */
    i64 from_at, to_at;          /* NONE: when it is applied; until another comes */
};
struct bulk_ask {
    int what; /* enum bulk_what */
    struct office_filter *filter;
    struct list product_id, variant_id; /* i64: these; none: by filter */
    struct bulk_price *price;
    i64 category_id, brand_id, warranty_days; /* brand 0: none */
    int active;                               /* -1: not told */
};
struct bulk {
    i64 id, n_rows, n_same, n_warned, n_done, n_refused, job_id;
    int what, state;
    const char *ask, *error;
    i64 created_at, applied_at, undone_at, undo_until_at;
    i64 who_id;
};
struct bulk_row {
    i64 subject_id, product_id;
    const char *sku, *name;
    i64 was, was_old, becomes, becomes_old;
    const char *was_name, *becomes_name; /* of categories and brands */
    const char *warning;
    int state;
};
struct bulk_page {
    struct list items; /* struct bulk, or struct bulk_row */
    const char *next;
};
struct bulk_rows_ask {
    int only; /* -1 all, 0 warned, 1 refused */
    i64 limit;
    const char *after;
};
/* Ask for a change: a job looks what it would do.  BAD_ARGUMENT names what does not
 * go together; NO_SUCH list, category or brand. */
enum err bulk_add(struct ctx *c, const struct bulk_ask *a, const char *body,
                  struct bulk *ret) MUST_USE;
enum err bulk_get(struct ctx *c, i64 id, struct bulk *ret) MUST_USE;
enum err bulk_list(struct ctx *c, const struct page *p, struct bulk_page *ret) MUST_USE;
enum err bulk_rows(struct ctx *c, i64 id, const struct bulk_rows_ask *a,
                   struct bulk_page *ret) MUST_USE;
/* Do it; undo it within catalog.bulk_undo_days.  WRONG_STATE; GONE too late. */
enum err bulk_apply(struct ctx *c, i64 id) MUST_USE;
enum err bulk_undo(struct ctx *c, i64 id) MUST_USE;
/* Throw away what was only looked at. */
enum err bulk_delete(struct ctx *c, i64 id) MUST_USE;

extern const struct shape bulk_ask_shape, office_filter_shape;

/* ---- catalog_bulk_job.c ------------------------------------------------------- */

struct job;
enum err bulk_run(struct ctx *c, struct job *j) MUST_USE;
enum err bulk_tidy(struct ctx *c, struct job *j) MUST_USE;

/* What a price becomes: pure arithmetic.  NONE: it cannot be (under nought). */
i64 bulk_price_of(const struct bulk_price *p, i64 now_minor);

/* ---- catalog_price.c ---------------------------------------------------------- */

/* What stands on this list at a time; NOT_FOUND nothing. */
enum err catalog_price_at(struct ctx *c, i64 list_id, i64 variant_id, i64 at,
                          i64 *ret_minor, i64 *ret_old) MUST_USE;
/* It does not stand there any more from now on; one that has not begun, or lies over
 * another until a time, goes as if it had never been. */
enum err catalog_price_end(struct ctx *c, const struct catalog_price_row *p) MUST_USE;
