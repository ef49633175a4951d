#include "stock/stock.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "catalog/catalog.h"
#include "event/event.h"
#include "http/live.h"
#include "place/place.h"
#include "setting/setting.h"
#include "stock/stock_own.h"

enum { FREE, OF_VARIANT, AT_PLACE, DUE, GATE, EXISTS };

/* clang-format off */
const struct query stock_sql[] = {
    [FREE] = { "stock.free",
        "SELECT on_hand - held FROM stock_level WHERE place_id = $1 AND variant_id = $2" },

    /* A look-up a place: see the header of stock_of_variant(). */
    [OF_VARIANT] = { "stock.list_of_variant",
        "SELECT p.place_id, COALESCE(l.on_hand, 0), COALESCE(l.held, 0), COALESCE(l.base_at, 0),"
        "       COALESCE((SELECT CAST(SUM(i.qty) AS BIGINT) FROM stock_incoming i"
        "                 WHERE i.place_id = p.place_id AND i.variant_id = $1), 0)"
        "  FROM stock_place p"
        "  LEFT JOIN stock_level l ON l.place_id = p.place_id AND l.variant_id = $1",
        .scan = "one row for each place of the chain" },

    [AT_PLACE] = { "stock.get_level",
        "SELECT l.on_hand, l.held, l.base_at,"
        "       COALESCE((SELECT CAST(SUM(i.qty) AS BIGINT) FROM stock_incoming i"
        "                 WHERE i.place_id = l.place_id AND i.variant_id = l.variant_id), 0)"
        "  FROM stock_level l WHERE l.place_id = $1 AND l.variant_id = $2" },

    [DUE] = { "stock.sum_due",
        "SELECT COALESCE(CAST(SUM(qty) AS BIGINT), 0) FROM stock_incoming"
        " WHERE place_id = $1 AND variant_id = $2 AND due_at <= $3" },

    [GATE] = { "stock.pass_gate",
        "INSERT INTO stock_place (place_id, moved_at) VALUES ($1, $2)"
        " ON CONFLICT (place_id) DO UPDATE SET moved_at ="
        "   CASE WHEN stock_place.moved_at < excluded.moved_at THEN excluded.moved_at"
        "        ELSE stock_place.moved_at END"
        " RETURNING moved_at" },

    [EXISTS] = { "stock.get_exists",
        "SELECT (SELECT COUNT(*) FROM pub_place_place WHERE id = $1),"
        "       (SELECT COUNT(*) FROM pub_catalog_variant WHERE id = $2)" },
    QUERY_END
};
/* clang-format on */

const char *const stock_reason_words[] = {
    "sale",         "handover",    "return", "receipt",
    "transfer_out", "transfer_in", "adjust", "loss",
    "service",      "quarantine",  NULL
};

i64 stock_safety(struct ctx *c, i64 place_id)
{
    struct setting_scope s;

    if (place_scope(c, place_id, &s)) return 0;
    return setting_int(c, "stock.safety", s);
}

static i64 at_least_0(i64 n)
{
    return n > 0 ? n : 0;
}

enum err stock_free(struct ctx *c, i64 place_id, i64 variant_id, i64 *ret_qty)
{
    i64 unheld = 0;
    const enum err e = db_one(c, &stock_sql[FREE], INTO(&unheld), place_id, variant_id);

    if (e && e != ERR_NOT_FOUND) return e;
    *ret_qty = e ? 0 : at_least_0(unheld - stock_safety(c, place_id));
    return ERR_OK;
}

static int most_free_first(const void *a, const void *b)
{
    const struct stock_at *x = a, *y = b;

    if (x->free != y->free) return x->free > y->free ? -1 : 1;
    return (x->place_id > y->place_id) - (x->place_id < y->place_id);
}

enum err stock_of_variant(struct ctx *c, i64 variant_id, struct list *ret)
{
    struct stock_at a = { .variant_id = variant_id };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &stock_sql[OF_VARIANT], variant_id));
    while (
        db_next(&r, INTO(&a.place_id, &a.on_hand, &a.held, &a.base_at, &a.incoming))) {
        if (!a.on_hand && !a.held && !a.incoming) continue;
        a.free = at_least_0(a.on_hand - a.held - stock_safety(c, a.place_id));
        *(struct stock_at *)list_add(c->mem, ret, sizeof(a)) = a;
    }
    TRY(r.err);
    if (ret->n) qsort(ret->at, ret->n, sizeof(a), most_free_first);
    return ERR_OK;
}

enum err stock_at_place(struct ctx *c, i64 place_id, const i64 *variant_ids, size_t n,
                        struct stock_at *ret)
{
    struct db_call *calls = NEW_N(c->mem, struct db_call, n);
    struct val(*v)[2] = arena_alloc(c->mem, n * sizeof(*v));
    struct out(*o)[4] = arena_alloc(c->mem, n * sizeof(*o));
    const i64 safety = n ? stock_safety(c, place_id) : 0;

