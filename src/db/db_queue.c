/* The line before the database: bounded, first come first served. */
#include "base/limits.h"
#include "base/time.h"
#include "db/db_engine.h"

bool queue_put(struct queue *q, struct db_task *t)
{
    pthread_mutex_lock(&q->lock);
    const bool fits = q->n < LIMIT_QUEUE && !q->stop;

    if (fits) {
        t->next = NULL;
        t->queued_us = time_mono_us();
        *q->tail = t;
        q->tail = &t->next;
        if (++q->n > q->n_max) q->n_max = q->n;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    return fits;
}

static struct db_task *take(struct queue *q)
{
    struct db_task *t = q->head;

    if (!t) return NULL;
    q->head = t->next;
    if (!q->head) q->tail = &q->head;
    q->n--;
    return t;
}

/* A stopped queue is still emptied: what was accepted is done. */
struct db_task *queue_take(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (!q->head && !q->stop) pthread_cond_wait(&q->filled, &q->lock);
    struct db_task *t = take(q);
    pthread_mutex_unlock(&q->lock);
    return t;
}

struct db_task *queue_take_more(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct db_task *t = take(q);
    pthread_mutex_unlock(&q->lock);
    return t;
}

void queue_stop(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->stop = true;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
}
