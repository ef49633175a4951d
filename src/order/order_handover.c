/* Goods and customer meet: at the till by code, or at the door. */
#include "order/order_own.h"
#include "staff/staff.h"

enum { BY_CODE, LINE_DONE, SERIAL };

/* clang-format off */
const struct query order_handover_sql[] = {
    [BY_CODE] = { "order.by_code",
        "SELECT order_id FROM order_fulfilment"
        " WHERE place_id = $1 AND code = $2 AND code IS NOT NULL" },

    [LINE_DONE] = { "order.line_done",
        "UPDATE order_line SET done_qty = qty, picked_qty = qty"
        " WHERE customer_id = $1 AND order_id = $2 AND place_id = $3" },

    [SERIAL] = { "order.serial_out",
        "INSERT INTO order_serial (customer_id, order_id, line_no, serial) VALUES ($1, $2, $3, $4)" },
    QUERY_END
};
/* clang-format on */

#define Q order_handover_sql

static bool serial_is_of(const struct order_serial_new *s, const struct order_line *l)
{
    if (s->line_no > 0) return s->line_no == l->line_no;
    return s->variant_id == l->variant_id;
}

/* One move for a line of things that are all alike, one for each piece that has a
 * serial number. */
static enum err line_moves(struct ctx *c, const struct order *o,
                           const struct order_line *l, const struct list *serials,
                           struct list *moves)
{
    const struct order_serial_new *s = serials ? serials->at : NULL;
    struct stock_move m = { .place_id = l->place_id,
                            .variant_id = l->variant_id,
                            .qty = -l->qty,
                            .reason = MOVE_HANDOVER,
                            .doc_id = o->id,
                            .line_no = l->line_no,
                            .at = NONE };
    i64 left = l->qty;

    if (!l->unit_tracked || !serials) {
        *(struct stock_move *)list_add(c->mem, moves, sizeof(m)) = m;
        return ERR_OK;
    }
    m.qty = -1;
    for (size_t k = 0; k < serials->n && left > 0; k++) {
        if (!serial_is_of(&s[k], l)) continue;
        m.serial = s[k].serial;
        *(struct stock_move *)list_add(c->mem, moves, sizeof(m)) = m;
        left--;
    }
    if (!left) return ERR_OK;
    return FAIL_FIELD(c, BAD_ARGUMENT, "serials",
                      "%s needs %lld serial numbers, %lld are missing", l->sku, l->qty,
                      left);
}

static enum err note_serials(struct ctx *c, const struct order *o,
                             const struct list *moves)
{
    const struct stock_move *m = moves->at;

    for (size_t k = 0; k < moves->n; k++)
        if (m[k].serial)
            TRY(db_exec(c, &Q[SERIAL], NULL, o->customer_id, o->id, m[k].line_no,
                        stock_serial_norm(c->mem, m[k].serial)));
    return ERR_OK;
}

/* Lines of one variant share the serials: those that went out are not asked again. */
static void drop_used(struct list *serials, const struct list *moves, size_t from)
{
    const struct stock_move *m = moves->at;
    struct order_serial_new *s = serials->at;

    for (size_t k = from; k < moves->n; k++)
        for (size_t j = 0; j < serials->n; j++)
            if (m[k].serial == s[j].serial) {
                s[j] = s[--serials->n];
                break;
            }
}

enum err order_goods_leave(struct ctx *c, struct order *o, i64 place_id,
                           const struct list *serials)
{
    const struct order_line *l = o->lines.at;
    struct list moves = { 0 }, left = { 0 };

    for (size_t k = 0; serials && k < serials->n; k++)
        *(struct order_serial_new *)list_add(c->mem, &left,
                                             sizeof(struct order_serial_new)) =
            ((const struct order_serial_new *)serials->at)[k];
    for (size_t k = 0; k < o->lines.n; k++) {
        const size_t before = moves.n;

        if (l[k].place_id != place_id || l[k].qty == 0) continue;
        TRY(line_moves(c, o, &l[k], serials ? &left : NULL, &moves));
        drop_used(&left, &moves, before);
    }
    if (left.n) /* somebody's mistake, not ours to drop */
        return FAIL_FIELD(c, BAD_ARGUMENT, "serials", "order %s does not ask for %s",
                          o->number,
                          ((const struct order_serial_new *)left.at)->serial);
    const struct stock_take t = { moves.at, moves.n, false, OWNER_ORDER, o->id };
    TRY(stock_move(c, &t));
    TRY(note_serials(c, o, &moves));
    return db_exec(c, &Q[LINE_DONE], NULL, o->customer_id, o->id, place_id);
}

