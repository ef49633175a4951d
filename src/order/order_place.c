/* Placing an order and writing a sale.  The hot path: what it asks of the
 * database is counted in README.md, and the test counts again. */
#include "base/money.h"
#include "base/person.h"
#include "base/seal.h"
#include "base/time.h"
#include "customer/customer.h"
#include "event/event.h"
#include "order/order_basket.h"
#include "staff/staff.h"

enum { PLACE, NUMBER, ORDER, LINE, FULFILMENT, SERIAL };

/* clang-format off */
const struct query order_place_sql[] = {
    [PLACE] = { "order.place_flags",
        "SELECT region_id, active, can_pickup, can_reserve FROM pub_place_place WHERE id = $1" },

    [NUMBER] = { "order.number_add",
        "INSERT INTO order_number (number, customer_id, order_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (number) DO NOTHING" },

    [ORDER] = { "order.add",
        "INSERT INTO order_order (customer_id, id, number, token, kind, channel, state, place_id,"
        " region_id, pay, total_minor, delivery_minor, placed_at, changed_at, promised_at,"
        " deadline_at, slot_id, address, comment, born_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
        " $18, $19, $20)" },

    [LINE] = { "order.line_add",
        "INSERT INTO order_line (customer_id, order_id, line_no, place_id, variant_id, sku, name,"
        " unit_tracked, qty_ordered, qty, picked_qty, done_qty, price_minor, vat_bp)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $10, $11, $12)" },

    [FULFILMENT] = { "order.fulfilment_add",
        "INSERT INTO order_fulfilment (place_id, order_id, customer_id, kind, state, promised_at,"
        " done_at, deadline_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" },

    [SERIAL] = { "order.serial_add",
        "INSERT INTO order_serial (customer_id, order_id, line_no, serial) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (customer_id, order_id, line_no, serial) DO NOTHING" },
    QUERY_END
};
/* clang-format on */

#define Q order_place_sql

enum { LINES_MAX = 200, QTY_MAX = 999, NUMBER_TRIES = 5 };
#define MONEY_MAX_MINOR 1000000000000000LL

/* An order on its way. */
struct placing {
    const struct order_new *ask;
    const struct order_line_new *in; /* what is wanted */
    size_t nin;
    struct catalog_offer *offers;  /* of each of `in` */
    struct list parts;             /* struct order_part: who gives how much */
    struct order head;             /* as it will be written */
    const char *address, *comment; /* of it, sealed */
    struct order_line *lines;      /* one a part */
    size_t n;
};

static bool given(i64 x)
{
    return x != NONE && x != 0;
}

static const char *line_field(struct ctx *c, size_t k, const char *member)
{
    return arena_printf(c->mem, "lines[%zu].%s", k, member);
}

/* It is over: the buyer has the goods and we have the money. */
static bool happened(const struct placing *p)
{
    return p->ask->kind == ORDER_SALE && given(p->ask->sold_at);
}

/* ---- What was asked ---------------------------------------------------------- */

static enum err check_lines(struct ctx *c, const struct placing *p)
{
    const bool sale = p->ask->kind == ORDER_SALE;

    if (p->nin == 0) return FAIL_FIELD(c, BAD_ARGUMENT, "lines", "nothing is ordered");
    if (p->nin > LINES_MAX)
        return FAIL_FIELD(c, BAD_ARGUMENT, "lines", "%zu lines, at most %d", p->nin,
                          LINES_MAX);
    for (size_t k = 0; k < p->nin; k++) {
        const struct order_line_new *l = &p->in[k];

        if (l->qty < 1 || l->qty > QTY_MAX)
            return FAIL_FIELD(c, BAD_ARGUMENT, line_field(c, k, "qty"),
                              "%lld pieces, from 1 to %d", l->qty, QTY_MAX);
        if (l->serial && !sale)
            return FAIL_FIELD(c, BAD_ARGUMENT, line_field(c, k, "serial"),
                              "a serial number is told at the till or at handover");
    }
    return ERR_OK;
}

static enum err check_kind(struct ctx *c, const struct order_new *o)
{
    const bool sale = o->kind == ORDER_SALE, delivery = o->kind == ORDER_DELIVERY;

