#include <stdlib.h>

#include "base/time.h"
#include "http/route.h"
#include "place/place.h"
#include "place/place_hours.h"
#include "staff/staff.h"

/* clang-format off */
static const struct field region_fields[] = {
    F_ID(place_region, id, 0, "Id."),
    F_TEXT(place_region, code, MUST, 40, "Short name of your own, often the region's number."),
    F_TEXT(place_region, name, MUST, 200, "Name."),
    F_INT(place_region, utc_offset_min, MUST, -720, 840, "Local time minus UTC, minutes."),
    F_INT(place_region, digital_level, OPT, 0, 100, "Level of digitalisation, 0 to 100."),
    F_INT(place_region, delivery_fee_minor, 0, 0, 100000000, "Home delivery, kopecks."),
    F_INT(place_region, delivery_free_from_minor, OPT, 0, 1000000000000, "Basket from which delivery is free, kopecks."),
    FIELD_END
};
const struct shape place_region_shape = SHAPE("Region", place_region, region_fields);

static const struct field hours_fields[] = {
    F_INT(place_hours, weekday, MUST, 0, 6, "0 is Monday."),
    F_INT(place_hours, open_min, MUST, 0, 1439, "Minutes after local midnight."),
    F_INT(place_hours, close_min, MUST, 1, 1440, "Minutes after local midnight; 1440 is the day's end."),
    FIELD_END
};
static const struct shape hours_shape = SHAPE("PlaceHours", place_hours, hours_fields);

#define PLACE_FIELDS(T)                                                                               \
    F_ID(T, id, 0, "Id."),                                                                            \
    F_ID(T, region_id, MUST, "Region it belongs to."),                                                \
    F_ENUM(T, kind, MUST, place_kind_words, "What it is."),                                           \
    F_TEXT(T, code, MUST, 40, "Short name of your own."),                                             \
    F_TEXT(T, name, MUST, 200, "Name that customers see."),                                           \
    F_TEXT(T, city, OPT, 100, "City."),                                                               \
    F_TEXT(T, address, OPT, 300, "Street and house."),                                                \
    F_TEXT(T, phone, OPT, 40, "Telephone."),                                                          \
    F_INT(T, lat_e6, OPT, -90000000, 90000000, "Latitude, millionths of a degree."),                  \
    F_INT(T, lon_e6, OPT, -180000000, 180000000, "Longitude, millionths of a degree."),               \
    F_INT(T, utc_offset_min, MUST, -720, 840, "Local time minus UTC, minutes."),                      \
    F_BOOL(T, active, MUST, "Works now."),                                                            \
    F_BOOL(T, can_pickup, 0, "Hands over orders."),                                                   \
    F_BOOL(T, can_reserve, 0, "Keeps goods without payment."),                                        \
    F_BOOL(T, can_ship, 0, "Sends goods to homes and other places."),                                 \
    F_LIST(T, hours, 0, &hours_shape, 28, "Opening hours; none: never closed.")

static const struct field place_fields[] = { PLACE_FIELDS(place), FIELD_END };
const struct shape place_shape = SHAPE("Place", place, place_fields);

struct place_ask {
    i64 region_id;
    int kind;
    const char *city;
    i64 lat_e6, lon_e6;
    bool closed;
    i64 limit;
    const char *after;
};
static const struct field ask_fields[] = {
    F_ID(place_ask, region_id, OPT, "Only of this region."),
    F_ENUM(place_ask, kind, OPT, place_kind_words, "Only of this kind."),
    F_TEXT(place_ask, city, OPT, 100, "Only in this city."),
    F_INT(place_ask, lat_e6, OPT, -90000000, 90000000, "With lon_e6: the nearest places that hand over goods, closest first."),
    F_INT(place_ask, lon_e6, OPT, -180000000, 180000000, "See lat_e6."),
    F_BOOL(place_ask, closed, OPT, "Also places that do not work now."),
    PAGE_FIELDS(place_ask),
    FIELD_END
};
static const struct shape ask_shape = SHAPE("PlaceAsk", place_ask, ask_fields);

