/* When the courier can come.  A slot is booked by one guarded UPDATE, so the last
 * place on the van is promised once. */
#include "base/time.h"
#include "order/order_own.h"

enum { LIST, PUT, BOOK, GET, FREE, OPEN, REGIONS };

/* clang-format off */
const struct query order_slot_sql[] = {
    [LIST] = { "order.slots",
        "SELECT id, day, from_min, to_min, capacity, taken FROM order_slot"
        " WHERE region_id = $1 AND id >= $2 ORDER BY id LIMIT 200" },

    [PUT] = { "order.slot_put",
        "INSERT INTO order_slot (region_id, id, day, from_min, to_min, capacity)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (region_id, id) DO UPDATE SET to_min = excluded.to_min,"
        "                                           capacity = excluded.capacity" },

    [BOOK] = { "order.slot_book",
        "UPDATE order_slot SET taken = taken + 1"
        " WHERE region_id = $1 AND id = $2 AND taken < capacity"
        " RETURNING day, from_min, to_min" },

    [GET] = { "order.slot_get",
        "SELECT capacity FROM order_slot WHERE region_id = $1 AND id = $2" },

    [FREE] = { "order.slot_free",
        "UPDATE order_slot SET taken = taken - 1"
        " WHERE region_id = $1 AND id = $2 AND taken > 0" },

    [OPEN] = { "order.slot_open",
        "INSERT INTO order_slot (region_id, id, day, from_min, to_min, capacity)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (region_id, id) DO NOTHING" },

    [REGIONS] = { "order.slot_regions",
        "SELECT DISTINCT region_id FROM pub_place_place WHERE active = 1 AND can_ship = 1",
        .scan = "one row for each place of the chain" },
    QUERY_END
};
/* clang-format on */

#define Q order_slot_sql

enum { ID_PER_DAY = 10000 };

/* The day's usual three. */
static const struct {
    i64 from_min, to_min;
} usual[] = { { 600, 840 }, { 840, 1080 }, { 1080, 1320 } };

static enum err offset_of(struct ctx *c, i64 region_id, int *ret_min)
{
    struct place_region r;
    const enum err e = place_region_get(c, region_id, &r);

    if (e == ERR_NOT_FOUND)
        return FAIL_FIELD(c, NO_SUCH, "region_id", "no region %lld", region_id);
    TRY(e);
    *ret_min = (int)r.utc_offset_min;
    return ERR_OK;
}

static i64 too_late_at(struct ctx *c, i64 region_id)
{
    const struct setting_scope s = { .region_id = region_id };

    return c->now + setting_int(c, "order.slot_cutoff_min", s) * MINUTE_MS;
}

enum err order_slots(struct ctx *c, i64 region_id, struct list *ret)
{
    const i64 late_at = too_late_at(c, region_id);
    struct order_slot s = { .region_id = region_id };
    int offset_min = 0;
    ROWS r = { 0 };

    TRY(offset_of(c, region_id, &offset_min));
    TRY(order_fee(c, region_id, 0, &s.fee_minor));
    TRY(db_rows(c, &r, &Q[LIST], region_id, time_day(c->now, offset_min) * ID_PER_DAY));
    while (db_next(
        &r, INTO(&s.id, &s.day, &s.from_min, &s.to_min, &s.capacity, &s.taken))) {
        s.left = s.capacity > s.taken ? s.capacity - s.taken : 0;
        s.from_at = time_from(s.day, (int)s.from_min, offset_min);
        s.to_at = time_from(s.day, (int)s.to_min, offset_min);
        if (s.from_at >= late_at)
            *(struct order_slot *)list_add(c->mem, ret, sizeof(s)) = s;
    }
    return r.err;
}

enum err order_slot_put(struct ctx *c, const struct order_slot *s)
{
    int offset_min = 0;

    TRY(offset_of(c, s->region_id, &offset_min));
    if (s->from_min >= s->to_min)
        return FAIL_FIELD(c, BAD_ARGUMENT, "to_min", "a slot from %lld to %lld",
                          s->from_min, s->to_min);
    return db_exec(c, &Q[PUT], NULL, s->region_id, s->day * ID_PER_DAY + s->from_min,
                   s->day, s->from_min, s->to_min, s->capacity);
}

enum err order_slot_book(struct ctx *c, i64 region_id, i64 slot_id,
                         i64 *ret_promised_at)
{
    i64 day, from_min, to_min, capacity;
    int offset_min = 0;

    TRY(offset_of(c, region_id, &offset_min));
    enum err e =
        db_one(c, &Q[BOOK], INTO(&day, &from_min, &to_min), region_id, slot_id);
    if (e == ERR_NOT_FOUND) {
        e = db_one(c, &Q[GET], INTO(&capacity), region_id, slot_id);
        if (e == ERR_NOT_FOUND)
            return FAIL_FIELD(c, NO_SUCH, "slot_id", "no slot %lld", slot_id);
        TRY(e);
        return FAIL_FIELD(c, WRONG_STATE, "slot_id", "slot %lld is full", slot_id);
    }
    TRY(e);
    if (time_from(day, (int)from_min, offset_min) < too_late_at(c, region_id))
        return FAIL_FIELD(c, WRONG_STATE, "slot_id", "it is too late for slot %lld",
                          slot_id);
    *ret_promised_at = time_from(day, (int)to_min, offset_min);
    return ERR_OK;
}

enum err order_slot_free(struct ctx *c, i64 region_id, i64 slot_id)
{
    return slot_id == NONE ? ERR_OK : db_exec(c, &Q[FREE], NULL, region_id, slot_id);
}

static enum err open_region(struct ctx *c, i64 region_id)
{
    const struct setting_scope s = { .region_id = region_id };
    const i64 days = setting_int(c, "order.slot_days", s);
    const i64 capacity = setting_int(c, "order.slot_capacity", s);
    int offset_min = 0;

    TRY(offset_of(c, region_id, &offset_min));
    const i64 today = time_day(c->now, offset_min);
    for (i64 day = today; day < today + days; day++)
        for (size_t k = 0; k < COUNT(usual); k++)
            TRY(db_exec(c, &Q[OPEN], NULL, region_id,
                        day * ID_PER_DAY + usual[k].from_min, day, usual[k].from_min,
                        usual[k].to_min, capacity));
    return ERR_OK;
}

enum err order_slots_open(struct ctx *c)
{
    struct list regions = { 0 };
    i64 id;
    ROWS r;

    TRY(db_rows0(c, &r, &Q[REGIONS]));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, &regions, sizeof(id)) = id;
    TRY(r.err);
    for (size_t k = 0; k < regions.n; k++) TRY(open_region(c, ((i64 *)regions.at)[k]));
    return ERR_OK;
}
