/* SQLite's log, gathered: nobody can tell but by the number of writes. */
#include "db/db_sqlite_log.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

/* ---- A VFS below that counts, and fails when it is told to --------------------- */

static int writes, fails_at; /* of the log; the nth fails, 0: none */
static sqlite3_vfs counting;
static sqlite3_io_methods counted_methods;
static const sqlite3_io_methods *system_methods;

static int counted_write(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
    if (++writes == fails_at) return SQLITE_FULL;
    return system_methods->xWrite(f, data, n, at);
}

static int counted_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags,
                        int *ret_flags)
{
    sqlite3_vfs *under = sqlite3_vfs_find(NULL);
    const int rc = under->xOpen(under, path, f, flags, ret_flags);

    (void)v;
    if (rc || !(flags & SQLITE_OPEN_WAL)) return rc;
    system_methods = f->pMethods;
    counted_methods = *f->pMethods;
    counted_methods.xWrite = counted_write;
    f->pMethods = &counted_methods;
    return rc;
}

static const char *counted_vfs(void)
{
    if (!counting.zName) {
        counting = *sqlite3_vfs_find(NULL);
        counting.zName = "counted";
        counting.xOpen = counted_open;
        sqlite3_vfs_register(&counting, 0);
    }
    return "counted";
}

/* ---- A file and who looks into it ---------------------------------------------- */

static char path[64];

static sqlite3 *opened(const char *vfs)
{
    sqlite3 *h = NULL;

    EXPECT_INT(
        sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs),
        SQLITE_OK);
    EXPECT_INT(sqlite3_exec(h,
                            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
                            "PRAGMA synchronous = NORMAL;",
                            NULL, NULL, NULL),
               SQLITE_OK);
    return h;
}

static sqlite3 *new_file(const char *vfs)
{
    snprintf(path, sizeof(path), "/tmp/prilavok-log.XXXXXX");
    close(mkstemp(path));
    sqlite3 *h = opened(log_vfs(vfs));
    EXPECT_INT(sqlite3_exec(h, "CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)", NULL,
                            NULL, NULL),
               SQLITE_OK);
    return h;
}

static void remove_file(void)
{
    static const char *const ends[] = { "", "-wal", "-shm" };

    for (size_t k = 0; k < COUNT(ends); k++) {
        char name[80];
        snprintf(name, sizeof(name), "%s%s", path, ends[k]);
        unlink(name);
    }
}

/* The first column of the first row. */
static const char *asked(struct ctx *c, sqlite3 *h, const char *sql)
{
    sqlite3_stmt *s = NULL;

    EXPECT_INT(sqlite3_prepare_v2(h, sql, -1, &s, NULL), SQLITE_OK);
    EXPECT_INT(sqlite3_step(s), SQLITE_ROW);
    const char *text = (const char *)sqlite3_column_text(s, 0);
    const char *kept = arena_strdup(c->mem, text ? text : "", text ? strlen(text) : 0);
    sqlite3_finalize(s);
    return kept;
}

#define CONTENTS "SELECT COUNT(*) || ' ' || COALESCE(SUM(id * length(s)), 0) FROM t"
static const char many[] =
    "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 500) "
    "INSERT INTO t (s) SELECT printf('%.*c', 1000, 'x') FROM n";

/* ---- Rules ---------------------------------------------------------------------- */

static void few_writes(struct ctx *c)
{
    sqlite3 *h = new_file(counted_vfs()), *reader = opened(NULL);

    writes = 0;
    EXPECT_INT(sqlite3_exec(h, many, NULL, NULL, NULL), SQLITE_OK);
    const long pages = strtol(asked(c, h, "PRAGMA page_count"), NULL, 10);
    EXPECT(pages > 100);
    EXPECT(writes < pages / 8);
    EXPECT_TEXT(asked(c, reader, CONTENTS), asked(c, h, CONTENTS));
    sqlite3_close(reader);
    sqlite3_close(h);
    remove_file();
}

static void one_step(sqlite3 *h, unsigned *seed)
{
    static const char *const steps[] = {
        "SAVEPOINT a",
        "ROLLBACK TO a",
        "RELEASE a",
        "DELETE FROM t WHERE id % 7 = 3",
        "UPDATE t SET s = s || 'y' WHERE id % 5 = 1",
        many,
        "INSERT INTO t (s) VALUES ('few')",
    };

    /* Some of them have nothing to go back to: SQLite says so and does nothing. */
    sqlite3_exec(h, steps[rand_r(seed) % COUNT(steps)], NULL, NULL, NULL);
}

/* With room for eight pages most of them go to the log before the commit, are written
 * over there, and read back. */