/* A place as it is listed: with how far it is, when somebody asked from where. */
struct place_found {
    struct place place;
    i64 distance_m;
};
#define FOUND(member) .name = #member, .at = offsetof(struct place_found, place.member)
static const struct field found_fields[] = {
    { FOUND(id), .kind = FIELD_ID, .doc = "Id." },
    { FOUND(region_id), .kind = FIELD_ID, .doc = "Region it belongs to." },
    { FOUND(kind), .kind = FIELD_ENUM, .words = place_kind_words, .doc = "What it is." },
    { FOUND(code), .kind = FIELD_TEXT, .doc = "The chain's own short name." },
    { FOUND(name), .kind = FIELD_TEXT, .doc = "Name." },
    { FOUND(city), .kind = FIELD_TEXT, .doc = "City." },
    { FOUND(address), .kind = FIELD_TEXT, .doc = "Street and house." },
    { FOUND(phone), .kind = FIELD_TEXT, .doc = "Telephone." },
    { FOUND(lat_e6), .kind = FIELD_INT, .flags = OPT, .doc = "Latitude, millionths of a degree." },
    { FOUND(lon_e6), .kind = FIELD_INT, .flags = OPT, .doc = "Longitude, millionths of a degree." },
    { FOUND(utc_offset_min), .kind = FIELD_INT, .doc = "Local time minus UTC, minutes." },
    { FOUND(active), .kind = FIELD_BOOL, .doc = "Works now." },
    { FOUND(can_pickup), .kind = FIELD_BOOL, .doc = "Hands over orders." },
    { FOUND(can_reserve), .kind = FIELD_BOOL, .doc = "Keeps goods without payment." },
    { FOUND(can_ship), .kind = FIELD_BOOL, .doc = "Sends goods." },
    { FOUND(hours), .kind = FIELD_LIST, .elem = FIELD_OBJECT, .shape = &hours_shape, .doc = "Opening hours." },
    F_INT(place_found, distance_m, OPT, 0, 0, "Metres from the point asked about."),
    FIELD_END
};
static const struct shape found_shape = SHAPE("PlaceFound", place_found, found_fields);

struct place_page {
    struct list items;
    const char *next;
};
static const struct field page_fields[] = {
    F_LIST(place_page, items, 0, &found_shape, 0, "Places."),
    F_TEXT(place_page, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape page_shape = SHAPE("PlacePage", place_page, page_fields);

static const struct field region_page_fields[] = {
    F_LIST(place_page, items, 0, &place_region_shape, 0, "Regions."),
    F_TEXT(place_page, next, OPT, 0, "For `after` of the next page; absent on the last."),
    FIELD_END
};
static const struct shape region_page_shape = SHAPE("RegionPage", place_page, region_page_fields);

static const struct field page_ask_fields[] = { PAGE_FIELDS(page), FIELD_END };
static const struct shape page_ask_shape = SHAPE("PageAsk", page, page_ask_fields);

/* A day that differs, its date as people write it. */
struct place_date {
    const char *date;
    i64 open_min, close_min;
};
static const struct field date_fields[] = {
    F_TEXT(place_date, date, MUST, 10, "Local date, \"2026-12-31\"."),
    F_INT(place_date, open_min, OPT, 0, 1440, "Minutes after midnight; absent: the weekday's hours again."),
    F_INT(place_date, close_min, OPT, 0, 1440, "Minutes after midnight; equal to open_min: closed all day."),
    FIELD_END
};
static const struct shape date_shape = SHAPE("PlaceDay", place_date, date_fields);
static const struct field days_fields[] = {
    F_LIST(place_page, items, 0, &date_shape, 0, "From today on."),
    FIELD_END
};
static const struct shape days_shape = SHAPE("PlaceDays", place_page, days_fields);
/* clang-format on */

static struct place_found *found_add(struct ctx *c, struct list *l,
                                     const struct place *p, i64 distance_m)
{
    struct place_found *f = list_add(c->mem, l, sizeof(*f));

    *f = (struct place_found){ .place = *p, .distance_m = distance_m };
    return f;
}

static enum err near_page(struct ctx *c, const struct place_ask *ask, i64 limit,
                          struct place_page *page)
{
    struct list near = { 0 };
    struct place p;

    TRY(place_nearest(c, ask->lat_e6, ask->lon_e6, limit, &near));
    for (size_t k = 0; k < near.n; k++) {
        const struct place_near *n = &((struct place_near *)near.at)[k];

        TRY(place_get(c, n->place_id, &p));
        found_add(c, &page->items, &p, n->distance_m);
    }
    return ERR_OK;
}

static enum err id_page(struct ctx *c, const struct place_ask *ask, i64 limit,
                        struct place_page *page)
{
    struct place_filter f = { .region_id = ask->region_id,
                              .kind = ask->kind,
                              .city = ask->city,
                              .closed = ask->closed,
                              .limit = limit };
    struct list places = { 0 };
    const struct place *p;

    if (ask->after) TRY(page_after(c, ask->after, &f.after_id, 1));
    TRY(place_list(c, &f, &places));
    p = places.at;
    for (size_t k = 0; k < places.n; k++) found_add(c, &page->items, &p[k], NONE);
    if ((i64)places.n == limit) page->next = page_next(c->mem, &p[places.n - 1].id, 1);
    return ERR_OK;
}

static enum err places_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct place_ask *ask = q->query;
    struct place_page *page = NEW(c->mem, struct place_page);
    const i64 limit = ask->limit == NONE ? 50 : ask->limit;

    if (ask->lat_e6 != NONE && ask->lon_e6 != NONE)
        TRY(near_page(c, ask, limit, page));
    else
        TRY(id_page(c, ask, limit, page));
    r->max_age_s = 60;
    return reply_with(r, 200, page);
}

static enum err one_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct place *p = NEW(c->mem, struct place);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(place_get(c, id, p));
    r->etag = arena_printf(c->mem, "%lld", p->version);
    r->max_age_s = 60;
    return reply_with(r, 200, p);
}

