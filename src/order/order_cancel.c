/* Orders that end otherwise: cancelled, not fetched in time, taken elsewhere. */
#include "base/time.h"
#include "order/order_own.h"

enum {
    REDUCE,
    TOTAL,
    BACK,
    SERIALS,
    SERIALS_DROP,
    DUE,
    DEADLINE,
    EXTENDED,
    PLACE,
    FULFIL_AT,
    LINES_TO,
    ORDER_TO,
    REMINDED
};

/* clang-format off */
const struct query order_cancel_sql[] = {
    [REDUCE] = { "order.line_reduce",
        "UPDATE order_line SET qty = qty - $4,"
        "       picked_qty = CASE WHEN picked_qty > qty - $4 THEN qty - $4 ELSE picked_qty END"
        " WHERE customer_id = $1 AND order_id = $2 AND line_no = $3 AND qty - done_qty >= $4" },

    [TOTAL] = { "order.total_reduce",
        "UPDATE order_order SET total_minor = total_minor - $3 WHERE customer_id = $1 AND id = $2" },

    [BACK] = { "order.lines_back",
        "UPDATE order_line SET done_qty = 0"
        " WHERE customer_id = $1 AND order_id = $2 AND place_id = $3" },

    [SERIALS] = { "order.line_serials",
        "SELECT line_no, serial FROM order_serial"
        " WHERE customer_id = $1 AND order_id = $2 ORDER BY line_no, serial" },

    [SERIALS_DROP] = { "order.serial_back",
        "DELETE FROM order_serial WHERE customer_id = $1 AND order_id = $2 AND line_no = $3" },

    [DUE] = { "order.due",
        "SELECT order_id, place_id FROM order_fulfilment"
        " WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT 200" },

    [DEADLINE] = { "order.deadline",
        "UPDATE order_fulfilment SET deadline_at = $3, due_at = $4"
        " WHERE place_id = $1 AND order_id = $2" },

    [EXTENDED] = { "order.extended",
        "UPDATE order_order SET deadline_at = $3, extended = extended + $4"
        " WHERE customer_id = $1 AND id = $2 AND extended < $5" },

    [PLACE] = { "order.place_takes",
        "SELECT active, can_pickup, can_reserve FROM pub_place_place WHERE id = $1" },

    [FULFIL_AT] = { "order.fulfilment_at",
        "INSERT INTO order_fulfilment (place_id, order_id, customer_id, kind, state, promised_at,"
        " deadline_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (place_id, order_id) DO UPDATE SET state = excluded.state,"
        "   promised_at = excluded.promised_at, deadline_at = excluded.deadline_at,"
        "   due_at = excluded.due_at, done_at = NULL, ready_at = NULL" },

    [LINES_TO] = { "order.lines_to",
        "UPDATE order_line SET place_id = $3, picked_qty = 0"
        " WHERE customer_id = $1 AND order_id = $2" },

    [ORDER_TO] = { "order.order_to",
        "UPDATE order_order SET place_id = $3, promised_at = $4, deadline_at = $5"
        " WHERE customer_id = $1 AND id = $2" },

    [REMINDED] = { "order.reminded",
        "UPDATE order_fulfilment SET due_at = deadline_at WHERE place_id = $1 AND order_id = $2" },
    QUERY_END
};
/* clang-format on */

#define Q order_cancel_sql

static const i64 unlimited = 1000000;

/* ---- Lines and goods --------------------------------------------------------- */

enum err order_line_reduce(struct ctx *c, struct order *o, struct order_line *l,
                           i64 qty)
{
    const i64 less_minor = qty * l->price_minor;
    i64 n;

    TRY(order_refund_to(c, o, o->total_minor - less_minor));
    TRY(db_exec(c, &Q[REDUCE], &n, o->customer_id, o->id, l->line_no, qty));
    if (!n)
        return FAIL_FIELD(c, WRONG_STATE, "qty", "line %lld has %lld left, not %lld",
                          l->line_no, l->qty - l->done_qty, qty);
    TRY(db_exec(c, &Q[TOTAL], NULL, o->customer_id, o->id, less_minor));
    l->qty -= qty;
    l->sum_minor -= less_minor;
    o->total_minor -= less_minor;
    return ERR_OK;
}

static enum err free_line(struct ctx *c, const struct order *o,
                          const struct order_line *l, i64 qty)
{
    return stock_hold_reduce(c, OWNER_ORDER, o->id, l->place_id, l->variant_id, qty);
}

static enum err free_place(struct ctx *c, const struct order *o, i64 place_id)
{
    const struct order_line *l = o->lines.at;

    for (size_t k = 0; k < o->lines.n; k++)
        if (l[k].place_id == place_id && l[k].qty > l[k].done_qty)
            TRY(free_line(c, o, &l[k], l[k].qty - l[k].done_qty));
    return ERR_OK;
}

