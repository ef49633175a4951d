/* Files that came and wait: parts put together, archives opened, pictures kept.
 *
 * Names come from outside, so every name is checked before it becomes a path, and
 * no link is followed. */
#include "exchange/exchange_spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "exchange/charset.h"
#include "exchange/exchange.h"

#define ZIP_ENTRIES 200000
#define ZIP_BYTES   ((i64)8 << 30) /* of all files in one archive, unpacked */
#define COPY        ((size_t)64 << 10)

static char state_dir[512];

void exchange_dir_set(const char *dir)
{
    snprintf(state_dir, sizeof(state_dir), "%s", dir);
}

static const char *root(void)
{
    const char *env = getenv("PRILAVOK_STATE");

    return *state_dir ? state_dir : env && *env ? env : "prilavok-state";
}

/* Every folder above the last '/' of path. */
static enum err make_above(struct ctx *c, const char *path)
{
    char *p = arena_strdup(c->mem, path, strlen(path));

    for (char *s = p + 1; (s = strchr(s, '/')); s++) {
        *s = '\0';
        if (mkdir(p, 0750) && errno != EEXIST)
            return FAIL(c, STORAGE, "cannot make folder %s: %s", p, strerror(errno));
        *s = '/';
    }
    return ERR_OK;
}

enum err spool_dir(struct ctx *c, const char *under, const char **ret)
{
    *ret = arena_printf(c->mem, "%s/exchange/%s", root(), under);
    return make_above(c, arena_printf(c->mem, "%s/", *ret));
}

static bool segment_ok(const char *s, size_t n)
{
    return n > 0 && s[0] != '.';
}

const char *spool_name(struct arena *mem, const char *name)
{
    const size_t n = name ? strlen(name) : 0;
    char *to;
    int segments = 0;

    if (!n || n > 200 || !charset_is_utf8(name, n, false)) return NULL;
    to = arena_strdup(mem, name, n);
    for (size_t k = 0; k < n; k++) {
        if (to[k] == '\\') to[k] = '/';
        if ((unsigned char)to[k] < ' ' || strchr(":*?\"<>|", to[k])) return NULL;
    }
    for (char *s = to; *s;) {
        const size_t len = strcspn(s, "/");

        if (!segment_ok(s, len) || ++segments > 6) return NULL;
        s += len;
        if (*s == '/' && !*++s) return NULL;
    }
    return to;
}

/* ---- Parts
 * ---------------------------------------------------------------------------- */

static enum err copy_all(struct ctx *c, int from, int to)
{
    char *piece = arena_raw(c->mem, COPY);
    ssize_t n;

    while ((n = read(from, piece, COPY)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return FAIL(c, STORAGE, "cannot read the part: %s", strerror(errno));
        for (ssize_t at = 0; at < n;) {
            const ssize_t put = write(to, piece + at, (size_t)(n - at));

            if (put < 0 && errno == EINTR) continue;
            if (put <= 0)
                return FAIL(c, STORAGE, "cannot keep the part: %s", strerror(errno));
            at += put;
        }
    }
    return ERR_OK;
}

enum err spool_append(struct ctx *c, const char *dir, const char *name,
                      const char *part)
{
    const char *path = arena_printf(c->mem, "%s/%s", dir, name);
    struct stat st;

    TRY(make_above(c, path));
    if (lstat(path, &st) && errno == ENOENT && !rename(part, path)) return ERR_OK;
    const int from = open(part, O_RDONLY | O_CLOEXEC);
    const int to =
        open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640);
    enum err e = from < 0 || to < 0
                     ? FAIL(c, STORAGE, "cannot keep %s: %s", name, strerror(errno))
                     : copy_all(c, from, to);
    if (from >= 0) close(from);
    if (to >= 0 && close(to) && !e)
        e = FAIL(c, STORAGE, "cannot keep %s: %s", name, strerror(errno));
    return e;
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *where)
{
    (void)st, (void)kind;
    if (where->level > 0) remove(path);
    return 0;
}

