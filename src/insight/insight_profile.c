/* One person whole. */
#include "insight/insight_profile.h"

#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "customer/customer_keeper.h"
#include "insight/insight_segment.h"
#include "staff/staff.h"
#include "task/task.h"
#include "track/track.h"

enum { CATEGORY, PRODUCT, PLACE, REGION, SEGMENT, LEVEL };
enum { DEVICES = 5, NOTES = 5, STORY = 20, SESSIONS = 5 };

/* clang-format off */
const struct query insight_profile_sql[] = {
    [CATEGORY] = { "insight.category_name", "SELECT name, name_en FROM pub_catalog_category WHERE id = $1" },
    [PRODUCT] = { "insight.product_name", "SELECT name, name FROM pub_catalog_product WHERE id = $1" },
    [PLACE] = { "insight.place_name", "SELECT name, name FROM pub_place_place WHERE id = $1" },
    [REGION] = { "insight.region_name", "SELECT name, name FROM pub_place_region WHERE id = $1" },
    [SEGMENT] = { "insight.segment_name", "SELECT name FROM insight_segment WHERE id = $1" },
    [LEVEL] = { "insight.region_level", "SELECT id, digital_level FROM pub_place_region WHERE id = $1" },
    QUERY_END
};
/* clang-format on */

#define Q insight_profile_sql

/* ---- Traits -----------------------------------------------------------------------
 */

static int names_of(int kind)
{
    switch (kind) {
    case TRAIT_CATEGORY:
        return CATEGORY;
    case TRAIT_PRODUCT:
        return PRODUCT;
    case TRAIT_PLACE:
        return PLACE;
    default:
        return REGION;
    }
}

static enum err title_of(struct ctx *c, int kind, i64 id, const char **ret)
{
    const bool english = c->lang && !strcmp(c->lang, "en");
    const char *ru = NULL, *en = NULL;
    const enum err e = db_one(c, &Q[names_of(kind)], INTO(&ru, &en), id);

    if (e && e != ERR_NOT_FOUND) return e;
    *ret = english && en && *en ? en : ru ? ru : "";
    return ERR_OK;
}

static enum err ids_of(struct ctx *c, const i64 *ids, size_t n, struct trait_view *v)
{
    for (size_t k = 0; k < n; k++) {
        const char *title;

        TRY(title_of(c, v->kind, ids[k], &title));
        *(i64 *)list_add(c->mem, &v->ids, sizeof(i64)) = ids[k];
        *(const char **)list_add(c->mem, &v->titles, sizeof(title)) = title;
    }
    return ERR_OK;
}

static enum err view(struct ctx *c, const struct person *p, int trait,
                     const struct trait_clock *k, struct list *ret)
{
    const struct trait_def *d = &trait_defs[trait];
    struct trait_view v = {
        .name = d->name, .kind = d->kind, .number = NONE, .at = NONE
    };
    i64 many[DEVICES];
    const size_t n = trait_values(p, trait, k, many, DEVICES);

    if (!n) return ERR_OK;
    if (d->kind >= TRAIT_REGION && d->kind <= TRAIT_PRODUCT)
        TRY(ids_of(c, many, n, &v));
    else if (d->kind == TRAIT_DATE)
        v.at = *many;
    else if (d->kind == TRAIT_WORD)
        v.word = d->words[*many];
    else
        v.number = *many;
    *(struct trait_view *)list_add(c->mem, ret, sizeof(v)) = v;
    return ERR_OK;
}

/* Of all regions only his own is asked for. */
static enum err his_region(struct ctx *c, const struct person *p,
                           struct trait_region *ret, size_t *ret_n)
{
    const i64 id = p->f.head->region_id;
    const enum err e =
        id ? db_one(c, &Q[LEVEL], INTO(&ret->id, &ret->level), id) : ERR_NOT_FOUND;

    *ret_n = !e;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void titles_ahead(struct ctx *c, const struct person *p,
                         const struct trait_clock *k)
{
    i64 ids[DEVICES];

    for (int t = 0; t < TRAITS && db_trips(c); t++) {
        const int kind = trait_defs[t].kind;
        const bool named = kind >= TRAIT_REGION && kind <= TRAIT_PRODUCT;
        const size_t n = named ? trait_values(p, t, k, ids, DEVICES) : 0;

        for (size_t i = 0; i < n; i++) (void)db_ahead(c, &Q[names_of(kind)], ids[i]);
    }
}

enum err insight_traits_of(struct ctx *c, i64 customer_id, struct list *ret)
{
    struct trait_clock k = trait_clock_of(c);
    struct trait_region region;
    struct person p;
    bool has;

