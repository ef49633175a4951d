/* What is to be told: a row for each fact and address, in the unit that hears it. */
#include <stdatomic.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "base/time.h"
#include "event/event.h"
#include "job/job.h"
#include "staff/staff.h"
#include "webhook/webhook_own.h"

enum {
    WANTED,
    ADD,
    GET,
    LIST,
    LIST_STATE,
    DUE,
    DONE,
    LATER,
    AGAIN,
    DUE_HOOKS,
    OLD,
    DROP
};

/* clang-format off */
#define COLUMNS "hook_id, id, event, subject_id, body, state, tries, next_at, status, took_ms, excerpt," \
                " created_at, delivered_at"
const struct query webhook_queue_sql[] = {
    [WANTED] = { "webhook.list_wanted",
        "SELECT id, events FROM webhook_hook WHERE active = 1 ORDER BY id" },

    [ADD] = { "webhook.add_delivery",
        "INSERT INTO webhook_delivery (hook_id, id, event, subject_id, body, state, tries, next_at, created_at)"
        " VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $6)" },

    [GET] = { "webhook.get_delivery",
        "SELECT " COLUMNS " FROM webhook_delivery WHERE hook_id = $1 AND id = $2" },

    [LIST] = { "webhook.list_deliveries",
        "SELECT " COLUMNS " FROM webhook_delivery"
        " WHERE hook_id = $1 AND id < $2 AND ($3 < 0 OR state = $3) AND event >= $4 AND event < $5"
        " ORDER BY id DESC LIMIT $6", .types = "iiitti" },

    /* The first waiting one of a subject goes; those behind it wait for it. */
    [DUE] = { "webhook.due_deliveries",
        "SELECT " COLUMNS " FROM webhook_delivery d"
        " WHERE d.hook_id = $1 AND d.state = 0 AND d.next_at <= $2"
        "   AND NOT EXISTS (SELECT 1 FROM webhook_delivery e WHERE e.hook_id = d.hook_id"
        "                    AND e.subject_id = d.subject_id AND e.state = 0 AND e.id < d.id)"
        " ORDER BY d.next_at, d.id LIMIT $3" },

    [DONE] = { "webhook.delivered",
        "UPDATE webhook_delivery SET state = 1, tries = tries + 1, status = $3, took_ms = $4, excerpt = $5,"
        "       delivered_at = $6 WHERE hook_id = $1 AND id = $2" },

    [LATER] = { "webhook.not_delivered",
        "UPDATE webhook_delivery SET state = $3, tries = tries + 1, status = $4, took_ms = $5, excerpt = $6,"
        "       next_at = $7 WHERE hook_id = $1 AND id = $2" },

    [AGAIN] = { "webhook.deliver_again",
        "UPDATE webhook_delivery SET state = 0, tries = 0, next_at = $3, delivered_at = NULL"
        " WHERE hook_id = $1 AND id = $2" },

    [DUE_HOOKS] = { "webhook.due_hooks",
        "SELECT h.id FROM webhook_hook h WHERE h.active = 1 AND h.lease_until < $1"
        "   AND EXISTS (SELECT 1 FROM webhook_delivery d"
        "                WHERE d.hook_id = h.id AND d.state = 0 AND d.next_at <= $1) ORDER BY h.id" },

    [OLD] = { "webhook.old_deliveries",
        "SELECT hook_id, id FROM webhook_delivery WHERE created_at < $1 ORDER BY created_at LIMIT 500" },
    [DROP] = { "webhook.drop_delivery", "DELETE FROM webhook_delivery WHERE hook_id = $1 AND id = $2" },
    QUERY_END
};
/* clang-format on */

#define Q webhook_queue_sql

const char *const webhook_state_words[] = { "waiting", "delivered", "failed", NULL };

