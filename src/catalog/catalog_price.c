/* Price lists, and what a variant costs where and when. */
#include <string.h>

#include "base/id.h"
#include "catalog/catalog_office.h"
#include "catalog/catalog_own.h"
#include "catalog/catalog_shelf.h"
#include "db/db.h"
#include "event/event.h"
#include "setting/setting.h"

enum {
    LIST_ADD,
    LIST_SET,
    LIST_FIND,
    LIST_ALL,
    PRICE_SET,
    PRICE_CUT,
    PRICE_OF,
    PRICES_OF,
    PRICE_AT,
    PRICE_END,
    PRICE_DROP,
    PRICE_REOPEN
};

/* clang-format off */
const struct query catalog_price_sql[] = {
    [LIST_ADD] = { "catalog.add_price_list",
        "INSERT INTO catalog_price_list (id, code, name, region_id, channel, priority, price_type)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)" },
    [LIST_SET] = { "catalog.set_price_list",
        "UPDATE catalog_price_list SET code = $2, name = $3, region_id = $4, channel = $5, priority = $6,"
        "       price_type = $7 WHERE id = $1" },
    [LIST_FIND] = { "catalog.find_price_list", "SELECT id FROM catalog_price_list WHERE code = $1" },
    [LIST_ALL] = { "catalog.list_price_lists",
        "SELECT id, code, name, region_id, channel, priority, price_type FROM catalog_price_list ORDER BY id",
        .scan = "price lists are read as a whole; some dozens" },

    [PRICE_SET] = { "catalog.set_price",
        "INSERT INTO catalog_price (variant_id, list_id, from_at, to_at, price_minor, old_minor)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (variant_id, list_id, from_at) DO UPDATE SET to_at = excluded.to_at,"
        "       price_minor = excluded.price_minor, old_minor = excluded.old_minor" },
    /* What was open until now ends where the new one begins. */
    [PRICE_CUT] = { "catalog.end_price",
        "UPDATE catalog_price SET to_at = $3"
        " WHERE variant_id = $1 AND list_id = $2 AND from_at < $3 AND to_at IS NULL" },

    /* One channel or region's own list beats the wider ones: see catalog.h. */
    [PRICE_OF] = { "catalog.price_of",
        "SELECT p.price_minor, p.old_minor, p.list_id"
        "  FROM catalog_price p JOIN catalog_price_list l ON l.id = p.list_id"
        " WHERE p.variant_id = $1 AND p.from_at <= $4 AND (p.to_at IS NULL OR p.to_at > $4)"
        "   AND (l.region_id IS NULL OR l.region_id = $2) AND (l.channel = -1 OR l.channel = $3)"
        "   AND l.price_type = $5"
        " ORDER BY CASE WHEN l.region_id IS NULL THEN 1 ELSE 0 END, CASE WHEN l.channel = -1 THEN 1 ELSE 0 END,"
        "          l.priority DESC, l.id, p.from_at DESC LIMIT 1" },
    [PRICES_OF] = { "catalog.list_prices",
        "SELECT list_id, from_at, to_at, price_minor, old_minor FROM catalog_price"
        " WHERE variant_id = $1 ORDER BY list_id, from_at" },

    [PRICE_AT] = { "catalog.price_at",
        "SELECT price_minor, old_minor FROM catalog_price"
        " WHERE variant_id = $1 AND list_id = $2 AND from_at <= $3 AND (to_at IS NULL OR to_at > $3)"
        " ORDER BY from_at DESC LIMIT 1" },
    [PRICE_END] = { "catalog.close_price",
        "UPDATE catalog_price SET to_at = $4"
        " WHERE variant_id = $1 AND list_id = $2 AND from_at = $3 AND to_at IS NULL AND from_at < $4" },
    [PRICE_DROP] = { "catalog.drop_price",
        "DELETE FROM catalog_price WHERE variant_id = $1 AND list_id = $2 AND from_at = $3" },
    [PRICE_REOPEN] = { "catalog.reopen_price",
        "UPDATE catalog_price SET to_at = NULL WHERE variant_id = $1 AND list_id = $2 AND to_at = $3" },
    QUERY_END
};
/* clang-format on */

