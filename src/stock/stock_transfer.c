/* Goods from one place of ours to another: draft (held), sent (on the road, incoming
 * there), received (with what differs). */
#include <string.h>

#include "base/id.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "event/event.h"
#include "stock/stock_own.h"

enum {
    ADD,
    ADD_LINE,
    GET,
    LINES,
    STEP,
    SET_GOT,
    LIST,
    LIST_ALL,
    ADD_SERIAL,
    SERIALS,
    SET_ALL,
    SET_ONE
};

/* clang-format off */
const struct query stock_transfer_sql[] = {
    [ADD] = { "stock.add_transfer",
        "INSERT INTO stock_transfer (place_id, id, to_place_id, state, comment, created_at, version)"
        " VALUES ($1, $2, $3, 0, $4, $5, 1)" },

    [ADD_LINE] = { "stock.add_transfer_line",
        "INSERT INTO stock_transfer_line (place_id, transfer_id, variant_id, qty)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (place_id, transfer_id, variant_id)"
        " DO UPDATE SET qty = stock_transfer_line.qty + excluded.qty" },

    [GET] = { "stock.get_transfer",
        "SELECT place_id, to_place_id, state, comment, created_at, sent_at, due_at, received_at, version"
        "  FROM stock_transfer WHERE id = $1" },

    [LINES] = { "stock.list_transfer_lines",
        "SELECT variant_id, qty, got_qty FROM stock_transfer_line"
        " WHERE place_id = $1 AND transfer_id = $2 ORDER BY variant_id" },

    /* The table of states: draft 0 to sent 1 or cancelled 3, sent to received 2. */
    [STEP] = { "stock.step_transfer",
        "UPDATE stock_transfer SET state = $3, version = version + 1,"
        "       sent_at = CASE WHEN $3 = 1 THEN $4 ELSE sent_at END,"
        "       due_at = CASE WHEN $3 = 1 THEN $5 ELSE due_at END,"
        "       received_at = CASE WHEN $3 = 2 THEN $4 ELSE received_at END"
        " WHERE id = $1 AND state = $2", .types = "iiiii" },

    [SET_GOT] = { "stock.set_transfer_got",
        "UPDATE stock_transfer_line SET got_qty = $4"
        " WHERE place_id = $1 AND transfer_id = $2 AND variant_id = $3" },

    /* $3 = 0: sent from the place, 1: on the way to it. */
    [LIST] = { "stock.list_transfers",
        "SELECT id FROM stock_transfer WHERE place_id = $1 AND id < $2 AND $3 = 0 AND ($5 < 0 OR state = $5)"
        " UNION ALL"
        " SELECT id FROM stock_transfer WHERE to_place_id = $1 AND id < $2 AND $3 = 1 AND ($5 < 0 OR state = $5)"
        " ORDER BY id DESC LIMIT $4", .types = "iiiii" },

    [LIST_ALL] = { "stock.list_all_transfers",
        "SELECT id FROM stock_transfer WHERE id < $1 AND ($3 < 0 OR state = $3) ORDER BY id DESC LIMIT $2",
        .types = "iii" },

    [ADD_SERIAL] = { "stock.add_transfer_serial",
        "INSERT INTO stock_transfer_serial (place_id, transfer_id, serial, variant_id)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (place_id, transfer_id, serial) DO NOTHING" },

    [SERIALS] = { "stock.list_transfer_serials",
        "SELECT variant_id, serial, COALESCE(got, -1) FROM stock_transfer_serial"
        " WHERE place_id = $1 AND transfer_id = $2 ORDER BY serial" },

    [SET_ALL] = { "stock.set_transfer_serials",
        "UPDATE stock_transfer_serial SET got = $3 WHERE place_id = $1 AND transfer_id = $2" },

    [SET_ONE] = { "stock.set_transfer_serial",
        "UPDATE stock_transfer_serial SET got = 1"
        " WHERE place_id = $1 AND transfer_id = $2 AND serial = $3 AND variant_id = $4 AND got = 0" },
    QUERY_END
};
/* clang-format on */

const char *const stock_transfer_words[] = { "draft", "sent", "received", "cancelled",
                                             NULL };

static struct transfer_line *line_of(const struct transfer *t, i64 variant_id)
{
    struct transfer_line *l = t->lines.at;

