#include "place/place.h"

#include <math.h>
#include <stdlib.h>

#include "test.h"

enum { TEN = 600, TWENTY_TWO = 1320 };

static i64 region(struct ctx *c, const char *code, i64 offset_min)
{
    struct place_region r = { .code = code,
                              .name = "Новосибирская область",
                              .utc_offset_min = offset_min,
                              .digital_level = 70,
                              .delivery_fee_minor = 39000,
                              .delivery_free_from_minor = NONE };

    EXPECT_OK(place_region_put(c, &r));
    return r.id;
}

/* A shop, open from ten to ten on the weekdays named, in Moscow's time. */
static struct place shop(struct ctx *c, i64 region_id, const char *code,
                         const char *weekdays)
{
    struct place p = { .region_id = region_id,
                       .kind = PLACE_SHOP,
                       .code = code,
                       .name = "Прилавок на Ленина",
                       .city = "Новосибирск",
                       .lat_e6 = NONE,
                       .lon_e6 = NONE,
                       .utc_offset_min = 180,
                       .active = true,
                       .can_pickup = true,
                       .can_reserve = true };

    for (; *weekdays; weekdays++)
        *(struct place_hours *)list_add(c->mem, &p.hours, sizeof(struct place_hours)) =
            (struct place_hours){ *weekdays - '0', TEN, TWENTY_TWO };
    EXPECT_OK(place_put(c, &p));
    return p;
}

static i64 at(const char *local)
{
    i64 ms = 0;

    EXPECT(time_parse(local, 180, &ms));
    return ms;
}

static void kept_as_given(struct ctx *c)
{
    const i64 r = region(c, "54", 420);
    struct place p = shop(c, r, "NSK-1", "0123456"), got;

    EXPECT_OK(place_get(c, p.id, &got));
    EXPECT_TEXT(got.name, "Прилавок на Ленина");
    EXPECT_INT(got.hours.n, 7);
    EXPECT_INT(((struct place_hours *)got.hours.at)[6].close_min, TWENTY_TWO);
    EXPECT_INT(got.region_id, r);
    EXPECT(got.lat_e6 == NONE && got.can_reserve && !got.can_ship);
    EXPECT_ERR(place_get(c, 42, &got), NOT_FOUND);
}

static void own_code(struct ctx *c)
{
    const i64 r = region(c, "54", 420);
    struct place a = shop(c, r, "NSK-1", "0"), b = shop(c, r, "NSK-2", "0");
    struct place_region again = { .code = "54", .name = "Ещё одна" };

    b.code = "NSK-1";
    EXPECT_ERR(place_put(c, &b), EXISTS);
    EXPECT_TEXT(c->fault.field, "code");
    EXPECT_OK(place_put(c, &a));
    EXPECT_ERR(place_region_put(c, &again), EXISTS);
}

static void two_editors(struct ctx *c)
{
    struct place anna = shop(c, region(c, "54", 420), "NSK-1", "0"), boris = anna;

    anna.phone = "+73830000001";
    EXPECT_OK(place_put(c, &anna));
    EXPECT_INT(anna.version, 2);
    boris.phone = "+73830000002";
    EXPECT_ERR(place_put(c, &boris), CHANGED);
    EXPECT_TEXT(c->fault.message,
                arena_printf(c->mem, "place %lld is at version 2, not 1", anna.id));
}

static void overlapping_hours(struct ctx *c)
{
    struct place p = shop(c, region(c, "54", 420), "NSK-1", "0");
    struct place_hours h[] = { { 1, 600, 900 }, { 1, 840, 1200 } },
                       back[] = { { 1, 900, 900 } };

    p.hours = (struct list){ h, 2 };
    EXPECT_ERR(place_put(c, &p), BAD_ARGUMENT);
    EXPECT_TEXT(c->fault.field, "hours[1]");
    p.hours = (struct list){ back, 1 };
    EXPECT_ERR(place_put(c, &p), BAD_ARGUMENT);
    h[1].open_min = 900;
    p.hours = (struct list){ h, 2 };
    p.version = 0;
    EXPECT_OK(place_put(c, &p));
}

static void open_now(struct ctx *c)
{
    const struct place p = shop(c, region(c, "77", 180), "MSK-1", "01234");
    bool open;

    EXPECT_OK(place_is_open(c, p.id, at("2026-09-21T09:59:59"), &open));
    EXPECT(!open);
    EXPECT_OK(place_is_open(c, p.id, at("2026-09-21T10:00:00"), &open));
    EXPECT(open);
    EXPECT_OK(place_is_open(c, p.id, at("2026-09-21T22:00:00"), &open));
    EXPECT(!open);
    EXPECT_OK(place_is_open(c, p.id, at("2026-09-26T12:00:00"), &open)); /* Saturday */
    EXPECT(!open);
}

