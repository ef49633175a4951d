/* Who has changed what the shelf shows.  A unit's changes count for itself at
 * once and for everybody when it is durable; when it is undone after it has
 * itself looked at the shelf, the shelf holds what never was, and is renewed. */
#include <pthread.h>
#include <stdlib.h>

#include "base/id.h"
#include "base/time.h"
#include "catalog/shelf_mark.h"
#include "db/db.h"

enum { SETTLE_US = 1000000 }; /* no quick read's snapshot is older */

struct mark {
    const struct ctx *c;
    bool looked, renew, goods, durable;
    struct mark *next;
};

static struct mark *marks; /* of open units: a handful */
static struct shelf_marks now_marks;
static i64 goods_at_us; /* the last change of now_marks.goods */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct mark *find(const struct ctx *c)
{
    struct mark *m = marks;

    while (m && m->c != c) m = m->next;
    return m;
}

/* Under the lock. */
static void goods_change(void)
{
    now_marks.goods++;
    goods_at_us = time_mono_us();
}

static void kept(void *mark)
{
    ((struct mark *)mark)->durable = true;
}

/* The unit has ended one way or the other. */
static void ended(void *mark)
{
    struct mark *m = mark;

    pthread_mutex_lock(&lock);
    for (struct mark **at = &marks; *at; at = &(*at)->next)
        if (*at == m) {
            *at = m->next;
            break;
        }
    now_marks.changes++;
    now_marks.renewals += m->renew || (!m->durable && m->looked);
    if (m->goods) goods_change();
    pthread_mutex_unlock(&lock);
    free(m);
}

static void mark_set(struct ctx *c, bool renew, bool goods)
{
    struct mark *m, *fresh = NULL;

    pthread_mutex_lock(&lock);
    if (!(m = find(c))) {
        m = fresh = calloc(1, sizeof(*m));
        if (!m) abort();
        m->c = c;
        m->next = marks;
        marks = m;
    }
    m->renew |= renew;
    m->goods |= goods;
    now_marks.changes++;
    now_marks.renewals += renew;
    if (goods) goods_change();
    pthread_mutex_unlock(&lock);
    if (fresh) db_after_commit(c, kept, fresh, ended);
}

void catalog_shelf_stale(struct ctx *c)
{
    mark_set(c, false, true);
}

void catalog_shelf_flagged(struct ctx *c)
{
    mark_set(c, false, false);
}

void catalog_shelf_renew(struct ctx *c)
{
    mark_set(c, true, true);
}

struct shelf_marks shelf_marks_now(const struct ctx *c)
{
    struct shelf_marks ret;

    pthread_mutex_lock(&lock);
    struct mark *m = find(c);
    if (m) m->looked = true;
    ret = now_marks;
    pthread_mutex_unlock(&lock);
    return ret;
}

bool shelf_goods_known(const struct ctx *c, i64 *ret_goods)
{
    pthread_mutex_lock(&lock);
    const struct mark *m = find(c);
    const bool mine = m && m->goods;
    const bool settled = time_mono_us() - goods_at_us > SETTLE_US;
    *ret_goods = now_marks.goods;
    pthread_mutex_unlock(&lock);
    return !mine && settled;
}

i64 catalog_change_id(void)
{
    struct ctx real = { .now = time_now() };

    return id_new(&real);
}