    for (size_t k = 0; k < t->lines.n; k++)
        if (l[k].variant_id == variant_id) return &l[k];
    return NULL;
}

static enum err read_serials(struct ctx *c, struct transfer *t)
{
    const char *serial;
    i64 variant_id, got;
    ROWS r;

    TRY(db_rows(c, &r, &stock_transfer_sql[SERIALS], t->place_id, t->id));
    while (db_next(&r, INTO(&variant_id, &serial, &got))) {
        struct transfer_line *l = line_of(t, variant_id);

        if (!l) continue;
        *(const char **)list_add(c->mem, &l->serials, sizeof(serial)) = serial;
        if (!got) *(const char **)list_add(c->mem, &l->lost, sizeof(serial)) = serial;
    }
    return r.err;
}

enum err stock_transfer_get(struct ctx *c, i64 id, struct transfer *t)
{
    struct transfer_line l = { 0 };
    i64 state;
    const enum err e =
        db_one(c, &stock_transfer_sql[GET],
               INTO(&t->place_id, &t->to_place_id, &state, &t->comment, &t->created_at,
                    &t->sent_at, &t->due_at, &t->received_at, &t->version),
               id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no transfer %lld", id);
    TRY(e);
    t->id = id;
    t->state = (int)state;
    t->lines = (struct list){ 0 };
    ROWS r;
    TRY(db_rows(c, &r, &stock_transfer_sql[LINES], t->place_id, id));
    while (db_next(&r, INTO(&l.variant_id, &l.qty, &l.got_qty))) {
        l.differs = l.got_qty == NONE ? NONE : l.got_qty - l.qty;
        *(struct transfer_line *)list_add(c->mem, &t->lines, sizeof(l)) = l;
    }
    TRY(r.err);
    return read_serials(c, t);
}

static enum err check_places(struct ctx *c, const struct transfer *t)
{
    bool from, to, any;

    TRY(stock_exists(c, t->place_id, 0, &from, &any));
    TRY(stock_exists(c, t->to_place_id, 0, &to, &any));
    if (!from) FAIL_MORE(c, NO_SUCH, "place_id", "no place %lld", t->place_id);
    if (!to) FAIL_MORE(c, NO_SUCH, "to_place_id", "no place %lld", t->to_place_id);
    if (t->place_id == t->to_place_id)
        FAIL_MORE(c, BAD_ARGUMENT, "to_place_id", "a transfer goes to another place");
    if (!t->lines.n) FAIL_MORE(c, BAD_ARGUMENT, "lines", "a transfer of nothing");
    return c->fault.err;
}

enum err stock_transfer_add(struct ctx *c, struct transfer *t)
{
    const struct transfer_line *l = t->lines.at;
    struct stock_hold *h = NEW_N(c->mem, struct stock_hold, t->lines.n);

    TRY(check_places(c, t));
    t->id = id_new(c);
    for (size_t k = 0; k < t->lines.n; k++)
        h[k] = (struct stock_hold){ t->place_id, l[k].variant_id, OWNER_TRANSFER,
                                    t->id,       l[k].qty,        NONE };
    TRY(stock_hold_open(c, h, t->lines.n));
    TRY(db_exec(c, &stock_transfer_sql[ADD], NULL, t->place_id, t->id, t->to_place_id,
                t->comment ? t->comment : "", c->now));
    for (size_t k = 0; k < t->lines.n; k++)
        TRY(db_exec(c, &stock_transfer_sql[ADD_LINE], NULL, t->place_id, t->id,
                    l[k].variant_id, l[k].qty));
    return ERR_OK;
}

static enum err step(struct ctx *c, const struct transfer *t, int from, int to,
                     i64 due_at)
{
    i64 n;

    TRY(db_exec(c, &stock_transfer_sql[STEP], &n, t->id, from, to, c->now, due_at));
    if (!n)
        return FAIL(c, WRONG_STATE, "transfer %lld is %s, not %s", t->id,
                    stock_transfer_words[t->state], stock_transfer_words[from]);
    return event_emit(
        c, "stock.transferred", t->id,
        arena_printf(
            c->mem, "{\"state\":\"%s\",\"place_id\":\"%lld\",\"to_place_id\":\"%lld\"}",
            stock_transfer_words[to], t->place_id, t->to_place_id));
}

static void move_add(struct ctx *c, struct list *moves, const struct stock_move *m)
{
    *(struct stock_move *)list_add(c->mem, moves, sizeof(*m)) = *m;
}

static bool lost(const struct transfer_line *l, const char *serial)
{
    const char *const *s = l->lost.at;

    for (size_t k = 0; k < l->lost.n; k++)
        if (!strcmp(s[k], serial)) return true;
    return false;
}

/* The lines as moves of one place, numbered pieces one by one; lines of no piece move
 * nothing. */
static enum err move_lines(struct ctx *c, const struct transfer *t, int reason)
{
    const struct transfer_line *l = t->lines.at;
    const bool out = reason == MOVE_TRANSFER_OUT;
    struct list moves = { 0 };

