#include "power_vfs.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512

struct pending { /* a write, or with data NULL a truncation to `at` */
    struct pending *next;
    sqlite3_int64 at;
    size_t n;
    unsigned char *data;
};

struct disk_file {
    struct disk_file *next;
    char *path;
    unsigned char *mem;
    sqlite3_int64 size;
    size_t room;
    struct pending *first, **last;
    int fd; /* what survives */
};

struct handle {
    sqlite3_file base;
    struct disk_file *f; /* NULL: a temporary file, none of our business */
    sqlite3_file *real;  /* for locks and shared memory */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct disk_file *files;
static long long disk_bytes;
static bool flush_fails;
static sqlite3_vfs *unix_vfs, power;

/* ---- Files ---------------------------------------------------------------------- */

static void grow(struct disk_file *f, sqlite3_int64 size)
{
    if ((size_t)size > f->room) {
        const size_t room = (size_t)size * 2 + 65536;
        f->mem = realloc(f->mem, room);
        if (!f->mem) abort();
        memset(f->mem + f->room, 0, room - f->room);
        f->room = room;
    }
    if (size > f->size) f->size = size;
}

static struct disk_file *disk_file(const char *path)
{
    struct stat st;
    struct disk_file *f = files;

    while (f && strcmp(f->path, path) != 0) f = f->next;
    if (f) return f;
    f = calloc(1, sizeof(*f));
    if (!f) abort();
    f->path = strdup(path);
    f->last = &f->first;
    f->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (f->fd < 0 || fstat(f->fd, &st)) abort();
    grow(f, st.st_size);
    if (pread(f->fd, f->mem, (size_t)st.st_size, 0) != st.st_size) abort();
    f->next = files;
    return files = f;
}

static void remember(struct disk_file *f, sqlite3_int64 at, const void *data, size_t n)
{
    struct pending *p = calloc(1, sizeof(*p));

    if (!p) abort();
    p->at = at;
    p->n = n;
    if (data) {
        p->data = malloc(n);
        if (!p->data) abort();
        memcpy(p->data, data, n);
    }
    *f->last = p;
    f->last = &p->next;
}

static void to_disk(struct disk_file *f, const struct pending *p)
{
    const bool ok = p->data ? pwrite(f->fd, p->data, p->n, p->at) == (ssize_t)p->n
                            : ftruncate(f->fd, p->at) == 0;

    if (!ok) abort();
}

static void forget(struct disk_file *f)
{
    for (struct pending *p = f->first, *next; p; p = next) {
        next = p->next;
        free(p->data);
        free(p);
    }
    f->first = NULL;
    f->last = &f->first;
}

/* ---- The cut -------------------------------------------------------------------- */

/* Some sectors of a write, as a disk that loses power in the middle of it. */
static void torn(struct disk_file *f, const struct pending *p, unsigned *seed)
{
    for (size_t at = 0; at < p->n; at += SECTOR) {
        const size_t n = p->n - at < SECTOR ? p->n - at : SECTOR;
        if (rand_r(seed) % 2 &&
            pwrite(f->fd, p->data + at, n, p->at + (sqlite3_int64)at) < 0)
            abort();
    }
}

void power_cut(unsigned seed)
{
    pthread_mutex_lock(&lock);
    for (struct disk_file *f = files; f; f = f->next)
        for (struct pending *p = f->first; p; p = p->next) switch (rand_r(&seed) % 4) {
            case 0:
                to_disk(f, p);
                break;
            case 1:
                if (p->data) torn(f, p, &seed);
                break;
            default:
                break; /* lost */
            }
    _exit(0);
}

void power_disk_bytes(long long bytes)
{
    pthread_mutex_lock(&lock);
    disk_bytes = bytes;
    pthread_mutex_unlock(&lock);
}

void power_flush_fails(bool fails)
{
    pthread_mutex_lock(&lock);
    flush_fails = fails;
    pthread_mutex_unlock(&lock);
}

static bool fits(const struct disk_file *f, sqlite3_int64 end)
{
    long long all = end > f->size ? end - f->size : 0;

    if (!disk_bytes || !all) return true;
    for (const struct disk_file *k = files; k; k = k->next) all += k->size;
    return all <= disk_bytes;
}

/* ---- Methods -------------------------------------------------------------------- */

static struct handle *of(sqlite3_file *file)
{
    return (struct handle *)file;
}

static int x_close(sqlite3_file *file)
{
    struct handle *h = of(file);
    const int rc = h->real->pMethods->xClose(h->real);

    free(h->real);
    return rc;
}

static int x_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    struct disk_file *f = of(file)->f;

