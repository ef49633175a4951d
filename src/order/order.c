/* One order: its row, what hangs on it, and what is told when it changes. */
#include <sodium.h>

#include "base/buf.h"
#include "base/contact.h"
#include "base/seal.h"
#include "event/event.h"
#include "http/live.h"
#include "order/order_till.h"
#include "staff/staff.h"

enum {
    HEAD,
    TAKE,
    LINES,
    FULFILMENTS,
    HISTORY,
    SERIALS,
    BUYER,
    BY_NUMBER,
    SET_STATE,
    NOTE,
    FULFIL_SET,
    DEADLINE_SET,
    BEHIND,
    SEAL
};

#define ROW                                                                            \
    "customer_id, id, number, token, kind, channel, state, place_id, region_id, pay,"  \
    " total_minor, delivery_minor, paid_minor, placed_at, changed_at, promised_at,"    \
    " deadline_at, slot_id, extended, address, comment, returned_minor,"               \
    " COALESCE(born_id, customer_id)"

/* clang-format off */
const struct query order_sql[] = {
    [HEAD] = { "order.head",
        "SELECT " ROW " FROM order_order WHERE id = $1" },

    /* Written before it is read: whoever else changes this order waits here. */
    [TAKE] = { "order.take",
        "UPDATE order_order SET changed_at = $2 WHERE id = $1 RETURNING " ROW },

    [LINES] = { "order.lines",
        "SELECT line_no, variant_id, place_id, sku, name, unit_tracked, qty_ordered, qty,"
        "       picked_qty, done_qty, price_minor, vat_bp, qty * price_minor, order_id, returned_qty,"
        "       (SELECT i.image FROM pub_catalog_picture i WHERE i.variant_id = l.variant_id)"
        "  FROM order_line l WHERE customer_id = $1 AND order_id = $2 ORDER BY line_no" },

    /* A fulfilment is kept by its place; the lines say which places. */
    [FULFILMENTS] = { "order.fulfilments",
        "SELECT place_id, state, promised_at, ready_at, done_at, deadline_at, code"
        "  FROM order_fulfilment"
        " WHERE (place_id, order_id) IN (SELECT place_id, order_id FROM order_line"
        "                                 WHERE customer_id = $1 AND order_id = $2)"
        " ORDER BY place_id" },

    [HISTORY] = { "order.history",
        "SELECT at, what, why, who_kind, who_id, order_id FROM order_history"
        " WHERE customer_id = $1 AND order_id = $2 ORDER BY id" },

    [SERIALS] = { "order.serials",
        "SELECT serial FROM order_serial"
        " WHERE customer_id = $1 AND order_id = $2 ORDER BY line_no, serial" },

    [BUYER] = { "order.buyer", "SELECT name, phone FROM pub_customer_person WHERE id = $1" },

    [BY_NUMBER] = { "order.by_number",
        "SELECT order_id FROM order_number WHERE number = $1" },

    [SET_STATE] = { "order.set_state",
        "UPDATE order_order SET state = $4, changed_at = $5"
        " WHERE customer_id = $1 AND id = $2 AND state = $3" },

    [NOTE] = { "order.note",
        "INSERT INTO order_history (customer_id, order_id, id, at, what, why, who_kind, who_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)" },

    [FULFIL_SET] = { "order.fulfil_set",
        "UPDATE order_fulfilment SET state = $4, ready_at = $5, done_at = $6,"
        "       deadline_at = $7, due_at = $8, code = $9"
        " WHERE place_id = $1 AND order_id = $2 AND state = $3" },

    [DEADLINE_SET] = { "order.deadline_set",
        "UPDATE order_order SET deadline_at = $3 WHERE customer_id = $1 AND id = $2" },

    [BEHIND] = { "order.behind",
        "SELECT customer_id, id, address, comment FROM order_order WHERE (customer_id, id) > ($1, $2)"
        " ORDER BY customer_id, id LIMIT $3" },

    [SEAL] = { "order.seal",
        "UPDATE order_order SET address = $3, comment = $4 WHERE customer_id = $1 AND id = $2"
        "   AND address IS NOT DISTINCT FROM $5 AND comment IS NOT DISTINCT FROM $6",
        .types = "iitttt" },
    QUERY_END
};
/* clang-format on */

#define Q order_sql

const struct sealed order_sealed[] = {
    { .what = "order.address", .rows = &Q[BEHIND], .put = &Q[SEAL], .how = "ww" },
    { 0 },
};

/* ---- Read -------------------------------------------------------------------- */

enum err order_words_open(struct ctx *c, const char **address, const char **comment)
{
    if (*address) TRY(seal_open(c, *address, address));
    return *comment ? seal_open(c, *comment, comment) : ERR_OK;
}

struct words {
    i64 kind, channel, state, pay;
    const char *secret;
};

