/* place.h -- where things are: regions, shops, warehouses, pick-up points.
 *
 * A place is anything that holds or hands over goods.  It belongs to a region,
 * which has prices, fees and settings of its own.  Opening hours are per
 * weekday, with exceptions per day; local time is UTC plus a fixed offset
 * (Russia has no daylight saving).
 *
 * Owns   place_region, place_place, place_hours, place_day
 * Views  pub_place_place, pub_place_region
 * Emits  place.region_changed
 * Units  *_e6 millionths of a degree; *_min minutes after local midnight (1440
 *        is the end of the day); *_m metres on the sphere */
#pragma once

#include "base/module.h"
#include "http/shape.h"
#include "setting/setting.h"

enum place_kind { PLACE_SHOP, PLACE_WAREHOUSE, PLACE_PICKUP, PLACE_TRANSIT };
extern const char
    *const place_kind_words[]; /* "shop", "warehouse", "pickup", "transit", NULL */

struct place_region {
    i64 id;
    const char *code, *name; /* "77", "Москва" */
    i64 utc_offset_min;
    i64 digital_level;      /* 0..100, level of digitalisation (S16); NONE unknown */
    i64 delivery_fee_minor; /* home delivery */
    i64 delivery_free_from_minor; /* basket from which it is free; NONE never */
    i64 version; /* ETag; in a put: 0 or NONE whatever it is, else it must be this */
};

struct place {
    i64 id, region_id;
    int kind; /* enum place_kind */
    const char *code, *name, *city, *address, *phone;
    i64 lat_e6, lon_e6; /* NONE unknown */
    i64 utc_offset_min;
    bool active, can_pickup, can_reserve, can_ship;
    struct list hours; /* struct place_hours, in order of weekday */
    i64 version;       /* ETag; in a put as in place_region */
};
struct place_hours {
    i64 weekday;             /* 0 Monday .. 6 Sunday */
    i64 open_min, close_min; /* open < close <= 1440; a closed day has no row; two rows
                                of a day leave a break between them */
};
struct place_day {           /* a day that differs from its weekday */
    i64 day;                 /* local, see base/time.h */
    i64 open_min, close_min; /* equal: closed all day */
};

/* id 0: new, set.  Errors  EXISTS the code is taken; NO_SUCH region; NOT_FOUND
 * no such id; CHANGED the version is another; BAD_ARGUMENT hours that overlap */
enum err place_region_put(struct ctx *c, struct place_region *r) MUST_USE;
enum err place_put(struct ctx *c, struct place *p) MUST_USE;
/* Set (or with open_min NONE forget) how one day differs. */
enum err place_day_put(struct ctx *c, i64 place_id, const struct place_day *d) MUST_USE;
/* NOT_FOUND when there is none.  Memory c->mem. */
enum err place_get(struct ctx *c, i64 place_id, struct place *ret) MUST_USE;
enum err place_region_get(struct ctx *c, i64 region_id,
                          struct place_region *ret) MUST_USE;
/* By the chain's own short name.  NOT_FOUND. */
enum err place_find(struct ctx *c, const char *code, i64 *ret_place_id) MUST_USE;
enum err place_region_find(struct ctx *c, const char *code,
                           i64 *ret_region_id) MUST_USE;
/* The region a place belongs to and settings' scope, from memory (a cache that
 * place_put() of any node refreshes within a second). */
enum err place_scope(struct ctx *c, i64 place_id, struct setting_scope *ret) MUST_USE;

/* Distance between two points, metres. */
i64 place_distance_m(i64 lat1_e6, i64 lon1_e6, i64 lat2_e6, i64 lon2_e6);

struct place_near {
    i64 place_id, distance_m;
};
/* The nearest active places that hand over goods, closest first, at most
 * `limit`; struct place_near in ret.  Bounding box on an index, then the sphere. */
enum err place_nearest(struct ctx *c, i64 lat_e6, i64 lon_e6, i64 limit,
                       struct list *ret) MUST_USE;

/* Is the place open at this instant?  And the instant after `open_min` minutes
 * of opening time have passed since from_at: promises count opening hours.
 * A place without hours is always open.  Looks at most 60 days ahead
 * (WRONG_STATE: never open). */
enum err place_is_open(struct ctx *c, i64 place_id, i64 at, bool *ret) MUST_USE;
enum err place_open_time(struct ctx *c, i64 place_id, i64 from_at, i64 open_min,
                         i64 *ret_at) MUST_USE;
/* Closing time of the day that lies `days` after from_at's local day, or of the
 * next open day after that: pick-up deadlines. */
enum err place_day_end(struct ctx *c, i64 place_id, i64 from_at, i64 days,
                       i64 *ret_at) MUST_USE;

extern const struct shape place_shape, place_region_shape;
extern const struct module place_module;