    if (!delivery && !given(o->place_id))
        return FAIL_FIELD(c, BAD_ARGUMENT, "place_id", "which shop?");
    if (delivery && (!o->address || !*o->address))
        return FAIL_FIELD(c, BAD_ARGUMENT, "address", "where to?");
    if (delivery && !given(o->region_id))
        return FAIL_FIELD(c, BAD_ARGUMENT, "region_id", "which region?");
    if (!sale && (o->payments.n || given(o->sold_at)))
        return FAIL_FIELD(c, BAD_ARGUMENT, o->payments.n ? "payments" : "sold_at",
                          "only a sale has it");
    if (sale && given(o->sold_at) && o->sold_at > c->now + 5 * MINUTE_MS)
        return FAIL_FIELD(c, BAD_ARGUMENT, "sold_at", "a sale in the future");
    return sale ? staff_may(c, RIGHT_SELL, o->place_id) : ERR_OK;
}

static enum err read_lines(struct ctx *c, struct placing *p)
{
    struct list lines = p->ask->lines;

    if (!lines.n && given(p->ask->basket_id))
        TRY(basket_lines(c, p->ask->basket_id, &lines));
    p->in = lines.at;
    p->nin = lines.n;
    return check_lines(c, p);
}

/* The region whose prices count, and whether the shop does that at all. */
static enum err read_place(struct ctx *c, struct placing *p)
{
    const struct order_new *o = p->ask;
    bool active, can_pickup, can_reserve;

    p->head.region_id = o->region_id;
    if (o->kind == ORDER_DELIVERY) return ERR_OK;
    const enum err e = db_one(
        c, &Q[PLACE], INTO(&p->head.region_id, &active, &can_pickup, &can_reserve),
        o->place_id);
    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, NO_SUCH, "place_id", "no place %lld", o->place_id);
    TRY(e);
    const bool can = o->kind == ORDER_PICKUP    ? can_pickup
                     : o->kind == ORDER_RESERVE ? can_reserve
                                                : true;
    if ((active && can) || happened(p)) return ERR_OK;
    return FAIL_FIELD(c, WRONG_STATE, "place_id", "place %lld does no %s", o->place_id,
                      order_kind_words[o->kind]);
}

/* ---- What it costs ----------------------------------------------------------- */

static enum err check_offer(struct ctx *c, const struct placing *p, size_t k)
{
    const struct catalog_offer *f = &p->offers[k];
    const struct order_line_new *l = &p->in[k];
    const bool sale = p->ask->kind == ORDER_SALE, told = l->price_minor != NONE;

    if (!f->item.variant_id || (!f->item.active && !sale))
        return FAIL_FIELD(c, NO_SUCH, line_field(c, k, "variant_id"), "no variant %lld",
                          l->variant_id);
    if (f->price.price_minor == NONE && !(sale && told))
        return FAIL_FIELD(c, NO_SUCH, line_field(c, k, "variant_id"),
                          "variant %lld is not for sale here", l->variant_id);
    if (sale && !happened(p) && f->item.unit_tracked && (!l->serial || l->qty != 1))
        return FAIL_FIELD(c, BAD_ARGUMENT, line_field(c, k, "serial"),
                          "%s is sold one by one with its serial number", f->item.sku);
    if (told &&
        (l->price_minor < 0 || l->price_minor > MONEY_MAX_MINOR / QTY_MAX / LINES_MAX))
        return FAIL_FIELD(c, BAD_ARGUMENT, line_field(c, k, "price_minor"),
                          "a price of %lld", l->price_minor);
    return ERR_OK;
}

/* Every line whose price is another is named, so that the page shows all at once. */
static enum err check_prices(struct ctx *c, const struct placing *p)
{
    enum err worst = ERR_OK;

    if (p->ask->kind == ORDER_SALE) return ERR_OK;
    for (size_t k = 0; k < p->nin; k++) {
        const i64 now_minor = p->offers[k].price.price_minor;

        if (p->in[k].price_minor == NONE || p->in[k].price_minor == now_minor) continue;
        FAIL_MORE(c, CHANGED, line_field(c, k, "price_minor"), "the price is %lld now",
                  now_minor);
        worst = ERR_CHANGED;
    }
    return worst;
}

static enum err read_offers(struct ctx *c, struct placing *p)
{
    i64 *ids = NEW_N(c->mem, i64, p->nin);

