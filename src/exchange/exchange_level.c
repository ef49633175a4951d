/* Absolute counts on their way to stock.
 *
 * A feed comes in its own order (by shop, or by good), the table has one order
 * (place, variant), and writing against that order costs ten times as much.  So
 * rows are gathered in a window, sorted, cleared of doubles (the later line
 * wins), and handed to a thread that cuts them into slices and feeds them to the
 * writer, where people stand before them.  A slice is as long as the writer may be
 * held (db_feed_us()), by the time that the rows before took: a thousand rows while
 * somebody orders, LIMIT_BULK_ROWS at night.  Meanwhile the next window is read. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "exchange/exchange_own.h"
#include "stock/stock.h"

#define WINDOW    200000
#define UNDER_WAY 4
#define SLICE_MIN 500  /* rows: below it the gate and the flush cost more than they */
#define BULK_STEP 50   /* rows that SQLite takes in one statement */
#define PLACES    4096 /* of one feed, to be told as heard */

struct row {
    i64 place_id, variant_id;
    int qty;
    unsigned line;
};

struct slice {
    struct levels *l;
    struct ctx c;
    struct db_task task;
    struct stock_counted rows[LIMIT_BULK_ROWS];
    size_t n;
    struct stock_count_sum sum;
    i64 took_us;
    bool busy;
    enum err err;
};

struct levels {
    struct run *r;
    const char *source, *kind;
    i64 at, source_id;
    struct row *fill, *sent; /* being read, being written */
    size_t n, sent_n;
    struct run_point mark;    /* rows of all before it have been added */
    struct run_point durable; /* as the caller last looked: see levels_mark() */
    i64 places[PLACES];
    size_t place_count;
    struct slice slices[UNDER_WAY];

    pthread_t pump;
    pthread_mutex_t lock; /* of what follows, and of slices' busy and err */
    pthread_cond_t moved;
    bool pumping, work, stop;
    struct run_point sent_mark,
        done;                   /* of the window being written, of those that are */
    double row_us;              /* what a row took lately */
    struct stock_count_sum sum; /* of the window */
    enum err err;
    const char *why; /* of err; in the memory of the slice that failed */
};

struct levels *levels_new(struct run *r, const char *stock_source, const char *kind,
                          i64 at)
{
    struct levels *l = calloc(1, sizeof(*l));

    if (!l) abort();
    l->r = r;
    l->row_us = 2;
    l->source = stock_source;
    l->kind = kind;
    l->at = at;
    l->mark = l->done = l->durable = r->now;
    r->behind = &l->durable;
    l->fill = malloc(WINDOW * sizeof(*l->fill));
    l->sent = malloc(WINDOW * sizeof(*l->sent));
    if (!l->fill || !l->sent) abort();
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->moved, NULL);
    for (size_t k = 0; k < UNDER_WAY; k++) {
        l->slices[k].l = l;
        l->slices[k].c = *r->c;
        l->slices[k].c.mem = arena_new((size_t)16 << 20);
    }
    return l;
}

void levels_free(struct levels *l)
{
    if (!l) return;
    l->r->behind = NULL;
    if (l->pumping) {
        pthread_mutex_lock(&l->lock);
        l->stop = true;
        pthread_cond_broadcast(&l->moved);
        pthread_mutex_unlock(&l->lock);
        pthread_join(l->pump, NULL);
    }
    for (size_t k = 0; k < UNDER_WAY; k++) arena_free(l->slices[k].c.mem);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->moved);
    free(l->fill);
    free(l->sent);
    free(l);
}

/* ---- Writing ------------------------------------------------------------------------
 */

static enum err write_slice(struct ctx *c, void *arg)
{
    struct slice *s = arg;
    struct levels *l = s->l;
    const i64 from = time_mono_us();

    TRY(stock_set_counts(c, l->source_id, l->r->id, l->at, s->rows, s->n, &s->sum));
    s->took_us = time_mono_us() - from;
    return ERR_OK;
}

static void add_up(struct stock_count_sum *all, const struct stock_count_sum *one)
{
    all->rows += one->rows;
    all->changed += one->changed;
    all->stale += one->stale;
    all->off_by += one->off_by;
}