static void ready_by(struct ctx *c)
{
    const struct place p = shop(c, region(c, "77", 180), "MSK-1", "01234");
    i64 ready;

    /* Friday 21:30: half an hour today, the other on Monday morning. */
    EXPECT_OK(place_open_time(c, p.id, at("2026-09-25T21:30:00"), 60, &ready));
    EXPECT_INT(ready, at("2026-09-28T10:30:00"));
    EXPECT_OK(place_open_time(c, p.id, at("2026-09-25T05:00:00"), 60, &ready));
    EXPECT_INT(ready, at("2026-09-25T11:00:00"));
    EXPECT_OK(place_open_time(c, p.id, at("2026-09-25T12:15:00"), 60, &ready));
    EXPECT_INT(ready, at("2026-09-25T13:15:00"));
}

static void breaks_do_not_count(struct ctx *c)
{
    struct place p = shop(c, region(c, "77", 180), "MSK-1", "0");
    struct place_hours h[] = { { 0, 600, 780 }, { 0, 840, 1200 } };
    i64 ready;

    p.hours = (struct list){ h, 2 };
    EXPECT_OK(place_put(c, &p));
    EXPECT_OK(place_open_time(c, p.id, at("2026-09-21T12:30:00"), 60, &ready));
    EXPECT_INT(ready, at("2026-09-21T14:30:00"));
}

static void holidays(struct ctx *c)
{
    const struct place p = shop(c, region(c, "77", 180), "MSK-1", "0123456");
    struct place_day closed = { time_day(at("2026-12-31T12:00:00"), 180), 0, 0 };
    struct place_day brief = { closed.day + 1, 720, 900 },
                     usual = { closed.day, NONE, NONE };
    i64 ready;

    EXPECT_OK(place_day_put(c, p.id, &closed));
    EXPECT_OK(place_day_put(c, p.id, &brief));
    EXPECT_OK(place_open_time(c, p.id, at("2026-12-30T21:30:00"), 60, &ready));
    EXPECT_INT(ready, at("2027-01-01T12:30:00"));
    EXPECT_OK(place_day_put(c, p.id, &usual));
    EXPECT_OK(place_open_time(c, p.id, at("2026-12-30T21:30:00"), 60, &ready));
    EXPECT_INT(ready, at("2026-12-31T10:30:00"));
}

static void pickup_deadline(struct ctx *c)
{
    const struct place p = shop(c, region(c, "77", 180), "MSK-1", "01234");
    i64 end;

    EXPECT_OK(place_day_end(c, p.id, at("2026-09-21T16:00:00"), 3, &end));
    EXPECT_INT(end, at("2026-09-24T22:00:00"));
    /* Three days after Wednesday is Saturday: Monday's evening. */
    EXPECT_OK(place_day_end(c, p.id, at("2026-09-23T16:00:00"), 3, &end));
    EXPECT_INT(end, at("2026-09-28T22:00:00"));
    EXPECT_OK(place_day_end(c, p.id, at("2026-09-21T23:00:00"), 0, &end));
    EXPECT_INT(end, at("2026-09-22T22:00:00"));
}

static void never_closed(struct ctx *c)
{
    const struct place p = shop(c, region(c, "77", 180), "MSK-1", "");
    i64 t;
    bool open;

    EXPECT_OK(place_is_open(c, p.id, at("2026-09-21T03:00:00"), &open));
    EXPECT(open);
    EXPECT_OK(place_open_time(c, p.id, at("2026-09-21T23:30:00"), 60, &t));
    EXPECT_INT(t, at("2026-09-22T00:30:00"));
}

static void never_open(struct ctx *c)
{
    const struct place p = shop(c, region(c, "77", 180), "MSK-1", "0");
    i64 t;

    for (i64 day = 0; day < 70; day++) {
        const struct place_day closed = { time_day(TEST_NOW, 180) + day, 0, 0 };
        EXPECT_OK(place_day_put(c, p.id, &closed));
    }
    EXPECT_ERR(place_open_time(c, p.id, TEST_NOW, 60, &t), WRONG_STATE);
}

