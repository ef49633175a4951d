/* db_sqlite_bulk.c -- many rows at once, copies and proofs on SQLite. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "db/db_sqlite.h"

#define ROWS_AT_ONCE                                                                   \
    50 /* measured: three times the rate of single rows, flat after                    \
        */

static size_t columns(const struct db_bulk *b)
{
    return strlen(b->types);
}

/* Text of the statement for n rows, from the caller's constant parts. */
static const char *statement(struct ctx *c, const struct db_bulk *b, int n)
{
    struct buf s = buf_new(c->mem, 4096, 1 << 20);

    buf_printf(&s, "INSERT INTO %s (", b->table);
    for (size_t k = 0; b->columns[k]; k++)
        buf_printf(&s, "%s%s", k ? ", " : "", b->columns[k]);
    buf_text(&s, ") VALUES ");
    for (int r = 0; r < n; r++) {
        buf_text(&s, r ? ",(?" : "(?");
        for (size_t k = 1; k < columns(b); k++) buf_text(&s, ",?");
        buf_char(&s, ')');
    }
    buf_printf(&s, " ON CONFLICT (%s) DO ", b->keys);
    if (b->update)
        buf_printf(&s, "UPDATE SET %s", b->update);
    else
        buf_text(&s, "NOTHING");
    if (b->update && b->where) buf_printf(&s, " WHERE %s", b->where);
    return s.at;
}

static int bind_row(sqlite3_stmt *s, int at, const struct val *v, size_t n)
{
    int rc = SQLITE_OK;

    for (size_t k = 0; k < n && !rc; k++, at++) switch (v[k].kind) {
        case VAL_NULL:
            rc = sqlite3_bind_null(s, at);
            break;
        case VAL_INT:
            rc = sqlite3_bind_int64(s, at, v[k].i);
            break;
        case VAL_REAL:
            rc = sqlite3_bind_double(s, at, v[k].d);
            break;
        case VAL_TEXT:
            rc = sqlite3_bind_text(s, at, v[k].s, -1, SQLITE_TRANSIENT);
            break;
        case VAL_BYTES:
            rc = sqlite3_bind_blob64(s, at, v[k].b.n ? v[k].b.at : "", v[k].b.n,
                                     SQLITE_TRANSIENT);
            break;
        }
    return rc;
}

struct feed {
    const struct db_bulk *b;
    bool (*row)(void *from, struct val *v);
    void *from;
    sqlite3_stmt *full;
    i64 changed;
};

/* The last, shorter slice: its rows are bound already, but to the wrong statement. */
static enum err last_rows(struct ctx *c, struct feed *f, const struct val *v, int n)
{
    sqlite3 *h = sqlite_of(c->conn)->h;
    const size_t nc = columns(f->b);
    sqlite3_stmt *s = NULL;
    enum err e = ERR_OK;

    if (sqlite3_prepare_v2(h, statement(c, f->b, n), -1, &s, NULL))
        return sqlite_broken(c, h, f->b->name);
    for (int r = 0; r < n && !e; r++)
        if (bind_row(s, (int)((size_t)r * nc) + 1, v + (size_t)r * nc, nc))
            e = sqlite_broken(c, h, f->b->name);
    if (!e && sqlite3_step(s) != SQLITE_DONE) e = sqlite_broken(c, h, f->b->name);
    if (!e) f->changed += sqlite3_changes64(h);
    sqlite3_finalize(s);
    return e;
}

/* Values live until the next call of row(), so a row that waits keeps its texts. */
static void keep_texts(struct ctx *c, struct val *v, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (v[k].kind == VAL_TEXT)
            v[k].s = arena_strdup(c->mem, v[k].s, strlen(v[k].s));
        if (v[k].kind == VAL_BYTES)
            v[k].b.at = arena_strdup(c->mem, v[k].b.at, v[k].b.n);
    }
}

static enum err all_rows(struct ctx *c, struct feed *f)
{
    sqlite3 *h = sqlite_of(c->conn)->h;
    const size_t nc = columns(f->b);
    struct val *v = NEW_N(c->mem, struct val, nc * ROWS_AT_ONCE);
    const bool texts = strpbrk(f->b->types, "tb") != NULL;
    int n = 0;

