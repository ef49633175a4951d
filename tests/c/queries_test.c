/* Every statement of every room: it prepares, it uses an index or says why not,
 * it is written for both engines, and it writes no other room's tables. */
#include "test.h"

#include <ctype.h>

#include "base/buf.h"

static int wrong; /* in this test */
static bool quiet;

static void say(const char *what, const char *why, const char *text)
{
    if (!quiet) print_error("%s: %s%s%s\n", what, why, *text ? ": " : "", text);
    wrong++;
}

/* ---- Reading SQL ---------------------------------------------------------------- */

static bool word_char(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_';
}

/* Without comments and quoted text, in capitals, blanks made single: what is left
 * is words. */
static const char *bare(struct ctx *c, const char *sql)
{
    struct buf b = buf_new(c->mem, strlen(sql) + 2, 1 << 24);
    bool quoted = false;

    buf_char(&b, ' ');
    for (const char *p = sql; *p; p++) {
        if (!quoted && p[0] == '-' && p[1] == '-') p += strcspn(p, "\n");
        if (!*p) break;
        if (*p == '\'') quoted = !quoted;
        if (quoted) continue;
        const char ch =
            isspace((unsigned char)*p) ? ' ' : (char)toupper((unsigned char)*p);
        if (ch == ' ' && b.at[b.n - 1] == ' ') continue;
        buf_char(&b, ch);
    }
    return b.at;
}

/* The place after `word`, which may have several words, or NULL. */
static const char *after_word(const char *sql, const char *word)
{
    const size_t n = strlen(word);

    for (const char *p = sql; (p = strstr(p, word)); p++) {
        const bool starts = p == sql || !word_char(p[-1]) || !word_char(*word);
        if (starts && (!word_char(p[n]) || !word_char(word[n - 1]))) return p + n;
    }
    return NULL;
}

/* ---- Both engines --------------------------------------------------------------- */

/* clang-format off */
static const char *const not_portable[] = {
    "NOW(", "CURRENT_TIMESTAMP", "CURRENT_DATE", "STRFTIME", "DATETIME(", "SELECT *", "RETURNING *",
    ".*", "OR REPLACE", "OR IGNORE", "INSERT OR", "FOR UPDATE", "SKIP LOCKED", "AUTOINCREMENT",
    "IDENTITY", "ILIKE", "GLOB", "IFNULL", "IIF", "GROUP_CONCAT", "STRING_AGG", "JSON_", "JSONB_", "->",
    "::", "DISTINCT ON", "LATERAL", "MERGE", "TRUNCATE", "GENERATE_SERIES", "ON CONSTRAINT", "GREATEST",
    "LEAST", "INSTR", "POSITION(", "CONCAT", "ROUND", "NOCASE", "ROWID", "INDEXED BY", "TOTAL(", "?",
};
static const char *const not_in_schemas[] = {
    "INT NOT", "INTEGER NOT", "INTEGER PRIMARY", "SMALLINT", "VARCHAR", "CHAR", "BOOLEAN", "BOOL", "BLOB", "REAL", "NUMERIC", "DECIMAL",
    "SERIAL NOT", "SERIAL PRIMARY", "BIGSERIAL", "TIMESTAMP", "DATE", "JSON", "JSONB", "AUTOINCREMENT", "DEFERRABLE", "DEFERRED",
    "STRICT", "TRIGGER", "NOCASE", "CURRENT_TIMESTAMP",
};
/* clang-format on */

static void is_portable(struct ctx *c, const struct query *q)
{
    const char *sql = bare(c, q->sql);

    for (size_t k = 0; k < COUNT(not_portable); k++)
        if (after_word(sql, not_portable[k]))
            say(q->name, "not portable", not_portable[k]);
    if (after_word(sql, "LIKE") && !after_word(sql, "ESCAPE"))
        say(q->name, "LIKE without ESCAPE", "");
    if (after_word(sql, "SUM(") && !after_word(sql, "CAST("))
        say(q->name, "SUM() is a NUMERIC on PostgreSQL: CAST(SUM(x) AS BIGINT)", "");
    if (after_word(sql, "DELETE FROM") && after_word(sql, "USING"))
        say(q->name, "not portable", "DELETE USING");
    if (strchr(q->sql, '"')) say(q->name, "a quoted name", "");
}

/* ---- One room ------------------------------------------------------------------- */

static void has_its_room(const struct module *m, const struct query *q)
{
    const size_t n = strlen(m->name);

    if (strncmp(q->name, m->name, n) != 0 || q->name[n] != '.')
        say(q->name, "its name does not begin with its room's", m->name);
}

