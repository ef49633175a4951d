/* Two years of buying: who comes back, who leaves, what they buy and where.
 *
 * A customer buys at a rate of his own (gamma over customers) and after each
 * purchase leaves for ever with a probability of his own (beta): the model whose
 * parameters the CLV of the house will estimate again.  The season thins the
 * purchases, so that December sells twice what May does. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/demo.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "customer/customer.h"
#include "order/order.h"

#define YEAR_MS      (365 * DAY_MS)
#define ORDERS_SLICE 1500
#define LINES_MAX    4
#define VISITS_SLICE (2 * ORDERS_SLICE)

struct buying {
    struct demo *d;
    i64 customer; /* whose life is told next */
    i64 orders;   /* so far */
    double
        demand[64]; /* running sums of demo_kinds[].demand over kinds that have goods */
};

/* One person's habits. */
struct habit {
    i64 id;
    const struct demo_place *home;
    double per_year, leaves, online;
    int liked; /* a kind he comes back to */
};

static double season(i64 at)
{
    static const double month[] = { 0.85, 1.05, 1.1,  0.85, 0.8, 0.8,
                                    0.85, 1.1,  1.15, 0.95, 1.5, 1.9 };
    int y, m, day;

    time_civil(time_day(at, 180), &y, &m, &day);
    return month[m - 1];
}

static struct habit habit_of(struct buying *b, struct dice *d, i64 k)
{
    const struct demo *all = b->d;
    struct habit h = { .id = all->customers[k] };

    h.home = &all->places[dice_below(d, all->size.stores)];
    h.per_year = 0.15 + dice_gamma(d, 0.8, 1.3);
    h.leaves = 0.05 + 0.5 * pow(dice_unit(d), 2);
    h.online = 0.15 + 0.7 * dice_unit(d);
    h.liked = (int)dice_below(d, demo_kind_count);
    return h;
}

static int kind_for(struct buying *b, struct dice *d, const struct habit *h)
{
    if (b->d->kind_n[h->liked] && dice_chance(d, 0.3)) return h->liked;
    const double x = dice_unit(d) * b->demand[demo_kind_count - 1];
    int k = 0;

    while (k < demo_kind_count - 1 && b->demand[k] < x) k++;
    return k;
}

/* The first variants of a kind sell best: a square law over their order. */
static const struct demo_variant *variant_of(struct buying *b, struct dice *d, int kind)
{
    const double u = dice_unit(d);

    return &b->d->variants[b->d->kind_first[kind] +
                           (i64)(u * u * (double)b->d->kind_n[kind])];
}

static int accessory_for(struct buying *b, struct dice *d, int kind)
{
    const int from = (int)dice_below(d, demo_kind_count);

    for (int n = 0; n < demo_kind_count; n++) {
        const int k = (from + n) % demo_kind_count;
        if (b->d->kind_n[k] && demo_kinds[k].fits &&
            !strcmp(demo_kinds[k].fits, demo_kinds[kind].ru))
            return k;
    }
    return -1;
}

static void add_line(struct ctx *c, struct order_past *o, struct order_line_past *lines,
                     const struct demo_variant *v, i64 qty)
{
    lines[o->n++] = (struct order_line_past){ .variant_id = v->id,
                                              .qty = qty,
                                              .price_minor = v->price_minor,
                                              .vat_bp = 2200,
                                              .sku = arena_printf(c->mem, "%07lld",
                                                                  1000000 + v->number),
                                              .name = v->name };
}

static void fill_basket(struct ctx *c, struct buying *b, struct dice *d,
                        const struct habit *h, struct order_past *o)
{
    struct order_line_past *lines = NEW_N(c->mem, struct order_line_past, LINES_MAX);
    const int kind = kind_for(b, d, h), extra = accessory_for(b, d, kind);
    const struct demo_variant *v = variant_of(b, d, kind);

    o->lines = lines;
    add_line(c, o, lines, v, v->price_minor < 200000 && dice_chance(d, 0.15) ? 2 : 1);
    for (double p = 0.45; extra >= 0 && o->n < LINES_MAX && dice_chance(d, p); p /= 2) {
        const struct demo_variant *a = variant_of(b, d, extra);
        bool twice = false;
        for (size_t n = 0; n < o->n; n++) twice |= lines[n].variant_id == a->id;
        if (!twice) add_line(c, o, lines, a, 1);
    }
}

/* A minute of the shop's day: few in the morning, most after work. */
static i64 moment(struct dice *d, const struct demo_place *p, i64 at)
{
    const int offset = (int)demo_cities[p->city].offset_min;
    const i64 day = time_day(at, offset);
    const double hour = 10 + 12 * sqrt(dice_unit(d));

    return time_from(day, (int)(hour * 60), offset) + dice_below(d, MINUTE_MS);
}

