/* Absolute numbers from outside, by the thousand: lines under the ledger.
 *
 * A slice reads what the book says of its rows, in order of the key, decides in
 * memory, and writes all rows with one bulk statement; on SQLite one pass reads and
 * writes those that the book has.  Between the reading and
 * the writing nobody can move goods there: both pass the place's gate (ADR-0012). */
#include <assert.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "event/event.h"
#include "stock/stock_own.h"

enum { RANGE, LATER, MISSING };

/* clang-format off */
const struct query stock_feed_sql[] = {
    [RANGE] = { "stock.list_range",
        "SELECT variant_id, on_hand, held, base_at FROM stock_level"
        " WHERE place_id = $1 AND variant_id >= $2 AND variant_id <= $3 ORDER BY variant_id" },

    [LATER] = { "stock.sum_later_moves",
        "SELECT variant_id, CAST(SUM(qty) AS BIGINT) FROM stock_move"
        " WHERE place_id = $1 AND at >= $2 GROUP BY variant_id ORDER BY variant_id" },

    [MISSING] = { "stock.list_missing",
        "SELECT variant_id FROM stock_level"
        " WHERE place_id = $1 AND base_doc <> $2 AND base_at <= $3"
        " ORDER BY variant_id LIMIT $4" },
    QUERY_END
};

static const struct db_bulk level_bulk = {
    .name = "stock.level_bulk",
    .table = "stock_level",
    .columns = (const char *const[]){ "place_id", "variant_id", "on_hand", "base_qty", "base_at",
                                      "base_doc", NULL },
    .types = "iiiiii",
    .keys = "place_id, variant_id",
    .update = "on_hand = excluded.on_hand, base_qty = excluded.base_qty,"
              " base_at = excluded.base_at, base_doc = excluded.base_doc",
    .where = "stock_level.base_at <= excluded.base_at",
};
/* clang-format on */

/* A row of the feed beside what the book says. */
struct row {
    i64 on_hand, held, base_at; /* of the book; all 0 where there is no level */
    i64 later;                  /* moves at or after the count */
    bool written;               /* by the pass that read it */
};

struct slice {
    i64 source_id, doc_id, at;
    const struct stock_counted *in;
    struct row *book;
    size_t n, next; /* rows; the one that level_bulk takes next */
};

/* Below this many rows of a place each is looked up by itself: a delta feed names
 * a few variants out of thousands. */
enum { RANGE_FROM = 128 };

static enum err read_range(struct ctx *c, struct slice *s, size_t from, size_t to)
{
    i64 variant_id;
    struct row b = { 0 };
    size_t k = from;
    ROWS r;

    TRY(db_rows(c, &r, &stock_feed_sql[RANGE], s->in[from].place_id,
                s->in[from].variant_id, s->in[to - 1].variant_id));
    while (db_next(&r, INTO(&variant_id, &b.on_hand, &b.held, &b.base_at))) {
        while (k < to && s->in[k].variant_id < variant_id) k++;
        if (k == to || s->in[k].variant_id != variant_id) continue;
        b.later = s->book[k].later;
        s->book[k] = b;
    }
    return r.err;
}

/* Where the engine can, the pass that reads the book writes it. */
struct run {
    struct slice *s;
    size_t k, to;
};

static bool recount(void *arg, i64 variant_id, const i64 *seen, i64 *ret_new)
{
    struct run *r = arg;
    struct slice *s = r->s;

    while (r->k < r->to && s->in[r->k].variant_id < variant_id) r->k++;
    if (r->k == r->to || s->in[r->k].variant_id != variant_id) return false;
    struct row *b = &s->book[r->k];
    b->on_hand = seen[0];
    b->held = seen[1];
    b->base_at = seen[2];
    b->written = b->base_at <= s->at;
    ret_new[0] = s->in[r->k].qty + b->later;
    ret_new[1] = s->in[r->k].qty;
    ret_new[2] = s->at;
    ret_new[3] = s->doc_id;
    return b->written;
}

