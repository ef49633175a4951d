#include "place/place.h"

#include <math.h>
#include <stdlib.h>

#include "base/id.h"
#include "db/db.h"
#include "event/event.h"
#include "place/place_hours.h"

enum {
    REGION_ADD,
    REGION_SET,
    REGION_GET,
    REGION_FIND,
    REGION_LIST,
    ADD,
    SET,
    GET,
    FIND,
    LIST,
    LIST_REGION,
    BOX,
    HOURS_GET,
    HOURS_DROP,
    HOURS_ADD,
    DAY_SET,
    DAY_DROP,
};

/* clang-format off */
#define PLACE_COLUMNS "p.id, p.region_id, p.kind, p.code, p.name, p.city, p.address, p.phone, p.lat_e6," \
    " p.lon_e6, p.utc_offset_min, p.active, p.can_pickup, p.can_reserve, p.can_ship, p.version"

const struct query place_sql[] = {
    [REGION_ADD] = { "place.add_region",
        "INSERT INTO place_region (id, code, name, utc_offset_min, digital_level,"
        "                          delivery_fee_minor, delivery_free_from_minor, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 1)" },
    [REGION_SET] = { "place.set_region",
        "UPDATE place_region SET code = $2, name = $3, utc_offset_min = $4, digital_level = $5,"
        "       delivery_fee_minor = $6, delivery_free_from_minor = $7, version = version + 1"
        " WHERE id = $1 AND ($8 = 0 OR version = $8) RETURNING version", "ittiiiii" },
    [REGION_GET] = { "place.get_region",
        "SELECT id, code, name, utc_offset_min, digital_level, delivery_fee_minor,"
        "       delivery_free_from_minor, version FROM place_region WHERE id = $1" },
    [REGION_FIND] = { "place.find_region", "SELECT id FROM place_region WHERE code = $1" },
    [REGION_LIST] = { "place.list_regions",
        "SELECT id, code, name, utc_offset_min, digital_level, delivery_fee_minor,"
        "       delivery_free_from_minor, version FROM place_region WHERE id > $1 ORDER BY id LIMIT $2" },

    [ADD] = { "place.add",
        "INSERT INTO place_place (id, region_id, kind, code, name, city, address, phone, lat_e6, lon_e6,"
        "                         utc_offset_min, active, can_pickup, can_reserve, can_ship, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)" },
    [SET] = { "place.set",
        "UPDATE place_place SET region_id = $2, kind = $3, code = $4, name = $5, city = $6, address = $7,"
        "       phone = $8, lat_e6 = $9, lon_e6 = $10, utc_offset_min = $11, active = $12,"
        "       can_pickup = $13, can_reserve = $14, can_ship = $15, version = version + 1"
        " WHERE id = $1 AND ($16 = 0 OR version = $16) RETURNING version", "iiitttttiiiiiiii" },
    [GET] = { "place.get", "SELECT " PLACE_COLUMNS " FROM place_place p WHERE p.id = $1" },
    [FIND] = { "place.find", "SELECT id FROM place_place WHERE code = $1" },
    [LIST] = { "place.list",
        "SELECT " PLACE_COLUMNS " FROM place_place p WHERE p.id > $1"
        "   AND ($2 = -1 OR p.kind = $2) AND (p.active = 1 OR $3 = 1)"
        "   AND ($4 = '' OR p.city = $4) ORDER BY p.id LIMIT $5", "iiiti" },
    [LIST_REGION] = { "place.list_region",
        "SELECT " PLACE_COLUMNS " FROM place_place p WHERE p.region_id = $6 AND p.id > $1"
        "   AND ($2 = -1 OR p.kind = $2) AND (p.active = 1 OR $3 = 1)"
        "   AND ($4 = '' OR p.city = $4) ORDER BY p.id LIMIT $5", "iiitii" },
    [BOX] = { "place.in_box",
        "SELECT id, lat_e6, lon_e6 FROM place_place"
        " WHERE lat_e6 BETWEEN $1 AND $2 AND lon_e6 BETWEEN $3 AND $4 AND active = 1 AND can_pickup = 1" },

    [HOURS_GET] = { "place.get_hours",
        "SELECT weekday, open_min, close_min FROM place_hours WHERE place_id = $1 ORDER BY weekday, open_min" },
    [HOURS_DROP] = { "place.drop_hours", "DELETE FROM place_hours WHERE place_id = $1" },
    [HOURS_ADD] = { "place.add_hours",
        "INSERT INTO place_hours (place_id, weekday, open_min, close_min) VALUES ($1, $2, $3, $4)" },
    [DAY_SET] = { "place.set_day",
        "INSERT INTO place_day (place_id, day, open_min, close_min) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (place_id, day) DO UPDATE SET open_min = excluded.open_min,"
        "                                           close_min = excluded.close_min" },
    [DAY_DROP] = { "place.drop_day", "DELETE FROM place_day WHERE place_id = $1 AND day = $2" },
    QUERY_END
};
/* clang-format on */