static void choose_way(struct dice *d, const struct habit *h, struct order_past *o)
{
    o->kind = ORDER_SALE;
    o->channel = CHANNEL_SHOP;
    o->state = ORDER_DONE;
    o->pay = dice_chance(d, 0.75) ? PAY_CARD : PAY_CASH;
    o->done_at = o->promised_at = o->placed_at;
    if (!dice_chance(d, h->online)) return;

    const double x = dice_unit(d);
    o->channel = dice_chance(d, 0.35) ? CHANNEL_APP : CHANNEL_SITE;
    o->kind = x < 0.55 ? ORDER_PICKUP : x < 0.75 ? ORDER_RESERVE : ORDER_DELIVERY;
    o->pay = o->kind == ORDER_DELIVERY ? PAY_CARD : PAY_ON_PICKUP;
    o->delivery_minor = o->kind == ORDER_DELIVERY && dice_chance(d, 0.5) ? 39900 : 0;
    o->promised_at =
        o->placed_at + (o->kind == ORDER_DELIVERY ? 2 * DAY_MS : 2 * HOUR_MS);
    o->done_at = o->placed_at + dice_below(d, 2 * DAY_MS) + HOUR_MS;
    if (dice_chance(d, 0.06))
        o->state = dice_chance(d, 0.6) ? ORDER_CANCELLED : ORDER_EXPIRED;
    if (o->done_at > o->promised_at && o->kind != ORDER_DELIVERY && dice_chance(d, 0.9))
        o->promised_at = o->done_at; /* most are ready in time and fetched later */
}

static void buy(struct ctx *c, struct buying *b, struct dice *d, const struct habit *h,
                i64 at, struct order_past *o)
{
    *o = (struct order_past){ .customer_id = h->id,
                              .place_id = h->home->id,
                              .region_id = h->home->region_id };
    o->placed_at = moment(d, h->home, at);
    choose_way(d, h, o);
    /* The customer's number keeps the ids of one moment apart. */
    o->id = id_of(o->placed_at, (int)((b->customer - 1) % 4096),
                  (int)((b->customer - 1) / 4096 % 1024));
    fill_basket(c, b, d, h, o);
}

/* One customer's purchases, rising in time.  Ids rise with them, so that a slice
 * is sorted as order_load() wants it. */
static size_t live(struct ctx *c, struct buying *b, i64 k, struct order_past *to,
                   size_t room)
{
    const struct demo *all = b->d;
    struct dice d = dice_for(all->size.seed, "life", k);
    const struct habit h = habit_of(b, &d, k);
    const i64 span = all->to_at - all->from_at - 3 * DAY_MS;
    double at = (double)all->from_at -
                (dice_chance(&d, 0.6) ? 1.0 : -dice_unit(&d)) * (double)span;
    size_t n = 0;

    while (n < room) {
        at += -log(dice_unit(&d) + 1e-12) / (h.per_year * 1.9) * (double)YEAR_MS;
        if (at > (double)(all->from_at + span)) break;
        if (!dice_chance(&d, season((i64)at) / 1.9)) continue;
        if (at >= (double)all->from_at) buy(c, b, &d, &h, (i64)at, &to[n++]);
        if (dice_chance(&d, h.leaves)) break;
    }
    return n;
}

/* People look before they buy: an order of the site has its visit, and every other
 * sale in a shop was preceded by one or two within the week. */
static size_t look_around(struct dice *d, const struct order_past *o,
                          struct customer_visit_past *to)
{
    static const char *const agents[] = { "Chrome, Android", "Safari, iPhone",
                                          "Chrome, Windows",
                                          "Яндекс Браузер, Windows" };
    const bool online = o->channel != CHANNEL_SHOP;
    const int n = online ? 1 : dice_chance(d, 0.5) ? 1 + (int)dice_below(d, 2) : 0;

    for (int k = 0; k < n; k++) {
        const i64 to_at =
            online ? o->placed_at
                   : o->placed_at - 20 * MINUTE_MS - dice_below(d, 7 * DAY_MS);
        to[k] = (struct customer_visit_past){
            .id = o->id - ((k + 1) * HOUR_MS << 22), /* an hour older each */
            .customer_id = o->customer_id,
            .from_at = to_at - dice_below(d, 30 * MINUTE_MS),
            .to_at = to_at,
            .agent = agents[dice_below(d, 4)]
        };
    }
    return (size_t)n;
}

static int by_id(const void *a, const void *b)
{
    const i64 x = *(const i64 *)a, y = *(const i64 *)b;

    return (x > y) - (x < y);
}

static enum err load_visits(struct ctx *c, struct buying *b, const struct order_past *o,
                            size_t n)
{
    struct customer_visit_past *v =
        NEW_N(c->mem, struct customer_visit_past, VISITS_SLICE);
    struct dice d = dice_for(b->d->size.seed, "visits", b->orders);
    size_t visits = 0;

    for (size_t k = 0; k < n; k++) visits += look_around(&d, &o[k], v + visits);
    qsort(v, visits, sizeof(*v), by_id);
    return customer_visits_load(c, v, visits);
}

static enum err slice(struct ctx *c, void *arg)
{
    struct buying *b = arg;
    struct order_past *o = NEW_N(c->mem, struct order_past, ORDERS_SLICE);
    size_t n = 0;

    while (b->customer < b->d->size.customers && n + 64 < ORDERS_SLICE) {
        const size_t first = n;
        n += live(c, b, b->customer++, o + n, 64);
        qsort(o + first, n - first, sizeof(*o),
              by_id); /* a day's moments are not in order */
    }
    if (!n) return ERR_OK;
    b->orders += (i64)n;
    TRY(order_load(c, o, n));
    return load_visits(c, b, o, n);
}

enum err demo_make_orders(struct ctx *c, struct demo *d)
{
    struct buying b = { .d = d };
    double sum = 0;

    for (int k = 0; k < demo_kind_count; k++) {
        sum += d->kind_n[k] ? demo_kinds[k].demand : 0;
        b.demand[k] = sum;
    }
    while (b.customer < d->size.customers) {
        TRY(demo_unit(c, slice, &b));
        d->tell("покупки", b.customer, d->size.customers);
    }
    return ERR_OK;
}