    for (size_t k = 0; k < n; k++) {
        ret[k] =
            (struct stock_at){ .place_id = place_id, .variant_id = variant_ids[k] };
        memcpy(v[k], (struct val[]){ val_i(place_id), val_i(variant_ids[k]) },
               sizeof(v[k]));
        memcpy(o[k],
               (struct out[]){ OUT(&ret[k].on_hand), OUT(&ret[k].held),
                               OUT(&ret[k].base_at), OUT(&ret[k].incoming) },
               sizeof(o[k]));
        calls[k] = (struct db_call){ &stock_sql[AT_PLACE], v[k], 2, o[k], 4, 0 };
    }
    TRY(db_batch(c, calls, n));
    for (size_t k = 0; k < n; k++)
        ret[k].free = at_least_0(ret[k].on_hand - ret[k].held - safety);
    return ERR_OK;
}

enum err stock_promise(struct ctx *c, i64 place_id, i64 variant_id, i64 by_at,
                       i64 *ret_qty)
{
    i64 unheld = 0, due;
    const enum err e = db_one(c, &stock_sql[FREE], INTO(&unheld), place_id, variant_id);

    if (e && e != ERR_NOT_FOUND) return e;
    TRY(db_one(c, &stock_sql[DUE], INTO(&due), place_id, variant_id, by_at));
    *ret_qty = at_least_0((e ? 0 : unheld) - stock_safety(c, place_id) + due);
    return ERR_OK;
}

enum err stock_gate(struct ctx *c, i64 place_id, i64 moved_at, i64 *ret_moved_at)
{
    i64 at;

    TRY(db_one(c, &stock_sql[GATE], INTO(&at), place_id, moved_at));
    if (ret_moved_at) *ret_moved_at = at;
    return ERR_OK;
}

enum err stock_exists(struct ctx *c, i64 place_id, i64 variant_id, bool *ret_place,
                      bool *ret_variant)
{
    return db_one(c, &stock_sql[EXISTS], INTO(ret_place, ret_variant), place_id,
                  variant_id);
}

/* ---- What follows a change ---------------------------------------------- */

/* Everybody may watch a variant, so its topic says no more than a shopper may know;
 * a place's topic is for its staff. */
enum { ENOUGH = 10 };

/* "stock:" and a number, quicker than printf: a feed asks for each of its rows. */
static void topic_of(char *to, const char *prefix, i64 id)
{
    char digits[24];
    size_t n = sizeof(digits);

    digits[--n] = '\0';
    do {
        digits[--n] = (char)('0' + id % 10);
    } while (id /= 10);
    const size_t head = strlen(prefix);
    memcpy(to, prefix, head);
    memcpy(to + head, digits + n, sizeof(digits) - n);
}

bool stock_place_watched(i64 place_id)
{
    char topic[48];

    topic_of(topic, "place:", place_id);
    return live_watched(topic);
}

void stock_publish(struct ctx *c, const struct stock_after *a, bool place_watched)
{
    char variant[48], place[48];

    topic_of(variant, "stock:", a->variant_id);
    const bool variant_watched = live_watched(variant);
    if (!variant_watched && !place_watched) return;

    const i64 free_now =
        at_least_0(a->on_hand - a->held - stock_safety(c, a->place_id));
    const char *head =
        arena_printf(c->mem,
                     "{\"place_id\":\"%lld\",\"variant_id\":\"%lld\","
                     "\"at\":\"%s\"",
                     a->place_id, a->variant_id, time_iso(c->mem, c->now));
    if (variant_watched)
        live_publish_after(c, variant, "stock",
                           arena_printf(c->mem, "%s,\"free\":%lld}", head,
                                        free_now < ENOUGH ? free_now : ENOUGH));
    if (!place_watched) return;
    topic_of(place, "place:", a->place_id);
    live_publish_after(c, place, "stock",
                       arena_printf(c->mem,
                                    "%s,\"free\":%lld,\"on_hand\":%lld,\"held\":%lld}",
                                    head, free_now, a->on_hand, a->held));
}

enum err stock_tell_short(struct ctx *c, const struct stock_after *a)
{
    return event_emit(
        c, "stock.short", a->variant_id,
        arena_printf(c->mem,
                     "{\"place_id\":\"%lld\",\"variant_id\":\"%lld\",\"on_hand\":%lld,"
                     "\"held\":%lld}",
                     a->place_id, a->variant_id, a->on_hand, a->held));
}

enum err stock_changed(struct ctx *c, const struct stock_after *a)
{
    const i64 safety = stock_safety(c, a->place_id), unheld = a->on_hand - a->held;
    const bool was = a->was_unheld > safety, is = unheld > safety;

    if (was != is) TRY(stock_flag(c, a->place_id, a->variant_id, is));
    if (unheld < 0 && a->was_unheld >= 0) TRY(stock_tell_short(c, a));
    stock_publish(c, a, stock_place_watched(a->place_id));
    return ERR_OK;
}
