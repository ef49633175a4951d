/* db_sqlite.c -- connections and statements of SQLite. */
#include "db/db_sqlite.h"
#include "db/db_sqlite_log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

/* ---- Errors --------------------------------------------------------------------- */

static enum err disk(struct ctx *c, sqlite3 *h, const char *what, int rc)
{
    const char *file = sqlite3_db_filename(h, "main");

    switch (rc & 0xff) {
    case SQLITE_FULL:
        return FAIL(c, STORAGE, "%s: the disk of \"%s\" is full", what, file);
    case SQLITE_READONLY:
        return FAIL(c, STORAGE, "%s: \"%s\" cannot be written", what, file);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return FAIL(c, STORAGE, "%s: \"%s\" is damaged (%s)", what, file,
                    sqlite3_errmsg(h));
    default:
        return FAIL(c, STORAGE, "%s: \"%s\" cannot be read or written (%s, code %d)",
                    what, file, sqlite3_errmsg(h), rc);
    }
}

static const char *columns_of(sqlite3 *h)
{
    const char *m = sqlite3_errmsg(h), *colon = strstr(m, "failed: ");

    return colon ? colon + 8 : m;
}

enum err sqlite_broken(struct ctx *c, sqlite3 *h, const char *what)
{
    const int rc = sqlite3_extended_errcode(h);

    switch (rc) {
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_ROWID:
        return FAIL(c, EXISTS, "%s: there is one already (%s)", what, columns_of(h));
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return FAIL(c, NO_SUCH,
                    "%s: it names something that does not exist, or is still named",
                    what);
    }
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return FAIL(c, BUSY, "%s: another process holds the database", what);
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return disk(c, h, what, rc);
    }
    return FAIL(c, DATABASE, "%s: %s", what, sqlite3_errmsg(h));
}

/* ---- Prepared statements -------------------------------------------------------- */

/* SQLite numbers $2 .. $1 by first appearance; ?2 .. ?1 means what it says. */
const char *sqlite_portable(struct arena *mem, const char *sql)
{
    char *copy = arena_strdup(mem, sql, strlen(sql));
    bool quoted = false;

    for (char *p = copy; *p; p++) {
        if (*p == '\'') quoted = !quoted;
        if (!quoted && *p == '$' && p[1] >= '0' && p[1] <= '9') *p = '?';
    }
    return copy;
}

static enum err prepare(struct ctx *c, struct sqlite_conn *n, const struct query *q,
                        bool stays, struct sqlite_stmt **ret)
{
    const char *sql = sqlite_portable(c->mem, q->sql);
    sqlite3_stmt *s = NULL;

    if (sqlite3_prepare_v3(n->h, sql, -1, stays ? SQLITE_PREPARE_PERSISTENT : 0, &s,
                           NULL))
        return sqlite_broken(c, n->h, q->name);
    if (!s) return FAIL(c, DATABASE, "%s: an empty statement", q->name);
    struct sqlite_stmt *st = malloc(sizeof(*st));
    if (!st) abort();
    *st = (struct sqlite_stmt){ .q = q,
                                .s = s,
                                .writes = !sqlite3_stmt_readonly(s),
                                .kept = stays,
                                .args = sqlite3_bind_parameter_count(s) };
    if (stays) db_kept_add(&n->kept, q, st);
    *ret = st;
    return ERR_OK;
}

/* A statement whose rows are still being read is met again in a recursion: then
 * the inner one gets a statement of its own. */
static enum err find(struct ctx *c, const struct query *q, struct sqlite_stmt **ret)
{
    struct sqlite_conn *n = sqlite_of(c->conn);
    struct sqlite_stmt *st = db_kept_find(&n->kept, q);

    if (st && !st->busy) {
        *ret = st;
        return ERR_OK;
    }
    return prepare(c, n, q, !st && db_may_keep(q), ret);
}

static void end(void *stmt)
{
    struct sqlite_stmt *st = stmt;

    sqlite3_finalize(st->s);
    free(st);
}

static void done_with(struct sqlite_stmt *st)
{
    st->busy = false;
    if (st->kept) {
        sqlite3_reset(st->s);
        return;
    }
    end(st);
}