    p->offers = NEW_N(c->mem, struct catalog_offer, p->nin);
    for (size_t k = 0; k < p->nin; k++) ids[k] = p->in[k].variant_id;
    TRY(catalog_offers(c, ids, p->nin, p->head.region_id, p->ask->channel, p->offers));
    for (size_t k = 0; k < p->nin; k++) TRY(check_offer(c, p, k));
    return check_prices(c, p);
}

/* A till's own price counts; it is on the receipt already. */
static i64 price_of(const struct placing *p, size_t k)
{
    const bool till = p->ask->kind == ORDER_SALE && p->in[k].price_minor != NONE;

    return till ? p->in[k].price_minor : p->offers[k].price.price_minor;
}

static i64 vat_of(const struct placing *p, size_t k)
{
    return happened(p) && p->in[k].vat_bp ? *p->in[k].vat_bp : p->offers[k].item.vat_bp;
}

/* ---- Who, from where, until when --------------------------------------------- */

static enum err known_customer(struct ctx *c, i64 id, i64 *ret_id)
{
    struct customer who;

    *ret_id = id;
    if (c->who.kind == WHO_CUSTOMER && c->who.id == id) return ERR_OK;
    const enum err e = customer_get(c, id, &who);
    if (!e) *ret_id = who.id; /* the survivor of a merged one */
    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, NO_SUCH, "customer_id", "no customer %lld", id);
    return e;
}

static struct customer_contact contact_of(const struct placing *p)
{
    const struct order_new *o = p->ask;

    return (struct customer_contact){ o->name, o->phone, o->email, o->card,
                                      p->head.region_id };
}

static bool has_contact(const struct order_new *o)
{
    return o->phone || o->email || o->card;
}

static void customer_ahead(struct ctx *c, const struct placing *p)
{
    const struct customer_contact k = contact_of(p);

    if (!given(p->ask->customer_id) && has_contact(p->ask)) customer_ask_ahead(c, &k);
}

static enum err read_customer(struct ctx *c, struct placing *p)
{
    const struct order_new *o = p->ask;
    const struct customer_contact k = contact_of(p);

    if (given(o->customer_id))
        return known_customer(c, o->customer_id, &p->head.customer_id);
    if (has_contact(o)) return customer_ensure(c, &k, &p->head.customer_id);
    if (o->kind == ORDER_SALE) return ERR_OK;
    return FAIL_FIELD(c, BAD_ARGUMENT, "phone", "how do we reach you?");
}

static enum err part_out(struct ctx *c, struct placing *p)
{
    const struct order_where to = { p->ask->region_id, p->ask->lat_e6, p->ask->lon_e6 };

    if (p->ask->kind == ORDER_DELIVERY)
        return order_route(c, &to, p->in, p->nin, &p->parts);
    for (size_t k = 0; k < p->nin; k++)
        *(struct order_part *)list_add(c->mem, &p->parts, sizeof(struct order_part)) =
            (struct order_part){ k, p->ask->place_id, p->in[k].qty };
    return ERR_OK;
}

static void make_lines(struct ctx *c, struct placing *p)
{
    const struct order_part *part = p->parts.at;
    const bool sale = p->ask->kind == ORDER_SALE;

    p->n = p->parts.n;
    p->lines = NEW_N(c->mem, struct order_line, p->n);
    for (size_t k = 0; k < p->n; k++) {
        const struct catalog_offer *f = &p->offers[part[k].line];

        p->lines[k] = (struct order_line){
            .line_no = (i64)k + 1,
            .variant_id = f->item.variant_id,
            .place_id = part[k].place_id,
            .sku = f->item.sku,
            .name = f->item.name,
            .unit_tracked = f->item.unit_tracked,
            .qty_ordered = part[k].qty,
            .qty = part[k].qty,
            .done_qty = sale ? part[k].qty : 0,
            .price_minor = price_of(p, part[k].line),
            .vat_bp = vat_of(p, part[k].line),
        };
        p->head.total_minor += part[k].qty * p->lines[k].price_minor;
    }
    p->head.place_id = p->lines[0].place_id;
}

/* "Ready by" counts opening hours; a delivery is promised by the end of its slot,
 * or by the closing of the place two days on. */