static enum err row_into(struct ctx *c, const struct query *q, struct order *o,
                         const struct val *v, size_t nv)
{
    struct words w;

    TRY(db_one_(c, q,
                INTO(&o->customer_id, &o->id, &o->number, &w.secret, &w.kind,
                     &w.channel, &w.state, &o->place_id, &o->region_id, &w.pay,
                     &o->total_minor, &o->delivery_minor, &o->paid_minor, &o->placed_at,
                     &o->changed_at, &o->promised_at, &o->deadline_at, &o->slot_id,
                     &o->extended, &o->address, &o->comment, &o->returned_minor,
                     &c->person.born),
                v, nv));
    c->person.id = o->customer_id; /* what is written about the order is his */
    o->extend_days = NONE;
    o->kind = (int)w.kind;
    o->channel = (int)w.channel;
    o->state = (int)w.state;
    o->pay = (int)w.pay;
    o->token = order_token_shown(c->mem, o->id, w.secret);
    return order_words_open(c, &o->address, &o->comment);
}

enum err order_head(struct ctx *c, i64 order_id, struct order *ret)
{
    const enum err e = row_into(c, &Q[HEAD], ret, VALS(order_id));

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no order %lld", order_id);
    return e;
}

enum err order_take(struct ctx *c, i64 order_id, struct order *ret)
{
    const enum err e = row_into(c, &Q[TAKE], ret, VALS(order_id, c->now));

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no order %lld", order_id);
    TRY(e);
    TRY(order_read_lines(c, ret));
    return order_read_fulfilments(c, ret);
}

enum err order_read_lines(struct ctx *c, struct order *o)
{
    struct order_line l = { 0 };
    ROWS r;

    TRY(db_rows(c, &r, &Q[LINES], o->customer_id, o->id));
    while (db_next(&r, INTO(&l.line_no, &l.variant_id, &l.place_id, &l.sku, &l.name,
                            &l.unit_tracked, &l.qty_ordered, &l.qty, &l.picked_qty,
                            &l.done_qty, &l.price_minor, &l.vat_bp, &l.sum_minor,
                            &l.order_id, &l.returned_qty, &l.image)))
        *(struct order_line *)list_add(c->mem, &o->lines, sizeof(l)) = l;
    return r.err;
}

enum err order_read_fulfilments(struct ctx *c, struct order *o)
{
    struct order_fulfilment f;
    i64 state;
    ROWS r;

    TRY(db_rows(c, &r, &Q[FULFILMENTS], o->customer_id, o->id));
    while (db_next(&r, INTO(&f.place_id, &state, &f.promised_at, &f.ready_at,
                            &f.done_at, &f.deadline_at, &f.code))) {
        f.state = (int)state;
        *(struct order_fulfilment *)list_add(c->mem, &o->fulfilments, sizeof(f)) = f;
    }
    return r.err;
}

static enum err read_history(struct ctx *c, struct order *o)
{
    struct order_step s;
    i64 kind;
    ROWS r;

    TRY(db_rows(c, &r, &Q[HISTORY], o->customer_id, o->id));
    while (db_next(&r, INTO(&s.at, &s.what, &s.why, &kind, &s.who_id, &s.order_id))) {
        s.who_kind = (int)kind;
        *(struct order_step *)list_add(c->mem, &o->history, sizeof(s)) = s;
    }
    return r.err;
}

enum err order_read_serials(struct ctx *c, struct order *o)
{
    const char *serial;
    ROWS r;

    TRY(db_rows(c, &r, &Q[SERIALS], o->customer_id, o->id));
    while (db_next(&r, INTO(&serial)))
        *(const char **)list_add(c->mem, &o->serials, sizeof(serial)) = serial;
    return r.err;
}

enum err order_get(struct ctx *c, i64 order_id, struct order *ret)
{
    struct order o = { 0 };

    TRY(order_head(c, order_id, &o));
    TRY(order_read_lines(c, &o));
    TRY(order_read_fulfilments(c, &o));
    TRY(order_read_payments(c, &o));
    TRY(read_history(c, &o));
    TRY(order_read_serials(c, &o));
    *ret = o;
    return ERR_OK;
}

enum err order_buyer(struct ctx *c, struct order *o)
{
    const enum err e = db_one(c, &Q[BUYER], INTO(&o->customer_name, &o->customer_phone),
                              o->customer_id);

    o->customer_phone = contact_open(c->mem, o->customer_phone);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err find_token(struct ctx *c, const char *token, i64 order_id)
{
    struct order o = { 0 };

    TRY(order_head(c, order_id, &o));
    if (sodium_memcmp(o.token, token, strlen(token)))
        return FAIL(c, NOT_FOUND, "no such order");
    return ERR_OK;
}

enum err order_find(struct ctx *c, const char *number_or_code, i64 *ret_order_id)
{
    const char *number = order_number_norm(c->mem, number_or_code);
    i64 id;