static int bind(sqlite3_stmt *s, const struct val *v, size_t nv,
                sqlite3_destructor_type how)
{
    int rc = SQLITE_OK;

    for (int k = 0; k < (int)nv && !rc; k++) switch (v[k].kind) {
        case VAL_NULL:
            rc = sqlite3_bind_null(s, k + 1);
            break;
        case VAL_INT:
            rc = sqlite3_bind_int64(s, k + 1, v[k].i);
            break;
        case VAL_REAL:
            rc = sqlite3_bind_double(s, k + 1, v[k].d);
            break;
        case VAL_TEXT:
            rc = sqlite3_bind_text(s, k + 1, v[k].s, -1, how);
            break;
        case VAL_BYTES:
            rc =
                sqlite3_bind_blob64(s, k + 1, v[k].b.n ? v[k].b.at : "", v[k].b.n, how);
            break;
        }
    return rc;
}

/* The first write of a unit in a group sets its savepoint: units that only look
 * cost the writer none. */
enum err sqlite_before_write(struct ctx *c, struct sqlite_conn *n,
                             const struct query *q)
{
    if (!n->base.writes)
        return FAIL(c, DATABASE, "%s writes, but this is a snapshot", q->name);
    if (!n->lazy_mark || n->marked) return ERR_OK;
    if (sqlite_run(n->mark) != SQLITE_DONE) return sqlite_broken(c, n->h, q->name);
    n->marked = true;
    return ERR_OK;
}

/* Bound and allowed to run, or NULL: the fault says why. */
static struct sqlite_stmt *ready(struct ctx *c, const struct query *q,
                                 const struct val *v, size_t nv,
                                 sqlite3_destructor_type how)
{
    struct sqlite_conn *n = sqlite_of(c->conn);
    struct sqlite_stmt *st = NULL;
    enum err e = find(c, q, &st);

    if (!st) return NULL;
    if ((size_t)st->args != nv)
        e = FAIL(c, DATABASE, "%s takes %d arguments, not %zu", q->name, st->args, nv);
    else if (bind(st->s, v, nv, how))
        e = sqlite_broken(c, n->h, q->name);
    else if (st->writes)
        e = sqlite_before_write(c, n, q);
    if (!e) return st;
    done_with(st);
    return NULL;
}

/* ---- Results -------------------------------------------------------------------- */

static const char *text(struct ctx *c, sqlite3_stmt *s, int k, bool borrow)
{
    const char *at = (const char *)sqlite3_column_text(s, k);

    return !at || borrow ? at
                         : arena_strdup(c->mem, at, (size_t)sqlite3_column_bytes(s, k));
}

static struct bytes blob(struct ctx *c, sqlite3_stmt *s, int k, bool borrow)
{
    if (sqlite3_column_type(s, k) == SQLITE_NULL) return (struct bytes){ NULL, 0 };
    const void *at = sqlite3_column_blob(s, k);
    const size_t n = (size_t)sqlite3_column_bytes(s, k);

    if (!at) at = "";
    return (struct bytes){ borrow ? at : arena_strdup(c->mem, at, n), n };
}

static void column(struct ctx *c, sqlite3_stmt *s, int k, const struct out *o,
                   bool borrow)
{
    const bool null = sqlite3_column_type(s, k) == SQLITE_NULL;

    switch (o->kind) {
    case OUT_INT:
        *(i64 *)o->to = null ? NONE : sqlite3_column_int64(s, k);
        break;
    case OUT_REAL:
        *(double *)o->to = null ? (double)NAN : sqlite3_column_double(s, k);
        break;
    case OUT_BOOL:
        *(bool *)o->to = sqlite3_column_int64(s, k) != 0;
        break;
    case OUT_TEXT:
        *(const char **)o->to = text(c, s, k, borrow);
        break;
    case OUT_BYTES:
        *(struct bytes *)o->to = blob(c, s, k, borrow);
        break;
    }
}

static enum err columns(struct ctx *c, const struct query *q, sqlite3_stmt *s,
                        const struct out *o, size_t no, bool borrow)
{
    if ((size_t)sqlite3_column_count(s) != no)
        return FAIL(c, DATABASE, "%s has %d columns, not %zu", q->name,
                    sqlite3_column_count(s), no);
    for (size_t k = 0; k < no; k++) column(c, s, (int)k, &o[k], borrow);
    return ERR_OK;
}