const char *const place_kind_words[] = { "shop", "warehouse", "pickup", "transit",
                                         NULL };

static i64 wanted_version(i64 version)
{
    return version == NONE ? 0 : version;
}

/* ---- Regions -------------------------------------------------------------------- */

enum err place_region_find(struct ctx *c, const char *code, i64 *ret_region_id)
{
    const enum err e = db_one(c, &place_sql[REGION_FIND], INTO(ret_region_id), code);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no region \"%s\"", code) : e;
}

/* The code of a new or renamed thing must be its own. */
static enum err code_is_free(struct ctx *c, const struct query *find, const char *code,
                             i64 id)
{
    i64 other;
    const enum err e = db_one(c, find, INTO(&other), code);

    if (e == ERR_NOT_FOUND || (e == ERR_OK && other == id)) return ERR_OK;
    TRY(e);
    return FAIL_FIELD(c, EXISTS, "code", "code \"%s\" is taken by %lld", code, other);
}

static enum err region_set(struct ctx *c, struct place_region *r)
{
    const enum err e =
        db_one(c, &place_sql[REGION_SET], INTO(&r->version), r->id, r->code, r->name,
               r->utc_offset_min, r->digital_level, r->delivery_fee_minor,
               r->delivery_free_from_minor, wanted_version(r->version));
    struct place_region now;

    if (!e) return event_emit(c, "place.region_changed", r->id, NULL);
    if (e != ERR_NOT_FOUND) return e;
    TRY(place_region_get(c, r->id, &now));
    return FAIL(c, CHANGED, "region %lld is at version %lld, not %lld", r->id,
                now.version, r->version);
}

enum err place_region_put(struct ctx *c, struct place_region *r)
{
    TRY(code_is_free(c, &place_sql[REGION_FIND], r->code, r->id));
    if (r->id) return region_set(c, r);
    r->id = id_new(c);
    r->version = 1;
    TRY(db_exec(c, &place_sql[REGION_ADD], NULL, r->id, r->code, r->name,
                r->utc_offset_min, r->digital_level, r->delivery_fee_minor,
                r->delivery_free_from_minor));
    return event_emit(c, "place.region_changed", r->id, NULL);
}

#define REGION_INTO(r)                                                                 \
    INTO(&(r)->id, &(r)->code, &(r)->name, &(r)->utc_offset_min, &(r)->digital_level,  \
         &(r)->delivery_fee_minor, &(r)->delivery_free_from_minor, &(r)->version)

enum err place_region_get(struct ctx *c, i64 region_id, struct place_region *ret)
{
    const enum err e = db_one(c, &place_sql[REGION_GET], REGION_INTO(ret), region_id);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no region %lld", region_id) : e;
}

enum err place_region_list(struct ctx *c, i64 after_id, i64 limit, struct list *ret)
{
    struct place_region one;
    ROWS r;

    TRY(db_rows(c, &r, &place_sql[REGION_LIST], after_id, limit));
    while (db_next(&r, REGION_INTO(&one)))
        *(struct place_region *)list_add(c->mem, ret, sizeof(one)) = one;
    return r.err;
}

/* ---- Places --------------------------------------------------------------------- */

enum err place_find(struct ctx *c, const char *code, i64 *ret_place_id)
{
    const enum err e = db_one(c, &place_sql[FIND], INTO(ret_place_id), code);

    return e == ERR_NOT_FOUND ? FAIL(c, NOT_FOUND, "no place \"%s\"", code) : e;
}

static enum err hours_check(struct ctx *c, const struct list *hours)
{
    const struct place_hours *h = hours->at;

    for (size_t k = 0; k < hours->n; k++) {
        const char *field = arena_printf(c->mem, "hours[%zu]", k);

        if (h[k].weekday < 0 || h[k].weekday > 6 || h[k].open_min < 0 ||
            h[k].close_min > 1440 || h[k].open_min >= h[k].close_min)
            return FAIL_FIELD(c, BAD_ARGUMENT, field, "day %lld from %lld to %lld",
                              h[k].weekday, h[k].open_min, h[k].close_min);
        for (size_t j = 0; j < k; j++)
            if (h[j].weekday == h[k].weekday && h[j].open_min < h[k].close_min &&
                h[k].open_min < h[j].close_min)
                return FAIL_FIELD(c, BAD_ARGUMENT, field, "overlaps hours[%zu]", j);
    }
    return ERR_OK;
}