    for (size_t k = 0; k < t->lines.n; k++) {
        const char *const *serial = l[k].serials.at;
        struct stock_move m = { out ? t->place_id : t->to_place_id,
                                l[k].variant_id,
                                out ? -l[k].qty : l[k].got_qty,
                                reason,
                                t->id,
                                (i64)k + 1,
                                NONE,
                                NULL };

        if (!l[k].serials.n && m.qty) move_add(c, &moves, &m);
        m.qty = out ? -1 : 1;
        for (size_t n = 0; n < l[k].serials.n; n++) {
            m.serial = serial[n];
            if (out || !lost(&l[k], m.serial)) move_add(c, &moves, &m);
        }
    }
    const struct stock_take take = { moves.at, moves.n, false,
                                     out ? OWNER_TRANSFER : -1, t->id };
    return stock_move(c, &take);
}

/* Every numbered piece goes by its number: a telephone that is somewhere is in none of
 * our shops. */
static enum err name_pieces(struct ctx *c, struct transfer *t, const struct list *named)
{
    const struct transfer_line *n = named->at;
    struct transfer_line *l = t->lines.at;

    for (size_t k = 0; k < named->n; k++) {
        const char *const *serial = n[k].serials.at;

        if (!line_of(t, n[k].variant_id))
            return FAIL_FIELD(c, NO_SUCH,
                              arena_printf(c->mem, "lines[%zu].variant_id", k),
                              "variant %lld is not sent", n[k].variant_id);
        for (size_t m = 0; m < n[k].serials.n; m++) {
            const char *norm = stock_serial_norm(c->mem, serial[m]);

            if (!norm)
                return FAIL_FIELD(c, BAD_ARGUMENT,
                                  arena_printf(c->mem, "lines[%zu].serials", k),
                                  "\"%s\" is no serial number", serial[m]);
            TRY(db_exec(c, &stock_transfer_sql[ADD_SERIAL], NULL, t->place_id, t->id,
                        norm, n[k].variant_id));
        }
    }
    TRY(read_serials(c, t));
    for (size_t k = 0; k < t->lines.n; k++) {
        struct catalog_item item;

        TRY(catalog_item(c, l[k].variant_id, &item));
        if (item.unit_tracked && (i64)l[k].serials.n != l[k].qty)
            FAIL_MORE(c, BAD_ARGUMENT, arena_printf(c->mem, "lines[%zu].serials", k),
                      "%lld of %s are sent and %zu are named", l[k].qty, item.sku,
                      l[k].serials.n);
    }
    return c->fault.err;
}

enum err stock_transfer_send(struct ctx *c, i64 id, i64 due_at,
                             const struct list *named)
{
    struct transfer t;

    TRY(stock_transfer_get(c, id, &t));
    if (due_at != NONE && due_at < c->now)
        return FAIL_FIELD(c, BAD_ARGUMENT, "due_at",
                          "it cannot arrive before it is sent");
    if (due_at == NONE) due_at = c->now + DAY_MS;
    TRY(step(c, &t, TRANSFER_DRAFT, TRANSFER_SENT, due_at));
    TRY(name_pieces(c, &t, named));
    TRY(move_lines(c, &t, MOVE_TRANSFER_OUT));
    const struct transfer_line *l = t.lines.at;
    for (size_t k = 0; k < t.lines.n; k++)
        TRY(stock_incoming_put(c, t.to_place_id, l[k].variant_id, id, l[k].qty,
                               due_at));
    return ERR_OK;
}

/* What arrived; without lines everything as it was sent, with lines what is not
 * named did not arrive. */
static enum err read_got(struct ctx *c, struct transfer *t, const struct list *got)
{
    struct transfer_line *l = t->lines.at;
    const struct transfer_line *g = got->at;

