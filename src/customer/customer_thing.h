/* customer_thing.h -- keys that are things: a receipt, a numbered piece.
 *
 * Nobody says these of himself: they are whose the thing is.  By them somebody who
 * brings only the receipt or only the telephone is found (customer_find,
 * customer_resolve); they never make a person and never merge two. */
#pragma once

#include "customer/customer.h"

/* It is this customer's from now on (born_id as in base/person.h; NONE himself), or
 * nobody's: 0.  Over the rule's `per_person` the
 * oldest of the kind gives way; a blocked one stays nobody's. */
enum err customer_thing_give(struct ctx *c, int kind, const char *value,
                             i64 customer_id, i64 born_id) MUST_USE;
