/* Who tells us of stock, and how long ago. */
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "base/time.h"
#include "event/event.h"
#include "setting/setting.h"
#include "stock/stock_own.h"

enum { ADD, ID_OF, HEARD, HEARD_ALL, FRESH, FRESH_ALL, LIST, STALE, SET_SLA };

/* clang-format off */
const struct query stock_source_sql[] = {
    [ADD] = { "stock.add_source",
        "INSERT INTO stock_source (id, name, kind) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING" },

    [ID_OF] = { "stock.get_source", "SELECT id FROM stock_source WHERE name = $1" },

    [HEARD] = { "stock.hear_source",
        "INSERT INTO stock_source_place (place_id, source_id, heard_at, stale)"
        " SELECT $1, s.id, $3, 0 FROM stock_source s WHERE s.id = $2"
        " ON CONFLICT (place_id, source_id) DO UPDATE SET heard_at = excluded.heard_at"
        " WHERE stock_source_place.heard_at < excluded.heard_at", .types = "iii" },

    [HEARD_ALL] = { "stock.hear_source_everywhere",
        "UPDATE stock_source_place SET heard_at = $2 WHERE source_id = $1 AND heard_at < $2" },

    /* $2: no alarm for what was heard since. */
    [FRESH] = { "stock.end_alarm",
        "UPDATE stock_source_place SET stale = 0"
        " WHERE place_id = $1 AND source_id = $2 AND stale = 1 AND heard_at >= $3" },

    [FRESH_ALL] = { "stock.list_alarms",
        "SELECT place_id FROM stock_source_place WHERE source_id = $1 AND stale = 1" },

    [LIST] = { "stock.list_sources",
        "SELECT s.id, s.name, s.kind, s.sla_min, COALESCE(p.place_id, 0), p.heard_at, COALESCE(p.stale, 0)"
        "  FROM stock_source s LEFT JOIN stock_source_place p ON p.source_id = s.id"
        " WHERE (s.id, COALESCE(p.place_id, 0)) > ($1, $2)"
        " ORDER BY s.id, COALESCE(p.place_id, 0) LIMIT $3",
        .scan = "a few sources, a row for each place they speak of" },

    [STALE] = { "stock.begin_alarm",
        "UPDATE stock_source_place SET stale = 1"
        " WHERE place_id = $1 AND source_id = $2 AND stale = 0 AND heard_at < $3" },

    [SET_SLA] = { "stock.set_source_sla", "UPDATE stock_source SET sla_min = $2 WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

static const char *const kinds[] = { "1c", "wms", "edi", "till", "csv", "yml" };

static bool known_kind(const char *kind)
{
    for (size_t k = 0; k < COUNT(kinds); k++)
        if (!strcmp(kinds[k], kind)) return true;
    return false;
}

enum err stock_source_put(struct ctx *c, const char *name, const char *kind,
                          i64 *ret_id)
{
    if (!known_kind(kind))
        return FAIL_FIELD(c, BAD_ARGUMENT, "kind", "no kind of source is called \"%s\"",
                          kind);
    TRY(db_exec(c, &stock_source_sql[ADD], NULL, id_new(c), name, kind));
    return db_one(c, &stock_source_sql[ID_OF], INTO(ret_id), name);
}

/* How long a source may be silent.  Tills and a WMS speak by themselves, 1C and EDI
 * by a schedule; a person's spreadsheet by no schedule at all. */
static i64 sla_min(struct ctx *c, const struct stock_source *s)
{
    const struct setting_scope chain = { 0 };

    if (s->sla_min != NONE) return s->sla_min;
    if (!strcmp(s->kind, "csv")) return 0;
    return setting_int(c,
                       !strcmp(s->kind, "till") || !strcmp(s->kind, "wms")
                           ? "stock.sla_shop_min"
                           : "stock.sla_1c_min",
                       chain);
}

static enum err tell(struct ctx *c, const char *what, i64 source_id, i64 place_id,
                     i64 heard_at)
{
    return event_emit(
        c, what, source_id,
        arena_printf(
            c->mem,
            "{\"source_id\":\"%lld\",\"place_id\":\"%lld\",\"heard_at\":\"%s\"}",
            source_id, place_id, time_iso(c->mem, heard_at)));
}

static enum err end_alarm(struct ctx *c, i64 source_id, i64 place_id, i64 at)
{
    i64 n;

    TRY(db_exec(c, &stock_source_sql[FRESH], &n, place_id, source_id, at));
    return n ? tell(c, "stock.fresh", source_id, place_id, at) : ERR_OK;
}

enum err stock_source_heard(struct ctx *c, i64 source_id, i64 place_id, i64 at)
{
    struct list stale = { 0 };
    i64 place;

    if (at > c->now) at = c->now;
    if (place_id) {
        TRY(db_exec(c, &stock_source_sql[HEARD], NULL, place_id, source_id, at));
        return end_alarm(c, source_id, place_id, at);
    }
    TRY(db_exec(c, &stock_source_sql[HEARD_ALL], NULL, source_id, at));
    ROWS r;
    TRY(db_rows(c, &r, &stock_source_sql[FRESH_ALL], source_id));
    while (db_next(&r, INTO(&place)))
        *(i64 *)list_add(c->mem, &stale, sizeof(place)) = place;
    TRY(r.err);
    for (size_t k = 0; k < stale.n; k++)
        TRY(end_alarm(c, source_id, ((i64 *)stale.at)[k], at));
    return ERR_OK;
}

enum err stock_source_list(struct ctx *c, i64 after_source, i64 after_place, i64 limit,
                           struct list *ret)
{
    struct stock_source s = { 0 };
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &stock_source_sql[LIST], after_source, after_place, limit));
    while (db_next(&r, INTO(&s.id, &s.name, &s.kind, &s.sla_min, &s.place_id,
                            &s.heard_at, &s.alarm)))
        *(struct stock_source *)list_add(c->mem, ret, sizeof(s)) = s;
    TRY(r.err);
    struct stock_source *all = ret->at;
    for (size_t k = 0; k < ret->n; k++) {
        all[k].age_s =
            all[k].heard_at == NONE ? NONE : (c->now - all[k].heard_at) / SECOND_MS;
        all[k].limit_min = sla_min(c, &all[k]);
        all[k].late = all[k].limit_min > 0 && all[k].age_s != NONE &&
                      all[k].age_s > all[k].limit_min * 60;
    }
    return ERR_OK;
}

enum err stock_source_sla_set(struct ctx *c, i64 source_id, i64 sla_min)
{
    i64 n;

    TRY(db_exec(c, &stock_source_sql[SET_SLA], &n, source_id, sla_min));
    return n ? ERR_OK : FAIL(c, NOT_FOUND, "no source %lld", source_id);
}

enum err stock_source_watch(struct ctx *c, i64 *ret_alarms)
{
    struct list all;
    i64 n, alarms = 0, source = -1, place = -1;

    do {
        TRY(stock_source_list(c, source, place, LIMIT_PAGE, &all));
        const struct stock_source *s = all.at;
        for (size_t k = 0; k < all.n; k++) {
            source = s[k].id;
            place = s[k].place_id;
            if (!s[k].late || s[k].alarm) continue;
            TRY(db_exec(c, &stock_source_sql[STALE], &n, place, source,
                        c->now - s[k].limit_min * MINUTE_MS));
            if (n) TRY(tell(c, "stock.stale", source, place, s[k].heard_at));
            alarms += n;
        }
    } while (all.n == LIMIT_PAGE);
    *ret_alarms = alarms;
    return ERR_OK;
}
