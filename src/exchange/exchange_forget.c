/* Files nobody needs any more.
 *
 * What was uploaded and went in is removed at once.  A file that failed, or was only
 * tried, stays for people to look at, as many days as the setting says.  One whose
 * run has not ended stays however old it is. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"
#include "exchange/exchange_job.h"
#include "exchange/exchange_own.h"
#include "exchange/exchange_spool.h"
#include "setting/setting.h"

enum { OPEN };

/* clang-format off */
const struct query exchange_forget_sql[] = {
    [OPEN] = { "exchange.list_open_paths",
        "SELECT path FROM exchange_run WHERE state IN ('waiting', 'running')",
        .scan = "one row for each file of an exchange, once an hour" },
    QUERY_END
};
/* clang-format on */

struct keeping {
    struct list open; /* const char *: paths that a run still needs */
    i64 before;       /* files last written before this go */
};

static enum err look(struct ctx *c, void *arg)
{
    struct keeping *k = arg;
    const char *path;
    ROWS r;

    k->open = (struct list){ 0 };
    k->before = c->now - DAY_MS * setting_int(c, "exchange.keep_files_days",
                                              (struct setting_scope){ 0 });
    TRY(db_rows0(c, &r, &exchange_forget_sql[OPEN]));
    while (db_next(&r, INTO(&path)))
        *(const char **)list_add(c->mem, &k->open, sizeof(path)) = path;
    return r.err;
}

static bool needed(const struct keeping *k, const char *path)
{
    for (size_t n = 0; n < k->open.n; n++)
        if (strcmp(((const char **)k->open.at)[n], path) == 0) return true;
    return false;
}

static void forget_one(const struct keeping *k, const char *path)
{
    struct stat st;

    if (lstat(path, &st) || !S_ISREG(st.st_mode)) return;
    if ((i64)st.st_mtim.tv_sec * 1000 < k->before && !needed(k, path)) unlink(path);
}

static enum err sweep(struct ctx *c, const struct keeping *k, const char *under)
{
    const char *dir;

    TRY(spool_dir(c, under, &dir));
    DIR *d = opendir(dir);
    if (!d) return ERR_OK;
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.')
            forget_one(k, arena_printf(c->mem, "%s/%s", dir, e->d_name));
    closedir(d);
    return ERR_OK;
}

static enum err sweep_all(struct ctx *c, struct keeping *k)
{
    TRY(sweep(c, k, "out")); /* what a crash left of a file being made */
    return sweep(c, k, "api");
}

enum err exchange_forget_files(struct ctx *c, struct job *j)
{
    struct keeping k = { 0 };

    (void)j;
    TRY(db_snapshot(c, look, &k));
    return sweep_all(c, &k);
}

/* Somebody is to be forgotten: any of them may tell of him, in any spelling. */
enum err exchange_forget_person(struct ctx *c, i64 customer_id, const char *const *keys,
                                i64 *ret_changed)
{
    struct keeping k = { 0 };

    (void)customer_id;
    (void)keys;
    (void)ret_changed;
    TRY(db_snapshot(c, look, &k));
    k.before = INT64_MAX;
    return sweep_all(c, &k);
}
