/* insight_many.h -- statements that ask for up to forty people at once: what is missing
 * of the forty is the last one again.  One round trip, one plan. */
#pragma once

#include "db/db.h"

enum { PEOPLE_AT_ONCE = 40 };
#define OF_MANY_PEOPLE                                                                 \
    " WHERE customer_id IN "                                                           \
    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"     \
    " $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32,"      \
    " $33, $34, $35, $36, $37, $38, $39, $40)"

static inline void people_args(struct val *v, const i64 *ids, size_t n)
{
    for (size_t k = 0; k < PEOPLE_AT_ONCE; k++) v[k] = val_i(ids[k < n ? k : n - 1]);
}
