/* event_cursor.c -- positions: of facts in the log, of subscribers in it. */
#include <string.h>

#include "db/db.h"
#include "event/event_own.h"
#include "http/route.h"

enum {
    CURSORS,
    CURSOR_GET,
    CURSOR_ADD,
    CURSOR_MOVE,
    CURSOR_FAILED,
    CURSOR_SET,
    AFTER,
    FIRST_AT,
    END,
    NEWS,
    SEQUENCER,
    FRESH,
    PLACE,
    SEQUENCED,
    OLDEST,
    FORGET,
    LIST,
    LIST_SUBJECT,
};

/* clang-format off */
#define EVENT "pos, at, name, subject_id, data, who_kind, who_id"
const struct query event_cursor_sql[] = {
    [CURSORS] = { "event.list_cursors",
        "SELECT subscriber, pos, epoch, tries, retry_at, heard_at, error FROM event_cursor"
        " WHERE subscriber > '' ORDER BY subscriber" },

    [CURSOR_GET] = { "event.get_cursor",
        "SELECT pos, epoch, tries, retry_at, heard_at, error FROM event_cursor"
        " WHERE subscriber = $1" },

    [CURSOR_ADD] = { "event.add_cursor",
        "INSERT INTO event_cursor (subscriber, pos) VALUES ($1, $2)"
        " ON CONFLICT (subscriber) DO NOTHING" },

    /* The row's lock makes deliverers of several nodes wait for one another; the
     * one that comes second finds the position changed and does nothing. */
    [CURSOR_MOVE] = { "event.move_cursor",
        "UPDATE event_cursor SET pos = $2, tries = 0, retry_at = 0, error = NULL, heard_at = $3"
        " WHERE subscriber = $1 AND epoch = $4 AND pos <= $5" },

    [CURSOR_FAILED] = { "event.cursor_failed",
        "UPDATE event_cursor SET tries = tries + 1, retry_at = $2, error = $3"
        " WHERE subscriber = $1 AND epoch = $4 AND pos <= $5" },

    [CURSOR_SET] = { "event.set_cursor",
        "UPDATE event_cursor SET pos = $2, epoch = epoch + 1, tries = 0, retry_at = 0,"
        " error = NULL WHERE subscriber = $1" },

    [AFTER] = { "event.after",
        "SELECT " EVENT " FROM event_log WHERE pos > $1 ORDER BY pos LIMIT $2" },

    [FIRST_AT] = { "event.first_at",
        "SELECT at FROM event_log WHERE pos > $1 ORDER BY pos LIMIT 1" },

    [END] = { "event.end",
        "SELECT COALESCE((SELECT pos FROM event_log WHERE pos > 0 ORDER BY pos DESC LIMIT 1), 0)" },

    [NEWS] = { "event.news",
        "SELECT id FROM event_log WHERE pos IS NULL ORDER BY id LIMIT 1" },

    [SEQUENCER] = { "event.sequencer",
        "UPDATE event_cursor SET heard_at = $1 WHERE subscriber = '' RETURNING pos" },

    [FRESH] = { "event.fresh",
        "SELECT id FROM event_log WHERE pos IS NULL ORDER BY id LIMIT $1" },

    /* One by one, in a pipeline: a planner that joins a thousand of them with the
     * log may decide to read all of the log for a handful. */
    [PLACE] = { "event.place",
        "UPDATE event_log SET pos = $2 WHERE id = $1 AND pos IS NULL" },

    [SEQUENCED] = { "event.sequenced",
        "UPDATE event_cursor SET pos = pos + $1 WHERE subscriber = ''" },

    [OLDEST] = { "event.oldest",
        "SELECT pos, at FROM event_log WHERE pos > 0 AND pos <= $1 ORDER BY pos LIMIT $2" },

    [FORGET] = { "event.forget",
        "DELETE FROM event_log WHERE pos <= $1" },

    [LIST] = { "event.list",
        "SELECT " EVENT " FROM event_log WHERE pos < $1 AND name >= $2 AND name < $3"
        " ORDER BY pos DESC LIMIT $4" },

    [LIST_SUBJECT] = { "event.list_subject",
        "SELECT " EVENT " FROM event_log WHERE subject_id = $5 AND pos < $1"
        " AND name >= $2 AND name < $3 ORDER BY id DESC LIMIT $4" },
    QUERY_END
};
/* clang-format on */

