/* Who has changed what the shelf shows.  A unit's changes count for itself at
 * once and for everybody when it is durable; when it is undone after it has
 * itself looked at the shelf, the shelf holds what never was, and is renewed. */
#include <pthread.h>
#include <stdlib.h>

#include "base/id.h"
#include "base/time.h"
#include "catalog/shelf_mark.h"
#include "db/db.h"

struct mark {
    const struct ctx *c;
    bool looked, renew, durable;
    struct mark *next;
};

static struct mark *marks; /* of open units: a handful */
static struct shelf_marks now_marks;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct mark *find(const struct ctx *c)
{
    struct mark *m = marks;

    while (m && m->c != c) m = m->next;
    return m;
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
    pthread_mutex_unlock(&lock);
    free(m);
}

static void mark_set(struct ctx *c, bool renew)
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
    now_marks.changes++;
    now_marks.renewals += renew;
    pthread_mutex_unlock(&lock);
    if (fresh) db_after_commit(c, kept, fresh, ended);
}

void catalog_shelf_stale(struct ctx *c)
{
    mark_set(c, false);
}

void catalog_shelf_renew(struct ctx *c)
{
    mark_set(c, true);
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

i64 catalog_change_id(void)
{
    struct ctx real = { .now = time_now() };

    return id_new(&real);
}
