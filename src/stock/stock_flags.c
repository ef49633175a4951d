/* The shop window's flags ("in this shop now"), kept by the catalogue, told by us.
 *
 * Single changes set their flag in their own unit.  A feed changes flags by the
 * million, and 62 places share a row of them: its flags are collected in memory,
 * once they are committed, and written a moment later, 62 at a time.  A sale that
 * crosses zero meanwhile is remembered and looked at again after the writing, and once
 * more when the next set was already being collected: that may say the old word, too.
 * A crash loses the collection, therefore the feed's unit also queues stock.flags,
 * the job that compares every flag with its level. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "catalog/catalog.h"
#include "job/job.h"
#include "stock/stock_own.h"

enum { UNHELD, PLACES, SET_SAFETY, NOT_SHOWN, WRONGLY_SHOWN };

/* clang-format off */
const struct query stock_flags_sql[] = {
    [UNHELD] = { "stock.get_unheld",
        "SELECT on_hand - held FROM stock_level WHERE place_id = $1 AND variant_id = $2" },

    [PLACES] = { "stock.list_places", "SELECT place_id, safety FROM stock_place ORDER BY place_id",
        .scan = "one row for each place of the chain" },

    [SET_SAFETY] = { "stock.set_place_safety",
        "UPDATE stock_place SET safety = $2 WHERE place_id = $1" },

    /* EXCEPT, not NOT EXISTS: a planner that cannot know how many flags are set compares
     * each level with each of them then, 36 million times a place. */
    [NOT_SHOWN] = { "stock.list_not_shown",
        "SELECT l.variant_id FROM stock_level l WHERE l.place_id = $1 AND l.on_hand - l.held > $2"
        " EXCEPT SELECT f.variant_id FROM pub_catalog_stock_flag f WHERE f.place_id = $1",
        .scan = "a job proves all flags of a place" },

    [WRONGLY_SHOWN] = { "stock.list_wrongly_shown",
        "SELECT f.variant_id FROM pub_catalog_stock_flag f"
        " WHERE f.place_id = $1 AND NOT EXISTS"
        "       (SELECT 1 FROM stock_level l WHERE l.place_id = $1"
        "           AND l.variant_id = f.variant_id AND l.on_hand - l.held > $2)",
        .scan = "a job proves all flags of a place" },
    QUERY_END
};
/* clang-format on */

/* ---- What waits in memory ----------------------------------------------- */

struct pair {
    i64 place_id, variant_id;
};

static struct {
    pthread_mutex_t lock;
    struct catalog_flags *set; /* told by feeds, not yet written; NULL none */
    bool writing;              /* an earlier set is on its way to the disk */
    struct pair *crossed;      /* sales that set a flag meanwhile */
    size_t n, size;
    size_t again; /* the first so many were looked at after an earlier set */
} waiting = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Units of feeds whose flags are not committed yet: a sale may be committed together
 * with them, and must be remembered all the same. */
static _Atomic int coming;

struct told {
    size_t n;
    struct catalog_flag rows[];
};

static void keep(void *arg)
{
    const struct told *t = arg;

    pthread_mutex_lock(&waiting.lock);
    if (!waiting.set) waiting.set = catalog_flags_new();
    for (size_t k = 0; k < t->n; k++)
        catalog_flags_add(waiting.set, t->rows[k].place_id, t->rows[k].variant_id,
                          t->rows[k].in_stock);
    pthread_mutex_unlock(&waiting.lock);
}

static void arrived(void *arg)
{
    atomic_fetch_sub(&coming, 1);
    free(arg);
}

static bool feed_comes(void)
{
    pthread_mutex_lock(&waiting.lock);
    const bool comes = waiting.set || waiting.writing || atomic_load(&coming);
    pthread_mutex_unlock(&waiting.lock);
    return comes;
}

