/* Orders over HTTP.  An order is addressed by its id, by the token of its link
 * (which needs no login) or, by staff, by its number. */
#include "order/order_shopper.h"

#include "base/qr.h"
#include "base/time.h"
#include "order/order_return_http.h"
#include "order/order_till.h"
#include "staff/staff.h"

enum { ID_DIGITS_LEAST = 10, LOOKUPS = 20, LOOKUP_MS = 600000 };

/* ---- Who may see ------------------------------------------------------------- */

static bool may_do(struct ctx *c, enum right r, i64 place_id)
{
    return staff_may(c, r, place_id == NONE ? 0 : place_id) == ERR_OK;
}

static bool works_there(struct ctx *c, const struct order *o)
{
    const struct order_fulfilment *f = o->fulfilments.at;

    for (size_t k = 0; k < o->fulfilments.n; k++)
        if (staff_may(c, RIGHT_SELL, f[k].place_id) == ERR_OK) return true;
    return false;
}

/* Who reads customers' profiles reads their orders, wherever they lie. */
static bool may_see(struct ctx *c, const struct order *o)
{
    if (c->who.kind == WHO_SYSTEM) return true;
    if (c->who.kind == WHO_CUSTOMER) return o->customer_id == c->who.id;
    if (c->who.kind == WHO_NOBODY) return false;
    return works_there(c, o) || may_do(c, RIGHT_ORDER_READ, o->place_id) ||
           may_do(c, RIGHT_ORDER_WRITE, o->place_id) ||
           who_can(&c->who, RIGHT_CUSTOMER_READ);
}

/* Who changes one works where it lies, or has the right to; seeing is not enough. */
static enum err may_change(struct ctx *c, const struct order *o)
{
    if (c->who.kind == WHO_SYSTEM || c->who.kind == WHO_CUSTOMER) return ERR_OK;
    if (works_there(c, o)) return ERR_OK;
    return staff_may(c, RIGHT_ORDER_WRITE, o->place_id);
}

static bool is_id(const char *key)
{
    return strlen(key) >= ID_DIGITS_LEAST && strspn(key, "0123456789") == strlen(key);
}

/* The order that the path names, when the caller may see it; NOT_FOUND if not. */
static enum err named(struct ctx *c, const struct request *q, bool change, i64 *ret_id)
{
    const char *key = q->args[0];
    struct order o = { 0 };
    i64 id = 0;

    if (is_id(key))
        TRY(request_id_arg(c, q, 0, &id));
    else
        TRY(order_find(c, key, &id));
    if (is_id(key) || !order_token_read(key, ret_id)) {
        TRY(order_head(c, id, &o));
        TRY(order_read_fulfilments(c, &o));
        if (!may_see(c, &o)) return FAIL(c, NOT_FOUND, "no order %s", key);
        if (change) TRY(may_change(c, &o));
    }
    *ret_id = id;
    return ERR_OK;
}

static enum err seen(struct ctx *c, const struct request *q, i64 *ret_id)
{
    return named(c, q, false, ret_id);
}

enum err order_http_seen(struct ctx *c, const struct request *q, i64 *ret_id)
{
    return named(c, q, false, ret_id);
}

enum err order_http_held(struct ctx *c, const struct request *q, i64 *ret_id)
{
    return named(c, q, true, ret_id);
}

static enum err held(struct ctx *c, const struct request *q, i64 *ret_id)
{
    return named(c, q, true, ret_id);
}

/* The code is the buyer's proof at the counter: staff must be told it. */
static enum err show(struct ctx *c, i64 id, struct reply *r)
{
    const bool staff = c->who.kind == WHO_STAFF || c->who.kind == WHO_KEY;
    struct order *o = NEW(c->mem, struct order);

    TRY(order_get(c, id, o));
    struct order_fulfilment *f = o->fulfilments.at;
    if (staff) {
        o->token = NULL;
        TRY(order_buyer(c, o));
        for (size_t k = 0; k < o->fulfilments.n; k++) f[k].code = NULL;
    } else {
        TRY(order_may_extend(c, o, &o->extend_days));
    }
    r->private_ = true;
    return reply_with(r, 200, o);
}

enum err order_http_show(struct ctx *c, i64 id, struct reply *r)
{
    return show(c, id, r);
}