static enum err hours_put(struct ctx *c, const struct place *p)
{
    const struct place_hours *h = p->hours.at;

    TRY(db_exec(c, &place_sql[HOURS_DROP], NULL, p->id));
    for (size_t k = 0; k < p->hours.n; k++)
        TRY(db_exec(c, &place_sql[HOURS_ADD], NULL, p->id, h[k].weekday, h[k].open_min,
                    h[k].close_min));
    return ERR_OK;
}

static enum err row_add(struct ctx *c, struct place *p)
{
    p->id = id_new(c);
    p->version = 1;
    return db_exec(c, &place_sql[ADD], NULL, p->id, p->region_id, p->kind, p->code,
                   p->name, p->city ? p->city : "", p->address ? p->address : "",
                   p->phone ? p->phone : "", p->lat_e6, p->lon_e6, p->utc_offset_min,
                   p->active, p->can_pickup, p->can_reserve, p->can_ship);
}

static enum err row_set(struct ctx *c, struct place *p)
{
    const i64 asked = p->version;
    const enum err e = db_one(
        c, &place_sql[SET], INTO(&p->version), p->id, p->region_id, p->kind, p->code,
        p->name, p->city ? p->city : "", p->address ? p->address : "",
        p->phone ? p->phone : "", p->lat_e6, p->lon_e6, p->utc_offset_min, p->active,
        p->can_pickup, p->can_reserve, p->can_ship, wanted_version(asked));
    struct place now;

    if (e != ERR_NOT_FOUND) return e;
    TRY(place_get(c, p->id, &now));
    return FAIL(c, CHANGED, "place %lld is at version %lld, not %lld", p->id,
                now.version, asked);
}

enum err place_put(struct ctx *c, struct place *p)
{
    struct place_region region;

    if (place_region_get(c, p->region_id, &region))
        return FAIL_FIELD(c, NO_SUCH, "region_id", "no region %lld", p->region_id);
    if ((p->lat_e6 == NONE) != (p->lon_e6 == NONE))
        return FAIL_FIELD(c, BAD_ARGUMENT, "lon_e6",
                          "latitude and longitude go together");
    TRY(code_is_free(c, &place_sql[FIND], p->code, p->id));
    TRY(hours_check(c, &p->hours));
    if (p->id)
        TRY(row_set(c, p));
    else
        TRY(row_add(c, p));
    TRY(hours_put(c, p));
    return place_calendar_forget(c, p->id);
}

enum err place_day_put(struct ctx *c, i64 place_id, const struct place_day *d)
{
    struct place p;

    TRY(place_get(c, place_id, &p));
    if (d->open_min == NONE) {
        TRY(db_exec(c, &place_sql[DAY_DROP], NULL, place_id, d->day));
        return place_calendar_forget(c, place_id);
    }
    if (d->open_min < 0 || d->close_min > 1440 || d->open_min > d->close_min)
        return FAIL_FIELD(c, BAD_ARGUMENT, "close_min", "open from %lld to %lld",
                          d->open_min, d->close_min);
    TRY(db_exec(c, &place_sql[DAY_SET], NULL, place_id, d->day, d->open_min,
                d->close_min));
    return place_calendar_forget(c, place_id);
}

/* The columns of a row in the order of PLACE_COLUMNS; `kind` passes through a
 * 64-bit variable, since the struct keeps it as the shape's int. */
#define PLACE_INTO(p, kind)                                                            \
    INTO(&(p)->id, &(p)->region_id, (kind), &(p)->code, &(p)->name, &(p)->city,        \
         &(p)->address, &(p)->phone, &(p)->lat_e6, &(p)->lon_e6, &(p)->utc_offset_min, \
         &(p)->active, &(p)->can_pickup, &(p)->can_reserve, &(p)->can_ship,            \
         &(p)->version)

static enum err hours_get(struct ctx *c, struct place *p)
{
    struct place_hours h;
    ROWS r;

    p->hours = (struct list){ 0 };
    TRY(db_rows(c, &r, &place_sql[HOURS_GET], p->id));
    while (db_next(&r, INTO(&h.weekday, &h.open_min, &h.close_min)))
        *(struct place_hours *)list_add(c->mem, &p->hours, sizeof(h)) = h;
    return r.err;
}

