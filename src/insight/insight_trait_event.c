/* What this room hears, so that facts are true within moments of what they tell of. */
#include <string.h>

#include "event/event.h"
#include "insight/insight_own.h"
#include "insight/insight_segment.h"
#include "insight/insight_trait.h"

enum { ORDER_OWNER, CATEGORY, LEARNED, LEARN, LEARN_ALL };
enum { LATER_MS = 60 * 1000 }; /* changes of a catalogue come in hundreds */

/* clang-format off */
const struct query insight_trait_event_sql[] = {
    [ORDER_OWNER] = { "insight.order_owner", "SELECT customer_id FROM pub_order_order WHERE id = $1" },

    [CATEGORY] = { "insight.product_category", "SELECT category_id FROM pub_catalog_product WHERE id = $1" },

    [LEARNED] = { "insight.goods_learned", "SELECT category_id FROM insight_goods WHERE product_id = $1" },

    [LEARN] = { "insight.goods_learn",
        "INSERT INTO insight_goods (product_id, category_id) VALUES ($1, $2)"
        " ON CONFLICT (product_id) DO UPDATE SET category_id = excluded.category_id" },

    [LEARN_ALL] = { "insight.goods_learn_all",
        "INSERT INTO insight_goods (product_id, category_id)"
        " SELECT id, category_id FROM pub_catalog_product WHERE id > 0"
        " ON CONFLICT (product_id) DO UPDATE SET category_id = excluded.category_id"
        " WHERE insight_goods.category_id <> excluded.category_id" },
    QUERY_END
};
/* clang-format on */

#define Q insight_trait_event_sql

static enum err on_order(struct ctx *c, const struct event *e)
{
    i64 customer_id;

    return event_id(e, "customer_id", &customer_id) ? trait_hear(c, customer_id, e->at)
                                                    : ERR_OK;
}

static enum err on_customer(struct ctx *c, const struct event *e)
{
    return trait_hear(c, e->subject_id, e->at);
}

static enum err on_task(struct ctx *c, const struct event *e)
{
    const char *kind = event_text(c, e, "subject_kind");
    i64 id;

    if (!kind || !event_id(e, "subject_id", &id) || id <= 0) return ERR_OK;
    if (!strcmp(kind, "customer")) return trait_hear(c, id, e->at);
    if (strcmp(kind, "order")) return ERR_OK;
    const enum err none = db_one(c, &Q[ORDER_OWNER], INTO(&id), id);
    if (none) return none == ERR_NOT_FOUND ? ERR_OK : none;
    return trait_hear(c, id, e->at);
}

/* ---- Goods and regions -------------------------------------------------------------
 */

enum err trait_goods_learn(struct ctx *c)
{
    return db_exec0(c, &Q[LEARN_ALL], NULL);
}

/* A product that moved to another category takes what was bought of it along. */
static enum err on_product(struct ctx *c, const struct event *e)
{
    i64 now, was;
    enum err none = db_one(c, &Q[CATEGORY], INTO(&now), e->subject_id);

    if (none) return none == ERR_NOT_FOUND ? ERR_OK : none;
    none = db_one(c, &Q[LEARNED], INTO(&was), e->subject_id);
    if (none && none != ERR_NOT_FOUND) return none;
    if (!none && was == now) return ERR_OK;
    TRY(db_exec(c, &Q[LEARN], NULL, e->subject_id, now));
    return none ? ERR_OK : trait_rebuild_ask(c, c->now + LATER_MS);
}

/* Conditions name categories with all below them, and regions by their level. */
static enum err on_world(struct ctx *c, const struct event *e)
{
    SEGMENT_SET s = NULL;

    (void)e;
    TRY(segment_set_get(c, &s));
    if (!s->n) return ERR_OK;
    TRY(segment_set_stale(c));
    return segment_pass_ask(c, c->now + LATER_MS);
}

extern const struct subscriber insight_subscribers[];
const struct subscriber insight_subscribers[] = {
    { "insight.on_order",
      "order.placed order.sold order.changed order.ready order.shipped "
      "order.handed_over "
      "order.cancelled order.expired order.returned order.return_undone",
      on_order },
    { "insight.on_customer", "customer.*", on_customer },
    { "insight.on_owner", "owner.changed", on_customer },
    { "insight.on_task", "task.added task.done task.cancelled", on_task },
    { "insight.on_product", "catalog.product_changed", on_product },
    { "insight.on_world", "catalog.category_changed place.region_changed", on_world },
    { 0 },
};