    while (f->row(f->from, v + (size_t)n * nc)) {
        if (texts) keep_texts(c, v + (size_t)n * nc, nc);
        if (++n < ROWS_AT_ONCE) continue;
        for (int r = 0; r < n; r++)
            if (bind_row(f->full, (int)((size_t)r * nc) + 1, v + (size_t)r * nc, nc))
                return sqlite_broken(c, h, f->b->name);
        if (sqlite_run(f->full) != SQLITE_DONE) return sqlite_broken(c, h, f->b->name);
        f->changed += sqlite3_changes64(h);
        n = 0;
    }
    return n ? last_rows(c, f, v, n) : ERR_OK;
}

/* A feed comes slice by slice, and to prepare fifty rows takes as long as to write a
 * hundred: the statement of the last feed is kept. */
static bool full_statement(struct ctx *c, struct sqlite_conn *n,
                           const struct db_bulk *b)
{
    if (n->bulk_of == b) return true;
    sqlite3_finalize(n->bulk);
    n->bulk_of = NULL;
    if (sqlite3_prepare_v3(n->h, statement(c, b, ROWS_AT_ONCE), -1,
                           SQLITE_PREPARE_PERSISTENT, &n->bulk, NULL))
        return false;
    if (db_may_keep(b)) n->bulk_of = b;
    return true;
}

enum err sqlite_bulk(struct ctx *c, const struct db_bulk *b,
                     bool (*row)(void *from, struct val *v), void *from,
                     i64 *ret_changed)
{
    struct sqlite_conn *n = sqlite_of(c->conn);
    const struct query q = { .name = b->name };
    struct feed f = { .b = b, .row = row, .from = from };

    TRY(sqlite_before_write(c, n, &q));
    if (!full_statement(c, n, b)) return sqlite_broken(c, n->h, b->name);
    f.full = n->bulk;
    const enum err e = all_rows(c, &f);
    if (!e) *ret_changed = f.changed;
    return e;
}

/* ---- A pass -------------------------------------------------------------------- */

/* The statement calls these two: pass_row() in its WHERE shows a row, pass_new() in
 * its SET gives the new values.  The engine is free to look at all rows before it
 * writes the first, so what was answered is kept and found again by the order. */
struct answer {
    i64 order, v[DB_PASS_COLUMNS];
};

struct walk {
    const struct db_pass *p;
    struct answer *answers;
    size_t n, at; /* answers; the one that pass_new() gave last */
};

static void pass_row(sqlite3_context *x, int n, sqlite3_value **v)
{
    struct walk *w = sqlite3_value_pointer(v[0], "walk");
    i64 seen[DB_PASS_COLUMNS];
    struct answer a;

    if (!w) return;
    a.order = sqlite3_value_int64(v[1]);
    for (int k = 2; k < n; k++) seen[k - 2] = sqlite3_value_int64(v[k]);
    const bool yes = w->n < w->p->most && w->p->row(w->p->arg, a.order, seen, a.v);
    if (yes) w->answers[w->n++] = a;
    sqlite3_result_int(x, yes);
}

static void pass_new(sqlite3_context *x, int n, sqlite3_value **v)
{
    struct walk *w = sqlite3_value_pointer(v[0], "walk");
    const i64 order = sqlite3_value_int64(v[1]);

    (void)n;
    if (!w) return;
    const struct answer *a = w->answers;
    while (w->at < w->n && a[w->at].order < order) w->at++;
    if (w->at == w->n || a[w->at].order != order)
        sqlite3_result_error(x, "a pass met its rows out of order", -1);
    else
        sqlite3_result_int64(x, a[w->at].v[sqlite3_value_int(v[2])]);
}

bool sqlite_pass_words(sqlite3 *h)
{
    return !sqlite3_create_function(h, "pass_row", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                    NULL, pass_row, NULL, NULL) &&
           !sqlite3_create_function(h, "pass_new", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                    NULL, pass_new, NULL, NULL);
}

