/* stock_floor.h -- what the shop's floor asks over HTTP: what stands aside, and on
 * which shelf things stand. */
#pragma once

#include "http/route.h"
#include "stock/stock_own.h"

/* ---- stock_quarantine.c: what stands aside ------------------------------- */

enum aside_end { ASIDE_SHELF, ASIDE_WRITTEN_OFF, ASIDE_SERVICE, ASIDE_UNDONE };
extern const char *const stock_aside_words[];

struct stock_aside {
    i64 id, place_id, variant_id, qty, doc_id, at, ended_at;
    const char *serial, *why, *sku, *name;
    int how; /* enum aside_end; -1: it still stands there */
};
/* struct stock_aside, newest first, before this id (0: all). */
enum err stock_aside_list(struct ctx *c, i64 place_id, i64 before_id, i64 limit,
                          struct list *ret) MUST_USE;
/* Decide: back to the shelf, written off, or to the workshop.  GONE when it was
 * decided before. */
enum err stock_aside_end(struct ctx *c, i64 id, int how, const char *why) MUST_USE;
enum err stock_aside_get(struct ctx *c, i64 id, struct stock_aside *ret) MUST_USE;

/* ---- stock_shelf.c -------------------------------------------------------- */

struct stock_spot {
    i64 variant_id;                         /* NONE: by sku */
    const char *sku, *name, *aisle, *shelf; /* aisle "": nowhere in particular */
};
/* struct stock_spot, in order of variant, after this one. */
enum err stock_shelf_list(struct ctx *c, i64 place_id, i64 after_id, i64 limit,
                          struct list *ret) MUST_USE;
/* Say where things stand, all rows or none; every row that names nothing is a fault of
 * its own.  dry: only look. */
enum err stock_shelf_put(struct ctx *c, i64 place_id, const struct list *spots,
                         bool dry) MUST_USE;

/* ---- HTTP: stock_floor_http.c --------------------------------------------- */

extern const struct shape stock_aside_page_shape, stock_aside_ask_shape,
    stock_aside_end_shape, stock_shelf_page_shape, stock_shelf_put_shape;

enum err aside_http_list(struct ctx *c, const struct request *q, struct reply *r);
enum err aside_http_end(struct ctx *c, const struct request *q, struct reply *r);
enum err shelf_http_list(struct ctx *c, const struct request *q, struct reply *r);
enum err shelf_http_put(struct ctx *c, const struct request *q, struct reply *r);