/* ---- Lists ---------------------------------------------------------------------- */

enum err catalog_price_list_put(struct ctx *c, struct catalog_price_list *l)
{
    const bool is_new = !l->id;
    i64 other, n = 1;
    enum err e;

    if (!l->code || !*l->code)
        return FAIL_FIELD(c, BAD_ARGUMENT, "code", "a price list has a code");
    e = db_one(c, &catalog_price_sql[LIST_FIND], INTO(&other), l->code);
    if (e != ERR_NOT_FOUND) {
        TRY(e);
        if (other != l->id)
            return FAIL_FIELD(c, EXISTS, "code", "\"%s\" is price list %lld", l->code,
                              other);
    }
    if (is_new) l->id = id_new(c);
    TRY(db_exec(c, &catalog_price_sql[is_new ? LIST_ADD : LIST_SET], is_new ? NULL : &n,
                l->id, l->code, l->name ? l->name : l->code,
                l->region_id ? l->region_id : NONE, l->channel, l->priority,
                l->price_type ? l->price_type : "retail"));
    if (!n) return FAIL(c, NOT_FOUND, "no price list %lld", l->id);
    catalog_shelf_renew(c);
    return ERR_OK;
}

enum err catalog_price_list_find(struct ctx *c, const char *code, i64 *ret_id)
{
    const enum err e = db_one(c, &catalog_price_sql[LIST_FIND], INTO(ret_id), code);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no price list \"%s\"", code) : e;
}

enum err catalog_price_lists(struct ctx *c, struct list *ret)
{
    struct catalog_price_list l;
    i64 channel;
    ROWS r;

    TRY(db_rows0(c, &r, &catalog_price_sql[LIST_ALL]));
    while (db_next(&r, INTO(&l.id, &l.code, &l.name, &l.region_id, &channel,
                            &l.priority, &l.price_type))) {
        l.channel = (int)channel;
        *(struct catalog_price_list *)list_add(c->mem, ret, sizeof(l)) = l;
    }
    return r.err;
}

/* ---- Prices --------------------------------------------------------------------- */

enum err catalog_price_set(struct ctx *c, const struct catalog_price_row *p)
{
    const i64 from_at = p->from_at == NONE ? c->now : p->from_at;
    const i64 old_minor =
        p->old_minor != NONE && p->old_minor > p->price_minor ? p->old_minor : NONE;

    if (p->price_minor < 0)
        return FAIL_FIELD(c, BAD_ARGUMENT, "price_minor", "a price of %lld",
                          p->price_minor);
    if (p->to_at != NONE && p->to_at <= from_at)
        return FAIL_FIELD(c, BAD_ARGUMENT, "to_at", "ends before it begins");
    /* A price until a time lies over the open one, which is there again after it. */
    if (p->to_at == NONE)
        TRY(db_exec(c, &catalog_price_sql[PRICE_CUT], NULL, p->variant_id, p->list_id,
                    from_at));
    TRY(db_exec(c, &catalog_price_sql[PRICE_SET], NULL, p->variant_id, p->list_id,
                from_at, p->to_at, p->price_minor, old_minor));
    TRY(catalog_touch_variant(c, p->variant_id));
    return event_emit(c, "catalog.price_changed", p->variant_id,
                      arena_printf(c->mem,
                                   "{\"list_id\":\"%lld\",\"price_minor\":%lld}",
                                   p->list_id, p->price_minor));
}

enum err catalog_prices_of(struct ctx *c, i64 variant_id, struct list *ret)
{
    struct catalog_price_row p = { .variant_id = variant_id };
    ROWS r;

    TRY(db_rows(c, &r, &catalog_price_sql[PRICES_OF], variant_id));
    while (db_next(
        &r, INTO(&p.list_id, &p.from_at, &p.to_at, &p.price_minor, &p.old_minor)))
        *(struct catalog_price_row *)list_add(c->mem, ret, sizeof(p)) = p;
    return r.err;
}

