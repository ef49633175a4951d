/* People count shelves without seeing the book; somebody with the right to looks at
 * the differences and lets them become moves.
 *
 * A line keeps the moment its pieces were seen: what the book had *then* is the
 * level now less what moved since, so a shop may sell while it counts. */
#include "base/id.h"
#include "event/event.h"
#include "place/place.h"
#include "setting/setting.h"
#include "staff/staff.h"
#include "stock/stock_own.h"

enum { ADD, GET, LINES, PUT_LINE, UNCOUNTED, BOOK, STEP, LIST, LIST_ALL, COUNTED_BY };

/* clang-format off */
const struct query stock_count_sql[] = {
    [ADD] = { "stock.add_count",
        "INSERT INTO stock_count (place_id, id, state, whole, comment, created_at, version)"
        " VALUES ($1, $2, 0, $3, $4, $5, 1)" },

    [GET] = { "stock.get_count",
        "SELECT place_id, state, whole, comment, created_at, submitted_at, approved_at, approved_by, version,"
        "       submitted_by FROM stock_count WHERE id = $1" },

    [LINES] = { "stock.list_count_lines",
        "SELECT variant_id, qty, book_qty, at FROM stock_count_line"
        " WHERE place_id = $1 AND count_id = $2 ORDER BY variant_id" },

    [PUT_LINE] = { "stock.put_count_line",
        "INSERT INTO stock_count_line (place_id, count_id, variant_id, qty, at, counted_by)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (place_id, count_id, variant_id)"
        " DO UPDATE SET qty = excluded.qty, at = excluded.at, counted_by = excluded.counted_by" },

    [UNCOUNTED] = { "stock.add_uncounted",
        "INSERT INTO stock_count_line (place_id, count_id, variant_id, qty, at)"
        " SELECT l.place_id, $2, l.variant_id, 0, $3 FROM stock_level l"
        "  WHERE l.place_id = $1 AND l.on_hand <> 0"
        " ON CONFLICT (place_id, count_id, variant_id) DO NOTHING", .types = "iii" },

    [BOOK] = { "stock.set_count_book",
        "UPDATE stock_count_line SET book_qty ="
        "  COALESCE((SELECT l.on_hand FROM stock_level l"
        "             WHERE l.place_id = stock_count_line.place_id"
        "               AND l.variant_id = stock_count_line.variant_id), 0)"
        "  - COALESCE((SELECT CAST(SUM(m.qty) AS BIGINT)"
        "                FROM stock_move m JOIN stock_level v"
        "                  ON v.place_id = m.place_id AND v.variant_id = m.variant_id"
        "               WHERE m.place_id = stock_count_line.place_id"
        "                 AND m.variant_id = stock_count_line.variant_id"
        "                 AND m.at >= stock_count_line.at AND m.at >= v.base_at), 0)"
        " WHERE place_id = $1 AND count_id = $2" },

    /* The table of states: counting 0 to submitted 1, that to approved 2 or back. */
    [STEP] = { "stock.step_count",
        "UPDATE stock_count SET state = $3, version = version + 1,"
        "       submitted_at = CASE WHEN $3 = 1 THEN $4 ELSE submitted_at END,"
        "       submitted_by = CASE WHEN $3 = 1 THEN $5 ELSE submitted_by END,"
        "       approved_at = CASE WHEN $3 = 2 THEN $4 END,"
        "       approved_by = CASE WHEN $3 = 2 THEN $5 END"
        " WHERE id = $1 AND state = $2", .types = "iiiii" },

    [LIST] = { "stock.list_counts",
        "SELECT id FROM stock_count WHERE place_id = $1 AND id < $2 AND ($4 < 0 OR state = $4)"
        " ORDER BY id DESC LIMIT $3", .types = "iiii" },

    [LIST_ALL] = { "stock.list_all_counts",
        "SELECT id FROM stock_count WHERE id < $1 AND ($3 < 0 OR state = $3) ORDER BY id DESC LIMIT $2",
        .types = "iii" },

    [COUNTED_BY] = { "stock.count_is_mine",
        "SELECT variant_id FROM stock_count_line"
        " WHERE place_id = $1 AND count_id = $2 AND counted_by = $3 LIMIT 1" },
    QUERY_END
};
/* clang-format on */

