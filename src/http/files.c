/* The built pages.  All names are read at start into a table, so that no path of
 * a request ever reaches the file system; a file that changed on disk is read
 * again within a second (while somebody builds pages beside us).
 *
 * "/till/sale/7" is no file: the page of its app answers, till/index.html, else
 * the one at the top.  That one answers 404 for an address its script does not
 * know: those it knows it names in "addresses.txt", "/order/:key", one a line. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/map.h"
#include "base/time.h"
#include "http/metrics.h"
#include "http/percent.h"
#include "http/turn.h"

enum { PLAIN, GZIP, BROTLI, ENCODINGS };
enum { FILES_MAX = 10000, FILE_MAX = 16 << 20 };

struct file {
    char *name; /* "/till/index.html" */
    const char *type;
    bool page, forever;
    char etag[24];
    char *text[ENCODINGS]; /* NULL: there is none */
    size_t n[ENCODINGS];
    i64 mtime_ms;
    int refs; /* answers on their way; under the lock */
    bool gone;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct map files;
static char *root;
static i64 looked_ms;

/* clang-format off */
static const struct { const char *end, *type; } types[] = {
    { ".html", "text/html; charset=utf-8" },       { ".js",    "text/javascript; charset=utf-8" },
    { ".css",  "text/css; charset=utf-8" },        { ".json",  "application/json" },
    { ".svg",  "image/svg+xml" },                  { ".png",   "image/png" },
    { ".jpg",  "image/jpeg" },                     { ".webp",  "image/webp" },
    { ".ico",  "image/x-icon" },                   { ".woff2", "font/woff2" },
    { ".txt",  "text/plain; charset=utf-8" },      { ".map",   "application/json" },
    { ".webmanifest", "application/manifest+json" }, { ".wasm", "application/wasm" },
};
/* clang-format on */

static bool ends(const char *s, const char *end)
{
    const size_t n = strlen(s), m = strlen(end);

    return n >= m && !strcmp(s + n - m, end);
}

static const char *type_of(const char *name)
{
    for (size_t k = 0; k < COUNT(types); k++)
        if (ends(name, types[k].end)) return types[k].type;
    return "application/octet-stream";
}

/* Vite names built files by their content: assets/till-B3xQ9a1c.js. */
static bool hashed(const char *name)
{
    const char *dash = strrchr(name, '-'), *dot = strrchr(name, '.');

    return strstr(name, "/assets/") && dash && dot && dot - dash == 9;
}

static char *read_all(const char *path, size_t *ret_n, i64 *ret_mtime)
{
    struct stat s;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = NULL;

    if (fd >= 0 && !fstat(fd, &s) && S_ISREG(s.st_mode) && s.st_size <= FILE_MAX) {
        if (!(text = malloc((size_t)s.st_size + 1))) abort();
        const ssize_t n = read(fd, text, (size_t)s.st_size);
        *ret_n = n > 0 ? (size_t)n : 0;
        *ret_mtime = s.st_mtim.tv_sec * 1000LL + s.st_mtim.tv_nsec / 1000000;
    }
    if (fd >= 0) close(fd);
    return text;
}

static void file_free(struct file *f)
{
    for (int k = 0; k < ENCODINGS; k++) free(f->text[k]);
    free(f->name);
    free(f);
}

static char *path_of(const char *name, const char *suffix)
{
    char *path = NULL;

    if (asprintf(&path, "%s%s%s", root, name, suffix) < 0) abort();
    return path;
}

static struct file *file_read(const char *name)
{
    static const char *const suffixes[ENCODINGS] = { "", ".gz", ".br" };
    struct file *f = calloc(1, sizeof(*f));
    i64 mtime;

    if (!f || !(f->name = strdup(name))) abort();
    for (int k = 0; k < ENCODINGS; k++) {
        char *path = path_of(name, suffixes[k]);
        f->text[k] = read_all(path, &f->n[k], k == PLAIN ? &f->mtime_ms : &mtime);
        free(path);
    }
    if (!f->text[PLAIN]) {
        file_free(f);
        return NULL;
    }
    unsigned char h[crypto_generichash_BYTES_MIN];
    crypto_generichash(h, sizeof(h), (const unsigned char *)f->text[PLAIN], f->n[PLAIN],
                       NULL, 0);
    sodium_bin2hex(f->etag, sizeof(f->etag), h, sizeof(f->etag) / 2 - 1);
    f->type = type_of(name);
    f->page = ends(name, ".html");
    f->forever = hashed(name);
    return f;
}