void spool_clear(const char *dir)
{
    nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* An archive in the folder that nobody has opened yet, or NULL. */
const char *spool_find_zip(struct ctx *c, const char *dir)
{
    DIR *d = opendir(dir);
    const char *found = NULL;

    if (!d) return NULL;
    for (struct dirent *e; !found && (e = readdir(d));) {
        const size_t n = strlen(e->d_name);

        if (n > 4 && strcasecmp(e->d_name + n - 4, ".zip") == 0)
            found = arena_strdup(c->mem, e->d_name, n);
    }
    closedir(d);
    return found;
}

/* ---- Archives
 * ---------------------------------------------------------------------------- */

static enum err write_entry(struct run *r, zip_file_t *from, const char *path,
                            i64 *left)
{
    struct ctx *c = r->c;
    char *piece = arena_raw(c->mem, COPY);
    const int to =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    enum err e = ERR_OK;
    zip_int64_t n;

    if (to < 0) return FAIL(c, STORAGE, "cannot write %s: %s", path, strerror(errno));
    while (!e && (n = zip_fread(from, piece, COPY)) > 0) {
        *left -=
            n; /* counted as it comes: what the archive says of sizes may be a lie */
        if (*left < 0)
            e = FAIL(c, TOO_BIG, "the archive holds over %lld bytes", ZIP_BYTES);
        else if (write(to, piece, (size_t)n) != n)
            e = FAIL(c, STORAGE, "cannot write %s: %s", path, strerror(errno));
    }
    if (!e && n < 0) e = FAIL(c, BAD_FORMAT, "the archive is damaged");
    close(to);
    return e;
}

static enum err unzip_entry(struct run *r, zip_t *z, zip_uint64_t k, const char *dir,
                            i64 *left)
{
    struct ctx *c = r->c;
    const char *raw = zip_get_name(z, k, ZIP_FL_ENC_GUESS);
    const size_t n = raw ? strlen(raw) : 0;

    if (n && raw[n - 1] == '/') return ERR_OK; /* a folder comes with its files */
    const char *name = spool_name(c->mem, raw);
    if (!name) {
        run_reject(r, (i64)k + 1, "files", NULL, "a file name that is not allowed");
        return ERR_OK;
    }
    const char *path = arena_printf(c->mem, "%s/%s", dir, name);
    TRY(make_above(c, path));
    zip_file_t *f = zip_fopen_index(z, k, 0);
    if (!f)
        return FAIL(c, BAD_FORMAT, "cannot open %s in the archive: %s", name,
                    zip_strerror(z));
    const enum err e = write_entry(r, f, path, left);
    zip_fclose(f);
    return e;
}

enum err load_zip(struct run *r)
{
    struct ctx *c = r->c;
    int why = 0;
    i64 left = ZIP_BYTES;
    zip_t *z = zip_open(r->path, ZIP_RDONLY, &why);
    enum err e = ERR_OK;

    if (!z) return FAIL(c, BAD_FORMAT, "%s is not a zip archive", r->file);
    const char *slash = strrchr(r->path, '/');
    const char *dir =
        arena_strdup(r->mem, r->path, slash ? (size_t)(slash - r->path) : 0);
    const zip_int64_t n = zip_get_num_entries(z, 0);
    if (n > ZIP_ENTRIES) e = FAIL(c, TOO_BIG, "the archive holds %lld files", (i64)n);
    for (zip_int64_t k = 0; k < n && !e; k++) {
        e = unzip_entry(r, z, (zip_uint64_t)k, dir, &left);
        if (!e) arena_reset(c->mem);
    }
    zip_discard(z);
    return e;
}

/* ---- Pictures
 * ------------------------------------------------------------------------------ */

static const struct {
    const char *ending, *type;
} pictures[] = { { "jpg", "image/jpeg" },
                 { "jpeg", "image/jpeg" },
                 { "png", "image/png" },
                 { "gif", "image/gif" },
                 { "webp", "image/webp" } };

const char *picture_type(const char *name)
{
    const char *dot = strrchr(name, '.');

    for (size_t k = 0; dot && k < COUNT(pictures); k++)
        if (strcasecmp(dot + 1, pictures[k].ending) == 0) return pictures[k].type;
    return NULL;
}

const char *picture_url(struct run *r, struct ctx *c, const char *name)
{
    const char *safe, *dir, *slash = strrchr(r->path, '/');
    struct stat st;

    if (strncmp(name, "http://", 7) == 0 || strncmp(name, "https://", 8) == 0)
        return name;
    safe = spool_name(c->mem, name);
    if (!safe || !picture_type(safe) || !slash) return NULL;
    const char *from =
        arena_printf(c->mem, "%.*s/%s", (int)(slash - r->path), r->path, safe);
    if (lstat(from, &st) || !S_ISREG(st.st_mode)) return NULL;
    /* A picture that changes gets another address, so it may be cached for ever. */
    const char *kept = arena_printf(
        c->mem, "%llx%s",
        mark_int(mark_text(mark_text(MARK_START, r->source), safe), (i64)st.st_size),
        strrchr(safe, '.'));
    if (spool_dir(c, "media", &dir)) {
        c->fault = (struct fault){ 0 };
        return NULL;
    }
    const char *to = arena_printf(c->mem, "%s/%s", dir, kept);
    if (link(from, to) && errno != EEXIST) return NULL;
    return arena_printf(c->mem, "/exchange/media/%s", kept);
}

enum err exchange_drawing_put(struct ctx *c, const char *svg, const char **ret_url)
{
    const char *dir,
        *name = arena_printf(c->mem, "%llx.svg", mark_text(MARK_START, svg));
    const size_t n = strlen(svg);

    TRY(spool_dir(c, "media", &dir));
    *ret_url = arena_printf(c->mem, "/exchange/media/%s", name);
    const char *path = arena_printf(c->mem, "%s/%s", dir, name);
    FILE *f = fopen(path, "wxe");
    if (!f && errno == EEXIST) return ERR_OK;
    const bool written = f && fwrite(svg, 1, n, f) == n;
    if (!f || fclose(f) || !written)
        return FAIL(c, STORAGE, "cannot write %s: %s", path, strerror(errno));
    return ERR_OK;
}

bool spool_has(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}
