/* db_clock.c -- ids that rise over a restart, even when the clock was set back. */
#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "db/db_engine.h"

/* The newest id is written down about once a second; a busy writer may be late. */
#define SLACK_MS 3000

/* clang-format off */
enum { NEWEST, PUT_NEWEST };
static const struct query db_clock_sql[] = {
    [NEWEST] = { "db.newest_id",
        "SELECT at FROM db_clock WHERE node = $1" },
    [PUT_NEWEST] = { "db.put_newest_id",
        "INSERT INTO db_clock (node, at) VALUES ($1, $2)"
        " ON CONFLICT (node) DO UPDATE SET at = excluded.at WHERE db_clock.at < excluded.at" },
    QUERY_END,
};
/* clang-format on */

static enum err read_newest(struct ctx *c, void *arg)
{
    const enum err e = db_one(c, &db_clock_sql[NEWEST], INTO((i64 *)arg), id_node());

    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err write_newest(struct ctx *c, void *arg)
{
    return db_exec(c, &db_clock_sql[PUT_NEWEST], NULL, id_node(), *(i64 *)arg);
}

/* A life that ended within the slack may have made ids that nobody wrote down, so
 * ours begin above it; and that is written down first, since we too may end before
 * the first tick. */
static enum err go_on_above(struct ctx *c, i64 at)
{
    TRY(db_unit(c, write_newest, &at));
    id_not_before(at);
    return ERR_OK;
}

enum err db_clock_start(struct ctx *c, i64 *ret_behind_ms)
{
    const i64 now = time_now();
    i64 at = 0;

    TRY(db_snapshot(c, read_newest, &at));
    if (at + SLACK_MS > now) TRY(go_on_above(c, at + SLACK_MS));
    if (at > now + SLACK_MS)
        log_warn("db: the clock is %lld ms behind the newest id; ids go on above it",
                 at - now);
    if (ret_behind_ms) *ret_behind_ms = at > now ? at - now : 0;
    atomic_store(&c->db->keeps_clock, true);
    return ERR_OK;
}

void db_clock_tick(struct db *db)
{
    i64 at = id_newest_at();

    if (!atomic_load(&db->keeps_clock) || at <= db->clock_written_at) return;
    struct ctx c = { .mem = arena_new(1 << 16), .db = db };
    if (db_unit(&c, write_newest, &at) == ERR_OK) db->clock_written_at = at;
    arena_free(c.mem);
}
