#include "db/db_sqlite_log.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GATHERED = 64 << 10, FRAME_HEAD = 24, NAME = 64, KINDS = 8 };

struct log_file {
    sqlite3_file base;
    unsigned char *at; /* what is gathered: it goes to `from` */
    int n;
    sqlite3_int64 from, next; /* next: where the last write ended */
    bool ends;                /* the last head was that of a commit's last frame */
};

struct kind {
    sqlite3_vfs vfs;
    char name[NAME];
};

static struct log_file *log_of(sqlite3_file *f)
{
    return (struct log_file *)f;
}

/* The file of the VFS below stands behind ours. */
static sqlite3_file *below(sqlite3_file *f)
{
    return (sqlite3_file *)(log_of(f) + 1);
}

/* ---- Gathering ------------------------------------------------------------------ */

static int let_go(sqlite3_file *f)
{
    struct log_file *l = log_of(f);
    const int n = l->n;

    if (!n) return SQLITE_OK;
    l->n = 0;
    const int rc = below(f)->pMethods->xWrite(below(f), l->at, n, l->from);
    if (rc) l->next = -1;
    return rc;
}

static int at_once(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
    const int rc = let_go(f);

    return rc ? rc : below(f)->pMethods->xWrite(below(f), data, n, at);
}

static int gather(sqlite3_file *f, const void *data, int n)
{
    struct log_file *l = log_of(f);

    if (l->n + n > GATHERED) {
        const int rc = let_go(f);
        if (rc) return rc;
    }
    if (!l->at && !(l->at = malloc(GATHERED))) return SQLITE_NOMEM;
    if (!l->n) l->from = l->next;
    memcpy(l->at + l->n, data, (size_t)n);
    l->n += n;
    return SQLITE_OK;
}

/* A frame's head tells in its second word how long the database is after the commit
 * that the frame ends; 0 in all others. */
static bool head_ends(const unsigned char *head)
{
    return head[4] | head[5] | head[6] | head[7];
}

/* Kept back is only what follows the last write within a commit.  A frame written over,
 * or its sums made anew, is for SQLite to read again; and what comes behind a commit's
 * last page is the head of the next one, or the rest of a page that a flush has cut. */
static int write_log(sqlite3_file *f, const void *data, int n, sqlite3_int64 at)
{
    struct log_file *l = log_of(f);
    const bool head = n == FRAME_HEAD;
    int rc;

    if (at != l->next || n > GATHERED || (head && l->ends))
        rc = at_once(f, data, n, at);
    else
        rc = gather(f, data, n);
    l->next = rc ? -1 : at + n;
    if (head) l->ends = head_ends(data);
    return rc || head || !l->ends ? rc : let_go(f);
}

/* ---- What else is asked of a file ----------------------------------------------- */

/* All that was kept has gone with its commit. */
static int close_log(sqlite3_file *f)
{
    free(log_of(f)->at);
    return below(f)->pMethods->xClose(below(f));
}

static int read_log(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    const int rc = let_go(f);

    return rc ? rc : below(f)->pMethods->xRead(below(f), to, n, at);
}

static int truncate_log(sqlite3_file *f, sqlite3_int64 size)
{
    const int rc = let_go(f);

    return rc ? rc : below(f)->pMethods->xTruncate(below(f), size);
}

static int sync_log(sqlite3_file *f, int how)
{
    const int rc = let_go(f);

    return rc ? rc : below(f)->pMethods->xSync(below(f), how);
}

static int size_of_log(sqlite3_file *f, sqlite3_int64 *ret)
{
    const int rc = let_go(f);

    return rc ? rc : below(f)->pMethods->xFileSize(below(f), ret);
}

static int lock_log(sqlite3_file *f, int how)
{
    return below(f)->pMethods->xLock(below(f), how);
}

static int unlock_log(sqlite3_file *f, int how)
{
    return below(f)->pMethods->xUnlock(below(f), how);
}

static int reserved_log(sqlite3_file *f, int *ret)
{
    return below(f)->pMethods->xCheckReservedLock(below(f), ret);
}

static int control_log(sqlite3_file *f, int what, void *arg)
{
    return below(f)->pMethods->xFileControl(below(f), what, arg);
}

static int sector_of_log(sqlite3_file *f)
{
    return below(f)->pMethods->xSectorSize(below(f));
}

static int traits_of_log(sqlite3_file *f)
{
    return below(f)->pMethods->xDeviceCharacteristics(below(f));
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = close_log,
    .xRead = read_log,
    .xWrite = write_log,
    .xTruncate = truncate_log,
    .xSync = sync_log,
    .xFileSize = size_of_log,
    .xLock = lock_log,
    .xUnlock = unlock_log,
    .xCheckReservedLock = reserved_log,
    .xFileControl = control_log,
    .xSectorSize = sector_of_log,
    .xDeviceCharacteristics = traits_of_log,
};

void log_vfs_forget(sqlite3 *h)
{
    sqlite3_file *f = NULL;

    if (sqlite3_file_control(h, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f)) return;
    if (f && f->pMethods == &log_methods) log_of(f)->n = 0;
}

/* ---- The VFS -------------------------------------------------------------------- */

/* The log alone is ours; every other file is that of the VFS below. */
static int open_any(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags,
                    int *ret_flags)
{
    sqlite3_vfs *under = v->pAppData;

    if (!(flags & SQLITE_OPEN_WAL))
        return under->xOpen(under, path, f, flags, ret_flags);
    *log_of(f) = (struct log_file){ .next = -1 };
    const int rc = under->xOpen(under, path, below(f), flags, ret_flags);
    if (below(f)->pMethods) f->pMethods = &log_methods;
    return rc;
}

static int delete_any(sqlite3_vfs *v, const char *path, int sync)
{
    sqlite3_vfs *under = v->pAppData;

    return under->xDelete(under, path, sync);
}

static int access_any(sqlite3_vfs *v, const char *path, int how, int *ret)
{
    sqlite3_vfs *under = v->pAppData;

    return under->xAccess(under, path, how, ret);
}

static int full_path(sqlite3_vfs *v, const char *path, int room, char *ret)
{
    sqlite3_vfs *under = v->pAppData;

    return under->xFullPathname(under, path, room, ret);
}

static void make(struct kind *k, sqlite3_vfs *under, const char *name)
{
    snprintf(k->name, sizeof(k->name), "%s", name);
    k->vfs = *under; /* dice, clock and errors are the system's */
    k->vfs.szOsFile += (int)sizeof(struct log_file);
    k->vfs.pNext = NULL;
    k->vfs.zName = k->name;
    k->vfs.pAppData = under;
    k->vfs.xOpen = open_any;
    k->vfs.xDelete = delete_any;
    k->vfs.xAccess = access_any;
    k->vfs.xFullPathname = full_path;
}

const char *log_vfs(const char *under)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct kind kinds[KINDS];
    static int n;
    char name[NAME];
    sqlite3_vfs *v = sqlite3_vfs_find(under);

    if (!v) return NULL;
    snprintf(name, sizeof(name), "gathering-%s", v->zName);
    pthread_mutex_lock(&lock);
    const sqlite3_vfs *known = sqlite3_vfs_find(name);
    if (!known && n < KINDS) {
        struct kind *k = &kinds[n++];
        make(k, v, name);
        if (sqlite3_vfs_register(&k->vfs, 0) == SQLITE_OK) known = &k->vfs;
    }
    pthread_mutex_unlock(&lock);
    return known ? known->zName : under;
}