    for (size_t k = 0; k < t->lines.n; k++) l[k].got_qty = got->n ? 0 : l[k].qty;
    for (size_t n = 0; n < got->n; n++) {
        struct transfer_line *sent = line_of(t, g[n].variant_id);

        if (sent)
            sent->got_qty += g[n].qty;
        else
            FAIL_MORE(c, NO_SUCH, arena_printf(c->mem, "lines[%zu].variant_id", n),
                      "variant %lld was not sent", g[n].variant_id);
    }
    return c->fault.err;
}

/* Which numbered pieces arrived, and that they are as many as were counted. */
static enum err read_got_serials(struct ctx *c, struct transfer *t,
                                 const struct list *got)
{
    const struct transfer_line *g = got->at;
    struct transfer_line *l = t->lines.at;
    i64 n;

    TRY(db_exec(c, &stock_transfer_sql[SET_ALL], NULL, t->place_id, t->id, !got->n));
    for (size_t k = 0; k < got->n; k++) {
        const char *const *serial = g[k].serials.at;

        for (size_t m = 0; m < g[k].serials.n; m++) {
            const char *norm = stock_serial_norm(c->mem, serial[m]);

            TRY(db_exec(c, &stock_transfer_sql[SET_ONE], &n, t->place_id, t->id,
                        norm ? norm : serial[m], g[k].variant_id));
            if (!n)
                FAIL_MORE(c, NO_SUCH,
                          arena_printf(c->mem, "lines[%zu].serials[%zu]", k, m),
                          "%s was not sent", serial[m]);
        }
    }
    if (c->fault.err) return c->fault.err;
    for (size_t k = 0; k < t->lines.n; k++)
        l[k].serials = l[k].lost = (struct list){ 0 };
    TRY(read_serials(c, t));
    for (size_t k = 0; k < t->lines.n; k++) {
        const i64 came = (i64)l[k].serials.n - (i64)l[k].lost.n;

        if (l[k].serials.n && came != l[k].got_qty)
            FAIL_MORE(c, BAD_ARGUMENT, "lines",
                      "%lld of variant %lld came and %lld are named", l[k].got_qty,
                      l[k].variant_id, came);
    }
    return c->fault.err;
}

enum err stock_transfer_receive(struct ctx *c, i64 id, const struct list *got)
{
    struct transfer t;

    TRY(stock_transfer_get(c, id, &t));
    TRY(read_got(c, &t, got));
    TRY(step(c, &t, TRANSFER_SENT, TRANSFER_RECEIVED, NONE));
    TRY(read_got_serials(c, &t, got));
    const struct transfer_line *l = t.lines.at;
    for (size_t k = 0; k < t.lines.n; k++)
        TRY(db_exec(c, &stock_transfer_sql[SET_GOT], NULL, t.place_id, id,
                    l[k].variant_id, l[k].got_qty));
    TRY(stock_incoming_drop_doc(c, t.to_place_id, id));
    return move_lines(c, &t, MOVE_TRANSFER_IN);
}

enum err stock_transfer_cancel(struct ctx *c, i64 id)
{
    struct transfer t;

    TRY(stock_transfer_get(c, id, &t));
    TRY(step(c, &t, TRANSFER_DRAFT, TRANSFER_CANCELLED, NONE));
    return stock_hold_free(c, OWNER_TRANSFER, id);
}

enum err stock_transfer_list(struct ctx *c, const struct stock_paper_ask *a,
                             i64 before_id, struct list *ret)
{
    struct list ids = { 0 };
    i64 id;
    ROWS r = { 0 };

    *ret = (struct list){ 0 };
    if (a->place_id == NONE)
        TRY(db_rows(c, &r, &stock_transfer_sql[LIST_ALL], before_id, a->limit,
                    a->state));
    else
        TRY(db_rows(c, &r, &stock_transfer_sql[LIST], a->place_id, before_id, a->to,
                    a->limit, a->state));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, &ids, sizeof(id)) = id;
    TRY(r.err);
    for (size_t k = 0; k < ids.n; k++)
        TRY(stock_transfer_get(c, ((i64 *)ids.at)[k],
                               list_add(c->mem, ret, sizeof(struct transfer))));
    return ERR_OK;
}
