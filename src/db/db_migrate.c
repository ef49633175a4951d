/* db_migrate.c -- the schema's way to this binary's version, and its proofs. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "db/db_engine.h"

/* clang-format off */
enum { ROOM_VERSION, PUT_VERSION };
static const struct query db_migrate_sql[] = {
    [ROOM_VERSION] = { "db.room_version",
        "SELECT version FROM db_version WHERE room = $1" },
    [PUT_VERSION] = { "db.put_version",
        "INSERT INTO db_version (room, version) VALUES ($1, $2)"
        " ON CONFLICT (room) DO UPDATE SET version = excluded.version" },
    QUERY_END,
};
/* clang-format on */

static const char own_tables[] =
    "CREATE TABLE IF NOT EXISTS db_version ("
    " room TEXT NOT NULL PRIMARY KEY,"
    " version BIGINT NOT NULL CHECK (version >= 1)) $WITHOUT_ROWID$;"
    /* the time in the newest id of each node, ms since 1970 UTC */
    "CREATE TABLE IF NOT EXISTS db_clock ("
    " node BIGINT NOT NULL PRIMARY KEY,"
    " at BIGINT NOT NULL) $WITHOUT_ROWID$;";

/* ---- DDL ------------------------------------------------------------------------ */

static const char *for_engine(struct ctx *c, const char *sql, size_t n)
{
    static const struct {
        const char *macro, *as[2]; /* on SQLite, on PostgreSQL */
    } macros[] = { { "$WITHOUT_ROWID$", { "WITHOUT ROWID", "" } },
                   { "$ROWID$", { "INTEGER NOT NULL", "BIGINT NOT NULL" } } };
    struct buf out = buf_new(c->mem, n + 64, 1 << 24);
    const int engine = db_engine(c->db) == DB_SQLITE ? 0 : 1;

    for (const char *p = sql, *end = sql + n; p < end;) {
        size_t k = 0;
        while (k < COUNT(macros) &&
               strncmp(p, macros[k].macro, strlen(macros[k].macro)) != 0)
            k++;
        if (k == COUNT(macros)) {
            buf_char(&out, *p++);
            continue;
        }
        buf_text(&out, macros[k].as[engine]);
        p += strlen(macros[k].macro);
    }
    return out.at;
}

static enum err run_ddl(struct ctx *c, const char *sql, size_t n)
{
    return c->db->e->script(c, for_engine(c, sql, n));
}

/* ---- Migrations ----------------------------------------------------------------- */

struct part {
    i64 n; /* the migration's number */
    const char *at;
    size_t len;
};