    pthread_mutex_lock(&lock);
    const sqlite3_int64 there = at >= f->size ? 0 : f->size - at < n ? f->size - at : n;
    memcpy(to, f->mem + (there ? at : 0), (size_t)there);
    pthread_mutex_unlock(&lock);
    memset((char *)to + there, 0, (size_t)(n - there));
    return there == n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int x_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    struct disk_file *f = of(file)->f;

    pthread_mutex_lock(&lock);
    const bool ok = fits(f, at + n);
    if (ok) {
        grow(f, at + n);
        memcpy(f->mem + at, from, (size_t)n);
        remember(f, at, from, (size_t)n);
    }
    pthread_mutex_unlock(&lock);
    return ok ? SQLITE_OK : SQLITE_FULL;
}

static int x_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct disk_file *f = of(file)->f;

    pthread_mutex_lock(&lock);
    if (size < f->size) {
        memset(f->mem + size, 0, (size_t)(f->size - size));
        f->size = size;
    }
    remember(f, size, NULL, 0);
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int x_sync(sqlite3_file *file, int flags)
{
    struct disk_file *f = of(file)->f;

    (void)flags;
    pthread_mutex_lock(&lock);
    const bool ok = !flush_fails;
    for (const struct pending *p = f->first; p && ok; p = p->next) to_disk(f, p);
    if (ok) forget(f);
    pthread_mutex_unlock(&lock);
    return ok ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static int x_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    pthread_mutex_lock(&lock);
    *ret = of(file)->f->size;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

#define REAL(file) (of(file)->real)

static int x_lock(sqlite3_file *file, int level)
{
    return REAL(file)->pMethods->xLock(REAL(file), level);
}

static int x_unlock(sqlite3_file *file, int level)
{
    return REAL(file)->pMethods->xUnlock(REAL(file), level);
}

static int x_reserved(sqlite3_file *file, int *ret)
{
    return REAL(file)->pMethods->xCheckReservedLock(REAL(file), ret);
}

/* Hints about the real file's size must not reach it: its size is what survives. */
static int x_control(sqlite3_file *file, int op, void *arg)
{
    if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
    return REAL(file)->pMethods->xFileControl(REAL(file), op, arg);
}

static int x_sector(sqlite3_file *file)
{
    (void)file;
    return SECTOR;
}

static int x_traits(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int x_shm_map(sqlite3_file *file, int page, int size, int extend,
                     void volatile **ret)
{
    return REAL(file)->pMethods->xShmMap(REAL(file), page, size, extend, ret);
}

static int x_shm_lock(sqlite3_file *file, int at, int n, int flags)
{
    return REAL(file)->pMethods->xShmLock(REAL(file), at, n, flags);
}

static void x_shm_barrier(sqlite3_file *file)
{
    REAL(file)->pMethods->xShmBarrier(REAL(file));
}

static int x_shm_unmap(sqlite3_file *file, int delete)
{
    return REAL(file)->pMethods->xShmUnmap(REAL(file), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_size,
    .xLock = x_lock,
    .xUnlock = x_unlock,
    .xCheckReservedLock = x_reserved,
    .xFileControl = x_control,
    .xSectorSize = x_sector,
    .xDeviceCharacteristics = x_traits,
    .xShmMap = x_shm_map,
    .xShmLock = x_shm_lock,
    .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap,
};

static int x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                  int *out)
{
    struct handle *h = of(file);

    (void)vfs;
    if (!name) return unix_vfs->xOpen(unix_vfs, name, file, flags, out);
    h->base.pMethods = NULL;
    h->real = calloc(1, (size_t)unix_vfs->szOsFile);
    if (!h->real) abort();
    const int rc = unix_vfs->xOpen(unix_vfs, name, h->real, flags, out);
    if (rc) {
        free(h->real);
        return rc;
    }
    pthread_mutex_lock(&lock);
    h->f = disk_file(name);
    pthread_mutex_unlock(&lock);
    h->base.pMethods = &methods;
    return SQLITE_OK;
}

/* The log is deleted when the last connection goes: here it becomes empty. */
static int x_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    struct disk_file *f = files;

    (void)vfs;
    pthread_mutex_lock(&lock);
    while (f && strcmp(f->path, name) != 0) f = f->next;
    if (f) {
        forget(f);
        memset(f->mem, 0, f->room);
        f->size = 0;
        if (ftruncate(f->fd, 0)) abort();
    }
    pthread_mutex_unlock(&lock);
    return f ? SQLITE_OK : unix_vfs->xDelete(unix_vfs, name, sync);
}

void power_register(void)
{
    unix_vfs = sqlite3_vfs_find(NULL);
    power = *unix_vfs;
    power.zName = POWER_VFS;
    power.xOpen = x_open;
    power.xDelete = x_delete;
    if ((size_t)power.szOsFile < sizeof(struct handle))
        power.szOsFile = sizeof(struct handle);
    sqlite3_vfs_register(&power, 0);
}
