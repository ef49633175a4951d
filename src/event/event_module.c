/* What the event room is made of. */
#include "db/db.h"
#include "event/event_own.h"
#include "http/route.h"

extern const char event_schema[];
extern const struct query event_sql[], event_cursor_sql[];

const struct module event_module = {
    .name = "event",
    .needs = (const char *const[]){ "setting", "staff", NULL },
    .schema = event_schema,
    .queries = (const struct query *const[]){ event_sql, event_cursor_sql, NULL },
};