static enum err exec(struct ctx *c, const struct query *q, i64 *ret_n,
                     const struct val *v, size_t nv)
{
    sqlite3 *h = sqlite_of(c->conn)->h;
    struct sqlite_stmt *st = ready(c, q, v, nv, SQLITE_STATIC);
    int rc;

    if (!st) return c->fault.err;
    while ((rc = sqlite3_step(st->s)) == SQLITE_ROW) continue;
    const enum err e = rc == SQLITE_DONE ? ERR_OK : sqlite_broken(c, h, q->name);
    if (!e && ret_n) *ret_n = st->writes ? sqlite3_changes64(h) : 0;
    done_with(st);
    return e;
}

static enum err one(struct ctx *c, const struct query *q, const struct out *o,
                    size_t no, const struct val *v, size_t nv)
{
    sqlite3 *h = sqlite_of(c->conn)->h;
    struct sqlite_stmt *st = ready(c, q, v, nv, SQLITE_STATIC);
    enum err e = ERR_OK;

    if (!st) return c->fault.err;
    int rc = sqlite3_step(st->s);
    if (rc == SQLITE_ROW) {
        e = columns(c, q, st->s, o, no, false);
        if (st->writes)
            while (!e && (rc = sqlite3_step(st->s)) == SQLITE_ROW) continue;
    } else if (rc == SQLITE_DONE) {
        e = ERR_NOT_FOUND;
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) e = sqlite_broken(c, h, q->name);
    done_with(st);
    return e;
}

static enum err rows(struct ctx *c, struct rows *r, const struct val *v, size_t nv)
{
    struct sqlite_stmt *st = ready(c, r->q, v, nv, SQLITE_TRANSIENT);

    if (!st) return c->fault.err;
    st->busy = true;
    r->stmt = st;
    return ERR_OK;
}

static void rows_done(struct rows *r)
{
    if (r->stmt) done_with(r->stmt);
    r->stmt = NULL;
}

static bool next(struct rows *r, const struct out *o, size_t no)
{
    struct sqlite_stmt *st = r->stmt;
    const int rc = sqlite3_step(st->s);

    if (rc == SQLITE_ROW) {
        r->n++;
        r->err = columns(r->c, r->q, st->s, o, no, r->borrow);
        if (!r->err) return true;
    } else if (rc != SQLITE_DONE) {
        r->err = sqlite_broken(r->c, sqlite_of(r->c->conn)->h, r->q->name);
    }
    rows_done(r);
    return false;
}

static const char *line(struct rows *r)
{
    struct sqlite_stmt *st = r->stmt;
    struct buf row = buf_new(r->c->mem, 128, 1 << 16);

    if (!st || r->err) return NULL;
    const int rc = sqlite3_step(st->s);
    if (rc == SQLITE_ROW) {
        for (int k = 0; k < sqlite3_column_count(st->s); k++) {
            const char *v = (const char *)sqlite3_column_text(st->s, k);
            buf_printf(&row, "%s%s=%s", k ? " " : "", sqlite3_column_name(st->s, k),
                       v ? v : "-");
        }
        return row.at;
    }
    if (rc != SQLITE_DONE)
        r->err = sqlite_broken(r->c, sqlite_of(r->c->conn)->h, r->q->name);
    rows_done(r);
    return NULL;
}

static enum err batch(struct ctx *c, struct db_call *calls, size_t n)
{
    for (struct db_call *k = calls; k < calls + n; k++) {
        if (!k->no) {
            TRY(exec(c, k->q, &k->n, k->v, k->nv));
            continue;
        }
        const enum err e = one(c, k->q, k->o, k->no, k->v, k->nv);
        if (e && e != ERR_NOT_FOUND) return e;
        k->n = e == ERR_OK;
    }
    return ERR_OK;
}

/* ---- Units ---------------------------------------------------------------------- */

int sqlite_run(sqlite3_stmt *s)
{
    const int rc = sqlite3_step(s);

    sqlite3_reset(s);
    return rc;
}

static enum err begin(struct ctx *c, struct db_conn *base, bool writes)
{
    struct sqlite_conn *n = sqlite_of(base);

    base->writes = writes;
    if (n->gathers) log_vfs_forget(n->h);
    if (sqlite_run(writes ? n->begin_write : n->begin_read) == SQLITE_DONE)
        return ERR_OK;
    return sqlite_broken(c, n->h, "begin");
}