/* ---- Place and read ---------------------------------------------------------- */

/* Staff order for somebody else: who sells anywhere reserves in every shop for the
 * buyer in front of him, and sells at his own; or by the right to change orders. */
static enum err fill_in_staff(struct ctx *c, struct order_new *o)
{
    if (o->channel < 0) o->channel = CHANNEL_SHOP;
    o->basket_id = o->lines.n ? NONE : o->customer_id;
    if (may_do(c, RIGHT_ORDER_WRITE, o->place_id)) return ERR_OK;
    if (o->kind != ORDER_SALE && may_do(c, RIGHT_SELL, c->who.place_id)) return ERR_OK;
    return staff_may(c, RIGHT_SELL,
                     o->place_id == NONE ? c->who.place_id : o->place_id);
}

/* Who orders, and from which basket. */
static enum err fill_in(struct ctx *c, struct reply *r, struct order_new *o)
{
    struct basket_owner w;

    o->basket_id = NONE;
    if (c->who.kind == WHO_STAFF || c->who.kind == WHO_KEY) return fill_in_staff(c, o);
    if (o->channel < 0)
        o->channel = o->kind == ORDER_SALE ? CHANNEL_SHOP : CHANNEL_SITE;
    if (c->who.kind == WHO_SYSTEM) return ERR_OK;
    if (o->customer_id != NONE && o->customer_id != c->who.id)
        return FAIL_FIELD(c, DENIED, "customer_id", "staff alone order for others");
    TRY(basket_owner(c, o->lines.n ? NULL : r, &w));
    if (c->who.kind == WHO_CUSTOMER) {
        o->customer_id = c->who.id;
        if (w.guest_id) TRY(basket_join(c, w.guest_id, w.id));
    }
    o->basket_id = w.id ? w.id : NONE;
    return ERR_OK;
}

static enum err order_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct order_placed *placed = NEW(c->mem, struct order_placed);
    struct order_new o = *(const struct order_new *)q->body;

    TRY(fill_in(c, r, &o));
    TRY(order_place(c, &o, placed));
    r->location = arena_printf(c->mem, "/v1/order/%lld", placed->id);
    r->private_ = true;
    return reply_with(r, 201, placed);
}

/* A customer's list is his own.  Staff see a place's with SELL there, a person's
 * with CUSTOMER_READ, the chain's with ORDER_READ. */
static enum err may_list(struct ctx *c, struct order_filter *f)
{
    if (c->who.kind == WHO_SYSTEM || may_do(c, RIGHT_ORDER_READ, 0)) return ERR_OK;
    if (c->who.kind == WHO_CUSTOMER) {
        *f = (struct order_filter){ f->limit, f->after, NONE, c->who.id,
                                    f->state, NULL,     NULL };
        return ERR_OK;
    }
    if (c->who.kind == WHO_NOBODY) return FAIL(c, LOGIN, "log in first");
    if (f->number || f->customer_id != NONE || f->phone)
        return who_can(&c->who, RIGHT_CUSTOMER_READ)
                   ? ERR_OK
                   : FAIL(c, DENIED, "this needs the right \"customer_read\"");
    if (may_do(c, RIGHT_ORDER_READ, f->place_id)) return ERR_OK;
    return staff_may(c, RIGHT_SELL, f->place_id == NONE ? 0 : f->place_id);
}

/* A list of orders names their buyers and tells their phones. */
static enum err buyers_shown(struct ctx *c, const struct order_page *page)
{
    const struct order_row *o = page->items.at;
    i64 *ids = arena_raw(c->mem, (page->items.n + 1) * sizeof(*ids));

    for (size_t k = 0; k < page->items.n; k++) ids[k] = o[k].customer_id;
    return staff_people_shown(c, "order.list", ids, page->items.n);
}

static enum err list_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct order_filter f = *(const struct order_filter *)q->query;
    struct order_page *page = NEW(c->mem, struct order_page);

    TRY(may_list(c, &f));
    if (f.phone) TRY(customer_find(c, f.phone, &f.customer_id));
    TRY(order_list(c, &f, page));
    TRY(buyers_shown(c, page));
    r->private_ = true;
    return reply_with(r, 200, page);
}

static enum err one_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(seen(c, q, &id));
    return show(c, id, r);
}