static void written(struct db_task *t, enum err e)
{
    struct slice *s = t->arg;
    struct levels *l = s->l;

    pthread_mutex_lock(&l->lock);
    s->err = e;
    if (!e) {
        l->row_us += ((double)s->took_us / (double)s->n - l->row_us) / 8;
        add_up(&l->sum, &s->sum);
    }
    s->busy = false;
    pthread_cond_broadcast(&l->moved);
    pthread_mutex_unlock(&l->lock);
}

/* A slice that is free (or, with `all`, any once all are); NULL after an error. */
static struct slice *wait_for(struct levels *l, bool all)
{
    struct slice *free_one = NULL;

    pthread_mutex_lock(&l->lock);
    for (;;) {
        size_t busy = 0;

        for (size_t k = 0; k < UNDER_WAY; k++) {
            struct slice *s = &l->slices[k];

            busy += s->busy;
            if (s->busy) continue;
            free_one = s;
            if (s->err && !l->err) {
                l->err = s->err;
                l->why = s->c.fault.message;
            }
        }
        if (busy == 0 || (!all && free_one)) break;
        pthread_cond_wait(&l->moved, &l->lock);
    }
    if (l->err) free_one = NULL;
    pthread_mutex_unlock(&l->lock);
    return free_one;
}

/* A full queue means that people wait: let them go first. */
static enum err send(struct levels *l, struct slice *s)
{
    arena_reset(s->c.mem);
    s->c.fault = (struct fault){ 0 };
    s->c.now = time_now();
    s->task =
        (struct db_task){ .c = &s->c, .fn = write_slice, .arg = s, .done = written };
    pthread_mutex_lock(&l->lock);
    s->busy = true;
    pthread_mutex_unlock(&l->lock);
    for (;;) {
        const enum err e = db_submit(l->r->c->db, &s->task);

        if (!e) return ERR_OK;
        if (e != ERR_BUSY) {
            written(&s->task, e);
            return e;
        }
        nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    }
}

static size_t rows_now(struct levels *l)
{
    pthread_mutex_lock(&l->lock);
    const double rows = (double)db_feed_us(l->r->c->db) / l->row_us;
    pthread_mutex_unlock(&l->lock);
    if (rows > LIMIT_BULK_ROWS) return LIMIT_BULK_ROWS;
    return rows < SLICE_MIN ? SLICE_MIN : (size_t)rows / BULK_STEP * BULK_STEP;
}

static size_t cut(const struct row *from, size_t n, struct slice *s)
{
    const size_t most = rows_now(s->l);

    s->n = n < most ? n : most;
    for (size_t k = 0; k < s->n; k++)
        s->rows[k] =
            (struct stock_counted){ from[k].place_id, from[k].variant_id, from[k].qty };
    return s->n;
}

static void write_window(struct levels *l)
{
    for (size_t k = 0; k < l->sent_n;) {
        struct slice *s = wait_for(l, false);

        if (!s) break;
        k += cut(l->sent + k, l->sent_n - k, s);
        if (send(l, s)) break;
    }
    wait_for(l, true);
}

