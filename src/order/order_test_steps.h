/* order_test_steps.h -- one step of an order's life in a line of a test. */
#pragma once

#include "order/order_test.h"

static inline struct order_new asks(int kind, i64 place_id)
{
    return (struct order_new){ .kind = kind,
                               .channel = CHANNEL_SITE,
                               .place_id = place_id,
                               .customer_id = NONE,
                               .name = "Иванова Анна",
                               .phone = "8 (916) 123-45-67",
                               .pay = PAY_ON_PICKUP,
                               .region_id = NONE,
                               .lat_e6 = NONE,
                               .lon_e6 = NONE,
                               .slot_id = NONE,
                               .basket_id = NONE,
                               .sold_at = NONE };
}

static inline struct order_line_new *of(struct ctx *c, struct order_new *o,
                                        i64 variant_id, i64 qty)
{
    struct order_line_new *l = list_add(c->mem, &o->lines, sizeof(*l));

    *l = (struct order_line_new){ .variant_id = variant_id,
                                  .qty = qty,
                                  .price_minor = NONE };
    return l;
}

static inline struct order_placed placed(struct ctx *c, const struct order_new *o)
{
    struct order_placed ret = { 0 };

    EXPECT_OK(order_place(c, o, &ret));
    return ret;
}

static inline struct order_placed order_of(struct ctx *c, int kind, i64 place_id,
                                           i64 variant_id, i64 qty)
{
    struct order_new o = asks(kind, place_id);

    of(c, &o, variant_id, qty);
    return placed(c, &o);
}

static inline struct order the(struct ctx *c, i64 order_id)
{
    struct order o = { 0 };

    EXPECT_OK(order_get(c, order_id, &o));
    return o;
}

static inline int state_of(struct ctx *c, i64 order_id)
{
    return the(c, order_id).state;
}

static inline const char *code_of(struct ctx *c, i64 order_id)
{
    const struct order o = the(c, order_id);
    const struct order_fulfilment *f = order_fulfilment_at(&o, o.place_id);

    return f && f->code ? f->code : "";
}

static inline void make_ready(struct ctx *c, i64 order_id, i64 place_id)
{
    const struct order_at_place p = { .place_id = place_id };

    EXPECT_OK(order_ready(c, order_id, &p));
}

static inline void pay(struct ctx *c, struct list *to, int kind, i64 amount_minor)
{
    struct order_payment_new *p = list_add(c->mem, to, sizeof(*p));

    *p = (struct order_payment_new){ .kind = kind, .amount_minor = amount_minor };
}

static inline void serial(struct ctx *c, struct list *to, i64 variant_id,
                          const char *number)
{
    struct order_serial_new *s = list_add(c->mem, to, sizeof(*s));

    *s = (struct order_serial_new){ .line_no = NONE,
                                    .variant_id = variant_id,
                                    .serial = number };
}

/* Two telephones, ready to be fetched. */
static inline struct order_placed two_phones(struct ctx *c, const struct chain *t)
{
    test_as_staff(c);
    receive(c, t->arbat, t->phone, 2);
    const struct order_placed p = order_of(c, ORDER_PICKUP, t->arbat, t->phone, 2);
    make_ready(c, p.id, t->arbat);
    return p;
}

/* "86684604000<nnn>" with its check digit. */
static inline const char *imei(struct ctx *c, i64 n)
{
    char *s = arena_printf(c->mem, "86684604000%03lld0", n);
    int sum = 0;

    for (int k = 0; k < 14; k++) {
        const int d = (s[k] - '0') * (k % 2 ? 2 : 1);
        sum += d / 10 + d % 10;
    }
    s[14] = (char)('0' + (10 - sum % 10) % 10);
    return s;
}

/* The first invariant that does not hold, or "". */
static inline const char *violated(struct ctx *c)
{
    for (const struct query *k = order_checks; k->name; k++) {
        const struct query q = { .name = k->name,
                                 .sql = arena_printf(
                                     c->mem, "SELECT COUNT(*) FROM (%s) x", k->sql) };
        i64 n = -1;

        EXPECT_OK(db_one0(c, &q, INTO(&n)));
        if (n) return k->name;
    }
    return "";
}
#define EXPECT_BALANCED() EXPECT_TEXT(violated(c), "")