static enum err promise(struct ctx *c, struct placing *p)
{
    struct order *h = &p->head;
    struct setting_scope s;

    if (p->ask->kind == ORDER_SALE) return ERR_OK;
    TRY(place_scope(c, h->place_id, &s));
    if (p->ask->kind == ORDER_DELIVERY) {
        if (given(p->ask->slot_id))
            return order_slot_book(c, p->ask->region_id, p->ask->slot_id,
                                   &h->promised_at);
        return place_day_end(c, h->place_id, c->now,
                             setting_int(c, "order.delivery_days", s), &h->promised_at);
    }
    TRY(place_open_time(c, h->place_id, c->now,
                        setting_int(c, "order.ready_open_min", s), &h->promised_at));
    if (p->ask->kind == ORDER_RESERVE)
        h->deadline_at = c->now + setting_int(c, "order.reserve_hours", s) * HOUR_MS;
    return ERR_OK;
}

/* A sale's money is all there; "cash" alone means the whole sum in cash. */
static enum err check_payments(struct ctx *c, struct placing *p, struct list *ret)
{
    const struct order_payment_new *in = p->ask->payments.at;
    i64 sum_minor = 0;

    *ret = p->ask->payments;
    if (!ret->n && (p->ask->pay == PAY_CARD || p->ask->pay == PAY_CASH) &&
        p->head.total_minor > 0) {
        struct order_payment_new *all = list_add(c->mem, ret, sizeof(*all));
        *all = (struct order_payment_new){ p->ask->pay, p->head.total_minor, NULL };
        return ERR_OK;
    }
    for (size_t k = 0; k < ret->n; k++) {
        if (in[k].amount_minor <= 0 || in[k].amount_minor > MONEY_MAX_MINOR)
            return FAIL_FIELD(c, BAD_ARGUMENT, "payments", "a payment of %lld",
                              in[k].amount_minor);
        sum_minor += in[k].amount_minor;
    }
    if (sum_minor == p->head.total_minor) return ERR_OK;
    return FAIL_FIELD(c, BAD_ARGUMENT, "payments",
                      "the sale comes to %lld, paid is %lld", p->head.total_minor,
                      sum_minor);
}

/* ---- Write ------------------------------------------------------------------- */

static enum err hold_goods(struct ctx *c, const struct placing *p)
{
    struct stock_hold *h = NEW_N(c->mem, struct stock_hold, p->n);

    for (size_t k = 0; k < p->n; k++)
        h[k] = (struct stock_hold){ p->lines[k].place_id, p->lines[k].variant_id,
                                    OWNER_ORDER,          p->head.id,
                                    p->lines[k].qty,      NONE };
    if (!given(p->ask->basket_id)) return stock_hold_open(c, h, p->n);
    return stock_hold_take_over(c, OWNER_BASKET, p->ask->basket_id, h, p->n);
}

/* A number that cannot be read is no reason to undo what happened. */
static const char *serial_of(struct ctx *c, const struct placing *p, size_t k)
{
    const char *said = p->in[k].serial;

    return said && happened(p) &&
                   (p->in[k].qty != 1 || !stock_serial_norm(c->mem, said))
               ? NULL
               : said;
}

/* What an offline till sold is gone, whatever the book says. */
static enum err move_goods(struct ctx *c, const struct placing *p)
{
    struct stock_move *m = NEW_N(c->mem, struct stock_move, p->n);
    const struct stock_take t = { m, p->n, happened(p), -1, 0 };

    for (size_t k = 0; k < p->n; k++)
        m[k] = (struct stock_move){ .place_id = p->lines[k].place_id,
                                    .variant_id = p->lines[k].variant_id,
                                    .qty = -p->lines[k].qty,
                                    .reason = MOVE_SALE,
                                    .doc_id = p->head.id,
                                    .line_no = p->lines[k].line_no,
                                    .at = p->head.placed_at,
                                    .serial = serial_of(c, p, k) };
    return stock_move(c, &t);
}