static void nobody_can_tell(struct ctx *c)
{
    static const char *const flushes[] = { "PRAGMA synchronous = FULL",
                                           "PRAGMA synchronous = NORMAL" };
    unsigned seed = 20;
    sqlite3 *h = new_file(NULL);
    sqlite3 *reader = opened(NULL);

    sqlite3_exec(h, "PRAGMA cache_size = 8", NULL, NULL, NULL);
    for (int round = 0; round < 60; round++) {
        sqlite3_exec(h, flushes[round % 2], NULL, NULL, NULL);
        const char *before = asked(c, reader, CONTENTS);
        EXPECT_INT(sqlite3_exec(h, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
        for (int k = 0; k < 8; k++) one_step(h, &seed);
        const char *after = asked(c, h, CONTENTS);
        EXPECT_TEXT(asked(c, reader, CONTENTS), before);
        const bool kept = rand_r(&seed) % 3 > 0;
        sqlite3_exec(h, kept ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL);
        EXPECT_TEXT(asked(c, reader, CONTENTS), kept ? after : before);
        if (round % 20 == 19)
            sqlite3_wal_checkpoint_v2(h, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    }
    EXPECT_TEXT(asked(c, reader, "PRAGMA integrity_check"), "ok");
    sqlite3_close(reader);
    sqlite3_close(h);
    remove_file();
}

static void failed_write(struct ctx *c)
{
    sqlite3 *h = new_file(counted_vfs());
    const char *before = asked(c, h, CONTENTS);

    for (int at = 1; at <= 4; at++) {
        writes = 0;
        fails_at = at;
        EXPECT_INT(sqlite3_exec(h, many, NULL, NULL, NULL), SQLITE_FULL);
        fails_at = 0;
        EXPECT_TEXT(asked(c, h, CONTENTS), before);
        EXPECT_INT(
            sqlite3_exec(h, "INSERT INTO t (s) VALUES ('one more')", NULL, NULL, NULL),
            SQLITE_OK);
        sqlite3 *reader = opened(NULL);
        EXPECT_TEXT(asked(c, reader, CONTENTS), asked(c, h, CONTENTS));
        EXPECT_TEXT(asked(c, reader, "PRAGMA integrity_check"), "ok");
        sqlite3_close(reader);
        before = asked(c, h, CONTENTS);
    }
    sqlite3_close(h);
    remove_file();
}

/* clang-format off */
enum { MAKE, MANY, OTHERS, ONE, WORTH };
static const struct query Q[] = {
    [MAKE]   = { "db.make_t", "CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)" },
    [MANY]   = { "db.many_t", many },
    [OTHERS] = { "db.others_t", "UPDATE t SET s = replace(s, 'x', 'z') WHERE id > 100 AND id < $1" },
    [ONE]    = { "db.one_t", "UPDATE t SET s = 'y' || s WHERE id > 300" },
    [WORTH]  = { "db.worth_t", "SELECT CAST(SUM(length(s)) AS BIGINT), CAST(SUM(instr(s, 'z')) AS BIGINT) FROM t",
        .scan = "a test" },
    QUERY_END,
};
/* clang-format on */

static enum err statement(struct ctx *c, void *arg)
{
    return db_exec0(c, arg, NULL);
}

static void in_unit(struct ctx *c, int statement_no)
{
    EXPECT_OK(db_unit(c, statement, (void *)(uintptr_t)&Q[statement_no]));
}

static struct db *opened_db(void)
{
    char *why = NULL;

    snprintf(path, sizeof(path), "/tmp/prilavok-log.XXXXXX");
    close(mkstemp(path));
    struct db *db = db_open(
        &(struct db_config){ .url = path, .cache_bytes = 32 << 10, .readers = 1 },
        &why);
    EXPECT(db);
    return db;
}

/* Pages that did not fit into memory are gathered for the log when their unit is
 * undone. They belong to nobody then, and what another connection keeps stands in their
 * place. */
static void undone(struct ctx *c)
{
    struct db *db = opened_db();
    struct ctx hand = { .mem = c->mem, .db = db }, unit = hand;
    i64 worth, left;

    EXPECT_OK(db_begin(&hand, true));
    EXPECT_OK(db_exec0(&hand, &Q[MAKE], NULL));
    EXPECT_OK(db_commit(&hand));
    in_unit(&unit, MANY);
    sqlite3 *other = opened(NULL);
    for (int round = 1; round <= 20; round++) {
        sqlite3_wal_checkpoint_v2(other, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        EXPECT_OK(db_begin(&hand, true));
        EXPECT_OK(db_exec(&hand, &Q[OTHERS], NULL, 130 + 8 * round));
        db_rollback(&hand);
        in_unit(&unit, ONE);
        EXPECT_OK(db_begin(&hand, false));
        EXPECT_OK(db_one0(&hand, &Q[WORTH], INTO(&worth, &left)));
        db_rollback(&hand);
        EXPECT_INT(worth, 500000 + 200 * round);
        EXPECT_INT(left, 0);
    }
    db_close(db);
    EXPECT_TEXT(asked(c, other, "PRAGMA integrity_check"), "ok");
    sqlite3_close(other);
    remove_file();
}

int main(void)
{
    static const struct test tests[] = {
        { "log: the pages of a commit go to it in few writes", few_writes },
        { "log: whoever reads sees each commit whole, and nothing before it",
          nobody_can_tell },
        { "log: a write that fails fails its commit, and no other", failed_write },
        { "log: what was undone is never written over what somebody else has kept",
          undone },
    };
    return test_main("db log", tests, COUNT(tests));
}