static void rollback(struct db_conn *base)
{
    struct sqlite_conn *n = sqlite_of(base);

    if (!sqlite3_get_autocommit(n->h)) sqlite_run(n->rollback);
}

static bool look(struct db_conn *base)
{
    return sqlite_run(sqlite_of(base)->look) == SQLITE_ROW;
}

static enum err commit(struct ctx *c, struct db_conn *base)
{
    struct sqlite_conn *n = sqlite_of(base);

    if (sqlite_run(n->commit) == SQLITE_DONE) return ERR_OK;
    const enum err e = sqlite_broken(c, n->h, "commit");
    rollback(base);
    return e;
}

static enum err savepoint(struct ctx *c, struct sqlite_conn *n, const char *word,
                          int depth)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "%s m%d", word, depth);
    if (sqlite3_exec(n->h, sql, NULL, NULL, NULL) == SQLITE_OK) return ERR_OK;
    return c ? sqlite_broken(c, n->h, word) : ERR_DATABASE;
}

static enum err mark(struct ctx *c, struct db_conn *base, int depth)
{
    return savepoint(c, sqlite_of(base), "SAVEPOINT", depth);
}

static void unmark(struct ctx *c, struct db_conn *base, int depth, bool kept)
{
    struct sqlite_conn *n = sqlite_of(base);

    (void)c;
    if (sqlite3_get_autocommit(n->h)) return; /* the engine has undone all of it */
    if (!kept) (void)!savepoint(NULL, n, "ROLLBACK TO", depth);
    (void)!savepoint(NULL, n, "RELEASE", depth);
}

static enum err script(struct ctx *c, const char *sql)
{
    struct sqlite_conn *n = sqlite_of(c->conn);

    return sqlite3_exec(n->h, sql, NULL, NULL, NULL) ? sqlite_broken(c, n->h, "schema")
                                                     : ERR_OK;
}

static enum err lock_schema(struct ctx *c)
{
    (void)c; /* BEGIN IMMEDIATE has locked out everybody else */
    return ERR_OK;
}

/* ---- Connections ---------------------------------------------------------------- */

/* A reader forgets its pages whenever the log moved under it, and the system keeps
 * the file's: profile reads were quicker with 4 MiB than with 16 (doc/bench.md). */
#define READER_CACHE ((i64)4 << 20)

