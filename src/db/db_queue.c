/* The line before the database: bounded; in each lane first come, first served. */
#include "base/limits.h"
#include "base/time.h"
#include "db/db_engine.h"

bool queue_put(struct queue *q, struct db_task *t)
{
    const int k = t->c->who.kind == WHO_SYSTEM ? LANE_HOUSE : LANE_PEOPLE;

    pthread_mutex_lock(&q->lock);
    const bool fits = q->n < LIMIT_QUEUE && !q->stop;

    if (fits) {
        t->next = NULL;
        t->queued_us = time_mono_us();
        if (k == LANE_PEOPLE) atomic_store(&q->people_us, t->queued_us);
        *q->lane[k].tail = t;
        q->lane[k].tail = &t->next;
        if (++q->n > q->n_max) q->n_max = q->n;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    return fits;
}

static struct db_task *take(struct queue *q, enum house house)
{
    const bool people = q->lane[LANE_PEOPLE].head != NULL;
    int k = LANE_PEOPLE;

    if (!people && house == HOUSE_ANY) k = LANE_HOUSE;
    if (people && house != HOUSE_NOT && q->lane[LANE_HOUSE].head &&
        ++q->turn % BACKGROUND_TURN == 0)
        k = LANE_HOUSE;
    struct db_task *t = q->lane[k].head;
    if (!t) return NULL;
    q->lane[k].head = t->next;
    if (!t->next) q->lane[k].tail = &q->lane[k].head;
    q->n--;
    return t;
}

/* A stopped queue is still emptied: what was accepted is done. */
struct db_task *queue_take(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (!q->n && !q->stop) pthread_cond_wait(&q->filled, &q->lock);
    struct db_task *t = take(q, HOUSE_ANY);
    pthread_mutex_unlock(&q->lock);
    return t;
}

struct db_task *queue_take_more(struct queue *q, enum house house)
{
    pthread_mutex_lock(&q->lock);
    struct db_task *t = take(q, house);
    pthread_mutex_unlock(&q->lock);
    return t;
}

struct db_task *queue_take_while(struct queue *q, enum house house,
                                 const _Atomic bool *meanwhile)
{
    struct db_task *t;

    pthread_mutex_lock(&q->lock);
    while (!(t = take(q, house)) && atomic_load(meanwhile) && !q->stop)
        pthread_cond_wait(&q->filled, &q->lock);
    pthread_mutex_unlock(&q->lock);
    return t;
}

void queue_nudge(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

/* Somebody who was here a moment ago will be here again: a shop's orders are some
 * milliseconds apart, and none of them is to find a long unit in its way. */
#define PEOPLE_STAY_US 200000

bool queue_has_people(struct queue *q)
{
    const i64 at = atomic_load(&q->people_us);

    return at && time_mono_us() - at < PEOPLE_STAY_US;
}

void queue_stop(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stop = true;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
}