static enum err back_moves(struct ctx *c, const struct order *o, i64 place_id,
                           struct list *ret)
{
    struct stock_move m = {
        .place_id = place_id, .reason = MOVE_RETURN, .doc_id = o->id, .at = NONE
    };
    i64 line_no;
    ROWS r;

    TRY(db_rows(c, &r, &Q[SERIALS], o->customer_id, o->id));
    m.qty = 1;
    while (db_next(&r, INTO(&line_no, &m.serial))) {
        struct order_line *l = order_line_at(o, line_no);
        if (!l || l->place_id != place_id) continue;
        m.variant_id = l->variant_id;
        m.line_no = line_no;
        l->done_qty--;
        *(struct stock_move *)list_add(c->mem, ret, sizeof(m)) = m;
    }
    return r.err;
}

/* What the courier brings back stands on the shelf again, serial by serial. */
static enum err goods_return(struct ctx *c, const struct order *o, i64 place_id)
{
    struct order_line *l = o->lines.at;
    struct list moves = { 0 };

    TRY(back_moves(c, o, place_id, &moves));
    for (size_t k = 0; k < o->lines.n; k++) {
        if (l[k].place_id != place_id || l[k].done_qty <= 0) continue;
        *(struct stock_move *)list_add(c->mem, &moves, sizeof(struct stock_move)) =
            (struct stock_move){ .place_id = place_id,
                                 .variant_id = l[k].variant_id,
                                 .qty = l[k].done_qty,
                                 .reason = MOVE_RETURN,
                                 .doc_id = o->id,
                                 .line_no = l[k].line_no,
                                 .at = NONE };
        l[k].done_qty = 0;
    }
    TRY(stock_move(c, &(struct stock_take){ moves.at, moves.n, false, -1, 0 }));
    for (size_t k = 0; k < o->lines.n; k++)
        if (l[k].place_id == place_id)
            TRY(db_exec(c, &Q[SERIALS_DROP], NULL, o->customer_id, o->id,
                        l[k].line_no));
    return db_exec(c, &Q[BACK], NULL, o->customer_id, o->id, place_id);
}

static enum err give_up(struct ctx *c, struct order *o, struct order_fulfilment *f)
{
    const bool shipped = f->state == FULFIL_SHIPPED;

    TRY(order_fulfil_to(c, o, f, FULFIL_CANCELLED));
    return shipped ? goods_return(c, o, f->place_id) : free_place(c, o, f->place_id);
}

enum err order_nothing_left(struct ctx *c, struct order *o)
{
    TRY(order_refund_to(c, o, 0));
    return order_slot_free(c, o->region_id, o->slot_id);
}

/* ---- The whole order --------------------------------------------------------- */

/* Of an order that was handed over in part, what is given up leaves the bill. */
static enum err strike_rest(struct ctx *c, struct order *o)
{
    struct order_line *l = o->lines.at;

    for (size_t k = 0; k < o->lines.n; k++)
        if (l[k].qty > l[k].done_qty)
            TRY(order_line_reduce(c, o, &l[k], l[k].qty - l[k].done_qty));
    return order_settle_state(c, o);
}

static bool handed_over(const struct order *o)
{
    const struct order_fulfilment *f = o->fulfilments.at;

    for (size_t k = 0; k < o->fulfilments.n; k++)
        if (f[k].state == FULFIL_HANDED_OVER) return true;
    return false;
}

enum err order_close(struct ctx *c, struct order *o, int to, const char *why)
{
    struct order_fulfilment *f = o->fulfilments.at;
    const struct order_fact fact = {
        .event = to == ORDER_EXPIRED ? "order.expired" : "order.cancelled",
        .what = to == ORDER_EXPIRED ? "expired" : "cancelled",
        .why = why,
    };

    if (!order_may_move(o->state, to))
        return FAIL(c, WRONG_STATE, "order %s is %s and cannot become %s", o->number,
                    order_state_words[o->state], order_state_words[to]);
    const bool some_is_gone = handed_over(o);
    for (size_t k = 0; k < o->fulfilments.n; k++)
        if (fulfil_is_open(f[k].state)) TRY(give_up(c, o, &f[k]));
    if (some_is_gone) {
        TRY(strike_rest(c, o));
    } else {
        TRY(order_state_to(c, o, to));
        TRY(order_nothing_left(c, o));
    }
    return order_tell(c, o, &fact);
}

/* Staff say why; a customer cannot call back what is on the road. */
static enum err check_cancel(struct ctx *c, const struct order *o, const char *why)
{
    const bool staff = c->who.kind == WHO_STAFF || c->who.kind == WHO_KEY;

