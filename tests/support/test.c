#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#include "setting/setting.h"

static struct db *the_db;
static struct ctx *others[8];
static i64 units_before; /* committed when the tables were last known to be empty */

static struct ctx *ctx_new(void)
{
    struct ctx *c = calloc(1, sizeof(*c));

    if (!c) abort();
    c->mem = arena_new((size_t)64 << 20);
    c->db = the_db;
    c->now = TEST_NOW;
    c->who = (struct who){ .kind = WHO_SYSTEM };
    return c;
}

static void ctx_free(struct ctx *c)
{
    db_rollback(c);
    arena_free(c->mem);
    free(c);
}

struct ctx *test_other(struct ctx *c)
{
    for (size_t k = 0; k < COUNT(others); k++)
        if (!others[k]) {
            others[k] = ctx_new();
            others[k]->now = c->now;
            return others[k];
        }
    abort();
}

struct ctx *test_second(struct ctx *c)
{
    return others[0] ? others[0] : test_other(c);
}

/* cmocka hands every test its own initial state: the row of the table. */
struct running {
    const struct test *test;
    struct ctx *c;
};

static int open_database(void);
static void close_database(void);

static i64 units_done(void)
{
    struct db_stats st;

    db_stats(the_db, &st);
    return st.units;
}

/* A test that committed leaves rows behind: the next one gets a new database. */
static int set_up(void **state)
{
    struct running *r = *state;

    if (units_done() != units_before) {
        close_database();
        if (open_database()) return -1;
    }
    r->c = ctx_new();
    return db_begin(r->c, true) != ERR_OK;
}

static void run(void **state)
{
    struct running *r = *state;

    r->test->run(r->c);
}

static int tear_down(void **state)
{
    struct running *r = *state;

    for (size_t k = 0; k < COUNT(others); k++) {
        if (others[k]) ctx_free(others[k]);
        others[k] = NULL;
    }
    ctx_free(r->c);
    return 0;
}

static char schema[64]; /* PostgreSQL's, dropped at the end */

/* PostgreSQL: a schema of our own, so that tests may run beside each other. */
static const char *own_schema(const char *url, char *to, size_t size)
{
    const bool is_url = strncmp(url, "postgres", 8) == 0;
    static int n;

    if (!is_url && !strchr(url, '=')) return url; /* a file for SQLite */
    snprintf(schema, sizeof(schema), "test_%d_%d", (int)getpid(), ++n);
    if (is_url)
        snprintf(to, size, "%s%soptions=-csearch_path%%3D%s", url,
                 strchr(url, '?') ? "&" : "?", schema);
    else
        snprintf(to, size, "%s options='-csearch_path=%s'", url, schema);
    return to;
}

static void in_unit(const char *sql)
{
    struct ctx *c = ctx_new();
    const struct query q = { .name = "test.schema", .sql = sql };
    i64 n;

    EXPECT_OK(db_begin(c, true));
    EXPECT_OK(db_exec0(c, &q, &n));
    EXPECT_OK(db_commit(c));
    ctx_free(c);
}

static void close_database(void)
{
    char sql[128];

    snprintf(sql, sizeof(sql), "DROP SCHEMA %s CASCADE", schema);
    if (db_engine(the_db) == DB_POSTGRES) in_unit(sql);
    db_close(the_db);
}

static int prepare_database(void)
{
    char sql[128];

    snprintf(sql, sizeof(sql), "CREATE SCHEMA %s", schema);
    if (db_engine(the_db) == DB_POSTGRES) in_unit(sql);
    struct ctx *c = ctx_new();
    enum err e = db_migrate(c, modules);

    if (e) fprintf(stderr, "cannot migrate: %s\n", c->fault.message);
    setting_declare(modules);
    ctx_free(c);
    units_before = units_done();
    return e ? -1 : 0;
}

static int open_database(void)
{
    const char *url = getenv("PRILAVOK_TEST_DB");
    char own[1024], *why = NULL;
    const struct db_config k = { .url = url ? own_schema(url, own, sizeof(own))
                                            : ":memory:",
                                 .sync_normal = true,
                                 .readers = 1,
                                 .writers = 2 };

    the_db = db_open(&k, &why);
    if (the_db) return prepare_database();
    fprintf(stderr, "cannot open %s: %s\n", k.url, why ? why : "?");
    free(why);
    return -1;
}

int test_main(const char *room, const struct test *tests, size_t n)
{
    struct CMUnitTest *units = calloc(n, sizeof(*units));
    struct running *rows = calloc(n, sizeof(*rows));

    if (!units || !rows || open_database()) return 1;
    for (size_t k = 0; k < n; k++) {
        rows[k].test = &tests[k];
        units[k] =
            (struct CMUnitTest){ tests[k].says, run, set_up, tear_down, &rows[k] };
    }
    const int failed = _cmocka_run_group_tests(room, units, n, NULL, NULL);
    close_database();
    free(units);
    free(rows);
    return failed != 0;
}

const char *test_data(struct ctx *c, const char *path)
{
    const char *shared = getenv("PRILAVOK_SHARED");
    const char *full =
        arena_printf(c->mem, "%s/data/%s", shared ? shared : "../shared", path);

    return access(full, R_OK) == 0 ? full : NULL;
}

char *test_file(struct ctx *c, const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "rb");

    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    const long n = ftell(f);
    rewind(f);
    char *text = arena_raw(c->mem, (size_t)n + 1);
    const size_t got = fread(text, 1, (size_t)n, f);
    fclose(f);
    text[got] = '\0';
    if (ret_n) *ret_n = got;
    return text;
}

void test_as_staff(struct ctx *c)
{
    c->who = (struct who){ .kind = WHO_STAFF, .id = 1, .rights = ~0ull };
}

void test_expect_ok(struct ctx *c, enum err e, const char *file, int line)
{
    if (e == ERR_OK) return;
    print_error("%s:%d: %s: %s (field %s, from %s:%d)\n", file, line, err_code(e),
                c->fault.message ? c->fault.message : "?",
                c->fault.field ? c->fault.field : "-",
                c->fault.file ? c->fault.file : "?", c->fault.line);
    _fail(file, line);
}

void test_sql(struct ctx *c, const char *text, const char *file, int line)
{
    for (const char *p = text; *p;) {
        const size_t n = strcspn(p, ";");
        const struct query q = { .name = "test.sql",
                                 .sql = arena_strdup(c->mem, p, n) };
        i64 changed;

        if (strspn(p, " \n\t") < n)
            test_expect_ok(c, db_exec0(c, &q, &changed), file, line);
        p += n + (p[n] == ';');
    }
}

i64 test_int(struct ctx *c, const char *select)
{
    const struct query q = { .name = "test.int", .sql = select };
    i64 v = NONE;

    EXPECT_OK(db_one0(c, &q, INTO(&v)));
    return v;
}

struct reply test_call(struct ctx *c, const char *method, const char *path,
                       const char *body)
{
    return route_serve(c, modules, method, path, body);
}