enum err catalog_price_at(struct ctx *c, i64 list_id, i64 variant_id, i64 at,
                          i64 *ret_minor, i64 *ret_old)
{
    const enum err e = db_one(c, &catalog_price_sql[PRICE_AT], INTO(ret_minor, ret_old),
                              variant_id, list_id, at);

    return e == ERR_NOT_FOUND
               ? FAIL(c, NOT_FOUND, "variant %lld has no price on list %lld",
                      variant_id, list_id)
               : e;
}

enum err catalog_price_end(struct ctx *c, const struct catalog_price_row *p)
{
    const bool open = p->to_at == NONE;
    i64 n = 0;

    if (open && p->from_at < c->now) {
        TRY(db_exec(c, &catalog_price_sql[PRICE_END], NULL, p->variant_id, p->list_id,
                    p->from_at, c->now));
    } else {
        TRY(db_exec(c, &catalog_price_sql[PRICE_DROP], &n, p->variant_id, p->list_id,
                    p->from_at));
        if (open && n)
            TRY(db_exec(c, &catalog_price_sql[PRICE_REOPEN], NULL, p->variant_id,
                        p->list_id, p->from_at));
    }
    TRY(catalog_touch_variant(c, p->variant_id));
    return event_emit(c, "catalog.price_changed", p->variant_id,
                      arena_printf(c->mem, "{\"list_id\":\"%lld\"}", p->list_id));
}

static i64 region_or_none(i64 region_id)
{
    return region_id == NONE ? 0 : region_id;
}

const char *catalog_price_type(struct ctx *c, i64 region_id)
{
    return setting_text(
        c, "catalog.price_type",
        (struct setting_scope){ .region_id = region_or_none(region_id) });
}

enum err catalog_price_of(struct ctx *c, i64 variant_id, i64 region_id, int channel,
                          struct catalog_price *ret)
{
    const enum err e = db_one(c, &catalog_price_sql[PRICE_OF],
                              INTO(&ret->price_minor, &ret->old_minor, &ret->list_id),
                              variant_id, region_or_none(region_id), channel, c->now,
                              catalog_price_type(c, region_id));

    if (e == ERR_NOT_FOUND)
        return FAIL(c, NOT_FOUND, "variant %lld has no price in region %lld",
                    variant_id, region_or_none(region_id));
    return e;
}

static enum err prices_fill(struct ctx *c, const i64 *variant_ids, size_t n,
                            i64 region_id, int channel, struct catalog_offer *ret)
{
    enum { ARGS = 5, COLUMNS = 3 };
    struct db_call *call = NEW_N(c->mem, struct db_call, n);
    struct val *v = NEW_N(c->mem, struct val, n * ARGS);
    struct out *o = NEW_N(c->mem, struct out, n * COLUMNS);
    const char *type = catalog_price_type(c, region_id);

    for (size_t k = 0; k < n; k++) {
        struct catalog_price *p = &ret[k].price;
        const struct val args[] = { val_i(variant_ids[k]),
                                    val_i(region_or_none(region_id)), val_i(channel),
                                    val_i(c->now), val_s(type) };
        const struct out into[] = { OUT(&p->price_minor), OUT(&p->old_minor),
                                    OUT(&p->list_id) };

        *p = (struct catalog_price){ NONE, NONE, NONE };
        memcpy(&v[k * ARGS], args, sizeof(args));
        memcpy(&o[k * COLUMNS], into, sizeof(into));
        call[k] = (struct db_call){ .q = &catalog_price_sql[PRICE_OF],
                                    .v = &v[k * ARGS],
                                    .nv = ARGS,
                                    .o = &o[k * COLUMNS],
                                    .no = COLUMNS };
    }
    return db_batch(c, call, n);
}

enum err catalog_offers_asked(struct ctx *c, const i64 *variant_ids, size_t n,
                              i64 region_id, int channel, struct catalog_offer *ret)
{
    struct catalog_item *items = NEW_N(c->mem, struct catalog_item, n);

    TRY(catalog_items(c, variant_ids, n, items));
    for (size_t k = 0; k < n; k++) ret[k].item = items[k];
    return prices_fill(c, variant_ids, n, region_id, channel, ret);
}