    if (staff && (!why || !*why))
        return FAIL_FIELD(c, BAD_ARGUMENT, "why", "staff give a reason");
    if (!staff && o->state == ORDER_SHIPPED)
        return FAIL(c, WRONG_STATE, "order %s is on its way", o->number);
    return ERR_OK;
}

enum err order_cancel(struct ctx *c, i64 order_id, const char *why)
{
    struct order o = { 0 };

    TRY(order_take(c, order_id, &o));
    TRY(check_cancel(c, &o, why));
    return order_close(c, &o, ORDER_CANCELLED, why);
}

static i64 pieces_left(const struct order *o, i64 place_id)
{
    const struct order_line *l = o->lines.at;
    i64 sum = 0;

    for (size_t k = 0; k < o->lines.n; k++)
        if (!place_id || l[k].place_id == place_id) sum += l[k].qty;
    return sum;
}

enum err order_line_cancel(struct ctx *c, i64 order_id, i64 line_no, i64 qty,
                           const char *why)
{
    struct order o = { 0 };

    TRY(order_take(c, order_id, &o));
    TRY(check_cancel(c, &o, why));
    struct order_line *l = order_line_at(&o, line_no);
    if (!l) return FAIL(c, NOT_FOUND, "order %s has no line %lld", o.number, line_no);
    struct order_fulfilment *f = order_fulfilment_at(&o, l->place_id);
    if (!f || !fulfil_is_open(f->state) || f->state == FULFIL_SHIPPED)
        return FAIL(c, WRONG_STATE, "line %lld of order %s is %s", line_no, o.number,
                    f ? fulfil_state_words[f->state] : "gone");
    if (qty == NONE) qty = l->qty;
    if (qty < 1 || qty > l->qty)
        return FAIL_FIELD(c, BAD_ARGUMENT, "qty", "line %lld is of %lld, not %lld",
                          line_no, l->qty, qty);
    if (pieces_left(&o, 0) == qty) return order_close(c, &o, ORDER_CANCELLED, why);
    TRY(free_line(c, &o, l, qty));
    TRY(order_line_reduce(c, &o, l, qty));
    if (!pieces_left(&o, l->place_id)) TRY(order_fulfil_to(c, &o, f, FULFIL_CANCELLED));
    TRY(order_settle_state(c, &o));
    return order_tell(c, &o,
                      &(struct order_fact){ .event = "order.changed",
                                            .what = "line_cancelled",
                                            .why = why,
                                            .place_id = l->place_id,
                                            .variant_id = l->variant_id,
                                            .qty = qty });
}

/* ---- Deadlines --------------------------------------------------------------- */

i64 order_due_at(struct ctx *c, const struct order_fulfilment *f)
{
    struct setting_scope s = { .place_id = f->place_id };

    if (f->deadline_at == NONE) return NONE;
    if (place_scope(c, f->place_id, &s)) c->fault = (struct fault){ 0 };
    const i64 remind_at =
        f->deadline_at - setting_int(c, "order.remind_hours", s) * HOUR_MS;
    return remind_at > c->now ? remind_at : f->deadline_at;
}

enum err order_dues(struct ctx *c, struct list *ret)
{
    struct order_due d;
    ROWS r;

    TRY(db_rows(c, &r, &Q[DUE], c->now));
    while (db_next(&r, INTO(&d.order_id, &d.place_id)))
        *(struct order_due *)list_add(c->mem, ret, sizeof(d)) = d;
    return r.err;
}

enum err order_look_at(struct ctx *c, i64 order_id, i64 place_id)
{
    struct order o = { 0 };

    TRY(order_take(c, order_id, &o));
    struct order_fulfilment *f = order_fulfilment_at(&o, place_id);
    if (!f || !fulfil_is_open(f->state) || f->deadline_at == NONE) return ERR_OK;
    if (f->deadline_at <= c->now)
        return order_close(c, &o, ORDER_EXPIRED, "not fetched in time");
    TRY(db_exec(c, &Q[REMINDED], NULL, place_id, order_id));
    return order_tell(c, &o,
                      &(struct order_fact){ .event = "order.reminded",
                                            .what = "reminded",
                                            .place_id = place_id });
}

enum err order_extend(struct ctx *c, i64 order_id, i64 days)
{
    const bool staff = c->who.kind == WHO_STAFF || c->who.kind == WHO_KEY;
    struct order o = { 0 };
    struct setting_scope s;
    i64 until_at, n;

