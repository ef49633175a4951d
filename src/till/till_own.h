/* till_own.h -- what the files of this room share; nobody else includes it. */
#pragma once

#include "db/db.h"
#include "http/route.h"
#include "order/order.h"
#include "staff/staff.h"
#include "till/till.h"

enum { TILL_SECRET_BYTES = 32 };

/* ---- Devices: till.c --------------------------------------------------------- */

struct till {
    i64 id, place_id, number;
    const char *name;
    bool offline, closed;
    i64 last_seq, last_at, seen_at, made_at, made_by, version;
    const char *key;         /* once, when it is made */
    struct bytes people_key; /* its own */
};
enum err till_add(struct ctx *c, struct till *t) MUST_USE;
enum err till_get(struct ctx *c, i64 id, struct till *ret) MUST_USE;
enum err till_list(struct ctx *c, i64 place_id, struct list *ret) MUST_USE;
struct till_change {
    const char *name;    /* NULL: as it is */
    i64 offline, closed; /* 0, 1; NONE as it is */
};
enum err till_change(struct ctx *c, i64 id, const struct till_change *to) MUST_USE;
enum err till_saw(struct ctx *c, const struct till *t) MUST_USE;

/* The request shows a till's key: c->who is that till and nobody else. */
enum err till_authenticate(struct ctx *c, const struct request *q) MUST_USE;
/* The till that asks.  LOGIN when no till does. */
enum err till_that_asks(struct ctx *c, struct till *ret) MUST_USE;

struct till_limits {
    i64 offline_hours, offline_minor; /* offline_minor 0: no limit */
    bool offline_units;
    i64 pin_tries, pin_lock_min, people_max;
    i64 price_tolerance_bp, clock_tolerance_s;
};
enum err till_limits(struct ctx *c, i64 place_id, struct till_limits *ret) MUST_USE;

/* ---- What it takes along: till_copy.c ---------------------------------------- */

struct till_have { /* a page of goods the till has */
    i64 upto_id;   /* its last id */
    const char *digest;
};
struct till_goods_ask {
    i64 after_id;     /* NONE: from the start */
    struct list have; /* struct till_have after after_id, in order */
};
struct till_good {
    i64 variant_id, product_id, price_minor, vat_bp;
    const char *sku, *name;
    bool unit_tracked;
    struct list barcodes; /* const char * */
};
struct till_page {
    i64 after_id, upto_id;
    const char *digest;
    struct list items; /* struct till_good */
};
struct till_goods {
    struct list pages; /* struct till_page: those that differ */
    i64 same;          /* pages that do not */
    i64 next_id;       /* ask again from here; NONE: that is all */
    i64 at;
};
enum err till_goods(struct ctx *c, i64 place_id, const struct till_goods_ask *ask,
                    struct till_goods *ret) MUST_USE;

struct till_stock {
    struct list variant_ids, free; /* i64 */
    i64 next_id, at;
};
enum err till_stock(struct ctx *c, i64 place_id, i64 after_id,
                    struct till_stock *ret) MUST_USE;

struct till_person {
    i64 id;
    const char *name; /* "Анна П." */
    struct list keys; /* const char *: keyed hashes of phones, cards, e-mails */
};
struct till_people {
    struct list items; /* struct till_person */
    i64 next_id;       /* NONE: that is all */
};
enum err till_people(struct ctx *c, const struct till *t, i64 before_id,
                     struct till_people *ret) MUST_USE;

/* ---- PINs: till_pin.c -------------------------------------------------------- */

struct till_pin {
    i64 id; /* account */
    const char *login, *name;
    const char *salt, *hash; /* hex */
    i64 rounds;
};
/* About half a second: never in a unit. */
enum err till_pin_set(struct ctx *c, const struct request *q, const char *password,
                      const char *pin) MUST_USE;
/* struct till_pin of everybody who may sell at this place without a line. */
enum err till_pins(struct ctx *c, i64 place_id, struct list *ret) MUST_USE;

/* ---- Sales: till_sale.c, till_conflict.c ------------------------------------- */

enum till_sale_state { SALE_RECORDED, SALE_REFUSED, SALE_PARKED };
extern const char *const till_sale_words[];

struct till_line {
    i64 variant_id, qty, price_minor, vat_bp;
    const char *serial, *name;
};
struct till_told { /* what a till says */
    i64 seq, at, sent_at, staff_id, customer_id, offline_ms;
    const char *key, *receipt, *phone, *card, *email;
    bool happened;
    struct list lines;    /* struct till_line */
    struct list payments; /* struct order_payment_new */
    struct bytes body;    /* the whole as JSON */
};
struct till_conflict {
    const char *code; /* "till_oversold" ... : the task's words */
    i64 task_id;
    const char *owner;          /* whose task */
    const char *goods, *orders; /* "Чехол ×2, Кабель"; "7K2-M9QFX, …"; NULL none */
};
struct till_fault {
    const char *code, *field, *message;
};
struct till_sold { /* what we answer */
    i64 seq;
    int state; /* enum till_sale_state */
    i64 order_id;
    const char *number;
    i64 total_minor, at, clock_ms;
    bool bounded;          /* its time was out of bounds and was put inside */
    struct list conflicts; /* struct till_conflict */
    struct list faults;    /* struct till_fault, of a refused or parked one */
};
/* The answer as JSON text: the first one, whenever it is asked for again.  Opens
 * its own units.
 * Errors  GAP an earlier number is missing; KEY_REUSED the number was another
 *         sale's; GONE the till was closed */
enum err till_sell(struct ctx *c, const struct till_told *told,
                   const char **ret_json) MUST_USE;

/* One sale while it is being written down. */
struct till_sale {
    const struct till_told *told;
    struct till till;
    struct till_limits limits;
    struct staff_person seller;
    struct till_sold out;
    bool seller_known, customer_gone;
};
/* What does not fit, seen before and after the goods leave; makes the tasks. */
enum err till_look_before(struct ctx *c, struct till_sale *s) MUST_USE;
enum err till_look_after(struct ctx *c, struct till_sale *s) MUST_USE;
enum err till_make_tasks(struct ctx *c, struct till_sale *s) MUST_USE;
struct till_conflict *till_conflict(struct ctx *c, struct till_sale *s,
                                    const char *code);

struct till_sale_row {
    i64 till_id, seq, order_id, staff_id, total_minor, at, till_at, clock_ms, said_at;
    int state;
    bool happened;
    i64 conflicts;
    const char *receipt, *told; /* told: of a parked one, as the till sent it */
};
enum err till_sales(struct ctx *c, i64 till_id, i64 before_seq, i64 limit,
                    struct list *ret) MUST_USE;

extern const struct shape till_sold_shape;