/* ---- The table ----------------------------------------------------------------------
 */

static void drop(const char *name)
{
    struct file *f = map_take(&files, name, strlen(name));

    if (!f) return;
    f->gone = true;
    if (!f->refs) file_free(f);
}

static void take(const char *name)
{
    struct file *old = map_get(&files, name, strlen(name));
    char *path = path_of(name, "");
    struct stat s;
    const bool there = !stat(path, &s);

    free(path);
    if (old && there &&
        old->mtime_ms == s.st_mtim.tv_sec * 1000LL + s.st_mtim.tv_nsec / 1000000)
        return;
    struct file *f = files.n < FILES_MAX ? file_read(name) : NULL;
    drop(name);
    if (f) map_add(&files, f->name, strlen(f->name), f);
}

static void walk(const char *under, int depth)
{
    char *path = path_of(under, "");
    DIR *d = opendir(path);
    const struct dirent *e;

    free(path);
    while (d && (e = readdir(d))) {
        char *name = NULL;

        if (e->d_name[0] == '.' || ends(e->d_name, ".br") || ends(e->d_name, ".gz"))
            continue;
        if (asprintf(&name, "%s/%s", under, e->d_name) < 0) abort();
        if (e->d_type == DT_DIR && depth < 8) walk(name, depth + 1);
        if (e->d_type == DT_REG) take(name);
        free(name);
    }
    if (d) closedir(d);
}

void files_start(const char *dir)
{
    if (!dir) return;
    pthread_mutex_lock(&lock);
    if (!(root = strdup(dir))) abort();
    walk("", 0);
    looked_ms = time_mono_us() / 1000;
    log_info("pages: %zu files in %s", files.n, root);
    pthread_mutex_unlock(&lock);
}

void files_stop(void)
{
    pthread_mutex_lock(&lock);
    for (size_t k = 0; k < files.size; k++)
        if (files.slots[k].key) file_free(files.slots[k].value);
    map_free(&files);
    free(root);
    root = NULL;
    pthread_mutex_unlock(&lock);
}

/* ---- Answering
 * -------------------------------------------------------------------------- */

static struct file *find(const char *name)
{
    return map_get(&files, name, strlen(name));
}

/* The page of the app that this address belongs to. */
static struct file *page_of(struct arena *mem, const char *path)
{
    const size_t n = 1 + strcspn(path + 1, "/");
    const char *last = strrchr(path, '/');

    if (strchr(last, '.')) return NULL; /* a missing file stays missing */
    if (!strncmp(path, "/v1/", 4) || !strncmp(path, "/exchange/", 10)) return NULL;
    struct file *f = find(arena_printf(mem, "%.*s/index.html", (int)n, path));
    if (!f) f = find(arena_printf(mem, "%.*s.html", (int)n, path));
    return f ? f : find("/index.html");
}

/* As the script matches: a segment for each ":name", a slash at the end or not. */
static bool address_fits(const char *row, size_t n, const char *path)
{
    const char *end = row + n;

    while (row < end && *path) {
        if (*row != ':') {
            if (*row++ != *path++) return false;
            continue;
        }
        const size_t wide = strcspn(path, "/");
        if (!wide) return false;
        path += wide;
        while (row < end && *row != '/') row++;
    }
    return row == end && (!*path || !strcmp(path, "/"));
}

/* Does the page at the top know this address?  Without a list it knows all. */
static bool address_known(const char *path)
{
    const struct file *list = find("/addresses.txt");
    const char *row = list ? list->text[PLAIN] : "";
    const char *end = row + (list ? list->n[PLAIN] : 0);

    for (size_t n; row < end; row += n + 1) {
        const char *stop = memchr(row, '\n', (size_t)(end - row));
        n = stop ? (size_t)(stop - row) : (size_t)(end - row);
        if (address_fits(row, n, path)) return true;
    }
    return !list;
}

static void look_again(void)
{
    const i64 now = time_mono_us() / 1000;

    if (!root || now - looked_ms <= 1000) return;
    walk("", 0);
    looked_ms = now;
}

