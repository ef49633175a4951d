/* The ledger: what came and went, written once each. */
#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "stock/stock_own.h"

enum { ADD, SAME, LEAVE, COME };

/* clang-format off */
const struct query stock_move_sql[] = {
    [ADD] = { "stock.add_move",
        "INSERT INTO stock_move (place_id, doc_id, line_no, reason, unit_id, variant_id, qty,"
        "                        at, said_at, who_kind, who_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT (place_id, doc_id, line_no, reason, unit_id) DO NOTHING" },

    [SAME] = { "stock.get_move",
        "SELECT variant_id, qty FROM stock_move"
        " WHERE place_id = $1 AND doc_id = $2 AND line_no = $3 AND reason = $4 AND unit_id = $5" },

    /* $3 < 0 pieces leave, $5 of them out of the taker's own hold; what is older
     * than the last count is in it already.  $6 must stay, $7 beyond what is held. */
    [LEAVE] = { "stock.move_out",
        "UPDATE stock_level SET held = held - $5,"
        "       on_hand = on_hand + CASE WHEN base_at <= $4 THEN $3 ELSE 0 END"
        " WHERE place_id = $1 AND variant_id = $2"
        "   AND (base_at > $4 OR (on_hand + $3 >= $6 AND on_hand + $3 - held + $5 >= $7))"
        " RETURNING on_hand, held, base_at",
        .types = "iiiiiii" },

    [COME] = { "stock.move_in",
        "INSERT INTO stock_level (place_id, variant_id, on_hand) VALUES ($1, $2, $3)"
        " ON CONFLICT (place_id, variant_id) DO UPDATE SET on_hand = stock_level.on_hand"
        "   + CASE WHEN stock_level.base_at <= $4 THEN excluded.on_hand ELSE 0 END"
        " RETURNING on_hand, held, base_at",
        .types = "iiii" },
    QUERY_END
};
/* clang-format on */

#define ANY_NUMBER (-(1LL << 60)) /* a floor below every level */

int stock_move_order(const void *a, const void *b)
{
    const i64 *x = a, *y = b; /* place_id, variant_id */

    if (x[0] != y[0]) return x[0] < y[0] ? -1 : 1;
    return (x[1] > y[1]) - (x[1] < y[1]);
}
_Static_assert(offsetof(struct stock_move, variant_id) == sizeof(i64),
               "stock_move_order");
_Static_assert(offsetof(struct stock_hold, variant_id) == sizeof(i64),
               "stock_move_order");

/* A move on its way into the ledger. */
struct going {
    struct stock_move m; /* first: see stock_move_order() */
    size_t nth;          /* in the caller's order */
    i64 own;             /* pieces out of the taker's hold */
    bool oversell;
};

static int going_order(const void *a, const void *b)
{
    const struct going *x = a, *y = b;
    const int by = stock_move_order(&x->m, &y->m);

    return by ? by : (x->nth > y->nth) - (x->nth < y->nth);
}

static enum err check(struct ctx *c, const struct stock_take *t)
{
    enum err worst = ERR_OK;

    for (size_t k = 0; k < t->n; k++) {
        const struct stock_move *m = &t->moves[k];

        if (m->qty == 0 || (m->serial && m->qty != 1 && m->qty != -1)) {
            worst = ERR_BAD_ARGUMENT;
            FAIL_MORE(c, BAD_ARGUMENT, arena_printf(c->mem, "lines[%zu].qty", k),
                      m->serial ? "a serial number is one piece, not %lld"
                                : "a move of %lld pieces is none",
                      m->qty);
        }
    }
    return worst;
}

static enum err said_before(struct ctx *c, const struct stock_move *m, i64 unit_id)
{
    i64 variant_id, qty;

    TRY(db_one(c, &stock_move_sql[SAME], INTO(&variant_id, &qty), m->place_id,
               m->doc_id, m->line_no, m->reason, unit_id));
    if (variant_id != m->variant_id || qty != m->qty)
        return FAIL(c, EXISTS,
                    "line %lld of document %lld was %lld of variant %lld before",
                    m->line_no, m->doc_id, qty, variant_id);
    return ERR_OK;
}

/* Write the move; *ret_new false: it stood there already and nothing else is to do. */
static enum err write_down(struct ctx *c, const struct stock_take *t,
                           const struct going *g, bool *ret_new)
{
    const struct stock_move *m = &g->m;
    struct stock_unit_step step = {
        m, 0, false, t->hold_owner, t->hold_owner_id, t->oversell
    };
    i64 n;

    if (m->serial) TRY(stock_unit_of(c, &step));
    TRY(db_exec(c, &stock_move_sql[ADD], &n, m->place_id, m->doc_id, m->line_no,
                m->reason, step.unit_id, m->variant_id, m->qty, m->at, c->now,
                c->who.kind, c->who.id));
    *ret_new = n == 1;
    if (!n) return said_before(c, m, step.unit_id);
    return m->serial ? stock_unit_step(c, &step) : ERR_OK;
}