#define STEP 1000 /* positions given in one unit */

/* ---- Cursors --------------------------------------------------------------------- */

enum err cursor_get(struct ctx *c, const char *subscriber, struct cursor *ret)
{
    *ret = (struct cursor){ .subscriber = subscriber };
    return db_one(c, &event_cursor_sql[CURSOR_GET],
                  INTO(&ret->pos, &ret->epoch, &ret->tries, &ret->retry_at,
                       &ret->heard_at, &ret->error),
                  subscriber);
}

enum err cursor_add(struct ctx *c, const char *subscriber, i64 pos)
{
    return db_exec(c, &event_cursor_sql[CURSOR_ADD], NULL, subscriber, pos);
}

enum err cursor_move(struct ctx *c, const struct cursor *was, i64 pos, bool *ret_moved)
{
    i64 n;

    TRY(db_exec(c, &event_cursor_sql[CURSOR_MOVE], &n, was->subscriber, pos, c->now,
                was->epoch, was->pos));
    *ret_moved = n == 1;
    return ERR_OK;
}

enum err cursor_failed(struct ctx *c, const struct cursor *was, i64 retry_at,
                       const char *error)
{
    return db_exec(c, &event_cursor_sql[CURSOR_FAILED], NULL, was->subscriber, retry_at,
                   error, was->epoch, was->pos);
}

static void changed(void *arg)
{
    (void)arg;
    event_reread();
}

enum err event_replay(struct ctx *c, const char *subscriber, i64 after_pos)
{
    i64 end, n;

    TRY(log_end(c, &end));
    if (after_pos < 0 || after_pos > end)
        return FAIL_FIELD(c, BAD_ARGUMENT, "after", "positions go from 0 to %lld", end);
    if (!*subscriber) return FAIL(c, NOT_FOUND, "no subscriber \"\"");
    TRY(db_exec(c, &event_cursor_sql[CURSOR_SET], &n, subscriber, after_pos));
    if (!n) return FAIL(c, NOT_FOUND, "no subscriber \"%s\"", subscriber);
    db_after_commit(c, changed, NULL, NULL);
    return ERR_OK;
}

/* Positions are dense, so what is not heard is a difference. */
static enum err behind(struct ctx *c, struct cursor *k, i64 end)
{
    k->behind = end > k->pos ? end - k->pos : 0;
    k->waiting_at = NONE;
    if (!k->behind) return ERR_OK;
    const enum err e =
        db_one(c, &event_cursor_sql[FIRST_AT], INTO(&k->waiting_at), k->pos);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err cursor_list(struct ctx *c, struct list *ret)
{
    struct list l = { 0 };
    struct cursor k = { 0 };
    i64 end;
    ROWS r;

    TRY(db_rows0(c, &r, &event_cursor_sql[CURSORS]));
    while (db_next(&r, INTO(&k.subscriber, &k.pos, &k.epoch, &k.tries, &k.retry_at,
                            &k.heard_at, &k.error)))
        *(struct cursor *)list_add(c->mem, &l, sizeof(k)) = k;
    TRY(r.err);
    TRY(log_end(c, &end));
    for (size_t n = 0; n < l.n; n++) TRY(behind(c, &((struct cursor *)l.at)[n], end));
    *ret = l;
    return ERR_OK;
}

/* ---- The log ----------------------------------------------------------------------
 */

static enum err events_read(struct rows *r, struct list *ret)
{
    struct event e = { 0 };
    i64 kind;

