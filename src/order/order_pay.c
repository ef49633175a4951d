/* Money of an order: what came, what went back.  Never more than is owed: the
 * guard is in the UPDATE of the order's own row. */
#include <assert.h>

#include "order/order_return.h"

#include "staff/staff.h"

enum { READ, ADD, COUNT_IN };

/* clang-format off */
const struct query order_pay_sql[] = {
    [READ] = { "order.payments",
        "SELECT id, kind, amount_minor, at, place_id, ref, refund_of, return_id FROM order_payment"
        " WHERE customer_id = $1 AND order_id = $2 ORDER BY id" },

    [ADD] = { "order.payment_add",
        "INSERT INTO order_payment"
        " (customer_id, order_id, id, kind, amount_minor, at, place_id, ref, refund_of, return_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT (customer_id, order_id, kind, ref) WHERE ref IS NOT NULL DO NOTHING" },

    [COUNT_IN] = { "order.payment_count_in",
        "UPDATE order_order SET paid_minor = paid_minor + $3"
        " WHERE customer_id = $1 AND id = $2 AND paid_minor + $3 BETWEEN 0 AND total_minor" },
    QUERY_END
};
/* clang-format on */

#define Q order_pay_sql

struct paid {
    struct order_payment p;
    i64 refund_of, return_id, left;
};

/* Where money goes back: out of which payment, by which return. */
struct back {
    i64 refund_of, return_id;
};

static enum err read_paid(struct ctx *c, const struct order *o, struct list *ret)
{
    struct paid p = { 0 };
    i64 kind;
    ROWS r;

    TRY(db_rows(c, &r, &Q[READ], o->customer_id, o->id));
    while (db_next(&r, INTO(&p.p.id, &kind, &p.p.amount_minor, &p.p.at, &p.p.place_id,
                            &p.p.ref, &p.refund_of, &p.return_id))) {
        p.p.kind = (int)kind;
        *(struct paid *)list_add(c->mem, ret, sizeof(p)) = p;
    }
    return r.err;
}

enum err order_read_payments(struct ctx *c, struct order *o)
{
    struct list all = { 0 };

    TRY(read_paid(c, o, &all));
    for (size_t k = 0; k < all.n; k++)
        *(struct order_payment *)list_add(c->mem, &o->payments,
                                          sizeof(struct order_payment)) =
            ((struct paid *)all.at)[k].p;
    return ERR_OK;
}

static enum err add(struct ctx *c, struct order *o, const struct order_payment *p,
                    struct back of)
{
    i64 n;

    TRY(db_exec(c, &Q[ADD], &n, o->customer_id, o->id, id_new(c), p->kind,
                p->amount_minor, p->at, p->place_id, p->ref, of.refund_of,
                of.return_id));
    if (!n) return ERR_OK; /* this slip is written down already */
    TRY(db_exec(c, &Q[COUNT_IN], &n, o->customer_id, o->id, p->amount_minor));
    if (!n)
        return FAIL_FIELD(c, BAD_ARGUMENT, "payments", "order %s owes %lld, not %lld",
                          o->number, o->total_minor - o->paid_minor, p->amount_minor);
    o->paid_minor += p->amount_minor;
    return ERR_OK;
}

enum err order_pay_all(struct ctx *c, struct order *o, const struct list *payments,
                       i64 place_id)
{
    const struct order_payment_new *in = payments->at;

    for (size_t k = 0; k < payments->n; k++) {
        const struct order_payment p = { .kind = in[k].kind,
                                         .amount_minor = in[k].amount_minor,
                                         .at = c->now,
                                         .place_id = place_id ? place_id : NONE,
                                         .ref = in[k].ref };
        if (p.kind != PAY_CARD && p.kind != PAY_CASH)
            return FAIL_FIELD(c, BAD_ARGUMENT, "payments", "money is card or cash");
        if (p.amount_minor <= 0)
            return FAIL_FIELD(c, BAD_ARGUMENT, "payments",
                              "a payment must be of something");
        TRY(add(c, o, &p, (struct back){ NONE, NONE }));
    }
    return ERR_OK;
}

enum err order_pay(struct ctx *c, i64 order_id, const struct order_payment_new *p)
{
    struct order o = { 0 };
    const struct list one = { (void *)(uintptr_t)p, 1 };

    TRY(order_take(c, order_id, &o));
    if (!order_is_open(o.state))
        return FAIL(c, GONE, "order %s is %s", o.number, order_state_words[o.state]);
    const i64 before_minor = o.paid_minor;
    TRY(order_pay_all(c, &o, &one, c->who.place_id));
    if (o.paid_minor == before_minor) return ERR_OK;
    return order_tell(c, &o,
                      &(struct order_fact){ .event = "order.changed", .what = "paid" });
}

/* What is left of each payment after earlier refunds, and after refunds of theirs. */
static void count_left(struct paid *p, size_t n)
{
    for (size_t k = 0; k < n; k++)
        p[k].left = p[k].refund_of == NONE ? p[k].p.amount_minor : 0;
    for (size_t k = 0; k < n; k++)
        for (size_t m = 0; m < n; m++)
            if (p[k].refund_of == p[m].p.id) p[m].left += p[k].p.amount_minor;
}

enum err order_refund_to(struct ctx *c, struct order *o, i64 owed_minor)
{
    struct list all = { 0 };
    i64 back_minor = o->paid_minor - owed_minor;

