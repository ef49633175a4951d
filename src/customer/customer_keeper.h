/* customer_keeper.h -- who of the staff keeps a customer: cares for him, and is asked
 * first.
 *
 * A fact with its history: each change is a row, the newest holds.  A customer of two
 * merged records is kept by whoever was named last.
 *
 * Rights  the caller's affair */
#pragma once

#include "customer/customer.h"

struct customer_kept {
    i64 at, staff_id; /* staff_id NONE: nobody from then on */
    const char *name; /* his; NULL with it */
    i64 by_id;        /* who said so; NONE: the program */
    const char *by;
};

/* 0: nobody. */
enum err customer_keeper(struct ctx *c, i64 customer_id, i64 *ret_staff_id) MUST_USE;
/* struct customer_kept, newest first, at most LIMIT_PAGE. */
enum err customer_keepers(struct ctx *c, i64 customer_id, struct list *ret) MUST_USE;
/* staff_id 0: nobody.  The same again is nothing.  NO_SUCH field "staff_id": no active
 * account. */
enum err customer_keeper_put(struct ctx *c, i64 customer_id, i64 staff_id) MUST_USE;
