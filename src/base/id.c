#include "base/id.h"

#include <stdatomic.h>

#define EPOCH_MS  1704067200000LL /* 2024-01-01 UTC */
#define SEQ_BITS  12
#define NODE_BITS 10

static struct ids process_ids;

void id_node_set(int node)
{
    process_ids.node = node & ((1 << NODE_BITS) - 1);
}

int id_node(void)
{
    return process_ids.node;
}

void id_not_before(i64 at)
{
    const i64 want = at > EPOCH_MS ? (at - EPOCH_MS) << SEQ_BITS : 0;
    i64 last = atomic_load_explicit(&process_ids.last, memory_order_relaxed);

    while (last < want && !atomic_compare_exchange_weak(&process_ids.last, &last, want))
        continue;
}

i64 id_newest_at(void)
{
    const i64 last = atomic_load_explicit(&process_ids.last, memory_order_relaxed);

    return last ? (last >> SEQ_BITS) + EPOCH_MS : 0;
}

/* The counter sits above the node's bits, so that "last + 1" overflows into the
 * next millisecond and never into another node. */
i64 id_new(struct ctx *c)
{
    struct ids *m = c->ids ? c->ids : &process_ids;
    const i64 ms = c->now > EPOCH_MS ? c->now - EPOCH_MS : 0;
    const i64 want = ms << SEQ_BITS;
    i64 last = atomic_load_explicit(&m->last, memory_order_relaxed), next;

    do {
        next = last >= want ? last + 1 : want;
    } while (!atomic_compare_exchange_weak_explicit(
        &m->last, &last, next, memory_order_relaxed, memory_order_relaxed));
    return next << NODE_BITS | m->node;
}

/* An odd multiplier modulo 2^63 is a permutation: no two ids collide. */
i64 id_new_scattered(struct ctx *c)
{
    const u64 mixed = (u64)id_new(c) * 0x9E3779B97F4A7C15ull & INT64_MAX;

    return mixed ? (i64)mixed : id_new_scattered(c);
}

i64 id_of(i64 at, int seq, int node)
{
    const i64 ms = at > EPOCH_MS ? at - EPOCH_MS : 0;

    return (ms << SEQ_BITS | seq) << NODE_BITS | node;
}

i64 id_at(i64 id)
{
    return (id >> (SEQ_BITS + NODE_BITS)) + EPOCH_MS;
}