/* For a guest without his link: number and phone together. */
static enum err lookup_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct order_lookup *l = q->body;
    struct order o = { 0 };
    i64 id = 0, customer_id = 0;

    TRY(staff_limit(c, arena_printf(c->mem, "order.lookup:%s", q->ip), LOOKUPS,
                    LOOKUP_MS));
    const enum err e = order_find(c, l->number, &id),
                   who = customer_find(c, l->phone, &customer_id);
    if (!e) TRY(order_head(c, id, &o));
    if (e || who || o.customer_id != customer_id)
        return FAIL(c, NOT_FOUND, "no order %s of this customer", l->number);
    return show(c, id, r);
}

static enum err qr_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct order o = { 0 };
    const char *svg;
    size_t n;
    i64 id = 0;

    TRY(seen(c, q, &id));
    if (c->who.kind == WHO_STAFF) return FAIL(c, DENIED, "the code is the buyer's");
    TRY(order_get(c, id, &o));
    const struct order_fulfilment *f = order_fulfilment_at(&o, o.place_id);
    if (!f || !f->code)
        return FAIL(c, NOT_FOUND, "order %s is not ready to be fetched", o.number);
    TRY(qr_svg(c, arena_printf(c->mem, "%s/%s", o.number, f->code), &svg, &n));
    r->private_ = true;
    return reply_text(r, "image/svg+xml", svg, n);
}

static enum err live_get(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(seen(c, q, &id));
    r->status = 200;
    r->live = arena_printf(c->mem, "order:%lld", id);
    return ERR_OK;
}

static enum err place_live_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct order_place_query *p = q->query;
    const i64 place_id = p->place_id == NONE ? c->who.place_id : p->place_id;

    TRY(staff_may(c, RIGHT_SELL, place_id));
    r->status = 200;
    r->live = arena_printf(c->mem, "orders:%lld", place_id);
    return ERR_OK;
}

/* ---- Change ------------------------------------------------------------------ */

static enum err line_arg(struct ctx *c, const struct request *q, i64 *ret_id,
                         i64 *ret_line_no)
{
    TRY(held(c, q, ret_id));
    return request_id_arg(c, q, 1, ret_line_no);
}

static enum err cancel_post(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct order_why *w = q->body;
    i64 id = 0;

    TRY(held(c, q, &id));
    TRY(order_cancel(c, id, w->why));
    return show(c, id, r);
}

static enum err line_cancel_post(struct ctx *c, const struct request *q,
                                 struct reply *r)
{
    const struct order_why *w = q->body;
    i64 id = 0, line_no = 0;

    TRY(line_arg(c, q, &id, &line_no));
    TRY(order_line_cancel(c, id, line_no, w->qty, w->why));
    return show(c, id, r);
}

static enum err extend_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(held(c, q, &id));
    TRY(order_extend(c, id, ((const struct order_days *)q->body)->days));
    return show(c, id, r);
}

static enum err place_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(held(c, q, &id));
    TRY(order_change_place(c, id, ((const struct order_at_place *)q->body)->place_id));
    return show(c, id, r);
}

static enum err payment_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(held(c, q, &id));
    TRY(order_pay(c, id, q->body));
    return show(c, id, r);
}

/* ---- In the shop ------------------------------------------------------------- */

static enum err picking_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct order_place_query *p = q->query;
    struct order_items *page = NEW(c->mem, struct order_items);

    TRY(order_picking(c, p->place_id == NONE ? c->who.place_id : p->place_id, p->state,
                      &page->items));
    r->private_ = true;
    return reply_with(r, 200, page);
}

static enum err pick_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(held(c, q, &id));
    TRY(order_pick_start(c, id, ((const struct order_at_place *)q->body)->place_id));
    return show(c, id, r);
}

static enum err picked_put(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0, line_no = 0;

    TRY(line_arg(c, q, &id, &line_no));
    TRY(order_pick_line(c, id, line_no,
                        ((const struct order_picked *)q->body)->picked_qty));
    return show(c, id, r);
}

static enum err short_post(struct ctx *c, const struct request *q, struct reply *r)
{
    struct order_short_pick s = *(const struct order_short_pick *)q->body;
    i64 id = 0;