const char *files_page(struct arena *mem)
{
    pthread_mutex_lock(&lock);
    look_again();
    const struct file *f = root ? find("/index.html") : NULL;
    const char *text = f ? arena_strdup(mem, f->text[PLAIN], f->n[PLAIN]) : NULL;
    pthread_mutex_unlock(&lock);
    return text;
}

/* *ret_lost: it is the page at the top, and it does not know the address. */
static struct file *borrow(struct arena *mem, const char *path, bool *ret_lost)
{
    pthread_mutex_lock(&lock);
    look_again();
    struct file *f = root ? find(path) : NULL;
    if (!f && root) {
        f = page_of(mem, path);
        *ret_lost = f && !strcmp(f->name, "/index.html") && !address_known(path);
    }
    if (f) f->refs++;
    pthread_mutex_unlock(&lock);
    return f;
}

static void give_back(void *arg)
{
    struct file *f = arg;

    pthread_mutex_lock(&lock);
    if (!--f->refs && f->gone) file_free(f);
    pthread_mutex_unlock(&lock);
}

/* The body is lent to the library, which gives it back by this call. */
struct lent {
    struct file *file;
    const char *text;
    size_t n;
};

static ssize_t lend(void *cls, u_int64_t at, char *to, size_t max)
{
    const struct lent *l = cls;
    const size_t left = l->n - (size_t)at, n = left < max ? left : max;

    memcpy(to, l->text + at, n);
    return (ssize_t)n;
}

static void lent_back(void *cls)
{
    struct lent *l = cls;

    give_back(l->file);
    free(l);
}

static int encoding_of(const struct file *f, const char *accept)
{
    if (accept && f->text[BROTLI] && strstr(accept, "br")) return BROTLI;
    return f->text[GZIP] && head_takes_gzip(accept) ? GZIP : PLAIN;
}

static struct MHD_Response *response_of(struct file *f, int encoding)
{
    struct lent *l = malloc(sizeof(*l));

    if (!l) abort();
    *l = (struct lent){ f, f->text[encoding], f->n[encoding] };
    return MHD_create_response_from_callback(l->n, 32768, lend, l, lent_back);
}

static void put_headers(struct turn *t, struct MHD_Response *m, const struct file *f,
                        int encoding)
{
    static const char *const words[] = { NULL, "gzip", "br" };
    struct arena *mem = t->c.mem;

    MHD_add_response_header(m, "Content-Type", f->type);
    MHD_add_response_header(m, "ETag", arena_printf(mem, "\"%s\"", f->etag));
    MHD_add_response_header(m, "Cache-Control",
                            f->forever ? "public, max-age=31536000, immutable"
                                       : "no-cache");
    if (f->text[GZIP] || f->text[BROTLI])
        MHD_add_response_header(m, "Vary", "Accept-Encoding");
    if (encoding) MHD_add_response_header(m, "Content-Encoding", words[encoding]);
    if (t->close) MHD_add_response_header(m, "Connection", "close");
    answer_guard(t, m, f->page);
}

bool files_answer(struct turn *t, enum MHD_Result *ret)
{
    const struct request *q = &t->call.q;
    char *path = arena_strdup(t->c.mem, q->path, strlen(q->path));

    if (strcmp(q->method, "GET") != 0 && !t->head_only) return false;
    if (!percent_decode(path, false)) return false;
    bool lost = false;
    struct file *f = borrow(t->c.mem, path, &lost);
    if (!f) return false;

    const char *have = head_value(q, "If-None-Match");
    const bool same = !lost && have && strstr(have, f->etag);
    const int status = same ? 304 : lost ? 404 : 200;
    const int encoding =
        same ? PLAIN : encoding_of(f, head_value(q, "Accept-Encoding"));
    struct MHD_Response *m =
        same ? MHD_create_response_from_buffer(0, (void *)(uintptr_t) "",
                                               MHD_RESPMEM_PERSISTENT)
             : response_of(f, encoding);
    if (!m) abort();
    put_headers(t, m, f, encoding);
    link_due(t->link, 30000 + (i64)f->n[encoding] * 1000 / (16 << 10));
    *ret = MHD_queue_response(t->con, (unsigned)status, m);
    MHD_destroy_response(m);
    if (same) give_back(f);
    metrics_count(-1, status, time_mono_us() - t->began_us);
    return true;
}
