#include "test.h"

#include <libpq-fe.h>
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

/* ---- A database of one's own --------------------------------------------------
 *
 * SQLite: in memory, migrated.  PostgreSQL: a copy of a database that the first
 * program migrated and left; its name tells of which tables. */

static char own[64], model[64]; /* names of databases on the cluster */

/* The same text with another database; "postgres://…/NAME" or "… dbname=NAME". */
static const char *url_with(const char *url, const char *name, char *to, size_t size)
{
    const char *at = strstr(url, "://") ? strrchr(url, '/') + 1 : NULL;

    if (at)
        snprintf(to, size, "%.*s%s%s", (int)(at - url), url, name,
                 at + strcspn(at, "?"));
    else
        snprintf(to, size, "%s dbname=%s", url, name);
    return to;
}

static PGconn *cluster(void)
{
    PGconn *p = PQconnectdb(getenv("PRILAVOK_TEST_DB"));

    if (PQstatus(p) == CONNECTION_OK) return p;
    fprintf(stderr, "cannot connect: %s\n", PQerrorMessage(p));
    abort();
}

/* One statement; true when it gave a row. */
static bool tell(PGconn *p, const char *form, const char *a, const char *b)
{
    char sql[256];

    snprintf(sql, sizeof(sql), form, a, b);
    PGresult *r = PQexec(p, sql);
    const bool row = PQntuples(r) > 0;
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        fprintf(stderr, "%s: %s", sql, PQerrorMessage(p));
    PQclear(r);
    return row;
}

static void name_model(void)
{
    u64 sum = 0xcbf29ce484222325ull; /* FNV-1a */

    for (const struct module *const *m = modules; *m; m++)
        for (int k = 0; k < 2; k++)
            for (const char *p = k ? (*m)->beside : (*m)->schema; p && *p; p++)
                sum = (sum ^ (unsigned char)*p) * 0x100000001b3ull;
    snprintf(model, sizeof(model), "rules_%016llx", (unsigned long long)sum);
}

static int migrated(const char *url)
{
    const struct db_config k = {
        .url = url, .sync_normal = true, .readers = 1, .writers = 2
    };
    char *why = NULL;

    the_db = db_open(&k, &why);
    if (!the_db) {
        fprintf(stderr, "cannot open %s: %s\n", url, why ? why : "?");
        free(why);
        return -1;
    }
    struct ctx *c = ctx_new();
    enum err e = db_migrate(c, modules);

    if (e) fprintf(stderr, "cannot migrate: %s\n", c->fault.message);
    ctx_free(c);
    return e ? -1 : 0;
}

/* Under a lock, so that of two programs one makes it. */
static int make_model(PGconn *p)
{
    char to[1024], making[80];
    int bad = 0;

    snprintf(making, sizeof(making), "%s_made", model);
    tell(p, "SELECT pg_advisory_lock(7001)", NULL, NULL);
    if (!tell(p, "SELECT 1 FROM pg_database WHERE datname = '%s'", model, NULL)) {
        tell(p, "DROP DATABASE IF EXISTS %s", making, NULL);
        tell(p, "CREATE DATABASE %s", making, NULL);
        bad = migrated(url_with(getenv("PRILAVOK_TEST_DB"), making, to, sizeof(to)));
        if (the_db) db_close(the_db);
        if (!bad) tell(p, "ALTER DATABASE %s RENAME TO %s", making, model);
    }
    tell(p, "SELECT pg_advisory_unlock(7001)", NULL, NULL);
    return bad;
}

static int copy_model(char *to, size_t size)
{
    static int n;
    PGconn *p = cluster();
    int bad = 0;

    if (!*model) {
        name_model();
        bad = make_model(p);
    }
    snprintf(own, sizeof(own), "rules_%d_%d", (int)getpid(), ++n);
    if (!bad) tell(p, "CREATE DATABASE %s TEMPLATE %s", own, model);
    PQfinish(p);
    url_with(getenv("PRILAVOK_TEST_DB"), own, to, size);
    return bad;
}

static bool on_cluster(void)
{
    const char *url = getenv("PRILAVOK_TEST_DB");

    return url && (strncmp(url, "postgres", 8) == 0 || strchr(url, '='));
}

static void close_database(void)
{
    db_close(the_db);
    if (!on_cluster()) return;
    PGconn *p = cluster();
    tell(p, "DROP DATABASE %s WITH (FORCE)", own, NULL);
    PQfinish(p);
}

static int open_database(void)
{
    const char *url = getenv("PRILAVOK_TEST_DB");
    char copy[1024];

    if (on_cluster() && copy_model(copy, sizeof(copy))) return -1;
    if (migrated(on_cluster() ? copy : url ? url : ":memory:")) return -1;
    setting_declare(modules);
    units_before = units_done();
    return 0;
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
