#include "event/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "db/db.h"

enum { ADD, ADD_AT_END };

/* clang-format off */
const struct query event_sql[] = {
    [ADD] = { "event.add",
        "INSERT INTO event_log (id, at, name, subject_id, data, who_kind, who_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)" },

    [ADD_AT_END] = { "event.add_at_end",
        "INSERT INTO event_log (id, at, name, subject_id, data, who_kind, who_id, pos)"
        " SELECT $1, $2, $3, $4, $5, $6, $7,"
        "        COALESCE((SELECT MAX(pos) FROM event_log), 0) + 1",
        .types = "iititii" },
    QUERY_END
};
/* clang-format on */

static void wake(void *arg)
{
    (void)arg;
    event_wake();
}

enum err event_emit(struct ctx *c, const char *name, i64 subject_id, const char *data)
{
    const bool one_writer = db_engine(c->db) == DB_SQLITE;

    TRY(db_exec(c, &event_sql[one_writer ? ADD_AT_END : ADD], NULL, id_new(c), c->now,
                name, subject_id, data ? data : "{}", (i64)c->who.kind, c->who.id));
    db_after_commit(c, wake, NULL, NULL);
    return ERR_OK;
}

/* ---- Members of data ------------------------------------------------------- */

/* Steps to the value of one member of the outermost object.  Data is written by
 * this program: its member names have no escapes and do not repeat. */
static bool member_find(struct json *j, struct arena *mem, const char *data,
                        const char *member)
{
    struct json_object o = { .trusted = true };
    struct json_text name;

    json_start(j, mem, data, strlen(data));
    while (json_member(j, &o, &name)) {
        if (name.n == strlen(member) && memcmp(name.at, member, name.n) == 0)
            return true;
        if (!json_skip(j, NULL)) return false;
    }
    return false;
}

bool event_int(const struct event *e, const char *member, i64 *ret)
{
    struct json j;
    struct json_number n;

    if (!member_find(&j, NULL, e->data, member)) return false;
    if (json_kind(&j) != JSON_NUMBER || !json_number(&j, &n) || !n.whole) return false;
    *ret = n.i;
    return true;
}

/* The digits between the quotes, without an arena to unescape them into. */
bool event_id(const struct event *e, const char *member, i64 *ret)
{
    struct json j;
    struct json_text raw;

    if (!member_find(&j, NULL, e->data, member)) return false;
    if (json_kind(&j) != JSON_TEXT) return event_int(e, member, ret);
    if (!json_skip(&j, &raw) || raw.n < 3 || raw.n > 21) return false;
    char *end;
    const i64 id = strtoll(raw.at + 1, &end, 10);
    if (end != raw.at + raw.n - 1) return false;
    *ret = id;
    return true;
}

const char *event_text(struct ctx *c, const struct event *e, const char *member)
{
    struct json j;
    const char *text;
    size_t n;

    if (!member_find(&j, c->mem, e->data, member)) return NULL;
    return json_kind(&j) == JSON_TEXT && json_text(&j, &text, &n) ? text : NULL;
}