    TRY(line_arg(c, q, &id, &s.line_no));
    TRY(order_pick_short(c, id, &s));
    return show(c, id, r);
}

static enum err ready_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(held(c, q, &id));
    TRY(order_ready(c, id, q->body));
    return show(c, id, r);
}

static enum err by_code_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct order_place_query *p = q->query;
    i64 id = 0;

    TRY(order_by_code(c, p->place_id == NONE ? c->who.place_id : p->place_id, p->code,
                      &id));
    return show(c, id, r);
}

static enum err handover_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(order_handover(c, q->body, &id));
    return show(c, id, r);
}

/* The same with the order in the address: then the code must be this order's. */
static enum err one_handover_post(struct ctx *c, const struct request *q,
                                  struct reply *r)
{
    const struct order_handover *h = q->body;
    i64 id = 0, of_code = 0;

    TRY(held(c, q, &id));
    TRY(order_by_code(c, h->place_id, h->code, &of_code));
    if (id != of_code)
        return FAIL_FIELD(c, NOT_FOUND, "code", "this code is another order's");
    return handover_post(c, q, r);
}

static enum err ship_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(held(c, q, &id));
    TRY(order_ship(c, id, q->body));
    return show(c, id, r);
}

static enum err delivered_post(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id = 0;

    TRY(held(c, q, &id));
    TRY(order_delivered(c, id, q->body));
    return show(c, id, r);
}

/* ---- Slots ------------------------------------------------------------------- */

static enum err slot_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct order_items *page = NEW(c->mem, struct order_items);

    TRY(order_slots(c, ((const struct order_slot *)q->query)->region_id, &page->items));
    return reply_with(r, 200, page);
}

static enum err slot_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct order_slot *s = q->body;

    TRY(order_slot_put(c, s));
    TRY(staff_audit(c, "order.slot_put", s->region_id, NULL));
    return reply_empty(r);
}