static enum err recount_range(struct ctx *c, struct slice *s, size_t from, size_t to)
{
    struct run r = { s, from, to };
    const struct db_pass p = {
        .name = "stock.recount",
        .table = "stock_level",
        .key = "place_id",
        .order = "variant_id",
        .sees = (const char *const[]){ "on_hand", "held", "base_at", NULL },
        .sets =
            (const char *const[]){ "on_hand", "base_qty", "base_at", "base_doc", NULL },
        .at = s->in[from].place_id,
        .from = s->in[from].variant_id,
        .to = s->in[to - 1].variant_id,
        .most = to - from,
        .row = recount,
        .arg = &r,
    };
    bool can;

    TRY(db_pass(c, &p, &can));
    return can ? ERR_OK : read_range(c, s, from, to);
}

static enum err read_each(struct ctx *c, struct slice *s, size_t from, size_t to)
{
    i64 *ids = NEW_N(c->mem, i64, to - from);
    struct stock_at *at = NEW_N(c->mem, struct stock_at, to - from);

    for (size_t k = from; k < to; k++) ids[k - from] = s->in[k].variant_id;
    TRY(stock_at_place(c, s->in[from].place_id, ids, to - from, at));
    for (size_t k = from; k < to; k++) {
        const struct stock_at *a = &at[k - from];
        s->book[k].on_hand = a->on_hand;
        s->book[k].held = a->held;
        s->book[k].base_at = a->base_at;
    }
    return ERR_OK;
}

/* What left or came since the count was taken. */
static enum err read_later(struct ctx *c, struct slice *s, size_t from, size_t to)
{
    i64 variant_id, qty;
    size_t k = from;
    ROWS r;

    TRY(db_rows(c, &r, &stock_feed_sql[LATER], s->in[from].place_id, s->at));
    while (db_next(&r, INTO(&variant_id, &qty))) {
        while (k < to && s->in[k].variant_id < variant_id) k++;
        if (k < to && s->in[k].variant_id == variant_id) s->book[k].later = qty;
    }
    return r.err;
}

static enum err read_place(struct ctx *c, struct slice *s, size_t from, size_t to)
{
    i64 moved_at;

    TRY(stock_gate(c, s->in[from].place_id, 0, &moved_at));
    TRY(stock_source_heard(c, s->source_id, s->in[from].place_id, s->at));
    if (moved_at >= s->at) TRY(read_later(c, s, from, to));
    return to - from < RANGE_FROM ? read_each(c, s, from, to)
                                  : recount_range(c, s, from, to);
}

/* The end of the run of rows of one place. */
static size_t place_end(const struct slice *s, size_t from)
{
    size_t to = from + 1;

    while (to < s->n && s->in[to].place_id == s->in[from].place_id) {
        assert(s->in[to].variant_id > s->in[to - 1].variant_id);
        to++;
    }
    return to;
}

static bool stale(const struct slice *s, size_t k)
{
    return s->book[k].base_at > s->at;
}

static bool next_row(void *from, struct val *v)
{
    struct slice *s = from;

    while (s->next < s->n && (stale(s, s->next) || s->book[s->next].written)) s->next++;
    if (s->next == s->n) return false;
    const struct stock_counted *in = &s->in[s->next];
    v[0] = val_i(in->place_id);
    v[1] = val_i(in->variant_id);
    v[2] = val_i(in->qty + s->book[s->next].later);
    v[3] = val_i(in->qty);
    v[4] = val_i(s->at);
    v[5] = val_i(s->doc_id);
    s->next++;
    return true;
}

/* ---- What follows ------------------------------------------------------- */

/* On PostgreSQL a promise may have been given between our reading and our writing;
 * now that the rows are ours its count is final, and the flag it set may be wrong. */
static enum err read_held_again(struct ctx *c, struct slice *s)
{
    struct row *before = s->book;

    if (db_engine(c->db) != DB_POSTGRES) return ERR_OK;
    s->book = NEW_N(c->mem, struct row, s->n);
    for (size_t k = 0; k < s->n; k = place_end(s, k)) {
        const size_t to = place_end(s, k);
        TRY(to - k < RANGE_FROM ? read_each(c, s, k, to) : read_range(c, s, k, to));
    }
    for (size_t k = 0; k < s->n; k++) before[k].held = s->book[k].held;
    s->book = before;
    return ERR_OK;
}

