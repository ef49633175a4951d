/* Absolute counts on their way to stock.
 *
 * A feed comes in its own order (by shop, or by good), the table has one order
 * (place, variant), and writing against that order costs ten times as much.  So
 * rows are gathered in a window, sorted, cleared of doubles (the later line
 * wins), and cut into slices of LIMIT_BULK_ROWS.  Two slices are under way at a
 * time: the next is made ready while the last is written, and no more than two
 * stand in the writer's queue before somebody's order. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "exchange/exchange_own.h"
#include "stock/stock.h"

#define WINDOW    200000
#define UNDER_WAY 2
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
    bool busy;
    enum err err;
};

struct levels {
    struct run *r;
    const char *source, *kind;
    i64 at, source_id;
    struct row *window;
    size_t n;
    i64 places[PLACES];
    size_t place_count;
    struct slice slices[UNDER_WAY];
    pthread_mutex_t lock;
    pthread_cond_t freed;
};

struct levels *levels_new(struct run *r, const char *stock_source, const char *kind, i64 at)
{
    struct levels *l = calloc(1, sizeof(*l));

    if (!l || !(l->window = malloc(WINDOW * sizeof(*l->window)))) abort();
    *l = (struct levels){ .r = r, .source = stock_source, .kind = kind, .at = at,
                          .window = l->window };
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->freed, NULL);
    for (size_t k = 0; k < UNDER_WAY; k++) {
        l->slices[k].l = l;
        l->slices[k].c = *r->c;
        l->slices[k].c.mem = arena_new((size_t)16 << 20);
    }
    return l;
}

/* Under the lock: the first error of the slices that have ended. */
static void take_error(struct levels *l, enum err *ret)
{
    for (size_t k = 0; k < UNDER_WAY && !*ret; k++) {
        struct slice *s = &l->slices[k];

        if (s->busy || !s->err) continue;
        *ret = s->err;
        l->r->c->fault = (struct fault){ .err = s->err };
        if (s->c.fault.message)
            l->r->c->fault.message =
                arena_strdup(l->r->mem, s->c.fault.message, strlen(s->c.fault.message));
    }
}

/* Wait until a slice is free, or all are. */
static struct slice *wait_for(struct levels *l, bool all, enum err *ret)
{
    struct slice *free_one = NULL;

    pthread_mutex_lock(&l->lock);
    for (;;) {
        size_t busy = 0;

        for (size_t k = 0; k < UNDER_WAY; k++) {
            busy += l->slices[k].busy;
            if (!l->slices[k].busy) free_one = &l->slices[k];
        }
        if (busy == 0 || (!all && free_one)) break;
        pthread_cond_wait(&l->freed, &l->lock);
    }
    take_error(l, ret);
    pthread_mutex_unlock(&l->lock);
    return free_one;
}

void levels_free(struct levels *l)
{
    enum err ignored = ERR_OK;

    if (!l) return;
    wait_for(l, true, &ignored);
    for (size_t k = 0; k < UNDER_WAY; k++) arena_free(l->slices[k].c.mem);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->freed);
    free(l->window);
    free(l);
}

bool levels_empty(const struct levels *l)
{
    return !l || l->n == 0;
}

/* ---- Writing ------------------------------------------------------------------------ */

static enum err write_slice(struct ctx *c, void *arg)
{
    struct slice *s = arg;
    struct levels *l = s->l;

    return stock_set_counts(c, l->source_id, l->r->id, l->at, s->rows, s->n, &s->sum);
}

static void written(struct db_task *t, enum err e)
{
    struct slice *s = t->arg;

    pthread_mutex_lock(&s->l->lock);
    s->err = e;
    s->busy = false;
    pthread_cond_signal(&s->l->freed);
    pthread_mutex_unlock(&s->l->lock);
}

/* A full queue means that people wait: let them go first. */
static enum err send(struct levels *l, struct slice *s)
{
    arena_reset(s->c.mem);
    s->c.fault = (struct fault){ 0 };
    s->c.now = l->r->joined ? l->r->c->now : time_now();
    if (l->r->joined) return write_slice(l->r->c, s);
    s->task = (struct db_task){ .c = &s->c, .fn = write_slice, .arg = s, .done = written };
    s->busy = true;
    for (;;) {
        const enum err e = db_submit(l->r->c->db, &s->task);

        if (e != ERR_BUSY) {
            if (e) s->busy = false;
            return e;
        }
        nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    }
}

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

static void sort(struct levels *l)
{
    for (size_t k = 1; k < l->n; k++)
        if (by_key(&l->window[k - 1], &l->window[k]) >= 0) {
            qsort(l->window, l->n, sizeof(*l->window), by_key);
            return;
        }
}

static enum err source(struct ctx *c, void *arg)
{
    struct levels *l = arg;

    return stock_source_put(c, l->source, l->kind, &l->source_id);
}

static enum err write_window(struct levels *l)
{
    enum err e = ERR_OK;

    if (!l->source_id) TRY(db_unit(l->r->c, source, l));
    sort(l);
    for (size_t k = 0; k < l->n && !e;) {
        struct slice *s = wait_for(l, false, &e);

        if (e) break;
        for (s->n = 0; k < l->n && s->n < LIMIT_BULK_ROWS; k++) {
            const struct row *a = &l->window[k];

            if (k + 1 < l->n && a[1].place_id == a->place_id &&
                a[1].variant_id == a->variant_id) {
                run_reject(l->r, a->line, "rests", NULL, "said again on line %u", a[1].line);
                continue;
            }
            heard(l, a->place_id);
            s->rows[s->n++] =
                (struct stock_counted){ a->place_id, a->variant_id, a->qty };
        }
        if (s->n) e = send(l, s);
    }
    l->n = 0;
    return e;
}

enum err levels_add(struct levels *l, i64 place_id, i64 variant_id, i64 qty, i64 line)
{
    l->window[l->n++] =
        (struct row){ place_id, variant_id, (int)qty, (unsigned)(line < 0 ? 0 : line) };
    return l->n == WINDOW ? write_window(l) : ERR_OK;
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
    enum err e = l->n ? write_window(l) : ERR_OK;

    wait_for(l, true, &e);
    TRY(e);
    if (!l->place_count) return ERR_OK;
    TRY(db_unit(l->r->c, tell_heard, l));
    l->place_count = 0;
    return ERR_OK;
}
