/* warm.c -- what a recording's statements open. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare.h"
#include "record.h"

enum { MOST = 100 };

struct opened {
    const char *where; /* "main" or "beside" */
    i64 root;          /* page */
};

struct warming {
    sqlite3 *h;
    struct opened all[MOST];
    int n;
};

static void note_open(struct warming *w, int db, i64 root)
{
    const struct opened o = { db == 0 ? "main" : "beside", root };
    int k = 0;

    while (k < w->n && (w->all[k].where != o.where || w->all[k].root != root)) k++;
    if (k == w->n && k < MOST) w->all[w->n++] = o;
}

/* SQLite's own plan names the root pages. */
static void note_statement(struct warming *w, const struct query *q)
{
    char *sql = record_numbered(q->sql);
    char *explain = sqlite3_mprintf("EXPLAIN %s", sql);
    sqlite3_stmt *s = NULL;

    if (sqlite3_prepare_v2(w->h, explain, -1, &s, NULL))
        fprintf(stderr, "warm: %s: %s\n", q->name, sqlite3_errmsg(w->h));
    while (s && sqlite3_step(s) == SQLITE_ROW) {
        const int db = sqlite3_column_int(s, 4);
        if (!strcmp((const char *)sqlite3_column_text(s, 1), "OpenRead") && db != 1)
            note_open(w, db, sqlite3_column_int64(s, 3));
    }
    sqlite3_finalize(s);
    sqlite3_free(explain);
    free(sql);
}

static void note_statements(struct warming *w, const struct recording *r)
{
    for (size_t k = 0; k < r->n_calls; k++) {
        size_t j = 0;
        while (j < k && r->calls[j].q != r->calls[k].q) j++;
        if (j == k) note_statement(w, r->calls[k].q);
    }
}

/* How "SELECT count(*)" walks just this tree: malloc'ed by SQLite; NULL: there is none.
 */
static char *walk_of(struct warming *w, const struct opened *o, char *ret_name,
                     size_t room)
{
    sqlite3_stmt *s = NULL;
    char *sql = sqlite3_mprintf(
        "SELECT type, name, tbl_name FROM %s.sqlite_master WHERE rootpage = %lld",
        o->where, o->root);
    char *walk = NULL;

    if (!sqlite3_prepare_v2(w->h, sql, -1, &s, NULL) && sqlite3_step(s) == SQLITE_ROW) {
        const char *type = (const char *)sqlite3_column_text(s, 0);
        const char *name = (const char *)sqlite3_column_text(s, 1);
        const char *table = (const char *)sqlite3_column_text(s, 2);
        snprintf(ret_name, room, "%s", name);
        walk = !strcmp(type, "index")
                   ? sqlite3_mprintf("SELECT count(*) FROM %s.\"%w\" INDEXED BY \"%w\"",
                                     o->where, table, name)
                   : sqlite3_mprintf("SELECT count(*) FROM %s.\"%w\" NOT INDEXED",
                                     o->where, table);
    }
    sqlite3_finalize(s);
    sqlite3_free(sql);
    return walk;
}

/* A partial index cannot be walked so; its pages come as they are asked for. */
static i64 walk(struct warming *w, const char *sql)
{
    sqlite3_stmt *s = NULL;
    i64 rows = -1;

    if (!sqlite3_prepare_v2(w->h, sql, -1, &s, NULL) && sqlite3_step(s) == SQLITE_ROW)
        rows = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return rows;
}

void bare_warm(const struct bare *b)
{
    struct warming w = { 0 };
    char name[100], sql[700];

    snprintf(sql, sizeof(sql), "ATTACH '%s' AS beside", b->beside ? b->beside : "");
    if (sqlite3_open_v2(b->db, &w.h, SQLITE_OPEN_READONLY, NULL) ||
        sqlite3_exec(w.h, sql, NULL, NULL, NULL))
        fprintf(stderr, "warm: %s\n", sqlite3_errmsg(w.h));
    else
        note_statements(&w, b->work);
    for (int k = 0; k < w.n; k++) {
        char *how = walk_of(&w, &w.all[k], name, sizeof(name));
        const double from = now_s();
        const i64 rows = how ? walk(&w, how) : -1;
        if (now_s() - from > 1)
            fprintf(stderr, "  %s.%s: %lld rows in %.0f s\n", w.all[k].where, name,
                    rows, now_s() - from);
        sqlite3_free(how);
    }
    sqlite3_close(w.h);
}
