/* What came back from a buyer, and what stands aside because nobody may be promised it.
 */
#include "base/id.h"
#include "stock/stock_floor.h"

enum { ADD, GET, LIST, END, END_DOC, UNIT_TO };

/* clang-format off */
#define ROW "q.id, q.place_id, q.variant_id, q.qty, q.doc_id, q.at, q.ended_at, q.serial, q.why, q.ended_how, v.sku, v.name"

const struct query stock_quarantine_sql[] = {
    [ADD] = { "stock.add_aside",
        "INSERT INTO stock_quarantine (place_id, id, variant_id, qty, serial, doc_id, line_no, why, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (doc_id, line_no) DO NOTHING" },

    [GET] = { "stock.get_aside",
        "SELECT " ROW " FROM stock_quarantine q"
        "  JOIN pub_catalog_variant v ON v.id = q.variant_id WHERE q.id = $1" },

    [LIST] = { "stock.list_aside",
        "SELECT " ROW " FROM stock_quarantine q"
        "  JOIN pub_catalog_variant v ON v.id = q.variant_id"
        " WHERE q.place_id = $1 AND q.id < $2 AND q.ended_at IS NULL"
        " ORDER BY q.id DESC LIMIT $3" },

    [END] = { "stock.end_aside",
        "UPDATE stock_quarantine SET ended_at = $2, ended_how = $3, ended_by = $4"
        " WHERE id = $1 AND ended_at IS NULL" },

    [END_DOC] = { "stock.undo_aside",
        "UPDATE stock_quarantine SET ended_at = $3, ended_how = 3, ended_by = $4"
        " WHERE doc_id = $1 AND line_no = $2 AND ended_at IS NULL" },

    [UNIT_TO] = { "stock.step_aside_unit",
        "UPDATE stock_unit SET state = $2, place_id = $3, at = $4 WHERE serial = $1 AND state = 7" },
    QUERY_END
};
/* clang-format on */

#define Q stock_quarantine_sql

const char *const stock_aside_words[] = { "shelf", "written_off", "service", "undone",
                                          NULL };

enum { TAKEN_BACK = 1000 }; /* added to a line's number: a return taken back */

static struct stock_move move_of(const struct stock_back *b, int reason, i64 qty)
{
    return (struct stock_move){ b->place_id, b->variant_id, qty,  reason,
                                b->doc_id,   b->line_no,    NONE, b->serial };
}

static enum err put_aside(struct ctx *c, const struct stock_back *b)
{
    const char *serial = b->serial ? stock_serial_norm(c->mem, b->serial) : NULL;

    return db_exec(c, &Q[ADD], NULL, b->place_id, id_new(c), b->variant_id, b->qty,
                   serial, b->doc_id, b->line_no, b->why ? b->why : "", c->now);
}

enum err stock_take_back(struct ctx *c, const struct stock_back *b, size_t n)
{
    struct stock_move *m = NEW_N(c->mem, struct stock_move, 2 * n);
    size_t in = 0, out = n;

    for (size_t k = 0; k < n; k++) {
        m[in++] = move_of(&b[k], MOVE_RETURN, b[k].qty);
        if (!b[k].aside) continue;
        m[out++] = move_of(&b[k], MOVE_QUARANTINE, -b[k].qty);
        TRY(put_aside(c, &b[k]));
    }
    TRY(stock_move(c, &(struct stock_take){ m, n, false, -1, 0 }));
    if (out == n) return ERR_OK;
    return stock_move(c, &(struct stock_take){ m + n, out - n, true, -1, 0 });
}

static enum err undo_aside(struct ctx *c, const struct stock_back *b)
{
    i64 n;

    TRY(db_exec(c, &Q[END_DOC], &n, b->doc_id, b->line_no, c->now, c->who.id));
    if (n) return ERR_OK;
    return FAIL(c, WRONG_STATE, "line %lld does not stand aside any more", b->line_no);
}

enum err stock_give_back(struct ctx *c, const struct stock_back *b, size_t n)
{
    struct stock_move *m = NEW_N(c->mem, struct stock_move, 2 * n);
    size_t in = 0, out = n;

    for (size_t k = 0; k < n; k++) {
        struct stock_back back = b[k];

        back.line_no += TAKEN_BACK;
        m[out++] = move_of(&back, MOVE_RETURN, -back.qty);
        if (!back.aside) continue;
        TRY(undo_aside(c, &b[k]));
        m[in++] = move_of(&back, MOVE_QUARANTINE, back.qty);
    }
    if (in) TRY(stock_move(c, &(struct stock_take){ m, in, false, -1, 0 }));
    return stock_move(c, &(struct stock_take){ m + n, n, false, -1, 0 });
}

/* ---- Decide ------------------------------------------------------------- */

#define ROW_INTO(a, how)                                                               \
    &(a)->id, &(a)->place_id, &(a)->variant_id, &(a)->qty, &(a)->doc_id, &(a)->at,     \
        &(a)->ended_at, &(a)->serial, &(a)->why, &(how), &(a)->sku, &(a)->name

enum err stock_aside_get(struct ctx *c, i64 id, struct stock_aside *a)
{
    i64 how;
    const enum err e = db_one(c, &Q[GET], INTO(ROW_INTO(a, how)), id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "nothing %lld stands aside", id);
    TRY(e);
    a->how = how == NONE ? -1 : (int)how;
    return ERR_OK;
}

enum err stock_aside_list(struct ctx *c, i64 place_id, i64 before_id, i64 limit,
                          struct list *ret)
{
    struct stock_aside a;
    i64 how;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[LIST], place_id, before_id ? before_id : INT64_MAX, limit));
    while (db_next(&r, INTO(ROW_INTO(&a, how)))) {
        a.how = how == NONE ? -1 : (int)how;
        *(struct stock_aside *)list_add(c->mem, ret, sizeof(a)) = a;
    }
    return r.err;
}

/* Back to the shelf it is a move; written off or repaired it was outside of the book
 * already, and only the life of a piece with a number goes on. */
enum err stock_aside_end(struct ctx *c, i64 id, int how, const char *why)
{
    struct stock_aside a;
    i64 n;

    TRY(stock_aside_get(c, id, &a));
    TRY(db_exec(c, &Q[END], &n, id, c->now, how, c->who.id));
    if (!n) return FAIL(c, GONE, "what stood aside as %lld was decided before", id);
    TRY(stock_audit_why(c,
                        arena_printf(c->mem, "stock.aside_%s", stock_aside_words[how]),
                        id, why ? why : ""));
    if (how == ASIDE_SHELF) {
        const struct stock_move m = {
            a.place_id, a.variant_id, a.qty, MOVE_QUARANTINE, id, 1, NONE, a.serial
        };
        return stock_move(c, &(struct stock_take){ &m, 1, false, -1, 0 });
    }
    if (!a.serial) return ERR_OK;
    return db_exec(c, &Q[UNIT_TO], NULL, a.serial,
                   how == ASIDE_SERVICE ? UNIT_SERVICE : UNIT_LOST,
                   how == ASIDE_SERVICE ? a.place_id : 0, c->now);
}
