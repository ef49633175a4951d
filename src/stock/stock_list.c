/* Lists for people: levels of a place, the ledger, a unit's life. */
#include "base/json.h"
#include "http/route.h"
#include "staff/staff.h"
#include "stock/stock_own.h"

enum { LEVELS, MOVES, MOVES_OF, MOVES_ANYWHERE, LIFE };

/* clang-format off */
#define GOODS(col) "(SELECT v." col " FROM pub_catalog_variant v WHERE v.id = variant_id)"
#define MOVE "place_id, variant_id, qty, reason, doc_id, line_no, unit_id, at, said_at," \
             GOODS("sku") "," GOODS("name") ", who_kind, who_id"
#define ONLY " AND at >= $8 AND at < $9 AND ($10 < 0 OR reason = $10) AND ($11 = 0 OR doc_id = $11)"
const struct query stock_list_sql[] = {
    [LEVELS] = { "stock.list_levels",
        "SELECT l.variant_id, (SELECT v.sku FROM pub_catalog_variant v WHERE v.id = l.variant_id),"
        "       (SELECT v.name FROM pub_catalog_variant v WHERE v.id = l.variant_id),"
        "       l.on_hand, l.held, l.base_at,"
        "       COALESCE((SELECT CAST(SUM(i.qty) AS BIGINT) FROM stock_incoming i"
        "                 WHERE i.place_id = l.place_id AND i.variant_id = l.variant_id), 0)"
        "  FROM stock_level l"
        " WHERE l.place_id = $1 AND l.variant_id > $2 AND ($3 = 0 OR l.on_hand < l.held)"
        " ORDER BY l.variant_id LIMIT $4", .types = "iiii" },

    [MOVES] = { "stock.list_moves",
        "SELECT " MOVE " FROM stock_move"
        " WHERE place_id = $1 AND at <= $2 AND (at, doc_id, line_no, reason, unit_id) < ($2, $3, $4, $5, $6)" ONLY
        " ORDER BY at DESC, doc_id DESC, line_no DESC, reason DESC, unit_id DESC LIMIT $7",
        .types = "iiiiiiiiiii" },

    [MOVES_OF] = { "stock.list_moves_of",
        "SELECT " MOVE " FROM stock_move"
        " WHERE variant_id = $12 AND place_id = $1 AND at <= $2"
        "   AND (at, doc_id, line_no, reason, unit_id) < ($2, $3, $4, $5, $6)" ONLY
        " ORDER BY at DESC, doc_id DESC, line_no DESC, reason DESC, unit_id DESC LIMIT $7",
        .types = "iiiiiiiiiiii" },

    /* Of all places: the moves of one variant, sorted anew for each page. */
    [MOVES_ANYWHERE] = { "stock.list_moves_anywhere",
        "SELECT " MOVE " FROM stock_move"
        " WHERE variant_id = $1 AND at <= $2 AND (at, doc_id, line_no, reason, unit_id) < ($2, $3, $4, $5, $6)" ONLY
        " ORDER BY at DESC, doc_id DESC, line_no DESC, reason DESC, unit_id DESC LIMIT $7",
        .types = "iiiiiiiiiii" },

    [LIFE] = { "stock.list_unit_moves",
        "SELECT " MOVE " FROM stock_move"
        " WHERE unit_id = $1 AND unit_id <> 0 ORDER BY at DESC, doc_id DESC LIMIT 200" },
    QUERY_END
};
/* clang-format on */

