/* owner_own.h -- what the owner room's files share; nobody else includes it. */
#pragma once

#include "db/db.h"
#include "http/route.h"
#include "owner/owner.h"

/* ---- owner.c ------------------------------------------------------------- */

struct owner_fact {
    const char *serial; /* in one spelling */
    i64 id;
    int what, source;
    i64 customer_id, born_id; /* 0 nobody known; NONE himself */
    i64 at, said_at, variant_id, doc_id, place_id;
    const char *note;
    /* when read: */
    const char *name, *place, *number; /* of him, the shop, the order; or NULL */
    int who_kind;
    i64 who_id;
    i64 order_id; /* NONE: of no order */
};
/* Write it down (once for a document) and let the roles follow. */
enum err owner_add(struct ctx *c, const struct owner_fact *f) MUST_USE;

struct owner_holder {
    i64 customer_id, born_id, since_at, fact_id;
    const char *name;
};
struct owner_unit {
    const char *serial;
    i64 variant_id, bought_at;
    i64 warranty_until_at;          /* from when it was last sold; NONE */
    const char *sku, *name, *state; /* state: stock's word */
    i64 place_id;
    const char *place;              /* where it stands, or NULL */
    struct owner_holder *of[ROLES]; /* NULL: nobody known */
    struct list facts;              /* struct owner_fact, oldest first */
    i64 undo_until_at;              /* the last change by hand; NONE it cannot */
};
/* By any spelling of its serial.  NOT_FOUND. */
enum err owner_unit(struct ctx *c, const char *serial, struct owner_unit *ret) MUST_USE;

/* Until when a piece sold then is under warranty; NONE. */
i64 owner_warranty(i64 bought_at, i64 days);

/* Who owns it now (0: nobody known), and the newest fact of that; 0: it has never been
 * sold. */
struct owner_now {
    i64 customer_id, fact_id;
    bool with_us; /* it came back, or was traded in */
};
enum err owner_now(struct ctx *c, const char *serial, struct owner_now *ret) MUST_USE;

/* Somebody of the shop says whose it is now.  With a receipt: he brought that of the
 * piece's last sale, and nobody got it since.  WRONG_STATE it is with us, or changed
 * hands after the receipt; NO_SUCH another piece's receipt. */
struct owner_pass {
    i64 customer_id;           /* NONE: by phone, made when he is new */
    const char *phone, *name;  /* or NULL */
    const char *why, *receipt; /* or NULL */
};
enum err owner_pass_on(struct ctx *c, const char *serial,
                       const struct owner_pass *p) MUST_USE;

/* We take it for something new: it stands aside at the shop until somebody decides. */
struct owner_trade_in {
    i64 place_id;
    const char *why;
};
enum err owner_trade_in(struct ctx *c, const char *serial,
                        const struct owner_trade_in *t) MUST_USE;

/* ---- owner_hand.c ---------------------------------------------------------- */

/* The last change that somebody of the shop wrote down never happened; of a trade-in he
 * has the piece again.  WRONG_STATE nothing to undo, too late, or the piece does not
 * stand aside any more. */
enum { UNDO_HOURS = 24 };
enum err owner_undo(struct ctx *c, const char *serial) MUST_USE;
/* Until when that can be undone; NONE. */
enum err owner_undo_until(struct ctx *c, const char *serial, i64 *ret_at) MUST_USE;

/* ---- owner_follow.c ------------------------------------------------------- */

/* What this order did to its pieces, as far as it is not yet known. */
enum err owner_follow(struct ctx *c, i64 order_id, i64 at) MUST_USE;

/* ---- owner_life.c --------------------------------------------------------- */

enum { LIFE_PAGE = 20 };
/* What one of its people lived through with a device. */
enum owner_day_what {
    DAY_BOUGHT,     /* sold by us; of a gift without the order */
    DAY_RECEIVED,   /* he got it by a code */
    DAY_REGISTERED, /* the shop wrote it down as his */
    DAY_HANDED_ON,  /* somebody else has it from him */
    DAY_RETURNED,
    DAY_TRADED_IN,
};
extern const char *const owner_day_words[];
struct owner_day {
    i64 id, at;
    int what;
    const char *place;             /* at which shop, or NULL */
    i64 order_id;                  /* his own, with its receipt; NONE */
    const char *number;            /* of that order */
    const char *document, *reason; /* of a return: its slip and why; or NULL */
    i64 refund_minor;              /* kopecks given back to him; NONE */
    bool resold;                   /* bought: it had been traded in before */
};
struct owner_page_ask {
    i64 limit; /* NONE: LIFE_PAGE */
    const char *after;
};
struct owner_life {
    i64 warranty_until_at; /* while he has it; NONE */
    struct list items;     /* struct owner_day, newest first */
    const char *next;
};
/* Of a device that is his, that he uses, or that was his once.  NOT_FOUND. */
enum err owner_life(struct ctx *c, i64 customer_id, const char *serial,
                    const struct owner_page_ask *a, struct owner_life *ret) MUST_USE;

/* A device that he had and has no more. */
struct owner_past {
    const char *serial, *sku, *name, *slug, *image;
    i64 variant_id, product_id, since_at, until_at;
    int how; /* enum owner_day_what: how it left him */
};
struct owner_pasts {
    struct list items; /* struct owner_past, what he got last first */
    const char *next;
};
enum err owner_past(struct ctx *c, i64 customer_id, const struct owner_page_ask *a,
                    struct owner_pasts *ret) MUST_USE;

/* ---- owner_code.c --------------------------------------------------------- */

enum { CODE_GIFT_DAYS = 365, CODE_PASS_DAYS = 14 };

/* What whoever has a code is shown: no price, no names. */
struct owner_gift {
    const char *code; /* "7K2M9-QFX3T" */
    const char *serial, *sku, *name, *slug;
    const char *image; /* NULL: none */
    i64 variant_id, product_id, bought_at, until_at;
    const char *place; /* the shop it was bought at, or NULL */
    bool gift;
};
/* Gift receipt of an order: a code for each of its pieces that is still the buyer's, or
 * for one of them.  Codes that nobody used are given again.  NOT_FOUND. */
enum err owner_gift_codes(struct ctx *c, i64 order_id, const char *serial,
                          struct list *ret) MUST_USE;
/* A code of the owner's own for one piece.  NOT_FOUND not his. */
enum err owner_code_new(struct ctx *c, i64 owner_id, const char *serial,
                        struct owner_gift *ret) MUST_USE;
enum err owner_code_drop(struct ctx *c, i64 owner_id, const char *serial) MUST_USE;
/* NOT_FOUND; GONE used, too old, or the piece changed hands since. */
enum err owner_code_look(struct ctx *c, const char *code,
                         struct owner_gift *ret) MUST_USE;
/* The piece is his now.  WRONG_STATE it is his already. */
enum err owner_code_claim(struct ctx *c, const char *code, i64 customer_id,
                          struct owner_gift *ret) MUST_USE;
