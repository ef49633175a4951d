/* Orders of the past, by the thousand: the first import, the demo chain. */
#include <stdlib.h>

#include "order/order_own.h"

enum { OWNER, NUMBER };

/* clang-format off */
const struct query order_load_sql[] = {
    [OWNER] = { "order.number_owner", "SELECT order_id FROM order_number WHERE number = $1" },

    [NUMBER] = { "order.number_load",
        "INSERT INTO order_number (number, customer_id, order_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (number) DO NOTHING" },
    QUERY_END
};
/* clang-format on */

struct feed {
    struct ctx *c;
    const struct order_past *o;
    size_t n, at, line;
    const char **numbers;
    const char *secret;
};

static i64 goods_minor(const struct order_past *o)
{
    i64 sum = 0;

    for (size_t k = 0; k < o->n; k++) sum += o->lines[k].qty * o->lines[k].price_minor;
    return sum;
}

static bool done(const struct order_past *o)
{
    return o->state == ORDER_DONE;
}

static bool order_row(void *from, struct val *v)
{
    struct feed *f = from;

    if (f->at == f->n) return false;
    const struct order_past *o = &f->o[f->at];
    const i64 total_minor = goods_minor(o) + o->delivery_minor;
    const struct val row[] = {
        val_i(o->customer_id),
        val_i(o->id),
        val_s(f->numbers[f->at]),
        val_s(f->secret),
        val_i(o->kind),
        val_i(o->channel),
        val_i(o->state),
        val_i(o->place_id),
        val_i(o->region_id),
        val_i(o->pay),
        val_i(total_minor),
        val_i(o->delivery_minor),
        val_i(done(o) ? total_minor : 0),
        val_i(o->placed_at),
        val_i(o->done_at),
        val_i(o->promised_at),
    };
    memcpy(v, row, sizeof(row));
    f->at++;
    return true;
}

static bool line_row(void *from, struct val *v)
{
    struct feed *f = from;

    while (f->at < f->n && f->line == f->o[f->at].n) {
        f->at++;
        f->line = 0;
    }
    if (f->at == f->n) return false;
    const struct order_past *o = &f->o[f->at];
    const struct order_line_past *l = &o->lines[f->line];
    const struct val row[] = {
        val_i(o->customer_id),
        val_i(o->id),
        val_i((i64)f->line + 1),
        val_i(o->place_id),
        val_i(l->variant_id),
        val_s(l->sku),
        val_s(l->name),
        val_i(0),
        val_i(l->qty),
        val_i(l->qty),
        val_i(done(o) ? l->qty : 0),
        val_i(done(o) ? l->qty : 0),
        val_i(l->price_minor),
        val_i(l->vat_bp),
    };
    memcpy(v, row, sizeof(row));
    f->line++;
    return true;
}

static bool payment_row(void *from, struct val *v)
{
    struct feed *f = from;

    while (f->at < f->n &&
           (!done(&f->o[f->at]) ||
            goods_minor(&f->o[f->at]) + f->o[f->at].delivery_minor == 0))
        f->at++;
    if (f->at == f->n) return false;
    const struct order_past *o = &f->o[f->at];
    const struct val row[] = {
        val_i(o->customer_id),
        val_i(o->id),
        val_i(o->id),
        val_i(o->pay == PAY_CASH ? PAY_CASH : PAY_CARD),
        val_i(goods_minor(o) + o->delivery_minor),
        val_i(o->done_at),
        val_i(o->place_id),
    };
    memcpy(v, row, sizeof(row));
    f->at++;
    return true;
}

static bool history_row(void *from, struct val *v)
{
    struct feed *f = from;

    if (f->at == f->n) return false;
    const struct order_past *o = &f->o[f->at];
    const char *what = o->kind == ORDER_SALE ? "sold"
                       : done(o)             ? "handed_over"
                                             : order_state_words[o->state];
    const struct val row[] = {
        val_i(o->customer_id), val_i(o->id),      val_i(o->id), val_i(o->done_at),
        val_s(what),           val_i(WHO_SYSTEM), val_i(0)
    };
    memcpy(v, row, sizeof(row));
    f->at++;
    return true;
}

struct placed_at {
    i64 place_id, order_id;
    const struct order_past *o;
};

struct sorted {
    const struct placed_at *p;
    size_t n, at;
};

static bool fulfilment_row(void *from, struct val *v)
{
    struct sorted *s = from;

    if (s->at == s->n) return false;
    const struct order_past *o = s->p[s->at].o;
    const struct val row[] = { val_i(o->place_id),
                               val_i(o->id),
                               val_i(o->customer_id),
                               val_i(o->kind),
                               val_i(done(o) ? FULFIL_HANDED_OVER : FULFIL_CANCELLED),
                               val_i(o->promised_at),
                               val_i(done(o) ? o->done_at : NONE),
                               val_i(o->done_at) };
    memcpy(v, row, sizeof(row));
    s->at++;
    return true;
}

