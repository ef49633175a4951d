#include "app/demo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "base/limits.h"
#include "base/time.h"

/* "товары  [########········]  48 %", once a quarter of a second, on a terminal. */
static void tell(const char *what, i64 done, i64 total)
{
    static i64 last_us;
    const i64 now_us = time_mono_us();
    const int width = 30, part = total ? (int)(done * width / total) : width;
    char bar[64];

    if (!isatty(STDERR_FILENO) && done < total) return;
    if (done < total && now_us - last_us < 250000) return;
    last_us = now_us;
    memset(bar, '.', (size_t)width);
    memset(bar, '#', (size_t)part);
    bar[width] = '\0';
    fprintf(stderr, "\r  [%s] %3lld %%  %s: %lld", bar,
            total ? done * 100 / total : 100, what, done);
    if (done >= total) fputc('\n', stderr);
}

/* By hand, since it counts in memory and cannot be run again: nobody else is here. */
static enum err once(struct ctx *c, db_work fn, void *arg)
{
    TRY(db_begin(c, true));
    const enum err e = fn(c, arg);
    if (!e) return db_commit(c);
    db_rollback(c);
    return e;
}

enum err demo_unit(struct ctx *c, db_work fn, void *arg)
{
    struct arena *keep = c->mem;

    c->mem = arena_new(LIMIT_JOB_ARENA);
    const enum err e = once(c, fn, arg);
    if (e && c->fault.message)
        c->fault.message =
            arena_strdup(keep, c->fault.message, strlen(c->fault.message));
    arena_free(c->mem);
    c->mem = keep;
    return e;
}

static enum err is_empty(struct ctx *c, void *arg)
{
    static const struct query any = { .name = "app.any_place",
                                      .sql = "SELECT id FROM pub_place_place LIMIT 1",
                                      .scan = "one row of a small table" };
    i64 id;
    const enum err e = db_one0(c, &any, INTO(&id));

    *(bool *)arg = e == ERR_NOT_FOUND;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err make_all(struct ctx *c, struct demo *d)
{
    TRY(demo_make_chain(c, d));
    TRY(demo_make_goods(c, d));
    TRY(demo_make_stock(c, d));
    TRY(demo_make_people(c, d));
    TRY(demo_make_orders(c, d));
    return demo_make_segments(c, d);
}

static enum err read_size(struct ctx *c, const struct words *w, struct demo_size *s)
{
    *s = (struct demo_size){
        .stores = 12, .variants = 2000, .customers = 5000, .days = 365, .seed = 1
    };
    TRY(command_number(c, w, "stores", 2000, &s->stores));
    TRY(command_number(c, w, "variants", 200000, &s->variants));
    TRY(command_number(c, w, "customers", 10000000, &s->customers));
    TRY(command_number(c, w, "days", 3650, &s->days));
    TRY(command_number(c, w, "seed", INT64_MAX - 1, &s->seed));
    if (s->stores < 1 || s->variants < 100 || s->days < 7)
        return FAIL(c, BAD_ARGUMENT,
                    "a chain has at least 1 store, 100 variants and 7 days");
    return ERR_OK;
}

enum err command_demo(struct ctx *c, const struct config *k, const struct words *w)
{
    struct demo d = { .tell = tell, .mem = c->mem };
    bool empty = false;

    TRY(command_knows(c, w, "stores variants customers days seed if-empty"));
    TRY(read_size(c, w, &d.size));
    TRY(command_open(c, k));
    TRY(db_snapshot(c, is_empty, &empty));
    if (!empty && command_flag(w, "if-empty")) return ERR_OK;
    if (!empty)
        return FAIL(c, WRONG_STATE,
                    "%s is not empty; the demo chain wants a database of its own",
                    k->db);

    /* The story ends last midnight, so that a day has one chain per seed. */
    d.to_at = c->now - c->now % DAY_MS;
    d.from_at = d.to_at - d.size.days * DAY_MS;
    c->ids = &d.ids;
    c->now = d.to_at;
    const i64 from_us = time_mono_us();
    TRY(make_all(c, &d));
    fprintf(stderr,
            "  %lld places, %lld variants, %lld customers, %lld days in %.1f s\n",
            d.n_places, d.n_variants, d.size.customers, d.size.days,
            (double)(time_mono_us() - from_us) / 1e6);
    return ERR_OK;
}