    TRY(trait_person(c, customer_id, &p, &has));
    if (!has) return ERR_OK;
    TRY(his_region(c, &p, &region, &k.n_region));
    k.region = &region;
    titles_ahead(c, &p, &k);
    for (int t = 0; t < TRAITS; t++) TRY(view(c, &p, t, &k, ret));
    return ERR_OK;
}

/* ---- Segments
 * ------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct segment_view *)a)->name,
                  ((const struct segment_view *)b)->name);
}

/* Those that are alive are in memory with their names; the others are few. */
static enum err name_of(struct ctx *c, const struct segment_set *s, i64 id,
                        const char **ret)
{
    for (size_t k = 0; k < s->n; k++)
        if (s->one[k].id == id) {
            *ret = arena_strdup(c->mem, s->one[k].name, strlen(s->one[k].name));
            return ERR_OK;
        }
    return db_one(c, &Q[SEGMENT], INTO(ret), id);
}

enum err insight_segments_of(struct ctx *c, i64 customer_id, struct list *ret)
{
    SEGMENT_SET s = NULL;
    struct list in;

    TRY(segment_members_of(c, customer_id, &in));
    if (!in.n) return ERR_OK;
    TRY(segment_set_get(c, &s));
    const struct member *m = in.at;
    for (size_t k = 0; k < in.n; k++) {
        struct segment_view v = { m[k].segment_id, m[k].since_at, NULL };

        TRY(name_of(c, s, v.id, &v.name));
        *(struct segment_view *)list_add(c->mem, ret, sizeof(v)) = v;
    }
    if (ret->n) qsort(ret->at, ret->n, sizeof(struct segment_view), by_name);
    return ERR_OK;
}

/* ---- All together
 * ------------------------------------------------------------------------ */

static enum err orders(struct ctx *c, i64 id, struct profile *p)
{
    struct order_profile o;

    TRY(order_profile(c, id, &o));
    p->customer = o.customer;
    p->orders = o.orders;
    p->holds = o.holds;
    p->events = o.events;
    p->orders_all = o.orders_all;
    p->orders_open = o.orders_open;
    p->orders_done = o.orders_done;
    p->spent_minor = o.spent_minor;
    p->first_at = o.first_at;
    p->last_at = o.last_at;
    return ERR_OK;
}

static enum err open_tasks(struct ctx *c, i64 id, struct list *ret)
{
    struct list all = { 0 };

    TRY(task_about(c, "customer", id, &all));
    const struct task *t = all.at;
    for (size_t k = 0; k < all.n; k++)
        if (t[k].state < TASK_DONE)
            *(struct task *)list_add(c->mem, ret, sizeof(*t)) = t[k];
    return ERR_OK;
}

static enum err keeper(struct ctx *c, i64 id, struct profile *p)
{
    struct staff_person who = { 0 };

    TRY(customer_keeper(c, id, &p->keeper_id));
    if (!p->keeper_id) {
        p->keeper_id = NONE;
        return ERR_OK;
    }
    TRY(staff_person(c, p->keeper_id, &who));
    p->keeper = who.name;
    return ERR_OK;
}

/* Nothing of this hangs on anything else of it: on PostgreSQL it is one trip. */
static void all_ahead(struct ctx *c, i64 id, const struct customer_about *about)
{
    if (!db_trips(c)) return;
    trait_person_ahead(c, id);
    segment_members_ahead(c, id);
    task_about_ahead(c, "customer", id);
    customer_notes_ahead(c, about, NOTES);
    insight_story_ahead(c, id);
}

enum err insight_profile(struct ctx *c, i64 customer_id, struct profile *ret)
{
    struct customer_about about = { .customer_id = customer_id };
    const struct story_ask ask = { .limit = STORY };
    struct story s;

    *ret = (struct profile){ 0 };
    all_ahead(c, customer_id, &about);
    TRY(orders(c, customer_id, ret));
    customer_id = about.customer_id =
        ret->customer->id; /* of a merged one the survivor */
    TRY(insight_traits_of(c, customer_id, &ret->traits));
    TRY(insight_segments_of(c, customer_id, &ret->segments));
    TRY(open_tasks(c, customer_id, &ret->tasks));
    TRY(customer_notes(c, &about, INT64_MAX, NOTES, &ret->notes));
    TRY(customer_tags(c, &about, &ret->tags));
    TRY(owner_devices(c, customer_id, &ret->devices));
    TRY(keeper(c, customer_id, ret));
    const bool all = (i64)ret->orders.n == ret->orders_all;
    TRY(insight_story_of(c, customer_id, &ask, all ? &ret->orders : NULL, &s));
    ret->story = s.items;
    ret->story_next = s.next;
    return track_sessions_glance(c, customer_id, SESSIONS, &ret->sessions);
}