static bool pragmas(struct sqlite_conn *n, bool writes)
{
    char sql[512];
    const struct db *db = n->base.db;

    snprintf(
        sql, sizeof(sql),
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = %s; PRAGMA foreign_keys = ON;"
        "PRAGMA temp_store = MEMORY; PRAGMA case_sensitive_like = ON;"
        "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 268435456;"
        "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -%lld; PRAGMA query_only = "
        "%d;",
        db->sync_normal ? "NORMAL" : "FULL",
        (writes ? db->cache_bytes : READER_CACHE) / 1024, !writes);
    return sqlite3_exec(n->h, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool own_statements(struct sqlite_conn *n)
{
    const struct {
        sqlite3_stmt **s;
        const char *sql;
    } own[] = {
        { &n->begin_write, "BEGIN IMMEDIATE" }, { &n->begin_read, "BEGIN" },
        { &n->look, "PRAGMA schema_version" },  { &n->commit, "COMMIT" },
        { &n->rollback, "ROLLBACK" },           { &n->mark, "SAVEPOINT unit" },
        { &n->release, "RELEASE unit" },        { &n->undo, "ROLLBACK TO unit" },
    };

    for (size_t k = 0; k < COUNT(own); k++)
        if (sqlite3_prepare_v3(n->h, own[k].sql, -1, SQLITE_PREPARE_PERSISTENT,
                               own[k].s, NULL))
            return false;
    return true;
}

/* A file shorter than its first page says has lost its end.  While there is a log
 * the end may still be in it.  Asked before the first connection only: closing any
 * descriptor of a file drops all locks that the process has on it, and another
 * program that looked in would then take itself for the last one and delete the
 * log under our feet. */
static enum err whole(struct ctx *c, const struct db *db)
{
    const char *wal = arena_printf(c->mem, "%s-wal", db->url);
    unsigned char head[100];
    struct stat st, log;

    if (stat(db->url, &st) || st.st_size == 0 ||
        (stat(wal, &log) == 0 && log.st_size > 0))
        return ERR_OK;
    FILE *f = fopen(db->url, "rbe");
    const size_t got = f ? fread(head, 1, sizeof(head), f) : 0;
    if (f) fclose(f);
    if (got < sizeof(head) || memcmp(head, "SQLite format 3", 16) != 0)
        return FAIL(c, STORAGE, "\"%s\" (%lld bytes) is damaged, or no database",
                    db->url, (i64)st.st_size);
    const i64 page = (head[16] << 8 | head[17]) == 1 ? 65536 : head[16] << 8 | head[17];
    const i64 pages = (i64)head[28] << 24 | head[29] << 16 | head[30] << 8 | head[31];
    if (st.st_size >= page * pages) return ERR_OK;
    return FAIL(c, STORAGE,
                "\"%s\" is cut short: %lld of %lld bytes are there; restore a backup",
                db->url, (i64)st.st_size, page * pages);
}

static enum err open_file(struct ctx *c, struct sqlite_conn *n, bool writes)
{
    const struct db *db = n->base.db;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                      SQLITE_OPEN_EXRESCODE;

    if (!db->opened && !db->vfs) TRY(whole(c, db));
    const char *vfs = writes ? log_vfs(db->vfs) : db->vfs;
    n->gathers = writes;
    if (sqlite3_open_v2(db->url, &n->h, flags, vfs) != SQLITE_OK)
        return n->h ? sqlite_broken(c, n->h, "open")
                    : FAIL(c, STORAGE, "out of memory");
    sqlite3_busy_timeout(n->h, 5000);
    sqlite3_db_config(n->h, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(n->h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(n->h, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    if (sqlite3_db_readonly(n->h, "main") == 1)
        return FAIL(c, STORAGE, "\"%s\" cannot be written", db->url);
    if (!pragmas(n, writes) || !own_statements(n) || !sqlite_pass_words(n->h))
        return sqlite_broken(c, n->h, "open");
    if (!db->opened) n->base.db->opened = true; /* in db_open(), before the threads */
    return ERR_OK;
}

/* Once, before the first connection; a program that uses the library already has
 * it as it is.  The count of all memory would be a lock between all threads; small
 * pieces come from a store of each connection's own (1,200 bytes, 256 of them, so
 * 300 KiB); pages one by one, since RETURNING makes a table of its own for each
 * run, which would begin with twenty. */
static void library_once(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 256);
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

struct db_conn *sqlite_connect(struct db *db, bool writes, char **ret_why)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct sqlite_conn *n = calloc(1, sizeof(*n));
    struct ctx c = { .mem = arena_new(1 << 16) };

    pthread_once(&once, library_once);
    if (!n) abort();
    n->base.db = db;
    const enum err e = open_file(&c, n, writes);
    if (e) {
        *ret_why = strdup(c.fault.message);
        sqlite_disconnect(&n->base);
    }
    arena_free(c.mem);
    return e ? NULL : &n->base;
}

void sqlite_disconnect(struct db_conn *base)
{
    struct sqlite_conn *n = sqlite_of(base);
    sqlite3_stmt *own[] = { n->begin_write, n->begin_read, n->look,    n->commit,
                            n->rollback,    n->mark,       n->release, n->undo };

    for (size_t k = 0; k < COUNT(own); k++) sqlite3_finalize(own[k]);
    sqlite3_finalize(n->bulk);
    db_kept_clear(&n->kept, end);
    if (n->h && n->gathers) log_vfs_forget(n->h);
    sqlite3_close(n->h);
    free(n);
}

const struct engine sqlite_engine = {
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .look = look,
    .mark = mark,
    .unmark = unmark,
    .exec = exec,
    .one = one,
    .rows = rows,
    .next = next,
    .rows_done = rows_done,
    .line = line,
    .batch = batch,
    .bulk = sqlite_bulk,
    .pass = sqlite_pass,
    .script = script,
    .lock_schema = lock_schema,
    .backup = sqlite_backup,
    .integrity = sqlite_integrity,
    .plan = sqlite_plan,
    .plan_scans = sqlite_plan_scans,
    .write_thread = sqlite_write_thread,
    .write_threads = 1,
    .tend = sqlite_tend,
};
