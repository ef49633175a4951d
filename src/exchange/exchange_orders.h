/* exchange_orders.h -- orders on their way to 1C; inside this room. */
#pragma once

#include "exchange/exchange_own.h"

/* Write the orders that changed since 1C last took them, and remember that this
 * session was offered them. */
enum err orders_write(struct ctx *c, i64 session_id, const char *source,
                      const char *path) MUST_USE;

/* 1C has what this session was offered. */
enum err orders_taken(struct ctx *c, i64 session_id) MUST_USE;