/* The version that the caller read; a text that is none of ours matches nothing. */
static i64 if_match(const struct request *q)
{
    char *end;

    if (!q->if_match) return 0;
    const i64 version = strtoll(q->if_match, &end, 10);
    return *end || end == q->if_match || version <= 0 ? -1 : version;
}

static enum err put(struct ctx *c, const struct place *body, i64 id, i64 version,
                    struct reply *r)
{
    struct place *p = NEW(c->mem, struct place);

    *p = *body;
    p->id = id;
    p->version = version;
    TRY(place_put(c, p));
    TRY(staff_audit(c, "place.put", p->id, NULL));
    r->etag = arena_printf(c->mem, "%lld", p->version);
    return reply_with(r, id ? 200 : 201, p);
}

static enum err place_post(struct ctx *c, const struct request *q, struct reply *r)
{
    return put(c, q->body, 0, 0, r);
}

static enum err one_put(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    return put(c, q->body, id, if_match(q), r);
}

static enum err days_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct place_page *page = NEW(c->mem, struct place_page);
    struct list days = { 0 };
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(place_days(c, id, time_day(c->now, 0) - 1, &days));
    for (size_t k = 0; k < days.n; k++) {
        const struct place_day *d = &((struct place_day *)days.at)[k];

        *(struct place_date *)list_add(c->mem, &page->items,
                                       sizeof(struct place_date)) =
            (struct place_date){ time_iso_day(c->mem, d->day), d->open_min,
                                 d->close_min };
    }
    return reply_with(r, 200, page);
}

static enum err day_put(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct place_date *d = q->body;
    i64 id, at;

    TRY(request_id_arg(c, q, 0, &id));
    if (!time_parse(d->date, 0, &at))
        return FAIL_FIELD(c, BAD_ARGUMENT, "date", "\"%s\" is no date", d->date);
    TRY(place_day_put(
        c, id, &(struct place_day){ time_day(at, 0), d->open_min, d->close_min }));
    TRY(staff_audit(c, "place.put_day", id, NULL));
    return reply_empty(r);
}

static enum err regions_get(struct ctx *c, const struct request *q, struct reply *r)
{
    const struct page *ask = q->query;
    struct place_page *page = NEW(c->mem, struct place_page);
    const i64 limit = ask->limit == NONE ? 50 : ask->limit;
    i64 after = 0;

    if (ask->after) TRY(page_after(c, ask->after, &after, 1));
    TRY(place_region_list(c, after, limit, &page->items));
    const struct place_region *last =
        (struct place_region *)page->items.at + page->items.n - 1;
    if ((i64)page->items.n == limit) page->next = page_next(c->mem, &last->id, 1);
    r->max_age_s = 60;
    return reply_with(r, 200, page);
}