/* One statement and its values, kept until all are run. */
static void call(struct ctx *c, struct list *calls, const struct query *q,
                 const struct val *v, size_t nv)
{
    struct val *kept = arena_raw(c->mem, nv * sizeof(*v));
    struct db_call *one = list_add(c->mem, calls, sizeof(*one));

    memcpy(kept, v, nv * sizeof(*v));
    *one = (struct db_call){ q, kept, nv, NULL, 0, 0 };
}
#define CALL(q, ...) call(c, calls, &Q[q], VALS(__VA_ARGS__))

/* Where to and what for stand sealed in the tables: see order_words_open(). */
static enum err words_sealed(struct ctx *c, struct placing *p)
{
    const struct order *h = &p->head;

    if (h->address) TRY(seal_close(c, h->address, &p->address));
    return h->comment ? seal_close(c, h->comment, &p->comment) : ERR_OK;
}

static void call_order(struct ctx *c, struct list *calls, const struct placing *p,
                       const char *secret)
{
    const struct order *h = &p->head;

    CALL(ORDER, h->customer_id, h->id, h->number, secret, h->kind, h->channel, h->state,
         h->place_id, h->region_id, h->pay, h->total_minor, h->delivery_minor,
         h->placed_at, h->changed_at, h->promised_at, h->deadline_at, h->slot_id,
         p->address, p->comment, person_born(c, h->customer_id));
    for (size_t k = 0; k < p->n; k++) {
        const struct order_line *l = &p->lines[k];
        CALL(LINE, h->customer_id, h->id, l->line_no, l->place_id, l->variant_id,
             l->sku, l->name, l->unit_tracked, l->qty, l->done_qty, l->price_minor,
             l->vat_bp);
    }
}

static void call_fulfilments(struct ctx *c, struct list *calls, struct placing *p)
{
    struct order *h = &p->head;
    const bool sale = h->kind == ORDER_SALE;

    for (size_t k = 0; k < p->n; k++) {
        if (order_fulfilment_at(h, p->lines[k].place_id)) continue;
        struct order_fulfilment *f = list_add(c->mem, &h->fulfilments, sizeof(*f));
        *f = (struct order_fulfilment){ .place_id = p->lines[k].place_id,
                                        .state =
                                            sale ? FULFIL_HANDED_OVER : FULFIL_PLANNED,
                                        .promised_at = h->promised_at,
                                        .ready_at = NONE,
                                        .done_at = sale ? h->placed_at : NONE,
                                        .deadline_at = h->deadline_at };
        CALL(FULFILMENT, f->place_id, h->id, h->customer_id, h->kind, f->state,
             f->promised_at, f->done_at, f->deadline_at, order_due_at(c, f));
    }
}

static void call_serials(struct ctx *c, struct list *calls, const struct placing *p)
{
    for (size_t k = 0; k < p->n; k++) {
        const char *said = p->ask->kind == ORDER_SALE ? p->in[k].serial : NULL,
                   *norm = said ? stock_serial_norm(c->mem, said) : NULL;
        if (said)
            CALL(SERIAL, p->head.customer_id, p->head.id, p->lines[k].line_no,
                 norm ? norm : said);
    }
}

/* Its answer is there with that of the goods. */
static void number_ahead(struct ctx *c, struct order *h)
{
    h->number = order_number_new(c);
    (void)db_ahead(c, &Q[NUMBER], h->number, h->customer_id, h->id);
}

/* Once in thousands it is that of another order of today. */
static enum err number(struct ctx *c, struct order *h)
{
    for (int k = 0; k < NUMBER_TRIES; k++) {
        i64 added;

        if (k) h->number = order_number_new(c);
        TRY(db_exec(c, &Q[NUMBER], &added, h->number, h->customer_id, h->id));
        if (added) return ERR_OK;
    }
    return FAIL(c, BUSY, "no free order number");
}

static enum err write(struct ctx *c, struct placing *p)
{
    const char *secret = order_token_new(c);
    struct list calls = { 0 };

    TRY(number(c, &p->head));
    p->head.token = order_token_shown(c->mem, p->head.id, secret);
    TRY(words_sealed(c, p));
    call_order(c, &calls, p, secret);
    call_fulfilments(c, &calls, p);
    call_serials(c, &calls, p);
    const struct db_call *one = calls.at;
    for (size_t n = 0; n < calls.n; n++)
        TRY(db_exec_(c, one[n].q, NULL, one[n].v, one[n].nv));
    return ERR_OK;
}

