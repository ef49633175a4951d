/* Bulk feeds, migrations, plans, proofs and copies, on whichever engine. */
#include "db/db_engine.h"
#include "db/db_sqlite.h"
#include "db_test.h"

#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

/* clang-format off */
enum { ADD, GET };
static const struct query Q[] = {
    [ADD]    = { "db.add_toy", "INSERT INTO db_toy (id, name, qty) VALUES ($1, $2, $3)" },
    [GET]    = { "db.get_toy", "SELECT name, qty FROM db_toy WHERE id = $1" },
    QUERY_END,
};
/* clang-format on */

/* ---- Bulk ----------------------------------------------------------------------- */

struct feed {
    int at, n;
    i64 add;
};

static bool feed_row(void *from, struct val *v)
{
    struct feed *f = from;

    if (f->at == f->n) return false;
    const int k = f->at++;
    v[0] = val_i(k);
    v[1] = val_s(k % 3 ? "мяч" : "куб\tс табуляцией");
    v[2] = val_i(k + f->add);
    return true;
}

static const char *const toy_columns[] = { "id", "name", "qty", NULL };

static i64 feed_toys(struct ctx *c, int n, i64 add, const char *update,
                     const char *where)
{
    const struct db_bulk b = { "db.toy_bulk", "db_toy", toy_columns, "iti",
                               "id",          update,   where };
    struct feed f = { 0, n, add };
    i64 changed = NONE;

    EXPECT_OK(db_bulk(c, &b, feed_row, &f, &changed));
    return changed;
}

/* Of every toy but each third: three pieces more. */
static bool three_more(void *arg, i64 id, const i64 *seen, i64 *ret_new)
{
    i64 *last = arg;

    EXPECT(id > *last);
    EXPECT_INT(seen[0], id);
    *last = id;
    ret_new[0] = seen[0] + 3;
    return id % 3 != 0;
}

static void a_pass_sees_and_writes(struct ctx *c)
{
    static const char *const columns[] = { "qty", NULL };
    i64 last = 9;
    bool can;
    struct db_pass p = { .name = "db.toy_pass",
                         .table = "db_toy",
                         .key = "name",
                         .order = "id",
                         .sees = columns,
                         .sets = columns,
                         .at = 0,
                         .from = 10,
                         .to = 19,
                         .most = 10,
                         .row = three_more,
                         .arg = &last };

    toys(c);
    feed_toys(c, 30, 0, NULL, NULL);
    SQL("UPDATE db_toy SET name = '0'");
    EXPECT_OK(db_pass(c, &p, &can));
    EXPECT_INT(can, db_engine(c->db) == DB_SQLITE);
    if (!can) return;
    EXPECT_INT(last, 19);
    EXPECT_INT(qty_of(c, 9), 9);
    EXPECT_INT(qty_of(c, 10), 13);
    EXPECT_INT(qty_of(c, 12), 12);
    EXPECT_INT(qty_of(c, 19), 22);
    EXPECT_INT(qty_of(c, 20), 20);
}

static void a_feed_arrives_whole(struct ctx *c)
{
    const char *name;
    i64 qty;

    toys(c);
    EXPECT_INT(feed_toys(c, 1234, 0, "qty = excluded.qty", NULL), 1234);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM db_toy"), 1234);
    EXPECT_INT(test_int(c, "SELECT CAST(SUM(qty) AS BIGINT) FROM db_toy"),
               1233 * 1234 / 2);
    EXPECT_OK(db_one(c, &Q[GET], INTO(&name, &qty), 999));
    EXPECT_TEXT(name, "куб\tс табуляцией");
}

static void a_feed_changes_only_what_differs(struct ctx *c)
{
    static const char where[] = "db_toy.qty <> excluded.qty";

    toys(c);
    EXPECT_INT(feed_toys(c, 100, 0, "qty = excluded.qty", where), 100);
    EXPECT_INT(feed_toys(c, 100, 0, "qty = excluded.qty", where), 0);
    EXPECT_INT(feed_toys(c, 130, 1, "qty = excluded.qty", where), 130);
    EXPECT_INT(feed_toys(c, 150, 9, NULL, NULL), 20);
    EXPECT_INT(qty_of(c, 7), 8);
    EXPECT_INT(qty_of(c, 149), 158);
}

