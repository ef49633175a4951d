/* What the place room is made of. */
#include "db/db.h"
#include "http/route.h"
#include "place/place.h"

extern const char place_schema[];            /* schema.sql */
extern const struct query place_sql[];       /* place.c */
extern const struct query place_hours_sql[]; /* place_hours.c */
extern const struct route place_routes[];    /* place_http.c */

/* clang-format off */
static const struct query checks[] = {
    { "place.hours_overlap",
      "SELECT a.place_id, a.weekday, a.open_min FROM place_hours a"
      "  JOIN place_hours b ON b.place_id = a.place_id AND b.weekday = a.weekday"
      "   AND b.open_min > a.open_min AND b.open_min < a.close_min",
      .scan = "a check reads everything" },
    QUERY_END
};
/* clang-format on */

const struct module place_module = {
    .name = "place",
    .needs = (const char *const[]){ "staff", "setting", "event", NULL },
    .schema = place_schema,
    .queries = (const struct query *const[]){ place_sql, place_hours_sql, NULL },
    .checks = checks,
    .routes = place_routes,
};