/* clang-format off */
static const char *const order_cols[] = { "customer_id", "id", "number", "token", "kind", "channel", "state", "place_id", "region_id", "pay", "total_minor", "delivery_minor", "paid_minor", "placed_at", "changed_at", "promised_at", NULL };
static const char *const line_cols[] = { "customer_id", "order_id", "line_no", "place_id", "variant_id", "sku", "name", "unit_tracked", "qty_ordered", "qty", "picked_qty", "done_qty", "price_minor", "vat_bp", NULL };
static const char *const payment_cols[] = { "customer_id", "order_id", "id", "kind", "amount_minor", "at", "place_id", NULL };
static const char *const history_cols[] = { "customer_id", "order_id", "id", "at", "what", "who_kind", "who_id", NULL };
static const char *const fulfilment_cols[] = { "place_id", "order_id", "customer_id", "kind", "state", "promised_at", "ready_at", "done_at", NULL };
static const char *const number_cols[] = { "number", "customer_id", "order_id", NULL };

static const struct db_bulk orders = { "order.load", "order_order", order_cols, "iittiiiiiiiiiiii", "customer_id, id", NULL, NULL };
static const struct db_bulk lines = { "order.load_lines", "order_line", line_cols, "iiiiittiiiiiii", "customer_id, order_id, line_no", NULL, NULL };
static const struct db_bulk payments = { "order.load_payments", "order_payment", payment_cols, "iiiiiii", "customer_id, order_id, id", NULL, NULL };
static const struct db_bulk history = { "order.load_history", "order_history", history_cols, "iiiitii", "customer_id, order_id, id", NULL, NULL };
static const struct db_bulk fulfilments = { "order.load_fulfilments", "order_fulfilment", fulfilment_cols, "iiiiiiii", "place_id, order_id", NULL, NULL };
static const struct db_bulk numbers = { "order.load_numbers", "order_number", number_cols, "tii", "number", NULL, NULL };
/* clang-format on */

static int by_place(const void *x, const void *y)
{
    const struct placed_at *a = x, *b = y;

    if (a->place_id != b->place_id) return a->place_id < b->place_id ? -1 : 1;
    return (a->order_id > b->order_id) - (a->order_id < b->order_id);
}

static enum err load_fulfilments(struct ctx *c, const struct order_past *o, size_t n)
{
    struct placed_at *p = NEW_N(c->mem, struct placed_at, n);
    struct sorted s = { .p = p, .n = n };
    i64 changed;

    for (size_t k = 0; k < n; k++)
        p[k] = (struct placed_at){ o[k].place_id, o[k].id, &o[k] };
    qsort(p, n, sizeof(*p), by_place);
    return db_bulk(c, &fulfilments, fulfilment_row, &s, &changed);
}

struct numbered {
    const char *number;
    const struct order_past *o;
    size_t at;
};

static int by_number(const void *x, const void *y)
{
    return strcmp(((const struct numbered *)x)->number,
                  ((const struct numbered *)y)->number);
}

struct number_feed {
    struct numbered *x;
    size_t n, at;
};

static bool number_row(void *from, struct val *v)
{
    struct number_feed *f = from;

    if (f->at == f->n) return false;
    const struct numbered *x = &f->x[f->at++];
    memcpy(
        v,
        (struct val[]){ val_s(x->number), val_i(x->o->customer_id), val_i(x->o->id) },
        3 * sizeof(*v));
    return true;
}

static const char *number_at(struct ctx *c, i64 at)
{
    struct ctx then = *c;

    then.now = at;
    return order_number_new(&then);
}

/* Some numbers of this slice are other orders': find which, and take new ones. */
static enum err renumber(struct ctx *c, struct numbered *x, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        i64 id = 0, added = 0;

        TRY(db_one(c, &order_load_sql[OWNER], INTO(&id), x[k].number));
        while (id != x[k].o->id && !added) {
            x[k].number = number_at(c, x[k].o->placed_at);
            TRY(db_exec(c, &order_load_sql[NUMBER], &added, x[k].number,
                        x[k].o->customer_id, x[k].o->id));
        }
    }
    return ERR_OK;
}

/* Numbers of the day of the order, sorted for their index. */
static enum err load_numbers(struct ctx *c, const struct order_past *o, size_t n,
                             const char **ret)
{
    struct numbered *x = NEW_N(c->mem, struct numbered, n);
    struct number_feed f = { x, n, 0 };
    i64 added;

    for (size_t k = 0; k < n; k++)
        x[k] = (struct numbered){ number_at(c, o[k].placed_at), &o[k], k };
    qsort(x, n, sizeof(*x), by_number);
    for (size_t k = 1; k < n; k++) /* one slice must not name a row twice */
        while (!strcmp(x[k].number, x[k - 1].number))
            x[k].number = number_at(c, x[k].o->placed_at);
    TRY(db_bulk(c, &numbers, number_row, &f, &added));
    if (added != (i64)n) TRY(renumber(c, x, n));
    for (size_t k = 0; k < n; k++) ret[x[k].at] = x[k].number;
    return ERR_OK;
}

enum err order_load(struct ctx *c, const struct order_past *o, size_t n)
{
    const char **names = NEW_N(c->mem, const char *, n);
    const struct feed f = {
        .c = c, .o = o, .n = n, .numbers = names, .secret = order_token_new(c)
    };
    struct feed a = f, b = f, d = f, h = f;
    i64 changed;

    if (!n) return ERR_OK;
    TRY(load_numbers(c, o, n, names));
    TRY(db_bulk(c, &orders, order_row, &a, &changed));
    TRY(db_bulk(c, &lines, line_row, &b, &changed));
    TRY(db_bulk(c, &payments, payment_row, &d, &changed));
    TRY(db_bulk(c, &history, history_row, &h, &changed));
    return load_fulfilments(c, o, n);
}