enum err stock_level_list(struct ctx *c, i64 place_id,
                          const struct stock_level_ask *ask, struct list *ret)
{
    struct stock_level_row l = { .at = { .place_id = place_id } };
    const i64 safety = stock_safety(c, place_id);
    i64 after = -1;

    *ret = (struct list){ 0 };
    if (ask->after) TRY(page_after(c, ask->after, &after, 1));
    ROWS r;
    TRY(db_rows(c, &r, &stock_list_sql[LEVELS], place_id, after, ask->only_short,
                ask->limit == NONE ? 50 : ask->limit));
    while (db_next(&r, INTO(&l.at.variant_id, &l.sku, &l.name, &l.at.on_hand,
                            &l.at.held, &l.at.base_at, &l.at.incoming))) {
        const i64 unheld = l.at.on_hand - l.at.held - safety;

        l.at.free = unheld > 0 ? unheld : 0;
        *(struct stock_level_row *)list_add(c->mem, ret, sizeof(l)) = l;
    }
    return r.err;
}

static enum err read_moves(struct ctx *c, struct rows *r, struct list *ret)
{
    struct stock_moved m = { 0 };
    i64 reason, who_kind;

    while (db_next(r, INTO(&m.place_id, &m.variant_id, &m.qty, &reason, &m.doc_id,
                           &m.line_no, &m.unit_id, &m.at, &m.said_at, &m.sku, &m.name,
                           &who_kind, &m.who_id))) {
        m.reason = (int)reason;
        m.who_kind = (int)who_kind;
        *(struct stock_moved *)list_add(c->mem, ret, sizeof(m)) = m;
    }
    return r->err;
}

enum { KEYS = 5 };

static enum err open_moves(struct ctx *c, const struct stock_move_ask *a, const i64 *at,
                           i64 limit, struct rows *r)
{
    const i64 since = a->since == NONE ? 0 : a->since,
              until = a->until == NONE ? INT64_MAX : a->until,
              doc_id = a->doc_id == NONE ? 0 : a->doc_id;
    const bool anywhere = a->place_id == NONE;
    const struct val v[] = { val_i(anywhere ? a->variant_id : a->place_id),
                             val_i(at[0]),
                             val_i(at[1]),
                             val_i(at[2]),
                             val_i(at[3]),
                             val_i(at[4]),
                             val_i(limit),
                             val_i(since),
                             val_i(until),
                             val_i(a->reason),
                             val_i(doc_id),
                             val_i(a->variant_id) };

    if (anywhere) return db_rows_(c, r, &stock_list_sql[MOVES_ANYWHERE], v, 11);
    if (a->variant_id == NONE) return db_rows_(c, r, &stock_list_sql[MOVES], v, 11);
    return db_rows_(c, r, &stock_list_sql[MOVES_OF], v, 12);
}

enum err stock_move_list(struct ctx *c, const struct stock_move_ask *ask,
                         struct list *ret, const char **ret_next)
{
    const i64 limit = ask->limit == NONE ? 50 : ask->limit;
    i64 at[KEYS] = { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX };

    if (ask->place_id == NONE && ask->variant_id == NONE)
        return FAIL_FIELD(c, BAD_ARGUMENT, "place_id",
                          "a place or a variant is needed");
    if (ask->after) TRY(page_after(c, ask->after, at, KEYS));
    *ret = (struct list){ 0 };
    *ret_next = NULL;
    ROWS r = { 0 };
    TRY(open_moves(c, ask, at, limit, &r));
    TRY(read_moves(c, &r, ret));
    if ((i64)ret->n < limit) return ERR_OK;
    const struct stock_moved *m = (struct stock_moved *)ret->at + ret->n - 1;
    const i64 last[KEYS] = { m->at, m->doc_id, m->line_no, m->reason, m->unit_id };
    *ret_next = page_next(c->mem, last, KEYS);
    return ERR_OK;
}

enum err stock_move_list_of_unit(struct ctx *c, i64 unit_id, struct list *ret)
{
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &stock_list_sql[LIFE], unit_id));
    return read_moves(c, &r, ret);
}

enum err stock_audit_why(struct ctx *c, const char *what, i64 subject_id,
                         const char *why)
{
    struct buf b = buf_new(c->mem, 128, 4096);

    buf_text(&b, "{\"why\":");
    json_put_text(&b, why, strlen(why));
    buf_char(&b, '}');
    return staff_audit(c, what, subject_id, b.at);
}
