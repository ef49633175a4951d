/* db_sqlite_plan.c -- what SQLite means to do, read for the tests. */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "db/db_sqlite.h"

const char *sqlite_plan(struct ctx *c, const struct query *q)
{
    sqlite3 *h = sqlite_of(c->conn)->h;
    const char *sql =
        arena_printf(c->mem, "EXPLAIN QUERY PLAN %s", sqlite_portable(c->mem, q->sql));
    struct buf plan = buf_new(c->mem, 512, 1 << 16);
    sqlite3_stmt *s = NULL;

    if (sqlite3_prepare_v2(h, sql, -1, &s, NULL)) {
        (void)!sqlite_broken(c, h, q->name);
        return NULL;
    }
    while (sqlite3_step(s) == SQLITE_ROW)
        buf_printf(&plan, "%s\n", (const char *)sqlite3_column_text(s, 3));
    sqlite3_finalize(s);
    return plan.at;
}

static bool word_char(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_';
}

/* Does `table name` or `table AS name` stand in this text? */
static bool renames(const char *sql, const char *table, const char *name)
{
    const size_t nt = strlen(table), nn = strlen(name);

    for (const char *p = sql; (p = strstr(p, table)); p += nt) {
        if ((p > sql && word_char(p[-1])) || word_char(p[nt])) continue;
        const char *a = p + nt + strspn(p + nt, " \n\t");
        if (strncasecmp(a, "AS ", 3) == 0) a += 3 + strspn(a + 3, " ");
        if (strncmp(a, name, nn) == 0 && !word_char(a[nn])) return true;
    }
    return false;
}

/* A plan names tables by their alias; CTEs and subqueries look the same and are
 * no tables.  Views come with their own aliases. */
static bool is_table(struct ctx *c, const struct query *q, const char *name)
{
    sqlite3_stmt *s = NULL;
    bool found = false;

    if (sqlite3_prepare_v2(
            sqlite_of(c->conn)->h,
            "SELECT t.name, coalesce(v.sql, '') FROM sqlite_schema t LEFT JOIN "
            "sqlite_schema v ON v.type = 'view' WHERE t.type = 'table'",
            -1, &s, NULL))
        return true;
    while (!found && sqlite3_step(s) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(s, 0);
        found = strcmp(table, name) == 0 || renames(q->sql, table, name) ||
                renames((const char *)sqlite3_column_text(s, 1), table, name);
    }
    sqlite3_finalize(s);
    return found;
}

/* The first rows of an index, and no others. */
static bool is_limited(const char *plan, const struct query *q)
{
    const char *end = strchr(plan, '\n');

    return end && !end[1] && strstr(q->sql, " LIMIT ") && !strstr(q->sql, " WHERE ");
}

/* An index of a few rows (its WHERE says which) is no table. */
static bool is_partial(struct ctx *c, const char *line)
{
    const char *using = strstr(line, " INDEX ");
    sqlite3_stmt *s = NULL;

    if (!using || using > line + strcspn(line, "\n")) return false;
    const char *name = arena_strdup(c->mem, using + 7, strcspn(using + 7, " \n"));
    if (sqlite3_prepare_v2(
            sqlite_of(c->conn)->h,
            "SELECT 1 FROM sqlite_schema WHERE name = ?1 AND sql LIKE '%) WHERE %'", -1,
            &s, NULL))
        return false;
    sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
    const bool partial = sqlite3_step(s) == SQLITE_ROW;
    sqlite3_finalize(s);
    return partial;
}

bool sqlite_plan_scans(struct ctx *c, const char *plan, const struct query *q)
{
    if (is_limited(plan, q)) return false;
    for (const char *p = plan; p && *p;
         p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        char name[128];
        size_t n = 0;

        if (strncmp(p, "SCAN ", 5) != 0 || !word_char(p[5])) continue;
        for (const char *at = p + 5; word_char(*at) && n + 1 < sizeof(name);)
            name[n++] = *at++;
        name[n] = '\0';
        if (strcmp(name, "CONSTANT") != 0 && !is_partial(c, p) && is_table(c, q, name))
            return true;
    }
    return false;
}