static void scope_follows(struct ctx *c)
{
    const i64 first = region(c, "54", 420), second = region(c, "55", 360);
    struct place p = shop(c, first, "NSK-1", "0");
    struct setting_scope s;

    EXPECT_OK(place_scope(c, p.id, &s));
    EXPECT_INT(s.region_id, first);
    p.region_id = second;
    EXPECT_OK(place_put(c, &p));
    EXPECT_OK(place_scope(c, p.id, &s));
    EXPECT_INT(s.region_id, second);
    EXPECT_INT(s.place_id, p.id);
    EXPECT_ERR(place_scope(c, 42, &s), NOT_FOUND);
}

/* ---- Distance ------------------------------------------------------------------- */

static bool about(i64 metres, double km)
{
    return fabs((double)metres / 1000 - km) < km * 0.005;
}

static void known_distances(struct ctx *c)
{
    (void)c;
    EXPECT(about(place_distance_m(55755800, 37617600, 59938600, 30314100), 634));
    EXPECT(about(place_distance_m(55755800, 37617600, 43115500, 131885500), 6417));
    EXPECT(about(place_distance_m(54710200, 20510200, 53024100, 158643200), 7401));
    EXPECT_INT(place_distance_m(55755800, 37617600, 55755800, 37617600), 0);
    /* Across the 180th meridian two degrees are two degrees. */
    EXPECT(about(place_distance_m(0, 179000000, 0, -179000000), 222.4));
}

static i64 shop_at(struct ctx *c, i64 region_id, const char *code, double lat,
                   double lon)
{
    struct place p = shop(c, region_id, code, "0");

    p.lat_e6 = llround(lat * 1e6);
    p.lon_e6 = llround(lon * 1e6);
    EXPECT_OK(place_put(c, &p));
    return p.id;
}

static void nearest_first(struct ctx *c)
{
    const i64 r = region(c, "77", 180);
    const i64 spb = shop_at(c, r, "SPB", 59.9386, 30.3141);
    const i64 tver = shop_at(c, r, "TVR", 56.8587, 35.9176);
    const i64 khimki = shop_at(c, r, "KHM", 55.8887, 37.4304);
    struct list near = { 0 };
    const struct place_near *n;

    EXPECT_OK(place_nearest(c, 55755800, 37617600, 2, &near));
    EXPECT_INT(near.n, 2);
    n = near.at;
    EXPECT_INT(n[0].place_id, khimki);
    EXPECT_INT(n[1].place_id, tver);
    near = (struct list){ 0 };
    EXPECT_OK(place_nearest(c, 55755800, 37617600, 10, &near));
    EXPECT_INT(near.n, 3);
    EXPECT_INT(((struct place_near *)near.at)[2].place_id, spb);
}

static void near_over_the_date_line(struct ctx *c)
{
    const i64 r = region(c, "87", 720);
    const i64 east = shop_at(c, r, "EGV", 66.32, -179.12);
    struct list near = { 0 };

    shop_at(c, r, "ANA", 64.73, 177.51);
    EXPECT_OK(place_nearest(c, 66350000, 179900000, 1, &near));
    EXPECT_INT(near.n, 1);
    EXPECT_INT(((struct place_near *)near.at)->place_id, east);
}

static void closed_shops_are_not_near(struct ctx *c)
{
    const i64 r = region(c, "77", 180);
    const i64 id = shop_at(c, r, "KHM", 55.8887, 37.4304);
    struct list near = { 0 };
    struct place p;

    EXPECT_OK(place_get(c, id, &p));
    p.active = false;
    EXPECT_OK(place_put(c, &p));
    EXPECT_OK(place_nearest(c, 55755800, 37617600, 5, &near));
    EXPECT_INT(near.n, 0);
}

/* The nth field of a line of CSV, quotes taken off. */
static char *field(struct ctx *c, const char *line, int nth)
{
    bool quoted = false;

    for (; nth && *line; line++) {
        if (*line == '"') quoted = !quoted;
        if (*line == ',' && !quoted) nth--;
    }
    if (*line == '"') line++;
    return arena_strdup(c->mem, line, strcspn(line, ",\"\n"));
}

/* Every town of the country: whoever asks from its market place finds the shop
 * there, and the box search agrees with looking at all of them. */
