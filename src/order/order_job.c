/* Deadlines, reminders, slots of the days to come. */
#include "base/time.h"
#include "job/job.h"
#include "order/order_shopper.h"
#include "order/order_till.h"

static enum err read_dues(struct ctx *c, void *list)
{
    return order_dues(c, list);
}

static enum err look_at(struct ctx *c, void *due)
{
    const struct order_due *d = due;

    return order_look_at(c, d->order_id, d->place_id);
}

/* A unit each: one order that cannot be released does not keep the others. */
static enum err deadlines(struct ctx *c, struct job *j)
{
    struct list dues = { 0 };
    enum err worst = ERR_OK;

    (void)j;
    TRY(db_snapshot(c, read_dues, &dues));
    for (size_t k = 0; k < dues.n; k++) {
        const enum err e = db_unit(c, look_at, &((struct order_due *)dues.at)[k]);
        if (e) worst = e;
    }
    return worst;
}

static enum err open_slots(struct ctx *c, void *arg)
{
    (void)arg;
    return order_slots_open(c);
}

static enum err slots(struct ctx *c, struct job *j)
{
    (void)j;
    return db_unit(c, open_slots, NULL);
}

static enum err bestsellers(struct ctx *c, struct job *j)
{
    (void)j;
    return order_tell_bestsellers(c);
}

static enum err end_parked(struct ctx *c, void *arg)
{
    (void)arg;
    return order_parked_expire(c);
}

static enum err parked(struct ctx *c, struct job *j)
{
    (void)j;
    return db_unit(c, end_parked, NULL);
}

const struct job_kind order_jobs[] = {
    { "order.deadlines", deadlines, 15 * SECOND_MS, 0,
      "Reminds of parcels that wait and releases what nobody fetched." },
    { "order.slots", slots, HOUR_MS, 0,
      "Opens the delivery slots of the days to come." },
    { "order.bestsellers", bestsellers, DAY_MS, 0,
      "Tells the catalogue what sold in the last 30 days, by region." },
    { "order.parked", parked, 10 * MINUTE_MS, 0,
      "Lets receipts go that were put by and nobody went on with until closing time." },
    { 0 },
};