static void name_after(const char *p, char *to, size_t size)
{
    size_t n = 0;

    p += strspn(p, " (");
    if (strncmp(p, "ONLY ", 5) == 0) p += 5;
    while (word_char(p[n]) && n + 1 < size) n++;
    for (size_t k = 0; k < n; k++) to[k] = (char)tolower((unsigned char)p[k]);
    to[n] = '\0';
}

static bool owns(const struct module *m, const char *table)
{
    const size_t n = strlen(m->name);

    return strncmp(table, m->name, n) == 0 && (table[n] == '_' || !table[n]);
}

static void writes_its_own(struct ctx *c, const struct module *m, const struct query *q)
{
    static const char *const verbs[] = { "INSERT INTO", "DELETE FROM", " UPDATE" };
    const char *sql = bare(c, q->sql);
    char table[64];

    for (size_t k = 0; k < COUNT(verbs); k++) {
        const char *p = after_word(sql, verbs[k]);
        if (!p) continue;
        name_after(p, table, sizeof(table));
        if (strcmp(table, "set") != 0 && !owns(m, table))
            say(q->name, "writes another room's table", table);
    }
}

/* Every table's name in capitals, and whose it is: read once for all statements. */
struct table {
    const struct module *of;
    const char *name;
};

static struct list all; /* struct table, in the memory of the test that runs */

static struct list tables(struct ctx *c)
{
    struct list ret = { 0 };
    char table[64];

    for (const struct module *const *o = modules; *o; o++)
        for (const char *p = (*o)->schema ? bare(c, (*o)->schema) : NULL;
             p && (p = after_word(p, "CREATE TABLE"));) {
            name_after(p, table, sizeof(table));
            char *upper = arena_strdup(c->mem, table, strlen(table));
            for (char *u = upper; *u; u++) *u = (char)toupper((unsigned char)*u);
            *(struct table *)list_add(c->mem, &ret, sizeof(struct table)) =
                (struct table){ *o, upper };
        }
    return ret;
}

/* Another room's tables are read through its pub_ views. */
static void reads_no_other(struct ctx *c, const struct module *m, const struct query *q)
{
    const char *sql = bare(c, q->sql);

    if (!all.n) all = tables(c);
    const struct table *t = all.at;
    for (size_t k = 0; k < all.n; k++)
        if (t[k].of != m && after_word(sql, t[k].name))
            say(q->name, "names another room's table", t[k].name);
}

static void every_query(struct ctx *c, void (*look)(struct ctx *, const struct module *,
                                                    const struct query *))
{
    wrong = 0;
    all = (struct list){ 0 };
    for (const struct module *const *m = modules; *m; m++) {
        for (const struct query *const *t = (*m)->queries; t && *t; t++)
            for (const struct query *q = *t; q->name; q++) look(c, *m, q);
        for (const struct query *q = (*m)->checks; q && q->name; q++) look(c, *m, q);
    }
    EXPECT_INT(wrong, 0);
}

static void look_at_text(struct ctx *c, const struct module *m, const struct query *q)
{
    has_its_room(m, q);
    is_portable(c, q);
}

static void look_at_tables(struct ctx *c, const struct module *m, const struct query *q)
{
    writes_its_own(c, m, q);
    reads_no_other(c, m, q);
}

/* ---- Plans ---------------------------------------------------------------------- */

static bool is_check(const struct module *m, const struct query *q)
{
    for (const struct query *k = m->checks; k && k->name; k++)
        if (k == q) return true;
    return false;
}

static struct ctx *lite; /* SQLite beside PostgreSQL: an excuse may be for either */

static bool scans(struct ctx *c, const struct query *q, const char **ret_plan)
{
    *ret_plan = db_plan(c, q);
    return *ret_plan && db_plan_scans(c, *ret_plan, q);
}

/* The first rows of an index need no excuse and may have one. */
static bool may_excuse(const char *plan)
{
    return strstr(plan, "SCAN ") || strstr(plan, "Limit");
}

static void look_at_plan(struct ctx *c, const struct module *m, const struct query *q)
{
    const char *plan, *other;
    const bool here = scans(c, q, &plan);

    if (!plan) say(q->name, "does not prepare", c->fault.message);
    if (!plan || is_check(m, q)) return; /* a proof looks at everything */
    if (here && !q->scan) say(q->name, "walks a table without saying why", plan);
    if (!here && q->scan && lite && !may_excuse(plan) && !scans(lite, q, &other) &&
        !may_excuse(other))
        say(q->name, "has an excuse and needs it on neither engine", q->scan);
}