static enum err region_get(struct ctx *c, const struct request *q, struct reply *r)
{
    struct place_region *region = NEW(c->mem, struct place_region);
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    TRY(place_region_get(c, id, region));
    r->etag = arena_printf(c->mem, "%lld", region->version);
    return reply_with(r, 200, region);
}

static enum err region_save(struct ctx *c, const struct place_region *body, i64 id,
                            i64 version, struct reply *r)
{
    struct place_region *region = NEW(c->mem, struct place_region);

    *region = *body;
    region->id = id;
    region->version = version;
    TRY(place_region_put(c, region));
    TRY(staff_audit(c, "place.put_region", region->id, NULL));
    r->etag = arena_printf(c->mem, "%lld", region->version);
    return reply_with(r, id ? 200 : 201, region);
}

static enum err region_post(struct ctx *c, const struct request *q, struct reply *r)
{
    return region_save(c, q->body, 0, 0, r);
}

static enum err region_put(struct ctx *c, const struct request *q, struct reply *r)
{
    i64 id;

    TRY(request_id_arg(c, q, 0, &id));
    return region_save(c, q->body, id, if_match(q), r);
}

/* clang-format off */
#define REGION_EXAMPLE "{\"code\":\"87\",\"name\":\"Чукотский автономный округ\",\"utc_offset_min\":720," \
    "\"digital_level\":70,\"delivery_fee_minor\":39000,\"delivery_free_from_minor\":500000}"
#define PLACE_EXAMPLE "{\"region_id\":\"{region_id}\",\"kind\":\"shop\",\"code\":\"NSK-99\",\"name\":\"Прилавок на Ленина\"," \
    "\"city\":\"Новосибирск\",\"address\":\"ул. Ленина, 1\",\"lat_e6\":55030200,\"lon_e6\":82920430,"               \
    "\"utc_offset_min\":420,\"active\":true,\"can_pickup\":true,\"can_reserve\":true,\"can_ship\":true,"            \
    "\"hours\":[{\"weekday\":0,\"open_min\":600,\"close_min\":1320}]}"

const struct route place_routes[] = {
    { "GET", "/v1/place", places_get, RIGHT_ANYONE, READS, .query = &ask_shape, .out = &page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Shops, warehouses and pick-up points; with a point, the nearest that hand over goods." },
    { "GET", "/v1/place/{id}", one_get, RIGHT_ANYONE, READS, .out = &place_shape,
      .doc = "One place with its opening hours." },
    { "POST", "/v1/place", place_post, RIGHT_PLACE_WRITE, WRITES, .in = &place_shape, .out = &place_shape,
      .doc = "Open a place.", .example = PLACE_EXAMPLE },
    { "PUT", "/v1/place/{id}", one_put, RIGHT_PLACE_WRITE, WRITES, .in = &place_shape, .out = &place_shape,
      .doc = "Change a place as a whole; with If-Match only when nobody else has." },
    { "GET", "/v1/place/{id}/day", days_get, RIGHT_ANYONE, READS, .out = &days_shape,
      .doc = "Coming days whose hours differ from their weekday's." },
    { "PUT", "/v1/place/{id}/day", day_put, RIGHT_PLACE_WRITE, WRITES, .in = &date_shape,
      .doc = "Say how one day differs, or that it does not any more.",
      .example = "{\"date\":\"2026-12-31\",\"open_min\":600,\"close_min\":1080}" },
    { "GET", "/v1/region", regions_get, RIGHT_ANYONE, READS, .query = &page_ask_shape, .out = &region_page_shape,
      .flags = ROUTE_EXPORT,
      .doc = "Regions: time, delivery, prices of their own." },
    { "GET", "/v1/region/{id}", region_get, RIGHT_ANYONE, READS, .out = &place_region_shape,
      .doc = "One region." },
    { "POST", "/v1/region", region_post, RIGHT_PLACE_WRITE, WRITES, .in = &place_region_shape,
      .out = &place_region_shape, .doc = "Add a region.", .example = REGION_EXAMPLE },
    { "PUT", "/v1/region/{id}", region_put, RIGHT_PLACE_WRITE, WRITES, .in = &place_region_shape,
      .out = &place_region_shape, .doc = "Change a region; with If-Match only when nobody else has." },
    ROUTE_END
};
/* clang-format on */
