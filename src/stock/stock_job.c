/* What stock does by itself: let go of what nobody came for, raise the alarm when a
 * source falls silent, keep the shop window's flags true. */
#include <stdatomic.h>

#include "base/time.h"
#include "job/job.h"
#include "stock/stock_own.h"

enum { HOLDS_AT_ONCE = 200 };

static enum err expire_some(struct ctx *c, void *ret_n)
{
    return stock_hold_expire(c, HOLDS_AT_ONCE, ret_n);
}

static enum err expire(struct ctx *c, struct job *j)
{
    i64 n;

    (void)j;
    do {
        TRY(db_unit(c, expire_some, &n));
    } while (n == HOLDS_AT_ONCE);
    return ERR_OK;
}

static enum err watch_all(struct ctx *c, void *ret_n)
{
    return stock_source_watch(c, ret_n);
}

static enum err watch(struct ctx *c, struct job *j)
{
    i64 n;

    (void)j;
    return db_unit(c, watch_all, &n);
}

/* Flags that a feed had told to a process that died are in nobody's memory: who comes
 * after it does not wait for the look that follows each feed. */
static enum err look_now(struct ctx *c, void *nothing)
{
    (void)nothing;
    return job_hurry(c, "stock.flags", "after_feed");
}

static enum err flags_write(struct ctx *c, struct job *j)
{
    static atomic_flag looked = ATOMIC_FLAG_INIT;

    (void)j;
    if (!atomic_flag_test_and_set(&looked)) TRY(db_unit(c, look_now, NULL));
    return stock_flags_write(c);
}

static enum err flags_safety(struct ctx *c, struct job *j)
{
    i64 n;

    (void)j;
    return stock_flags_mend(c, false, &n);
}

static enum err flags_all(struct ctx *c, struct job *j)
{
    i64 n;

    (void)j;
    return stock_flags_mend(c, true, &n);
}

const struct job_kind stock_jobs[] = {
    { "stock.expire", expire, .every_ms = 5 * SECOND_MS,
      .doc = "Give back what baskets held past their time." },
    { "stock.watch_sources", watch, .every_ms = MINUTE_MS,
      .doc = "Raise the alarm for sources that are silent for too long." },
    { "stock.flags_write", flags_write, .every_ms = SECOND_MS / 2, .local = true,
      .doc = "Write the shop-window flags that feeds have told." },
    { "stock.safety", flags_safety, .every_ms = MINUTE_MS,
      .doc = "Follow a changed safety stock in the shop window." },
    { "stock.flags", flags_all, .every_ms = DAY_MS,
      .doc = "Compare every shop-window flag with its level." },
    { 0 }
};