static bool part_row(void *from, struct val *v)
{
    int *k = from;

    if (*k == 60) return false;
    v[0] = val_i(1);
    v[1] = val_i(++*k);
    v[2] = *k % 2 ? val_b((struct bytes){ "\0\1\xff", 3 })
                  : (struct val){ .kind = VAL_NULL };
    v[3] = *k % 2 ? val_d(0.25) : (struct val){ .kind = VAL_NULL };
    return true;
}

static void a_feed_of_bytes_and_nothing(struct ctx *c)
{
    static const char *const columns[] = { "toy_id", "no", "data", "share", NULL };
    const struct db_bulk b = { "db.part_bulk", "db_part", columns, "iibd",
                               "toy_id, no",   NULL,      NULL };
    int at = 0;
    i64 n = 0;

    toys(c);
    SQL("CREATE UNIQUE INDEX db_part_no ON db_part (toy_id, no)");
    EXPECT_OK(db_exec(c, &Q[ADD], NULL, 1, "мяч", 1));
    EXPECT_OK(db_bulk(c, &b, part_row, &at, &n));
    EXPECT_INT(n, 60);
    EXPECT_INT(
        test_int(
            c, "SELECT COUNT(*) FROM db_part WHERE share = 0.25 AND length(data) = 3"),
        30);
    EXPECT_INT(
        test_int(c,
                 "SELECT COUNT(*) FROM db_part WHERE share IS NULL AND data IS NULL"),
        30);
}

static enum err bulk_unit(struct ctx *c, void *arg)
{
    const struct db_bulk b = { "db.toy_bulk", "db_toy", toy_columns, "iti",
                               "id",          NULL,     NULL };
    struct feed f = { 0, 70, 0 };
    i64 n;

    TRY(db_bulk(c, &b, feed_row, &f, &n));
    return *(bool *)arg ? FAIL(c, STOCK_SHORT, "no") : ERR_OK;
}

static void a_refused_feed_leaves_nothing(struct ctx *c)
{
    bool refuse = true;

    shared_toys(c);
    EXPECT_ERR(db_unit(c, bulk_unit, &refuse), STOCK_SHORT);
    EXPECT_OK(db_begin(c, false));
    EXPECT_INT(qty_of(c, 1), NONE);
    db_rollback(c);
    refuse = false;
    EXPECT_OK(db_unit(c, bulk_unit, &refuse));
    EXPECT_OK(db_begin(c, false));
    EXPECT_INT(qty_of(c, 1), 1);
}

/* ---- Migrations ----------------------------------------------------------------- */

static const struct query shelf_checks[] = {
    { "shelf.no_debt", "SELECT id, qty FROM shelf_toy WHERE qty < 0" },
    QUERY_END,
};

static const char shelf_1[] =
    "-- What stands on the shelf; text before is no migration.\n"
    "-- migration 1: toys\n"
    "CREATE TABLE shelf_toy (\n"
    "  id BIGINT NOT NULL PRIMARY KEY -- with a; semicolon\n"
    ") $WITHOUT_ROWID$;\n";
static const char shelf_2[] =
    "CREATE TABLE shelf_toy (id BIGINT NOT NULL PRIMARY KEY);\n"
    "-- migration 2: how many\n"
    "ALTER TABLE shelf_toy ADD COLUMN qty BIGINT NOT NULL DEFAULT 7;\n";
static const char shelf_gap[] = "-- migration 1: toys\nSELECT 1;\n"
                                "-- migration 3: lost\nSELECT 1;\n";
static const char shelf_broken[] =
    "CREATE TABLE shelf_toy (id BIGINT NOT NULL PRIMARY KEY);\n"
    "-- migration 2: wrong\n"
    "ALTER TABLE shelf_nothing ADD COLUMN x BIGINT;";

static enum err migrate(struct ctx *c, const char *schema)
{
    const struct module shelf = { .name = "shelf", .schema = schema };
    const struct module *const rooms[] = { &shelf, NULL };

    return db_migrate(c, rooms);
}

static void a_schema_grows(struct ctx *c)
{
    db_rollback(c);
    EXPECT_OK(migrate(c, shelf_1));
    EXPECT_OK(migrate(c, shelf_1));
    EXPECT_OK(db_begin(c, true));
    SQL("INSERT INTO shelf_toy (id) VALUES (1)");
    EXPECT_OK(db_commit(c));
    EXPECT_OK(migrate(c, shelf_2));
    EXPECT_OK(db_begin(c, false));
    EXPECT_INT(test_int(c, "SELECT qty FROM shelf_toy WHERE id = 1"), 7);
    db_rollback(c);
    EXPECT_ERR(migrate(c, shelf_1), WRONG_STATE);
    EXPECT(strstr(c->fault.message, "shelf at version 2"));
}

