/* order_return_http.h -- shapes and handlers of returns, for the table of routes. */
#pragma once

#include "order/order_return.h"

struct return_ask {
    const char *key;
    i64 place_id;
};

extern const struct shape return_ask_shape, return_look_shape, return_new_shape,
    return_shape;

enum err return_http_look(struct ctx *c, const struct request *q, struct reply *r);
enum err return_http_post(struct ctx *c, const struct request *q, struct reply *r);
enum err return_http_get(struct ctx *c, const struct request *q, struct reply *r);
enum err return_http_undo(struct ctx *c, const struct request *q, struct reply *r);
