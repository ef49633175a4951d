/* The one shelf of this process: when it is refreshed and who may look. */
#include "catalog/catalog_shelf.h"

#include <pthread.h>
#include <string.h>

#include "base/time.h"
#include "catalog/catalog_own.h"
#include "catalog/shelf_make.h"
#include "catalog/shelf_mark.h"
#include "db/db.h"

enum {
    POLL_MS = 500,      /* how often other nodes' changes are looked for */
    SLICE = 500,        /* products read at once when all are */
    CHANGES_MAX = 2000, /* more than these: everything anew */
    BITS_MAX = 200000,
};
/* Other nodes' units may be long and their clocks a little late: changes are
 * looked for again this far back, in parts of an id (base/id.h: 22 bits below
 * the milliseconds). */
#define OVERLAP (60000LL << 22)

static struct {
    struct shelf *now;
    struct shelf_marks seen;
    i64 polled_ms, last_bits;
    i64 polled_id; /* what a change at the last poll would have been called */
    bool dirty;    /* a refresh broke half-way */
} shop;
static pthread_rwlock_t looking = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_mutex_t refreshing = PTHREAD_MUTEX_INITIALIZER;

/* ---- Making anew ---------------------------------------------------------------- */

static enum err slices_read(struct ctx *c, struct shelf *s)
{
    i64 after = 0, hi;
    enum err e;

    while (!(e = shelf_read_next(c, after, SLICE, &hi))) {
        struct read_slice rows;

        TRY(shelf_read_slice(c, after + 1, hi, &rows));
        shelf_apply(s, c, &rows);
        arena_reset(c->mem);
        after = hi;
    }
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err bits_all(struct ctx *c, struct shelf *s, i64 *ret_last)
{
    i64 last = 0;

    for (;;) {
        struct list bits = { 0 };

        TRY(shelf_read_bits(c, last, SLICE * 10, &bits));
        if (!bits.n) break;
        shelf_apply_bits(s, &bits);
        last = ((struct read_bits *)bits.at)[bits.n - 1].change_id;
        arena_reset(c->mem);
    }
    *ret_last = last;
    return ERR_OK;
}

static enum err make(struct ctx *c, struct shelf **ret, i64 *ret_bits)
{
    enum err e;

    TRY(shelf_new(c, ret));
    arena_reset(c->mem);
    e = slices_read(c, *ret);
    if (!e) e = bits_all(c, *ret, ret_bits);
    if (e)
        shelf_free(*ret);
    else
        shelf_settle(*ret);
    return e;
}

/* The tables pass through an arena of their own, slice by slice: a request's
 * would be full long before. */
static enum err renew(struct ctx *c)
{
    struct ctx reader = *c;
    struct shelf *fresh = NULL, *old;
    i64 last_bits = 0;

    reader.mem = arena_new((size_t)64 << 20);
    const enum err e = make(&reader, &fresh, &last_bits);
    if (e) catalog_fault_keep(c, &reader);
    arena_free(reader.mem);
    if (e) return e;
    pthread_rwlock_wrlock(&looking);
    old = shop.now;
    shop.now = fresh;
    shop.last_bits = last_bits;
    pthread_rwlock_unlock(&looking);
    shelf_free(old);
    return ERR_OK;
}

/* ---- Following ------------------------------------------------------------------ */

static enum err product_follow(struct ctx *c, i64 product_id, bool *ret_ok)
{
    struct read_slice rows;
    struct list bits = { 0 };

    TRY(shelf_read_slice(c, product_id, product_id, &rows));
    const struct read_variant *v = rows.variant.at;
    for (size_t k = 0; k < rows.variant.n; k++)
        TRY(shelf_read_bits_of(c, v[k].id, &bits));
    pthread_rwlock_wrlock(&looking);
    *ret_ok =
        shelf_apply(shop.now, c, &rows) && shelf_apply_bits(shop.now, &bits) && *ret_ok;
    pthread_rwlock_unlock(&looking);
    return ERR_OK;
}

static i64 known_change(i64 product_id)
{
    const struct shelf_doc *d = shelf_doc_of(shop.now, product_id);

    return d ? d->change_id : 0;
}

static enum err changes_follow(struct ctx *c, i64 after, bool *ret_ok)
{
    struct list rows = { 0 };
    size_t news = 0;

    TRY(shelf_read_changes(c, after, 100000, &rows));
    const struct read_change *x = rows.at;
    for (size_t k = 0; k < rows.n; k++)
        news += known_change(x[k].product_id) < x[k].change_id;
    *ret_ok = news <= CHANGES_MAX;
    for (size_t k = 0; k < rows.n && *ret_ok; k++)
        if (known_change(x[k].product_id) < x[k].change_id)
            TRY(product_follow(c, x[k].product_id, ret_ok));
    return ERR_OK;
}

/* Prices that begin or end by themselves. */
static enum err clock_follow(struct ctx *c, bool *ret_ok)
{
    i64 next = INT64_MAX;

