/* A few threads for ALONE routes: exchange files, password hashes.  What waits is
 * bounded; more is BUSY at the door. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/time.h"
#include "http/turn.h"

enum { WORKERS_MAX = 64, WAITING_MAX = 256 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t some = PTHREAD_COND_INITIALIZER, none = PTHREAD_COND_INITIALIZER;
static pthread_t threads[WORKERS_MAX];
static int started, waiting, busy;
static bool stopping;
static struct turn *first, **last = &first;
static void (*run)(struct turn *t);

static struct turn *take(void)
{
    while (!first && !stopping) pthread_cond_wait(&some, &lock);
    struct turn *t = first;
    if (!t) return NULL;
    first = t->next;
    if (!first) last = &first;
    waiting--;
    busy++;
    return t;
}

static void *work(void *arg)
{
    pthread_mutex_lock(&lock);
    for (struct turn *t; (t = take());) {
        pthread_mutex_unlock(&lock);
        run(t);
        pthread_mutex_lock(&lock);
        busy--;
        if (!busy && !first) pthread_cond_broadcast(&none);
    }
    pthread_mutex_unlock(&lock);
    return arg;
}

enum err pool_start(int workers, void (*fn)(struct turn *t))
{
    run = fn;
    stopping = false;
    while (started < workers && started < WORKERS_MAX &&
           !pthread_create(&threads[started], NULL, work, NULL))
        started++;
    return started ? ERR_OK : ERR_UNAVAILABLE;
}

enum err pool_add(struct turn *t)
{
    pthread_mutex_lock(&lock);
    const bool full = waiting >= WAITING_MAX || stopping;
    if (!full) {
        t->next = NULL;
        *last = t;
        last = &t->next;
        waiting++;
        pthread_cond_signal(&some);
    }
    pthread_mutex_unlock(&lock);
    return full ? ERR_BUSY : ERR_OK;
}

bool pool_stop(i64 until_ms)
{
    const struct timespec until = time_deadline(until_ms - time_mono_us() / 1000);
    int e = 0;

    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_broadcast(&some);
    while ((busy || first) && !e) e = time_wait(&none, &lock, &until);
    const bool quiet = !busy && !first;
    pthread_mutex_unlock(&lock);
    for (; started; started--)
        if (quiet)
            pthread_join(threads[started - 1], NULL);
        else
            pthread_detach(threads[started - 1]);
    return quiet;
}