static void head_from(struct ctx *c, struct placing *p)
{
    const struct order_new *o = p->ask;
    const bool sale = o->kind == ORDER_SALE;

    p->head.id = id_new(c);
    p->head.kind = o->kind;
    p->head.channel = o->channel;
    p->head.state = sale ? ORDER_DONE : ORDER_PLACED;
    p->head.pay = o->pay >= 0 ? o->pay : sale ? PAY_NONE : PAY_ON_PICKUP;
    p->head.placed_at = sale && given(o->sold_at) ? o->sold_at : c->now;
    p->head.changed_at = c->now;
    p->head.promised_at = p->head.deadline_at = NONE;
    p->head.slot_id =
        o->kind == ORDER_DELIVERY && given(o->slot_id) ? o->slot_id : NONE;
    p->head.address = o->kind == ORDER_DELIVERY ? o->address : NULL;
    p->head.comment = o->comment;
}

static enum err plan(struct ctx *c, struct placing *p)
{
    TRY(check_kind(c, p->ask));
    customer_ahead(c, p);
    TRY(read_lines(c, p));
    TRY(read_place(c, p));
    TRY(read_offers(c, p));
    TRY(read_customer(c, p));
    head_from(c, p);
    if (p->ask->kind == ORDER_DELIVERY && given(p->ask->basket_id))
        TRY(stock_hold_free(c, OWNER_BASKET, p->ask->basket_id));
    TRY(part_out(c, p));
    make_lines(c, p);
    if (p->ask->kind == ORDER_DELIVERY)
        TRY(order_fee(c, p->ask->region_id, p->head.total_minor,
                      &p->head.delivery_minor));
    p->head.total_minor += p->head.delivery_minor;
    return promise(c, p);
}

static enum err tell_place(struct ctx *c, const struct placing *p)
{
    const struct order_fulfilment *f = p->head.fulfilments.at;
    const bool sale = p->head.kind == ORDER_SALE;

    for (size_t k = 1; k < p->head.fulfilments.n; k++)
        order_live(c, &p->head, f[k].place_id);
    return order_tell(
        c, &p->head,
        &(struct order_fact){ .event = sale ? "order.sold" : "order.placed",
                              .what = sale ? "sold" : "placed" });
}

/* A cashier's own price stands, and stands in the books under his name. */
static enum err tell_prices(struct ctx *c, const struct placing *p)
{
    for (size_t k = 0; k < p->n && p->ask->kind == ORDER_SALE; k++) {
        const struct order_line *l = &p->lines[k];
        const i64 list_minor = p->offers[k].price.price_minor;

        if (l->price_minor == list_minor || list_minor == NONE) continue;
        TRY(order_tell(c, &p->head,
                       &(struct order_fact){
                           .what = "price_overruled",
                           .why = arena_printf(c->mem, "%s: %s, not %s", l->sku,
                                               money_text(c->mem, l->price_minor),
                                               money_text(c->mem, list_minor)),
                           .variant_id = l->variant_id,
                           .qty = l->qty }));
    }
    return ERR_OK;
}

enum err order_place(struct ctx *c, const struct order_new *o, struct order_placed *ret)
{
    struct placing p = { .ask = o };
    struct list payments = { 0 };
    struct order *h = &p.head;

    TRY(plan(c, &p));
    number_ahead(c, h);
    if (o->kind == ORDER_SALE) {
        TRY(check_payments(c, &p, &payments));
        TRY(move_goods(c, &p));
    } else {
        TRY(hold_goods(c, &p));
    }
    TRY(write(c, &p));
    TRY(order_pay_all(c, h, &payments, h->place_id));
    if (given(o->basket_id)) TRY(basket_ordered(c, o->basket_id, p.in, p.nin));
    TRY(tell_place(c, &p));
    TRY(tell_prices(c, &p));
    *ret = (struct order_placed){ .id = h->id,
                                  .customer_id = h->customer_id,
                                  .place_id = h->place_id,
                                  .number = h->number,
                                  .token = h->token,
                                  .state = h->state,
                                  .total_minor = h->total_minor,
                                  .delivery_minor = h->delivery_minor,
                                  .promised_at = h->promised_at,
                                  .deadline_at = h->deadline_at };
    return ERR_OK;
}
