/* order_till.h -- what a till needs beside selling: receipts put by, and a seller's own
 * figures of the day; between the files of this room. */
#pragma once

#include "order/order_own.h"

/* ---- Receipts put by: order_park.c ------------------------------------------- */

struct parked_line {
    i64 variant_id, qty;
    const char *serial, *sku, *name;
};
struct parked {
    i64 id, place_id, customer_id, total_minor, pieces, who_id, at, until_at;
    const char *note, *who_name, *customer_name;
    struct list lines; /* struct parked_line; not in lists */
};
/* Put a receipt by; sets id.  Nothing is held. */
enum err order_park(struct ctx *c, struct parked *p) MUST_USE;
/* struct parked that wait at a place, oldest first. */
enum err order_parked_list(struct ctx *c, i64 place_id, struct list *ret) MUST_USE;
/* Go on with it: one till gets it, the second GONE. */
enum err order_parked_take(struct ctx *c, i64 id, struct parked *ret) MUST_USE;
/* The evening came: what nobody took goes. */
enum err order_parked_expire(struct ctx *c) MUST_USE;

/* ---- One's own day: order_day.c ---------------------------------------------- */

struct day_figures {
    i64 sales_minor, receipts, pieces, accessory_minor, handed_over, picked, returns,
        returned_minor;
    i64 receipt_minor; /* average; NONE without receipts, as the next two */
    i64 pieces_x100;   /* pieces a receipt, times 100 */
    i64 accessory_bp;  /* of the sales, 1/100 % */
    i64 pick_s;        /* median from taking the list to ready, seconds; NONE */
};
struct my_day {
    i64 place_id, from_at, to_at;
    const char *date;
    struct day_figures *now;    /* today so far */
    struct day_figures *before; /* the average of the days compared, until this hour */
    i64 compared;               /* how many of the last four same weekdays he worked */
};
/* Note what staff did; order_tell() does. */
enum err order_work_note(struct ctx *c, const struct order *o,
                         const char *what) MUST_USE;
/* The caller's own day by the clock of the place. */
enum err order_my_day(struct ctx *c, i64 place_id, struct my_day *ret) MUST_USE;

/* ---- HTTP: order_till_http.c ------------------------------------------------- */

struct till_place { /* a query of till_place_shape */
    i64 place_id;
};
extern const struct shape parked_new_shape, parked_shape, parked_page_shape,
    till_place_shape, my_day_shape;
enum err parked_http_post(struct ctx *c, const struct request *q, struct reply *r);
enum err parked_http_list(struct ctx *c, const struct request *q, struct reply *r);
enum err parked_http_take(struct ctx *c, const struct request *q, struct reply *r);
enum err my_day_http(struct ctx *c, const struct request *q, struct reply *r);