static void towns_of_the_country(struct ctx *c)
{
    enum { TOWNS = 300 };
    const char *path = test_data(c, "ru-cities-regions/city.csv");
    double lat[TOWNS], lon[TOWNS];
    i64 id[TOWNS];
    int n = 0;
    const i64 r = region(c, "77", 180);

    if (!path) {
        print_message("skipped: no ru-cities-regions\n");
        return;
    }
    char *line = test_file(c, path, NULL);
    for (int k = 0; line && n < TOWNS; k++, line = strchr(line + 1, '\n')) {
        if (k == 0 || k % 3) continue;
        lat[n] = strtod(field(c, line + 1, 20), NULL);
        lon[n] = strtod(field(c, line + 1, 21), NULL);
        if (lat[n] == 0) continue;
        id[n] = shop_at(c, r, arena_printf(c->mem, "T%d", n), lat[n], lon[n]);
        n++;
    }
    EXPECT(n > 250);
    for (int a = 0; a < n; a += 7) {
        const double from_lat = lat[a] + 0.31, from_lon = lon[a] - 0.27;
        struct list near = { 0 };
        i64 best = INT64_MAX, best_id = 0;

        EXPECT_OK(place_nearest(c, llround(from_lat * 1e6), llround(from_lon * 1e6), 1,
                                &near));
        for (int b = 0; b < n; b++) {
            const i64 m =
                place_distance_m(llround(from_lat * 1e6), llround(from_lon * 1e6),
                                 llround(lat[b] * 1e6), llround(lon[b] * 1e6));
            if (m < best) {
                best = m;
                best_id = id[b];
            }
        }
        EXPECT_INT(((struct place_near *)near.at)->place_id, best_id);
        EXPECT_INT(((struct place_near *)near.at)->distance_m, best);
    }
}

/* ---- Over HTTP ------------------------------------------------------------------ */

static void over_http(struct ctx *c)
{
    const i64 r = region(c, "77", 180);
    const char *body = arena_printf(
        c->mem,
        "{\"region_id\":\"%lld\",\"kind\":\"shop\",\"code\":\"K1\",\"name\":\"Химки\","
        "\"city\":\"Химки\",\"lat_e6\":55888700,\"lon_e6\":37430400,\"utc_offset_min\":"
        "180,"
        "\"active\":true,\"can_pickup\":true,\"hours\":[{\"weekday\":0,\"open_min\":"
        "600,"
        "\"close_min\":1320}]}",
        r);
    struct reply re;

    c->who = (struct who){ 0 };
    re = test_call(c, "POST", "/v1/place", body);
    EXPECT(re.status == 401 || re.status == 403);
    test_as_staff(c);
    re = test_call(c, "POST", "/v1/place", body);
    EXPECT_INT(re.status, 201);
    EXPECT_TEXT(re.etag, "1");
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM place_hours"), 1);
    re = test_call(c, "GET", "/v1/place?lat_e6=55755800&lon_e6=37617600", NULL);
    EXPECT_INT(re.status, 200);
    EXPECT(strstr(re.text, "\"distance_m\":18"));
    re = test_call(c, "GET", "/v1/place?city=Тверь", NULL);
    EXPECT_TEXT(re.text, "{\"items\":[]}");
    re = test_call(c, "GET", "/v1/region", NULL);
    EXPECT(strstr(re.text, "Новосибирская"));
    re = test_call(c, "GET", "/v1/place/42", NULL);
    EXPECT_INT(re.status, 404);
}

static const struct test tests[] = {
    { "a shop is kept as it was given, hours too", kept_as_given },
    { "two places cannot have one code", own_code },
    { "of two editors the second is told that the first was quicker", two_editors },
    { "opening hours that overlap are refused, a break is not", overlapping_hours },
    { "a shop opens on the minute and is closed on Saturday", open_now },
    { "an hour of work that begins on Friday evening ends on Monday", ready_by },
    { "a lunch break does not count as opening time", breaks_do_not_count },
    { "a holiday replaces the hours of its weekday, until it is taken back", holidays },
    { "three days to collect end when the shop closes, on a day it is open",
      pickup_deadline },
    { "a place without hours never closes", never_closed },
    { "a place that stays shut for two months can promise nothing", never_open },
    { "a shop's settings follow it to another region at once", scope_follows },
    { "distances between cities are those of the atlas", known_distances },
    { "the nearest shop comes first, and asking for more reaches farther",
      nearest_first },
    { "a neighbour across the 180th meridian is a neighbour", near_over_the_date_line },
    { "a closed shop is near to nobody", closed_shops_are_not_near },
    { "from anywhere near a town the search finds what looking at all would",
      towns_of_the_country },
    { "places over HTTP: rights, ETag, nearest", over_http },
};

int main(void)
{
    return test_main("place", tests, COUNT(tests));
}
