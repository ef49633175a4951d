/* order_return.h -- goods come back, between the files of this room.
 *
 * A return is a document of its own against a sold order: which lines, in what
 * condition, why, and what money went back by which means.  Never more comes back
 * than left (order_line.returned_qty, one guarded statement), and never more money
 * than came (order_payment's rows, each refund names the payment it is of).
 * What the law says is data: settings order.return_* and the catalogue's flag of
 * technically complex goods.  It warns; who has the right may do it all the same. */
#pragma once

#include "order/order_own.h"

/* Not to the buyer's liking; defective; our mistake (wrong goods, wrong delivery). */
enum return_reason { RETURN_NOT_LIKED, RETURN_DEFECT, RETURN_WRONG };
extern const char *const return_reason_words[];
/* Back to the shelf, or aside: nobody may be promised it. */
enum return_condition { BACK_SELLABLE, BACK_DEFECTIVE };
extern const char *const return_condition_words[];
enum return_state { RETURN_DONE, RETURN_UNDONE };
extern const char *const return_state_words[];

struct return_line_new {
    i64 line_no, qty;
    int condition;      /* enum return_condition */
    const char *serial; /* of a unit-tracked line, then qty is 1 */
};
struct return_new {
    i64 place_id; /* where it comes back: any shop of ours */
    int reason;   /* enum return_reason */
    const char *why;
    bool allow;          /* against a warning; needs the right return_any */
    struct list lines;   /* struct return_line_new */
    struct list refunds; /* struct order_payment_new; empty: as it was paid */
};

struct return_line {
    i64 n, line_no, variant_id, qty, price_minor, sum_minor, vat_bp, return_id;
    int condition;
    const char *sku, *name, *serial;
};
struct order_return {
    i64 id, order_id, customer_id, seq, place_id, refund_minor, goods_minor, at, who_id;
    i64 undo_until_at; /* NONE: it can not be taken back any more */
    int state, reason;
    const char *number;       /* "7K2-M9QFX/R1": for people */
    const char *why, *warned; /* the rules that spoke against it, by blanks; or NULL */
    struct list lines;        /* struct return_line */
    struct list refunds;      /* struct order_payment: amounts > 0 */
};

/* What of an order can come back, and what speaks against it today. */
struct return_candidate {
    i64 line_no, variant_id, sold_qty, returned_qty, left_qty, price_minor;
    const char *sku, *name;
    bool unit_tracked, complex_goods;
    i64 warranty_days;
    struct list serials;    /* const char *: went out and did not come back */
    struct list against[3]; /* const char *, for each reason: late, complex ... */
};
struct return_look {
    i64 order_id, customer_id, place_id, done_at, days, card_left_minor,
        cash_left_minor;
    int kind, channel;
    const char *number, *customer_name;
    bool may_allow;      /* the caller may return against the rules */
    struct list lines;   /* struct return_candidate */
    struct list returns; /* struct order_return: what came back before */
};

/* The sold order that a receipt's number, QR, link or a piece's serial number names.
 * NOT_FOUND. */
enum err return_find(struct ctx *c, const char *key, i64 *ret_order_id) MUST_USE;
enum err return_look(struct ctx *c, i64 order_id, i64 place_id,
                     struct return_look *ret) MUST_USE;
/* Errors  WRONG_STATE not sold, or a piece that this order did not sell;
 *         BAD_ARGUMENT lines[k].qty more than is left, refunds that do not add up;
 *         RETURN_RULE a rule speaks against it, one fault a line; DENIED `allow` */
enum err order_return(struct ctx *c, i64 order_id, const struct return_new *n,
                      i64 *ret_return_id) MUST_USE;
/* It was a mistake: goods and money as before.  For some minutes, while the pieces
 * still lie there. */
enum err order_return_undo(struct ctx *c, i64 return_id) MUST_USE;
enum err order_return_get(struct ctx *c, i64 return_id,
                          struct order_return *ret) MUST_USE;
/* struct order_return of one order, oldest first. */
enum err order_returns_of(struct ctx *c, const struct order *o,
                          struct list *ret) MUST_USE;

/* ---- Its money: order_pay.c --------------------------------------------------- */

/* What is left of what was paid by card and in cash, after refunds. */
enum err order_paid_left(struct ctx *c, const struct order *o, i64 *ret_card_minor,
                         i64 *ret_cash_minor) MUST_USE;
/* Goods came back: their price, but never more than is paid, goes back; `by` says as
 * what (struct order_payment_new; empty: as it was paid, the newest first).
 * BAD_ARGUMENT when `by` does not add up; DENIED when it is other money than was paid
 * and the caller lacks the right. */
struct order_refund {
    i64 goods_minor, return_id, place_id;
    const struct list *by;
};
enum err order_refund_by(struct ctx *c, struct order *o, const struct order_refund *f,
                         i64 *ret_minor) MUST_USE;
enum err order_refund_undo(struct ctx *c, struct order *o, i64 return_id) MUST_USE;