static bool sold_or_sent(int reason)
{
    return reason == MOVE_SALE || reason == MOVE_HANDOVER ||
           reason == MOVE_TRANSFER_OUT || reason == MOVE_SERVICE ||
           reason == MOVE_RETURN; /* a return taken back */
}

static enum err come(struct ctx *c, const struct stock_move *m, struct stock_after *a,
                     i64 *ret_base_at)
{
    return db_one(c, &stock_move_sql[COME], INTO(&a->on_hand, &a->held, ret_base_at),
                  m->place_id, m->variant_id, m->qty, m->at);
}

/* What must stay: nothing for what happened anyway; of goods that leave for a
 * buyer what others are promised, unless all of them come out of his own hold;
 * of a loss or a correction, that there is no less than nothing. */
static enum err leave(struct ctx *c, const struct going *g, struct stock_after *a,
                      i64 *ret_base_at)
{
    const struct stock_move *m = &g->m;
    const bool own = g->own >= -m->qty, guarded = sold_or_sent(m->reason) && !own;
    i64 free_now;
    const enum err e =
        db_one(c, &stock_move_sql[LEAVE], INTO(&a->on_hand, &a->held, ret_base_at),
               m->place_id, m->variant_id, m->qty, m->at, g->own,
               g->oversell ? ANY_NUMBER : 0, g->oversell || !guarded ? ANY_NUMBER : 0);

    if (e != ERR_NOT_FOUND) return e;
    if (g->oversell) return come(c, m, a, ret_base_at);
    TRY(stock_free(c, m->place_id, m->variant_id, &free_now));
    return FAIL_FIELD(c, STOCK_SHORT, arena_printf(c->mem, "lines[%zu].qty", g->nth),
                      "place %lld has %lld free of %lld", m->place_id, free_now,
                      -m->qty);
}

static enum err move_one(struct ctx *c, const struct stock_take *t, struct going *g)
{
    const struct stock_move *m = &g->m;
    struct stock_after a = { .place_id = m->place_id, .variant_id = m->variant_id };
    const struct stock_hold own = { m->place_id,      m->variant_id, t->hold_owner,
                                    t->hold_owner_id, -m->qty,       NONE };
    i64 base_at;
    bool is_new;

    TRY(write_down(c, t, g, &is_new));
    if (!is_new) return ERR_OK;
    if (m->qty < 0 && t->hold_owner >= 0) TRY(stock_hold_use(c, &own, &g->own));
    TRY(m->qty > 0 ? come(c, m, &a, &base_at) : leave(c, g, &a, &base_at));
    if (m->reason == MOVE_RECEIPT && m->qty > 0) TRY(stock_incoming_came(c, m));
    a.was_unheld = a.on_hand - a.held - g->own - (base_at <= m->at ? m->qty : 0);
    return stock_changed(c, &a);
}

/* Sales and handovers are told by the order; the rest has nobody else to tell it. */
static enum err tell(struct ctx *c, const struct stock_move *m)
{
    if (m->reason == MOVE_SALE || m->reason == MOVE_HANDOVER) return ERR_OK;
    return event_emit(
        c, "stock.moved", m->doc_id,
        arena_printf(c->mem,
                     "{\"place_id\":\"%lld\",\"doc_id\":\"%lld\",\"reason\":\"%s\"}",
                     m->place_id, m->doc_id, stock_reason_words[m->reason]));
}

static enum err pass_gates(struct ctx *c, const struct going *g, size_t n)
{
    for (size_t k = 0; k < n;) {
        i64 latest = 0;
        const i64 place_id = g[k].m.place_id;

        for (; k < n && g[k].m.place_id == place_id; k++)
            if (g[k].m.at > latest) latest = g[k].m.at;
        TRY(stock_gate(c, place_id, latest, NULL));
    }
    return ERR_OK;
}

enum err stock_move(struct ctx *c, const struct stock_take *t)
{
    struct going *g = NEW_N(c->mem, struct going, t->n);

    TRY(check(c, t));
    for (size_t k = 0; k < t->n; k++) {
        g[k] = (struct going){ .m = t->moves[k], .nth = k, .oversell = t->oversell };
        if (g[k].m.at == NONE || g[k].m.at > c->now) g[k].m.at = c->now;
    }
    if (t->n > 1) qsort(g, t->n, sizeof(*g), going_order);
    TRY(pass_gates(c, g, t->n));
    for (size_t k = 0; k < t->n; k++) TRY(move_one(c, t, &g[k]));
    return t->n ? tell(c, &t->moves[0]) : ERR_OK;
}