    for (int d = 0; shop.now->next_at <= c->now && d < shop.now->ndocs && *ret_ok; d++)
        if (!shop.now->docs[d].dead && shop.now->docs[d].next_at <= c->now)
            TRY(product_follow(c, shop.now->docs[d].product_id, ret_ok));
    for (int d = 0; d < shop.now->ndocs; d++)
        if (!shop.now->docs[d].dead && shop.now->docs[d].next_at < next)
            next = shop.now->docs[d].next_at;
    pthread_rwlock_wrlock(&looking);
    shop.now->next_at = next;
    pthread_rwlock_unlock(&looking);
    return ERR_OK;
}

static enum err bits_follow(struct ctx *c, i64 after, bool *ret_ok)
{
    struct list bits = { 0 };

    TRY(shelf_read_bits(c, after, BITS_MAX, &bits));
    if (!bits.n || !*ret_ok) return ERR_OK;
    pthread_rwlock_wrlock(&looking);
    *ret_ok = bits.n < BITS_MAX && shelf_apply_bits(shop.now, &bits);
    pthread_rwlock_unlock(&looking);
    const i64 last = ((struct read_bits *)bits.at)[bits.n - 1].change_id;
    if (last > shop.last_bits) shop.last_bits = last;
    return ERR_OK;
}

/* Only what this process changed since the last look, or with what others did. */
static enum err follow(struct ctx *c, bool others, bool *ret_ok)
{
    struct list places = { 0 };
    const i64 since = shop.polled_id - OVERLAP;
    const int terms = shop.now->nterms, docs = shop.now->ndocs, dead = shop.now->ndead;

    *ret_ok = true;
    TRY(shelf_read_places(c, &places));
    if ((int)places.n != shop.now->nplaces) *ret_ok = false;
    TRY(changes_follow(c, others ? since : shelf_last_change(shop.now), ret_ok));
    if (shop.now->next_at <= c->now) TRY(clock_follow(c, ret_ok));
    TRY(bits_follow(c, others ? since : shop.last_bits, ret_ok));
    if (!*ret_ok || (terms == shop.now->nterms && docs == shop.now->ndocs &&
                     dead == shop.now->ndead))
        return ERR_OK;
    pthread_rwlock_wrlock(&looking);
    shelf_settle(shop.now);
    pthread_rwlock_unlock(&looking);
    return ERR_OK;
}

static void state_set(const struct shelf_marks *seen, i64 polled_ms, bool dirty)
{
    pthread_rwlock_wrlock(&looking);
    shop.seen = *seen;
    shop.polled_ms = polled_ms;
    shop.dirty = dirty;
    pthread_rwlock_unlock(&looking);
}

static enum err refresh(struct ctx *c, const struct shelf_marks *marks, i64 now_ms)
{
    const bool others = now_ms - shop.polled_ms >= POLL_MS;
    const i64 polled_id = catalog_change_id();
    bool ok = shop.now && !shop.dirty && marks->renewals == shop.seen.renewals;
    struct ctx reader = *c;
    enum err e = ERR_OK;

    state_set(&shop.seen, shop.polled_ms, true);
    if (ok) {
        reader.mem = arena_new((size_t)64 << 20);
        e = follow(&reader, others, &ok);
        if (e) catalog_fault_keep(c, &reader);
        arena_free(reader.mem);
    }
    if (!e && !ok) e = renew(c);
    if (e) return e;
    if (others) shop.polled_id = polled_id;
    state_set(marks, others ? now_ms : shop.polled_ms, false);
    return ERR_OK;
}

static bool is_fresh(struct ctx *c, const struct shelf_marks *marks, i64 now_ms)
{
    return shop.now && !shop.dirty && marks->changes == shop.seen.changes &&
           now_ms - shop.polled_ms < POLL_MS && shop.now->next_at > c->now;
}

/* While one thread refreshes, the others look at the shelf as it was; only when
 * there is none yet do they wait. */
enum err shelf_look(struct ctx *c, const struct shelf **ret)
{
    const struct shelf_marks marks = shelf_marks_now(c);
    const i64 now_ms = time_mono_us() / 1000;
    enum err e = ERR_OK;

    pthread_rwlock_rdlock(&looking);
    const bool fresh = is_fresh(c, &marks, now_ms);
    const bool none = !shop.now;
    if (fresh) {
        *ret = shop.now;
        return ERR_OK;
    }
    pthread_rwlock_unlock(&looking);
    if (none ? !pthread_mutex_lock(&refreshing) : !pthread_mutex_trylock(&refreshing)) {
        if (!is_fresh(c, &marks, now_ms)) e = refresh(c, &marks, now_ms);
        pthread_mutex_unlock(&refreshing);
    }
    TRY(e);
    pthread_rwlock_rdlock(&looking);
    *ret = shop.now;
    return ERR_OK;
}

void shelf_done(const struct shelf *const *s)
{
    if (*s) pthread_rwlock_unlock(&looking);
}

size_t catalog_shelf_bytes(void)
{
    pthread_rwlock_rdlock(&looking);
    const size_t n = shop.now ? shelf_bytes(shop.now) : 0;
    pthread_rwlock_unlock(&looking);
    return n;
}