static void *pump(void *arg)
{
    struct levels *l = arg;

    db_thread_yields();

    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        if (!l->work) {
            pthread_cond_wait(&l->moved, &l->lock);
            continue;
        }
        pthread_mutex_unlock(&l->lock);
        write_window(l);
        pthread_mutex_lock(&l->lock);
        if (!l->err) l->done = l->sent_mark;
        l->work = false;
        pthread_cond_broadcast(&l->moved);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

/* ---- Gathering ----------------------------------------------------------------------
 */

static void heard(struct levels *l, i64 place_id)
{
    if (l->place_count && l->places[l->place_count - 1] == place_id) return;
    for (size_t k = 0; k < l->place_count; k++)
        if (l->places[k] == place_id) return;
    if (l->place_count < PLACES) l->places[l->place_count++] = place_id;
}

static int by_key(const void *x, const void *y)
{
    const struct row *a = x, *b = y;

    if (a->place_id != b->place_id) return a->place_id < b->place_id ? -1 : 1;
    if (a->variant_id != b->variant_id) return a->variant_id < b->variant_id ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

/* Sorted and without doubles; what was gathered in order costs one pass. */
static void tidy(struct levels *l)
{
    struct row *w = l->fill;
    size_t k = 1, n = 0;

    while (k < l->n && by_key(&w[k - 1], &w[k]) < 0) k++;
    if (k < l->n) qsort(w, l->n, sizeof(*w), by_key);
    for (k = 0; k < l->n; k++) {
        if (k + 1 < l->n && w[k + 1].place_id == w[k].place_id &&
            w[k + 1].variant_id == w[k].variant_id) {
            run_reject(l->r, w[k].line, "rests", NULL, "said again on line %u",
                       w[k + 1].line);
            continue;
        }
        heard(l, w[k].place_id);
        w[n++] = w[k];
    }
    l->n = n;
}

static enum err source(struct ctx *c, void *arg)
{
    struct levels *l = arg;

    return stock_source_put(c, l->source, l->kind, &l->source_id);
}

/* One event for a window: its rows, however many slices they went in. */
static enum err tell_window(struct ctx *c, void *arg)
{
    struct levels *l = arg;
    const struct stock_said by = { l->source_id, l->r->id, l->at };

    return stock_counts_tell(c, &by, &l->sum);
}

/* In a unit of the caller's everything happens at once. */
static enum err write_joined(struct levels *l)
{
    struct slice *s = &l->slices[0];

    for (size_t k = 0; k < l->n;) {
        k += cut(l->fill + k, l->n - k, s);
        TRY(write_slice(l->r->c, s));
        add_up(&l->sum, &s->sum);
    }
    TRY(tell_window(l->r->c, l));
    l->sum = (struct stock_count_sum){ 0 };
    l->n = 0;
    l->done = l->mark;
    return ERR_OK;
}

/* Wait until the pump is idle; its error becomes ours. */
static enum err pump_idle(struct levels *l)
{
    pthread_mutex_lock(&l->lock);
    while (l->work) pthread_cond_wait(&l->moved, &l->lock);
    const enum err e = l->err;
    pthread_mutex_unlock(&l->lock);
    if (!e) return ERR_OK;
    return fail_at(l->r->c, e, NULL, __FILE__, __LINE__, "%s",
                   l->why ? l->why : err_meaning(e));
}

static enum err window_over(struct levels *l)
{
    TRY(pump_idle(l));
    if (!l->sum.rows) return ERR_OK;
    TRY(db_unit(l->r->c, tell_window, l));
    l->sum = (struct stock_count_sum){ 0 };
    return ERR_OK;
}

static enum err hand_over(struct levels *l)
{
    tidy(l);
    if (!l->source_id) TRY(db_unit(l->r->c, source, l));
    if (l->r->joined) return write_joined(l);
    TRY(window_over(l));
    if (!l->pumping && pthread_create(&l->pump, NULL, pump, l))
        return FAIL(l->r->c, UNAVAILABLE, "cannot start a thread");
    l->pumping = true;

    struct row *w = l->sent;
    l->sent = l->fill;
    l->fill = w;
    l->sent_n = l->n;
    l->n = 0;
    pthread_mutex_lock(&l->lock);
    l->sent_mark = l->mark;
    l->work = true;
    pthread_cond_broadcast(&l->moved);
    pthread_mutex_unlock(&l->lock);
    return ERR_OK;
}

enum err levels_add(struct levels *l, i64 place_id, i64 variant_id, i64 qty, i64 line)
{
    l->fill[l->n++] =
        (struct row){ place_id, variant_id, (int)qty, (unsigned)(line < 0 ? 0 : line) };
    return l->n == WINDOW ? hand_over(l) : ERR_OK;
}

void levels_mark(struct levels *l)
{
    l->mark = l->r->now;
    pthread_mutex_lock(&l->lock);
    if (!l->n && !l->work && !l->err) l->done = l->mark;
    l->durable = l->done;
    pthread_mutex_unlock(&l->lock);
}

static enum err tell_heard(struct ctx *c, void *arg)
{
    struct levels *l = arg;

    for (size_t k = 0; k < l->place_count; k++)
        TRY(stock_source_heard(c, l->source_id, l->places[k], l->at));
    return ERR_OK;
}

enum err levels_flush(struct levels *l)
{
    if (l->n) TRY(hand_over(l));
    TRY(window_over(l));
    if (!l->place_count) return ERR_OK;
    TRY(db_unit(l->r->c, tell_heard, l));
    l->place_count = 0;
    return ERR_OK;
}