enum err place_get(struct ctx *c, i64 place_id, struct place *ret)
{
    i64 kind;
    const enum err e = db_one(c, &place_sql[GET], PLACE_INTO(ret, &kind), place_id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no place %lld", place_id);
    TRY(e);
    ret->kind = (int)kind;
    return hours_get(c, ret);
}

enum err place_list(struct ctx *c, const struct place_filter *f, struct list *ret)
{
    const bool regional = f->region_id != NONE && f->region_id != 0;
    struct place p = { 0 };
    i64 kind;
    ROWS r;

    TRY(regional ? db_rows(c, &r, &place_sql[LIST_REGION], f->after_id, f->kind,
                           f->closed, f->city ? f->city : "", f->limit, f->region_id)
                 : db_rows(c, &r, &place_sql[LIST], f->after_id, f->kind, f->closed,
                           f->city ? f->city : "", f->limit));
    while (db_next(&r, PLACE_INTO(&p, &kind))) {
        p.kind = (int)kind;
        *(struct place *)list_add(c->mem, ret, sizeof(p)) = p;
    }
    TRY(r.err);
    for (size_t k = 0; k < ret->n; k++)
        TRY(hours_get(c, &((struct place *)ret->at)[k]));
    return ERR_OK;
}

/* ---- Distance ------------------------------------------------------------------- */

#define EARTH_M    6371008.8 /* mean radius */
#define DEGREE_M   (EARTH_M * M_PI / 180)
#define DEGREE_E6  1000000.0
#define RADIANS_E6 (M_PI / 180 / DEGREE_E6)

/* Haversine: exact enough at both ends, next door and Kaliningrad to Kamchatka. */
i64 place_distance_m(i64 lat1_e6, i64 lon1_e6, i64 lat2_e6, i64 lon2_e6)
{
    const double a1 = (double)lat1_e6 * RADIANS_E6, a2 = (double)lat2_e6 * RADIANS_E6;
    const double sa = sin((a2 - a1) / 2);
    const double so = sin((double)(lon2_e6 - lon1_e6) * RADIANS_E6 / 2);
    const double h = sa * sa + cos(a1) * cos(a2) * so * so;

    return llround(2 * EARTH_M * asin(sqrt(h < 1 ? h : 1)));
}

static int nearer(const void *x, const void *y)
{
    const struct place_near *a = x, *b = y;

    if (a->distance_m != b->distance_m) return a->distance_m < b->distance_m ? -1 : 1;
    return (a->place_id > b->place_id) - (a->place_id < b->place_id);
}

/* All candidates within `half` degrees of latitude, sorted.  A box that reaches
 * a pole or the 180th meridian (Chukotka) takes every longitude. */
static enum err box(struct ctx *c, i64 lat_e6, i64 lon_e6, double half,
                    struct list *ret)
{
    const i64 d = (i64)(half * DEGREE_E6);
    const double edge = (fabs((double)lat_e6) + (double)d) * RADIANS_E6;
    const i64 w = edge < M_PI / 2 * 0.99 ? (i64)((double)d / cos(edge)) + 1 : 360000000;
    const bool around = lon_e6 - w < -180000000 || lon_e6 + w > 180000000;
    i64 id, lat, lon;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &place_sql[BOX], lat_e6 - d, lat_e6 + d,
                around ? -180000000LL : lon_e6 - w, around ? 180000000LL : lon_e6 + w));
    while (db_next(&r, INTO(&id, &lat, &lon)))
        *(struct place_near *)list_add(c->mem, ret, sizeof(struct place_near)) =
            (struct place_near){ id, place_distance_m(lat_e6, lon_e6, lat, lon) };
    if (ret->n) qsort(ret->at, ret->n, sizeof(struct place_near), nearer);
    return r.err;
}

/* The box grows until enough places lie inside the circle that it contains:
 * corners of a box may hide somebody who is nearer outside it. */
enum err place_nearest(struct ctx *c, i64 lat_e6, i64 lon_e6, i64 limit,
                       struct list *ret)
{
    for (double half = 0.25;; half *= 4) {
        const struct place_near *near;
        const i64 certain_m = (i64)(half * DEGREE_M);
        size_t n = 0;

        TRY(box(c, lat_e6, lon_e6, half, ret));
        near = ret->at;
        while (n < ret->n && near[n].distance_m <= certain_m) n++;
        if ((i64)n >= limit || half > 180) break;
    }
    if ((i64)ret->n > limit) ret->n = (size_t)limit;
    return ERR_OK;
}
