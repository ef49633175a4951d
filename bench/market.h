/* market.h -- people who want goods of shops that have some: what the write benches
 * buy. */
#pragma once

#include "bench.h"
#include "inside.h"

#define MARKET_SHOPS 200

struct market {
    i64 places[MARKET_SHOPS], n_places;
    i64 *variants[MARKET_SHOPS], n_variants[MARKET_SHOPS];
    i64 *customers, n_customers;
    char **buyers; /* of each: name and phone as members of a JSON body */
    u64 dice;
    _Atomic i64 placed, refused, other;
    i64 serial; /* of Idempotency-Keys */
};
void market_open(struct market *m, struct inside *in);
void market_close(struct market *m);
u64 market_throw(struct market *m);
/* A variant that somebody wants in shop number `shop`: three in ten wishes are for
 * the 200 goods that everybody wants. */
i64 market_wish(struct market *m, i64 shop);
/* A pick-up order of three different goods as a JSON body. */
void market_order(struct market *m, char *to, size_t room);
/* The same as callbacks of a load. */
size_t market_next(void *arg, int k, char *to, size_t room);
void market_answer(void *arg, int k, const struct answered *a);
