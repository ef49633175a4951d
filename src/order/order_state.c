#include "order/order_own.h"

const char *const order_kind_words[] = { "pickup", "reserve", "delivery", "sale",
                                         NULL };
const char *const order_pay_words[] = { "none", "on_pickup", "card", "cash", NULL };

const char *const order_state_words[] = {
#define ORDER_STATE(name, word, open) word,
#include "order/order_state.def"
#undef ORDER_STATE
    NULL
};

const char *const fulfil_state_words[] = {
#define FULFIL_STATE(name, word, open) word,
#include "order/order_state.def"
#undef FULFIL_STATE
    NULL
};

static const bool order_open[] = {
#define ORDER_STATE(name, word, open) open,
#include "order/order_state.def"
#undef ORDER_STATE
};

static const bool fulfil_open[] = {
#define FULFIL_STATE(name, word, open) open,
#include "order/order_state.def"
#undef FULFIL_STATE
};

static const bool order_moves[ORDER_STATES][ORDER_STATES] = {
#define ORDER_MOVE(from, to) [ORDER_##from][ORDER_##to] = true,
#include "order/order_state.def"
#undef ORDER_MOVE
};

static const bool fulfil_moves[FULFIL_STATES][FULFIL_STATES] = {
#define FULFIL_MOVE(from, to) [FULFIL_##from][FULFIL_##to] = true,
#include "order/order_state.def"
#undef FULFIL_MOVE
};

bool order_may_move(int from, int to)
{
    return order_moves[from][to];
}

bool fulfil_may_move(int from, int to)
{
    return fulfil_moves[from][to];
}

bool order_is_open(int state)
{
    return order_open[state];
}

bool fulfil_is_open(int state)
{
    return fulfil_open[state];
}

int order_state_of(const struct list *fulfilments)
{
    const struct order_fulfilment *f = fulfilments->at;
    size_t in[FULFIL_STATES] = { 0 }, n = 0;

    for (size_t k = 0; k < fulfilments->n; k++) {
        in[f[k].state]++;
        n += f[k].state != FULFIL_CANCELLED;
    }
    if (n == 0) return ORDER_CANCELLED;
    if (in[FULFIL_HANDED_OVER] == n) return ORDER_DONE;
    if (in[FULFIL_HANDED_OVER] + in[FULFIL_SHIPPED] == n) return ORDER_SHIPPED;
    if (in[FULFIL_HANDED_OVER] + in[FULFIL_SHIPPED] + in[FULFIL_READY] == n)
        return ORDER_READY;
    return in[FULFIL_PLANNED] == n ? ORDER_PLACED : ORDER_PICKING;
}