static enum err follow(struct ctx *c, struct slice *s, struct stock_count_sum *sum)
{
    struct list flags = { 0 };
    i64 safety = 0, place_id = 0;
    i64 *held = NEW_N(c->mem, i64, s->n);
    bool watched = false;

    for (size_t k = 0; k < s->n; k++) held[k] = s->book[k].held;
    TRY(read_held_again(c, s));
    for (size_t k = 0; k < s->n; k++) {
        const struct row *b = &s->book[k];
        const i64 qty = s->in[k].qty + b->later;
        const struct stock_after a = { s->in[k].place_id, s->in[k].variant_id, qty,
                                       b->held, b->on_hand - held[k] };

        if (stale(s, k)) {
            sum->stale++;
            continue;
        }
        if (a.place_id != place_id) {
            place_id = a.place_id;
            safety = stock_safety(c, place_id);
            watched = stock_place_watched(place_id);
        }
        if (qty == b->on_hand && b->held == held[k]) continue;
        sum->changed += qty != b->on_hand;
        sum->off_by += llabs(qty - b->on_hand);
        if ((a.was_unheld > safety) != (qty - b->held > safety) || b->held != held[k])
            *(struct catalog_flag *)list_add(c->mem, &flags,
                                             sizeof(struct catalog_flag)) =
                (struct catalog_flag){ a.place_id, a.variant_id,
                                       qty - b->held > safety };
        if (qty < b->held && a.was_unheld >= 0) TRY(stock_tell_short(c, &a));
        stock_publish(c, &a, watched);
    }
    return stock_flags_tell(c, flags.at, flags.n);
}

enum err stock_counts_tell(struct ctx *c, const struct stock_said *by,
                           const struct stock_count_sum *sum)
{
    return event_emit(
        c, "stock.counted", by->doc_id,
        arena_printf(c->mem,
                     "{\"source_id\":\"%lld\",\"doc_id\":\"%lld\",\"at\":\"%s\","
                     "\"rows\":%lld,\"changed\":%lld,\"off_by\":%lld}",
                     by->source_id, by->doc_id,
                     time_iso(c->mem, by->at < c->now ? by->at : c->now), sum->rows,
                     sum->changed, sum->off_by));
}

enum err stock_counts_put(struct ctx *c, const struct stock_said *by,
                          const struct stock_counted *rows, size_t n,
                          struct stock_count_sum *ret)
{
    struct stock_count_sum sum = { .rows = (i64)n };
    struct slice s = { .source_id = by->source_id,
                       .doc_id = by->doc_id,
                       .at = by->at < c->now ? by->at : c->now,
                       .in = rows,
                       .book = NEW_N(c->mem, struct row, n),
                       .n = n };
    i64 written;

    for (size_t k = 0; k < n; k = place_end(&s, k))
        TRY(read_place(c, &s, k, place_end(&s, k)));
    TRY(db_bulk(c, &level_bulk, next_row, &s, &written));
    TRY(follow(c, &s, &sum));
    *ret = sum;
    return ERR_OK;
}

enum err stock_zero_missing(struct ctx *c, const struct stock_said *by, i64 place_id,
                            struct stock_count_sum *ret, bool *ret_more)
{
    struct stock_counted *rows = NEW_N(c->mem, struct stock_counted, LIMIT_BULK_ROWS);
    size_t n = 0;
    i64 variant_id;

    TRY(stock_gate(c, place_id, 0, NULL));
    ROWS r;
    TRY(db_rows(c, &r, &stock_feed_sql[MISSING], place_id, by->doc_id,
                by->at < c->now ? by->at : c->now, LIMIT_BULK_ROWS));
    while (db_next(&r, INTO(&variant_id)))
        rows[n++] = (struct stock_counted){ place_id, variant_id, 0 };
    TRY(r.err);
    *ret_more = n == LIMIT_BULK_ROWS;
    return stock_counts_put(c, by, rows, n, ret);
}