const char *const stock_count_words[] = { "counting", "submitted", "approved", NULL };

enum err stock_count_get(struct ctx *c, i64 id, struct count *t)
{
    struct count_line l = { 0 };
    i64 state;
    const enum err e = db_one(c, &stock_count_sql[GET],
                              INTO(&t->place_id, &state, &t->whole, &t->comment,
                                   &t->created_at, &t->submitted_at, &t->approved_at,
                                   &t->approved_by, &t->version, &t->submitted_by),
                              id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no count %lld", id);
    TRY(e);
    t->id = id;
    t->state = (int)state;
    t->lines = (struct list){ 0 };
    t->differs = 0;
    ROWS r;
    TRY(db_rows(c, &r, &stock_count_sql[LINES], t->place_id, id));
    while (db_next(&r, INTO(&l.variant_id, &l.qty, &l.book_qty, &l.at))) {
        if (t->state == COUNT_COUNTING) l.book_qty = NONE; /* blind */
        l.differs = l.book_qty == NONE ? NONE : l.qty - l.book_qty;
        t->differs += l.differs != NONE && l.differs != 0;
        *(struct count_line *)list_add(c->mem, &t->lines, sizeof(l)) = l;
    }
    return r.err;
}

enum err stock_count_add(struct ctx *c, struct count *t)
{
    bool place, any;

    TRY(stock_exists(c, t->place_id, 0, &place, &any));
    if (!place) return FAIL_FIELD(c, NO_SUCH, "place_id", "no place %lld", t->place_id);
    t->id = id_new(c);
    return db_exec(c, &stock_count_sql[ADD], NULL, t->place_id, t->id, t->whole,
                   t->comment ? t->comment : "", c->now);
}

static enum err wrong_state(struct ctx *c, const struct count *t, int wanted)
{
    return FAIL(c, WRONG_STATE, "count %lld is %s, not %s", t->id,
                stock_count_words[t->state], stock_count_words[wanted]);
}

/* The account that acts; NONE: a key, a job. */
static i64 me(const struct ctx *c)
{
    return c->who.kind == WHO_STAFF ? c->who.id : NONE;
}

enum err stock_count_put(struct ctx *c, i64 id, const struct list *lines)
{
    const struct count_line *l = lines->at;
    struct count t;
    bool any, variant;

    TRY(stock_count_get(c, id, &t));
    if (t.state != COUNT_COUNTING) return wrong_state(c, &t, COUNT_COUNTING);
    for (size_t k = 0; k < lines->n; k++) {
        TRY(stock_exists(c, t.place_id, l[k].variant_id, &any, &variant));
        if (!variant) {
            FAIL_MORE(c, NO_SUCH, arena_printf(c->mem, "lines[%zu].variant_id", k),
                      "no variant %lld", l[k].variant_id);
            continue;
        }
        TRY(db_exec(c, &stock_count_sql[PUT_LINE], NULL, t.place_id, id,
                    l[k].variant_id, l[k].qty,
                    l[k].at == NONE || l[k].at > c->now ? c->now : l[k].at, me(c)));
    }
    return c->fault.err;
}

static enum err step(struct ctx *c, const struct count *t, int from, int to)
{
    i64 n;

    TRY(db_exec(c, &stock_count_sql[STEP], &n, t->id, from, to, c->now, me(c)));
    return n ? ERR_OK : wrong_state(c, t, from);
}

enum err stock_count_submit(struct ctx *c, i64 id)
{
    struct count t;

    TRY(stock_count_get(c, id, &t));
    TRY(step(c, &t, COUNT_COUNTING, COUNT_SUBMITTED));
    TRY(stock_gate(c, t.place_id, 0, NULL));
    if (t.whole)
        TRY(db_exec(c, &stock_count_sql[UNCOUNTED], NULL, t.place_id, id, c->now));
    return db_exec(c, &stock_count_sql[BOOK], NULL, t.place_id, id);
}

enum err stock_count_reject(struct ctx *c, i64 id)
{
    struct count t;

