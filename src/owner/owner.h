/* owner.h -- whose a numbered piece is, through its whole life.
 *
 * Facts come from orders (bought, came back), from codes, from staff and from the owner
 * himself.  Of all facts about a piece, in order of when they happened, follow its
 * three roles: who bought it, who owns it, who uses it.  A piece that comes back or is
 * traded in is nobody's; sold again it is its next buyer's.
 *
 * Owns   owner_unit, owner_fact, owner_role, owner_code
 * Views  pub_owner_device (customer_id, role, serial, since_at, variant_id, bought_at)
 * Needs  catalog, stock, customer, order
 * Emits  owner.changed {serial}: the subject is a customer who got or lost a role
 * Keys   of a customer: the serial numbers he owns, the numbers of his receipts */
#pragma once

#include "base/module.h"
#include "http/shape.h"

enum owner_what {
    OWNED_BOUGHT,        /* buyer and owner; nobody uses it yet */
    OWNED_RETURNED,      /* all roles end */
    OWNED_RETURN_UNDONE, /* as before that return, trade-in or change of hands */
    OWNED_CLAIMED,       /* by a code: another owner, the buyer stays */
    OWNED_PASSED_ON,     /* as somebody of the shop wrote down: the same */
    OWNED_TRADED_IN,     /* all roles end */
    OWNED_USED_BY,       /* who uses it; customer 0: nobody in particular */
};
enum owner_source { OWNER_BY_ORDER, OWNER_BY_CODE, OWNER_BY_STAFF, OWNER_BY_HIMSELF };
enum owner_role { ROLE_BUYER, ROLE_OWNER, ROLE_USER, ROLES };
extern const char *const owner_what_words[], *const owner_source_words[],
                                                 *const owner_role_words[];

/* A piece as one of its people sees it. */
struct owner_device {
    const char *serial;
    int role; /* what he is to it; ROLE_BUYER: it is another's now */
    i64 variant_id, product_id;
    const char *sku, *name, *slug, *image; /* image NULL: none */
    i64 since_at, bought_at;
    i64 warranty_until_at; /* from when it was last sold; NONE: no warranty */
    bool given;            /* he got it from another */
    const char *number;    /* of the order, when he bought it himself; or NULL */
    i64 order_id;
    i64 user_id; /* of a device he owns; NONE: nobody in particular */
    const char *user, *code;
    i64 code_until_at;
};
/* What he owns, uses, and bought for others, newest first. */
enum err owner_devices(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;

/* A device of the customer's, by its serial.  NOT_FOUND. */
enum err owner_device(struct ctx *c, i64 customer_id, const char *serial,
                      struct owner_device *ret) MUST_USE;

/* Who uses it, by its owner's word; 0: nobody in particular, which its user may say as
 * well.  NOT_FOUND not his. */
enum err owner_use(struct ctx *c, i64 owner_id, const char *serial,
                   i64 user_id) MUST_USE;

extern const struct shape owner_device_shape;
extern const struct module owner_module;