/* So few are written at once: nobody should wait for a flag he can see change.  A
 * slice of a feed is to have more: 62 places would write the same row.  Behind a feed
 * they wait with it, whose older word would be written over them. */
enum { AT_ONCE = 50 };

enum err stock_flags_tell(struct ctx *c, const struct catalog_flag *rows, size_t n)
{
    if (!n) return ERR_OK;
    if (n <= AT_ONCE && !feed_comes()) return catalog_stock_flags_bulk(c, rows, n);
    struct told *t = malloc(sizeof(*t) + n * sizeof(*rows));
    if (!t) abort();
    t->n = n;
    memcpy(t->rows, rows, n * sizeof(*rows));
    atomic_fetch_add(&coming, 1);
    db_after_commit(c, keep, t, arrived);
    return job_add(c, "stock.flags", NULL, c->now + 5 * MINUTE_MS, "after_feed", NULL);
}

static void cross(void *arg)
{
    const struct pair *p = arg;

    pthread_mutex_lock(&waiting.lock);
    if (waiting.set || waiting.writing) {
        if (waiting.n == waiting.size) {
            waiting.size = waiting.size ? 2 * waiting.size : 256;
            waiting.crossed = realloc(waiting.crossed, waiting.size * sizeof(*p));
            if (!waiting.crossed) abort();
        }
        waiting.crossed[waiting.n++] = *p;
    }
    pthread_mutex_unlock(&waiting.lock);
}

/* Asked before the commit, to spare the common case the memory: on SQLite a feed's
 * unit is before ours or behind it, in a group or apart; what slips through on
 * PostgreSQL the job mends. */
enum err stock_flag(struct ctx *c, i64 place_id, i64 variant_id, bool in_stock)
{
    TRY(catalog_stock_flag_set(c, place_id, variant_id, in_stock));
    if (!feed_comes()) return ERR_OK;
    struct pair *p = malloc(sizeof(*p));
    if (!p) abort();
    *p = (struct pair){ place_id, variant_id };
    db_after_commit(c, cross, p, free);
    return ERR_OK;
}

/* ---- Writing it --------------------------------------------------------- */

struct slice {
    struct catalog_flags *set;
    size_t at, next; /* a unit may be done over: `at` moves when it is committed */
    bool done;
};

static enum err write_slice(struct ctx *c, void *arg)
{
    struct slice *s = arg;

    s->next = s->at;
    return catalog_flags_write(c, s->set, &s->next, &s->done);
}

static enum err write_set(struct ctx *c, struct catalog_flags *set)
{
    struct slice s = { .set = set };

    while (!s.done) {
        TRY(db_unit(c, write_slice, &s));
        s.at = s.next;
    }
    return ERR_OK;
}

/* Let the flag say what the level says, whatever was told. */
static enum err mend(struct ctx *c, i64 place_id, i64 variant_id)
{
    i64 unheld = 0;
    const enum err e =
        db_one(c, &stock_flags_sql[UNHELD], INTO(&unheld), place_id, variant_id);

    if (e && e != ERR_NOT_FOUND) return e;
    return catalog_stock_flag_set(c, place_id, variant_id,
                                  !e && unheld > stock_safety(c, place_id));
}

struct pairs {
    struct pair *at;
    size_t n;
};

static enum err mend_pairs(struct ctx *c, void *arg)
{
    const struct pairs *p = arg;

    for (size_t k = 0; k < p->n; k++)
        TRY(mend(c, p->at[k].place_id, p->at[k].variant_id));
    return ERR_OK;
}

static enum err mend_all(struct ctx *c, struct pair *p, size_t n)
{
    enum { A_UNIT = 50 }; /* each is a look-up and perhaps a write: people wait */

    for (size_t k = 0; k < n; k += A_UNIT) {
        struct pairs some = { p + k, n - k < A_UNIT ? n - k : A_UNIT };
        TRY(db_unit(c, mend_pairs, &some));
    }
    return ERR_OK;
}