/* The last parcel goes out only when all is paid. */
static enum err check_paid(struct ctx *c, const struct order *o)
{
    const struct order_fulfilment *f = o->fulfilments.at;

    if (o->paid_minor == o->total_minor) return ERR_OK;
    for (size_t k = 0; k < o->fulfilments.n; k++)
        if (fulfil_is_open(f[k].state)) return ERR_OK;
    return FAIL_FIELD(c, BAD_ARGUMENT, "payments", "order %s owes %lld more", o->number,
                      o->total_minor - o->paid_minor);
}

static enum err hand_out(struct ctx *c, struct order *o, struct order_fulfilment *f,
                         const struct order_handover *h)
{
    const bool shipped = f->state == FULFIL_SHIPPED;

    TRY(order_fulfil_to(c, o, f, FULFIL_HANDED_OVER));
    if (!shipped) TRY(order_goods_leave(c, o, f->place_id, &h->serials));
    TRY(order_pay_all(c, o, &h->payments, f->place_id));
    TRY(check_paid(c, o));
    TRY(order_settle_state(c, o));
    return order_tell(c, o,
                      &(struct order_fact){ .event = "order.handed_over",
                                            .what = "handed_over",
                                            .place_id = f->place_id });
}

/* "123456", or the QR's "7K2-M9QFX/123456". */
static const char *digits_of(const char *code)
{
    const char *slash = strchr(code, '/');

    return slash ? slash + 1 : code;
}

enum err order_by_code(struct ctx *c, i64 place_id, const char *code, i64 *ret_order_id)
{
    TRY(staff_may(c, RIGHT_SELL, place_id));
    const enum err e = db_one(c, &Q[BY_CODE], INTO(ret_order_id), place_id,
                              digits_of(code ? code : ""));

    if (e != ERR_NOT_FOUND) return e;
    return FAIL_FIELD(c, NOT_FOUND, "code", "nothing to fetch here with code \"%s\"",
                      code ? code : "");
}

enum err order_handover(struct ctx *c, const struct order_handover *h,
                        i64 *ret_order_id)
{
    struct order o = { 0 };
    i64 id;

    TRY(order_by_code(c, h->place_id, h->code, &id));
    TRY(order_take(c, id, &o));
    struct order_fulfilment *f = order_fulfilment_at(&o, h->place_id);
    if (!f || f->state != FULFIL_READY || strcmp(f->code, digits_of(h->code)) != 0)
        return FAIL(c, WRONG_STATE, "order %s is not to be handed over", o.number);
    TRY(hand_out(c, &o, f, h));
    *ret_order_id = id;
    return ERR_OK;
}

static enum err delivery_at(struct ctx *c, i64 order_id, i64 place_id, struct order *o,
                            struct order_fulfilment **ret)
{
    TRY(staff_may(c, RIGHT_SELL, place_id));
    TRY(order_take(c, order_id, o));
    *ret = order_fulfilment_at(o, place_id);
    if (!*ret)
        return FAIL(c, NOT_FOUND, "order %s has nothing at place %lld", o->number,
                    place_id);
    if (o->kind != ORDER_DELIVERY)
        return FAIL(c, WRONG_STATE, "order %s is fetched by the customer", o->number);
    return ERR_OK;
}

enum err order_ship(struct ctx *c, i64 order_id, const struct order_handover *h)
{
    struct order o = { 0 };
    struct order_fulfilment *f = NULL;

    TRY(delivery_at(c, order_id, h->place_id, &o, &f));
    if (f->state != FULFIL_READY)
        return FAIL(c, WRONG_STATE, "order %s is %s, not ready", o.number,
                    fulfil_state_words[f->state]);
    TRY(order_fulfil_to(c, &o, f, FULFIL_SHIPPED));
    TRY(order_goods_leave(c, &o, f->place_id, &h->serials));
    TRY(order_settle_state(c, &o));
    return order_tell(c, &o,
                      &(struct order_fact){ .event = "order.shipped",
                                            .what = "shipped",
                                            .place_id = f->place_id });
}

enum err order_delivered(struct ctx *c, i64 order_id, const struct order_handover *h)
{
    struct order o = { 0 };
    struct order_fulfilment *f = NULL;

    TRY(delivery_at(c, order_id, h->place_id, &o, &f));
    if (f->state != FULFIL_SHIPPED)
        return FAIL(c, WRONG_STATE, "order %s is %s, not on its way", o.number,
                    fulfil_state_words[f->state]);
    return hand_out(c, &o, f, h);
}
