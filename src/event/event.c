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

    /* VALUES, not SELECT: that could write several rows, so SQLite would keep a
     * journal of the statement, at thrice the cost. */
    [ADD_AT_END] = { "event.add_at_end",
        "INSERT INTO event_log (id, at, name, subject_id, data, who_kind, who_id, pos)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7,"
        "         COALESCE((SELECT MAX(pos) FROM event_log), 0) + 1)" },
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

/* The digits of an id stand between quotes. */
static bool digits(struct json_text raw, i64 *ret)
{
    char *end;

    if (raw.n < 3 || raw.n > 21) return false;
    const i64 id = strtoll(raw.at + 1, &end, 10);
    if (end != raw.at + raw.n - 1) return false;
    *ret = id;
    return true;
}

static bool number_find(const struct event *e, const char *member, bool id, i64 *ret)
{
    struct arena *mem = arena_new(1 << 20); /* the reader's own, for nested values */
    struct json j;
    struct json_number n;
    struct json_text raw;
    bool found = member_find(&j, mem, e->data, member);

    if (found && json_kind(&j) == JSON_NUMBER) {
        found = json_number(&j, &n) && n.whole;
        if (found) *ret = n.i;
    } else {
        found = found && id && json_kind(&j) == JSON_TEXT && json_skip(&j, &raw) &&
                digits(raw, ret);
    }
    arena_free(mem);
    return found;
}

bool event_int(const struct event *e, const char *member, i64 *ret)
{
    return number_find(e, member, false, ret);
}

bool event_id(const struct event *e, const char *member, i64 *ret)
{
    return number_find(e, member, true, ret);
}

const char *event_text(struct ctx *c, const struct event *e, const char *member)
{
    struct json j;
    const char *text;
    size_t n;

    if (!member_find(&j, c->mem, e->data, member)) return NULL;
    return json_kind(&j) == JSON_TEXT && json_text(&j, &text, &n) ? text : NULL;
}