/* Whom the set that was written may have told the wrong way; a set that waits, or is
 * about to, may do so again.  Under the lock. */
static struct pairs crossed_take(void)
{
    struct pairs p = { malloc((waiting.n + 1) * sizeof(*p.at)), waiting.n };
    const bool another = waiting.set || atomic_load(&coming);

    if (!p.at) abort();
    if (p.n) memcpy(p.at, waiting.crossed, p.n * sizeof(*p.at));
    waiting.n = another ? p.n - waiting.again : 0;
    if (waiting.n)
        memmove(waiting.crossed, waiting.crossed + waiting.again,
                waiting.n * sizeof(*p.at));
    waiting.again = waiting.n;
    return p;
}

enum err stock_flags_write(struct ctx *c)
{
    pthread_mutex_lock(&waiting.lock);
    struct catalog_flags *set = waiting.set;
    waiting.set = NULL;
    waiting.writing = set != NULL;
    pthread_mutex_unlock(&waiting.lock);
    if (!set) return ERR_OK;
    enum err e = write_set(c, set);
    catalog_flags_free(set);

    pthread_mutex_lock(&waiting.lock);
    struct pairs crossed = crossed_take();
    waiting.writing = false;
    pthread_mutex_unlock(&waiting.lock);
    if (!e) e = mend_all(c, crossed.at, crossed.n);
    free(crossed.at);
    return e;
}

/* ---- Proving all of it -------------------------------------------------- */

static enum err add_wrong(struct ctx *c, const struct query *q, i64 place_id,
                          i64 safety, struct list *wrong)
{
    struct pair p = { .place_id = place_id };
    ROWS r;

    TRY(db_rows(c, &r, q, place_id, safety));
    while (db_next(&r, INTO(&p.variant_id)))
        *(struct pair *)list_add(c->mem, wrong, sizeof(p)) = p;
    return r.err;
}

struct proof {
    i64 place_id;
    struct list wrong;  /* struct pair */
    struct list places; /* struct pair: place, safety */
};

static enum err find_wrong(struct ctx *c, void *arg)
{
    struct proof *p = arg;
    const i64 safety = stock_safety(c, p->place_id);

    TRY(add_wrong(c, &stock_flags_sql[NOT_SHOWN], p->place_id, safety, &p->wrong));
    return add_wrong(c, &stock_flags_sql[WRONGLY_SHOWN], p->place_id, safety,
                     &p->wrong);
}

static enum err set_safety(struct ctx *c, void *place_id)
{
    const i64 id = *(const i64 *)place_id;

    return db_exec(c, &stock_flags_sql[SET_SAFETY], NULL, id, stock_safety(c, id));
}

static enum err list_places(struct ctx *c, void *arg)
{
    struct proof *p = arg;
    struct pair one;
    ROWS r;

    p->places = (struct list){ 0 };
    TRY(db_rows0(c, &r, &stock_flags_sql[PLACES]));
    while (db_next(&r, INTO(&one.place_id, &one.variant_id)))
        *(struct pair *)list_add(c->mem, &p->places, sizeof(one)) = one;
    return r.err;
}

enum err stock_flags_mend(struct ctx *c, bool all, i64 *ret_mended)
{
    struct proof p = { 0 };
    i64 mended = 0;

    TRY(db_snapshot(c, list_places, &p));
    struct pair *place = p.places.at;
    for (size_t k = 0; k < p.places.n; k++) {
        const bool changed = place[k].variant_id != stock_safety(c, place[k].place_id);

        if (!all && !changed) continue;
        p.place_id = place[k].place_id;
        p.wrong = (struct list){ 0 };
        if (changed) TRY(db_unit(c, set_safety, &p.place_id));
        TRY(db_snapshot(c, find_wrong, &p));
        TRY(mend_all(c, p.wrong.at, p.wrong.n));
        mended += (i64)p.wrong.n;
    }
    *ret_mended = mended;
    return ERR_OK;
}