    if (!number && order_token_read(number_or_code, &id)) {
        TRY(find_token(c, number_or_code, id));
        *ret_order_id = id;
        return ERR_OK;
    }
    const enum err e =
        number ? db_one(c, &Q[BY_NUMBER], INTO(&id), number) : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND)
        return FAIL(c, NOT_FOUND, "no order \"%s\"", number_or_code);
    TRY(e);
    *ret_order_id = id;
    return ERR_OK;
}

struct order_fulfilment *order_fulfilment_at(const struct order *o, i64 place_id)
{
    struct order_fulfilment *f = o->fulfilments.at;

    for (size_t k = 0; k < o->fulfilments.n; k++)
        if (f[k].place_id == place_id) return &f[k];
    return NULL;
}

struct order_line *order_line_at(const struct order *o, i64 line_no)
{
    struct order_line *l = o->lines.at;

    for (size_t k = 0; k < o->lines.n; k++)
        if (l[k].line_no == line_no) return &l[k];
    return NULL;
}

/* ---- Tell -------------------------------------------------------------------- */

static const char *fact_json(struct ctx *c, const struct order *o,
                             const struct order_fact *f)
{
    struct buf b = buf_new(c->mem, 320, 4096);

    buf_printf(
        &b,
        "{\"order_id\":\"%lld\",\"customer_id\":\"%lld\",\"number\":\"%s\","
        "\"kind\":\"%s\",\"state\":\"%s\",\"place_id\":\"%lld\",\"total_minor\":%lld",
        o->id, o->customer_id, o->number, order_kind_words[o->kind],
        order_state_words[o->state], f->place_id ? f->place_id : o->place_id,
        o->total_minor);
    if (f->variant_id > 0)
        buf_printf(&b, ",\"variant_id\":\"%lld\",\"qty\":%lld", f->variant_id, f->qty);
    buf_char(&b, '}');
    return b.at;
}

static void live(struct ctx *c, const char *topic, i64 id, const char *json)
{
    char name[40];

    snprintf(name, sizeof(name), "%s:%lld", topic, id);
    if (live_watched(name)) live_publish_after(c, name, "order", json);
}

enum err order_tell(struct ctx *c, const struct order *o, const struct order_fact *f)
{
    const char *json = fact_json(c, o, f);

    TRY(db_exec(c, &Q[NOTE], NULL, o->customer_id, o->id, id_new(c), c->now, f->what,
                f->why, (int)c->who.kind, c->who.id));
    if (f->event) TRY(event_emit(c, f->event, o->id, json));
    if (c->who.kind == WHO_STAFF) TRY(order_work_note(c, o, f->what));
    if (c->who.kind == WHO_STAFF || c->who.kind == WHO_KEY)
        TRY(staff_audit(c, arena_printf(c->mem, "order.%s", f->what), o->id, json));
    live(c, "order", o->id, json);
    live(c, "orders", f->place_id ? f->place_id : o->place_id, json);
    return ERR_OK;
}

void order_live(struct ctx *c, const struct order *o, i64 place_id)
{
    live(c, "orders", place_id,
         fact_json(c, o, &(struct order_fact){ .place_id = place_id }));
}

/* ---- Move -------------------------------------------------------------------- */

enum err order_state_to(struct ctx *c, struct order *o, int to)
{
    i64 n;

    if (!order_may_move(o->state, to))
        return FAIL(c, WRONG_STATE, "order %s is %s and cannot become %s", o->number,
                    order_state_words[o->state], order_state_words[to]);
    TRY(db_exec(c, &Q[SET_STATE], &n, o->customer_id, o->id, o->state, to, c->now));
    if (!n) return FAIL(c, BUSY, "order %s changed just now", o->number);
    o->state = to;
    o->changed_at = c->now;
    return ERR_OK;
}

enum err order_settle_state(struct ctx *c, struct order *o)
{
    const int to = order_state_of(&o->fulfilments);

    return to == o->state ? ERR_OK : order_state_to(c, o, to);
}

enum err order_fulfil_to(struct ctx *c, const struct order *o,
                         struct order_fulfilment *f, int to)
{
    i64 n;

    if (!fulfil_may_move(f->state, to))
        return FAIL(c, WRONG_STATE, "order %s at place %lld is %s and cannot become %s",
                    o->number, f->place_id, fulfil_state_words[f->state],
                    fulfil_state_words[to]);
    if (to == FULFIL_READY) f->ready_at = c->now;
    if (!fulfil_is_open(to)) f->done_at = c->now;
    if (to != FULFIL_READY) f->code = NULL;
    if (to == FULFIL_SHIPPED || !fulfil_is_open(to)) f->deadline_at = NONE;
    TRY(db_exec(c, &Q[FULFIL_SET], &n, f->place_id, o->id, f->state, to, f->ready_at,
                f->done_at, f->deadline_at, order_due_at(c, f), f->code));
    if (!n) return FAIL(c, BUSY, "order %s changed just now", o->number);
    f->state = to;
    TRY(db_exec(c, &Q[DEADLINE_SET], NULL, o->customer_id, o->id, f->deadline_at));
    return ERR_OK;
}