    if (back_minor <= 0) return ERR_OK;
    TRY(read_paid(c, o, &all));
    struct paid *p = all.at;
    count_left(p, all.n);
    for (size_t k = all.n; k-- > 0 && back_minor > 0;) {
        if (p[k].left <= 0) continue;
        const i64 some_minor = p[k].left < back_minor ? p[k].left : back_minor;
        const struct order_payment out = { .kind = p[k].p.kind,
                                           .amount_minor = -some_minor,
                                           .at = c->now,
                                           .place_id = p[k].p.place_id };
        TRY(add(c, o, &out, (struct back){ p[k].p.id, NONE }));
        back_minor -= some_minor;
    }
    return order_tell(
        c, o, &(struct order_fact){ .event = "order.refunded", .what = "refunded" });
}

/* ---- A return ---------------------------------------------------------------- */

enum err order_paid_left(struct ctx *c, const struct order *o, i64 *ret_card_minor,
                         i64 *ret_cash_minor)
{
    struct list all = { 0 };

    TRY(read_paid(c, o, &all));
    const struct paid *p = all.at;
    count_left(all.at, all.n);
    *ret_card_minor = *ret_cash_minor = 0;
    for (size_t k = 0; k < all.n; k++)
        *(p[k].p.kind == PAY_CASH ? ret_cash_minor : ret_card_minor) += p[k].left;
    return ERR_OK;
}

/* One refund on its way: so much, as money of this kind. */
struct giving {
    struct order *o;
    struct list *paid; /* struct paid */
    const struct order_refund *f;
    int kind;
    bool any; /* also out of payments of another kind */
};

/* Out of the newest payments first; *left_minor is what none of them had. */
static enum err give(struct ctx *c, const struct giving *g, i64 *left_minor)
{
    struct paid *p = g->paid->at;

    for (size_t k = g->paid->n; k-- > 0 && *left_minor > 0;) {
        if (p[k].left <= 0 || (!g->any && p[k].p.kind != g->kind)) continue;
        const i64 some_minor = p[k].left < *left_minor ? p[k].left : *left_minor;
        const struct order_payment out = { .kind = g->kind ? g->kind : p[k].p.kind,
                                           .amount_minor = -some_minor,
                                           .at = c->now,
                                           .place_id = g->f->place_id };
        TRY(add(c, g->o, &out, (struct back){ p[k].p.id, g->f->return_id }));
        p[k].left -= some_minor;
        *left_minor -= some_minor;
    }
    return ERR_OK;
}

static enum err check_asked(struct ctx *c, const struct order_refund *f, i64 owed_minor)
{
    const struct order_payment_new *in = f->by->at;
    i64 sum_minor = 0;

    for (size_t k = 0; k < f->by->n; k++) {
        if ((in[k].kind != PAY_CARD && in[k].kind != PAY_CASH) ||
            in[k].amount_minor < 1 || in[k].amount_minor > owed_minor)
            return FAIL_FIELD(c, BAD_ARGUMENT, "refunds", "a refund of %lld",
                              in[k].amount_minor);
        sum_minor += in[k].amount_minor;
    }
    if (sum_minor == owed_minor) return ERR_OK;
    return FAIL_FIELD(c, BAD_ARGUMENT, "refunds", "%lld go back, not %lld", owed_minor,
                      sum_minor);
}

/* First what was paid like that; the rest is money of another kind, which asks for
 * a right: a card's money given back in cash is how tills are robbed. */
static enum err give_asked(struct ctx *c, struct giving *g, i64 owed_minor)
{
    const struct order_payment_new *in = g->f->by->at;
    i64 *left_minor = NEW_N(c->mem, i64, g->f->by->n);

    TRY(check_asked(c, g->f, owed_minor));
    for (size_t k = 0; k < g->f->by->n; k++) {
        g->kind = in[k].kind;
        left_minor[k] = in[k].amount_minor;
        TRY(give(c, g, &left_minor[k]));
    }
    g->any = true;
    for (size_t k = 0; k < g->f->by->n; k++) {
        if (!left_minor[k]) continue;
        if (staff_may(c, RIGHT_RETURN_ANY, g->f->place_id))
            return FAIL_FIELD(c, DENIED, "refunds", "%lld more by %s than was paid so",
                              left_minor[k], order_pay_words[in[k].kind]);
        g->kind = in[k].kind;
        TRY(give(c, g, &left_minor[k]));
    }
    return ERR_OK;
}

enum err order_refund_by(struct ctx *c, struct order *o, const struct order_refund *f,
                         i64 *ret_minor)
{
    const i64 owed_minor =
        f->goods_minor < o->paid_minor ? f->goods_minor : o->paid_minor;
    struct list all = { 0 };
    struct giving g = { o, &all, f, 0, true };
    i64 left_minor = owed_minor;

    *ret_minor = owed_minor;
    TRY(read_paid(c, o, &all));
    count_left(all.at, all.n);
    if (f->by->n) {
        g.any = false;
        return give_asked(c, &g, owed_minor);
    }
    TRY(give(c, &g, &left_minor));
    assert(!left_minor); /* paid_minor is the sum of what is left */
    return ERR_OK;
}

enum err order_refund_undo(struct ctx *c, struct order *o, i64 return_id)
{
    struct list all = { 0 };

    TRY(read_paid(c, o, &all));
    const struct paid *p = all.at;
    for (size_t k = 0; k < all.n; k++) {
        if (p[k].return_id != return_id || p[k].p.amount_minor > 0) continue;
        const struct order_payment in = { .kind = p[k].p.kind,
                                          .amount_minor = -p[k].p.amount_minor,
                                          .at = c->now,
                                          .place_id = p[k].p.place_id };
        TRY(add(c, o, &in, (struct back){ p[k].refund_of, return_id }));
    }
    return ERR_OK;
}