static void a_broken_migration_changes_nothing(struct ctx *c)
{
    db_rollback(c);
    EXPECT_ERR(migrate(c, shelf_broken), DATABASE);
    EXPECT(strstr(c->fault.message, "migration 2"));
    EXPECT_ERR(migrate(c, shelf_gap), DATABASE);
    EXPECT(strstr(c->fault.message, "migration 3 follows 1"));
    EXPECT_OK(migrate(c, shelf_1));
}

/* ---- Proofs --------------------------------------------------------------------- */

struct told_rows {
    int n;
    char last[128];
};

static void tell_row(void *arg, const char *check, const char *row)
{
    struct told_rows *t = arg;

    t->n++;
    snprintf(t->last, sizeof(t->last), "%s: %s", check, row);
}

static void violations_are_named(struct ctx *c)
{
    const struct module shelf = { .name = "shelf", .checks = shelf_checks };
    const struct module *const rooms[] = { &shelf, NULL };
    struct told_rows t = { 0 };
    i64 bad = NONE;

    db_rollback(c);
    EXPECT_OK(migrate(c, shelf_2));
    EXPECT_OK(db_check(c, rooms, tell_row, &t, &bad));
    EXPECT_INT(bad, 0);
    EXPECT_OK(db_begin(c, true));
    SQL("INSERT INTO shelf_toy (id, qty) VALUES (1, 5);"
        "INSERT INTO shelf_toy (id, qty) VALUES (2, -3)");
    EXPECT_OK(db_commit(c));
    EXPECT_OK(db_check(c, rooms, tell_row, &t, &bad));
    EXPECT_INT(bad, 1);
    EXPECT_INT(t.n, 1);
    EXPECT_TEXT(t.last, "shelf.no_debt: id=2 qty=-3");
}

static bool scans(struct ctx *c, const char *sql)
{
    const struct query q = { .name = "db.plan", .sql = sql };
    const char *plan = db_plan(c, &q);

    if (!plan) print_error("%s: %s\n", sql, c->fault.message);
    EXPECT(plan);
    return db_plan_scans(c, plan, &q);
}

static void plans_are_read(struct ctx *c)
{
    const struct query bad = { .name = "db.plan",
                               .sql = "SELECT nothing FROM nowhere" };

    toys(c);
    SQL("CREATE INDEX db_part_toy ON db_part (toy_id, no)");
    EXPECT(!scans(c, "SELECT name FROM db_toy WHERE id = $1"));
    EXPECT(scans(c, "SELECT name FROM db_toy WHERE qty = $1"));
    EXPECT(scans(c, "SELECT t.name FROM db_toy t WHERE t.qty = $1"));
    EXPECT(scans(c, "UPDATE db_toy SET qty = 1 WHERE name = $1"));
    EXPECT(scans(c, "SELECT COUNT(*) FROM db_toy"));
    EXPECT(!scans(
        c, "UPDATE db_toy SET qty = $2 WHERE id = $1 AND qty > 3 RETURNING qty"));
    EXPECT(!scans(c,
                  "SELECT t.name, p.no FROM db_part p JOIN db_toy t ON t.id = p.toy_id"
                  " WHERE p.toy_id = $1 ORDER BY p.no LIMIT 5"));
    EXPECT(scans(c, "SELECT t.name FROM db_part p JOIN db_toy t ON t.id = p.toy_id"
                    " WHERE p.share = $1"));
    EXPECT(!scans(c, "WITH few (id) AS (VALUES (CAST($1 AS BIGINT)), ($2))"
                     " SELECT t.name FROM few JOIN db_toy t ON t.id = few.id"));
    EXPECT(!scans(c, "INSERT INTO db_toy (id, name, qty) VALUES ($1, $2, $3)"
                     " ON CONFLICT (id) DO UPDATE SET qty = excluded.qty"));
    EXPECT(!db_plan(c, &bad));
    EXPECT(c->fault.message);
    EXPECT_INT(test_int(c, "SELECT COUNT(*) FROM db_toy"), 0);
}

/* ---- Copies --------------------------------------------------------------------- */

static _Atomic bool copied;

static enum err add_toy(struct ctx *c, void *arg)
{
    const i64 id = (*(i64 *)arg)++;

    return db_exec(c, &Q[ADD], NULL, id, "мяч", id);
}