    while (db_next(
        r, INTO(&e.pos, &e.at, &e.name, &e.subject_id, &e.data, &kind, &e.who_id))) {
        e.who_kind = (enum who_kind)kind;
        *(struct event *)list_add(r->c->mem, ret, sizeof(e)) = e;
    }
    return r->err;
}

enum err log_after(struct ctx *c, i64 pos, i64 limit, struct list *ret)
{
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &event_cursor_sql[AFTER], pos, limit));
    return events_read(&r, ret);
}

enum err log_end(struct ctx *c, i64 *ret_pos)
{
    return db_one0(c, &event_cursor_sql[END], INTO(ret_pos));
}

/* One step.  The update of the sequencer's row is its lease: a second sequencer
 * waits there until the first has committed, and then sees what that one did. */
static enum err sequence(struct ctx *c, void *arg)
{
    i64 *ids = NEW_N(c->mem, i64, STEP), *n = arg, base;
    ROWS r = { 0 };

    *n = 0;
    TRY(db_one(c, &event_cursor_sql[SEQUENCER], INTO(&base), c->now));
    TRY(db_rows(c, &r, &event_cursor_sql[FRESH], STEP));
    while (db_next(&r, INTO(&ids[*n]))) ++*n;
    TRY(r.err);
    for (i64 k = 0; k < *n; k++)
        TRY(db_exec(c, &event_cursor_sql[PLACE], NULL, ids[k], base + 1 + k));
    return db_exec(c, &event_cursor_sql[SEQUENCED], NULL, *n);
}

static enum err any_news(struct ctx *c, void *arg)
{
    bool *any = arg;
    i64 id;
    const enum err e = db_one0(c, &event_cursor_sql[NEWS], INTO(&id));

    *any = !e;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err log_sequence(struct ctx *c)
{
    bool any = db_engine(c->db) != DB_SQLITE;
    i64 n = 0;

    if (any) TRY(db_snapshot(c, any_news, &any));
    while (any) {
        TRY(db_unit(c, sequence, &n));
        any = n == STEP;
    }
    return ERR_OK;
}

/* The last fact stays: on SQLite the next position is one more than its. */
enum err log_forget(struct ctx *c, i64 before_at, i64 heard_pos, i64 *ret_n)
{
    i64 pos, at, last = 0, end;
    ROWS r = { 0 };

    *ret_n = 0;
    TRY(log_end(c, &end));
    TRY(db_rows(c, &r, &event_cursor_sql[OLDEST], heard_pos < end ? heard_pos : end - 1,
                LIMIT_BULK_ROWS));
    while (db_next(&r, INTO(&pos, &at)) && at < before_at) {
        last = pos;
        ++*ret_n;
    }
    TRY(r.err);
    return last ? db_exec(c, &event_cursor_sql[FORGET], NULL, last) : ERR_OK;
}

/* "order." is a whole room, "order.placed" one name: a range of texts. */
static const char *range_end(struct ctx *c, const char *name)
{
    if (!name || !*name) return "\x7f";
    if (name[strlen(name) - 1] != '.') return arena_printf(c->mem, "%s\x01", name);
    char *end = arena_strdup(c->mem, name, strlen(name));
    end[strlen(end) - 1]++;
    return end;
}

enum err log_list(struct ctx *c, const struct log_ask *a, struct list *ret,
                  const char **ret_next)
{
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    const char *from = a->name ? a->name : "", *to = range_end(c, a->name);
    const bool one = a->subject_id != NONE;
    i64 last = INT64_MAX;
    struct list l = { 0 };
    ROWS r = { 0 };

    if (a->after) TRY(page_after(c, a->after, &last, 1));
    if (one)
        TRY(db_rows(c, &r, &event_cursor_sql[LIST_SUBJECT], last, from, to, limit,
                    a->subject_id));
    else
        TRY(db_rows(c, &r, &event_cursor_sql[LIST], last, from, to, limit));
    TRY(events_read(&r, &l));
    *ret_next = NULL;
    if ((i64)l.n == limit)
        *ret_next = page_next(c->mem, &((const struct event *)l.at)[l.n - 1].pos, 1);
    *ret = l;
    return ERR_OK;
}
