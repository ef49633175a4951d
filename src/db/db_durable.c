/* db_durable.c -- who has to wait for the disk.
 *
 * On SQLite a group can be seen by readers as soon as it is committed, a moment
 * before its flush has ended.  A reader who may have seen it waits for it, as its
 * writers do.  Most do not see it: db_reader.c. */
#include "db/db_engine.h"

void durable_init(struct durable *d)
{
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->moved, NULL);
}

/* Before the commit, since a reader may see it before we are told that it is done. */
i64 durable_begin(struct durable *d)
{
    return atomic_fetch_add(&d->begun, 1) + 1;
}

static struct db_task *take_kept(struct durable *d, i64 no)
{
    struct db_task *kept = NULL;

    for (struct db_task **at = &d->waiting; *at;) {
        struct db_task *t = *at;
        if (t->group > no) {
            at = &t->next;
            continue;
        }
        *at = t->next;
        t->next = kept;
        kept = t;
    }
    return kept;
}

void durable_reach(struct durable *d, i64 no)
{
    pthread_mutex_lock(&d->lock);
    atomic_store(&d->kept, no);
    struct db_task *t = take_kept(d, no);
    pthread_cond_broadcast(&d->moved);
    pthread_mutex_unlock(&d->lock);
    for (struct db_task *next; t; t = next) {
        next = t->next;
        t->done(t, (enum err)t->err);
    }
}

void durable_show(struct durable *d)
{
    const i64 upto = atomic_load(&d->begun);
    i64 shown = atomic_load(&d->shown);

    while (shown < upto && !atomic_compare_exchange_weak(&d->shown, &shown, upto))
        continue;
}

void durable_wait(struct durable *d, i64 upto)
{
    if (atomic_load(&d->kept) >= upto) return;
    pthread_mutex_lock(&d->lock);
    while (atomic_load(&d->kept) < upto) pthread_cond_wait(&d->moved, &d->lock);
    pthread_mutex_unlock(&d->lock);
}

bool db_all_kept(const struct ctx *c)
{
    return atomic_load(&c->db->durable.kept) >= c->shown;
}

bool db_tell_later(struct db *db, struct db_task *t, enum err e)
{
    struct durable *d = &db->durable;
    const i64 upto = t->c->shown;

    if (atomic_load(&d->kept) >= upto) return false;
    pthread_mutex_lock(&d->lock);
    const bool later = atomic_load(&d->kept) < upto;
    if (later) {
        t->group = upto;
        t->err = e;
        t->next = d->waiting;
        d->waiting = t;
    }
    pthread_mutex_unlock(&d->lock);
    return later;
}