    TRY(order_take(c, order_id, &o));
    struct order_fulfilment *f = order_fulfilment_at(&o, o.place_id);
    if (!f || !fulfil_is_open(f->state) || f->deadline_at == NONE)
        return FAIL(c, WRONG_STATE, "order %s has no deadline", o.number);
    TRY(place_scope(c, o.place_id, &s));
    if (!staff && days > setting_int(c, "order.pickup_days", s))
        return FAIL_FIELD(c, BAD_ARGUMENT, "days", "at most %lld days",
                          setting_int(c, "order.pickup_days", s));
    TRY(place_day_end(c, o.place_id, f->deadline_at, days, &until_at));
    TRY(db_exec(c, &Q[EXTENDED], &n, o.customer_id, o.id, until_at, !staff,
                staff ? unlimited : setting_int(c, "order.extend_max", s)));
    if (!n) return FAIL(c, WRONG_STATE, "order %s was put off already", o.number);
    f->deadline_at = o.deadline_at = until_at;
    TRY(db_exec(c, &Q[DEADLINE], NULL, f->place_id, o.id, until_at,
                order_due_at(c, f)));
    return order_tell(c, &o,
                      &(struct order_fact){ .event = "order.changed",
                                            .what = "extended",
                                            .place_id = f->place_id });
}

enum err order_may_extend(struct ctx *c, const struct order *o, i64 *ret_days)
{
    const struct order_fulfilment *f = order_fulfilment_at(o, o->place_id);
    struct setting_scope s;

    *ret_days = NONE;
    if (!f || !fulfil_is_open(f->state) || f->deadline_at == NONE) return ERR_OK;
    TRY(place_scope(c, o->place_id, &s));
    const i64 days = setting_int(c, "order.pickup_days", s);
    if (o->extended < setting_int(c, "order.extend_max", s) && days > 0)
        *ret_days = days;
    return ERR_OK;
}

/* ---- Another shop ------------------------------------------------------------ */

static enum err check_place(struct ctx *c, const struct order *o, i64 place_id)
{
    bool active, can_pickup, can_reserve;
    const enum err e =
        db_one(c, &Q[PLACE], INTO(&active, &can_pickup, &can_reserve), place_id);

    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, NO_SUCH, "place_id", "no place %lld", place_id);
    TRY(e);
    if (active && (o->kind == ORDER_PICKUP ? can_pickup : can_reserve)) return ERR_OK;
    return FAIL_FIELD(c, WRONG_STATE, "place_id", "place %lld does no %s", place_id,
                      order_kind_words[o->kind]);
}

static enum err hold_at(struct ctx *c, const struct order *o, i64 place_id)
{
    const struct order_line *l = o->lines.at;
    struct list holds = { 0 };

    for (size_t k = 0; k < o->lines.n; k++)
        if (l[k].qty > 0)
            *(struct stock_hold *)list_add(c->mem, &holds, sizeof(struct stock_hold)) =
                (struct stock_hold){ place_id, l[k].variant_id, OWNER_ORDER,
                                     o->id,    l[k].qty,        NONE };
    return stock_hold_open(c, holds.at, holds.n);
}

enum err order_change_place(struct ctx *c, i64 order_id, i64 place_id)
{
    struct order o = { 0 };
    struct setting_scope s;
    i64 promised_at;

    TRY(order_take(c, order_id, &o));
    struct order_fulfilment *f = order_fulfilment_at(&o, o.place_id);
    if (o.kind > ORDER_RESERVE || !f || f->state > FULFIL_SHORT)
        return FAIL(c, WRONG_STATE, "order %s is %s and stays where it is", o.number,
                    order_state_words[o.state]);
    if (place_id == o.place_id) return ERR_OK;
    TRY(check_place(c, &o, place_id));
    TRY(place_scope(c, place_id, &s));
    TRY(place_open_time(c, place_id, c->now, setting_int(c, "order.ready_open_min", s),
                        &promised_at));
    TRY(hold_at(c, &o, place_id));
    TRY(free_place(c, &o, o.place_id));
    const i64 deadline_at = f->deadline_at;
    TRY(order_fulfil_to(c, &o, f, FULFIL_CANCELLED));
    order_live(c, &o, o.place_id);
    *f = (struct order_fulfilment){ .place_id = place_id,
                                    .state = FULFIL_PLANNED,
                                    .promised_at = promised_at,
                                    .ready_at = NONE,
                                    .done_at = NONE,
                                    .deadline_at = deadline_at };
    TRY(db_exec(c, &Q[FULFIL_AT], NULL, place_id, o.id, o.customer_id, o.kind, f->state,
                promised_at, deadline_at, order_due_at(c, f)));
    TRY(db_exec(c, &Q[LINES_TO], NULL, o.customer_id, o.id, place_id));
    TRY(db_exec(c, &Q[ORDER_TO], NULL, o.customer_id, o.id, place_id, promised_at,
                deadline_at));
    o.place_id = place_id;
    TRY(order_settle_state(c, &o));
    return order_tell(c, &o,
                      &(struct order_fact){ .event = "order.changed",
                                            .what = "place_changed",
                                            .place_id = place_id });
}