/* Goods arrive while the copy is made. */
static void *arrivals(void *arg)
{
    struct ctx c = { .mem = arena_new(1 << 20), .db = arg };
    i64 id = 1000000;

    while (!copied && db_unit(&c, add_toy, &id) == ERR_OK) arena_reset(c.mem);
    arena_free(c.mem);
    return NULL;
}

static i64 in_copy(const char *path, const char *sql)
{
    sqlite3 *h = NULL;
    sqlite3_stmt *s = NULL;

    EXPECT_INT(sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    EXPECT_INT(sqlite3_prepare_v2(h, sql, -1, &s, NULL), SQLITE_OK);
    EXPECT_INT(sqlite3_step(s), SQLITE_ROW);
    const i64 v = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(h);
    return v;
}

static void a_copy_is_whole(struct ctx *c)
{
    const char *to = arena_printf(c->mem, "/tmp/prilavok-copy-%d.db", (int)getpid());
    pthread_t t;

    shared_toys(c);
    if (db_engine(c->db) == DB_POSTGRES) {
        EXPECT_ERR(db_backup(c, to), WRONG_STATE);
        EXPECT(strstr(c->fault.message, "pg_basebackup"));
        return;
    }
    EXPECT_OK(db_begin(c, true));
    feed_toys(c, 20000, 0, NULL, NULL);
    EXPECT_OK(db_commit(c));
    copied = false;
    pthread_create(&t, NULL, arrivals, c->db);
    const enum err e = db_backup(c, to);
    copied = true;
    pthread_join(t, NULL);
    EXPECT_OK(e);
    EXPECT(in_copy(to, "SELECT COUNT(*) FROM db_toy WHERE id < 1000000") == 20000);
    EXPECT(in_copy(to, "SELECT COUNT(*) = COALESCE(MAX(id) - 999999, 0)"
                       " FROM db_toy WHERE id >= 1000000"));
    EXPECT_ERR(db_backup(c, to), STORAGE); /* never over a file that is there */
    unlink(to);
    unlink(arena_printf(c->mem, "%s-wal", to));
    unlink(arena_printf(c->mem, "%s-shm", to));
}

/* An index of some rows must not make a statement hang on what is bound: SQLite would
 * prepare it anew at every call. */
static void plans_outlive_values(struct ctx *c)
{
    static const struct query named = {
        "db.toys_of_name",
        "SELECT id FROM db_toy WHERE name = $1 AND qty < $2"
        " ORDER BY id LIMIT 3",
        .scan = "a test's own", .types = "ti"
    };
    const char *const names[] = { "мяч", "куб", "мяч" };
    i64 id, prepared = 0;
    ROWS r = { 0 };

    if (db_engine(c->db) == DB_POSTGRES) return; /* it counts no such thing */
    toys(c);
    SQL("CREATE INDEX db_toy_balls ON db_toy (qty) WHERE name = 'мяч'");
    for (i64 k = 0; k < 3; k++) {
        EXPECT_OK(db_rows(c, &r, &named, names[k], 100 + k));
        while (db_next(&r, INTO(&id))) continue;
        EXPECT_OK(r.err);
    }
    sqlite3 *const h = sqlite_of(c->conn)->h;
    for (sqlite3_stmt *s = sqlite3_next_stmt(h, NULL); s; s = sqlite3_next_stmt(h, s))
        if (strstr(sqlite3_sql(s), "name = ?1 AND qty"))
            prepared += sqlite3_stmt_status(s, SQLITE_STMTSTATUS_REPREPARE, 0);
    EXPECT_INT(prepared, 0);
}

static const struct test tests[] = {
    { "a pass over a run of rows shows each and writes what is asked",
      a_pass_sees_and_writes },
    { "a feed of many rows arrives whole", a_feed_arrives_whole },
    { "a feed changes only what differs and counts that",
      a_feed_changes_only_what_differs },
    { "a feed carries raw bytes, fractions and nothing", a_feed_of_bytes_and_nothing },
    { "a refused feed leaves nothing", a_refused_feed_leaves_nothing },
    { "a schema grows by its migrations and is never walked back", a_schema_grows },
    { "a broken migration changes nothing", a_broken_migration_changes_nothing },
    { "a broken invariant is named with its row", violations_are_named },
    { "a plan that walks a table is seen", plans_are_read },
    { "a plan does not hang on what is bound", plans_outlive_values },
    { "a copy made while goods arrive is whole", a_copy_is_whole },
};

int main(void)
{
    return test_main("db_schema", tests, COUNT(tests));
}