static const char *next_mark(const char *p)
{
    static const char mark[] = "-- migration ";

    for (; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
        if (strncmp(p, mark, sizeof(mark) - 1) == 0) return p;
    return NULL;
}

/* The part that starts at or after *p; false when there is none left. */
static bool next_part(const char **p, struct part *ret)
{
    const char *mark = next_mark(*p), *first = *p + strspn(*p, " \n\t");

    if (!*first) return false;
    if (mark != *p) { /* text before the first mark, or without any, is migration 1 */
        const bool blank = mark && mark == first;
        if (!blank) {
            *ret = (struct part){ 1, *p, mark ? (size_t)(mark - *p) : strlen(*p) };
            *p += ret->len;
            return true;
        }
    }
    const char *body = strchr(mark, '\n'), *end = body ? next_mark(body + 1) : NULL;
    if (!body) return false;
    *ret =
        (struct part){ 0, body + 1, end ? (size_t)(end - body - 1) : strlen(body + 1) };
    ret->n = strtoll(mark + strlen("-- migration "), NULL, 10);
    *p = body + 1 + ret->len;
    return true;
}

static bool only_comments(const char *p, size_t n)
{
    for (const char *end = p + n; p < end;) {
        p += strspn(p, " \n\t");
        if (p >= end) return true;
        if (p[0] != '-' || p[1] != '-') return false;
        const char *line = memchr(p, '\n', (size_t)(end - p));
        if (!line) return true;
        p = line + 1;
    }
    return true;
}

/* A room's tables in one database: under its name those of the core, under
 * "room/beside" those beside. */
struct tables {
    const char *name, *schema;
};

static enum err newest(struct ctx *c, const struct tables *m, i64 *ret)
{
    struct part part;
    i64 last = 0;

    for (const char *p = m->schema; next_part(&p, &part);) {
        if (last == 0 && part.n == 1 && only_comments(part.at, part.len)) continue;
        if (part.n != last + 1)
            return FAIL(c, DATABASE, "%s: migration %lld follows %lld", m->name, part.n,
                        last);
        last = part.n;
    }
    *ret = last;
    return ERR_OK;
}

static enum err migrate_room(struct ctx *c, const struct tables *m)
{
    struct part part;
    i64 have = 0, want = 0;

    TRY(newest(c, m, &want));
    const enum err e = db_one(c, &db_migrate_sql[ROOM_VERSION], INTO(&have), m->name);
    if (e && e != ERR_NOT_FOUND) return e;
    if (have > want)
        return FAIL(c, WRONG_STATE,
                    "the database has %s at version %lld, this program knows %lld: "
                    "start a newer one",
                    m->name, have, want);
    for (const char *p = m->schema; next_part(&p, &part);)
        if (part.n > have && !only_comments(part.at, part.len)) {
            const enum err broke = run_ddl(c, part.at, part.len);
            if (broke)
                return fail_at(c, broke, NULL, __FILE__, __LINE__,
                               "%s: migration %lld: %s", m->name, part.n,
                               c->fault.message);
        }
    return have == want ? ERR_OK
                        : db_exec(c, &db_migrate_sql[PUT_VERSION], NULL, m->name, want);
}

enum where { CORE = 1, BESIDE = 2 };

static enum err migrate_all(struct ctx *c, const struct module *const *rooms, int where)
{
    TRY(c->db->e->lock_schema(c));
    TRY(run_ddl(c, own_tables, sizeof(own_tables) - 1));
    for (; *rooms; rooms++) {
        const struct tables core = { (*rooms)->name, (*rooms)->schema },
                            beside = { arena_printf(c->mem, "%s/beside", core.name),
                                       (*rooms)->beside };
        if (core.schema && where & CORE) TRY(migrate_room(c, &core));
        if (beside.schema && where & BESIDE) TRY(migrate_room(c, &beside));
    }
    return ERR_OK;
}

static enum err migrate(struct ctx *c, const struct module *const *rooms, int where)
{
    TRY(db_begin(c, true));
    const enum err e = migrate_all(c, rooms, where);
    if (e) {
        db_rollback(c);
        return e;
    }
    TRY(db_commit(c));
    return c->db->temporary || c->db->sync_normal ? ERR_OK : db_clock_start(c, NULL);
}

enum err db_migrate(struct ctx *c, const struct module *const *rooms)
{
    struct ctx there = *c;

    if (!c->db->beside) return migrate(c, rooms, CORE | BESIDE);
    TRY(migrate(c, rooms, CORE));
    there.db = c->db->beside;
    const enum err e = migrate(&there, rooms, BESIDE);
    c->fault = there.fault;
    return e;
}

/* ---- Copies and proofs ---------------------------------------------------------- */

static enum err analyze(struct ctx *c, void *arg)
{
    (void)arg;
    return c->db->e->script(c, "ANALYZE");
}

enum err db_analyze(struct ctx *c)
{
    return c->db->e == &postgres_engine ? db_unit(c, analyze, NULL) : ERR_OK;
}

/* The core first: what it has followed is in the copy beside then, and perhaps more,
 * which is followed again. */
enum err db_backup(struct ctx *c, const char *to)
{
    struct ctx there = *c;

    TRY(c->db->e->backup(c, to));
    if (!c->db->beside) return ERR_OK;
    there.db = c->db->beside;
    const enum err e =
        there.db->e->backup(&there, db_beside_path(c->mem, to, c->db->beside_name));
    c->fault = there.fault;
    return e;
}

struct telling {
    const struct module *const *rooms;
    void (*tell)(void *arg, const char *check, const char *row);
    void *arg;
    int where;
    i64 bad;
};

static void tell_integrity(void *arg, const char *line)
{
    struct telling *t = arg;

    t->bad++;
    t->tell(t->arg, "db.integrity", line);
}

static enum err run_some(struct ctx *c, struct telling *t, const struct query *q)
{
    for (; q && q->name; q++) {
        ROWS r;
        const char *row;
        TRY(db_rows0(c, &r, q));
        while ((row = c->db->e->line(&r))) {
            t->bad++;
            t->tell(t->arg, q->name, row);
        }
        TRY(r.err);
    }
    return ERR_OK;
}

static void tell_proof(void *arg, const char *check, const char *row)
{
    struct telling *t = arg;

    t->bad++;
    t->tell(t->arg, check, row);
}

static enum err run_checks(struct ctx *c, void *arg)
{
    struct telling *t = arg;

    TRY(c->db->e->integrity(c, tell_integrity, t));
    for (const struct module *const *m = t->rooms; *m; m++) {
        if (t->where & CORE) TRY(run_some(c, t, (*m)->checks));
        if (t->where & CORE && (*m)->prove) TRY((*m)->prove(c, tell_proof, t));
        if (t->where & BESIDE) TRY(run_some(c, t, (*m)->beside_checks));
    }
    return ERR_OK;
}

enum err db_check(struct ctx *c, const struct module *const *rooms,
                  void (*tell)(void *arg, const char *check, const char *row),
                  void *arg, i64 *ret_bad)
{
    struct telling t = { .rooms = rooms, .tell = tell, .arg = arg, .where = CORE };

    if (!c->db->beside) t.where |= BESIDE;
    TRY(db_snapshot(c, run_checks, &t));
    t.where = BESIDE;
    if (c->db->beside) TRY(db_snapshot_beside(c, run_checks, &t));
    *ret_bad = t.bad;
    return ERR_OK;
}