    TRY(stock_count_get(c, id, &t));
    return step(c, &t, COUNT_SUBMITTED, COUNT_COUNTING);
}

/* Four eyes: who counted, or said that all is counted, does not approve it. */
static enum err is_mine(struct ctx *c, const struct count *t, bool *ret)
{
    i64 variant_id;

    *ret = me(c) != NONE && t->submitted_by == me(c);
    if (*ret || me(c) == NONE) return ERR_OK;
    const enum err e = db_one(c, &stock_count_sql[COUNTED_BY], INTO(&variant_id),
                              t->place_id, t->id, me(c));
    if (e == ERR_NOT_FOUND) return ERR_OK;
    TRY(e);
    *ret = true;
    return ERR_OK;
}

static enum err other_eyes(struct ctx *c, const struct count *t, bool *ret)
{
    struct setting_scope s;
    bool mine = false;

    TRY(place_scope(c, t->place_id, &s));
    if (!setting_bool(c, "stock.count_same_person", s)) TRY(is_mine(c, t, &mine));
    *ret = !mine;
    return ERR_OK;
}

enum err stock_count_judge(struct ctx *c, struct count *t)
{
    t->may_approve = false;
    if (t->state != COUNT_SUBMITTED) return ERR_OK;
    if (!who_can(&c->who, RIGHT_STOCK_APPROVE) && c->who.kind != WHO_SYSTEM)
        return ERR_OK;
    return other_eyes(c, t, &t->may_approve);
}

/* The differences become moves, dated when the pieces were seen.  The book is
 * read again: what an offline till told meanwhile is no difference any more. */
enum err stock_count_approve(struct ctx *c, i64 id)
{
    struct count t;
    size_t n = 0;
    bool others = true;

    TRY(stock_count_get(c, id, &t));
    if (t.state == COUNT_SUBMITTED) TRY(other_eyes(c, &t, &others));
    if (!others) return FAIL(c, SAME_PERSON, "count %lld was made by whoever asks", id);
    TRY(step(c, &t, COUNT_SUBMITTED, COUNT_APPROVED));
    TRY(stock_gate(c, t.place_id, 0, NULL));
    TRY(db_exec(c, &stock_count_sql[BOOK], NULL, t.place_id, id));
    TRY(stock_count_get(c, id, &t));
    const struct count_line *l = t.lines.at;
    struct stock_move *m = NEW_N(c->mem, struct stock_move, t.lines.n);
    for (size_t k = 0; k < t.lines.n; k++)
        if (l[k].differs)
            m[n++] = (struct stock_move){ t.place_id,   l[k].variant_id,
                                          l[k].differs, MOVE_ADJUST,
                                          id,           (i64)k + 1,
                                          l[k].at,      NULL };
    const struct stock_take take = { m, n, true, -1, 0 };
    TRY(stock_move(c, &take));
    return event_emit(
        c, "stock.counted", id,
        arena_printf(c->mem,
                     "{\"place_id\":\"%lld\",\"doc_id\":\"%lld\",\"rows\":%zu,"
                     "\"changed\":%zu}",
                     t.place_id, id, t.lines.n, n));
}

enum err stock_count_list(struct ctx *c, const struct stock_paper_ask *a, i64 before_id,
                          struct list *ret)
{
    struct list ids = { 0 };
    i64 id;
    ROWS r = { 0 };

    *ret = (struct list){ 0 };
    if (a->place_id == NONE)
        TRY(db_rows(c, &r, &stock_count_sql[LIST_ALL], before_id, a->limit, a->state));
    else
        TRY(db_rows(c, &r, &stock_count_sql[LIST], a->place_id, before_id, a->limit,
                    a->state));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, &ids, sizeof(id)) = id;
    TRY(r.err);
    for (size_t k = 0; k < ids.n; k++)
        TRY(stock_count_get(c, ((i64 *)ids.at)[k],
                            list_add(c->mem, ret, sizeof(struct count))));
    return ERR_OK;
}