/* After the first try, the second ...; the last failure is final. */
static const i64 waits[] = { 5 * SECOND_MS,  MINUTE_MS,    5 * MINUTE_MS,
                             30 * MINUTE_MS, 2 * HOUR_MS,  5 * HOUR_MS,
                             10 * HOUR_MS,   10 * HOUR_MS, 12 * HOUR_MS };

#define NOBODY_MS 1000 /* how long "nobody wants to hear" is believed */

/* Without hooks a fact costs nothing: until this time nobody wanted to hear. */
static _Atomic i64 nobody_until_us;

void webhook_look_again(void)
{
    atomic_store(&nobody_until_us, 0);
}

static enum err send_soon(struct ctx *c, i64 hook_id)
{
    return job_add(c, "webhook.deliver",
                   arena_printf(c->mem, "{\"hook_id\":\"%lld\"}", hook_id), c->now,
                   arena_printf(c->mem, "%lld", hook_id), NULL);
}

static const char *body_of(struct ctx *c, const struct event *e)
{
    return arena_printf(c->mem,
                        "{\"type\":\"%s\",\"timestamp\":\"%s\",\"subject_id\":\"%lld\","
                        "\"data\":%s}",
                        e->name, time_iso(c->mem, e->at), e->subject_id, e->data);
}

static enum err add(struct ctx *c, i64 hook_id, const struct event *e, i64 *ret_id)
{
    *ret_id = id_new(c);
    TRY(db_exec(c, &Q[ADD], NULL, hook_id, *ret_id, e->name, e->subject_id,
                body_of(c, e), c->now));
    return send_soon(c, hook_id);
}

struct wanting {
    i64 id;
    const char *events;
};

enum err webhook_hear(struct ctx *c, const struct event *e)
{
    struct list hooks = { 0 };
    struct wanting w;
    i64 id;

    if (time_mono_us() < atomic_load(&nobody_until_us)) return ERR_OK;
    ROWS r;
    TRY(db_rows0(c, &r, &Q[WANTED]));
    while (db_next(&r, INTO(&w.id, &w.events)))
        *(struct wanting *)list_add(c->mem, &hooks, sizeof(w)) = w;
    TRY(r.err);
    if (!hooks.n) atomic_store(&nobody_until_us, time_mono_us() + NOBODY_MS * 1000);
    const struct wanting *h = hooks.at;
    for (size_t k = 0; k < hooks.n; k++)
        if (hook_wants(h[k].events, e->name)) TRY(add(c, h[k].id, e, &id));
    return ERR_OK;
}

/* ---- For people --------------------------------------------------------------------
 */

#define DELIVERY_INTO(d, state)                                                        \
    INTO(&(d)->hook_id, &(d)->id, &(d)->event, &(d)->subject_id, &(d)->body, &(state), \
         &(d)->tries, &(d)->next_at, &(d)->status, &(d)->took_ms, &(d)->excerpt,       \
         &(d)->created_at, &(d)->delivered_at)

static enum err get(struct ctx *c, i64 hook_id, i64 id, struct delivery *ret)
{
    i64 state;
    const enum err e = db_one(c, &Q[GET], DELIVERY_INTO(ret, state), hook_id, id);

    if (e == ERR_NOT_FOUND) return FAIL(c, NOT_FOUND, "no delivery %lld", id);
    TRY(e);
    ret->state = (int)state;
    return ERR_OK;
}

enum err webhook_ping(struct ctx *c, i64 hook_id, struct delivery *ret)
{
    const struct event e = { .at = c->now, .name = "webhook.ping", .data = "{}" };
    struct hook h;
    i64 id;

    TRY(hook_get(c, hook_id, &h));
    if (!h.active) return FAIL(c, WRONG_STATE, "webhook %lld is switched off", hook_id);
    TRY(add(c, hook_id, &e, &id));
    TRY(staff_audit(c, "webhook.ping", hook_id, NULL));
    return get(c, hook_id, id, ret);
}