/* clang-format off */
const struct route order_routes[] = {
    { "POST", "/v1/order", order_post, RIGHT_ANYONE, WRITES,
      .in = &order_new_shape, .out = &order_placed_shape,
      .doc = "Place an order, or write a sale at the till.",
      .example = "{\"kind\":\"pickup\",\"place_id\":\"{place}\",\"name\":\"Анна Иванова\",\"phone\":\"+7 916 123-45-67\",\"lines\":[{\"variant_id\":\"{variant}\",\"qty\":1}]}" },
    { "GET", "/v1/order", list_get, RIGHT_ANYONE, READS,
      .query = &order_filter_shape, .out = &order_page_shape,
      .flags = ROUTE_EXPORT | ROUTE_PEOPLE,
      .doc = "A customer's own orders; for staff those of a place, a customer or the chain." },
    { "POST", "/v1/order/lookup", lookup_post, RIGHT_ANYONE, WRITES,
      .in = &order_lookup_shape, .out = &order_shape,
      .doc = "A guest's order by its number and the phone it was ordered with." },
    { "GET", "/v1/order/picking", picking_get, RIGHT_SELL, READS,
      .query = &order_place_query_shape, .out = &order_picking_shape,
      .doc = "What a place has to pick, the first promised first." },
    { "GET", "/v1/order/live", place_live_get, RIGHT_SELL, READS,
      .query = &order_place_query_shape, .flags = ROUTE_LIVE,
      .doc = "Changes of a place's orders as they happen." },
    { "GET", "/v1/order/slot", slot_get, RIGHT_ANYONE, READS,
      .query = &order_region_shape, .out = &order_slots_shape,
      .doc = "When a delivery can come." },
    { "PUT", "/v1/order/slot", slot_put, RIGHT_ORDER_WRITE, WRITES,
      .in = &order_slot_new_shape,
      .doc = "Make a slot, or change its end and capacity." },
    { "GET", "/v1/order/handover", by_code_get, RIGHT_SELL, READS,
      .query = &order_place_query_shape, .out = &order_shape,
      .doc = "Which order a pick-up code is for, before it is handed over." },
    { "POST", "/v1/order/handover", handover_post, RIGHT_SELL, WRITES,
      .in = &order_handover_shape, .out = &order_shape,
      .doc = "Hand over by code or QR: serial numbers, and money when it is not paid yet." },
    { "GET", "/v1/order/promise", promise_get, RIGHT_ANYONE, READS,
      .query = &order_promise_ask_shape, .out = &order_promise_shape,
      .doc = "If it were ordered now: ready by when in these shops, brought when in this region." },
    { "GET", "/v1/order/bought", bought_get, RIGHT_CUSTOMER, READS,
      .query = &order_bought_ask_shape, .out = &order_bought_shape,
      .doc = "What I have bought in any channel, with serial numbers and the end of the warranty." },
    { "GET", "/v1/order/{order}", one_get, RIGHT_ANYONE, READS,
      .out = &order_shape,
      .doc = "An order whole: by id (its customer, staff) or by the token of its link." },
    { "GET", "/v1/order/{order}/qr.svg", qr_get, RIGHT_ANYONE, READS,
      .doc = "The pick-up code as a QR picture, for the buyer." },
    { "GET", "/v1/order/{order}/qr", qr_get, RIGHT_ANYONE, READS,
      .doc = "The same picture at an address without an ending." },
    { "GET", "/v1/order/{order}/live", live_get, RIGHT_ANYONE, READS,
      .flags = ROUTE_LIVE,
      .doc = "Changes of this order as they happen." },
    { "GET", "/v1/order/{order}/receipt", receipt_get, RIGHT_ANYONE, READS,
      .out = &order_receipt_shape,
      .doc = "What was handed over, with VAT by rate, serial numbers and payments." },
    { "GET", "/v1/order/{order}/calendar.ics", calendar_get, RIGHT_ANYONE, READS,
      .doc = "The order as an event for a calendar: fetch it, or be at home." },
    { "POST", "/v1/order/{order}/cancel", cancel_post, RIGHT_ANYONE, WRITES,
      .in = &order_why_shape, .out = &order_shape,
      .doc = "Cancel what is not handed over; staff say why." },
    { "POST", "/v1/order/{order}/line/{line}/cancel", line_cancel_post, RIGHT_ANYONE, WRITES,
      .in = &order_why_shape, .out = &order_shape,
      .doc = "Cancel a line or part of it." },
    { "POST", "/v1/order/{order}/extend", extend_post, RIGHT_ANYONE, WRITES,
      .in = &order_days_shape, .out = &order_shape,
      .doc = "Keep it longer: the customer once, staff as often as they like." },
    { "POST", "/v1/order/{order}/place", place_post, RIGHT_ANYONE, WRITES,
      .in = &order_at_place_shape, .out = &order_shape,
      .doc = "Fetch it at another shop." },
    { "POST", "/v1/order/{order}/payment", payment_post, RIGHT_SELL, WRITES,
      .in = &order_payment_new_shape, .out = &order_shape,
      .doc = "Write down money that came; never more than is owed." },
    { "POST", "/v1/order/{order}/pick", pick_post, RIGHT_SELL, WRITES,
      .in = &order_at_place_shape, .out = &order_shape,
      .doc = "Take the list: somebody picks it." },
    { "PUT", "/v1/order/{order}/line/{line}/picked", picked_put, RIGHT_SELL, WRITES,
      .in = &order_picked_shape, .out = &order_shape,
      .doc = "How many pieces of a line are in the parcel." },
    { "POST", "/v1/order/{order}/line/{line}/short", short_post, RIGHT_SELL, WRITES,
      .in = &order_short_shape, .out = &order_shape,
      .doc = "Pieces that the book has and the shelf has not." },
    { "POST", "/v1/order/{order}/ready", ready_post, RIGHT_SELL, WRITES,
      .in = &order_at_place_shape, .out = &order_shape,
      .doc = "The parcel is packed: the customer gets his code." },
    { "POST", "/v1/order/{order}/handover", one_handover_post, RIGHT_SELL, WRITES,
      .in = &order_handover_shape, .out = &order_shape,
      .doc = "Hand over this order by its code." },
    { "POST", "/v1/order/{order}/ship", ship_post, RIGHT_SELL, WRITES,
      .in = &order_handover_shape, .out = &order_shape,
      .doc = "The courier has it." },
    { "POST", "/v1/order/{order}/delivered", delivered_post, RIGHT_SELL, WRITES,
      .in = &order_handover_shape, .out = &order_shape,
      .doc = "The customer has it, and paid what was owed." },

    { "POST", "/v1/order/parked", parked_http_post, RIGHT_SELL, WRITES,
      .in = &parked_new_shape, .out = &parked_shape,
      .doc = "Put a receipt by: this or another till of the shop goes on with it until closing time.",
      .example = "{\"place_id\":\"{place}\",\"total_minor\":100000,\"lines\":[{\"variant_id\":\"{variant}\",\"qty\":1}]}" },
    { "GET", "/v1/order/parked", parked_http_list, RIGHT_SELL, READS,
      .query = &till_place_shape, .out = &parked_page_shape,
      .doc = "Receipts that wait at a place: who put them by, and when." },
    { "POST", "/v1/order/parked/{parked}/take", parked_http_take, RIGHT_SELL, WRITES,
      .out = &parked_shape,
      .doc = "Go on with it: one till gets it, a second one `gone`." },
    { "GET", "/v1/order/my-day", my_day_http, RIGHT_SELL, READS,
      .query = &till_place_shape, .out = &my_day_shape,
      .doc = "What the caller did today by the shop's clock, beside his own last four same weekdays until this hour." },
    { "GET", "/v1/order/returnable", return_http_look, RIGHT_SELL, READS,
      .query = &return_ask_shape, .out = &return_look_shape,
      .doc = "A sold order by receipt, QR or serial number: what can come back, and which rules speak against it (audited)." },
    { "POST", "/v1/order/{order}/return", return_http_post, RIGHT_SELL, WRITES,
      .in = &return_new_shape, .out = &return_shape,
      .doc = "Goods come back: to the shelf or aside, and money goes back as it was paid." },
    { "GET", "/v1/order/return/{return}", return_http_get, RIGHT_SELL, READS,
      .out = &return_shape,
      .doc = "One return, for its slip." },
    { "POST", "/v1/order/return/{return}/undo", return_http_undo, RIGHT_SELL, WRITES,
      .out = &return_shape,
      .doc = "The return was a mistake: goods and money as before; for some minutes." },

    { "GET", "/v1/basket", basket_http_get, RIGHT_ANYONE, READS,
      .out = &basket_shape,
      .doc = "The caller's basket: prices of now, availability at the chosen shop." },
    { "POST", "/v1/basket", basket_http_add, RIGHT_ANYONE, WRITES,
      .in = &basket_set_shape, .out = &basket_shape,
      .doc = "Put so many more pieces in.",
      .example = "{\"variant_id\":\"{variant}\",\"qty\":1}" },
    { "PUT", "/v1/basket", basket_http_put, RIGHT_ANYONE, WRITES,
      .in = &basket_change_shape, .out = &basket_shape,
      .doc = "Set quantities, the shop, the region, the way of delivery.",
      .example = "{\"lines\":[{\"variant_id\":\"{variant}\",\"qty\":2}],\"place_id\":\"{place}\"}" },
    { "DELETE", "/v1/basket", basket_http_drop, RIGHT_ANYONE, WRITES,
      .query = &basket_which_shape, .out = &basket_shape,
      .doc = "Take out a line, or all." },
    { "PUT", "/v1/basket/line/{variant}", basket_http_line, RIGHT_ANYONE, WRITES,
      .in = &basket_qty_shape, .out = &basket_shape,
      .doc = "Set the quantity of one line." },
    { "DELETE", "/v1/basket/line/{variant}", basket_http_line_drop, RIGHT_ANYONE, WRITES,
      .out = &basket_shape,
      .doc = "Take out one line." },
    { "POST", "/v1/basket/checkout", basket_http_checkout, RIGHT_ANYONE, WRITES,
      .in = &basket_change_shape, .out = &basket_shape,
      .doc = "Begin checkout: the goods are held for a quarter of an hour, longer with every change." },
    { "DELETE", "/v1/basket/checkout", basket_http_leave, RIGHT_ANYONE, WRITES,
      .out = &basket_shape,
      .doc = "Leave checkout: the goods are free at once." },

    { "GET", "/v1/customer/{customer}/basket", basket_http_of, RIGHT_SELL, READS,
      .out = &basket_shape,
      .doc = "A customer's basket, to go on with it at the till (audited)." },
    ROUTE_END
};
/* clang-format on */