static void open_lite(struct ctx *c)
{
    const struct db_config k = { .url = ":memory:", .readers = 1 };

    lite = NEW(c->mem, struct ctx);
    *lite = (struct ctx){ .mem = c->mem, .now = c->now, .db = db_open(&k, NULL) };
    EXPECT(lite->db);
    EXPECT_OK(db_migrate(lite, modules));
    EXPECT_OK(db_begin(lite, true));
}

static void close_lite(void)
{
    db_rollback(lite);
    db_close(lite->db);
    lite = NULL;
}

static void statements_use_an_index(struct ctx *c)
{
    if (db_engine(c->db) == DB_POSTGRES) open_lite(c);
    every_query(c, look_at_plan);
    if (lite) close_lite();
}

static void statements_are_portable(struct ctx *c)
{
    every_query(c, look_at_text);
}

static void rooms_keep_to_their_tables(struct ctx *c)
{
    every_query(c, look_at_tables);
}

static void names_are_unique(struct ctx *c)
{
    const char *seen[4096];
    size_t n = 0;

    (void)c;
    wrong = 0;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct query *const *t = (*m)->queries; t && *t; t++)
            for (const struct query *q = *t; q->name && n < COUNT(seen); q++) {
                for (size_t k = 0; k < n; k++)
                    if (strcmp(seen[k], q->name) == 0)
                        say(q->name, "is there twice", "");
                seen[n++] = q->name;
            }
    EXPECT(n > 0);
    EXPECT_INT(wrong, 0);
}

static void schemas_are_portable(struct ctx *c)
{
    char table[64];

    wrong = 0;
    for (const struct module *const *m = modules; *m; m++) {
        if (!(*m)->schema) continue;
        const char *sql = bare(c, (*m)->schema);
        for (size_t k = 0; k < COUNT(not_in_schemas); k++)
            if (after_word(sql, not_in_schemas[k]))
                say((*m)->name, "its schema says", not_in_schemas[k]);
        for (const char *p = sql; (p = after_word(p, "CREATE TABLE"));) {
            name_after(p, table, sizeof(table));
            if (!owns(*m, table)) say((*m)->name, "has a table of another name", table);
            const char *end = strchr(p, ';'), *key = after_word(p, "PRIMARY KEY");
            if (!key || (end && key > end)) say(table, "has no PRIMARY KEY", "");
        }
    }
    EXPECT_INT(wrong, 0);
}

/* The tests above must be able to fail. */
static void the_rules_bite(struct ctx *c)
{
    static const struct module m = { .name = "toy" };
    static const struct query bad[] = {
        { .name = "toy.all", .sql = "SELECT * FROM toy_x" },
        { .name = "toy.old", .sql = "SELECT a FROM toy_x WHERE at < now()" },
        { .name = "toy.like", .sql = "SELECT a FROM toy_x WHERE b LIKE $1" },
        { .name = "toy.sum", .sql = "SELECT SUM(a) FROM toy_x" },
    };

    quiet = true;
    for (size_t k = 0; k < COUNT(bad); k++) {
        wrong = 0;
        is_portable(c, &bad[k]);
        EXPECT(wrong > 0);
    }
    wrong = 0;
    has_its_room(&m, &(struct query){ .name = "other.all" });
    EXPECT_INT(wrong, 1);
    writes_its_own(
        c, &m,
        &(struct query){ .name = "toy.steal", .sql = "UPDATE order_head SET a = 1" });
    EXPECT_INT(wrong, 2);
    writes_its_own(c, &m,
                   &(struct query){ .name = "toy.put",
                                    .sql = "INSERT INTO toy_x (a) VALUES (1)"
                                           " ON CONFLICT (a) DO UPDATE SET a = 2" });
    is_portable(c,
                &(struct query){ .name = "toy.say",
                                 .sql = "SELECT a FROM toy_x WHERE b = 'now() -> *'" });
    EXPECT_INT(wrong, 2);
    quiet = false;
}

static const struct test tests[] = {
    { "every statement prepares and uses an index, or says why not",
      statements_use_an_index },
    { "every statement is written for both engines", statements_are_portable },
    { "every room writes its own tables and names no other's",
      rooms_keep_to_their_tables },
    { "no two statements have one name", names_are_unique },
    { "every schema is written for both engines", schemas_are_portable },
    { "the rules bite", the_rules_bite },
};

int main(void)
{
    return test_main("queries", tests, COUNT(tests));
}