enum err webhook_again(struct ctx *c, i64 hook_id, i64 id, struct delivery *ret)
{
    TRY(get(c, hook_id, id, ret));
    TRY(db_exec(c, &Q[AGAIN], NULL, hook_id, id, c->now));
    TRY(send_soon(c, hook_id));
    TRY(staff_audit(c, "webhook.again", hook_id, NULL));
    return get(c, hook_id, id, ret);
}

static enum err read_all(struct ctx *c, struct rows *r, struct list *ret)
{
    struct delivery d = { 0 };
    i64 state;

    while (db_next(r, DELIVERY_INTO(&d, state))) {
        d.state = (int)state;
        *(struct delivery *)list_add(c->mem, ret, sizeof(d)) = d;
    }
    return r->err;
}

static const char *range_end(struct ctx *c, const char *name)
{
    if (!name || !*name) return "\x7f";
    return arena_printf(c->mem, "%s%s", name,
                        name[strlen(name) - 1] == '.' ? "\x7f" : "\x01");
}

enum err webhook_deliveries(struct ctx *c, i64 hook_id, const struct delivery_ask *a,
                            struct list *ret, const char **ret_next)
{
    const i64 limit = a->limit == NONE ? 50 : a->limit;
    i64 before_id = INT64_MAX;
    struct hook h;

    *ret = (struct list){ 0 };
    *ret_next = NULL;
    TRY(hook_get(c, hook_id, &h));
    if (a->after) TRY(page_after(c, a->after, &before_id, 1));
    ROWS r;
    TRY(db_rows(c, &r, &Q[LIST], hook_id, before_id, a->state, a->event ? a->event : "",
                range_end(c, a->event), limit));
    TRY(read_all(c, &r, ret));
    const struct delivery *d = ret->at;
    if ((i64)ret->n == limit) *ret_next = page_next(c->mem, &d[limit - 1].id, 1);
    return ERR_OK;
}

/* ---- For the job
 * --------------------------------------------------------------------- */

enum err webhook_due(struct ctx *c, i64 hook_id, i64 limit, struct list *ret)
{
    *ret = (struct list){ 0 };
    ROWS r;
    TRY(db_rows(c, &r, &Q[DUE], hook_id, c->now, limit));
    return read_all(c, &r, ret);
}

enum err webhook_ended(struct ctx *c, const struct delivery *d, const struct outcome *o)
{
    const bool last = d->tries >= (i64)COUNT(waits);

    TRY(hook_went(c, d->hook_id, o->well));
    if (o->well)
        return db_exec(c, &Q[DONE], NULL, d->hook_id, d->id, o->status, o->took_ms,
                       o->excerpt, c->now);
    return db_exec(c, &Q[LATER], NULL, d->hook_id, d->id,
                   last ? DELIVERY_FAILED : DELIVERY_WAITING, o->status, o->took_ms,
                   o->excerpt, c->now + (last ? 0 : waits[d->tries]));
}

enum err webhook_due_hooks(struct ctx *c, struct list *ret)
{
    i64 id;
    ROWS r;

    *ret = (struct list){ 0 };
    TRY(db_rows(c, &r, &Q[DUE_HOOKS], c->now));
    while (db_next(&r, INTO(&id))) *(i64 *)list_add(c->mem, ret, sizeof(id)) = id;
    return r.err;
}

enum err webhook_forget(struct ctx *c, i64 before_at, i64 *ret_n)
{
    struct list ids = { 0 };
    struct delivery d = { 0 };

    ROWS r;
    TRY(db_rows(c, &r, &Q[OLD], before_at));
    while (db_next(&r, INTO(&d.hook_id, &d.id)))
        *(struct delivery *)list_add(c->mem, &ids, sizeof(d)) = d;
    TRY(r.err);
    const struct delivery *all = ids.at;
    for (size_t k = 0; k < ids.n; k++)
        TRY(db_exec(c, &Q[DROP], NULL, all[k].hook_id, all[k].id));
    *ret_n = (i64)ids.n;
    return ERR_OK;
}