static const char *pass_text(struct ctx *c, const struct db_pass *p)
{
    struct buf s = buf_new(c->mem, 512, 1 << 14);

    buf_printf(&s, "UPDATE %s SET ", p->table);
    for (int k = 0; p->sets[k]; k++)
        buf_printf(&s, "%s%s = pass_new(?1, %s, %d)", k ? ", " : "", p->sets[k],
                   p->order, k);
    buf_printf(&s, " WHERE %s = ?2 AND %s >= ?3 AND %s <= ?4 AND pass_row(?1, %s",
               p->key, p->order, p->order, p->order);
    for (int k = 0; p->sees[k]; k++) buf_printf(&s, ", %s", p->sees[k]);
    buf_char(&s, ')');
    return s.at;
}

enum err sqlite_pass(struct ctx *c, const struct db_pass *p)
{
    struct sqlite_conn *n = sqlite_of(c->conn);
    const struct query q = { .name = p->name };
    struct walk w = { .p = p, .answers = NEW_N(c->mem, struct answer, p->most) };
    sqlite3_stmt *s = NULL;

    TRY(sqlite_before_write(c, n, &q));
    if (sqlite3_prepare_v2(n->h, pass_text(c, p), -1, &s, NULL) ||
        sqlite3_bind_pointer(s, 1, &w, "walk", NULL) ||
        sqlite3_bind_int64(s, 2, p->at) || sqlite3_bind_int64(s, 3, p->from) ||
        sqlite3_bind_int64(s, 4, p->to) || sqlite3_step(s) != SQLITE_DONE) {
        const enum err e = sqlite_broken(c, n->h, p->name);
        sqlite3_finalize(s);
        return e;
    }
    sqlite3_finalize(s);
    return ERR_OK;
}

/* ---- Backup --------------------------------------------------------------------- */

static enum err on_disk(struct ctx *c, const char *to)
{
    const int fd = open(to, O_RDONLY | O_CLOEXEC);
    const int failed = fd < 0 || fsync(fd);

    if (fd >= 0) close(fd);
    return failed ? FAIL(c, STORAGE, "cannot flush \"%s\": %m", to) : ERR_OK;
}

/* From a reader with one snapshot, so that one pass is a whole copy however much
 * is written beside it. */
static enum err copy(struct ctx *c, sqlite3 *from, sqlite3 *to_h, const char *to)
{
    sqlite3_backup *b = sqlite3_backup_init(to_h, "main", from, "main");
    int rc = SQLITE_ERROR;

    if (b) {
        do {
            rc = sqlite3_backup_step(b, 1024);
            if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) sqlite3_sleep(10);
        } while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED);
        sqlite3_backup_finish(b);
    }
    if (rc == SQLITE_DONE) return ERR_OK;
    return FAIL(c, STORAGE, "cannot write the copy \"%s\": %s", to, sqlite3_errstr(rc));
}

enum err sqlite_backup(struct ctx *c, const char *to)
{
    sqlite3 *h = NULL;
    char *why = NULL;

    const int fd = open(to, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0640);
    if (fd < 0) return FAIL(c, STORAGE, "cannot make \"%s\": %m", to);
    close(fd);
    struct db_conn *from = sqlite_connect(c->db, false, &why);
    enum err e =
        from ? c->db->e->begin(c, from, false)
             : FAIL(c, STORAGE, "cannot read the database: %s", why ? why : "?");
    free(why);
    if (!e && sqlite3_open_v2(to, &h, SQLITE_OPEN_READWRITE, NULL))
        e = FAIL(c, STORAGE, "cannot open \"%s\"", to);
    if (!e) e = copy(c, sqlite_of(from)->h, h, to);
    sqlite3_close(h);
    if (from) {
        c->db->e->rollback(from);
        sqlite_disconnect(from);
    }
    if (!e) e = on_disk(c, to);
    if (e) unlink(to);
    return e;
}

enum err sqlite_integrity(struct ctx *c, void (*tell)(void *arg, const char *line),
                          void *arg)
{
    sqlite3 *h = sqlite_of(c->conn)->h;
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(h, "PRAGMA integrity_check", -1, &s, NULL);

    while (!rc && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        const char *line = (const char *)sqlite3_column_text(s, 0);
        if (line && strcmp(line, "ok") != 0) tell(arg, line);
        rc = SQLITE_OK;
    }
    const enum err e =
        rc == SQLITE_DONE ? ERR_OK : sqlite_broken(c, h, "integrity_check");
    sqlite3_finalize(s);
    return e;
}
